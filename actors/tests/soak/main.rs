//! Two days of a few workspaces over the embedded store, in minutes: whatever is there afterwards is explained by
//! what was written.
//!
//! `SOAK_HOURS` says how much of each day is played, from nine o'clock on: three hours unless it is set, 24 with
//! `make soak`. `SOAK_SEED` plays another day.

#![expect(
    clippy::disallowed_methods,
    reason = "the test acts for workspaces of its own and reads its settings"
)]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and prints what it measured"
)]

mod client;
mod day;
mod measure;
mod stage;

use std::collections::BTreeMap;

use day::{Held, Plan, Town};
use measure::{Gauges, Meter, Sample};

/// The hour at which a day that is not played whole begins.
const FIRST_HOUR: usize = 9;
/// Minutes without an act after which nobody is active: actors go after two ticks of 25 seconds, and the last alarm of
/// a snooze goes off after three hours.
const IDLE_MINUTES: u32 = 185;
/// Days after which everything that ends by itself has ended.
const ENDING_DAYS: u64 = 32;
/// Bytes of the heap that a conversation may take when nobody is active: its columns in the list, its read mark, and
/// its customer among the remembered parties.
const CONVERSATION_BYTES: u64 = 2_048;
/// Bytes of the heap that an id of a message may take among those remembered.
const ID_BYTES: u64 = 256;
/// Bytes of the heap that an update waiting for its message may take.
const ORPHAN_BYTES: u64 = 1_024;
/// Bytes of the heap that an event may take in the ring beyond its frame.
const EVENT_BYTES: u64 = 96;
/// Bytes by which the heap may differ, whatever is held: tables that double.
const SLACK_BYTES: u64 = 262_144;
/// Bytes by which the memory of the process may exceed what its heap explains: SQLite's caches, 16 MiB of the writer
/// and 8 MiB of each of two readers, and what the allocator keeps.
const CACHES_BYTES: u64 = 48 * 1_048_576;
/// Bytes of the write-ahead log, at most: it is emptied at 40 MiB, and may run on while somebody reads.
const LOG_BYTES_MAX: u64 = 64 * 1_048_576;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

fn explained(held: Held) -> u64 {
    held.conversations * CONVERSATION_BYTES
        + held.ids * ID_BYTES
        + held.orphans * ORPHAN_BYTES
        + held.event_bytes
        + held.events * EVENT_BYTES
}

fn tell(when: &str, sample: &Sample, held: Held, active: f64) {
    let rows: u64 = sample.rows.values().sum();
    println!(
        "{when:<12} {:>7} {:>8} {rows:>8} {:>7} {:>7} {:>8} {:>6} {:>9} {:>9} {:>5} {:>7} {active:>7}",
        held.conversations,
        held.events,
        sample.pages,
        sample.free_pages,
        sample.log_bytes / 1_024,
        sample.blobs,
        sample.heap / 1_024,
        sample.resident / 1_024,
        sample.files,
        sample.threads,
    );
}

/// The moment at which nobody is active.
struct Floor {
    sample: Sample,
    held: Held,
    gauges: BTreeMap<String, f64>,
}

/// Everything but memory is as it was, and rows are those that the ledger names.
async fn floor(town: &Town, gauges: &Gauges, meter: &Meter, when: &str) -> Floor {
    town.stage.settle().await;
    town.stage.house.measure();
    let floor = Floor { sample: meter.look(), held: town.held(), gauges: gauges.read() };
    tell(when, &floor.sample, floor.held, 0.0);
    assert_eq!(floor.sample.rows, town.rows(), "{when}: the rows are those of the ledger");
    assert_eq!(floor.sample.blobs, floor.held.blobs, "{when}: bodies");
    assert!(floor.sample.log_bytes <= LOG_BYTES_MAX, "{when}: {:?}", floor.sample);
    floor
}

fn compare(before: &Floor, after: &Floor, what: &str) {
    assert_eq!(before.gauges, after.gauges, "{what}: actors, sockets and queues are as they were");
    assert_eq!(before.sample.files, after.sample.files, "{what}: open files");
    assert_eq!(before.sample.threads, after.sample.threads, "{what}: threads");
    let grown = after.sample.heap.saturating_sub(before.sample.heap);
    let allowed = explained(after.held).saturating_sub(explained(before.held)) + SLACK_BYTES;
    println!("{what}: the heap grew by {} KiB, of which {} KiB are allowed", grown / 1_024, allowed / 1_024);
    assert!(grown <= allowed, "{what}: {grown} bytes more, {allowed} are explained");
    let resident = after.sample.resident.saturating_sub(before.sample.resident);
    assert!(resident <= allowed + CACHES_BYTES, "{what}: the process takes {resident} bytes more");
}

async fn play(
    town: &mut Town,
    gauges: &Gauges,
    meter: &Meter,
    day: &str,
    hours: usize,
) -> Vec<(Sample, Held)> {
    let mut samples = Vec::new();
    for hour in FIRST_HOUR..FIRST_HOUR + hours {
        town.hour(hour).await;
        let (sample, held) = (meter.look(), town.held());
        let active = gauges
            .read()
            .iter()
            .filter(|(name, _)| name.contains("switchboard_actors"))
            .map(|(_, n)| n)
            .sum();
        tell(&format!("{day} {:>2} h", (hour + 1) % 24), &sample, held, active);
        samples.push((sample, held));
    }
    samples
}

#[test]
fn days_of_work_leave_nothing_that_their_data_does_not_explain() {
    let hours = usize::try_from(setting("SOAK_HOURS", 3)).unwrap();
    let whole = hours >= 24;
    let plan = Plan {
        seed: setting("SOAK_SEED", 1),
        workspaces: if whole { 4 } else { 2 },
        acts: if whole { 10 } else { 6 },
    };
    println!("SOAK_SEED={} SOAK_HOURS={hours}: {plan:?}", plan.seed);
    actix::System::new().block_on(async {
        let gauges = Gauges::install();
        let mut town = Town::found(plan).await;
        let meter = Meter::open(town.stage.temp.path());
        println!(
            "{:<12} {:>7} {:>8} {:>8} {:>7} {:>7} {:>8} {:>6} {:>9} {:>9} {:>5} {:>7} {:>7}",
            "",
            "threads",
            "events",
            "rows",
            "pages",
            "free",
            "log KiB",
            "bodies",
            "heap KiB",
            "RSS KiB",
            "files",
            "threads",
            "actors"
        );
        town.quiet(3).await;
        let empty = floor(&town, &gauges, &meter, "empty").await;
        let first = play(&mut town, &gauges, &meter, "day 1", hours).await;
        town.quiet(IDLE_MINUTES).await;
        let one = floor(&town, &gauges, &meter, "day 1 idle").await;
        compare(&empty, &one, "a day");
        let second = play(&mut town, &gauges, &meter, "day 2", hours).await;
        for (hour, ((before, held_before), (after, held_after))) in first.iter().zip(&second).enumerate() {
            let grown = after.heap.saturating_sub(before.heap);
            let allowed = explained(*held_after) - explained(*held_before) + SLACK_BYTES;
            assert!(
                grown <= allowed,
                "hour {hour}: {grown} bytes more than a day before, {allowed} are explained"
            );
        }
        town.quiet(IDLE_MINUTES).await;
        let two = floor(&town, &gauges, &meter, "day 2 idle").await;
        compare(&one, &two, "another day");

        town.days(ENDING_DAYS).await;
        let ended = floor(&town, &gauges, &meter, "all ended").await;
        assert_eq!(ended.held.ends, 0, "all that ends has ended");
        assert_eq!(ended.sample.rows["tenant_log"], 0);
        compare(&two, &ended, "the end of what ends");
        assert!(ended.sample.free_pages > two.sample.free_pages, "what is gone has left room");

        // Less than what has ended, so that the room it left is enough.
        play(&mut town, &gauges, &meter, "day 35", hours.div_ceil(2)).await;
        town.quiet(IDLE_MINUTES).await;
        let again = floor(&town, &gauges, &meter, "reused").await;
        compare(&ended, &again, "work in the room that was left");
        assert!(again.sample.pages <= ended.sample.pages, "the file grows while it has room");
        assert!(again.sample.free_pages < ended.sample.free_pages);
    });
}
