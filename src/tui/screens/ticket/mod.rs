//! One ticket: what it is about, what was said and done, and its tokens beside it.

mod about;
mod head;
mod say;
mod story;
mod tokens;
mod update;
mod view;

#[cfg(test)]
mod tests;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::parts::gate::token_action;
use super::parts::{key, sla, ticket_verbs};
use crate::domain::id::{TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::tui::flow::{
    Availability, CallError, Ctx, Effect, Event, Explanation, Latest, Screen, ScreenKind,
};
use crate::tui::keys::{Command, Context};
use crate::tui::widgets::list::List;
use crate::tui::widgets::scroll::Scroll;
use crate::wire::accounts::AccountCard;
use crate::wire::clocks::TicketClocks;
use crate::wire::tickets::{TicketDetail, TicketEvent};
use crate::wire::tokens::TokenRow;

/// What has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pane {
    /// What was said and done.
    Story,
    /// The linked tokens.
    Tokens,
    /// What the ticket says of itself, and what it has to do with.
    About,
    /// The files that hang on it.
    Files,
    /// Its checklist.
    Checks,
}

/// The ticket screen.
#[derive(Debug)]
pub struct TicketScreen {
    id: TicketId,
    detail: Option<Box<TicketDetail>>,
    asked: Latest,
    problem: Option<CallError>,
    /// The customer's card: tells whether the account was confirmed.
    card: Option<Box<AccountCard>>,
    card_asked: Latest,
    deciding: super::parts::disputes::Deciding,
    clocks: Option<Box<TicketClocks>>,
    clocks_asked: Latest,
    history: Option<Vec<TicketEvent>>,
    history_asked: Latest,
    history_problem: Option<CallError>,
    shows_history: bool,
    story_scroll: Scroll,
    history_scroll: Scroll,
    tokens: List<TokenId>,
    pane: Pane,
    /// What stands beside the story where there is room for one pane only.
    side: Pane,
    /// What stands below the tokens where there is room for both.
    lower: Pane,
    lines_scroll: Scroll,
    wide: bool,
    zoomed: bool,
}

impl TicketScreen {
    /// The ticket of that id.
    #[must_use]
    pub fn new(id: TicketId) -> Self {
        Self {
            id,
            detail: None,
            asked: Latest::default(),
            problem: None,
            card: None,
            card_asked: Latest::default(),
            deciding: Default::default(),
            clocks: None,
            clocks_asked: Latest::default(),
            history: None,
            history_asked: Latest::default(),
            history_problem: None,
            shows_history: false,
            story_scroll: Scroll::default(),
            history_scroll: Scroll::default(),
            tokens: List::default(),
            pane: Pane::Story,
            side: Pane::Tokens,
            lower: Pane::About,
            lines_scroll: Scroll::default(),
            wide: false,
            zoomed: false,
        }
    }

    fn linked(&self) -> &[TokenRow] {
        self.detail.as_ref().map_or(&[], |detail| &detail.tokens)
    }

    /// The linked token under the cursor.
    fn token(&self) -> Option<&TokenRow> {
        self.tokens.row(self.linked())
    }

    fn is_confirmed(&self) -> bool {
        self.card.as_ref().is_some_and(|card| card.verified_at.is_some())
    }

    /// Whether the list that the ticket was opened from goes on in this direction.
    fn beside(&self, command: Command, ctx: &Ctx<'_>) -> Availability {
        let by = if command == Command::NextInQueue { 1 } else { -1 };
        match (ctx.memory.queued(self.id), ctx.memory.beside(self.id, by)) {
            (_, Some(_)) => Availability::Enabled,
            (None, None) => Availability::Dimmed(ctx.words.get("ticket-no-queue")),
            (Some(_), None) if by > 0 => Availability::Dimmed(ctx.words.get("ticket-queue-end")),
            (Some(_), None) => Availability::Dimmed(ctx.words.get("ticket-queue-begin")),
        }
    }

    /// A token action: as on the account, with the reason where there is no customer or no token yet.
    fn token_command(&self, command: Command, detail: &TicketDetail, ctx: &Ctx<'_>) -> Availability {
        if detail.row.account_id.is_none() {
            let find = key(ctx, Command::FindCustomer);
            return Availability::Dimmed(ctx.words.with("ticket-no-customer-yet", &[("key", &find)]));
        }
        if command != Command::AddToken && self.token().is_none() {
            return Availability::Dimmed(ctx.words.get("ticket-no-tokens-yet"));
        }
        let open = token_action(command, self.token(), true, ctx);
        if open == Availability::Enabled && !self.is_confirmed() {
            let wallet = key(ctx, Command::OpenWallet);
            return Availability::Dimmed(ctx.words.with("ticket-confirm-first", &[("key", &wallet)]));
        }
        open
    }
}

impl Screen for TicketScreen {
    fn kind(&self) -> ScreenKind {
        ScreenKind::Ticket
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        match &self.detail {
            Some(detail) => detail.row.number.clone(),
            None => ctx.words.get("ticket-crumb"),
        }
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.happen(event, ctx)
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        self.draw(area, buf, ctx);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        self.words(ctx)
    }

    /// Who else has it in sight.
    fn context_line(&self, ctx: &Ctx<'_>) -> Option<String> {
        Some(super::parts::presence::words(self.id, ctx)).filter(|words| !words.is_empty())
    }

    fn contexts(&self) -> Vec<Context> {
        vec![
            Context::Ticket,
            Context::Tickets,
            Context::Tokens,
            Context::List,
            Context::Panes,
        ]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let Some(detail) = &self.detail else {
            return vec![(Command::Refresh, Availability::Enabled)];
        };
        let row = &detail.row;
        let wallet = match row.account_id {
            Some(_) => ctx.may(Permission::AccountView).into(),
            None => {
                let find = key(ctx, Command::FindCustomer);
                Availability::Dimmed(ctx.words.with("ticket-no-customer-yet", &[("key", &find)]))
            }
        };
        let find = (
            Command::FindCustomer,
            Availability::from(ctx.may(Permission::AccountSearch)),
        );
        // what comes next stands first: there is little room for actions
        let mut commands = vec![(Command::OpenWallet, wallet)];
        if row.account_id.is_none() {
            commands.insert(0, find.clone());
        }
        commands.extend(ticket_verbs::commands(row, ctx));
        if row.account_id.is_some() {
            commands.push(find);
        }
        for command in [
            Command::AddToken,
            Command::ReissueToken,
            Command::RemoveToken,
            Command::DisputeToken,
            Command::DecideDispute,
        ] {
            commands.push((command, self.token_command(command, detail, ctx)));
        }
        let open = match (self.pane, self.token()) {
            (Pane::Tokens, Some(_)) => ctx.may(Permission::TokenView).into(),
            _ => Availability::Dimmed(ctx.words.get("ticket-no-token-here")),
        };
        commands.extend(ticket_verbs::whole_commands(row, ctx));
        commands.extend([
            (Command::TicketHistory, Availability::Enabled),
            (Command::Open, open),
            (Command::NextInQueue, self.beside(Command::NextInQueue, ctx)),
            (
                Command::PreviousInQueue,
                self.beside(Command::PreviousInQueue, ctx),
            ),
            (Command::NextPane, Availability::Enabled),
            (Command::Zoom, Availability::Enabled),
            (Command::NewTicket, ctx.may(Permission::TicketCreate).into()),
            (Command::Copy, Availability::Enabled),
            (Command::Refresh, Availability::Enabled),
        ]);
        commands
    }

    /// How its clocks came to their due moments, where the ticket can go from here, and what each way needs.
    fn explain(&self, ctx: &Ctx<'_>) -> Option<Explanation> {
        let detail = self.detail.as_ref()?;
        let mut explanation = ticket_verbs::explain(&detail.row, ctx);
        let mut lines = match &self.clocks {
            Some(clocks) => sla::explain(clocks, ctx),
            None => vec![ctx.words.get("ticket-clocks-unknown")],
        };
        lines.push(String::new());
        lines.append(&mut explanation.lines);
        explanation.lines = lines;
        Some(explanation)
    }
}
