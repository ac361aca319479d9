//! Deliveries: how far something has come on its way out, and when it is tried again.

use serde::{Deserialize, Serialize};

use super::time::Moment;

/// Tries before a delivery is given up: the last one about a day after the first.
pub const MAX_TRIES: i64 = 12;
/// Days after which what was never let go is too old to be news.
pub const STALE_DAYS: i64 = 7;

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be tried.
    Due,
    /// The other side has taken it.
    Sent,
    /// It was given up: a dead letter. It can be tried again by hand.
    Dead,
    /// Somebody decided that it is not to be sent.
    Dropped,
    /// There is nobody to send it to, or nothing to say.
    Skipped,
}

impl DeliveryState {
    /// All states, in the order in which they sort.
    pub const ALL: [Self; 5] = [Self::Due, Self::Sent, Self::Dead, Self::Dropped, Self::Skipped];

    /// The word for it in queries, JSON and SQL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Sent => "sent",
            Self::Dead => "dead",
            Self::Dropped => "dropped",
            Self::Skipped => "skipped",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.word() == word)
    }
}

/// When a delivery that has failed `tries` times is tried again: after half a minute, then twice as long each time up to
/// four hours, and up to a quarter more by `spread` (any number), so that many do not come back at once. `None`: never.
#[must_use]
pub fn next_try(tries: i64, spread: u64, now: Moment) -> Option<Moment> {
    if tries >= MAX_TRIES {
        return None;
    }
    let doubled = u32::try_from(tries.clamp(1, 20) - 1).unwrap_or(0);
    let wait = (30_i64 << doubled).min(4 * 3_600);
    let more = i64::try_from(spread % 1_000).unwrap_or(0) * wait / 4_000;
    Some(now.plus_seconds(wait + more))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_later_and_later_spread_out_and_end() {
        let wait = |tries, spread| next_try(tries, spread, Moment::EPOCH).map(Moment::seconds);
        assert_eq!(wait(1, 0), Some(30));
        assert_eq!(wait(2, 0), Some(60));
        assert_eq!(wait(2, 999), Some(74));
        assert_eq!(wait(11, 0), Some(4 * 3_600));
        assert_eq!(wait(MAX_TRIES, 0), None);
    }
}
