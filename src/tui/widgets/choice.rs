//! One of a few, by digit.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Look, stroke};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::{Role, Sign};

/// One of the things to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// How it is known.
    pub code: String,
    /// What it is called.
    pub label: String,
}

/// A choice of one. The digit of each is its place, from 1; the tenth and later ones are reached by moving.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    options: Vec<Alternative>,
    chosen: Option<usize>,
}

impl Choice {
    /// A choice of these, codes and labels.
    #[must_use]
    pub fn new<C: Into<String>, L: Into<String>>(options: impl IntoIterator<Item = (C, L)>) -> Self {
        let option = |(code, label): (C, L)| Alternative {
            code: code.into(),
            label: label.into(),
        };
        Self {
            options: options.into_iter().map(option).collect(),
            chosen: None,
        }
    }

    /// The one of that code is chosen; none if there is none.
    #[must_use]
    pub fn chosen(mut self, code: &str) -> Self {
        self.choose(code);
        self
    }

    /// Chooses the one of that code.
    pub fn choose(&mut self, code: &str) {
        self.chosen = self.options.iter().position(|option| option.code == code);
    }

    /// Chooses none.
    pub fn clear(&mut self) {
        self.chosen = None;
    }

    /// Everything that can be chosen.
    #[must_use]
    pub fn options(&self) -> &[Alternative] {
        &self.options
    }

    /// The code of the chosen one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        Some(self.options.get(self.chosen?)?.code.as_str())
    }

    /// The label of the chosen one.
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        Some(self.options.get(self.chosen?)?.label.as_str())
    }

    /// Takes a digit or an arrow; tells whether another one is chosen now, `None` for keys that are none of its own.
    pub fn key(&mut self, key: Key) -> Option<bool> {
        let last = self.options.len().checked_sub(1)?;
        let next = match key.code {
            KeyCode::Char(c) if key.inserts().is_some() => {
                let digit = usize::try_from(c.to_digit(10)?).ok()?;
                digit.checked_sub(1).filter(|at| *at <= last)?
            }
            KeyCode::Up | KeyCode::Left => self.chosen.map_or(last, |at| at.saturating_sub(1)),
            KeyCode::Down | KeyCode::Right => self.chosen.map_or(0, |at| (at + 1).min(last)),
            _ => return None,
        };
        let changed = self.chosen != Some(next);
        self.chosen = Some(next);
        Some(changed)
    }

    /// Columns that the widest option takes.
    fn widest(&self) -> u16 {
        self.options
            .iter()
            .map(|o| stroke::cols(&o.label))
            .max()
            .unwrap_or(0)
            .saturating_add(4)
    }

    /// In how many columns the options stand in that width.
    fn columns(&self, width: u16) -> u16 {
        let most = if self.options.len() > 3 { 3 } else { 1 };
        (width / (self.widest() + 2)).clamp(1, most)
    }

    /// The rows that [`Choice::draw`] takes in that width.
    #[must_use]
    pub fn rows(&self, width: u16) -> u16 {
        let columns = usize::from(self.columns(width));
        u16::try_from(self.options.len().div_ceil(columns)).unwrap_or(u16::MAX)
    }

    /// Draws all options with their digits, the chosen one with the marker; down the first column, then the next.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, focused: bool, look: Look<'_>) {
        let columns = self.columns(area.width);
        let rows = self.rows(area.width);
        let wide = area.width / columns;
        for (i, option) in (0u16..).zip(&self.options) {
            let (column, row) = (i / rows, i % rows);
            let place = Rect {
                x: area.x + column * wide,
                y: area.y.saturating_add(row),
                width: wide.saturating_sub(u16::from(columns > 1) * 2),
                height: 1,
            };
            if row >= area.height {
                continue;
            }
            self.draw_option(usize::from(i), option, place, buf, focused, look);
        }
    }

    fn draw_option(
        &self,
        at: usize,
        option: &Alternative,
        place: Rect,
        buf: &mut Buffer,
        focused: bool,
        look: Look<'_>,
    ) {
        let chosen = self.chosen == Some(at);
        let digit = if at < 9 {
            (at + 1).to_string()
        } else {
            " ".to_owned()
        };
        let marker = if chosen {
            look.theme.sign(Sign::Marker)
        } else {
            " "
        };
        let (key, text) = match (chosen, focused) {
            (true, true) => (Role::Selection, Role::Selection),
            (true, false) => (Role::Key, Role::Title),
            (false, _) => (Role::Key, Role::Text),
        };
        if chosen && focused {
            buf.set_style(place.intersection(buf.area), look.style(Role::Selection));
        }
        let mark = if chosen && focused {
            Role::Selection
        } else {
            Role::Focus
        };
        let pieces = [
            (marker, mark),
            (digit.as_str(), key),
            (" ", text),
            (option.label.as_str(), text),
        ];
        stroke::pieces(buf, place, &pieces, look);
    }

    /// Draws the chosen one in one row, or a dash.
    pub fn draw_short(&self, area: Rect, buf: &mut Buffer, look: Look<'_>) {
        match self.label() {
            Some(label) => stroke::line(buf, area.x, area.y, area.width, label, look.style(Role::Text)),
            None => stroke::line(
                buf,
                area.x,
                area.y,
                area.width,
                "–",
                look.style(Role::Placeholder),
            ),
        };
    }

    /// Itself in words: each digit with its label, the chosen one named.
    #[must_use]
    pub fn say(&self) -> String {
        let said = self.options.iter().enumerate().map(|(at, option)| {
            let mark = if self.chosen == Some(at) { "*" } else { "" };
            format!("{} {}{mark}", at + 1, option.label)
        });
        said.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    fn reasons() -> Choice {
        Choice::new([
            ("customer_request", "Customer request".to_owned()),
            ("duplicate", "Duplicate".to_owned()),
            ("wrong", "中文餐廳".to_owned()),
            ("hostile", HOSTILE.to_owned()),
            ("other", "Something else".to_owned()),
        ])
    }

    #[test]
    fn digits_and_arrows_choose() {
        let mut choice = reasons();
        assert_eq!(choice.code(), None);
        assert_eq!(choice.key(Key::char('2')), Some(true));
        assert_eq!(
            (choice.code(), choice.label()),
            (Some("duplicate"), Some("Duplicate"))
        );
        assert_eq!(choice.key(Key::char('2')), Some(false));
        for none in ["6", "0", "x", "enter", "ctrl-u"] {
            assert_eq!(choice.key(none.parse().expect("a key")), None, "{none}");
        }
        assert_eq!(choice.key("up".parse().expect("a key")), Some(true));
        assert_eq!(choice.key("up".parse().expect("a key")), Some(false));
        assert_eq!(Choice::default().key(Key::char('1')), None);
        assert!(reasons().chosen("other").say().ends_with("5 Something else*"));
    }

    #[test]
    fn the_chosen_one_has_the_marker() {
        let choice = reasons().chosen("duplicate");
        let mut frames = Vec::new();
        for cols in [70, 40, 18] {
            let rows = choice.rows(cols);
            frames.push(drawn(cols, rows, |area, buf| {
                choice.draw(area, buf, true, look())
            }));
        }
        insta::assert_snapshot!(frames.join("--\n"));
    }
}
