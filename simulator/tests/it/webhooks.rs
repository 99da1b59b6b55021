//! How webhooks arrive.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard_simulator::payload::{self, Business, Direction, Signer, sign};
use switchboard_simulator::{Faults, Number, Person, Retry, Update, WebhookFaults};

use crate::support::*;

fn ada() -> Person {
    Person::phone("447700900123", "Zoë Müller/Grün 🚲").with_user_id("GB.77")
}

fn texts(count: u64) -> Vec<Update> {
    (0..count)
        .map(|nth| {
            let id = payload::wamid("447700900123", Direction::In, nth);
            payload::text_message(&ada(), &id, NOW_MS / 1000 + nth as i64, &format!("n° {nth}"))
        })
        .collect()
}

fn with(faults: WebhookFaults) -> Faults {
    Faults { webhooks: faults, ..Faults::none() }
}

#[tokio::test]
async fn a_message_has_the_documented_shape_and_is_signed_over_its_raw_bytes() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let id = world.say(PHONE, &ada(), "für 1/2").expect("said");
    let arrived = receiver.until(|arrived| !arrived.is_empty()).await;
    let body = &arrived[0].body;
    assert!(body.is_ascii() && body.windows(9).any(|w| w == b"f\\u00fcr "));
    assert!(body.windows(3).any(|w| w == b"1\\/"));
    assert_eq!(arrived[0].signature, sign(SECRET, body));
    assert_ne!(sign(SECRET, arrived[0].json().to_string().as_bytes()), arrived[0].signature);
    assert_eq!(
        arrived[0].json(),
        json!({"object": "whatsapp_business_account", "entry": [{"id": WABA, "changes": [{"value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "12125550199", "phone_number_id": PHONE},
            "contacts": [{"profile": {"name": "Zoë Müller/Grün 🚲"}, "wa_id": "447700900123", "user_id": "GB.77"}],
            "messages": [{"from": "447700900123", "from_user_id": "GB.77", "id": id,
                "timestamp": (NOW_MS / 1000).to_string(), "type": "text", "text": {"body": "für 1/2"}}],
        }, "field": "messages"}]}]})
    );
    world.shutdown().await;
}

#[test]
fn the_signature_is_hmac_sha256_in_hex() {
    // RFC 4231, test case 2.
    let expected = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(sign("Jefe", b"what do ya want for nothing?"), expected);
    assert_eq!(Signer::new("Jefe").sign(b"what do ya want for nothing?"), expected);
}

#[test]
fn builders_write_the_documented_shapes() {
    let (hidden, at_s) = (Person::hidden("NL.42", "Sanne", "sanne"), 1_795_424_400);
    let json = |update: &Update| serde_json::from_str::<Value>(update.json()).expect("JSON");
    let edit = json(&payload::edit(&hidden, "wamid.e", at_s, "wamid.o", "new"));
    assert_eq!(
        edit,
        json!({"from_user_id": "NL.42", "id": "wamid.e", "timestamp": "1795424400", "type": "edit",
            "edit": {"original_message_id": "wamid.o", "message": {"type": "text", "text": {"body": "new"}}}})
    );
    let revoke = json(&payload::revoke(&hidden, "wamid.r", at_s, "wamid.o"));
    assert_eq!(
        (&revoke["type"], &revoke["revoke"]),
        (&json!("revoke"), &json!({"original_message_id": "wamid.o"}))
    );
    let reply = payload::text_message(&ada(), "wamid.t", at_s, "x").in_reply_to("12125550100", "wamid.o");
    assert_eq!(json(&reply)["context"], json!({"from": "12125550100", "id": "wamid.o"}));
    let system = payload::system_user_changed_number(&ada(), "wamid.s", at_s, "447700900124", Some("GB.78"));
    assert_eq!(json(&system)["system"]["wa_id"], "447700900124");
    assert_eq!(json(&system)["system"]["user_id"], "GB.78");
    let business = Business::new("1", "2", "+1 212 555 0100");
    let of = |update: Update| -> Value {
        let body: Value = serde_json::from_slice(&payload::batch(&business, &[update])).expect("JSON");
        body["entry"][0]["changes"][0].clone()
    };
    assert!(of(system)["value"].get("contacts").is_none());
    let stop = of(payload::user_preferences(&business, &ada(), at_s, "stop"));
    assert_eq!(stop["field"], "user_preferences");
    assert_eq!(stop["value"]["user_preferences"][0]["timestamp"], at_s);
    let template = of(payload::template_status_update(9, "a", "nl", "REJECTED", "SCAM", "UTILITY"));
    assert_eq!(template["value"]["message_template_id"], 9);
    let changed = of(payload::user_id_update(&business, &ada(), at_s, "GB.77", "GB.78"));
    assert_eq!(
        changed["value"]["user_id_update"][0]["user_id"],
        json!({"previous": "GB.77", "current": "GB.78"})
    );
}

#[test]
fn a_batch_cuts_changes_by_shape_and_names_each_person_once() {
    let business = Business::new("1", "2", "+1 212 555 0100");
    let mut updates = texts(3);
    updates.push(payload::status(&payload::Status {
        id: "wamid.s".to_owned(),
        status: "sent".to_owned(),
        at_s: 1,
        recipient: ada(),
        ..payload::Status::default()
    }));
    updates.push(payload::account_field("security", "x", &json!({"event": "PIN_CHANGED"})));
    let body: Value = serde_json::from_slice(&payload::batch(&business, &updates)).expect("JSON");
    let changes = body["entry"][0]["changes"].as_array().expect("changes").clone();
    assert_eq!(changes.len(), 3);
    assert_eq!(changes[0]["value"]["messages"].as_array().map(Vec::len), Some(3));
    assert_eq!(changes[0]["value"]["contacts"].as_array().map(Vec::len), Some(1));
    assert_eq!(changes[1]["value"]["statuses"][0]["recipient_id"], "447700900123");
    assert_eq!(changes[2], json!({"field": "security", "value": {"event": "PIN_CHANGED"}}));
    let mut fast = String::from("what was here before");
    payload::text_body_into(&mut fast, &business, &ada(), "wamid.t", 5, "ä");
    let slow = payload::batch(&business, &[payload::text_message(&ada(), "wamid.t", 5, "ä")]);
    assert_eq!(fast.as_bytes(), slow);
}

#[tokio::test]
async fn what_is_not_answered_with_200_comes_again_with_the_same_bytes_until_it_is() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    receiver.answer_with([500, 503, 202]);
    let id = world.say(PHONE, &ada(), "again").expect("said");
    soon(world.ledger().until_acknowledged(&id)).await;
    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 4, "only 200 is success");
    assert!(arrived.iter().all(|post| post.body == arrived[0].body));
    let delivery = world.ledger().delivery(&id).expect("recorded");
    assert_eq!((delivery.posts, delivery.acknowledged_at_ms, delivery.dropped), (4, Some(NOW_MS), false));
    let answers: Vec<_> = world.ledger().posts().iter().map(|post| post.status).collect();
    assert_eq!(answers, [Some(500), Some(503), Some(202), Some(200)]);
    assert_eq!(world.ledger().acknowledged_messages(), [id]);
    world.shutdown().await;
}

#[tokio::test]
async fn what_is_never_acknowledged_is_given_up_in_the_end() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.retry = Retry { give_up_after: Duration::ZERO, ..Retry::quick() };
    })
    .await;
    receiver.answer_with([500; 10]);
    let id = world.say(PHONE, &ada(), "nobody listens").expect("said");
    soon(world.ledger().until_settled()).await;
    let delivery = world.ledger().delivery(&id).expect("recorded");
    assert!(delivery.dropped && delivery.acknowledged_at_ms.is_none());
    world.shutdown().await;
}

#[tokio::test]
async fn without_faults_updates_come_one_by_one_and_in_order() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let updates = texts(30);
    let keys: Vec<String> = updates.iter().map(|update| update.key().to_owned()).collect();
    world.inject(PHONE, updates).expect("room");
    soon(world.ledger().until_settled()).await;
    let ids: Vec<Value> = receiver.items("messages").iter().map(|message| message["id"].clone()).collect();
    assert_eq!(ids, keys);
    assert_eq!(receiver.arrived().len(), 30);
    world.shutdown().await;
}

#[tokio::test]
async fn duplicates_come_later_and_at_once_and_the_ledger_counts_them() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.faults = with(WebhookFaults { duplicate: 1.0, ..WebhookFaults::default() });
    })
    .await;
    world.inject(PHONE, texts(5)).expect("room");
    assert_eq!(receiver.until_items("messages", 10).await.len(), 10);
    assert!(world.ledger().deliveries().iter().all(|delivery| delivery.copies == 2));
    world.shutdown().await;

    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.faults = with(WebhookFaults { duplicate_at_once: 1.0, ..WebhookFaults::default() });
    })
    .await;
    world.inject(PHONE, texts(1)).expect("room");
    let arrived = receiver.until(|arrived| arrived.len() == 2).await;
    assert_eq!(arrived[0].body, arrived[1].body);
    world.shutdown().await;
}

#[tokio::test]
async fn batches_hold_several_updates_changes_and_entries_and_lose_none() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.faults = with(WebhookFaults { batch_max: 40, reorder: 0.5, ..WebhookFaults::default() });
        options.numbers.push(Number::new("555", "556", "+1 212 555 0198", TOKEN));
    })
    .await;
    world.pause();
    for (nth, update) in texts(200).into_iter().enumerate() {
        let phone = if nth % 20 < 15 { PHONE } else { "556" };
        world.inject(phone, [update]).expect("room");
        if nth % 40 == 0 {
            let change =
                payload::account_field("account_alerts", &nth.to_string(), &json!({"alert_type": "X"}));
            world.inject(phone, [change]).expect("room");
        }
    }
    world.resume();
    soon(world.ledger().until_settled()).await;
    let ids: Vec<String> = receiver.items("messages").iter().map(|m| m["id"].to_string()).collect();
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (200, 200));
    let expected: Vec<String> = texts(200).iter().map(|update| format!("{:?}", update.key())).collect();
    assert_ne!(ids, expected, "half of the POSTs are shuffled");
    let posts = receiver.arrived();
    assert!(posts.len() < 100);
    let count = |path: fn(&Value) -> usize| posts.iter().map(|post| path(&post.json())).max();
    assert!(count(|body| body["entry"].as_array().map_or(0, Vec::len)) > Some(1));
    assert!(count(|body| body["entry"][0]["changes"].as_array().map_or(0, Vec::len)) > Some(1));
    world.shutdown().await;
}

#[tokio::test]
async fn delays_and_bursts_hold_updates_back_and_lose_none() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.pace = 1.0;
        options.faults = with(WebhookFaults {
            delay: 0.5,
            delay_for: Duration::from_millis(1)..Duration::from_millis(60),
            burst: 0.3,
            burst_for: Duration::from_millis(10)..Duration::from_millis(50),
            batch_max: 10,
            in_flight_max: 4,
            ..WebhookFaults::default()
        });
    })
    .await;
    world.inject(PHONE, texts(60)).expect("room");
    soon(world.ledger().until_settled()).await;
    let ids: Vec<String> = receiver.items("messages").iter().map(|m| m["id"].to_string()).collect();
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (60, 60));
    world.shutdown().await;
}

#[tokio::test]
async fn things_from_the_future_ride_along() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.faults =
            with(WebhookFaults { unknown_type: 0.5, unknown_field: 1.0, ..WebhookFaults::default() });
    })
    .await;
    world.inject(PHONE, texts(20)).expect("room");
    soon(world.ledger().until_settled()).await;
    assert!(receiver.items("messages").iter().any(|message| message["type"] == "hologram"));
    let fields = |post: &Arrived| post.json()["entry"][0]["changes"][0]["field"].clone();
    let arrived = receiver.arrived();
    let odd: Vec<_> = arrived.iter().filter(|post| fields(post) == "field_of_the_future").collect();
    assert!(odd.iter().all(|post| post.json()["entry"][0]["time"].is_i64()) && !odd.is_empty());
    assert!(odd.iter().any(|post| post.body.starts_with(b"{\"entry\"")), "the order of keys varies");
    world.shutdown().await;
}

#[tokio::test]
async fn webhooks_wait_for_an_address_and_each_number_may_have_its_own() {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let world = world_with(&first, |options| {
        options.webhook_url = None;
        options.numbers.push(Number::new("555", "556", "+1 212 555 0198", TOKEN));
    })
    .await;
    let waiting = world.say(PHONE, &ada(), "for the world's webhook").expect("said");
    world.set_webhook_of("556", second.url(), SECRET).expect("loopback");
    let own = world.say("556", &ada(), "for its own").expect("said");
    soon(world.ledger().until_acknowledged(&own)).await;
    assert!(first.arrived().is_empty() && world.ledger().open() == 1);
    world.set_webhook(first.url(), SECRET).expect("loopback");
    soon(world.ledger().until_acknowledged(&waiting)).await;
    assert_eq!((first.arrived().len(), second.arrived().len()), (1, 1));
    world.shutdown().await;
}

#[tokio::test]
async fn a_webhook_is_verified_by_its_challenge() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    soon(world.verify_webhook(PHONE, "right")).await.expect("verified");
    soon(world.verify_webhook(PHONE, "wrong")).await.expect_err("refused");
    world.shutdown().await;
}

#[tokio::test]
async fn bodies_can_be_posted_past_the_queue_with_any_signature() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    assert_eq!(world.post(PHONE, &texts(3)).await.expect("an answer"), 200);
    assert_eq!(world.post_raw(PHONE, "{}", Some("sha256=00")).await.expect("an answer"), 401);
    assert_eq!(receiver.items("messages").len(), 3);
    assert!(world.ledger().deliveries().is_empty());
    world.shutdown().await;
}
