//! Locks for what has a name: one at a time of each, and few for all of them.

use switchboard_schema::id::derive_id;
use tokio::sync::{Mutex, MutexGuard};

/// What is locked at once, at most; names share.
const LOCKS: usize = 64;

/// Locks by name.
pub(crate) struct Locks([Mutex<()>; LOCKS]);

impl Default for Locks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Locks {
    /// Waits until nobody else has what these parts name, and keeps others waiting.
    pub(crate) async fn of(&self, parts: &[&[u8]]) -> MutexGuard<'_, ()> {
        let [.., last] = derive_id("locks", parts);
        // There are as many locks as the remainder has values.
        let at = usize::from(last) % LOCKS;
        self.0[at].lock().await
    }
}
