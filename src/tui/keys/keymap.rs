//! From keys to commands: contexts innermost first, sequences of two or more keys.

use std::collections::BTreeMap;

use super::command::{Command, Context};
use super::key::Key;

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

/// Which keys give which commands, by context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: BTreeMap<Context, BTreeMap<Vec<Key>, Command>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let mut bindings: BTreeMap<Context, BTreeMap<Vec<Key>, Command>> = BTreeMap::new();
        for command in Command::ALL {
            for spelling in command.default_keys() {
                let keys: Result<Vec<Key>, _> = spelling.split(' ').map(str::parse).collect();
                if let Ok(keys) = keys {
                    bindings
                        .entry(command.context())
                        .or_default()
                        .insert(keys, *command);
                }
            }
        }
        Self { bindings }
    }
}

impl Keymap {
    /// What `keys` means in these contexts; the first context that knows it decides.
    #[must_use]
    pub fn resolve(&self, contexts: &[Context], keys: &[Key]) -> Resolution {
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

    /// The keys of a command, spelled; the first of the table first.
    #[must_use]
    pub fn keys_of(&self, command: Command) -> Vec<String> {
        let mut spelled: Vec<String> = self
            .bindings
            .get(&command.context())
            .into_iter()
            .flatten()
            .filter(|(_, bound)| **bound == command)
            .map(|(keys, _)| keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" "))
            .collect();
        let order = command.default_keys();
        spelled.sort_by_key(|keys| order.iter().position(|k| k == keys).unwrap_or(usize::MAX));
        spelled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(spelling: &str) -> Vec<Key> {
        spelling.split(' ').map(|k| k.parse().expect("a key")).collect()
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
        assert_eq!(map.resolve(&[Context::Global], &keys("t")), Resolution::Nothing);
        assert_eq!(
            map.resolve(&[Context::SignIn, Context::Global], &keys("n")),
            Resolution::Command(Command::NewCode)
        );
    }

    #[test]
    fn every_default_is_spelled_well_and_bound_once_in_its_context() {
        for command in Command::ALL {
            for spelling in command.default_keys() {
                for key in spelling.split(' ') {
                    assert!(key.parse::<Key>().is_ok(), "{spelling}");
                }
            }
            let mut wanted: Vec<&str> = command.default_keys().to_vec();
            let mut bound = Keymap::default().keys_of(*command);
            wanted.sort_unstable();
            bound.sort_unstable();
            assert_eq!(bound, wanted, "{} lost a key to another command", command.name());
        }
    }
}
