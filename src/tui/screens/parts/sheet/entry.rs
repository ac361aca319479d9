//! One field of a sheet: what goes into it, and how it is said.

use std::borrow::Cow;

use crate::domain::profile::ReasonFor;
use crate::tui::flow::Ctx;
use crate::tui::keys::{Key, KeyCode};
use crate::tui::widgets::area::Area;
use crate::tui::widgets::field::Field;
use crate::wire::desk::Reason;

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it is called in the program.
    pub code: String,
    /// What it is called on screen.
    pub label: String,
    /// Why it cannot be chosen; empty when it can.
    pub why_not: String,
}

impl Choice {
    /// Something that can be chosen.
    #[must_use]
    pub fn new(code: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            label: label.into(),
            why_not: String::new(),
        }
    }
}

/// What goes into a field.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// One line.
    Line(Field),
    /// Many lines.
    Long(Box<Area>),
    /// One of several, by digit or arrows.
    Choice { options: Vec<Choice>, at: Option<usize> },
    /// One of several by digit, or own words.
    Reason {
        options: Vec<Choice>,
        at: Option<usize>,
        own: Field,
    },
}

/// A field with its name and what is wrong with it.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) label: String,
    pub(super) hint: String,
    pub(super) part: Part,
    pub(super) rows: u16,
    pub(super) hidden: bool,
    pub(super) wrong: Option<String>,
}

impl Entry {
    fn new(name: Cow<'static, str>, label: String, part: Part) -> Self {
        Self {
            name,
            label,
            hint: String::new(),
            part,
            rows: 1,
            hidden: false,
            wrong: None,
        }
    }

    /// One line of at most so many characters.
    #[must_use]
    pub fn line(name: impl Into<Cow<'static, str>>, label: impl Into<String>, most: usize) -> Self {
        Self::new(
            name.into(),
            label.into(),
            Part::Line(Field::default().at_most(most)),
        )
    }

    /// Long text of at most so many characters, in so many rows.
    #[must_use]
    pub fn long(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<String>,
        most: usize,
        rows: u16,
    ) -> Self {
        let mut entry = Self::new(
            name.into(),
            label.into(),
            Part::Long(Box::new(Area::default().at_most(most))),
        );
        entry.rows = rows;
        entry
    }

    /// One of several; `at` is chosen already.
    #[must_use]
    pub fn choice(
        name: impl Into<Cow<'static, str>>,
        label: impl Into<String>,
        options: Vec<Choice>,
        at: Option<usize>,
    ) -> Self {
        let mut entry = Self::new(name.into(), label.into(), Part::Choice { options, at });
        entry.rows = 0;
        entry
    }

    /// A reason: one of the desk's by digit, or own words.
    #[must_use]
    pub fn reason(name: &'static str, action: ReasonFor, ctx: &Ctx<'_>) -> Self {
        let options = ctx
            .desk
            .reasons_for(action)
            .iter()
            .map(|reason| Choice::new(&reason.code, &reason.label))
            .collect();
        let part = Part::Reason {
            options,
            at: None,
            own: Field::default().at_most(Reason::MAX_TEXT),
        };
        let mut entry = Self::new(name.into(), ctx.words.get("sheet-reason"), part);
        entry.hint = ctx.words.get("sheet-reason-hint");
        entry.rows = 0;
        entry
    }

    /// With this text in it already, as if the person had not touched anything.
    #[must_use]
    pub fn filled(mut self, text: &str) -> Self {
        if let Part::Line(field) = &mut self.part {
            field.set(text);
        }
        self
    }

    /// What stands in the empty field.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub(super) fn takes_lines(&self) -> bool {
        matches!(self.part, Part::Long(_))
    }

    /// The value as it is said.
    pub(super) fn spoken(&self, ctx: &Ctx<'_>) -> String {
        let nothing = || ctx.words.get("none");
        match &self.part {
            Part::Line(field) if field.is_empty() => nothing(),
            Part::Line(field) => field.text().to_owned(),
            Part::Long(area) if area.is_empty() => nothing(),
            Part::Long(area) => area.text(),
            Part::Choice { options, at } => label_of(options, *at).unwrap_or_else(nothing),
            Part::Reason { options, at, own } if own.is_empty() => {
                label_of(options, *at).unwrap_or_else(nothing)
            }
            Part::Reason { own, .. } => own.text().to_owned(),
        }
    }
}

pub(super) fn label_of(options: &[Choice], at: Option<usize>) -> Option<String> {
    options.get(at?).map(|option| option.label.clone())
}

/// Moves a choice by digit or arrow: whether it was such a key.
///
/// # Errors
/// Why the option cannot be chosen.
pub(super) fn choose(options: &[Choice], at: &mut Option<usize>, key: Key) -> Result<bool, String> {
    let count = options.len();
    let wanted = match (key.code, key.inserts()) {
        (_, Some(c)) if c.is_ascii_digit() => c
            .to_digit(10)
            .and_then(|digit| usize::try_from(digit).ok())
            .and_then(|digit| digit.checked_sub(1))
            .filter(|place| *place < count),
        (KeyCode::Right, _) => Some(at.map_or(0, |at| (at + 1).min(count.saturating_sub(1)))),
        (KeyCode::Left, _) => Some(at.map_or(0, |at| at.saturating_sub(1))),
        _ => None,
    };
    let Some(option) = wanted.and_then(|place| options.get(place)) else {
        return Ok(false);
    };
    if !option.why_not.is_empty() {
        return Err(option.why_not.clone());
    }
    *at = wanted;
    Ok(true)
}
