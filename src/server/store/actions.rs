//! Recorded actions on tokens.

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError, bulk};
use crate::domain::id::{AccountId, ActionId, AgentId, DisputeId, IntentKey, PlanId, TicketId, TokenId};
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
    /// What it is tied to.
    pub trace: Trace,
}

/// What an action is tied to, and the versions that it left behind: what an undo needs to know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Version of the token after it.
    pub token_version: Option<i64>,
    /// Version of the other token after it.
    pub other_version: Option<i64>,
    /// The dispute that it opened, decided or withdrew.
    pub dispute: Option<DisputeId>,
    /// The action that it takes back.
    pub undoes: Option<ActionId>,
    /// The action that took it back.
    pub undone_by: Option<ActionId>,
    /// The plan that it is a row of.
    pub plan: Option<PlanId>,
    /// Who approved it, where that was needed.
    pub approved_by: Option<String>,
}

/// Writes actions.
///
/// # Errors
/// [`StoreError::Taken`] when a person's intent has made an action already, or what one of them undoes is undone.
pub async fn insert(conn: &impl Conn, rows: &[ActionRow]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "kind",
        "token_id",
        "account_id",
        "name",
        "agent_id",
        "agent_label",
        "at",
        "reason_code",
        "reason_text",
        "ticket_id",
        "before_state",
        "after_state",
        "other_token",
        "intent_key",
        "token_version",
        "other_version",
        "dispute_id",
        "undoes",
        "undone_by",
        "plan_id",
        "approved_by",
    ];
    let cells = |a: &ActionRow| {
        [
            a.id.0.value(),
            a.kind.word().value(),
            a.token.0.value(),
            a.account.0.value(),
            a.name.as_str().value(),
            a.agent.0.value(),
            a.agent_label.as_str().value(),
            a.at.value(),
            a.reason_code.as_str().value(),
            a.reason_text.as_str().value(),
            a.ticket.map(|id| id.0).value(),
            a.before.map(TokenState::word).value(),
            a.after.word().value(),
            a.other.map(|id| id.0).value(),
            a.intent.0.value(),
            a.trace.token_version.value(),
            a.trace.other_version.value(),
            a.trace.dispute.map(|id| id.0).value(),
            a.trace.undoes.map(|id| id.0).value(),
            a.trace.undone_by.map(|id| id.0).value(),
            a.trace.plan.map(|id| id.0).value(),
            a.trace.approved_by.as_deref().value(),
        ]
    };
    bulk::insert(conn, "actions", columns, rows, cells, "").await
}

/// Reads an action.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<ActionRow, StoreError> {
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
        trace: Trace {
            token_version: row.opt_int("token_version")?,
            other_version: row.opt_int("other_version")?,
            dispute: row.opt_uuid("dispute_id")?.map(DisputeId),
            undoes: row.opt_uuid("undoes")?.map(ActionId),
            undone_by: row.opt_uuid("undone_by")?.map(ActionId),
            plan: row.opt_uuid("plan_id")?.map(PlanId),
            approved_by: row.opt_text("approved_by")?,
        },
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
    free: Free::Like(
        "actions.token_id IN (SELECT t.id FROM tokens t WHERE t.offer_id IN \
        (SELECT id FROM offers WHERE words LIKE {} ESCAPE '\\'))",
    ),
    default: &[("actions.at", KeyKind::Int, true)],
    id: "actions.id",
};

/// Actions, narrowed to some, as a query asks for them; newest first when it asks for no order.
#[must_use]
pub fn list(of: ActionsOf, query: &Query, scope: &Scope, hash: String) -> List {
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
        from: Sql::new("actions"),
        filter,
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.* FROM {page}",
        hash,
        path: super::path::Path::Planned,
    }
}

/// The actions on a token (or with it as the original), oldest first.
///
/// # Errors
/// When the database fails.
pub async fn on_token(conn: &impl Conn, token: TokenId) -> Result<Vec<ActionRow>, StoreError> {
    sql!(
        "SELECT * FROM actions WHERE token_id = ? OR other_token = ? ORDER BY at, id",
        token.0,
        token.0
    )
    .all(conn, read)
    .await
}

/// The actions done for a ticket, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn for_ticket(conn: &impl Conn, ticket: TicketId) -> Result<Vec<ActionRow>, StoreError> {
    sql!(
        "SELECT * FROM actions WHERE ticket_id = ? ORDER BY at, id",
        ticket.0
    )
    .all(conn, read)
    .await
}

/// Several actions, in the order in which they were done.
///
/// # Errors
/// When the database fails.
pub async fn find_all(conn: &impl Conn, ids: &[ActionId]) -> Result<Vec<ActionRow>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT * FROM actions WHERE id IN (");
    sql.bind_all(ids.iter().map(|id| id.0)).push(") ORDER BY at, id");
    sql.all(conn, read).await
}

/// What was done last to a token, or with it as the other one.
///
/// # Errors
/// When the database fails.
pub async fn last_on(conn: &impl Conn, token: TokenId) -> Result<Option<ActionRow>, StoreError> {
    Ok(on_token(conn, token).await?.pop())
}

/// Marks actions as taken back: pairs of the action and its undo. Gives back how many were not marked before.
///
/// # Errors
/// When the database fails.
pub async fn mark_undone(conn: &impl Conn, pairs: &[(ActionId, ActionId)]) -> Result<u64, StoreError> {
    let mut marked = 0;
    for (action, by) in pairs {
        let sql = sql!(
            "UPDATE actions SET undone_by = ? WHERE id = ? AND undone_by IS NULL",
            by.0,
            action.0
        );
        marked += sql.run(conn).await?;
    }
    Ok(marked)
}
