//! One workspace floods, another works: how much longer the other waits than when it is quiet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use super::Scenario;
use crate::{
    bench::{Bench, Site},
    error::Error,
    marks::Marks,
    proc::{self, Moment},
    report::{Attempt, Row},
    requests::Requests,
    schedule::Schedule,
    senders::{Load, Pace, Sent},
    sockets::{Fleet, Role, Seat},
    stats::Summary,
};

/// Messages a second of the workspace that works.
const QUIET_PER_SECOND: f64 = 20.0;
/// Messages prepared for the one that floods.
const FLOOD_MAX: usize = 400_000;
/// Conversations of each.
const CONVERSATIONS: u64 = 100;

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let name = format!("{} connections flood, another sends {QUIET_PER_SECOND}/s", bench.run.connections);
    let row = bench.repeat(Scenario::Fairness, name, || {
        let site = bench.site(2)?;
        bench.prefill(&site, 0, CONVERSATIONS)?;
        let fleet = bench.fleet(&site, 1)?;
        fleet.open(&[Seat { tenant: 1, role: Role::Steady, timed: true }])?;
        let flood = bench.requests(&site.tenants[..1], FLOOD_MAX, 1, CONVERSATIONS, false);
        let (quiet, quiet_socket) = work(bench, &site, &fleet)?;
        let stop = AtomicBool::new(false);
        let begin = Moment::now(&site.involved())?;
        let (flooded, (busy, busy_socket)) = thread::scope(|scope| {
            let flooding = scope.spawn(|| send_flood(bench, &site, &flood, &stop));
            let worked = work(bench, &site, &fleet);
            stop.store(true, Ordering::Relaxed);
            let flooded =
                flooding.join().map_err(|_| Error::Setup("the flood's thread ended".to_owned()))??;
            Ok::<_, Error>((flooded, worked?))
        })?;
        let cost = begin.until(&Moment::now(&site.involved())?, proc::cores());
        let mut attempt = Attempt { cost, ..Attempt::default() };
        attempt.figure("flood_stored/s", flooded.ok as f64 / flooded.lasted.as_secs_f64());
        let (quiet_200, busy_200) = (quiet.latencies.clone().summary(), busy.latencies.clone().summary());
        attempt.figure("quiet_200_p99_ms", quiet_200.p99_ms);
        attempt.figure("busy_200_p99_ms", busy_200.p99_ms);
        attempt.figure("ratio_200", busy_200.p99_ms / quiet_200.p99_ms);
        attempt.figure("quiet_sock_p99_ms", quiet_socket.p99_ms);
        attempt.figure("busy_sock_p99_ms", busy_socket.p99_ms);
        attempt.figure("ratio_sock", busy_socket.p99_ms / quiet_socket.p99_ms);
        attempt.figure("flood_200_p99_ms", flooded.latencies.clone().summary().p99_ms);
        attempt.cpu_per_thousand(flooded.ok + busy.ok);
        for (who, sent) in [("quiet", &quiet), ("beside the flood", &busy), ("the flood", &flooded)] {
            attempt.defects.extend(sent.defects().into_iter().map(|defect| format!("{who}: {defect}")));
        }
        attempt.defects.extend(fleet.counters.now().defects());
        attempt.defects.extend(site.logged_errors());
        Ok(attempt)
    })?;
    Ok(vec![row])
}

/// The workspace that works, for one run's time.
fn work(bench: &Bench, site: &Site, fleet: &Fleet) -> Result<(Sent, Summary), Error> {
    let within = bench.run.duration();
    let count = Schedule::new(QUIET_PER_SECOND).count(within);
    let requests = bench.requests(&site.tenants[1..], count, 1, CONVERSATIONS, false);
    let origin = Instant::now();
    let marks = Arc::new(Marks::new(origin, requests.first_mark, requests.messages()));
    fleet.watch(&marks)?;
    let before = fleet.counters.now();
    let mut sent = Load {
        address: site.server.address,
        requests: &requests,
        connections: 4,
        pace: Pace::Open(QUIET_PER_SECOND),
        origin,
        within,
        marks: Some(&marks),
        gate: None,
        stop: &AtomicBool::new(false),
    }
    .run()?;
    let expected = before.messages + sent.ok;
    fleet.until(bench.run.duration(), |now| now.messages >= expected);
    sent.undelivered = expected.saturating_sub(fleet.counters.now().messages);
    Ok((sent, fleet.collect()?.summary()))
}

fn send_flood(bench: &Bench, site: &Site, requests: &Requests, stop: &AtomicBool) -> Result<Sent, Error> {
    Load {
        address: site.server.address,
        requests,
        connections: bench.run.connections as usize,
        pace: Pace::Closed,
        origin: Instant::now(),
        within: bench.run.duration() * 3,
        marks: None,
        gate: None,
        stop,
    }
    .run()
}
