//! A folder of each tenant's own, with its index.

use std::{
    collections::HashMap,
    fs,
    io::{self, ErrorKind},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use switchboard_ports::{
    clock::Clock,
    search::{Ask, CHANGES_MAX, Change, Error, Found, Index, Sizes},
};
use switchboard_schema::{TenantId, TenantScope, Timestamp};
use tantivy::{
    IndexReader, IndexWriter, ReloadPolicy, TantivyError,
    directory::{
        MmapDirectory,
        error::{OpenDirectoryError, OpenReadError, OpenWriteError},
    },
    indexer::{IndexWriterOptions, LogMergePolicy},
};

use crate::{documents::Fields, questions};

/// The version of how things stand in the index: it is made anew where another one wrote it.
pub const FORMAT: u32 = 1;

/// Bytes that an index which is written may hold in memory before it writes them out: the least there can be.
const WRITER_BYTES: usize = 15_000_000;
/// Indexes that are written at once: together at most 60 MB.
const WRITERS_MAX: usize = 4;
/// Indexes that are open at once; the longest unused is closed for another.
const OPEN_MAX: usize = 64;
/// After so long without a change an index is written no more until the next.
const WRITER_REST: Duration = Duration::from_secs(30);
/// After so long without a question or a change an index is closed.
const REST: Duration = Duration::from_secs(10 * 60);
/// The share of documents that were replaced or taken away from which their words are taken off the disk.
const DELETED_SHARE_MAX: f32 = 0.2;

/// Why the folder of indexes cannot be used.
#[derive(Debug)]
pub struct OpenError {
    /// Which.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

/// Indexes in folders.
pub struct Shelves {
    root: PathBuf,
    clock: Arc<dyn Clock>,
    fields: Fields,
    open: Mutex<HashMap<TenantId, Arc<Shelf>>>,
    /// Held while a folder is opened or taken away: a question that opens one meanwhile would find half of it, or keep one
    /// that is gone.
    folders: Mutex<()>,
}

/// One index that is open.
struct Shelf {
    index: tantivy::Index,
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
    used: AtomicI64,
    written: AtomicI64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Is this want of something the machine has too little of? Then the index is as it was.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::PermissionDenied
            | ErrorKind::OutOfMemory
            | ErrorKind::Interrupted
            | ErrorKind::ResourceBusy
            | ErrorKind::WouldBlock
            | ErrorKind::FileTooLarge
            // Too many open files has no kind of its own.
            | ErrorKind::Other
    ) || error.raw_os_error() == Some(24)
}

fn judge(error: &TantivyError) -> Error {
    let io = match error {
        TantivyError::IoError(io)
        | TantivyError::OpenReadError(OpenReadError::IoError { io_error: io, .. })
        | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: io, .. })
        | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: io, .. }) => Some(io),
        TantivyError::LockFailure(..) | TantivyError::SystemError(_) => {
            return Error::Unavailable(error.to_string());
        }
        _ => None,
    };
    if io.is_some_and(|io| is_passing(io)) {
        Error::Unavailable(error.to_string())
    } else {
        Error::Damaged(error.to_string())
    }
}

/// What reads files that may be broken: that it panics says that they are.
fn guarded<T>(act: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(act))
        .unwrap_or_else(|_| Err(Error::Damaged("reading it came to an end that should not be".to_owned())))
}

impl Shelf {
    fn open(path: &Path, fields: &Fields, now: Timestamp) -> Result<Self, Error> {
        fs::create_dir_all(path).map_err(|error| Error::Unavailable(error.to_string()))?;
        let directory = MmapDirectory::open(path).map_err(|error| judge(&error.into()))?;
        let index = tantivy::Index::open_or_create(directory, fields.schema.clone())
            .map_err(|error| judge(&error))?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
        let reader = reader.map_err(|error: TantivyError| judge(&error))?;
        let now = now.as_millis();
        Ok(Self {
            index,
            reader,
            writer: Mutex::new(None),
            used: AtomicI64::new(now),
            written: AtomicI64::new(now),
        })
    }

    /// Ends the writing, with what goes on behind it.
    fn put_down(&self) {
        let writer = lock(&self.writer).take();
        if let Some(Err(error)) = writer.map(IndexWriter::wait_merging_threads) {
            tracing::debug!(%error, "an index is written no more");
        }
    }

    fn writes(&self) -> bool {
        lock(&self.writer).is_some()
    }

    fn commit(&self, fields: &Fields, changes: Vec<Change>, note: &str) -> tantivy::Result<()> {
        let mut held = lock(&self.writer);
        let mut writer = match held.take() {
            Some(writer) => writer,
            None => {
                let options = IndexWriterOptions::builder()
                    .num_worker_threads(1)
                    .num_merge_threads(1)
                    .memory_budget_per_thread(WRITER_BYTES)
                    .build();
                let writer = self.index.writer_with_options(options)?;
                let mut policy = LogMergePolicy::default();
                policy.set_del_docs_ratio_before_merge(DELETED_SHARE_MAX);
                writer.set_merge_policy(Box::new(policy));
                writer
            }
        };
        for change in changes {
            let (key, document) = fields.read(change);
            writer.delete_term(key.clone());
            if let Some(document) = document {
                writer.add_document(fields.keyed(&key, document))?;
            }
        }
        let mut prepared = writer.prepare_commit()?;
        prepared.set_payload(note);
        prepared.commit()?;
        self.reader.reload()?;
        // One that failed is dropped, with what it had not committed.
        *held = Some(writer);
        Ok(())
    }
}

impl Shelves {
    /// Opens the folder; indexes are opened when they are needed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: PathBuf, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        fs::create_dir_all(&root).map_err(|source| OpenError { path: root.clone(), source })?;
        Ok(Self { root, clock, fields: Fields::default(), open: Mutex::default(), folders: Mutex::default() })
    }

    fn path(&self, tenant: TenantId) -> PathBuf {
        self.root.join(tenant.to_string())
    }

    fn opened(&self, tenant: TenantId, now: Timestamp) -> Option<Arc<Shelf>> {
        lock(&self.open).get(&tenant).map(|shelf| {
            shelf.used.store(now.as_millis(), Ordering::Relaxed);
            Arc::clone(shelf)
        })
    }

    fn shelf(&self, tenant: TenantId) -> Result<Arc<Shelf>, Error> {
        let now = self.clock.now();
        if let Some(shelf) = self.opened(tenant, now) {
            return Ok(shelf);
        }
        // Questions to what is open go on meanwhile.
        let _folders = lock(&self.folders);
        if let Some(shelf) = self.opened(tenant, now) {
            return Ok(shelf);
        }
        let shelf = Arc::new(Shelf::open(&self.path(tenant), &self.fields, now)?);
        let mut open = lock(&self.open);
        open.insert(tenant, Arc::clone(&shelf));
        let oldest = (open.len() > OPEN_MAX)
            .then(|| {
                let others = open.iter().filter(|(other, one)| **other != tenant && !one.writes());
                others.min_by_key(|(_, one)| one.used.load(Ordering::Relaxed)).map(|(other, _)| *other)
            })
            .flatten();
        if let Some(oldest) = oldest {
            open.remove(&oldest);
        }
        Ok(shelf)
    }

    /// Closes one, which may not read.
    fn close_one(&self, tenant: TenantId) {
        let shelf = lock(&self.open).remove(&tenant);
        if let Some(shelf) = shelf {
            shelf.put_down();
        }
    }

    fn all(&self) -> Vec<(TenantId, Arc<Shelf>)> {
        lock(&self.open).iter().map(|(tenant, shelf)| (*tenant, Arc::clone(shelf))).collect()
    }

    /// Makes room for one more that is written.
    fn make_room(&self, tenant: TenantId) {
        let mut writing: Vec<_> =
            self.all().into_iter().filter(|(other, shelf)| *other != tenant && shelf.writes()).collect();
        writing.sort_by_key(|(_, shelf)| shelf.written.load(Ordering::Relaxed));
        let too_many = (writing.len() + 1).saturating_sub(WRITERS_MAX);
        for (_, shelf) in writing.into_iter().take(too_many) {
            shelf.put_down();
        }
    }
}

impl Index for Shelves {
    fn note(&self, scope: TenantScope) -> Result<Option<String>, Error> {
        guarded(|| {
            let tenant = scope.tenant();
            let shelf = self.shelf(tenant)?;
            let sound = || -> tantivy::Result<Option<String>> {
                let damaged = shelf.index.validate_checksum()?;
                if let Some(file) = damaged.iter().next() {
                    let found = format!("{} is not as it was written", file.display());
                    return Err(TantivyError::InternalError(found));
                }
                Ok(shelf.index.load_metas()?.payload)
            };
            sound().map_err(|error| judge(&error)).inspect_err(|_| self.close_one(tenant))
        })
    }

    fn apply(&self, scope: TenantScope, changes: Vec<Change>, note: &str) -> Result<(), Error> {
        debug_assert!(changes.len() <= CHANGES_MAX, "a commit is bounded");
        let tenant = scope.tenant();
        self.make_room(tenant);
        let shelf = self.shelf(tenant)?;
        let done = guarded(|| shelf.commit(&self.fields, changes, note).map_err(|error| judge(&error)));
        shelf.written.store(self.clock.now().as_millis(), Ordering::Relaxed);
        // It is opened anew, as it was committed.
        done.inspect_err(|_| self.close_one(tenant))
    }

    fn reset(&self, scope: TenantScope) -> Result<(), Error> {
        let _folders = lock(&self.folders);
        self.close_one(scope.tenant());
        match fs::remove_dir_all(self.path(scope.tenant())) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::Unavailable(error.to_string())),
            _ => Ok(()),
        }
    }

    fn find(&self, scope: TenantScope, ask: &Ask, stop: &dyn Fn() -> bool) -> Result<Found, Error> {
        guarded(|| {
            let shelf = self.shelf(scope.tenant())?;
            questions::answer(&self.fields, &shelf.reader.searcher(), ask, stop)
                .map_err(|error| judge(&error))
        })
    }

    fn rest(&self) {
        let now = self.clock.now();
        let is_over =
            |last: &AtomicI64, span| Timestamp::from_millis(last.load(Ordering::Relaxed)) + span <= now;
        for (tenant, shelf) in self.all() {
            if shelf.writes() && is_over(&shelf.written, WRITER_REST) {
                shelf.put_down();
            }
            if is_over(&shelf.used, REST) {
                self.close_one(tenant);
            }
        }
    }

    fn sizes(&self) -> Sizes {
        let open = self.all();
        let bytes_of = |tenant: &TenantId| -> u64 {
            let files = fs::read_dir(self.path(*tenant)).into_iter().flatten().flatten();
            files.filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
        };
        Sizes {
            bytes: open.iter().map(|(tenant, _)| bytes_of(tenant)).sum(),
            open: open.len(),
            writing: open.iter().filter(|(_, shelf)| shelf.writes()).count(),
        }
    }
}
