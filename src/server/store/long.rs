//! From a query to a list of any length: its filter taken apart for [`super::path`].

use super::Sql;
use super::filter::{self, Column, Mapping, Scope};
use super::page::{Key, KeyKind, Part};
use super::path::{Counted, Each, Group, Groups, Path};
use crate::domain::query::{Query, SortKey, Term, TermKind, Test};

/// What has to be known of a long list beside where its fields stand.
pub(super) struct Long {
    /// The condition of the [`Column::In`]s that are asked of one other table, all of them together. Each row has one
    /// there.
    pub inside: &'static str,
    /// That table.
    pub table: &'static str,
    /// The column that holds the identifier of the row there.
    pub column: &'static str,
    /// The field of the order when none is asked for.
    pub by: &'static str,
    /// Where a field stands in the index of the order by another or the same field; `None`: it does not.
    pub bound: fn(field: &str, order: &str) -> Option<Column>,
    /// The order in which an index keeps the rows that have a field at all.
    pub kept: fn(field: &str) -> Option<&'static str>,
    /// The groups that the order by a field is walked by, in order; none: it is one walk.
    pub groups: fn(field: &str, down: bool) -> Vec<Fixed>,
    /// The order within groups of the other table, and of equals.
    pub then: &'static [(&'static str, KeyKind, bool)],
}

/// A group as a mapping writes it.
pub(super) struct Fixed {
    condition: &'static str,
    values: &'static [i64],
    keys: Vec<(&'static str, KeyKind, bool)>,
}

impl Fixed {
    /// Rows of a condition (`{now}` is bound), the values of the first keys, and the keys that follow.
    pub(super) fn new(
        condition: &'static str,
        values: &'static [i64],
        keys: &[(&'static str, KeyKind, bool)],
    ) -> Self {
        Self {
            condition,
            values,
            keys: keys.to_vec(),
        }
    }
}

/// What a list is made of.
pub(super) struct Parts {
    pub filter: Sql,
    pub keys: Vec<Key>,
    pub path: Path,
}

/// Takes a query apart.
pub(super) fn read(query: &Query, mapping: &Mapping, long: &Long, scope: &Scope) -> Parts {
    let sort = match query.sort.as_slice() {
        [] => None,
        [one] => Some(one),
        // Several keys are no walk along any index.
        _ => {
            return Parts {
                filter: filter::condition(query, mapping, scope),
                keys: filter::order(query, mapping, scope),
                path: Path::Planned,
            };
        }
    };
    let by = sort.map_or(long.by, |sort| sort.field.name);
    let (mut all, mut inside) = (Sql::default(), Sql::default());
    let (mut bound, mut tested) = (Sql::default(), Sql::default());
    for term in &query.terms {
        if let Some(plain) = filter::inside(term, long.inside, mapping, scope) {
            and(&mut inside);
            filter::push_turned(&mut inside, &plain, term.negated);
            continue;
        }
        let plain = filter::turned(term, mapping, scope);
        and(&mut all);
        all.append(&plain);
        if is_kept(term, long, by) {
            and(&mut bound);
            bound.append(&plain);
        } else if let Some(walked) = walked(term, long, by, scope) {
            and(&mut bound);
            bound.append(&walked);
        } else {
            and(&mut tested);
            tested.append(&plain);
        }
    }
    let tested_in_group = tested.clone();
    if !inside.is_empty() {
        let (head, tail) = long.inside.split_once("{}").unwrap_or((long.inside, ""));
        for sql in [&mut all, &mut tested] {
            and(sql);
            sql.push(head).append(&inside).push(tail);
        }
    }
    let (keys, groups) = order(query, sort, &inside, (mapping, long), scope);
    Parts {
        filter: all,
        keys,
        path: Path::Counted(Box::new(Counted {
            bound,
            tested,
            tested_in_group,
            groups,
            ..Counted::default()
        })),
    }
}

fn and(sql: &mut Sql) {
    if !sql.is_empty() {
        sql.push(" AND ");
    }
}

/// Whether the term asks for what has a field at all, and an index keeps that in this order.
fn is_kept(term: &Term, long: &Long, by: &str) -> bool {
    match &term.kind {
        TermKind::Field { field, tests } => {
            term.negated && matches!(tests.as_slice(), [Test::Empty]) && (long.kept)(field.name) == Some(by)
        }
        TermKind::Free { .. } => false,
    }
}

/// The term as the index of the order answers it, if it does.
fn walked(term: &Term, long: &Long, by: &str, scope: &Scope) -> Option<Sql> {
    match &term.kind {
        TermKind::Field { field, tests } if !term.negated && tests.len() == 1 => {
            let column = (long.bound)(field.name, by)?;
            Some(filter::any_test(field, column, tests, scope))
        }
        _ => None,
    }
}

fn order(
    query: &Query,
    sort: Option<&SortKey>,
    inside: &Sql,
    (mapping, long): (&Mapping, &Long),
    scope: &Scope,
) -> (Vec<Key>, Groups) {
    let plain = || filter::order(query, mapping, scope);
    let Some(sort) = sort else {
        return (plain(), Groups::None);
    };
    let column = (mapping.column)(sort.field.name);
    let then = |keys: &mut Vec<Key>| {
        keys.extend(
            long.then
                .iter()
                .map(|(expr, kind, down)| Key::new(expr, *kind, *down)),
        );
    };
    let mut keys = Vec::new();
    if let Column::In(wrap, inner, _) = column
        && wrap == long.inside
    {
        let mut raw = Vec::new();
        filter::push_sort(&mut raw, sort, *inner, scope, None);
        let down = raw.last().is_some_and(|key| key.descending);
        raw.push(Key::new("id", KeyKind::Id, down));
        filter::push_sort(&mut keys, sort, column, scope, None);
        keys.push(Key::new(long.column, KeyKind::Id, down));
        let mut rest = Vec::new();
        then(&mut rest);
        keys.extend(rest.iter().cloned());
        return (keys, Groups::Each(Box::new(each(long, &raw, inside, rest))));
    }
    let fixed = (long.groups)(sort.field.name, sort.descending);
    if fixed.is_empty() {
        return (plain(), Groups::None);
    }
    if let Column::Cases(..) = column {
        filter::push_sort(&mut keys, sort, column, scope, None);
        then(&mut keys);
    } else {
        keys = plain();
    }
    let groups = fixed.into_iter().map(|fixed| group(&fixed, scope));
    (keys, Groups::Fixed(groups.collect()))
}

fn group(fixed: &Fixed, scope: &Scope) -> Group {
    let mut condition = Sql::default();
    filter::push_now(&mut condition, fixed.condition, scope);
    let keys = fixed.keys.iter();
    Group {
        condition,
        values: fixed.values.iter().map(|v| Part::Int(*v)).collect(),
        keys: keys
            .map(|(expr, kind, down)| Key::new(expr, *kind, *down))
            .collect(),
    }
}

fn each(long: &Long, raw: &[Key], inside: &Sql, keys: Vec<Key>) -> Each {
    let mut read = Sql::new("SELECT ");
    for (i, key) in raw.iter().enumerate() {
        read.push(if i > 0 { ", " } else { "" });
        read.append(&key.expr).push(&format!(" AS k{i}"));
    }
    read.push(" FROM ").push(long.table);
    if !inside.is_empty() {
        read.push(" WHERE ").append(inside);
    }
    super::path::push_order(&mut read, raw, false);
    Each {
        read,
        kinds: raw.iter().map(|key| key.kind).collect(),
        column: long.column,
        keys,
    }
}
