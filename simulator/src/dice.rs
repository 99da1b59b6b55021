//! Seeded chance.
//!
//! A throw depends on the seed and on what it is about ("the fate of this message"), never on how many
//! throws others made before: two sockets served in another order get the same throws.

use std::ops::Range;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A source of chance for one subject.
#[derive(Clone, Debug)]
pub struct Dice(StdRng);

impl Dice {
    /// The dice of one subject: equal seed, purpose and subject give equal throws.
    pub fn of(seed: u64, purpose: &str, subject: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ mix(seed);
        for byte in purpose.bytes().chain([0]).chain(subject.bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(StdRng::seed_from_u64(mix(hash)))
    }

    /// True with the given probability; outside 0–1 it is never or always.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// A number from 0 up to, not including, `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { self.0.random_range(0..end) }
    }

    /// One of the items. `None` where there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// A duration in the range, evenly spread, to the millisecond; the start where the range is empty.
    pub fn between(&mut self, range: &Range<Duration>) -> Duration {
        let (start, end) = (range.start.as_millis() as u64, range.end.as_millis() as u64);
        if start >= end { range.start } else { Duration::from_millis(self.0.random_range(start..end)) }
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0.random()
    }
}

/// Spreads near seeds far apart (the finaliser of SplitMix64).
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_subjects_throw_equal_and_others_differ() {
        let throws = |seed, subject| {
            let mut dice = Dice::of(seed, "fate", subject);
            (0..8).map(|_| dice.bits()).collect::<Vec<_>>()
        };
        assert_eq!(throws(1, "a"), throws(1, "a"));
        assert_ne!(throws(1, "a"), throws(1, "b"));
        assert_ne!(throws(1, "a"), throws(2, "a"));
    }
}
