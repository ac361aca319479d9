//! Many tickets at once, for seeded data.

use uuid::Uuid;

use super::bulk::insert;
use super::sql::Bind as _;
use super::tickets::TicketRecord;
use super::{Conn, StoreError};
use crate::domain::id::{TicketId, TokenId};
use crate::domain::query::{fold, search_text};
use crate::domain::ticket::{ResolutionType, Visibility};
use crate::domain::time::Moment;
use crate::sql;

/// Links tickets to tokens.
///
/// # Errors
/// When the database fails.
pub async fn ticket_tokens(conn: &impl Conn, rows: &[(TicketId, TokenId, Moment)]) -> Result<(), StoreError> {
    let cells =
        |(ticket, token, at): &(TicketId, TokenId, Moment)| [ticket.0.value(), token.0.value(), at.value()];
    let columns = ["ticket_id", "token_id", "linked_at"];
    insert(
        conn,
        "ticket_tokens",
        columns,
        rows,
        cells,
        " ON CONFLICT DO NOTHING",
    )
    .await
}

/// Writes tickets. Their numbers have to be taken from the counter first: [`take_numbers`].
///
/// # Errors
/// [`StoreError::Taken`] when a number exists.
pub async fn tickets(conn: &impl Conn, rows: &[TicketRecord]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "number",
        "subject",
        "description",
        "status",
        "priority",
        "category",
        "tier",
        "assignee",
        "account_id",
        "created_by",
        "reopened",
        "resolution_type",
        "resolution_summary",
        "created_at",
        "updated_at",
        "closed_at",
        "version",
        "subject_key",
        "words",
        "parts",
        "resolved_at",
    ];
    let cells = |t: &TicketRecord| {
        [
            t.id.0.value(),
            t.number.value(),
            t.subject.as_str().value(),
            t.description.as_str().value(),
            t.status.word().value(),
            super::tickets::rank(t.priority).value(),
            t.category.as_str().value(),
            i64::from(t.tier).value(),
            t.assignee.map(|id| id.0).value(),
            t.account.map(|id| id.0).value(),
            t.created_by.as_str().value(),
            t.reopened.value(),
            t.resolution_type.map(ResolutionType::word).value(),
            t.resolution_summary.as_str().value(),
            t.created_at.value(),
            t.updated_at.value(),
            t.closed_at.value(),
            t.version.value(),
            fold(&t.subject).value(),
            search_text(&[&t.subject, &t.description]).value(),
            t.parts.value(),
            t.resolved_at.value(),
        ]
    };
    insert(conn, "tickets", columns, rows, cells, "").await
}

/// Takes `n` ticket numbers that follow each other; gives back the first.
///
/// # Errors
/// When the database fails.
pub async fn take_numbers(conn: &impl Conn, n: i64) -> Result<i64, StoreError> {
    let last = sql!(
        "UPDATE counters SET value = value + ? WHERE name = 'ticket' RETURNING value AS n",
        n
    )
    .number(conn)
    .await?;
    Ok(last - n + 1)
}

/// A line in a ticket's conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// In which ticket.
    pub ticket: TicketId,
    /// Who wrote it; `None`: the customer.
    pub author_id: Option<Uuid>,
    /// Employee id and name, or the customer's name.
    pub author: String,
    /// When.
    pub at: Moment,
    /// Who may read it.
    pub visibility: Visibility,
    /// The text.
    pub body: String,
}

/// Writes messages.
///
/// # Errors
/// When the database fails.
pub async fn messages(conn: &impl Conn, rows: &[(Uuid, NewMessage)]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "ticket_id",
        "author_id",
        "author",
        "at",
        "visibility",
        "body",
        "by_kind",
    ];
    let cells = |(id, m): &(Uuid, NewMessage)| {
        [
            id.value(),
            m.ticket.0.value(),
            m.author_id.value(),
            m.author.as_str().value(),
            m.at.value(),
            m.visibility.word().value(),
            m.body.as_str().value(),
            if m.author_id.is_some() {
                "agent"
            } else {
                "customer"
            }
            .value(),
        ]
    };
    insert(conn, "messages", columns, rows, cells, "").await
}

/// Writes changes into tickets' histories.
///
/// # Errors
/// When the database fails.
pub async fn ticket_events(
    conn: &impl Conn,
    rows: &[(Uuid, TicketId, super::conversation::EventRow)],
) -> Result<(), StoreError> {
    let columns = [
        "id",
        "ticket_id",
        "at",
        "who",
        "what",
        "before_text",
        "after_text",
        "detail",
    ];
    let cells = |(id, ticket, e): &(Uuid, TicketId, super::conversation::EventRow)| {
        [
            id.value(),
            ticket.0.value(),
            e.at.value(),
            e.who.as_str().value(),
            e.what.as_str().value(),
            e.before.as_str().value(),
            e.after.as_str().value(),
            e.detail.as_str().value(),
        ]
    };
    insert(conn, "ticket_events", columns, rows, cells, "").await
}
