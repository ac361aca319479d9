//! Time: UTC in whole microseconds, passed in, never taken.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment in UTC, in whole microseconds: the resolution that both databases keep.
///
/// In JSON it is an RFC 3339 date-time with `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(value_type = String, format = DateTime))]
pub struct Moment(Timestamp);

impl Moment {
    /// The earliest moment that can be told: 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(Timestamp::UNIX_EPOCH);

    /// Takes a timestamp, cutting what is finer than a microsecond.
    #[must_use]
    pub fn from_timestamp(ts: Timestamp) -> Self {
        Self::from_micros(ts.as_microsecond())
    }

    /// The moment that lies `micros` microseconds after the epoch; what no calendar can tell is clamped.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        let clamped = micros.clamp(Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond());
        Self(Timestamp::from_microsecond(clamped).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole seconds since the epoch.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The timestamp inside.
    #[must_use]
    pub fn timestamp(self) -> Timestamp {
        self.0
    }

    /// Seconds from `earlier` to this moment (negative when `earlier` is later).
    #[must_use]
    pub fn seconds_since(self, earlier: Self) -> i64 {
        (self.micros() - earlier.micros()).div_euclid(1_000_000)
    }

    /// This moment moved by whole seconds, clamped to what can be told.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_micros(self.micros().saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// This moment moved by days of 24 hours, clamped to what can be told.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// To the minute, as sentences of the backend say it, which does not know the reader's zone: `2026-11-21 22:40 UTC`.
    #[must_use]
    pub fn to_minute(self) -> String {
        let whole = self.to_string();
        let minute = whole.get(..16).unwrap_or(&whole).replace('T', " ");
        format!("{minute} UTC")
    }

    /// Reads an RFC 3339 date-time; an offset is required, a fraction of a second may be there.
    ///
    /// # Errors
    /// When the text is no RFC 3339 date-time, names no real day, or lacks an offset.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        rfc3339(text).map(Self::from_timestamp)
    }
}

/// Reads an RFC 3339 date-time to the nanosecond, for comparing instants as they were written; [`Moment::parse`] cuts it.
/// Nothing else that is usual (ISO 8601 without separators, a comma, a zone in brackets) passes.
///
/// # Errors
/// As [`Moment::parse`].
pub fn rfc3339(text: &str) -> Result<Timestamp, jiff::Error> {
    let shape = Shape::of(text)
        .ok_or_else(|| jiff::Error::from_args(format_args!("this is not an RFC 3339 date-time")))?;
    if shape.digits > 9 {
        // what is finer than a nanosecond is cut
        let kept = 20 + 9;
        return format!("{}{}", &text[..kept], &text[20 + shape.digits..]).parse();
    }
    text.parse()
}

/// The shape of an RFC 3339 date-time (section 5.6), before any number in it is judged.
struct Shape {
    /// Digits of the fraction.
    digits: usize,
}

impl Shape {
    fn of(text: &str) -> Option<Self> {
        let fits = |part: &[u8], pattern: &[u8]| {
            part.len() == pattern.len()
                && part.iter().zip(pattern).all(|(b, p)| match p {
                    b'9' => b.is_ascii_digit(),
                    b'T' => b.eq_ignore_ascii_case(&b'T'),
                    p => b == p,
                })
        };
        let (head, tail) = text.as_bytes().split_at_checked(19)?;
        if !fits(head, b"9999-99-99T99:99:99") {
            return None;
        }
        let (digits, offset) = match tail.strip_prefix(b".") {
            Some(fraction) => {
                let digits = fraction.iter().take_while(|b| b.is_ascii_digit()).count();
                if digits == 0 {
                    return None;
                }
                (digits, &fraction[digits..])
            }
            None => (0, tail),
        };
        let hours_and_minutes = |offset: &[u8]| {
            (fits(offset, b"+99:99") || fits(offset, b"-99:99"))
                && &offset[1..3] <= b"23".as_slice()
                && &offset[4..6] <= b"59".as_slice()
        };
        (offset.eq_ignore_ascii_case(b"Z") || hours_and_minutes(offset)).then_some(Self { digits })
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self::from_timestamp)
    }
}

/// Tells the time. The edges of the program hold one; rules get `now` as a value.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Moment;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment::from_timestamp(Timestamp::now())
    }
}

/// A clock that stands still: for tests, imports judged at a fixed moment, and replays.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Moment);

impl Clock for FixedClock {
    fn now(&self) -> Moment {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_rfc_3339_and_keeps_microseconds() {
        let moment = Moment::parse("2026-11-21T05:45:00.123456789+05:45").expect("a date-time");
        let json = serde_json::to_string(&moment).expect("serializes");
        assert_eq!(json, "\"2026-11-21T00:00:00.123456Z\"");
        assert_eq!(serde_json::from_str::<Moment>(&json).expect("reads back"), moment);
    }

    #[test]
    fn an_offset_is_required() {
        assert!(Moment::parse("2026-11-21T00:00:00").is_err());
        assert!(Moment::parse("2026-02-30T00:00:00Z").is_err());
    }

    #[test]
    fn every_notation_of_rfc_3339_is_read_and_no_other() {
        let micros = |text| Moment::parse(text).expect(text).micros();
        let base = micros("2026-06-30T23:59:59Z");
        for same in [
            "2026-06-30t23:59:59z",
            "2026-06-30T23:59:59-00:00",
            "2026-07-01T05:44:59+05:45",
            "2026-06-30T23:59:59.000000000000Z",
            "2026-06-30T23:59:60Z",
        ] {
            assert_eq!(micros(same), base, "{same}");
        }
        assert_eq!(micros("2026-06-30T23:59:59.1234567891+00:00"), base + 123_456);
        for bad in [
            "2026-06-30 23:59:59Z",
            "20260630T235959Z",
            "2026-06-30T23:59Z",
            "2026-06-30T23:59:59,5Z",
            "2026-06-30T23:59:59.Z",
            "2026-06-30T23:59:59+0545",
            "2026-06-30T23:59:59+05",
            "2026-06-30T23:59:59+24:00",
            "2026-06-30T23:59:59Z[UTC]",
            "2026-06-30T24:00:00Z",
            "+002026-06-30T23:59:59Z",
            "2025-02-29T00:00:00Z",
            " 2026-06-30T23:59:59Z",
            "２026-06-30T23:59:59Z",
            "1763700000",
            "",
        ] {
            assert!(Moment::parse(bad).is_err(), "{bad}");
        }
    }
}
