//! Routes of what goes out to customers.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Member, Params};
use super::{Api, Refusal};
use crate::domain::delivery::DeliveryState;
use crate::domain::id::DeliveryId;
use crate::server::services::Answer;
use crate::wire::deliveries::Delivery;
use crate::wire::page::{ListParams, Page};
use crate::wire::problem::Problem;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(retry))
        .routes(routes!(give_up))
}

/// What goes out to customers, newest first; `state:dead` are the dead letters.
#[utoipa::path(get, path = "/deliveries", tag = "deliveries", params(ListParams),
    responses((status = 200, body = Page<Delivery>), (status = 422, body = Problem)))]
async fn list(
    State(api): State<Api>,
    Member(actor): Member,
    Params(params): Params<ListParams>,
) -> Result<Json<Page<Delivery>>, Refusal> {
    Ok(Json(api.services.deliveries(&actor, &params).await?))
}

/// Try a dead letter again, under the same id.
#[utoipa::path(post, path = "/deliveries/{id}/retry", tag = "deliveries", params(("id" = DeliveryId, Path)),
    responses((status = 200, body = Delivery), (status = 409, body = Problem)))]
async fn retry(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<DeliveryId>,
) -> Result<Answer, Refusal> {
    let to = DeliveryState::Due;
    Ok(api.services.move_delivery(&actor, None, id, to).await?)
}

/// Give up a delivery that is due or dead.
#[utoipa::path(post, path = "/deliveries/{id}/drop", tag = "deliveries", params(("id" = DeliveryId, Path)),
    responses((status = 200, body = Delivery), (status = 409, body = Problem)))]
async fn give_up(
    State(api): State<Api>,
    Member(actor): Member,
    Id(id): Id<DeliveryId>,
) -> Result<Answer, Refusal> {
    let to = DeliveryState::Dropped;
    Ok(api.services.move_delivery(&actor, None, id, to).await?)
}
