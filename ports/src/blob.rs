//! Bodies too large for the tables.

use bytes::Bytes;
use switchboard_schema::{BlobId, TenantScope};

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

/// Keeps bodies.
///
/// * `put` is durable when it answers: the bytes and their name are on disk (fsynced), or replicated.
/// * `put` of the same id twice keeps the first; ids are hashes of what they hold.
/// * A body of another tenant is `NotFound`.
pub trait Blobs: Send + Sync + 'static {
    /// Keeps a body.
    fn put(&self, scope: TenantScope, id: BlobId, body: Bytes) -> Future<Result<(), Error>>;

    /// Reads a body.
    fn get(&self, scope: TenantScope, id: BlobId) -> Future<Result<Bytes, Error>>;
}
