//! Drafts: kept for their writer alone, followed by their other windows, gone once they are sent.

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::text,
    stage::{Stage, messages_path, text_body},
    wire::Socket,
};

fn path(conversation: &str) -> String {
    format!("/api/v1/conversations/{conversation}/draft")
}

async fn save(api: &Api, conversation: &str, base: &Value, reply: &str) -> Value {
    api.post(&path(conversation), &json!({"base_version": base, "reply": reply})).await.of(200)
}

#[tokio::test]
async fn a_draft_is_its_writers_alone_outlives_a_crash_and_follows_to_other_windows() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let agent = stage.member("agent").await;
    let me = text(&agent.get("/api/v1/me").await.of(200)["user"], "id");
    assert_eq!(agent.get(&path(&conversation)).await.of(200)["version"], 0);
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let first = save(&agent, &conversation, &json!(0), "Hal").await;
    let told = socket.frame_of("signal").await;
    assert_eq!(told["name"], "draft.changed");
    let changed = json!({"user_id": me, "conversation_id": conversation, "version": first["version"]});
    assert_eq!(told["data"], changed, "what is written is not told");
    assert_eq!(stage.api.get("/api/v1/drafts").await.of(200), json!({"drafts": []}), "others do not see it");

    stage.server.kill();
    stage.server.boot().await;
    assert_eq!(agent.get(&path(&conversation)).await.of(200), first);
    assert_eq!(agent.get("/api/v1/drafts").await.of(200)["drafts"], json!([first]));
    // Two windows go on from the same: the second is to look first, and then goes on from there.
    let second = save(&agent, &conversation, &first["version"], "Hallo").await;
    let late =
        json!({"base_version": first["version"], "reply": "Good morning", "note": "ask Ana", "mode": "note"});
    agent.post(&path(&conversation), &late).await.is_problem(412, "changed");
    let mut again = late.clone();
    again["base_version"] = second["version"].clone();
    let third = agent.post(&path(&conversation), &again).await.of(200);
    assert!(third["version"].as_u64() > second["version"].as_u64());
    assert_eq!(
        (&third["reply"], &third["note"], &third["mode"]),
        (&json!("Good morning"), &json!("ask Ana"), &json!("note"))
    );
    let none = save(&agent, &conversation, &third["version"], " ").await;
    assert_eq!(none["version"], 0);
    assert_eq!(agent.get("/api/v1/drafts").await.of(200), json!({"drafts": []}));
    let later = save(&agent, &conversation, &json!(0), "New").await;
    assert!(later["version"].as_u64() > third["version"].as_u64(), "it grows over those that are no more");
}

#[tokio::test]
async fn what_is_sent_is_no_draft_and_what_was_written_since_is() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let agent = stage.member("agent").await;
    let draft = json!({"base_version": 0, "reply": "Hello there", "note": "look"});
    agent.post(&path(&conversation), &draft).await.of(200);
    agent.post(&messages_path(&conversation), &text_body("Hello there")).await.of(202);
    let left = agent.get(&path(&conversation)).await.of(200);
    assert_eq!((&left["reply"], &left["note"]), (&json!(""), &json!("look")));
    let notes = format!("/api/v1/conversations/{conversation}/notes");
    agent.post(&notes, &json!({"body": "look"})).await.of(201);
    assert_eq!(agent.get(&path(&conversation)).await.of(200)["version"], 0);
    save(&agent, &conversation, &json!(0), "And one more").await;
    agent.post(&messages_path(&conversation), &text_body("Something else")).await.of(202);
    assert_eq!(agent.get(&path(&conversation)).await.of(200)["reply"], "And one more");
}

#[tokio::test]
async fn drafts_are_bounded_and_go_with_their_writer() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let agent = stage.member("agent").await;
    let long = json!({"base_version": 0, "note": "x".repeat(16_001)});
    let refused = agent.post(&path(&conversation), &long).await;
    assert_eq!((refused.status, &refused.body["field"]), (422, &json!("note")), "{}", refused.body);
    save(&agent, &conversation, &json!(0), "Hello").await;
    let id = text(&agent.get("/api/v1/me").await.of(200)["user"], "id");
    stage.api.delete(&format!("/api/v1/users/{id}")).await.of(204);
    agent.get("/api/v1/drafts").await.is_problem(401, "not_signed_in");
}

#[tokio::test]
async fn who_is_mentioned_in_a_note_hears_of_it_until_they_have_looked() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let agent = stage.member("agent").await;
    let me = text(&agent.get("/api/v1/me").await.of(200)["user"], "id");
    let notes = format!("/api/v1/conversations/{conversation}/notes");
    let stranger = Api::of(stage.server.address(), &stage.server.workspace("second"));
    let them = text(&stranger.get("/api/v1/me").await.of(200)["user"], "id");
    let foreign = json!({"body": "@nobody", "mentions": [them]});
    stage.api.post(&notes, &foreign).await.is_problem(404, "not_found");
    let written = stage.api.post(&notes, &json!({"body": "@The agent look", "mentions": [me]})).await.of(201);
    assert_eq!(written["content"]["mentions"], json!([me]));
    stage.server.kill();
    stage.server.boot().await;
    let seq = written["seq"].clone();
    let shown = || async { agent.get(&format!("/api/v1/conversations/{conversation}")).await.of(200) };
    assert_eq!(shown().await["mentions"], json!([{"user_id": me, "seq": seq}]));
    let read = format!("/api/v1/conversations/{conversation}/read");
    agent.post(&read, &json!({})).await.of(200);
    assert_eq!(shown().await["mentions"][0]["seq"], seq, "it is not known that they saw the note");
    agent.post(&read, &json!({"mention_seq": seq})).await.of(200);
    assert_eq!(shown().await.get("mentions"), None);
}

#[tokio::test]
async fn a_message_that_is_held_can_be_taken_back_and_goes_else_also_over_a_restart() {
    let mut stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let held = |words: &str, secs: u32| {
        let mut body = text_body(words);
        body["hold_s"] = json!(secs);
        body
    };
    let long = stage.api.post(&messages_path(&conversation), &held("x", 31)).await;
    assert_eq!((long.status, &long.body["field"]), (422, &json!("hold_s")), "{}", long.body);
    let back = stage.api.post(&messages_path(&conversation), &held("take me back", 30)).await.of(202);
    assert!(back["held_until"].is_string(), "{back}");
    let cancel = format!("{}/{}/cancel", messages_path(&conversation), text(&back, "id"));
    assert_eq!(stage.api.post(&cancel, &json!({})).await.of(200)["state"], "cancelled");
    let goes = stage.api.post(&messages_path(&conversation), &held("let me go", 2)).await.of(202);
    assert_eq!(goes["state"], "queued");
    stage.server.kill();
    stage.server.boot().await;
    stage.until_state(&goes, "sent").await;
    let sends = stage.graph().sends();
    assert_eq!(sends.len(), 1, "what was taken back never left");
}
