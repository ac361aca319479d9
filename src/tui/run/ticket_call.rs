//! Performs the calls of the ticket desk.

use serde_json::Value;

use crate::client::Api;
use crate::client::error::ClientError;
use crate::client::files;
use crate::client::settle::Settled;
use crate::tui::flow::{Answer, Current, TicketAnswer, TicketCall, TicketChange, TokenAnswer};
use crate::wire::page::Page;
use crate::wire::ticket_parts::{Check, UnmergeTicket, Watcher};

/// Performs one call. An error that says `maybe_done` leaves the fate of an action open.
pub(super) async fn perform(api: &Api, call: &TicketCall) -> Result<Answer, ClientError> {
    let answer = match call {
        TicketCall::Change {
            key,
            ticket,
            version,
            change,
        } => {
            let (id, at, key) = (ticket.to_string(), *version, *key);
            let detail = match change {
                TicketChange::Escalate(body) => api.escalate_ticket(&id, at, key, body).await?,
                TicketChange::Deescalate(body) => api.deescalate_ticket(&id, at, key, body).await?,
                TicketChange::Tags(body) => api.tag_ticket(&id, at, key, body).await?,
                TicketChange::Snooze(body) => api.snooze_ticket(&id, at, key, body).await?,
                TicketChange::Unlink(body) => api.unlink_ticket(&id, at, key, body).await?,
                TicketChange::Split(body) => api.split_ticket(&id, at, key, body).await?,
                TicketChange::Merge(body) => api.merge_ticket(&id, at, key, body).await?,
                TicketChange::Unmerge => {
                    api.unmerge_ticket(&id, at, key, &UnmergeTicket::default())
                        .await?
                }
            };
            return Ok(Answer::Ticket(Box::new(detail)));
        }
        TicketCall::MakePlan { key, body } => {
            let made = api.make_ticket_plan(*key, body).await?;
            return Ok(Answer::Of(TokenAnswer::Plan(Box::new(made))));
        }
        TicketCall::Escalation {
            key,
            escalation,
            version,
            body,
        } => TicketAnswer::Escalation(Box::new(
            api.change_escalation(*escalation, *version, *key, body).await?,
        )),
        TicketCall::Watch { key, ticket, body } => {
            TicketAnswer::Watchers(api.watch_ticket(&ticket.to_string(), *key, body).await?.items)
        }
        TicketCall::AddCheck { key, ticket, body } => {
            TicketAnswer::Checks(api.add_check(&ticket.to_string(), *key, body).await?.items)
        }
        TicketCall::ChangeCheck {
            key,
            ticket,
            check,
            body,
        } => TicketAnswer::Checks(
            api.change_check(&ticket.to_string(), *check, *key, body)
                .await?
                .items,
        ),
        TicketCall::Clocks(ticket) => {
            TicketAnswer::Clocks(Box::new(api.ticket_clocks(&ticket.to_string()).await?))
        }
        TicketCall::Upload {
            key,
            ticket,
            path,
            visibility,
        } => {
            let (name, bytes) = files::read(path).await?;
            TicketAnswer::Attached(Box::new(
                api.attach_file(&ticket.to_string(), *key, (&name, bytes), *visibility)
                    .await?,
            ))
        }
        TicketCall::Download { file, path } => {
            let bytes = api.download_file(*file).await?;
            let (path, size) = files::write(path, bytes).await?;
            TicketAnswer::Saved { path, size }
        }
        TicketCall::Search(params) => TicketAnswer::Found(Box::new(api.search_tickets(params).await?)),
        TicketCall::People => TicketAnswer::People(api.agents().await?.items),
        TicketCall::Availability { key, status } => {
            TicketAnswer::Person(Box::new(api.set_availability(*key, *status).await?))
        }
        TicketCall::Dashboard => TicketAnswer::Dashboard(Box::new(api.dashboard().await?)),
        TicketCall::Stats(params) => TicketAnswer::Stats(Box::new(api.stats(params).await?)),
        TicketCall::Times(ticket) => TicketAnswer::Times(api.times(&ticket.to_string()).await?.items),
        TicketCall::AddTime { key, ticket, body } => {
            TicketAnswer::Time(Box::new(api.add_time(&ticket.to_string(), *key, body).await?))
        }
        TicketCall::ChangeTime {
            key,
            ticket,
            time,
            version,
            body,
        } => TicketAnswer::Time(Box::new(
            api.change_time(&ticket.to_string(), *time, *version, *key, body)
                .await?,
        )),
    };
    Ok(Answer::OfTicket(answer))
}

/// The answer of an action that was found out later.
pub(super) fn settled(call: &TicketCall, value: Value) -> Result<Answer, ClientError> {
    let settled = Settled::Done(value);
    if let TicketCall::MakePlan { .. } = call {
        return Ok(Answer::Of(TokenAnswer::Plan(Box::new(settled.into_answer()?))));
    }
    Ok(Answer::OfTicket(match call {
        TicketCall::Escalation { .. } => TicketAnswer::Escalation(Box::new(settled.into_answer()?)),
        TicketCall::Watch { .. } => {
            let page: Page<Watcher> = settled.into_answer()?;
            TicketAnswer::Watchers(page.items)
        }
        TicketCall::AddCheck { .. } | TicketCall::ChangeCheck { .. } => {
            let page: Page<Check> = settled.into_answer()?;
            TicketAnswer::Checks(page.items)
        }
        TicketCall::Upload { .. } => TicketAnswer::Attached(Box::new(settled.into_answer()?)),
        TicketCall::Availability { .. } => TicketAnswer::Person(Box::new(settled.into_answer()?)),
        TicketCall::AddTime { .. } | TicketCall::ChangeTime { .. } => {
            TicketAnswer::Time(Box::new(settled.into_answer()?))
        }
        _ => return Ok(Answer::Ticket(Box::new(settled.into_answer()?))),
    }))
}

/// The row that an action met.
pub(super) fn current(call: &TicketCall, row: Value) -> Option<Current> {
    match call {
        TicketCall::Change { .. } | TicketCall::MakePlan { .. } => serde_json::from_value(row)
            .ok()
            .map(|row| Current::Ticket(Box::new(row))),
        _ => None,
    }
}
