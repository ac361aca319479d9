//! `seed`: made-up customers, offers, tokens and tickets in an empty database.

use crate::demo::seed::{SeedError, SeedOptions, seed};
use crate::domain::time::{Clock, Moment, SystemClock};
use crate::server::store::Store;

use super::args::Global;
use super::context::{configuration, runtime};
use super::exit::{CONFLICT, Exit};
use super::output::Output;
use super::serve::{DatabaseArgs, database};

/// How much is made up.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct SizeArgs {
    /// Customers to make up
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = up_to::<1_000_000>)]
    accounts: usize,
    /// Catalog entries to make up
    #[arg(long, value_name = "N", default_value_t = 320, value_parser = up_to::<100_000>)]
    offers: usize,
    /// Tokens to make up, in all wallets together
    #[arg(long, value_name = "N", default_value_t = 60_000, value_parser = up_to::<10_000_000>)]
    tokens: usize,
    /// Tokens in the largest wallet
    #[arg(long, value_name = "N", default_value_t = 2_400, value_parser = up_to::<1_000_000>)]
    largest: usize,
    /// Tickets to make up
    #[arg(long, value_name = "N", default_value_t = 800, value_parser = up_to::<1_000_000>)]
    tickets: usize,
    /// The same seed makes up the same data
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

fn up_to<const MOST: usize>(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n <= MOST => Ok(n),
        _ => Err(format!("a number from 0 to {MOST} is needed")),
    }
}

impl SizeArgs {
    /// What to seed, around `now`.
    pub(super) fn options(&self, now: Moment) -> SeedOptions {
        SeedOptions {
            accounts: self.accounts,
            offers: self.offers,
            tokens: self.tokens,
            largest: self.largest,
            tickets: self.tickets,
            seed: self.seed,
            ..SeedOptions::new(now)
        }
    }
}

/// What to seed, and where.
#[derive(Debug, clap::Args)]
pub(super) struct SeedArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    sizes: SizeArgs,
    /// Issuer that the made-up people behind the desk sign in with
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// The moment that dates lie around [default: now]
    #[arg(long, value_name = "TIME", value_parser = super::token::moment)]
    now: Option<Moment>,
}

/// Seeds an empty database.
pub(super) fn run(global: &Global, args: &SeedArgs, output: &Output) -> Result<(), Exit> {
    let flags: Vec<_> = args.database.setting().into_iter().collect();
    let config = configuration(global, &flags)?;
    super::log::to_stderr("warn")?;
    let address = &config.server.database;
    if address.is_empty() {
        return Err(Exit::usage(
            "no database is set; name one with --database or `database` in the [server] section",
        ));
    }
    let mut options = args.sizes.options(args.now.unwrap_or_else(|| SystemClock.now()));
    options.issuer = args.issuer.clone().unwrap_or(options.issuer);
    let done = runtime()?.block_on(async {
        let store = Store::open(address.expose()).await.map_err(database)?;
        let done = seed(&store, &options, |_| {}).await;
        store.close().await;
        done.map_err(|error| match error {
            SeedError::NotEmpty => Exit::new(CONFLICT, "not_empty", error.to_string()),
            SeedError::Store(error) => database(error),
        })
    })?;
    output.show(&done, |done| {
        format!(
            "{} accounts, {} offers, {} tokens and {} tickets were made up.\n",
            done.accounts, done.offers, done.tokens, done.tickets
        )
    })
}
