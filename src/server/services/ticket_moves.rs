//! Moves of a ticket along its lifecycle: one check for people behind the desk, customers, and the desk itself.

use super::error::problem;
use super::ticket_scope::is_customer;
use super::{ServiceError, Work};
use crate::domain::lifecycle::{Illegal, Requirement};
use crate::domain::permission::Permission;
use crate::domain::profile::Profile;
use crate::domain::ticket::{OWN_LIFECYCLE, ResolutionType, TICKET_LIFECYCLE, TicketStatus};
use crate::domain::time::Moment;
use crate::server::store::tickets::TicketRecord;
use crate::wire::tickets::ChangeStatus;

const DAY: i64 = 86_400;

/// Checks a move against the lifecycle and makes it.
pub(super) fn go(work: &Work, t: &mut TicketRecord, to: &ChangeStatus) -> Result<(), ServiceError> {
    let mut given = Vec::new();
    let summary = to.summary.trim();
    if t.assignee.is_some() {
        given.push(Requirement::Assignee);
    }
    if (3..=2_000).contains(&to.reason.trim().chars().count()) {
        given.push(Requirement::Reason);
    }
    if to.resolution_type.is_some() {
        given.push(Requirement::ResolutionType);
    }
    if (3..=4_000).contains(&summary.chars().count()) {
        given.push(Requirement::Summary);
    }
    let Some(role) = work.actor.role else {
        return Err(ServiceError::Forbidden(Permission::TicketStatus));
    };
    let customer = is_customer(&work.actor);
    let table = if customer { OWN_LIFECYCLE } else { TICKET_LIFECYCLE };
    table.check(t.status, to.status, role, &given).map_err(refused)?;
    if !to.status.is_done() {
        can_reopen(work.profile(), t, work.now)?;
    } else if !t.status.is_done() && !customer {
        has_required_fields(work.profile(), t)?;
    }
    arrive(t, to.status, work.now);
    if to.status.is_done() {
        if let Some(kind) = to.resolution_type {
            t.resolution_type = Some(kind);
            summary.clone_into(&mut t.resolution_summary);
        } else if customer && t.resolution_type.is_none() {
            t.resolution_type = Some(ResolutionType::Other);
            "Closed by the customer.".clone_into(&mut t.resolution_summary);
        }
    }
    Ok(())
}

/// What a new status brings with it.
pub(super) fn arrive(t: &mut TicketRecord, status: TicketStatus, now: Moment) {
    if t.status.is_done() && !status.is_done() {
        t.reopened += 1;
        t.resolution_type = None;
        t.resolution_summary.clear();
        t.resolved_at = None;
    }
    if status.is_done() {
        t.snoozed_until = None;
        if !t.status.is_done() {
            t.resolved_at = Some(now);
        }
    }
    if status == TicketStatus::Open {
        t.assignee = None;
        t.assignee_name.clear();
    }
    t.closed_at = (status == TicketStatus::Closed).then_some(now);
    t.status = status;
}

/// Whether a ticket that is closed may come back.
fn can_reopen(profile: &Profile, t: &TicketRecord, now: Moment) -> Result<(), ServiceError> {
    if t.merged_into.is_some() {
        return Err(ServiceError::Illegal {
            code: "merged",
            detail: "the ticket was merged into another one; go on there, or take the merge apart".to_owned(),
        });
    }
    let days = i64::from(profile.tickets.reopen_days);
    match t.closed_at {
        Some(closed) if now.seconds_since(closed) > days * DAY => Err(ServiceError::Illegal {
            code: "window_over",
            detail: format!(
                "it was closed more than {days} days ago and cannot be reopened; open a new ticket that follows it up"
            ),
        }),
        _ => Ok(()),
    }
}

fn has_required_fields(profile: &Profile, t: &TicketRecord) -> Result<(), ServiceError> {
    let missing = profile.tickets.missing_on_close(&t.category, &t.fields);
    if missing.is_empty() {
        return Ok(());
    }
    Err(ServiceError::Invalid(
        missing
            .into_iter()
            .map(|f| {
                problem(
                    &format!("fields.{}", f.code),
                    "required",
                    format!("fill in {} before the ticket is resolved or closed", f.label),
                )
            })
            .collect(),
    ))
}

fn refused(why: Illegal<TicketStatus>) -> ServiceError {
    match why {
        Illegal::NotAllowed(permission) => ServiceError::Forbidden(permission),
        Illegal::Missing(what) => missing(&what),
        Illegal::NoSuchMove { from, to, legal } => {
            let legal: Vec<&str> = legal.iter().map(|s| s.word()).collect();
            no_such_move("ticket", from.word(), to.word(), &legal)
        }
    }
}

/// What a move lacks, field by field.
pub(super) fn missing(what: &[Requirement]) -> ServiceError {
    ServiceError::Invalid(
        what.iter()
            .map(|r| {
                let detail = match r {
                    Requirement::Assignee => "somebody has to have the ticket first: assign or take it",
                    Requirement::Reason => "say why, in 3 to 2,000 characters",
                    Requirement::ResolutionType => "say how it was resolved",
                    Requirement::Summary => "say what was done, in 3 to 4,000 characters",
                    Requirement::Outcome => "say what came of it, in 3 to 2,000 characters",
                };
                problem(r.word(), "required", detail)
            })
            .collect(),
    )
}

/// A move that is not in the table: which, and what is legal.
pub(super) fn no_such_move(noun: &str, from: &str, to: &str, legal: &[&str]) -> ServiceError {
    let detail = if from == to {
        format!("the {noun} is {from} already")
    } else if legal.is_empty() {
        format!("the {noun} is {from}: that is for good")
    } else {
        format!(
            "the {noun} is {from} and cannot become {to}; from here it can become: {}",
            legal.join(", ")
        )
    };
    ServiceError::Illegal {
        code: "no_such_move",
        detail,
    }
}
