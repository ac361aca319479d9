//! A second person's approval: what waits is bound to its exact content, and nobody approves their own.

use sha2::{Digest as _, Sha256};

use super::actions::{Job, Order, Reply, Standing, Target, prepare, write_one};
use super::listing::read_query;
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work, plans};
use crate::domain::approval::ApprovalState;
use crate::domain::id::ApprovalId;
use crate::domain::permission::Permission;
use crate::domain::plan::PlanState;
use crate::domain::query::APPROVAL_FIELDS;
use crate::domain::time::Moment;
use crate::server::store::approvals::{self, ApprovalRow};
use crate::server::store::plans as stored_plans;
use crate::wire::approvals::{Approval, Approve, Decided, Reject};
use crate::wire::page::{ListParams, Page};

const NO_APPROVAL: ServiceError = ServiceError::NotFound("there is no such request for approval");
/// Longest note, in characters.
const MAX_NOTE: usize = 500;

/// A request as replies show it.
#[must_use]
pub fn approval(row: ApprovalRow, now: Moment) -> Approval {
    Approval {
        id: row.id,
        kind: row.kind,
        token_id: row.token,
        account_id: row.account,
        plan_id: row.plan,
        name: row.name,
        content: serde_json::from_str(&row.content).unwrap_or_default(),
        hash: row.hash,
        why: row.why,
        state: row.state.at(row.expires_at, now),
        asked_by: row.asked_label,
        asked_by_id: row.asked_by,
        asked_at: row.asked_at,
        expires_at: row.expires_at,
        decided_by: row.decided_label,
        decided_at: row.decided_at,
        note: row.note,
        action_id: row.action,
        version: row.version,
    }
}

/// A hash over a content, as people compare it: 64 hexadecimal digits.
#[must_use]
pub fn hash_of(content: &str) -> String {
    Sha256::digest(content.as_bytes())
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

/// A new request of the person of the work.
pub(super) fn request(work: &Work, content: String, hash: String, why: String) -> ApprovalRow {
    let hours = i64::from(work.profile().approvals.hours);
    ApprovalRow {
        id: ApprovalId::new(),
        kind: crate::domain::token::ActionKind::Add,
        token: None,
        account: None,
        plan: None,
        name: String::new(),
        content,
        hash,
        why,
        state: ApprovalState::Open,
        asked_by: work.actor.id,
        asked_label: work.actor.label(),
        asked_at: work.now,
        intent: work.key(),
        expires_at: work.now.plus_seconds(hours * 3_600),
        decided_by: None,
        decided_label: String::new(),
        decided_at: None,
        note: String::new(),
        action: None,
        version: 1,
    }
}

/// Keeps an action until a second person has approved it. Nothing of it is done yet.
pub(super) async fn ask(
    work: &Work,
    order: &Order,
    job: &Job,
    why: String,
) -> Result<Outcome2xx<Reply>, ServiceError> {
    let content = serde_json::to_string(order).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let hash = hash_of(&content);
    let account = match order.target {
        Target::Offer { account, .. } => Some(account),
        _ => job.before.as_ref().map(|b| b.token.account_id),
    };
    let row = ApprovalRow {
        kind: order.kind,
        token: job.before.as_ref().map(|b| b.token.id),
        account,
        name: job.offer.name.clone(),
        ..request(work, content, hash, why)
    };
    let waits = keep(work, row).await?;
    Ok(Outcome2xx {
        status: 202,
        version: Some(1),
        body: Reply::Waits(Box::new(waits)),
    })
}

/// Writes a request and its audit entry.
pub(super) async fn keep(work: &Work, row: ApprovalRow) -> Result<Approval, ServiceError> {
    approvals::insert(&work.tx, &row).await?;
    work.audit(Record {
        kind: "approval",
        id: row.id.to_string(),
        account: row.account,
        reason: row.why.clone(),
        after: Some(
            serde_json::json!({"waits": row.kind, "token": row.token, "plan": row.plan, "hash": row.hash})
                .to_string(),
        ),
        ..Record::default()
    })
    .await?;
    Ok(approval(row, work.now))
}

impl Services {
    /// Requests for approval.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn approvals(
        &self,
        actor: &Actor,
        params: &ListParams,
    ) -> Result<Page<Approval>, ServiceError> {
        self.allow(actor, Permission::ApprovalView).await?;
        let now = self.now();
        let asked = read_query(params, &APPROVAL_FIELDS, "approvals", actor, now)?;
        let list = approvals::list(&asked.query, &asked.scope, asked.hash);
        self.page(
            &list,
            params,
            |id| crate::sql!("id = ?", id),
            |r| approvals::read(r).map(|row| approval(row, now)),
        )
        .await
    }

    /// One request.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn approval(&self, actor: &Actor, id: ApprovalId) -> Result<Approval, ServiceError> {
        self.allow(actor, Permission::ApprovalView).await?;
        let found = approvals::find(self.store.read(), id).await?.ok_or(NO_APPROVAL)?;
        if let Some(account) = found.account {
            self.looks_at(actor, account, Opened::of("approval", id)).await?;
        }
        Ok(approval(found, self.now()))
    }

    /// Approves a request: the action is done now, in the name of who asked; a plan can be run by its owner.
    ///
    /// # Errors
    /// When it is one's own, the hash is another one, it was decided before, or what it is about has changed meanwhile.
    pub async fn approve(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: ApprovalId,
        body: &Approve,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "approval.approve", Permission::ApprovalDecide)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = approve(&work, id, body).await;
        work.settle(result).await
    }

    /// Rejects a request; whoever asked takes it back so.
    ///
    /// # Errors
    /// When the person may not, or it was decided before.
    pub async fn reject(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: ApprovalId,
        body: &Reject,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "approval.reject", Permission::ApprovalView)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = reject(&work, id, body).await;
        work.settle(result).await
    }
}

async fn open(work: &Work, id: ApprovalId, note: &str) -> Result<ApprovalRow, ServiceError> {
    if note.chars().count() > MAX_NOTE {
        return Err(ServiceError::field(
            "note",
            "length",
            format!("write at most {MAX_NOTE} characters"),
        ));
    }
    let found = approvals::find(&work.tx, id).await?.ok_or(NO_APPROVAL)?;
    match found.state.at(found.expires_at, work.now) {
        ApprovalState::Open => Ok(found),
        state => Err(ServiceError::Illegal {
            code: "approval_decided",
            detail: format!("the request is {} already", state.word()),
        }),
    }
}

async fn approve(work: &Work, id: ApprovalId, body: &Approve) -> Result<Outcome2xx<Decided>, ServiceError> {
    let row = open(work, id, &body.note).await?;
    if row.asked_by == work.actor.id {
        return Err(ServiceError::Illegal {
            code: "own_request",
            detail: "nobody approves what they asked for themselves; somebody else has to".to_owned(),
        });
    }
    if body.hash != row.hash || (row.plan.is_none() && hash_of(&row.content) != row.hash) {
        return Err(ServiceError::field(
            "hash",
            "other_content",
            "this is not the content that waits; look at it again",
        ));
    }
    let (mut done, mut plan) = (None, None);
    if let Some(id) = row.plan {
        let found = stored_plans::find(&work.tx, id).await?.ok_or(plans::NO_PLAN)?;
        if found.hash != row.hash || found.state != PlanState::Waiting {
            return Err(ServiceError::Illegal {
                code: "plan_changed",
                detail: "the plan is not the one that waits any more".to_owned(),
            });
        }
        stored_plans::set_state(&work.tx, id, PlanState::Ready, None).await?;
        let found = stored_plans::find(&work.tx, id).await?.ok_or(plans::NO_PLAN)?;
        plan = Some(Box::new(plans::detail(&work.tx, found).await?));
    } else {
        let order: Order =
            serde_json::from_str(&row.content).map_err(|e| ServiceError::Internal(e.to_string()))?;
        let standing = Standing {
            agent: row.asked_by,
            label: row.asked_label.clone(),
            key: row.intent,
            plan: None,
            approved_by: Some(work.actor.label()),
        };
        let job = prepare(work, &order, standing).await?;
        done = Some(Box::new(write_one(work, job).await?.body));
    }
    let decided = ApprovalRow {
        state: ApprovalState::Approved,
        action: done.as_ref().map(|d| d.action.id),
        ..row
    };
    let approval = decide(work, decided, &body.note).await?;
    let version = Some(approval.version);
    let body = Decided { approval, done, plan };
    Ok(Outcome2xx::ok(body, version))
}

async fn reject(work: &Work, id: ApprovalId, body: &Reject) -> Result<Outcome2xx<Decided>, ServiceError> {
    let row = open(work, id, &body.note).await?;
    let own = row.asked_by == work.actor.id;
    if !own {
        work.actor.may(Permission::ApprovalDecide)?;
    }
    if let Some(plan) = row.plan {
        stored_plans::set_state(&work.tx, plan, PlanState::Refused, None).await?;
    }
    let decided = ApprovalRow {
        state: if own {
            ApprovalState::Withdrawn
        } else {
            ApprovalState::Rejected
        },
        ..row
    };
    let approval = decide(work, decided, &body.note).await?;
    let version = Some(approval.version);
    let body = Decided {
        approval,
        done: None,
        plan: None,
    };
    Ok(Outcome2xx::ok(body, version))
}

async fn decide(work: &Work, row: ApprovalRow, note: &str) -> Result<Approval, ServiceError> {
    let decided = ApprovalRow {
        decided_by: Some(work.actor.id),
        decided_label: work.actor.label(),
        decided_at: Some(work.now),
        note: note.trim().to_owned(),
        ..row
    };
    if !approvals::decide(&work.tx, &decided).await? {
        return Err(ServiceError::Illegal {
            code: "approval_decided",
            detail: "the request was decided by somebody else just now".to_owned(),
        });
    }
    work.audit(Record {
        kind: "approval",
        id: decided.id.to_string(),
        account: decided.account,
        reason: decided.note.clone(),
        before: Some(serde_json::json!({"state": "open", "asked_by": decided.asked_label}).to_string()),
        after: Some(
            serde_json::json!({"state": decided.state, "hash": decided.hash, "action": decided.action,
                "plan": decided.plan})
            .to_string(),
        ),
        ..Record::default()
    })
    .await?;
    let version = decided.version + 1;
    Ok(approval(ApprovalRow { version, ..decided }, work.now))
}
