//! The end customer.

use serde::{Deserialize, Serialize};

use super::id::AccountId;
use super::time::Moment;

/// A customer's account as the backend holds it, unmasked. Replies carry [`crate::wire::accounts::AccountCard`].
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// The partner's own identifier: text, since leading zeros count.
    pub user_id: String,
    /// Given name; may be empty.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// E-mail address as it was given; empty when there is none. Looked up in lower case.
    pub email: String,
    /// Mobile number in E.164; empty when there is none.
    pub mobile: String,
    /// Postal address.
    pub address: Address,
    /// When the customer joined.
    pub created_at: Moment,
    /// Counts up with each change of the row.
    pub version: i64,
}

impl std::fmt::Debug for Account {
    /// Names the account without any personal data: safe in logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A postal address.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Address {
    /// Street and number; may have several lines.
    pub street: String,
    /// City.
    pub city: String,
    /// State or region; may be empty.
    pub state: String,
    /// Postal code: text, since leading zeros count.
    pub zip: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address(..)")
    }
}
