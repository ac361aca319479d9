//! What can lie on top of the screen. The topmost layer gets everything first.

use super::help::Help;
use super::palette::Palette;
use crate::tui::flow::{Dialog, Explanation};
use crate::tui::keys::{Key, KeyCode};

pub(super) enum Layer {
    /// A dialog of a screen.
    Dialog { id: u64, dialog: Box<dyn Dialog> },
    /// All commands by name.
    Palette(Palette),
    /// The keys that work here.
    Help(Help),
    /// Why something is as it is.
    Explain { explanation: Explanation, top: u16 },
    /// A question of the app itself.
    Ask(Asking),
}

/// A question that stands open. The safe answer has the focus at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Asking {
    pub question: Question,
    /// Whether the focus is on the verb, not on staying.
    pub on_verb: bool,
}

impl Asking {
    /// With the focus on staying.
    pub fn new(question: Question) -> Self {
        Self {
            question,
            on_verb: false,
        }
    }

    /// What a key means: the answer, once there is one.
    pub fn key(&mut self, key: Key) -> Option<bool> {
        match key.code {
            KeyCode::Enter => Some(self.on_verb),
            KeyCode::Esc | KeyCode::Char('n') => Some(false),
            KeyCode::Char('y') if !key.ctrl && !key.alt => Some(true),
            KeyCode::Left | KeyCode::Right | KeyCode::Tab => {
                self.on_verb = !self.on_verb;
                None
            }
            _ => None,
        }
    }
}

/// Questions of the app itself: `y` does what is asked; Enter and Esc do not, unless the focus was moved to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Leave the desk?
    Quit,
    /// Leave this screen although something typed would be lost?
    Leave(Leaving),
    /// End the session?
    SignOut,
}

/// How a screen is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    Back,
}

impl Question {
    /// What is asked, as a title and a line.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Quit => ("app-quit-title", "app-quit-line"),
            Self::Leave(_) => ("app-leave-title", "app-leave-line"),
            Self::SignOut => ("app-sign-out-title", "app-sign-out-line"),
        }
    }

    /// The verb that is asked about.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Quit => "app-quit-verb",
            Self::Leave(_) => "app-leave-verb",
            Self::SignOut => "app-sign-out-verb",
        }
    }
}
