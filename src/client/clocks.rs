//! Clocks, availability, people, and who got which ticket.

use http::Method;

use crate::domain::agent::Availability;
use crate::domain::id::{AgentId, IntentKey};
use crate::wire::agents::{AgentCard, Assignment, EditAgent, SetAvailability};
use crate::wire::clocks::TicketClocks;
use crate::wire::page::Page;
use crate::wire::paths;

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::tickets::name;

impl Api {
    /// The clocks of a ticket with every stretch of their time.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn ticket_clocks(&self, ticket: &str) -> Result<TicketClocks, ClientError> {
        self.fetch(Call::get(paths::ticket_part(name(ticket), "sla")))
            .await
    }

    /// Who has had a ticket and why, latest first.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn assignments(&self, ticket: &str) -> Result<Page<Assignment>, ClientError> {
        self.fetch(Call::get(paths::ticket_part(name(ticket), "assignments")))
            .await
    }

    /// Everybody behind the desk.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn agents(&self) -> Result<Page<AgentCard>, ClientError> {
        self.fetch(Call::get(paths::AGENTS)).await
    }

    /// Says whether one takes work.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn set_availability(
        &self,
        key: IntentKey,
        status: Availability,
    ) -> Result<AgentCard, ClientError> {
        let body = SetAvailability { status };
        self.fetch(Call::change(Method::PUT, paths::AVAILABILITY, key, &body))
            .await
    }

    /// Changes what assignment goes by of somebody.
    ///
    /// # Errors
    /// When it cannot be done; `Stale` holds the person as they are now.
    pub async fn edit_agent(
        &self,
        id: AgentId,
        version: i64,
        key: IntentKey,
        edit: &EditAgent,
    ) -> Result<AgentCard, ClientError> {
        let call = Call::change(Method::PUT, paths::agent(id), key, edit);
        self.fetch(call.at_version(version)).await
    }
}
