//! A vault that lasts as long as the process.

use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::{StoredSession, Vault, VaultError, VaultKind};

/// Keeps the session in memory only.
#[derive(Debug, Default)]
pub struct MemoryVault(Mutex<Option<StoredSession>>);

impl MemoryVault {
    fn slot(&self) -> std::sync::MutexGuard<'_, Option<StoredSession>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Vault for MemoryVault {
    fn kind(&self) -> VaultKind {
        VaultKind::Memory
    }

    fn load(&self) -> BoxFuture<'_, Result<Option<StoredSession>, VaultError>> {
        ready(Ok(self.slot().clone())).boxed()
    }

    fn save<'a>(&'a self, session: &'a StoredSession) -> BoxFuture<'a, Result<(), VaultError>> {
        *self.slot() = Some(session.clone());
        ready(Ok(())).boxed()
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), VaultError>> {
        *self.slot() = None;
        ready(Ok(())).boxed()
    }
}
