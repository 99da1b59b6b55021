//! Cells as CQL's values, and back.

use scylla::{
    cluster::metadata::{ColumnType, NativeType},
    deserialize::{
        DeserializationError, TypeCheckError,
        row::{ColumnIterator, DeserializeRow},
    },
    frame::response::result::ColumnSpec,
    serialize::{
        SerializationError,
        row::{RowSerializationContext, SerializeRow},
        writers::RowWriter,
    },
};
use switchboard_schema::{
    TenantId, Timestamp,
    table::{Cell, CellType as _, CorruptRow, EXPIRES_AT, Ownership, TENANT, Table, Type},
};

use crate::transfer::WholeRow;

/// One value of a statement.
#[derive(Debug, Clone, Copy)]
enum Value<'a> {
    /// Nothing is said of the column: it stays as it is, and no tombstone is made.
    Unset,
    /// A `bigint`.
    Long(i64),
    /// An `int`.
    Int(i32),
    /// A `blob` or a `text`.
    Bytes(&'a [u8]),
}

/// The values of a statement in the order of its markers.
#[derive(Debug, Clone, Default)]
pub(super) struct Values<'a>(Vec<Value<'a>>);

impl<'a> Values<'a> {
    /// The tenant's, where there is one, and these cells'.
    pub(super) fn of(tenant: Option<&'a TenantId>, cells: impl IntoIterator<Item = &'a Cell>) -> Self {
        let tenant = tenant.map(|tenant| Value::Bytes(tenant.as_bytes()));
        let cells = cells.into_iter().map(|cell| match cell {
            Cell::Unset => Value::Unset,
            Cell::Int(number) => Value::Long(*number),
            Cell::Blob(bytes) => Value::Bytes(bytes),
            Cell::Text(text) => Value::Bytes(text.as_bytes()),
        });
        Self(tenant.into_iter().chain(cells).collect())
    }

    /// The same and others.
    pub(super) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The same and a `bigint`.
    pub(super) fn and_long(mut self, number: i64) -> Self {
        self.0.push(Value::Long(number));
        self
    }

    /// The same and an `int`.
    pub(super) fn and_int(mut self, number: i32) -> Self {
        self.0.push(Value::Int(number));
        self
    }
}

/// More or fewer values than markers: a defect of the statement.
#[derive(Debug, thiserror::Error)]
#[error("{values} values for {markers} markers")]
struct WrongCount {
    values: usize,
    markers: usize,
}

impl SerializeRow for Values<'_> {
    fn serialize(
        &self,
        context: &RowSerializationContext<'_>,
        writer: &mut RowWriter<'_>,
    ) -> Result<(), SerializationError> {
        if context.columns().len() != self.0.len() {
            let wrong = WrongCount { values: self.0.len(), markers: context.columns().len() };
            return Err(SerializationError::new(wrong));
        }
        for value in &self.0 {
            let cell = writer.make_cell_writer();
            match value {
                Value::Unset => drop(cell.set_unset()),
                Value::Long(number) => {
                    cell.set_value(&number.to_be_bytes()).map_err(SerializationError::new)?;
                }
                Value::Int(number) => {
                    cell.set_value(&number.to_be_bytes()).map_err(SerializationError::new)?;
                }
                Value::Bytes(bytes) => {
                    cell.set_value(bytes).map_err(SerializationError::new)?;
                }
            }
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A row as it came: each column's name and value. What it means is found out by the table's declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RawRow(Vec<(String, Raw)>);

/// A value as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Raw {
    Cell(Cell),
    /// `true` or `false`.
    Truth(bool),
    /// Of a type that no declared column has, or with bytes that are none of its type.
    Strange(&'static str),
}

impl<'frame, 'metadata> DeserializeRow<'frame, 'metadata> for RawRow {
    fn type_check(_: &[ColumnSpec<'_>]) -> Result<(), TypeCheckError> {
        Ok(())
    }

    fn deserialize(row: ColumnIterator<'frame, 'metadata>) -> Result<Self, DeserializationError> {
        let columns = row.map(|column| {
            let column = column?;
            let value = match column.slice {
                None => Raw::Cell(Cell::Unset),
                Some(slice) => raw(column.spec.typ(), slice.as_slice()),
            };
            Ok((column.spec.name().to_owned(), value))
        });
        columns.collect::<Result<_, _>>().map(Self)
    }
}

fn raw(kind: &ColumnType<'_>, bytes: &[u8]) -> Raw {
    match kind {
        ColumnType::Native(NativeType::BigInt) => {
            bytes.try_into().map_or(Raw::Strange("is not eight bytes"), |bytes| {
                Raw::Cell(Cell::Int(i64::from_be_bytes(bytes)))
            })
        }
        ColumnType::Native(NativeType::Blob) => Raw::Cell(Cell::Blob(bytes.to_vec())),
        ColumnType::Native(NativeType::Text | NativeType::Ascii) => std::str::from_utf8(bytes)
            .map_or(Raw::Strange("is not UTF-8"), |text| Raw::Cell(Cell::Text(text.to_owned()))),
        ColumnType::Native(NativeType::Boolean) => Raw::Truth(bytes != [0]),
        _ => Raw::Strange("is stored with another type"),
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Its cells in the order of their declaration.
    pub(super) cells: Vec<Cell>,
    /// When it ends, in milliseconds; [`NEVER`] where it stays.
    pub(super) expires_at: i64,
}

/// The end of a row of an expiring table that stays. Not an unset cell: that would leave an earlier end standing.
pub(super) const NEVER: i64 = i64::MAX;

impl RawRow {
    /// Whether the conditional statement that answered with this was applied.
    pub(super) fn was_applied(&self) -> Option<bool> {
        self.0.iter().find_map(|(name, value)| match value {
            Raw::Truth(applied) if name == APPLIED => Some(*applied),
            _ => None,
        })
    }

    /// The row of a table that was read with everything that is kept of it.
    pub(super) fn whole(mut self, table: &'static Table) -> Result<WholeRow, CorruptRow> {
        let tenant = if matches!(table.ownership, Ownership::Tenant) {
            let problem = "is none".to_owned();
            let strange = CorruptRow { table: table.name, column: TENANT.name, problem };
            match self.0.remove(0).1 {
                Raw::Cell(cell) => Some(TenantId::from_cell(cell).map_err(|_| strange)?),
                _ => return Err(strange),
            }
        } else {
            None
        };
        let Row { cells, expires_at } = self.of(table)?;
        let expires_at = (expires_at != NEVER).then(|| Timestamp::from_millis(expires_at));
        Ok(WholeRow { tenant, cells, expires_at })
    }

    /// The row of a table that was read.
    pub(super) fn of(self, table: &'static Table) -> Result<Row, CorruptRow> {
        let mut row = Row { cells: Vec::with_capacity(self.0.len()), expires_at: NEVER };
        let mut columns = table.columns();
        for (name, value) in self.0 {
            let corrupt =
                |column, problem: &str| CorruptRow { table: table.name, column, problem: problem.to_owned() };
            if name == EXPIRES_AT {
                match value {
                    Raw::Cell(Cell::Int(at)) => row.expires_at = at,
                    Raw::Cell(Cell::Unset) => {}
                    _ => return Err(corrupt(EXPIRES_AT, "is stored with another type")),
                }
                continue;
            }
            let Some(column) = columns.next() else { break };
            let cell = match (value, column.kind) {
                (Raw::Cell(Cell::Unset), _) => Cell::Unset,
                (Raw::Cell(cell @ Cell::Int(_)), Type::Int)
                | (Raw::Cell(cell @ Cell::Blob(_)), Type::Blob)
                | (Raw::Cell(cell @ Cell::Text(_)), Type::Text) => cell,
                (Raw::Strange(problem), _) => return Err(corrupt(column.name, problem)),
                _ => return Err(corrupt(column.name, "is stored with another type")),
            };
            row.cells.push(cell);
        }
        Ok(row)
    }

    /// The values that a conditional statement found; `None` where there is no row. ScyllaDB then answers with nulls,
    /// Cassandra with no columns at all.
    pub(super) fn values(&self, table: &'static Table) -> Option<Vec<Cell>> {
        let found: Vec<_> = table
            .values
            .iter()
            .filter_map(|column| {
                self.0.iter().find_map(|(name, value)| match value {
                    Raw::Cell(cell) if name == column.name && *cell != Cell::Unset => Some(cell.clone()),
                    _ => None,
                })
            })
            .collect();
        (found.len() == table.values.len()).then_some(found)
    }
}

/// The column by which a conditional statement says whether it was applied.
const APPLIED: &str = "[applied]";
