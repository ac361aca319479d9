//! Completion scripts for shells.

use clap::CommandFactory;

use super::args::Cli;
use super::exit::Exit;
use super::output::Output;

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
pub(super) fn print(args: &CompletionsArgs, output: &Output) -> Result<(), Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "tokendesk", &mut script);
    output.text(&String::from_utf8_lossy(&script))
}
