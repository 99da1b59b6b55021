//! The load test: scenarios with figures, driven over real sockets of this machine.
//!
//! `loadtest run` starts the server under test itself in a folder of its own, makes workspaces and channels the way a
//! customer would, drives the scenarios and writes what it measured: a table for people, a file for comparisons.
//!
//! - [`target`]: what must be known about a server to drive it; one file per server.
//! - [`requests`], [`senders`], [`http`], [`schedule`]: the webhook side. Blocking threads: sleeping and reading are
//!   the cheapest a driver can do, and a start is as punctual as the system's timer.
//! - [`sockets`], [`frames`]: the agents' side. One small task per socket, with a frame reader of its own.
//! - [`marks`]: joins both: which message was to start when.
//! - [`bench`], [`proc`], [`stats`]: measuring: CPU, memory, percentiles, and whether the machine was quiet.
//! - [`scenarios`]: one file each. [`report`]: the table and the file.
//!
//! The driver and the server share the machine, so figures at saturation are of both together, and loopback charges
//! the receiver's TCP work to the sender. Compare with figures taken in the same way only.

mod bench;
mod error;
mod frames;
mod http;
mod marks;
mod options;
mod proc;
mod report;
mod requests;
mod scenarios;
mod schedule;
mod senders;
mod sockets;
mod stats;
mod target;

use std::{
    io::{self, Write as _},
    process::ExitCode,
    sync::Arc,
};

use clap::Parser as _;

use crate::{
    bench::Bench,
    error::Error,
    options::{Command, Options, Run},
    report::Report,
    target::{Target, switchboard::Switchboard},
};

fn main() -> ExitCode {
    let Options { command: Command::Run(run) } = Options::parse();
    match start(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            let said = writeln!(io::stderr(), "loadtest: {error}");
            drop(said);
            ExitCode::FAILURE
        }
    }
}

/// Runs the scenarios asked for. False: they ran, and something was not right.
fn start(run: Run) -> Result<bool, Error> {
    let target: Arc<dyn Target> = Arc::new(Switchboard::new(run.server_path()?)?);
    let mut report = Report::new(&run, &*target);
    let out = run.out.clone();
    let bench = Bench::new(run, target);
    for scenario in bench.scenarios() {
        let rows = match scenario.run(&bench) {
            Ok(rows) => rows,
            // One scenario that cannot run does not take the others' figures with it.
            Err(error) => vec![report::Row::failed(scenario.name(), &error)],
        };
        print(&report::table(scenario.name(), &rows))?;
        report.add(rows);
    }
    let path = report.write(&out)?;
    print(&format!("written to {}\n", path.display()))?;
    Ok(report.is_right())
}

fn print(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::io("standard output"))
}
