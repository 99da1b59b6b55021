//! A crash between the commit and what follows from it.

use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_schema::wire::IdentityKind;

use crate::{
    audit::{audit_soon, count_by_provider_id},
    world::{World, run},
};

#[test]
fn a_crash_right_after_the_answer_loses_no_event() {
    run(async {
        let (mut world, mut running) = World::with_channel(11).await;
        let mut chance = StdRng::seed_from_u64(11);
        let mut ids = Vec::new();
        for round in 0..12 {
            for n in 0..chance.random_range(1..4) {
                let id = format!("in.{round}.{n}");
                let phone = format!("3161000000{}", chance.random_range(0..3));
                let message = world.message(&id, &[(IdentityKind::Phone, &phone)]);
                world.deliver(&running, vec![message]).await;
                ids.push(id);
            }
            for _ in 0..chance.random_range(0..20) {
                tokio::task::yield_now().await;
            }
            running = world.restart(running).await;
            if round % 4 == 3 {
                audit_soon(&world, &running).await;
            }
        }
        let counts = count_by_provider_id(&audit_soon(&world, &running).await);
        for id in ids {
            assert_eq!(counts.get(&id), Some(&1), "{id}");
        }
    });
}

#[test]
fn a_repetition_after_a_crash_adds_nothing() {
    run(async {
        let (mut world, running) = World::with_channel(12).await;
        let message = world.message("in.1", &[(IdentityKind::Phone, "31610000001")]);
        world.deliver(&running, vec![message.clone()]).await;
        let running = world.restart(running).await;
        world.deliver(&running, vec![message]).await;
        let threads = audit_soon(&world, &running).await;
        assert_eq!(threads.values().map(|(_, items)| items.len()).sum::<usize>(), 1);
    });
}
