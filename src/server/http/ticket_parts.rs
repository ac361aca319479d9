//! Routes of what hangs on tickets: escalations, tags, ties, merges, watchers, checklists, time, ratings.

use axum::Json;
use axum::extract::{Path, State};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Versioned, Write};
use super::tickets::{Named, change};
use super::{Api, Refusal};
use crate::domain::id::{CheckId, EscalationId, TimeId};
use crate::server::services::Answer;
use crate::server::services::tickets::TicketRef;
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::{Code, Problem};
use crate::wire::ticket_parts::{
    ChangeCheck, ChangeEscalation, ChangeTags, ChangeTime, Check, DeescalateTicket, EscalateTicket,
    Escalation, MergeTicket, NewCheck, NewTime, RateTicket, SearchParams, SearchResult, SnoozeTicket,
    SplitTicket, TimeSpent, UnlinkTicket, UnmergeTicket, WatchTicket, Watcher,
};
use crate::wire::tickets::TicketDetail;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(escalate))
        .routes(routes!(deescalate))
        .routes(routes!(tag))
        .routes(routes!(snooze))
        .routes(routes!(unlink))
        .routes(routes!(split))
        .routes(routes!(merge))
        .routes(routes!(unmerge))
        .routes(routes!(watch))
        .routes(routes!(add_check))
        .routes(routes!(times, add_time))
        .routes(routes!(rate))
        .routes(routes!(change_check))
        .routes(routes!(change_time))
        .routes(routes!(search))
        .routes(routes!(escalations))
        .routes(routes!(escalation, change_escalation))
}

/// Hand a ticket over to a tier, a role or a person.
#[utoipa::path(put, path = "/support/tickets/{id}/escalate", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = EscalateTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn escalate(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<EscalateTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.escalate_ticket(&actor, intent, &change).await?)
}

/// Take a ticket back from where it was escalated to.
#[utoipa::path(put, path = "/support/tickets/{id}/deescalate", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = DeescalateTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn deescalate(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<DeescalateTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.deescalate_ticket(&actor, intent, &change).await?)
}

/// Put tags on a ticket and take others off.
#[utoipa::path(put, path = "/support/tickets/{id}/tags", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = ChangeTags,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn tag(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<ChangeTags>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.tag_ticket(&actor, intent, &change).await?)
}

/// Let a ticket sleep until a moment, or wake it.
#[utoipa::path(put, path = "/support/tickets/{id}/snooze", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = SnoozeTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn snooze(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<SnoozeTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.snooze_ticket(&actor, intent, &change).await?)
}

/// Take links off a ticket.
#[utoipa::path(post, path = "/support/tickets/{id}/unlink", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = UnlinkTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn unlink(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<UnlinkTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.unlink_ticket(&actor, intent, &change).await?)
}

/// Make a ticket of its own of some messages; answers with the new one.
#[utoipa::path(post, path = "/support/tickets/{id}/split", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = SplitTicket,
    responses((status = 201, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn split(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<SplitTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.split_ticket(&actor, intent, &change).await?)
}

/// Merge a ticket into another one; answers with the one that stays.
#[utoipa::path(post, path = "/support/tickets/{id}/merge", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = MergeTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn merge(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<MergeTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.merge_ticket(&actor, intent, &change).await?)
}

/// Take a merge apart; answers with the ticket that had been merged.
#[utoipa::path(post, path = "/support/tickets/{id}/unmerge", tag = "tickets",
    params(("id" = String, Path), ("If-Match" = String, Header)), request_body = UnmergeTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn unmerge(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<UnmergeTicket>,
) -> Result<Answer, Refusal> {
    let (intent, change) = change(id, write)?;
    Ok(api.services.unmerge_ticket(&actor, intent, &change).await?)
}

/// Begin or end watching a ticket.
#[utoipa::path(put, path = "/support/tickets/{id}/watch", tag = "tickets",
    params(("id" = String, Path)), request_body = WatchTicket,
    responses((status = 200, body = Page<Watcher>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn watch(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<WatchTicket>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .watch_ticket(&actor, write.intent, id.0.0, &write.body)
        .await?)
}

/// Add a point to a ticket's checklist; answers with the whole list.
#[utoipa::path(post, path = "/support/tickets/{id}/checks", tag = "tickets",
    params(("id" = String, Path)), request_body = NewCheck,
    responses((status = 201, body = Page<Check>), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add_check(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<NewCheck>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .add_check(&actor, write.intent, id.0.0, &write.body)
        .await?)
}

/// Start the clock of one's own work on a ticket, or write down work that was done.
#[utoipa::path(post, path = "/support/tickets/{id}/times", tag = "tickets",
    params(("id" = String, Path)), request_body = NewTime,
    responses((status = 201, body = TimeSpent), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add_time(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<NewTime>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .add_time(&actor, write.intent, id.0.0, &write.body)
        .await?)
}

/// Rate how one's ticket was handled, once, after it was resolved. For its customer.
#[utoipa::path(post, path = "/support/tickets/{id}/rate", tag = "tickets",
    params(("id" = String, Path)), request_body = RateTicket,
    responses((status = 200, body = TicketDetail), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn rate(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
    write: Write<RateTicket>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .rate_ticket(&actor, write.intent, id.0.0, &write.body)
        .await?)
}

/// A ticket and something of it, in a path.
fn item<T: std::str::FromStr>((ticket, item): &(String, String)) -> Result<(TicketRef, T), Refusal> {
    let missing = || {
        Refusal::new(
            Code::NotFound,
            "there is no such thing: the path holds no identifier",
        )
    };
    let ticket = ticket.parse().map_err(|()| missing())?;
    Ok((ticket, item.parse().map_err(|_| missing())?))
}

/// Change a point of a checklist; answers with the whole list.
#[utoipa::path(put, path = "/support/tickets/{id}/checks/{check}", tag = "tickets",
    params(("id" = String, Path), ("check" = uuid::Uuid, Path)), request_body = ChangeCheck,
    responses((status = 200, body = Page<Check>), (status = 404, body = Problem)))]
async fn change_check(
    State(api): State<Api>,
    Member(actor): Member,
    Path(path): Path<(String, String)>,
    write: Write<ChangeCheck>,
) -> Result<Answer, Refusal> {
    let at = item::<CheckId>(&path)?;
    Ok(api
        .services
        .change_check(&actor, write.intent, at, &write.body)
        .await?)
}

/// Time spent on a ticket, oldest first.
#[utoipa::path(get, path = "/support/tickets/{id}/times", tag = "tickets", params(("id" = String, Path)),
    responses((status = 200, body = Page<TimeSpent>), (status = 404, body = Problem)))]
async fn times(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<Named>,
) -> Result<Json<Page<TimeSpent>>, Refusal> {
    Ok(Json(api.services.times(&actor, id.0.0).await?))
}

/// Stop, correct or leave out time spent.
#[utoipa::path(put, path = "/support/tickets/{id}/times/{time}", tag = "tickets",
    params(("id" = String, Path), ("time" = uuid::Uuid, Path), ("If-Match" = String, Header)),
    request_body = ChangeTime,
    responses((status = 200, body = TimeSpent), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn change_time(
    State(api): State<Api>,
    Member(actor): Member,
    Path(path): Path<(String, String)>,
    write: Write<ChangeTime>,
) -> Result<Answer, Refusal> {
    let (ticket, time) = item::<TimeId>(&path)?;
    let at = (ticket, time, write.required_version()?);
    Ok(api
        .services
        .change_time(&actor, write.intent, at, &write.body)
        .await?)
}

/// Ranked search over tickets and their conversations.
#[utoipa::path(get, path = "/support/search", tag = "tickets", params(SearchParams),
    responses((status = 200, body = SearchResult), (status = 422, body = Problem)))]
async fn search(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<SearchParams>,
) -> Result<Json<SearchResult>, Refusal> {
    Ok(Json(api.services.search_tickets(&actor, &params).await?))
}

/// Escalations.
#[utoipa::path(get, path = "/escalations", tag = "tickets", params(ListParams),
    responses((status = 200, body = Page<Escalation>), (status = 422, body = Problem)))]
async fn escalations(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<Escalation>>, Refusal> {
    Ok(Json(api.services.escalations(&actor, &params).await?))
}

/// One escalation.
#[utoipa::path(get, path = "/escalations/{id}", tag = "tickets", params(("id" = uuid::Uuid, Path)),
    responses((status = 200, body = Escalation), (status = 404, body = Problem)))]
async fn escalation(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<EscalationId>,
) -> Result<Versioned<Escalation>, Refusal> {
    let found = api.services.escalation(&actor, id.0).await?;
    let version = found.version;
    Ok(Versioned(found, version))
}

/// Take an escalation up, put it back, or end it with what came of it.
#[utoipa::path(put, path = "/escalations/{id}", tag = "tickets",
    params(("id" = uuid::Uuid, Path), ("If-Match" = String, Header)), request_body = ChangeEscalation,
    responses((status = 200, body = Escalation), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn change_escalation(
    State(api): State<Api>,
    Member(actor): Member,
    id: Id<EscalationId>,
    write: Write<ChangeEscalation>,
) -> Result<Answer, Refusal> {
    let version = write.required_version()?;
    Ok(api
        .services
        .change_escalation(&actor, write.intent, id.0, version, &write.body)
        .await?)
}
