//! A small generator of random numbers (SplitMix64): the same seed gives the same data on every machine.

use uuid::Uuid;

/// The generator.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for a part of the data, so that more of one part changes nothing in another.
    pub fn part(seed: u64, part: u64) -> Self {
        Self::new(Self::new(seed ^ part.wrapping_mul(0xa076_1d64_78bd_642f)).next())
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        u64::try_from((u128::from(self.next()) * u128::from(n)) >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included; `low` when there is none.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        match u64::try_from(high.saturating_sub(low)) {
            Ok(span) => low.saturating_add_unsigned(self.below(span.saturating_add(1))),
            Err(_) => low,
        }
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        let at = self.below(from.len() as u64);
        &from[usize::try_from(at).unwrap_or(0)]
    }

    /// One of them by weight; the first where there is none.
    pub fn weighted<'a, T>(&mut self, from: &'a [(T, u64)]) -> &'a T {
        let mut left = self.below(from.iter().map(|(_, weight)| weight).sum());
        for (item, weight) in from {
            if left < *weight {
                return item;
            }
            left -= weight;
        }
        &from[0].0
    }

    /// An identifier (UUID version 7) of something that was made `millis` milliseconds after 1970.
    pub fn id(&mut self, millis: u64) -> Uuid {
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&self.next().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next().to_be_bytes()[..2]);
        uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let mut rng = Rng::new(1_234_567);
        // Reference values of SplitMix64 for this seed.
        assert_eq!(
            [rng.next(), rng.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
        );
        assert_eq!(Rng::part(7, 1).next(), Rng::part(7, 1).next());
        assert_ne!(Rng::part(7, 1).next(), Rng::part(7, 2).next());
    }

    #[test]
    fn numbers_stay_in_their_ranges() {
        let mut rng = Rng::new(1);
        for _ in 0..1_000 {
            assert!((-3..=3).contains(&rng.range(-3, 3)));
            assert!(rng.below(7) < 7);
        }
        assert_eq!((rng.range(5, 1), rng.below(0)), (5, 0));
    }
}
