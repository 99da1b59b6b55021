//! Teams: who may make them, what is with them, and that nothing names one that is gone.

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::{number, text},
    stage::Stage,
    until,
    wire::Socket,
};

/// A team of that name, of nobody.
async fn made(api: &Api, name: &str) -> String {
    text(&api.post("/api/v1/teams", &json!({"name": name})).await.of(201), "id")
}

fn team_path(conversation: &str) -> String {
    format!("/api/v1/conversations/{conversation}/team")
}

/// The conversations of a view, and its count as every view's page tells it.
async fn in_view(api: &Api, team: &str) -> (Vec<String>, Option<u64>) {
    let page = api.get(&format!("/api/v1/conversations?view=team:{team}")).await.of(200);
    let shown = page["conversations"].as_array().expect("conversations");
    let ids = shown.iter().map(|conversation| text(conversation, "id")).collect();
    let counts = page["counts"]["teams"].as_array().expect("counts");
    let count = counts.iter().find(|count| count["team_id"] == team).map(|count| number(count, "count"));
    assert_eq!(number(&page, "total"), count.unwrap_or_default());
    (ids, count)
}

async fn team_of(stage: &Stage, conversation: &str) -> Value {
    stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200)["team_id"].clone()
}

#[tokio::test]
async fn a_team_has_a_name_of_its_own_and_people_of_the_workspace() {
    let stage = Stage::new().await;
    let agent = text(&stage.colleague().await.get("/api/v1/me").await.of(200)["user"], "id");
    let new = json!({"name": " Sales ", "members": [agent, agent]});
    let key = stage.api.keyed("once");
    let sales = key.post("/api/v1/teams", &new).await.of(201);
    assert_eq!((text(&sales, "name"), &sales["members"]), ("Sales".to_owned(), &json!([agent])));
    assert_eq!(key.post("/api/v1/teams", &new).await.of(201), sales, "the same request is the same team");
    let nobody = "usr_00000000000000000000000009";
    for (wrong, field) in [
        (json!({"name": "sales"}), "name"),
        (json!({"name": " "}), "name"),
        (json!({"name": "x".repeat(101)}), "name"),
        (json!({"name": "Other", "members": [nobody]}), "members"),
    ] {
        let answer = stage.api.post("/api/v1/teams", &wrong).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.body["field"], field, "{wrong}");
    }
    let path = format!("/api/v1/teams/{}", text(&sales, "id"));
    let changed = stage.api.patch(&path, &json!({"name": "Support"})).await.of(200);
    assert_eq!((number(&changed, "version"), &changed["members"]), (2, &json!([agent])));
    let late = stage.api.with("if-match", "\"1\"").patch(&path, &json!({"members": []})).await;
    late.is_problem(412, "changed");
    // Whoever leaves the workspace is in no team.
    stage.api.delete(&format!("/api/v1/users/{agent}")).await.of(204);
    let teams = stage.api.get("/api/v1/teams").await.of(200);
    assert_eq!(teams["teams"][0]["members"], json!([]));
    stage.api.delete(&path).await.of(204);
    stage.api.delete(&path).await.is_problem(404, "not_found");
    assert_eq!(stage.api.get("/api/v1/teams").await.of(200)["teams"], json!([]));
}

#[tokio::test]
async fn a_workspace_has_so_many_teams_and_no_more() {
    let stage = Stage::new().await;
    for nth in 0..100 {
        made(&stage.api, &format!("Team {nth}")).await;
    }
    stage.api.post("/api/v1/teams", &json!({"name": "One more"})).await.is_problem(409, "too_many_teams");
}

#[tokio::test]
async fn putting_a_conversation_with_a_team_shows_at_once_everywhere() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let (sales, support) = (made(&stage.api, "Sales").await, made(&stage.api, "Support").await);
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let put = stage.api.post(&team_path(&conversation), &json!({"team_id": sales})).await.of(200);
    assert_eq!(put["team_id"], sales);
    let event = socket.event("system.added").await;
    assert_eq!(event["data"]["conversation"]["team_id"], sales);
    let line = &event["data"]["message"]["content"];
    assert_eq!((&line["event"], &line["subject"]), (&json!("team_assigned"), &json!("Sales")));
    assert_eq!(in_view(&stage.api, &sales).await, (vec![conversation.clone()], Some(1)));
    until("the other team is counted, too", async || {
        (in_view(&stage.api, &support).await.1 == Some(0)).then_some(())
    })
    .await;

    // By the socket, too.
    let command = json!({"type": "command", "id": 1, "key": "k", "name": "conversation.team",
        "data": {"conversation_id": conversation, "team_id": support}});
    socket.say(&command).await;
    let result = socket.frame_of("result").await;
    assert_eq!(result["data"]["conversation"]["team_id"], support);
    assert_eq!(in_view(&stage.api, &sales).await, (vec![], Some(0)));
    let nothing = json!({"team_id": "team_00000000000000000000000009"});
    stage.api.post(&team_path(&conversation), &nothing).await.is_problem(404, "not_found");
    stage.api.post(&team_path(&conversation), &json!({"team_id": null})).await.of(200);
    assert_eq!(team_of(&stage, &conversation).await, Value::Null);
}

#[tokio::test]
async fn a_team_that_is_deleted_lets_its_conversations_go_and_says_who_did_it() {
    let stage = Stage::new().await;
    let team = made(&stage.api, "Sales").await;
    let mut theirs = Vec::new();
    for nth in 0..3 {
        let conversation = stage.meet(&customer(nth)).await;
        stage.api.post(&team_path(&conversation), &json!({"team_id": team})).await.of(200);
        theirs.push(conversation);
    }
    stage.api.delete(&format!("/api/v1/teams/{team}")).await.of(204);
    for conversation in &theirs {
        assert_eq!(team_of(&stage, conversation).await, Value::Null);
        let lines = stage.messages(conversation).await;
        let line = &lines.last().expect("a line")["content"];
        assert_eq!((&line["event"], &line["subject"]), (&json!("team_unassigned"), &json!("Sales")));
        assert!(line["actor"].is_string(), "{line}");
    }
    let view = format!("/api/v1/conversations?view=team:{team}");
    stage.api.get(&view).await.is_problem(404, "not_found");
    let page = stage.api.get("/api/v1/conversations").await.of(200);
    until("it is counted no more", async || {
        let page = stage.api.get("/api/v1/conversations").await.of(200);
        (page["counts"]["teams"] == json!([])).then_some(())
    })
    .await;
    assert_eq!(number(&page, "total"), 3);
}

#[tokio::test]
async fn a_crash_amid_the_deletion_of_a_team_leaves_no_conversation_with_it() {
    let mut stage = Stage::new().await;
    let team = made(&stage.api, "Sales").await;
    let mut theirs = Vec::new();
    for nth in 0..12 {
        let conversation = stage.meet(&customer(nth)).await;
        stage.api.post(&team_path(&conversation), &json!({"team_id": team})).await.of(200);
        theirs.push(conversation);
    }
    let (api, path) = (stage.api.keyed("deletion"), format!("/api/v1/teams/{team}"));
    let deletion = tokio::spawn(async move { api.try_ask(http::Method::DELETE, &path, None).await });
    // The row goes first.
    let list = "/api/v1/teams";
    until("the team is gone", async || {
        (stage.api.get(list).await.of(200)["teams"] == json!([])).then_some(())
    })
    .await;
    stage.server.kill();
    deletion.await.expect("it was asked for");
    stage.server.boot().await;
    until("none names it", async || {
        let mut left = 0;
        for conversation in &theirs {
            left += usize::from(!team_of(&stage, conversation).await.is_null());
        }
        (left == 0).then_some(())
    })
    .await;
    for conversation in &theirs {
        let lines = stage.messages(conversation).await;
        let gone = lines.iter().filter(|line| line["content"]["event"] == "team_unassigned");
        assert_eq!(gone.count(), 1, "told once");
    }
}
