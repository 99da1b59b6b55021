//! The server is stopped, and killed, under load: what was answered 200 is there afterwards, once.

use std::{
    sync::atomic::AtomicBool,
    thread,
    time::{Duration, Instant},
};

use super::{Scenario, taken};
use crate::{
    audit::{Findings, Taken},
    bench::{Bench, Site},
    error::Error,
    proc::{self, Moment},
    report::{Attempt, Row},
    requests::Requests,
    senders::{Load, Pace, Sent},
};

/// How long the load lasts before the server is ended.
const LOAD_FIRST: Duration = Duration::from_secs(3);
/// Longest run of the load.
const LOAD_MAX: Duration = Duration::from_secs(60);
/// Messages prepared.
const MESSAGES_MAX: usize = 200_000;
/// Connections.
const CONNECTIONS: usize = 16;
/// Conversations.
const CONVERSATIONS: u64 = 100;

/// How the server is ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Asked,
    Killed,
}

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    [(Ending::Asked, "SIGTERM"), (Ending::Killed, "kill -9")]
        .into_iter()
        .map(|(ending, name)| {
            bench.repeat(Scenario::Restart, format!("{name}, {CONNECTIONS} connections"), || {
                once(bench, ending)
            })
        })
        .collect()
}

fn once(bench: &Bench, ending: Ending) -> Result<Attempt, Error> {
    let mut site = bench.site(1)?;
    let requests = bench.requests(&site.tenants, MESSAGES_MAX, 1, CONVERSATIONS, false);
    let stop = AtomicBool::new(false);
    let address = site.server.address;
    let begin = Moment::now(&site.involved())?;
    let (sent, ended_s, cost) = thread::scope(|scope| {
        let sending = scope.spawn(|| send(address, &requests, &stop));
        thread::sleep(LOAD_FIRST);
        let cost = begin.until(&Moment::now(&site.involved())?, proc::cores());
        let begun = Instant::now();
        match ending {
            Ending::Asked => drop(site.server.stop()?),
            Ending::Killed => site.server.kill()?,
        }
        let ended_s = begun.elapsed().as_secs_f64();
        let sent = sending.join().map_err(|_| Error::Setup("the load's thread ended".to_owned()))??;
        Ok::<_, Error>((sent, ended_s, cost))
    })?;
    let begun = Instant::now();
    site.server = bench.target.start(site.folder().path())?;
    let ready_s = begun.elapsed().as_secs_f64();
    let mut attempt = Attempt { cost, rank: ready_s, ..Attempt::default() };
    attempt.figure("answered_200", sent.ok as f64);
    attempt.figure("refused", sent.refused.values().sum::<u64>() as f64);
    attempt.figure("broken", sent.broken as f64);
    compare(bench, &site, &requests, &sent, &mut attempt)?;
    attempt.figure("ended_s", ended_s);
    attempt.figure("ready_again_s", ready_s);
    attempt.defects.extend(site.logged_errors());
    Ok(attempt)
}

/// Compares what was answered with what is there.
fn compare(
    bench: &Bench,
    site: &Site,
    requests: &Requests,
    sent: &Sent,
    into: &mut Attempt,
) -> Result<(), Error> {
    let tenant = site.tenants.first().ok_or_else(|| Error::Setup("no workspace".to_owned()))?;
    let threads = bench.target.stored(&site.server, tenant)?;
    let taken: Vec<Taken> = taken(requests, sent).collect();
    let found = Findings::of(&threads, &taken);
    into.figure("stored", found.stored as f64);
    into.figure("lost", found.lost as f64);
    into.figure("twice", found.twice as f64);
    into.figure("seq_holes", found.holes as f64);
    into.figure("disordered", found.disordered as f64);
    into.defects.extend(found.defects());
    Ok(())
}

fn send(address: std::net::SocketAddr, requests: &Requests, stop: &AtomicBool) -> Result<Sent, Error> {
    Load {
        address,
        requests,
        connections: CONNECTIONS,
        pace: Pace::Closed,
        origin: Instant::now(),
        within: LOAD_MAX,
        marks: None,
        gate: None,
        stop,
    }
    .run()
}
