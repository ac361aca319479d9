//! From a ticket's history to its clocks.

use serde::{Deserialize, Serialize};

use super::{BREACH, ClockKind, ClockState, Clocks, SlaState, Targets};
use crate::domain::calendar::{Hour, OpenHours};
use crate::domain::ticket::{Priority, TicketStatus, words};
use crate::domain::time::Moment;

/// What moves a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The ticket came to stand there.
    Status(TicketStatus),
    /// The customer wrote.
    Customer,
    /// Somebody behind the desk wrote to the customer.
    Answer,
}

/// Something that happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When, by the clock of that time.
    pub at: Moment,
    /// What.
    pub what: Happening,
}

/// A ticket's history as far as its clocks go by it, in the order in which it happened. A moment before its
/// predecessor's (the machine's clock was set back) counts as that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// When it was opened.
    pub created: Moment,
    /// Its priority now.
    pub priority: Priority,
    /// Where it stands now.
    pub status: TicketStatus,
    /// What happened since.
    pub events: Vec<Event>,
}

words! {
    /// What a stretch of time was to a clock.
    Piece {
        /// It counted.
        Counted = "counted",
        /// Outside of the desk's hours.
        Closed = "closed",
        /// A holiday.
        Holiday = "holiday",
        /// The customer was awaited.
        Paused = "paused",
        /// The ticket was resolved, before it was reopened.
        Resolved = "resolved",
    }
}

/// A stretch of time, and what it was to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Segment {
    /// From when.
    pub from: Moment,
    /// Up to when.
    pub to: Moment,
    /// What it was.
    pub piece: Piece,
    /// How many seconds of it counted.
    pub counted: i64,
    /// Past the due moment.
    pub late: bool,
    /// Still to come, if nothing changes.
    pub ahead: bool,
}

/// One clock of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// Which one.
    pub kind: ClockKind,
    /// Tells awaited answers apart: the moment of the message, in seconds; else 0.
    pub round: i64,
    /// How it stands.
    pub state: ClockState,
    /// Seconds that it may take.
    pub target: i64,
    /// Seconds that have counted.
    pub elapsed: i64,
    /// When it started.
    pub started: Moment,
    /// When it was stopped.
    pub stopped: Option<Moment>,
    /// When the target is or was reached; `None` while it pauses, or when it was stopped before.
    pub due: Option<Moment>,
    /// When each percentage of alerts is or was reached, ascending.
    pub warnings: Vec<(u8, Moment)>,
    /// Since when it pauses.
    pub paused_since: Option<Moment>,
    /// What all of its time was, from its start: to its stop, else to its due moment or now, whichever is later. What
    /// counted in those that are not late adds up to `target` when there is a due moment, else to `elapsed`.
    pub segments: Vec<Segment>,
}

impl Clock {
    /// Whether its due moment has passed.
    #[must_use]
    pub fn is_breached(&self) -> bool {
        self.elapsed >= self.target
    }

    /// Seconds that are left; negative: overdue.
    #[must_use]
    pub fn remaining(&self) -> i64 {
        self.target - self.elapsed
    }

    /// What has been reached by now and has to be told: percentages while it runs, and the breach for good.
    #[must_use]
    pub fn reached(&self, now: Moment) -> Vec<(u8, Moment)> {
        let live = self.state == ClockState::Running && !self.is_breached();
        let mut all: Vec<(u8, Moment)> = Vec::new();
        if live {
            all.extend(self.warnings.iter().filter(|(_, at)| *at <= now));
        }
        if self.is_breached() {
            all.extend(self.due.map(|due| (BREACH, due)));
        }
        all
    }
}

/// What a ticket's row keeps of its clocks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cache {
    /// The clock that ends next.
    pub clock: Option<ClockKind>,
    /// Whether all running clocks pause.
    pub paused: bool,
    /// Whether a clock that pauses is late, or one that is over was.
    pub late: bool,
    /// Whether all clocks are over.
    pub over: bool,
    /// Due moment of the clock that ends next, while one runs.
    pub due: Option<Moment>,
    /// From when a running clock is at risk.
    pub warn: Option<Moment>,
    /// Seconds left of the clock that ends next, while they pause.
    pub remaining: Option<i64>,
    /// Since when they pause.
    pub paused_since: Option<Moment>,
    /// When something has to be told next, or is overdue to be told.
    pub next: Option<Moment>,
    /// When the customer was first answered.
    pub responded_at: Option<Moment>,
    /// Seconds that counted until then, and whether that was in time.
    pub first: Option<(i64, bool)>,
    /// When it was resolved, if it is.
    pub done_at: Option<Moment>,
    /// Seconds that counted until then, and whether that was in time.
    pub done: Option<(i64, bool)>,
}

impl Cache {
    /// How the ticket stands at `now`.
    #[must_use]
    pub fn state(&self, now: Moment) -> SlaState {
        let passed = |at: Option<Moment>| at.is_some_and(|at| at <= now);
        if self.over {
            return if self.late {
                SlaState::Missed
            } else {
                SlaState::Met
            };
        }
        if self.paused {
            return if self.late {
                SlaState::Breached
            } else {
                SlaState::Paused
            };
        }
        if passed(self.due) {
            SlaState::Breached
        } else if passed(self.warn) {
            SlaState::AtRisk
        } else {
            SlaState::Ok
        }
    }

    /// Sums a ticket's clocks up.
    #[must_use]
    pub fn of(clocks: &[Clock], now: Moment) -> Self {
        let mut cache = Self::default();
        let running = || clocks.iter().filter(|c| c.state == ClockState::Running);
        let paused = || clocks.iter().filter(|c| c.state == ClockState::Paused);
        if let Some(first) = running().min_by_key(|c| c.due.map_or(i64::MAX, Moment::micros)) {
            cache.clock = Some(first.kind);
            cache.due = first.due;
            cache.warn = running().filter_map(|c| c.warnings.first().map(|w| w.1)).min();
        } else if let Some(first) = paused().min_by_key(|c| c.remaining()) {
            cache.paused = true;
            cache.clock = Some(first.kind);
            cache.remaining = Some(first.remaining());
            cache.paused_since = first.paused_since;
            cache.late = paused().any(Clock::is_breached);
        } else {
            cache.over = true;
            cache.late = clocks.iter().any(|c| c.state == ClockState::Missed);
        }
        cache.next = next(clocks, now);
        for clock in clocks {
            let outcome = clock
                .stopped
                .map(|at| (at, (clock.elapsed, !clock.is_breached())));
            match (clock.kind, outcome) {
                (ClockKind::FirstResponse, Some((at, how))) => {
                    (cache.responded_at, cache.first) = (Some(at), Some(how));
                }
                (ClockKind::Resolution, Some((at, how))) => {
                    (cache.done_at, cache.done) = (Some(at), Some(how));
                }
                _ => {}
            }
        }
        cache
    }
}

/// When somebody has to be told something: what lies ahead, or at once what has been reached.
fn next(clocks: &[Clock], now: Moment) -> Option<Moment> {
    let ahead = clocks
        .iter()
        .filter(|c| c.state == ClockState::Running)
        .flat_map(|c| c.warnings.iter().map(|w| w.1).chain(c.due));
    let reached = clocks.iter().flat_map(|c| c.reached(now)).map(|r| r.1);
    ahead.filter(|at| *at > now).chain(reached).min()
}

/// The clocks of a ticket at `now`: the first response, each awaited answer, the resolution.
#[must_use]
pub fn replay(history: &History, clocks: &Clocks, now: Moment) -> Vec<Clock> {
    let track = Track::of(history, now);
    let targets = clocks.rules.targets(history.priority);
    let run = Run {
        track: &track,
        targets: &targets,
        hours: clocks.hours(&targets),
        pause: &clocks.rules.pause,
        percents: &clocks.rules.at_risk,
    };
    let answered = track.first_answer();
    let mut all = vec![run.clock(ClockKind::FirstResponse, 0, track.created, answered)];
    for (asked, stopped) in track.rounds() {
        all.push(run.clock(ClockKind::NextResponse, asked, asked, stopped));
    }
    all.push(run.clock(ClockKind::Resolution, 0, track.created, track.resolved()));
    all
}

fn is_done(status: TicketStatus) -> bool {
    matches!(status, TicketStatus::Resolved | TicketStatus::Closed)
}

/// A history in whole seconds that never go back.
struct Track {
    created: i64,
    now: i64,
    /// From when the ticket stood where, in order; the first entry is its opening.
    statuses: Vec<(i64, TicketStatus)>,
    /// Messages and resolutions.
    talk: Vec<(i64, Talk)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Talk {
    Asked,
    Answered,
    Done,
}

impl Track {
    fn of(history: &History, now: Moment) -> Self {
        let created = history.created.seconds();
        let mut at = created;
        let mut statuses = vec![(created, TicketStatus::Open)];
        let mut talk = Vec::new();
        // What a customer writes to a ticket that is resolved awaits an answer once it is reopened.
        let (mut done, mut waiting) = (false, false);
        for event in &history.events {
            at = at.max(event.at.seconds());
            match event.what {
                Happening::Status(to) => {
                    statuses.push((at, to));
                    done = is_done(to);
                    if done {
                        talk.push((at, Talk::Done));
                    } else if waiting {
                        talk.push((at, Talk::Asked));
                        waiting = false;
                    }
                }
                Happening::Customer if done => waiting = true,
                Happening::Customer => talk.push((at, Talk::Asked)),
                Happening::Answer => {
                    talk.push((at, Talk::Answered));
                    waiting = false;
                }
            }
        }
        // Rows from elsewhere may lack their last moves.
        if statuses.last().is_some_and(|last| last.1 != history.status) {
            statuses.push((at, history.status));
            if is_done(history.status) {
                talk.push((at, Talk::Done));
            }
        }
        Self {
            created,
            now: at.max(now.seconds()),
            statuses,
            talk,
        }
    }

    fn first_answer(&self) -> Option<i64> {
        self.talk.iter().find(|t| t.1 != Talk::Asked).map(|t| t.0)
    }

    /// Each time the customer awaited an answer after the first one: since when, and until when.
    fn rounds(&self) -> Vec<(i64, Option<i64>)> {
        let mut rounds: Vec<(i64, Option<i64>)> = Vec::new();
        let mut answered = false;
        for (at, talk) in &self.talk {
            let open = rounds.last().is_some_and(|round| round.1.is_none());
            match talk {
                Talk::Asked if answered && !open => rounds.push((*at, None)),
                Talk::Asked => {}
                Talk::Answered | Talk::Done => {
                    answered = true;
                    if open && let Some(last) = rounds.last_mut() {
                        last.1 = Some(*at);
                    }
                }
            }
        }
        rounds
    }

    /// Since when it has stood resolved or closed, if it does.
    fn resolved(&self) -> Option<i64> {
        let trailing = self.statuses.iter().rev().take_while(|s| is_done(s.1));
        trailing.last().map(|s| s.0)
    }
}

struct Run<'a> {
    track: &'a Track,
    targets: &'a Targets,
    hours: &'a OpenHours,
    pause: &'a [TicketStatus],
    percents: &'a [u8],
}

impl Run<'_> {
    fn clock(&self, kind: ClockKind, round: i64, started: i64, stopped: Option<i64>) -> Clock {
        let target = self.targets.seconds(kind);
        let end = stopped.unwrap_or_else(|| self.track.now.max(started));
        let mut past = self.past(started, end);
        let elapsed: i64 = past.iter().map(|p| p.counted()).sum();
        let paused = stopped.is_none() && self.pauses(self.track.statuses.last().map(|s| s.1));
        let state = match (stopped, elapsed >= target) {
            (None, _) if paused => ClockState::Paused,
            (None, _) => ClockState::Running,
            (Some(_), true) => ClockState::Missed,
            (Some(_), false) => ClockState::Met,
        };
        let mut ahead = Vec::new();
        if state == ClockState::Running && elapsed < target {
            let due = self.hours.after(end, target - elapsed);
            ahead = due.map(|due| self.plain(end, due)).unwrap_or_default();
        }
        let reached = |seconds: i64| reached(past.iter().chain(&ahead), seconds);
        let due = reached(target);
        let warnings = self.percents.iter().filter_map(|percent| {
            // Rounded up: a percentage is reached when all of it has passed.
            let seconds = (target * i64::from(*percent) + 99) / 100;
            Some((*percent, moment(reached(seconds)?)))
        });
        let warnings = warnings.collect();
        if let Some(due) = due {
            split(&mut past, due);
        }
        let paused_since = paused.then(|| moment(self.paused_since(started)));
        let late = |from: i64| due.is_some_and(|due| from >= due);
        let segments = past
            .iter()
            .map(|stretch| stretch.segment(late(stretch.from), false))
            .chain(ahead.iter().map(|stretch| stretch.segment(false, true)))
            .collect();
        Clock {
            kind,
            round,
            state,
            target,
            elapsed,
            started: moment(started),
            stopped: stopped.map(moment),
            due: due.map(moment),
            warnings,
            paused_since,
            segments,
        }
    }

    fn pauses(&self, status: Option<TicketStatus>) -> bool {
        status.is_some_and(|status| self.pause.contains(&status))
    }

    /// Since when the statuses pause, without a break, at the end; not before the clock itself started.
    fn paused_since(&self, started: i64) -> i64 {
        let trailing = self.track.statuses.iter().rev();
        let first = trailing.take_while(|s| self.pauses(Some(s.1))).last();
        first.map_or(started, |s| s.0.max(started))
    }

    /// What the time from `from` up to `to` was.
    fn past(&self, from: i64, to: i64) -> Vec<Stretch> {
        let mut all: Vec<Stretch> = Vec::new();
        let statuses = &self.track.statuses;
        for (i, (since, status)) in statuses.iter().enumerate() {
            let until = statuses.get(i + 1).map_or(i64::MAX, |next| next.0);
            let (start, end) = ((*since).max(from), until.min(to));
            if start >= end {
                continue;
            }
            if self.pause.contains(status) {
                push(&mut all, start, end, Piece::Paused);
            } else if is_done(*status) {
                push(&mut all, start, end, Piece::Resolved);
            } else {
                for stretch in self.plain(start, end) {
                    push(&mut all, stretch.from, stretch.to, stretch.piece);
                }
            }
        }
        all
    }

    fn plain(&self, from: i64, to: i64) -> Vec<Stretch> {
        let parts = self.hours.stretches(from, to).into_iter();
        parts
            .map(|(from, to, hour)| Stretch {
                from,
                to,
                piece: match hour {
                    Hour::Open => Piece::Counted,
                    Hour::Closed => Piece::Closed,
                    Hour::Holiday => Piece::Holiday,
                },
            })
            .collect()
    }
}

#[derive(Clone, Copy)]
struct Stretch {
    from: i64,
    to: i64,
    piece: Piece,
}

impl Stretch {
    fn counted(&self) -> i64 {
        if self.piece == Piece::Counted {
            self.to - self.from
        } else {
            0
        }
    }

    fn segment(&self, late: bool, ahead: bool) -> Segment {
        Segment {
            from: moment(self.from),
            to: moment(self.to),
            piece: self.piece,
            counted: self.counted(),
            late,
            ahead,
        }
    }
}

fn push(all: &mut Vec<Stretch>, from: i64, to: i64, piece: Piece) {
    match all.last_mut() {
        Some(last) if last.to == from && last.piece == piece => last.to = to,
        _ => all.push(Stretch { from, to, piece }),
    }
}

/// When so many seconds had counted.
fn reached<'a>(stretches: impl Iterator<Item = &'a Stretch>, seconds: i64) -> Option<i64> {
    let mut left = seconds;
    for stretch in stretches {
        let counted = stretch.counted();
        if counted >= left && counted > 0 {
            return Some(stretch.from + left);
        }
        left -= counted;
    }
    None
}

/// Cuts the stretch in which a moment lies in two.
fn split(all: &mut Vec<Stretch>, at: i64) {
    if let Some(i) = all.iter().position(|s| s.from < at && at < s.to) {
        let tail = Stretch { from: at, ..all[i] };
        all[i].to = at;
        all.insert(i + 1, tail);
    }
}

fn moment(seconds: i64) -> Moment {
    Moment::EPOCH.plus_seconds(seconds)
}
