//! Where the refresh token lives between runs. Access tokens never leave memory.

mod file;
mod keyring;
mod marker;
mod memory;
pub(super) mod private;
mod seal;
mod worker;

use std::path::Path;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

pub use self::file::FileVault;
pub use self::keyring::KeyringVault;
pub use self::memory::MemoryVault;
use crate::config::identity::{IdentitySettings, TokenStore};
use crate::domain::id::SessionId;

/// All that is kept of a session: the refresh token, and whose it is.
#[derive(Debug, Clone)]
pub struct StoredSession {
    /// The issuer that granted it.
    pub issuer: String,
    /// The application that it was granted to.
    pub client_id: String,
    /// The person, by the issuer's id, once the backend has told it.
    pub uid: Option<String>,
    /// This sign-in: tells two sign-ins of one person apart at the backend.
    pub session: SessionId,
    /// The refresh token.
    pub refresh_token: SecretString,
}

impl StoredSession {
    /// Whether this belongs to the issuer and application of the settings.
    #[must_use]
    pub fn belongs_to(&self, settings: &IdentitySettings) -> bool {
        self.issuer == settings.issuer && self.client_id == settings.client_id
    }

    /// Whether both hold the same refresh token.
    pub(super) fn same_token(&self, other: &Self) -> bool {
        self.refresh_token.expose_secret() == other.refresh_token.expose_secret()
    }

    fn to_bytes(&self) -> Result<zeroize::Zeroizing<Vec<u8>>, VaultError> {
        let record = Record {
            issuer: &self.issuer,
            client_id: &self.client_id,
            uid: self.uid.as_deref(),
            session: self.session,
            refresh_token: self.refresh_token.expose_secret(),
        };
        serde_json::to_vec(&record)
            .map(zeroize::Zeroizing::new)
            .map_err(|_| VaultError("the session cannot be written down".to_owned()))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let record: OwnedRecord = serde_json::from_slice(bytes).ok()?;
        Some(Self {
            issuer: record.issuer,
            client_id: record.client_id,
            uid: record.uid,
            session: record.session,
            refresh_token: record.refresh_token,
        })
    }
}

#[derive(Serialize)]
struct Record<'a> {
    issuer: &'a str,
    client_id: &'a str,
    uid: Option<&'a str>,
    session: SessionId,
    refresh_token: &'a str,
}

#[derive(Deserialize)]
struct OwnedRecord {
    issuer: String,
    client_id: String,
    #[serde(default)]
    uid: Option<String>,
    #[serde(default)]
    session: SessionId,
    refresh_token: SecretString,
}

/// A vault that did not work, in words; never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct VaultError(pub String);

/// What kind of vault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultKind {
    /// The keyring of the system.
    Keyring,
    /// The keyrings of the Linux kernel.
    Keyutils,
    /// A file sealed with a passphrase.
    File,
    /// A file in the clear that only its owner can read.
    Plaintext,
    /// Memory of this process.
    Memory,
}

impl VaultKind {
    /// The word for it in configuration and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::Keyutils => "keyutils",
            Self::File => "file",
            Self::Plaintext => "plaintext",
            Self::Memory => "memory",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [
            Self::Keyring,
            Self::Keyutils,
            Self::File,
            Self::Plaintext,
            Self::Memory,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }
}

/// Keeps one session. No call blocks the caller's thread, and none takes longer than a few seconds.
pub trait Vault: Send + Sync {
    /// What kind it is.
    fn kind(&self) -> VaultKind;

    /// The session kept here, if any; what cannot be read as one counts as none.
    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>>;

    /// Keeps this session instead of any other; done only once it is durable.
    fn save<'a>(&'a self, session: &'a StoredSession) -> BoxFuture<'a, Result<(), VaultError>>;

    /// Forgets the session; fine when there is none.
    fn clear(&self) -> BoxFuture<'_, Result<(), VaultError>>;
}

/// A vault, and what the person should know about it.
pub struct OpenVault {
    /// The vault.
    pub vault: Arc<dyn Vault>,
    /// Said once at sign-in, when the vault is not what one would expect.
    pub notice: Option<String>,
    /// Why it is this one.
    pub why: String,
}

impl std::fmt::Debug for OpenVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenVault")
            .field("kind", &self.vault.kind())
            .field("notice", &self.notice)
            .field("why", &self.why)
            .finish()
    }
}

/// Whether a sealed file needs a passphrase that the settings do not tell, and for what.
#[must_use]
pub fn passphrase_wanted(settings: &IdentitySettings, state_dir: &Path) -> Option<PassphraseFor> {
    if settings.token_store != TokenStore::File || !settings.token_passphrase.is_empty() {
        return None;
    }
    let there = file::sealed_path(state_dir, &slot_name(settings)).exists();
    Some(if there {
        PassphraseFor::Opening
    } else {
        PassphraseFor::Sealing
    })
}

/// What a passphrase is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassphraseFor {
    /// To open the file that is there.
    Opening,
    /// For a new file: it is chosen now.
    Sealing,
}

/// Opens the vault that the settings ask for, proven by a round trip before it is relied on. `state_dir` is where files
/// live; `passphrase` is what the person typed, if they were asked.
///
/// # Errors
/// When a store that was chosen by name does not work; `auto` never fails, it falls back to memory and says so.
pub async fn open(
    settings: &IdentitySettings,
    state_dir: &Path,
    passphrase: Option<&SecretString>,
) -> Result<OpenVault, VaultError> {
    let opened = open_named(&slot_name(settings), settings, state_dir, passphrase).await?;
    take_over(&opened, settings, state_dir, passphrase).await;
    Ok(opened)
}

/// Moves a sign-in that was kept before backends had places of their own to the place of this one.
async fn take_over(
    opened: &OpenVault,
    settings: &IdentitySettings,
    state_dir: &Path,
    passphrase: Option<&SecretString>,
) {
    let (old, new) = (shared_slot(settings), slot_name(settings));
    let marked = async |name: &str| marker::read(&marker::path(state_dir, name)).await;
    if old == new || marked(&old).await != Some(opened.vault.kind()) || marked(&new).await.is_some() {
        return;
    }
    let moved = async {
        let there = open_named(&old, settings, state_dir, passphrase).await?;
        if there.vault.kind() != opened.vault.kind() {
            return Ok(());
        }
        if let Some(session) = there.vault.load().await?.filter(|s| s.belongs_to(settings)) {
            opened.vault.save(&session).await?;
            // how long it went unused goes along
            let used = |name: &str| state_dir.join(format!("{name}.use"));
            let _ = std::fs::rename(used(&old), used(&new));
        }
        there.vault.clear().await
    };
    if let Err(error) = moved.await {
        tracing::warn!(%error, "a sign-in of an earlier version could not be taken over");
    }
}

/// The vault of this name that the settings ask for.
async fn open_named(
    name: &str,
    settings: &IdentitySettings,
    state_dir: &Path,
    passphrase: Option<&SecretString>,
) -> Result<OpenVault, VaultError> {
    let marker = marker::path(state_dir, name);
    let chosen = |word: &str| format!("identity.token_store is \"{word}\"");
    let named = |word: &str, error: VaultError| VaultError(format!("{error} ({})", chosen(word)));
    let mut opened = match settings.token_store {
        TokenStore::Memory => return Ok(memory(None, chosen("memory"))),
        TokenStore::Plaintext => {
            let vault = FileVault::plaintext(state_dir, name).await?;
            let why = format!("{}: {}", chosen("plaintext"), vault.path().display());
            OpenVault {
                vault: Arc::new(vault),
                notice: Some("Warning: your sign-in lies in the clear on this disk.".to_owned()),
                why,
            }
        }
        TokenStore::File => {
            let seal = seal::Seal::new(passphrases(settings, passphrase).await?);
            let vault = FileVault::sealed(state_dir, name, seal)
                .await
                .map_err(|error| named("file", error))?;
            plain(vault, format!("{}; sealed with your passphrase", chosen("file")))
        }
        TokenStore::Keyring => plain(
            KeyringVault::proven(name)
                .await
                .map_err(|error| named("keyring", error))?,
            format!("{}; a round trip proved it", chosen("keyring")),
        ),
        TokenStore::Keyutils => plain(
            KeyringVault::kernel(name)
                .await
                .map_err(|error| named("keyutils", error))?,
            format!("{}; a round trip proved it", chosen("keyutils")),
        ),
        TokenStore::Auto => automatic(name, marker::read(&marker).await).await,
    };
    if opened.vault.kind() != VaultKind::Memory {
        opened.vault = Arc::new(marker::Marked {
            vault: opened.vault,
            path: marker,
        });
    }
    Ok(opened)
}

fn plain(vault: impl Vault + 'static, why: String) -> OpenVault {
    OpenVault {
        vault: Arc::new(vault),
        notice: None,
        why,
    }
}

fn memory(notice: Option<String>, why: String) -> OpenVault {
    OpenVault {
        vault: Arc::new(MemoryVault::default()),
        notice,
        why,
    }
}

/// The first store that a round trip proves; where a sign-in is kept already, that store or none.
async fn automatic(name: &str, holds: Option<VaultKind>) -> OpenVault {
    let elsewhere = |store: &str, error: &VaultError| {
        memory(
            Some(format!(
                "Your sign-in is kept in the {store}, which cannot be used now: {error}. A new sign-in lasts until you quit."
            )),
            format!("the sign-in is kept in the {store}, which cannot be used now: {error}"),
        )
    };
    if holds != Some(VaultKind::Keyutils) {
        match KeyringVault::proven(name).await {
            Ok(vault) => plain(vault, "a round trip proved the keyring of the system".to_owned()),
            Err(error) if holds == Some(VaultKind::Keyring) => elsewhere("keyring of the system", &error),
            Err(keyring) => match KeyringVault::kernel(name).await {
                Ok(vault) => plain(
                    vault,
                    format!(
                        "{keyring}; a round trip proved the kernel's keyring, which lasts until a restart"
                    ),
                ),
                Err(kernel) => memory(
                    Some(format!("This sign-in lasts until you quit: {keyring}.")),
                    format!("keyring of the system: {keyring}; kernel's keyring: {kernel}"),
                ),
            },
        }
    } else {
        match KeyringVault::kernel(name).await {
            Ok(vault) => plain(vault, "the sign-in is kept in the kernel's keyring".to_owned()),
            Err(error) => elsewhere("kernel's keyring", &error),
        }
    }
}

/// The passphrases that the settings tell, else the one that was typed.
async fn passphrases(
    settings: &IdentitySettings,
    typed: Option<&SecretString>,
) -> Result<Vec<SecretString>, VaultError> {
    let sources = settings.token_passphrase.clone();
    let mut all = private::blocking(move || {
        let fetch = |source: &crate::config::secret_keys::KeySource| source.passphrase().map_err(VaultError);
        sources.iter().map(fetch).collect::<Result<Vec<_>, _>>()
    })
    .await?;
    all.extend(typed.cloned());
    if all.is_empty() {
        return Err(VaultError(
            "the sign-in is to be sealed with a passphrase, and there is none; set identity.token_passphrase, or run \
             this at a terminal"
                .to_owned(),
        ));
    }
    Ok(all)
}

/// A short name for issuer, application, and the backend and audience that the sign-in is for; the same on every machine.
pub(super) fn slot_name(settings: &IdentitySettings) -> String {
    if settings.backend.is_empty() {
        return shared_slot(settings);
    }
    slot(&[
        &settings.issuer,
        &settings.client_id,
        &settings.backend,
        &settings.audience,
    ])
}

/// The name that issuer and application had together for all backends.
fn shared_slot(settings: &IdentitySettings) -> String {
    slot(&[&settings.issuer, &settings.client_id])
}

/// FNV-1a, 64 bits, over the parts.
fn slot(parts: &[&str]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.join("\0").bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("session-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_store_that_holds_a_sign_in_is_written_down_until_it_holds_none() {
        let directory = tempfile::tempdir().expect("directory");
        let settings = IdentitySettings {
            issuer: "https://id.example.com/oauth2/default".to_owned(),
            token_store: TokenStore::Plaintext,
            ..Default::default()
        };
        let opened = open(&settings, directory.path(), None).await.expect("opens");
        assert!(opened.notice.expect("a warning").contains("in the clear"));
        let mark = marker::path(directory.path(), &slot_name(&settings));
        assert_eq!(marker::read(&mark).await, None, "nothing is kept yet");
        let session = StoredSession {
            issuer: settings.issuer.clone(),
            client_id: String::new(),
            uid: None,
            session: SessionId::new(),
            refresh_token: SecretString::from("t"),
        };
        opened.vault.save(&session).await.expect("saves");
        assert_eq!(marker::read(&mark).await, Some(VaultKind::Plaintext));
        opened.vault.clear().await.expect("clears");
        assert_eq!(marker::read(&mark).await, None);
    }

    #[tokio::test]
    async fn a_sealed_store_without_a_passphrase_says_where_to_set_one() {
        let directory = tempfile::tempdir().expect("directory");
        let mut settings = IdentitySettings {
            token_store: TokenStore::File,
            ..Default::default()
        };
        let error = open(&settings, directory.path(), None).await.expect_err("none");
        assert!(error.to_string().contains("identity.token_passphrase"), "{error}");
        assert_eq!(
            passphrase_wanted(&settings, directory.path()),
            Some(PassphraseFor::Sealing)
        );
        let command = "command:echo correct horse".to_owned();
        settings.token_passphrase = vec![command.try_into().expect("a source")];
        assert_eq!(passphrase_wanted(&settings, directory.path()), None);
        let opened = open(&settings, directory.path(), None).await.expect("opens");
        assert_eq!(opened.vault.kind(), VaultKind::File);
    }

    #[test]
    fn debug_never_shows_the_token() {
        let session = StoredSession {
            issuer: "i".to_owned(),
            client_id: "c".to_owned(),
            uid: None,
            session: SessionId::new(),
            refresh_token: SecretString::from("very-secret"),
        };
        assert!(!format!("{session:?}").contains("very-secret"));
        let bytes = session.to_bytes().expect("bytes");
        assert!(
            StoredSession::from_bytes(&bytes)
                .expect("back")
                .same_token(&session)
        );
        assert!(StoredSession::from_bytes(b"{").is_none());
    }

    #[tokio::test]
    async fn each_backend_has_its_own_sign_in_and_one_takes_over_what_was_kept_for_all() {
        let directory = tempfile::tempdir().expect("directory");
        let settings = |backend: &str| IdentitySettings {
            issuer: "https://id.example.com/oauth2/default".to_owned(),
            token_store: TokenStore::Plaintext,
            backend: backend.to_owned(),
            ..Default::default()
        };
        let kept = async |backend: &str| {
            let opened = open(&settings(backend), directory.path(), None)
                .await
                .expect("opens");
            let there = opened.vault.load().await.expect("reads");
            there.map(|session| session.refresh_token.expose_secret().to_owned())
        };
        let keep = async |backend: &str, token: &str| {
            let session = StoredSession {
                issuer: settings("").issuer,
                client_id: String::new(),
                uid: None,
                session: SessionId::new(),
                refresh_token: SecretString::from(token),
            };
            let opened = open(&settings(backend), directory.path(), None)
                .await
                .expect("opens");
            opened.vault.save(&session).await.expect("saves");
        };
        keep("", "old").await;
        let used =
            |settings: &IdentitySettings| directory.path().join(format!("{}.use", slot_name(settings)));
        std::fs::write(used(&settings("")), "{}").expect("written");
        assert_eq!(kept("https://one").await.as_deref(), Some("old"), "taken over");
        assert!(used(&settings("https://one")).exists());
        assert_eq!(kept("").await, None, "moved, not copied");
        assert_eq!(kept("https://two").await, None, "once");
        keep("https://two", "second").await;
        assert_eq!(kept("https://one").await.as_deref(), Some("old"));
        assert_eq!(kept("https://two").await.as_deref(), Some("second"));
        keep("", "older program").await;
        assert_eq!(
            kept("https://two").await.as_deref(),
            Some("second"),
            "what is newer stays"
        );
    }

    #[test]
    fn the_slot_depends_on_issuer_and_application() {
        let settings = |issuer: &str, client: &str| IdentitySettings {
            issuer: issuer.to_owned(),
            client_id: client.to_owned(),
            ..Default::default()
        };
        assert_ne!(slot_name(&settings("ab", "c")), slot_name(&settings("a", "bc")));
        assert_eq!(slot_name(&settings("a", "b")), slot_name(&settings("a", "b")));
    }
}
