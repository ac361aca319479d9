//! Routes of tickets. A ticket is named by its identifier or by its number.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Versioned, Write};
use super::{Api, Refusal};
use crate::server::services::ticket_changes::Change;
use crate::server::services::tickets::TicketRef;
use crate::server::services::{Answer, IntentRequest};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, EditTicket, LinkTicket, Message, NewMessage,
    NewTicket, ReopenTicket, TicketDetail, TicketEvent, TicketRow,
};
use crate::wire::tokens::Facets;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(facets))
        .routes(routes!(list, create))
        .routes(routes!(show, edit))
        .routes(routes!(history))
        .routes(routes!(post))
        .routes(routes!(assign))
        .routes(routes!(status))
        .routes(routes!(priority))
        .routes(routes!(close))
        .routes(routes!(reopen))
        .routes(routes!(link))
        .merge(super::ticket_parts::routes())
        .merge(super::attachments::routes())
}

/// Tickets.
#[utoipa::path(get, path = "/support/tickets", tag = "tickets", params(ListParams),
    responses((status = 200, body = Page<TicketRow>), (status = 422, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<TicketRow>>, Refusal> {
    Ok(Json(api.services.tickets(&actor, &params).await?))
}

/// Open a ticket.
#[utoipa::path(post, path = "/support/tickets", tag = "tickets", params(("Idempotency-Key" = uuid::Uuid, Header)),
    request_body = NewTicket, responses((status = 201, body = TicketDetail), (status = 422, body = Problem)))]
async fn create(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<NewTicket>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .create_ticket(&actor, write.required_intent()?, &write.body)
        .await?)
}

/// One ticket with its conversation, tokens and actions.
#[utoipa::path(get, path = "/support/tickets/{id}", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = TicketDetail), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
) -> Result<Versioned<TicketDetail>, Refusal> {
    let ticket = api.services.ticket(&actor, id.0.0).await?;
    let version = ticket.row.version;
    Ok(Versioned(ticket, version))
}

/// A ticket in a path.
pub(super) struct Named(pub(super) TicketRef);

impl std::str::FromStr for Named {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        text.parse().map(Self)
    }
}

pub(super) fn change<T>(
    id: Id<Named>,
    write: Write<T>,
) -> Result<(Option<IntentRequest>, Change<T>), Refusal> {
    let version = write.required_version()?;
    Ok((
        write.intent,
        Change {
            ticket: id.0.0,
            version,
            body: write.body,
        },
    ))
}

/// Change subject, description, category or the desk's own fields.
#[utoipa::path(patch, path = "/support/tickets/{id}", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = EditTicket,
    responses((status = 200, body = TicketDetail), (status = 412, body = Problem)))]
async fn edit(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<EditTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.edit_ticket(&actor, intent, &change).await?)
}

/// Everything that happened to a ticket, oldest first.
#[utoipa::path(get, path = "/support/tickets/{id}/history", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Page<TicketEvent>), (status = 404, body = Problem)))]
async fn history(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
) -> Result<Json<Page<TicketEvent>>, Refusal> {
    Ok(Json(Page::whole(
        api.services.ticket_history(&actor, id.0.0).await?,
    )))
}

/// Write into the conversation: a public reply or an internal note.
#[utoipa::path(post, path = "/support/tickets/{id}/messages", tag = "tickets", params(("id" = String, Path)),
    request_body = NewMessage, responses((status = 201, body = Message), (status = 422, body = Problem)))]
async fn post(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<NewMessage>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .post_message(&actor, write.intent.clone(), id.0.0, &write.body)
        .await?)
}

/// Give a ticket to somebody, take it, or put it back into the queue.
#[utoipa::path(put, path = "/support/tickets/{id}/assign", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = AssignTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn assign(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<AssignTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.assign_ticket(&actor, intent, &change).await?)
}

/// Move a ticket through its statuses.
#[utoipa::path(put, path = "/support/tickets/{id}/status", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangeStatus,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn status(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<ChangeStatus>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.move_ticket(&actor, intent, &change).await?)
}

/// Change how soon a ticket needs care.
#[utoipa::path(put, path = "/support/tickets/{id}/priority", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangePriority,
    responses((status = 200, body = TicketDetail), (status = 412, body = Problem)))]
async fn priority(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<ChangePriority>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.prioritise_ticket(&actor, intent, &change).await?)
}

/// Close a ticket with how it was resolved and what was done.
#[utoipa::path(put, path = "/support/tickets/{id}/close", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = CloseTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn close(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<CloseTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.close_ticket(&actor, intent, &change).await?)
}

/// Reopen a resolved or closed ticket with a reason.
#[utoipa::path(put, path = "/support/tickets/{id}/reopen", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ReopenTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn reopen(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<ReopenTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.reopen_ticket(&actor, intent, &change).await?)
}

/// Link a ticket to an account, tokens, other tickets, things in other systems.
#[utoipa::path(post, path = "/support/tickets/{id}/links", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = LinkTicket,
    responses((status = 200, body = TicketDetail), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn link(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<LinkTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.link_ticket(&actor, intent, &change).await?)
}

/// How many tickets of a query have which status, priority, category and tier, and who has them. Each is counted as if the
/// query did not ask for it, so that another value can be picked.
#[utoipa::path(get, path = "/support/tickets/facets", tag = "tickets", params(ListParams),
    responses((status = 200, body = Facets), (status = 422, body = Problem)))]
async fn facets(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<ListParams>,
) -> Result<Json<Facets>, Refusal> {
    Ok(Json(api.services.ticket_facets(&actor, &params).await?))
}
