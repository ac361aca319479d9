//! Routes of plans: one verb for many tokens.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Write};
use super::{Api, Refusal};
use crate::domain::id::PlanId;
use crate::server::services::Answer;
use crate::wire::page::Page;
use crate::wire::plans::{NewPlan, Plan, PlanDetail, RunPlan};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(show))
        .routes(routes!(run))
        .routes(routes!(undo))
}

/// One's own latest plans, newest first.
#[utoipa::path(get, path = "/tokens/bulk/plans", tag = "plans", responses((status = 200, body = Page<Plan>)))]
async fn list(State(api): State<Api>, Member(actor): Member) -> Result<Json<Page<Plan>>, Refusal> {
    Ok(Json(api.services.plans(&actor).await?))
}

/// Make a plan: the rows as they are now, what will be skipped and why. Changes no token.
#[utoipa::path(post, path = "/tokens/bulk/plans", tag = "plans",
    params(("Idempotency-Key" = Option<uuid::Uuid>, Header)),
    request_body = NewPlan, responses((status = 201, body = PlanDetail), (status = 422, body = Problem)))]
async fn make(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<NewPlan>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .make_plan(&actor, write.intent.clone(), &write.body)
        .await?)
}

/// One plan, with what became of each row.
#[utoipa::path(get, path = "/tokens/bulk/plans/{id}", tag = "plans", params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanDetail), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(api.services.plan(&actor, id).await?))
}

/// Run a plan, or go on where it stopped: each row once, however often it is asked for.
#[utoipa::path(post, path = "/tokens/bulk/plans/{id}/run", tag = "plans", params(("id" = PlanId, Path)),
    request_body = RunPlan, responses((status = 200, body = PlanDetail), (status = 409, body = Problem)))]
async fn run(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
    write: Write<RunPlan>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(api.services.run_plan(&actor, id, &write.body).await?))
}

/// Take a whole plan back, row by row; asked again, it goes on.
#[utoipa::path(post, path = "/tokens/bulk/plans/{id}/undo", tag = "plans", params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanDetail), (status = 409, body = Problem)))]
async fn undo(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(api.services.undo_plan(&actor, id).await?))
}
