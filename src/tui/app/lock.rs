//! The lock: by key, or after a time without use. One deadline, set anew only when it comes: no tick, and no timer is
//! touched by a key press.

use std::time::Duration;

use super::{App, Job, Owner};
use crate::domain::time::Moment;
use crate::tui::flow::{ApiCall, Effect, Event, Reply, RequestId, Route, Toast, Tone};

/// The wake at which it may be time to lock.
pub(super) const WAKE_LOCK: &str = "lock";
/// The use of the desk is told to others at most this often, in seconds.
const TELL_EVERY: i64 = 30;

/// What the app knows of its own use.
#[derive(Debug)]
pub(super) struct Use {
    /// The machine's time of the message under way.
    machine: Moment,
    /// The latest input.
    last: Option<Moment>,
    /// When the use was told last.
    told: Option<Moment>,
    /// When the backend answered last.
    heard: Option<Moment>,
    /// A question that only shows the backend that somebody is here.
    alive: Option<RequestId>,
    /// Good news that came while the desk was locked.
    pub held: Option<Toast>,
}

impl Default for Use {
    fn default() -> Self {
        Self {
            machine: Moment::EPOCH,
            last: None,
            told: None,
            heard: None,
            alive: None,
            held: None,
        }
    }
}

impl App {
    /// Takes the machine's time.
    pub(super) fn note_time(&mut self, machine: Moment) {
        self.used.machine = machine;
    }

    fn limit(&self) -> i64 {
        i64::from(self.env.desk.lock_minutes) * 60
    }

    /// The person did something. `true`: it comes too late, the desk must be locked first (the machine slept, so that
    /// no wake came).
    pub(super) fn person_was_here(&mut self, jobs: &mut Vec<Job>) -> bool {
        let (machine, limit) = (self.used.machine, self.limit());
        if self.gate.is_some() || limit == 0 {
            self.used.last = Some(machine);
            return false;
        }
        if self
            .used
            .last
            .is_some_and(|last| machine.seconds_since(last) > limit)
        {
            jobs.push(Job::LockIfUnused);
            return true;
        }
        self.used.last = Some(machine);
        let due = |since: Option<Moment>, every: i64| {
            since.is_none_or(|since| !(0..every).contains(&machine.seconds_since(since)))
        };
        if due(self.used.told, TELL_EVERY) {
            self.used.told = Some(machine);
            jobs.push(Job::Used);
        }
        if due(self.used.heard, limit / 3) && self.used.alive.is_none() {
            // who types a long answer is here as well; the backend keeps its own count
            let id = self.env.ids.request();
            self.used.alive = Some(id);
            jobs.push(Job::Api(id, ApiCall::Me));
        }
        false
    }

    /// Others are told of the use just now, by something else.
    pub(super) fn use_is_told(&mut self) {
        self.used.told = Some(self.used.machine);
    }

    /// The backend answered.
    pub(super) fn backend_was_heard(&mut self) {
        self.used.heard = Some(self.used.machine);
    }

    /// Takes the answer to the app's own question whether the sign-in is still good; gives the reply back if it is
    /// none.
    pub(super) fn alive_reply(&mut self, id: RequestId, reply: Reply, jobs: &mut Vec<Job>) -> Option<Reply> {
        if self.used.alive != Some(id) {
            return Some(reply);
        }
        self.used.alive = None;
        if let Err(error) = &reply
            && super::is_session_end(error)
        {
            self.session_ended(&error.sentence(), jobs);
        }
        None
    }

    /// Waits for the time without use to pass, if the desk has such a rule.
    pub(super) fn arm_lock(&mut self, jobs: &mut Vec<Job>) {
        let limit = self.limit();
        if limit == 0 || self.gate.is_some() {
            return self.act(vec![Effect::Unwake(WAKE_LOCK)], jobs);
        }
        let unused = self
            .used
            .machine
            .seconds_since(*self.used.last.get_or_insert(self.used.machine));
        let left = limit.saturating_sub(unused.max(0)).max(1);
        self.app_wake(Duration::from_secs(left.unsigned_abs()), WAKE_LOCK, jobs);
    }

    /// The deadline has come: perhaps somebody was here meanwhile.
    pub(super) fn lock_is_due(&mut self, jobs: &mut Vec<Job>) {
        let limit = self.limit();
        if self.gate.is_some() || limit == 0 {
            return;
        }
        let unused = self
            .used
            .last
            .map_or(limit, |last| self.used.machine.seconds_since(last));
        if unused >= limit {
            jobs.push(Job::LockIfUnused);
        } else {
            self.arm_lock(jobs);
        }
    }

    /// Whether customers' data is on the screen and a time without use takes it away: then the machine's clock is watched.
    #[must_use]
    pub fn watches_clock(&self) -> bool {
        self.gate.is_none() && self.limit() > 0
    }

    /// The window came to the front, or went. What is shown behind a window is as old as what is shown in front of it.
    pub(super) fn focus(&mut self, here: bool, jobs: &mut Vec<Job>) {
        match self.gate.as_ref().map(|kept| kept.id) {
            Some(id) => self.deliver(Owner::Screen(id), Event::Focus(here), jobs),
            None if here => self.lock_is_due(jobs),
            None => {}
        }
    }

    /// The sign-in was used in another window; so long until it may be time again.
    pub(super) fn used_elsewhere(&mut self, left: Duration, jobs: &mut Vec<Job>) {
        let left = i64::try_from(left.as_secs()).unwrap_or(i64::MAX);
        let unused = self.limit().saturating_sub(left).max(0);
        self.used.last = Some(self.used.machine.plus_seconds(-unused));
        self.arm_lock(jobs);
    }

    /// Hides everything and ends the sign-in. What was open and typed stays behind the gate.
    pub(super) fn lock(&mut self, idle: bool, jobs: &mut Vec<Job>) {
        if self.gate.is_some() {
            return;
        }
        jobs.push(Job::Lock);
        self.toast = None;
        self.which_key = false;
        self.act(vec![Effect::Unwake(WAKE_LOCK)], jobs);
        self.show_gate(Route::Locked { idle }, jobs);
    }

    /// News from behind the gate is nobody's business now; good news waits for the person.
    pub(super) fn hold(&mut self, toast: Toast) {
        if toast.tone == Tone::Good {
            self.used.held = Some(toast);
        }
    }
}
