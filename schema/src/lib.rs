//! Ids, time, records and tables, and the wire types: everything that has a shape, declared once.
//!
//! Nothing here does I/O or knows the time. From these declarations come the CQL and SQLite tables
//! (`schema/cql`, `schema/sqlite`), `openapi.json`, `socket.schema.json`, and through them the types of
//! the web app; tests fail when a checked-in file drifts from its declaration.

mod undisclosed;

pub mod id;
pub mod json;
pub mod record;
pub mod scope;
pub mod table;
pub mod time;
pub mod trace;
pub mod wire;

/// Bytes as hexadecimal digits, lower case.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub use id::*;
pub use scope::TenantScope;
pub use time::Timestamp;
pub use trace::TraceContext;
