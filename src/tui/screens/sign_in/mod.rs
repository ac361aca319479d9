//! Sign-in by device code: code and address first and readable, the QR code beside them where it fits, the time left,
//! and a warning against approving somebody else's sign-in.

mod qr;
mod view;

#[cfg(test)]
mod tests;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::time::Moment;
use crate::tui::flow::{
    Availability, Ctx, DemoPerson, Effect, Event, Screen, ScreenKind, SignInAsk, SignInState, WakeKey,
};
use crate::tui::keys::{Command, Context, Key, KeyCode};

/// The clock of the code: minutes, and seconds in the last one.
const CLOCK: WakeKey = "clock";
/// The code has been in sight for long enough.
const HIDE: WakeKey = "hide";
/// How long a code stays in sight without a key, and without the window in front: long enough to approve it in a browser
/// before this window.
const IN_SIGHT: Duration = Duration::from_secs(180);
const BEHIND: Duration = Duration::from_secs(60);

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Stage {
    /// Nothing to show yet.
    #[default]
    Starting,
    /// A code waits for approval.
    Code(Code),
    /// Approved: finding out who it is.
    Approved,
    /// Signed in from an earlier run: finding out who it is.
    Kept,
    /// The code is too old.
    Expired,
    /// Nobody waits for an approval any more.
    CalledOff,
    /// Locked: nothing is asked for until the person wants it.
    Locked {
        /// Because nobody was here, rather than by key.
        idle: bool,
    },
    /// Refused or impossible.
    Failed(String),
}

/// What the person needs to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Code {
    code: String,
    address: String,
    qr: Option<qr::Qr>,
    complete: String,
    expires_at: Moment,
}

/// The sign-in screen.
#[derive(Debug, Default)]
pub(super) struct SignIn {
    stage: Stage,
    /// Something worth knowing while waiting.
    note: Option<String>,
    /// In the demo: who can approve from here.
    people: Vec<DemoPerson>,
    /// The person under the cursor while one of them is chosen.
    choosing: Option<usize>,
    /// Whether the QR code has the whole screen.
    whole_qr: bool,
    /// Whether the code is out of sight, because nobody seems to be here.
    hidden: bool,
    /// When a key was pressed last.
    here: Option<Moment>,
}

impl SignIn {
    /// The screen of a locked desk.
    pub(super) fn locked(idle: bool) -> Self {
        Self {
            stage: Stage::Locked { idle },
            ..Self::default()
        }
    }

    fn hear(&mut self, state: SignInState, ctx: &Ctx<'_>) -> Vec<Effect> {
        let asleep = matches!(self.stage, Stage::CalledOff | Stage::Locked { .. });
        if asleep
            && !matches!(
                state,
                SignInState::Starting | SignInState::Approved | SignInState::Kept
            )
        {
            // news of the attempt that was called off
            return Vec::new();
        }
        self.note = None;
        match state {
            SignInState::Starting => self.stage = Stage::Starting,
            SignInState::Prompt {
                user_code,
                verification_uri,
                verification_uri_complete,
                expires_at,
                demo_people,
            } => {
                let complete = verification_uri_complete.unwrap_or_else(|| verification_uri.clone());
                self.people = demo_people;
                self.stage = Stage::Code(Code {
                    code: user_code,
                    address: verification_uri,
                    qr: qr::Qr::of(&complete),
                    complete,
                    expires_at,
                });
                let mut effects = self.clock(ctx);
                effects.extend(self.in_sight(IN_SIGHT, ctx));
                return effects;
            }
            SignInState::Trouble(words) | SignInState::NotApproved(words) => self.note = Some(words),
            SignInState::Approved => self.stage = Stage::Approved,
            SignInState::Kept => self.stage = Stage::Kept,
            SignInState::Expired => self.stage = Stage::Expired,
            SignInState::Failed(words) => self.stage = Stage::Failed(words),
        }
        if matches!(self.stage, Stage::Code(_)) {
            return Vec::new();
        }
        self.choosing = None;
        self.whole_qr = false;
        vec![Effect::Unwake(CLOCK), Effect::Unwake(HIDE)]
    }

    /// Shows the code for so long. Lines that were said stay said.
    fn in_sight(&mut self, after: Duration, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.hidden = false;
        if self.code().is_none() || ctx.linear {
            return Vec::new();
        }
        vec![Effect::Wake { after, key: HIDE }]
    }

    /// Nobody seems to be here: whoever passes by is not to read the code.
    fn out_of_sight(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        if self.code().is_none() {
            return Vec::new();
        }
        let unused = self.here.take().map(|here| ctx.now.seconds_since(here).max(0));
        let left = unused.map(|unused| IN_SIGHT.saturating_sub(Duration::from_secs(unused.unsigned_abs())));
        if let Some(left) = left.filter(|left| !left.is_zero()) {
            return self.in_sight(left, ctx);
        }
        (self.hidden, self.whole_qr, self.choosing) = (true, false, None);
        Vec::new()
    }

    /// A key was pressed.
    fn touched(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        self.here = Some(ctx.now);
        if self.hidden {
            self.in_sight(IN_SIGHT, ctx)
        } else {
            Vec::new()
        }
    }

    /// The window came to the front, or went.
    fn focus(&mut self, here: bool, ctx: &Ctx<'_>) -> Vec<Effect> {
        match (here, self.hidden) {
            (true, _) => self.in_sight(IN_SIGHT, ctx),
            (false, false) => self.in_sight(BEHIND, ctx),
            (false, true) => Vec::new(),
        }
    }

    /// Asks to be woken when the shown time changes next.
    fn clock(&mut self, ctx: &Ctx<'_>) -> Vec<Effect> {
        let Stage::Code(code) = &self.stage else {
            return Vec::new();
        };
        let left = code.expires_at.seconds_since(ctx.now);
        if left <= 0 {
            self.stage = Stage::Expired;
            self.choosing = None;
            self.whole_qr = false;
            return Vec::new();
        }
        let wait = if left > 60 { (left - 1) % 60 + 1 } else { 1 };
        vec![Effect::Wake {
            after: Duration::from_secs(wait.unsigned_abs()),
            key: CLOCK,
        }]
    }

    /// Whether there is something to call off.
    fn waits(&self) -> bool {
        matches!(self.stage, Stage::Starting | Stage::Code(_))
    }

    fn code(&self) -> Option<&Code> {
        match &self.stage {
            Stage::Code(code) => Some(code),
            _ => None,
        }
    }

    fn command(&mut self, command: Command) -> Vec<Effect> {
        match (command, self.code()) {
            (Command::CopyCode, Some(code)) => {
                vec![Effect::Copy {
                    text: code.code.clone(),
                    what: "code".to_owned(),
                }]
            }
            (Command::OpenBrowser, Some(code)) => vec![Effect::OpenUrl(code.complete.clone())],
            (Command::NewCode, _) => {
                self.stage = Stage::Starting;
                self.choosing = None;
                self.whole_qr = false;
                let news = Effect::SignIn(SignInAsk::NewCode);
                vec![Effect::Unwake(CLOCK), Effect::Unwake(HIDE), news]
            }
            (Command::ShowQr, Some(_)) => {
                self.whole_qr = !self.whole_qr;
                Vec::new()
            }
            (Command::DemoApprove, Some(_)) if !self.people.is_empty() => {
                self.choosing = if self.choosing.is_some() { None } else { Some(0) };
                self.whole_qr = false;
                Vec::new()
            }
            (Command::Back, _) if self.whole_qr || self.choosing.is_some() => {
                self.choosing = None;
                self.whole_qr = false;
                Vec::new()
            }
            (Command::Back, _) if self.waits() => {
                // the code goes from the screen at once
                self.stage = Stage::CalledOff;
                self.note = None;
                let off = Effect::SignIn(SignInAsk::CallOff);
                vec![Effect::Unwake(CLOCK), Effect::Unwake(HIDE), off]
            }
            _ => Vec::new(),
        }
    }

    /// A key while one of the demo's people is chosen: a digit approves at once, Enter the one under the cursor.
    fn choose(&mut self, key: Key) -> Vec<Effect> {
        let Some(at) = self.choosing else {
            return Vec::new();
        };
        let last = self.people.len().saturating_sub(1);
        let chosen = match key.code {
            KeyCode::Up => {
                self.choosing = Some(at.saturating_sub(1));
                None
            }
            KeyCode::Down => {
                self.choosing = Some((at + 1).min(last));
                None
            }
            KeyCode::Enter => Some(at),
            KeyCode::Char(c) => c
                .to_digit(10)
                .and_then(|n| usize::try_from(n).ok())
                .and_then(|n| n.checked_sub(1)),
            _ => None,
        };
        let Some(person) = chosen.and_then(|at| self.people.get(at)) else {
            return Vec::new();
        };
        self.choosing = None;
        vec![Effect::SignIn(SignInAsk::Approve {
            person: person.id.clone(),
        })]
    }
}

impl Screen for SignIn {
    fn kind(&self) -> ScreenKind {
        ScreenKind::SignIn
    }

    fn crumb(&self, ctx: &Ctx<'_>) -> String {
        ctx.words.get("signin-title")
    }

    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect> {
        match event {
            Event::Opened if matches!(self.stage, Stage::Locked { .. }) => Vec::new(),
            Event::Opened => vec![Effect::SignIn(SignInAsk::Start)],
            Event::SignIn(state) => self.hear(state, ctx),
            Event::Woke(CLOCK) => self.clock(ctx),
            Event::Woke(HIDE) => self.out_of_sight(ctx),
            Event::Focus(here) => self.focus(here, ctx),
            Event::Command(command) => {
                let mut effects = self.touched(ctx);
                effects.extend(self.command(command));
                effects
            }
            Event::Key(key) => {
                let mut effects = self.touched(ctx);
                effects.extend(self.choose(key));
                effects
            }
            _ => Vec::new(),
        }
    }

    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position> {
        view::draw(self, area, buf, ctx);
        None
    }

    fn say(&self, ctx: &Ctx<'_>) -> Vec<String> {
        view::say(self, ctx)
    }

    fn contexts(&self) -> Vec<Context> {
        vec![Context::SignIn]
    }

    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)> {
        let mut commands = Vec::new();
        let mut offer = |command| commands.push((command, Availability::Enabled));
        if self.code().is_some() {
            if !self.people.is_empty() {
                offer(Command::DemoApprove);
            }
            offer(Command::CopyCode);
            if self.code().is_some_and(|code| code.qr.is_some()) && !ctx.linear {
                offer(Command::ShowQr);
            }
            offer(Command::OpenBrowser);
        }
        if !matches!(self.stage, Stage::Approved | Stage::Kept) {
            offer(Command::NewCode);
        }
        if self.whole_qr || self.choosing.is_some() {
            offer(Command::Back);
        }
        offer(Command::Quit);
        if self.waits() && !self.whole_qr && self.choosing.is_none() {
            offer(Command::Back);
        }
        commands
    }
}
