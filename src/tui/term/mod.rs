//! The terminal: one owner of its modes, keys in, frames out, clipboard and links. With `tui/keys` the only room that
//! knows crossterm.

mod clipboard;
mod decode;
mod diff;
mod guard;
mod hyperlink;
mod input;
mod links;
mod painter;
mod pictures;
mod probe;
mod scroll;
mod sgr;
mod signals;
mod sixel;
#[cfg_attr(not(unix), path = "source_events.rs")]
mod source;

pub use clipboard::{Clipboard, Way};
pub use guard::{Guard, NotATerminal};
pub use hyperlink::Hyperlinks;
pub use input::Input;
pub use links::open_url;
pub use painter::Painter;
pub use pictures::{Pictures, Protocol, Wanted};
pub use probe::Place;
pub(crate) use signals::stop;
pub use signals::{Signal, Signals};
pub use source::Inputs;
