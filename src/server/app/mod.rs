//! The composition root: configuration to store, services, workers and router.

pub mod listen;
pub mod tls;

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::{Quota, RateLimiter};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::identity::RoleGroups;
use crate::config::sections::{AuditSettings, FileSettings, Limits, SmtpSettings, WebhookSettings};
use crate::domain::keys::Keys;
use crate::domain::profile::Profile;
use crate::domain::time::Clock;
use crate::server::http::desk::SignInWith;
use crate::server::http::doorman::Doorman;
use crate::server::http::metrics::Metrics;
use crate::server::http::router::{Bounds, counters};
use crate::server::http::{Api, Parts, TokenValidator, router};
use crate::server::integrations::s3::Bucket;
use crate::server::integrations::scanner::CommandScanner;
use crate::server::integrations::smtp::Smtp;
use crate::server::integrations::webhook::Webhook;
use crate::server::services::Services;
use crate::server::services::contents::Contents;
use crate::server::services::outbound::Channel;
use crate::server::services::pictures::{Album, Pictures};
use crate::server::store::Store;
use crate::server::workers;

use listen::Taking;
use tls::Tls;

/// How long requests that are being worked on may take after the order to stop.
const GRACE: Duration = Duration::from_secs(10);

/// What a backend is made of.
pub struct Setup {
    /// The database, open and migrated.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The desk.
    pub profile: Profile,
    /// Who checks access tokens.
    pub validator: Arc<dyn TokenValidator>,
    /// Which groups give which role.
    pub roles: RoleGroups,
    /// Whom people sign in with.
    pub identity: SignInWith,
    /// What it puts up with.
    pub limits: Limits,
    /// Its own keys.
    pub keys: Keys,
    /// When the audit is signed, and where that is kept.
    pub audit: AuditSettings,
    /// Where the pictures of offers are; `None`: there are none.
    pub album: Option<Arc<dyn Album>>,
    /// Where the contents of files go.
    pub contents: Contents,
    /// The ways by which customers are told; none: nobody is.
    pub channels: Vec<Arc<dyn Channel>>,
    /// Whether the documentation is for every machine.
    pub public_docs: bool,
    /// Encryption of connections; `None`: plain HTTP.
    pub tls: Option<Tls>,
    /// An address for the counters alone; `None`: they are on the address of everything else, for this machine.
    pub metrics: Option<TcpListener>,
    /// Proxies whose word about a client's address is taken.
    pub proxies: Vec<IpAddr>,
}

/// A backend at work.
pub struct RunningServer {
    /// Where it listens.
    pub addr: SocketAddr,
    /// Its use cases, for who runs it in the same process.
    pub services: Services,
    tls: Option<Tls>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

impl RunningServer {
    /// Its address for clients.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.addr)
    }

    /// Its encryption, if there is one.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// Stops taking requests, lets those being worked on end, seals the audit, closes the database.
    pub async fn shutdown(self) {
        self.stop.cancel();
        for task in self.tasks {
            if tokio::time::timeout(GRACE, task).await.is_err() {
                tracing::warn!("a task did not stop in time");
            }
        }
        self.services.store.close().await;
    }

    /// Told when it has to stop.
    #[must_use]
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }
}

/// Binds the address to listen on.
///
/// # Errors
/// In words: the port is in use, the address is none, or this person may not.
pub async fn bind(listen: &str) -> Result<TcpListener, String> {
    TcpListener::bind(listen).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => format!(
            "{listen} is in use by another program; stop that one, or set [server] listen (or --listen) to another \
             address, such as 127.0.0.1:0 for any free port"
        ),
        std::io::ErrorKind::PermissionDenied => {
            format!("this user may not listen on {listen}; ports below 1024 need privileges")
        }
        _ => format!("cannot listen on {listen}: {error}"),
    })
}

/// Starts a backend on a listener.
///
/// # Errors
/// When the listener's address cannot be read.
pub fn serve(setup: Setup, listener: TcpListener) -> std::io::Result<RunningServer> {
    let addr = listener.local_addr()?;
    let mut services = Services::new(setup.store, setup.clock, setup.profile);
    services.session_hours = setup.limits.session_hours;
    services.fresh_proof = setup.limits.fresh_proof;
    services.keys = Arc::new(setup.keys);
    services.pictures = Pictures::new(setup.album);
    if let Some(store) = setup.contents.store {
        services.files = store;
    }
    services.scanner = setup.contents.scanner;
    let metrics = Metrics::default();
    let stop = CancellationToken::new();
    let limits = &setup.limits;
    let api = Api::new(Parts {
        services: services.clone(),
        validator: setup.validator,
        roles: setup.roles,
        identity: setup.identity,
        metrics: metrics.clone(),
        doorman: Doorman {
            proxies: setup.proxies,
            requests: RateLimiter::keyed(quota(limits.address_requests_per_second, limits.address_burst)),
            refused: RateLimiter::keyed(Quota::per_minute(whole(limits.refused_per_minute))),
        },
        limiter: RateLimiter::keyed(quota(limits.requests_per_second, limits.burst)),
        beat_seconds: limits.stream_beat_seconds,
        stop: stop.clone(),
    });
    let bounds = Bounds {
        body_bytes: usize::try_from(limits.body_bytes).unwrap_or(usize::MAX),
        patience: Duration::from_secs(limits.request_seconds),
        public_docs: setup.public_docs,
        metrics_elsewhere: setup.metrics.is_some(),
    };
    let taking = Taking {
        head: Duration::from_secs(limits.header_seconds),
        most: usize::try_from(limits.connections).unwrap_or(usize::MAX),
        tls: setup.tls.clone(),
    };
    let mut tasks = Vec::new();
    if let Some(listener) = setup.metrics {
        let plain = Taking {
            tls: None,
            ..taking.clone()
        };
        let app = counters(api.clone());
        tasks.push(tokio::spawn(listen::serve(listener, app, plain, stop.clone())));
    }
    if let Some(tls) = setup.tls.clone() {
        tasks.push(tokio::spawn(tls.keep(stop.clone())));
    }
    let app = router(api, bounds);
    tasks.push(tokio::spawn(listen::serve(listener, app, taking, stop.clone())));
    let sealing = tokio::spawn(workers::seal(services.clone(), stop.clone(), move |n| {
        metrics.sealed.inc_by(n);
    }));
    let keeping = tokio::spawn(workers::checkpoints::keep(
        services.clone(),
        checkpoints(&setup.audit),
        stop.clone(),
    ));
    let sweeping = tokio::spawn(workers::sweep(services.clone(), stop.clone()));
    tasks.push(tokio::spawn(workers::search::backfill(
        services.clone(),
        stop.clone(),
    )));
    let following = tokio::spawn(workers::live::follow(services.clone(), stop.clone()));
    let hearing = tokio::spawn(workers::live::hear(services.clone(), stop.clone()));
    let clocks = tokio::spawn(workers::clocks::work(services.clone(), stop.clone()));
    tasks.extend([sealing, keeping, sweeping, following, hearing, clocks]);
    if !setup.channels.is_empty() {
        let sending = workers::outbox::send(services.clone(), setup.channels, stop.clone());
        tasks.push(tokio::spawn(sending));
    }
    Ok(RunningServer {
        addr,
        services,
        tls: setup.tls,
        stop,
        tasks,
    })
}

fn whole(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

fn quota(a_second: u32, burst: u32) -> Quota {
    Quota::per_second(whole(a_second)).allow_burst(whole(burst))
}

fn checkpoints(settings: &AuditSettings) -> workers::checkpoints::Policy {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    workers::checkpoints::Policy {
        entries: settings.checkpoint_entries,
        minutes: settings.checkpoint_minutes,
        file: given(&settings.checkpoint_file).map(Into::into),
        url: given(&settings.checkpoint_url),
    }
}

/// Where the contents of files go, by the settings.
///
/// # Errors
/// In words, when a setting cannot be used.
pub fn contents(settings: &FileSettings) -> Result<Contents, String> {
    Ok(Contents {
        store: Bucket::new(settings)?.map(|bucket| Arc::new(bucket) as _),
        scanner: CommandScanner::new(settings).map(|scanner| Arc::new(scanner) as _),
    })
}

/// The ways by which customers are told, as the configuration sets them up.
///
/// # Errors
/// In words, when a setting cannot be used.
pub fn channels(
    smtp: &SmtpSettings,
    webhooks: &WebhookSettings,
    keys: &Keys,
) -> Result<Vec<Arc<dyn Channel>>, String> {
    let mut all: Vec<Arc<dyn Channel>> = Vec::new();
    if let Some(smtp) = Smtp::new(smtp)? {
        all.push(Arc::new(smtp));
    }
    if let Some(webhook) = Webhook::new(webhooks, &keys.webhooks)? {
        all.push(Arc::new(webhook));
    }
    Ok(all)
}
