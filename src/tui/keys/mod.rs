//! Key spelling, contexts, and the one command table.

mod command;
mod key;
mod keymap;
mod place;

pub use command::{Command, Context};
pub use key::{Key, KeyCode, KeyError};
pub use keymap::{Keymap, KeymapError, Resolution, spell};
