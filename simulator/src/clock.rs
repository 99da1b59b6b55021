//! The provider's wall clock, injected.
//!
//! It stamps messages and judges windows, rates and media addresses. Pauses of customers and of the
//! network are tokio timers instead, so that paused time works.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the simulated provider takes the time from. Cheap to clone; clones of a manual clock agree.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
    Tokio { start_ms: i64, started: tokio::time::Instant },
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still until [`Clock::advance`] or [`Clock::set`] moves it.
    pub fn manual(unix_ms: i64) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(unix_ms))))
    }

    /// A clock that starts at `unix_ms` and follows tokio's time, paused or not.
    pub fn tokio(unix_ms: i64) -> Self {
        Self(Source::Tokio { start_ms: unix_ms, started: tokio::time::Instant::now() })
    }

    /// Milliseconds since 1970, UTC.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the simulated provider's own clock, injected as such"
    )]
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::System => {
                SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
            }
            Source::Manual(ms) => ms.load(Ordering::Relaxed),
            Source::Tokio { start_ms, started } => start_ms + started.elapsed().as_millis() as i64,
        }
    }

    /// Seconds since 1970, UTC, as webhooks carry them.
    pub fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1000)
    }

    /// Moves a manual clock forward; says whether this clock can be moved.
    pub fn advance(&self, by: Duration) -> bool {
        match &self.0 {
            Source::Manual(ms) => {
                ms.fetch_add(by.as_millis() as i64, Ordering::Relaxed);
                true
            }
            Source::System | Source::Tokio { .. } => false,
        }
    }

    /// Sets a manual clock; says whether this clock can be set.
    pub fn set(&self, unix_ms: i64) -> bool {
        match &self.0 {
            Source::Manual(ms) => {
                ms.store(unix_ms, Ordering::Relaxed);
                true
            }
            Source::System | Source::Tokio { .. } => false,
        }
    }
}
