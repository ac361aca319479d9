//! The tree of a query, with every value bound to its field's kind.

use std::ops::Bound;

use rust_decimal::Decimal;

use super::dates::{DateExpr, DateSpan};
use super::fields::Field;
use crate::domain::time::Moment;

/// A query: terms that all must hold, and the order asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// All of them must hold; none: everything matches.
    pub terms: Vec<Term>,
    /// The order, most important key first; none: the list's own order.
    pub sort: Vec<SortKey>,
}

/// Where something stands in the text it was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// One condition. Two terms are equal when they mean the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Term {
    /// The condition must not hold. What a field lacks does not hold, so `-merchant:x` includes rows without merchant.
    pub negated: bool,
    /// Where the term stands in the text, its sign included.
    pub span: Span,
    /// The condition.
    pub kind: TermKind,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.negated == other.negated && self.kind == other.kind
    }
}

impl Eq for Term {}

impl Term {
    /// Whether it is a free word that has to be there.
    #[must_use]
    pub fn is_free(&self) -> bool {
        !self.negated && matches!(self.kind, TermKind::Free { .. })
    }
}

/// What a term asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermKind {
    /// One of the tests holds for the field.
    Field {
        /// Which field.
        field: &'static Field,
        /// At least one; or-ed.
        tests: Vec<Test>,
    },
    /// A free word, or a phrase that was quoted, in names and descriptions: see [`super::fold::needle`].
    Free {
        /// The text as it was typed, without quotes and escapes.
        text: String,
        /// Whole words in this order (quoted), or the start of a word (bare).
        phrase: bool,
    },
}

/// One alternative of a field term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The field has no value.
    Empty,
    /// The person who asks (fields of kind [`super::fields::FieldKind::Person`] only).
    Me,
    /// A word of the field's list.
    Word(&'static str),
    /// A text, compared by [`super::fold::fold`].
    Text {
        /// The text as it was typed.
        value: String,
        /// Any part of the field's value, not the whole of it.
        part: bool,
    },
    /// A number.
    Decimal(Shape<Decimal>),
    /// A date, as it was written and as it was resolved.
    Date {
        /// As it was written, so that a saved query stays relative.
        shape: Shape<DateExpr>,
        /// What it means now.
        span: DateSpan,
    },
}

/// How a test relates its value or values to the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape<T> {
    /// The value itself (of a date: anywhere in it).
    Is(T),
    /// Beyond the value.
    Compare(Compare, T),
    /// From the first to the second, both included.
    Between(T, T),
    /// From the value on.
    From(T),
    /// Up to and including the value.
    To(T),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
}

impl Compare {
    /// How it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        }
    }
}

impl<T> Shape<T> {
    /// The same shape around other values.
    ///
    /// # Errors
    /// The first error of `f`.
    pub fn try_map<U, E>(self, mut f: impl FnMut(T) -> Result<U, E>) -> Result<Shape<U>, E> {
        Ok(match self {
            Self::Is(v) => Shape::Is(f(v)?),
            Self::Compare(c, v) => Shape::Compare(c, f(v)?),
            Self::Between(low, high) => Shape::Between(f(low)?, f(high)?),
            Self::From(v) => Shape::From(f(v)?),
            Self::To(v) => Shape::To(f(v)?),
        })
    }
}

impl Shape<Decimal> {
    /// The interval it stands for.
    #[must_use]
    pub fn bounds(&self) -> (Bound<Decimal>, Bound<Decimal>) {
        use Bound::{Excluded, Included, Unbounded};
        match *self {
            Self::Is(v) => (Included(v), Included(v)),
            Self::Compare(Compare::Less, v) => (Unbounded, Excluded(v)),
            Self::Compare(Compare::AtMost, v) | Self::To(v) => (Unbounded, Included(v)),
            Self::Compare(Compare::More, v) => (Excluded(v), Unbounded),
            Self::Compare(Compare::AtLeast, v) | Self::From(v) => (Included(v), Unbounded),
            Self::Between(low, high) => (Included(low), Included(high)),
        }
    }
}

impl Shape<DateSpan> {
    /// The one half-open span that it stands for: `<` ends before the date starts, `>` starts after it has ended.
    #[must_use]
    pub fn span(&self) -> DateSpan {
        match *self {
            Self::Is(s) => s,
            Self::Compare(Compare::Less, s) => DateSpan {
                from: None,
                before: s.from,
            },
            Self::Compare(Compare::AtMost, s) | Self::To(s) => DateSpan {
                from: None,
                before: s.before,
            },
            Self::Compare(Compare::More, s) => DateSpan {
                from: s.before,
                before: None,
            },
            Self::Compare(Compare::AtLeast, s) | Self::From(s) => DateSpan {
                from: s.from,
                before: None,
            },
            Self::Between(low, high) => DateSpan {
                from: low.from,
                before: high.before,
            },
        }
    }
}

/// One key of the order. Rows that lack the field come last in either direction; `value` keeps its groups (kind, then
/// currency) in ascending order in either direction; fields with a list of words follow the order of that list; texts
/// go by the code points of their folded form. Whoever pages adds the row's id as the last key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKey {
    /// Which field.
    pub field: &'static Field,
    /// Largest first.
    pub descending: bool,
}

impl Query {
    /// Whether the query asks nothing and orders nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.sort.is_empty()
    }

    /// The fields that terms ask about, each once, in the order of their first use.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static Field> {
        let mut seen: Vec<&'static Field> = Vec::new();
        for term in &self.terms {
            if let TermKind::Field { field, .. } = &term.kind
                && !seen.iter().any(|f| f.name == field.name)
            {
                seen.push(field);
            }
        }
        seen
    }
}

impl Term {
    /// The values that it asks of this field; none where it asks something else.
    #[must_use]
    pub fn values_of(&self, field: &Field) -> &[Test] {
        match &self.kind {
            TermKind::Field { field: known, tests } if known.name == field.name => tests,
            _ => &[],
        }
    }
}

impl DateSpan {
    /// Whether the moment lies in the span.
    #[must_use]
    pub fn contains(&self, moment: Moment) -> bool {
        self.from.is_none_or(|from| from <= moment) && self.before.is_none_or(|before| moment < before)
    }
}
