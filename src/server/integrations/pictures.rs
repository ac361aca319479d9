//! Pictures of offers in a folder of this machine.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use tokio::io::AsyncReadExt as _;

use crate::server::services::pictures::{Album, Fetching, MOST_BYTES, NotFetched};

/// A folder with pictures, under the paths that the catalog gives them.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder; nothing outside of it is ever read.
    ///
    /// # Errors
    /// In words, when it is not there or no folder.
    pub fn open(path: &str) -> Result<Self, String> {
        let said = |why: &str| format!("images.folder: {path}: {why}");
        let whole = std::fs::canonicalize(path).map_err(|error| said(&error.to_string()))?;
        if whole.is_dir() {
            Ok(Self(whole))
        } else {
            Err(said("this is no folder"))
        }
    }

    async fn read(&self, path: &str) -> Result<Vec<u8>, NotFetched> {
        let plain = Path::new(path);
        if !plain
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
        {
            return Err(NotFetched::Missing);
        }
        let told = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => NotFetched::Missing,
            kind => {
                tracing::warn!(%kind, "a picture could not be read");
                NotFetched::Unreadable
            }
        };
        // a link could lead outside
        let whole = tokio::fs::canonicalize(self.0.join(plain)).await.map_err(told)?;
        if !whole.starts_with(&self.0) {
            return Err(NotFetched::Missing);
        }
        let file = tokio::fs::File::open(whole).await.map_err(told)?;
        if !file.metadata().await.map_err(told)?.is_file() {
            return Err(NotFetched::Missing);
        }
        let mut bytes = Vec::new();
        let most = MOST_BYTES as u64 + 1;
        file.take(most).read_to_end(&mut bytes).await.map_err(told)?;
        if bytes.len() > MOST_BYTES {
            return Err(NotFetched::TooLarge);
        }
        Ok(bytes)
    }
}

impl Album for Folder {
    fn fetch<'a>(&'a self, path: &'a str) -> Fetching<'a> {
        Box::pin(self.read(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_outside_of_the_folder_is_read() {
        let dir = tempfile::tempdir().expect("a folder");
        let inside = dir.path().join("album");
        std::fs::create_dir_all(inside.join("offers")).expect("made");
        std::fs::write(dir.path().join("secret"), "s").expect("written");
        std::fs::write(inside.join("offers/größe 1.png"), "p").expect("written");
        let large = std::fs::File::create(inside.join("large")).expect("made");
        large.set_len(MOST_BYTES as u64 + 1).expect("set");
        #[cfg(unix)]
        std::os::unix::fs::symlink(dir.path().join("secret"), inside.join("link")).expect("linked");
        let folder = Folder::open(&inside.display().to_string()).expect("a folder");
        assert_eq!(folder.read("offers/größe 1.png").await, Ok(b"p".to_vec()));
        for path in [
            "../secret",
            "/etc/passwd",
            "link",
            "offers/../../secret",
            "offers",
            "absent",
            "",
            ".",
        ] {
            assert_eq!(folder.read(path).await, Err(NotFetched::Missing), "{path}");
        }
        assert_eq!(folder.read("large").await, Err(NotFetched::TooLarge));
        assert!(Folder::open(&dir.path().join("secret").display().to_string()).is_err());
    }
}
