//! What a screen wants to happen: values, performed by the app and the run room.

use std::collections::BTreeMap;
use std::time::Duration;

use super::call::ApiCall;
use super::event::{Fact, Told};
use super::memory::Remember;
use super::pending::RequestId;
use super::route::{Root, Route};
use super::screen::Dialog;

/// Something that a screen or dialog wants to happen.
#[derive(Debug)]
pub enum Effect {
    /// Call the backend; the answer comes as an event with the same id, to whoever asked.
    Api(RequestId, ApiCall),
    /// Nobody waits for this read any more. Actions cannot be called off.
    Cancel(RequestId),
    /// Open a screen on top of this one.
    Push(Route),
    /// Open a screen in the place of this one.
    Replace(Route),
    /// Back to the screen below; nothing at the bottom.
    Pop,
    /// Go to a side of the desk, as it was left; when already there, to its first screen.
    Go(Root),
    /// Open a dialog on top of everything.
    Open(Box<dyn Dialog>),
    /// Close the dialog that asks for it (for a screen: all dialogs).
    Close,
    /// Tell every kept screen that something changed.
    Publish(Fact),
    /// Tell the screen under the dialog what was chosen in it.
    Tell(Told),
    /// Remember something for as long as the desk runs.
    Remember(Remember),
    /// Keep what is typed at the backend, or forget it. Outlives whoever asks.
    Draft(DraftAsk),
    /// Say something on the last line.
    Toast(Toast),
    /// Put text on the clipboard. The toast that follows tells which way it went.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the toast: "code", "reference".
        what: String,
    },
    /// Open an address in a browser where there is one.
    OpenUrl(String),
    /// Open an address in a browser where there is one, else copy it; what became of it comes as
    /// [`Answer::Handed`](super::Answer::Handed) with the same id.
    HandOver(RequestId, String),
    /// Wake this screen after a while, under this name. A later wake of the same name takes its place.
    Wake {
        /// After how long.
        after: Duration,
        /// Under which name.
        key: WakeKey,
    },
    /// Forget a wake that was asked for.
    Unwake(WakeKey),
    /// Something about the sign-in. For the sign-in screen.
    SignIn(SignInAsk),
    /// End the session here and at the issuer, then show the sign-in.
    SignOut,
    /// Hide everything and ask for a fresh sign-in, keeping all screens.
    Lock,
    /// Leave. Actions on their way are waited for, within a limit.
    Quit,
}

/// What becomes of a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftAsk {
    /// It is kept, in the place of what was kept before.
    Keep {
        /// Under which key.
        key: String,
        /// What was typed, by field.
        fields: BTreeMap<String, String>,
    },
    /// It is forgotten.
    Forget {
        /// Under which key.
        key: String,
    },
}

/// Name of a wake. Unique within the screen that asks for it.
pub type WakeKey = &'static str;

/// What the sign-in screen can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignInAsk {
    /// Use the kept session if there is one, else ask for a code.
    Start,
    /// Ask for another code.
    NewCode,
    /// Wait for no approval any more.
    CallOff,
    /// In the demo: approve the code as this person, through the same steps as the browser.
    Approve {
        /// See [`DemoPerson`](super::DemoPerson).
        person: String,
    },
}

/// A line that is said on the last line for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub tone: Tone,
    /// The line. Cleaned when it is drawn.
    pub text: String,
}

/// How a line is meant. Told by a sign and a word, not by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Good,
    /// Worth knowing.
    Info,
    /// It was not done, or not as asked.
    Warning,
    /// It failed.
    Error,
}

impl Toast {
    /// It worked.
    #[must_use]
    pub fn good(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Good,
            text: text.into(),
        }
    }

    /// Worth knowing.
    #[must_use]
    pub fn info(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Info,
            text: text.into(),
        }
    }

    /// Not done, or not as asked.
    #[must_use]
    pub fn warning(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Warning,
            text: text.into(),
        }
    }

    /// Failed.
    #[must_use]
    pub fn error(text: impl Into<String>) -> Self {
        Self {
            tone: Tone::Error,
            text: text.into(),
        }
    }
}
