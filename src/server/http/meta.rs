//! Health, readiness, metrics: routes for machines.

use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::doorman::is_of_this_machine;
use super::{Api, Refusal};
use crate::wire::problem::Code;

/// The process lives.
pub async fn healthz() -> &'static str {
    "ok\n"
}

/// The database answers.
pub async fn readyz(State(api): State<Api>) -> Response {
    match api.services.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n").into_response(),
        Err(error) => Refusal::from(error).into_response(),
    }
}

/// Counters, on an address of their own.
pub async fn metrics_for_all(State(api): State<Api>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], api.metrics.text()).into_response()
}

/// Counters; for this machine only, unless an address of their own is configured.
pub async fn metrics(State(api): State<Api>, extensions: Extensions, headers: HeaderMap) -> Response {
    if !is_of_this_machine(&extensions, &headers) {
        return Refusal::new(Code::NotFound, "there is no such route").into_response();
    }
    metrics_for_all(State(api)).await
}
