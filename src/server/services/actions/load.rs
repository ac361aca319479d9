//! From an order to a job: the rows are loaded and held, and the rules are asked.

use super::super::tokens::{NO_TOKEN, row};
use super::write::{DisputeWrite, Job};
use super::{NO_DISPUTE, Order, Standing, Target, check_move, check_reason, dispute, illegal, reason_line};
use crate::domain::action::{self, Step};
use crate::domain::dispute::{OTHER, decision};
use crate::domain::id::{AccountId, ActionId, DisputeId, OfferId, TokenId};
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::profile::ReasonFor;
use crate::domain::token::{ActionKind, DisputeStatus};
use crate::server::services::{ServiceError, Work};
use crate::server::store::actions::{self, ActionRow};
use crate::server::store::disputes::{self, DisputeRow};
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::server::store::{accounts, offers};
use crate::wire::desk::Reason;
use crate::wire::tokens::ChangedBy;

const NO_OFFER: ServiceError = ServiceError::NotFound("there is no such offer");

/// Loads what an order is about, holds it, and asks the rules.
///
/// # Errors
/// When something is not there, changed meanwhile, or is not legal.
pub async fn prepare(work: &Work, order: &Order, standing: Standing) -> Result<Job, ServiceError> {
    check_order(order)?;
    match order.target {
        Target::Offer { id, account } => add(work, order, standing, account, id).await,
        Target::Token { id, version } => {
            let found = at_version(work, id, version).await?;
            let offer = offers::find(&work.tx, found.token.offer_id)
                .await?
                .ok_or(NO_OFFER)?;
            on_token(work, order, standing, found, offer)
        }
        Target::Dispute { id, version } => decide(work, order, standing, id, version).await,
        Target::Action { id } => undo(work, order, standing, id).await,
    }
}

/// The reason is required, but for an undo: there the key press is one.
fn check_order(order: &Order) -> Result<(), ServiceError> {
    let silent = order.kind == ActionKind::Undo && order.reason == Reason::default();
    if silent {
        Ok(())
    } else {
        check_reason(&order.reason)
    }
}

async fn add(
    work: &Work,
    order: &Order,
    standing: Standing,
    account: AccountId,
    offer: OfferId,
) -> Result<Job, ServiceError> {
    accounts::find(&work.tx, account)
        .await?
        .ok_or(ServiceError::NotFound("there is no such account"))?;
    let offer = offers::find(&work.tx, offer).await?.ok_or(NO_OFFER)?;
    let held = if offer.per_customer.is_some() {
        // Two additions at once must not both find room: they take turns on the account.
        accounts::hold(&work.tx, account).await?;
        tokens::held(&work.tx, account, offer.id).await?
    } else {
        0
    };
    let step = action::add(&offer, account, held, TokenId::new(), work.now).map_err(illegal)?;
    Ok(Job::new(order, standing, None, step, offer))
}

/// A verb on a token that is held and was seen as it is: remove, reissue, dispute.
///
/// # Errors
/// When the rules refuse.
pub fn on_token(
    work: &Work,
    order: &Order,
    standing: Standing,
    found: TokenWithOffer,
    offer: Offer,
) -> Result<Job, ServiceError> {
    let token = &found.token;
    let step = match order.kind {
        ActionKind::Remove => action::remove(token, work.now),
        ActionKind::Reissue => action::reissue(
            token,
            &offer,
            order.expires_at,
            order.again,
            TokenId::new(),
            work.now,
        ),
        ActionKind::Dispute => action::dispute(token, work.now),
        _ => {
            return Err(ServiceError::Internal(
                "this verb is not about a token".to_owned(),
            ));
        }
    }
    .map_err(illegal)?;
    let opened = match order.kind {
        ActionKind::Dispute => Some(DisputeWrite::Open(DisputeRow {
            id: DisputeId::new(),
            token: token.id,
            status: DisputeStatus::Open,
            kind: dispute_kind(work, order)?,
            reason: reason_line(&order.reason),
            opened_at: work.now,
            opened_by: standing.label.clone(),
            decided_at: None,
            decided_by: String::new(),
            outcome: String::new(),
            version: 1,
        })),
        _ => None,
    };
    let mut job = Job::new(order, standing, Some(found), step, offer);
    job.dispute = opened;
    Ok(job)
}

/// The kind of a dispute: the one that was named, else the reason's code where it is one of the desk's.
fn dispute_kind(work: &Work, order: &Order) -> Result<String, ServiceError> {
    let known = work.profile().reasons_for(ReasonFor::TokenDispute);
    let is_one = |code: &str| code == OTHER || known.iter().any(|k| k.code == code);
    let code = order.reason.code.trim();
    match order.dispute.as_str() {
        "" if !code.is_empty() && is_one(code) => Ok(code.to_owned()),
        "" => Ok(OTHER.to_owned()),
        kind if is_one(kind) => Ok(kind.to_owned()),
        _ => {
            let all: Vec<_> = known.iter().map(|k| k.code.as_str()).chain([OTHER]).collect();
            Err(ServiceError::field(
                "kind",
                "unknown",
                format!(
                    "this desk knows no such kind of dispute; write one of {}",
                    all.join(", ")
                ),
            ))
        }
    }
}

async fn decide(
    work: &Work,
    order: &Order,
    standing: Standing,
    id: DisputeId,
    version: i64,
) -> Result<Job, ServiceError> {
    let first = disputes::find(&work.tx, id).await?.ok_or(NO_DISPUTE)?;
    // The token is held first, everywhere: whoever changes a dispute changes its token.
    let found = held_one(work, first.token).await?;
    let seen = disputes::find(&work.tx, id).await?.ok_or(NO_DISPUTE)?;
    if seen.version != version {
        let current = serde_json::to_value(dispute(seen));
        return Err(stale(current)?);
    }
    let to = DisputeStatus::from_word(&order.dispute).filter(|to| decision(*to) == Some(order.kind));
    let to = to.ok_or_else(|| {
        ServiceError::field(
            "status",
            "unknown",
            "a dispute is decided as upheld or rejected; to withdraw it, undo its opening",
        )
    })?;
    check_move(work, seen.status, to)?;
    let offer = offers::find(&work.tx, found.token.offer_id)
        .await?
        .ok_or(NO_OFFER)?;
    let mut job = Job::new(
        order,
        standing,
        Some(found.clone()),
        action::decide(&found.token, to),
        offer,
    );
    job.dispute = Some(moved(work, seen, to, &job, reason_line(&order.reason)));
    Ok(job)
}

fn moved(work: &Work, seen: DisputeRow, to: DisputeStatus, job: &Job, outcome: String) -> DisputeWrite {
    DisputeWrite::Moved(DisputeRow {
        status: to,
        decided_at: Some(work.now),
        decided_by: job.standing.label.clone(),
        outcome,
        version: seen.version + 1,
        ..seen
    })
}

async fn undo(work: &Work, order: &Order, standing: Standing, id: ActionId) -> Result<Job, ServiceError> {
    let find = async || {
        let found = actions::find_all(&work.tx, &[id]).await?.pop();
        found.ok_or(ServiceError::NotFound("there is no such action"))
    };
    let first = find().await?;
    let ids: Vec<TokenId> = std::iter::once(first.token).chain(first.other).collect();
    let mut rows = tokens::hold(&work.tx, &ids).await?;
    let done = find().await?;
    if done.agent != work.actor.id {
        work.actor.may(Permission::TokenUndoAny)?;
    }
    may_undo(work, &done)?;
    let mut take = |id: TokenId| {
        let at = rows.iter().position(|found| found.token.id == id);
        at.map(|at| rows.swap_remove(at)).ok_or(NO_TOKEN)
    };
    let found = take(done.token)?;
    let original = done.other.map(&mut take).transpose()?;
    moved_on(work, &done, &found, original.as_ref()).await?;
    let prior = match done.trace.dispute {
        Some(opened) => before_dispute(work, done.token, opened).await?,
        None => None,
    };
    let replaced_before = match &original {
        Some(original) => replaced_before(work, original.token.id, done.id).await?,
        None => None,
    };
    let step = action::undo(
        done.kind,
        &found.token,
        original.as_ref().map(|o| &o.token),
        prior,
        replaced_before,
        work.now,
    );
    let offer = offers::find(&work.tx, found.token.offer_id)
        .await?
        .ok_or(NO_OFFER)?;
    let mut job = Job::new(order, standing, Some(found), step, offer);
    if let (Some(id), Some(to)) = (done.trace.dispute, job.step.dispute) {
        let seen = disputes::find(&work.tx, id).await?.ok_or(NO_DISPUTE)?;
        check_move(work, seen.status, to)?;
        job.dispute = Some(moved(work, seen, to, &job, reason_line(&order.reason)));
    }
    (job.original, job.undone) = (original, Some(done));
    Ok(job)
}

/// Whether the action is one that can be taken back, now, and was not before.
fn may_undo(work: &Work, done: &ActionRow) -> Result<(), ServiceError> {
    let no = |code, detail: String| Err(ServiceError::Illegal { code, detail });
    if done.trace.undone_by.is_some() {
        return no("already_undone", "the action was taken back before".to_owned());
    }
    if !done.kind.can_be_undone() {
        let why = match done.kind {
            ActionKind::Undo => "an undo is not taken back; do the action again instead",
            _ => "what is decided about a dispute stays so; open a new dispute instead",
        };
        return no("not_undoable", why.to_owned());
    }
    let minutes = work.profile().undo_minutes;
    let over = work.now.seconds_since(done.at) > i64::from(minutes) * 60;
    if over || done.trace.token_version.is_none() {
        return no(
            "undo_too_late",
            format!("an action can be taken back for {minutes} minutes at this desk; this one is older"),
        );
    }
    Ok(())
}

/// Refuses when the rows are no longer as the action left them, and says who has done what since, with advice that can be
/// followed: what was taken back already is not to be taken back first.
async fn moved_on(
    work: &Work,
    done: &ActionRow,
    found: &TokenWithOffer,
    original: Option<&TokenWithOffer>,
) -> Result<(), ServiceError> {
    let same = Some(found.token.version) == done.trace.token_version
        && original.map(|o| o.token.version) == done.trace.other_version;
    if same {
        return Ok(());
    }
    let rows = [
        Some((&found.token, done.trace.token_version)),
        original.map(|o| (&o.token, done.trace.other_version)),
    ];
    let (mut since, mut all_known) = (Vec::new(), true);
    for (token, left_at) in rows.into_iter().flatten() {
        let left_at = left_at.unwrap_or(token.version);
        let mut steps = actions::on_token(&work.tx, token.id).await?;
        steps.retain(|a| version_after(a, token.id).is_some_and(|version| version > left_at));
        // each action counts the version up once: what is missing here was done by somebody else than the desk
        all_known &= i64::try_from(steps.len()) == Ok(token.version - left_at);
        since.extend(steps);
    }
    let undone: Vec<ActionId> = since
        .iter()
        .filter(|a| a.trace.undone_by.is_some())
        .map(|a| a.id)
        .collect();
    since.retain(|a| !undone.contains(&a.id) && !a.trace.undoes.is_some_and(|id| undone.contains(&id)));
    since.sort_by_key(|a| (a.at, a.id));
    let detail = match since.last() {
        None if all_known => {
            "the token was changed since, and that was taken back; an undo never guesses, so do what \
                              the token needs now as an action of its own"
                .to_owned()
        }
        None => {
            "the token was changed outside the desk since; look at it, and do what it needs now".to_owned()
        }
        Some(last) => {
            let what = format!(
                "{} by {}, {}",
                last.kind.word(),
                last.agent_label,
                last.at.to_minute()
            );
            let next = if last.kind.can_be_undone() {
                "take that back first"
            } else {
                "that stays, and so does this"
            };
            format!("the token has moved on since ({what}); {next}")
        }
    };
    Err(ServiceError::Illegal {
        code: "moved_on",
        detail,
    })
}

/// The version that an action left a token at.
fn version_after(action: &ActionRow, token: TokenId) -> Option<i64> {
    if action.token == token {
        action.trace.token_version
    } else {
        action.trace.other_version
    }
}

/// What the original of a reissue was replaced by before that one.
async fn replaced_before(
    work: &Work,
    original: TokenId,
    reissue: ActionId,
) -> Result<Option<TokenId>, ServiceError> {
    let all = actions::on_token(&work.tx, original).await?;
    Ok(all
        .into_iter()
        .take_while(|a| a.id != reissue)
        .filter(|a| a.kind == ActionKind::Reissue && a.other == Some(original) && a.trace.undone_by.is_none())
        .map(|a| a.token)
        .last())
}

/// What the token's dispute was before this one was opened.
async fn before_dispute(
    work: &Work,
    token: TokenId,
    opened: DisputeId,
) -> Result<Option<DisputeStatus>, ServiceError> {
    let all = disputes::of_token(&work.tx, token).await?;
    Ok(all
        .into_iter()
        .rev()
        .find(|d| d.id != opened && d.status != DisputeStatus::Withdrawn)
        .map(|d| d.status))
}

async fn held_one(work: &Work, id: TokenId) -> Result<TokenWithOffer, ServiceError> {
    tokens::hold(&work.tx, &[id]).await?.pop().ok_or(NO_TOKEN)
}

async fn at_version(work: &Work, id: TokenId, version: i64) -> Result<TokenWithOffer, ServiceError> {
    let found = held_one(work, id).await?;
    if found.token.version == version {
        return Ok(found);
    }
    // who brought it to the version that it has; nobody, when it was the customer
    let here = Some(found.token.version);
    let last = actions::last_on(&work.tx, id).await?;
    let last = last.filter(|a| version_after(a, id) == here);
    let mut current = serde_json::to_value(row(found, work.now));
    if let (Ok(current), Some(last)) = (&mut current, last) {
        current["changed_by"] = serde_json::json!(ChangedBy {
            kind: last.kind,
            who: last.agent_label,
            at: last.at,
        });
    }
    Err(stale(current)?)
}

fn stale(current: serde_json::Result<serde_json::Value>) -> Result<ServiceError, ServiceError> {
    let current = current.map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(ServiceError::Stale {
        current: Box::new(current),
    })
}

impl Job {
    fn new(
        order: &Order,
        standing: Standing,
        before: Option<TokenWithOffer>,
        step: Step,
        offer: Offer,
    ) -> Self {
        Self {
            id: ActionId::new(),
            kind: order.kind,
            reason: order.reason.clone(),
            ticket: order.ticket,
            standing,
            before,
            original: None,
            step,
            offer,
            dispute: None,
            undone: None,
        }
    }
}
