//! The keys that work here, by context, out of the command table.

use crate::tui::flow::Availability;
use crate::tui::keys::{Command, Context, Key, KeyCode, Keymap};

/// A line of the help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HelpLine {
    /// The name of a context.
    Title(String),
    /// Keys, what they do, and why not now.
    Command {
        keys: String,
        doc: &'static str,
        why_not: Option<String>,
    },
}

pub(super) struct Help {
    pub lines: Vec<HelpLine>,
    pub top: usize,
}

impl Help {
    pub fn new(contexts: &[Context], offered: &[(Command, Availability)], keymap: &Keymap) -> Self {
        let mut lines = Vec::new();
        for context in contexts {
            let commands: Vec<Command> = Command::ALL
                .iter()
                .copied()
                .filter(|c| c.context() == *context)
                .collect();
            if commands.is_empty() {
                continue;
            }
            lines.push(HelpLine::Title(context.title().to_owned()));
            for command in commands {
                let why_not = offered
                    .iter()
                    .find_map(|(other, availability)| match availability {
                        Availability::Dimmed(why) if *other == command => Some(why.clone()),
                        _ => None,
                    });
                lines.push(HelpLine::Command {
                    keys: keymap.keys_of(command).join(", "),
                    doc: command.doc(),
                    why_not,
                });
            }
        }
        Self { lines, top: 0 }
    }

    /// Scrolls, or says that the help should close.
    pub fn key(&mut self, key: Key) -> bool {
        let last = self.lines.len().saturating_sub(1);
        match key.code {
            KeyCode::Up | KeyCode::Char('k') => self.top = self.top.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.top = (self.top + 1).min(last),
            KeyCode::PageUp => self.top = self.top.saturating_sub(10),
            KeyCode::PageDown | KeyCode::Char(' ') => self.top = (self.top + 10).min(last),
            KeyCode::Home => self.top = 0,
            KeyCode::End => self.top = last,
            _ => return true,
        }
        false
    }
}
