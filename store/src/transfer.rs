//! Everything of one store into another: table by table, resumable, and compared in the end.
//!
//! Nobody may write to either meanwhile. Copying is repeating: what was copied before an interruption is copied over
//! itself from the last place that was noted. What is compared are the number of a table's rows and the sum of their
//! digests, both read anew from both stores.

use std::{fs, io, path::Path, time::Duration};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use switchboard_ports::{
    Future,
    clock::Clock,
    store::{Error, Exchange, Exchanged, Lane, MAX_COMMIT_BYTES, MAX_COMMIT_ROWS, Mutation, Scope},
};
use switchboard_schema::{
    TenantId, TenantScope, Timestamp,
    record::TABLES,
    table::{Cell, Ownership, Table},
};

use crate::{Lifecycle, files::sync};

/// The file that says how far it has come, in the data folder.
pub const MARKER_FILE: &str = "move.json";
/// Writes under way at once.
const AT_ONCE: usize = 64;
/// How often a write of unknown outcome is repeated: it is the same again, and nobody else writes.
const TRIES: u32 = 8;
/// The pause before that, longer each time.
const PAUSE: Duration = Duration::from_millis(50);

/// A row with everything that its store keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeRow {
    /// Whose it is, in a table of tenants.
    pub tenant: Option<TenantId>,
    /// Its cells, in the order of their declaration.
    pub cells: Vec<Cell>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// A place between two rows of a table, in the order in which a store reads all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Behind this key, with its tenant in front.
    After(Vec<Cell>),
    /// Within a part of the ring.
    Part {
        /// Which.
        part: u32,
        /// How far within it, in the cluster's own words; not for keeping.
        #[serde(skip)]
        page: Option<Vec<u8>>,
    },
}

/// Some rows, and the place behind them; none behind the last.
pub type Page = (Vec<WholeRow>, Option<Place>);

/// A store whose tables can be read as a whole.
pub trait Whole: Lifecycle {
    /// Reads some rows of a table from a place on, whoever they belong to, also those that have ended and are not
    /// removed yet.
    ///
    /// # Errors
    /// As [`switchboard_ports::store::Store::scan`].
    fn dump(&self, table: &'static Table, place: Option<Place>) -> Future<Result<Page, Error>>;
}

/// Why it did not come to its end. Trying again goes on where it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// A store does not do what it should.
    #[error("{table}: {source}")]
    Store {
        /// Where.
        table: &'static str,
        /// What it said.
        source: Error,
    },
    /// The store that everything is to be put into holds something.
    #[error("the store to move to holds rows in {table}: it must be empty")]
    NotEmpty {
        /// Where.
        table: &'static str,
    },
    /// A name is taken by something else there.
    #[error("{table}: a name is taken by something else in the store to move to")]
    Taken {
        /// Where.
        table: &'static str,
    },
    /// Another one was begun.
    #[error(
        "a move to {target} was begun in this data folder: finish it first, or give it up by removing {MARKER_FILE}"
    )]
    Another {
        /// Where to.
        target: String,
    },
    /// What was copied is not what was there.
    #[error("{table} differs: {from} rows there, {to} rows here{}", if from == to { ", and not the same ones" } else { "" })]
    Differs {
        /// Where.
        table: &'static str,
        /// Rows in the store moved from.
        from: u64,
        /// Rows in the store moved to.
        to: u64,
    },
    /// The file that says how far it has come.
    #[error("{MARKER_FILE}: {0}")]
    Marker(io::Error),
}

/// How far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Marker {
    /// Where to, in words.
    target: String,
    /// The table that is being copied.
    table: String,
    /// Up to where it is copied.
    place: Option<Place>,
}

impl Marker {
    fn read(folder: &Path) -> Result<Option<Self>, TransferError> {
        match fs::read(folder.join(MARKER_FILE)) {
            Ok(text) => {
                serde_json::from_slice(&text).map(Some).map_err(|error| TransferError::Marker(error.into()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(TransferError::Marker(error)),
        }
    }

    fn write(&self, folder: &Path) -> Result<(), TransferError> {
        let new = folder.join(format!("{MARKER_FILE}.new"));
        serde_json::to_vec(self)
            .map_err(io::Error::from)
            .and_then(|text| fs::write(&new, text))
            .and_then(|()| sync(&new))
            .and_then(|()| fs::rename(&new, folder.join(MARKER_FILE)))
            .and_then(|()| sync(folder))
            .map_err(TransferError::Marker)
    }
}

/// Where a move that was begun in a data folder and is not finished goes to.
///
/// # Errors
/// When the file that says so does not read.
pub fn unfinished(folder: &Path) -> Result<Option<String>, TransferError> {
    Ok(Marker::read(folder)?.map(|marker| marker.target))
}

/// What is told while it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many rows of a table are copied by this run.
    Copied(&'static str, u64),
    /// A table is the same in both, with so many rows.
    Same(&'static str, u64),
}

/// Copies everything and compares it; answers with the number of rows. `target`: where to, in words, so that another
/// run knows its own.
///
/// # Errors
/// When it cannot go on. The next run goes on where this one was.
pub async fn run(
    from: &dyn Whole,
    to: &dyn Whole,
    folder: &Path,
    target: &str,
    clock: &dyn Clock,
    tell: &mut dyn FnMut(Progress),
) -> Result<u64, TransferError> {
    let marker = Marker::read(folder)?;
    let mut left = TABLES;
    let mut place = None;
    match marker {
        Some(marker) if marker.target != target => {
            return Err(TransferError::Another { target: marker.target });
        }
        Some(marker) => {
            let at = TABLES.iter().position(|table| table.name == marker.table).unwrap_or(0);
            left = &TABLES[at..];
            place = marker.place;
        }
        None => must_be_empty(to).await?,
    }
    for table in left {
        let mut copied = 0;
        loop {
            let marker =
                Marker { target: target.to_owned(), table: table.name.to_owned(), place: place.clone() };
            marker.write(folder)?;
            let (rows, next) = dump(from, table, place).await?;
            copied += u64::try_from(rows.len()).unwrap_or(u64::MAX);
            copy(to, table, rows, clock.now()).await?;
            tell(Progress::Copied(table.name, copied));
            place = next;
            if place.is_none() {
                break;
            }
        }
    }
    let total = compare(from, to, clock, tell).await?;
    fs::remove_file(folder.join(MARKER_FILE)).map_err(TransferError::Marker)?;
    Ok(total)
}

async fn dump(store: &dyn Whole, table: &'static Table, place: Option<Place>) -> Result<Page, TransferError> {
    let failed = |source| TransferError::Store { table: table.name, source };
    store.dump(table, place).await.map_err(failed)
}

/// Reads every row of a table.
async fn each_row(
    store: &dyn Whole,
    table: &'static Table,
    mut row: impl FnMut(&WholeRow) -> Result<(), TransferError>,
) -> Result<(), TransferError> {
    let mut place = None;
    loop {
        let (rows, next) = dump(store, table, place).await?;
        rows.iter().try_for_each(&mut row)?;
        place = next;
        if place.is_none() {
            return Ok(());
        }
    }
}

async fn must_be_empty(store: &dyn Whole) -> Result<(), TransferError> {
    for table in TABLES {
        each_row(store, table, |_| Err(TransferError::NotEmpty { table: table.name })).await?;
    }
    Ok(())
}

fn is_there(row: &WholeRow, now: Timestamp) -> bool {
    row.expires_at.is_none_or(|end| end > now)
}

/// Writes rows, those of one partition in as few commits as they fit in.
async fn copy(
    to: &dyn Whole,
    table: &'static Table,
    rows: Vec<WholeRow>,
    now: Timestamp,
) -> Result<(), TransferError> {
    let rows = rows.into_iter().filter(|row| is_there(row, now));
    let commits = commits(table, rows);
    stream::iter(commits)
        .map(|(scope, rows)| async move {
            if table.claimed {
                for row in rows {
                    claim(to, scope, row).await?;
                }
                return Ok(());
            }
            let commit = || to.commit_one(scope, Lane::Bulk, rows.clone());
            insist(commit).await.map_err(|source| TransferError::Store { table: table.name, source })
        })
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Writes a row of a claimed table, which may be there from an earlier run.
async fn claim(to: &dyn Whole, scope: Scope, row: Mutation) -> Result<(), TransferError> {
    let Mutation::Put { table, cells: whole, .. } = row else { return Ok(()) };
    let (key, values) = whole.split_at(table.key_len());
    let exchange = Exchange { table, key: key.to_vec(), expect: None, replace: Some(values.to_vec()) };
    match insist(|| to.exchange(scope, exchange.clone())).await {
        Ok(Exchanged::Done) => Ok(()),
        Ok(Exchanged::Found(Some(found))) if *found == *whole => Ok(()),
        Ok(Exchanged::Found(_)) => Err(TransferError::Taken { table: table.name }),
        Err(source) => Err(TransferError::Store { table: table.name, source }),
    }
}

/// Asks again as long as it is unknown whether it was done, or too much waits.
async fn insist<T>(ask: impl Fn() -> Future<Result<T, Error>>) -> Result<T, Error> {
    let mut tries = 1;
    loop {
        match ask().await {
            Err(Error::Ambiguous | Error::Overloaded) if tries < TRIES => {
                tokio::time::sleep(PAUSE * tries).await;
                tries += 1;
            }
            answer => return answer,
        }
    }
}

/// Rows as commits: each of one partition, within the limits of a commit.
fn commits(table: &'static Table, rows: impl Iterator<Item = WholeRow>) -> Vec<(Scope, Vec<Mutation>)> {
    let mut commits: Vec<(Scope, Vec<Mutation>)> = Vec::new();
    let mut bytes = 0;
    for row in rows {
        #[expect(clippy::disallowed_methods, reason = "a row is moved for the tenant it belongs to")]
        let scope = row.tenant.map_or(Scope::System, |tenant| Scope::Tenant(TenantScope::assume(tenant)));
        let row = Mutation::Put { table, cells: row.cells.into(), expires_at: row.expires_at };
        let size = row.size();
        if let Some((last_scope, last)) = commits.last_mut()
            && *last_scope == scope
            && last.last().is_some_and(|last| last.partition() == row.partition())
            && last.len() < MAX_COMMIT_ROWS
            && bytes + size <= MAX_COMMIT_BYTES
        {
            bytes += size;
            last.push(row);
        } else {
            bytes = size;
            commits.push((scope, vec![row]));
        }
    }
    commits
}

/// What a table holds: how many rows, and the sum of their digests, in whatever order they are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Contents {
    rows: u64,
    sum: u128,
}

impl Contents {
    fn add(&mut self, row: &WholeRow) {
        let mut bytes = Vec::new();
        let tenant = row.tenant.map(|tenant| Cell::Blob(tenant.as_bytes().to_vec()));
        let end = row.expires_at.map(|end| Cell::Int(end.as_millis()));
        for cell in tenant.iter().chain(&row.cells).chain(&end) {
            // Each with its kind and its length, so that no two rows run together into the same bytes.
            let (kind, content): (u8, &[u8]) = match cell {
                Cell::Unset => (0, &[]),
                Cell::Int(number) => (1, &number.to_be_bytes()),
                Cell::Blob(blob) => (2, blob),
                Cell::Text(text) => (3, text.as_bytes()),
            };
            bytes.push(kind);
            bytes.extend((content.len() as u64).to_be_bytes());
            bytes.extend(content);
        }
        let hash = digest(&SHA256, &bytes);
        let mut half = [0; 16];
        half.copy_from_slice(&hash.as_ref()[..16]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }
}

async fn contents(
    store: &dyn Whole,
    table: &'static Table,
    now: Timestamp,
) -> Result<Contents, TransferError> {
    let mut contents = Contents::default();
    each_row(store, table, |row| {
        if is_there(row, now) {
            contents.add(row);
        }
        Ok(())
    })
    .await?;
    Ok(contents)
}

/// Compares every table, each as of the time at which it is begun with; answers with the number of rows.
///
/// # Errors
/// At the first table that differs.
pub async fn compare(
    from: &dyn Whole,
    to: &dyn Whole,
    clock: &dyn Clock,
    tell: &mut dyn FnMut(Progress),
) -> Result<u64, TransferError> {
    let mut total = 0;
    for table in TABLES {
        // Anew for each table, as a cluster keeps what has ended for an hour only.
        let now = clock.now();
        let (there, here) = (contents(from, table, now).await?, contents(to, table, now).await?);
        if there != here {
            return Err(TransferError::Differs { table: table.name, from: there.rows, to: here.rows });
        }
        tell(Progress::Same(table.name, here.rows));
        total += here.rows;
    }
    Ok(total)
}

/// The row of cells as they were read: its tenant where it has one, its own, and its end where it may have one.
pub(crate) fn whole_row(table: &Table, mut cells: Vec<Cell>) -> Option<WholeRow> {
    let expires_at = if table.expires {
        match cells.pop()? {
            Cell::Int(end) => Some(Timestamp::from_millis(end)),
            _ => None,
        }
    } else {
        None
    };
    let tenant = if matches!(table.ownership, Ownership::Tenant) {
        let Cell::Blob(tenant) = cells.remove(0) else { return None };
        Some(TenantId::from_bytes(tenant.try_into().ok()?))
    } else {
        None
    };
    Some(WholeRow { tenant, cells, expires_at })
}

#[cfg(test)]
mod tests {
    use switchboard_schema::record::{IDEMPOTENCY, THREAD};

    use super::*;

    fn row(tenant: u8, bucket: i64, n: i64, body: &[u8]) -> WholeRow {
        let cells = vec![
            Cell::Blob(vec![9; 16]),
            Cell::Int(bucket),
            Cell::Int(1),
            Cell::Int(n),
            Cell::Int(1),
            Cell::Int(1),
            Cell::Unset,
            Cell::Unset,
            Cell::Blob(body.to_vec()),
        ];
        WholeRow { tenant: Some(TenantId::from_bytes([tenant; 16])), cells, expires_at: None }
    }

    #[test]
    fn commits_are_of_one_partition_and_within_their_limits() {
        let rows = (0..150).map(|n| row(1, 0, n, b"x")).chain([row(1, 1, 0, b"x"), row(2, 1, 0, b"x")]);
        let sizes: Vec<_> = commits(&THREAD, rows).iter().map(|(_, rows)| rows.len()).collect();
        assert_eq!(sizes, [100, 50, 1, 1]);
        let large = vec![0; MAX_COMMIT_BYTES / 2];
        let sizes: Vec<_> = commits(&THREAD, (0..3).map(|n| row(1, 0, n, &large)))
            .iter()
            .map(|(_, rows)| rows.len())
            .collect();
        assert_eq!(sizes, [1, 1, 1]);
    }

    #[test]
    fn contents_are_the_same_in_any_order_and_differ_by_any_cell() {
        let of = |rows: &[WholeRow]| {
            let mut contents = Contents::default();
            rows.iter().for_each(|row| contents.add(row));
            contents
        };
        let (a, b) = (row(1, 0, 1, b"a"), row(1, 0, 2, b"b"));
        assert_eq!(of(&[a.clone(), b.clone()]), of(&[b.clone(), a.clone()]));
        assert_ne!(of(std::slice::from_ref(&a)), of(std::slice::from_ref(&b)));
        assert_ne!(of(&[a.clone(), a.clone()]), of(&[b.clone(), b.clone()]));
        let ends = WholeRow { expires_at: Some(Timestamp::from_secs(1)), ..a.clone() };
        assert_ne!(of(&[a]), of(&[ends]));
    }

    #[test]
    fn a_row_is_taken_apart_as_its_table_says() {
        let cells = vec![
            Cell::Blob(vec![1; 16]),
            Cell::Text("user".to_owned()),
            Cell::Blob(b"key".to_vec()),
            Cell::Blob(b"request".to_vec()),
            Cell::Int(200),
            Cell::Blob(Vec::new()),
            Cell::Int(5_000),
        ];
        let whole = whole_row(&IDEMPOTENCY, cells.clone()).expect("a row");
        assert_eq!(whole.cells, cells[1..6]);
        assert_eq!(whole.expires_at, Some(Timestamp::from_secs(5)));
        assert_eq!(whole_row(&IDEMPOTENCY, vec![Cell::Int(1), Cell::Int(1)]), None);
    }
}
