//! A query as a form: a text for each field, and back.
//!
//! In a field's text, spaces outside of quotes part terms and `!` before one negates it; commas, ranges and comparisons
//! are those of the language.

use super::ast::{Query, TermKind};
use super::complete::pieces;
use super::fields::FieldSet;
use super::format::term;

/// The texts of a form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// For each field of the set, in its order: what is asked of it; empty where nothing is.
    pub fields: Vec<String>,
    /// Free words and phrases.
    pub words: String,
    /// The order, such as `-value,name`.
    pub sort: String,
}

impl Form {
    /// The form of a query.
    #[must_use]
    pub fn of(query: &Query, set: &FieldSet) -> Self {
        let mut form = Self {
            fields: vec![String::new(); set.fields.len()],
            ..Self::default()
        };
        let add = |to: &mut String, text: &str| {
            if !to.is_empty() {
                to.push(' ');
            }
            to.push_str(text);
        };
        for one in &query.terms {
            let written = term(one);
            let TermKind::Field { field, .. } = &one.kind else {
                add(&mut form.words, &written);
                continue;
            };
            let positive = written
                .strip_prefix('-')
                .filter(|_| one.negated)
                .unwrap_or(&written);
            let value = positive.strip_prefix(field.name).unwrap_or(positive);
            let value = value.strip_prefix(':').unwrap_or(value);
            let value = match (one.negated, value.starts_with('!')) {
                (true, _) => format!("!{value}"),
                (false, true) => format!("\\{value}"),
                (false, false) => value.to_owned(),
            };
            if let Some(at) = set.fields.iter().position(|known| known.name == field.name) {
                add(&mut form.fields[at], &value);
            }
        }
        let keys = query.sort.iter().map(|key| {
            let sign = if key.descending { "-" } else { "" };
            format!("{sign}{}", key.field.name)
        });
        form.sort = keys.collect::<Vec<_>>().join(",");
        form
    }

    /// The query line of the form. Whether it can be read is another question: parse it.
    #[must_use]
    pub fn line(&self, set: &FieldSet) -> String {
        let mut terms = Vec::new();
        for (field, text) in set.fields.iter().zip(&self.fields) {
            for piece in pieces(text) {
                terms.push(match piece.strip_prefix('!') {
                    Some(value) => format!("-{}:{value}", field.name),
                    None => format!("{}:{piece}", field.name),
                });
            }
        }
        // a space behind a backslash belongs to its word
        terms.extend(pieces(&self.words).into_iter().map(str::to_owned));
        let sort: Vec<&str> = self
            .sort
            .split([',', ' '])
            .filter(|key| !key.is_empty())
            .collect();
        if !sort.is_empty() {
            terms.push(format!("sort:{}", sort.join(",")));
        }
        terms.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, TOKEN_FIELDS, parse};
    use super::*;
    use crate::domain::time::Moment;

    fn read(text: &str) -> Query {
        let context = Context::utc(Moment::parse("2026-11-21T00:00:00Z").expect("a moment"));
        parse(text, &TOKEN_FIELDS, &context).unwrap_or_else(|e| panic!("{text}: {e}"))
    }

    fn field<'f>(form: &'f Form, name: &str) -> &'f str {
        let at = TOKEN_FIELDS
            .fields
            .iter()
            .position(|f| f.name == name)
            .expect("a field");
        &form.fields[at]
    }

    #[test]
    fn line_and_form_are_the_same_query() {
        let text = "state:active,shared value>=5 merchant:\"Corner Cafe\" merchant:~x -campaign:spring claimed:-30d \
                    campaign:\\!now free -\"two words\" sort:-value,name";
        let query = read(text);
        let form = Form::of(&query, &TOKEN_FIELDS);
        assert_eq!(field(&form, "state"), "active,shared");
        assert_eq!(field(&form, "value"), ">=5");
        assert_eq!(field(&form, "merchant"), "\"Corner Cafe\" ~x");
        assert_eq!(field(&form, "campaign"), "!spring \\!now");
        assert_eq!(field(&form, "claimed"), "-30d");
        assert_eq!(
            (form.words.as_str(), form.sort.as_str()),
            ("free -\"two words\"", "-value,name")
        );
        let again = read(&form.line(&TOKEN_FIELDS));
        assert_eq!(sorted(&again), sorted(&query));
        assert_eq!(again.sort, query.sort);
    }

    #[test]
    fn an_empty_form_asks_for_everything() {
        assert_eq!(Form::of(&Query::default(), &TOKEN_FIELDS).line(&TOKEN_FIELDS), "");
    }

    /// The order of terms means nothing.
    fn sorted(query: &Query) -> Vec<String> {
        let mut terms: Vec<String> = query.terms.iter().map(term).collect();
        terms.sort();
        terms
    }
}
