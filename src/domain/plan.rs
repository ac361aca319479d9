//! Plans: one verb for many tokens or tickets. What was seen is frozen; each row is done once, whatever is run how often.

use serde::{Deserialize, Serialize};

use super::ticket::words;
use super::token::ActionKind;

words! {
    /// What a plan is about.
    PlanNoun {
        /// Tokens.
        Token = "token",
        /// Tickets.
        Ticket = "ticket",
    }
}

words! {
    /// What a plan does.
    PlanVerb {
        /// Takes tokens out of their wallets.
        Remove = "remove",
        /// Replaces tokens.
        Reissue = "reissue",
        /// Opens disputes.
        Dispute = "dispute",
        /// Moves tickets through their statuses.
        Status = "status",
        /// Changes how soon tickets need care.
        Priority = "priority",
        /// Gives tickets to somebody, or puts them back.
        Assign = "assign",
        /// Puts tags on tickets and takes others off.
        Tag = "tag",
        /// Closes tickets.
        Close = "close",
        /// Merges tickets into one.
        Merge = "merge",
        /// Writes into the conversation.
        Say = "say",
        /// Several moves at once.
        Macro = "macro",
        /// Takes another plan back.
        Undo = "undo",
    }
}

impl PlanVerb {
    /// The verb of a plan that does this to tokens; `None`: no plan does.
    #[must_use]
    pub fn of(kind: ActionKind) -> Option<Self> {
        Some(match kind {
            ActionKind::Remove => Self::Remove,
            ActionKind::Reissue => Self::Reissue,
            ActionKind::Dispute => Self::Dispute,
            ActionKind::Undo => Self::Undo,
            ActionKind::Add | ActionKind::Uphold | ActionKind::Reject => return None,
        })
    }

    /// What it does to tokens; `None`: it is about tickets.
    #[must_use]
    pub fn action(self) -> Option<ActionKind> {
        ActionKind::ALL
            .into_iter()
            .find(|kind| Self::of(*kind) == Some(self))
    }
}

/// Most rows of one plan.
pub const MAX_ROWS: usize = 5_000;
/// For how many minutes a plan can be begun after it was made.
pub const MINUTES: i64 = 60;

/// How far a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlanState {
    /// It can be run.
    Ready,
    /// It waits for a second person.
    Waiting,
    /// The second person said no, or the person who asked took it back.
    Refused,
    /// It was begun; running it again goes on where it stopped.
    Running,
    /// Something has become of every row.
    Done,
}

impl PlanState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Ready,
        Self::Waiting,
        Self::Refused,
        Self::Running,
        Self::Done,
    ];

    /// The word for it in JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Running => "running",
            Self::Done => "done",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// What became of a row of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It will be done.
    Planned,
    /// It is left out: the rules did not allow it when the plan was made.
    Skipped,
    /// It was done.
    Done,
    /// It changed since the plan was made, or the rules do not allow it any more: nothing was done.
    Failed,
}

impl RowState {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Planned, Self::Skipped, Self::Done, Self::Failed];

    /// The word for it in JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Skipped => "skipped",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}
