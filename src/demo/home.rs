//! A directory of the demo's own, gone when the demo is over.

use std::path::{Path, PathBuf};

use uuid::Uuid;

/// A private directory that is removed, with all that is in it, when this is dropped.
#[derive(Debug)]
pub struct Home(PathBuf);

impl Home {
    /// Makes one below the machine's directory for temporary files; only its owner can look into it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make() -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("tokendesk-demo-{}", Uuid::new_v4().simple()));
        let mut builder = std::fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "the demo's directory could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_behind() {
        let home = Home::make().expect("made");
        let path = home.path().to_path_buf();
        std::fs::write(path.join("x"), "y").expect("written");
        drop(home);
        assert!(!path.exists());
    }
}
