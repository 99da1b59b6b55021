//! The pace to one person, against the provider's own count.

use std::time::Duration;

use rand::Rng as _;
use serde_json::{Value, json};
use switchboard_domain::pair;
use switchboard_schema::Timestamp;
use switchboard_simulator::{Clock, Number, World, WorldOptions};

use crate::support::chance::{Told, dice, seeds};

const PHONE: &str = "106540352240001";
const START: Timestamp = Timestamp::from_secs(1_795_000_000);
/// Messages to one person, in simulated time.
const MESSAGES: u32 = 400;

#[tokio::test]
async fn who_keeps_to_the_pace_is_never_refused_and_loses_next_to_nothing() {
    for seed in seeds([1, 2]) {
        let _told = Told(seed);
        let clock = Clock::manual(START.as_millis());
        let world = World::start(WorldOptions {
            clock: clock.clone(),
            numbers: vec![Number::new("102290129340001", PHONE, "+1 212 555 0001", "token")],
            enforce_window: false,
            ..WorldOptions::default()
        })
        .await
        .expect("the provider starts");
        let url = format!("{}/v25.0/{PHONE}/messages", world.graph_url());
        let body = json!({"messaging_product": "whatsapp", "to": "447700900123", "type": "text",
            "text": {"body": "news"}});
        let (client, mut dice) = (reqwest::Client::new(), dice(seed, 0));
        let (mut burst, mut now, mut pauses) = (None, START, Duration::ZERO);
        for nth in 0..MESSAGES {
            // Most follow at once; some after a while, in which part of what was used up comes back.
            let pause =
                Duration::from_millis(if dice.random_bool(0.05) { dice.random_range(0..9_000) } else { 0 });
            pauses += pause;
            now = pair::next_at(burst, now + pause);
            let begun = pair::begun(burst, now);
            let there = now + Duration::from_millis(dice.random_range(0..300));
            clock.set(there.as_millis());
            let answer = client.post(&url).bearer_auth("token").json(&body).send().await;
            let answer: Value = answer.expect("it answers").json().await.expect("it is JSON");
            assert!(answer["error"].is_null(), "message {nth}: {answer}");
            now = there + Duration::from_millis(dice.random_range(0..300));
            burst = Some(pair::reached(begun, now));
        }
        let (took, least) = (now.since(START), pair::EACH * (MESSAGES - pair::BURST));
        assert!(
            took <= least.mul_f64(1.0 / 0.95) + pauses + pair::EACH * pair::BURST,
            "{took:?}, {pauses:?}"
        );
        world.shutdown().await;
    }
}
