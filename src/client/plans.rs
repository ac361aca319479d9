//! Plans, and what waits for a second person.

use http::Method;

use crate::domain::id::{ApprovalId, IntentKey, PlanId};
use crate::domain::plan::PlanNoun;
use crate::wire::approvals::{Approval, Approve, Decided, Reject};
use crate::wire::page::{ListParams, Page};
use crate::wire::paths;
use crate::wire::plans::{NewPlan, NewTicketPlan, Plan, PlanDetail, RunPlan};

use super::api::Api;
use super::call::Call;
use super::error::ClientError;
use super::pages::Pages;

impl Api {
    /// Makes a plan about tickets; changes no ticket, unless it is to be run at once.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn make_ticket_plan(
        &self,
        key: IntentKey,
        plan: &NewTicketPlan,
    ) -> Result<PlanDetail, ClientError> {
        self.fetch(Call::change(Method::POST, paths::TICKET_PLANS, key, plan))
            .await
    }

    /// Makes a plan; changes no token.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn make_plan(&self, key: IntentKey, plan: &NewPlan) -> Result<PlanDetail, ClientError> {
        self.fetch(Call::change(Method::POST, paths::PLANS, key, plan))
            .await
    }

    /// One's own latest plans, newest first.
    ///
    /// # Errors
    /// When they cannot be had.
    pub async fn plans(&self, noun: PlanNoun) -> Result<Page<Plan>, ClientError> {
        self.fetch(Call::get(paths::plans(noun))).await
    }

    /// One plan, with what became of each row.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn plan(&self, noun: PlanNoun, id: PlanId) -> Result<PlanDetail, ClientError> {
        self.fetch(Call::get(paths::plan(noun, id))).await
    }

    /// Runs a plan, or goes on where it stopped. May be sent any number of times: each row is done once.
    ///
    /// # Errors
    /// When it cannot be run.
    pub async fn run_plan(&self, noun: PlanNoun, id: PlanId, hash: &str) -> Result<PlanDetail, ClientError> {
        let body = RunPlan {
            hash: hash.to_owned(),
        };
        self.fetch(Call::ask(paths::plan_part(noun, id, "run"), &body))
            .await
    }

    /// Takes a whole plan back. May be sent any number of times: each row is taken back once.
    ///
    /// # Errors
    /// When it cannot be taken back.
    pub async fn undo_plan(&self, noun: PlanNoun, id: PlanId) -> Result<PlanDetail, ClientError> {
        let nothing = serde_json::json!({});
        self.fetch(Call::ask(paths::plan_part(noun, id, "undo"), &nothing))
            .await
    }

    /// A page of requests for approval.
    ///
    /// # Errors
    /// When it cannot be had; `BadQuery` names the column.
    pub async fn approvals(&self, params: &ListParams) -> Result<Page<Approval>, ClientError> {
        self.fetch(Call::list(paths::APPROVALS, params)).await
    }

    /// Requests for approval, page by page.
    #[must_use]
    pub fn approval_pages(&self, params: ListParams) -> Pages<Approval> {
        Pages::new(self.clone(), paths::APPROVALS, params)
    }

    /// One request for approval.
    ///
    /// # Errors
    /// When it cannot be had.
    pub async fn approval(&self, id: ApprovalId) -> Result<Approval, ClientError> {
        self.fetch(Call::get(paths::approval(id))).await
    }

    /// Approves what somebody else asked for.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn approve(
        &self,
        id: ApprovalId,
        key: IntentKey,
        approve: &Approve,
    ) -> Result<Decided, ClientError> {
        let path = paths::approval_part(id, "approve");
        self.fetch(Call::change(Method::POST, path, key, approve)).await
    }

    /// Rejects a request, or takes one's own back.
    ///
    /// # Errors
    /// When it cannot be done; see [`ClientError::maybe_done`] for lost answers.
    pub async fn reject(
        &self,
        id: ApprovalId,
        key: IntentKey,
        reject: &Reject,
    ) -> Result<Decided, ClientError> {
        let path = paths::approval_part(id, "reject");
        self.fetch(Call::change(Method::POST, path, key, reject)).await
    }
}
