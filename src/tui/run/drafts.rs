//! Keeps drafts at the backend, one after the other: what could not be sent is sent when the way is there again, the
//! newest of each key.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use super::{Post, Posts};
use crate::client::{Api, ErrorKind};
use crate::tui::app::Msg;
use crate::tui::flow::DraftAsk;
use crate::wire::drafts::{Draft, PutDraft};

/// The first wait after something that did not get through; doubled each time.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(8);
/// How long drafts are waited for when the desk is left.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the keeper is told.
pub(super) enum Ask {
    /// A draft is to be kept, or forgotten.
    Of(DraftAsk),
    /// The backend keeps this version under a key, or nothing: a form has it in sight.
    Seen(String, Option<i64>),
    /// Somebody is signed in, or the gate is closed: nothing is sent meanwhile.
    Go(bool),
    /// Somebody else signed in.
    Clear,
    /// Answered as soon as nothing waits.
    Flush(oneshot::Sender<()>),
}

/// Hands drafts to the task that keeps them.
pub(super) struct Keeper(mpsc::UnboundedSender<Ask>);

impl Keeper {
    /// Starts the task.
    pub fn start(api: Api, posts: Posts) -> Self {
        let (asks, asked) = mpsc::unbounded_channel();
        tokio::spawn(keep(api, posts, asked));
        Self(asks)
    }

    /// Tells it something.
    pub fn send(&self, ask: Ask) {
        // The task lives as long as this.
        let _ = self.0.send(ask);
    }

    /// Waits until everything is kept, for a moment.
    pub async fn flush(&self) {
        let (done, flushed) = oneshot::channel();
        self.send(Ask::Flush(done));
        // Past that, what was typed last is lost; all before it is kept.
        let _ = tokio::time::timeout(PATIENCE, flushed).await;
    }
}

/// What is known of the drafts, and what waits.
#[derive(Default)]
struct Drafts {
    /// The version that the backend keeps, as far as is known.
    versions: BTreeMap<String, i64>,
    /// What is to be kept; `None`: to be forgotten.
    waiting: BTreeMap<String, Option<BTreeMap<String, String>>>,
    paused: bool,
    wait: Duration,
    again_at: Option<Instant>,
    flushes: Vec<oneshot::Sender<()>>,
}

async fn keep(api: Api, posts: Posts, mut asked: mpsc::UnboundedReceiver<Ask>) {
    let mut drafts = Drafts {
        wait: FIRST_WAIT,
        ..Drafts::default()
    };
    loop {
        let ask = if drafts.is_due() {
            asked.try_recv().ok()
        } else {
            tokio::select! {
                ask = asked.recv() => match ask {
                    Some(ask) => Some(ask),
                    None => return,
                },
                () = until(drafts.again_at) => None,
            }
        };
        match ask {
            Some(ask) => drafts.take(ask),
            None => drafts.send_one(&api, &posts).await,
        }
        if drafts.waiting.is_empty() {
            drafts.flushes.drain(..).for_each(|flush| {
                let _ = flush.send(());
            });
        }
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

impl Drafts {
    /// Whether something can be sent now.
    fn is_due(&self) -> bool {
        !self.paused && !self.waiting.is_empty() && self.again_at.is_none_or(|at| at <= Instant::now())
    }

    fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Of(DraftAsk::Keep { key, fields }) => {
                self.waiting.insert(key, Some(fields));
            }
            Ask::Of(DraftAsk::Forget { key }) => {
                self.waiting.insert(key, None);
            }
            Ask::Seen(key, Some(version)) => {
                self.versions.insert(key, version);
            }
            Ask::Seen(key, None) => {
                self.versions.remove(&key);
            }
            Ask::Go(go) => {
                self.paused = !go;
                self.again_at = None;
            }
            Ask::Clear => {
                self.waiting.clear();
                self.versions.clear();
            }
            Ask::Flush(done) => self.flushes.push(done),
        }
    }

    /// Sends one of those that wait; what does not get through stays, unless there is something newer by then.
    async fn send_one(&mut self, api: &Api, posts: &Posts) {
        let Some((key, what)) = self.waiting.pop_first() else {
            return;
        };
        let sent = match &what {
            Some(fields) => self.put(api, &key, fields).await,
            None => api.drop_draft(&key).await.map(|()| {
                self.versions.remove(&key);
                None
            }),
        };
        let tell = |key: String, kept| {
            let _ = posts.send(Post::Msg(Msg::Draft { key, kept }));
        };
        match sent {
            Ok(kept) => {
                self.wait = FIRST_WAIT;
                self.again_at = None;
                tell(key, kept);
            }
            Err(error) => {
                let passing = matches!(
                    error.kind,
                    ErrorKind::Unreachable
                        | ErrorKind::Unavailable
                        | ErrorKind::RateLimited { .. }
                        | ErrorKind::Server
                        | ErrorKind::NotSignedIn
                        | ErrorKind::Malformed
                );
                tracing::debug!(kind = error.kind.word(), passing, "a draft is not kept yet");
                if passing {
                    self.waiting.entry(key.clone()).or_insert(what);
                    self.again_at = Some(Instant::now() + self.wait);
                    self.wait = (self.wait * 2).min(LONGEST_WAIT);
                }
                tell(key, Some(false));
            }
        }
    }

    /// Keeps one. What another desk of the same person kept meanwhile is not overwritten unless this holds all of it.
    async fn put(
        &mut self,
        api: &Api,
        key: &str,
        fields: &BTreeMap<String, String>,
    ) -> Result<Option<bool>, crate::client::ClientError> {
        let body = PutDraft {
            fields: fields.clone(),
        };
        let mut version = self.versions.get(key).copied();
        loop {
            match api.put_draft(key, version, &body).await {
                Ok(kept) => {
                    self.versions.insert(key.to_owned(), kept.version);
                    return Ok(Some(true));
                }
                Err(error) => {
                    let ErrorKind::Stale {
                        current: Some(current),
                    } = &error.kind
                    else {
                        return Err(error);
                    };
                    let Ok(other) = serde_json::from_value::<Draft>(current.clone()) else {
                        return Err(error);
                    };
                    let holds = |(name, text): (&String, &String)| {
                        fields.get(name).is_some_and(|mine| mine.contains(text.trim()))
                    };
                    if version == Some(other.version) || !other.fields.iter().all(holds) {
                        return Err(error);
                    }
                    version = Some(other.version);
                }
            }
        }
    }
}
