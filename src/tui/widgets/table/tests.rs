use std::cell::RefCell;

use ratatui::style::Modifier;

use super::super::testing::{HOSTILE, drawn, look, text_of, with_attribute};
use super::*;

pub(super) fn columns() -> Vec<Column<'static>> {
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

pub(super) fn row(at: usize) -> Option<Row<'static>> {
    let name = match at {
        1 => format!("中文餐廳 👨‍👩‍👧‍👦 家庭套餐 {HOSTILE}"),
        2 => "x".repeat(20_000),
        _ => format!("{}% off", 5 + at),
    };
    let (state, role) = [("● active", Role::StateActive), ("○ expired", Role::StateExpired)][at % 2];
    let mut row = Row::new(vec![
        Text::plain(name),
        Text::new(state, role),
        Text::plain(if at == 3 {
            "1,234,567.00 CHF".to_owned()
        } else {
            format!("${at}.00")
        }),
        Text::plain("Corner Cafe"),
        Text::new("3 days ago", Role::Muted),
        Text::plain("21 Nov 2026"),
    ]);
    row.marked = at == 2;
    row.dimmed = at == 4;
    Some(row)
}

fn frame(
    cols: u16,
    rows: u16,
    len: usize,
    at: usize,
    change: impl for<'a> Fn(Table<'a>) -> Table<'a>,
) -> String {
    let columns = columns();
    let mut cursor = Cursor {
        at,
        len,
        ..Cursor::default()
    };
    drawn(cols, rows, |area, buf| {
        change(Table::new(&columns)).draw(area, buf, &mut cursor, look(), row);
    })
}

#[test]
fn rows_with_wide_and_hostile_text_keep_their_columns() {
    fn bar(table: Table<'_>) -> Table<'_> {
        table.extent(Some(Extent {
            before: 90,
            total: 212,
        }))
    }
    insta::assert_snapshot!("table_78x8", frame(78, 8, 12, 3, bar));
    insta::assert_snapshot!("table_118x12", frame(118, 12, 12, 3, bar));
}

#[test]
fn columns_of_high_rank_make_room() {
    let heads = |cols| frame(cols, 1, 3, 0, |table| table);
    assert!(heads(100).contains("expires") && heads(100).contains("merchant"));
    assert!(!heads(78).contains("expires") && heads(78).contains("merchant"));
    assert!(!heads(60).contains("merchant") && heads(60).contains("claimed ▾"));
    assert!(!heads(44).contains("claimed") && heads(44).contains("value"));
    for cols in 0..44 {
        let text = frame(cols, 4, 3, 0, |table| table);
        assert!(
            text.lines()
                .all(|l| crate::text::width::width(l) <= usize::from(cols)),
            "{text}"
        );
    }
}

#[test]
fn empty_and_loading_say_so() {
    let none = frame(60, 6, 0, 0, |table| {
        table.empty("No tokens fit. Press / to change the query.")
    });
    let loading = frame(60, 6, 0, 0, |table| table.loading(true));
    let more = frame(60, 6, 2, 0, |table| table.loading(true));
    insta::assert_snapshot!([none, loading, more].join("--\n"));
}

#[test]
fn selection_is_told_by_sign_and_attribute_and_only_what_is_seen_is_made() {
    let columns = columns();
    let made = RefCell::new(Vec::new());
    let make = |at| {
        made.borrow_mut().push(at);
        row(at)
    };
    let mut cursor = Cursor {
        at: 50_000,
        len: 100_000,
        ..Cursor::default()
    };
    let mut buf = Buffer::empty(Rect::new(0, 0, 78, 11));
    Table::new(&columns).draw(buf.area, &mut buf, &mut cursor, look(), make);
    assert_eq!(made.borrow().len(), 10);
    let y = u16::try_from(1 + cursor.at - cursor.top).expect("seen");
    assert!(with_attribute(&buf, y, Modifier::REVERSED).starts_with("▌  50005% off"));
    assert_eq!(with_attribute(&buf, y - 1, Modifier::REVERSED), "");
    // without the focus the marker alone stays
    let mut other = Buffer::empty(buf.area);
    Table::new(&columns)
        .focused(false)
        .draw(buf.area, &mut other, &mut cursor, look(), make);
    assert_eq!(with_attribute(&other, y, Modifier::REVERSED), "");
    assert!(text_of(&other).contains("▌  50005% off"));
}

#[test]
fn rows_of_an_older_answer_are_dimmed() {
    let columns = columns();
    let mut cursor = Cursor {
        len: 3,
        ..Cursor::default()
    };
    let mut buf = Buffer::empty(Rect::new(0, 0, 78, 4));
    Table::new(&columns)
        .stale(true)
        .draw(buf.area, &mut buf, &mut cursor, look(), row);
    assert!(with_attribute(&buf, 2, Modifier::DIM).contains("中文餐廳"));
}
