//! Routes of what waits for a second person.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Versioned, Write};
use super::{Api, Refusal};
use crate::domain::id::ApprovalId;
use crate::server::services::Answer;
use crate::wire::approvals::{Approval, Approve, Decided, Reject};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// Requests for approval, newest first.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(ListParams),
    responses((status = 200, body = Page<Approval>), (status = 422, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<Approval>>, Refusal> {
    Ok(Json(api.services.approvals(&actor, &params).await?))
}

/// One request, with all that will be done.
#[utoipa::path(get, path = "/approvals/{id}", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, body = Approval), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<ApprovalId>,
) -> Result<Versioned<Approval>, Refusal> {
    let found = api.services.approval(&actor, id).await?;
    let version = found.version;
    Ok(Versioned(found, version))
}

/// Approve what somebody else asked for: exactly the content with this hash.
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "approvals",
    params(("id" = ApprovalId, Path), ("Idempotency-Key" = Option<uuid::Uuid>, Header)),
    request_body = Approve, responses((status = 200, body = Decided), (status = 409, body = Problem)))]
async fn approve(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<ApprovalId>,
    write: Write<Approve>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .approve(&actor, write.intent.clone(), id, &write.body)
        .await?)
}

/// Reject a request; whoever asked takes it back so.
#[utoipa::path(post, path = "/approvals/{id}/reject", tag = "approvals",
    params(("id" = ApprovalId, Path), ("Idempotency-Key" = Option<uuid::Uuid>, Header)),
    request_body = Reject, responses((status = 200, body = Decided), (status = 409, body = Problem)))]
async fn reject(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<ApprovalId>,
    write: Write<Reject>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .reject(&actor, write.intent.clone(), id, &write.body)
        .await?)
}
