//! Frames through the painter into a terminal: what it shows must be the frame, however it got there.

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const WIDE: u16 = 40;
const HIGH: u16 = 12;

fn terminal(width: u16, height: u16) -> vt100::Parser {
    let size = |n| NonZeroU16::new(n).expect("a size");
    vt100::Parser::new(size(height), size(width), 0)
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Red => vt100::Color::Idx(1),
        Color::LightBlue => vt100::Color::Idx(12),
        Color::Indexed(n) => vt100::Color::Idx(n),
        Color::Rgb(r, g, b) => vt100::Color::Rgb(r, g, b),
        other => panic!("{other:?} is not used here"),
    }
}

fn check(parser: &vt100::Parser, frame: &Buffer) -> Result<(), String> {
    for y in 0..frame.area.height {
        let mut skip = 0;
        for x in 0..frame.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let cell = frame.cell((x, y)).expect("inside");
            let seen = parser.screen().cell(y, x).expect("inside");
            let contents = if seen.has_contents() { seen.contents() } else { " " };
            if contents != cell.symbol() {
                return Err(format!("{x},{y}: {contents:?} instead of {:?}", cell.symbol()));
            }
            let look = Look::of(cell);
            let attributes = [
                (Modifier::BOLD, seen.bold()),
                (Modifier::DIM, seen.dim()),
                (Modifier::UNDERLINED, seen.underline()),
                (Modifier::REVERSED, seen.inverse()),
            ];
            let blank = cell.symbol() == " ";
            for (modifier, on) in attributes {
                let seen_on_blank = matches!(modifier, Modifier::UNDERLINED | Modifier::REVERSED);
                if look.modifier.contains(modifier) != on && (!blank || seen_on_blank) {
                    return Err(format!("{x},{y}: {modifier:?} is {on}"));
                }
            }
            if seen.bgcolor() != color(look.bg) || (!blank && seen.fgcolor() != color(look.fg)) {
                return Err(format!(
                    "{x},{y}: {:?} on {:?} instead of {look:?}",
                    seen.fgcolor(),
                    seen.bgcolor()
                ));
            }
            skip = if seen.is_wide() { 1 } else { 0 };
        }
    }
    Ok(())
}

fn styles() -> impl Strategy<Value = Style> {
    let colors = prop_oneof![
        4 => Just(Color::Reset),
        1 => Just(Color::Red),
        1 => Just(Color::LightBlue),
        1 => Just(Color::Indexed(200)),
        1 => Just(Color::Rgb(1, 2, 3)),
    ];
    let modifiers = prop_oneof![
        4 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::REVERSED),
        1 => Just(Modifier::UNDERLINED),
    ];
    (colors.clone(), colors, modifiers).prop_map(|(fg, bg, modifier)| {
        Style::new()
            .fg(fg)
            .bg(bg)
            .add_modifier(modifier)
            .remove_modifier(Modifier::all() - modifier)
    })
}

/// Something done to a frame before it is painted.
#[derive(Debug, Clone)]
enum Stroke {
    Text(u16, u16, String, Style),
    Style(u16, u16, u16, Style),
    Shift(u16, u16, i16),
    Clear(u16),
}

fn strokes() -> impl Strategy<Value = Vec<Stroke>> {
    let texts = prop_oneof![
        "[a-z ]{0,30}",
        Just("漢字かな".to_owned()),
        Just("Zürich · ▌─│ …".to_owned()),
        Just("a    b".to_owned())
    ];
    let one = prop_oneof![
        4 => (0..WIDE, 0..HIGH, texts, styles()).prop_map(|(x, y, text, style)| Stroke::Text(x, y, text, style)),
        1 => (0..WIDE, 0..HIGH, 1..WIDE, styles()).prop_map(|(x, y, width, style)| Stroke::Style(x, y, width, style)),
        2 => (0..HIGH, 0..HIGH, -3_i16..=3).prop_map(|(a, b, by)| Stroke::Shift(a.min(b), a.max(b), by)),
        1 => (0..HIGH).prop_map(Stroke::Clear),
    ];
    proptest::collection::vec(one, 0..20)
}

fn stroke(frame: &mut Buffer, stroke: &Stroke) {
    match stroke {
        Stroke::Text(x, y, text, style) => {
            frame.set_string(*x, *y, text, *style);
        }
        Stroke::Style(x, y, width, style) => {
            frame.set_style(Rect::new(*x, *y, *width, 1).intersection(frame.area), *style);
        }
        Stroke::Shift(top, bottom, by) => {
            if by.unsigned_abs() <= bottom - top && *by != 0 {
                scroll::apply(
                    frame,
                    scroll::Shift {
                        top: *top,
                        bottom: bottom + 1,
                        by: *by,
                    },
                );
            }
        }
        Stroke::Clear(y) => {
            for x in 0..frame.area.width {
                if let Some(cell) = frame.cell_mut((x, *y)) {
                    cell.reset();
                }
            }
        }
    }
}

proptest! {
    #[test]
    fn a_terminal_shows_the_frame_whatever_was_shown_before(steps in proptest::collection::vec(strokes(), 1..6)) {
        let mut painter = Painter::new(Size::new(WIDE, HIGH));
        let mut parser = terminal(WIDE, HIGH);
        let mut frame = Buffer::empty(Rect::new(0, 0, WIDE, HIGH));
        for step in &steps {
            for one in step {
                stroke(&mut frame, one);
            }
            parser.process(painter.paint(&frame, None));
            if let Err(wrong) = check(&parser, &frame) {
                return Err(TestCaseError::fail(wrong));
            }
            prop_assert_eq!(painter.paint(&frame, None).len(), 0, "nothing changed, nothing is sent");
        }
    }
}

/// A table with borders, a coloured column and a reversed row, as the desk draws it.
fn table(width: u16, height: u16, first: usize, chosen: usize) -> Buffer {
    let mut frame = Buffer::empty(Rect::new(0, 0, width, height));
    frame.set_string(
        0,
        0,
        "Kigo PRO × Extra Care   TEST",
        Style::new().add_modifier(Modifier::REVERSED),
    );
    for y in 1..height - 1 {
        let row = first + usize::from(y);
        let text = format!(
            "│ {row:>6}  {:<28} {:<9} {:>9}  {:<24} {:<12} {:<12}",
            format!("Offer number {}", row * 7919 % 1000),
            ["active", "used", "expired"][row % 3],
            format!("{}.50 USD", row % 90),
            format!("Merchant {}", row * 31 % 97),
            "2026-01-02",
            "2026-12-31",
        );
        frame.set_stringn(0, y, &text, usize::from(width), Style::new());
        frame.set_style(Rect::new(38, y, 9, 1), Style::new().fg(Color::Red));
        frame.set_string(width - 1, y, "│", Style::new());
        if row == chosen {
            frame.set_style(
                Rect::new(1, y, width - 2, 1),
                Style::new().add_modifier(Modifier::REVERSED),
            );
        }
    }
    frame
}

/// Bytes of the second frame after the first, which the terminal must then show.
fn cost(before: &Buffer, after: &Buffer) -> usize {
    let size = before.area.as_size();
    let mut painter = Painter::new(size);
    let mut parser = terminal(size.width, size.height);
    parser.process(painter.paint(before, None));
    let bytes = painter.paint(after, None).to_vec();
    parser.process(&bytes);
    check(&parser, after).expect("shows the frame");
    bytes.len()
}

#[test]
fn a_cursor_move_in_a_table_is_cheap() {
    let bytes = cost(&table(120, 40, 100, 110), &table(120, 40, 100, 111));
    assert!(bytes < 300, "{bytes}");
}

#[test]
fn a_scroll_by_one_costs_a_few_rows_and_not_all() {
    for (before, after) in [((100, 138), (101, 139)), ((100, 101), (99, 100))] {
        let bytes = cost(
            &table(120, 40, before.0, before.1),
            &table(120, 40, after.0, after.1),
        );
        assert!(bytes < 500, "{bytes}");
    }
    let page = cost(&table(120, 40, 100, 110), &table(120, 40, 138, 148));
    assert!(page > 1_200, "the harness can tell much from little: {page}");
}

#[test]
fn a_burst_is_one_frame_and_an_idle_desk_sends_nothing() {
    let frame = table(120, 40, 0, 5);
    let mut painter = Painter::new(frame.area.as_size());
    assert!(!painter.paint(&frame, None).is_empty());
    for _ in 0..3 {
        assert_eq!(painter.paint(&frame, None), b"");
    }
    let cursor = Some(Position { x: 3, y: 4 });
    assert_eq!(painter.paint(&frame, cursor), b"\x1b[5;4H\x1b[?25h");
    assert_eq!(painter.paint(&frame, cursor), b"");
    assert_eq!(painter.paint(&frame, None), b"\x1b[?25l");
}

#[test]
fn another_size_or_a_spoilt_screen_is_drawn_anew() {
    let mut painter = Painter::new(Size::new(120, 40));
    painter.paint(&table(120, 40, 0, 5), None);
    let mut parser = terminal(80, 24);
    parser.process(b"garbage\x1b[5;10r");
    let small = table(80, 24, 0, 5);
    parser.process(painter.paint(&small, None));
    check(&parser, &small).expect("drawn anew after a resize");
    parser.process(b"\x1b[2Jgarbage");
    painter.forget();
    parser.process(painter.paint(&small, None));
    check(&parser, &small).expect("drawn anew when asked");
}

#[test]
fn joined_and_toned_emoji_take_their_columns_where_they_are_not_joined_too() {
    // this terminal draws each part by itself, as many do
    let (width, height) = (12, 2);
    let mut frame = Buffer::empty(Rect::new(0, 0, width, height));
    let mut painter = Painter::new(Size::new(width, height));
    let mut parser = vt100::Parser::new(
        std::num::NonZeroU16::new(height).expect("rows"),
        std::num::NonZeroU16::new(width).expect("columns"),
        0,
    );
    frame.set_string(0, 0, "│          │", Style::new());
    frame.set_string(0, 1, "│          │", Style::new());
    parser.process(painter.paint(&frame, None));
    frame.set_string(7, 0, "👩‍👩‍👧‍👦", Style::new());
    frame.set_string(5, 1, "👍🏽ok", Style::new());
    parser.process(painter.paint(&frame, None));
    assert_eq!(parser.screen().contents(), "│      👩  │\n│    👍ok  │");
}

#[test]
fn what_something_lies_over_is_not_moved_and_what_is_spoiled_is_written_again() {
    let list = |from: usize| {
        let mut frame = Buffer::empty(Rect::new(0, 0, 60, 20));
        for y in 0..20_u16 {
            let at = from + usize::from(y);
            let letter = char::from(b'a' + u8::try_from(at % 26).expect("small"));
            let text = format!("row {at:>3} {}", String::from(letter).repeat(40));
            frame.set_string(0, y, text, Style::new());
        }
        frame
    };
    let moves = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("\x1b[r");
    let mut painter = Painter::new(ratatui::layout::Size::new(60, 20));
    painter.paint(&list(0), None);
    assert!(
        moves(painter.paint(&list(1), None)),
        "the terminal moves the rows itself"
    );
    painter.hold(Some(Rect::new(10, 15, 8, 3)));
    assert!(
        !moves(painter.paint(&list(2), None)),
        "what lies over them would move too"
    );
    painter.hold(None);
    assert!(moves(painter.paint(&list(3), None)));
    assert!(painter.paint(&list(3), None).is_empty());
    painter.spoil(Rect::new(0, 4, 7, 2));
    let again = String::from_utf8_lossy(painter.paint(&list(3), None)).into_owned();
    assert!(
        again.contains("row   7") && again.contains("row   8") && !again.contains("row   9"),
        "{again:?}"
    );
    assert!(painter.paint(&list(3), None).is_empty());
}

#[test]
fn what_is_spoiled_beside_signs_and_wide_characters_is_written_again() {
    let mut frame = Buffer::empty(Rect::new(0, 0, 30, 3));
    for y in 0..3 {
        frame.set_string(0, y, "│ 中文餐廳 ● https://x.example", Style::new());
    }
    let mut terminal = terminal(30, 3);
    let mut painter = Painter::new(ratatui::layout::Size::new(30, 3));
    terminal.process(painter.paint(&frame, None));
    for area in [
        Rect::new(3, 0, 9, 2),
        Rect::new(0, 0, 30, 3),
        Rect::new(20, 1, 40, 9),
    ] {
        painter.spoil(area);
        let again = painter.paint(&frame, None).to_vec();
        assert!(!again.is_empty(), "{area:?}");
        terminal.process(&again);
        check(&terminal, &frame).expect("as it was");
    }
}
