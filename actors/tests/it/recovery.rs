//! What a start finds, and makes whole.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use futures_util::future::join;
use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::Refusal;
use switchboard_domain::{inbound::Update, outbound::ErrorClass};
use switchboard_ports::store::{Lane, Mutation, Store as _};
use switchboard_schema::{
    record::{ConversationHeadRow, LOG_CHUNK_EVENTS, THREAD, projection_bucket},
    table::{Cell, Record},
    wire::{ContactPatch, IdentityKind, Note, ReadRequest},
};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::{audit_soon, count_by_provider_id},
    provider::{accepted, provider_id, refused},
    world::{World, agent, eventually, run, run_seeds},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

fn batch(world: &World, name: &str, n: usize) -> Vec<Update> {
    (0..n).map(|n| world.message(&format!("{name}.{n}"), FROM)).collect()
}

#[test]
fn crashes_amid_recoveries_lose_no_event() {
    run_seeds(201..205, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        let mut chance = StdRng::seed_from_u64(seed);
        let mut running = running;
        for round in 0..4 {
            let updates = batch(&world, &format!("in.{round}"), chance.random_range(1..6));
            world.deliver(&running, updates).await;
            for _ in 0..6 {
                // It dies again while, or right after, it wakes whom it finds.
                world.crash(running).await;
                running = world.open(None);
                if chance.random_bool(0.7) {
                    running.house.fire_wakeups(true).await.expect("the wake-ups are read");
                }
                for _ in 0..chance.random_range(0..30) {
                    tokio::task::yield_now().await;
                }
            }
        }
        let running = world.restart(running).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_log_that_ends_amid_one_commits_events_is_completed() {
    run(async {
        for writes in 0..9 {
            let (mut world, running) = World::with_channel(300 + writes).await;
            world.crash(running).await;
            let running = world.open(Some(FaultPlan::none()));
            let faulty = running.faulty.clone().expect("faults");
            // The contact, its address, its link, its wake-ups: before the messages.
            world.deliver(&running, batch(&world, "in.0", 1)).await;
            audit_soon(&world, &running).await;
            // One commit of many items, then so many more writes, then none.
            for n in writes + 2..writes + 400 {
                faulty.fail_commit(n, Fault::Fail);
            }
            let correlation = world.act("").correlation;
            let updates = batch(&world, "in.1", 70);
            let told = running.house.deliver(world.scope, world.channel, updates.clone(), correlation).await;
            tokio::time::sleep(Duration::from_millis(80)).await;
            world.crash(running).await;
            let running = world.restart(world.open(None)).await;
            if told.is_err() {
                world.deliver(&running, updates).await;
            }
            let counts = count_by_provider_id(&audit_soon(&world, &running).await);
            assert_eq!(counts.len(), 71);
            world.crash(running).await;
        }
    });
}

#[test]
fn a_projection_that_does_not_read_is_made_anew_and_hides_no_other() {
    run(async {
        let (mut world, running) = World::with_channel(211).await;
        world.deliver(&running, batch(&world, "in", 3)).await;
        let id = world.only_conversation(&running).await;
        world.deliver(&running, vec![world.message("other", &[(IdentityKind::Phone, "31610000002")])]).await;
        audit_soon(&world, &running).await;
        let key = ConversationHeadRow::key(projection_bucket(id.as_bytes()), id);
        let read = || running.records.get::<ConversationHeadRow>(world.scope, key.clone());
        eventually("the projection is written", || async {
            read().await.map_err(|error| error.to_string())?.map(drop).ok_or_else(|| "not yet".to_owned())
        })
        .await;
        let mut cells = read().await.expect("it is read").expect("it is there").into_cells();
        *cells.last_mut().expect("a body") = Cell::Blob(b"rubbish".to_vec());
        world.crash(running).await;
        let put = Mutation::Put { table: ConversationHeadRow::TABLE, cells: cells.into(), expires_at: None };
        let store = world.temp.store();
        store.commit_one(world.scope.into(), Lane::Interactive, vec![put]).await.expect("it is written");
        let running = world.open(None);
        running.house.fire_wakeups(true).await.expect("the wake-ups are read");
        let others = world.list(&running).await.expect("the list is read");
        assert!(others.iter().any(|known| known.id != id), "the other is listed");
        world.deliver(&running, vec![world.message("in.again", FROM)]).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn offsets_are_not_given_again_after_the_log_has_expired() {
    run(async {
        let (mut world, running) = World::with_channel(212).await;
        world.deliver(&running, batch(&world, "in", 3)).await;
        audit_soon(&world, &running).await;
        let id = world.only_conversation(&running).await;
        let position = |detail: switchboard_schema::wire::ConversationDetail| detail.as_of.offset;
        let before =
            position(running.house.conversation(world.scope, id, agent()).await.expect("it is there"));
        assert!(before >= 4);
        let mut running = running;
        let mut last = before;
        for round in 0..3 {
            world.clock.advance(Duration::from_secs(8 * 24 * 3_600));
            running = world.restart(running).await;
            world.deliver(&running, vec![world.message(&format!("later.{round}"), FROM)]).await;
            let detail = running.house.conversation(world.scope, id, agent()).await.expect("it is there");
            let offset = position(detail);
            assert!(offset > last, "{offset} after {last}");
            assert_eq!(offset / LOG_CHUNK_EVENTS, round + 1, "a chunk of its own");
            last = offset;
            assert_eq!(world.list(&running).await.expect("the list is read").len(), 1);
            tokio::time::sleep(Duration::from_millis(120)).await;
        }
        world.crash(running).await;
    });
}

#[test]
fn the_longest_note_is_kept_whatever_it_is_made_of() {
    run(async {
        let (mut world, running) = World::with_channel(213).await;
        world.deliver(&running, batch(&world, "in", 1)).await;
        let id = world.only_conversation(&running).await;
        for (n, letter) in ["x", "\u{1f600}", "\u{1}", "\""].into_iter().enumerate() {
            let note = Note { body: letter.repeat(16_000), mentions: Vec::new() };
            let act = world.act(&format!("note.{n}"));
            let kept = running.house.note(world.scope, act, id, note).await.map(|message| message.seq);
            assert_eq!(kept, Ok(n as u64 + 2), "{letter:?}");
        }
        let running = world.restart(running).await;
        let thread = audit_soon(&world, &running).await.remove(&id).expect("the thread").1;
        assert_eq!(thread.len(), 5);
        world.crash(running).await;
    });
}

#[test]
fn a_block_holds_for_whomever_the_contact_was_joined_with_before_and_after() {
    run(async {
        for blocked_first in [true, false] {
            let (mut world, running) = World::with_channel(214).await;
            let user = (IdentityKind::Bsuid, "US.1");
            let phone = (IdentityKind::Phone, "31610000001");
            world.deliver(&running, vec![world.message("in.1", &[user])]).await;
            let older = world.list(&running).await.expect("the list is read")[0].clone();
            world.clock.advance(Duration::from_secs(5));
            world.deliver(&running, vec![world.message("in.2", &[phone])]).await;
            let list = world.list(&running).await.expect("the list is read");
            let newer = list.iter().find(|known| known.id != older.id).expect("two").clone();
            let block = async || {
                let patch = ContactPatch { name: None, about: None, blocked: Some(true) };
                running.house.patch_contact(world.scope, world.act("b"), newer.contact.id, None, patch).await
            };
            let join = async || world.deliver(&running, vec![world.message("in.3", &[user, phone])]).await;
            if blocked_first {
                block().await.expect("it is blocked");
                join().await;
            } else {
                join().await;
                let contact = block().await.expect("it is blocked");
                assert_eq!(contact.id, older.contact.id, "the one that stayed");
            }
            let shown = running.house.contact(world.scope, older.contact.id).await.expect("it is there");
            assert!(shown.contact.blocked);
            audit_soon(&world, &running).await;
            let refused = world.send(&running, older.id, "key", "hello").await;
            assert!(matches!(refused, Err(Refusal::Rule { code: "contact_blocked", .. })), "{refused:?}");
            let moved = world.send(&running, newer.id, "key", "hello").await;
            assert_eq!(moved.map(drop), Err(Refusal::Moved(older.id)));
            assert!(world.provider.requests().is_empty());
            world.crash(running).await;
        }
    });
}

#[test]
fn what_waits_in_a_thread_that_gave_way_heeds_the_block_of_who_stayed() {
    run(async {
        let (mut world, running) = World::with_channel(215).await;
        let user = (IdentityKind::Bsuid, "US.1");
        let phone = (IdentityKind::Phone, "31610000001");
        world.deliver(&running, vec![world.message("in.1", &[user])]).await;
        let older = world.list(&running).await.expect("the list is read")[0].clone();
        world.clock.advance(Duration::from_secs(5));
        world.deliver(&running, vec![world.message("in.2", &[phone])]).await;
        let list = world.list(&running).await.expect("the list is read");
        let newer = list.iter().find(|known| known.id != older.id).expect("two").clone();
        // Its first request gets nowhere: it waits a second for the next.
        world.provider.answer_by(|_, _| switchboard_domain::outbound::SendOutcome::NotStarted("no".into()));
        let sent = world.send(&running, newer.id, "key", "hello").await.expect("it is queued");
        eventually("it was tried", async || match world.provider.requests().len() {
            0 => Err("not yet".to_owned()),
            _ => Ok(()),
        })
        .await;
        world.deliver(&running, vec![world.message("in.3", &[user, phone])]).await;
        let patch = ContactPatch { name: None, about: None, blocked: Some(true) };
        let act = world.act("b");
        running.house.patch_contact(world.scope, act, older.contact.id, None, patch).await.expect("blocked");
        let begun = world.provider.requests().len();
        world.clock.advance(Duration::from_secs(60));
        eventually("it is refused", async || {
            let thread = world.thread(&running, newer.id).await.map_err(|refusal| refusal.to_string())?;
            let item = thread.into_iter().find(|item| item.id == sent.id).ok_or("it is not there")?;
            match item.error {
                Some(error) if error.code == "contact_blocked" => Ok(()),
                _ => Err(format!("{:?}", item.state)),
            }
        })
        .await;
        assert_eq!(world.provider.requests().len(), begun, "nothing began after the block");
        world.crash(running).await;
    });
}

#[test]
fn read_marks_never_go_back_however_their_writes_go() {
    run_seeds(221..225, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        world.deliver(&running, batch(&world, "in", 40)).await;
        let id = world.only_conversation(&running).await;
        world.crash(running).await;
        let plan =
            FaultPlan { ambiguous_done: 150, ambiguous_lost: 150, ambiguous_late: 100, ..FaultPlan::rough() };
        let running = world.open(Some(plan));
        world.insist(|| running.house.fire_wakeups(true)).await.expect("the wake-ups are read");
        let (w, r) = (&world, &running);
        let reads = (1..=40_u64).map(|count| async move {
            let read = || {
                let request = ReadRequest { inbound_count: Some(count), mention_seq: None };
                r.house.read(w.scope, w.act("r"), id, request, true)
            };
            let answer = w.insist(read).await.expect("it is marked");
            assert!(answer.read.inbound_count >= count);
        });
        futures_util::future::join_all(reads).await;
        running.faulty.as_ref().expect("faults").heal().await;
        let running = world.restart(running).await;
        let detail = running.house.conversation(world.scope, id, agent()).await.expect("it is there");
        assert_eq!(detail.conversation.unread_count, Some(0));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn what_others_must_hear_is_told_after_any_number_of_crashes() {
    run(async {
        let (mut world, running) = World::with_channel(241).await;
        world.deliver(&running, batch(&world, "in", 1)).await;
        let id = world.only_conversation(&running).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
        for crash in 0..4 {
            let running = world.open(Some(FaultPlan::none()));
            running.faulty.as_ref().expect("faults").fail_table(&THREAD, Fault::Fail);
            if crash == 0 {
                let contact = world.list(&running).await.expect("the list is read")[0].contact.id;
                let patch = ContactPatch { name: None, about: None, blocked: Some(true) };
                let act = world.act("block");
                running.house.patch_contact(world.scope, act, contact, None, patch).await.expect("blocked");
            } else {
                running.house.fire_wakeups(true).await.expect("the wake-ups are read");
            }
            world.crash(running).await;
        }
        let running = world.open(None);
        running.house.fire_wakeups(true).await.expect("the wake-ups are read");
        eventually("its conversation has heard of the block", async || {
            let shown = running.house.conversation(world.scope, id, agent()).await;
            let shown = shown.map_err(|refusal| refusal.to_string())?.conversation;
            if shown.contact.blocked { Ok(()) } else { Err("not yet".to_owned()) }
        })
        .await;
        world.crash(running).await;
    });
}

#[test]
fn a_deleted_channel_stays_deleted_whatever_its_requests_come_to() {
    run_seeds(242..262, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        let mut chance = StdRng::seed_from_u64(seed);
        world.deliver(&running, batch(&world, "in", 1)).await;
        let id = world.only_conversation(&running).await;
        // Each answer changes what is known of the channel's health.
        let odd = AtomicUsize::new(0);
        world.provider.answer_by(move |outbound, _| match odd.fetch_add(1, Ordering::AcqRel) % 2 {
            0 => refused(ErrorClass::Account),
            _ => accepted(&provider_id(outbound.callback)),
        });
        world.provider.take(Duration::from_millis(1));
        let (w, r) = (&world, &running);
        let sends = async {
            for n in 0..12 {
                let sent = w.send(r, id, &format!("key.{n}"), "hello").await;
                let is_late = matches!(sent, Err(Refusal::Rule { code: "channel_deleted", .. }));
                assert!(sent.is_ok() || is_late, "{sent:?}");
            }
        };
        let pause = chance.random_range(0..12);
        let delete = async {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            r.house
                .delete_channel(w.scope, w.act("delete").by(), w.channel, false)
                .await
                .expect("it is deleted");
        };
        join(sends, delete).await;
        let requests = world.provider.requests().len();
        let running = world.restart(running).await;
        assert_eq!(running.house.channels(world.scope).await.expect("they are read").channels, []);
        let read = running.house.templates(world.scope, world.channel, true).await;
        assert_eq!(read.map(drop), Err(Refusal::NotFound("channel")));
        assert!(world.provider.requests().len() <= requests + 1, "what had its permission went, and no more");
        world.crash(running).await;
    });
}
