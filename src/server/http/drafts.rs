//! Routes of drafts.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Versioned, Write};
use super::{Api, Refusal};
use crate::wire::drafts::{Draft, PutDraft};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(show, put, forget))
}

/// What one has typed and not sent yet. One's own alone; kept for a day, sealed.
#[utoipa::path(get, path = "/drafts/{key}", tag = "drafts", params(("key" = String, Path)),
    responses((status = 200, body = Draft), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    Member(actor): Member,
    Id(key): Id<String>,
) -> Result<Versioned<Draft>, Refusal> {
    let draft = api.services.draft(&actor, &key).await?;
    let version = draft.version;
    Ok(Versioned(draft, version))
}

/// Keep a draft: a new one, or with `If-Match` in the place of that version.
#[utoipa::path(put, path = "/drafts/{key}", tag = "drafts", params(("key" = String, Path)), request_body = PutDraft,
    responses((status = 200, body = Draft), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn put(
    State(api): State<Api>,
    Member(actor): Member,
    Id(key): Id<String>,
    write: Write<PutDraft>,
) -> Result<Json<Draft>, Refusal> {
    let version = write.version();
    Ok(Json(
        api.services.put_draft(&actor, &key, version, &write.body).await?,
    ))
}

/// Forget a draft.
#[utoipa::path(delete, path = "/drafts/{key}", tag = "drafts", params(("key" = String, Path)),
    responses((status = 204)))]
async fn forget(
    State(api): State<Api>,
    Member(actor): Member,
    Id(key): Id<String>,
) -> Result<StatusCode, Refusal> {
    api.services.drop_draft(&actor, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
