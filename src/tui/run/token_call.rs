//! Performs the calls of the token desk.

use serde_json::Value;

use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::settle::Settled;
use crate::tui::flow::{Answer, Current, TokenAnswer, TokenCall};

/// Performs one call. An error that says `maybe_done` leaves the fate of an action open.
pub(super) async fn perform(api: &Api, call: &TokenCall) -> Result<Answer, ClientError> {
    Ok(match call {
        TokenCall::Disputes(token) => Answer::Of(TokenAnswer::Disputes(api.disputes(*token).await?.items)),
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
    })
}

/// The answer of an action that was found out later.
pub(super) fn settled(_: &TokenCall, value: Value) -> Result<Answer, ClientError> {
    let done = Settled::Done(value).into_answer()?;
    Ok(Answer::Done(Box::new(done)))
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
