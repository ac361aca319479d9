//! Tickets.

use super::{ServiceError, Work};
use crate::domain::id::TicketId;
use crate::domain::token::{ActionKind, Token};
use crate::server::store::tickets;

const NO_TICKET: ServiceError = ServiceError::NotFound("there is no such ticket");

/// Notes in a ticket's history that a token action was done for it, and links the token.
///
/// # Errors
/// When there is no such ticket or the database fails.
pub async fn touch_by_action(
    work: &Work,
    ticket: TicketId,
    token: &Token,
    kind: ActionKind,
    name: &str,
) -> Result<(), ServiceError> {
    if !tickets::touch(&work.tx, ticket, work.now).await? {
        return Err(NO_TICKET);
    }
    tickets::link_token(&work.tx, ticket, token.id, work.now).await?;
    let event = tickets::EventRow {
        at: work.now,
        who: work.actor.label(),
        what: "action".to_owned(),
        before: String::new(),
        after: kind.word().to_owned(),
        detail: name.to_owned(),
    };
    Ok(tickets::insert_event(&work.tx, ticket, &event).await?)
}
