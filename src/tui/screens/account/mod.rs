//! An account: its card, the confirmation that it is the right one, and its wallet with detail and query line.

mod card;
mod past;
mod say;
mod update;
mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::account_verbs::Slot;
use super::parts::bulk;
use super::parts::context::TicketContext;
use super::parts::detail::{Detail, title};
use super::parts::disputes::Deciding;
use super::parts::explain;
use super::parts::full_name;
use super::parts::gate::token_action;
use super::parts::live::Live;
use super::parts::outside;
use super::parts::token_list::{self, Scope};
use crate::domain::id::{AccountId, TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::time::Moment;
use crate::tui::flow::{
    Availability, CallError, Ctx, Effect, Event, Explanation, Latest, Placed, RequestId, Screen, ScreenKind,
};
use crate::tui::keys::{Command, Context};
use crate::wire::accounts::{AccountCard, Revealed};
use crate::wire::desk::Note;
use crate::wire::tokens::TokenRow;

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pane {
    /// The wallet.
    Wallet,
    /// The token under the cursor.
    Detail,
}

/// What was revealed, until it has to be hidden again.
#[derive(Debug)]
struct Shown {
    what: Revealed,
    until: Moment,
}

/// The account screen.
#[derive(Debug)]
pub struct AccountScreen {
    account: AccountId,
    context: TicketContext,
    card: Option<Box<AccountCard>>,
    card_asked: Latest,
    /// When the card was read.
    card_at: Option<Moment>,
    card_problem: Option<CallError>,
    notes: Vec<Note>,
    notes_asked: Latest,
    confirming: Latest,
    /// The link of the ticket to the account, on its way.
    linking: Option<RequestId>,
    link_wanted: bool,
    /// Where a reveal puts what it brought.
    slot: Slot,
    revealed: Option<Shown>,
    wallet: Live<TokenRow>,
    /// The token that the cursor is to stand on at first.
    aim: Option<TokenId>,
    detail: Detail,
    past: past::Past,
    deciding: Deciding,
    pane: Pane,
    zoomed: bool,
    /// The wallet shows a change of just now: coming back must not read it away.
    just_changed: bool,
}

impl AccountScreen {
    /// The account, for a ticket or for nothing in particular.
    #[must_use]
    pub fn new(account: AccountId, ticket: Option<TicketId>) -> Self {
        Self {
            account,
            context: TicketContext::new(ticket),
            card: None,
            card_asked: Latest::default(),
            card_at: None,
            card_problem: None,
            notes: Vec::new(),
            notes_asked: Latest::default(),
            confirming: Latest::default(),
            linking: None,
            link_wanted: false,
            slot: Slot::default(),
            revealed: None,
            wallet: token_list::over(Some(account)),
            aim: None,
            detail: Detail::default(),
            past: past::Past::default(),
            deciding: Deciding::default(),
            pane: Pane::Wallet,
            zoomed: false,
            just_changed: false,
        }
    }

    /// The account, the cursor on one of its tokens.
    #[must_use]
    pub fn at(account: AccountId, token: TokenId) -> Self {
        Self {
            aim: Some(token),
            ..Self::new(account, None)
        }
    }

    /// Whether the person has confirmed that this is the right account.
    fn is_confirmed(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.verified_at.is_some())
    }

    fn token(&self) -> Option<&TokenRow> {
        self.wallet.window.row()
    }

    fn name(&self, ctx: &Ctx<'_>) -> String {
        match &self.card {
            Some(card) => full_name(ctx, &card.first_name, &card.last_name),
            None => ctx.words.get("account-crumb"),
        }
    }
}

impl Screen for AccountScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Account
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        self.name(ctx)
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.happen(event, ctx)
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn question(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.wallet.question(area, buf, ctx)
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        self.words(ctx)
    }

    fn contexts(&self) -> Vec<Context> {
        let mut contexts = Vec::new();
        if self.wallet.is_typing() {
            contexts.push(Context::Text);
        }
        contexts.extend([
            Context::Account,
            Context::Tokens,
            Context::TokenList,
            Context::Presets,
        ]);
        if self.context.id().is_some() {
            contexts.push(Context::Tickets);
        }
        contexts.extend([Context::Table, Context::List, Context::Panes]);
        contexts
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let may = |permission| Availability::from(ctx.may(permission));
        let confirmed = self.is_confirmed();
        let token = self.token();
        let marked = self.wallet.window.has_marks();
        let past = self.past_reason(ctx);
        let action = |command: Command| match (&past, bulk::verb(command).filter(|_| marked)) {
            // only looking goes on in the past
            (Some(why), _) if !matches!(command, Command::Open | Command::TokenHistory) => {
                (command, Availability::Dimmed(why.clone()))
            }
            (_, Some(verb)) => (command, bulk::may(verb, confirmed, ctx)),
            (_, None) => (command, token_action(command, token, confirmed, ctx)),
        };
        let outside = match &past {
            Some(why) => Availability::Dimmed(why.clone()),
            None => outside::may(token, ctx),
        };
        let mut commands = Vec::new();
        let confirm = match (&self.card, self.confirming.is_waiting()) {
            (None, _) => Availability::Dimmed(ctx.words.get("loading")),
            (_, true) => Availability::Dimmed(ctx.words.get("sending")),
            _ => may(Permission::AccountVerify),
        };
        if !confirmed {
            commands.push((Command::ConfirmAccount, confirm.clone()));
        }
        commands.extend([
            action(Command::AddToken),
            action(Command::ReissueToken),
            action(Command::RemoveToken),
            action(Command::DisputeToken),
            (Command::ViewOutside, outside),
            action(Command::Open),
            (Command::Filter, Availability::Enabled),
        ]);
        if past.is_some() {
            commands.insert(0, (Command::Present, Availability::Enabled));
        }
        if let Some(row) = self.context.row() {
            commands.extend(super::parts::ticket_verbs::commands(row, ctx));
        }
        commands.push((Command::Verify, may(Permission::AccountVerify)));
        commands.push((Command::Reveal, may(Permission::AccountReveal)));
        commands.push((Command::AddNote, may(Permission::AccountNote)));
        commands.push((Command::NewTicket, may(Permission::TicketCreate)));
        let scope = Scope {
            account: Some(self.account),
            at: self.past.at(),
        };
        commands.extend(self.wallet.token_commands(scope, ctx));
        for command in [Command::EarlierChange, Command::LaterChange, Command::AsOf] {
            commands.push((command, may(Permission::TokenView)));
        }
        if past.is_none() {
            let now = Availability::Dimmed(ctx.words.get("past-is-now"));
            commands.push((Command::Present, now));
        }
        commands.push(action(Command::DecideDispute));
        commands.push(action(Command::Mark));
        commands.push(action(Command::MarkRange));
        commands.push(action(Command::MarkAll));
        commands.push(action(Command::TokenHistory));
        if confirmed {
            commands.push((Command::ConfirmAccount, confirm));
        }
        commands.push((Command::Zoom, Availability::Enabled));
        commands.push((Command::Refresh, Availability::Enabled));
        if token.is_some() {
            commands.push((Command::Copy, Availability::Enabled));
        }
        if self.pane == Pane::Detail || past.is_some() || self.wallet.window.has_marks() {
            commands.push((Command::Back, Availability::Enabled));
        }
        commands
    }

    fn wants_text(&self) -> bool {
        self.wallet.is_typing()
    }

    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let mut lines = Vec::new();
        let mut of = self.name(ctx);
        if let Some(token) = self.token() {
            of = title(token, ctx);
            lines = explain::token(token, self.is_confirmed(), ctx);
            lines.push(String::new());
        }
        lines.extend(self.explain_card(ctx));
        Some(Explanation { title: of, lines })
    }

    fn picture(&self) -> Option<Placed> {
        self.detail.picture()
    }

    fn context_line(&self, ctx: &Ctx<'_>) -> Option<String> {
        self.context.line(ctx)
    }
}
