//! Starting, stopping, and what is refused.

use switchboard_simulator::{Person, World, WorldOptions, webhooks, world};

use crate::support::*;

#[tokio::test]
async fn other_machines_are_neither_served_nor_delivered_to() {
    let start = |change: fn(&mut WorldOptions)| {
        let mut options = WorldOptions::default();
        change(&mut options);
        async move { World::start(options).await.err().expect("refused") }
    };
    let error = start(|options| options.webhook_url = Some("http://example.com/hook".to_owned())).await;
    assert!(matches!(error, world::Error::Webhook(webhooks::Error::NotLoopback(_))));
    assert!(error.to_string().contains("not a loopback address"), "{error}");
    let error = start(|options| options.graph_listen = ([0, 0, 0, 0], 0).into()).await;
    assert!(matches!(error, world::Error::NotLoopback(_)));
    let error = start(|options| options.pace = -1.0).await;
    assert!(matches!(error, world::Error::Pace(_)));
}

#[tokio::test]
async fn an_ended_world_frees_its_port_and_its_customers() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| options.customers = 5).await;
    receiver.until_items("messages", 5).await;
    let address = world.graph_url().trim_start_matches("http://").parse().expect("an address");
    soon(world.shutdown()).await;
    let again = world_with(&receiver, |options| options.graph_listen = address).await;
    assert_eq!(again.graph_url(), format!("http://{address}"));
    drop(again);
}

#[tokio::test]
async fn shutdown_ends_requests_that_were_never_answered() {
    use switchboard_simulator::{Fault, When};
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    assert!(world.graph().script(When::NextSend, Fault::Silence));
    let url = format!("{}/v26.0/{PHONE}/messages", world.graph_url());
    let asked = tokio::spawn(async move {
        client().post(url).bearer_auth(TOKEN).json(&text("447700900123", "x")).send().await.is_ok()
    });
    soon(world.graph().until_sends(1)).await;
    soon(world.shutdown()).await;
    soon(asked).await.expect("the request ended");
}

#[tokio::test]
async fn a_paused_world_delivers_nothing_and_goes_on_where_it_was() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    world.pause();
    let id = world.say(PHONE, &Person::phone("447700900123", "Ada"), "later").expect("said");
    let direct = world.post(PHONE, &[]).await.expect("an answer");
    assert_eq!((direct, receiver.items("messages").len(), world.ledger().open()), (200, 0, 1));
    world.resume();
    soon(world.ledger().until_acknowledged(&id)).await;
    assert!(world.say("404", &Person::phone("447700900123", "Ada"), "x").is_err());
    world.shutdown().await;
}

#[tokio::test]
async fn on_a_rough_day_nothing_is_lost_between_acceptance_and_webhook() {
    use std::collections::HashSet;
    use std::time::Duration;
    use switchboard_simulator::Faults;

    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.faults = Faults::rough();
        options.customers = 10;
        options.enforce_rates = false;
        options.enforce_window = false;
    })
    .await;
    receiver.answer_with([500, 200, 503, 200, 200, 429, 500, 500]);
    let client =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(250)).build().expect("a client");
    let url = format!("{}/v26.0/{PHONE}/messages", world.graph_url());
    for nth in 0..150 {
        let body = text("447700900999", &format!("message {nth}"));
        // Whether the answer came is not what is asked here.
        client.post(&url).bearer_auth(TOKEN).json(&body).send().await.ok();
    }
    soon(world.ledger().until_settled()).await;
    let accepted: HashSet<String> =
        world.graph().accepted().iter().filter_map(|sent| sent.wamid().map(str::to_owned)).collect();
    let told: HashSet<String> = receiver
        .items("statuses")
        .iter()
        .filter(|status| status["status"] == "sent" || status["status"] == "failed")
        .filter_map(|status| status["id"].as_str().map(str::to_owned))
        .collect();
    assert!(accepted.len() > 100 && accepted.len() < 150, "{}", accepted.len());
    assert!(accepted.is_subset(&told));
    let messages: HashSet<String> =
        receiver.items("messages").iter().filter_map(|m| m["id"].as_str().map(str::to_owned)).collect();
    assert!(world.ledger().acknowledged_messages().iter().all(|id| messages.contains(id)));
    assert!(world.ledger().deliveries().iter().all(|delivery| !delivery.dropped));
    world.shutdown().await;
}
