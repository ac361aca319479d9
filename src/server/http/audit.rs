//! Routes of the audit.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params, Write};
use super::{Api, Refusal};
use crate::domain::audit::checkpoint::Checkpoint;
use crate::domain::id::{AccountId, AgentId, IntentKey, TicketId};
use crate::server::services::Answer;
use crate::server::services::audit::{About, MOST_EXPORTED};
use crate::wire::audit::{AuditErased, AuditEvent, AuditReceipt, AuditStretch, AuditVerdict, EraseAudit};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(verify))
        .routes(routes!(entries))
        .routes(routes!(checkpoints))
        .routes(routes!(receipt))
        .routes(routes!(erase))
}

/// What the audit may be narrowed to.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct AboutParams {
    /// About whom: who looked at this customer.
    account: Option<AccountId>,
    /// By whom.
    actor: Option<AgentId>,
    /// For which ticket.
    ticket: Option<TicketId>,
}

/// The audit, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AboutParams, ListParams),
    responses((status = 200, body = Page<AuditEvent>), (status = 403, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(about): Params<AboutParams>,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<AuditEvent>>, Refusal> {
    let about = About {
        account: about.account,
        actor: about.actor,
        ticket: about.ticket.map(|t| t.0),
    };
    Ok(Json(api.services.audit(&actor, about, &params).await?))
}

/// Check the whole chain.
#[utoipa::path(get, path = "/audit/verify", tag = "audit",
    responses((status = 200, body = AuditVerdict), (status = 403, body = Problem)))]
async fn verify(State(api): State<Api>, Member(actor): Member) -> Result<Json<AuditVerdict>, Refusal> {
    Ok(Json(api.services.verify_audit(&actor).await?))
}

/// Which stretch.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct StretchParams {
    /// Behind which place; 0, or absent: from the beginning.
    after: Option<i64>,
    /// Entries wanted, 1 to 2,000; as many when absent.
    limit: Option<u32>,
}

/// The sealed chain in order, for an export that can be checked elsewhere.
#[utoipa::path(get, path = "/audit/entries", tag = "audit", params(StretchParams),
    responses((status = 200, body = AuditStretch), (status = 403, body = Problem), (status = 409, body = Problem)))]
async fn entries(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<StretchParams>,
) -> Result<Json<AuditStretch>, Refusal> {
    let limit = params.limit.unwrap_or(MOST_EXPORTED);
    let items = api
        .services
        .export_audit(&actor, params.after.unwrap_or_default(), limit)
        .await?;
    Ok(Json(AuditStretch { items }))
}

/// The latest signed checkpoints, oldest first.
#[utoipa::path(get, path = "/audit/checkpoints", tag = "audit",
    responses((status = 200, body = Page<Checkpoint>), (status = 403, body = Problem)))]
async fn checkpoints(
    State(api): State<Api>,
    Member(actor): Member,
) -> Result<Json<Page<Checkpoint>>, Refusal> {
    Ok(Json(Page::whole(api.services.checkpoints(&actor).await?)))
}

/// The receipt of one of one's own intents: one short line that proves that it was done and has its place in the chain.
#[utoipa::path(get, path = "/audit/receipts/{key}", tag = "audit", params(("key" = IntentKey, Path)),
    responses((status = 200, body = AuditReceipt), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn receipt(
    State(api): State<Api>,
    Member(actor): Member,
    Id(key): Id<IntentKey>,
) -> Result<Json<AuditReceipt>, Refusal> {
    Ok(Json(api.services.receipt(&actor, key).await?))
}

/// Destroy what the audit holds in words about a customer who has to be forgotten. The chain holds.
#[utoipa::path(post, path = "/audit/erasures", tag = "audit", request_body = EraseAudit,
    responses((status = 200, body = AuditErased), (status = 403, body = Problem), (status = 404, body = Problem)))]
async fn erase(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<EraseAudit>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .erase_audit(&actor, write.intent.clone(), &write.body)
        .await?)
}
