//! Routes of sign-ins.

use axum::Json;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::extract::{Caller, Id, Params};
use super::{Api, Refusal};
use crate::domain::id::{AgentId, SessionId};
use crate::server::services::sessions::Whose;
use crate::wire::desk::{Session, SessionsEnded};
use crate::wire::page::Page;
use crate::wire::problem::{Code, Problem};

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list, end_all))
        .routes(routes!(show, end))
        .routes(routes!(lock))
}

/// Whose sign-ins.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
struct WhoseParams {
    /// Another person's identifier, or `all`: for admins. One's own when absent.
    agent: Option<String>,
}

impl WhoseParams {
    fn whose(&self) -> Result<Whose, Refusal> {
        match self.agent.as_deref() {
            None => Ok(Whose::Own),
            Some("all") => Ok(Whose::All),
            Some(id) => Uuid::parse_str(id)
                .map(|id| Whose::Agent(AgentId(id)))
                .map_err(|_| Refusal::new(Code::Malformed, "agent: write a person's identifier, or all")),
        }
    }
}

/// How a sign-in is named in a path: `current`, or its identifier.
enum SessionRef {
    Current,
    Id(SessionId),
}

impl SessionRef {
    fn of(&self, caller: &Caller) -> SessionId {
        match self {
            Self::Current => caller.actor.session,
            Self::Id(id) => *id,
        }
    }
}

impl std::str::FromStr for SessionRef {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        if text == "current" {
            return Ok(Self::Current);
        }
        Uuid::parse_str(text).map(|id| Self::Id(SessionId(id)))
    }
}

/// Sign-ins that were not ended, newest first: one's own, or for an admin another person's or everybody's.
#[utoipa::path(get, path = "/sessions", tag = "sessions", params(WhoseParams),
    responses((status = 200, body = Page<Session>), (status = 403, body = Problem)))]
async fn list(
    State(api): State<Api>,
    caller: Caller,
    Params(params): Params<WhoseParams>,
) -> Result<Json<Page<Session>>, Refusal> {
    let found = api.services.sessions(&caller.actor, params.whose()?).await?;
    Ok(Json(Page::whole(found)))
}

/// End all of one's own sign-ins, this one included; for an admin: all of another person's.
#[utoipa::path(delete, path = "/sessions", tag = "sessions", params(WhoseParams),
    responses((status = 200, body = SessionsEnded), (status = 403, body = Problem)))]
async fn end_all(
    State(api): State<Api>,
    caller: Caller,
    Params(params): Params<WhoseParams>,
) -> Result<Json<SessionsEnded>, Refusal> {
    let of = match params.whose()? {
        Whose::Own => caller.actor.id,
        Whose::Agent(agent) => agent,
        Whose::All => {
            return Err(Refusal::new(
                Code::Malformed,
                "everybody's sign-ins are not ended at once; name a person",
            ));
        }
    };
    let ended = api.services.end_sessions(&caller.actor, of).await?;
    Ok(Json(SessionsEnded { ended }))
}

/// One sign-in, by its identifier or `current`: an own one, or for an admin anybody's.
#[utoipa::path(get, path = "/sessions/{id}", tag = "sessions", params(("id" = String, Path)),
    responses((status = 200, body = Session), (status = 404, body = Problem)))]
async fn show(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<SessionRef>,
) -> Result<Json<Session>, Refusal> {
    Ok(Json(api.services.session(&caller.actor, id.of(&caller)).await?))
}

/// End one sign-in, by its identifier or `current`. Its access tokens are refused from then on.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "sessions", params(("id" = String, Path)),
    responses((status = 200, body = SessionsEnded), (status = 404, body = Problem)))]
async fn end(
    State(api): State<Api>,
    caller: Caller,
    Id(id): Id<SessionRef>,
) -> Result<Json<SessionsEnded>, Refusal> {
    let ended = api.services.end_session(&caller.actor, id.of(&caller)).await?;
    Ok(Json(SessionsEnded { ended }))
}

/// Lock the sign-in that asks: all that it asks for is refused (`session_locked`) until the person signs in anew, which
/// makes another sign-in. What is locked stays so; it can still be ended by another sign-in of the person.
#[utoipa::path(put, path = "/sessions/current/lock", tag = "sessions", responses((status = 200, body = Session)))]
async fn lock(State(api): State<Api>, caller: Caller) -> Result<Json<Session>, Refusal> {
    let id = caller.actor.session;
    api.services
        .lock_session(&caller.actor, id, "asked for by the person")
        .await?;
    Ok(Json(api.services.session(&caller.actor, id).await?))
}
