//! The stores of the system: the keyring of the desktop, and the kernel's. The former may hang for ever on a machine
//! without a screen: every call runs on the one [`Worker`].

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use keyring_core::{Entry, Error};
use zeroize::Zeroizing;

use super::worker::Worker;
use super::{StoredSession, Vault, VaultError, VaultKind};

const SERVICE: &str = "tokendesk";

/// Keeps the session in a store of the system.
#[derive(Debug)]
pub struct KeyringVault {
    worker: &'static Worker,
    store: Store,
    user: String,
}

/// Which store of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    /// Keychain, Credential Manager, Secret Service.
    System,
    /// The keyrings of the Linux kernel.
    #[cfg(target_os = "linux")]
    Kernel,
}

impl Store {
    fn entry(self, user: &str) -> Result<Entry, VaultError> {
        match self {
            Self::System => {
                if let Err(error) = keyring::Entry::store_status() {
                    return Err(told(error));
                }
                keyring::Entry::new(SERVICE, user)
                    .map(|entry| entry.inner)
                    .map_err(|e| told(&e))
            }
            #[cfg(target_os = "linux")]
            Self::Kernel => {
                use keyring_core::api::CredentialStoreApi as _;
                linux_keyutils_keyring_store::Store::new()
                    .and_then(|store| store.build(SERVICE, user, None))
                    .map_err(|e| told(&e))
            }
        }
    }

    /// Writes, reads and removes an entry of our own.
    fn round_trip(self) -> Result<(), VaultError> {
        let mark = uuid::Uuid::new_v4().simple().to_string();
        let entry = self.entry(&format!("probe-{mark}"))?;
        let done = proves(&entry, mark.as_bytes());
        #[cfg(target_os = "linux")]
        if self == Self::Kernel {
            return done.map_err(|VaultError(why)| {
                VaultError(format!(
                    "{why} (the kernel's keyrings; containers and some services are not let in)"
                ))
            });
        }
        done
    }
}

/// Whether an entry gives back what is put in, and can be removed. Only that proves a store: making an entry succeeds
/// where nothing can be kept.
fn proves(entry: &Entry, mark: &[u8]) -> Result<(), VaultError> {
    entry.set_secret(mark).map_err(|e| told(&e))?;
    let back = entry.get_secret().map_err(|e| told(&e));
    entry.delete_credential().map_err(|e| told(&e))?;
    if back? == mark {
        Ok(())
    } else {
        Err(VaultError(
            "the keyring gave back something else than was put in".to_owned(),
        ))
    }
}

impl KeyringVault {
    /// The keyring of the system, proven by writing, reading and removing an entry: only a round trip proves a store.
    ///
    /// # Errors
    /// When there is no keyring, it is locked, or it does not answer in time.
    pub async fn proven(name: &str) -> Result<Self, VaultError> {
        if !may_exist() {
            return Err(VaultError("there is no keyring here (no session bus)".to_owned()));
        }
        Self::prove(Store::System, name).await
    }

    /// The keyrings of the kernel, proven in the same way. What is kept there lasts until the machine restarts, or for
    /// three days without use, and may be gone earlier.
    ///
    /// # Errors
    /// When the kernel has none, or does not let us in.
    pub async fn kernel(name: &str) -> Result<Self, VaultError> {
        #[cfg(target_os = "linux")]
        return Self::prove(Store::Kernel, name).await;
        #[cfg(not(target_os = "linux"))]
        {
            let _ = name;
            Err(VaultError("only Linux has keyrings in its kernel".to_owned()))
        }
    }

    async fn prove(store: Store, name: &str) -> Result<Self, VaultError> {
        let worker = Worker::shared()?;
        worker.run(move || store.round_trip()).await?;
        Ok(Self {
            worker,
            store,
            user: name.to_owned(),
        })
    }

    async fn with_entry<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Entry) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let (store, user) = (self.store, self.user.clone());
        self.worker.run(move || work(&store.entry(&user)?)).await
    }
}

impl Vault for KeyringVault {
    fn kind(&self) -> VaultKind {
        match self.store {
            Store::System => VaultKind::Keyring,
            #[cfg(target_os = "linux")]
            Store::Kernel => VaultKind::Keyutils,
        }
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>> {
        self.with_entry(|entry| match entry.get_secret() {
            Ok(bytes) => Ok(StoredSession::from_bytes(&Zeroizing::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(told(&error)),
        })
        .boxed()
    }

    fn save<'a>(&'a self, session: &'a StoredSession) -> BoxFuture<'a, Result<(), VaultError>> {
        let bytes = session.to_bytes();
        async move {
            let bytes = bytes?;
            self.with_entry(move |entry| entry.set_secret(&bytes).map_err(|error| told(&error)))
                .await
        }
        .boxed()
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), VaultError>> {
        self.with_entry(|entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(&error)),
        })
        .boxed()
    }
}

/// Whether it is worth asking: on Linux the keyring is behind the session bus.
fn may_exist() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("DBUS_SESSION_BUS_ADDRESS").is_some()
        || set("XDG_RUNTIME_DIR").is_some_and(|dir| std::path::Path::new(&dir).join("bus").exists())
}

/// An error of a store in words. Never its `Debug`: some variants carry the secret.
fn told(error: &Error) -> VaultError {
    VaultError(match error {
        Error::NoStorageAccess(_) => "the keyring is locked or does not let us in".to_owned(),
        Error::NoEntry => "the keyring lost an entry".to_owned(),
        Error::Ambiguous(_) => "the keyring holds the entry more than once".to_owned(),
        Error::TooLong(..) => "the keyring cannot hold an entry of this size".to_owned(),
        Error::BadEncoding(_) => "the keyring gave back something unreadable".to_owned(),
        _ => "there is no keyring that works here".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_keyring_says_never_holds_the_secret() {
        let error = Error::BadEncoding(b"very-secret".to_vec());
        assert!(!told(&error).to_string().contains("secret"));
    }

    /// A store of one entry that fails as it is told.
    #[derive(Debug, Default)]
    struct Faulty {
        kept: std::sync::Mutex<Option<Vec<u8>>>,
        locked: bool,
        forgets: bool,
        stays: bool,
    }

    impl keyring_core::api::CredentialApi for Faulty {
        fn set_secret(&self, secret: &[u8]) -> keyring_core::Result<()> {
            if self.locked {
                // as a container's kernel does
                return Err(Error::NoStorageAccess("EACCES very-secret".into()));
            }
            *self.kept.lock().expect("unpoisoned") = Some(secret.to_vec());
            Ok(())
        }

        fn get_secret(&self) -> keyring_core::Result<Vec<u8>> {
            if self.forgets {
                return Ok(b"something else".to_vec());
            }
            let kept = self.kept.lock().expect("unpoisoned");
            kept.clone().ok_or(Error::NoEntry)
        }

        fn delete_credential(&self) -> keyring_core::Result<()> {
            if self.stays {
                return Err(Error::NoEntry);
            }
            *self.kept.lock().expect("unpoisoned") = None;
            Ok(())
        }

        fn get_credential(&self) -> keyring_core::Result<Option<std::sync::Arc<keyring_core::Credential>>> {
            Ok(None)
        }

        fn get_specifiers(&self) -> Option<(String, String)> {
            None
        }

        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
    }

    #[test]
    fn only_a_whole_round_trip_proves_a_store() {
        let tried = |faulty: Faulty| {
            let entry = Entry::new_with_credential(std::sync::Arc::new(faulty));
            let proven = proves(&entry, b"mark").map_err(|error| error.to_string());
            (proven, matches!(entry.get_secret(), Err(Error::NoEntry)))
        };
        assert_eq!(tried(Faulty::default()), (Ok(()), true), "and it is gone again");
        let fails = |faulty| tried(faulty).0.expect_err("fails");
        let locked = Faulty {
            locked: true,
            ..Faulty::default()
        };
        assert_eq!(fails(locked), "the keyring is locked or does not let us in");
        let forgets = Faulty {
            forgets: true,
            ..Faulty::default()
        };
        assert!(fails(forgets).contains("something else than was put in"));
        let stays = Faulty {
            stays: true,
            ..Faulty::default()
        };
        assert_eq!(fails(stays), "the keyring lost an entry");
    }

    /// Containers often forbid the kernel's keyrings: then this must be an error in words, not a store that forgets.
    #[tokio::test]
    async fn the_kernels_keyring_keeps_what_it_is_given_or_says_that_it_does_not() {
        let name = format!("session-test-{}", uuid::Uuid::new_v4().simple());
        match KeyringVault::kernel(&name).await {
            Ok(vault) => {
                let session = StoredSession {
                    issuer: "https://id.example.com".to_owned(),
                    client_id: "desk".to_owned(),
                    uid: None,
                    session: crate::domain::id::SessionId::new(),
                    refresh_token: secrecy::SecretString::from("t"),
                };
                vault.save(&session).await.expect("kept");
                let back = vault.load().await.expect("read").expect("there");
                assert!(back.same_token(&session));
                vault.clear().await.expect("forgotten");
                assert!(vault.load().await.expect("read").is_none());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}
