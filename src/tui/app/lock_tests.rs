//! The lock: what it hides, what it keeps, and when it falls.

use super::lock::WAKE_LOCK;
use super::tests::{Desk1, api};
use super::*;
use crate::domain::permission::Role;
use crate::tui::flow::{Tone, Trouble};

/// Fifteen minutes, as the shipped desk has it.
const LIMIT: i64 = 900;

impl Desk1 {
    fn pass(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
    }

    /// The one deadline of the lock.
    fn deadline(&self) -> WakeId {
        let mut all = self.app.wakes.iter().filter(|(_, (_, key))| *key == WAKE_LOCK);
        let (id, _) = all.next().expect("armed");
        assert!(all.next().is_none(), "one deadline");
        *id
    }

    fn armed(&self) -> bool {
        self.app.wakes.values().any(|(_, key)| *key == WAKE_LOCK)
    }
}

fn wakes(jobs: &[Job]) -> Vec<u64> {
    jobs.iter()
        .filter_map(|job| match job {
            Job::Wake { after, .. } => Some(after.as_secs()),
            _ => None,
        })
        .collect()
}

#[test]
fn keys_touch_no_timer_and_the_deadline_moves_when_it_comes() {
    let mut desk = Desk1::signed_in();
    let armed = desk.deadline();
    for _ in 0..10 {
        desk.pass(60);
        let jobs = desk.keys("f8");
        assert!(wakes(&jobs).is_empty(), "{jobs:?}");
    }
    assert_eq!(desk.deadline(), armed);
    desk.pass(LIMIT - 600);
    let jobs = desk.send(Msg::Woke(armed));
    assert_eq!(wakes(&jobs), [600], "so much is left since the last key");
    desk.pass(600);
    let due = desk.deadline();
    assert_eq!(desk.send(Msg::Woke(due)), [Job::LockIfUnused]);
}

#[test]
fn the_lock_hides_everything_and_a_fresh_sign_in_brings_it_back() {
    let mut desk = Desk1::signed_in();
    desk.keys("/ a d a esc x");
    let before = desk.text();
    assert!(before.contains("ada"), "{before}");
    desk.pass(LIMIT);
    let jobs = desk.send(Msg::Unused(Duration::ZERO));
    assert!(jobs.contains(&Job::Lock), "{jobs:?}");
    assert!(!desk.armed());
    assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
    assert!(!desk.text().contains("ada"), "{}", desk.text());
    assert!(!desk.app.say().join(" ").contains("ada"));
    desk.keys("enter : q esc");
    assert!(!desk.text().contains("ada"), "no key gets around it");
    desk.sign_in(Some(Role::Agent));
    let after = desk.text();
    assert!(
        after.contains("Lookup ada") && after.contains("not sent"),
        "{after}"
    );
    assert!(desk.armed(), "it will lock again");
}

#[test]
fn news_from_behind_the_lock_are_not_shown_to_whoever_passes_by() {
    let mut desk = Desk1::signed_in();
    let jobs = desk.keys("x enter");
    let (id, _) = api(&jobs).into_iter().next().expect("an action");
    desk.keys("esc");
    desk.keys("g .");
    assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
    let refused = CallError::new(
        Trouble::SignedOut,
        "The session of Ada Lovelace has ended.".to_owned(),
    );
    desk.send(Msg::Reply(id, Err(refused)));
    assert!(!desk.text().contains("Lovelace"), "{}", desk.text());
    assert!(
        desk.app
            .toast
            .as_ref()
            .is_none_or(|toast| toast.tone != Tone::Error)
    );
}

#[test]
fn a_machine_that_slept_is_locked_before_the_first_key_does_anything() {
    let mut desk = Desk1::signed_in();
    desk.pass(LIMIT + 1);
    assert_eq!(desk.keys("g t"), [Job::LockIfUnused, Job::LockIfUnused]);
    assert_eq!(desk.app.shown(), Some(ScreenKind::Lookup), "the keys did nothing");
    let jobs = desk.send(Msg::Unused(Duration::from_secs(600)));
    assert_eq!(wakes(&jobs), [600], "another window was used five minutes ago");
    desk.keys("g t");
    assert_eq!(
        desk.app.shown(),
        Some(ScreenKind::Tickets),
        "and the desk goes on"
    );
}

#[test]
fn a_machine_that_slept_shows_nothing_before_any_key() {
    for woken in [Msg::ClockJumped, Msg::Focus(true)] {
        let mut desk = Desk1::signed_in();
        desk.pass(LIMIT - 1);
        let jobs = desk.send(woken.clone());
        assert_eq!(
            wakes(&jobs),
            [1],
            "{woken:?} within the time sets the deadline by the clock"
        );
        desk.pass(1);
        assert_eq!(desk.send(woken.clone()), [Job::LockIfUnused], "{woken:?}");
        assert!(desk.send(Msg::Focus(false)).is_empty());
        desk.send(Msg::Unused(Duration::ZERO));
        assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
        assert!(desk.send(woken).is_empty(), "nothing is left to hide");
    }
}

#[test]
fn one_key_locks_out_of_whatever_is_open() {
    for open in ["", "/ a d a", ":", "?", "=", "Q", "x", "n", "g"] {
        let mut desk = Desk1::signed_in();
        if !open.is_empty() {
            desk.keys(open);
        }
        let jobs = desk.keys("f9");
        assert!(jobs.contains(&Job::Lock), "behind `{open}`: {jobs:?}");
        assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn), "behind `{open}`");
        assert!(!desk.keys("f9").contains(&Job::Lock), "once");
    }
    let mut small = Desk1::signed_in();
    small.send(Msg::Resized(ratatui::layout::Size::new(20, 5)));
    assert!(
        small.keys("f9").contains(&Job::Lock),
        "in a window that is too small"
    );
}

#[test]
fn who_types_for_long_is_here_for_the_backend_too() {
    let mut desk = Desk1::signed_in();
    assert!(desk.keys("f8").is_empty(), "it was told a moment ago");
    desk.pass(LIMIT / 3);
    let jobs = desk.keys("f8");
    assert!(jobs.contains(&Job::Used), "{jobs:?}");
    let asked = api(&jobs);
    assert!(matches!(&asked[..], [(_, ApiCall::Me)]), "{asked:?}");
    assert!(api(&desk.keys("f8")).is_empty(), "one question at a time");
    let ended = CallError::new(Trouble::SignedOut, "This sign-in is locked.".to_owned());
    desk.send(Msg::Reply(asked[0].0, Err(ended)));
    assert_eq!(desk.app.shown(), Some(ScreenKind::SignIn));
    assert!(desk.text().contains("This sign-in is locked."), "{}", desk.text());
}

#[test]
fn a_desk_without_such_a_rule_never_locks_by_itself() {
    let mut desk = Desk1::signed_in();
    desk.app.env.desk.lock_minutes = 0;
    let due = desk.deadline();
    desk.pass(100 * LIMIT);
    assert!(desk.send(Msg::Woke(due)).is_empty() && !desk.armed());
    desk.keys("g t");
    assert_eq!(desk.app.shown(), Some(ScreenKind::Tickets));
}
