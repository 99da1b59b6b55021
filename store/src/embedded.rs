//! The embedded store: one SQLite file, one writer, a few readers.
//!
//! A commit is answered when it is on disk (`synchronous=FULL`, the log is synced at every group commit). An
//! exclusive lock on a file in the folder is the fence: a second process does not get in. Everything that
//! waits is bounded, and fair between tenants.

mod checkpoint;
mod migrate;
mod queue;
mod readers;
mod salvage;
mod soundness;
mod statements;
mod symptom;
mod writer;

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use checkpoint::{CHECKPOINT_PAGES, Checkpoints};
pub(crate) use migrate::{tables_of, version_of};
pub use queue::GroupLimits;
use readers::{Read, What};
use rusqlite::{Connection, OpenFlags};
pub use salvage::{Salvage, SalvageError, Saved, salvage};
use soundness::{Damage, Left};
pub use soundness::{inspect, peek};
pub(crate) use soundness::{log_path, walk_structure};
use switchboard_ports::{
    Future,
    clock::Clock,
    ready,
    store::{Error, Exchange, Exchanged, Lane, Mutation, Scan, Scope, Store},
};
use switchboard_schema::{
    Timestamp,
    record::TABLES,
    table::{Cell, CorruptRow, Ownership, TENANT, Table},
    wire::StoreCondition,
};
use symptom::Symptom;
use tokio::sync::{oneshot, watch};
use writer::{Done, Job, Mailbox, Work};

use crate::{
    checks,
    condition::Monitor,
    fair::{Cost, LaneLimits, Owner, ROW_OVERHEAD_BYTES},
    files::{lock_folder, sync},
    lifecycle::Lifecycle,
    pool::{NotTaken, Pool},
    system::stopwatch,
    transfer::{Page, Place, Whole, whole_row},
};

/// The database's file in its folder.
pub(crate) const DATABASE_FILE: &str = "switchboard.db";
/// Bytes of a page of the database.
const PAGE_BYTES: usize = 4_096;
/// How long a statement waits for another process's lock on the file, such as a copy being made.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// KiB of pages kept by the connection that moves the log: it reads none.
const CHECKPOINT_CACHE_KIB: u32 = 64;
/// Bytes to which the log's file is cut after it was moved.
const LOG_BYTES_KEPT: i64 = 64 * 1_024 * 1_024;
/// Rows that are read at a time when everything is read.
const DUMP_ROWS: usize = 1_000;
/// Rows that one slice of a sweep removes.
const SWEEP_ROWS: usize = 500;

/// How much waits and how much is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Commits that wait in the interactive lane.
    pub interactive: LaneLimits,
    /// Commits that wait in the bulk lane.
    pub bulk: LaneLimits,
    /// What one group commit takes.
    pub group: GroupLimits,
    /// Reads that wait.
    pub reads: LaneLimits,
    /// Threads that read.
    pub readers: usize,
    /// KiB of pages the writer keeps in memory. More saves reads, but SQLite looks through its whole cache at
    /// each commit that splits a page.
    pub writer_cache_kib: u32,
    /// KiB of pages each reader keeps in memory.
    pub reader_cache_kib: u32,
}

impl Default for Options {
    fn default() -> Self {
        const MIB: usize = 1_024 * 1_024;
        Self {
            interactive: LaneLimits {
                jobs: 16_384,
                bytes: 64 * MIB,
                tenant_jobs: 8_192,
                tenant_bytes: 32 * MIB,
            },
            bulk: LaneLimits { jobs: 16_384, bytes: 32 * MIB, tenant_jobs: 8_192, tenant_bytes: 16 * MIB },
            group: GroupLimits {
                rows: 512,
                bytes: 4 * MIB,
                bulk_rows: 128,
                bulk_bytes: MIB,
                tenant_commits: 64,
            },
            reads: LaneLimits { jobs: 8_192, bytes: 8 * MIB, tenant_jobs: 4_096, tenant_bytes: 4 * MIB },
            readers: 2,
            writer_cache_kib: 16 * 1_024,
            reader_cache_kib: 8 * 1_024,
        }
    }
}

/// Why the store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made, read or written.
    #[error("the data folder {folder} cannot be used: {source}")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error("the data folder {folder} is in use by another process; two servers cannot share one folder")]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A later version of the program made it.
    #[error(
        "the data in {folder} has version {found}, made by a later version of this program, which knows up to \
         {known}; start that version, or restore a copy made before"
    )]
    Newer {
        /// The folder.
        folder: PathBuf,
        /// The data's version.
        found: i64,
        /// The version this program writes.
        known: i64,
    },
    /// The tables are not those of this program.
    #[error(
        "the data in {folder} was made by another build of this program: `{object}` is not as this one declares it"
    )]
    Differs {
        /// The folder.
        folder: PathBuf,
        /// The table or index.
        object: String,
    },
    /// The files are not what was written.
    #[error(
        "the database {file} is damaged: {what}; put the last backup in its place (`switchboard restore`) or, where \
         there is none, save what still reads (`switchboard salvage`)"
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// SQLite cannot open it.
    #[error("the database in {folder} does not open: {source}")]
    Database {
        /// The folder.
        folder: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system cannot do what the write-ahead log needs.
    #[error("the folder {folder} is on a file system without shared memory for the log (a network share?)")]
    NoLog {
        /// The folder.
        folder: PathBuf,
    },
    /// The operating system gives no thread.
    #[error("no thread for the store: {0}")]
    Thread(std::io::Error),
}

/// What must be ended in order.
struct Running {
    writer: JoinHandle<bool>,
    folder: PathBuf,
    /// Held until everything is written; its lock goes with it.
    lock: File,
}

/// The embedded store.
///
/// Limits: a row has at most 4 MiB, a page of a scan 64 MiB, the queues as in [`Options`]. A put without an
/// end makes a row of an expiring table stay; a row is gone from the moment that its end names.
///
/// Dropping it closes it, which blocks until everything queued is written; better [`Embedded::close`] first.
pub struct Embedded {
    mailbox: Arc<Mailbox>,
    readers: Arc<Pool<Read>>,
    monitor: Arc<Monitor>,
    running: Mutex<Option<Running>>,
    closed: watch::Sender<bool>,
}

impl Embedded {
    /// Opens the store in a folder, made if it is not there, and brings its tables up to date.
    ///
    /// Install the recorder of metrics before. Blocks while a log that a crash left behind is read.
    ///
    /// # Errors
    /// When the folder cannot be used, is in use, or holds what this program cannot read.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>, options: Options) -> Result<Arc<Self>, OpenError> {
        let folder = || dir.to_path_buf();
        let lock = lock_folder(dir)?;
        let file = dir.join(DATABASE_FILE);
        let database = |source| OpenError::Database { folder: folder(), source };
        let left = look(dir)?;
        let connection = open_writer(&file, options.writer_cache_kib, dir)?;
        if left == Left::Open {
            walk(&connection, dir)?;
        }
        // The names of the files must be as durable as what is in them.
        sync(dir).map_err(|source| OpenError::Folder { folder: folder(), source })?;
        let monitor = Arc::new(Monitor::new());
        let readers = readers::start(&file, &options, &clock, &monitor).map_err(|error| match error {
            readers::StartError::Sqlite(source) => database(source),
            readers::StartError::Thread(error) => OpenError::Thread(error),
        })?;
        let checkpoints = start_checkpoints(&file, &monitor, dir)?;
        let queue = queue::Queue::new(options.interactive, options.bulk, options.group);
        let mailbox = Arc::new(Mailbox::new(queue));
        let writer = {
            let (mailbox, monitor, folder) = (Arc::clone(&mailbox), Arc::clone(&monitor), folder());
            std::thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || writer::run(&mailbox, connection, checkpoints, clock, monitor, folder))
                .map_err(OpenError::Thread)?
        };
        Ok(Arc::new(Self {
            mailbox,
            readers: Arc::new(readers),
            monitor,
            running: Mutex::new(Some(Running { writer, folder: folder(), lock })),
            closed: watch::Sender::new(false),
        }))
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn commit(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>, one: bool) -> Future<Result<(), Error>> {
        if let Err(error) = checks::commit(scope, &rows, one) {
            return ready(Err(error));
        }
        if rows.is_empty() {
            return ready(Ok(()));
        }
        let cost = Cost::of(&rows);
        let written = write(
            &self.mailbox,
            Owner::of(scope, &rows),
            lane,
            cost,
            Work::Commit { tenant: scope.tenant(), rows },
        );
        Box::pin(async move { written.await.map(|_| ()) })
    }

    fn read(&self, scope: Scope, what: What) -> Future<Result<Vec<Vec<Cell>>, Error>> {
        let (reply, answer) = oneshot::channel();
        let read = Read { tenant: scope.tenant(), what, reply };
        match self.readers.submit(scope.into(), ROW_OVERHEAD_BYTES, read) {
            Ok(()) => Box::pin(async move {
                let died = || Err(Error::Unavailable("the store's reader died of a defect".to_owned()));
                answer.await.unwrap_or_else(|_| died())
            }),
            Err(NotTaken::Full) => ready(Err(Error::Overloaded)),
            Err(NotTaken::Closed) => ready(Err(Error::Unavailable("the store is closed".to_owned()))),
        }
    }
}

impl Lifecycle for Embedded {
    fn condition(&self) -> StoreCondition {
        self.monitor.condition()
    }

    /// If a write to disk went wrong in a way that leaves its outcome open, nothing is taken until the disk works again
    /// and the log is emptied of what nobody knows.
    fn failure(&self) -> Option<String> {
        self.mailbox.failure()
    }

    /// In slices of at most 500 rows, in the bulk lane.
    fn sweep(&self, now: Timestamp) -> Future<Result<usize, Error>> {
        let mailbox = Arc::clone(&self.mailbox);
        Box::pin(async move {
            let mut total = 0;
            for table in TABLES.iter().filter(|table| table.expires) {
                loop {
                    let work = Work::Sweep { table, before: now, rows: SWEEP_ROWS };
                    let cost = Cost { rows: SWEEP_ROWS, bytes: ROW_OVERHEAD_BYTES };
                    let done = write(&mailbox, Owner::System, Lane::Bulk, cost, work).await?;
                    let Done::Swept(swept) = done else { break };
                    total += swept;
                    if swept < SWEEP_ROWS {
                        break;
                    }
                }
            }
            Ok(total)
        })
    }

    /// Writes what waits, moves the log into the database, ends the threads and gives the folder free.
    fn close(&self) -> Future<()> {
        self.mailbox.close();
        self.readers.refuse();
        if let Some(running) = self.running().take() {
            let mailbox = Arc::clone(&self.mailbox);
            let readers = Arc::clone(&self.readers);
            let closed = self.closed.clone();
            // Joining blocks, so a thread of its own does it.
            let closer = std::thread::Builder::new().name("store-closer".to_owned());
            let spawned = closer.spawn(move || {
                finish(&mailbox, &readers, running);
                closed.send_replace(true);
            });
            if let Err(error) = spawned {
                tracing::error!(%error, "no thread to close the store with; the process's end will");
                self.closed.send_replace(true);
            }
        }
        let mut closed = self.closed.subscribe();
        Box::pin(async move {
            // The sender lives in `self` or in the closer; were both gone, it is closed as well.
            drop(closed.wait_for(|closed| *closed).await);
        })
    }
}

impl Whole for Embedded {
    fn dump(&self, table: &'static Table, place: Option<Place>) -> Future<Result<Page, Error>> {
        let after = match place {
            Some(Place::After(key)) => Some(key),
            _ => None,
        };
        let read = self.read(Scope::System, What::Dump { table, after, rows: DUMP_ROWS });
        Box::pin(async move {
            let rows = read.await?;
            let key_len = table.key_len() + usize::from(matches!(table.ownership, Ownership::Tenant));
            let last = rows.last().filter(|_| rows.len() == DUMP_ROWS);
            let place = last.map(|row| Place::After(row[..key_len.min(row.len())].to_vec()));
            let strange =
                || CorruptRow { table: table.name, column: TENANT.name, problem: "is none".to_owned() };
            let rows = rows.into_iter().map(|row| whole_row(table, row).ok_or_else(strange));
            Ok((rows.collect::<Result<_, _>>()?, place))
        })
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(running) = self.running().take() {
            finish(&self.mailbox, &self.readers, running);
        }
    }
}

impl Store for Embedded {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.commit(scope, lane, rows, true)
    }

    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.commit(scope, lane, rows, false)
    }

    fn get(
        &self,
        scope: Scope,
        table: &'static Table,
        key: Vec<Cell>,
    ) -> Future<Result<Option<Vec<Cell>>, Error>> {
        if let Err(error) = checks::key(scope, table, &key) {
            return ready(Err(error));
        }
        let read = self.read(scope, What::Row { table, key });
        Box::pin(async move { Ok(read.await?.pop()) })
    }

    fn scan(&self, scope: Scope, scan: Scan) -> Future<Result<Vec<Vec<Cell>>, Error>> {
        if let Err(error) = checks::scan(scope, &scan) {
            return ready(Err(error));
        }
        self.read(scope, What::Page(scan))
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>> {
        if let Err(error) = checks::exchange(scope, &exchange) {
            return ready(Err(error));
        }
        let cost = Cost::of_exchange(&exchange);
        let work = Work::Exchange { tenant: scope.tenant(), exchange };
        let written = write(&self.mailbox, scope.into(), Lane::Interactive, cost, work);
        Box::pin(async move {
            match written.await? {
                Done::Exchanged(exchanged) => Ok(exchanged),
                // The writer answers an exchange with nothing else.
                Done::Committed | Done::Swept(_) => Err(Error::Ambiguous),
            }
        })
    }
}

/// Queues work at once, before the future is first polled, so that the order of calls is the order of commits and a
/// dropped future drops nothing.
fn write(mailbox: &Mailbox, owner: Owner, lane: Lane, cost: Cost, work: Work) -> Future<Result<Done, Error>> {
    let (reply, answer) = oneshot::channel();
    if let Err(error) = mailbox.push(lane, owner, cost, Job { work, reply }) {
        return ready(Err(error));
    }
    // A writer that died with the commit in hand may or may not have done it.
    Box::pin(async move { answer.await.unwrap_or(Err(Error::Ambiguous)) })
}

/// Keeps in mind that something stored does not read; said in the log once.
fn damaged(monitor: &Monitor, folder: &Path, error: &rusqlite::Error) {
    if monitor.damaged() {
        tracing::error!(
            %error,
            folder = %folder.display(),
            "part of the database is damaged; stop the server, then run `switchboard restore` with the last backup, \
             or `switchboard salvage` where there is none"
        );
    }
}

/// Drains and ends the threads, then lets go of the folder. Blocks.
fn finish(mailbox: &Mailbox, readers: &Pool<Read>, running: Running) {
    mailbox.close();
    readers.close();
    let Running { writer, folder, lock } = running;
    match writer.join() {
        Ok(true) => {
            if let Err(error) = soundness::seal(&folder) {
                tracing::warn!(%error, "the closed database is not sealed: the next start looks at its structure only");
            }
        }
        Ok(false) => {}
        Err(_) => tracing::error!("the store's writer had died of a defect"),
    }
    // Said, not left to the closing of the file: a process that is being started at this moment has a copy of
    // it, and would keep the folder until it runs.
    if let Err(error) = lock.unlock() {
        tracing::debug!(%error, "the folder is let go when the file closes");
    }
}

/// Looks whether the files are what was written, and says that they are written to from now on.
fn look(dir: &Path) -> Result<Left, OpenError> {
    let unusable = |source| OpenError::Folder { folder: dir.to_path_buf(), source };
    let left = match soundness::look(dir).map_err(unusable)? {
        Ok(left) => left,
        Err(Damage::Changed) => {
            let what = "it is not what was written when it was last closed".to_owned();
            return Err(OpenError::Damaged { file: dir.join(DATABASE_FILE), what });
        }
        Err(Damage::Log { commits }) => {
            let what = format!("it stops reading before {commits} commits");
            return Err(OpenError::Damaged { file: log_path(dir), what });
        }
    };
    soundness::unseal(dir).map_err(unusable)?;
    Ok(left)
}

/// Walks through a database that a crash left behind.
fn walk(connection: &Connection, dir: &Path) -> Result<(), OpenError> {
    let file = dir.join(DATABASE_FILE);
    if file.metadata().is_ok_and(|file| file.len() > soundness::CHECKED_BYTES_MAX) {
        tracing::warn!(
            "the database is too large to be walked through at the start; `switchboard check --deep` does it"
        );
        return Ok(());
    }
    let start = stopwatch();
    let found = walk_structure(connection).map_err(|source| refused(&file, dir, source))?;
    tracing::info!(milliseconds = start.elapsed().as_millis(), "walked through the database after a crash");
    found.map_or(Ok(()), |what| Err(OpenError::Damaged { file, what }))
}

/// Why SQLite does not open a database: it is damaged, or something else.
fn refused(file: &Path, dir: &Path, source: rusqlite::Error) -> OpenError {
    if Symptom::of(&source) == Symptom::Damage {
        return OpenError::Damaged { file: file.to_path_buf(), what: source.to_string() };
    }
    OpenError::Database { folder: dir.to_path_buf(), source }
}

/// Opens the connection that writes, with its tables up to date.
fn open_writer(file: &Path, cache_kib: u32, dir: &Path) -> Result<Connection, OpenError> {
    let folder = || dir.to_path_buf();
    let database = |source| refused(file, dir, source);
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags).map_err(database)?;
    let mode = configure(&connection, cache_kib).map_err(database)?;
    if mode != "wal" {
        return Err(OpenError::NoLog { folder: folder() });
    }
    migrate::migrate(&mut connection).map_err(|problem| match problem {
        migrate::Problem::Newer(found) => {
            OpenError::Newer { folder: folder(), found, known: migrate::VERSION }
        }
        migrate::Problem::Differs(object) => OpenError::Differs { folder: folder(), object },
        migrate::Problem::Sqlite(source) => database(source),
    })?;
    Ok(connection)
}

/// Opens the connection that moves the log, and starts its thread.
fn start_checkpoints(file: &Path, monitor: &Arc<Monitor>, dir: &Path) -> Result<Checkpoints, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)
        .and_then(|connection| configure(&connection, CHECKPOINT_CACHE_KIB).map(|_| connection))
        .map_err(|source| refused(file, dir, source))?;
    let (monitor, folder) = (Arc::clone(monitor), dir.to_path_buf());
    let failed = move |error: &rusqlite::Error| {
        if Symptom::of(error) == Symptom::Damage {
            damaged(&monitor, &folder, error);
        } else {
            // Commits say by themselves when the disk takes none.
            tracing::warn!(%error, "the write-ahead log could not be moved into the database; it is tried again");
        }
    };
    Checkpoints::start(connection, Arc::new(failed)).map_err(OpenError::Thread)
}

/// Sets the connection up for durable group commits; answers with the mode of its journal.
fn configure(connection: &Connection, cache_kib: u32) -> rusqlite::Result<String> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    let mode = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Where an fsync leaves the disk's own cache alone (macOS), ask for more; elsewhere it changes nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES_KEPT)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(mode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_is_synced_at_every_commit() {
        let dir = tempfile::tempdir().expect("a folder");
        let connection = open_writer(&dir.path().join(DATABASE_FILE), 1_024, dir.path()).expect("it opens");
        let setting = |name: &str| -> i64 {
            connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).expect("a setting")
        };
        // 2 is FULL. Killing a process cannot show this: what it wrote survives in the kernel.
        assert_eq!(setting("synchronous"), 2);
        assert_eq!(setting("wal_autocheckpoint"), CHECKPOINT_PAGES);
    }
}
