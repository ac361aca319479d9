//! Where checkpoints of the audit are kept beside the database: a file, an address, or both.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::domain::audit::checkpoint::Checkpoint;

/// How long the receiver of a checkpoint may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Keeps checkpoints elsewhere.
#[derive(Debug)]
pub struct Keeper {
    file: Option<PathBuf>,
    url: Option<String>,
    http: reqwest::Client,
}

impl Keeper {
    /// Keeps them in this file and at this address.
    ///
    /// # Errors
    /// When no connections can be made from this machine.
    pub fn new(file: Option<PathBuf>, url: Option<String>) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { file, url, http })
    }

    /// Whether there is no place to keep anything.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.file.is_none() && self.url.is_none()
    }

    /// Puts a checkpoint into each place.
    ///
    /// # Errors
    /// In words: which place did not take it.
    pub async fn push(&self, checkpoint: &Checkpoint) -> Result<(), String> {
        if let Some(url) = &self.url {
            let sent = self.http.post(url).json(checkpoint).send().await;
            let answer =
                sent.map_err(|error| format!("the receiver of checkpoints: {}", error.without_url()))?;
            if !answer.status().is_success() {
                let status = answer.status().as_u16();
                return Err(format!("the receiver of checkpoints answered {status}"));
            }
        }
        // The file last: a line that is written twice does no harm, but looks odd.
        if let Some(path) = self.file.clone() {
            let line = serde_json::to_string(checkpoint).map_err(|error| error.to_string())?;
            let written = tokio::task::spawn_blocking(move || append(&path, &line)).await;
            written
                .map_err(|error| error.to_string())?
                .map_err(|error| format!("the file for checkpoints: {error}"))?;
        }
        Ok(())
    }
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
