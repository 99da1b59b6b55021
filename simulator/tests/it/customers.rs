//! Customers at work.

use std::collections::HashMap;

use serde_json::{Value, json};
use switchboard_simulator::{Faults, World};

use crate::support::*;

fn author(message: &Value) -> String {
    let id = message.get("from").or(message.get("from_user_id")).and_then(Value::as_str);
    id.unwrap_or_default().to_owned()
}

/// Answers everybody who has written since the last look.
async fn answer(world: &World, messages: &[Value], answered: &mut HashMap<String, usize>) {
    let mut by_author: HashMap<String, usize> = HashMap::new();
    for message in messages {
        *by_author.entry(author(message)).or_default() += 1;
    }
    for (author, count) in by_author {
        if answered.insert(author.clone(), count) != Some(count) {
            let field = if author.contains('.') { "recipient" } else { "to" };
            let body = json!({"messaging_product": "whatsapp", field: author, "type": "text",
                "text": {"body": format!("Yes, bring it tomorrow at 10:00 ({count})")}});
            let (status, answer) = send(world, &body).await;
            assert_eq!(status, 200, "{answer}");
        }
    }
}

#[tokio::test]
async fn a_story_reaches_its_answer_and_goes_on() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.customers = 12;
        options.seed = 4;
        options.enforce_rates = false;
    })
    .await;
    let mut answered = HashMap::new();
    let mut seen = 0;
    // Twelve customers open with a message or more each; forty take answers to come by.
    while seen < 40 {
        let messages = receiver.until_items("messages", seen + 1).await;
        seen = messages.len();
        answer(&world, &messages, &mut answered).await;
    }
    assert!(answered.len() >= 12, "everybody has written, some under a second address");
    assert!(answered.keys().any(|author| author.contains('.')), "some hide their number");
    assert!(world.graph().delivered_twice().is_empty());
    let statuses = receiver.items("statuses");
    assert!(statuses.iter().any(|status| status["status"] == "read"));
    assert!(statuses.iter().all(|status| status["status"] != "failed"), "their windows are open");
    world.shutdown().await;
}

#[tokio::test]
async fn photos_can_be_fetched() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| options.customers = 60).await;
    let is_image = |message: &Value| message["type"] == "image";
    receiver.until(|arrived| items(arrived, "messages").iter().any(is_image)).await;
    let message = receiver.items("messages").into_iter().find(is_image).expect("an image");
    let id = message["image"]["id"].as_str().expect("an id");
    let media = world.graph().media(id).expect("on the shelf");
    assert_eq!(message["image"]["sha256"], media.sha256_base64());
    assert!(media.bytes.starts_with(b"\x89PNG"));
    world.shutdown().await;
}

#[tokio::test]
async fn equal_seeds_give_equal_customers_to_the_byte() {
    let mut runs = Vec::new();
    for seed in [9, 9, 10] {
        let receiver = Receiver::start().await;
        let world = world_with(&receiver, |options| {
            options.seed = seed;
            options.customers = 8;
            options.faults = Faults::none();
        })
        .await;
        receiver.until_items("messages", 8).await;
        let mut bodies: Vec<String> =
            receiver.items("messages").iter().take(8).map(Value::to_string).collect();
        bodies.sort();
        runs.push(bodies);
        world.shutdown().await;
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}
