//! Everything at once over a store with every fault it knows.

use std::{cell::RefCell, collections::HashSet, time::Duration};

use futures_util::future::{join, join_all};
use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::Refusal;
use switchboard_domain::{
    inbound::{Callback, Status, Update},
    outbound::{ErrorClass, SendOutcome},
};
use switchboard_ports::clock::Clock;
use switchboard_schema::{
    ConversationId, MessageId,
    wire::{ContactPatch, IdentityKind, MessageState, Note, Role, SendRequest, StatusRequest, User},
};
use switchboard_store::FaultPlan;

use crate::{
    audit::{audit_soon, count_by_provider_id, threads},
    provider::{accepted, provider_id, refused},
    world::{Running, World, agent, eventually, run_seeds},
};

const CUSTOMERS: usize = 4;

/// What came of everything that was asked.
#[derive(Default)]
struct Promised {
    received: RefCell<HashSet<String>>,
    sent: RefCell<HashSet<(ConversationId, MessageId)>>,
    noted: RefCell<HashSet<(ConversationId, MessageId)>>,
}

/// Mixes a number from what a request is about, so that the answer does not depend on the order of requests.
fn roll(seed: u64, callback: Callback) -> u64 {
    let mut mixed = seed ^ callback.seq.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in callback.conversation_id.as_bytes() {
        mixed = (mixed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (mixed >> 32) % 100
}

fn outcome(roll: u64, callback: Callback, earlier: usize) -> SendOutcome {
    match (roll, earlier) {
        (0..12, 0) => SendOutcome::NotStarted("no way through".to_owned()),
        (12..18, 0) => refused(ErrorClass::Retry),
        (18..22, 0) => refused(ErrorClass::BackOff),
        (22..32, 0) | (6..9, 1) => SendOutcome::Unknown("no answer".to_owned()),
        (32..36, 0) => refused(ErrorClass::Never),
        _ => accepted(&provider_id(callback)),
    }
}

fn number(customer: usize) -> String {
    format!("3161000000{customer}")
}

/// The provider sends webhooks for the customers, a few at a time, and repeats what was refused.
async fn customers(world: &World, running: &Running, promised: &Promised, mut chance: StdRng, name: usize) {
    for webhook in 0..8 {
        let mut updates = Vec::new();
        let mut ids = Vec::new();
        for n in 0..chance.random_range(1..=4) {
            let customer = chance.random_range(0..CUSTOMERS);
            let (user, phone) = (format!("US.{customer}"), number(customer));
            let all = [
                (IdentityKind::Bsuid, user.as_str()),
                (IdentityKind::WaId, phone.as_str()),
                (IdentityKind::Phone, phone.as_str()),
            ];
            // Once both are known, either will do.
            let from = match chance.random_range(0..4) {
                0 if webhook > 3 => &all[..1],
                1 if webhook > 3 => &all[1..],
                _ => &all[..],
            };
            let id = format!("in.{name}.{webhook}.{n}");
            updates.push(world.message(&id, from));
            ids.push(id);
        }
        world.deliver(running, updates.clone()).await;
        promised.received.borrow_mut().extend(ids);
        if chance.random_bool(0.3) {
            world.deliver(running, updates).await;
        }
    }
}

/// An agent writes, notes, assigns, sets the status.
async fn agents(world: &World, running: &Running, promised: &Promised, mut chance: StdRng, name: usize) {
    let user = |on: bool| {
        on.then(|| User { id: agent(), name: "Ada".into(), email: "a@b.c".into(), role: Role::Agent })
    };
    for n in 0..12 {
        let list = world.insist(|| world.list(running)).await.expect("the list is read");
        if list.is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        }
        let id = list[chance.random_range(0..list.len())].id;
        let key = format!("{name}.{n}");
        match chance.random_range(0..8) {
            0..5 => {
                let request = SendRequest::text(format!("answer {key}"));
                let asked =
                    world.insist(|| running.house.send(world.scope, world.act(&key), id, request.clone()));
                match asked.await {
                    Ok(message) => drop(promised.sent.borrow_mut().insert((id, message.id))),
                    Err(Refusal::Rule { code: "contact_blocked", .. }) => {}
                    Err(refusal) => panic!("a message is refused: {refusal:?}"),
                }
            }
            5 => {
                let note = Note { body: format!("note {key}"), mentions: Vec::new() };
                let asked =
                    world.insist(|| running.house.note(world.scope, world.act(&key), id, note.clone()));
                let message = asked.await.expect("a note is kept");
                promised.noted.borrow_mut().insert((id, message.id));
            }
            6 => {
                let on = chance.random_bool(0.6);
                world
                    .insist(|| running.house.assign(world.scope, world.act(&key), id, user(on)))
                    .await
                    .expect("it is assigned");
            }
            _ => {
                use switchboard_schema::wire::ConversationStatus::{Open, Pending, Resolved};
                let status = [Open, Pending, Resolved][chance.random_range(0..3)];
                let request = StatusRequest { status, snoozed_until: None };
                world
                    .insist(|| running.house.set_status(world.scope, world.act(&key), id, request.clone()))
                    .await
                    .expect("the status is set");
            }
        }
    }
}

/// An agent blocks people and lifts the block.
async fn blocker(world: &World, running: &Running, mut chance: StdRng) {
    for n in 0..4 {
        let list = world.insist(|| world.list(running)).await.expect("the list is read");
        if list.is_empty() {
            tokio::time::sleep(Duration::from_millis(30)).await;
            continue;
        }
        let contact = list[chance.random_range(0..list.len())].contact.clone();
        let address = &contact.identities.last().expect("an address").value;
        for blocked in [true, false] {
            if !blocked {
                world.provider.allow(contact.id);
            }
            let patch = ContactPatch { name: None, about: None, blocked: Some(blocked) };
            let key = format!("block.{n}.{blocked}");
            let asked =
                || running.house.patch_contact(world.scope, world.act(&key), contact.id, None, patch.clone());
            world.insist(asked).await.expect("the contact is changed");
            if blocked {
                world.provider.forbid(contact.id, address);
            }
            tokio::time::sleep(Duration::from_millis(chance.random_range(0..40))).await;
        }
    }
}

/// The provider tells how far its messages got.
async fn statuses(world: &World, running: &Running, mut chance: StdRng) {
    let mut told = HashSet::new();
    for _ in 0..25 {
        for request in world.provider.requests() {
            let arrives = matches!(request.outcome, SendOutcome::Accepted { .. } | SendOutcome::Unknown(_));
            if !arrives || chance.random_bool(0.5) || !told.insert(request.callback) {
                continue;
            }
            let status = |state| {
                Update::Status(Status {
                    provider_id: provider_id(request.callback),
                    state,
                    at: world.clock.now(),
                    callback: chance.random_bool(0.5).then_some(request.callback),
                    error: None,
                    recipient: Vec::new(),
                    charged: None,
                    class: None,
                })
            };
            let updates = [MessageState::Sent, MessageState::Delivered].map(status).to_vec();
            world.deliver(running, updates).await;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The faults of a seed: now and then, often, or writes that come late while others fail.
fn plan_of(seed: u64) -> FaultPlan {
    let rough = FaultPlan { time: Some(Duration::from_millis(2)), ..FaultPlan::rough() };
    match seed % 3 {
        0 => rough,
        1 => FaultPlan { fail: 60, ambiguous_done: 50, ambiguous_lost: 40, read_fail: 50, ..rough },
        _ => FaultPlan { fail: 90, overload: 40, ambiguous_late: 90, hold_back: 40, span: 30, ..rough },
    }
}

async fn storm(seed: u64) {
    let (mut world, running) = World::with_channel(seed).await;
    world.crash(running).await;
    world.provider.answer_by(move |outbound, earlier| {
        outcome(roll(seed, outbound.callback), outbound.callback, earlier)
    });
    world.provider.take(Duration::from_millis(3));
    let running = world.open(Some(plan_of(seed)));
    let promised = Promised::default();
    let chance = |n: u64| StdRng::seed_from_u64(seed * 100 + n);
    let (w, r, p) = (&world, &running, &promised);
    let receiving = join_all((0..3).map(|n| customers(w, r, p, chance(n), n as usize)));
    let answering = join_all((3..6).map(|n| agents(w, r, p, chance(n), n as usize)));
    let rest = join(blocker(w, r, chance(7)), statuses(w, r, chance(8)));
    join(join(receiving, answering), rest).await;

    let faulty = running.faulty.as_ref().expect("faults");
    assert!(faulty.log().len() > 10, "little went wrong");
    faulty.heal().await;
    // Whoever stands alone after a fault is woken as the timer would.
    eventually("everything is settled", async || {
        world.clock.advance(Duration::from_millis(500));
        let sent = promised.sent.borrow().clone();
        for (id, message) in &sent {
            let thread = world.thread(&running, *id).await.map_err(|refusal| refusal.to_string())?;
            let item = thread.iter().find(|item| item.id == *message).ok_or("a message is not there")?;
            if matches!(item.state, MessageState::Queued | MessageState::Sending) {
                return Err(format!("{item:?} waits"));
            }
        }
        Ok(())
    })
    .await;
    let running = world.restart(running).await;
    let threads = audit_soon(&world, &running).await;
    check(&world, &promised, &threads);
    world.crash(running).await;
}

fn check(world: &World, promised: &Promised, threads: &crate::audit::Threads) {
    let counts = count_by_provider_id(threads);
    for id in &*promised.received.borrow() {
        assert_eq!(counts.get(id), Some(&1), "{id} was answered 200");
    }
    assert_eq!(threads.len(), CUSTOMERS, "one thread a customer");
    for (id, message) in promised.sent.borrow().iter().chain(&*promised.noted.borrow()) {
        let times = threads[id].1.iter().filter(|item| item.id == *message).count();
        assert_eq!(times, 1, "{message} was accepted");
    }
    let requests = world.provider.requests();
    for (index, request) in requests.iter().enumerate() {
        assert!(!request.forbidden, "{request:?} began after its block was answered");
        let earlier = requests[..index].iter().filter(|earlier| earlier.callback == request.callback);
        for earlier in earlier {
            let surely_not = match &earlier.outcome {
                SendOutcome::NotStarted(_) => true,
                SendOutcome::Refused(error) => {
                    matches!(error.class, ErrorClass::Retry | ErrorClass::BackOff)
                }
                SendOutcome::Accepted { .. } | SendOutcome::Unknown(_) => false,
            };
            assert!(surely_not, "{request:?} after {earlier:?}");
        }
        let item = threads[&request.callback.conversation_id].1.iter();
        let mut item = item.filter(|item| item.seq == request.callback.seq);
        let item = item.next().expect("what was requested is there");
        let words = serde_json::to_string(&item.content).unwrap();
        assert!(words.contains(&request.words), "{item:?} was requested as {:?}", request.words);
    }
    for item in threads.values().flat_map(|(_, items)| items) {
        assert!(!matches!(item.state, MessageState::Queued | MessageState::Sending), "{item:?} is settled");
        let callback = Callback { conversation_id: item.conversation_id, seq: item.seq };
        let taken = requests
            .iter()
            .any(|known| known.callback == callback && matches!(known.outcome, SendOutcome::Accepted { .. }));
        if taken {
            let known = !matches!(item.state, MessageState::Failed | MessageState::Cancelled);
            assert!(known, "{item:?} was taken by the provider");
        }
    }
}

#[test]
fn whatever_fails_everything_promised_is_there_once() {
    run_seeds(1..7, storm);
}

#[test]
fn a_house_that_dies_amid_faults_keeps_what_it_promised() {
    run_seeds(101..104, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        world.crash(running).await;
        let promised = Promised::default();
        for round in 0..4 {
            let running = world.open(Some(plan_of(seed)));
            drop(world.insist(|| running.house.fire_wakeups(true)).await);
            let chance = |n: u64| StdRng::seed_from_u64(seed * 1_000 + round * 10 + n);
            let (w, r, p) = (&world, &running, &promised);
            let name = usize::try_from(round).unwrap() * 10;
            let both = join(customers(w, r, p, chance(1), name + 1), agents(w, r, p, chance(2), name + 2));
            // It dies while they are at it.
            drop(Box::pin(tokio::time::timeout(Duration::from_millis(60 + 60 * round), both)).await);
            world.crash(running).await;
        }
        let running = world.restart(world.open(None)).await;
        audit_soon(&world, &running).await;
        let threads = threads(&world, &running).await.expect("the threads are read");
        let counts = count_by_provider_id(&threads);
        for id in &*promised.received.borrow() {
            assert_eq!(counts.get(id), Some(&1), "{id} was answered 200");
        }
        for (id, message) in promised.sent.borrow().iter().chain(&*promised.noted.borrow()) {
            let times = threads[id].1.iter().filter(|item| item.id == *message).count();
            assert_eq!(times, 1, "{message} was accepted");
        }
        world.crash(running).await;
    });
}
