//! The window is judged when the request begins.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::Refusal;
use switchboard_ports::clock::Clock;
use switchboard_schema::wire::{IdentityKind, MessageState};
use switchboard_store::FaultPlan;

use crate::{
    provider::{accepted, provider_id},
    world::{HandClock, World, eventually, run, run_seeds},
};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Remembers the time at which each request begins.
fn note_beginnings(world: &World) -> Arc<Mutex<HashMap<String, switchboard_schema::Timestamp>>> {
    let begun = Arc::new(Mutex::new(HashMap::new()));
    let (known, clock) = (Arc::clone(&begun), Arc::<HandClock>::clone(&world.clock));
    world.provider.answer_by(move |outbound, _| {
        known.lock().unwrap().insert(outbound.callback.to_text(), clock.now());
        accepted(&provider_id(outbound.callback))
    });
    begun
}

#[test]
fn what_waits_for_its_turn_while_the_window_closes_is_not_requested() {
    run(async {
        let (mut world, running) = World::with_channel(31).await;
        world.provider.take(Duration::from_millis(300));
        // More people than there are slots: some wait for one.
        let phones: Vec<String> = (0..24).map(|n| format!("316300000{n:02}")).collect();
        let hello = |n: usize| world.message(&format!("in.{n}"), &[(IdentityKind::Phone, &phones[n])]);
        world.deliver(&running, (0..24).map(hello).collect()).await;
        let ids: Vec<_> =
            world.list(&running).await.expect("the list is read").iter().map(|c| c.id).collect();
        let sent = join_all(ids.iter().map(|id| world.send(&running, *id, "key", "hello"))).await;
        eventually("the slots are taken", async || match world.provider.requests().len() {
            16 => Ok(()),
            begun => Err(format!("{begun} requests")),
        })
        .await;
        world.clock.advance(DAY);
        eventually("everything is settled", async || {
            for id in &ids {
                let thread = world.thread(&running, *id).await.map_err(|refusal| refusal.to_string())?;
                let waits =
                    thread.iter().any(|m| matches!(m.state, MessageState::Queued | MessageState::Sending));
                if waits {
                    return Err("a message waits".to_owned());
                }
            }
            Ok(())
        })
        .await;
        assert_eq!(world.provider.requests().len(), 16, "nothing began after the window closed");
        let mut closed = 0;
        for message in sent.into_iter().map(|sent| sent.expect("it was queued in time")) {
            let thread = world.thread(&running, message.conversation_id).await.expect("the thread is read");
            let item = thread.iter().find(|item| item.id == message.id).expect("it is there");
            match item.state {
                MessageState::Sent => {}
                MessageState::Failed => {
                    assert_eq!(item.error.as_ref().map(|error| error.code.as_str()), Some("window_closed"));
                    assert_eq!(item.attempts, 0, "it never began");
                    closed += 1;
                }
                state => panic!("{state:?}"),
            }
        }
        assert_eq!(closed, 8);
        world.crash(running).await;
    });
}

#[test]
fn no_request_begins_at_or_after_the_edge_however_long_its_commits_take() {
    run_seeds(32..35, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        world.crash(running).await;
        let mut chance = StdRng::seed_from_u64(seed);
        let begun = note_beginnings(&world);
        let running = world.open(Some(FaultPlan::none()));
        let phones: Vec<String> = (0..16).map(|n| format!("316300000{n:02}")).collect();
        for (n, phone) in phones.iter().enumerate() {
            world
                .deliver(&running, vec![world.message(&format!("in.{n}"), &[(IdentityKind::Phone, phone)])])
                .await;
        }
        let list = world.list(&running).await.expect("the list is read");
        // From here on each commit takes about so long as the windows are open still.
        let slow =
            FaultPlan { answer_late: 1_000, time: Some(Duration::from_millis(60)), ..FaultPlan::none() };
        running.faulty.as_ref().expect("faults").set_plan(slow);
        world.clock.advance(DAY - Duration::from_millis(200));
        let sent = join_all(list.iter().map(|known| {
            let wait = chance.random_range(0..160);
            let (world, running) = (&world, &running);
            async move {
                tokio::time::sleep(Duration::from_millis(wait)).await;
                (known, world.send(running, known.id, "key", "hello").await)
            }
        }))
        .await;
        running.faulty.as_ref().expect("faults").heal().await;
        for (known, sent) in sent {
            let message = match sent {
                Ok(message) => message,
                Err(Refusal::Rule { code: "window_closed", .. }) => continue,
                Err(refusal) => panic!("{refusal:?}"),
            };
            let edge = known.window.expires_at.expect("an open window");
            let place = format!("{}.{}", known.id, message.seq);
            eventually("it is settled", async || {
                let thread = world.thread(&running, known.id).await.map_err(|refusal| refusal.to_string())?;
                let item = thread.iter().find(|item| item.id == message.id).ok_or("it is not there")?;
                let began = begun.lock().unwrap().get(&place).copied();
                match (item.state, began) {
                    (MessageState::Sent, Some(at)) => {
                        // Between the last look and the request the clock goes on a little.
                        let slack = Duration::from_millis(5);
                        assert!(at < edge + slack, "it began at {at}, the edge is {edge}");
                    }
                    (MessageState::Failed, began) => {
                        assert_eq!(began, None);
                        assert_eq!(
                            item.error.as_ref().map(|error| error.code.as_str()),
                            Some("window_closed")
                        );
                    }
                    (state, _) => return Err(format!("{state:?}")),
                }
                Ok(())
            })
            .await;
        }
        world.crash(running).await;
    });
}
