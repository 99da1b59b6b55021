//! Conversations come to people by a rule: in turn or by load, longest waiting first, never to who is not there, and none is
//! forgotten or given twice, whatever dies.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    presence::{id_of, page_of},
    support::{api::Api, postman::customer, snapshot::text, stage::Stage, until},
};

const ASSIGNMENT: &str = "/api/v1/assignment";

/// A new colleague of that name, signed in.
async fn agent(stage: &Stage, name: &str) -> Api {
    let (email, password) = (format!("{name}@first.example"), "correct horse battery");
    let new = json!({"email": email, "name": name, "password": password, "role": "agent"});
    stage.api.post("/api/v1/users", &new).await.of(201);
    let nobody = Api::nobody(stage.server.address());
    let answer = nobody.post("/api/v1/sessions", &json!({"email": email, "password": password})).await;
    let set_cookie = answer.headers["set-cookie"].to_str().expect("a cookie").to_owned();
    let cookie = set_cookie.split(';').next().unwrap_or_default();
    let token = text(&answer.of(201), "csrf_token");
    nobody.with("cookie", cookie).with("x-csrf-token", &token)
}

/// Who has a conversation.
async fn holder(stage: &Stage, conversation: &str) -> Option<String> {
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    shown["assignee_id"].as_str().map(str::to_owned)
}

async fn held(stage: &Stage, conversation: &str) -> String {
    until("somebody has it", async || holder(stage, conversation).await).await
}

/// The lines that say to whom it was given.
async fn gifts(stage: &Stage, conversation: &str) -> Vec<Value> {
    let lines = stage.messages(conversation).await.into_iter();
    lines.map(|line| line["content"].clone()).filter(|line| line["event"] == "assigned").collect()
}

/// How many each has of these, and that none was given twice.
async fn shares(stage: &Stage, conversations: &[String]) -> BTreeMap<String, usize> {
    let mut shares = BTreeMap::new();
    for conversation in conversations {
        *shares.entry(held(stage, conversation).await).or_default() += 1;
        assert_eq!(gifts(stage, conversation).await.len(), 1, "given once");
    }
    shares
}

#[tokio::test]
async fn in_turns_each_gets_as_many_and_the_line_says_by_which_rule() {
    let stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let (_anns, _bens) = (page_of(&ann).await, page_of(&ben).await);
    let before = stage.meet(&customer(0)).await;
    assert_eq!(holder(&stage, &before).await, None, "by hand, unless somebody says otherwise");
    stage.api.put(ASSIGNMENT, &json!({"rule": "round_robin"})).await.of(200);
    let mut theirs = vec![before];
    held(&stage, &theirs[0]).await;
    for nth in 1..6 {
        theirs.push(stage.meet(&customer(nth)).await);
    }
    let shares = shares(&stage, &theirs).await;
    assert_eq!(shares, [(id_of(&ann).await, 3), (id_of(&ben).await, 3)].into());
    let line = &gifts(&stage, &theirs[0]).await[0];
    assert_eq!(line["by_rule"], json!({"rule": "round_robin"}));
    assert_eq!(line["actor"], Value::Null);
    for wrong in [json!({"rule": "by_load", "capacity": 0}), json!({"rule": "by_load", "capacity": 1001})] {
        let refused = stage.api.put(ASSIGNMENT, &wrong).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], "capacity");
    }
}

#[tokio::test]
async fn a_teams_conversations_go_to_its_people_up_to_what_each_may_have_and_the_next_when_one_is_free() {
    let stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let (anns, _bens) = (page_of(&ann).await, page_of(&ben).await);
    let ann_id = id_of(&ann).await;
    let rule = json!({"rule": "by_load", "capacity": 1});
    let new = json!({"name": "Repairs", "members": [ann_id], "assignment": rule});
    let team = text(&stage.api.post("/api/v1/teams", &new).await.of(201), "id");
    let mut theirs = Vec::new();
    for nth in 0..3 {
        let conversation = stage.meet(&customer(nth)).await;
        let path = format!("/api/v1/conversations/{conversation}/team");
        stage.api.post(&path, &json!({"team_id": team})).await.of(200);
        theirs.push(conversation);
    }
    assert_eq!(held(&stage, &theirs[0]).await, ann_id);
    let line = &gifts(&stage, &theirs[0]).await[0];
    assert_eq!(line["by_rule"], json!({"rule": "by_load", "team": "Repairs"}));
    assert_eq!(holder(&stage, &theirs[1]).await, None, "she has as many as she may");
    // She is done with one: the longest waiting comes.
    let resolve = |conversation: &str| format!("/api/v1/conversations/{conversation}/status");
    ann.post(&resolve(&theirs[0]), &json!({"status": "resolved"})).await.of(200);
    assert_eq!(held(&stage, &theirs[1]).await, ann_id);
    assert_eq!(holder(&stage, &theirs[2]).await, None);
    // Busy she is given none; back she is.
    ann.patch("/api/v1/availability", &json!({"availability": "busy"})).await.of(200);
    ann.post(&resolve(&theirs[1]), &json!({"status": "resolved"})).await.of(200);
    let waiting = stage.meet(&customer(3)).await;
    assert_eq!(holder(&stage, &theirs[2]).await, None);
    ann.patch("/api/v1/availability", &json!({"availability": "online"})).await.of(200);
    assert_eq!(held(&stage, &theirs[2]).await, ann_id);
    assert_eq!(holder(&stage, &waiting).await, None, "with no team it waits for somebody's hand");
    drop(anns);
}

#[tokio::test]
async fn who_waited_through_a_crash_is_given_to_who_comes_once_and_in_turn() {
    let mut stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    stage.api.put(ASSIGNMENT, &json!({"rule": "round_robin"})).await.of(200);
    let mut theirs = Vec::new();
    for nth in 0..12 {
        theirs.push(stage.meet(&customer(nth)).await);
    }
    for conversation in &theirs {
        assert_eq!(holder(&stage, conversation).await, None, "nobody is there");
    }
    stage.server.kill();
    stage.server.boot().await;
    let (anns, bens) = (page_of(&ann).await, page_of(&ben).await);
    // Again, amid the giving.
    held(&stage, &theirs[0]).await;
    stage.server.kill();
    drop((anns, bens));
    stage.server.boot().await;
    let (_anns, _bens) = (page_of(&ann).await, page_of(&ben).await);
    let shares = shares(&stage, &theirs).await;
    assert_eq!(shares.values().sum::<usize>(), 12);
}
