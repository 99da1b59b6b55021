//! Where wake-ups are filed, and how far they have been fired.
//!
//! A wake-up is filed in the *minute* in which it is looked for. The *cursor*, which is stored, names the first
//! minute that is still read: all before it were read after the last row had been written into them, and what
//! was in them was fired or filed again. So nothing that was deleted is ever read past again, and after any time
//! without a process just the minutes that were missed are read. *Invariants*: nothing is filed before the cursor,
//! whatever the clock says; the cursor passes no minute into which a row is on its way, and none that holds a row;
//! it never goes back while the process runs. A row may be fired twice, which is harmless.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use switchboard_ports::store::{self, Lane, MAX_COMMIT_ROWS, Mutation, Scan, Scope};
use switchboard_schema::{
    Timestamp,
    record::{WakeupCursorRow, WakeupReason, WakeupRow},
    table::{Cell, Record},
};

use crate::{env::Env, shell::repeat};

/// The one shard there is.
pub(crate) const SHARD: i64 = 0;
/// Milliseconds of a minute.
const MINUTE_MILLIS: i64 = 60_000;
/// How far ahead the wake-up of an active entity stands.
pub(crate) const AHEAD: Duration = Duration::from_secs(60);
/// How long after its end a minute is read for the last time, at the earliest. Whatever this process writes is
/// waited for; this is for what it no longer knows of: a write whose outcome stayed unknown, which is repeated
/// five times within the store's own deadline of ten seconds, or one that another process began.
const CLOSED_AFTER: Duration = Duration::from_secs(120);
/// Minutes that are read beyond the present one at the start, for what an earlier process left active: those that
/// are due within [`AHEAD`], and by a clock that was ahead of ours, within an hour more.
const SEARCHED_AHEAD_MINUTES: i64 = 64;
/// Minutes that the clock may be behind the cursor at the start. When it is further behind, the cursor is taken
/// back to it: everything due until it had caught up would be filed in one minute.
const BEHIND_MINUTES_MAX: i64 = 5;
/// Minutes read in one pass, at most: a week. What is left is read by the next.
const PASS_MINUTES_MAX: i64 = 7 * 24 * 60;
/// The longest pause before what could not be woken is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// Wake-ups read at a time.
pub(crate) const PAGE: usize = 500;

/// The minute a time is in, since 1970.
pub(crate) const fn minute_of(at: Timestamp) -> i64 {
    at.as_millis() / MINUTE_MILLIS
}

/// When an active entity is woken at the latest. In odd milliseconds, and alarms in even ones: one must not
/// stand in the other's place.
pub(crate) fn wakeup_after(now: Timestamp) -> Timestamp {
    Timestamp::from_millis((now + AHEAD).as_millis() | 1)
}

/// When an alarm for a time goes off: never before it.
pub(crate) fn alarm_at(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis() + (at.as_millis() & 1))
}

/// The minute in which a wake-up is looked for, where minutes before `floor` may have been read for the last
/// time. What is due already is looked for now.
fn filed_in(due: Timestamp, now: Timestamp, floor: i64) -> i64 {
    minute_of(due).max(minute_of(now)).max(floor)
}

/// The other minute in which what was not woken is to be filed again; none when it stays where it is. The pause
/// before the next attempt grows with the time since it was due, up to [`LONGEST_PAUSE`], so that what can never
/// be woken is tried once an hour. Nothing stays in a minute before `closes`, nor in a later one than it is due in:
/// there it may stand by a clock that was ahead.
pub(crate) fn filed_again(due: Timestamp, minute: i64, now: Timestamp, closes: i64) -> Option<i64> {
    let again = now + now.since(due).min(LONGEST_PAUSE);
    let other = filed_in(due, again, closes);
    (other != minute).then_some(other)
}

/// What one pass reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pass {
    /// The first minute.
    pub(crate) first: i64,
    /// The last minute.
    pub(crate) last: i64,
    /// Minutes before this one are read for the last time: nothing is on its way into them, nor will be.
    pub(crate) closes: i64,
}

/// Which minutes are still read, and into which rows are on their way. A pure function of what it was told.
#[derive(Debug, Default)]
struct Agenda {
    /// The first minute that is still read, as stored.
    cursor: i64,
    /// The first minute in which anything is filed; never before the cursor.
    floor: i64,
    /// Writes on their way, by the minute.
    on_their_way: BTreeMap<i64, usize>,
}

impl Agenda {
    fn new(cursor: i64) -> Self {
        Self { cursor, floor: cursor, on_their_way: BTreeMap::new() }
    }

    /// A row is about to be written: into which minute.
    fn file(&mut self, due: Timestamp, now: Timestamp) -> i64 {
        let minute = filed_in(due, now, self.floor);
        *self.on_their_way.entry(minute).or_default() += 1;
        minute
    }

    /// The write has ended.
    fn written(&mut self, minute: i64) {
        if let Some(count) = self.on_their_way.get_mut(&minute) {
            *count -= 1;
            if *count == 0 {
                self.on_their_way.remove(&minute);
            }
        }
    }

    /// What is to be read now. From now on nothing is filed in the minutes that this pass closes.
    fn begin(&mut self, now: Timestamp, at_start: bool) -> Pass {
        let ahead = if at_start { SEARCHED_AHEAD_MINUTES } else { 0 };
        // Where the clock was set back, what is due is in the first minute in which anything is filed.
        let last = (minute_of(now).max(self.floor) + ahead).min(self.cursor + PASS_MINUTES_MAX - 1);
        let on_its_way = self.on_their_way.keys().next().copied().unwrap_or(i64::MAX);
        let closes = minute_of(now - CLOSED_AFTER).min(on_its_way).min(last + 1).max(self.cursor);
        self.floor = self.floor.max(closes);
        Pass { first: self.cursor, last, closes }
    }

    /// The pass was made, and the cursor stored.
    fn end(&mut self, pass: Pass) {
        self.cursor = self.cursor.max(pass.closes);
    }
}

/// Where wake-ups are filed, and how far they have been fired: one for all actors of a process.
#[derive(Default)]
pub(crate) struct Wakeups {
    opened: tokio::sync::OnceCell<()>,
    agenda: Mutex<Agenda>,
    /// Held by whoever fires: one pass at a time.
    pub(crate) firing: tokio::sync::Mutex<()>,
}

impl Wakeups {
    fn agenda(&self) -> MutexGuard<'_, Agenda> {
        // A panic while the lock was held leaves numbers that are still numbers.
        self.agenda.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the cursor, or sets the first one. Nothing is filed before that: it must be known which minutes are
    /// still read, and be stored where reading begins.
    ///
    /// # Errors
    /// When the store cannot be read or written; then the next call tries again.
    pub(crate) async fn open(&self, env: &Env) -> Result<(), store::Error> {
        let open = async || {
            let now = env.clock.now();
            let row = env.records.get::<WakeupCursorRow>(Scope::System, WakeupCursorRow::key(SHARD)).await?;
            // A number that is no minute is held between 1970 and the year 9999, as times are.
            let minute =
                |row: WakeupCursorRow| Timestamp::from_millis(row.minute.saturating_mul(MINUTE_MILLIS));
            let cursor = match row.map(minute).map(minute_of) {
                Some(cursor) if cursor <= minute_of(now) + BEHIND_MINUTES_MAX => cursor,
                behind => {
                    if let Some(cursor) = behind {
                        tracing::warn!(
                            minutes = cursor - minute_of(now),
                            "the clock is behind what was fired by it; is it right? wake-ups are filed anew"
                        );
                        file_anew(env, cursor, now).await?;
                    }
                    let cursor = minute_of(now - CLOSED_AFTER);
                    store_cursor(env, cursor).await?;
                    cursor
                }
            };
            *self.agenda() = Agenda::new(cursor);
            Ok(())
        };
        self.opened.get_or_try_init(open).await.map(|_| ())
    }

    /// Files a wake-up that is about to be written: what it answers is held until the write has ended. Only
    /// after [`Wakeups::open`].
    pub(crate) fn file(env: &Env, due: Timestamp) -> Filed {
        let minute = env.wakeups.agenda().file(due, env.clock.now());
        Filed { env: env.clone(), minute }
    }

    /// What is to be read now; `at_start` also what an earlier process left active.
    pub(crate) fn begin(&self, now: Timestamp, at_start: bool) -> Pass {
        self.agenda().begin(now, at_start)
    }

    /// Everything the pass was to read was read, fired, and is gone from the minutes that it closes: the cursor
    /// moves on.
    ///
    /// # Errors
    /// When that cannot be stored; then the same minutes are read again.
    pub(crate) async fn end(&self, env: &Env, pass: Pass) -> Result<(), store::Error> {
        if pass.closes > pass.first {
            store_cursor(env, pass.closes).await?;
            self.agenda().end(pass);
        }
        Ok(())
    }
}

/// A wake-up that is being written into a minute, until it is dropped.
pub(crate) struct Filed {
    env: Env,
    /// The minute in which it is looked for.
    pub(crate) minute: i64,
}

impl Drop for Filed {
    fn drop(&mut self) {
        self.env.wakeups.agenda().written(self.minute);
    }
}

async fn store_cursor(env: &Env, minute: i64) -> Result<(), store::Error> {
    let row = WakeupCursorRow { shard: SHARD, minute };
    repeat(|| env.store.commit_one(Scope::System, Lane::Bulk, vec![Mutation::put(row.clone())])).await
}

/// One page of the wake-ups of a minute, and where the next begins, if there is one. A row that does not read is
/// told of and left where it is: it must not keep others from being woken.
///
/// # Errors
/// When the store cannot be read.
pub(crate) async fn page(
    env: &Env,
    minute: i64,
    after: Option<Vec<Cell>>,
    to: Option<Vec<Cell>>,
) -> Result<(Vec<WakeupRow>, Option<Vec<Cell>>), store::Error> {
    let mut scan = Scan::of::<WakeupRow>(WakeupRow::partition(SHARD, minute)).after(after).limit(PAGE);
    scan.to = to;
    let rows = env.store.scan(Scope::System, scan).await?;
    let key = WakeupRow::TABLE.partition.len()..WakeupRow::TABLE.key_len();
    let full = rows.len() == PAGE;
    let next = rows.last().filter(|_| full).and_then(|row| row.get(key)).map(<[_]>::to_vec);
    let read = |row| match WakeupRow::from_cells(row) {
        Ok(row) => Some(row),
        Err(error) => {
            tracing::error!(%error, "a wake-up does not read");
            None
        }
    };
    Ok((rows.into_iter().filter_map(read).collect(), next))
}

/// The clock is far behind what was fired by it: files a copy of what was filed by where the cursor was, rather
/// than by when it is due, and of what was active then, where it is found by the clock as it is. The rows
/// themselves stay, so that nothing is lost by a crash before the cursor is taken back, and fire once for nothing.
async fn file_anew(env: &Env, cursor: i64, now: Timestamp) -> Result<(), store::Error> {
    for minute in cursor..=cursor + SEARCHED_AHEAD_MINUTES {
        let mut after = None;
        loop {
            let (rows, next) = page(env, minute, after, None).await?;
            let copies: Vec<_> =
                rows.into_iter().filter_map(|row| anew(row, now)).map(Mutation::put).collect();
            for copies in copies.chunks(MAX_COMMIT_ROWS) {
                repeat(|| env.store.commit_many(Scope::System, Lane::Bulk, copies.to_vec())).await?;
            }
            if next.is_none() {
                break;
            }
            after = next;
        }
    }
    Ok(())
}

/// The row as it would have been written by this clock, if it is another.
fn anew(row: WakeupRow, now: Timestamp) -> Option<WakeupRow> {
    let due =
        if row.reason == WakeupReason::Active.as_str() { row.due.min(wakeup_after(now)) } else { row.due };
    let minute = filed_in(due, now, 0);
    (minute != row.minute).then_some(WakeupRow { minute, due, ..row })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use switchboard_schema::{ConversationId, TenantId, record::WakeupTarget};

    use super::*;

    /// A time within a minute.
    fn at(minute: i64, second: i64) -> Timestamp {
        Timestamp::from_secs(minute * 60 + second)
    }

    #[test]
    fn what_is_due_later_is_filed_in_its_minute_and_nothing_in_one_that_is_over_or_read_no_more() {
        assert_eq!(filed_in(at(110, 59), at(100, 0), 98), 110);
        assert_eq!(filed_in(at(90, 0), at(100, 59), 98), 100, "what is due already is looked for now");
        assert_eq!(filed_in(at(90, 0), at(80, 0), 98), 98, "whatever the clock says");
    }

    #[test]
    fn a_pass_reads_from_the_cursor_to_the_present_and_closes_what_has_been_over_for_a_while() {
        let mut agenda = Agenda::new(95);
        assert_eq!(agenda.begin(at(100, 0), false), Pass { first: 95, last: 100, closes: 98 });
        assert_eq!(agenda.begin(at(100, 59), false), Pass { first: 95, last: 100, closes: 98 });
        let pass = agenda.begin(at(101, 0), false);
        assert_eq!(pass, Pass { first: 95, last: 101, closes: 99 });
        agenda.end(pass);
        assert_eq!(agenda.begin(at(101, 1), false), Pass { first: 99, last: 101, closes: 99 });
        let start = agenda.begin(at(101, 1), true);
        assert_eq!(start, Pass { first: 99, last: 101 + SEARCHED_AHEAD_MINUTES, closes: 99 });
        assert!(
            at(start.last, 59) > at(101, 59) + AHEAD,
            "whoever is active now has its wake-up before that"
        );
    }

    #[test]
    fn a_minute_is_not_closed_while_a_row_is_on_its_way_into_it() {
        let mut agenda = Agenda::new(98);
        assert_eq!(agenda.file(at(100, 5), at(100, 0)), 100);
        assert_eq!(agenda.file(at(100, 9), at(100, 0)), 100);
        assert_eq!(agenda.begin(at(130, 0), false), Pass { first: 98, last: 130, closes: 100 });
        agenda.written(100);
        assert_eq!(agenda.begin(at(130, 0), false).closes, 100, "there is another");
        agenda.written(100);
        assert_eq!(agenda.begin(at(130, 0), false).closes, 128);
        assert_eq!(agenda.file(at(100, 5), at(100, 0)), 128, "from now on nothing is filed there");
    }

    #[test]
    fn a_clock_that_was_set_back_moves_nothing_and_what_is_due_by_it_is_read() {
        let mut agenda = Agenda::new(98);
        assert_eq!(agenda.begin(at(50, 0), false), Pass { first: 98, last: 98, closes: 98 });
        assert_eq!(agenda.file(at(51, 0), at(50, 0)), 98);
        // A pass that did not come to its end, and then the clock goes back.
        assert_eq!(agenda.begin(at(120, 0), false).closes, 98, "a row is on its way");
        agenda.written(98);
        assert_eq!(agenda.begin(at(120, 0), false).closes, 118);
        assert_eq!(agenda.file(at(51, 0), at(50, 0)), 118);
        assert_eq!(agenda.begin(at(50, 0), false), Pass { first: 98, last: 118, closes: 98 });
    }

    #[test]
    fn after_a_year_a_pass_reads_a_week_of_it() {
        let mut agenda = Agenda::new(0);
        let year = 365 * 24 * 60;
        let mut passes = 0;
        loop {
            let pass = agenda.begin(at(year, 0), true);
            assert!(pass.last - pass.first < PASS_MINUTES_MAX && pass.closes <= pass.last + 1);
            passes += 1;
            if pass.closes == year - 2 {
                break;
            }
            assert_eq!(pass.closes, pass.last + 1);
            agenda.end(pass);
        }
        assert_eq!(passes, 53);
    }

    #[test]
    fn the_pause_before_the_next_attempt_grows_with_what_went_by_up_to_an_hour() {
        let due = at(100, 0);
        assert_eq!(filed_again(due, 100, at(100, 20), 98), None, "with the next tick");
        assert_eq!(filed_again(due, 100, at(100, 40), 98), Some(101));
        assert_eq!(filed_again(due, 104, at(104, 0), 98), Some(108));
        assert_eq!(filed_again(due, 5_000, at(5_000, 0), 4_998), Some(5_060));
        assert_eq!(filed_again(at(107, 0), 105, at(105, 30), 98), Some(107), "never before it is due");
        assert_eq!(
            filed_again(at(104, 0), 90, at(80, 0), 100),
            Some(104),
            "by a clock that was set back, too"
        );
        assert_eq!(filed_again(at(90, 0), 90, at(80, 0), 100), Some(100));
        assert_eq!(filed_again(at(107, 0), 160, at(106, 0), 98), Some(107), "no later than it is due");
    }

    #[test]
    fn a_wakeup_of_a_clock_far_ahead_is_filed_anew_where_it_is_found_by_this_one() {
        let row = |reason: WakeupReason, due: Timestamp, minute: i64| WakeupRow {
            shard: SHARD,
            minute,
            due,
            tenant_id: TenantId::from_bytes([1; 16]),
            target: WakeupTarget::Conversation(ConversationId::from_bytes([2; 16])).to_key(),
            reason: reason.as_str().to_owned(),
        };
        let now = at(100, 30);
        let active = anew(row(WakeupReason::Active, at(9_001, 0), 9_001), now).expect("another");
        assert_eq!((active.minute, active.due), (101, wakeup_after(now)));
        let snooze = anew(row(WakeupReason::Snooze, at(120, 0), 9_000), now).expect("another");
        assert_eq!((snooze.minute, snooze.due), (120, at(120, 0)));
        assert_eq!(anew(row(WakeupReason::Snooze, at(9_002, 0), 9_002), now), None, "it is where it belongs");
    }

    /// A wake-up in the store or on its way there.
    #[derive(Debug, Clone)]
    struct Wakeup {
        id: usize,
        due: Timestamp,
        minute: i64,
        active: bool,
        /// Cannot be woken.
        poisoned: bool,
        landed: bool,
    }

    /// What outlives a process, what it remembers, and what became of the wake-ups.
    struct Model {
        now: Timestamp,
        cursor: i64,
        agenda: Agenda,
        rows: Vec<Wakeup>,
        written: usize,
        /// The clock was set back from where it was further ahead of the stored cursor than is searched at a
        /// start: what was filed there is woken when the clock gets there.
        leapt: bool,
    }

    impl Model {
        fn file(&mut self, ahead_s: u64, active: bool, poisoned: bool) {
            let due = if active { wakeup_after(self.now) } else { self.now + Duration::from_secs(ahead_s) };
            let minute = self.agenda.file(due, self.now);
            self.rows.push(Wakeup { id: self.written, due, minute, active, poisoned, landed: false });
            self.written += 1;
        }

        fn land(&mut self, chosen: usize) {
            let mut on_their_way: Vec<_> = self.rows.iter_mut().filter(|row| !row.landed).collect();
            if let Some(count) = on_their_way.len().checked_sub(1) {
                let row = &mut on_their_way[chosen.min(count)];
                row.landed = true;
                self.agenda.written(row.minute);
            }
        }

        /// Passes until the present is reached; of the last one the cursor is stored only if `whole`.
        fn passes(&mut self, at_start: bool, whole: bool) {
            while self.now >= at(self.cursor + PASS_MINUTES_MAX - SEARCHED_AHEAD_MINUTES, 0)
                && !self.agenda.on_their_way.keys().any(|&minute| minute < self.cursor + 60)
            {
                self.pass(at_start, true);
            }
            self.pass(at_start, whole);
        }

        /// What one pass does; `whole` when the cursor could be stored.
        fn pass(&mut self, at_start: bool, whole: bool) {
            let pass = self.agenda.begin(self.now, at_start);
            let now = self.now;
            self.rows.retain_mut(|row| {
                if !row.landed || !(pass.first..=pass.last).contains(&row.minute) {
                    return true;
                }
                if !row.poisoned && (row.due <= now || (at_start && row.active)) {
                    return false;
                }
                row.minute = filed_again(row.due, row.minute, now, pass.closes).unwrap_or(row.minute);
                true
            });
            if whole {
                self.agenda.end(pass);
                self.cursor = pass.closes;
            }
        }

        /// A crash, and a start by a clock that shows `now`. What was on its way is there, or never will be.
        fn restart(&mut self, lost: bool) {
            self.rows.retain(|row| row.landed || !lost);
            self.rows.iter_mut().for_each(|row| row.landed = true);
            if self.cursor > minute_of(self.now) + BEHIND_MINUTES_MAX {
                for row in &mut self.rows {
                    if (self.cursor..=self.cursor + SEARCHED_AHEAD_MINUTES).contains(&row.minute) {
                        if row.active {
                            row.due = row.due.min(wakeup_after(self.now));
                        }
                        row.minute = filed_in(row.due, self.now, 0);
                    }
                }
                self.cursor = minute_of(self.now - CLOSED_AFTER);
            }
            self.agenda = Agenda::new(self.cursor);
        }

        fn check(&self) -> Result<(), TestCaseError> {
            for row in &self.rows {
                prop_assert!(row.minute >= self.cursor, "never read again: {row:?}");
                prop_assert!(row.landed || row.minute >= self.agenda.cursor, "passed on its way: {row:?}");
            }
            Ok(())
        }
    }

    proptest! {
        /// Whatever is written, lands late, cannot be woken, crashes or goes wrong, and whatever the clock does:
        /// nothing is left in a minute that is never read again; a pass fires what is due; a start, whoever was
        /// active; and in the end all is fired but what cannot be woken.
        #[test]
        fn nothing_is_missed(acts in prop::collection::vec((0_u8..9, 0_u64..8_000), 1..120)) {
            let now = at(30_000_000, 0);
            let cursor = minute_of(now - CLOSED_AFTER);
            let mut model = Model { now, cursor, agenda: Agenda::new(cursor), rows: Vec::new(), written: 0, leapt: false };
            for (act, n) in acts {
                match act {
                    0 => model.now = model.now + Duration::from_secs(n / 20),
                    1 => model.now = model.now + Duration::from_secs(n * 60),
                    2 => {
                        model.leapt |= minute_of(model.now) > model.cursor + 60;
                        model.now = model.now - Duration::from_secs(n / 3);
                    }
                    3 => model.file(n, false, n % 7 == 0),
                    4 => model.file(0, true, false),
                    5 => model.land(usize::try_from(n % 5).unwrap_or(0)),
                    6 | 7 => {
                        model.passes(false, act == 6);
                        let reached = model.agenda.cursor + PASS_MINUTES_MAX;
                        let left = model.rows.iter().filter(|row| row.landed && !row.poisoned);
                        let due = left.filter(|row| row.due <= model.now && row.minute < reached);
                        prop_assert!(due.count() == 0 || model.leapt);
                    }
                    _ => {
                        model.restart(n % 2 == 0);
                        model.check()?;
                        model.passes(true, n % 3 > 0);
                        prop_assert!(model.leapt || !model.rows.iter().any(|row| row.active));
                    }
                }
                model.check()?;
            }
            model.restart(false);
            model.now = model.now + Duration::from_secs(90 * 24 * 3_600);
            for _ in 0..20 {
                model.pass(false, true);
                model.check()?;
                model.now = model.now + Duration::from_secs(1);
            }
            prop_assert!(model.rows.iter().all(|row| row.poisoned), "{:?}", model.rows);
            prop_assert!(model.cursor >= minute_of(model.now - CLOSED_AFTER) - 1, "it keeps up");
            let ids: std::collections::BTreeSet<_> = model.rows.iter().map(|row| row.id).collect();
            prop_assert_eq!(ids.len(), model.rows.len());
        }
    }
}
