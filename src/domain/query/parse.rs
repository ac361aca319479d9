//! From text to tree: terms are read, bound to the fields of a list, and dates resolved.

use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::ast::{Query, Shape, SortKey, Span, Term, TermKind, Test};
use super::dates::DateExpr;
use super::error::{QueryError, quoted};
use super::fields::{Field, FieldKind, FieldSet};
use super::fold;
use super::lex::{Cursor, Raw, Sign};
use crate::domain::time::Moment;

/// Longest query, in bytes.
pub const MAX_TEXT: usize = 4096;
/// Most terms in a query, keys of the order included.
pub const MAX_TERMS: usize = 64;

/// What a query is read against.
#[derive(Debug, Clone)]
pub struct Context {
    /// The present moment, for relative dates.
    pub now: Moment,
    /// The zone in which days begin and end.
    pub zone: TimeZone,
}

impl Context {
    /// With days in UTC: the default of scripts.
    #[must_use]
    pub fn utc(now: Moment) -> Self {
        Self {
            now,
            zone: TimeZone::UTC,
        }
    }
}

/// Reads a query.
///
/// # Errors
/// The first thing that is wrong: where it stands and what was expected.
pub fn parse(text: &str, fields: &FieldSet, context: &Context) -> Result<Query, QueryError> {
    check_text(text)?;
    let mut parser = Parser {
        cursor: Cursor::new(text),
        fields,
        context,
    };
    let mut query = Query::default();
    loop {
        parser.cursor.skip_space();
        if parser.cursor.peek().is_none() {
            return Ok(query);
        }
        let start = parser.cursor.at;
        parser.term(&mut query)?;
        if query.terms.len() + query.sort.len() > MAX_TERMS {
            let message = format!("more than {MAX_TERMS} terms");
            return Err(parser.cursor.error(parser.cursor.span_from(start), message));
        }
    }
}

fn check_text(text: &str) -> Result<(), QueryError> {
    if text.len() > MAX_TEXT {
        let span = Span {
            start: MAX_TEXT,
            end: text.len(),
        };
        return Err(QueryError::new(
            text,
            span,
            format!("the query is longer than {MAX_TEXT} bytes"),
        ));
    }
    if let Some((start, c)) = text
        .char_indices()
        .find(|(_, c)| c.is_control() && !c.is_whitespace())
    {
        let span = Span {
            start,
            end: start + c.len_utf8(),
        };
        return Err(QueryError::new(
            text,
            span,
            format!("a control character ({})", c.escape_debug()),
        ));
    }
    Ok(())
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    fields: &'a FieldSet,
    context: &'a Context,
}

impl Parser<'_> {
    fn term(&mut self, query: &mut Query) -> Result<(), QueryError> {
        let start = self.cursor.at;
        let negated = self.cursor.eat("-");
        if self.cursor.at_end() {
            return Err(self
                .cursor
                .missing("nothing to negate")
                .expecting(["a term behind the minus"]));
        }
        if negated && self.cursor.peek() == Some('-') {
            let span = Span {
                start: self.cursor.at,
                end: self.cursor.at + 1,
            };
            return Err(self
                .cursor
                .error(span, "a second minus; write \\- to search for the sign itself"));
        }
        let kind = match self.cursor.field_name() {
            Some((name, span)) if name.eq_ignore_ascii_case("sort") => {
                if negated {
                    let message = "the order cannot be negated; write sort:-name for the largest first";
                    return Err(self.cursor.error(Span { start, end: span.end }, message));
                }
                return self.sort(&mut query.sort);
            }
            Some((name, span)) => self.field_term(name, span)?,
            None => self.free()?,
        };
        query.terms.push(Term {
            negated,
            span: self.cursor.span_from(start),
            kind,
        });
        Ok(())
    }

    fn free(&mut self) -> Result<TermKind, QueryError> {
        let phrase = self.cursor.peek() == Some('"');
        let raw = self.cursor.value("")?;
        if fold::needle(&raw.text, phrase).is_none() {
            let message = "there is no word in it to search for";
            return Err(self
                .cursor
                .error(raw.span, message)
                .expecting(["letters or digits"]));
        }
        Ok(TermKind::Free {
            text: raw.text,
            phrase,
        })
    }

    fn field_term(&mut self, name: &str, span: Span) -> Result<TermKind, QueryError> {
        let Some(field) = self.fields.get(name) else {
            let noun = self.fields.noun;
            let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
                "an"
            } else {
                "a"
            };
            let message = format!(
                "{} is no field of {article} {noun}; quote it to search for the words themselves",
                quoted(name),
            );
            let error = self
                .cursor
                .error(span, message)
                .near(name, self.fields.names().chain(["sort"]));
            return Err(error.expecting(self.fields.names().chain(["sort"])));
        };
        let sign_at = self.cursor.at;
        let mut sign = self.cursor.sign();
        let mut tests = Vec::new();
        loop {
            if sign == Some(Sign::Colon) {
                sign = self.value_sign();
            }
            tests.push(self.test(field, sign, sign_at)?);
            if !self.cursor.eat(",") {
                return Ok(TermKind::Field { field, tests });
            }
            sign = Some(Sign::Colon);
        }
    }

    /// A comparison sign before a value, as in `value:>=5`.
    fn value_sign(&mut self) -> Option<Sign> {
        if self.cursor.peek() == Some(':') {
            None
        } else {
            self.cursor.sign()
        }
    }

    fn test(
        &mut self,
        field: &'static Field,
        sign: Option<Sign>,
        sign_at: usize,
    ) -> Result<Test, QueryError> {
        let part_at = self.cursor.at;
        let part = self.cursor.eat("~");
        let raw = self.cursor.value(",")?;
        if raw.text.is_empty() {
            let message = match raw.literal {
                true => format!("an empty value; write {}:none for what has none", field.name),
                false => format!("{} has no value here", field.name),
            };
            return Err(self
                .cursor
                .error(raw.span, message)
                .expecting(field.kind.expected()));
        }
        if part && !matches!(field.kind, FieldKind::Text | FieldKind::Person) {
            let message = format!("{} takes whole values only, not a part (~)", field.name);
            return Err(self
                .cursor
                .error(self.cursor.span_from(part_at), message)
                .expecting(field.kind.expected()));
        }
        let order = match sign {
            Some(Sign::Order(order)) => Some(order),
            _ => None,
        };
        if order.is_some() && (part || !matches!(field.kind, FieldKind::Decimal | FieldKind::Date)) {
            let message = format!("{} cannot be compared; write {0}:value", field.name);
            return Err(self
                .cursor
                .error(self.cursor.span_from(sign_at), message)
                .expecting(field.kind.expected()));
        }
        if !part && !raw.literal && order.is_none() && raw.text.eq_ignore_ascii_case("none") {
            return Ok(Test::Empty);
        }
        match field.kind {
            FieldKind::Words(words) => self.word(field, words, &raw),
            FieldKind::Person if !part && !raw.literal && raw.text.eq_ignore_ascii_case("me") => Ok(Test::Me),
            FieldKind::Text | FieldKind::Person | FieldKind::Id => Ok(Test::Text {
                value: raw.text,
                part,
            }),
            FieldKind::Decimal => self.decimal(field, &raw, order),
            FieldKind::Date => self.date(field, &raw, order),
        }
    }

    fn word(&self, field: &Field, words: &'static [&'static str], raw: &Raw) -> Result<Test, QueryError> {
        let found = words.iter().find(|word| word.eq_ignore_ascii_case(&raw.text));
        found.map(|word| Test::Word(word)).ok_or_else(|| {
            let message = format!("{} is no {}", quoted(&raw.text), field.name);
            self.cursor
                .error(raw.span, message)
                .near(&raw.text, words.iter().copied())
                .expecting(field.kind.expected())
        })
    }

    fn decimal(
        &self,
        field: &Field,
        raw: &Raw,
        order: Option<super::ast::Compare>,
    ) -> Result<Test, QueryError> {
        let shape = self.shape(raw, order)?.try_map(|(text, span)| {
            Decimal::from_str_exact(text).map_err(|_| {
                let message = format!("{} is no number", quoted(text));
                self.cursor.error(span, message).expecting(field.kind.expected())
            })
        })?;
        if matches!(&shape, Shape::Between(low, high) if low > high) {
            return Err(self.backwards(raw));
        }
        Ok(Test::Decimal(shape))
    }

    fn date(&self, field: &Field, raw: &Raw, order: Option<super::ast::Compare>) -> Result<Test, QueryError> {
        let shape = self.shape(raw, order)?.try_map(|(text, span)| {
            let expr = DateExpr::read(text).ok_or_else(|| {
                let message = format!("{} is no date", quoted(text));
                self.cursor.error(span, message).expecting(field.kind.expected())
            })?;
            let resolved = expr.resolve(self.context);
            resolved.map(|resolved| (expr, resolved)).ok_or_else(|| {
                self.cursor
                    .error(span, format!("{} lies outside of the calendar", quoted(text)))
            })
        })?;
        let spans = shape.clone().try_map(|(_, span)| Ok::<_, QueryError>(span))?;
        if matches!(&spans, Shape::Between(low, high) if low.from >= high.before) {
            return Err(self.backwards(raw));
        }
        let shape = shape.try_map(|(expr, _)| Ok::<_, QueryError>(expr))?;
        Ok(Test::Date {
            shape,
            span: spans.span(),
        })
    }

    fn backwards(&self, raw: &Raw) -> QueryError {
        self.cursor.error(raw.span, "the range ends before it starts")
    }

    /// Takes a range apart; each part with its place in the text.
    fn shape<'r>(
        &self,
        raw: &'r Raw,
        order: Option<super::ast::Compare>,
    ) -> Result<Shape<(&'r str, Span)>, QueryError> {
        let text = raw.text.as_str();
        let Some((low, high)) = text.split_once("..") else {
            let whole = (text, raw.span);
            return Ok(order.map_or(Shape::Is(whole), |order| Shape::Compare(order, whole)));
        };
        if order.is_some() {
            let message = "a comparison and a range in one";
            return Err(self.cursor.error(raw.span, message).expecting(["one of them"]));
        }
        // With quotes or escapes the places do not add up: then the whole value is meant.
        let place = |start: usize, length: usize| match raw.literal {
            true => raw.span,
            false => Span {
                start: raw.span.start + start,
                end: raw.span.start + start + length,
            },
        };
        let low_part = (low, place(0, low.len()));
        let high_part = (high, place(low.len() + 2, high.len()));
        match (low.is_empty(), high.is_empty()) {
            (true, true) => Err(self
                .cursor
                .error(raw.span, "a range without ends")
                .expecting(["low..high"])),
            (true, false) => Ok(Shape::To(high_part)),
            (false, true) => Ok(Shape::From(low_part)),
            (false, false) => Ok(Shape::Between(low_part, high_part)),
        }
    }

    fn sort(&mut self, keys: &mut Vec<SortKey>) -> Result<(), QueryError> {
        if !self.cursor.eat(":") && !self.cursor.eat("=") {
            return Err(self
                .cursor
                .missing("the order is written sort:name")
                .expecting([":"]));
        }
        loop {
            let descending = self.cursor.eat("-");
            let raw = self.cursor.value(",")?;
            let found = self.fields.get(&raw.text).filter(|field| field.sortable);
            let Some(field) = found else {
                let message = match raw.text.is_empty() {
                    true => "nothing to sort by".to_owned(),
                    false => format!("{} cannot be sorted by", quoted(&raw.text)),
                };
                let error = self
                    .cursor
                    .error(raw.span, message)
                    .near(&raw.text, self.fields.sortable());
                return Err(error.expecting(self.fields.sortable()));
            };
            if keys.iter().any(|key| key.field == field) {
                return Err(self
                    .cursor
                    .error(raw.span, format!("{} is a sort key already", field.name)));
            }
            keys.push(SortKey { field, descending });
            if !self.cursor.eat(",") {
                return Ok(());
            }
        }
    }
}
