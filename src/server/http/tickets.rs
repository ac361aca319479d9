//! Routes of tickets.

use utoipa_axum::router::OpenApiRouter;

use super::Api;

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
}
