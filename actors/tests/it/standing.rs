//! How numbers stand is asked regularly, whatever becomes of the process in between.

use std::time::Duration;

use switchboard_ports::clock::Clock;
use switchboard_schema::{Timestamp, record::ChannelRow};

use crate::world::{Running, World, eventually, run};

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
