//! The session as a runner sees it: open it, sign in if need be, hand its tokens to the client, sign out.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::sign_in::{DevicePrompt, SignIn, SignInError, SignInEvent};
use super::sign_out::{AtBackend, Revocation, SignOutReport, sign_out};
use super::source::{Renewal, TokenSource};
use super::vault::{self, VaultError, VaultKind};
use crate::client::credentials::Credentials;
use crate::config::identity::IdentitySettings;
use crate::domain::time::Clock;

/// What a session needs.
#[derive(Clone)]
pub struct SessionOptions {
    /// The issuer and the application.
    pub settings: IdentitySettings,
    /// The private directory of the program for things that outlive a run (lock file, and the file store if chosen).
    pub state_dir: PathBuf,
    /// The clock of this machine.
    pub clock: Arc<dyn Clock>,
    /// The passphrase of a sealed file, where the person was asked for it ([`vault::passphrase_wanted`]).
    pub passphrase: Option<SecretString>,
}

/// The session of the person at this desk. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Session {
    source: TokenSource,
    sign_in: SignIn,
    clock: Arc<dyn Clock>,
    notice: Option<String>,
    why: Arc<str>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("source", &self.source)
            .field("notice", &self.notice)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Opens the vault and takes up what an earlier run kept there. Sends nothing over the network; takes up to about
    /// seven seconds where a keyring hangs, so do it beside the first frame, not before.
    ///
    /// # Errors
    /// [`SignInError::Failed`] when the settings, or a token store that was chosen by name, cannot work.
    pub async fn open(options: SessionOptions) -> Result<Self, SignInError> {
        let failed = |error: VaultError| SignInError::Failed {
            code: "configuration".to_owned(),
            words: format!("The sign-in cannot be kept: {error}."),
        };
        let SessionOptions {
            settings,
            state_dir,
            clock,
            passphrase,
        } = options;
        let sign_in = SignIn::new(settings.clone())?;
        let opened = vault::open(&settings, &state_dir, passphrase.as_ref())
            .await
            .map_err(failed)?;
        let lock_path = (opened.vault.kind() != VaultKind::Memory)
            .then(|| state_dir.join(format!("{}.lock", vault::slot_name(&settings))));
        let mut notice = opened.notice;
        let source = TokenSource::new(
            settings.clone(),
            sign_in.http().clone(),
            opened.vault,
            lock_path,
            Arc::clone(&clock),
        );
        match source.0.vault.load().await {
            Ok(Some(stored)) if stored.belongs_to(&settings) => source.0.take_up(stored).await,
            Ok(_) => {}
            Err(error) => notice = Some(format!("The kept sign-in could not be read: {error}.")),
        }
        Ok(Self {
            source,
            sign_in,
            clock,
            notice,
            why: opened.why.into(),
        })
    }

    /// Something to tell the person once, such as that the sign-in lasts for this run only.
    #[must_use]
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// Where the refresh token is kept.
    #[must_use]
    pub fn store(&self) -> VaultKind {
        self.source.0.vault.kind()
    }

    /// Why it is kept there.
    #[must_use]
    pub fn store_reason(&self) -> &str {
        &self.why
    }

    /// Whether the sign-in outlives this run.
    #[must_use]
    pub fn lasts(&self) -> bool {
        self.source.0.lasts()
    }

    /// Whether there is a session to go on with. It may still turn out to be over at the issuer.
    #[must_use]
    pub fn signed_in(&self) -> bool {
        self.source.signed_in()
    }

    /// Why the sign-in of an earlier run does not go on, if that is worth saying.
    #[must_use]
    pub fn ended(&self) -> Option<String> {
        self.source.0.ended()
    }

    /// The tokens, for the client.
    #[must_use]
    pub fn credentials(&self) -> Arc<dyn Credentials> {
        Arc::new(self.source.clone())
    }

    /// Asks for a device code. Call it only because a person asked to sign in.
    ///
    /// # Errors
    /// As [`SignIn::begin`].
    pub async fn begin(&self) -> Result<DevicePrompt, SignInError> {
        self.sign_in.begin(self.clock.as_ref()).await
    }

    /// Waits for the approval and starts the session with what is granted. `Ok` may hold something to tell the person
    /// once.
    ///
    /// # Errors
    /// As [`SignIn::wait`].
    pub async fn wait<F>(
        &self,
        prompt: &DevicePrompt,
        cancel: &CancellationToken,
        on_event: F,
    ) -> Result<Option<String>, SignInError>
    where
        F: Fn(SignInEvent) + Send + Sync + 'static,
    {
        let granted = self.sign_in.wait(prompt, cancel, on_event).await?;
        // not to be lost if the caller goes away now: the tokens exist
        let inner = Arc::clone(&self.source.0);
        tokio::spawn(async move { inner.adopt(&granted).await })
            .await
            .map_err(|_| SignInError::Cancelled)
    }

    /// What to say about this machine's clock, if the issuer's tells another time.
    #[must_use]
    pub fn clock_notice(&self) -> Option<String> {
        let ahead = self.sign_in.http().clock_ahead(self.clock.now())?;
        super::words::clock_notice("issuer", ahead)
    }

    /// How renewals go, from now on: to be said to the person.
    #[must_use]
    pub fn renewals(&self) -> tokio::sync::watch::Receiver<Renewal> {
        self.source.renewals()
    }

    /// Waits until nothing is on its way to the issuer any more. To be called before the program ends.
    pub async fn settle(&self) {
        self.source.settle().await;
    }

    /// The person used the sign-in just now.
    pub async fn used(&self) {
        if let Some(session) = self.source.0.session() {
            self.source.0.usage.used(session, self.clock.now()).await;
        }
    }

    /// The desk's rule: after so many minutes without use the sign-in is locked; 0: never.
    pub async fn lock_after(&self, minutes: u32) {
        if let Some(session) = self.source.0.session() {
            let usage = &self.source.0.usage;
            usage.lock_after(session, minutes, self.clock.now()).await;
        }
    }

    /// How long the sign-in may still go unused, in any window of this machine; zero: it is locked, `None`: it never
    /// is.
    pub async fn unused_left(&self) -> Option<Duration> {
        let session = self.source.0.session()?;
        self.source.0.usage.left(session, self.clock.now()).await
    }

    /// Locks the sign-in: a restart finds it locked even if nothing else of this can be done. It is to be ended with
    /// [`Session::sign_out`] then.
    pub async fn lock(&self) {
        if let Some(session) = self.source.0.session() {
            self.source.0.usage.lock(session).await;
        }
    }

    /// Notes whose session this is, once the backend has told it.
    pub async fn belongs_to(&self, uid: &str) {
        self.source.0.belongs_to(uid).await;
    }

    /// The person whose session this is, by the issuer's id, as far as it was noted.
    #[must_use]
    pub fn uid(&self) -> Option<String> {
        self.source.0.record().and_then(|record| record.uid)
    }

    /// Ends the session: refused by the backend, revoked at the issuer, forgotten here. `backend` ends it at the backend
    /// (it may need an access token); it is not asked when there is no session. Never fails; the report says what
    /// happened.
    pub async fn sign_out<F>(&self, backend: F) -> SignOutReport
    where
        F: Future<Output = AtBackend> + Send + 'static,
    {
        let (inner, signed_in) = (Arc::clone(&self.source.0), self.signed_in());
        let whole = self.source.0.chores.spawn(async move {
            let told = if signed_in {
                backend.await
            } else {
                AtBackend::NotAsked
            };
            sign_out(inner, told).await
        });
        whole.await.unwrap_or_else(|_| SignOutReport {
            backend: AtBackend::Failed("the sign-out was given up half way".to_owned()),
            revocation: Revocation::Failed("the sign-out was given up half way".to_owned()),
            forgotten: Err("the sign-out was given up half way".to_owned()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runners spawn these.
    #[expect(dead_code, reason = "checked by the compiler, never run")]
    fn futures_can_move_between_threads(session: Session, prompt: DevicePrompt) {
        fn movable<T: Send + 'static>(_: T) {}
        let (begin, wait, out) = (session.clone(), session.clone(), session);
        movable(async move { begin.begin().await.is_ok() });
        movable(async move {
            wait.wait(&prompt, &CancellationToken::new(), |_| {})
                .await
                .is_ok()
        });
        movable(async move { out.sign_out(std::future::ready(AtBackend::NotAsked)).await });
    }
}
