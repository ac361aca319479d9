//! A case: its vocabulary and its lifecycle.

use serde::{Deserialize, Serialize};

use super::lifecycle::{Lifecycle, Move, Requirement};
use super::permission::Permission;

// `tt`, not `literal`: the schema's derive does not see through the group that a literal stands in.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:tt),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in queries, JSON and SQL.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one of that name.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.word() == word)
            }
        }
    };
}

words! {
    /// Where a ticket stands.
    TicketStatus {
        /// Nobody has it yet.
        Open = "open",
        /// Somebody has it.
        Assigned = "assigned",
        /// Being worked on.
        InProgress = "in_progress",
        /// The customer has to answer.
        WaitingCustomer = "waiting_customer",
        /// Somebody else in the house has to answer.
        WaitingInternal = "waiting_internal",
        /// Solved, in the agent's view.
        Resolved = "resolved",
        /// Done.
        Closed = "closed",
    }
}

words! {
    /// How soon a ticket needs care.
    Priority {
        /// When there is time.
        Low = "low",
        /// In turn.
        Medium = "medium",
        /// Before others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

words! {
    /// How a ticket was resolved.
    ResolutionType {
        /// The cause is gone.
        Solved = "solved",
        /// The customer can live with it.
        Workaround = "workaround",
        /// Another ticket covers it.
        Duplicate = "duplicate",
        /// It could not be seen.
        CannotReproduce = "cannot_reproduce",
        /// It stays as it is.
        WontFix = "wont_fix",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// Who may read a message.
    Visibility {
        /// The customer too.
        Public = "public",
        /// Only people behind the desk.
        Internal = "internal",
    }
}

use TicketStatus::{Assigned, Closed, InProgress, Open, Resolved, WaitingCustomer, WaitingInternal};

const fn step(from: TicketStatus, to: TicketStatus) -> Move<TicketStatus> {
    Move {
        from,
        to,
        permission: Permission::TicketStatus,
        requires: &[],
    }
}
const fn work(from: TicketStatus, to: TicketStatus) -> Move<TicketStatus> {
    Move {
        from,
        to,
        permission: Permission::TicketStatus,
        requires: &[Requirement::Assignee],
    }
}
const fn finish(from: TicketStatus, to: TicketStatus) -> Move<TicketStatus> {
    Move {
        from,
        to,
        permission: Permission::TicketClose,
        requires: &[
            Requirement::Assignee,
            Requirement::ResolutionType,
            Requirement::Summary,
        ],
    }
}

/// The one table of legal status changes.
///
/// Closing something that is resolved needs nothing more: resolving asked for it all.
pub const TICKET_LIFECYCLE: Lifecycle<TicketStatus> = Lifecycle {
    moves: &[
        work(Open, Assigned),
        work(Open, InProgress),
        finish(Open, Resolved),
        finish(Open, Closed),
        step(Assigned, Open),
        work(Assigned, InProgress),
        work(Assigned, WaitingCustomer),
        work(Assigned, WaitingInternal),
        finish(Assigned, Resolved),
        finish(Assigned, Closed),
        step(InProgress, Open),
        work(InProgress, Assigned),
        work(InProgress, WaitingCustomer),
        work(InProgress, WaitingInternal),
        finish(InProgress, Resolved),
        finish(InProgress, Closed),
        step(WaitingCustomer, Open),
        work(WaitingCustomer, InProgress),
        work(WaitingCustomer, WaitingInternal),
        finish(WaitingCustomer, Resolved),
        finish(WaitingCustomer, Closed),
        step(WaitingInternal, Open),
        work(WaitingInternal, InProgress),
        work(WaitingInternal, WaitingCustomer),
        finish(WaitingInternal, Resolved),
        finish(WaitingInternal, Closed),
        Move {
            from: Resolved,
            to: Closed,
            permission: Permission::TicketClose,
            requires: &[],
        },
        Move {
            from: Resolved,
            to: InProgress,
            permission: Permission::TicketReopen,
            requires: &[Requirement::Assignee, Requirement::Reason],
        },
        Move {
            from: Resolved,
            to: Open,
            permission: Permission::TicketReopen,
            requires: &[Requirement::Reason],
        },
        Move {
            from: Closed,
            to: Open,
            permission: Permission::TicketReopen,
            requires: &[Requirement::Reason],
        },
        Move {
            from: Closed,
            to: InProgress,
            permission: Permission::TicketReopen,
            requires: &[Requirement::Assignee, Requirement::Reason],
        },
    ],
};

/// The number that people use for a ticket: `TKT-` and six or more digits.
#[must_use]
pub fn ticket_number(n: i64) -> String {
    format!("TKT-{n:06}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::Illegal;
    use crate::domain::permission::Role;

    #[test]
    fn every_status_can_be_left_and_reached() {
        for status in TicketStatus::ALL {
            assert!(
                TICKET_LIFECYCLE.from(*status).next().is_some(),
                "{status:?} is a dead end"
            );
            assert!(
                *status == Open || TICKET_LIFECYCLE.moves.iter().any(|m| m.to == *status),
                "{status:?} is never reached"
            );
        }
    }

    #[test]
    fn no_move_is_there_twice_or_leads_nowhere() {
        let mut seen = std::collections::BTreeSet::new();
        for m in TICKET_LIFECYCLE.moves {
            assert_ne!(m.from, m.to);
            assert!(
                seen.insert((m.from, m.to)),
                "{:?} to {:?} is there twice",
                m.from,
                m.to
            );
        }
    }

    #[test]
    fn closing_names_everything_that_is_missing() {
        let refused = TICKET_LIFECYCLE.check(Open, Closed, Role::Agent, &[Requirement::Assignee]);
        assert_eq!(
            refused.err(),
            Some(Illegal::Missing(vec![
                Requirement::ResolutionType,
                Requirement::Summary
            ]))
        );
        assert!(matches!(
            TICKET_LIFECYCLE.check(Closed, Resolved, Role::Admin, &[]),
            Err(Illegal::NoSuchMove { .. })
        ));
    }
}
