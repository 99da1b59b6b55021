//! When a backup is due, which are kept, and whether there is room: pure rules.

use std::time::Duration;

use switchboard_schema::Timestamp;

/// A day.
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// How long after its start a server without any backup makes the first.
pub const FIRST_AFTER: Duration = Duration::from_secs(3_600);
/// How long after one that failed, or was given up, it is tried again.
pub const RETRY_AFTER: Duration = Duration::from_secs(3_600);
/// Bytes that a backup leaves free, at least.
const LEFT_FREE_BYTES: u64 = 256 * 1_024 * 1_024;
/// The share of the disk that a backup leaves free: one part in so many.
const LEFT_FREE_SHARE: u64 = 20;

/// What is known when it is asked whether a backup is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// When the newest good one was begun.
    pub newest: Option<Timestamp>,
    /// When this server last began one, also one that failed.
    pub tried: Option<Timestamp>,
    /// When this server started.
    pub started: Timestamp,
}

/// Whether a backup is due: once a day from the hour given (UTC) on; of a server that was off then, as soon as it
/// runs; of one that has none yet, an hour after its start.
#[must_use]
pub fn is_due(known: Known, hour: u8, now: Timestamp) -> bool {
    if known.tried.is_some_and(|tried| tried <= now && now < tried + RETRY_AFTER) {
        return false;
    }
    match known.newest {
        None => now >= known.started + FIRST_AFTER,
        // A clock that was set back must not stop the backups for as long as it was ahead.
        Some(newest) => newest < last_hour(hour, now) || newest > now + DAY,
    }
}

/// The last time at or before now when it was this hour.
fn last_hour(hour: u8, now: Timestamp) -> Timestamp {
    let day = i64::try_from(DAY.as_millis()).unwrap_or(i64::MAX);
    let offset = i64::from(hour) * 3_600_000;
    Timestamp::from_millis((now.as_millis() - offset).div_euclid(day) * day + offset)
}

/// Which backups to delete: those older than the days given, but never the newest.
#[must_use]
pub fn expired(all: &[Timestamp], keep_days: u16, now: Timestamp) -> Vec<Timestamp> {
    let newest = all.iter().max();
    let kept = DAY * u32::from(keep_days);
    all.iter().filter(|made| Some(*made) != newest && **made + kept < now).copied().collect()
}

/// Whether so many bytes may be written where so many are free, of so many in all. Says how many are missing.
///
/// # Errors
/// The bytes that would have to be freed.
pub const fn room(needed: u64, free: u64, total: u64) -> Result<(), u64> {
    let share = total / LEFT_FREE_SHARE;
    let left = if share < LEFT_FREE_BYTES { share } else { LEFT_FREE_BYTES };
    let wanted = needed.saturating_add(left);
    if wanted <= free { Ok(()) } else { Err(wanted - free) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn due(newest: Option<&str>, tried: Option<&str>, now: &str) -> bool {
        let started = at("2026-03-01T09:00:00Z");
        let known = Known { newest: newest.map(at), tried: tried.map(at), started };
        is_due(known, 3, at(now))
    }

    #[test]
    fn one_is_due_once_a_day_from_its_hour_on() {
        let newest = Some("2026-03-10T03:00:10Z");
        assert!(!due(newest, newest, "2026-03-10T23:00:00Z"));
        assert!(!due(newest, newest, "2026-03-11T02:59:59Z"));
        assert!(due(newest, newest, "2026-03-11T03:00:00Z"));
        assert!(due(newest, None, "2026-03-14T17:00:00Z"), "the server was off for days");
    }

    #[test]
    fn one_made_by_hand_counts_until_the_next_hour() {
        assert!(!due(Some("2026-03-10T14:00:00Z"), None, "2026-03-11T02:00:00Z"));
        assert!(due(Some("2026-03-10T14:00:00Z"), None, "2026-03-11T03:00:00Z"));
    }

    #[test]
    fn the_first_is_made_an_hour_after_the_start() {
        assert!(!due(None, None, "2026-03-01T09:59:59Z"));
        assert!(due(None, None, "2026-03-01T10:00:00Z"));
    }

    #[test]
    fn after_a_failure_it_is_tried_again_an_hour_later() {
        let newest = Some("2026-03-10T03:00:10Z");
        assert!(!due(newest, Some("2026-03-11T03:00:00Z"), "2026-03-11T03:59:59Z"));
        assert!(due(newest, Some("2026-03-11T03:00:00Z"), "2026-03-11T04:00:00Z"));
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_backups() {
        assert!(due(Some("2027-01-01T03:00:00Z"), Some("2027-01-01T03:00:00Z"), "2026-03-10T12:00:00Z"));
    }

    #[test]
    fn old_ones_go_and_the_newest_good_one_never() {
        let days: Vec<Timestamp> = (1..=31).map(|day| at(&format!("2026-03-{day:02}T03:00:00Z"))).collect();
        let now = at("2026-04-09T04:00:00Z");
        assert_eq!(expired(&days, 30, now), &days[..10], "the 1st to the 10th are older than 30 days");
        assert_eq!(expired(&days, 1, at("2027-01-01T00:00:00Z")), &days[..30], "the last one stays");
        assert_eq!(expired(&days[..1], 1, at("2027-01-01T00:00:00Z")), []);
        assert_eq!(expired(&[], 30, now), []);
    }

    #[test]
    fn a_backup_leaves_room_for_the_messages_that_come() {
        const GIB: u64 = 1 << 30;
        assert_eq!(room(10 * GIB, 11 * GIB, 100 * GIB), Ok(()));
        assert_eq!(room(10 * GIB, 10 * GIB, 100 * GIB), Err(LEFT_FREE_BYTES));
        assert_eq!(room(900, 1_000, 1_000), Ok(()), "a small disk keeps a twentieth");
        assert_eq!(room(u64::MAX, 1_000, 1_000), Err(u64::MAX - 1_000));
    }
}
