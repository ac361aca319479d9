//! One access token in memory: how long it can be used, and when it is time for the next.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;

use super::grant::Granted;
use crate::domain::time::Moment;

/// An access token with its times.
pub(super) struct Access {
    pub token: SecretString,
    pub minted: Instant,
    pub renew_at: Instant,
    dead_at: Instant,
    dead_at_wall: Moment,
}

impl Access {
    /// What was granted just now, at this time of the machine's clock.
    pub(super) fn new(granted: &Granted, wall: Moment) -> Self {
        let now = Instant::now();
        let life = granted.expires_in.max(Duration::from_secs(1));
        // a few seconds are kept back for the way to the backend
        let usable = life.saturating_sub(Duration::from_secs(5).min(life / 10));
        let seconds = i64::try_from(usable.as_secs()).unwrap_or(i64::MAX);
        Self {
            token: granted.access_token.clone(),
            minted: now,
            renew_at: now + life.saturating_sub(renewal_lead(life)),
            dead_at: now + usable,
            dead_at_wall: wall.plus_seconds(seconds),
        }
    }

    /// By both clocks: the monotonic one stops while the machine sleeps, the other one can be set.
    pub(super) fn alive(&self, wall: Moment) -> bool {
        Instant::now() < self.dead_at && wall < self.dead_at_wall
    }

    /// How long it can still be used.
    pub(super) fn left(&self) -> Duration {
        self.dead_at.saturating_duration_since(Instant::now())
    }
}

/// How long before its end a token is renewed: 60 to 180 s, by chance so that a room full of desks does not renew at
/// once; less for short-lived tokens.
fn renewal_lead(life: Duration) -> Duration {
    let chance = u64::try_from(uuid::Uuid::new_v4().as_u128() % 1_000).unwrap_or(0);
    let (least, span) = if life >= Duration::from_secs(600) {
        (Duration::from_secs(60), Duration::from_secs(120))
    } else {
        (life / 10, life / 5)
    };
    least + span.mul_f64(chance as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renewal_comes_one_to_three_minutes_early_or_a_fraction_of_a_short_life() {
        for _ in 0..1_000 {
            let lead = renewal_lead(Duration::from_secs(3600));
            assert!((60..=180).contains(&lead.as_secs()), "{lead:?}");
            let short = renewal_lead(Duration::from_secs(10));
            assert!(
                short >= Duration::from_secs(1) && short <= Duration::from_secs(3),
                "{short:?}"
            );
        }
    }
}
