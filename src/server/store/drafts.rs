//! Drafts, sealed: the store never sees what they say.

use super::{Conn, StoreError};
use crate::domain::id::AgentId;
use crate::domain::time::Moment;
use crate::sql;

/// A draft as it stands in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Goes up with each change.
    pub version: i64,
    /// What it says, sealed.
    pub sealed: String,
    /// When it was last changed.
    pub updated_at: Moment,
}

/// A draft that was changed after that moment.
///
/// # Errors
/// When the database fails.
pub async fn find(
    conn: &impl Conn,
    agent: AgentId,
    key: &str,
    after: Moment,
) -> Result<Option<DraftRow>, StoreError> {
    sql!(
        "SELECT version, sealed, updated_at FROM drafts WHERE agent_id = ? AND draft_key = ? AND updated_at > ?",
        agent.0,
        key,
        after
    )
    .first(conn, |row| {
        Ok(DraftRow {
            version: row.int("version")?,
            sealed: row.text("sealed")?,
            updated_at: row.moment("updated_at")?,
        })
    })
    .await
}

/// How many drafts a person has.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &impl Conn, agent: AgentId) -> Result<i64, StoreError> {
    sql!("SELECT count(*) AS n FROM drafts WHERE agent_id = ?", agent.0)
        .number(conn)
        .await
}

/// Writes a draft in the place of whatever was kept under its key.
///
/// # Errors
/// When the database fails.
pub async fn put(conn: &impl Conn, agent: AgentId, key: &str, row: &DraftRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO drafts (agent_id, draft_key, version, sealed, updated_at) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (agent_id, draft_key) DO UPDATE SET version = excluded.version, sealed = excluded.sealed, \
         updated_at = excluded.updated_at",
        agent.0,
        key,
        row.version,
        &row.sealed,
        row.updated_at
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Forgets a draft.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &impl Conn, agent: AgentId, key: &str) -> Result<(), StoreError> {
    sql!(
        "DELETE FROM drafts WHERE agent_id = ? AND draft_key = ?",
        agent.0,
        key
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Forgets drafts that were not changed since.
///
/// # Errors
/// When the database fails.
pub async fn forget_old(conn: &impl Conn, before: Moment) -> Result<u64, StoreError> {
    sql!("DELETE FROM drafts WHERE updated_at <= ?", before)
        .run(conn)
        .await
}
