//! How the client comes by its access token. The session implements this; tests hand in a fixed token.

use std::time::Duration;

use futures_util::future::BoxFuture;
use secrecy::SecretString;

use crate::domain::id::SessionId;

/// Why there is no access token to send.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CredentialsError {
    /// Nobody is signed in, or the session is over: a new sign-in is needed.
    #[error("{0}")]
    NotSignedIn(String),
    /// The issuer cannot be reached or is overloaded; the session may still be good.
    #[error("{words}")]
    Unavailable {
        /// What happened, for people.
        words: String,
        /// How long to wait before trying again.
        retry_in: Duration,
    },
}

/// Hands out access tokens, renewed unseen.
pub trait Credentials: Send + Sync {
    /// An access token to send now. Never asks a person anything.
    fn bearer(&self) -> BoxFuture<'_, Result<SecretString, CredentialsError>>;

    /// The backend refused this token (401): it must not be handed out again where a newer one can be had.
    fn rejected<'a>(&'a self, token: &'a SecretString) -> BoxFuture<'a, ()>;

    /// The sign-in that the tokens belong to, sent along so that two sign-ins of one person are told apart; `None`
    /// while nobody is signed in.
    fn session(&self) -> Option<SessionId> {
        None
    }
}

/// Nobody: for what may be asked without a sign-in.
#[derive(Debug, Clone, Copy)]
pub struct Anonymous;

impl Credentials for Anonymous {
    fn bearer(&self) -> BoxFuture<'_, Result<SecretString, CredentialsError>> {
        Box::pin(async { Err(CredentialsError::NotSignedIn("Nobody is signed in.".to_owned())) })
    }

    fn rejected<'a>(&'a self, _token: &'a SecretString) -> BoxFuture<'a, ()> {
        Box::pin(async {})
    }
}
