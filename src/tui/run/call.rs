//! Performs the calls of screens through the client.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::settle::Settled;
use crate::domain::id::OfferId;
use crate::tui::flow::{Answer, ApiCall, Picture};
use crate::wire::page::ListParams;

/// Performs one call. An error that says `maybe_done` leaves the fate of an action open.
pub(super) async fn perform(api: &Api, call: &ApiCall) -> Result<Answer, ClientError> {
    let all = ListParams {
        limit: Some(crate::wire::page::MAX_LIMIT),
        ..ListParams::default()
    };
    Ok(match call {
        ApiCall::Me => Answer::Me(Box::new(api.me().await?)),
        ApiCall::Brand => Answer::Brand(api.brand().await?),
        ApiCall::Desk => Answer::Desk(Box::new(api.desk().await?)),
        ApiCall::Draft(key) => Answer::Draft {
            key: key.clone(),
            draft: api.draft(key).await?,
        },
        ApiCall::SearchAccounts(search) => Answer::Hits(api.search_accounts(search).await?),
        ApiCall::Account(id) => Answer::Card(Box::new(api.account(*id).await?)),
        ApiCall::Verify { key, account, says } => {
            Answer::Verified(api.verify_account(*account, *key, says).await?)
        }
        ApiCall::Reveal { account, ask } => Answer::Revealed(api.reveal(*account, ask).await?),
        ApiCall::Notes(id) => Answer::Notes(api.account_notes(*id, &all).await?.items),
        ApiCall::AddNote { key, account, note } => {
            Answer::Note(api.add_account_note(*account, *key, note).await?)
        }
        ApiCall::WalletPage { account, at, params } => Answer::Tokens(match at {
            Some(at) => api.account_tokens_at(*account, *at, params).await?,
            None => api.account_tokens(*account, params).await?,
        }),
        ApiCall::WalletSteps { account, at } => {
            Answer::Steps(Box::new(api.wallet_steps(*account, *at).await?))
        }
        ApiCall::Token(id) => Answer::Token(Box::new(api.token(*id).await?)),
        ApiCall::TokenHistory(id) => Answer::TokenHistory(api.token_history(*id).await?.items),
        ApiCall::AddTokenNote { key, token, note } => {
            Answer::Note(api.add_token_note(*token, *key, note).await?)
        }
        ApiCall::AddToken { key, account, body } => done(api.add_token(*account, *key, body).await?),
        ApiCall::RemoveToken {
            key,
            token,
            version,
            body,
        } => done(api.remove_token(*token, *version, *key, body).await?),
        ApiCall::ReissueToken {
            key,
            token,
            version,
            body,
        } => done(api.reissue_token(*token, *version, *key, body).await?),
        ApiCall::On(call) => super::token_call::perform(api, call).await?,
        ApiCall::Ask(call) => super::ask_call::perform(api, call).await?,
        ApiCall::Case(call) => super::ticket_call::perform(api, call).await?,
        ApiCall::Offers { account, params } => Answer::Offers(api.offers_for(*account, params).await?),
        ApiCall::Picture(id) => picture(api, *id).await?,
        ApiCall::Offer(id) => Answer::Offer(Box::new(api.offer(*id).await?)),
        ticket => return perform_ticket(api, ticket).await,
    })
}

/// Fetches a picture.
async fn picture(api: &Api, offer: OfferId) -> Result<Answer, ClientError> {
    let (png, pixels) = api.offer_image(offer).await?;
    let png = png.to_vec();
    Ok(Answer::Picture(Arc::new(Picture { offer, png, pixels })))
}

async fn perform_ticket(api: &Api, call: &ApiCall) -> Result<Answer, ClientError> {
    let detail = match call {
        ApiCall::Tickets(params) => return Ok(Answer::Tickets(api.tickets(params).await?)),
        ApiCall::TicketHistory(id) => {
            return Ok(Answer::TicketHistory(
                api.ticket_history(&id.to_string()).await?.items,
            ));
        }
        ApiCall::PostMessage { key, ticket, body } => {
            return Ok(Answer::Message(
                api.add_message(&ticket.to_string(), *key, body).await?,
            ));
        }
        ApiCall::Ticket(id) => api.ticket(&id.to_string()).await?,
        ApiCall::TicketByNumber(number) => api.ticket(number).await?,
        ApiCall::CreateTicket { key, body } => api.create_ticket(*key, body).await?,
        ApiCall::EditTicket {
            key,
            ticket,
            version,
            body,
        } => api.edit_ticket(&ticket.to_string(), *version, *key, body).await?,
        ApiCall::Assign {
            key,
            ticket,
            version,
            body,
        } => {
            api.assign_ticket(&ticket.to_string(), *version, *key, body)
                .await?
        }
        ApiCall::Status {
            key,
            ticket,
            version,
            body,
        } => {
            api.change_status(&ticket.to_string(), *version, *key, body)
                .await?
        }
        ApiCall::Priority {
            key,
            ticket,
            version,
            body,
        } => {
            api.change_priority(&ticket.to_string(), *version, *key, body)
                .await?
        }
        ApiCall::CloseTicket {
            key,
            ticket,
            version,
            body,
        } => {
            api.close_ticket(&ticket.to_string(), *version, *key, body)
                .await?
        }
        ApiCall::ReopenTicket {
            key,
            ticket,
            version,
            body,
        } => {
            api.reopen_ticket(&ticket.to_string(), *version, *key, body)
                .await?
        }
        ApiCall::LinkTicket {
            key,
            ticket,
            version,
            body,
        } => api.link_ticket(&ticket.to_string(), *version, *key, body).await?,
        other => return Box::pin(perform(api, other)).await,
    };
    Ok(Answer::Ticket(Box::new(detail)))
}

fn done(done: crate::wire::tokens::ActionDone) -> Answer {
    Answer::Done(Box::new(done))
}

/// The answer of an action that was found out later, in the type that its screen waits for.
pub(super) fn settled(call: &ApiCall, settled: Settled) -> Result<Answer, ClientError> {
    fn read<T: DeserializeOwned>(value: Value) -> Result<T, ClientError> {
        Settled::Done(value).into_answer()
    }
    let value = match settled {
        Settled::Done(value) => value,
        Settled::Refused(_) | Settled::NeverArrived => {
            return settled.into_answer::<Value>().map(|_| Answer::Notes(Vec::new()));
        }
    };
    Ok(match call {
        ApiCall::Verify { .. } => Answer::Verified(read(value)?),
        ApiCall::AddNote { .. } | ApiCall::AddTokenNote { .. } => Answer::Note(read(value)?),
        ApiCall::AddToken { .. } | ApiCall::RemoveToken { .. } | ApiCall::ReissueToken { .. } => {
            Answer::Done(Box::new(read(value)?))
        }
        ApiCall::On(call) => super::token_call::settled(call, value)?,
        ApiCall::Ask(_) => super::ask_call::settled(value)?,
        ApiCall::Case(call) => super::ticket_call::settled(call, value)?,
        ApiCall::PostMessage { .. } => Answer::Message(read(value)?),
        _ => Answer::Ticket(Box::new(read(value)?)),
    })
}
