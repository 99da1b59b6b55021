//! The backends of this crate against the suites of `switchboard-ports`, and what they promise beyond those.

#![expect(clippy::disallowed_methods, reason = "the tests act for tenants of their own")]

mod backup;
mod blobs;
mod crash;
mod damage;
mod disk;
mod earlier;
mod embedded;
mod faulty;
mod s3;
mod scylla;
mod transfer;
mod vault;
