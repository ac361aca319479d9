//! When a wallet changed: to step through its past.

use super::{Conn, Sql, StoreError};
use crate::domain::id::{AccountId, TokenId};
use crate::domain::time::Moment;
use crate::sql;

/// A change of a wallet as the tables know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub what: String,
    /// To which token.
    pub token: TokenId,
    /// What it is called.
    pub name: String,
    /// By whom; empty when nobody behind the desk did it.
    pub who: String,
}

/// Tokens that are told apart when several changed at once; more are only counted up to here.
const MOST: i64 = 1_000;

/// All that can change in a wallet, as `at`, `what` and `token_id`. A token has expired from just after its last moment
/// on. `now`: what lies ahead has not happened.
fn changes(account: AccountId, now: Moment) -> Sql {
    let id = account.0;
    sql!(
        "(SELECT t.claimed_at AS at, 'claimed' AS what, t.id AS token_id FROM tokens t WHERE t.account_id = ? \
         UNION ALL SELECT t.used_at, 'used', t.id FROM tokens t WHERE t.account_id = ? AND t.used_at IS NOT NULL \
         UNION ALL SELECT t.shared_at, 'shared', t.id FROM tokens t WHERE t.account_id = ? AND t.shared_at IS NOT NULL \
         UNION ALL SELECT t.removed_at, 'removed', t.id FROM tokens t WHERE t.account_id = ? AND t.removed_at IS NOT NULL \
         UNION ALL SELECT t.expires_at + 1, 'expired', t.id FROM tokens t WHERE t.account_id = ? AND t.expires_at < ? \
         AND t.used_at IS NULL AND (t.removed_at IS NULL OR t.removed_at > t.expires_at) \
         UNION ALL SELECT d.opened_at, 'disputed', d.token_id FROM disputes d JOIN tokens t ON t.id = d.token_id \
         WHERE t.account_id = ? \
         UNION ALL SELECT d.decided_at, d.status, d.token_id FROM disputes d JOIN tokens t ON t.id = d.token_id \
         WHERE t.account_id = ? AND d.decided_at IS NOT NULL \
         UNION ALL SELECT a.at, a.kind, a.token_id FROM actions a WHERE a.account_id = ?) c",
        id,
        id,
        id,
        id,
        id,
        now,
        id,
        id,
        id
    )
}

/// The moment of the latest change up to `bound`.
///
/// # Errors
/// When the database fails.
pub async fn latest(
    conn: &impl Conn,
    account: AccountId,
    bound: Moment,
    now: Moment,
) -> Result<Option<Moment>, StoreError> {
    let mut sql = Sql::new("SELECT max(c.at) AS at FROM ");
    sql.append(&changes(account, now))
        .push(" WHERE c.at <= ")
        .bind(bound);
    Ok(sql.first(conn, |row| row.opt_moment("at")).await?.flatten())
}

/// The moment of the first change after `bound`, if it has happened by `now`.
///
/// # Errors
/// When the database fails.
pub async fn next(
    conn: &impl Conn,
    account: AccountId,
    bound: Moment,
    now: Moment,
) -> Result<Option<Moment>, StoreError> {
    let mut sql = Sql::new("SELECT min(c.at) AS at FROM ");
    sql.append(&changes(account, now))
        .push(" WHERE c.at > ")
        .bind(bound)
        .push(" AND c.at <= ")
        .bind(now);
    Ok(sql.first(conn, |row| row.opt_moment("at")).await?.flatten())
}

/// What happened at a moment, and to how many tokens: what the desk did first, since it says by whom.
///
/// # Errors
/// When the database fails.
pub async fn at(
    conn: &impl Conn,
    account: AccountId,
    at: Moment,
    now: Moment,
) -> Result<Option<(Change, u64)>, StoreError> {
    let done = sql!(
        "SELECT a.kind AS what, a.token_id, a.name, a.agent_label AS who FROM actions a WHERE a.account_id = ? AND \
         a.at = ? ORDER BY a.id",
        account.0,
        at
    )
    .all(conn, read)
    .await?;
    if let Some(first) = done.first() {
        return Ok(Some((first.clone(), done.len() as u64)));
    }
    let mut sql = Sql::new("SELECT c.what, c.token_id, o.name, '' AS who FROM ");
    sql.append(&changes(account, now))
        .push(" JOIN tokens x ON x.id = c.token_id JOIN offers o ON o.id = x.offer_id WHERE c.at = ")
        .bind(at)
        .push(" ORDER BY c.token_id, c.what LIMIT ")
        .bind(MOST);
    let found = sql.all(conn, read).await?;
    let mut tokens: Vec<TokenId> = found.iter().map(|change| change.token).collect();
    tokens.dedup();
    Ok(found.into_iter().next().map(|first| (first, tokens.len() as u64)))
}

fn read(row: &super::Row) -> Result<Change, StoreError> {
    Ok(Change {
        what: row.text("what")?,
        token: TokenId(row.uuid("token_id")?),
        name: row.text("name")?,
        who: row.text("who")?,
    })
}
