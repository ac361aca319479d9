//! Carries events to whoever they are for, and performs the effects that come back.

use std::collections::VecDeque;
use std::time::Duration;

use super::layers::Layer;
use super::stack::Kept;
use super::{App, Asked, Job, Owner, WakeId};
use crate::tui::flow::{DraftAsk, Effect, Event, Fact, Reply, RequestId, Root, Route, Toast, WakeKey};

/// More effects than this in one go are a fault of a screen; the rest is dropped.
const MOST: usize = 2_000;

impl App {
    /// Hands an event to its owner and performs all that follows from it.
    pub(super) fn deliver(&mut self, owner: Owner, event: Event, jobs: &mut Vec<Job>) {
        let mut queue: VecDeque<(Owner, Effect)> = VecDeque::new();
        self.hand(owner, event, &mut queue);
        self.perform(queue, jobs);
    }

    fn hand(&mut self, owner: Owner, event: Event, queue: &mut VecDeque<(Owner, Effect)>) {
        let ctx = self.env.ctx();
        let effects = match owner {
            Owner::Screen(id) => {
                let kept = match &mut self.gate {
                    Some(gate) if gate.id == id => Some(gate),
                    _ => self.sides.get_mut(id),
                };
                kept.map(|kept| kept.screen.update(event, &ctx))
            }
            Owner::Dialog(wanted) => self
                .layers
                .iter_mut()
                .find_map(|layer| match layer {
                    Layer::Dialog { id, dialog } if *id == wanted => Some(dialog),
                    _ => None,
                })
                .map(|dialog| dialog.update(event, &ctx)),
            Owner::App => None,
        };
        queue.extend(effects.into_iter().flatten().map(|effect| (owner, effect)));
    }

    pub(super) fn perform(&mut self, mut queue: VecDeque<(Owner, Effect)>, jobs: &mut Vec<Job>) {
        let mut done = 0;
        while let Some((owner, effect)) = queue.pop_front() {
            done += 1;
            if done > MOST {
                break;
            }
            self.perform_one(owner, effect, &mut queue, jobs);
        }
    }

    fn perform_one(
        &mut self,
        owner: Owner,
        effect: Effect,
        queue: &mut VecDeque<(Owner, Effect)>,
        jobs: &mut Vec<Job>,
    ) {
        match effect {
            Effect::Api(id, call) => {
                let action = call.intent().map(|intent| intent.verb);
                self.owners.insert(id, Asked { owner, action });
                jobs.push(Job::Api(id, call));
            }
            Effect::Cancel(id) => {
                if self.owners.get(&id).is_some_and(|asked| asked.action.is_none()) {
                    self.owners.remove(&id);
                    jobs.push(Job::Cancel(id));
                }
            }
            Effect::Push(route) => self.push(route, queue, jobs),
            Effect::Replace(route) => {
                if let Some(gone) = self.sides.take_top() {
                    self.forget(Owner::Screen(gone.id), jobs);
                }
                self.push(route, queue, jobs);
            }
            Effect::Pop => self.pop(queue, jobs),
            Effect::Go(root) => self.go(root, queue, jobs),
            Effect::Open(dialog) => {
                let id = self.new_id();
                self.layers.push(Layer::Dialog { id, dialog });
                self.hand(Owner::Dialog(id), Event::Opened, queue);
            }
            Effect::Close => self.close(owner, jobs),
            Effect::Publish(fact) => {
                if let (Fact::Available(status), Some(me)) = (&fact, &mut self.env.me) {
                    me.availability = *status;
                }
                if let Fact::TokenChanged(done) = &fact {
                    self.env.memory.note((**done).clone());
                }
                let mut everyone: Vec<Owner> = self.sides.all().map(|kept| Owner::Screen(kept.id)).collect();
                everyone.retain(|other| *other != owner);
                everyone.insert(0, owner);
                for one in everyone {
                    self.hand(one, Event::Happened(fact.clone()), queue);
                }
            }
            Effect::Tell(told) => {
                if let Some(id) = self.sides.top().map(|kept| kept.id) {
                    self.hand(Owner::Screen(id), Event::Told(told), queue);
                }
            }
            Effect::Draft(ask) => {
                if let DraftAsk::Keep { key, .. } = &ask {
                    // until it is told, it is not known to be kept
                    self.env.memory.note_draft(key.clone(), None);
                }
                jobs.push(Job::Draft(ask));
            }
            Effect::Remember(what) => self.env.memory.keep(what),
            Effect::Toast(toast) if self.is_behind_the_gate(owner) => self.hold(toast),
            Effect::Toast(toast) => self.say_toast(toast, jobs),
            Effect::Copy { text, what } => jobs.push(Job::Copy { text, what }),
            Effect::OpenUrl(url) => jobs.push(Job::OpenUrl(url)),
            Effect::HandOver(id, url) => {
                self.owners.insert(id, Asked { owner, action: None });
                jobs.push(Job::HandOver(id, url));
            }
            Effect::Wake { after, key } => self.wake(owner, after, key, jobs),
            Effect::Unwake(key) => self.unwake(owner, key, jobs),
            Effect::SignIn(ask) => jobs.push(Job::SignIn(ask)),
            Effect::SignOut => self.sign_out(jobs),
            Effect::Lock => self.lock(false, jobs),
            Effect::Quit => self.quit(jobs),
        }
    }

    fn open(&mut self, route: Route) -> Kept {
        let screen = (self.factory)(&route, &self.env.ctx());
        let id = self.new_id();
        Kept { id, route, screen }
    }

    fn push(&mut self, route: Route, queue: &mut VecDeque<(Owner, Effect)>, jobs: &mut Vec<Job>) {
        if let Some(top) = self.sides.top()
            && top.route == route
        {
            let id = top.id;
            return self.hand(Owner::Screen(id), Event::Resumed, queue);
        }
        let kept = self.open(route);
        let id = kept.id;
        if let Some(gone) = self.sides.push(kept) {
            self.forget(Owner::Screen(gone.id), jobs);
        }
        self.hand(Owner::Screen(id), Event::Opened, queue);
    }

    fn pop(&mut self, queue: &mut VecDeque<(Owner, Effect)>, jobs: &mut Vec<Job>) {
        if let Some(gone) = self.sides.pop() {
            self.forget(Owner::Screen(gone.id), jobs);
            if let Some(id) = self.sides.top().map(|kept| kept.id) {
                self.hand(Owner::Screen(id), Event::Resumed, queue);
            }
        }
    }

    fn go(&mut self, root: Root, queue: &mut VecDeque<(Owner, Effect)>, jobs: &mut Vec<Job>) {
        if self.sides.side() == root && self.sides.top().is_some() {
            let gone = self.sides.pop_to_bottom();
            for kept in &gone {
                self.forget(Owner::Screen(kept.id), jobs);
            }
            if gone.is_empty() {
                return;
            }
        } else {
            self.sides.turn(root);
        }
        match self.sides.top().map(|kept| kept.id) {
            Some(id) => self.hand(Owner::Screen(id), Event::Resumed, queue),
            None => self.push(root.route(), queue, jobs),
        }
    }

    /// Opens the first screen of a side.
    pub(super) fn open_root(&mut self, root: Root, jobs: &mut Vec<Job>) {
        self.act(vec![Effect::Go(root)], jobs);
    }

    /// Performs effects of the app's own.
    pub(super) fn act(&mut self, effects: Vec<Effect>, jobs: &mut Vec<Job>) {
        let queue = effects.into_iter().map(|effect| (Owner::App, effect)).collect();
        self.perform(queue, jobs);
    }

    /// Tells the screen on top that the person is back.
    pub(super) fn resume(&mut self, jobs: &mut Vec<Job>) {
        if let Some(id) = self.sides.top().map(|kept| kept.id) {
            self.deliver(Owner::Screen(id), Event::Resumed, jobs);
        }
    }

    fn close(&mut self, owner: Owner, jobs: &mut Vec<Job>) {
        let mut closed = Vec::new();
        self.layers.retain(|layer| match (layer, owner) {
            (Layer::Dialog { id, .. }, Owner::Dialog(wanted)) if *id == wanted => {
                closed.push(*id);
                false
            }
            (Layer::Dialog { id, .. }, Owner::Screen(_)) => {
                closed.push(*id);
                false
            }
            _ => true,
        });
        for id in closed {
            self.forget(Owner::Dialog(id), jobs);
        }
    }

    /// Whoever is gone needs no answers and no wakes any more; only actions are still waited for, by the app.
    pub(super) fn forget(&mut self, owner: Owner, jobs: &mut Vec<Job>) {
        let mut cancelled: Vec<RequestId> = Vec::new();
        self.owners.retain(|id, asked| {
            if asked.owner != owner {
                return true;
            }
            if asked.action.is_some() {
                asked.owner = Owner::App;
                return true;
            }
            cancelled.push(*id);
            false
        });
        cancelled.sort_unstable();
        jobs.extend(cancelled.into_iter().map(Job::Cancel));
        let mut woken: Vec<WakeId> = self
            .wakes
            .iter()
            .filter(|(_, (whose, _))| *whose == owner)
            .map(|(id, _)| *id)
            .collect();
        woken.sort_unstable();
        for id in woken {
            self.wakes.remove(&id);
            jobs.push(Job::Unwake(id));
        }
    }

    pub(super) fn wake(&mut self, owner: Owner, after: Duration, key: WakeKey, jobs: &mut Vec<Job>) {
        self.unwake(owner, key, jobs);
        let id = WakeId(self.new_id());
        self.wakes.insert(id, (owner, key));
        jobs.push(Job::Wake { after, id });
    }

    fn unwake(&mut self, owner: Owner, key: WakeKey, jobs: &mut Vec<Job>) {
        let found = self
            .wakes
            .iter()
            .find(|(_, asked)| **asked == (owner, key))
            .map(|(id, _)| *id);
        if let Some(id) = found {
            self.wakes.remove(&id);
            jobs.push(Job::Unwake(id));
        }
    }

    pub(super) fn reply(&mut self, id: RequestId, reply: Reply, jobs: &mut Vec<Job>) {
        if reply.is_ok() {
            self.backend_was_heard();
        }
        let Some(reply) = self.alive_reply(id, reply, jobs) else {
            return;
        };
        let Some(reply) = self.own_reply(id, reply, jobs) else {
            return;
        };
        let Some(asked) = self.owners.remove(&id) else {
            return;
        };
        if let Err(error) = &reply
            && super::is_session_end(error)
        {
            self.session_ended(&error.sentence(), jobs);
        }
        match (asked.owner, asked.action) {
            (Owner::App, Some(verb)) => self.orphan(verb, &reply, jobs),
            (owner, _) => self.deliver(owner, Event::Reply(id, reply), jobs),
        }
    }

    /// Whether this belongs to what the gate hides.
    fn is_behind_the_gate(&self, owner: Owner) -> bool {
        self.gate
            .as_ref()
            .is_some_and(|gate| owner != Owner::Screen(gate.id))
    }

    /// An action was answered after its dialog had gone.
    fn orphan(&mut self, verb: &str, reply: &Reply, jobs: &mut Vec<Job>) {
        let words = &self.env.words;
        let doing = crate::tui::flow::doing(words, verb);
        let toast = match reply {
            Ok(_) => Toast::good(words.with("app-action-done", &[("doing", &doing)])),
            Err(error) => {
                let why = error.sentence();
                Toast::error(words.with("app-action-failed", &[("doing", &doing), ("why", &why)]))
            }
        };
        if self.gate.is_some() {
            return self.hold(toast);
        }
        self.say_toast(toast, jobs);
        self.resume(jobs);
    }

    pub(super) fn progress(&mut self, id: RequestId, done: u64, all: u64, jobs: &mut Vec<Job>) {
        if let Some(owner) = self.owners.get(&id).map(|asked| asked.owner) {
            self.deliver(owner, Event::Progress(id, done, all), jobs);
        }
    }

    pub(super) fn delayed(&mut self, id: RequestId, words: String, jobs: &mut Vec<Job>) {
        let Some(owner) = self.owners.get(&id).map(|asked| asked.owner) else {
            return;
        };
        if owner == Owner::App && self.gate.is_some() {
            return;
        }
        if owner == Owner::App {
            self.say_toast(Toast::warning(words), jobs);
        } else {
            self.deliver(owner, Event::Delayed(id, words), jobs);
        }
    }
}
