//! P7 and the manners of the API: who may ask, what foreign ids answer, pages, versions, snapshots that join
//! the stream.

use std::collections::BTreeSet;

use http::Method;
use serde_json::{Value, json};
use switchboard_simulator::Faults;
use tokio::task::JoinSet;

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::{Snapshot, bare, number, position, text},
    stage::{Stage, messages_path, text_body},
    until,
    wire::{Came, Socket},
};

/// Every address with an id in it, with a body that would do.
fn with_ids(
    [
        conversation,
        message,
        contact,
        channel,
        key,
        user,
        team,
        template,
        invitation,
        reply,
        label,
        view,
        bulk,
        rule,
        own_macro,
        push,
    ]: [&str; 16],
) -> Vec<(Method, String, Value)> {
    let of = |act: &str| format!("/api/v1/conversations/{conversation}{act}");
    let start = json!({"channel_id": channel, "phone": "447700900999"});
    let said = json!({"scope": "marketing", "choice": "given", "how": "phone"});
    vec![
        (Method::GET, of(""), Value::Null),
        (Method::GET, of("/messages"), Value::Null),
        (Method::GET, of("/permission"), Value::Null),
        (Method::POST, of("/messages/check"), text_body("hello")),
        (Method::POST, of("/messages"), text_body("hello")),
        (Method::POST, of("/assign"), json!({"assignee_id": null})),
        (Method::POST, of("/team"), json!({"team_id": null})),
        (Method::POST, of("/priority"), json!({"priority": "high"})),
        (Method::POST, of("/labels"), json!({"add": []})),
        (Method::POST, of("/read"), json!({})),
        (Method::POST, of("/status"), json!({"status": "resolved"})),
        (Method::POST, of("/ownership"), json!({"to": "agents"})),
        (Method::POST, of("/notes"), json!({"body": "note"})),
        (Method::GET, of("/scheduled"), Value::Null),
        (
            Method::POST,
            of("/scheduled"),
            json!({"send_at": "2099-01-01T00:00:00Z", "message": text_body("hi")}),
        ),
        (Method::PATCH, of(&format!("/scheduled/{message}")), json!({"unless_reply": true})),
        (Method::DELETE, of(&format!("/scheduled/{message}")), Value::Null),
        (Method::POST, of(&format!("/scheduled/{message}/send")), json!({})),
        (Method::GET, of("/draft"), Value::Null),
        (Method::POST, of("/draft"), json!({"base_version": 0, "reply": "Hello"})),
        (Method::POST, of(&format!("/messages/{message}/cancel")), json!({})),
        (Method::POST, of(&format!("/messages/{message}/retry")), json!({})),
        (Method::GET, format!("/api/v1/contacts/{contact}"), Value::Null),
        (Method::PATCH, format!("/api/v1/contacts/{contact}"), json!({"name": "Mallory"})),
        (Method::GET, format!("/api/v1/contacts/{contact}/consent"), Value::Null),
        (Method::GET, format!("/api/v1/contacts/{contact}/consent/proof"), Value::Null),
        (Method::POST, format!("/api/v1/contacts/{contact}/consent"), said),
        (Method::GET, format!("/api/v1/templates?channel_id={channel}"), Value::Null),
        (
            Method::PATCH,
            format!("/api/v1/templates/{template}"),
            json!({"channel_id": channel, "seen": true}),
        ),
        (Method::DELETE, format!("/api/v1/templates/{template}?channel_id={channel}"), Value::Null),
        (Method::POST, "/api/v1/conversations".to_owned(), start),
        (Method::GET, format!("/api/v1/channels/{channel}"), Value::Null),
        (Method::PATCH, format!("/api/v1/channels/{channel}"), json!({"name": "Mallory"})),
        (Method::POST, format!("/api/v1/channels/{channel}/check"), json!({})),
        (Method::DELETE, format!("/api/v1/channels/{channel}"), Value::Null),
        (Method::PATCH, format!("/api/v1/users/{user}"), json!({"role": "agent"})),
        (Method::DELETE, format!("/api/v1/users/{user}"), Value::Null),
        (Method::PATCH, format!("/api/v1/teams/{team}"), json!({"name": "Mallory"})),
        (Method::GET, format!("/api/v1/teams/{team}/business-hours"), Value::Null),
        (Method::PUT, format!("/api/v1/teams/{team}/business-hours"), json!({"hours": null})),
        (Method::GET, format!("/api/v1/teams/{team}/rating-settings"), Value::Null),
        (Method::PUT, format!("/api/v1/teams/{team}/rating-settings"), json!({"settings": null})),
        (Method::DELETE, format!("/api/v1/teams/{team}"), Value::Null),
        (Method::DELETE, format!("/api/v1/api-keys/{key}"), Value::Null),
        (Method::DELETE, format!("/api/v1/invitations/{invitation}"), Value::Null),
        (Method::POST, format!("/api/v1/invitations/{invitation}/resend"), json!({})),
        (Method::PATCH, format!("/api/v1/saved-replies/{reply}"), json!({"text": "Mallory"})),
        (Method::DELETE, format!("/api/v1/saved-replies/{reply}"), Value::Null),
        (Method::PATCH, format!("/api/v1/labels/{label}"), json!({"name": "Mallory"})),
        (Method::DELETE, format!("/api/v1/labels/{label}"), Value::Null),
        (Method::PATCH, format!("/api/v1/views/{view}"), json!({"name": "Mallory"})),
        (Method::DELETE, format!("/api/v1/views/{view}"), Value::Null),
        (Method::GET, format!("/api/v1/rules/{rule}"), Value::Null),
        (Method::PATCH, format!("/api/v1/rules/{rule}"), json!({"name": "Mallory"})),
        (Method::DELETE, format!("/api/v1/rules/{rule}"), Value::Null),
        (Method::PATCH, format!("/api/v1/macros/{own_macro}"), json!({"name": "Mallory"})),
        (Method::DELETE, format!("/api/v1/macros/{own_macro}"), Value::Null),
        (
            Method::POST,
            format!("/api/v1/conversations/{conversation}/macros"),
            json!({"macro_id": own_macro}),
        ),
        (Method::GET, format!("/api/v1/bulk-changes/{bulk}"), Value::Null),
        (Method::GET, format!("/api/v1/bulk-changes/{bulk}/failures"), Value::Null),
        (Method::POST, format!("/api/v1/bulk-changes/{bulk}/undo"), json!({})),
        (Method::DELETE, format!("/api/v1/push-subscriptions/{push}"), Value::Null),
        (
            Method::GET,
            format!("/api/v1/saved-replies/{reply}/filled?conversation_id={conversation}"),
            Value::Null,
        ),
    ]
}

fn body_of(body: &Value) -> Option<&Value> {
    (!body.is_null()).then_some(body)
}

#[tokio::test]
async fn foreign_ids_answer_404_on_every_address_and_change_nothing() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    let message = text(&stage.messages(&conversation).await[0], "id");
    let contact = text(&shown["contact"], "id");
    let second = stage.server.workspace("second");
    let stranger = Api::of(stage.server.address(), &second);
    let nobody = Api::nobody(stage.server.address());
    let before = stage.snapshot().await;
    let keys = stage.api.get("/api/v1/api-keys").await.of(200);
    let key = text(&keys["api_keys"][0], "id");
    let team = stage.api.post("/api/v1/teams", &json!({"name": "Sales"})).await.of(201);
    let team = text(&team, "id");
    let owner = text(&stage.api.get("/api/v1/me").await.of(200)["user"], "id");
    let ask = json!({"email": "guest@first.example", "role": "agent"});
    let invitation = text(&stage.api.post("/api/v1/invitations", &ask).await.of(201), "id");
    let invitations = stage.api.get("/api/v1/invitations").await.of(200);
    let kept = json!({"shared": true, "name": "hello", "text": "Hello"});
    let reply = text(&stage.api.post("/api/v1/saved-replies", &kept).await.of(201), "id");
    let label = text(&stage.api.post("/api/v1/labels", &json!({"name": "Repair"})).await.of(201), "id");
    let view = json!({"shared": true, "name": "Everything", "filter": []});
    let view = text(&stage.api.post("/api/v1/views", &view).await.of(201), "id");
    let note = json!([{"action": "note", "text": "Seen"}]);
    let kept = json!({"name": "Notes", "enabled": true, "when": {"event": "labelled"}, "actions": note});
    let rule = text(&stage.api.post("/api/v1/rules", &kept).await.of(201), "id");
    let kept = json!({"shared": true, "name": "Notes", "actions": note});
    let own_macro = text(&stage.api.post("/api/v1/macros", &kept).await.of(201), "id");
    let nothing = json!({"change": {"field": "read"}, "conversations": []});
    let bulk = text(&stage.api.post("/api/v1/bulk-changes", &nothing).await.of(202), "id");
    let browser = json!({"endpoint": "https://push.example.com/a", "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg"}});
    let member = stage.member("agent").await;
    let push = text(&member.post("/api/v1/push-subscriptions", &browser).await.of(201), "id");
    let channel = &stage.channel.id;
    let ids = [
        &conversation,
        &message,
        &contact,
        channel,
        &key,
        &owner,
        &team,
        "1",
        &invitation,
        &reply,
        &label,
        &view,
        &bulk,
        &rule,
        &own_macro,
        &push,
    ];
    let ids = ids.map(|id: &str| id);
    // Every address with an id in it is here; those of files are in `media.rs`.
    let document = stage.api.get("/openapi.json").await.of(200);
    let paths = document["paths"].as_object().expect("paths").iter();
    let with_id = paths.filter(|(path, _)| path.contains('{') && !path.starts_with("/api/v1/media/"));
    let documented: usize = with_id.map(|(_, item)| item.as_object().expect("methods").len()).sum();
    let tried = with_ids(["none"; 16]).into_iter().filter(|(_, path, _)| path.contains("/none")).count();
    assert_eq!(tried, documented, "is each address with an id tried with a foreign one?");
    for (method, path, body) in with_ids(ids) {
        stranger.ask(method.clone(), &path, body_of(&body)).await.is_problem(404, "not_found");
        nobody.ask(method, &path, body_of(&body)).await.is_problem(401, "not_signed_in");
    }
    // A colleague of another workspace can be given nothing, either.
    let them = stranger.get("/api/v1/me").await.of(200);
    let assign = json!({"assignee_id": them["user"]["id"]});
    let path = format!("/api/v1/conversations/{conversation}/assign");
    stage.api.post(&path, &assign).await.is_problem(404, "not_found");
    assert_eq!(before.difference(&stage.snapshot().await), None);
    assert_eq!(Snapshot::of(&stranger).await.0, Snapshot::default());
    let contacts = stranger.get("/api/v1/contacts").await.of(200);
    assert_eq!(contacts["contacts"], json!([]));
    // Ids that are none, and ids of nobody.
    for (method, path, body) in with_ids(["none"; 16]) {
        // A template belongs to a channel, which must be one.
        if path.contains("/none") && !path.contains("/templates/") {
            stage.api.ask(method, &path, body_of(&body)).await.is_problem(404, "not_found");
        }
    }
    assert_eq!(stage.api.get("/api/v1/api-keys").await.of(200), keys);
    assert_eq!(stage.api.get("/api/v1/invitations").await.of(200), invitations);
    assert_eq!(stranger.get("/api/v1/invitations").await.of(200)["invitations"], json!([]));
    // Nor is a conversation put with another workspace's team, or its team's list seen.
    let path = format!("/api/v1/conversations/{conversation}/team");
    let theirs = stranger.post("/api/v1/teams", &json!({"name": "Theirs"})).await.of(201);
    stage.api.post(&path, &json!({"team_id": theirs["id"]})).await.is_problem(404, "not_found");
    let view = format!("/api/v1/conversations?view=team:{}", text(&theirs, "id"));
    stage.api.get(&view).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn without_credentials_there_is_nothing_to_see() {
    let stage = Stage::new().await;
    let nobody = Api::nobody(stage.server.address());
    let wrong = nobody.with("authorization", "Bearer swb_0123456789012345678901234567890123456789012");
    for path in [
        "/api/v1/me",
        "/api/v1/users",
        "/api/v1/channels",
        "/api/v1/conversations",
        "/api/v1/contacts",
        "/api/v1/audit",
        "/api/v1/dead-letters",
    ] {
        nobody.get(path).await.is_problem(401, "not_signed_in");
        wrong.get(path).await.is_problem(401, "not_signed_in");
    }
    for path in ["/healthz", "/readyz", "/metrics", "/openapi.json"] {
        assert_eq!(nobody.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_browser_signs_in_needs_its_csrf_token_to_change_and_signs_out() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let nobody = Api::nobody(stage.server.address());
    let sign_in = |password: &str| json!({"email": "owner@first.example", "password": password});
    nobody.post("/api/v1/sessions", &sign_in("wrong")).await.is_problem(401, "wrong_credentials");
    let answer = nobody.post("/api/v1/sessions", &sign_in("correct horse battery")).await;
    let set_cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(set_cookie.contains("HttpOnly") && set_cookie.contains("SameSite="), "{set_cookie}");
    let me = answer.of(201);
    let cookie = set_cookie.split(';').next().unwrap().to_owned();
    let browser = nobody.with("cookie", &cookie);
    assert_eq!(browser.get("/api/v1/me").await.of(200)["csrf_token"], me["csrf_token"]);
    let path = messages_path(&conversation);
    browser.post(&path, &text_body("no token")).await.is_problem(403, "csrf_token_wrong");
    browser
        .with("x-csrf-token", "guess")
        .post(&path, &text_body("wrong token"))
        .await
        .is_problem(403, "csrf_token_wrong");
    let page = browser.with("x-csrf-token", &text(&me, "csrf_token"));
    page.with("origin", "https://evil.example")
        .post(&path, &text_body("elsewhere"))
        .await
        .is_problem(403, "foreign_origin");
    let sent = page.post(&path, &text_body("with token")).await.of(202);
    assert_eq!(sent["sent_by"]["kind"], "agent");
    assert_eq!(sent["sent_by"]["id"], me["user"]["id"]);
    // What the sign-in opened ends with it, by cookie or by ticket; what a key opened stays.
    let address = stage.server.address().now().await;
    let ticket = page.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let ticket = format!("?ticket={}", text(&ticket, "ticket"));
    let mut by_cookie = Socket::open(&address, "", &[("cookie", &cookie)]).await.unwrap();
    let mut by_ticket = Socket::open(&address, &ticket, &[]).await.unwrap();
    let mut by_key = Socket::with_key(&address, &stage.workspace.api_key).await.unwrap();
    by_cookie.subscribe(None, false).await;
    by_ticket.subscribe(None, false).await;
    by_key.subscribe(None, false).await;
    let out = page.delete("/api/v1/sessions/current").await;
    assert_eq!(
        out.headers["clear-site-data"], "\"cache\"",
        "files that were shown are not read by who comes next"
    );
    out.of(204);
    browser.get("/api/v1/me").await.is_problem(401, "not_signed_in");
    assert_eq!(by_cookie.close_code().await, Some(4001));
    assert_eq!(by_ticket.close_code().await, Some(4001));
    stage.postman.deliver(&[stage.text(&customer(0), 2, "still here?")]).await;
    by_key.event("message.received").await;
    let texts: Vec<_> =
        stage.messages(&conversation).await.iter().map(|message| text(&message["content"], "body")).collect();
    assert_eq!(texts, ["hello", "with token", "still here?"]);
}

#[tokio::test]
async fn it_is_measured_how_many_passwords_wait_and_how_long_hashing_takes() {
    let stage = Stage::new().await;
    // The workspace's own owner had one.
    let before = stage.api.metric("passwords_hash_seconds_count").await;
    assert!(before >= 1.0, "{before}");
    let nobody = Api::nobody(stage.server.address());
    let sign_in = json!({"email": "nobody@first.example", "password": "correct horse battery"});
    nobody.post("/api/v1/sessions", &sign_in).await.is_problem(401, "wrong_credentials");
    assert_eq!(stage.api.metric("passwords_hash_seconds_count").await, before + 1.0);
    let metrics = stage.api.get("/metrics").await.body;
    let metrics = metrics.as_str().unwrap();
    assert!(metrics.lines().any(|line| line == "passwords_waiting 0"), "{metrics}");
}

#[tokio::test]
async fn a_key_is_shown_once_opens_what_its_maker_may_and_nothing_once_revoked() {
    let stage = Stage::new().await;
    let made = stage.api.keyed("make").post("/api/v1/api-keys", &json!({"name": " Shop "})).await.of(201);
    let again = stage.api.keyed("make").post("/api/v1/api-keys", &json!({"name": " Shop "})).await.of(201);
    assert_eq!(made, again, "the same request makes one key");
    let (id, secret) = (text(&made, "id"), text(&made, "api_key"));
    let listed = stage.api.get("/api/v1/api-keys").await.of(200);
    let names: Vec<_> = listed["api_keys"].as_array().unwrap().iter().map(|key| text(key, "name")).collect();
    assert_eq!(names, ["Shop", "workspace create"]);
    assert!(!listed.to_string().contains(&secret));
    assert!(secret.ends_with(&text(&listed["api_keys"][0], "ends_with")));
    stage.api.post("/api/v1/api-keys", &json!({"name": "  "})).await.is_problem(422, "invalid");

    let shop = Api::nobody(stage.server.address()).with("authorization", &format!("Bearer {secret}"));
    assert_eq!(shop.get("/api/v1/me").await.of(200)["user"]["name"], "Shop");
    let address = stage.server.address().now().await;
    let ticket = shop.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let unused = shop.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let mut by_key = Socket::with_key(&address, &secret).await.unwrap();
    let mut by_ticket =
        Socket::open(&address, &format!("?ticket={}", text(&ticket, "ticket")), &[]).await.unwrap();
    by_key.subscribe(None, false).await;
    by_ticket.subscribe(None, false).await;

    let path = format!("/api/v1/api-keys/{id}");
    stage.api.delete(&path).await.of(204);
    shop.get("/api/v1/me").await.is_problem(401, "not_signed_in");
    assert_eq!((by_key.close_code().await, by_ticket.close_code().await), (Some(4001), Some(4001)));
    let mut late =
        Socket::open(&address, &format!("?ticket={}", text(&unused, "ticket")), &[]).await.unwrap();
    assert_eq!(late.close_code().await, Some(4001), "a ticket ends with what it stands for");
    stage.api.delete(&path).await.is_problem(404, "not_found");
    stage.api.get("/api/v1/me").await.of(200);
}

#[tokio::test]
async fn keys_are_for_owners() {
    let stage = Stage::new().await;
    let agent = stage.colleague().await;
    let keys = stage.api.get("/api/v1/api-keys").await.of(200);
    let path = format!("/api/v1/api-keys/{}", text(&keys["api_keys"][0], "id"));
    agent.get("/api/v1/api-keys").await.is_problem(403, "not_allowed");
    agent.post("/api/v1/api-keys", &json!({"name": "mine"})).await.is_problem(403, "not_allowed");
    agent.delete(&path).await.is_problem(403, "not_allowed");
    assert_eq!(stage.api.get("/api/v1/api-keys").await.of(200), keys);
}

#[tokio::test]
async fn what_is_wrong_is_a_problem_with_a_stable_code() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let api = &stage.api;
    api.get("/api/v1/nothing").await.is_problem(404, "not_found");
    api.delete("/api/v1/conversations").await.is_problem(405, "method_not_allowed");
    // Methods that somebody made up are counted together.
    let brew = Method::from_bytes(b"BREW").unwrap();
    api.ask(brew, "/api/v1/conversations", None).await.is_problem(405, "method_not_allowed");
    let metrics = api.get("/metrics").await.body;
    let metrics = metrics.as_str().unwrap();
    assert!(metrics.contains("method=\"other\"") && !metrics.contains("BREW"), "{metrics}");
    api.get("/api/v1/conversations?limit=0").await.is_problem(422, "invalid");
    api.get("/api/v1/conversations?view=yours").await.is_problem(422, "invalid");
    api.get("/api/v1/conversations?cursor=nonsense").await.is_problem(422, "invalid");
    let path = messages_path(&conversation);
    let wrong = api.post(&path, &json!({"type": "text", "text": {"body": 5}})).await;
    assert_eq!(wrong.body["field"], "text.body");
    wrong.is_problem(422, "invalid");
    for (path, body, field) in [
        (&path[..], json!({"type": "text", "text": {}}), "text.body"),
        ("/api/v1/api-keys", json!({}), "name"),
        ("/api/v1/conversations", json!({"phone": "447700900999"}), "channel_id"),
    ] {
        let wrong = api.post(path, &body).await;
        assert_eq!(wrong.body["field"], field, "{}", wrong.body);
        wrong.is_problem(422, "invalid");
    }
    let wrong = api.get("/api/v1/templates").await;
    assert_eq!(wrong.body["field"], "channel_id", "{}", wrong.body);
    wrong.is_problem(422, "invalid");
    api.post(&path, &json!({"type": "hologram"})).await.is_problem(422, "invalid");
    api.post(&path, &text_body("  ")).await.is_problem(422, "invalid");
    api.post(&path, &text_body(&"x".repeat(4_097))).await.is_problem(422, "invalid");
    api.post(&path, &text_body(&"x".repeat(300_000))).await.is_problem(413, "too_large");
    api.keyed("a key with spaces").post(&path, &text_body("x")).await.is_problem(422, "invalid");
    assert_eq!(stage.messages(&conversation).await.len(), 1);
}

#[tokio::test]
async fn of_two_who_edit_a_contact_the_second_is_told() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    let path = format!("/api/v1/contacts/{}", text(&shown["contact"], "id"));
    let tag = |answer: &crate::support::api::Answer| answer.headers["etag"].to_str().unwrap().to_owned();
    let first = tag(&stage.api.get(&path).await);
    let changed = stage.api.with("if-match", &first).patch(&path, &json!({"name": "Ada L."})).await;
    let second = tag(&changed);
    assert_ne!(first, second);
    assert_eq!(changed.of(200)["name"], "Ada L.");
    let late = stage.api.with("if-match", &first);
    late.patch(&path, &json!({"name": "Ada K."})).await.is_problem(412, "changed");
    stage.api.with("if-match", &second).patch(&path, &json!({"about": "cycles"})).await.of(200);
    assert_eq!(stage.api.get(&path).await.of(200)["name"], "Ada L.");
    until("the conversation to show the name", async || {
        let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
        (shown["contact"]["name"] == "Ada L.").then_some(())
    })
    .await;
}

#[tokio::test]
async fn pages_together_are_the_whole_list() {
    let stage = Stage::new().await;
    let updates: Vec<_> = (0..23).map(|nth| stage.text(&customer(nth), 1, "hello")).collect();
    stage.postman.deliver(&updates).await;
    for sort in ["newest", "oldest", "waiting", "window"] {
        let path = |more: &str| format!("/api/v1/conversations?sort={sort}{more}");
        let whole = stage.api.get(&path("&limit=100")).await.of(200);
        let ids = |page: &Value| -> Vec<String> {
            page["conversations"].as_array().unwrap().iter().map(|found| text(found, "id")).collect()
        };
        assert_eq!((ids(&whole).len(), number(&whole, "total")), (23, 23));
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = stage.api.get(&path(&format!("&limit=5{cursor}"))).await.of(200);
            assert!(ids(&page).len() <= 5);
            all.extend(ids(&page));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(all, ids(&whole), "{sort}");
    }
    let (mut contacts, mut cursor) = (BTreeSet::new(), String::new());
    loop {
        let page = stage.api.get(&format!("/api/v1/contacts?limit=5{cursor}")).await.of(200);
        for contact in page["contacts"].as_array().unwrap() {
            assert!(contacts.insert(text(contact, "id")), "no contact comes twice");
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(contacts.len(), 23);
    // Messages, seven at a time.
    let many: Vec<_> = (2..60).map(|nth| stage.text(&customer(0), nth, &format!("{nth}"))).collect();
    stage.postman.deliver(&many).await;
    let snapshot = stage.snapshot().await;
    let (id, messages) = snapshot.messages.iter().find(|(_, messages)| messages.len() > 1).unwrap();
    assert_eq!(crate::support::snapshot::messages(&stage.api, id, 7).await, *messages);
}

#[tokio::test]
async fn a_snapshot_and_the_events_after_its_place_are_a_later_snapshot() {
    let stage = Stage::new().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.unwrap();
    let subscribed = position(&socket.subscribe(None, true).await);
    let mut tasks = JoinSet::new();
    for connection in 0..3_u64 {
        let postman = stage.postman.another();
        let updates: Vec<_> = (0..150)
            .map(|nth| {
                stage.text(&customer(nth % 9), connection * 1_000 + nth, &format!("{connection}:{nth}"))
            })
            .collect();
        tasks.spawn(async move {
            for some in updates.chunks(3) {
                postman.deliver(some).await;
            }
        });
    }
    // In the middle of it.
    until("some conversations", async || {
        let page = stage.api.get("/api/v1/conversations").await.of(200);
        (number(&page, "total") >= 5).then_some(())
    })
    .await;
    let (mut joined, as_of) = Snapshot::of(&stage.api).await;
    assert_eq!(as_of.0, subscribed.0);
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    stage.postman.deliver(&[stage.text(&customer(0), 9_999, "the end")]).await;
    loop {
        let Came::Frame(event) = crate::support::soon("an event", socket.next()).await else {
            panic!("it ended")
        };
        if event["type"] != "event" || number(&event, "offset") <= as_of.1 {
            continue;
        }
        let data = &event["data"];
        if let Some(conversation) = data.get("conversation") {
            let place =
                joined.conversations.entry(text(conversation, "id")).or_insert_with(|| bare(conversation));
            if number(place, "version") < number(conversation, "version") {
                *place = bare(conversation);
            }
        }
        if let Some(message) = data.get("message") {
            let messages = joined.messages.entry(text(message, "conversation_id")).or_default();
            let place = messages.entry(number(message, "seq")).or_insert_with(|| message.clone());
            if number(place, "version") < number(message, "version") {
                *place = message.clone();
            }
            if message["content"]["body"] == "the end" {
                break;
            }
        }
    }
    assert_eq!(joined.difference(&stage.snapshot().await), None);
}

#[tokio::test]
async fn everything_that_is_measured_says_what_it_is() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let sent = stage.send(&conversation, "hello").await;
    stage.until_state(&sent, "sent").await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.unwrap();
    socket.subscribe(None, false).await;
    let nobody = Api::nobody(stage.server.address());
    let metrics = nobody.get("/metrics").await.body;
    let text = metrics.as_str().unwrap_or_default();
    let named = |kind: &str| -> BTreeSet<String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(kind));
        lines.filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
    };
    let (typed, described) = (named("# TYPE "), named("# HELP "));
    assert!(typed.len() > 30, "{typed:?}");
    assert_eq!(typed.difference(&described).collect::<Vec<_>>(), Vec::<&String>::new());
    for name in
        ["switchboard_actor_letters_waiting", "switchboard_store_queue_commits", "switchboard_socket_open"]
    {
        assert!(typed.contains(name), "{name}");
    }
}

#[tokio::test]
async fn a_workspace_that_asks_too_often_is_told_to_wait_whichever_key_it_takes_and_others_are_not() {
    let stage = Stage::with(1, Faults::none(), &[("LIMITS__REQUESTS_PER_SECOND_PER_WORKSPACE", "2")]).await;
    let colleague = stage.colleague().await;
    let stranger = Api::of(stage.server.address(), &stage.server.workspace("second"));
    let ask = async |api: &Api| api.get("/api/v1/me").await;
    let mut asked = 0;
    let refused = loop {
        let answer = ask(if asked % 2 == 0 { &stage.api } else { &colleague }).await;
        if answer.status != 200 {
            break answer;
        }
        asked += 1;
        assert!(asked < 1_000, "nothing is refused");
    };
    refused.is_problem(429, "too_many_requests");
    let words = text(&refused.body, "detail");
    assert!(words.contains("to this workspace") && words.contains("try again in 1 s"), "{words}");
    ask(&stranger).await.of(200);
}
