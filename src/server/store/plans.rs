//! Plans: one verb for many tokens or tickets, row by row.

use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError, bulk};
use crate::domain::id::{AccountId, ActionId, AgentId, ApprovalId, PlanId};
use crate::domain::plan::{PlanNoun, PlanState, PlanVerb, RowState};
use crate::domain::time::Moment;
use crate::sql;
use uuid::Uuid;

/// A plan as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRecord {
    /// Identifier.
    pub id: PlanId,
    /// Whose it is.
    pub agent: AgentId,
    /// Employee id and name.
    pub agent_label: String,
    /// What it is about.
    pub noun: PlanNoun,
    /// Which verb.
    pub verb: PlanVerb,
    /// The order that each row is given, JSON.
    pub order: String,
    /// What picked the rows; empty: they were named.
    pub query: String,
    /// Over verb, order and rows.
    pub hash: String,
    /// How far it has come.
    pub state: PlanState,
    /// When it was made.
    pub created_at: Moment,
    /// Until when it can be begun.
    pub expires_at: Moment,
    /// When it was begun.
    pub run_at: Option<Moment>,
    /// The plan that it takes back.
    pub undoes: Option<PlanId>,
    /// What it waits for, or waited for.
    pub approval: Option<ApprovalId>,
}

/// A row of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanRow {
    /// Its place, from 1.
    pub n: i64,
    /// The token or ticket.
    pub subject: Uuid,
    /// The version that was seen.
    pub version: i64,
    /// Whom it is about.
    pub account: Option<AccountId>,
    /// The number that people use for it, if it has one.
    pub label: String,
    /// What it is called.
    pub name: String,
    /// Its state when the plan was made, as a word.
    pub before: String,
    /// With a plan that takes another back: the action that this row undoes.
    pub undoes: Option<ActionId>,
    /// What became of it.
    pub state: RowState,
    /// Why it is left out or failed, for programs.
    pub code: String,
    /// Why, for people.
    pub detail: String,
    /// The action that was done.
    pub action: Option<ActionId>,
    /// What came of it: the new token of a reissue, else the same.
    pub made: Option<Uuid>,
    /// What the way back needs, JSON of the noun; empty where there is nothing.
    pub trace: String,
}

/// Writes a plan and its rows.
///
/// # Errors
/// [`StoreError::Taken`] when the plan that it takes back is being taken back by another.
pub async fn insert(conn: &impl Conn, plan: &PlanRecord, rows: &[PlanRow]) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO plans (id, agent_id, agent_label, noun, verb, order_json, query, hash, state, created_at, \
         expires_at, run_at, undoes, approval_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        plan.id.0,
        plan.agent.0,
        &plan.agent_label,
        plan.noun.word(),
        plan.verb.word(),
        &plan.order,
        &plan.query,
        &plan.hash,
        plan.state.word(),
        plan.created_at,
        plan.expires_at,
        plan.run_at,
        plan.undoes.map(|p| p.0),
        plan.approval.map(|a| a.0)
    )
    .run(conn)
    .await?;
    let columns = [
        "plan_id",
        "n",
        "subject_id",
        "version",
        "account_id",
        "label",
        "name",
        "before_state",
        "undoes",
        "state",
        "code",
        "detail",
        "action_id",
        "made_id",
        "trace",
    ];
    let cells = |r: &PlanRow| {
        [
            plan.id.0.value(),
            r.n.value(),
            r.subject.value(),
            r.version.value(),
            r.account.map(|a| a.0).value(),
            r.label.as_str().value(),
            r.name.as_str().value(),
            r.before.as_str().value(),
            r.undoes.map(|a| a.0).value(),
            r.state.word().value(),
            r.code.as_str().value(),
            r.detail.as_str().value(),
            r.action.map(|a| a.0).value(),
            r.made.value(),
            r.trace.as_str().value(),
        ]
    };
    bulk::insert(conn, "plan_rows", columns, rows, cells, "").await
}

fn read(row: &Row) -> Result<PlanRecord, StoreError> {
    Ok(PlanRecord {
        id: PlanId(row.uuid("id")?),
        agent: AgentId(row.uuid("agent_id")?),
        agent_label: row.text("agent_label")?,
        noun: row.word("noun", PlanNoun::from_word)?,
        verb: row.word("verb", PlanVerb::from_word)?,
        order: row.text("order_json")?,
        query: row.text("query")?,
        hash: row.text("hash")?,
        state: row.word("state", PlanState::from_word)?,
        created_at: row.moment("created_at")?,
        expires_at: row.moment("expires_at")?,
        run_at: row.opt_moment("run_at")?,
        undoes: row.opt_uuid("undoes")?.map(PlanId),
        approval: row.opt_uuid("approval_id")?.map(ApprovalId),
    })
}

fn read_row(row: &Row) -> Result<PlanRow, StoreError> {
    Ok(PlanRow {
        n: row.int("n")?,
        subject: row.uuid("subject_id")?,
        version: row.int("version")?,
        account: row.opt_uuid("account_id")?.map(AccountId),
        label: row.text("label")?,
        name: row.text("name")?,
        before: row.text("before_state")?,
        undoes: row.opt_uuid("undoes")?.map(ActionId),
        state: row.word("state", RowState::from_word)?,
        code: row.text("code")?,
        detail: row.text("detail")?,
        action: row.opt_uuid("action_id")?.map(ActionId),
        made: row.opt_uuid("made_id")?,
        trace: row.text("trace")?,
    })
}

/// One plan.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: PlanId) -> Result<Option<PlanRecord>, StoreError> {
    sql!("SELECT * FROM plans WHERE id = ?", id.0)
        .first(conn, read)
        .await
}

/// The plan that takes another back.
///
/// # Errors
/// When the database fails.
pub async fn undoing(conn: &impl Conn, id: PlanId) -> Result<Option<PlanRecord>, StoreError> {
    sql!("SELECT * FROM plans WHERE undoes = ?", id.0)
        .first(conn, read)
        .await
}

/// A person's latest plans about this, newest first.
///
/// # Errors
/// When the database fails.
pub async fn latest(
    conn: &impl Conn,
    agent: AgentId,
    noun: PlanNoun,
    limit: u32,
) -> Result<Vec<PlanRecord>, StoreError> {
    sql!(
        "SELECT * FROM plans WHERE agent_id = ? AND noun = ? ORDER BY created_at DESC, id DESC LIMIT ?",
        agent.0,
        noun.word(),
        limit
    )
    .all(conn, read)
    .await
}

/// All rows of a plan, in order.
///
/// # Errors
/// When the database fails.
pub async fn rows(conn: &impl Conn, id: PlanId) -> Result<Vec<PlanRow>, StoreError> {
    sql!("SELECT * FROM plan_rows WHERE plan_id = ? ORDER BY n", id.0)
        .all(conn, read_row)
        .await
}

/// The next rows that nothing has become of yet.
///
/// # Errors
/// When the database fails.
pub async fn next_rows(conn: &impl Conn, id: PlanId, limit: u32) -> Result<Vec<PlanRow>, StoreError> {
    sql!(
        "SELECT * FROM plan_rows WHERE plan_id = ? AND state = 'planned' ORDER BY n LIMIT ?",
        id.0,
        limit
    )
    .all(conn, read_row)
    .await
}

/// Moves a plan to a state, and holds it until the transaction ends: runs of one plan take turns.
///
/// # Errors
/// When the database fails.
pub async fn set_state(
    conn: &impl Conn,
    id: PlanId,
    state: PlanState,
    run_at: Option<Moment>,
) -> Result<(), StoreError> {
    sql!(
        "UPDATE plans SET state = ?, run_at = COALESCE(run_at, ?) WHERE id = ?",
        state.word(),
        run_at,
        id.0
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// Writes what became of rows.
///
/// # Errors
/// When the database fails.
pub async fn set_results(conn: &impl Conn, id: PlanId, rows: &[PlanRow]) -> Result<(), StoreError> {
    for some in rows.chunks(1_000) {
        let mut sql = Sql::new(
            "UPDATE plan_rows SET state = v.column2, code = v.column3, detail = v.column4, action_id = v.column5, \
             made_id = v.column6, trace = v.column7 FROM (VALUES ",
        );
        for (i, row) in some.iter().enumerate() {
            sql.push(if i == 0 { "(" } else { ", (" }).bind_all([
                row.n.value(),
                row.state.word().value(),
                row.code.as_str().value(),
                row.detail.as_str().value(),
                row.action.map(|a| a.0).value(),
                row.made.value(),
                row.trace.as_str().value(),
            ]);
            sql.push(")");
        }
        sql.push(") AS v WHERE plan_rows.n = v.column1 AND plan_rows.plan_id = ")
            .bind(id.0);
        sql.run(conn).await?;
    }
    Ok(())
}
