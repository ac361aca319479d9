//! Stored answers to idempotency keys.

use super::{Conn, StoreError};
use crate::domain::id::{AgentId, IntentKey};
use crate::domain::time::Moment;
use crate::sql;

/// How long a key is remembered, in days.
pub const KEPT_DAYS: i64 = 7;

/// What is kept of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Hash over method, path, body and `If-Match`.
    pub fingerprint: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// `ETag` of the answer.
    pub etag: Option<String>,
    /// Body of the answer, JSON.
    pub body: String,
}

/// Claims a key for the transaction's work; `false`: somebody had it before. On PostgreSQL this waits for a twin that is
/// still running.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    conn: &impl Conn,
    agent: AgentId,
    key: IntentKey,
    fingerprint: &str,
    verb: &str,
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "INSERT INTO intents (agent_id, intent_key, fingerprint, verb, status, etag, body, created_at) \
         VALUES (?, ?, ?, ?, 0, NULL, '', ?) ON CONFLICT (agent_id, intent_key) DO NOTHING",
        agent.0,
        key.0,
        fingerprint,
        verb,
        now
    );
    Ok(sql.run(conn).await? == 1)
}

/// Stores the answer to a key that was claimed in the same transaction.
///
/// # Errors
/// When the database fails.
pub async fn answer(
    conn: &impl Conn,
    agent: AgentId,
    key: IntentKey,
    status: u16,
    etag: Option<&str>,
    body: &str,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE intents SET status = ?, etag = ?, body = ? WHERE agent_id = ? AND intent_key = ?",
        i64::from(status),
        etag,
        body,
        agent.0,
        key.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// What is kept of a key.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, agent: AgentId, key: IntentKey) -> Result<Option<Stored>, StoreError> {
    sql!(
        "SELECT * FROM intents WHERE agent_id = ? AND intent_key = ?",
        agent.0,
        key.0
    )
    .first(conn, |row| {
        Ok(Stored {
            fingerprint: row.text("fingerprint")?,
            status: u16::try_from(row.int("status")?).unwrap_or(500),
            etag: row.opt_text("etag")?,
            body: row.text("body")?,
        })
    })
    .await
}

/// Forgets keys that are older than [`KEPT_DAYS`].
///
/// # Errors
/// When the database fails.
pub async fn forget_old(conn: &impl Conn, now: Moment) -> Result<u64, StoreError> {
    sql!(
        "DELETE FROM intents WHERE created_at < ?",
        now.plus_days(-KEPT_DAYS)
    )
    .run(conn)
    .await
}
