//! What is stored and does not read.

use std::time::Duration;

use switchboard_actors::Refusal;
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    record::{ThreadKind, ThreadRow},
    wire::IdentityKind,
};

use crate::{
    audit::{audit_soon, count_by_provider_id},
    world::{World, agent, run},
};

#[test]
fn a_poisoned_row_takes_its_own_conversation_down_and_no_other() {
    run(async {
        let (mut world, running) = World::with_channel(71).await;
        let (sick, well) = ([(IdentityKind::Phone, "31610000001")], [(IdentityKind::Phone, "31610000002")]);
        world.deliver(&running, vec![world.message("in.1", &sick)]).await;
        let id = world.only_conversation(&running).await;
        world.deliver(&running, vec![world.message("in.2", &well)]).await;
        audit_soon(&world, &running).await;
        let scan = Scan::of::<ThreadRow>(ThreadRow::partition(id, 0));
        let rows = running.records.all::<ThreadRow>(world.scope, scan).await.expect("the rows are read");
        let row = rows.into_iter().find(|row| row.kind == ThreadKind::Head.as_i64()).expect("a head");
        let put = async |running: &crate::world::Running, row: ThreadRow| {
            let rows = vec![Mutation::put(row)];
            let store = running.records.store();
            store.commit_one(world.scope.into(), Lane::Interactive, rows).await.expect("it is written");
        };
        put(&running, ThreadRow { body: b"{ \"rubbish\"".to_vec(), ..row.clone() }).await;
        let running = world.restart(running).await;

        let refused = running.house.conversation(world.scope, id, agent()).await;
        assert!(matches!(refused, Err(Refusal::Broken(_))), "{refused:?}");
        let correlation = world.act("").correlation;
        let both = vec![world.message("in.3", &sick), world.message("in.4", &well)];
        let told = running.house.deliver(world.scope, world.channel, both.clone(), correlation).await;
        let unapplied = told.expect("the other one is taken");
        assert_eq!(unapplied.iter().map(|unapplied| unapplied.index).collect::<Vec<_>>(), [0]);
        world.deliver(&running, vec![world.message("in.5", &well)]).await;
        let list = world.list(&running).await.expect("the list is read");
        let healthy = list.iter().find(|known| known.id != id).expect("the other one is listed");
        let thread = world.thread(&running, healthy.id).await.expect("the other thread is read");
        let ids: Vec<_> = thread.iter().filter_map(|item| item.provider_id.as_deref()).collect();
        assert_eq!(ids, ["in.2", "in.4", "in.5"], "its neighbour went on");

        // Mended, it goes on after its pause.
        let store = running.records.store();
        store
            .commit_one(world.scope.into(), Lane::Interactive, vec![Mutation::put(row)])
            .await
            .expect("it is written");
        world.clock.advance(Duration::from_secs(61));
        world.deliver(&running, both).await;
        let counts = count_by_provider_id(&audit_soon(&world, &running).await);
        for n in 1..=5 {
            assert_eq!(counts.get(&format!("in.{n}")), Some(&1), "in.{n}");
        }
        world.crash(running).await;
    });
}
