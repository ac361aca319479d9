//! Which store holds the sign-in, written down beside the lock file. It holds no secret. A sign-in is looked for where
//! it was put, however the stores behave today.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::private::{blocking, private_directory, read_private, write_private};
use super::{StoredSession, Vault, VaultError, VaultKind};

/// Where it is written down.
pub(super) fn path(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.store"))
}

/// The store that holds a sign-in, if one does.
pub(super) async fn read(path: &Path) -> Option<VaultKind> {
    let path = path.to_owned();
    let bytes = blocking(move || read_private(&path)).await.ok().flatten()?;
    VaultKind::from_word(std::str::from_utf8(&bytes).ok()?.trim())
}

/// A store that writes down that it holds something.
pub(super) struct Marked {
    pub vault: Arc<dyn Vault>,
    pub path: PathBuf,
}

impl Vault for Marked {
    fn kind(&self) -> VaultKind {
        self.vault.kind()
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>> {
        self.vault.load()
    }

    fn save<'a>(&'a self, session: &'a StoredSession) -> BoxFuture<'a, Result<(), VaultError>> {
        async move {
            self.vault.save(session).await?;
            let (path, word) = (self.path.clone(), self.kind().word());
            let written = blocking(move || {
                if read_private(&path)?.is_some_and(|there| there.as_slice() == word.as_bytes()) {
                    return Ok(());
                }
                private_directory(path.parent().unwrap_or(Path::new(".")))?;
                write_private(&path, word.as_bytes())
            });
            if let Err(error) = written.await {
                // the sign-in itself is kept
                tracing::warn!(%error, "which store holds the sign-in could not be written down");
            }
            Ok(())
        }
        .boxed()
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), VaultError>> {
        async move {
            self.vault.clear().await?;
            let path = self.path.clone();
            blocking(move || {
                // without it the usual order applies
                let _ = std::fs::remove_file(&path);
                Ok(())
            })
            .await
        }
        .boxed()
    }
}
