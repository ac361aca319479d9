//! All tickets: a query line, views by digit, a window over the rows.

mod say;
mod update;
mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::live::Live;
use super::parts::presets::{Presets, Standing};
use super::parts::ticket_verbs;
use crate::domain::permission::Permission;
use crate::domain::query::TICKET_FIELDS;
use crate::tui::flow::{ApiCall, Availability, Ctx, Effect, Event, Explanation, Screen, ScreenKind};
use crate::tui::keys::{Command, Context};
use crate::wire::page::ListParams;
use crate::wire::tickets::TicketRow;

/// The queues that are there by themselves: number key, name of the words, query.
const QUEUES: &[(u8, &str, &str)] = &[
    (1, "tickets-view-mine", "assignee:me -status:resolved,closed"),
    (
        2,
        "tickets-view-unassigned",
        "assignee:none -status:resolved,closed",
    ),
    (
        3,
        "tickets-view-urgent",
        "priority:urgent -status:resolved,closed",
    ),
    (4, "tickets-view-risk", "sla:at_risk -status:resolved,closed"),
    (5, "tickets-view-breached", "sla:breached -status:resolved,closed"),
    (
        6,
        "tickets-view-escalated",
        "escalated:yes -status:resolved,closed",
    ),
    (
        7,
        "tickets-view-waiting",
        "status:waiting_customer,waiting_internal",
    ),
    (8, "tickets-view-all", ""),
    (9, "tickets-view-open", FIRST_QUERY),
];
/// What is shown at first: what is not done yet.
const FIRST_QUERY: &str = "-status:resolved,closed";

/// The list of tickets.
#[derive(Debug)]
pub struct TicketsScreen {
    list: Live<TicketRow>,
    /// The field that the rows are grouped by, as long as they are sorted by it first.
    group: Option<&'static str>,
    /// The zone of the query's days, where it is not the person's.
    zone: Option<String>,
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
        let presets = Presets::new("tickets", None).with_standing(Standing {
            queries: QUEUES,
            call: ApiCall::Tickets,
        });
        Self {
            list: Live::new(&TICKET_FIELDS, FIRST_QUERY).with_presets(presets),
            group: None,
            zone: None,
        }
    }

    /// The tickets that this query finds, its days in this zone.
    #[must_use]
    pub fn of(query: &str, zone: &str) -> Self {
        Self {
            list: Live::new(&TICKET_FIELDS, query),
            group: None,
            zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
        }
    }

    /// How a page is asked for.
    fn pages(&self) -> impl Fn(ListParams) -> ApiCall + use<> {
        let zone = self.zone.clone();
        move |params| {
            let tz = zone.clone().or(params.tz);
            ApiCall::Tickets(ListParams { tz, ..params })
        }
    }

    fn row(&self) -> Option<&TicketRow> {
        self.list.window.row()
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
            Context::Presets,
            Context::Tickets,
            Context::Table,
            Context::List,
            Context::Panes,
        ]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let open = match self.row() {
            Some(_) => ctx.may(Permission::TicketView).into(),
            None => Availability::Dimmed(ctx.words.get("tickets-none-selected")),
        };
        let mut commands = vec![
            (Command::Open, open),
            (Command::NewTicket, ctx.may(Permission::TicketCreate).into()),
            (Command::Filter, Availability::Enabled),
        ];
        match self.row() {
            Some(_) if self.list.window.has_marks() => {
                let can = |verb| Some((verb, ticket_verbs::bulk::availability(verb, ctx)?));
                commands.extend(ticket_verbs::VERBS.into_iter().filter_map(can));
                commands.push((Command::Back, Availability::Enabled));
            }
            Some(row) => commands.extend(ticket_verbs::commands(row, ctx)),
            None => {}
        }
        commands.extend([
            (Command::Facets, ctx.may(Permission::TicketView).into()),
            (Command::Presets, ctx.may(Permission::PresetUse).into()),
            (Command::SavePreset, ctx.may(Permission::PresetUse).into()),
            (Command::Sort, Availability::Enabled),
            (Command::QueryForm, Availability::Enabled),
            (Command::GroupBy, Availability::Enabled),
            (Command::Columns, Availability::Enabled),
            (Command::Mark, Availability::Enabled),
            (Command::MarkRange, Availability::Enabled),
            (Command::MarkAll, Availability::Enabled),
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
