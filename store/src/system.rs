//! The machine's own clock and chance.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom, SystemRandom};
use switchboard_ports::clock::{Clock, Entropy};
use switchboard_schema::Timestamp;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock everybody else is given")]
    fn now(&self) -> Timestamp {
        // A clock before 1970 reads as 1970.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The operating system's source of random bytes.
#[derive(Debug, Clone)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// The operating system's source.
    #[must_use]
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Entropy for SystemEntropy {
    /// # Panics
    /// When the operating system has no random bytes: going on would hand out keys that can be guessed.
    fn fill(&self, bytes: &mut [u8]) {
        self.0.fill(bytes).expect("the operating system gives random bytes");
    }
}

/// For measuring how long something took; never part of a decision.
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

/// Time since the machine was started, its sleep included.
pub(crate) fn boottime() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ids_differ() {
        let entropy = SystemEntropy::new();
        assert_ne!(entropy.id(), entropy.id());
    }

    #[test]
    fn the_clock_is_past_the_day_this_was_written() {
        assert!(SystemClock.now() > Timestamp::from_secs(1_700_000_000));
    }
}
