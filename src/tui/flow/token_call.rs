//! What the token desk asks of the backend beyond looking, adding, removing and reissuing.

use super::call::Intent;
use crate::domain::id::{ActionId, ApprovalId, DisputeId, IntentKey, PlanId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::plan::PlanNoun;
use crate::domain::token::DisputeStatus;
use crate::wire::approvals::{Approval, Approve, Decided, Reject};
use crate::wire::page::ListParams;
use crate::wire::plans::{NewPlan, PlanDetail};
use crate::wire::tokens::{DecideDispute, Dispute, DisputeToken, UndoAction};
use crate::wire::{page::Page, tokens::Action};

/// One call about tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum TokenCall {
    /// The disputes about a token → [`TokenAnswer::Disputes`].
    Disputes(TokenId),
    /// Open a dispute → [`Answer::Done`](super::Answer::Done).
    Dispute {
        /// The person's intent.
        key: IntentKey,
        /// About which token.
        token: TokenId,
        /// The version of the token that the person saw.
        version: i64,
        /// Kind, reason, ticket.
        body: DisputeToken,
    },
    /// Decide a dispute → [`Answer::Done`](super::Answer::Done).
    Decide {
        /// The person's intent.
        key: IntentKey,
        /// Which dispute.
        dispute: DisputeId,
        /// The version of the dispute that the person saw.
        version: i64,
        /// How, why, for which ticket.
        body: DecideDispute,
    },
    /// Make a signed address of a token in the partner's system → [`Answer::External`](super::Answer::External). It
    /// changes nothing that a second one would change again; each is audited.
    External(TokenId),
    /// Take an action back → [`Answer::Done`](super::Answer::Done).
    Undo {
        /// The person's intent.
        key: IntentKey,
        /// Which action.
        action: ActionId,
        /// Why, if somebody says so.
        body: UndoAction,
    },
    /// A page of recorded actions → [`TokenAnswer::Actions`].
    Actions(ListParams),
    /// Make a plan: what one verb would do to many tokens → [`TokenAnswer::Plan`].
    MakePlan {
        /// The person's intent.
        key: IntentKey,
        /// Which verb, which tokens, why.
        body: Box<NewPlan>,
    },
    /// A plan with what became of its rows → [`TokenAnswer::Plan`].
    Plan(PlanNoun, PlanId),
    /// Run a plan, or go on where it stopped. May be sent again: each row is done once → [`TokenAnswer::Plan`].
    RunPlan {
        /// What it is about.
        noun: PlanNoun,
        /// Which plan.
        plan: PlanId,
        /// The hash of what the person saw.
        hash: String,
    },
    /// Take a whole plan back. May be sent again → [`TokenAnswer::Plan`].
    UndoPlan(PlanNoun, PlanId),
    /// A page of what waits for a second person → [`TokenAnswer::Approvals`].
    Approvals(ListParams),
    /// Approve what somebody else asked for → [`TokenAnswer::Decided`].
    Approve {
        /// The person's intent.
        key: IntentKey,
        /// Which request.
        approval: ApprovalId,
        /// The hash of what the person saw, and a note.
        body: Approve,
    },
    /// Reject it, or take one's own request back → [`TokenAnswer::Decided`].
    Reject {
        /// The person's intent.
        key: IntentKey,
        /// Which request.
        approval: ApprovalId,
        /// A note.
        body: Reject,
    },
}

/// A good answer to a call about tokens.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum TokenAnswer {
    Disputes(Vec<Dispute>),
    Actions(Page<Action>),
    Plan(Box<PlanDetail>),
    Approvals(Page<Approval>),
    Decided(Box<Decided>),
}

impl TokenCall {
    /// See [`ApiCall::intent`](super::ApiCall::intent).
    #[must_use]
    pub fn intent(&self) -> Option<Intent> {
        let (key, verb, subject) = match self {
            Self::Dispute { key, token, .. } => (key, "token.dispute", format!("token {token}")),
            Self::Decide {
                key, dispute, body, ..
            } => {
                let verb = match body.status {
                    DisputeStatus::Upheld => "dispute.uphold",
                    _ => "dispute.reject",
                };
                (key, verb, format!("dispute {dispute}"))
            }
            Self::Undo { key, action, .. } => (key, "token.undo", format!("action {action}")),
            Self::MakePlan { key, .. } => (key, "plan.make", "plan".to_owned()),
            Self::Approve { key, approval, .. } => (key, "approval.approve", format!("approval {approval}")),
            Self::Reject { key, approval, .. } => (key, "approval.reject", format!("approval {approval}")),
            Self::Disputes(_)
            | Self::External(_)
            | Self::Actions(_)
            | Self::Plan(..)
            | Self::RunPlan { .. }
            | Self::UndoPlan(..)
            | Self::Approvals(_) => return None,
        };
        Some(Intent {
            key: *key,
            verb,
            subject,
        })
    }

    /// See [`ApiCall::permission`](super::ApiCall::permission).
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::Disputes(_) | Self::Actions(_) => Permission::TokenView,
            Self::External(_) => Permission::TokenLink,
            Self::Dispute { .. } => Permission::TokenDispute,
            Self::Decide { .. } => Permission::DisputeDecide,
            Self::Plan(PlanNoun::Ticket, _)
            | Self::UndoPlan(PlanNoun::Ticket, _)
            | Self::RunPlan {
                noun: PlanNoun::Ticket,
                ..
            } => Permission::TicketBulk,
            Self::Undo { .. } | Self::UndoPlan(..) => Permission::TokenUndo,
            Self::MakePlan { .. } | Self::Plan(..) | Self::RunPlan { .. } => Permission::TokenBulk,
            Self::Approvals(_) | Self::Reject { .. } => Permission::ApprovalView,
            Self::Approve { .. } => Permission::ApprovalDecide,
        }
    }
}
