//! The stream of live events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

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

use super::extract::Watcher;
use super::{Api, Refusal};
use crate::server::services::ServiceError;
use crate::server::services::live::{Listening, Resume, Told, frame};
use crate::server::services::sessions::{Identity, Standing};
use crate::wire::events::{BEAT, Change, END, End, EndReason, HELLO, Hello, RESET, Reset};
use crate::wire::problem::Problem;

/// Most bytes that are put together before they are handed to the connection.
const CHUNK: usize = 64 * 1024;
/// How often it is looked whether the sign-in is still good, besides what the events themselves tell about it.
const CHECK: Duration = Duration::from_secs(60);

/// The routes.
pub fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(events))
}

/// What happens, as it happens: server-sent events. Only what the person may see; no personal data. Each `change` has
/// its place in the audit as its id; `Last-Event-ID` goes on behind it. The stream ends with its access token or
/// sign-in, and says so (`end`).
#[utoipa::path(get, path = "/events", tag = "live",
    params(("Last-Event-ID" = Option<String>, Header, description = "Go on behind this event.")),
    responses((status = 200, body = Change, content_type = "text/event-stream"), (status = 403, body = Problem)))]
async fn events(State(api): State<Api>, watcher: Watcher, headers: HeaderMap) -> Result<Response, Refusal> {
    let Watcher { who, identity } = watcher;
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
    let feed = Feed {
        _open: Open::new(&api.metrics.streams),
        api,
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
    who: Listening,
    identity: Identity,
    ring: Receiver<Arc<[Told]>>,
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
    Told(Arc<[Told]>),
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
        self.add(&told, &mut chunk);
        self.last = place;
        Ok(chunk.freeze())
    }

    /// Puts together what waits, so that a burst is not written event by event.
    async fn gather(&mut self, mut told: Arc<[Told]>) -> Bytes {
        let mut chunk = BytesMut::new();
        loop {
            self.add(&told, &mut chunk);
            if told.iter().any(|one| one.concerns(&self.who))
                && let Some(reason) = self.ended().await
            {
                chunk.extend_from_slice(&self.end(reason));
                break;
            }
            if chunk.len() >= CHUNK {
                break;
            }
            match self.ring.try_recv() {
                Ok(more) => told = more,
                Err(TryRecvError::Lagged(_)) => {
                    chunk.extend_from_slice(&self.end(EndReason::TooSlow));
                    break;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        chunk.freeze()
    }

    fn add(&mut self, told: &[Told], chunk: &mut BytesMut) {
        for one in told.iter().filter(|one| one.seq > self.last) {
            if let Some(frame) = one.frame_for(&self.who) {
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
