//! `migrate`: brings a database to this build's schema.

use serde::Serialize;

use crate::server::store::Store;

use super::args::Global;
use super::context::{configuration, runtime};
use super::exit::{Exit, USAGE};
use super::output::Output;
use super::serve::{DatabaseArgs, database};

/// What was done.
#[derive(Serialize)]
struct Migrated {
    /// The database, without its secrets.
    database: String,
    /// Always true: what fails is an error.
    migrated: bool,
}

/// Opens the database, which migrates it, and closes it again.
pub(super) fn run(global: &Global, args: &DatabaseArgs, output: &Output) -> Result<(), Exit> {
    let flags: Vec<_> = args.setting().into_iter().collect();
    let config = configuration(global, &flags)?;
    super::log::to_stderr("warn")?;
    let address = &config.server.database;
    if address.is_empty() {
        return Err(Exit::new(
            USAGE,
            "configuration",
            "no database is set; name one with --database or `database` in the [server] section",
        ));
    }
    runtime()?.block_on(async {
        let store = Store::open(address.expose()).await.map_err(database)?;
        store.close().await;
        let done = Migrated {
            database: address.shown(),
            migrated: true,
        };
        output.show(&done, |done| {
            format!("{} has the schema of this build.\n", done.database)
        })
    })
}
