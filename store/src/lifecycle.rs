//! What whoever runs a store asks of it beyond rows.

use switchboard_ports::{
    Future,
    store::{Error, Store},
};
use switchboard_schema::{Timestamp, wire::StoreCondition};

/// A store that is opened, watched and closed.
pub trait Lifecycle: Store {
    /// How the store does now.
    fn condition(&self) -> StoreCondition;

    /// Why the store takes no writes, if it takes none.
    fn failure(&self) -> Option<String>;

    /// Removes rows that ended at or before this time; answers with their number. For a timer. What is not swept yet
    /// is not seen by any read either.
    ///
    /// # Errors
    /// As [`Store::commit_one`]; what is already removed stays removed.
    fn sweep(&self, now: Timestamp) -> Future<Result<usize, Error>>;

    /// Closes the store: refuses what comes, does what waits, lets go of what it held. Answers when all that is done;
    /// calling it again is harmless.
    fn close(&self) -> Future<()>;
}
