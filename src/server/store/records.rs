//! What is kept beside the rows: actions, notes, the outbox, views and verifications.

use uuid::Uuid;

use super::filter::{self, Column, Mapping, Scope};
use super::page::{KeyKind, List};
use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{
    AccountId, ActionId, AgentId, IntentKey, NoteId, OutboxId, SessionId, TicketId, TokenId,
};
use crate::domain::query::Query;
use crate::domain::time::Moment;
use crate::domain::token::{ActionKind, TokenState};
use crate::sql;

/// A recorded action on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRow {
    /// Identifier.
    pub id: ActionId,
    /// What was done.
    pub kind: ActionKind,
    /// To which token.
    pub token: TokenId,
    /// In whose wallet.
    pub account: AccountId,
    /// Name of the offer.
    pub name: String,
    /// Who did it.
    pub agent: AgentId,
    /// Employee id and name at that time.
    pub agent_label: String,
    /// When.
    pub at: Moment,
    /// Why: code.
    pub reason_code: String,
    /// Why: words.
    pub reason_text: String,
    /// For which ticket.
    pub ticket: Option<TicketId>,
    /// State before.
    pub before: Option<TokenState>,
    /// State after.
    pub after: TokenState,
    /// The other token of a reissue: the original.
    pub other: Option<TokenId>,
    /// By which intent.
    pub intent: IntentKey,
}

/// Writes an action.
///
/// # Errors
/// When the database fails.
pub async fn insert_action(conn: &impl Conn, action: &ActionRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO actions (id, kind, token_id, account_id, name, agent_id, agent_label, at, reason_code, reason_text, \
         ticket_id, before_state, after_state, other_token, intent_key) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        action.id.0,
        action.kind.word(),
        action.token.0,
        action.account.0,
        &action.name,
        action.agent.0,
        &action.agent_label,
        action.at,
        &action.reason_code,
        &action.reason_text,
        action.ticket.map(|t| t.0),
        action.before.map(TokenState::word),
        action.after.word(),
        action.other.map(|t| t.0),
        action.intent.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Reads an action.
///
/// # Errors
/// When a column cannot be read.
pub fn read_action(row: &Row) -> Result<ActionRow, StoreError> {
    Ok(ActionRow {
        id: ActionId(row.uuid("id")?),
        kind: row.word("kind", ActionKind::from_word)?,
        token: TokenId(row.uuid("token_id")?),
        account: AccountId(row.uuid("account_id")?),
        name: row.text("name")?,
        agent: AgentId(row.uuid("agent_id")?),
        agent_label: row.text("agent_label")?,
        at: row.moment("at")?,
        reason_code: row.text("reason_code")?,
        reason_text: row.text("reason_text")?,
        ticket: row.opt_uuid("ticket_id")?.map(TicketId),
        before: row.opt_word("before_state", TokenState::from_word)?,
        after: row.word("after_state", TokenState::from_word)?,
        other: row.opt_uuid("other_token")?.map(TokenId),
        intent: IntentKey(row.uuid("intent_key")?),
    })
}

/// What a listing of actions may be narrowed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ActionsOf {
    /// By whom.
    pub agent: Option<AgentId>,
    /// In whose wallet.
    pub account: Option<AccountId>,
}

fn column(field: &str) -> Column {
    match field {
        "kind" => Column::Word("actions.kind"),
        "agent" => Column::Person("actions.agent_id"),
        "account" => Column::Id(&[
            "actions.account_id IN (SELECT id FROM accounts WHERE user_key = {text})",
            "actions.account_id = {id}",
        ]),
        "token" => Column::Id(&[
            "actions.token_id IN (SELECT id FROM tokens WHERE token_ref = upper({text}))",
            "actions.token_id = {id}",
        ]),
        "ticket" => Column::Maybe(
            "actions.ticket_id",
            &Column::In(
                "actions.ticket_id IN (SELECT id FROM tickets WHERE {})",
                &Column::Ticket("number"),
                "{}",
            ),
        ),
        "name" => Column::In(
            "actions.token_id IN (SELECT id FROM tokens WHERE {})",
            &Column::Filled(&["sort_name"]),
            "(SELECT {} FROM tokens WHERE tokens.id = actions.token_id)",
        ),
        "at" => Column::Moment("actions.at"),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: "actions.token_id IN (SELECT t.id FROM tokens t WHERE t.offer_id IN \
        (SELECT id FROM offers WHERE words LIKE {} ESCAPE '\\'))",
    default: &[("actions.at", KeyKind::Int, true)],
    id: "actions.id",
};

/// Actions, narrowed to some, as a query asks for them; newest first when it asks for no order.
#[must_use]
pub fn actions(of: ActionsOf, query: &Query, scope: &Scope, hash: String) -> List {
    let mut filter = Sql::new("1 = 1");
    for (column, id) in [
        ("agent_id", of.agent.map(|a| a.0)),
        ("account_id", of.account.map(|a| a.0)),
    ] {
        if let Some(id) = id {
            filter.push(" AND ").push(column).push(" = ").bind(id);
        }
    }
    let asked = filter::condition(query, &MAPPING, scope);
    if !asked.is_empty() {
        filter.push(" AND ").append(&asked);
    }
    List {
        columns: "actions.*",
        from: "actions",
        filter,
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.* FROM {page}",
        hash,
    }
}

/// The actions on a token (or with it as the original), oldest first.
///
/// # Errors
/// When the database fails.
pub async fn actions_on(conn: &impl Conn, token: TokenId) -> Result<Vec<ActionRow>, StoreError> {
    sql!(
        "SELECT * FROM actions WHERE token_id = ? ORDER BY at, id",
        token.0
    )
    .all(conn, read_action)
    .await
}

/// The actions done for a ticket, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn actions_for(conn: &impl Conn, ticket: TicketId) -> Result<Vec<ActionRow>, StoreError> {
    sql!(
        "SELECT * FROM actions WHERE ticket_id = ? ORDER BY at, id",
        ticket.0
    )
    .all(conn, read_action)
    .await
}

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
    sql!(
        "INSERT INTO outbox (id, kind, account_id, action_id, payload, state, not_before, created_at, tries) \
         VALUES (?, ?, ?, ?, ?, 'held', ?, ?, 0)",
        out.id.0,
        &out.kind,
        out.account.map(|a| a.0),
        out.action.map(|a| a.0),
        &out.payload,
        out.not_before,
        now
    )
    .run(conn)
    .await
    .map(|_| ())
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
