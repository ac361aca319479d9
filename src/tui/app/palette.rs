//! All commands by name, with their keys; what cannot be given now is there too, dimmed, and says why.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::tui::flow::Availability;
use crate::tui::keys::{Command, Context, Key, KeyCode, Keymap};

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub command: Command,
    /// What it is called at this desk.
    pub name: String,
    pub keys: String,
    pub availability: Availability,
}

pub(super) struct Palette {
    entries: Vec<Entry>,
    /// What was typed.
    pub typed: String,
    /// Rows that match, best first, as places in `entries`.
    pub shown: Vec<usize>,
    /// The row under the cursor, as a place in `shown`.
    pub at: usize,
    matcher: Matcher,
}

/// What a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Stay,
    Close,
    Chosen(Command, Availability),
}

impl Palette {
    pub fn new(
        contexts: &[Context],
        offered: &[(Command, Availability)],
        keymap: &Keymap,
        name: &dyn Fn(Command) -> String,
    ) -> Self {
        let entry = |command, availability| Entry {
            command,
            name: name(command),
            keys: keymap.keys_of(command).join(", "),
            availability,
        };
        let mut entries: Vec<Entry> = offered
            .iter()
            .map(|(command, availability)| entry(*command, availability.clone()))
            .collect();
        for command in Command::ALL {
            if *command == Command::Palette || entries.iter().any(|known| known.command == *command) {
                continue;
            }
            let availability = if contexts.contains(&command.context()) {
                Availability::Enabled
            } else {
                Availability::Dimmed(format!(
                    "“{}” works in: {}.",
                    name(*command),
                    command.context().word()
                ))
            };
            entries.push(entry(*command, availability));
        }
        let rank = |entry: &Entry| match (&entry.availability, entry.command.context()) {
            (Availability::Dimmed(_), _) => 2,
            (_, Context::List | Context::Text) => 1,
            _ => 0,
        };
        entries.sort_by_key(rank);
        let shown = (0..entries.len()).collect();
        Self {
            entries,
            typed: String::new(),
            shown,
            at: 0,
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// The rows that match, best first.
    pub fn rows(&self) -> impl Iterator<Item = &Entry> {
        self.shown.iter().filter_map(|at| self.entries.get(*at))
    }

    pub fn key(&mut self, key: Key) -> Outcome {
        match key.code {
            KeyCode::Esc => return Outcome::Close,
            KeyCode::Enter => {
                return match self.shown.get(self.at).and_then(|at| self.entries.get(*at)) {
                    Some(entry) => Outcome::Chosen(entry.command, entry.availability.clone()),
                    None => Outcome::Stay,
                };
            }
            KeyCode::Up => self.at = self.at.saturating_sub(1),
            KeyCode::Down => self.at = (self.at + 1).min(self.shown.len().saturating_sub(1)),
            KeyCode::PageUp => self.at = self.at.saturating_sub(10),
            KeyCode::PageDown => self.at = (self.at + 10).min(self.shown.len().saturating_sub(1)),
            KeyCode::Backspace => {
                if self.typed.pop().is_none() {
                    return Outcome::Close;
                }
                self.filter();
            }
            _ => {
                if let Some(c) = key.inserts() {
                    self.typed.push(c);
                    self.filter();
                }
            }
        }
        Outcome::Stay
    }

    pub fn paste(&mut self, text: &str) {
        self.typed
            .extend(text.chars().filter(|c| !c.is_control()).take(60));
        self.filter();
    }

    fn filter(&mut self) {
        self.at = 0;
        let pattern = Pattern::parse(&self.typed, CaseMatching::Ignore, Normalization::Smart);
        let mut scratch = Vec::new();
        let mut scored: Vec<(u32, usize)> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let by_label = pattern.score(Utf32Str::new(&entry.name, &mut scratch), &mut self.matcher);
            let by_name = pattern.score(
                Utf32Str::new(entry.command.name(), &mut scratch),
                &mut self.matcher,
            );
            let by_doc = pattern.score(
                Utf32Str::new(entry.command.doc(), &mut scratch),
                &mut self.matcher,
            );
            let best = [by_label.map(|s| s + 20), by_name.map(|s| s + 10), by_doc]
                .into_iter()
                .flatten()
                .max();
            if let Some(score) = best {
                let here = u32::from(entry.availability == Availability::Enabled) * 15;
                scored.push((score + here, at));
            }
        }
        scored.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.shown = scored.into_iter().map(|(_, at)| at).collect();
    }
}
