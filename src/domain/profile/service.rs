//! What a profile says about clocks, hours, assignment and automation: checked with the key of each mistake.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{Problems, Profile, ProfileProblem};
use crate::domain::assignment::MAX_LOAD;
use crate::domain::calendar::{dated, in_order, yearly};
use crate::domain::sla::Clocks;
use crate::domain::ticket::TicketStatus;

/// Longest time after which a resolved ticket closes by itself, in days.
pub const MAX_CLOSE_DAYS: u32 = 365;
/// Most percentages at which a clock is told to be at risk.
const MAX_ALERTS: usize = 4;
/// Most skills that a category asks for.
const MAX_SKILLS: usize = 8;

/// What the desk does by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Automation {
    /// After how many days a resolved ticket closes; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_after_days: Option<u32>,
}

impl Profile {
    /// Rules and calendar of the clocks, ready for reckoning.
    #[must_use]
    pub fn clocks(&self) -> Clocks {
        Clocks::new(&self.sla, self.calendar.as_ref(), self.zone())
    }

    /// What is wrong with clocks, hours, assignment and automation.
    #[must_use]
    pub fn service_problems(&self) -> Vec<ProfileProblem> {
        let mut found = Problems::default();
        self.check_service(&mut found);
        found.0
    }

    pub(super) fn check_service(&self, found: &mut Problems) {
        self.check_calendar(found);
        self.check_sla(found);
        let most = format!("1 to {MAX_LOAD} tickets");
        let load = self.assignment.max_load;
        found.check("assignment.max_load", (1..=MAX_LOAD).contains(&load), &most);
        found.check(
            "assignment.counts",
            !self.assignment.counts.iter().any(|s| is_over(*s)),
            "statuses in which somebody works on a ticket: not resolved, not closed",
        );
        if let Some(days) = self.automation.close_after_days {
            let most = format!("1 to {MAX_CLOSE_DAYS} days");
            found.check(
                "automation.close_after_days",
                (1..=MAX_CLOSE_DAYS).contains(&days),
                &most,
            );
        }
        for (i, category) in self.categories.iter().enumerate() {
            let key = format!("categories[{i}].skills");
            let most = format!("at most {MAX_SKILLS} skills");
            found.check(&key, category.skills.len() <= MAX_SKILLS, &most);
            for skill in &category.skills {
                found.code(&key, skill);
            }
            if !category.department.is_empty() {
                found.code(&format!("categories[{i}].department"), &category.department);
            }
        }
    }

    fn check_calendar(&self, found: &mut Problems) {
        let Some(calendar) = &self.calendar else { return };
        if let Some(zone) = &calendar.timezone {
            let known = TimeZone::get(zone).is_ok();
            found.check(
                "calendar.timezone",
                known,
                "an IANA zone, such as America/New_York",
            );
        }
        let open = calendar.hours.values().any(|day| !day.is_empty());
        found.check(
            "calendar.hours",
            open,
            "at least one stretch on one day, such as mon = [\"09:00-17:00\"]",
        );
        let apart = "stretches of one day in order, none beginning before the one before it has ended";
        for (day, hours) in &calendar.hours {
            let key = format!("calendar.hours.{}", format!("{day:?}").to_lowercase());
            found.check(&key, in_order(hours), apart);
        }
        for (i, day) in calendar.holidays.iter().enumerate() {
            let good = yearly(day).is_some() || dated(day).is_some();
            let allowed = "a day of each year such as \"12-25\", or one day such as \"2026-11-26\"";
            found.check(&format!("calendar.holidays[{i}]"), good, allowed);
        }
        for (day, hours) in &calendar.special {
            let key = format!("calendar.special.{day}");
            found.check(&key, dated(day).is_some(), "a day such as 2026-12-24");
            found.check(&key, in_order(hours), apart);
        }
    }

    fn check_sla(&self, found: &mut Problems) {
        for (priority, targets) in &self.sla.targets {
            let key = format!("sla.targets.{}.resolution", priority.word());
            let good = targets.first_response <= targets.resolution;
            found.check(&key, good, "a time not shorter than that of the first response");
        }
        let levels = &self.sla.at_risk;
        let ascending = levels.windows(2).all(|pair| pair[0] < pair[1]);
        let inside = levels.iter().all(|level| (1..100).contains(level));
        let good = ascending && inside && (1..=MAX_ALERTS).contains(&levels.len());
        let allowed = format!("1 to {MAX_ALERTS} percentages from 1 to 99, ascending, such as [75, 90]");
        found.check("sla.at_risk", good, &allowed);
        let pauses = !self
            .sla
            .pause
            .iter()
            .any(|s| is_over(*s) || *s == TicketStatus::Open);
        found.check(
            "sla.pause",
            pauses,
            "statuses in which somebody has the ticket: not open, resolved or closed",
        );
    }
}

fn is_over(status: TicketStatus) -> bool {
    matches!(status, TicketStatus::Resolved | TicketStatus::Closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = include_str!("../profiles/extracare.toml");

    fn problems(more: &str) -> Vec<String> {
        let text = format!("{TEXT}\n{more}");
        match Profile::from_toml(&text) {
            Ok(_) => Vec::new(),
            Err(error) => error.0.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn what_is_wrong_with_hours_and_clocks_is_said_with_line_and_key() {
        let lines = TEXT.lines().count();
        let said = |more: &str, place: usize, part: &str| {
            let all = problems(more);
            let line = format!("line {}: ", lines + 1 + place);
            assert!(
                all.iter().any(|p| p.starts_with(&line) && p.contains(part)),
                "{more}: {all:?}"
            );
        };
        said(
            "[calendar]\nhours = {}",
            2,
            "calendar.hours: allowed is at least one stretch",
        );
        said(
            "[calendar]\nhours = { mon = [\"9-5\"] }",
            2,
            "`9-5` is no stretch of a day",
        );
        said(
            "[calendar.hours]\nmon = [\"09:00-12:00\", \"11:00-13:00\"]",
            2,
            "calendar.hours.mon: allowed is stretches",
        );
        said(
            "[calendar]\nholidays = [\"12-25\",\n\"13-01\"]\nhours = { mon = [\"09:00-12:00\"] }",
            3,
            "calendar.holidays[1]",
        );
        said(
            "[calendar]\ntimezone = \"Mars/Base\"\nhours = { mon = [\"09:00-12:00\"] }",
            2,
            "calendar.timezone",
        );
        said(
            "[calendar.hours]\nmon = [\"09:00-12:00\"]\n[calendar.special]\n2026-02-30 = []",
            4,
            "calendar.special.2026-02-30",
        );
        said(
            "[sla]\nat_risk = [90, 75]",
            2,
            "sla.at_risk: allowed is 1 to 4 percentages",
        );
        said("[sla]\npause = [\"resolved\"]", 2, "sla.pause");
        said(
            "[sla.targets]\nurgent = { first_response = \"2h\", resolution = \"1h\" }",
            2,
            "sla.targets.urgent.resolution",
        );
        said(
            "[sla.targets]\nurgent = { first_response = \"soon\", resolution = \"1h\" }",
            2,
            "`soon` is no length of time",
        );
        said(
            "[assignment]\nmax_load = 0",
            2,
            "assignment.max_load: allowed is 1 to 200 tickets",
        );
        said("[assignment]\nstrategy = \"random\"", 2, "round_robin");
        said("[assignment]\ncounts = [\"closed\"]", 2, "assignment.counts");
        said(
            "[automation]\nclose_after_days = 0",
            2,
            "automation.close_after_days",
        );
        said(
            "[[categories]]\ncode = \"vip\"\nlabel = \"VIP\"\npriority = \"high\"\nskills = [\"Bad Skill\"]",
            5,
            "skills",
        );
    }

    #[test]
    fn a_whole_set_of_rules_is_read_and_what_is_left_out_is_usual() {
        let whole = problems(
            "[calendar]\nholidays = [\"12-25\"]\n[calendar.hours]\nmon = [\"08:00-12:00\", \"12:00-17:00\"]\n\
             [sla]\nat_risk = [50]\n[sla.targets.high]\nfirst_response = \"10m\"\nresolution = \"1h\"\nhours = \"always\"\n\
             [assignment]\nstrategy = \"round_robin\"\n[automation]\nclose_after_days = 4",
        );
        assert_eq!(whole, Vec::<String>::new());
        let plain = Profile::shipped("extracare").expect("shipped");
        let urgent = plain.sla.targets(crate::domain::ticket::Priority::Urgent);
        assert_eq!(
            (urgent.first_response.to_string(), urgent.resolution.to_string()),
            ("15m".into(), "2h".into())
        );
    }
}
