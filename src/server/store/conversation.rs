//! What was said in tickets, and what became of them: conversation and history.

use uuid::Uuid;

use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{AgentId, MessageId, TicketId};
use crate::domain::ticket::{AuthorKind, Visibility};
use crate::domain::time::Moment;
use crate::sql;

/// A line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Identifier.
    pub id: MessageId,
    /// The ticket that it was written in.
    pub ticket: TicketId,
    /// Employee id and name.
    pub author: String,
    /// On which side of the desk they stand.
    pub by: AuthorKind,
    /// When.
    pub at: Moment,
    /// Who may read it.
    pub visibility: Visibility,
    /// The text.
    pub body: String,
}

/// These messages, in no order.
///
/// # Errors
/// When the database fails.
pub async fn lines(conn: &impl Conn, ids: &[MessageId]) -> Result<Vec<MessageRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT * FROM messages WHERE id IN (");
    sql.bind_all(ids.iter().map(|id| id.0)).push(")");
    sql.all(conn, read_message).await
}

/// Writes into the conversation.
///
/// # Errors
/// When the database fails.
pub async fn insert_message(
    conn: &impl Conn,
    author: Option<AgentId>,
    message: &MessageRow,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO messages (id, ticket_id, author_id, author, at, visibility, body, by_kind) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        message.id.0,
        message.ticket.0,
        author.map(|a| a.0),
        &message.author,
        message.at,
        message.visibility.word(),
        &message.body,
        message.by.word()
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// The latest lines of the conversation of these tickets, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn messages(
    conn: &impl Conn,
    tickets: &[TicketId],
    public: bool,
    limit: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    let mut sql = Sql::new("SELECT * FROM messages WHERE ticket_id IN (");
    sql.bind_all(tickets.iter().map(|t| t.0)).push(")");
    if public {
        sql.push(" AND visibility = 'public'");
    }
    sql.push(" ORDER BY at DESC, id DESC LIMIT ").bind(limit);
    let mut rows = sql.all(conn, read_message).await?;
    rows.reverse();
    Ok(rows)
}

/// Reads a line of a conversation.
///
/// # Errors
/// When a column cannot be read.
pub fn read_message(row: &Row) -> Result<MessageRow, StoreError> {
    Ok(MessageRow {
        id: MessageId(row.uuid("id")?),
        ticket: TicketId(row.uuid("ticket_id")?),
        author: row.text("author")?,
        by: row.word("by_kind", AuthorKind::from_word)?,
        at: row.moment("at")?,
        visibility: row.word("visibility", Visibility::from_word)?,
        body: row.text("body")?,
    })
}

/// The history of a ticket, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn events(conn: &impl Conn, ticket: TicketId) -> Result<Vec<EventRow>, StoreError> {
    sql!(
        "SELECT * FROM ticket_events WHERE ticket_id = ? ORDER BY at, id",
        ticket.0
    )
    .all(conn, read_event)
    .await
}

/// One change of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// When.
    pub at: Moment,
    /// Employee id and name.
    pub who: String,
    /// Which field, or what happened.
    pub what: String,
    /// Before, in words.
    pub before: String,
    /// After, in words.
    pub after: String,
    /// Why, or further detail.
    pub detail: String,
    /// To which version of the ticket it led; `None`: to none.
    pub version: Option<i64>,
}

/// The history of a ticket since a version, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn events_since(
    conn: &impl Conn,
    ticket: TicketId,
    version: i64,
) -> Result<Vec<EventRow>, StoreError> {
    sql!(
        "SELECT * FROM ticket_events WHERE ticket_id = ? AND version > ? ORDER BY version, id",
        ticket.0,
        version
    )
    .all(conn, read_event)
    .await
}

fn read_event(row: &Row) -> Result<EventRow, StoreError> {
    Ok(EventRow {
        at: row.moment("at")?,
        who: row.text("who")?,
        what: row.text("what")?,
        before: row.text("before_text")?,
        after: row.text("after_text")?,
        detail: row.text("detail")?,
        version: row.opt_int("version")?,
    })
}

/// Writes a change into a ticket's history.
///
/// # Errors
/// When the database fails.
pub async fn insert_event(conn: &impl Conn, ticket: TicketId, event: &EventRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_events (id, ticket_id, at, who, what, before_text, after_text, detail, version) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        Uuid::now_v7(),
        ticket.0,
        event.at,
        &event.who,
        &event.what,
        &event.before,
        &event.after,
        &event.detail,
        event.version
    )
    .run(conn)
    .await
    .map(|_| ())
}
