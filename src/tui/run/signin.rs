//! Carries sign-in and sign-out between the session and the desk: one thing at a time, in the order asked for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use tokio::sync::{SetOnce, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::setup::DemoApprover;
use super::{Post, Posts};
use crate::auth::{AtBackend, Renewal, Session, SessionOptions, SignInError, SignInEvent};
use crate::client::credentials::{Credentials, CredentialsError};
use crate::client::{Api, ErrorKind};
use crate::domain::id::SessionId;
use crate::text::safe;
use crate::tui::app::Msg;
use crate::tui::flow::{SignInAsk, SignInState, Toast};
use crate::wire::problem::Code;

/// How long telling the backend of the end of a session may take.
const TELLING: Duration = Duration::from_secs(8);

/// What is asked of the keeper of the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ask {
    /// From the sign-in screen.
    SignIn(SignInAsk),
    /// End the session: here, at the backend and at the issuer. Say how it went.
    End,
    /// The same for a lock: say only what could not be done.
    Lock,
    /// The sign-in is in use.
    Used,
    /// Whose sign-in it is, by the issuer's id.
    BelongsTo(String),
    /// The desk's rule: lock after so many minutes; 0: never.
    LockAfter(u32),
    /// Say how long the sign-in may still go unused.
    LockIfUnused,
}

/// The session as soon as it is open.
#[derive(Clone, Default)]
pub(super) struct Late(Arc<SetOnce<Session>>);

impl Late {
    /// The session, once it is open.
    pub(super) fn get(&self) -> Option<&Session> {
        self.0.get()
    }
}

impl Credentials for Late {
    fn bearer(&self) -> BoxFuture<'_, Result<SecretString, CredentialsError>> {
        Box::pin(async move { self.0.wait().await.credentials().bearer().await })
    }

    fn rejected<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.0.wait().await.credentials().rejected(token).await })
    }

    fn session(&self) -> Option<SessionId> {
        self.0.get().and_then(|session| session.credentials().session())
    }
}

/// Keeps the session: opens it, then does what is asked. Ends when nobody can ask any more.
pub(super) async fn keep(
    options: SessionOptions,
    late: Late,
    api: Api,
    demo: Option<DemoApprover>,
    mut asks: mpsc::UnboundedReceiver<Ask>,
    posts: Posts,
) {
    let session = match Session::open(options).await {
        Ok(session) => session,
        Err(error) => {
            let words = error.to_string();
            while let Some(ask) = asks.recv().await {
                if let Ask::SignIn(_) = ask {
                    tell(&posts, SignInState::Failed(words.clone()));
                }
            }
            return;
        }
    };
    if let Some(notice) = session.notice() {
        say(&posts, Toast::info(notice.to_owned()));
    }
    if let Some(words) = session.ended() {
        say(&posts, Toast::warning(words));
    }
    session.used().await;
    let _ = late.0.set(session.clone());
    tokio::spawn(tell_of_renewals(session.renewals(), posts.clone()));
    let mut keeper = Keeper {
        session,
        api,
        demo,
        posts,
        code: Arc::default(),
        cancel: CancellationToken::new(),
        busy: Arc::default(),
    };
    while let Some(ask) = asks.recv().await {
        keeper.do_it(ask).await;
    }
    keeper.cancel.cancel();
}

/// Says when renewals begin to fail, and when they work again.
async fn tell_of_renewals(mut renewals: watch::Receiver<Renewal>, posts: Posts) {
    while renewals.changed().await.is_ok() {
        let toast = match &*renewals.borrow_and_update() {
            Renewal::Failing { words } => Toast::warning(words.clone()),
            Renewal::Fine => Toast::info("The sign-in is renewed again.".to_owned()),
        };
        say(&posts, toast);
    }
}

/// Has the backend refuse the session from now on, or as long as it is locked. Never takes long.
pub async fn end_at_backend(api: Api, lock: bool) -> AtBackend {
    let told = async {
        if lock {
            api.lock_session().await
        } else {
            api.end_session().await
        }
    };
    match tokio::time::timeout(TELLING, told).await {
        Ok(Ok(())) => AtBackend::Ended,
        Ok(Err(error)) => match (error.kind, error.code) {
            (ErrorKind::NotSignedIn, Some(Code::SessionEnded | Code::SessionLocked)) => AtBackend::Ended,
            (ErrorKind::NotSignedIn, _) => AtBackend::NotAsked,
            (_, Some(Code::NotFound | Code::MethodNotAllowed)) => AtBackend::NotOffered,
            _ => AtBackend::Failed(error.detail),
        },
        Err(_) => AtBackend::Failed("it did not answer in time".to_owned()),
    }
}

struct Keeper {
    session: Session,
    api: Api,
    demo: Option<DemoApprover>,
    posts: Posts,
    /// The code that waits for approval.
    code: Arc<Mutex<Option<String>>>,
    cancel: CancellationToken,
    busy: Arc<Mutex<bool>>,
}

impl Keeper {
    async fn do_it(&mut self, ask: Ask) {
        match ask {
            Ask::SignIn(SignInAsk::Start) if self.session.signed_in() => tell(&self.posts, SignInState::Kept),
            Ask::SignIn(SignInAsk::Start) if *lock(&self.busy) => {}
            Ask::SignIn(SignInAsk::Start | SignInAsk::NewCode) => self.ask_for_code(),
            Ask::SignIn(SignInAsk::CallOff) => {
                self.cancel.cancel();
                *lock(&self.busy) = false;
                *lock(&self.code) = None;
            }
            Ask::SignIn(SignInAsk::Approve { person }) => self.approve(person),
            Ask::End => self.end(false).await,
            Ask::Lock => {
                self.session.lock().await;
                self.end(true).await;
            }
            Ask::Used => self.session.used().await,
            Ask::BelongsTo(uid) => {
                // it waits for a renewal under way; a lock must not wait for that
                let session = self.session.clone();
                tokio::spawn(async move { session.belongs_to(&uid).await });
            }
            Ask::LockAfter(minutes) => self.session.lock_after(minutes).await,
            Ask::LockIfUnused => {
                // without a rule of its own the desk's counts
                let left = self.session.unused_left().await.unwrap_or_default();
                let _ = self.posts.send(Post::Msg(Msg::Unused(left)));
            }
        }
    }

    async fn end(&mut self, locking: bool) {
        self.cancel.cancel();
        *lock(&self.busy) = false;
        let backend = end_at_backend(self.api.clone(), locking);
        let report = self.session.sign_out(backend).await;
        let toast = match (report.complete(), locking) {
            (true, true) => return,
            (true, false) => Toast::info(report.words()),
            (false, _) => Toast::warning(report.words()),
        };
        say(&self.posts, toast);
    }

    fn ask_for_code(&mut self) {
        self.cancel.cancel();
        self.cancel = CancellationToken::new();
        *lock(&self.busy) = true;
        *lock(&self.code) = None;
        let attempt = Attempt {
            session: self.session.clone(),
            cancel: self.cancel.clone(),
            posts: self.posts.clone(),
            code: Arc::clone(&self.code),
            busy: Arc::clone(&self.busy),
            people: self
                .demo
                .as_ref()
                .map(|demo| demo.people.clone())
                .unwrap_or_default(),
        };
        tokio::spawn(attempt.run());
    }

    fn approve(&self, person: String) {
        let Some(demo) = self.demo.clone() else { return };
        let Some(code) = lock(&self.code).clone() else {
            return;
        };
        let posts = self.posts.clone();
        tokio::spawn(async move {
            if let Err(words) = (demo.approve)(code, person).await {
                tell(&posts, SignInState::NotApproved(words));
            }
        });
    }
}

/// One code from asking to its end.
struct Attempt {
    session: Session,
    cancel: CancellationToken,
    posts: Posts,
    code: Arc<Mutex<Option<String>>>,
    busy: Arc<Mutex<bool>>,
    people: Vec<crate::tui::flow::DemoPerson>,
}

impl Attempt {
    async fn run(self) {
        self.tell(SignInState::Starting);
        if self.session.signed_in() {
            // the backend refuses it, or somebody else is to sign in: nobody needs it any more
            self.session
                .sign_out(std::future::ready(AtBackend::NotAsked))
                .await;
        }
        let prompt = loop {
            match self.session.begin().await {
                Ok(prompt) => break prompt,
                Err(SignInError::Unavailable { words, retry_in }) => {
                    self.tell(SignInState::Trouble(words));
                    let wait = retry_in.max(Duration::from_secs(1));
                    tokio::select! {
                        () = self.cancel.cancelled() => return,
                        () = tokio::time::sleep(wait) => {}
                    }
                }
                Err(error) => return self.end(state_of(error)),
            }
        };
        if self.cancel.is_cancelled() {
            return;
        }
        *lock(&self.code) = Some(prompt.user_code.clone());
        if let Some(notice) = self.session.clock_notice() {
            say(&self.posts, Toast::warning(notice));
        }
        self.tell(SignInState::Prompt {
            user_code: prompt.user_code.clone(),
            verification_uri: prompt.verification_uri.clone(),
            verification_uri_complete: prompt.verification_uri_complete.clone(),
            expires_at: prompt.expires_at,
            demo_people: self.people.clone(),
        });
        let (posts, cancel) = (self.posts.clone(), self.cancel.clone());
        let outcome = self
            .session
            .wait(&prompt, &self.cancel, move |event| {
                if let SignInEvent::Trouble { words, .. } = event
                    && !cancel.is_cancelled()
                {
                    tell(&posts, SignInState::Trouble(words));
                }
            })
            .await;
        match outcome {
            Ok(notice) => {
                if let Some(notice) = notice {
                    say(&self.posts, Toast::info(notice));
                }
                self.end(SignInState::Approved);
            }
            Err(SignInError::Cancelled) => {}
            Err(error) => self.end(state_of(error)),
        }
    }

    fn tell(&self, state: SignInState) {
        if !self.cancel.is_cancelled() {
            tell(&self.posts, state);
        }
    }

    fn end(&self, state: SignInState) {
        if !self.cancel.is_cancelled() {
            *lock(&self.busy) = false;
            *lock(&self.code) = None;
            tell(&self.posts, state);
        }
    }
}

fn state_of(error: SignInError) -> SignInState {
    match error {
        SignInError::Expired => SignInState::Expired,
        other => SignInState::Failed(safe::clean(&other.to_string()).into_owned()),
    }
}

// nobody hears it once the desk is being left
fn tell(posts: &Posts, state: SignInState) {
    let _ = posts.send(Post::Msg(Msg::SignIn(state)));
}

fn say(posts: &Posts, toast: Toast) {
    let _ = posts.send(Post::Msg(Msg::Say(toast)));
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
