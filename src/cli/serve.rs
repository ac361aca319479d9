//! `serve`: the backend alone.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::config::secret_keys;
use crate::config::{Config, Override};
use crate::domain::profile::Profile;
use crate::domain::time::SystemClock;
use crate::server::app::tls::Tls;
use crate::server::app::{self, RunningServer, Setup};
use crate::server::auth::AccessTokens;
use crate::server::http::desk::SignInWith;
use crate::server::integrations::pictures::Folder;
use crate::server::services::pictures::Album;
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
    let wrong = |words: String| Exit::new(USAGE, "configuration", words);
    let tls = tls(config).map_err(wrong)?;
    let proxies = proxies(config).map_err(wrong)?;
    let profile = profile(&config.desk.profile)?;
    let keys = secret_keys::load(&config.keys).map_err(|words| Exit::new(USAGE, "configuration", words))?;
    let channels = app::channels(&config.smtp, &config.webhooks, &keys)
        .map_err(|words| Exit::new(USAGE, "configuration", words))?;
    let album = album(&config.images.folder).map_err(wrong)?;
    let contents = app::contents(&config.files).map_err(wrong)?;
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
    let metrics = match config.server.metrics_listen.as_str() {
        "" => None,
        address => Some(
            app::bind(address)
                .await
                .map_err(|words| Exit::new(FAILED, "listen", words))?,
        ),
    };
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
        album,
        contents,
        channels,
        public_docs: false,
        tls,
        metrics,
        proxies,
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

/// The pictures of offers, if there is a folder of them.
fn album(folder: &str) -> Result<Option<Arc<dyn Album>>, String> {
    match folder {
        "" => Ok(None),
        path => Ok(Some(Arc::new(Folder::open(path)?))),
    }
}

/// Encryption, if it is configured. Without it, other machines must not be able to reach the address, unless somebody
/// said that a proxy stands before it.
fn tls(config: &Config) -> Result<Option<Tls>, String> {
    let server = &config.server;
    match (server.tls_cert.as_str(), server.tls_key.as_str()) {
        ("", "") => {}
        ("", _) | (_, "") => {
            return Err("server.tls_cert and server.tls_key go together; set both".to_owned());
        }
        (cert, key) => return Tls::load(Path::new(cert), Path::new(key)).map(Some),
    }
    let host = server.listen.rsplit_once(':').map_or("", |(host, _)| host);
    let address = server.listen.parse::<SocketAddr>();
    let local = host == "localhost" || address.is_ok_and(|address| address.ip().is_loopback());
    if local || server.allow_plain_http {
        return Ok(None);
    }
    Err(format!(
        "server.listen = \"{}\" can be reached by other machines, and access tokens would travel in the clear; set \
         server.tls_cert and server.tls_key, or listen on 127.0.0.1, or, behind a proxy that does TLS, set \
         server.allow_plain_http = true",
        server.listen
    ))
}

fn proxies(config: &Config) -> Result<Vec<IpAddr>, String> {
    let read = |text: &String| {
        let address = text
            .trim()
            .parse::<IpAddr>()
            .map(|address| address.to_canonical());
        address.map_err(|_| format!("server.trusted_proxies: \"{text}\" is not a network address"))
    };
    config.server.trusted_proxies.iter().map(read).collect()
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
        StoreError::Unavailable | StoreError::Unreachable(_) => UNREACHABLE,
        _ => FAILED,
    };
    Exit::new(code, "database", error.to_string())
}
