//! The clocks against a second implementation that walks second by second, and known cases.

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::Hour;
use crate::domain::time::Moment;

const CALENDAR: &str = r#"
    holidays = ["2026-11-26", "12-25"]
    [hours]
    mon = ["08:00-12:00", "13:00-17:00"]
    tue = ["08:00-12:00", "13:00-17:00"]
    wed = ["08:00-12:00", "13:00-17:00"]
    thu = ["08:00-12:00", "13:00-17:00"]
    fri = ["08:00-12:00", "13:00-16:30"]
    sun = ["00:30-03:30"]
"#;
const ZONE: &str = "America/New_York";

fn zone() -> TimeZone {
    TimeZone::get(ZONE).expect("a zone")
}

fn at(text: &str) -> Moment {
    Moment::parse(text).expect(text)
}

fn clocks(calendar: bool) -> Clocks {
    let calendar: Option<Calendar> = calendar.then(|| toml::from_str(CALENDAR).expect("a calendar"));
    Clocks::new(&Rules::default(), calendar.as_ref(), zone())
}

/// Whether a second is at work, straight from the wall.
fn open(second: i64) -> bool {
    let zoned = Moment::EPOCH.plus_seconds(second).timestamp().to_zoned(zone());
    let (date, minute) = (
        zoned.date(),
        i64::from(zoned.hour()) * 60 + i64::from(zoned.minute()),
    );
    if date.to_string() == "2026-11-26" || date.month() == 12 && date.day() == 25 {
        return false;
    }
    let morning = (480..720).contains(&minute);
    match date.weekday().to_monday_zero_offset() {
        0..=3 => morning || (780..1020).contains(&minute),
        4 => morning || (780..990).contains(&minute),
        6 => (30..210).contains(&minute),
        _ => false,
    }
}

/// The hours of a while, minute by minute, looked up once.
struct Wall {
    from: i64,
    open: Vec<bool>,
}

impl Wall {
    fn new(from: i64, minutes: i64, calendar: bool) -> Self {
        let from = from.div_euclid(60) * 60;
        let open = (0..minutes).map(|m| !calendar || open(from + m * 60)).collect();
        Self { from, open }
    }

    fn counts(&self, second: i64) -> bool {
        usize::try_from((second - self.from) / 60)
            .ok()
            .and_then(|i| self.open.get(i).copied())
            .expect("within the wall")
    }
}

/// What a clock says, found by walking.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    kind: ClockKind,
    elapsed: i64,
    state: ClockState,
    due: Option<i64>,
    warned: Vec<i64>,
}

#[derive(Clone, Copy)]
struct Walk<'a> {
    events: &'a [(i64, Happening)],
    created: i64,
    now: i64,
    wall: &'a Wall,
}

impl Walk<'_> {
    /// Where the ticket stands during a second.
    fn status(&self, second: i64) -> TicketStatus {
        let mut status = TicketStatus::Open;
        for (at, what) in self.events {
            if let Happening::Status(to) = what
                && *at <= second
            {
                status = *to;
            }
        }
        status
    }

    fn clock(&self, kind: ClockKind, start: i64, stop: Option<i64>, target: i64, percents: &[u8]) -> Found {
        let mut marks: Vec<i64> = percents
            .iter()
            .map(|p| (target * i64::from(*p) + 99) / 100)
            .collect();
        marks.push(target);
        let mut reached: Vec<Option<i64>> = vec![None; marks.len()];
        let counts = |second: i64, status: TicketStatus| {
            let awaited = status == TicketStatus::WaitingCustomer;
            let done = matches!(status, TicketStatus::Resolved | TicketStatus::Closed);
            !awaited && !done && self.wall.counts(second)
        };
        let (mut elapsed, mut second) = (0, start);
        let end = stop.unwrap_or(self.now.max(start));
        // Statuses change only with events: asked once a stretch, so that walking stays quick.
        let mut status = self.status(second);
        let changes: Vec<i64> = self.events.iter().map(|e| e.0).collect();
        let mut step = |second: &mut i64, elapsed: &mut i64, status: TicketStatus| {
            if counts(*second, status) {
                *elapsed += 1;
            }
            *second += 1;
            for (mark, when) in marks.iter().zip(&mut reached) {
                if *elapsed == *mark && when.is_none() {
                    *when = Some(*second);
                }
            }
        };
        while second < end {
            if changes.contains(&second) {
                status = self.status(second);
            }
            step(&mut second, &mut elapsed, status);
        }
        let at_end = elapsed;
        let status = self.status(self.now.max(start));
        let paused = stop.is_none() && status == TicketStatus::WaitingCustomer;
        if stop.is_none() && !paused {
            while elapsed < target {
                step(&mut second, &mut elapsed, status);
            }
        }
        let due = reached.pop().flatten();
        Found {
            kind,
            elapsed: at_end,
            state: match (stop, at_end >= target) {
                (None, _) if paused => ClockState::Paused,
                (None, _) => ClockState::Running,
                (Some(_), true) => ClockState::Missed,
                (Some(_), false) => ClockState::Met,
            },
            due,
            warned: reached.into_iter().flatten().collect(),
        }
    }

    fn clocks(&self, targets: &Targets, percents: &[u8]) -> Vec<Found> {
        let done = |status| matches!(status, TicketStatus::Resolved | TicketStatus::Closed);
        let mut first = None;
        let mut rounds: Vec<(i64, Option<i64>)> = Vec::new();
        let (mut asked, mut late) = (None, false);
        let mut status = TicketStatus::Open;
        let mut resolved = None;
        for (at, what) in self.events {
            let ends = match what {
                Happening::Status(to) => {
                    resolved = match (done(*to), done(status)) {
                        (true, true) => resolved,
                        (true, false) => Some(*at),
                        (false, _) => None,
                    };
                    status = *to;
                    if !done(*to) && late {
                        late = false;
                        if first.is_some() && asked.is_none() {
                            asked = Some(*at);
                        }
                    }
                    done(*to)
                }
                Happening::Customer => {
                    if done(status) {
                        late = true;
                    } else if first.is_some() && asked.is_none() {
                        asked = Some(*at);
                    }
                    false
                }
                Happening::Answer => {
                    late = false;
                    true
                }
            };
            if ends {
                first = first.or(Some(*at));
                if let Some(since) = asked.take() {
                    rounds.push((since, Some(*at)));
                }
            }
        }
        rounds.extend(asked.map(|since| (since, None)));
        let run = |kind, start, stop| self.clock(kind, start, stop, targets.seconds(kind), percents);
        let mut all = vec![run(ClockKind::FirstResponse, self.created, first)];
        all.extend(
            rounds
                .into_iter()
                .map(|(since, until)| run(ClockKind::NextResponse, since, until)),
        );
        all.push(run(ClockKind::Resolution, self.created, resolved));
        all
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => proptest::sample::select(TicketStatus::ALL).prop_map(Happening::Status),
        2 => Just(Happening::Customer),
        2 => Just(Happening::Answer),
    ]
}

fn history() -> impl Strategy<Value = (History, i64)> {
    // Around a change of the clock, a holiday, a plain week; steps may go back, as a machine's clock may.
    let starts = [
        "2026-10-30T18:00:00Z",
        "2026-11-24T20:00:00Z",
        "2026-03-06T12:00:00Z",
        "2026-06-01T00:00:00Z",
    ];
    let event = (
        happening(),
        prop_oneof![4 => 0..30_000_i64, 1 => -5_000..0_i64, 1 => Just(0)],
    );
    (
        proptest::sample::select(starts.to_vec()),
        0..80_000_i64,
        proptest::sample::select(Priority::ALL),
        proptest::collection::vec(event, 0..10),
        0..60_000_i64,
    )
        .prop_map(|(start, shift, priority, steps, rest)| {
            let created = at(start).plus_seconds(shift);
            let (mut now, mut status) = (created, TicketStatus::Open);
            let mut events = Vec::new();
            for (what, step) in steps {
                now = now.plus_seconds(step);
                if let Happening::Status(to) = what {
                    status = to;
                }
                events.push(Event { at: now, what });
            }
            let history = History {
                created,
                priority,
                status,
                events,
            };
            (history, now.plus_seconds(rest).seconds())
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_clock_is_what_walking_second_by_second_finds((history, now) in history(), calendar: bool) {
        let clocks = clocks(calendar);
        let all = replay(&history, &clocks, Moment::EPOCH.plus_seconds(now));
        let mut last = history.created.seconds();
        let events: Vec<(i64, Happening)> = history.events.iter().map(|e| {
            last = last.max(e.at.seconds());
            (last, e.what)
        }).collect();
        let now = now.max(last);
        let created = history.created.seconds();
        let wall = Wall::new(created, (now - created) / 60 + 14 * 1_440, calendar);
        let walk = Walk { events: &events, created, now, wall: &wall };
        let found = walk.clocks(&clocks.rules.targets(history.priority), &clocks.rules.at_risk);
        let told: Vec<Found> = all.iter().map(|c| Found {
            kind: c.kind,
            elapsed: c.elapsed,
            state: c.state,
            due: c.due.map(Moment::seconds),
            warned: c.warnings.iter().map(|w| w.1.seconds()).collect(),
        }).collect();
        prop_assert_eq!(told, found);
    }

    #[test]
    fn segments_follow_each_other_and_add_up((history, now) in history(), calendar: bool) {
        let now = Moment::EPOCH.plus_seconds(now);
        for clock in replay(&history, &clocks(calendar), now) {
            let mut at = clock.started;
            for segment in &clock.segments {
                prop_assert_eq!(segment.from, at);
                prop_assert!(segment.to > segment.from);
                at = segment.to;
            }
            let sum = |late: bool| -> i64 {
                clock.segments.iter().filter(|s| s.late == late).map(|s| s.counted).sum()
            };
            match clock.due {
                Some(due) => {
                    prop_assert_eq!(sum(false), clock.target);
                    let last = clock.segments.iter().rfind(|s| !s.late).expect("something counted");
                    prop_assert_eq!(last.to, due);
                    prop_assert_eq!(sum(true), (clock.elapsed - clock.target).max(0));
                }
                None => prop_assert_eq!((sum(false), sum(true)), (clock.elapsed, 0)),
            }
        }
    }

    #[test]
    fn what_the_row_keeps_says_the_same_later_on((history, now) in history(), calendar: bool, later in 0..200_000_i64) {
        // While nothing happens, the cache of now and the clocks replayed later agree on how the ticket stands.
        let last = history.events.iter().map(|e| e.at).max().unwrap_or(history.created);
        let now = Moment::EPOCH.plus_seconds(now).max(last);
        let then = now.plus_seconds(later);
        let clocks = clocks(calendar);
        let kept = Cache::of(&replay(&history, &clocks, now), now);
        let fresh = Cache::of(&replay(&history, &clocks, then), then);
        prop_assert_eq!(kept.state(then), fresh.state(then));
        prop_assert_eq!((kept.clock, kept.due, kept.paused_since, kept.remaining), (fresh.clock, fresh.due, fresh.paused_since, fresh.remaining));
    }
}

fn story(created: &str, priority: Priority, events: &[(&str, Happening)]) -> History {
    let status = events.iter().rev().find_map(|(_, what)| match what {
        Happening::Status(to) => Some(*to),
        _ => None,
    });
    History {
        created: at(created),
        priority,
        status: status.unwrap_or(TicketStatus::Open),
        events: events
            .iter()
            .map(|(when, what)| Event {
                at: at(when),
                what: *what,
            })
            .collect(),
    }
}

#[test]
fn waiting_for_the_customer_pauses_and_says_what_is_left() {
    use Happening::{Answer, Customer, Status};
    let told = story(
        "2026-06-01T10:00:00Z",
        Priority::High,
        &[
            ("2026-06-01T10:10:00Z", Answer),
            ("2026-06-01T10:30:00Z", Status(TicketStatus::WaitingCustomer)),
        ],
    );
    let now = at("2026-06-03T00:00:00Z");
    let cache = Cache::of(&replay(&told, &clocks(false), now), now);
    assert_eq!(cache.state(now), SlaState::Paused);
    assert_eq!(
        (cache.due, cache.remaining),
        (None, Some(4 * 3_600 - 1_800)),
        "no date while it pauses"
    );
    assert_eq!(cache.paused_since, Some(at("2026-06-01T10:30:00Z")));
    assert_eq!(cache.first, Some((600, true)));
    let mut went_on = told;
    went_on.events.push(Event {
        at: at("2026-06-03T09:00:00Z"),
        what: Customer,
    });
    went_on.events.push(Event {
        at: at("2026-06-03T09:00:00Z"),
        what: Status(TicketStatus::InProgress),
    });
    went_on.status = TicketStatus::InProgress;
    let now = at("2026-06-03T09:00:00Z");
    let all = replay(&went_on, &clocks(false), now);
    let due: Vec<_> = all.iter().map(|c| (c.kind, c.due)).collect();
    assert_eq!(
        due,
        [
            (ClockKind::FirstResponse, None),
            (ClockKind::NextResponse, Some(at("2026-06-03T09:30:00Z"))),
            (ClockKind::Resolution, Some(at("2026-06-03T12:30:00Z"))),
        ]
    );
}

#[test]
fn a_target_runs_over_the_night_the_holiday_and_the_weekend() {
    // Wednesday 16:00 in New York; Thursday is a holiday: an hour today, the rest on Friday.
    let opened = story("2026-11-25T21:00:00Z", Priority::High, &[]);
    let now = at("2026-11-25T21:00:00Z");
    let all = replay(&opened, &clocks(true), now);
    let resolution = all.last().expect("a clock");
    assert_eq!(resolution.due, Some(at("2026-11-27T16:00:00Z")), "Friday 11:00");
    let pieces: Vec<(Piece, i64)> = resolution.segments.iter().map(|s| (s.piece, s.counted)).collect();
    assert_eq!(
        pieces,
        [
            (Piece::Counted, 3_600),
            (Piece::Closed, 0),
            (Piece::Holiday, 0),
            (Piece::Closed, 0),
            (Piece::Counted, 10_800),
        ]
    );
    let levels: Vec<u8> = resolution.warnings.iter().map(|w| w.0).collect();
    assert_eq!(levels, [75, 90]);
    assert_eq!(
        resolution.warnings[0].1,
        at("2026-11-27T15:00:00Z"),
        "three of four hours"
    );
}

#[test]
fn a_change_of_priority_or_of_the_rules_counts_from_the_first_second() {
    let mut opened = story("2026-06-01T10:00:00Z", Priority::Low, &[]);
    let now = at("2026-06-01T12:30:00Z");
    let due = |history: &History, clocks: &Clocks| replay(history, clocks, now).last().and_then(|c| c.due);
    assert_eq!(due(&opened, &clocks(false)), Some(at("2026-06-02T10:00:00Z")));
    opened.priority = Priority::Urgent;
    assert_eq!(due(&opened, &clocks(false)), Some(at("2026-06-01T12:00:00Z")));
    let cache = Cache::of(&replay(&opened, &clocks(false), now), now);
    assert_eq!(cache.state(now), SlaState::Breached);
    let around: Rules = toml::from_str(
        "targets = { urgent = { first_response = \"1h\", resolution = \"3h\", hours = \"always\" } }",
    )
    .expect("rules");
    let calendar: Calendar = toml::from_str(CALENDAR).expect("a calendar");
    let always = Clocks::new(&around, Some(&calendar), zone());
    assert_eq!(
        due(&opened, &always),
        Some(at("2026-06-01T13:00:00Z")),
        "hours = always passes the calendar by"
    );
}

#[test]
fn the_due_moment_itself_is_late_and_alerts_are_told_up_to_it() {
    let opened = story(
        "2026-06-01T10:00:00Z",
        Priority::Urgent,
        &[("2026-06-01T10:05:00Z", Happening::Answer)],
    );
    let reached = |text: &str| {
        let now = at(text);
        let all = replay(&opened, &clocks(false), now);
        let levels: Vec<u8> = all
            .last()
            .expect("one")
            .reached(now)
            .iter()
            .map(|r| r.0)
            .collect();
        (levels, Cache::of(&all, now).next.map(|at| at.to_string()))
    };
    assert_eq!(
        reached("2026-06-01T11:29:59Z"),
        (vec![], Some("2026-06-01T11:30:00Z".to_owned()))
    );
    assert_eq!(
        reached("2026-06-01T11:30:00Z"),
        (vec![75], Some("2026-06-01T11:30:00Z".to_owned()))
    );
    assert_eq!(reached("2026-06-01T11:50:00Z").0, [75, 90]);
    assert_eq!(reached("2026-06-01T11:59:59Z").0, [75, 90]);
    assert_eq!(reached("2026-06-01T12:00:00Z").0, [BREACH]);
}

#[test]
fn the_wall_of_these_tests_and_the_calendar_agree() {
    let calendar: Calendar = toml::from_str(CALENDAR).expect("a calendar");
    let hours = crate::domain::calendar::OpenHours::of(&calendar, zone());
    let from = at("2026-10-31T00:00:00Z").seconds();
    for minute in 0..40 * 1_440 {
        let second = from + minute * 60;
        let stretch = hours.stretches(second, second + 1);
        assert_eq!(
            stretch[0].2 == Hour::Open,
            open(second),
            "{}",
            Moment::EPOCH.plus_seconds(second)
        );
    }
}
