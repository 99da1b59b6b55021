//! Bodies too large for the tables.

use std::time::Duration;

use bytes::Bytes;
use switchboard_schema::{BlobId, TenantScope, Timestamp};

use crate::Future;

/// Why a body could not be kept or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not there.
    #[error("no such body")]
    NotFound,
    /// The place cannot be written or read now.
    #[error("bodies cannot be kept or read: {0}")]
    Unavailable(String),
}

/// How long a body of [`Life::Ending`] is kept after it was put last: longer than any row lives that names one.
pub const ENDING_LIFE: Duration = Duration::from_secs(31 * 24 * 3_600);

/// How long a body is kept; the same id may have one of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// For as long as the workspace: something names it that stays.
    Lasting,
    /// For [`ENDING_LIFE`]: the rows that name it end by themselves.
    Ending,
}

/// Keeps bodies.
///
/// * `put` is durable when it answers: the bytes and their name are on disk (fsynced), or replicated.
/// * `put` of the same id and life twice keeps the first; ids are hashes of what they hold. An ending one then lives
///   as long as if it had been put only now.
/// * A body of another tenant is `NotFound`.
pub trait Blobs: Send + Sync + 'static {
    /// Keeps a body.
    fn put(&self, scope: TenantScope, life: Life, id: BlobId, body: Bytes) -> Future<Result<(), Error>>;

    /// Reads a body.
    fn get(&self, scope: TenantScope, life: Life, id: BlobId) -> Future<Result<Bytes, Error>>;

    /// Removes the ending bodies of every tenant whose life is over; answers with how many.
    fn sweep(&self, now: Timestamp) -> Future<Result<usize, Error>>;
}
