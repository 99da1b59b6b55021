//! Percentiles of latencies.

use std::time::Duration;

/// Most latencies kept by one thread; later ones are not kept.
pub(crate) const SAMPLES_MAX: usize = 4_000_000;

/// Latencies in nanoseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(Vec<u64>);

impl Latencies {
    /// Keeps one.
    pub(crate) fn add(&mut self, latency: Duration) {
        if self.0.len() < SAMPLES_MAX {
            self.0.push(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    /// Takes another's.
    pub(crate) fn join(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    /// How many.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What matters of them, in milliseconds.
    pub(crate) fn summary(mut self) -> Summary {
        self.0.sort_unstable();
        let at = |share| percentile(&self.0, share).map_or(0.0, |nanos| nanos as f64 / 1e6);
        Summary { p50_ms: at(0.5), p99_ms: at(0.99), p999_ms: at(0.999), max_ms: at(1.0) }
    }
}

/// What matters of latencies.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Summary {
    /// Half are no longer.
    pub(crate) p50_ms: f64,
    /// Of a hundred, one is longer.
    pub(crate) p99_ms: f64,
    /// Of a thousand, one is longer.
    pub(crate) p999_ms: f64,
    /// None is longer.
    pub(crate) max_ms: f64,
}

/// The smallest value that at least this share of all values does not exceed (nearest rank).
pub(crate) fn percentile(sorted: &[u64], share: f64) -> Option<u64> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<u64> = (1..=1_000).collect();
        for (share, expected) in [(0.0, 1), (0.5, 500), (0.99, 990), (0.999, 999), (1.0, 1_000)] {
            assert_eq!(percentile(&values, share), Some(expected), "{share}");
        }
        assert_eq!(percentile(&[7], 0.99), Some(7));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn a_summary_is_in_milliseconds() {
        let mut latencies = Latencies::default();
        for ms in [3, 1, 2] {
            latencies.add(Duration::from_millis(ms));
        }
        let expected = Summary { p50_ms: 2.0, p99_ms: 3.0, p999_ms: 3.0, max_ms: 3.0 };
        assert_eq!(latencies.summary(), expected);
        assert_eq!(Latencies::default().summary(), Summary::default());
    }
}
