//! Work beside the requests: sealing the audit chain, and forgetting old intents.

pub mod checkpoints;
pub mod clocks;
pub mod live;
pub mod outbox;
pub mod search;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::server::services::Services;
use crate::server::services::files::STRAY;
use crate::server::store::{audit, drafts, intents, sessions};

/// Entries that are sealed in one transaction.
const BATCH: u32 = 500;
/// Commits ring the sealer; this is the backstop.
const BACKSTOP: Duration = Duration::from_secs(5);
/// How often old intents are forgotten.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Gives audit entries their place and hash until it is told to stop, and once more then.
pub async fn seal(services: Services, stop: CancellationToken, sealed: impl Fn(u64) + Send) {
    loop {
        match audit::seal(&services.store, BATCH).await {
            Ok(n) => {
                sealed(n);
                if n > 0 {
                    services.live.wake();
                }
                if n == u64::from(BATCH) {
                    continue;
                }
            }
            Err(error) => tracing::warn!(%error, "the audit could not be sealed; trying again"),
        }
        if stop.is_cancelled() {
            return;
        }
        tokio::select! {
            () = services.committed.notified() => {}
            () = tokio::time::sleep(BACKSTOP) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Forgets intents that are older than their time.
pub async fn sweep(services: Services, stop: CancellationToken) {
    loop {
        let now = services.clock.now();
        let done = async {
            let tx = services.store.begin().await?;
            let n = intents::forget_old(&tx, now).await?;
            drafts::forget_old(&tx, services.oldest_draft()).await?;
            // An hour more than any leeway for clocks.
            sessions::forget_tokens(&tx, now.plus_seconds(-3_600)).await?;
            tx.commit().await?;
            Ok::<_, crate::server::store::StoreError>(n)
        };
        if let Err(error) = done.await {
            tracing::warn!(%error, "old intents could not be forgotten; trying again later");
        }
        if let Err(error) = services.forget_strays(now.plus_seconds(-STRAY)).await {
            tracing::warn!(%error, "contents that broke off could not be forgotten; trying again later");
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = stop.cancelled() => return,
        }
    }
}
