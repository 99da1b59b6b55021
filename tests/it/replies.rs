//! Saved replies: whose they are, who changes them, and how they read in a conversation.

use serde_json::{Value, json};

use crate::support::{api::Api, postman::customer, snapshot::text, stage::Stage, wire::Socket};

const REPLIES: &str = "/api/v1/saved-replies";

fn one(shared: bool, name: &str, words: &str) -> Value {
    json!({"shared": shared, "name": name, "text": words})
}

/// The names that somebody can use, theirs marked.
async fn names(api: &Api) -> Vec<String> {
    let list = api.get(REPLIES).await.of(200);
    let all = list["saved_replies"].as_array().expect("a list").iter();
    all.map(|one| format!("{}{}", text(one, "name"), if one["shared"] == true { "" } else { " (own)" }))
        .collect()
}

fn path(reply: &Value) -> String {
    format!("{REPLIES}/{}", text(reply, "id"))
}

#[tokio::test]
async fn what_is_everybodys_is_kept_by_supervisors_and_what_is_ones_own_by_oneself() {
    let mut stage = Stage::new().await;
    let (supervisor, agent) = (stage.member("supervisor").await, stage.member("agent").await);
    let shared = supervisor.post(REPLIES, &one(true, "/hours", "We are open from 9 to 17.")).await.of(201);
    assert_eq!((&shared["name"], &shared["version"]), (&json!("hours"), &json!(1)));
    agent.post(REPLIES, &one(true, "mine", "no")).await.is_problem(403, "not_allowed");
    let own = agent.post(REPLIES, &one(false, "bye", "Bye, {{contact.first_name}}!")).await.of(201);
    assert_eq!(names(&agent).await, ["bye (own)", "hours"]);
    assert_eq!(names(&supervisor).await, ["hours"], "what is somebody's is theirs alone");
    supervisor.patch(&path(&own), &json!({"text": "x"})).await.is_problem(404, "not_found");
    supervisor.delete(&path(&own)).await.is_problem(404, "not_found");
    for refused in
        [agent.patch(&path(&shared), &json!({"text": "x"})).await, agent.delete(&path(&shared)).await]
    {
        refused.is_problem(403, "not_allowed");
    }
    let reader = stage.member("analyst").await;
    reader.post(REPLIES, &one(false, "own", "x")).await.is_problem(403, "not_allowed");
    assert_eq!(names(&reader).await, ["hours"]);

    // Two edit the same: the second is told.
    let first =
        supervisor.with("if-match", "\"1\"").patch(&path(&shared), &json!({"text": "9 to 18."})).await;
    assert_eq!(first.of(200)["version"], 2);
    let second =
        stage.api.with("if-match", "\"1\"").patch(&path(&shared), &json!({"text": "9 to 16."})).await;
    second.is_problem(412, "changed");

    stage.server.kill();
    stage.server.boot().await;
    assert_eq!(names(&agent).await, ["bye (own)", "hours"]);
    agent.delete(&path(&own)).await.of(204);
    supervisor.delete(&path(&shared)).await.of(204);
    agent.delete(&path(&own)).await.is_problem(404, "not_found");
    assert_eq!(names(&agent).await, Vec::<String>::new());
}

#[tokio::test]
async fn names_are_unlike_each_other_and_words_make_sense() {
    let stage = Stage::new().await;
    let kept = stage.api.keyed("k-1").post(REPLIES, &one(true, "Hello", "Hello!")).await.of(201);
    let again = stage.api.keyed("k-1").post(REPLIES, &one(true, "Hello", "Hello!")).await.of(201);
    assert_eq!(kept, again, "the same request keeps it once");
    let wrong = |answer: crate::support::api::Answer, field: &str| {
        assert_eq!((answer.status, answer.body["field"].clone()), (422_u16, json!(field)), "{}", answer.body);
    };
    wrong(stage.api.post(REPLIES, &one(true, "hello", "x")).await, "name");
    wrong(stage.api.post(REPLIES, &one(true, "two words", "x")).await, "name");
    wrong(stage.api.post(REPLIES, &one(true, "empty", " ")).await, "text");
    wrong(stage.api.post(REPLIES, &one(true, "long", &"x".repeat(4_097))).await, "text");
    wrong(stage.api.post(REPLIES, &one(true, "typo", "Hi {{contact.nmae}}")).await, "text");
    // One's own may be called as the workspace's is.
    let own = stage.api.post(REPLIES, &one(false, "hello", "Hey")).await.of(201);
    let other = stage.api.post(REPLIES, &one(true, "other", "x")).await.of(201);
    wrong(stage.api.patch(&path(&other), &json!({"name": "HELLO"})).await, "name");
    let unchanged = stage.api.patch(&path(&own), &json!({"name": "hello", "text": "Hey"})).await.of(200);
    assert_eq!(unchanged, own);
}

#[tokio::test]
async fn a_reply_is_filled_for_whom_it_goes_to_and_names_what_it_cannot_fill() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let words =
        "Hi {{contact.first_name}}, {{agent.name|we}} at {{workspace.name}} write to {{contact.phone}}.";
    let reply = stage.api.post(REPLIES, &one(true, "hi", words)).await.of(201);
    let filled = format!("{}/filled?conversation_id={conversation}", path(&reply));
    let agent = stage.member("agent").await;
    let me = text(&agent.get("/api/v1/me").await.of(200)["user"], "name");
    let read = agent.get(&filled).await.of(200);
    assert_eq!(read["text"], format!("Hi Customer, {me} at first write to +447700900000."));
    assert_eq!(read["unfilled"], json!([]));
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    let contact = format!("/api/v1/contacts/{}", text(&shown["contact"], "id"));
    stage.api.patch(&contact, &json!({"name": "+44 7700 900000"})).await.of(200);
    crate::support::until("the conversation to hear of it", async || {
        let read = agent.get(&filled).await.of(200);
        (read["unfilled"] == json!(["{{contact.first_name}}"])).then_some(())
    })
    .await;
    let missing = format!("{}/filled?conversation_id=cnv_00000000000000000000000009", path(&reply));
    agent.get(&missing).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn whoever_shows_replies_hears_that_they_changed_and_what_was_ones_own_goes_with_one() {
    let stage = Stage::new().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let agent = stage.member("agent").await;
    let id = text(&agent.get("/api/v1/me").await.of(200)["user"], "id");
    agent.post(REPLIES, &one(false, "own", "x")).await.of(201);
    assert_eq!(socket.event("replies.changed").await["data"]["replies"], json!({"user_id": id}));
    let shared = stage.api.post(REPLIES, &one(true, "all", "x")).await.of(201);
    assert_eq!(socket.event("replies.changed").await["data"]["replies"], json!({}));
    stage.api.delete(&path(&shared)).await.of(204);
    socket.event("replies.changed").await;
    stage.api.delete(&format!("/api/v1/users/{id}")).await.of(204);
    agent.get(REPLIES).await.is_problem(401, "not_signed_in");
}
