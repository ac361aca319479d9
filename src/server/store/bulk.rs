//! Many rows at once, for imports and seeded data: multi-row inserts.

use std::collections::BTreeSet;

use sea_orm::Value;

use super::sql::Bind as _;
use super::{Conn, Sql, StoreError, accounts, tokens};
use crate::domain::account::Account;
use crate::domain::id::{OfferId, TokenId};
use crate::domain::lookup::name_key;
use crate::domain::offer::Offer;
use crate::domain::query::{fold, search_text};
use crate::domain::token::{DisputeStatus, Token};
use crate::sql;

/// Values in one statement: below the limits of both databases, and few enough to be prepared quickly.
const VALUES: usize = 6_000;

/// Inserts rows into a table, as many in one statement as fit.
pub(super) async fn insert<T, const N: usize>(
    conn: &impl Conn,
    table: &str,
    columns: [&str; N],
    rows: &[T],
    cells: impl Fn(&T) -> [Value; N],
    tail: &str,
) -> Result<(), StoreError> {
    for chunk in rows.chunks((VALUES / N).max(1)) {
        let mut sql = Sql::new("INSERT INTO ");
        sql.push(table)
            .push(" (")
            .push(&columns.join(", "))
            .push(") VALUES ");
        for (i, row) in chunk.iter().enumerate() {
            sql.push(if i == 0 { "(" } else { ", (" })
                .bind_all(cells(row))
                .push(")");
        }
        sql.push(tail);
        sql.run(conn).await?;
    }
    Ok(())
}

/// Writes accounts and makes their names known to typo look-ups.
///
/// # Errors
/// [`StoreError::Taken`] when a partner identifier or an e-mail address exists; then none is written by this statement.
pub async fn accounts(conn: &impl Conn, rows: &[Account]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "user_id",
        "first_name",
        "last_name",
        "email",
        "email_key",
        "mobile",
        "mobile_last4",
        "street",
        "city",
        "state",
        "zip",
        "first_key",
        "last_key",
        "created_at",
        "version",
        "user_key",
    ];
    let cells = |a: &Account| {
        [
            a.id.0.value(),
            a.user_id.as_str().value(),
            a.first_name.as_str().value(),
            a.last_name.as_str().value(),
            a.email.as_str().value(),
            a.email.to_lowercase().value(),
            a.mobile.as_str().value(),
            accounts::last4(&a.mobile).value(),
            a.address.street.as_str().value(),
            a.address.city.as_str().value(),
            a.address.state.as_str().value(),
            a.address.zip.as_str().value(),
            name_key(&a.first_name).value(),
            name_key(&a.last_name).value(),
            a.created_at.value(),
            a.version.value(),
            fold(&a.user_id).value(),
        ]
    };
    insert(conn, "accounts", columns, rows, cells, "").await?;
    let names: BTreeSet<(&str, String)> = rows
        .iter()
        .flat_map(|a| {
            [
                ("first", name_key(&a.first_name)),
                ("last", name_key(&a.last_name)),
            ]
        })
        .filter(|(_, key)| !key.is_empty())
        .collect();
    let names: Vec<_> = names.into_iter().collect();
    insert(
        conn,
        "name_keys",
        ["part", "name_key"],
        &names,
        |(part, key)| [part.value(), key.as_str().value()],
        " ON CONFLICT (part, name_key) DO NOTHING",
    )
    .await
}

/// Writes offers.
///
/// # Errors
/// [`StoreError::Taken`] when a code exists.
pub async fn offers(conn: &impl Conn, rows: &[Offer]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "code",
        "name",
        "description",
        "image",
        "offer_type",
        "value_kind",
        "value_scaled",
        "currency",
        "merchant",
        "location",
        "source",
        "campaign",
        "valid_from",
        "valid_until",
        "valid_days",
        "code_key",
        "name_key",
        "merchant_key",
        "location_key",
        "source_key",
        "campaign_key",
        "words",
        "per_customer",
    ];
    let cells = |o: &Offer| {
        [
            o.id.0.value(),
            o.code.as_str().value(),
            o.name.as_str().value(),
            o.description.as_str().value(),
            o.image.as_str().value(),
            o.offer_type.word().value(),
            o.value.kind.word().value(),
            o.value.scaled().value(),
            o.value.currency.as_deref().value(),
            o.merchant.as_str().value(),
            o.location.as_str().value(),
            o.source.as_str().value(),
            o.campaign.as_str().value(),
            o.valid_from.value(),
            o.valid_until.value(),
            o.valid_days.value(),
            fold(&o.code).value(),
            fold(&o.name).value(),
            fold(&o.merchant).value(),
            fold(&o.location).value(),
            fold(&o.source).value(),
            fold(&o.campaign).value(),
            search_text(&[&o.name, &o.description]).value(),
            o.per_customer.value(),
        ]
    };
    insert(conn, "offers", columns, rows, cells, "").await
}

/// What a token copies from its offer, so that lists are sorted without a join.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferKeys {
    /// The offer.
    pub id: OfferId,
    /// Its folded name.
    pub name: String,
    /// Place of its value's kind.
    pub kind: i64,
    /// Its currency; empty when there is none.
    pub currency: String,
    /// Its value in millionths.
    pub value: i64,
}

impl From<&Offer> for OfferKeys {
    fn from(offer: &Offer) -> Self {
        Self {
            id: offer.id,
            name: tokens::sort_name(offer),
            kind: tokens::sort_kind(offer.value.kind),
            currency: tokens::sort_currency(offer),
            value: offer.value.scaled(),
        }
    }
}

/// Writes tokens, each with the keys of its offer.
///
/// # Errors
/// [`StoreError::Taken`] when a reference exists or an original was reissued already.
pub async fn tokens<'a>(conn: &impl Conn, rows: &[(&'a Token, &'a OfferKeys)]) -> Result<(), StoreError> {
    let columns = [
        "id",
        "token_ref",
        "account_id",
        "offer_id",
        "claimed_at",
        "used_at",
        "shared_at",
        "shared_to",
        "expires_at",
        "removed_at",
        "dispute",
        "reissued_from",
        "reissued_to",
        "created_at",
        "version",
        "sort_name",
        "sort_kind",
        "sort_currency",
        "sort_value",
        "sort_expires",
    ];
    let cells = |(t, o): &(&Token, &OfferKeys)| {
        [
            t.id.0.value(),
            t.token_ref.as_str().value(),
            t.account_id.0.value(),
            t.offer_id.0.value(),
            t.claimed_at.value(),
            t.used_at.value(),
            t.shared_at.value(),
            t.shared_to.as_deref().value(),
            t.expires_at.value(),
            t.removed_at.value(),
            t.dispute.map(DisputeStatus::word).value(),
            t.reissued_from.map(|id| id.0).value(),
            t.reissued_to.map(|id| id.0).value(),
            t.created_at.value(),
            t.version.value(),
            o.name.as_str().value(),
            o.kind.value(),
            o.currency.as_str().value(),
            o.value.value(),
            tokens::sort_expires(t.expires_at).value(),
        ]
    };
    insert(conn, "tokens", columns, rows, cells, "").await
}

/// Marks tokens as replaced: pairs of original and replacement.
///
/// # Errors
/// When the database fails.
pub async fn reissued(conn: &impl Conn, pairs: &[(TokenId, TokenId)]) -> Result<(), StoreError> {
    for (original, replacement) in pairs {
        sql!(
            "UPDATE tokens SET reissued_to = ?, version = version + 1 WHERE id = ?",
            replacement.0,
            original.0
        )
        .run(conn)
        .await?;
    }
    Ok(())
}
