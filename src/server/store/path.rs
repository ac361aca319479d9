//! How the rows of a page are come by in a list of any length.
//!
//! The count that is shown beside a page, and that ends at [`MANY`], is also the estimate by which its rows are read:
//! what is rare is gathered by the index of its filter and put in order; what is frequent is found by walking along the
//! index of the order, each row tested on the way. A walk that finds too little within [`STEPS`] rows is given up for a
//! gathering. An order whose first key has few values is walked value by value.

use std::sync::OnceLock;

use super::page::{Cursor, Key, KeyKind, List, Part, read_parts};
use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError};

/// More than this is frequent; counts are exact up to here.
pub const MANY: u64 = 10_000;
/// Rows that a walk tests before it is given up.
const STEPS: u32 = 5_000;
/// Groups that are walked with a filter to test before the walk is given up.
const GROUPS: usize = 24;

/// How the rows of a list are come by.
#[derive(Debug, Clone, Default)]
pub enum Path {
    /// As the database plans it.
    #[default]
    Planned,
    /// By how many there are.
    Counted(Box<Counted>),
}

/// A list's filter, taken apart.
#[derive(Debug, Clone)]
pub struct Counted {
    /// What the index of the order answers itself; empty: nothing.
    pub bound: Sql,
    /// What each row on the way is tested for.
    pub tested: Sql,
    /// The same, where the group holds it already.
    pub tested_in_group: Sql,
    /// What the order is walked by.
    pub groups: Groups,
    /// More than this is frequent: [`MANY`].
    pub many: u64,
    /// Rows that a walk tests before it is given up.
    pub steps: u32,
    /// How many there are up to one more than that, once it is known.
    pub(super) counted: OnceLock<u64>,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            bound: Sql::default(),
            tested: Sql::default(),
            tested_in_group: Sql::default(),
            groups: Groups::None,
            many: MANY,
            steps: STEPS,
            counted: OnceLock::new(),
        }
    }
}

/// The values of an order's first keys, in order.
#[derive(Debug, Clone, Default)]
pub enum Groups {
    /// The order is one walk.
    #[default]
    None,
    /// These.
    Fixed(Vec<Group>),
    /// One for each row of another table.
    Each(Box<Each>),
}

/// The rows that have the same values in the first keys of the order.
#[derive(Debug, Clone)]
pub struct Group {
    /// What they have in common.
    pub condition: Sql,
    /// The values of the first keys.
    pub values: Vec<Part>,
    /// The keys that follow; they all go in one direction.
    pub keys: Vec<Key>,
}

/// Groups by the rows of another table.
#[derive(Debug, Clone)]
pub struct Each {
    /// Reads them in order: the first keys as `k0`, `k1`, …
    pub read: Sql,
    /// What the keys hold; the last one is the identifier.
    pub kinds: Vec<KeyKind>,
    /// The column that holds the identifier.
    pub column: &'static str,
    /// The keys that follow.
    pub keys: Vec<Key>,
}

/// A row as it was read, and its place in the order.
pub(super) type Placed<T> = (T, Vec<Part>);

/// Which rows are wanted.
#[derive(Clone, Copy)]
pub(super) struct Span<'a> {
    pub cursor: Option<&'a Cursor>,
    pub backwards: bool,
    pub limit: u32,
}

impl List {
    /// Reads rows by the list's path.
    pub(super) async fn reach<T>(
        &self,
        conn: &impl Conn,
        span: Span<'_>,
        map: &impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<Placed<T>>, StoreError> {
        let Path::Counted(path) = &self.path else {
            return self.read(conn, self.planned(span), map).await;
        };
        let walked_plainly = path.tested.is_empty() && matches!(path.groups, Groups::None);
        if !walked_plainly && !self.filter.is_empty() && self.count(conn, Some(path.many)).await? <= path.many
        {
            return self.read(conn, self.gathered(span), map).await;
        }
        let groups = path.groups.read(conn, span.backwards).await?;
        if !groups.is_empty() {
            return match self.by_groups(conn, path, &groups, span, map).await? {
                Some(rows) => Ok(rows),
                None => self.read(conn, self.gathered(span), map).await,
            };
        }
        let beyond = span.cursor.map(|cursor| cursor.v.as_slice());
        let inner = walk(self, path, &self.walked_by(), beyond, span, &path.tested);
        let rows = self.read(conn, self.late(&inner, span.backwards), map).await?;
        if rows.len() < span.limit as usize && !path.tested.is_empty() {
            return self.read(conn, self.gathered(span), map).await;
        }
        Ok(rows)
    }

    async fn read<T>(
        &self,
        conn: &impl Conn,
        sql: Sql,
        map: &impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Vec<Placed<T>>, StoreError> {
        let kinds: Vec<KeyKind> = self.keys.iter().map(|k| k.kind).collect();
        sql.all(conn, |row| Ok((map(row)?, read_parts(row, &kinds)?)))
            .await
    }

    /// All rows as one group.
    fn walked_by(&self) -> Group {
        Group {
            condition: Sql::default(),
            values: Vec::new(),
            keys: self.keys.clone(),
        }
    }

    /// Walks one group after the other until there are enough rows; `None` when that is not the way.
    async fn by_groups<T>(
        &self,
        conn: &impl Conn,
        path: &Counted,
        groups: &[Group],
        span: Span<'_>,
        map: &impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Option<Vec<Placed<T>>>, StoreError> {
        let mut first = 0;
        if let Some(cursor) = span.cursor {
            let holds = |group: &&Group| cursor.v.starts_with(&group.values);
            let Some(group) = groups.iter().filter(holds).max_by_key(|g| g.values.len()) else {
                return Ok(None);
            };
            first = groups.iter().position(|g| g.values == group.values).unwrap_or(0);
        }
        let tested = match path.groups {
            Groups::Each(_) => &path.tested_in_group,
            _ => &path.tested,
        };
        let mut rows = Vec::new();
        for (i, group) in groups.iter().enumerate().skip(first) {
            if !tested.is_empty() && i - first >= GROUPS {
                return Ok(None);
            }
            let missing = Span {
                limit: span.limit - u32::try_from(rows.len()).unwrap_or(span.limit),
                ..span
            };
            let beyond = span
                .cursor
                .filter(|_| i == first)
                .and_then(|cursor| cursor.v.get(group.values.len()..));
            let inner = walk(self, path, group, beyond, missing, tested);
            let found = self.read(conn, self.late(&inner, span.backwards), map).await?;
            let short = found.len() < missing.limit as usize;
            rows.extend(found);
            if !short {
                break;
            }
            if !tested.is_empty() && longer(self, conn, path, group).await? {
                return Ok(None);
            }
        }
        Ok(Some(rows))
    }

    /// Rows by the index of their filter, put in order afterwards: the index of the order is kept out of the plan.
    fn gathered(&self, span: Span<'_>) -> Sql {
        let mut inner = Sql::new("SELECT * FROM (SELECT ");
        self.push_keys(&mut inner);
        inner.push(" FROM ").append(&self.from);
        if !self.filter.is_empty() {
            inner.push(" WHERE ").append(&self.filter);
        }
        inner.push(") g");
        let keys: Vec<Key> = self
            .keys
            .iter()
            .enumerate()
            .map(|(i, key)| Key {
                expr: Sql::new(&match (i, key.kind) {
                    (0, KeyKind::Int) => "(+g.k0)".to_owned(),
                    (0, KeyKind::Text) => "(g.k0 || '')".to_owned(),
                    _ => format!("g.k{i}"),
                }),
                ..key.clone()
            })
            .collect();
        if let Some(cursor) = span.cursor {
            inner.push(" WHERE ");
            push_beyond(&mut inner, &keys, &cursor.v, span.backwards);
        }
        push_order(&mut inner, &keys, span.backwards);
        inner.push(" LIMIT ").bind(i64::from(span.limit));
        self.late(&inner, span.backwards)
    }

    /// Looks up the rows whose keys were found, and puts them in order.
    fn late(&self, keys: &Sql, backwards: bool) -> Sql {
        let mut inner = Sql::new("SELECT ");
        inner.push(self.columns);
        for i in 0..self.keys.len() {
            inner.push(&format!(", p.k{i}"));
        }
        inner
            .push(" FROM (")
            .append(keys)
            .push(") p CROSS JOIN ")
            .append(&self.from);
        if let Some(id) = self.keys.last() {
            inner
                .push(" WHERE ")
                .append(&id.expr)
                .push(&format!(" = p.k{}", self.keys.len() - 1));
        }
        self.around_page(&inner, backwards)
    }
}

impl Groups {
    async fn read(&self, conn: &impl Conn, backwards: bool) -> Result<Vec<Group>, StoreError> {
        let mut groups = match self {
            Self::None => Vec::new(),
            Self::Fixed(groups) => groups.clone(),
            Self::Each(each) => {
                let read = each.read.clone();
                let found = read.all(conn, |row| read_parts(row, &each.kinds)).await?;
                found
                    .into_iter()
                    .filter_map(|values| each.group(values))
                    .collect()
            }
        };
        if backwards {
            groups.reverse();
        }
        Ok(groups)
    }
}

impl Each {
    fn group(&self, values: Vec<Part>) -> Option<Group> {
        let mut condition = Sql::new(self.column);
        condition.push(" = ").bind(values.last()?.bind());
        Some(Group {
            condition,
            values,
            keys: self.keys.clone(),
        })
    }
}

/// The keys of the first rows of a group that hold what they are tested for.
fn walk(
    list: &List,
    path: &Counted,
    group: &Group,
    beyond: Option<&[Part]>,
    span: Span<'_>,
    tested: &Sql,
) -> Sql {
    let mut conditions: Vec<Sql> = [&path.bound, &group.condition]
        .into_iter()
        .filter(|c| !c.is_empty())
        .cloned()
        .collect();
    if let Some(values) = beyond {
        let mut sql = Sql::default();
        push_beyond(&mut sql, &group.keys, values, span.backwards);
        conditions.push(sql);
    }
    let mut keys = Sql::default();
    for (i, value) in group.values.iter().enumerate() {
        keys.push(if i > 0 { ", " } else { "" });
        value.push_to(&mut keys);
        keys.push(&format!(" AS k{i}"));
    }
    for (i, key) in group.keys.iter().enumerate() {
        let place = group.values.len() + i;
        keys.push(if place > 0 { ", " } else { "" });
        keys.append(&key.expr).push(&format!(" AS k{place}"));
    }
    let mut rows = Sql::new(" FROM ");
    rows.append(&list.from);
    for (i, condition) in conditions.iter().enumerate() {
        rows.push(if i > 0 { " AND " } else { " WHERE " })
            .append(condition);
    }
    push_order(&mut rows, &group.keys, span.backwards);
    let mut sql = Sql::new("SELECT ");
    sql.append(&keys);
    if tested.is_empty() {
        sql.append(&rows).push(" LIMIT ").bind(i64::from(span.limit));
        return sql;
    }
    // The limit inside keeps the database from answering the test by another index, and the walk from going on for ever.
    let alias = list.columns.trim_end_matches(".*");
    sql.push(" FROM (SELECT ")
        .push(list.columns)
        .append(&rows)
        .push(" LIMIT ");
    sql.bind(i64::from(path.steps))
        .push(&format!(") {alias} WHERE "))
        .append(tested);
    // SQLite reads them in their order anyway, and would sort them all before the first if it were asked to.
    let mut ordered = Sql::default();
    push_order(&mut ordered, &group.keys, span.backwards);
    sql.either(&Sql::default(), &ordered);
    sql.push(" LIMIT ").bind(i64::from(span.limit));
    sql
}

/// Whether a group has more rows than a walk tests.
async fn longer(list: &List, conn: &impl Conn, path: &Counted, group: &Group) -> Result<bool, StoreError> {
    let mut sql = Sql::new("SELECT count(*) AS n FROM (SELECT 1 AS one FROM ");
    sql.append(&list.from);
    for (i, condition) in [&path.bound, &group.condition]
        .into_iter()
        .filter(|c| !c.is_empty())
        .enumerate()
    {
        sql.push(if i > 0 { " AND " } else { " WHERE " })
            .append(condition);
    }
    sql.push(" LIMIT ")
        .bind(i64::from(path.steps) + 1)
        .push(") counted");
    Ok(sql.number(conn).await? > i64::from(path.steps))
}

/// `ORDER BY` these keys.
pub(super) fn push_order(sql: &mut Sql, keys: &[Key], backwards: bool) {
    for (i, key) in keys.iter().enumerate() {
        sql.push(if i > 0 { ", " } else { " ORDER BY " })
            .append(&key.expr);
        sql.push(if key.descending == backwards {
            " ASC"
        } else {
            " DESC"
        });
    }
}

/// The condition "strictly beyond these key values". Keys of one direction become one row comparison, which an index can
/// answer.
pub(super) fn push_beyond(sql: &mut Sql, keys: &[Key], values: &[Part], backwards: bool) {
    let sign = |key: &Key| if key.descending == backwards { " > " } else { " < " };
    let Some(first) = keys.first() else {
        return;
    };
    if keys.iter().all(|k| k.descending == first.descending) {
        sql.push("(");
        for (i, key) in keys.iter().enumerate() {
            sql.push(if i > 0 { ", " } else { "" }).append(&key.expr);
        }
        sql.push(")").push(sign(first)).push("(");
        sql.bind_all(values.iter().map(Part::bind)).push(")");
        return;
    }
    sql.push("(");
    for (i, (key, value)) in keys.iter().zip(values).enumerate() {
        sql.push(if i > 0 { " OR (" } else { "(" });
        for (earlier, value) in keys.iter().zip(values).take(i) {
            sql.append(&earlier.expr)
                .push(" = ")
                .bind(value.bind())
                .push(" AND ");
        }
        sql.append(&key.expr).push(sign(key)).bind(value.bind()).push(")");
    }
    sql.push(")");
}

impl Part {
    /// As a column of its own.
    fn push_to(&self, sql: &mut Sql) {
        match self {
            Self::Int(v) => sql.push("CAST(").bind(v.value()).push(" AS BIGINT)"),
            Self::Text(v) => sql.push("CAST(").bind(v.as_str().value()).push(" AS TEXT)"),
            // SQLite keeps identifiers as bytes, and has no type to cast them to.
            Self::Id(v) => sql.bind(v.value()),
        };
    }
}
