//! What a ticket is about: its account and its tokens.

use super::tickets::note;
use super::{ServiceError, Work};
use crate::server::store::tickets::{self, TicketRecord};
use crate::server::store::{accounts, tokens};
use crate::wire::tickets::LinkTicket;

/// Links the named account to the ticket; whether there was one to link.
pub(super) async fn link_account(
    work: &Work,
    ticket: &mut TicketRecord,
    link: &LinkTicket,
) -> Result<bool, ServiceError> {
    let Some(id) = link.account_id else {
        return Ok(false);
    };
    let account = accounts::find(&work.tx, id).await?;
    let account =
        account.ok_or_else(|| ServiceError::field("account_id", "unknown", "there is no such account"))?;
    ticket.account = Some(id);
    ticket.account_name = format!("{} {}", account.first_name, account.last_name)
        .trim()
        .to_owned();
    Ok(true)
}

/// Links the named tokens to the ticket, each with a line in its history.
pub(super) async fn link_tokens(
    work: &Work,
    ticket: &TicketRecord,
    link: &LinkTicket,
) -> Result<(), ServiceError> {
    for id in &link.token_ids {
        let found = tokens::find(&work.tx, *id).await?;
        let found =
            found.ok_or_else(|| ServiceError::field("token_ids", "unknown", "there is no such token"))?;
        tickets::link_token(&work.tx, ticket.id, *id, work.now).await?;
        note(
            work,
            ticket.id,
            "link",
            String::new(),
            format!("token {}", found.token.token_ref),
            found.name,
        )
        .await?;
    }
    Ok(())
}
