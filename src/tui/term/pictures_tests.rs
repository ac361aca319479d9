//! The bytes of each protocol, that they come once, and that nothing stays behind.

use super::*;

const HERE: Place = Place {
    ssh: false,
    tmux: false,
    screen: false,
    screenless: false,
};

fn env<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    move |name| {
        vars.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    }
}

#[test]
fn auto_takes_the_best_that_the_terminal_names_and_nothing_over_ssh() {
    let auto =
        |place: Place, depth, vars: &[(&str, &str)]| Protocol::choose("auto", place, depth, false, env(vars));
    let rgb = Depth::Rgb;
    for (vars, protocol) in [
        (&[("TERM", "xterm-kitty")][..], Protocol::Kitty),
        (&[("KITTY_WINDOW_ID", "1")], Protocol::Kitty),
        (&[("TERM_PROGRAM", "ghostty")], Protocol::Kitty),
        (&[("KONSOLE_VERSION", "230800")], Protocol::Kitty),
        (&[("TERM_PROGRAM", "iTerm.app")], Protocol::Iterm2),
        (&[("TERM_PROGRAM", "WezTerm")], Protocol::Iterm2),
        (&[("TERM", "foot-extra")], Protocol::Sixel),
        (&[("TERM", "xterm-256color")], Protocol::HalfBlocks),
    ] {
        assert_eq!(auto(HERE, rgb, vars), Some(protocol), "{vars:?}");
        assert_eq!(
            auto(Place { ssh: true, ..HERE }, rgb, vars),
            None,
            "{vars:?} far away"
        );
        let tmux = Place { tmux: true, ..HERE };
        assert_eq!(
            auto(tmux, rgb, vars),
            Some(Protocol::HalfBlocks),
            "{vars:?} in tmux"
        );
        assert_eq!(auto(HERE, Depth::Mono, vars), None, "{vars:?} without colour");
    }
    let far = Place { ssh: true, ..HERE };
    for (setting, protocol) in [
        ("kitty", Some(Protocol::Kitty)),
        ("iterm2", Some(Protocol::Iterm2)),
        ("sixel", Some(Protocol::Sixel)),
        ("halfblocks", Some(Protocol::HalfBlocks)),
        ("off", None),
    ] {
        assert_eq!(
            Protocol::choose(setting, far, rgb, false, env(&[])),
            protocol,
            "{setting}"
        );
    }
    assert_eq!(
        Protocol::choose("halfblocks", HERE, rgb, true, env(&[])),
        None,
        "no such signs"
    );
    assert_eq!(
        Protocol::choose("halfblocks", HERE, Depth::Mono, false, env(&[])),
        None
    );
}

const AREA: Rect = Rect::new(3, 2, 4, 2);

fn red(width: u32, height: u32) -> Pixels {
    Pixels::new(width, height, [255, 0, 0, 255].repeat((width * height) as usize)).expect("pixels")
}

fn wanted<'a>(id: u32, png: &'a [u8], pixels: &'a Pixels) -> Option<Wanted<'a>> {
    Some(Wanted {
        id,
        png,
        pixels,
        area: AREA,
    })
}

fn frame() -> Buffer {
    Buffer::empty(Rect::new(0, 0, 20, 8))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn kitty_gets_it_once_then_by_name_and_loses_it_when_it_is_gone() {
    let mut pictures = Pictures::new(Some(Protocol::Kitty), Depth::Rgb);
    pictures.measure(Some((10, 20)));
    let pixels = red(40, 40);
    let first = pictures.turn(&mut frame(), wanted(7, b"png", &pixels));
    assert_eq!(
        text(&first.after),
        "\x1b7\x1b[3;4H\x1b_Ga=T,f=100,i=7,p=1,c=4,r=2,C=1,q=2,m=0;cG5n\x1b\\\x1b8"
    );
    assert!(first.before.is_empty() && first.spoiled.is_none());
    assert_eq!(pictures.held(), Some(AREA));
    assert_eq!(
        pictures.turn(&mut frame(), wanted(7, b"png", &pixels)),
        Around::default(),
        "it is there"
    );
    let gone = pictures.turn(&mut frame(), None);
    assert_eq!(text(&gone.before), "\x1b_Ga=d,d=i,i=7,q=2\x1b\\");
    assert!(gone.after.is_empty() && pictures.held().is_none());
    let again = pictures.turn(&mut frame(), wanted(7, b"png", &pixels));
    assert_eq!(
        text(&again.after),
        "\x1b7\x1b[3;4H\x1b_Ga=p,i=7,p=1,c=4,r=2,C=1,q=2\x1b\\\x1b8"
    );
    let other = pictures.turn(&mut frame(), wanted(8, b"other", &pixels));
    assert_eq!(
        text(&other.before),
        "\x1b_Ga=d,d=i,i=7,q=2\x1b\\",
        "the old one goes first"
    );
    assert!(text(&other.after).contains("i=8"));
    pictures.forget();
    let after_a_clear = pictures.turn(&mut frame(), wanted(7, b"png", &pixels));
    assert!(
        after_a_clear.before.is_empty() && text(&after_a_clear.after).contains("a=T"),
        "sent anew"
    );
    assert_eq!(
        text(&pictures.end()),
        "\x1b_Ga=d,d=A,q=2\x1b\\",
        "nothing stays behind"
    );
    assert!(pictures.end().is_empty());
}

#[test]
fn a_large_picture_goes_to_kitty_in_pieces() {
    let mut pictures = Pictures::new(Some(Protocol::Kitty), Depth::Rgb);
    let png = vec![1; 10_000];
    let after = text(&pictures.turn(&mut frame(), wanted(1, &png, &red(8, 8))).after);
    let pieces: Vec<&str> = after.split("\x1b_G").skip(1).collect();
    assert_eq!(pieces.len(), 4);
    assert!(pieces[..3].iter().all(|piece| piece.contains("m=1;")) && pieces[3].contains("m=0;"));
    assert!(pieces.iter().all(|piece| piece.len() <= PIECE + 60));
    let data: String = pieces
        .iter()
        .filter_map(|piece| {
            piece
                .split_once(';')
                .map(|(_, data)| data.split('\x1b').next().unwrap_or_default())
        })
        .collect();
    assert_eq!(BASE64_STANDARD.decode(data).expect("base64"), png);
}

#[test]
fn iterm2_and_sixel_are_drawn_once_and_written_over_when_gone() {
    let pixels = red(20, 40);
    for (protocol, starts, holds) in [
        (
            Protocol::Iterm2,
            "\x1b7\x1b[3;4H\x1b]1337;File=inline=1;size=3;width=2;height=2;",
            "doNotMoveCursor=1:cG5n\x07\x1b8",
        ),
        (
            Protocol::Sixel,
            "\x1b7\x1b[3;4H\x1bP0;1;0q\"1;1;20;40#0;2;100;0;0#0!20~-",
            "\x1b\\\x1b8",
        ),
    ] {
        let mut pictures = Pictures::new(Some(protocol), Depth::Rgb);
        pictures.measure(Some((10, 20)));
        let first = pictures.turn(&mut frame(), wanted(7, b"png", &pixels));
        let after = text(&first.after);
        assert!(after.starts_with(starts) && after.ends_with(holds), "{after:?}");
        let narrow = Rect { width: 2, ..AREA };
        assert_eq!(pictures.held(), Some(narrow), "in proportion");
        assert_eq!(
            pictures.turn(&mut frame(), wanted(7, b"png", &pixels)),
            Around::default()
        );
        let gone = pictures.turn(&mut frame(), None);
        assert_eq!(
            (gone.spoiled, gone.before.len(), gone.after.len()),
            (Some(narrow), 0, 0)
        );
        assert!(pictures.end().is_empty());
    }
}

#[test]
fn half_blocks_are_part_of_the_frame() {
    let mut pictures = Pictures::new(Some(Protocol::HalfBlocks), Depth::Rgb);
    let rgba: Vec<u8> = (0..16_u8)
        .flat_map(|n| [n, 0, 0, if n == 15 { 0 } else { 255 }])
        .collect();
    let pixels = Pixels::new(4, 4, rgba).expect("pixels");
    let mut drawn = frame();
    assert_eq!(
        pictures.turn(&mut drawn, wanted(1, b"png", &pixels)),
        Around::default(),
        "no bytes of its own"
    );
    let cell = drawn.cell((3, 2)).expect("inside");
    assert_eq!(
        (cell.symbol(), cell.fg, cell.bg),
        ("▀", Color::Rgb(0, 0, 0), Color::Rgb(4, 0, 0))
    );
    let cell = drawn.cell((6, 3)).expect("inside");
    assert_eq!(
        (cell.symbol(), cell.fg, cell.bg),
        ("▀", Color::Rgb(11, 0, 0), Color::Reset),
        "nothing below"
    );
    assert_eq!(
        drawn.cell((7, 2)).expect("inside").symbol(),
        " ",
        "nothing beside"
    );
    assert!(pictures.held().is_none(), "frames move as they like");
    let mut coarse = frame();
    Pictures::new(Some(Protocol::HalfBlocks), Depth::Ansi256).turn(&mut coarse, wanted(1, b"png", &pixels));
    assert!(matches!(
        coarse.cell((3, 2)).expect("inside").fg,
        Color::Indexed(_)
    ));
}

#[test]
fn switched_off_nothing_is_written() {
    let mut pictures = Pictures::new(None, Depth::Rgb);
    let mut drawn = frame();
    let around = pictures.turn(&mut drawn, wanted(1, b"png", &red(4, 4)));
    assert_eq!((around, &drawn), (Around::default(), &frame()));
    assert!(pictures.end().is_empty() && pictures.held().is_none());
}
