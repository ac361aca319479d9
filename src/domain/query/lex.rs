//! Reading the characters of a query: words, quotes, escapes.

use super::ast::Span;
use super::error::QueryError;

/// A place in a text.
pub(super) struct Cursor<'a> {
    pub text: &'a str,
    pub at: usize,
}

/// A value as it stands in the text, without its quotes and escapes.
#[derive(Debug)]
pub(super) struct Raw {
    pub text: String,
    pub span: Span,
    /// Quoted or with an escape in it, so that it is no keyword.
    pub literal: bool,
}

/// The sign between a field and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Colon,
    Equal,
    Order(super::ast::Compare),
}

impl<'a> Cursor<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn eat(&mut self, wanted: &str) -> bool {
        let there = self.rest().starts_with(wanted);
        if there {
            self.at += wanted.len();
        }
        there
    }

    pub fn skip_space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Whether a term ends here.
    pub fn at_end(&self) -> bool {
        self.peek().is_none_or(char::is_whitespace)
    }

    pub fn span_from(&self, start: usize) -> Span {
        Span { start, end: self.at }
    }

    pub fn error(&self, span: Span, message: impl Into<String>) -> QueryError {
        QueryError::new(self.text, span, message)
    }

    /// An error about what is missing here.
    pub fn missing(&self, message: impl Into<String>) -> QueryError {
        self.error(self.span_from(self.at), message)
    }

    /// The name of a field, if one with a sign behind it stands here; stays before the sign.
    pub fn field_name(&mut self) -> Option<(&'a str, Span)> {
        let rest = self.rest();
        let length = rest.find(|c: char| c.is_whitespace() || "\"\\:<>=".contains(c))?;
        let sign = rest.get(length..)?.chars().next()?;
        if length == 0 || !":<>=".contains(sign) {
            return None;
        }
        let start = self.at;
        self.at += length;
        Some((rest.get(..length)?, self.span_from(start)))
    }

    /// The sign of a field term or of a value.
    pub fn sign(&mut self) -> Option<Sign> {
        use super::ast::Compare::{AtLeast, AtMost, Less, More};
        let signs = [
            (":", Sign::Colon),
            (">=", Sign::Order(AtLeast)),
            ("<=", Sign::Order(AtMost)),
            (">", Sign::Order(More)),
            ("<", Sign::Order(Less)),
            ("=", Sign::Equal),
        ];
        signs
            .into_iter()
            .find(|(written, _)| self.eat(written))
            .map(|(_, sign)| sign)
    }

    /// A quoted or bare value; a bare one ends before a space and before any of `stops`.
    pub fn value(&mut self, stops: &str) -> Result<Raw, QueryError> {
        if self.peek() == Some('"') {
            self.quoted(stops)
        } else {
            self.bare(stops)
        }
    }

    fn quoted(&mut self, stops: &str) -> Result<Raw, QueryError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                let span = Span {
                    start,
                    end: start + 1,
                };
                return Err(self.error(span, "this quote is never closed").expecting(["\""]));
            };
            self.at += c.len_utf8();
            match c {
                '"' => break,
                '\\' => text.push(self.escaped()?),
                _ => text.push(c),
            }
        }
        if !self.at_end() && !self.peek().is_some_and(|c| stops.contains(c)) {
            return Err(self
                .missing("something stands right behind the closing quote")
                .expecting(["a space"]));
        }
        Ok(Raw {
            text,
            span: self.span_from(start),
            literal: true,
        })
    }

    fn bare(&mut self, stops: &str) -> Result<Raw, QueryError> {
        let start = self.at;
        let mut text = String::new();
        let mut literal = false;
        while let Some(c) = self.peek() {
            if c.is_whitespace() || stops.contains(c) {
                break;
            }
            if c == '"' {
                let message =
                    "a quote inside a word; quote the whole value, or write \\\" for the sign itself";
                return Err(self.error(
                    Span {
                        start: self.at,
                        end: self.at + 1,
                    },
                    message,
                ));
            }
            self.at += c.len_utf8();
            if c == '\\' {
                literal = true;
                text.push(self.escaped()?);
            } else {
                text.push(c);
            }
        }
        Ok(Raw {
            text,
            span: self.span_from(start),
            literal,
        })
    }

    fn escaped(&mut self) -> Result<char, QueryError> {
        let Some(c) = self.peek() else {
            let span = Span {
                start: self.at - 1,
                end: self.at,
            };
            return Err(self
                .error(span, "nothing stands behind this backslash")
                .expecting(["a character"]));
        };
        self.at += c.len_utf8();
        Ok(c)
    }
}
