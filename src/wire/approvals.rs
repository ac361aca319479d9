//! What waits for a second person.

use serde::{Deserialize, Serialize};

use crate::domain::approval::ApprovalState;
use crate::domain::id::{AccountId, ActionId, AgentId, ApprovalId, PlanId, TokenId};
use crate::domain::time::Moment;
use crate::domain::token::ActionKind;

use super::plans::PlanDetail;
use super::tokens::ActionDone;

/// A request for a second person's approval. The answer, with status 202, to an action that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Approval {
    /// Identifier.
    pub id: ApprovalId,
    /// Which verb.
    pub kind: ActionKind,
    /// On which token.
    pub token_id: Option<TokenId>,
    /// In whose wallet.
    pub account_id: Option<AccountId>,
    /// For which plan.
    pub plan_id: Option<PlanId>,
    /// Name of the offer, or what the plan is about.
    pub name: String,
    /// All that will be done when it is approved.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub content: serde_json::Value,
    /// Over the content: goes into the approval.
    pub hash: String,
    /// Why it waits, as a sentence.
    pub why: String,
    /// How far it has come.
    pub state: ApprovalState,
    /// Who asked.
    pub asked_by: String,
    /// Their identifier: they cannot approve it.
    pub asked_by_id: AgentId,
    /// When.
    pub asked_at: Moment,
    /// Until when it waits.
    pub expires_at: Moment,
    /// Who decided; empty while nobody has.
    pub decided_by: String,
    /// When.
    pub decided_at: Option<Moment>,
    /// What they said.
    pub note: String,
    /// The action that was done.
    pub action_id: Option<ActionId>,
    /// Counts up with each change.
    pub version: i64,
}

/// Approves a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Approve {
    /// The hash of the content that the person saw.
    pub hash: String,
    /// What they say to it.
    #[serde(default)]
    pub note: String,
}

/// Rejects a request; whoever asked takes it back so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Reject {
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// The outcome of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Decided {
    /// The request as it is now.
    pub approval: Approval,
    /// The action that was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Box<ActionDone>>,
    /// The plan, which its owner can run now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<PlanDetail>>,
}
