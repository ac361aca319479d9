//! Tokens and the actions on them.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, ActionId, OfferId, TicketId, TokenId};
use crate::domain::offer::OfferType;
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, DisputeStatus, TokenState};
use crate::domain::value::Value;

use super::desk::Reason;

/// A token as lists and details show it: its own facts and its offer's fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenRow {
    /// Identifier.
    pub id: TokenId,
    /// The reference that people know it by.
    pub token_ref: String,
    /// Whose wallet.
    pub account_id: AccountId,
    /// Which offer.
    pub offer_id: OfferId,
    /// The offer's code.
    pub offer_code: String,
    /// The offer's name.
    pub name: String,
    /// The offer's description; cut to 280 characters in lists.
    pub description: String,
    /// The offer's image path; empty when there is none.
    pub image: String,
    /// What sort of offer.
    #[serde(rename = "type")]
    pub offer_type: OfferType,
    /// What it is worth.
    pub value: Value,
    /// Who redeems it.
    pub merchant: String,
    /// Where.
    pub location: String,
    /// Where it came from.
    pub source: String,
    /// Campaign.
    pub campaign: String,
    /// State at the moment of the answer.
    pub state: TokenState,
    /// When it came into the wallet.
    pub claimed_at: Moment,
    /// When it was redeemed.
    pub used_at: Option<Moment>,
    /// When it was handed on.
    pub shared_at: Option<Moment>,
    /// To whom.
    pub shared_to: Option<String>,
    /// Its last moment.
    pub expires_at: Option<Moment>,
    /// When it was taken out of the wallet.
    pub removed_at: Option<Moment>,
    /// The latest dispute.
    pub dispute: Option<DisputeStatus>,
    /// The token that this one replaces.
    pub reissued_from: Option<TokenId>,
    /// The token that replaces this one.
    pub reissued_to: Option<TokenId>,
    /// When the row was made.
    pub created_at: Moment,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
}

/// Adds an offer to a wallet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AddToken {
    /// The offer.
    pub offer_id: OfferId,
    /// Why.
    pub reason: Reason,
    /// The ticket that it is done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
}

/// Removes or reissues a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangeToken {
    /// Why.
    pub reason: Reason,
    /// The ticket that it is done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// For a reissue: the new token's last moment; from the offer's validity when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

/// The outcome of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ActionDone {
    /// The record of it.
    pub action: Action,
    /// The token as it is now: the added one, the removed one, or the new instance of a reissue.
    pub token: TokenRow,
    /// For a reissue: the original as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<TokenRow>,
}

/// A recorded action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Action {
    /// Identifier.
    pub id: ActionId,
    /// What was done.
    pub kind: ActionKind,
    /// To which token.
    pub token_id: TokenId,
    /// In whose wallet.
    pub account_id: AccountId,
    /// Name of the offer.
    pub name: String,
    /// Who did it: name and employee id.
    pub agent: String,
    /// When.
    pub at: Moment,
    /// Why.
    pub reason: Reason,
    /// For which ticket.
    pub ticket_id: Option<TicketId>,
    /// State before; `None` for an addition.
    pub before: Option<TokenState>,
    /// State after.
    pub after: TokenState,
}

/// One thing that happened to a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenEvent {
    /// When.
    pub at: Moment,
    /// What: `claimed`, `shared`, `used`, `expired`, `removed`, `added`, `reissued_from`, `reissued_to`, `note`.
    pub what: String,
    /// By whom; empty when it was the customer or time.
    pub who: String,
    /// Why, or further detail.
    pub detail: String,
    /// Another token that has to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<TokenId>,
}
