//! Customers rate what was resolved: asked once, some time after it, whatever dies; what they say is counted and opens nothing
//! again.

use serde_json::{Value, json};
use switchboard_simulator::{Person, payload};

use crate::support::{
    api::Api,
    postman::{customer, message_id},
    snapshot::{number, text},
    stage::{Stage, messages_path, text_body},
    until,
};

const SETTINGS: &str = "/api/v1/rating-settings";

fn settings() -> Value {
    json!({"settings": {
        "ask": true, "delay_minutes": 0, "every_days": 30, "question": "How was it?", "button": "Rate us",
    }})
}

async fn resolve(by: &Api, conversation: &str) {
    let path = format!("/api/v1/conversations/{conversation}/status");
    by.post(&path, &json!({"status": "resolved"})).await.of(200);
}

async fn shown(stage: &Stage, conversation: &str) -> Value {
    stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200)
}

/// The question, once it left.
async fn asked(stage: &Stage, conversation: &str) -> Value {
    until("the customer is asked", async || {
        let all = stage.messages(conversation).await;
        all.into_iter().find(|one| one["rating"]["part"] == "ask" && one["state"] == "sent")
    })
    .await
}

/// The row of the question with so many stars.
fn row(question: &Value, score: usize) -> (String, String) {
    let rows = question["content"]["action"]["sections"][0]["rows"].as_array().expect("rows");
    let row = rows.iter().find(|row| text(row, "title").starts_with(&score.to_string())).expect("the row");
    (text(row, "id"), text(row, "title"))
}

async fn tap(stage: &Stage, from: &Person, nth: u64, (id, title): &(String, String)) {
    let now = stage.world.clock().now_s();
    stage.postman.deliver(&[payload::list_reply(from, &message_id(from, nth), now, id, title)]).await;
}

async fn report(stage: &Stage) -> Value {
    let path = "/api/v1/reports/history?from=2026-01-01&to=2027-01-31&grain=month&time_zone=UTC&group=agent";
    stage.api.get(path).await.of(200)
}

async fn rated_rows(stage: &Stage) -> Vec<Value> {
    let path = "/api/v1/reports/rows?kind=rated&from=2026-01-01&to=2027-01-31&time_zone=UTC";
    stage.api.get(path).await.of(200)["rows"].as_array().expect("rows").clone()
}

#[tokio::test]
async fn a_customer_is_asked_once_rates_and_says_why_while_the_server_is_killed_in_between() {
    let mut stage = Stage::new().await;
    let agent = stage.colleague().await;
    stage.api.put(SETTINGS, &settings()).await.of(200);
    let person = customer(0);
    let conversation = stage.meet(&person).await;
    let sent = agent.post(&messages_path(&conversation), &text_body("done")).await.of(202);
    stage.until_state(&sent, "sent").await;
    resolve(&agent, &conversation).await;
    stage.server.kill();
    stage.server.boot().await;
    let question = asked(&stage, &conversation).await;
    assert_eq!(question["sent_by"]["kind"], "system");
    stage.server.kill();
    stage.server.boot().await;
    tap(&stage, &person, 2, &row(&question, 4)).await;
    stage.server.kill();
    stage.server.boot().await;
    tap(&stage, &person, 2, &row(&question, 4)).await;
    tap(&stage, &person, 3, &row(&question, 1)).await;
    stage.postman.deliver(&[stage.text(&person, 4, "=quick, but the bell is loose")]).await;
    let after = shown(&stage, &conversation).await;
    assert_eq!((after["status"].as_str(), &after["waiting_since"]), (Some("resolved"), &Value::Null));
    assert_eq!(after["rating"]["score"], 4);
    let lines = stage.messages(&conversation).await;
    let rated = lines.iter().filter(|line| line["content"]["event"] == "rated").count();
    let questions = lines.iter().filter(|line| line["rating"]["part"] == "ask").count();
    assert_eq!((rated, questions), (1, 1));
    let counted = until("the rating is counted", async || {
        let report = report(&stage).await;
        let rows = rated_rows(&stage).await;
        let commented = rows.first().is_some_and(|row| row.get("comment").is_some());
        (number(&report["total"], "asked_rated") == 1 && commented).then_some(report)
    })
    .await;
    let total = &counted["total"];
    assert_eq!(total["ratings"], json!([0, 0, 0, 1, 0]));
    assert_eq!([number(total, "asked"), number(total, "opened"), number(total, "resolved")], [1, 1, 1]);
    let me = agent.get("/api/v1/me").await.of(200)["user"]["id"].clone();
    let theirs = counted["groups"].as_array().expect("groups").iter().find(|group| group["id"] == me);
    assert_eq!(theirs.expect("the agent's")["ratings"], json!([0, 0, 0, 1, 0]));
    let row = &rated_rows(&stage).await[0];
    assert_eq!(
        (number(row, "rating"), text(row, "comment")),
        (4, "=quick, but the bell is loose".to_owned())
    );
    let path = "/api/v1/reports/rows/export?kind=rated&from=2026-01-01&to=2027-01-31&time_zone=UTC";
    let table = stage.api.get(path).await.of(200);
    assert!(
        table.as_str().is_some_and(|table| table.contains("\"'=quick, but the bell is loose\"")),
        "{table}"
    );
}

#[tokio::test]
async fn whoever_was_asked_lately_and_whoever_is_back_before_is_not_asked() {
    let stage = Stage::new().await;
    let agent = stage.colleague().await;
    stage.api.put(SETTINGS, &settings()).await.of(200);
    let person = customer(0);
    let conversation = stage.meet(&person).await;
    resolve(&agent, &conversation).await;
    asked(&stage, &conversation).await;
    stage.postman.deliver(&[stage.text(&person, 2, "one more thing")]).await;
    resolve(&agent, &conversation).await;
    // Another who is asked after them shows that theirs was looked at.
    let other = stage.meet(&customer(1)).await;
    resolve(&agent, &other).await;
    asked(&stage, &other).await;
    let questions = |lines: &[Value]| lines.iter().filter(|line| line["rating"]["part"] == "ask").count();
    assert_eq!(questions(&stage.messages(&conversation).await), 1);
    let mut later = settings();
    later["settings"]["delay_minutes"] = json!(5);
    stage.api.put(SETTINGS, &later).await.of(200);
    let third = customer(2);
    let back = stage.meet(&third).await;
    resolve(&agent, &back).await;
    stage.postman.deliver(&[stage.text(&third, 2, "hello again")]).await;
    let open = shown(&stage, &back).await;
    assert_eq!(open["status"], "open");
    assert_eq!(questions(&stage.messages(&back).await), 0);
}

#[tokio::test]
async fn settings_are_checked_audited_and_a_team_may_do_otherwise() {
    let stage = Stage::new().await;
    let agent = stage.colleague().await;
    assert_eq!(stage.api.get(SETTINGS).await.of(200), json!({}), "nobody is asked at first");
    agent.put(SETTINGS, &settings()).await.is_problem(403, "not_allowed");
    for (field, value) in [
        ("delay_minutes", json!(721)),
        ("every_days", json!(0)),
        ("question", json!(" ")),
        ("button", json!("x".repeat(21))),
    ] {
        let mut wrong = settings();
        wrong["settings"][field] = value;
        let refused = stage.api.put(SETTINGS, &wrong).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
    stage.api.put(SETTINGS, &settings()).await.of(200);
    assert_eq!(stage.api.get(SETTINGS).await.of(200), settings());
    let team = text(&stage.api.post("/api/v1/teams", &json!({"name": "Repairs"})).await.of(201), "id");
    let mut off = settings();
    off["settings"]["ask"] = json!(false);
    stage.api.put(&format!("/api/v1/teams/{team}/rating-settings"), &off).await.of(200);
    let conversation = stage.meet(&customer(0)).await;
    let path = format!("/api/v1/conversations/{conversation}/team");
    agent.post(&path, &json!({"team_id": team})).await.of(200);
    resolve(&agent, &conversation).await;
    let other = stage.meet(&customer(1)).await;
    resolve(&agent, &other).await;
    asked(&stage, &other).await;
    let lines = stage.messages(&conversation).await;
    assert!(lines.iter().all(|line| line["rating"]["part"] != "ask"), "the team does not ask");
    let acts = stage.api.get("/api/v1/audit?area=teams").await.of(200).to_string();
    assert!(acts.contains("ratings_changed") && acts.contains("How was it?"), "{acts}");
}
