//! What happens to a screen.

use super::effect::WakeKey;
use super::live::Changes;
use super::pending::RequestId;
use super::reply::Reply;
use crate::domain::agent::Availability;
use crate::domain::id::{AccountId, TicketId};
use crate::domain::time::Moment;
use crate::tui::keys::{Command, Key};
use crate::wire::tickets::{TicketDetail, TicketRow};
use crate::wire::tokens::{ActionDone, TokenRow};

/// Something that a screen or dialog reacts to.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The screen was opened just now: ask for what it needs.
    Opened,
    /// The person came back to the screen, which is exactly as it was left: refresh quietly.
    Resumed,
    /// A command of the table. Only commands that the screen lists, and those of its contexts, arrive.
    Command(Command),
    /// A key for the text field that has the focus (letters, editing keys). Only while `wants_text` says so.
    Key(Key),
    /// Pasted text, line ends normalised to `\n`, control characters removed.
    Paste(String),
    /// The answer to a request of this screen.
    Reply(RequestId, Reply),
    /// An action of this screen is still on its way: the backend does not answer, and its fate is being found out.
    /// The answer comes later as a [`Event::Reply`]; keep what was typed and say the words.
    Delayed(RequestId, String),
    /// A long request of this screen has come so far: rows done, and rows in all.
    Progress(RequestId, u64, u64),
    /// The time that the screen asked for with [`Effect::Wake`](super::Effect::Wake) has come.
    Woke(WakeKey),
    /// The terminal has another size; `ctx.size` holds it.
    Resized,
    /// The window came to the front (`true`), or another one did. For the gate's screens.
    Focus(bool),
    /// The way to the backend was lost or found again; `ctx.link` says which.
    Link,
    /// Something changed, wherever it was done. Sent to every kept screen, so that all show the same.
    Happened(Fact),
    /// Something changed at the backend, whoever did it. For the screen in sight: what it shows changes in its place.
    Changed(Changes),
    /// What was chosen in a dialog over this screen.
    Told(Told),
    /// How far the sign-in has come. For the sign-in screen.
    SignIn(SignInState),
}

/// What is chosen in a dialog, for the screen under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Ask this query.
    Query(String),
    /// Group the rows by this field, or not at all.
    Group(Option<&'static str>),
    /// Look at it as of this moment; `None`: now.
    AsOf(Option<Moment>),
}

/// A change that more than one screen shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A token was added, removed or reissued.
    TokenChanged(Box<ActionDone>),
    /// A token's row is another than was shown; what happened to it is not known here.
    TokenRowChanged(Box<TokenRow>),
    /// A request for a second person was decided.
    Decided,
    /// The person said whether they take work.
    Available(Availability),
    /// A query was saved, changed or retired.
    PresetsChanged,
    /// Tokens of a wallet changed; which ones is not known here.
    WalletChanged(AccountId),
    /// A ticket was opened or changed.
    TicketChanged(Box<TicketDetail>),
    /// Many tickets changed; what happened to each is not known here.
    TicketsChanged(Vec<TicketId>),
    /// A ticket's row changed; the rest is not known.
    TicketRowChanged(Box<TicketRow>),
    /// The caller was verified, or notes were added: the account's card should be read again.
    AccountTouched(AccountId),
    /// A ticket's conversation grew: it should be read again.
    TicketTouched(TicketId),
}

/// How far a sign-in has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInState {
    /// Looking for a kept session, or asking the issuer for a code.
    Starting,
    /// A code is there to be approved.
    Prompt {
        /// The code to compare or to enter.
        user_code: String,
        /// The page where it is entered.
        verification_uri: String,
        /// The same page with the code in it, for the QR code.
        verification_uri_complete: Option<String>,
        /// When the code expires.
        expires_at: Moment,
        /// In the demo: who can approve from the terminal.
        demo_people: Vec<DemoPerson>,
    },
    /// Still waiting; something worth saying happened on the way (no network, slowed down).
    Trouble(String),
    /// The demo's approval from the terminal went wrong.
    NotApproved(String),
    /// Approved: the session begins.
    Approved,
    /// Nothing had to be approved: the sign-in of an earlier run goes on.
    Kept,
    /// The code is too old.
    Expired,
    /// Refused or impossible: why, and what to do next.
    Failed(String),
}

/// Somebody who can approve a sign-in of the demo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPerson {
    /// What the approver knows them by.
    pub id: String,
    /// Their name.
    pub name: String,
    /// What they are, such as `tier 1 agent`.
    pub role: String,
}
