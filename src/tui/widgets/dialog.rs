//! A confirmation: what exactly happens to which record, why, and the verb that does it.
//!
//! The reason comes first, chosen by its digit or in the person's own words; Enter confirms only once it is there. A
//! question without a reason has the focus on the safe choice. While the action is on its way, and when it failed,
//! the dialog says so itself and keeps what was typed.

#[cfg(test)]
mod tests;
mod view;

use super::area::Area;
use super::choice::Choice;
use crate::text::words::Words;
use crate::tui::keys::{Command, Key, KeyCode};

/// What a reason must be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// One of the choices, or words of at least so many characters, or both.
    Either(usize),
    /// One of the choices, and words of at least so many characters.
    Both(usize),
}

/// What came of a key or command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The dialog goes on.
    Stay,
    /// The person does not want it, or has read the result: close.
    Cancel,
    /// The person wants it: do it, and say so with [`Confirm::sending`].
    Confirmed,
    /// The person does not want to wait for the answer: close. The action goes on.
    Leave,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Phase {
    #[default]
    Asking,
    Sending(String),
    Failed(String),
    Done(Vec<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    Choices,
    Words,
    Safe,
    Verb,
}

/// Where the reason comes from.
#[derive(Debug, Clone)]
struct Why {
    choices: Choice,
    choices_label: String,
    words: Area,
    words_label: String,
    words_rows: u16,
    rule: Rule,
}

/// A confirmation.
#[derive(Debug, Clone)]
pub struct Confirm {
    title: String,
    record: String,
    effects: Vec<String>,
    verb: String,
    why: Option<Why>,
    focus: Focus,
    opened_by: Option<Key>,
    complaint: Option<String>,
    phase: Phase,
}

impl Confirm {
    /// A question with a title, and the verb that Enter confirms: "Remove the token", not "Yes".
    #[must_use]
    pub fn new(title: impl Into<String>, verb: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            record: String::new(),
            effects: Vec::new(),
            verb: verb.into(),
            why: None,
            focus: Focus::Safe,
            opened_by: None,
            complaint: None,
            phase: Phase::Asking,
        }
    }

    /// Names the record, so that nobody can be mistaken about it.
    #[must_use]
    pub fn record(self, record: impl Into<String>) -> Self {
        Self {
            record: record.into(),
            ..self
        }
    }

    /// A sentence about what will happen.
    #[must_use]
    pub fn effect(mut self, effect: impl Into<String>) -> Self {
        self.effects.push(effect.into());
        self
    }

    /// Asks for a reason first: choices under a label, and the person's own words.
    #[must_use]
    pub fn reason(
        self,
        label: impl Into<String>,
        choices: Choice,
        words_label: impl Into<String>,
        rule: Rule,
    ) -> Self {
        let focus = if choices.options().is_empty() {
            Focus::Words
        } else {
            Focus::Choices
        };
        Self {
            why: Some(Why {
                choices,
                choices_label: label.into(),
                words: Area::default().at_most(500),
                words_label: words_label.into(),
                words_rows: 1,
                rule,
            }),
            focus,
            ..self
        }
    }

    /// Room for long words: so many rows, at most so many characters.
    #[must_use]
    pub fn long_words(mut self, rows: u16, most: usize) -> Self {
        if let Some(why) = &mut self.why {
            why.words_rows = rows.max(1);
            why.words = Area::new(&why.words.text()).at_most(most);
        }
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

    /// The chosen code; empty when there is none.
    #[must_use]
    pub fn code(&self) -> &str {
        self.why
            .as_ref()
            .and_then(|why| why.choices.code())
            .unwrap_or_default()
    }

    /// The words that were typed, without blanks around them.
    #[must_use]
    pub fn words(&self) -> String {
        self.why
            .as_ref()
            .map(|why| why.words.text().trim().to_owned())
            .unwrap_or_default()
    }

    /// Whether anything was chosen or typed.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.why
            .as_ref()
            .is_some_and(|why| why.choices.code().is_some() || !why.words.is_empty())
    }

    /// Whether letters are for it.
    #[must_use]
    pub fn wants_text(&self) -> bool {
        self.why.is_some() && self.is_editable()
    }

    /// The action is on its way: keys wait.
    pub fn sending(&mut self, words: impl Into<String>) {
        self.complaint = None;
        self.phase = Phase::Sending(words.into());
    }

    /// Whether the action is on its way.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        matches!(self.phase, Phase::Sending(_))
    }

    /// The action failed: why, and what to do next. What was typed stays; Enter tries again.
    pub fn failed(&mut self, words: impl Into<String>) {
        self.phase = Phase::Failed(words.into());
    }

    /// The action is done: what came of it stays to be read until the person closes the dialog.
    pub fn done(&mut self, lines: Vec<String>) {
        self.phase = Phase::Done(lines);
    }

    /// Changes what will happen, such as after somebody else changed the record.
    pub fn set_effects(&mut self, effects: Vec<String>) {
        self.effects = effects;
    }

    fn is_editable(&self) -> bool {
        matches!(self.phase, Phase::Asking | Phase::Failed(_))
    }

    /// What is missing before it can be confirmed; `None` when nothing is.
    fn missing(&self, words: &Words) -> Option<String> {
        let why = self.why.as_ref()?;
        let typed = why.words.text().trim().chars().count();
        let chosen = why.choices.code().is_some() || why.choices.options().is_empty();
        let long_enough = |least: usize| typed >= least;
        let least = |least: usize| least.to_string();
        match why.rule {
            Rule::Either(_) if why.choices.code().is_some() => None,
            Rule::Either(n) if long_enough(n.max(1)) => None,
            Rule::Either(n) => Some(words.with("widget-reason-needed", &[("least", &least(n.max(1)))])),
            Rule::Both(_) if !chosen => {
                Some(words.with("widget-choice-needed", &[("label", &why.choices_label)]))
            }
            Rule::Both(n) if !long_enough(n) => Some(words.with(
                "widget-words-needed",
                &[("label", &why.words_label), ("least", &least(n))],
            )),
            Rule::Both(_) => None,
        }
    }

    /// Takes a command of the dialog context, or `Back`.
    pub fn command(&mut self, command: Command, words: &Words) -> Outcome {
        self.opened_by = None;
        match (command, &self.phase) {
            (Command::Back, Phase::Sending(_)) => Outcome::Leave,
            (Command::Back, _) => Outcome::Cancel,
            (Command::Confirm | Command::Send, Phase::Done(_)) => Outcome::Cancel,
            (_, Phase::Sending(_) | Phase::Done(_)) => Outcome::Stay,
            (Command::Confirm | Command::Send, _) => self.confirm(words),
            (Command::NextField | Command::PreviousField, _) => {
                self.turn();
                Outcome::Stay
            }
            _ => Outcome::Stay,
        }
    }

    fn confirm(&mut self, words: &Words) -> Outcome {
        if self.why.is_none() {
            return if self.focus == Focus::Verb {
                Outcome::Confirmed
            } else {
                Outcome::Cancel
            };
        }
        self.complaint = self.missing(words);
        match (&self.complaint, &self.why) {
            (None, _) => Outcome::Confirmed,
            (Some(_), Some(why)) if matches!(why.rule, Rule::Both(_)) && why.choices.code().is_some() => {
                self.focus = Focus::Words;
                Outcome::Stay
            }
            (Some(_), _) => Outcome::Stay,
        }
    }

    fn turn(&mut self) {
        let can_choose = self
            .why
            .as_ref()
            .is_some_and(|why| !why.choices.options().is_empty());
        self.focus = match self.focus {
            Focus::Choices => Focus::Words,
            Focus::Words if can_choose => Focus::Choices,
            Focus::Words => Focus::Words,
            Focus::Safe => Focus::Verb,
            Focus::Verb => Focus::Safe,
        };
    }

    /// Takes a key that is no command.
    pub fn key(&mut self, key: Key) -> Outcome {
        if self.opened_by == Some(key) {
            return Outcome::Stay;
        }
        self.opened_by = None;
        if !self.is_editable() {
            return Outcome::Stay;
        }
        let Some(why) = &mut self.why else {
            if matches!(
                key.code,
                KeyCode::Left | KeyCode::Right | KeyCode::Up | KeyCode::Down
            ) {
                self.turn();
            }
            return Outcome::Stay;
        };
        self.complaint = None;
        if self.focus == Focus::Words {
            let leaves =
                key.code == KeyCode::Up && why.words.is_at_top() && !why.choices.options().is_empty();
            if leaves {
                self.focus = Focus::Choices;
            } else {
                why.words.key(key);
            }
            return Outcome::Stay;
        }
        if key.code == KeyCode::Backspace {
            why.choices.clear();
        } else if why.choices.key(key).is_none() && key.inserts().is_some() {
            // letters are the beginning of words
            self.focus = Focus::Words;
            why.words.key(key);
        }
        Outcome::Stay
    }

    /// Takes pasted text: it goes into the words.
    pub fn paste(&mut self, text: &str) {
        self.opened_by = None;
        if !self.is_editable() {
            return;
        }
        if let Some(why) = &mut self.why {
            self.focus = Focus::Words;
            self.complaint = None;
            if why.words_rows == 1 {
                why.words.paste(&crate::text::safe::clean(text));
            } else {
                why.words.paste(text);
            }
        }
    }

    /// Itself in words: what it asks, what it needs, how far it is.
    #[must_use]
    pub fn say(&self, words: &Words) -> Vec<String> {
        let mut said = vec![format!("{}. {}", self.title, self.record)];
        said.extend(self.effects.iter().cloned());
        if let Some(why) = self.why.as_ref().filter(|_| self.is_editable()) {
            if !why.choices.options().is_empty() {
                said.push(format!("{}: {}", why.choices_label, why.choices.say()));
            }
            said.push(format!("{}: {}", why.words_label, why.words.text()));
        }
        match &self.phase {
            Phase::Asking => said.extend(self.complaint.clone().or_else(|| self.missing(words))),
            Phase::Sending(words) => said.push(words.clone()),
            Phase::Failed(words) => said.push(words.clone()),
            Phase::Done(lines) => said.extend(lines.iter().cloned()),
        }
        said.retain(|line| !line.is_empty());
        said
    }
}
