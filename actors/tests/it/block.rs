//! After a block is answered no request begins.

use std::time::Duration;

use futures_util::future::{join, join_all};
use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::Refusal;
use switchboard_schema::{
    record::{CONTACTS, THREAD},
    wire::{ContactPatch, IdentityKind, MessageState},
};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::audit_soon,
    world::{World, eventually, run, run_seeds},
};

#[test]
fn after_a_block_is_answered_no_request_begins() {
    run_seeds(21..24, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        let mut chance = StdRng::seed_from_u64(seed);
        world.provider.take(Duration::from_millis(1));
        for round in 0..20 {
            let phone = format!("316200000{round:02}");
            let hello = world.message(&format!("in.{round}"), &[(IdentityKind::Phone, &phone)]);
            world.deliver(&running, vec![hello]).await;
            let list = world.list(&running).await.expect("the list is read");
            let found = list.iter().find(|known| known.contact.identities[0].value == phone);
            let (id, contact) = found.map(|known| (known.id, known.contact.id)).expect("it is listed");
            let (wait, turns) = (chance.random_range(0..12), chance.random_range(0..30));
            let (world, running) = (&world, &running);
            let sending = join_all((0..6).map(|n| async move {
                let key = format!("{round}.{n}");
                match world.send(running, id, &key, "hello").await {
                    Ok(message) => Some(message.id),
                    Err(Refusal::Rule { code: "contact_blocked", .. }) => None,
                    Err(refusal) => panic!("{refusal:?}"),
                }
            }));
            let blocking = async {
                tokio::time::sleep(Duration::from_millis(wait)).await;
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                let patch = ContactPatch { name: None, about: None, blocked: Some(true) };
                let act = world.act("block");
                running
                    .house
                    .patch_contact(world.scope, act, contact, None, patch)
                    .await
                    .expect("it is blocked");
                world.provider.forbid(contact, &phone);
            };
            let (sent, ()) = join(sending, blocking).await;
            eventually("everything is settled", async || {
                let thread = world.thread(running, id).await.map_err(|refusal| refusal.to_string())?;
                let waits =
                    thread.iter().any(|m| matches!(m.state, MessageState::Queued | MessageState::Sending));
                if waits { Err("a message waits".to_owned()) } else { Ok(()) }
            })
            .await;
            let thread = world.thread(running, id).await.expect("the thread is read");
            for message in sent.into_iter().flatten() {
                let item = thread.iter().find(|item| item.id == message).expect("it is there");
                let requested = world
                    .provider
                    .requests()
                    .iter()
                    .filter(|r| r.callback.conversation_id == id && r.callback.seq == item.seq)
                    .count();
                let expected = usize::from(item.state == MessageState::Sent);
                assert_eq!(requested, expected, "{item:?}");
            }
        }
        assert!(world.provider.requests().iter().all(|request| !request.forbidden));
        world.crash(running).await;
    });
}

#[test]
fn a_permission_given_before_its_contact_had_to_be_loaded_anew_is_void() {
    run(async {
        let (mut world, running) = World::with_channel(24).await;
        let phone = (IdentityKind::Phone, "31620000001");
        world.deliver(&running, vec![world.message("in.1", &[phone])]).await;
        let found = world.list(&running).await.expect("the list is read").remove(0);
        audit_soon(&world, &running).await;
        world.crash(running).await;
        // The attempt is written at once, and its sender hears of it late.
        let plan = FaultPlan { span: 10_000, time: Some(Duration::from_secs(1)), ..FaultPlan::none() };
        let running = world.open(Some(plan));
        let faulty = running.faulty.clone().expect("faults");
        world.send(&running, found.id, "first", "hello").await.expect("it is queued");
        audit_soon(&world, &running).await;
        assert_eq!(world.provider.requests().len(), 1);
        faulty.fail_table(&THREAD, Fault::AnswerLate);
        let sending = world.send(&running, found.id, "second", "and").await.expect("it is queued");
        // Something is learned of the contact, and its owner dies of that.
        faulty.fail_table(&CONTACTS, Fault::Fail);
        let user = (IdentityKind::Bsuid, "US.1");
        let told = vec![world.message("in.2", &[user, phone])];
        drop(running.house.deliver(world.scope, world.channel, told, world.act("").correlation).await);
        faulty.fail_table(&CONTACTS, None);
        let block = ContactPatch { name: None, about: None, blocked: Some(true) };
        let patch = || {
            let act = world.act("block");
            running.house.patch_contact(world.scope, act, found.contact.id, None, block.clone())
        };
        world.insist(patch).await.expect("it is blocked");
        world.provider.forbid(found.contact.id, phone.1);
        faulty.heal().await;
        eventually("it is settled", async || {
            let thread = world.thread(&running, found.id).await.map_err(|refusal| refusal.to_string())?;
            let item = thread.iter().find(|item| item.id == sending.id).ok_or("it is not there")?;
            match (item.state, &item.error) {
                (MessageState::Failed, Some(error)) if error.code == "contact_blocked" => Ok(()),
                (MessageState::Sent, _) => Ok(()),
                _ => Err(format!("{item:?}")),
            }
        })
        .await;
        assert!(world.provider.requests().iter().all(|request| !request.forbidden));
        world.crash(running).await;
    });
}
