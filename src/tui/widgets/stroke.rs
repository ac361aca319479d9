//! Small strokes: cleaned text that fits.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Look;
use crate::text::safe::{clean, clean_block};
use crate::text::width::{ELLIPSIS, is_plain, truncate, width, wrap};
use crate::tui::theme::Role;

/// The text cleaned, on one line, in at most `cols` columns. What lies far beyond the last column is not even read, so
/// that long texts cost nothing.
#[must_use]
pub fn fit(text: &str, cols: usize) -> Cow<'_, str> {
    let reach = text.floor_char_boundary(cols.saturating_mul(16).saturating_add(64));
    let cut = reach < text.len();
    let safe = clean(&text[..reach]);
    if cut && cols > 0 && width(&safe) < cols {
        return Cow::Owned(format!("{safe}{ELLIPSIS}"));
    }
    match safe {
        Cow::Borrowed(safe) => truncate(safe, cols),
        Cow::Owned(safe) => Cow::Owned(truncate(&safe, cols).into_owned()),
    }
}

/// Columns that a cleaned text takes.
#[must_use]
pub fn cols(text: &str) -> u16 {
    u16::try_from(width(&clean(text))).unwrap_or(u16::MAX)
}

/// Draws one line at `x`, `y` in at most `room` columns; gives back the columns used.
pub fn line(buf: &mut Buffer, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
    let area = buf.area;
    if y < area.y || y >= area.bottom() || x >= area.right() {
        return 0;
    }
    let room = room.min(area.right() - x);
    put(buf, x, y, room, &fit(text, usize::from(room)), style)
}

/// Puts a cleaned text that fits into `room` columns of a row inside the buffer; gives back the columns used.
pub fn put(buf: &mut Buffer, x: u16, y: u16, room: u16, text: &str, style: Style) -> u16 {
    if !is_plain(text) {
        let (end, _) = buf.set_stringn(x, y, text, usize::from(room), style);
        return end - x;
    }
    let start = buf.index_of(x, y);
    let cells = buf.content.iter_mut().skip(start).take(usize::from(room));
    let mut used = 0;
    for (cell, byte) in cells.zip(text.bytes()) {
        cell.set_char(char::from(byte)).set_style(style);
        used += 1;
    }
    used
}

/// Draws one line at the right end of `area`'s first row; gives back the columns used.
pub fn right(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let text = fit(text, usize::from(area.width));
    let wide = u16::try_from(width(&text)).unwrap_or(area.width);
    line(buf, area.right().saturating_sub(wide), area.y, wide, &text, style)
}

/// The text cleaned and broken into lines of at most `cols` columns.
#[must_use]
pub fn wrapped(text: &str, cols: u16) -> Vec<String> {
    wrap(&clean_block(text), usize::from(cols))
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Between two keys with what they do.
const BETWEEN: &str = "   ";

/// A line of keys, parted by three spaces, broken between two of them: a key stays with what it does.
#[must_use]
pub fn key_lines(text: &str, cols: u16) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let text = clean(text);
    for part in text.split(BETWEEN).map(str::trim).filter(|part| !part.is_empty()) {
        if let Some(last) = lines.last_mut()
            && width(last) + BETWEEN.len() + width(part) <= usize::from(cols)
        {
            last.push_str(BETWEEN);
            last.push_str(part);
        } else {
            lines.extend(wrap(part, usize::from(cols)).into_iter().map(str::to_owned));
        }
    }
    lines
}

/// Draws a text broken into lines, as much of it as the area holds; where something is left out, the last line ends
/// with `…`. Gives back the rows used.
pub fn block(buf: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    if area.is_empty() {
        return 0;
    }
    // no more than could ever be shown is broken into lines
    let most = usize::from(area.width) * usize::from(area.height) * 16 + 64;
    let reach = text.floor_char_boundary(most);
    let lines = wrapped(&text[..reach], area.width);
    let shown = lines.len().min(usize::from(area.height));
    let left_out = reach < text.len() || lines.len() > shown;
    for (i, (text, y)) in lines.iter().zip(area.y..area.bottom()).enumerate() {
        if left_out && i + 1 == shown {
            let longer = format!("{text}{ELLIPSIS}");
            line(buf, area.x, y, area.width, &longer, style);
        } else {
            line(buf, area.x, y, area.width, text, style);
        }
    }
    u16::try_from(shown).unwrap_or(area.height)
}

/// Draws pieces one after the other, each in its role, as far as they fit; gives back the columns used.
pub fn pieces(buf: &mut Buffer, area: Rect, pieces: &[(&str, Role)], look: Look<'_>) -> u16 {
    let mut x = area.x;
    for (text, role) in pieces {
        x += line(
            buf,
            x,
            area.y,
            area.right().saturating_sub(x),
            text,
            look.style(*role),
        );
    }
    x - area.x
}

/// Blanks an area in this style.
pub fn blank(buf: &mut Buffer, area: Rect, style: Style) {
    let area = area.intersection(buf.area);
    for y in area.y..area.bottom() {
        for x in area.x..area.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

/// The first row of an area.
#[must_use]
pub fn first_row(area: Rect) -> Rect {
    Rect {
        height: area.height.min(1),
        ..area
    }
}

/// The area without its first `rows` rows.
#[must_use]
pub fn below(area: Rect, rows: u16) -> Rect {
    let rows = rows.min(area.height);
    Rect {
        y: area.y + rows,
        height: area.height - rows,
        ..area
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_cleaned_and_cut_by_columns() {
        assert_eq!(fit("\u{1b}[31mred\u{202e}", 20), "[31mred");
        assert_eq!(fit("中文餐廳", 5), "中文…");
        assert_eq!(fit("two\nlines", 20), "two lines");
        assert_eq!(
            fit(&"\u{200b}".repeat(20_000), 5),
            "…",
            "far beyond is not looked at"
        );
        assert_eq!(cols("中\u{200b}文"), 4);
    }

    #[test]
    fn a_key_stays_with_what_it_does() {
        let keys = "enter Sort by this   space Add or take away   - Turn round   0 Own order   esc Close";
        assert_eq!(key_lines(keys, 90), [keys]);
        assert_eq!(
            key_lines(keys, 66),
            [
                "enter Sort by this   space Add or take away   - Turn round",
                "0 Own order   esc Close"
            ]
        );
        assert_eq!(key_lines("a Very long", 7), ["a Very", "long"]);
        assert!(key_lines("", 10).is_empty());
    }

    #[test]
    fn a_block_says_that_it_goes_on() {
        let text = drawn(12, 2, |area, buf| {
            assert_eq!(block(buf, area, "one two three four five", Style::new()), 2);
        });
        assert_eq!(text, "one two\nthree four…\n");
        let whole = drawn(12, 3, |area, buf| {
            assert_eq!(block(buf, area, "one\n\nthree", Style::new()), 3);
        });
        assert_eq!(whole, "one\n\nthree\n");
    }

    #[test]
    fn pieces_stand_in_a_row() {
        let text = drawn(12, 1, |area, buf| {
            pieces(
                buf,
                area,
                &[("a", Role::Key), (" 中文 and more", Role::Text)],
                look(),
            );
        });
        assert_eq!(text, "a 中文 and …\n");
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_place(text in "\\PC{0,80}", room in 0u16..12, x in 0u16..30) {
            let mut buf = Buffer::filled(Rect::new(0, 0, 20, 1), ratatui::buffer::Cell::new("#"));
            let used = line(&mut buf, x, 0, room, &format!("{text}{HOSTILE}"), Style::new());
            prop_assert!(used <= room);
            for at in 0..20 {
                if at < x || at >= x.saturating_add(used) {
                    prop_assert_eq!(buf[(at, 0)].symbol(), "#");
                }
            }
        }
    }
}
