//! Who gets a ticket: hard conditions first, then an order; and why, in words that add up.

use serde::{Deserialize, Serialize};

use super::agent::Availability;
use super::calendar::{OpenHours, Week};
use super::id::AgentId;
use super::ticket::{TicketStatus, words};
use super::time::Moment;

/// Most tickets that one person may be given by rule.
pub const MAX_LOAD: u32 = 200;

words! {
    /// How tickets find somebody.
    Strategy {
        /// People take them.
        Manual = "manual",
        /// Whoever has waited longest for one.
        RoundRobin = "round_robin",
        /// Whoever has most room.
        LeastLoaded = "least_loaded",
    }
}

words! {
    /// How somebody came to a ticket.
    How {
        /// By the desk's rules.
        Rule = "rule",
        /// They took it.
        Taken = "taken",
        /// Somebody gave it to them.
        Given = "given",
        /// They took it from somebody else.
        Stolen = "stolen",
        /// It was put back into the queue.
        Released = "released",
    }
}

/// The rules of a desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(as = AssignmentRules))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// How tickets find somebody.
    #[serde(default = "manual")]
    pub strategy: Strategy,
    /// How many tickets one person may have, where nothing else is said of them.
    #[serde(default = "five")]
    pub max_load: u32,
    /// Statuses in which a ticket counts towards its assignee's load.
    #[serde(default = "counted")]
    pub counts: Vec<TicketStatus>,
    /// Whether a reopened ticket goes to who had it last, if they are there with room.
    #[serde(default = "yes")]
    pub back_to_last: bool,
}

fn manual() -> Strategy {
    Strategy::Manual
}
fn five() -> u32 {
    5
}
fn yes() -> bool {
    true
}
fn counted() -> Vec<TicketStatus> {
    vec![
        TicketStatus::Assigned,
        TicketStatus::InProgress,
        TicketStatus::WaitingInternal,
    ]
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            strategy: manual(),
            max_load: five(),
            counts: counted(),
            back_to_last: yes(),
        }
    }
}

/// What a ticket asks of who gets it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    /// 1 or 2.
    pub tier: u8,
    /// All of these.
    pub skills: Vec<String>,
    /// This one; empty: any.
    pub department: String,
    /// Preferred; empty: any.
    pub language: String,
    /// Who had it before it was reopened.
    pub last: Option<AgentId>,
}

/// Somebody who may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: AgentId,
    /// Full name.
    pub name: String,
    /// 1 or 2.
    pub tier: u8,
    /// Whether they take work.
    pub availability: Availability,
    /// Their department; empty: none.
    pub department: String,
    /// Languages, as tags.
    pub languages: Vec<String>,
    /// Skills.
    pub skills: Vec<String>,
    /// When they work; empty: always.
    pub shift: Week,
    /// Tickets that they have.
    pub load: u32,
    /// Tickets that they may have.
    pub max_load: u32,
    /// When a rule last gave them one.
    pub last_assigned: Option<Moment>,
}

/// Somebody who was looked at, and what spoke against them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Judged {
    /// Who.
    pub agent: AgentId,
    /// Full name.
    pub name: String,
    /// Tickets that they had.
    pub load: u32,
    /// Tickets that they may have.
    pub max_load: u32,
    /// What spoke against them, in words; empty: nothing.
    pub against: Vec<String>,
}

/// Who it is, why, and who else was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Place among the candidates; `None`: nobody can have it now.
    pub chosen: Option<usize>,
    /// In words: "3 candidates, Ana Ruiz: least loaded (1 of 5), speaks es".
    pub why: String,
    /// Everybody, in the order of the candidates.
    pub judged: Vec<Judged>,
}

/// Decides who gets a ticket.
#[must_use]
pub fn choose(
    rules: &Rules,
    need: &Need,
    all: &[Candidate],
    now: Moment,
    zone: &jiff::tz::TimeZone,
) -> Choice {
    let judged: Vec<Judged> = all
        .iter()
        .map(|candidate| Judged {
            agent: candidate.id,
            name: candidate.name.clone(),
            load: candidate.load,
            max_load: candidate.max_load,
            against: against(need, candidate, now, zone),
        })
        .collect();
    let mut able: Vec<usize> = (0..all.len()).filter(|i| judged[*i].against.is_empty()).collect();
    // A higher tier helps out only where nobody of the ticket's own can.
    if able.iter().any(|i| all[*i].tier == need.tier) {
        able.retain(|i| all[*i].tier == need.tier);
    }
    let (chosen, why) = pick(rules, need, all, &able);
    Choice { chosen, why, judged }
}

fn pick(rules: &Rules, need: &Need, all: &[Candidate], able: &[usize]) -> (Option<usize>, String) {
    if rules.strategy == Strategy::Manual {
        return (None, "people take tickets themselves on this desk".to_owned());
    }
    if able.is_empty() {
        return (None, format!("nobody of {} can have it now", all.len()));
    }
    let candidates = if able.len() == 1 {
        "1 candidate".to_owned()
    } else {
        format!("{} candidates", able.len())
    };
    if let Some(last) = need.last.filter(|_| rules.back_to_last)
        && let Some(i) = able.iter().copied().find(|i| all[*i].id == last)
    {
        return (
            Some(i),
            format!("{candidates}, {}: had it before it was reopened", all[i].name),
        );
    }
    let speaks = |i: &usize| all[*i].languages.contains(&need.language);
    let asked = !need.language.is_empty();
    let fluent: Vec<usize> = able.iter().copied().filter(speaks).collect();
    let (pool, word) = match (asked, fluent.is_empty()) {
        (false, _) => (able, String::new()),
        (true, false) => (fluent.as_slice(), format!(", speaks {}", need.language)),
        (true, true) => (able, format!(", nobody there speaks {}", need.language)),
    };
    let waited = |i: usize| all[i].last_assigned.map_or(i64::MIN, Moment::micros);
    // Shares of the room that is taken, compared without rounding.
    let fuller = |a: usize, b: usize| {
        let share = |x: usize, y: usize| u64::from(all[x].load) * u64::from(all[y].max_load.max(1));
        share(a, b).cmp(&share(b, a))
    };
    let best = pool.iter().copied().min_by(|a, b| {
        let (a, b) = (*a, *b);
        let ends = || all[a].id.cmp(&all[b].id);
        match rules.strategy {
            Strategy::LeastLoaded => fuller(a, b).then(waited(a).cmp(&waited(b))).then_with(ends),
            _ => waited(a)
                .cmp(&waited(b))
                .then_with(|| fuller(a, b))
                .then_with(ends),
        }
    });
    let Some(best) = best else {
        return (None, String::new());
    };
    let one = &all[best];
    let reason = match (rules.strategy, pool.len()) {
        (_, 1) => format!(
            "the only one{}",
            if pool.len() < able.len() { "" } else { " with room" }
        ),
        (Strategy::LeastLoaded, _) => format!("least loaded ({} of {})", one.load, one.max_load),
        _ if one.last_assigned.is_none() => "next in turn (has had none yet)".to_owned(),
        _ => "next in turn (waited longest)".to_owned(),
    };
    (Some(best), format!("{candidates}, {}: {reason}{word}", one.name))
}

fn against(need: &Need, candidate: &Candidate, now: Moment, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let mut all = Vec::new();
    if candidate.availability != Availability::Available {
        all.push(candidate.availability.word().to_owned());
    }
    let off = |shift: &Week| !OpenHours::of_week(shift, zone.clone()).is_open(now.seconds());
    if !candidate.shift.is_empty() && off(&candidate.shift) {
        all.push("off shift".to_owned());
    }
    if candidate.load >= candidate.max_load {
        all.push(format!("full ({} of {})", candidate.load, candidate.max_load));
    }
    if candidate.tier < need.tier {
        all.push(format!("tier {}", candidate.tier));
    }
    if !need.department.is_empty() && candidate.department != need.department {
        all.push(format!("not of {}", need.department));
    }
    for skill in need.skills.iter().filter(|s| !candidate.skills.contains(s)) {
        all.push(format!("lacks {skill}"));
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use uuid::Uuid;

    use super::*;

    fn somebody(n: u128, load: u32) -> Candidate {
        Candidate {
            id: AgentId(Uuid::from_u128(n)),
            name: format!("Agent {n}"),
            tier: 1,
            availability: Availability::Available,
            department: String::new(),
            languages: vec!["en".to_owned()],
            skills: Vec::new(),
            shift: Week::new(),
            load,
            max_load: 5,
            last_assigned: None,
        }
    }

    fn rules(strategy: Strategy) -> Rules {
        Rules {
            strategy,
            ..Rules::default()
        }
    }

    fn chosen(rules: &Rules, need: &Need, all: &[Candidate]) -> (Option<usize>, String) {
        let now = Moment::parse("2026-06-01T14:00:00Z").expect("a moment");
        let choice = choose(rules, need, all, now, &TimeZone::UTC);
        assert_eq!(choice.judged.len(), all.len());
        (choice.chosen, choice.why)
    }

    #[test]
    fn most_room_is_a_share_and_language_goes_before_it() {
        let mut all = [somebody(1, 2), somebody(2, 1), somebody(3, 3)];
        all[2].max_load = 30;
        let least = rules(Strategy::LeastLoaded);
        assert_eq!(
            chosen(&least, &Need::default(), &all),
            (
                Some(2),
                "3 candidates, Agent 3: least loaded (3 of 30)".to_owned()
            )
        );
        all[0].languages.push("es".to_owned());
        all[1].languages.push("es".to_owned());
        let need = Need {
            language: "es".to_owned(),
            ..Need::default()
        };
        assert_eq!(
            chosen(&least, &need, &all).1,
            "3 candidates, Agent 2: least loaded (1 of 5), speaks es"
        );
        let need = Need {
            language: "fr".to_owned(),
            ..Need::default()
        };
        assert_eq!(
            chosen(&least, &need, &all).1,
            "3 candidates, Agent 3: least loaded (3 of 30), nobody there speaks fr"
        );
    }

    #[test]
    fn turns_go_to_who_waited_longest() {
        let mut all = [somebody(1, 0), somebody(2, 4), somebody(3, 0)];
        let at = |s: &str| Moment::parse(s).ok();
        all[0].last_assigned = at("2026-06-01T12:00:00Z");
        all[1].last_assigned = at("2026-06-01T11:00:00Z");
        all[2].last_assigned = at("2026-06-01T13:00:00Z");
        let turn = rules(Strategy::RoundRobin);
        assert_eq!(chosen(&turn, &Need::default(), &all).0, Some(1));
        all[2].last_assigned = None;
        assert_eq!(chosen(&turn, &Need::default(), &all).0, Some(2));
    }

    #[test]
    fn every_hard_condition_keeps_out_and_is_named() {
        let mut one = somebody(1, 5);
        one.availability = Availability::Busy;
        one.shift = toml::from_str("sun = [\"00:00-24:00\"]").expect("a week");
        let need = Need {
            tier: 2,
            skills: vec!["fraud".to_owned()],
            department: "billing".to_owned(),
            ..Need::default()
        };
        let now = Moment::parse("2026-06-01T14:00:00Z").expect("a moment");
        let choice = choose(&rules(Strategy::LeastLoaded), &need, &[one], now, &TimeZone::UTC);
        assert_eq!(choice.chosen, None);
        assert_eq!(choice.why, "nobody of 1 can have it now");
        assert_eq!(
            choice.judged[0].against,
            [
                "busy",
                "off shift",
                "full (5 of 5)",
                "tier 1",
                "not of billing",
                "lacks fraud"
            ]
        );
    }

    #[test]
    fn a_reopened_ticket_goes_back_if_they_are_there_with_room() {
        let mut all = [somebody(1, 4), somebody(2, 0)];
        let need = Need {
            last: Some(all[0].id),
            ..Need::default()
        };
        let least = rules(Strategy::LeastLoaded);
        assert_eq!(
            chosen(&least, &need, &all).1,
            "2 candidates, Agent 1: had it before it was reopened"
        );
        all[0].load = 5;
        assert_eq!(
            chosen(&least, &need, &all),
            (Some(1), "1 candidate, Agent 2: the only one with room".to_owned())
        );
        assert_eq!(chosen(&rules(Strategy::Manual), &need, &all).0, None);
    }
}
