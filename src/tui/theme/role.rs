//! What a piece of the screen means.

/// What a piece of the screen means; a theme says how that looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(usize)]
pub enum Role {
    /// Plain text, and the ground that everything stands on.
    Text,
    /// Less important text.
    Muted,
    /// Something that cannot be used now. Told by more than colour: it stands in brackets or says why.
    Dimmed,
    /// What draws the eye: counts, matches, links.
    Accent,
    /// The name of the desk's brand.
    Brand,
    /// Names of keys.
    Key,
    /// Titles.
    Title,
    /// Heads of columns.
    Header,
    /// The banner on line 1.
    Banner,
    /// A test environment, on the banner.
    Test,
    /// The real environment, on the banner.
    Production,
    /// Borders.
    Border,
    /// The border of the pane that has the focus, and the marker of the row under the cursor.
    Focus,
    /// The row or thing under the cursor.
    Selection,
    /// What is typed.
    Input,
    /// What stands in an empty field.
    Placeholder,
    /// It worked; usable.
    Good,
    /// Worth knowing.
    Info,
    /// Careful.
    Warning,
    /// Failed or forbidden.
    Error,
    /// A token that can be used.
    StateActive,
    /// A token that was handed on.
    StateShared,
    /// A token that was redeemed.
    StateUsed,
    /// A token whose last moment has passed.
    StateExpired,
    /// A token with an open dispute.
    StateDisputed,
    /// A token that was taken out.
    StateRemoved,
    /// A ticket for when there is time.
    PriorityLow,
    /// A ticket in turn.
    PriorityMedium,
    /// A ticket before others.
    PriorityHigh,
    /// A ticket for now.
    PriorityUrgent,
}

/// Each role, its name in theme files, and the role that it looks like where a theme says nothing.
const TABLE: &[(Role, &str, Role)] = {
    use Role::{
        Accent, Banner, Border, Brand, Dimmed, Error, Focus, Good, Header, Info, Input, Key, Muted,
        Placeholder, PriorityHigh, PriorityLow, PriorityMedium, PriorityUrgent, Production, Selection,
        StateActive, StateDisputed, StateExpired, StateRemoved, StateShared, StateUsed, Test, Text, Title,
        Warning,
    };
    &[
        (Text, "text", Text),
        (Muted, "muted", Text),
        (Dimmed, "dimmed", Muted),
        (Accent, "accent", Text),
        (Brand, "brand", Accent),
        (Key, "key", Accent),
        (Title, "title", Text),
        (Header, "header", Title),
        (Banner, "banner", Text),
        (Test, "test", Banner),
        (Production, "production", Banner),
        (Border, "border", Muted),
        (Focus, "focus", Accent),
        (Selection, "selection", Text),
        (Input, "input", Text),
        (Placeholder, "placeholder", Muted),
        (Good, "good", Text),
        (Info, "info", Accent),
        (Warning, "warning", Text),
        (Error, "error", Warning),
        (StateActive, "state.active", Good),
        (StateShared, "state.shared", Info),
        (StateUsed, "state.used", Muted),
        (StateExpired, "state.expired", Warning),
        (StateDisputed, "state.disputed", Error),
        (StateRemoved, "state.removed", Muted),
        (PriorityLow, "priority.low", Muted),
        (PriorityMedium, "priority.medium", Text),
        (PriorityHigh, "priority.high", Warning),
        (PriorityUrgent, "priority.urgent", Error),
    ]
};

/// How many roles there are.
pub(super) const COUNT: usize = TABLE.len();

impl Role {
    /// All roles, each after the one that it falls back to.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(role, ..)| *role)
    }

    /// Its name in theme files.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The role of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        TABLE
            .iter()
            .find(|(_, known, _)| *known == name)
            .map(|(role, ..)| *role)
    }

    /// The role that it looks like where a theme says nothing.
    pub(super) fn fallback(self) -> Self {
        TABLE[self as usize].2
    }

    /// The role of a token's state, by the state's word; muted for words that are not known.
    #[must_use]
    pub fn of_state(word: &str) -> Self {
        Self::from_name(&format!("state.{word}")).unwrap_or(Self::Muted)
    }

    /// The role of a ticket's priority, by the priority's word; plain text for words that are not known.
    #[must_use]
    pub fn of_priority(word: &str) -> Self {
        Self::from_name(&format!("priority.{word}")).unwrap_or(Self::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_roles() {
        for (at, (role, name, fallback)) in TABLE.iter().enumerate() {
            assert_eq!(*role as usize, at, "{name}");
            assert_eq!(Role::from_name(name), Some(*role));
            assert!(
                (*fallback as usize) < at || at == 0,
                "{name} is filled before its fallback"
            );
        }
        assert_eq!(Role::of_state("disputed"), Role::StateDisputed);
        assert_eq!(Role::of_state("lent"), Role::Muted);
        assert_eq!(Role::of_priority("urgent"), Role::PriorityUrgent);
    }
}
