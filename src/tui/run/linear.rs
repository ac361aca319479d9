//! The desk in lines, for screen readers: no alternate screen, no cursor movement, only lines that are new.
//!
//! A line that is typed is: nothing (Enter), `:name` (a command by its name), keys by their spelling (`t c`, `down`,
//! `/`), or, while a text field has the focus, the text for it; `;` before keys sends keys even then.

use std::io::{self, BufRead, Write};

use futures_util::stream;
use tokio::sync::mpsc;

use super::looped::{Desk, Surface};
use super::setup::{DeskError, DeskSetup};
use super::work::Worker;
use crate::tui::app::{App, Msg};
use crate::tui::flow::Toast;
use crate::tui::keys::{Command, Key, KeyCode};
use crate::tui::term::{Signals, stop};

struct Lines {
    said: Vec<String>,
}

/// Runs the desk in lines.
pub(super) async fn run(app: App, setup: DeskSetup) -> Result<(), DeskError> {
    let (worker, inbox) = Worker::new(setup)?;
    let desk = Desk {
        app,
        surface: Lines { said: Vec::new() },
        inputs: Box::pin(typed()),
        worker,
        inbox,
        signals: Signals::listen()?,
    };
    desk.run(|_| None).await?;
    Ok(())
}

/// The lines of standard input. Read in a thread of their own, which nobody waits for at the end.
fn typed() -> impl futures_util::Stream<Item = String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|line| (line, receiver))
    })
}

/// What a typed line means.
fn meaning(line: &str, wants_text: bool) -> Vec<Msg> {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return vec![Msg::Key(Key::plain(KeyCode::Enter))];
    }
    if let Some(name) = line.strip_prefix(':').map(str::trim)
        && !name.is_empty()
    {
        return match Command::from_name(name) {
            Some(command) => vec![Msg::Command(command)],
            None => vec![Msg::Say(Toast::warning(format!(
                "There is no command `{name}`; `?` tells all."
            )))],
        };
    }
    let keys = match (line.strip_prefix(';'), wants_text) {
        (Some(keys), _) => keys,
        (None, true) => return vec![Msg::Paste(line.to_owned())],
        (None, false) => line,
    };
    let parsed: Result<Vec<Key>, _> = keys.split_whitespace().map(str::parse).collect();
    match parsed {
        Ok(keys) => keys.into_iter().map(Msg::Key).collect(),
        Err(error) => vec![Msg::Say(Toast::warning(error.to_string()))],
    }
}

/// The lines of `now` that were not said just before.
fn fresh<'a>(said: &[String], now: &'a [String]) -> Vec<&'a str> {
    if said.first() != now.first() {
        return now.iter().map(String::as_str).collect();
    }
    now.iter()
        .filter(|line| !said.contains(line))
        .map(String::as_str)
        .collect()
}

impl Surface for Lines {
    type Input = String;

    fn messages(&mut self, line: String, app: &App) -> Vec<Msg> {
        meaning(&line, app.wants_text())
    }

    fn show(&mut self, app: &mut App) -> io::Result<()> {
        let now = app.say();
        let fresh = fresh(&self.said, &now);
        if !fresh.is_empty() {
            let mut out = io::stdout().lock();
            for line in &fresh {
                writeln!(out, "{line}")?;
            }
            out.flush()?;
        }
        self.said = now;
        Ok(())
    }

    fn bytes(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn forget(&mut self) {
        self.said.clear();
    }

    fn suspend(&mut self) -> io::Result<()> {
        stop();
        Ok(())
    }

    fn resumed(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_keys_commands_or_text() {
        let key = |spelled: &str| Msg::Key(spelled.parse().expect("a key"));
        assert_eq!(meaning("", false), [key("enter")]);
        assert_eq!(meaning("t c", false), [key("t"), key("c")]);
        assert_eq!(meaning(":go-tickets", true), [Msg::Command(Command::GoTickets)]);
        assert_eq!(
            meaning("ada@example.com", true),
            [Msg::Paste("ada@example.com".to_owned())]
        );
        assert_eq!(meaning(";esc", true), [key("esc")]);
        assert!(matches!(meaning("nonsense", false)[..], [Msg::Say(_)]));
        assert!(matches!(meaning(":nonsense", false)[..], [Msg::Say(_)]));
        assert_eq!(meaning(":", false), [key(":")]);
    }

    #[test]
    fn only_what_is_new_is_said_unless_the_place_changed() {
        let lines = |lines: &[&str]| lines.iter().map(|l| (*l).to_owned()).collect::<Vec<_>>();
        let (a, b) = (
            lines(&["Tokens", "row 1", "keys"]),
            lines(&["Tokens", "row 2", "keys"]),
        );
        assert_eq!(fresh(&a, &b), ["row 2"]);
        assert_eq!(fresh(&a, &lines(&["Tickets", "row 1"])), ["Tickets", "row 1"]);
        assert!(fresh(&a, &a).is_empty());
    }
}
