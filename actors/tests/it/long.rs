//! A conversation far longer than memory holds.

use std::time::Duration;

use switchboard_domain::inbound::Update;
use switchboard_schema::wire::{IdentityKind, MessageState};

use crate::{
    audit::audit_soon,
    world::{World, eventually, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

#[test]
fn a_long_conversation_keeps_each_message_once_and_remembers_keys() {
    run(async {
        let (mut world, running) = World::with_channel(61).await;
        let mut written: Vec<Update> = Vec::new();
        let mut sent = None;
        while written.len() < 1_700 {
            let batch: Vec<_> = (written.len()..written.len() + 50)
                .map(|n| {
                    world.clock.advance(Duration::from_millis(3));
                    world.message(&format!("in.{n}"), FROM)
                })
                .collect();
            world.deliver(&running, batch.clone()).await;
            written.extend(batch);
            if written.len() == 400 {
                let id = world.only_conversation(&running).await;
                sent = Some(world.send(&running, id, "old key", "hello").await.expect("it is queued"));
            }
        }
        let sent = sent.expect("something was sent");
        let id = sent.conversation_id;
        let items = written.len() + 1;
        // Late repetitions: from far below, from the edges of buckets, and the newest.
        let late: Vec<Update> = [0, 1, 7, 398, 399, 400, 401, 498, 499, 500, 501, 900, 999, 1_001, 1_699]
            .map(|n: usize| written[n].clone())
            .to_vec();
        for update in &late {
            world.deliver(&running, vec![update.clone()]).await;
        }
        assert_eq!(world.thread(&running, id).await.expect("the thread is read").len(), items);
        let running = world.restart(running).await;
        world.deliver(&running, late).await;
        for batch in written.chunks(40).step_by(7) {
            world.deliver(&running, batch.to_vec()).await;
        }
        let again = world.send(&running, id, "old key", "hello").await.expect("it is answered");
        assert_eq!((again.id, again.seq), (sent.id, sent.seq));
        let other = world.send(&running, id, "old key", "other words").await;
        assert_eq!(other, Err(switchboard_actors::Refusal::KeyReused));
        assert_eq!(world.provider.requests().len(), 1);
        let threads = audit_soon(&world, &running).await;
        assert_eq!(threads[&id].1.len(), items, "each item once, page by page");
        eventually("the old one is settled", async || {
            let thread = world.thread(&running, id).await.map_err(|refusal| refusal.to_string())?;
            let item = thread.iter().find(|item| item.id == sent.id).ok_or("it is not there")?;
            if item.state == MessageState::Sent { Ok(()) } else { Err(format!("{item:?}")) }
        })
        .await;
    });
}
