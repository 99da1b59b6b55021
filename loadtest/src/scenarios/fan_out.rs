//! Events to many sockets: one workspace with very many, many workspaces with ten each; at a fixed rate and at
//! saturation, where senders go at the pace of the sockets with several messages a webhook.

use super::Scenario;
use crate::{
    bench::{Bench, Site, Traffic},
    error::Error,
    options::Run,
    report::Row,
    schedule::Schedule,
    senders::Pace,
    sockets::{Fleet, Role, Seat},
};

/// Messages a second to one workspace.
const FAN_PER_SECOND: f64 = 50.0;
/// Sockets of each of many workspaces.
const PAIR_SOCKETS: u64 = 10;
/// Messages a second to each of them.
const PAIR_PER_SECOND: f64 = 25.0;
/// One socket in so many takes latencies.
const TIMED_EVERY: u64 = 16;
/// Conversations of each workspace; they are there before anything is measured.
const CONVERSATIONS: u64 = 100;
/// Messages that may be under way at saturation, for each workspace.
const WINDOW: u64 = 200;
/// Messages prepared for one run at saturation.
const SATURATED_MESSAGES_MAX: usize = 300_000;
/// And for each second of it: more than is ever taken.
const SATURATED_PER_SECOND_MAX: u64 = 60_000;
/// Messages of one webhook at saturation, or as many as the server takes at once: sockets are to be what is saturated,
/// not the way in, and peers' figures are of a publisher that sends batches.
const SATURATED_BATCH: usize = 10;

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for (tenants, sockets, per_second) in cases(&bench.run) {
        let site = match bench.site(tenants as usize) {
            Ok(site) => site,
            // The other case may be possible.
            Err(error) => {
                rows.push(Row::failed(bench.target.name(), Scenario::FanOut.name(), &error));
                continue;
            }
        };
        bench.prefill(&site, 0, CONVERSATIONS)?;
        let paces = [Some(per_second), None];
        let unseen = paces.map(|pace| unseen(bench, &site, (tenants, sockets, pace)));
        let unseen: Vec<Row> = unseen.into_iter().collect::<Result<_, _>>()?;
        let fleet = bench.fleet(&site, tenants * sockets)?;
        let seats: Vec<Seat> = (0..tenants * sockets)
            .map(|index| Seat {
                tenant: (index % tenants) as usize,
                role: Role::Steady,
                timed: index / tenants % TIMED_EVERY.min(sockets) == 0,
            })
            .collect();
        fleet.open(&seats)?;
        let case = Case { bench, site: &site, fleet: &fleet, tenants, sockets };
        let seen: Vec<Row> = paces
            .into_iter()
            .zip(&unseen)
            .map(|(pace, unseen)| case.measure(pace, unseen.value("cpu_s/1k").unwrap_or_default() / 1e3))
            .collect::<Result<_, _>>()?;
        for (unseen, seen) in unseen.into_iter().zip(seen) {
            rows.extend([unseen, seen]);
        }
    }
    Ok(rows)
}

/// A row's name.
pub(super) fn name(tenants: u64, sockets: u64, per_second: Option<f64>) -> String {
    match per_second {
        Some(per_second) => format!("{tenants} x {sockets}, {per_second} messages/s"),
        None => format!("{tenants} x {sockets}, saturated"),
    }
}

/// The name of the row of the same messages before there is any socket.
pub(super) fn name_unseen(tenants: u64, sockets: u64, per_second: Option<f64>) -> String {
    format!("{}, nobody looks on", name(tenants, sockets, per_second))
}

/// What the messages cost before anybody looks on: what is more with sockets, the sockets cost.
fn unseen(
    bench: &Bench,
    site: &Site,
    (tenants, sockets, per_second): (u64, u64, Option<f64>),
) -> Result<Row, Error> {
    bench.repeat(Scenario::FanOut, name_unseen(tenants, sockets, per_second), || {
        let traffic = Traffic { window: None, ..traffic(bench, per_second, (tenants, sockets)) };
        let measured = bench.measure(site, None, traffic)?;
        let mut attempt = measured.attempt();
        let stored = measured.stored;
        attempt.figure("stored/s", measured.stored_per_second());
        attempt.figure("messages", stored as f64);
        attempt.cpu_per_thousand(stored);
        attempt.defects.extend(site.logged_errors());
        Ok(attempt)
    })
}

/// Messages at a fixed rate, however long answers take; or as many as the sockets take.
fn traffic(bench: &Bench, per_second: Option<f64>, (tenants, sockets): (u64, u64)) -> Traffic {
    let run = &bench.run;
    let batch = SATURATED_BATCH.min(bench.target.batch_max());
    let saturated = Traffic {
        count: SATURATED_MESSAGES_MAX.min((run.seconds * SATURATED_PER_SECOND_MAX) as usize) / batch,
        batch,
        conversations: CONVERSATIONS,
        pace: Pace::Closed,
        connections: run.connections as usize,
        within: run.duration(),
        window: Some((WINDOW * tenants, sockets)),
    };
    let Some(per_second) = per_second else { return saturated };
    let count = Schedule::new(per_second).count(saturated.within);
    Traffic { count, batch: 1, pace: Pace::Open(per_second), connections: 16, window: None, ..saturated }
}

/// What is measured: workspaces, sockets of each, and messages a second over all.
pub(super) fn cases(run: &Run) -> [(u64, u64, f64); 2] {
    [
        (1, run.fan_sockets, FAN_PER_SECOND),
        (run.fan_tenants, PAIR_SOCKETS, run.fan_tenants as f64 * PAIR_PER_SECOND),
    ]
}

struct Case<'a> {
    bench: &'a Bench,
    site: &'a Site,
    fleet: &'a Fleet,
    tenants: u64,
    sockets: u64,
}

impl Case<'_> {
    /// `unseen_cpu_s` is what a message costs while nobody looks on.
    fn measure(&self, per_second: Option<f64>, unseen_cpu_s: f64) -> Result<Row, Error> {
        let name = name(self.tenants, self.sockets, per_second);
        let traffic = traffic(self.bench, per_second, (self.tenants, self.sockets));
        self.bench.repeat(Scenario::FanOut, name, || {
            let measured = self.bench.measure(self.site, Some((self.fleet, self.sockets)), traffic)?;
            let mut attempt = measured.attempt();
            let events = measured.heard.events as f64;
            let stored = measured.stored;
            attempt.figure("stored/s", measured.stored_per_second());
            attempt.figure("messages", stored as f64);
            attempt.figure("deliveries", measured.heard.messages as f64);
            attempt.figure("deliveries/s", events / measured.cost.wall_s);
            attempt.cpu_per(measured.heard.events, 1e6, "1M");
            let unseen_s = unseen_cpu_s * stored as f64;
            attempt.figure("sockets_cpu_s/1M", attempt.rank - unseen_s * 1e6 / events.max(1.0));
            attempt.figure("bytes_each", measured.heard.bytes as f64 / events.max(1.0));
            attempt.figure("events_a_read", events / (measured.heard.reads as f64).max(1.0));
            attempt.latencies("sock", measured.to_socket.summary());
            attempt.figure("gaps", measured.heard.gaps as f64);
            attempt.figure("repeats", measured.heard.repeats as f64);
            attempt.figure("missing", measured.sent.undelivered as f64);
            attempt.defects.extend(self.site.logged_errors());
            Ok(attempt)
        })
    }
}
