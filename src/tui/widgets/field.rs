//! One line of typed text.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use tui_input::{Input, InputRequest};
use unicode_segmentation::UnicodeSegmentation;

use super::{Look, stroke};
use crate::text::safe::clean;
use crate::text::width::width;
use crate::tui::keys::{Key, KeyCode};
use crate::tui::theme::Role;

/// A field of one line. What is typed or pasted is cleaned on its way in.
#[derive(Debug, Clone, Default)]
pub struct Field {
    input: Input,
    most: Option<usize>,
}

/// What a key did to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    /// It is none of the field's keys.
    Ignored,
    /// The cursor may have moved; the text is the same.
    Moved,
    /// The text is another.
    Changed,
}

impl Field {
    /// A field with this text, the cursor at its end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            input: Input::new(clean(text).into_owned()),
            most: None,
        }
    }

    /// Typing stops at so many characters. What is pasted goes in whole: whoever sends too much is told how much is
    /// allowed, and loses nothing.
    #[must_use]
    pub fn at_most(self, most: usize) -> Self {
        Self {
            most: Some(most),
            ..self
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text().is_empty()
    }

    /// The place of the cursor, in characters.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// The byte where the cursor is.
    #[must_use]
    pub fn byte(&self) -> usize {
        let text = self.text();
        text.char_indices()
            .nth(self.cursor())
            .map_or(text.len(), |(at, _)| at)
    }

    /// Writes something in the place of what stands from byte `start` to the cursor, which goes behind it.
    pub fn replace(&mut self, start: usize, text: &str) {
        let (old, at) = (self.text(), self.byte());
        let Some(kept) = old.get(..start.min(at)) else {
            return;
        };
        let head = format!("{kept}{text}");
        let whole = format!("{head}{}", &old[at..]);
        self.set_at(&whole, head.chars().count());
    }

    /// Takes another text; the cursor goes to its end.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(clean(text).into_owned());
    }

    /// Takes another text; the cursor goes behind so many of its characters.
    pub fn set_at(&mut self, text: &str, cursor: usize) {
        self.input = Input::new(clean(text).into_owned()).with_cursor(cursor);
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        self.set("");
    }

    fn room(&self) -> usize {
        self.most.map_or(usize::MAX, |most| {
            most.saturating_sub(self.text().chars().count())
        })
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Edit {
        use InputRequest as Ask;
        let ask = match (key.code, key.ctrl, key.alt) {
            (KeyCode::Char(c), false, false) => {
                let safe = clean(c.encode_utf8(&mut [0; 4])).into_owned();
                return self.insert(&safe);
            }
            (KeyCode::Backspace, false, false) => Ask::DeletePrevChar,
            (KeyCode::Backspace, ..) | (KeyCode::Char('w'), true, false) => Ask::DeletePrevWord,
            (KeyCode::Delete, false, false) => Ask::DeleteNextChar,
            (KeyCode::Delete, ..) => Ask::DeleteNextWord,
            (KeyCode::Left, false, false) => Ask::GoToPrevChar,
            (KeyCode::Left, ..) => Ask::GoToPrevWord,
            (KeyCode::Right, false, false) => Ask::GoToNextChar,
            (KeyCode::Right, ..) => Ask::GoToNextWord,
            (KeyCode::Home, ..) | (KeyCode::Char('a'), true, false) => Ask::GoToStart,
            (KeyCode::End, ..) | (KeyCode::Char('e'), true, false) => Ask::GoToEnd,
            (KeyCode::Char('u'), true, false) => Ask::DeleteFromStart,
            (KeyCode::Char('k'), true, false) => Ask::DeleteTillEnd,
            _ => return Edit::Ignored,
        };
        match self.input.handle(ask) {
            Some(change) if change.value => Edit::Changed,
            _ => Edit::Moved,
        }
    }

    /// Takes pasted text; line ends become spaces.
    pub fn paste(&mut self, text: &str) -> Edit {
        self.put(&clean(text.trim_end_matches(['\n', '\r'])))
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
        let at = self.input.cursor();
        let old = self.text();
        let byte = old.char_indices().nth(at).map_or(old.len(), |(byte, _)| byte);
        let new = [&old[..byte], taken, &old[byte..]].concat();
        let after = at + taken.chars().count();
        self.input = Input::new(new).with_cursor(after);
        Edit::Changed
    }

    /// Draws the part around the cursor, or the placeholder while there is no text; gives back where the cursor
    /// stands.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, placeholder: &str, look: Look<'_>) -> Position {
        self.draw_as(area, buf, placeholder, Role::Input, look)
    }

    pub(super) fn draw_as(
        &self,
        area: Rect,
        buf: &mut Buffer,
        placeholder: &str,
        role: Role,
        look: Look<'_>,
    ) -> Position {
        buf.set_style(stroke::first_row(area).intersection(buf.area), look.style(role));
        if self.is_empty() {
            stroke::line(
                buf,
                area.x,
                area.y,
                area.width,
                placeholder,
                look.style(Role::Placeholder),
            );
            return Position::new(area.x, area.y);
        }
        let skip = self.skipped(area.width);
        let mut col = 0;
        let mut seen = String::new();
        for cluster in self.text().graphemes(true) {
            if col >= skip {
                seen.push_str(cluster);
            }
            col += width(cluster);
            if col > skip + usize::from(area.width) {
                break;
            }
        }
        let skipped = self.column_at(skip);
        stroke::line(buf, area.x, area.y, area.width, &seen, look.style(role));
        let at = self.input.visual_cursor().saturating_sub(skipped);
        let at = u16::try_from(at)
            .unwrap_or(u16::MAX)
            .min(area.width.saturating_sub(1));
        Position::new(area.x + at, area.y)
    }

    /// Columns at the left that are out of sight, so that the cursor is in sight.
    fn skipped(&self, cols: u16) -> usize {
        let cursor = self.input.visual_cursor();
        let room = usize::from(cols).saturating_sub(1);
        let want = cursor.saturating_sub(room);
        self.column_at(want)
    }

    /// The first column at or after `want` where a cluster begins.
    fn column_at(&self, want: usize) -> usize {
        let mut col = 0;
        for cluster in self.text().graphemes(true) {
            if col >= want {
                break;
            }
            col += width(cluster);
        }
        col
    }

    /// The column of the area in which the character at that place is drawn, if it is in sight.
    #[must_use]
    pub fn column_of(&self, character: usize, cols: u16) -> Option<u16> {
        let byte = self
            .text()
            .char_indices()
            .nth(character)
            .map_or(self.text().len(), |(byte, _)| byte);
        let col = width(&self.text()[..byte]).checked_sub(self.skipped(cols))?;
        u16::try_from(col).ok().filter(|col| *col < cols)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;
    use proptest::prelude::*;

    fn press(field: &mut Field, keys: &[&str]) -> Edit {
        let mut last = Edit::Ignored;
        for key in keys {
            last = field.key(key.parse().expect("a key"));
        }
        last
    }

    #[test]
    fn keys_edit_by_cluster_and_word() {
        let mut field = Field::new("state:active 👨‍👩‍👧‍👦");
        assert_eq!(press(&mut field, &["backspace"]), Edit::Changed);
        assert_eq!(field.text(), "state:active ");
        press(
            &mut field,
            &["ctrl-left", "ctrl-k", "B", "home", "A", "end", "minus"],
        );
        assert_eq!(field.text(), "AB-");
        assert_eq!(press(&mut field, &["ctrl-w"]), Edit::Changed);
        field.set("gone soon");
        assert_eq!(press(&mut field, &["ctrl-u"]), Edit::Changed);
        assert!(field.is_empty());
        for none in ["enter", "tab", "up", "ctrl-s", "alt-x", "f1", "esc"] {
            assert_eq!(press(&mut field, &[none]), Edit::Ignored, "{none}");
        }
    }

    #[test]
    fn what_goes_in_is_clean_and_bounded() {
        let mut field = Field::default().at_most(8);
        assert_eq!(field.paste(HOSTILE), Edit::Changed);
        assert!(field.text().starts_with("]0;gotch"), "{}", field.text());
        assert!(field.text().chars().count() > 8, "a paste loses nothing");
        assert_eq!(field.key(Key::char('x')), Edit::Moved, "full");
        let mut field = Field::default();
        field.key(Key::char('\u{202e}'));
        assert!(field.is_empty());
        field.paste("one\ntwo\n");
        assert_eq!(field.text(), "one two");
        field.key("left".parse().expect("a key"));
        field.paste("中");
        assert_eq!((field.text(), field.cursor()), ("one tw中o", 7));
    }

    #[test]
    fn the_part_around_the_cursor_is_drawn() {
        let mut field = Field::new("中文餐廳 and more");
        let mut at = Position::ORIGIN;
        let text = drawn(10, 1, |area, buf| at = field.draw(area, buf, "", look()));
        assert_eq!((text.as_str(), at.x), (" and more\n", 9));
        press(&mut field, &["home"]);
        let text = drawn(10, 1, |area, buf| at = field.draw(area, buf, "", look()));
        assert_eq!((text.as_str(), at.x), ("中文餐廳 …\n", 0));
        assert_eq!(field.column_of(5, 10), Some(9));
        let empty = drawn(10, 1, |area, buf| {
            Field::default().draw(area, buf, "e-mail or name", look());
        });
        assert_eq!(empty, "e-mail or…\n");
    }

    proptest! {
        #[test]
        fn the_cursor_stays_in_its_place(text in "[a-z中👍é ]{0,40}", left in 0usize..40, cols in 1u16..20) {
            let mut field = Field::new(&text);
            for _ in 0..left {
                field.key(Key::plain(KeyCode::Left));
            }
            drawn(cols, 1, |area, buf| {
                let at = field.draw(area, buf, "", look());
                assert!(area.contains(at), "{at:?}");
                if let Some(col) = field.column_of(field.cursor(), cols) {
                    assert_eq!(col, at.x);
                }
            });
        }
    }
}
