//! Encryption of connections: certificate and key from files, read again when they change or on SIGHUP.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// How often it is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(30);

/// Certificate and key at work. Cheap to clone.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    cert: PathBuf,
    key: PathBuf,
    now: RwLock<Arc<ServerConfig>>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls")
            .field("cert", &self.0.cert)
            .finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads certificate chain and private key (PEM).
    ///
    /// # Errors
    /// In words: which file cannot be used and why; nothing of the key is told.
    pub fn load(cert: &Path, key: &Path) -> Result<Self, String> {
        let config = read(cert, key)?;
        Ok(Self(Arc::new(Inner {
            cert: cert.to_owned(),
            key: key.to_owned(),
            now: RwLock::new(config),
        })))
    }

    /// Reads the files anew; what was there goes on to serve when they cannot be used.
    ///
    /// # Errors
    /// In words, as [`Tls::load`].
    pub fn reload(&self) -> Result<(), String> {
        let config = read(&self.0.cert, &self.0.key)?;
        *self.0.now.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.0.now.read().unwrap_or_else(PoisonError::into_inner));
        TlsAcceptor::from(config).accept(stream).await
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.0.cert, &self.0.key].map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
    }

    /// Keeps certificate and key as the files have them, until it is told to stop.
    pub(super) async fn keep(self, stop: CancellationToken) {
        let mut seen = self.changed();
        let mut told = hang_up();
        loop {
            let asked = tokio::select! {
                () = tokio::time::sleep(LOOK) => false,
                () = told() => true,
                () = stop.cancelled() => return,
            };
            let now = self.changed();
            if !asked && now == seen {
                continue;
            }
            seen = now;
            match self.reload() {
                Ok(()) => tracing::info!("the certificate was read anew"),
                Err(why) => tracing::error!(
                    why,
                    "the new certificate cannot be used; the old one still serves"
                ),
            }
        }
    }
}

/// Each call waits for the next SIGHUP.
#[cfg(unix)]
fn hang_up() -> impl FnMut() -> futures_util::future::BoxFuture<'static, ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let signal = signal(SignalKind::hangup())
        .ok()
        .map(|s| Arc::new(tokio::sync::Mutex::new(s)));
    move || {
        let signal = signal.clone();
        Box::pin(async move {
            match signal {
                Some(signal) => {
                    signal.lock().await.recv().await;
                }
                None => std::future::pending().await,
            }
        })
    }
}

#[cfg(not(unix))]
fn hang_up() -> impl FnMut() -> futures_util::future::BoxFuture<'static, ()> {
    || Box::pin(std::future::pending())
}

fn read(cert: &Path, key: &Path) -> Result<Arc<ServerConfig>, String> {
    let wrong = |path: &Path, why: String| format!("{}: {why}", path.display());
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| wrong(cert, format!("no certificate can be read: {error}")))?;
    if chain.is_empty() {
        return Err(wrong(cert, "holds no certificate (PEM)".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| wrong(key, format!("no private key can be read: {error}")))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| wrong(cert, format!("does not go with {}: {error}", key.display())))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
