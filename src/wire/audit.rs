//! The audit on the wire.

use serde::{Deserialize, Serialize};

use crate::domain::audit::Sealed;
use crate::domain::id::{AccountId, AuditId, IntentKey, SessionId, TicketId};
use crate::domain::time::Moment;

/// One audit event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditEvent {
    /// Identifier.
    pub id: AuditId,
    /// Place in the chain, from 1; `None` while it waits to be sealed.
    pub seq: Option<i64>,
    /// When.
    pub at: Moment,
    /// Who: employee id and name at that time.
    pub actor: String,
    /// What they were then.
    pub role: String,
    /// In which sign-in.
    pub session_id: Option<SessionId>,
    /// From which network address; empty when it was the backend itself.
    #[serde(default)]
    pub address: String,
    /// What was done, such as `token.add` or `account.view`.
    pub verb: String,
    /// To what: kind and id, such as `token 0198…`.
    pub subject: String,
    /// `done` or `denied`.
    pub outcome: String,
    /// Why.
    pub reason: String,
    /// For which ticket.
    pub ticket_id: Option<TicketId>,
    /// By which intent.
    pub intent_key: Option<IntentKey>,
    /// The thing before, as JSON; empty when there was none.
    pub before: String,
    /// The thing after, as JSON; empty when there is none.
    pub after: String,
    /// Hash over the entry and its predecessor's hash, in hex; empty while it waits to be sealed.
    pub hash: String,
}

/// A stretch of the sealed chain, as it is exported: each item is one line of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditStretch {
    /// The entries, in order; fewer than asked for at the end of the chain.
    #[cfg_attr(feature = "server", schema(value_type = Vec<Object>))]
    pub items: Vec<Sealed>,
}

/// A receipt: that something was done and has its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditReceipt {
    /// The receipt, one short line.
    pub receipt: String,
    /// The entry's place in the chain.
    pub seq: i64,
}

/// Whose words in the audit are destroyed, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EraseAudit {
    /// The customer who has to be forgotten.
    pub account_id: AccountId,
    /// Why: a reference such as the number of the request; no personal data.
    pub reason: String,
}

/// What was destroyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditErased {
    /// Entries whose words are gone.
    pub entries: u64,
}

/// Outcome of checking the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditVerdict {
    /// Whether every entry is where and as it was sealed.
    pub intact: bool,
    /// Entries checked.
    pub checked: u64,
    /// Hash of the last entry, in hex.
    pub head: String,
    /// Signed checkpoints that it was held against.
    #[serde(default)]
    pub checkpoints: u64,
    /// The first entry that is wrong, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}
