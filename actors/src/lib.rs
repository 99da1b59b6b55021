//! Every owner of live state, on actix: tenants, contacts, conversations, channels, and the fan-out to
//! sockets.
//!
//! The outside talks to [`House`], whose methods are verbs; which actor answers, and on which arbiter, is
//! nobody's business but the directory's. Nothing here knows SQL or HTTP.

mod beat;
mod buckets;
mod channel;
mod contact;
mod conversation;
mod directory;
mod env;
pub mod fanout;
pub mod feeder;
pub mod follow;
mod gate;
pub mod house;
mod initiated;
mod log;
mod media;
mod recent;
pub mod refusal;
pub mod reporting;
mod resolve;
mod shell;
mod tenant;
pub mod trace;
mod wakeups;

pub use channel::{Change, Notice, closed, confirmed, look_of};
pub use conversation::refusal_of;
pub use house::House;
pub use refusal::Refusal;
