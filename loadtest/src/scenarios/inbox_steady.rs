//! A working day compressed: customers of several workspaces write at a steady rate, agents read, take, answer, note and
//! resolve, and the provider's statuses come back.

use std::time::Duration;

use super::{
    Scenario,
    house::{Day, Stream, live},
};
use crate::{bench::Bench, error::Error, report::Row};

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let run = &bench.run;
    let whole = Stream {
        tenants: run.workspaces as usize,
        per_second: run.inbox_rate as f64,
        begins: Duration::ZERO,
        lasts: run.duration(),
    };
    let day = Day { streams: vec![whole], phases: Vec::new(), cut: None };
    let name = format!("{} workspaces x {} agents, {}/s", run.workspaces, run.agents, run.inbox_rate);
    let row = bench.repeat(Scenario::InboxSteady, name, || {
        let done = live(bench, &day)?;
        let all = |kind: fn(&crate::agents::Shift) -> &Vec<crate::stats::Latencies>| {
            done.latencies(0, |_| true, kind).summary()
        };
        let mut attempt = done.attempt.clone();
        attempt.figure("received", done.received() as f64);
        attempt.figure("answered", done.answers as f64);
        attempt.figure("commands", done.commands as f64);
        attempt.latencies("sock", all(|shift| &shift.received));
        attempt.latencies("ack", all(|shift| &shift.acknowledged));
        attempt.latencies("provider", done.to_provider.first().cloned().unwrap_or_default().summary());
        attempt.latencies("colleagues", all(|shift| &shift.shared));
        attempt.cpu_per_thousand(done.received() + done.answers);
        Ok(attempt)
    })?;
    Ok(vec![row])
}
