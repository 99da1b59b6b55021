//! Writes that were given up and happen later all the same.

use switchboard_actors::Refusal;
use switchboard_schema::wire::{Content, IdentityKind, SendRequest, Text};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::audit_soon,
    world::{Running, World, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

fn words(words: &str) -> SendRequest {
    SendRequest::Text { text: Text { body: words.to_owned() } }
}

/// The next commit does not answer, nor does any repetition get through; it happens when things settle.
fn give_up_the_next(running: &Running) {
    let faulty = running.faulty.as_ref().expect("faults");
    faulty.fail_commit(1, Fault::AmbiguousLate);
    for n in 2..=6 {
        faulty.fail_commit(n, Fault::Fail);
    }
}

#[test]
fn a_key_whose_message_gave_way_to_another_is_free_again() {
    run(async {
        let (mut world, running) = World::with_channel(81).await;
        world.crash(running).await;
        let running = world.open(Some(FaultPlan::none()));
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        audit_soon(&world, &running).await;
        let id = world.only_conversation(&running).await;
        give_up_the_next(&running);
        let refused = running.house.send(world.scope, world.act("one"), id, words("one")).await;
        assert!(matches!(refused, Err(Refusal::Unavailable(_))), "{refused:?}");
        let second = world.send(&running, id, "two", "two").await.expect("it is queued");
        running.faulty.as_ref().expect("faults").heal().await;
        let running = world.restart(running).await;
        let first = world.send(&running, id, "one", "one").await.expect("it is queued");
        assert_eq!(first.content, Content::Text(Text { body: "one".to_owned() }));
        assert_ne!((first.id, first.seq), (second.id, second.seq));
        let again = world.send(&running, id, "two", "two").await.expect("it is answered");
        assert_eq!((again.id, again.seq), (second.id, second.seq));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}
