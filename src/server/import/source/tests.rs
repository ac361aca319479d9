use std::io::Write as _;

use super::*;

const HEADER: &str =
    "token_ref,user_id,offer_code,state,claimed_at,used_at,shared_at,expires_at,reissued_from";

fn source(name: &str, content: &[u8]) -> (tempfile::TempDir, Result<Source, ImportError>) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    File::create(&path)
        .and_then(|mut file| file.write_all(content))
        .expect("written");
    let source = Source::open(FileKind::Tokens, &path);
    (dir, source)
}

fn all(source: &mut Source) -> Vec<(u64, u64, Result<String, Reason>)> {
    let mut found = Vec::new();
    while let Some(raw) = source.next().expect("readable") {
        found.push((raw.record, raw.line, raw.fields.map(|f| f.join("|"))));
    }
    found
}

#[test]
fn lines_end_with_lf_and_records_where_they_end() {
    let rows = "a,b,c,d,e,f,g,h,\"x\r\"\r\n\
        a,\"1\n2\r\n3\",c,d,e,f,g,h,\"\"\"q\"\"\"\r\n\
        \r\n\
        a,\"1\r2\",c,d,e,f,g,h,i\r\n\
        a,b,c,d,e,f,g,h\r\n\
        a,b,c,d,e,f,g,h,i";
    let (_dir, source) = source("t.csv", format!("{HEADER}\r\n{rows}").as_bytes());
    let mut source = source.expect("opens");
    assert_eq!(
        all(&mut source),
        [
            (2, 2, Ok("a|b|c|d|e|f|g|h|x\r".to_owned())),
            (3, 3, Ok("a|1\n2\r\n3|c|d|e|f|g|h|\"q\"".to_owned())),
            (4, 6, Err(Reason::WrongColumnCount)),
            (5, 7, Ok("a|1\r2|c|d|e|f|g|h|i".to_owned())),
            (6, 8, Err(Reason::WrongColumnCount)),
            (7, 9, Ok("a|b|c|d|e|f|g|h|i".to_owned())),
        ]
    );
}

#[test]
fn lines_without_cr_and_empty_ones_are_counted_too() {
    let rows = "a,b,c,d,e,f,g,h,i\n\n\na,b,c,d,e,f,g,h,\"i\n\"\n\na,b,\0,d,e,f,g,h,i\n";
    let (_dir, source) = source("t.csv", format!("{HEADER}\n{rows}").as_bytes());
    let mut source = source.expect("opens");
    let lines: Vec<_> = all(&mut source)
        .into_iter()
        .map(|(record, line, _)| (record, line))
        .collect();
    assert_eq!(lines, [(2, 2), (3, 5), (4, 8)]);
}

#[test]
fn reading_goes_on_behind_any_record() {
    let rows = "a,\"1\n2\",c,d,e,f,g,h,i\r\n".repeat(4) + "a,\u{fc},c,d,e,f,g,h,i\r\n";
    let text = format!("{HEADER}\r\n{rows}");
    let (_dir, whole) = source("t.csv", text.as_bytes());
    let mut whole = whole.expect("opens");
    let mut places = vec![whole.place()];
    let mut records = Vec::new();
    while let Some(raw) = whole.next().expect("readable") {
        records.push((raw.record, raw.line, raw.fields.map(|f| f.join("|"))));
        places.push(whole.place());
    }
    for (i, place) in places.into_iter().enumerate() {
        let (_dir, again) = source("t.csv", text.as_bytes());
        let mut again = again.expect("opens");
        again.resume(place).expect("seeks");
        assert_eq!(all(&mut again), records[i..].to_vec());
    }
}

#[test]
fn a_header_names_the_columns_in_any_order_and_nothing_else() {
    let swapped = HEADER.replace("token_ref,user_id", "user_id,token_ref");
    let (_dir, ok) = source("t.csv", format!("{swapped}\nu,t,c,d,e,f,g,h,i\n").as_bytes());
    assert_eq!(
        all(&mut ok.expect("opens")),
        [(2, 2, Ok("t|u|c|d|e|f|g|h|i".to_owned()))]
    );
    for (header, word) in [
        ("", "no header"),
        ("token_ref;user_id", "no header of comma"),
        (&HEADER.replace("state", "status"), "no column 'status'"),
        (&HEADER.replace(",state", ""), "'state' is missing"),
        (&format!("{HEADER},state"), "twice"),
        (&HEADER.replace("state", "\u{1b}[31m"), "no column '"),
    ] {
        let (_dir, refused) = source("t.csv", header.as_bytes());
        let words = refused.err().expect(header).to_string();
        assert!(words.contains(word), "{words}");
        assert!(!words.contains('\u{1b}'));
    }
}

#[test]
fn a_quote_that_is_never_closed_ends_the_import_and_not_the_memory() {
    let mut text = format!("{HEADER}\r\na,b,c,d,e,f,g,h,i\r\na,\"never closed").into_bytes();
    text.resize(usize::try_from(LONGEST).expect("fits") + 300_000, b'x');
    let (_dir, source) = source("t.csv", &text);
    let mut source = source.expect("opens");
    assert!(source.next().is_ok());
    let error = source.next().expect_err("too long");
    assert!(matches!(error, ImportError::Endless { line: 3, .. }), "{error}");
}

#[test]
fn json_lines_hide_nothing() {
    let row = |change: &dyn Fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let mut row: serde_json::Map<_, _> = HEADER
            .split(',')
            .map(|name| (name.to_owned(), name[..1].into()))
            .collect();
        change(&mut row);
        serde_json::Value::Object(row).to_string()
    };
    let lines = [
        row(&|_| {}),
        row(&|r| drop(r.remove("state"))),
        row(&|r| drop(r.insert("extra".to_owned(), "x".into()))),
        row(&|r| drop(r.insert("state".to_owned(), 1.into()))),
        row(&|r| drop(r.insert("state".to_owned(), "a\0\n\r\u{1b}".into()))),
        row(&|_| {}).replace("\"user_id\"", "\"state\""),
        "[]".to_owned(),
        String::new(),
        row(&|_| {}).replace("\"s\"", "\"\\ud800\""),
    ];
    let mut bytes = lines.join("\n").into_bytes();
    bytes.extend(b"\n{\"token_ref\": \"\xff\"}");
    let (_dir, source) = source("t.JSONL", &bytes);
    let found = all(&mut source.expect("opens"));
    let reasons: Vec<_> = found
        .iter()
        .map(|(_, _, fields)| fields.as_ref().err().copied())
        .collect();
    assert_eq!(
        reasons,
        [
            None,
            Some(Reason::WrongColumnCount),
            Some(Reason::WrongColumnCount),
            Some(Reason::InvalidJson),
            None,
            Some(Reason::WrongColumnCount),
            Some(Reason::InvalidJson),
            Some(Reason::InvalidJson),
            Some(Reason::InvalidJson),
            Some(Reason::InvalidUtf8),
        ]
    );
    assert_eq!(found[4].2.as_deref(), Ok("t|u|o|a\0\n\r\u{1b}|c|u|s|e|r"));
    assert!(
        found
            .iter()
            .enumerate()
            .all(|(i, (record, line, _))| (*record, *line) == (i as u64 + 1, i as u64 + 1))
    );
}
