//! In front of everything: who is here, and may they be here? Sign-in, sign-out, lock, and the end of a session.

use std::time::Duration;

use super::live::WAKE_LIVE;
use super::lock::WAKE_LOCK;
use super::stack::Kept;
use super::{App, Job, Owner, WakeId};
use crate::tui::flow::{
    ApiCall, CallError, Event, Link, Memory, Reply, Root, Route, SignInAsk, SignInState, Toast, Tone,
};
use crate::wire::desk::Me;
use crate::wire::problem::Code;

/// The app's own wakes.
pub(super) const WAKE_TOAST: &str = "toast";
pub(super) const WAKE_WHICH_KEY: &str = "which-key";
pub(super) const WAKE_REST: &str = "rest";
const WAKE_ME: &str = "me";

impl App {
    pub(super) fn start(&mut self, jobs: &mut Vec<Job>) {
        self.show_gate(Route::SignIn, jobs);
        self.ask_desk(ApiCall::Brand, jobs);
    }

    /// Asks for the desk profile, or for as much of it as can be known without sign-in.
    fn ask_desk(&mut self, call: ApiCall, jobs: &mut Vec<Job>) {
        let id = self.env.ids.request();
        self.asked_desk = Some(id);
        jobs.push(Job::Api(id, call));
    }

    fn ask_me(&mut self, jobs: &mut Vec<Job>) {
        let id = self.env.ids.request();
        self.asked_me = Some(id);
        jobs.push(Job::Api(id, ApiCall::Me));
    }

    pub(super) fn show_gate(&mut self, route: Route, jobs: &mut Vec<Job>) {
        self.stop_listening(jobs);
        let screen = (self.factory)(&route, &self.env.ctx());
        let id = self.new_id();
        self.gate = Some(Kept { id, route, screen });
        self.pending.clear();
        self.deliver(Owner::Screen(id), Event::Opened, jobs);
    }

    pub(super) fn sign_in(&mut self, state: SignInState, jobs: &mut Vec<Job>) {
        if matches!(state, SignInState::Approved | SignInState::Kept) {
            self.tries = 0;
            self.ask_me(jobs);
        }
        self.tell_gate(state, jobs);
    }

    fn tell_gate(&mut self, state: SignInState, jobs: &mut Vec<Job>) {
        if let Some(id) = self.gate.as_ref().map(|kept| kept.id) {
            self.deliver(Owner::Screen(id), Event::SignIn(state), jobs);
        }
    }

    /// Takes the answer to one of the app's own questions; gives the reply back if it is none.
    pub(super) fn own_reply(
        &mut self,
        id: crate::tui::flow::RequestId,
        reply: Reply,
        jobs: &mut Vec<Job>,
    ) -> Option<Reply> {
        use crate::tui::flow::Answer;
        if self.asked_desk == Some(id) {
            self.asked_desk = None;
            match reply {
                Ok(Answer::Desk(desk)) => {
                    self.env.desk = *desk;
                    jobs.push(Job::LockAfter(self.env.desk.lock_minutes));
                    self.use_is_told();
                    self.arm_lock(jobs);
                }
                Ok(Answer::Brand(known)) => {
                    self.env.desk.brand = known.brand;
                    self.env.desk.environment = known.environment;
                }
                // the sign-in and every screen work without it
                Ok(_) | Err(_) => {}
            }
            return None;
        }
        if self.asked_me == Some(id) {
            self.asked_me = None;
            match reply {
                Ok(Answer::Me(me)) => self.welcome(*me, jobs),
                Ok(_) => {}
                Err(error) => self.not_welcome(&error, jobs),
            }
            return None;
        }
        Some(reply)
    }

    fn welcome(&mut self, me: Me, jobs: &mut Vec<Job>) {
        self.env.set_clock(me.server_time);
        let greeting = self.env.words.with(
            "app-greeting",
            &[
                ("name", me.name.as_str()),
                ("employee", me.employee_id.as_str()),
                ("issuer", &host(&me.issuer)),
            ],
        );
        let known = self.signed_in_as.replace(me.id) == Some(me.id);
        let role = me.role;
        self.env.me = Some(me);
        if role.is_none() {
            self.show_gate(Route::Denied, jobs);
            return;
        }
        if !known {
            // somebody else's work is nobody else's business
            self.forget_everything(jobs);
        }
        self.gate = None;
        self.listen(jobs);
        self.ask_desk(ApiCall::Desk, jobs);
        if self.sides.top().is_none() {
            self.open_root(Root::Accounts, jobs);
        } else {
            self.resume(jobs);
        }
        self.arm_lock(jobs);
        let said = self.used.held.take().filter(|_| known);
        self.say_toast(said.unwrap_or_else(|| Toast::good(greeting)), jobs);
    }

    fn not_welcome(&mut self, error: &CallError, jobs: &mut Vec<Job>) {
        if matches!(error.code, Some(Code::NoRole | Code::Forbidden)) {
            self.show_gate(Route::Denied, jobs);
            return;
        }
        if super::is_session_end(error) {
            // a kept session that has ended meanwhile: a fresh code, without being asked
            self.say_toast(Toast::warning(error.sentence()), jobs);
            jobs.push(Job::SignIn(SignInAsk::NewCode));
            return;
        }
        self.tries = self.tries.saturating_add(1);
        self.tell_gate(SignInState::Trouble(error.sentence()), jobs);
        let wait = Duration::from_secs(1 << self.tries.min(5));
        self.app_wake(error.retry_after.unwrap_or(wait), WAKE_ME, jobs);
    }

    /// The session is over: the gate closes in front of everything, which stays as it is behind it.
    pub(super) fn session_ended(&mut self, words: &str, jobs: &mut Vec<Job>) {
        if self.gate.is_some() {
            // whoever is at the gate knows it
            return;
        }
        self.toast = None;
        self.show_gate(Route::SignIn, jobs);
        self.say_toast(Toast::warning(words.to_owned()), jobs);
    }

    pub(super) fn sign_out(&mut self, jobs: &mut Vec<Job>) {
        jobs.push(Job::SignOut);
        self.forget_everything(jobs);
        self.signed_in_as = None;
        self.env.me = None;
        self.show_gate(Route::SignIn, jobs);
    }

    fn forget_everything(&mut self, jobs: &mut Vec<Job>) {
        let ids: Vec<Owner> = self
            .sides
            .all()
            .map(|kept| Owner::Screen(kept.id))
            .chain(self.layers.iter().filter_map(|layer| match layer {
                super::Layer::Dialog { id, .. } => Some(Owner::Dialog(*id)),
                _ => None,
            }))
            .collect();
        for owner in ids {
            self.forget(owner, jobs);
        }
        self.layers.clear();
        self.sides.clear();
        self.env.memory = Memory::default();
        self.toast = None;
    }

    pub(super) fn link(&mut self, up: bool, jobs: &mut Vec<Job>) {
        let link = match (up, self.env.link) {
            (true, _) => Link::Live,
            (false, Link::Offline { since }) => Link::Offline { since },
            (false, _) => Link::Offline { since: self.env.now },
        };
        if link == self.env.link {
            return;
        }
        let before = std::mem::replace(&mut self.env.link, link);
        if let Some(id) = self.screen().map(|kept| kept.id) {
            self.deliver(Owner::Screen(id), Event::Link, jobs);
        }
        match (before, link) {
            (_, Link::Offline { .. }) if self.gate.is_none() => {
                let words = self.env.words.get("app-offline-line");
                self.say_toast(Toast::warning(words), jobs);
            }
            (Link::Offline { .. }, Link::Live) => self.is_back(jobs),
            _ => {}
        }
    }

    /// The backend was away and is there again: what waited for it goes on.
    fn is_back(&mut self, jobs: &mut Vec<Job>) {
        if self.gate.is_some() {
            if self.tries > 0 && self.asked_me.is_none() {
                self.ask_me(jobs);
            }
            return;
        }
        if self
            .toast
            .as_ref()
            .is_some_and(|toast| toast.tone == Tone::Warning)
        {
            let words = self.env.words.get("app-back-line");
            self.say_toast(Toast::info(words), jobs);
        }
        self.resume(jobs);
    }

    pub(super) fn own_wake(&mut self, key: &str, jobs: &mut Vec<Job>) {
        match key {
            WAKE_TOAST => self.toast = None,
            WAKE_REST => self.moving = None,
            WAKE_WHICH_KEY => self.which_key = !self.pending.is_empty(),
            WAKE_ME => self.ask_me(jobs),
            WAKE_LOCK => self.lock_is_due(jobs),
            WAKE_LIVE => self.tell_changes(jobs),
            _ => {}
        }
    }

    /// Asks for one of the app's own wakes; one of that name that still waits is forgotten.
    pub(super) fn app_wake(&mut self, after: Duration, key: &'static str, jobs: &mut Vec<Job>) {
        self.wake(Owner::App, after, key, jobs);
    }

    pub(super) fn say_toast(&mut self, toast: Toast, jobs: &mut Vec<Job>) {
        let long = toast.text.chars().count() > 60;
        self.toast = Some(toast);
        self.app_wake(Duration::from_secs(if long { 12 } else { 6 }), WAKE_TOAST, jobs);
    }

    pub(super) fn woke(&mut self, id: WakeId, jobs: &mut Vec<Job>) {
        let Some((owner, key)) = self.wakes.remove(&id) else {
            return;
        };
        if owner == Owner::App {
            self.own_wake(key, jobs);
        } else {
            self.deliver(owner, Event::Woke(key), jobs);
        }
    }
}

/// The host of an issuer, as people know it.
fn host(issuer: &str) -> String {
    let url = url::Url::parse(issuer).ok();
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| issuer.to_owned())
}
