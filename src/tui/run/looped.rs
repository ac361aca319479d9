//! The loop itself, the same for the screen and for lines.

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Post;
use super::setup::DeskError;
use super::work::{Own, PATIENCE, Worker};
use crate::domain::time::{Clock, Moment, SystemClock};
use crate::tui::app::{App, Job, Msg};
use crate::tui::flow::Toast;
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
    /// Listened to before the terminal is taken over, so that none is lost.
    pub signals: Signals,
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
        let first = self.app.update(Msg::Started, clock.now());
        // the first frame before the first byte over the network
        self.surface.show(&mut self.app)?;
        let mut flow = self.own(first)?;
        let mut woken_by_us = false;
        let mut pace = Pace::new(&clock);
        while flow == Flow::On {
            let wake = self.worker.next_wake();
            let look = self.app.watches_clock().then(|| Instant::now() + LOOK);
            let mut jobs = Vec::new();
            tokio::select! {
                biased;
                signal = self.signals.next() => match signal {
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
                () = sleep_until(look) => {}
            }
            if pace.jumped(Instant::now(), clock.now()) {
                jobs.extend(self.app.update(Msg::ClockJumped, clock.now()));
            }
            woken_by_us |= jobs.contains(&Job::Suspend);
            if self.own(jobs)? == Flow::Leave {
                flow = Flow::Leave;
            }
            if flow == Flow::On {
                self.surface.show(&mut self.app)?;
            }
        }
        if self.worker.acting() > 0 {
            let toast = Toast::info(self.worker.waiting_words());
            self.app.update(Msg::Say(toast), clock.now());
            // the desk is being left: if the terminal is gone, nobody reads it
            let _ = self.surface.show(&mut self.app);
        }
        self.wait_for_actions(&clock).await;
        self.worker.settle().await;
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

/// Timers stand still while a machine sleeps: this often it is looked whether one did, as long as that matters.
const LOOK: Duration = Duration::from_secs(30);
/// The machine's clock is ahead of the program's by more than chance and corrections make it.
const JUMP: i64 = 5;

/// Holds the machine's clock against the one that runs while the program does.
#[derive(Debug)]
struct Pace {
    ran: Instant,
    clock: Moment,
}

impl Pace {
    fn new(clock: &SystemClock) -> Self {
        Self {
            ran: Instant::now(),
            clock: clock.now(),
        }
    }

    /// Whether the machine's clock went on much further than the program ran, since this was asked last.
    fn jumped(&mut self, ran: Instant, clock: Moment) -> bool {
        let ran_for = ran.saturating_duration_since(self.ran).as_secs();
        let passed = clock.seconds_since(self.clock);
        (self.ran, self.clock) = (ran, clock);
        passed.saturating_sub(i64::try_from(ran_for).unwrap_or(i64::MAX)) > JUMP
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpListener;

    use futures_util::FutureExt;

    use super::*;
    use crate::config::Config;
    use crate::tui::flow::Ids;
    use crate::tui::run::setup::DeskSetup;
    use crate::tui::term::Signals;

    /// Counts frames, and asks what must hold before the first one.
    struct Counter {
        frames: usize,
        backend: TcpListener,
        at_frame: Box<dyn Fn(usize)>,
    }

    impl Surface for Counter {
        type Input = Msg;

        fn messages(&mut self, input: Msg, _: &App) -> Vec<Msg> {
            vec![input]
        }

        fn show(&mut self, _: &mut App) -> std::io::Result<()> {
            if self.frames == 0 {
                let called = self.backend.accept().map(|_| ()).map_err(|error| error.kind());
                assert_eq!(
                    called,
                    Err(ErrorKind::WouldBlock),
                    "a byte went out before the first frame"
                );
            }
            self.frames += 1;
            (self.at_frame)(self.frames);
            Ok(())
        }

        fn bytes(&mut self, _: &[u8]) -> std::io::Result<()> {
            Ok(())
        }

        fn forget(&mut self) {}

        fn suspend(&mut self) -> std::io::Result<()> {
            Ok(())
        }

        fn resumed(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_machine_that_slept_shows_by_its_clock() {
        let (start, wall) = (Instant::now(), Moment::EPOCH);
        let mut pace = Pace {
            ran: start,
            clock: wall,
        };
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        assert!(!pace.jumped(at(30), wall.plus_seconds(30)));
        assert!(!pace.jumped(at(60), wall.plus_seconds(63)), "a small correction");
        assert!(pace.jumped(at(61), wall.plus_seconds(3_600)), "an hour of sleep");
        assert!(!pace.jumped(at(62), wall.plus_seconds(3_601)), "told once");
        assert!(!pace.jumped(at(63), wall), "a clock that was set back");
    }

    fn app() -> App {
        let setup = crate::tui::app::Setup {
            theme: crate::tui::theme::Theme::default(),
            words: crate::text::words::Words::english(),
            keymap: crate::tui::keys::Keymap::default(),
            zone: jiff::tz::TimeZone::UTC,
            size: ratatui::layout::Size::new(80, 24),
            linear: false,
            pictures: false,
            ids: Ids::fixed(),
        };
        App::new(setup, Box::new(crate::tui::screens::open))
    }

    #[tokio::test]
    async fn a_hundred_keys_in_one_go_make_one_frame_and_the_first_frame_comes_before_the_first_byte() {
        let backend = TcpListener::bind("127.0.0.1:0").expect("a port");
        backend.set_nonblocking(true).expect("set");
        let mut config = Config::default();
        config.backend.url = format!("http://{}", backend.local_addr().expect("an address"));
        let (typed, inputs) = mpsc::unbounded_channel();
        for _ in 0..100 {
            typed
                .send(Msg::Key("down".parse().expect("a key")))
                .expect("open");
        }
        let (leave, frames) = (typed.clone(), std::rc::Rc::new(std::cell::Cell::new(0)));
        let seen = frames.clone();
        let at_frame = Box::new(move |frame| {
            seen.set(frame);
            if frame == 2 {
                leave.send(Msg::Terminate).expect("open");
            }
        });
        let (worker, inbox) = Worker::new(DeskSetup {
            config,
            state_dir: None,
            linear: false,
            demo: None,
            passphrase: None,
        })
        .expect("set up");
        // nothing but the keys may draw here: what tasks tell stays out
        let (_nobody, silent) = mpsc::unbounded_channel();
        drop(inbox);
        let inputs = Box::pin(futures_util::stream::unfold(inputs, |mut inputs| async move {
            inputs.recv().await.map(|input| (input, inputs))
        }));
        let surface = Counter {
            frames: 0,
            backend,
            at_frame,
        };
        let signals = Signals::listen().expect("listens");
        let desk = Desk {
            app: app(),
            surface,
            inputs,
            worker,
            inbox: silent,
            signals,
        };
        desk.run(|inputs| inputs.next().now_or_never().flatten())
            .await
            .expect("ends");
        assert_eq!(frames.get(), 2, "one at the start, one for a hundred keys");
    }
}
