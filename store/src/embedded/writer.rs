//! The one thread that writes: it drains the queue into one transaction after another and answers when each
//! is on disk.
//!
//! There is no waiting window: while one group is being written, the next one gathers. A commit is a handful
//! of upserts that were checked before they were queued, so none is expected to fail; an exchange reads its
//! condition before it writes its one row. Therefore a group needs no savepoints. Should a statement fail all
//! the same, the group is rolled back and done once more with a savepoint around each commit, so that the one
//! at fault is the only one that fails.
//!
//! A disk that is full, or takes no writes, is tried every second until it works again. A COMMIT whose outcome
//! is unknown stops all writing until the log holds nothing but what was told: see [`Writer::trial`].

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rusqlite::{Connection, ffi};
use switchboard_ports::{
    clock::Clock,
    store::{Error, Exchange, Exchanged, Lane, Mutation},
};
use switchboard_schema::{
    TenantId, Timestamp,
    table::{Cell, Table},
};
use tokio::sync::oneshot;

use super::{
    checkpoint::{self, Checkpoints},
    queue::Queue,
    statements::{Failure, Shape, Statements, full_mask, mask},
    symptom::Symptom,
};
use crate::{
    condition::{Monitor, Trouble},
    fair::{Cost, Owner},
    pool::count,
    system::stopwatch,
};

/// Bytes that must find room in the data folder before a full disk counts as having room again, so that it is
/// not full again at the next commit.
const TRIAL_BYTES: usize = 1_024 * 1_024;
/// The file by which it is tried whether the folder takes writes.
const TRIAL_FILE: &str = "switchboard.trial";

/// What is to be written.
pub(super) enum Work {
    /// Rows of a scope.
    Commit {
        /// Whose rows.
        tenant: Option<TenantId>,
        /// The rows.
        rows: Vec<Mutation>,
    },
    /// A compare-and-set.
    Exchange {
        /// Whose row.
        tenant: Option<TenantId>,
        /// What is expected and what is to be there.
        exchange: Exchange,
    },
    /// Removal of rows that have expired.
    Sweep {
        /// The table.
        table: &'static Table,
        /// Rows that ended at or before this time.
        before: Timestamp,
        /// At most so many rows.
        rows: usize,
    },
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Done {
    /// The rows are written.
    Committed,
    /// What the exchange found.
    Exchanged(Exchanged),
    /// So many rows were removed.
    Swept(usize),
}

type Outcome = Result<Done, Error>;

/// Work and who waits for it.
pub(super) struct Job {
    /// The work.
    pub(super) work: Work,
    /// Who waits; may have gone.
    pub(super) reply: oneshot::Sender<Outcome>,
}

impl Job {
    fn answer(self, outcome: Outcome) {
        // The caller may have dropped its future; the write stands all the same.
        drop(self.reply.send(outcome));
    }
}

/// Why nothing more is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Closed {
    /// The store is closing; what waits is still written.
    Draining,
    /// The writer died.
    Died(String),
}

struct State {
    queue: Queue<Job>,
    asleep: bool,
    closed: Option<Closed>,
    /// Why nothing is taken for now: a write to disk went wrong in a way that leaves its outcome open.
    suspended: Option<String>,
}

/// What the writer is to do next.
enum Next {
    /// Write the group.
    Group,
    /// Nothing came in time.
    Idle,
    /// End: the store is closed and everything is written.
    End,
}

struct LaneMetrics {
    commits: metrics::Gauge,
    bytes: metrics::Gauge,
    overloaded: metrics::Counter,
}

impl LaneMetrics {
    fn new(lane: &'static str) -> Self {
        Self {
            commits: metrics::gauge!("switchboard_store_queue_commits", "lane" => lane),
            bytes: metrics::gauge!("switchboard_store_queue_bytes", "lane" => lane),
            overloaded: metrics::counter!("switchboard_store_overloaded_total", "lane" => lane),
        }
    }

    fn set(&self, lane: &crate::fair::Lane<Job>) {
        self.commits.set(count(lane.jobs()));
        self.bytes.set(count(lane.bytes()));
    }
}

/// The queue between the callers and the writer.
pub(super) struct Mailbox {
    state: Mutex<State>,
    wake: Condvar,
    interactive: LaneMetrics,
    bulk: LaneMetrics,
}

impl Mailbox {
    pub(super) fn new(queue: Queue<Job>) -> Self {
        Self {
            state: Mutex::new(State { queue, asleep: false, closed: None, suspended: None }),
            wake: Condvar::new(),
            interactive: LaneMetrics::new("interactive"),
            bulk: LaneMetrics::new("bulk"),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a job, in the order of the calls; the writer is woken only if it sleeps.
    pub(super) fn push(&self, lane: Lane, owner: Owner, cost: Cost, job: Job) -> Result<(), Error> {
        let mut state = self.lock();
        match &state.closed {
            None => {}
            Some(Closed::Draining) => return Err(Error::Unavailable("the store is closed".to_owned())),
            Some(Closed::Died(reason)) => return Err(Error::Unavailable(reason.clone())),
        }
        if let Some(reason) = &state.suspended {
            return Err(Error::Unavailable(reason.clone()));
        }
        if state.queue.push(lane, owner, cost, job).is_err() {
            drop(state);
            match lane {
                Lane::Interactive => self.interactive.overloaded.increment(1),
                Lane::Bulk => self.bulk.overloaded.increment(1),
            }
            return Err(Error::Overloaded);
        }
        let asleep = std::mem::take(&mut state.asleep);
        drop(state);
        if asleep {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Takes nothing more; the writer ends when everything queued is written.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed.get_or_insert(Closed::Draining);
        drop(state);
        self.wake.notify_one();
    }

    /// Why nothing is taken, if nothing is.
    pub(super) fn failure(&self) -> Option<String> {
        let state = self.lock();
        match &state.closed {
            Some(Closed::Died(reason)) => Some(reason.clone()),
            _ => state.suspended.clone(),
        }
    }

    /// The writer has died: everything queued is told that it was not done, and so is whoever comes later.
    fn die(&self, reason: &str) {
        let mut state = self.lock();
        state.closed = Some(Closed::Died(reason.to_owned()));
        refuse(state, reason);
    }

    /// Takes nothing until [`Self::resume`]; everything queued is told that it was not done.
    fn suspend(&self, reason: &str) {
        let mut state = self.lock();
        state.suspended = Some(reason.to_owned());
        refuse(state, reason);
    }

    /// Takes work again; true when it did not before.
    fn resume(&self) -> bool {
        self.lock().suspended.take().is_some()
    }

    fn is_suspended(&self) -> bool {
        self.lock().suspended.is_some()
    }

    /// Waits for work, no longer than given, and moves the next group out.
    fn next_group(&self, group: &mut Vec<Job>, within: Option<Duration>) -> Next {
        let mut state = self.lock();
        while state.queue.is_empty() {
            if state.closed.is_some() {
                return Next::End;
            }
            state.asleep = true;
            let Some(within) = within else {
                state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let (woken, waited) =
                self.wake.wait_timeout(state, within).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if waited.timed_out() && state.queue.is_empty() && state.closed.is_none() {
                state.asleep = false;
                return Next::Idle;
            }
        }
        state.asleep = false;
        state.queue.take_group(group);
        self.interactive.set(state.queue.lane(Lane::Interactive));
        self.bulk.set(state.queue.lane(Lane::Bulk));
        Next::Group
    }
}

/// Tells everybody who waits that nothing was done.
fn refuse(mut state: MutexGuard<'_, State>, reason: &str) {
    let jobs = state.queue.take_all();
    drop(state);
    for job in jobs {
        job.answer(Err(Error::Unavailable(reason.to_owned())));
    }
}

/// Fails the store when the writer dies of a panic. The group in hand is answered by its dropped senders.
struct Alarm<'a>(&'a Mailbox);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.die("the store's writer died of a defect; restart the server");
        }
    }
}

/// What a failed COMMIT means for the commits of its group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommitFailure {
    /// None of them is done, and the store can go on.
    NotDone,
    /// The transaction's frames may be in the write-ahead log, whole, though not known to be on disk: should
    /// the process or the machine die now, the recovery of the log may find them and make them true. Nor may
    /// the log be written on: what the kernel dropped after a failed fsync, a later one does not report.
    Unknown,
}

/// Classifies an error of COMMIT.
///
/// In WAL mode COMMIT appends the changed pages, the last of them marked as the commit, and syncs the log.
/// * `SQLITE_FULL`: a write was short, so the commit mark is missing or its checksum does not hold: not done.
///   (The file systems here keep their neighbours when a sector is overwritten, so SQLite pads nothing after
///   the mark.)
/// * `SQLITE_BUSY`, `SQLITE_NOMEM`, `SQLITE_INTERRUPT` and the like come before the log is written: not done.
/// * `SQLITE_IOERR` in any form: the write or the sync of the mark itself may be what failed: unknown.
/// * The log is moved into the database by others and elsewhere: see [`super::checkpoint`].
fn classify(error: &rusqlite::Error) -> CommitFailure {
    match error.sqlite_error().map(|error| error.extended_code & 0xff) {
        Some(ffi::SQLITE_IOERR) => CommitFailure::Unknown,
        _ => CommitFailure::NotDone,
    }
}

/// How the group went, when not all of it is answered one by one.
enum GroupFailure {
    /// A statement failed half-way through a commit: do it again with savepoints.
    Again,
    /// The whole group was not done.
    NotDone(Error),
    /// Nobody knows: nothing may be written before the log is emptied.
    Unknown(String),
}

/// The writer's own things.
pub(super) struct Writer<'c> {
    connection: &'c Connection,
    statements: Statements<'c>,
    clock: Arc<dyn Clock>,
    metrics: WriterMetrics,
    monitor: Arc<Monitor>,
    folder: PathBuf,
    checkpoints: Checkpoints,
}

struct WriterMetrics {
    group_commits: metrics::Histogram,
    group_rows: metrics::Histogram,
    rows: metrics::Counter,
    commit_seconds: metrics::Histogram,
    group_seconds: metrics::Histogram,
    groups_failed: metrics::Counter,
    groups_repeated: metrics::Counter,
}

impl WriterMetrics {
    fn new() -> Self {
        Self {
            group_commits: metrics::histogram!("switchboard_store_group_commits"),
            group_rows: metrics::histogram!("switchboard_store_group_rows"),
            rows: metrics::counter!("switchboard_store_rows_total"),
            commit_seconds: metrics::histogram!("switchboard_store_commit_seconds"),
            group_seconds: metrics::histogram!("switchboard_store_group_seconds"),
            groups_failed: metrics::counter!("switchboard_store_groups_failed_total"),
            groups_repeated: metrics::counter!("switchboard_store_groups_repeated_total"),
        }
    }
}

/// Writes until the mailbox is closed and empty, then moves the log into the database; whether that went well.
pub(super) fn run(
    mailbox: &Mailbox,
    connection: Connection,
    checkpoints: Checkpoints,
    clock: Arc<dyn Clock>,
    monitor: Arc<Monitor>,
    folder: PathBuf,
) -> bool {
    let _alarm = Alarm(mailbox);
    checkpoint::count_pages(&connection);
    let mut writer = Writer {
        connection: &connection,
        statements: Statements::new(&connection),
        clock,
        metrics: WriterMetrics::new(),
        monitor,
        folder,
        checkpoints,
    };
    let mut group = Vec::new();
    loop {
        match mailbox.next_group(&mut group, writer.monitor.trial_in()) {
            Next::Group => {
                writer.write(mailbox, &mut group);
                writer.checkpoints.look(&connection);
            }
            Next::Idle => {}
            Next::End => break,
        }
        // Also between groups: on a full disk small ones may go on finding room.
        if writer.monitor.trial_in() == Some(Duration::ZERO) {
            writer.trial(mailbox);
        }
    }
    // With it ends the thread that moves the log: a run under way would keep the log from being emptied.
    drop(writer);
    match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)) {
        Ok(busy) => busy == 0,
        Err(error) => {
            // The log is kept and read at the next start.
            tracing::warn!(%error, "the write-ahead log could not be moved into the database");
            false
        }
    }
}

impl Writer<'_> {
    /// Writes a group and answers everybody in it.
    fn write(&mut self, mailbox: &Mailbox, group: &mut Vec<Job>) {
        let start = stopwatch();
        self.metrics.group_commits.record(count(group.len()));
        self.monitor.began();
        let mut result = self.transaction(group, false);
        if matches!(result, Err(GroupFailure::Again)) {
            self.metrics.groups_repeated.increment(1);
            result = self.transaction(group, true);
        }
        self.monitor.ended();
        self.metrics.group_seconds.record(start.elapsed());
        let everyone = match result {
            Ok(outcomes) => {
                for (job, outcome) in group.drain(..).zip(outcomes) {
                    job.answer(outcome);
                }
                return;
            }
            Err(GroupFailure::NotDone(error)) => error,
            Err(GroupFailure::Unknown(reason)) => {
                tracing::error!(reason, "the store stops writing until its disk works again");
                mailbox.suspend(&reason);
                Error::Ambiguous
            }
            Err(GroupFailure::Again) => Error::Unavailable("a commit failed twice".to_owned()),
        };
        self.metrics.groups_failed.increment(1);
        tracing::debug!(error = %everyone, commits = group.len(), "a group of commits failed");
        for job in group.drain(..) {
            job.answer(Err(everyone.clone()));
        }
    }

    /// Tries whether writing works again, and takes work again if it does.
    ///
    /// After a COMMIT of unknown outcome the log may hold its frames, whole or torn, and the kernel may have
    /// dropped some of them from its cache without writing them: a later sync would not report that, so nothing
    /// may be appended behind them. Nothing need be. Everything answered as done lies before them in the log and
    /// was synced; this connection counts exactly that as the log's content. So it is moved into the database,
    /// synced there, and the log is cut to nothing: what was unknown is gone, unless the machine dies before the
    /// cut is on disk, when its callers, who were told so, may still see it come true. What is written afterwards
    /// stands in a log of its own. Should the move fail it changes nothing and is done again from its beginning.
    fn trial(&self, mailbox: &Mailbox) {
        if let Err(error) = try_folder(&self.folder) {
            self.failed(Trouble::of_system(&error), &error);
            return;
        }
        if mailbox.is_suspended() {
            self.checkpoints.pause();
            let emptied = self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0));
            match emptied {
                Ok(0) => {}
                Ok::<i64, _>(_) => return self.failed(Trouble::Other, &"a reader holds the log"),
                Err(error) => return self.noticed(&error),
            }
        }
        self.monitor.began();
        let committed = self
            .command("BEGIN IMMEDIATE")
            .and_then(|()| self.command("UPDATE schema_version SET version = version"))
            .and_then(|()| self.command("COMMIT"));
        self.monitor.ended();
        if let Err(error) = committed {
            self.rollback();
            self.noticed(&error);
            if classify(&error) == CommitFailure::Unknown {
                mailbox.suspend(&unknown(&error));
            }
            return;
        }
        self.monitor.recovered();
        mailbox.resume();
        tracing::info!("the disk takes writes again, and so does the store");
    }

    /// Keeps in mind what an error says of the disk; said in the log when it is news.
    fn noticed(&self, error: &rusqlite::Error) {
        match Symptom::of(error) {
            Symptom::Trouble(Trouble::Other) => {
                // SQLite tells some of these causes by one code.
                let trouble =
                    try_folder(&self.folder).err().map_or(Trouble::Other, |e| Trouble::of_system(&e));
                self.failed(trouble, error);
            }
            Symptom::Trouble(trouble) => self.failed(trouble, error),
            Symptom::Damage => super::damaged(&self.monitor, &self.folder, error),
            Symptom::None => {}
        }
    }

    fn failed(&self, trouble: Trouble, error: &dyn std::fmt::Display) {
        if self.monitor.failed(trouble) {
            tracing::error!(%error, condition = self.monitor.condition().name(), "the store cannot write; it goes on trying");
        }
    }

    /// One transaction: begin, everybody's work, commit. The outcomes hold once it has answered.
    fn transaction(&mut self, group: &[Job], savepoints: bool) -> Result<Vec<Outcome>, GroupFailure> {
        let not_done = |error: rusqlite::Error| GroupFailure::NotDone(Error::Unavailable(error.to_string()));
        self.command("BEGIN IMMEDIATE").inspect_err(|error| self.noticed(error)).map_err(not_done)?;
        let now = self.clock.now();
        let mut rows = 0;
        let mut outcomes = Vec::with_capacity(group.len());
        for job in group {
            let applied =
                if savepoints { self.apply_apart(&job.work, now) } else { self.apply(&job.work, now) };
            let failure = match applied {
                Ok((done, changed)) => {
                    rows += changed;
                    outcomes.push(Ok(done));
                    continue;
                }
                Err(failure) => failure,
            };
            if let Failure::Sqlite(error) = &failure {
                self.noticed(error);
            }
            if self.connection.is_autocommit() {
                // SQLite has rolled back everything: the disk is full, or cannot be read or written.
                return Err(GroupFailure::NotDone(unavailable(failure)));
            }
            if !savepoints && !is_one_statement(&job.work) {
                self.rollback();
                return Err(GroupFailure::Again);
            }
            // A statement that fails undoes itself, so the neighbours stand.
            outcomes.push(Err(failure.into()));
        }
        let start = stopwatch();
        let committed = self.command("COMMIT");
        self.metrics.commit_seconds.record(start.elapsed());
        let Err(error) = committed else {
            self.metrics.group_rows.record(count(rows));
            self.metrics.rows.increment(rows as u64);
            return Ok(outcomes);
        };
        self.rollback();
        self.noticed(&error);
        Err(match classify(&error) {
            CommitFailure::NotDone => not_done(error),
            CommitFailure::Unknown => GroupFailure::Unknown(unknown(&error)),
        })
    }

    /// The same as [`Self::apply`], undone as a whole when it fails.
    fn apply_apart(&mut self, work: &Work, now: Timestamp) -> Result<(Done, usize), Failure> {
        self.command("SAVEPOINT one")?;
        let applied = self.apply(work, now);
        if applied.is_err() && !self.connection.is_autocommit() {
            self.command("ROLLBACK TO one")?;
        }
        if !self.connection.is_autocommit() {
            self.command("RELEASE one")?;
        }
        applied
    }

    /// Does the work inside the open transaction; also answers with the number of rows touched.
    fn apply(&mut self, work: &Work, now: Timestamp) -> Result<(Done, usize), Failure> {
        match work {
            Work::Commit { tenant, rows } => {
                for row in rows {
                    self.mutate(*tenant, row)?;
                }
                Ok((Done::Committed, rows.len()))
            }
            Work::Exchange { tenant, exchange } => {
                let exchanged = self.exchange(*tenant, exchange, now)?;
                Ok((Done::Exchanged(exchanged), 1))
            }
            Work::Sweep { table, before, rows } => {
                let mut binding = self.statements.bind(table, Shape::Sweep, None, [].iter())?;
                binding.time(Some(*before))?;
                binding.number(i64::try_from(*rows).unwrap_or(i64::MAX))?;
                let swept = binding.execute()?;
                Ok((Done::Swept(swept), swept))
            }
        }
    }

    fn mutate(&mut self, tenant: Option<TenantId>, row: &Mutation) -> Result<(), Failure> {
        match row {
            Mutation::Put { table, cells, expires_at } => {
                let (key, values) = cells.split_at(table.key_len());
                let set = values.iter().filter(|cell| **cell != Cell::Unset);
                self.put(table, mask(values), tenant, key.iter().chain(set), *expires_at)
            }
            Mutation::Delete { table, key } => self.delete(table, tenant, key),
        }
    }

    fn put<'a>(
        &mut self,
        table: &'static Table,
        mask: u64,
        tenant: Option<TenantId>,
        cells: impl Iterator<Item = &'a Cell>,
        expires_at: Option<Timestamp>,
    ) -> Result<(), Failure> {
        let mut binding = self.statements.bind(table, Shape::Put(mask), tenant, cells)?;
        if table.expires {
            binding.time(expires_at)?;
        }
        binding.execute()?;
        Ok(())
    }

    fn delete(
        &mut self,
        table: &'static Table,
        tenant: Option<TenantId>,
        key: &[Cell],
    ) -> Result<(), Failure> {
        self.statements.bind(table, Shape::Delete, tenant, key.iter())?.execute()?;
        Ok(())
    }

    fn exchange(
        &mut self,
        tenant: Option<TenantId>,
        exchange: &Exchange,
        now: Timestamp,
    ) -> Result<Exchanged, Failure> {
        let Exchange { table, key, expect, replace } = exchange;
        let mut binding = self.statements.bind(table, Shape::Get, tenant, key.iter())?;
        if table.expires {
            binding.time(Some(now))?;
        }
        let found = binding.rows(table, usize::MAX)?.pop();
        let values = found.as_ref().and_then(|cells| cells.get(table.key_len()..));
        if values != expect.as_deref() {
            return Ok(Exchanged::Found(found));
        }
        match replace {
            Some(values) => self.put(table, full_mask(table), tenant, key.iter().chain(values), None)?,
            None => self.delete(table, tenant, key)?,
        }
        Ok(Exchanged::Done)
    }

    fn command(&self, sql: &str) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute([]).map(|_| ())
    }

    /// Ends a transaction that failed; SQLite may have ended it already.
    fn rollback(&self) {
        if !self.connection.is_autocommit()
            && let Err(error) = self.command("ROLLBACK")
        {
            // The next BEGIN fails then, and with it the next group, until the rollback succeeds.
            tracing::error!(%error, "a transaction could not be rolled back");
        }
    }
}

/// Why nothing is taken after an outcome that nobody knows.
fn unknown(error: &rusqlite::Error) -> String {
    format!(
        "writing to disk failed ({error}); the server goes on by itself when the disk works again: check it"
    )
}

/// Whether the data folder takes a file with some room in it.
fn try_folder(folder: &Path) -> io::Result<()> {
    let path = folder.join(TRIAL_FILE);
    let tried = File::create(&path).and_then(|mut file| {
        file.write_all(&vec![0x5a; TRIAL_BYTES])?;
        file.sync_all()
    });
    let removed = fs::remove_file(&path);
    tried.and(removed)
}

/// Whether the work changes the database by one statement only, which SQLite undoes itself when it fails.
fn is_one_statement(work: &Work) -> bool {
    match work {
        Work::Commit { rows, .. } => rows.len() <= 1,
        Work::Exchange { .. } | Work::Sweep { .. } => true,
    }
}

/// The answer to everybody when SQLite has undone the group.
fn unavailable(failure: Failure) -> Error {
    match Error::from(failure) {
        Error::Unavailable(reason) | Error::Refused(reason) => Error::Unavailable(reason),
        error => Error::Unavailable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_of_writing_and_syncing_leave_a_commit_open() {
        let failed = |code| classify(&rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        for code in [
            ffi::SQLITE_IOERR,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_DIR_FSYNC,
            ffi::SQLITE_IOERR_SHMMAP,
        ] {
            assert_eq!(failed(code), CommitFailure::Unknown, "{code}");
        }
        for code in [
            ffi::SQLITE_FULL,
            ffi::SQLITE_BUSY,
            ffi::SQLITE_NOMEM,
            ffi::SQLITE_INTERRUPT,
            ffi::SQLITE_CORRUPT,
        ] {
            assert_eq!(failed(code), CommitFailure::NotDone, "{code}");
        }
    }
}
