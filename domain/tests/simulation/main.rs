//! The rules of a conversation under thousands of schedules, each from a seed: updates late, twice and in any
//! order, an agent and a sender at work, crashes at any moment. A failure names its seed; `SIM_SEED` replays
//! that one alone.

mod chance;
mod shell;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use world::World;

const SCHEDULES: u64 = 10_000;
const LONG_SCHEDULES: u64 = 4;
/// Seeds of long schedules begin here.
const LONG: u64 = 1 << 32;

#[test]
fn every_schedule_keeps_the_promises() {
    let (requests, crashes, _) = run(0, SCHEDULES);
    if only_seed().is_none() {
        assert!(
            requests > SCHEDULES && crashes > SCHEDULES,
            "the schedules do little: {requests}, {crashes}"
        );
    }
}

#[test]
fn long_conversations_keep_the_promises_across_their_buckets() {
    let (_, _, looked_up) = run(LONG, LONG_SCHEDULES);
    if only_seed().is_none() {
        assert!(looked_up > 0, "no repeated message was beyond memory");
    }
}

fn run(first: u64, schedules: u64) -> (u64, u64, u64) {
    let mut sums = (0, 0, 0);
    let seeds = match only_seed() {
        Some(seed) => seed..seed + 1,
        None => first..first + schedules,
    };
    for seed in seeds.filter(|seed| (*seed >= LONG) == (first >= LONG)) {
        let mut world = World::new(seed);
        let ran = catch_unwind(AssertUnwindSafe(|| {
            schedule(&mut world, seed);
        }));
        assert!(
            ran.is_ok(),
            "replay this schedule with: SIM_SEED={seed} cargo test -p switchboard-domain --test simulation"
        );
        sums = (sums.0 + world.requests, sums.1 + world.crashes, sums.2 + world.looked_up);
    }
    sums
}

fn schedule(world: &mut World, seed: u64) {
    if seed < LONG {
        for _ in 0..60 {
            world.step();
        }
    } else {
        for _ in 0..12 {
            world.burst(130);
            for _ in 0..40 {
                world.step();
            }
        }
    }
    world.finish();
}

#[expect(clippy::disallowed_methods, reason = "names the one schedule to replay; no setting of the server")]
fn only_seed() -> Option<u64> {
    std::env::var("SIM_SEED").ok()?.parse().ok()
}
