//! The OAuth endpoints, with Okta's paths, errors and shapes.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, Form, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::keys::KeyError;
use super::people::Person;
use super::tables::{Poll, Refresh};
use super::{ISSUER_PATH, Idp, Rotation, activate};
use crate::domain::time::Moment;

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The scopes that the provider knows.
const SCOPES: [&str; 6] = ["openid", "profile", "email", "offline_access", "groups", "desk"];

/// All routes of the provider.
pub(super) fn router(idp: Arc<Idp>) -> Router {
    let v1 = Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/v1/device/authorize", post(device_authorize))
        .route("/v1/token", post(token))
        .route("/v1/revoke", post(revoke))
        .route("/v1/keys", get(keys))
        .route("/v1/userinfo", get(userinfo).post(userinfo));
    Router::new()
        .nest(ISSUER_PATH, v1)
        .route(
            &format!("/.well-known/oauth-authorization-server{ISSUER_PATH}"),
            get(discovery),
        )
        .merge(activate::router())
        .layer(DefaultBodyLimit::max(16 * 1024))
        .layer(middleware::from_fn_with_state(Arc::clone(&idp), own_host_only))
        .with_state(idp)
}

/// Refuses requests that name another host: a foreign web page whose name points here must not talk to us.
async fn own_host_only(State(idp): State<Arc<Idp>>, request: Request, next: Next) -> Response {
    let host = request
        .headers()
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let port = idp.origin.rsplit(':').next().unwrap_or_default();
    let own = idp.origin.strip_prefix("http://") == Some(host) || host == format!("localhost:{port}");
    if own {
        next.run(request).await
    } else {
        StatusCode::MISDIRECTED_REQUEST.into_response()
    }
}

/// An OAuth error (RFC 6749, section 5.2).
struct OauthError(StatusCode, &'static str, &'static str);

impl IntoResponse for OauthError {
    fn into_response(self) -> Response {
        let Self(status, error, description) = self;
        no_store(status, json!({"error": error, "error_description": description}))
    }
}

impl From<KeyError> for OauthError {
    fn from(_: KeyError) -> Self {
        Self(
            StatusCode::INTERNAL_SERVER_ERROR,
            "server_error",
            "The signing key is not available.",
        )
    }
}

const fn bad(error: &'static str, description: &'static str) -> OauthError {
    OauthError(StatusCode::BAD_REQUEST, error, description)
}

fn no_store(status: StatusCode, body: Value) -> Response {
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn discovery(State(idp): State<Arc<Idp>>) -> Json<Value> {
    let issuer = idp.issuer();
    Json(json!({
        "issuer": issuer,
        "device_authorization_endpoint": format!("{issuer}/v1/device/authorize"),
        "token_endpoint": format!("{issuer}/v1/token"),
        "revocation_endpoint": format!("{issuer}/v1/revoke"),
        "userinfo_endpoint": format!("{issuer}/v1/userinfo"),
        "jwks_uri": format!("{issuer}/v1/keys"),
        "grant_types_supported": [DEVICE_GRANT, "refresh_token"],
        "response_types_supported": ["token"],
        "scopes_supported": SCOPES,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
    }))
}

async fn keys(State(idp): State<Arc<Idp>>) -> Result<Response, OauthError> {
    let key = idp.key().await?;
    Ok(([(CACHE_CONTROL, "max-age=3600")], Json(key.key_set())).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Asked {
    client_id: String,
    grant_type: String,
    scope: String,
    device_code: String,
    refresh_token: String,
    token: String,
}

/// The form of a request by the application that we know.
fn known(idp: &Idp, form: Result<Form<Asked>, FormRejection>) -> Result<Asked, OauthError> {
    let Form(asked) = form.map_err(|_| {
        bad(
            "invalid_request",
            "The body must be a form with the expected fields.",
        )
    })?;
    if asked.client_id != idp.options.client_id {
        return Err(OauthError(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            "The client_id is unknown, or the client may not authenticate this way.",
        ));
    }
    Ok(asked)
}

async fn device_authorize(
    State(idp): State<Arc<Idp>>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, OauthError> {
    let asked = known(&idp, form)?;
    let scopes: Vec<String> = asked
        .scope
        .split(' ')
        .filter(|s| !s.is_empty())
        .map(str::to_owned)
        .collect();
    if scopes.is_empty() || scopes.iter().any(|scope| !SCOPES.contains(&scope.as_str())) {
        return Err(bad(
            "invalid_scope",
            "One or more scopes are not configured for the authorization server resource.",
        ));
    }
    let (life, interval) = (
        idp.options.code_life,
        idp.options.interval.max(Duration::from_secs(1)),
    );
    let Some((device_code, user_code)) = idp.tables().start(scopes, life, interval, Instant::now()) else {
        return Err(OauthError(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_user_codes",
            "Too many user codes generated. Try again later.",
        ));
    };
    let page = format!("{}/activate", idp.origin);
    Ok(no_store(
        StatusCode::OK,
        json!({
            "device_code": device_code,
            "verification_uri_complete": format!("{page}?user_code={user_code}"),
            "user_code": user_code,
            "verification_uri": page,
            "expires_in": life.as_secs(),
            "interval": interval.as_secs(),
        }),
    ))
}

async fn token(
    State(idp): State<Arc<Idp>>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, OauthError> {
    let asked = known(&idp, form)?;
    let now = Instant::now();
    match asked.grant_type.as_str() {
        DEVICE_GRANT => {
            let found = idp.tables().poll(&asked.device_code, now);
            match found {
                Poll::Granted { person, scopes } => {
                    let proved_at = idp.options.clock.now();
                    let refresh = scopes.iter().any(|scope| scope == "offline_access").then(|| {
                        let life = (idp.options.refresh_life, now);
                        idp.tables()
                            .refresh_token(person, scopes.clone(), proved_at, life)
                    });
                    grant(&idp, person, &scopes, proved_at, refresh).await
                }
                Poll::Pending => Err(bad(
                    "authorization_pending",
                    "The device authorization is pending. Please try again later.",
                )),
                Poll::SlowDown => Err(bad("slow_down", "Slow down the polling frequency.")),
                Poll::Denied => Err(bad("access_denied", "The resource owner denied the request.")),
                Poll::Expired => Err(bad("expired_token", "The device code has expired.")),
                Poll::Unknown => Err(bad("invalid_grant", "The device code is invalid or has expired.")),
            }
        }
        "refresh_token" => {
            let rotates = idp.options.rotation == Rotation::Rotate;
            let found = if rotates {
                idp.tables().rotate(&asked.refresh_token, idp.options.leeway, now)
            } else {
                idp.tables().keep(&asked.refresh_token, now)
            };
            match found {
                Refresh::Granted {
                    person,
                    scopes,
                    proved_at,
                    token,
                } => {
                    let token = (idp.options.rotation != Rotation::Omit).then_some(token);
                    grant(&idp, person, &scopes, proved_at, token).await
                }
                Refresh::Dead => Err(bad("invalid_grant", "The refresh token is invalid or expired.")),
            }
        }
        _ => Err(bad(
            "unsupported_grant_type",
            "The authorization grant type is not supported.",
        )),
    }
}

/// Mints the tokens of a grant.
async fn grant(
    idp: &Idp,
    person: &'static Person,
    scopes: &[String],
    proved_at: Moment,
    refresh_token: Option<String>,
) -> Result<Response, OauthError> {
    let key = idp.key().await?;
    let (iat, life) = (
        idp.options.clock.now().seconds(),
        idp.options.token_life.as_secs(),
    );
    // To the microsecond: the demo's people approve faster than any others.
    let auth_time = proved_at.micros() as f64 / 1e6;
    let exp = iat.saturating_add(i64::try_from(life).unwrap_or(i64::MAX));
    let access_token = key.sign(&json!({
        "ver": 1,
        "jti": format!("AT.{}", super::tables::secret()),
        "iss": idp.issuer(),
        "aud": idp.options.audience,
        "iat": iat,
        "exp": exp,
        "cid": idp.options.client_id,
        "uid": person.uid,
        "scp": scopes,
        "auth_time": auth_time,
        "sub": person.login,
        "groups": person.groups,
        "name": person.name,
        "employee_id": person.employee_id,
    }))?;
    let now = Instant::now();
    idp.tables()
        .minted(&access_token, person, now + idp.options.token_life, now);
    let mut body = json!({
        "token_type": "Bearer",
        "expires_in": life,
        "access_token": access_token,
        "scope": scopes.join(" "),
    });
    if let Some(token) = refresh_token {
        body["refresh_token"] = Value::String(token);
    }
    if scopes.iter().any(|scope| scope == "openid") {
        body["id_token"] = Value::String(key.sign(&json!({
            "ver": 1,
            "jti": format!("ID.{}", super::tables::secret()),
            "iss": idp.issuer(),
            "aud": idp.options.client_id,
            "iat": iat,
            "exp": exp,
            "auth_time": auth_time,
            "amr": ["swk"],
            "sub": person.uid,
            "name": person.name,
            "preferred_username": person.login,
        }))?);
    }
    Ok(no_store(StatusCode::OK, body))
}

async fn revoke(
    State(idp): State<Arc<Idp>>,
    form: Result<Form<Asked>, FormRejection>,
) -> Result<Response, OauthError> {
    let asked = known(&idp, form)?;
    if asked.token.is_empty() {
        return Err(bad("invalid_request", "The token is missing."));
    }
    idp.tables().revoke(&asked.token);
    Ok((StatusCode::OK, [(CACHE_CONTROL, "no-store")]).into_response())
}

async fn userinfo(State(idp): State<Arc<Idp>>, headers: HeaderMap) -> Response {
    let bearer = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let owner = bearer
        .strip_prefix("Bearer ")
        .and_then(|token| idp.tables().owner(token, Instant::now()));
    match owner {
        Some(person) => no_store(
            StatusCode::OK,
            json!({
                "sub": person.uid,
                "name": person.name,
                "preferred_username": person.login,
                "employee_id": person.employee_id,
                "groups": person.groups,
            }),
        ),
        None => (
            StatusCode::UNAUTHORIZED,
            [(WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")],
        )
            .into_response(),
    }
}
