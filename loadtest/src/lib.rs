//! The load test: scenarios with figures, driven over real sockets of this machine.
//!
//! `loadtest run` starts the server under test itself in a folder of its own, makes workspaces and channels the way a
//! customer would, drives the scenarios and writes what it measured: a table for people, a file for comparisons.
//!
//! - [`target`]: what must be known about a server to drive it: built in, or a description in a file. [`provider`]: the
//!   simulated WhatsApp behind it.
//! - [`requests`], [`senders`], [`http`], [`schedule`]: the webhook side. Blocking threads: sleeping and reading are
//!   the cheapest a driver can do, and a start is as punctual as the system's timer.
//! - [`sockets`], [`frames`]: sockets that listen. One small task per socket, with a frame reader of its own.
//! - [`agents`]: sockets at which somebody works.
//! - [`marks`]: joins both: which message was to start when.
//! - [`bench`], [`proc`], [`stats`]: measuring: CPU, memory, percentiles, and whether the machine was quiet.
//! - [`audit`]: what was sent, compared with what is there.
//! - [`scenarios`]: one file each. [`goals`]: what figures are to be.
//!   [`report`]: the table and the file.
//!
//! The driver and the server share the machine, so figures at saturation are of both together, and loopback charges
//! the receiver's TCP work to the sender. Compare with figures taken in the same way only.

mod agents;
mod audit;
mod bench;
mod error;
mod frames;
mod goals;
mod http;
mod marks;
mod options;
mod proc;
mod provider;
mod report;
mod requests;
mod scenarios;
mod schedule;
mod senders;
mod sockets;
mod stats;
mod target;

use std::{io::Write, path::Path, sync::Arc};

use crate::{
    bench::Bench,
    goals::Goal,
    options::{Command, Run},
    report::{Report, Row},
    scenarios::Scenario,
    target::{
        Target,
        described::Described,
        switchboard::{self, Switchboard},
    },
};
pub use crate::{error::Error, options::Options};

/// Does what the command line asks for and writes the tables to `out`. False: it was done, and something was not right.
///
/// # Errors
/// When it cannot be done.
pub fn run(options: Options, out: &mut dyn Write) -> Result<bool, Error> {
    let Options { command: Command::Run(run) } = options;
    let targets = run.target.iter().map(|name| target(&run, name)).collect::<Result<Vec<_>, _>>()?;
    let goals = Goal::all()?;
    let mut report = Report::new(&run, targets.iter().map(|target| target.name().to_owned()).collect());
    let folder = run.out.clone();
    let scenarios = if run.scenario.is_empty() { Scenario::ALL.to_vec() } else { run.scenario.clone() };
    let benches: Vec<Bench> = targets.into_iter().map(|target| Bench::new((*run).clone(), target)).collect();
    for scenario in scenarios {
        let mut rows = Vec::new();
        // One after the other within a scenario, so that all meet about the same machine.
        for bench in &benches {
            rows.extend(match scenario.run(bench) {
                Ok(rows) => rows,
                // One scenario that cannot run does not take the others' figures with it.
                Err(error) => vec![Row::failed(bench.target.name(), scenario.name(), &error)],
            });
        }
        rows.iter_mut().for_each(|row| row.judge(&goals));
        print(out, &report::table(scenario.name(), &rows))?;
        report.add(rows);
    }
    let path = report.write(&folder)?;
    print(out, &format!("written to {}\n", path.display()))?;
    Ok(report.is_right())
}

fn target(run: &Run, name: &Path) -> Result<Arc<dyn Target>, Error> {
    if name == Path::new(switchboard::NAME) {
        return Ok(Arc::new(Switchboard::new(run.server_path()?)?));
    }
    let given = run.values.iter().cloned().collect();
    Ok(Arc::new(Described::read(name, run.server_path().ok(), given)?))
}

fn print(out: &mut dyn Write, text: &str) -> Result<(), Error> {
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Error::io("standard output"))
}
