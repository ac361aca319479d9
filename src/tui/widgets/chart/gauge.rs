//! How much of a whole: a bar in a frame of its length, with the share in words.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::across;
use crate::tui::theme::Role;
use crate::tui::widgets::{Look, stroke};

/// How much of a whole, ready to be drawn in one row.
#[derive(Debug, Clone, Copy)]
pub struct Gauge<'a> {
    part: u64,
    whole: u64,
    text: &'a str,
    role: Role,
}

impl<'a> Gauge<'a> {
    /// So much of a whole, with what it says.
    #[must_use]
    pub fn new(part: u64, whole: u64, text: &'a str) -> Self {
        Self {
            part,
            whole,
            text,
            role: Role::Good,
        }
    }

    /// In this role.
    #[must_use]
    pub fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// Draws it into the first row of the area.
    pub fn draw(self, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        let area = stroke::first_row(area.intersection(buf.area));
        let text = stroke::cols(self.text).min(area.width / 2);
        let room = area.width.saturating_sub(text + 3);
        if room < 2 {
            stroke::line(buf, area.x, area.y, area.width, self.text, look.style(Role::Text));
            return;
        }
        let ascii = look.theme.is_ascii();
        let rest = if ascii { "." } else { "░" };
        stroke::line(
            buf,
            area.x,
            area.y,
            room,
            &rest.repeat(usize::from(room)),
            look.style(Role::Muted),
        );
        let bar = across(self.part, self.whole, room, ascii);
        stroke::line(buf, area.x, area.y, room, &bar, look.style(self.role));
        let x = area.x + room + 2;
        stroke::line(buf, x, area.y, text, self.text, look.style(Role::Text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::widgets::testing::{drawn, look};

    #[test]
    fn a_gauge_tells_its_share() {
        let draw = |cols, part, theme: &Theme| {
            drawn(cols, 1, |area, buf| {
                let look = Look { theme, ..look() };
                Gauge::new(part, 5, "3 of 5").draw(area, buf, look);
            })
        };
        let ascii = Theme::mono().with_ascii(true);
        let frames = [
            draw(30, 3, &Theme::mono()),
            draw(30, 9, &Theme::mono()),
            draw(30, 0, &Theme::mono()),
            draw(30, 3, &ascii),
            draw(7, 3, &ascii),
        ];
        insta::assert_snapshot!(frames.concat());
    }
}
