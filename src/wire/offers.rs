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
}
