//! Provider and backend in this process, on loopback ports.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;

use crate::config::identity::IdentitySettings;
use crate::config::sections::{AuditSettings, Limits};
use crate::domain::keys::Keys;
use crate::domain::profile::Profile;
use crate::domain::time::Clock;
use crate::server::app::{self, RunningServer, Setup};
use crate::server::auth::AccessTokens;
use crate::server::http::desk::SignInWith;
use crate::server::services::contents::Contents;
use crate::server::store::Store;

use super::home::Home;
use super::idp::{self, IdpOptions, RunningIdp};
use super::pictures::Drawn;
use super::seed::{SeedError, SeedOptions, seed};

/// How the demo is set up.
#[derive(Clone)]
pub struct DemoOptions {
    /// Where the backend listens.
    pub listen: String,
    /// The database; `None`: one of its own that goes away with the demo.
    pub database: Option<String>,
    /// The desk.
    pub profile: Profile,
    /// What the backend puts up with.
    pub limits: Limits,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// A demo at work.
pub struct RunningDemo {
    /// The identity provider.
    pub idp: RunningIdp,
    /// The backend.
    pub server: RunningServer,
    /// The database as it can be opened.
    pub store: Store,
    home: Home,
}

/// Starts provider and backend. The data comes afterwards.
///
/// # Errors
/// In words, when something cannot be started.
pub async fn start(options: DemoOptions) -> Result<RunningDemo, String> {
    let home = Home::make().map_err(|error| format!("no directory for temporary files: {error}"))?;
    let listener = app::bind("127.0.0.1:0").await?;
    let idp = idp::start(
        listener,
        IdpOptions {
            clock: Arc::clone(&options.clock),
            // The least that the protocol's clients accept: nobody waits for a demo.
            interval: std::time::Duration::from_secs(1),
            // As Okta has it unless configured otherwise.
            leeway: std::time::Duration::from_secs(30),
            ..IdpOptions::default()
        },
    )
    .map_err(|error| format!("the identity provider cannot start: {error}"))?;
    let listener = app::bind(&options.listen).await?;
    let database = options
        .database
        .unwrap_or_else(|| format!("sqlite:{}", home.path().join("demo.db").display()));
    let store = Store::open(&database).await.map_err(|error| error.to_string())?;
    let identity = idp.identity();
    let setup = Setup {
        store: store.clone(),
        clock: options.clock,
        profile: options.profile,
        validator: Arc::new(AccessTokens::new(&identity)?),
        roles: RunningIdp::roles(),
        identity: SignInWith {
            issuer: identity.issuer,
            client_id: identity.client_id,
        },
        limits: options.limits,
        keys: Keys::made_up(),
        audit: AuditSettings::default(),
        album: Some(Arc::new(Drawn)),
        contents: Contents::default(),
        channels: Vec::new(),
        public_docs: false,
        tls: None,
        metrics: None,
        proxies: Vec::new(),
    };
    let server = app::serve(setup, listener).map_err(|error| format!("the backend cannot start: {error}"))?;
    Ok(RunningDemo {
        idp,
        server,
        store,
        home,
    })
}

/// Made-up data on its way into the database. It stops when this is dropped; what was written by then stays.
#[derive(Debug)]
pub struct Filling(JoinHandle<Result<(), String>>);

impl Filling {
    /// Waits until everything is there.
    ///
    /// # Errors
    /// In words, when the database failed.
    pub async fn done(mut self) -> Result<(), String> {
        (&mut self.0).await.unwrap_or_else(|error| Err(error.to_string()))
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl RunningDemo {
    /// Fills the database with made-up data while the backend is at work already; one that holds accounts stays as it is.
    #[must_use]
    pub fn fill(&self, options: SeedOptions) -> Filling {
        let store = self.store.clone();
        let options = SeedOptions {
            issuer: self.idp.issuer.clone(),
            ..options
        };
        Filling(tokio::spawn(async move {
            match seed(&store, &options, |_| {}).await {
                Ok(done) => {
                    tracing::info!(
                        accounts = done.accounts,
                        tokens = done.tokens,
                        "made-up data is there"
                    );
                    Ok(())
                }
                Err(SeedError::NotEmpty) => Ok(()),
                Err(SeedError::Store(error)) => {
                    tracing::error!(%error, "made-up data could not be written");
                    Err(format!("made-up data could not be written: {error}"))
                }
            }
        }))
    }

    /// The `[identity]` section for the desk.
    #[must_use]
    pub fn identity(&self) -> IdentitySettings {
        self.idp.identity()
    }

    /// Writes a configuration for clients of this demo into its own directory, and says where. A sign-in with it is
    /// kept in a file, so that one script can run several commands.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_config(&self) -> std::io::Result<PathBuf> {
        let identity = self.identity();
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let scopes: Vec<String> = identity.scopes.iter().map(|scope| quoted(scope)).collect();
        let text = format!(
            "# for the clients of one demo; goes away with it\n[backend]\nurl = {}\n\n[identity]\nissuer = {}\n\
             client_id = {}\naudience = {}\nscopes = [{}]\nallow_http_loopback = true\ntoken_store = \"plaintext\"\n",
            quoted(&self.server.url()),
            quoted(&identity.issuer),
            quoted(&identity.client_id),
            quoted(&identity.audience),
            scopes.join(", "),
        );
        let path = self.home.path().join("client.toml");
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Stops backend and provider in order, and removes what was only for this demo.
    pub async fn shutdown(self) {
        let Self {
            idp, server, home, ..
        } = self;
        server.shutdown().await;
        idp.shutdown().await;
        drop(home);
    }
}
