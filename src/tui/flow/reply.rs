//! What comes back from the backend, typed; errors in words.

use std::sync::Arc;
use std::time::Duration;

use super::ask_call::AskAnswer;
use super::picture::Picture;
use super::ticket_call::TicketAnswer;
use super::token_call::TokenAnswer;
use crate::domain::profile::Profile;
use crate::wire::accounts::{AccountCard, AccountHits, Revealed, Verified};
use crate::wire::desk::{DeskBrand, Me, Note};
use crate::wire::drafts::Draft;
use crate::wire::offers::OfferRow;
use crate::wire::page::Page;
use crate::wire::presets::Preset;
use crate::wire::problem::{Code, FieldProblem};
use crate::wire::tickets::{FieldChange, Message, TicketDetail, TicketEvent, TicketRow};
use crate::wire::tokens::{ActionDone, ChangedBy, ExternalLink, TokenEvent, TokenRow, WalletSteps};

/// The outcome of an [`ApiCall`](super::ApiCall).
pub type Reply = Result<Answer, CallError>;

/// A good answer. Each call names the one that it brings.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum Answer {
    Me(Box<Me>),
    Brand(DeskBrand),
    Desk(Box<Profile>),
    Draft { key: String, draft: Option<Draft> },
    Hits(AccountHits),
    Card(Box<AccountCard>),
    Verified(Verified),
    Revealed(Revealed),
    Notes(Vec<Note>),
    Note(Note),
    Tokens(Page<TokenRow>),
    Token(Box<TokenRow>),
    Steps(Box<WalletSteps>),
    External(ExternalLink),
    Handed(Handed),
    TokenHistory(Vec<TokenEvent>),
    Done(Box<ActionDone>),
    Of(TokenAnswer),
    Asked(AskAnswer),
    OfTicket(TicketAnswer),
    Offers(Page<OfferRow>),
    Offer(Box<OfferRow>),
    Picture(Arc<Picture>),
    Tickets(Page<TicketRow>),
    Ticket(Box<TicketDetail>),
    TicketHistory(Vec<TicketEvent>),
    Message(Message),
}

/// What sort of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The backend refused: see `code`.
    Refused,
    /// The row changed meanwhile: see `current`.
    Stale,
    /// It was asked for, and waits for a second person.
    Waits,
    /// The session is over. The desk asks for a new sign-in by itself and keeps everything.
    SignedOut,
    /// The backend or the way to it is not there. A read may be asked again.
    Offline,
    /// An action was sent and got lost on the way: the backend is there and never saw it. It may be sent again.
    Lost,
    /// An action was sent and the answer was lost, and what became of it could not be found out yet.
    FateUnknown,
    /// The answer makes no sense, or something broke on this side.
    Broken,
}

/// A failed call: what happened, in words, and what a screen can use of it.
#[derive(Debug, Clone, PartialEq)]
pub struct CallError {
    /// What sort of failure.
    pub trouble: Trouble,
    /// What happened, what was kept and what to do next. Safe to draw.
    pub words: String,
    /// The backend's code, if it answered.
    pub code: Option<Code>,
    /// Names the request in the backend's log; empty when there was no answer.
    pub reference: String,
    /// What is wrong with which field.
    pub fields: Vec<FieldProblem>,
    /// With [`Trouble::Stale`]: the row as it is now.
    pub current: Option<Current>,
    /// With [`Trouble::Stale`]: who changed it last, where that is known.
    pub changed_by: Option<Box<ChangedBy>>,
    /// How long to wait before the next try, when the backend said so.
    pub retry_after: Option<Duration>,
}

/// A row as it is now, when a change was refused because it had changed.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum Current {
    Token(Box<TokenRow>),
    Ticket(Box<TicketRow>),
    /// A ticket of which both changed the same fields: what stands there now, by whom.
    Conflicts(Box<(TicketRow, Vec<FieldChange>)>),
    Preset(Box<Preset>),
}

/// What became of an address that was to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// This machine's opener took it.
    Opened,
    /// It could not be opened here: why; a tool of this machine copied it.
    Copied {
        /// Why it was not opened.
        why: String,
        /// Which tool has it.
        tool: &'static str,
    },
    /// It could not be opened here: why; the terminal was asked to copy it, and may have refused.
    Asked {
        /// Why it was not opened.
        why: String,
    },
    /// Neither opened nor copied.
    Nowhere {
        /// Why it was not opened.
        why: String,
        /// Why it was not copied.
        not_copied: String,
    },
}

impl CallError {
    /// A failure with words alone.
    #[must_use]
    pub fn new(trouble: Trouble, words: impl Into<String>) -> Self {
        Self {
            trouble,
            words: words.into(),
            code: None,
            reference: String::new(),
            fields: Vec::new(),
            current: None,
            changed_by: None,
            retry_after: None,
        }
    }

    /// The words with the reference that names the request in the backend's log, if there is one.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.reference.is_empty() {
            self.words.clone()
        } else {
            format!("{} (reference {})", self.words, self.reference)
        }
    }

    /// What is wrong with the field of that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldProblem> {
        self.fields.iter().find(|problem| problem.field == name)
    }

    /// For a refused query line: the column (0-based, in characters) that is wrong.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.fields.iter().find_map(|problem| problem.column)
    }
}
