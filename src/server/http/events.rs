//! The stream of live events.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::Instant;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Id, Watcher, Write};
use super::tickets::Named;
use super::{Api, Refusal};
use crate::domain::permission::Role;
use crate::server::services::live::{Item, Listening, Resume, Told, frame};
use crate::server::services::sessions::{Identity, Standing};
use crate::server::services::{Actor, ServiceError};
use crate::wire::events::{
    BEAT, BePresent, Change, END, End, EndReason, HELLO, Hello, PRESENCE, Present, RESET, Reset,
};
use crate::wire::problem::Problem;

/// Most bytes that are put together before they are handed to the connection.
const CHUNK: usize = 64 * 1024;
/// How often it is looked whether the sign-in is still good, besides what the events themselves tell about it.
const CHECK: Duration = Duration::from_secs(60);

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(events))
        .routes(routes!(be_present))
}

/// What happens, as it happens: server-sent events. Only what the person may see; no personal data. Each `change` has
/// its place in the audit as its id; `Last-Event-ID` goes on behind it. The stream ends with its access token or
/// sign-in, and says so (`end`).
#[utoipa::path(get, path = "/events", tag = "live",
    params(("Last-Event-ID" = Option<String>, Header, description = "Go on behind this event.")),
    responses((status = 200, body = Change, content_type = "text/event-stream"), (status = 403, body = Problem)))]
async fn events(State(api): State<Api>, watcher: Watcher, headers: HeaderMap) -> Result<Response, Refusal> {
    let Watcher { actor, who, identity } = watcher;
    let ring = api.services.live.listen().await;
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?"));
    let resume = api.services.resume(last).await?;
    let beat = Duration::from_secs(api.beat_seconds.max(1));
    let hello = Hello {
        beat_seconds: beat.as_secs(),
    };
    let (mut first, last, until) = (BytesMut::new(), resume.place(), resume.until());
    first.extend_from_slice(&frame(HELLO, Some(last), &hello));
    if let Resume::Reset(_, reason) = resume {
        let reset = Reset {
            reason: reason.to_owned(),
        };
        first.extend_from_slice(&frame(RESET, Some(last), &reset));
    }
    if who.sees_presence() {
        for one in api.services.live.present(None) {
            first.extend_from_slice(&frame(PRESENCE, None, &one));
        }
    }
    let feed = Feed {
        _open: Open::new(&api.metrics.streams),
        api,
        actor,
        who,
        identity,
        ring,
        first: Some(first.freeze()),
        last,
        missed_until: until,
        beat,
        checked: Instant::now(),
        over: false,
    };
    let body = stream::unfold(feed, |mut feed| async move {
        let chunk = feed.next().await?;
        Some((Ok::<_, Infallible>(chunk), feed))
    });
    let mut response = Body::from_stream(body).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    // Proxies that would collect the stream let it pass.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Say that one has a ticket in sight, and what one does with it. Over by itself after 45 seconds; told to the desk alone
/// and never written down. It does not count as use of the sign-in.
#[utoipa::path(put, path = "/support/tickets/{id}/presence", tag = "live", params(("id" = String, Path)),
    request_body = BePresent, responses((status = 200, body = Present), (status = 404, body = Problem)))]
async fn be_present(
    State(api): State<Api>,
    watcher: Watcher,
    Id(ticket): Id<Named>,
    write: Write<BePresent>,
) -> Result<Json<Present>, Refusal> {
    let services = &api.services;
    let people = services
        .be_present(&watcher.actor, ticket.0, write.body.doing)
        .await?;
    Ok(Json(Present { people }))
}

impl Resume {
    fn place(self) -> i64 {
        match self {
            Self::From(last, _) | Self::Reset(last, _) => last,
        }
    }

    fn until(self) -> i64 {
        match self {
            Self::From(_, until) | Self::Reset(until, _) => until,
        }
    }
}

/// Counts an open stream for as long as it lives.
struct Open(Gauge);

impl Open {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// One open stream.
struct Feed {
    api: Api,
    actor: Actor,
    who: Listening,
    identity: Identity,
    ring: Receiver<Item>,
    first: Option<Bytes>,
    /// How far the reader has come; what is not for them counts as told.
    last: i64,
    /// What lies before this is read from the database: it happened before the stream began to listen.
    missed_until: i64,
    beat: Duration,
    checked: Instant,
    over: bool,
    _open: Open,
}

/// What a stream waits for.
enum Next {
    Told(Item),
    TooSlow,
    Silence,
    Stop,
}

impl Feed {
    /// The next bytes; `None`: the stream is at its end.
    async fn next(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while self.last < self.missed_until {
            match self.missed().await {
                Ok(chunk) if chunk.is_empty() => {}
                Ok(chunk) => return Some(chunk),
                Err(error) => {
                    // The reader comes back with its place.
                    tracing::warn!(%error, "a live stream could not go on");
                    return None;
                }
            }
        }
        loop {
            if self.token_left().is_zero() {
                return Some(self.end(EndReason::TokenExpired));
            }
            if self.checked.elapsed() >= CHECK
                && let Some(reason) = self.ended().await
            {
                return Some(self.end(reason));
            }
            match self.wait().await {
                Next::Told(told) => {
                    let chunk = self.gather(told).await;
                    if !chunk.is_empty() {
                        return Some(chunk);
                    }
                }
                Next::TooSlow => return Some(self.end(EndReason::TooSlow)),
                Next::Stop => return Some(self.end(EndReason::Stopping)),
                Next::Silence if self.token_left().is_zero() => {}
                Next::Silence => return Some(frame(BEAT, Some(self.last), &serde_json::json!({}))),
            }
        }
    }

    /// Time until the access token ends.
    fn token_left(&self) -> Duration {
        let left = self.identity.trace.until.seconds_since(self.api.services.now());
        Duration::from_secs(u64::try_from(left).unwrap_or(0))
    }

    async fn wait(&mut self) -> Next {
        let silence = self.beat.min(self.token_left());
        tokio::select! {
            told = self.ring.recv() => match told {
                Ok(told) => Next::Told(told),
                Err(RecvError::Lagged(_)) => Next::TooSlow,
                Err(RecvError::Closed) => Next::Stop,
            },
            () = self.api.stop.cancelled() => Next::Stop,
            () = tokio::time::sleep(silence) => Next::Silence,
        }
    }

    /// What happened between the reader's place and the beginning of this stream.
    async fn missed(&mut self) -> Result<Bytes, ServiceError> {
        let told = self.api.services.told_after(self.last).await?;
        let Some(last) = told.last() else {
            // Nothing is ever taken out of the chain; if it were, there would be nothing to wait for.
            self.last = self.missed_until;
            return Ok(Bytes::new());
        };
        let place = last.seq;
        let mut chunk = BytesMut::new();
        self.add(&told, &mut chunk).await;
        self.last = place;
        Ok(chunk.freeze())
    }

    /// Puts together what waits, so that a burst is not written event by event.
    async fn gather(&mut self, mut item: Item) -> Bytes {
        let mut chunk = BytesMut::new();
        loop {
            if self.put(&item, &mut chunk).await
                && let Some(reason) = self.ended().await
            {
                chunk.extend_from_slice(&self.end(reason));
                break;
            }
            if chunk.len() >= CHUNK {
                break;
            }
            match self.ring.try_recv() {
                Ok(more) => item = more,
                Err(TryRecvError::Lagged(_)) => {
                    chunk.extend_from_slice(&self.end(EndReason::TooSlow));
                    break;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        chunk.freeze()
    }

    /// Writes an item down, as far as it is for this reader; tells whether it may be the end of their sign-in.
    async fn put(&mut self, item: &Item, chunk: &mut BytesMut) -> bool {
        match item {
            Item::Told(told) => {
                self.add(told, chunk).await;
                told.iter().any(|one| one.concerns(&self.who))
            }
            Item::Presence(frame) => {
                if self.who.sees_presence() {
                    chunk.extend_from_slice(frame);
                }
                false
            }
        }
    }

    async fn add(&mut self, told: &[Told], chunk: &mut BytesMut) {
        let customer = self.who.role == Role::Customer;
        for one in told.iter().filter(|one| one.seq > self.last) {
            let frame = match one.for_customers().filter(|_| customer) {
                Some((ticket, frame)) => {
                    let own = self.api.services.is_own_ticket(&self.actor, ticket).await;
                    own.then_some(frame)
                }
                None => one.frame_for(&self.who),
            };
            if let Some(frame) = frame {
                chunk.extend_from_slice(frame);
            }
        }
        self.last = told.last().map_or(self.last, |one| one.seq.max(self.last));
    }

    /// Whether the sign-in is at its end, and why. A database that is not there ends no stream.
    async fn ended(&mut self) -> Option<EndReason> {
        self.checked = Instant::now();
        match self.api.services.actor(&self.identity).await {
            Ok(Standing::In(actor)) => actor.role.is_none().then_some(EndReason::NoRole),
            Ok(Standing::Ended | Standing::TooOld | Standing::NotProven { locked: false }) => {
                Some(EndReason::SessionEnded)
            }
            Ok(Standing::Locked | Standing::NotProven { locked: true }) => Some(EndReason::SessionLocked),
            Err(error) => {
                tracing::debug!(%error, "a live stream's sign-in could not be checked");
                None
            }
        }
    }

    fn end(&mut self, reason: EndReason) -> Bytes {
        self.over = true;
        frame(END, None, &End { reason })
    }
}
