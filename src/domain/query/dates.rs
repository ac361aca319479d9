//! Dates of a query: as they are written, and the half-open spans that they mean.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span as Length, ToSpan as _};

use super::parse::Context;
use crate::domain::time::Moment;

/// A half-open span of time: `from` ≤ moment < `before`. A missing end is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DateSpan {
    /// First moment in it.
    pub from: Option<Moment>,
    /// First moment after it.
    pub before: Option<Moment>,
}

/// A date as it was written. Days, months and years are whole ones in the zone of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateExpr {
    /// `2026-01-31`
    Day(Date),
    /// `2026-01`: the first day of that month.
    Month(Date),
    /// `2026`: the first day of that year.
    Year(Date),
    /// An RFC 3339 date-time: that very moment.
    At(Moment),
    /// `now`: this very moment.
    Now,
    /// `today`, `yesterday`, `tomorrow`: days from today.
    Named(i8),
    /// `-30d`, `+2w`, `3h`: from now. Hours and minutes give a moment, all longer units the whole day.
    Relative(i32, Unit),
}

/// The unit of a relative date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `min`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
    /// `mo`
    Month,
    /// `y`
    Year,
}

impl Unit {
    /// All units.
    pub const ALL: [Self; 6] = [
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Year,
    ];

    /// How it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
            Self::Month => "mo",
            Self::Year => "y",
        }
    }
}

/// Longest count in a relative date.
const MAX_COUNT: i32 = 99_999;

impl DateExpr {
    /// Reads a date as people write it; `None` when it is none (or no such day exists).
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "now" => return Some(Self::Now),
            "today" => return Some(Self::Named(0)),
            "yesterday" => return Some(Self::Named(-1)),
            "tomorrow" => return Some(Self::Named(1)),
            _ => {}
        }
        if lower.contains('t') && lower.as_bytes().first().is_some_and(u8::is_ascii_digit) {
            return Moment::parse(text)
                .ok()
                .filter(|m| m.to_string().starts_with(|c: char| c.is_ascii_digit()))
                .map(Self::At);
        }
        calendar(&lower).or_else(|| relative(&lower))
    }

    /// The span that it means; `None` when it lies outside of the calendar.
    #[must_use]
    pub fn resolve(self, context: &Context) -> Option<DateSpan> {
        let zone = &context.zone;
        let today = context.now.timestamp().to_zoned(zone.clone()).date();
        match self {
            Self::Day(day) => days(day, 1.day(), zone),
            Self::Month(first) => days(first, 1.month(), zone),
            Self::Year(first) => days(first, 1.year(), zone),
            Self::At(moment) => Some(instant(moment)),
            Self::Now => Some(instant(context.now)),
            Self::Named(offset) => days(today.checked_add(i64::from(offset).days()).ok()?, 1.day(), zone),
            Self::Relative(count, unit) => {
                let count = i64::from(count);
                let length = match unit {
                    Unit::Minute => return Some(instant(context.now.plus_seconds(count * 60))),
                    Unit::Hour => return Some(instant(context.now.plus_seconds(count * 3600))),
                    Unit::Day => Length::new().try_days(count),
                    Unit::Week => Length::new().try_weeks(count),
                    Unit::Month => Length::new().try_months(count),
                    Unit::Year => Length::new().try_years(count),
                };
                days(today.checked_add(length.ok()?).ok()?, 1.day(), zone)
            }
        }
    }
}

impl std::fmt::Display for DateExpr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Month(first) => write!(f, "{:04}-{:02}", first.year(), first.month()),
            Self::Year(first) => write!(f, "{:04}", first.year()),
            Self::At(moment) => write!(f, "{moment}"),
            Self::Now => f.write_str("now"),
            Self::Named(-1) => f.write_str("yesterday"),
            Self::Named(1) => f.write_str("tomorrow"),
            Self::Named(_) => f.write_str("today"),
            Self::Relative(count, unit) => write!(f, "{count:+}{}", unit.word()),
        }
    }
}

fn calendar(text: &str) -> Option<DateExpr> {
    let shape: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|part| part.parse::<i16>().ok());
    let month_of = |year: i16, month: i16| Date::new(year, i8::try_from(month).ok()?, 1).ok();
    match shape.as_str() {
        "0000-00-00" => {
            let first = month_of(number(0..4)?, number(5..7)?)?;
            Date::new(first.year(), first.month(), i8::try_from(number(8..10)?).ok()?)
                .ok()
                .map(DateExpr::Day)
        }
        "0000-00" => month_of(number(0..4)?, number(5..7)?).map(DateExpr::Month),
        "0000" => Some(DateExpr::Year(date(number(0..4)?, 1, 1))),
        _ => None,
    }
}

fn relative(text: &str) -> Option<DateExpr> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (count, word) = rest.split_at(digits);
    let unit = Unit::ALL.into_iter().find(|u| u.word() == word)?;
    let count: i32 = count.parse().ok().filter(|n| *n <= MAX_COUNT)?;
    Some(DateExpr::Relative(sign * count, unit))
}

fn instant(moment: Moment) -> DateSpan {
    DateSpan {
        from: Some(moment),
        before: Some(Moment::from_micros(moment.micros().saturating_add(1))),
    }
}

/// Whole days from midnight to midnight in the zone (or the first moment of a day that lacks its midnight).
fn days(first: Date, length: Length, zone: &TimeZone) -> Option<DateSpan> {
    let start = |day: Date| {
        day.to_zoned(zone.clone())
            .ok()
            .map(|z| Moment::from_timestamp(z.timestamp()))
    };
    Some(DateSpan {
        from: Some(start(first)?),
        before: Some(start(first.checked_add(length).ok()?)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(zone: &str) -> Context {
        Context {
            now: Moment::parse("2026-11-21T03:00:00Z").expect("a moment"),
            zone: TimeZone::get(zone).expect("a zone"),
        }
    }

    fn span(text: &str, zone: &str) -> (String, String) {
        let span = DateExpr::read(text)
            .expect("a date")
            .resolve(&context(zone))
            .expect("in the calendar");
        (
            span.from.expect("a start").to_string(),
            span.before.expect("an end").to_string(),
        )
    }

    #[test]
    fn whole_days_follow_the_zone_and_its_clock_changes() {
        let berlin = (
            "2026-03-28T23:00:00Z".to_owned(),
            "2026-03-29T22:00:00Z".to_owned(),
        );
        assert_eq!(span("2026-03-29", "Europe/Berlin"), berlin);
        let still_yesterday = (
            "2026-11-20T05:00:00Z".to_owned(),
            "2026-11-21T05:00:00Z".to_owned(),
        );
        assert_eq!(span("today", "America/New_York"), still_yesterday);
        assert_eq!(span("2024-02", "UTC").1, "2024-03-01T00:00:00Z");
        assert_eq!(span("2024", "UTC").1, "2025-01-01T00:00:00Z");
    }

    #[test]
    fn relative_dates_are_days_and_relative_times_are_moments() {
        assert_eq!(span("-30d", "UTC").0, "2026-10-22T00:00:00Z");
        assert_eq!(span("+2w", "UTC").0, "2026-12-05T00:00:00Z");
        assert_eq!(span("-1mo", "UTC").0, "2026-10-21T00:00:00Z");
        assert_eq!(
            span("-3h", "UTC"),
            (
                "2026-11-21T00:00:00Z".into(),
                "2026-11-21T00:00:00.000001Z".into()
            )
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "2026-02-30",
            "2026-13",
            "2026-1-1",
            "d",
            "-d",
            "5",
            "30days",
            "2026-01-01T00:00:00",
            "9999999d",
            "",
        ] {
            assert_eq!(DateExpr::read(text), None, "{text}");
        }
        assert_eq!(
            DateExpr::read("9999-12-31").and_then(|d| d.resolve(&context("UTC"))),
            None
        );
    }
}
