//! Drafts on the wire: what a person has typed and not sent yet.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::time::Moment;

/// Most bytes of all fields of a draft together.
pub const MOST_BYTES: usize = 64 * 1024;
/// Hours that a draft is kept after it was last changed.
pub const HOURS: i64 = 24;

/// A draft as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Draft {
    /// What was typed, by field.
    pub fields: BTreeMap<String, String>,
    /// Goes up with each change.
    pub version: i64,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// Keeps a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PutDraft {
    /// What was typed, by field.
    pub fields: BTreeMap<String, String>,
}
