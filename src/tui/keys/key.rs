//! One key press, and how it is spelled: `a`, `A`, `ctrl-r`, `alt-x`, `enter`, `space`, `f1`, `shift-tab`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode as Reported, KeyEvent, KeyEventKind, KeyModifiers};

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the key of that name")]
pub enum KeyCode {
    /// A character, with shift applied already.
    Char(char),
    /// F1 to F12.
    F(u8),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
}

/// One key press.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// Which key.
    pub code: KeyCode,
    /// With Ctrl.
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
    /// With Shift; never set for characters, which are upper case instead.
    pub shift: bool,
}

const NAMED: &[(&str, KeyCode)] = &[
    ("enter", KeyCode::Enter),
    ("esc", KeyCode::Esc),
    ("tab", KeyCode::Tab),
    ("backspace", KeyCode::Backspace),
    ("delete", KeyCode::Delete),
    ("insert", KeyCode::Insert),
    ("left", KeyCode::Left),
    ("right", KeyCode::Right),
    ("up", KeyCode::Up),
    ("down", KeyCode::Down),
    ("home", KeyCode::Home),
    ("end", KeyCode::End),
    ("pageup", KeyCode::PageUp),
    ("pagedown", KeyCode::PageDown),
    ("space", KeyCode::Char(' ')),
    ("minus", KeyCode::Char('-')),
    // other names, read but never written
    ("return", KeyCode::Enter),
    ("escape", KeyCode::Esc),
    ("pgup", KeyCode::PageUp),
    ("pgdn", KeyCode::PageDown),
    ("del", KeyCode::Delete),
    ("ins", KeyCode::Insert),
];

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub const fn plain(code: KeyCode) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
            shift: false,
        }
    }

    /// A character.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(KeyCode::Char(c))
    }

    /// The key with Ctrl.
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self {
            ctrl: true,
            ..Self::char(c)
        }
    }

    /// What a terminal reported; `None` for releases and for keys that the desk does not know.
    #[must_use]
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let held = |modifier| event.modifiers.contains(modifier);
        Some(Self::held(
            code_of(event.code)?,
            held(KeyModifiers::CONTROL),
            held(KeyModifiers::ALT),
            held(KeyModifiers::SHIFT) || event.code == Reported::BackTab,
        ))
    }

    /// A key with what was held down beside it.
    ///
    /// Letters are as they are typed: `A`, not shift and `a`; with Ctrl in lower case, as not every terminal tells
    /// them apart. Where Ctrl and Alt make a sign together (AltGr on some keyboards), it is that sign.
    #[must_use]
    pub fn held(code: KeyCode, ctrl: bool, alt: bool, shift: bool) -> Self {
        let mut key = Self {
            code,
            ctrl,
            alt,
            shift,
        };
        if let KeyCode::Char(c) = key.code {
            if key.ctrl && key.alt && !c.is_alphanumeric() {
                (key.ctrl, key.alt) = (false, false);
            }
            let upper = key.shift && !key.ctrl;
            key.shift = false;
            key.code = KeyCode::Char(match (upper, key.ctrl) {
                (true, _) => c.to_uppercase().next().unwrap_or(c),
                (_, true) => c.to_ascii_lowercase(),
                _ => c,
            });
        }
        key
    }

    /// The character that the key inserts into a text field, if it does.
    #[must_use]
    pub fn inserts(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

fn code_of(code: Reported) -> Option<KeyCode> {
    Some(match code {
        Reported::Char(c) => KeyCode::Char(c),
        Reported::F(n @ 1..=12) => KeyCode::F(n),
        Reported::Enter => KeyCode::Enter,
        Reported::Esc => KeyCode::Esc,
        Reported::Tab | Reported::BackTab => KeyCode::Tab,
        Reported::Backspace => KeyCode::Backspace,
        Reported::Delete => KeyCode::Delete,
        Reported::Insert => KeyCode::Insert,
        Reported::Left => KeyCode::Left,
        Reported::Right => KeyCode::Right,
        Reported::Up => KeyCode::Up,
        Reported::Down => KeyCode::Down,
        Reported::Home => KeyCode::Home,
        Reported::End => KeyCode::End,
        Reported::PageUp => KeyCode::PageUp,
        Reported::PageDown => KeyCode::PageDown,
        _ => return None,
    })
}

/// A spelling that names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no key; write a character, a name such as `enter` or `f5`, with `ctrl-`, `alt-` or `shift-` before it"
)]
pub struct KeyError(pub String);

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut key = Self::plain(KeyCode::Esc);
        let mut rest = text;
        loop {
            if let Some(r) = rest.strip_prefix("ctrl-") {
                key.ctrl = true;
                rest = r;
            } else if let Some(r) = rest.strip_prefix("alt-") {
                key.alt = true;
                rest = r;
            } else if let Some(r) = rest.strip_prefix("shift-") {
                key.shift = true;
                rest = r;
            } else {
                break;
            }
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            (Some(c), None) => KeyCode::Char(c),
            (Some('f'), Some(_)) if rest[1..].parse::<u8>().is_ok_and(|n| (1..=12).contains(&n)) => {
                KeyCode::F(rest[1..].parse().unwrap_or(1))
            }
            _ => NAMED
                .iter()
                .find(|(name, _)| *name == rest)
                .map(|(_, code)| *code)
                .ok_or_else(|| KeyError(text.to_owned()))?,
        };
        if let (KeyCode::Char(c), true) = (key.code, key.shift) {
            key.shift = false;
            key.code = KeyCode::Char(c.to_uppercase().next().unwrap_or(c));
        }
        Ok(key)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (on, word) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if on {
                f.write_str(word)?;
            }
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "f{n}"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_read_back() {
        for spelling in [
            "a",
            "A",
            "ctrl-r",
            "alt-x",
            "enter",
            "space",
            "f12",
            "shift-tab",
            "minus",
            "?",
        ] {
            let key: Key = spelling.parse().expect(spelling);
            assert_eq!(key.to_string(), spelling);
        }
        assert_eq!("shift-a".parse::<Key>(), Ok(Key::char('A')));
        for wrong in ["", "ctrl-", "f13", "entre", "ab"] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn reports_of_terminals_become_keys() {
        use KeyModifiers as M;
        for (code, modifiers, spelling) in [
            (Reported::Char('a'), M::NONE, "a"),
            (Reported::Char('A'), M::SHIFT, "A"),
            (Reported::Char('a'), M::SHIFT, "A"),
            (Reported::Char('S'), M::CONTROL | M::SHIFT, "ctrl-s"),
            (Reported::Char('@'), M::CONTROL | M::ALT, "@"),
            (Reported::Char('x'), M::ALT, "alt-x"),
            (Reported::Char(' '), M::NONE, "space"),
            (Reported::BackTab, M::NONE, "shift-tab"),
            (Reported::BackTab, M::SHIFT, "shift-tab"),
            (Reported::F(2), M::NONE, "f2"),
            (Reported::PageDown, M::NONE, "pagedown"),
        ] {
            let key = Key::from_event(&KeyEvent::new(code, modifiers)).expect("a key");
            assert_eq!(key.to_string(), spelling);
        }
        let mut released = KeyEvent::new(Reported::Enter, M::NONE);
        released.kind = KeyEventKind::Release;
        assert_eq!(Key::from_event(&released), None);
        assert_eq!(Key::from_event(&KeyEvent::new(Reported::CapsLock, M::NONE)), None);
        assert_eq!("pgdn".parse(), Ok(Key::plain(KeyCode::PageDown)));
    }
}
