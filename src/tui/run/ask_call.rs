//! Performs the calls about asking lists.

use serde_json::Value;

use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::settle::Settled;
use crate::domain::plan::PlanNoun;
use crate::tui::flow::{Answer, AskAnswer, AskCall, Current};

/// Performs one call. An error that says `maybe_done` leaves the fate of an action open.
pub(super) async fn perform(api: &Api, call: &AskCall) -> Result<Answer, ClientError> {
    Ok(Answer::Asked(match call {
        AskCall::DeskTokens(params) => return Ok(Answer::Tokens(api.owned_tokens(params).await?)),
        AskCall::Presets { noun, account } => {
            AskAnswer::Presets(api.presets(noun, Some(*account)).await?.items)
        }
        AskCall::SavePreset { key, body } => AskAnswer::Preset(Box::new(api.add_preset(*key, body).await?)),
        AskCall::ChangePreset {
            key,
            preset,
            version,
            body,
        } => AskAnswer::Preset(Box::new(api.change_preset(*preset, *version, *key, body).await?)),
        AskCall::RetirePreset { preset, version } => {
            AskAnswer::Retired(api.retire_preset(*preset, *version).await?.id)
        }
        AskCall::TicketFacets(params) => AskAnswer::Facets(api.ticket_facets(params).await?),
        AskCall::Facets { account, at, params } => {
            AskAnswer::Facets(api.token_facets(*account, *at, params).await?)
        }
        AskCall::Suggest { field, typed } => AskAnswer::Suggestions(api.suggest(field, typed).await?.items),
        AskCall::Plans => {
            let mut plans = api.plans(PlanNoun::Token).await?.items;
            plans.extend(api.plans(PlanNoun::Ticket).await?.items);
            plans.sort_by_key(|plan| std::cmp::Reverse((plan.created_at, plan.id)));
            AskAnswer::Plans(plans)
        }
        // the worker writes files itself: it tells how far they have come
        AskCall::Export(_) => AskAnswer::Plans(Vec::new()),
    }))
}

/// The answer of an action that was found out later.
pub(super) fn settled(value: Value) -> Result<Answer, ClientError> {
    let preset = Settled::Done(value).into_answer()?;
    Ok(Answer::Asked(AskAnswer::Preset(Box::new(preset))))
}

/// The row that a change met.
pub(super) fn current(row: Value) -> Option<Current> {
    serde_json::from_value(row)
        .ok()
        .map(|row| Current::Preset(Box::new(row)))
}
