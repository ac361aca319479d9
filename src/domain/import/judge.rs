//! Judges a row by itself: typed, or the one reason why not. Pure; keys and references are checked by the loader.

use std::str::FromStr as _;

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::Reason;
use super::currency::is_currency;
use crate::domain::account::{Account, Address};
use crate::domain::id::{AccountId, OfferId};
use crate::domain::lookup::{is_email, name_key, normalise_mobile};
use crate::domain::offer::{Offer, OfferType};
use crate::domain::query::fold;
use crate::domain::time::{Moment, rfc3339};
use crate::domain::token::{DisputeStatus, TokenState, state_of};
use crate::domain::value::{VALUE_SCALE, Value, ValueKind};

/// Most bytes of a key: `user_id`, `offer_code`, `token_ref`.
pub const MAX_KEY: usize = 1_000;
/// Most bytes of what lists are sorted by, folded: PostgreSQL's indexes hold some 2,700 in a row.
pub const MAX_SORT: usize = 2_600;
/// Largest value: what millionths in 64 bits hold.
const MAX_VALUE: i64 = 9_000_000_000_000;
/// Most days that an offer's tokens can be valid: a hundred years.
const MAX_DAYS: i64 = 36_525;

/// Judges an account; `fields` in the order of the columns.
///
/// # Errors
/// The reason why it is left out.
pub fn account(fields: &[&str], id: AccountId, region: &str) -> Result<Account, Reason> {
    let &[
        user_id,
        first_name,
        last_name,
        email,
        mobile,
        street,
        city,
        state,
        zip,
        created_at,
    ] = fields
    else {
        return Err(Reason::WrongColumnCount);
    };
    no_nul(fields)?;
    given(&[user_id, last_name, created_at])?;
    short(user_id.len() <= MAX_KEY)?;
    short(name_key(first_name).len() + name_key(last_name).len() <= MAX_SORT)?;
    if !email.is_empty() && !is_email(email) {
        return Err(Reason::InvalidEmail);
    }
    let mobile = match mobile {
        "" => String::new(),
        given => normalise_mobile(given, region).map_err(|_| Reason::InvalidMobile)?,
    };
    Ok(Account {
        id,
        user_id: user_id.to_owned(),
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        email: email.to_owned(),
        mobile,
        address: Address {
            street: street.to_owned(),
            city: city.to_owned(),
            state: state.to_owned(),
            zip: zip.to_owned(),
        },
        created_at: Moment::from_timestamp(instant(created_at)?),
        version: 1,
    })
}

/// Judges an offer; `fields` in the order of the columns.
///
/// # Errors
/// The reason why it is left out.
pub fn offer(fields: &[&str], id: OfferId) -> Result<Offer, Reason> {
    let &[
        code,
        name,
        description,
        image,
        kind,
        value_kind,
        value,
        currency,
        merchant,
        location,
        source,
        campaign,
        valid_from,
        valid_until,
        valid_days,
        per_customer,
    ] = fields
    else {
        return Err(Reason::WrongColumnCount);
    };
    no_nul(fields)?;
    given(&[code, name, kind, value_kind, value, merchant, valid_from])?;
    short(code.len() <= MAX_KEY && fold(name).len() <= MAX_SORT)?;
    let offer_type = OfferType::from_word(kind).ok_or(Reason::UnknownType)?;
    let value = worth(value_kind, value, currency)?;
    if !image.is_empty() && !is_image_path(image) {
        return Err(Reason::InvalidImagePath);
    }
    let valid_days = match valid_days {
        "" => None,
        days => Some(
            whole(days)
                .filter(|days| *days <= MAX_DAYS)
                .ok_or(Reason::InvalidDays)?,
        ),
    };
    let per_customer = match per_customer {
        "" => None,
        most => Some(whole(most).filter(|n| *n > 0).ok_or(Reason::InvalidPerCustomer)?),
    };
    let from = instant(valid_from)?;
    let until = optional(valid_until)?;
    if until.is_some_and(|until| until < from) {
        return Err(Reason::ValidUntilBeforeFrom);
    }
    Ok(Offer {
        id,
        code: code.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        image: image.to_owned(),
        offer_type,
        value,
        merchant: merchant.to_owned(),
        location: location.to_owned(),
        source: source.to_owned(),
        campaign: campaign.to_owned(),
        valid_from: Moment::from_timestamp(from),
        valid_until: until.map(Moment::from_timestamp),
        valid_days,
        per_customer,
    })
}

/// A token as its row tells it: the state column has become facts, keys and references are still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its own key.
    pub token_ref: String,
    /// Key of its account.
    pub user_id: String,
    /// Key of its offer.
    pub offer_code: String,
    /// The state at the moment that the file is judged at; [`state_of`] these facts.
    pub state: TokenState,
    /// When it came into the wallet.
    pub claimed_at: Moment,
    /// When it was redeemed.
    pub used_at: Option<Moment>,
    /// When it was handed on.
    pub shared_at: Option<Moment>,
    /// Its last moment.
    pub expires_at: Option<Moment>,
    /// When it was taken out of the wallet: the row does not tell, so it is the last moment that the row knows of.
    pub removed_at: Option<Moment>,
    /// When the dispute was opened, by the same rule.
    pub disputed_at: Option<Moment>,
    /// Key of the token that it replaces.
    pub reissued_from: Option<String>,
}

impl TokenRow {
    /// The dispute that goes with the state.
    #[must_use]
    pub fn dispute(&self) -> Option<DisputeStatus> {
        self.disputed_at.map(|_| DisputeStatus::Open)
    }
}

/// Judges a token as of a moment; `fields` in the order of the columns.
///
/// The state becomes facts: what is removed was removed, and what is disputed was put in dispute, at the last moment that
/// the row knows of (claimed, shared or used). A row whose dates tell another state than its column is left out.
///
/// # Errors
/// The reason why it is left out.
pub fn token(fields: &[&str], as_of: Moment) -> Result<TokenRow, Reason> {
    let &[
        token_ref,
        user_id,
        offer_code,
        state,
        claimed_at,
        used_at,
        shared_at,
        expires_at,
        reissued_from,
    ] = fields
    else {
        return Err(Reason::WrongColumnCount);
    };
    no_nul(fields)?;
    given(&[token_ref, user_id, offer_code, state, claimed_at])?;
    short(token_ref.len() <= MAX_KEY)?;
    let state = TokenState::from_word(state).ok_or(Reason::UnknownState)?;
    let claimed = instant(claimed_at)?;
    let (used, shared, expires) = (optional(used_at)?, optional(shared_at)?, optional(expires_at)?);
    if used.is_some_and(|used| used < claimed) {
        return Err(Reason::UsedBeforeClaimed);
    }
    // Instants are compared as they were written; what is finer than a microsecond is cut only when it is kept.
    let past = expires.is_some_and(|at| at < as_of.timestamp());
    if state == TokenState::Expired && !past {
        return Err(Reason::ExpiredStateNotPast);
    }
    let last = [Some(claimed), used, shared].into_iter().flatten().max();
    let last = last.map(Moment::from_timestamp);
    let row = TokenRow {
        token_ref: token_ref.to_owned(),
        user_id: user_id.to_owned(),
        offer_code: offer_code.to_owned(),
        state,
        claimed_at: Moment::from_timestamp(claimed),
        used_at: used.map(Moment::from_timestamp),
        shared_at: shared.map(Moment::from_timestamp),
        expires_at: expires.map(Moment::from_timestamp),
        removed_at: last.filter(|_| state == TokenState::Removed),
        disputed_at: last.filter(|_| state == TokenState::Disputed),
        reissued_from: (!reissued_from.is_empty()).then(|| reissued_from.to_owned()),
    };
    let told = state_of(
        row.removed_at.is_some(),
        row.dispute(),
        row.used_at.is_some(),
        row.shared_at.is_some(),
        row.expires_at,
        as_of,
    );
    if told == state {
        Ok(row)
    } else {
        Err(Reason::StateContradictsDates)
    }
}

fn no_nul(fields: &[&str]) -> Result<(), Reason> {
    if fields.iter().any(|field| field.contains('\0')) {
        Err(Reason::NulByte)
    } else {
        Ok(())
    }
}

fn given(required: &[&str]) -> Result<(), Reason> {
    if required.iter().any(|field| field.is_empty()) {
        Err(Reason::MissingRequired)
    } else {
        Ok(())
    }
}

fn short(is_short: bool) -> Result<(), Reason> {
    if is_short { Ok(()) } else { Err(Reason::TooLong) }
}

fn instant(text: &str) -> Result<Timestamp, Reason> {
    rfc3339(text).map_err(|_| Reason::InvalidDate)
}

fn optional(text: &str) -> Result<Option<Timestamp>, Reason> {
    if text.is_empty() {
        Ok(None)
    } else {
        instant(text).map(Some)
    }
}

fn worth(kind: &str, number: &str, currency: &str) -> Result<Value, Reason> {
    let kind = ValueKind::from_word(kind).ok_or(Reason::UnknownValueKind)?;
    let number = decimal(number)?;
    if number < Decimal::ZERO {
        return Err(Reason::NegativeValue);
    }
    if kind == ValueKind::Percent && number > Decimal::ONE_HUNDRED {
        return Err(Reason::PercentOver100);
    }
    let currency = match (kind, currency) {
        (ValueKind::Amount, code) if is_currency(code) => Some(code.to_owned()),
        (ValueKind::Percent | ValueKind::Points, "") => None,
        _ => return Err(Reason::InvalidCurrency),
    };
    Ok(Value {
        kind,
        number,
        currency,
    })
}

/// A decimal in plain notation: digits, a point and digits, a minus; nothing else, and nothing that is cut.
fn decimal(text: &str) -> Result<Decimal, Reason> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, places) = plain.split_once('.').unwrap_or((plain, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(places) || places.len() > VALUE_SCALE as usize {
        return Err(Reason::InvalidValue);
    }
    let number = Decimal::from_str(text).map_err(|_| Reason::InvalidValue)?;
    if number.abs() > Decimal::from(MAX_VALUE) {
        return Err(Reason::InvalidValue);
    }
    Ok(number)
}

/// A whole number in digits alone.
fn whole(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Whether a path is relative and stays in its folder: no `..` segment, no root, drive, scheme or backslash.
fn is_image_path(path: &str) -> bool {
    let scheme = path.split_once(':').is_some_and(|(before, _)| {
        before.starts_with(|c: char| c.is_ascii_alphabetic())
            && before
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    });
    !(scheme || path.starts_with('/') || path.contains('\\') || path.split('/').any(|part| part == ".."))
}

#[cfg(test)]
mod tests;
