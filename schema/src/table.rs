//! What a table is, and the two dialects of its definition.
//!
//! A table is declared once, in [`crate::record`]; from that declaration come the CQL and the SQLite
//! definition, both checked in, and the mapping of a record to cells and back. The model is CQL's: a
//! partition key, clustering columns, values; no collections, counters, statics or views. Integers, byte
//! strings and ASCII text are the only key types, because both stores order them alike.

use crate::{Timestamp, json::problem_of};

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `bigint`; `INTEGER`.
    Int,
    /// `blob`; `BLOB`.
    Blob,
    /// `text`; `TEXT`. As a key only ASCII.
    Text,
}

impl Type {
    /// Its name in CQL.
    #[must_use]
    pub const fn cql(self) -> &'static str {
        match self {
            Self::Int => "bigint",
            Self::Blob => "blob",
            Self::Text => "text",
        }
    }
}

/// One value of a row. `Unset` leaves a column as it is (never a null, which CQL keeps as a tombstone).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Cell {
    /// Nothing is said about this column.
    Unset,
    /// A number.
    Int(i64),
    /// Bytes.
    Blob(Vec<u8>),
    /// Text.
    Text(String),
}

impl Cell {
    /// Bytes this cell counts towards a commit's size.
    #[must_use]
    pub const fn size(&self) -> usize {
        match self {
            Self::Unset => 0,
            Self::Int(_) => 8,
            Self::Blob(bytes) => bytes.len(),
            Self::Text(text) => text.len(),
        }
    }
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in both dialects.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
}

/// Who a table's rows belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// A tenant: the store puts the tenant of the caller's scope in front of the partition key.
    Tenant,
    /// The installation: routing, sign-in, wake-ups.
    System,
}

/// How SQLite lays a table out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Rows in order of arrival, with a unique index for the key: hot tables insert at the right edge, and rows of
    /// more than 1,000 bytes, of which a clustered table would put the rest of each on a page of its own, stay whole.
    RightEdge,
    /// `WITHOUT ROWID`: rows in order of the key.
    Clustered,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name in both dialects.
    pub name: &'static str,
    /// What it holds, as the comment in both dialects.
    pub comment: &'static str,
    /// Whose rows these are.
    pub ownership: Ownership,
    /// How SQLite lays it out.
    pub layout: Layout,
    /// Written by compare-and-set only; mixing both kinds of write on one row breaks both in CQL.
    pub claimed: bool,
    /// Rows may carry a time after which they are gone. They are always written whole: in CQL each cell ends by itself.
    pub expires: bool,
    /// The partition key, without the tenant.
    pub partition: &'static [Column],
    /// The clustering columns, ascending.
    pub clustering: &'static [Column],
    /// The other columns.
    pub values: &'static [Column],
}

/// The column that the store puts in front of every tenant's partition key.
pub const TENANT: Column = Column { name: "tenant", kind: Type::Blob };
/// The key column by which a table of the installation's says which tenant a row is about.
pub const ABOUT_TENANT: &str = "tenant_id";
/// The column that says until when a row of an expiring table is there, in milliseconds.
pub const EXPIRES_AT: &str = "expires_at";

impl Table {
    /// The columns of a record, in the order of its cells: partition, clustering, values.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> + '_ {
        self.partition.iter().chain(self.clustering).chain(self.values)
    }

    /// The columns of the key, in the order of its cells: partition, clustering.
    pub fn key(&self) -> impl Iterator<Item = &'static Column> + '_ {
        self.partition.iter().chain(self.clustering)
    }

    /// How many cells the key has.
    #[must_use]
    pub const fn key_len(&self) -> usize {
        self.partition.len() + self.clustering.len()
    }

    fn stored_partition(&self) -> impl Iterator<Item = &Column> {
        matches!(self.ownership, Ownership::Tenant).then_some(&TENANT).into_iter().chain(self.partition)
    }

    /// The definition in CQL, for ScyllaDB and Cassandra, in a keyspace or in the one that is used.
    #[must_use]
    pub fn cql(&self, keyspace: Option<&str>) -> String {
        let keyspace = keyspace.map(|name| format!("{name}.")).unwrap_or_default();
        let mut out = format!("-- {}\nCREATE TABLE IF NOT EXISTS {keyspace}{} (\n", self.comment, self.name);
        for column in self.stored_partition().chain(self.clustering).chain(self.values) {
            out += &format!("    {} {},\n", column.name, column.kind.cql());
        }
        if self.expires {
            out += &format!("    {EXPIRES_AT} {},\n", Type::Int.cql());
        }
        let partition: Vec<_> = self.stored_partition().map(|column| column.name).collect();
        out += &format!("    PRIMARY KEY (({})", partition.join(", "));
        for column in self.clustering {
            out += &format!(", {}", column.name);
        }
        out.push_str(")\n);\n");
        out
    }

    /// The definition in SQLite's dialect.
    #[must_use]
    pub fn sqlite(&self) -> String {
        let mut out = format!("-- {}\nCREATE TABLE IF NOT EXISTS {} (\n", self.comment, self.name);
        let kind = |column: &Column| match column.kind {
            Type::Int => "INTEGER",
            Type::Blob => "BLOB",
            Type::Text => "TEXT",
        };
        for column in self.stored_partition().chain(self.clustering) {
            out += &format!("    {} {} NOT NULL,\n", column.name, kind(column));
        }
        for column in self.values {
            out += &format!("    {} {},\n", column.name, kind(column));
        }
        if self.expires {
            out += &format!("    {EXPIRES_AT} INTEGER,\n");
        }
        let key: Vec<_> = self.stored_partition().chain(self.clustering).map(|column| column.name).collect();
        let key = key.join(", ");
        match self.layout {
            Layout::Clustered => {
                out += &format!("    PRIMARY KEY ({key})\n) STRICT, WITHOUT ROWID;\n");
            }
            Layout::RightEdge => {
                out.truncate(out.len() - 2);
                out += &format!(
                    "\n) STRICT;\nCREATE UNIQUE INDEX IF NOT EXISTS {0}_key ON {0} ({key});\n",
                    self.name
                );
            }
        }
        if self.expires {
            out += &format!(
                "CREATE INDEX IF NOT EXISTS {0}_expiry ON {0} ({EXPIRES_AT}) WHERE {EXPIRES_AT} IS NOT NULL;\n",
                self.name
            );
        }
        out
    }
}

/// A stored row that does not have the shape its table declares.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row of {table}: column {column} {problem}")]
pub struct CorruptRow {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// A Rust type that fits one column.
pub trait CellType: Sized {
    /// The column's type.
    const TYPE: Type;

    /// As a cell.
    fn into_cell(self) -> Cell;

    /// From a cell.
    ///
    /// # Errors
    /// What is wrong with the cell, in words.
    fn from_cell(cell: Cell) -> Result<Self, String>;
}

impl CellType for i64 {
    const TYPE: Type = Type::Int;

    fn into_cell(self) -> Cell {
        Cell::Int(self)
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        match cell {
            Cell::Int(value) => Ok(value),
            other => Err(format!("is not a number: {}", describe(&other))),
        }
    }
}

impl CellType for u64 {
    const TYPE: Type = Type::Int;

    fn into_cell(self) -> Cell {
        Cell::Int(i64::try_from(self).unwrap_or(i64::MAX))
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        Self::try_from(i64::from_cell(cell)?).map_err(|_| "is below zero".to_owned())
    }
}

impl CellType for Timestamp {
    const TYPE: Type = Type::Int;

    fn into_cell(self) -> Cell {
        Cell::Int(self.as_millis())
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        i64::from_cell(cell).map(Self::from_millis)
    }
}

impl CellType for Vec<u8> {
    const TYPE: Type = Type::Blob;

    fn into_cell(self) -> Cell {
        Cell::Blob(self)
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        match cell {
            Cell::Blob(bytes) => Ok(bytes),
            other => Err(format!("is not bytes: {}", describe(&other))),
        }
    }
}

impl CellType for String {
    const TYPE: Type = Type::Text;

    fn into_cell(self) -> Cell {
        Cell::Text(self)
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        match cell {
            Cell::Text(text) => Ok(text),
            other => Err(format!("is not text: {}", describe(&other))),
        }
    }
}

impl<T: CellType> CellType for Option<T> {
    const TYPE: Type = T::TYPE;

    fn into_cell(self) -> Cell {
        self.map_or(Cell::Unset, T::into_cell)
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        match cell {
            Cell::Unset => Ok(None),
            cell => T::from_cell(cell).map(Some),
        }
    }
}

/// A value kept as JSON in a blob column. Fields added later need a serde default, so that older rows read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Json<T>(pub T);

impl<T: serde::Serialize + serde::de::DeserializeOwned> CellType for Json<T> {
    const TYPE: Type = Type::Blob;

    fn into_cell(self) -> Cell {
        Cell::Blob(crate::record::encode_body(&self.0))
    }

    fn from_cell(cell: Cell) -> Result<Self, String> {
        let bytes = Vec::<u8>::from_cell(cell)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| format!("does not read: {}", problem_of(&error)))
    }
}

macro_rules! id_cells {
    ($($name:ident),*) => {$(
        impl CellType for crate::$name {
            const TYPE: Type = Type::Blob;

            fn into_cell(self) -> Cell {
                Cell::Blob(self.as_bytes().to_vec())
            }

            fn from_cell(cell: Cell) -> Result<Self, String> {
                let bytes = Vec::<u8>::from_cell(cell)?;
                crate::IdBytes::try_from(bytes).map(Self::from_bytes).map_err(|_| "is not 16 bytes".to_owned())
            }
        }
    )*};
}

id_cells!(
    TenantId,
    ChannelId,
    ContactId,
    ConversationId,
    MediaId,
    MessageId,
    UserId,
    TeamId,
    ApiKeyId,
    SessionId,
    BlobId,
    CorrelationId,
    DeadLetterId,
    InvitationId,
    SavedReplyId,
    LabelId,
    ViewId,
    BulkId,
    AuditId,
    RuleId,
    MacroId,
    AutomationRunId,
    NotificationId,
    PushSubscriptionId
);

/// Says what a cell is without saying what is in it.
fn describe(cell: &Cell) -> &'static str {
    match cell {
        Cell::Unset => "nothing",
        Cell::Int(_) => "a number",
        Cell::Blob(_) => "bytes",
        Cell::Text(_) => "text",
    }
}

/// A record: a row of one table, with types.
pub trait Record: Sized {
    /// Its table.
    const TABLE: &'static Table;

    /// Its cells: partition, clustering, values.
    fn into_cells(self) -> Vec<Cell>;

    /// From its cells.
    ///
    /// # Errors
    /// The column that does not have the declared shape.
    fn from_cells(cells: Vec<Cell>) -> Result<Self, CorruptRow>;
}

/// Declares a table and the record of its rows.
macro_rules! table {
    (
        $(#[doc = $doc:literal])+
        $constant:ident = $table:literal => $record:ident: $ownership:ident, $layout:ident $(, $flag:ident)*;
        partition { $($(#[$pmeta:meta])* $pname:ident: $ptype:ty,)* }
        clustering { $($(#[$cmeta:meta])* $cname:ident: $ctype:ty,)* }
        values { $($(#[$vmeta:meta])* $vname:ident: $vtype:ty,)* }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $record {
            $($(#[$pmeta])* pub $pname: $ptype,)*
            $($(#[$cmeta])* pub $cname: $ctype,)*
            $($(#[$vmeta])* pub $vname: $vtype,)*
        }

        #[doc = concat!("The table `", $table, "`.")]
        pub static $constant: $crate::table::Table = $crate::table::Table {
            name: $table,
            comment: concat!($($doc),+),
            ownership: $crate::table::Ownership::$ownership,
            layout: $crate::table::Layout::$layout,
            claimed: false $(|| $crate::table::flag!($flag, claimed))*,
            expires: false $(|| $crate::table::flag!($flag, expires))*,
            partition: &[$($crate::table::Column {
                name: stringify!($pname), kind: <$ptype as $crate::table::CellType>::TYPE,
            },)*],
            clustering: &[$($crate::table::Column {
                name: stringify!($cname), kind: <$ctype as $crate::table::CellType>::TYPE,
            },)*],
            values: &[$($crate::table::Column {
                name: stringify!($vname), kind: <$vtype as $crate::table::CellType>::TYPE,
            },)*],
        };

        impl $record {
            /// The partition these values name, as cells.
            #[must_use]
            #[allow(clippy::allow_attributes, clippy::too_many_arguments)]
            pub fn partition($($pname: $ptype,)*) -> Vec<$crate::table::Cell> {
                vec![$($crate::table::CellType::into_cell($pname),)*]
            }

            /// The key these values name, as cells.
            #[must_use]
            #[allow(clippy::allow_attributes, clippy::too_many_arguments)]
            pub fn key($($pname: $ptype,)* $($cname: $ctype,)*) -> Vec<$crate::table::Cell> {
                vec![
                    $($crate::table::CellType::into_cell($pname),)*
                    $($crate::table::CellType::into_cell($cname),)*
                ]
            }
        }

        impl $crate::table::Record for $record {
            const TABLE: &'static $crate::table::Table = &$constant;

            fn into_cells(self) -> Vec<$crate::table::Cell> {
                vec![
                    $($crate::table::CellType::into_cell(self.$pname),)*
                    $($crate::table::CellType::into_cell(self.$cname),)*
                    $($crate::table::CellType::into_cell(self.$vname),)*
                ]
            }

            fn from_cells(cells: Vec<$crate::table::Cell>) -> Result<Self, $crate::table::CorruptRow> {
                let mut cells = cells.into_iter();
                $($crate::table::take!(cells, $table, $pname: $ptype);)*
                $($crate::table::take!(cells, $table, $cname: $ctype);)*
                $($crate::table::take!(cells, $table, $vname: $vtype);)*
                Ok(Self { $($pname,)* $($cname,)* $($vname,)* })
            }
        }
    };
}
pub(crate) use table;

/// `flag!(expires, expires)` is true.
macro_rules! flag {
    (claimed, claimed) => {
        true
    };
    (expires, expires) => {
        true
    };
    ($left:ident, $right:ident) => {
        false
    };
}
pub(crate) use flag;

/// Takes the next cell into a variable of the column's name.
macro_rules! take {
    ($cells:ident, $table:literal, $name:ident: $type:ty) => {
        let $name = <$type as $crate::table::CellType>::from_cell(
            $cells.next().unwrap_or($crate::table::Cell::Unset),
        )
        .map_err(|problem| $crate::table::CorruptRow {
            table: $table,
            column: stringify!($name),
            problem,
        })?;
    };
}
pub(crate) use take;
