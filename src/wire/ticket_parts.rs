//! What hangs on tickets: escalations, ties, watchers, tags, checklists, time, files, ratings; and what a search finds.

use serde::{Deserialize, Serialize};

use crate::domain::escalation::{EscalationStatus, EscalationTarget};
use crate::domain::id::{AgentId, AttachmentId, CheckId, EscalationId, MessageId, TicketId, TimeId, TokenId};
use crate::domain::ticket::{AuthorKind, LinkKind, TicketStatus, Visibility};
use crate::domain::time::Moment;

use super::tickets::TicketRow;

/// Hands a ticket over. A ticket that is escalated already goes up one more level; the escalation before it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EscalateTicket {
    /// Whom to.
    pub to: EscalationTarget,
    /// Why, 3 to 2,000 characters.
    pub reason: String,
}

/// Takes a ticket back from where it was escalated to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DeescalateTicket {
    /// What came of it, 3 to 2,000 characters.
    pub outcome: String,
}

/// A hand-over of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Escalation {
    /// Identifier.
    pub id: EscalationId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// The ticket's number.
    pub ticket_number: String,
    /// How often the ticket had been escalated, this one counted.
    pub level: u32,
    /// How far it has come.
    pub status: EscalationStatus,
    /// Whom to.
    pub to: EscalationTarget,
    /// Whom to, in words.
    pub to_label: String,
    /// Why.
    pub reason: String,
    /// What came of it; empty while it is open.
    pub outcome: String,
    /// Who escalated it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// When somebody took it up.
    pub taken_at: Option<Moment>,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// Who ended it.
    pub ended_by: String,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
}

/// Moves an escalation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangeEscalation {
    /// Where to.
    pub status: EscalationStatus,
    /// What came of it, where the move asks for it.
    #[serde(default)]
    pub outcome: String,
}

/// Puts tags on a ticket and takes others off.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangeTags {
    /// Tags to put on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    /// Tags to take off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// Lets a ticket sleep, or wakes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SnoozeTicket {
    /// Until when; absent: it wakes now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
}

/// Begins or ends watching a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WatchTicket {
    /// Whether it is watched from now on.
    pub watch: bool,
    /// Who watches; absent: the person who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
}

/// Somebody who watches a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Watcher {
    /// Who.
    pub agent_id: AgentId,
    /// Employee id and name.
    pub name: String,
    /// Since when.
    pub since: Moment,
}

/// Ties a ticket to another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketTie {
    /// What the other one is to it.
    pub kind: LinkKind,
    /// Id or number of the other one.
    pub ticket: String,
}

/// Another ticket that one has to do with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketLink {
    /// What the tie is called from this end: `parent`, `child`, `duplicate`, `duplicated_by`, `related`, `follow_up`, `followed_by`,
    /// `split`, `split_into`, `merged` (it was merged into this one), `merged_into`.
    pub kind: String,
    /// The other one.
    pub ticket_id: TicketId,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub status: TicketStatus,
}

/// Something in another system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EntityRef {
    /// A kind of the desk profile.
    pub kind: String,
    /// What it is called there.
    pub reference: String,
}

/// Something in another system that a ticket has to do with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Entity {
    /// A kind of the desk profile.
    pub kind: String,
    /// What the kind is called here.
    pub label: String,
    /// What it is called there.
    pub reference: String,
    /// Where it can be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Takes ties off a ticket; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UnlinkTicket {
    /// Tokens.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_ids: Vec<TokenId>,
    /// Ties to other tickets, as this end calls them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<TicketTie>,
    /// Things in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<EntityRef>,
    /// The account.
    #[serde(default)]
    pub account: bool,
}

/// Makes a ticket of its own of some messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SplitTicket {
    /// What the new one is about, 3 to 200 characters.
    pub subject: String,
    /// The messages that move to it.
    pub message_ids: Vec<MessageId>,
}

/// Merges a ticket into another one: it is closed as its duplicate, and its conversation is read there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MergeTicket {
    /// Id or number of the ticket that stays.
    pub into: String,
}

/// Takes a merge apart. Nothing has to be said.
#[derive(Debug, Clone, Default, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UnmergeTicket {}

/// A point of a checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Check {
    /// Identifier.
    pub id: CheckId,
    /// What is to be done.
    pub text: String,
    /// When it was done.
    pub done_at: Option<Moment>,
    /// Who did it.
    pub done_by: String,
}

/// Adds a point to the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewCheck {
    /// What is to be done, 1 to 300 characters.
    pub text: String,
}

/// Changes a point of a checklist; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangeCheck {
    /// Whether it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<bool>,
    /// Other words for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Takes it off the list.
    #[serde(default)]
    pub retire: bool,
}

/// Begins the clock of one's own work on a ticket, or writes down work that was done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTime {
    /// How many seconds were worked; absent: the clock starts now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// When the work began; absent: now, or so long ago that it ends now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Moment>,
    /// What was done, up to 300 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Whether somebody is billed for it.
    #[serde(default)]
    pub billable: bool,
}

/// Stops, corrects or leaves out time spent; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangeTime {
    /// Stops the clock.
    #[serde(default)]
    pub stop: bool,
    /// The seconds that it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether somebody is billed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billable: Option<bool>,
    /// Leaves it out of all sums.
    #[serde(default)]
    pub retire: bool,
}

/// Time that somebody spent on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TimeSpent {
    /// Identifier.
    pub id: TimeId,
    /// Who.
    pub agent_id: AgentId,
    /// Employee id and name.
    pub agent: String,
    /// When it began.
    pub started_at: Moment,
    /// When it ended; `None`: it still runs.
    pub ended_at: Option<Moment>,
    /// How long it was, in seconds; up to now while it runs.
    pub seconds: i64,
    /// What was done.
    pub note: String,
    /// Whether somebody is billed for it.
    pub billable: bool,
    /// Who corrected it last; empty: nobody.
    pub corrected_by: String,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
}

/// A file that hangs on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Attachment {
    /// Identifier.
    pub id: AttachmentId,
    /// The message that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// Its name, without any path.
    pub name: String,
    /// What it is, told by its content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Who may see it.
    pub visibility: Visibility,
    /// Who brought it.
    pub by: String,
    /// On which side of the desk they stand.
    pub by_kind: AuthorKind,
    /// When.
    pub at: Moment,
    /// What the scanner said: `clean`, or `unscanned` where there is none.
    pub scan: String,
}

/// What a customer thinks of how a ticket was handled. Once, after it was resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RateTicket {
    /// 1 (bad) to 5 (good).
    pub rating: u8,
    /// More about it, up to 2,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub feedback: String,
}

/// Parameters of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct SearchParams {
    /// A line in the query language with at least one free word.
    #[serde(default)]
    pub q: String,
    /// Tickets wanted, 1 to 100; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// IANA zone that dates in `q` are meant in; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
}

/// What a search finds, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SearchResult {
    /// The tickets.
    pub hits: Vec<SearchHit>,
    /// How many texts were ranked.
    pub ranked: u64,
    /// Whether there are more: then only the newest texts with these words were ranked.
    pub bounded: bool,
}

/// A ticket that a search found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SearchHit {
    /// The ticket.
    pub ticket: TicketRow,
    /// How well it fits; only good for comparing.
    pub score: u32,
    /// Where the words stand, best first.
    pub passages: Vec<Passage>,
}

/// A piece of text with the words that were looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Passage {
    /// Where it stands: `number`, `subject`, `description`, `tag`, `message`, `note` (an internal one).
    pub place: String,
    /// The message that it stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The piece; `…` where the text goes on.
    pub text: String,
    /// The words in it: start and length, in characters.
    pub marks: Vec<(u32, u32)>,
}
