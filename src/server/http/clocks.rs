//! Routes of clocks and assignment.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Write};
use super::tickets::Named;
use super::{Api, Refusal};
use crate::domain::id::AgentId;
use crate::server::services::Answer;
use crate::wire::agents::{AgentCard, Assignment, EditAgent, SetAvailability};
use crate::wire::clocks::TicketClocks;
use crate::wire::page::Page;
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(clocks))
        .routes(routes!(assignments))
        .routes(routes!(availability))
        .routes(routes!(edit))
}

/// The clocks of a ticket with every stretch of their time: they add up.
#[utoipa::path(get, path = "/support/tickets/{id}/sla", tag = "clocks", params(("id" = String, Path)),
    responses((status = 200, body = TicketClocks), (status = 404, body = Problem)))]
async fn clocks(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
) -> Result<Json<TicketClocks>, Refusal> {
    Ok(Json(api.services.ticket_clocks(&actor, id.0.0).await?))
}

/// Who has had a ticket and why it was them, latest first.
#[utoipa::path(get, path = "/support/tickets/{id}/assignments", tag = "clocks", params(("id" = String, Path)),
    responses((status = 200, body = Page<Assignment>), (status = 404, body = Problem)))]
async fn assignments(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
) -> Result<Json<Page<Assignment>>, Refusal> {
    Ok(Json(Page::whole(api.services.assignments(&actor, id.0.0).await?)))
}

/// Say whether one takes work.
#[utoipa::path(put, path = "/support/availability", tag = "clocks", request_body = SetAvailability,
    responses((status = 200, body = AgentCard)))]
async fn availability(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<SetAvailability>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .set_availability(&actor, write.intent, write.body)
        .await?)
}

/// Change what assignment goes by: department, languages, skills, shift, load, availability.
#[utoipa::path(put, path = "/agents/{id}", tag = "clocks",
    params(("id" = AgentId, Path), ("If-Match" = String, Header)), request_body = EditAgent,
    responses((status = 200, body = AgentCard), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn edit(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<AgentId>,
    write: Write<EditAgent>,
) -> Result<Answer, Refusal> {
    let version = write.required_version()?;
    Ok(api
        .services
        .edit_agent(&actor, write.intent, id, version, &write.body)
        .await?)
}
