//! Signing the head of the audit's chain, and keeping the signature where the database's keeper cannot change it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::audit::checkpoint::Checkpoint;
use crate::server::services::{ServiceError, Services};
use crate::server::store::{StoreError, audit};

/// How often it is looked whether a checkpoint is due.
const LOOK: Duration = Duration::from_secs(5);
/// Checkpoints that are pushed in one round.
const ROUND: u32 = 100;
/// How long the receiver of a checkpoint may take.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build();
    let http = match http {
        Ok(http) => http,
        Err(error) => {
            tracing::error!(%error, "checkpoints cannot be pushed from this machine");
            return;
        }
    };
    let mut failed = false;
    loop {
        let done = async {
            services
                .checkpoint(&signer, policy.entries, policy.minutes)
                .await?;
            push_waiting(&services, &policy, &http).await
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

async fn push_waiting(services: &Services, policy: &Policy, http: &reqwest::Client) -> Result<(), String> {
    if policy.file.is_none() && policy.url.is_none() {
        return Ok(());
    }
    let words = |error: StoreError| error.to_string();
    let desk = services.profile.name.as_str();
    let waiting = audit::checkpoints(services.store.read(), desk, true, ROUND)
        .await
        .map_err(words)?;
    for checkpoint in waiting {
        push(policy, http, &checkpoint).await?;
        let tx = services.store.begin().await.map_err(words)?;
        audit::checkpoint_pushed(&tx, checkpoint.seq, services.now())
            .await
            .map_err(words)?;
        tx.commit().await.map_err(|e| words(e.into()))?;
    }
    Ok(())
}

async fn push(policy: &Policy, http: &reqwest::Client, checkpoint: &Checkpoint) -> Result<(), String> {
    if let Some(url) = &policy.url {
        let sent = http.post(url).json(checkpoint).send().await;
        let answer = sent.map_err(|error| format!("the receiver of checkpoints: {}", error.without_url()))?;
        if !answer.status().is_success() {
            return Err(format!(
                "the receiver of checkpoints answered {}",
                answer.status().as_u16()
            ));
        }
    }
    // The file last: a line that is written twice does no harm, but looks odd.
    if let Some(path) = policy.file.clone() {
        let line = serde_json::to_string(checkpoint).map_err(|error| error.to_string())?;
        let written = tokio::task::spawn_blocking(move || append(&path, &line)).await;
        written
            .map_err(|error| error.to_string())?
            .map_err(|error| format!("the file for checkpoints: {error}"))?;
    }
    Ok(())
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_data()
}
