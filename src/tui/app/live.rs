//! Live events: gathered for a blink, then handed to the screen in sight. Who has which ticket in sight, ourselves
//! included.

use std::time::Duration;

use super::layers::Layer;
use super::{App, Job, Owner};
use crate::domain::id::TicketId;
use crate::tui::flow::{Changes, Event, LiveNews, Route, Stream};
use crate::wire::events::{Change, Doing};

pub(super) const WAKE_LIVE: &str = "live";
/// Changes are gathered for so long, so that a burst is read once.
const BLINK: Duration = Duration::from_millis(40);
/// More than this at once, and what is in sight is read anew instead.
const MOST: usize = 200;

/// What the app keeps of live events.
#[derive(Debug, Default)]
pub(super) struct LiveState {
    /// Whether the run room was asked to listen.
    wanted: bool,
    waiting: Vec<Change>,
    /// Too much came, or it is not known what.
    anything: bool,
    /// What others were told that this person does.
    present: Option<(TicketId, Doing)>,
    /// Something was typed into the dialog that is open.
    typing: bool,
}

impl App {
    /// Somebody is signed in: they listen from now on.
    pub(super) fn listen(&mut self, jobs: &mut Vec<Job>) {
        if !std::mem::replace(&mut self.live.wanted, true) {
            jobs.push(Job::Listen(true));
        }
    }

    /// The gate is closed: nothing is told behind it.
    pub(super) fn stop_listening(&mut self, jobs: &mut Vec<Job>) {
        if std::mem::take(&mut self.live.wanted) {
            jobs.push(Job::Listen(false));
        }
        self.live.waiting.clear();
        self.live.anything = false;
        self.env.stream = Stream::Off;
        self.env.presences.clear();
    }

    pub(super) fn live_news(&mut self, news: LiveNews, jobs: &mut Vec<Job>) {
        if !self.live.wanted {
            // told before it was called off
            return;
        }
        match news {
            LiveNews::Open { whole } => {
                self.link(true, jobs);
                self.env.stream = Stream::Open;
                self.env.presences.clear();
                if !whole {
                    self.live.anything = true;
                    self.app_wake(BLINK, WAKE_LIVE, jobs);
                }
            }
            LiveNews::Cut => self.env.stream = Stream::Cut,
            LiveNews::Presence(one) => {
                let me = self.env.me.as_ref().map(|me| me.id);
                self.env.presences.take(one, me);
            }
            LiveNews::Change(change) => {
                if self.live.waiting.is_empty() && !self.live.anything {
                    self.app_wake(BLINK, WAKE_LIVE, jobs);
                }
                if self.live.waiting.len() < MOST {
                    self.live.waiting.push(*change);
                } else {
                    self.live.anything = true;
                }
            }
        }
    }

    /// The blink is over: the screen in sight hears what was gathered. The others read anew when they come back.
    pub(super) fn tell_changes(&mut self, jobs: &mut Vec<Job>) {
        let waiting = std::mem::take(&mut self.live.waiting);
        let changes = if std::mem::take(&mut self.live.anything) {
            Changes::Unknown
        } else {
            Changes::These(waiting)
        };
        if self.gate.is_some() {
            return;
        }
        if let Some(id) = self.sides.top().map(|kept| kept.id) {
            self.deliver(Owner::Screen(id), Event::Changed(changes), jobs);
        }
    }

    /// Something was typed where it is not sent yet.
    pub(super) fn typed(&mut self) {
        self.live.typing =
            matches!(self.layers.last(), Some(Layer::Dialog { dialog, .. }) if dialog.wants_text());
    }

    /// Tells others which ticket the person has in sight, when that is another one than before.
    pub(super) fn watch_presence(&mut self, jobs: &mut Vec<Job>) {
        let in_dialog = self
            .layers
            .iter()
            .any(|layer| matches!(layer, Layer::Dialog { .. }));
        self.live.typing &= in_dialog;
        let doing = if self.live.typing {
            Doing::Types
        } else {
            Doing::Looks
        };
        let present = match self.sides.top().map(|kept| &kept.route) {
            Some(Route::Ticket { ticket }) if self.gate.is_none() => Some((*ticket, doing)),
            _ => None,
        };
        if present != self.live.present {
            self.live.present = present;
            jobs.push(Job::Present(present));
        }
    }
}
