//! Colleagues and programs who answer the same customer: who did not see another's answer is stopped and told what it says, and
//! a bot and people never answer at the same time.

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard_schema::Timestamp;
use switchboard_simulator::{Fault, When};

use crate::support::{
    PATIENCE,
    api::Api,
    postman::customer,
    snapshot::text,
    stage::{Stage, messages_path, text_body},
    until, until_within,
    wire::Socket,
};

/// A text by whoever saw the thread up to a place.
fn seen(body: &str, seq: u64) -> Value {
    let mut message = text_body(body);
    message["seen_seq"] = json!(seq);
    message
}

async fn last_seq(stage: &Stage, conversation: &str) -> u64 {
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    shown["last_seq"].as_u64().expect("a place")
}

async fn ownership(api: &Api, conversation: &str, to: &str) -> crate::support::api::Answer {
    api.post(&format!("/api/v1/conversations/{conversation}/ownership"), &json!({"to": to})).await
}

/// A text that a program writes by itself.
fn automatic(body: &str, token: &Value) -> Value {
    let mut message = text_body(body);
    message["ownership_token"] = token.clone();
    message
}

#[tokio::test]
async fn of_two_agents_who_send_at_once_one_is_stopped_and_told_what_the_other_wrote() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let path = messages_path(&conversation);
    let (ann, sue) = (stage.member("agent").await, stage.member("supervisor").await);
    for round in 0..5 {
        let from = last_seq(&stage, &conversation).await;
        let (anns, sues) = (seen(&format!("Ann {round}"), from), seen(&format!("Sue {round}"), from));
        let answers = join_all([ann.post(&path, &anns), sue.post(&path, &sues)]).await;
        let [went, stopped] = [202, 409].map(|status| answers.iter().find(|answer| answer.status == status));
        let (went, stopped) = (went.expect("one goes"), stopped.expect("one is stopped"));
        stopped.is_problem(409, "teammate_replied");
        let changed = stopped.body["changed"].as_array().expect("what changed");
        assert_eq!(changed.len(), 1, "{}", stopped.body);
        assert_eq!((&changed[0]["id"], &changed[0]["content"]), (&went.body["id"], &went.body["content"]));
        let words = text(&stopped.body, "detail");
        assert!(words.contains(&text(&changed[0]["sent_by"], "name")), "{words}");
    }
    // Whoever read it says so, and it goes.
    let now = last_seq(&stage, &conversation).await;
    ann.post(&path, &seen("I have read it", now)).await.of(202);
    // Their own answer does not stop them, nor does the customer's, nor who says nothing of what they saw.
    stage.postman.deliver(&[stage.text(&customer(0), 2, "And?")]).await;
    let again = ann.keyed("once").post(&path, &seen("One thing more", now)).await.of(202);
    sue.post(&path, &text_body("I looked myself")).await.of(202);
    assert_eq!(ann.keyed("once").post(&path, &seen("One thing more", now)).await.of(202)["id"], again["id"]);
    // Tried out it is answered as it would be sent, as is what is to go at a time.
    let check = ann.post(&format!("{path}/check"), &seen("hello", now)).await;
    check.is_problem(409, "teammate_replied");
    assert_eq!(check.body["changed"][0]["content"]["body"], "I looked myself");
    let plan = json!({"send_at": Timestamp::from_secs(stage.world.clock().now_s() + 3_600), "message": seen("hello", now)});
    let planned = ann.post(&format!("/api/v1/conversations/{conversation}/scheduled"), &plan).await;
    planned.is_problem(409, "teammate_replied");
}

#[tokio::test]
async fn the_socket_stops_a_send_as_well_and_an_answer_on_the_business_phone_counts() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let ann = stage.member("agent").await;
    stage.send(&conversation, "from the shop").await;
    let address = stage.server.address().now().await;
    let ticket = text(&ann.post("/api/v1/socket-tickets", &json!({})).await.of(201), "ticket");
    let mut socket = Socket::open(&address, &format!("?ticket={ticket}"), &[]).await.expect("a socket");
    socket.subscribe(None, false).await;
    let mut data = seen("from Ann", 1);
    data["conversation_id"] = json!(conversation);
    let command = |id: u64, data: &Value| json!({"type": "command", "id": id, "key": format!("k{id}"), "name": "message.send", "data": data});
    socket.say(&command(1, &data)).await;
    let refused = socket.frame_of("result").await;
    assert_eq!(refused["error"]["code"], "teammate_replied", "{refused}");
    assert_eq!(refused["error"]["changed"][0]["content"]["body"], "from the shop");
    data["seen_seq"] = json!(2);
    socket.say(&command(2, &data)).await;
    assert_eq!(socket.frame_of("result").await["ok"], true);
}

#[tokio::test]
async fn what_stands_far_behind_what_a_writer_saw_is_read_from_the_store() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let path = messages_path(&conversation);
    let ann = stage.member("agent").await;
    stage.send(&conversation, "from the shop").await;
    for nth in 0..40 {
        let note = json!({"body": format!("note {nth}")});
        stage.api.post(&format!("/api/v1/conversations/{conversation}/notes"), &note).await.of(201);
    }
    let stopped = ann.post(&path, &seen("hello", 1)).await;
    stopped.is_problem(409, "teammate_replied");
    assert_eq!(stopped.body["changed"][0]["content"]["body"], "from the shop");
    ann.post(&path, &seen("hello", 2)).await.of(202);
}

#[tokio::test]
async fn a_bot_takes_what_nobody_has_and_an_agents_answer_takes_it_from_the_bot_at_every_step() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let path = messages_path(&conversation);
    let ann = stage.member("agent").await;
    ownership(&ann, &conversation, "bot").await.is_problem(409, "no_bot");
    let taken = ownership(&stage.api, &conversation, "bot").await.of(200);
    let token = taken["handled_by"]["token"].clone();
    assert_eq!((&taken["handled_by"]["kind"], &token), (&json!("bot"), &json!(1)));
    let again = ownership(&stage.api, &conversation, "bot").await.of(200);
    assert_eq!(again["handled_by"], taken["handled_by"], "it has it already");
    let said = stage.api.post(&path, &automatic("I am a bot", &token)).await.of(202);
    stage.until_state(&said, "sent").await;

    // What is queued when a person answers does not go.
    let slow = When::Contains("wait for it".to_owned());
    stage.graph().script(slow.clone(), Fault::Code(130_429));
    stage.graph().script(slow, Fault::Code(130_429));
    let queued = stage.api.post(&path, &automatic("wait for it", &token)).await.of(202);
    until("a pause after the provider refused it", async || {
        (stage.message(&conversation, &text(&queued, "id")).await["attempts"] == 1).then_some(())
    })
    .await;
    let answer = ann.post(&path, &text_body("Ann here")).await.of(202);
    let failed = stage.until_state(&queued, "failed").await;
    assert_eq!(failed["error"]["code"], "ownership_lost", "{failed}");
    stage.until_state(&answer, "sent").await;
    let accepted = stage.graph().accepted();
    assert!(accepted.iter().all(|one| one.text != "wait for it"), "the provider never took it");
    stage.api.post(&path, &automatic("me again", &token)).await.is_problem(409, "ownership_lost");
    ownership(&stage.api, &conversation, "bot").await.is_problem(409, "handled_by_agents");
    // Without a token it is no answer of its own.
    stage.api.post(&path, &text_body("an order's receipt")).await.of(202);

    let lines: Vec<_> = stage.messages(&conversation).await;
    let events: Vec<_> = lines.iter().filter_map(|line| line["content"]["event"].as_str()).collect();
    assert_eq!(events, ["bot_took", "stepped_in"]);

    // Given back it goes on with a token of its own, and hands over with its last word.
    let back = ownership(&ann, &conversation, "bot").await.of(200);
    assert_eq!(back["handled_by"]["token"], json!(3));
    stage.api.post(&path, &automatic("too late", &token)).await.is_problem(409, "ownership_lost");
    let last = stage.api.post(&path, &automatic("A colleague takes over.", &json!(3))).await.of(202);
    let handed = ownership(&stage.api, &conversation, "agents").await.of(200);
    assert_eq!(handed["handled_by"]["kind"], "agents");
    stage.until_state(&last, "sent").await;
}

#[tokio::test]
async fn of_a_bot_and_a_person_who_race_for_it_never_both_answer() {
    let stage = Stage::new().await;
    let ann = stage.member("agent").await;
    for nth in 0..8 {
        let conversation = stage.meet(&customer(nth)).await;
        let path = messages_path(&conversation);
        let token = ownership(&stage.api, &conversation, "bot").await.of(200)["handled_by"]["token"].clone();
        let (bots_words, anns) = (automatic("bot", &token), text_body("person"));
        let (by_bot, by_ann) = tokio::join!(stage.api.post(&path, &bots_words), ann.post(&path, &anns));
        let by_ann = by_ann.of(202);
        stage.until_state(&by_ann, "sent").await;
        if by_bot.status == 409 {
            by_bot.is_problem(409, "ownership_lost");
            continue;
        }
        // It was first: it went before hers, or not at all.
        let by_bot = by_bot.of(202);
        let settled = until("the bot's to be settled", async || {
            let now = stage.message(&conversation, &text(&by_bot, "id")).await;
            ["sent", "delivered", "read", "failed"].contains(&now["state"].as_str()?).then_some(now)
        })
        .await;
        if settled["state"] == "failed" {
            assert_eq!(settled["error"]["code"], "ownership_lost");
        } else {
            assert!(by_bot["seq"].as_u64() < by_ann["seq"].as_u64());
        }
        stage.api.post(&path, &automatic("bot", &token)).await.is_problem(409, "ownership_lost");
    }
}

/// At any hour of every day.
fn always(zone: &str) -> Value {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekly: Vec<_> = days.map(|day| json!({"day": day, "from": "00:00", "to": "24:00"})).into();
    json!({"hours": {"time_zone": zone, "weekly": weekly, "holidays": [{"date": "2031-01-01", "name": "New Year"}]}})
}

#[tokio::test]
async fn business_hours_are_set_for_the_workspace_and_for_teams_and_say_whether_it_is_open() {
    let stage = Stage::new().await;
    let workspace = "/api/v1/business-hours";
    let unset = stage.api.get(workspace).await.of(200);
    assert_eq!((&unset["open"], unset.get("hours")), (&json!(true), None));
    let set = stage.api.put(workspace, &always("Europe/Amsterdam")).await.of(200);
    assert_eq!((&set["open"], &set["hours"]["time_zone"]), (&json!(true), &json!("Europe/Amsterdam")));
    assert_eq!(set.get("changes_at"), None, "no holiday is near: {set}");
    for (wrong, field) in [
        (json!({"hours": {"time_zone": "Nowhere", "weekly": []}}), "hours.time_zone"),
        (
            json!({"hours": {"time_zone": "UTC", "weekly": [{"day": "monday", "from": "9", "to": "17:00"}]}}),
            "hours.weekly",
        ),
        (
            json!({"hours": {"time_zone": "UTC", "weekly": [], "holidays": [{"date": "soon"}]}}),
            "hours.holidays",
        ),
    ] {
        let refused = stage.api.put(workspace, &wrong).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
    let team = text(&stage.api.post("/api/v1/teams", &json!({"name": "Sales"})).await.of(201), "id");
    let of_team = format!("/api/v1/teams/{team}/business-hours");
    let own = stage.api.get(&of_team).await.of(200);
    assert_eq!((own.get("hours"), &own["open"]), (None, &json!(true)), "as the workspace");
    let never = json!({"hours": {"time_zone": "UTC", "weekly": []}});
    assert_eq!(stage.api.put(&of_team, &never).await.of(200)["open"], false);
    assert_eq!(stage.api.get(workspace).await.of(200)["open"], true);
    assert_eq!(stage.api.put(&of_team, &json!({"hours": null})).await.of(200)["open"], true);
}

#[tokio::test]
async fn what_is_due_is_shown_missed_at_its_time_also_after_a_kill_and_done_by_a_persons_answer() {
    let mut stage = Stage::new().await;
    let before = stage.meet(&customer(0)).await;
    let policies = "/api/v1/sla-policies";
    let policy = |minutes: u64| json!({"policies": [{"name": "Usual", "first_response_minutes": minutes, "resolution_minutes": 2_880}]});
    stage.api.put(policies, &policy(1)).await.of(200);
    let timer = async |conversation: &str, target: &str| {
        let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
        let timers = shown["sla"]["timers"].as_array().cloned().unwrap_or_default();
        timers.into_iter().find(|timer| timer["target"] == target)
    };
    // Whoever waits already has it from when they wrote.
    let shown = stage.api.get(&format!("/api/v1/conversations/{before}")).await.of(200);
    let wrote: Timestamp = text(&shown, "waiting_since").parse().expect("a time");
    let due = until("it to be reckoned anew", async || timer(&before, "first_response").await).await;
    assert_eq!(due["due_at"], json!(wrote + std::time::Duration::from_secs(60)));
    assert!(timer(&before, "resolution").await.is_some());

    stage.server.kill();
    stage.server.boot().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    // A minute is the shortest target.
    let missed = until_within(PATIENCE + PATIENCE, "it to be missed", async || {
        let shown = stage.api.get(&format!("/api/v1/conversations/{before}")).await.of(200);
        let first = &shown["sla"]["timers"][0];
        first["missed_at"].is_string().then(|| first.clone())
    })
    .await;
    assert_eq!(missed["missed_at"], due["due_at"]);
    // That it is about to be missed is told before.
    let told = loop {
        let told = socket.event("conversation.updated").await;
        let timer = told["data"]["conversation"]["sla"]["timers"][0].clone();
        if timer["missed_at"].is_string() {
            break timer;
        }
        assert!(timer["warned_at"].is_string(), "{timer}");
    };
    assert_eq!(told["missed_at"], due["due_at"]);

    let ann = stage.member("agent").await;
    ann.post(&messages_path(&before), &text_body("Sorry")).await.of(202);
    let shown = stage.api.get(&format!("/api/v1/conversations/{before}")).await.of(200);
    let targets: Vec<_> =
        shown["sla"]["timers"].as_array().expect("timers").iter().map(|one| &one["target"]).collect();
    assert_eq!(targets, ["resolution"]);
    ann.post(&format!("/api/v1/conversations/{before}/status"), &json!({"status": "resolved"})).await.of(200);
    let shown = stage.api.get(&format!("/api/v1/conversations/{before}")).await.of(200);
    assert_eq!(shown.get("sla"), None);

    for wrong in [
        json!({"policies": [{"name": "", "first_response_minutes": 1}]}),
        json!({"policies": [{"name": "None"}]}),
        json!({"policies": [{"name": "Team", "first_response_minutes": 1, "team_ids": ["team_00000000000000000000000009"]}]}),
    ] {
        stage.api.put(policies, &wrong).await.is_problem(422, "invalid");
    }
    assert_eq!(stage.api.put(policies, &json!({"policies": []})).await.of(200), json!({"policies": []}));
}
