//! The desk as a pure state machine: messages in, jobs out, a frame whenever asked. No input or output, no clock.
//!
//! From the bottom up: two sides with a stack of kept screens each, layers on top of the screen that is shown (dialogs,
//! palette, help), and the gate in front of everything (sign-in, or the screen for people without a role). A message
//! goes to the topmost thing that takes it; what that answers with is performed here as far as it concerns the desk
//! itself, and handed out as [`Job`]s as far as it concerns the world.

mod banner;
mod dispatch;
mod env;
mod frame;
mod gate;
mod help;
mod layers;
mod live;
mod lock;
mod paint;
mod palette;
mod perform;
mod say;
mod stack;

#[cfg(test)]
mod lock_tests;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::time::Duration;

use ratatui::layout::Size;

use crate::domain::time::Moment;
use crate::tui::flow::{
    ApiCall, CallError, Ctx, DraftAsk, Hyperlink, LiveNews, Placed, Reply, RequestId, Root, Route, Screen,
    ScreenKind, SignInAsk, SignInState, Toast, WakeKey,
};
use crate::tui::keys::{Command, Context, Key};

pub use env::Setup;

use env::Env;
use layers::Layer;
use stack::{Kept, Sides};

/// Smallest terminal that the desk can be used in.
pub const SMALLEST: Size = Size {
    width: 80,
    height: 24,
};

/// Something that happened to the desk.
#[derive(Debug, Clone, PartialEq)]
pub enum Msg {
    /// The first message: open the first screen.
    Started,
    /// A key was pressed.
    Key(Key),
    /// A command was given by its name.
    Command(Command),
    /// Text was pasted.
    Paste(String),
    /// The window came to the front (`true`), or another one did.
    Focus(bool),
    /// The machine's clock went on much further than this program ran: it slept, or the clock was set.
    ClockJumped,
    /// The terminal has another size.
    Resized(Size),
    /// A call was answered.
    Reply(RequestId, Reply),
    /// An action is still on its way; the words say so.
    Delayed(RequestId, String),
    /// A long call has come so far: rows done, and rows in all.
    Progress(RequestId, u64, u64),
    /// The time that a [`Job::Wake`] named has come.
    Woke(WakeId),
    /// How far the sign-in has come.
    SignIn(SignInState),
    /// The session is over and cannot be renewed: why.
    SessionEnded(String),
    /// How long the sign-in may still go unused, counting all windows of this machine; zero: lock now.
    Unused(Duration),
    /// The way to the backend was found (`true`) or lost.
    Link(bool),
    /// What came by the stream of live events.
    Live(LiveNews),
    /// A draft is kept as it was handed over, not yet, or (`None`) there is none any more.
    Draft {
        /// Under which key.
        key: String,
        /// Whether it is.
        kept: Option<bool>,
    },
    /// Something to say, such as where a copied text went.
    Say(Toast),
    /// The program was woken after a suspend, or the terminal was cleared by somebody: draw everything.
    Repaint,
    /// Leave without a question: a signal asked for it.
    Terminate,
}

/// Something that the run room does for the desk.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// Call the backend; post [`Msg::Reply`] with the same id.
    Api(RequestId, ApiCall),
    /// Nobody waits for this read any more.
    Cancel(RequestId),
    /// Put text on the clipboard and post a [`Msg::Say`] that tells which way it went.
    Copy {
        /// The text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Open an address in a browser where there is one.
    OpenUrl(String),
    /// Open an address, or copy it, and post what became of it as [`Msg::Reply`] with the same id.
    HandOver(RequestId, String),
    /// Post [`Msg::Woke`] after a while.
    Wake {
        /// After how long.
        after: Duration,
        /// Under which name.
        id: WakeId,
    },
    /// Forget a wake.
    Unwake(WakeId),
    /// Something about the sign-in.
    SignIn(SignInAsk),
    /// End the session here and at the issuer.
    SignOut,
    /// Lock the session: here, at the backend and at the issuer, so that a fresh sign-in is needed.
    Lock,
    /// The person is here: the sign-in is in use.
    Used,
    /// The desk's rule has been told: lock after so many minutes without use; 0: never.
    LockAfter(u32),
    /// This window was not used for that long: post [`Msg::Unused`] with how long others leave it.
    LockIfUnused,
    /// Open the stream of live events and post [`Msg::Live`], or close it.
    Listen(bool),
    /// Tell others which ticket the person has in sight and what they do with it, until told otherwise.
    Present(Option<(crate::domain::id::TicketId, crate::wire::events::Doing)>),
    /// Keep or forget a draft, however long it takes; post [`Msg::Draft`] about it.
    Draft(DraftAsk),
    /// Put the program to sleep, as a shell's job.
    Suspend,
    /// Draw every cell again.
    Repaint,
    /// Leave, after waiting for actions on their way.
    Quit,
}

/// Names a wake across the whole desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WakeId(pub u64);

/// Who asked for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A kept screen, or the gate's.
    Screen(u64),
    /// A dialog.
    Dialog(u64),
    /// The app itself.
    App,
}

/// The desk.
pub struct App {
    env: Env,
    factory: Factory,
    sides: Sides,
    gate: Option<Kept>,
    layers: Vec<Layer>,
    pending: Vec<Key>,
    which_key: bool,
    toast: Option<Toast>,
    owners: HashMap<RequestId, Asked>,
    wakes: HashMap<WakeId, (Owner, WakeKey)>,
    asked_me: Option<RequestId>,
    asked_desk: Option<RequestId>,
    signed_in_as: Option<crate::domain::id::AgentId>,
    tries: u32,
    next_id: u64,
    quitting: bool,
    used: lock::Use,
    /// What the third line shows while the cursor moves, and of which screen: it follows when the cursor rests.
    moving: Option<(u64, Offered)>,
    live: live::LiveState,
}

/// The commands that can be given, and those that cannot with the reason.
type Offered = Vec<(Command, crate::tui::flow::Availability)>;

/// An open request.
#[derive(Debug)]
struct Asked {
    owner: Owner,
    /// The verb of an action; `None` for a read.
    action: Option<&'static str>,
}

/// Opens the screen of a route.
pub type Factory = Box<dyn Fn(&Route, &Ctx<'_>) -> Box<dyn Screen>>;

impl App {
    /// A desk that has not started. `factory` opens screens; [`crate::tui::screens::open`] is the real one.
    #[must_use]
    pub fn new(setup: Setup, factory: Factory) -> Self {
        Self {
            env: Env::new(setup),
            factory,
            sides: Sides::default(),
            gate: None,
            layers: Vec::new(),
            pending: Vec::new(),
            which_key: false,
            toast: None,
            owners: HashMap::new(),
            wakes: HashMap::new(),
            asked_me: None,
            asked_desk: None,
            signed_in_as: None,
            tries: 0,
            next_id: 1,
            quitting: false,
            used: lock::Use::default(),
            moving: None,
            live: live::LiveState::default(),
        }
    }

    /// Takes a message and says what is to be done. `now` is the machine's time.
    pub fn update(&mut self, msg: Msg, now: Moment) -> Vec<Job> {
        self.env.tick(now);
        self.note_time(now);
        let mut jobs = Vec::new();
        let from_person = matches!(msg, Msg::Key(_) | Msg::Command(_) | Msg::Paste(_));
        if from_person && self.person_was_here(&mut jobs) {
            return jobs;
        }
        match msg {
            Msg::Started => self.start(&mut jobs),
            Msg::Key(key) => self.key(key, &mut jobs),
            Msg::Command(command) => self.command(command, &mut jobs),
            Msg::Paste(text) => self.paste(text, &mut jobs),
            Msg::Focus(here) => self.focus(here, &mut jobs),
            Msg::ClockJumped => self.lock_is_due(&mut jobs),
            Msg::Resized(size) => self.resized(size, &mut jobs),
            Msg::Reply(id, reply) => self.reply(id, reply, &mut jobs),
            Msg::Delayed(id, words) => self.delayed(id, words, &mut jobs),
            Msg::Progress(id, done, all) => self.progress(id, done, all, &mut jobs),
            Msg::Woke(id) => self.woke(id, &mut jobs),
            Msg::SignIn(state) => self.sign_in(state, &mut jobs),
            Msg::SessionEnded(words) => self.session_ended(&words, &mut jobs),
            Msg::Unused(Duration::ZERO) => self.lock(true, &mut jobs),
            Msg::Unused(left) => self.used_elsewhere(left, &mut jobs),
            Msg::Link(up) => self.link(up, &mut jobs),
            Msg::Live(news) => self.live_news(news, &mut jobs),
            Msg::Draft { key, kept } => self.env.memory.note_draft(key, kept),
            Msg::Say(toast) => self.say_toast(toast, &mut jobs),
            Msg::Repaint => jobs.push(Job::Repaint),
            Msg::Terminate => self.quit(&mut jobs),
        }
        self.watch_presence(&mut jobs);
        jobs
    }

    /// Whether the desk asked to be left.
    #[must_use]
    pub fn is_quitting(&self) -> bool {
        self.quitting
    }

    /// The sort of screen that is shown, under all layers.
    #[must_use]
    pub fn shown(&self) -> Option<ScreenKind> {
        self.screen().map(|kept| kept.screen.kind())
    }

    /// The screen that is shown: the gate, or the top of the present side.
    fn screen(&self) -> Option<&Kept> {
        self.gate.as_ref().or_else(|| self.sides.top())
    }

    /// The picture that is on the screen, unless something lies over it.
    #[must_use]
    pub fn picture(&self) -> Option<Placed> {
        let covered = self.gate.is_some() || !self.layers.is_empty() || self.which_key || self.is_too_small();
        // while a query is typed, the box with the ways to go on may lie over it
        let covered = covered || self.wants_text();
        // a toast that is longer than the last line takes lines of the screen
        let room = usize::from(self.env.size.width.saturating_sub(4));
        let covered = covered || self.toast.as_ref().is_some_and(|toast| toast.text.len() > room);
        self.sides.top().filter(|_| !covered)?.screen.picture()
    }

    /// The address that is on the screen.
    #[must_use]
    pub fn hyperlink(&self) -> Option<Hyperlink> {
        match self.layers.last() {
            Some(Layer::Dialog { dialog, .. }) if self.gate.is_none() => dialog.hyperlink(),
            _ => None,
        }
    }

    /// The contexts whose keys work now, innermost first.
    fn contexts(&self) -> Vec<Context> {
        if self.gate.is_none()
            && let Some(Layer::Dialog { dialog, .. }) = self.layers.last()
        {
            return dialog.contexts();
        }
        let mut contexts = self
            .screen()
            .map(|kept| kept.screen.contexts())
            .unwrap_or_default();
        if !contexts.contains(&Context::Global) {
            contexts.push(Context::Global);
        }
        contexts
    }

    fn new_id(&mut self) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    fn quit(&mut self, jobs: &mut Vec<Job>) {
        self.quitting = true;
        jobs.push(Job::Quit);
    }
}

/// What a call's failure means for the whole desk.
fn is_session_end(error: &CallError) -> bool {
    error.trouble == crate::tui::flow::Trouble::SignedOut
}

/// The commands that the app performs itself, whatever screen is shown.
const OWN: &[Command] = &[
    Command::Help,
    Command::Palette,
    Command::Explain,
    Command::Undo,
    Command::GoActivity,
    Command::GoApprovals,
    Command::GoSearch,
    Command::GoDashboard,
    Command::SetAvailability,
    Command::GoTokens,
    Command::GoPlans,
    Command::GoLookup,
    Command::GoTickets,
    Command::Lock,
    Command::SignOut,
    Command::Quit,
    Command::Suspend,
    Command::Repaint,
];

/// The sides by the command that leads there.
fn side_of(command: Command) -> Option<Root> {
    match command {
        Command::GoLookup => Some(Root::Accounts),
        Command::GoTickets => Some(Root::Tickets),
        _ => None,
    }
}
