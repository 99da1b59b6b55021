//! Backups of the embedded store and its bodies: made while it is served, encrypted, verified before they are put
//! in place.
//!
//! First a snapshot of the database is copied, as of one moment, in small steps that hold up nobody; then the
//! bodies. A body is written before the row that names it, so that every body which the snapshot names is there.
//! All of it goes into one file through [`stream`]; at its end stands a [`Manifest`] with counts and digests.
//!
//! The master key is not in it. Whoever loses that has neither the tokens of the channels nor this.

mod daily;
mod rules;
mod stream;

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ring::{
    digest::{Context, SHA256},
    hkdf::Prk,
};
use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};
use secrecy::{ExposeSecret as _, SecretSlice};
use serde::{Deserialize, Serialize};
use switchboard_ports::clock::{Clock, Entropy};
use switchboard_schema::{Timestamp, hex, record::TABLES};

pub use self::daily::Daily;
pub use self::rules::{FIRST_AFTER, Known, RETRY_AFTER, expired, is_due, room};
use self::stream::{Opener, Sealer};
use crate::{
    blobs::{PASSING, folder_of},
    embedded::{DATABASE_FILE, log_path, tables_of, version_of, walk_structure},
    files::sync,
    vault::{MasterKey, expand},
};

/// The folder of bodies in a data folder.
pub const BLOBS_FOLDER: &str = "blobs";
/// Pages copied in one step: 4 MiB, some milliseconds.
const STEP_PAGES: i32 = 1_024;
/// The pause between two steps, in which others have the disk.
const STEP_PAUSE: Duration = Duration::from_millis(2);
/// Bytes to which the log may grow while the snapshot is copied, as it cannot be moved into the database
/// meanwhile. Beyond that the backup is given up.
const LOG_BYTES_MAX: u64 = 2 * 1_024 * 1_024 * 1_024;
/// Bytes read or written at a time.
const BUFFER_BYTES: usize = 256 * 1_024;
/// Bytes of the manifest, at most.
const MANIFEST_BYTES_MAX: u64 = 64 * 1_024;
/// Bytes of an entry's name, at most.
const NAME_BYTES_MAX: usize = 256;
/// What the names of backups begin with.
const NAME_BEGINS: &str = "switchboard-";
/// What they end with.
const NAME_ENDS: &str = ".backup";
/// What the names of unfinished files begin with.
const PARTIAL: &str = "partial-";
/// How often a step that finds the database busy is tried again.
const BUSY_MAX: u32 = 1_000;
/// How long the copy waits for another's lock on the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The key under which backups are encrypted: derived from the master key, or from a key of their own.
pub struct BackupKey(Prk);

impl BackupKey {
    /// The key that goes with a master key, or with a backup key of the same form.
    #[must_use]
    pub fn new(key: &MasterKey) -> Self {
        Self(key.prk())
    }

    fn expand(&self, info: &[&[u8]]) -> SecretSlice<u8> {
        let mut purpose: Vec<&[u8]> = vec![b"backup:"];
        purpose.extend_from_slice(info);
        expand(&self.0, &purpose)
    }

    /// Tells keys apart; says nothing of them.
    fn id(&self) -> [u8; stream::KEY_ID_BYTES] {
        let mut id = [0; stream::KEY_ID_BYTES];
        id.copy_from_slice(&self.expand(&[b"id"]).expose_secret()[..stream::KEY_ID_BYTES]);
        id
    }
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// When its snapshot was taken: what was answered as durable before is in it.
    pub taken_at: Timestamp,
    /// The program that made it.
    pub program: String,
    /// Bytes of the database.
    pub database_bytes: u64,
    /// Its SHA-256, in hex.
    pub database_sha256: String,
    /// Rows by table.
    pub rows: Vec<(String, u64)>,
    /// Bodies.
    pub blobs: u64,
    /// Their bytes together.
    pub blob_bytes: u64,
    /// SHA-256 over their names, lengths and contents in the order in which they stand there, in hex.
    pub blobs_sha256: String,
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its file.
    pub file: PathBuf,
    /// Bytes of the file.
    pub bytes: u64,
    /// What is in it.
    pub manifest: Manifest,
}

/// Why a backup was not made, or not put in place. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no database to copy.
    #[error("there is no database in {0}")]
    NoDatabase(PathBuf),
    /// SQLite cannot read it, or not write the copy.
    #[error("the database cannot be copied: {0}")]
    Database(#[from] rusqlite::Error),
    /// Too little room.
    #[error("the disk of {folder} has too little room for a backup: free {missing} bytes more")]
    NoRoom {
        /// Where the backup was to go.
        folder: PathBuf,
        /// Bytes that are missing.
        missing: u64,
    },
    /// The log grew too long meanwhile.
    #[error("so much was written meanwhile that the log would have grown too long; the backup was given up")]
    TooBusy,
    /// The program ends.
    #[error("it was given up because the server stops")]
    Stopped,
    /// A file cannot be read or written, or is not what it should be.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The backup does not hold what it says it holds.
    #[error("{file} is damaged: {what}")]
    Damaged {
        /// The backup.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// The place for it is taken.
    #[error("{0} is not empty; name a folder that does not exist, or an empty one")]
    NotEmpty(PathBuf),
}

impl Error {
    fn at(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}

/// What is copied and how.
pub struct Source {
    /// The data folder.
    pub data: PathBuf,
    /// The key.
    pub key: BackupKey,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Set when it is to be given up.
    pub stop: Arc<AtomicBool>,
}

/// How far the copying of the database is; the bodies come after it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Progress {
    /// Pages copied.
    pub pages: u64,
    /// Pages in all.
    pub of: u64,
}

/// The name of the backup of a time.
#[must_use]
pub fn name_of(taken_at: Timestamp) -> String {
    format!("{NAME_BEGINS}{}{NAME_ENDS}", taken_at.to_string().replace(':', "-"))
}

fn time_of(name: &str) -> Option<Timestamp> {
    let (day, time) = name.strip_prefix(NAME_BEGINS)?.strip_suffix(NAME_ENDS)?.split_once('T')?;
    format!("{day}T{}", time.replace('-', ":")).parse().ok()
}

/// The backups in a folder, by their times. Where there is no folder there is none.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<Timestamp>, Error> {
    Ok(names(folder)?.iter().filter_map(|name| time_of(name)).collect())
}

fn names(folder: &Path) -> Result<Vec<String>, Error> {
    match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        entries => entries
            .and_then(|entries| {
                entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
            })
            .map_err(Error::at(folder)),
    }
}

/// Removes what backups that were cut off left in a folder. Only while none is being made there.
///
/// # Errors
/// When the folder cannot be read or a file not be removed.
pub fn remove_partial(folder: &Path) -> Result<(), Error> {
    for name in names(folder)?.iter().filter(|name| name.starts_with(PARTIAL)) {
        let path = folder.join(name);
        fs::remove_file(&path).map_err(Error::at(&path))?;
    }
    Ok(())
}

/// Removes a backup.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(folder: &Path, taken_at: Timestamp) -> Result<(), Error> {
    let path = folder.join(name_of(taken_at));
    fs::remove_file(&path).map_err(Error::at(&path))
}

/// A file that goes with its name when it is not finished.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // Gone already where it got its name.
        drop(fs::remove_file(&self.0));
    }
}

/// Makes a backup into a folder, under a name by its time; also while a server runs on the data folder, in this
/// process or another. Blocks for as long as it takes. It appears under its name only once it is whole and on disk.
///
/// Needs, beside the room of the backup itself, room for a copy of the database until it is done. `tell` hears after
/// each step of the copying how far it is.
///
/// # Errors
/// When something cannot be read or written, there is too little room, or it is told to stop.
pub fn create(source: &Source, folder: &Path, tell: &mut dyn FnMut(Progress)) -> Result<Made, Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(Error::at(folder))?;
    let database = source.data.join(DATABASE_FILE);
    let size = fs::metadata(&database).map_err(|_| Error::NoDatabase(source.data.clone()))?.len();
    let log = fs::metadata(log_path(&source.data)).map_or(0, |log| log.len());
    let blobs_folder = source.data.join(BLOBS_FOLDER);
    let blob_bytes: u64 = blobs(&blobs_folder)?.iter().map(|blob| blob.length).sum();
    enough_room(folder, 2 * (size + log) + blob_bytes)?;

    let mut unique = [0; 8];
    source.entropy.fill(&mut unique);
    let unique = u64::from_be_bytes(unique);
    let copy = Passing(folder.join(format!("{PARTIAL}{unique:016x}.db")));
    let passing = Passing(folder.join(format!("{PARTIAL}{unique:016x}{NAME_ENDS}")));
    let taken_at = source.clock.now();
    let rows = snapshot(source, &database, &copy.0, tell)?;
    let out = new_file(&passing.0)?;
    let mut salt = [0; 16];
    source.entropy.fill(&mut salt);
    let written = Error::at(&passing.0);
    let mut sealer = Sealer::new(BufWriter::with_capacity(BUFFER_BYTES, out), &source.key, salt)
        .map_err(Error::at(&passing.0))?;
    let database_bytes = fs::metadata(&copy.0).map_err(Error::at(&copy.0))?.len();
    let database_sha256 = hex(&entry(source, &mut sealer, "database", &copy.0, database_bytes)?);
    drop(copy);
    let mut all = Context::new(&SHA256);
    let (mut count, mut bytes) = (0, 0);
    for blob in blobs(&blobs_folder)? {
        let path = blobs_folder.join(&blob.name);
        let digest = match entry(source, &mut sealer, &blob.name, &path, blob.length) {
            // It has ended since they were listed.
            Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => continue,
            digest => digest?,
        };
        add_blob(&mut all, &blob.name, blob.length, &digest);
        count += 1;
        bytes += blob.length;
    }
    let manifest = Manifest {
        taken_at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        database_bytes,
        database_sha256,
        rows,
        blobs: count,
        blob_bytes: bytes,
        blobs_sha256: hex(all.finish().as_ref()),
    };
    let finished = finish(sealer, &manifest).map_err(written)?;
    let file = folder.join(name_of(taken_at));
    fs::rename(&passing.0, &file).map_err(Error::at(&file))?;
    sync(folder).map_err(Error::at(folder))?;
    Ok(Made { file, bytes: finished, manifest })
}

fn new_file(path: &Path) -> Result<File, Error> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(Error::at(path))
}

/// Writes the manifest and the end, and syncs; answers with the bytes of the file.
fn finish(mut sealer: Sealer<BufWriter<File>>, manifest: &Manifest) -> io::Result<u64> {
    let text = serde_json::to_vec(manifest)?;
    head(&mut sealer, "manifest", text.len() as u64)?;
    sealer.write_all(&text)?;
    let (out, bytes) = sealer.finish()?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(bytes)
}

fn enough_room(folder: &Path, needed: u64) -> Result<(), Error> {
    let disk = rustix::fs::statvfs(folder).map_err(|error| Error::at(folder)(error.into()))?;
    let (free, total) =
        (disk.f_bavail.saturating_mul(disk.f_frsize), disk.f_blocks.saturating_mul(disk.f_frsize));
    room(needed, free, total).map_err(|missing| Error::NoRoom { folder: folder.to_owned(), missing })
}

/// Copies the database as it is at one moment, in steps; answers with its rows by table.
fn snapshot(
    source: &Source,
    database: &Path,
    copy: &Path,
    tell: &mut dyn FnMut(Progress),
) -> Result<Vec<(String, u64)>, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let from = Connection::open_with_flags(database, flags)?;
    from.busy_timeout(BUSY_TIMEOUT)?;
    // A read held open for as long as it takes: the copy then never has to begin anew because of a commit.
    from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema;")?;
    drop(new_file(copy)?);
    let mut into = Connection::open(copy)?;
    into.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
    let log = log_path(&source.data);
    {
        let backup = Backup::new(&from, &mut into)?;
        let mut busy = 0;
        loop {
            if source.stop.load(Ordering::Relaxed) {
                return Err(Error::Stopped);
            }
            let step = backup.step(STEP_PAGES)?;
            let (left, all) = (backup.progress().remaining, backup.progress().pagecount);
            let (left, of) = (u64::try_from(left).unwrap_or(0), u64::try_from(all).unwrap_or(0));
            tell(Progress { pages: of.saturating_sub(left), of });
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                _ if busy >= BUSY_MAX => return Err(Error::TooBusy),
                _ => busy += 1,
            }
            if fs::metadata(&log).is_ok_and(|log| log.len() > LOG_BYTES_MAX) {
                return Err(Error::TooBusy);
            }
            enough_room(copy.parent().unwrap_or(copy), 0)?;
            std::thread::sleep(STEP_PAUSE);
        }
    }
    drop(from);
    let mut rows = Vec::new();
    // No server may have opened it since an earlier version left it.
    for table in tables_of(version_of(&into)) {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        rows.push((table.name.to_owned(), into.query_row(&sql, [], |row| row.get(0))?));
    }
    Ok(rows)
}

/// A body as a file.
struct Blob {
    /// Its path in the folder of bodies.
    name: String,
    length: u64,
}

/// The bodies there are; without those that end meanwhile, as nothing names them any more.
fn blobs(folder: &Path) -> Result<Vec<Blob>, Error> {
    let mut all = Vec::new();
    for inner in names(folder)?.into_iter().filter(|name| !name.starts_with(PASSING)) {
        for name in names(&folder.join(&inner))? {
            let path = folder.join(&inner).join(&name);
            match fs::metadata(&path) {
                Ok(file) => all.push(Blob { name: format!("{inner}/{name}"), length: file.len() }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::at(&path)(error)),
            }
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

fn add_blob(all: &mut Context, name: &str, length: u64, digest: &[u8]) {
    all.update(name.as_bytes());
    all.update(&[0]);
    all.update(&length.to_be_bytes());
    all.update(digest);
}

/// What stands before an entry: the length of its name, its name, its length.
fn head(out: &mut impl Write, name: &str, length: u64) -> io::Result<()> {
    out.write_all(&u16::try_from(name.len()).unwrap_or(u16::MAX).to_be_bytes())?;
    out.write_all(name.as_bytes())?;
    out.write_all(&length.to_be_bytes())
}

/// Writes a file as an entry; answers with its digest.
fn entry(
    source: &Source,
    sealer: &mut Sealer<BufWriter<File>>,
    name: &str,
    path: &Path,
    length: u64,
) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(Error::at(path))?;
    head(sealer, name, length).map_err(Error::at(path))?;
    copied(&mut file.take(length), sealer, length, &source.stop).map_err(|error| match error {
        Copying::Stopped => Error::Stopped,
        Copying::Io(error) => Error::at(path)(error),
    })
}

enum Copying {
    Stopped,
    Io(io::Error),
}

impl From<io::Error> for Copying {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Copies exactly so many bytes; answers with their digest.
fn copied(
    from: &mut impl Read,
    into: &mut impl Write,
    length: u64,
    stop: &AtomicBool,
) -> Result<Vec<u8>, Copying> {
    let mut digest = Context::new(&SHA256);
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut left = length;
    while left > 0 {
        if stop.load(Ordering::Relaxed) {
            return Err(Copying::Stopped);
        }
        let wanted = usize::try_from(left).map_or(BUFFER_BYTES, |left| left.min(BUFFER_BYTES));
        let part = &mut buffer[..wanted];
        from.read_exact(part)?;
        digest.update(part);
        into.write_all(part)?;
        left -= wanted as u64;
    }
    Ok(digest.finish().as_ref().to_vec())
}

/// Verifies a backup and puts it into a folder that does not exist or is empty. Everything is read, decrypted and
/// compared first, in a folder beside it, which gets its name only at the end.
///
/// # Errors
/// When the backup is not whole, was made with another key, or the folder is not empty; then nothing is there.
pub fn restore(file: &Path, into: &Path, key: &BackupKey) -> Result<Manifest, Error> {
    let is_taken = names(into).map_or(into.exists(), |names| !names.is_empty());
    if is_taken {
        return Err(Error::NotEmpty(into.to_owned()));
    }
    let parent = match into.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(Error::at(parent))?;
    let mut name = into.file_name().unwrap_or_default().to_owned();
    name.push(".restoring");
    let beside = Unfinished(parent.join(name));
    remove_folder(&beside.0)?;
    DirBuilder::new().mode(0o700).create(&beside.0).map_err(Error::at(&beside.0))?;
    let manifest = unpack(file, &beside.0, key)?;
    check(file, &beside.0, &manifest)?;
    sync(&beside.0).map_err(Error::at(&beside.0))?;
    fs::rename(&beside.0, into).map_err(Error::at(into))?;
    sync(parent).map_err(Error::at(parent))?;
    Ok(manifest)
}

/// A folder that goes when it is not finished.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already where it got its name.
        drop(fs::remove_dir_all(&self.0));
    }
}

fn remove_folder(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::at(folder)(error)),
        _ => Ok(()),
    }
}

/// Reads a backup into a folder, everything compared with the manifest at its end.
fn unpack(file: &Path, folder: &Path, key: &BackupKey) -> Result<Manifest, Error> {
    let damaged = |what: &str| Error::Damaged { file: file.to_owned(), what: what.to_owned() };
    let from = BufReader::with_capacity(BUFFER_BYTES, File::open(file).map_err(Error::at(file))?);
    let mut opener = Opener::new(from, key).map_err(|broken| Error::at(file)(broken.into()))?;
    let mut database = None;
    let mut all = Context::new(&SHA256);
    let (mut count, mut bytes) = (0, 0);
    let blobs_folder = folder.join(BLOBS_FOLDER);
    let manifest: Manifest = loop {
        let (name, length) = read_head(&mut opener).map_err(Error::at(file))?;
        match name.as_str() {
            "manifest" => {
                let mut text = Vec::new();
                let read = opener.by_ref().take(length.min(MANIFEST_BYTES_MAX)).read_to_end(&mut text);
                read.map_err(Error::at(file))?;
                break serde_json::from_slice(&text).map_err(|_| damaged("its manifest does not read"))?;
            }
            "database" if database.is_none() => {
                let digest = write_entry(file, &mut opener, &folder.join(DATABASE_FILE), length)?;
                database = Some((length, hex(&digest)));
            }
            name => {
                let inner = folder_of(name).ok_or_else(|| damaged("it holds a file with a strange name"))?;
                let inner = blobs_folder.join(inner);
                if !inner.is_dir() {
                    let made = DirBuilder::new().recursive(true).mode(0o700).create(&inner);
                    made.map_err(Error::at(&inner))?;
                }
                let digest = write_entry(file, &mut opener, &blobs_folder.join(name), length)?;
                add_blob(&mut all, name, length, &digest);
                count += 1;
                bytes += length;
            }
        }
    };
    opener.finish().map_err(|broken| Error::at(file)(broken.into()))?;
    if database != Some((manifest.database_bytes, manifest.database_sha256.clone())) {
        return Err(damaged("its database is not the one its manifest tells of"));
    }
    let blobs = (count, bytes, hex(all.finish().as_ref()));
    if blobs != (manifest.blobs, manifest.blob_bytes, manifest.blobs_sha256.clone()) {
        return Err(damaged("its bodies are not those its manifest tells of"));
    }
    for folder in
        names(&blobs_folder)?.iter().map(|tenant| blobs_folder.join(tenant)).chain([blobs_folder.clone()])
    {
        if folder.is_dir() {
            sync(&folder).map_err(Error::at(&folder))?;
        }
    }
    Ok(manifest)
}

fn read_head(from: &mut impl Read) -> io::Result<(String, u64)> {
    let mut length = [0; 2];
    from.read_exact(&mut length)?;
    let length = usize::from(u16::from_be_bytes(length));
    let strange = || io::Error::new(io::ErrorKind::InvalidData, "it holds a file with a strange name");
    if length > NAME_BYTES_MAX {
        return Err(strange());
    }
    let mut name = vec![0; length];
    from.read_exact(&mut name)?;
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok((String::from_utf8(name).map_err(|_| strange())?, u64::from_be_bytes(bytes)))
}

/// Writes an entry as a file, and syncs it; answers with its digest.
fn write_entry(file: &Path, from: &mut impl Read, path: &Path, length: u64) -> Result<Vec<u8>, Error> {
    let mut out = new_file(path)?;
    match copied(from, &mut out, length, &AtomicBool::new(false)) {
        Ok(digest) => {
            out.sync_all().map_err(Error::at(path))?;
            Ok(digest)
        }
        Err(Copying::Stopped) => Err(Error::Stopped),
        Err(Copying::Io(error)) if error.kind() == io::ErrorKind::InvalidData => Err(Error::at(file)(error)),
        Err(Copying::Io(error)) => Err(Error::at(path)(error)),
    }
}

/// Opens the copied database: its structure, and as many rows as were counted.
fn check(file: &Path, folder: &Path, manifest: &Manifest) -> Result<(), Error> {
    let damaged = |what: String| Error::Damaged { file: file.to_owned(), what };
    let path = folder.join(DATABASE_FILE);
    let connection = Connection::open(&path)?;
    if let Some(found) = walk_structure(&connection)? {
        return Err(damaged(found));
    }
    for (table, rows) in &manifest.rows {
        if !TABLES.iter().any(|known| known.name == table) {
            continue;
        }
        let sql = format!("SELECT count(*) FROM {table}");
        let counted: u64 = connection.query_row(&sql, [], |row| row.get(0))?;
        if counted != *rows {
            return Err(damaged(format!("{table} has {counted} rows, not {rows}")));
        }
    }
    connection.close().map_err(|(_, error)| error)?;
    sync(&path).map_err(Error::at(&path))
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    /// The n-th key.
    pub(super) fn key(n: u8) -> BackupKey {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let text = SecretString::from(STANDARD.encode([n; 32]));
        BackupKey::new(&MasterKey::from_text(&text).expect("a key"))
    }

    #[test]
    fn a_backups_name_tells_its_time() {
        let taken_at: Timestamp = "2026-03-10T03:00:10.250Z".parse().expect("a time");
        assert_eq!(name_of(taken_at), "switchboard-2026-03-10T03-00-10.250Z.backup");
        assert_eq!(time_of(&name_of(taken_at)), Some(taken_at));
        for other in ["switchboard.db", "partial-0.backup", "switchboard-then.backup", "switchboard-T.backup"]
        {
            assert_eq!(time_of(other), None, "{other}");
        }
    }

    #[test]
    fn no_name_in_a_backup_leads_out_of_the_folder() {
        use switchboard_schema::{BlobId, TenantId};
        let (tenant, blob) = (TenantId::from_bytes([1; 16]), BlobId::from_bytes([2; 16]));
        for folder in [tenant.to_string(), format!("ending-{tenant}")] {
            assert_eq!(folder_of(&format!("{folder}/{blob}")), Some(folder.as_str()));
            let out = [format!("{folder}/../{blob}"), format!("{folder}/"), format!("../{folder}/{blob}")];
            for name in out {
                assert_eq!(folder_of(&name), None, "{name}");
            }
        }
        for name in ["../x", "a/../../b", "/etc/passwd", "ending-/x", "passing-1/x"] {
            assert_eq!(folder_of(name), None, "{name}");
        }
    }
}
