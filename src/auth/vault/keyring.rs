//! The keyring of the system, which may hang for ever on a machine without a screen: every call runs on a thread of
//! its own, one at a time, and is given up after three seconds.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

use super::{StoredSession, Vault, VaultError, VaultKind};

const SERVICE: &str = "tokendesk";
/// How long a call may take before it is given up.
const LIMIT: Duration = Duration::from_secs(3);

type Job = Box<dyn FnOnce() + Send>;

/// Keeps the session in the keyring of the system.
#[derive(Debug)]
pub struct KeyringVault {
    worker: Worker,
    user: String,
}

impl KeyringVault {
    /// The keyring, proven by writing, reading and removing an entry: only a round trip proves a store.
    ///
    /// # Errors
    /// When there is no keyring, it is locked, or it does not answer in time.
    pub async fn proven(name: &str) -> Result<Self, VaultError> {
        if !may_exist() {
            return Err(VaultError("there is no keyring here (no session bus)".to_owned()));
        }
        let worker = Worker::start()?;
        worker
            .run(|| {
                if let Err(error) = keyring::Entry::store_status() {
                    return Err(told(error));
                }
                let mark = uuid::Uuid::new_v4().simple().to_string();
                let entry = keyring::Entry::new(SERVICE, &format!("probe-{mark}")).map_err(|e| told(&e))?;
                entry.set_secret(mark.as_bytes()).map_err(|e| told(&e))?;
                let back = entry.get_secret().map_err(|e| told(&e));
                entry.delete_credential().map_err(|e| told(&e))?;
                if back? == mark.as_bytes() {
                    Ok(())
                } else {
                    Err(VaultError(
                        "the keyring gave back something else than was put in".to_owned(),
                    ))
                }
            })
            .await?;
        Ok(Self {
            worker,
            user: name.to_owned(),
        })
    }

    async fn with_entry<T: Send + 'static>(
        &self,
        work: impl FnOnce(&keyring::Entry) -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let user = self.user.clone();
        self.worker
            .run(move || work(&keyring::Entry::new(SERVICE, &user).map_err(|e| told(&e))?))
            .await
    }
}

impl Vault for KeyringVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Keyring
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>> {
        self.with_entry(|entry| match entry.get_secret() {
            Ok(bytes) => Ok(StoredSession::from_bytes(&Zeroizing::new(bytes))),
            Err(keyring::Error::NoEntry) => Ok(None),
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
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
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

/// An error of the keyring in words. Never its `Debug`: some variants carry the secret.
fn told(error: &keyring::Error) -> VaultError {
    VaultError(match error {
        keyring::Error::NoStorageAccess(_) => "the keyring is locked or does not let us in".to_owned(),
        keyring::Error::NoEntry => "the keyring lost an entry".to_owned(),
        keyring::Error::Ambiguous(_) => "the keyring holds the entry more than once".to_owned(),
        keyring::Error::TooLong(..) => "the keyring cannot hold an entry of this size".to_owned(),
        keyring::Error::BadEncoding(_) => "the keyring gave back something unreadable".to_owned(),
        _ => "there is no keyring that works here".to_owned(),
    })
}

/// One thread that does one thing after the other.
#[derive(Debug)]
struct Worker {
    jobs: mpsc::Sender<Job>,
    stuck: Arc<AtomicBool>,
    limit: Duration,
}

impl Worker {
    fn start() -> Result<Self, VaultError> {
        let (jobs, queue) = mpsc::channel::<Job>();
        std::thread::Builder::new()
            .name("keyring".to_owned())
            .spawn(move || {
                for job in queue {
                    job();
                }
            })
            .map_err(|error| VaultError(format!("no thread for the keyring: {error}")))?;
        Ok(Self {
            jobs,
            stuck: Arc::new(AtomicBool::new(false)),
            limit: LIMIT,
        })
    }

    /// Runs a job, for at most the limit. While an abandoned job still hangs, further ones fail at once.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let silent = || {
            VaultError(format!(
                "the keyring did not answer within {} seconds",
                self.limit.as_secs()
            ))
        };
        if self.stuck.load(Ordering::Acquire) {
            return Err(silent());
        }
        let (reply, answer) = tokio::sync::oneshot::channel();
        let stuck = Arc::clone(&self.stuck);
        let job: Job = Box::new(move || {
            let _ = reply.send(work());
            stuck.store(false, Ordering::Release);
        });
        self.jobs
            .send(job)
            .map_err(|_| VaultError("the keyring's thread has died".to_owned()))?;
        match tokio::time::timeout(self.limit, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(VaultError("the keyring's thread has died".to_owned())),
            Err(_) => {
                self.stuck.store(true, Ordering::Release);
                Err(silent())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_keyring_that_hangs_is_given_up_and_may_come_back() {
        let worker = Worker {
            limit: Duration::from_millis(50),
            ..Worker::start().expect("thread")
        };
        let (release, hold) = mpsc::channel::<()>();
        let hung = worker.run(move || Ok(hold.recv().is_ok())).await;
        assert!(hung.is_err());
        let asked = worker.run(|| Ok(())).await;
        assert!(asked.is_err(), "nothing queues up behind a call that hangs");
        release.send(()).expect("still waiting");
        while worker.stuck.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        assert_eq!(worker.run(|| Ok(7)).await, Ok(7));
    }

    #[test]
    fn what_the_keyring_says_never_holds_the_secret() {
        let error = keyring::Error::BadEncoding(b"very-secret".to_vec());
        assert!(!told(&error).to_string().contains("secret"));
    }
}
