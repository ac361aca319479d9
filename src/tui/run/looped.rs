//! The loop itself, the same for the screen and for lines.

use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Post;
use super::setup::DeskError;
use super::work::{Own, PATIENCE, Worker};
use crate::domain::time::{Clock, SystemClock};
use crate::tui::app::{App, Job, Msg};
use crate::tui::term::{Signal, Signals};

/// What stands at the end of the loop: a screen, or lines.
pub(super) trait Surface {
    /// What comes in.
    type Input;
    /// The messages that an input means.
    fn messages(&mut self, input: Self::Input, app: &App) -> Vec<Msg>;
    /// Shows the desk as it is now.
    fn show(&mut self, app: &mut App) -> std::io::Result<()>;
    /// Sends bytes that are no part of a frame.
    fn bytes(&mut self, bytes: &[u8]) -> std::io::Result<()>;
    /// Forgets what is shown.
    fn forget(&mut self);
    /// Goes to sleep and comes back.
    fn suspend(&mut self) -> std::io::Result<()>;
    /// The program was continued by somebody else.
    fn resumed(&mut self) -> std::io::Result<()>;
}

/// The parts of a running desk.
pub(super) struct Desk<S, I> {
    pub app: App,
    pub surface: S,
    pub inputs: I,
    pub worker: Worker,
    pub inbox: mpsc::UnboundedReceiver<Post>,
}

/// How the loop goes on.
#[derive(PartialEq, Eq)]
enum Flow {
    On,
    Leave,
}

impl<S, I> Desk<S, I>
where
    S: Surface,
    I: Stream<Item = S::Input> + Unpin,
{
    /// Runs until the desk is left. `ready` gives further inputs that are there already.
    pub async fn run(mut self, ready: impl Fn(&mut I) -> Option<S::Input>) -> Result<usize, DeskError> {
        let clock = SystemClock;
        let mut signals = Signals::listen()?;
        let first = self.app.update(Msg::Started, clock.now());
        // the first frame before the first byte over the network
        self.surface.show(&mut self.app)?;
        let mut flow = self.own(first)?;
        let mut woken_by_us = false;
        while flow == Flow::On {
            let wake = self.worker.next_wake();
            let mut jobs = Vec::new();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    Signal::Leave => jobs.extend(self.app.update(Msg::Terminate, clock.now())),
                    Signal::Suspend => {
                        self.surface.suspend()?;
                        woken_by_us = true;
                    }
                    Signal::Resumed if std::mem::take(&mut woken_by_us) => {}
                    Signal::Resumed => self.surface.resumed()?,
                },
                input = self.inputs.next() => {
                    let mut next = input;
                    if next.is_none() {
                        jobs.extend(self.app.update(Msg::Terminate, clock.now()));
                    }
                    while let Some(input) = next {
                        for msg in self.surface.messages(input, &self.app) {
                            jobs.extend(self.app.update(msg, clock.now()));
                        }
                        next = ready(&mut self.inputs);
                    }
                }
                Some(post) = self.inbox.recv() => {
                    flow = self.posted(post, &clock)?;
                    while flow == Flow::On && let Ok(post) = self.inbox.try_recv() {
                        flow = self.posted(post, &clock)?;
                    }
                }
                () = sleep_until(wake) => {
                    for id in self.worker.due(Instant::now()) {
                        jobs.extend(self.app.update(Msg::Woke(id), clock.now()));
                    }
                }
            }
            woken_by_us |= jobs.contains(&Job::Suspend);
            if self.own(jobs)? == Flow::Leave {
                flow = Flow::Leave;
            }
            if flow == Flow::On {
                self.surface.show(&mut self.app)?;
            }
        }
        self.wait_for_actions(&clock).await;
        Ok(self.worker.open_intents())
    }

    fn posted(&mut self, post: Post, clock: &SystemClock) -> Result<Flow, DeskError> {
        let (own, bytes) = self.worker.take(post, &mut self.app, clock.now());
        if let Some(bytes) = bytes {
            self.surface.bytes(&bytes)?;
        }
        self.perform(own)
    }

    fn own(&mut self, jobs: Vec<Job>) -> Result<Flow, DeskError> {
        let own = self.worker.work(jobs);
        self.perform(own)
    }

    fn perform(&mut self, own: Vec<Own>) -> Result<Flow, DeskError> {
        for one in own {
            match one {
                Own::Suspend => self.surface.suspend()?,
                Own::Repaint => self.surface.forget(),
                Own::Quit => return Ok(Flow::Leave),
            }
        }
        Ok(Flow::On)
    }

    /// Actions on their way get a while to come to their end; the journal knows the rest.
    async fn wait_for_actions(&mut self, clock: &SystemClock) {
        let end = Instant::now() + PATIENCE;
        while self.worker.acting() > 0 {
            tokio::select! {
                biased;
                Some(post) = self.inbox.recv() => {
                    self.worker.take(post, &mut self.app, clock.now());
                }
                () = tokio::time::sleep_until(end) => return,
            }
        }
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
