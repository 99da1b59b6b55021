//! Reports count what happened, once, whatever dies; each figure is a count of rows, and a table that is taken away is what
//! is shown.

use serde_json::{Value, json};
use switchboard_simulator::Person;

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::{number, text},
    stage::{Stage, messages_path, text_body},
    until,
};

/// Days that hold everything that a test does, wherever midnight is.
const DAYS: &str = "from=2026-01-01&to=2027-01-31&grain=month&time_zone=UTC";

async fn history(api: &Api, more: &str) -> Value {
    api.get(&format!("/api/v1/reports/history?{DAYS}{more}")).await.of(200)
}

async fn rows(api: &Api, kind: &str, more: &str) -> Vec<Value> {
    let path = format!("/api/v1/reports/rows?kind={kind}&from=2026-01-01&to=2027-01-31&time_zone=UTC{more}");
    api.get(&path).await.of(200)["rows"].as_array().expect("rows").clone()
}

/// The lines of a table that is taken away.
async fn table(api: &Api, path: &str) -> Vec<String> {
    let answer = api.get(path).await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    let body = answer.of(200);
    let text = body.as_str().expect("text").strip_prefix('\u{feff}').expect("the mark of UTF-8").to_owned();
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

/// Waits until the reports have counted so much.
async fn counted(api: &Api, wanted: impl Fn(&Value) -> bool) -> Value {
    until("the reports have counted it", async || {
        let history = history(api, "&group=agent").await;
        wanted(&history["total"]).then_some(history)
    })
    .await
}

/// Somebody of us answers, and what they wrote has left.
async fn answer(stage: &Stage, by: &Api, conversation: &str, words: &str) {
    let sent = by.post(&messages_path(conversation), &text_body(words)).await.of(202);
    stage.until_state(&sent, "sent").await;
}

async fn resolve(by: &Api, conversation: &str) {
    let path = format!("/api/v1/conversations/{conversation}/status");
    by.post(&path, &json!({"status": "resolved"})).await.of(200);
}

/// Three customers: one is answered and done, comes again and waits, one is answered, one waits.
async fn story(stage: &mut Stage, agent: &Api, between: impl AsyncFn(&mut Stage)) -> Vec<String> {
    let people: Vec<Person> = (0..3).map(customer).collect();
    let mut conversations = Vec::new();
    for person in &people {
        conversations.push(stage.meet(person).await);
    }
    between(stage).await;
    answer(stage, agent, &conversations[0], "how can I help?").await;
    resolve(agent, &conversations[0]).await;
    between(stage).await;
    stage.postman.deliver(&[stage.text(&people[0], 2, "one more thing")]).await;
    answer(stage, agent, &conversations[1], "on its way").await;
    between(stage).await;
    answer(stage, agent, &conversations[1], "it left at nine").await;
    conversations
}

#[tokio::test]
async fn every_figure_is_a_count_of_its_rows_and_a_table_is_what_is_shown() {
    let mut stage = Stage::new().await;
    let agent = stage.colleague().await;
    let conversations = story(&mut stage, &agent, async |_| ()).await;
    let shown = counted(&stage.api, |total| number(total, "opened") == 4 && number(total, "sent") == 3).await;
    let total = &shown["total"];
    let figures = ["opened", "reopened", "by_us", "resolved", "by_bot", "received", "sent", "automatic"]
        .map(|name| number(total, name));
    assert_eq!(figures, [4, 1, 0, 1, 0, 4, 3, 0]);
    assert_eq!(
        [&total["first_response"], &total["waiting"], &total["resolution"]].map(|of| number(of, "count")),
        [2, 2, 1]
    );
    assert_eq!(number(&shown["before"], "opened"), 0);
    for (kind, more, count) in [
        ("opened", "", 4),
        ("opened", "&reopened=true", 1),
        ("resolved", "", 1),
        ("first_answered", "", 2),
        ("answered", "", 2),
        ("answered", "&from_s=86400", 0),
        ("rated", "", 0),
    ] {
        assert_eq!(rows(&stage.api, kind, more).await.len(), count, "{kind}{more}");
    }
    // One by one they are the same.
    let all = rows(&stage.api, "opened", "").await;
    let (mut cursor, mut one_by_one) = (String::new(), Vec::new());
    loop {
        let path = format!(
            "/api/v1/reports/rows?kind=opened&from=2026-01-01&to=2027-01-31&time_zone=UTC&limit=1{cursor}"
        );
        let page = stage.api.get(&path).await.of(200);
        one_by_one.extend(page["rows"].as_array().expect("rows").clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(one_by_one, all);
    let done = &rows(&stage.api, "resolved", "").await[0];
    assert_eq!(text(done, "conversation_id"), conversations[0]);
    let me = agent.get("/api/v1/me").await.of(200)["user"]["id"].clone();
    assert_eq!(done["user_id"], me);
    // By the person.
    let theirs = shown["groups"].as_array().expect("groups").iter().find(|group| group["id"] == me);
    let theirs = theirs.expect("the agent has figures");
    assert_eq!(
        (number(theirs, "sent"), number(theirs, "resolved"), text(theirs, "name")),
        (3, 1, "The agent".to_owned())
    );
    let mine = history(&stage.api, &format!("&user_id={}", me.as_str().unwrap_or_default())).await;
    assert_eq!(number(&mine["total"]["first_response"], "count"), 2);
    // What is taken away is what is shown.
    let series = table(&stage.api, &format!("/api/v1/reports/history/export?table=series&{DAYS}")).await;
    let heads: Vec<_> = series[0].split(',').collect();
    let steps = shown["series"].as_array().expect("steps");
    assert_eq!(series.len(), steps.len() + 1);
    for (line, step) in series[1..].iter().zip(steps) {
        let cells: Vec<_> = line.split(',').collect();
        let cell = |name: &str| heads.iter().position(|head| *head == name).map(|at| cells[at].to_owned());
        assert_eq!(cell("from"), step["at"].as_str().map(str::to_owned));
        for (name, value) in [
            ("opened", &step["opened"]),
            ("received", &step["received"]),
            ("waiting_count", &step["waiting"]["count"]),
        ] {
            assert_eq!(cell(name), Some(value.to_string()), "{name}");
        }
    }
    let path = "/api/v1/reports/rows/export?kind=opened&from=2026-01-01&to=2027-01-31&time_zone=UTC";
    let exported = table(&stage.api, path).await;
    let ids: Vec<_> = exported[1..].iter().map(|line| line.split(',').nth(15).unwrap_or_default()).collect();
    assert_eq!(
        ids,
        all.iter().map(|row| row["conversation_id"].as_str().unwrap_or_default()).collect::<Vec<_>>()
    );
    let acts = stage.api.get("/api/v1/audit?area=conversations").await.of(200).to_string();
    assert_eq!(acts.matches("report_exported").count(), 2, "{acts}");
}

/// What does not depend on how long anything took.
fn timeless(history: &Value) -> Value {
    let total = &history["total"];
    let counts = ["first_response", "waiting", "resolution"].map(|name| total[name]["count"].clone());
    let plain =
        ["opened", "reopened", "resolved", "received", "sent", "automatic"].map(|name| total[name].clone());
    let group = |group: &Value| json!([group["name"], group["opened"], group["resolved"], group["sent"]]);
    let groups: Vec<_> = history["groups"].as_array().into_iter().flatten().map(group).collect();
    json!([counts, plain, groups])
}

#[tokio::test]
async fn a_server_that_is_killed_again_and_again_counts_the_same_as_one_that_is_not() {
    let all = |total: &Value| {
        let waited = number(&total["waiting"], "count");
        [
            number(total, "opened"),
            number(total, "resolved"),
            number(total, "received"),
            number(total, "sent"),
            waited,
        ] == [4, 1, 4, 3, 2]
    };
    let mut calm = Stage::new().await;
    let agent = calm.colleague().await;
    story(&mut calm, &agent, async |_| ()).await;
    let undisturbed = counted(&calm.api, all).await;
    let mut stage = Stage::new().await;
    let agent = stage.colleague().await;
    story(&mut stage, &agent, async |stage| {
        stage.server.kill();
        stage.server.boot().await;
    })
    .await;
    stage.server.kill();
    stage.server.boot().await;
    let killed = counted(&stage.api, all).await;
    assert_eq!(timeless(&killed), timeless(&undisturbed));
    for kind in ["opened", "resolved", "answered"] {
        assert_eq!(rows(&stage.api, kind, "").await.len(), rows(&calm.api, kind, "").await.len(), "{kind}");
    }
}

#[tokio::test]
async fn another_workspace_sees_nothing_of_it_and_what_makes_no_sense_is_refused_by_its_field() {
    let mut stage = Stage::new().await;
    let agent = stage.colleague().await;
    story(&mut stage, &agent, async |_| ()).await;
    counted(&stage.api, |total| number(total, "opened") == 4).await;
    let other = stage.server.workspace("second");
    let stranger = Api::of(stage.server.address(), &other);
    let channel = &stage.channel.id;
    for more in [String::new(), format!("&channel_id={channel}")] {
        assert_eq!(number(&history(&stranger, &more).await["total"], "opened"), 0);
        assert_eq!(rows(&stranger, "opened", &more).await, Vec::<Value>::new());
    }
    let live = stranger.get("/api/v1/reports/live").await.of(200);
    assert_eq!(number(&live["total"], "open"), 0);
    agent.get("/api/v1/reports/live").await.is_problem(403, "not_allowed");
    for (more, field) in [
        ("&from=2026-02-31", "from"),
        ("&to=2025-01-01", "to"),
        ("&time_zone=Mars/Olympus", "time_zone"),
        ("&user_id=somebody", "user_id"),
    ] {
        let days = if more.contains("from=") { "to=2026-03-01" } else { "from=2026-01-01" };
        let rest = if more.contains("to=") || more.contains("from=") { "" } else { "&to=2026-01-02" };
        let refused = stage.api.get(&format!("/api/v1/reports/history?{days}{rest}{more}")).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field, "{more}");
    }
    let hours = stage.api.get("/api/v1/reports/history?from=2026-01-01&to=2026-03-01&grain=hour").await;
    hours.is_problem(422, "invalid");
    let cursor = "/api/v1/reports/rows?kind=opened&from=2026-01-01&to=2026-02-01&cursor=here";
    stage.api.get(cursor).await.is_problem(422, "invalid");
}

#[tokio::test]
async fn the_wall_shows_how_it_stands_at_once() {
    let mut stage = Stage::new().await;
    let agent = stage.colleague().await;
    let conversations = story(&mut stage, &agent, async |_| ()).await;
    let me = text(&agent.get("/api/v1/me").await.of(200)["user"], "id");
    let team = stage.api.post("/api/v1/teams", &json!({"name": "Repairs", "members": [me]})).await.of(201);
    let path = format!("/api/v1/conversations/{}", conversations[2]);
    stage.api.post(&format!("{path}/team"), &json!({"team_id": team["id"]})).await.of(200);
    stage.api.post(&format!("{path}/assign"), &json!({"assignee_id": me})).await.of(200);
    let live = stage.api.get("/api/v1/reports/live").await.of(200);
    let of = |figures: &Value| {
        ["open", "unassigned", "waiting", "missed", "available"].map(|name| number(figures, name))
    };
    assert_eq!(of(&live["total"]), [3, 2, 2, 0, 0]);
    let of_team = live["teams"].as_array().expect("teams").iter().find(|one| one["team_id"] == team["id"]);
    assert_eq!(of(of_team.expect("the team")), [1, 0, 1, 0, 0]);
    let theirs = live["agents"].as_array().expect("people").iter().find(|one| one["user_id"] == me);
    assert_eq!(theirs.map(|one| (number(one, "open"), number(one, "waiting"))), Some((1, 1)));
    resolve(&agent, &conversations[2]).await;
    let live = stage.api.get("/api/v1/reports/live").await.of(200);
    assert_eq!(of(&live["total"]), [2, 2, 1, 0, 0]);
}
