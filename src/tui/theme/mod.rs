//! Roles of colour and the theme files that fill them.

use ratatui::style::{Color, Modifier, Style};

/// What a piece of the screen means; a theme says how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Plain text.
    Text,
    /// Less important text.
    Muted,
    /// Something that cannot be used now.
    Dimmed,
    /// Names of keys.
    Key,
    /// Titles and brands.
    Title,
    /// The banner on line 1.
    Banner,
    /// The real environment, on the banner.
    Production,
    /// Borders.
    Border,
    /// The border of the pane that has the focus.
    Focus,
    /// The row or thing under the cursor.
    Selection,
    /// It worked; usable.
    Good,
    /// Worth knowing.
    Info,
    /// Careful.
    Warning,
    /// Failed or forbidden.
    Error,
}

/// How each role looks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Theme {
    mono: bool,
}

impl Theme {
    /// Without any colour: attributes alone.
    #[must_use]
    pub fn mono() -> Self {
        Self { mono: true }
    }

    /// The look of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        let plain = Style::new();
        let (style, color) = match role {
            Role::Text => (plain, None),
            Role::Muted => (plain, None),
            Role::Dimmed => (plain.add_modifier(Modifier::DIM), None),
            Role::Key => (plain.add_modifier(Modifier::BOLD), Some(Color::Cyan)),
            Role::Title => (plain.add_modifier(Modifier::BOLD), None),
            Role::Banner => (plain.add_modifier(Modifier::REVERSED), None),
            Role::Production => (
                plain.add_modifier(Modifier::REVERSED | Modifier::BOLD),
                Some(Color::Red),
            ),
            Role::Border => (plain.add_modifier(Modifier::DIM), None),
            Role::Focus => (plain.add_modifier(Modifier::BOLD), Some(Color::Cyan)),
            Role::Selection => (plain.add_modifier(Modifier::REVERSED), None),
            Role::Good => (plain, Some(Color::Green)),
            Role::Info => (plain, Some(Color::Cyan)),
            Role::Warning => (plain, Some(Color::Yellow)),
            Role::Error => (plain.add_modifier(Modifier::BOLD), Some(Color::Red)),
        };
        match color {
            Some(color) if !self.mono => style.fg(color),
            _ => style,
        }
    }
}
