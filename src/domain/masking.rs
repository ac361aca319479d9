//! Which personal fields are hidden, from whom, and how they look then.

use serde::{Deserialize, Serialize};

/// A personal field that is masked unless revealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PiiField {
    /// E-mail address.
    Email,
    /// Mobile number.
    Mobile,
    /// Postal address.
    Address,
    /// The partner's identifier.
    UserId,
}
