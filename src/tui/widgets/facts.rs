//! Names with their values, one below the other: a card, the detail of a row.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Look, stroke};
use crate::tui::theme::Role;

/// A name with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<'a> {
    name: Cow<'a, str>,
    value: Cow<'a, str>,
    role: Role,
    rows: u16,
}

impl<'a> Fact<'a> {
    /// A name with a value of one row.
    #[must_use]
    pub fn new(name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            role: Role::Text,
            rows: 1,
        }
    }

    /// How the value looks.
    #[must_use]
    pub fn role(self, role: Role) -> Self {
        Self { role, ..self }
    }

    /// The value may take so many rows.
    #[must_use]
    pub fn rows(self, rows: u16) -> Self {
        Self {
            rows: rows.max(1),
            ..self
        }
    }
}

/// Draws as many facts as there is room for; gives back the rows used. Names take the width of the longest, at most
/// 40% of the area.
pub fn draw(area: Rect, buf: &mut Buffer, facts: &[Fact<'_>], look: Look<'_>) -> u16 {
    let longest = facts
        .iter()
        .map(|fact| stroke::cols(&fact.name))
        .max()
        .unwrap_or(0);
    let names = longest.min(area.width * 2 / 5);
    let x = area.x + names + 2;
    let room = area.right().saturating_sub(x);
    let mut y = area.y;
    for fact in facts {
        if y >= area.bottom() {
            break;
        }
        stroke::line(buf, area.x, y, names, &fact.name, look.style(Role::Muted));
        let place = Rect {
            x,
            y,
            width: room,
            height: fact.rows.min(area.bottom() - y),
        };
        y += stroke::block(buf, place, &fact.value, look.style(fact.role)).max(1);
    }
    y - area.y
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    #[test]
    fn facts_stand_below_each_other() {
        let hostile = format!("中文餐廳 {HOSTILE}");
        let facts = [
            Fact::new("Name", "Amara Okafor"),
            Fact::new("E-mail", "▒ a•••@•••.com").role(Role::Muted),
            Fact::new("Description", hostile.as_str()).rows(2),
            Fact::new("Claimed", "3 days ago"),
        ];
        let frames: Vec<String> = [(40, 6), (20, 4)]
            .map(|(cols, rows)| {
                drawn(cols, rows, |area, buf| {
                    draw(area, buf, &facts, look());
                })
            })
            .into();
        insta::assert_snapshot!(frames.join("--\n"));
    }
}
