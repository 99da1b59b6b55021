//! Some sockets stop reading: the server lets go of them, and nobody else notices.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::Scenario;
use crate::{
    bench::{Bench, Site, Traffic},
    error::Error,
    report::Row,
    schedule::Schedule,
    senders::Pace,
    sockets::{Fleet, Role, Seat},
};

/// Sockets that read.
const STEADY: u64 = 40;
/// Sockets that stop.
const SLOW: u64 = 10;
/// Messages a second.
const PER_SECOND: f64 = 250.0;
/// At least as long: what the system buffers for a connection has to fill up first.
const LAST_MIN: Duration = Duration::from_secs(30);
/// How often it is looked whether the server has let go of them.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Conversations.
const CONVERSATIONS: u64 = 100;
/// How long those who were closed may take to see it, and then to catch up.
const CATCH_UP: Duration = Duration::from_secs(20);

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let within = bench.run.duration().max(LAST_MIN);
    let traffic = Traffic {
        count: Schedule::new(PER_SECOND).count(within),
        batch: 1,
        conversations: CONVERSATIONS,
        pace: Pace::Open(PER_SECOND),
        connections: 8,
        within,
        window: None,
    };
    let name = format!("{SLOW} of {} stop, {PER_SECOND}/s for {} s", STEADY + SLOW, within.as_secs());
    let row = bench.repeat(Scenario::SlowReaders, name, || {
        let site = bench.site(1)?;
        bench.prefill(&site, 0, CONVERSATIONS)?;
        let fleet = bench.fleet(&site, STEADY + SLOW)?;
        let seats: Vec<Seat> = (0..STEADY + SLOW)
            .map(|index| Seat {
                tenant: 0,
                role: if index < STEADY { Role::Steady } else { Role::Slow },
                timed: index < STEADY,
            })
            .collect();
        fleet.open(&seats)?;
        fleet.pause(true)?;
        let start = fleet.counters.now();
        // Slow sockets get some: only what the others get is waited for.
        let (measured, closed_s) = thread::scope(|scope| {
            let watching = scope.spawn(|| let_read_again(bench, &site, &fleet, within));
            let measured = bench.measure(&site, Some((&fleet, STEADY)), traffic);
            let closed_s =
                watching.join().map_err(|_| Error::Setup("the watching thread ended".to_owned()))??;
            Ok::<_, Error>((measured?, closed_s))
        })?;
        let due = start.steady_messages + measured.sent.ok * STEADY;
        fleet.until(CATCH_UP, |now| now.steady_messages >= due);
        let steady = fleet.counters.now().since(start).steady_messages;
        fleet.until(CATCH_UP, |now| now.since(start).too_slow + now.since(start).broken_slow >= SLOW);
        let ended = fleet.counters.now().since(start);
        // Whoever was closed comes back and gets everything missed.
        let missed = measured.sent.ok * SLOW;
        let of_slow = || {
            let now = fleet.counters.now().since(start);
            now.messages - now.steady_messages
        };
        fleet.resume_slow()?;
        fleet.until(CATCH_UP, |_| of_slow() >= missed);
        let end = fleet.counters.now().since(start);
        let mut attempt = measured.attempt();
        attempt.figure("closed_after_s", closed_s);
        attempt.figure("closed_4008", ended.too_slow as f64);
        attempt.figure("reset", ended.broken_slow as f64);
        attempt.latencies("others", measured.to_socket.clone().summary());
        let missing = (measured.sent.ok * STEADY).saturating_sub(steady);
        attempt.figure("others_missing", missing as f64);
        attempt.figure("not_resumed", end.not_resumed as f64);
        attempt.figure("lost_after_resume", missed.saturating_sub(of_slow()) as f64);
        attempt.cpu_per_thousand(measured.sent.ok);
        attempt.defects.extend(end.since(measured.heard).defects());
        if ended.too_slow + ended.broken_slow < SLOW {
            attempt
                .defects
                .push(format!("{} of {SLOW} slow sockets were closed", ended.too_slow + ended.broken_slow));
        }
        if missing > 0 {
            attempt.defects.push(format!("{missing} deliveries to the others are missing"));
        }
        if end.not_resumed == 0 && of_slow() < missed {
            attempt.defects.push("resumed sockets did not get all they missed".to_owned());
        }
        attempt.defects.extend(site.logged_errors());
        Ok(attempt)
    })?;
    Ok(vec![row])
}

/// Lets the slow ones read again as soon as the server has let go of all of them, so that they can still be told why;
/// else when time is over. Says after how many seconds that was.
fn let_read_again(bench: &Bench, site: &Site, fleet: &Fleet, within: Duration) -> Result<f64, Error> {
    let begun = Instant::now();
    while begun.elapsed() < within && bench.target.closed_too_slow(&site.server)? < SLOW {
        thread::sleep(LOOK_EVERY);
    }
    fleet.pause(false)?;
    Ok(begun.elapsed().as_secs_f64())
}
