//! Changes of a ticket: fields, moves along the lifecycle; each at the version that the person saw. [`write`] is the one way
//! by which a changed ticket gets into the database.

use super::assignment::changed_hands;
use super::error::problem;
use super::ticket_edits::merging;
use super::ticket_escalations::end_with_ticket;
use super::ticket_fields::{check_tags, good, read_tags, set_fields};
use super::ticket_moves::go;
use super::ticket_scope::{needs, reachable};
use super::ticket_talk::say;
use super::ticket_view::{Viewer, detail, row_for};
use super::tickets::{NO_TICKET, length, note, note_at};
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::TicketId;
use crate::domain::permission::{Permission, Role};
use crate::domain::ticket::{TicketStatus, Visibility, is_language, ticket_number};
use crate::domain::token::{ActionKind, Token};
use crate::server::store::tickets::{self, TicketRecord, TicketRef, part};
use crate::server::store::{people, search, ticket_parts};
use crate::wire::ticket_parts::{ChangeTags, SnoozeTicket};
use crate::wire::tickets::{
    AssignTicket, ChangePriority, ChangeStatus, CloseTicket, EditTicket, ReopenTicket, TicketDetail,
};

/// Longest time for which a ticket can sleep, in days.
const MAX_SNOOZE_DAYS: i64 = 366;

/// Reads a change of one ticket: what was sent, and the version that the person saw.
pub struct Change<T> {
    /// Which ticket.
    pub ticket: TicketRef,
    /// The version that the person saw.
    pub version: i64,
    /// What was sent.
    pub body: T,
}

/// Which verb a change is, for the audit, and what it needs.
pub(super) type Verb = (&'static str, Permission);

impl Services {
    /// Changes subject, description, category, custom fields.
    ///
    /// # Errors
    /// When the person may not, a field is wrong, the row changed, or the database fails.
    pub async fn edit_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<EditTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.edit", Permission::TicketEdit)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let (before, merged) = merging(&work, change).await?;
            let (mut after, body) = (before.clone(), &change.body);
            let t = &mut after;
            let mut wrong = Vec::new();
            if let Some(subject) = &body.subject {
                length(&mut wrong, "subject", subject.trim(), 3, 200);
                subject.trim().clone_into(&mut t.subject);
            }
            if let Some(description) = &body.description {
                length(&mut wrong, "description", description, 0, 20_000);
                description.trim().clone_into(&mut t.description);
            }
            if let Some(language) = &body.language {
                t.language = language.trim().to_lowercase();
                if !is_language(&t.language) {
                    let detail = "write a tag such as es or pt-br, or nothing for the desk's own";
                    wrong.push(problem("language", "bad_value", detail));
                }
            }
            if let Some(category) = &body.category {
                t.category = self.category(category, &mut wrong);
            }
            set_fields(
                work.profile(),
                &t.category,
                &mut t.fields,
                &body.fields,
                &mut wrong,
            );
            good(wrong)?;
            let mut done = write(&work, &before, &after, String::new()).await?;
            done.body.merged = merged;
            Ok(done)
        }
        .await;
        work.settle(result).await
    }

    /// Changes how soon a ticket needs care.
    ///
    /// # Errors
    /// When the person may not, the row changed, or the database fails.
    pub async fn prioritise_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ChangePriority>,
    ) -> Result<Answer, ServiceError> {
        let verb = ("ticket.priority", Permission::TicketEdit);
        self.change_ticket(actor, intent, verb, change, String::new(), |_, t, body| {
            t.priority = body.priority;
            Ok(())
        })
        .await
    }

    /// Puts tags on a ticket and takes others off.
    ///
    /// # Errors
    /// When the person may not, a tag is none, the row changed, or the database fails.
    pub async fn tag_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ChangeTags>,
    ) -> Result<Answer, ServiceError> {
        let verb = ("ticket.tag", Permission::TicketEdit);
        self.change_ticket(actor, intent, verb, change, String::new(), |_, t, body| {
            retag(t, body)
        })
        .await
    }

    /// Lets a ticket sleep, or wakes it.
    ///
    /// # Errors
    /// When the person may not, the moment is none to come, the row changed, or the database fails.
    pub async fn snooze_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<SnoozeTicket>,
    ) -> Result<Answer, ServiceError> {
        let verb = ("ticket.snooze", Permission::TicketEdit);
        self.change_ticket(actor, intent, verb, change, String::new(), |work, t, body| {
            if let Some(until) = body.until {
                not_closed(t)?;
                if until <= work.now || until > work.now.plus_days(MAX_SNOOZE_DAYS) {
                    return Err(ServiceError::field(
                        "until",
                        "out_of_range",
                        "a ticket sleeps until a moment to come, a year away at most",
                    ));
                }
            }
            t.snoozed_until = body.until;
            Ok(())
        })
        .await
    }

    /// Gives a ticket to somebody, takes it, or puts it back.
    ///
    /// # Errors
    /// When the person may not, there is no such agent, the row changed, or the database fails.
    pub async fn assign_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<AssignTicket>,
    ) -> Result<Answer, ServiceError> {
        let to = change.body.assignee;
        // What it needs depends on who has it; whoever saw another version is told so below.
        let seen = tickets::find(self.store.read(), change.ticket).await?;
        let permission = Self::assign_permission(actor.id, seen.and_then(|t| t.assignee), to);
        let reason = change.body.reason.trim().to_owned();
        let agent = match to {
            Some(id) => Some(
                people::find(self.store.read(), id)
                    .await?
                    .filter(|a| a.role.is_some_and(|role| role != Role::Customer))
                    .ok_or_else(|| {
                        ServiceError::field(
                            "assignee",
                            "unknown",
                            "there is nobody with a role behind this identifier",
                        )
                    })?,
            ),
            None => None,
        };
        let verb = ("ticket.assign", permission);
        self.change_ticket(actor, intent, verb, change, reason, |_, t, body| {
            length_of(&body.reason)?;
            not_closed(t)?;
            give(t, body.assignee.zip(agent.map(|a| a.name)));
            Ok(())
        })
        .await
    }

    /// Moves a ticket through its statuses.
    ///
    /// # Errors
    /// When the lifecycle refuses, the row changed, or the database fails.
    pub async fn move_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ChangeStatus>,
    ) -> Result<Answer, ServiceError> {
        let reason = change.body.reason.trim().to_owned();
        let verb = ("ticket.status", Permission::TicketStatus);
        self.change_ticket(actor, intent, verb, change, reason, go).await
    }

    /// Closes a ticket. One that nobody has is taken by the one who closes it. Customers close what is theirs.
    ///
    /// # Errors
    /// As [`Services::move_ticket`].
    pub async fn close_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<CloseTicket>,
    ) -> Result<Answer, ServiceError> {
        let customer = super::ticket_scope::is_customer(actor);
        let notes = change.body.notes.trim().to_owned();
        if customer && !notes.is_empty() {
            return Err(ServiceError::field(
                "notes",
                "not_yours",
                "notes are written behind the desk; write a message instead",
            ));
        }
        let permission = needs(actor, Permission::TicketClose);
        let work = match self.begin(actor, intent, "ticket.close", permission).await? {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let before = at_version(&work, change.ticket, change.version).await?;
            let mut after = before.clone();
            if after.assignee.is_none() && !customer {
                after.assignee = Some(work.actor.id);
                after.assignee_name.clone_from(&work.actor.name);
            }
            let to = ChangeStatus {
                status: TicketStatus::Closed,
                reason: String::new(),
                resolution_type: change.body.resolution_type.filter(|_| !customer),
                summary: change.body.summary.clone(),
            };
            go(&work, &mut after, &to)?;
            if !notes.is_empty() {
                say(&work, &before, Visibility::Internal, &notes, &[]).await?;
            }
            write(&work, &before, &after, String::new()).await
        }
        .await;
        work.settle(result).await
    }

    /// Reopens a resolved or closed ticket: it goes back to whoever has it, if they are there with room or do it themselves,
    /// else into the queue.
    ///
    /// # Errors
    /// As [`Services::move_ticket`].
    pub async fn reopen_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<ReopenTicket>,
    ) -> Result<Answer, ServiceError> {
        let reason = change.body.reason.trim().to_owned();
        let verb = ("ticket.reopen", needs(actor, Permission::TicketReopen));
        let conn = self.store.read();
        let had = tickets::find(conn, change.ticket).await?.and_then(|t| t.assignee);
        let back = match had {
            Some(agent) if agent != actor.id => self.has_room(conn, agent).await?,
            _ => true,
        };
        self.change_ticket(actor, intent, verb, change, reason, |work, t, body| {
            let status = if t.assignee.is_some() && back {
                TicketStatus::InProgress
            } else {
                TicketStatus::Open
            };
            let to = ChangeStatus {
                status,
                reason: body.reason.clone(),
                resolution_type: None,
                summary: String::new(),
            };
            go(work, t, &to)
        })
        .await
    }

    async fn change_ticket<T>(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        (verb, permission): Verb,
        change: &Change<T>,
        reason: String,
        apply: impl FnOnce(&Work, &mut TicketRecord, &T) -> Result<(), ServiceError>,
    ) -> Result<Answer, ServiceError> {
        let work = match self.begin(actor, intent, verb, permission).await? {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let before = match at_version(&work, change.ticket, change.version).await {
            Ok(before) => before,
            Err(refused) => return work.settle::<TicketDetail>(Err(refused)).await,
        };
        let mut after = before.clone();
        let applied = apply(&work, &mut after, &change.body);
        let result = match applied {
            Ok(()) => write(&work, &before, &after, reason).await,
            Err(refused) => Err(refused),
        };
        work.settle(result).await
    }
}

/// Puts tags on a ticket and takes others off.
pub(super) fn retag(t: &mut TicketRecord, body: &ChangeTags) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    let add = read_tags(&body.add, "add", &mut wrong);
    let remove = read_tags(&body.remove, "remove", &mut wrong);
    t.tags.retain(|tag| !remove.contains(tag));
    t.tags.extend(add);
    t.tags.sort();
    t.tags.dedup();
    check_tags(&t.tags, &mut wrong);
    good(wrong)
}

/// Gives a ticket that is not closed to somebody, or puts it back into the queue.
pub(super) fn give(t: &mut TicketRecord, to: Option<(crate::domain::id::AgentId, String)>) {
    (t.assignee, t.assignee_name) = to.map_or((None, String::new()), |(id, name)| (Some(id), name));
    match (t.assignee, t.status) {
        (Some(_), TicketStatus::Open) => t.status = TicketStatus::Assigned,
        (None, status) if !status.is_done() => t.status = TicketStatus::Open,
        _ => {}
    }
}

/// Refuses a reason that is too long.
fn length_of(reason: &str) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    length(&mut wrong, "reason", reason, 0, 500);
    good(wrong)
}

/// Refuses what makes no sense for a closed ticket.
pub(super) fn not_closed(t: &TicketRecord) -> Result<(), ServiceError> {
    if t.status == TicketStatus::Closed {
        return Err(ServiceError::Illegal {
            code: "closed",
            detail: "the ticket is closed; reopen it first".to_owned(),
        });
    }
    Ok(())
}

/// The ticket as it is, if that is the version that the person saw, and the person reaches it.
pub(super) async fn at_version(
    work: &Work,
    which: TicketRef,
    version: i64,
) -> Result<TicketRecord, ServiceError> {
    let found = reachable(&work.tx, &work.actor, which).await?;
    if found.version == version {
        Ok(found)
    } else {
        Err(stale(work, &found)?)
    }
}

pub(super) fn stale(work: &Work, found: &TicketRecord) -> Result<ServiceError, ServiceError> {
    let shown = row_for(&work.actor, found, work.now);
    let current = serde_json::to_value(shown).map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(ServiceError::Stale {
        current: Box::new(current),
    })
}

/// Writes a changed ticket with a line of history for each field that changed, audits it, and answers with it.
pub(super) async fn write(
    work: &Work,
    before: &TicketRecord,
    after: &TicketRecord,
    reason: String,
) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    store(work, before, after, &reason).await?;
    finish(work, after, Some(before), reason, false).await
}

/// Writes a changed ticket with everything that queries find it by, and a line of history for each field that changed.
pub(super) async fn store(
    work: &Work,
    before: &TicketRecord,
    after: &TicketRecord,
    reason: &str,
) -> Result<(), ServiceError> {
    let mut after = after.clone();
    if after.status.is_done() && !before.status.is_done() {
        end_with_ticket(work, &mut after).await?;
    }
    if !tickets::update(&work.tx, &after, work.now).await? {
        let found = tickets::find(&work.tx, TicketRef::Id(after.id))
            .await?
            .ok_or(NO_TICKET)?;
        return Err(stale(work, &found)?);
    }
    if (&before.subject, &before.description, &before.tags)
        != (&after.subject, &after.description, &after.tags)
    {
        search::forget_ticket(&work.tx, after.id).await?;
        let texts = (after.subject.as_str(), after.description.as_str());
        search::add_ticket(&work.tx, after.id, after.number, texts, &after.tags).await?;
    }
    if before.tags != after.tags {
        ticket_parts::set_tags(&work.tx, after.id, &after.tags).await?;
    }
    if before.fields != after.fields {
        ticket_parts::set_fields(&work.tx, after.id, &after.fields).await?;
    }
    for (what, was, is) in differences(before, &after) {
        let detail = if what == "status" {
            status_detail(&after, reason)
        } else {
            String::new()
        };
        note_at(work, after.id, Some(before.version + 1), (what, was, is, detail)).await?;
    }
    super::ticket_letters::moved(work, before, &after).await?;
    changed_hands(work, Some(before), &after, reason).await
}

fn status_detail(after: &TicketRecord, reason: &str) -> String {
    match after.resolution_type {
        Some(kind) => format!("{}: {}", kind.word(), after.resolution_summary),
        None => reason.to_owned(),
    }
}

fn differences(a: &TicketRecord, b: &TicketRecord) -> Vec<(&'static str, String, String)> {
    let mut changed = Vec::new();
    let mut field = |what, was: String, is: String| {
        if was != is {
            changed.push((what, was, is));
        }
    };
    field("status", a.status.word().to_owned(), b.status.word().to_owned());
    field("assignee", a.assignee_name.clone(), b.assignee_name.clone());
    field(
        "priority",
        a.priority.word().to_owned(),
        b.priority.word().to_owned(),
    );
    field("tier", a.tier.to_string(), b.tier.to_string());
    field("category", a.category.clone(), b.category.clone());
    field("language", a.language.clone(), b.language.clone());
    field("subject", a.subject.clone(), b.subject.clone());
    field("tags", a.tags.join(" "), b.tags.join(" "));
    let until = |t: &TicketRecord| t.snoozed_until.map(|m| m.to_string()).unwrap_or_default();
    field("snooze", until(a), until(b));
    field("link", account_word(a), account_word(b));
    for code in a
        .fields
        .keys()
        .chain(b.fields.keys().filter(|c| !a.fields.contains_key(*c)))
    {
        let value = |t: &TicketRecord| t.fields.get(code).map(|v| format!("{code}: {v}"));
        field(
            "fields",
            value(a).unwrap_or_default(),
            value(b).unwrap_or_default(),
        );
    }
    if a.description != b.description {
        changed.push(("description", String::new(), String::new()));
    }
    changed
}

fn account_word(t: &TicketRecord) -> String {
    t.account.map(|a| format!("account {a}")).unwrap_or_default()
}

/// What the audit keeps of a ticket: its state, without texts that may hold personal data.
pub(super) fn facts(t: &TicketRecord) -> serde_json::Value {
    serde_json::json!({
        "id": t.id, "number": ticket_number(t.number), "status": t.status, "priority": t.priority,
        "category": t.category, "tier": t.tier, "assignee": t.assignee, "account_id": t.account,
        "reopened": t.reopened, "resolution_type": t.resolution_type, "tags": t.tags,
        "snoozed_until": t.snoozed_until, "escalation": t.escalation, "merged_into": t.merged_into,
        "rating": t.rating, "version": t.version,
    })
}

/// Audits a change and answers with the ticket as it is now.
pub(super) async fn finish(
    work: &Work,
    ticket: &TicketRecord,
    before: Option<&TicketRecord>,
    reason: String,
    created: bool,
) -> Result<Outcome2xx<TicketDetail>, ServiceError> {
    let now = audited(work, ticket.id, before, reason).await?;
    let body = detail(&work.tx, Viewer::of(work), &now, work.now).await?;
    let version = Some(now.version);
    Ok(if created {
        Outcome2xx::created(body, version)
    } else {
        Outcome2xx::ok(body, version)
    })
}

/// Audits a change and hands back the ticket as it is now.
pub(super) async fn audited(
    work: &Work,
    ticket: TicketId,
    before: Option<&TicketRecord>,
    reason: String,
) -> Result<TicketRecord, ServiceError> {
    work.clocks(ticket).await?;
    let now = tickets::find(&work.tx, TicketRef::Id(ticket))
        .await?
        .ok_or(NO_TICKET)?;
    work.audit(Record {
        kind: "ticket",
        id: ticket.to_string(),
        account: now.account,
        ticket: Some(ticket),
        reason,
        before: before.map(|t| facts(t).to_string()),
        after: Some(facts(&now).to_string()),
    })
    .await?;
    Ok(now)
}

/// Notes in a ticket's history that a token action was done for it, and links the token.
///
/// # Errors
/// When there is no such ticket or the database fails.
pub async fn touch_by_action(
    work: &Work,
    ticket: TicketId,
    token: &Token,
    kind: ActionKind,
    name: &str,
) -> Result<(), ServiceError> {
    if !tickets::touch(&work.tx, ticket, part::ACTIONS, work.now).await? {
        return Err(ServiceError::field(
            "ticket_id",
            "unknown",
            "there is no such ticket",
        ));
    }
    tickets::link_token(&work.tx, ticket, token.id, work.now).await?;
    note(
        work,
        ticket,
        "action",
        String::new(),
        kind.word().to_owned(),
        name.to_owned(),
    )
    .await
}
