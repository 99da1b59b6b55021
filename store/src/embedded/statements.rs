//! The text of every statement, generated from a table's declaration, and the statements prepared from it.
//!
//! Parameters are numbered in this order: the tenant (tables of tenants only), the key's cells, the values
//! that are set, and what each text says beyond that.

use std::collections::{HashMap, hash_map::Entry};

use rusqlite::{
    Connection, ErrorCode, Statement,
    types::{ToSqlOutput, ValueRef},
};
use switchboard_ports::store::Error;
use switchboard_schema::{
    TenantId, Timestamp,
    table::{Cell, Column, CorruptRow, EXPIRES_AT, Ownership, TENANT, Table, Type},
};

use crate::scans::Bound;

/// Statements kept prepared by one connection, at most; then the cache starts afresh. The declared tables
/// make fewer than half of it.
const PREPARED_MAX: usize = 1_024;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Upserts the key and the values of this mask (bit `i`: the `i`-th value column).
    Put(u64),
    /// Removes a row by its key.
    Delete,
    /// Reads a row by its key.
    Get,
    /// Reads a page of a partition.
    Scan {
        /// Its lower end.
        lower: Bound,
        /// Its upper end.
        upper: Bound,
        /// Descending.
        reverse: bool,
    },
    /// Removes rows that have expired.
    Sweep,
    /// Reads everything of rows of the whole table, also of those that have expired, in the order of the key.
    Dump {
        /// Only those behind a whole key, with its tenant in front.
        after: bool,
    },
}

/// Every value column set.
pub(super) const fn full_mask(table: &Table) -> u64 {
    (1_u64 << table.values.len()) - 1
}

/// The value columns that are set.
pub(super) fn mask(values: &[Cell]) -> u64 {
    values
        .iter()
        .enumerate()
        .filter(|(_, cell)| **cell != Cell::Unset)
        .fold(0, |mask, (index, _)| mask | 1 << index)
}

impl Shape {
    /// The statement's text.
    pub(super) fn sql(self, table: &Table) -> String {
        match self {
            Self::Put(mask) => put(table, mask),
            Self::Delete => {
                let (condition, _) = equal(table, table.key());
                format!("DELETE FROM {} WHERE {condition}", table.name)
            }
            Self::Get => {
                let (condition, mut next) = equal(table, table.key());
                let alive = alive(table, &mut next);
                format!("SELECT {} FROM {} WHERE {condition}{alive}", names(table.columns()), table.name)
            }
            Self::Scan { lower, upper, reverse } => scan(table, lower, upper, reverse),
            Self::Sweep => sweep(table),
            Self::Dump { after } => dump(table, after),
        }
    }
}

fn names<'a>(columns: impl Iterator<Item = &'a Column>) -> String {
    columns.map(|column| column.name).collect::<Vec<_>>().join(", ")
}

fn tenant(table: &Table) -> impl Iterator<Item = &'static Column> + use<> {
    matches!(table.ownership, Ownership::Tenant).then_some(&TENANT).into_iter()
}

/// `tenant = ?1 AND …` and the number of the next parameter.
fn equal<'a>(table: &Table, columns: impl Iterator<Item = &'a Column>) -> (String, usize) {
    let columns = tenant(table).map(|column| column.name).chain(columns.map(|column| column.name));
    let conditions: Vec<_> =
        columns.enumerate().map(|(index, name)| format!("{name} = ?{}", index + 1)).collect();
    (conditions.join(" AND "), conditions.len() + 1)
}

/// The condition that a row has not expired; its parameter is the present time.
fn alive(table: &Table, next: &mut usize) -> String {
    if !table.expires {
        return String::new();
    }
    let condition = format!(" AND ({EXPIRES_AT} IS NULL OR {EXPIRES_AT} > ?{next})");
    *next += 1;
    condition
}

/// An upsert. Where rows expire, the row's end follows.
fn put(table: &Table, mask: u64) -> String {
    let set = |index: usize| mask & (1 << index) != 0;
    let key: Vec<_> = tenant(table).chain(table.key()).map(|column| column.name).collect();
    let mut columns = key.clone();
    let values = table.values.iter().enumerate().filter(|(index, _)| set(*index));
    columns.extend(values.map(|(_, column)| column.name));
    if table.expires {
        columns.push(EXPIRES_AT);
    }
    let places: Vec<_> = (1..=columns.len()).map(|number| format!("?{number}")).collect();
    let changes: Vec<_> =
        columns[key.len()..].iter().map(|column| format!("{column} = excluded.{column}")).collect();
    let action =
        if changes.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", changes.join(", ")) };
    format!(
        "INSERT INTO {} ({}) VALUES ({}) ON CONFLICT ({}) DO {action}",
        table.name,
        columns.join(", "),
        places.join(", "),
        key.join(", "),
    )
}

/// A page. After the partition come the lower bound's cells, the upper bound's, the present time where rows
/// expire, and the number of rows.
fn scan(table: &Table, lower: Bound, upper: Bound, reverse: bool) -> String {
    let (condition, mut next) = equal(table, table.partition.iter());
    let condition = if condition.is_empty() { "1".to_owned() } else { condition };
    let mut sql = format!("SELECT {} FROM {} WHERE {condition}", names(table.columns()), table.name);
    for (bound, including, beyond) in [(lower, ">=", ">"), (upper, "<=", "<")] {
        let (columns, sign) = match bound {
            Bound::Open => continue,
            Bound::Including(columns) => (columns, including),
            Bound::Beyond => (table.clustering.len(), beyond),
        };
        let places: Vec<_> = (next..next + columns).map(|number| format!("?{number}")).collect();
        next += columns;
        let columns = names(table.clustering.iter().take(columns));
        sql.push_str(&format!(" AND ({columns}) {sign} ({})", places.join(", ")));
    }
    sql.push_str(&alive(table, &mut next));
    if !table.clustering.is_empty() {
        let direction = if reverse { " DESC" } else { "" };
        let order: Vec<_> =
            table.clustering.iter().map(|column| format!("{}{direction}", column.name)).collect();
        sql.push_str(&format!(" ORDER BY {}", order.join(", ")));
    }
    sql + &format!(" LIMIT ?{next}")
}

/// Removes expired rows: parameters are the time and the number of rows.
fn sweep(table: &Table) -> String {
    let key: Vec<_> = tenant(table).chain(table.key()).map(|column| column.name).collect();
    let key = key.join(", ");
    format!(
        "DELETE FROM {0} WHERE ({key}) IN (SELECT {key} FROM {0} WHERE {EXPIRES_AT} <= ?1 ORDER BY {EXPIRES_AT} LIMIT ?2)",
        table.name
    )
}

/// Everything of rows: the tenant, the record's columns, the end where rows expire. Parameters are the key to begin
/// behind, where there is one, and the number of rows.
fn dump(table: &Table, after: bool) -> String {
    let key: Vec<_> = tenant(table).chain(table.key()).map(|column| column.name).collect();
    let end = table.expires.then_some(EXPIRES_AT);
    let columns: Vec<_> = tenant(table).chain(table.columns()).map(|column| column.name).chain(end).collect();
    let mut next = 1;
    let mut condition = String::new();
    if after {
        let places: Vec<_> = (1..=key.len()).map(|number| format!("?{number}")).collect();
        condition = format!(" WHERE ({}) > ({})", key.join(", "), places.join(", "));
        next += key.len();
    }
    let (columns, key) = (columns.join(", "), key.join(", "));
    format!("SELECT {columns} FROM {}{condition} ORDER BY {key} LIMIT ?{next}", table.name)
}

/// The statements prepared on one connection.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    prepared: HashMap<(&'static str, Shape), Statement<'c>>,
}

impl<'c> Statements<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection, prepared: HashMap::new() }
    }

    /// The statement of this shape with its tenant and these cells bound, and the number of the next
    /// parameter.
    pub(super) fn bind<'s, 'a>(
        &'s mut self,
        table: &'static Table,
        shape: Shape,
        tenant: Option<TenantId>,
        cells: impl Iterator<Item = &'a Cell>,
    ) -> rusqlite::Result<Binding<'s, 'c>> {
        if self.prepared.len() >= PREPARED_MAX {
            self.prepared.clear();
        }
        let statement = match self.prepared.entry((table.name, shape)) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(self.connection.prepare(&shape.sql(table))?),
        };
        let mut bound = Binding { statement, next: 1 };
        if let Some(tenant) = tenant {
            bound.statement.raw_bind_parameter(1, tenant.as_bytes().as_slice())?;
            bound.next = 2;
        }
        for cell in cells {
            bound.cell(cell)?;
        }
        Ok(bound)
    }
}

/// A statement while its parameters are being given.
pub(super) struct Binding<'s, 'c> {
    statement: &'s mut Statement<'c>,
    next: usize,
}

impl Binding<'_, '_> {
    /// Gives the next parameter; [`Cell::Unset`] is `NULL`.
    pub(super) fn cell(&mut self, cell: &Cell) -> rusqlite::Result<()> {
        let value = match cell {
            Cell::Unset => ValueRef::Null,
            Cell::Int(number) => ValueRef::Integer(*number),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
        };
        self.statement.raw_bind_parameter(self.next, ToSqlOutput::Borrowed(value))?;
        self.next += 1;
        Ok(())
    }

    /// Gives the next parameter, a number.
    pub(super) fn number(&mut self, number: i64) -> rusqlite::Result<()> {
        self.cell(&Cell::Int(number))
    }

    /// Gives the next parameter, a time or none.
    pub(super) fn time(&mut self, time: Option<Timestamp>) -> rusqlite::Result<()> {
        self.cell(&time.map_or(Cell::Unset, |time| Cell::Int(time.as_millis())))
    }

    /// Runs it; answers with the number of rows changed.
    pub(super) fn execute(self) -> rusqlite::Result<usize> {
        self.statement.raw_execute()
    }

    /// Reads its rows, whole; refuses to hold more than so many bytes.
    pub(super) fn rows(self, table: &'static Table, bytes_max: usize) -> Result<Vec<Vec<Cell>>, Failure> {
        self.rows_of(table, table.columns(), bytes_max)
    }

    /// The rows found, with everything that is kept of them: see [`Shape::Dump`].
    pub(super) fn whole_rows(self, table: &'static Table) -> Result<Vec<Vec<Cell>>, Failure> {
        const END: Column = Column { name: EXPIRES_AT, kind: Type::Int };
        let end = table.expires.then_some(&END);
        self.rows_of(table, tenant(table).chain(table.columns()).chain(end), usize::MAX)
    }

    fn rows_of(
        self,
        table: &'static Table,
        columns: impl Iterator<Item = &'static Column>,
        bytes_max: usize,
    ) -> Result<Vec<Vec<Cell>>, Failure> {
        let columns: Vec<_> = columns.collect();
        let mut rows = self.statement.raw_query();
        let mut out = Vec::new();
        let mut bytes = 0_usize;
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(columns.len());
            for (index, column) in columns.iter().enumerate() {
                let cell = cell(table, column, row.get_ref(index)?)?;
                bytes += cell.size();
                cells.push(cell);
            }
            if bytes > bytes_max {
                return Err(Failure::TooLarge { bytes_max });
            }
            out.push(cells);
        }
        Ok(out)
    }
}

/// A stored value as the cell its column declares.
pub(super) fn cell(
    table: &'static Table,
    column: &'static Column,
    value: ValueRef<'_>,
) -> Result<Cell, CorruptRow> {
    let problem = match (column.kind, value) {
        (_, ValueRef::Null) => return Ok(Cell::Unset),
        (Type::Int, ValueRef::Integer(number)) => return Ok(Cell::Int(number)),
        (Type::Blob, ValueRef::Blob(bytes)) => return Ok(Cell::Blob(bytes.to_vec())),
        (Type::Text, ValueRef::Text(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => return Ok(Cell::Text(text.to_owned())),
            Err(_) => "is not UTF-8",
        },
        _ => "is stored with another type",
    };
    Err(CorruptRow { table: table.name, column: column.name, problem: problem.to_owned() })
}

/// Why a statement did not do its work.
#[derive(Debug)]
pub(super) enum Failure {
    /// SQLite said so.
    Sqlite(rusqlite::Error),
    /// A stored row does not have its table's shape.
    Corrupt(CorruptRow),
    /// A page would hold too much.
    TooLarge {
        /// Bytes it may hold.
        bytes_max: usize,
    },
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<CorruptRow> for Failure {
    fn from(row: CorruptRow) -> Self {
        Self::Corrupt(row)
    }
}

impl From<Failure> for Error {
    /// Nothing was done: either the row itself is at fault, then it is refused, or the place it should go to.
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Corrupt(row) => Self::Corrupt(row),
            Failure::TooLarge { bytes_max } => {
                Self::Refused(format!("a page of more than {bytes_max} bytes: ask for fewer rows"))
            }
            Failure::Sqlite(error) => match error.sqlite_error_code() {
                Some(
                    ErrorCode::ConstraintViolation
                    | ErrorCode::TypeMismatch
                    | ErrorCode::TooBig
                    | ErrorCode::Unknown
                    | ErrorCode::ParameterOutOfRange,
                ) => Self::Refused(error.to_string()),
                _ => Self::Unavailable(error.to_string()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::params;
    use switchboard_schema::record::{IDEMPOTENCY, TABLES, THREAD, WAKEUPS};

    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().expect("a database in memory");
        for table in TABLES {
            connection.execute_batch(&table.sqlite()).expect("the declared table");
        }
        connection
    }

    #[test]
    fn a_put_names_the_set_columns_only() {
        assert_eq!(
            Shape::Put(0b1).sql(&WAKEUPS),
            "INSERT INTO wakeups (shard, minute, due, tenant_id, target, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT (shard, minute, due, tenant_id, target) DO UPDATE SET reason = excluded.reason"
        );
        assert!(Shape::Put(0).sql(&WAKEUPS).ends_with("DO NOTHING"));
        assert_eq!(mask(&[Cell::Int(1), Cell::Unset, Cell::Int(2)]), 0b101);
        assert_eq!(full_mask(&THREAD), 0b1111);
    }

    #[test]
    fn a_put_of_a_row_that_may_end_sets_its_end() {
        assert_eq!(
            Shape::Put(full_mask(&IDEMPOTENCY)).sql(&IDEMPOTENCY),
            "INSERT INTO idempotency (tenant, principal, key_hash, request_hash, status, body, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (tenant, principal, key_hash) DO UPDATE SET \
             request_hash = excluded.request_hash, status = excluded.status, body = excluded.body, \
             expires_at = excluded.expires_at"
        );
    }

    #[test]
    fn every_statement_of_every_table_prepares_and_none_sorts_or_walks_a_table() {
        let connection = database();
        for table in TABLES {
            let bounds = (1..=table.clustering.len()).map(Bound::Including).chain([Bound::Open]);
            let mut shapes = vec![Shape::Delete, Shape::Get, Shape::Put(0), Shape::Put(full_mask(table))];
            if table.expires {
                shapes.push(Shape::Sweep);
            }
            for lower in bounds.clone().chain([Bound::Beyond]) {
                for upper in bounds.clone().chain([Bound::Beyond]) {
                    for reverse in [false, true] {
                        shapes.push(Shape::Scan { lower, upper, reverse });
                    }
                }
            }
            for shape in shapes {
                if table.clustering.is_empty() && format!("{shape:?}").contains("Beyond") {
                    continue;
                }
                let sql = shape.sql(table);
                let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect(&sql);
                let mut rows = plan.raw_query();
                while let Some(row) = rows.next().expect("a plan") {
                    let step: String = row.get(3).expect("a step");
                    let walks = step.starts_with("SCAN") && !step.starts_with("SCAN CONSTANT");
                    assert!(!walks && !step.contains("TEMP B-TREE FOR ORDER"), "{sql}: {step}");
                }
            }
        }
    }

    #[test]
    fn a_stored_value_of_another_shape_is_told_as_corrupt() {
        let connection = database();
        connection
            .execute(
                "INSERT INTO idempotency (tenant, principal, key_hash) VALUES (?1, CAST(x'ff' AS TEXT), ?1)",
                params![[7_u8; 16]],
            )
            .expect("a row made by hand");
        let mut statement = connection.prepare("SELECT principal FROM idempotency").expect("a statement");
        let mut rows = statement.raw_query();
        let row = rows.next().expect("a read").expect("a row");
        let corrupt = cell(&IDEMPOTENCY, &IDEMPOTENCY.partition[0], row.get_ref(0).expect("a column"))
            .expect_err("this is not text");
        assert_eq!(corrupt.to_string(), "row of idempotency: column principal is not UTF-8");
    }
}
