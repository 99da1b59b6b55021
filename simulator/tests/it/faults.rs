//! Each fault of the Graph API, once.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_simulator::{Fault, Faults, GraphFaults, Outcome, Person, When, World};

use crate::support::*;

const ADA: &str = "447700900123";

async fn open_world(receiver: &Receiver) -> World {
    let world = world(receiver).await;
    world.graph().heard_from(PHONE, &Person::phone(ADA, "Ada"), NOW_MS);
    world
}

#[tokio::test]
async fn an_accepted_send_may_never_be_answered_and_its_statuses_come_all_the_same() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    assert!(world.graph().script(When::NextSend, Fault::AcceptThenSilence));
    let body = text(ADA, "x");
    let waiting = try_send(&world, &body);
    tokio::select! {
        answer = waiting => panic!("answered: {answer:?}"),
        statuses = receiver.until_items("statuses", 2) => assert_eq!(statuses[0]["status"], "sent"),
    }
    assert!(world.graph().sends()[0].wamid().is_some());
    assert_eq!(world.graph().sends()[0].fault, Some(Fault::AcceptThenSilence));
    // The client has left with the dropped future: the request is on record without an answer.
    soon(world.graph().until(|graph| graph.requests().iter().any(|r| r.status.is_none()))).await;
    assert_eq!(world.graph().scripted(), 0);
    world.shutdown().await;
}

#[tokio::test]
async fn an_unanswered_request_may_also_not_be_accepted() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    assert!(world.graph().script(When::NextSend, Fault::Silence));
    let body = text(ADA, "x");
    let waiting = try_send(&world, &body);
    tokio::select! {
        answer = waiting => panic!("answered: {answer:?}"),
        sends = soon(world.graph().until_sends(1)) => assert_eq!(sends[0].outcome, Outcome::Lost),
    }
    world.shutdown().await;
}

#[tokio::test]
async fn a_connection_may_close_without_a_byte_after_or_before_acceptance() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    for (fault, accepted) in [(Fault::AcceptThenClose, true), (Fault::Close, false)] {
        assert!(world.graph().script(When::NextSend, fault.clone()));
        let error = soon(try_send(&world, &text(ADA, "x"))).await.expect_err("no answer");
        assert!(!error.is_timeout(), "{error:?}");
        let last = world.graph().sends().pop().expect("a send");
        assert_eq!((last.wamid().is_some(), last.fault.clone()), (accepted, Some(fault)));
    }
    assert_eq!(send(&world, &text(ADA, "again")).await.0, 200);
    world.shutdown().await;
}

#[tokio::test]
async fn bare_statuses_come_without_a_body_and_do_or_do_not_accept() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    for (fault, status, accepted) in [
        (Fault::Status(500), 500, false),
        (Fault::Status(503), 503, false),
        (Fault::AcceptThenStatus(500), 500, true),
    ] {
        assert!(world.graph().script(When::NextSend, fault));
        assert_eq!(send(&world, &text(ADA, "x")).await, (status, Value::String(String::new())));
        assert_eq!(world.graph().sends().last().is_some_and(|s| s.wamid().is_some()), accepted);
    }
    world.shutdown().await;
}

#[tokio::test]
async fn an_answer_may_be_garbled_or_late() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    assert!(world.graph().script(When::NextSend, Fault::AcceptThenGarble));
    let (status, answer) = send(&world, &text(ADA, "x")).await;
    assert_eq!(status, 200);
    assert!(matches!(answer, Value::String(half) if half.starts_with('{')));
    assert!(world.graph().script(When::NextSend, Fault::Slow(Duration::from_millis(60))));
    let asked = tokio::time::Instant::now();
    assert_eq!(send(&world, &text(ADA, "y")).await.0, 200);
    assert!(asked.elapsed() >= Duration::from_millis(60));
    world.shutdown().await;
}

#[tokio::test]
async fn codes_and_too_many_requests_come_on_demand() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    for (fault, http, code) in
        [(Fault::Code(131016), 503, 131016), (Fault::Code(130429), 400, 130429), (Fault::TooMany, 429, 4)]
    {
        assert!(world.graph().script(When::NextSend, fault));
        let (status, answer) = send(&world, &text(ADA, "x")).await;
        assert_eq!((status, answer["error"]["code"].as_i64()), (http, Some(code)));
        assert_eq!(world.graph().sends().last().map(|s| s.outcome.clone()), Some(Outcome::Refused { code }));
    }
    assert!(world.graph().script(When::NextSend, Fault::FailLater(131049)));
    assert_eq!(send(&world, &text(ADA, "x")).await.0, 200);
    assert_eq!(receiver.until_items("statuses", 1).await[0]["errors"][0]["code"], 131049);
    world.shutdown().await;
}

#[tokio::test]
async fn a_script_waits_for_its_own_request() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    let graph = world.graph();
    assert!(graph.script(When::Contains("needle".to_owned()), Fault::Status(500)));
    assert!(graph.script(When::To("447700900777".to_owned()), Fault::Status(503)));
    assert!(graph.script(When::AnyRequest, Fault::Status(502)));
    let number = client().get(format!("{}/v26.0/{PHONE}", world.graph_url())).bearer_auth(TOKEN);
    assert_eq!(number.send().await.expect("an answer").status(), 502);
    assert_eq!(send(&world, &text(ADA, "hay")).await.0, 200);
    assert_eq!(send(&world, &text("+447700900777", "hay")).await.0, 503);
    assert_eq!(send(&world, &text(ADA, "a needle")).await.0, 500);
    assert_eq!(graph.scripted(), 0);
    world.shutdown().await;
}

#[tokio::test]
async fn a_status_may_be_delivered_before_the_answer() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    assert!(world.graph().script(When::NextSend, Fault::StatusBeforeAnswer));
    let (_, answer) = send(&world, &text(ADA, "x")).await;
    let statuses = receiver.items("statuses");
    assert_eq!(statuses[0]["id"], answer["messages"][0]["id"]);
    let key = format!("{} sent", answer["messages"][0]["id"].as_str().expect("an id"));
    assert!(world.ledger().delivery(&key).is_some_and(|d| d.acknowledged_at_ms.is_some()));
    world.shutdown().await;
}

#[tokio::test]
async fn connections_are_refused_and_taken_again() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    soon(world.graph().refuse_connections()).await;
    let error = soon(try_send(&world, &text(ADA, "x"))).await.expect_err("refused");
    assert!(error.is_connect(), "{error:?}");
    soon(world.graph().accept_connections()).await;
    assert_eq!(send(&world, &text(ADA, "x")).await.0, 200);
    world.shutdown().await;
}

#[tokio::test]
async fn chance_gives_equal_faults_for_equal_seeds() {
    let receiver = Receiver::start().await;
    let mut runs = Vec::new();
    for seed in [5, 5, 6] {
        let world = world_with(&receiver, |options| {
            options.seed = seed;
            options.enforce_rates = false;
            options.faults = Faults {
                graph: GraphFaults {
                    error_500: 0.3,
                    close: 0.2,
                    codes: vec![(131000, 0.3)],
                    ..GraphFaults::default()
                },
                ..Faults::none()
            };
        })
        .await;
        for nth in 0..25 {
            try_send(&world, &text(ADA, &nth.to_string())).await.ok();
        }
        runs.push(world.graph().sends().iter().map(|s| s.fault.clone()).collect::<Vec<_>>());
        world.shutdown().await;
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    assert!(runs[0].contains(&None) && runs[0].contains(&Some(Fault::Status(500))));
}

#[tokio::test]
async fn a_message_sent_twice_is_noticed_by_its_callback_data() {
    let receiver = Receiver::start().await;
    let world = open_world(&receiver).await;
    let mut body = text(ADA, "once, please");
    body["biz_opaque_callback_data"] = json!("c:1");
    assert!(world.graph().script(When::NextSend, Fault::AcceptThenClose));
    soon(try_send(&world, &body)).await.expect_err("no answer");
    assert!(world.graph().delivered_twice().is_empty());
    send(&world, &body).await;
    let twice = world.graph().delivered_twice();
    assert_eq!((twice.len(), twice[0].0.seq, twice[0].1.seq), (1, 1, 2));
    world.shutdown().await;
}
