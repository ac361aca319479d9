//! Times and values as people write them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rust_decimal::Decimal;

use super::words::Words;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// How far `at` lies from `now`: "5 min ago", "yesterday", "in 3 days". Up to 48 hours in hours of 60 minutes, then in
/// days of 24 hours, rounded towards now.
#[must_use]
pub fn relative(words: &Words, at: Timestamp, now: Timestamp) -> String {
    let seconds = at.as_second().saturating_sub(now.as_second());
    let (unit, count) = unit_of(seconds.unsigned_abs());
    let future = seconds > 0;
    let name = match (unit, future) {
        (Unit::Now, false) => "time-now",
        (Unit::Now, true) => "time-soon",
        (Unit::Minutes, false) => "time-minutes-ago",
        (Unit::Minutes, true) => "time-in-minutes",
        (Unit::Hours, false) => "time-hours-ago",
        (Unit::Hours, true) => "time-in-hours",
        (Unit::Days, false) => "time-days-ago",
        (Unit::Days, true) => "time-in-days",
        (Unit::Weeks, false) => "time-weeks-ago",
        (Unit::Weeks, true) => "time-in-weeks",
        (Unit::Months, false) => "time-months-ago",
        (Unit::Months, true) => "time-in-months",
        (Unit::Years, false) => "time-years-ago",
        (Unit::Years, true) => "time-in-years",
    };
    words.with(name, &[("n", &count.to_string())])
}

/// The same for the date that stands beside it: from a whole day on, days are counted by the calendar of the zone, so that
/// "in 5 days" on the 21st is the 26th.
#[must_use]
pub fn relative_date(words: &Words, at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let seconds = at.as_second().saturating_sub(now.as_second());
    let between = local(now, zone).date().until(local(at, zone).date());
    let days = i64::from(between.map_or(0, |span| span.get_days()));
    if seconds.abs() < DAY || days == 0 || days.abs() >= 21 {
        return relative(words, at, now);
    }
    let name = if days > 0 { "time-in-days" } else { "time-days-ago" };
    words.with(name, &[("n", &days.abs().to_string())])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Now,
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

fn unit_of(seconds: u64) -> (Unit, u64) {
    let [minute, hour, day] = [MINUTE, HOUR, DAY].map(i64::unsigned_abs);
    let days = seconds / day;
    match seconds {
        _ if seconds < minute => (Unit::Now, 0),
        _ if seconds < hour => (Unit::Minutes, seconds / minute),
        _ if seconds < 2 * day => (Unit::Hours, seconds / hour),
        _ if days < 21 => (Unit::Days, days),
        _ if days < 70 => (Unit::Weeks, days / 7),
        _ if days < 730 => (Unit::Months, days * 10 / 304),
        _ => (Unit::Years, days * 4 / 1461),
    }
}

/// A length of time, short: "45 s", "41 m", "3 h 5 m", "2 d 4 h". Less than nothing is nothing.
#[must_use]
pub fn length(seconds: i64) -> String {
    let s = seconds.max(0);
    match s {
        _ if s < MINUTE => format!("{s} s"),
        _ if s < HOUR => format!("{} m", s / MINUTE),
        _ if s < DAY => format!("{} h {} m", s / HOUR, s % HOUR / MINUTE),
        _ => format!("{} d {} h", s / DAY, s % DAY / HOUR),
    }
}

fn local(at: Timestamp, zone: &TimeZone) -> Zoned {
    at.to_zoned(zone.clone())
}

/// The day, as queries write it: "2026-11-21".
#[must_use]
pub fn day(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%Y-%m-%d").to_string()
}

/// The day, as it is said: "21 Nov 2026".
#[must_use]
pub fn date(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%-d %b %Y").to_string()
}

/// The day without the year where it is the present one: "21 Nov", "21 Nov 2025".
#[must_use]
pub fn short_date(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let then = local(at, zone);
    let form = if then.year() == local(now, zone).year() {
        "%-d %b"
    } else {
        "%-d %b %Y"
    };
    then.strftime(form).to_string()
}

/// Day and minute: "21 Nov 2026 14:05".
#[must_use]
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%-d %b %Y %H:%M").to_string()
}

/// Day, minute and zone, where it must be beyond doubt: "21 Nov 2026 14:05 CET".
#[must_use]
pub fn date_time_zone(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%-d %b %Y %H:%M %Z").to_string()
}

/// The time of the day: "14:05".
#[must_use]
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    local(at, zone).strftime("%H:%M").to_string()
}

/// The part of the day, to greet with: its hour decides (5 to 11, 12 to 17, else evening).
#[must_use]
pub fn part_of_day(at: Timestamp, zone: &TimeZone) -> &'static str {
    match local(at, zone).hour() {
        5..=11 => "morning",
        12..=17 => "afternoon",
        _ => "evening",
    }
}

/// What an offer is worth: "$5.00", "12.50 CHF", "20%", "1,000 pts". `kind` is the word for the kind of value
/// (`amount`, `percent`, `points`); of an unknown kind the number alone is shown.
#[must_use]
pub fn value(words: &Words, kind: &str, number: Decimal, currency: Option<&str>) -> String {
    let digits = grouped(number);
    match kind {
        "amount" => money(&digits, currency),
        "percent" => words.with("value-percent", &[("number", &digits)]),
        "points" => words.with("value-points", &[("number", &digits)]),
        _ => digits,
    }
}

fn money(digits: &str, currency: Option<&str>) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    match currency {
        Some("USD") => format!("{sign}${digits}"),
        Some("EUR") => format!("{sign}€{digits}"),
        Some("GBP") => format!("{sign}£{digits}"),
        Some("JPY") => format!("{sign}¥{digits}"),
        Some(code) => format!("{sign}{digits} {code}"),
        None => format!("{sign}{digits}"),
    }
}

/// A number with commas between the thousands; its places stay as they are.
#[must_use]
pub fn grouped(number: Decimal) -> String {
    let text = number.to_string();
    let (whole, places) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(w, p)| (w, Some(p)));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |rest| ("-", rest));
    let mut out = sign.to_owned();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(places) = places {
        out.push('.');
        out.push_str(places);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    #[test]
    fn times_are_told_from_now() {
        let words = Words::english();
        let now = at("2026-11-21T12:00:00Z");
        for (seconds, told) in [
            (0, "just now"),
            (-59, "just now"),
            (-60, "1 min ago"),
            (-3_599, "59 min ago"),
            (-7_200, "2 h ago"),
            (-86_400, "24 h ago"),
            (-2 * DAY, "2 days ago"),
            (-30 * DAY, "4 weeks ago"),
            (-91 * DAY, "2 months ago"),
            (-92 * DAY, "3 months ago"),
            (-731 * DAY, "2 years ago"),
            (30, "in a moment"),
            (5 * MINUTE, "in 5 min"),
            (3 * DAY, "in 3 days"),
            (400 * DAY, "in 13 months"),
        ] {
            let then = Timestamp::from_second(now.as_second() + seconds).expect("in range");
            assert_eq!(relative(&words, then, now), told, "{seconds}");
        }
        assert!(!relative(&words, Timestamp::MIN, Timestamp::MAX).is_empty());
    }

    #[test]
    fn days_beside_a_date_are_counted_by_the_calendar() {
        let words = Words::english();
        let zone = TimeZone::get("America/New_York").expect("a zone");
        let now = at("2026-11-21T22:00:00Z"); // 17:00 there
        for (then, told) in [
            ("2026-11-26T20:59:00Z", "in 5 days"), // less than five times 24 hours
            ("2026-11-27T04:59:00Z", "in 5 days"), // 23:59 of the 26th
            ("2026-11-23T01:00:00Z", "tomorrow"),
            ("2026-11-22T03:00:00Z", "in 5 h"),
            ("2026-11-17T23:00:00Z", "4 days ago"),
            ("2027-02-20T00:00:00Z", "in 2 months"),
        ] {
            assert_eq!(relative_date(&words, at(then), now, &zone), told, "{then}");
        }
    }

    #[test]
    fn lengths_are_short() {
        for (seconds, told) in [
            (-5, "0 s"),
            (45, "45 s"),
            (2_460, "41 m"),
            (11_100, "3 h 5 m"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(length(seconds), told);
        }
    }

    #[test]
    fn moments_are_told_in_the_persons_zone() {
        let zone = TimeZone::get("America/New_York").expect("a zone");
        let then = at("2026-11-21T03:05:00Z");
        assert_eq!(day(then, &zone), "2026-11-20");
        assert_eq!(date(then, &zone), "20 Nov 2026");
        assert_eq!(date_time(then, &zone), "20 Nov 2026 22:05");
        assert_eq!(date_time_zone(then, &zone), "20 Nov 2026 22:05 EST");
        assert_eq!(clock(then, &zone), "22:05");
        assert_eq!(short_date(then, at("2026-12-01T00:00:00Z"), &zone), "20 Nov");
        assert_eq!(short_date(then, at("2027-01-01T12:00:00Z"), &zone), "20 Nov 2026");
        assert_eq!(part_of_day(then, &zone), "evening");
        assert_eq!(part_of_day(at("2026-11-21T14:00:00Z"), &zone), "morning");
    }

    #[test]
    fn values_are_told_by_kind() {
        let words = Words::english();
        for (kind, number, currency, told) in [
            ("amount", "5.00", Some("USD"), "$5.00"),
            ("amount", "1234567.50", Some("CHF"), "1,234,567.50 CHF"),
            ("amount", "-12.00", Some("EUR"), "-€12.00"),
            ("amount", "2000", Some("JPY"), "¥2,000"),
            ("amount", "3.00", None, "3.00"),
            ("percent", "12.5", None, "12.5%"),
            ("points", "1000", None, "1,000 pts"),
            ("points", "50", None, "50 pts"),
            ("stamps", "7", None, "7"),
        ] {
            let number: Decimal = number.parse().expect("a number");
            assert_eq!(value(&words, kind, number, currency), told);
        }
    }
}
