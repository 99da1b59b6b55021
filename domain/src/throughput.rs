//! Messages a second, as arithmetic.

use std::time::Duration;

use switchboard_schema::Timestamp;

/// Messages a second of a number that was not upgraded (Meta: throughput, 80 a second).
pub const DEFAULT_PER_SECOND: u32 = 80;

/// One part in so many of a second's messages may be made up for after a pause.
const SLACK_PARTS: u32 = 25;

/// A bucket that fills evenly and holds little: what was not used in 40 ms is forgone. No second, wherever it
/// begins, carries more than its share, and a sender that always has something to send uses at least 96 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughput {
    /// What it gains in a second, in messages.
    per_second: u32,
    /// What it holds, in messages.
    slack: u32,
    /// Thousandths of a message.
    filled_milli: u64,
    at: Timestamp,
}

impl Throughput {
    /// A full bucket.
    #[must_use]
    pub const fn new(per_second: u32, now: Timestamp) -> Self {
        let slack = match per_second {
            0 => 0,
            _ if per_second < SLACK_PARTS => 1,
            _ => per_second / SLACK_PARTS,
        };
        // What it holds and what it gains in less than a second are together one second's share.
        let per_second = if slack == 0 { 0 } else { per_second - slack + 1 };
        Self { per_second, slack, filled_milli: slack as u64 * 1_000, at: now }
    }

    /// Takes one message out, or says how long to wait until one is there.
    ///
    /// # Errors
    /// The wait.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        let gained = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.filled_milli = self
            .filled_milli
            .saturating_add(gained.saturating_mul(u64::from(self.per_second)))
            .min(u64::from(self.slack) * 1_000);
        self.at = self.at.max(now);
        if self.filled_milli >= 1_000 {
            self.filled_milli -= 1_000;
            Ok(())
        } else {
            let missing = 1_000 - self.filled_milli;
            Err(Duration::from_millis(missing.div_ceil(u64::from(self.per_second.max(1)))))
        }
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
            let mut at = Timestamp::from_secs(1_000);
            let mut bucket = Throughput::new(per_second, at);
            let mut taken = Vec::new();
            for gap in gaps {
                at = at + Duration::from_millis(gap);
                while bucket.take(at).is_ok() {
                    taken.push(at);
                }
            }
            let share = per_second as usize;
            for window in taken.windows(share + 1) {
                assert!(window[share].since(window[0]) >= Duration::from_secs(1));
            }
        }

        #[test]
        fn who_comes_back_when_told_uses_nearly_all_of_it(per_second in 1_u32..1_500, late in 0_u64..5) {
            let start = Timestamp::from_secs(1_000);
            let end = start + Duration::from_secs(20);
            // One message is due every so many milliseconds; a sender that is late by less loses little.
            let late = if per_second < 20 { 0 } else { late };
            let (mut at, mut taken) = (start, 0_u64);
            let mut bucket = Throughput::new(per_second, start);
            while at < end {
                match bucket.take(at) {
                    Ok(()) => taken += 1,
                    Err(wait) => at = at + wait + Duration::from_millis(late),
                }
            }
            // Of a rate without slack, the milliseconds lost are counted as well.
            let least = if (SLACK_PARTS * 2..).contains(&per_second) { 95 } else { 90 };
            assert!(taken * 100 >= 20 * u64::from(per_second) * least, "{taken} of {}", 20 * per_second);
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
