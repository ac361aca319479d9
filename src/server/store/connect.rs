//! Opening a database, and transactions.

use std::path::Path;
use std::str::FromStr as _;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
    SqliteTransactionMode, SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions,
    TransactionTrait as _,
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::schema;

/// How long SQLite waits for another process' lock before the database counts as locked.
const BUSY: Duration = Duration::from_secs(5);

/// What goes wrong below the rules.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address of the database is not one.
    #[error("'{0}' is not a database address: write sqlite:PATH or postgres://user@host/database")]
    Address(String),
    /// It cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Open(String),
    /// It was written by a newer build.
    #[error("the database was written by a newer tokendesk (schema step {0}); update this one")]
    Newer(i64),
    /// Another process holds it.
    #[error("the database is locked by another process; stop that one, or try again")]
    Locked,
    /// It cannot be written.
    #[error("the database cannot be written: {0}")]
    ReadOnly(String),
    /// Nothing answers where it should be: host and port.
    #[error(
        "the database at {0} does not answer; see that PostgreSQL runs there and that this machine may reach it"
    )]
    Unreachable(String),
    /// It is not there for the moment.
    #[error("the database is not reachable for the moment")]
    Unavailable,
    /// A unique key is taken: the constraint's or column's name.
    #[error("a unique key is taken: {0}")]
    Taken(String),
    /// Something in it cannot be read.
    #[error("a row cannot be read: {0}")]
    Unreadable(String),
    /// Anything else.
    #[error("the database refused: {0}")]
    Refused(String),
}

/// An open transaction. Dropped without [`Tx::commit`], it is rolled back.
pub type Tx = DatabaseTransaction;

/// The open database.
#[derive(Debug, Clone)]
pub struct Store {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…` and brings it to this build's schema.
    ///
    /// # Errors
    /// See [`StoreError`]; each in words for the person who started the program.
    pub async fn open(address: &str) -> Result<Self, StoreError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.trim_start_matches("//"))).await
        } else if address.starts_with("postgres://") || address.starts_with("postgresql://") {
            Self::open_postgres(address).await
        } else {
            // The address may hold a password: only what stands before the colon is repeated.
            Err(StoreError::Address(
                address.split(':').next().unwrap_or_default().to_owned(),
            ))
        }
    }

    async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        if path.as_os_str().is_empty() {
            return Err(StoreError::Address("sqlite".to_owned()));
        }
        own_file(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What is acknowledged is durable.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .foreign_keys(true)
            .pragma("cache_size", "-8000")
            // 16 MB between checkpoints: bulk loads write the same index pages again and again
            .pragma("wal_autocheckpoint", "4000")
            .pragma("temp_store", "MEMORY")
            // what is erased is overwritten, not only unlinked
            .pragma("secure_delete", "ON")
            .optimize_on_close(true, 400);
        let options = sqlx::ConnectOptions::disable_statement_logging(options);
        let named = |error| match error {
            StoreError::Open(why) => StoreError::Open(format!("{why}: {}", path.display())),
            StoreError::ReadOnly(why) => StoreError::ReadOnly(format!("{why}: {}", path.display())),
            other => other,
        };
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await
            .map_err(|error| named(classify_sqlx(error)))?;
        schema::migrate_sqlite(&writer).await.map_err(named)?;
        // Whoever cannot write learns it now, and not with the first action.
        let writing = writer.begin_with("BEGIN IMMEDIATE").await;
        let writing = writing.map_err(|error| named(classify_sqlx(error)))?;
        writing.rollback().await.map_err(classify_sqlx)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.read_only(true))
            .await
            .map_err(classify_sqlx)?;
        Ok(Self {
            read: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
            write: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
        })
    }

    async fn open_postgres(address: &str) -> Result<Self, StoreError> {
        let options =
            PgConnectOptions::from_str(address).map_err(|_| StoreError::Address("postgres".to_owned()))?;
        let place = format!("{}:{}", options.get_host(), options.get_port());
        let options = sqlx::ConnectOptions::disable_statement_logging(options.application_name("tokendesk"));
        let pool = PgPoolOptions::new()
            .max_connections(16)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await
            .map_err(|error| match classify_sqlx(error) {
                StoreError::Unavailable => StoreError::Unreachable(place),
                other => other,
            })?;
        schema::migrate_postgres(&pool).await?;
        let pool = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Ok(Self {
            read: pool.clone(),
            write: pool,
        })
    }

    /// The connections to PostgreSQL; `None` on SQLite.
    pub(super) fn postgres(&self) -> Option<&sqlx::PgPool> {
        (!self.is_sqlite()).then(|| self.write.get_postgres_connection_pool())
    }

    /// Whether this is SQLite: then there is one writer.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.write.get_database_backend() == DbBackend::Sqlite
    }

    /// For reading outside a transaction.
    #[must_use]
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// Begins a writing transaction. On SQLite it waits for the writer before it and holds the lock from the start,
    /// so what it reads cannot change under it.
    ///
    /// # Errors
    /// When the database is locked or not there.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let mode = self.is_sqlite().then_some(SqliteTransactionMode::Immediate);
        let options = TransactionOptions {
            sqlite_transaction_mode: mode,
            ..Default::default()
        };
        Ok(self.write.begin_with_options(options).await?)
    }

    /// Empties what the database keeps beside its tables, so that erased texts do not stand there any longer. On
    /// PostgreSQL that is the server's work (`wal_keep_size`, vacuum).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_traces(&self) -> Result<(), StoreError> {
        if self.is_sqlite() {
            self.write
                .execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)")
                .await
                .map_err(classify)?;
        }
        Ok(())
    }

    /// Closes all connections.
    pub async fn close(&self) {
        let _ = self.read.clone().close().await;
        let _ = self.write.clone().close().await;
    }
}

/// Makes a database that is not there yet a file of the person who runs the backend alone: customers are in it. What
/// SQLite puts beside it gets the same mode.
fn own_file(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    // One that is there stays as it is; of one that cannot be made SQLite says what is wrong.
    drop(options.open(path));
}

/// What an error of the database means for us.
pub(super) fn classify(error: DbErr) -> StoreError {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => classify_arc(&e),
        DbErr::ConnectionAcquire(_) => StoreError::Unavailable,
        DbErr::Type(why) => StoreError::Unreadable(why),
        other => StoreError::Refused(other.to_string()),
    }
}

pub(super) fn classify_sqlx(error: sqlx::Error) -> StoreError {
    classify_arc(&error)
}

fn classify_arc(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(inner) => {
            if inner.is_unique_violation() {
                let name = inner
                    .constraint()
                    .map_or_else(|| inner.message().to_owned(), str::to_owned);
                return StoreError::Taken(name);
            }
            let code = inner.code().unwrap_or_default();
            match code.as_ref() {
                // SQLITE_BUSY, SQLITE_LOCKED and their extended forms.
                "5" | "6" | "261" | "517" | "262" => StoreError::Locked,
                "8" | "264" | "520" | "776" | "1032" | "1544" => {
                    StoreError::ReadOnly(inner.message().to_owned())
                }
                "14" => StoreError::Open(inner.message().to_owned()),
                "26" => StoreError::Open("the file is not a database".to_owned()),
                // PostgreSQL: class 57 operator intervention, 08 connection.
                c if c.starts_with("57P") || c.starts_with("08") => StoreError::Unavailable,
                "28P01" | "28000" | "3D000" => StoreError::Open(inner.message().to_owned()),
                "25006" => StoreError::ReadOnly(inner.message().to_owned()),
                _ => StoreError::Refused(inner.message().to_owned()),
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => StoreError::Unavailable,
        sqlx::Error::ColumnDecode { index, .. } => StoreError::Unreadable(index.clone()),
        other => StoreError::Refused(other.to_string()),
    }
}
