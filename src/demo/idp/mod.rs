//! The built-in identity provider of the demo: OAuth 2.0 with the real device flow (RFC 8628), rotating refresh tokens,
//! tokens in the shape of Okta's, and a small web page where a sign-in is approved. It speaks to the desk and to the
//! backend as any other issuer does: over HTTP. It knows no passwords and belongs on a loopback address only.

mod activate;
mod approve;
mod endpoints;
mod keys;
mod page;
mod people;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use approve::{ApproveError, approve, browser, deny};
pub use keys::KeyError;
pub use people::{PEOPLE, Person, person};

use crate::config::identity::{IdentitySettings, RoleGroups, TokenProfile, TokenStore};
use crate::domain::time::{Clock, SystemClock};
use keys::SigningKey;
use tables::Tables;

/// The path of the issuer below its address, as Okta's custom authorization servers have it.
const ISSUER_PATH: &str = "/oauth2/default";

/// How the provider behaves.
#[derive(Clone)]
pub struct IdpOptions {
    /// The one application that may sign people in.
    pub client_id: String,
    /// The audience that access tokens are minted for.
    pub audience: String,
    /// How long access tokens live.
    pub token_life: Duration,
    /// How long a session can be renewed.
    pub refresh_life: Duration,
    /// How long a device code can be approved.
    pub code_life: Duration,
    /// How often a device may ask (whole seconds; at least one).
    pub interval: Duration,
    /// What a renewal gives.
    pub rotation: Rotation,
    /// How long the refresh token before may be used again, for whoever lost the answer.
    pub leeway: Duration,
    /// Tells the time that goes into tokens.
    pub clock: Arc<dyn Clock>,
}

impl Default for IdpOptions {
    fn default() -> Self {
        Self {
            client_id: "tokendesk-demo".to_owned(),
            audience: "api://tokendesk-demo".to_owned(),
            token_life: Duration::from_secs(600),
            refresh_life: Duration::from_secs(12 * 3600),
            code_life: Duration::from_secs(600),
            interval: Duration::from_secs(5),
            rotation: Rotation::Rotate,
            leeway: Duration::ZERO,
            clock: Arc::new(SystemClock),
        }
    }
}

/// What a renewal gives back as refresh token. Issuers do all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// A new one; using the old one again ends the session.
    Rotate,
    /// The same one again.
    Keep,
    /// None: the old one goes on.
    Omit,
}

/// What the handlers share.
struct Idp {
    options: IdpOptions,
    /// `http://127.0.0.1:PORT`
    origin: String,
    tables: Mutex<Tables>,
    key: tokio::sync::watch::Receiver<Option<Result<Arc<SigningKey>, KeyError>>>,
    /// Signs the form tokens of the activation page.
    form_key: aws_lc_rs::hmac::Key,
}

impl Idp {
    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn issuer(&self) -> String {
        format!("{}{ISSUER_PATH}", self.origin)
    }

    /// The signing key; waits for it during the first moments after the start.
    async fn key(&self) -> Result<Arc<SigningKey>, KeyError> {
        let mut key = self.key.clone();
        let made = key.wait_for(Option::is_some).await.map_err(|_| KeyError)?;
        made.clone().unwrap_or(Err(KeyError))
    }
}

/// A provider that is running. It stops when this is dropped; [`RunningIdp::shutdown`] lets it finish its answers.
#[derive(Debug)]
pub struct RunningIdp {
    /// The issuer.
    pub issuer: String,
    /// The application that may sign people in.
    pub client_id: String,
    /// The audience of its access tokens.
    pub audience: String,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
}

impl RunningIdp {
    /// The `[identity]` section that goes with this provider, for desk and backend alike.
    #[must_use]
    pub fn identity(&self) -> IdentitySettings {
        IdentitySettings {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            audience: self.audience.clone(),
            scopes: ["openid", "profile", "offline_access", "desk"]
                .map(str::to_owned)
                .to_vec(),
            required_scope: "desk".to_owned(),
            groups_claim: "groups".to_owned(),
            token_profile: TokenProfile::Okta,
            allow_http_loopback: true,
            token_store: TokenStore::Memory,
            ..IdentitySettings::default()
        }
    }

    /// The page where codes are approved.
    #[must_use]
    pub fn activation_page(&self) -> String {
        format!("{}/activate", self.issuer.trim_end_matches(ISSUER_PATH))
    }

    /// The `[roles]` section that goes with the groups of this provider.
    #[must_use]
    pub fn roles() -> RoleGroups {
        let group = |name: &str| vec![name.to_owned()];
        RoleGroups {
            customer: Vec::new(),
            agent: group("desk-agents"),
            engineer: group("desk-engineers"),
            supervisor: group("desk-supervisors"),
            admin: group("desk-admins"),
        }
    }

    /// Stops taking requests and waits (at most two seconds) for those under way.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        if let Some(mut server) = self.server.take()
            && tokio::time::timeout(Duration::from_secs(2), &mut server)
                .await
                .is_err()
        {
            server.abort();
        }
    }
}

impl Drop for RunningIdp {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts a provider on this listener. It answers at once; its key is made behind the scenes and the first token waits
/// for it.
///
/// # Errors
/// When the listener has no address, or one that is not of this machine: a provider without passwords has no business
/// on a network.
pub fn start(listener: TcpListener, options: IdpOptions) -> std::io::Result<RunningIdp> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(std::io::Error::other(format!(
            "the built-in identity provider asks for no password and runs on this machine only, not on {address}"
        )));
    }
    let (made, key) = tokio::sync::watch::channel(None);
    tokio::task::spawn_blocking(move || made.send_replace(Some(SigningKey::generate().map(Arc::new))));
    let idp = Arc::new(Idp {
        origin: format!("http://{address}"),
        tables: Mutex::default(),
        key,
        form_key: aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, tables::secret().as_bytes()),
        options,
    });
    let mut running = RunningIdp {
        issuer: idp.issuer(),
        client_id: idp.options.client_id.clone(),
        audience: idp.options.audience.clone(),
        stop: CancellationToken::new(),
        server: None,
    };
    let stop = running.stop.clone();
    let router = endpoints::router(idp);
    running.server = Some(tokio::spawn(async move {
        let served = axum::serve(listener, router)
            .with_graceful_shutdown(stop.cancelled_owned())
            .await;
        if let Err(error) = served {
            tracing::error!(%error, "the built-in identity provider stopped");
        }
    }));
    Ok(running)
}
