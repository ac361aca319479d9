//! The terminal: one owner of its modes, keys in, frames out, clipboard and links. With `tui/keys` the only room that
//! knows crossterm.

mod clipboard;
mod decode;
mod diff;
mod guard;
mod input;
mod links;
mod painter;
mod probe;
mod scroll;
mod sgr;
mod signals;
#[cfg_attr(not(unix), path = "source_events.rs")]
mod source;

pub use clipboard::{Clipboard, Way};
pub use guard::{Guard, NotATerminal};
pub use input::Input;
pub use links::open_url;
pub use painter::Painter;
pub use probe::Place;
pub(crate) use signals::stop;
pub use signals::{Signal, Signals};
pub use source::Inputs;
