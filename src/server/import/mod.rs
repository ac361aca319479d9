//! The importer: reads files as a stream, judges each row, and writes the good ones in batches.
//!
//! ```text
//! source (CSV or JSON Lines) → judge (domain::import) → keys and references → one transaction: rows, bad rows, mark
//! ```
//!
//! A batch and the mark that says how far the file is done stand in one transaction, so an import that is killed goes on
//! exactly where it stopped: nothing is half done and nothing is done twice. A file is known by the fingerprint of its
//! content; one that is done gives its report again and changes nothing.

mod batch;
mod load;
mod meter;
mod report;
mod seen;
mod source;

use std::path::PathBuf;

pub use load::run_on;
pub use meter::{Bar, Meter, NoMeter};
pub use report::{BadRows, FileReport, ImportReport};

use crate::domain::import::FileKind;
use crate::domain::time::Moment;
use crate::server::store::{Store, StoreError};

/// Rows in one transaction, unless told otherwise: large enough to be fast, small enough that others get their turn.
pub const BATCH: usize = 2_000;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct ImportOptions {
    /// File of customers.
    pub accounts: Option<PathBuf>,
    /// File of the catalog.
    pub offers: Option<PathBuf>,
    /// File of what is in the wallets.
    pub tokens: Option<PathBuf>,
    /// Judge everything and write nothing.
    pub dry_run: bool,
    /// The moment that states are judged at; default: that of the import that is being resumed, else `now`.
    pub as_of: Option<Moment>,
    /// The present moment.
    pub now: Moment,
    /// Region of mobile numbers without a country code, such as `US`.
    pub region: String,
    /// Rows in one transaction.
    pub batch: usize,
    /// Stop as if killed when so many records have been read: for tests of resumption.
    pub halt_after: Option<u64>,
}

impl ImportOptions {
    /// Nothing to import yet, at this moment.
    #[must_use]
    pub fn new(now: Moment) -> Self {
        Self {
            accounts: None,
            offers: None,
            tokens: None,
            dry_run: false,
            as_of: None,
            now,
            region: "US".to_owned(),
            batch: BATCH,
            halt_after: None,
        }
    }

    /// The files in the order in which they are imported.
    pub fn files(&self) -> impl Iterator<Item = (FileKind, &PathBuf)> {
        [
            (FileKind::Accounts, &self.accounts),
            (FileKind::Offers, &self.offers),
            (FileKind::Tokens, &self.tokens),
        ]
        .into_iter()
        .filter_map(|(kind, path)| path.as_ref().map(|path| (kind, path)))
    }
}

/// Why an import stopped. Bad rows are no error; they are in the report.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The header is not that of such a file.
    #[error("{path}: {what}; the columns are: {columns}")]
    Header {
        /// Which file.
        path: String,
        /// What is wrong.
        what: String,
        /// What belongs there.
        columns: String,
    },
    /// A record has no end in sight.
    #[error(
        "{path}: the record on line {line} is longer than {} MiB; is there a quote that is never closed?",
        source::LONGEST >> 20
    )]
    Endless {
        /// Which file.
        path: String,
        /// Where the record starts.
        line: u64,
    },
    /// The import was begun as of another moment.
    #[error("{path}: this import was begun as of {begun}; give --as-of {begun}, or leave it out")]
    OtherMoment {
        /// Which file.
        path: String,
        /// The moment that it was begun as of.
        begun: Moment,
    },
    /// Another import of the same file is running.
    #[error("{path}: another import of this file is running")]
    Busy {
        /// Which file.
        path: String,
    },
    /// What is kept of an earlier import cannot be understood.
    #[error("{path}: how far an earlier import of this file came cannot be read: {why}")]
    Mark {
        /// Which file.
        path: String,
        /// Why.
        why: String,
    },
    /// The limit of records was reached.
    #[error("stopped after the set number of records")]
    Halted,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Imports files into the database at this address.
///
/// # Errors
/// See [`ImportError`]. What was committed before stays, and the next run goes on behind it.
pub async fn run(
    options: &ImportOptions,
    database: &str,
    meter: &mut dyn Meter,
) -> Result<ImportReport, ImportError> {
    // A dry run makes no database: where there is none yet, no key is taken.
    let missing = database
        .strip_prefix("sqlite:")
        .is_some_and(|path| !std::path::Path::new(path.trim_start_matches("//")).exists());
    if options.dry_run && missing {
        return run_on(None, options, meter).await;
    }
    // A file that cannot be read leaves no new database behind.
    for (kind, path) in options.files() {
        source::Source::open(kind, path)?;
    }
    let store = Store::open(database).await?;
    let done = run_on(Some(&store), options, meter).await;
    store.close().await;
    done
}
