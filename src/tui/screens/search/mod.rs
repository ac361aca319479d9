//! A search over all tickets and their conversations, best first, with the words lit where they stand.

mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::{ask_latest, look, ticket_verbs};
use crate::domain::id::TicketId;
use crate::domain::permission::Permission;
use crate::tui::flow::{
    Answer, ApiCall, Availability, CallError, Ctx, Effect, Event, Explanation, Fact, Latest, Remember, Reply,
    RequestId, Route, Screen, ScreenKind, TicketAnswer, TicketCall, WakeKey,
};
use crate::tui::keys::{Command, Context, Key};
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::list::{List, Move};
use crate::tui::widgets::query_line::{Mistake, QueryLine};
use crate::wire::ticket_parts::{SearchHit, SearchParams, SearchResult};

/// The wake that ends the pause after typing.
const WAKE: WakeKey = "search";
/// How long typing may pause before it is asked.
const PAUSE: Duration = Duration::from_millis(120);
/// Fewest letters that are worth asking.
const LEAST: usize = 2;

/// The screen of the search.
#[derive(Debug)]
pub struct SearchScreen {
    line: QueryLine,
    typing: bool,
    asked: Latest,
    /// What was asked last, and what is shown.
    query: String,
    found: Option<Box<SearchResult>>,
    problem: Option<CallError>,
    hits: List<TicketId>,
}

impl Default for SearchScreen {
    fn default() -> Self {
        Self {
            line: QueryLine::new(""),
            typing: true,
            asked: Latest::default(),
            query: String::new(),
            found: None,
            problem: None,
            hits: List::default(),
        }
    }
}

impl SearchScreen {
    fn all(&self) -> &[SearchHit] {
        self.found.as_ref().map_or(&[], |found| &found.hits)
    }

    fn hit(&self) -> Option<&SearchHit> {
        self.hits.row(self.all())
    }

    /// Asks what stands in the line, unless that was asked already.
    fn ask(&mut self, again: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = vec![Effect::Unwake(WAKE)];
        let text = self.line.text().trim().to_owned();
        let same = text == self.query && self.problem.is_none();
        if text.chars().count() < LEAST || (same && !again) {
            return effects;
        }
        self.query.clone_from(&text);
        let call = TicketCall::Search(SearchParams {
            q: text,
            limit: None,
            tz: ctx.zone.iana_name().map(str::to_owned),
        });
        effects.extend(ask_latest(&mut self.asked, ctx.request(), ApiCall::Case(call)));
        effects
    }

    fn edited(&mut self, edit: Edit) -> Vec<Effect> {
        if edit != Edit::Changed {
            return Vec::new();
        }
        self.line.show_mistake(None);
        vec![Effect::Wake {
            after: PAUSE,
            key: WAKE,
        }]
    }

    fn reply(&mut self, id: RequestId, reply: Reply) {
        if !self.asked.takes(id) {
            return;
        }
        match reply {
            Ok(Answer::OfTicket(TicketAnswer::Found(found))) => {
                self.hits.restart(&found.hits, |hit| hit.ticket.id);
                self.found = Some(found);
                self.problem = None;
            }
            Ok(_) => {}
            Err(error) => {
                if let Some(column) = error.column() {
                    let words = error
                        .fields
                        .first()
                        .map_or_else(|| error.words.clone(), |f| f.detail.clone());
                    self.line.show_mistake(Some(Mistake { column, words }));
                }
                self.problem = Some(error);
            }
        }
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        match command {
            Command::Filter => {
                self.typing = true;
                self.line.begin();
                return Vec::new();
            }
            Command::Submit => {
                let effects = self.ask(false, ctx);
                self.typing = self.line.text().trim().is_empty();
                return effects;
            }
            Command::LeaveText if self.found.is_none() => return vec![Effect::Pop],
            Command::LeaveText => {
                self.typing = false;
                return Vec::new();
            }
            Command::Refresh => return self.ask(true, ctx),
            _ => {}
        }
        let way = match command {
            Command::Older => Some(Move::Up),
            Command::Newer => Some(Move::Down),
            other => Move::of(other),
        };
        if let Some(way) = way {
            let hits = self.found.as_ref().map_or(&[][..], |found| &found.hits);
            self.hits.go(way, hits, |hit| hit.ticket.id);
            return Vec::new();
        }
        let Some(hit) = self.hit() else {
            return Vec::new();
        };
        match command {
            Command::Open => {
                let queue = self.all().iter().map(|hit| hit.ticket.id).collect();
                vec![
                    Effect::Remember(Remember::Queue(queue)),
                    Effect::Push(Route::Ticket {
                        ticket: hit.ticket.id,
                    }),
                ]
            }
            Command::Copy => vec![Effect::Copy {
                text: hit.ticket.number.clone(),
                what: ctx.words.get("ticket-copied"),
            }],
            verb => ticket_verbs::perform(verb, &hit.ticket, ctx),
        }
    }

    /// A hit changes in its place.
    fn happened(&mut self, fact: Fact) {
        let row = match fact {
            Fact::TicketChanged(ticket) => ticket.row,
            Fact::TicketRowChanged(row) => *row,
            _ => return,
        };
        let hits = self.found.as_mut().map(|found| &mut found.hits);
        for hit in hits.into_iter().flatten() {
            if hit.ticket.id == row.id {
                hit.ticket = row.clone();
            }
        }
    }
}

impl Screen for SearchScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Search
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("search-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Command(command) => return self.command(command, ctx),
            Event::Key(key) if self.typing => return self.typed(key),
            Event::Paste(text) if self.typing => {
                let edit = self.line.paste(&text);
                return if edit == Edit::Changed {
                    self.ask(false, ctx)
                } else {
                    Vec::new()
                };
            }
            Event::Woke(WAKE) => return self.ask(false, ctx),
            Event::Reply(id, reply) => self.reply(id, reply),
            Event::Happened(fact) => self.happened(fact),
            _ => {}
        }
        Vec::new()
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn question(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        let note = self.note(ctx);
        let area = Rect {
            x: area.x + 1,
            width: area.width.saturating_sub(2),
            ..area
        };
        let placeholder = ctx.words.get("search-placeholder");
        self.line
            .draw(area, buf, &note, &placeholder, self.typing, look(ctx))
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = vec![ctx.words.get("search-crumb")];
        let id = if self.typing {
            "live-say-typing"
        } else {
            "live-say"
        };
        lines.push(ctx.words.with(id, &[("text", self.line.text())]));
        lines.extend(self.problem.as_ref().map(|problem| problem.sentence()));
        lines.push(self.note(ctx));
        if let Some(hit) = self.hit() {
            lines.push(view::head(hit, ctx));
            lines.extend(hit.passages.iter().map(|passage| view::marked(passage, ctx)));
        }
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.typing {
            contexts.push(Context::Text);
        }
        contexts.extend([Context::Tickets, Context::List, Context::Panes]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        if self.typing {
            return vec![
                (Command::Submit, Availability::Enabled),
                (Command::LeaveText, Availability::Enabled),
            ];
        }
        let open = match self.hit() {
            Some(_) => ctx.may(Permission::TicketView).into(),
            None => Availability::Dimmed(ctx.words.get("tickets-none-selected")),
        };
        let mut commands = vec![
            (Command::Open, open),
            (Command::Filter, Availability::Enabled),
            (Command::NewTicket, ctx.may(Permission::TicketCreate).into()),
        ];
        if let Some(hit) = self.hit() {
            commands.extend(ticket_verbs::commands(&hit.ticket, ctx));
            commands.push((Command::Copy, Availability::Enabled));
        }
        commands.push((Command::Refresh, Availability::Enabled));
        commands
    }

    fn wants_text(&self) -> bool {
        self.typing
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        self.hit().map(|hit| ticket_verbs::explain(&hit.ticket, ctx))
    }
}

impl SearchScreen {
    fn typed(&mut self, key: Key) -> Vec<Effect> {
        let edit = self.line.key(key);
        self.edited(edit)
    }
}
