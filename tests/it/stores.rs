//! What does not depend on where rows are kept.

use std::{collections::BTreeMap, fs};

use rand::{Rng as _, seq::IndexedRandom as _};
use serde_json::{Value, json};
use switchboard_simulator::{Update, payload};
use switchboard_store::transfer::MARKER_FILE;

use crate::support::{
    PATIENCE,
    chance::{Told, dice, seeds},
    postman::{Oddly, customer, message_id},
    server::Rows,
    snapshot::text,
    stage::{Stage, messages_path, text_body},
};

/// Customers of the recorded traffic.
const CUSTOMERS: u64 = 12;
/// How often a move is killed, at most.
const KILLS: usize = 4;
/// Steps of the recorded traffic.
const STEPS: u64 = 160;

/// One step of traffic that is played to several servers.
enum Step {
    /// The body of a webhook.
    Webhook(Vec<u8>),
    /// An agent's answer to the customer of this name.
    Answer(String, String),
    /// An agent changes the status of that customer's conversation.
    Status(String, &'static str),
}

/// Records traffic: new messages of several kinds, edits, reactions and revokes of earlier and of later ones, all of
/// it sometimes twice, and what agents do meanwhile.
fn record(stage: &Stage, seed: u64) -> Vec<Step> {
    let mut dice = dice(seed, 0);
    let now = stage.world.clock().now_s();
    let mut steps = Vec::new();
    let mut bodies: Vec<Vec<u8>> = Vec::new();
    for nth in 1..=STEPS {
        // Everybody has written before anybody is answered.
        let who = if nth <= CUSTOMERS { nth - 1 } else { dice.random_range(0..CUSTOMERS) };
        let from = customer(who);
        let at = now + i64::try_from(nth).expect("few steps");
        let id = message_id(&from, nth);
        let words = format!("message {nth}");
        let other = message_id(&from, dice.random_range(1..=STEPS));
        let update: Update = match if nth <= CUSTOMERS { 0 } else { dice.random_range(0..12) } {
            0..=3 => payload::text_message(&from, &id, at, &words),
            4 => payload::location_message(&from, &id, at, 52.5, 13.4, Some("Here")),
            5 => payload::unsupported(&from, &id, at, "unsupported"),
            6 => payload::edit(&from, &id, at, &other, &format!("edited {nth}")),
            7 => payload::revoke(&from, &id, at, &other),
            8 => payload::reaction(&from, &id, at, &other, Some("👍")),
            9 => {
                steps.push(Step::Webhook(bodies.choose(&mut dice).expect("there are some").clone()));
                continue;
            }
            10 => {
                steps.push(Step::Answer(from.address().to_owned(), format!("answer {nth}")));
                continue;
            }
            _ => {
                let status = ["open", "pending", "resolved"].choose(&mut dice).copied().unwrap_or("open");
                steps.push(Step::Status(from.address().to_owned(), status));
                continue;
            }
        };
        let body = stage.postman.body(&[update]);
        bodies.push(body.clone());
        steps.push(Step::Webhook(body));
    }
    steps
}

/// The conversation with a customer.
async fn conversation_with(stage: &Stage, address: &str) -> String {
    let snapshot = stage.snapshot().await;
    let found = snapshot.conversations.values().find(|conversation| {
        let identities = conversation["contact"]["identities"].as_array();
        identities.is_some_and(|all| {
            all.iter().any(|identity| {
                identity["value"].as_str().is_some_and(|value| value.trim_start_matches('+') == address)
            })
        })
    });
    text(found.unwrap_or_else(|| panic!("there is one with {address}")), "id")
}

async fn play(stage: &Stage, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Webhook(body) => {
                assert_eq!(stage.postman.post_body(body.clone(), &Oddly::default()).await, Some(200));
            }
            Step::Answer(to, words) => {
                let conversation = conversation_with(stage, to).await;
                let sent = stage.api.post(&messages_path(&conversation), &text_body(words)).await.of(202);
                stage.until_state(&sent, "sent").await;
            }
            Step::Status(of, status) => {
                let conversation = conversation_with(stage, of).await;
                let path = format!("/api/v1/conversations/{conversation}/status");
                stage.api.post(&path, &json!({"status": status})).await.of(200);
            }
        }
    }
}

/// What a server shows, without what chance and the time of day have given it: ids that it drew, and when it did
/// things. By the customer's name.
async fn shown(stage: &Stage) -> BTreeMap<String, Value> {
    let snapshot = stage.snapshot().await;
    let of_one = snapshot.conversations.iter().map(|(id, conversation)| {
        let name = text(&conversation["contact"], "name");
        let messages: Vec<_> = snapshot.messages[id].values().map(|message| plain(message.clone())).collect();
        (name, json!({"conversation": plain(conversation.clone()), "messages": messages}))
    });
    of_one.collect()
}

fn plain(mut value: Value) -> Value {
    const OURS: [&str; 18] = [
        "id",
        "conversation_id",
        "channel_id",
        "correlation_id",
        "at",
        "created_at",
        "updated_at",
        "waiting_since",
        "queued_at",
        "routed_at",
        "edited_at",
        "deleted_at",
        "expires_at",
        "opened_by",
        "not_before",
        // Of a channel's id and a message's.
        "media_id",
        // Words that say until when.
        "found",
        // Counts commits: what comes while one is on its way shares the next.
        "version",
    ];
    match &mut value {
        Value::Object(fields) => {
            let is_outbound = fields.get("direction").is_some_and(|direction| direction == "outbound");
            for (name, field) in fields.iter_mut() {
                let is_drawn = OURS.contains(&name.as_str()) || (is_outbound && name == "provider_id");
                // That it is there is compared, and not what it is.
                *field = if is_drawn && !field.is_null() { json!("there") } else { plain(field.take()) };
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = plain(item.take())),
        _ => {}
    }
    value
}

#[tokio::test]
async fn the_same_traffic_shows_the_same_whatever_keeps_it() {
    for seed in seeds([1]) {
        let told = Told(seed);
        let (one, other) = (Stage::over(Rows::Embedded, &[]).await, Stage::over(Rows::Scylla, &[]).await);
        let steps = record(&one, seed);
        play(&one, &steps).await;
        play(&other, &steps).await;
        // Projections follow.
        let mut differs = None;
        let differ = async || {
            let (one, other) = (shown(&one).await, shown(&other).await);
            one.into_iter().zip(other).find(|(one, other)| one != other)
        };
        let same = async {
            while let Some(found) = differ().await {
                differs = Some(found);
            }
            differs = None;
        };
        drop(tokio::time::timeout(PATIENCE, same).await);
        assert!(differs.is_none(), "{differs:#?}");
        assert_eq!(shown(&one).await.len(), usize::try_from(CUSTOMERS).expect("few"));
        for mut stage in [one, other] {
            let before = shown(&stage).await;
            stage.server.kill();
            stage.server.boot().await;
            assert_eq!(shown(&stage).await, before, "also after a kill");
            stage.snapshot().await.check_order();
        }
        drop(told);
    }
}

#[tokio::test]
async fn everything_is_moved_into_a_cluster_and_back_though_the_move_is_killed_again_and_again() {
    let mut stage = Stage::over(Rows::Scylla, &[]).await;
    let cluster = stage.server.setting("STORE__KIND");
    assert_eq!(cluster.as_deref(), Some("scylla"));
    let steps = record(&stage, 2);
    play(&stage, &steps).await;
    let before = stage.snapshot().await;
    stage.server.ask_to_stop();
    assert!(stage.server.stopped().await.success());
    for to in ["embedded", "scylla"] {
        if to == "scylla" {
            stage.server.empty_keyspace().await;
        }
        // Killed at each new place that it notes, a few times.
        let marker = stage.server.folder().join(MARKER_FILE);
        let mut places = Vec::new();
        let at_a_new_place = |places: &[Vec<u8>]| {
            let place = fs::read(&marker).ok()?;
            (places.len() < KILLS && !places.contains(&place)).then_some(place)
        };
        while let Some(place) =
            stage.server.run_until(&["move", "--to", to], || at_a_new_place(&places)).await
        {
            places.push(place);
            let refused = stage.server.fails(&["serve"]);
            assert!(refused.contains("is not finished"), "{refused}");
        }
        assert!(!places.is_empty(), "it was never killed");
        stage.server.set("STORE__KIND", to);
        stage.server.boot().await;
        let after = stage.snapshot().await;
        assert_eq!(before.difference(&after), None, "moved to {to}");
        stage.server.ask_to_stop();
        assert!(stage.server.stopped().await.success());
    }
}
