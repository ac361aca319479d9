//! Does what the desk asks for: calls, wakes, clipboard, browser.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::Instant;

use super::actions;
use super::call::perform;
use super::drafts;
use super::errors::call_error;
use super::journal::Journal;
use super::live;
use super::setup::{DeskError, DeskSetup};
use super::signin::{self, Ask, Late};
use super::{Post, Posts};
use crate::auth::SessionOptions;
use crate::client::Api;
use crate::domain::id::AgentId;
use crate::domain::time::{Moment, SystemClock};
use crate::text::words::Words;
use crate::tui::app::{App, Job, Msg, WakeId};
use crate::tui::flow::{Answer, ApiCall, AskCall, CallError, Handed, Reply, RequestId, Toast, Trouble};
use crate::tui::term::{Clipboard, Place, Way, open_url};

/// Something that only the loop itself can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    Suspend,
    Repaint,
    Quit,
}

/// Does the desk's jobs and keeps track of what is under way.
pub(super) struct Worker {
    /// Where the work runs: not in the thread that draws.
    tasks: Handle,
    late: Late,
    api: Api,
    posts: Posts,
    asks: mpsc::UnboundedSender<Ask>,
    reads: HashMap<RequestId, AbortHandle>,
    acting: BTreeSet<RequestId>,
    wakes: HashMap<WakeId, Instant>,
    journal: Journal,
    me: Option<AgentId>,
    looking: Option<AbortHandle>,
    live: live::Listening,
    drafts: drafts::Keeper,
    place: Place,
    words: Arc<Words>,
}

impl Worker {
    /// Sets everything up; nothing goes over the network yet. The work runs in the runtime that this is called in.
    pub fn new(setup: DeskSetup) -> Result<(Self, mpsc::UnboundedReceiver<Post>), DeskError> {
        let (posts, inbox) = mpsc::unbounded_channel();
        let (asks, asked) = mpsc::unbounded_channel();
        let late = Late::default();
        let api = Api::new(&setup.config.backend, Arc::new(late.clone()))
            .map_err(|error| DeskError::Config(format!("backend.url: {}", error.detail)))?;
        let journal = Journal::open(setup.state_dir.as_deref()).map_err(|error| DeskError::Journal {
            path: setup
                .state_dir
                .as_ref()
                .map(|dir| dir.display().to_string())
                .unwrap_or_default(),
            error,
        })?;
        let options = SessionOptions {
            settings: setup.config.identity.clone(),
            state_dir: setup
                .state_dir
                .unwrap_or_else(|| std::env::temp_dir().join("tokendesk")),
            clock: Arc::new(SystemClock),
            passphrase: setup.passphrase,
        };
        let tasks = Handle::current();
        tasks.spawn(signin::keep(
            options,
            late.clone(),
            api.clone(),
            setup.demo,
            asked,
            posts.clone(),
        ));
        let drafts = drafts::Keeper::start(api.clone(), posts.clone());
        let worker = Self {
            tasks,
            drafts,
            late,
            api,
            posts,
            asks,
            reads: HashMap::new(),
            acting: BTreeSet::new(),
            wakes: HashMap::new(),
            journal,
            me: None,
            looking: None,
            live: live::Listening::default(),
            place: Place::of(|name| std::env::var(name).ok()),
            words: Arc::new(Words::load(&setup.config.ui.language)),
        };
        Ok((worker, inbox))
    }

    /// Does the jobs; gives back those that only the loop can do.
    pub fn work(&mut self, jobs: Vec<Job>) -> Vec<Own> {
        let mut own = Vec::new();
        for job in jobs {
            match job {
                Job::Api(id, call) => self.call(id, call),
                Job::Cancel(id) => {
                    if let Some(task) = self.reads.remove(&id) {
                        task.abort();
                    }
                }
                Job::Copy { text, what } => self.copy(text, what),
                Job::OpenUrl(url) => self.open(url),
                Job::HandOver(id, url) => self.hand_over(id, url),
                Job::Wake { after, id } => {
                    self.wakes.insert(id, Instant::now() + after);
                }
                Job::Unwake(id) => {
                    self.wakes.remove(&id);
                }
                Job::SignIn(ask) => self.ask(Ask::SignIn(ask)),
                Job::SignOut => self.ask(Ask::End),
                Job::Lock => self.ask(Ask::Lock),
                Job::Used => self.ask(Ask::Used),
                Job::LockAfter(minutes) => self.ask(Ask::LockAfter(minutes)),
                Job::LockIfUnused => self.ask(Ask::LockIfUnused),
                Job::Listen(wanted) => {
                    self.live.listen(wanted, &self.tasks, &self.api, &self.posts);
                    self.drafts.send(drafts::Ask::Go(wanted));
                }
                Job::Draft(ask) => self.drafts.send(drafts::Ask::Of(ask)),
                Job::Present(present) => self.live.present(present, &self.tasks, &self.api),
                Job::Suspend => own.push(Own::Suspend),
                Job::Repaint => own.push(Own::Repaint),
                Job::Quit => own.push(Own::Quit),
            }
        }
        own
    }

    fn ask(&self, ask: Ask) {
        let _ = self.asks.send(ask);
    }

    fn call(&mut self, id: RequestId, call: ApiCall) {
        let (api, posts) = (self.api.clone(), self.posts.clone());
        if let ApiCall::Ask(AskCall::Export(asked)) = call {
            let words = Arc::clone(&self.words);
            let task = tokio::spawn(async move {
                let reply = super::export::export(&api, id, &asked, &posts, &words).await;
                let _ = posts.send(Post::Msg(Msg::Reply(id, reply)));
            });
            self.reads.insert(id, task.abort_handle());
            return;
        }
        let Some(intent) = call.intent() else {
            let task = self.tasks.spawn(async move {
                let reply = perform(&api, &call)
                    .await
                    .map_err(|error| call_error(&call, error));
                let _ = posts.send(Post::Msg(Msg::Reply(id, reply)));
            });
            self.reads.insert(id, task.abort_handle());
            return;
        };
        if let Err(error) = self.journal.begin(&intent, self.me) {
            tracing::error!(%error, "the journal of intents cannot be written");
            let words = self.words.get("run-journal-failed");
            let reply = Err(CallError::new(Trouble::Broken, words));
            let _ = self.posts.send(Post::Msg(Msg::Reply(id, reply)));
            return;
        }
        self.acting.insert(id);
        self.tasks
            .spawn(actions::act(api, id, call, posts, Arc::clone(&self.words)));
    }

    /// Takes what a task told and hands it to the desk.
    pub fn take(&mut self, post: Post, app: &mut App, now: Moment) -> (Vec<Own>, Option<Vec<u8>>) {
        let mut bytes = None;
        let msg = match post {
            Post::Msg(Msg::Reply(id, reply)) => {
                self.reads.remove(&id);
                return (self.replied(id, reply, app, now), None);
            }
            Post::Msg(Msg::Link(up)) => {
                self.linked(up);
                Msg::Link(up)
            }
            Post::Msg(msg) => msg,
            Post::Bytes(data, toast) => {
                bytes = Some(data);
                Msg::Say(toast)
            }
            Post::BytesFor(data, id, how) => {
                bytes = Some(data);
                Msg::Reply(id, Ok(Answer::Handed(how)))
            }
            Post::Acted {
                id,
                key,
                reply,
                known,
            } => {
                self.acting.remove(&id);
                if known {
                    self.journal.end(key);
                }
                return (self.replied(id, *reply, app, now), None);
            }
            Post::Settled { key } => {
                self.journal.end(key);
                return (Vec::new(), None);
            }
        };
        let jobs = app.update(msg, now);
        (self.work(jobs), bytes)
    }

    /// An answer tells about the link, too.
    fn replied(&mut self, id: RequestId, reply: Reply, app: &mut App, now: Moment) -> Vec<Own> {
        let up = match &reply {
            // that was about this machine
            Ok(Answer::Handed(_)) => None,
            Ok(_) => Some(true),
            Err(error) if error.trouble == Trouble::Lost => Some(true),
            Err(error) if error.trouble == Trouble::Offline => Some(false),
            Err(error) if error.code.is_some() => Some(true),
            Err(_) => None,
        };
        let mut jobs = Vec::new();
        if let Some(up) = up {
            self.linked(up);
            jobs.extend(app.update(Msg::Link(up), now));
        }
        if let Ok(Answer::Me(me)) = &reply {
            if !me.uid.is_empty() {
                self.ask(Ask::BelongsTo(me.uid.clone()));
            }
            self.signed_in(me.id);
        }
        if let Ok(Answer::Draft { key, draft }) = &reply {
            let version = draft.as_ref().map(|draft| draft.version);
            self.drafts.send(drafts::Ask::Seen(key.clone(), version));
        }
        jobs.extend(app.update(Msg::Reply(id, reply), now));
        self.work(jobs)
    }

    fn linked(&mut self, up: bool) {
        if up {
            if let Some(task) = self.looking.take() {
                task.abort();
            }
        } else if self.looking.as_ref().is_none_or(AbortHandle::is_finished) {
            let task = self
                .tasks
                .spawn(actions::look_for_backend(self.api.clone(), self.posts.clone()));
            self.looking = Some(task.abort_handle());
        }
    }

    /// Somebody signed in: what they left open in an earlier run is settled now.
    fn signed_in(&mut self, me: AgentId) {
        let before = self.me.replace(me);
        if before == Some(me) {
            return;
        }
        if before.is_some() {
            // what somebody else has typed is theirs alone
            self.drafts.send(drafts::Ask::Clear);
        }
        let left = self.journal.left_by(me);
        if !left.is_empty() {
            let words = Arc::clone(&self.words);
            self.tasks.spawn(actions::settle_earlier(
                self.api.clone(),
                left,
                self.posts.clone(),
                words,
            ));
        }
    }

    /// When the next wake is due.
    pub fn next_wake(&self) -> Option<Instant> {
        self.wakes.values().min().copied()
    }

    /// The wakes that are due, earliest first.
    pub fn due(&mut self, now: Instant) -> Vec<WakeId> {
        let mut due: Vec<(Instant, WakeId)> = self
            .wakes
            .iter()
            .filter(|(_, at)| **at <= now)
            .map(|(id, at)| (*at, *id))
            .collect();
        due.sort_unstable();
        for (_, id) in &due {
            self.wakes.remove(id);
        }
        due.into_iter().map(|(_, id)| id).collect()
    }

    /// Waits until drafts are kept, for a moment, and the session has nothing on its way to the issuer: a renewal that was sent must be kept. At most as
    /// long as the issuer may take.
    pub async fn settle(&self) {
        self.drafts.flush().await;
        if let Some(session) = self.late.get() {
            // past the limit nothing more can be done
            let _ = tokio::time::timeout(SETTLE, session.settle()).await;
        }
    }

    /// How many actions are still on their way.
    pub fn acting(&self) -> usize {
        self.acting.len()
    }

    /// Says that actions on their way are waited for.
    pub fn waiting_words(&self) -> String {
        self.words
            .with("run-waiting", &[("n", &self.acting.len().to_string())])
    }

    /// Actions whose fate is not known yet, earlier runs included.
    pub fn open_intents(&self) -> usize {
        self.journal.len()
    }

    fn copy(&self, text: String, what: String) {
        let (clipboard, posts) = (Clipboard::new(self.place), self.posts.clone());
        let of = |id: &str| self.words.with(id, &[("what", what.as_str())]);
        let (by_tool, by_terminal, failed) =
            (of("run-copied"), of("run-copied-terminal"), of("run-not-copied"));
        self.tasks.spawn_blocking(move || {
            let post = match clipboard.copy(&text) {
                Way::Tool(tool) => Post::Msg(Msg::Say(Toast::good(format!("{by_tool} ({tool})")))),
                Way::Terminal(bytes) => Post::Bytes(bytes, Toast::info(by_terminal)),
                Way::Nowhere(why) => Post::Msg(Msg::Say(Toast::warning(format!("{failed} {why}.")))),
            };
            let _ = posts.send(post);
        });
    }

    /// Opens an address on this machine; where that cannot be, copies it.
    fn hand_over(&self, id: RequestId, url: String) {
        let (place, posts, clipboard) = (self.place, self.posts.clone(), Clipboard::new(self.place));
        tokio::task::spawn_blocking(move || {
            let post = |how| Post::Msg(Msg::Reply(id, Ok(Answer::Handed(how))));
            let post = match open_url(place, &url) {
                Ok(()) => post(Handed::Opened),
                Err(why) => match clipboard.copy(&url) {
                    Way::Tool(tool) => post(Handed::Copied { why, tool }),
                    Way::Terminal(bytes) => Post::BytesFor(bytes, id, Handed::Asked { why }),
                    Way::Nowhere(not_copied) => post(Handed::Nowhere { why, not_copied }),
                },
            };
            let _ = posts.send(post);
        });
    }

    fn open(&self, url: String) {
        let (place, posts, opened) = (self.place, self.posts.clone(), self.words.get("run-opened"));
        self.tasks.spawn_blocking(move || {
            let toast = match open_url(place, &url) {
                Ok(()) => Toast::good(opened),
                Err(why) => Toast::warning(why),
            };
            let _ = posts.send(Post::Msg(Msg::Say(toast)));
        });
    }
}

/// How long the session gets to come to its end when the desk is left.
const SETTLE: Duration = Duration::from_secs(20);
/// How long actions on their way are waited for when the desk is left.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
