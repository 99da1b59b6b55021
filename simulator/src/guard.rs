//! Locks that are held for a few instructions and never across an await.
//!
//! The simulator's books (what was asked, what was delivered) are read by tests from any thread in the
//! middle of a run, so they sit behind plain locks instead of an actor that would have to be asked.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a panic elsewhere while holding the lock does not make the books unreadable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
