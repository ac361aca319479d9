//! Saved queries.

use super::{Conn, Row, StoreError};
use crate::domain::id::{AgentId, PresetId};
use crate::domain::time::Moment;
use crate::sql;

/// A saved query as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetRow {
    /// Identifier.
    pub id: PresetId,
    /// What it is a query of: `tokens`.
    pub noun: String,
    /// Whose it is.
    pub owner: AgentId,
    /// Employee id and name.
    pub owner_label: String,
    /// Whether everybody at the desk has it.
    pub shared: bool,
    /// What it is called.
    pub name: String,
    /// The query line.
    pub q: String,
    /// The number key that it is on, 1 to 9.
    pub slot: Option<i64>,
    /// When it was saved.
    pub created_at: Moment,
    /// When it was changed last.
    pub updated_at: Moment,
    /// Counts up with each change.
    pub version: i64,
}

/// Writes a new one.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &impl Conn, p: &PresetRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO presets (id, noun, owner_id, owner_label, shared, name, q, slot, created_at, updated_at, version) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        p.id.0,
        &p.noun,
        p.owner.0,
        &p.owner_label,
        p.shared,
        &p.name,
        &p.q,
        p.slot,
        p.created_at,
        p.updated_at,
        p.version
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes one as it is to be, if it is still at the version before. `false`: it is not.
///
/// # Errors
/// When the database fails.
pub async fn update(conn: &impl Conn, p: &PresetRow) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE presets SET shared = ?, name = ?, q = ?, slot = ?, updated_at = ?, version = ? \
         WHERE id = ? AND version = ? AND retired_at IS NULL",
        p.shared,
        &p.name,
        &p.q,
        p.slot,
        p.updated_at,
        p.version,
        p.id.0,
        p.version - 1
    );
    Ok(sql.run(conn).await? == 1)
}

/// Retires one: nobody sees it any more, its row stays. `false`: it is at another version.
///
/// # Errors
/// When the database fails.
pub async fn retire(conn: &impl Conn, id: PresetId, version: i64, at: Moment) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE presets SET retired_at = ?, version = version + 1 WHERE id = ? AND version = ? AND retired_at IS NULL",
        at,
        id.0,
        version
    );
    Ok(sql.run(conn).await? == 1)
}

/// Frees a number key of a person: whatever of theirs was on it goes to another key instead, or to none.
///
/// # Errors
/// When the database fails.
pub async fn free_slot(
    conn: &impl Conn,
    noun: &str,
    owner: AgentId,
    slot: i64,
    instead: Option<i64>,
    but: PresetId,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE presets SET slot = ?, version = version + 1 \
         WHERE noun = ? AND owner_id = ? AND slot = ? AND id <> ? AND retired_at IS NULL",
        instead,
        noun,
        owner.0,
        slot,
        but.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

fn read(row: &Row) -> Result<PresetRow, StoreError> {
    Ok(PresetRow {
        id: PresetId(row.uuid("id")?),
        noun: row.text("noun")?,
        owner: AgentId(row.uuid("owner_id")?),
        owner_label: row.text("owner_label")?,
        shared: row.int("shared")? != 0,
        name: row.text("name")?,
        q: row.text("q")?,
        slot: row.opt_int("slot")?,
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        version: row.int("version")?,
    })
}

/// One that is not retired.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: PresetId) -> Result<Option<PresetRow>, StoreError> {
    sql!("SELECT * FROM presets WHERE id = ? AND retired_at IS NULL", id.0)
        .first(conn, read)
        .await
}

/// A person's own and what is shared, own ones first, by number key and name.
///
/// # Errors
/// When the database fails.
pub async fn seen_by(conn: &impl Conn, noun: &str, agent: AgentId) -> Result<Vec<PresetRow>, StoreError> {
    sql!(
        "SELECT * FROM presets WHERE noun = ? AND retired_at IS NULL AND (owner_id = ? OR shared = 1) \
         ORDER BY CASE WHEN owner_id = ? THEN 0 ELSE 1 END, COALESCE(slot, 10), name, id LIMIT 200",
        noun,
        agent.0,
        agent.0
    )
    .all(conn, read)
    .await
}

/// How many a person has.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &impl Conn, agent: AgentId) -> Result<i64, StoreError> {
    sql!(
        "SELECT count(*) AS n FROM presets WHERE owner_id = ? AND retired_at IS NULL",
        agent.0
    )
    .number(conn)
    .await
}
