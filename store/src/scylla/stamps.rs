//! The times that writes carry. Of two writes of one cell the one with the later time stands, whichever came last.
//!
//! So the owner gives the times, always growing, whatever its clock does; and it gives none beyond a reservation that
//! is written down before (see [`super::fence`]), so that the next owner can begin above all of them though its clock
//! may be behind.

use std::time::Duration;

/// How far ahead times are reserved. More than a lease lasts, so that a reservation that is renewed with the lease is
/// never used up by a clock that is right.
pub(super) const RESERVED_AHEAD: Duration = Duration::from_secs(30);

/// Microseconds of a span.
fn micros(span: Duration) -> i64 {
    i64::try_from(span.as_micros()).unwrap_or(i64::MAX)
}

/// What was given out and what may be. Times are microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamps {
    last: i64,
    reserved_until: i64,
    /// The latest reservation that was asked for, whether or not it was written down.
    asked: i64,
}

impl Stamps {
    /// Gives times after those of whoever reserved before, up to a reservation of one's own.
    pub(super) const fn after(predecessor: i64, reserved_until: i64) -> Self {
        Self { last: predecessor, reserved_until, asked: reserved_until }
    }

    /// The reservation to ask for next: never the same twice, though the clock may stand still. That it changes is how
    /// others see that this node lives, and which of its own renewals a row is of is how this one knows.
    pub(super) fn wanted(&mut self, now: i64) -> i64 {
        let next = self.asked.max(self.reserved_until).saturating_add(1);
        self.asked = self.last.max(now).saturating_add(micros(RESERVED_AHEAD)).max(next);
        self.asked
    }

    /// A reservation was written down.
    pub(super) fn reserved(&mut self, until: i64) {
        self.reserved_until = self.reserved_until.max(until);
    }

    /// The last time that may be given.
    pub(super) const fn reserved_until(&self) -> i64 {
        self.reserved_until
    }

    /// The first of so many times in a row, each later than every one before; `None` when the reservation is used up.
    pub(super) fn take(&mut self, now: i64, rows: usize) -> Option<i64> {
        let more = i64::try_from(rows).unwrap_or(i64::MAX).saturating_sub(1);
        // A clock that leapt beyond the reservation is not followed before there is a new one.
        let next = self.last.saturating_add(1);
        let first = [now.max(next), next]
            .into_iter()
            .find(|first| first.saturating_add(more) <= self.reserved_until)?;
        self.last = first.saturating_add(more);
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_follow_the_clock_while_it_goes_on() {
        let mut stamps = Stamps::after(0, 1_000);
        assert_eq!(stamps.take(100, 3), Some(100));
        assert_eq!(stamps.take(100, 1), Some(103), "behind the rows of the commit before");
        assert_eq!(stamps.take(200, 1), Some(200));
    }

    #[test]
    fn a_clock_set_back_takes_no_time_twice() {
        let mut stamps = Stamps::after(0, 1_000);
        assert_eq!(stamps.take(500, 2), Some(500));
        assert_eq!(stamps.take(10, 1), Some(502));
    }

    #[test]
    fn a_successor_begins_above_its_predecessor_though_its_clock_is_behind() {
        let mut stamps = Stamps::after(900, 2_000);
        assert_eq!(stamps.take(3, 1), Some(901));
    }

    #[test]
    fn no_time_is_given_beyond_the_reservation() {
        let mut stamps = Stamps::after(0, 10);
        assert_eq!(stamps.take(500, 9), Some(1), "a clock that leapt ahead is not followed");
        assert_eq!(stamps.take(500, 2), None);
        assert_eq!(stamps.take(500, 1), Some(10));
        assert_eq!(stamps.take(500, 1), None);
        let wanted = stamps.wanted(500);
        stamps.reserved(wanted);
        assert_eq!(stamps.take(500, 1), Some(500));
    }

    #[test]
    fn each_reservation_is_another_though_the_clock_stands_still_or_is_set_back() {
        for written_down in [true, false] {
            let mut stamps = Stamps::after(0, 0);
            let mut before = 0;
            for now in [5_000_000, 5_000_000, 1, 5_000_000] {
                let next = stamps.wanted(now);
                assert!(next > before);
                before = next;
                if written_down {
                    stamps.reserved(next);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_the_clock_does_times_grow_and_stay_within_what_is_reserved(
            steps in prop::collection::vec((any::<i32>(), 1_usize..=100, any::<bool>()), 1..200),
        ) {
            let mut stamps = Stamps::after(1_000, 2_000);
            let mut highest = 1_000;
            for (now, rows, renew) in steps {
                let now = i64::from(now);
                if renew {
                    let wanted = stamps.wanted(now);
                    stamps.reserved(wanted);
                }
                if let Some(first) = stamps.take(now, rows) {
                    prop_assert!(first > highest);
                    highest = first + i64::try_from(rows).unwrap_or(i64::MAX) - 1;
                    prop_assert!(highest <= stamps.reserved_until());
                }
            }
        }
    }
}
