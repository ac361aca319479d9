//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::Override;

use super::{
    account, actions, approval, audit, completions, delivery, desk_numbers, offer, plan, preset, session,
    sign_ins, ticket, token,
};

/// A keyboard-driven terminal for support desks: accounts, offer tokens and tickets.
///
/// Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 not signed in, 4 not allowed, 5 not found, 6 conflict or
/// illegal move, 7 backend not reachable.
#[derive(Debug, Parser)]
#[command(name = "tokendesk", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Global {
    /// Configuration file [default: the user's own, if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Answer in JSON; errors as one JSON object on standard error
    #[arg(long, global = true)]
    pub json: bool,
    /// Address of the backend
    #[arg(long, global = true, value_name = "URL")]
    pub backend: Option<String>,
    /// Keep the sign-in in a file in the clear, which whoever reads it can use
    #[arg(long, global = true)]
    pub insecure_plaintext_store: bool,
    /// Say everything in lines, for screen readers
    #[arg(long, global = true)]
    pub linear: bool,
    /// Name of a theme, or the path of a theme's file
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<String>,
}

impl Global {
    /// The settings that these flags make.
    pub(super) fn overrides(&self) -> Vec<Override> {
        let linear = self.linear.then(|| "true".to_owned());
        let store = self.insecure_plaintext_store.then(|| "plaintext".to_owned());
        [
            ("identity.token_store", "--insecure-plaintext-store", &store),
            ("backend.url", "--backend", &self.backend),
            ("ui.linear", "--linear", &linear),
            ("ui.theme", "--theme", &self.theme),
        ]
        .into_iter()
        .filter_map(|(key, flag, value)| value.clone().map(|value| Override { key, flag, value }))
        .collect()
    }
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sign in by device code
    Login(session::LoginArgs),
    /// End the session: revoked at the issuer, forgotten here
    Logout,
    /// Show who is signed in
    Whoami,
    /// Look customers up and show their cards
    Account(account::AccountArgs),
    /// Search the catalog
    Offer(offer::OfferArgs),
    /// List, show, add, remove, reissue and dispute tokens
    Token(token::TokenArgs),
    /// List recorded actions and take them back
    Action(actions::ActionArgs),
    /// Do one verb to many tokens: make, run and undo plans
    Plan(plan::PlanArgs),
    /// List, save, change and retire queries
    Preset(preset::PresetArgs),
    /// List what goes out to customers, and try dead letters again
    Delivery(delivery::DeliveryArgs),
    /// List, approve and reject what waits for a second person
    Approval(approval::ApprovalArgs),
    /// List, show, create, work on and close tickets
    Ticket(ticket::TicketArgs),
    /// List people with their load, say whether you take work, change what assignment goes by
    Agent(desk_numbers::AgentArgs),
    /// Show queues, your clocks and your numbers
    Dashboard,
    /// Show the numbers of the desk over a span
    Stats(desk_numbers::StatsArgs),
    /// Try the rules of a profile over history
    Desk(desk_numbers::DeskArgs),
    /// List, check and export the audit; receipts
    Audit(audit::AuditArgs),
    /// List and end sign-ins
    Session(sign_ins::SessionArgs),
    /// Try everything with made-up data: provider, backend and desk in one process
    #[cfg(feature = "server")]
    Demo(super::demo::DemoArgs),
    /// Measure the backend on a database of a given size
    #[cfg(feature = "server")]
    Bench(super::bench::BenchArgs),
    /// Run the backend
    #[cfg(feature = "server")]
    Serve(super::serve::ServeArgs),
    /// Import customers, catalog and wallets from files
    #[cfg(feature = "server")]
    Import(super::import::ImportArgs),
    /// Bring a database to this build's schema
    #[cfg(feature = "server")]
    Migrate(super::serve::DatabaseArgs),
    /// Fill an empty database with made-up data
    #[cfg(feature = "server")]
    Seed(super::seed::SeedArgs),
    /// Look at configuration, backend, issuer, session and terminal, and say what is wrong
    Doctor,
    /// Print a completion script for a shell
    Completions(completions::CompletionsArgs),
}
