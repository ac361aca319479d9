//! What hangs on tickets: escalations, tags, ties, merges, watchers, checklists, time, ratings.

use bytes::Bytes;
use http::Method;

use crate::domain::id::{AttachmentId, CheckId, EscalationId, IntentKey, TimeId};
use crate::domain::ticket::Visibility;
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;
use crate::wire::ticket_parts::{
    Attachment, ChangeCheck, ChangeEscalation, ChangeTags, ChangeTime, Check, DeescalateTicket,
    EscalateTicket, Escalation, MergeTicket, NewCheck, NewTime, RateTicket, SearchParams, SearchResult,
    SnoozeTicket, SplitTicket, TimeSpent, UnlinkTicket, UnmergeTicket, WatchTicket, Watcher,
};
use crate::wire::tickets::TicketDetail;

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;
use super::tickets::name;

impl Api {
    /// Hands a ticket over to a tier, a role or a person.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn escalate_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &EscalateTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "escalate", version, key, body)
            .await
    }

    /// Takes a ticket back from where it was escalated to.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn deescalate_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &DeescalateTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "deescalate", version, key, body)
            .await
    }

    /// Puts tags on a ticket and takes others off.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn tag_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &ChangeTags,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "tags", version, key, body)
            .await
    }

    /// Lets a ticket sleep, or wakes it.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn snooze_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &SnoozeTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::PUT, ticket, "snooze", version, key, body)
            .await
    }

    /// Takes links off a ticket.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn unlink_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &UnlinkTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::POST, ticket, "unlink", version, key, body)
            .await
    }

    /// Makes a ticket of its own of some messages; the answer is the new one.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn split_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &SplitTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::POST, ticket, "split", version, key, body)
            .await
    }

    /// Merges a ticket into another one; the answer is the one that stays.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn merge_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &MergeTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::POST, ticket, "merge", version, key, body)
            .await
    }

    /// Takes a merge apart; the answer is the ticket that had been merged.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the ticket as it is now.
    pub async fn unmerge_ticket(
        &self,
        ticket: &str,
        version: i64,
        key: IntentKey,
        body: &UnmergeTicket,
    ) -> Result<TicketDetail, ClientError> {
        self.change_ticket(Method::POST, ticket, "unmerge", version, key, body)
            .await
    }

    /// Begins or ends watching a ticket.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn watch_ticket(
        &self,
        ticket: &str,
        key: IntentKey,
        body: &WatchTicket,
    ) -> Result<Page<Watcher>, ClientError> {
        let path = paths::ticket_part(name(ticket), "watch");
        self.fetch(Call::change(Method::PUT, path, key, body)).await
    }

    /// Adds a point to a ticket's checklist; the answer is the whole list.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn add_check(
        &self,
        ticket: &str,
        key: IntentKey,
        body: &NewCheck,
    ) -> Result<Page<Check>, ClientError> {
        let path = paths::ticket_part(name(ticket), "checks");
        self.fetch(Call::change(Method::POST, path, key, body)).await
    }

    /// Starts the clock of one's own work on a ticket, or writes down work that was done.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn add_time(
        &self,
        ticket: &str,
        key: IntentKey,
        body: &NewTime,
    ) -> Result<TimeSpent, ClientError> {
        let path = paths::ticket_part(name(ticket), "times");
        self.fetch(Call::change(Method::POST, path, key, body)).await
    }

    /// Rates how one's ticket was handled.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn rate_ticket(
        &self,
        ticket: &str,
        key: IntentKey,
        body: &RateTicket,
    ) -> Result<TicketDetail, ClientError> {
        let path = paths::ticket_part(name(ticket), "rate");
        self.fetch(Call::change(Method::POST, path, key, body)).await
    }

    /// Changes a point of a checklist; the answer is the whole list.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn change_check(
        &self,
        ticket: &str,
        check: CheckId,
        key: IntentKey,
        body: &ChangeCheck,
    ) -> Result<Page<Check>, ClientError> {
        let path = paths::ticket_item(name(ticket), "checks", check);
        self.fetch(Call::change(Method::PUT, path, key, body)).await
    }

    /// Time spent on a ticket, oldest first.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn times(&self, ticket: &str) -> Result<Page<TimeSpent>, ClientError> {
        self.fetch(Call::get(paths::ticket_part(name(ticket), "times")))
            .await
    }

    /// Stops, corrects or leaves out time spent.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the entry as it is now.
    pub async fn change_time(
        &self,
        ticket: &str,
        time: TimeId,
        version: i64,
        key: IntentKey,
        body: &ChangeTime,
    ) -> Result<TimeSpent, ClientError> {
        let path = paths::ticket_item(name(ticket), "times", time);
        let call = Call::change(Method::PUT, path, key, body);
        self.fetch(call.at_version(version)).await
    }

    /// Tickets that hold words in their own text or in their conversation, best first.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn search_tickets(&self, params: &SearchParams) -> Result<SearchResult, ClientError> {
        let call = Call::get(paths::TICKET_SEARCH)
            .with_param("q", Some(&params.q))
            .with_param("limit", params.limit)
            .with_param("tz", params.tz.as_ref());
        self.fetch(call).await
    }

    /// Brings a file to a ticket.
    ///
    /// # Errors
    /// When it cannot be done: it is too large, or of a sort that is not taken.
    pub async fn attach_file(
        &self,
        ticket: &str,
        key: IntentKey,
        file: (&str, Bytes),
        visibility: Visibility,
    ) -> Result<Attachment, ClientError> {
        let path = paths::ticket_part(name(ticket), "attachments");
        let call = Call::file(path, key, file.0, file.1);
        self.fetch(call.with_param("visibility", Some(visibility.word())))
            .await
    }

    /// The content of a file, up to 16 MiB.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn download_file(&self, id: AttachmentId) -> Result<Bytes, ClientError> {
        Ok(self.send(Call::get(paths::attachment(id))).await?.0)
    }

    /// Takes a file off its ticket.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn detach_file(&self, id: AttachmentId) -> Result<Attachment, ClientError> {
        self.fetch(Call::delete(paths::attachment(id))).await
    }

    /// A page of escalations.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn escalations(&self, params: &ListParams) -> Result<Page<Escalation>, ClientError> {
        self.fetch(Call::list(paths::ESCALATIONS, params)).await
    }

    /// Escalations, page by page.
    #[must_use]
    pub fn escalation_pages(&self, params: ListParams) -> Pages<Escalation> {
        Pages::new(self.clone(), paths::ESCALATIONS, params)
    }

    /// One escalation.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn escalation(&self, id: EscalationId) -> Result<Escalation, ClientError> {
        self.fetch(Call::get(paths::escalation(id))).await
    }

    /// Takes an escalation up, puts it back, or ends it with what came of it.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the escalation as it is now.
    pub async fn change_escalation(
        &self,
        id: EscalationId,
        version: i64,
        key: IntentKey,
        body: &ChangeEscalation,
    ) -> Result<Escalation, ClientError> {
        let call = Call::change(Method::PUT, paths::escalation(id), key, body);
        self.fetch(call.at_version(version)).await
    }
}
