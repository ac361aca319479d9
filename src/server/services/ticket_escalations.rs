//! Escalations: a ticket goes up to a tier, a role or a person, and comes back with an outcome.

use super::listing::read_query;
use super::ticket_changes::{Change, at_version, give, write};
use super::ticket_moves::{missing, no_such_move};
use super::ticket_view::escalation as shown;
use super::tickets::{NO_TICKET, length, note};
use super::work::{Begun, Outcome2xx};
use super::{Actor, Answer, IntentRequest, ServiceError, Services, Work};
use crate::domain::agent::Agent;
use crate::domain::escalation::{ESCALATION_LIFECYCLE, EscalationStatus, EscalationTarget};
use crate::domain::id::EscalationId;
use crate::domain::lifecycle::{Illegal, Requirement};
use crate::domain::permission::{Permission, Role};
use crate::domain::query::ESCALATION_FIELDS;
use crate::domain::ticket::TicketStatus;
use crate::server::store::escalations::{self, EscalationRow};
use crate::server::store::tickets::{self, TicketRecord, TicketRef};
use crate::server::store::{Conn, people, ticket_parts};
use crate::wire::page::{ListParams, Page};
use crate::wire::ticket_parts::{ChangeEscalation, DeescalateTicket, EscalateTicket, Escalation};

const NO_ESCALATION: ServiceError = ServiceError::NotFound("there is no such escalation");

impl Services {
    /// Hands a ticket over to a tier, a role or a person. To a tier or a role it goes into their queue; a person gets it.
    ///
    /// # Errors
    /// When the person may not, the ticket is done, the target is none, the row changed, or the database fails.
    pub async fn escalate_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<EscalateTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.escalate", Permission::TicketEscalate)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let before = at_version(&work, change.ticket, change.version).await?;
            let mut after = before.clone();
            escalate(&work, &mut after, &change.body).await?;
            write(&work, &before, &after, change.body.reason.trim().to_owned()).await
        }
        .await;
        work.settle(result).await
    }

    /// Takes a ticket back from where it was escalated to: to its tier, and to whoever had it.
    ///
    /// # Errors
    /// When the person may not, it is not escalated, the row changed, or the database fails.
    pub async fn deescalate_ticket(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        change: &Change<DeescalateTicket>,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "ticket.deescalate", Permission::TicketEscalate)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = async {
            let before = at_version(&work, change.ticket, change.version).await?;
            let mut after = before.clone();
            let outcome = change.body.outcome.trim();
            let Some(open) = after.escalation else {
                return Err(ServiceError::Illegal {
                    code: "not_escalated",
                    detail: "the ticket is not escalated".to_owned(),
                });
            };
            let row = escalations::find(&work.tx, open).await?.ok_or(NO_ESCALATION)?;
            let (tier, agent) = (row.from_tier, row.from_agent);
            advance(&work, row, EscalationStatus::Closed, outcome).await?;
            after.escalation = None;
            after.tier = tier;
            if let Some(agent) = agent
                && let Some(agent) = behind_the_desk(&work.tx, agent).await?
            {
                give(&mut after, Some((agent.id, agent.name)));
            }
            write(&work, &before, &after, outcome.to_owned()).await
        }
        .await;
        work.settle(result).await
    }

    /// Escalations that a query asks for.
    ///
    /// # Errors
    /// When the person may not, a parameter is wrong, or the database fails.
    pub async fn escalations(
        &self,
        actor: &Actor,
        params: &ListParams,
    ) -> Result<Page<Escalation>, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let asked = read_query(params, &ESCALATION_FIELDS, "escalations", actor, self.now())?;
        let list = escalations::list(&asked.query, &asked.scope, asked.hash);
        self.page(&list, params, escalations::is, |r| {
            Ok(shown(escalations::read(r)?))
        })
        .await
    }

    /// One escalation.
    ///
    /// # Errors
    /// When the person may not, there is none, or the database fails.
    pub async fn escalation(&self, actor: &Actor, id: EscalationId) -> Result<Escalation, ServiceError> {
        self.allow(actor, Permission::TicketView).await?;
        let conn = self.store.read();
        let found = escalations::find(conn, id).await?.ok_or(NO_ESCALATION)?;
        let ticket = tickets::find(conn, TicketRef::Id(found.ticket)).await?;
        if let Some(ticket) = ticket {
            self.looks_at_ticket(actor, &ticket).await?;
        }
        Ok(shown(found))
    }

    /// Moves an escalation along its lifecycle. Whoever takes it up gets the ticket.
    ///
    /// # Errors
    /// When the person may not or it is not for them, the lifecycle refuses, the row changed, or the database fails.
    pub async fn change_escalation(
        &self,
        actor: &Actor,
        intent: Option<IntentRequest>,
        id: EscalationId,
        version: i64,
        body: &ChangeEscalation,
    ) -> Result<Answer, ServiceError> {
        let work = match self
            .begin(actor, intent, "escalation.change", Permission::TicketEscalate)
            .await?
        {
            Begun::Replay(answer) => return Ok(answer),
            Begun::Work(work) => work,
        };
        let result = change_escalation(&work, id, version, body).await;
        work.settle(result).await
    }
}

async fn change_escalation(
    work: &Work,
    id: EscalationId,
    version: i64,
    body: &ChangeEscalation,
) -> Result<Outcome2xx<Escalation>, ServiceError> {
    let found = escalations::find(&work.tx, id).await?.ok_or(NO_ESCALATION)?;
    if found.version != version {
        let current =
            serde_json::to_value(shown(found)).map_err(|e| ServiceError::Internal(e.to_string()))?;
        return Err(ServiceError::Stale {
            current: Box::new(current),
        });
    }
    for_them(&work.actor, &found)?;
    let before = tickets::find(&work.tx, TicketRef::Id(found.ticket))
        .await?
        .ok_or(NO_TICKET)?;
    let outcome = body.outcome.trim().to_owned();
    advance(work, found, body.status, &outcome).await?;
    let mut after = before.clone();
    if body.status == EscalationStatus::InProgress && after.assignee != Some(work.actor.id) {
        give(&mut after, Some((work.actor.id, work.actor.name.clone())));
    }
    if !body.status.is_open() && after.escalation == Some(id) {
        after.escalation = None;
    }
    write(work, &before, &after, outcome).await?;
    let now = escalations::find(&work.tx, id).await?.ok_or(NO_ESCALATION)?;
    let version = Some(now.version);
    Ok(Outcome2xx::ok(shown(now), version))
}

/// Whether an escalation is for this person, or theirs to oversee.
fn for_them(actor: &Actor, row: &EscalationRow) -> Result<(), ServiceError> {
    let oversees = matches!(actor.role, Some(Role::Supervisor | Role::Admin));
    let meant = match row.to {
        EscalationTarget::Tier { tier } => actor.role.and_then(Role::tier).is_some_and(|t| t >= tier),
        EscalationTarget::Role { role } => actor.role == Some(role),
        EscalationTarget::Person { agent_id } => actor.id == agent_id,
    };
    if meant || oversees {
        return Ok(());
    }
    Err(ServiceError::Illegal {
        code: "not_for_you",
        detail: format!(
            "it was escalated to {}; they or a supervisor take it up",
            row.to_label
        ),
    })
}

async fn behind_the_desk(
    conn: &impl Conn,
    id: crate::domain::id::AgentId,
) -> Result<Option<Agent>, ServiceError> {
    let found = people::find(conn, id).await?;
    Ok(found.filter(|a| a.role.is_some_and(|role| role != Role::Customer)))
}

/// Hands a ticket over.
pub(super) async fn escalate(
    work: &Work,
    t: &mut TicketRecord,
    body: &EscalateTicket,
) -> Result<(), ServiceError> {
    let reason = body.reason.trim();
    let mut wrong = Vec::new();
    length(&mut wrong, "reason", reason, 3, 2_000);
    super::ticket_fields::good(wrong)?;
    if t.status.is_done() {
        return Err(ServiceError::Illegal {
            code: "done",
            detail: format!(
                "a ticket that is {} is not escalated; reopen it first",
                t.status.word()
            ),
        });
    }
    let (label, tier, person) = target(work, t, body.to).await?;
    if let Some(open) = t.escalation {
        let row = escalations::find(&work.tx, open).await?.ok_or(NO_ESCALATION)?;
        advance(
            work,
            row,
            EscalationStatus::Closed,
            &format!("Went on to {label}."),
        )
        .await?;
    }
    t.escalations += 1;
    let row = EscalationRow {
        id: EscalationId::new(),
        ticket: t.id,
        ticket_number: t.number,
        level: t.escalations,
        status: EscalationStatus::Pending,
        to: body.to,
        to_label: label.clone(),
        reason: reason.to_owned(),
        outcome: String::new(),
        by: Some(work.actor.id),
        by_label: work.actor.label(),
        from_tier: t.tier,
        from_agent: t.assignee,
        at: work.now,
        taken_at: None,
        ended_at: None,
        ended_by: String::new(),
        version: 1,
    };
    escalations::insert(&work.tx, &row).await?;
    // Whoever had it, and whoever sent it up, go on hearing of it.
    for agent in [t.assignee, Some(work.actor.id)].into_iter().flatten() {
        ticket_parts::watch(&work.tx, t.id, agent, true, work.now).await?;
    }
    t.escalation = Some(row.id);
    t.tier = t.tier.max(tier);
    t.snoozed_until = None;
    give(t, person.map(|p| (p.id, p.name)));
    let level = format!("{label} (level {})", row.level);
    note(work, t.id, "escalation", String::new(), level, reason.to_owned()).await
}

/// Whom a ticket goes to: in words, their tier, and the person if it is one.
async fn target(
    work: &Work,
    t: &TicketRecord,
    to: EscalationTarget,
) -> Result<(String, u8, Option<Agent>), ServiceError> {
    let wrong = |detail: &str| ServiceError::field("to", "bad_target", detail);
    match to {
        EscalationTarget::Tier { tier } if tier != 2 => {
            Err(wrong("there is one tier above the first: write tier 2"))
        }
        EscalationTarget::Tier { .. } if t.tier >= 2 => Err(ServiceError::Illegal {
            code: "highest_tier",
            detail: "the ticket is at tier 2 already; escalate it to a role or a person".to_owned(),
        }),
        EscalationTarget::Tier { tier } => Ok((format!("tier {tier}"), tier, None)),
        EscalationTarget::Role { role } => {
            let tier = role
                .tier()
                .ok_or_else(|| wrong("tickets are escalated to people behind the desk"))?;
            Ok((role.word().to_owned(), tier, None))
        }
        EscalationTarget::Person { agent_id } => {
            let found = behind_the_desk(&work.tx, agent_id).await?;
            let found = found.ok_or_else(|| wrong("there is nobody with a role behind this identifier"))?;
            if t.assignee == Some(found.id) {
                return Err(wrong("they have the ticket already"));
            }
            let tier = found.role.and_then(Role::tier).unwrap_or(1);
            let label = format!("{} {}", found.employee_id, found.name);
            Ok((label, tier, Some(found)))
        }
    }
}

/// Moves an escalation along its lifecycle, with a line in the ticket's history.
async fn advance(
    work: &Work,
    mut row: EscalationRow,
    to: EscalationStatus,
    outcome: &str,
) -> Result<(), ServiceError> {
    let mut given = Vec::new();
    if (3..=2_000).contains(&outcome.chars().count()) {
        given.push(Requirement::Outcome);
    }
    let role = work
        .actor
        .role
        .ok_or(ServiceError::Forbidden(Permission::TicketEscalate))?;
    ESCALATION_LIFECYCLE
        .check(row.status, to, role, &given)
        .map_err(|why| match why {
            Illegal::NotAllowed(permission) => ServiceError::Forbidden(permission),
            Illegal::Missing(what) => missing(&what),
            Illegal::NoSuchMove { from, to, legal } => {
                let legal: Vec<&str> = legal.iter().map(|s| s.word()).collect();
                no_such_move("escalation", from.word(), to.word(), &legal)
            }
        })?;
    let was = row.status;
    row.status = to;
    match to {
        EscalationStatus::Pending => row.taken_at = None,
        EscalationStatus::InProgress => row.taken_at = Some(work.now),
        EscalationStatus::Resolved | EscalationStatus::Closed => {
            if was.is_open() {
                row.ended_at = Some(work.now);
                row.ended_by = work.actor.label();
            }
            if !outcome.is_empty() {
                outcome.clone_into(&mut row.outcome);
            }
        }
    }
    if !escalations::update(&work.tx, &row).await? {
        return Err(ServiceError::Unavailable);
    }
    let word = |s: EscalationStatus| format!("{}: {}", row.to_label, s.word());
    note(
        work,
        row.ticket,
        "escalation",
        word(was),
        word(to),
        outcome.to_owned(),
    )
    .await
}

/// A ticket that is resolved or closed ends its escalation: what was done is what came of it.
pub(super) async fn end_with_ticket(work: &Work, t: &mut TicketRecord) -> Result<(), ServiceError> {
    let Some(open) = t.escalation.take() else {
        return Ok(());
    };
    let Some(mut row) = escalations::find(&work.tx, open).await? else {
        return Ok(());
    };
    let was = row.status;
    row.status = EscalationStatus::Resolved;
    row.outcome = if t.resolution_summary.is_empty() {
        format!("The ticket was {}.", done(t.status))
    } else {
        t.resolution_summary.clone()
    };
    row.ended_at = Some(work.now);
    row.ended_by = work.actor.label();
    if !escalations::update(&work.tx, &row).await? {
        return Err(ServiceError::Unavailable);
    }
    let word = |s: EscalationStatus| format!("{}: {}", row.to_label, s.word());
    note(
        work,
        t.id,
        "escalation",
        word(was),
        word(row.status),
        row.outcome.clone(),
    )
    .await
}

fn done(status: TicketStatus) -> &'static str {
    if status == TicketStatus::Closed {
        "closed"
    } else {
        "resolved"
    }
}
