//! What there is: rows, pages, bytes, files, threads, and what the server says of itself.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
};

use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit, atomics::AtomicU64,
};
use peak_alloc::PeakAlloc;
use rusqlite::{Connection, OpenFlags};
use switchboard_schema::record::{TABLES, THREAD};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// Bytes of a page of memory.
const PAGE_BYTES: u64 = 4_096;

/// Every gauge of this process, by name and labels.
#[derive(Clone, Default)]
pub(crate) struct Gauges(Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>);

impl Gauges {
    /// Those of this process, from now on.
    pub(crate) fn install() -> Self {
        static INSTALLED: OnceLock<Gauges> = OnceLock::new();
        INSTALLED
            .get_or_init(|| {
                let gauges = Self::default();
                metrics::set_global_recorder(gauges.clone()).expect("the only recorder");
                gauges
            })
            .clone()
    }

    /// Those that are not zero.
    pub(crate) fn read(&self) -> BTreeMap<String, f64> {
        use std::sync::atomic::Ordering::Acquire;
        let all = self.0.lock().unwrap();
        let read = all.iter().map(|(name, bits)| (name.clone(), f64::from_bits(bits.load(Acquire))));
        read.filter(|(_, value)| *value != 0.0).collect()
    }
}

impl Recorder for Gauges {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        let mut all = self.0.lock().unwrap();
        Gauge::from_arc(Arc::clone(all.entry(key.to_string()).or_default()))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// What there is at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Rows by table, those included that have ended and were not removed; threads' by their kind.
    pub(crate) rows: BTreeMap<String, u64>,
    /// Pages of the database.
    pub(crate) pages: u64,
    /// Pages of it that nothing uses.
    pub(crate) free_pages: u64,
    /// Bytes of the write-ahead log.
    pub(crate) log_bytes: u64,
    /// Bodies in the blob folder.
    pub(crate) blobs: u64,
    /// Bytes that were allocated and not given back; SQLite's own are not among them.
    pub(crate) heap: u64,
    /// Bytes of memory the process takes.
    pub(crate) resident: u64,
    /// Open files.
    pub(crate) files: usize,
    /// Threads.
    pub(crate) threads: usize,
}

/// Looks at a store's folder. It stays open, as SQLite would close its files at a time of its own.
pub(crate) struct Meter {
    folder: PathBuf,
    database: Connection,
}

impl Meter {
    pub(crate) fn open(folder: &Path) -> Self {
        let file = folder.join("switchboard.db");
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
        let meter = Self { folder: folder.to_owned(), database };
        // What is opened with the first look.
        meter.look();
        meter
    }

    /// What there is now.
    pub(crate) fn look(&self) -> Sample {
        let Self { folder, database } = self;
        // First, before what is read here takes memory and files.
        let heap = HEAP.current_usage() as u64;
        let (files, threads) = (entries(Path::new("/proc/self/fd")), entries(Path::new("/proc/self/task")));
        let resident: u64 = fs::read_to_string("/proc/self/statm")
            .expect("what the process takes")
            .split(' ')
            .nth(1)
            .and_then(|pages| pages.parse().ok())
            .expect("pages");
        let number = |query: &str| -> u64 { database.query_row(query, [], |row| row.get(0)).expect(query) };
        let mut rows: BTreeMap<_, _> = TABLES
            .iter()
            .filter(|table| table.name != THREAD.name)
            .map(|table| (table.name.to_owned(), number(&format!("SELECT count(*) FROM {}", table.name))))
            .collect();
        for (kind, name) in ["heads", "items", "attempts", "keys"].into_iter().enumerate() {
            let count = number(&format!("SELECT count(*) FROM thread WHERE kind = {kind}"));
            rows.insert(format!("thread {name}"), count);
        }
        Sample {
            rows,
            pages: number("PRAGMA page_count"),
            free_pages: number("PRAGMA freelist_count"),
            log_bytes: fs::metadata(folder.join("switchboard.db-wal")).map_or(0, |file| file.len()),
            blobs: bodies(&folder.join("blobs")),
            heap,
            resident: resident * PAGE_BYTES,
            files,
            threads,
        }
    }
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).expect("a folder").count()
}

/// Files in the folders of a folder.
fn bodies(folder: &Path) -> u64 {
    let folders = fs::read_dir(folder).expect("a folder").filter_map(Result::ok).map(|entry| entry.path());
    folders.filter(|path| path.is_dir()).map(|path| entries(&path) as u64).sum()
}
