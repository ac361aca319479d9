//! Pages by keyset: one walk along an order, stable while rows come and go.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::path::{Path, Span, push_beyond};
use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError};

/// What a key of the order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// An integer.
    Int,
    /// A text, in byte order.
    Text,
    /// An identifier.
    Id,
}

/// One key of an order. Its expression is never NULL: rows that lack the field sort by a key before it.
#[derive(Debug, Clone)]
pub struct Key {
    /// What is compared.
    pub expr: Sql,
    /// What it holds.
    pub kind: KeyKind,
    /// Largest first.
    pub descending: bool,
}

impl Key {
    /// A key over a column or an expression without values.
    #[must_use]
    pub fn new(expr: &str, kind: KeyKind, descending: bool) -> Self {
        Self {
            expr: Sql::new(expr),
            kind,
            descending,
        }
    }
}

/// A list that can be read in pages.
#[derive(Debug, Clone)]
pub struct List {
    /// Columns of the inner select, such as `t.*`.
    pub columns: &'static str,
    /// Tables of the inner select, such as `tokens t`.
    pub from: Sql,
    /// Condition of the inner select; empty: all rows.
    pub filter: Sql,
    /// The whole order, with an identifier last.
    pub keys: Vec<Key>,
    /// The select around the page: columns, then `{page}` where the inner select goes.
    pub outer: &'static str,
    /// Tells this query from others; cursors are bound to it.
    pub hash: String,
    /// How its rows are come by.
    pub path: Path,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Window {
    /// The beginning.
    First,
    /// The end.
    Last,
    /// What follows or precedes a cursor.
    At(String),
}

/// One page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Cursor of the rows after them.
    pub next: Option<String>,
    /// Cursor of the rows before them.
    pub prev: Option<String>,
    /// Whether the page starts at the very beginning.
    pub at_start: bool,
    /// Whether the page ends at the very end.
    pub at_end: bool,
}

/// A cursor that does not belong to this query, or is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor belongs to another query or order; start again from the first page")]
pub struct BadCursor;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    h: String,
    /// Whether the rows before it are wanted.
    b: bool,
    pub(super) v: Vec<Part>,
}

/// A value of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// An integer.
    Int(i64),
    /// An identifier.
    Id(Uuid),
    /// A text.
    Text(String),
}

impl List {
    /// Reads one page of at most `limit` rows.
    ///
    /// # Errors
    /// The inner error when the cursor is not of this query; the outer one when the database fails.
    pub async fn slice<T>(
        &self,
        conn: &impl Conn,
        window: &Window,
        limit: u32,
        map: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Result<Slice<T>, BadCursor>, StoreError> {
        let cursor = match window {
            Window::At(text) => match self.read_cursor(text) {
                Ok(cursor) => Some(cursor),
                Err(bad) => return Ok(Err(bad)),
            },
            Window::First | Window::Last => None,
        };
        let backwards = match &cursor {
            Some(cursor) => cursor.b,
            None => *window == Window::Last,
        };
        let span = Span {
            cursor: cursor.as_ref(),
            backwards,
            limit: limit.saturating_add(1),
        };
        let mut rows = self.reach(conn, span, &map).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        if backwards {
            rows.reverse();
        }
        let (at_start, at_end) = match (&cursor, backwards) {
            (None, false) => (true, !more),
            (None, true) => (!more, true),
            (Some(_), false) => (false, !more),
            (Some(_), true) => (!more, false),
        };
        let edge = |parts: Option<&Vec<Part>>, b: bool| parts.map(|v| self.write_cursor(v.clone(), b));
        let next = if at_end {
            None
        } else {
            edge(rows.last().map(|r| &r.1), false)
        };
        let prev = if at_start {
            None
        } else {
            edge(rows.first().map(|r| &r.1), true)
        };
        let items = rows.into_iter().map(|(item, _)| item).collect();
        Ok(Ok(Slice {
            items,
            next,
            prev,
            at_start,
            at_end,
        }))
    }

    /// The window that starts `before` rows before the row for which `is` holds.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn around(
        &self,
        conn: &impl Conn,
        is: &Sql,
        before: u32,
    ) -> Result<Option<Window>, StoreError> {
        let mut sql = Sql::new("SELECT ");
        self.push_keys(&mut sql);
        sql.push(" FROM ").append(&self.from).push(" WHERE ").append(is);
        if !self.filter.is_empty() {
            sql.push(" AND ").append(&self.filter);
        }
        let kinds: Vec<KeyKind> = self.keys.iter().map(|k| k.kind).collect();
        let Some(parts) = sql.first(conn, |row| read_parts(row, &kinds)).await? else {
            return Ok(None);
        };
        let cursor = Cursor {
            h: self.hash.clone(),
            b: true,
            v: parts,
        };
        let span = Span {
            cursor: Some(&cursor),
            backwards: true,
            limit: before.saturating_add(1),
        };
        let rows = self.reach(conn, span, &|_| Ok(())).await?;
        if rows.len() <= before as usize {
            return Ok(Some(Window::First));
        }
        Ok(rows
            .into_iter()
            .next_back()
            .map(|(_, parts)| Window::At(self.write_cursor(parts, false))))
    }

    /// How many rows there are, counted up to `cap` + 1; to the end when there is no cap.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, conn: &impl Conn, cap: Option<u64>) -> Result<u64, StoreError> {
        let known = match &self.path {
            Path::Counted(path) if cap == Some(path.many) => Some(&path.counted),
            _ => None,
        };
        if let Some(n) = known.and_then(std::sync::OnceLock::get) {
            return Ok(*n);
        }
        let mut inner = Sql::new("SELECT 1 AS one FROM ");
        inner.append(&self.from);
        if !self.filter.is_empty() {
            inner.push(" WHERE ").append(&self.filter);
        }
        if let Some(cap) = cap {
            inner
                .push(" LIMIT ")
                .bind(i64::try_from(cap.saturating_add(1)).unwrap_or(i64::MAX));
        }
        let mut sql = Sql::new("SELECT count(*) AS n FROM (");
        sql.append(&inner).push(") counted");
        let n = u64::try_from(sql.number(conn).await?).unwrap_or(0);
        Ok(known.map_or(n, |known| *known.get_or_init(|| n)))
    }

    pub(super) fn push_keys(&self, sql: &mut Sql) {
        for (i, key) in self.keys.iter().enumerate() {
            if i > 0 {
                sql.push(", ");
            }
            sql.append(&key.expr).push(&format!(" AS k{i}"));
        }
    }

    /// The rows as the database plans it.
    pub(super) fn planned(&self, span: Span<'_>) -> Sql {
        let mut inner = Sql::new("SELECT ");
        inner.push(self.columns).push(", ");
        self.push_keys(&mut inner);
        inner.push(" FROM ").append(&self.from);
        if !self.filter.is_empty() || span.cursor.is_some() {
            inner.push(" WHERE ");
        }
        if !self.filter.is_empty() {
            inner.append(&self.filter);
        }
        if let Some(cursor) = span.cursor {
            if !self.filter.is_empty() {
                inner.push(" AND ");
            }
            push_beyond(&mut inner, &self.keys, &cursor.v, span.backwards);
        }
        self.push_named_order(&mut inner, "", span.backwards);
        inner.push(" LIMIT ").bind(i64::from(span.limit));
        self.around_page(&inner, span.backwards)
    }

    /// The outer select around the rows of a page, in their order.
    pub(super) fn around_page(&self, inner: &Sql, backwards: bool) -> Sql {
        let (head, tail) = self.outer.split_once("{page}").unwrap_or((self.outer, ""));
        let mut sql = Sql::new(head);
        sql.push("(").append(inner).push(") page").push(tail);
        self.push_named_order(&mut sql, "page.", backwards);
        sql
    }

    fn push_named_order(&self, sql: &mut Sql, prefix: &str, backwards: bool) {
        for (i, key) in self.keys.iter().enumerate() {
            let down = key.descending != backwards;
            let before = if i > 0 { ", " } else { " ORDER BY " };
            sql.push(&format!(
                "{before}{prefix}k{i} {}",
                if down { "DESC" } else { "ASC" }
            ));
        }
    }

    fn write_cursor(&self, v: Vec<Part>, b: bool) -> String {
        let json = serde_json::to_vec(&Cursor {
            h: self.hash.clone(),
            b,
            v,
        })
        .unwrap_or_default();
        URL_SAFE_NO_PAD.encode(json)
    }

    fn read_cursor(&self, text: &str) -> Result<Cursor, BadCursor> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| BadCursor)?;
        let mut cursor: Cursor = serde_json::from_slice(&json).map_err(|_| BadCursor)?;
        if cursor.h != self.hash || cursor.v.len() != self.keys.len() {
            return Err(BadCursor);
        }
        for (part, key) in cursor.v.iter_mut().zip(&self.keys) {
            // A text that looks like an identifier was read as one.
            if let (Part::Id(id), KeyKind::Text) = (&*part, key.kind) {
                *part = Part::Text(id.to_string());
            }
            match (&*part, key.kind) {
                (Part::Int(_), KeyKind::Int)
                | (Part::Text(_), KeyKind::Text)
                | (Part::Id(_), KeyKind::Id) => {}
                _ => return Err(BadCursor),
            }
        }
        Ok(cursor)
    }
}

impl Part {
    pub(super) fn bind(&self) -> sea_orm::Value {
        match self {
            Self::Int(v) => v.value(),
            Self::Text(v) => v.as_str().value(),
            Self::Id(v) => v.value(),
        }
    }
}

pub(super) fn read_parts(row: &Row, kinds: &[KeyKind]) -> Result<Vec<Part>, StoreError> {
    kinds
        .iter()
        .enumerate()
        .map(|(i, kind)| {
            let column = format!("k{i}");
            Ok(match kind {
                KeyKind::Int => Part::Int(row.int(&column)?),
                KeyKind::Text => Part::Text(row.text(&column)?),
                KeyKind::Id => Part::Id(row.uuid(&column)?),
            })
        })
        .collect()
}
