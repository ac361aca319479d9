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

    /// Reads an RFC 3339 date-time; an offset is required, a fraction of a second may be there.
    ///
    /// # Errors
    /// When the text is no RFC 3339 date-time, names no real day, or lacks an offset.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<Timestamp>().map(Self::from_timestamp)
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
}
