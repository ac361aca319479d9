//! A file that only its owner can read. Chosen by name, never by itself: the token lies there in the clear.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

use super::{StoredSession, Vault, VaultError, VaultKind};

/// Keeps the session in a file with mode 0600 in a directory with mode 0700.
#[derive(Debug, Clone)]
pub struct FileVault {
    path: PathBuf,
}

impl FileVault {
    /// The vault in this directory, which is made if need be and proven by writing a file there.
    ///
    /// # Errors
    /// When the directory cannot be made private or written to.
    pub async fn open(directory: &Path, name: &str) -> Result<Self, VaultError> {
        let path = directory.join(format!("{name}.json"));
        let vault = Self { path };
        let probe = vault.path.with_extension("probe");
        blocking(move || {
            private_directory(probe.parent().unwrap_or(Path::new(".")))?;
            write_private(&probe, b"probe")?;
            fs::remove_file(&probe).map_err(|error| failed("cannot remove a file from", &probe, &error))
        })
        .await?;
        Ok(vault)
    }

    /// Where the session is kept.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Vault for FileVault {
    fn kind(&self) -> VaultKind {
        VaultKind::File
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>> {
        let path = self.path.clone();
        blocking(move || Ok(read_private(&path)?.and_then(|bytes| StoredSession::from_bytes(&bytes)))).boxed()
    }

    fn save<'a>(&'a self, session: &'a StoredSession) -> BoxFuture<'a, Result<(), VaultError>> {
        let path = self.path.clone();
        let bytes = session.to_bytes();
        async move {
            let bytes = bytes?;
            blocking(move || {
                private_directory(path.parent().unwrap_or(Path::new(".")))?;
                write_private(&path, &bytes)
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

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(VaultError("the token file was given up half way".to_owned())))
}

fn failed(what: &str, path: &Path, error: &std::io::Error) -> VaultError {
    VaultError(format!("{what} {}: {error}", path.display()))
}

fn private_directory(directory: &Path) -> Result<(), VaultError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(directory)
        .map_err(|error| failed("cannot make the directory", directory, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata =
            fs::metadata(directory).map_err(|error| failed("cannot look at", directory, &error))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
                .map_err(|error| failed("cannot make private", directory, &error))?;
        }
    }
    Ok(())
}

/// Writes beside and renames over: the file is private from its first byte and never half written.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
    let beside = path.with_extension(format!("{}.new", uuid::Uuid::new_v4().simple()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_directory(path)
    });
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed("cannot write", path, &error)
    })
}

#[cfg(unix)]
fn sync_directory(path: &Path) -> std::io::Result<()> {
    path.parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

#[cfg(not(unix))]
fn sync_directory(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn read_private(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    let file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("cannot open", path, &error)),
    };
    check_private(&file, path)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(64 * 1024)
        .read_to_end(&mut bytes)
        .map_err(|error| failed("cannot read", path, &error))?;
    Ok(Some(bytes))
}

/// Refuses a file that others can read, or that belongs to somebody else than the directory around it.
#[cfg(unix)]
fn check_private(file: &File, path: &Path) -> Result<(), VaultError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file
        .metadata()
        .map_err(|error| failed("cannot look at", path, &error))?;
    if !metadata.is_file() || metadata.mode() & 0o077 != 0 {
        return Err(VaultError(format!(
            "{} can be read by others and is not trusted; remove it, or set its mode to 0600",
            path.display()
        )));
    }
    let around = path
        .parent()
        .and_then(|directory| fs::metadata(directory).ok())
        .map(|m| m.uid());
    if around.is_some_and(|owner| owner != metadata.uid()) {
        return Err(VaultError(format!(
            "{} belongs to somebody else and is not trusted",
            path.display()
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_file: &File, _path: &Path) -> Result<(), VaultError> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

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

    #[tokio::test]
    async fn a_session_comes_back_and_is_private() {
        let directory = tempfile::tempdir().expect("directory");
        let inner = directory.path().join("state");
        let vault = FileVault::open(&inner, "session-x").await.expect("opens");
        assert!(vault.load().await.expect("loads").is_none());
        vault.save(&session("one")).await.expect("saves");
        vault.save(&session("two")).await.expect("saves again");
        assert!(
            vault
                .load()
                .await
                .expect("loads")
                .expect("there")
                .same_token(&session("two"))
        );
        assert_eq!(fs::metadata(vault.path()).expect("file").mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&inner).expect("directory").mode() & 0o777, 0o700);
        assert_eq!(
            fs::read_dir(&inner).expect("list").count(),
            1,
            "nothing is left beside it"
        );
        vault.clear().await.expect("clears");
        vault.clear().await.expect("clears twice");
        assert!(vault.load().await.expect("loads").is_none());
    }

    #[tokio::test]
    async fn a_file_that_others_can_read_or_a_link_is_refused() {
        let directory = tempfile::tempdir().expect("directory");
        let vault = FileVault::open(directory.path(), "session-x")
            .await
            .expect("opens");
        vault.save(&session("one")).await.expect("saves");
        fs::set_permissions(vault.path(), fs::Permissions::from_mode(0o644)).expect("mode");
        assert!(vault.load().await.is_err());
        fs::set_permissions(vault.path(), fs::Permissions::from_mode(0o600)).expect("mode");
        let elsewhere = directory.path().join("elsewhere");
        fs::rename(vault.path(), &elsewhere).expect("moves");
        std::os::unix::fs::symlink(&elsewhere, vault.path()).expect("links");
        assert!(vault.load().await.is_err());
    }

    #[tokio::test]
    async fn rubbish_in_the_file_is_no_session() {
        let directory = tempfile::tempdir().expect("directory");
        let vault = FileVault::open(directory.path(), "session-x")
            .await
            .expect("opens");
        write_private(vault.path(), b"{\"issuer\":1}").expect("writes");
        assert!(vault.load().await.expect("loads").is_none());
    }
}
