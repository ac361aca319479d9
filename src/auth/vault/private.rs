//! Files that only their owner can read: private from their first byte, never half written, never through a link.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use super::VaultError;

/// Runs work that may wait for the disk.
pub(in crate::auth) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(VaultError("the token file was given up half way".to_owned())))
}

pub(in crate::auth) fn failed(what: &str, path: &Path, error: &std::io::Error) -> VaultError {
    VaultError(format!("{what} {}: {error}", path.display()))
}

/// Makes the directory if need be, and takes it away from everybody else.
///
/// # Errors
/// When it cannot be made private, or belongs to somebody else.
pub(in crate::auth) fn private_directory(directory: &Path) -> Result<(), VaultError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(directory)
        .map_err(|error| failed("cannot make the directory", directory, &error))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        let metadata =
            fs::metadata(directory).map_err(|error| failed("cannot look at", directory, &error))?;
        if metadata.uid() != own_user() {
            return Err(VaultError(format!(
                "{} belongs to somebody else and is not trusted",
                directory.display()
            )));
        }
        if metadata.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
                .map_err(|error| failed("cannot make private", directory, &error))?;
        }
    }
    Ok(())
}

/// Writes beside and renames over: the file is private from its first byte and never half written.
pub(in crate::auth) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), VaultError> {
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

/// Reads a file that nobody else can read; `None` when there is none.
///
/// # Errors
/// When it is a link, can be read by others, or belongs to somebody else.
pub(in crate::auth) fn read_private(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
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

#[cfg(unix)]
fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Refuses a file that others can read, or that belongs to somebody else.
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
    if metadata.uid() != own_user() {
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

    use super::*;

    #[test]
    fn what_is_written_is_private_and_leaves_nothing_beside_it() {
        let directory = tempfile::tempdir().expect("directory");
        let inner = directory.path().join("state");
        private_directory(&inner).expect("made");
        let path = inner.join("x");
        write_private(&path, b"one").expect("written");
        write_private(&path, b"two").expect("written again");
        assert_eq!(
            read_private(&path).expect("read").expect("there").as_slice(),
            b"two"
        );
        assert_eq!(fs::metadata(&path).expect("file").mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&inner).expect("directory").mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(&inner).expect("list").count(), 1);
    }

    #[test]
    fn a_file_that_others_can_read_and_a_link_are_refused_and_a_link_is_not_written_through() {
        let directory = tempfile::tempdir().expect("directory");
        let (path, elsewhere) = (directory.path().join("x"), directory.path().join("elsewhere"));
        write_private(&path, b"one").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("mode");
        assert!(read_private(&path).is_err());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
        fs::rename(&path, &elsewhere).expect("moves");
        std::os::unix::fs::symlink(&elsewhere, &path).expect("links");
        assert!(read_private(&path).is_err());
        write_private(&path, b"two").expect("written");
        assert_eq!(fs::read(&elsewhere).expect("read"), b"one");
    }

    #[test]
    fn what_belongs_to_somebody_else_is_refused() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("x");
        write_private(&path, b"one").expect("written");
        if std::os::unix::fs::chown(&path, Some(65_534), None).is_err() {
            return; // only the superuser can give a file away
        }
        assert!(
            read_private(&path)
                .expect_err("refused")
                .to_string()
                .contains("somebody else")
        );
        std::os::unix::fs::chown(directory.path(), Some(65_534), None).expect("given away");
        assert!(private_directory(directory.path()).is_err());
    }
}
