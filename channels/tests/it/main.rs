//! The channels from outside: recorded shapes, hostile bytes, and a provider that misbehaves.

mod client;
mod mail;
mod payloads;
mod properties;
mod support;
