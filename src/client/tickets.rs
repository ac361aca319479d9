//! Tickets and their conversation. A ticket is named by its id or its number.

use http::Method;
use serde::Serialize;

use crate::domain::id::IntentKey;
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, EditTicket, LinkTicket, Message, NewMessage,
    NewTicket, ReopenTicket, TicketDetail, TicketEvent, TicketRow,
};

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// A page of tickets.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn tickets(&self, params: &ListParams) -> Result<Page<TicketRow>, ClientError> {
        self.fetch(Call::list(paths::TICKETS, params)).await
    }

    /// Tickets, page by page.
    #[must_use]
    pub fn ticket_pages(&self, params: ListParams) -> Pages<TicketRow> {
        Pages::new(self.clone(), paths::TICKETS, params)
    }

    /// One ticket with everything that belongs to it.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn ticket(&self, ticket: &str) -> Result<TicketDetail, ClientError> {
        self.fetch(Call::get(paths::ticket(name(ticket)))).await
    }

    /// Everything that happened to a ticket, oldest first.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn ticket_history(&self, ticket: &str) -> Result<Page<TicketEvent>, ClientError> {
        self.fetch(Call::get(paths::ticket_part(name(ticket), "history")))
            .await
    }

    /// Opens a ticket.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn create_ticket(&self, key: IntentKey, new: &NewTicket) -> Result<TicketDetail, ClientError> {
        self.fetch(Call::change(Method::POST, paths::TICKETS, key, new))
            .await
    }

    /// Writes into a ticket's conversation.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn add_message(
        &self,
        ticket: &str,
        key: IntentKey,
        message: &NewMessage,
    ) -> Result<Message, ClientError> {
        let path = paths::ticket_part(name(ticket), "messages");
        self.fetch(Call::change(Method::POST, path, key, message)).await
    }

    /// Changes fields of a ticket.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn edit_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        edit: &EditTicket,
    ) -> Result<TicketDetail, ClientError> {
        let call = Call::change(Method::PATCH, paths::ticket(name(ticket)), key, edit);
        self.fetch(call.at_version(version)).await
    }

    /// Moves a ticket through its statuses.
    ///
    /// # Errors
    /// When it cannot be done; `Illegal` when there is no such move.
    pub async fn change_status(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        change: &ChangeStatus,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "status", version, key, change)
            .await
    }

    /// Closes a ticket.
    ///
    /// # Errors
    /// When it cannot be done; `Illegal` when there is no such move.
    pub async fn close_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        close: &CloseTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "close", version, key, close)
            .await
    }

    /// Reopens a ticket.
    ///
    /// # Errors
    /// When it cannot be done; `Illegal` when there is no such move.
    pub async fn reopen_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        reopen: &ReopenTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "reopen", version, key, reopen)
            .await
    }

    /// Gives a ticket to somebody, or puts it back into the queue.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn assign_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        assign: &AssignTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "assign", version, key, assign)
            .await
    }

    /// Changes how soon a ticket needs care.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn change_priority(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        change: &ChangePriority,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "priority", version, key, change)
            .await
    }

    /// Links a ticket to an account, tokens, other tickets, things in other systems.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn link_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        link: &LinkTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::POST, ticket, "links", version, key, link)
            .await
    }

    pub(super) async fn change_ticket(
        &self,
        method: Method,
        ticket: &str,
        part: &str,
        version: i64,
        key: IntentKey,
        body: &impl Serialize,
    ) -> Result<TicketDetail, ClientError> {
        let path = paths::ticket_part(name(ticket), part);
        let call = Call::change(method, path, key, body).at_version(version);
        self.fetch(call).await
    }
}

/// A ticket's id or number as it may stand in a path; whatever else was typed names no ticket.
pub(super) fn name(ticket: &str) -> &str {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if ticket.chars().all(fits) && (1..=64).contains(&ticket.len()) {
        ticket
    } else {
        "-"
    }
}
