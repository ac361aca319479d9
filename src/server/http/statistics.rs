//! Routes of numbers, and of trying rules.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Member, Params, Write};
use super::{Api, Refusal};
use crate::wire::problem::Problem;
use crate::wire::rules::{RulesTried, TryRules};
use crate::wire::statistics::{Dashboard, Stats, StatsParams};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(dashboard))
        .routes(routes!(stats))
        .routes(routes!(try_rules))
}

/// What an agent sees first: queues, own clocks, own numbers.
#[utoipa::path(get, path = "/support/dashboard", tag = "numbers", responses((status = 200, body = Dashboard)))]
async fn dashboard(State(api): State<Api>, Member(actor): Member) -> Result<Json<Dashboard>, Refusal> {
    Ok(Json(api.services.dashboard(&actor).await?))
}

/// The numbers of the desk over a span, each with the query that finds its tickets.
#[utoipa::path(get, path = "/support/stats", tag = "numbers", params(StatsParams),
    responses((status = 200, body = Stats), (status = 422, body = Problem)))]
async fn stats(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<StatsParams>,
) -> Result<Json<Stats>, Refusal> {
    Ok(Json(api.services.stats(&actor, &params).await?))
}

/// Try rules of clocks and assignment over history: nothing is changed.
#[utoipa::path(post, path = "/support/rules/try", tag = "numbers", request_body = TryRules,
    responses((status = 200, body = RulesTried), (status = 422, body = Problem)))]
async fn try_rules(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<TryRules>,
) -> Result<Json<RulesTried>, Refusal> {
    Ok(Json(api.services.try_rules(&actor, &write.body).await?))
}
