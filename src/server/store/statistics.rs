//! Sums of each day, and what has changed since they were made.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::bulk::insert;
use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError, clocks};
use crate::domain::statistics::{Cell, Dim, Sums, in_months, month_of};
use crate::sql;

const PARTS: [&str; 8] = [
    "n",
    "first_n",
    "first_met",
    "first_seconds",
    "done_n",
    "done_met",
    "done_seconds",
    "rating",
];
/// What stands before the word of what whole months are broken down by.
const MONTH: &str = "m.";
/// The turn of summing up; any number that no other turn has.
const FOLDING: i64 = 0x746b_6465_736b_5301;

/// Writes what has changed.
///
/// # Errors
/// When the database fails.
pub async fn moved(conn: &impl Conn, moves: &[(Cell, Sums)]) -> Result<(), StoreError> {
    let cells = |((dim, day, word), sums): &(Cell, Sums)| {
        let [
            n,
            first_n,
            first_met,
            first_seconds,
            done_n,
            done_met,
            done_seconds,
            rating,
        ] = sums.parts();
        [
            Uuid::now_v7().value(),
            dim.word().value(),
            day.value(),
            word.as_str().value(),
            n.value(),
            first_n.value(),
            first_met.value(),
            first_seconds.value(),
            done_n.value(),
            done_met.value(),
            done_seconds.value(),
            rating.value(),
        ]
    };
    let columns = [
        "id",
        "dim",
        "day",
        "word",
        "n",
        "first_n",
        "first_met",
        "first_seconds",
        "done_n",
        "done_met",
        "done_seconds",
        "rating",
    ];
    insert(conn, "stat_moves", columns, moves, cells, "").await
}

fn sums(row: &Row) -> Result<Sums, StoreError> {
    let mut parts = [0; 8];
    for (slot, name) in parts.iter_mut().zip(PARTS) {
        *slot = row.int(name)?;
    }
    Ok(Sums::from_parts(parts))
}

fn dim(row: &Row) -> Result<Dim, StoreError> {
    row.word("dim", Dim::from_word)
}

/// Adds up to `most` changes to the sums of their days. Gives back how many there were.
///
/// # Errors
/// When the database fails.
pub async fn fold(conn: &impl Conn, most: u32) -> Result<usize, StoreError> {
    clocks::take_turns(conn, FOLDING).await?;
    let rows = sql!("SELECT * FROM stat_moves ORDER BY id LIMIT ?", most)
        .all(conn, |row| {
            Ok((
                row.uuid("id")?,
                (dim(row)?, row.int("day")?, row.text("word")?),
                sums(row)?,
            ))
        })
        .await?;
    let mut all: BTreeMap<Cell, Sums> = BTreeMap::new();
    for (_, cell, sums) in &rows {
        all.entry(cell.clone()).or_default().add(sums, 1);
    }
    // Whole months beside the days: a span of years is a few rows.
    let mut rolled: BTreeMap<(String, i64, String), Sums> = BTreeMap::new();
    for ((dim, day, word), sums) in all {
        if let Some(month) = month_of(day) {
            let key = (format!("{MONTH}{}", dim.word()), month, word.clone());
            rolled.entry(key).or_default().add(&sums, 1);
        }
        rolled
            .entry((dim.word().to_owned(), day, word))
            .or_default()
            .add(&sums, 1);
    }
    let all: Vec<((String, i64, String), Sums)> = rolled.into_iter().collect();
    let sets: Vec<String> = PARTS
        .iter()
        .map(|p| format!("{p} = stat_days.{p} + excluded.{p}"))
        .collect();
    let tail = format!(" ON CONFLICT (dim, day, word) DO UPDATE SET {}", sets.join(", "));
    let cells = |((dim, day, word), sums): &((String, i64, String), Sums)| {
        let [
            n,
            first_n,
            first_met,
            first_seconds,
            done_n,
            done_met,
            done_seconds,
            rating,
        ] = sums.parts();
        [
            dim.as_str().value(),
            day.value(),
            word.as_str().value(),
            n.value(),
            first_n.value(),
            first_met.value(),
            first_seconds.value(),
            done_n.value(),
            done_met.value(),
            done_seconds.value(),
            rating.value(),
        ]
    };
    let columns = [
        "dim",
        "day",
        "word",
        "n",
        "first_n",
        "first_met",
        "first_seconds",
        "done_n",
        "done_met",
        "done_seconds",
        "rating",
    ];
    insert(conn, "stat_days", columns, &all, cells, &tail).await?;
    for some in rows.chunks(500) {
        let mut sql = Sql::new("DELETE FROM stat_moves WHERE id IN (");
        sql.bind_all(some.iter().map(|row| row.0)).push(")");
        sql.run(conn).await?;
    }
    Ok(rows.len())
}

/// How a reading of the sums is grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By word.
    Word,
    /// By day.
    Day,
}

/// The sums of the days from `first` to `last`, both included, of all words or of one. One statement: it sees the sums and what has changed since
/// at one moment.
///
/// # Errors
/// When the database fails.
pub async fn read(
    conn: &impl Conn,
    dims: &[Dim],
    (first, last): (i64, i64),
    by: By,
    only: Option<&str>,
) -> Result<Vec<(Dim, String, i64, Sums)>, StoreError> {
    let (word, day, group) = match by {
        By::Word => ("word", "0", "dim, word"),
        By::Day => ("''", "day", "dim, day"),
    };
    let added: Vec<String> = PARTS
        .iter()
        .map(|part| format!("CAST(SUM({part}) AS BIGINT) AS {part}"))
        .collect();
    let mut sql = Sql::new(&format!(
        "SELECT dim, {word} AS word, CAST({day} AS BIGINT) AS day, {} FROM (",
        added.join(", ")
    ));
    let (months, rest) = match by {
        By::Word => in_months(first, last),
        By::Day => (None, [(first, last), (1, 0)]),
    };
    let months = months.map(|span| ("stat_days", MONTH, span));
    let days = rest.into_iter().filter(|(from, to)| from <= to);
    let days = days.map(|span| ("stat_days", "", span));
    let moves = ("stat_moves", "", (first, last));
    for (i, (table, prefix, (from, to))) in months.into_iter().chain(days).chain([moves]).enumerate() {
        if i > 0 {
            sql.push(" UNION ALL ");
        }
        let skip = prefix.len() + 1;
        let parts = PARTS.join(", ");
        sql.push(&format!(
            "SELECT SUBSTR(dim, {skip}) AS dim, day, word, {parts} FROM {table} WHERE dim IN ("
        ))
        .bind_all(dims.iter().map(|d| format!("{prefix}{}", d.word())))
        .push(") AND day >= ")
        .bind(from)
        .push(" AND day <= ")
        .bind(to);
        if let Some(word) = only {
            sql.push(" AND word = ").bind(word);
        }
    }
    sql.push(&format!(") parts GROUP BY {group} ORDER BY {group}"));
    let mut all = sql
        .all(conn, |row| {
            Ok((dim(row)?, row.text("word")?, row.int("day")?, sums(row)?))
        })
        .await?;
    all.retain(|(.., sums)| !sums.is_zero());
    Ok(all)
}

/// The sums of one agent's tickets, straight from the tickets: opened in the span, by status, priority and category.
///
/// # Errors
/// When the database fails.
pub async fn of_agent(
    conn: &impl Conn,
    agent: Uuid,
    (from, before): (i64, i64),
) -> Result<Vec<(String, i64, String, Sums)>, StoreError> {
    sql!(
        "SELECT status, priority, category, CAST(COUNT(*) AS BIGINT) AS n, CAST(COUNT(first_seconds) AS BIGINT) AS first_n, \
         CAST(COALESCE(SUM(first_met), 0) AS BIGINT) AS first_met, CAST(COALESCE(SUM(first_seconds), 0) AS BIGINT) AS first_seconds, \
         CAST(COUNT(done_seconds) AS BIGINT) AS done_n, CAST(COALESCE(SUM(done_met), 0) AS BIGINT) AS done_met, \
         CAST(COALESCE(SUM(done_seconds), 0) AS BIGINT) AS done_seconds, CAST(COALESCE(SUM(rating), 0) AS BIGINT) AS rating \
         FROM tickets WHERE assignee = ? AND created_at >= ? AND created_at < ? GROUP BY status, priority, category",
        agent,
        from,
        before
    )
    .all(conn, |row| {
        Ok((row.text("status")?, row.int("priority")?, row.text("category")?, sums(row)?))
    })
    .await
}

/// How many tickets have not been counted yet, counted up to `cap`.
///
/// # Errors
/// When the database fails.
pub async fn uncounted(conn: &impl Conn, cap: i64) -> Result<i64, StoreError> {
    sql!(
        "SELECT count(*) AS n FROM (SELECT 1 AS one FROM tickets WHERE clock_stale = 1 LIMIT ?) waiting",
        cap
    )
    .number(conn)
    .await
}
