//! What waits for a second person.

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::{Conn, Row, Sql, StoreError};
use crate::domain::approval::ApprovalState;
use crate::domain::id::{AccountId, ActionId, AgentId, ApprovalId, IntentKey, PlanId, TokenId};
use crate::domain::query::Query;
use crate::domain::time::Moment;
use crate::domain::token::ActionKind;
use crate::sql;

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// Identifier.
    pub id: ApprovalId,
    /// Which verb.
    pub kind: ActionKind,
    /// On which token.
    pub token: Option<TokenId>,
    /// In whose wallet.
    pub account: Option<AccountId>,
    /// For which plan.
    pub plan: Option<PlanId>,
    /// Name of the offer, or what the plan is about.
    pub name: String,
    /// All that it will be, JSON.
    pub content: String,
    /// Over the content.
    pub hash: String,
    /// Why it waits.
    pub why: String,
    /// How far it has come, as it was written.
    pub state: ApprovalState,
    /// Who asked.
    pub asked_by: AgentId,
    /// Employee id and name.
    pub asked_label: String,
    /// When.
    pub asked_at: Moment,
    /// By which intent.
    pub intent: IntentKey,
    /// Until when it waits.
    pub expires_at: Moment,
    /// Who decided.
    pub decided_by: Option<AgentId>,
    /// Employee id and name.
    pub decided_label: String,
    /// When.
    pub decided_at: Option<Moment>,
    /// What they said.
    pub note: String,
    /// The action that was done.
    pub action: Option<ActionId>,
    /// Counts up with each change.
    pub version: i64,
}

/// Writes a request.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &impl Conn, a: &ApprovalRow) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO approvals (id, verb, token_id, account_id, plan_id, name, content, hash, why, state, asked_by, \
         asked_label, asked_at, intent_key, expires_at, decided_by, decided_label, decided_at, note, action_id, version) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        a.id.0,
        a.kind.word(),
        a.token.map(|t| t.0),
        a.account.map(|t| t.0),
        a.plan.map(|t| t.0),
        &a.name,
        &a.content,
        &a.hash,
        &a.why,
        a.state.word(),
        a.asked_by.0,
        &a.asked_label,
        a.asked_at,
        a.intent.0,
        a.expires_at,
        a.decided_by.map(|t| t.0),
        &a.decided_label,
        a.decided_at,
        &a.note,
        a.action.map(|t| t.0),
        a.version
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes a decision, if the request is still open. `false`: it is not.
///
/// # Errors
/// When the database fails.
pub async fn decide(conn: &impl Conn, a: &ApprovalRow) -> Result<bool, StoreError> {
    let sql = sql!(
        "UPDATE approvals SET state = ?, decided_by = ?, decided_label = ?, decided_at = ?, note = ?, action_id = ?, \
         version = version + 1 WHERE id = ? AND state = 'open'",
        a.state.word(),
        a.decided_by.map(|t| t.0),
        &a.decided_label,
        a.decided_at,
        &a.note,
        a.action.map(|t| t.0),
        a.id.0
    );
    Ok(sql.run(conn).await? == 1)
}

/// Reads a request.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<ApprovalRow, StoreError> {
    Ok(ApprovalRow {
        id: ApprovalId(row.uuid("id")?),
        kind: row.word("verb", ActionKind::from_word)?,
        token: row.opt_uuid("token_id")?.map(TokenId),
        account: row.opt_uuid("account_id")?.map(AccountId),
        plan: row.opt_uuid("plan_id")?.map(PlanId),
        name: row.text("name")?,
        content: row.text("content")?,
        hash: row.text("hash")?,
        why: row.text("why")?,
        state: row.word("state", ApprovalState::from_word)?,
        asked_by: AgentId(row.uuid("asked_by")?),
        asked_label: row.text("asked_label")?,
        asked_at: row.moment("asked_at")?,
        intent: IntentKey(row.uuid("intent_key")?),
        expires_at: row.moment("expires_at")?,
        decided_by: row.opt_uuid("decided_by")?.map(AgentId),
        decided_label: row.text("decided_label")?,
        decided_at: row.opt_moment("decided_at")?,
        note: row.text("note")?,
        action: row.opt_uuid("action_id")?.map(ActionId),
        version: row.int("version")?,
    })
}

/// One request.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: ApprovalId) -> Result<Option<ApprovalRow>, StoreError> {
    sql!("SELECT * FROM approvals WHERE id = ?", id.0)
        .first(conn, read)
        .await
}

/// The place of the state in the field's list.
const STATE: &str = "(CASE approvals.state WHEN 'open' THEN CASE WHEN approvals.expires_at < {now} THEN 4 ELSE 0 END \
    WHEN 'approved' THEN 1 WHEN 'rejected' THEN 2 WHEN 'withdrawn' THEN 3 ELSE 4 END)";

fn column(field: &str) -> Column {
    match field {
        "state" => Column::Rank(STATE, 0),
        "kind" => Column::Word("approvals.verb"),
        "agent" => Column::Person("approvals.asked_by"),
        "decided_by" => Column::Person("approvals.decided_by"),
        "account" => Column::Maybe(
            "approvals.account_id",
            &Column::Id(&[
                "approvals.account_id IN (SELECT id FROM accounts WHERE user_key = {text})",
                "approvals.account_id = {id}",
            ]),
        ),
        "at" => Column::Moment("approvals.asked_at"),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: Free::Like(
        "approvals.token_id IN (SELECT t.id FROM tokens t WHERE t.offer_id IN \
        (SELECT id FROM offers WHERE words LIKE {} ESCAPE '\\'))",
    ),
    default: &[("approvals.asked_at", KeyKind::Int, true)],
    id: "approvals.id",
};

/// Requests that a query asks for; newest first when it asks for no order.
#[must_use]
pub fn list(query: &Query, scope: &Scope, hash: String) -> List {
    List {
        columns: "approvals.*",
        from: Sql::new("approvals"),
        filter: filter::condition(query, &MAPPING, scope),
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.* FROM {page}",
        hash,
        path: super::path::Path::Planned,
    }
}
