//! What is told to open desks: sealed entries in their order, and the database's own way of waking other processes.

use sqlx::postgres::PgListener;

use super::{Conn, Row, Store, StoreError, audit};
use crate::domain::audit::Outcome;
use crate::domain::id::{AccountId, AgentId, TicketId};
use crate::domain::time::Moment;
use crate::sql;

/// What an entry of the sealed chain tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// When it was done.
    pub at: Moment,
    /// Who did it.
    pub actor_id: Option<AgentId>,
    /// Employee id and name of that person at that time.
    pub actor: String,
    /// What was done.
    pub verb: String,
    /// Kind of the thing.
    pub kind: String,
    /// Identifier of the thing.
    pub id: String,
    /// About whom.
    pub account: Option<AccountId>,
    /// For which ticket.
    pub ticket: Option<TicketId>,
    /// Whether it was done.
    pub outcome: Outcome,
    /// The thing before, JSON.
    pub before: Option<String>,
    /// The thing after, JSON.
    pub after: Option<String>,
}

fn read(row: &Row) -> Result<Entry, StoreError> {
    Ok(Entry {
        seq: row.int("seq")?,
        at: row.moment("at")?,
        actor_id: row.opt_uuid("actor_id")?.map(AgentId),
        actor: row.text("actor")?,
        verb: row.text("verb")?,
        kind: row.text("subject_kind")?,
        id: row.text("subject_id")?,
        account: row.opt_uuid("account_id")?.map(AccountId),
        ticket: row.opt_uuid("ticket_id")?.map(TicketId),
        outcome: row.word("outcome", Outcome::from_word)?,
        before: row.opt_text("before_json")?,
        after: row.opt_text("after_json")?,
    })
}

/// Sealed entries behind a place, in order.
///
/// # Errors
/// When the database fails.
pub async fn after(conn: &impl Conn, seq: i64, limit: u32) -> Result<Vec<Entry>, StoreError> {
    sql!(
        "SELECT seq, at, actor_id, actor, verb, subject_kind, subject_id, account_id, ticket_id, outcome, before_json, \
         after_json FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
        seq,
        limit
    )
    .all(conn, read)
    .await
}

/// The last place of the sealed chain.
///
/// # Errors
/// When the database fails.
pub async fn head(conn: &impl Conn) -> Result<i64, StoreError> {
    Ok(audit::head(conn).await?.seq)
}

/// Tells every process on this database something, once the transaction is committed; on SQLite there is none to tell.
///
/// # Errors
/// When the database fails.
pub async fn notify(store: &Store, conn: &impl Conn, payload: &str) -> Result<(), StoreError> {
    if store.is_sqlite() {
        return Ok(());
    }
    sql!(
        "SELECT pg_notify('tokendesk_live_' || current_schema(), ?)",
        payload
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Hears what other processes on the same database tell.
pub struct Listener(PgListener);

impl Listener {
    /// Begins to listen; `None` on SQLite.
    ///
    /// # Errors
    /// When the database is not there.
    pub async fn begin(store: &Store) -> Result<Option<Self>, StoreError> {
        let Some(pool) = store.postgres() else {
            return Ok(None);
        };
        let schema: String = sqlx::query_scalar("SELECT current_schema()::text")
            .fetch_one(pool)
            .await
            .map_err(super::connect::classify_sqlx)?;
        let mut listener = PgListener::connect_with(pool)
            .await
            .map_err(super::connect::classify_sqlx)?;
        listener
            .listen(&format!("tokendesk_live_{schema}"))
            .await
            .map_err(super::connect::classify_sqlx)?;
        Ok(Some(Self(listener)))
    }

    /// The next thing that is told; `None`: the connection was lost and made anew, something may have been missed.
    ///
    /// # Errors
    /// When the database is not there.
    pub async fn next(&mut self) -> Result<Option<String>, StoreError> {
        let heard = self.0.try_recv().await.map_err(super::connect::classify_sqlx)?;
        Ok(heard.map(|told| told.payload().to_owned()))
    }
}
