//! The count in front of a mailbox.
//!
//! actix bounds a mailbox per clone of its address, which bounds nothing; so every letter is counted here
//! before it is sent. The same count closes a mailbox without losing a letter: an actor may go only when
//! it can turn the count from zero to closed, and who finds it closed asks the directory for a new one.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Set when no letter may enter any more.
const CLOSED: usize = 1 << (usize::BITS - 1);

/// Why a letter may not enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shut {
    /// The actor goes or has gone; another will take its place.
    Closed,
    /// Too many wait already.
    Full,
}

/// The count of letters sent and not yet dealt with.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    count: AtomicUsize,
    congested: AtomicBool,
}

impl Gate {
    /// Counts one letter in.
    pub(crate) fn enter(&self, capacity: usize) -> Result<(), Shut> {
        self.count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| {
                (count & CLOSED == 0 && count < capacity).then_some(count + 1)
            })
            .map(|_| ())
            .map_err(|count| if count & CLOSED == 0 { Shut::Full } else { Shut::Closed })
    }

    /// Counts so many letters out.
    pub(crate) fn leave(&self, letters: usize) {
        self.count.fetch_sub(letters, Ordering::AcqRel);
    }

    /// Letters inside.
    pub(crate) fn waiting(&self) -> usize {
        self.count.load(Ordering::Acquire) & !CLOSED
    }

    /// The actor says that it has more to write than it should; or no longer.
    pub(crate) fn set_congested(&self, congested: bool) {
        self.congested.store(congested, Ordering::Release);
    }

    /// Too many wait, or the actor said so.
    pub(crate) fn is_congested(&self, capacity: usize) -> bool {
        self.congested.load(Ordering::Acquire) || self.waiting() >= capacity
    }

    /// Closes, if nothing is inside.
    pub(crate) fn close_if_empty(&self) -> bool {
        self.count.compare_exchange(0, CLOSED, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Closes, whatever is inside: their senders will hear that the actor stopped.
    pub(crate) fn close(&self) {
        self.count.fetch_or(CLOSED, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_counts_to_its_capacity_and_no_further() {
        let gate = Gate::default();
        assert_eq!((gate.enter(2), gate.enter(2), gate.enter(2)), (Ok(()), Ok(()), Err(Shut::Full)));
        gate.leave(1);
        assert_eq!(gate.enter(2), Ok(()));
    }

    #[test]
    fn it_closes_only_when_nothing_is_inside_and_then_lets_nothing_in() {
        let gate = Gate::default();
        assert_eq!(gate.enter(8), Ok(()));
        assert!(!gate.close_if_empty());
        gate.leave(1);
        assert!(gate.close_if_empty());
        assert_eq!(gate.enter(8), Err(Shut::Closed));
    }
}
