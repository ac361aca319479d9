//! What is kept beside the rows: notes, the outbox, views and verifications.

use uuid::Uuid;

use super::sql::Bind as _;
use super::{Conn, StoreError, bulk};
use crate::domain::id::{AccountId, ActionId, AgentId, NoteId, OutboxId, SessionId, TicketId, TokenId};
use crate::domain::time::Moment;
use crate::sql;

/// A case note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteRow {
    /// Identifier.
    pub id: NoteId,
    /// Employee id and name.
    pub author: String,
    /// When.
    pub at: Moment,
    /// The text.
    pub body: String,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteOn {
    /// An account.
    Account(AccountId),
    /// A token.
    Token(TokenId),
}

impl NoteOn {
    fn parts(self) -> (&'static str, Uuid) {
        match self {
            Self::Account(id) => ("account", id.0),
            Self::Token(id) => ("token", id.0),
        }
    }
}

/// Writes a note.
///
/// # Errors
/// When the database fails.
pub async fn insert_note(
    conn: &impl Conn,
    on: NoteOn,
    author: AgentId,
    note: &NoteRow,
) -> Result<(), StoreError> {
    let (kind, id) = on.parts();
    sql!(
        "INSERT INTO notes (id, subject_kind, subject_id, author_id, author, at, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
        note.id.0,
        kind,
        id,
        author.0,
        &note.author,
        note.at,
        &note.body
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// The notes on something, newest first; at most `limit`.
///
/// # Errors
/// When the database fails.
pub async fn notes(conn: &impl Conn, on: NoteOn, limit: u32) -> Result<Vec<NoteRow>, StoreError> {
    let (kind, id) = on.parts();
    sql!(
        "SELECT * FROM notes WHERE subject_kind = ? AND subject_id = ? ORDER BY at DESC, id DESC LIMIT ?",
        kind,
        id,
        limit
    )
    .all(conn, |row| {
        Ok(NoteRow {
            id: NoteId(row.uuid("id")?),
            author: row.text("author")?,
            at: row.moment("at")?,
            body: row.text("body")?,
        })
    })
    .await
}

/// Something to be told outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Identifier; also the delivery id.
    pub id: OutboxId,
    /// What it is, such as `customer.token_added`.
    pub kind: String,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// Which action it tells of.
    pub action: Option<ActionId>,
    /// What a template needs, JSON; opaque identifiers and the offer's name.
    pub payload: String,
    /// Not to be sent before.
    pub not_before: Moment,
}

/// Puts something into the outbox, held until its time.
///
/// # Errors
/// When the database fails.
pub async fn enqueue(conn: &impl Conn, out: &Outgoing, now: Moment) -> Result<(), StoreError> {
    enqueue_all(conn, std::slice::from_ref(out), now).await
}

/// Puts many things into the outbox, each held until its time.
///
/// # Errors
/// When the database fails.
pub async fn enqueue_all(conn: &impl Conn, all: &[Outgoing], now: Moment) -> Result<(), StoreError> {
    let columns = [
        "id",
        "kind",
        "account_id",
        "action_id",
        "payload",
        "state",
        "not_before",
        "created_at",
        "tries",
    ];
    let cells = |out: &Outgoing| {
        [
            out.id.0.value(),
            out.kind.as_str().value(),
            out.account.map(|a| a.0).value(),
            out.action.map(|a| a.0).value(),
            out.payload.as_str().value(),
            "held".value(),
            out.not_before.value(),
            now.value(),
            0_i64.value(),
        ]
    };
    bulk::insert(conn, "outbox", columns, all, cells, "").await
}

/// Takes back what the customer was to be told of an action, if it is still held. `true`: nobody will hear of it.
///
/// # Errors
/// When the database fails.
pub async fn cancel_notice(conn: &impl Conn, action: ActionId, now: Moment) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE outbox SET state = 'cancelled' WHERE action_id = ? AND state = 'held' AND not_before > ?",
        action.0,
        now
    );
    Ok(sql.run(conn).await? > 0)
}

/// Takes back what the customer was to be told of a ticket's end, as far as it is still held. Gives back how many.
///
/// # Errors
/// When the database fails.
pub async fn cancel_ticket_notices(
    conn: &impl Conn,
    ticket: TicketId,
    now: Moment,
) -> Result<u64, StoreError> {
    // What is held are the last moments' entries: few.
    let sql = sql!(
        "UPDATE outbox SET state = 'cancelled' WHERE state = 'held' AND not_before > ? \
         AND kind IN ('customer.ticket_resolved', 'customer.ticket_closed') AND payload LIKE ?",
        now,
        format!("%\"ticket_id\":\"{ticket}\"%")
    );
    sql.run(conn).await
}

/// Whether this is the person's first view of the account in this quarter of an hour.
///
/// # Errors
/// When the database fails.
pub async fn first_view(
    conn: &impl Conn,
    agent: AgentId,
    account: AccountId,
    now: Moment,
) -> Result<bool, StoreError> {
    let quarter = now.seconds().div_euclid(900);
    let sql = sql!(
        "INSERT INTO account_views (agent_id, account_id, quarter) VALUES (?, ?, ?) \
         ON CONFLICT (agent_id, account_id, quarter) DO NOTHING",
        agent.0,
        account.0,
        quarter
    );
    Ok(sql.run(conn).await? == 1)
}

/// Whether the person has viewed the account in this quarter of an hour.
///
/// # Errors
/// When the database fails.
pub async fn viewed(
    conn: &impl Conn,
    agent: AgentId,
    account: AccountId,
    now: Moment,
) -> Result<bool, StoreError> {
    let quarter = now.seconds().div_euclid(900);
    let n = sql!(
        "SELECT count(*) AS n FROM account_views WHERE agent_id = ? AND account_id = ? AND quarter = ?",
        agent.0,
        account.0,
        quarter
    );
    Ok(n.number(conn).await? > 0)
}

/// Writes down that an account was verified or not.
///
/// # Errors
/// When the database fails.
pub async fn insert_verification(
    conn: &impl Conn,
    agent: AgentId,
    account: AccountId,
    session: SessionId,
    at: Moment,
    matched: bool,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO verifications (id, agent_id, account_id, session_id, at, matched) VALUES (?, ?, ?, ?, ?, ?)",
        Uuid::now_v7(),
        agent.0,
        account.0,
        session.0,
        at,
        matched
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Failed verifications of an account by a person since a moment.
///
/// # Errors
/// When the database fails.
pub async fn failed_since(
    conn: &impl Conn,
    agent: AgentId,
    account: AccountId,
    since: Moment,
) -> Result<u32, StoreError> {
    let n = sql!(
        "SELECT count(*) AS n FROM verifications WHERE account_id = ? AND agent_id = ? AND at > ? AND matched = 0",
        account.0,
        agent.0,
        since
    );
    Ok(u32::try_from(n.number(conn).await?).unwrap_or(u32::MAX))
}

/// When the account was last verified in this sign-in.
///
/// # Errors
/// When the database fails.
pub async fn verified_at(
    conn: &impl Conn,
    agent: AgentId,
    account: AccountId,
    session: SessionId,
) -> Result<Option<Moment>, StoreError> {
    sql!(
        "SELECT max(at) AS at FROM verifications WHERE account_id = ? AND agent_id = ? AND session_id = ? AND matched = 1",
        account.0,
        agent.0,
        session.0
    )
    .first(conn, |row| row.opt_moment("at"))
    .await
    .map(Option::flatten)
}
