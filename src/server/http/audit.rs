//! Routes of the audit.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Member, Params};
use super::{Api, Refusal};
use crate::domain::id::{AccountId, AgentId, TicketId};
use crate::server::services::audit::About;
use crate::wire::audit::{AuditEvent, AuditVerdict};
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(verify))
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
