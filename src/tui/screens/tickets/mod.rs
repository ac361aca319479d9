//! All tickets: a query line, views by digit, a window over the rows.

mod say;
mod update;
mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::live::Live;
use super::parts::ticket_verbs;
use crate::domain::permission::Permission;
use crate::domain::query::TICKET_FIELDS;
use crate::tui::flow::{Availability, Ctx, Effect, Event, Explanation, Screen, ScreenKind};
use crate::tui::keys::{Command, Context};
use crate::wire::tickets::TicketRow;

/// The views: what chooses each, the name of its words, its query.
const VIEWS: [(Command, &str, &str); 5] = [
    (
        Command::ViewMine,
        "tickets-view-mine",
        "assignee:me -status:resolved,closed",
    ),
    (
        Command::ViewUnassigned,
        "tickets-view-unassigned",
        "assignee:none -status:resolved,closed",
    ),
    (Command::ViewOpen, "tickets-view-open", "-status:resolved,closed"),
    (
        Command::ViewUrgent,
        "tickets-view-urgent",
        "priority:urgent -status:resolved,closed",
    ),
    (Command::ViewAll, "tickets-view-all", ""),
];

/// The list of tickets.
#[derive(Debug)]
pub struct TicketsScreen {
    list: Live<TicketRow>,
    /// The field that the rows are grouped by, as long as they are sorted by it first.
    group: Option<&'static str>,
}

impl Default for TicketsScreen {
    fn default() -> Self {
        Self::new()
    }
}

impl TicketsScreen {
    /// The list, with the tickets that are not done yet.
    #[must_use]
    pub fn new() -> Self {
        let (_, _, query) = VIEWS[2];
        Self {
            list: Live::new(&TICKET_FIELDS, query),
            group: None,
        }
    }

    fn row(&self) -> Option<&TicketRow> {
        self.list.window.row()
    }

    /// The name of the view whose query is asked, if it is one.
    fn view_name(&self, ctx: &Ctx<'_>) -> Option<String> {
        let asked = self.list.window.query();
        let (_, name, _) = VIEWS.iter().find(|(_, _, query)| *query == asked)?;
        Some(ctx.words.get(name))
    }
}

impl Screen for TicketsScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Tickets
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("tickets-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.happen(event, ctx)
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn question(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.list.question(area, buf, ctx)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        self.words(ctx)
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.list.is_typing() {
            contexts.push(Context::Text);
        }
        contexts.extend([
            Context::Queue,
            Context::Tickets,
            Context::Table,
            Context::List,
            Context::Panes,
        ]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        if self.list.is_typing() {
            return vec![
                (Command::Submit, Availability::Enabled),
                (Command::LeaveText, Availability::Enabled),
            ];
        }
        let open = match self.row() {
            Some(_) => ctx.may(Permission::TicketView).into(),
            None => Availability::Dimmed(ctx.words.get("tickets-none-selected")),
        };
        let mut commands = vec![
            (Command::Open, open),
            (Command::NewTicket, ctx.may(Permission::TicketCreate).into()),
            (Command::Filter, Availability::Enabled),
        ];
        commands.extend(VIEWS.iter().map(|(view, ..)| (*view, Availability::Enabled)));
        if let Some(row) = self.row() {
            commands.extend(ticket_verbs::commands(row, ctx));
            commands.push((Command::TicketLink, ctx.may(Permission::AccountSearch).into()));
        }
        commands.extend([
            (Command::Sort, Availability::Enabled),
            (Command::GroupBy, Availability::Enabled),
            (Command::Columns, Availability::Enabled),
            (Command::Copy, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ]);
        commands
    }

    fn wants_text(&self) -> bool {
        self.list.is_typing()
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        self.row().map(|row| ticket_verbs::explain(row, ctx))
    }
}
