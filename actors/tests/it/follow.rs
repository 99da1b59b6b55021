//! Whoever follows a tenant's log is told of everything, in its order; whatever ends in between.

use std::sync::{Arc, Mutex};

use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::{Refusal, follow::Follower};
use switchboard_ports::store::{Mutation, Scan};
use switchboard_schema::{
    TenantScope,
    record::{LogCursorRow, TenantLogRow},
    wire::{self, IdentityKind},
};

use crate::world::{Running, World, eventually, run, run_seeds};

/// The name of a row that says which event it was made of.
const MADE: &str = "made of ";

/// Makes a row of each event, and fails at times.
struct Maker {
    dice: Mutex<StdRng>,
    /// Places of the events as they came.
    came: Mutex<Vec<u64>>,
}

impl Maker {
    fn new(seed: u64) -> Self {
        Self { dice: Mutex::new(StdRng::seed_from_u64(seed)), came: Mutex::default() }
    }
}

impl Follower for Maker {
    const NAME: &'static str = "maker";

    async fn take(
        &self,
        _: TenantScope,
        events: &[Arc<wire::Event>],
    ) -> Result<Option<Vec<Mutation>>, Refusal> {
        self.came.lock().unwrap().extend(events.iter().map(|event| event.offset));
        if self.dice.lock().unwrap().random_range(0..4) == 0 {
            return Err(Refusal::Overloaded);
        }
        let row = |event: &wire::Event| LogCursorRow {
            consumer: format!("{MADE}{:09}", event.offset),
            offset: event.data.conversation.as_ref().map_or(0, |conversation| conversation.version),
        };
        Ok(Some(events.iter().map(|event| Mutation::put(row(event))).collect()))
    }
}

/// The places of everything that is in the log.
async fn logged(world: &World, running: &Running) -> Vec<u64> {
    let scan = Scan::of::<TenantLogRow>(TenantLogRow::partition(0));
    let rows = running.records.all::<TenantLogRow>(world.scope, scan).await.expect("the log");
    rows.iter().map(|row| row.offset).collect()
}

/// The places of which something was made.
async fn made(world: &World, running: &Running) -> Vec<u64> {
    let scan = Scan::of::<LogCursorRow>(LogCursorRow::partition());
    let rows = running.records.all::<LogCursorRow>(world.scope, scan).await.expect("what was made");
    rows.iter().filter_map(|row| row.consumer.strip_prefix(MADE)?.parse().ok()).collect()
}

#[test]
fn of_each_event_something_is_made_whatever_fails_or_crashes() {
    run_seeds(0..6, async |seed| {
        let (mut world, mut running) = World::with_channel(seed).await;
        let mut dice = StdRng::seed_from_u64(seed);
        for round in 0..8 {
            let following = running.house.follow(Maker::new(dice.random()));
            let mut last = 0;
            for n in 0..dice.random_range(1..8_u32) {
                let from = format!("3161234567{}", dice.random_range(0..3));
                let message = world.message(&format!("in.{round}.{n}"), &[(IdentityKind::WaId, &from)]);
                world.deliver(&running, vec![message]).await;
                // What it cannot take in now comes again.
                if dice.random() {
                    drop(following.catch_up(world.scope).await);
                }
                let came = std::mem::take(&mut *following.follower().came.lock().unwrap());
                assert!(came.is_sorted() || came.contains(&last), "{came:?} after {last}");
                last = came.last().copied().unwrap_or(last);
            }
            drop(following);
            running = world.restart(running).await;
        }
        let following = running.house.follow(Maker::new(seed));
        eventually("something is made of everything", async || {
            drop(following.catch_up(world.scope).await);
            let (logged, made) = (logged(&world, &running).await, made(&world, &running).await);
            if logged == made { Ok(()) } else { Err(format!("{} of {}", made.len(), logged.len())) }
        })
        .await;
        drop(following);
        world.crash(running).await;
    });
}

#[test]
fn it_begins_again_after_its_place_and_follows_by_itself() {
    run(async {
        let (mut world, running) = World::with_channel(3).await;
        let message = |n: u32| world.message(&format!("in.{n}"), &[(IdentityKind::WaId, "31612345678")]);
        for n in 0..5 {
            world.deliver(&running, vec![message(n)]).await;
        }
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let following = running.house.follow(Maker::new(1));
        running.house.look_into_log(world.scope);
        let task = tokio::task::spawn_local(following.run(async { drop(stopped.await) }));
        eventually("everything of before is taken in, and what comes", async || {
            let (logged, made) = (logged(&world, &running).await, made(&world, &running).await);
            if logged == made && logged.len() > 4 { Ok(()) } else { Err(format!("{made:?} of {logged:?}")) }
        })
        .await;
        world.deliver(&running, vec![message(5)]).await;
        eventually("it is told of what is new", async || {
            let (logged, made) = (logged(&world, &running).await, made(&world, &running).await);
            if logged == made && logged.len() > 5 { Ok(()) } else { Err(format!("{made:?} of {logged:?}")) }
        })
        .await;
        let before = logged(&world, &running).await;
        drop(stop);
        task.await.expect("it ends");
        let running = world.restart(running).await;
        let following = running.house.follow(Maker::new(2));
        world.deliver(&running, vec![world.message("in.6", &[(IdentityKind::WaId, "31612345678")])]).await;
        eventually("it goes on", async || {
            drop(following.catch_up(world.scope).await);
            match made(&world, &running).await == logged(&world, &running).await {
                true => Ok(()),
                false => Err("not yet".to_owned()),
            }
        })
        .await;
        let came = following.follower().came.lock().unwrap().clone();
        assert!(came.iter().all(|offset| !before.contains(offset)), "{came:?} were known: {before:?}");
        drop(following);
        world.crash(running).await;
    });
}
