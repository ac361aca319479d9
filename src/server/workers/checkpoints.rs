//! Signing the head of the audit's chain, and keeping the signature where the database's keeper cannot change it.

use std::path::PathBuf;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::server::integrations::keeper::Keeper;
use crate::server::services::{ServiceError, Services};
use crate::server::store::{StoreError, audit};

/// How often it is looked whether a checkpoint is due.
const LOOK: Duration = Duration::from_secs(5);
/// Checkpoints that are pushed in one round.
const ROUND: u32 = 100;

/// When checkpoints are made, and where they go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// After so many entries.
    pub entries: u32,
    /// After so many minutes, if anything was sealed since.
    pub minutes: u32,
    /// A file that they are appended to.
    pub file: Option<PathBuf>,
    /// An address that they are posted to.
    pub url: Option<String>,
}

/// Makes and pushes checkpoints until it is told to stop. Without a key there is nothing to do.
pub async fn keep(services: Services, policy: Policy, stop: CancellationToken) {
    let Some(signer) = services.signer() else {
        if policy.file.is_some() || policy.url.is_some() {
            tracing::warn!(
                "no key for checkpoints is configured ([keys] checkpoints): the audit is not signed"
            );
        }
        return;
    };
    let keeper = match Keeper::new(policy.file.clone(), policy.url.clone()) {
        Ok(keeper) => keeper,
        Err(why) => {
            tracing::error!(why, "checkpoints cannot be pushed from this machine");
            return;
        }
    };
    let mut failed = false;
    loop {
        let done = async {
            services
                .checkpoint(&signer, policy.entries, policy.minutes)
                .await?;
            push_waiting(&services, &keeper).await
        };
        match done.await {
            Ok(()) => failed = false,
            // Once, not every five seconds.
            Err(why) if !failed => {
                tracing::warn!(why, "the audit's checkpoints are behind; trying again");
                failed = true;
            }
            Err(_) => {}
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl From<ServiceError> for String {
    fn from(error: ServiceError) -> Self {
        error.to_string()
    }
}

async fn push_waiting(services: &Services, keeper: &Keeper) -> Result<(), String> {
    if keeper.is_idle() {
        return Ok(());
    }
    let words = |error: StoreError| error.to_string();
    let desk = services.profile.name.as_str();
    let waiting = audit::checkpoints(services.store.read(), desk, true, ROUND)
        .await
        .map_err(words)?;
    for checkpoint in waiting {
        keeper.push(&checkpoint).await?;
        let tx = services.store.begin().await.map_err(words)?;
        audit::checkpoint_pushed(&tx, checkpoint.seq, services.now())
            .await
            .map_err(words)?;
        tx.commit().await.map_err(|e| words(e.into()))?;
    }
    Ok(())
}
