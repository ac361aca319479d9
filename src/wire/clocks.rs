//! Clocks of tickets.

use serde::{Deserialize, Serialize};

use crate::domain::id::TicketId;
use crate::domain::sla::{Clock, ClockKind, ClockState, Counting, Segment, SlaState};
use crate::domain::ticket::Priority;
use crate::domain::time::Moment;

/// How a ticket stands to its clocks, in short. While it pauses there is no date, only what is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ClockChip {
    /// How it stands at the moment of the reply.
    pub state: SlaState,
    /// The clock that ends next.
    pub clock: Option<ClockKind>,
    /// When that is, while it runs.
    pub due_at: Option<Moment>,
    /// From when the ticket is at risk, while a clock runs.
    pub at_risk_from: Option<Moment>,
    /// Seconds that are left, while it pauses; negative: overdue.
    pub remaining_seconds: Option<i64>,
    /// Since when it pauses.
    pub paused_since: Option<Moment>,
}

impl Default for ClockChip {
    fn default() -> Self {
        Self {
            state: SlaState::Ok,
            clock: None,
            due_at: None,
            at_risk_from: None,
            remaining_seconds: None,
            paused_since: None,
        }
    }
}

impl ClockChip {
    /// How it stands at a later moment, if nothing changes.
    #[must_use]
    pub fn state_at(&self, now: Moment) -> SlaState {
        let passed = |at: Option<Moment>| at.is_some_and(|at| at <= now);
        match self.state {
            SlaState::Ok | SlaState::AtRisk if passed(self.due_at) => SlaState::Breached,
            SlaState::Ok if passed(self.at_risk_from) => SlaState::AtRisk,
            state => state,
        }
    }
}

/// All clocks of a ticket, with every stretch of their time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketClocks {
    /// The ticket.
    pub id: TicketId,
    /// The number that people use.
    pub number: String,
    /// The priority whose targets count.
    pub priority: Priority,
    /// Which hours count for it.
    pub hours: Counting,
    /// The zone of the desk's hours.
    pub timezone: String,
    /// The moment of the reply.
    pub at: Moment,
    /// In short.
    pub chip: ClockChip,
    /// The clocks: first response, each awaited answer, resolution.
    pub clocks: Vec<TicketClock>,
}

/// One clock of a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketClock {
    /// Which one.
    pub clock: ClockKind,
    /// How it stands.
    pub state: ClockState,
    /// Whether its due moment has passed.
    pub breached: bool,
    /// Seconds that it may take.
    pub target_seconds: i64,
    /// Seconds that have counted.
    pub elapsed_seconds: i64,
    /// Seconds that are left; negative: overdue.
    pub remaining_seconds: i64,
    /// When it started.
    pub started_at: Moment,
    /// When it was stopped.
    pub stopped_at: Option<Moment>,
    /// When the target is or was reached; absent while it pauses, or when it was stopped before.
    pub due_at: Option<Moment>,
    /// Since when it pauses.
    pub paused_since: Option<Moment>,
    /// When each percentage of alerts is or was reached.
    pub warnings: Vec<ClockWarning>,
    /// What its time was. What counted in those that are not late adds up to the target when there is a due moment, else
    /// to what has elapsed.
    pub segments: Vec<Segment>,
}

/// A level at which a clock counts as at risk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ClockWarning {
    /// Percent of the target.
    pub percent: u8,
    /// When it is or was reached.
    pub at: Moment,
}

impl From<Clock> for TicketClock {
    fn from(clock: Clock) -> Self {
        Self {
            clock: clock.kind,
            state: clock.state,
            breached: clock.is_breached(),
            target_seconds: clock.target,
            elapsed_seconds: clock.elapsed,
            remaining_seconds: clock.remaining(),
            started_at: clock.started,
            stopped_at: clock.stopped,
            due_at: clock.due,
            paused_since: clock.paused_since,
            warnings: clock
                .warnings
                .into_iter()
                .map(|(percent, at)| ClockWarning { percent, at })
                .collect(),
            segments: clock.segments,
        }
    }
}
