//! Tickets: rows, history, links.

use uuid::Uuid;

use super::{Conn, StoreError};
use crate::domain::id::{TicketId, TokenId};
use crate::domain::time::Moment;
use crate::sql;

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
}

/// Writes a change into a ticket's history.
///
/// # Errors
/// When the database fails.
pub async fn insert_event(conn: &impl Conn, ticket: TicketId, event: &EventRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_events (id, ticket_id, at, who, what, before_text, after_text, detail) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        Uuid::now_v7(),
        ticket.0,
        event.at,
        &event.who,
        &event.what,
        &event.before,
        &event.after,
        &event.detail
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Marks a ticket as changed now, without a new version: nothing that a person edits has changed.
///
/// # Errors
/// When the database fails. `false`: there is no such ticket.
pub async fn touch(conn: &impl Conn, ticket: TicketId, now: Moment) -> Result<bool, StoreError> {
    Ok(
        sql!("UPDATE tickets SET updated_at = ? WHERE id = ?", now, ticket.0)
            .run(conn)
            .await?
            == 1,
    )
}

/// Links a token to a ticket; once is enough.
///
/// # Errors
/// When the database fails.
pub async fn link_token(
    conn: &impl Conn,
    ticket: TicketId,
    token: TokenId,
    now: Moment,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO ticket_tokens (ticket_id, token_id, linked_at) VALUES (?, ?, ?) \
         ON CONFLICT (ticket_id, token_id) DO NOTHING",
        ticket.0,
        token.0,
        now
    )
    .run(conn)
    .await
    .map(|_| ())
}
