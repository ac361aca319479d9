//! Small strokes: a line of cleaned text that fits, a box with a title.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::{Block, Clear, Widget};

use crate::text::safe::{clean, clean_block};
use crate::text::{self, width::truncate};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::stroke;

/// Draws `text` at `x`, `y` in at most `width` cells, cut with an ellipsis; gives back the cells used.
pub(super) fn line(buf: &mut Buffer, x: u16, y: u16, width: u16, text: &str, style: Style) -> u16 {
    if width == 0 || y >= buf.area.bottom() {
        return 0;
    }
    stroke::line(buf, x, y, width, text, style)
}

/// The width of a text in cells.
pub(super) fn width(text: &str) -> u16 {
    u16::try_from(text::width::width(text)).unwrap_or(u16::MAX)
}

/// The text without anything that steers a terminal, cut to `width` cells with an ellipsis.
pub(super) fn fit(text: &str, width: usize) -> String {
    truncate(&clean(text), width).into_owned()
}

/// The text, cleaned, broken into lines of at most `width` cells, at spaces where possible.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    text::width::wrap(&clean_block(text), width)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Clears a box in the middle of `area` and draws its border; gives back the inside. Cells beside the box that held
/// half of a wide character are cleared too.
pub(super) fn boxed(
    area: Rect,
    width: u16,
    height: u16,
    title: &str,
    theme: &Theme,
    buf: &mut Buffer,
) -> Rect {
    let width = width.min(area.width);
    let height = height.min(area.height);
    let rect = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + (area.height - height) / 2,
        width,
        height,
    };
    let wider = Rect {
        x: rect.x.saturating_sub(1),
        width: (rect.width + 2).min(area.right()),
        ..rect
    };
    Clear.render(wider.intersection(buf.area), buf);
    let block = Block::bordered()
        .title(format!(" {} ", fit(title, usize::from(width.saturating_sub(6)))))
        .border_style(theme.style(Role::Focus))
        .title_style(theme.style(Role::Title));
    let inner = block.inner(rect);
    block.render(rect, buf);
    inner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_cleaned_and_cut_by_cells() {
        assert_eq!(fit("a\u{1b}[31mb\u{202e}c", 20), "a[31mbc");
        assert_eq!(fit("漢字漢字", 5), "漢字…");
        assert_eq!(fit("abc", 3), "abc");
        assert_eq!(fit("abcd", 3), "ab…");
    }

    #[test]
    fn wrapping_keeps_words_and_breaks_what_is_too_long() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("a\n\nb", 5), ["a", "", "b"]);
    }
}
