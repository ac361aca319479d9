//! Disputes about tokens.

use super::sql::Bind as _;
use super::{Conn, Row, StoreError, bulk};
use crate::domain::id::{DisputeId, TokenId};
use crate::domain::time::Moment;
use crate::domain::token::DisputeStatus;
use crate::sql;

/// A dispute as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeRow {
    /// Identifier.
    pub id: DisputeId,
    /// About which token.
    pub token: TokenId,
    /// How far it has come.
    pub status: DisputeStatus,
    /// What sort: a code of the desk's, `other`, or empty where it was imported.
    pub kind: String,
    /// Why it was opened.
    pub reason: String,
    /// When it was opened.
    pub opened_at: Moment,
    /// By whom: employee id and name; empty where it is not known.
    pub opened_by: String,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Moment>,
    /// By whom.
    pub decided_by: String,
    /// Why it was decided so.
    pub outcome: String,
    /// Counts up with each change.
    pub version: i64,
}

/// Writes disputes; the tokens' own column is written with the tokens.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &impl Conn, rows: &[DisputeRow]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "token_id",
        "status",
        "kind",
        "reason",
        "opened_at",
        "opened_by",
        "decided_at",
        "decided_by",
        "outcome",
        "version",
    ];
    let cells = |d: &DisputeRow| {
        [
            d.id.0.value(),
            d.token.0.value(),
            d.status.word().value(),
            d.kind.as_str().value(),
            d.reason.as_str().value(),
            d.opened_at.value(),
            d.opened_by.as_str().value(),
            d.decided_at.value(),
            d.decided_by.as_str().value(),
            d.outcome.as_str().value(),
            d.version.value(),
        ]
    };
    bulk::insert(conn, "disputes", columns, rows, cells, "").await
}

/// Writes where a dispute has got to, if it is still at the version before. `false`: it is not.
///
/// # Errors
/// When the database fails.
pub async fn decide(conn: &impl Conn, decided: &DisputeRow) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE disputes SET status = ?, decided_at = ?, decided_by = ?, outcome = ?, version = ? \
         WHERE id = ? AND version = ?",
        decided.status.word(),
        decided.decided_at,
        &decided.decided_by,
        &decided.outcome,
        decided.version,
        decided.id.0,
        decided.version - 1,
    );
    Ok(sql.run(conn).await? == 1)
}

fn read(row: &Row) -> Result<DisputeRow, StoreError> {
    Ok(DisputeRow {
        id: DisputeId(row.uuid("id")?),
        token: TokenId(row.uuid("token_id")?),
        status: row.word("status", DisputeStatus::from_word)?,
        kind: row.text("kind")?,
        reason: row.text("reason")?,
        opened_at: row.moment("opened_at")?,
        opened_by: row.text("opened_by")?,
        decided_at: row.opt_moment("decided_at")?,
        decided_by: row.text("decided_by")?,
        outcome: row.text("outcome")?,
        version: row.int("version")?,
    })
}

/// One dispute.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: DisputeId) -> Result<Option<DisputeRow>, StoreError> {
    sql!("SELECT * FROM disputes WHERE id = ?", id.0)
        .first(conn, read)
        .await
}

/// The disputes about a token, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_token(conn: &impl Conn, token: TokenId) -> Result<Vec<DisputeRow>, StoreError> {
    sql!(
        "SELECT * FROM disputes WHERE token_id = ? ORDER BY opened_at, id",
        token.0
    )
    .all(conn, read)
    .await
}
