//! The scriptable verbs, and the start of desk, backend and demo.
//!
//! One file per noun; each takes what was parsed, talks through the same client as the desk, and answers with an
//! [`Exit`](exit::Exit). Results go to standard output, everything else to standard error.

mod account;
mod action;
mod actions;
mod approval;
mod args;
mod audit;
#[cfg(feature = "server")]
mod bench;
#[cfg(feature = "server")]
mod bench_desk;
#[cfg(feature = "server")]
mod bench_evidence;
mod completions;
mod context;
mod delivery;
#[cfg(feature = "server")]
mod demo;
mod desk;
mod desk_numbers;
mod doctor;
mod exit;
#[cfg(feature = "server")]
mod import;
mod listing;
mod log;
#[cfg(feature = "server")]
mod migrate;
mod offer;
mod output;
mod passphrase;
mod plan;
mod preset;
mod secrecy;
#[cfg(feature = "server")]
mod seed;
#[cfg(feature = "server")]
mod serve;
mod session;
mod sign_ins;
mod signals;
mod ticket;
mod ticket_bulk;
mod ticket_files;
mod ticket_more;
mod token;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use exit::Exit;
use output::Output;

/// Parses the command line, does what it says, and tells how it went by the exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::usage(&error),
    };
    let output = Output::new(cli.global.json);
    match dispatch(cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => output.failed(&exit),
    }
}

fn dispatch(cli: Cli, output: &Output) -> Result<(), Exit> {
    let Cli { global, command } = cli;
    let Some(command) = command else {
        return desk::run(&global);
    };
    match command {
        Command::Completions(args) => completions::print(&args, output),
        #[cfg(feature = "server")]
        Command::Demo(args) => demo::run(&global, args, output),
        #[cfg(feature = "server")]
        Command::Bench(args) => bench::run(&global, &args, output),
        #[cfg(feature = "server")]
        Command::Serve(args) => serve::run(&global, &args, output),
        #[cfg(feature = "server")]
        Command::Import(args) => import::run(&global, args, output),
        #[cfg(feature = "server")]
        Command::Migrate(args) => migrate::run(&global, &args, output),
        #[cfg(feature = "server")]
        Command::Seed(args) => seed::run(&global, &args, output),
        Command::Doctor => doctor::run(&global, output),
        Command::Audit(args) => audit::run(&global, args, output),
        Command::Session(args) => context::run(&global, output, |ctx| sign_ins::run(ctx, args)),
        Command::Login(args) => context::run(&global, output, |ctx| session::login(ctx, args)),
        Command::Logout => context::run(&global, output, session::logout),
        Command::Whoami => context::run(&global, output, session::whoami),
        Command::Account(args) => context::run(&global, output, |ctx| account::run(ctx, args)),
        Command::Offer(args) => context::run(&global, output, |ctx| offer::run(ctx, args)),
        Command::Action(args) => context::run(&global, output, |ctx| actions::run(ctx, args)),
        Command::Plan(args) => context::run(&global, output, |ctx| plan::run(ctx, args)),
        Command::Approval(args) => context::run(&global, output, |ctx| approval::run(ctx, args)),
        Command::Preset(args) => context::run(&global, output, |ctx| preset::run(ctx, args)),
        Command::Delivery(args) => context::run(&global, output, |ctx| delivery::run(ctx, args)),
        Command::Token(args) => context::run(&global, output, |ctx| token::run(ctx, args)),
        Command::Agent(args) => context::run(&global, output, |ctx| desk_numbers::agent(ctx, args)),
        Command::Dashboard => context::run(&global, output, desk_numbers::dashboard),
        Command::Stats(args) => context::run(&global, output, |ctx| desk_numbers::stats(ctx, args)),
        Command::Desk(args) => context::run(&global, output, |ctx| desk_numbers::desk(ctx, args)),
        Command::Ticket(args) => context::run(&global, output, |ctx| ticket::run(ctx, args)),
    }
}
