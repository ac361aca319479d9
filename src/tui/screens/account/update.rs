//! What the account screen does when something happens.

use std::time::Duration;

use super::{AccountScreen, Pane, Shown};
use crate::domain::id::AccountId;
use crate::domain::time::Moment;
use crate::domain::token::ActionKind;
use crate::tui::flow::{
    Answer, ApiCall, Changes, Ctx, Current, Effect, Event, Fact, Link, Reply, RequestId, Route, Toast, Told,
    Trouble, WakeKey,
};
use crate::tui::keys::Command;
use crate::tui::screens::parts::token_list::Scope;
use crate::tui::screens::parts::window::Took;
use crate::tui::screens::parts::{
    account_verbs, ask_latest, bulk, detail, disputes, live, outside, ticket_verbs, token_list, token_verbs,
};
use crate::tui::widgets::list::Move;
use crate::wire::accounts::{Verified, Verify};
use crate::wire::page::ListParams;
use crate::wire::tickets::LinkTicket;
use crate::wire::tokens::ActionDone;

/// The wake that hides what was revealed.
const HIDE: WakeKey = "hide";

/// Asks for a page of an account's tokens, as they are or as they were.
pub(super) fn call_of(account: AccountId, at: Option<Moment>) -> impl Fn(ListParams) -> ApiCall {
    token_list::pages(Scope {
        account: Some(account),
        at,
    })
}

impl AccountScreen {
    pub(super) fn happen(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = call_of(self.account, self.past.at());
        match event {
            Event::Opened => {
                let mut effects = self.read_card(ctx);
                effects.extend(match self.aim {
                    Some(token) => self.wallet.open_at(token, ctx, &call),
                    None => self.wallet.open(ctx, &call),
                });
                effects.extend(self.context.read(ctx));
                effects.extend(self.read_notes(ctx));
                effects
            }
            Event::Resumed => {
                let mut effects = self.read_card(ctx);
                if !std::mem::take(&mut self.just_changed) {
                    effects.extend(self.wallet.window.refresh(ctx, &call));
                }
                effects.extend(self.context.read(ctx));
                effects
            }
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.wallet.key(key, ctx),
            Event::Paste(text) if self.wallet.is_typing() => self.wallet.paste(&text, ctx, &call),
            Event::Woke(live::WAKE) => self.wallet.woke(ctx, &call),
            Event::Woke(detail::WAKE) => self.show_detail(ctx),
            Event::Woke(HIDE) => self.count_down(ctx),
            Event::Told(Told::Query(text)) => self.wallet.told(&text, ctx, &call),
            Event::Told(Told::AsOf(at)) => self.chosen(at, ctx),
            // what could not be read is read as soon as the way is there again
            Event::Link if ctx.link == Link::Live && self.detail.has_failed() => self.show_detail(ctx),
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            Event::Delayed(_, words) => vec![Effect::Toast(Toast::warning(words))],
            Event::Happened(fact) => self.happened(&fact, ctx),
            Event::Changed(changes) => self.changed(&changes, ctx),
            _ => Vec::new(),
        }
    }

    /// Hides what was revealed once its time is over; until then it is asked again with each second that is shown.
    fn count_down(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.revealed.as_ref().is_none_or(|shown| ctx.now >= shown.until) {
            self.revealed = None;
            return Vec::new();
        }
        vec![Effect::Wake {
            after: Duration::from_secs(1),
            key: HIDE,
        }]
    }

    fn read_card(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        ask_latest(
            &mut self.card_asked,
            ctx.request(),
            ApiCall::Account(self.account),
        )
    }

    fn read_notes(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        ask_latest(&mut self.notes_asked, ctx.request(), ApiCall::Notes(self.account))
    }

    fn show_detail(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let token = self.wallet.window.row().cloned();
        self.detail.show(token.as_ref(), ctx)
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = call_of(self.account, self.past.at());
        match command {
            Command::Refresh => {
                let mut effects = self.wallet.window.refresh(ctx, &call);
                effects.extend(self.wallet.read_presets(ctx));
                effects.extend(self.read_card(ctx));
                effects.extend(self.read_notes(ctx));
                effects.extend(self.context.read(ctx));
                effects
            }
            Command::Zoom => {
                self.zoomed = !self.zoomed;
                Vec::new()
            }
            Command::NextPane | Command::PreviousPane => {
                self.pane = match self.pane {
                    Pane::Wallet => Pane::Detail,
                    Pane::Detail => Pane::Wallet,
                };
                self.show_detail(ctx)
            }
            Command::Back => {
                // first the marks, then the pane, then the past
                if self.wallet.window.unmark() {
                    return Vec::new();
                }
                if self.pane == Pane::Detail {
                    self.pane = Pane::Wallet;
                    return Vec::new();
                }
                self.past_command(Command::Present, ctx).unwrap_or_default()
            }
            Command::Open | Command::TokenHistory => self.open_token(),
            Command::AddToken => vec![Effect::Push(Route::Catalog {
                account: self.account,
                ticket: self.context.id(),
            })],
            Command::NewTicket => self.new_ticket(),
            Command::ConfirmAccount => self.confirm(ctx),
            other => self.other_command(other, ctx),
        }
    }

    fn other_command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(effects) = self.past_command(command, ctx) {
            return effects;
        }
        let scope = Scope {
            account: Some(self.account),
            at: self.past.at(),
        };
        if let Some(mut effects) = self.wallet.token_command(command, scope, ctx) {
            match command {
                Command::Filter => self.pane = Pane::Wallet,
                Command::Submit | Command::Mark => effects.push(detail::Detail::follow()),
                _ => {}
            }
            return effects;
        }
        match Move::of(command) {
            Some(way) if self.pane == Pane::Detail && !self.wallet.is_typing() => {
                self.detail.go(way);
                Vec::new()
            }
            Some(way) => self.go(way, ctx),
            None => self.dialog(command, ctx),
        }
    }

    fn go(&mut self, way: Move, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = call_of(self.account, self.past.at());
        let (changed, mut effects) = self.wallet.go(way, ctx, &call);
        if changed {
            effects.push(detail::Detail::follow());
        }
        effects
    }

    /// Opens the token under the cursor; in the detail the one that the thing under the cursor leads to, if to any.
    fn open_token(&self) -> Vec<Effect> {
        let other = self.detail.other().filter(|_| self.pane == Pane::Detail);
        let token = other.or_else(|| self.token().map(|token| token.id));
        token.map_or_else(Vec::new, |token| {
            vec![Effect::Push(Route::Token {
                account: self.account,
                token,
                ticket: self.context.id(),
            })]
        })
    }

    fn new_ticket(&self) -> Vec<Effect> {
        let tokens = self
            .detail
            .token()
            .filter(|_| self.pane == Pane::Detail)
            .map(|token| token.id);
        vec![Effect::Push(Route::NewTicket {
            account: Some(self.account),
            tokens: tokens.into_iter().collect(),
        })]
    }

    /// Confirms by the person's own judgement that this is the right account.
    fn confirm(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = ApiCall::Verify {
            key: ctx.intent(),
            account: self.account,
            says: Verify::default(),
        };
        ask_latest(&mut self.confirming, ctx.request(), call)
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let call = call_of(self.account, self.past.at());
        let (took, mut effects) = self.wallet.reply(id, reply, ctx, &call);
        let (id, reply) = match took {
            Took::NotMine(id, reply) => (id, reply),
            Took::Rows { .. } => {
                effects.extend(self.aimed(ctx));
                self.past.came();
                effects.extend(self.show_detail(ctx));
                return effects;
            }
            Took::Failed => return effects,
        };
        let Some((id, reply)) = self.detail.reply(id, reply) else {
            return effects;
        };
        let (id, reply) = match self.stepped(id, reply, ctx) {
            Ok(more) => {
                effects.extend(more);
                return effects;
            }
            Err(others) => *others,
        };
        let (id, reply) = match self.deciding.reply(id, reply, ctx) {
            Ok(more) => {
                effects.extend(more);
                return effects;
            }
            Err(others) => *others,
        };
        let Some((id, reply)) = self.context.reply(id, reply) else {
            effects.extend(self.link(ctx));
            return effects;
        };
        if self.card_asked.takes(id) {
            match reply {
                Ok(Answer::Card(card)) => {
                    // confirmed by what the caller said
                    let newly = card.verified_at.is_some() && self.card.is_some() && !self.is_confirmed();
                    self.link_wanted |= newly;
                    self.card = Some(card);
                    self.card_at = Some(ctx.now);
                    effects.extend(self.link(ctx));
                    self.card_problem = None;
                }
                Ok(_) => {}
                Err(error) => self.card_problem = Some(error),
            }
        } else if self.notes_asked.takes(id) {
            if let Ok(Answer::Notes(notes)) = reply {
                self.notes = notes;
            }
        } else if self.confirming.takes(id) {
            effects.extend(self.confirmed(reply, ctx));
        } else if self.linking == Some(id) {
            effects.extend(self.linked(reply, ctx));
        }
        effects
    }

    fn confirmed(&mut self, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        match reply {
            Ok(Answer::Verified(Verified {
                verified_at: Some(at),
                ..
            })) => {
                if let Some(card) = &mut self.card {
                    card.verified_at = Some(at);
                }
                self.link_wanted = true;
                let mut effects = vec![
                    Effect::Toast(Toast::good(ctx.words.get("account-confirmed"))),
                    Effect::Publish(Fact::AccountTouched(self.account)),
                ];
                effects.extend(self.link(ctx));
                effects
            }
            Ok(_) => Vec::new(),
            Err(error) => vec![Effect::Toast(Toast::error(error.sentence()))],
        }
    }

    /// Once the rows are there: where the first query leaves out the token that was meant, everything is asked for.
    fn aimed(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if !self.wallet.window.has_come() || self.wallet.window.is_loading() {
            return Vec::new();
        }
        let Some(token) = self.aim.take() else {
            return Vec::new();
        };
        if self.token().is_some_and(|row| row.id == token) || self.wallet.text().is_empty() {
            return Vec::new();
        }
        self.wallet.widen();
        self.wallet
            .open_at(token, ctx, &call_of(self.account, self.past.at()))
    }

    /// Links the ticket that the work is done for to the account, once the account is confirmed.
    fn link(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Some(row) = self.context.row().filter(|_| self.link_wanted) else {
            return Vec::new();
        };
        match row.account_id {
            Some(account) if account == self.account => {
                self.link_wanted = false;
                Vec::new()
            }
            Some(_) => {
                self.link_wanted = false;
                let words = ctx
                    .words
                    .with("account-ticket-of-another", &[("number", &row.number)]);
                vec![Effect::Toast(Toast::warning(words))]
            }
            None => {
                self.link_wanted = false;
                let (ticket, version) = (row.id, row.version);
                self.send_link(ticket, version, ctx)
            }
        }
    }

    fn send_link(&mut self, ticket: crate::domain::id::TicketId, version: i64, ctx: &Ctx<'_>) -> Vec<Effect> {
        let id = ctx.request();
        self.linking = Some(id);
        let body = LinkTicket {
            account_id: Some(self.account),
            ..LinkTicket::default()
        };
        let call = ApiCall::LinkTicket {
            key: ctx.intent(),
            ticket,
            version,
            body,
        };
        vec![Effect::Api(id, call)]
    }

    fn linked(&mut self, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.linking = None;
        match reply {
            Ok(Answer::Ticket(ticket)) => {
                // the card counts open tickets
                let mut effects = self.read_card(ctx);
                effects.push(Effect::Publish(Fact::TicketChanged(ticket)));
                effects
            }
            Ok(_) => Vec::new(),
            Err(error) => match error.current.as_ref() {
                // somebody else changed the ticket: the link takes nothing away, so it is tried on what it is now
                Some(Current::Ticket(row)) if error.trouble == Trouble::Stale && row.account_id.is_none() => {
                    let (ticket, version) = (row.id, row.version);
                    self.send_link(ticket, version, ctx)
                }
                _ => {
                    let words = error.sentence();
                    let words = ctx.words.with("account-link-failed", &[("why", &words)]);
                    vec![Effect::Toast(Toast::error(words))]
                }
            },
        }
    }

    fn happened(&mut self, fact: &Fact, ctx: &Ctx<'_>) -> Vec<Effect> {
        let mut effects = self.context.happened(fact, ctx);
        match fact {
            Fact::TokenChanged(done) if done.action.account_id == self.account => {
                effects.extend(self.token_changed(done, ctx));
            }
            Fact::TokenRowChanged(row) if row.account_id == self.account && self.past.at().is_none() => {
                self.wallet.window.replace(row.as_ref().clone());
                effects.extend(self.show_detail(ctx));
            }
            Fact::PresetsChanged => effects.extend(self.wallet.read_presets(ctx)),
            Fact::WalletChanged(account) if *account == self.account => {
                self.wallet.window.unmark();
                effects.extend(self.wallet.read_presets(ctx));
                effects.extend(self.read_card(ctx));
                effects.extend(
                    self.wallet
                        .window
                        .refresh(ctx, &call_of(self.account, self.past.at())),
                );
            }
            // the card counts open tickets
            Fact::TicketChanged(_) => effects.extend(self.read_card(ctx)),
            Fact::AccountTouched(account) if *account == self.account => {
                let revealed = self.slot.borrow_mut().take();
                if let Some(what) = revealed {
                    let until = ctx.now.plus_seconds(i64::from(what.hide_after));
                    self.revealed = Some(Shown { what, until });
                    effects.extend(self.count_down(ctx));
                }
                effects.extend(self.read_card(ctx));
                effects.extend(self.read_notes(ctx));
            }
            _ => {}
        }
        effects
    }

    /// What others did: rows change in their place, the card and its notes are read again where they are concerned.
    fn changed(&mut self, changes: &Changes, ctx: &Ctx<'_>) -> Vec<Effect> {
        let account = self.account;
        let of_here = |kind: &str| match changes.of(kind) {
            None => Changes::Unknown,
            Some(all) => Changes::These(
                all.into_iter()
                    .filter(|change| change.account_id == Some(account))
                    .cloned()
                    .collect(),
            ),
        };
        let any = |of: &Changes| !matches!(of, Changes::These(all) if all.is_empty());
        // a wallet of the past does not change
        let tokens = of_here("token");
        let mut effects = if self.past.at().is_none() {
            let call = call_of(account, None);
            self.wallet.window.changed("token", &tokens, ctx, &call)
        } else {
            Vec::new()
        };
        let cards = changes.touch("account", &account.to_string(), None);
        if cards || !effects.is_empty() || any(&of_here("ticket")) {
            effects.extend(self.read_card(ctx));
        }
        if cards {
            effects.extend(self.read_notes(ctx));
        }
        effects.extend(self.context.changed(changes, ctx));
        effects
    }

    /// Rows change in place; what is new stands on top, under the cursor.
    fn token_changed(&mut self, done: &ActionDone, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.past.at().is_some() {
            // the past stays as it was
            return self.read_card(ctx);
        }
        let mut effects = Vec::new();
        let window = &mut self.wallet.window;
        if let Some(original) = &done.original {
            window.replace(original.clone());
        }
        match done.action.kind {
            ActionKind::Add | ActionKind::Reissue => {
                if !window.put_on_top(done.token.clone()) {
                    let query = window.query().to_owned();
                    effects.extend(window.ask(&query, ctx, &call_of(self.account, self.past.at())));
                }
            }
            _ => {
                // what was taken out comes back into a list that left it out
                if !window.replace(done.token.clone()) && done.action.kind == ActionKind::Undo {
                    let query = window.query().to_owned();
                    effects.extend(window.ask(&query, ctx, &call_of(self.account, self.past.at())));
                }
            }
        }
        // what has changed may no longer fit the query that it was found by
        effects.extend(window.recount(ctx, &call_of(self.account, self.past.at())));
        effects.extend(self.wallet.read_presets(ctx));
        self.just_changed = true;
        effects.extend(self.read_card(ctx));
        effects.extend(self.show_detail(ctx));
        effects
    }

    /// The commands that open a dialog.
    fn dialog(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let whose = token_verbs::whose(self.card.as_deref(), ctx);
        let ticket = self.context.id();
        if let Some(verb) = bulk::verb(command)
            && let Some(marks) = self.wallet.window.marks()
        {
            let what = self.wallet.marked(ctx);
            return vec![Effect::Open(bulk::dialog(
                verb,
                marks,
                &what,
                Some(self.account),
                &whose,
                ticket,
                ctx,
            ))];
        }
        let token = self.token();
        let dialog = match (command, token) {
            (Command::RemoveToken, Some(token)) => token_verbs::remove(token, &whose, ticket, ctx),
            (Command::ReissueToken, Some(token)) => token_verbs::reissue(token, &whose, ticket, ctx),
            (Command::ViewOutside, Some(token)) => outside::view(token, ctx),
            (Command::DisputeToken, Some(token)) => disputes::open(token, &whose, ticket, ctx),
            (Command::DecideDispute, Some(token)) => {
                let token = token.clone();
                return self.deciding.begin(&token, &whose, ticket, ctx);
            }
            (Command::Verify, _) => account_verbs::verify(self.account, &whose, ctx),
            (Command::Reveal, _) => account_verbs::reveal(self.account, &whose, &self.slot, ctx),
            (Command::AddNote, _) => account_verbs::note(self.account, None, &whose, ctx),
            _ => {
                let row = self.context.row();
                return row.map_or_else(Vec::new, |row| ticket_verbs::perform(command, row, ctx));
            }
        };
        vec![Effect::Open(dialog)]
    }
}
