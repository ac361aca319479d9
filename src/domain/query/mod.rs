//! The query language: one line, the same in the filter line, the filter form, presets, scripts and the API.
//!
//! ```text
//! state:active,shared value>=5 merchant:"Corner Cafe" expires:2026-01-01..2026-03-31 claimed:>-30d -campaign:spring sort:-value words
//! ```
//!
//! Terms are and-ed; the values of a term, separated by commas, are or-ed; `-` before a term negates it. A field term
//! is `field:value`, `field:~part`, `field:low..high` (either end may be left out), `field>=value` (or `field:>=value`,
//! and the same with `>`, `<=`, `<`, `=`) or `field:none`. Everything else is a free word, or a phrase in double
//! quotes. `sort:-value,name` orders. A backslash takes the next character as it is, inside quotes and outside.
//!
//! [`parse`](parse::parse) binds a text to a [`FieldSet`](fields::FieldSet) and resolves dates;
//! [`format`](format::format) writes the tree back (`parse(format(q)) == q`); [`eval`] defines what it means.

pub mod ast;
pub mod complete;
pub mod dates;
pub mod error;
pub mod eval;
pub mod fields;
pub mod fold;
pub mod form;
pub mod format;
mod lex;
pub mod marks;
pub mod parse;
pub mod pick;

pub use ast::{Compare, Query, Shape, SortKey, Span, Term, TermKind, Test};
pub use complete::{Candidate, Completion, complete, complete_field, complete_order};
pub use error::QueryError;
pub use eval::{Record, compare, matches};
pub use fields::{
    ACTION_FIELDS, APPROVAL_FIELDS, AUDIT_FIELDS, DELIVERY_FIELDS, ESCALATION_FIELDS, Field, FieldKind,
    FieldSet, OFFER_FIELDS, OWN_TICKET_FIELDS, TICKET_FIELDS, TOKEN_FIELDS,
};
pub use fold::{fold, needle, search_text, words};
pub use form::Form;
pub use format::{format, value_text};
pub use parse::{Context, MAX_TERMS, MAX_TEXT, parse};
pub use pick::Picked;

#[cfg(test)]
mod laws;
