//! The provider's rates: messages a second per number, and per pair of number and customer.

/// A token bucket: one second's worth of sends may come at once.
#[derive(Clone, Debug)]
pub(super) struct Throughput {
    per_second: f64,
    tokens: f64,
    filled_ms: i64,
}

impl Throughput {
    pub(super) fn new(per_second: u32) -> Self {
        Self { per_second: f64::from(per_second), tokens: f64::from(per_second), filled_ms: i64::MIN }
    }

    /// Takes one send, or says that the number is over its rate (130429).
    pub(super) fn take(&mut self, now_ms: i64) -> bool {
        if self.filled_ms != i64::MIN {
            let seconds = (now_ms - self.filled_ms).max(0) as f64 / 1000.0;
            self.tokens = (self.tokens + seconds * self.per_second).min(self.per_second);
        }
        self.filled_ms = now_ms;
        let enough = self.tokens >= 1.0;
        if enough {
            self.tokens -= 1.0;
        }
        enough
    }
}

/// The pair's rate: one message in 6 s, or a burst of up to 45 within 6 s that borrows from the future:
/// after 20 at once the next goes through two minutes later.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    burst_from_ms: i64,
    burst_count: u32,
    paid_until_ms: i64,
}

/// Milliseconds one message costs a pair.
const PAIR_INTERVAL_MS: i64 = 6_000;
/// Most messages of one burst.
const PAIR_BURST_MAX: u32 = 45;

impl Pair {
    /// Takes one send, or says that the pair is over its rate (131056).
    pub(super) fn take(&mut self, now_ms: i64) -> bool {
        if now_ms >= self.paid_until_ms {
            *self = Self { burst_from_ms: now_ms, burst_count: 1, paid_until_ms: now_ms + PAIR_INTERVAL_MS };
            return true;
        }
        let in_burst = now_ms - self.burst_from_ms < PAIR_INTERVAL_MS && self.burst_count < PAIR_BURST_MAX;
        if in_burst {
            self.burst_count += 1;
            self.paid_until_ms += PAIR_INTERVAL_MS;
        }
        in_burst
    }

    /// Whether it may be forgotten.
    pub(super) fn is_idle(&self, now_ms: i64) -> bool {
        now_ms >= self.paid_until_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_twenty_is_paid_for_with_two_minutes() {
        let mut pair = Pair::default();
        assert!((0..20).all(|n| pair.take(1_000 + n * 100)));
        assert!(!pair.take(1_000 + 6_000), "the burst is over");
        assert!(!pair.take(1_000 + 119_999));
        assert!(pair.take(1_000 + 120_000));
    }

    #[test]
    fn three_together_are_paid_for_before_a_fourth() {
        let mut pair = Pair::default();
        assert!([0, 1_200, 2_400].into_iter().all(|ms| pair.take(ms)));
        assert!(!pair.take(9_000) && !pair.take(17_999));
        assert!(pair.take(18_000) && pair.take(18_001), "a burst may begin anew");
    }

    #[test]
    fn the_forty_sixth_of_a_burst_is_refused() {
        let mut pair = Pair::default();
        assert!((0..45).all(|_| pair.take(5)));
        assert!(!pair.take(5));
    }

    #[test]
    fn a_number_gets_its_rate_and_no_more() {
        let mut throughput = Throughput::new(80);
        assert_eq!((0..100).filter(|_| throughput.take(0)).count(), 80);
        assert!(!throughput.take(5));
        assert_eq!((0..100).filter(|_| throughput.take(500)).count(), 40);
    }
}
