//! What is told of messages afterwards: how far they got, what they say now, what nobody understands.

use serde_json::{Value, json};
use switchboard_simulator::{
    Fault, Person, Update, When,
    payload::{self, Shape, StatusError},
};

use crate::support::{
    postman::{customer, message_id},
    snapshot::{number, text},
    soon,
    stage::Stage,
    until,
};

/// What a status of a sent message says.
fn status_of(id: &str, status: &str, at_s: i64, recipient: &Person) -> payload::Status {
    payload::Status {
        id: id.to_owned(),
        status: status.to_owned(),
        at_s,
        recipient: recipient.clone(),
        ..payload::Status::default()
    }
}

/// A message on its way: sent, with its id at the provider.
struct OnItsWay {
    stage: Stage,
    ada: Person,
    message: Value,
    wamid: String,
    callback: Option<String>,
}

impl OnItsWay {
    async fn new() -> Self {
        let stage = Stage::new().await;
        let ada = customer(0);
        let conversation = stage.meet(&ada).await;
        Self::sent_by(stage, ada, &conversation).await
    }

    async fn sent_by(stage: Stage, ada: Person, conversation: &str) -> Self {
        let queued = stage.send(conversation, "on its way").await;
        let message = stage.until_state(&queued, "sent").await;
        let sent = stage.graph().sends().pop().expect("it was sent");
        let wamid = sent.wamid().expect("it was accepted").to_owned();
        assert_eq!(message["provider_id"], *wamid);
        let callback = sent.callback_data.clone();
        Self { stage, ada, message, wamid, callback }
    }

    fn status(&self, status: &str, with_callback: bool) -> Update {
        let rank = ["sent", "delivered", "read", "played"].iter().position(|known| *known == status);
        let at_s = self.stage.world.clock().now_s() + rank.unwrap_or(0) as i64;
        let mut told = status_of(&self.wamid, status, at_s, &self.ada);
        told.callback_data = self.callback.clone().filter(|_| with_callback);
        payload::status(&told)
    }

    async fn now(&self) -> Value {
        let (conversation, id) = (text(&self.message, "conversation_id"), text(&self.message, "id"));
        self.stage.message(&conversation, &id).await
    }
}

#[tokio::test]
async fn statuses_in_any_order_end_in_the_furthest_state_and_never_go_back() {
    const ORDERS: [[&str; 3]; 6] = [
        ["sent", "delivered", "read"],
        ["sent", "read", "delivered"],
        ["delivered", "sent", "read"],
        ["delivered", "read", "sent"],
        ["read", "sent", "delivered"],
        ["read", "delivered", "sent"],
    ];
    let rank = |state: &str| {
        ["queued", "sending", "sent", "delivered", "read"].iter().position(|known| *known == state)
    };
    let mut way = OnItsWay::new().await;
    let conversation = text(&way.message, "conversation_id");
    let agent = way.stage.agent();
    agent.at_work().await;
    for (nth, order) in ORDERS.iter().enumerate() {
        if nth > 0 {
            way = OnItsWay::sent_by(way.stage, way.ada, &conversation).await;
        }
        let mut furthest = rank("sent");
        for status in order {
            // Each comes twice, with callback data and without.
            for with_callback in [nth % 2 == 0, nth % 2 == 1] {
                way.stage.postman.deliver(&[way.status(status, with_callback)]).await;
                let state = text(&way.now().await, "state");
                furthest = furthest.max(rank(status));
                assert_eq!(rank(&state), furthest, "{state} after {status} of {order:?}");
            }
        }
        let message = way.now().await;
        let history: Vec<_> =
            message["history"].as_array().unwrap().iter().map(|at| text(at, "state")).collect();
        assert_eq!(history, ["queued", "sending", "sent", "delivered", "read"], "{order:?}");
    }
    let server = agent.agrees_with(&way.stage.api).await;
    server.check_order();
    // Statuses take no place.
    assert_eq!(number(&server.conversations[&conversation], "last_seq"), 1 + ORDERS.len() as u64);
}

#[tokio::test]
async fn statuses_find_their_message_after_a_restart_too() {
    let mut way = OnItsWay::new().await;
    way.stage.server.kill();
    way.stage.server.boot().await;
    way.stage.postman.deliver(&[way.status("delivered", false)]).await;
    assert_eq!(way.now().await["state"], "delivered");
    way.stage.server.kill();
    way.stage.server.boot().await;
    way.stage.postman.deliver(&[way.status("read", true)]).await;
    assert_eq!(way.now().await["state"], "read");
}

#[tokio::test]
async fn a_failure_told_later_shows_the_providers_code_and_words() {
    let way = OnItsWay::new().await;
    let mut failed = status_of(&way.wamid, "failed", way.stage.world.clock().now_s(), &way.ada);
    failed.error = Some(StatusError {
        code: 131_026,
        title: "Message undeliverable".to_owned(),
        details: "Message Undeliverable.".to_owned(),
    });
    way.stage.postman.deliver(&[payload::status(&failed)]).await;
    let message = way.now().await;
    assert_eq!((&message["state"], &message["error"]["code"]), (&"failed".into(), &"whatsapp_131026".into()));
    assert!(!text(&message["error"], "message").is_empty());
}

#[tokio::test]
async fn what_fails_for_the_accounts_sake_after_it_was_taken_is_told_of_its_channel_until_it_no_longer_does()
{
    let way = OnItsWay::new().await;
    let health = async || {
        let channels = way.stage.api.get("/api/v1/channels").await.of(200);
        text(&channels["channels"][0], "health")
    };
    assert_eq!(health().await, "working");
    let now_s = way.stage.world.clock().now_s();
    for (code, at_s) in [(131_026, now_s), (131_042, now_s - 3_600), (131_042, now_s)] {
        assert_eq!(health().await, "working", "a person's sake, and long ago");
        let mut failed = status_of(&way.wamid, "failed", at_s, &way.ada);
        let details = "Payment issue.".to_owned();
        failed.error = Some(StatusError { code, title: "Failed".to_owned(), details });
        way.stage.postman.deliver(&[payload::status(&failed)]).await;
    }
    until("its channel to say so", async || (health().await == "broken").then_some(())).await;
    let again = way.stage.send(&text(&way.message, "conversation_id"), "and this?").await;
    way.stage.until_state(&again, "sent").await;
    assert_eq!(health().await, "broken", "that it is taken says nothing yet");
}

#[tokio::test]
async fn a_status_may_come_before_the_answer_to_its_send() {
    // With callback data: delivered, and answered, before the answer leaves.
    let stage = Stage::new().await;
    stage.bring_statuses().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    stage.graph().script(When::NextSend, Fault::StatusBeforeAnswer);
    let queued = stage.send(&conversation, "first").await;
    until("its statuses", async || {
        let message = stage.message(&conversation, &text(&queued, "id")).await;
        (message["state"] == "read" || message["state"] == "delivered").then_some(())
    })
    .await;
    soon("statuses to be taken", stage.world.ledger().until_settled()).await;
    let message = stage.message(&conversation, &text(&queued, "id")).await;
    assert_eq!(message["provider_id"].as_str(), stage.graph().sends()[0].wamid());
    assert_eq!(number(&message, "attempts"), 1);
}

#[tokio::test]
async fn a_status_without_callback_data_waits_for_the_answer_that_names_its_message() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    stage.graph().script(When::NextSend, Fault::Slow(std::time::Duration::from_millis(700)));
    let queued = stage.send(&conversation, "slow").await;
    let sent = soon("the request", stage.graph().until_sends(1)).await;
    let wamid = sent[0].wamid().unwrap().to_owned();
    let read = status_of(&wamid, "read", stage.world.clock().now_s(), &ada);
    stage.postman.deliver(&[payload::status(&read)]).await;
    let message = stage.until_state(&queued, "read").await;
    assert_eq!(message["provider_id"], *wamid);
}

#[tokio::test]
async fn a_status_of_a_message_nobody_knows_is_taken_and_harms_nothing() {
    let way = OnItsWay::new().await;
    let strange = status_of("wamid.strange", "read", way.stage.world.clock().now_s(), &way.ada);
    let mut foreign = strange.clone();
    foreign.callback_data = Some("somebody else's data".to_owned());
    way.stage.postman.deliver(&[payload::status(&strange), payload::status(&foreign)]).await;
    let mut odd = way.status("delivered", true);
    odd = Update::raw(Shape::Status, "odd", odd.json().replace("delivered", "teleported"));
    way.stage.postman.deliver(&[odd]).await;
    assert_eq!(way.now().await["state"], "sent");
    assert_eq!(way.stage.snapshot().await.all_messages().count(), 2);
}

#[tokio::test]
async fn edits_and_revokes_reach_their_message_whichever_comes_first() {
    let mut stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let ada = customer(0);
    let now = stage.world.clock().now_s();
    let original =
        |nth: u64| payload::text_message(&ada, &message_id(&ada, nth), now, &format!("as written {nth}"));
    let edit = |nth: u64, at: i64, words: &str| {
        payload::edit(
            &ada,
            &message_id(&ada, 1_000 + nth * 10 + at as u64),
            now + at,
            &message_id(&ada, nth),
            words,
        )
    };
    let revoke =
        |nth: u64| payload::revoke(&ada, &message_id(&ada, 2_000 + nth), now + 5, &message_id(&ada, nth));
    let say = async |stage: &Stage, update: Update| stage.postman.deliver(&[update]).await;
    say(&stage, original(1)).await;
    say(&stage, edit(1, 1, "edited after")).await;
    say(&stage, edit(2, 1, "edited before")).await;
    say(&stage, original(2)).await;
    say(&stage, original(3)).await;
    say(&stage, revoke(3)).await;
    say(&stage, revoke(4)).await;
    say(&stage, original(4)).await;
    // The newer of two edits counts, in whatever order they come.
    say(&stage, original(5)).await;
    say(&stage, edit(5, 3, "newer")).await;
    say(&stage, edit(5, 2, "older")).await;
    // Across a restart.
    say(&stage, edit(6, 1, "edited before the end")).await;
    say(&stage, revoke(7)).await;
    stage.server.kill();
    stage.server.boot().await;
    say(&stage, original(6)).await;
    say(&stage, original(7)).await;
    // Everything again.
    for nth in 1..=7 {
        say(&stage, original(nth)).await;
    }
    say(&stage, edit(1, 1, "edited after")).await;
    say(&stage, revoke(3)).await;
    let words = ["edited after", "edited before", "", "", "newer", "edited before the end", ""];
    until("edits and revokes to be applied", async || {
        let server = stage.snapshot().await;
        let applied = words.iter().zip(1..).all(|(words, nth)| {
            let id = message_id(&ada, nth);
            let message = server.all_messages().find(|message| message["provider_id"] == *id).unwrap();
            if words.is_empty() {
                message.get("deleted_at").is_some()
            } else {
                message["content"]["body"] == *words && message.get("edited_at").is_some()
            }
        });
        applied.then_some(())
    })
    .await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    assert_eq!(server.all_messages().count(), 7, "neither takes a place");
    let (_, conversation) = server.conversations.first_key_value().unwrap();
    assert_eq!(number(conversation, "inbound_count"), 7);
}

#[tokio::test]
async fn what_this_version_does_not_know_is_shown_as_unsupported_with_its_raw_form() {
    let stage = Stage::new().await;
    let agent = stage.agent();
    agent.at_work().await;
    let ada = customer(2);
    let now = stage.world.clock().now_s();
    let id = |nth| message_id(&ada, nth);
    let updates = [
        payload::unknown_type(&ada, &id(1), now, "hologram"),
        payload::unsupported(&ada, &id(2), now, "poll"),
        payload::location_message(&ada, &id(3), now, 51.9, 4.4, Some("Here")),
        payload::text_message(&ada, &id(4), now, "plain").with_field("mood", &json!({"value": "fine"})),
        payload::message_of_type(&ada, &id(5), now, "giant", &json!({"text": "g".repeat(100_000)})),
        Update::raw(Shape::Field("weather".to_owned()), "weather", r#"{"rain":true}"#),
    ];
    stage.postman.deliver(&updates).await;
    let server = agent.agrees_with(&stage.api).await;
    server.check_order();
    assert_eq!(server.all_messages().count(), 5);
    let find = |nth| server.all_messages().find(|message| message["provider_id"] == *id(nth)).unwrap();
    for (nth, kind, words) in [(1, "hologram", "revision"), (2, "poll", "131051")] {
        let message = find(nth);
        assert_eq!((&message["type"], &message["content"]["kind"]), (&"unsupported".into(), &kind.into()));
        assert!(text(&message["content"], "raw").contains(words), "{message}");
    }
    assert_eq!((&find(3)["type"], &find(3)["content"]["name"]), (&"location".into(), &"Here".into()));
    assert_eq!((&find(4)["type"], &find(4)["content"]["body"]), (&"text".into(), &"plain".into()));
    let giant = &find(5)["content"];
    assert!(giant["blob"].is_string() && giant.get("raw").is_none(), "{giant}");
    assert!(
        stage.api.get("/api/v1/dead-letters").await.of(200)["dead_letters"].as_array().unwrap().is_empty()
    );
}
