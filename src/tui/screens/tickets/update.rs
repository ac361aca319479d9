//! What the list does when something happens.

use super::{TicketsScreen, VIEWS};
use crate::tui::flow::{ApiCall, Ctx, Effect, Event, Fact, Remember, Route, Told};
use crate::tui::keys::Command;
use crate::tui::screens::parts::columns::{self, Columned};
use crate::tui::screens::parts::{grouping, live, ticket_verbs};
use crate::tui::widgets::list::Move;
use crate::wire::tickets::TicketRow;

/// The orders that come first in the choice of one.
const SORTS: [&str; 4] = ["-updated", "-priority", "created", "-created"];

/// What the rows can be grouped by.
const GROUPS: [&str; 5] = ["status", "priority", "assignee", "category", "tier"];

impl TicketsScreen {
    pub(super) fn happen(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = &ApiCall::Tickets;
        match event {
            Event::Opened => self.list.open(ctx, call),
            Event::Resumed => self.list.window.refresh(ctx, call),
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.list.key(key, ctx),
            Event::Paste(text) if self.list.is_typing() => self.list.paste(&text, ctx, call),
            Event::Woke(live::WAKE) => self.list.woke(ctx, call),
            Event::Told(Told::Query(text)) => self.list.told(&text, ctx, call),
            Event::Told(Told::Group(by)) => {
                let before = std::mem::replace(&mut self.group, by);
                self.list.group(before, by, ctx, call)
            }
            Event::Reply(id, reply) => self.list.reply(id, reply, ctx, call).1,
            Event::Happened(fact) => {
                self.happened(fact);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = &ApiCall::Tickets;
        if let Some((_, _, query)) = VIEWS.iter().find(|(view, ..)| *view == command) {
            return self.list.set(query, ctx, call);
        }
        if let Some(way) = Move::of(command) {
            return self.list.go(way, ctx, call).1;
        }
        if let Some(effects) = self.list.command(command, ctx, call) {
            return effects;
        }
        match command {
            Command::Sort => self.list.choose_sort(&SORTS, ctx),
            Command::Columns => vec![columns::choose::<TicketRow>(ctx)],
            Command::GroupBy => vec![grouping::choose(TicketRow::LIST, &GROUPS, self.group)],
            Command::Refresh => self.list.window.refresh(ctx, call),
            Command::NewTicket => vec![Effect::Push(Route::NewTicket {
                account: None,
                tokens: Vec::new(),
            })],
            other => self.on_row(other, ctx),
        }
    }

    /// What is done to the ticket under the cursor.
    fn on_row(&self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(row) = self.row() else {
            return Vec::new();
        };
        match command {
            Command::Open => {
                let queue = self.list.window.rows.iter().map(|row| row.id).collect();
                vec![
                    Effect::Remember(Remember::Queue(queue)),
                    Effect::Push(Route::Ticket { ticket: row.id }),
                ]
            }
            // the account that is confirmed there is linked
            Command::TicketLink => vec![Effect::Push(Route::Lookup { ticket: Some(row.id) })],
            Command::Copy => vec![Effect::Copy {
                text: row.number.clone(),
                what: ctx.words.get("ticket-copied"),
            }],
            verb => ticket_verbs::perform(verb, row, ctx),
        }
    }

    /// A row changes in its place; the order stays until it is asked for.
    fn happened(&mut self, fact: Fact) {
        match fact {
            Fact::TicketChanged(ticket) => {
                self.list.window.replace(ticket.row);
            }
            Fact::TicketRowChanged(row) => {
                self.list.window.replace(*row);
            }
            _ => {}
        }
    }
}
