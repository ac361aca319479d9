//! When the sign-in was used last, and whether it is locked. Kept beside the lock file, so that neither a restart nor a
//! second desk gets around the lock; it holds no secret. The backend keeps its own count and has the last word.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::vault::private::{blocking, private_directory, read_private, write_private};
use crate::domain::id::SessionId;
use crate::domain::time::Moment;

/// What is known of the use of one sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Record {
    session: Option<SessionId>,
    used_at: Option<Moment>,
    /// The desk's rule; 0: never locked.
    lock_minutes: u32,
    locked: bool,
}

impl Record {
    /// How long this sign-in may still go unused; `None`: for ever.
    fn left(&self, session: SessionId, now: Moment) -> Option<Duration> {
        if self.session != Some(session) {
            return None;
        }
        if self.locked {
            return Some(Duration::ZERO);
        }
        if self.lock_minutes == 0 {
            return None;
        }
        // a clock that was set back is no reason to lock
        let unused = now.seconds_since(self.used_at?).max(0);
        let left = (i64::from(self.lock_minutes) * 60).saturating_sub(unused).max(0);
        Some(Duration::from_secs(left.unsigned_abs()))
    }
}

/// The use of the sign-in that this process shares with others, or has alone where nothing is kept.
#[derive(Debug, Default)]
pub(super) struct Usage {
    path: Option<PathBuf>,
    known: Mutex<Record>,
}

impl Usage {
    /// Shared through this file; `None`: with nobody.
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            known: Mutex::default(),
        }
    }

    /// How long this sign-in may still go unused; zero: it is locked, `None`: it never is.
    pub(super) async fn left(&self, session: SessionId, now: Moment) -> Option<Duration> {
        self.read().await.left(session, now)
    }

    /// The rule, in minutes.
    pub(super) async fn lock_minutes(&self) -> u32 {
        self.read().await.lock_minutes
    }

    /// The sign-in is used now. What is locked stays locked.
    pub(super) async fn used(&self, session: SessionId, now: Moment) {
        self.change(|record| {
            if record.session != Some(session) {
                record.locked = false;
            }
            record.session = Some(session);
            record.used_at = Some(now);
        })
        .await;
    }

    /// The desk's rule has been told.
    pub(super) async fn lock_after(&self, session: SessionId, minutes: u32, now: Moment) {
        self.change(|record| {
            record.lock_minutes = minutes;
            if record.session != Some(session) {
                (record.session, record.used_at, record.locked) = (Some(session), Some(now), false);
            }
        })
        .await;
    }

    /// The sign-in is locked, before anything else is done about it.
    pub(super) async fn lock(&self, session: SessionId) {
        self.change(|record| {
            record.session = Some(session);
            record.locked = true;
        })
        .await;
    }

    async fn read(&self) -> Record {
        if let Some(path) = self.path.clone() {
            let bytes = blocking(move || read_private(&path)).await;
            if let Ok(Some(bytes)) = bytes
                && let Ok(record) = serde_json::from_slice::<Record>(&bytes)
            {
                *self.known.lock().unwrap_or_else(PoisonError::into_inner) = record.clone();
                return record;
            }
        }
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn change(&self, change: impl FnOnce(&mut Record)) {
        let before = self.read().await;
        let mut record = before.clone();
        change(&mut record);
        if record == before {
            return;
        }
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = record.clone();
        let Some(path) = self.path.clone() else { return };
        let written = blocking(move || {
            if let Some(directory) = path.parent() {
                private_directory(directory)?;
            }
            let bytes = serde_json::to_vec(&record).unwrap_or_default();
            write_private(&path, &bytes)
        });
        if let Err(error) = written.await {
            // the lock of this process works all the same, and the backend has its own
            tracing::warn!(%error, "the use of the sign-in could not be written down");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Moment {
        Moment::EPOCH.plus_seconds(seconds)
    }

    #[tokio::test]
    async fn a_sign_in_that_nobody_uses_is_locked_in_every_process() {
        let directory = tempfile::tempdir().expect("directory");
        let path = Some(directory.path().join("state").join("x.use"));
        let (one, two) = (Usage::new(path.clone()), Usage::new(path));
        let session = SessionId::new();
        assert_eq!(one.left(session, at(0)).await, None, "no rule yet");
        one.lock_after(session, 15, at(0)).await;
        assert_eq!(two.left(session, at(60)).await, Some(Duration::from_secs(840)));
        two.used(session, at(600)).await;
        assert_eq!(
            one.left(session, at(900)).await,
            Some(Duration::from_secs(600)),
            "used in another window"
        );
        assert_eq!(one.left(session, at(1_500)).await, Some(Duration::ZERO));
        assert_eq!(
            one.left(session, at(-900)).await,
            Some(Duration::from_secs(900)),
            "a clock that was set back"
        );
    }

    #[tokio::test]
    async fn a_lock_outlives_use_and_ends_with_a_new_sign_in() {
        for path in [
            None,
            Some(tempfile::tempdir().expect("directory").path().join("x.use")),
        ] {
            let usage = Usage::new(path);
            let (old, new) = (SessionId::new(), SessionId::new());
            usage.used(old, at(0)).await;
            usage.lock(old).await;
            usage.used(old, at(1)).await;
            assert_eq!(usage.left(old, at(2)).await, Some(Duration::ZERO));
            usage.used(new, at(3)).await;
            assert_eq!(usage.left(new, at(4)).await, None);
            usage.lock_after(new, 1, at(4)).await;
            assert_eq!(usage.left(new, at(64)).await, Some(Duration::ZERO));
        }
    }
}
