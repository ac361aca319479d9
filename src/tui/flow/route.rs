//! Where the desk can be.

use crate::domain::id::{AccountId, PlanId, TicketId, TokenId};
use crate::domain::plan::PlanNoun;

/// A place of the desk with what it needs to open. Identifiers only: nothing personal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Route {
    /// Sign-in by device code. Exempt from the four fixed places.
    SignIn,
    /// Locked: nothing is shown until somebody asks to sign in.
    Locked {
        /// Because nobody was here, rather than by key.
        idle: bool,
    },
    /// Signed in, but without any role.
    Denied,
    /// Look accounts up. Home of the account side.
    Lookup {
        /// For which ticket the customer is looked for.
        ticket: Option<TicketId>,
    },
    /// An account's card beside its tokens; with a ticket, the ticket stands there too.
    Account {
        /// Whose.
        account: AccountId,
        /// For which ticket the work is done.
        ticket: Option<TicketId>,
    },
    /// An account's card beside its tokens, the cursor on one of them.
    AccountAt {
        /// Whose.
        account: AccountId,
        /// Which token.
        token: TokenId,
    },
    /// The tokens of the whole desk.
    AllTokens,
    /// One token with everything.
    Token {
        /// Whose wallet.
        account: AccountId,
        /// Which one.
        token: TokenId,
        /// For which ticket the work is done.
        ticket: Option<TicketId>,
    },
    /// Search the catalog, to add an offer to an account's wallet.
    Catalog {
        /// Whose wallet.
        account: AccountId,
        /// For which ticket the work is done.
        ticket: Option<TicketId>,
    },
    /// What a plan will do to many tokens or tickets, and what became of it.
    Plan {
        /// What it is about.
        noun: PlanNoun,
        /// Which plan.
        plan: PlanId,
    },
    /// One's own latest plans.
    Plans,
    /// What was done to tokens, with the state before and after.
    Activity,
    /// What waits for a second person.
    Approvals,
    /// A search over all tickets.
    Search,
    /// Numbers of one's own day, and of the desk.
    Dashboard,
    /// The tickets that a query finds, such as those behind a bar.
    TicketsOf {
        /// The query.
        query: String,
        /// The zone of its days.
        zone: String,
    },
    /// All tickets. Home of the ticket side.
    Tickets,
    /// One ticket beside its account's tokens.
    Ticket {
        /// Which one.
        ticket: TicketId,
    },
    /// A form for a new ticket.
    NewTicket {
        /// The customer, if known.
        account: Option<AccountId>,
        /// Tokens that it is about.
        tokens: Vec<TokenId>,
    },
}

impl Route {
    /// What sort of screen it opens.
    #[must_use]
    pub fn kind(&self) -> ScreenKind {
        match self {
            Self::SignIn | Self::Locked { .. } => ScreenKind::SignIn,
            Self::Denied => ScreenKind::Denied,
            Self::Lookup { .. } => ScreenKind::Lookup,
            Self::Account { .. } | Self::AccountAt { .. } => ScreenKind::Account,
            Self::AllTokens => ScreenKind::AllTokens,
            Self::Token { .. } => ScreenKind::Token,
            Self::Catalog { .. } => ScreenKind::Catalog,
            Self::Plan { .. } => ScreenKind::Plan,
            Self::Plans => ScreenKind::Plans,
            Self::Activity => ScreenKind::Activity,
            Self::Approvals => ScreenKind::Approvals,
            Self::Search => ScreenKind::Search,
            Self::Dashboard => ScreenKind::Dashboard,
            Self::Tickets | Self::TicketsOf { .. } => ScreenKind::Tickets,
            Self::Ticket { .. } => ScreenKind::Ticket,
            Self::NewTicket { .. } => ScreenKind::NewTicket,
        }
    }

    /// Whether what was done to a wallet, perhaps for a ticket, is in sight there: nobody takes back by one key what they do
    /// not see.
    #[must_use]
    pub fn is_about(&self, wallet: AccountId, worked_for: Option<TicketId>) -> bool {
        match self {
            Self::Account { account, .. }
            | Self::AccountAt { account, .. }
            | Self::Token { account, .. }
            | Self::Catalog { account, .. } => *account == wallet,
            Self::Ticket { ticket } => worked_for == Some(*ticket),
            _ => false,
        }
    }

    /// The ticket that the work there is done for, if any.
    #[must_use]
    pub fn ticket(&self) -> Option<TicketId> {
        match self {
            Self::Lookup { ticket }
            | Self::Account { ticket, .. }
            | Self::Token { ticket, .. }
            | Self::Catalog { ticket, .. } => *ticket,
            Self::Ticket { ticket } => Some(*ticket),
            Self::SignIn
            | Self::Locked { .. }
            | Self::Denied
            | Self::AccountAt { .. }
            | Self::AllTokens
            | Self::Plan { .. }
            | Self::Plans
            | Self::Activity
            | Self::Approvals
            | Self::Search
            | Self::Dashboard
            | Self::TicketsOf { .. }
            | Self::Tickets
            | Self::NewTicket { .. } => None,
        }
    }
}

/// Sorts of screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScreenKind {
    /// See [`Route::SignIn`].
    SignIn,
    /// See [`Route::Denied`].
    Denied,
    /// See [`Route::Lookup`].
    Lookup,
    /// See [`Route::Account`].
    Account,
    /// See [`Route::AllTokens`].
    AllTokens,
    /// See [`Route::Token`].
    Token,
    /// See [`Route::Catalog`].
    Catalog,
    /// See [`Route::Plan`].
    Plan,
    /// See [`Route::Plans`].
    Plans,
    /// See [`Route::Activity`].
    Activity,
    /// See [`Route::Approvals`].
    Approvals,
    /// See [`Route::Search`].
    Search,
    /// See [`Route::Dashboard`].
    Dashboard,
    /// See [`Route::Tickets`].
    Tickets,
    /// See [`Route::Ticket`].
    Ticket,
    /// See [`Route::NewTicket`].
    NewTicket,
}

/// The sides of the desk. Each keeps its own stack of screens, so that going to the other side and back restores
/// everything as it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Root {
    /// Look-up and accounts; starts at [`Route::Lookup`].
    Accounts,
    /// Tickets; starts at [`Route::Tickets`].
    Tickets,
}

impl Root {
    /// All sides.
    pub const ALL: [Self; 2] = [Self::Accounts, Self::Tickets];

    /// The screen at the bottom of its stack.
    #[must_use]
    pub fn route(self) -> Route {
        match self {
            Self::Accounts => Route::Lookup { ticket: None },
            Self::Tickets => Route::Tickets,
        }
    }
}
