use proptest::prelude::*;

use super::*;

fn fed(chunks: &[&[u8]]) -> Vec<Input> {
    let (mut decoder, mut out) = (Decoder::default(), VecDeque::new());
    for chunk in chunks {
        decoder.feed(chunk, &mut out);
    }
    out.into()
}

/// The inputs in words: keys as they are spelled, pastes in quotes.
fn spelled(chunks: &[&[u8]]) -> String {
    let words: Vec<String> = fed(chunks)
        .iter()
        .map(|input| match input {
            Input::Key(key) => key.to_string(),
            Input::Paste(text) => format!("{text:?}"),
            other => format!("{other:?}"),
        })
        .collect();
    words.join(" ")
}

#[test]
fn keys_are_spelled_in_one_way() {
    for (bytes, keys) in [
        (&b"aR?"[..], "a R ?"),
        (b"\r\t\x7f", "enter tab backspace"),
        (b"\n\x0c\x00\x03", "ctrl-j ctrl-l ctrl-space ctrl-c"),
        (b"\x1c\x1f", "ctrl-4 ctrl-7"),
        (b"\x1b[A\x1b[B\x1bOC\x1bOD", "up down right left"),
        (
            b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~",
            "home end home end home end",
        ),
        (b"\x1b[2~\x1b[3~\x1b[5~\x1b[6~", "insert delete pageup pagedown"),
        (b"\x1bOP\x1b[15~\x1b[21~\x1b[24~\x1b[[B", "f1 f5 f10 f12 f2"),
        (
            b"\x1b[Z\x1b[1;5A\x1b[1;2C\x1b[3;3~",
            "shift-tab ctrl-up shift-right alt-delete",
        ),
        (b"\x1bx\x1bX\x1b\x0b", "alt-x alt-X ctrl-alt-k"),
        (b"\x1b\x1b[A\x1b\x1bOB", "alt-up alt-down"),
        (
            b"\x1b[Ia\x1b[O\x1b\x1b[I\x1bO",
            "Focus(true) a Focus(false) esc Focus(true)",
        ),
        (b"\x1b[27u\x1b[97;5u\x1b[114;2u\x1b[13u", "esc ctrl-a R enter"),
        ("é漢😀".as_bytes(), "é 漢 😀"),
    ] {
        assert_eq!(spelled(&[bytes]), keys, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn an_escape_alone_is_the_key_and_one_with_more_is_not() {
    assert_eq!(spelled(&[b"\x1b"]), "esc");
    assert_eq!(spelled(&[b"\x1b\x1b"]), "esc esc");
    assert_eq!(spelled(&[b"a\x1b", b"b"]), "a esc b");
    assert_eq!(spelled(&[b"\x1b[", b"A"]), "up");
    assert_eq!(spelled(&[b"\x1b[1;", b"5", b"A"]), "ctrl-up");
    assert_eq!(spelled(&[b"\xc3", b"\xa9"]), "é");
}

#[test]
fn answers_of_the_terminal_are_no_keys() {
    for bytes in [
        &b"\x1b[?62;4c"[..],
        b"\x1b[12;40R",
        b"\x1b[?2026;2$y",
        b"\x1b[97;1:3u",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]11;rgb:0000/0000/0000\x1b\\",
    ] {
        let mut with = bytes.to_vec();
        with.push(b'q');
        assert_eq!(spelled(&[&with]), "q", "{:?}", String::from_utf8_lossy(bytes));
        let (one, two) = with.split_at(with.len() / 2);
        // cut behind the introducer, as no terminal cuts there
        if one.len() > 3 {
            assert_eq!(
                spelled(&[one, two]),
                "q",
                "{:?} in two",
                String::from_utf8_lossy(bytes)
            );
        }
    }
    assert_eq!(spelled(&[b"\x1b]"]), "alt-]", "typed, and nothing follows");
    assert_eq!(
        spelled(&[b"\x1bPx", b"\x03y"]),
        "ctrl-c y",
        "a person gets out of it"
    );
}

#[test]
fn pasted_text_cannot_steer_the_terminal() {
    let text = "one\r\ntwo\u{1b}[31m\u{202e}";
    let bytes = format!("a\x1b[200~{text}\x1b[201~b");
    let inputs = fed(&[bytes.as_bytes()]);
    let [Input::Key(_), Input::Paste(text), Input::Key(_)] = inputs.as_slice() else {
        panic!("{inputs:?}")
    };
    assert!(
        text.starts_with("one\ntwo") && !text.contains('\u{1b}') && !text.contains('\u{202e}'),
        "{text:?}"
    );
}

#[test]
fn a_paste_comes_whole_however_it_is_cut_and_not_longer_than_it_may() {
    let bytes = "\x1b[200~漢字 q\x1b[20x\x1b[201~z".as_bytes();
    let whole = spelled(&[bytes]);
    for cut in 3..bytes.len() {
        // no terminal cuts the begin of a paste before its number
        let (one, two) = bytes.split_at(cut);
        assert_eq!(spelled(&[one, two]), whole, "cut at {cut}");
    }
    let mut decoder = Decoder::default();
    let mut out = VecDeque::new();
    decoder.feed(b"\x1b[200~", &mut out);
    for _ in 0..100 {
        decoder.feed(&[b'x'; 8_192], &mut out);
    }
    assert!(decoder.pasted.len() <= MOST_HELD && decoder.held.len() < 16);
    decoder.feed(b"\x1b[201~", &mut out);
    assert!(matches!(out.pop_front(), Some(Input::Paste(text)) if text.len() == LONGEST_PASTE));
}

proptest! {
    #[test]
    fn anything_is_survived_and_little_is_kept(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..64), 0..32)) {
        let (mut decoder, mut out) = (Decoder::default(), VecDeque::new());
        for chunk in &chunks {
            decoder.feed(chunk, &mut out);
        }
        // Esc leads out of everything but a paste
        decoder.pasting = false;
        decoder.feed(b"\x1b\x1b\x1bq", &mut out);
        let q: Key = "alt-q".parse().expect("a key");
        prop_assert_eq!(out.pop_back(), Some(Input::Key(q)));
        prop_assert!(decoder.held.is_empty());
    }

    #[test]
    fn where_the_bytes_are_cut_does_not_matter(
        keys in prop::collection::vec(prop::sample::select(vec!["a", "é", "漢", "\x1b[A", "\x1b[1;5C", "\x1b[5~", "\x1bOH", "\r", "\x1b[97;5u"]), 1..20),
        cut in 0..100_usize,
    ) {
        let bytes: Vec<u8> = keys.concat().into_bytes();
        let cut = cut % bytes.len();
        // a lone escape is a key of its own
        prop_assume!(cut == 0 || bytes[cut - 1] != ESC);
        let (one, two) = bytes.split_at(cut);
        prop_assert_eq!(fed(&[one, two]), fed(&[&bytes]));
    }
}
