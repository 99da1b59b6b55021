//! Labels, priority, filters, kept views and bulk changes.

use std::slice::from_ref;

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::{number, text},
    stage::Stage,
    until,
    wire::Socket,
};

async fn labelled(api: &Api, name: &str) -> String {
    text(&api.post("/api/v1/labels", &json!({"name": name, "color": "blue"})).await.of(201), "id")
}

fn of(conversation: &str, act: &str) -> String {
    format!("/api/v1/conversations/{conversation}/{act}")
}

/// An address of the list with a filter.
fn filtered(filter: &Value, rest: &str) -> String {
    let filter: String = url::form_urlencoded::byte_serialize(filter.to_string().as_bytes()).collect();
    format!("/api/v1/conversations?status=any&filter={filter}{rest}")
}

/// The conversations that a filter finds, in the order of the list.
async fn found(api: &Api, filter: &Value, rest: &str) -> Vec<String> {
    let page = api.get(&filtered(filter, rest)).await.of(200);
    let shown = page["conversations"].as_array().expect("conversations");
    assert_eq!(number(&page, "total"), shown.len() as u64, "{page}");
    shown.iter().map(|conversation| text(conversation, "id")).collect()
}

async fn met(stage: &Stage, how_many: u64) -> Vec<String> {
    let mut all = Vec::new();
    for nth in 0..how_many {
        all.push(stage.meet(&customer(nth)).await);
    }
    all
}

/// A bulk change once it is done.
async fn done(api: &Api, job: &Value) -> Value {
    let path = format!("/api/v1/bulk-changes/{}", text(job, "id"));
    until("it is done", async || {
        let job = api.get(&path).await.of(200);
        (job["state"] == "finished").then_some(job)
    })
    .await
}

#[tokio::test]
async fn a_label_has_a_name_of_its_own_and_shows_at_once_everywhere() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let key = stage.api.keyed("once");
    let new = json!({"name": " Repair ", "color": "red"});
    let repair = key.post("/api/v1/labels", &new).await.of(201);
    assert_eq!((&repair["name"], &repair["color"]), (&json!("Repair"), &json!("red")));
    assert_eq!(key.post("/api/v1/labels", &new).await.of(201), repair, "the same request is the same label");
    for wrong in [json!({"name": "repair"}), json!({"name": " "}), json!({"name": "x".repeat(41)})] {
        let answer = stage.api.post("/api/v1/labels", &wrong).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.body["field"], "name", "{wrong}");
    }
    let path = format!("/api/v1/labels/{}", text(&repair, "id"));
    let changed = stage.api.patch(&path, &json!({"color": "green"})).await.of(200);
    assert_eq!((number(&changed, "version"), &changed["name"]), (2, &json!("Repair")));
    stage
        .api
        .with("if-match", "\"1\"")
        .patch(&path, &json!({"name": "Late"}))
        .await
        .is_problem(412, "changed");

    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let put = json!({"add": [repair["id"]]});
    let shown = stage.api.post(&of(&conversation, "labels"), &put).await.of(200);
    assert_eq!(shown["labels"], json!([repair["id"]]));
    let event = socket.event("system.added").await;
    assert_eq!(event["data"]["conversation"]["labels"], json!([repair["id"]]));
    let line = &event["data"]["message"]["content"];
    assert_eq!((&line["event"], &line["subject"]), (&json!("labelled"), &json!("Repair")));
    // By the socket, too.
    let command = json!({"type": "command", "id": 1, "key": "k", "name": "conversation.priority",
        "data": {"conversation_id": conversation, "priority": "urgent"}});
    socket.say(&command).await;
    assert_eq!(socket.frame_of("result").await["data"]["conversation"]["priority"], "urgent");
    let nothing = json!({"add": ["lbl_00000000000000000000000009"]});
    stage.api.post(&of(&conversation, "labels"), &nothing).await.is_problem(404, "not_found");
    let wrong = stage.api.post(&of(&conversation, "priority"), &json!({"priority": "panic"})).await;
    wrong.is_problem(422, "invalid");

    // A label that is gone is on no conversation.
    stage.api.delete(&path).await.of(204);
    until("it is taken off", async || {
        let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
        shown.get("labels").is_none().then_some(())
    })
    .await;
    stage.api.delete(&path).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_filter_finds_what_each_of_its_conditions_finds_and_says_what_is_wrong_with_it() {
    let stage = Stage::new().await;
    let [one, two, three] = met(&stage, 3).await.try_into().expect("three");
    let repair = labelled(&stage.api, "Repair").await;
    let me = stage.api.get("/api/v1/me").await.of(200)["user"]["id"].clone();
    for conversation in [&one, &two] {
        stage.api.post(&of(conversation, "labels"), &json!({"add": [repair]})).await.of(200);
    }
    stage.api.post(&of(&two, "assign"), &json!({"assignee_id": me})).await.of(200);
    stage.api.post(&of(&three, "priority"), &json!({"priority": "high"})).await.of(200);
    stage.api.post(&of(&three, "status"), &json!({"status": "resolved"})).await.of(200);
    stage.api.post(&of(&one, "read"), &json!({})).await.of(200);
    let api = &stage.api;
    let label = json!({"field": "label", "any": [repair]});
    assert_eq!(found(api, &json!([label]), "&sort=oldest").await, [one.clone(), two.clone()]);
    assert_eq!(found(api, &json!([label, {"field": "assignee", "me": true}]), "").await, from_ref(&two));
    assert_eq!(found(api, &json!([{"field": "label", "none": true}]), "").await, from_ref(&three));
    assert_eq!(found(api, &json!([{"field": "status", "any": ["resolved"]}]), "").await, from_ref(&three));
    assert_eq!(
        found(api, &json!([{"field": "unread", "not": true}]), "").await,
        from_ref(&one),
        "only that was read"
    );
    assert_eq!(found(api, &json!([{"field": "waiting"}, label]), "&sort=oldest").await.len(), 2);
    assert_eq!(found(api, &json!([{"field": "window", "any": ["closing"]}]), "").await, [] as [String; 0]);
    assert_eq!(found(api, &json!([{"field": "active", "within_hours": 1}]), "").await.len(), 3);
    // Next up: who waits longest before who does not wait.
    assert_eq!(found(api, &json!([]), "&sort=next_up").await, [one.clone(), two.clone(), three.clone()]);
    api.post(&of(&two, "priority"), &json!({"priority": "urgent"})).await.of(200);
    assert_eq!(found(api, &json!([]), "&sort=next_up").await[0], two);
    // A place far down.
    let page = api.get("/api/v1/conversations?status=any&sort=oldest&from=2&limit=1").await.of(200);
    assert_eq!((&page["conversations"][0]["id"], number(&page, "total")), (&json!(three), 3));
    let page = api.get("/api/v1/conversations?status=any&from=9").await.of(200);
    assert_eq!((&page["conversations"], number(&page, "total")), (&json!([]), 3));

    let many: Vec<Value> = vec![json!({"field": "unread"}); 13];
    for wrong in [
        json!([{"field": "mood"}]),
        json!([{"field": "status", "any": []}]),
        json!([{"field": "unread", "loudly": true}]),
        json!(many),
        json!({"field": "unread"}),
    ] {
        let answer = api.get(&filtered(&wrong, "")).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.body["field"], "filter", "{wrong}");
    }
    let both = api.get("/api/v1/conversations?from=1&cursor=1.x").await;
    both.is_problem(422, "invalid");
    assert_eq!(both.body["field"], "from");
}

#[tokio::test]
async fn a_view_is_ones_own_or_everybodys_and_is_changed_by_one_at_a_time() {
    let stage = Stage::new().await;
    let [one, _] = met(&stage, 2).await.try_into().expect("two");
    let (agent, sup) = (stage.member("agent").await, stage.member("supervisor").await);
    let urgent = json!([{"field": "priority", "any": ["urgent"]}]);
    let new = json!({"name": "Urgent", "filter": urgent, "sort": "next_up"});
    let own = agent.post("/api/v1/views", &new).await.of(201);
    let shared = json!({"name": "Burning", "filter": urgent, "shared": true});
    agent.post("/api/v1/views", &shared).await.is_problem(403, "not_allowed");
    let burning = sup.post("/api/v1/views", &shared).await.of(201);
    let names = async |api: &Api| -> Vec<String> {
        let list = api.get("/api/v1/views").await.of(200);
        list["views"].as_array().expect("views").iter().map(|view| text(view, "name")).collect()
    };
    assert_eq!(names(&agent).await, ["Burning", "Urgent"]);
    assert_eq!(names(&sup).await, ["Burning"]);
    stage.api.post(&of(&one, "priority"), &json!({"priority": "urgent"})).await.of(200);
    let counts = agent.get("/api/v1/views/counts").await.of(200);
    let counted: Vec<u64> =
        counts["counts"].as_array().expect("counts").iter().map(|count| number(count, "count")).collect();
    assert_eq!(counted, [1, 1]);

    let path = |view: &Value| format!("/api/v1/views/{}", text(view, "id"));
    agent.patch(&path(&burning), &json!({"name": "Mine"})).await.is_problem(403, "not_allowed");
    sup.patch(&path(&own), &json!({"name": "Mine"})).await.is_problem(404, "not_found");
    let changed = agent.patch(&path(&own), &json!({"sort": "oldest"})).await.of(200);
    assert_eq!((number(&changed, "version"), &changed["sort"]), (2, &json!("oldest")));
    let late = agent.with("if-match", "\"1\"").patch(&path(&own), &json!({"name": "Late"})).await;
    late.is_problem(412, "changed");
    let taken = agent.post("/api/v1/views", &json!({"name": "urgent", "filter": []})).await;
    taken.is_problem(422, "invalid");
    assert_eq!(taken.body["field"], "name");
    let wrong = json!({"name": "Wrong", "filter": [{"field": "label"}]});
    let wrong = agent.post("/api/v1/views", &wrong).await;
    wrong.is_problem(422, "invalid");
    assert_eq!(wrong.body["field"], "filter");
    sup.delete(&path(&burning)).await.of(204);
    assert_eq!(names(&agent).await, ["Urgent"]);
}

#[tokio::test]
async fn a_bulk_change_changes_everything_that_matches_once_and_can_be_taken_back() {
    let stage = Stage::new().await;
    let all = met(&stage, 5).await;
    let repair = labelled(&stage.api, "Repair").await;
    for conversation in &all[..4] {
        stage.api.post(&of(conversation, "labels"), &json!({"add": [repair]})).await.of(200);
    }
    stage.api.post(&of(&all[0], "status"), &json!({"status": "resolved"})).await.of(200);
    let filter = json!([{"field": "label", "any": [repair]}]);
    let resolve = json!({"change": {"field": "status", "status": "resolved"},
        "which": {"view": "all", "filter": filter, "except": [all[1]]}});
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let key = stage.api.keyed("bulk");
    let job = key.post("/api/v1/bulk-changes", &resolve).await.of(202);
    assert_eq!(key.post("/api/v1/bulk-changes", &resolve).await.of(202)["id"], job["id"], "begun once");
    let finished = done(&stage.api, &job).await;
    let of_job = |name: &str| number(&finished, name);
    assert_eq!((of_job("total"), of_job("done"), of_job("changed"), of_job("failed")), (3, 3, 2, 0));
    let told = loop {
        let frame = socket.frame_of("signal").await;
        if frame["name"] == "bulk.progress" && frame["data"]["state"] == "finished" {
            break frame;
        }
    };
    assert_eq!(told["data"]["id"], job["id"]);
    let resolved = json!([{"field": "status", "any": ["resolved"]}]);
    let mut now = found(&stage.api, &resolved, "").await;
    now.sort();
    let mut expected = vec![all[0].clone(), all[2].clone(), all[3].clone()];
    expected.sort();
    assert_eq!(now, expected, "not the one that was taken out, nor the one without the label");

    // Somebody opens one of them again; what is taken back leaves that alone.
    stage.api.post(&of(&all[2], "status"), &json!({"status": "pending"})).await.of(200);
    let path = format!("/api/v1/bulk-changes/{}/undo", text(&job, "id"));
    let colleague = stage.member("agent").await;
    colleague.post(&path, &json!({})).await.is_problem(404, "not_found");
    let back = done(&stage.api, &stage.api.post(&path, &json!({})).await.of(202)).await;
    assert_eq!((number(&back, "changed"), number(&back, "failed")), (1, 1));
    let failures = format!("/api/v1/bulk-changes/{}/failures", text(&back, "id"));
    let failures = stage.api.get(&failures).await.of(200);
    assert_eq!(failures["failures"][0]["conversation_id"], json!(all[2]));
    assert_eq!(failures["failures"][0]["code"], "changed_meanwhile");
    let status = async |conversation: &str| {
        stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200)["status"].clone()
    };
    assert_eq!(status(&all[3]).await, "open", "as it was");
    assert_eq!(status(&all[0]).await, "resolved", "it was so before");
    assert_eq!(status(&all[2]).await, "pending");
    stage.api.post(&path, &json!({})).await.is_problem(409, "undone_already");

    for (wrong, field) in [
        (json!({"change": {"field": "read"}}), "conversations"),
        (json!({"change": {"field": "labels"}, "which": {}}), "change"),
        (json!({"change": {"field": "status", "status": "snoozed"}, "which": {}}), "change"),
        (json!({"change": {"field": "read"}, "which": {"view": "ours"}}), "view"),
    ] {
        let answer = stage.api.post("/api/v1/bulk-changes", &wrong).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.body["field"], field, "{wrong}");
    }
    let foreign = json!({"change": {"field": "read"}, "conversations": ["cnv_00000000000000000000000009"]});
    stage.api.post("/api/v1/bulk-changes", &foreign).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_bulk_change_of_more_than_a_thousand_is_done_and_can_be_taken_back() {
    const MANY: u64 = 1_700;
    let stage = Stage::new().await;
    let everybody: Vec<_> = (0..MANY).collect();
    for some in everybody.chunks(100) {
        let texts: Vec<_> = some.iter().map(|nth| stage.text(&customer(*nth), 1, "hello")).collect();
        stage.postman.deliver(&texts).await;
    }
    let urgent = json!({"change": {"field": "priority", "priority": "urgent"}, "which": {"view": "all"}});
    let job = stage.api.post("/api/v1/bulk-changes", &urgent).await.of(202);
    let job = done(&stage.api, &job).await;
    assert_eq!((number(&job, "total"), number(&job, "changed")), (MANY, MANY));
    let path = format!("/api/v1/bulk-changes/{}/undo", text(&job, "id"));
    let back = done(&stage.api, &stage.api.post(&path, &json!({})).await.of(202)).await;
    assert_eq!((number(&back, "total"), number(&back, "changed")), (MANY, MANY));
}

#[tokio::test]
async fn a_bulk_change_that_was_cut_short_goes_on_after_the_start() {
    let mut stage = Stage::new().await;
    let all = met(&stage, 12).await;
    let urgent = json!({"change": {"field": "priority", "priority": "urgent"}, "which": {"view": "all"}});
    let job = stage.api.post("/api/v1/bulk-changes", &urgent).await.of(202);
    stage.server.kill();
    stage.server.boot().await;
    let finished = done(&stage.api, &job).await;
    assert_eq!(number(&finished, "done"), all.len() as u64);
    let found = found(&stage.api, &json!([{"field": "priority", "any": ["urgent"]}]), "").await;
    assert_eq!(found.len(), all.len());
    for conversation in &all {
        let lines = stage.messages(conversation).await;
        let told = lines.iter().filter(|line| line["content"]["event"] == "priority_set").count();
        assert_eq!(told, 1, "each is changed once");
    }
    let path = format!("/api/v1/bulk-changes/{}/undo", text(&job, "id"));
    let back = done(&stage.api, &stage.api.post(&path, &json!({})).await.of(202)).await;
    assert_eq!(number(&back, "changed"), all.len() as u64, "what takes it back was noted before");
}
