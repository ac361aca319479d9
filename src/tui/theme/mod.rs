//! Roles of colour, the theme files that fill them, and signs. A theme names meanings, not places.

mod color;
mod file;
mod role;
mod sign;

#[cfg(test)]
mod tests;

use std::path::Path;

use ratatui::style::{Color, Modifier, Style};

pub use color::{Depth, at_depth, contrast};
pub use file::{ThemeError, shipped};
pub use role::Role;
pub use sign::{Sign, ascii_only};

/// How each role looks, at the depth of the terminal; and whether signs are plain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    styles: [Style; role::COUNT],
    depth: Depth,
    ascii: bool,
}

impl Default for Theme {
    /// The dark theme, in all colours.
    fn default() -> Self {
        // a test keeps the files that come with the program whole
        Self::load("default", None, Depth::Rgb).unwrap_or_else(|_| Self::mono())
    }
}

impl Theme {
    /// Without any colour: attributes alone.
    #[must_use]
    pub fn mono() -> Self {
        let mut styles = [Style::new(); role::COUNT];
        for role in Role::all() {
            styles[role as usize] = Style::new().add_modifier(attributes(role));
        }
        Self {
            styles,
            depth: Depth::Mono,
            ascii: false,
        }
    }

    /// The theme that `choice` names: one that comes with the program ([`shipped`]), the path of a file, or the name
    /// of a file in `folder`. At [`Depth::Mono`] every theme is [`Theme::mono`], once it has been read.
    ///
    /// # Errors
    /// When there is no such theme, or what is wrong with its file or one that it inherits from, with the line.
    pub fn load(choice: &str, folder: Option<&Path>, depth: Depth) -> Result<Self, ThemeError> {
        if choice == "mono" {
            return Ok(Self::mono());
        }
        let styles = file::styles(choice, folder, depth)?;
        if depth == Depth::Mono {
            return Ok(Self::mono());
        }
        Ok(Self {
            styles,
            depth,
            ascii: false,
        })
    }

    /// The same with signs in ASCII, or not.
    #[must_use]
    pub fn with_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// Whether signs are in ASCII; lines of borders are then, too.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.ascii
    }

    /// How many colours it uses.
    #[must_use]
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The look of a role. Without a ground of its own it stands on what is below it.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The text of a sign.
    #[must_use]
    pub fn sign(&self, sign: Sign) -> &'static str {
        sign.text(self.ascii)
    }

    /// Sign and look of a token's state, by the state's word.
    #[must_use]
    pub fn state(&self, word: &str) -> (&'static str, Style) {
        let sign = Sign::of_state(word).map_or(" ", |sign| self.sign(sign));
        (sign, self.style(Role::of_state(word)))
    }

    /// Sign and look of a ticket's priority, by the priority's word.
    #[must_use]
    pub fn priority(&self, word: &str) -> (&'static str, Style) {
        let sign = Sign::of_priority(word).map_or(" ", |sign| self.sign(sign));
        (sign, self.style(Role::of_priority(word)))
    }

    /// The colours that a role is read in, in front and behind, once it stands on the ground of [`Role::Text`].
    #[must_use]
    pub fn read_in(&self, role: Role) -> (Color, Color) {
        let text = self.style(Role::Text);
        let style = self.style(role);
        let fg = style.fg.or(text.fg).unwrap_or(Color::Reset);
        let bg = style.bg.or(text.bg).unwrap_or(Color::Reset);
        if style.add_modifier.contains(Modifier::REVERSED) {
            (bg, fg)
        } else {
            (fg, bg)
        }
    }
}

/// What a role looks like without colour.
fn attributes(role: Role) -> Modifier {
    match role {
        Role::Dimmed | Role::Border | Role::Placeholder => Modifier::DIM,
        Role::Key | Role::Title | Role::Brand | Role::Focus | Role::Accent | Role::Error => Modifier::BOLD,
        Role::Header => Modifier::UNDERLINED,
        Role::Banner | Role::Selection => Modifier::REVERSED,
        Role::Test | Role::Production => Modifier::REVERSED.union(Modifier::BOLD),
        Role::Input => Modifier::UNDERLINED,
        Role::StateDisputed | Role::PriorityHigh | Role::PriorityUrgent => Modifier::BOLD,
        _ => Modifier::empty(),
    }
}
