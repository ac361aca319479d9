//! Routes of the catalog.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params};
use super::{Api, Refusal};
use crate::domain::id::{AccountId, OfferId};
use crate::wire::offers::OfferRow;
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(image))
}

/// For whom offers are looked at.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct For {
    /// The account whose wallet they would go to: each offer then says whether it can be added, and why not.
    account: Option<AccountId>,
}

/// Search the catalog.
#[utoipa::path(get, path = "/offers", tag = "offers", params(For, ListParams),
    responses((status = 200, body = Page<OfferRow>), (status = 422, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(of): Params<For>,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<OfferRow>>, Refusal> {
    Ok(Json(api.services.offers(&actor, of.account, &params).await?))
}

/// One offer.
#[utoipa::path(get, path = "/offers/{id}", tag = "offers", params(("id" = OfferId, Path), For),
    responses((status = 200, body = OfferRow), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    Member(actor): Member,
    Params(of): Params<For>,
    Id(id): Id<OfferId>,
) -> Result<Json<OfferRow>, Refusal> {
    Ok(Json(api.services.offer(&actor, of.account, id).await?))
}

/// The picture of an offer: a PNG of at most 480 by 320 pixels, made anew from what the desk keeps.
#[utoipa::path(get, path = "/offers/{id}/image", tag = "offers", params(("id" = OfferId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "image/png"), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn image(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<OfferId>,
) -> Result<Response, Refusal> {
    let png = api.services.offer_picture(&actor, id).await?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, png).into_response())
}
