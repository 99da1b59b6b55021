//! Switchboard: one server through which a business talks with its customers and sees what they do.
//!
//! This crate is the edge: the command line, settings, HTTP, sockets and webhooks. The rules are in
//! `domain`, live state in `actors`. It is a library so that what reads outside bytes can be tried apart from
//! the server ([`outside`]); the binary is [`run`] and nothing else.

mod access;
mod audit;
mod automation;
mod boot;
mod bulk;
mod cli;
mod config;
mod desk;
mod diary;
mod everywhere;
mod gateway;
#[cfg(test)]
mod generated;
mod http;
mod locks;
mod mail;
mod notifications;
pub mod outside;
mod search;
mod shutdown;
mod telemetry;
mod webhooks;

pub use cli::run;
