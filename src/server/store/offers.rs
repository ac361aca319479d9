//! The catalog: rows and pages.

use super::filter::{self, Column, Free, Mapping, Scope};
use super::page::{KeyKind, List};
use super::{Conn, Row, Sql, StoreError};
use crate::domain::id::OfferId;
use crate::domain::offer::{Offer, OfferType};
use crate::domain::query::{Query, fold, search_text};
use crate::domain::value::{Value, ValueKind};
use crate::sql;

fn column(field: &str) -> Column {
    match field {
        "type" => Column::Word("f.offer_type"),
        "value_kind" => Column::Word("f.value_kind"),
        "value" => Column::Number(
            "f.value_scaled",
            &[
                (
                    "(CASE f.value_kind WHEN 'amount' THEN 0 WHEN 'percent' THEN 1 ELSE 2 END)",
                    KeyKind::Int,
                ),
                ("COALESCE(f.currency, '')", KeyKind::Text),
            ],
        ),
        "merchant" => Column::Texts(&["f.merchant_key"]),
        "location" => Column::Texts(&["f.location_key"]),
        "source" => Column::Texts(&["f.source_key"]),
        "campaign" => Column::Texts(&["f.campaign_key"]),
        "name" => Column::Filled(&["f.name_key"]),
        "code" => Column::Id(&["f.code_key", "f.id = {id}"]),
        "valid_from" => Column::Moment("f.valid_from"),
        "valid_until" => Column::Date("f.valid_until"),
        _ => Column::Nowhere,
    }
}

const MAPPING: Mapping = Mapping {
    column,
    free: Free::Like("f.words LIKE {} ESCAPE '\\'"),
    // what can be added now comes first
    default: &[
        (
            "(CASE WHEN f.valid_from <= {now} AND (f.valid_until IS NULL OR f.valid_until >= {now}) THEN 0 ELSE 1 END)",
            KeyKind::Int,
            false,
        ),
        ("f.name_key", KeyKind::Text, false),
    ],
    id: "f.id",
};

/// The offers that a query asks for.
#[must_use]
pub fn list(query: &Query, scope: &Scope, hash: String) -> List {
    List {
        columns: "f.*",
        from: Sql::new("offers f"),
        filter: filter::condition(query, &MAPPING, scope),
        keys: filter::order(query, &MAPPING, scope),
        outer: "SELECT page.* FROM {page}",
        hash,
        path: super::path::Path::Planned,
    }
}

/// Reads an offer.
///
/// # Errors
/// When a column cannot be read.
pub fn read(row: &Row) -> Result<Offer, StoreError> {
    Ok(Offer {
        id: OfferId(row.uuid("id")?),
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
        valid_from: row.moment("valid_from")?,
        valid_until: row.opt_moment("valid_until")?,
        valid_days: row.opt_int("valid_days")?,
        per_customer: row.opt_int("per_customer")?,
    })
}

/// One offer.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &impl Conn, id: OfferId) -> Result<Option<Offer>, StoreError> {
    sql!("SELECT * FROM offers WHERE id = ?", id.0)
        .first(conn, read)
        .await
}

/// Distinct values of a column of the catalog whose folded copy begins with or holds a folded text, those that begin with
/// it first, then the most frequent; each with the number of its offers.
///
/// # Errors
/// When the database fails.
pub async fn values(
    conn: &impl Conn,
    shown: &'static str,
    key: &'static str,
    typed: &str,
    most: u32,
) -> Result<Vec<(String, u64)>, StoreError> {
    let mut part = String::new();
    for c in typed.chars() {
        if matches!(c, '%' | '_' | '\\') {
            part.push('\\');
        }
        part.push(c);
    }
    let mut sql = Sql::new("SELECT f.");
    sql.push(shown)
        .push(" AS v, count(*) AS n FROM offers f WHERE f.")
        .push(key);
    sql.push(" LIKE ")
        .bind(format!("%{part}%"))
        .push(" ESCAPE '\\' AND f.")
        .push(key);
    sql.push(" <> '' GROUP BY f.")
        .push(shown)
        .push(" ORDER BY CASE WHEN min(f.")
        .push(key);
    sql.push(") LIKE ").bind(format!("{part}%"));
    sql.push(" ESCAPE '\\' THEN 0 ELSE 1 END, count(*) DESC, f.")
        .push(shown)
        .push(" LIMIT ")
        .bind(most);
    sql.all(conn, |row| {
        Ok((row.text("v")?, u64::try_from(row.int("n")?).unwrap_or(0)))
    })
    .await
}

/// Writes a new offer.
///
/// # Errors
/// [`StoreError::Taken`] when the code exists.
pub async fn insert(conn: &impl Conn, offer: &Offer) -> Result<(), StoreError> {
    sql!(
        "INSERT INTO offers (id, code, name, description, image, offer_type, value_kind, value_scaled, currency, \
         merchant, location, source, campaign, valid_from, valid_until, valid_days, code_key, name_key, merchant_key, \
         location_key, source_key, campaign_key, words, per_customer) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        offer.id.0,
        &offer.code,
        &offer.name,
        &offer.description,
        &offer.image,
        offer.offer_type.word(),
        offer.value.kind.word(),
        offer.value.scaled(),
        offer.value.currency.as_deref(),
        &offer.merchant,
        &offer.location,
        &offer.source,
        &offer.campaign,
        offer.valid_from,
        offer.valid_until,
        offer.valid_days,
        fold(&offer.code),
        fold(&offer.name),
        fold(&offer.merchant),
        fold(&offer.location),
        fold(&offer.source),
        fold(&offer.campaign),
        search_text(&[&offer.name, &offer.description]),
        offer.per_customer,
    )
    .run(conn)
    .await
    .map(|_| ())
}
