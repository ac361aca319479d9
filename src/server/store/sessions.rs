//! Sign-ins, and the access tokens that were seen in them.

use uuid::Uuid;

use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{AgentId, SessionId};
use crate::domain::time::Moment;
use crate::sql;

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifier.
    pub id: SessionId,
    /// Whose.
    pub agent: AgentId,
    /// Employee id and name of that person.
    pub agent_name: String,
    /// First request.
    pub started_at: Moment,
    /// Latest request, to the minute.
    pub seen_at: Moment,
    /// When it was ended.
    pub ended_at: Option<Moment>,
    /// Since when it is locked.
    pub locked_at: Option<Moment>,
    /// From which network address it was used last.
    pub address: String,
    /// With which program it was used last.
    pub client: String,
}

/// Where a request of a sign-in comes from, and what it was let in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Stands for the access token.
    pub token: Uuid,
    /// When the access token ends.
    pub until: Moment,
    /// When the access token was minted.
    pub minted: Moment,
    /// When the person proved who they are, if the issuer tells it.
    pub auth_at: Option<Moment>,
    /// Network address.
    pub address: String,
    /// Program.
    pub client: String,
}

fn read(row: &Row) -> Result<SessionRow, StoreError> {
    let name = [row.text("employee_id")?, row.text("name")?];
    Ok(SessionRow {
        id: SessionId(row.uuid("id")?),
        agent: AgentId(row.uuid("agent_id")?),
        agent_name: name.join(" ").trim().to_owned(),
        started_at: row.moment("started_at")?,
        seen_at: row.moment("seen_at")?,
        ended_at: row.opt_moment("ended_at")?,
        locked_at: row.opt_moment("locked_at")?,
        address: row.text("address")?,
        client: row.text("client")?,
    })
}

fn select() -> Sql {
    Sql::new(
        "SELECT sessions.*, agents.name, agents.employee_id FROM sessions JOIN agents ON agents.id = sessions.agent_id",
    )
}

/// One sign-in.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
    let mut sql = select();
    sql.push(" WHERE sessions.id = ").bind(id.0);
    sql.first(conn, read).await
}

/// The sign-ins of a person, or of everybody, that were not ended; the latest ones, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(
    conn: &impl Conn,
    agent: Option<AgentId>,
    limit: u32,
) -> Result<Vec<SessionRow>, StoreError> {
    let mut sql = select();
    sql.push(" WHERE sessions.ended_at IS NULL");
    if let Some(agent) = agent {
        sql.push(" AND sessions.agent_id = ").bind(agent.0);
    }
    sql.push(" ORDER BY sessions.started_at DESC, sessions.id LIMIT ")
        .bind(limit);
    sql.all(conn, read).await
}

/// The sign-in that an access token was first seen in.
///
/// # Errors
/// When the database fails.
pub async fn of_token(conn: &impl Conn, token: Uuid) -> Result<Option<SessionId>, StoreError> {
    sql!("SELECT session_id FROM session_tokens WHERE mark = ?", token)
        .first(conn, |row| row.uuid("session_id").map(SessionId))
        .await
}

/// A sign-in of the same person that is no good any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    /// Which one.
    pub id: SessionId,
    /// It is locked, rather than ended.
    pub locked: bool,
    /// It was not used for too long, and nobody has noticed yet.
    pub unnoticed: bool,
}

fn closed(row: &Row) -> Result<Closed, StoreError> {
    let ended = row.opt_moment("ended_at")?.is_some();
    Ok(Closed {
        id: SessionId(row.uuid("id")?),
        locked: !ended,
        unnoticed: !ended && row.opt_moment("locked_at")?.is_none(),
    })
}

/// A sign-in of this person that began with the same proof of who they are, and is locked or was ended from elsewhere
/// (by an admin, or from another sign-in of the person's), or that was seen last before `idle`. One that its own desk
/// signed out of is none.
///
/// # Errors
/// When the database fails.
pub async fn closed_by_proof(
    conn: &impl Conn,
    agent: AgentId,
    auth_at: Moment,
    idle: Option<Moment>,
) -> Result<Option<Closed>, StoreError> {
    sql!(
        "SELECT id, ended_at, locked_at FROM sessions WHERE agent_id = ? AND auth_at = ? \
         AND (locked_at IS NOT NULL OR (ended_at IS NOT NULL AND ended_by IS NOT NULL) \
         OR (ended_at IS NULL AND seen_at <= ?)) \
         ORDER BY CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END, started_at LIMIT 1",
        agent.0,
        auth_at,
        idle.unwrap_or(Moment::EPOCH)
    )
    .first(conn, closed)
    .await
}

/// A sign-in of this person that was locked or ended at that moment or later.
///
/// # Errors
/// When the database fails.
pub async fn closed_since(
    conn: &impl Conn,
    agent: AgentId,
    since: Moment,
) -> Result<Option<Closed>, StoreError> {
    sql!(
        "SELECT id, ended_at, locked_at FROM sessions WHERE agent_id = ? AND COALESCE(ended_at, locked_at) >= ? \
         ORDER BY COALESCE(ended_at, locked_at) DESC LIMIT 1",
        agent.0,
        since
    )
    .first(conn, closed)
    .await
}

/// Notes that a sign-in was seen, and binds the access token to it; `true`: for the first time. What is not `used` by its
/// person stays as unused as it was.
///
/// # Errors
/// When the database fails.
pub async fn seen(
    conn: &impl Conn,
    id: SessionId,
    agent: AgentId,
    (now, used): (Moment, bool),
    trace: &Trace,
) -> Result<bool, StoreError> {
    sql!(
        "INSERT INTO session_tokens (mark, session_id, until) VALUES (?, ?, ?) ON CONFLICT (mark) DO NOTHING",
        trace.token,
        id.0,
        trace.until
    )
    .run(conn)
    .await?;
    let first = sql!(
        "INSERT INTO sessions (id, agent_id, started_at, seen_at, ended_at, address, client, auth_at) \
         VALUES (?, ?, ?, ?, NULL, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        id.0,
        agent.0,
        now,
        now,
        &trace.address,
        &trace.client,
        trace.auth_at
    );
    if first.run(conn).await? == 1 {
        return Ok(true);
    }
    if used {
        sql!(
            "UPDATE sessions SET seen_at = ?, address = ?, client = ?, auth_at = ? WHERE id = ? AND agent_id = ?",
            now,
            &trace.address,
            &trace.client,
            trace.auth_at,
            id.0,
            agent.0
        )
        .run(conn)
        .await?;
    }
    Ok(false)
}

/// Ends one sign-in, from elsewhere by this person, or by its own desk (`None`); `false`: it had been ended before.
///
/// # Errors
/// When the database fails.
pub async fn end(
    conn: &impl Conn,
    id: SessionId,
    by: Option<AgentId>,
    now: Moment,
) -> Result<bool, StoreError> {
    let ended = sql!(
        "UPDATE sessions SET ended_at = ?, ended_by = ? WHERE id = ? AND ended_at IS NULL",
        now,
        by.map(|by| by.0),
        id.0
    );
    Ok(ended.run(conn).await? == 1)
}

/// Ends all sign-ins of a person; gives back how many.
///
/// # Errors
/// When the database fails.
pub async fn end_all(conn: &impl Conn, agent: AgentId, by: AgentId, now: Moment) -> Result<u64, StoreError> {
    sql!(
        "UPDATE sessions SET ended_at = ?, ended_by = ? WHERE agent_id = ? AND ended_at IS NULL",
        now,
        by.0,
        agent.0
    )
    .run(conn)
    .await
}

/// Locks a sign-in; `false`: it was locked or ended before.
///
/// # Errors
/// When the database fails.
pub async fn lock(conn: &impl Conn, id: SessionId, now: Moment) -> Result<bool, StoreError> {
    let locked = sql!(
        "UPDATE sessions SET locked_at = ? WHERE id = ? AND locked_at IS NULL AND ended_at IS NULL",
        now,
        id.0
    );
    Ok(locked.run(conn).await? == 1)
}

/// Forgets the marks of access tokens that ended before this moment.
///
/// # Errors
/// When the database fails.
pub async fn forget_tokens(conn: &impl Conn, before: Moment) -> Result<u64, StoreError> {
    sql!("DELETE FROM session_tokens WHERE until < ?", before)
        .run(conn)
        .await
}
