//! What the ticket screen does when something happens.

use super::about::sides;
use super::{Pane, TicketScreen};
use crate::domain::id::AccountId;
use crate::tui::flow::{
    Answer, ApiCall, Changes, Ctx, Effect, Event, Fact, Reply, RequestId, Route, TicketAnswer, TicketCall,
};
use crate::tui::keys::Command;
use crate::tui::screens::parts::{ask_latest, disputes, sla, ticket_verbs, token_verbs};
use crate::tui::widgets::list::Move;
use crate::tui::widgets::scroll::Scroll;
use crate::wire::tickets::TicketDetail;

impl TicketScreen {
    pub(super) fn happen(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened | Event::Resumed => self.read(ctx),
            Event::Woke(sla::WAKE) => self.tick(ctx),
            Event::Command(command) => self.command(command, ctx),
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            Event::Happened(fact) => self.happened(fact, ctx),
            Event::Changed(changes) => self.changed(&changes, ctx),
            _ => Vec::new(),
        }
    }

    /// Reads the ticket again, and its history where that is shown.
    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = ask_latest(&mut self.asked, ctx.request(), ApiCall::Ticket(self.id));
        if self.shows_history {
            effects.extend(self.read_history(ctx));
        }
        effects
    }

    /// Wakes when its clock shows another minute.
    fn tick(&self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let row = self.detail.as_ref().map(|detail| &detail.row);
        sla::tick(row.into_iter(), ctx).into_iter().collect()
    }

    fn read_clocks(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::Case(TicketCall::Clocks(self.id));
        ask_latest(&mut self.clocks_asked, ctx.request(), call)
    }

    fn read_history(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::TicketHistory(self.id);
        ask_latest(&mut self.history_asked, ctx.request(), call)
    }

    fn read_card(&mut self, account: AccountId, ctx: &Ctx<'_>) -> Vec<Effect> {
        ask_latest(&mut self.card_asked, ctx.request(), ApiCall::Account(account))
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        match command {
            Command::Refresh => return self.read(ctx),
            Command::NextPane => self.turn(true),
            Command::PreviousPane => self.turn(false),
            Command::Zoom => self.zoomed = !self.zoomed,
            Command::TicketHistory => return self.turn_history(ctx),
            // the account that is confirmed there is linked
            Command::FindCustomer => {
                let ticket = Some(self.id);
                return vec![Effect::Push(Route::Lookup { ticket })];
            }
            Command::NextInQueue | Command::PreviousInQueue => {
                let by = if command == Command::NextInQueue { 1 } else { -1 };
                let beside = ctx.memory.beside(self.id, by);
                return beside
                    .map(|ticket| Effect::Replace(Route::Ticket { ticket }))
                    .into_iter()
                    .collect();
            }
            _ => {}
        }
        if let Some(way) = Move::of(command) {
            self.go(way);
            return Vec::new();
        }
        let Some(detail) = &self.detail else {
            return Vec::new();
        };
        match command {
            Command::OpenWallet | Command::AddToken | Command::NewTicket => self.push(command, detail),
            Command::Open => self.open_token(),
            Command::RemoveToken | Command::ReissueToken | Command::DisputeToken | Command::DecideDispute => {
                self.change_token(command, ctx)
            }
            Command::Copy => vec![Effect::Copy {
                text: detail.row.number.clone(),
                what: ctx.words.get("ticket-copied"),
            }],
            verb => ticket_verbs::perform_on(verb, detail, ctx),
        }
    }

    fn push(&self, command: Command, detail: &TicketDetail) -> Vec<Effect> {
        let ticket = Some(self.id);
        let account = detail.row.account_id;
        let route = match (command, account) {
            (Command::NewTicket, account) => Some(Route::NewTicket {
                account,
                tokens: Vec::new(),
            }),
            (Command::AddToken, Some(account)) => Some(Route::Catalog { account, ticket }),
            (_, Some(account)) => Some(Route::Account { account, ticket }),
            (_, None) => None,
        };
        route.map(Effect::Push).into_iter().collect()
    }

    fn open_token(&self) -> Vec<Effect> {
        let token = self.token().filter(|_| self.pane == Pane::Tokens);
        token
            .map(|token| {
                Effect::Push(Route::Token {
                    account: token.account_id,
                    token: token.id,
                    ticket: Some(self.id),
                })
            })
            .into_iter()
            .collect()
    }

    /// What is done to the linked token under the cursor is done for this ticket.
    fn change_token(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(token) = self.token().cloned() else {
            return Vec::new();
        };
        let whose = token_verbs::whose(self.card.as_deref(), ctx);
        let dialog = match command {
            Command::RemoveToken => token_verbs::remove(&token, &whose, Some(self.id), ctx),
            Command::DisputeToken => disputes::open(&token, &whose, Some(self.id), ctx),
            Command::DecideDispute => return self.deciding.begin(&token, &whose, Some(self.id), ctx),
            _ => token_verbs::reissue(&token, &whose, Some(self.id), ctx),
        };
        vec![Effect::Open(dialog)]
    }

    /// Goes to the next pane that there is something for, or to the one before.
    fn turn(&mut self, forward: bool) {
        let Some(detail) = &self.detail else { return };
        let mut panes = vec![Pane::Story];
        panes.extend(sides(detail));
        let count = panes.len();
        let at = panes.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let next = if forward { at + 1 } else { at + count - 1 } % count;
        self.show(panes[next]);
    }

    /// Gives a pane the focus, and a place.
    fn show(&mut self, pane: Pane) {
        self.pane = pane;
        match pane {
            Pane::Story => return,
            Pane::Tokens => {}
            Pane::About | Pane::Files | Pane::Checks => {
                self.lower = pane;
                self.lines_scroll = Scroll::default();
            }
        }
        self.side = pane;
    }

    fn turn_history(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.shows_history = !self.shows_history;
        self.pane = Pane::Story;
        if self.shows_history {
            self.history_scroll.show_end();
            return self.read_history(ctx);
        }
        Vec::new()
    }

    fn go(&mut self, way: Move) {
        match self.pane {
            Pane::Story if self.shows_history => {
                self.history_scroll.go(way);
            }
            Pane::Story => {
                self.story_scroll.go(way);
            }
            Pane::About | Pane::Files | Pane::Checks => {
                self.lines_scroll.go(way);
            }
            Pane::Tokens => {
                let rows = self.detail.as_ref().map_or(&[][..], |detail| &detail.tokens);
                self.tokens.go(way, rows, |token| token.id);
            }
        }
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (id, reply) = match self.deciding.reply(id, reply, ctx) {
            Ok(effects) => return effects,
            Err(others) => *others,
        };
        if self.asked.takes(id) {
            match reply {
                Ok(Answer::Ticket(detail)) => return self.take(detail, ctx),
                Ok(_) => {}
                Err(error) => self.problem = Some(error),
            }
        } else if self.history_asked.takes(id) {
            match reply {
                Ok(Answer::TicketHistory(events)) => {
                    self.history = Some(events);
                    self.history_problem = None;
                }
                Ok(_) => {}
                Err(error) => self.history_problem = Some(error),
            }
        } else if self.clocks_asked.takes(id) {
            self.clocks = match reply {
                Ok(Answer::OfTicket(TicketAnswer::Clocks(clocks))) => Some(clocks),
                _ => None,
            };
        } else if self.card_asked.takes(id)
            && let Ok(Answer::Card(card)) = reply
        {
            self.card = Some(card);
        }
        Vec::new()
    }

    fn take(&mut self, detail: Box<TicketDetail>, ctx: &Ctx<'_>) -> Vec<Effect> {
        let stories = |detail: &TicketDetail| detail.messages.len() + detail.actions.len();
        let before = self.detail.as_ref().map(|old| stories(old));
        let at_end = before.is_none() || self.story_scroll.is_at_end();
        if at_end && before.is_none_or(|before| before < stories(&detail)) {
            // the newest is what matters to whoever has not gone back to read
            self.story_scroll.show_end();
        }
        self.tokens.settle(&detail.tokens, |token| token.id);
        if !sides(&detail).contains(&self.pane) {
            self.pane = Pane::Story;
        }
        if self.side != Pane::Tokens && !sides(&detail).contains(&self.side) {
            self.side = Pane::Tokens;
        }
        if !sides(&detail).contains(&self.lower) {
            self.lower = Pane::About;
        }
        let account = detail.row.account_id;
        self.problem = None;
        let old = self.detail.as_ref().map(|old| old.row.version);
        let changed = old != Some(detail.row.version);
        self.detail = Some(detail);
        let known = self.card.as_ref().map(|card| card.id);
        let mut effects = Vec::new();
        if known != account {
            self.card = None;
            if let Some(account) = account {
                effects.extend(self.read_card(account, ctx));
            }
        }
        if changed || self.clocks.is_none() {
            effects.extend(self.read_clocks(ctx));
        }
        effects.extend(self.tick(ctx));
        effects
    }

    /// What others did to this ticket, to what hangs on it, or to its customer.
    fn changed(&mut self, changes: &Changes, ctx: &Ctx<'_>) -> Vec<Effect> {
        let shown = self.detail.as_ref().map(|detail| detail.row.version);
        let tokens = self.linked().iter();
        let linked = tokens
            .map(|token| (token.id.to_string(), token.version))
            .collect::<Vec<_>>();
        let mut effects = Vec::new();
        if changes.touch("ticket", &self.id.to_string(), shown)
            || linked
                .iter()
                .any(|(id, version)| changes.touch("token", id, Some(*version)))
        {
            effects.extend(self.read(ctx));
        }
        if let Some(account) = self.card.as_ref().map(|card| card.id)
            && changes.touch("account", &account.to_string(), None)
        {
            effects.extend(self.read_card(account, ctx));
        }
        effects
    }

    fn happened(&mut self, fact: Fact, ctx: &Ctx<'_>) -> Vec<Effect> {
        match fact {
            Fact::TicketChanged(detail) if detail.row.id == self.id => {
                let mut effects = self.take(detail, ctx);
                if self.shows_history {
                    effects.extend(self.read_history(ctx));
                }
                return effects;
            }
            Fact::TicketRowChanged(row) if row.id == self.id => {
                if let Some(detail) = &mut self.detail {
                    detail.row = *row;
                }
                return self.read(ctx);
            }
            Fact::TicketTouched(ticket) if ticket == self.id => return self.read(ctx),
            Fact::TicketsChanged(tickets) if tickets.contains(&self.id) => return self.read(ctx),
            Fact::TokenChanged(done) => {
                let linked = self.linked().iter().any(|token| token.id == done.token.id);
                if let Some(detail) = &mut self.detail {
                    for token in &mut detail.tokens {
                        for new in [Some(&done.token), done.original.as_ref()].into_iter().flatten() {
                            if token.id == new.id {
                                *token = new.clone();
                            }
                        }
                    }
                }
                if linked || done.action.ticket_id == Some(self.id) {
                    return self.read(ctx);
                }
            }
            Fact::TokenRowChanged(row) => {
                if let Some(detail) = &mut self.detail {
                    let held = detail.tokens.iter_mut().find(|token| token.id == row.id);
                    if let Some(held) = held {
                        *held = *row;
                    }
                }
            }
            Fact::AccountTouched(account) => {
                let ours = self.detail.as_ref().and_then(|detail| detail.row.account_id);
                if ours == Some(account) {
                    return self.read_card(account, ctx);
                }
            }
            _ => {}
        }
        Vec::new()
    }
}
