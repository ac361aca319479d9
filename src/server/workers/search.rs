//! Making tickets findable that were written before there was a search.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::server::services::Services;
use crate::server::store::{StoreError, search};

/// Tickets that are made findable in one transaction.
const BATCH: u32 = 200;
/// Between two batches, so that whoever works now is not held up.
const PAUSE: Duration = Duration::from_millis(20);
/// After a failure.
const LATER: Duration = Duration::from_secs(10);

/// Makes what is there findable, then ends.
pub async fn backfill(services: Services, stop: CancellationToken) {
    loop {
        let done = async {
            if !search::waits(services.store.read()).await? {
                return Ok(false);
            }
            let tx = services.store.begin().await?;
            let more = search::backfill(&tx, BATCH).await?;
            tx.commit().await?;
            Ok::<_, StoreError>(more)
        };
        let pause = match done.await {
            Ok(true) => PAUSE,
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(%error, "tickets could not be made findable; trying again");
                LATER
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
    }
}
