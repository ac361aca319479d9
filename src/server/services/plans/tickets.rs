//! Plans about tickets: the same moves as for a single one, judged and written by the same rules, a savepoint for each row.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Judged, Noun, Ordered, Picks, done, failed, illegal};
use crate::domain::id::{AgentId, TicketId};
use crate::domain::permission::{Permission, Role};
use crate::domain::plan::{PlanNoun, PlanVerb, RowState};
use crate::domain::query::{FieldSet, TICKET_FIELDS};
use crate::domain::ticket::{Priority, ResolutionType, TicketStatus, Visibility, ticket_number, way_back};
use crate::server::services::listing::Asked;
use crate::server::services::ticket_changes::{at_version, facts, give, not_closed, retag, store};
use crate::server::services::ticket_letters::taken_back;
use crate::server::services::ticket_merge::{can_merge, merge, unmerge};
use crate::server::services::ticket_moves::go;
use crate::server::services::ticket_scope::named;
use crate::server::services::ticket_talk::{can_talk, say, short_enough};
use crate::server::services::tickets::NO_TICKET;
use crate::server::services::work::Record;
use crate::server::services::{ServiceError, Services, Work};
use crate::server::store::page::List;
use crate::server::store::plans::{PlanRecord, PlanRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef};
use crate::server::store::{Row, Sql, StoreError, people};
use crate::wire::desk::Reason;
use crate::wire::plans::{NewTicketPlan, TicketMove};
use crate::wire::tickets::{ChangeStatus, CloseTicket};

/// Most moves of one plan.
const MAX_MOVES: usize = 10;
/// Why a row is taken back, in its history.
const TAKEN_BACK: &str = "taken back";

/// Plans about tickets.
pub(crate) struct Tickets;

/// What each ticket of a plan is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Order {
    moves: Vec<TicketMove>,
    reason: Reason,
    #[serde(rename = "macro", default)]
    macro_code: String,
    /// Whether tickets that nobody has are taken first.
    #[serde(default)]
    take: bool,
}

/// What a row left behind, for the way back.
#[derive(Debug, Serialize, Deserialize)]
struct Trace {
    was: Kept,
    left: Kept,
    /// The ticket that it was merged into.
    merged: Option<TicketId>,
}

/// What of a ticket plans change.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    status: TicketStatus,
    assignee: Option<AgentId>,
    assignee_name: String,
    priority: Priority,
    tags: Vec<String>,
    resolution_type: Option<ResolutionType>,
    resolution_summary: String,
}

impl Kept {
    fn of(t: &TicketRecord) -> Self {
        Self {
            status: t.status,
            assignee: t.assignee,
            assignee_name: t.assignee_name.clone(),
            priority: t.priority,
            tags: t.tags.clone(),
            resolution_type: t.resolution_type,
            resolution_summary: t.resolution_summary.clone(),
        }
    }
}

/// What the moves name, looked up once.
struct Named {
    people: HashMap<AgentId, String>,
    into: Option<TicketRecord>,
}

impl Noun for Tickets {
    type Body = NewTicketPlan;
    type Order = Order;
    type Found = TicketRecord;

    const NOUN: PlanNoun = PlanNoun::Ticket;
    const FIELDS: &'static FieldSet = &TICKET_FIELDS;
    const BULK: Permission = Permission::TicketBulk;
    const UNDO: Permission = Permission::TicketBulk;
    const UNDO_ANY: Permission = Permission::TicketAssign;
    const STRETCH: u32 = 100;

    fn at_once(body: &NewTicketPlan) -> Option<&'static str> {
        body.run.then(|| Self::verb(verb_of(body)).0)
    }

    fn verb(verb: PlanVerb) -> (&'static str, Permission) {
        match verb {
            PlanVerb::Status => ("ticket.status", Permission::TicketStatus),
            PlanVerb::Priority => ("ticket.priority", Permission::TicketEdit),
            // What it needs depends on who has each ticket.
            PlanVerb::Assign => ("ticket.assign", Permission::TicketBulk),
            PlanVerb::Tag => ("ticket.tag", Permission::TicketEdit),
            PlanVerb::Close => ("ticket.close", Permission::TicketClose),
            PlanVerb::Merge => ("ticket.merge", Permission::TicketMerge),
            PlanVerb::Say => ("ticket.message", Permission::TicketMessage),
            PlanVerb::Undo => ("ticket.undo", Permission::TicketBulk),
            _ => ("ticket.macro", Permission::TicketBulk),
        }
    }

    async fn order(work: &Work, body: &NewTicketPlan) -> Result<Ordered<Order>, ServiceError> {
        check_moves(body)?;
        let known = &work.profile().macros;
        if !body.macro_code.is_empty() && !known.iter().any(|one| one.code == body.macro_code) {
            let codes: Vec<&str> = known.iter().map(|one| one.code.as_str()).collect();
            let detail = format!("this desk has: {}", codes.join(", "));
            return Err(ServiceError::field("macro", "unknown", detail));
        }
        if let Some(version) = body.version
            && let [id] = body.ids[..]
        {
            at_version(work, TicketRef::Id(id), version).await?;
        }
        let reason = body.moves.iter().find_map(reason_of).unwrap_or_default();
        Ok(Ordered {
            verb: verb_of(body),
            order: Order {
                moves: body.moves.clone(),
                reason: Reason {
                    code: String::new(),
                    text: reason.trim().to_owned(),
                },
                macro_code: body.macro_code.clone(),
                take: body.take,
            },
            picks: Picks {
                ids: body.ids.iter().map(|id| id.0).collect(),
                q: body.q.clone(),
                tz: body.tz.clone(),
                account: None,
            },
            ticket: None,
        })
    }

    async fn find(work: &Work, ids: &[Uuid]) -> Result<Vec<(Uuid, TicketRecord)>, ServiceError> {
        let ids: Vec<TicketId> = ids.iter().copied().map(TicketId).collect();
        let rows = tickets::find_all(&work.tx, &ids).await?;
        Ok(rows.into_iter().map(|row| (row.id.0, row)).collect())
    }

    fn list(_: &Picks, asked: &Asked, _: &Work) -> Result<List, ServiceError> {
        Ok(tickets::list(&asked.query, &asked.scope, asked.hash.clone()))
    }

    fn read(row: &Row) -> Result<TicketRecord, StoreError> {
        tickets::read(row)
    }

    async fn judge(
        work: &Work,
        order: &Order,
        found: Vec<TicketRecord>,
    ) -> Result<(Vec<Judged>, Option<String>), ServiceError> {
        let names = look_up(work, order).await?;
        let mut rows = Vec::with_capacity(found.len());
        for t in found {
            let judged = judge(work, order, &names, &t).await.map(|_| ());
            rows.push((frozen(&t), judged));
        }
        Ok((rows, None))
    }

    async fn run(
        work: &Work,
        plan: &PlanRecord,
        order: &Order,
        rows: &mut [PlanRow],
    ) -> Result<(), ServiceError> {
        let names = look_up(work, order).await?;
        for row in rows {
            // Each row is whole or not at all, whatever becomes of the others.
            point(work, "SAVEPOINT plan_row").await?;
            let result = if plan.verb == PlanVerb::Undo {
                take_back(work, plan, row).await.map(|()| String::new())
            } else {
                perform(work, plan, order, &names, row).await
            };
            match result {
                Ok(trace) => {
                    point(work, "RELEASE SAVEPOINT plan_row").await?;
                    row.trace = trace;
                    done(row, None, None);
                }
                Err(refused) if refused.is_judged() => {
                    point(work, "ROLLBACK TO SAVEPOINT plan_row").await?;
                    failed(row, &refused);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn undo() -> Order {
        Order {
            moves: Vec::new(),
            reason: Reason::default(),
            macro_code: String::new(),
            take: false,
        }
    }

    fn undo_row(done: PlanRow) -> PlanRow {
        done
    }
}

fn verb_of(body: &NewTicketPlan) -> PlanVerb {
    match &body.moves[..] {
        [one] if body.macro_code.is_empty() => one.verb(),
        _ => PlanVerb::Macro,
    }
}

fn reason_of(step: &TicketMove) -> Option<String> {
    let text = match step {
        TicketMove::Status(to) if to.resolution_type.is_some() => &to.summary,
        TicketMove::Status(to) => &to.reason,
        TicketMove::Assign(to) => &to.reason,
        TicketMove::Close(to) => &to.summary,
        TicketMove::Merge(to) => &to.into,
        TicketMove::Priority(_) | TicketMove::Tag(_) | TicketMove::Say(_) => return None,
    };
    Some(text.clone()).filter(|text| !text.trim().is_empty())
}

/// Whether moves fit together, whatever the tickets are.
fn check_moves(body: &NewTicketPlan) -> Result<(), ServiceError> {
    let wrong = |code: &str, detail: &str| Err(ServiceError::field("moves", code, detail));
    let count = |is: fn(&TicketMove) -> bool| body.moves.iter().filter(|step| is(step)).count();
    if !(usize::from(!body.take)..=MAX_MOVES).contains(&body.moves.len()) {
        return wrong("length", "say what is to be done: 1 to 10 moves");
    }
    if count(|m| matches!(m, TicketMove::Merge(_))) > 0 && body.moves.len() > 1 {
        return wrong("exclusive", "a merge stands alone in its plan");
    }
    if count(|m| matches!(m, TicketMove::Status(_) | TicketMove::Close(_))) > 1 {
        return wrong("exclusive", "a ticket goes to one status at once");
    }
    if body.run && body.ids.len() != 1 {
        return wrong("run", "what is done at once is done to one ticket");
    }
    for step in &body.moves {
        if let TicketMove::Say(message) = step {
            if !message.attachment_ids.is_empty() {
                return wrong("attachments", "files belong to one message; bring them to it");
            }
            short_enough(message.body.trim())?;
        }
    }
    Ok(())
}

async fn point(work: &Work, text: &str) -> Result<(), ServiceError> {
    Sql::new(text).run(&work.tx).await?;
    Ok(())
}

async fn look_up(work: &Work, order: &Order) -> Result<Named, ServiceError> {
    let (mut found, mut into) = (HashMap::new(), None);
    for step in &order.moves {
        match step {
            TicketMove::Assign(to) => {
                if let Some(id) = to.assignee {
                    let agent = people::find(&work.tx, id).await?;
                    let agent = agent.filter(|a| a.role.is_some_and(|role| role != Role::Customer));
                    let agent = agent.ok_or_else(|| {
                        let detail = "there is nobody with a role behind this identifier";
                        ServiceError::field("assignee", "unknown", detail)
                    })?;
                    found.insert(id, agent.name);
                }
            }
            TicketMove::Merge(to) => into = Some(named(&work.tx, &work.actor, "into", &to.into).await?),
            _ => {}
        }
    }
    Ok(Named { people: found, into })
}

fn frozen(t: &TicketRecord) -> PlanRow {
    PlanRow {
        n: 0,
        subject: t.id.0,
        version: t.version,
        account: t.account,
        label: ticket_number(t.number),
        name: t.subject.clone(),
        before: t.status.word().to_owned(),
        undoes: None,
        state: RowState::Planned,
        code: String::new(),
        detail: String::new(),
        action: None,
        made: None,
        trace: String::new(),
    }
}

/// Asks the rules about one ticket: as it would be after all moves. Each move needs what it needs alone.
async fn judge(
    work: &Work,
    order: &Order,
    names: &Named,
    before: &TicketRecord,
) -> Result<TicketRecord, ServiceError> {
    let mut t = before.clone();
    let mut more = false;
    if order.take && t.assignee.is_none() {
        let names = HashMap::from([(work.actor.id, work.actor.name.clone())]);
        hand_over(work, &mut t, Some(work.actor.id), &names)?;
    }
    for step in &order.moves {
        match step {
            // Taking a ticket may have brought it there already.
            TicketMove::Status(to) if t != *before && t.status == to.status => {}
            TicketMove::Status(to) => {
                work.actor.may(Permission::TicketStatus)?;
                go(work, &mut t, to)?;
            }
            TicketMove::Priority(to) => {
                work.actor.may(Permission::TicketEdit)?;
                t.priority = to.priority;
            }
            TicketMove::Assign(to) => {
                hand_over(work, &mut t, to.assignee, &names.people)?;
            }
            TicketMove::Tag(tags) => {
                work.actor.may(Permission::TicketEdit)?;
                retag(&mut t, tags)?;
            }
            TicketMove::Close(how) => close(work, &mut t, how)?,
            TicketMove::Merge(_) => {
                work.actor.may(Permission::TicketMerge)?;
                can_merge(work, before, names.into.as_ref().ok_or(NO_TICKET)?).await?;
                more = true;
            }
            TicketMove::Say(message) => {
                work.actor.may(Permission::TicketMessage)?;
                if message.visibility == Visibility::Public {
                    can_talk(before, false)?;
                }
                more = true;
            }
        }
    }
    if !more && t == *before {
        return Err(illegal("no_change", "it is so already: nothing would change"));
    }
    Ok(t)
}

fn hand_over(
    work: &Work,
    t: &mut TicketRecord,
    to: Option<AgentId>,
    names: &HashMap<AgentId, String>,
) -> Result<(), ServiceError> {
    if t.assignee == to {
        return Ok(());
    }
    work.actor
        .may(Services::assign_permission(work.actor.id, t.assignee, to))?;
    not_closed(t)?;
    give(t, to.map(|id| (id, names.get(&id).cloned().unwrap_or_default())));
    Ok(())
}

fn close(work: &Work, t: &mut TicketRecord, how: &CloseTicket) -> Result<(), ServiceError> {
    work.actor.may(Permission::TicketClose)?;
    if t.assignee.is_none() {
        t.assignee = Some(work.actor.id);
        t.assignee_name.clone_from(&work.actor.name);
    }
    let to = ChangeStatus {
        status: TicketStatus::Closed,
        reason: String::new(),
        resolution_type: how.resolution_type,
        summary: how.summary.clone(),
    };
    go(work, t, &to)
}

/// The ticket of a row, as it is.
async fn current(work: &Work, row: &PlanRow) -> Result<TicketRecord, ServiceError> {
    let id = TicketId(row.subject);
    tickets::find(&work.tx, TicketRef::Id(id)).await?.ok_or(NO_TICKET)
}

/// Does the moves to one ticket. Gives back its trace.
async fn perform(
    work: &Work,
    plan: &PlanRecord,
    order: &Order,
    names: &Named,
    row: &PlanRow,
) -> Result<String, ServiceError> {
    let before = current(work, row).await?;
    if before.version != row.version {
        return Err(illegal(
            "changed",
            "it was changed since the plan was made; nothing was done",
        ));
    }
    let mut after = judge(work, order, names, &before).await?;
    for step in &order.moves {
        match step {
            TicketMove::Say(message) => {
                say(work, &before, message.visibility, &message.body, &[]).await?;
            }
            TicketMove::Close(how) if !how.notes.trim().is_empty() => {
                say(work, &before, Visibility::Internal, &how.notes, &[]).await?;
            }
            _ => {}
        }
    }
    let mut merged = None;
    if let Some(into) = &names.into {
        // Each merge changes the one that stays.
        let target = tickets::find(&work.tx, TicketRef::Id(into.id))
            .await?
            .ok_or(NO_TICKET)?;
        merge(work, &before, &target).await?;
        audit(work, plan, &target, order).await?;
        after = current(work, row).await?;
        merged = Some(into.id);
    } else {
        if after != before {
            store(work, &before, &after, &order.reason.text).await?;
        }
        audit(work, plan, &before, order).await?;
    }
    let trace = Trace {
        was: Kept::of(&before),
        left: Kept::of(&after),
        merged,
    };
    serde_json::to_string(&trace).map_err(|e| ServiceError::Internal(e.to_string()))
}

/// Writes a row's entry of the audit, with the plan that it belongs to.
async fn audit(
    work: &Work,
    plan: &PlanRecord,
    before: &TicketRecord,
    order: &Order,
) -> Result<(), ServiceError> {
    work.clocks(before.id).await?;
    let now = tickets::find(&work.tx, TicketRef::Id(before.id))
        .await?
        .ok_or(NO_TICKET)?;
    let mut after = facts(&now);
    after["plan"] = serde_json::json!(plan.id);
    if !order.macro_code.is_empty() {
        after["macro"] = serde_json::json!(order.macro_code);
    }
    let said = order.moves.iter().find_map(|step| match step {
        TicketMove::Say(message) if message.visibility == Visibility::Public => Some(message.visibility),
        _ => None,
    });
    if let Some(said) = said {
        after["visibility"] = serde_json::json!(said);
    }
    work.audit(Record {
        kind: "ticket",
        id: now.id.to_string(),
        account: now.account,
        ticket: Some(now.id),
        reason: order.reason.text.clone(),
        before: Some(facts(before).to_string()),
        after: Some(after.to_string()),
    })
    .await
}

/// Puts back what a row changed, by legal moves, as far as nobody has changed it since.
async fn take_back(work: &Work, plan: &PlanRecord, row: &PlanRow) -> Result<(), ServiceError> {
    let now = current(work, row).await?;
    let trace: Trace = serde_json::from_str(&row.trace).map_err(|e| ServiceError::Internal(e.to_string()))?;
    if let Some(into) = trace.merged {
        if now.merged_into != Some(into) {
            return Err(illegal("changed", "the merge was taken apart already"));
        }
        work.actor.may(Permission::TicketMerge)?;
        unmerge(work, &now).await?;
        return Ok(());
    }
    let after = put_back(work, &now, &trace)?;
    if after == now {
        return Err(illegal(
            "not_undoable",
            "what was written stays in the conversation; nothing else was done",
        ));
    }
    store(work, &now, &after, TAKEN_BACK).await?;
    taken_back(work, &now, &after).await?;
    audit(work, plan, &now, &Tickets::undo()).await
}

fn put_back(work: &Work, now: &TicketRecord, trace: &Trace) -> Result<TicketRecord, ServiceError> {
    let (was, left) = (&trace.was, &trace.left);
    let changed = |what: &str| {
        illegal(
            "changed",
            format!("its {what} was changed since; put it right by hand"),
        )
    };
    let mut t = now.clone();
    if was.tags != left.tags {
        work.actor.may(Permission::TicketEdit)?;
        t.tags
            .retain(|tag| was.tags.contains(tag) || !left.tags.contains(tag));
        t.tags
            .extend(was.tags.iter().filter(|tag| !left.tags.contains(tag)).cloned());
        t.tags.sort();
        t.tags.dedup();
    }
    if was.priority != left.priority {
        work.actor.may(Permission::TicketEdit)?;
        if now.priority != left.priority {
            return Err(changed("priority"));
        }
        t.priority = was.priority;
    }
    if (was.status, was.assignee) != (left.status, left.assignee) {
        if now.status != left.status {
            return Err(changed("status"));
        }
        if now.assignee != left.assignee {
            return Err(changed("assignee"));
        }
        go_back(work, &mut t, was)?;
    }
    Ok(t)
}

/// By legal moves to where a ticket stood, and to whoever had it.
fn go_back(work: &Work, t: &mut TicketRecord, was: &Kept) -> Result<(), ServiceError> {
    let hand = |t: &mut TicketRecord| -> Result<(), ServiceError> {
        if t.assignee == was.assignee {
            return Ok(());
        }
        work.actor.may(Services::assign_permission(
            work.actor.id,
            t.assignee,
            was.assignee,
        ))?;
        t.assignee = was.assignee;
        t.assignee_name.clone_from(&was.assignee_name);
        Ok(())
    };
    if was.assignee.is_some() {
        hand(t)?;
    }
    let way = way_back(t.status, was.status).ok_or_else(|| {
        illegal(
            "no_such_move",
            format!(
                "there is no way back from {} to {}",
                t.status.word(),
                was.status.word()
            ),
        )
    })?;
    for status in way {
        let to = ChangeStatus {
            status,
            reason: TAKEN_BACK.to_owned(),
            resolution_type: was.resolution_type,
            summary: was.resolution_summary.clone(),
        };
        go(work, t, &to)?;
    }
    hand(t)
}
