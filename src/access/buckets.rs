//! Token buckets: how often somebody may do something. The time is passed in.

use std::{
    hash::Hash,
    num::NonZeroUsize,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lru::LruCache;
use switchboard_schema::Timestamp;

/// Buckets kept; beyond, the one longest unused is forgotten and begins full again.
const BUCKETS_MAX: NonZeroUsize = NonZeroUsize::new(65_536).unwrap();
/// The longest wait that is told: a rate of nothing, or next to nothing, would name no time at all.
const WAIT_MAX: Duration = Duration::from_secs(3_600);

/// A bucket for each key.
pub(crate) struct Buckets<K> {
    /// What there is too much of where one is empty.
    too_many: &'static str,
    per_second: f64,
    burst: f64,
    levels: Mutex<LruCache<K, Level>>,
}

/// A bucket is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Empty {
    /// What there is too much of, and whose.
    pub(crate) too_many: &'static str,
    /// How long until there is a token.
    pub(crate) wait: Duration,
}

struct Level {
    tokens: f64,
    at: Timestamp,
}

impl<K: Hash + Eq> Buckets<K> {
    /// Buckets that fill at a rate and hold `burst` tokens.
    pub(crate) fn new(too_many: &'static str, per_second: f64, burst: f64) -> Self {
        Self { too_many, per_second, burst, levels: Mutex::new(LruCache::new(BUCKETS_MAX)) }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// How long until there is one, at most [`WAIT_MAX`].
    pub(crate) fn take(&self, key: K, now: Timestamp) -> Result<(), Empty> {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        let level = levels.get_or_insert_mut(key, || Level { tokens: self.burst, at: now });
        let gained = now.since(level.at).as_secs_f64() * self.per_second;
        level.tokens = (level.tokens + gained).min(self.burst);
        level.at = now;
        if level.tokens >= 1.0 {
            level.tokens -= 1.0;
            return Ok(());
        }
        let wait = Duration::try_from_secs_f64((1.0 - level.tokens) / self.per_second);
        let wait = wait.map_or(WAIT_MAX, |wait| wait.min(WAIT_MAX));
        Err(Empty { too_many: self.too_many, wait })
    }

    /// Gives a token back: what it was taken for did not come about.
    pub(crate) fn give_back(&self, key: &K) {
        let mut levels = self.levels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(level) = levels.peek_mut(key) {
            level.tokens = (level.tokens + 1.0).min(self.burst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let buckets = Buckets::new("too many", 2.0, 3.0);
        let start = Timestamp::from_secs(100);
        for _ in 0..3 {
            assert_eq!(buckets.take("a", start), Ok(()));
        }
        assert_eq!(
            buckets.take("a", start),
            Err(Empty { too_many: "too many", wait: Duration::from_millis(500) })
        );
        assert_eq!(buckets.take("b", start), Ok(()));
        assert_eq!(buckets.take("a", start + Duration::from_millis(500)), Ok(()));
        assert!(buckets.take("a", start + Duration::from_millis(500)).is_err());
    }

    #[test]
    fn time_that_goes_back_gives_nothing() {
        let buckets = Buckets::new("too many", 1.0, 1.0);
        let start = Timestamp::from_secs(100);
        assert_eq!(buckets.take((), start), Ok(()));
        assert!(buckets.take((), start - Duration::from_secs(50)).is_err());
    }

    #[test]
    fn what_is_given_back_can_be_taken_again_and_no_more_than_a_bucket_holds() {
        let buckets = Buckets::new("too many", 0.0, 1.0);
        let start = Timestamp::from_secs(100);
        buckets.give_back(&"a");
        assert_eq!(buckets.take("a", start), Ok(()));
        buckets.give_back(&"a");
        buckets.give_back(&"a");
        assert_eq!(buckets.take("a", start), Ok(()));
        assert!(buckets.take("a", start).is_err());
    }

    #[test]
    fn a_bucket_that_does_not_fill_refuses_and_names_a_time() {
        for (per_second, burst) in [(0.0, 0.0), (0.0, 1.0), (1e-300, 1.0), (f64::NAN, 0.0), (-1.0, 0.0)] {
            let buckets = Buckets::new("too many", per_second, burst);
            let start = Timestamp::from_secs(100);
            let taken = buckets.take((), start);
            assert_eq!(taken.is_ok(), burst >= 1.0, "{per_second}");
            assert_eq!(
                buckets.take((), start),
                Err(Empty { too_many: "too many", wait: WAIT_MAX }),
                "{per_second}"
            );
        }
    }
}
