//! Moves the write-ahead log into the database beside the writer, so that no commit waits for that.
//!
//! A thread with a connection of its own moves what was committed while the writer goes on appending
//! (`wal_checkpoint(PASSIVE)`: it waits for nobody and makes nobody wait). The log begins anew only once all of
//! it is moved, and what comes meanwhile is never moved by a run that has begun; so when little is left the
//! writer moves that little itself, between two groups, and its next commit begins the log anew.
//!
//! Nothing here decides what is durable. A run moves what this process has committed and synced, syncs it in the
//! database, and only then says in the log's index how far it came; one that fails says nothing and is done again.

use std::{
    cell::Cell,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
};

use rusqlite::Connection;

/// Pages in the log from which on it is moved into the database: about 40 MiB. Rarer is cheaper, as a page that
/// changes often is then moved once.
pub(super) const CHECKPOINT_PAGES: i64 = 10_000;
/// Pages that the writer moves itself, at most, while the log is not too long: some milliseconds.
const REST_PAGES: i64 = 1_000;
/// Pages in the log, about 160 MiB, from which on the writer waits for the run and moves everything itself. The log
/// grows beyond that only while somebody reads one moment of the database, as a backup does, or the move fails.
const LOG_PAGES_MAX: i64 = 40_000;

thread_local! {
    /// Pages in the log after the last commit of this thread's connection.
    static LOG_PAGES: Cell<i64> = const { Cell::new(0) };
}

/// Has the commits of this connection counted on this thread, instead of moving the log in the midst of one.
pub(super) fn count_pages(connection: &Connection) {
    LOG_PAGES.set(0);
    connection.wal_hook(Some(|_, pages| {
        LOG_PAGES.set(pages.into());
        Ok(())
    }));
}

/// Moves what can be moved without waiting for anybody; answers with the pages of the log that are in the database
/// then, or less than 0 when somebody else moves it.
fn passive(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| row.get(2))
}

/// What is to be done about the log after a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// Nothing.
    Nothing,
    /// A run of the thread.
    Run,
    /// The writer moves the little that is left.
    Rest,
    /// The log is too long: the writer waits for the run and moves everything.
    Everything,
}

/// What the writer knows of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Log {
    /// Pages in it.
    pages: i64,
    /// Pages of them that are in the database.
    moved: i64,
    /// Pages that were in it when something was last done about it: where a reader stands in the way, doing it
    /// again at once would not help.
    tried: i64,
}

impl Log {
    /// So many pages are in it now; true when it began anew.
    fn grown(&mut self, pages: i64) -> bool {
        let anew = pages < self.pages;
        if anew {
            *self = Self::default();
        }
        self.pages = pages;
        anew
    }

    /// What is due. `ended`: how far a run came that has ended since the last time; `runs`: one is under way.
    fn due(&mut self, ended: Option<i64>, runs: bool) -> Due {
        if let Some(moved) = ended {
            self.moved = moved.clamp(0, self.pages);
        }
        let left = self.pages - self.moved;
        let due = if self.pages < CHECKPOINT_PAGES || left == 0 {
            Due::Nothing
        } else if ended.is_some() && left <= REST_PAGES {
            Due::Rest
        } else if self.pages < self.tried + REST_PAGES && self.tried > 0 {
            Due::Nothing
        } else if self.pages >= LOG_PAGES_MAX {
            Due::Everything
        } else if runs {
            return Due::Nothing;
        } else {
            Due::Run
        };
        if due != Due::Nothing {
            self.tried = self.pages;
        }
        due
    }
}

/// What the thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It waits.
    Idle,
    /// It is to run.
    Asked,
    /// It runs.
    Runs,
    /// A run has ended, having come so far.
    Ended(i64),
    /// It is gone, or to go.
    Gone,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on from `from` to `to`; what has gone stays so.
    fn turn(&self, from: State, to: State) {
        let mut state = self.lock();
        if *state == from {
            *state = to;
        }
        drop(state);
        self.changed.notify_all();
    }
}

/// Nobody waits for a thread that died.
struct Gone(Arc<Shared>);

impl Drop for Gone {
    fn drop(&mut self) {
        *self.0.lock() = State::Gone;
        self.0.changed.notify_all();
    }
}

/// Is told of every move that fails.
type Failed = dyn Fn(&rusqlite::Error) + Send + Sync;

/// The thread that moves the log, as the writer holds it. Dropping it ends the thread and closes its connection.
pub(super) struct Checkpoints {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
    failed: Arc<Failed>,
    log: Log,
    /// The run under way is of the log before this one: how far it comes says nothing.
    stale: bool,
}

impl Checkpoints {
    /// Starts the thread. `failed` is told of every move that fails.
    pub(super) fn start(connection: Connection, failed: Arc<Failed>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared { state: Mutex::new(State::Idle), changed: Condvar::new() });
        let thread = {
            let (gone, failed) = (Gone(Arc::clone(&shared)), Arc::clone(&failed));
            std::thread::Builder::new()
                .name("store-log".to_owned())
                .spawn(move || run(&gone.0, &connection, &*failed))?
        };
        Ok(Self { shared, thread: Some(thread), failed, log: Log::default(), stale: false })
    }

    /// Looks after a group whether the log has become long, and has it moved then, by the thread or by the writer's
    /// own connection.
    pub(super) fn look(&mut self, writer: &Connection) {
        match self.due() {
            Due::Nothing | Due::Run => return,
            Due::Rest => {}
            Due::Everything => self.pause(),
        }
        match passive(writer) {
            Ok(moved) => self.log.moved = moved.clamp(0, self.log.pages),
            Err(error) => (self.failed)(&error),
        }
    }

    /// What is due; a run is begun here.
    fn due(&mut self) -> Due {
        let anew = self.log.grown(LOG_PAGES.get());
        if self.log.pages < CHECKPOINT_PAGES && !anew {
            return Due::Nothing;
        }
        let mut state = self.shared.lock();
        let ended = match *state {
            State::Ended(moved) => Some(moved),
            _ => None,
        };
        if ended.is_some() {
            *state = State::Idle;
        }
        let runs = matches!(*state, State::Asked | State::Runs);
        let stale = std::mem::take(&mut self.stale) || anew;
        self.stale = stale && runs;
        let ended = ended.filter(|_| !stale);
        let mut due = self.log.due(ended, runs);
        if due == Due::Run {
            match *state {
                State::Gone => due = Due::Everything,
                _ => *state = State::Asked,
            }
        }
        drop(state);
        self.shared.changed.notify_all();
        due
    }

    /// Waits until no run is under way, and begins none before the next [`Self::due`].
    pub(super) fn pause(&self) {
        let mut state = self.shared.lock();
        while *state == State::Runs {
            state = self.shared.wait(state);
        }
        if *state != State::Gone {
            *state = State::Idle;
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        *self.shared.lock() = State::Gone;
        self.shared.changed.notify_all();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that moves the store's log had died of a defect");
        }
    }
}

/// What the thread does, until it is told to go.
fn run(shared: &Shared, connection: &Connection, failed: &Failed) {
    loop {
        let mut state = shared.lock();
        loop {
            match *state {
                State::Asked => break,
                State::Gone => return,
                _ => state = shared.wait(state),
            }
        }
        *state = State::Runs;
        drop(state);
        let next = match passive(connection) {
            Ok(moved) => State::Ended(moved),
            Err(error) => {
                failed(&error);
                State::Idle
            }
        };
        shared.turn(State::Runs, next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(pages: i64) -> Log {
        Log { pages, ..Log::default() }
    }

    #[test]
    fn a_short_log_is_left_alone() {
        assert_eq!(log(CHECKPOINT_PAGES - 1).due(None, false), Due::Nothing);
    }

    #[test]
    fn a_long_one_is_moved_beside_the_writer_and_what_is_left_by_it() {
        let mut log = log(CHECKPOINT_PAGES);
        assert_eq!(log.due(None, false), Due::Run);
        log.grown(CHECKPOINT_PAGES + 3_000);
        assert_eq!(log.due(None, true), Due::Nothing, "while the run is under way");
        assert_eq!(log.due(Some(CHECKPOINT_PAGES), false), Due::Run, "much came meanwhile");
        log.grown(CHECKPOINT_PAGES + 3_800);
        assert_eq!(log.due(Some(CHECKPOINT_PAGES + 3_000), false), Due::Rest);
        log.moved = log.pages;
        assert_eq!(log.due(None, false), Due::Nothing);
        log.grown(7);
        assert_eq!(log, Log { pages: 7, ..Log::default() }, "it began anew");
    }

    #[test]
    fn a_reader_in_the_way_is_not_asked_again_at_every_commit() {
        let mut log = log(CHECKPOINT_PAGES);
        assert_eq!(log.due(None, false), Due::Run);
        for pages in 1..REST_PAGES {
            log.grown(CHECKPOINT_PAGES + pages);
            assert_eq!(log.due(Some(10), false), Due::Nothing);
        }
        log.grown(CHECKPOINT_PAGES + REST_PAGES);
        assert_eq!(log.due(None, false), Due::Run);
    }

    #[test]
    fn a_log_that_grows_faster_than_it_is_moved_is_bounded_by_the_writer() {
        let mut log = log(LOG_PAGES_MAX);
        assert_eq!(log.due(None, true), Due::Everything);
        log.moved = 20_000;
        log.grown(LOG_PAGES_MAX + 1);
        assert_eq!(log.due(None, false), Due::Nothing, "a reader stands in the way");
        log.grown(LOG_PAGES_MAX + REST_PAGES);
        assert_eq!(log.due(None, false), Due::Everything);
    }

    #[test]
    fn a_thread_that_has_gone_is_waited_for_by_nobody() {
        let connection = Connection::open_in_memory().expect("a database in memory");
        let mut checkpoints = Checkpoints::start(connection, Arc::new(|_| {})).expect("a thread");
        checkpoints.shared.turn(State::Idle, State::Gone);
        checkpoints.pause();
        LOG_PAGES.set(CHECKPOINT_PAGES);
        assert_eq!(checkpoints.due(), Due::Everything, "the writer does it itself");
    }
}
