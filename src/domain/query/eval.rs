//! What a query means, over records in memory. The store's SQL has to agree with this.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::RangeBounds as _;

use rust_decimal::Decimal;

use super::ast::{Query, SortKey, Term, TermKind, Test};
use super::fields::{Field, FieldKind};
use super::fold::{fold, needle, search_text};
use crate::domain::time::Moment;

/// Something that a query can be asked about. Fields are named as in its [`super::fields::FieldSet`]; a field that the
/// record lacks has no value.
pub trait Record {
    /// All texts that a field of words, texts, identifiers or persons has (an account has an id and a user_id, a person
    /// an employee id and a name); empty texts count as none. The first one is sorted by.
    fn texts(&self, field: &str) -> Vec<Cow<'_, str>>;
    /// The number of a field.
    fn decimal(&self, field: &str) -> Option<Decimal>;
    /// The moment of a field.
    fn date(&self, field: &str) -> Option<Moment>;
    /// What free words search: name and description, each for itself.
    fn free_text(&self) -> Vec<Cow<'_, str>>;
    /// The documents that free words search: all of them have to stand in one, each of which holds some texts.
    fn documents(&self) -> Vec<Vec<Cow<'_, str>>> {
        vec![self.free_text()]
    }
    /// Whether a person field holds the person who asks.
    fn is_me(&self, _field: &str) -> bool {
        false
    }
    /// What a number is grouped by before it is sorted: rank of the value kind, and currency.
    fn group(&self, _field: &str) -> (usize, Cow<'_, str>) {
        (0, Cow::Borrowed(""))
    }
}

/// Whether all terms hold.
#[must_use]
pub fn matches(query: &Query, record: &impl Record) -> bool {
    let together: Vec<&Term> = query.terms.iter().filter(|term| term.is_free()).collect();
    let one_by_one = query
        .terms
        .iter()
        .filter(|term| !term.is_free())
        .all(|term| holds(term, record));
    one_by_one && (together.is_empty() || stand_together(&together, record))
}

/// Whether one document holds all of these free words.
fn stand_together(terms: &[&Term], record: &impl Record) -> bool {
    let needles: Option<Vec<String>> = terms
        .iter()
        .map(|term| match &term.kind {
            TermKind::Free { text, phrase } => needle(text, *phrase),
            TermKind::Field { .. } => None,
        })
        .collect();
    let Some(needles) = needles else { return false };
    record.documents().iter().any(|document| {
        let texts: Vec<&str> = document.iter().map(Cow::as_ref).collect();
        let words = search_text(&texts);
        needles.iter().all(|needle| words.contains(needle.as_str()))
    })
}

/// Whether one term holds.
#[must_use]
pub fn holds(term: &Term, record: &impl Record) -> bool {
    let plain = match &term.kind {
        TermKind::Field { field, tests } => tests.iter().any(|test| test_holds(field, test, record)),
        TermKind::Free { text, phrase } => needle(text, *phrase).is_some_and(|needle| {
            record.documents().iter().any(|document| {
                let texts: Vec<&str> = document.iter().map(Cow::as_ref).collect();
                search_text(&texts).contains(&needle)
            })
        }),
    };
    plain != term.negated
}

fn texts<'r>(field: &Field, record: &'r impl Record) -> impl Iterator<Item = Cow<'r, str>> {
    record
        .texts(field.name)
        .into_iter()
        .filter(|text| !text.is_empty())
}

fn test_holds(field: &Field, test: &Test, record: &impl Record) -> bool {
    match test {
        Test::Empty => match field.kind {
            FieldKind::Decimal => record.decimal(field.name).is_none(),
            FieldKind::Date => record.date(field.name).is_none(),
            _ => texts(field, record).next().is_none(),
        },
        Test::Me => record.is_me(field.name),
        Test::Word(word) => texts(field, record).any(|text| text == *word),
        Test::Text { value, part: false } => texts(field, record).any(|text| fold(&text) == fold(value)),
        Test::Text { value, part: true } => {
            texts(field, record).any(|text| fold(&text).contains(&fold(value)))
        }
        Test::Decimal(shape) => record
            .decimal(field.name)
            .is_some_and(|number| shape.bounds().contains(&number)),
        Test::Date { span, .. } => record
            .date(field.name)
            .is_some_and(|moment| span.contains(moment)),
    }
}

/// The order of two records by the keys; equal when no key tells them apart. See [`SortKey`] for the rules.
#[must_use]
pub fn compare<R: Record>(left: &R, right: &R, keys: &[SortKey]) -> Ordering {
    keys.iter()
        .map(|key| by_key(left, right, key))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn by_key<R: Record>(left: &R, right: &R, key: &SortKey) -> Ordering {
    let name = key.field.name;
    match key.field.kind {
        FieldKind::Decimal => {
            let groups = match (left.decimal(name).is_some(), right.decimal(name).is_some()) {
                (true, true) => left.group(name).cmp(&right.group(name)),
                _ => Ordering::Equal,
            };
            groups.then_with(|| directed(left.decimal(name), right.decimal(name), key.descending))
        }
        FieldKind::Date => directed(left.date(name), right.date(name), key.descending),
        FieldKind::Words(words) => {
            let rank = |record: &R| {
                texts(key.field, record)
                    .next()
                    .and_then(|text| words.iter().position(|word| *word == text))
            };
            directed(rank(left), rank(right), key.descending)
        }
        _ => {
            let folded = |record: &R| texts(key.field, record).next().map(|text| fold(&text));
            directed(folded(left), folded(right), key.descending)
        }
    }
}

fn directed<T: Ord>(left: Option<T>, right: Option<T>, descending: bool) -> Ordering {
    match (left, right) {
        (Some(left), Some(right)) if descending => right.cmp(&left),
        (Some(left), Some(right)) => left.cmp(&right),
        (left, right) => left.is_none().cmp(&right.is_none()),
    }
}
