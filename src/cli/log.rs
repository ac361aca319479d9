//! Logging: what our own code says, and warnings of others; never personal data or tokens.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::table::LOG_VARIABLE;

use super::exit::Exit;

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
