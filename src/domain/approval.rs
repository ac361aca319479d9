//! What needs a second person: limits of the desk, and how far a request has come.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::time::Moment;
use super::value::{Value, ValueKind};

/// Above what an action or a plan waits for a second person. Nothing set: nothing waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Money, by currency (ISO 4217).
    #[cfg_attr(feature = "server", schema(value_type = BTreeMap<String, String>))]
    pub amounts: BTreeMap<String, Decimal>,
    /// Per cent off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
    pub percent: Option<Decimal>,
    /// Points.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<String>))]
    pub points: Option<Decimal>,
    /// Rows of one plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u32>,
    /// For how many hours a request waits.
    pub hours: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            amounts: BTreeMap::new(),
            percent: None,
            points: None,
            rows: None,
            hours: 24,
        }
    }
}

impl Limits {
    /// Why something of this value needs a second person, in a sentence; `None`: it does not.
    #[must_use]
    pub fn over(&self, value: &Value) -> Option<String> {
        let currency = value.currency.as_deref().unwrap_or_default();
        let (limit, unit) = match value.kind {
            ValueKind::Amount => (self.amounts.get(currency).copied(), format!(" {currency}")),
            ValueKind::Percent => (self.percent, "%".to_owned()),
            ValueKind::Points => (self.points, " points".to_owned()),
        };
        limit.filter(|limit| value.number > *limit).map(|limit| {
            format!(
                "it is worth {}{unit}, and above {limit}{unit} a second person approves",
                value.number
            )
        })
    }

    /// Why a plan of so many rows needs a second person; `None`: it does not.
    #[must_use]
    pub fn over_rows(&self, rows: usize) -> Option<String> {
        let limit = self.rows.filter(|limit| rows > *limit as usize)?;
        Some(format!(
            "it is about {rows} tokens, and above {limit} at once a second person approves"
        ))
    }
}

/// How far a request for approval has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// It waits.
    Open,
    /// A second person approved it, and it was done.
    Approved,
    /// A second person said no.
    Rejected,
    /// The person who asked took it back.
    Withdrawn,
    /// Nobody said anything in time.
    Expired,
}

impl ApprovalState {
    /// All states, in the order in which they sort.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The word for it in queries, JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }

    /// The state at `now`: what was not decided in time has expired.
    #[must_use]
    pub fn at(self, expires_at: Moment, now: Moment) -> Self {
        if self == Self::Open && expires_at < now {
            Self::Expired
        } else {
            self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_of_their_own_kind_and_currency_and_hold_at_the_limit_itself() {
        let limits = Limits {
            amounts: [("USD".to_owned(), Decimal::from(50))].into(),
            percent: Some(Decimal::from(40)),
            rows: Some(10),
            ..Limits::default()
        };
        let value = |kind, number: i64, currency: Option<&str>| Value {
            kind,
            number: number.into(),
            currency: currency.map(str::to_owned),
        };
        let over = |v: Value| limits.over(&v);
        assert_eq!(over(value(ValueKind::Amount, 50, Some("USD"))), None);
        assert_eq!(
            over(value(ValueKind::Amount, 51, Some("USD"))).as_deref(),
            Some("it is worth 51 USD, and above 50 USD a second person approves")
        );
        assert_eq!(over(value(ValueKind::Amount, 5_000, Some("EUR"))), None);
        assert!(over(value(ValueKind::Percent, 41, None)).is_some());
        assert_eq!(over(value(ValueKind::Points, 1_000_000, None)), None);
        assert_eq!(limits.over_rows(10), None);
        assert!(limits.over_rows(11).is_some_and(|why| why.contains("11 tokens")));
        assert_eq!(Limits::default().over_rows(5_000), None);
    }
}
