//! What the list does when something happens.

use super::TicketsScreen;
use crate::tui::flow::{Ctx, Effect, Event, Fact, Remember, Route, Toast, Told};
use crate::tui::keys::Command;
use crate::tui::screens::parts::columns::{self, Columned};
use crate::tui::screens::parts::{facets, grouping, live, sla, ticket_verbs};
use crate::tui::widgets::list::Move;
use crate::wire::tickets::TicketRow;

/// The orders that come first in the choice of one.
const SORTS: [&str; 5] = ["due", "-updated", "-priority", "created", "-created"];

/// What the rows can be grouped by.
const GROUPS: [&str; 5] = ["status", "priority", "assignee", "category", "tier"];

impl TicketsScreen {
    pub(super) fn happen(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = &self.pages();
        match event {
            Event::Opened => self.list.open(ctx, call),
            Event::Resumed => self.refresh(ctx),
            Event::Happened(Fact::PresetsChanged) => self.list.read_presets(ctx),
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.list.key(key, ctx),
            Event::Paste(text) if self.list.is_typing() => self.list.paste(&text, ctx, call),
            Event::Woke(live::WAKE) => self.list.woke(ctx, call),
            Event::Told(Told::Query(text)) => self.list.told(&text, ctx, call),
            Event::Told(Told::Group(by)) => {
                let before = std::mem::replace(&mut self.group, by);
                self.list.group(before, by, ctx, call)
            }
            Event::Woke(sla::WAKE) => self.tick(ctx),
            Event::Reply(id, reply) => {
                let mut effects = self.list.reply(id, reply, ctx, call).1;
                effects.extend(self.tick(ctx));
                effects
            }
            Event::Changed(changes) => self.list.window.changed("ticket", &changes, ctx, call),
            Event::Happened(Fact::TicketsChanged(_)) => {
                self.list.window.unmark();
                self.refresh(ctx)
            }
            Event::Happened(fact) => {
                self.happened(fact);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = &self.pages();
        if let Some(way) = Move::of(command) {
            return self.list.go(way, ctx, call).1;
        }
        if let Some(effects) = self.list.mark_command(command, ctx, call) {
            return effects;
        }
        if let Some(effects) = self.list.command(command, ctx, call) {
            return effects;
        }
        match command {
            Command::Facets => match self.list.parsed(ctx) {
                Ok(query) => vec![facets::open(query, facets::Of::Tickets)],
                Err(_) => vec![Effect::Toast(Toast::warning(ctx.words.get("live-mend-first")))],
            },
            Command::Sort => self.list.choose_sort(&SORTS, ctx),
            Command::Columns => vec![columns::choose::<TicketRow>(ctx)],
            Command::GroupBy => vec![grouping::choose(TicketRow::LIST, &GROUPS, self.group)],
            Command::Refresh => self.refresh(ctx),
            Command::Back => {
                self.list.window.unmark();
                Vec::new()
            }
            Command::NewTicket => vec![Effect::Push(Route::NewTicket {
                account: None,
                tokens: Vec::new(),
            })],
            other => self.on_row(other, ctx),
        }
    }

    /// Wakes when a clock that is seen shows another minute.
    fn tick(&self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let cursor = self.list.window.list.cursor;
        let rows = self.list.window.rows.iter().skip(cursor.top);
        let seen = cursor.height.max(1);
        sla::tick(rows.take(seen), ctx).into_iter().collect()
    }

    /// Reads the rows again, and what each queue holds.
    fn refresh(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.list.window.refresh(ctx, &self.pages());
        effects.extend(self.list.read_presets(ctx));
        effects
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
            Command::Copy => vec![Effect::Copy {
                text: row.number.clone(),
                what: ctx.words.get("ticket-copied"),
            }],
            verb => match self.list.window.marks() {
                Some(marks) => {
                    let what = self.list.marked(ctx);
                    ticket_verbs::bulk::perform(verb, marks, &what, Some(row), ctx)
                }
                None => ticket_verbs::perform(verb, row, ctx),
            },
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
