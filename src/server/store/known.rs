//! Look-ups of many keys in one statement, for imports.

use std::collections::HashMap;

use super::bulk::OfferKeys;
use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::{AccountId, OfferId, TokenId};
use crate::domain::time::Moment;
use crate::domain::token::DisputeStatus;
use crate::domain::value::ValueKind;

/// Keys in one look-up.
const KEYS: usize = 2_000;

async fn by_keys<T>(
    conn: &impl Conn,
    select: &str,
    keys: &[&str],
    read: impl Fn(&Row) -> Result<(String, T), StoreError>,
) -> Result<HashMap<String, T>, StoreError> {
    let mut found = HashMap::new();
    for chunk in keys.chunks(KEYS) {
        let mut sql = Sql::new(select);
        sql.push(" IN (").bind_all(chunk.iter().copied()).push(")");
        found.extend(sql.all(conn, &read).await?);
    }
    Ok(found)
}

/// Accounts by partner identifier, of those in `keys` that exist.
///
/// # Errors
/// When the database fails.
pub async fn accounts(conn: &impl Conn, keys: &[&str]) -> Result<HashMap<String, AccountId>, StoreError> {
    let select = "SELECT user_id, id FROM accounts WHERE user_id";
    by_keys(conn, select, keys, |row| {
        Ok((row.text("user_id")?, AccountId(row.uuid("id")?)))
    })
    .await
}

/// Which of these e-mail addresses (in lower case) are taken.
///
/// # Errors
/// When the database fails.
pub async fn emails(conn: &impl Conn, keys: &[&str]) -> Result<HashMap<String, ()>, StoreError> {
    let select = "SELECT email_key FROM accounts WHERE email_key <> '' AND email_key";
    by_keys(conn, select, keys, |row| Ok((row.text("email_key")?, ()))).await
}

/// Offers by code, of those in `keys` that exist.
///
/// # Errors
/// When the database fails.
pub async fn offers(conn: &impl Conn, keys: &[&str]) -> Result<HashMap<String, OfferKeys>, StoreError> {
    let select = "SELECT code, id, name_key, value_kind, value_scaled, currency FROM offers WHERE code";
    by_keys(conn, select, keys, |row| {
        let keys = OfferKeys {
            id: OfferId(row.uuid("id")?),
            name: row.text("name_key")?,
            kind: super::tokens::sort_kind(row.word("value_kind", ValueKind::from_word)?),
            currency: row.opt_text("currency")?.unwrap_or_default(),
            value: row.int("value_scaled")?,
        };
        Ok((row.text("code")?, keys))
    })
    .await
}

/// What an import has to know of a token that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownToken {
    /// Identifier.
    pub id: TokenId,
    /// Whose wallet.
    pub account: AccountId,
    /// Which offer.
    pub offer: OfferId,
    /// Whether it was taken out of the wallet.
    pub removed: bool,
    /// The latest dispute's status.
    pub dispute: Option<DisputeStatus>,
    /// Whether it was redeemed.
    pub used: bool,
    /// Whether it was handed on.
    pub shared: bool,
    /// Its last moment.
    pub expires_at: Option<Moment>,
    /// Whether it was replaced.
    pub reissued: bool,
}

/// Tokens by reference, of those in `keys` that exist.
///
/// # Errors
/// When the database fails.
pub async fn tokens(conn: &impl Conn, keys: &[&str]) -> Result<HashMap<String, KnownToken>, StoreError> {
    let select = "SELECT token_ref, id, account_id, offer_id, removed_at, dispute, used_at, shared_at, expires_at, \
        reissued_to FROM tokens WHERE token_ref";
    by_keys(conn, select, keys, |row| {
        let token = KnownToken {
            id: TokenId(row.uuid("id")?),
            account: AccountId(row.uuid("account_id")?),
            offer: OfferId(row.uuid("offer_id")?),
            removed: row.opt_int("removed_at")?.is_some(),
            dispute: row.opt_word("dispute", DisputeStatus::from_word)?,
            used: row.opt_int("used_at")?.is_some(),
            shared: row.opt_int("shared_at")?.is_some(),
            expires_at: row.opt_moment("expires_at")?,
            reissued: row.opt_uuid("reissued_to")?.is_some(),
        };
        Ok((row.text("token_ref")?, token))
    })
    .await
}
