//! The query language, compiled to SQL. [`crate::domain::query::eval`] says what a query means; this has to agree.

use std::ops::Bound;

use rust_decimal::{Decimal, RoundingStrategy};
use uuid::Uuid;

use super::Sql;
use super::page::{Key, KeyKind};
use crate::domain::query::dates::DateSpan;
use crate::domain::query::{Field, FieldKind, Query, SortKey, Term, TermKind, Test, fold, needle};
use crate::domain::time::Moment;
use crate::domain::value;

/// Who asks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// The moment at which states are computed.
    pub now: Moment,
    /// The person who asks, for `me`.
    pub me: Option<Uuid>,
}

/// Where a field of a list stands in the tables.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    /// Folded text columns, any of which may match; empty text is none. Sorted by the first.
    Texts(&'static [&'static str]),
    /// Folded text columns that are never empty.
    Filled(&'static [&'static str]),
    /// A column that holds a word of the field's list.
    Word(&'static str),
    /// An integer expression that is the place of the word in the field's list, plus an offset; `{now}` is bound.
    Rank(&'static str, i64),
    /// A condition for each word of the field's list, and an expression that is the word's place in it; `{now}` is bound.
    Cases(&'static [(&'static str, &'static str)], &'static str),
    /// An integer column of millionths, with the columns that group it when it is sorted.
    Number(&'static str, &'static [(&'static str, KeyKind)]),
    /// A column of microseconds; NULL is none.
    Date(&'static str),
    /// A column of microseconds that is never NULL.
    Moment(&'static str),
    /// A column of microseconds; NULL is none, and its copy in which none is the largest number.
    Due(&'static str, &'static str),
    /// Compared as text with any of these expressions: `{text}` the folded text, `{id}` the identifier it may be.
    Id(&'static [&'static str]),
    /// An integer column that people write as a ticket number: `TKT-000123`, or its digits.
    Ticket(&'static str),
    /// A column with a person's identifier; NULL is none.
    Person(&'static str),
    /// The column may be NULL, which is none; whatever else is asked, is asked of the inner one.
    Maybe(&'static str, &'static Column),
    /// The field stands in another table: a condition with `{}` where the test on the column goes.
    In(&'static str, &'static Column, &'static str),
    /// The field has no place: it never has a value.
    Nowhere,
}

/// How a list's fields stand in its tables.
pub struct Mapping {
    /// The column of each field.
    pub column: fn(&str) -> Column,
    /// How free words are found.
    pub free: Free,
    /// The order when none is asked for; `{now}` is bound.
    pub default: &'static [(&'static str, KeyKind, bool)],
    /// The identifier that ends every order.
    pub id: &'static str,
}

/// How the free words of a list are found.
#[derive(Clone, Copy)]
pub enum Free {
    /// Each for itself: a condition with `{}` where the needle goes, over a column of searchable words.
    Like(&'static str),
    /// In another table, as a [`Column::In`]: the condition on it, and a condition there with `{}` where the needle goes.
    In(&'static str, &'static str),
    /// In documents of their own: the condition under which one document holds all of these needles.
    Together(fn(&[String]) -> Sql),
}

/// The condition that a query stands for; empty when it asks nothing.
#[must_use]
pub fn condition(query: &Query, mapping: &Mapping, scope: &Scope) -> Sql {
    let mut sql = Sql::default();
    if let Free::Together(documents) = mapping.free {
        let together: Vec<Option<String>> = query
            .terms
            .iter()
            .filter(|term| term.is_free())
            .map(free_needle)
            .collect();
        if !together.is_empty() {
            let needles: Option<Vec<String>> = together.into_iter().collect();
            sql.append(&needles.map_or_else(|| Sql::new("(1 = 0)"), |needles| documents(&needles)));
        }
    }
    for term in &query.terms {
        if matches!(mapping.free, Free::Together(_)) && term.is_free() {
            continue;
        }
        if !sql.is_empty() {
            sql.push(" AND ");
        }
        sql.append(&turned(term, mapping, scope));
    }
    sql
}

/// What a row lacks does not hold: NULL counts as false before it is turned round.
pub(super) fn push_turned(sql: &mut Sql, plain: &Sql, negated: bool) {
    if negated {
        sql.push("(").append(plain).push(" IS NOT TRUE)");
    } else {
        sql.append(plain);
    }
}

/// A term, turned round if it is negated.
pub(super) fn turned(term: &Term, mapping: &Mapping, scope: &Scope) -> Sql {
    // Written so that an index of what is not empty answers it.
    if let (true, TermKind::Field { field, tests }) = (term.negated, &term.kind)
        && let [Test::Empty] = tests.as_slice()
    {
        match (mapping.column)(field.name) {
            Column::Maybe(column, _) | Column::Date(column) | Column::Person(column) => {
                return Sql::new(&format!("{column} IS NOT NULL"));
            }
            Column::Due(_, copy) => return Sql::new(&format!("{copy} < {}", i64::MAX)),
            _ => {}
        }
    }
    let mut sql = Sql::default();
    push_turned(&mut sql, &whole(term, mapping, scope), term.negated);
    sql
}

/// A term as it stands, not turned round.
fn whole(term: &Term, mapping: &Mapping, scope: &Scope) -> Sql {
    match &term.kind {
        TermKind::Field { field, tests } => any_test(field, (mapping.column)(field.name), tests, scope),
        TermKind::Free { text, phrase } => match (needle(text, *phrase), mapping.free) {
            (None, _) => Sql::new("(1 = 0)"),
            (Some(needle), Free::Like(condition)) => like(condition, &needle),
            (Some(needle), Free::In(wrap, condition)) => like(&wrap.replace("{}", condition), &needle),
            (Some(needle), Free::Together(documents)) => documents(&[needle]),
        },
    }
}

/// A term on what stands in another table, as it is asked there; `None` when it stands elsewhere.
pub(super) fn inside(term: &Term, wrap: &str, mapping: &Mapping, scope: &Scope) -> Option<Sql> {
    match &term.kind {
        TermKind::Field { field, tests } => match (mapping.column)(field.name) {
            Column::In(w, inner, _) if w == wrap => Some(any_test(field, *inner, tests, scope)),
            _ => None,
        },
        TermKind::Free { text, phrase } => match mapping.free {
            Free::In(w, condition) if w == wrap => Some(match needle(text, *phrase) {
                Some(needle) => like(condition, &needle),
                None => Sql::new("(1 = 0)"),
            }),
            _ => None,
        },
    }
}

/// Whether any of the tests holds.
pub(super) fn any_test(field: &Field, column: Column, tests: &[Test], scope: &Scope) -> Sql {
    let mut any = Sql::new("(");
    for (i, test) in tests.iter().enumerate() {
        if i > 0 {
            any.push(" OR ");
        }
        any.append(&one(field, column, test, scope));
    }
    any.push(")");
    any
}

fn free_needle(term: &Term) -> Option<String> {
    match &term.kind {
        TermKind::Free { text, phrase } => needle(text, *phrase),
        TermKind::Field { .. } => None,
    }
}

/// The whole order of a query, ended by the identifier.
#[must_use]
pub fn order(query: &Query, mapping: &Mapping, scope: &Scope) -> Vec<Key> {
    let mut keys = Vec::new();
    for sort in &query.sort {
        push_sort(&mut keys, sort, (mapping.column)(sort.field.name), scope, None);
    }
    if keys.is_empty() {
        keys.extend(mapping.default.iter().map(|(expr, kind, down)| {
            let mut sql = Sql::default();
            push_now(&mut sql, expr, scope);
            Key {
                expr: sql,
                kind: *kind,
                descending: *down,
            }
        }));
    }
    let down = keys.last().is_some_and(|k| k.descending);
    keys.push(Key::new(mapping.id, KeyKind::Id, down));
    keys
}

pub(super) fn push_sort(
    keys: &mut Vec<Key>,
    sort: &SortKey,
    column: Column,
    scope: &Scope,
    wrap: Option<&str>,
) {
    let down = sort.descending;
    let wrapped = |expr: &str| wrap.map_or_else(|| expr.to_owned(), |w| w.replace("{}", expr));
    let mut add = |expr: Sql, kind, down| {
        keys.push(Key {
            expr,
            kind,
            descending: down,
        })
    };
    let text = |expr: &str| Sql::new(&wrapped(expr));
    match column {
        Column::Filled(columns) => {
            let first = columns.first().copied().unwrap_or("''");
            add(text(first), KeyKind::Text, down);
        }
        Column::Texts(columns) => {
            let first = columns.first().copied().unwrap_or("''");
            // Empty is last both ways; downwards it is so by itself.
            if !down {
                add(
                    text(&format!("(CASE WHEN {first} = '' THEN 1 ELSE 0 END)")),
                    KeyKind::Int,
                    false,
                );
            }
            add(text(first), KeyKind::Text, down);
        }
        Column::Word(column) => {
            let FieldKind::Words(words) = sort.field.kind else {
                return;
            };
            let cases: String = words
                .iter()
                .enumerate()
                .map(|(i, word)| format!(" WHEN '{word}' THEN {i}"))
                .collect();
            add(
                text(&format!("(CASE {column}{cases} ELSE 99 END)")),
                KeyKind::Int,
                down,
            );
        }
        Column::Rank(expr, _) | Column::Cases(_, expr) => {
            let mut sql = Sql::default();
            push_now(&mut sql, &wrapped(expr), scope);
            add(sql, KeyKind::Int, down);
        }
        Column::Number(column, groups) => {
            for (group, kind) in groups {
                add(text(group), *kind, false);
            }
            // Turned round by its sign, so that all keys go one way and an index answers the order.
            if down {
                add(text(&format!("(-{column})")), KeyKind::Int, false);
            } else {
                add(text(column), KeyKind::Int, false);
            }
        }
        Column::Date(column) => {
            add(
                text(&format!("(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)")),
                KeyKind::Int,
                false,
            );
            add(text(&format!("COALESCE({column}, 0)")), KeyKind::Int, down);
        }
        Column::Moment(column) | Column::Ticket(column) => add(text(column), KeyKind::Int, down),
        Column::Due(column, copy) => {
            // What has no date is last both ways: the largest number upwards, the smallest downwards.
            if down {
                let least = format!("COALESCE({column}, {})", -i64::MAX);
                add(text(&least), KeyKind::Int, true);
            } else {
                add(text(copy), KeyKind::Int, false);
            }
        }
        Column::Person(column) => {
            let name = format!("COALESCE((SELECT name_key FROM agents WHERE agents.id = {column}), '')");
            add(
                text(&format!("(CASE WHEN {column} IS NULL THEN 1 ELSE 0 END)")),
                KeyKind::Int,
                false,
            );
            add(text(&name), KeyKind::Text, down);
        }
        Column::Id(columns) => {
            let first = columns.first().copied().unwrap_or("''");
            add(text(first), KeyKind::Text, down);
        }
        Column::Maybe(_, inner) => push_sort(keys, sort, *inner, scope, wrap),
        Column::In(_, inner, select) => push_sort(keys, sort, *inner, scope, Some(select)),
        Column::Nowhere => {}
    }
}

fn one(field: &Field, column: Column, test: &Test, scope: &Scope) -> Sql {
    match (column, test) {
        (Column::Maybe(column, _), Test::Empty) => Sql::new(&format!("{column} IS NULL")),
        (Column::Maybe(_, inner), test) => one(field, *inner, test, scope),
        (Column::In(wrap, inner, _), test) => {
            let (head, tail) = wrap.split_once("{}").unwrap_or((wrap, ""));
            let mut sql = Sql::new(head);
            sql.append(&one(field, *inner, test, scope)).push(tail);
            sql
        }
        (Column::Texts(columns) | Column::Filled(columns), Test::Empty) => all_of(columns, |sql, column| {
            sql.push(column).push(" = ''");
        }),
        (Column::Texts(columns) | Column::Filled(columns), Test::Text { value, part }) => {
            let folded = fold(value);
            any_of(columns, |sql, column| {
                if *part {
                    sql.append(&like(
                        &format!("({column} LIKE {{}} ESCAPE '\\' AND {column} <> '')"),
                        &folded,
                    ));
                } else {
                    sql.push("(")
                        .push(column)
                        .push(" = ")
                        .bind(folded.as_str())
                        .push(" AND ");
                    sql.push(column).push(" <> '')");
                }
            })
        }
        (Column::Word(column), Test::Word(word)) => {
            let mut sql = Sql::new(column);
            sql.push(" = ").bind(*word);
            sql
        }
        (Column::Cases(cases, _), Test::Word(word)) => {
            let condition = cases
                .iter()
                .find(|case| case.0 == *word)
                .map_or("(1 = 0)", |case| case.1);
            let mut sql = Sql::default();
            push_now(&mut sql, condition, scope);
            sql
        }
        (Column::Rank(expr, offset), Test::Word(word)) => {
            let rank = match field.kind {
                FieldKind::Words(words) => words.iter().position(|w| w == word).map_or(-1, |i| i as i64),
                _ => -1,
            };
            let mut sql = Sql::default();
            push_now(&mut sql, expr, scope);
            sql.push(" = ").bind(rank + offset);
            sql
        }
        (Column::Number(column, _), Test::Decimal(shape)) => {
            let (low, high) = shape.bounds();
            bounds(column, scaled(low, true), scaled(high, false))
        }
        (Column::Date(column) | Column::Moment(column), Test::Date { span, .. }) => {
            let (low, high) = edges(span);
            bounds(column, low, high)
        }
        (Column::Due(_, copy), Test::Date { span, .. }) => {
            // The copy is the one that is indexed; its largest number is none.
            let (low, high) = edges(span);
            let end = Bound::Excluded(i64::MAX);
            bounds(copy, low, if high == Bound::Unbounded { end } else { high })
        }
        (Column::Date(column) | Column::Person(column), Test::Empty) => {
            Sql::new(&format!("{column} IS NULL"))
        }
        (Column::Due(_, copy), Test::Empty) => Sql::new(&format!("{copy} = {}", i64::MAX)),
        (Column::Person(column), Test::Me) => match scope.me {
            Some(me) => {
                let mut sql = Sql::new(column);
                sql.push(" = ").bind(me);
                sql
            }
            None => Sql::new("(1 = 0)"),
        },
        (Column::Person(column), Test::Text { value, part }) => person(column, &fold(value), *part),
        (Column::Ticket(column), Test::Text { value, .. }) => {
            let folded = fold(value);
            match folded.trim_start_matches("tkt-").parse::<i64>() {
                Ok(number) => {
                    let mut sql = Sql::new(column);
                    sql.push(" = ").bind(number);
                    sql
                }
                Err(_) => Sql::new("(1 = 0)"),
            }
        }
        (Column::Id(exprs), Test::Text { value, .. }) => {
            let folded = fold(value);
            let id = Uuid::parse_str(value.trim()).ok();
            any_of(exprs, |sql, expr| push_id(sql, expr, &folded, id))
        }
        // A test that this kind of field does not have, or one about a value that is always or never there.
        _ => Sql::new("(1 = 0)"),
    }
}

fn person(column: &str, folded: &str, part: bool) -> Sql {
    let mut sql = Sql::new(column);
    sql.push(" IN (SELECT id FROM agents WHERE ");
    for (i, text) in ["employee_key", "name_key"].iter().enumerate() {
        if i > 0 {
            sql.push(" OR ");
        }
        if part {
            sql.append(&like(&format!("{text} LIKE {{}} ESCAPE '\\'"), folded));
        } else {
            sql.push(&format!("{text} = ")).bind(folded);
        }
    }
    sql.push(")");
    sql
}

fn push_id(sql: &mut Sql, expr: &str, folded: &str, id: Option<Uuid>) {
    for (mark, value) in [("{text}", None), ("{id}", Some(id))] {
        if let Some((head, tail)) = expr.split_once(mark) {
            match value {
                None => sql.push(head).bind(folded).push(tail),
                Some(Some(id)) => sql.push(head).bind(id).push(tail),
                Some(None) => sql.push("(1 = 0)"),
            };
            return;
        }
    }
    sql.push(expr).push(" = ").bind(folded);
}

/// `{}` in the text becomes the pattern "holds this".
fn like(text: &str, part: &str) -> Sql {
    let mut pattern = String::with_capacity(part.len() + 2);
    pattern.push('%');
    for c in part.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    let (head, tail) = text.split_once("{}").unwrap_or((text, ""));
    let mut sql = Sql::new(head);
    sql.bind(pattern).push(tail);
    sql
}

fn any_of(columns: &[&str], push: impl Fn(&mut Sql, &str)) -> Sql {
    joined(columns, " OR ", push)
}

fn all_of(columns: &[&str], push: impl Fn(&mut Sql, &str)) -> Sql {
    joined(columns, " AND ", push)
}

fn joined(columns: &[&str], by: &str, push: impl Fn(&mut Sql, &str)) -> Sql {
    let mut sql = Sql::new("(");
    for (i, column) in columns.iter().enumerate() {
        if i > 0 {
            sql.push(by);
        }
        push(&mut sql, column);
    }
    sql.push(")");
    sql
}

pub(super) fn push_now(sql: &mut Sql, expr: &str, scope: &Scope) {
    for (i, piece) in expr.split("{now}").enumerate() {
        if i > 0 {
            sql.bind(scope.now);
        }
        sql.push(piece);
    }
}

/// A bound in millionths. A number with more than six places lies between two millionths, and what is stored has no
/// more: above it starts after the lower neighbour, below it ends with that one.
fn scaled(bound: Bound<Decimal>, low: bool) -> Bound<i64> {
    let (number, included) = match bound {
        Bound::Unbounded => return Bound::Unbounded,
        Bound::Included(number) => (number, true),
        Bound::Excluded(number) => (number, false),
    };
    let exact = number.normalize().scale() <= value::VALUE_SCALE;
    let floor = number.round_dp_with_strategy(value::VALUE_SCALE, RoundingStrategy::ToNegativeInfinity);
    let floor = value::scale(floor);
    match (exact, included, low) {
        (true, true, _) | (false, _, false) => Bound::Included(floor),
        (true, false, _) | (false, _, true) => Bound::Excluded(floor),
    }
}

fn bounds(column: &str, low: Bound<i64>, high: Bound<i64>) -> Sql {
    let mut sql = Sql::new("(");
    let mut some = false;
    for (bound, included, excluded) in [(low, " >= ", " > "), (high, " <= ", " < ")] {
        let (sign, value) = match bound {
            Bound::Unbounded => continue,
            Bound::Included(v) => (included, v),
            Bound::Excluded(v) => (excluded, v),
        };
        if some {
            sql.push(" AND ");
        }
        some = true;
        sql.push(column).push(sign).bind(value);
    }
    if !some {
        sql.push(column).push(" IS NOT NULL");
    }
    sql.push(")");
    sql
}

fn edges(span: &DateSpan) -> (Bound<i64>, Bound<i64>) {
    let from = span.from.map(|m| Bound::Included(m.micros()));
    let before = span.before.map(|m| Bound::Excluded(m.micros()));
    (
        from.unwrap_or(Bound::Unbounded),
        before.unwrap_or(Bound::Unbounded),
    )
}
