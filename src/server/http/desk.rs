//! Routes of the signed-in person and of the desk itself.

use axum::Json;
use axum::extract::{FromRequestParts as _, State};
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Caller, Id, Member};
use super::{Api, Refusal};
use crate::domain::id::IntentKey;
use crate::domain::profile::Profile;
use crate::wire::agents::AgentCard;
use crate::wire::desk::{IntentFate, Me};
use crate::wire::page::Page;
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(desk))
        .routes(routes!(agents))
        .routes(routes!(intent))
}

/// Whom people sign in with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SignInWith {
    /// The issuer's address.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
}

/// The signed-in person: works without a role too.
#[utoipa::path(get, path = "/me", tag = "desk",
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn me(State(api): State<Api>, caller: Caller) -> Result<Json<Me>, Refusal> {
    Ok(Json(
        api.services
            .me(&caller.actor, &caller.issuer, &caller.uid)
            .await?,
    ))
}

/// The desk profile; without sign-in only its brand and environment are filled in.
#[utoipa::path(get, path = "/desk", tag = "desk", responses((status = 200, body = Object)))]
async fn desk(State(api): State<Api>, mut parts: Parts) -> Json<Profile> {
    let mut profile = api.services.profile.as_ref().clone();
    if Caller::from_request_parts(&mut parts, &api).await.is_err() {
        profile.categories.clear();
        profile.reasons.clear();
        profile.priorities.clear();
        profile.statuses.clear();
    }
    Json(profile)
}

/// Everybody behind the desk, with what assignment goes by.
#[utoipa::path(get, path = "/agents", tag = "desk", responses((status = 200, body = Page<AgentCard>)))]
async fn agents(State(api): State<Api>, Member(actor): Member) -> Result<Json<Page<AgentCard>>, Refusal> {
    Ok(Json(Page::whole(api.services.agent_cards(&actor).await?)))
}

/// What became of one of the person's intents.
#[utoipa::path(get, path = "/intents/{key}", tag = "desk", params(("key" = IntentKey, Path)),
    responses((status = 200, body = IntentFate)))]
async fn intent(
    State(api): State<Api>,
    caller: Caller,
    Id(key): Id<IntentKey>,
) -> Result<Json<IntentFate>, Refusal> {
    Ok(Json(api.services.intent_fate(&caller.actor, key).await?))
}
