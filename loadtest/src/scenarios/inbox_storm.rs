//! The working day, and in the middle of it the answers to one workspace's campaign come all at once: ten times the whole
//! house's messages. Half of all agents lose their connections then, and come back. The other workspaces must not notice,
//! and at the end nothing is lost, twice there, or out of order.

use super::{
    Scenario,
    house::{Day, Stream, live},
};
use crate::{agents::Shift, bench::Bench, error::Error, options::Run, report::Row, stats::Latencies};

/// The storm's messages for each of the house's.
const TIMES: u64 = 10;
/// The phases: before, in the storm, after.
const BEFORE: usize = 0;
const STORM: usize = 1;
const AFTER: usize = 2;

/// The row's name.
pub(super) fn name(run: &Run) -> String {
    let (rate, storm_rate) = (run.inbox_rate, run.inbox_rate * TIMES);
    format!("{} workspaces, {rate}/s, then {storm_rate}/s to one of them", run.workspaces)
}

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let run = &bench.run;
    let lasts = run.duration();
    let rate = run.inbox_rate as f64;
    let usual = Stream {
        tenants: run.workspaces as usize,
        per_second: rate,
        begins: std::time::Duration::ZERO,
        lasts: lasts * 3,
    };
    let storm = Stream { tenants: 1, per_second: rate * TIMES as f64, begins: lasts, lasts };
    let day =
        Day { streams: vec![usual, storm], phases: vec![lasts, lasts * 2], cut: Some(lasts + lasts / 2) };
    let row = bench.repeat(Scenario::InboxStorm, name(run), || {
        let done = live(bench, &day)?;
        let received = |phase, stormy| {
            done.latencies(phase, |shift| (shift.tenant == 0) == stormy, |shift: &Shift| &shift.received)
                .summary()
        };
        let acknowledged = |phase| {
            let of_others = |shift: &Shift| shift.tenant != 0;
            done.latencies(phase, of_others, |shift: &Shift| &shift.acknowledged).summary()
        };
        let mut attempt = done.attempt.clone();
        attempt.figure("received", done.received() as f64);
        attempt.figure("answered", done.answers as f64);
        attempt.figure("commands", done.commands as f64);
        let (before, storm) = (received(BEFORE, false), received(STORM, false));
        attempt.latencies("others_before", before);
        attempt.latencies("others_storm", storm);
        attempt.figure("others_ratio", storm.p99_ms / before.p99_ms.max(f64::MIN_POSITIVE));
        attempt.figure("others_ack_before_p99_ms", acknowledged(BEFORE).p99_ms);
        attempt.figure("others_ack_storm_p99_ms", acknowledged(STORM).p99_ms);
        attempt.latencies("stormy", received(STORM, true));
        attempt.figure("stormy_after_p99_ms", received(AFTER, true).p99_ms);
        attempt.latencies("provider", done.to_provider.get(STORM).cloned().unwrap_or_default().summary());
        let mut back = Latencies::default();
        done.shifts.iter().for_each(|shift| back.join(shift.back.clone()));
        attempt.figure("came_back", back.count() as f64);
        attempt.figure("back_max_ms", back.summary().max_ms);
        attempt.cpu_per_thousand(done.received() + done.answers);
        let cut = run.workspaces * (run.agents / 2);
        let came_back = done.shifts.iter().map(|shift| shift.back.count() as u64).sum::<u64>();
        if came_back < cut {
            attempt.defects.push(format!("{came_back} of {cut} agents came back"));
        }
        Ok(attempt)
    })?;
    Ok(vec![row])
}
