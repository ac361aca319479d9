//! Disputes about tokens: what they are and where they can go.

use super::lifecycle::{Lifecycle, Move, Requirement};
use super::permission::Permission;
use super::token::{ActionKind, DisputeStatus};

/// The kind of a dispute that none of the desk's kinds fits.
pub const OTHER: &str = "other";

/// Every legal move of a dispute. What is decided or withdrawn stays so; a new dispute can be opened.
pub const DISPUTES: Lifecycle<DisputeStatus> = Lifecycle {
    moves: &[
        Move {
            from: DisputeStatus::Open,
            to: DisputeStatus::Upheld,
            permission: Permission::DisputeDecide,
            requires: &[Requirement::Reason],
        },
        Move {
            from: DisputeStatus::Open,
            to: DisputeStatus::Rejected,
            permission: Permission::DisputeDecide,
            requires: &[Requirement::Reason],
        },
        Move {
            from: DisputeStatus::Open,
            to: DisputeStatus::Withdrawn,
            permission: Permission::TokenUndo,
            requires: &[],
        },
    ],
};

/// The action by which a dispute gets to a status; `None`: nobody can decide it so.
#[must_use]
pub fn decision(to: DisputeStatus) -> Option<ActionKind> {
    match to {
        DisputeStatus::Upheld => Some(ActionKind::Uphold),
        DisputeStatus::Rejected => Some(ActionKind::Reject),
        DisputeStatus::Open | DisputeStatus::Withdrawn => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::Illegal;
    use crate::domain::permission::Role;

    #[test]
    fn only_an_open_dispute_moves_and_tier_2_decides_it_with_a_reason() {
        use DisputeStatus::{Open, Rejected, Upheld, Withdrawn};
        let why = [Requirement::Reason];
        for to in [Upheld, Rejected] {
            assert!(DISPUTES.check(Open, to, Role::Engineer, &why).is_ok());
            let missing = DISPUTES
                .check(Open, to, Role::Engineer, &[])
                .expect_err("no reason");
            assert_eq!(missing, Illegal::Missing(vec![Requirement::Reason]));
            let agent = DISPUTES.check(Open, to, Role::Agent, &why).expect_err("tier 1");
            assert_eq!(agent, Illegal::NotAllowed(Permission::DisputeDecide));
        }
        for from in [Upheld, Rejected, Withdrawn] {
            assert_eq!(DISPUTES.from(from).count(), 0, "{from:?}");
        }
        assert_eq!(decision(Withdrawn), None);
    }
}
