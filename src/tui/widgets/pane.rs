//! A border with a title, and a box on top of everything.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Widget};

use super::{Look, stroke};
use crate::tui::theme::Role;

const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};
const ASCII_FOCUS: border::Set<'static> = border::Set {
    horizontal_top: "=",
    horizontal_bottom: "=",
    ..ASCII
};

/// A bordered place. The one that has the focus is told by thick lines as well as by its look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pane<'a> {
    title: &'a str,
    note: &'a str,
    focused: bool,
}

impl<'a> Pane<'a> {
    /// A pane with a title at the left of its upper border; none if empty.
    #[must_use]
    pub fn new(title: &'a str) -> Self {
        Self {
            title,
            ..Self::default()
        }
    }

    /// A note behind the title, such as a count or a query.
    #[must_use]
    pub fn note(self, note: &'a str) -> Self {
        Self { note, ..self }
    }

    /// Whether it has the focus.
    #[must_use]
    pub fn focused(self, focused: bool) -> Self {
        Self { focused, ..self }
    }

    /// Draws the border; gives back the place inside.
    pub fn draw(self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Rect {
        let area = area.intersection(buf.area);
        if area.width < 2 || area.height < 2 {
            return Rect { height: 0, ..area };
        }
        let set = match (look.theme.is_ascii(), self.focused) {
            (true, false) => ASCII,
            (true, true) => ASCII_FOCUS,
            (false, false) => border::PLAIN,
            (false, true) => border::THICK,
        };
        let role = if self.focused { Role::Focus } else { Role::Border };
        let block = Block::bordered().border_set(set).border_style(look.style(role));
        let inner = block.inner(area);
        block.render(area, buf);
        let mut x = area.x + 1;
        let end = area.right() - 1;
        for (text, role) in [(self.title, Role::Title), (self.note, Role::Muted)] {
            let room = end.saturating_sub(x);
            if text.is_empty() || room < 4 {
                continue;
            }
            let text = format!(" {} ", stroke::fit(text, usize::from(room) - 2));
            x += stroke::line(buf, x, area.y, room, &text, look.style(role));
        }
        inner
    }
}

/// Clears a box in the middle of `area` and draws its border; gives back the place inside, one column narrower on each
/// side. What stands beside the box loses a cell, as half of a wide character may have been covered.
pub fn popup(area: Rect, cols: u16, rows: u16, title: &str, buf: &mut Buffer, look: Look<'_>) -> Rect {
    let area = area.intersection(buf.area);
    let place = area.centered(
        ratatui::layout::Constraint::Length(cols.min(area.width)),
        ratatui::layout::Constraint::Length(rows.min(area.height)),
    );
    let left = place.x.saturating_sub(1).max(buf.area.x);
    let wider = Rect {
        x: left,
        width: (place.right() + 1).min(buf.area.right()) - left,
        ..place
    };
    stroke::blank(buf, wider, look.style(Role::Text));
    let inner = Pane::new(title).focused(true).draw(place, buf, look);
    let side = inner.width.min(2) / 2;
    Rect {
        x: inner.x + side,
        width: inner.width - 2 * side,
        ..inner
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look, text_of};
    use super::*;
    use crate::tui::theme::Theme;
    use ratatui::style::Style;

    #[test]
    fn the_focus_is_told_by_its_lines() {
        let draw = |focused| {
            drawn(30, 3, |area, buf| {
                let inner = Pane::new("tokens")
                    .note("14 of 212")
                    .focused(focused)
                    .draw(area, buf, look());
                assert_eq!(inner, Rect::new(1, 1, 28, 1));
            })
        };
        insta::assert_snapshot!(format!("{}{}", draw(false), draw(true)));
    }

    #[test]
    fn in_ascii_borders_are_ascii() {
        let theme = Theme::mono().with_ascii(true);
        let text = drawn(20, 3, |area, buf| {
            Pane::new("a").focused(true).draw(
                area,
                buf,
                Look {
                    theme: &theme,
                    ..look()
                },
            );
        });
        assert!(text.is_ascii() && text.contains("+ a ==="), "{text}");
    }

    #[test]
    fn a_title_never_breaks_the_border() {
        for cols in 0..14 {
            let text = drawn(cols, 3, |area, buf| {
                Pane::new(&format!("中文{HOSTILE}"))
                    .note("note")
                    .draw(area, buf, look());
            });
            let first = text.lines().next().unwrap_or_default();
            assert!(cols < 2 || first.ends_with('┐'), "{text}");
            assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
        }
    }

    #[test]
    fn a_popup_leaves_no_half_of_a_wide_character() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 21, 5));
        for y in 0..5 {
            buf.set_string(0, y, "中".repeat(10), Style::new());
        }
        let inner = popup(buf.area, 12, 3, "x", &mut buf, look());
        assert_eq!((inner.width, inner.height), (8, 1));
        insta::assert_snapshot!(text_of(&buf));
    }
}
