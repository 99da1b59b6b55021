//! Switchboard: one server through which a business talks with its customers and sees what they do.
//!
//! This crate is the edge: the command line, settings, HTTP, sockets and webhooks. The rules are in
//! `domain`, live state in `actors`.

mod access;
mod boot;
mod cli;
mod config;
mod gateway;
#[cfg(test)]
mod generated;
mod http;
mod shutdown;
mod telemetry;
mod webhooks;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
