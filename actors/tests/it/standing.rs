//! How numbers stand: asked regularly, whatever becomes of the process in between, and told in order.

use std::time::Duration;

use serde_json::Value;
use switchboard_actors::{Change, Notice};
use switchboard_domain::audit::By;
use switchboard_ports::{clock::Clock, store::Mutation};
use switchboard_schema::{Timestamp, record::ChannelRow, table::Record as _};

use crate::{
    live::Client,
    world::{Running, World, eventually, run},
};

/// When the channel was last asked about, and when it is next.
async fn asked(world: &World, running: &Running) -> (Option<Timestamp>, Option<Timestamp>) {
    let row = running.records.get::<ChannelRow>(world.scope, ChannelRow::key(world.channel)).await;
    let standing = row.expect("it is read").expect("there is one").body.0.standing;
    (standing.checked_at, standing.check_at)
}

async fn until_asked(
    world: &World,
    running: &Running,
    after: Option<Timestamp>,
) -> (Option<Timestamp>, Option<Timestamp>) {
    eventually("the number is asked about", async || {
        let found = asked(world, running).await;
        if found.0 > after { Ok(()) } else { Err(format!("{found:?}")) }
    })
    .await;
    asked(world, running).await
}

#[test]
fn a_number_that_was_never_asked_about_is_and_goes_on_being_ever_less_often_while_nobody_answers() {
    run(async {
        let (mut world, mut running) = World::with_channel(41).await;
        assert_eq!(asked(&world, &running).await, (None, None), "connected before numbers were asked about");
        running.house.wake_channel(world.scope, world.channel).await.expect("its owner is woken");
        let mut last = None;
        let mut pauses = Vec::new();
        for round in 0..5 {
            let (checked, next) = until_asked(&world, &running, last).await;
            let (checked, next) = (checked.expect("it was asked"), next.expect("there is a next time"));
            pauses.push(next.since(checked).as_secs() / 60);
            last = Some(checked);
            if round == 2 {
                running = world.restart(running).await;
            }
            // Not before its time.
            running.house.fire_wakeups(false).await.expect("the wake-ups are read");
            assert_eq!(asked(&world, &running).await.0, Some(checked));
            let now = world.clock.now();
            world.clock.advance(next.since(now) + Duration::from_secs(1));
            running.house.fire_wakeups(false).await.expect("the wake-ups are read");
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16]);
    });
}

fn is_of_a_channel(rows: &[Mutation]) -> bool {
    rows.iter().any(|row| matches!(row, Mutation::Put { table, .. } if table.name == ChannelRow::TABLE.name))
}

#[test]
fn nothing_older_is_told_of_a_channel_after_something_newer_however_long_a_write_takes() {
    run(async {
        let (mut world, running) = World::with_channel(42).await;
        world.crash(running).await;
        let (running, store) = world.open_holding(is_of_a_channel);
        let client = Client::default();
        client.connect(&world, &running, 1, None);
        let told = || -> Vec<Value> {
            let frames = client.frames().into_iter();
            let told = frames.filter(|frame| frame["name"] == "channel.updated");
            told.map(|frame| frame["data"]["channel"]["name"].clone()).collect()
        };
        let until_told = async |times: usize| {
            eventually("it is told", async || {
                let told = told();
                if told.len() >= times { Ok(()) } else { Err(format!("{told:?}")) }
            })
            .await;
        };
        eventually("subscribed", async || if client.frames().is_empty() { Err("no".into()) } else { Ok(()) })
            .await;
        // The store takes its time with what was noticed, and none with what somebody changes then.
        running.house.notice(world.scope, world.channel, Notice::Unsigned);
        store.until_held().await;
        let change = Change { name: Some("Renamed".to_owned()), ..Change::default() };
        running
            .house
            .change_channel(world.scope, By::server(), world.channel, change)
            .await
            .expect("it is stored");
        until_told(1).await;
        store.go_on();
        until_told(2).await;
        assert_eq!(told(), ["Renamed", "Renamed"]);
        world.crash(running).await;
    });
}
