//! Which tickets a person reaches: people behind the desk all of them, a customer only their own.

use super::tickets::NO_TICKET;
use super::{Actor, ServiceError};
use crate::domain::id::AccountId;
use crate::domain::permission::{Permission, Role};
use crate::server::store::tickets::{self, TicketRecord, TicketRef};
use crate::server::store::{Conn, Sql, accounts};
use crate::sql;

/// Which tickets a person reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All of the desk.
    Desk,
    /// What they opened, and what is linked to their account.
    Own(Option<AccountId>),
}

/// Whether the person is a customer.
pub(super) fn is_customer(actor: &Actor) -> bool {
    actor.role == Some(Role::Customer)
}

/// What the person needs for something that customers do with tickets of theirs, and people behind the desk by `desk`.
pub(super) fn needs(actor: &Actor, desk: Permission) -> Permission {
    if is_customer(actor) {
        Permission::TicketOwn
    } else {
        desk
    }
}

/// Which tickets the person reaches. A customer's account is the one whose partner identifier the issuer vouches for.
pub(super) async fn reach(conn: &impl Conn, actor: &Actor) -> Result<Reach, ServiceError> {
    if !is_customer(actor) {
        return Ok(Reach::Desk);
    }
    Ok(Reach::Own(accounts::by_user_id(conn, &actor.employee_id).await?))
}

impl Reach {
    /// Whether this ticket is among them.
    pub(super) fn holds(self, actor: &Actor, ticket: &TicketRecord) -> bool {
        match self {
            Self::Desk => true,
            Self::Own(account) => {
                ticket.requester == Some(actor.id) || (account.is_some() && ticket.account == account)
            }
        }
    }

    /// The condition on `tickets t`; `None`: all of them.
    pub(super) fn condition(self, actor: &Actor) -> Option<Sql> {
        match self {
            Self::Desk => None,
            Self::Own(None) => Some(sql!("t.requester = ?", actor.id.0)),
            Self::Own(Some(account)) => Some(sql!(
                "(t.requester = ? OR t.account_id = ?)",
                actor.id.0,
                account.0
            )),
        }
    }
}

/// The ticket, if there is one and the person reaches it.
pub(super) async fn reachable(
    conn: &impl Conn,
    actor: &Actor,
    which: TicketRef,
) -> Result<TicketRecord, ServiceError> {
    let found = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
    if is_customer(actor) && !reach(conn, actor).await?.holds(actor, &found) {
        return Err(NO_TICKET);
    }
    Ok(found)
}

/// The ticket that a text names by its id or number.
pub(super) async fn named(
    conn: &impl Conn,
    actor: &Actor,
    field: &str,
    text: &str,
) -> Result<TicketRecord, ServiceError> {
    let unknown = || ServiceError::field(field, "unknown", "there is no such ticket; give its id or number");
    let which: TicketRef = text.trim().parse().map_err(|()| unknown())?;
    match reachable(conn, actor, which).await {
        Err(ServiceError::NotFound(_)) => Err(unknown()),
        other => other,
    }
}
