//! What routes take from a request. Whatever does not fit is refused before the route's body runs.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::doorman::{self, Client};
use super::{Api, Refusal};
use crate::domain::id::{IntentKey, SessionId};
use crate::server::auth::{AuthError, role_of};
use crate::server::services::live::Listening;
use crate::server::services::sessions::{Identity, Standing, Trace};
use crate::server::services::{Actor, Answer, IntentRequest, Services};
use crate::wire::paths;
use crate::wire::problem::{Code, FieldProblem};

/// The signed-in person, with or without a role.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person.
    pub actor: Actor,
    /// Who vouches.
    pub issuer: String,
    /// The person's id there.
    pub uid: String,
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let (actor, identity) = let_in(parts, api, false).await?;
        Ok(Self {
            actor,
            issuer: identity.issuer,
            uid: identity.subject,
        })
    }
}

/// The desk of a signed-in person with a role, which asks without the person's doing.
#[derive(Debug, Clone)]
pub struct Watcher {
    /// The person.
    pub actor: Actor,
    /// Who listens.
    pub who: Listening,
    /// What lets them in, to be held against what becomes of the sign-in.
    pub identity: Identity,
}

impl FromRequestParts<Api> for Watcher {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let (actor, identity) = let_in(parts, api, true).await?;
        let who = Services::listening(&actor).ok_or_else(no_role)?;
        Ok(Self { actor, who, identity })
    }
}

/// Checks access token, sign-in and pace.
async fn let_in(parts: &Parts, api: &Api, unattended: bool) -> Result<(Actor, Identity), Refusal> {
    let token = bearer(&parts.headers).ok_or_else(|| {
        Refusal::new(
            Code::Unauthenticated,
            "sign in: the request carries no access token",
        )
    })?;
    let client = Client::of(&parts.extensions);
    let validated = api.validator.validate(token, api.services.now()).await;
    if matches!(validated, Err(AuthError::Invalid(_))) {
        api.doorman.refused(client)?;
    }
    let claims = validated.map_err(not_let_in)?;
    if [&claims.uid, &claims.subject, &claims.issuer]
        .iter()
        .any(|text| text.contains('\0'))
    {
        return Err(Refusal::new(
            Code::Unauthenticated,
            "the access token is not valid; sign in again",
        ));
    }
    let identity = Identity {
        role: role_of(&claims.groups, &api.roles),
        session: session(&parts.headers)?.unwrap_or_else(|| SessionId(claims.mark())),
        trace: Trace {
            token: claims.mark(),
            until: claims.exp,
            minted: claims.iat,
            auth_at: claims.auth_time,
            address: Client::of(&parts.extensions).text(),
            client: program(&parts.headers),
        },
        employee_id: storable(claims.employee_id.unwrap_or_else(|| claims.uid.clone())),
        name: storable(claims.name.unwrap_or(claims.subject)),
        subject: claims.uid,
        issuer: claims.issuer.clone(),
        request_id: request_id(&parts.headers),
        unattended,
    };
    let actor = match api.services.actor(&identity).await? {
        Standing::In(actor) => *actor,
        Standing::Ended => {
            return Err(Refusal::new(
                Code::SessionEnded,
                "this sign-in was ended; sign in again",
            ));
        }
        Standing::TooOld => {
            return Err(Refusal::new(
                Code::SessionEnded,
                "this sign-in is as old as one may become here; sign in again",
            ));
        }
        Standing::Locked => {
            return Err(Refusal::new(
                Code::SessionLocked,
                "this sign-in is locked; sign in again to go on",
            ));
        }
        Standing::NotProven { locked } => return Err(not_proven(locked)),
    };
    if let Err(until) = api.limiter.check_key(&actor.id) {
        let refusal = Refusal::new(Code::RateLimited, "too many requests; wait a moment");
        return Err(refusal.retry_after(doorman::seconds(&until)));
    }
    Ok((actor, identity))
}

/// What whoever comes back with an old proof is told.
fn not_proven(locked: bool) -> Refusal {
    let (code, what) = if locked {
        (Code::SessionLocked, "locked")
    } else {
        (Code::SessionEnded, "ended from elsewhere")
    };
    let words = format!(
        "your sign-in was {what}, and the sign-in service has not asked who you are since then; sign out there in your \
         browser, then sign in again"
    );
    Refusal::new(code, words)
}

/// What whoever is not let in by their token is told.
fn not_let_in(error: AuthError) -> Refusal {
    match error {
        AuthError::Unavailable(why) => {
            tracing::warn!(why, "access tokens cannot be checked");
            let words = "sign-ins cannot be checked for the moment; try again";
            Refusal::new(Code::Unavailable, words).retry_after(2)
        }
        AuthError::Scope(scope) => Refusal::scope_missing(&scope),
        AuthError::Expired => Refusal::new(Code::Unauthenticated, "the access token has expired; renew it"),
        AuthError::Invalid(why) => {
            tracing::info!(why, "an access token was refused");
            let words = "the access token is not valid; sign in again";
            Refusal::new(Code::Unauthenticated, words)
        }
    }
}

/// A signed-in person with a role: what every route but the first few asks for.
#[derive(Debug, Clone)]
pub struct Member(pub Actor);

impl FromRequestParts<Api> for Member {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let caller = Caller::from_request_parts(parts, api).await?;
        if caller.actor.role.is_none() {
            return Err(no_role());
        }
        Ok(Self(caller.actor))
    }
}

fn no_role() -> Refusal {
    Refusal::new(
        Code::NoRole,
        "you are signed in, but none of your groups has a role at this desk; ask its administrator",
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn session(headers: &HeaderMap) -> Result<Option<SessionId>, Refusal> {
    let Some(value) = headers.get(paths::SESSION_HEADER) else {
        return Ok(None);
    };
    let id = value.to_str().ok().and_then(|s| Uuid::parse_str(s).ok());
    id.map(|id| Some(SessionId(id))).ok_or_else(|| {
        Refusal::new(
            Code::Malformed,
            format!("the header {} is not a UUID", paths::SESSION_HEADER),
        )
    })
}

/// The program that sends a request, as it calls itself.
fn program(headers: &HeaderMap) -> String {
    const LONGEST: usize = 80;
    let name = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    name.unwrap_or_default().chars().take(LONGEST).collect()
}

/// PostgreSQL holds no NUL in a text.
fn storable(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "")
    } else {
        text
    }
}

/// Whether a JSON document that was read well holds a NUL in one of its texts: there it can only stand as an escape.
fn holds_nul(json: &[u8]) -> bool {
    let mut rest = json;
    while let Some(at) = rest.iter().position(|b| *b == b'\\') {
        rest = &rest[at + 1..];
        if rest.starts_with(b"u0000") {
            return true;
        }
        // What follows a backslash is no escape of its own.
        rest = rest.get(1..).unwrap_or_default();
    }
    false
}

/// The id of the request, as the outer layer set it.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> String {
    headers
        .get(paths::REQUEST_ID)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

/// A JSON body, with the intent it was sent for and the version it was meant for.
pub struct Write<T> {
    /// The body.
    pub body: T,
    /// The intent, when a key was sent.
    pub intent: Option<IntentRequest>,
    /// The version in `If-Match`.
    version: Option<i64>,
}

impl<T> Write<T> {
    /// The intent, where one is required.
    ///
    /// # Errors
    /// When no key was sent.
    pub fn required_intent(&self) -> Result<IntentRequest, Refusal> {
        self.intent.clone().ok_or_else(|| {
            Refusal::new(
                Code::KeyRequired,
                format!(
                    "this needs the header {}: a UUID made once for each intent",
                    paths::IDEMPOTENCY_KEY
                ),
            )
        })
    }

    /// The version, where none is required.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.version
    }

    /// The version, where one is required.
    ///
    /// # Errors
    /// When no `If-Match` was sent.
    pub fn required_version(&self) -> Result<i64, Refusal> {
        self.version.ok_or_else(no_version)
    }
}

impl<T: DeserializeOwned> FromRequest<Api> for Write<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let key = intent_key(&parts.headers)?;
        let if_match = parts.headers.get(header::IF_MATCH).cloned();
        let version = if_match.as_ref().map(read_version).transpose()?;
        if !is_json(&parts.headers) {
            return Err(Refusal::new(Code::MediaType, "send the body as application/json"));
        }
        let (method, uri) = (parts.method.clone(), parts.uri.clone());
        let bytes = Bytes::from_request(Request::from_parts(parts, body), api)
            .await
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    Refusal::new(Code::TooLarge, "the body is larger than this backend takes")
                } else {
                    Refusal::new(Code::Malformed, "the body did not arrive whole")
                }
            })?;
        let body = serde_json::from_slice(&bytes).map_err(|error| {
            // The parser's words name fields and types; values would be the sender's own.
            Refusal::new(Code::Malformed, "the body is not the JSON that is expected here").with_field(
                FieldProblem {
                    field: "body".to_owned(),
                    code: "malformed".to_owned(),
                    detail: format!(
                        "line {}, column {}: {:?} error",
                        error.line(),
                        error.column(),
                        error.classify()
                    ),
                    column: None,
                },
            )
        })?;
        if holds_nul(&bytes) {
            return Err(
                Refusal::new(Code::Invalid, "texts may hold any character but NUL").with_field(
                    FieldProblem {
                        field: "body".to_owned(),
                        code: "nul".to_owned(),
                        detail: "a text holds a NUL character; leave it out".to_owned(),
                        column: None,
                    },
                ),
            );
        }
        let intent = key.map(|key| IntentRequest {
            key,
            fingerprint: fingerprint(&method, &uri, &bytes, if_match.as_ref()),
        });
        Ok(Self {
            body,
            intent,
            version,
        })
    }
}

/// Hash over what makes a request the same request.
fn fingerprint(method: &Method, uri: &Uri, body: &[u8], if_match: Option<&HeaderValue>) -> String {
    let mut hasher = Sha256::new();
    for part in [
        method.as_str().as_bytes(),
        uri.path().as_bytes(),
        if_match.map(HeaderValue::as_bytes).unwrap_or_default(),
        body,
    ] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|b| format!("{b:02x}")).collect()
}

pub(super) fn intent_key(headers: &HeaderMap) -> Result<Option<IntentKey>, Refusal> {
    let Some(value) = headers.get(paths::IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .and_then(|s| Uuid::parse_str(s.trim_matches('"')).ok());
    key.map(|key| Some(IntentKey(key))).ok_or_else(|| {
        Refusal::new(
            Code::Malformed,
            format!("the header {} is not a UUID", paths::IDEMPOTENCY_KEY),
        )
    })
}

fn read_version(value: &HeaderValue) -> Result<i64, Refusal> {
    let text = value.to_str().unwrap_or_default().trim();
    text.trim_start_matches("W/")
        .trim_matches('"')
        .parse()
        .map_err(|_| {
            Refusal::new(
                Code::Malformed,
                "If-Match is not a version: write it as it stood in ETag, such as \"3\"",
            )
        })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .is_some_and(|essence| {
            let essence = essence.trim();
            essence.eq_ignore_ascii_case("application/json")
                || essence.to_ascii_lowercase().ends_with("+json")
        })
}

/// An identifier in the path.
pub struct Id<T>(pub T);

impl<T: std::str::FromStr + Send> FromRequestParts<Api> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let missing = || {
            Refusal::new(
                Code::NotFound,
                "there is no such thing: the path holds no identifier",
            )
        };
        let Path(text) = Path::<String>::from_request_parts(parts, api)
            .await
            .map_err(|_| missing())?;
        text.parse().map(Self).map_err(|_| missing())
    }
}

/// The version in `If-Match`, for changes without a body.
pub struct IfMatch(pub i64);

impl FromRequestParts<Api> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &Api) -> Result<Self, Refusal> {
        let header = parts.headers.get(header::IF_MATCH);
        header.map_or_else(|| Err(no_version()), |value| read_version(value).map(Self))
    }
}

fn no_version() -> Refusal {
    Refusal::new(
        Code::PreconditionRequired,
        "this changes an existing row: send If-Match with the version that you saw",
    )
}

/// Parameters of the query string.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<Api> for Params<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Refusal> {
        let unreadable = || Refusal::new(Code::Malformed, "a parameter of the address cannot be read");
        // PostgreSQL takes no NUL in a text: nothing that holds one can be found.
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(unreadable());
        }
        let Query(params) = Query::from_request_parts(parts, api)
            .await
            .map_err(|_| unreadable())?;
        Ok(Self(params))
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        let kind = if status.is_success() {
            "application/json"
        } else {
            crate::wire::problem::PROBLEM_JSON
        };
        let mut response = (status, self.body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Some(etag) = self.etag.and_then(|e| HeaderValue::from_str(&e).ok()) {
            headers.insert(header::ETAG, etag);
        }
        if self.replayed {
            headers.insert("idempotent-replay", HeaderValue::from_static("true"));
        }
        response
    }
}

/// A single resource with its version as `ETag`.
pub struct Versioned<T>(pub T, pub i64);

impl<T: serde::Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.0).into_response();
        if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", self.1)) {
            response.headers_mut().insert(header::ETAG, etag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_is_seen_and_what_looks_like_one_is_not() {
        for (json, there) in [
            (r#"{"a":"x\u0000y"}"#, true),
            (r#"{"a":"\\\u0000"}"#, true),
            (r#"{"a":"\\u0000"}"#, false),
            (r#"{"a":"\u00001 \n\""}"#, true),
            (r#"{"a":"\u0001 u0000"}"#, false),
            ("\\", false),
        ] {
            assert_eq!(holds_nul(json.as_bytes()), there, "{json}");
        }
    }
}
