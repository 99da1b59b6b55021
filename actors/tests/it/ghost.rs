//! Writes of which nobody knows whether they were done.

use switchboard_actors::Refusal;
use switchboard_schema::wire::{Content, IdentityKind, MessageState, SendRequest, Text};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::audit_soon,
    world::{Running, World, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

fn words(words: &str) -> SendRequest {
    SendRequest::Text { text: Text { body: words.to_owned() } }
}

/// The next commit does not answer, and its first repetitions do not get through.
fn give_up_the_next(running: &Running) {
    let faulty = running.faulty.as_ref().expect("faults");
    faulty.fail_commit(1, Fault::AmbiguousLate);
    for n in 2..=6 {
        faulty.fail_commit(n, Fault::Fail);
    }
}

#[test]
fn what_may_have_been_done_is_done_before_anything_else() {
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
        assert_eq!((first.seq, second.seq), (2, 3), "in the order they were asked for");
        let again = world.send(&running, id, "two", "two").await.expect("it is answered");
        assert_eq!((again.id, again.seq), (second.id, second.seq));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_sender_whose_attempt_may_have_been_written_waits_for_it_and_makes_one_request() {
    run(async {
        for n in 1..=6 {
            let (mut world, running) = World::with_channel(82).await;
            world.crash(running).await;
            let running = world.open(Some(FaultPlan::none()));
            world.deliver(&running, vec![world.message("in.1", FROM)]).await;
            audit_soon(&world, &running).await;
            let id = world.only_conversation(&running).await;
            // Somewhere among the message, its attempt, its result, and what is logged beside them.
            let faulty = running.faulty.as_ref().expect("faults");
            for n in n..n + 6 {
                faulty.fail_commit(n, Fault::AmbiguousLate);
            }
            let sent = world.send(&running, id, "one", "one").await.expect("it is queued");
            world.reaches(&running, id, sent.seq, MessageState::Sent).await;
            assert_eq!(world.provider.requests().len(), 1);
            audit_soon(&world, &running).await;
            world.crash(running).await;
        }
    });
}
