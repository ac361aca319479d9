//! Many lines of typed text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use ratatui_textarea::{CursorMove, TextArea, WrapMode};

use super::field::Edit;
use super::{Look, stroke};
use crate::text::safe::{clean, clean_block};
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::Role;

/// A field of many lines. What is typed or pasted is cleaned on its way in.
#[derive(Debug, Clone)]
pub struct Area {
    area: TextArea<'static>,
    most: usize,
}

impl Default for Area {
    fn default() -> Self {
        Self::new("")
    }
}

impl Area {
    /// A field with this text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area: TextArea<'static> = clean_block(text).split('\n').map(str::to_owned).collect();
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_cursor_style(Style::new());
        area.set_cursor_line_style(Style::new());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self {
            area,
            most: usize::MAX,
        }
    }

    /// Typing stops at so many characters; what is pasted goes in whole, as in a [`super::field::Field`].
    #[must_use]
    pub fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// The text, its lines parted by `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Takes another text; the cursor goes to its end.
    pub fn set(&mut self, text: &str) {
        *self = Self {
            most: self.most,
            ..Self::new(text)
        };
    }

    /// Whether the cursor is on the first line of the text.
    #[must_use]
    pub fn is_at_top(&self) -> bool {
        self.area.screen_cursor().row == 0
    }

    fn room(&self) -> usize {
        let lines = self.area.lines();
        let used: usize = lines.iter().map(|line| line.chars().count()).sum();
        self.most.saturating_sub(used + lines.len().saturating_sub(1))
    }

    /// Begins a new line.
    pub fn newline(&mut self) -> Edit {
        if self.room() == 0 {
            return Edit::Moved;
        }
        self.area.insert_newline();
        Edit::Changed
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Edit {
        use CursorMove as To;
        let changed = |done: bool| if done { Edit::Changed } else { Edit::Moved };
        let to = match (key.code, key.ctrl, key.alt) {
            (KeyCode::Char(c), false, false) => {
                let safe = clean(c.encode_utf8(&mut [0; 4])).into_owned();
                return self.insert(&safe);
            }
            (KeyCode::Backspace, false, false) => return changed(self.area.delete_char()),
            (KeyCode::Backspace, ..) | (KeyCode::Char('w'), true, false) => {
                return changed(self.area.delete_word());
            }
            (KeyCode::Delete, false, false) => return changed(self.area.delete_next_char()),
            (KeyCode::Delete, ..) => return changed(self.area.delete_next_word()),
            (KeyCode::Char('u'), true, false) => return changed(self.area.delete_line_by_head()),
            (KeyCode::Char('k'), true, false) => return changed(self.area.delete_line_by_end()),
            (KeyCode::Left, false, false) => To::Back,
            (KeyCode::Left, ..) => To::WordBack,
            (KeyCode::Right, false, false) => To::Forward,
            (KeyCode::Right, ..) => To::WordForward,
            (KeyCode::Up, ..) => To::Up,
            (KeyCode::Down, ..) => To::Down,
            (KeyCode::Home, true, _) => {
                self.area.move_cursor(To::Top);
                To::Head
            }
            (KeyCode::End, true, _) => {
                self.area.move_cursor(To::Bottom);
                To::End
            }
            (KeyCode::Home, ..) | (KeyCode::Char('a'), true, false) => To::Head,
            (KeyCode::End, ..) | (KeyCode::Char('e'), true, false) => To::End,
            _ => return Edit::Ignored,
        };
        self.area.move_cursor(to);
        Edit::Moved
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> Edit {
        self.put(&clean_block(text))
    }

    fn insert(&mut self, text: &str) -> Edit {
        if self.room() < text.chars().count() {
            return Edit::Moved;
        }
        self.put(text)
    }

    fn put(&mut self, taken: &str) -> Edit {
        if taken.is_empty() {
            return Edit::Moved;
        }
        self.area.insert_str(taken);
        Edit::Changed
    }

    /// Draws the part around the cursor, or the placeholder while there is no text; gives back where the cursor
    /// stands.
    pub fn draw(&mut self, place: Rect, buf: &mut Buffer, placeholder: &str, look: Look<'_>) -> Position {
        let place = place.intersection(buf.area);
        if place.is_empty() {
            return place.as_position();
        }
        let style = look.style(Role::Text).patch(look.style(Role::Input));
        self.area.set_style(style);
        (&self.area).render(place, buf);
        if self.is_empty() {
            stroke::block(buf, place, placeholder, look.style(Role::Placeholder));
            return place.as_position();
        }
        let cursor = self.area.screen_cursor();
        let (top, left) = self.area.scroll_offset();
        let at = |n: usize, off: u16, room: u16| {
            let n = n.saturating_sub(usize::from(off));
            u16::try_from(n).unwrap_or(u16::MAX).min(room - 1)
        };
        Position::new(
            place.x + at(cursor.col, left, place.width),
            place.y + at(cursor.row, top, place.height),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    fn press(area: &mut Area, keys: &[&str]) {
        for key in keys {
            area.key(key.parse().expect("a key"));
        }
    }

    #[test]
    fn lines_are_typed_wrapped_and_followed() {
        let mut area = Area::new("the customer says that 中文餐廳 is missing");
        area.newline();
        area.paste(&format!("second line\nthird {HOSTILE}"));
        let mut at = Position::ORIGIN;
        let mut frames = vec![
            drawn(20, 8, |place, buf| at = area.draw(place, buf, "", look())),
            drawn(20, 3, |place, buf| at = area.draw(place, buf, "", look())),
        ];
        assert_eq!(at.y, 2, "the cursor is in sight");
        press(&mut area, &["ctrl-home", "A", "space"]);
        frames.push(drawn(20, 3, |place, buf| at = area.draw(place, buf, "", look())));
        assert_eq!((at.x, at.y), (2, 0));
        assert!(area.is_at_top());
        insta::assert_snapshot!(frames.join("--\n"));
    }

    #[test]
    fn what_goes_in_is_clean_and_bounded() {
        let mut area = Area::default().at_most(6);
        assert_eq!(area.paste("ab\u{1b}\ncd\u{202e}ef"), Edit::Changed);
        assert_eq!(area.text(), "ab\ncdef", "a paste loses nothing");
        assert_eq!(
            (area.newline(), area.key(Key::char('x'))),
            (Edit::Moved, Edit::Moved)
        );
        press(&mut area, &["ctrl-w", "backspace"]);
        assert_eq!(area.text(), "ab");
        assert_eq!(area.key("tab".parse().expect("a key")), Edit::Ignored);
        area.set("");
        let empty = drawn(20, 2, |place, buf| {
            area.draw(place, buf, "What the customer says", look());
        });
        assert_eq!(empty, "What the customer\nsays\n");
    }
}
