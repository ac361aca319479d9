//! Lists: windows over an ordered set, by keyset.

use serde::{Deserialize, Serialize};

/// Rows in a page when nothing is said.
pub const DEFAULT_LIMIT: u32 = 50;
/// Most rows in a page.
pub const MAX_LIMIT: u32 = 200;
/// Up to here totals are counted exactly; beyond, `exact` is false and `value` is this.
pub const COUNT_CAP: u64 = 10_000;

/// Parameters that every list takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema, utoipa::IntoParams))]
pub struct ListParams {
    /// A line in the query language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Rows wanted, 1 to 200; 50 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next` or `prev` of an earlier page of the same query.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `last`: the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The id of a row to put into the page, with its neighbours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<String>,
    /// IANA zone that dates in `q` are meant in; UTC when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tz: Option<String>,
    /// `false` leaves the total out, `exact` counts to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<String>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The rows, in order.
    pub items: Vec<T>,
    /// Cursor of the page after this one; `None` at the end.
    pub next: Option<String>,
    /// Cursor of the page before this one; `None` at the start.
    pub prev: Option<String>,
    /// Rows in the whole set; `None` when not asked for.
    pub total: Option<Total>,
    /// Rows that stand before the first item, when known exactly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
}

impl<T> Page<T> {
    /// A page that is the whole set.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        let total = Some(Total {
            value: items.len() as u64,
            exact: true,
        });
        Self {
            items,
            next: None,
            prev: None,
            total,
            offset: Some(0),
        }
    }
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Total {
    /// The number, or [`COUNT_CAP`] when there are more.
    pub value: u64,
    /// Whether `value` is the very number.
    pub exact: bool,
}
