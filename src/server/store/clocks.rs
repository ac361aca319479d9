//! What clocks go by, and what is kept of them beside a ticket.

use std::collections::HashMap;

use sea_orm::DbBackend;
use uuid::Uuid;

use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{AccountId, AgentId, TicketId};
use crate::domain::sla::{Cache, ClockKind, Event, Happening, History};
use crate::domain::ticket::{Priority, TicketStatus};
use crate::domain::time::Moment;
use crate::sql;

/// Tickets whose histories are read in one statement.
const AT_ONCE: usize = 500;

/// The part of a ticket's row that clocks, queue and statistics go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// Identifier.
    pub id: TicketId,
    /// Running number.
    pub number: i64,
    /// When it was opened.
    pub created_at: Moment,
    /// Where it stands.
    pub status: TicketStatus,
    /// How soon it needs care.
    pub priority: Priority,
    /// Category of the desk profile.
    pub category: String,
    /// 1 or 2.
    pub tier: u8,
    /// Who has it.
    pub assignee: Option<AgentId>,
    /// The customer.
    pub account: Option<AccountId>,
    /// Language of the customer; empty: the desk's.
    pub language: String,
    /// How often it was reopened.
    pub reopened: i64,
    /// Put away until then.
    pub snoozed_until: Option<Moment>,
    /// Since when it waits for somebody.
    pub queued_at: Option<Moment>,
    /// The rating of its customer, and when it was given.
    pub rated: Option<(i64, Moment)>,
    /// What of it went into the statistics.
    pub counted: String,
    /// Counts up with each change.
    pub version: i64,
}

const COLUMNS: &str = "id, number, created_at, status, priority, category, tier, assignee, account_id, language, reopened, \
    snoozed_until, queued_at, rating, rated_at, counted, version";

fn read(row: &Row) -> Result<ClockRow, StoreError> {
    let rank = usize::try_from(row.int("priority")?).unwrap_or(usize::MAX);
    Ok(ClockRow {
        id: TicketId(row.uuid("id")?),
        number: row.int("number")?,
        created_at: row.moment("created_at")?,
        status: row.word("status", TicketStatus::from_word)?,
        priority: Priority::ALL
            .get(rank)
            .copied()
            .ok_or_else(|| StoreError::Unreadable("priority: no such rank".to_owned()))?,
        category: row.text("category")?,
        tier: u8::try_from(row.int("tier")?).unwrap_or(1),
        assignee: row.opt_uuid("assignee")?.map(AgentId),
        account: row.opt_uuid("account_id")?.map(AccountId),
        language: row.text("language")?,
        reopened: row.int("reopened")?,
        snoozed_until: row.opt_moment("snoozed_until")?,
        queued_at: row.opt_moment("queued_at")?,
        rated: row.opt_int("rating")?.zip(row.opt_moment("rated_at")?),
        counted: row.text("counted")?,
        version: row.int("version")?,
    })
}

fn is_postgres(conn: &impl Conn) -> bool {
    conn.get_database_backend() == DbBackend::Postgres
}

/// Holds a ticket's row until the transaction ends.
///
/// # Errors
/// When the database fails.
pub async fn hold(conn: &impl Conn, id: TicketId) -> Result<Option<ClockRow>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM tickets WHERE id = "));
    sql.bind(id.0);
    if is_postgres(conn) {
        sql.push(" FOR UPDATE");
    }
    sql.first(conn, read).await
}

/// The part of a ticket's row, for looking only.
///
/// # Errors
/// When the database fails.
pub async fn look(conn: &impl Conn, id: TicketId) -> Result<Option<ClockRow>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM tickets WHERE id = "));
    sql.bind(id.0);
    sql.first(conn, read).await
}

/// Holds tickets for which a condition holds, those that nobody else holds, at most `most` in the order given.
async fn take(conn: &impl Conn, wanted: Sql, order: &str, most: u32) -> Result<Vec<ClockRow>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM tickets WHERE "));
    sql.append(&wanted).push(order).push(" LIMIT ").bind(most);
    if is_postgres(conn) {
        sql.push(" FOR UPDATE SKIP LOCKED");
    }
    sql.all(conn, read).await
}

/// What waits for the desk's own work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Todo {
    /// Tickets that were never replayed.
    pub stale: bool,
    /// Something has to be told.
    pub due: bool,
    /// Tickets that were put away until now.
    pub snoozed: bool,
    /// Tickets that wait for somebody.
    pub queued: bool,
    /// Tickets that have stood resolved for long enough.
    pub resolved: bool,
    /// Changes that are not summed up.
    pub moves: bool,
}

/// Looks at what waits, without taking it.
///
/// # Errors
/// When the database fails.
pub async fn todo(conn: &impl Conn, now: Moment, resolved: Option<Moment>) -> Result<Todo, StoreError> {
    let one = |wanted: &str| format!("CAST(EXISTS (SELECT 1 FROM {wanted}) AS INTEGER)");
    let mut sql = Sql::new(&format!(
        "SELECT {} AS stale, ",
        one("tickets WHERE clock_stale = 1")
    ));
    sql.push("CAST(EXISTS (SELECT 1 FROM tickets WHERE sla_next <= ")
        .bind(now)
        .push(") AS INTEGER) AS due, CAST(EXISTS (SELECT 1 FROM tickets WHERE snoozed_until <= ")
        .bind(now)
        .push(&format!(
            ") AS INTEGER) AS snoozed, {} AS queued, {} AS moves, ",
            one("tickets WHERE queued_at IS NOT NULL"),
            one("stat_moves")
        ));
    match resolved {
        Some(before) => sql
            .push("CAST(EXISTS (SELECT 1 FROM tickets WHERE status = 'resolved' AND done_at <= ")
            .bind(before)
            .push(") AS INTEGER) AS resolved"),
        None => sql.push("0 AS resolved"),
    };
    let found = sql
        .first(conn, |row| {
            let is = |name: &str| row.int(name).map(|n| n == 1);
            Ok(Todo {
                stale: is("stale")?,
                due: is("due")?,
                snoozed: is("snoozed")?,
                queued: is("queued")?,
                resolved: is("resolved")?,
                moves: is("moves")?,
            })
        })
        .await?;
    Ok(found.unwrap_or_default())
}

/// Takes tickets of which something has to be told by `now`.
///
/// # Errors
/// When the database fails.
pub async fn take_due(conn: &impl Conn, now: Moment, most: u32) -> Result<Vec<ClockRow>, StoreError> {
    take(conn, sql!("sla_next <= ?", now), " ORDER BY sla_next", most).await
}

/// Takes tickets whose clocks were never replayed.
///
/// # Errors
/// When the database fails.
pub async fn take_stale(conn: &impl Conn, most: u32) -> Result<Vec<ClockRow>, StoreError> {
    take(conn, sql!("clock_stale = 1"), " ORDER BY id", most).await
}

/// Takes tickets that were put away until `now`.
///
/// # Errors
/// When the database fails.
pub async fn take_snoozed(conn: &impl Conn, now: Moment, most: u32) -> Result<Vec<ClockRow>, StoreError> {
    take(
        conn,
        sql!("snoozed_until <= ?", now),
        " ORDER BY snoozed_until",
        most,
    )
    .await
}

/// Takes tickets that wait for somebody: most urgent first, then longest waiting.
///
/// # Errors
/// When the database fails.
pub async fn take_queued(conn: &impl Conn, most: u32) -> Result<Vec<ClockRow>, StoreError> {
    let waiting = sql!("queued_at IS NOT NULL");
    take(conn, waiting, " ORDER BY priority DESC, queued_at, id", most).await
}

/// Identifiers, numbers and versions of tickets that have stood resolved since before a moment.
///
/// # Errors
/// When the database fails.
pub async fn resolved_before(
    conn: &impl Conn,
    moment: Moment,
    most: u32,
) -> Result<Vec<(TicketId, i64)>, StoreError> {
    sql!(
        "SELECT id, version FROM tickets WHERE status = 'resolved' AND done_at <= ? ORDER BY done_at LIMIT ?",
        moment,
        most
    )
    .all(conn, |row| Ok((TicketId(row.uuid("id")?), row.int("version")?)))
    .await
}

/// Tickets that were opened in a span, in order; those behind `after` for the next page.
///
/// # Errors
/// When the database fails.
pub async fn opened(
    conn: &impl Conn,
    (from, to): (Moment, Moment),
    after: Option<(Moment, TicketId)>,
    most: u32,
) -> Result<Vec<ClockRow>, StoreError> {
    let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM tickets WHERE created_at >= "));
    sql.bind(from).push(" AND created_at < ").bind(to);
    if let Some((at, id)) = after {
        sql.push(" AND (created_at, id) > (")
            .bind(at)
            .push(", ")
            .bind(id.0)
            .push(")");
    }
    sql.push(" ORDER BY created_at, id LIMIT ").bind(most);
    sql.all(conn, read).await
}

/// What happened to a ticket, as far as clocks go by it. The identifiers tell the order: they are made one after the
/// other, also when the clock of the machine is set back.
///
/// # Errors
/// When the database fails.
pub async fn history(conn: &impl Conn, row: &ClockRow) -> Result<History, StoreError> {
    let mut all = histories(conn, std::slice::from_ref(row)).await?;
    Ok(all.pop().unwrap_or_else(|| bare(row)))
}

fn bare(row: &ClockRow) -> History {
    History {
        created: row.created_at,
        priority: row.priority,
        status: row.status,
        events: Vec::new(),
    }
}

/// The histories of several tickets, in their order.
///
/// # Errors
/// When the database fails.
pub async fn histories(conn: &impl Conn, rows: &[ClockRow]) -> Result<Vec<History>, StoreError> {
    let mut found: HashMap<Uuid, Vec<Event>> = HashMap::new();
    for some in rows.chunks(AT_ONCE) {
        let ids = || some.iter().map(|row| row.id.0);
        let mut sql = Sql::new(
            "SELECT ticket_id, id, at, after_text AS word FROM ticket_events WHERE what = 'status' AND ticket_id IN (",
        );
        sql.bind_all(ids())
            .push(
                ") UNION ALL SELECT ticket_id, id, at, CASE WHEN by_kind = 'customer' OR by_kind = 'agent' AND author_id IS NULL \
                 THEN '<' WHEN by_kind = 'agent' THEN '>' ELSE '' END FROM messages WHERE visibility = 'public' AND ticket_id IN (",
            )
            .bind_all(ids())
            .push(") ORDER BY id");
        let lines = sql
            .all(conn, |row| {
                let word = row.text("word")?;
                let what = match word.as_str() {
                    "<" => Some(Happening::Customer),
                    ">" => Some(Happening::Answer),
                    // What an older version wrote, or nobody in particular: no clock goes by it.
                    other => TicketStatus::from_word(other).map(Happening::Status),
                };
                let at = row.moment("at")?;
                Ok((row.uuid("ticket_id")?, what.map(|what| Event { at, what })))
            })
            .await?;
        for (ticket, event) in lines {
            found.entry(ticket).or_default().extend(event);
        }
    }
    Ok(rows
        .iter()
        .map(|row| History {
            events: found.remove(&row.id.0).unwrap_or_default(),
            ..bare(row)
        })
        .collect())
}

/// Writes what is kept beside a ticket. Nothing that a person edits changes: no new version.
///
/// # Errors
/// When the database fails.
pub async fn save(
    conn: &impl Conn,
    id: TicketId,
    cache: &Cache,
    queued_at: Option<Moment>,
    counted: &str,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET clock_stale = 0, sla_mode = ?, sla_clock = ?, sla_due = ?, sla_sort = ?, sla_warn = ?, \
         sla_remaining = ?, sla_paused_since = ?, sla_next = ?, responded_at = ?, first_seconds = ?, first_met = ?, \
         done_at = ?, done_seconds = ?, done_met = ?, queued_at = ?, counted = ? WHERE id = ?",
        mode(cache),
        cache.clock.map_or("", ClockKind::word),
        cache.due,
        cache.due.map_or(i64::MAX, Moment::micros),
        cache.warn,
        cache.remaining,
        cache.paused_since,
        cache.next,
        cache.responded_at,
        cache.first.map(|f| f.0),
        cache.first.map(|f| i64::from(f.1)),
        cache.done_at,
        cache.done.map(|d| d.0),
        cache.done.map(|d| i64::from(d.1)),
        queued_at,
        counted,
        id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

fn mode(cache: &Cache) -> i64 {
    match (cache.over, cache.paused, cache.late) {
        (true, _, false) => 2,
        (true, _, true) => 3,
        (false, true, false) => 1,
        (false, true, true) => 4,
        (false, false, _) => 0,
    }
}

/// Reads back what [`save`] wrote; a ticket that was never replayed has no clock.
///
/// # Errors
/// When a column cannot be read.
pub fn kept(row: &Row) -> Result<Cache, StoreError> {
    let mode = row.int("sla_mode")?;
    let outcome = |seconds: &str, met: &str| -> Result<Option<(i64, bool)>, StoreError> {
        Ok(row.opt_int(seconds)?.zip(row.opt_int(met)?.map(|met| met == 1)))
    };
    Ok(Cache {
        clock: ClockKind::from_word(&row.text("sla_clock")?),
        paused: matches!(mode, 1 | 4),
        late: matches!(mode, 3 | 4),
        over: matches!(mode, 2 | 3),
        due: row.opt_moment("sla_due")?,
        warn: row.opt_moment("sla_warn")?,
        remaining: row.opt_int("sla_remaining")?,
        paused_since: row.opt_moment("sla_paused_since")?,
        next: row.opt_moment("sla_next")?,
        responded_at: row.opt_moment("responded_at")?,
        first: outcome("first_seconds", "first_met")?,
        done_at: row.opt_moment("done_at")?,
        done: outcome("done_seconds", "done_met")?,
    })
}

/// Puts off what has to be told of a ticket until `next`; `None`: nothing.
///
/// # Errors
/// When the database fails.
pub async fn put_off(conn: &impl Conn, id: TicketId, next: Option<Moment>) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET sla_next = ?, clock_stale = 0 WHERE id = ?",
        next,
        id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Has every ticket that is not over looked at anew: the rules have changed.
///
/// # Errors
/// When the database fails.
pub async fn look_anew(conn: &impl Conn) -> Result<u64, StoreError> {
    sql!("UPDATE tickets SET sla_next = 0 WHERE status NOT IN ('resolved', 'closed') AND clock_stale = 0")
        .run(conn)
        .await
}

/// Writes that a level of a clock was told; `false`: it was told before.
///
/// # Errors
/// When the database fails.
pub async fn told(
    conn: &impl Conn,
    ticket: TicketId,
    (clock, round): (ClockKind, i64),
    (level, due): (u8, Moment),
    now: Moment,
) -> Result<bool, StoreError> {
    let sql = sql!(
        "INSERT INTO clock_alerts (ticket_id, clock, level, round, at, due) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (ticket_id, clock, level, round) DO NOTHING",
        ticket.0,
        clock.word(),
        i64::from(level),
        round,
        now,
        due
    );
    Ok(sql.run(conn).await? == 1)
}

/// Ends the snooze of a ticket.
///
/// # Errors
/// When the database fails.
pub async fn wake(conn: &impl Conn, id: TicketId, now: Moment) -> Result<(), StoreError> {
    sql!(
        "UPDATE tickets SET snoozed_until = NULL, updated_at = ?, version = version + 1 WHERE id = ?",
        now,
        id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Remembers a number under a name; gives back what it was before.
///
/// # Errors
/// When the database fails.
pub async fn remember(conn: &impl Conn, name: &str, value: i64) -> Result<Option<i64>, StoreError> {
    let before = sql!("SELECT value FROM counters WHERE name = ?", name)
        .first(conn, |row| row.int("value"))
        .await?;
    sql!(
        "INSERT INTO counters (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name,
        value
    )
    .run(conn)
    .await?;
    Ok(before)
}

/// Waits for its turn among the backends on one database; the lock ends with the transaction. SQLite has one writer.
///
/// # Errors
/// When the database fails.
pub async fn take_turns(conn: &impl Conn, what: i64) -> Result<(), StoreError> {
    if is_postgres(conn) {
        sql!("SELECT pg_advisory_xact_lock(?) IS NULL AS locked", what)
            .run(conn)
            .await?;
    }
    Ok(())
}
