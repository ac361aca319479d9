//! What goes out to customers.

use serde::{Deserialize, Serialize};

use crate::domain::delivery::DeliveryState;
use crate::domain::id::{AccountId, ActionId, DeliveryId};
use crate::domain::time::Moment;

/// One thing that goes out by one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Delivery {
    /// Identifier; also the Message-ID, the same however often it is sent.
    pub id: DeliveryId,
    /// What it is, such as `customer.token_add`.
    pub kind: String,
    /// By which channel: `email`, `webhook`.
    pub channel: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i64,
    /// When it is tried next.
    pub next_at: Option<Moment>,
    /// Why the last try failed; empty when it did not.
    pub last_error: String,
    /// When it was due first.
    pub created_at: Moment,
    /// When the other side took it.
    pub sent_at: Option<Moment>,
    /// Whom it is about.
    pub account_id: Option<AccountId>,
    /// Which action it tells of.
    pub action_id: Option<ActionId>,
}
