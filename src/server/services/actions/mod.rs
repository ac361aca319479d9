//! Actions on tokens. Every verb is an [`Order`] that goes through one pipeline: begin, load ([`load`]), judge (the rules
//! of [`crate::domain::action`]), write with everything that belongs to it ([`write`]), settle.

mod load;
mod write;

use serde::{Deserialize, Serialize};

use super::error::problem;
use super::listing::read_query;
use super::views::Opened;
use super::work::{Begun, Outcome2xx};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work, approvals};
use crate::domain::action::ActionRefusal;
use crate::domain::dispute::{DISPUTES, decision};
use crate::domain::id::{
    AccountId, ActionId, AgentId, DisputeId, IntentKey, OfferId, PlanId, TicketId, TokenId,
};
use crate::domain::lifecycle::Illegal;
use crate::domain::permission::Permission;
use crate::domain::profile::Profile;
use crate::domain::query::ACTION_FIELDS;
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, DisputeStatus};
pub use crate::server::store::actions::ActionsOf as Narrowed;
use crate::server::store::actions::{self, ActionRow};
use crate::server::store::disputes::{self, DisputeRow};
use crate::server::store::tokens;
use crate::wire::approvals::Approval;
use crate::wire::desk::Reason;
use crate::wire::page::{ListParams, Page};
use crate::wire::tokens::{
    Action, ActionDone, AddToken, ChangeToken, DecideDispute, Dispute, DisputeToken, Ties, UndoAction,
};

pub(super) use load::{on_token, prepare};
pub(super) use write::{Done, Job, write_all};

/// What an action is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An offer, for a wallet.
    Offer {
        /// Which one.
        id: OfferId,
        /// Whose wallet.
        account: AccountId,
    },
    /// A token, as it was seen.
    Token {
        /// Which one.
        id: TokenId,
        /// The version that was seen.
        version: i64,
    },
    /// A dispute, as it was seen.
    Dispute {
        /// Which one.
        id: DisputeId,
        /// The version that was seen.
        version: i64,
    },
    /// An earlier action.
    Action {
        /// Which one.
        id: ActionId,
    },
}

/// An action as it was asked for: all that it will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Which verb.
    pub kind: ActionKind,
    /// To what.
    pub target: Target,
    /// Why.
    pub reason: Reason,
    /// For which ticket.
    pub ticket: Option<TicketId>,
    /// For a reissue: the new last moment.
    pub expires_at: Option<Moment>,
    /// For a reissue: once more.
    pub again: bool,
    /// For a dispute: what sort.
    pub dispute: String,
}

impl Order {
    /// An order without the particulars that only some verbs have.
    #[must_use]
    pub fn new(kind: ActionKind, target: Target, reason: &Reason, ticket: Option<TicketId>) -> Self {
        Self {
            kind,
            target,
            reason: reason.clone(),
            ticket,
            expires_at: None,
            again: false,
            dispute: String::new(),
        }
    }
}

/// In whose name an action is done, and as part of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whose action it is.
    pub agent: AgentId,
    /// Employee id and name.
    pub label: String,
    /// The intent that it carries out.
    pub key: IntentKey,
    /// The plan that it is a row of.
    pub plan: Option<PlanId>,
    /// Who approved it.
    pub approved_by: Option<String>,
}

impl Standing {
    /// The person of the work, by the intent of the work.
    #[must_use]
    pub fn of(work: &Work) -> Self {
        Self {
            agent: work.actor.id,
            label: work.actor.label(),
            key: work.key(),
            plan: None,
            approved_by: None,
        }
    }
}

/// An action as replies show it.
#[must_use]
pub fn action(row: ActionRow) -> Action {
    Action {
        id: row.id,
        kind: row.kind,
        token_id: row.token,
        account_id: row.account,
        name: row.name,
        agent: row.agent_label,
        at: row.at,
        reason: Reason {
            code: row.reason_code,
            text: row.reason_text,
        },
        ticket_id: row.ticket,
        before: row.before,
        after: row.after,
        ties: Ties {
            other_id: row.other,
            dispute_id: row.trace.dispute,
            undoes: row.trace.undoes,
            undone_by: row.trace.undone_by,
            plan_id: row.trace.plan,
            approved_by: row.trace.approved_by,
        },
    }
}

/// A dispute as replies show it.
#[must_use]
pub fn dispute(row: DisputeRow) -> Dispute {
    Dispute {
        id: row.id,
        token_id: row.token,
        status: row.status,
        kind: row.kind,
        reason: row.reason,
        opened_at: row.opened_at,
        opened_by: row.opened_by,
        decided_at: row.decided_at,
        decided_by: row.decided_by,
        outcome: row.outcome,
        version: row.version,
    }
}

pub(super) const NO_DISPUTE: ServiceError = ServiceError::NotFound("there is no such dispute");

impl Services {
    /// Does one action: the same way for every verb.
    ///
    /// # Errors
    /// When the person may not, the reason is missing, a row changed, the rules refuse, or the database fails.
    pub async fn act(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        order: Order,
    ) -> Result<Answer, ServiceError> {
        let verb = order.kind.verb();
        let work = match self
            .begin(actor, Some(intent), verb.word, verb.permission)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = one(&work, &order).await;
        work.settle(result).await
    }

    /// Adds an offer to a wallet.
    ///
    /// # Errors
    /// As [`Services::act`].
    pub async fn add_token(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        account: AccountId,
        body: &AddToken,
    ) -> Result<Answer, ServiceError> {
        let target = Target::Offer {
            id: body.offer_id,
            account,
        };
        let order = Order::new(ActionKind::Add, target, &body.reason, body.ticket_id);
        self.act(actor, intent, order).await
    }

    /// Removes or reissues a token.
    ///
    /// # Errors
    /// As [`Services::act`].
    pub async fn change_token(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        kind: ActionKind,
        target: Target,
        body: &ChangeToken,
    ) -> Result<Answer, ServiceError> {
        let order = Order {
            expires_at: body.expires_at,
            again: body.again,
            ..Order::new(kind, target, &body.reason, body.ticket_id)
        };
        self.act(actor, intent, order).await
    }

    /// Opens a dispute about a token.
    ///
    /// # Errors
    /// As [`Services::act`].
    pub async fn dispute_token(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        target: Target,
        body: &DisputeToken,
    ) -> Result<Answer, ServiceError> {
        let order = Order {
            dispute: body.kind.trim().to_owned(),
            ..Order::new(ActionKind::Dispute, target, &body.reason, body.ticket_id)
        };
        self.act(actor, intent, order).await
    }

    /// Decides a dispute.
    ///
    /// # Errors
    /// As [`Services::act`]; when the status is none that a dispute can be decided to.
    pub async fn decide_dispute(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        target: Target,
        body: &DecideDispute,
    ) -> Result<Answer, ServiceError> {
        // An order that nobody can give is refused below, under its intent, like any other.
        let kind = decision(body.status).unwrap_or(ActionKind::Uphold);
        let order = Order {
            dispute: body.status.word().to_owned(),
            ..Order::new(kind, target, &body.reason, body.ticket_id)
        };
        self.act(actor, intent, order).await
    }

    /// Takes an action back.
    ///
    /// # Errors
    /// As [`Services::act`].
    pub async fn undo_action(
        &self,
        actor: &Actor,
        intent: IntentRequest,
        id: ActionId,
        body: &UndoAction,
    ) -> Result<Answer, ServiceError> {
        let order = Order::new(ActionKind::Undo, Target::Action { id }, &body.reason, None);
        self.act(actor, intent, order).await
    }

    /// One recorded action.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn action(&self, actor: &Actor, id: ActionId) -> Result<Action, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let found = actions::find_all(self.store.read(), &[id]).await?.pop();
        let found = found
            .map(action)
            .ok_or(ServiceError::NotFound("there is no such action"))?;
        self.looks_at(actor, found.account_id, Opened::of("action", id))
            .await?;
        Ok(found)
    }

    /// Recorded actions, newest first.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn actions(
        &self,
        actor: &Actor,
        of: Narrowed,
        params: &ListParams,
    ) -> Result<Page<Action>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let place = format!("actions {of:?}");
        let asked = read_query(params, &ACTION_FIELDS, &place, actor, self.now())?;
        let list = actions::list(of, &asked.query, &asked.scope, asked.hash);
        let is = |id| crate::sql!("id = ?", id);
        let page = self
            .page(&list, params, is, |r| actions::read(r).map(action))
            .await?;
        if let Some(account) = of.account
            && !page.items.is_empty()
        {
            self.looks_at(actor, account, Opened::of("actions", account))
                .await?;
        }
        let shown = page.items.iter().map(|action| Some(action.account_id));
        self.looks_at_rows(actor, &asked.query, "actions", shown).await?;
        Ok(page)
    }

    /// The disputes about a token, oldest first.
    ///
    /// # Errors
    /// When the person may not, there is no such token, or the database fails.
    pub async fn disputes(&self, actor: &Actor, token: TokenId) -> Result<Vec<Dispute>, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let conn = self.store.read();
        let found = tokens::find(conn, token).await?;
        let found = found.ok_or(super::tokens::NO_TOKEN)?;
        self.looks_at_token(actor, &found).await?;
        let rows = disputes::of_token(conn, token).await?;
        Ok(rows.into_iter().map(dispute).collect())
    }

    /// One dispute.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn dispute(&self, actor: &Actor, id: DisputeId) -> Result<Dispute, ServiceError> {
        self.allow(actor, Permission::TokenView).await?;
        let conn = self.store.read();
        let found = disputes::find(conn, id).await?.ok_or(NO_DISPUTE)?;
        if let Some(token) = tokens::find(conn, found.token).await? {
            self.looks_at_token(actor, &token).await?;
        }
        Ok(dispute(found))
    }
}

/// Loads, judges and writes one order.
async fn one(work: &Work, order: &Order) -> Result<Outcome2xx<Reply>, ServiceError> {
    let job = prepare(work, order, Standing::of(work)).await?;
    if let Some(why) = needs_approval(work.profile(), &job, order.again) {
        return approvals::ask(work, order, &job, why).await;
    }
    let made = job.makes();
    let Done { body, version } = write_one(work, job).await?;
    let body = Reply::Done(Box::new(body));
    Ok(if made {
        Outcome2xx::created(body, version)
    } else {
        Outcome2xx::ok(body, version)
    })
}

/// Writes one job.
pub(super) async fn write_one(work: &Work, job: Job) -> Result<Done, ServiceError> {
    let mut done = write_all(work, vec![job]).await?;
    done.pop()
        .ok_or_else(|| ServiceError::Internal("an action left no trace".to_owned()))
}

/// The answer to an action.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub(super) enum Reply {
    /// It was done.
    Done(Box<ActionDone>),
    /// It waits for a second person.
    Waits(Box<Approval>),
}

/// Why an action that is legal needs a second person; `None`: it does not.
pub(super) fn needs_approval(profile: &Profile, job: &Job, again: bool) -> Option<String> {
    let replaced = job.before.as_ref().is_some_and(|b| b.token.reissued_to.is_some());
    if job.kind == ActionKind::Reissue && again && replaced {
        return Some("it was reissued before, and a second time a second person approves".to_owned());
    }
    job.kind
        .verb()
        .makes
        .then(|| profile.approvals.over(&job.offer.value))
        .flatten()
}

/// Why a row of a plan is left out or failed: code and sentence.
pub(super) fn why_not(error: &ServiceError) -> (String, String) {
    let code = match error {
        ServiceError::Illegal { code, .. } => (*code).to_owned(),
        ServiceError::Invalid(fields) => fields.first().map_or_else(String::new, |f| f.code.clone()),
        other => other.code().word().to_owned(),
    };
    (code, error.to_string())
}

/// Whether a dispute may go where it is sent.
pub(super) fn check_move(work: &Work, from: DisputeStatus, to: DisputeStatus) -> Result<(), ServiceError> {
    let Some(role) = work.actor.role else {
        return Err(ServiceError::Forbidden(Permission::DisputeDecide));
    };
    // The reason has been looked at before.
    let given = [crate::domain::lifecycle::Requirement::Reason];
    match DISPUTES.check(from, to, role, &given) {
        Ok(_) => Ok(()),
        Err(Illegal::NotAllowed(permission)) => Err(ServiceError::Forbidden(permission)),
        Err(_) if from == to => Err(ServiceError::Illegal {
            code: "dispute_decided",
            detail: format!("the dispute is {} already", from.word()),
        }),
        Err(_) => Err(ServiceError::Illegal {
            code: "dispute_decided",
            detail: format!(
                "the dispute was {} before; what is decided stays so, open a new one instead",
                from.word()
            ),
        }),
    }
}

/// A refusal of the rules as an answer.
pub(super) fn illegal(why: ActionRefusal) -> ServiceError {
    match why.field() {
        Some(field) => ServiceError::field(field, why.code(), why.to_string()),
        None => ServiceError::Illegal {
            code: why.code(),
            detail: why.to_string(),
        },
    }
}

/// A reason is a code or some words, not too many.
///
/// # Errors
/// What is wrong with it.
pub fn check_reason(reason: &Reason) -> Result<(), ServiceError> {
    if reason.is_given() {
        return Ok(());
    }
    let detail = if reason.text.chars().count() > Reason::MAX_TEXT {
        format!("the reason is longer than {} characters", Reason::MAX_TEXT)
    } else {
        format!("say why: a code, or at least {} characters", Reason::MIN_TEXT)
    };
    Err(ServiceError::Invalid(vec![problem("reason", "required", detail)]))
}

/// A reason in one line, as the audit keeps it.
#[must_use]
pub fn reason_line(reason: &Reason) -> String {
    [reason.code.as_str(), reason.text.trim()]
        .into_iter()
        .filter(|s| !s.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}
