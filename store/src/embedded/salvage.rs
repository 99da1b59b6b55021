//! Saves what still reads of a damaged database into a new one.
//!
//! Each table is read in the order of its key from both ends to where it stops reading. Between the two places
//! it is tried from keys in the middle, again and again, so that a damaged page costs its own rows and, where
//! it led to others, few of theirs. Every value is looked at as any read does; a row that is not its table's is
//! left behind.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params_from_iter, types::Value};
use switchboard_schema::table::{EXPIRES_AT, Layout, Ownership, TENANT, Table};

use super::{
    DATABASE_FILE, OpenError,
    migrate::{VERSION, column_of, layout_of, move_rows, tables_of, take_cursors_back, version_of},
    open_writer, soundness, statements,
};
use crate::files::{lock_folder, sync};

/// How often the middle between two places is tried, one within the other.
const HALVINGS_MAX: u32 = 12;
/// Rows after which what is saved so far is committed.
const ROWS_PER_COMMIT: u64 = 10_000;
/// The new database while it is being made.
const NEW_FILE: &str = "switchboard.db.salvaged";
/// Folders of earlier damaged files that may stand beside each other.
const ASIDE_MAX: u32 = 1_000;

/// What became of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The table.
    pub table: &'static str,
    /// Rows saved.
    pub rows: u64,
    /// Rows that read, but are not of their table's shape: left behind.
    pub misshapen: u64,
    /// Rows that an index knows of and that are not saved; unknown where there is no such index.
    pub lost: Option<u64>,
    /// Places where rows do not read.
    pub gaps: u64,
}

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// Table by table.
    pub tables: Vec<Saved>,
    /// Where the damaged files are kept.
    pub aside: PathBuf,
}

/// Why nothing was saved. The damaged files are as they were.
#[derive(Debug, thiserror::Error)]
pub enum SalvageError {
    /// The folder cannot be used, or the new database not be made.
    #[error("{0}")]
    Open(#[from] OpenError),
    /// Not one table can be found in the damaged file.
    #[error(
        "the database {file} is damaged where it lists its tables, so that nothing can be saved from it: {source}"
    )]
    Nothing {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The new database cannot be written.
    #[error("the saved rows cannot be written: {0}")]
    Write(rusqlite::Error),
    /// Files cannot be moved.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

/// Saves what reads of the database in a folder into a new one, puts that in its place, and the damaged files
/// aside in a folder of their own beside it. Needs as much room as what is saved.
///
/// # Errors
/// When the folder is in use, nothing can be read at all, or the new database cannot be written.
pub fn salvage(folder: &Path) -> Result<Salvage, SalvageError> {
    let _lock = lock_folder(folder)?;
    let damaged_file = folder.join(DATABASE_FILE);
    let nothing = |source| SalvageError::Nothing { file: damaged_file.clone(), source };
    // It is not written to; its log, as far as it reads, is read with it.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let damaged = Connection::open_with_flags(&damaged_file, flags).map_err(nothing)?;
    damaged.pragma_update(None, "cell_size_check", true).map_err(nothing)?;
    let known: i64 = damaged
        .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))
        .map_err(nothing)?;
    if known == 0 {
        return Err(nothing(rusqlite::Error::QueryReturnedNoRows));
    }
    let new_file = folder.join(NEW_FILE);
    remove(&new_file)?;
    let new = open_writer(&new_file, 64 * 1_024, folder)?;
    let mut tables = Vec::new();
    let version = version_of(&damaged);
    for table in tables_of(version) {
        tables.push(Reader::new(version, table, &damaged, &new).read().map_err(SalvageError::Write)?);
    }
    move_rows(&new, version).map_err(SalvageError::Write)?;
    // The cursor may be what was lost.
    take_cursors_back(&new).map_err(SalvageError::Write)?;
    new.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(())).map_err(SalvageError::Write)?;
    new.close().map_err(|(_, error)| SalvageError::Write(error))?;
    drop(damaged);
    let aside = put_in_place(folder, &new_file)?;
    Ok(Salvage { tables, aside })
}

fn remove(path: &Path) -> Result<(), SalvageError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(SalvageError::File { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// Keeps the damaged files under another name, then gives the new database theirs.
fn put_in_place(folder: &Path, new_file: &Path) -> Result<PathBuf, SalvageError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| SalvageError::File { path, source }
    };
    let names = (1..=ASIDE_MAX).map(|number| folder.join(format!("damaged-{number}")));
    let free = names.into_iter().find(|name| !name.exists());
    let aside = free.unwrap_or_else(|| folder.join("damaged"));
    fs::create_dir(&aside).map_err(at(&aside))?;
    let (database, log) = (folder.join(DATABASE_FILE), soundness::log_path(folder));
    for file in [&database, &log] {
        let kept = aside.join(file.file_name().unwrap_or_default());
        match fs::hard_link(file, &kept) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&kept)(error)),
            _ => {}
        }
    }
    sync(&aside).map_err(at(&aside))?;
    sync(folder).map_err(at(folder))?;
    // The old log must not be read with the new database.
    remove(&log)?;
    remove(&folder.join(format!("{DATABASE_FILE}-shm")))?;
    sync(new_file).map_err(at(new_file))?;
    fs::rename(new_file, &database).map_err(at(&database))?;
    soundness::unseal(folder).map_err(at(folder))?;
    sync(folder).map_err(at(folder))?;
    Ok(aside)
}

/// A place in a table: the values of its key.
type Key = Vec<Value>;

/// Reads one table.
struct Reader<'c> {
    table: &'static Table,
    /// How it is laid out in what is read.
    layout: Layout,
    from: &'c Connection,
    into: &'c Connection,
    /// Columns by which it is ordered.
    order: Vec<&'static str>,
    /// All columns, as they are called in what is read.
    columns: Vec<&'static str>,
    /// The same as they are declared.
    new_columns: Vec<&'static str>,
    saved: Saved,
    uncommitted: u64,
}

/// How far a walk came.
enum Walked {
    /// To its end.
    Whole,
    /// To a place that does not read; the last key before it, where there was one.
    Broke(Option<Key>),
}

impl<'c> Reader<'c> {
    fn new(version: i64, table: &'static Table, from: &'c Connection, into: &'c Connection) -> Self {
        let tenant = || matches!(table.ownership, Ownership::Tenant).then_some(TENANT.name);
        let layout = layout_of(version, table);
        let order = match layout {
            Layout::RightEdge => vec!["rowid"],
            Layout::Clustered => tenant()
                .into_iter()
                .chain(table.key().map(|column| column_of(version, table, column)))
                .collect(),
        };
        let columns_of = |version| {
            let columns = table.columns().map(move |column| column_of(version, table, column));
            tenant().into_iter().chain(columns).chain(table.expires.then_some(EXPIRES_AT)).collect::<Vec<_>>()
        };
        let (columns, new_columns) = (columns_of(version), columns_of(VERSION));
        let saved = Saved { table: table.name, rows: 0, misshapen: 0, lost: None, gaps: 0 };
        Self { table, layout, from, into, order, columns, new_columns, saved, uncommitted: 0 }
    }

    fn read(mut self) -> rusqlite::Result<Saved> {
        self.into.execute_batch("BEGIN")?;
        self.between(None, None, HALVINGS_MAX)?;
        self.into.execute_batch("COMMIT")?;
        if self.saved.gaps > 0 && self.layout == Layout::RightEdge {
            let sql = format!("SELECT count(*) FROM {0} INDEXED BY {0}_key", self.table.name);
            let counted: Option<u64> = self.from.query_row(&sql, [], |row| row.get(0)).ok();
            self.saved.lost = counted.map(|all| all.saturating_sub(self.saved.rows));
        } else if self.saved.gaps == 0 {
            self.saved.lost = Some(self.saved.misshapen);
        }
        Ok(self.saved)
    }

    /// Saves what reads between two places.
    fn between(&mut self, low: Option<Key>, high: Option<Key>, halvings: u32) -> rusqlite::Result<()> {
        let Walked::Broke(left) = self.walk(low.as_ref(), high.as_ref(), false)? else { return Ok(()) };
        let low = left.or(low);
        let Walked::Broke(right) = self.walk(low.as_ref(), high.as_ref(), true)? else { return Ok(()) };
        let high = right.or(high);
        if halvings == HALVINGS_MAX {
            self.saved.gaps += 1;
        }
        let Some(middle) = middle(low.as_ref(), high.as_ref(), self.order.len()) else { return Ok(()) };
        if halvings > 0 {
            self.between(low, Some(middle.clone()), halvings - 1)?;
            self.between(Some(middle), high, halvings - 1)?;
        }
        Ok(())
    }

    /// Saves rows from one end on, to the other or to where they stop reading.
    fn walk(&mut self, low: Option<&Key>, high: Option<&Key>, backwards: bool) -> rusqlite::Result<Walked> {
        let keys = self.order.join(", ");
        let mut conditions = Vec::new();
        let mut values = Vec::new();
        for (bound, sign) in [(low, ">"), (high, "<")] {
            let Some(bound) = bound else { continue };
            let places: Vec<_> = (1..=bound.len()).map(|n| format!("?{}", values.len() + n)).collect();
            conditions.push(format!("({keys}) {sign} ({})", places.join(", ")));
            values.extend(bound.iter().cloned());
        }
        let condition = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        let direction = if backwards { " DESC" } else { "" };
        let order: Vec<_> = self.order.iter().map(|key| format!("{key}{direction}")).collect();
        let no_index = if self.layout == Layout::RightEdge { " NOT INDEXED" } else { "" };
        let sql = format!(
            "SELECT {keys}, {} FROM {}{no_index}{condition} ORDER BY {}",
            self.columns.join(", "),
            self.table.name,
            order.join(", ")
        );
        let mut last = None;
        let Ok(mut statement) = self.from.prepare(&sql) else { return Ok(Walked::Broke(None)) };
        let Ok(mut rows) = statement.query(params_from_iter(values)) else { return Ok(Walked::Broke(None)) };
        loop {
            let row = match rows.next() {
                Ok(None) => return Ok(Walked::Whole),
                Ok(Some(row)) => row,
                Err(_) => return Ok(Walked::Broke(last)),
            };
            let width = self.order.len();
            let read: rusqlite::Result<(Key, Key)> =
                (0..width).map(|index| row.get(index)).collect::<rusqlite::Result<_>>().and_then(|key| {
                    let cells = (0..self.columns.len()).map(|index| row.get(width + index));
                    Ok((key, cells.collect::<rusqlite::Result<_>>()?))
                });
            let Ok((key, cells)) = read else {
                // Text that is none, in a place that reads.
                self.saved.misshapen += 1;
                continue;
            };
            last = Some(key);
            let offset = width + usize::from(matches!(self.table.ownership, Ownership::Tenant));
            let is_of_table = self.table.columns().enumerate().all(|(index, column)| {
                row.get_ref(offset + index)
                    .is_ok_and(|value| statements::cell(self.table, column, value).is_ok())
            });
            if is_of_table && self.keep(cells)? {
                self.saved.rows += 1;
            } else {
                self.saved.misshapen += 1;
            }
        }
    }

    /// Writes a row into the new database; false when the new database does not take it.
    fn keep(&mut self, cells: Key) -> rusqlite::Result<bool> {
        let places: Vec<_> = (1..=cells.len()).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            self.table.name,
            self.new_columns.join(", "),
            places.join(", ")
        );
        let kept = match self.into.prepare_cached(&sql)?.execute(params_from_iter(cells)) {
            Ok(_) => true,
            // Two rows of one key, or none where there must be one: damage of another kind.
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => {
                false
            }
            Err(error) => return Err(error),
        };
        self.uncommitted += 1;
        if self.uncommitted >= ROWS_PER_COMMIT {
            self.uncommitted = 0;
            self.into.execute_batch("COMMIT; BEGIN")?;
        }
        Ok(kept)
    }
}

/// Bytes of a blob that halving looks at.
const HALVED_BYTES: usize = 16;

/// A key about half way between two; none when there is nothing between, or no telling.
fn middle(low: Option<&Key>, high: Option<&Key>, width: usize) -> Option<Key> {
    let model = low.or(high)?;
    let mut key = Key::new();
    for index in 0..model.len().min(width) {
        let (a, b) = (low.map(|key| &key[index]), high.map(|key| &key[index]));
        if a == b {
            key.extend(a.cloned());
            continue;
        }
        key.push(match (a, b, &model[index]) {
            (_, _, Value::Integer(known)) => {
                let low = if let Some(Value::Integer(low)) = a { *low } else { 0 };
                let high = match b {
                    Some(Value::Integer(high)) => *high,
                    // Nobody knows where it ends: twice as far.
                    _ => known.saturating_mul(2).saturating_add(1_024),
                };
                let half = i64::midpoint(low, high);
                if half <= low {
                    return None;
                }
                Value::Integer(half)
            }
            (_, _, Value::Blob(_)) => {
                let number = |value: Option<&Value>, beyond: u8| {
                    let mut bytes = [beyond; HALVED_BYTES];
                    if let Some(Value::Blob(blob)) = value {
                        bytes = [0; HALVED_BYTES];
                        let length = blob.len().min(HALVED_BYTES);
                        bytes[..length].copy_from_slice(&blob[..length]);
                    }
                    u128::from_be_bytes(bytes)
                };
                let (low, high) = (number(a, 0), number(b, u8::MAX));
                let half = u128::midpoint(low, high);
                if half <= low {
                    return None;
                }
                Value::Blob(half.to_be_bytes().to_vec())
            }
            // Text has no middle that is sure to be text.
            _ => return None,
        });
        // What follows in the key begins anew behind the middle.
        while key.len() < width {
            key.push(match model.get(key.len()) {
                Some(Value::Integer(_)) => Value::Integer(i64::MIN),
                Some(Value::Text(_)) => Value::Text(String::new()),
                _ => Value::Blob(Vec::new()),
            });
        }
        return Some(key);
    }
    None
}
