//! Sign-out: the refresh token is revoked at the issuer and forgotten here, and the report says what really happened.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::process_lock::ProcessLock;
use super::source::Inner;
use super::vault::StoredSession;

/// What became of the refresh token at the issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revocation {
    /// The issuer confirmed it.
    Done,
    /// There was nothing to revoke.
    NotNeeded,
    /// The issuer offers no revocation.
    NotOffered,
    /// It could not be sent or was refused; the token may live on at the issuer.
    Failed(String),
}

/// What became of the session at the backend, which checks access tokens by itself and would believe them to their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AtBackend {
    /// It refuses the session from now on.
    Ended,
    /// It was not asked, because there was nothing to end.
    NotAsked,
    /// It has no way to end a session.
    NotOffered,
    /// It could not be told; access tokens that are out may be believed until they expire.
    Failed(String),
}

/// What a sign-out did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOutReport {
    /// At the backend.
    pub backend: AtBackend,
    /// At the issuer.
    pub revocation: Revocation,
    /// On this machine: `Err` says why the kept copy could not be removed.
    pub forgotten: Result<(), String>,
}

impl SignOutReport {
    /// Whether nothing is left of the session, here or at the issuer.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.forgotten.is_ok()
            && matches!(self.revocation, Revocation::Done | Revocation::NotNeeded)
            && matches!(self.backend, AtBackend::Ended | AtBackend::NotAsked)
    }

    /// The report in words.
    #[must_use]
    pub fn words(&self) -> String {
        let issuer = match &self.revocation {
            Revocation::Done => "You are signed out, and the issuer has revoked the session.".to_owned(),
            Revocation::NotNeeded => "You are signed out.".to_owned(),
            Revocation::NotOffered => {
                "You are signed out here. The issuer offers no way to revoke the session; it ends by itself there."
                    .to_owned()
            }
            Revocation::Failed(why) => format!(
                "You are signed out here, but the session could not be revoked at the issuer: {}. It may live on there until it expires; sign out in the browser too.",
                why.trim_end_matches('.')
            ),
        };
        let backend = match &self.backend {
            AtBackend::Ended | AtBackend::NotAsked => String::new(),
            AtBackend::NotOffered => {
                " The backend cannot end a session at once; access tokens that are out run out by themselves."
                    .to_owned()
            }
            AtBackend::Failed(why) => format!(
                " The backend could not be told ({}); it may believe access tokens that are out until they expire.",
                why.trim_end_matches('.')
            ),
        };
        let here = match &self.forgotten {
            Ok(()) => String::new(),
            Err(why) => format!(" The copy kept on this machine could not be removed: {why}."),
        };
        format!("{issuer}{backend}{here}")
    }
}

/// Ends the session. Not to be cancelled half way: run it as a task of its own.
pub(super) async fn sign_out(inner: Arc<Inner>, backend: AtBackend) -> SignOutReport {
    let _gate = inner.gate.lock().await;
    let _lock = ProcessLock::take(inner.lock_path.as_deref()).await;
    let kept = inner
        .vault
        .load()
        .await
        .ok()
        .flatten()
        .filter(|stored| stored.belongs_to(&inner.settings));
    let revocation = match kept.or_else(|| inner.record()) {
        Some(session) => revoke(&inner, session.refresh_token.expose_secret()).await,
        None => Revocation::NotNeeded,
    };
    inner.forget("You signed out. Sign in again.");
    let forgotten = inner.vault.clear().await.map_err(|error| error.to_string());
    SignOutReport {
        backend,
        revocation,
        forgotten,
    }
}

/// Revokes a refresh token that nobody needs any more. Best effort: nobody waits for it.
pub(super) async fn retire(inner: &Inner, session: &StoredSession) {
    match revoke(inner, session.refresh_token.expose_secret()).await {
        Revocation::Done | Revocation::NotNeeded | Revocation::NotOffered => {}
        Revocation::Failed(why) => tracing::info!(why, "an earlier sign-in could not be revoked"),
    }
}

/// A plain POST (RFC 7009): the `oauth2` crate refuses loopback addresses here.
async fn revoke(inner: &Inner, token: &str) -> Revocation {
    let metadata = match inner.metadata().await {
        Ok(metadata) => metadata,
        Err(error) => return Revocation::Failed(error.to_string()),
    };
    let Some(endpoint) = &metadata.revocation_endpoint else {
        return Revocation::NotOffered;
    };
    let form = [
        ("token", token),
        ("token_type_hint", "refresh_token"),
        ("client_id", inner.settings.client_id.as_str()),
    ];
    match inner.http.post_form(endpoint, &form).await {
        Ok(answer) if answer.status == 200 => Revocation::Done,
        Ok(answer) => match inner.http.settled(&answer) {
            Ok(()) => Revocation::Failed(format!("it answered {}", answer.status)),
            Err(trouble) => Revocation::Failed(trouble.words),
        },
        Err(trouble) => Revocation::Failed(trouble.words),
    }
}
