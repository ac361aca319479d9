//! Named fields with their mistakes: one line, many lines, one of a few.
//!
//! Enter goes to the next field and sends from the last one; in a field of many lines it begins a new line. The send
//! key sends from anywhere.

#[cfg(test)]
mod tests;
mod view;

use super::area::Area;
use super::choice::Choice;
use super::field::{Edit, Field};
use crate::text::words::Words;
use crate::tui::keys::{Command, Key};

/// What a field takes.
#[derive(Debug, Clone)]
enum Input {
    Line(Field),
    Block {
        area: Box<Area>,
        rows: u16,
    },
    Choice(Choice),
    /// Only shown.
    Shown(String),
}

/// One field.
#[derive(Debug, Clone)]
pub struct Entry {
    name: &'static str,
    label: String,
    input: Input,
    needed: bool,
    hint: String,
    mistake: Option<String>,
    began_as: String,
}

impl Entry {
    fn new(name: &'static str, label: impl Into<String>, input: Input) -> Self {
        let mut entry = Self {
            name,
            label: label.into(),
            input,
            needed: false,
            hint: String::new(),
            mistake: None,
            began_as: String::new(),
        };
        entry.began_as = entry.value();
        entry
    }

    /// A field of one line with this text, at most so many characters.
    #[must_use]
    pub fn line(name: &'static str, label: impl Into<String>, text: &str, most: usize) -> Self {
        Self::new(name, label, Input::Line(Field::new(text).at_most(most)))
    }

    /// A field of many lines: so many rows at least, at most so many characters.
    #[must_use]
    pub fn block(name: &'static str, label: impl Into<String>, text: &str, rows: u16, most: usize) -> Self {
        let area = Box::new(Area::new(text).at_most(most));
        Self::new(
            name,
            label,
            Input::Block {
                area,
                rows: rows.max(1),
            },
        )
    }

    /// One of a few.
    #[must_use]
    pub fn choice(name: &'static str, label: impl Into<String>, choice: Choice) -> Self {
        Self::new(name, label, Input::Choice(choice))
    }

    /// Something that is only shown.
    #[must_use]
    pub fn shown(name: &'static str, label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(name, label, Input::Shown(text.into()))
    }

    /// It must be filled.
    #[must_use]
    pub fn needed(self) -> Self {
        Self { needed: true, ..self }
    }

    /// What stands in it while it is empty.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// The text, or the code of what is chosen.
    fn value(&self) -> String {
        match &self.input {
            Input::Line(field) => field.text().to_owned(),
            Input::Block { area, .. } => area.text(),
            Input::Choice(choice) => choice.code().unwrap_or_default().to_owned(),
            Input::Shown(text) => text.clone(),
        }
    }

    fn can_have_focus(&self) -> bool {
        !matches!(self.input, Input::Shown(_))
    }
}

/// What came of a key or command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing, or the focus moved.
    Stay,
    /// The value of the field that has the focus is another.
    Changed,
    /// The person wants it sent; see [`Form::check`].
    Send,
    /// The person wants to leave it.
    Cancel,
}

/// A form.
#[derive(Debug, Clone)]
pub struct Form {
    entries: Vec<Entry>,
    at: usize,
    top: usize,
}

impl Form {
    /// A form of these fields; the first that can be filled has the focus.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        let at = entries.iter().position(Entry::can_have_focus).unwrap_or(0);
        Self { entries, at, top: 0 }
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    fn entry_mut(&mut self, name: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.name == name)
    }

    /// The text of a field, or the code of what is chosen in it; without blanks around it.
    #[must_use]
    pub fn value(&self, name: &str) -> String {
        self.entry(name)
            .map(|entry| entry.value().trim().to_owned())
            .unwrap_or_default()
    }

    /// Fills a field; the form counts as filled by the person only where they change it.
    pub fn set(&mut self, name: &str, value: &str) {
        if let Some(entry) = self.entry_mut(name) {
            match &mut entry.input {
                Input::Line(field) => field.set(value),
                Input::Block { area, .. } => area.set(value),
                Input::Choice(choice) => choice.choose(value),
                Input::Shown(text) => value.clone_into(text),
            }
            entry.began_as = entry.value();
            entry.mistake = None;
        }
    }

    /// The name of the field that has the focus.
    #[must_use]
    pub fn focused(&self) -> &'static str {
        self.entries.get(self.at).map_or("", |entry| entry.name)
    }

    /// Gives the focus to a field.
    pub fn focus(&mut self, name: &str) {
        let place = self
            .entries
            .iter()
            .position(|entry| entry.name == name && entry.can_have_focus());
        self.at = place.unwrap_or(self.at);
    }

    /// Whether anything in it is not as it was.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.entries.iter().any(|entry| entry.value() != entry.began_as)
    }

    /// Whether letters are for it.
    #[must_use]
    pub fn wants_text(&self) -> bool {
        self.entries
            .get(self.at)
            .is_some_and(|entry| matches!(entry.input, Input::Line(_) | Input::Block { .. }))
    }

    /// Whether there is a field of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Shows what is wrong with a field, and gives it the focus unless a field before it is wrong, too. Tells whether
    /// there is such a field.
    pub fn mistake(&mut self, name: &str, words: impl Into<String>) -> bool {
        let Some(entry) = self.entry_mut(name) else {
            return false;
        };
        entry.mistake = Some(words.into());
        self.focus_on_mistake();
        true
    }

    /// Forgets all mistakes.
    pub fn clear_mistakes(&mut self) {
        for entry in &mut self.entries {
            entry.mistake = None;
        }
    }

    /// Whether everything needed is there; what is not is shown at its field, and the first of them has the focus.
    pub fn check(&mut self, words: &Words) -> bool {
        for entry in &mut self.entries {
            let missing = entry.needed && entry.value().trim().is_empty();
            entry.mistake = missing.then(|| {
                let name = match entry.input {
                    Input::Choice(_) => "widget-choice-needed",
                    _ => "widget-field-needed",
                };
                words.with(name, &[("label", &entry.label)])
            });
        }
        self.focus_on_mistake()
    }

    fn focus_on_mistake(&mut self) -> bool {
        let wrong = |entry: &Entry| entry.mistake.is_some() && entry.can_have_focus();
        match self.entries.iter().position(wrong) {
            Some(place) => {
                self.at = place;
                false
            }
            None => true,
        }
    }

    /// Takes a command of the dialog context, or `Back`.
    pub fn command(&mut self, command: Command) -> Outcome {
        match command {
            Command::Send => Outcome::Send,
            Command::Back => Outcome::Cancel,
            Command::NextField => self.turn(true),
            Command::PreviousField => self.turn(false),
            Command::Confirm => self.confirm(),
            _ => Outcome::Stay,
        }
    }

    fn confirm(&mut self) -> Outcome {
        let is_last = !self.entries.iter().skip(self.at + 1).any(Entry::can_have_focus);
        match self.entries.get_mut(self.at).map(|entry| &mut entry.input) {
            Some(Input::Block { area, .. }) => changed(area.newline()),
            _ if is_last => Outcome::Send,
            _ => self.turn(true),
        }
    }

    fn turn(&mut self, on: bool) -> Outcome {
        let many = self.entries.len();
        let step = if on { 1 } else { many.saturating_sub(1) };
        let mut at = self.at;
        for _ in 0..many {
            at = (at + step) % many;
            if self.entries.get(at).is_some_and(Entry::can_have_focus) {
                self.at = at;
                break;
            }
        }
        Outcome::Stay
    }

    /// Takes a key that is no command.
    pub fn key(&mut self, key: Key) -> Outcome {
        let Some(entry) = self.entries.get_mut(self.at) else {
            return Outcome::Stay;
        };
        let outcome = match &mut entry.input {
            Input::Line(field) => changed(field.key(key)),
            Input::Block { area, .. } => changed(area.key(key)),
            Input::Choice(choice) => match choice.key(key) {
                Some(true) => Outcome::Changed,
                _ => Outcome::Stay,
            },
            Input::Shown(_) => Outcome::Stay,
        };
        if outcome == Outcome::Changed {
            entry.mistake = None;
        }
        outcome
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> Outcome {
        let Some(entry) = self.entries.get_mut(self.at) else {
            return Outcome::Stay;
        };
        let outcome = match &mut entry.input {
            Input::Line(field) => changed(field.paste(text)),
            Input::Block { area, .. } => changed(area.paste(text)),
            Input::Choice(_) | Input::Shown(_) => Outcome::Stay,
        };
        if outcome == Outcome::Changed {
            entry.mistake = None;
        }
        outcome
    }

    /// Itself in words: the field that has the focus, and every mistake.
    #[must_use]
    pub fn say(&self) -> Vec<String> {
        let mut said = Vec::new();
        if let Some(entry) = self.entries.get(self.at) {
            let needed = if entry.needed { " *" } else { "" };
            let value = match &entry.input {
                Input::Choice(choice) => choice.say(),
                _ => entry.value(),
            };
            said.push(format!("{}{needed}: {value}", entry.label));
        }
        let mistakes = self.entries.iter().filter_map(|entry| entry.mistake.clone());
        said.extend(mistakes);
        said
    }
}

fn changed(edit: Edit) -> Outcome {
    match edit {
        Edit::Changed => Outcome::Changed,
        Edit::Moved | Edit::Ignored => Outcome::Stay,
    }
}
