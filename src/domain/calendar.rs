//! When a desk is at work: several intervals a day, holidays, days with hours of their own, in a zone with its changes
//! of the clock.
//!
//! A second is at work if the time on the wall of the desk's zone lies in one of the day's intervals. An hour that comes
//! twice in autumn counts twice; one that is left out in spring does not count.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Seconds of a day by the wall.
const DAY: i64 = 86_400;
/// How far a due time may lie ahead: past that a clock counts as never ending.
const FAR: i64 = 20 * 366 * DAY;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Weekday {
    /// All of them, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Mon,
        Self::Tue,
        Self::Wed,
        Self::Thu,
        Self::Fri,
        Self::Sat,
        Self::Sun,
    ];
}

/// A stretch of a day by the wall, from one minute up to another: `08:00-12:30`. `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// First second of it, from midnight.
    start: u32,
    /// The second after its last one.
    end: u32,
}

impl Interval {
    /// Reads `08:00-12:30`; `None` when it is none, or empty, or ends before it begins.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let minute = |text: &str| -> Option<u32> {
            let (h, m) = text.split_once(':')?;
            let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            if !digits(h) || !digits(m) {
                return None;
            }
            let (h, m): (u32, u32) = (h.parse().ok()?, m.parse().ok()?);
            (h < 24 && m < 60 || h == 24 && m == 0).then_some(h * 60 + m)
        };
        let (start, end) = text.split_once('-')?;
        let (start, end) = (minute(start.trim())? * 60, minute(end.trim())? * 60);
        (start < end).then_some(Self { start, end })
    }
}

impl std::fmt::Display for Interval {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = |s: u32| (s / 3_600, s / 60 % 60);
        let ((h, m), (i, n)) = (part(self.start), part(self.end));
        write!(f, "{h:02}:{m:02}-{i:02}:{n:02}")
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is no stretch of a day; allowed is one such as 08:00-12:30, its end after its start, 24:00 at the latest"
            ))
        })
    }
}

/// The hours of each day of the week; a day that is not there is free.
pub type Week = BTreeMap<Weekday, Vec<Interval>>;

/// When a desk is at work, as its profile says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// IANA zone of the hours; absent: the desk's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The hours of each day of the week; a day that is not there is free.
    #[cfg_attr(feature = "server", schema(value_type = BTreeMap<String, Vec<String>>))]
    pub hours: Week,
    /// Days on which nobody works: each year (`12-25`) or once (`2026-11-26`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<String>,
    /// Days with hours of their own (`2026-12-24`), before the rules above.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "server", schema(value_type = BTreeMap<String, Vec<String>>))]
    pub special: BTreeMap<String, Vec<Interval>>,
}

/// Reads the day of a year: `12-25`.
#[must_use]
pub fn yearly(text: &str) -> Option<(i8, i8)> {
    if text.len() != 5 {
        return None;
    }
    // A leap year, so that the 29th of February can be one.
    let date: Date = format!("2024-{text}").parse().ok()?;
    Some((date.month(), date.day()))
}

/// Reads a date: `2026-11-26`.
#[must_use]
pub fn dated(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// Whether intervals of one day are in order and apart.
#[must_use]
pub fn in_order(intervals: &[Interval]) -> bool {
    intervals.windows(2).all(|pair| pair[0].end <= pair[1].start)
}

/// What a stretch of time is to the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hour {
    /// At work.
    Open,
    /// Outside of the hours.
    Closed,
    /// A holiday.
    Holiday,
}

/// A calendar made ready for reckoning. Seconds are whole ones since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone)]
pub struct OpenHours {
    zone: TimeZone,
    /// `None`: around the clock.
    rules: Option<Rules>,
}

#[derive(Debug, Clone)]
struct Rules {
    week: [Vec<Interval>; 7],
    yearly: Vec<(i8, i8)>,
    dated: Vec<Date>,
    special: BTreeMap<Date, Vec<Interval>>,
}

impl OpenHours {
    /// Around the clock.
    #[must_use]
    pub fn always() -> Self {
        Self {
            zone: TimeZone::UTC,
            rules: None,
        }
    }

    /// The hours of a calendar; `zone` is the desk's, for a calendar that names none.
    #[must_use]
    pub fn of(calendar: &Calendar, zone: TimeZone) -> Self {
        let own = calendar
            .timezone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok());
        let special = calendar.special.iter();
        Self {
            zone: own.unwrap_or(zone),
            rules: Some(Rules {
                week: week(&calendar.hours),
                yearly: calendar.holidays.iter().filter_map(|h| yearly(h)).collect(),
                dated: calendar.holidays.iter().filter_map(|h| dated(h)).collect(),
                special: special
                    .filter_map(|(day, hours)| Some((dated(day)?, hours.clone())))
                    .collect(),
            }),
        }
    }

    /// The hours of a week alone, such as a person's shift.
    #[must_use]
    pub fn of_week(hours: &Week, zone: TimeZone) -> Self {
        Self {
            zone,
            rules: Some(Rules {
                week: week(hours),
                yearly: Vec::new(),
                dated: Vec::new(),
                special: BTreeMap::new(),
            }),
        }
    }

    /// What the time from `from` up to `to` is to the desk: stretches that follow each other without a gap.
    #[must_use]
    pub fn stretches(&self, from: i64, to: i64) -> Vec<(i64, i64, Hour)> {
        let mut all = Vec::new();
        self.walk(from, to, |start, end, hour| {
            push(&mut all, start, end, hour);
            true
        });
        all
    }

    /// Whether this second is at work.
    #[must_use]
    pub fn is_open(&self, second: i64) -> bool {
        self.stretches(second, second + 1)
            .first()
            .is_some_and(|s| s.2 == Hour::Open)
    }

    /// Seconds at work from `from` up to `to`.
    #[must_use]
    pub fn worked(&self, from: i64, to: i64) -> i64 {
        let mut sum = 0;
        self.walk(from, to, |start, end, hour| {
            if hour == Hour::Open {
                sum += end - start;
            }
            true
        });
        sum
    }

    /// The earliest moment by which so many seconds at work have passed since `from`; `None`: not within twenty years.
    #[must_use]
    pub fn after(&self, from: i64, seconds: i64) -> Option<i64> {
        if seconds <= 0 {
            return Some(from);
        }
        let (mut left, mut found) = (seconds, None);
        self.walk(from, from.saturating_add(FAR), |start, end, hour| {
            if hour == Hour::Open {
                if end - start >= left {
                    found = Some(start + left);
                    return false;
                }
                left -= end - start;
            }
            true
        });
        found
    }

    /// Walks the stretches in order until `each` says no. Neighbours may be of one kind.
    fn walk(&self, from: i64, to: i64, mut each: impl FnMut(i64, i64, Hour) -> bool) {
        let Some(rules) = &self.rules else {
            if from < to {
                each(from, to, Hour::Open);
            }
            return;
        };
        let mut at = from;
        while at < to {
            let (offset, until) = self.piece(at, to);
            while at < until {
                let day = (at + offset).div_euclid(DAY);
                let midnight = day * DAY - offset;
                let end = until.min(midnight + DAY);
                if !rules.day(day, |start, stop, hour| {
                    let (start, stop) = ((midnight + start).max(at), (midnight + stop).min(end));
                    start >= stop || each(start, stop, hour)
                }) {
                    return;
                }
                at = end;
            }
        }
    }

    /// The offset from UTC at a second, and until when it stays.
    fn piece(&self, at: i64, to: i64) -> (i64, i64) {
        let Ok(here) = Timestamp::from_second(at) else {
            return (0, to);
        };
        let offset = i64::from(self.zone.to_offset(here).seconds());
        let next = self.zone.following(here).next();
        let until = next.map_or(to, |change| change.timestamp().as_second());
        (offset, if until > at { until.min(to) } else { to })
    }
}

fn week(hours: &Week) -> [Vec<Interval>; 7] {
    Weekday::ALL.map(|day| hours.get(&day).cloned().unwrap_or_default())
}

impl Rules {
    /// The whole of a local day (by its number since 1970-01-01), as stretches of seconds from its midnight.
    fn day(&self, day: i64, mut each: impl FnMut(i64, i64, Hour) -> bool) -> bool {
        let (intervals, free) = self.hours(day);
        let mut at = 0;
        for interval in intervals {
            let (start, end) = (i64::from(interval.start), i64::from(interval.end));
            if start > at && !each(at, start, free) || !each(start, end, Hour::Open) {
                return false;
            }
            at = end;
        }
        at >= DAY || each(at, DAY, free)
    }

    fn hours(&self, day: i64) -> (&[Interval], Hour) {
        // Thursday was the first day of 1970.
        let weekday = usize::try_from((day + 3).rem_euclid(7)).unwrap_or(0);
        let plain = (self.week[weekday].as_slice(), Hour::Closed);
        if self.yearly.is_empty() && self.dated.is_empty() && self.special.is_empty() {
            return plain;
        }
        let Some(date) = date_of(day) else { return plain };
        if let Some(own) = self.special.get(&date) {
            return (own, Hour::Closed);
        }
        if self.dated.contains(&date) || self.yearly.contains(&(date.month(), date.day())) {
            return (&[], Hour::Holiday);
        }
        plain
    }
}

/// The date of a day's number since 1970-01-01.
#[must_use]
pub fn date_of(day: i64) -> Option<Date> {
    let noon = Timestamp::from_second(day.checked_mul(DAY)?.checked_add(DAY / 2)?).ok()?;
    Some(TimeZone::UTC.to_datetime(noon).date())
}

/// The number since 1970-01-01 of the day in which a second lies in a zone.
#[must_use]
pub fn day_of(second: i64, zone: &TimeZone) -> i64 {
    let offset = Timestamp::from_second(second).map_or(0, |at| zone.to_offset(at).seconds());
    (second + i64::from(offset)).div_euclid(DAY)
}

fn push(all: &mut Vec<(i64, i64, Hour)>, start: i64, end: i64, hour: Hour) {
    match all.last_mut() {
        Some(last) if last.1 == start && last.2 == hour => last.1 = end,
        _ => all.push((start, end, hour)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(zone: &str, text: &str) -> OpenHours {
        let calendar: Calendar = toml::from_str(text).expect("a calendar");
        OpenHours::of(&calendar, TimeZone::get(zone).expect("a zone"))
    }

    fn at(text: &str) -> i64 {
        crate::domain::time::Moment::parse(text).expect(text).seconds()
    }

    /// By the definition, second by second, with nothing of the code under test.
    fn naive(zone: &str, second: i64) -> bool {
        let zoned = Timestamp::from_second(second)
            .expect("a second")
            .to_zoned(TimeZone::get(zone).expect("a zone"));
        let (date, time) = (zoned.date(), zoned.time());
        if date.month() == 12 && date.day() == 25 || date.to_string() == "2026-11-26" {
            return false;
        }
        let minute = i64::from(time.hour()) * 60 + i64::from(time.minute());
        if date.to_string() == "2026-12-24" {
            return (540..600).contains(&minute);
        }
        match date.weekday().to_monday_zero_offset() {
            0..=4 => (30..150).contains(&minute) || (480..720).contains(&minute) || minute >= 780,
            6 => (0..1440).contains(&minute),
            _ => false,
        }
    }

    const ODD: &str = r#"
        holidays = ["12-25", "2026-11-26"]
        [hours]
        mon = ["00:30-02:30", "08:00-12:00", "13:00-24:00"]
        tue = ["00:30-02:30", "08:00-12:00", "13:00-24:00"]
        wed = ["00:30-02:30", "08:00-12:00", "13:00-24:00"]
        thu = ["00:30-02:30", "08:00-12:00", "13:00-24:00"]
        fri = ["00:30-02:30", "08:00-12:00", "13:00-24:00"]
        sun = ["00:00-24:00"]
        [special]
        2026-12-24 = ["09:00-10:00"]
    "#;

    proptest::proptest! {
        #[test]
        fn stretches_sums_and_due_times_agree_with_the_wall(
            zone in 0..6_usize, start in 0..14_usize, shift in 0..200_000_i64, length in 1..260_000_i64, want in 1..150_000_i64,
        ) {
            let zone = ["America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"][zone];
            let starts = [
                "2026-03-07T00:00:00Z", "2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z", "2026-10-31T00:00:00Z",
                "2026-11-25T00:00:00Z", "2026-12-23T00:00:00Z", "2026-04-04T00:00:00Z", "2026-10-03T00:00:00Z",
                "2011-12-28T00:00:00Z", "2024-02-28T00:00:00Z", "1969-12-30T00:00:00Z", "2026-12-30T00:00:00Z",
                "2027-03-13T12:00:00Z", "2026-06-30T00:00:00Z",
            ];
            let hours = calendar(zone, ODD);
            let from = at(starts[start]) + shift;
            let to = from + length;
            // A prime step: each minute of the day comes up sooner or later, and the edges below are looked at whole.
            let parts = hours.stretches(from, to);
            proptest::prop_assert_eq!(parts.first().map(|p| p.0), Some(from));
            proptest::prop_assert_eq!(parts.last().map(|p| p.1), Some(to));
            for pair in parts.windows(2) {
                proptest::prop_assert_eq!(pair[0].1, pair[1].0);
                proptest::prop_assert_ne!(pair[0].2, pair[1].2);
            }
            for (start, end, hour) in &parts {
                let open = *hour == Hour::Open;
                for second in [*start, end - 1].into_iter().chain((*start..*end).step_by(607)) {
                    proptest::prop_assert_eq!(naive(zone, second), open, "{} {}", zone, second);
                }
            }
            let worked: i64 = parts.iter().filter(|p| p.2 == Hour::Open).map(|p| p.1 - p.0).sum();
            proptest::prop_assert_eq!(hours.worked(from, to), worked);
            let due = hours.after(from, want).expect("a due time");
            proptest::prop_assert_eq!(hours.worked(from, due), want);
            proptest::prop_assert_eq!(hours.worked(from, due - 1), want - 1, "the earliest");
        }
    }

    #[test]
    fn an_hour_that_comes_twice_counts_twice_and_one_left_out_not_at_all() {
        let hours = calendar("America/New_York", "[hours]\nsun = [\"00:00-04:00\"]");
        let autumn = (at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
        let spring = (at("2026-03-08T00:00:00Z"), at("2026-03-09T00:00:00Z"));
        assert_eq!(hours.worked(autumn.0, autumn.1), 5 * 3_600);
        assert_eq!(hours.worked(spring.0, spring.1), 3 * 3_600);
    }

    #[test]
    fn a_calendar_that_never_opens_has_no_due_time() {
        let hours = calendar("UTC", "hours = {}");
        assert_eq!(hours.after(0, 1), None);
        assert_eq!(hours.worked(0, 1_000_000), 0);
        assert_eq!(OpenHours::always().after(5, 10), Some(15));
    }

    #[test]
    fn stretches_of_a_day_are_read_strictly_and_written_as_they_were() {
        for good in ["00:00-24:00", "08:05-12:30", "23:59-24:00"] {
            assert_eq!(Interval::read(good).expect(good).to_string(), good);
        }
        for bad in [
            "8:00-12:00",
            "12:00-12:00",
            "13:00-12:00",
            "08:00-24:01",
            "08:60-12:00",
            "08:00",
            "",
            "a:b-c:d",
        ] {
            assert_eq!(Interval::read(bad), None, "{bad}");
        }
        assert_eq!(yearly("02-29"), Some((2, 29)));
        assert_eq!(
            (yearly("02-30"), yearly("2-3"), dated("2026-02-29")),
            (None, None, None)
        );
    }
}
