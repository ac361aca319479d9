//! Saved queries.

use serde::{Deserialize, Serialize};

use crate::domain::id::PresetId;

use super::page::Total;

/// A saved query: one's own, or shared with the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Preset {
    /// Identifier.
    pub id: PresetId,
    /// What it is a query of: `tokens`, `tickets`.
    pub noun: String,
    /// What it is called.
    pub name: String,
    /// The query line.
    pub q: String,
    /// Whether everybody at the desk has it.
    pub shared: bool,
    /// Whether it is one's own.
    pub own: bool,
    /// Whose it is.
    pub owner: String,
    /// The number key that it is on, 1 to 9.
    pub slot: Option<u8>,
    /// How many rows it finds now, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
    /// Why its query cannot be read any more; absent when it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
}

/// Saves or changes a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPreset {
    /// What it is a query of: `tokens` (when absent), `tickets`. Cannot be changed later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noun: Option<String>,
    /// What it is called, 1 to 40 characters.
    pub name: String,
    /// The query line.
    pub q: String,
    /// Whether everybody at the desk has it.
    #[serde(default)]
    pub shared: bool,
    /// The number key that it is on, 1 to 9: what was there before goes to the key that this one had, if it had one.
    #[serde(default)]
    pub slot: Option<u8>,
}

/// The answer when something was retired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Retired {
    /// Identifier.
    pub id: PresetId,
}
