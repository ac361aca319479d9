//! Routes of plans: one verb for many tokens, several moves for one or many tickets.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Write};
use super::{Api, Refusal};
use crate::domain::id::PlanId;
use crate::server::services::Answer;
use crate::server::services::plans::tickets::Tickets;
use crate::server::services::plans::tokens::Tokens;
use crate::wire::page::Page;
use crate::wire::plans::{NewPlan, NewTicketPlan, Plan, PlanDetail, RunPlan};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(show))
        .routes(routes!(run))
        .routes(routes!(undo))
        .routes(routes!(list_tickets, make_tickets))
        .routes(routes!(show_tickets))
        .routes(routes!(run_tickets))
        .routes(routes!(undo_tickets))
}

/// One's own latest plans, newest first.
#[utoipa::path(get, path = "/tokens/bulk/plans", tag = "plans", responses((status = 200, body = Page<Plan>)))]
async fn list(State(api): State<Api>, Member(actor): Member) -> Result<Json<Page<Plan>>, Refusal> {
    Ok(Json(api.services.plans::<Tokens>(&actor).await?))
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
        .make_plan::<Tokens>(&actor, write.intent.clone(), &write.body)
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
    Ok(Json(api.services.plan::<Tokens>(&actor, id).await?))
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
    Ok(Json(
        api.services.run_plan::<Tokens>(&actor, id, &write.body).await?,
    ))
}

/// Take a whole plan back, row by row; asked again, it goes on.
#[utoipa::path(post, path = "/tokens/bulk/plans/{id}/undo", tag = "plans", params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanDetail), (status = 409, body = Problem)))]
async fn undo(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(api.services.undo_plan::<Tokens>(&actor, id).await?))
}

/// One's own latest plans about tickets, newest first.
#[utoipa::path(get, path = "/support/tickets/bulk/plans", tag = "plans", responses((status = 200, body = Page<Plan>)))]
async fn list_tickets(State(api): State<Api>, Member(actor): Member) -> Result<Json<Page<Plan>>, Refusal> {
    Ok(Json(api.services.plans::<Tickets>(&actor).await?))
}

/// Make a plan about tickets: the rows as they are now, what will be skipped and why. Changes no ticket, but with `run`: then it
/// is done at once, whole or not at all.
#[utoipa::path(post, path = "/support/tickets/bulk/plans", tag = "plans",
    params(("Idempotency-Key" = Option<uuid::Uuid>, Header)),
    request_body = NewTicketPlan, responses((status = 201, body = PlanDetail), (status = 422, body = Problem)))]
async fn make_tickets(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<NewTicketPlan>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .make_plan::<Tickets>(&actor, write.intent.clone(), &write.body)
        .await?)
}

/// One plan about tickets, with what became of each row.
#[utoipa::path(get, path = "/support/tickets/bulk/plans/{id}", tag = "plans", params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanDetail), (status = 404, body = Problem)))]
async fn show_tickets(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(api.services.plan::<Tickets>(&actor, id).await?))
}

/// Run a plan about tickets, or go on where it stopped: each row once, however often it is asked for.
#[utoipa::path(post, path = "/support/tickets/bulk/plans/{id}/run", tag = "plans", params(("id" = PlanId, Path)),
    request_body = RunPlan, responses((status = 200, body = PlanDetail), (status = 409, body = Problem)))]
async fn run_tickets(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
    write: Write<RunPlan>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(
        api.services.run_plan::<Tickets>(&actor, id, &write.body).await?,
    ))
}

/// Take a whole plan about tickets back, by legal moves, row by row; asked again, it goes on.
#[utoipa::path(post, path = "/support/tickets/bulk/plans/{id}/undo", tag = "plans", params(("id" = PlanId, Path)),
    responses((status = 200, body = PlanDetail), (status = 409, body = Problem)))]
async fn undo_tickets(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PlanId>,
) -> Result<Json<PlanDetail>, Refusal> {
    Ok(Json(api.services.undo_plan::<Tickets>(&actor, id).await?))
}
