//! From keys to commands: contexts innermost first, sequences of two or more keys, the person's own keys.

use std::collections::BTreeMap;

use super::command::{Command, Context, TOGETHER};
use super::key::{Key, KeyError};

/// What a sequence of keys means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// This command.
    Command(Command),
    /// The beginning of longer sequences: wait for the next key.
    Prefix,
    /// Nothing.
    Nothing,
}

/// Why somebody's own keys are refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No command has that name.
    #[error("ui.keys: there is no command `{0}`; the palette and the README list them")]
    UnknownCommand(String),
    /// Something that names no key.
    #[error("ui.keys.{command}: {error}")]
    Spelling {
        /// The command's name.
        command: &'static str,
        /// What is wrong.
        error: KeyError,
    },
    /// Two commands that work at the same time want the same keys.
    #[error(
        "ui.keys: `{keys}` is wanted by `{one}` and by `{other}`, which work at the same time; give one of them other \
         keys, or none with []"
    )]
    Conflict {
        /// The keys, spelled: the shorter of the two sequences.
        keys: String,
        /// A command's name.
        one: &'static str,
        /// Another's.
        other: &'static str,
    },
}

/// Which keys give which commands, by context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<Context, BTreeMap<Vec<Key>, Command>>,
    keys: BTreeMap<Command, Vec<Vec<Key>>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let mut keys = BTreeMap::new();
        for command in Command::ALL {
            let parsed = command.default_keys().iter().map(|spelling| sequence(spelling));
            // a test keeps the table's spellings right
            keys.insert(*command, parsed.filter_map(Result::ok).collect());
        }
        Self::of(keys)
    }
}

/// Reads a sequence: keys parted by spaces.
fn sequence(spelling: &str) -> Result<Vec<Key>, KeyError> {
    let keys: Vec<Key> = spelling
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err(KeyError(spelling.to_owned()));
    }
    Ok(keys)
}

/// Spells a sequence.
#[must_use]
pub fn spell(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

impl Keymap {
    fn of(keys: BTreeMap<Command, Vec<Vec<Key>>>) -> Self {
        let mut bindings: BTreeMap<Context, BTreeMap<Vec<Key>, Command>> = BTreeMap::new();
        for (command, sequences) in &keys {
            for sequence in sequences {
                bindings
                    .entry(command.context())
                    .or_default()
                    .insert(sequence.clone(), *command);
            }
        }
        Self { bindings, keys }
    }

    /// The default keys with somebody's own in the place of those of the commands that they name; an empty list
    /// leaves a command without keys (the palette still has it).
    ///
    /// # Errors
    /// Everything that is wrong: unknown commands, misspelled keys, keys that two commands would share.
    pub fn configured(own: &BTreeMap<String, Vec<String>>) -> Result<Self, Vec<KeymapError>> {
        let mut keys = Self::default().keys;
        let mut errors = Vec::new();
        for (name, spellings) in own {
            let Some(command) = Command::from_name(name) else {
                errors.push(KeymapError::UnknownCommand(name.clone()));
                continue;
            };
            let mut sequences = Vec::new();
            for spelling in spellings {
                match sequence(spelling) {
                    Ok(sequence) => sequences.push(sequence),
                    Err(error) => errors.push(KeymapError::Spelling {
                        command: command.name(),
                        error,
                    }),
                }
            }
            keys.insert(command, sequences);
        }
        errors.extend(conflicts(&keys));
        if errors.is_empty() {
            Ok(Self::of(keys))
        } else {
            Err(errors)
        }
    }

    /// What `keys` means in these contexts; the first context that knows it decides. Where a single text field has
    /// the focus ([`Context::Text`] first), keys that insert something mean nothing: they are the field's.
    #[must_use]
    pub fn resolve(&self, contexts: &[Context], keys: &[Key]) -> Resolution {
        let typing = contexts.first() == Some(&Context::Text);
        if typing && keys.first().is_some_and(|key| key.inserts().is_some()) {
            return Resolution::Nothing;
        }
        for context in contexts {
            let Some(map) = self.bindings.get(context) else {
                continue;
            };
            if let Some(command) = map.get(keys) {
                return Resolution::Command(*command);
            }
            if map
                .keys()
                .any(|bound| bound.len() > keys.len() && bound.starts_with(keys))
            {
                return Resolution::Prefix;
            }
        }
        Resolution::Nothing
    }

    /// All ways on from `keys` in these contexts: the rest of each sequence and its command.
    #[must_use]
    pub fn continuations(&self, contexts: &[Context], keys: &[Key]) -> Vec<(Vec<Key>, Command)> {
        let mut found: Vec<(Vec<Key>, Command)> = Vec::new();
        for context in contexts {
            for (bound, command) in self.bindings.get(context).into_iter().flatten() {
                if bound.len() > keys.len()
                    && bound.starts_with(keys)
                    && !found
                        .iter()
                        .any(|(rest, _)| rest.as_slice() == &bound[keys.len()..])
                {
                    found.push((bound[keys.len()..].to_vec(), *command));
                }
            }
        }
        found
    }

    /// The keys of a command, spelled; the one to show in hints first.
    #[must_use]
    pub fn keys_of(&self, command: Command) -> Vec<String> {
        self.sequences(command).map(spell).collect()
    }

    /// The key sequences of a command, the one to show in hints first.
    pub fn sequences(&self, command: Command) -> impl Iterator<Item = &[Key]> {
        self.keys.get(&command).into_iter().flatten().map(Vec::as_slice)
    }

    /// The key to show in hints; the command's name behind the palette's key where it has none.
    #[must_use]
    pub fn hint(&self, command: Command) -> String {
        let first = |command| self.sequences(command).next().map(spell);
        first(command).unwrap_or_else(|| {
            let palette = first(Command::Palette).unwrap_or_default();
            format!("{palette}{}", command.name())
        })
    }

    /// The whole table in Markdown, by context: for the README.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for context in Context::ALL {
            out.push_str(&format!(
                "**{}**\n\n| keys | command | what it does |\n|---|---|---|\n",
                context.title()
            ));
            for command in Command::ALL.iter().filter(|command| command.context() == context) {
                let keys: Vec<String> = self
                    .keys_of(*command)
                    .iter()
                    .map(|keys| format!("`{keys}`"))
                    .collect();
                out.push_str(&format!(
                    "| {} | `{}` | {} |\n",
                    keys.join(" "),
                    command.name(),
                    command.doc()
                ));
            }
            out.push('\n');
        }
        out
    }
}

/// Keys that two commands would share where both work, one for each pair.
fn conflicts(keys: &BTreeMap<Command, Vec<Vec<Key>>>) -> Vec<KeymapError> {
    let mut found = Vec::new();
    for (one, ones) in keys {
        for (other, others) in keys.range(one..).skip(1) {
            let meet = TOGETHER
                .iter()
                .any(|line| line.contains(&one.context()) && line.contains(&other.context()));
            if !meet {
                continue;
            }
            let shared = ones.iter().find_map(|a| {
                let b = others.iter().find(|b| a.starts_with(b) || b.starts_with(a))?;
                Some(if a.len() <= b.len() { a } else { b })
            });
            if let Some(keys) = shared {
                found.push(KeymapError::Conflict {
                    keys: spell(keys),
                    one: one.name(),
                    other: other.name(),
                });
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(spelling: &str) -> Vec<Key> {
        spelling.split(' ').map(|k| k.parse().expect("a key")).collect()
    }

    fn own(pairs: &[(&str, &[&str])]) -> Result<Keymap, Vec<KeymapError>> {
        let owned = |(name, keys): &(&str, &[&str])| {
            ((*name).to_owned(), keys.iter().map(|k| (*k).to_owned()).collect())
        };
        Keymap::configured(&pairs.iter().map(owned).collect())
    }

    #[test]
    fn inner_contexts_win_and_sequences_wait() {
        let map = Keymap::default();
        let here = [Context::Tickets, Context::List, Context::Global];
        assert_eq!(map.resolve(&here, &keys("t")), Resolution::Prefix);
        assert_eq!(
            map.resolve(&here, &keys("t c")),
            Resolution::Command(Command::TicketClose)
        );
        assert_eq!(
            map.resolve(&here, &keys("g g")),
            Resolution::Command(Command::First)
        );
        assert_eq!(
            map.resolve(&here, &keys("g t")),
            Resolution::Command(Command::GoTickets)
        );
        assert_eq!(map.resolve(&[Context::Global], &keys("t")), Resolution::Nothing);
        assert_eq!(
            map.resolve(&[Context::SignIn, Context::Global], &keys("n")),
            Resolution::Command(Command::NewCode)
        );
        let ways: Vec<Command> = map
            .continuations(&here, &keys("g"))
            .into_iter()
            .map(|(_, c)| c)
            .collect();
        for way in [
            Command::First,
            Command::GoLookup,
            Command::GoTickets,
            Command::Lock,
        ] {
            assert!(ways.contains(&way), "{way:?}");
        }
    }

    #[test]
    fn text_fields_get_letters_first() {
        let map = Keymap::default();
        let here = [Context::Text, Context::Tokens, Context::List, Context::Global];
        for letter in ["a", "x", "space", "G", "?", ":"] {
            assert_eq!(map.resolve(&here, &keys(letter)), Resolution::Nothing, "{letter}");
        }
        for (key, command) in [
            ("ctrl-n", Command::NewTicket),
            ("esc", Command::LeaveText),
            ("enter", Command::Submit),
            ("down", Command::Newer),
            ("pagedown", Command::PageDown),
            ("f1", Command::Help),
        ] {
            assert_eq!(map.resolve(&here, &keys(key)), Resolution::Command(command));
        }
    }

    #[test]
    fn the_table_is_sound() {
        let map = Keymap::default();
        assert_eq!(conflicts(&map.keys), [], "two commands share a key");
        for command in Command::ALL {
            assert_eq!(
                map.keys_of(*command),
                command.default_keys(),
                "{}",
                command.name()
            );
            assert_eq!(Command::from_name(command.name()), Some(*command));
            assert!(
                command.doc().ends_with('.') && command.doc().len() < 80,
                "{}",
                command.name()
            );
            for (at, spelling) in command.default_keys().iter().enumerate() {
                for taken in [
                    "ctrl-h", "ctrl-i", "ctrl-j", "ctrl-k", "ctrl-l", "ctrl-m", "ctrl-a", "ctrl-b",
                ] {
                    assert!(
                        !spelling.contains(taken),
                        "{taken} belongs to terminals and multiplexers"
                    );
                }
                assert!(
                    !command.default_keys()[..at].contains(spelling),
                    "{spelling} twice"
                );
            }
        }
        let named: std::collections::BTreeSet<Context> =
            TOGETHER.iter().copied().flatten().copied().collect();
        assert_eq!(
            named.len(),
            Context::ALL.len(),
            "every context is held against the others"
        );
    }

    #[test]
    fn own_keys_take_the_place_of_the_defaults() {
        let map = own(&[("quit", &["ctrl-x ctrl-c"]), ("copy", &[])]).expect("no conflict");
        let here = [Context::Global];
        assert_eq!(map.resolve(&here, &keys("Q")), Resolution::Nothing);
        assert_eq!(map.resolve(&here, &keys("ctrl-x")), Resolution::Prefix);
        assert_eq!(
            map.resolve(&here, &keys("ctrl-x ctrl-c")),
            Resolution::Command(Command::Quit)
        );
        assert_eq!(map.hint(Command::Quit), "ctrl-x ctrl-c");
        assert_eq!(map.hint(Command::Copy), ":copy");
        assert!(map.keys_of(Command::Copy).is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_name() {
        let errors =
            own(&[("qiut", &["x"]), ("back", &["entre"]), ("add-token", &["x"])]).expect_err("wrong");
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(said[0].contains("ui.keys.back: `entre` is no key"), "{said:?}");
        assert!(said[1].contains("no command `qiut`"), "{said:?}");
        assert!(
            said[2].contains("`x`") && said[2].contains("`add-token`") && said[2].contains("`remove-token`")
        );
        assert!(
            own(&[("filter", &["t"])]).is_err(),
            "a key that begins a sequence"
        );
        assert!(
            own(&[("copy-code", &["x"])]).is_ok(),
            "they never work at the same time"
        );
        assert!(own(&[("quit", &["  "])]).is_err(), "no keys at all");
    }

    #[test]
    fn the_readme_table_has_every_command() {
        let table = Keymap::default().markdown();
        assert!(table.contains("| `t c` | `ticket-close` | Close the ticket with a resolution. |"));
        assert_eq!(
            table.lines().filter(|line| line.starts_with("| `")).count(),
            Command::ALL.len()
        );
    }
}
