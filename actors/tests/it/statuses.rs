//! How far messages of ours got, told in every way and order.

use std::time::Duration;

use switchboard_domain::{
    inbound::{Callback, Status, Update},
    outbound::SendOutcome,
};
use switchboard_ports::clock::Clock;
use switchboard_schema::{
    ConversationId,
    wire::{IdentityKind, Message, MessageState},
};

use crate::{
    audit::audit_soon,
    provider::{accepted, provider_id},
    world::{Running, World, eventually, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

fn status(world: &World, of: Callback, state: MessageState, with_callback: bool) -> Update {
    Update::Status(Status {
        provider_id: provider_id(of),
        state,
        at: world.clock.now(),
        callback: with_callback.then_some(of),
        error: None,
        recipient: Vec::new(),
        charged: None,
        class: None,
    })
}

async fn item(world: &World, running: &Running, id: ConversationId, seq: u64) -> Result<Message, String> {
    let thread = world.thread(running, id).await.map_err(|refusal| refusal.to_string())?;
    thread.into_iter().find(|item| item.seq == seq).ok_or_else(|| "it is not there".to_owned())
}

async fn reaches(world: &World, running: &Running, of: Callback, state: MessageState) -> Message {
    world.reaches(running, of.conversation_id, of.seq, state).await
}

async fn send(world: &World, running: &Running, key: &str) -> Callback {
    let id = world.only_conversation(running).await;
    let sent = world.send(running, id, key, "hello").await.expect("it is queued");
    Callback { conversation_id: id, seq: sent.seq }
}

async fn requested(world: &World, of: Callback) {
    eventually("it is requested", async || {
        let begun = world.provider.requests().iter().any(|request| request.callback == of);
        if begun { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
}

#[test]
fn statuses_in_any_order_and_twice_end_alike_with_and_without_callback() {
    use MessageState::{Delivered, Read, Sent};
    run(async {
        let (mut world, running) = World::with_channel(55).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let orders = [[Sent, Delivered, Read], [Read, Delivered, Sent], [Delivered, Sent, Read]];
        for (n, order) in orders.into_iter().enumerate() {
            for with_callback in [true, false] {
                let of = send(&world, &running, &format!("{n}.{with_callback}")).await;
                reaches(&world, &running, of, Sent).await;
                for state in order {
                    world.deliver(&running, vec![status(&world, of, state, with_callback)]).await;
                }
                let once = reaches(&world, &running, of, Read).await;
                let again = order.map(|state| status(&world, of, state, !with_callback)).to_vec();
                world.deliver(&running, again).await;
                assert_eq!(reaches(&world, &running, of, Read).await, once, "a repetition changes nothing");
                let history: Vec<_> = once.history.iter().map(|known| known.state).collect();
                assert_eq!(history[..2], [MessageState::Queued, MessageState::Sending]);
                assert_eq!(history.iter().filter(|state| **state == Sent).count(), 1, "{history:?}");
                assert_eq!(history.last(), Some(&Read));
            }
        }
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_status_that_comes_before_the_requests_own_answer_counts() {
    run(async {
        let (mut world, running) = World::with_channel(56).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        world.provider.take(Duration::from_millis(250));
        for with_callback in [true, false] {
            let of = send(&world, &running, &format!("{with_callback}")).await;
            requested(&world, of).await;
            world.deliver(&running, vec![status(&world, of, MessageState::Delivered, with_callback)]).await;
            let item = reaches(&world, &running, of, MessageState::Delivered).await;
            assert_eq!(item.provider_id, Some(provider_id(of)));
            // The next one waits for nothing but the request that still runs.
            let next = send(&world, &running, &format!("next.{with_callback}")).await;
            reaches(&world, &running, next, MessageState::Sent).await;
        }
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn an_unknown_outcome_is_settled_by_a_status_or_by_an_agent_and_never_repeated_by_itself() {
    run(async {
        let (mut world, running) = World::with_channel(57).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        world.provider.answer_by(|outbound, earlier| match earlier {
            0 => SendOutcome::Unknown("no answer".to_owned()),
            _ => accepted(&format!("again.{}", provider_id(outbound.callback))),
        });
        let (one, two) = (send(&world, &running, "one").await, send(&world, &running, "two").await);
        reaches(&world, &running, one, MessageState::Unknown).await;
        let second = reaches(&world, &running, two, MessageState::Unknown).await;
        let running = world.restart(running).await;
        world.deliver(&running, vec![status(&world, one, MessageState::Delivered, true)]).await;
        reaches(&world, &running, one, MessageState::Delivered).await;
        assert_eq!(world.provider.requests().len(), 2, "nobody asked again");
        let retried =
            world.insist(|| running.house.retry(world.scope, world.act("r"), two.conversation_id, second.id));
        retried.await.expect("an agent may");
        let item = reaches(&world, &running, two, MessageState::Sent).await;
        assert_eq!((item.attempts, world.provider.requests().len()), (2, 3));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_request_that_a_crash_cut_off_is_unknown_and_one_that_did_not_begin_is_made() {
    run(async {
        let (mut world, running) = World::with_channel(58).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        world.provider.take(Duration::from_secs(3_600));
        let cut_off = send(&world, &running, "one").await;
        requested(&world, cut_off).await;
        let queued = send(&world, &running, "two").await;
        world.provider.take(Duration::ZERO);
        let running = world.restart(running).await;
        reaches(&world, &running, cut_off, MessageState::Unknown).await;
        reaches(&world, &running, queued, MessageState::Sent).await;
        let of = |of: Callback| world.provider.requests().iter().filter(|r| r.callback == of).count();
        assert_eq!((of(cut_off), of(queued)), (1, 1));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_house_that_drains_waits_for_the_answers_of_its_requests() {
    run(async {
        let (mut world, running) = World::with_channel(59).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        world.provider.take(Duration::from_millis(300));
        let of = send(&world, &running, "one").await;
        requested(&world, of).await;
        let waiting = send(&world, &running, "two").await;
        running.house.drain(Duration::from_secs(20)).await;
        world.crash(running).await;
        let running = world.open(None);
        let fired = running.house.fire_wakeups(true).await.expect("the wake-ups are read");
        assert!(fired > 0, "what waits has a wake-up");
        assert_eq!(
            item(&world, &running, of.conversation_id, of.seq).await.map(|item| item.state),
            Ok(MessageState::Sent)
        );
        reaches(&world, &running, waiting, MessageState::Sent).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn what_is_taken_back_gives_way_at_once_also_to_whom_waits_behind_its_pause() {
    run(async {
        let (mut world, running) = World::with_channel(60).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        world.provider.answer_by(|outbound, _| match &outbound.content {
            switchboard_domain::outbound::OutboundContent::Text(text) if text.body == "stuck" => {
                SendOutcome::NotStarted("no way through".to_owned())
            }
            _ => accepted(&provider_id(outbound.callback)),
        });
        let id = world.only_conversation(&running).await;
        let stuck = world.send(&running, id, "stuck", "stuck").await.expect("it is queued");
        let of = Callback { conversation_id: id, seq: stuck.seq };
        // Its fourth pause takes eight seconds.
        eventually("it was tried three times", async || {
            world.clock.advance(Duration::from_millis(200));
            let item = item(&world, &running, id, stuck.seq).await?;
            if item.attempts >= 3 && item.state == MessageState::Queued {
                Ok(())
            } else {
                Err(format!("{item:?}"))
            }
        })
        .await;
        let next = send(&world, &running, "next").await;
        let begun = std::time::Instant::now();
        let cancelled = running.house.cancel(world.scope, world.act("c"), id, stuck.id).await;
        assert_eq!(cancelled.map(|item| item.state), Ok(MessageState::Cancelled));
        reaches(&world, &running, next, MessageState::Sent).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "it waited for the pause of what was taken back");
        reaches(&world, &running, of, MessageState::Cancelled).await;
        world.crash(running).await;
    });
}
