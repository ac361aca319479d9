//! Widgets that know no ticket: they draw values with the roles of a theme, and every text passes the gate.
//!
//! State changes outside of drawing, by keys of this desk and by commands; drawing takes the state, an area and a
//! [`Look`], and gives back where the text cursor stands where there is one.
//!
//! | file | what |
//! |---|---|
//! | `stroke` | a line of cleaned text that fits, a wrapped block, words and roles in a row |
//! | `pane` | a border with a title; a box on top of everything |
//! | `facts` | names with their values, one below the other |
//! | `notice` | what stands where nothing else can: empty, loading, failed |
//! | `scroll` | lines that are longer than their place |
//! | `list` | the cursor of a list: by id, over a window of rows, with marks |
//! | `table` | columns, rows of a window, heads with sort marks |
//! | `chart` | bars, values over time, a gauge |
//! | `field`, `area` | one line and many lines of typed text |
//! | `query_line` | the field of the last line: error at its column, count at the right |

pub mod area;
pub mod chart;
pub mod facts;
pub mod field;
pub mod list;
pub mod notice;
pub mod pane;
pub mod query_line;
pub mod scroll;
pub mod stroke;
pub mod table;

#[cfg(test)]
pub(crate) mod testing;

use crate::text::words::Words;
use crate::tui::keys::Keymap;
use crate::tui::theme::{Role, Theme};
use ratatui::style::Style;

/// What widgets draw with.
#[derive(Debug, Clone, Copy)]
pub struct Look<'a> {
    /// Roles and signs.
    pub theme: &'a Theme,
    /// The widgets' own words.
    pub words: &'a Words,
    /// Keys by command, for hints.
    pub keymap: &'a Keymap,
}

impl<'a> Look<'a> {
    /// A look of these.
    #[must_use]
    pub fn new(theme: &'a Theme, words: &'a Words, keymap: &'a Keymap) -> Self {
        Self { theme, words, keymap }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.theme.style(role)
    }
}
