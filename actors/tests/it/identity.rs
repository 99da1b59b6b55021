//! Who somebody is.

use std::{collections::BTreeSet, time::Duration};

use futures_util::future::{join, join_all};
use switchboard_actors::Refusal;
use switchboard_domain::outbound::SendOutcome;
use switchboard_schema::{
    record::{ContactRow, projection_bucket},
    wire::{
        Content, ConversationStatus, Identity, IdentityKind, Message, Role, StatusRequest, SystemEvent, User,
    },
};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::{audit_soon, count_by_provider_id},
    provider::provider_id,
    world::{Running, World, agent, eventually, run},
};

const USER: (IdentityKind, &str) = (IdentityKind::Bsuid, "US.1");
const WA: (IdentityKind, &str) = (IdentityKind::WaId, "31610000001");
const PHONE: (IdentityKind, &str) = (IdentityKind::Phone, "31610000001");

async fn contacts(world: &World, running: &Running) -> Vec<ContactRow> {
    world.contacts(running).await.expect("the contacts are read")
}

#[test]
fn a_user_id_then_both_then_a_phone_number_are_one_contact() {
    run(async {
        let (world, running) = World::with_channel(41).await;
        let ways = [&[USER][..], &[USER, WA, PHONE], &[WA, PHONE], &[PHONE]];
        for (from, n) in ways.into_iter().zip(1..) {
            world.deliver(&running, vec![world.message(&format!("in.{n}"), from)]).await;
        }
        assert_eq!(contacts(&world, &running).await.len(), 1);
        let threads = audit_soon(&world, &running).await;
        let ids: Vec<_> = threads
            .values()
            .flat_map(|(_, items)| items)
            .filter_map(|item| item.provider_id.clone())
            .collect();
        assert_eq!(ids, ["in.1", "in.2", "in.3", "in.4"]);
    });
}

#[test]
fn two_contacts_proved_to_be_one_person_become_one() {
    run(async {
        let (mut world, mut running) = World::with_channel(42).await;
        let first = world.message("in.1", &[USER]);
        world.deliver(&running, vec![first.clone()]).await;
        world.clock.advance(Duration::from_secs(5));
        let second = world.message("in.2", &[WA, PHONE]);
        world.deliver(&running, vec![second.clone()]).await;
        assert_eq!(contacts(&world, &running).await.len(), 2);
        world.clock.advance(Duration::from_secs(5));
        world.deliver(&running, vec![world.message("in.3", &[USER, WA, PHONE])]).await;
        let left = contacts(&world, &running).await;
        assert_eq!(left.iter().filter(|row| row.body.0.merged_into.is_none()).count(), 1);
        for again in [false, true] {
            let suffix = if again { "b" } else { "a" };
            for (n, from) in [(4, &[PHONE][..]), (5, &[USER]), (6, &[WA, PHONE])] {
                world.clock.advance(Duration::from_secs(1));
                world.deliver(&running, vec![world.message(&format!("in.{n}{suffix}"), from)]).await;
            }
            // Old ones come once more, alone and together.
            world.deliver(&running, vec![first.clone()]).await;
            world.deliver(&running, vec![second.clone()]).await;
            world.deliver(&running, vec![second.clone(), first.clone()]).await;
            running = world.restart(running).await;
        }
        let threads = audit_soon(&world, &running).await;
        let counts = count_by_provider_id(&threads);
        for id in ["in.1", "in.2", "in.3", "in.4a", "in.5a", "in.6a", "in.4b", "in.5b", "in.6b"] {
            assert_eq!(counts.get(id), Some(&1), "{id}");
        }
        let of = |id: &str| {
            let holds = |items: &[Message]| items.iter().any(|item| item.provider_id.as_deref() == Some(id));
            threads.iter().find(|(_, (_, items))| holds(items)).map(|(thread, _)| *thread)
        };
        for id in ["in.3", "in.4a", "in.5a", "in.6a", "in.4b", "in.5b", "in.6b"] {
            assert_eq!(of(id), of("in.1"), "{id} goes to the older thread");
        }
    });
}

#[test]
fn concurrent_first_webhooks_make_one_contact() {
    run(async {
        for seed in 43..48 {
            let (mut world, running) = World::with_channel(seed).await;
            let (w, r) = (&world, &running);
            let ways = [&[USER, WA, PHONE][..], &[WA, PHONE, USER], &[USER, PHONE]];
            let hooks = (0..24).map(|n| {
                let message = w.message(&format!("in.{n}"), ways[n % ways.len()]);
                w.deliver(r, vec![message])
            });
            join_all(hooks).await;
            assert_eq!(contacts(&world, &running).await.len(), 1);
            let threads = audit_soon(&world, &running).await;
            assert_eq!(count_by_provider_id(&threads).len(), 24);
            world.crash(running).await;
        }
    });
}

#[test]
fn a_message_on_its_way_into_the_newer_thread_does_not_stand_in_the_older_as_well() {
    run(async {
        let (mut world, running) = World::with_channel(49).await;
        world.deliver(&running, vec![world.message("in.1", &[WA, PHONE])]).await;
        world.clock.advance(Duration::from_secs(5));
        world.deliver(&running, vec![world.message("in.2", &[USER])]).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
        // The newer thread's next commit is done at once, but that is not known for a while.
        let slow = FaultPlan { span: 10_000, time: Some(Duration::from_millis(300)), ..FaultPlan::none() };
        let running = world.open(Some(slow));
        running.house.fire_wakeups(true).await.expect("the wake-ups are read");
        world.deliver(&running, vec![world.message("in.3", &[USER])]).await;
        running.faulty.as_ref().expect("faults").fail_commit(1, Fault::AnswerLate);
        let hook = world.message("in.4", &[USER]);
        let again = async {
            world.deliver(&running, vec![world.message("in.joins", &[USER, WA, PHONE])]).await;
            world.deliver(&running, vec![hook.clone()]).await;
        };
        join(world.deliver(&running, vec![hook.clone()]), again).await;
        running.faulty.as_ref().expect("faults").heal().await;
        let counts = count_by_provider_id(&audit_soon(&world, &running).await);
        assert_eq!((counts.len(), counts.values().max()), (5, Some(&1)), "{counts:?}");
        world.crash(running).await;
    });
}

#[test]
fn whoever_was_helped_in_the_newer_thread_is_helped_on_in_the_older() {
    run(async {
        let (mut world, running) = World::with_channel(65).await;
        world.deliver(&running, vec![world.message("in.1", &[WA, PHONE])]).await;
        let older = world.only_conversation(&running).await;
        let done = StatusRequest { status: ConversationStatus::Resolved, snoozed_until: None };
        running.house.set_status(world.scope, world.act("done"), older, done).await.expect("it is resolved");
        world.clock.advance(Duration::from_secs(5));
        world.deliver(&running, vec![world.message("in.2", &[USER])]).await;
        let newer = world.list(&running).await.expect("the list is read");
        let newer = newer.iter().find(|found| found.id != older).expect("another conversation").id;
        let ada =
            User { id: agent(), name: "Ada".into(), email: "ada@example.com".into(), role: Role::Agent };
        running.house.assign(world.scope, world.act("mine"), newer, Some(ada)).await.expect("it is hers");
        // The provider's answer to a message tells that both are one person.
        let phone = Identity { kind: PHONE.0, value: PHONE.1.to_owned() };
        world.provider.answer_by(move |outbound, _| SendOutcome::Accepted {
            provider_id: provider_id(outbound.callback),
            recipient: vec![phone.clone()],
        });
        world.send(&running, newer, "answer", "yes").await.expect("it is queued");
        eventually("the older goes on", async || {
            let found = running.house.conversation(world.scope, older, agent()).await;
            let found = found.map_err(|refusal| refusal.to_string())?.conversation;
            match (found.status, found.assignee_id) {
                (ConversationStatus::Open, Some(assignee)) if assignee == agent() => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
        let moved = world.send(&running, newer, "more", "and").await;
        assert_eq!(moved, Err(Refusal::Moved(older)));
        let running = world.restart(running).await;
        let threads = audit_soon(&world, &running).await;
        let merged = |id| {
            let line = |item: &&Message| matches!(&item.content, Content::System(line) if line.event == SystemEvent::Merged);
            threads[&id].1.iter().filter(line).count()
        };
        assert_eq!((merged(older), merged(newer)), (1, 1));
        world.crash(running).await;
    });
}

#[test]
fn contacts_are_listed_by_id_page_after_page_each_once() {
    run(async {
        let (mut world, running) = World::with_channel(66).await;
        let phones: Vec<_> = (0..150).map(|n| format!("316100{n:05}")).collect();
        let hooks = phones.iter().enumerate().map(|(n, phone)| {
            let from = [(IdentityKind::Phone, phone.as_str())];
            world.message(&format!("in.{n}"), &from)
        });
        world.deliver_all(&running, &hooks.collect::<Vec<_>>()).await;
        let mut expected: Vec<_> =
            contacts(&world, &running).await.into_iter().map(|row| row.contact_id).collect();
        expected.sort_unstable();
        assert_eq!(expected.len(), 150);
        let buckets: BTreeSet<_> = expected.iter().map(|id| projection_bucket(id.as_bytes())).collect();
        assert!(buckets.len() > 32, "they are spread");
        for limit in [1, 7, 100] {
            let (mut listed, mut cursor) = (Vec::new(), None);
            loop {
                let page = running.house.contacts(world.scope, None, cursor, limit).await.expect("a page");
                assert!(page.contacts.len() == limit || page.next_cursor.is_none());
                listed.extend(page.contacts.into_iter().map(|contact| contact.id));
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            assert_eq!(listed, expected, "{limit} at a time");
        }
        world.crash(running).await;
    });
}
