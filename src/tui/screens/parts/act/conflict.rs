//! The same field changed by two: both values with who and when, one key for each. What was typed is kept until it is sent.

use std::collections::VecDeque;

use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::key;
use crate::tui::screens::parts::sheet::Sheet;
use crate::tui::screens::parts::ticket_verbs::field_label;
use crate::wire::tickets::FieldChange;

/// Longest value that is shown of a field, in characters.
const SHOWN: usize = 60;

/// Fields that both changed: those to be decided, and those that are.
#[derive(Debug, Default)]
pub(super) struct Conflicts {
    open: VecDeque<(FieldChange, String)>,
}

impl Conflicts {
    /// Fields that somebody else changed, with what stands in the sheet.
    pub fn new(changes: Vec<FieldChange>, sheet: &Sheet) -> Self {
        let with_mine = |change: FieldChange| {
            let mine = sheet.text(&change.field);
            (change, mine)
        };
        Self {
            open: changes.into_iter().map(with_mine).collect(),
        }
    }

    /// Whether something is to be decided.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Decides the field that is shown: mine stays, or theirs takes its place.
    pub fn decide(&mut self, theirs: bool, sheet: &mut Sheet) {
        if let Some((change, _)) = self.open.pop_front().filter(|_| theirs) {
            sheet.fill(&change.field, &change.value);
            sheet.preset(&change.field, &change.value);
        }
    }

    /// The field that is to be decided, in words.
    pub fn words(&self, ctx: &Ctx<'_>) -> Option<String> {
        let (change, mine) = self.open.front()?;
        let label = field_label(&change.field, ctx);
        let when = people::relative(ctx.words, change.at.timestamp(), ctx.now.timestamp());
        let short = |text: &str| {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            match line.char_indices().nth(SHOWN) {
                Some((at, _)) => format!("{}…", &line[..at]),
                None => line,
            }
        };
        let (theirs, mine) = (short(&change.value), short(mine));
        let (keep, take) = (key(ctx, Command::KeepMine), key(ctx, Command::TakeTheirs));
        let left = self.open.len().to_string();
        let values = [
            ("label", label.as_str()),
            ("theirs", theirs.as_str()),
            ("mine", mine.as_str()),
            ("who", change.who.as_str()),
            ("when", when.as_str()),
            ("keep", keep.as_str()),
            ("take", take.as_str()),
            ("left", left.as_str()),
        ];
        Some(ctx.words.with("act-conflict", &values))
    }
}
