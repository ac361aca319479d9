//! From tree to text: the canonical spelling, which reads back as the same tree.

use super::ast::{Query, Shape, Term, TermKind, Test};
use super::fields::Field;

/// Writes a query: terms in their order, then the order asked for.
#[must_use]
pub fn format(query: &Query) -> String {
    let mut parts: Vec<String> = query.terms.iter().map(term).collect();
    if !query.sort.is_empty() {
        let keys = query
            .sort
            .iter()
            .map(|key| format!("{}{}", if key.descending { "-" } else { "" }, key.field.name));
        parts.push(format!("sort:{}", keys.collect::<Vec<_>>().join(",")));
    }
    parts.join(" ")
}

/// Writes one term.
#[must_use]
pub fn term(term: &Term) -> String {
    let sign = if term.negated { "-" } else { "" };
    match &term.kind {
        TermKind::Free { text, phrase: true } => format!("{sign}{}", quote(text)),
        TermKind::Free { text, phrase: false } => format!("{sign}{}", escape(text)),
        TermKind::Field { field, tests } => format!("{sign}{}", field_term(field, tests)),
    }
}

fn field_term(field: &Field, tests: &[Test]) -> String {
    if let [
        one @ (Test::Decimal(Shape::Compare(..))
        | Test::Date {
            shape: Shape::Compare(..),
            ..
        }),
    ] = tests
    {
        return format!("{}{}", field.name, value(one));
    }
    let values: Vec<String> = tests.iter().map(value).collect();
    format!("{}:{}", field.name, values.join(","))
}

/// Writes one value of a field.
#[must_use]
pub fn value(test: &Test) -> String {
    match test {
        Test::Empty => "none".to_owned(),
        Test::Me => "me".to_owned(),
        Test::Word(word) => (*word).to_owned(),
        Test::Text { value, part } => format!("{}{}", if *part { "~" } else { "" }, value_text(value)),
        Test::Decimal(it) => shape(it),
        Test::Date { shape: it, .. } => shape(it),
    }
}

fn shape<T: std::fmt::Display>(shape: &Shape<T>) -> String {
    match shape {
        Shape::Is(v) => v.to_string(),
        Shape::Compare(order, v) => format!("{}{v}", order.sign()),
        Shape::Between(low, high) => format!("{low}..{high}"),
        Shape::From(v) => format!("{v}.."),
        Shape::To(v) => format!("..{v}"),
    }
}

/// Writes a text as the value of a field: bare where that reads back as the same, else quoted.
#[must_use]
pub fn value_text(value: &str) -> String {
    let keyword = ["none", "me"].iter().any(|word| value.eq_ignore_ascii_case(word));
    let plain = !value.is_empty()
        && !keyword
        && !value.starts_with(['~', '<', '>', '=', ':'])
        && !value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | ','));
    if plain { value.to_owned() } else { quote(value) }
}

/// Writes a text in quotes.
#[must_use]
pub fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn escape(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for (i, c) in word.chars().enumerate() {
        if c.is_whitespace() || matches!(c, '"' | '\\' | ':' | '<' | '>' | '=') || (i == 0 && c == '-') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
