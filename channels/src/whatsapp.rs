//! WhatsApp's Cloud API.

pub mod accounts;
pub mod capabilities;
pub mod client;
pub mod errors;
pub mod inbound;
pub mod request;
pub mod signature;
pub mod templates;
