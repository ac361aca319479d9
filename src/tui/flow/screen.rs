//! What a screen is, and what a dialog is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::ctx::Ctx;
use super::effect::Effect;
use super::event::Event;
use super::picture::Placed;
use super::route::ScreenKind;
use crate::tui::keys::{Command, Context};

/// Whether a command can be given now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    /// Yes.
    Enabled,
    /// No, and why: shown dimmed, and the reason is said when its key is pressed.
    Dimmed(String),
}

impl From<Result<(), String>> for Availability {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Enabled,
            Err(why) => Self::Dimmed(why),
        }
    }
}

/// An address as it stands on the screen, for terminals that let people follow it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hyperlink {
    /// The address.
    pub url: String,
    /// Where it is drawn: pieces of rows, in order.
    pub places: Vec<Rect>,
}

/// The answer to `=`: why something is as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// What is explained.
    pub title: String,
    /// Why, line by line; long lines are wrapped.
    pub lines: Vec<String>,
}

/// A full screen: state, update, view, and its words. The app draws banner, crumbs, actions and toasts around it.
///
/// A screen that is left stays in memory as it is, and is shown again exactly so.
pub trait Screen {
    /// What sort of screen it is.
    fn kind(&self) -> ScreenKind;

    /// Its part of the path on line 2, such as the customer's name.
    fn crumb(&self, ctx: &Ctx<'_>) -> String;

    /// Reacts to an event. Pure: everything that reaches outside is in the effects.
    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect>;

    /// Draws itself into `area` (lines 4 to the last but one). Gives back where the text cursor stands, if a text
    /// field in the area has the focus.
    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position>;

    /// Draws the question (a query line, a counter) at the left of the last line. The toast stands at its right, or
    /// over it where there is no room. Gives back where the text cursor stands, if it has the focus.
    fn question(&mut self, _area: Rect, _buf: &mut Buffer, _ctx: &Ctx<'_>) -> Option<Position> {
        None
    }

    /// Itself in words, for `--linear`: where, focus, what changed, keys. Never a revealed value.
    fn say(&self, ctx: &Ctx<'_>) -> Vec<String>;

    /// The contexts whose keys work now, innermost first. The app adds the global ones.
    fn contexts(&self) -> Vec<Context>;

    /// The commands that can be given here, in the order of the action line.
    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)>;

    /// What a command is called here, where its own label says too little.
    fn label(&self, _command: Command, _ctx: &Ctx<'_>) -> Option<String> {
        None
    }

    /// Whether a text field has the focus: letters go to it then, not to the commands.
    fn wants_text(&self) -> bool {
        false
    }

    /// The thing under the cursor explained, for `=`.
    fn explain(&self, _ctx: &Ctx<'_>) -> Option<Explanation> {
        None
    }

    /// The right half of line 2: what stays in sight, such as the ticket that the work is done for.
    fn context_line(&self, _ctx: &Ctx<'_>) -> Option<String> {
        None
    }

    /// The picture that it shows, as it was drawn last.
    fn picture(&self) -> Option<Placed> {
        None
    }

    /// Whether something typed would be lost by leaving; the app asks before.
    fn has_unsaved(&self, _: &Ctx<'_>) -> bool {
        false
    }
}

/// A layer on top of the screen: a confirmation, a form, a picker. It gets all events until it asks to be closed.
pub trait Dialog: std::fmt::Debug {
    /// What it asks or shows, in a few words.
    fn title(&self, ctx: &Ctx<'_>) -> String;

    /// Reacts to an event; [`Effect::Close`] closes it. `Command::Back` arrives as an event: an empty dialog closes.
    fn update(&mut self, event: Event, ctx: &Ctx<'_>) -> Vec<Effect>;

    /// Draws itself into the middle of `area`, the whole space between line 3 and the last line, after clearing what
    /// it covers. Gives back where the text cursor stands.
    fn view(&mut self, area: Rect, buf: &mut Buffer, ctx: &Ctx<'_>) -> Option<Position>;

    /// Itself in words, for `--linear`.
    fn say(&self, ctx: &Ctx<'_>) -> Vec<String>;

    /// The contexts whose keys work now, innermost first. No others work while it is open.
    fn contexts(&self) -> Vec<Context>;

    /// The commands that can be given here.
    fn commands(&self, ctx: &Ctx<'_>) -> Vec<(Command, Availability)>;

    /// Whether a text field has the focus.
    fn wants_text(&self) -> bool {
        false
    }

    /// The address that it shows, as it was drawn last.
    fn hyperlink(&self) -> Option<Hyperlink> {
        None
    }
}
