//! What agents write with, as rows of the store.

pub(crate) mod replies;

use std::sync::Arc;

use switchboard_ports::{clock::Clock, store::Records};
use tokio::sync::Mutex;

/// Reads and writes what agents write with.
pub(crate) struct Desk {
    records: Records,
    clock: Arc<dyn Clock>,
    /// Held from a look at the saved replies to their change. No other process writes to the store.
    writing: Mutex<()>,
}

impl Desk {
    /// In this store.
    pub(crate) fn new(records: Records, clock: Arc<dyn Clock>) -> Self {
        Self { records, clock, writing: Mutex::default() }
    }
}
