//! Lengths of time as a profile writes them: `15m`, `1h30m`, `2d`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest target: a year.
const MOST: i64 = 366 * 86_400;
const UNITS: [(char, i64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// A length of time in whole seconds, at least one, at most 366 days of 24 hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Length(i64);

impl Length {
    /// So many minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60)
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// Reads `1h30m`: numbers with `d`, `h`, `m` or `s`, each unit once, largest first.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (mut sum, mut rest, mut from) = (0_i64, text, 0);
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let number: i64 = rest.get(..digits)?.parse().ok()?;
            let unit = rest[digits..].chars().next()?;
            let place = UNITS.iter().skip(from).position(|(word, _)| *word == unit)? + from;
            sum = sum.checked_add(number.checked_mul(UNITS[place].1)?)?;
            from = place + 1;
            rest = &rest[digits + 1..];
        }
        (1..=MOST).contains(&sum).then_some(Self(sum))
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut left = self.0;
        for (word, seconds) in UNITS {
            if left >= seconds {
                write!(f, "{}{word}", left / seconds)?;
                left %= seconds;
            }
        }
        Ok(())
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is no length of time; allowed is one such as 15m, 1h30m or 2d, up to 366d"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Length;

    #[test]
    fn lengths_are_read_strictly_and_written_back() {
        for (text, seconds) in [
            ("15m", 900),
            ("1h30m", 5_400),
            ("2d", 172_800),
            ("1d1h1m1s", 90_061),
            ("45s", 45),
        ] {
            let length = Length::read(text).expect(text);
            assert_eq!((length.seconds(), length.to_string().as_str()), (seconds, text));
        }
        assert_eq!(
            Length::read("90m").map(|l| l.to_string()).as_deref(),
            Some("1h30m")
        );
        for bad in [
            "",
            "0m",
            "15",
            "m",
            "1m1h",
            "1h1h",
            "-1h",
            "1.5h",
            "367d",
            "99999999999999999999d",
            "1h ",
            "1é",
        ] {
            assert_eq!(Length::read(bad), None, "{bad}");
        }
    }
}
