//! The session as a runner sees it: open it, sign in if need be, hand its tokens to the client, sign out.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

use super::sign_in::{DevicePrompt, SignIn, SignInError, SignInEvent};
use super::sign_out::{Revocation, SignOutReport, sign_out};
use super::source::TokenSource;
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
            Ok(Some(stored)) if stored.belongs_to(&settings) => source.0.resume(stored),
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
        super::words::clock_notice(ahead)
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

    /// Ends the session: revoked at the issuer, forgotten here. Never fails; the report says what happened.
    pub async fn sign_out(&self) -> SignOutReport {
        tokio::spawn(sign_out(Arc::clone(&self.source.0)))
            .await
            .unwrap_or_else(|_| SignOutReport {
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
        movable(async move { out.sign_out().await });
    }
}
