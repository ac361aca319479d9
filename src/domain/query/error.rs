//! What is wrong with a query, where, and what was expected there.

use serde::{Deserialize, Serialize};

use super::ast::Span;

/// A query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[error("at column {}: {message}{}", .column + 1, hint(.expected, .suggestion))]
pub struct QueryError {
    /// Where it stands: characters before it, from 0.
    pub column: usize,
    /// First byte of the part that is wrong.
    pub start: usize,
    /// The byte after that part; equal to `start` where something is missing.
    pub end: usize,
    /// What is wrong, in a few words. Holds text of the query only escaped and shortened.
    pub message: String,
    /// What would have been right there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected: Vec<String>,
    /// What was probably meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl QueryError {
    /// An error about a part of `text`; a span that lies outside is cut to it.
    pub(super) fn new(text: &str, span: Span, message: impl Into<String>) -> Self {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let column = text.get(..start).map_or(0, |before| before.chars().count());
        Self {
            column,
            start,
            end,
            message: message.into(),
            expected: Vec::new(),
            suggestion: None,
        }
    }

    pub(super) fn expecting(mut self, expected: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.expected = expected.into_iter().map(Into::into).collect();
        self
    }

    /// Adds the near miss among `words`, if there is one.
    pub(super) fn near<'a>(mut self, written: &str, words: impl Iterator<Item = &'a str>) -> Self {
        self.suggestion = nearest(written, words).map(str::to_owned);
        self
    }
}

fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn hint(expected: &[String], suggestion: &Option<String>) -> String {
    let mut out = String::new();
    if let Some(meant) = suggestion {
        out.push_str(&format!("; did you mean {meant}?"));
    }
    if !expected.is_empty() {
        out.push_str(&format!("; expected {}", expected.join(", ")));
    }
    out
}

/// Text of a query as it may stand in a message: nothing invisible or hostile, at most 40 characters.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    format!("“{short}”")
}

/// The word most like what was written, when it is alike enough to be a typing error or a beginning.
#[must_use]
pub fn nearest<'a>(written: &str, words: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written: String = written.chars().take(40).flat_map(char::to_lowercase).collect();
    if written.is_empty() {
        return None;
    }
    let length = written.chars().count();
    words
        .filter_map(|word| {
            let distance = strsim::damerau_levenshtein(&written, word);
            let begins = length >= 2 && word.starts_with(&written);
            (begins || distance <= 1.max(length / 3)).then_some((if begins { 0 } else { distance }, word))
        })
        .filter(|(distance, word)| *distance < word.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}
