//! Tickets and their conversation. What hangs on them is in [`super::ticket_parts`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, AgentId, AttachmentId, MessageId, TicketId, TokenId};
use crate::domain::ticket::{AuthorKind, Priority, ResolutionType, TicketStatus, Visibility};
use crate::domain::time::Moment;

use super::clocks::ClockChip;
use super::ticket_parts::{Attachment, Check, Entity, EntityRef, Escalation, TicketLink, TicketTie, Watcher};
use super::tokens::{Action, TokenRow};

/// Opens a ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicket {
    /// What it is about, 3 to 200 characters.
    pub subject: String,
    /// The whole story, up to 20,000 characters.
    #[serde(default)]
    pub description: String,
    /// How soon it needs care; absent: what its category begins with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// A category of the desk profile; empty: the profile's first.
    #[serde(default)]
    pub category: String,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Tokens that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_ids: Vec<TokenId>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Values of the desk's own fields, by code.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// What it has to do with in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<EntityRef>,
    /// Id or number of the ticket that it follows up, which was closed for too long to be reopened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up_of: Option<String>,
}

/// A ticket in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketRow {
    /// Identifier.
    pub id: TicketId,
    /// The number that people use.
    pub number: String,
    /// What it is about.
    pub subject: String,
    /// Where it stands.
    pub status: TicketStatus,
    /// How soon it needs care.
    pub priority: Priority,
    /// Category of the desk profile.
    pub category: String,
    /// 1 or 2.
    pub tier: u8,
    /// Who has it.
    pub assignee: Option<AgentId>,
    /// The assignee's name; empty when nobody has it.
    pub assignee_name: String,
    /// The customer.
    pub account_id: Option<AccountId>,
    /// The customer's name; empty when there is none.
    pub account_name: String,
    /// How often it was reopened.
    pub reopened: u32,
    /// When it was opened.
    pub created_at: Moment,
    /// Latest change.
    pub updated_at: Moment,
    /// When it was resolved last.
    #[serde(default)]
    pub resolved_at: Option<Moment>,
    /// When it was closed.
    pub closed_at: Option<Moment>,
    /// Tags, in order of the alphabet.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether an escalation is open.
    #[serde(default)]
    pub escalated: bool,
    /// How often it was escalated: its level.
    #[serde(default)]
    pub escalations: u32,
    /// Until when it sleeps.
    #[serde(default)]
    pub snoozed_until: Option<Moment>,
    /// How many people watch it.
    #[serde(default)]
    pub watchers: u32,
    /// The ticket that it was merged into.
    #[serde(default)]
    pub merged_into: Option<TicketId>,
    /// What the customer thought of it, 1 to 5.
    #[serde(default)]
    pub rating: Option<u8>,
    /// How it stands to its clocks.
    #[serde(default)]
    pub sla: ClockChip,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
}

/// A ticket with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketDetail {
    /// The row of the list.
    #[serde(flatten)]
    pub row: TicketRow,
    /// The whole story.
    pub description: String,
    /// Which language its customer speaks, as a tag such as `es`; empty: the desk's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
    /// Who opened it.
    pub created_by: String,
    /// How it was resolved.
    pub resolution_type: Option<ResolutionType>,
    /// What was done, in words.
    pub resolution_summary: String,
    /// Linked tokens as they are now.
    pub tokens: Vec<TokenRow>,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// Token actions done for this ticket, oldest first.
    pub actions: Vec<Action>,
    /// Values of the desk's own fields, by code.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What it has to do with in other systems.
    #[serde(default)]
    pub entities: Vec<Entity>,
    /// Other tickets that it has to do with.
    #[serde(default)]
    pub links: Vec<TicketLink>,
    /// Who watches it.
    #[serde(default)]
    pub watching: Vec<Watcher>,
    /// The open escalation, if there is one.
    #[serde(default)]
    pub escalation: Option<Escalation>,
    /// Its checklist.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Files that hang on it, oldest first; those of a message stand with the message, too.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Time spent on it, in seconds, without what still runs.
    #[serde(default)]
    pub spent_seconds: i64,
    /// What the customer wrote with the rating.
    #[serde(default)]
    pub feedback: String,
    /// When the customer rated it.
    #[serde(default)]
    pub rated_at: Option<Moment>,
    /// In the answer to an edit at an older version: what others have changed since, with which it was merged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<FieldChange>,
}

/// A line in the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Message {
    /// Identifier.
    pub id: MessageId,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Moment,
    /// Who may read it.
    pub visibility: Visibility,
    /// The text.
    pub body: String,
    /// On which side of the desk the author stands.
    #[serde(default = "agent")]
    pub by: AuthorKind,
    /// Files that came with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Number of the merged ticket that it was written in, if that is another one.
    #[serde(default)]
    pub of_ticket: Option<String>,
}

fn agent() -> AuthorKind {
    AuthorKind::Agent
}

fn internal() -> Visibility {
    Visibility::Internal
}

/// Writes into the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// Who may read it; what a customer writes is always public.
    #[serde(default = "internal")]
    pub visibility: Visibility,
    /// The text, 1 to 20,000 characters; `@` and an employee id mentions somebody.
    pub body: String,
    /// Files that were brought before and belong to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachment_ids: Vec<AttachmentId>,
}

/// A field of a ticket that somebody else changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldChange {
    /// Which field; `fields.CODE` for one of the desk's own.
    pub field: String,
    /// Who changed it last: employee id and name.
    pub who: String,
    /// When.
    pub at: Moment,
    /// What stands there now.
    pub value: String,
}

/// Changes fields of a ticket; what is absent stays. At an older version it is merged with what others have changed since, if
/// those are other fields; where both changed the same one to different values, nothing is changed, and `current` of the 412
/// has `conflicts`: for each, what stands there now, by whom and when.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditTicket {
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The whole story.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A category of the desk profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Which language its customer speaks, as a tag such as `es`; empty: the desk's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// New values of the desk's own fields, by code; an empty one clears its field, what is absent stays.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// Moves a ticket through its statuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangeStatus {
    /// Where to.
    pub status: TicketStatus,
    /// Why, where the move asks for it.
    #[serde(default)]
    pub reason: String,
    /// How it was resolved, where the move asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_type: Option<ResolutionType>,
    /// What was done, where the move asks for it.
    #[serde(default)]
    pub summary: String,
}

/// Closes a ticket. A ticket that nobody has is taken by the one who closes it. A customer who closes a ticket of theirs
/// may leave out how it was resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CloseTicket {
    /// How it was resolved; nothing more is needed when it is resolved already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_type: Option<ResolutionType>,
    /// What was done, 3 to 4,000 characters.
    #[serde(default)]
    pub summary: String,
    /// More about it, for people behind the desk alone: becomes an internal note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// Reopens a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ReopenTicket {
    /// Why.
    pub reason: String,
}

/// Gives a ticket to somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AssignTicket {
    /// Who gets it; `None` puts it back into the queue.
    pub assignee: Option<AgentId>,
    /// Why, up to 500 characters; may be empty.
    #[serde(default)]
    pub reason: String,
}

/// Changes how soon a ticket needs care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangePriority {
    /// The new priority.
    pub priority: Priority,
}

/// Links a ticket to an account or tokens; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct LinkTicket {
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Tokens to link as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_ids: Vec<TokenId>,
    /// Tickets to link as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tickets: Vec<TicketTie>,
    /// Things in other systems to link as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<EntityRef>,
}

/// One thing that happened to a ticket: a change of a field, a message, a token action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketEvent {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What: `created`, `status`, `assignee`, `priority`, `category`, `subject`, `description`, `fields`, `tags`, `language`,
    /// `link`, `unlink`, `message`, `action`, `escalation`, `tier`, `snooze`, `watch`, `merge`, `unmerge`, `split`, `check`, `time`,
    /// `attachment`, `rating`.
    pub what: String,
    /// Value before, in words.
    pub before: String,
    /// Value after, in words.
    pub after: String,
    /// Why, or further detail.
    pub detail: String,
}
