//! Files of this machine that a person names: read to be hung on a ticket, written where they say.

use std::io::Write as _;
use std::path::PathBuf;

use bytes::Bytes;

use crate::client::error::{ClientError, ErrorKind};
use crate::wire::problem::FieldProblem;

/// Largest file that is read at all; what a desk takes is less, and the backend says so.
const MOST: u64 = 1 << 30;

/// A path as it was named: `~/` is the person's home.
fn place(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// What is wrong with the path, for its field.
fn wrong(detail: String) -> ClientError {
    ClientError {
        kind: ErrorKind::Invalid {
            fields: vec![FieldProblem {
                field: "path".to_owned(),
                code: "file".to_owned(),
                detail: detail.clone(),
                column: None,
            }],
        },
        detail,
        reference: String::new(),
        maybe_done: false,
        intent: None,
        code: None,
    }
}

/// Does something slow with files, away from the loop.
async fn away<T: Send + 'static>(
    what: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, ClientError> {
    match tokio::task::spawn_blocking(what).await {
        Ok(done) => done.map_err(wrong),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// The name and the content of a file.
///
/// # Errors
/// For the field `path`: when there is no such file, it is larger than 1 GiB, or cannot be read.
pub async fn read(path: &str) -> Result<(String, Bytes), ClientError> {
    let path = place(path);
    away(move || {
        let about = std::fs::metadata(&path).map_err(|error| error.to_string())?;
        if !about.is_file() {
            return Err("it is no file".to_owned());
        }
        if about.len() > MOST {
            return Err("it is too large".to_owned());
        }
        let name = path
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let bytes = std::fs::read(&path).map_err(|error| error.to_string())?;
        Ok((name, Bytes::from(bytes)))
    })
    .await
}

/// Writes a file that was not there before, for the person alone; gives back where it is, and its size.
///
/// # Errors
/// For the field `path`: when there is a file already, or it cannot be written.
pub async fn write(path: &str, bytes: Bytes) -> Result<(String, u64), ClientError> {
    let path = place(path);
    away(move || {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&path).map_err(|error| error.to_string())?;
        file.write_all(&bytes)
            .and_then(|()| file.sync_all())
            .map_err(|error| error.to_string())?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok((path.display().to_string(), size))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_written_once_for_its_owner_alone_and_read_back() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("receipt.png").display().to_string();
        let (at, size) = write(&path, Bytes::from_static(b"png")).await.expect("written");
        assert_eq!((at.as_str(), size), (path.as_str(), 3));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let again = write(&path, Bytes::new()).await.expect_err("never over another");
        assert!(matches!(again.kind, ErrorKind::Invalid { .. }));
        let (name, bytes) = read(&path).await.expect("read");
        assert_eq!((name.as_str(), &bytes[..]), ("receipt.png", &b"png"[..]));
        assert!(
            read(&home.path().display().to_string()).await.is_err(),
            "a folder"
        );
        assert!(read("/no/such/file").await.is_err());
    }
}
