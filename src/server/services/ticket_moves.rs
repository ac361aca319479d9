//! Moves of a ticket along its lifecycle.

use super::error::problem;
use super::{ServiceError, Work};
use crate::domain::lifecycle::{Illegal, Requirement};
use crate::domain::permission::Permission;
use crate::domain::ticket::{TICKET_LIFECYCLE, TicketStatus};
use crate::server::store::tickets::TicketRecord;
use crate::wire::tickets::ChangeStatus;

/// Checks a move against the lifecycle and makes it.
pub(super) fn go(work: &Work, t: &mut TicketRecord, to: &ChangeStatus) -> Result<(), ServiceError> {
    let mut given = Vec::new();
    let summary = to.summary.trim();
    if t.assignee.is_some() {
        given.push(Requirement::Assignee);
    }
    if to.reason.trim().chars().count() >= 3 {
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
    TICKET_LIFECYCLE
        .check(t.status, to.status, role, &given)
        .map_err(refused)?;
    let was_done = matches!(t.status, TicketStatus::Resolved | TicketStatus::Closed);
    let is_done = matches!(to.status, TicketStatus::Resolved | TicketStatus::Closed);
    if was_done && !is_done {
        t.reopened += 1;
        t.resolution_type = None;
        t.resolution_summary.clear();
    }
    if let Some(kind) = to.resolution_type
        && is_done
    {
        t.resolution_type = Some(kind);
        summary.clone_into(&mut t.resolution_summary);
    }
    if to.status == TicketStatus::Open {
        t.assignee = None;
        t.assignee_name.clear();
    }
    t.closed_at = (to.status == TicketStatus::Closed).then_some(work.now);
    t.status = to.status;
    Ok(())
}

fn refused(why: Illegal<TicketStatus>) -> ServiceError {
    match why {
        Illegal::NotAllowed(permission) => ServiceError::Forbidden(permission),
        Illegal::Missing(what) => ServiceError::Invalid(
            what.into_iter()
                .map(|r| {
                    let detail = match r {
                        Requirement::Assignee => "somebody has to have the ticket first: assign or take it",
                        Requirement::Reason => "say why, in at least 3 characters",
                        Requirement::ResolutionType => "say how it was resolved",
                        Requirement::Summary => "say what was done, in 3 to 4,000 characters",
                    };
                    problem(r.word(), "required", detail)
                })
                .collect(),
        ),
        Illegal::NoSuchMove { from, to, legal } => {
            let legal: Vec<&str> = legal.iter().map(|s| s.word()).collect();
            let detail = if from == to {
                format!("the ticket is {} already", from.word())
            } else {
                format!(
                    "a ticket that is {} cannot become {}; from here it can become: {}",
                    from.word(),
                    to.word(),
                    legal.join(", ")
                )
            };
            ServiceError::Illegal {
                code: "no_such_move",
                detail,
            }
        }
    }
}
