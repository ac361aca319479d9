//! What assignment goes by: people's availability, load and abilities; and who got which ticket, and why.

use uuid::Uuid;

use super::{Conn, Row, Sql, StoreError};
use crate::domain::agent::{Agent, Availability};
use crate::domain::assignment::{How, Judged};
use crate::domain::calendar::Week;
use crate::domain::id::{AgentId, TicketId};
use crate::domain::ticket::TicketStatus;
use crate::domain::time::Moment;
use crate::sql;

/// A person behind the desk with all that assignment goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// The person.
    pub agent: Agent,
    /// Their department; empty: none.
    pub department: String,
    /// Languages, as tags.
    pub languages: Vec<String>,
    /// Skills.
    pub skills: Vec<String>,
    /// When they work; empty: always.
    pub shift: Week,
    /// Tickets that they may have; `None`: as the desk says.
    pub max_load: Option<u32>,
    /// Tickets that they have.
    pub load: u32,
    /// When a rule last gave them one.
    pub last_assigned: Option<Moment>,
    /// Since when they are available, busy, away or offline.
    pub availability_at: Option<Moment>,
    /// Counts up with each change of what a supervisor edits.
    pub version: i64,
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn read(row: &Row) -> Result<PersonRow, StoreError> {
    let shift = row.text("shift")?;
    let shift = if shift.is_empty() {
        Week::new()
    } else {
        serde_json::from_str(&shift).map_err(|e| StoreError::Unreadable(format!("shift: {e}")))?
    };
    Ok(PersonRow {
        agent: super::people::read(row)?,
        department: row.text("department")?,
        languages: words(&row.text("languages")?),
        skills: words(&row.text("skills")?),
        shift,
        max_load: row.opt_int("max_load")?.and_then(|n| u32::try_from(n).ok()),
        load: u32::try_from(row.int("load")?).unwrap_or(0),
        last_assigned: row.opt_moment("last_assigned")?,
        availability_at: row.opt_moment("availability_at")?,
        version: row.int("version")?,
    })
}

fn select(counts: &[TicketStatus]) -> Sql {
    let mut sql = Sql::new(
        "SELECT a.*, COALESCE(l.n, 0) AS load FROM agents a LEFT JOIN (SELECT assignee, count(*) AS n FROM tickets WHERE assignee IS NOT NULL AND status IN (",
    );
    sql.bind_all(counts.iter().map(|s| s.word()));
    if counts.is_empty() {
        sql.push("''");
    }
    sql.push(") GROUP BY assignee) l ON l.assignee = a.id");
    sql
}

/// Everybody who is or was behind the desk, by name, with how many tickets they have in these statuses.
///
/// # Errors
/// When the database fails.
pub async fn all(conn: &impl Conn, counts: &[TicketStatus]) -> Result<Vec<PersonRow>, StoreError> {
    let mut sql = select(counts);
    sql.push(" ORDER BY a.name, a.id");
    sql.all(conn, read).await
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn find(
    conn: &impl Conn,
    id: AgentId,
    counts: &[TicketStatus],
) -> Result<Option<PersonRow>, StoreError> {
    let mut sql = select(counts);
    sql.push(" WHERE a.id = ").bind(id.0);
    sql.first(conn, read).await
}

/// Writes whether somebody takes work.
///
/// # Errors
/// When the database fails.
pub async fn set_availability(
    conn: &impl Conn,
    id: AgentId,
    to: Availability,
    now: Moment,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE agents SET availability = ?, availability_at = ? WHERE id = ?",
        to.word(),
        now,
        id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes what a supervisor edits, if the row is still at its version. `false`: it is not.
///
/// # Errors
/// When the database fails.
pub async fn update(conn: &impl Conn, person: &PersonRow) -> Result<bool, StoreError> {
    let shift = if person.shift.is_empty() {
        String::new()
    } else {
        serde_json::to_string(&person.shift).map_err(|e| StoreError::Unreadable(e.to_string()))?
    };
    let listed = |words: &[String]| {
        if words.is_empty() {
            String::new()
        } else {
            format!(" {} ", words.join(" "))
        }
    };
    let sql = sql!(
        "UPDATE agents SET department = ?, languages = ?, skills = ?, shift = ?, max_load = ?, version = version + 1 \
         WHERE id = ? AND version = ?",
        &person.department,
        listed(&person.languages),
        listed(&person.skills),
        shift,
        person.max_load.map(i64::from),
        person.agent.id.0,
        person.version
    );
    Ok(sql.run(conn).await? == 1)
}

/// Writes that a rule gave somebody a ticket.
///
/// # Errors
/// When the database fails.
pub async fn had_turn(conn: &impl Conn, id: AgentId, now: Moment) -> Result<(), StoreError> {
    sql!("UPDATE agents SET last_assigned = ? WHERE id = ?", now, id.0)
        .run(conn)
        .await
        .map(|_| ())
}

/// Gives a ticket that nobody has to somebody, if it is still as it was seen. `false`: it is not.
///
/// # Errors
/// When the database fails.
pub async fn claim(
    conn: &impl Conn,
    ticket: TicketId,
    version: i64,
    agent: AgentId,
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE tickets SET assignee = ?, status = 'assigned', updated_at = ?, version = version + 1 \
         WHERE id = ? AND version = ? AND assignee IS NULL AND status = 'open'",
        agent.0,
        now,
        ticket.0,
        version
    );
    Ok(sql.run(conn).await? == 1)
}

/// How somebody came to a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignmentRow {
    /// Who got it; `None`: nobody, it went back into the queue.
    pub agent: Option<AgentId>,
    /// Their name.
    pub agent_name: String,
    /// How.
    pub how: How,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why, in words.
    pub why: String,
    /// Everybody who was looked at.
    pub judged: Vec<Judged>,
}

/// Writes how somebody came to a ticket.
///
/// # Errors
/// When the database fails.
pub async fn insert_assignment(
    conn: &impl Conn,
    ticket: TicketId,
    row: &AssignmentRow,
) -> Result<(), StoreError> {
    let judged = serde_json::to_string(&row.judged).map_err(|e| StoreError::Unreadable(e.to_string()))?;
    sql!(
        "INSERT INTO assignments (id, ticket_id, agent_id, agent_name, how, by_label, at, why, candidates) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        Uuid::now_v7(),
        ticket.0,
        row.agent.map(|a| a.0),
        &row.agent_name,
        row.how.word(),
        &row.by,
        row.at,
        &row.why,
        judged
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Who has had a ticket, latest first; at most `most`.
///
/// # Errors
/// When the database fails.
pub async fn assignments(
    conn: &impl Conn,
    ticket: TicketId,
    most: u32,
) -> Result<Vec<AssignmentRow>, StoreError> {
    sql!(
        "SELECT * FROM assignments WHERE ticket_id = ? ORDER BY id DESC LIMIT ?",
        ticket.0,
        most
    )
    .all(conn, |row| {
        Ok(AssignmentRow {
            agent: row.opt_uuid("agent_id")?.map(AgentId),
            agent_name: row.text("agent_name")?,
            how: row.word("how", How::from_word)?,
            by: row.text("by_label")?,
            at: row.moment("at")?,
            why: row.text("why")?,
            judged: serde_json::from_str(&row.text("candidates")?).unwrap_or_default(),
        })
    })
    .await
}

/// Who had each of these tickets first, and their name.
///
/// # Errors
/// When the database fails.
pub async fn first_of(
    conn: &impl Conn,
    tickets: &[TicketId],
) -> Result<std::collections::HashMap<TicketId, (AgentId, String)>, StoreError> {
    let mut first = std::collections::HashMap::new();
    for some in tickets.chunks(500) {
        // What was assigned before assignments were kept is known by who has it.
        let mut sql = Sql::new(
            "SELECT t.id AS ticket_id, t.assignee AS agent_id, g.name AS agent_name, 1 AS later, t.id AS n FROM tickets t \
             JOIN agents g ON g.id = t.assignee WHERE t.id IN (",
        );
        sql.bind_all(some.iter().map(|t| t.0))
            .push(
                ") UNION ALL SELECT ticket_id, agent_id, agent_name, 0, id FROM assignments WHERE agent_id IS NOT NULL \
                 AND ticket_id IN (",
            )
            .bind_all(some.iter().map(|t| t.0))
            .push(") ORDER BY later, n");
        let rows = sql
            .all(conn, |row| {
                let who = (AgentId(row.uuid("agent_id")?), row.text("agent_name")?);
                Ok((TicketId(row.uuid("ticket_id")?), who))
            })
            .await?;
        for (ticket, who) in rows {
            first.entry(ticket).or_insert(who);
        }
    }
    Ok(first)
}

/// Who had each of these tickets last.
///
/// # Errors
/// When the database fails.
pub async fn last_of(
    conn: &impl Conn,
    tickets: &[TicketId],
) -> Result<std::collections::HashMap<TicketId, AgentId>, StoreError> {
    let mut last = std::collections::HashMap::new();
    for some in tickets.chunks(500) {
        let mut sql = Sql::new(
            "SELECT ticket_id, agent_id FROM assignments WHERE agent_id IS NOT NULL AND ticket_id IN (",
        );
        sql.bind_all(some.iter().map(|t| t.0)).push(") ORDER BY id");
        let rows = sql
            .all(conn, |row| {
                Ok((TicketId(row.uuid("ticket_id")?), AgentId(row.uuid("agent_id")?)))
            })
            .await?;
        last.extend(rows);
    }
    Ok(last)
}
