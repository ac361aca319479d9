//! The desk's own work on tickets: telling what clocks have reached, waking what was put away, giving out what waits,
//! closing what has stood resolved, and summing up. Any number of backends may do it at once.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::server::services::Services;
use crate::server::services::clocks::BATCH;
use crate::server::store::StoreError;

/// How often it is looked whether there is something to do; commits in this process ring earlier.
const LOOK: Duration = Duration::from_secs(1);
/// How long it rests after having been rung, so that many commits are one look.
const REST: Duration = Duration::from_millis(50);
/// Tickets from elsewhere that are replayed in one transaction.
const ADOPTED: u32 = 200;

/// Works until it is told to stop.
pub async fn work(services: Services, stop: CancellationToken) {
    match services.notice_rules().await {
        Ok(true) => tracing::info!("the rules of the clocks have changed: open tickets are reckoned anew"),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, "the rules of the clocks could not be noted"),
    }
    loop {
        match round(&services).await {
            Ok(true) if !stop.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the desk's own work on tickets was not done; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = services.moved.notified() => tokio::time::sleep(REST).await,
            () = stop.cancelled() => return,
        }
        if stop.is_cancelled() {
            return;
        }
    }
}

/// Does what there is to do, in small transactions. Whether there may be more.
///
/// # Errors
/// When the database fails.
pub async fn round(services: &Services) -> Result<bool, StoreError> {
    let todo = services.todo().await?;
    let mut more = false;
    if todo.stale {
        more |= services.adopt(ADOPTED).await? == ADOPTED as usize;
    }
    if todo.due {
        more |= services.tell_clocks(BATCH).await? == BATCH as usize;
    }
    if todo.snoozed {
        more |= services.wake_snoozed(BATCH).await? == BATCH as usize;
    }
    if todo.queued {
        services.drain().await?;
    }
    if todo.resolved {
        services.close_resolved(BATCH).await?;
    }
    if todo.moves {
        more |= services.sum_up().await?;
    }
    Ok(more)
}
