//! How the list looks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::TicketsScreen;
use crate::text::people;
use crate::tui::flow::Ctx;
use crate::tui::keys::Command;
use crate::tui::screens::parts::{key, look, or_nothing};
use crate::tui::theme::Role;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::table::{Column, Row, Sorted, Table, Text, Width};
use crate::tui::widgets::{notice, stroke};
use crate::wire::tickets::TicketRow;

impl TicketsScreen {
    pub(super) fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let title = ctx.words.get("tickets-title");
        let note = self.note(ctx);
        let mut inner = Pane::new(&title)
            .note(&note)
            .focused(!self.list.is_typing())
            .draw(area, buf, look);
        let window = &mut self.list.window;
        if let Some(problem) = &window.problem
            && problem.column().is_none()
        {
            let refresh = key(ctx, Command::Refresh);
            let hint = ctx.words.with("ticket-failed-hint", &[("key", &refresh)]);
            let used = notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            inner = stroke::below(inner, used);
            if !window.has_come() {
                return;
            }
        }
        let (filter, all) = (key(ctx, Command::Filter), key(ctx, Command::ViewAll));
        let empty = ctx
            .words
            .with("tickets-empty", &[("filter", &filter), ("all", &all)]);
        let sorted = self.list.sorted(ctx);
        let columns = columns(sorted, ctx);
        let window = &mut self.list.window;
        let (stale, extent) = (window.is_stale(), window.extent());
        let loading = !window.has_come();
        let rows = &window.rows;
        let row = |at: usize| rows.get(at).map(|ticket| table_row(ticket, ctx));
        Table::new(&columns)
            .stale(stale)
            .loading(loading)
            .empty(&empty)
            .extent(extent)
            .draw(inner, buf, &mut window.list.cursor, look, row);
    }

    /// What the title says: how many, and which.
    pub(super) fn note(&self, ctx: &Ctx<'_>) -> String {
        let window = &self.list.window;
        let count = if window.is_loading() && window.is_stale() {
            ctx.words.get("searching")
        } else {
            self.list.count(ctx)
        };
        let which = self
            .view_name(ctx)
            .unwrap_or_else(|| self.list.window.query().to_owned());
        [count, which]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ─ ")
    }
}

fn columns(sorted: Option<(&'static str, Sorted)>, ctx: &Ctx<'_>) -> Vec<Column<'static>> {
    let column = |id: &str, field: &str, width: Width| {
        let by = sorted.filter(|(name, _)| *name == field).map(|(_, way)| way);
        Column::new(ctx.words.get(id), width).sorted(by)
    };
    let grow = |least, share| Width::Grow { least, share };
    let subject = column("ticket-field-subject", "subject", grow(20, 4));
    let mut when = column("ticket-field-updated", "updated", Width::Fixed(11)).rank(1);
    if let Some(("created", way)) = sorted {
        // the column of times shows what the list is sorted by
        when = Column::new(ctx.words.get("ticket-field-opened"), Width::Fixed(11)).sorted(Some(way));
    }
    vec![
        column("ticket-field-number", "number", Width::Fixed(10)),
        column("ticket-field-priority", "priority", Width::Fixed(8)),
        column("ticket-field-status", "status", Width::Fixed(21)),
        subject,
        column("ticket-field-assignee", "assignee", grow(10, 1)).rank(2),
        column("ticket-field-customer", "account", grow(12, 1)).rank(3),
        column("ticket-field-tier", "tier", Width::Fixed(4))
            .at_right()
            .rank(4),
        when,
    ]
}

fn table_row(ticket: &TicketRow, ctx: &Ctx<'_>) -> Row<'static> {
    let word = ticket.priority.word();
    let assignee = if ticket.assignee_name.is_empty() {
        Text::new(ctx.words.get("ticket-nobody"), Role::Muted)
    } else {
        Text::plain(ticket.assignee_name.clone())
    };
    let updated = people::relative(ctx.words, ticket.updated_at.timestamp(), ctx.now.timestamp());
    Row::new(vec![
        Text::new(ticket.number.clone(), Role::Accent),
        Text::new(priority(ticket, ctx), Role::of_priority(word)),
        Text::plain(status(ticket, ctx)),
        Text::plain(ticket.subject.clone()),
        assignee,
        Text::plain(or_nothing(ctx, &ticket.account_name)),
        Text::plain(ticket.tier.to_string()),
        Text::new(updated, Role::Muted),
    ])
}

/// The priority by sign and word.
pub(super) fn priority(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let (sign, _) = ctx.theme.priority(ticket.priority.word());
    format!("{sign} {}", ctx.desk.priority_label(ticket.priority))
}

/// Where it stands; reopened ones have a sign and how often.
pub(super) fn status(ticket: &TicketRow, ctx: &Ctx<'_>) -> String {
    let label = ctx.desk.status_label(ticket.status).to_owned();
    if ticket.reopened == 0 {
        return label;
    }
    let sign = if ctx.theme.is_ascii() { "~" } else { "↺" };
    format!("{label} {sign}{}", ticket.reopened)
}
