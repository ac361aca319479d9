//! Access tokens for the client: kept in memory, renewed unseen, one renewal at a time.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{OnceCell, watch};
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use super::access::Access;
use super::discovery::{DiscoveryError, discover};
use super::grant::{Granted, RefreshError, refresh};
use super::http::{IssuerHttp, Trouble};
use super::process_lock::ProcessLock;
use super::sign_out::retire;
use super::usage::Usage;
use super::vault::{StoredSession, Vault, VaultKind};
use super::words;
use crate::client::credentials::{Credentials, CredentialsError};
use crate::config::identity::IdentitySettings;
use crate::config::issuer::IssuerMetadata;
use crate::domain::id::SessionId;
use crate::domain::time::Clock;

/// A token that was refused so soon after it was minted would be refused again if it were renewed.
const FRESH: Duration = Duration::from_secs(30);
const NOT_SIGNED_IN: &str = "You are not signed in. Sign in first.";

type Answer = Result<SecretString, CredentialsError>;

/// The session's access tokens. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct TokenSource(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub settings: IdentitySettings,
    pub http: IssuerHttp,
    pub vault: Arc<dyn Vault>,
    pub lock_path: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    metadata: OnceCell<IssuerMetadata>,
    state: Mutex<State>,
    /// Held by whoever changes the session: a renewal, a sign-in, a sign-out.
    pub gate: tokio::sync::Mutex<()>,
    /// How renewals go.
    renewal: watch::Sender<Renewal>,
    /// When the sign-in was used, and whether it is locked.
    pub usage: Usage,
    /// What goes on behind the scenes and is to come to its end before the program does.
    pub chores: TaskTracker,
}

/// How the renewals of a sign-in go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Renewal {
    /// As they should.
    #[default]
    Fine,
    /// They fail for the moment; what is there can still be used.
    Failing {
        /// Why, and for how long work goes on.
        words: String,
    },
}

#[derive(Default)]
struct State {
    /// This sign-in, also where there is no record to keep.
    session: Option<SessionId>,
    record: Option<StoredSession>,
    /// The record is newer than what the vault holds, because saving it failed.
    unsaved: bool,
    access: Option<Access>,
    running: Option<Shared<BoxFuture<'static, Answer>>>,
    faults: u32,
    trouble: Option<(Instant, String)>,
    ended: Option<String>,
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenSource")
            .field("signed_in", &self.signed_in())
            .finish_non_exhaustive()
    }
}

impl TokenSource {
    pub(super) fn new(
        settings: IdentitySettings,
        http: IssuerHttp,
        vault: Arc<dyn Vault>,
        lock_path: Option<PathBuf>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let usage = Usage::new(lock_path.as_ref().map(|path| path.with_extension("use")));
        Self(Arc::new(Inner {
            settings,
            http,
            vault,
            lock_path,
            clock,
            metadata: OnceCell::new(),
            state: Mutex::default(),
            gate: tokio::sync::Mutex::default(),
            renewal: watch::Sender::default(),
            usage,
            chores: TaskTracker::new(),
        }))
    }

    /// How renewals go, from now on.
    pub(super) fn renewals(&self) -> watch::Receiver<Renewal> {
        self.0.renewal.subscribe()
    }

    /// Waits until nothing is on its way to the issuer any more: a renewal that was sent must be kept, else the session
    /// is lost.
    pub(super) async fn settle(&self) {
        let running = self.0.state().running.clone();
        if let Some(running) = running {
            // how it ends is kept in the state
            let _ = running.await;
        }
        self.0.chores.close();
        self.0.chores.wait().await;
        self.0.chores.reopen();
    }

    /// Whether there is a session to go on with. It may still turn out to be over at the issuer.
    #[must_use]
    pub fn signed_in(&self) -> bool {
        let state = self.0.state();
        state.record.is_some()
            || state
                .access
                .as_ref()
                .is_some_and(|access| access.alive(self.0.clock.now()))
    }

    /// A token to send now: the one in memory while it is good (renewed behind the scenes when it gets old), else a
    /// renewed one.
    async fn bearer_now(&self) -> Answer {
        let renewal = {
            let mut state = self.0.state();
            let (now, wall) = (Instant::now(), self.0.clock.now());
            let may_renew =
                state.record.is_some() && state.trouble.as_ref().is_none_or(|(until, _)| now >= *until);
            if let Some(access) = &state.access
                && access.alive(wall)
            {
                let (token, due) = (access.token.clone(), now >= access.renew_at);
                if due && may_renew {
                    drop(self.renewal(&mut state));
                }
                return Ok(token);
            }
            if state.record.is_none() {
                return Err(state.not_signed_in());
            }
            if let Some((until, words)) = &state.trouble
                && now < *until
            {
                return Err(CredentialsError::Unavailable {
                    words: words.clone(),
                    retry_in: *until - now,
                });
            }
            self.renewal(&mut state)
        };
        renewal.await
    }

    /// The renewal under way, or a new one. It runs as a task of its own: whoever asked for it may go away.
    fn renewal(&self, state: &mut State) -> Shared<BoxFuture<'static, Answer>> {
        if let Some(running) = &state.running {
            return running.clone();
        }
        let inner = Arc::clone(&self.0);
        let task = tokio::spawn(async move {
            let answer = inner.renew().await;
            inner.state().running = None;
            answer
        });
        let running = async move {
            task.await.unwrap_or_else(|_| {
                Err(CredentialsError::Unavailable {
                    words: "The renewal of the sign-in was given up half way.".to_owned(),
                    retry_in: Duration::from_secs(1),
                })
            })
        }
        .boxed()
        .shared();
        state.running = Some(running.clone());
        running
    }
}

impl Credentials for TokenSource {
    fn bearer(&self) -> BoxFuture<'_, Answer> {
        self.bearer_now().boxed()
    }

    fn rejected<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()> {
        let mut state = self.0.state();
        let refused = state.access.as_ref().is_some_and(|access| {
            access.token.expose_secret() == token.expose_secret() && access.minted.elapsed() >= FRESH
        });
        if refused && state.record.is_some() {
            state.access = None;
        }
        drop(state);
        std::future::ready(()).boxed()
    }

    fn session(&self) -> Option<SessionId> {
        self.0.state().session
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The issuer's endpoints, found once.
    pub(super) async fn metadata(&self) -> Result<&IssuerMetadata, DiscoveryError> {
        self.metadata
            .get_or_try_init(|| discover(&self.http, &self.settings))
            .await
    }

    /// Takes up a session that was kept from an earlier run, unless it is locked: then it ends here.
    pub(super) async fn take_up(self: &Arc<Self>, record: StoredSession) {
        let left = self.usage.left(record.session, self.clock.now()).await;
        if left != Some(Duration::ZERO) {
            return self.resume(record);
        }
        self.usage.lock(record.session).await;
        if let Err(error) = self.vault.clear().await {
            tracing::warn!(%error, "a sign-in that is locked could not be removed");
        }
        let minutes = self.usage.lock_minutes().await;
        self.forget(&format!(
            "Your sign-in was locked, by you or after {minutes} minutes without use. Sign in again."
        ));
        let inner = Arc::clone(self);
        self.chores.spawn(async move { retire(&inner, &record).await });
    }

    /// Why there is no session any more.
    pub(super) fn ended(&self) -> Option<String> {
        self.state().ended.clone()
    }

    /// The sign-in that goes on here.
    pub(super) fn session(&self) -> Option<SessionId> {
        self.state().session
    }

    fn resume(&self, record: StoredSession) {
        *self.state() = State {
            session: Some(record.session),
            record: Some(record),
            ..State::default()
        };
    }

    /// Notes whose session it is, here and in the vault.
    pub(super) async fn belongs_to(&self, uid: &str) {
        let _gate = self.gate.lock().await;
        let changed = {
            let mut state = self.state();
            let unsaved = state.unsaved;
            match &mut state.record {
                Some(record) if record.uid.as_deref() != Some(uid) => {
                    record.uid = Some(uid.to_owned());
                    (!unsaved).then(|| record.clone())
                }
                _ => None,
            }
        };
        let Some(record) = changed else { return };
        let Ok(_lock) = ProcessLock::take(self.lock_path.as_deref()).await else {
            return;
        };
        // only beside the token that is kept now: another process may have renewed it meanwhile
        if let Stored::Session(stored) = self.stored().await
            && stored.same_token(&record)
            && let Err(error) = self.vault.save(&record).await
        {
            tracing::warn!(%error, "whose session it is could not be noted");
        }
    }

    /// The newest session that is known here.
    pub(super) fn record(&self) -> Option<StoredSession> {
        self.state().record.clone()
    }

    /// Forgets the session in memory; `words` are what the next caller is told.
    pub(super) fn forget(&self, words: &str) {
        let running = self.state().running.clone();
        *self.state() = State {
            running,
            ended: Some(words.to_owned()),
            ..State::default()
        };
    }

    /// Starts a session with tokens from a sign-in: kept before they are used. The notice says if keeping failed.
    pub(super) async fn adopt(self: &Arc<Self>, granted: &Granted) -> Option<String> {
        let _gate = self.gate.lock().await;
        let _lock = ProcessLock::take(self.lock_path.as_deref()).await;
        let session = SessionId::new();
        let earlier = match self.vault.load().await {
            Ok(Some(stored)) if stored.belongs_to(&self.settings) => Some(stored),
            Ok(_) | Err(_) => self.record(),
        };
        let record = granted.refresh_token.clone().map(|refresh_token| StoredSession {
            issuer: self.settings.issuer.clone(),
            client_id: self.settings.client_id.clone(),
            uid: None,
            session,
            refresh_token,
        });
        let notice = match &record {
            Some(record) => self
                .vault
                .save(record)
                .await
                .err()
                .map(|error| format!("This sign-in lasts until you quit: {error}.")),
            None => {
                let _ = self.vault.clear().await;
                Some("The issuer gave no refresh token, so you will be asked to sign in again soon. Is `offline_access` among identity.scopes?".to_owned())
            }
        };
        let unsaved = record.is_some() && notice.is_some();
        if let Some(earlier) = earlier {
            let inner = Arc::clone(self);
            self.chores.spawn(async move { retire(&inner, &earlier).await });
        }
        self.usage.used(session, self.clock.now()).await;
        *self.state() = State {
            session: Some(session),
            record,
            unsaved,
            access: Some(Access::new(granted, self.clock.now())),
            ..State::default()
        };
        notice
    }

    /// One renewal, from the lock to the published token.
    async fn renew(&self) -> Answer {
        let _gate = self.gate.lock().await;
        let Some(mut record) = self.record() else {
            return Err(self.state().not_signed_in());
        };
        let Ok(_lock) = ProcessLock::take(self.lock_path.as_deref()).await else {
            return Err(self.stumbled(Trouble {
                words: "another tokendesk of yours is busy renewing the sign-in".to_owned(),
                retry_in: None,
            }));
        };
        // another process may have renewed or signed out meanwhile: the vault knows
        match self.stored().await {
            Stored::Session(stored) => record = stored,
            Stored::Gone => {
                return Err(self.over(
                    "The kept sign-in is gone; perhaps you signed out in another window. Sign in again.",
                ));
            }
            Stored::Unknown => {}
        }
        let metadata = match self.metadata().await {
            Ok(metadata) => metadata,
            Err(DiscoveryError::Trouble(trouble)) => return Err(self.stumbled(trouble)),
            Err(DiscoveryError::Wrong(words)) => {
                return Err(self.stumbled(Trouble {
                    words,
                    retry_in: Some(Duration::from_secs(30)),
                }));
            }
        };
        let mut second_try = false;
        loop {
            match refresh(
                &self.http,
                metadata,
                &self.settings.client_id,
                &record.refresh_token,
            )
            .await
            {
                Ok(granted) => return Ok(self.renewed(record, &granted).await),
                Err(RefreshError::Trouble(trouble)) => return Err(self.stumbled(trouble)),
                Err(RefreshError::Refused { code, description }) => {
                    let words = words::explain(&self.settings, &code, description.as_deref());
                    return Err(self.stumbled(Trouble {
                        words,
                        retry_in: Some(Duration::from_secs(30)),
                    }));
                }
                Err(RefreshError::Dead) => match self.stored().await {
                    Stored::Session(stored) if !second_try && !stored.same_token(&record) => {
                        record = stored;
                        second_try = true;
                    }
                    _ => return Err(self.bury().await),
                },
            }
        }
    }

    /// The refresh token is dead: nothing of it is kept.
    async fn bury(&self) -> CredentialsError {
        if let Err(error) = self.vault.clear().await {
            tracing::warn!(%error, "a session that is over could not be removed");
        }
        self.over("Your sign-in has come to its end. Sign in again.")
    }

    /// What the vault holds of this session, as far as it can be told.
    async fn stored(&self) -> Stored {
        if self.state().unsaved {
            return Stored::Unknown;
        }
        match self.vault.load().await {
            Ok(Some(stored)) if stored.belongs_to(&self.settings) => Stored::Session(stored),
            // what the kernel keeps may vanish at any time: that is no sign-out
            Ok(None) if self.vault.kind() == VaultKind::Keyutils => Stored::Unknown,
            Ok(_) => Stored::Gone,
            Err(error) => {
                tracing::warn!(%error, "the kept session could not be read");
                Stored::Unknown
            }
        }
    }

    /// Keeps the new refresh token, then publishes the access token.
    async fn renewed(&self, mut record: StoredSession, granted: &Granted) -> SecretString {
        let mut unsaved = self.state().unsaved;
        if let Some(token) = &granted.refresh_token {
            record.refresh_token = token.clone();
            unsaved = false;
            if let Err(error) = self.vault.save(&record).await {
                tracing::warn!(%error, "the renewed session could not be kept");
                unsaved = true;
                // another process must not find the spent token: using it would end the session at the issuer
                let _ = self.vault.clear().await;
            }
        }
        let access = Access::new(granted, self.clock.now());
        let token = access.token.clone();
        let mut state = self.state();
        state.session = Some(record.session);
        state.record = Some(record);
        state.unsaved = unsaved;
        state.access = Some(access);
        (state.faults, state.trouble, state.ended) = (0, None, None);
        self.renewal.send_if_modified(|renewal| {
            let was = std::mem::take(renewal);
            was != Renewal::Fine
        });
        token
    }

    /// A passing fault: wait longer each time, up to a minute.
    fn stumbled(&self, trouble: Trouble) -> CredentialsError {
        let mut state = self.state();
        let doubled = Duration::from_secs(1_u64.checked_shl(state.faults).unwrap_or(60).min(60));
        let retry_in = trouble.retry_in.unwrap_or(doubled);
        let words = format!(
            "The sign-in cannot be renewed now: {}.",
            trouble.words.trim_end_matches('.')
        );
        state.faults = state.faults.saturating_add(1).min(6);
        state.trouble = Some((Instant::now() + retry_in, words.clone()));
        if let Some(access) = state
            .access
            .as_ref()
            .filter(|access| access.alive(self.clock.now()))
        {
            let minutes = access.left().as_secs() / 60;
            let words = match minutes {
                0 => format!("{words} Your work goes on for less than a minute."),
                1 => format!("{words} Your work goes on for a minute more, and it is tried again meanwhile."),
                n => format!(
                    "{words} Your work goes on for {n} minutes more, and it is tried again meanwhile."
                ),
            };
            self.renewal.send_if_modified(|renewal| {
                let first = *renewal == Renewal::Fine;
                if first {
                    *renewal = Renewal::Failing { words };
                }
                first
            });
        }
        CredentialsError::Unavailable { words, retry_in }
    }

    fn over(&self, words: &str) -> CredentialsError {
        self.forget(words);
        CredentialsError::NotSignedIn(words.to_owned())
    }

    /// Whether the vault outlives this process.
    pub(super) fn lasts(&self) -> bool {
        self.vault.kind() != VaultKind::Memory
    }
}

enum Stored {
    Session(StoredSession),
    Gone,
    Unknown,
}

impl State {
    fn not_signed_in(&self) -> CredentialsError {
        CredentialsError::NotSignedIn(self.ended.clone().unwrap_or_else(|| NOT_SIGNED_IN.to_owned()))
    }
}
