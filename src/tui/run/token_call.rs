//! Performs the calls of the token desk.

use serde_json::Value;

use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::settle::Settled;
use crate::tui::flow::{Answer, Current, TokenAnswer, TokenCall};
use crate::wire::plans::PlanDetail;

/// Performs one call. An error that says `maybe_done` leaves the fate of an action open.
pub(super) async fn perform(api: &Api, call: &TokenCall) -> Result<Answer, ClientError> {
    Ok(match call {
        TokenCall::Disputes(token) => Answer::Of(TokenAnswer::Disputes(api.disputes(*token).await?.items)),
        TokenCall::External(token) => Answer::External(api.external_link(*token).await?),
        TokenCall::Dispute {
            key,
            token,
            version,
            body,
        } => Answer::Done(Box::new(api.dispute_token(*token, *version, *key, body).await?)),
        TokenCall::Decide {
            key,
            dispute,
            version,
            body,
        } => Answer::Done(Box::new(
            api.decide_dispute(*dispute, *version, *key, body).await?,
        )),
        TokenCall::Undo { key, action, body } => {
            Answer::Done(Box::new(api.undo_action(*action, *key, body).await?))
        }
        TokenCall::Actions(params) => Answer::Of(TokenAnswer::Actions(api.actions(params).await?)),
        TokenCall::MakePlan { key, body } => plan(api.make_plan(*key, body).await?),
        TokenCall::Plan(noun, id) => plan(api.plan(*noun, *id).await?),
        TokenCall::RunPlan { noun, plan: id, hash } => plan(api.run_plan(*noun, *id, hash).await?),
        TokenCall::UndoPlan(noun, id) => plan(api.undo_plan(*noun, *id).await?),
        TokenCall::Approvals(params) => Answer::Of(TokenAnswer::Approvals(api.approvals(params).await?)),
        TokenCall::Approve { key, approval, body } => Answer::Of(TokenAnswer::Decided(Box::new(
            api.approve(*approval, *key, body).await?,
        ))),
        TokenCall::Reject { key, approval, body } => Answer::Of(TokenAnswer::Decided(Box::new(
            api.reject(*approval, *key, body).await?,
        ))),
    })
}

/// The answer of an action that was found out later.
pub(super) fn settled(call: &TokenCall, value: Value) -> Result<Answer, ClientError> {
    let settled = Settled::Done(value);
    Ok(match call {
        TokenCall::MakePlan { .. } => plan(settled.into_answer()?),
        TokenCall::Approve { .. } | TokenCall::Reject { .. } => {
            Answer::Of(TokenAnswer::Decided(Box::new(settled.into_answer()?)))
        }
        _ => Answer::Done(Box::new(settled.into_answer()?)),
    })
}

fn plan(detail: PlanDetail) -> Answer {
    Answer::Of(TokenAnswer::Plan(Box::new(detail)))
}

/// The row that an action met.
pub(super) fn current(call: &TokenCall, row: Value) -> Option<Current> {
    match call {
        TokenCall::Decide { .. } => None,
        _ => serde_json::from_value(row)
            .ok()
            .map(|row| Current::Token(Box::new(row))),
    }
}
