//! The desk itself: what runs when no command is named.

use crate::config::{Config, paths};
use crate::tui::run::{DemoApprover, DeskError, DeskSetup, desk};

use super::args::Global;
use super::context::{configuration, runtime};
use super::exit::{Exit, FAILED, USAGE};

/// Opens the desk against the configured backend.
pub(super) fn run(global: &Global) -> Result<(), Exit> {
    let config = configuration(global, &[])?;
    let state_dir = paths::state_dir();
    let _log = super::log::to_file(state_dir.as_deref(), "info")?;
    runtime()?.block_on(open(config, None))
}

/// Runs the desk until it is left.
pub(super) async fn open(config: Config, demo: Option<DemoApprover>) -> Result<(), Exit> {
    super::secrecy::keep_memory_private();
    // what a demo leaves open, nobody can settle afterwards
    let state_dir = if demo.is_some() { None } else { paths::state_dir() };
    let passphrase = match &state_dir {
        Some(dir) => super::passphrase::ask(&config.identity, dir)?,
        None => None,
    };
    let setup = DeskSetup {
        linear: config.ui.linear,
        state_dir,
        passphrase,
        config,
        demo,
    };
    desk(setup).await.map_err(|error| {
        let (code, word) = match &error {
            DeskError::NotATerminal(_) => (USAGE, "not_a_terminal"),
            DeskError::Config(_) => (USAGE, "configuration"),
            DeskError::Journal { .. } | DeskError::Terminal(_) => (FAILED, "failed"),
        };
        Exit::new(code, word, error.to_string())
    })
}
