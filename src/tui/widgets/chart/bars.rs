//! Bars lying one below the other, each with its name and number; one can be under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::across;
use crate::tui::theme::{Role, Sign};
use crate::tui::widgets::list::Cursor;
use crate::tui::widgets::{Look, stroke};

/// Widest name.
const NAMES: u16 = 22;
/// Columns before the names: the marker and a gap.
const LEAD: u16 = 2;

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it counts.
    pub name: String,
    /// How many.
    pub value: u64,
    /// The number as it is written.
    pub text: String,
    /// How it looks; the name tells the same.
    pub role: Role,
}

impl Bar {
    /// A bar of so many.
    #[must_use]
    pub fn new(name: impl Into<String>, value: u64) -> Self {
        Self {
            name: name.into(),
            value,
            text: crate::text::people::grouped(value.into()),
            role: Role::Accent,
        }
    }

    /// In this role.
    #[must_use]
    pub fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// With its number written so.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..self
        }
    }
}

/// Bars, ready to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Bars<'a> {
    bars: &'a [Bar],
    most: u64,
    focused: bool,
}

impl<'a> Bars<'a> {
    /// These bars, the longest as long as there is room.
    #[must_use]
    pub fn new(bars: &'a [Bar]) -> Self {
        Self {
            bars,
            most: bars.iter().map(|bar| bar.value).max().unwrap_or(0),
            focused: false,
        }
    }

    /// A bar of this many is as long as there is room.
    #[must_use]
    pub fn most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    /// Whether they have the focus: the one under the cursor is lit then.
    #[must_use]
    pub fn focused(self, focused: bool) -> Self {
        Self { focused, ..self }
    }

    /// Draws them, and keeps the cursor in sight; gives back the rows used.
    pub fn draw(self, area: Rect, buf: &mut Buffer, cursor: &mut Cursor, look: Look<'_>) -> u16 {
        let area = area.intersection(buf.area);
        cursor.len = self.bars.len();
        cursor.fit(usize::from(area.height));
        let longest = |text: fn(&Bar) -> &str| {
            let cols = self.bars.iter().map(|bar| stroke::cols(text(bar)));
            cols.max().unwrap_or(0)
        };
        let names = longest(|bar| &bar.name).min(NAMES).min(area.width / 3);
        let texts = longest(|bar| &bar.text).min(area.width / 2);
        let room = area.width.saturating_sub(LEAD + names + texts + 3);
        let mut used = 0;
        for ((at, bar), y) in self
            .bars
            .iter()
            .enumerate()
            .skip(cursor.top)
            .zip(area.y..area.bottom())
        {
            let lit = self.focused && at == cursor.at;
            let ground = look.style(Role::Text);
            let of = |role: Role| {
                if lit {
                    ground.patch(look.style(Role::Selection))
                } else {
                    look.style(role)
                }
            };
            let row = Rect { y, height: 1, ..area };
            if lit {
                buf.set_style(row, of(Role::Text));
                stroke::line(buf, row.x, y, 1, look.theme.sign(Sign::Marker), of(Role::Text));
            }
            let mut x = row.x + LEAD;
            stroke::line(buf, x, y, names, &bar.name, of(Role::Text));
            x += names + 1;
            let text = Rect {
                x,
                width: texts,
                ..row
            };
            stroke::right(buf, text, &bar.text, of(Role::Text));
            x += texts + 1;
            let long = across(bar.value, self.most, room, look.theme.is_ascii());
            stroke::line(buf, x, y, room, &long, of(bar.role));
            used += 1;
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Theme;
    use crate::tui::widgets::testing::{HOSTILE, drawn, look};

    #[test]
    fn bars_show_names_numbers_and_proportions() {
        let bars = [
            Bar::new("open", 12_345),
            Bar::new("in progress", 6_000),
            Bar::new("waiting for customer 中文", 1),
            Bar::new(HOSTILE, 0),
        ];
        let mut cursor = Cursor {
            at: 1,
            ..Cursor::default()
        };
        let draw = |cols, theme: &Theme, cursor: &mut Cursor| {
            drawn(cols, 4, |area, buf| {
                let look = Look { theme, ..look() };
                let used = Bars::new(&bars).focused(true).draw(area, buf, cursor, look);
                assert_eq!(used, 4);
            })
        };
        let rich = draw(60, &Theme::mono(), &mut cursor);
        let plain = draw(30, &Theme::mono().with_ascii(true), &mut cursor);
        insta::assert_snapshot!(format!("{rich}--\n{plain}"));
        for cols in 0..20 {
            draw(cols, &Theme::mono(), &mut cursor);
        }
    }

    #[test]
    fn the_bar_under_the_cursor_stays_in_sight() {
        let bars: Vec<Bar> = (0..30).map(|n| Bar::new(format!("agent {n}"), n)).collect();
        let mut cursor = Cursor {
            at: 20,
            ..Cursor::default()
        };
        let text = drawn(40, 5, |area, buf| {
            Bars::new(&bars)
                .focused(true)
                .draw(area, buf, &mut cursor, look());
        });
        assert!(text.contains("agent 20") && !text.contains("agent 3 "), "{text}");
    }
}
