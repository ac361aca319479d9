//! The sections of the configuration and their defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::identity::{IdentitySettings, RoleGroups};
use super::secret_keys::KeySource;

/// Everything that can be set, after merging.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the desk finds its backend.
    pub backend: BackendSettings,
    /// Whom we trust for sign-in.
    pub identity: IdentitySettings,
    /// Groups of the identity provider that give each role.
    pub roles: RoleGroups,
    /// The backend itself.
    pub server: ServerSettings,
    /// Where the backend's own keys come from.
    pub keys: KeySettings,
    /// Which desk this backend serves.
    pub desk: DeskSettings,
    /// The mail server that customers are written to by.
    pub smtp: SmtpSettings,
    /// Where the partner's systems are told of changes.
    pub webhooks: WebhookSettings,
    /// The pictures of offers.
    pub images: ImageSettings,
    /// The files that hang on tickets.
    pub files: FileSettings,
    /// What the backend puts up with.
    pub limits: Limits,
    /// Signed checkpoints of the audit.
    pub audit: AuditSettings,
    /// The desk on screen.
    pub ui: UiSettings,
    /// The file that was read; `None` when there was none.
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// For each key that was set: by what (a file and line, a variable or a flag).
    #[serde(skip)]
    pub origins: BTreeMap<String, String>,
}

/// The `[backend]` section: for the desk and the scriptable verbs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackendSettings {
    /// Address of the backend, without `/api/v1`.
    pub url: String,
    /// Seconds to wait for a connection.
    pub connect_seconds: u64,
    /// Seconds to wait for a whole answer.
    pub request_seconds: u64,
    /// Whether another machine may be spoken to without TLS: something else keeps the way secret.
    pub allow_plain_http: bool,
}

impl Default for BackendSettings {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:8470".to_owned(),
            connect_seconds: 5,
            request_seconds: 20,
            allow_plain_http: false,
        }
    }
}

impl BackendSettings {
    /// How long to wait for a connection.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_seconds)
    }

    /// How long to wait for a whole answer.
    #[must_use]
    pub fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }
}

/// The `[server]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerSettings {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: String,
    /// `sqlite:PATH` or `postgres://…`; empty: not set.
    pub database: DatabaseUrl,
    /// Address and port for `/metrics`; empty: on `listen`, for this machine only.
    pub metrics_listen: String,
    /// File with the certificate chain (PEM); empty: plain HTTP.
    pub tls_cert: String,
    /// File with the private key (PEM).
    pub tls_key: String,
    /// Whether plain HTTP may be spoken on an address that other machines can reach: behind a proxy that does TLS.
    pub allow_plain_http: bool,
    /// Addresses of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<String>,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8470".to_owned(),
            database: DatabaseUrl::default(),
            metrics_listen: String::new(),
            tls_cert: String::new(),
            tls_key: String::new(),
            allow_plain_http: false,
            trusted_proxies: Vec::new(),
        }
    }
}

/// The address of a database. It may hold a password, so `Debug` shows the kind only.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Takes an address as it was written.
    #[must_use]
    pub fn new(address: impl Into<String>) -> Self {
        Self(address.into())
    }

    /// Whether none was set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The address with its secrets, for the one who connects. Must not be shown or logged.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be shown: the kind of database, and the path of a file.
    #[must_use]
    pub fn shown(&self) -> String {
        match self.0.split_once(':') {
            Some(("sqlite", path)) => format!("sqlite:{}", path.split('?').next().unwrap_or_default()),
            Some((kind @ ("postgres" | "postgresql"), _)) => format!("{kind}://…"),
            Some(_) => "(unknown kind)".to_owned(),
            None => "(not set)".to_owned(),
        }
    }
}

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DatabaseUrl({})", self.shown())
    }
}

/// The `[keys]` section: up to two sources each, the first for new signatures, both accepted (rotation).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeySettings {
    /// For signed, expiring links.
    pub links: Vec<KeySource>,
    /// For the signatures of webhooks.
    pub webhooks: Vec<KeySource>,
    /// For the checkpoints of the audit.
    pub checkpoints: Vec<KeySource>,
    /// For drafts, which are kept encrypted.
    pub drafts: Vec<KeySource>,
}

/// The `[audit]` section: when the head of the chain is signed, and where the signature is kept beside the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSettings {
    /// After so many entries.
    pub checkpoint_entries: u32,
    /// After so many minutes, if anything was sealed since.
    pub checkpoint_minutes: u32,
    /// A file that each checkpoint is appended to, as a line of JSON; better on another machine. Empty: none.
    pub checkpoint_file: String,
    /// An address that each checkpoint is posted to, as JSON. Empty: none.
    pub checkpoint_url: String,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            checkpoint_entries: 1_000,
            checkpoint_minutes: 10,
            checkpoint_file: String::new(),
            checkpoint_url: String::new(),
        }
    }
}

/// The `[desk]` section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskSettings {
    /// Name of a shipped desk profile, or the path of a profile's file.
    pub profile: String,
}

impl Default for DeskSettings {
    fn default() -> Self {
        Self {
            profile: "extracare".to_owned(),
        }
    }
}

/// How the way to the mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpSecurity {
    /// It begins in clear and turns to TLS; without it nothing is sent.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// In clear: for a mail server on this machine.
    None,
}

/// The `[smtp]` section: the mail server that customers are written to by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpSettings {
    /// Its name; empty: customers get no mail.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept secret.
    pub security: SmtpSecurity,
    /// A file of certificates (PEM) of authorities that are trusted besides the machine's own; empty: none.
    pub ca_file: String,
    /// Whom it knows the backend as; empty: it does not ask.
    pub username: String,
    /// Where the password comes from: one source.
    pub password: Vec<KeySource>,
    /// The sender of each letter, such as `Support <support@example.com>`.
    pub from: String,
    /// Seconds to wait for it.
    pub timeout_seconds: u64,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: SmtpSecurity::Starttls,
            ca_file: String::new(),
            username: String::new(),
            password: Vec::new(),
            from: String::new(),
            timeout_seconds: 30,
        }
    }
}

/// The `[webhooks]` section: where the partner's systems are told of changes, signed by `keys.webhooks`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookSettings {
    /// The address to post to; empty: nobody is told.
    pub url: String,
    /// Seconds to wait for an answer.
    pub timeout_seconds: u64,
}

impl Default for WebhookSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            timeout_seconds: 10,
        }
    }
}

/// The `[images]` section: the pictures of offers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImageSettings {
    /// The folder that the catalog's image paths are meant in; empty: no pictures.
    pub folder: String,
}

/// The `[files]` section: where the contents of the files on tickets are kept, and who looks through them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileSettings {
    /// The address of an S3-like store; empty: contents are kept in the database.
    pub s3_url: String,
    /// Its bucket.
    pub s3_bucket: String,
    /// Its region; stores of one's own often take any.
    pub s3_region: String,
    /// Whether the bucket stands in the path (most stores of one's own) or in the host's name (Amazon's).
    pub s3_path_style: bool,
    /// The access key's id.
    pub s3_access_key: String,
    /// Where the secret of the access key comes from: one source.
    pub s3_secret: Vec<KeySource>,
    /// A command that looks through a content, which it gets on its standard input. It ends with 0 when the content is
    /// harmless and with 1 when it is not, as clamdscan(1) does; empty: nobody looks.
    pub scanner: String,
    /// Seconds that the command may take.
    pub scanner_seconds: u64,
}

impl Default for FileSettings {
    fn default() -> Self {
        Self {
            s3_url: String::new(),
            s3_bucket: String::new(),
            s3_region: "us-east-1".to_owned(),
            s3_path_style: true,
            s3_access_key: String::new(),
            s3_secret: Vec::new(),
            scanner: String::new(),
            scanner_seconds: 60,
        }
    }
}

/// The `[limits]` section: what the backend puts up with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests a second for one person, on average.
    pub requests_per_second: u32,
    /// Requests that one person may send at once.
    pub burst: u32,
    /// Requests a second from one network address, on average: for everybody behind it together.
    pub address_requests_per_second: u32,
    /// Requests that one network address may send at once.
    pub address_burst: u32,
    /// Access tokens from one network address that may be refused in a minute.
    pub refused_per_minute: u32,
    /// Connections at once.
    pub connections: u32,
    /// Seconds that the head of a request may take to arrive, and that a connection may lie idle.
    pub header_seconds: u64,
    /// Largest request body in bytes.
    pub body_bytes: u64,
    /// Seconds after which a request is given up.
    pub request_seconds: u64,
    /// Hours after which a person has to sign in anew; 0: never.
    pub session_hours: u32,
    /// Seconds of silence after which a stream of live events shows that it lives.
    pub stream_beat_seconds: u64,
    /// Whether after a lock, or an end from elsewhere, only a sign-in counts for which the issuer asked the person anew
    /// (as far as its access tokens tell: `auth_time`). `false`: any approval at the issuer will do.
    pub fresh_proof: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_second: 50,
            burst: 200,
            address_requests_per_second: 1_000,
            address_burst: 4_000,
            refused_per_minute: 120,
            connections: 4_096,
            header_seconds: 30,
            body_bytes: 1 << 20,
            request_seconds: 15,
            session_hours: 12,
            stream_beat_seconds: 15,
            fresh_proof: true,
        }
    }
}

/// The `[ui]` section: the desk on screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UiSettings {
    /// Name of a theme, or the path of a theme's file.
    pub theme: String,
    /// Whether the desk says itself in lines, for screen readers.
    pub linear: bool,
    /// How pictures are drawn: `auto`, `kitty`, `iterm2`, `sixel`, `halfblocks` or `off`.
    pub images: String,
    /// IANA zone in which dates are shown and meant; empty: the machine's.
    pub zone: String,
    /// Language of the interface, as a tag such as `en-US`; empty: the machine's.
    pub language: String,
    /// Keys of commands: command name to its keys; an empty list unbinds.
    pub keys: BTreeMap<String, Vec<String>>,
}

impl Default for UiSettings {
    fn default() -> Self {
        Self {
            theme: "default".to_owned(),
            linear: false,
            images: "auto".to_owned(),
            zone: String::new(),
            language: String::new(),
            keys: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_password_is_never_shown() {
        let url = DatabaseUrl::new("postgres://desk:hunter2@db.example.com/desk");
        let config = Config {
            server: ServerSettings {
                database: url.clone(),
                ..Default::default()
            },
            ..Default::default()
        };
        let shown = format!("{config:?} {}", url.shown());
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(url.expose(), "postgres://desk:hunter2@db.example.com/desk");
        assert_eq!(
            DatabaseUrl::new("sqlite:/var/x.db?mode=rw").shown(),
            "sqlite:/var/x.db"
        );
    }
}
