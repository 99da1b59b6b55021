//! Memory of sockets that are subscribed and do nothing. What the kernel keeps is not counted.

use std::{thread, time::Duration};

use super::Scenario;
use crate::{
    bench::Bench,
    error::Error,
    proc::{self, Moment},
    report::{Attempt, Row},
    sockets::{Role, Seat},
};

/// Sockets of one workspace.
const SOCKETS_EACH: u64 = 1_000;
/// Sockets that are opened and stay, before anything is measured: what the first ones cost is not each one's cost.
const WARM: u64 = 50;
/// Until memory is as it stays.
const SETTLE: Duration = Duration::from_secs(2);

/// The row's name.
pub(super) fn name(sockets: u64) -> String {
    format!("{sockets} sockets, {} workspaces", sockets.div_ceil(SOCKETS_EACH))
}

/// Runs it.
///
/// # Errors
/// When something cannot be measured.
pub(super) fn run(bench: &Bench) -> Result<Vec<Row>, Error> {
    let sockets = bench.run.idle_sockets;
    let tenants = sockets.div_ceil(SOCKETS_EACH);
    let row = bench.repeat(Scenario::IdleSockets, name(sockets), || {
        let site = bench.site(tenants as usize)?;
        let involved = site.involved();
        let fleet = bench.fleet(&site, sockets + WARM)?;
        let seats = |count: u64| -> Vec<Seat> {
            (0..count)
                .map(|index| Seat { tenant: (index % tenants) as usize, role: Role::Steady, timed: false })
                .collect()
        };
        fleet.open(&seats(WARM.min(tenants * (1_024 - SOCKETS_EACH))))?;
        thread::sleep(SETTLE);
        let before = proc::resident_bytes(&involved)?;
        let opening = Moment::now(&involved)?;
        let took = fleet.open(&seats(sockets))?;
        let opened = opening.until(&Moment::now(&involved)?, proc::cores());
        thread::sleep(SETTLE);
        let after = proc::resident_bytes(&involved)?;
        let idle = Moment::now(&involved)?;
        thread::sleep(bench.run.duration());
        let cost = idle.until(&Moment::now(&involved)?, proc::cores());
        let late = proc::resident_bytes(&involved)?;
        let each = after.saturating_sub(before) as f64 / sockets as f64;
        let busy = cost.server_s / cost.wall_s * 100.0;
        let mut attempt = Attempt { cost, rank: each, ..Attempt::default() };
        attempt.figure("bytes_each", each);
        attempt.figure("bytes_each_later", late.saturating_sub(before) as f64 / sockets as f64);
        attempt.figure("rss_mib", after as f64 / (1024.0 * 1024.0));
        attempt.figure("open_s", took.as_secs_f64());
        attempt.figure("open_cpu_us_each", opened.server_s * 1e6 / sockets as f64);
        attempt.figure("idle_cpu_%_of_core", busy);
        attempt.defects.extend(fleet.counters.now().defects());
        attempt.defects.extend(site.logged_errors());
        Ok(attempt)
    })?;
    Ok(vec![row])
}
