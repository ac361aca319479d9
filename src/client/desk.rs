//! The signed-in person, their sessions, the desk, recorded actions and the audit.

use http::Method;

use crate::domain::audit::Sealed;
use crate::domain::audit::checkpoint::Checkpoint;
use crate::domain::id::{AgentId, IntentKey, SessionId};
use crate::domain::profile::Profile;
use crate::wire::audit::{AuditErased, AuditEvent, AuditReceipt, AuditStretch, AuditVerdict, EraseAudit};
use crate::wire::desk::{DeskBrand, Me, Session, SessionsEnded};
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;
use crate::wire::tokens::Action;

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// The signed-in person.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn me(&self) -> Result<Me, ClientError> {
        self.fetch(Call::get(paths::ME)).await
    }

    /// Own sessions.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn sessions(&self) -> Result<Page<Session>, ClientError> {
        self.fetch(Call::get(paths::SESSIONS)).await
    }

    /// Ends all own sessions, this one included.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn end_sessions(&self) -> Result<(), ClientError> {
        let mut call = Call::get(paths::SESSIONS);
        call.method = Method::DELETE;
        self.send(call).await.map(|_| ())
    }

    /// Ends all own sessions, this one included, and says how many there were.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn end_all_sessions(&self) -> Result<SessionsEnded, ClientError> {
        let mut call = Call::get(paths::SESSIONS);
        call.method = Method::DELETE;
        self.fetch(call).await
    }

    /// Ends the session that asks: its access tokens are refused from then on.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn end_session(&self) -> Result<(), ClientError> {
        let mut call = Call::get(paths::OWN_SESSION);
        call.method = Method::DELETE;
        self.send(call).await.map(|_| ())
    }

    /// Locks the session that asks: everything is refused until a fresh sign-in, in whatever program.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn lock_session(&self) -> Result<(), ClientError> {
        let mut call = Call::get(paths::OWN_SESSION_LOCK);
        call.method = Method::PUT;
        self.send(call).await.map(|_| ())
    }

    /// Sessions of another person, or with `None` of everybody; for admins.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn sessions_of(&self, agent: Option<AgentId>) -> Result<Page<Session>, ClientError> {
        let mut call = Call::get(paths::SESSIONS);
        let whose = agent.map_or_else(|| "all".to_owned(), |agent| agent.to_string());
        call.query.push(("agent", whose));
        self.fetch(call).await
    }

    /// One session.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn session(&self, id: SessionId) -> Result<Session, ClientError> {
        self.fetch(Call::get(paths::session(id))).await
    }

    /// Ends one session: an own one, or for an admin anybody's.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn end_other_session(&self, id: SessionId) -> Result<SessionsEnded, ClientError> {
        let mut call = Call::get(paths::session(id));
        call.method = Method::DELETE;
        self.fetch(call).await
    }

    /// Ends all sessions of another person; for admins.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn end_sessions_of(&self, agent: AgentId) -> Result<SessionsEnded, ClientError> {
        let mut call = Call::get(paths::SESSIONS);
        call.method = Method::DELETE;
        call.query.push(("agent", agent.to_string()));
        self.fetch(call).await
    }

    /// The desk's profile. Needs a sign-in.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn desk(&self) -> Result<Profile, ClientError> {
        self.fetch(Call::get(paths::DESK)).await
    }

    /// Whose desk it is; needs no sign-in. Tells too whether a backend is there that speaks our version of the contract.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn brand(&self) -> Result<DeskBrand, ClientError> {
        let mut call = Call::get(paths::DESK);
        call.anonymous = true;
        self.fetch(call).await
    }

    /// Recorded actions.
    ///
    /// # Errors
    /// When they cannot be had; `BadQuery` names the column.
    pub async fn actions(&self, params: &ListParams) -> Result<Page<Action>, ClientError> {
        self.fetch(Call::list(paths::ACTIONS, params)).await
    }

    /// A page of the audit.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn audit(&self, params: &ListParams) -> Result<Page<AuditEvent>, ClientError> {
        self.fetch(Call::list(paths::AUDIT, params)).await
    }

    /// The audit, page by page.
    #[must_use]
    pub fn audit_pages(&self, params: ListParams) -> Pages<AuditEvent> {
        Pages::new(self.clone(), paths::AUDIT, params)
    }

    /// A stretch of the sealed chain, behind the place `after`.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn audit_entries(&self, after: i64, limit: u32) -> Result<Vec<Sealed>, ClientError> {
        let mut call = Call::get(paths::AUDIT_ENTRIES);
        call.query.push(("after", after.to_string()));
        call.query.push(("limit", limit.to_string()));
        let stretch: AuditStretch = self.fetch(call).await?;
        Ok(stretch.items)
    }

    /// The latest signed checkpoints of the audit, oldest first.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn audit_checkpoints(&self) -> Result<Page<Checkpoint>, ClientError> {
        self.fetch(Call::get(paths::AUDIT_CHECKPOINTS)).await
    }

    /// The receipt of one of one's own intents.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn audit_receipt(&self, key: IntentKey) -> Result<AuditReceipt, ClientError> {
        self.fetch(Call::get(paths::audit_receipt(key))).await
    }

    /// Destroys what the audit holds in words about a customer.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn erase_audit(&self, key: IntentKey, what: &EraseAudit) -> Result<AuditErased, ClientError> {
        self.fetch(Call::change(Method::POST, paths::AUDIT_ERASURES, key, what))
            .await
    }

    /// Has the backend check the chain of the audit.
    ///
    /// # Errors
    /// When it cannot be done.
    pub async fn verify_audit(&self) -> Result<AuditVerdict, ClientError> {
        self.fetch(Call::get(paths::AUDIT_VERIFY)).await
    }
}
