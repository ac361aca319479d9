//! How far imports have come.

use super::sql::Bind as _;
use super::{Conn, StoreError, bulk};
use crate::domain::import::Reason;
use crate::domain::time::Moment;
use crate::sql;

/// A row that was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRow {
    /// Number of the record in its file, from 1.
    pub record: u64,
    /// Line that it starts on, from 1.
    pub line: u64,
    /// Why.
    pub reason: Reason,
}

/// How far the import of one file has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Bytes that are done.
    pub offset: i64,
    /// What else the importer keeps, JSON.
    pub state: String,
    /// When the last batch was done.
    pub updated_at: Moment,
}

/// The mark of the file with this fingerprint.
///
/// # Errors
/// When the database fails.
pub async fn mark(conn: &impl Conn, fingerprint: &str) -> Result<Option<Mark>, StoreError> {
    sql!(
        "SELECT byte_offset, state, updated_at FROM import_progress WHERE fingerprint = ?",
        fingerprint
    )
    .first(conn, |row| {
        Ok(Mark {
            offset: row.int("byte_offset")?,
            state: row.text("state")?,
            updated_at: row.moment("updated_at")?,
        })
    })
    .await
}

/// Moves a mark on from `before` (`None`: there is none yet). Belongs into the transaction of the batch.
///
/// # Errors
/// When the database fails. `false`: somebody else has moved it, so the batch must not stand.
pub async fn move_mark(
    conn: &impl Conn,
    fingerprint: &str,
    kind: &str,
    before: Option<&Mark>,
    mark: &Mark,
) -> Result<bool, StoreError> {
    let moved = match before {
        None => {
            sql!(
                "INSERT INTO import_progress (fingerprint, kind, byte_offset, state, updated_at) \
                 VALUES (?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO NOTHING",
                fingerprint,
                kind,
                mark.offset,
                &mark.state,
                mark.updated_at
            )
            .run(conn)
            .await?
        }
        Some(before) => {
            sql!(
                "UPDATE import_progress SET byte_offset = ?, state = ?, updated_at = ? \
                 WHERE fingerprint = ? AND byte_offset = ? AND state = ?",
                mark.offset,
                &mark.state,
                mark.updated_at,
                fingerprint,
                before.offset,
                &before.state
            )
            .run(conn)
            .await?
        }
    };
    Ok(moved == 1)
}

/// Writes down rows that were left out.
///
/// # Errors
/// When the database fails.
pub async fn keep_bad_rows(conn: &impl Conn, fingerprint: &str, rows: &[BadRow]) -> Result<(), StoreError> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let cells = |row: &BadRow| {
        [
            fingerprint.value(),
            number(row.record).value(),
            number(row.line).value(),
            row.reason.word().value(),
        ]
    };
    let columns = ["fingerprint", "record", "line", "reason"];
    bulk::insert(conn, "import_bad_rows", columns, rows, cells, "").await
}

/// The rows of a file that were left out so far, in its order.
///
/// # Errors
/// When the database fails.
pub async fn bad_rows(conn: &impl Conn, fingerprint: &str) -> Result<Vec<BadRow>, StoreError> {
    let number = |n: i64| u64::try_from(n).unwrap_or(0);
    sql!(
        "SELECT record, line, reason FROM import_bad_rows WHERE fingerprint = ? ORDER BY record",
        fingerprint
    )
    .all(conn, |row| {
        Ok(BadRow {
            record: number(row.int("record")?),
            line: number(row.int("line")?),
            reason: row.word("reason", Reason::from_word)?,
        })
    })
    .await
}
