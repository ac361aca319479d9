//! Escalations: a ticket or an interaction is handed over to a tier, a role or a person, and something comes of it.

use serde::{Deserialize, Serialize};

use super::id::AgentId;
use super::lifecycle::{Lifecycle, Move, Requirement};
use super::permission::{Permission, Role};
use super::ticket::words;

words! {
    /// How far an escalation has come.
    EscalationStatus {
        /// Nobody has taken it up.
        Pending = "pending",
        /// Somebody works on it.
        InProgress = "in_progress",
        /// Something came of it.
        Resolved = "resolved",
        /// It was taken back, or is over.
        Closed = "closed",
    }
}

impl EscalationStatus {
    /// Whether it still counts as escalated.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress)
    }
}

/// Whom something is escalated to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EscalationTarget {
    /// Everybody of a tier.
    Tier {
        /// 2 is the only one above the first.
        tier: u8,
    },
    /// Everybody of a role.
    Role {
        /// Which one.
        role: Role,
    },
    /// One person; they get the ticket.
    Person {
        /// Whom.
        agent_id: AgentId,
    },
}

impl EscalationTarget {
    /// The word for its kind in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tier { .. } => "tier",
            Self::Role { .. } => "role",
            Self::Person { .. } => "person",
        }
    }
}

use EscalationStatus::{Closed, InProgress, Pending, Resolved};

const fn step(
    from: EscalationStatus,
    to: EscalationStatus,
    requires: &'static [Requirement],
) -> Move<EscalationStatus> {
    Move {
        from,
        to,
        permission: Permission::TicketEscalate,
        requires,
    }
}

/// The legal changes of an escalation. Whoever ends one says what came of it.
pub const ESCALATION_LIFECYCLE: Lifecycle<EscalationStatus> = Lifecycle {
    moves: &[
        step(Pending, InProgress, &[]),
        step(Pending, Resolved, &[Requirement::Outcome]),
        step(Pending, Closed, &[Requirement::Outcome]),
        step(InProgress, Pending, &[]),
        step(InProgress, Resolved, &[Requirement::Outcome]),
        step(InProgress, Closed, &[Requirement::Outcome]),
        step(Resolved, Closed, &[]),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::Illegal;

    #[test]
    fn an_escalation_ends_with_an_outcome_and_for_good() {
        for from in [Pending, InProgress] {
            for to in [Resolved, Closed] {
                assert_eq!(
                    ESCALATION_LIFECYCLE.check(from, to, Role::Agent, &[]).err(),
                    Some(Illegal::Missing(vec![Requirement::Outcome]))
                );
                assert!(
                    ESCALATION_LIFECYCLE
                        .check(from, to, Role::Agent, &[Requirement::Outcome])
                        .is_ok()
                );
            }
        }
        assert!(ESCALATION_LIFECYCLE.from(Closed).next().is_none());
        assert!(matches!(
            ESCALATION_LIFECYCLE.check(Resolved, Pending, Role::Admin, &[]),
            Err(Illegal::NoSuchMove { .. })
        ));
    }
}
