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

/// Hexadecimal digits, of either case, as bytes; nothing where it is anything else.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(digit(high)? * 16 + digit(low)?).ok(),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

pub use id::*;
pub use scope::TenantScope;
pub use time::Timestamp;
pub use trace::TraceContext;
