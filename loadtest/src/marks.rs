//! Which message was to start when, known to senders and sockets alike.
//!
//! Every message carries a mark in its text: `lt:` and twenty digits. A socket that sees it looks up when the message
//! was meant to start; both sides read the same monotonic clock.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// What stands before a mark's digits.
const PREFIX: &[u8] = b"lt:";
/// Digits of a mark.
const DIGITS: usize = 20;

/// The starts of one run's messages.
#[derive(Debug)]
pub(crate) struct Marks {
    origin: Instant,
    first: u64,
    /// Nanoseconds after `origin`, plus one; 0: not started.
    starts: Vec<AtomicU64>,
}

impl Marks {
    /// For `count` messages from `first` on; the run begins at `origin`.
    pub(crate) fn new(origin: Instant, first: u64, count: usize) -> Self {
        Self { origin, first, starts: (0..count).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Says when messages were meant to start.
    pub(crate) fn start(&self, first: u64, count: usize, at: Instant) {
        let nanos =
            u64::try_from(at.saturating_duration_since(self.origin).as_nanos()).unwrap_or(u64::MAX - 1);
        for mark in first..first.saturating_add(count as u64) {
            if let Some(start) = self.slot(mark) {
                start.store(nanos + 1, Ordering::Relaxed);
            }
        }
    }

    /// How long ago a message of this run was meant to start.
    pub(crate) fn since(&self, mark: u64, now: Instant) -> Option<Duration> {
        Some(now.saturating_duration_since(self.started(mark)?))
    }

    /// When a message of this run was meant to start.
    pub(crate) fn started(&self, mark: u64) -> Option<Instant> {
        let nanos = self.slot(mark)?.load(Ordering::Relaxed).checked_sub(1)?;
        Some(self.origin + Duration::from_nanos(nanos))
    }

    fn slot(&self, mark: u64) -> Option<&AtomicU64> {
        self.starts.get(usize::try_from(mark.checked_sub(self.first)?).ok()?)
    }
}

/// The text of a message: its mark and some words, so that it has a usual length.
pub(crate) fn text(mark: u64) -> String {
    format!("lt:{mark:0DIGITS$} Is my bike ready? I would come by after work, at about six.")
}

/// The first mark in a frame.
pub(crate) fn find(frame: &[u8]) -> Option<u64> {
    let mut rest = frame;
    while let Some(at) = rest.iter().position(|byte| *byte == PREFIX[0]) {
        rest = &rest[at..];
        if let Some(digits) = rest.strip_prefix(PREFIX).and_then(|behind| behind.get(..DIGITS))
            && digits.iter().all(u8::is_ascii_digit)
        {
            return std::str::from_utf8(digits).ok()?.parse().ok();
        }
        rest = &rest[1..];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_where_its_text_is() {
        let frame = format!(r#"{{"name":"all lt:x","body":"{}"}}"#, text(42));
        assert_eq!(find(frame.as_bytes()), Some(42));
        assert_eq!(find(b"lt:123"), None);
        assert_eq!(find(b""), None);
    }

    #[test]
    fn latency_counts_from_the_start_that_was_meant() {
        let origin = Instant::now();
        let marks = Marks::new(origin, 10, 5);
        marks.start(11, 2, origin + Duration::from_millis(3));
        let now = origin + Duration::from_millis(5);
        assert_eq!(marks.since(12, now), Some(Duration::from_millis(2)));
        assert_eq!(marks.since(10, now), None, "not started");
        assert_eq!(marks.since(15, now), None, "of another run");
        assert_eq!(marks.since(9, now), None, "of an earlier run");
    }
}
