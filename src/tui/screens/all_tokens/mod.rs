//! The tokens of the whole desk: the same list as a wallet, with whose each token is. What changes one token is done in
//! its wallet, where the customer is confirmed; marks and plans work here.

mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::detail::{self, Detail, title};
use super::parts::live::{self, Live};
use super::parts::token_list::{self, Scope, pages};
use super::parts::window::Took;
use super::parts::{bulk, explain, key};
use crate::domain::permission::Permission;
use crate::tui::flow::{
    Availability, Ctx, Effect, Event, Explanation, Fact, Link, Placed, Reply, RequestId, Route, Screen,
    ScreenKind, Told,
};
use crate::tui::keys::{Command, Context};
use crate::tui::widgets::list::Move;
use crate::wire::tokens::TokenRow;

/// All tokens, as they are.
const DESK: Scope = Scope {
    account: None,
    at: None,
};

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pane {
    /// The list.
    List,
    /// The token under the cursor.
    Detail,
}

/// The screen of all tokens.
#[derive(Debug)]
pub struct AllTokensScreen {
    list: Live<TokenRow>,
    detail: Detail,
    pane: Pane,
    zoomed: bool,
}

impl AllTokensScreen {
    /// All but what was taken out of its wallet, newest first.
    #[must_use]
    pub fn new() -> Self {
        Self {
            list: token_list::over(None),
            detail: Detail::default(),
            pane: Pane::List,
            zoomed: false,
        }
    }

    fn token(&self) -> Option<&TokenRow> {
        self.list.window.row()
    }

    fn show_detail(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let token = self.token().cloned();
        self.detail.show(token.as_ref(), ctx)
    }

    fn command(&mut self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        if let Some(mut effects) = self.list.token_command(command, DESK, ctx) {
            match command {
                Command::Filter => self.pane = Pane::List,
                Command::Submit | Command::Mark => effects.push(Detail::follow()),
                _ => {}
            }
            return effects;
        }
        match command {
            Command::Open => self.open(),
            Command::TokenHistory => self.open_token(),
            Command::NewTicket => self.new_ticket(),
            Command::Zoom => {
                self.zoomed = !self.zoomed;
                Vec::new()
            }
            Command::NextPane | Command::PreviousPane => {
                self.pane = match self.pane {
                    Pane::List => Pane::Detail,
                    Pane::Detail => Pane::List,
                };
                self.show_detail(ctx)
            }
            Command::Back => {
                if !self.list.window.unmark() {
                    self.pane = Pane::List;
                }
                Vec::new()
            }
            Command::Refresh => {
                let mut effects = self.list.window.refresh(ctx, &pages(DESK));
                effects.extend(self.list.read_presets(ctx));
                effects
            }
            other => match Move::of(other) {
                Some(way) => self.go(way, ctx),
                None => self.plan(other, ctx),
            },
        }
    }

    fn go(&mut self, way: Move, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.pane == Pane::Detail && !self.list.is_typing() {
            self.detail.go(way);
            return Vec::new();
        }
        let (changed, mut effects) = self.list.go(way, ctx, &pages(DESK));
        if changed {
            effects.push(Detail::follow());
        }
        effects
    }

    /// Opens the wallet of the token under the cursor, at that token.
    fn open(&self) -> Vec<Effect> {
        self.token().map_or_else(Vec::new, |token| {
            vec![Effect::Push(Route::AccountAt {
                account: token.account_id,
                token: token.id,
            })]
        })
    }

    fn open_token(&self) -> Vec<Effect> {
        self.token().map_or_else(Vec::new, |token| {
            vec![Effect::Push(Route::Token {
                account: token.account_id,
                token: token.id,
                ticket: None,
            })]
        })
    }

    fn new_ticket(&self) -> Vec<Effect> {
        let token = self.token();
        vec![Effect::Push(Route::NewTicket {
            account: token.map(|token| token.account_id),
            tokens: token.map(|token| token.id).into_iter().collect(),
        })]
    }

    /// One verb for all marked tokens.
    fn plan(&self, command: Command, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (Some(verb), Some(marks)) = (bulk::verb(command), self.list.window.marks()) else {
            return Vec::new();
        };
        let what = self.list.marked(ctx);
        let whose = ctx.words.get("all-tokens-whose");
        let dialog = bulk::dialog(verb, marks, &what, None, &whose, None, ctx);
        vec![Effect::Open(dialog)]
    }

    fn reply(&mut self, id: RequestId, reply: Reply, ctx: &Ctx<'_>) -> Vec<Effect> {
        let (took, mut effects) = self.list.reply(id, reply, ctx, &pages(DESK));
        match took {
            Took::NotMine(id, reply) => {
                self.detail.reply(id, reply);
            }
            Took::Rows { .. } => effects.extend(self.show_detail(ctx)),
            Took::Failed => {}
        }
        effects
    }

    /// A token changed somewhere: its row changes in place, and stays whose it was.
    fn changed(&mut self, mut row: TokenRow) {
        let known = self.list.window.rows.iter().find(|known| known.id == row.id);
        if let Some(known) = known {
            row.owner.clone_from(&known.owner);
            self.list.window.replace(row);
        }
    }

    fn happened(&mut self, fact: Fact, ctx: &Ctx<'_>) -> Vec<Effect> {
        match fact {
            Fact::TokenChanged(done) => {
                self.changed(done.token);
                if let Some(original) = done.original {
                    self.changed(original);
                }
                self.list.read_presets(ctx)
            }
            Fact::TokenRowChanged(row) => {
                self.changed(*row);
                Vec::new()
            }
            Fact::PresetsChanged => self.list.read_presets(ctx),
            Fact::WalletChanged(_) => {
                self.list.window.unmark();
                let mut effects = self.list.window.refresh(ctx, &pages(DESK));
                effects.extend(self.list.read_presets(ctx));
                effects
            }
            _ => Vec::new(),
        }
    }

    /// Whether a verb can be given: for marked tokens by a plan, for one only in its wallet.
    fn verb(&self, command: Command, ctx: &Ctx<'_>) -> Availability {
        match bulk::verb(command).filter(|_| self.list.window.has_marks()) {
            Some(verb) => bulk::may(verb, true, ctx),
            None => {
                let (open, mark) = (key(ctx, Command::Open), key(ctx, Command::Mark));
                let values = [("open", open.as_str()), ("mark", mark.as_str())];
                Availability::Dimmed(ctx.words.with("all-tokens-in-wallet", &values))
            }
        }
    }
}

impl Screen for AllTokensScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::AllTokens
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("all-tokens-crumb")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened => self.list.open(ctx, &pages(DESK)),
            Event::Resumed => self.list.window.refresh(ctx, &pages(DESK)),
            Event::Command(command) => self.command(command, ctx),
            Event::Key(key) => self.list.key(key, ctx),
            Event::Paste(text) if self.list.is_typing() => self.list.paste(&text, ctx, &pages(DESK)),
            Event::Woke(live::WAKE) => self.list.woke(ctx, &pages(DESK)),
            Event::Woke(detail::WAKE) => self.show_detail(ctx),
            Event::Told(Told::Query(text)) => self.list.told(&text, ctx, &pages(DESK)),
            Event::Link if ctx.link == Link::Live && self.detail.has_failed() => self.show_detail(ctx),
            Event::Reply(id, reply) => self.reply(id, reply, ctx),
            Event::Happened(fact) => self.happened(fact, ctx),
            _ => Vec::new(),
        }
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
            Context::Tokens,
            Context::TokenList,
            Context::Presets,
            Context::Table,
            Context::List,
            Context::Panes,
        ]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let may = |permission| Availability::from(ctx.may(permission));
        let at_token = |permission| match self.token() {
            Some(_) => may(permission),
            None => Availability::Dimmed(ctx.words.get("token-none-selected")),
        };
        let mut commands = vec![
            (Command::Open, at_token(Permission::AccountView)),
            (Command::Filter, Availability::Enabled),
        ];
        if self.list.is_typing() {
            commands.remove(0);
        }
        commands.extend(self.list.token_commands(DESK, ctx));
        commands.extend([
            (Command::Mark, at_token(Permission::TokenView)),
            (Command::MarkRange, at_token(Permission::TokenView)),
            (Command::MarkAll, at_token(Permission::TokenView)),
            (Command::ReissueToken, self.verb(Command::ReissueToken, ctx)),
            (Command::RemoveToken, self.verb(Command::RemoveToken, ctx)),
            (Command::DisputeToken, self.verb(Command::DisputeToken, ctx)),
            (Command::TokenHistory, at_token(Permission::TokenView)),
            (Command::NewTicket, may(Permission::TicketCreate)),
            (Command::Zoom, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ]);
        if self.token().is_some() {
            commands.push((Command::Copy, Availability::Enabled));
        }
        for command in [Command::AddToken, Command::DecideDispute, Command::ViewOutside] {
            commands.push((command, self.verb(command, ctx)));
        }
        if self.pane == Pane::Detail || self.list.window.has_marks() {
            commands.push((Command::Back, Availability::Enabled));
        }
        commands
    }

    fn wants_text(&self) -> bool {
        self.list.is_typing()
    }

    fn picture(&self) -> Option<Placed> {
        self.detail.picture()
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let token = self.token()?;
        Some(Explanation {
            title: title(token, ctx),
            lines: explain::token(token, false, ctx),
        })
    }
}
