//! What everybody here does with files in the same way.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use crate::OpenError;

/// The file whose lock says that a process uses the folder.
const LOCK_FILE: &str = "switchboard.lock";

/// Brings a file, or the names in a folder, to disk.
pub(crate) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the folder, readable by this user only, and takes its lock.
pub(crate) fn lock_folder(dir: &Path) -> Result<File, OpenError> {
    let unusable = |source| OpenError::Folder { folder: dir.to_path_buf(), source };
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(unusable)?;
    let mut options = OpenOptions::new();
    let lock = options
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(dir.join(LOCK_FILE))
        .map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { folder: dir.to_path_buf() }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}
