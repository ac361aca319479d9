//! `import`: customers, catalog and wallets from files.

use std::path::PathBuf;

use crate::domain::time::{Clock, Moment, SystemClock};
use crate::server::import::{Bar, ImportError, ImportOptions, Meter, NoMeter, run as import};

use super::args::Global;
use super::context::{configuration, runtime};
use super::exit::{CONFLICT, Exit, FAILED, NOT_FOUND, USAGE};
use super::output::Output;
use super::serve::{DatabaseArgs, database, profile};

/// Bad rows that are listed for each file; `--json` lists them all.
const LISTED: usize = 20;

/// What to import, and how.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArgs {
    /// File of customers, CSV or JSON Lines
    #[arg(long, value_name = "FILE")]
    accounts: Option<PathBuf>,
    /// File of the catalog, CSV or JSON Lines
    #[arg(long, value_name = "FILE")]
    offers: Option<PathBuf>,
    /// File of what is in the wallets, CSV or JSON Lines
    #[arg(long, value_name = "FILE")]
    tokens: Option<PathBuf>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// Judge everything and write nothing
    #[arg(long)]
    dry_run: bool,
    /// The moment at which rows are judged [default: now, or that of the import that is gone on with]
    #[arg(long, value_name = "TIME", value_parser = super::token::moment)]
    as_of: Option<Moment>,
}

/// Imports the files. Bad rows are reported and skipped; they are no failure unless a file has nothing else.
pub(super) fn run(global: &Global, args: ImportArgs, output: &Output) -> Result<(), Exit> {
    let flags: Vec<_> = args.database.setting().into_iter().collect();
    let config = configuration(global, &flags)?;
    super::log::to_stderr("warn")?;
    if args.accounts.is_none() && args.offers.is_none() && args.tokens.is_none() {
        return Err(Exit::usage(
            "name at least one file: --accounts, --offers, --tokens",
        ));
    }
    if config.server.database.is_empty() {
        return Err(Exit::usage(
            "no database is set; name one with --database or `database` in the [server] section",
        ));
    }
    let options = ImportOptions {
        accounts: args.accounts,
        offers: args.offers,
        tokens: args.tokens,
        dry_run: args.dry_run,
        as_of: args.as_of,
        region: profile(&config.desk.profile)?.default_region,
        ..ImportOptions::new(SystemClock.now())
    };
    let (mut bar, mut nobody) = (Bar::default(), NoMeter);
    let meter: &mut dyn Meter = if output.json { &mut nobody } else { &mut bar };
    let report = runtime()?
        .block_on(import(&options, config.server.database.expose(), meter))
        .map_err(why)?;
    output.show(&report, |report| report.words(options.dry_run, LISTED))?;
    match report.files().find(|(_, file)| file.rows > 0 && file.good == 0) {
        None => Ok(()),
        Some((kind, file)) => Err(Exit::new(
            FAILED,
            "all_bad",
            format!("no row of {} can be taken", file.path),
        )
        .and_next(format!(
            "Each row is listed with its reason; is it a file of {}?",
            kind.word()
        ))),
    }
}

fn why(error: ImportError) -> Exit {
    let (code, word) = match &error {
        ImportError::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            (NOT_FOUND, "no_file")
        }
        ImportError::Header { .. } => (USAGE, "header"),
        ImportError::OtherMoment { .. } | ImportError::Busy { .. } => (CONFLICT, "conflict"),
        _ => (FAILED, "failed"),
    };
    if let ImportError::Store(error) = error {
        return database(error);
    }
    Exit::new(code, word, error.to_string())
        .and_next("What was imported before stays; the same command goes on behind it.")
}
