//! Plans: one verb for many rows. What was seen and decided is frozen row by row; a run does what is left, in stretches of
//! one transaction each, so that it goes on after a crash and does no row twice. What a row is, and what is done to it, the
//! noun tells: [`tokens`], [`tickets`].

pub mod tickets;
pub mod tokens;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::listing::{Asked, read_query};
use super::views::Opened;
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work, approvals};
use crate::domain::id::{AccountId, ActionId, PlanId, TicketId, TokenId};
use crate::domain::permission::Permission;
use crate::domain::plan::{MAX_ROWS, MINUTES, PlanNoun, PlanState, PlanVerb, RowState};
use crate::domain::query::FieldSet;
use crate::domain::ticket::TicketStatus;
use crate::domain::token::TokenState;
use crate::server::store::Conn;
use crate::server::store::approvals::ApprovalRow;
use crate::server::store::page::{List, Window};
use crate::server::store::plans::{self, PlanRecord, PlanRow};
use crate::server::store::{Row, StoreError};
use crate::wire::desk::Reason;
use crate::wire::page::{ListParams, Page};
use crate::wire::plans::{
    Plan, PlanDetail, PlanRow as WireRow, PlanSubject, RunPlan, TicketMove, TicketSubject, TokenSubject,
};

/// Plans that are listed.
const LISTED: u32 = 50;

pub(super) const NO_PLAN: ServiceError = ServiceError::NotFound("there is no such plan");

/// Which rows a plan is about.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picks {
    /// Named ones, in their order.
    ids: Vec<Uuid>,
    /// A query that picks them.
    q: Option<String>,
    /// The zone of its days.
    tz: Option<String>,
    /// With a query: whose.
    account: Option<AccountId>,
}

/// What was asked for: the order that each row is given.
pub(crate) struct Ordered<O> {
    verb: PlanVerb,
    order: O,
    picks: Picks,
    /// For which ticket.
    ticket: Option<TicketId>,
}

/// A row with what the rules say of it.
pub(crate) type Judged = (PlanRow, Result<(), ServiceError>);

/// What the engine has to be told by the noun that plans are about.
pub(crate) trait Noun {
    /// What asks for a plan.
    type Body;
    /// What each row is given; kept as JSON, with its `reason`.
    type Order: Serialize + DeserializeOwned;
    /// A row as it is found.
    type Found;

    /// The noun.
    const NOUN: PlanNoun;
    /// Its fields in queries.
    const FIELDS: &'static FieldSet;
    /// What making, seeing and running plans needs.
    const BULK: Permission;
    /// What taking one's own plan back needs.
    const UNDO: Permission;
    /// What taking somebody else's plan back needs.
    const UNDO_ANY: Permission;
    /// Rows that are done in one transaction.
    const STRETCH: u32;

    /// Whether the person has confirmed it already, so that it is run in the same transaction; how the audit names that.
    fn at_once(body: &Self::Body) -> Option<&'static str>;
    /// How the audit names a verb, and what it needs.
    fn verb(verb: PlanVerb) -> (&'static str, Permission);
    /// Judges what was asked for before any row is looked at.
    async fn order(work: &Work, body: &Self::Body) -> Result<Ordered<Self::Order>, ServiceError>;
    /// The rows of that identity, each with it, in no order.
    async fn find(work: &Work, ids: &[Uuid]) -> Result<Vec<(Uuid, Self::Found)>, ServiceError>;
    /// The list that a query picks from.
    fn list(picks: &Picks, asked: &Asked, work: &Work) -> Result<List, ServiceError>;
    /// Reads a row of that list.
    fn read(row: &Row) -> Result<Self::Found, StoreError>;
    /// Freezes the rows and asks the rules about each. With it: why a second person has to approve the whole.
    async fn judge(
        work: &Work,
        order: &Self::Order,
        found: Vec<Self::Found>,
    ) -> Result<(Vec<Judged>, Option<String>), ServiceError>;
    /// Does rows in the open transaction, and writes into each what became of it.
    async fn run(
        work: &Work,
        plan: &PlanRecord,
        order: &Self::Order,
        rows: &mut [PlanRow],
    ) -> Result<(), ServiceError>;
    /// The order of a plan that takes another back.
    fn undo() -> Self::Order;
    /// A row of such a plan, made from the one that was done.
    fn undo_row(done: PlanRow) -> PlanRow;
}

fn plan(record: PlanRecord, rows: &[PlanRow]) -> Plan {
    let n = |state| u32::try_from(rows.iter().filter(|r| r.state == state).count()).unwrap_or(u32::MAX);
    let mut order: serde_json::Value = serde_json::from_str(&record.order).unwrap_or_default();
    let reason: Option<Reason> = serde_json::from_value(order["reason"].take()).ok();
    let moves: Option<Vec<TicketMove>> = serde_json::from_value(order["moves"].take()).ok();
    Plan {
        id: record.id,
        noun: record.noun,
        verb: record.verb,
        moves: moves.unwrap_or_default(),
        state: record.state,
        agent: record.agent_label,
        reason: reason.unwrap_or_default(),
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

fn subject(noun: PlanNoun, row: &PlanRow) -> Result<PlanSubject, ServiceError> {
    let odd = || ServiceError::Internal(format!("row {} of a plan is unreadable", row.n));
    Ok(match noun {
        PlanNoun::Token => PlanSubject::Token(TokenSubject {
            token_id: TokenId(row.subject),
            account_id: row.account.ok_or_else(odd)?,
            before: TokenState::from_word(&row.before).ok_or_else(odd)?,
            action_id: row.action,
            made_id: row.made.map(TokenId),
        }),
        PlanNoun::Ticket => PlanSubject::Ticket(TicketSubject {
            ticket_id: TicketId(row.subject),
            number: row.label.clone(),
            account_id: row.account,
            before: TicketStatus::from_word(&row.before).ok_or_else(odd)?,
        }),
    })
}

/// A plan with its rows, as replies show it.
pub(super) async fn detail(conn: &impl Conn, record: PlanRecord) -> Result<PlanDetail, ServiceError> {
    let rows = plans::rows(conn, record.id).await?;
    let noun = record.noun;
    let plan = plan(record, &rows);
    let rows = rows
        .into_iter()
        .map(|row| {
            Ok(WireRow {
                subject: subject(noun, &row)?,
                n: row.n,
                version: row.version,
                name: row.name,
                state: row.state,
                code: row.code,
                detail: row.detail,
            })
        })
        .collect::<Result<_, ServiceError>>()?;
    Ok(PlanDetail { plan, rows })
}

pub(super) fn illegal(code: &'static str, detail: impl Into<String>) -> ServiceError {
    ServiceError::Illegal {
        code,
        detail: detail.into(),
    }
}

/// The plan of that identity, if it is about this.
async fn found<N: Noun>(conn: &impl Conn, id: PlanId) -> Result<PlanRecord, ServiceError> {
    let found = plans::find(conn, id).await?;
    found.filter(|plan| plan.noun == N::NOUN).ok_or(NO_PLAN)
}

impl Services {
    /// Makes a plan: picks the rows, asks the rules for each, and freezes the answer. Changes no row.
    ///
    /// # Errors
    /// When the person may not, the verb cannot be done in bulk, the query is wrong, or there are too many rows.
    pub(crate) async fn make_plan<N: Noun>(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        body: &N::Body,
    ) -> Result<Answer, ServiceError> {
        let at_once = N::at_once(body);
        let verb = at_once.unwrap_or("plan.make");
        let mut work = match self.begin(actor, intent, verb, N::BULK).await? {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        work.can_be_undone = at_once.is_some();
        let result = async {
            let mut record = make::<N>(&work, body).await?;
            if at_once.is_some() {
                record = whole::<N>(&work, record).await?;
            }
            let body = detail(&work.tx, record).await?;
            Ok(Outcome2xx::created(body, None))
        }
        .await;
        work.settle(result).await
    }

    /// One plan with its rows.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub(crate) async fn plan<N: Noun>(&self, actor: &Actor, id: PlanId) -> Result<PlanDetail, ServiceError> {
        self.allow(actor, N::BULK).await?;
        let conn = self.store.read();
        let found = found::<N>(conn, id).await?;
        let shown = detail(conn, found).await?;
        let whose = |row: &WireRow| match &row.subject {
            PlanSubject::Token(token) => Some(token.account_id),
            PlanSubject::Ticket(ticket) => ticket.account_id,
        };
        if let Some(account) = only_one(shown.rows.iter().map(whose)) {
            self.looks_at(actor, account, Opened::of("plan", id)).await?;
        }
        Ok(shown)
    }

    /// The person's latest plans, newest first.
    ///
    /// # Errors
    /// When the person may not or the database fails.
    pub(crate) async fn plans<N: Noun>(&self, actor: &Actor) -> Result<Page<Plan>, ServiceError> {
        self.allow(actor, N::BULK).await?;
        let conn = self.store.read();
        let mut items = Vec::new();
        for record in plans::latest(conn, actor.id, N::NOUN, LISTED).await? {
            let rows = plans::rows(conn, record.id).await?;
            items.push(plan(record, &rows));
        }
        Ok(Page::whole(items))
    }

    /// Runs a plan, or goes on where it stopped. Running it once more changes nothing and gives the same results.
    ///
    /// # Errors
    /// When it is somebody else's, the hash is another one, it waits or has expired, or the database fails.
    pub(crate) async fn run_plan<N: Noun>(
        &self,
        actor: &Actor,
        id: PlanId,
        body: &RunPlan,
    ) -> Result<PlanDetail, ServiceError> {
        self.allow(actor, N::BULK).await?;
        let found = found::<N>(self.store.read(), id).await?;
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
            PlanState::Ready | PlanState::Running => self.run_rows::<N>(actor, &found).await?,
            PlanState::Done => {}
        }
        self.plan::<N>(actor, id).await
    }

    /// Takes a whole plan back: an undo for each row that was done, by a plan of its own. Asked again, it goes on.
    ///
    /// # Errors
    /// When there is none, nothing of it was done, or the database fails. Rows that cannot be taken back say why.
    pub(crate) async fn undo_plan<N: Noun>(
        &self,
        actor: &Actor,
        id: PlanId,
    ) -> Result<PlanDetail, ServiceError> {
        let work = match self.begin(actor, None, "plan.undo", N::UNDO).await? {
            Begun::Replay(_) => return Err(ServiceError::Unavailable),
            Begun::Work(work) => work,
        };
        let undoing = match undo::<N>(&work, id).await {
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
            self.run_rows::<N>(actor, &undoing).await?;
        }
        self.plan::<N>(actor, undoing.id).await
    }

    async fn run_rows<N: Noun>(&self, actor: &Actor, found: &PlanRecord) -> Result<(), ServiceError> {
        let order: N::Order =
            serde_json::from_str(&found.order).map_err(|e| ServiceError::Internal(e.to_string()))?;
        let (word, permission) = N::verb(found.verb);
        loop {
            let Begun::Work(mut work) = self.begin(actor, None, word, permission).await? else {
                return Err(ServiceError::Unavailable);
            };
            work.can_be_undone = found.verb != PlanVerb::Undo;
            match stretch::<N>(&work, found, &order).await {
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

async fn make<N: Noun>(work: &Work, body: &N::Body) -> Result<PlanRecord, ServiceError> {
    let ordered = N::order(work, body).await?;
    let found = pick::<N>(work, &ordered.picks).await?;
    let (judged, mut why) = N::judge(work, &ordered.order, found).await?;
    let mut rows = Vec::with_capacity(judged.len());
    for (n, (mut row, judged)) in (1_i64..).zip(judged) {
        row.n = n;
        match judged {
            Ok(()) => {}
            // What was confirmed is done or refused.
            Err(refused) if N::at_once(body).is_some() => return Err(refused),
            Err(refused) if refused.is_judged() => {
                row.state = RowState::Skipped;
                (row.code, row.detail) = super::actions::why_not(&refused);
            }
            Err(error) => return Err(error),
        }
        rows.push(row);
    }
    if N::NOUN == PlanNoun::Token {
        let planned = rows.iter().filter(|r| r.state == RowState::Planned).count();
        why = why.or_else(|| work.profile().approvals.over_rows(planned));
    }
    keep(work, N::NOUN, &ordered, &rows, why).await
}

fn blank(work: &Work, noun: PlanNoun, verb: PlanVerb, order: String, hash: String) -> PlanRecord {
    PlanRecord {
        id: PlanId::new(),
        agent: work.actor.id,
        agent_label: work.actor.label(),
        noun,
        verb,
        order,
        query: String::new(),
        hash,
        state: PlanState::Ready,
        created_at: work.now,
        expires_at: work.now.plus_seconds(MINUTES * 60),
        run_at: None,
        undoes: None,
        approval: None,
    }
}

async fn keep<O: Serialize>(
    work: &Work,
    noun: PlanNoun,
    ordered: &Ordered<O>,
    rows: &[PlanRow],
    why: Option<String>,
) -> Result<PlanRecord, ServiceError> {
    let json = |order: &O| serde_json::to_value(order).map_err(|e| ServiceError::Internal(e.to_string()));
    let order = json(&ordered.order)?;
    let mut content = order.to_string();
    for row in rows {
        content.push_str(&format!(
            "\n{} {} {} {}",
            row.n,
            row.subject,
            row.version,
            row.state.word()
        ));
    }
    let hash = approvals::hash_of(&content);
    let mut record = blank(work, noun, ordered.verb, order.to_string(), hash);
    if ordered.picks.ids.is_empty() {
        record.query = ordered.picks.q.clone().unwrap_or_default();
    }
    let planned = rows.iter().filter(|r| r.state == RowState::Planned).count();
    if let (Some(why), Some(kind)) = (why, ordered.verb.action()) {
        let about = serde_json::json!({"plan": record.id, "verb": ordered.verb, "rows": planned,
            "reason": order["reason"], "expires_at": order["expires_at"]});
        let waits = ApprovalRow {
            kind,
            plan: Some(record.id),
            name: format!("{} {planned} tokens", ordered.verb.word()),
            ..approvals::request(work, about.to_string(), record.hash.clone(), why)
        };
        (record.state, record.approval) = (PlanState::Waiting, Some(waits.id));
        record.expires_at = waits.expires_at.plus_seconds(MINUTES * 60);
        approvals::keep(work, waits).await?;
    }
    plans::insert(&work.tx, &record, rows).await?;
    let reason: Reason = serde_json::from_value(order["reason"].clone()).unwrap_or_default();
    work.audit(Record {
        kind: "plan",
        id: record.id.to_string(),
        account: only_one(rows.iter().map(|row| row.account)),
        reason: super::actions::reason_line(&reason),
        ticket: ordered.ticket,
        after: Some(
            serde_json::json!({"verb": ordered.verb, "rows": rows.len(), "planned": planned, "hash": record.hash,
                "state": record.state})
            .to_string(),
        ),
        ..Record::default()
    })
    .await?;
    Ok(record)
}

/// The customer, if all of it is about one.
fn only_one(mut accounts: impl Iterator<Item = Option<AccountId>>) -> Option<AccountId> {
    let first = accounts.next()??;
    accounts.all(|other| other == Some(first)).then_some(first)
}

/// The rows that a plan is about, in the order in which they were named or the query gives them.
async fn pick<N: Noun>(work: &Work, picks: &Picks) -> Result<Vec<N::Found>, ServiceError> {
    let noun = N::NOUN.word();
    let too_many = || {
        ServiceError::field(
            if picks.ids.is_empty() { "q" } else { "ids" },
            "too_many",
            format!("a plan is about at most {MAX_ROWS} {noun}s; narrow it"),
        )
    };
    if !picks.ids.is_empty() {
        if picks.q.is_some() {
            return Err(ServiceError::field(
                "q",
                "exclusive",
                "give either ids or a query",
            ));
        }
        let mut seen = HashSet::new();
        let ids: Vec<Uuid> = picks.ids.iter().copied().filter(|id| seen.insert(*id)).collect();
        if ids.len() > MAX_ROWS {
            return Err(too_many());
        }
        let mut found: HashMap<Uuid, N::Found> = HashMap::with_capacity(ids.len());
        for some in ids.chunks(1_000) {
            found.extend(N::find(work, some).await?);
        }
        return ids
            .iter()
            .map(|id| {
                found
                    .remove(id)
                    .ok_or_else(|| ServiceError::field("ids", "unknown", format!("there is no {noun} {id}")))
            })
            .collect();
    }
    let Some(q) = picks.q.clone() else {
        return Err(ServiceError::field(
            "ids",
            "required",
            format!("name the {noun}s, or give a query"),
        ));
    };
    let params = ListParams {
        q: Some(q),
        tz: picks.tz.clone(),
        ..ListParams::default()
    };
    let asked = read_query(&params, N::FIELDS, "plan", &work.actor, work.now)?;
    let list = N::list(picks, &asked, work)?;
    let most = u32::try_from(MAX_ROWS).unwrap_or(u32::MAX);
    let slice = list
        .slice(&work.tx, &Window::First, most, N::read)
        .await?
        .map_err(|bad| ServiceError::Internal(bad.to_string()))?;
    if slice.at_end {
        Ok(slice.items)
    } else {
        Err(too_many())
    }
}

/// Does all rows of a plan in the transaction that made it: all or none.
async fn whole<N: Noun>(work: &Work, record: PlanRecord) -> Result<PlanRecord, ServiceError> {
    let order: N::Order =
        serde_json::from_str(&record.order).map_err(|e| ServiceError::Internal(e.to_string()))?;
    while stretch::<N>(work, &record, &order).await? {}
    let rows = plans::rows(&work.tx, record.id).await?;
    match rows.into_iter().find(|row| row.state != RowState::Done) {
        Some(row) => Err(illegal("not_done", row.detail)),
        None => found::<N>(&work.tx, record.id).await,
    }
}

/// Does the next rows of a plan in the open transaction. `false`: none are left.
async fn stretch<N: Noun>(work: &Work, found: &PlanRecord, order: &N::Order) -> Result<bool, ServiceError> {
    // This holds the plan: another run of it waits here, and finds these rows done.
    plans::set_state(&work.tx, found.id, PlanState::Running, Some(work.now)).await?;
    let mut rows = plans::next_rows(&work.tx, found.id, N::STRETCH).await?;
    if rows.is_empty() {
        plans::set_state(&work.tx, found.id, PlanState::Done, None).await?;
        return Ok(false);
    }
    N::run(work, found, order, &mut rows).await?;
    plans::set_results(&work.tx, found.id, &rows).await?;
    Ok(true)
}

/// Writes into a row why nothing became of it.
fn failed(row: &mut PlanRow, refused: &ServiceError) {
    row.state = RowState::Failed;
    (row.code, row.detail) = super::actions::why_not(refused);
}

fn done(row: &mut PlanRow, action: Option<ActionId>, made: Option<Uuid>) {
    row.state = RowState::Done;
    (row.action, row.made) = (action, made);
}

/// The plan that takes another back: the one that is there, or a new one.
async fn undo<N: Noun>(work: &Work, id: PlanId) -> Result<PlanRecord, ServiceError> {
    let found = found::<N>(&work.tx, id).await?;
    if found.verb == PlanVerb::Undo {
        return Err(illegal(
            "not_undoable",
            "an undo is not taken back; make the plan again instead",
        ));
    }
    // Each row would be refused; and the one undo that a plan has would be used up by that.
    if found.agent != work.actor.id {
        work.actor.may(N::UNDO_ANY)?;
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
    let order = serde_json::to_string(&N::undo()).map_err(|e| ServiceError::Internal(e.to_string()))?;
    // The last row first: what was done last is taken back first.
    let rows: Vec<PlanRow> = (1_i64..)
        .zip(done.into_iter().rev())
        .map(|(n, row)| PlanRow {
            n,
            state: RowState::Planned,
            action: None,
            made: None,
            ..N::undo_row(row)
        })
        .collect();
    let hash = approvals::hash_of(&format!("undo {id}"));
    let record = PlanRecord {
        undoes: Some(id),
        ..blank(work, N::NOUN, PlanVerb::Undo, order, hash)
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
