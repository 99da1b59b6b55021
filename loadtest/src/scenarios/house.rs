//! The house of the inbox scenarios: workspaces with agents at work, customers who write, the provider between them.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::taken;
use crate::{
    agents::{ANSWERS_MAX, Book, Desk, Shift, Staff, Tallies},
    audit::{self, Findings, Taken, in_words},
    bench::{Bench, Site},
    error::Error,
    marks::{self, Marks},
    proc::{self, Moment},
    report::Attempt,
    requests::Requests,
    schedule::Schedule,
    senders::{Load, Pace, Sent},
    stats::Latencies,
    target::{Inbox, Thread, switchboard::has_arrived},
};

/// Connections of each stream of customers' messages, so that a slow answer holds no other request back.
const CONNECTIONS: usize = 16;
/// Connections are opened so long before the first message.
const CONNECT_BEFORE: Duration = Duration::from_millis(500);
/// How long until everything under way has arrived: deliveries, then what agents still mean to do, then statuses.
const SETTLE: Duration = Duration::from_secs(30);

/// A stream of customers' messages, in open loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream {
    /// How many workspaces it goes to, from the first on.
    pub(super) tenants: usize,
    /// Messages a second.
    pub(super) per_second: f64,
    /// When it begins, counted from the beginning of the day.
    pub(super) begins: Duration,
    /// How long it lasts.
    pub(super) lasts: Duration,
}

/// What a day is like.
#[derive(Clone, Debug)]
pub(super) struct Day {
    /// The customers' messages.
    pub(super) streams: Vec<Stream>,
    /// When the phases after the first begin; latencies are told phase by phase.
    pub(super) phases: Vec<Duration>,
    /// When half of the agents' connections are cut.
    pub(super) cut: Option<Duration>,
}

/// What a day came to.
pub(super) struct Done {
    /// What it used, with all defects.
    pub(super) attempt: Attempt,
    /// What each agent's work came to.
    pub(super) shifts: Vec<Shift>,
    /// Every stream's answers.
    pub(super) sent: Vec<Sent>,
    /// From an answer's planned time to the provider, phase by phase.
    pub(super) to_provider: Vec<Latencies>,
    /// Answers given.
    pub(super) answers: u64,
    /// Commands sent.
    pub(super) commands: u64,
}

impl Done {
    /// Customers' messages that were acknowledged.
    pub(super) fn received(&self) -> u64 {
        self.sent.iter().map(|sent| sent.ok).sum()
    }

    /// Latencies of one phase, of the shifts that are wanted.
    pub(super) fn latencies(
        &self,
        phase: usize,
        wanted: impl Fn(&Shift) -> bool,
        kind: impl Fn(&Shift) -> &Vec<Latencies>,
    ) -> Latencies {
        let mut all = Latencies::default();
        for shift in self.shifts.iter().filter(|shift| wanted(shift)) {
            if let Some(latencies) = kind(shift).get(phase) {
                all.join(latencies.clone());
            }
        }
        all
    }
}

/// Lives one day in a house of its own.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn live(bench: &Bench, day: &Day) -> Result<Done, Error> {
    let run = &bench.run;
    let site = bench.site(run.workspaces as usize)?;
    let inbox =
        bench.target.inbox().ok_or_else(|| Error::Setup("nobody can work at this server".to_owned()))?;
    for tenant in site.tenants.iter() {
        inbox.meet(&site.server, tenant, run.conversations)?;
    }
    bench.prefill(&site, 0, run.conversations)?;
    let staff = hire(bench, &site, inbox, day)?;
    let streams: Vec<(Stream, Requests)> = day
        .streams
        .iter()
        .map(|stream| {
            let count = Schedule::new(stream.per_second).count(stream.lasts);
            (*stream, bench.requests(&site.tenants[..stream.tenants], count, 1, run.conversations, false))
        })
        .collect();
    let sends_before = inbox.world().graph().sends_total();
    let begin = Moment::now(&site.involved())?;
    let origin = Instant::now() + CONNECT_BEFORE;
    let book = Arc::new(book(bench, &streams, day, origin));
    staff.begin(&book);
    let sent = customers_write(&site, &streams, &book, &staff, day, origin)?;
    let unsettled = settle(&staff, &sent, run.agents, &book);
    let cost = begin.until(&Moment::now(&site.involved())?, proc::cores());
    let commands = staff.tallies.commands.load(Ordering::Relaxed);
    let shifts = staff.finish()?;
    let mut done = Done {
        attempt: Attempt { cost, defects: unsettled, ..Attempt::default() },
        answers: shifts.iter().map(|shift| shift.answers.len() as u64).sum(),
        shifts,
        sent,
        to_provider: Vec::new(),
        commands,
    };
    compare(bench, &site, inbox, &streams, &book, sends_before, &mut done)?;
    done.attempt.defects.extend(site.logged_errors());
    Ok(done)
}

/// Everybody signs in and opens their socket. Of each workspace every other agent's connection may be cut.
fn hire(bench: &Bench, site: &Site, inbox: &dyn Inbox, day: &Day) -> Result<Staff, Error> {
    let of = bench.run.agents;
    let mut desks = Vec::new();
    for (index, tenant) in site.tenants.iter().enumerate() {
        for place in 0..of {
            let colleague = inbox.colleague(&site.server, tenant, place as usize)?;
            let may_be_cut = day.cut.is_some() && place % 2 == 1;
            desks.push(Desk { tenant: index, place, of, colleague, may_be_cut });
        }
    }
    Staff::start(&bench.target, site.server.address, &site.tenants, desks, bench.run.pace)
}

fn book(bench: &Bench, streams: &[(Stream, Requests)], day: &Day, origin: Instant) -> Book {
    let of_stream =
        |(_, requests): &(Stream, Requests)| Marks::new(origin, requests.first_mark, requests.messages());
    let first_answer = bench.marks(ANSWERS_MAX);
    Book {
        inbound: streams.iter().map(|stream| Arc::new(of_stream(stream))).collect(),
        outbound: Arc::new(Marks::new(origin, first_answer, ANSWERS_MAX)),
        first_answer,
        answers: AtomicU64::new(0),
        phases: day.phases.iter().map(|begins| origin + *begins).collect(),
    }
}

/// All streams, each at its time; and the cut in between.
fn customers_write(
    site: &Site,
    streams: &[(Stream, Requests)],
    book: &Book,
    staff: &Staff,
    day: &Day,
    origin: Instant,
) -> Result<Vec<Sent>, Error> {
    thread::scope(|scope| {
        let sending: Vec<_> = streams
            .iter()
            .zip(&book.inbound)
            .map(|((stream, requests), marks)| {
                scope.spawn(move || {
                    let begins = origin + stream.begins;
                    // Connections are there by then; one that waits for long would be closed.
                    thread::sleep(begins.saturating_duration_since(Instant::now() + CONNECT_BEFORE));
                    Load {
                        address: site.server.address,
                        requests,
                        connections: CONNECTIONS,
                        pace: Pace::Open(stream.per_second),
                        origin: begins,
                        within: stream.lasts,
                        marks: Some(marks),
                        gate: None,
                        stop: &AtomicBool::new(false),
                    }
                    .run()
                })
            })
            .collect();
        if let Some(at) = day.cut {
            thread::sleep((origin + at).saturating_duration_since(Instant::now()));
            staff.cut();
        }
        sending
            .into_iter()
            .map(|thread| thread.join().map_err(|_| Error::Setup("a customers' thread ended".to_owned()))?)
            .collect()
    })
}

/// Waits until every message is on every agent's screen, everything planned is done, and every answer has arrived at
/// its customer's phone; says what has not.
fn settle(staff: &Staff, sent: &[Sent], agents: u64, book: &Book) -> Vec<String> {
    let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let mut missing = Vec::new();
    let mut wait = |what: &str, wish: &dyn Fn(&Tallies) -> bool| {
        if !staff.until(SETTLE, wish) {
            missing.push(format!("after {} s {what}", SETTLE.as_secs()));
        }
    };
    let received = sent.iter().map(|sent| sent.ok).sum::<u64>() * agents;
    wait("not every message was on every agent's screen", &|now| get(&now.received) >= received);
    staff.rest();
    wait("not all commands had their results", &Tallies::is_done);
    let answers = || get(&book.answers).min(ANSWERS_MAX as u64);
    wait("not every answer was on every agent's screen", &|now| get(&now.queued) >= answers() * agents);
    wait("not every answer had arrived at its customer", &|now| get(&now.arrived) >= answers());
    missing
}

/// Compares what was sent with what everybody has: the store, the agents' screens, the provider.
fn compare(
    bench: &Bench,
    site: &Site,
    inbox: &dyn Inbox,
    streams: &[(Stream, Requests)],
    book: &Book,
    sends_before: u64,
    done: &mut Done,
) -> Result<(), Error> {
    let mut of_tenant: Vec<Vec<Taken>> = vec![Vec::new(); site.tenants.len()];
    for ((stream, requests), sent) in streams.iter().zip(&done.sent) {
        for one in taken(requests, sent) {
            // Workspaces take turns.
            let turn = (one.mark - requests.first_mark) as usize % stream.tenants;
            of_tenant[turn].push(one);
        }
        done.attempt.defects.extend(sent.defects());
    }
    let (mut at_provider, mut sends) = (Vec::new(), Vec::new());
    for send in inbox.world().graph().sends().iter().filter(|send| send.seq > sends_before) {
        let Some(mark) = marks::find(send.text.as_bytes()) else { continue };
        let Some(due) = book.outbound.started(mark).filter(|_| send.wamid().is_some()) else { continue };
        at_provider.push(mark);
        sends.push((due, send.judged_at));
    }
    done.to_provider = by_phase(&sends, &book.phases);
    for (index, (tenant, taken)) in site.tenants.iter().zip(&of_tenant).enumerate() {
        let threads = bench.target.stored(&site.server, tenant)?;
        let shifts: Vec<&Shift> = done.shifts.iter().filter(|shift| shift.tenant == index).collect();
        let answers: HashSet<u64> = shifts.iter().flat_map(|shift| shift.answers.iter().copied()).collect();
        let mut defects = Findings::of(&threads, taken).defects();
        defects.extend(audit::outgoing(&threads, &at_provider, &answers).defects());
        defects.extend(on_their_way(&threads, &answers));
        defects.extend(on_screens(&shifts, taken, &answers));
        done.attempt.defects.extend(defects.into_iter().map(|defect| format!("workspace {index}: {defect}")));
    }
    for shift in &done.shifts {
        let refused = shift.refused.iter().map(|(code, count)| format!("{count} commands refused: {code}"));
        done.attempt.defects.extend(refused);
    }
    for (count, what) in [
        (sum(&done.shifts, |shift| shift.gaps), "gaps in agents' streams"),
        (sum(&done.shifts, |shift| shift.repeats), "repeated events"),
        (sum(&done.shifts, |shift| shift.not_resumed), "agents' sockets not resumed"),
        (sum(&done.shifts, |shift| shift.ended), "agents' sockets ended by the server, or not opened again"),
        (sum(&done.shifts, |shift| shift.open_commands), "commands without a result"),
    ] {
        if count > 0 {
            done.attempt.defects.push(format!("{count} {what}"));
        }
    }
    Ok(())
}

fn sum(shifts: &[Shift], of: impl Fn(&Shift) -> u64) -> u64 {
    shifts.iter().map(of).sum()
}

fn by_phase(pairs: &[(Instant, Instant)], phases: &[Instant]) -> Vec<Latencies> {
    let mut all = vec![Latencies::default(); phases.len() + 1];
    for (due, at) in pairs {
        let phase = phases.iter().filter(|begins| *begins <= due).count();
        all[phase].add(at.saturating_duration_since(*due));
    }
    all
}

/// Answers that are not there, or whose statuses did not come back, by where they stand.
fn on_their_way(threads: &[Thread], answers: &HashSet<u64>) -> Vec<String> {
    let mut states: HashMap<&str, u64> = HashMap::new();
    let mut there = 0;
    for item in threads.iter().flat_map(|Thread(items)| items) {
        if item.mark.is_some_and(|mark| answers.contains(&mark)) {
            there += 1;
            if !has_arrived(&item.state) {
                *states.entry(&item.state).or_default() += 1;
            }
        }
    }
    let mut defects: Vec<String> =
        states.into_iter().map(|(state, count)| format!("{count} answers are still {state}")).collect();
    let missing = (answers.len() as u64).saturating_sub(there);
    if missing > 0 {
        defects.push(format!("{missing} answers are not there"));
    }
    defects
}

/// Every message is on each agent's screen once, whatever became of the connection.
fn on_screens(shifts: &[&Shift], taken: &[Taken], answers: &HashSet<u64>) -> Vec<String> {
    let due: HashSet<u64> = taken.iter().map(|taken| taken.mark).chain(answers.iter().copied()).collect();
    let missing = shifts
        .iter()
        .map(|shift| due.iter().filter(|mark| !shift.seen.contains_key(mark)).count() as u64)
        .sum();
    let twice =
        shifts.iter().map(|shift| shift.seen.values().filter(|count| **count > 1).count() as u64).sum();
    in_words(&[
        (missing, "messages are missing on agents' screens"),
        (twice, "messages are twice on agents' screens"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Item;

    fn shift(seen: &[(u64, u32)]) -> Shift {
        Shift { seen: seen.iter().copied().collect(), ..Shift::default() }
    }

    #[test]
    fn every_screen_has_every_message_once() {
        let now = Instant::now();
        let taken = [Taken { mark: 1, left_at: now, answered_at: now }];
        let answers = HashSet::from([2]);
        let (good, bad) = (shift(&[(1, 1), (2, 1)]), shift(&[(2, 2)]));
        assert!(on_screens(&[&good], &taken, &answers).is_empty());
        assert_eq!(
            on_screens(&[&good, &bad], &taken, &answers),
            ["1 messages are missing on agents' screens", "1 messages are twice on agents' screens"]
        );
    }

    #[test]
    fn an_answer_is_there_and_has_arrived() {
        let item = |mark, state: &str| Item { seq: 1, mark: Some(mark), state: state.to_owned() };
        let threads = [Thread(vec![item(1, "read"), item(2, "failed")])];
        assert!(on_their_way(&threads, &HashSet::from([1])).is_empty());
        assert_eq!(
            on_their_way(&threads, &HashSet::from([1, 2, 3])),
            ["1 answers are still failed", "1 answers are not there"]
        );
    }

    #[test]
    fn latencies_belong_to_the_phase_in_which_they_were_due() {
        let origin = Instant::now();
        let at = |ms| origin + Duration::from_millis(ms);
        let pairs = [(at(0), at(30)), (at(10), at(11)), (at(19), at(25))];
        let counts: Vec<usize> = by_phase(&pairs, &[at(10), at(20)]).iter().map(Latencies::count).collect();
        assert_eq!(counts, [1, 2, 0]);
    }
}
