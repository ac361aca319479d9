//! Sending what is in the outbox: each thing once for each channel, tried again with the same id until the other side has
//! taken it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio_util::sync::CancellationToken;

use crate::server::services::Services;
use crate::server::services::outbound::{Channel, NotTaken};
use crate::server::store::StoreError;

/// How often the outbox is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Deliveries on their way at once.
const AT_ONCE: usize = 4;

/// Sends until it is told to stop; what is on its way then is finished.
pub async fn send(services: Services, channels: Vec<Arc<dyn Channel>>, stop: CancellationToken) {
    loop {
        match round(&services, &channels).await {
            Ok(0) => {}
            Ok(_) if !stop.is_cancelled() => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the outbox could not be read; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

/// Lets go what is due and sends it. Gives back how much there was to do.
///
/// # Errors
/// When the database fails.
pub async fn round(services: &Services, channels: &[Arc<dyn Channel>]) -> Result<usize, StoreError> {
    let names: Vec<&str> = channels.iter().map(|c| c.name()).collect();
    let released = services.release(&names).await?;
    let taken = services.take_deliveries().await?;
    let n = taken.len();
    let tries = taken.into_iter().map(|(row, message)| async move {
        let channel = channels.iter().find(|c| c.name() == row.channel);
        let outcome = match channel {
            None => Err(NotTaken::Later("this channel is not set up any more".to_owned())),
            Some(channel) => tokio::time::timeout(PATIENCE, channel.deliver(&message, services.now()))
                .await
                .unwrap_or_else(|_| Err(NotTaken::Later("no answer in time".to_owned()))),
        };
        let state = services.delivered(&row, outcome).await?;
        tracing::info!(delivery = %row.id, channel = row.channel, state = state.word(), tries = row.tries, "tried");
        Ok::<_, StoreError>(())
    });
    let done: Vec<_> = stream::iter(tries).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect::<Result<Vec<()>, _>>()?;
    Ok(released + n)
}
