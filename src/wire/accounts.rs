//! Accounts: look-up, card, verification, reveal.

use serde::{Deserialize, Serialize};

use crate::domain::id::AccountId;
use crate::domain::masking::PiiField;
use crate::domain::time::Moment;

use super::desk::Reason;

/// A look-up: one of the four ways, or one line (`q`) that the backend recognises.
///
/// Travels in a body, never in a URL.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountSearch {
    /// Whole address, or a prefix of three or more characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Given name, whole or its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name, whole or its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// Mobile number in any usual notation, or its last four digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// The partner's identifier, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// One line that may be any of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Rows wanted, 1 to 200; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl std::fmt::Debug for AccountSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountSearch(..)")
    }
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountHits {
    /// Best first; at most the limit.
    pub items: Vec<AccountHit>,
    /// How the search was understood: `email`, `mobile`, `user_id`, `name`.
    pub understood_as: String,
    /// Whether there were more candidates than the limit.
    pub more: bool,
}

/// One candidate. Masked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountHit {
    /// Identifier.
    pub id: AccountId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Masked e-mail address.
    pub email: String,
    /// Masked mobile number.
    pub mobile: String,
    /// City.
    pub city: String,
    /// State or region.
    pub state: String,
    /// Masked partner identifier.
    pub user_id: String,
    /// When the customer joined.
    pub created_at: Moment,
    /// How well it fits.
    pub fit: Fit,
}

impl std::fmt::Debug for AccountHit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountHit")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How well a candidate fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// What was asked for, to the letter (case apart).
    Exact,
    /// Begins with what was asked for.
    Prefix,
    /// Close to it: a typo away.
    Similar,
}

/// An account's card. Masked by the backend.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountCard {
    /// Identifier.
    pub id: AccountId,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Masked e-mail address; empty when there is none.
    pub email: String,
    /// Masked mobile number; empty when there is none.
    pub mobile: String,
    /// Masked address, one line.
    pub address: String,
    /// Masked partner identifier.
    pub user_id: String,
    /// When the customer joined.
    pub created_at: Moment,
    /// Counts up with each change.
    pub version: i64,
    /// Tokens by state.
    pub tokens: TokenCounts,
    /// Open tickets.
    pub open_tickets: u64,
    /// When this person last confirmed that this is the right account, in this session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_at: Option<Moment>,
}

impl std::fmt::Debug for AccountCard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountCard")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// How many tokens an account has in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenCounts {
    /// Usable.
    pub active: u64,
    /// Handed on.
    pub shared: u64,
    /// Redeemed.
    pub used: u64,
    /// Past their last moment.
    pub expired: u64,
    /// With an open dispute.
    pub disputed: u64,
    /// Taken out of the wallet.
    pub removed: u64,
}

impl TokenCounts {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.active + self.shared + self.used + self.expired + self.disputed + self.removed
    }
}

/// Verification of an account: what the caller says, compared with what is stored, without showing it.
///
/// An empty list confirms the account by the agent's own judgement (name, city, joined date).
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Verify {
    /// What the caller says: one thing about each field at most.
    #[serde(default)]
    pub says: Vec<CallerSays>,
}

impl std::fmt::Debug for Verify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verify")
            .field("fields", &self.says.len())
            .finish()
    }
}

/// One thing that the caller says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct CallerSays {
    /// Which field.
    pub field: PiiField,
    /// What the caller says it is (for an address: street or zip is enough).
    pub value: String,
}

/// The outcome of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Verified {
    /// Match or no match for each thing said, in order.
    pub matches: Vec<bool>,
    /// When the account was confirmed; `None` when something did not match.
    pub verified_at: Option<Moment>,
    /// Failed tries left in this hour for this account and person.
    pub tries_left: u32,
}

/// Asks to see one masked field whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Reveal {
    /// Which field.
    pub field: PiiField,
    /// Why.
    pub reason: Reason,
}

/// A field, whole, for a while.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Revealed {
    /// Which field.
    pub field: PiiField,
    /// Its value.
    pub value: String,
    /// Seconds after which it has to be hidden again.
    pub hide_after: u32,
}

impl std::fmt::Debug for Revealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Revealed")
            .field("field", &self.field)
            .finish_non_exhaustive()
    }
}
