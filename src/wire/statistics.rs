//! Numbers of the desk and of one agent. Each stands with the query that finds its tickets; dates in these are days of the
//! desk's zone (`timezone`), to be sent as `tz`.

use serde::{Deserialize, Serialize};

use crate::domain::id::AgentId;

use super::agents::AgentCard;
use super::tickets::TicketRow;

/// What statistics are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct StatsParams {
    /// First day, such as `2026-01-01`; absent: 29 days before the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Last day, included; absent: today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only tickets that this agent has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentId>,
}

/// A number and the query that finds what was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Figure {
    /// What is counted: a status, a priority's word, a category's code, an agent's id, or the name of a queue.
    pub key: String,
    /// What it is called on this desk.
    pub label: String,
    /// How many.
    pub n: i64,
    /// Whether that is all of them; not: at least so many.
    pub exact: bool,
    /// Finds them in the list of tickets.
    pub query: String,
}

/// How long something took, over many tickets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Times {
    /// How many tickets it is about.
    pub n: i64,
    /// How many of these were in time.
    pub met: i64,
    /// How many of these were late.
    pub missed: i64,
    /// Seconds that counted on average; absent when there were none.
    pub average_seconds: Option<i64>,
    /// Percent that were in time, to two places; absent when there were none.
    pub compliance: Option<f64>,
    /// Finds all of them.
    pub query: String,
    /// Finds the late ones.
    pub missed_query: String,
}

/// What customers thought.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Csat {
    /// How many rated.
    pub n: i64,
    /// Their average, 1 to 5, to two places; absent when nobody did.
    pub average: Option<f64>,
    /// How many gave 1, 2, 3, 4 and 5; empty where that is not broken down.
    pub by_rating: Vec<i64>,
    /// Finds them.
    pub query: String,
}

/// One agent's numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AgentFigures {
    /// Who has the tickets; absent: nobody.
    pub agent_id: Option<AgentId>,
    /// Employee id; empty for nobody.
    pub employee_id: String,
    /// Their name; empty for nobody.
    pub name: String,
    /// All tickets of the span that they have.
    pub total: i64,
    /// Those not resolved or closed.
    pub open: i64,
    /// Those resolved or closed.
    pub done: i64,
    /// Until the first answer.
    pub response: Times,
    /// Until resolved.
    pub resolution: Times,
    /// Ratings given in the span.
    pub csat: Csat,
    /// Finds all of them.
    pub query: String,
}

/// Some days in a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TrendPoint {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Tickets opened.
    pub opened: i64,
    /// Tickets resolved that still stand so.
    pub resolved: i64,
    /// Percent of these that were in time.
    pub compliance: Option<f64>,
    /// Ratings.
    pub rated: i64,
    /// Their average.
    pub rating: Option<f64>,
    /// Finds the opened ones.
    pub opened_query: String,
    /// Finds the resolved ones.
    pub resolved_query: String,
    /// Finds the rated ones.
    pub rated_query: String,
}

/// The numbers of a span: of tickets opened in it, unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Stats {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The zone of the days.
    pub timezone: String,
    /// Only tickets that this agent has.
    pub agent: Option<AgentId>,
    /// Tickets that came from elsewhere and are not counted yet; they will be shortly.
    pub uncounted: i64,
    /// All.
    pub total: Figure,
    /// Those not resolved or closed.
    pub open: Figure,
    /// Those being worked on.
    pub in_progress: Figure,
    /// Those that nobody has.
    pub unassigned: Figure,
    /// By status, in the order of the lifecycle.
    pub by_status: Vec<Figure>,
    /// By priority, most urgent first.
    pub by_priority: Vec<Figure>,
    /// By category, most frequent first.
    pub by_category: Vec<Figure>,
    /// By agent, most tickets first.
    pub by_agent: Vec<AgentFigures>,
    /// Until the first answer.
    pub response: Times,
    /// Until resolved.
    pub resolution: Times,
    /// Ratings given in the span.
    pub csat: Csat,
    /// Over the span, in at most about 60 steps.
    pub trend: Vec<TrendPoint>,
}

/// What an agent sees first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Dashboard {
    /// The agent, with load and room.
    pub agent: AgentCard,
    /// The zone of the days.
    pub timezone: String,
    /// The desk's queues with live counts.
    pub queues: Vec<Figure>,
    /// One's own tickets by how they stand to their clocks.
    pub clocks: Vec<Figure>,
    /// One's own tickets that are not over, next due first.
    pub mine: Vec<TicketRow>,
    /// Tickets that nobody has, most urgent first.
    pub unassigned: Vec<TicketRow>,
    /// Urgent tickets that are not over, next due first.
    pub urgent: Vec<TicketRow>,
    /// One's own tickets resolved today, in the last 7 days and in the last 30.
    pub handled: Vec<Figure>,
    /// Until the first answer, over the last 30 days.
    pub response: Times,
    /// Until resolved, over the last 30 days.
    pub resolution: Times,
    /// Ratings of the last 30 days.
    pub csat: Csat,
    /// Day by day, the last 14.
    pub trend: Vec<TrendPoint>,
}
