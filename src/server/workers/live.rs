//! Following the sealed chain, and telling the open streams of this process.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::server::services::Services;
use crate::server::services::live::STRETCH;
use crate::server::store::live::{self, Listener};

/// Sealing rings this worker, in this process and by the database; this is the backstop.
const BACKSTOP: Duration = Duration::from_secs(5);
/// Before something that failed is tried again.
const AGAIN: Duration = Duration::from_millis(500);

/// Tells what is sealed, in order and without a gap, until it is told to stop.
pub async fn follow(services: Services, stop: CancellationToken) {
    let mut place = loop {
        match live::head(services.store.read()).await {
            Ok(head) => break head,
            Err(error) => tracing::warn!(%error, "live events cannot begin yet; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = stop.cancelled() => return,
        }
    };
    services.live.began();
    loop {
        services.live.expire(services.now());
        let wait = match live::after(services.store.read(), place, STRETCH).await {
            Ok(entries) => {
                let whole = entries.len() == STRETCH as usize;
                if let Some(last) = entries.last() {
                    place = last.seq;
                    services.live.tell(entries);
                }
                if whole { Duration::ZERO } else { BACKSTOP }
            }
            Err(error) => {
                tracing::warn!(%error, "live events wait for the database; trying again");
                AGAIN
            }
        };
        tokio::select! {
            () = services.live.woken() => {}
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Hears from the other processes on the same database that there is something new, until it is told to stop.
pub async fn hear(services: Services, stop: CancellationToken) {
    loop {
        tokio::select! {
            heard = hear_once(&services) => match heard {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "the other processes cannot be heard; trying again"),
            },
            () = stop.cancelled() => return,
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Listens as long as the database lets it; at once at an end where there is nobody else.
async fn hear_once(services: &Services) -> Result<(), crate::server::store::StoreError> {
    let Some(mut listener) = Listener::begin(&services.store).await? else {
        return Ok(());
    };
    services.live.wake();
    loop {
        let heard = listener.next().await?;
        match heard.as_deref().map(serde_json::from_str) {
            Some(Ok((process, presence))) => services.heard_from(process, presence),
            // Something was sealed, or the connection was lost: there may be something new.
            _ => services.live.wake(),
        }
    }
}
