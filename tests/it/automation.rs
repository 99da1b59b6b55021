//! Rules that act by themselves and macros that people run.

use serde_json::{Value, json};
use switchboard_simulator::payload;

use crate::support::{
    api::Api,
    postman::{Oddly, customer, message_id},
    snapshot::{number, text},
    stage::Stage,
    until,
};

const RULES: &str = "/api/v1/rules";

/// A rule that begins with an event.
fn rule(name: &str, when: &Value, actions: &Value) -> Value {
    json!({"name": name, "enabled": true, "when": when, "actions": actions})
}

async fn made(api: &Api, rule: &Value) -> String {
    text(&api.post(RULES, rule).await.of(201), "id")
}

async fn label(api: &Api, name: &str) -> String {
    text(&api.post("/api/v1/labels", &json!({"name": name, "color": "blue"})).await.of(201), "id")
}

fn labels(label: &str) -> Value {
    json!({"action": "change", "change": {"field": "labels", "add": [label]}})
}

fn send(words: &str) -> Value {
    json!({"action": "send", "text": words})
}

async fn shown(stage: &Stage, conversation: &str) -> Value {
    stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200)
}

/// The runs that an address names, once there are so many that are done.
async fn runs(stage: &Stage, query: &str, count: usize) -> Vec<Value> {
    until("the runs are done", async || {
        let page = stage.api.get(&format!("/api/v1/automation-runs?{query}")).await.of(200);
        let runs = page["runs"].as_array().expect("runs").clone();
        let done = runs.iter().all(|run| run["outcome"] != "running");
        (done && runs.len() >= count).then_some(runs)
    })
    .await
}

/// A customer says something; gives the conversation.
async fn said(stage: &Stage, who: u64, nth: u64, words: &str) {
    let from = customer(who);
    let at = stage.world.clock().now_s();
    let message = payload::text_message(&from, &message_id(&from, nth), at, words);
    let body = stage.postman.body(&[message]);
    assert_eq!(stage.postman.post_body(body, &Oddly::default()).await, Some(200));
}

/// What we wrote to a customer.
async fn ours(stage: &Stage, conversation: &str) -> Vec<String> {
    let messages = stage.messages(conversation).await;
    let out = messages.iter().filter(|message| message["direction"] == "out" && message["type"] == "text");
    out.map(|message| text(&message["content"], "body")).collect()
}

#[tokio::test]
async fn a_rule_does_what_it_says_where_it_is_asked_and_the_log_says_so() {
    let stage = Stage::new().await;
    let refund = label(&stage.api, "Refund").await;
    let when = json!({"event": "message_received", "words": ["refund"],
        "filter": [{"field": "status", "any": ["open"]}]});
    let actions = json!([
        labels(&refund),
        {"action": "change", "change": {"field": "priority", "priority": "high"}},
        send("Hello {{contact.first_name|there}}, we look into it."),
        {"action": "note", "text": "Asked for a refund"},
    ]);
    let id = made(&stage.api, &rule("Refunds", &when, &actions)).await;
    let conversation = stage.meet(&customer(0)).await;
    let other = stage.meet(&customer(1)).await;
    said(&stage, 0, 2, "I want a REFUND please").await;
    let ran = runs(&stage, &format!("rule_id={id}"), 1).await;
    assert_eq!(ran.len(), 1, "what says nothing of it begins nothing: {ran:?}");
    let run = &ran[0];
    assert_eq!((&run["outcome"], &run["event"]), (&json!("done"), &json!("message_received")));
    assert_eq!(text(run, "conversation_id"), conversation);
    let outcomes: Vec<_> =
        run["steps"].as_array().expect("steps").iter().map(|step| &step["outcome"]).collect();
    assert_eq!(outcomes, ["done"; 4]);

    let is = shown(&stage, &conversation).await;
    assert_eq!((&is["labels"], &is["priority"]), (&json!([refund]), &json!("high")));
    assert!(!is["waiting_since"].is_null(), "a rule's answer is nobody's: the customer waits on");
    assert_eq!(ours(&stage, &conversation).await.len(), 1);
    let messages = stage.messages(&conversation).await;
    let answer = messages.iter().find(|message| message["sent_by"]["kind"] == "rule").expect("its answer");
    assert_eq!((&answer["sent_by"]["name"], &answer["sent_by"]["id"]), (&json!("Refunds"), &json!(id)));
    let line = messages.iter().find(|message| message["content"]["event"] == "labelled").expect("a line");
    assert_eq!(line["content"]["by"]["kind"], "rule", "{line}");
    assert_eq!(shown(&stage, &other).await["labels"], Value::Null);
    let acts = stage.api.get(&format!("/api/v1/audit?by={id}")).await.of(200);
    assert!(acts["entries"].is_array(), "{acts}");
}

#[tokio::test]
async fn rules_act_in_their_order_and_each_sees_what_those_before_it_did() {
    let stage = Stage::new().await;
    let (one, two) = (label(&stage.api, "One").await, label(&stage.api, "Two").await);
    let without = json!({"event": "message_received",
        "filter": [{"field": "label", "not": true, "any": [one]}]});
    let first = made(&stage.api, &rule("First", &without, &json!([labels(&one)]))).await;
    let second = made(&stage.api, &rule("Second", &without, &json!([labels(&two)]))).await;
    let conversation = stage.meet(&customer(0)).await;
    runs(&stage, &format!("rule_id={first}"), 1).await;
    assert_eq!(shown(&stage, &conversation).await["labels"], json!([one]), "the second finds it labelled");

    // The other way round both act.
    let moved = stage.api.patch(&format!("{RULES}/{second}"), &json!({"position": 0})).await.of(200);
    assert_eq!(number(&moved, "position"), 0);
    let order = stage.api.get(RULES).await.of(200);
    let names: Vec<_> =
        order["rules"].as_array().expect("rules").iter().map(|rule| text(rule, "name")).collect();
    assert_eq!(names, ["Second", "First"]);
    let conversation = stage.meet(&customer(1)).await;
    runs(&stage, &format!("conversation_id={conversation}"), 2).await;
    let mut both = vec![one, two];
    both.sort();
    let mut labels: Vec<_> = shown(&stage, &conversation).await["labels"]
        .as_array()
        .expect("labels")
        .iter()
        .map(|label| label.as_str().expect("an id").to_owned())
        .collect();
    labels.sort();
    assert_eq!(labels, both);
}

#[tokio::test]
async fn what_a_rule_did_begins_no_rule_and_one_that_is_answered_by_something_else_is_held_back() {
    let stage = Stage::new().await;
    let ping =
        made(&stage.api, &rule("Ping", &json!({"event": "message_received"}), &json!([send("We got it.")])))
            .await;
    let echo =
        made(&stage.api, &rule("Echo", &json!({"event": "message_sent"}), &json!([send("And more.")]))).await;
    let conversation = stage.meet(&customer(0)).await;
    // A machine at the other end that answers whatever it gets.
    for nth in 2..12 {
        said(&stage, 0, nth, "This is an automatic answer.").await;
    }
    let ran = runs(&stage, &format!("rule_id={ping}"), 11).await;
    let held = ran.iter().filter(|run| run["outcome"] == "held_back").count();
    assert_eq!((ran.len() - held, held), (5, 6), "{ran:?}");
    assert_eq!(ours(&stage, &conversation).await.len(), 5);
    let echoed = stage.api.get(&format!("/api/v1/automation-runs?rule_id={echo}")).await.of(200);
    assert_eq!(echoed["runs"], json!([]), "its own answers begin nothing");

    // What a person writes does.
    let path = format!("/api/v1/conversations/{conversation}/messages");
    stage
        .member("agent")
        .await
        .post(&path, &json!({"type": "text", "text": {"body": "Hello"}}))
        .await
        .of(202);
    assert_eq!(runs(&stage, &format!("rule_id={echo}"), 1).await.len(), 1);
}

#[tokio::test]
async fn each_run_is_done_once_through_kills_at_any_moment() {
    let mut stage = Stage::new().await;
    let seen = label(&stage.api, "Seen").await;
    let actions = json!([send("One"), labels(&seen), send("Two"), {"action": "note", "text": "Three"}]);
    let id = made(&stage.api, &rule("Thrice", &json!({"event": "conversation_created"}), &actions)).await;
    let mut conversations = Vec::new();
    for nth in 0..8 {
        conversations.push(stage.meet(&customer(nth)).await);
        if nth % 2 == 1 {
            stage.server.kill();
            stage.server.boot().await;
        }
    }
    let ran = runs(&stage, &format!("rule_id={id}"), conversations.len()).await;
    assert_eq!(ran.len(), conversations.len(), "one for each");
    for run in &ran {
        assert_eq!(run["outcome"], "done", "{run}");
    }
    for conversation in &conversations {
        assert_eq!(ours(&stage, conversation).await, ["One", "Two"], "in their order, once");
        let messages = stage.messages(conversation).await;
        let notes = messages.iter().filter(|message| message["type"] == "note").count();
        assert_eq!(notes, 1);
        assert_eq!(shown(&stage, conversation).await["labels"], json!([seen]));
    }
}

#[tokio::test]
async fn what_is_refused_is_in_the_log_and_the_rest_is_done() {
    let stage = Stage::new().await;
    let gone = label(&stage.api, "Gone").await;
    let actions = json!([
        labels(&gone),
        send("{{contact.username}}, hello"),
        {"action": "change", "change": {"field": "priority", "priority": "urgent"}},
    ]);
    let id = made(&stage.api, &rule("Some of it", &json!({"event": "message_received"}), &actions)).await;
    stage.api.delete(&format!("/api/v1/labels/{gone}")).await.of(204);
    let conversation = stage.meet(&customer(0)).await;
    let ran = runs(&stage, &format!("rule_id={id}&outcome=failed"), 1).await;
    let codes: Vec<_> = ran[0]["steps"].as_array().expect("steps").iter().map(|step| &step["code"]).collect();
    assert_eq!(codes, [&json!("not_found"), &json!("unfilled"), &Value::Null]);
    assert_eq!(shown(&stage, &conversation).await["priority"], "urgent");
    assert_eq!(ours(&stage, &conversation).await, [""; 0]);
}

#[tokio::test]
async fn a_rule_waits_and_acts_only_where_nobody_answered_till_then_also_after_a_kill() {
    let mut stage = Stage::new().await;
    let late = label(&stage.api, "Late").await;
    let when = json!({"event": "message_received", "after_minutes": 1});
    let id = made(&stage.api, &rule("Nobody answers", &when, &json!([labels(&late)]))).await;
    let (waits, answered) = (stage.meet(&customer(0)).await, stage.meet(&customer(1)).await);
    said(&stage, 0, 2, "Hello?").await;
    let path = format!("/api/v1/conversations/{answered}/messages");
    stage.member("agent").await.post(&path, &json!({"type": "text", "text": {"body": "Yes"}})).await.of(202);
    stage.server.kill();
    stage.server.boot().await;
    let ran = crate::support::until_within(std::time::Duration::from_secs(120), "it acts", async || {
        let page = stage.api.get(&format!("/api/v1/automation-runs?rule_id={id}")).await.of(200);
        let runs = page["runs"].as_array().expect("runs").clone();
        runs.iter().any(|run| run["outcome"] == "done").then_some(runs)
    })
    .await;
    assert_eq!(ran.len(), 1, "once for all that was written, and not where somebody answered: {ran:?}");
    assert_eq!(text(&ran[0], "conversation_id"), waits);
    assert_eq!(shown(&stage, &waits).await["labels"], json!([late]));
    assert_eq!(shown(&stage, &answered).await["labels"], Value::Null);
}

#[tokio::test]
async fn a_rule_is_changed_only_as_it_was_read_and_acts_on_what_comes_after() {
    let stage = Stage::new().await;
    let when = json!({"event": "message_received"});
    let note = json!([{"action": "note", "text": "Seen"}]);
    let mut new = rule("Notes", &when, &note);
    new["enabled"] = json!(false);
    let id = made(&stage.api, &new).await;
    for (wrong, field) in [
        (rule("notes", &when, &note), "name"),
        (rule("Two", &json!({"event": "labelled", "words": ["a"]}), &note), "when"),
        (rule("Two", &json!({"event": "labelled", "after_minutes": 0}), &note), "when"),
        (rule("Two", &json!({"event": "labelled", "filter": [{"field": "unread"}]}), &note), "filter"),
        (rule("Two", &when, &json!([])), "actions"),
        (rule("Two", &when, &json!([{"action": "assign_me"}])), "actions"),
        (rule("Two", &when, &json!([send("{{no.such}}")])), "text"),
    ] {
        let answer = stage.api.post(RULES, &wrong).await;
        answer.is_problem(422, "invalid");
        assert_eq!(answer.body["field"], field, "{wrong}");
    }
    let conversation = stage.meet(&customer(0)).await;
    let path = format!("{RULES}/{id}");
    stage
        .api
        .with("if-match", "\"7\"")
        .patch(&path, &json!({"enabled": true}))
        .await
        .is_problem(412, "changed");
    let changed = stage.api.with("if-match", "\"1\"").patch(&path, &json!({"enabled": true})).await.of(200);
    assert_eq!(number(&changed, "version"), 2);
    said(&stage, 0, 2, "Again").await;
    let ran = runs(&stage, &format!("rule_id={id}"), 1).await;
    assert_eq!(ran.len(), 1, "what came before does not begin it");
    let trial = json!({"when": {"event": "labelled", "filter": [{"field": "status", "any": ["open"]}]}});
    let tried = stage.api.post("/api/v1/rules/trial", &trial).await.of(200);
    assert_eq!(number(&tried, "total"), 1);
    assert_eq!(text(&tried["conversations"][0], "conversation_id"), conversation);
    stage.api.delete(&path).await.of(204);
    stage.api.delete(&path).await.is_problem(404, "not_found");
    let acts = stage.api.get("/api/v1/audit?area=inbox").await.of(200);
    let acts: Vec<_> =
        acts["entries"].as_array().expect("acts").iter().map(|entry| text(entry, "act")).collect();
    assert_eq!(acts, ["rule_deleted", "rule_changed", "rule_made"]);
}

#[tokio::test]
async fn a_macro_is_run_as_whoever_runs_it_and_once_under_its_key() {
    let stage = Stage::new().await;
    let agent = stage.member("agent").await;
    let conversation = stage.meet(&customer(0)).await;
    let actions = json!([
        {"action": "assign_me"},
        send("I am {{agent.first_name}}."),
        {"action": "change", "change": {"field": "status", "status": "resolved"}},
    ]);
    let mine = json!({"name": "Close", "actions": actions});
    let id = text(&agent.post("/api/v1/macros", &mine).await.of(201), "id");
    let everybodys = json!({"name": "Close", "shared": true, "actions": actions});
    agent.post("/api/v1/macros", &everybodys).await.is_problem(403, "not_allowed");
    stage.api.post("/api/v1/macros", &everybodys).await.of(201);
    assert_eq!(agent.get("/api/v1/macros").await.of(200)["macros"].as_array().expect("macros").len(), 2);
    let path = format!("/api/v1/conversations/{conversation}/macros");
    stage.api.post(&path, &json!({"macro_id": id})).await.is_problem(404, "not_found");

    let key = agent.keyed("once");
    let run = key.post(&path, &json!({"macro_id": id})).await.of(200);
    assert_eq!(run["outcome"], "done", "{run}");
    assert_eq!(key.post(&path, &json!({"macro_id": id})).await.of(200), run, "the same request runs it once");
    assert_eq!(ours(&stage, &conversation).await.len(), 1);
    let me = agent.get("/api/v1/me").await.of(200);
    let is = shown(&stage, &conversation).await;
    assert_eq!((&is["assignee_id"], &is["status"]), (&me["user"]["id"], &json!("resolved")));
    assert_eq!(runs(&stage, &format!("macro_id={id}"), 1).await[0], run);

    // Somebody else answered since the caller looked: what it would send is stopped, and the rest is done.
    said(&stage, 0, 2, "One more thing").await;
    let seen = number(&shown(&stage, &conversation).await, "last_seq");
    let messages = format!("/api/v1/conversations/{conversation}/messages");
    stage
        .member("supervisor")
        .await
        .post(&messages, &json!({"type": "text", "text": {"body": "Yes?"}}))
        .await
        .of(202);
    let run = agent.post(&path, &json!({"macro_id": id, "seen_seq": seen})).await.of(200);
    assert_eq!((&run["outcome"], &run["steps"][1]["code"]), (&json!("failed"), &json!("teammate_replied")));
    assert_eq!(shown(&stage, &conversation).await["status"], "resolved");

    let one = format!("/api/v1/macros/{id}");
    agent.patch(&one, &json!({"name": "Done"})).await.of(200);
    agent.delete(&one).await.of(204);
    agent.post(&path, &json!({"macro_id": id})).await.is_problem(404, "not_found");
}
