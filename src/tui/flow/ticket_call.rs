//! What the ticket desk asks of the backend beyond reading, writing and moving tickets.

use super::call::Intent;
use crate::domain::agent::Availability;
use crate::domain::id::{AttachmentId, CheckId, EscalationId, IntentKey, TicketId, TimeId};
use crate::domain::permission::Permission;
use crate::domain::ticket::Visibility;
use crate::wire::agents::AgentCard;
use crate::wire::clocks::TicketClocks;
use crate::wire::plans::NewTicketPlan;
use crate::wire::statistics::{Dashboard, Stats, StatsParams};
use crate::wire::ticket_parts::{
    Attachment, ChangeCheck, ChangeEscalation, ChangeTags, ChangeTime, Check, DeescalateTicket,
    EscalateTicket, Escalation, MergeTicket, NewCheck, NewTime, SearchParams, SearchResult, SnoozeTicket,
    SplitTicket, TimeSpent, UnlinkTicket, WatchTicket, Watcher,
};

/// One change of a ticket's row, by its version.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum TicketChange {
    Escalate(EscalateTicket),
    Deescalate(DeescalateTicket),
    Tags(ChangeTags),
    Snooze(SnoozeTicket),
    Unlink(UnlinkTicket),
    Split(SplitTicket),
    Merge(MergeTicket),
    /// Take the ticket out of the one that it was merged into.
    Unmerge,
}

/// One call about tickets.
#[derive(Debug, Clone, PartialEq)]
pub enum TicketCall {
    /// Change a ticket → [`Answer::Ticket`](super::Answer::Ticket).
    Change {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// The version that the person saw.
        version: i64,
        /// What changes.
        change: TicketChange,
    },
    /// Make a plan: what moves would do to one or many tickets; or do it at once →
    /// [`TokenAnswer::Plan`](super::TokenAnswer::Plan).
    MakePlan {
        /// The person's intent.
        key: IntentKey,
        /// Which moves, which tickets.
        body: Box<NewTicketPlan>,
    },
    /// Move an escalation → [`TicketAnswer::Escalation`].
    Escalation {
        /// The person's intent.
        key: IntentKey,
        /// Which one.
        escalation: EscalationId,
        /// The version of the escalation that the person saw.
        version: i64,
        /// Where to, and what came of it.
        body: ChangeEscalation,
    },
    /// Begin or end watching → [`TicketAnswer::Watchers`].
    Watch {
        /// The person's intent.
        key: IntentKey,
        /// Which ticket.
        ticket: TicketId,
        /// Whether, and who.
        body: WatchTicket,
    },
    /// Add a point to the checklist → [`TicketAnswer::Checks`].
    AddCheck {
        /// The person's intent.
        key: IntentKey,
        /// Whose checklist.
        ticket: TicketId,
        /// What is to be done.
        body: NewCheck,
    },
    /// Change a point of the checklist → [`TicketAnswer::Checks`].
    ChangeCheck {
        /// The person's intent.
        key: IntentKey,
        /// Whose checklist.
        ticket: TicketId,
        /// Which point.
        check: CheckId,
        /// What changes.
        body: ChangeCheck,
    },
    /// Hang a file of this machine on a ticket → [`TicketAnswer::Attached`].
    Upload {
        /// The person's intent.
        key: IntentKey,
        /// On which ticket.
        ticket: TicketId,
        /// Where the file is, as it was named.
        path: String,
        /// Who may see it.
        visibility: Visibility,
    },
    /// Save a file under a name that the person gave → [`TicketAnswer::Saved`].
    Download {
        /// Which file.
        file: AttachmentId,
        /// Where to, as it was named.
        path: String,
    },
    /// Search tickets and their conversations → [`TicketAnswer::Found`].
    Search(SearchParams),
    /// The clocks of a ticket, stretch by stretch → [`TicketAnswer::Clocks`].
    Clocks(TicketId),
    /// Everybody behind the desk → [`TicketAnswer::People`].
    People,
    /// Say whether one takes work → [`TicketAnswer::Person`].
    Availability {
        /// The person's intent.
        key: IntentKey,
        /// Whether.
        status: Availability,
    },
    /// One's own numbers → [`TicketAnswer::Dashboard`].
    Dashboard,
    /// The numbers of the desk → [`TicketAnswer::Stats`].
    Stats(StatsParams),
    /// The time spent on a ticket → [`TicketAnswer::Times`].
    Times(TicketId),
    /// Start the clock of one's own work, or write time down → [`TicketAnswer::Time`].
    AddTime {
        /// The person's intent.
        key: IntentKey,
        /// On which ticket.
        ticket: TicketId,
        /// How long, and what was done.
        body: NewTime,
    },
    /// Stop, correct or leave out time spent → [`TicketAnswer::Time`].
    ChangeTime {
        /// The person's intent.
        key: IntentKey,
        /// On which ticket.
        ticket: TicketId,
        /// Which entry.
        time: TimeId,
        /// The version of the entry that the person saw.
        version: i64,
        /// What changes.
        body: ChangeTime,
    },
}

/// A good answer to a call about tickets.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after the body that it holds")]
pub enum TicketAnswer {
    Escalation(Box<Escalation>),
    Watchers(Vec<Watcher>),
    Checks(Vec<Check>),
    Times(Vec<TimeSpent>),
    Time(Box<TimeSpent>),
    Attached(Box<Attachment>),
    /// Where a file was saved, and how many bytes it has.
    Saved {
        /// Where.
        path: String,
        /// How many.
        size: u64,
    },
    Found(Box<SearchResult>),
    Clocks(Box<TicketClocks>),
    People(Vec<AgentCard>),
    Person(Box<AgentCard>),
    Dashboard(Box<Dashboard>),
    Stats(Box<Stats>),
}

impl TicketChange {
    /// What the audit calls it.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Escalate(_) => "ticket.escalate",
            Self::Deescalate(_) => "ticket.deescalate",
            Self::Tags(_) => "ticket.tags",
            Self::Snooze(_) => "ticket.snooze",
            Self::Unlink(_) => "ticket.unlink",
            Self::Split(_) => "ticket.split",
            Self::Merge(_) => "ticket.merge",
            Self::Unmerge => "ticket.unmerge",
        }
    }
}

impl TicketCall {
    /// See [`ApiCall::intent`](super::ApiCall::intent).
    #[must_use]
    pub fn intent(&self) -> Option<Intent> {
        let (key, verb, subject) = match self {
            Self::Change {
                key, ticket, change, ..
            } => (key, change.verb(), format!("ticket {ticket}")),
            Self::Escalation { key, escalation, .. } => {
                (key, "escalation.change", format!("escalation {escalation}"))
            }
            Self::MakePlan { key, body } if body.run => (key, "ticket.macro", "plan".to_owned()),
            Self::MakePlan { key, .. } => (key, "plan.make", "plan".to_owned()),
            Self::Watch { key, ticket, .. } => (key, "ticket.watch", format!("ticket {ticket}")),
            Self::AddCheck { key, ticket, .. } => (key, "ticket.check", format!("ticket {ticket}")),
            Self::ChangeCheck { key, check, .. } => (key, "ticket.check", format!("check {check}")),
            Self::AddTime { key, ticket, .. } => (key, "ticket.time", format!("ticket {ticket}")),
            Self::ChangeTime { key, time, .. } => (key, "ticket.time", format!("time {time}")),
            Self::Upload { key, ticket, .. } => (key, "ticket.attach", format!("ticket {ticket}")),
            Self::Availability { key, .. } => (key, "availability.set", "agent".to_owned()),
            Self::Times(_)
            | Self::Download { .. }
            | Self::Search(_)
            | Self::Clocks(_)
            | Self::People
            | Self::Dashboard
            | Self::Stats(_) => return None,
        };
        Some(Intent {
            key: *key,
            verb,
            subject,
        })
    }

    /// See [`ApiCall::permission`](super::ApiCall::permission).
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::Change { change, .. } => match change {
                TicketChange::Escalate(_) | TicketChange::Deescalate(_) => Permission::TicketEscalate,
                TicketChange::Merge(_) | TicketChange::Unmerge => Permission::TicketMerge,
                TicketChange::Tags(_)
                | TicketChange::Snooze(_)
                | TicketChange::Unlink(_)
                | TicketChange::Split(_) => Permission::TicketEdit,
            },
            Self::Escalation { .. } => Permission::TicketEscalate,
            Self::MakePlan { .. } => Permission::TicketBulk,
            Self::AddCheck { .. } | Self::ChangeCheck { .. } => Permission::TicketEdit,
            Self::Times(_)
            | Self::Watch { .. }
            | Self::Download { .. }
            | Self::Search(_)
            | Self::Clocks(_)
            | Self::People => Permission::TicketView,
            Self::Availability { .. } => Permission::AvailabilitySet,
            Self::Dashboard => Permission::DashboardView,
            Self::Stats(_) => Permission::StatsView,
            Self::AddTime { .. } | Self::ChangeTime { .. } | Self::Upload { .. } => Permission::TicketMessage,
        }
    }
}
