//! Reads: a few threads, each with its own read-only connection, so that no read waits for a write.
//!
//! Each read is one statement, hence one snapshot, begun after the read was asked for: it sees every commit
//! that had answered by then.

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, OpenFlags};
use switchboard_ports::{
    clock::Clock,
    store::{Error, Scan},
};
use switchboard_schema::{
    TenantId,
    table::{Cell, Table},
};
use tokio::sync::oneshot;

use super::{
    BUSY_TIMEOUT, Options,
    statements::{Failure, Shape, Statements},
    symptom::Symptom,
};
use crate::{
    condition::Monitor,
    pool::{Pool, PoolMetrics},
    scans::{Bounds, PAGE_BYTES_MAX},
};

/// What is to be read.
pub(super) enum What {
    /// One row.
    Row {
        /// Its table.
        table: &'static Table,
        /// Its key.
        key: Vec<Cell>,
    },
    /// A page of a partition.
    Page(Scan),
    /// Everything of some rows of a table.
    Dump {
        /// The table.
        table: &'static Table,
        /// Only those behind this key, with its tenant in front.
        after: Option<Vec<Cell>>,
        /// How many at most.
        rows: usize,
    },
}

/// A read and who waits for it.
pub(super) struct Read {
    /// Whose rows.
    pub(super) tenant: Option<TenantId>,
    /// Which.
    pub(super) what: What,
    /// Who waits; a read nobody waits for any more is not done.
    pub(super) reply: oneshot::Sender<Result<Vec<Vec<Cell>>, Error>>,
}

/// Opens a connection for each reader and starts them.
pub(super) fn start(
    file: &Path,
    options: &Options,
    clock: &Arc<dyn Clock>,
    monitor: &Arc<Monitor>,
) -> Result<Pool<Read>, StartError> {
    let metrics = PoolMetrics {
        waiting: metrics::gauge!("switchboard_store_read_queue_reads"),
        seconds: metrics::histogram!("switchboard_store_read_seconds"),
        overloaded: metrics::counter!("switchboard_store_reads_overloaded_total"),
    };
    let mut connections = Vec::new();
    for _ in 0..options.readers.max(1) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "cache_size", -i64::from(options.reader_cache_kib))?;
        connection.pragma_update(None, "query_only", true)?;
        connections.push(connection);
    }
    let workers = connections
        .into_iter()
        .map(|connection| {
            let (clock, monitor) = (Arc::clone(clock), Arc::clone(monitor));
            let folder = file.parent().unwrap_or(file).to_owned();
            move |reads: &mut dyn Iterator<Item = Read>| {
                run(&connection, &*clock, reads, &|error| super::damaged(&monitor, &folder, error));
            }
        })
        .collect();
    Pool::start("store-reader", options.reads, metrics, workers).map_err(StartError::Thread)
}

/// Why the readers did not start.
pub(super) enum StartError {
    /// SQLite said so.
    Sqlite(rusqlite::Error),
    /// The operating system gives no thread.
    Thread(std::io::Error),
}

impl From<rusqlite::Error> for StartError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// What one reader thread does.
fn run(
    connection: &Connection,
    clock: &dyn Clock,
    reads: &mut dyn Iterator<Item = Read>,
    damaged: &dyn Fn(&rusqlite::Error),
) {
    let mut statements = Statements::new(connection);
    for Read { tenant, what, reply } in reads {
        if reply.is_closed() {
            continue;
        }
        let found = match what {
            What::Row { table, key } => row(&mut statements, clock, tenant, table, &key),
            What::Page(scan) => page(&mut statements, clock, tenant, &scan),
            What::Dump { table, after, rows } => dump(&mut statements, table, after.as_deref(), rows),
        };
        if let Err(Failure::Sqlite(error)) = &found
            && Symptom::of(error) == Symptom::Damage
        {
            damaged(error);
        }
        // The caller may have dropped its future meanwhile.
        drop(reply.send(found.map_err(Error::from)));
    }
}

fn row(
    statements: &mut Statements<'_>,
    clock: &dyn Clock,
    tenant: Option<TenantId>,
    table: &'static Table,
    key: &[Cell],
) -> Result<Vec<Vec<Cell>>, Failure> {
    let mut binding = statements.bind(table, Shape::Get, tenant, key.iter())?;
    if table.expires {
        binding.time(Some(clock.now()))?;
    }
    binding.rows(table, PAGE_BYTES_MAX)
}

fn page(
    statements: &mut Statements<'_>,
    clock: &dyn Clock,
    tenant: Option<TenantId>,
    scan: &Scan,
) -> Result<Vec<Vec<Cell>>, Failure> {
    let table = scan.table;
    let Some(Bounds { lower, upper }) = Bounds::of(scan) else { return Ok(Vec::new()) };
    let cells = scan.partition.iter().chain(lower.1).chain(upper.1);
    let shape = Shape::Scan { lower: lower.0, upper: upper.0, reverse: scan.reverse };
    let mut binding = statements.bind(table, shape, tenant, cells)?;
    if table.expires {
        binding.time(Some(clock.now()))?;
    }
    binding.number(i64::try_from(scan.limit).unwrap_or(i64::MAX))?;
    binding.rows(table, PAGE_BYTES_MAX)
}

fn dump(
    statements: &mut Statements<'_>,
    table: &'static Table,
    after: Option<&[Cell]>,
    rows: usize,
) -> Result<Vec<Vec<Cell>>, Failure> {
    let shape = Shape::Dump { after: after.is_some() };
    let mut binding = statements.bind(table, shape, None, after.into_iter().flatten())?;
    binding.number(i64::try_from(rows).unwrap_or(i64::MAX))?;
    binding.whole_rows(table)
}
