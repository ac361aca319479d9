//! Live events on the wire: server-sent events (`text/event-stream`).
//!
//! Each event has a name, a line of JSON, and, where it has a place, an id: the gapless sequence of the audit. Whoever
//! was cut off sends the last id back in `Last-Event-ID` and goes on behind it.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, AgentId, TicketId};
use crate::domain::time::Moment;

/// Name of the first event of a stream: [`Hello`]. Its id is where the stream goes on from.
pub const HELLO: &str = "hello";
/// Name of the event that tells a [`Change`].
pub const CHANGE: &str = "change";
/// Name of the event that tells a [`Presence`]; it has no id, and after each [`HELLO`] all of them are told anew.
pub const PRESENCE: &str = "presence";
/// Name of the event that only shows that the stream lives; its id is how far it has come.
pub const BEAT: &str = "beat";
/// Name of the event that says that what lies between cannot be told any more ([`Reset`]): read anew what is in sight.
pub const RESET: &str = "reset";
/// Name of the last event: [`End`].
pub const END: &str = "end";

/// The beginning of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Hello {
    /// Seconds of silence after which the backend shows that the stream lives.
    pub beat_seconds: u64,
}

/// Something was changed. Says what, never how it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Change {
    /// Its place in the audit.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// What was done, such as `token.remove`.
    pub verb: String,
    /// Kind of the thing, such as `token`.
    pub kind: String,
    /// Identifier of the thing.
    pub id: String,
    /// Its version after the change, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Names of the fields that differ, where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Whose account it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// For which ticket it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// Who did it; absent: the backend itself, or not for the reader to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<AgentId>,
    /// Employee id and name of that person; empty where they are not told.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub actor: String,
}

/// What lies between cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Reset {
    /// `too_old`: too much happened since; `unknown`: the backend never came to that place.
    pub reason: String,
}

/// Why a stream ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its access token has expired: come back with a renewed one.
    TokenExpired,
    /// The sign-in was ended, or is as old as one may become.
    SessionEnded,
    /// The sign-in is locked.
    SessionLocked,
    /// The person has no role any more.
    NoRole,
    /// The reader was too slow: come back and go on.
    TooSlow,
    /// The backend stops: come back when it is there again.
    Stopping,
}

/// The end of a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct End {
    /// Why.
    pub reason: EndReason,
}

/// What somebody does with a ticket that they have in sight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// They look at it.
    Looks,
    /// They write something.
    Types,
    /// They have left it.
    Gone,
}

/// Who has a ticket in sight. Told to the desk alone, never written down, and over by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Presence {
    /// Which ticket.
    pub ticket_id: TicketId,
    /// Who.
    pub agent_id: AgentId,
    /// Their name.
    pub name: String,
    /// What they do.
    pub doing: Doing,
}

/// Says what one does with a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BePresent {
    /// What one does with it.
    pub doing: Doing,
}

/// Who has a ticket in sight now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Present {
    /// Everybody, whoever asks included.
    pub people: Vec<Presence>,
}
