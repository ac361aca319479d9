//! What can lie on top of the screen. The topmost layer gets everything first.

use super::help::Help;
use super::palette::Palette;
use crate::tui::flow::{Dialog, Explanation};

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
    Ask(Question),
}

/// Questions of the app itself. Enter does what is asked, Esc does not.
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

    /// The verb that Enter confirms.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Quit => "app-quit-verb",
            Self::Leave(_) => "app-leave-verb",
            Self::SignOut => "app-sign-out-verb",
        }
    }
}
