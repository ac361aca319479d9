//! The ticket that the work is done for: it stays in sight wherever the work leads.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::look;
use crate::domain::id::TicketId;
use crate::text::people;
use crate::tui::flow::{Answer, ApiCall, Changes, Ctx, Effect, Fact, Latest, Reply, RequestId};
use crate::tui::widgets::facts::{self, Fact as Line};
use crate::tui::widgets::pane::Pane;
use crate::wire::tickets::{TicketDetail, TicketRow};

/// The ticket that the work is done for, once it is read.
#[derive(Debug, Default)]
pub struct TicketContext {
    id: Option<TicketId>,
    ticket: Option<Box<TicketDetail>>,
    asked: Latest,
}

impl TicketContext {
    /// The context of a ticket, or of none.
    #[must_use]
    pub fn new(id: Option<TicketId>) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Which ticket.
    #[must_use]
    pub fn id(&self) -> Option<TicketId> {
        self.id
    }

    /// The ticket, once it is read.
    #[must_use]
    pub fn ticket(&self) -> Option<&TicketDetail> {
        self.ticket.as_deref()
    }

    /// The ticket's row, once it is read.
    #[must_use]
    pub fn row(&self) -> Option<&TicketRow> {
        self.ticket().map(|ticket| &ticket.row)
    }

    /// Reads the ticket.
    pub fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        match self.id {
            Some(id) => super::ask_latest(&mut self.asked, ctx.request(), ApiCall::Ticket(id)),
            None => Vec::new(),
        }
    }

    /// Takes the answer; gives it back when it is for somebody else.
    pub fn reply(&mut self, id: RequestId, reply: Reply) -> Option<(RequestId, Reply)> {
        if !self.asked.takes(id) {
            return Some((id, reply));
        }
        if let Ok(Answer::Ticket(ticket)) = reply {
            self.ticket = Some(ticket);
        }
        None
    }

    /// Takes what changed elsewhere.
    pub fn happened(&mut self, fact: &Fact, ctx: &Ctx<'_>) -> Vec<Effect> {
        match fact {
            Fact::TicketChanged(changed) if Some(changed.row.id) == self.id => {
                self.ticket = Some(changed.clone());
            }
            Fact::TicketRowChanged(row) if Some(row.id) == self.id => {
                if let Some(ticket) = &mut self.ticket {
                    ticket.row = (**row).clone();
                }
            }
            Fact::TicketTouched(id) if Some(*id) == self.id => return self.read(ctx),
            _ => {}
        }
        Vec::new()
    }

    /// Takes what others changed: the ticket is read again when it is newer than what is shown.
    pub fn changed(&mut self, changes: &Changes, ctx: &Ctx<'_>) -> Vec<Effect> {
        let shown = self.row().map(|row| row.version);
        match self.id {
            Some(id) if changes.touch("ticket", &id.to_string(), shown) => self.read(ctx),
            _ => Vec::new(),
        }
    }

    /// The ticket in a line, for the right half of line 2.
    #[must_use]
    pub fn line(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.id?;
        let Some(row) = self.row() else {
            return Some(ctx.words.get("loading"));
        };
        let status = ctx.desk.status_label(row.status);
        Some(format!("{} · {} · {status}", row.number, row.subject))
    }

    /// What the card says, as name and value.
    #[must_use]
    pub fn facts(&self, ctx: &Ctx<'_>) -> Vec<(String, String)> {
        let Some(row) = self.row() else {
            return Vec::new();
        };
        let (sign, _) = ctx.theme.priority(row.priority.word());
        let age = people::relative(ctx.words, row.created_at.timestamp(), ctx.now.timestamp());
        let assignee = if row.assignee_name.is_empty() {
            ctx.words.get("ticket-unassigned")
        } else {
            row.assignee_name.clone()
        };
        vec![
            (
                ctx.words.get("ticket-card-status"),
                ctx.desk.status_label(row.status).to_owned(),
            ),
            (
                ctx.words.get("ticket-card-priority"),
                format!("{sign} {}", ctx.desk.priority_label(row.priority)),
            ),
            (ctx.words.get("ticket-card-assignee"), assignee),
            (ctx.words.get("ticket-card-opened"), age),
        ]
    }

    /// Draws the card; nothing without a ticket.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        if self.id.is_none() || area.height < 3 {
            return;
        }
        let title = self
            .row()
            .map_or_else(|| ctx.words.get("loading"), |row| row.number.clone());
        let inner = Pane::new(&title).draw(area, buf, look(ctx));
        let Some(row) = self.row() else { return };
        let used = crate::tui::widgets::stroke::block(
            buf,
            Rect {
                height: inner.height.min(2),
                ..inner
            },
            &row.subject,
            ctx.theme.style(crate::tui::theme::Role::Text),
        );
        let rest = crate::tui::widgets::stroke::below(inner, used);
        let lines: Vec<Line<'_>> = self
            .facts(ctx)
            .into_iter()
            .map(|(name, value)| Line::new(name, value))
            .collect();
        facts::draw(rest, buf, &lines, look(ctx));
    }

    /// The card in words.
    #[must_use]
    pub fn say(&self, ctx: &Ctx<'_>) -> Option<String> {
        let row = self.row()?;
        let facts: Vec<String> = self
            .facts(ctx)
            .into_iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        Some(format!("{} {}. {}.", row.number, row.subject, facts.join(", ")))
    }
}
