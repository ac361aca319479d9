//! The catalog.

use serde::{Deserialize, Serialize};

use super::id::OfferId;
use super::time::Moment;
use super::value::Value;

/// What sort of thing an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfferType {
    /// A price cut on a product.
    Promotion,
    /// A coupon to show at the till.
    Coupon,
    /// Earned by the customer.
    Reward,
    /// Given to the customer.
    Gift,
    /// Something to try.
    Sample,
}

impl OfferType {
    /// All types.
    pub const ALL: [Self; 5] = [
        Self::Promotion,
        Self::Coupon,
        Self::Reward,
        Self::Gift,
        Self::Sample,
    ];

    /// The word for this type in queries, JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Promotion => "promotion",
            Self::Coupon => "coupon",
            Self::Reward => "reward",
            Self::Gift => "gift",
            Self::Sample => "sample",
        }
    }

    /// The type of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// A catalog entry that tokens are made from. Text fields are as they came; empty means "not given".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Offer {
    /// Identifier.
    pub id: OfferId,
    /// The catalog's own code, unique.
    pub code: String,
    /// What the customer sees.
    pub name: String,
    /// Terms and explanation; may be long.
    pub description: String,
    /// Relative path of the image; empty when there is none.
    pub image: String,
    /// What sort of thing it is.
    #[serde(rename = "type")]
    pub offer_type: OfferType,
    /// What it is worth.
    pub value: Value,
    /// Who redeems it.
    pub merchant: String,
    /// Where; may be empty.
    pub location: String,
    /// Where it came from (app, e-mail, call centre…); may be empty.
    pub source: String,
    /// Campaign; may be empty.
    pub campaign: String,
    /// From when it can be added.
    pub valid_from: Moment,
    /// Until when (inclusive) it can be added; `None`: no end.
    pub valid_until: Option<Moment>,
    /// Days after its claim that a token expires; `None`: with the offer, else never.
    pub valid_days: Option<i64>,
    /// How many of it one customer may have in the wallet (used ones count, removed and replaced ones do not); `None`: any
    /// number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_customer: Option<i64>,
}

impl Offer {
    /// When a token of this offer that is claimed at `claimed_at` expires: `valid_days` after the claim, else with
    /// the offer, else never.
    #[must_use]
    pub fn expiry_for(&self, claimed_at: Moment) -> Option<Moment> {
        match self.valid_days {
            Some(days) => Some(claimed_at.plus_days(days)),
            None => self.valid_until,
        }
    }

    /// Whether the offer can be added at `now`.
    ///
    /// # Errors
    /// The reason why not.
    pub fn addable_at(&self, now: Moment) -> Result<(), OfferRefusal> {
        if now < self.valid_from {
            return Err(OfferRefusal::NotYetValid);
        }
        if self.valid_until.is_some_and(|until| now > until) {
            return Err(OfferRefusal::NoLongerValid);
        }
        Ok(())
    }

    /// Whether the offer can be added at `now` for a customer who has `held` of it.
    ///
    /// # Errors
    /// The first reason why not.
    pub fn addable_for(&self, held: i64, now: Moment) -> Result<(), OfferRefusal> {
        self.addable_at(now)?;
        match self.per_customer {
            Some(cap) if held >= cap => Err(OfferRefusal::CapReached { held, cap }),
            _ => Ok(()),
        }
    }
}

/// Why an offer cannot be added to a wallet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferRefusal {
    /// `valid_from` lies ahead.
    #[error("the offer is not valid yet")]
    NotYetValid,
    /// `valid_until` has passed.
    #[error("the offer is no longer valid")]
    NoLongerValid,
    /// The customer has as many as one may have.
    #[error("the customer has {} of this offer already, and may have {}", held, cap)]
    CapReached {
        /// In the wallet.
        held: i64,
        /// At most.
        cap: i64,
    },
}

impl OfferRefusal {
    /// A stable code for replies.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotYetValid => "offer_not_yet_valid",
            Self::NoLongerValid => "offer_no_longer_valid",
            Self::CapReached { .. } => "customer_cap_reached",
        }
    }
}
