//! Named fields one below the other: lines, long text, choices by digit, reasons. Shared by dialogs and full screens.

mod draw;
mod entry;

use std::collections::BTreeMap;

use crate::tui::flow::Ctx;
use crate::tui::keys::{Command, Key, KeyCode};
use crate::tui::widgets::field::Edit;
use crate::wire::desk::Reason;
use crate::wire::problem::FieldProblem;
pub use entry::{Choice, Entry};
use entry::{Part, choose, label_of};

/// What a sheet did with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Nothing, or the focus moved.
    Nothing,
    /// Something was typed or chosen.
    Changed,
    /// One was chosen by its digit: once the fields are arranged anew, the next one is meant.
    Chosen,
    /// The person is through: send it.
    Submit,
}

/// Named fields, one with the focus.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    entries: Vec<Entry>,
    at: usize,
    touched: bool,
    /// Enter sends from any field, not from the last one alone.
    enter_sends: bool,
}

impl Sheet {
    /// A sheet of these fields, the first with the focus.
    #[must_use]
    pub fn new(entries: Vec<Entry>) -> Self {
        Self {
            entries,
            at: 0,
            touched: false,
            enter_sends: false,
        }
    }

    /// Enter sends from any field: what comes after the first one may stay as it is.
    #[must_use]
    pub fn enter_sends(self) -> Self {
        Self {
            enter_sends: true,
            ..self
        }
    }

    /// Whether there are no fields at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.iter().all(|entry| entry.hidden)
    }

    /// Whether anything was typed or chosen.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.touched
    }

    /// Whether there is text that would be lost.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.touched
            && self.entries.iter().any(|entry| match &entry.part {
                Part::Line(field) | Part::Reason { own: field, .. } => !field.is_empty(),
                Part::Long(area) => !area.is_empty(),
                Part::Choice { .. } => false,
            })
    }

    /// Whether Enter can mean a new line in one of the fields, so that only the other key sends.
    #[must_use]
    pub fn takes_lines(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| !entry.hidden && entry.takes_lines())
    }

    /// Takes other options for a choice; what was chosen stays if it still can be.
    pub fn set_options(&mut self, name: &str, new: Vec<Choice>) {
        for entry in &mut self.entries {
            if entry.name == name
                && let Part::Choice { options, at } = &mut entry.part
            {
                let chosen = at
                    .and_then(|at| options.get(at))
                    .map(|option| option.code.clone());
                *at = new
                    .iter()
                    .position(|option| Some(&option.code) == chosen.as_ref() && option.why_not.is_empty());
                *options = new;
                break;
            }
        }
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The text of a field, trimmed; the code of a choice; empty where nothing is given.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        match self
            .entry(name)
            .filter(|entry| !entry.hidden)
            .map(|entry| &entry.part)
        {
            Some(Part::Line(field)) => field.text().trim().to_owned(),
            Some(Part::Long(area)) => area.text().trim().to_owned(),
            Some(Part::Choice { options, at }) => at
                .and_then(|at| options.get(at))
                .map_or_else(String::new, |option| option.code.clone()),
            Some(Part::Reason { .. }) | None => String::new(),
        }
    }

    /// What stands in the text fields, by name, as it was typed; without the empty ones.
    #[must_use]
    pub fn typed(&self) -> BTreeMap<String, String> {
        let mut typed = BTreeMap::new();
        for entry in &self.entries {
            let text = match &entry.part {
                Part::Line(field) => field.text().to_owned(),
                Part::Long(area) => area.text(),
                Part::Choice { .. } | Part::Reason { .. } => continue,
            };
            if !text.trim().is_empty() {
                typed.insert(entry.name.to_string(), text);
            }
        }
        typed
    }

    /// Puts texts back into their fields, before whatever stands there by now; tells whether there were any.
    pub fn restore(&mut self, texts: &BTreeMap<String, String>) -> bool {
        let mut any = false;
        for entry in &mut self.entries {
            let Some(text) = texts.get(&*entry.name).filter(|text| !text.is_empty()) else {
                continue;
            };
            match &mut entry.part {
                Part::Line(field) => {
                    let joined = format!("{text}{}", field.text());
                    field.set(&joined);
                }
                Part::Long(area) if area.is_empty() => area.set(text),
                Part::Long(area) => {
                    let joined = format!("{text}\n{}", area.text());
                    area.set(&joined);
                }
                Part::Choice { .. } | Part::Reason { .. } => continue,
            }
            any = true;
        }
        self.touched |= any;
        any
    }

    /// The reason that was given; an empty one where there is none.
    #[must_use]
    pub fn reason(&self, name: &str) -> Reason {
        match self
            .entry(name)
            .filter(|entry| !entry.hidden)
            .map(|entry| &entry.part)
        {
            Some(Part::Reason { options, at, own }) => Reason {
                code: at
                    .and_then(|at| options.get(at))
                    .map_or_else(String::new, |option| option.code.clone()),
                text: own.text().trim().to_owned(),
            },
            _ => Reason::default(),
        }
    }

    /// The reason in words: own words, else what the desk calls the chosen one.
    #[must_use]
    pub fn reason_words(&self, name: &str) -> String {
        match self
            .entry(name)
            .filter(|entry| !entry.hidden)
            .map(|entry| &entry.part)
        {
            Some(Part::Reason { options, at, own }) if own.text().trim().is_empty() => {
                label_of(options, *at).unwrap_or_default()
            }
            Some(Part::Reason { own, .. }) => own.text().trim().to_owned(),
            _ => String::new(),
        }
    }

    /// Puts text into a field, as if the person had not touched anything.
    pub fn fill(&mut self, name: &str, text: &str) {
        for entry in &mut self.entries {
            if entry.name != name {
                continue;
            }
            match &mut entry.part {
                Part::Line(field) | Part::Reason { own: field, .. } => field.set(text),
                Part::Long(area) => area.set(text),
                Part::Choice { .. } => {}
            }
        }
    }

    /// Chooses the option of that code, as if the person had not touched anything.
    pub fn preset(&mut self, name: &str, code: &str) {
        for entry in &mut self.entries {
            if entry.name == name
                && let Part::Choice { options, at } = &mut entry.part
            {
                *at = options.iter().position(|option| option.code == code);
            }
        }
    }

    /// Shows or hides a field. What is in it stays.
    pub fn show(&mut self, name: &str, shown: bool) {
        for entry in &mut self.entries {
            if entry.name == name {
                entry.hidden = !shown;
            }
        }
    }

    /// Marks what is wrong and goes to the first such field. Gives back the problems of no field of this sheet.
    pub fn wrong(&mut self, problems: &[FieldProblem]) -> Vec<String> {
        let mut others = Vec::new();
        let mut first = None;
        for problem in problems {
            let found = self
                .entries
                .iter_mut()
                .enumerate()
                .find(|(_, entry)| entry.name == problem.field && !entry.hidden);
            match found {
                Some((at, entry)) => {
                    entry.wrong = Some(problem.detail.clone());
                    first = first.or(Some(at));
                }
                None if problem.field.is_empty() => others.push(problem.detail.clone()),
                None => others.push(format!("{}: {}", problem.field, problem.detail)),
            }
        }
        if let Some(first) = first {
            self.at = first;
        }
        others
    }

    /// Takes a command or key; see [`Done`].
    pub fn command(&mut self, command: Command) -> Done {
        match command {
            Command::Send => Done::Submit,
            Command::NextField => self.step(true),
            Command::PreviousField => self.step(false),
            Command::Confirm => self.enter(),
            _ => Done::Nothing,
        }
    }

    /// Goes to the next field, if there is one below.
    pub fn advance(&mut self) {
        if !self.is_last() {
            self.step(true);
        }
    }

    fn is_last(&self) -> bool {
        self.entries.iter().skip(self.at + 1).all(|entry| entry.hidden)
    }

    fn enter(&mut self) -> Done {
        let takes_lines = self.entries.get(self.at).is_some_and(Entry::takes_lines);
        if takes_lines {
            return self.new_line();
        }
        if self.enter_sends || self.is_last() {
            Done::Submit
        } else {
            self.step(true)
        }
    }

    fn new_line(&mut self) -> Done {
        let Some(Part::Long(area)) = self.entries.get_mut(self.at).map(|entry| &mut entry.part) else {
            return Done::Nothing;
        };
        if area.newline() == Edit::Changed {
            Done::Changed
        } else {
            Done::Nothing
        }
    }

    fn step(&mut self, forward: bool) -> Done {
        let count = self.entries.len();
        for n in 1..=count {
            let at = if forward { self.at + n } else { self.at + count - n } % count;
            if self.entries.get(at).is_some_and(|entry| !entry.hidden) {
                self.at = at;
                break;
            }
        }
        Done::Nothing
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Done {
        let Some(entry) = self.entries.get_mut(self.at) else {
            return Done::Nothing;
        };
        let mut chosen = false;
        let edit = match &mut entry.part {
            Part::Line(field) => field.key(key),
            Part::Long(area) => area.key(key),
            Part::Choice { options, at } => match choose(options, at, key) {
                Ok(picked) => {
                    chosen = picked && key.inserts().is_some();
                    if picked { Edit::Changed } else { Edit::Ignored }
                }
                Err(why) => {
                    entry.wrong = Some(why);
                    return Done::Nothing;
                }
            },
            Part::Reason { options, at, own } => {
                let empty = own.is_empty();
                let picks = empty
                    && (key.inserts().is_some_and(|c| c.is_ascii_digit())
                        || matches!(key.code, KeyCode::Up | KeyCode::Down));
                let picked = picks && choose(options, at, key).unwrap_or(false);
                let taken_back = empty && key.code == KeyCode::Backspace && at.take().is_some();
                if picked || taken_back {
                    Edit::Changed
                } else {
                    own.key(key)
                }
            }
        };
        let edge = matches!(key.code, KeyCode::Up | KeyCode::Down);
        match edit {
            Edit::Changed => {
                entry.wrong = None;
                self.touched = true;
                if chosen { Done::Chosen } else { Done::Changed }
            }
            Edit::Ignored if edge => self.step(key.code == KeyCode::Down),
            Edit::Ignored | Edit::Moved => Done::Nothing,
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) -> Done {
        let Some(entry) = self.entries.get_mut(self.at) else {
            return Done::Nothing;
        };
        let edit = match &mut entry.part {
            Part::Line(field) | Part::Reason { own: field, .. } => field.paste(text),
            Part::Long(area) => area.paste(text),
            Part::Choice { .. } => Edit::Ignored,
        };
        if edit != Edit::Changed {
            return Done::Nothing;
        }
        entry.wrong = None;
        self.touched = true;
        Done::Changed
    }

    /// The fields in words: the one with the focus whole, the others by name and value.
    #[must_use]
    pub fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        for (at, entry) in self.entries.iter().enumerate().filter(|(_, entry)| !entry.hidden) {
            let value = entry.spoken(ctx);
            let id = if at == self.at {
                "sheet-say-here"
            } else {
                "sheet-say-field"
            };
            lines.push(ctx.words.with(id, &[("label", &entry.label), ("value", &value)]));
            if at == self.at
                && let Part::Choice { options, .. } | Part::Reason { options, .. } = &entry.part
            {
                let all: Vec<String> = options
                    .iter()
                    .enumerate()
                    .map(|(n, option)| format!("{} {}", n + 1, option.label))
                    .collect();
                lines.push(all.join(", "));
            }
            lines.extend(entry.wrong.clone());
        }
        lines
    }
}
