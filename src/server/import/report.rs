//! What an import found.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::import::{FileKind, Reason};
use crate::server::store::imports::BadRow;
use crate::text::safe::clean;

/// What an import found in its files. In JSON: for each file its rows, the good ones, and the bad ones by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Customers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accounts: Option<FileReport>,
    /// The catalog.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offers: Option<FileReport>,
    /// What is in the wallets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<FileReport>,
}

/// What an import found in one file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Rows, without the header.
    pub rows: u64,
    /// Rows that are in the database now (or would be).
    pub good: u64,
    /// Rows that were left out, by reason.
    pub bad: BTreeMap<&'static str, BadRows>,
    /// As people know the file.
    #[serde(skip)]
    pub path: String,
    /// Whether all of it was done by an earlier run.
    #[serde(skip)]
    pub earlier: bool,
}

/// The rows that were left out for one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BadRows {
    /// How many.
    pub count: u64,
    /// Number of the record and the line that it starts on, both from 1.
    pub at: Vec<(u64, u64)>,
}

impl FileReport {
    pub(super) fn add(&mut self, row: BadRow) {
        let rows = self.bad.entry(row.reason.word()).or_default();
        rows.count += 1;
        rows.at.push((row.record, row.line));
    }

    /// How many rows were left out.
    #[must_use]
    pub fn bad_rows(&self) -> u64 {
        self.bad.values().map(|rows| rows.count).sum()
    }
}

impl ImportReport {
    pub(super) fn set(&mut self, kind: FileKind, report: FileReport) {
        let slot = match kind {
            FileKind::Accounts => &mut self.accounts,
            FileKind::Offers => &mut self.offers,
            FileKind::Tokens => &mut self.tokens,
        };
        *slot = Some(report);
    }

    /// The files, in the order in which they were imported.
    pub fn files(&self) -> impl Iterator<Item = (FileKind, &FileReport)> {
        [
            (FileKind::Accounts, &self.accounts),
            (FileKind::Offers, &self.offers),
            (FileKind::Tokens, &self.tokens),
        ]
        .into_iter()
        .filter_map(|(kind, file)| file.as_ref().map(|file| (kind, file)))
    }

    /// The report for people: a line for each file, then its bad rows by line, at most `most` of them for each file.
    #[must_use]
    pub fn words(&self, dry_run: bool, most: usize) -> String {
        let mut out = String::new();
        for (kind, file) in self.files() {
            let bad = file.bad_rows();
            let done = match (dry_run, file.earlier) {
                (_, true) => "imported by an earlier run",
                (true, _) => "would be imported",
                (false, _) => "imported",
            };
            out.push_str(&format!(
                "{} ({}): {} rows, {} {done}, {bad} left out\n",
                kind.word(),
                clean(&file.path),
                file.rows,
                file.good
            ));
            let mut rows: Vec<_> = file
                .bad
                .iter()
                .flat_map(|(word, rows)| rows.at.iter().map(|(_, line)| (*line, *word)))
                .collect();
            rows.sort_unstable();
            for (line, word) in rows.iter().take(most) {
                let words = Reason::from_word(word).map_or(*word, Reason::words);
                out.push_str(&format!("  {}:{line}: {words} ({word})\n", clean(&file.path)));
            }
            if rows.len() > most {
                out.push_str(&format!(
                    "  and {} more; --json lists them all\n",
                    rows.len() - most
                ));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_rows_are_told_by_line_and_counted_where_they_are_too_many() {
        let mut file = FileReport {
            rows: 5,
            good: 2,
            path: "a\u{1b}[31m.csv".to_owned(),
            ..FileReport::default()
        };
        for (line, reason) in [
            (9, Reason::InvalidEmail),
            (3, Reason::NulByte),
            (12, Reason::InvalidEmail),
        ] {
            file.add(BadRow {
                record: line - 1,
                line,
                reason,
            });
        }
        let mut report = ImportReport::default();
        report.set(FileKind::Accounts, file);
        let words = report.words(true, 2);
        let lines: Vec<&str> = words.lines().collect();
        assert!(
            lines[0].ends_with("5 rows, 2 would be imported, 3 left out"),
            "{words}"
        );
        assert!(
            lines[1].contains(".csv:3: there is a NUL in a field (nul_byte)"),
            "{words}"
        );
        assert!(lines[2].contains(".csv:9: "), "{words}");
        assert_eq!(lines[3], "  and 1 more; --json lists them all");
        assert!(!words.contains('\u{1b}'));
        let json = serde_json::to_value(&report).expect("JSON");
        assert_eq!(
            json["accounts"]["bad"]["invalid_email"]["at"],
            serde_json::json!([[8, 9], [11, 12]])
        );
    }
}
