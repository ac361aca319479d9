//! What goes out to customers: from the outbox to one delivery for each channel.

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError, bulk};
use crate::domain::delivery::DeliveryState;
use crate::domain::id::{AccountId, ActionId, DeliveryId, OutboxId};
use crate::domain::query::Query;
use crate::domain::time::Moment;
use crate::sql;
use sea_orm::DbBackend;

/// A delivery with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Identifier; also the Message-ID.
    pub id: DeliveryId,
    /// What it delivers.
    pub outbox: OutboxId,
    /// By which channel: `email`, `webhook`.
    pub channel: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: i64,
    /// Not to be tried again before.
    pub next_at: Moment,
    /// Why the last try failed.
    pub last_error: String,
    /// When it was due first.
    pub created_at: Moment,
    /// When it was taken.
    pub sent_at: Option<Moment>,
    /// What it is, such as `customer.token_add`.
    pub kind: String,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// Which action it tells of.
    pub action: Option<ActionId>,
    /// What a template needs, JSON.
    pub payload: String,
}

/// `FOR UPDATE SKIP LOCKED` where several backends take from one table.
fn skip_locked(conn: &impl Conn) -> &'static str {
    if conn.get_database_backend() == DbBackend::Postgres {
        " FOR UPDATE SKIP LOCKED"
    } else {
        ""
    }
}

/// Lets go what was held until now, at most `most` at once, with one delivery for each channel; what was held until before
/// `oldest` is too old to be news and goes nowhere. Gives back how many were let go.
///
/// # Errors
/// When the database fails.
pub async fn release(
    conn: &impl Conn,
    channels: &[&str],
    now: Moment,
    oldest: Moment,
    most: u32,
) -> Result<usize, StoreError> {
    sql!(
        "UPDATE outbox SET state = 'expired' WHERE state = 'held' AND not_before < ?",
        oldest
    )
    .run(conn)
    .await?;
    let mut sql = Sql::new(
        "UPDATE outbox SET state = 'released' WHERE id IN (SELECT id FROM outbox WHERE state = 'held' AND not_before <= ",
    );
    sql.bind(now).push(" ORDER BY not_before, id LIMIT ").bind(most);
    sql.push(skip_locked(conn)).push(") RETURNING id");
    let released = sql.all(conn, |row| Ok(OutboxId(row.uuid("id")?))).await?;
    let rows: Vec<(DeliveryId, OutboxId, &str)> = released
        .iter()
        .flat_map(|id| channels.iter().map(|channel| (DeliveryId::new(), *id, *channel)))
        .collect();
    let columns = [
        "id",
        "outbox_id",
        "channel",
        "state",
        "tries",
        "next_at",
        "last_error",
        "created_at",
    ];
    let cells = |(id, outbox, channel): &(DeliveryId, OutboxId, &str)| {
        [
            id.0.value(),
            outbox.0.value(),
            (*channel).value(),
            DeliveryState::Due.word().value(),
            0_i64.value(),
            now.value(),
            "".value(),
            now.value(),
        ]
    };
    bulk::insert(conn, "deliveries", columns, &rows, cells, "").await?;
    Ok(released.len())
}

/// Takes deliveries whose time has come, at most `most`. Until `until` nobody else takes them: whoever took them and dies
/// leaves them to be tried again then, under the same id.
///
/// # Errors
/// When the database fails.
pub async fn take(
    conn: &impl Conn,
    now: Moment,
    until: Moment,
    most: u32,
) -> Result<Vec<DeliveryRow>, StoreError> {
    let mut sql = Sql::new("UPDATE deliveries SET tries = tries + 1, next_at = ");
    sql.bind(until)
        .push(" WHERE id IN (SELECT id FROM deliveries WHERE state = 'due' AND next_at <= ")
        .bind(now)
        .push(" ORDER BY next_at, id LIMIT ")
        .bind(most)
        .push(skip_locked(conn))
        .push(") RETURNING id");
    let ids = sql.all(conn, |row| row.uuid("id")).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE d.id IN (")
        .bind_all(ids)
        .push(") ORDER BY d.created_at, d.id");
    sql.all(conn, read).await
}

const COLUMNS: &str = "SELECT d.*, o.kind, o.account_id, o.action_id, o.payload FROM deliveries d \
    JOIN outbox o ON o.id = d.outbox_id";

/// Writes what became of a try.
///
/// # Errors
/// When the database fails.
pub async fn tried(
    conn: &impl Conn,
    id: DeliveryId,
    state: DeliveryState,
    next_at: Moment,
    error: &str,
    sent_at: Option<Moment>,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE deliveries SET state = ?, next_at = ?, last_error = ?, sent_at = ? WHERE id = ? AND state = 'due'",
        state.word(),
        next_at,
        error,
        sent_at,
        id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Moves a delivery by hand, if it is in one of these states. `false`: it is not.
///
/// # Errors
/// When the database fails.
pub async fn set_state(
    conn: &impl Conn,
    id: DeliveryId,
    from: &[DeliveryState],
    to: DeliveryState,
    next_at: Moment,
) -> Result<bool, StoreError> {
    let mut sql = Sql::new("UPDATE deliveries SET state = ");
    sql.bind(to.word())
        .push(", next_at = ")
        .bind(next_at)
        .push(", tries = 0 WHERE id = ")
        .bind(id.0);
    sql.push(" AND state IN (")
        .bind_all(from.iter().map(|s| s.word()))
        .push(")");
    Ok(sql.run(conn).await? == 1)
}

/// Reads a delivery.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: DeliveryId(row.uuid("id")?),
        outbox: OutboxId(row.uuid("outbox_id")?),
        channel: row.text("channel")?,
        state: row.word("state", DeliveryState::from_word)?,
        tries: row.int("tries")?,
        next_at: row.moment("next_at")?,
        last_error: row.text("last_error")?,
        created_at: row.moment("created_at")?,
        sent_at: row.opt_moment("sent_at")?,
        kind: row.text("kind")?,
        account: row.opt_uuid("account_id")?.map(AccountId),
        action: row.opt_uuid("action_id")?.map(ActionId),
        payload: row.text("payload")?,
    })
}

/// One delivery.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
    let mut sql = Sql::new(COLUMNS);
    sql.push(" WHERE d.id = ").bind(id.0);
    sql.first(conn, read).await
}

fn column(field: &str) -> Column {
    match field {
        "state" => Column::Word("d.state"),
        "channel" => Column::Word("d.channel"),
        "kind" => Column::In(
            "d.outbox_id IN (SELECT id FROM outbox WHERE {})",
            &Column::Filled(&["kind"]),
            "(SELECT {} FROM outbox WHERE outbox.id = d.outbox_id)",
        ),
        "account" => Column::Id(&[
            "d.outbox_id IN (SELECT x.id FROM outbox x JOIN accounts a ON a.id = x.account_id WHERE a.user_key = {text})",
            "d.outbox_id IN (SELECT id FROM outbox WHERE account_id = {id})",
        ]),
        "at" => Column::Moment("d.created_at"),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: Free::Like("1 = 0 AND '' LIKE {}"),
    default: &[("d.created_at", KeyKind::Int, true)],
    id: "d.id",
};

/// Deliveries that a query asks for; newest first when it asks for no order.
#[must_use]
pub fn list(query: &Query, scope: &Scope, hash: String) -> List {
    List {
        columns: "d.*",
        from: Sql::new("deliveries d"),
        filter: filter::condition(query, &MAPPING, scope),
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.*, o.kind, o.account_id, o.action_id, o.payload FROM {page} JOIN outbox o \
                ON o.id = page.outbox_id",
        hash,
        path: super::path::Path::Planned,
    }
}
