//! The form for a new ticket: subject, story, category, priority; customer and tokens when they are known.

mod say;
mod update;
mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::courier::Courier;
use super::parts::drafting::Drafting;
use super::parts::sheet::{Choice, Entry, Sheet};
use super::parts::ticket_verbs::priorities;
use crate::domain::id::{AccountId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::ticket::Priority;
use crate::tui::flow::{Availability, Ctx, Effect, Event, Explanation, Latest, Screen, ScreenKind};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;

/// Longest subject, in characters.
const MOST_SUBJECT: usize = 200;
/// Longest story, in characters.
const MOST_STORY: usize = 20_000;

/// The form for a new ticket.
#[derive(Debug)]
pub struct NewTicketScreen {
    account: Option<AccountId>,
    tokens: Vec<TokenId>,
    /// The customer's name, once it is read.
    customer: Option<String>,
    asked: Latest,
    sheet: Sheet,
    /// The priority that the category suggested last: followed until another one is chosen by hand.
    suggested: Priority,
    courier: Courier,
    drafting: Drafting,
    notice: Option<(Role, String)>,
}

impl NewTicketScreen {
    /// A form, for a customer and tokens if they are known.
    #[must_use]
    pub fn new(account: Option<AccountId>, tokens: Vec<TokenId>, ctx: &Ctx<'_>) -> Self {
        let words = ctx.words;
        let mut sheet = Sheet::new(vec![
            Entry::line("subject", words.get("ticket-field-subject"), MOST_SUBJECT)
                .hint(words.get("new-ticket-subject-hint")),
            Entry::long(
                "description",
                words.get("ticket-field-description"),
                MOST_STORY,
                6,
            )
            .hint(words.get("new-ticket-description-hint")),
            Entry::choice("category", words.get("ticket-field-category"), Vec::new(), None),
            Entry::choice(
                "priority",
                words.get("ticket-field-priority"),
                priorities(ctx),
                None,
            ),
        ]);
        sheet.preset("priority", Priority::Medium.word());
        let mut screen = Self {
            account,
            tokens,
            customer: None,
            asked: Latest::default(),
            sheet,
            suggested: Priority::Medium,
            courier: Courier::default(),
            drafting: Drafting::new(match account {
                Some(account) => format!("new-ticket-{account}"),
                None => "new-ticket".to_owned(),
            }),
            notice: None,
        };
        screen.arrange(ctx);
        screen
    }

    /// Fills the categories once the desk is known, and lets the priority follow the category.
    fn arrange(&mut self, ctx: &Ctx<'_>) {
        if self.sheet.text("category").is_empty()
            && let Some(first) = ctx.desk.categories.first()
        {
            let options = ctx.desk.categories.iter();
            let options = options.map(|category| Choice::new(&category.code, &category.label));
            self.sheet.set_options("category", options.collect());
            self.sheet.set_options("priority", priorities(ctx));
            self.sheet.preset("category", &first.code);
        }
        let code = self.sheet.text("category");
        let priority = ctx.desk.category(&code).map(|category| category.priority);
        if let Some(priority) = priority
            && priority != self.suggested
        {
            if self.sheet.text("priority") == self.suggested.word() {
                self.sheet.preset("priority", priority.word());
            }
            self.suggested = priority;
        }
    }

    /// Whether nothing can be changed: it is on its way, or nobody knows what became of it.
    fn is_frozen(&self) -> bool {
        self.courier.is_out() || self.courier.is_unknown()
    }

    /// What stands below the fields.
    fn status(&self, ctx: &Ctx<'_>) -> Option<(Role, String)> {
        match (self.courier.late(), &self.notice) {
            (Some(late), _) => Some((Role::Warning, late.to_owned())),
            (None, _) if self.courier.is_out() => Some((Role::Muted, ctx.words.get("sending"))),
            (None, Some(notice)) => Some(notice.clone()),
            (None, None) => self.drafting.words(ctx).map(|words| (Role::Muted, words)),
        }
    }

    /// Customer and tokens, as name and value.
    fn facts(&self, ctx: &Ctx<'_>) -> Vec<(String, String)> {
        let words = ctx.words;
        let mut facts = Vec::new();
        if self.account.is_some() {
            let name = self.customer.clone().unwrap_or_else(|| words.get("loading"));
            facts.push((words.get("ticket-field-customer"), name));
        }
        if !self.tokens.is_empty() {
            let count = self.tokens.len().to_string();
            let value = words.with("new-ticket-tokens", &[("count", &count)]);
            facts.push((words.get("ticket-field-tokens"), value));
        }
        facts
    }
}

impl Screen for NewTicketScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::NewTicket
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("new-ticket-crumb")
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
        vec![Context::Dialog]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let send = if self.courier.is_out() {
            Availability::Dimmed(ctx.words.get("sending"))
        } else {
            ctx.may(Permission::TicketCreate).into()
        };
        vec![
            (Command::Send, send),
            (Command::NextField, Availability::Enabled),
            (Command::PreviousField, Availability::Enabled),
        ]
    }

    fn wants_text(&self) -> bool {
        true
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let words = ctx.words;
        let code = self.sheet.text("category");
        let category = ctx.desk.category(&code)?;
        let priority = ctx.desk.priority_label(category.priority);
        let values = [("category", category.label.as_str()), ("priority", priority)];
        Some(Explanation {
            title: words.get("ticket-field-priority"),
            lines: vec![words.with("new-ticket-why-priority", &values)],
        })
    }

    fn has_unsaved(&self, ctx: &Ctx<'_>) -> bool {
        self.sheet.is_touched() && !self.drafting.holds(&self.sheet, ctx)
    }
}
