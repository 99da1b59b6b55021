//! Messages a second, as arithmetic.

use std::time::Duration;

use switchboard_schema::Timestamp;

/// Messages a second of a number that was not upgraded (Meta: throughput, 80 a second).
pub const DEFAULT_PER_SECOND: u32 = 80;

/// What a message weighs, so that percents of a message a second are whole numbers a millisecond.
const MESSAGE: u64 = 100_000;
/// Percent of a second's share that may be made up for after a pause, and that are not gained meanwhile.
const SLACK_PERCENT: u64 = 4;
/// The same of what follows on something that goes at that pace: what came late is made up for little by little.
const SLACK_AFTER_PERCENT: u64 = 2;

/// The time between two messages of a sender that always has one; a second where none may be sent.
#[must_use]
pub fn each(per_second: u32) -> Duration {
    let gain = u64::from(per_second) * (100 - SLACK_PERCENT);
    Duration::from_micros(if gain == 0 { 1_000_000 } else { (MESSAGE * 1_000).div_ceil(gain) })
}

/// A bucket that fills evenly and holds little: what was not used in 40 ms is forgone. No second, wherever it
/// begins, carries more than its share, and a sender that always has something to send uses 96 % of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughput {
    /// What it gains in a millisecond.
    gain: u64,
    /// What it holds.
    size: u64,
    filled: u64,
    at: Timestamp,
}

impl Throughput {
    /// A full bucket.
    #[must_use]
    pub const fn new(per_second: u32, now: Timestamp) -> Self {
        Self::with_slack(per_second, SLACK_PERCENT, now)
    }

    /// One for what passed another of the same number: a little quicker, so that nothing gathers between the two for long.
    #[must_use]
    pub const fn after(per_second: u32, now: Timestamp) -> Self {
        Self::with_slack(per_second, SLACK_AFTER_PERCENT, now)
    }

    const fn with_slack(per_second: u32, percent: u64, now: Timestamp) -> Self {
        let per_second = per_second as u64;
        // What it holds and what it gains in less than a second are together less than one message more than
        // a second's share.
        let gain = per_second * (100 - percent);
        let size = if per_second == 0 { 0 } else { MESSAGE + per_second * percent * 1_000 };
        Self { gain, size, filled: size, at: now }
    }

    /// Takes one message out, or says how long to wait until one is there.
    ///
    /// # Errors
    /// The wait.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        let millis = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.filled = self.filled.saturating_add(millis.saturating_mul(self.gain)).min(self.size);
        self.at = self.at.max(now);
        if self.filled >= MESSAGE {
            self.filled -= MESSAGE;
            return Ok(());
        }
        // One that never fills is asked again after a second.
        let wait = if self.gain == 0 { 1_000 } else { (MESSAGE - self.filled).div_ceil(self.gain) };
        Err(Duration::from_millis(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_second_carries_more_than_its_share_and_a_minute_carries_nearly_all_of_it() {
        for per_second in [1, 20, 49, 50, 80, 1_000] {
            let start = Timestamp::from_secs(1_000);
            let mut bucket = Throughput::new(per_second, start);
            let mut taken = Vec::new();
            for milli in 0..60_000_u64 {
                while bucket.take(start + Duration::from_millis(milli)).is_ok() {
                    taken.push(milli);
                }
            }
            let share = per_second as usize;
            assert!(taken.len() * 100 >= 60 * share * 95, "{} of {}", taken.len(), 60 * share);
            for window in taken.windows(share + 1) {
                assert!(window[share] - window[0] >= 1_000, "{per_second} a second: {window:?}");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_of_asking_gets_more_than_its_share(
            per_second in 1_u32..200,
            gaps in proptest::collection::vec(0_u64..400, 1..400),
        ) {
            let start = Timestamp::from_secs(1_000);
            for mut bucket in [Throughput::new(per_second, start), Throughput::after(per_second, start)] {
                let mut at = start;
                let mut taken = Vec::new();
                for gap in &gaps {
                    at = at + Duration::from_millis(*gap);
                    while bucket.take(at).is_ok() {
                        taken.push(at);
                    }
                }
                let share = per_second as usize;
                for window in taken.windows(share + 1) {
                    assert!(window[share].since(window[0]) >= Duration::from_secs(1));
                }
            }
        }

        #[test]
        fn who_comes_back_when_told_or_a_little_late_uses_nearly_all_of_it(
            per_second in 1_u32..1_500,
            late in 0_u64..30,
        ) {
            let start = Timestamp::from_secs(1_000);
            let end = start + Duration::from_secs(20);
            let (mut at, mut taken) = (start, 0_u64);
            let mut bucket = Throughput::new(per_second, start);
            while at < end {
                match bucket.take(at) {
                    Ok(()) => taken += 1,
                    Err(wait) => at = at + wait + Duration::from_millis(late),
                }
            }
            assert!(taken * 100 >= 20 * u64::from(per_second) * 95, "{taken} of {}", 20 * per_second);
        }
    }

    #[test]
    fn a_number_that_may_send_nothing_sends_nothing() {
        let start = Timestamp::from_secs(1_000);
        let mut bucket = Throughput::new(0, start);
        assert!(bucket.take(start).is_err());
        assert!(bucket.take(start + Duration::from_secs(3_600)).is_err());
    }

    #[test]
    fn an_empty_bucket_says_when_to_come_back_and_keeps_its_word() {
        let start = Timestamp::from_secs(1_000);
        let mut bucket = Throughput::new(80, start);
        let wait = loop {
            if let Err(wait) = bucket.take(start) {
                break wait;
            }
        };
        assert_eq!(bucket.take(start + wait), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing_away() {
        let start = Timestamp::from_secs(1_000);
        let mut bucket = Throughput::new(1, start);
        assert_eq!(bucket.take(start), Ok(()));
        assert!(bucket.take(start - Duration::from_secs(100)).is_err());
        assert!(bucket.take(start).is_err());
    }
}
