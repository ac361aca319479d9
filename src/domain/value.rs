//! What an offer is worth: an amount of money, a percentage, or points.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Places kept in SQL: a value is stored as an integer of millionths.
pub const VALUE_SCALE: u32 = 6;

/// How a value is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Money in a currency.
    Amount,
    /// Per cent off, 0 to 100.
    Percent,
    /// Points of the loyalty scheme.
    Points,
}

impl ValueKind {
    /// All kinds, in the order in which `sort:value` groups them.
    pub const ALL: [Self; 3] = [Self::Amount, Self::Percent, Self::Points];

    /// The word for this kind in queries, JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Amount => "amount",
            Self::Percent => "percent",
            Self::Points => "points",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// What an offer is worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Value {
    /// How the number is meant.
    pub kind: ValueKind,
    /// The number: units of the currency, per cent, or points. A decimal string in JSON.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(feature = "server", schema(value_type = String))]
    pub number: Decimal,
    /// ISO 4217 code; for amounts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

impl Value {
    /// The number in millionths, as SQL keeps it; what does not fit is clamped.
    #[must_use]
    pub fn scaled(&self) -> i64 {
        scale(self.number)
    }

    /// A value back from SQL.
    #[must_use]
    pub fn from_scaled(kind: ValueKind, scaled: i64, currency: Option<String>) -> Self {
        let number = unscale(scaled, minimum_places(kind, currency.as_deref()));
        Self {
            kind,
            number,
            currency,
        }
    }
}

/// A decimal in millionths; what does not fit is clamped.
#[must_use]
pub fn scale(number: Decimal) -> i64 {
    let millionths = number.checked_mul(Decimal::from(1_000_000)).map(|d| d.trunc());
    let limit = if number.is_sign_negative() {
        i64::MIN
    } else {
        i64::MAX
    };
    millionths.and_then(|d| i64::try_from(d).ok()).unwrap_or(limit)
}

/// Millionths as a decimal with at least `places` places and no more than it needs.
#[must_use]
pub fn unscale(scaled: i64, places: u32) -> Decimal {
    let mut number = Decimal::new(scaled, VALUE_SCALE).normalize();
    if number.scale() < places {
        number.rescale(places);
    }
    number
}

/// Places that a value of this kind is always written with: the currency's minor unit (ISO 4217) for money, else none.
#[must_use]
pub fn minimum_places(kind: ValueKind, currency: Option<&str>) -> u32 {
    match (kind, currency) {
        (ValueKind::Amount, Some("JPY" | "KRW" | "VND" | "CLP" | "ISK" | "XAF" | "XOF" | "UGX" | "PYG")) => 0,
        (ValueKind::Amount, Some("KWD" | "BHD" | "OMR" | "JOD" | "TND" | "IQD" | "LYD")) => 3,
        (ValueKind::Amount, _) => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_keeps_the_number_and_its_places() {
        for (kind, text, currency) in [
            (ValueKind::Amount, "50.00", Some("USD")),
            (ValueKind::Amount, "2000", Some("JPY")),
            (ValueKind::Amount, "1.250", Some("KWD")),
            (ValueKind::Percent, "12.5", None),
            (ValueKind::Points, "1000", None),
        ] {
            let number: Decimal = text.parse().expect("a number");
            let value = Value {
                kind,
                number,
                currency: currency.map(str::to_owned),
            };
            let back = Value::from_scaled(kind, value.scaled(), value.currency.clone());
            assert_eq!(back.number.to_string(), text);
        }
    }
}
