//! A list that narrows as one types.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::field::{Edit, Field};
use super::list::{Cursor, Move};
use super::{Look, pane, stroke};
use crate::tui::keys::{Command, Key, KeyCode};
use crate::tui::theme::{Role, Sign};

/// One of the things to pick.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// What it is called.
    pub label: String,
    /// What it is, in a few words more.
    pub detail: String,
    /// Keys, a count, something short at the right.
    pub aside: String,
    /// Why it cannot be picked now; it is shown in brackets then, with the reason.
    pub why_not: Option<String>,
}

impl Item {
    /// A thing with a label and a detail.
    #[must_use]
    pub fn new(label: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            detail: detail.into(),
            ..Self::default()
        }
    }
}

/// What came of a key or command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The picker goes on.
    Stay,
    /// The person wants none: close.
    Cancel,
    /// This one, by its place among the items.
    Picked(usize),
    /// This one cannot be picked: the reason, to be said.
    Refused(String),
}

/// A list to pick from.
#[derive(Debug)]
pub struct Picker {
    title: String,
    items: Vec<Item>,
    digits: bool,
    field: Field,
    shown: Vec<usize>,
    cursor: Cursor,
    opened_by: Option<Key>,
    matcher: Matcher,
}

impl Picker {
    /// A picker of these.
    #[must_use]
    pub fn new(title: impl Into<String>, items: Vec<Item>) -> Self {
        let shown: Vec<usize> = (0..items.len()).collect();
        Self {
            title: title.into(),
            digits: false,
            field: Field::default().at_most(100),
            cursor: Cursor {
                len: shown.len(),
                ..Cursor::default()
            },
            shown,
            items,
            opened_by: None,
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// For a few things: a digit picks at once, and letters do not narrow.
    #[must_use]
    pub fn by_digit(self) -> Self {
        Self { digits: true, ..self }
    }

    /// The cursor begins on this one.
    #[must_use]
    pub fn at(mut self, place: usize) -> Self {
        self.cursor.at = place.min(self.items.len().saturating_sub(1));
        self
    }

    /// The key that opened it does nothing until another one was pressed: it may still be held down.
    #[must_use]
    pub fn opened_by(self, key: Key) -> Self {
        Self {
            opened_by: Some(key),
            ..self
        }
    }

    /// Its title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The item under the cursor, by its place among all.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        self.shown.get(self.cursor.at).copied()
    }

    /// Whether letters are for it.
    #[must_use]
    pub fn wants_text(&self) -> bool {
        !self.digits
    }

    /// Takes a command of the dialog context, or `Back`.
    pub fn command(&mut self, command: Command) -> Outcome {
        self.opened_by = None;
        match command {
            Command::Back => Outcome::Cancel,
            Command::Confirm | Command::Send => self.selected().map_or(Outcome::Stay, |at| self.pick(at)),
            Command::NextField => self.go(Move::Down),
            Command::PreviousField => self.go(Move::Up),
            _ => match Move::of(command) {
                Some(way) => self.go(way),
                None => Outcome::Stay,
            },
        }
    }

    fn pick(&self, at: usize) -> Outcome {
        match self.items.get(at).map(|item| item.why_not.clone()) {
            Some(None) => Outcome::Picked(at),
            Some(Some(why)) => Outcome::Refused(why),
            None => Outcome::Stay,
        }
    }

    fn go(&mut self, way: Move) -> Outcome {
        self.cursor.step(way);
        Outcome::Stay
    }

    /// Takes a key that is no command.
    pub fn key(&mut self, key: Key) -> Outcome {
        if self.opened_by == Some(key) {
            return Outcome::Stay;
        }
        self.opened_by = None;
        let way = match key.code {
            KeyCode::Up => Some(Move::Up),
            KeyCode::Down => Some(Move::Down),
            KeyCode::PageUp => Some(Move::PageUp),
            KeyCode::PageDown => Some(Move::PageDown),
            KeyCode::Home if self.digits => Some(Move::First),
            KeyCode::End if self.digits => Some(Move::Last),
            KeyCode::Char('k') if self.digits && key.inserts().is_some() => Some(Move::Up),
            KeyCode::Char('j') if self.digits && key.inserts().is_some() => Some(Move::Down),
            _ => None,
        };
        if let Some(way) = way {
            return self.go(way);
        }
        if self.digits {
            let digit = key
                .inserts()
                .and_then(|c| c.to_digit(10))
                .and_then(|n| usize::try_from(n).ok());
            return match digit.and_then(|n| n.checked_sub(1)) {
                Some(at) => self.pick(at),
                None => Outcome::Stay,
            };
        }
        let edit = self.field.key(key);
        self.after(edit)
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        if !self.digits {
            let edit = self.field.paste(text);
            self.after(edit);
        }
    }

    fn after(&mut self, edit: Edit) -> Outcome {
        if edit == Edit::Changed {
            self.narrow();
        }
        Outcome::Stay
    }

    fn narrow(&mut self) {
        let pattern = Pattern::parse(self.field.text(), CaseMatching::Ignore, Normalization::Smart);
        let mut scratch = Vec::new();
        let mut scored: Vec<(u32, usize)> = Vec::new();
        for (at, item) in self.items.iter().enumerate() {
            let label = pattern.score(Utf32Str::new(&item.label, &mut scratch), &mut self.matcher);
            let detail = pattern.score(Utf32Str::new(&item.detail, &mut scratch), &mut self.matcher);
            // what a thing is called counts more than what it is
            if let Some(score) = label.map(|score| score + 20).max(detail) {
                scored.push((score, at));
            }
        }
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.shown = scored.into_iter().map(|(_, at)| at).collect();
        self.cursor = Cursor {
            height: self.cursor.height,
            len: self.shown.len(),
            ..Cursor::default()
        };
    }

    /// Draws itself into the middle of the area; gives back where the text cursor stands.
    pub fn draw(&mut self, area: Rect, buf: &mut Buffer, look: Look<'_>) -> Option<Position> {
        let field = u16::from(!self.digits);
        let rows = u16::try_from(self.items.len()).unwrap_or(u16::MAX).clamp(1, 16) + field + 2;
        let inner = pane::popup(area, 76.min(area.width), rows, &self.title, buf, look);
        if inner.is_empty() {
            return None;
        }
        let cursor = (!self.digits).then(|| self.field.draw(stroke::first_row(inner), buf, "", look));
        let list = stroke::below(inner, field);
        if self.shown.is_empty() {
            let words = look.words.get("widget-nothing-fits");
            stroke::line(buf, list.x, list.y, list.width, &words, look.style(Role::Muted));
        }
        self.cursor.fit(usize::from(list.height));
        let seen = self.shown.iter().enumerate().skip(self.cursor.top);
        for ((place, at), y) in seen.zip(list.y..list.bottom()) {
            if let Some(item) = self.items.get(*at) {
                let row = Rect { y, height: 1, ..list };
                self.draw_item(item, *at, place == self.cursor.at, row, buf, look);
            }
        }
        cursor
    }

    fn draw_item(&self, item: &Item, at: usize, selected: bool, row: Rect, buf: &mut Buffer, look: Look<'_>) {
        let as_role = |role| if selected { Role::Selection } else { role };
        if selected {
            buf.set_style(row, look.style(Role::Selection));
        }
        let marker = if selected {
            look.theme.sign(Sign::Marker)
        } else {
            " "
        };
        let digit = match at {
            0..=8 if self.digits => format!("{} ", at + 1),
            _ if self.digits => "  ".to_owned(),
            _ => String::new(),
        };
        let labels = self
            .items
            .iter()
            .map(|item| stroke::cols(&item.label))
            .max()
            .unwrap_or(0);
        let labels = usize::from((labels + 2).min(row.width / 2));
        let (label, role, detail) = match &item.why_not {
            None => (item.label.clone(), Role::Text, item.detail.as_str()),
            Some(why) => (format!("({})", item.label), Role::Dimmed, why.as_str()),
        };
        let wide = crate::text::width::pad(&stroke::fit(&label, labels), labels);
        let aside = stroke::fit(&item.aside, usize::from(row.width / 4)).into_owned();
        let used = stroke::right(buf, row, &aside, look.style(as_role(Role::Key)));
        let place = Rect {
            width: row.width.saturating_sub(if used > 0 { used + 2 } else { 0 }),
            ..row
        };
        let pieces = [
            (marker, as_role(Role::Focus)),
            (" ", as_role(Role::Text)),
            (digit.as_str(), as_role(Role::Key)),
            (wide.as_str(), as_role(role)),
            ("  ", as_role(Role::Text)),
            (detail, as_role(Role::Muted)),
        ];
        stroke::pieces(buf, place, &pieces, look);
    }

    /// Itself in words: how many fit, and the one under the cursor.
    #[must_use]
    pub fn say(&self) -> Vec<String> {
        let mut said = vec![format!(
            "{}. {}/{}",
            self.title,
            self.shown.len(),
            self.items.len()
        )];
        if self.digits {
            let all = self
                .items
                .iter()
                .enumerate()
                .map(|(at, item)| format!("{} {}", at + 1, item.label));
            said.push(all.collect::<Vec<_>>().join(", "));
        }
        if let Some(item) = self.selected().and_then(|at| self.items.get(at)) {
            let detail = item.why_not.as_deref().unwrap_or(&item.detail);
            said.push(format!("{}. {detail}", item.label));
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{HOSTILE, drawn, look};
    use super::*;

    fn items() -> Vec<Item> {
        let mut items = vec![
            Item::new("In progress", "Work on it"),
            Item::new("Waiting for customer", "The clock stands still"),
            Item::new("Resolved", "Asks for a summary"),
            Item::new(format!("中文 {HOSTILE}"), HOSTILE.repeat(20)),
        ];
        items[0].aside = "t s".to_owned();
        items[2].why_not = Some("Only from “in progress”.".to_owned());
        items
    }

    #[test]
    fn typing_narrows_and_enter_picks() {
        let mut picker = Picker::new("Status", items()).opened_by(Key::char('s'));
        assert_eq!(picker.key(Key::char('s')), Outcome::Stay);
        assert_eq!(picker.shown.len(), 4, "the key that opened it");
        picker.paste("wai");
        assert_eq!(picker.selected(), Some(1));
        assert_eq!(picker.command(Command::Confirm), Outcome::Picked(1));
        picker.paste("zzz");
        assert_eq!(picker.command(Command::Confirm), Outcome::Stay);
        assert!(
            drawn(80, 10, |area, buf| {
                picker.draw(area, buf, look());
            })
            .contains("Nothing fits")
        );
        assert_eq!(picker.command(Command::Back), Outcome::Cancel);
    }

    #[test]
    fn a_digit_picks_at_once() {
        let mut picker = Picker::new("Status", items()).by_digit().at(1);
        assert_eq!(picker.selected(), Some(1));
        assert_eq!(picker.key(Key::char('1')), Outcome::Picked(0));
        assert!(matches!(picker.key(Key::char('3')), Outcome::Refused(why) if why.contains("Only from")));
        assert_eq!(picker.key(Key::char('9')), Outcome::Stay);
        picker.key(Key::char('j'));
        assert!(matches!(picker.command(Command::Confirm), Outcome::Refused(_)));
        assert!(!picker.wants_text());
        assert!(picker.say().join(" ").contains("Only from"));
    }

    #[test]
    fn it_is_drawn_in_the_middle() {
        let mut frames = Vec::new();
        for digits in [false, true] {
            for (cols, rows) in [(80, 9), (120, 12)] {
                let mut picker = Picker::new("Status", items());
                picker.digits = digits;
                frames.push(drawn(cols, rows, |area, buf| {
                    assert_eq!(picker.draw(area, buf, look()).is_some(), !digits);
                }));
            }
        }
        insta::assert_snapshot!(frames.join("--\n"));
    }
}
