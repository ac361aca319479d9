//! Escalations of tickets and interactions.

use uuid::Uuid;

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::{Conn, Row, Sql, StoreError};
use crate::domain::escalation::{EscalationStatus, EscalationTarget};
use crate::domain::id::{AgentId, EscalationId, TicketId};
use crate::domain::permission::Role;
use crate::domain::query::Query;
use crate::domain::time::Moment;
use crate::sql;

/// The word for tickets in `subject_kind`.
const TICKET: &str = "ticket";

/// An escalation as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscalationRow {
    /// Identifier.
    pub id: EscalationId,
    /// Of which ticket.
    pub ticket: TicketId,
    /// That ticket's number.
    pub ticket_number: i64,
    /// How often the ticket had been escalated, this one counted.
    pub level: u32,
    /// How far it has come.
    pub status: EscalationStatus,
    /// Whom to.
    pub to: EscalationTarget,
    /// Whom to, in words.
    pub to_label: String,
    /// Why.
    pub reason: String,
    /// What came of it.
    pub outcome: String,
    /// Who escalated it.
    pub by: Option<AgentId>,
    /// Employee id and name.
    pub by_label: String,
    /// The tier that the ticket had before.
    pub from_tier: u8,
    /// Who had the ticket before.
    pub from_agent: Option<AgentId>,
    /// When.
    pub at: Moment,
    /// When somebody took it up.
    pub taken_at: Option<Moment>,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// Who ended it.
    pub ended_by: String,
    /// Counts up with each change.
    pub version: i64,
}

/// Reads an escalation with its ticket's number.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<EscalationRow, StoreError> {
    let unreadable = || StoreError::Unreadable("to_kind: no such target".to_owned());
    let to = match row.text("to_kind")?.as_str() {
        "tier" => EscalationTarget::Tier {
            tier: u8::try_from(row.opt_int("to_tier")?.unwrap_or(2)).unwrap_or(2),
        },
        "role" => EscalationTarget::Role {
            role: row.opt_word("to_role", Role::from_word)?.ok_or_else(unreadable)?,
        },
        _ => EscalationTarget::Person {
            agent_id: AgentId(row.opt_uuid("to_agent")?.ok_or_else(unreadable)?),
        },
    };
    Ok(EscalationRow {
        id: EscalationId(row.uuid("id")?),
        ticket: TicketId(row.uuid("subject_id")?),
        ticket_number: row.int("ticket_number")?,
        level: u32::try_from(row.int("level")?).unwrap_or(0),
        status: row.word("status", EscalationStatus::from_word)?,
        to,
        to_label: row.text("to_label")?,
        reason: row.text("reason")?,
        outcome: row.text("outcome")?,
        by: row.opt_uuid("by_id")?.map(AgentId),
        by_label: row.text("by_label")?,
        from_tier: u8::try_from(row.int("from_tier")?).unwrap_or(1),
        from_agent: row.opt_uuid("from_agent")?.map(AgentId),
        at: row.moment("at")?,
        taken_at: row.opt_moment("taken_at")?,
        ended_at: row.opt_moment("ended_at")?,
        ended_by: row.text("ended_by")?,
        version: row.int("version")?,
    })
}

/// Writes a new escalation of a ticket.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &impl Conn, e: &EscalationRow) -> Result<(), StoreError> {
    let (tier, role, agent) = match e.to {
        EscalationTarget::Tier { tier } => (Some(i64::from(tier)), None, None),
        EscalationTarget::Role { role } => (None, Some(role.word()), None),
        EscalationTarget::Person { agent_id } => (None, None, Some(agent_id.0)),
    };
    sql!(
        "INSERT INTO escalations (id, subject_kind, subject_id, level, status, to_kind, to_tier, to_role, to_agent, \
         to_label, reason, outcome, by_id, by_label, from_tier, from_agent, at, taken_at, ended_at, ended_by, version) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        e.id.0,
        TICKET,
        e.ticket.0,
        e.level,
        e.status.word(),
        e.to.word(),
        tier,
        role,
        agent,
        &e.to_label,
        &e.reason,
        &e.outcome,
        e.by.map(|a| a.0),
        &e.by_label,
        i64::from(e.from_tier),
        e.from_agent.map(|a| a.0),
        e.at,
        e.taken_at,
        e.ended_at,
        &e.ended_by,
        e.version
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes how far an escalation has come, if it is still at `e.version`, and counts the version up.
///
/// # Errors
/// When the database fails. `false`: it is at another version.
pub async fn update(conn: &impl Conn, e: &EscalationRow) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE escalations SET status = ?, outcome = ?, taken_at = ?, ended_at = ?, ended_by = ?, version = version + 1 \
         WHERE id = ? AND version = ?",
        e.status.word(),
        &e.outcome,
        e.taken_at,
        e.ended_at,
        &e.ended_by,
        e.id.0,
        e.version
    );
    Ok(sql.run(conn).await? == 1)
}

/// One escalation.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: EscalationId) -> Result<Option<EscalationRow>, StoreError> {
    sql!(
        "SELECT e.*, t.number AS ticket_number FROM escalations e JOIN tickets t ON t.id = e.subject_id WHERE e.id = ?",
        id.0
    )
    .first(conn, read)
    .await
}

fn column(field: &str) -> Column {
    match field {
        "status" => Column::Word("e.status"),
        "to" => Column::Word("e.to_kind"),
        "role" => Column::Maybe("e.to_role", &Column::Word("e.to_role")),
        "person" => Column::Person("e.to_agent"),
        "by" => Column::Person("e.by_id"),
        "ticket" => Column::In(
            "e.subject_id IN (SELECT id FROM tickets t WHERE {})",
            &Column::Ticket("t.number"),
            "(SELECT t.number FROM tickets t WHERE t.id = e.subject_id)",
        ),
        "at" => Column::Moment("e.at"),
        "ended" => Column::Date("e.ended_at"),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: Free::Like("e.subject_id IN (SELECT id FROM tickets t WHERE t.words LIKE {} ESCAPE '\\')"),
    default: &[("e.at", KeyKind::Int, true)],
    id: "e.id",
};

/// The escalations that a query asks for.
#[must_use]
pub fn list(query: &Query, scope: &Scope, hash: String) -> List {
    let mut condition = filter::condition(query, &MAPPING, scope);
    if condition.is_empty() {
        condition = Sql::new("e.subject_kind = 'ticket'");
    } else {
        condition.push(" AND e.subject_kind = 'ticket'");
    }
    List {
        columns: "e.*",
        from: Sql::new("escalations e"),
        filter: condition,
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.*, n.number AS ticket_number FROM {page} JOIN tickets n ON n.id = page.subject_id",
        hash,
        path: super::path::Path::Planned,
    }
}

/// The condition that names one escalation in [`list`].
#[must_use]
pub fn is(id: Uuid) -> Sql {
    sql!("e.id = ?", id)
}
