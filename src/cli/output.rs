//! What is printed: aligned tables for people, JSON for programs. Text from outside is made harmless first.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use crate::domain::time::Moment;
use crate::domain::value::{Value, ValueKind};
use crate::text::safe::{clean, clean_block};
use crate::text::width::{pad, truncate, width};

use super::exit::{Exit, FAILED};

/// Widest column of a table, in cells.
const WIDEST: usize = 48;

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// Whether programs read it.
    pub json: bool,
}

impl Output {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints text as it is.
    pub(super) fn text(&self, text: &str) -> Result<(), Exit> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            // whoever reads has seen enough
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err(error) => Err(Exit::failed(format!(
                "standard output cannot be written: {error}"
            ))),
        }
    }

    /// Prints a line.
    pub(super) fn line(&self, line: &str) -> Result<(), Exit> {
        self.text(&format!("{line}\n"))
    }

    /// Prints one JSON value on one line.
    pub(super) fn value(&self, value: &impl Serialize) -> Result<(), Exit> {
        let line = serde_json::to_string(value)
            .map_err(|error| Exit::failed(format!("the answer cannot be written as JSON: {error}")))?;
        self.line(&plain(&line))
    }

    /// Prints a value: as JSON for programs, else in the words that `words` makes.
    pub(super) fn show<T: Serialize>(&self, value: &T, words: impl FnOnce(&T) -> String) -> Result<(), Exit> {
        if self.json {
            self.value(value)
        } else {
            // whatever the words are made of: nothing in them steers the terminal
            self.text(&clean_block(&words(value)))
        }
    }

    /// Says something to the person, beside the results.
    pub(super) fn note(&self, text: &str) {
        if !self.json {
            // nothing can be done when even this cannot be written
            writeln!(std::io::stderr(), "{}", safe(text)).ok();
        }
    }

    /// Says why the command failed.
    pub(super) fn failed(&self, exit: &Exit) -> ExitCode {
        let text = if self.json {
            plain(&serde_json::to_string(exit).unwrap_or_default())
        } else {
            exit.words().lines().map(safe).collect::<Vec<_>>().join("\n")
        };
        writeln!(std::io::stderr(), "{text}").ok();
        ExitCode::from(if exit.code == 0 { FAILED } else { exit.code })
    }
}

/// Text from outside on one line, without anything that a terminal would obey.
pub(super) fn safe(text: &str) -> String {
    clean(text).into_owned()
}

/// JSON with every character that shows nothing by itself written as `\uXXXX`: the same values, and nothing that a
/// terminal obeys.
fn plain(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if (' '..='~').contains(&c) || clean(c.encode_utf8(&mut [0; 4])).starts_with(c) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

/// An aligned table: a heading and rows. Cells are made harmless and cut.
pub(super) fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|cell| truncate(&clean(cell), WIDEST).into_owned())
                .collect()
        })
        .collect();
    let mut widths: Vec<usize> = heading.iter().map(|cell| width(cell)).collect();
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let mut text = String::new();
    let heading: Vec<String> = heading.iter().map(|cell| cell.to_uppercase()).collect();
    for row in std::iter::once(&heading).chain(&rows) {
        let mut line = String::new();
        for (widest, cell) in widths.iter().zip(row) {
            line.push_str(&pad(cell, widest + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Names and values, one a line, aligned. Empty values are left out.
pub(super) fn facts(pairs: &[(&str, String)]) -> String {
    let widest = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    pairs
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name:widest$}  {}\n", safe(value)))
        .collect()
}

/// A moment in UTC, to the minute.
pub(super) fn when(moment: Moment) -> String {
    moment.timestamp().strftime("%Y-%m-%d %H:%M").to_string()
}

/// A moment that may be missing.
pub(super) fn when_any(moment: Option<Moment>) -> String {
    moment.map(when).unwrap_or_default()
}

/// What an offer is worth.
pub(super) fn worth(value: &Value) -> String {
    match value.kind {
        ValueKind::Percent => format!("{}%", value.number),
        ValueKind::Points => format!("{} points", value.number),
        ValueKind::Amount => format!("{} {}", value.number, value.currency.as_deref().unwrap_or("")),
    }
}

/// "3 of 212" for the end of a list.
pub(super) fn count(shown: usize, total: Option<crate::wire::page::Total>) -> String {
    match total {
        Some(total) if total.value as usize == shown && total.exact => format!("{shown} in all\n"),
        Some(total) => format!(
            "{shown} of {}{}\n",
            total.value,
            if total.exact { "" } else { "+" }
        ),
        None => format!("{shown} shown\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_its_values_and_is_harmless() {
        let value = serde_json::json!({"name": "日本 👨‍👩 \u{9b}31m \u{7f} \u{202e} \"q\" \n \u{1b}"});
        let line = plain(&value.to_string());
        let hostile = ['\u{9b}', '\u{7f}', '\u{202e}', '\u{1b}', '\n'];
        assert!(line.contains("日本") && !line.contains(hostile), "{line:?}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&line).expect("JSON"),
            value
        );
    }

    #[test]
    fn columns_line_up_and_hostile_text_is_harmless() {
        let rows = [
            vec!["a\u{1b}[31mb".to_owned(), "x".to_owned()],
            vec!["日本".to_owned(), "y\u{202e}z\nw".to_owned()],
            vec!["x".repeat(100), "z".to_owned()],
        ];
        let text = table(&["name", "v"], &rows);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        let second = |line: &str| width(line.rsplit_once("  ").expect("two columns").0.trim_end()) <= WIDEST;
        assert!(lines.iter().all(|line| second(line)), "{text}");
        assert!(lines[0].starts_with("NAME") && lines[0].ends_with("  V"));
    }
}
