//! The signed-in person, their sessions and intents, and the desk itself.

use serde::{Deserialize, Serialize};

use crate::domain::agent::Availability;
use crate::domain::id::{AgentId, SessionId};
use crate::domain::permission::{Permission, Role};
use crate::domain::profile::{Brand, Environment};
use crate::domain::time::Moment;

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Me {
    /// Identifier.
    pub id: AgentId,
    /// The number that the employer knows them by.
    pub employee_id: String,
    /// Full name.
    pub name: String,
    /// Role; `None`: signed in, but not allowed to do anything.
    pub role: Option<Role>,
    /// Support tier, 1 or 2.
    pub tier: Option<u8>,
    /// All that the role may do.
    pub permissions: Vec<Permission>,
    /// Whether they take work now.
    pub availability: Availability,
    /// This sign-in.
    pub session_id: SessionId,
    /// Who vouches for them.
    pub issuer: String,
    /// Whom that one means: the person's id there, which outlives logins. Kept beside the sign-in.
    #[serde(default)]
    pub uid: String,
    /// The backend's time: lets a client notice that its own clock is off.
    pub server_time: Moment,
}

/// What everybody may know of a desk, signed in or not. The whole profile reads as one too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DeskBrand {
    /// Whose desk it is.
    pub brand: Brand,
    /// Whether real customers are behind it.
    pub environment: Environment,
}

/// One sign-in of one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Session {
    /// Identifier.
    pub id: SessionId,
    /// Whose.
    pub agent_id: AgentId,
    /// Employee id and name of that person.
    pub agent: String,
    /// First request.
    pub started_at: Moment,
    /// Latest request (kept to the minute).
    pub seen_at: Moment,
    /// Since when it is locked: everything is refused until the person signs in anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Moment>,
    /// When it was ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// From which network address it was used last.
    pub address: String,
    /// With which program it was used last.
    pub client: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// How many sign-ins were ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    /// The number.
    pub ended: u64,
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IntentFate {
    /// Whether it was done.
    pub fate: Fate,
    /// HTTP status of the stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The stored answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Object>))]
    pub answer: Option<serde_json::Value>,
}

/// Whether an intent was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Done; the answer is stored.
    Done,
    /// Refused; the answer is stored.
    Refused,
    /// The backend has never seen it (or forgot it after seven days): it was not done.
    Unknown,
}

/// A person's own words for why something is done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Reason {
    /// A code of the desk profile; empty when only words are given.
    #[serde(default)]
    pub code: String,
    /// In words; may be empty when a code is given.
    #[serde(default)]
    pub text: String,
}

impl Reason {
    /// Longest text, in characters.
    pub const MAX_TEXT: usize = 500;
    /// Shortest text that stands without a code, in characters.
    pub const MIN_TEXT: usize = 3;

    /// Whether this is a reason: a code, or at least three characters of text, and not over 500. One character over and
    /// over, as of a key that is held down, is none.
    #[must_use]
    pub fn is_given(&self) -> bool {
        let text = self.text.trim();
        let first = text.chars().next();
        let says_something = text.chars().count() >= Self::MIN_TEXT && text.chars().any(|c| Some(c) != first);
        self.text.chars().count() <= Self::MAX_TEXT && (!self.code.trim().is_empty() || says_something)
    }
}

/// A note that people behind the desk keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Note {
    /// Identifier.
    pub id: crate::domain::id::NoteId,
    /// Who wrote it.
    pub author: String,
    /// When.
    pub at: Moment,
    /// The text.
    pub text: String,
}

/// A new note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewNote {
    /// The text, 1 to 4,000 characters.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn a_reason_is_a_code_or_words_that_say_something() {
        let given = |code: &str, text: &str| {
            let (code, text) = (code.to_owned(), text.to_owned());
            Reason { code, text }.is_given()
        };
        assert!(given("goodwill", "") && given("", "sold twice") && given("", " 3rd "));
        assert!(!given("", "") && !given(" ", "no") && !given("", " a  "));
        assert!(!given("", "xxxxxx"), "a key that is held down");
        assert!(given("", &"ab".repeat(250)) && !given("goodwill", &"ab".repeat(251)));
    }
}
