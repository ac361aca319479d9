//! Plans: one verb for many tokens.

use serde::{Deserialize, Serialize};

use crate::domain::id::{AccountId, ActionId, ApprovalId, PlanId, TicketId, TokenId};
use crate::domain::plan::{PlanState, RowState};
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, TokenState};

use super::desk::Reason;

/// Asks for a plan. The rows are named, or a query picks them: all that it matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct NewPlan {
    /// `remove`, `reissue` or `dispute`.
    pub verb: ActionKind,
    /// The tokens, at most 5,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<TokenId>,
    /// A query over tokens; for those who may search the whole desk, or with `account_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// With a query: in whose wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// IANA zone that dates in `q` are meant in; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// Why.
    pub reason: Reason,
    /// The ticket that it is done for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// For a reissue: the new tokens' last moment; from each offer's validity when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    /// For disputes: what sort.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kind: String,
}

/// Runs a plan: all that is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RunPlan {
    /// The hash of the plan that the person saw.
    pub hash: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Plan {
    /// Identifier.
    pub id: PlanId,
    /// Which verb; `undo` for one that takes another back.
    pub verb: ActionKind,
    /// How far it has come.
    pub state: PlanState,
    /// Whose it is.
    pub agent: String,
    /// Why.
    pub reason: Reason,
    /// What picked the rows; empty: they were named.
    pub query: String,
    /// Over everything that it will do.
    pub hash: String,
    /// When it was made.
    pub created_at: Moment,
    /// Until when it can be begun.
    pub expires_at: Moment,
    /// The plan that it takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<PlanId>,
    /// What it waits or waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<ApprovalId>,
    /// How many rows are still to be done.
    pub planned: u32,
    /// How many are left out.
    pub skipped: u32,
    /// How many were done.
    pub done: u32,
    /// How many could not be done.
    pub failed: u32,
}

/// A row of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanRow {
    /// Its place, from 1.
    pub n: i64,
    /// The token.
    pub token_id: TokenId,
    /// The version that was seen.
    pub version: i64,
    /// Whose wallet.
    pub account_id: AccountId,
    /// Name of the offer.
    pub name: String,
    /// Its state when the plan was made.
    pub before: TokenState,
    /// What became of it.
    pub state: RowState,
    /// Why it is left out or failed, for programs.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The action that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_id: Option<ActionId>,
    /// The token that came of it: the new one of a reissue, else the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_id: Option<TokenId>,
}

/// A plan with its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct PlanDetail {
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
    /// Its rows, in order.
    pub rows: Vec<PlanRow>,
}
