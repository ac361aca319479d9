//! Taking tokens out of the desk: what is told before, and the shape of what is written.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, ExportId};
use crate::domain::time::Moment;

use super::tokens::TokenRow;

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values.
    Csv,
    /// The rows as the lists of this contract have them.
    Json,
}

impl ExportFormat {
    /// Its name, which is also how such files end.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// Says that the tokens of a query are about to be written to a file. The audit keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewExport {
    /// Whose tokens; the whole desk's when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// A query over tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// IANA zone that dates in `q` are meant in; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// As of a moment in the past.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Moment>,
    /// How it is written.
    pub format: ExportFormat,
}

/// The answer: the rows are read by the ordinary lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ExportBegun {
    /// What the audit knows it by.
    pub id: ExportId,
    /// How many tokens the query finds now.
    pub rows: u64,
}

/// The columns of an export: nothing that says who the customer is.
pub const COLUMNS: [&str; 20] = [
    "id",
    "token_ref",
    "account_id",
    "offer_code",
    "name",
    "type",
    "state",
    "value",
    "value_kind",
    "currency",
    "merchant",
    "location",
    "source",
    "campaign",
    "claimed_at",
    "used_at",
    "shared_at",
    "expires_at",
    "removed_at",
    "dispute",
];

/// What the [`COLUMNS`] hold of a token.
#[must_use]
pub fn cells(token: &TokenRow) -> [String; 20] {
    let at = |at: Option<Moment>| at.map(|at| at.to_string()).unwrap_or_default();
    [
        token.id.to_string(),
        token.token_ref.clone(),
        token.account_id.to_string(),
        token.offer_code.clone(),
        token.name.clone(),
        token.offer_type.word().to_owned(),
        token.state.word().to_owned(),
        token.value.number.to_string(),
        token.value.kind.word().to_owned(),
        token.value.currency.clone().unwrap_or_default(),
        token.merchant.clone(),
        token.location.clone(),
        token.source.clone(),
        token.campaign.clone(),
        token.claimed_at.to_string(),
        at(token.used_at),
        at(token.shared_at),
        at(token.expires_at),
        at(token.removed_at),
        token.dispute.map(|d| d.word().to_owned()).unwrap_or_default(),
    ]
}
