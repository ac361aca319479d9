//! Routes of saved queries.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, IfMatch, Member, Params, Write};
use super::{Api, Refusal};
use crate::domain::id::{AccountId, PresetId};
use crate::server::services::Answer;
use crate::wire::page::Page;
use crate::wire::presets::{NewPreset, Preset, Retired};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(change, retire))
}

/// Which presets, and whether they are counted.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct Asked {
    /// Presets of `tokens` (when absent) or `tickets`.
    noun: Option<String>,
    /// Whether each tells how many rows it finds now.
    #[serde(default)]
    counts: bool,
    /// With counts of tokens: in whose wallet; else in the whole desk, where one may search that.
    account: Option<AccountId>,
}

/// One's own presets and the shared ones.
#[utoipa::path(get, path = "/presets", tag = "presets", params(Asked),
    responses((status = 200, body = Page<Preset>)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(asked): Params<Asked>,
) -> Result<Json<Page<Preset>>, Refusal> {
    let noun = asked.noun.as_deref().unwrap_or("tokens");
    let counts = asked.counts.then_some(asked.account);
    Ok(Json(api.services.presets(&actor, noun, counts).await?))
}

/// Save a query.
#[utoipa::path(post, path = "/presets", tag = "presets",
    params(("Idempotency-Key" = Option<uuid::Uuid>, Header)),
    request_body = NewPreset, responses((status = 201, body = Preset), (status = 422, body = Problem)))]
async fn add(
    State(api): State<Api>,
    Member(actor): Member,
    write: Write<NewPreset>,
) -> Result<Answer, Refusal> {
    Ok(api
        .services
        .add_preset(&actor, write.intent.clone(), &write.body)
        .await?)
}

/// Change a preset of one's own.
#[utoipa::path(put, path = "/presets/{id}", tag = "presets",
    params(("id" = PresetId, Path), ("Idempotency-Key" = Option<uuid::Uuid>, Header), ("If-Match" = String, Header)),
    request_body = NewPreset,
    responses((status = 200, body = Preset), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn change(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PresetId>,
    write: Write<NewPreset>,
) -> Result<Answer, Refusal> {
    let version = write.required_version()?;
    Ok(api
        .services
        .change_preset(&actor, write.intent.clone(), id, version, &write.body)
        .await?)
}

/// Retire a preset of one's own.
#[utoipa::path(delete, path = "/presets/{id}", tag = "presets",
    params(("id" = PresetId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = Retired), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn retire(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<PresetId>,
    IfMatch(version): IfMatch,
) -> Result<Answer, Refusal> {
    Ok(api.services.retire_preset(&actor, id, version).await?)
}
