//! One writer at a time: a lease in the cluster itself, with a reservation of the times that writes carry.
//!
//! The lease is one row, renewed by compare-and-set. Times are measured on the machine's stopwatch, which goes on
//! while it sleeps, so that nobody's clock has to be right. Before a write is sent and after it is acknowledged it is looked
//! whether the lease still held; what was acknowledged to a node that had lost it counts as unknown.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use switchboard_ports::store::Error;
use switchboard_schema::{IdBytes, record::FenceRow};

use super::stamps::Stamps;

/// How long a lease lasts from the moment its renewal was sent.
pub(super) const LEASE: Duration = Duration::from_secs(10);
/// How often it is renewed.
pub(super) const RENEW_EVERY: Duration = Duration::from_secs(3);
/// How long a lease must have stood unrenewed before another node takes over: longer than it lasts, as stopwatches do
/// not all run alike.
pub(super) const UNRENEWED_FOR: Duration = Duration::from_secs(12);
/// The name of the row.
pub(super) const STORE: &str = "store";

/// What a node does about the row that it found.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// Writes this row in its place.
    Take(FenceRow),
    /// Looks again: another node may have died.
    Wait,
    /// Gives up: another node lives.
    Refuse,
}

/// What to do about a row found at the start.
///
/// `watched`: the row as it was first seen, and for how long it has been watched.
pub(super) fn step(
    found: Option<&FenceRow>,
    me: IdBytes,
    now: i64,
    watched: Option<(&FenceRow, Duration)>,
) -> Step {
    let Some(row) = found else {
        return Step::Take(FenceRow {
            name: STORE.to_owned(),
            holder: me.to_vec(),
            epoch: 1,
            reserved_until: reservation(0, now),
        });
    };
    let take = || {
        Step::Take(FenceRow {
            holder: me.to_vec(),
            epoch: row.epoch.saturating_add(1),
            reserved_until: reservation(row.reserved_until, now),
            ..row.clone()
        })
    };
    // A node's own lock on its folder says that its earlier process is dead.
    if row.holder.is_empty() || row.holder == me {
        return take();
    }
    match watched {
        Some((first, _)) if first != row => Step::Refuse,
        Some((_, span)) if span >= UNRENEWED_FOR => take(),
        _ => Step::Wait,
    }
}

fn reservation(predecessor: i64, now: i64) -> i64 {
    Stamps::after(predecessor, predecessor).wanted(now)
}

/// The lease of this process.
pub(super) struct Fence(Mutex<State>);

struct State {
    row: FenceRow,
    /// Until when it holds.
    until: Duration,
    /// Another node has it.
    lost: bool,
    stamps: Stamps,
}

impl Fence {
    /// A lease that was taken by a request sent then, over a predecessor's reservation.
    pub(super) fn taken(row: FenceRow, predecessor: i64, sent: Duration) -> Self {
        let stamps = Stamps::after(predecessor, row.reserved_until);
        Self(Mutex::new(State { row, until: sent + LEASE, lost: false, stamps }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says whether this process may write.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the lease is another node's or has run out.
    pub(super) fn holds(&self, at: Duration) -> Result<(), Error> {
        self.state().holds(at)
    }

    /// Times for so many rows.
    ///
    /// # Errors
    /// As [`Fence::holds`], and when the reservation is used up.
    pub(super) fn stamp(&self, at: Duration, now: i64, rows: usize) -> Result<i64, Error> {
        let mut state = self.state();
        state.holds(at)?;
        state.stamps.take(now, rows).ok_or_else(|| {
            Error::Unavailable(
                "the times reserved for writes are used up; the lease is being renewed".to_owned(),
            )
        })
    }

    /// The row as it was last known, and as it should be next.
    pub(super) fn renewal(&self, now: i64) -> (FenceRow, FenceRow) {
        let mut state = self.state();
        let next = FenceRow { reserved_until: state.stamps.wanted(now), ..state.row.clone() };
        (state.row.clone(), next)
    }

    /// The row that lets go: whoever comes next need not wait.
    pub(super) fn release(&self) -> (FenceRow, FenceRow) {
        let state = self.state();
        let next = FenceRow {
            holder: Vec::new(),
            reserved_until: state.stamps.reserved_until(),
            ..state.row.clone()
        };
        (state.row.clone(), next)
    }

    /// This row was found to stand. `renewed`: when the renewal was sent that wrote it; none where it is of an earlier
    /// one, whose answer did not come: then others may have watched it for a while already, and it makes the lease no
    /// longer. True when it is another node's, for the first time.
    pub(super) fn stands(&self, row: FenceRow, renewed: Option<Duration>) -> bool {
        let mut state = self.state();
        if row.holder != state.row.holder || row.epoch != state.row.epoch {
            return !std::mem::replace(&mut state.lost, true);
        }
        state.stamps.reserved(row.reserved_until);
        state.until = renewed.map_or(state.until, |sent| state.until.max(sent + LEASE));
        state.row = row;
        false
    }
}

impl State {
    fn holds(&self, at: Duration) -> Result<(), Error> {
        if self.lost {
            return Err(Error::Unavailable(
                "another server has taken the store over; stop this one".to_owned(),
            ));
        }
        if at >= self.until {
            return Err(Error::Unavailable("the cluster does not renew this server's lease".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: IdBytes = [1; 16];
    const NOW: i64 = 1_000_000;

    fn row(holder: &[u8], epoch: i64, reserved_until: i64) -> FenceRow {
        FenceRow { name: STORE.to_owned(), holder: holder.to_vec(), epoch, reserved_until }
    }

    fn taken(step: Step) -> FenceRow {
        match step {
            Step::Take(row) => row,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_one_takes_it_at_once_and_so_does_whoever_had_it() {
        assert_eq!(taken(step(None, ME, NOW, None)).epoch, 1);
        for holder in [&ME[..], &[]] {
            let next = taken(step(Some(&row(holder, 7, NOW * 50)), ME, NOW, None));
            assert_eq!((next.epoch, &next.holder[..]), (8, &ME[..]));
            assert!(next.reserved_until > NOW * 50, "above what its predecessor may have given out");
        }
    }

    #[test]
    fn anothers_lease_is_waited_out_and_a_living_one_is_left_alone() {
        let theirs = row(&[2; 16], 7, NOW);
        assert_eq!(step(Some(&theirs), ME, NOW, None), Step::Wait);
        let almost = UNRENEWED_FOR.saturating_sub(Duration::from_millis(1));
        assert_eq!(step(Some(&theirs), ME, NOW, Some((&theirs, almost))), Step::Wait);
        assert_eq!(taken(step(Some(&theirs), ME, NOW, Some((&theirs, UNRENEWED_FOR)))).epoch, 8);
        let renewed = row(&[2; 16], 7, NOW + 1);
        assert_eq!(step(Some(&renewed), ME, NOW, Some((&theirs, UNRENEWED_FOR))), Step::Refuse);
    }

    #[test]
    fn a_lease_ends_unless_it_is_renewed() {
        let sent = Duration::from_secs(7);
        let mine = row(&ME, 1, NOW * 100);
        let fence = Fence::taken(mine.clone(), 0, sent);
        assert_eq!(fence.holds(sent + LEASE - Duration::from_millis(1)), Ok(()));
        assert!(fence.holds(sent + LEASE).is_err());
        assert!(fence.stamp(sent + LEASE, NOW, 1).is_err());
        assert!(!fence.stands(mine, Some(sent + RENEW_EVERY)));
        assert_eq!(fence.holds(sent + LEASE), Ok(()), "renewed meanwhile");
    }

    #[test]
    fn a_renewal_whose_answer_did_not_come_makes_the_lease_no_longer() {
        let sent = Duration::from_secs(7);
        let fence = Fence::taken(row(&ME, 1, NOW * 100), 0, sent);
        let (_, lost) = fence.renewal(NOW);
        let (now, next) = fence.renewal(NOW);
        assert_ne!(lost, next, "so that it is known which of them stands");
        assert!(!fence.stands(lost.clone(), None));
        assert!(fence.holds(sent + LEASE).is_err());
        let (known, _) = fence.renewal(NOW);
        assert_eq!((now.reserved_until, known), (NOW * 100, lost), "the next one is over what stands");
    }

    #[test]
    fn whoever_lost_it_never_writes_again() {
        let sent = Duration::from_secs(7);
        let fence = Fence::taken(row(&ME, 1, NOW * 100), 0, sent);
        assert!(fence.stands(row(&ME, 2, NOW * 200), Some(sent)), "the same node's next process");
        assert!(fence.holds(sent).is_err());
        assert!(!fence.stands(row(&[2; 16], 3, NOW * 200), None), "said once");
    }

    #[test]
    fn a_release_keeps_the_reservation_for_whoever_comes_next() {
        let fence = Fence::taken(row(&ME, 4, NOW * 100), 0, Duration::from_secs(7));
        let (_, next) = fence.release();
        assert_eq!((next.holder.len(), next.epoch, next.reserved_until), (0, 4, NOW * 100));
    }
}
