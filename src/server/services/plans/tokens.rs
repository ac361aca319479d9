//! Plans about tokens: each row is an order of the token desk's pipeline.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Judged, Noun, Ordered, Picks, done, failed, illegal};
use crate::domain::id::{IntentKey, OfferId, PlanId, TokenId};
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::plan::{PlanNoun, PlanVerb, RowState};
use crate::domain::query::{FieldSet, TOKEN_FIELDS};
use crate::domain::token::ActionKind;
use crate::server::services::actions::{
    Job, Order, Standing, Target, check_reason, needs_approval, on_token, prepare, write_all,
};
use crate::server::services::listing::Asked;
use crate::server::services::{ServiceError, Work};
use crate::server::store::page::List;
use crate::server::store::plans::{PlanRecord, PlanRow};
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::server::store::{Conn, Row, StoreError, offers};
use crate::wire::desk::Reason;
use crate::wire::plans::NewPlan;

/// Plans about tokens.
pub(crate) struct Tokens;

/// The target of a plan's order is each row in turn.
fn nothing() -> Target {
    Target::Token {
        id: TokenId(Uuid::nil()),
        version: 0,
    }
}

impl Noun for Tokens {
    type Body = NewPlan;
    type Order = Order;
    type Found = TokenWithOffer;

    const NOUN: PlanNoun = PlanNoun::Token;
    const FIELDS: &'static FieldSet = &TOKEN_FIELDS;
    const BULK: Permission = Permission::TokenBulk;
    const UNDO: Permission = Permission::TokenUndo;
    const UNDO_ANY: Permission = Permission::TokenUndoAny;
    const STRETCH: u32 = 500;

    fn at_once(_: &NewPlan) -> Option<&'static str> {
        None
    }

    fn verb(verb: PlanVerb) -> (&'static str, Permission) {
        let kind = verb.action().unwrap_or(ActionKind::Undo).verb();
        (kind.word, kind.permission)
    }

    async fn order(work: &Work, body: &NewPlan) -> Result<Ordered<Order>, ServiceError> {
        let verb = PlanVerb::of(body.verb).filter(|_| body.verb.in_bulk());
        let verb = verb.ok_or_else(|| {
            ServiceError::field(
                "verb",
                "not_in_bulk",
                "many tokens at once are removed, reissued or disputed",
            )
        })?;
        work.actor.may(body.verb.verb().permission)?;
        check_reason(&body.reason)?;
        Ok(Ordered {
            verb,
            order: Order {
                expires_at: body.expires_at,
                dispute: body.kind.trim().to_owned(),
                ..Order::new(body.verb, nothing(), &body.reason, body.ticket_id)
            },
            picks: Picks {
                ids: body.ids.iter().map(|id| id.0).collect(),
                q: body.q.clone(),
                tz: body.tz.clone(),
                account: body.account_id,
            },
            ticket: body.ticket_id,
        })
    }

    async fn find(work: &Work, ids: &[Uuid]) -> Result<Vec<(Uuid, TokenWithOffer)>, ServiceError> {
        let ids: Vec<TokenId> = ids.iter().copied().map(TokenId).collect();
        let rows = tokens::find_all(&work.tx, &ids).await?;
        Ok(rows.into_iter().map(|row| (row.token.id.0, row)).collect())
    }

    fn list(picks: &Picks, asked: &Asked, work: &Work) -> Result<List, ServiceError> {
        if picks.account.is_none() {
            work.actor.may(Permission::TokenSearchAll)?;
        }
        let hash = asked.hash.clone();
        Ok(tokens::list(
            picks.account.into(),
            &asked.query,
            &asked.scope,
            hash,
        ))
    }

    fn read(row: &Row) -> Result<TokenWithOffer, StoreError> {
        tokens::read(row)
    }

    async fn judge(
        work: &Work,
        order: &Order,
        found: Vec<TokenWithOffer>,
    ) -> Result<(Vec<Judged>, Option<String>), ServiceError> {
        let catalog = catalog(&work.tx, &found).await?;
        let (mut rows, mut why) = (Vec::with_capacity(found.len()), None);
        for found in found {
            let row = frozen(work, &found);
            let judged = judge(work, order, found, &catalog, None).map(|job| {
                why = why.take().or_else(|| needs_approval(work.profile(), &job, false));
            });
            rows.push((row, judged));
        }
        Ok((rows, why))
    }

    async fn run(
        work: &Work,
        plan: &PlanRecord,
        order: &Order,
        rows: &mut [PlanRow],
    ) -> Result<(), ServiceError> {
        let approved_by = match plan.approval {
            Some(id) => crate::server::store::approvals::find(&work.tx, id)
                .await?
                .map(|a| a.decided_label),
            None => None,
        };
        let (mut jobs, mut places) = (Vec::new(), Vec::new());
        let judged = if plan.verb == PlanVerb::Undo {
            undo_jobs(work, plan.id, order, rows).await?
        } else {
            row_jobs(work, plan.id, order, rows).await?
        };
        for (place, judged) in judged.into_iter().enumerate() {
            match judged {
                Ok(mut job) => {
                    job.standing.approved_by.clone_from(&approved_by);
                    jobs.push(job);
                    places.push(place);
                }
                Err(refused) if refused.is_judged() => failed(&mut rows[place], &refused),
                Err(error) => return Err(error),
            }
        }
        for (place, written) in places.into_iter().zip(write_all(work, jobs).await?) {
            let (action, made) = (written.body.action.id, written.body.token.id);
            done(&mut rows[place], Some(action), Some(made.0));
        }
        Ok(())
    }

    fn undo() -> Order {
        Order::new(ActionKind::Undo, nothing(), &Reason::default(), None)
    }

    fn undo_row(done: PlanRow) -> PlanRow {
        PlanRow {
            subject: done.made.unwrap_or(done.subject),
            undoes: done.action,
            ..done
        }
    }
}

fn frozen(work: &Work, found: &TokenWithOffer) -> PlanRow {
    PlanRow {
        n: 0,
        subject: found.token.id.0,
        version: found.token.version,
        account: Some(found.token.account_id),
        label: String::new(),
        name: found.name.clone(),
        before: found.token.state(work.now).word().to_owned(),
        undoes: None,
        state: RowState::Planned,
        code: String::new(),
        detail: String::new(),
        action: None,
        made: None,
        trace: String::new(),
    }
}

async fn catalog(
    conn: &impl Conn,
    found: &[TokenWithOffer],
) -> Result<HashMap<OfferId, Offer>, ServiceError> {
    let mut all = HashMap::new();
    for id in found.iter().map(|f| f.token.offer_id) {
        if !all.contains_key(&id)
            && let Some(offer) = offers::find(conn, id).await?
        {
            all.insert(id, offer);
        }
    }
    Ok(all)
}

/// Asks the rules about one row.
fn judge(
    work: &Work,
    order: &Order,
    found: TokenWithOffer,
    catalog: &HashMap<OfferId, Offer>,
    plan: Option<PlanId>,
) -> Result<Job, ServiceError> {
    let offer = catalog.get(&found.token.offer_id).cloned();
    let offer = offer.ok_or(ServiceError::NotFound("the offer is gone"))?;
    on_token(work, order, row_standing(work, plan), found, offer)
}

fn row_standing(work: &Work, plan: Option<PlanId>) -> Standing {
    Standing {
        key: IntentKey::new(),
        plan,
        ..Standing::of(work)
    }
}

async fn row_jobs(
    work: &Work,
    plan: PlanId,
    order: &Order,
    rows: &[PlanRow],
) -> Result<Vec<Result<Job, ServiceError>>, ServiceError> {
    let ids: Vec<TokenId> = rows.iter().map(|r| TokenId(r.subject)).collect();
    let held = tokens::hold(&work.tx, &ids).await?;
    let catalog = catalog(&work.tx, &held).await?;
    let mut held: HashMap<Uuid, TokenWithOffer> = held.into_iter().map(|f| (f.token.id.0, f)).collect();
    Ok(rows
        .iter()
        .map(|row| {
            let no_token = crate::server::services::tokens::NO_TOKEN;
            let found = held.remove(&row.subject).ok_or(no_token)?;
            if found.token.version != row.version {
                return Err(illegal(
                    "changed",
                    "it was changed since the plan was made; nothing was done",
                ));
            }
            judge(work, order, found, &catalog, Some(plan))
        })
        .collect())
}

async fn undo_jobs(
    work: &Work,
    plan: PlanId,
    order: &Order,
    rows: &[PlanRow],
) -> Result<Vec<Result<Job, ServiceError>>, ServiceError> {
    let mut jobs = Vec::with_capacity(rows.len());
    for row in rows {
        let judged = match row.undoes {
            Some(id) => {
                let order = Order {
                    target: Target::Action { id },
                    ..order.clone()
                };
                prepare(work, &order, row_standing(work, Some(plan))).await
            }
            None => Err(illegal("not_undoable", "there is nothing to take back")),
        };
        jobs.push(judged);
    }
    Ok(jobs)
}
