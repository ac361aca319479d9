//! People behind the desk as assignment sees them, and who got which ticket.

use serde::{Deserialize, Serialize};

use crate::domain::agent::{Agent, Availability};
use crate::domain::assignment::{How, Judged};
use crate::domain::calendar::Week;
use crate::domain::id::AgentId;
use crate::domain::time::Moment;

/// A person behind the desk, with what assignment goes by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AgentCard {
    /// The person.
    #[serde(flatten)]
    pub agent: Agent,
    /// Support tier, 1 or 2.
    pub tier: Option<u8>,
    /// Their department; empty: none.
    pub department: String,
    /// Languages, as tags such as `es`.
    pub languages: Vec<String>,
    /// Skills that categories may ask for.
    pub skills: Vec<String>,
    /// When they work; empty: always.
    #[cfg_attr(feature = "server", schema(value_type = std::collections::BTreeMap<String, Vec<String>>))]
    pub shift: Week,
    /// Tickets that count towards their load.
    pub load: u32,
    /// Tickets that they may be given by rule.
    pub max_load: u32,
    /// Whether that is their own limit, not the desk's.
    pub own_max_load: bool,
    /// Since when they are available, busy, away or offline.
    pub availability_since: Option<Moment>,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
}

/// Says whether one takes work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SetAvailability {
    /// Whether.
    pub status: Availability,
}

/// Changes what assignment goes by; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct EditAgent {
    /// A department's code; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Languages, as tags such as `es`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Vec<String>>,
    /// Skills, as codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skills: Option<Vec<String>>,
    /// Hours by weekday; empty: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<std::collections::BTreeMap<String, Vec<String>>>))]
    pub shift: Option<Week>,
    /// Most tickets at once; 0: as the desk says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_load: Option<u32>,
    /// Whether they take work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
}

/// How somebody came to a ticket, and why it was them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Assignment {
    /// Who got it; absent: nobody, it went back into the queue.
    pub agent_id: Option<AgentId>,
    /// Their name.
    pub agent_name: String,
    /// How.
    pub how: How,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why, in words: "3 candidates, Ana Ruiz: least loaded (1 of 5), speaks es".
    pub why: String,
    /// Everybody whom the rules looked at, with what spoke against them.
    pub candidates: Vec<Judged>,
}
