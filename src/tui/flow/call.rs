//! What screens can ask of the backend: plain values over the wire's types.

use super::ask_call::AskCall;
use super::ticket_call::TicketCall;
use super::token_call::TokenCall;
use crate::domain::id::{AccountId, IntentKey, OfferId, TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::time::Moment;
use crate::text::words::Words;
use crate::wire::accounts::{AccountSearch, Reveal, Verify};
use crate::wire::desk::NewNote;
use crate::wire::page::ListParams;
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, EditTicket, LinkTicket, NewMessage, NewTicket,
    ReopenTicket,
};
use crate::wire::tokens::{AddToken, ChangeToken};

/// One call of the backend. Actions carry the key of the person's intent, made once when the dialog was confirmed,
/// and, where an existing row changes, the version that the person saw.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiCall {
    /// The signed-in person → [`Answer::Me`](super::Answer::Me).
    Me,
    /// Whose desk it is, without sign-in → [`Answer::Brand`](super::Answer::Brand).
    Brand,
    /// The desk profile → [`Answer::Desk`](super::Answer::Desk).
    Desk,
    /// What was typed and not sent, kept under this key → [`Answer::Draft`](super::Answer::Draft).
    Draft(String),
    /// Look accounts up → [`Answer::Hits`](super::Answer::Hits).
    SearchAccounts(AccountSearch),
    /// An account's card → [`Answer::Card`](super::Answer::Card).
    Account(AccountId),
    /// Compare what the caller says → [`Answer::Verified`](super::Answer::Verified).
    Verify {
        /// The person's intent.
        key: IntentKey,
        /// Which account.
        account: AccountId,
        /// What the caller says.
        says: Verify,
    },
    /// See one masked field whole → [`Answer::Revealed`](super::Answer::Revealed).
    Reveal {
        /// Which account.
        account: AccountId,
        /// Which field and why.
        ask: Reveal,
    },
    /// Case notes of an account → [`Answer::Notes`](super::Answer::Notes).
    Notes(AccountId),
    /// Write a case note on an account → [`Answer::Note`](super::Answer::Note).
    AddNote {
        /// The person's intent.
        key: IntentKey,
        /// Which account.
        account: AccountId,
        /// The note.
        note: NewNote,
    },
    /// A page of an account's tokens → [`Answer::Tokens`](super::Answer::Tokens).
    WalletPage {
        /// Whose.
        account: AccountId,
        /// As of when; `None`: now.
        at: Option<Moment>,
        /// Query, window.
        params: ListParams,
    },
    /// Where a wallet's past can be stepped to → [`Answer::Steps`](super::Answer::Steps).
    WalletSteps {
        /// Whose.
        account: AccountId,
        /// From when; `None`: from now.
        at: Option<Moment>,
    },
    /// One token → [`Answer::Token`](super::Answer::Token).
    Token(TokenId),
    /// What happened to a token → [`Answer::TokenHistory`](super::Answer::TokenHistory).
    TokenHistory(TokenId),
    /// Write a case note on a token → [`Answer::Note`](super::Answer::Note).
    AddTokenNote {
        /// The person's intent.
        key: IntentKey,
        /// Which token.
        token: TokenId,
        /// The note.
        note: NewNote,
    },
    /// Add an offer to a wallet → [`Answer::Done`](super::Answer::Done).
    AddToken {
        /// The person's intent.
        key: IntentKey,
        /// Whose wallet.
        account: AccountId,
        /// Offer, reason, ticket.
        body: AddToken,
    },
    /// Take a token out of the wallet → [`Answer::Done`](super::Answer::Done).
    RemoveToken {
        /// The person's intent.
        key: IntentKey,
        /// Which token.
        token: TokenId,
        /// The version that the person saw.
        version: i64,
        /// Reason, ticket.
        body: ChangeToken,
    },
    /// Put a new instance in the place of a token → [`Answer::Done`](super::Answer::Done).
    ReissueToken {
        /// The person's intent.
        key: IntentKey,
        /// Which token.
        token: TokenId,
        /// The version that the person saw.
        version: i64,
        /// Reason, ticket, new last moment.
        body: ChangeToken,
    },
    /// More about tokens → see each.
    On(TokenCall),
    /// About asking lists → see each.
    Ask(AskCall),
    /// More about tickets → see each.
    Case(TicketCall),
    /// A page of the catalog, with what each offer means for an account's wallet →
    /// [`Answer::Offers`](super::Answer::Offers).
    Offers {
        /// Whose wallet.
        account: AccountId,
        /// Query, window.
        params: ListParams,
    },
    /// One offer → [`Answer::Offer`](super::Answer::Offer).
    Offer(OfferId),
    /// The picture of an offer → [`Answer::Picture`](super::Answer::Picture).
    Picture(OfferId),
    /// A page of tickets → [`Answer::Tickets`](super::Answer::Tickets).
    Tickets(ListParams),
    /// One ticket with everything → [`Answer::Ticket`](super::Answer::Ticket).
    Ticket(TicketId),
    /// One ticket by its number → [`Answer::Ticket`](super::Answer::Ticket).
    TicketByNumber(String),
    /// Everything that happened to a ticket → [`Answer::TicketHistory`](super::Answer::TicketHistory).
    TicketHistory(TicketId),
    /// Open a ticket → [`Answer::Ticket`](super::Answer::Ticket).
    CreateTicket {
        /// The person's intent.
        key: IntentKey,
        /// The ticket.
        body: NewTicket,
    },
    /// Write into the conversation → [`Answer::Message`](super::Answer::Message).
    PostMessage {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The message.
        body: NewMessage,
    },
    /// Change subject, description, category → [`Answer::Ticket`](super::Answer::Ticket).
    EditTicket {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// What changes.
        body: EditTicket,
    },
    /// Give a ticket to somebody → [`Answer::Ticket`](super::Answer::Ticket).
    Assign {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// To whom.
        body: AssignTicket,
    },
    /// Move a ticket through its statuses → [`Answer::Ticket`](super::Answer::Ticket).
    Status {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// Where to, with what the move asks for.
        body: ChangeStatus,
    },
    /// Change how soon a ticket needs care → [`Answer::Ticket`](super::Answer::Ticket).
    Priority {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// The new priority.
        body: ChangePriority,
    },
    /// Close a ticket → [`Answer::Ticket`](super::Answer::Ticket).
    CloseTicket {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// How it was resolved.
        body: CloseTicket,
    },
    /// Reopen a ticket → [`Answer::Ticket`](super::Answer::Ticket).
    ReopenTicket {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// Why.
        body: ReopenTicket,
    },
    /// Link a ticket to an account or tokens → [`Answer::Ticket`](super::Answer::Ticket).
    LinkTicket {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// What to link.
        body: LinkTicket,
    },
}

/// What of an action may be written to disk: its key, its verb, and opaque identifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The idempotency key.
    pub key: IntentKey,
    /// Such as `token.remove`; the audit uses the same words.
    pub verb: &'static str,
    /// What it is done to: kind and id, such as `token 0198…`.
    pub subject: String,
}

impl ApiCall {
    /// The intent of an action; `None` for what only reads.
    ///
    /// A reveal changes no row and carries no key: it reads.
    #[must_use]
    pub fn intent(&self) -> Option<Intent> {
        let (key, verb, subject) = match self {
            Self::Verify { key, account, .. } => (key, "account.verify", format!("account {account}")),
            Self::AddNote { key, account, .. } => (key, "account.note", format!("account {account}")),
            Self::AddTokenNote { key, token, .. } => (key, "token.note", format!("token {token}")),
            Self::AddToken { key, account, .. } => (key, "token.add", format!("account {account}")),
            Self::RemoveToken { key, token, .. } => (key, "token.remove", format!("token {token}")),
            Self::ReissueToken { key, token, .. } => (key, "token.reissue", format!("token {token}")),
            Self::On(call) => return call.intent(),
            Self::Ask(call) => return call.intent(),
            Self::Case(call) => return call.intent(),
            Self::CreateTicket { key, .. } => (key, "ticket.create", "ticket".to_owned()),
            Self::PostMessage { key, ticket, .. } => (key, "ticket.message", format!("ticket {ticket}")),
            Self::EditTicket { key, ticket, .. } => (key, "ticket.edit", format!("ticket {ticket}")),
            Self::Assign { key, ticket, .. } => (key, "ticket.assign", format!("ticket {ticket}")),
            Self::Status { key, ticket, .. } => (key, "ticket.status", format!("ticket {ticket}")),
            Self::Priority { key, ticket, .. } => (key, "ticket.priority", format!("ticket {ticket}")),
            Self::CloseTicket { key, ticket, .. } => (key, "ticket.close", format!("ticket {ticket}")),
            Self::ReopenTicket { key, ticket, .. } => (key, "ticket.reopen", format!("ticket {ticket}")),
            Self::LinkTicket { key, ticket, .. } => (key, "ticket.link", format!("ticket {ticket}")),
            Self::Me
            | Self::Brand
            | Self::Desk
            | Self::Draft(_)
            | Self::SearchAccounts(_)
            | Self::Account(_)
            | Self::Reveal { .. }
            | Self::Notes(_)
            | Self::WalletPage { .. }
            | Self::WalletSteps { .. }
            | Self::Token(_)
            | Self::TokenHistory(_)
            | Self::Offers { .. }
            | Self::Offer(_)
            | Self::Picture(_)
            | Self::Tickets(_)
            | Self::Ticket(_)
            | Self::TicketByNumber(_)
            | Self::TicketHistory(_) => return None,
        };
        Some(Intent {
            key: *key,
            verb,
            subject,
        })
    }

    /// The permission that the backend asks for, for the mirror on screen; `None` where being signed in is enough.
    #[must_use]
    pub fn permission(&self) -> Option<Permission> {
        Some(match self {
            Self::Me | Self::Brand | Self::Desk | Self::Draft(_) => return None,
            Self::SearchAccounts(_) => Permission::AccountSearch,
            Self::Account(_) | Self::Notes(_) => Permission::AccountView,
            Self::Verify { .. } => Permission::AccountVerify,
            Self::Reveal { .. } => Permission::AccountReveal,
            Self::AddNote { .. } => Permission::AccountNote,
            Self::WalletPage { .. } | Self::WalletSteps { .. } | Self::Token(_) | Self::TokenHistory(_) => {
                Permission::TokenView
            }
            Self::AddTokenNote { .. } => Permission::TokenNote,
            Self::AddToken { .. } => Permission::TokenAdd,
            Self::RemoveToken { .. } => Permission::TokenRemove,
            Self::ReissueToken { .. } => Permission::TokenReissue,
            Self::On(call) => call.permission(),
            Self::Ask(call) => call.permission(),
            Self::Offers { .. } | Self::Offer(_) | Self::Picture(_) => Permission::OfferView,
            Self::Case(call) => call.permission(),
            Self::Tickets(_) | Self::Ticket(_) | Self::TicketByNumber(_) | Self::TicketHistory(_) => {
                Permission::TicketView
            }
            Self::CreateTicket { .. } => Permission::TicketCreate,
            Self::PostMessage { .. } => Permission::TicketMessage,
            Self::EditTicket { .. } | Self::Priority { .. } | Self::LinkTicket { .. } => {
                Permission::TicketEdit
            }
            Self::Assign { .. } => Permission::TicketTake,
            Self::Status { .. } => Permission::TicketStatus,
            Self::CloseTicket { .. } => Permission::TicketClose,
            Self::ReopenTicket { .. } => Permission::TicketReopen,
        })
    }
}

/// What an action does, in words: "adding a token to a wallet" for `token.add`.
#[must_use]
pub fn doing(words: &Words, verb: &str) -> String {
    let name = format!("doing-{}", verb.replace(['.', '_'], "-"));
    if words.has(&name) {
        words.get(&name)
    } else {
        words.with("doing-something", &[("verb", verb)])
    }
}
