//! A conversation far longer than memory holds.

use std::{sync::Arc, time::Duration};

use futures_util::future::{join, join_all};
use switchboard_domain::{
    inbound::{InboundMessage, InboundReaction, Status, Update},
    outbound::ErrorClass,
};
use switchboard_ports::clock::Clock as _;
use switchboard_schema::{
    record::{PROVIDER_IDS, ProviderIdRow, TENANT_LOG},
    wire::{IdentityKind, MessageState, Note},
};
use switchboard_store::{Fault, FaultPlan, Faulty};

use crate::{
    audit::{audit_soon, count_by_provider_id},
    provider::{accepted, provider_id, refused},
    world::{Running, World, eventually, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

#[test]
fn an_answer_to_a_message_of_long_ago_quotes_it() {
    run(async {
        let (world, running) = World::with_channel(65).await;
        let answer = |world: &World, id: &str, to: &str| {
            Update::Message(InboundMessage { reply_to: Some(to.to_owned()), ..world.inbound(id, FROM) })
        };
        let mut written = vec![world.message("in.0", FROM)];
        world.deliver(&running, written.clone()).await;
        let id = world.only_conversation(&running).await;
        world.provider.answer_by(|_, _| accepted("out.1"));
        let ours = world.send(&running, id, "key", "ours of long ago").await.expect("it is queued");
        world.reaches(&running, id, ours.seq, MessageState::Sent).await;
        written = (1..900).map(|n| world.message(&format!("in.{n}"), FROM)).collect();
        world.deliver_all(&running, &written).await;
        let answers = [("a.1", "in.0"), ("a.2", "out.1"), ("a.3", "in.850"), ("a.4", "nowhere")];
        for (id, to) in answers {
            world.deliver(&running, vec![answer(&world, id, to)]).await;
        }
        let thread = world.thread(&running, id).await.expect("the thread is read");
        let quotes: Vec<_> = thread[thread.len() - 4..]
            .iter()
            .map(|message| message.quote.as_ref().and_then(|quote| quote.text.clone()))
            .collect();
        let words = |words: &str| Some(words.to_owned());
        assert_eq!(
            quotes,
            [words("words of in.0"), words("ours of long ago"), words("words of in.850"), None]
        );
        assert_eq!(thread[thread.len() - 1].reply_to.as_deref(), Some("nowhere"));
    });
}

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
        world.reaches(&running, id, sent.seq, MessageState::Sent).await;
    });
}

#[test]
fn an_old_message_sent_again_is_found_after_a_crash_wherever_that_comes() {
    run(async {
        let (mut world, running) = World::with_channel(62).await;
        world.provider.answer_by(|_, _| refused(ErrorClass::Never));
        world.deliver(&running, vec![world.message("in.0", FROM)]).await;
        let id = world.only_conversation(&running).await;
        let sent = world.send(&running, id, "old", "hello").await.expect("it is queued");
        world.reaches(&running, id, sent.seq, MessageState::Failed).await;
        for batch in 0..31 {
            let batch = (1..=50).map(|n| world.message(&format!("in.{}", batch * 50 + n), FROM)).collect();
            world.deliver(&running, batch).await;
        }
        audit_soon(&world, &running).await;
        world.crash(running).await;
        let mut requests = 1;
        for n in 2..=5 {
            // Read first, so that all that is written is the wake-up and the commit in its steps.
            let running = world.open(Some(FaultPlan::none()));
            running.house.fire_wakeups(true).await.expect("the wake-ups are read");
            world.thread(&running, id).await.expect("the thread is read");
            let faulty = running.faulty.as_ref().expect("faults");
            for n in n..n + 30 {
                faulty.fail_commit(n, Fault::Fail);
            }
            let act = world.act(&format!("again.{n}"));
            drop(running.house.retry(world.scope, act, id, sent.id).await);
            let running = world.restart(running).await;
            world.reaches(&running, id, sent.seq, MessageState::Failed).await;
            let now = world.provider.requests().len();
            assert!((requests..=requests + 1).contains(&now), "{n}: one request at most for one retry");
            requests = now;
            audit_soon(&world, &running).await;
            world.crash(running).await;
        }
    });
}

#[test]
fn a_status_of_an_old_message_is_told_of_wherever_a_crash_came_between() {
    run(async {
        let (mut world, running) = World::with_channel(66).await;
        world.deliver(&running, vec![world.message("in.0", FROM)]).await;
        let id = world.only_conversation(&running).await;
        for nth in 0..6 {
            let (key, words) = (format!("key {nth}"), format!("ours {nth}"));
            let sent = world.send(&running, id, &key, &words).await.expect("it is queued");
            world.reaches(&running, id, sent.seq, MessageState::Sent).await;
        }
        for batch in some(&world, 1, 1_550).chunks(50) {
            world.deliver(&running, batch.to_vec()).await;
        }
        audit_soon(&world, &running).await;
        world.crash(running).await;
        for (nth, request) in world.provider.requests().into_iter().enumerate() {
            // Read first, so that all that is written is the wake-up and the commit in its steps.
            let running = world.open(Some(FaultPlan::none()));
            running.house.fire_wakeups(true).await.expect("the wake-ups are read");
            world.thread(&running, id).await.expect("the thread is read");
            let faulty = running.faulty.as_ref().expect("faults");
            for commit in nth..nth + 30 {
                faulty.fail_commit(commit as u64, Fault::Fail);
            }
            let read = Update::Status(Status {
                provider_id: provider_id(request.callback),
                callback: Some(request.callback),
                state: MessageState::Read,
                at: world.clock.now(),
                recipient: Vec::new(),
                charged: None,
                class: None,
                error: None,
            });
            drop(
                running
                    .house
                    .deliver(world.scope, world.channel, vec![read.clone()], world.act("").correlation)
                    .await,
            );
            let running = world.restart(running).await;
            // It was not answered, and comes again.
            world.deliver(&running, vec![read]).await;
            audit_soon(&world, &running).await;
            world.crash(running).await;
        }
    });
}

/// A long conversation of which everything old is known to the store only, over a store that fails as told.
async fn reloaded(world: &mut World, running: Running, written: &[Update]) -> (Running, Arc<Faulty>) {
    world.deliver_all(&running, written).await;
    audit_soon(world, &running).await;
    world.crash(running).await;
    let running = world.open(Some(FaultPlan::none()));
    running.house.fire_wakeups(true).await.expect("the wake-ups are read");
    // Once this one can be found, everything before it can.
    world.deliver(&running, vec![world.message("in.last", FROM)]).await;
    eventually("the last is registered", async || {
        let key = ProviderIdRow::key(world.channel, "in.last".to_owned());
        let row = running.records.get::<ProviderIdRow>(world.scope, key).await;
        row.map_err(|error| error.to_string())?.map(drop).ok_or_else(|| "not yet".to_owned())
    })
    .await;
    let faulty = running.faulty.clone().expect("faults");
    (running, faulty)
}

/// So many messages of the customer, one after the other.
fn some(world: &World, from: usize, count: usize) -> Vec<Update> {
    let nth = |n| {
        world.clock.advance(Duration::from_millis(3));
        world.message(&format!("in.{n}"), FROM)
    };
    (from..from + count).map(nth).collect()
}

/// As many as a conversation takes while what it took cannot be found by its provider's id.
const UNREGISTERED: usize = 450;

#[test]
fn an_old_message_that_comes_again_while_nothing_can_be_registered_is_still_known() {
    run(async {
        let (mut world, running) = World::with_channel(63).await;
        let old = some(&world, 0, 1_100);
        let (running, faulty) = reloaded(&mut world, running, &old).await;
        faulty.fail_table(&PROVIDER_IDS, Fault::Fail);
        let new = some(&world, 1_100, UNREGISTERED);
        world.deliver_all(&running, &new).await;
        // It waits, and what was read for it must not be forgotten meanwhile.
        let again = world.deliver(&running, vec![old[5].clone()]);
        join(again, async {
            for _ in 0..20 {
                world.list(&running).await.expect("the list is read");
            }
            faulty.heal().await;
        })
        .await;
        let counts = count_by_provider_id(&audit_soon(&world, &running).await);
        assert_eq!((counts.len(), counts.values().max()), (1_101 + UNREGISTERED, Some(&1)));
        world.crash(running).await;
    });
}

#[test]
fn what_could_not_be_registered_before_a_crash_keeps_the_conversation_from_taking_more() {
    run(async {
        let (mut world, running) = World::with_channel(64).await;
        let old = some(&world, 0, 1_100);
        let (running, faulty) = reloaded(&mut world, running, &old).await;
        faulty.fail_table(&PROVIDER_IDS, Fault::Fail);
        let first = some(&world, 1_100, UNREGISTERED);
        world.deliver_all(&running, &first).await;
        world.crash(running).await;
        let running = world.open(Some(FaultPlan::none()));
        running.faulty.as_ref().expect("faults").fail_table(&PROVIDER_IDS, Fault::Fail);
        let second = some(&world, 1_100 + UNREGISTERED, UNREGISTERED);
        let deliver = join_all(second.chunks(50).map(|batch| world.deliver(&running, batch.to_vec())));
        // However far it comes: the house ends before the rest could be registered.
        drop(tokio::time::timeout(Duration::from_secs(2), deliver).await);
        world.crash(running).await;
        let running = world.open(None);
        world.deliver_all(&running, &first).await;
        world.deliver_all(&running, &second).await;
        let counts = count_by_provider_id(&audit_soon(&world, &running).await);
        assert_eq!((counts.len(), counts.values().max()), (1_101 + 2 * UNREGISTERED, Some(&1)));
        world.crash(running).await;
    });
}

#[test]
fn a_change_of_an_old_message_is_told_of_also_when_a_crash_comes_between() {
    run(async {
        let (mut world, running) = World::with_channel(65).await;
        let mut old = some(&world, 0, 2);
        world.deliver(&running, old.clone()).await;
        let id = world.only_conversation(&running).await;
        world.send(&running, id, "key", "hello").await.expect("it is queued");
        audit_soon(&world, &running).await;
        old.extend(some(&world, 2, 1_100));
        let (running, faulty) = reloaded(&mut world, running, &old).await;
        faulty.fail_table(&TENANT_LOG, Fault::Fail);
        let sent = world.provider.requests()[0].callback;
        let read = Update::Status(Status {
            provider_id: provider_id(sent),
            callback: Some(sent),
            state: MessageState::Read,
            at: world.clock.now(),
            recipient: Vec::new(),
            charged: None,
            class: None,
            error: None,
        });
        world.deliver(&running, vec![read.clone()]).await;
        world.crash(running).await;
        let running = world.open(None);
        running.house.fire_wakeups(true).await.expect("the wake-ups are read");
        world.deliver(&running, vec![read]).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn what_the_log_did_not_come_to_before_a_crash_is_told_however_much_it_is() {
    run(async {
        let (mut world, running) = World::with_channel(67).await;
        let old = some(&world, 0, 480);
        let (running, faulty) = reloaded(&mut world, running, &old).await;
        let id = world.only_conversation(&running).await;
        audit_soon(&world, &running).await;
        // More than two buckets beyond what the list knows.
        faulty.fail_table(&TENANT_LOG, Fault::Fail);
        for nth in 0..1_100 {
            let note = Note { body: format!("note {nth}"), mentions: Vec::new() };
            let act = world.act(&format!("note {nth}"));
            running.house.note(world.scope, act, id, note).await.expect("it is noted");
        }
        let running = world.restart(running).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn changes_of_many_old_messages_are_told_of_also_when_a_crash_comes_between() {
    run(async {
        let (mut world, running) = World::with_channel(68).await;
        let old = some(&world, 0, 1_100);
        let (running, faulty) = reloaded(&mut world, running, &old).await;
        audit_soon(&world, &running).await;
        faulty.fail_table(&TENANT_LOG, Fault::Fail);
        let Update::Message(someone) = &old[0] else { unreachable!("a message") };
        let on_each = (0..300).map(|nth| {
            Update::Reaction(InboundReaction {
                from: someone.from.clone(),
                ours: false,
                provider_id: format!("on.{nth}"),
                target_id: format!("in.{nth}"),
                emoji: Some("👍".to_owned()),
                at: world.clock.now(),
            })
        });
        world.deliver_all(&running, &on_each.collect::<Vec<_>>()).await;
        let running = world.restart(running).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}
