//! One token with everything: its facts, and its life from the newest thing to the first, case notes included.

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::context::TicketContext;
use super::parts::detail::{facts_of, title};
use super::parts::disputes::{self, Deciding};
use super::parts::gate::token_action;
use super::parts::pictures::Pictures;
use super::parts::timeline::{self, Timeline};
use super::parts::{account_verbs, ask_latest, key, look, outside, ticket_verbs, token_verbs};
use crate::domain::id::{AccountId, TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::tui::flow::{
    Answer, ApiCall, Availability, CallError, Ctx, Effect, Event, Explanation, Fact, Latest, Placed, Reply,
    RequestId, Route, Screen, ScreenKind,
};
use crate::tui::keys::{Command, Context};
use crate::tui::theme::Role;
use crate::tui::widgets::facts::{self, Fact as Line};
use crate::tui::widgets::list::Move;
use crate::tui::widgets::notice;
use crate::tui::widgets::pane::Pane;
use crate::tui::widgets::stroke::below;
use crate::wire::accounts::AccountCard;
use crate::wire::tokens::{TokenEvent, TokenRow};

/// From this width on facts and history stand beside each other.
const WIDE: u16 = 100;

/// The token screen.
#[derive(Debug)]
pub struct TokenScreen {
    account: AccountId,
    id: TokenId,
    context: TicketContext,
    token: Option<Box<TokenRow>>,
    token_asked: Latest,
    problem: Option<CallError>,
    card: Option<Box<AccountCard>>,
    card_asked: Latest,
    events: Option<Vec<TokenEvent>>,
    events_asked: Latest,
    events_problem: Option<CallError>,
    deciding: Deciding,
    timeline: Timeline,
    pictures: Pictures,
}

impl TokenScreen {
    /// A token of an account, for a ticket or for nothing in particular.
    #[must_use]
    pub fn new(account: AccountId, id: TokenId, ticket: Option<TicketId>) -> Self {
        Self {
            account,
            id,
            context: TicketContext::new(ticket),
            token: None,
            token_asked: Latest::default(),
            problem: None,
            card: None,
            card_asked: Latest::default(),
            events: None,
            events_asked: Latest::default(),
            events_problem: None,
            deciding: Deciding::default(),
            timeline: Timeline::default(),
            pictures: Pictures::default(),
        }
    }

    fn read(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = ask_latest(&mut self.token_asked, ctx.request(), ApiCall::Token(self.id));
        effects.extend(ask_latest(
            &mut self.events_asked,
            ctx.request(),
            ApiCall::TokenHistory(self.id),
        ));
        effects.extend(ask_latest(
            &mut self.card_asked,
            ctx.request(),
            ApiCall::Account(self.account),
        ));
        effects
    }

    fn is_confirmed(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.verified_at.is_some())
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        let Some((id, reply)) = self.context.reply(id, reply) else {
            return effects;
        };
        let Some((id, reply)) = self.pictures.reply(id, reply) else {
            return effects;
        };
        let of_token = self.token_asked.takes(id);
        let of_events = !of_token && self.events_asked.takes(id);
        if of_token || of_events || self.card_asked.takes(id) {
            match reply {
                Ok(Answer::Token(token)) => {
                    effects = self.pictures.show(Some(token.offer_id), &token.image, ctx);
                    self.token = Some(token);
                    self.problem = None;
                }
                Ok(Answer::TokenHistory(events)) => {
                    self.events = Some(events);
                    self.events_problem = None;
                }
                Ok(Answer::Card(card)) => self.card = Some(card),
                Ok(_) => {}
                Err(error) if of_token => self.problem = Some(error),
                Err(error) if of_events => self.events_problem = Some(error),
                Err(_) => {}
            }
        }
        effects
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(way) = Move::of(command) {
            let events = timeline::until(self.events.as_deref().unwrap_or_default(), None);
            self.timeline.go(way, &events);
            return Vec::new();
        }
        let whose = token_verbs::whose(self.card.as_deref(), ctx);
        let ticket = self.context.id();
        let Some(token) = &self.token else {
            return match command {
                Command::Refresh => self.read(ctx),
                _ => Vec::new(),
            };
        };
        let dialog = match command {
            Command::Refresh => return self.read(ctx),
            Command::AddToken => {
                return vec![Effect::Push(Route::Catalog {
                    account: self.account,
                    ticket,
                })];
            }
            Command::NewTicket => {
                return vec![Effect::Push(Route::NewTicket {
                    account: Some(self.account),
                    tokens: vec![self.id],
                })];
            }
            Command::Copy => {
                return vec![Effect::Copy {
                    text: token.token_ref.clone(),
                    what: ctx.words.get("token-fact-reference"),
                }];
            }
            Command::RemoveToken => token_verbs::remove(token, &whose, ticket, ctx),
            Command::ReissueToken => token_verbs::reissue(token, &whose, ticket, ctx),
            Command::DisputeToken => disputes::open(token, &whose, ticket, ctx),
            Command::DecideDispute => return self.deciding.begin(token, &whose, ticket, ctx),
            Command::ViewOutside => outside::view(token, ctx),
            Command::Open => {
                return self.other().map_or_else(Vec::new, |token| {
                    vec![Effect::Push(Route::Token {
                        account: self.account,
                        token,
                        ticket,
                    })]
                });
            }
            Command::AddNote => account_verbs::note(self.account, Some((self.id, &token.name)), &whose, ctx),
            other => {
                let row = self.context.row();
                return row.map_or_else(Vec::new, |row| ticket_verbs::perform(other, row, ctx));
            }
        };
        vec![Effect::Open(dialog)]
    }

    fn happened(&mut self, fact: &Fact, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.context.happened(fact, ctx);
        match fact {
            Fact::TokenChanged(done) => {
                let ours = [Some(&done.token), done.original.as_ref()]
                    .into_iter()
                    .flatten()
                    .find(|token| token.id == self.id);
                if let Some(token) = ours {
                    self.token = Some(Box::new(token.clone()));
                    effects.extend(self.read(ctx));
                }
            }
            Fact::TokenRowChanged(row) if row.id == self.id => {
                self.token = Some(row.clone());
                effects.extend(self.read(ctx));
            }
            Fact::AccountTouched(account) if *account == self.account => effects.extend(self.read(ctx)),
            _ => {}
        }
        effects
    }

    /// What happened, newest first.
    fn life(&self) -> Vec<&TokenEvent> {
        timeline::until(self.events.as_deref().unwrap_or_default(), None)
    }

    /// The token that the thing under the cursor leads to.
    fn other(&self) -> Option<TokenId> {
        self.timeline.other(&self.life())
    }

    fn draw_life(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        match (&self.events, &self.events_problem) {
            (_, Some(problem)) => {
                let hint = ctx
                    .words
                    .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
                notice::failed(area, buf, &format!("{} {hint}", problem.sentence()), look);
            }
            (None, None) => {
                notice::draw(area, buf, &ctx.words.get("loading"), Role::Muted, look);
            }
            (Some(events), None) => {
                let events = timeline::until(events, None);
                self.timeline.draw(area, buf, &events, true, ctx);
            }
        }
    }

    fn draw(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) {
        let look = look(ctx);
        let wide = area.width >= WIDE;
        let (first, second) = if wide {
            let half = area.width / 2;
            let right = Rect {
                x: area.x + half,
                width: area.width - half,
                ..area
            };
            (Rect { width: half, ..area }, right)
        } else {
            let upper = area.height * 3 / 5;
            (
                Rect {
                    height: upper,
                    ..area
                },
                below(area, upper),
            )
        };
        let name = self
            .token
            .as_ref()
            .map_or_else(|| ctx.words.get("token-crumb"), |token| title(token, ctx));
        let inner = Pane::new(&name).draw(first, buf, look);
        let inner = self.pictures.keep_place(inner);
        match (&self.token, &self.problem) {
            (None, Some(problem)) => {
                let hint = ctx
                    .words
                    .with("retry-hint", &[("keys", &key(ctx, Command::Refresh))]);
                notice::failed(inner, buf, &format!("{} {hint}", problem.sentence()), look);
            }
            (None, None) => {
                notice::draw(inner, buf, &ctx.words.get("loading"), Role::Muted, look);
            }
            (Some(token), _) => {
                let all = facts_of(token, ctx);
                let lines: Vec<Line<'_>> = all
                    .iter()
                    .map(|(name, value, rows)| Line::new(name.as_str(), value.as_str()).rows(*rows * 2))
                    .collect();
                // in a low pane the facts stand in two columns
                let half = if wide { inner.width } else { inner.width / 2 };
                let left = Rect { width: half, ..inner };
                let right = Rect {
                    x: inner.x + half,
                    width: inner.width - half,
                    ..inner
                };
                let fits = lines.len().min(usize::from(inner.height));
                let (first, second) = if wide {
                    (lines.as_slice(), &[][..])
                } else {
                    lines.split_at(fits)
                };
                facts::draw(left, buf, first, look);
                facts::draw(right, buf, second, look);
            }
        }
        let history = ctx.words.get("token-history-pane");
        let inner = Pane::new(&history).focused(true).draw(second, buf, look);
        self.draw_life(inner, buf, ctx);
    }
}

impl Screen for TokenScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Token
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        self.token
            .as_ref()
            .map_or_else(|| ctx.words.get("token-crumb"), |token| token.name.clone())
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened | Event::Resumed => {
                let mut effects = self.read(ctx);
                effects.extend(self.context.read(ctx));
                effects
            }
            Event::Command(command) => self.command(command, ctx),
            Event::Reply(id, reply) => match self.deciding.reply(id, reply, ctx) {
                Ok(effects) => effects,
                Err(others) => {
                    let (id, reply) = *others;
                    self.reply(id, reply, ctx)
                }
            },
            Event::Happened(fact) => self.happened(&fact, ctx),
            Event::Changed(changes) => {
                let shown = self.token.as_ref().map(|token| token.version);
                let mut effects = self.context.changed(&changes, ctx);
                if changes.touch("token", &self.id.to_string(), shown) {
                    effects.extend(self.read(ctx));
                }
                effects
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        let mut lines = Vec::new();
        match (&self.token, &self.problem) {
            (Some(token), _) => {
                lines.push(title(token, ctx));
                let facts = facts_of(token, ctx);
                lines.extend(
                    facts
                        .into_iter()
                        .map(|(name, value, _)| format!("{name}: {value}")),
                );
            }
            (None, Some(problem)) => lines.push(problem.sentence()),
            (None, None) => lines.push(ctx.words.get("loading")),
        }
        lines.extend(self.context.say(ctx));
        lines.push(ctx.words.get("token-history-title"));
        lines.extend(self.life().iter().map(|event| timeline::line(event, ctx)));
        lines.extend(self.events_problem.as_ref().map(CallError::sentence));
        if let Some(event) = self.timeline.event(&self.life()) {
            let row = timeline::line(event, ctx);
            lines.push(ctx.words.with("timeline-say-cursor", &[("row", &row)]));
        }
        lines
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = vec![Context::Account, Context::Tokens];
        if self.context.id().is_some() {
            contexts.push(Context::Tickets);
        }
        contexts.extend([Context::List, Context::Panes]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let confirmed = self.is_confirmed();
        let token = self.token.as_deref();
        let action = |command| match &self.card {
            // whether the account is confirmed is not known yet
            None => (command, Availability::Dimmed(ctx.words.get("loading"))),
            Some(_) => (command, token_action(command, token, confirmed, ctx)),
        };
        let may = |permission| Availability::from(ctx.may(permission));
        let follow = match self.other() {
            Some(_) => Availability::Enabled,
            None => Availability::Dimmed(ctx.words.get("timeline-nowhere")),
        };
        let mut commands = vec![
            action(Command::ReissueToken),
            action(Command::RemoveToken),
            action(Command::DisputeToken),
            action(Command::DecideDispute),
            action(Command::AddToken),
            (Command::ViewOutside, outside::may(token, ctx)),
            (Command::Open, follow),
            (Command::AddNote, may(Permission::TokenNote)),
            (Command::NewTicket, may(Permission::TicketCreate)),
        ];
        if let Some(row) = self.context.row() {
            commands.extend(ticket_verbs::commands(row, ctx));
        }
        commands.push((Command::Refresh, Availability::Enabled));
        commands.push((Command::Copy, Availability::Enabled));
        commands
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let token = self.token.as_deref()?;
        Some(Explanation {
            title: title(token, ctx),
            lines: super::parts::explain::token(token, self.is_confirmed(), ctx),
        })
    }

    fn picture(&self) -> Option<Placed> {
        self.pictures.placed()
    }

    fn context_line(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.context.line(ctx)
    }
}
