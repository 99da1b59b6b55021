//! As many webhooks as are taken: one message each, ten each, and over many conversations.

use super::Scenario;
use crate::{
    bench::{Bench, Traffic},
    error::Error,
    report::Row,
    senders::Pace,
    sockets::{Role, Seat},
};

/// Messages prepared for one run; it ends when they are used up, or in time.
const MESSAGES_MAX: usize = 400_000;
/// The case with many conversations.
const MANY_CONVERSATIONS: u64 = 50_000;
/// Messages of each of them, about.
const MANY_EACH: usize = 2;

/// The name of the row with one message a webhook.
pub(super) fn name(connections: u64) -> String {
    format!("{connections} connections")
}

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let run = &bench.run;
    let connections = run.connections as usize;
    let one = Traffic {
        count: MESSAGES_MAX,
        batch: 1,
        conversations: run.conversations,
        pace: Pace::Closed,
        connections,
        within: run.duration(),
        window: None,
    };
    let ten = Traffic { count: MESSAGES_MAX / 10, batch: 10, connections: connections.div_ceil(4), ..one };
    let many =
        Traffic { count: MANY_CONVERSATIONS as usize * MANY_EACH, conversations: MANY_CONVERSATIONS, ..one };
    let mut rows = vec![case(bench, name(run.connections), one, Look::Agent)?];
    if ten.batch <= bench.target.batch_max() {
        rows.push(case(bench, format!("batches of 10, {} connections", ten.connections), ten, Look::Agent)?);
    }
    rows.push(case(bench, format!("{MANY_CONVERSATIONS} new conversations"), many, Look::Nobody)?);
    Ok(rows)
}

/// Whether somebody looks on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Agent,
    Nobody,
}

/// Messages that may be under way to the agent: fewer than the server would close a socket for.
const WINDOW: u64 = 600;

fn case(bench: &Bench, name: String, traffic: Traffic, look: Look) -> Result<Row, Error> {
    bench.repeat(Scenario::WebhookClosed, name, || {
        // A server of its own for each run, unless it runs by itself: the next does not start with what this one stored.
        let site = bench.site(1)?;
        let fleet = bench.fleet(&site, 1)?;
        let prefill = bench.run.prefill;
        if look == Look::Agent || prefill > 0 {
            bench.prefill(&site, prefill, bench.run.conversations)?;
        }
        let mut traffic = traffic;
        let fleet = match look {
            Look::Agent => {
                fleet.open(&[Seat { tenant: 0, role: Role::Steady, timed: true }])?;
                traffic.window = Some((WINDOW, 1));
                Some((&fleet, 1))
            }
            Look::Nobody => None,
        };
        let measured = bench.measure(&site, fleet, traffic)?;
        let mut attempt = measured.attempt();
        attempt.figure("stored/s", measured.stored_per_second());
        attempt.latencies("200", measured.sent.latencies.summary());
        if look == Look::Agent {
            attempt.latencies("sock", measured.to_socket.summary());
        }
        attempt.cpu_per_thousand(measured.stored);
        attempt.defects.extend(site.logged_errors());
        Ok(attempt)
    })
}
