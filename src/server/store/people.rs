//! People behind the desk and their sign-ins.

use super::{Conn, Row, StoreError};
use crate::domain::agent::{Agent, Availability};
use crate::domain::id::{AgentId, SessionId};
use crate::domain::permission::Role;
use crate::domain::query::fold;
use crate::domain::time::Moment;
use crate::sql;

/// Reads a person.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<Agent, StoreError> {
    Ok(Agent {
        id: AgentId(row.uuid("id")?),
        employee_id: row.text("employee_id")?,
        name: row.text("name")?,
        role: row.opt_word("role", Role::from_word)?,
        availability: row.word("availability", Availability::from_word)?,
    })
}

/// The person whom an issuer knows by this subject.
///
/// # Errors
/// When the database fails.
pub async fn by_subject(conn: &impl Conn, issuer: &str, subject: &str) -> Result<Option<Agent>, StoreError> {
    sql!(
        "SELECT * FROM agents WHERE issuer = ? AND subject = ?",
        issuer,
        subject
    )
    .first(conn, read)
    .await
}

/// One person.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: AgentId) -> Result<Option<Agent>, StoreError> {
    sql!("SELECT * FROM agents WHERE id = ?", id.0)
        .first(conn, read)
        .await
}

/// Everybody behind the desk, by name.
///
/// # Errors
/// When the database fails.
pub async fn all(conn: &impl Conn) -> Result<Vec<Agent>, StoreError> {
    sql!("SELECT * FROM agents ORDER BY name, id")
        .all(conn, read)
        .await
}

/// Writes a person, or brings what the issuer says about them up to date.
///
/// # Errors
/// When the database fails.
pub async fn upsert(
    conn: &impl Conn,
    issuer: &str,
    subject: &str,
    agent: &Agent,
    now: Moment,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO agents (id, issuer, subject, employee_id, name, role, availability, seen_at, name_key, employee_key) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (issuer, subject) DO UPDATE SET \
         employee_id = excluded.employee_id, name = excluded.name, role = excluded.role, seen_at = excluded.seen_at, \
         name_key = excluded.name_key, employee_key = excluded.employee_key",
        agent.id.0,
        issuer,
        subject,
        &agent.employee_id,
        &agent.name,
        agent.role.map(Role::word),
        agent.availability.word(),
        now,
        fold(&agent.name),
        fold(&agent.employee_id)
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Somebody who signs in is at work again.
///
/// # Errors
/// When the database fails.
pub async fn arrived(conn: &impl Conn, agent: AgentId) -> Result<(), StoreError> {
    let (here, gone) = (Availability::Available.word(), Availability::Offline.word());
    sql!(
        "UPDATE agents SET availability = ? WHERE id = ? AND availability = ?",
        here,
        agent.0,
        gone
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// A sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Identifier.
    pub id: SessionId,
    /// Whose.
    pub agent: AgentId,
    /// First request.
    pub started_at: Moment,
    /// Latest request, to the minute.
    pub seen_at: Moment,
    /// When it was ended.
    pub ended_at: Option<Moment>,
}

fn read_session(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: SessionId(row.uuid("id")?),
        agent: AgentId(row.uuid("agent_id")?),
        started_at: row.moment("started_at")?,
        seen_at: row.moment("seen_at")?,
        ended_at: row.opt_moment("ended_at")?,
    })
}

/// One sign-in.
///
/// # Errors
/// When the database fails.
pub async fn session(conn: &impl Conn, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
    sql!("SELECT * FROM sessions WHERE id = ?", id.0)
        .first(conn, read_session)
        .await
}

/// The sign-ins of a person that were not ended, newest first.
///
/// # Errors
/// When the database fails.
pub async fn sessions(conn: &impl Conn, agent: AgentId) -> Result<Vec<SessionRow>, StoreError> {
    sql!(
        "SELECT * FROM sessions WHERE agent_id = ? AND ended_at IS NULL ORDER BY started_at DESC",
        agent.0
    )
    .all(conn, read_session)
    .await
}

/// Notes that a sign-in was seen; `true`: for the first time.
///
/// # Errors
/// When the database fails.
pub async fn seen(conn: &impl Conn, id: SessionId, agent: AgentId, now: Moment) -> Result<bool, StoreError> {
    let first = sql!(
        "INSERT INTO sessions (id, agent_id, started_at, seen_at, ended_at) VALUES (?, ?, ?, ?, NULL) \
         ON CONFLICT (id) DO NOTHING",
        id.0,
        agent.0,
        now,
        now
    );
    if first.run(conn).await? == 1 {
        return Ok(true);
    }
    sql!(
        "UPDATE sessions SET seen_at = ? WHERE id = ? AND agent_id = ?",
        now,
        id.0,
        agent.0
    )
    .run(conn)
    .await?;
    Ok(false)
}

/// Ends all sign-ins of a person; gives back how many.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(conn: &impl Conn, agent: AgentId, now: Moment) -> Result<u64, StoreError> {
    sql!(
        "UPDATE sessions SET ended_at = ? WHERE agent_id = ? AND ended_at IS NULL",
        now,
        agent.0
    )
    .run(conn)
    .await
}
