//! What of each ticket goes into the sums of a desk, and what comes out of them.
//!
//! A ticket's facts are kept beside it as they were counted. When it changes, the old ones are taken out and the new ones
//! put in, cell by cell; cells that are the same cancel out.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendar::date_of;
use super::id::AgentId;
use super::ticket::{Priority, TicketStatus};

/// What sums are broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dim {
    /// All tickets, by the day on which they were opened; so for all of these but the last ones.
    All,
    /// By status.
    Status,
    /// By priority.
    Priority,
    /// By category.
    Category,
    /// By assignee; the word is the identifier, empty for nobody.
    Agent,
    /// Resolved ones, by the day on which they were.
    Done,
    /// The same by assignee.
    DoneAgent,
    /// Rated ones, by the day on which they were; the word is the rating.
    Rated,
    /// The same by assignee.
    RatedAgent,
}

impl Dim {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::All,
        Self::Status,
        Self::Priority,
        Self::Category,
        Self::Agent,
        Self::Done,
        Self::DoneAgent,
        Self::Rated,
        Self::RatedAgent,
    ];

    /// The word for it in SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Category => "category",
            Self::Agent => "agent",
            Self::Done => "done",
            Self::DoneAgent => "done_agent",
            Self::Rated => "rated",
            Self::RatedAgent => "rated_agent",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.word() == word)
    }
}

/// Sums over tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many.
    pub n: i64,
    /// How many were answered for the first time.
    pub first_n: i64,
    /// How many of these in time.
    pub first_met: i64,
    /// Seconds that counted until then.
    pub first_seconds: i64,
    /// How many stand resolved or closed.
    pub done_n: i64,
    /// How many of these in time.
    pub done_met: i64,
    /// Seconds that counted until then.
    pub done_seconds: i64,
    /// Sum of the ratings.
    pub rating: i64,
}

impl Sums {
    /// All of it, in the order of the columns.
    #[must_use]
    pub fn parts(&self) -> [i64; 8] {
        [
            self.n,
            self.first_n,
            self.first_met,
            self.first_seconds,
            self.done_n,
            self.done_met,
            self.done_seconds,
            self.rating,
        ]
    }

    /// From the order of the columns.
    #[must_use]
    pub fn from_parts(parts: [i64; 8]) -> Self {
        let [
            n,
            first_n,
            first_met,
            first_seconds,
            done_n,
            done_met,
            done_seconds,
            rating,
        ] = parts;
        Self {
            n,
            first_n,
            first_met,
            first_seconds,
            done_n,
            done_met,
            done_seconds,
            rating,
        }
    }

    /// Adds another's, so many times.
    pub fn add(&mut self, other: &Self, times: i64) {
        let (mine, other) = (self.parts(), other.parts());
        let mut sum = [0; 8];
        for ((slot, a), b) in sum.iter_mut().zip(mine).zip(other) {
            *slot = a + times * b;
        }
        *self = Self::from_parts(sum);
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.parts().iter().all(|part| *part == 0)
    }
}

/// The facts of one ticket that are counted. Days are numbers since 1970-01-01 in the desk's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When it was opened.
    pub day: i64,
    /// Where it stands.
    pub status: TicketStatus,
    /// Its priority.
    pub priority: Priority,
    /// Its category's code.
    pub category: String,
    /// Who has it.
    pub agent: Option<AgentId>,
    /// Seconds until the first answer, and whether that was in time.
    pub first: Option<(i64, bool)>,
    /// Day of the resolution, seconds until it, and whether that was in time.
    pub done: Option<(i64, i64, bool)>,
    /// Day and number of the rating.
    pub rated: Option<(i64, i64)>,
}

/// A place in the sums.
pub type Cell = (Dim, i64, String);

impl Facts {
    /// As it is kept beside the ticket.
    #[must_use]
    pub fn text(&self) -> String {
        let agent = self.agent.map(|a| a.0.simple().to_string()).unwrap_or_default();
        let first = self.first.map(|(s, met)| format!("{s},{}", i64::from(met)));
        let done = self.done.map(|(d, s, met)| format!("{d},{s},{}", i64::from(met)));
        let rated = self.rated.map(|(d, n)| format!("{d},{n}"));
        let (first, done, rated) = (
            first.unwrap_or_default(),
            done.unwrap_or_default(),
            rated.unwrap_or_default(),
        );
        let (status, priority) = (self.status.word(), self.priority.word());
        format!(
            "{}|{status}|{priority}|{}|{agent}|{first}|{done}|{rated}",
            self.day, self.category
        )
    }

    /// Reads [`Facts::text`].
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split('|').collect();
        let [day, status, priority, category, agent, first, done, rated] = parts.as_slice() else {
            return None;
        };
        let numbers = |text: &str| -> Option<Vec<i64>> { text.split(',').map(|n| n.parse().ok()).collect() };
        Some(Self {
            day: day.parse().ok()?,
            status: TicketStatus::from_word(status)?,
            priority: Priority::from_word(priority)?,
            category: (*category).to_owned(),
            agent: agent.parse().ok(),
            first: match numbers(first).as_deref() {
                Some([s, met]) => Some((*s, *met == 1)),
                _ => None,
            },
            done: match numbers(done).as_deref() {
                Some([d, s, met]) => Some((*d, *s, *met == 1)),
                _ => None,
            },
            rated: match numbers(rated).as_deref() {
                Some([d, n]) => Some((*d, *n)),
                _ => None,
            },
        })
    }

    /// What it adds, and where.
    #[must_use]
    pub fn cells(&self) -> Vec<(Cell, Sums)> {
        let agent = || self.agent.map(|a| a.0.to_string()).unwrap_or_default();
        let mut sums = Sums {
            n: 1,
            ..Sums::default()
        };
        if let Some((seconds, met)) = self.first {
            (sums.first_n, sums.first_seconds, sums.first_met) = (1, seconds, i64::from(met));
        }
        if let Some((_, seconds, met)) = self.done {
            (sums.done_n, sums.done_seconds, sums.done_met) = (1, seconds, i64::from(met));
        }
        sums.rating = self.rated.map_or(0, |r| r.1);
        let mut all = vec![
            ((Dim::All, self.day, String::new()), sums),
            ((Dim::Status, self.day, self.status.word().to_owned()), sums),
            ((Dim::Priority, self.day, self.priority.word().to_owned()), sums),
            ((Dim::Category, self.day, self.category.clone()), sums),
            ((Dim::Agent, self.day, agent()), sums),
        ];
        if let Some((day, ..)) = self.done {
            all.push(((Dim::Done, day, String::new()), sums));
            all.push(((Dim::DoneAgent, day, agent()), sums));
        }
        if let Some((day, rating)) = self.rated {
            let one = Sums {
                n: 1,
                rating,
                ..Sums::default()
            };
            all.push(((Dim::Rated, day, rating.to_string()), one));
            all.push(((Dim::RatedAgent, day, agent()), one));
        }
        all
    }
}

/// What has to be added to the sums when a ticket's facts go from `before` to `after`; cells that stay are left out.
#[must_use]
pub fn moves(before: Option<&Facts>, after: Option<&Facts>) -> Vec<(Cell, Sums)> {
    let mut all: BTreeMap<Cell, Sums> = BTreeMap::new();
    for (facts, times) in [(before, -1), (after, 1)] {
        for (cell, sums) in facts.map(Facts::cells).unwrap_or_default() {
            all.entry(cell).or_default().add(&sums, times);
        }
    }
    all.retain(|_, sums| !sums.is_zero());
    all.into_iter().collect()
}

/// The month of a day (months since year 0); both by their numbers.
#[must_use]
pub fn month_of(day: i64) -> Option<i64> {
    date_of(day).map(|date| i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
}

fn first_day(month: i64) -> Option<i64> {
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let date = Date::new(year, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()?;
    let midnight = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(midnight.as_second().div_euclid(86_400))
}

/// First and last, both included; empty when the last comes before the first.
pub type Span = (i64, i64);

/// A span of days as whole months, and the days before and after these that are left over. All ends are included; what
/// ends before it begins is empty.
#[must_use]
pub fn in_months(first: i64, last: i64) -> (Option<Span>, [Span; 2]) {
    let plain = (None, [(first, last), (1, 0)]);
    let (Some(from), Some(to)) = (month_of(first), month_of(last + 1)) else {
        return plain;
    };
    // The first month that begins in the span, and the last one that ends in it.
    let from = if first_day(from) == Some(first) {
        from
    } else {
        from + 1
    };
    let to = to - 1;
    match (first_day(from), first_day(to + 1)) {
        (Some(begin), Some(end)) if from <= to => (Some((from, to)), [(first, begin - 1), (end, last)]),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn facts() -> impl Strategy<Value = Facts> {
        let agent = proptest::option::of((1..3_u128).prop_map(|n| AgentId(Uuid::from_u128(n))));
        let met = any::<bool>();
        (
            (
                19_000..19_003_i64,
                proptest::sample::select(TicketStatus::ALL),
                proptest::sample::select(Priority::ALL),
            ),
            ("[a-z_]{1,5}", agent),
            proptest::option::of((0..999_i64, met)),
            proptest::option::of((19_000..19_003_i64, 0..999_i64, met)),
            proptest::option::of((19_000..19_003_i64, 1..6_i64)),
        )
            .prop_map(
                |((day, status, priority), (category, agent), first, done, rated)| Facts {
                    day,
                    status,
                    priority,
                    category,
                    agent,
                    first,
                    done,
                    rated,
                },
            )
    }

    proptest! {
        #[test]
        fn a_span_is_its_months_and_what_is_left_over(first in 18_000..22_000_i64, length in 0..900_i64) {
            let last = first + length;
            let (months, rest) = in_months(first, last);
            let within = |day: i64| {
                let month = month_of(day).expect("a month");
                let months = months.is_some_and(|(from, to)| (from..=to).contains(&month));
                usize::from(months) + rest.iter().filter(|(from, to)| (*from..=*to).contains(&day)).count()
            };
            for day in first - 40..=last + 40 {
                prop_assert_eq!(within(day), usize::from((first..=last).contains(&day)), "{}", day);
            }
            prop_assert!(length < 62 || months.is_some());
        }

        #[test]
        fn facts_survive_their_text(facts in facts()) {
            prop_assert_eq!(Facts::read(&facts.text()), Some(facts));
        }

        #[test]
        fn moves_lead_from_the_old_sums_to_the_new_ones(steps in proptest::collection::vec(facts(), 1..8)) {
            let mut sums: BTreeMap<Cell, Sums> = BTreeMap::new();
            let mut last: Option<&Facts> = None;
            for step in &steps {
                for (cell, by) in moves(last, Some(step)) {
                    sums.entry(cell).or_default().add(&by, 1);
                }
                last = Some(step);
                prop_assert_eq!(moves(last, Some(step)), vec![]);
            }
            sums.retain(|_, s| !s.is_zero());
            let whole: BTreeMap<Cell, Sums> = last.map(Facts::cells).unwrap_or_default().into_iter().collect();
            prop_assert_eq!(sums, whole);
        }
    }
}
