//! All routes, and what every request goes through.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerUi;
use uuid::Uuid;

use super::refusal::IsProblem;
use super::{
    Api, Refusal, accounts, approvals, audit, clocks, deliveries, desk, doorman, drafts, events, meta,
    offers, plans, presets, sessions, statistics, tickets, tokens,
};
use crate::wire::problem::{Code, Problem};
use crate::wire::{CONTRACT_VERSION, paths};

/// The document's head.
#[derive(OpenApi)]
#[openapi(
    info(title = "tokendesk", description = "Accounts, offer tokens and tickets of a support desk."),
    components(schemas(Problem)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Doc;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, doc: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .build();
        doc.components
            .get_or_insert_default()
            .add_security_scheme("bearer", SecurityScheme::Http(scheme));
    }
}

fn nouns() -> (Router<Api>, utoipa::openapi::OpenApi) {
    let routes = OpenApiRouter::new()
        .merge(desk::routes())
        .merge(sessions::routes())
        .merge(accounts::routes())
        .merge(offers::routes())
        .merge(tokens::routes())
        .merge(plans::routes())
        .merge(approvals::routes())
        .merge(presets::routes())
        .merge(deliveries::routes())
        .merge(tickets::routes())
        .merge(clocks::routes())
        .merge(statistics::routes())
        .merge(audit::routes())
        .merge(drafts::routes())
        .merge(events::routes());
    OpenApiRouter::with_openapi(Doc::openapi())
        .nest(paths::BASE, routes)
        .split_for_parts()
}

/// The OpenAPI 3.1 document, made from the routes.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    nouns().1
}

/// What requests have to put up with.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Largest body in bytes.
    pub body_bytes: usize,
    /// Time after which a request is given up.
    pub patience: Duration,
    /// Whether the documentation is for every machine, not for this one alone.
    pub public_docs: bool,
    /// Whether the counters have an address of their own.
    pub metrics_elsewhere: bool,
}

/// The router of the address that is for counters alone.
pub fn counters(api: Api) -> Router {
    Router::new()
        .route("/metrics", get(meta::metrics_for_all))
        .route("/healthz", get(meta::healthz))
        .with_state(api)
}

/// The whole router.
pub fn router(api: Api, bounds: Bounds) -> Router {
    let (routes, doc) = nouns();
    let docs: Router<Api> = SwaggerUi::new("/docs").url("/openapi.json", doc).into();
    let docs = docs.layer(middleware::from_fn(move |request, next| {
        local_only(bounds.public_docs, request, next)
    }));
    let counters = if bounds.metrics_elsewhere {
        Router::new()
    } else {
        Router::new().route("/metrics", get(meta::metrics))
    };
    routes
        .merge(docs)
        .route("/healthz", get(meta::healthz))
        .route("/readyz", get(meta::readyz))
        .merge(counters)
        .fallback(|| async { Refusal::new(Code::NotFound, "there is no such route") })
        .method_not_allowed_fallback(|| async {
            Refusal::new(Code::MethodNotAllowed, "this route does not take that method")
        })
        .layer(DefaultBodyLimit::max(bounds.body_bytes))
        .layer(middleware::from_fn(move |request, next| patience(bounds.patience, request, next)))
        .layer(CatchPanicLayer::custom(|_| {
            tracing::error!("a route panicked");
            Refusal::new(Code::Internal, "something broke in the backend; nothing was changed").into_response()
        }))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(api.clone(), doorman::at_the_door))
        .layer(middleware::from_fn_with_state(api.clone(), around))
        .layer(set(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(set(header::X_FRAME_OPTIONS, "DENY"))
        .layer(set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin"))
        .layer(set(header::REFERRER_POLICY, "no-referrer"))
        .layer(set(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ))
        .with_state(api)
}

fn set(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

async fn local_only(public: bool, request: Request, next: Next) -> Response {
    if public || doorman::is_of_this_machine(request.extensions(), request.headers()) {
        return next.run(request).await;
    }
    Refusal::new(Code::NotFound, "there is no such route").into_response()
}

async fn patience(limit: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request))
        .await
        .unwrap_or_else(|_| {
            Refusal::new(
                Code::Timeout,
                "the backend did not get done in time; ask for the intent's fate before you send it anew",
            )
            .into_response()
        })
}

/// Around every request: its id, the version of the contract, counting, one line in the log.
async fn around(State(api): State<Api>, mut request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    if let Ok(value) = HeaderValue::from_str(&id) {
        // Set by us, whatever was sent: it goes into logs and the audit.
        request.headers_mut().insert(paths::REQUEST_ID, value);
    }
    let method = request.method().to_string();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("(none)", MatchedPath::as_str)
        .to_owned();
    let private = route.starts_with(paths::BASE);
    let theirs = request
        .headers()
        .get(paths::VERSION_HEADER)
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    let started = Instant::now();
    api.metrics.in_flight.inc();
    let response = match theirs {
        Some(version) if version != CONTRACT_VERSION.to_string() => Refusal::new(
            Code::VersionMismatch,
            format!(
                "this backend speaks version {CONTRACT_VERSION} of the contract and the client another one; \
                 install the tokendesk that belongs to it"
            ),
        )
        .into_response(),
        _ => next.run(request).await,
    };
    api.metrics.in_flight.dec();
    let status = response.status().as_u16();
    let seconds = started.elapsed().as_secs_f64();
    api.metrics.answered(&method, &route, status, seconds);
    tracing::info!(
        request_id = id,
        method,
        route,
        status,
        ms = seconds * 1_000.0,
        "answered"
    );
    finish(response, &id, private)
}

/// Writes the request id into headers and problem bodies.
fn finish(mut response: Response, id: &str, private: bool) -> Response {
    if let Some(IsProblem(mut problem)) = response.extensions_mut().remove::<IsProblem>() {
        id.clone_into(&mut problem.request_id);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_ENCODING);
        *response.body_mut() = Body::from(body);
    }
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(paths::REQUEST_ID, value);
    }
    headers.insert(paths::VERSION_HEADER, HeaderValue::from(CONTRACT_VERSION));
    if private {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}
