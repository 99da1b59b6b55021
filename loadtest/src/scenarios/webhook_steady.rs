//! Webhooks at a steady rate, one agent looking on: webhook to 200, webhook to socket, CPU.

use super::Scenario;
use crate::{
    bench::{Bench, Traffic},
    error::Error,
    report::Row,
    schedule::Schedule,
    senders::Pace,
    sockets::{Role, Seat},
};

/// Connections, so that a slow answer holds no other request back.
const CONNECTIONS: usize = 16;

/// A row's name.
pub(super) fn name(rate: u64) -> String {
    format!("{rate}/s, 1 agent")
}

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let run = &bench.run;
    let site = bench.site(1)?;
    bench.prefill(&site, run.prefill, run.conversations)?;
    let fleet = bench.fleet(&site, 1)?;
    fleet.open(&[Seat { tenant: 0, role: Role::Steady, timed: true }])?;
    let mut rows = Vec::new();
    for rate in &run.rates {
        let per_second = *rate as f64;
        let traffic = Traffic {
            count: Schedule::new(per_second).count(run.duration()),
            batch: 1,
            conversations: run.conversations,
            pace: Pace::Open(per_second),
            connections: CONNECTIONS,
            within: run.duration(),
            window: None,
        };
        rows.push(bench.repeat(Scenario::WebhookSteady, name(*rate), || {
            let measured = bench.measure(&site, Some((&fleet, 1)), traffic)?;
            let mut attempt = measured.attempt();
            let ok = measured.sent.ok;
            attempt.figure("messages", ok as f64);
            attempt.figure("events", measured.heard.events as f64);
            attempt.figure("stored/s", measured.stored_per_second());
            attempt.latencies("200", measured.sent.latencies.summary());
            if measured.to_socket.count() as u64 != ok {
                attempt
                    .defects
                    .push(format!("{ok} taken, {} timed on the socket", measured.to_socket.count()));
            }
            attempt.latencies("sock", measured.to_socket.summary());
            attempt.cpu_per_thousand(ok);
            attempt.defects.extend(site.logged_errors());
            Ok(attempt)
        })?);
    }
    Ok(rows)
}
