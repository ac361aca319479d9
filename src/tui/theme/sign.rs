//! Signs beside the words, so that nothing is told by colour alone; each with a plain form for terminals that have
//! none but ASCII.

/// A sign of one column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the sign for what its name says")]
pub enum Sign {
    StateActive,
    StateShared,
    StateUsed,
    StateExpired,
    StateDisputed,
    StateRemoved,
    PriorityLow,
    PriorityMedium,
    PriorityHigh,
    PriorityUrgent,
    Good,
    Info,
    Warning,
    Error,
    /// Before the row under the cursor.
    Marker,
    /// Before a row that somebody marked.
    Marked,
    /// In the head of a column: small values first.
    Rising,
    /// In the head of a column: large values first.
    Falling,
    /// Between the parts of a path.
    Into,
    /// Before a field that is masked.
    Masked,
    /// Before a message that the customer can read.
    Public,
    /// Before a note that stays inside.
    Internal,
    Live,
    Offline,
    /// Between things that stand beside each other.
    Between,
}

impl Sign {
    /// The sign, in ASCII if asked.
    #[must_use]
    pub fn text(self, ascii: bool) -> &'static str {
        let (rich, plain) = match self {
            Self::StateActive | Self::Live => ("●", "*"),
            Self::StateShared => ("⇄", ">"),
            Self::StateUsed | Self::Good => ("✓", "+"),
            Self::StateExpired | Self::Offline => ("○", "o"),
            Self::StateDisputed => ("⚑", "?"),
            Self::StateRemoved | Self::Error => ("✗", "x"),
            Self::PriorityLow => ("↓", "-"),
            Self::PriorityMedium | Self::Between => ("·", "."),
            Self::PriorityHigh => ("↑", "^"),
            Self::PriorityUrgent => ("‼", "!"),
            Self::Info => ("ℹ", "i"),
            Self::Warning => ("!", "!"),
            Self::Marker => ("▌", ">"),
            Self::Marked => ("◆", "#"),
            Self::Rising => ("▴", "^"),
            Self::Falling => ("▾", "v"),
            Self::Into => ("›", ">"),
            Self::Masked => ("▒", "#"),
            Self::Public => ("◇", "o"),
            Self::Internal => ("◆", "#"),
        };
        if ascii { plain } else { rich }
    }

    /// The sign of a token's state, by the state's word.
    #[must_use]
    pub fn of_state(word: &str) -> Option<Self> {
        Some(match word {
            "active" => Self::StateActive,
            "shared" => Self::StateShared,
            "used" => Self::StateUsed,
            "expired" => Self::StateExpired,
            "disputed" => Self::StateDisputed,
            "removed" => Self::StateRemoved,
            _ => return None,
        })
    }

    /// The sign of a ticket's priority, by the priority's word.
    #[must_use]
    pub fn of_priority(word: &str) -> Option<Self> {
        Some(match word {
            "low" => Self::PriorityLow,
            "medium" => Self::PriorityMedium,
            "high" => Self::PriorityHigh,
            "urgent" => Self::PriorityUrgent,
            _ => return None,
        })
    }
}

/// Whether the environment says that the terminal shows only ASCII: a locale with another encoding than UTF-8, or the
/// console of Linux, whose font has few signs.
#[must_use]
pub fn ascii_only(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &&str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(set)
        .unwrap_or_default();
    let encoding = locale
        .split_once('.')
        .map(|(_, encoding)| encoding.to_ascii_lowercase());
    let other =
        encoding.is_some_and(|encoding| !encoding.starts_with("utf-8") && !encoding.starts_with("utf8"));
    other || variable("TERM").as_deref() == Some("linux")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::width::width;

    #[test]
    fn signs_are_one_column_and_those_of_a_kind_differ() {
        let kinds: [&[Option<Sign>]; 3] = [
            &["active", "shared", "used", "expired", "disputed", "removed"].map(Sign::of_state),
            &["low", "medium", "high", "urgent"].map(Sign::of_priority),
            &[
                Sign::Good,
                Sign::Info,
                Sign::Warning,
                Sign::Error,
                Sign::Marker,
                Sign::Masked,
            ]
            .map(Some),
        ];
        for ascii in [false, true] {
            for kind in kinds {
                let texts: Vec<&str> = kind.iter().map(|sign| sign.expect("known").text(ascii)).collect();
                assert!(texts.iter().all(|text| width(text) == 1), "{texts:?}");
                assert!(!ascii || texts.iter().all(|text| text.is_ascii()), "{texts:?}");
                let different: std::collections::BTreeSet<&str> = texts.iter().copied().collect();
                assert_eq!(different.len(), texts.len(), "{texts:?}");
            }
        }
    }

    #[test]
    fn the_locale_tells_the_signs() {
        for (value, ascii) in [
            ("en_US.UTF-8", false),
            ("de_DE.utf8@euro", false),
            ("C", false),
            ("", false),
            ("de_DE.ISO-8859-1", true),
        ] {
            let get = |name: &str| (name == "LANG").then(|| value.to_owned());
            assert_eq!(ascii_only(get), ascii, "{value}");
        }
    }
}
