//! What can go wrong between the desk and its backend, in words for people and in kinds for programs.

use std::time::Duration;

use crate::domain::id::IntentKey;
use crate::wire::approvals::Approval;
use crate::wire::problem::{Code, FieldProblem};

/// A request that did not come to its good end.
///
/// Says what happened (`detail`), whether anything may have been changed (`maybe_done`), and under which reference the
/// backend's log has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientError {
    /// What sort of trouble.
    pub kind: ErrorKind,
    /// The backend's code, if it was the backend that refused.
    pub code: Option<Code>,
    /// What happened, in a sentence; holds no personal data.
    pub detail: String,
    /// Names the request in the backend's log.
    pub reference: String,
    /// Whether the change may have been made all the same: its answer was lost. [`super::Api::settle`] finds it out.
    pub maybe_done: bool,
    /// The intent that the request carried.
    pub intent: Option<IntentKey>,
}

/// What sort of trouble.
#[derive(Debug, Clone, PartialEq)]
pub enum ErrorKind {
    /// Nobody is signed in, or the session is over.
    NotSignedIn,
    /// The person may not do this; `no_role`: they may not do anything.
    NotAllowed {
        /// Signed in, but without any role.
        no_role: bool,
    },
    /// There is no such thing, or not for this person.
    NotFound,
    /// Somebody changed the thing meanwhile.
    Stale {
        /// The row as it is now.
        current: Option<serde_json::Value>,
    },
    /// Something stands against it, such as a key that was used for something else.
    Conflict,
    /// The rules do not allow it in this state.
    Illegal,
    /// It was asked for and waits for a second person; nothing is done yet.
    AwaitsApproval {
        /// The request.
        approval: Box<Approval>,
    },
    /// Fields are missing or wrong.
    Invalid {
        /// What is wrong with which.
        fields: Vec<FieldProblem>,
    },
    /// The query line is wrong.
    BadQuery {
        /// The column (0-based, in characters) that is wrong.
        column: usize,
    },
    /// Too many requests.
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The backend cannot be reached, or does not answer in time.
    Unreachable,
    /// The backend or what it needs is not there for the moment.
    Unavailable,
    /// Client and backend do not speak the same version of the contract.
    VersionMismatch {
        /// What the backend speaks, if it says so.
        theirs: Option<String>,
    },
    /// A fault in the backend.
    Server,
    /// The answer cannot be understood, or is not the backend's.
    Malformed,
}

impl ErrorKind {
    /// A stable word for programs and for the words of the interface.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::NotSignedIn => "not_signed_in",
            Self::NotAllowed { no_role: true } => "no_role",
            Self::NotAllowed { no_role: false } => "not_allowed",
            Self::NotFound => "not_found",
            Self::Stale { .. } => "stale",
            Self::Conflict => "conflict",
            Self::Illegal => "illegal_move",
            Self::AwaitsApproval { .. } => "awaits_approval",
            Self::Invalid { .. } => "invalid",
            Self::BadQuery { .. } => "bad_query",
            Self::RateLimited { .. } => "rate_limited",
            Self::Unreachable => "unreachable",
            Self::Unavailable => "unavailable",
            Self::VersionMismatch { .. } => "contract_version",
            Self::Server => "internal",
            Self::Malformed => "malformed",
        }
    }

    pub(super) fn from_code(code: Code) -> Option<Self> {
        Some(match code {
            Code::Unauthenticated | Code::SessionEnded | Code::SessionLocked => Self::NotSignedIn,
            Code::NoRole => Self::NotAllowed { no_role: true },
            Code::Forbidden => Self::NotAllowed { no_role: false },
            Code::NotFound => Self::NotFound,
            Code::Stale => Self::Stale { current: None },
            Code::KeyReused | Code::Conflict | Code::PreconditionRequired => Self::Conflict,
            Code::IllegalMove => Self::Illegal,
            Code::Invalid | Code::TooLarge => Self::Invalid { fields: Vec::new() },
            Code::Unavailable | Code::Timeout => Self::Unavailable,
            Code::VersionMismatch => Self::VersionMismatch { theirs: None },
            Code::Internal => Self::Server,
            _ => return None,
        })
    }
}

impl ClientError {
    /// What to say of a change that waits for a second person.
    pub(super) fn waits(approval: Approval) -> Self {
        let detail = format!(
            "It waits for a second person: {}. The request is {}.",
            approval.why, approval.id
        );
        let approval = Box::new(approval);
        Self::new(ErrorKind::AwaitsApproval { approval }, detail)
    }

    pub(super) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            code: None,
            detail: detail.into(),
            reference: String::new(),
            maybe_done: false,
            intent: None,
        }
    }

    /// What was kept: whether anything changed.
    #[must_use]
    pub fn kept(&self) -> &'static str {
        if self.maybe_done {
            "It is not known yet whether the change was made; it will not be made twice."
        } else if self.intent.is_some() {
            "Nothing was changed."
        } else {
            ""
        }
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self) -> String {
        match &self.kind {
            ErrorKind::NotSignedIn => "Sign in (tokendesk login) and do it again.".to_owned(),
            ErrorKind::NotAllowed { no_role: true } => {
                "Ask an administrator to put you into one of the desk's groups, then sign in again.".to_owned()
            }
            ErrorKind::NotAllowed { no_role: false } => {
                "Ask somebody whose role has that permission.".to_owned()
            }
            ErrorKind::NotFound => "Check the number or id; it may belong to another desk.".to_owned(),
            ErrorKind::Stale { .. } => "Look at it as it is now, then decide again.".to_owned(),
            ErrorKind::Conflict => "Look at it as it is now, then do it again as something new.".to_owned(),
            ErrorKind::Illegal => "Look at where it stands now, and choose what can be done from there.".to_owned(),
            ErrorKind::AwaitsApproval { .. } => {
                "Somebody else of tier 2 approves or rejects it (tokendesk approval list); it is done then.".to_owned()
            }
            ErrorKind::Invalid { .. } | ErrorKind::BadQuery { .. } => {
                "Correct it and send it again.".to_owned()
            }
            ErrorKind::RateLimited { retry_after } => {
                format!("Wait {} seconds, then do it again.", retry_after.as_secs().max(1))
            }
            ErrorKind::Unreachable => {
                "Check the network and the address ([backend] url); then do it again.".to_owned()
            }
            ErrorKind::Unavailable => "Wait a moment, then do it again.".to_owned(),
            ErrorKind::VersionMismatch { .. } => {
                "Install the version of tokendesk that fits the backend.".to_owned()
            }
            ErrorKind::Server => {
                "Do it again; if it happens again, report it with the reference.".to_owned()
            }
            ErrorKind::Malformed => {
                "Check that the address ([backend] url) is the backend's and that no network sign-in page stands \
                 between."
                    .to_owned()
            }
        }
    }
}

impl std::fmt::Display for ClientError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.detail)?;
        let kept = self.kept();
        if !kept.is_empty() {
            write!(f, " {kept}")?;
        }
        write!(f, " {}", self.next())?;
        if !self.reference.is_empty() {
            write!(f, " (reference {})", self.reference)?;
        }
        Ok(())
    }
}

impl std::error::Error for ClientError {}
