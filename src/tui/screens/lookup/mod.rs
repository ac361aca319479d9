//! The look-up: one field that recognises what was typed, or a form with the four ways; what was found below.

mod say;
mod update;
mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::context::TicketContext;
use super::parts::{full_name, key};
use crate::domain::id::{AccountId, TicketId};
use crate::domain::lookup::{Lookup, LookupError, recognise};
use crate::domain::permission::Permission;
use crate::tui::flow::{
    Availability, CallError, Ctx, Effect, Event, Explanation, Latest, Screen, ScreenKind,
};
use crate::tui::keys::{Command, Context};
use crate::tui::widgets::field::Field;
use crate::tui::widgets::list::List;
use crate::wire::accounts::{AccountHit, AccountHits, AccountSearch, Fit};

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Focus {
    /// A text field.
    Field,
    /// What was found.
    Hits,
}

/// The fields of the form, in their order.
const FORM: [&str; 5] = [
    "lookup-form-email",
    "lookup-form-first",
    "lookup-form-last",
    "lookup-form-mobile",
    "lookup-form-user",
];

/// The form: four ways in five fields.
#[derive(Debug, Clone, Default)]
struct Form {
    fields: [Field; FORM.len()],
    at: usize,
    wrong: Option<(usize, String)>,
}

/// The look-up screen.
#[derive(Debug)]
pub struct LookupScreen {
    context: TicketContext,
    focus: Focus,
    /// The rows answer what stands in the line: typing begins another look-up, Enter opens the row.
    settled: bool,
    line: Field,
    form: Option<Form>,
    wrong: Option<String>,
    asked: Latest,
    /// What was asked, in the person's words; behind it what was found.
    asked_for: String,
    last: Option<AccountSearch>,
    found_for: String,
    found: Option<AccountHits>,
    list: List<AccountId>,
    problem: Option<CallError>,
}

impl LookupScreen {
    /// A look-up, for a ticket or for nothing in particular.
    #[must_use]
    pub fn new(ticket: Option<TicketId>) -> Self {
        Self {
            context: TicketContext::new(ticket),
            focus: Focus::Field,
            settled: false,
            line: Field::default().at_most(crate::domain::lookup::MAX_TEXT),
            form: None,
            wrong: None,
            asked: Latest::default(),
            asked_for: String::new(),
            last: None,
            found_for: String::new(),
            found: None,
            list: List::default(),
            problem: None,
        }
    }

    fn hits(&self) -> &[AccountHit] {
        self.found.as_ref().map_or(&[], |found| &found.items)
    }

    fn hit(&self) -> Option<&AccountHit> {
        self.list.row(self.hits())
    }

    /// Whether Enter in the line opens the row under the cursor.
    fn opens(&self) -> bool {
        self.settled && self.form.is_none() && self.hit().is_some()
    }

    /// Whether the latest look-up was refused, so that what is shown answers another.
    fn is_refused(&self) -> bool {
        let form = self.form.as_ref().is_some_and(|form| form.wrong.is_some());
        self.wrong.is_some() || self.problem.is_some() || form
    }

    /// Whether what is shown answers something else than what was asked last.
    fn is_stale(&self) -> bool {
        self.found.is_some() && (self.asked.is_waiting() || self.is_refused())
    }

    /// How the line is understood, in words.
    fn reading(&self, ctx: &Ctx<'_>) -> Result<String, LookupError> {
        let readings = recognise(self.line.text(), &ctx.desk.default_region)?;
        let mut kinds: Vec<&Lookup> = Vec::new();
        for reading in &readings {
            if !kinds.iter().any(|known| known.word() == reading.word()) {
                kinds.push(reading);
            }
        }
        let mut names = kinds.into_iter().map(|kind| ctx.words.get(reading_name(kind)));
        let first = names.next().unwrap_or_default();
        Ok(match names.next() {
            Some(second) => ctx
                .words
                .with("lookup-hint-or", &[("first", &first), ("second", &second)]),
            None => first,
        })
    }
}

/// The name of the words for a reading.
fn reading_name(reading: &Lookup) -> &'static str {
    match reading {
        Lookup::Email(_) => "lookup-reading-email",
        Lookup::EmailPrefix(_) => "lookup-reading-email-prefix",
        Lookup::Mobile(_) => "lookup-reading-mobile",
        Lookup::MobileLast4(_) => "lookup-reading-mobile-last4",
        Lookup::UserId(_) => "lookup-reading-user_id",
        Lookup::Name { .. } => "lookup-reading-name",
        Lookup::AnyName(_) => "lookup-reading-any-name",
    }
}

/// The words for how well a candidate fits.
fn fit_name(fit: Fit) -> &'static str {
    match fit {
        Fit::Exact => "lookup-fit-exact",
        Fit::Prefix => "lookup-fit-prefix",
        Fit::Similar => "lookup-fit-similar",
    }
}

/// City and state in one.
fn place(hit: &AccountHit) -> String {
    [hit.city.as_str(), hit.state.as_str()]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

impl Screen for LookupScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Lookup
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        match self.context.row() {
            Some(row) => ctx.words.with("lookup-crumb-ticket", &[("number", &row.number)]),
            None => ctx.words.get("lookup-crumb"),
        }
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.happen(event, ctx)
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        self.words(ctx)
    }

    fn contexts(&self) -> Vec<Context> {
        match self.focus {
            Focus::Field => vec![Context::Text, Context::Lookup, Context::List, Context::Panes],
            Focus::Hits => vec![Context::Lookup, Context::List, Context::Panes],
        }
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let may = |permission| Availability::from(ctx.may(permission));
        let mut commands = Vec::new();
        match self.focus {
            Focus::Field => {
                let needed = if self.opens() {
                    Permission::AccountView
                } else {
                    Permission::AccountSearch
                };
                commands.push((Command::Submit, may(needed)));
                commands.push((Command::LeaveText, Availability::Enabled));
            }
            Focus::Hits => {
                let open = match self.hit() {
                    Some(_) => may(Permission::AccountView),
                    None => Availability::Dimmed(ctx.words.get("lookup-idle")),
                };
                commands.push((Command::Open, open));
                commands.push((Command::Filter, Availability::Enabled));
            }
        }
        commands.push((Command::LookupForm, may(Permission::AccountSearch)));
        commands.push((Command::NewTicket, may(Permission::TicketCreate)));
        if self.last.is_some() {
            commands.push((Command::Refresh, may(Permission::AccountSearch)));
        }
        commands
    }

    fn wants_text(&self) -> bool {
        self.focus == Focus::Field
    }

    fn label(&self, command: Command, ctx: &Ctx<'_>) -> Option<String> {
        match command {
            Command::Submit if self.opens() => Some(Command::Open.label().to_owned()),
            Command::Submit => Some(ctx.words.get("lookup-label-look-up")),
            Command::Filter => Some(ctx.words.get("lookup-label-another")),
            Command::LeaveText => Some(ctx.words.get("lookup-label-keys")),
            _ => None,
        }
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let hit = self.hit().filter(|_| self.focus == Focus::Hits || self.opens())?;
        let fit = match hit.fit {
            Fit::Exact => "lookup-why-exact",
            Fit::Prefix => "lookup-why-prefix",
            Fit::Similar => "lookup-why-similar",
        };
        let words = ctx.words;
        let understood = self
            .found
            .as_ref()
            .map(|found| words.get(&format!("lookup-reading-{}", found.understood_as)));
        let mut lines = vec![words.with("lookup-why-asked", &[("asked", &self.found_for)])];
        lines.extend(understood.map(|reading| words.with("lookup-understood", &[("reading", &reading)])));
        lines.push(words.get(fit));
        lines.push(words.get("lookup-why-masked"));
        Some(Explanation {
            title: full_name(ctx, &hit.first_name, &hit.last_name),
            lines,
        })
    }

    fn context_line(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.context.line(ctx)
    }
}

/// The keys that open the form, for hints.
fn form_key(ctx: &Ctx<'_>) -> String {
    key(ctx, Command::LookupForm)
}
