//! When each request is to start.
//!
//! An open loop has a plan that does not wait for answers: a request's latency counts from the start it was meant
//! to have, so that a server that stalls is charged for everybody who would have come meanwhile.

use std::time::Duration;

/// Evenly spaced starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    per_second: f64,
}

impl Schedule {
    /// `per_second` starts a second; at least one in about three years.
    pub(crate) fn new(per_second: f64) -> Self {
        Self { per_second: per_second.max(1e-8) }
    }

    /// When the request with this number is to start, counted from the beginning. No rounding adds up.
    pub(crate) fn at(self, index: usize) -> Duration {
        Duration::from_secs_f64(index as f64 / self.per_second)
    }

    /// Requests that start within a time.
    pub(crate) fn count(self, within: Duration) -> usize {
        (within.as_secs_f64() * self.per_second).ceil() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_even_and_do_not_drift() {
        let schedule = Schedule::new(600.0);
        assert_eq!(schedule.at(0), Duration::ZERO);
        assert_eq!(schedule.at(300), Duration::from_millis(500));
        assert_eq!(schedule.at(600 * 3_600), Duration::from_secs(3_600));
    }

    #[test]
    fn as_many_start_as_fit_into_the_time() {
        let schedule = Schedule::new(200.0);
        let count = schedule.count(Duration::from_secs(10));
        assert_eq!(count, 2_000);
        assert!(schedule.at(count - 1) < Duration::from_secs(10));
        assert!(schedule.at(count) >= Duration::from_secs(10));
    }
}
