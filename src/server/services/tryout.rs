//! Rules of clocks and assignment over history: what would have been otherwise. Nothing is written.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::clocks::chip;
use super::{Actor, ServiceError, Services};
use crate::domain::agent::Availability;
use crate::domain::assignment::{Candidate, Rules as AssignmentRules, choose};
use crate::domain::calendar::{Calendar, in_order};
use crate::domain::permission::Permission;
use crate::domain::sla::{Cache, Clock, ClockKind, Clocks, Happening, History, replay};
use crate::domain::ticket::{TicketStatus, ticket_number};
use crate::domain::time::Moment;
use crate::server::store::clocks::{self, ClockRow};
use crate::server::store::desk_people;
use crate::wire::rules::{RulesTried, TriedRow, TryRules};

/// Tickets that are read at once.
const PAGE: u32 = 1_000;
/// Rows that are shown.
const SHOWN: usize = 500;
/// Days of a try when nothing is said.
const USUAL: i64 = 90;

/// Rules of assignment that are being tried.
struct Assigning {
    rules: AssignmentRules,
    people: Vec<Candidate>,
    /// When whom a ticket was given to has room again: the moment, and their place.
    busy: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Services {
    /// Tries rules over the tickets of a span.
    ///
    /// # Errors
    /// When the person may not, the rules are wrong, or the database fails.
    pub async fn try_rules(&self, actor: &Actor, body: &TryRules) -> Result<RulesTried, ServiceError> {
        self.allow(actor, Permission::RulesTry).await?;
        let (from, to, first, last) = self.try_span(body)?;
        let rules = self.tried_clocks(body)?;
        let conn = self.store.read();
        let now = self.now();
        let mut assigning = match &body.assignment {
            None => None,
            Some(rules) => {
                let mut people = self.desk_candidates(conn).await?;
                for person in &mut people {
                    // How people were available then is not kept: they count as there in their shifts.
                    person.availability = Availability::Available;
                    person.load = 0;
                    person.last_assigned = None;
                    person.max_load = if person.max_load == self.profile.assignment.max_load {
                        rules.max_load
                    } else {
                        person.max_load
                    };
                }
                Some(Assigning {
                    rules: rules.clone(),
                    people,
                    busy: BinaryHeap::new(),
                })
            }
        };
        let mut tried = RulesTried {
            from: first,
            to: last,
            timezone: self.profile.timezone.clone(),
            tickets: 0,
            changed: 0,
            newly_breached: 0,
            no_longer_breached: 0,
            assigned_otherwise: 0,
            left_waiting: 0,
            rows: Vec::new(),
        };
        let mut after = None;
        loop {
            let rows = clocks::opened(conn, (from, to), after, PAGE).await?;
            let histories = clocks::histories(conn, &rows).await?;
            let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
            let firsts = match &assigning {
                Some(_) => desk_people::first_of(conn, &ids).await?,
                None => Default::default(),
            };
            for (row, history) in rows.iter().zip(&histories) {
                let was = firsts
                    .get(&row.id)
                    .map(|(_, name)| name.as_str())
                    .unwrap_or_default();
                let given = assigning.as_mut().map(|a| self.simulated(a, row, history, now));
                judge(
                    &mut tried,
                    row,
                    [&self.clocks, &rules].map(|c| replay(history, c, now)),
                    (was, given),
                    now,
                );
            }
            after = rows.last().map(|row| (row.created_at, row.id));
            if rows.len() < PAGE as usize {
                return Ok(tried);
            }
        }
    }

    fn try_span(&self, body: &TryRules) -> Result<(Moment, Moment, String, String), ServiceError> {
        let params = crate::wire::statistics::StatsParams {
            from: body.from.clone(),
            to: body.to.clone(),
            agent: None,
        };
        self.moments(&params, USUAL)
    }

    fn tried_clocks(&self, body: &TryRules) -> Result<Clocks, ServiceError> {
        let mut profile = self.profile.as_ref().clone();
        if let Some(sla) = &body.sla {
            profile.sla = sla.clone();
        }
        if body.around_the_clock {
            profile.calendar = None;
        } else if let Some(calendar) = &body.calendar {
            usable(calendar)?;
            profile.calendar = Some(calendar.clone());
        }
        if let Some(assignment) = &body.assignment {
            profile.assignment = assignment.clone();
        }
        let wrong = profile.service_problems();
        if let Some(first) = wrong.first() {
            return Err(ServiceError::field(
                &first.key,
                "not_allowed",
                first.message.clone(),
            ));
        }
        Ok(profile.clocks())
    }

    /// Gives a ticket by the rules that are tried, at the moment of its opening.
    fn simulated(
        &self,
        a: &mut Assigning,
        row: &ClockRow,
        history: &History,
        now: Moment,
    ) -> (String, String) {
        let at = row.created_at;
        while let Some(Reverse((until, who))) = a.busy.peek().copied() {
            if until > at.seconds() {
                break;
            }
            a.busy.pop();
            a.people[who].load = a.people[who].load.saturating_sub(1);
        }
        // What a ticket asked for when it was opened: tier 1, nobody before.
        let mut need = self.need(row, None);
        need.tier = 1;
        let choice = choose(&a.rules, &need, &a.people, at, &self.zone);
        let Some(who) = choice.chosen else {
            return (String::new(), choice.why);
        };
        let person = &mut a.people[who];
        person.load += 1;
        person.last_assigned = Some(at);
        a.busy.push(Reverse((worked_until(history, &a.rules, now), who)));
        (a.people[who].name.clone(), choice.why)
    }
}

/// Until when a ticket counted towards the load of who had it, in seconds.
fn worked_until(history: &History, rules: &AssignmentRules, now: Moment) -> i64 {
    let mut until = None;
    for event in &history.events {
        if let Happening::Status(to) = event.what {
            let counts = rules.counts.contains(&to) || to == TicketStatus::Open;
            until = match (counts, until) {
                (true, _) => None,
                (false, None) => Some(event.at.seconds()),
                (false, since) => since,
            };
        }
    }
    until.unwrap_or_else(|| now.seconds())
}

fn usable(calendar: &Calendar) -> Result<(), ServiceError> {
    let good = calendar.hours.values().all(|day| in_order(day));
    if good {
        Ok(())
    } else {
        Err(ServiceError::field(
            "calendar.hours",
            "order",
            "write the stretches of each day in order",
        ))
    }
}

fn late(found: &[Clock]) -> Vec<ClockKind> {
    let mut kinds: Vec<ClockKind> = found.iter().filter(|c| c.is_breached()).map(|c| c.kind).collect();
    kinds.dedup();
    kinds
}

fn judge(
    tried: &mut RulesTried,
    row: &ClockRow,
    [was, would]: [Vec<Clock>; 2],
    (agent, given): (&str, Option<(String, String)>),
    now: Moment,
) {
    tried.tickets += 1;
    let (breached, would_breach) = (late(&was), late(&would));
    let chips = [&was, &would].map(|found| chip(&Cache::of(found, now), now));
    let clocks_differ = breached != would_breach || chips[0].state != chips[1].state;
    match (breached.is_empty(), would_breach.is_empty()) {
        (true, false) => tried.newly_breached += 1,
        (false, true) => tried.no_longer_breached += 1,
        _ => {}
    }
    let (would_get, why) = match &given {
        Some((name, why)) => (name.clone(), why.clone()),
        None => (String::new(), String::new()),
    };
    let otherwise = given.is_some() && would_get != agent;
    if given.is_some() && would_get.is_empty() {
        tried.left_waiting += 1;
    }
    tried.assigned_otherwise += u64::from(otherwise && !would_get.is_empty());
    if !clocks_differ && !otherwise {
        return;
    }
    tried.changed += 1;
    if tried.rows.len() < SHOWN {
        let [now_chip, then] = chips;
        tried.rows.push(TriedRow {
            id: row.id,
            number: ticket_number(row.number),
            created_at: row.created_at,
            now: now_chip,
            then,
            breached,
            would_breach,
            agent: agent.to_owned(),
            would_get,
            why,
        });
    }
}
