//! Tokens: rows, pages, changes.

use std::collections::HashMap;

use sea_orm::DbBackend;
use uuid::Uuid;

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::path::{Counted, Path};
use super::sql::Bind as _;
use super::{Conn, Row, Sql, StoreError, bulk, token_desk};
use crate::domain::id::{AccountId, OfferId, TokenId};
use crate::domain::offer::{Offer, OfferType};
use crate::domain::query::Query;
use crate::domain::time::Moment;
use crate::domain::token::{DisputeStatus, Token};
use crate::domain::value::{Value, ValueKind};
use crate::sql;

/// A token with the fields of its offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenWithOffer {
    /// The token's own facts.
    pub token: Token,
    /// Its offer's code.
    pub code: String,
    /// Its offer's name.
    pub name: String,
    /// Its offer's description, as far as it was read.
    pub description: String,
    /// Its offer's image.
    pub image: String,
    /// Its offer's type.
    pub offer_type: OfferType,
    /// Its offer's value.
    pub value: Value,
    /// Its offer's merchant.
    pub merchant: String,
    /// Its offer's location.
    pub location: String,
    /// Its offer's source.
    pub source: String,
    /// Its offer's campaign.
    pub campaign: String,
}

const COLUMNS: &str = "x.id, x.token_ref, x.account_id, x.offer_id, x.claimed_at, x.used_at, x.shared_at, x.shared_to, \
    x.expires_at, x.removed_at, x.dispute, x.reissued_from, x.reissued_to, x.created_at, x.version, o.code, o.name, \
    o.image, o.offer_type, o.value_kind, o.value_scaled, o.currency, o.merchant, o.location, o.source, o.campaign";

pub(super) const PAGE: &str = "SELECT page.id, page.token_ref, page.account_id, page.offer_id, page.claimed_at, page.used_at, \
    page.shared_at, page.shared_to, page.expires_at, page.removed_at, page.dispute, page.reissued_from, \
    page.reissued_to, page.created_at, page.version, o.code, o.name, substr(o.description, 1, 280) AS description, \
    o.image, o.offer_type, o.value_kind, o.value_scaled, o.currency, o.merchant, o.location, o.source, o.campaign, \
    page.* FROM {page} JOIN offers o ON o.id = page.offer_id";

/// The place of the state in the field's list: active, shared, used, expired, disputed, removed.
const STATE: &str = "(CASE WHEN t.removed_at IS NOT NULL THEN 5 WHEN t.dispute = 'open' THEN 4 \
    WHEN t.used_at IS NOT NULL THEN 2 WHEN t.shared_at IS NOT NULL THEN 1 WHEN t.expires_at < {now} THEN 3 ELSE 0 END)";

const IN_OFFERS: &str = "t.offer_id IN (SELECT id FROM offers WHERE {})";
const OF_OFFER: &str = "(SELECT {} FROM offers WHERE offers.id = t.offer_id)";

pub(super) fn column(field: &str) -> Column {
    match field {
        "state" => Column::Rank(STATE, 0),
        "type" => Column::In(IN_OFFERS, &Column::Word("offer_type"), OF_OFFER),
        "value_kind" => Column::In(IN_OFFERS, &Column::Word("value_kind"), OF_OFFER),
        "value" => Column::Number(
            "t.sort_value",
            &[("t.sort_kind", KeyKind::Int), ("t.sort_currency", KeyKind::Text)],
        ),
        "merchant" => Column::In(IN_OFFERS, &Column::Texts(&["merchant_key"]), OF_OFFER),
        "location" => Column::In(IN_OFFERS, &Column::Texts(&["location_key"]), OF_OFFER),
        "source" => Column::In(IN_OFFERS, &Column::Texts(&["source_key"]), OF_OFFER),
        "campaign" => Column::In(IN_OFFERS, &Column::Texts(&["campaign_key"]), OF_OFFER),
        "name" => Column::Filled(&["t.sort_name"]),
        "offer" => Column::Id(&[
            "t.offer_id IN (SELECT id FROM offers WHERE code_key = {text})",
            "t.offer_id = {id}",
        ]),
        "claimed" => Column::Moment("t.claimed_at"),
        "created" => Column::Moment("t.created_at"),
        "used" => Column::Date("t.used_at"),
        "shared" => Column::Date("t.shared_at"),
        "expires" => Column::Due("t.expires_at", "t.sort_expires"),
        "reissued" => Column::Maybe(
            "t.reissued_to",
            &Column::Date("(SELECT n.claimed_at FROM tokens n WHERE n.id = t.reissued_to)"),
        ),
        "account" => Column::Id(&[
            "t.account_id IN (SELECT id FROM accounts WHERE user_key = {text})",
            "t.account_id = {id}",
        ]),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: Free::Like("t.offer_id IN (SELECT id FROM offers WHERE words LIKE {} ESCAPE '\\')"),
    default: &[("t.claimed_at", KeyKind::Int, true)],
    id: "t.id",
};

/// Which tokens, and as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Of {
    /// Of one account; else of the whole desk.
    pub account: Option<AccountId>,
    /// As they were at a moment; else as they are.
    pub at: Option<Moment>,
}

impl From<Option<AccountId>> for Of {
    fn from(account: Option<AccountId>) -> Self {
        Self { account, at: None }
    }
}

/// The tokens as they were at a moment: what came later is taken away again. A removal or reissue that was undone counts
/// while it lasted, and a dispute is what it was then.
fn tokens_at(at: Moment) -> Sql {
    sql!(
        "(SELECT b.id, b.token_ref, b.account_id, b.offer_id, b.claimed_at, \
         CASE WHEN b.used_at <= ? THEN b.used_at END AS used_at, \
         CASE WHEN b.shared_at <= ? THEN b.shared_at END AS shared_at, \
         CASE WHEN b.shared_at <= ? THEN b.shared_to END AS shared_to, b.expires_at, \
         COALESCE(CASE WHEN b.removed_at <= ? THEN b.removed_at END, (SELECT max(r.removed_at) FROM removals r \
         WHERE r.token_id = b.id AND r.removed_at <= ? AND r.restored_at > ?)) AS removed_at, \
         (SELECT CASE WHEN d.decided_at IS NULL OR d.decided_at > ? THEN 'open' ELSE d.status END FROM disputes d \
         WHERE d.token_id = b.id AND d.opened_at <= ? AND NOT (d.status = 'withdrawn' AND d.decided_at <= ?) \
         ORDER BY d.opened_at DESC, d.id DESC LIMIT 1) AS dispute, b.reissued_from, \
         (SELECT n.id FROM tokens n WHERE n.reissued_from = b.id AND n.claimed_at <= ? AND NOT EXISTS (SELECT 1 FROM \
         actions a JOIN actions z ON z.undoes = a.id WHERE a.token_id = n.id AND a.kind = 'reissue' AND z.at <= ?) \
         ORDER BY n.claimed_at DESC, n.id DESC LIMIT 1) AS reissued_to, b.created_at, \
         b.version, b.sort_name, b.sort_kind, b.sort_currency, b.sort_value, b.sort_expires \
         FROM tokens b WHERE b.claimed_at <= ?) t",
        at,
        at,
        at,
        at,
        at,
        at,
        at,
        at,
        at,
        at,
        at,
        at
    )
}

/// The tokens that a query asks for. The scope's `now` is the moment as of which they are asked for.
#[must_use]
pub fn list(of: Of, query: &Query, scope: &Scope, hash: String) -> List {
    if of == Of::default() {
        return token_desk::list(query, scope, hash);
    }
    let mut filter = Sql::default();
    if let Some(account) = of.account {
        filter.push("t.account_id = ").bind(account.0);
    }
    let bound = filter.clone();
    let asked = filter::condition(query, &MAPPING, scope);
    if !asked.is_empty() {
        if !filter.is_empty() {
            filter.push(" AND ");
        }
        filter.append(&asked);
    }
    let path = if of.at.is_none() && has_index(query) {
        Path::Counted(Box::new(Counted {
            bound,
            tested: asked,
            ..Counted::default()
        }))
    } else {
        Path::Planned
    };
    List {
        columns: "t.*",
        from: of.at.map_or_else(|| Sql::new("tokens t"), tokens_at),
        filter,
        keys: filter::order(query, &MAPPING, scope),
        outer: PAGE,
        hash,
        path,
    }
}

/// Whether a wallet has an index in the order of a query.
fn has_index(query: &Query) -> bool {
    match query.sort.as_slice() {
        [] => true,
        [one] => matches!(one.field.name, "claimed" | "expires" | "name" | "value"),
        _ => false,
    }
}

/// What the tokens of a list are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FacetBy {
    /// Their state.
    State,
    /// A column of their offers: `offer_type`, `merchant`, `campaign`.
    Offer(&'static str),
}

/// How many tokens of a list have each value; counts at most `cap` tokens. The values of the state are its places in the
/// field's list.
///
/// # Errors
/// When the database fails.
pub async fn facet(
    conn: &impl Conn,
    list: &List,
    by: FacetBy,
    scope: &Scope,
    cap: u64,
) -> Result<Vec<(String, u64)>, StoreError> {
    let mut inner = Sql::new("SELECT ");
    match by {
        FacetBy::State => {
            let (head, tail) = STATE.split_once("{now}").unwrap_or((STATE, ""));
            inner.push(head).bind(scope.now).push(tail)
        }
        FacetBy::Offer(_) => inner.push("t.offer_id"),
    };
    inner.push(" AS k FROM ").append(&list.from);
    if !list.filter.is_empty() {
        inner.push(" WHERE ").append(&list.filter);
    }
    inner.push(" LIMIT ").bind(i64::try_from(cap).unwrap_or(i64::MAX));
    let mut sql = Sql::new("SELECT ");
    match by {
        FacetBy::State => {
            sql.push("CAST(c.k AS TEXT) AS k, count(*) AS n FROM (")
                .append(&inner)
                .push(") c GROUP BY c.k");
        }
        FacetBy::Offer(column) => {
            sql.push("o.").push(column).push(" AS k, count(*) AS n FROM (");
            sql.append(&inner)
                .push(") c JOIN offers o ON o.id = c.k GROUP BY o.")
                .push(column);
        }
    }
    sql.all(conn, |row| {
        Ok((row.text("k")?, u64::try_from(row.int("n")?).unwrap_or(0)))
    })
    .await
}

/// Reads a row of [`list`] or [`find`].
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<TokenWithOffer, StoreError> {
    Ok(TokenWithOffer {
        token: Token {
            id: TokenId(row.uuid("id")?),
            token_ref: row.text("token_ref")?,
            account_id: AccountId(row.uuid("account_id")?),
            offer_id: OfferId(row.uuid("offer_id")?),
            claimed_at: row.moment("claimed_at")?,
            used_at: row.opt_moment("used_at")?,
            shared_at: row.opt_moment("shared_at")?,
            shared_to: row.opt_text("shared_to")?,
            expires_at: row.opt_moment("expires_at")?,
            removed_at: row.opt_moment("removed_at")?,
            dispute: row.opt_word("dispute", DisputeStatus::from_word)?,
            reissued_from: row.opt_uuid("reissued_from")?.map(TokenId),
            reissued_to: row.opt_uuid("reissued_to")?.map(TokenId),
            created_at: row.moment("created_at")?,
            version: row.int("version")?,
        },
        code: row.text("code")?,
        name: row.text("name")?,
        description: row.text("description")?,
        image: row.text("image")?,
        offer_type: row.word("offer_type", OfferType::from_word)?,
        value: Value::from_scaled(
            row.word("value_kind", ValueKind::from_word)?,
            row.int("value_scaled")?,
            row.opt_text("currency")?,
        ),
        merchant: row.text("merchant")?,
        location: row.text("location")?,
        source: row.text("source")?,
        campaign: row.text("campaign")?,
    })
}

/// One token with its whole description.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: TokenId) -> Result<Option<TokenWithOffer>, StoreError> {
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS)
        .push(", o.description FROM tokens x JOIN offers o ON o.id = x.offer_id WHERE x.id = ")
        .bind(id.0);
    sql.first(conn, read).await
}

/// Several tokens, in order of their claim.
///
/// # Errors
/// When the database fails.
pub async fn find_all(conn: &impl Conn, ids: &[TokenId]) -> Result<Vec<TokenWithOffer>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT ");
    sql.push(COLUMNS)
        .push(", substr(o.description, 1, 280) AS description FROM tokens x ");
    sql.push("JOIN offers o ON o.id = x.offer_id WHERE x.id IN (")
        .bind_all(ids.iter().map(|id| id.0));
    sql.push(") ORDER BY x.claimed_at, x.id");
    sql.all(conn, read).await
}

/// Several tokens with their whole descriptions, in the order of their identifiers, held until the transaction ends: nobody
/// else changes them meanwhile.
///
/// # Errors
/// When the database fails.
pub async fn hold(conn: &impl Conn, ids: &[TokenId]) -> Result<Vec<TokenWithOffer>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for some in ids.chunks(HELD_AT_ONCE) {
        let mut sql = Sql::new("SELECT ");
        sql.push(COLUMNS)
            .push(", o.description FROM tokens x JOIN offers o ON o.id = x.offer_id WHERE x.id IN (")
            .bind_all(some.iter().map(|id| id.0))
            .push(") ORDER BY x.id");
        if conn.get_database_backend() == DbBackend::Postgres {
            sql.push(" FOR UPDATE OF x");
        }
        found.extend(sql.all(conn, read).await?);
    }
    Ok(found)
}

/// Tokens in one statement of [`hold`] and [`change_all`].
const HELD_AT_ONCE: usize = 1_000;

/// Writes one new token.
///
/// # Errors
/// [`StoreError::Taken`] when the reference exists.
pub async fn insert(conn: &impl Conn, token: &Token, offer: &Offer) -> Result<(), StoreError> {
    bulk::tokens(conn, &[(token, &bulk::OfferKeys::from(offer))]).await
}

/// Writes what changed of tokens: whether they are removed, disputed or replaced. Each still has to be at the version that
/// it carries; its version counts up. Gives back how many were.
///
/// # Errors
/// When the database fails.
pub async fn change_all(conn: &impl Conn, tokens: &[Token]) -> Result<u64, StoreError> {
    let mut changed = 0;
    for some in tokens.chunks(HELD_AT_ONCE) {
        let mut sql = Sql::new(
            "UPDATE tokens SET removed_at = v.column3, dispute = v.column4, reissued_to = v.column5, \
             version = tokens.version + 1 FROM (VALUES ",
        );
        for (i, token) in some.iter().enumerate() {
            sql.push(if i == 0 { "(" } else { ", (" }).bind_all([
                token.id.0.value(),
                token.version.value(),
                token.removed_at.value(),
                token.dispute.map(DisputeStatus::word).value(),
                token.reissued_to.map(|t| t.0).value(),
            ]);
            sql.push(")");
        }
        sql.push(") AS v WHERE tokens.id = v.column1 AND tokens.version = v.column2");
        changed += sql.run(conn).await?;
    }
    Ok(changed)
}

/// How many tokens of an offer an account has that were neither removed nor replaced.
///
/// # Errors
/// When the database fails.
pub async fn held(conn: &impl Conn, account: AccountId, offer: OfferId) -> Result<i64, StoreError> {
    sql!(
        "SELECT count(*) AS n FROM tokens WHERE offer_id = ? AND account_id = ? AND removed_at IS NULL \
         AND reissued_to IS NULL",
        offer.0,
        account.0
    )
    .number(conn)
    .await
}

/// For each offer that an account has: how many, and how many of them are in use now (neither used nor expired).
///
/// # Errors
/// When the database fails.
pub async fn held_all(
    conn: &impl Conn,
    account: AccountId,
    now: Moment,
) -> Result<HashMap<OfferId, (i64, i64)>, StoreError> {
    let rows = sql!(
        "SELECT offer_id, count(*) AS n, sum(CASE WHEN used_at IS NULL AND (expires_at IS NULL OR expires_at >= ?) \
         THEN 1 ELSE 0 END) AS usable FROM tokens WHERE account_id = ? AND removed_at IS NULL AND reissued_to IS NULL \
         GROUP BY offer_id",
        now,
        account.0
    )
    .all(conn, |row| {
        Ok((OfferId(row.uuid("offer_id")?), (row.int("n")?, row.int("usable")?)))
    })
    .await?;
    Ok(rows.into_iter().collect())
}

/// Keeps that a token was out of its wallet for a while.
///
/// # Errors
/// When the database fails.
pub async fn restored(
    conn: &impl Conn,
    token: TokenId,
    removed_at: Moment,
    restored_at: Moment,
) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO removals (token_id, removed_at, restored_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        token.0,
        removed_at,
        restored_at
    )
    .run(conn)
    .await
    .map(|_| ())
}

/// What tokens of this offer are sorted by under `sort:name`.
#[must_use]
pub fn sort_name(offer: &Offer) -> String {
    crate::domain::query::fold(&offer.name)
}

/// Place of the kind among kinds.
#[must_use]
pub fn sort_kind(kind: ValueKind) -> i64 {
    ValueKind::ALL
        .iter()
        .position(|k| *k == kind)
        .map_or(0, |i| i as i64)
}

/// What values of one kind are grouped by.
#[must_use]
pub fn sort_currency(offer: &Offer) -> String {
    offer.value.currency.clone().unwrap_or_default()
}

/// The last moment as a number; the largest one for what never expires.
#[must_use]
pub fn sort_expires(expires_at: Option<Moment>) -> i64 {
    expires_at.map_or(i64::MAX, Moment::micros)
}

/// Tokens of an account by state at `now`, in the order of the states' list.
///
/// # Errors
/// When the database fails.
pub async fn counts(conn: &impl Conn, account: AccountId, now: Moment) -> Result<[u64; 6], StoreError> {
    let mut sql = Sql::new("SELECT s, count(*) AS n FROM (SELECT ");
    let (head, tail) = STATE.split_once("{now}").unwrap_or((STATE, ""));
    sql.push(head)
        .bind(now)
        .push(tail)
        .push(" AS s FROM tokens t WHERE t.account_id = ")
        .bind(account.0);
    sql.push(") states GROUP BY s");
    let mut counts = [0; 6];
    for (state, n) in sql.all(conn, |row| Ok((row.int("s")?, row.int("n")?))).await? {
        if let Some(slot) = usize::try_from(state).ok().and_then(|s| counts.get_mut(s)) {
            *slot = u64::try_from(n).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// The condition that names one token in [`list`].
#[must_use]
pub fn is(id: Uuid) -> Sql {
    sql!("t.id = ?", id)
}
