//! Tokens and the actions on them.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, ActionId, DisputeId, OfferId, PlanId, TicketId, TokenId};
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
    /// Whose it is, in lists over the whole desk that ask for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<TokenOwner>,
}

/// Whose token it is, as far as lists may show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenOwner {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// The partner's identifier, masked.
    pub user_id: String,
}

impl std::fmt::Debug for TokenOwner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenOwner").finish_non_exhaustive()
    }
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// For a reissue: once more, although it was reissued already. Always waits for a second person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

/// Opens a dispute about a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DisputeToken {
    /// What sort of dispute: a code of the desk profile's reasons for disputes, or `other`; the reason's code when empty.
    #[serde(default)]
    pub kind: String,
    /// Why.
    pub reason: Reason,
    /// The ticket that it is done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
}

/// Decides a dispute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DecideDispute {
    /// `upheld` or `rejected`.
    pub status: DisputeStatus,
    /// Why it is decided so.
    pub reason: Reason,
    /// The ticket that it is done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
}

/// Takes an action back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UndoAction {
    /// Why; may be left out.
    #[serde(default)]
    pub reason: Reason,
}

/// A dispute about a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Dispute {
    /// Identifier.
    pub id: DisputeId,
    /// About which token.
    pub token_id: TokenId,
    /// How far it has come.
    pub status: DisputeStatus,
    /// What sort: a code of the desk profile, `other`, or empty where it was imported.
    pub kind: String,
    /// Why it was opened.
    pub reason: String,
    /// When it was opened.
    pub opened_at: Moment,
    /// By whom.
    pub opened_by: String,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Moment>,
    /// By whom.
    pub decided_by: String,
    /// Why it was decided so.
    pub outcome: String,
    /// Counts up with each change; goes into `If-Match`.
    pub version: i64,
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
    /// The dispute that was opened, decided or withdrawn, as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Dispute>,
    /// What the customer is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
}

/// What the customer is told of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Notice {
    /// They are told of it, not before this moment: until then an undo takes it back unheard.
    Held {
        /// The earliest moment.
        until: Moment,
    },
    /// What they were to be told of the action that is undone was taken back in time: they hear nothing.
    Cancelled,
    /// They were told of the action that is undone, or may have been: a correction goes out.
    Correction,
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
    /// What it is tied to.
    #[serde(flatten)]
    pub ties: Ties,
}

/// What an action is tied to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Ties {
    /// The other token: the original of a reissue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_id: Option<TokenId>,
    /// The dispute that it opened, decided or withdrew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute_id: Option<DisputeId>,
    /// The action that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<ActionId>,
    /// The action that took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<ActionId>,
    /// The plan that it is a row of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan_id: Option<PlanId>,
    /// Who approved it, where that was needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
}

/// One thing that happened to a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TokenEvent {
    /// When.
    pub at: Moment,
    /// What: `claimed`, `shared`, `used`, `expired`, `removed`, `added`, `reissued_from`, `reissued_to`, `disputed`,
    /// `upheld`, `rejected`, `undone`, `note`.
    pub what: String,
    /// By whom; empty when it was the customer or time.
    pub who: String,
    /// Why, or further detail.
    pub detail: String,
    /// Another token that has to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<TokenId>,
}

/// Who changed a token last, beside its row in the answer to a change of a stale one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChangedBy {
    /// What was done.
    pub kind: ActionKind,
    /// By whom: employee id and name.
    pub who: String,
    /// When.
    pub at: Moment,
}

/// Where a wallet's past can be stepped to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WalletSteps {
    /// The latest change up to the moment that was asked about: what made the wallet what it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub here: Option<WalletChange>,
    /// The change before that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<WalletChange>,
    /// The first change after the moment that was asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<WalletChange>,
}

/// A change of a wallet. As of `at`, it has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WalletChange {
    /// The first moment at which it has happened.
    pub at: Moment,
    /// What happened, as in a token's history; for actions of the desk: what was done.
    pub what: String,
    /// To which token; the first of them when it happened to several at once.
    pub token_id: TokenId,
    /// What that token is called.
    pub name: String,
    /// How many tokens changed at that moment.
    pub tokens: u64,
    /// By whom; empty when it was the customer or time.
    pub who: String,
}

/// How many tokens of a query have which values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Facets {
    /// One for each field that is counted: `state`, `type`, `merchant`, `campaign`.
    pub facets: Vec<Facet>,
}

/// The values of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Facet {
    /// The field.
    pub field: String,
    /// Whether all tokens were counted; else the counts are of the first 10,000.
    pub exact: bool,
    /// The values, most frequent first, at most 20.
    pub values: Vec<FacetValue>,
}

/// One value of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FacetValue {
    /// The value; empty: tokens that have none.
    pub value: String,
    /// The term of the query language that picks it.
    pub term: String,
    /// How many tokens have it.
    pub count: u64,
}

/// A value that could be meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Suggestion {
    /// The value.
    pub value: String,
    /// How it is written in a query.
    pub insert: String,
    /// How many offers of the catalog have it, where it comes from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
}

/// A signed address in the partner's system. docs/external-links.md says how it is checked there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ExternalLink {
    /// The address.
    pub url: String,
    /// Until when it is good.
    pub expires_at: Moment,
}
