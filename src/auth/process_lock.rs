//! One renewal at a time across the processes of one person: an advisory lock on a file.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

/// How long we wait for another process.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(50);

/// The lock, held until it is dropped.
#[derive(Debug)]
pub(super) struct ProcessLock(#[expect(dead_code, reason = "the open file is the lock")] Option<File>);

/// Another process holds the lock for too long.
#[derive(Debug)]
pub(super) struct Busy;

impl ProcessLock {
    /// Takes the lock. Where no lock file can be had (read-only disk, no locks on this file system) we go on without.
    pub(super) async fn take(path: Option<&Path>) -> Result<Self, Busy> {
        let Some(path) = path else { return Ok(Self(None)) };
        let opened = {
            let path: PathBuf = path.to_owned();
            tokio::task::spawn_blocking(move || open(&path)).await
        };
        let Ok(Ok(file)) = opened else {
            tracing::warn!("no lock file for renewals; going on without");
            return Ok(Self(None));
        };
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(Some(file))),
                Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                    tokio::time::sleep(PAUSE).await
                }
                Err(TryLockError::WouldBlock) => return Err(Busy),
                Err(TryLockError::Error(_)) => return Ok(Self(None)),
            }
        }
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
