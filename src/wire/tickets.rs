//! Tickets and their conversation.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, AgentId, MessageId, TicketId, TokenId};
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility};
use crate::domain::time::Moment;

use super::tokens::{Action, TokenRow};

/// Opens a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewTicket {
    /// What it is about, 3 to 200 characters.
    pub subject: String,
    /// The whole story, up to 20,000 characters.
    #[serde(default)]
    pub description: String,
    /// How soon it needs care.
    pub priority: Priority,
    /// A category of the desk profile; empty: the profile's first.
    #[serde(default)]
    pub category: String,
    /// The customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// Tokens that it is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token_ids: Vec<TokenId>,
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
    /// When it was closed.
    pub closed_at: Option<Moment>,
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
}

/// Writes into the conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewMessage {
    /// Who may read it.
    pub visibility: Visibility,
    /// The text, 1 to 20,000 characters.
    pub body: String,
}

/// Changes fields of a ticket; what is absent stays.
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

/// Closes a ticket. A ticket that nobody has is taken by the one who closes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CloseTicket {
    /// How it was resolved.
    pub resolution_type: ResolutionType,
    /// What was done, 3 to 4,000 characters.
    pub summary: String,
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
}

/// One thing that happened to a ticket: a change of a field, a message, a token action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketEvent {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What: `created`, `status`, `assignee`, `priority`, `category`, `subject`, `description`, `link`, `message`, `action`.
    pub what: String,
    /// Value before, in words.
    pub before: String,
    /// Value after, in words.
    pub after: String,
    /// Why, or further detail.
    pub detail: String,
}
