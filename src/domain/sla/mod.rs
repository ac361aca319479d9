//! Clocks of a ticket: how long the first answer, the next one and the resolution may take, and how much of it is gone.
//!
//! Nothing is accumulated: [`replay`] walks the ticket's history over the desk's calendar each time, in whole seconds, so
//! that a change of priority, calendar or targets is right from the first second on. A clock that has reached its due
//! moment is breached; one that was stopped before it was met.

mod length;
mod replay;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

pub use length::Length;
pub use replay::{Cache, Clock, Event, Happening, History, Piece, Segment, replay};

use super::calendar::{Calendar, OpenHours};
use super::ticket::{Priority, TicketStatus, words};

words! {
    /// One of a ticket's clocks.
    ClockKind {
        /// From opening to the first public answer.
        FirstResponse = "first_response",
        /// From the customer's oldest unanswered message to the next public answer.
        NextResponse = "next_response",
        /// From opening to resolved.
        Resolution = "resolution",
    }
}

words! {
    /// How a clock stands.
    ClockState {
        /// It counts, whether or not it is late.
        Running = "running",
        /// The customer is awaited.
        Paused = "paused",
        /// It was stopped in time.
        Met = "met",
        /// It was stopped too late.
        Missed = "missed",
    }
}

words! {
    /// How a ticket stands to its clocks, worst first.
    SlaState {
        /// A clock has passed its due moment.
        Breached = "breached",
        /// A clock is near it.
        AtRisk = "at_risk",
        /// All is well.
        Ok = "ok",
        /// The customer is awaited.
        Paused = "paused",
        /// Over, in time.
        Met = "met",
        /// Over, late.
        Missed = "missed",
    }
}

words! {
    /// Which hours count.
    Counting {
        /// Those of the desk's calendar.
        Business = "business",
        /// All.
        Always = "always",
    }
}

/// The level of an alert that tells of a breach; lower ones are percent of the target.
pub const BREACH: u8 = 100;

/// How long things may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Until the first public answer.
    pub first_response: Length,
    /// Until each further answer; absent: as the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_response: Option<Length>,
    /// Until resolved.
    pub resolution: Length,
    /// Which hours count.
    #[serde(default = "business")]
    pub hours: Counting,
}

fn business() -> Counting {
    Counting::Business
}

impl Targets {
    const fn of(first: i64, resolution: i64) -> Self {
        Self {
            first_response: Length::minutes(first),
            next_response: None,
            resolution: Length::minutes(resolution),
            hours: Counting::Business,
        }
    }

    /// The target of a clock, in seconds.
    #[must_use]
    pub fn seconds(&self, clock: ClockKind) -> i64 {
        match clock {
            ClockKind::FirstResponse => self.first_response,
            ClockKind::NextResponse => self.next_response.unwrap_or(self.first_response),
            ClockKind::Resolution => self.resolution,
        }
        .seconds()
    }
}

/// The rules of a desk's clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = SlaRules))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Targets by priority; what is left out has the usual ones.
    #[serde(default)]
    pub targets: BTreeMap<Priority, Targets>,
    /// Statuses in which all clocks pause.
    #[serde(default = "awaited")]
    pub pause: Vec<TicketStatus>,
    /// At how many percent of a target it is told that it is at risk, ascending.
    #[serde(default = "percents")]
    pub at_risk: Vec<u8>,
}

fn awaited() -> Vec<TicketStatus> {
    vec![TicketStatus::WaitingCustomer]
}

fn percents() -> Vec<u8> {
    vec![75, 90]
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            targets: BTreeMap::new(),
            pause: awaited(),
            at_risk: percents(),
        }
    }
}

impl Rules {
    /// The targets of a priority.
    #[must_use]
    pub fn targets(&self, priority: Priority) -> Targets {
        if let Some(own) = self.targets.get(&priority) {
            return own.clone();
        }
        match priority {
            Priority::Urgent => Targets::of(15, 2 * 60),
            Priority::High => Targets::of(30, 4 * 60),
            Priority::Medium => Targets::of(60, 8 * 60),
            Priority::Low => Targets::of(2 * 60, 24 * 60),
        }
    }
}

/// Rules and calendar of a desk, ready for reckoning.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// The rules.
    pub rules: Rules,
    business: OpenHours,
    always: OpenHours,
}

impl Clocks {
    /// Puts rules and calendar together; without a calendar the desk is always at work.
    #[must_use]
    pub fn new(rules: &Rules, calendar: Option<&Calendar>, zone: TimeZone) -> Self {
        Self {
            rules: rules.clone(),
            business: calendar.map_or_else(OpenHours::always, |c| OpenHours::of(c, zone)),
            always: OpenHours::always(),
        }
    }

    /// The hours that count for these targets.
    #[must_use]
    pub fn hours(&self, targets: &Targets) -> &OpenHours {
        match targets.hours {
            Counting::Business => &self.business,
            Counting::Always => &self.always,
        }
    }
}
