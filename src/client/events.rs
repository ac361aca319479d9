//! Live events: one stream, opened again and again, that goes on where it was cut.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use http::header::CONTENT_TYPE;
use secrecy::SecretString;
use sse_stream::{Sse, SseByteStream};
use tokio::time::Instant;
use uuid::Uuid;

use crate::domain::id::TicketId;
use crate::wire::events::{
    BEAT, BePresent, CHANGE, Change, Doing, END, End, EndReason, HELLO, Hello, PRESENCE, Presence, Present,
    RESET,
};
use crate::wire::paths::{EVENTS, ticket_part};

use super::Api;
use super::answer::{Outcome, broken, read};
use super::call::Call;
use super::error::{ClientError, ErrorKind};

/// How long a stream may be silent before the first word.
const FIRST_WORD: Duration = Duration::from_secs(20);
/// Silence that is put up with beyond twice the backend's own beat.
const LEEWAY: Duration = Duration::from_secs(5);
/// A stream that lived so long was a good one: the next trouble begins with short waits again.
const STABLE: Duration = Duration::from_secs(10);
/// A stream lives for as long as its access token; no limit of ours ends it.
const NO_LIMIT: Duration = Duration::from_secs(366 * 86_400);
/// Most bytes of one event, and of what a broken peer may send without ending one.
const MOST_BYTES: usize = 1 << 20;

/// What comes out of the stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Live {
    /// It is open. `whole`: nothing was left out since the last event; else what is in sight has to be read anew.
    Open {
        /// Whether it goes on where it was cut.
        whole: bool,
    },
    /// Something was changed.
    Change(Box<Change>),
    /// Somebody has a ticket in sight, or has left it. After each [`Live::Open`] all are told anew.
    Presence(Presence),
    /// It is cut, and will be opened again.
    Cut {
        /// What happened, in words.
        why: String,
    },
    /// It will not be opened again: the sign-in is over, or the person may not listen.
    Over(Box<ClientError>),
}

/// A subscription to live events. Made by [`Api::events`].
pub struct Events {
    api: Api,
    /// The last place that was told.
    last: Option<String>,
    state: State,
    delays: ExponentialBackoff,
    /// Whether the backend was heard before: then it is told where to go on.
    known: bool,
}

/// One open connection.
struct Open {
    stream: BoxStream<'static, Result<Sse, sse_stream::Error>>,
    token: SecretString,
    idle: Duration,
    since: Instant,
    greeted: bool,
}

enum State {
    Closed { wait: Duration },
    Open(Box<Open>),
    Over,
}

fn delays() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_jitter()
        .with_min_delay(Duration::from_millis(250))
        .with_max_delay(Duration::from_secs(15))
        .without_max_times()
        .build()
}

impl Api {
    /// Live events from now on. Sends nothing before [`Events::next`] is asked.
    #[must_use]
    pub fn events(&self) -> Events {
        self.events_after(None)
    }

    /// Says that one has a ticket in sight; gives back who else has.
    ///
    /// # Errors
    /// When it cannot be said.
    pub async fn be_present(&self, ticket: TicketId, doing: Doing) -> Result<Present, ClientError> {
        let path = ticket_part(ticket, "presence");
        self.fetch(Call::put(path, &BePresent { doing })).await
    }

    /// Live events behind the one with this id.
    #[must_use]
    pub fn events_after(&self, last: Option<String>) -> Events {
        Events {
            api: self.clone(),
            known: last.is_some(),
            last,
            state: State::Closed { wait: Duration::ZERO },
            delays: delays(),
        }
    }
}

impl Events {
    /// The next thing that is told. Waits for as long as it takes; connects anew by itself. After [`Live::Over`] there
    /// is nothing more: it waits forever.
    pub async fn next(&mut self) -> Live {
        loop {
            let told = match &mut self.state {
                State::Over => std::future::pending().await,
                State::Closed { wait } => {
                    let wait = *wait;
                    tokio::time::sleep(wait).await;
                    self.connect().await
                }
                State::Open(open) => {
                    let heard = tokio::time::timeout(open.idle, open.stream.next()).await;
                    self.heard(heard).await
                }
            };
            if let Some(told) = told {
                return told;
            }
        }
    }

    /// The id of the last event, to go on behind it later.
    #[must_use]
    pub fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    async fn connect(&mut self) -> Option<Live> {
        let mut call = Call::get(EVENTS);
        call.last_event = self.last.clone();
        let request_id = Uuid::now_v7().to_string();
        let token = match self.api.access(&call, &request_id, false).await {
            Ok(Some(token)) => token,
            Ok(None) => return None,
            Err(error) if error.kind == ErrorKind::NotSignedIn => return Some(self.over(error)),
            Err(error) => return Some(self.cut(error.detail, None)),
        };
        let request = self
            .api
            .request(&call, Some(&token), &request_id)
            .timeout(NO_LIMIT)
            .send();
        let response = match tokio::time::timeout(FIRST_WORD, request).await {
            Err(_) => return Some(self.cut("The backend did not answer in time.".to_owned(), None)),
            Ok(Err(error)) => match broken(&error) {
                Outcome::Again { error, .. } | Outcome::Failed { error, .. } => {
                    return Some(self.cut(error.detail, None));
                }
                _ => return None,
            },
            Ok(Ok(response)) => response,
        };
        let stream = response
            .headers()
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        if !(response.status().is_success() && stream) {
            return self.refused(read(response).await, &token).await;
        }
        self.state = State::Open(Box::new(Open {
            stream: SseByteStream::new(bounded(response.bytes_stream().boxed())).boxed(),
            token,
            idle: FIRST_WORD,
            since: Instant::now(),
            greeted: false,
        }));
        None
    }

    /// No stream came back.
    async fn refused(&mut self, outcome: Outcome, token: &SecretString) -> Option<Live> {
        match outcome {
            // One that is refused twice in a row is no good; the wait in between grows.
            Outcome::Renew(error) => {
                let fresh = self.api.renewed(token).await;
                if fresh {
                    Some(self.cut(error.detail, None))
                } else {
                    Some(self.over(error))
                }
            }
            Outcome::Again { error, wait, .. } => Some(self.cut(error.detail, wait)),
            Outcome::Failed { error, .. } => match error.kind {
                ErrorKind::Server | ErrorKind::Malformed | ErrorKind::Unavailable => {
                    Some(self.cut(error.detail, None))
                }
                _ => Some(self.over(error)),
            },
            Outcome::Done(_) => Some(self.cut("The answer is no stream of events.".to_owned(), None)),
        }
    }

    async fn heard(
        &mut self,
        heard: Result<Option<Result<Sse, sse_stream::Error>>, tokio::time::error::Elapsed>,
    ) -> Option<Live> {
        let event = match heard {
            Err(_) => return Some(self.cut("The backend has fallen silent.".to_owned(), None)),
            Ok(None) => return Some(self.cut("The connection was cut.".to_owned(), None)),
            Ok(Some(Err(_))) => return Some(self.cut("The connection broke.".to_owned(), None)),
            Ok(Some(Ok(event))) => event,
        };
        let data = event.data.as_deref().unwrap_or_default();
        let told = match event.event.as_deref() {
            Some(HELLO) => {
                let whole = self.known && self.last.is_some();
                self.greeted(data);
                Some(Live::Open { whole })
            }
            Some(CHANGE) => match serde_json::from_str(data) {
                Ok(change) => Some(Live::Change(Box::new(change))),
                // Written by a newer backend: its place counts, and what is in sight is read anew.
                Err(_) => Some(Live::Open { whole: false }),
            },
            Some(PRESENCE) => serde_json::from_str(data).ok().map(Live::Presence),
            Some(RESET) => Some(Live::Open { whole: false }),
            Some(END) => return self.ended(data).await,
            Some(BEAT) | Some(_) | None => None,
        };
        if event.id.is_some() {
            self.last = event.id;
            self.known = true;
        }
        if let State::Open(open) = &self.state
            && open.since.elapsed() > STABLE
        {
            self.delays = delays();
        }
        told
    }

    fn greeted(&mut self, data: &str) {
        let State::Open(open) = &mut self.state else {
            return;
        };
        let beat = serde_json::from_str::<Hello>(data).map_or(15, |hello| hello.beat_seconds);
        open.idle = Duration::from_secs(beat.clamp(1, 120)) * 2 + LEEWAY;
        open.greeted = true;
    }

    /// The backend says that it ends the stream, and why.
    async fn ended(&mut self, data: &str) -> Option<Live> {
        let reason = serde_json::from_str::<End>(data).map(|end| end.reason);
        let over = |words: &str| {
            let mut error = ClientError::new(ErrorKind::NotSignedIn, words);
            error.code = match reason {
                Ok(EndReason::SessionLocked) => Some(crate::wire::problem::Code::SessionLocked),
                _ => Some(crate::wire::problem::Code::SessionEnded),
            };
            error
        };
        let error = match reason {
            Ok(EndReason::TokenExpired) => {
                let State::Open(open) = std::mem::replace(&mut self.state, State::Over) else {
                    return None;
                };
                self.api.renewed(&open.token).await;
                // An hour's token that ended is no trouble: the next stream begins at once.
                let quick = open.since.elapsed() > STABLE;
                let wait = if quick { Duration::ZERO } else { self.delay() };
                self.state = State::Closed { wait };
                return None;
            }
            Ok(EndReason::SessionEnded) => over("This sign-in was ended."),
            Ok(EndReason::SessionLocked) => over("This sign-in is locked."),
            Ok(EndReason::NoRole) => ClientError::new(
                ErrorKind::NotAllowed { no_role: true },
                "You have no role here any more.",
            ),
            Ok(EndReason::TooSlow) => return Some(self.cut("The events came too fast.".to_owned(), None)),
            Ok(EndReason::Stopping) => return Some(self.cut("The backend stops.".to_owned(), None)),
            Err(_) => return Some(self.cut("The backend ended the stream.".to_owned(), None)),
        };
        Some(self.over(error))
    }

    fn delay(&mut self) -> Duration {
        self.delays.next().unwrap_or(Duration::from_secs(15))
    }

    fn cut(&mut self, why: String, wait: Option<Duration>) -> Live {
        let delay = self.delay();
        let wait = wait.map_or(delay, |wait| wait.max(delay));
        self.state = State::Closed { wait };
        Live::Cut { why }
    }

    fn over(&mut self, error: ClientError) -> Live {
        self.state = State::Over;
        Live::Over(Box::new(error))
    }
}

/// The bytes as they come; a peer that sends on and on without ending an event is cut off.
fn bounded(
    bytes: BoxStream<'static, reqwest::Result<Bytes>>,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> + Send {
    let mut open = 0_usize;
    bytes.map(move |chunk| {
        let chunk = chunk.map_err(std::io::Error::other)?;
        open = match chunk.windows(2).rposition(|pair| pair == b"\n\n") {
            Some(at) => chunk.len() - at,
            None => open + chunk.len(),
        };
        if open > MOST_BYTES {
            return Err(std::io::Error::other("an event without an end"));
        }
        Ok(chunk)
    })
}
