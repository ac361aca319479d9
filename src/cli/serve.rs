//! `serve`: the backend alone.

use std::sync::Arc;

use serde::Serialize;

use crate::config::secret_keys;
use crate::config::{Config, Override};
use crate::domain::profile::Profile;
use crate::domain::time::SystemClock;
use crate::server::app::{self, RunningServer, Setup};
use crate::server::auth::AccessTokens;
use crate::server::http::desk::SignInWith;
use crate::server::store::{Store, StoreError};

use super::args::Global;
use super::context::{configuration, runtime};
use super::exit::{Exit, FAILED, UNREACHABLE, USAGE};
use super::output::Output;
use super::signals;

/// How `serve` behaves.
#[derive(Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Which database.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct DatabaseArgs {
    /// `sqlite:PATH` or `postgres://…`; better set by TOKENDESK_SERVER_DATABASE where it holds a password
    #[arg(long, value_name = "ADDRESS")]
    pub database: Option<String>,
}

impl DatabaseArgs {
    /// The setting that it makes.
    pub(super) fn setting(&self) -> Option<Override> {
        let value = self.database.clone()?;
        Some(Override {
            key: "server.database",
            flag: "--database",
            value,
        })
    }
}

/// The line that is printed when the backend is ready.
#[derive(Serialize)]
struct Ready<'a> {
    backend: String,
    issuer: &'a str,
}

/// Runs the backend until it is told to stop.
pub(super) fn run(global: &Global, args: &ServeArgs, output: &Output) -> Result<(), Exit> {
    let listen = args.listen.clone().map(|value| Override {
        key: "server.listen",
        flag: "--listen",
        value,
    });
    let flags: Vec<_> = listen.into_iter().chain(args.database.setting()).collect();
    let config = configuration(global, &flags)?;
    super::log::to_stderr("info")?;
    runtime()?.block_on(async {
        let signal = signals::stop()?;
        let server = start(&config).await?;
        output.value(&Ready {
            backend: server.url(),
            issuer: &config.identity.issuer,
        })?;
        until_told(server, signal).await
    })
}

/// Waits for a signal, or for the end of the server by itself; then stops in order.
async fn until_told(server: RunningServer, signal: impl Future<Output = ()>) -> Result<(), Exit> {
    let stopped = server.stop_token();
    let by_itself = tokio::select! {
        () = signal => false,
        () = stopped.cancelled() => true,
    };
    server.shutdown().await;
    if by_itself {
        return Err(Exit::failed("the backend stopped by itself; its log says why"));
    }
    Ok(())
}

async fn start(config: &Config) -> Result<RunningServer, Exit> {
    refuse_what_is_not_there(config)?;
    let profile = profile(&config.desk.profile)?;
    let keys = secret_keys::load(&config.keys).map_err(|words| Exit::new(USAGE, "configuration", words))?;
    let tokens =
        AccessTokens::new(&config.identity).map_err(|words| Exit::new(USAGE, "configuration", words))?;
    if config.server.database.is_empty() {
        return Err(Exit::new(
            USAGE,
            "configuration",
            "no database is set; set `database` in the [server] section (or --database) to sqlite:PATH or postgres://…",
        ));
    }
    // first the address: whoever holds it may be another backend on the same database
    let listener = app::bind(&config.server.listen)
        .await
        .map_err(|words| Exit::new(FAILED, "listen", words))?;
    let store = Store::open(config.server.database.expose())
        .await
        .map_err(database)?;
    let warm = tokens.clone();
    let setup = Setup {
        store,
        clock: Arc::new(SystemClock),
        profile,
        validator: Arc::new(tokens),
        roles: config.roles.clone(),
        identity: SignInWith {
            issuer: config.identity.issuer.clone(),
            client_id: config.identity.client_id.clone(),
        },
        limits: config.limits.clone(),
        keys,
        audit: config.audit.clone(),
        public_docs: false,
    };
    let server = app::serve(setup, listener)
        .map_err(|error| Exit::failed(format!("the listener cannot be used: {error}")))?;
    tokio::spawn(async move {
        if let Err(words) = warm.warm().await {
            tracing::warn!(
                words,
                "the issuer cannot be asked for its keys yet; it will be asked again"
            );
        }
    });
    Ok(server)
}

/// Settings that this build cannot keep must not look kept.
fn refuse_what_is_not_there(config: &Config) -> Result<(), Exit> {
    let why = |key: &str| match key {
        "server.tls_cert" | "server.tls_key" => {
            Some("this build serves plain HTTP; let a proxy in front of it do TLS, and leave this out")
        }
        "server.metrics_listen" => {
            Some("this build serves /metrics on the listening address, for this machine only; leave this out")
        }
        _ => None,
    };
    match config
        .origins
        .iter()
        .find_map(|(key, by)| Some((key, by, why(key)?)))
    {
        Some((key, by, why)) => Err(Exit::new(USAGE, "configuration", format!("{by}: {key}: {why}"))),
        None => Ok(()),
    }
}

/// The desk profile of that name, or in that file.
pub(super) fn profile(name: &str) -> Result<Profile, Exit> {
    let wrong = |words: String| Exit::new(USAGE, "configuration", words);
    if !name.contains(['/', '\\']) && !name.ends_with(".toml") {
        return Profile::shipped(name).map_err(|error| wrong(error.to_string()));
    }
    let text =
        std::fs::read_to_string(name).map_err(|error| wrong(format!("{name}: cannot be read: {error}")))?;
    Profile::from_toml(&text).map_err(|error| wrong(format!("{name}: {error}")))
}

/// Why there is no database.
pub(super) fn database(error: StoreError) -> Exit {
    let code = match error {
        StoreError::Address(_) => USAGE,
        StoreError::Unavailable => UNREACHABLE,
        _ => FAILED,
    };
    Exit::new(code, "database", error.to_string())
}
