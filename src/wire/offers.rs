//! The catalog.

use serde::{Deserialize, Serialize};

use crate::domain::offer::Offer;

/// An offer in a list or by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct OfferRow {
    /// The offer.
    #[serde(flatten)]
    pub offer: Offer,
    /// Why it cannot be added now, as a sentence; `None` when it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_addable: Option<String>,
    /// For the account that was asked about: whether it can be added to its wallet now; `None` when none was asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eligible: Option<bool>,
    /// For that account: why not, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// For that account: how many of it are in the wallet (neither removed nor replaced).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<i64>,
    /// For that account: how many of those can be used now. More than none: it is there already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usable: Option<i64>,
}
