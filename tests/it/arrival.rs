//! How messages arrive: doubled, batched, all at once, from people who are known first by one name and then
//! by another.

use std::collections::BTreeSet;

use rand::Rng as _;
use switchboard_simulator::{
    Person, Update,
    payload::{self, user_id},
};
use tokio::task::JoinSet;

use crate::support::{
    chance::{Told, dice, seeds},
    postman::{customer, message_id},
    snapshot::{Snapshot, number, text},
    stage::Stage,
};

/// What the customers wrote in a conversation, in order of `seq`.
fn said(snapshot: &Snapshot, conversation: &str) -> Vec<String> {
    let messages = snapshot.messages[conversation].values();
    messages
        .filter(|message| message["direction"] == "in" && message["type"] == "text")
        .map(|message| text(&message["content"], "body"))
        .collect()
}

#[tokio::test]
async fn the_first_webhook_of_a_customer_may_carry_several_messages() {
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    for nth in 0..3 {
        let ada = customer(nth);
        let updates: Vec<_> = (0..5).map(|n| stage.text(&ada, n, &format!("part {n}"))).collect();
        stage.postman.deliver(&updates).await;
    }
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    assert_eq!(server.conversations.len(), 3);
    for (id, conversation) in &server.conversations {
        assert_eq!(said(&server, id), ["part 0", "part 1", "part 2", "part 3", "part 4"]);
        assert_eq!(number(conversation, "inbound_count"), 5);
    }
}

#[tokio::test]
async fn every_webhook_sent_twice_at_once_is_taken_once() {
    for seed in seeds([31, 32]) {
        let _told = Told(seed);
        let stage = Stage::new().await;
        let agent = stage.agent();
        agent.at_work().await;
        let mut dice = dice(seed, 0);
        let (one, other) = (stage.postman.another(), stage.postman.to("/webhooks/whatsapp").another());
        let mut written = 0;
        for _ in 0..40 {
            let updates: Vec<Update> = (0..dice.random_range(1..6))
                .map(|_| {
                    written += 1;
                    // Most are of people nobody has met yet.
                    stage.text(&customer(dice.random_range(0..60)), written, &format!("message {written}"))
                })
                .collect();
            let (first, second) = tokio::join!(one.post(&updates), other.post(&updates));
            assert_eq!((first, second), (Some(200), Some(200)));
        }
        let server = agent.agrees_with(&stage.api).await;
        server.check_order();
        let ids: BTreeSet<_> = server.all_messages().map(|message| text(message, "provider_id")).collect();
        assert_eq!((ids.len() as u64, server.all_messages().count() as u64), (written, written));
        let contacts: BTreeSet<_> =
            server.conversations.values().map(|found| text(&found["contact"], "id")).collect();
        assert_eq!(contacts.len(), server.conversations.len());
    }
}

#[tokio::test]
async fn one_conversation_at_full_speed_from_several_connections_keeps_each_connections_order() {
    const CONNECTIONS: u64 = 6;
    const EACH: u64 = 60;
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let ada = customer(2);
    let mut tasks = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let postman = stage.postman.another();
        let updates: Vec<_> = (0..EACH)
            .map(|n| stage.text(&ada, connection * 1_000 + n, &format!("{connection}:{n}")))
            .collect();
        tasks.spawn(async move {
            // Some alone, some in batches.
            for some in updates.chunks(1 + connection as usize % 3) {
                postman.deliver(some).await;
            }
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    let id = server.conversations.keys().next().unwrap();
    assert_eq!(server.conversations.len(), 1);
    let said = said(&server, id);
    assert_eq!(said.len() as u64, CONNECTIONS * EACH);
    for connection in 0..CONNECTIONS {
        let of: Vec<_> = said.iter().filter(|body| body.starts_with(&format!("{connection}:"))).collect();
        let expected: Vec<_> = (0..EACH).map(|n| format!("{connection}:{n}")).collect();
        assert!(of.iter().copied().eq(expected.iter()), "the order of connection {connection}: {of:?}");
    }
}

/// One person under all the names a provider may use.
fn names() -> (Person, Person, Person) {
    let (phone, user) = ("447700900777", user_id("GB", 777));
    let by_user = Person::hidden(user.clone(), "Ada", "ada");
    let by_phone = Person::phone(phone, "Ada");
    let by_both = Person::phone(phone, "Ada").with_user_id(user);
    (by_user, by_phone, by_both)
}

#[tokio::test]
async fn a_person_known_by_user_id_then_by_both_then_by_phone_has_one_conversation() {
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let (by_user, by_phone, by_both) = names();
    stage.postman.deliver(&[stage.text(&by_user, 1, "one")]).await;
    stage.postman.deliver(&[stage.text(&by_both, 2, "two")]).await;
    stage.postman.deliver(&[stage.text(&by_phone, 3, "three")]).await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    let (id, conversation) = server.conversations.first_key_value().unwrap();
    assert_eq!(server.conversations.len(), 1);
    assert_eq!(said(&server, id), ["one", "two", "three"]);
    let identities = conversation["contact"]["identities"].as_array().unwrap();
    let kinds: BTreeSet<_> = identities.iter().map(|identity| text(identity, "kind")).collect();
    assert!(kinds.contains("bsuid") && kinds.contains("wa_id"), "{identities:?}");
}

#[tokio::test]
async fn two_threads_that_prove_to_be_one_person_lose_and_double_nothing() {
    let mut stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let (by_user, by_phone, by_both) = names();
    let first = stage.text(&by_user, 1, "by user id");
    let second = stage.text(&by_phone, 2, "by phone");
    stage.postman.deliver(std::slice::from_ref(&first)).await;
    stage.postman.deliver(std::slice::from_ref(&second)).await;
    let before = stage.snapshot().await;
    assert_eq!(before.conversations.len(), 2, "nobody can know yet");
    let thread_of = |snapshot: &Snapshot, body: &str| {
        let found = snapshot.all_messages().find(|message| message["content"]["body"] == body);
        text(found.expect("it is there"), "conversation_id")
    };
    let (older, newer) = (thread_of(&before, "by user id"), thread_of(&before, "by phone"));

    stage.postman.deliver(&[stage.text(&by_both, 3, "by both")]).await;
    let check = |server: &Snapshot, later: &[&str]| {
        server.check_order();
        let all: Vec<_> = server.conversations.keys().flat_map(|id| said(server, id)).collect();
        assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "nothing is doubled: {all:?}");
        assert_eq!(all.len(), 3 + later.len(), "nothing is lost: {all:?}");
        assert_eq!(thread_of(server, "by both"), older);
        for body in later {
            assert_eq!(thread_of(server, body), older, "{body}");
        }
    };
    let server = agent.agrees_with(&stage.api).await;
    check(&server, &[]);
    // The newer thread says that it goes on elsewhere.
    let merged = server.messages[&newer].values().any(|message| message["content"]["event"] == "merged");
    assert!(merged, "{:?}", server.messages[&newer]);
    assert_eq!(server.conversations[&newer]["status"], "resolved");

    // What was taken before the join comes again, by whichever name.
    for update in [&first, &second] {
        stage.postman.deliver(std::slice::from_ref(update)).await;
    }
    stage.postman.deliver(&[stage.text(&by_phone, 4, "later, by phone")]).await;
    stage.postman.deliver(&[stage.text(&by_user, 5, "later, by user id")]).await;
    let later = ["later, by phone", "later, by user id"];
    check(&agent.agrees_with(&stage.api).await, &later);

    // Memory forgets, the store does not.
    stage.server.kill();
    stage.server.boot().await;
    stage.postman.deliver(&[first, second]).await;
    stage.postman.deliver(&[stage.text(&by_both, 3, "by both"), stage.text(&by_phone, 6, "after all")]).await;
    check(&agent.agrees_with(&stage.api).await, &[later[0], later[1], "after all"]);
}

#[tokio::test]
async fn joins_race_with_messages_under_every_name() {
    for seed in seeds([41, 42, 43]) {
        let _told = Told(seed);
        let stage = Stage::new().await;
        let agent = stage.agent();
        agent.at_work().await;
        let mut tasks = JoinSet::new();
        let mut bodies = BTreeSet::new();
        for lane in 0..4_u64 {
            let mut dice = dice(seed, lane);
            let mut updates = Vec::new();
            for nth in 0..12 {
                let (by_user, by_phone, by_both) = names();
                let from = match dice.random_range(0..5) {
                    0 | 1 => by_user,
                    2 | 3 => by_phone,
                    _ => by_both,
                };
                let body = format!("{lane}:{nth}");
                updates.push(stage.text(&from, lane * 100 + nth, &body));
                bodies.insert(body);
            }
            let postman = stage.postman.another();
            tasks.spawn(async move {
                for update in &updates {
                    let once = std::slice::from_ref(update);
                    postman.deliver(once).await;
                    if dice.random_ratio(1, 3) {
                        postman.deliver(once).await;
                    }
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        // Now it is certain that they are one.
        stage.postman.deliver(&[stage.text(&names().2, 900, "certain")]).await;
        bodies.insert("certain".to_owned());
        stage
            .postman
            .deliver(&[stage.text(&names().0, 901, "by user id"), stage.text(&names().1, 902, "by phone")])
            .await;
        let server = agent.agrees_with(&stage.api).await;
        server.check_order();
        let all: Vec<_> = server.conversations.keys().flat_map(|id| said(&server, id)).collect();
        assert_eq!(all.len(), bodies.len() + 2, "{all:?}");
        assert!(bodies.iter().all(|body| all.contains(body)));
        let open = server.conversations.values().filter(|found| found["status"] == "open").count();
        assert_eq!(open, 1, "one thread goes on");
    }
}

#[tokio::test]
async fn a_customer_who_writes_again_reopens_the_one_conversation_they_have() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    let path = format!("/api/v1/conversations/{conversation}/status");
    stage.api.post(&path, &serde_json::json!({"status": "resolved"})).await.of(200);
    stage.postman.deliver(&[stage.text(&ada, 2, "one more thing")]).await;
    let server = stage.snapshot().await;
    assert_eq!(server.conversations[&conversation]["status"], "open");
    assert_eq!(server.conversations.len(), 1);
    let lines: Vec<_> =
        server.messages[&conversation].values().filter(|line| line["type"] == "system").collect();
    let events: Vec<_> = lines.iter().map(|line| text(&line["content"], "event")).collect();
    assert_eq!(events, ["resolved", "reopened"]);
    server.check_order();
}

#[tokio::test]
async fn a_message_written_earlier_stands_where_it_came_and_is_marked_late() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let now = stage.world.clock().now_s();
    let late = payload::text_message(&ada, &message_id(&ada, 2), now - 600, "written before");
    stage.postman.deliver(&[stage.text(&ada, 1, "written now")]).await;
    stage.postman.deliver(&[late]).await;
    let message = stage.message_by_provider_id(&message_id(&ada, 2)).await.unwrap();
    assert_eq!((number(&message, "seq"), &message["late"]), (2, &true.into()));
    let first = stage.message_by_provider_id(&message_id(&ada, 1)).await.unwrap();
    assert_eq!(first.get("late"), None);
}
