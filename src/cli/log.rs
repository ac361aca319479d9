//! Logging: what our own code says, and warnings of others; never personal data or tokens.

use std::fs::{File, OpenOptions};
use std::io::IsTerminal;
use std::path::Path;

use tracing::{Level, Metadata};
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::table::LOG_VARIABLE;

use super::exit::Exit;

/// A log file is begun anew beyond this size; the one before is kept beside it.
const LARGEST: u64 = 4 << 20;

fn filter(default: &str) -> Result<EnvFilter, Exit> {
    let text = std::env::var(LOG_VARIABLE).unwrap_or_default();
    if text.trim().is_empty() {
        return Ok(EnvFilter::new(default));
    }
    EnvFilter::try_new(&text).map_err(|error| {
        Exit::usage(format!(
            "environment variable {LOG_VARIABLE}: `{text}` is no log filter ({error}); write a level such as \"debug\", \
             or parts such as \"info,tokendesk::client=debug\""
        ))
    })
}

/// Libraries may log what they send, so of them only warnings are taken.
fn ours(metadata: &Metadata<'_>) -> bool {
    metadata.target().starts_with("tokendesk") || *metadata.level() <= Level::WARN
}

/// Logs to standard error: plain where a person reads it, else one JSON object a line. `default` is what is logged when
/// the environment says nothing.
pub(super) fn to_stderr(default: &str) -> Result<(), Exit> {
    let filter = filter(default)?;
    let plain = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if plain {
        lines
            .with_ansi(std::env::var_os("NO_COLOR").is_none())
            .compact()
            .boxed()
    } else {
        lines.json().flatten_event(true).boxed()
    };
    let registry =
        tracing_subscriber::registry().with(layer.with_filter(filter_fn(ours)).with_filter(filter));
    registry
        .try_init()
        .map_err(|error| Exit::failed(format!("the log cannot be set up: {error}")))
}

/// Logs to `tokendesk.log` in this directory, which only its owner can read. Without a place to write there is no log:
/// that must not keep anybody from their work. Keep the guard until the end, or the last lines are lost.
pub(super) fn to_file(dir: Option<&Path>, default: &str) -> Result<Option<WorkerGuard>, Exit> {
    let filter = filter(default)?;
    let Some(file) = dir.and_then(|dir| open(dir).ok()) else {
        return Ok(None);
    };
    let (writer, guard) = tracing_appender::non_blocking(file);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(writer)
        .json()
        .flatten_event(true);
    tracing_subscriber::registry()
        .with(layer.with_filter(filter_fn(ours)).with_filter(filter))
        .try_init()
        .map_err(|error| Exit::failed(format!("the log cannot be set up: {error}")))?;
    Ok(Some(guard))
}

fn open(dir: &Path) -> std::io::Result<File> {
    let mut folders = std::fs::DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(dir)?;
    let path = dir.join("tokendesk.log");
    if std::fs::metadata(&path).is_ok_and(|file| file.len() > LARGEST) {
        std::fs::rename(&path, dir.join("tokendesk.log.1"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_log_is_private_and_is_begun_anew_when_it_is_large() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().expect("a directory");
        let dir = home.path().join("state");
        open(&dir).expect("opened");
        let path = dir.join("tokendesk.log");
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&path)), (0o700, 0o600));
        let grown = File::options().write(true).open(&path).expect("opened");
        grown.set_len(LARGEST + 1).expect("grown");
        open(&dir).expect("opened again");
        assert_eq!(std::fs::metadata(&path).expect("there").len(), 0);
        assert!(dir.join("tokendesk.log.1").exists());
    }
}
