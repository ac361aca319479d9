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
pub(super) use words;

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

words! {
    /// Who wrote a line of a conversation, or brought a file.
    AuthorKind {
        /// Somebody behind the desk.
        Agent = "agent",
        /// The customer.
        Customer = "customer",
        /// The desk itself.
        System = "system",
    }
}

words! {
    /// How one ticket stands to another.
    LinkKind {
        /// The other one covers it.
        Parent = "parent",
        /// The other one is about the same.
        Duplicate = "duplicate",
        /// They have to do with each other.
        Related = "related",
        /// The other one was closed for too long to be reopened.
        FollowUp = "follow_up",
        /// It was split off the other one.
        Split = "split",
    }
}

impl LinkKind {
    /// Whether a chain of such links that comes back to where it began makes no sense.
    #[must_use]
    pub fn is_directed(self) -> bool {
        self != Self::Related
    }

    /// How the link is called from its other end.
    #[must_use]
    pub fn inverse(self) -> &'static str {
        match self {
            Self::Parent => "child",
            Self::Duplicate => "duplicated_by",
            Self::Related => "related",
            Self::FollowUp => "followed_by",
            Self::Split => "split_into",
        }
    }
}

impl TicketStatus {
    /// Whether the desk is through with it.
    #[must_use]
    pub fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
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

const fn own(from: TicketStatus, to: TicketStatus, requires: &'static [Requirement]) -> Move<TicketStatus> {
    Move {
        from,
        to,
        permission: Permission::TicketOwn,
        requires,
    }
}

/// What customers may do with the status of a ticket of theirs: close it at any time, and reopen it with a reason.
pub const OWN_LIFECYCLE: Lifecycle<TicketStatus> = Lifecycle {
    moves: &[
        own(Open, Closed, &[]),
        own(Assigned, Closed, &[]),
        own(InProgress, Closed, &[]),
        own(WaitingCustomer, Closed, &[]),
        own(WaitingInternal, Closed, &[]),
        own(Resolved, Closed, &[]),
        own(
            Resolved,
            InProgress,
            &[Requirement::Assignee, Requirement::Reason],
        ),
        own(Resolved, Open, &[Requirement::Reason]),
        own(Closed, InProgress, &[Requirement::Assignee, Requirement::Reason]),
        own(Closed, Open, &[Requirement::Reason]),
    ],
};

/// The shortest way of legal moves that keeps whoever has the ticket, and ends nothing on the way.
#[must_use]
pub fn way_back(from: TicketStatus, to: TicketStatus) -> Option<Vec<TicketStatus>> {
    TICKET_LIFECYCLE.way(from, to, |status| !status.is_done() && status != Open)
}

/// Where a customer's message takes a ticket: back to whoever works on it, or into the queue. `None`: it stays.
#[must_use]
pub fn after_customer_wrote(status: TicketStatus, assigned: bool) -> Option<TicketStatus> {
    let back = if assigned { InProgress } else { Open };
    matches!(status, WaitingCustomer | Resolved).then_some(back)
}

/// Most characters of a tag.
pub const MAX_TAG: usize = 40;
/// Most tags of a ticket.
pub const MAX_TAGS: usize = 30;

/// A tag as it is kept: in lower case, of letters, digits, `-`, `_`, `.` and `:`. `None`: it cannot be one.
#[must_use]
pub fn tag(text: &str) -> Option<String> {
    let tag = super::query::fold(text.trim().trim_start_matches('#'));
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':');
    ((1..=MAX_TAG).contains(&tag.chars().count()) && tag.chars().all(good)).then_some(tag)
}

/// Whether this names a language as tickets keep it: `es`, `pt-br`; nothing is the desk's own.
#[must_use]
pub fn is_language(text: &str) -> bool {
    let part = |part: &str, least: usize| {
        (least..=8).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    text.is_empty()
        || (text.len() <= 32
            && (2..=3).contains(&first.len())
            && first.bytes().all(|b| b.is_ascii_lowercase())
            && parts.all(|p| part(p, 2)))
}

/// The people whom a text mentions: what stands behind each `@`, up to the first character that no name has. A full stop
/// or a comma that ends a sentence is none of it.
#[must_use]
pub fn mentions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if c == '@' && !before.is_alphanumeric() {
            let rest = &text[at + 1..];
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.')))
                .unwrap_or(rest.len());
            let name = rest[..end].trim_end_matches('.');
            if !name.is_empty() && !found.iter().any(|f| f == name) {
                found.push(name.to_owned());
            }
        }
        before = c;
    }
    found
}

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
    fn there_is_a_way_back_from_everywhere_that_passes_no_end() {
        for from in TicketStatus::ALL {
            for to in TicketStatus::ALL {
                let way = way_back(*from, *to);
                let way = way.unwrap_or_else(|| panic!("no way from {from:?} to {to:?}"));
                let mut at = *from;
                for (n, step) in way.iter().enumerate() {
                    assert!(
                        TICKET_LIFECYCLE.from(at).any(|m| m.to == *step),
                        "{at:?} to {step:?}"
                    );
                    assert!(n + 1 == way.len() || !step.is_done(), "{way:?}");
                    at = *step;
                }
                assert_eq!(at, *to);
            }
        }
        assert_eq!(way_back(Closed, Assigned), Some(vec![InProgress, Assigned]));
        assert_eq!(way_back(Open, Open), Some(Vec::new()));
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
    fn customers_close_and_reopen_and_nothing_else() {
        for from in TicketStatus::ALL {
            for to in TicketStatus::ALL {
                let given = [Requirement::Assignee, Requirement::Reason];
                let allowed = OWN_LIFECYCLE.check(*from, *to, Role::Customer, &given).is_ok();
                let closes = *to == Closed && *from != Closed;
                let reopens = from.is_done() && matches!(to, Open | InProgress);
                assert_eq!(allowed, closes || reopens, "{from:?} to {to:?}");
            }
        }
        assert_eq!(after_customer_wrote(WaitingCustomer, true), Some(InProgress));
        assert_eq!(after_customer_wrote(Resolved, false), Some(Open));
        assert_eq!(after_customer_wrote(WaitingInternal, true), None);
    }

    #[test]
    fn languages_are_tags_and_nothing_else() {
        for good in ["", "es", "pt-br", "zh-hant-tw"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["e", "spanish", "es_ES", "es-", "-es", "e1", "es-\u{1b}[2J"] {
            assert!(!is_language(bad), "{bad:?}");
        }
    }

    #[test]
    fn tags_and_mentions_are_read_out_of_what_people_write() {
        assert_eq!(tag(" #VIP "), Some("vip".to_owned()));
        assert_eq!(tag("zur-kasse:münchen"), Some("zur-kasse:münchen".to_owned()));
        for bad in ["", "two words", "a,b", "\u{1b}[2J", &"x".repeat(MAX_TAG + 1)] {
            assert_eq!(tag(bad), None, "{bad:?}");
        }
        assert_eq!(
            mentions("@A-1042, see a@b.example and (@bo.lee.) @A-1042 @"),
            ["A-1042", "bo.lee"]
        );
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
