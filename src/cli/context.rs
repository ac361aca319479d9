//! What every verb that talks to the backend needs: configuration, session, client.

use std::sync::Arc;

use crate::auth::vault::VaultKind;
use crate::auth::{Session, SessionOptions};
use crate::client::Api;
use crate::config::identity::TokenStore;
use crate::config::{Config, Override, load, paths};
use crate::domain::time::SystemClock;

use super::args::Global;
use super::exit::{Exit, FAILED};
use super::output::Output;

/// A verb's surroundings.
pub(super) struct Context {
    pub config: Config,
    pub output: Output,
    pub session: Session,
}

impl Context {
    /// The client with the session's tokens.
    pub(super) fn api(&self) -> Result<Api, Exit> {
        Ok(Api::new(&self.config.backend, self.session.credentials())?)
    }
}

/// Reads the configuration with what the flags say.
pub(super) fn configuration(global: &Global, more: &[Override]) -> Result<Config, Exit> {
    let mut overrides = global.overrides();
    overrides.extend_from_slice(more);
    Ok(load(global.config.as_deref(), std::env::vars_os(), &overrides)?)
}

/// The runtime that everything asynchronous runs on.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Exit::failed(format!("the program cannot start its threads: {error}")))
}

/// Opens the session that an earlier sign-in left.
pub(super) async fn session(config: &Config) -> Result<Session, Exit> {
    super::secrecy::keep_memory_private();
    let state_dir = match (paths::state_dir(), config.identity.token_store) {
        (Some(dir), _) => dir,
        (None, TokenStore::File | TokenStore::Plaintext) => {
            return Err(Exit::new(
                FAILED,
                "no_home",
                "there is no home directory to keep the sign-in in; set identity.token_store to \"memory\""
                    .to_owned(),
            ));
        }
        (None, _) => std::env::temp_dir().join("tokendesk"),
    };
    let passphrase = super::passphrase::ask(&config.identity, &state_dir)?;
    Ok(Session::open(SessionOptions {
        settings: config.identity.clone(),
        state_dir,
        clock: Arc::new(SystemClock),
        passphrase,
    })
    .await?)
}

/// Runs one verb that talks to the backend.
pub(super) fn run<F>(global: &Global, output: &Output, verb: F) -> Result<(), Exit>
where
    F: AsyncFnOnce(Context) -> Result<(), Exit>,
{
    let config = configuration(global, &[])?;
    super::log::to_stderr("off")?;
    runtime()?.block_on(async {
        let session = session(&config).await?;
        if session.store() == VaultKind::Plaintext
            && let Some(warning) = session.notice()
        {
            output.note(warning);
        }
        session.used().await;
        let (stop, kept) = (super::signals::stop()?, session.clone());
        let verb = verb(Context {
            config,
            output: *output,
            session,
        });
        let done = tokio::select! {
            done = verb => done,
            () = stop => Err(Exit::new(FAILED, "interrupted", "stopped before it was done")),
        };
        // a renewal that was sent must be kept, else the session is lost
        kept.settle().await;
        done
    })
}
