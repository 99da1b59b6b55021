//! The beat on which is written what follows a commit and nobody waits for: the log, and provider ids.
//!
//! One beat for all, so that what many owners have to write comes to the store at once and shares its group commits,
//! and so that one of them that has little to write does so rarely.

use std::time::Duration;

use tokio::time::Instant;

/// From one beat to the next: projections are at most so far behind, and the time that writing takes.
const BEAT: Duration = Duration::from_millis(100);

/// The beat of a process.
pub(crate) struct Beat {
    begun: Instant,
}

impl Beat {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now() }
    }

    /// How long until the next beat.
    pub(crate) fn pause(&self) -> Duration {
        pause(self.begun.elapsed())
    }
}

/// How long until the next beat, so long after the first.
fn pause(since: Duration) -> Duration {
    let into = since.as_nanos() % BEAT.as_nanos();
    BEAT - Duration::from_nanos(u64::try_from(into).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_in_the_same_beat_is_woken_together() {
        for (since_micros, pause_micros) in
            [(0, 100_000), (1, 99_999), (99_999, 1), (100_000, 100_000), (1_990_000, 10_000)]
        {
            assert_eq!(pause(Duration::from_micros(since_micros)), Duration::from_micros(pause_micros));
        }
    }
}
