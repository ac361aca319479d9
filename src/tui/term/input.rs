//! What comes from the terminal: keys, pasted text, sizes.

use ratatui::layout::Size;

use crate::tui::keys::Key;

/// Something that the person or the terminal did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Pasted text: line ends are `\n`, control characters are gone.
    Paste(String),
    /// The window came to the front (`true`), or another one did.
    Focus(bool),
    /// The terminal has another size.
    Resized(Size),
    /// The terminal is gone.
    Gone,
}
