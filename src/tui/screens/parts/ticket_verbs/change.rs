//! One act for every verb that is a body and a version: what it checks, what it sends, what it says when it is done.

use std::fmt;

use super::differences::differences;
use crate::domain::id::IntentKey;
use crate::tui::flow::{Answer, ApiCall, Ctx, Current, Effect, Fact, TicketCall, TicketChange, Toast};
use crate::tui::screens::parts::act::{Act, ActDialog};
use crate::tui::screens::parts::sheet::Sheet;
use crate::wire::problem::FieldProblem;
use crate::wire::tickets::{FieldChange, TicketRow};

type Check = Box<dyn Fn(&Sheet, &Ctx<'_>) -> Vec<FieldProblem>>;
type Make = Box<dyn Fn(&TicketRow, &Sheet, IntentKey) -> ApiCall>;
type Arrange = Box<dyn Fn(&mut Sheet, &Ctx<'_>)>;

/// A verb on a ticket as the person saw it.
pub(super) struct Change {
    row: TicketRow,
    /// The words for its title, line, verb and toast: `ticket-ID-title` and so on.
    id: &'static str,
    make: Make,
    check: Option<Check>,
    arrange: Option<Arrange>,
    /// More that the words may say.
    values: Vec<(&'static str, String)>,
    /// Fields that somebody else changed as well.
    conflicts: Vec<FieldChange>,
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Change {
    /// A verb that is any call.
    pub fn calling(
        id: &'static str,
        row: &TicketRow,
        make: impl Fn(&TicketRow, &Sheet, IntentKey) -> ApiCall + 'static,
    ) -> Self {
        Self {
            row: row.clone(),
            id,
            make: Box::new(make),
            check: None,
            arrange: None,
            values: Vec::new(),
            conflicts: Vec::new(),
        }
    }

    /// A verb that changes the ticket by its version.
    pub fn new(id: &'static str, row: &TicketRow, change: impl Fn(&Sheet) -> TicketChange + 'static) -> Self {
        Self::calling(id, row, move |row, sheet, key| {
            ApiCall::Case(TicketCall::Change {
                key,
                ticket: row.id,
                version: row.version,
                change: change(sheet),
            })
        })
    }

    /// What has to hold before anything is sent.
    pub fn check(self, check: impl Fn(&Sheet, &Ctx<'_>) -> Vec<FieldProblem> + 'static) -> Self {
        Self {
            check: Some(Box::new(check)),
            ..self
        }
    }

    /// Which fields are shown.
    pub fn arrange(self, arrange: impl Fn(&mut Sheet, &Ctx<'_>) + 'static) -> Self {
        Self {
            arrange: Some(Box::new(arrange)),
            ..self
        }
    }

    /// More for the words to say.
    pub fn value(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    fn words(&self, part: &str, row: &TicketRow, ctx: &Ctx<'_>) -> String {
        let mut values = vec![
            ("number", row.number.as_str()),
            ("subject", row.subject.as_str()),
            ("status", ctx.desk.status_label(row.status)),
        ];
        values.extend(self.values.iter().map(|(name, value)| (*name, value.as_str())));
        ctx.words.with(&format!("ticket-{}-{part}", self.id), &values)
    }

    /// Its dialog.
    pub fn dialog(self, sheet: Sheet, ctx: &Ctx<'_>) -> ActDialog {
        let title = self.words("title", &self.row, ctx);
        let line = self.words("line", &self.row, ctx);
        let verb = ctx.words.get(&format!("ticket-{}-verb", self.id));
        ActDialog::new(title, verb, sheet, Box::new(self)).lines(vec![line])
    }

    /// Its dialog, as an effect.
    pub fn open(self, sheet: Sheet, ctx: &Ctx<'_>) -> Effect {
        Effect::Open(Box::new(self.dialog(sheet, ctx)))
    }

    /// It asks nothing: sent at once.
    pub fn at_once(self, ctx: &Ctx<'_>) -> Effect {
        Effect::Open(Box::new(self.dialog(Sheet::default(), ctx).at_once()))
    }
}

/// With what of others a change was merged, in words.
fn merged_words(merged: &[FieldChange], ctx: &Ctx<'_>) -> String {
    if merged.is_empty() {
        return String::new();
    }
    let one = |change: &FieldChange| {
        let label = field_label(&change.field, ctx);
        let values = [("label", label.as_str()), ("who", change.who.as_str())];
        ctx.words.with("ticket-merged-field", &values)
    };
    let all: Vec<String> = merged.iter().map(one).collect();
    ctx.words.with("ticket-merged", &[("what", &all.join(", "))])
}

/// What a field of a ticket is called on screen.
#[must_use]
pub fn field_label(field: &str, ctx: &Ctx<'_>) -> String {
    if let Some(code) = field.strip_prefix("fields.") {
        let own = ctx.desk.tickets.fields.iter().find(|own| own.code == code);
        return own.map_or_else(|| code.to_owned(), |own| own.label.clone());
    }
    let name = format!("ticket-field-{field}");
    if ctx.words.has(&name) {
        ctx.words.get(&name)
    } else {
        field.to_owned()
    }
}

impl Act for Change {
    fn arrange(&self, sheet: &mut Sheet, ctx: &Ctx<'_>) {
        if let Some(arrange) = &self.arrange {
            arrange(sheet, ctx);
        }
    }

    fn check(&self, sheet: &Sheet, ctx: &Ctx<'_>) -> Vec<FieldProblem> {
        self.check
            .as_ref()
            .map_or_else(Vec::new, |check| check(sheet, ctx))
    }

    fn call(&self, sheet: &Sheet, key: IntentKey) -> ApiCall {
        (self.make)(&self.row, sheet, key)
    }

    fn done(&mut self, answer: Answer, _: &Sheet, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut row = self.row.clone();
        let mut merged = String::new();
        match answer {
            Answer::Ticket(ticket) => {
                merged = merged_words(&ticket.merged, ctx);
                // splitting and merging answer with the other one
                if ticket.row.id == self.row.id {
                    row = ticket.row.clone();
                } else {
                    self.values.push(("other", ticket.row.number.clone()));
                    effects.push(Effect::Publish(Fact::TicketTouched(self.row.id)));
                }
                effects.push(Effect::Publish(Fact::TicketChanged(ticket)));
            }
            _ => effects.push(Effect::Publish(Fact::TicketTouched(self.row.id))),
        }
        let done = format!("{} {merged}", self.words("done", &row, ctx));
        effects.push(Effect::Toast(Toast::good(done.trim_end())));
        effects
    }

    fn conflicts(&mut self) -> Vec<FieldChange> {
        std::mem::take(&mut self.conflicts)
    }

    fn stale(&mut self, current: Current, ctx: &Ctx<'_>) -> (String, Vec<Effect>) {
        let row = match current {
            Current::Ticket(row) => row,
            Current::Conflicts(both) => {
                let (row, both) = *both;
                self.conflicts = both;
                Box::new(row)
            }
            _ => return (String::new(), Vec::new()),
        };
        let changed = differences(&self.row, &row, ctx);
        self.row.clone_from(&row);
        (changed, vec![Effect::Publish(Fact::TicketRowChanged(row))])
    }
}
