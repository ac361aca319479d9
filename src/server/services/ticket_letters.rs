//! What customers are told of their tickets: by the outbox, in the desk's templates. Never anything internal: what goes into
//! the outbox are identifiers, and what is said is read when it goes out, if the customer may read it then.

use super::ticket_scope::is_customer;
use super::{ServiceError, Work};
use crate::domain::id::{MessageId, OutboxId};
use crate::domain::ticket::{TicketStatus, ticket_number};
use crate::server::store::records::{self, Outgoing};
use crate::server::store::tickets::TicketRecord;

/// What a customer is told of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Told {
    /// Somebody of the desk wrote to them.
    Reply(MessageId),
    /// The ticket is resolved.
    Resolved,
    /// The ticket is closed.
    Closed,
    /// What was told last was too early.
    Reopened,
}

/// Tells the customer of a ticket, if it has one: now, or when it can be taken back no more.
pub(super) async fn tell(work: &Work, ticket: &TicketRecord, what: Told) -> Result<(), ServiceError> {
    // What customers do themselves they need not be told.
    if ticket.account.is_none() || is_customer(&work.actor) {
        return Ok(());
    }
    let (kind, message) = match what {
        Told::Reply(message) => ("customer.ticket_reply", Some(message)),
        Told::Resolved => ("customer.ticket_resolved", None),
        Told::Closed => ("customer.ticket_closed", None),
        Told::Reopened => ("customer.ticket_reopened", None),
    };
    let not_before = match what {
        // What was written stays, whatever is taken back.
        Told::Resolved | Told::Closed if work.can_be_undone => work.after_undo(),
        _ => work.now,
    };
    let out = Outgoing {
        id: OutboxId::new(),
        kind: kind.to_owned(),
        account: ticket.account,
        action: None,
        payload: serde_json::json!({
            "ticket_id": ticket.id, "number": ticket_number(ticket.number), "message_id": message,
        })
        .to_string(),
        not_before,
    };
    work.tell(&out).await
}

/// Tells of a new status, where it is one that customers are told of.
pub(super) async fn moved(
    work: &Work,
    before: &TicketRecord,
    after: &TicketRecord,
) -> Result<(), ServiceError> {
    // A merged ticket goes on in another one.
    if before.status == after.status || after.merged_into.is_some() {
        return Ok(());
    }
    match after.status {
        TicketStatus::Resolved => tell(work, after, Told::Resolved).await,
        TicketStatus::Closed => tell(work, after, Told::Closed).await,
        _ => Ok(()),
    }
}

/// Takes back what the customer was to be told of a ticket that is open again; what they have heard is corrected.
pub(super) async fn taken_back(
    work: &Work,
    before: &TicketRecord,
    after: &TicketRecord,
) -> Result<(), ServiceError> {
    if !before.status.is_done() || after.status.is_done() {
        return Ok(());
    }
    if records::cancel_ticket_notices(&work.tx, after.id, work.now).await? == 0 {
        tell(work, after, Told::Reopened).await?;
    }
    Ok(())
}
