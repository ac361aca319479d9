//! What hangs on tickets without being a change of them: watchers, checklists, time, the customer's rating.

use super::ticket_changes::write;
use super::ticket_fields::good;
use super::ticket_scope::reachable;
use super::tickets::{NO_TICKET, length, note};
use super::work::{Begun, Outcome2xx, Record};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::id::{CheckId, TicketId, TimeId};
use crate::domain::permission::{Permission, Role};
use crate::domain::time::Moment;
use crate::server::store::ticket_parts::{self, CheckRow, TimeRow, WatcherRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef, part};
use crate::server::store::{StoreError, people};
use crate::wire::page::Page;
use crate::wire::ticket_parts::{
    ChangeCheck, ChangeTime, Check, NewCheck, NewTime, RateTicket, TimeSpent, WatchTicket, Watcher,
};

const NO_CHECK: ServiceError = ServiceError::NotFound("there is no such point on this checklist");
const NO_TIME: ServiceError = ServiceError::NotFound("there is no such time on this ticket");
/// Most points of a checklist.
const MAX_CHECKS: usize = 100;
/// Longest time of one entry, in seconds.
const MAX_SECONDS: i64 = 7 * 86_400;

impl Services {
    /// Begins or ends watching a ticket. Answers with everybody who watches it.
    ///
    /// # Errors
    /// When the person may not, there is no such ticket or person, or the database fails.
    pub async fn watch_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        which: TicketRef,
        body: &WatchTicket,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.watch", Permission::TicketView)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = watch(&work, which, body).await;
        work.settle(result).await
    }

    /// Adds a point to a ticket's checklist. Answers with the whole list.
    ///
    /// # Errors
    /// When the person may not, the text is empty or too long, the list is full, or the database fails.
    pub async fn add_check(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        which: TicketRef,
        body: &NewCheck,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.check", Permission::TicketEdit)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = add_check(&work, which, body).await;
        work.settle(result).await
    }

    /// Changes a point of a checklist. Answers with the whole list.
    ///
    /// # Errors
    /// When the person may not, there is no such point, or the database fails.
    pub async fn change_check(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        (which, check): (TicketRef, CheckId),
        body: &ChangeCheck,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.check", Permission::TicketEdit)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = change_check(&work, which, check, body).await;
        work.settle(result).await
    }

    /// Time spent on a ticket, oldest first.
    ///
    /// # Errors
    /// When the person may not, there is no such ticket, or the database fails.
    pub async fn times(&self, actor: &Actor, which: TicketRef) -> Result<Page<TimeSpent>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let found = tickets::find(conn, which).await?.ok_or(NO_TICKET)?;
        self.looks_at_ticket(actor, &found).await?;
        let rows = ticket_parts::times(conn, found.id).await?;
        let now = self.now();
        Ok(Page::whole(rows.into_iter().map(|t| spent(t, now)).collect()))
    }

    /// Starts the clock of one's own work on a ticket, or writes down work that was done.
    ///
    /// # Errors
    /// When the person may not, the clock runs already, a field is wrong, or the database fails.
    pub async fn add_time(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        which: TicketRef,
        body: &NewTime,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.time", Permission::TicketMessage)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = add_time(&work, which, body).await;
        work.settle(result).await
    }

    /// Stops, corrects or leaves out time spent: one's own, or anybody's with the permission for it.
    ///
    /// # Errors
    /// When the person may not, there is none, it changed meanwhile, a field is wrong, or the database fails.
    pub async fn change_time(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        (which, time, version): (TicketRef, TimeId, i64),
        body: &ChangeTime,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.time", Permission::TicketMessage)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = change_time(&work, which, time, version, body).await;
        work.settle(result).await
    }

    /// Keeps what the customer thinks of how their ticket was handled: once, after it was resolved.
    ///
    /// # Errors
    /// When it is not theirs, was not resolved or is rated already, the number is none, or the database fails.
    pub async fn rate_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        which: TicketRef,
        body: &RateTicket,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.rate", Permission::TicketOwn)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let before = reachable(&work.tx, &work.actor, which).await?;
            // Only the customer's own word counts, whoever else may open the ticket.
            if work.actor.role != Some(Role::Customer) {
                return Err(ServiceError::Illegal {
                    code: "not_the_customer",
                    detail: "a ticket is rated by its customer alone".to_owned(),
                });
            }
            let after = rated(&before, body, work.now)?;
            let told = format!("{}", body.rating);
            note(&work, before.id, "rating", String::new(), told, String::new()).await?;
            write(&work, &before, &after, String::new()).await
        }
        .await;
        work.settle(result).await
    }
}

fn rated(before: &TicketRecord, body: &RateTicket, now: Moment) -> Result<TicketRecord, ServiceError> {
    let mut wrong = Vec::new();
    if !(1..=5).contains(&body.rating) {
        wrong.push(super::error::problem(
            "rating",
            "out_of_range",
            "rate from 1 (bad) to 5 (good)",
        ));
    }
    length(&mut wrong, "feedback", body.feedback.trim(), 0, 2_000);
    good(wrong)?;
    if before.rating.is_some() {
        return Err(ServiceError::Illegal {
            code: "rated",
            detail: "the ticket is rated already; once is all".to_owned(),
        });
    }
    if !before.status.is_done() {
        return Err(ServiceError::Illegal {
            code: "not_resolved",
            detail: "the ticket is not resolved yet; rate it afterwards".to_owned(),
        });
    }
    let mut after = before.clone();
    after.rating = Some(body.rating);
    body.feedback.trim().clone_into(&mut after.feedback);
    after.rated_at = Some(now);
    Ok(after)
}

/// The ticket that something is to hang on.
async fn held(work: &Work, which: TicketRef) -> Result<TicketRecord, ServiceError> {
    tickets::find(&work.tx, which).await?.ok_or(NO_TICKET)
}

async fn remember(work: &Work, ticket: &TicketRecord, what: String) -> Result<(), ServiceError> {
    work.audit(Record {
        kind: "ticket",
        id: ticket.id.to_string(),
        account: ticket.account,
        ticket: Some(ticket.id),
        after: Some(what),
        ..Record::default()
    })
    .await
}

async fn watch(
    work: &Work,
    which: TicketRef,
    body: &WatchTicket,
) -> Result<Outcome2xx<Page<Watcher>>, ServiceError> {
    let ticket = held(work, which).await?;
    let who = body.agent_id.unwrap_or(work.actor.id);
    let found = people::find(&work.tx, who).await?;
    let found = found
        .filter(|a| !body.watch || a.role.is_some_and(|role| role != Role::Customer))
        .ok_or_else(|| {
            ServiceError::field(
                "agent_id",
                "unknown",
                "there is nobody with a role behind this identifier",
            )
        })?;
    if ticket_parts::watch(&work.tx, ticket.id, who, body.watch, work.now).await? {
        let name = format!("{} {}", found.employee_id, found.name);
        let (before, after) = if body.watch {
            (String::new(), name)
        } else {
            (name, String::new())
        };
        note(work, ticket.id, "watch", before, after, String::new()).await?;
        let what = serde_json::json!({"watcher": who, "watch": body.watch}).to_string();
        remember(work, &ticket, what).await?;
    }
    let rows = ticket_parts::watchers(&work.tx, ticket.id).await?;
    Ok(Outcome2xx::ok(
        Page::whole(rows.into_iter().map(watcher).collect()),
        None,
    ))
}

fn watcher(row: WatcherRow) -> Watcher {
    Watcher {
        agent_id: row.agent,
        name: row.label,
        since: row.since,
    }
}

async fn list_of(work: &Work, ticket: TicketId) -> Result<Outcome2xx<Page<Check>>, ServiceError> {
    let rows = ticket_parts::checks(&work.tx, ticket).await?;
    let checks = rows.into_iter().map(|c| Check {
        id: c.id,
        text: c.body,
        done_at: c.done_at,
        done_by: c.done_by,
    });
    Ok(Outcome2xx::ok(Page::whole(checks.collect()), None))
}

async fn add_check(
    work: &Work,
    which: TicketRef,
    body: &NewCheck,
) -> Result<Outcome2xx<Page<Check>>, ServiceError> {
    let ticket = held(work, which).await?;
    let text = body.text.trim();
    let mut wrong = Vec::new();
    length(&mut wrong, "text", text, 1, 300);
    good(wrong)?;
    if ticket_parts::checks(&work.tx, ticket.id).await?.len() >= MAX_CHECKS {
        return Err(ServiceError::field(
            "text",
            "too_many",
            format!("a checklist has at most {MAX_CHECKS} points"),
        ));
    }
    let check = CheckRow {
        id: CheckId::new(),
        body: text.to_owned(),
        done_at: None,
        done_by: String::new(),
    };
    ticket_parts::add_check(&work.tx, ticket.id, &check, work.now).await?;
    tickets::mark(&work.tx, ticket.id, part::CHECKS).await?;
    note(
        work,
        ticket.id,
        "check",
        String::new(),
        text.to_owned(),
        String::new(),
    )
    .await?;
    remember(work, &ticket, format!("check {}", check.id)).await?;
    let mut list = list_of(work, ticket.id).await?;
    list.status = 201;
    Ok(list)
}

async fn change_check(
    work: &Work,
    which: TicketRef,
    id: CheckId,
    body: &ChangeCheck,
) -> Result<Outcome2xx<Page<Check>>, ServiceError> {
    let ticket = held(work, which).await?;
    let checks = ticket_parts::checks(&work.tx, ticket.id).await?;
    let before = checks.into_iter().find(|c| c.id == id).ok_or(NO_CHECK)?;
    let mut after = before.clone();
    if let Some(text) = &body.text {
        let mut wrong = Vec::new();
        length(&mut wrong, "text", text.trim(), 1, 300);
        good(wrong)?;
        text.trim().clone_into(&mut after.body);
    }
    match body.done {
        Some(true) if after.done_at.is_none() => {
            after.done_at = Some(work.now);
            after.done_by = work.actor.label();
        }
        Some(false) => (after.done_at, after.done_by) = (None, String::new()),
        _ => {}
    }
    ticket_parts::set_check(&work.tx, &after, body.retire.then_some(work.now)).await?;
    let word = |c: &CheckRow| {
        let sign = if c.done_at.is_some() { "done: " } else { "" };
        format!("{sign}{}", c.body)
    };
    let is = if body.retire { String::new() } else { word(&after) };
    note(work, ticket.id, "check", word(&before), is, String::new()).await?;
    remember(work, &ticket, format!("check {id}")).await?;
    list_of(work, ticket.id).await
}

fn spent(t: TimeRow, now: Moment) -> TimeSpent {
    let seconds = match t.ended_at {
        Some(_) => t.seconds,
        None => now.seconds_since(t.started_at).max(0),
    };
    TimeSpent {
        id: t.id,
        agent_id: t.agent,
        agent: t.agent_label,
        started_at: t.started_at,
        ended_at: t.ended_at,
        seconds,
        note: t.note,
        billable: t.billable,
        corrected_by: t.corrected_by,
        version: t.version,
    }
}

fn check_seconds(seconds: i64) -> Result<(), ServiceError> {
    if (0..=MAX_SECONDS).contains(&seconds) {
        return Ok(());
    }
    Err(ServiceError::field(
        "seconds",
        "out_of_range",
        format!("write 0 to {MAX_SECONDS} seconds"),
    ))
}

async fn add_time(
    work: &Work,
    which: TicketRef,
    body: &NewTime,
) -> Result<Outcome2xx<TimeSpent>, ServiceError> {
    let ticket = held(work, which).await?;
    let mut wrong = Vec::new();
    length(&mut wrong, "note", body.note.trim(), 0, 300);
    good(wrong)?;
    check_seconds(body.seconds.unwrap_or_default())?;
    let ago = -body.seconds.unwrap_or_default();
    let started_at = body.started_at.unwrap_or_else(|| work.now.plus_seconds(ago));
    if started_at > work.now {
        return Err(ServiceError::field(
            "started_at",
            "future",
            "work that has not begun cannot be written down",
        ));
    }
    let row = TimeRow {
        id: TimeId::new(),
        ticket: ticket.id,
        agent: work.actor.id,
        agent_label: work.actor.label(),
        started_at,
        ended_at: body.seconds.map(|s| started_at.plus_seconds(s)),
        seconds: body.seconds.unwrap_or_default(),
        billable: body.billable,
        note: body.note.trim().to_owned(),
        corrected_by: String::new(),
        retired_at: None,
        version: 1,
    };
    let runs = || ServiceError::Illegal {
        code: "runs",
        detail: "your clock runs on this ticket already; stop it first".to_owned(),
    };
    if body.seconds.is_none()
        && ticket_parts::running(&work.tx, ticket.id, work.actor.id)
            .await?
            .is_some()
    {
        return Err(runs());
    }
    ticket_parts::add_time(&work.tx, &row)
        .await
        .map_err(|error| match error {
            StoreError::Taken(_) => runs(),
            other => other.into(),
        })?;
    let told = time_word(&row);
    note(
        work,
        ticket.id,
        "time",
        String::new(),
        told.clone(),
        row.note.clone(),
    )
    .await?;
    remember(work, &ticket, format!("time {}: {told}", row.id)).await?;
    let shown = spent(row, work.now);
    let version = Some(shown.version);
    Ok(Outcome2xx::created(shown, version))
}

fn time_word(t: &TimeRow) -> String {
    match (t.retired_at, t.ended_at) {
        (Some(_), _) => "left out".to_owned(),
        (None, None) => "began".to_owned(),
        (None, Some(_)) => format!("{} s", t.seconds),
    }
}

async fn change_time(
    work: &Work,
    which: TicketRef,
    id: TimeId,
    version: i64,
    body: &ChangeTime,
) -> Result<Outcome2xx<TimeSpent>, ServiceError> {
    let ticket = held(work, which).await?;
    let found = ticket_parts::time(&work.tx, id).await?;
    let before = found
        .filter(|t| t.ticket == ticket.id && t.retired_at.is_none())
        .ok_or(NO_TIME)?;
    if before.agent != work.actor.id {
        work.actor.may(Permission::TimeCorrect)?;
    }
    if before.version != version {
        return Err(stale(before, work.now)?);
    }
    let mut after = before.clone();
    if let Some(text) = &body.note {
        let mut wrong = Vec::new();
        length(&mut wrong, "note", text.trim(), 0, 300);
        good(wrong)?;
        text.trim().clone_into(&mut after.note);
    }
    if body.stop && after.ended_at.is_none() {
        after.ended_at = Some(work.now);
        // A clock that was forgotten is stopped at what one entry may hold; it can be corrected.
        after.seconds = work.now.seconds_since(after.started_at).clamp(0, MAX_SECONDS);
    }
    if let Some(seconds) = body.seconds {
        check_seconds(seconds)?;
        after.seconds = seconds;
        after.ended_at = Some(after.started_at.plus_seconds(seconds));
        after.corrected_by = work.actor.label();
    }
    after.billable = body.billable.unwrap_or(after.billable);
    if body.retire {
        after.retired_at = Some(work.now);
        after.corrected_by = work.actor.label();
    }
    if !ticket_parts::set_time(&work.tx, &after).await? {
        return Err(stale(before, work.now)?);
    }
    let (was, is) = (time_word(&before), time_word(&after));
    note(work, ticket.id, "time", was, is.clone(), after.note.clone()).await?;
    remember(work, &ticket, format!("time {id}: {is}")).await?;
    after.version += 1;
    let shown = spent(after, work.now);
    let version = Some(shown.version);
    Ok(Outcome2xx::ok(shown, version))
}

fn stale(row: TimeRow, now: Moment) -> Result<ServiceError, ServiceError> {
    let current = serde_json::to_value(spent(row, now)).map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(ServiceError::Stale {
        current: Box::new(current),
    })
}
