//! A file that only its owner can read: sealed with a passphrase, or, only where that was asked for by name, in the clear.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::private::{blocking, failed, private_directory, read_private, write_private};
use super::seal::Seal;
use super::{StoredSession, Vault, VaultError, VaultKind};

/// Keeps the session in a file with mode 0600 in a directory with mode 0700.
#[derive(Debug, Clone)]
pub struct FileVault {
    path: PathBuf,
    seal: Option<Arc<Seal>>,
}

impl FileVault {
    /// A file in the clear in this directory, which is made if need be and proven by writing a file there. Where a sign-in
    /// is kept already, it is enough that it can be read.
    ///
    /// # Errors
    /// When the directory cannot be made private or written to.
    pub async fn plaintext(directory: &Path, name: &str) -> Result<Self, VaultError> {
        Self::proven(Self {
            path: directory.join(format!("{name}.json")),
            seal: None,
        })
        .await
    }

    /// A sealed file in this directory. A file that is there must open with the passphrase.
    ///
    /// # Errors
    /// When the directory cannot be made private or written to, or the passphrase does not fit.
    pub(super) async fn sealed(directory: &Path, name: &str, seal: Seal) -> Result<Self, VaultError> {
        let vault = Self::proven(Self {
            path: sealed_path(directory, name),
            seal: Some(Arc::new(seal)),
        })
        .await?;
        vault.load().await?;
        Ok(vault)
    }

    async fn proven(vault: Self) -> Result<Self, VaultError> {
        // a name of its own: other processes prove the same directory at the same time
        let name = format!("probe-{}", uuid::Uuid::new_v4().simple());
        let probe = vault.path.with_extension(name);
        let proof = blocking(move || {
            private_directory(probe.parent().unwrap_or(Path::new(".")))?;
            write_private(&probe, b"probe")?;
            fs::remove_file(&probe).map_err(|error| failed("cannot remove a file from", &probe, &error))
        });
        if let Err(error) = proof.await {
            // What is kept in a place that is full or became read-only can still be used, and signed out of.
            let path = vault.path.clone();
            match blocking(move || read_private(&path)).await {
                Ok(Some(_)) => {
                    tracing::warn!(%error, "a sign-in is kept where nothing can be written any more")
                }
                Ok(None) | Err(_) => return Err(error),
            }
        }
        Ok(vault)
    }

    /// Where the session is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Where a sealed session is kept.
pub(super) fn sealed_path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.sealed"))
}

impl Vault for FileVault {
    fn kind(&self) -> VaultKind {
        if self.seal.is_some() {
            VaultKind::File
        } else {
            VaultKind::Plaintext
        }
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>> {
        let (path, seal) = (self.path.clone(), self.seal.clone());
        blocking(move || {
            let Some(bytes) = read_private(&path)? else {
                return Ok(None);
            };
            Ok(match seal {
                Some(seal) => StoredSession::from_bytes(&seal.open(&bytes)?),
                None => StoredSession::from_bytes(&bytes),
            })
        })
        .boxed()
    }

    fn save<'a>(&'a self, session: &'a StoredSession) -> BoxFuture<'a, Result<(), VaultError>> {
        let (path, seal) = (self.path.clone(), self.seal.clone());
        let bytes = session.to_bytes();
        async move {
            let bytes = bytes?;
            blocking(move || {
                private_directory(path.parent().unwrap_or(Path::new(".")))?;
                match seal {
                    Some(seal) => write_private(&path, &seal.close(&bytes)?),
                    None => write_private(&path, &bytes),
                }
            })
            .await
        }
        .boxed()
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), VaultError>> {
        let path = self.path.clone();
        blocking(move || match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("cannot remove", &path, &error)),
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    fn session(token: &str) -> StoredSession {
        StoredSession {
            issuer: "https://id.example.com".to_owned(),
            client_id: "desk".to_owned(),
            uid: Some("00u1".to_owned()),
            session: crate::domain::id::SessionId::new(),
            refresh_token: SecretString::from(token),
        }
    }

    async fn round_trip(vault: &FileVault) {
        assert!(vault.load().await.expect("loads").is_none());
        vault.save(&session("first-token")).await.expect("saves");
        vault.save(&session("second-token")).await.expect("saves again");
        let back = vault.load().await.expect("loads").expect("there");
        assert!(back.same_token(&session("second-token")));
        let shown = String::from_utf8_lossy(&fs::read(vault.path()).expect("there")).contains("second-token");
        assert_eq!(shown, vault.kind() == VaultKind::Plaintext);
        vault.clear().await.expect("clears");
        vault.clear().await.expect("clears twice");
        assert!(vault.load().await.expect("loads").is_none());
    }

    #[tokio::test]
    async fn a_session_comes_back_from_either_sort_of_file() {
        let directory = tempfile::tempdir().expect("directory");
        let dir = directory.path();
        round_trip(&FileVault::plaintext(dir, "session-x").await.expect("opens")).await;
        let seal = Seal::cheap(&["correct horse"]);
        round_trip(&FileVault::sealed(dir, "session-x", seal).await.expect("opens")).await;
        assert_eq!(fs::read_dir(dir).expect("list").count(), 0, "nothing is left");
    }

    #[tokio::test]
    async fn a_wrong_passphrase_is_refused_at_once_and_destroys_nothing() {
        let directory = tempfile::tempdir().expect("directory");
        let dir = directory.path();
        let right = || FileVault::sealed(dir, "session-x", Seal::cheap(&["right"]));
        right()
            .await
            .expect("opens")
            .save(&session("t"))
            .await
            .expect("saves");
        let wrong = FileVault::sealed(dir, "session-x", Seal::cheap(&["wrong"])).await;
        assert!(wrong.expect_err("refused").to_string().contains("passphrase"));
        assert!(
            right()
                .await
                .expect("opens")
                .load()
                .await
                .expect("loads")
                .is_some()
        );
    }

    #[tokio::test]
    async fn what_is_kept_where_nothing_can_be_written_any_more_can_still_be_used() {
        let directory = tempfile::tempdir().expect("a folder");
        // the name of a probe is too long for a file, that of the session is not
        let name = "n".repeat(240);
        assert!(FileVault::plaintext(directory.path(), &name).await.is_err());
        let path = directory.path().join(format!("{name}.json"));
        fs::write(&path, session("kept").to_bytes().expect("bytes")).expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("private");
        }
        let vault = FileVault::plaintext(directory.path(), &name)
            .await
            .expect("opens");
        assert!(
            vault
                .load()
                .await
                .expect("loads")
                .expect("there")
                .same_token(&session("kept"))
        );
        vault.clear().await.expect("signed out");
        assert!(FileVault::plaintext(directory.path(), &name).await.is_err());
    }

    #[tokio::test]
    async fn rubbish_in_the_file_is_no_session() {
        let directory = tempfile::tempdir().expect("directory");
        let vault = FileVault::plaintext(directory.path(), "session-x")
            .await
            .expect("opens");
        write_private(vault.path(), b"{\"issuer\":1}").expect("writes");
        assert!(vault.load().await.expect("loads").is_none());
    }
}
