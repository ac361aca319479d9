//! What one key costs in bytes: the table of the widgets through the painter of the terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};

use crate::text::words::Words;
use crate::tui::keys::Keymap;
use crate::tui::term::Painter;
use crate::tui::theme::{Depth, Role, Theme};
use crate::tui::widgets::Look;
use crate::tui::widgets::list::{List, Move};
use crate::tui::widgets::table::{Column, Row, Sorted, Table, Text, Width};

fn columns() -> Vec<Column<'static>> {
    let grow = |least, share| Width::Grow { least, share };
    vec![
        Column::new("name", grow(16, 3)),
        Column::new("state", Width::Fixed(10)),
        Column::new("value", Width::Fixed(10)).at_right(),
        Column::new("merchant", grow(10, 2)).rank(2),
        Column::new("claimed", Width::Fixed(11))
            .rank(1)
            .sorted(Some(Sorted::Falling)),
        Column::new("expires", Width::Fixed(11)).rank(3),
    ]
}

fn row(at: usize) -> Option<Row<'static>> {
    let (state, role) = [("● active", Role::StateActive), ("○ expired", Role::StateExpired)][at % 2];
    Some(Row::new(vec![
        Text::plain(format!("{}% off", 5 + at)),
        Text::new(state, role),
        Text::plain(format!("${at}.00")),
        Text::plain("Corner Cafe"),
        Text::new("3 days ago", Role::Muted),
        Text::plain("21 Nov 2026"),
    ]))
}

/// Bytes of each of ten moves down, after the first frame.
fn bytes_of_moves(theme: &Theme) -> Vec<usize> {
    let (words, keymap) = (Words::english(), Keymap::default());
    let columns = columns();
    let make = |at: usize| row(at + 10);
    let rows: Vec<usize> = (0..30).collect();
    let mut list = List::default();
    list.settle(&rows, |r| *r);
    let size = Size::new(120, 40);
    let mut painter = Painter::new(size);
    let mut frame = |list: &mut List<usize>| {
        let mut buf = Buffer::empty(Rect::new(0, 0, size.width, size.height));
        let look = Look::new(theme, &words, &keymap);
        buf.set_style(buf.area, look.style(Role::Text));
        Table::new(&columns).draw(buf.area, &mut buf, &mut list.cursor, look, make);
        painter.paint(&buf, None).len()
    };
    frame(&mut list);
    (0..10)
        .map(|_| {
            list.go(Move::Down, &rows, |r| *r);
            frame(&mut list)
        })
        .collect()
}

#[test]
fn a_move_of_the_cursor_writes_few_bytes() {
    // two rows of 120 cells are 240; colours of 24 bits are spelled long
    for choice in ["default", "light", "high-contrast", "mono"] {
        for (depth, most) in [
            (Depth::Rgb, 425),
            (Depth::Ansi256, 360),
            (Depth::Ansi16, 330),
            (Depth::Mono, 300),
        ] {
            let theme = Theme::load(choice, None, depth).expect("shipped");
            let bytes = bytes_of_moves(&theme);
            assert!(
                bytes.iter().all(|n| (20..most).contains(n)),
                "{choice} {depth:?}: {bytes:?}"
            );
        }
    }
}
