//! What an error of SQLite says of the disk and of what is on it.

use rusqlite::ffi;

use crate::condition::Trouble;

/// What an error of SQLite says of the disk and of what is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Symptom {
    /// Writing does not work.
    Trouble(Trouble),
    /// Something stored does not read.
    Damage,
    /// Nothing: the statement is at fault, or somebody else's lock.
    None,
}

impl Symptom {
    /// Reads an error of SQLite.
    pub(super) fn of(error: &rusqlite::Error) -> Self {
        match error.sqlite_error().map(|error| error.extended_code & 0xff) {
            Some(ffi::SQLITE_FULL) => Self::Trouble(Trouble::Full),
            Some(ffi::SQLITE_READONLY) => Self::Trouble(Trouble::ReadOnly),
            Some(ffi::SQLITE_IOERR | ffi::SQLITE_CANTOPEN) => Self::Trouble(Trouble::Other),
            Some(ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB) => Self::Damage,
            _ => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_sqlite_are_read_by_their_family() {
        let symptom = |code| Symptom::of(&rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        assert_eq!(symptom(ffi::SQLITE_FULL), Symptom::Trouble(Trouble::Full));
        assert_eq!(symptom(ffi::SQLITE_IOERR_SHMSIZE), Symptom::Trouble(Trouble::Other));
        assert_eq!(symptom(ffi::SQLITE_READONLY_DBMOVED), Symptom::Trouble(Trouble::ReadOnly));
        assert_eq!(symptom(ffi::SQLITE_CORRUPT), Symptom::Damage);
        assert_eq!(symptom(ffi::SQLITE_CONSTRAINT), Symptom::None);
        assert_eq!(symptom(ffi::SQLITE_BUSY), Symptom::None);
    }
}
