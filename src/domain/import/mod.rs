//! What an import holds: three kinds of file, their columns, and every reason for which a row is left out. The rules that
//! judge a row alone are in [`judge`]; keys and references need the rows before it and are checked where these are known.

pub mod currency;
pub mod judge;

/// Which of the three files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// Customers.
    Accounts,
    /// The catalog.
    Offers,
    /// What is in the wallets.
    Tokens,
}

impl FileKind {
    /// All kinds, in the order in which they are imported: each refers only to those before it.
    pub const ALL: [Self; 3] = [Self::Accounts, Self::Offers, Self::Tokens];

    /// The word for this kind in reports and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Offers => "offers",
            Self::Tokens => "tokens",
        }
    }

    /// Whether a file may do without this column: it is empty in all rows then.
    #[must_use]
    pub fn may_lack(self, column: &str) -> bool {
        self == Self::Offers && column == "per_customer"
    }

    /// The columns, in the order in which [`judge`] takes the fields.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Accounts => &[
                "user_id",
                "first_name",
                "last_name",
                "email",
                "mobile",
                "street",
                "city",
                "state",
                "zip",
                "created_at",
            ],
            Self::Offers => &[
                "offer_code",
                "name",
                "description",
                "image",
                "type",
                "value_kind",
                "value",
                "currency",
                "merchant",
                "location",
                "source",
                "campaign",
                "valid_from",
                "valid_until",
                "valid_days",
                "per_customer",
            ],
            Self::Tokens => &[
                "token_ref",
                "user_id",
                "offer_code",
                "state",
                "claimed_at",
                "used_at",
                "shared_at",
                "expires_at",
                "reissued_from",
            ],
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $words:literal;)+) => {
        /// Why a row is left out: exactly one for each bad row, the first that applies in the order of this list.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason { $($(#[$doc])* $name),+ }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The word for it in reports.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }

            /// What is wrong, for people.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words),+ }
            }

            /// The reason of that name.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|r| r.word() == word)
            }
        }
    };
}

reasons! {
    /// Bytes that are not UTF-8.
    InvalidUtf8 = "invalid_utf8", "there are bytes that are not UTF-8";
    /// A line of a JSON Lines file that is no JSON object of strings.
    InvalidJson = "invalid_json", "the line is not a JSON object of strings";
    /// More or fewer fields than columns.
    WrongColumnCount = "wrong_column_count", "there are more or fewer fields than columns";
    /// A NUL inside a field.
    NulByte = "nul_byte", "there is a NUL in a field";
    /// A field that must be given is empty.
    MissingRequired = "missing_required", "a field that is required is empty";
    /// A key or a name that no index of the database holds.
    TooLong = "too_long", "a key or a name is too long";
    /// Not an e-mail address.
    InvalidEmail = "invalid_email", "this is no e-mail address";
    /// Not a telephone number, or of impossible length.
    InvalidMobile = "invalid_mobile", "this is no telephone number, or one of impossible length";
    /// `type` is not in the list.
    UnknownType = "unknown_type", "there is no such type of offer";
    /// `value_kind` is not in the list.
    UnknownValueKind = "unknown_value_kind", "there is no such kind of value";
    /// Not a decimal number of at most six places, or too large to be kept.
    InvalidValue = "invalid_value", "the value is not a decimal number with at most six places";
    /// `value` is below 0.
    NegativeValue = "negative_value", "the value is below 0";
    /// A percentage above 100.
    PercentOver100 = "percent_over_100", "a percentage is above 100";
    /// An amount without an ISO 4217 currency, or a currency with something that is no amount.
    InvalidCurrency = "invalid_currency", "amounts, and nothing else, need a currency of ISO 4217";
    /// `image` leaves its folder or is absolute.
    InvalidImagePath = "invalid_image_path", "the image's path leaves its folder or is not relative";
    /// `valid_days` is not a whole number of days.
    InvalidDays = "invalid_days", "valid_days is not a whole number of days";
    /// `per_customer` is not a whole number from 1 on.
    InvalidPerCustomer = "invalid_per_customer", "per_customer is not a whole number from 1 on";
    /// `state` is not in the list.
    UnknownState = "unknown_state", "there is no such state";
    /// Not an RFC 3339 date-time.
    InvalidDate = "invalid_date", "a date is not an RFC 3339 date-time with its offset";
    /// `valid_until` is an earlier instant than `valid_from`.
    ValidUntilBeforeFrom = "valid_until_before_from", "valid_until is before valid_from";
    /// `used_at` is an earlier instant than `claimed_at`.
    UsedBeforeClaimed = "used_before_claimed", "used_at is before claimed_at";
    /// `state` is expired, but `expires_at` has not passed.
    ExpiredStateNotPast = "expired_state_not_past", "the state is expired, but expires_at has not passed";
    /// The dates of the row tell another state than its column.
    StateContradictsDates = "state_contradicts_dates", "the dates tell another state than the column";
    /// An earlier good row has this `user_id`.
    DuplicateUserId = "duplicate_user_id", "an earlier good row has this user_id";
    /// Another good row has this e-mail address, in any case.
    DuplicateEmail = "duplicate_email", "an earlier good row has this e-mail address";
    /// An earlier good row has this `offer_code`.
    DuplicateOfferCode = "duplicate_offer_code", "an earlier good row has this offer_code";
    /// An earlier good row has this `token_ref`.
    DuplicateTokenRef = "duplicate_token_ref", "an earlier good row has this token_ref";
    /// No account has this `user_id`.
    UnknownAccount = "unknown_account", "no account has this user_id";
    /// No offer has this `offer_code`.
    UnknownOffer = "unknown_offer", "no offer has this offer_code";
    /// No token before this one has the `token_ref` in `reissued_from`.
    ReissuedFromUnknown = "reissued_from_unknown", "no earlier token has the token_ref in reissued_from";
    /// The token in `reissued_from` is of another account or offer, or neither used nor expired.
    ReissuedFromMismatch = "reissued_from_mismatch", "the token in reissued_from is of another account or offer, or neither used nor expired";
    /// The token in `reissued_from` was replaced by an earlier good row.
    ReissuedTwice = "reissued_twice", "the token in reissued_from has been reissued already";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_unique_and_lead_back() {
        let mut seen = std::collections::BTreeSet::new();
        for reason in Reason::ALL {
            assert!(seen.insert(reason.word()));
            assert_eq!(Reason::from_word(reason.word()), Some(*reason));
        }
    }
}
