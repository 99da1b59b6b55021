//! All sockets drop at once and come back, each with missed events, while live traffic goes on.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::Scenario;
use crate::{
    bench::{Bench, Site},
    error::Error,
    proc::{self, Moment},
    report::{Attempt, Row},
    requests::Requests,
    senders::{Load, Pace},
    sockets::{Fleet, Role, Seat},
};

/// Sockets of one workspace.
const SOCKETS_EACH: u64 = 1_000;
/// Events that each socket missed.
const MISSED: usize = 20;
/// Live messages a second, for each workspace.
const LIVE_PER_SECOND: f64 = 20.0;
/// Conversations of each workspace.
const CONVERSATIONS: u64 = 100;
/// How long everything may take.
const CATCH_UP_TIMEOUT: Duration = Duration::from_secs(60);
/// How long until everything under way has arrived.
const ARRIVE: Duration = Duration::from_secs(10);

/// The row's name.
pub(super) fn name(sockets: u64) -> String {
    format!("{sockets} sockets, {MISSED} missed each")
}

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let sockets = bench.run.storm_sockets;
    let tenants = sockets.div_ceil(SOCKETS_EACH);
    let row = bench.repeat(Scenario::ReconnectStorm, name(sockets), || {
        let site = bench.site(tenants as usize)?;
        bench.prefill(&site, 0, CONVERSATIONS)?;
        let fleet = bench.fleet(&site, sockets + tenants)?;
        let mut seats: Vec<Seat> = (0..sockets)
            .map(|index| Seat { tenant: (index % tenants) as usize, role: Role::Dropped, timed: false })
            .collect();
        // One socket of each workspace stays and knows how far the others have to come.
        seats.extend((0..tenants).map(|tenant| Seat {
            tenant: tenant as usize,
            role: Role::Steady,
            timed: false,
        }));
        fleet.open(&seats)?;
        storm(bench, &site, &fleet, sockets)
    })?;
    Ok(vec![row])
}

fn storm(bench: &Bench, site: &Site, fleet: &Fleet, sockets: u64) -> Result<Attempt, Error> {
    let tenants = site.tenants.len();
    let missed = bench.requests(&site.tenants, MISSED * tenants, 1, CONVERSATIONS, false);
    let rate = LIVE_PER_SECOND * tenants as f64;
    let live_count = (rate * CATCH_UP_TIMEOUT.as_secs_f64()) as usize;
    let live = bench.requests(&site.tenants, live_count, 1, CONVERSATIONS, false);
    let stop = AtomicBool::new(false);

    fleet.drop_sockets()?;
    let before = fleet.counters.now();
    let caught_up_before = fleet.counters.caught_up.load(Ordering::Relaxed);
    send(site, &missed, Pace::Closed, &stop)?;
    let expected = before.steady_messages + (MISSED * tenants) as u64;
    if !fleet.until(ARRIVE, |now| now.steady_messages >= expected) {
        return Err(Error::server("sockets that stayed did not get what the others missed"));
    }
    let goals = fleet.heads(tenants)?;
    thread::scope(|scope| {
        let traffic = scope.spawn(|| send(site, &live, Pace::Open(rate), &stop));
        let begin = Moment::now(&site.involved())?;
        let begun = Instant::now();
        fleet.resume(&goals)?;
        let wanted = caught_up_before + sockets;
        let caught_up =
            fleet.until(CATCH_UP_TIMEOUT, |_| fleet.counters.caught_up.load(Ordering::Relaxed) >= wanted);
        let took = begun.elapsed();
        let cost = begin.until(&Moment::now(&site.involved())?, proc::cores());
        thread::sleep(Duration::from_millis(500));
        stop.store(true, Ordering::Relaxed);
        let sent =
            traffic.join().map_err(|_| Error::Setup("the live traffic's thread ended".to_owned()))??;
        // Everybody who is back has the same last event as those who stayed, or has lost something.
        let arrived = before.steady_messages + (MISSED * tenants) as u64 + sent.ok;
        fleet.until(ARRIVE, |now| now.steady_messages >= arrived);
        let total = (MISSED as u64 * sockets) + sent.ok * (sockets / tenants as u64);
        let others = |now: crate::sockets::Counted| {
            (now.messages - now.steady_messages).saturating_sub(before.messages - before.steady_messages)
        };
        fleet.until(ARRIVE, |now| others(now) >= total);
        let heard = fleet.counters.now().since(before);
        let mut attempt = Attempt { cost: cost.clone(), rank: cost.server_s, ..Attempt::default() };
        attempt.figure("caught_up_s", took.as_secs_f64());
        attempt.figure("cpu_us_each", cost.server_s * 1e6 / sockets as f64);
        attempt.figure("driver_us_each", cost.driver_s * 1e6 / sockets as f64);
        attempt.figure("live_sent", sent.ok as f64);
        attempt.figure("live_p99_ms", sent.latencies.clone().summary().p99_ms);
        let lost = total.saturating_sub(others(fleet.counters.now()));
        attempt.figure("lost", lost as f64);
        attempt.figure("gaps", heard.gaps as f64);
        attempt.figure("repeats", heard.repeats as f64);
        attempt.defects.extend(sent.defects());
        attempt.defects.extend(heard.defects());
        if lost > 0 {
            attempt.defects.push(format!("{lost} messages did not reach resumed sockets"));
        }
        if !caught_up {
            attempt.defects.push("not all sockets caught up in time".to_owned());
        }
        attempt.defects.extend(site.logged_errors());
        Ok(attempt)
    })
}

fn send(
    site: &Site,
    requests: &Requests,
    pace: Pace,
    stop: &AtomicBool,
) -> Result<crate::senders::Sent, Error> {
    Load {
        address: site.server.address,
        requests,
        connections: 8,
        pace,
        origin: Instant::now(),
        within: CATCH_UP_TIMEOUT,
        marks: None,
        gate: None,
        stop,
    }
    .run()
}
