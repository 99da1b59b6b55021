//! Whether the files are what was written: what is looked at before a database is opened.
//!
//! * After a clean end the database is one file, and its *seal* beside it holds its length and its digest. They are
//!   compared at the next start, so that any changed byte shows. The seal is taken away before anything is written.
//! * After a crash there is no seal, but a log. SQLite reads the log up to the first frame whose checksum does not
//!   hold, which is right for the last group commit, that nobody was told of; but frames of two commits behind it
//!   mean that one which was told does not read. And the structure of the database is walked through.
//!
//! What neither finds: after a crash, bytes changed inside a stored value.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ring::digest::{Context, SHA256};
use rusqlite::{Connection, OpenFlags};
use switchboard_schema::{
    hex,
    table::{Cell, Table},
};

use super::{
    BUSY_TIMEOUT, DATABASE_FILE, OpenError,
    migrate::{column_of, tables_of, version_of},
    refused, statements,
};
use crate::files::sync;

/// Bytes of a database that is sealed, or walked through after a crash, at most: that takes some seconds. Of a
/// larger one only the log is looked at.
pub(super) const CHECKED_BYTES_MAX: u64 = 2 * 1_024 * 1_024 * 1_024;
/// The seal's file.
const SEAL_FILE: &str = "switchboard.seal";
/// Bytes of a seal, at most.
const SEAL_BYTES_MAX: u64 = 256;
/// Bytes read at a time.
const BUFFER_BYTES: usize = 256 * 1_024;
/// Bytes of the log's head.
const LOG_HEAD_BYTES: usize = 32;
/// Bytes of a frame's head.
const FRAME_HEAD_BYTES: usize = 24;
/// Commits that may stand behind the first frame that does not read: the one that was being written.
const COMMITS_UNTOLD_MAX: u64 = 1;

/// What is wrong with the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Damage {
    /// The database is not what was written when it was last closed.
    Changed,
    /// The log stops reading before commits that were told.
    Log {
        /// Commits behind the place where it stops reading.
        commits: u64,
    },
}

/// The seal of a closed database: its length and its digest.
fn seal_of(database: &Path) -> io::Result<String> {
    let mut file = File::open(database)?;
    let mut digest = Context::new(&SHA256);
    let (mut buffer, mut length) = (vec![0; BUFFER_BYTES], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
        length += read as u64;
    }
    Ok(format!("{length} {}\n", hex(digest.finish().as_ref())))
}

fn seal_path(folder: &Path) -> PathBuf {
    folder.join(SEAL_FILE)
}

/// Where the log of the database is.
pub(crate) fn log_path(folder: &Path) -> PathBuf {
    folder.join(format!("{DATABASE_FILE}-wal"))
}

/// Seals a database that was closed, its log moved into it. One that is too large to be checked gets no seal.
pub(super) fn seal(folder: &Path) -> io::Result<()> {
    let database = folder.join(DATABASE_FILE);
    let log_is_left = fs::metadata(log_path(folder)).is_ok_and(|log| log.len() > 0);
    if log_is_left || fs::metadata(&database)?.len() > CHECKED_BYTES_MAX {
        return Ok(());
    }
    let new = folder.join("switchboard.seal.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    file.write_all(seal_of(&database)?.as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, seal_path(folder))?;
    sync(folder)
}

/// How the database was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// There is none yet.
    New,
    /// Closed and sealed, and it is what was sealed.
    Closed,
    /// By a crash, or too large for a seal.
    Open,
}

/// Looks at what a folder holds, before anything is opened.
pub(super) fn look(folder: &Path) -> io::Result<Result<Left, Damage>> {
    let database = folder.join(DATABASE_FILE);
    if !database.try_exists()? {
        return Ok(Ok(Left::New));
    }
    let commits = commits_behind_the_break(&log_path(folder))?;
    if commits > COMMITS_UNTOLD_MAX {
        return Ok(Err(Damage::Log { commits }));
    }
    let mut seal = String::new();
    match File::open(seal_path(folder)) {
        Ok(file) => drop(file.take(SEAL_BYTES_MAX).read_to_string(&mut seal)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(Left::Open)),
        Err(error) => return Err(error),
    }
    Ok(if seal_of(&database)? == seal { Ok(Left::Closed) } else { Err(Damage::Changed) })
}

/// Takes the seal away: from now on the database is written to.
pub(super) fn unseal(folder: &Path) -> io::Result<()> {
    match fs::remove_file(seal_path(folder)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.and_then(|()| sync(folder)),
    }
}

/// Walks through the structure of the database: what is wrong with it first, if anything is.
pub(crate) fn walk_structure(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok((found != "ok").then_some(found))
}

/// Problems that a deep look tells of, at most.
const PROBLEMS_MAX: usize = 100;

/// Looks at everything in a folder's database: its structure, its indexes against its tables, and every value. May
/// be done while a server runs, which then cannot empty its log until it is over.
///
/// Answers with what is wrong, at most 100 things.
///
/// # Errors
/// When there is no database, or it cannot be read at all.
pub fn inspect(folder: &Path) -> Result<Vec<String>, OpenError> {
    let file = folder.join(DATABASE_FILE);
    let unreadable = |source| refused(&file, folder, source);
    let connection = for_reading(&file).map_err(unreadable)?;
    let sql = format!("PRAGMA integrity_check({PROBLEMS_MAX})");
    let mut statement = connection.prepare(&sql).map_err(unreadable)?;
    let found = statement.query_map([], |row| row.get(0)).map_err(unreadable)?;
    // The check itself may stumble over what it looks for.
    let mut problems: Vec<String> =
        found.map(|line| line.unwrap_or_else(|error: rusqlite::Error| error.to_string())).collect();
    problems.retain(|problem| problem != "ok");
    let version = version_of(&connection);
    for table in tables_of(version) {
        if let Err(error) = values(&connection, version, table, &mut problems) {
            problems.push(format!("{}: {error}", table.name));
        }
    }
    problems.truncate(PROBLEMS_MAX);
    Ok(problems)
}

/// The rows of a table, whoever they belong to, as they are in the file: nothing is brought up to date, made or locked, so
/// that it may be done while a server runs. What does not read is left out: that is for [`inspect`]. Nothing where there
/// is no database yet. For tables of which all rows have room in memory.
///
/// # Errors
/// When the file cannot be opened or read.
pub fn peek(folder: &Path, table: &'static Table) -> Result<Vec<Vec<Cell>>, OpenError> {
    let file = folder.join(DATABASE_FILE);
    if !file.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |source| refused(&file, folder, source);
    let connection = for_reading(&file).map_err(unreadable)?;
    let version = version_of(&connection);
    if !tables_of(version).any(|known| known.name == table.name) {
        return Ok(Vec::new());
    }
    let read = || -> rusqlite::Result<Vec<Vec<Cell>>> {
        let columns: Vec<_> = table.columns().map(|column| column_of(version, table, column)).collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(columns.len());
            for (index, column) in table.columns().enumerate() {
                cells.extend(statements::cell(table, column, row.get_ref(index)?));
            }
            if cells.len() == columns.len() {
                found.push(cells);
            }
        }
        Ok(found)
    };
    read().map_err(unreadable)
}

fn for_reading(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Looks at every value of a table.
fn values(
    connection: &Connection,
    version: i64,
    table: &'static Table,
    problems: &mut Vec<String>,
) -> rusqlite::Result<()> {
    let columns: Vec<_> = table.columns().map(|column| column_of(version, table, column)).collect();
    let mut statement = connection.prepare(&format!("SELECT {} FROM {}", columns.join(", "), table.name))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        for (index, column) in table.columns().enumerate() {
            if let Err(corrupt) = statements::cell(table, column, row.get_ref(index)?) {
                problems.push(corrupt.to_string());
            }
        }
        if problems.len() >= PROBLEMS_MAX {
            break;
        }
    }
    Ok(())
}

/// Commits of the log's own generation that stand behind the first frame that does not read.
fn commits_behind_the_break(log: &Path) -> io::Result<u64> {
    let file = match File::open(log) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut log = BufReader::with_capacity(BUFFER_BYTES, file);
    let mut head = [0; LOG_HEAD_BYTES];
    if !fill(&mut log, &mut head)? {
        return Ok(0);
    }
    let big_endian = head[3] & 1 == 1;
    let mut sum = Sum { big_endian, words: (0, 0) };
    sum.add(&head[..24]);
    let mut reads = head[..3] == [0x37, 0x7f, 0x06] && sum.is(&head[24..]);
    // Of a head that does not read, the page's size may be wrong, too; the salts are those of the first frame.
    let size = u32::from_be_bytes([head[8], head[9], head[10], head[11]]);
    let page = if reads { usize::try_from(size).unwrap_or(0) } else { super::PAGE_BYTES };
    let mut salts: Option<[u8; 8]> = reads.then(|| array(&head[16..24]));
    let mut frame = vec![0; FRAME_HEAD_BYTES + page];
    let mut commits = 0;
    while fill(&mut log, &mut frame)? {
        let (frame_head, content) = frame.split_at(FRAME_HEAD_BYTES);
        let own = frame_head[8..16] == *salts.get_or_insert_with(|| array(&frame_head[8..16]));
        if reads {
            sum.add(&frame_head[..8]);
            sum.add(content);
            reads = own && sum.is(&frame_head[16..]);
        }
        let is_commit = frame_head[4..8] != [0; 4] && frame_head[..4] != [0; 4];
        if !reads && own && is_commit {
            commits += 1;
        }
    }
    Ok(commits)
}

/// Reads as much as fits; false when the file ends before.
fn fill(file: &mut impl io::Read, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[..N]);
    out
}

/// The log's running checksum, as SQLite's file format describes it.
struct Sum {
    big_endian: bool,
    words: (u32, u32),
}

impl Sum {
    fn add(&mut self, bytes: &[u8]) {
        let word = |bytes: &[u8]| {
            let bytes = array(bytes);
            if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        let (mut one, mut two) = self.words;
        for pair in bytes.chunks_exact(8) {
            one = one.wrapping_add(word(&pair[..4])).wrapping_add(two);
            two = two.wrapping_add(word(&pair[4..])).wrapping_add(one);
        }
        self.words = (one, two);
    }

    fn is(&self, stored: &[u8]) -> bool {
        stored.len() >= 8
            && self.words
                == (u32::from_be_bytes(array(&stored[..4])), u32::from_be_bytes(array(&stored[4..])))
    }
}
