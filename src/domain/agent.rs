//! The people behind the desk.

use serde::{Deserialize, Serialize};

use super::id::AgentId;
use super::permission::Role;

/// Whether an agent takes work now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// Takes work.
    #[default]
    Available,
    /// At work on something.
    Busy,
    /// Back soon.
    Away,
    /// Not at work.
    Offline,
}

impl Availability {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Available, Self::Busy, Self::Away, Self::Offline];

    /// The word for it in JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Away => "away",
            Self::Offline => "offline",
        }
    }

    /// The availability of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.word() == word)
    }
}

/// A person behind the desk, as other people see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Agent {
    /// Identifier.
    pub id: AgentId,
    /// The number that the employer knows them by, such as `A-1042`.
    pub employee_id: String,
    /// Full name.
    pub name: String,
    /// What they are to the desk; `None`: no role (any more).
    pub role: Option<Role>,
    /// Whether they take work now.
    pub availability: Availability,
}
