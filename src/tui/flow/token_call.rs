//! What the token desk asks of the backend beyond looking, adding, removing and reissuing.

use super::call::Intent;
use crate::domain::id::{ActionId, DisputeId, IntentKey, TokenId};
use crate::domain::permission::Permission;
use crate::domain::token::DisputeStatus;
use crate::wire::page::ListParams;
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
}

/// A good answer to a call about tokens.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum TokenAnswer {
    Disputes(Vec<Dispute>),
    Actions(Page<Action>),
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
            Self::Disputes(_) | Self::Actions(_) => return None,
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
            Self::Dispute { .. } => Permission::TokenDispute,
            Self::Decide { .. } => Permission::DisputeDecide,
            Self::Undo { .. } => Permission::TokenUndo,
        }
    }
}
