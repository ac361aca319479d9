//! Many tickets at once, for seeded data.

use uuid::Uuid;

use super::bulk::insert;
use super::sql::Bind as _;
use super::{Conn, StoreError};
use crate::domain::id::{AccountId, TicketId, TokenId};
use crate::domain::query::{fold, search_text};
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

/// A ticket with everything that its row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTicket {
    /// Identifier.
    pub id: TicketId,
    /// Number.
    pub number: i64,
    /// What it is about, in a line.
    pub subject: String,
    /// What it is about.
    pub description: String,
    /// Word of the status.
    pub status: &'static str,
    /// 0 low to 3 urgent.
    pub priority: i64,
    /// Category of the desk's profile.
    pub category: &'static str,
    /// Support tier.
    pub tier: i64,
    /// Who has it.
    pub assignee: Option<Uuid>,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// Employee id and name.
    pub created_by: String,
    /// How often it was reopened.
    pub reopened: i64,
    /// Word of the resolution.
    pub resolution_type: Option<&'static str>,
    /// What was done.
    pub resolution_summary: String,
    /// When it was opened.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// When it was closed.
    pub closed_at: Option<Moment>,
}

/// Writes tickets. Their numbers have to be taken from the counter first: [`take_numbers`].
///
/// # Errors
/// [`StoreError::Taken`] when a number exists.
pub async fn tickets(conn: &impl Conn, rows: &[NewTicket]) -> Result<(), StoreError> {
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
    ];
    let cells = |t: &NewTicket| {
        [
            t.id.0.value(),
            t.number.value(),
            t.subject.as_str().value(),
            t.description.as_str().value(),
            t.status.value(),
            t.priority.value(),
            t.category.value(),
            t.tier.value(),
            t.assignee.value(),
            t.account.map(|id| id.0).value(),
            t.created_by.as_str().value(),
            t.reopened.value(),
            t.resolution_type.value(),
            t.resolution_summary.as_str().value(),
            t.created_at.value(),
            t.updated_at.value(),
            t.closed_at.value(),
            1_i64.value(),
            fold(&t.subject).value(),
            search_text(&[&t.subject, &t.description]).value(),
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
    /// Word of the visibility.
    pub visibility: &'static str,
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
    ];
    let cells = |(id, m): &(Uuid, NewMessage)| {
        [
            id.value(),
            m.ticket.0.value(),
            m.author_id.value(),
            m.author.as_str().value(),
            m.at.value(),
            m.visibility.value(),
            m.body.as_str().value(),
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
    rows: &[(Uuid, TicketId, super::tickets::EventRow)],
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
    let cells = |(id, ticket, e): &(Uuid, TicketId, super::tickets::EventRow)| {
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
