//! Where the refresh token lives between runs. Access tokens never leave memory.

mod file;
mod keyring;
mod memory;

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
    /// A file that only its owner can read.
    File,
    /// Memory of this process.
    Memory,
}

impl VaultKind {
    /// The word for it in configuration and reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Memory => "memory",
        }
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
}

impl std::fmt::Debug for OpenVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenVault")
            .field("kind", &self.vault.kind())
            .field("notice", &self.notice)
            .finish()
    }
}

/// Opens the vault that the settings ask for, proven by a round trip before it is relied on. `state_dir` is where the
/// file store lives if it is chosen.
///
/// # Errors
/// When a store that was chosen by name does not work; `auto` never fails, it falls back to memory and says so.
pub async fn open(settings: &IdentitySettings, state_dir: &Path) -> Result<OpenVault, VaultError> {
    let name = slot_name(settings);
    match settings.token_store {
        TokenStore::Memory => Ok(OpenVault {
            vault: Arc::new(MemoryVault::default()),
            notice: None,
        }),
        TokenStore::File => {
            let vault = FileVault::open(state_dir, &name).await?;
            let notice = format!(
                "The sign-in is kept in {} (token_store = \"file\").",
                vault.path().display()
            );
            Ok(OpenVault {
                vault: Arc::new(vault),
                notice: Some(notice),
            })
        }
        TokenStore::Keyring => {
            let vault = KeyringVault::proven(&name).await.map_err(|error| {
                VaultError(format!(
                    "the keyring of this system does not work: {error} (token_store = \"keyring\")"
                ))
            })?;
            Ok(OpenVault {
                vault: Arc::new(vault),
                notice: None,
            })
        }
        TokenStore::Auto => Ok(match KeyringVault::proven(&name).await {
            Ok(vault) => OpenVault {
                vault: Arc::new(vault),
                notice: None,
            },
            Err(error) => OpenVault {
                vault: Arc::new(MemoryVault::default()),
                notice: Some(format!("This sign-in lasts until you quit: {error}.")),
            },
        }),
    }
}

/// A short name for the pair of issuer and application, the same on every machine (FNV-1a, 64 bits).
pub(super) fn slot_name(settings: &IdentitySettings) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in settings
        .issuer
        .bytes()
        .chain([0])
        .chain(settings.client_id.bytes())
    {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    format!("session-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

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
