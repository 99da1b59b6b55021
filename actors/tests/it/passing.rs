//! Actors that go when nobody needs them, and come back.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use rand::{Rng, SeedableRng, rngs::StdRng};
use secrecy::SecretString;
use switchboard_actors::{Refusal, house::Connector};
use switchboard_domain::audit::By;
use switchboard_ports::channel::ChannelClient;
use switchboard_schema::{
    ConversationId,
    record::{PROVIDER_IDS, ProviderIdRow, WakeupTarget},
    wire::{ContactPatch, IdentityKind, Note},
};

use switchboard_store::{Fault, FaultPlan, Faulty};

use crate::{
    audit::{audit_soon, count_by_provider_id},
    provider::{Provider, ToProvider},
    world::{Running, World, eventually, hasty_arbiter, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

async fn wakeups(world: &World, running: &Running) -> Result<Vec<String>, String> {
    let minutes = world.minute() - 60..world.minute() + 60;
    let rows = world.wakeups(running, minutes).await.map_err(|error| error.to_string())?;
    Ok(rows.iter().map(|row| format!("{:?}", WakeupTarget::from_key(&row.target))).collect())
}

async fn all_have_gone(world: &World, running: &Running) {
    eventually("everybody has gone", async || match wakeups(world, running).await? {
        active if active.is_empty() => Ok(()),
        active => Err(format!("{active:?} are there")),
    })
    .await;
}

#[test]
fn who_goes_comes_back_as_it_was_and_no_letter_is_lost_on_the_way() {
    run(async {
        let (mut world, running) = World::with_channel(91).await;
        world.crash(running).await;
        let mut chance = StdRng::seed_from_u64(91);
        let connector = Arc::new(ToProvider(Arc::clone(&world.provider)));
        let running = world.open_over(world.temp.store(), connector, vec![hasty_arbiter(), hasty_arbiter()]);
        let mut sent = 0;
        for n in 0..60 {
            // Without repetition: a letter that meets somebody who goes must not be refused.
            let told = running
                .house
                .deliver(
                    world.scope,
                    world.channel,
                    vec![world.message(&format!("in.{n}"), FROM)],
                    world.act("").correlation,
                )
                .await;
            assert_eq!(told, Ok(Vec::new()));
            let id = world.only_conversation(&running).await;
            match chance.random_range(0..4) {
                0 => {
                    let note = Note { body: format!("note {n}"), mentions: Vec::new() };
                    let act = world.act(&format!("note.{n}"));
                    running.house.note(world.scope, act, id, note).await.expect("it is kept");
                }
                1 => {
                    world.send(&running, id, &format!("key.{n}"), "hello").await.expect("it is queued");
                    sent += 1;
                }
                _ => {}
            }
            if n % 12 == 5 {
                all_have_gone(&world, &running).await;
            }
            for _ in 0..chance.random_range(0..200) {
                tokio::task::yield_now().await;
            }
        }
        all_have_gone(&world, &running).await;
        let threads = audit_soon(&world, &running).await;
        let counts = count_by_provider_id(&threads);
        assert!((0..60).all(|n| counts.get(&format!("in.{n}")) == Some(&1)));
        assert_eq!(world.provider.requests().len(), sent);
        let (id, (before, items)) = threads.into_iter().next().expect("a thread");
        let (before, items): (_, Vec<_>) = (before, items);
        let running = world.restart(running).await;
        let threads = audit_soon(&world, &running).await;
        let (after, again) = &threads[&id];
        assert_eq!((after.version, &after.last_message), (before.version, &before.last_message));
        assert_eq!(again, &items);
        world.crash(running).await;
    });
}

#[test]
fn a_block_survives_the_going_of_its_contact() {
    run(async {
        let (mut world, running) = World::with_channel(92).await;
        world.crash(running).await;
        let connector = Arc::new(ToProvider(Arc::clone(&world.provider)));
        let running = world.open_over(world.temp.store(), connector, vec![hasty_arbiter()]);
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let (id, contact) = {
            let list = world.list(&running).await.expect("the list is read");
            (list[0].id, list[0].contact.id)
        };
        let patch = ContactPatch { name: None, about: None, blocked: Some(true) };
        running
            .house
            .patch_contact(world.scope, world.act("b"), contact, None, patch)
            .await
            .expect("blocked");
        all_have_gone(&world, &running).await;
        let refused = world.send(&running, id, "key", "hello").await;
        assert!(matches!(refused, Err(Refusal::Rule { code: "contact_blocked", .. })), "{refused:?}");
        assert!(world.provider.requests().is_empty());
        world.crash(running).await;
    });
}

/// Panics at one of its connections.
struct Clumsy {
    provider: Arc<Provider>,
    connected: AtomicUsize,
    dies_at: usize,
}

impl Clumsy {
    fn new(provider: &Arc<Provider>, dies_at: usize) -> Arc<Self> {
        Arc::new(Self { provider: Arc::clone(provider), connected: AtomicUsize::new(0), dies_at })
    }
}

impl Connector for Clumsy {
    fn connect(&self, _: &str, _: &str, _: SecretString) -> Arc<dyn ChannelClient> {
        assert_ne!(self.connected.fetch_add(1, Ordering::AcqRel), self.dies_at, "a defect");
        let provider: Arc<Provider> = Arc::clone(&self.provider);
        provider
    }
}

#[test]
fn an_actor_that_died_of_a_defect_is_started_again() {
    run(async {
        let (mut world, running) = World::with_channel(93).await;
        world.crash(running).await;
        let connector = Clumsy::new(&world.provider, 0);
        let running = world.open_over(world.temp.store(), connector, vec![actix::Arbiter::new()]);
        let told = running
            .house
            .deliver(world.scope, world.channel, vec![world.message("in.1", FROM)], world.act("").correlation)
            .await;
        assert!(matches!(told, Err(Refusal::Unavailable(_))), "{told:?}");
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        let id: ConversationId = world.only_conversation(&running).await;
        world.send(&running, id, "key", "hello").await.expect("it is queued");
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn what_a_channel_was_told_to_register_before_it_died_is_told_to_its_successor() {
    run(async {
        let (mut world, running) = World::with_channel(95).await;
        world.crash(running).await;
        let faulty = Faulty::new(world.temp.store(), 95, FaultPlan::none());
        let connector = Clumsy::new(&world.provider, 1);
        let running = world.open_over(Arc::<Faulty>::clone(&faulty), connector, vec![hasty_arbiter()]);
        faulty.fail_table(&PROVIDER_IDS, Fault::Fail);
        let updates: Vec<_> = (0..30).map(|n| world.message(&format!("in.{n}"), FROM)).collect();
        world.deliver(&running, updates).await;
        // Connecting it anew is its death.
        let put = running
            .house
            .put_channel(world.scope, By::server(), world.channel, world.channel_body(&running))
            .await;
        assert!(matches!(put, Err(Refusal::Unavailable(_))), "{put:?}");
        faulty.heal().await;
        world.deliver(&running, vec![world.message("in.last", FROM)]).await;
        eventually("all can be found", async || {
            world.clock.advance(std::time::Duration::from_millis(100));
            for id in (0..30).map(|n| format!("in.{n}")).chain(["in.last".to_owned()]) {
                let key = ProviderIdRow::key(world.channel, id.clone());
                let row = running.records.get::<ProviderIdRow>(world.scope, key).await;
                row.map_err(|error| error.to_string())?.ok_or(id)?;
            }
            Ok(())
        })
        .await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_channel_that_is_not_there_is_answered_so_every_time_and_can_be_connected_at_once() {
    run(async {
        let mut world = World::new(94);
        let running = world.open(None);
        for _ in 0..3 {
            let told = running.house.templates(world.scope, world.channel, false).await;
            assert_eq!(told.map(drop), Err(Refusal::NotFound("channel")));
        }
        world.connect(&running).await;
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        world.crash(running).await;
    });
}
