//! The rules, pure: no clock, no chance, no I/O, no async. The time is always passed in.
//!
//! A live thing is a state, a `decide` that turns a command into changes or refuses it, and an `evolve`
//! that applies them. The shells in the actors' crate persist what was decided and then act.

pub mod assignment;
pub mod audit;
pub mod automation;
pub mod bulk;
pub mod channel;
pub mod consent;
pub mod contact;
pub mod conversation;
pub mod delivery;
pub mod draft;
pub mod fill;
pub mod filter;
pub mod hours;
pub mod inbound;
pub mod initiated;
pub mod label;
pub mod media;
pub mod name;
pub mod notification;
pub mod outbound;
pub mod ownership;
pub mod pair;
pub mod permission;
pub mod phone;
pub mod phone_import;
pub mod presence;
pub mod queue;
pub mod rates;
pub mod rating;
pub mod reply;
pub mod report;
pub mod retry;
pub mod roles;
pub mod search;
pub mod sla;
pub mod template;
pub mod throughput;
pub mod window;
