//! The store: what CQL can keep, and no more.
//!
//! Two commit verbs, because there are two guarantees. [`Store::commit_one`] is one mutation of one
//! partition: all of it or nothing, though a reader may see half of it for a moment (so each row carries a
//! version and the head names the highest valid one). [`Store::commit_many`] is any rows: all of them in
//! the end, never together.

#[cfg(feature = "conformance")]
pub mod conformance;

use std::sync::Arc;

use switchboard_schema::{
    TenantId, TenantScope, Timestamp,
    table::{Cell, CorruptRow, Ownership, Record, Table},
};

use crate::Future;

/// Rows of one commit, at most: Scylla checks batches, and one commit must not hold up the others.
pub const MAX_COMMIT_ROWS: usize = 100;
/// Bytes of one commit, at most.
pub const MAX_COMMIT_BYTES: usize = 64 * 1_024;
/// Rows one scan answers, at most.
pub const MAX_SCAN_ROWS: usize = 1_000;

/// Whose rows are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The installation's own tables.
    System,
    /// One tenant's.
    Tenant(TenantScope),
}

impl Scope {
    /// The tenant whose rows are meant, if they are one's.
    #[must_use]
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::System => None,
            Self::Tenant(scope) => Some(scope.tenant()),
        }
    }
}

impl From<TenantScope> for Scope {
    fn from(scope: TenantScope) -> Self {
        Self::Tenant(scope)
    }
}

/// Who waits for a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// A customer's webhook or an agent: goes first.
    Interactive,
    /// Projections, logs, sweeping: a bounded share of each group, never starved, never first.
    Bulk,
}

/// One change of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Mutation {
    /// Writes the cells that are set; the row is made if it is not there. A row of a table that expires is written
    /// whole.
    Put {
        /// The table.
        table: &'static Table,
        /// Partition, clustering, values. Shared, as whoever may have to write it again keeps it.
        cells: Arc<[Cell]>,
        /// After this the row is gone; none: it stays. Only for tables that expire.
        expires_at: Option<Timestamp>,
    },
    /// Removes the row.
    Delete {
        /// The table.
        table: &'static Table,
        /// Partition, clustering.
        key: Vec<Cell>,
    },
}

impl Mutation {
    /// Writes a record.
    #[must_use]
    pub fn put<R: Record>(record: R) -> Self {
        Self::Put { table: R::TABLE, cells: record.into_cells().into(), expires_at: None }
    }

    /// Writes a record that is gone after a time.
    #[must_use]
    pub fn put_until<R: Record>(record: R, expires_at: Timestamp) -> Self {
        Self::Put { table: R::TABLE, cells: record.into_cells().into(), expires_at: Some(expires_at) }
    }

    /// Removes a record by its key.
    #[must_use]
    pub fn delete<R: Record>(key: Vec<Cell>) -> Self {
        Self::Delete { table: R::TABLE, key }
    }

    /// The table it changes.
    #[must_use]
    pub const fn table(&self) -> &'static Table {
        match self {
            Self::Put { table, .. } | Self::Delete { table, .. } => table,
        }
    }

    /// The cells of the key.
    #[must_use]
    pub fn key(&self) -> &[Cell] {
        match self {
            Self::Put { table, cells, .. } => cells.get(..table.key_len()).unwrap_or(cells),
            Self::Delete { key, .. } => key,
        }
    }

    /// The cells of the partition key.
    #[must_use]
    pub fn partition(&self) -> &[Cell] {
        let key = self.key();
        key.get(..self.table().partition.len()).unwrap_or(key)
    }

    /// Bytes it counts towards a commit's size.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Put { cells, .. } => cells.iter().map(Cell::size).sum(),
            Self::Delete { key, .. } => key.iter().map(Cell::size).sum(),
        }
    }
}

/// Which rows of one partition to read, in clustering order.
#[derive(Debug, Clone, PartialEq)]
pub struct Scan {
    /// The table.
    pub table: &'static Table,
    /// The partition.
    pub partition: Vec<Cell>,
    /// From here on: a prefix of the clustering columns, itself included.
    pub from: Option<Vec<Cell>>,
    /// Up to here: a prefix of the clustering columns, itself included with everything it begins.
    pub to: Option<Vec<Cell>>,
    /// Strictly after this full clustering key (in the direction of the scan): where the last page ended.
    pub after: Option<Vec<Cell>>,
    /// Descending.
    pub reverse: bool,
    /// How many at most, at most [`MAX_SCAN_ROWS`].
    pub limit: usize,
}

impl Scan {
    /// The whole partition, ascending, one page.
    #[must_use]
    pub fn of<R: Record>(partition: Vec<Cell>) -> Self {
        Self {
            table: R::TABLE,
            partition,
            from: None,
            to: None,
            after: None,
            reverse: false,
            limit: MAX_SCAN_ROWS,
        }
    }

    /// Only rows at or after a prefix of the clustering columns.
    #[must_use]
    pub fn from(mut self, prefix: Vec<Cell>) -> Self {
        self.from = Some(prefix);
        self
    }

    /// Only rows at, before, or beginning with a prefix of the clustering columns.
    #[must_use]
    pub fn to(mut self, prefix: Vec<Cell>) -> Self {
        self.to = Some(prefix);
        self
    }

    /// Only rows behind the last page's last clustering key.
    #[must_use]
    pub fn after(mut self, clustering: Option<Vec<Cell>>) -> Self {
        self.after = clustering;
        self
    }

    /// Descending.
    #[must_use]
    pub const fn reversed(mut self) -> Self {
        self.reverse = true;
        self
    }

    /// At most so many.
    #[must_use]
    pub const fn limit(mut self, rows: usize) -> Self {
        self.limit = if rows < MAX_SCAN_ROWS { rows } else { MAX_SCAN_ROWS };
        self
    }
}

/// A compare-and-set of one row of a claimed table.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// The table.
    pub table: &'static Table,
    /// Partition and clustering.
    pub key: Vec<Cell>,
    /// The values that must be there now; `None`: no row.
    pub expect: Option<Vec<Cell>>,
    /// The values to be there after; `None`: no row.
    pub replace: Option<Vec<Cell>>,
}

impl Exchange {
    /// Writes a record where there is none.
    #[must_use]
    pub fn claim<R: Record>(record: R) -> Self {
        let mut key = record.into_cells();
        let values = key.split_off(R::TABLE.key_len());
        Self { table: R::TABLE, key, expect: None, replace: Some(values) }
    }

    /// Removes exactly this record.
    #[must_use]
    pub fn release<R: Record>(record: R) -> Self {
        let mut key = record.into_cells();
        let values = key.split_off(R::TABLE.key_len());
        Self { table: R::TABLE, key, expect: Some(values), replace: None }
    }
}

/// What an exchange found.
#[derive(Debug, Clone, PartialEq)]
pub enum Exchanged {
    /// What was expected was there; it is replaced.
    Done,
    /// Something else is there (all cells of the row), or nothing; nothing was changed.
    Found(Option<Vec<Cell>>),
}

/// Why the store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It was not done and will not be.
    #[error("the store cannot write or read now: {0}")]
    Unavailable(String),
    /// It may have been done or may yet be: only a repetition of the identical mutation, or reading, tells.
    #[error("the store did not answer in time; the write may have happened")]
    Ambiguous,
    /// Too much waits already; it was not done.
    #[error("the store has too much waiting")]
    Overloaded,
    /// The commit is larger than a commit may be, or spans partitions where it must not: a defect of ours.
    #[error("a commit the store does not take: {0}")]
    Refused(String),
    /// What is stored does not read.
    #[error("{0}")]
    Corrupt(#[from] CorruptRow),
}

/// The store.
///
/// * **Durable**: a commit that answered `Ok` survives the death of the process and of the machine
///   (embedded: fsynced; distributed: on a quorum of replicas).
/// * **Atomic**: `commit_one` is all or nothing, also across a crash. `commit_many` is not.
/// * **Order**: two commits of one owner, the second begun after the first answered, are applied in that
///   order. In one lane the embedded store also keeps the order in which they were submitted.
/// * **Reading**: a read begun after a commit answered sees it.
/// * **Errors**: after [`Error::Ambiguous`] anything may be true; after every other error nothing was done.
/// * **Tenancy**: the tenant of the scope is part of every key; there is no way to name another's row. A
///   system table takes [`Scope::System`] only, a tenant's table only a tenant's scope; the rest is `Refused`.
/// * **Fairness**: while one tenant's commits wait in their hundreds, another's enters the next group.
/// * Dropping a returned future neither stops nor undoes the write.
pub trait Store: Send + Sync + 'static {
    /// Writes rows of one partition of one table, all or nothing.
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>>;

    /// Writes rows anywhere in the scope, all of them in the end.
    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>>;

    /// Reads one row by its whole key: all its cells.
    fn get(
        &self,
        scope: Scope,
        table: &'static Table,
        key: Vec<Cell>,
    ) -> Future<Result<Option<Vec<Cell>>, Error>>;

    /// Reads rows of one partition in clustering order: all their cells.
    fn scan(&self, scope: Scope, scan: Scan) -> Future<Result<Vec<Vec<Cell>>, Error>>;

    /// Compares and sets one row of a claimed table; the only way to write one.
    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>>;
}

/// Checks what every backend must refuse.
///
/// # Errors
/// [`Error::Refused`] with the reason.
pub fn check_scope(scope: Scope, table: &Table) -> Result<(), Error> {
    match (scope, table.ownership) {
        (Scope::System, Ownership::System) | (Scope::Tenant(_), Ownership::Tenant) => Ok(()),
        _ => Err(Error::Refused(format!("{} is not a table of this scope", table.name))),
    }
}

/// Checks a commit's scope, keys and size; for [`Store::commit_one`] also that it is one partition.
///
/// # Errors
/// [`Error::Refused`] with the reason.
pub fn check_commit(scope: Scope, rows: &[Mutation], one_partition: bool) -> Result<(), Error> {
    if rows.len() > MAX_COMMIT_ROWS {
        return Err(Error::Refused(format!("{} rows, at most {MAX_COMMIT_ROWS}", rows.len())));
    }
    let size: usize = rows.iter().map(Mutation::size).sum();
    // A single row may be larger than the rest together may be: an item is bounded where it is parsed.
    if size > MAX_COMMIT_BYTES && rows.len() > 1 {
        return Err(Error::Refused(format!("{size} bytes, at most {MAX_COMMIT_BYTES}")));
    }
    for row in rows {
        let table = row.table();
        check_scope(scope, table)?;
        if table.claimed {
            return Err(Error::Refused(format!("{} is written by exchange only", table.name)));
        }
        if row.key().len() != table.key_len() || row.key().contains(&Cell::Unset) {
            return Err(Error::Refused(format!("a row of {} without its whole key", table.name)));
        }
        if let Mutation::Put { cells, expires_at, .. } = row {
            if cells.len() != table.columns().count() {
                return Err(Error::Refused(format!(
                    "a row of {} with too few or too many cells",
                    table.name
                )));
            }
            if expires_at.is_some() && !table.expires {
                return Err(Error::Refused(format!("rows of {} do not expire", table.name)));
            }
            if table.expires && cells.contains(&Cell::Unset) {
                return Err(Error::Refused(format!(
                    "a row of {}, which expires, is written whole",
                    table.name
                )));
            }
        }
    }
    if one_partition
        && let Some((first, rest)) = rows.split_first()
        && rest.iter().any(|row| row.table() != first.table() || row.partition() != first.partition())
    {
        return Err(Error::Refused("several partitions in one atomic commit".to_owned()));
    }
    Ok(())
}

/// Typed access, on top of any store.
#[derive(Clone)]
pub struct Records(Arc<dyn Store>);

impl Records {
    /// Typed access to this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self(store)
    }

    /// The store itself.
    #[must_use]
    pub const fn store(&self) -> &Arc<dyn Store> {
        &self.0
    }

    /// One record.
    ///
    /// # Errors
    /// As [`Store::get`], and [`Error::Corrupt`].
    pub async fn get<R: Record>(&self, scope: impl Into<Scope>, key: Vec<Cell>) -> Result<Option<R>, Error> {
        let cells = self.0.get(scope.into(), R::TABLE, key).await?;
        Ok(cells.map(R::from_cells).transpose()?)
    }

    /// One page of records.
    ///
    /// # Errors
    /// As [`Store::scan`], and [`Error::Corrupt`].
    pub async fn scan<R: Record>(&self, scope: impl Into<Scope>, scan: Scan) -> Result<Vec<R>, Error> {
        let rows = self.0.scan(scope.into(), scan).await?;
        Ok(rows.into_iter().map(R::from_cells).collect::<Result<_, _>>()?)
    }

    /// Every record of a partition, page after page; for partitions that are bounded.
    ///
    /// # Errors
    /// As [`Store::scan`], and [`Error::Corrupt`].
    pub async fn all<R: Record + Clone>(&self, scope: impl Into<Scope>, scan: Scan) -> Result<Vec<R>, Error> {
        let scope = scope.into();
        let limit = scan.limit;
        let mut records = Vec::new();
        let mut next = scan;
        loop {
            let rows = self.0.scan(scope, next.clone()).await?;
            let full = rows.len() == limit;
            if let Some(last) = rows.last() {
                let table = R::TABLE;
                next.after = last.get(table.partition.len()..table.key_len()).map(<[Cell]>::to_vec);
            }
            for row in rows {
                records.push(R::from_cells(row)?);
            }
            if !full {
                return Ok(records);
            }
        }
    }

    /// Writes one record.
    ///
    /// # Errors
    /// As [`Store::commit_one`].
    pub async fn put<R: Record>(&self, scope: impl Into<Scope>, lane: Lane, record: R) -> Result<(), Error> {
        self.0.commit_one(scope.into(), lane, vec![Mutation::put(record)]).await
    }

    /// Writes one record that ends by itself then.
    ///
    /// # Errors
    /// As [`Store::commit_one`].
    pub async fn put_until<R: Record>(
        &self,
        scope: impl Into<Scope>,
        lane: Lane,
        record: R,
        expires_at: Timestamp,
    ) -> Result<(), Error> {
        self.0.commit_one(scope.into(), lane, vec![Mutation::put_until(record, expires_at)]).await
    }

    /// Deletes one record, by its key; one that is not there is none already.
    ///
    /// # Errors
    /// As [`Store::commit_one`].
    pub async fn delete<R: Record>(
        &self,
        scope: impl Into<Scope>,
        lane: Lane,
        key: Vec<Cell>,
    ) -> Result<(), Error> {
        self.0.commit_one(scope.into(), lane, vec![Mutation::delete::<R>(key)]).await
    }

    /// Writes a record where there is none; else answers with the one that is there.
    ///
    /// # Errors
    /// As [`Store::exchange`], and [`Error::Corrupt`].
    pub async fn claim<R: Record>(&self, scope: impl Into<Scope>, record: R) -> Result<Option<R>, Error> {
        match self.0.exchange(scope.into(), Exchange::claim(record)).await? {
            Exchanged::Done => Ok(None),
            Exchanged::Found(Some(cells)) => Ok(Some(R::from_cells(cells)?)),
            Exchanged::Found(None) => Err(Error::Ambiguous),
        }
    }
}
