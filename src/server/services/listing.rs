//! From the parameters that every list takes to a page of it.

use jiff::tz::TimeZone;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::error::problem;
use super::{Actor, ServiceError, Services};
use crate::domain::query::{self, FieldSet, Query};
use crate::domain::time::Moment;
use crate::server::store::filter::Scope;
use crate::server::store::page::{List, Slice, Window};
use crate::server::store::{Row, Sql, StoreError};
use crate::wire::page::{COUNT_CAP, DEFAULT_LIMIT, ListParams, MAX_LIMIT, Page, Total};
use crate::wire::problem::FieldProblem;

/// A query that was read, with who asks and when.
#[derive(Debug)]
pub struct Asked {
    /// The tree.
    pub query: Query,
    /// Who asks, and when.
    pub scope: Scope,
    /// Tells this query from others.
    pub hash: String,
}

/// Reads the query line of a list.
///
/// # Errors
/// With the column and what was expected there, or when the zone is not known.
pub fn read_query(
    params: &ListParams,
    fields: &FieldSet,
    place: &str,
    actor: &Actor,
    now: Moment,
) -> Result<Asked, ServiceError> {
    let text = params.q.as_deref().unwrap_or_default();
    let zone = match params.tz.as_deref() {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name).map_err(|_| {
            ServiceError::field(
                "tz",
                "unknown_zone",
                "this is not an IANA time zone; write one such as America/New_York",
            )
        })?,
    };
    let query = query::parse(text, fields, &query::Context { now, zone }).map_err(|error| {
        ServiceError::BadQuery(Box::new(FieldProblem {
            field: "q".to_owned(),
            code: "bad_query".to_owned(),
            detail: error.to_string(),
            column: Some(error.column),
        }))
    })?;
    let hash = fingerprint(&[place, text, params.tz.as_deref().unwrap_or_default()]);
    Ok(Asked {
        query,
        scope: Scope {
            now,
            me: Some(actor.id.0),
        },
        hash,
    })
}

/// A short hash over texts, for cursors.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher
        .finalize()
        .iter()
        .take(6)
        .map(|b| format!("{b:02x}"))
        .collect()
}

impl Services {
    /// Reads the page of a list that the parameters ask for. `is` names one row of it for `around`.
    ///
    /// # Errors
    /// When a parameter is wrong or the database fails.
    pub async fn page<T>(
        &self,
        list: &List,
        params: &ListParams,
        is: impl Fn(Uuid) -> Sql,
        map: impl Fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Page<T>, ServiceError> {
        let limit = params.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(ServiceError::field(
                "limit",
                "out_of_range",
                format!("write a number from 1 to {MAX_LIMIT}"),
            ));
        }
        let window = self.window(list, params, is, limit).await?;
        let slice = list.slice(self.store.read(), &window, limit, map).await?;
        let Slice {
            items,
            next,
            prev,
            at_start,
            at_end,
        } = slice.map_err(|bad| ServiceError::field("cursor", "bad_cursor", bad.to_string()))?;
        let total = match (at_start && at_end, params.count.as_deref()) {
            (_, Some("false")) => None,
            (true, _) => Some(Total {
                value: items.len() as u64,
                exact: true,
            }),
            (false, asked) => Some(self.total(list, asked == Some("exact")).await?),
        };
        let offset = match (at_start, at_end, total) {
            (true, _, _) => Some(0),
            (false, true, Some(Total { value, exact: true })) => {
                Some(value.saturating_sub(items.len() as u64))
            }
            _ => None,
        };
        Ok(Page {
            items,
            next,
            prev,
            total,
            offset,
        })
    }

    async fn window(
        &self,
        list: &List,
        params: &ListParams,
        is: impl Fn(Uuid) -> Sql,
        limit: u32,
    ) -> Result<Window, ServiceError> {
        let given = [
            params.cursor.is_some(),
            params.from.is_some(),
            params.around.is_some(),
        ];
        if given.iter().filter(|g| **g).count() > 1 {
            return Err(ServiceError::Invalid(vec![problem(
                "cursor",
                "exclusive",
                "give only one of cursor, from and around",
            )]));
        }
        if let Some(cursor) = &params.cursor {
            return Ok(Window::At(cursor.clone()));
        }
        match params.from.as_deref() {
            None | Some("first") => {}
            Some("last") => return Ok(Window::Last),
            Some(_) => return Err(ServiceError::field("from", "unknown", "write first or last")),
        }
        let Some(around) = &params.around else {
            return Ok(Window::First);
        };
        let id = Uuid::parse_str(around)
            .map_err(|_| ServiceError::field("around", "not_an_id", "this is not an identifier"))?;
        Ok(list
            .around(self.store.read(), &is(id), limit / 2)
            .await?
            .unwrap_or(Window::First))
    }

    async fn total(&self, list: &List, exact: bool) -> Result<Total, ServiceError> {
        let cap = (!exact).then_some(COUNT_CAP);
        let n = list.count(self.store.read(), cap).await?;
        Ok(match cap {
            Some(cap) if n > cap => Total {
                value: cap,
                exact: false,
            },
            _ => Total {
                value: n,
                exact: true,
            },
        })
    }
}
