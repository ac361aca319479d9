//! What the list does when something happens.

use super::{TicketsScreen, VIEWS};
use crate::tui::flow::{ApiCall, Ctx, Effect, Event, Fact, Route, Told};
use crate::tui::keys::Command;
use crate::tui::screens::parts::{live, ticket_verbs};
use crate::tui::widgets::list::Move;

/// The orders that come first in the choice of one.
const SORTS: [&str; 4] = ["-updated", "-priority", "created", "-created"];

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
            Command::Open => vec![Effect::Push(Route::Ticket { ticket: row.id })],
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
