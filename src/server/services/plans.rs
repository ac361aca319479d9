//! Plans: one verb for many tokens. What was seen and decided is frozen row by row; a run does what is left, in stretches of
//! one transaction each, so that it goes on after a crash and does no row twice.

use std::collections::{HashMap, HashSet};

use super::actions::{
    Job, Order, Standing, Target, check_reason, needs_approval, on_token, prepare, why_not, write_all,
};
use super::listing::read_query;
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work, approvals};
use crate::domain::id::{AccountId, IntentKey, OfferId, PlanId, TokenId};
use crate::domain::offer::Offer;
use crate::domain::permission::Permission;
use crate::domain::plan::{MAX_ROWS, MINUTES, PlanState, RowState};
use crate::domain::query::TOKEN_FIELDS;
use crate::domain::token::ActionKind;
use crate::server::store::approvals::ApprovalRow;
use crate::server::store::page::Window;
use crate::server::store::plans::{self, PlanRecord, PlanRow};
use crate::server::store::tokens::{self, TokenWithOffer};
use crate::server::store::{Conn, offers};
use crate::wire::page::{ListParams, Page};
use crate::wire::plans::{NewPlan, Plan, PlanDetail, PlanRow as WireRow, RunPlan};

/// Rows that are done in one transaction.
const STRETCH: u32 = 500;
/// Plans that are listed.
const LISTED: u32 = 50;

pub(super) const NO_PLAN: ServiceError = ServiceError::NotFound("there is no such plan");

fn plan(record: PlanRecord, rows: &[PlanRow]) -> Plan {
    let n = |state| u32::try_from(rows.iter().filter(|r| r.state == state).count()).unwrap_or(u32::MAX);
    let order: Option<Order> = serde_json::from_str(&record.order).ok();
    Plan {
        id: record.id,
        verb: record.kind,
        state: record.state,
        agent: record.agent_label,
        reason: order.map(|o| o.reason).unwrap_or_default(),
        query: record.query,
        hash: record.hash,
        created_at: record.created_at,
        expires_at: record.expires_at,
        undoes: record.undoes,
        approval_id: record.approval,
        planned: n(RowState::Planned),
        skipped: n(RowState::Skipped),
        done: n(RowState::Done),
        failed: n(RowState::Failed),
    }
}

/// A plan with its rows, as replies show it.
pub(super) async fn detail(conn: &impl Conn, record: PlanRecord) -> Result<PlanDetail, ServiceError> {
    let rows = plans::rows(conn, record.id).await?;
    Ok(PlanDetail {
        plan: plan(record, &rows),
        rows: rows
            .into_iter()
            .map(|r| WireRow {
                n: r.n,
                token_id: r.token,
                version: r.version,
                account_id: r.account,
                name: r.name,
                before: r.before,
                state: r.state,
                code: r.code,
                detail: r.detail,
                action_id: r.action,
                made_id: r.made,
            })
            .collect(),
    })
}

fn illegal(code: &'static str, detail: impl Into<String>) -> ServiceError {
    ServiceError::Illegal {
        code,
        detail: detail.into(),
    }
}

impl Services {
    /// Makes a plan: picks the rows, asks the rules for each, and freezes the answer. Changes no token.
    ///
    /// # Errors
    /// When the person may not, the verb cannot be done in bulk, the query is wrong, or there are too many rows.
    pub async fn make_plan(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        body: &NewPlan,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "plan.make", Permission::TokenBulk)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = make(&work, body).await;
        work.settle(result).await
    }

    /// One plan with its rows.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn plan(&self, actor: &Actor, id: PlanId) -> Result<PlanDetail, ServiceError> {
        self.allow(actor, Permission::TokenBulk).await?;
        let conn = self.store.read();
        let found = plans::find(conn, id).await?.ok_or(NO_PLAN)?;
        let shown = detail(conn, found).await?;
        if let Some(account) = only_one(shown.rows.iter().map(|row| row.account_id)) {
            self.looks_at(actor, account, Opened::of("plan", id)).await?;
        }
        Ok(shown)
    }

    /// The person's latest plans, newest first.
    ///
    /// # Errors
    /// When the person may not or the database fails.
    pub async fn plans(&self, actor: &Actor) -> Result<Page<Plan>, ServiceError> {
        self.allow(actor, Permission::TokenBulk).await?;
        let conn = self.store.read();
        let mut items = Vec::new();
        for record in plans::latest(conn, actor.id, LISTED).await? {
            let rows = plans::rows(conn, record.id).await?;
            items.push(plan(record, &rows));
        }
        Ok(Page::whole(items))
    }

    /// Runs a plan, or goes on where it stopped. Running it once more changes nothing and gives the same results.
    ///
    /// # Errors
    /// When it is somebody else's, the hash is another one, it waits or has expired, or the database fails.
    pub async fn run_plan(
        &self,
        actor: &Actor,
        id: PlanId,
        body: &RunPlan,
    ) -> Result<PlanDetail, ServiceError> {
        self.allow(actor, Permission::TokenBulk).await?;
        let found = plans::find(self.store.read(), id).await?.ok_or(NO_PLAN)?;
        if found.agent != actor.id {
            return Err(illegal("not_yours", "a plan is run by the person who made it"));
        }
        if found.hash != body.hash {
            return Err(ServiceError::field(
                "hash",
                "other_content",
                "this is not the plan that was made; look at it again",
            ));
        }
        match found.state {
            PlanState::Waiting => {
                return Err(illegal(
                    "awaits_approval",
                    "the plan waits for a second person's approval",
                ));
            }
            PlanState::Refused => return Err(illegal("plan_refused", "a second person refused the plan")),
            PlanState::Ready if found.expires_at < self.now() => {
                return Err(illegal(
                    "plan_expired",
                    "the plan is too old to be begun; make a new one, the rows may have changed",
                ));
            }
            PlanState::Ready | PlanState::Running => self.run_rows(actor, &found).await?,
            PlanState::Done => {}
        }
        self.plan(actor, id).await
    }

    /// Takes a whole plan back: an undo for each row that was done, by a plan of its own. Asked again, it goes on.
    ///
    /// # Errors
    /// When there is none, nothing of it was done, or the database fails. Rows that cannot be taken back say why.
    pub async fn undo_plan(&self, actor: &Actor, id: PlanId) -> Result<PlanDetail, ServiceError> {
        let work = match self
            .begin(actor, None, "plan.undo", Permission::TokenUndo)
            .await?
        {
            Begun::Replay(_) => return Err(ServiceError::Unavailable),
            Begun::Work(work) => work,
        };
        let undoing = match undo(&work, id).await {
            Ok(undoing) => {
                let done = Outcome2xx::ok((), None);
                work.settle(Ok(done)).await?;
                undoing
            }
            Err(refused) => return Err(refused_by(*work, refused).await),
        };
        if undoing.agent != actor.id {
            return Err(illegal("not_yours", "somebody else is taking this plan back"));
        }
        if undoing.state != PlanState::Done {
            self.run_rows(actor, &undoing).await?;
        }
        self.plan(actor, undoing.id).await
    }

    async fn run_rows(&self, actor: &Actor, found: &PlanRecord) -> Result<(), ServiceError> {
        let order: Order =
            serde_json::from_str(&found.order).map_err(|e| ServiceError::Internal(e.to_string()))?;
        loop {
            let verb = found.kind.verb();
            let begun = self.begin(actor, None, verb.word, verb.permission).await?;
            let Begun::Work(work) = begun else {
                return Err(ServiceError::Unavailable);
            };
            match stretch(&work, found, &order).await {
                Ok(left) => {
                    work.settle(Ok(Outcome2xx::ok((), None))).await?;
                    if !left {
                        return Ok(());
                    }
                }
                Err(refused) => return Err(refused_by(*work, refused).await),
            }
        }
    }
}

/// Rolls a work back and hands on why.
async fn refused_by(work: Work, refused: ServiceError) -> ServiceError {
    match work.settle::<()>(Err(refused)).await {
        Ok(_) => ServiceError::Internal("a refusal was settled as done".to_owned()),
        Err(error) => error,
    }
}

fn order_of(body: &NewPlan) -> Order {
    // The target of the order is each row in turn.
    let nothing = Target::Token {
        id: TokenId(uuid::Uuid::nil()),
        version: 0,
    };
    Order {
        expires_at: body.expires_at,
        dispute: body.kind.trim().to_owned(),
        ..Order::new(body.verb, nothing, &body.reason, body.ticket_id)
    }
}

async fn make(work: &Work, body: &NewPlan) -> Result<Outcome2xx<PlanDetail>, ServiceError> {
    if !body.verb.in_bulk() {
        return Err(ServiceError::field(
            "verb",
            "not_in_bulk",
            "many tokens at once are removed, reissued or disputed",
        ));
    }
    work.actor.may(body.verb.verb().permission)?;
    check_reason(&body.reason)?;
    let order = order_of(body);
    let found = pick(work, body).await?;
    let catalog = catalog(&work.tx, &found).await?;
    let mut why = None;
    let mut rows = Vec::with_capacity(found.len());
    for (n, found) in (1_i64..).zip(found) {
        let mut row = frozen(work, n, &found);
        match judge(work, &order, found, &catalog, None) {
            Ok(job) => why = why.or_else(|| needs_approval(work.profile(), &job, false)),
            Err(refused) if refused.is_judged() => {
                row.state = RowState::Skipped;
                (row.code, row.detail) = why_not(&refused);
            }
            Err(error) => return Err(error),
        }
        rows.push(row);
    }
    let planned = rows.iter().filter(|r| r.state == RowState::Planned).count();
    let why = why.or_else(|| work.profile().approvals.over_rows(planned));
    let query = if body.ids.is_empty() {
        body.q.clone().unwrap_or_default()
    } else {
        String::new()
    };
    let record = keep(work, &order, query, &rows, why).await?;
    let body = PlanDetail {
        plan: plan(record.clone(), &rows),
        ..detail(&work.tx, record).await?
    };
    Ok(Outcome2xx::created(body, None))
}

async fn keep(
    work: &Work,
    order: &Order,
    query: String,
    rows: &[PlanRow],
    why: Option<String>,
) -> Result<PlanRecord, ServiceError> {
    let order_json = serde_json::to_string(order).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let mut content = order_json.clone();
    for row in rows {
        content.push_str(&format!(
            "\n{} {} {} {}",
            row.n,
            row.token,
            row.version,
            row.state.word()
        ));
    }
    let hash = approvals::hash_of(&content);
    let mut record = PlanRecord {
        id: PlanId::new(),
        agent: work.actor.id,
        agent_label: work.actor.label(),
        kind: order.kind,
        order: order_json,
        query,
        hash,
        state: PlanState::Ready,
        created_at: work.now,
        expires_at: work.now.plus_seconds(MINUTES * 60),
        run_at: None,
        undoes: None,
        approval: None,
    };
    let planned = rows.iter().filter(|r| r.state == RowState::Planned).count();
    if let Some(why) = why {
        let about = serde_json::json!({"plan": record.id, "verb": order.kind, "rows": planned,
            "reason": order.reason, "expires_at": order.expires_at});
        let waits = ApprovalRow {
            kind: order.kind,
            plan: Some(record.id),
            name: format!("{} {planned} tokens", order.kind.word()),
            ..approvals::request(work, about.to_string(), record.hash.clone(), why)
        };
        (record.state, record.approval) = (PlanState::Waiting, Some(waits.id));
        record.expires_at = waits.expires_at.plus_seconds(MINUTES * 60);
        approvals::keep(work, waits).await?;
    }
    plans::insert(&work.tx, &record, rows).await?;
    work.audit(Record {
        kind: "plan",
        id: record.id.to_string(),
        account: only_one(rows.iter().map(|row| row.account)),
        reason: super::actions::reason_line(&order.reason),
        ticket: order.ticket,
        after: Some(
            serde_json::json!({"verb": order.kind, "rows": rows.len(), "planned": planned, "hash": record.hash,
                "state": record.state})
            .to_string(),
        ),
        ..Record::default()
    })
    .await?;
    Ok(record)
}

/// The customer, if all of it is about one.
fn only_one(mut accounts: impl Iterator<Item = AccountId>) -> Option<AccountId> {
    let first = accounts.next()?;
    accounts.all(|other| other == first).then_some(first)
}

fn frozen(work: &Work, n: i64, found: &TokenWithOffer) -> PlanRow {
    PlanRow {
        n,
        token: found.token.id,
        version: found.token.version,
        account: found.token.account_id,
        name: found.name.clone(),
        before: found.token.state(work.now),
        undoes: None,
        state: RowState::Planned,
        code: String::new(),
        detail: String::new(),
        action: None,
        made: None,
    }
}

/// The tokens that a plan is about, in the order in which they were named or the query gives them.
async fn pick(work: &Work, body: &NewPlan) -> Result<Vec<TokenWithOffer>, ServiceError> {
    let too_many = || {
        ServiceError::field(
            if body.ids.is_empty() { "q" } else { "ids" },
            "too_many",
            format!("a plan is about at most {MAX_ROWS} tokens; narrow it"),
        )
    };
    if !body.ids.is_empty() {
        if body.q.is_some() {
            return Err(ServiceError::field(
                "q",
                "exclusive",
                "give either ids or a query",
            ));
        }
        let mut seen = HashSet::new();
        let ids: Vec<TokenId> = body.ids.iter().copied().filter(|id| seen.insert(*id)).collect();
        if ids.len() > MAX_ROWS {
            return Err(too_many());
        }
        let mut found: HashMap<TokenId, TokenWithOffer> = HashMap::with_capacity(ids.len());
        for some in ids.chunks(1_000) {
            let rows = tokens::find_all(&work.tx, some).await?;
            found.extend(rows.into_iter().map(|row| (row.token.id, row)));
        }
        return ids
            .iter()
            .map(|id| {
                found
                    .remove(id)
                    .ok_or_else(|| ServiceError::field("ids", "unknown", format!("there is no token {id}")))
            })
            .collect();
    }
    let Some(q) = body.q.clone() else {
        return Err(ServiceError::field(
            "ids",
            "required",
            "name the tokens, or give a query",
        ));
    };
    if body.account_id.is_none() {
        work.actor.may(Permission::TokenSearchAll)?;
    }
    let params = ListParams {
        q: Some(q),
        tz: body.tz.clone(),
        ..ListParams::default()
    };
    let asked = read_query(&params, &TOKEN_FIELDS, "plan", &work.actor, work.now)?;
    let list = tokens::list(body.account_id.into(), &asked.query, &asked.scope, asked.hash);
    let most = u32::try_from(MAX_ROWS).unwrap_or(u32::MAX);
    let slice = list
        .slice(&work.tx, &Window::First, most, tokens::read)
        .await?
        .map_err(|bad| ServiceError::Internal(bad.to_string()))?;
    if slice.at_end {
        Ok(slice.items)
    } else {
        Err(too_many())
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

/// Does the next rows of a plan in the open transaction. `false`: none are left.
async fn stretch(work: &Work, found: &PlanRecord, order: &Order) -> Result<bool, ServiceError> {
    // This holds the plan: another run of it waits here, and finds these rows done.
    plans::set_state(&work.tx, found.id, PlanState::Running, Some(work.now)).await?;
    let mut rows = plans::next_rows(&work.tx, found.id, STRETCH).await?;
    if rows.is_empty() {
        plans::set_state(&work.tx, found.id, PlanState::Done, None).await?;
        return Ok(false);
    }
    let approved_by = match found.approval {
        Some(id) => crate::server::store::approvals::find(&work.tx, id)
            .await?
            .map(|a| a.decided_label),
        None => None,
    };
    let (mut jobs, mut places) = (Vec::new(), Vec::new());
    let judged = if found.kind == ActionKind::Undo {
        undo_jobs(work, found.id, order, &rows).await?
    } else {
        row_jobs(work, found.id, order, &rows).await?
    };
    for (place, judged) in judged.into_iter().enumerate() {
        match judged {
            Ok(mut job) => {
                job.standing.approved_by.clone_from(&approved_by);
                jobs.push(job);
                places.push(place);
            }
            Err(refused) if refused.is_judged() => {
                rows[place].state = RowState::Failed;
                (rows[place].code, rows[place].detail) = why_not(&refused);
            }
            Err(error) => return Err(error),
        }
    }
    for (place, done) in places.into_iter().zip(write_all(work, jobs).await?) {
        let row = &mut rows[place];
        row.state = RowState::Done;
        row.action = Some(done.body.action.id);
        row.made = Some(done.body.token.id);
    }
    plans::set_results(&work.tx, found.id, &rows).await?;
    Ok(true)
}

async fn row_jobs(
    work: &Work,
    plan: PlanId,
    order: &Order,
    rows: &[PlanRow],
) -> Result<Vec<Result<Job, ServiceError>>, ServiceError> {
    let ids: Vec<TokenId> = rows.iter().map(|r| r.token).collect();
    let held = tokens::hold(&work.tx, &ids).await?;
    let catalog = catalog(&work.tx, &held).await?;
    let mut held: HashMap<TokenId, TokenWithOffer> = held.into_iter().map(|f| (f.token.id, f)).collect();
    Ok(rows
        .iter()
        .map(|row| {
            let found = held.remove(&row.token).ok_or(super::tokens::NO_TOKEN)?;
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

/// The plan that takes another back: the one that is there, or a new one.
async fn undo(work: &Work, id: PlanId) -> Result<PlanRecord, ServiceError> {
    let found = plans::find(&work.tx, id).await?.ok_or(NO_PLAN)?;
    if found.kind == ActionKind::Undo {
        return Err(illegal(
            "not_undoable",
            "an undo is not taken back; make the plan again instead",
        ));
    }
    // Each row would be refused; and the one undo that a plan has would be used up by that.
    if found.agent != work.actor.id {
        work.actor.may(Permission::TokenUndoAny)?;
    }
    // This holds the plan: two who take it back at once make one undo of it.
    plans::set_state(&work.tx, id, found.state, None).await?;
    if let Some(there) = plans::undoing(&work.tx, id).await? {
        return Ok(there);
    }
    let done: Vec<PlanRow> = plans::rows(&work.tx, id)
        .await?
        .into_iter()
        .filter(|r| r.state == RowState::Done)
        .collect();
    if done.is_empty() {
        return Err(illegal("not_undoable", "nothing of this plan was done"));
    }
    let order = Order::new(
        ActionKind::Undo,
        Target::Token {
            id: TokenId(uuid::Uuid::nil()),
            version: 0,
        },
        &crate::wire::desk::Reason::default(),
        None,
    );
    // The last row first: what was done last is taken back first.
    let rows: Vec<PlanRow> = (1_i64..)
        .zip(done.into_iter().rev())
        .map(|(n, row)| PlanRow {
            n,
            token: row.made.unwrap_or(row.token),
            undoes: row.action,
            state: RowState::Planned,
            action: None,
            made: None,
            ..row
        })
        .collect();
    let order_json = serde_json::to_string(&order).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let record = PlanRecord {
        id: PlanId::new(),
        agent: work.actor.id,
        agent_label: work.actor.label(),
        kind: ActionKind::Undo,
        hash: approvals::hash_of(&format!("undo {id}")),
        order: order_json,
        query: String::new(),
        state: PlanState::Ready,
        created_at: work.now,
        expires_at: work.now.plus_seconds(MINUTES * 60),
        run_at: None,
        undoes: Some(id),
        approval: None,
    };
    plans::insert(&work.tx, &record, &rows).await?;
    work.audit(Record {
        kind: "plan",
        id: id.to_string(),
        after: Some(serde_json::json!({"undone_by": record.id, "rows": rows.len()}).to_string()),
        ..Record::default()
    })
    .await?;
    Ok(record)
}
