//! Where things are kept: the embedded store, bodies in a folder or a bucket, secrets under a master key, and the
//! decorators that make a store fail.
//!
//! Everything here implements a trait of `switchboard-ports`; what those traits promise is tested by the
//! suites beside them, and `tests/it` runs them for every backend of this crate.

pub mod backup;
pub mod blobs;
mod checks;
mod condition;
pub mod embedded;
mod fair;
pub mod faulty;
mod files;
mod gate;
mod lifecycle;
mod pool;
pub mod s3;
mod scans;
pub mod scylla;
pub mod system;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod transfer;
pub mod vault;

pub use backup::BackupKey;
pub use blobs::DirectoryBlobs;
pub use embedded::{Embedded, OpenError, Options, inspect, peek, salvage};
pub use fair::LaneLimits;
pub use faulty::{Fault, FaultPlan, Faulty, FaultyBlobs};
pub use lifecycle::Lifecycle;
pub use s3::S3Blobs;
pub use scylla::Scylla;
pub use system::{SystemClock, SystemEntropy};
pub use vault::{MasterKey, SealingVault};
