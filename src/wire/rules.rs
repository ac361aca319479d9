//! Rules of clocks and assignment, tried over history before they are switched on.

use serde::{Deserialize, Serialize};

use crate::domain::assignment;
use crate::domain::calendar::Calendar;
use crate::domain::id::TicketId;
use crate::domain::sla;
use crate::domain::time::Moment;

use super::clocks::ClockChip;

/// Tries rules over tickets that were opened in a span. What is absent stays as the desk has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TryRules {
    /// First day, such as `2026-01-01`; absent: 89 days before the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day, included; absent: today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Other rules of clocks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<sla::Rules>,
    /// Other hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<Calendar>,
    /// Whether the desk is to be at work always; then `calendar` is not looked at.
    #[serde(default)]
    pub around_the_clock: bool,
    /// Other rules of assignment: people as they are now, loads as history would have made them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignment: Option<assignment::Rules>,
}

/// What would have been otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RulesTried {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The zone of the days.
    pub timezone: String,
    /// Tickets that were looked at.
    pub tickets: u64,
    /// How many would have been otherwise.
    pub changed: u64,
    /// How many would have breached that did not.
    pub newly_breached: u64,
    /// How many would not have breached that did.
    pub no_longer_breached: u64,
    /// How many would have gone to somebody else.
    pub assigned_otherwise: u64,
    /// How many would have found nobody at once.
    pub left_waiting: u64,
    /// The first of them, in the order of their opening.
    pub rows: Vec<TriedRow>,
}

/// One ticket that would have been otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TriedRow {
    /// The ticket.
    pub id: TicketId,
    /// The number that people use.
    pub number: String,
    /// When it was opened.
    pub created_at: Moment,
    /// How it stands by the desk's rules.
    pub now: ClockChip,
    /// How it would stand.
    pub then: ClockChip,
    /// Which clocks breached by the desk's rules.
    pub breached: Vec<sla::ClockKind>,
    /// Which would have.
    pub would_breach: Vec<sla::ClockKind>,
    /// Who got it first; empty: nobody.
    pub agent: String,
    /// Who would have; empty: nobody at once, or assignment was not tried.
    pub would_get: String,
    /// Why, in words.
    pub why: String,
}
