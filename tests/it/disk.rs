//! P1 and P3 while the server's disk takes nothing: what comes is refused and said, and goes on by itself.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{
    postman::{customer, message_id},
    snapshot::text,
    stage::{Stage, messages_path, text_body},
    until,
    wire::Socket,
};

/// The next signal of this name; other frames before it are passed over.
async fn condition(socket: &mut Socket) -> String {
    loop {
        let signal = socket.frame_of("signal").await;
        if signal["name"] == "store.condition" {
            return text(&signal["data"], "condition");
        }
    }
}

#[tokio::test]
async fn while_the_disk_takes_nothing_webhooks_are_refused_agents_are_told_and_work_goes_on_by_itself() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    let address = stage.server.address().now().await;
    let key = stage.workspace.api_key.clone();
    let mut socket = Socket::with_key(&address, &key).await.expect("a socket");
    let hello = socket.frame().await;
    assert_eq!(hello["store"], "ok");
    let at_work = stage.agent();
    at_work.at_work().await;

    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut refused: Vec<u64> = Vec::new();
    for nth in 2..40 {
        if nth == 10 {
            stage.server.limit_files(Some(4_096));
        }
        let status = stage.postman.post(&[stage.text(&ada, nth, &format!("message {nth}"))]).await;
        match status.expect("an answer") {
            200 => drop(taken.insert(message_id(&ada, nth))),
            500..=599 => refused.push(nth),
            other => panic!("message {nth} was answered {other}"),
        }
        if refused.len() > 3 {
            break;
        }
    }
    assert_eq!((taken.len(), refused.len()), (8, 4), "nothing is taken that is not durable");

    // Whoever looks is told, in words and on every socket, also one that comes later.
    assert_eq!(condition(&mut socket).await, "failed");
    let mut later = Socket::with_key(&address, &key).await.expect("a socket");
    assert_eq!(later.frame().await["store"], "failed");
    let ready = stage.api.get("/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (200, Some("ready failed\n")));
    assert!(stage.api.metric("switchboard_store_condition{condition=\"failed\"}").await > 0.0);

    // Reading goes on, and an answer that cannot be kept is refused, not half accepted.
    assert!(!stage.messages(&conversation).await.is_empty());
    let answer =
        stage.api.keyed("answer-1").post(&messages_path(&conversation), &text_body("an answer")).await;
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert!(stage.graph().sends().is_empty(), "and nothing left for the provider");

    stage.server.limit_files(None);
    assert_eq!(condition(&mut socket).await, "ok");
    let sent = stage.api.keyed("answer-1").post(&messages_path(&conversation), &text_body("an answer")).await;
    stage.until_state(&sent.of(202), "sent").await;
    for &nth in &refused {
        // As the provider does.
        stage.postman.deliver(&[stage.text(&ada, nth, &format!("message {nth}"))]).await;
        taken.insert(message_id(&ada, nth));
    }
    taken.insert(message_id(&ada, 1));
    let snapshot = at_work.agrees_with(&stage.api).await;
    let found: Vec<&Value> = snapshot.all_messages().filter(|message| message["direction"] == "in").collect();
    let ids: BTreeSet<String> = found.iter().map(|message| text(message, "provider_id")).collect();
    assert_eq!((ids, found.len()), (taken.clone(), taken.len()), "each is there once");
    assert_eq!(stage.graph().sends().len(), 1);
    until("the readiness to say so", async || {
        (stage.api.get("/readyz").await.body.as_str() == Some("ready\n")).then_some(())
    })
    .await;
}
