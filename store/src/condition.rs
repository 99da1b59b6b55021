//! How the store does: what is known of its last writes, and what that means for whoever asks.
//!
//! The rules are pure: the time is given, counted from the opening of the store. [`Monitor`] puts a lock and a
//! stopwatch around them.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use switchboard_schema::wire::StoreCondition as Condition;

use crate::system::stopwatch;

/// A group commit that takes so long is slow: a webhook's sender and an agent notice.
const SLOW_AFTER: Duration = Duration::from_secs(1);
/// How long after the last slow group commit the store still counts as slow, so that nobody is told of it anew
/// at every second one.
const SLOW_FOR: Duration = Duration::from_secs(15);
/// How often it is tried whether writing works again.
pub(crate) const TRIAL_EVERY: Duration = Duration::from_secs(1);

/// Why writing does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No room, or no room for this user.
    Full,
    /// No writes allowed.
    ReadOnly,
    /// Anything else of the disk, or of the cluster.
    Other,
}

impl Trouble {
    /// What an error of the operating system means.
    pub(crate) fn of_system(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            _ => Self::Other,
        }
    }
}

/// What is known. Every time is counted from the opening of the store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Record {
    /// Since when a group is being written.
    writing_since: Option<Duration>,
    /// When the last slow group commit ended.
    slow_at: Option<Duration>,
    /// Why writing does not work, until a trial shows that it does.
    trouble: Option<Trouble>,
    /// When it was last tried.
    tried_at: Option<Duration>,
    /// Something stored did not read. It does not heal while the store is open.
    damaged: bool,
    /// How often writing did not work.
    failures: u64,
}

impl Record {
    fn began(&mut self, now: Duration) {
        self.writing_since = Some(now);
    }

    fn ended(&mut self, now: Duration) {
        if self.writing_since.take().is_some_and(|since| now.saturating_sub(since) >= SLOW_AFTER) {
            self.slow_at = Some(now);
        }
    }

    /// Something did not become durable. The next trial is a whole interval away.
    fn failed(&mut self, trouble: Trouble, now: Duration) {
        self.trouble = Some(trouble);
        self.tried_at = Some(now);
        self.failures = self.failures.saturating_add(1);
    }

    /// A trial went well. Only that ends trouble: on a full disk a small commit may find room in the log's file
    /// where the next, larger one does not.
    fn recovered(&mut self) {
        self.trouble = None;
        self.tried_at = None;
    }

    /// How long until the next trial; none while there is no trouble.
    fn trial_in(&self, now: Duration) -> Option<Duration> {
        self.trouble?;
        Some(self.tried_at.map_or(Duration::ZERO, |at| (at + TRIAL_EVERY).saturating_sub(now)))
    }

    /// A request took so long with all its repetitions.
    fn took(&mut self, span: Duration, now: Duration) {
        if span >= SLOW_AFTER {
            self.slow_at = Some(now);
        }
    }

    fn condition(&self, now: Duration) -> Condition {
        let takes_long = self.writing_since.is_some_and(|since| now.saturating_sub(since) >= SLOW_AFTER);
        match self.trouble {
            Some(Trouble::Full) => Condition::Full,
            Some(Trouble::ReadOnly) => Condition::ReadOnly,
            Some(Trouble::Other) => Condition::Failed,
            None if self.damaged => Condition::Damaged,
            None if takes_long || self.slow_at.is_some_and(|at| now < at + SLOW_FOR) => Condition::Slow,
            None => Condition::Ok,
        }
    }
}

/// The record of an open store, shared by its threads.
pub(crate) struct Monitor {
    opened: Instant,
    record: Mutex<Record>,
}

impl Monitor {
    pub(crate) fn new() -> Self {
        Self { opened: stopwatch(), record: Mutex::new(Record::default()) }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A group is being written from now on.
    pub(crate) fn began(&self) {
        self.record().began(self.opened.elapsed());
    }

    /// It is written, or failed.
    pub(crate) fn ended(&self) {
        self.record().ended(self.opened.elapsed());
    }

    /// Writing does not work; true when that is news.
    pub(crate) fn failed(&self, trouble: Trouble) -> bool {
        let mut record = self.record();
        let news = record.trouble != Some(trouble);
        record.failed(trouble, self.opened.elapsed());
        news
    }

    /// A request took so long, with all its repetitions.
    pub(crate) fn took(&self, span: Duration) {
        self.record().took(span, self.opened.elapsed());
    }

    /// How often writing did not work since the store was opened.
    pub(crate) fn failures(&self) -> u64 {
        self.record().failures
    }

    /// Something stored did not read; true when that is news.
    pub(crate) fn damaged(&self) -> bool {
        !std::mem::replace(&mut self.record().damaged, true)
    }

    /// Writing works again.
    pub(crate) fn recovered(&self) {
        self.record().recovered();
    }

    /// How long until it should be tried whether writing works again; none while it does.
    pub(crate) fn trial_in(&self) -> Option<Duration> {
        self.record().trial_in(self.opened.elapsed())
    }

    /// How the store does now.
    pub(crate) fn condition(&self) -> Condition {
        self.record().condition(self.opened.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_commit_that_hangs_shows_while_it_hangs_and_for_a_while_after() {
        let mut record = Record::default();
        record.began(at(0));
        assert_eq!(record.condition(at(999)), Condition::Ok);
        assert_eq!(record.condition(at(1_000)), Condition::Slow);
        record.ended(at(4_000));
        assert_eq!(record.condition(at(18_999)), Condition::Slow);
        assert_eq!(record.condition(at(19_000)), Condition::Ok);
    }

    #[test]
    fn quick_commits_are_nobodys_news() {
        let mut record = Record::default();
        for n in 0..100 {
            record.began(at(n * 1_000));
            record.ended(at(n * 1_000 + 999));
            assert_eq!(record.condition(at(n * 1_000 + 999)), Condition::Ok);
        }
    }

    #[test]
    fn trouble_lasts_until_a_trial_goes_well_whatever_is_written_meanwhile() {
        for (trouble, condition) in [
            (Trouble::Full, Condition::Full),
            (Trouble::ReadOnly, Condition::ReadOnly),
            (Trouble::Other, Condition::Failed),
        ] {
            let mut record = Record::default();
            assert_eq!(record.trial_in(at(0)), None);
            record.failed(trouble, at(500));
            record.began(at(600));
            record.ended(at(601));
            assert_eq!(record.condition(at(9_999)), condition);
            assert!(!condition.writes());
            record.recovered();
            assert_eq!(record.condition(at(10_000)), Condition::Ok);
            assert_eq!(record.trial_in(at(10_000)), None);
        }
    }

    #[test]
    fn it_is_tried_once_an_interval() {
        let mut record = Record::default();
        record.failed(Trouble::Full, at(500));
        assert_eq!(record.trial_in(at(700)), Some(at(800)));
        assert_eq!(record.trial_in(at(1_500)), Some(Duration::ZERO));
        assert_eq!(record.trial_in(at(99_000)), Some(Duration::ZERO));
    }

    #[test]
    fn damage_stays_and_what_stops_writing_is_told_first() {
        let mut record = Record { damaged: true, ..Record::default() };
        record.failed(Trouble::Full, at(0));
        assert_eq!(record.condition(at(1)), Condition::Full);
        record.recovered();
        assert_eq!(record.condition(at(99_000)), Condition::Damaged);
    }
}
