//! Writing jobs: the rows, and in the same transaction the records of the actions, the audit, what the customers are told,
//! and the tickets' history. One job or a thousand take the same number of statements, but for what is rare.

use super::super::ticket_changes::touch_by_action;
use super::super::tokens::row;
use super::super::work::{Record, entry};
use super::{Standing, action, dispute, reason_line};
use crate::domain::action::Step;
use crate::domain::audit::Outcome;
use crate::domain::id::{ActionId, OutboxId, TicketId};
use crate::domain::offer::Offer;
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, DisputeStatus, Token};
use crate::server::services::{ServiceError, Work};
use crate::server::store::actions::{self, ActionRow, Trace};
use crate::server::store::audit;
use crate::server::store::bulk::{self, OfferKeys};
use crate::server::store::disputes::{self, DisputeRow};
use crate::server::store::records::{self, Outgoing};
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::wire::desk::Reason;
use crate::wire::tokens::{ActionDone, Notice};

/// What becomes of a dispute.
#[derive(Debug, Clone)]
pub enum DisputeWrite {
    /// A new one.
    Open(DisputeRow),
    /// One that was decided or withdrawn; its version is the new one.
    Moved(DisputeRow),
}

impl DisputeWrite {
    fn row(&self) -> &DisputeRow {
        match self {
            Self::Open(row) | Self::Moved(row) => row,
        }
    }
}

/// An action that was judged and is ready to be written; its rows are held by the transaction.
#[derive(Debug, Clone)]
pub struct Job {
    /// The action's identifier.
    pub id: ActionId,
    /// Which verb.
    pub kind: ActionKind,
    /// Why.
    pub reason: Reason,
    /// For which ticket.
    pub ticket: Option<TicketId>,
    /// In whose name.
    pub standing: Standing,
    /// The token that it is done to, as it is.
    pub before: Option<TokenWithOffer>,
    /// With an undo of a reissue: the original, as it is.
    pub original: Option<TokenWithOffer>,
    /// What becomes of the rows.
    pub step: Step,
    /// The offer.
    pub offer: Offer,
    /// What becomes of the dispute.
    pub dispute: Option<DisputeWrite>,
    /// The action that is taken back.
    pub undone: Option<ActionRow>,
}

/// An action that is written.
#[derive(Debug, Clone)]
pub struct Done {
    /// The answer.
    pub body: ActionDone,
    /// Version of the token in it.
    pub version: Option<i64>,
}

/// The rows of a job as they are after it.
struct After {
    token: TokenWithOffer,
    original: Option<TokenWithOffer>,
}

impl Job {
    /// Whether something new comes of it: a token or a dispute.
    #[must_use]
    pub fn makes(&self) -> bool {
        self.step.made.is_some() || matches!(self.dispute, Some(DisputeWrite::Open(_)))
    }

    fn after(&self) -> Result<After, ServiceError> {
        let lost = || ServiceError::Internal("an action without a token".to_owned());
        let mut changed = self.step.changed.iter().map(|token| Token {
            version: token.version + 1,
            ..token.clone()
        });
        let dressed = |token: Token, like: Option<&TokenWithOffer>| match like {
            Some(like) => TokenWithOffer {
                token,
                ..like.clone()
            },
            None => with_offer(token, &self.offer),
        };
        Ok(match &self.step.made {
            Some(made) => After {
                token: with_offer(made.clone(), &self.offer),
                original: changed.next().map(|t| dressed(t, self.before.as_ref())),
            },
            None => After {
                token: dressed(changed.next().ok_or_else(lost)?, self.before.as_ref()),
                original: changed.next().map(|t| dressed(t, self.original.as_ref())),
            },
        })
    }

    fn action(&self, after: &After, now: Moment) -> ActionRow {
        let t = &after.token.token;
        ActionRow {
            id: self.id,
            kind: self.kind,
            token: t.id,
            account: t.account_id,
            name: after.token.name.clone(),
            agent: self.standing.agent,
            agent_label: self.standing.label.clone(),
            at: now,
            reason_code: self.reason.code.clone(),
            reason_text: self.reason.text.trim().to_owned(),
            ticket: self.ticket,
            before: if self.kind == ActionKind::Add {
                None
            } else {
                self.before.as_ref().map(|b| b.token.state(now))
            },
            after: t.state(now),
            other: after.original.as_ref().map(|o| o.token.id),
            intent: self.standing.key,
            trace: Trace {
                token_version: Some(t.version),
                other_version: after.original.as_ref().map(|o| o.token.version),
                dispute: self.dispute.as_ref().map(|d| d.row().id),
                undoes: self.undone.as_ref().map(|u| u.id),
                undone_by: None,
                plan: self.standing.plan,
                approved_by: self.standing.approved_by.clone(),
            },
        }
    }

    fn outgoing(&self, after: &After, not_before: Moment) -> Outgoing {
        let t = &after.token.token;
        Outgoing {
            id: OutboxId::new(),
            kind: format!("customer.token_{}", self.kind.word()),
            account: Some(t.account_id),
            action: Some(self.id),
            payload: serde_json::json!({
                "action": self.kind, "token_id": t.id, "token_ref": t.token_ref, "offer": after.token.name,
                "merchant": after.token.merchant, "expires_at": t.expires_at,
                "undone": self.undone.as_ref().map(|u| u.kind),
            })
            .to_string(),
            not_before,
        }
    }
}

/// Writes jobs whose rows are held by this transaction.
///
/// # Errors
/// When the ticket is not there or the database fails; then nothing may be committed.
pub async fn write_all(work: &Work, jobs: Vec<Job>) -> Result<Vec<Done>, ServiceError> {
    let afters = jobs.iter().map(Job::after).collect::<Result<Vec<_>, _>>()?;
    rows(work, &jobs).await?;
    let done: Vec<ActionRow> = jobs
        .iter()
        .zip(&afters)
        .map(|(job, after)| job.action(after, work.now))
        .collect();
    for (job, after) in jobs.iter().zip(&afters) {
        if let Some(ticket) = job.ticket {
            touch_by_action(work, ticket, &after.token.token, job.kind, &after.token.name).await?;
        }
    }
    actions::insert(&work.tx, &done).await?;
    let notices = tell(work, &jobs, &afters).await?;
    let entries: Vec<_> = jobs
        .iter()
        .zip(&afters)
        .map(|(job, after)| {
            entry(
                &work.actor,
                job.kind.verb().word,
                work.now,
                audited(work, job, after),
                Outcome::Done,
                Some(job.standing.key),
            )
        })
        .collect();
    audit::append_all(&work.tx, &entries).await?;
    Ok(jobs
        .into_iter()
        .zip(afters)
        .zip(done.into_iter().zip(notices))
        .map(|((job, after), (done, notice))| answer(work, job, after, done, notice))
        .collect())
}

fn answer(work: &Work, job: Job, after: After, done: ActionRow, notice: Notice) -> Done {
    let version = after.token.token.version;
    Done {
        version: Some(version),
        body: ActionDone {
            action: action(done),
            token: row(after.token, work.now),
            original: after.original.map(|o| row(o, work.now)),
            dispute: job.dispute.map(|d| match d {
                DisputeWrite::Open(row) | DisputeWrite::Moved(row) => dispute(row),
            }),
            notice: Some(notice),
        },
    }
}

/// The rows themselves.
async fn rows(work: &Work, jobs: &[Job]) -> Result<(), ServiceError> {
    // Held rows cannot have changed; if they have, nothing is committed and the caller may try again.
    let all_or_none = |done: u64, all: usize| {
        if done == all as u64 {
            Ok(())
        } else {
            Err(ServiceError::Unavailable)
        }
    };
    let changed: Vec<Token> = jobs.iter().flat_map(|j| j.step.changed.iter().cloned()).collect();
    all_or_none(tokens::change_all(&work.tx, &changed).await?, changed.len())?;
    let keys: Vec<OfferKeys> = jobs.iter().map(|j| OfferKeys::from(&j.offer)).collect();
    let made: Vec<(&Token, &OfferKeys)> = jobs
        .iter()
        .zip(&keys)
        .filter_map(|(job, keys)| Some((job.step.made.as_ref()?, keys)))
        .collect();
    bulk::tokens(&work.tx, &made).await?;
    let opened: Vec<DisputeRow> = jobs
        .iter()
        .filter_map(|j| match &j.dispute {
            Some(DisputeWrite::Open(row)) => Some(row.clone()),
            _ => None,
        })
        .collect();
    disputes::insert(&work.tx, &opened).await?;
    for job in jobs {
        if let Some(DisputeWrite::Moved(row)) = &job.dispute {
            let moved = disputes::decide(&work.tx, row).await?;
            all_or_none(u64::from(moved), 1)?;
        }
        let back = match job.undone.as_ref().map(|undone| undone.kind) {
            Some(ActionKind::Remove) => job.before.as_ref(),
            // with a second reissue, the original stays out of the wallet
            Some(ActionKind::Reissue) => job.original.as_ref().filter(|original| {
                let back = |token: &Token| token.id == original.token.id && token.removed_at.is_none();
                job.step.changed.iter().any(back)
            }),
            _ => None,
        };
        if let Some(back) = back
            && let Some(removed_at) = back.token.removed_at
        {
            tokens::restored(&work.tx, back.token.id, removed_at, work.now).await?;
        }
    }
    let undone: Vec<_> = jobs
        .iter()
        .filter_map(|j| Some((j.undone.as_ref()?.id, j.id)))
        .collect();
    let marked = actions::mark_undone(&work.tx, &undone).await?;
    all_or_none(marked, undone.len())
}

/// What the customers are told: held until the undo time is over. An undo takes it back, or corrects it.
async fn tell(work: &Work, jobs: &[Job], afters: &[After]) -> Result<Vec<Notice>, ServiceError> {
    let until = work.after_undo();
    let (mut out, mut notices) = (Vec::new(), Vec::new());
    for (job, after) in jobs.iter().zip(afters) {
        let (notice, when) = match &job.undone {
            None => (Notice::Held { until }, Some(until)),
            Some(undone) if records::cancel_notice(&work.tx, undone.id, work.now).await? => {
                (Notice::Cancelled, None)
            }
            Some(_) => (Notice::Correction, Some(work.now)),
        };
        notices.push(notice);
        out.extend(when.map(|when| job.outgoing(after, when)));
    }
    records::enqueue_all(&work.tx, &out, work.now).await?;
    Ok(notices)
}

fn audited(work: &Work, job: &Job, after: &After) -> Record {
    let mut facts_after = facts(&after.token, work.now);
    if let Some(original) = &after.original {
        facts_after["original"] = facts(original, work.now);
    }
    if let Some(written) = &job.dispute {
        let d = written.row();
        facts_after["dispute"] = serde_json::json!({"id": d.id, "kind": d.kind, "status": d.status});
    }
    if let Some(undone) = &job.undone {
        facts_after["undoes"] = serde_json::json!({"id": undone.id, "kind": undone.kind});
    }
    if let Some(who) = &job.standing.approved_by {
        facts_after["asked_by"] = serde_json::json!(job.standing.label);
        facts_after["approved_by"] = serde_json::json!(who);
    }
    if let Some(plan) = job.standing.plan {
        facts_after["plan"] = serde_json::json!(plan);
    }
    Record {
        kind: "token",
        id: after.token.token.id.to_string(),
        account: Some(after.token.token.account_id),
        ticket: job.ticket,
        reason: reason_line(&job.reason),
        before: job.before.as_ref().map(|b| facts(b, work.now).to_string()),
        after: Some(facts_after.to_string()),
    }
}

/// What the audit keeps of a token: its facts, without the offer's texts.
fn facts(found: &TokenWithOffer, now: Moment) -> serde_json::Value {
    let t = &found.token;
    serde_json::json!({
        "id": t.id, "token_ref": t.token_ref, "offer_id": t.offer_id, "state": t.state(now), "claimed_at": t.claimed_at,
        "expires_at": t.expires_at, "used_at": t.used_at, "shared_at": t.shared_at, "removed_at": t.removed_at,
        "dispute_status": t.dispute.map(DisputeStatus::word), "reissued_from": t.reissued_from,
        "reissued_to": t.reissued_to, "version": t.version,
    })
}

fn with_offer(token: Token, offer: &Offer) -> TokenWithOffer {
    TokenWithOffer {
        token,
        code: offer.code.clone(),
        name: offer.name.clone(),
        description: offer.description.clone(),
        image: offer.image.clone(),
        offer_type: offer.offer_type,
        value: offer.value.clone(),
        merchant: offer.merchant.clone(),
        location: offer.location.clone(),
        source: offer.source.clone(),
        campaign: offer.campaign.clone(),
    }
}
