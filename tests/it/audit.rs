//! The audit trail: whatever somebody does stands there with who did it, and with nobody else's.

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::text,
    stage::{Stage, connect, secret},
    until,
};

/// A page of the trail.
async fn page(api: &Api, query: &str) -> (Vec<Value>, Option<String>) {
    let page = api.get(&format!("/api/v1/audit{query}")).await.of(200);
    let entries = page["entries"].as_array().expect("entries").clone();
    (entries, page["next_cursor"].as_str().map(str::to_owned))
}

/// All of it, newest first.
async fn trail(api: &Api) -> Vec<Value> {
    let (mut all, mut next) = page(api, "?limit=200").await;
    while let Some(cursor) = next {
        let (more, after) = page(api, &format!("?limit=200&cursor={cursor}")).await;
        all.extend(more);
        next = after;
    }
    all
}

/// What was done, in the order of the alphabet: of what was done within a millisecond either may stand first.
fn acts(entries: &[Value]) -> Vec<String> {
    let mut acts: Vec<_> = entries.iter().map(|entry| text(entry, "act")).collect();
    acts.sort_unstable();
    acts
}

async fn id_of(api: &Api) -> String {
    text(&api.get("/api/v1/me").await.of(200)["user"], "id")
}

#[tokio::test]
async fn whatever_somebody_does_stands_there_with_who_did_it() {
    let stage = Stage::new().await;
    let api = &stage.api;
    let agent = stage.member("agent").await;
    let agent_id = id_of(&agent).await;
    api.patch(&format!("/api/v1/users/{agent_id}"), &json!({"role": "supervisor"})).await.of(200);
    let team = api.post("/api/v1/teams", &json!({"name": "Sales", "members": [agent_id]})).await.of(201);
    let team_path = format!("/api/v1/teams/{}", text(&team, "id"));
    api.patch(&team_path, &json!({"name": "Sellers", "members": []})).await.of(200);
    api.delete(&team_path).await.of(204);
    api.put("/api/v1/assignment", &json!({"rule": "by_load", "capacity": 5})).await.of(200);
    let key = api.post("/api/v1/api-keys", &json!({"name": "cron"})).await.of(201);
    api.delete(&format!("/api/v1/api-keys/{}", text(&key, "id"))).await.of(204);
    let invited = json!({"email": "new@first.example", "role": "agent"});
    let invitation = api.post("/api/v1/invitations", &invited).await.of(201);
    api.delete(&format!("/api/v1/invitations/{}", text(&invitation, "id"))).await.of(204);
    let reply = json!({"name": "hours", "text": "9 to 5", "shared": true});
    let reply = api.post("/api/v1/saved-replies", &reply).await.of(201);
    let reply_path = format!("/api/v1/saved-replies/{}", text(&reply, "id"));
    api.patch(&reply_path, &json!({"text": "9 to 6"})).await.of(200);
    api.delete(&reply_path).await.of(204);
    let channel_path = format!("/api/v1/channels/{}", stage.channel.id);
    api.patch(&channel_path, &json!({"name": "Support"})).await.of(200);
    let conversation = stage.meet(&customer(0)).await;
    let shown = api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    let contact_path = format!("/api/v1/contacts/{}", text(&shown["contact"], "id"));
    agent.patch(&contact_path, &json!({"about": "likes tea", "blocked": true})).await.of(200);
    api.patch(&contact_path, &json!({"blocked": false})).await.of(200);
    let said = json!({"scope": "marketing", "choice": "given", "how": "form", "reference": "form 7"});
    api.post(&format!("{contact_path}/consent"), &said).await.of(200);
    api.get(&format!("{contact_path}/consent/proof")).await.of(200);
    api.delete(&channel_path).await.of(204);
    let all = trail(api).await;
    let mut expected = vec![
        "workspace_made",
        "key_made",
        "channel_connected",
        "member_added",
        "signed_in",
        "member_changed",
        "team_made",
        "team_changed",
        "team_deleted",
        "assignment_changed",
        "key_made",
        "key_revoked",
        "invited",
        "invitation_revoked",
        "reply_made",
        "reply_changed",
        "reply_deleted",
        "channel_changed",
        "contact_changed",
        "contact_blocked",
        "contact_unblocked",
        "consent_recorded",
        "consent_exported",
        "channel_disconnected",
    ];
    expected.sort_unstable();
    assert_eq!(acts(&all), expected);
    let times: Vec<_> = all.iter().map(|entry| text(entry, "at")).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "newest first: {times:?}");
    let of = |act: &str| all.iter().find(|entry| entry["act"] == act).expect("it stands there").clone();
    let changed = of("member_changed");
    assert_eq!(changed["changes"], json!([{"field": "role", "before": "agent", "after": "supervisor"}]));
    assert_eq!(changed["about"], json!({"id": agent_id, "name": "The agent"}));
    assert_eq!((text(&changed["by"], "kind"), changed["address"].is_string()), ("api".to_owned(), true));
    assert!(text(&changed, "correlation_id").starts_with("cor_"));
    let blocked = of("contact_blocked");
    assert_eq!(
        (text(&blocked["by"], "kind"), text(&blocked["by"], "id")),
        ("agent".to_owned(), agent_id.clone())
    );
    let team = of("team_changed");
    let left = json!([{"field": "name", "before": "Sales", "after": "Sellers"}, {"field": "members", "before": agent_id}]);
    assert_eq!(team["changes"], left);
    let made = of("workspace_made");
    assert_eq!((text(&made["by"], "kind"), made["address"].is_null()), ("system".to_owned(), true));
}

#[tokio::test]
async fn what_people_do_with_conversations_stands_there_once_also_after_a_crash() {
    let mut stage = Stage::new().await;
    let agent = stage.member("agent").await;
    let conversation = stage.meet(&customer(0)).await;
    let path = format!("/api/v1/conversations/{conversation}");
    let me = id_of(&agent).await;
    agent.post(&format!("{path}/assign"), &json!({"assignee_id": me})).await.of(200);
    agent.post(&format!("{path}/status"), &json!({"status": "resolved"})).await.of(200);
    // The customer opens it again: that is nobody's act.
    stage.postman.deliver(&[stage.text(&customer(0), 2, "one more thing")]).await;
    stage.server.kill();
    stage.server.boot().await;
    agent.post(&format!("{path}/status"), &json!({"status": "pending"})).await.of(200);
    let query = format!("?area=conversations&about={conversation}");
    until("all of it stands there", async || {
        let (found, _) = page(&stage.api, &query).await;
        let acts = acts(&found);
        let whole = ["conversation_assigned", "conversation_pending", "conversation_resolved"];
        (acts == whole).then_some(())
    })
    .await;
    let (found, _) = page(&stage.api, &query).await;
    for entry in found {
        assert_eq!(text(&entry["by"], "id"), me, "{entry}");
        assert_eq!(text(&entry["about"], "name"), "Customer 0");
    }
}

#[tokio::test]
async fn secrets_are_named_and_stand_nowhere() {
    let stage = Stage::new().await;
    let channel_path = format!("/api/v1/channels/{}", stage.channel.id);
    stage.api.patch(&channel_path, &json!({"app_secret": secret(1)})).await.of(200);
    let key = stage.api.post("/api/v1/api-keys", &json!({"name": "cron"})).await.of(201);
    let agent = stage.member("agent").await;
    agent.delete("/api/v1/sessions/current").await.of(204);
    let all = trail(&stage.api).await;
    let changed = all.iter().find(|entry| entry["act"] == "channel_changed").expect("it was changed");
    assert_eq!(changed["changes"], json!([{"field": "app_secret"}]));
    assert!(all.iter().any(|entry| entry["act"] == "signed_out"));
    let told = serde_json::to_string(&all).expect("JSON");
    for hidden in [secret(1), text(&key, "api_key"), "correct horse battery".to_owned()] {
        assert!(!told.contains(&hidden), "{hidden}");
    }
}

#[tokio::test]
async fn the_trail_is_read_page_by_page_by_part_and_by_person_and_by_those_of_the_workspace_alone() {
    let stage = Stage::new().await;
    let agent = stage.member("agent").await;
    agent.get("/api/v1/audit").await.is_problem(403, "not_allowed");
    for nth in 0..25 {
        stage.api.post("/api/v1/teams", &json!({"name": format!("Team {nth}")})).await.of(201);
    }
    let whole = trail(&stage.api).await;
    let (mut paged, mut next) = page(&stage.api, "?limit=4").await;
    while let Some(cursor) = next {
        let (more, after) = page(&stage.api, &format!("?limit=4&cursor={cursor}")).await;
        assert!(more.len() <= 4);
        paged.extend(more);
        next = after;
    }
    assert_eq!(paged, whole);
    let (teams, _) = page(&stage.api, "?area=teams&limit=200").await;
    assert_eq!(teams.len(), 25);
    let (own, _) = page(&stage.api, &format!("?by={}", id_of(&agent).await)).await;
    assert_eq!(acts(&own), ["signed_in"]);
    let long = format!("by={}", "x".repeat(65));
    for wrong in ["limit=0", "limit=201", "area=nothing", "cursor=x", &long] {
        stage.api.get(&format!("/api/v1/audit?{wrong}")).await.is_problem(422, "invalid");
    }
    let other = stage.server.workspace("second");
    let theirs = Api::of(stage.server.address(), &other);
    connect(&stage.server, &theirs, 2).await;
    let found = acts(&trail(&theirs).await);
    assert_eq!(found, ["channel_connected", "key_made", "workspace_made"]);
    assert_eq!(trail(&stage.api).await, whole, "and nothing of theirs is ours");
}
