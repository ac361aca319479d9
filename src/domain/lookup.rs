//! Account look-up (K6): what one line may mean, how each of the four ways is checked before it is sent, and how well a
//! name fits.

mod near;

use email_address::{EmailAddress, Options};
use phonenumber::Metadata;
use phonenumber::metadata::DATABASE;
use unicode_normalization::UnicodeNormalization as _;

use super::query::fold;

pub use near::{email_names, email_neighbours};

/// Longest text that is looked up, in characters.
pub const MAX_TEXT: usize = 1000;
/// Fewest characters of an e-mail address that are searched for as its beginning.
pub const MIN_EMAIL_PREFIX: usize = 3;
/// [`name_score`] of a name that is what was asked for.
pub const EXACT: f64 = 1.0;
/// Least [`name_score`] of a name that begins with what was asked for.
pub const PREFIX: f64 = 0.91;
/// Least [`name_score`] of a name that is a typing error away from what was asked for.
pub const SIMILAR: f64 = 0.8;

/// One way to look an account up, ready to be searched for.
#[derive(Clone, PartialEq, Eq)]
pub enum Lookup {
    /// A whole e-mail address, in lower case.
    Email(String),
    /// The beginning of an e-mail address, in lower case: three or more characters.
    EmailPrefix(String),
    /// A mobile number in E.164.
    Mobile(String),
    /// The last four digits of a mobile number.
    MobileLast4(String),
    /// The partner's identifier, whole, as it was typed.
    UserId(String),
    /// Given and family name, each whole or its beginning; one of them may be empty.
    Name {
        /// Given name.
        first: String,
        /// Family name.
        last: String,
    },
    /// A given name or a family name, whole or its beginning.
    AnyName(String),
}

impl std::fmt::Debug for Lookup {
    /// Names the kind alone: what is looked for is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Lookup({})", self.word())
    }
}

impl Lookup {
    /// What is searched: `email`, `mobile`, `user_id` or `name`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Email(_) | Self::EmailPrefix(_) => "email",
            Self::Mobile(_) | Self::MobileLast4(_) => "mobile",
            Self::UserId(_) => "user_id",
            Self::Name { .. } | Self::AnyName(_) => "name",
        }
    }
}

/// Why a look-up is not sent: what is wrong and how to write it. Holds nothing of what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LookupError {
    /// Nothing was typed.
    #[error("nothing to look for; type an e-mail address, a name, a mobile number or a user_id")]
    Empty,
    /// More than [`MAX_TEXT`] characters.
    #[error("this is too long to be looked up; at most {MAX_TEXT} characters")]
    TooLong,
    /// Other text around the address.
    #[error("there is more than an e-mail address; write the address alone, such as name@example.com")]
    EmailDisplay,
    /// A space in the address.
    #[error("an e-mail address has no spaces; write it like name@example.com")]
    EmailSpace,
    /// More than one `@`.
    #[error("an e-mail address has one @; write it like name@example.com")]
    EmailAts,
    /// Too short for a beginning.
    #[error("too short; write a whole e-mail address or its first three or more characters")]
    EmailShort,
    /// Not an address for another reason.
    #[error(
        "this is no e-mail address; write it like name@example.com, or its first three or more characters"
    )]
    Email,
    /// Something that no number has.
    #[error(
        "a mobile number has digits, spaces and ( ) . - + only; write it like 212 555 0123 or +44 7700 900123"
    )]
    MobileSigns,
    /// Digits missing or too many.
    #[error(
        "too few or too many digits for a mobile number; write it like 212 555 0123 or +44 7700 900123, or its last four digits"
    )]
    MobileLength,
    /// The digits behind the plus begin with no country's code.
    #[error("no country has this code; write the number like +1 212 555 0123 or +44 7700 900123")]
    MobileCountry,
    /// A space or something invisible in the identifier, or nothing that identifies.
    #[error("a user_id has no spaces; write it whole, like EC00010007")]
    UserId,
    /// Neither name has a letter in it.
    #[error("there is no name in it; write first and last name, or the beginning of either")]
    Name,
}

impl LookupError {
    /// A stable code for replies and for the words of the interface.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "lookup_empty",
            Self::TooLong => "lookup_too_long",
            Self::EmailDisplay => "email_display",
            Self::EmailSpace => "email_space",
            Self::EmailAts => "email_ats",
            Self::EmailShort => "email_short",
            Self::Email => "email_invalid",
            Self::MobileSigns => "mobile_signs",
            Self::MobileLength => "mobile_length",
            Self::MobileCountry => "mobile_country",
            Self::UserId => "user_id_invalid",
            Self::Name => "name_missing",
        }
    }

    /// The field of the form that it belongs to; `q` for the one line.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::Empty | Self::TooLong => "q",
            Self::EmailDisplay | Self::EmailSpace | Self::EmailAts | Self::EmailShort | Self::Email => {
                "email"
            }
            Self::MobileSigns | Self::MobileLength | Self::MobileCountry => "mobile",
            Self::UserId => "user_id",
            Self::Name => "last_name",
        }
    }
}

/// Recognises what one line may mean: all readings, most likely first; search them in turn until one finds. Ten bare
/// digits may be a number or an identifier, one word a name, an identifier or the beginning of an address.
///
/// # Errors
/// When the line can only be meant as an address or a number and is none, is empty or too long.
pub fn recognise(text: &str, default_region: &str) -> Result<Vec<Lookup>, LookupError> {
    let text = bounded(text)?;
    let one_word = !text.contains(char::is_whitespace);
    // Several words of which none is an address may be an odd name; one with an address in it is a mistake.
    if text.contains('@') && (one_word || text.split_whitespace().any(is_email)) {
        return validate_email(text).map(|found| vec![found]);
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    if digits >= 4 && text.chars().all(is_number_sign) {
        let identifier = text
            .chars()
            .all(|c| c.is_ascii_digit())
            .then(|| Lookup::UserId(text.to_owned()));
        return match validate_mobile(text, default_region) {
            Ok(number) => Ok([Some(number), identifier].into_iter().flatten().collect()),
            Err(error) => identifier.map(|id| vec![id]).ok_or(error),
        };
    }
    let mut readings = Vec::new();
    if one_word {
        let named = (!name_key(text).is_empty()).then(|| Lookup::AnyName(text.to_owned()));
        let identifier = validate_user_id(text).ok();
        let address = validate_email(text).ok();
        let likely_identifier = digits > 0;
        let order = match likely_identifier {
            true => [identifier, address, named],
            false => [named, address, identifier],
        };
        readings.extend(order.into_iter().flatten());
    } else {
        readings.extend(names(text));
    }
    if readings.is_empty() {
        Err(LookupError::Name)
    } else {
        Ok(readings)
    }
}

/// All ways to part a line into given and family name: `First Last`, `Last, First`, `Last First`.
fn names(text: &str) -> Vec<Lookup> {
    let mut readings: Vec<Lookup> = Vec::new();
    let mut add = |first: &str, last: &str| {
        if let Ok(reading) = validate_name(first, last)
            && !readings.contains(&reading)
        {
            readings.push(reading);
        }
    };
    if let Some((last, first)) = text.split_once(", ") {
        add(first, last);
    }
    let gaps: Vec<usize> = text
        .match_indices(char::is_whitespace)
        .map(|(at, _)| at)
        .collect();
    let first_and_last_gap = gaps.iter().take(3).chain(gaps.iter().skip(3).last());
    for at in first_and_last_gap {
        let (first, last) = text.split_at(*at);
        add(first, last);
    }
    if let Some((last, first)) = gaps.last().map(|at| text.split_at(*at)) {
        add(first, last);
    }
    add("", text);
    readings
}

fn bounded(text: &str) -> Result<&str, LookupError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(LookupError::Empty);
    }
    if text.chars().nth(MAX_TEXT).is_some() {
        return Err(LookupError::TooLong);
    }
    Ok(text)
}

/// Checks an e-mail address, or the beginning of one.
///
/// # Errors
/// What is wrong and how to write it.
pub fn validate_email(text: &str) -> Result<Lookup, LookupError> {
    let text = bounded(text)?;
    let lower = text.to_lowercase();
    if is_email(text) {
        return Ok(Lookup::Email(lower));
    }
    if text.contains(['<', '>']) {
        return Err(LookupError::EmailDisplay);
    }
    if text.contains(char::is_whitespace) {
        return Err(LookupError::EmailSpace);
    }
    if text.matches('@').count() > 1 {
        return Err(LookupError::EmailAts);
    }
    if text.chars().count() < MIN_EMAIL_PREFIX {
        return Err(LookupError::EmailShort);
    }
    // A beginning is what becomes an address when something is put behind it.
    let completed = match text.contains('@') {
        true => [format!("{text}x"), format!("{text}.test")],
        false => [format!("{text}@x.test"), format!("{text}x@x.test")],
    };
    if completed.iter().any(|whole| is_email(whole)) {
        Ok(Lookup::EmailPrefix(lower))
    } else {
        Err(LookupError::Email)
    }
}

/// Whether a text is an e-mail address and nothing else (RFC 5321/5322 syntax; no display name, no address literal).
#[must_use]
pub fn is_email(text: &str) -> bool {
    let options = Options::default().without_display_text().without_domain_literal();
    EmailAddress::parse_with_options(text, options).is_ok()
}

/// Checks a mobile number in any usual notation, or its last four digits.
///
/// # Errors
/// What is wrong and how to write it.
pub fn validate_mobile(text: &str, default_region: &str) -> Result<Lookup, LookupError> {
    let text = bounded(text)?;
    if text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Lookup::MobileLast4(text.to_owned()));
    }
    normalise_mobile(text, default_region).map(Lookup::Mobile)
}

/// A mobile number in E.164. Digits, spaces and `( ) . - +` are allowed; `+`, `00` or `011` in front mean a country code,
/// behind which `(0)` is dropped; all else belongs to `default_region` (such as `US`). Judged by country code and length
/// alone, as numbers for fiction and new ranges are in no table.
///
/// # Errors
/// What is wrong and how to write it.
pub fn normalise_mobile(text: &str, default_region: &str) -> Result<String, LookupError> {
    let text = text.trim();
    if text.is_empty() || !text.chars().all(is_number_sign) || text.rfind('+').is_some_and(|at| at > 0) {
        return Err(LookupError::MobileSigns);
    }
    let all = digits(text);
    let prefix = if text.starts_with('+') {
        Some("")
    } else {
        ["011", "00"].into_iter().find(|p| all.starts_with(p))
    };
    let Some(prefix) = prefix else {
        return national(&all, default_region);
    };
    let whole = digits(&text.replacen("(0)", "", 1));
    let international = whole.strip_prefix(prefix).unwrap_or(&whole);
    if international.is_empty() {
        return Err(LookupError::MobileLength);
    }
    // Codes are prefix-free: at most one length can be a code.
    let code = (1..=3).find_map(|length| {
        let (code, rest) = international.split_at_checked(length)?;
        let code: u16 = code.parse().ok()?;
        (code > 0 && international.as_bytes().first() != Some(&b'0') && DATABASE.by_code(&code).is_some())
            .then_some((code, rest))
    });
    let (code, rest) = code.ok_or(LookupError::MobileCountry)?;
    e164(code, rest)
}

fn national(digits: &str, default_region: &str) -> Result<String, LookupError> {
    let region = DATABASE.by_id(default_region).ok_or(LookupError::MobileCountry)?;
    let code = region.country_code();
    let plain = e164(code, digits);
    // A trunk prefix (1 in North America, 0 in most of Europe) is dropped where the number does not fit with it.
    match region
        .national_prefix()
        .and_then(|prefix| digits.strip_prefix(prefix))
    {
        Some(rest) if plain.is_err() || digits.starts_with('0') => e164(code, rest),
        _ => plain,
    }
}

fn e164(code: u16, national: &str) -> Result<String, LookupError> {
    let regions = DATABASE.by_code(&code).ok_or(LookupError::MobileCountry)?;
    let length = u16::try_from(national.len()).map_err(|_| LookupError::MobileLength)?;
    let possible = regions.iter().any(|region| has_length(region, length));
    let number = format!("+{code}{national}");
    if possible && number.len() <= 16 {
        Ok(number)
    } else {
        Err(LookupError::MobileLength)
    }
}

/// Whether any kind of number of the region that people carry or answer has this many digits. (Company-wide numbers and
/// short codes would let local numbers without their area code pass.)
fn has_length(region: &Metadata, length: u16) -> bool {
    let kinds = region.descriptors();
    let kinds = [
        kinds.mobile(),
        kinds.fixed_line(),
        kinds.voip(),
        kinds.personal_number(),
        kinds.toll_free(),
    ];
    kinds
        .into_iter()
        .flatten()
        .any(|kind| kind.possible_length().contains(&length))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn is_number_sign(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, ' ' | '(' | ')' | '.' | '-' | '+')
}

/// Checks a partner's identifier.
///
/// # Errors
/// What is wrong and how to write it.
pub fn validate_user_id(text: &str) -> Result<Lookup, LookupError> {
    let text = bounded(text)?;
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) || !text.contains(char::is_alphanumeric) {
        return Err(LookupError::UserId);
    }
    Ok(Lookup::UserId(text.to_owned()))
}

/// Checks given and family name: each whole or its beginning, one of them may be empty.
///
/// # Errors
/// What is wrong and how to write it.
pub fn validate_name(first: &str, last: &str) -> Result<Lookup, LookupError> {
    let (first, last) = (first.trim(), last.trim());
    if [first, last]
        .iter()
        .any(|name| name.chars().nth(MAX_TEXT).is_some())
    {
        return Err(LookupError::TooLong);
    }
    let missing = |name: &str| name_key(name).is_empty();
    match (missing(first), missing(last)) {
        (true, true) if first.is_empty() && last.is_empty() => Err(LookupError::Empty),
        (true, true) => Err(LookupError::Name),
        (true, false) if first.is_empty() => Ok(Lookup::AnyName(last.to_owned())),
        (false, true) if last.is_empty() => Ok(Lookup::Name {
            first: first.to_owned(),
            last: String::new(),
        }),
        _ => Ok(Lookup::Name {
            first: first.to_owned(),
            last: last.to_owned(),
        }),
    }
}

/// The form in which names are searched, kept beside them in the store: folded, Latin letters without their marks,
/// apostrophes dropped, everything else that is no letter or digit one space.
#[must_use]
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for c in fold(name).nfd() {
        match c {
            '\u{300}'..='\u{36f}' | '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' => {}
            'ł' => key.push('l'),
            'ø' => key.push('o'),
            'đ' | 'ð' => key.push('d'),
            'ı' => key.push('i'),
            'ß' => key.push_str("ss"),
            'æ' => key.push_str("ae"),
            'œ' => key.push_str("oe"),
            'þ' => key.push_str("th"),
            c if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => key.push(c),
            '\u{ad}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => {}
            _ => key.push(' '),
        }
    }
    key.nfc()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// How well an account's name fits what was asked, all as [`name_key`]s; an empty part that was not asked for fits
/// anything. [`EXACT`], at least [`PREFIX`], at least [`SIMILAR`], or 0: no candidate. Higher is better.
#[must_use]
pub fn name_score(asked_first: &str, asked_last: &str, first: &str, last: &str) -> f64 {
    let scores = [part_score(asked_first, first), part_score(asked_last, last)];
    let least = scores[0].min(scores[1]);
    if least == 0.0 {
        0.0
    } else {
        0.9 * least + 0.1 * f64::midpoint(scores[0], scores[1])
    }
}

/// How well an account's name fits one asked name that may be any part of it; keys and scale as in [`name_score`].
#[must_use]
pub fn any_name_score(asked: &str, first: &str, last: &str) -> f64 {
    let whole = format!("{first} {last}");
    [first, last, whole.trim()]
        .into_iter()
        .map(|name| part_score(asked, name))
        .fold(0.0, f64::max)
}

fn part_score(asked: &str, name: &str) -> f64 {
    if asked.is_empty() || asked == name {
        return EXACT;
    }
    if name.is_empty() {
        return 0.0;
    }
    let (asked, name_tight) = (asked.replace(' ', ""), name.replace(' ', ""));
    if asked == name_tight {
        return 0.97;
    }
    if name_tight.starts_with(&asked) {
        return 0.95;
    }
    if name.split(' ').any(|word| word.starts_with(&asked)) {
        return 0.92;
    }
    let length = asked.chars().count();
    let allowed = match length {
        0..=2 => return 0.0,
        3..=5 => 1,
        _ => 2,
    };
    if name_tight.chars().count().abs_diff(length) > allowed {
        return 0.0;
    }
    match strsim::damerau_levenshtein(&asked, &name_tight) {
        1 => 0.88,
        2 if allowed == 2 => 0.84,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests;
