//! Once a webhook with somebody's wish to stop is answered, no request against it begins; and what they said can be
//! shown afterwards.

use std::time::Duration;

use futures_util::future::{join, join_all};
use rand::{Rng, SeedableRng, rngs::StdRng};
use switchboard_actors::Refusal;
use switchboard_domain::{
    consent::proof,
    inbound::{Preference, Update},
};
use switchboard_schema::{
    ContactId, ConversationId,
    record::THREAD,
    wire::{
        ConsentChoice, ConsentEvidence, ConsentScope, Content, IdentityKind, MessageState, RecordConsent,
        RecordedHow, SystemEvent, Text,
    },
};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::audit_soon,
    world::{Running, World, eventually, party, run, run_seeds},
};

const PHONE: (IdentityKind, &str) = (IdentityKind::Phone, "31620000001");

fn says(world: &World, id: &str, from: (IdentityKind, &str), words: &str) -> Update {
    let mut message = world.inbound(id, &[from]);
    message.content = Content::Text(Text { body: words.to_owned() });
    Update::Message(message)
}

async fn settled(world: &World, running: &Running, id: ConversationId) {
    eventually("everything is settled", async || {
        let thread = world.thread(running, id).await.map_err(|refusal| refusal.to_string())?;
        let waits = thread.iter().any(|m| matches!(m.state, MessageState::Queued | MessageState::Sending));
        if waits { Err("a message waits".to_owned()) } else { Ok(()) }
    })
    .await;
}

async fn begun(world: &World, running: &Running) -> (ConversationId, ContactId) {
    world.deliver(running, vec![says(world, "in.1", PHONE, "hello")]).await;
    let found = world.list(running).await.expect("the list is read").remove(0);
    (found.id, found.contact.id)
}

fn record(scope: ConsentScope, choice: ConsentChoice) -> RecordConsent {
    RecordConsent { scope, choice, how: RecordedHow::Phone, at: None, reference: None, remark: None }
}

#[test]
fn once_a_stop_is_answered_no_request_begins() {
    run_seeds(61..64, |seed| async move {
        let (mut world, running) = World::with_channel(seed).await;
        let mut chance = StdRng::seed_from_u64(seed);
        world.provider.take(Duration::from_millis(1));
        for round in 0..20 {
            let phone = format!("316200000{round:02}");
            let from = (IdentityKind::Phone, phone.as_str());
            world.deliver(&running, vec![says(&world, &format!("in.{round}"), from, "hello")]).await;
            let list = world.list(&running).await.expect("the list is read");
            let found = list.iter().find(|known| known.contact.identities[0].value == phone);
            let (id, contact) = found.map(|known| (known.id, known.contact.id)).expect("it is listed");
            let (wait, turns) = (chance.random_range(0..12), chance.random_range(0..30));
            let (world, running) = (&world, &running);
            let sending = join_all((0..6).map(|n| async move {
                match world.send(running, id, &format!("{round}.{n}"), "hello").await {
                    Ok(_) | Err(Refusal::Rule { code: "opted_out", .. }) => {}
                    Err(refusal) => panic!("{refusal:?}"),
                }
            }));
            let stopping = async {
                tokio::time::sleep(Duration::from_millis(wait)).await;
                for _ in 0..turns {
                    tokio::task::yield_now().await;
                }
                world.deliver(running, vec![says(world, &format!("stop.{round}"), from, "STOP!")]).await;
                world.provider.forbid(contact, &phone);
            };
            join(sending, stopping).await;
            settled(world, running, id).await;
        }
        assert!(world.provider.requests().iter().all(|request| !request.forbidden));
        world.crash(running).await;
    });
}

#[test]
fn a_permission_that_is_out_when_the_stop_comes_is_void() {
    run(async {
        let (mut world, running) = World::with_channel(65).await;
        let (id, contact) = begun(&world, &running).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
        // The attempt is written at once, and its sender hears of it late.
        let plan = FaultPlan { span: 10_000, time: Some(Duration::from_secs(1)), ..FaultPlan::none() };
        let running = world.open(Some(plan));
        let faulty = running.faulty.clone().expect("faults");
        world.send(&running, id, "first", "hello").await.expect("it is queued");
        audit_soon(&world, &running).await;
        assert_eq!(world.provider.requests().len(), 1);
        faulty.fail_table(&THREAD, Fault::AnswerLate);
        let sending = world.send(&running, id, "second", "and").await.expect("it is queued");
        let stop = record(ConsentScope::Everything, ConsentChoice::Withdrawn);
        let act = || world.act("stop");
        let recorded = || running.house.record_consent(world.scope, act(), contact, stop.clone());
        world.insist(recorded).await.expect("it is recorded");
        world.provider.forbid(contact, PHONE.1);
        faulty.heal().await;
        settled(&world, &running, id).await;
        let thread = world.thread(&running, id).await.expect("the thread is read");
        let item = thread.iter().find(|item| item.id == sending.id).expect("it is there");
        match item.state {
            MessageState::Failed => {
                assert_eq!(item.error.as_ref().map(|error| error.code.as_str()), Some("opted_out"));
                let decision = item.decision.as_ref().expect("its decision is kept");
                assert!(
                    !decision.allowed && decision.checks.iter().any(|check| !check.passed),
                    "{decision:?}"
                );
            }
            state => assert_eq!(state, MessageState::Sent, "{item:?}"),
        }
        assert!(world.provider.requests().iter().all(|request| !request.forbidden));
        world.crash(running).await;
    });
}

#[test]
fn who_stopped_gets_answers_to_what_they_write_later_and_a_start_ends_it() {
    run(async {
        let (mut world, running) = World::with_channel(66).await;
        let (id, _) = begun(&world, &running).await;
        world.deliver(&running, vec![says(&world, "in.2", PHONE, "Stop, please")]).await;
        let refused = world.send(&running, id, "no", "but").await;
        assert!(matches!(refused, Err(Refusal::Rule { code: "opted_out", .. })), "{refused:?}");
        world.clock.advance(Duration::from_secs(60));
        world.deliver(&running, vec![says(&world, "in.3", PHONE, "where is my order?")]).await;
        world.send(&running, id, "answer", "on its way").await.expect("they wrote again");
        world.clock.advance(Duration::from_secs(60));
        world.deliver(&running, vec![says(&world, "in.4", PHONE, "start")]).await;
        let thread = world.thread(&running, id).await.expect("the thread is read");
        let lines: Vec<SystemEvent> = thread
            .iter()
            .filter_map(|item| match &item.content {
                Content::System(line) => Some(line.event),
                _ => None,
            })
            .collect();
        assert_eq!(lines, [SystemEvent::StoppedEverything, SystemEvent::StartedAgain]);
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_stop_that_comes_again_and_again_is_one_entry_over_crashes() {
    run(async {
        let (mut world, mut running) = World::with_channel(67).await;
        let (_, contact) = begun(&world, &running).await;
        let stop = says(&world, "in.2", PHONE, "stop");
        for _ in 0..3 {
            world.deliver(&running, vec![stop.clone()]).await;
            running = world.restart(running).await;
        }
        let consent = running.house.consent(world.scope, contact).await.expect("it is shown");
        assert_eq!(consent.entries.len(), 1);
        let ConsentEvidence::Message { provider_id, words, .. } = &consent.entries[0].said.evidence else {
            panic!("{consent:?}");
        };
        assert_eq!((provider_id.as_str(), words.as_str()), ("in.2", "stop"));
        world.crash(running).await;
    });
}

#[test]
fn what_everybody_recorded_makes_one_chain_that_can_be_checked_outside() {
    run(async {
        let (mut world, running) = World::with_channel(68).await;
        let (id, contact) = begun(&world, &running).await;
        world.deliver(&running, vec![says(&world, "in.2", PHONE, "stop promotions")]).await;
        world.clock.advance(Duration::from_secs(60));
        let preference = Preference {
            from: party(&[PHONE]),
            scope: ConsentScope::Marketing,
            choice: ConsentChoice::Given,
            detail: "resumed".to_owned(),
            at: switchboard_ports::clock::Clock::now(&*world.clock),
        };
        world.deliver(&running, vec![Update::Preference(preference)]).await;
        world.clock.advance(Duration::from_secs(60));
        let agent = record(ConsentScope::Utility, ConsentChoice::Withdrawn);
        let consent = running
            .house
            .record_consent(world.scope, world.act("record"), contact, agent)
            .await
            .expect("it is recorded");
        let signed = running.house.consent_proof(world.scope, contact).await.expect("it is signed");
        let shown = proof::verify(&signed, Some(&running.house.consent_key().expect("a key").public_key))
            .expect("the proof holds");
        assert_eq!((shown.statement.contact_id, &shown.statement.consent), (contact, &consent.consent));
        let said: Vec<_> = shown.records.iter().map(|record| (record.scope, record.choice)).collect();
        assert_eq!(
            said,
            [
                (ConsentScope::Marketing, ConsentChoice::Withdrawn),
                (ConsentScope::Marketing, ConsentChoice::Given),
                (ConsentScope::Utility, ConsentChoice::Withdrawn),
            ]
        );
        world.send(&running, id, "answer", "an answer goes").await.expect("answers go on");
        world.crash(running).await;
    });
}
