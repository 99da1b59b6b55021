//! Messages that are to go at a time, over real sockets, with the server killed meanwhile.

use serde_json::{Value, json};
use switchboard_schema::Timestamp;

use crate::support::{
    api::Answer,
    machine_secs,
    postman::customer,
    snapshot::text,
    stage::{Stage, text_body},
    until,
};

/// A time so many seconds from now.
pub(crate) fn in_secs(secs: i64) -> Value {
    json!(Timestamp::from_secs(machine_secs() + secs))
}

fn path(conversation: &str) -> String {
    format!("/api/v1/conversations/{conversation}/scheduled")
}

fn plan(words: &str, at: &Value) -> Value {
    json!({"send_at": at, "message": text_body(words)})
}

/// The message of ours with these words that is no plan.
async fn went(stage: &Stage, conversation: &str, words: &str) -> Value {
    until(&format!("{words} in the thread"), async || {
        let all = stage.messages(conversation).await;
        all.into_iter().find(|one| one["content"]["body"] == words && one.get("scheduled").is_none())
    })
    .await
}

#[tokio::test]
async fn a_planned_message_outlives_a_kill_and_goes_once_at_its_time() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let made = stage.api.keyed("k").post(&path(&conversation), &plan("soon", &in_secs(4))).await.of(201);
    assert_eq!((&made["state"], &made["seq"]), (&json!("scheduled"), &json!(2)));
    stage.api.post(&path(&conversation), &plan("much later", &in_secs(86_400 * 60))).await.of(201);
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    assert_eq!(shown["scheduled"], 2);
    assert_eq!(shown["last_message"]["direction"], "in", "the list does not show what was not said");
    stage.server.kill();
    stage.server.boot().await;
    let message = went(&stage, &conversation, "soon").await;
    stage.until_state(&message, "sent").await;
    assert_eq!(message["sent_by"], made["sent_by"]);
    stage.server.kill();
    stage.server.boot().await;
    let left = stage.api.get(&path(&conversation)).await.of(200);
    let left: Vec<_> = left["messages"].as_array().expect("a list").iter().collect();
    assert_eq!(left.iter().map(|one| &one["content"]["body"]).collect::<Vec<_>>(), ["much later"]);
    assert_eq!(stage.graph().sends().len(), 1, "it went once");
}

#[tokio::test]
async fn a_plan_is_changed_sent_and_deleted_and_what_makes_no_sense_is_refused_by_its_field() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let of = |message: &Value, act: &str| format!("{}/{}{act}", path(&conversation), text(message, "id"));
    let wrong = |answer: Answer, field: &str| {
        assert_eq!((answer.status, &answer.body["field"]), (422, &json!(field)), "{}", answer.body);
    };
    wrong(stage.api.post(&path(&conversation), &plan("x", &in_secs(-1))).await, "send_at");
    wrong(stage.api.post(&path(&conversation), &plan("x", &in_secs(86_400 * 91))).await, "send_at");
    wrong(stage.api.post(&path(&conversation), &json!({"message": text_body("x")})).await, "send_at");
    let long = plan(&"x".repeat(4_097), &in_secs(60));
    assert_eq!(stage.api.post(&path(&conversation), &long).await.status, 422);
    let made = stage.api.post(&path(&conversation), &plan("Hello", &in_secs(600))).await.of(201);
    let other = stage.api.post(&path(&conversation), &plan("Bye", &in_secs(300))).await.of(201);
    let change = json!({"text": {"body": "Hello, Elif"}, "send_at": in_secs(120), "unless_reply": true});
    let changed = stage.api.patch(&of(&made, ""), &change).await.of(200);
    assert_eq!(
        (&changed["content"]["body"], &changed["scheduled"]["unless_reply"]),
        (&json!("Hello, Elif"), &json!(true))
    );
    let list = stage.api.get(&path(&conversation)).await.of(200);
    assert_eq!(list["messages"][0]["id"], made["id"], "the soonest first");
    stage.api.delete(&of(&other, "")).await.of(204);
    let sent = stage.api.post(&of(&made, "/send"), &json!({})).await.of(202);
    assert_eq!((&sent["state"], &sent["content"]["body"]), (&json!("queued"), &json!("Hello, Elif")));
    stage.until_state(&sent, "sent").await;
    stage.api.post(&of(&made, "/send"), &json!({})).await.is_problem(409, "not_scheduled");
    stage.api.patch(&of(&other, ""), &json!({"unless_reply": true})).await.is_problem(409, "not_scheduled");
    assert_eq!(stage.api.get(&path(&conversation)).await.of(200)["messages"], json!([]));
}

#[tokio::test]
async fn what_may_not_go_when_its_time_comes_says_why() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let mut unless = plan("Are you still there?", &in_secs(3));
    unless["unless_reply"] = json!(true);
    stage.api.post(&path(&conversation), &unless).await.of(201);
    stage.postman.deliver(&[stage.text(&customer(0), 2, "Yes")]).await;
    let message = went(&stage, &conversation, "Are you still there?").await;
    assert_eq!((&message["state"], &message["error"]["code"]), (&json!("failed"), &json!("customer_wrote")));

    stage.api.post(&path(&conversation), &plan("An offer", &in_secs(3))).await.of(201);
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    let contact = format!("/api/v1/contacts/{}", text(&shown["contact"], "id"));
    stage.api.patch(&contact, &json!({"blocked": true})).await.of(200);
    let message = went(&stage, &conversation, "An offer").await;
    assert_eq!((&message["state"], &message["error"]["code"]), (&json!("failed"), &json!("contact_blocked")));
    assert_eq!(stage.graph().sends().len(), 0, "nothing left");
}
