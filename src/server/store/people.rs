//! People behind the desk and their sign-ins.

use super::{Conn, Row, StoreError};
use crate::domain::agent::{Agent, Availability};
use crate::domain::id::AgentId;
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
