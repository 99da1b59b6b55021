//! Who may do what: every address and every command of the socket, with every role.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::text,
    stage::Stage,
    wire::{Came, Socket},
};

/// The roles, the one that may do most first.
const ROLES: [&str; 5] = ["owner", "admin", "supervisor", "agent", "analyst"];

/// Whom an address or a command is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    /// Whoever asks, also without being signed in.
    Anybody,
    /// Whoever is in the workspace.
    Members,
    /// Those who answer customers.
    Answering,
    /// Those who lead, and those who look at how it goes.
    Watching,
    /// Those who look after templates and teams.
    Supervisors,
    /// Those who look after the workspace.
    Admins,
}

impl For {
    fn lets_in(self, role: &str) -> bool {
        let barred = match self {
            Self::Watching => return role != "agent",
            Self::Anybody | Self::Members => 0,
            Self::Answering => 1,
            Self::Supervisors => 2,
            Self::Admins => 3,
        };
        ROLES.iter().position(|one| *one == role).expect("a role") < ROLES.len() - barred
    }
}

/// Every address, as the API's document names it. A new one must say here whom it is for.
fn addresses() -> BTreeMap<(&'static str, &'static str), For> {
    use For::{Admins, Answering, Anybody, Members, Supervisors, Watching};
    BTreeMap::from([
        (("GET", "/api/v1/api-keys"), Admins),
        (("POST", "/api/v1/api-keys"), Admins),
        (("DELETE", "/api/v1/api-keys/{id}"), Admins),
        (("GET", "/api/v1/assignment"), Members),
        (("PUT", "/api/v1/assignment"), Supervisors),
        (("GET", "/api/v1/availability"), Members),
        (("PATCH", "/api/v1/availability"), Members),
        (("GET", "/api/v1/business-hours"), Members),
        (("PUT", "/api/v1/business-hours"), Supervisors),
        (("GET", "/api/v1/channels"), Members),
        (("POST", "/api/v1/channels"), Admins),
        (("POST", "/api/v1/channels/check"), Admins),
        (("GET", "/api/v1/channels/sign-up"), Admins),
        (("POST", "/api/v1/channels/sign-up"), Admins),
        (("POST", "/api/v1/channels/sign-up/connect"), Admins),
        (("GET", "/api/v1/channels/{id}"), Members),
        (("DELETE", "/api/v1/channels/{id}"), Admins),
        (("PATCH", "/api/v1/channels/{id}"), Admins),
        (("POST", "/api/v1/channels/{id}/check"), Admins),
        (("GET", "/api/v1/consent-key"), Members),
        (("GET", "/api/v1/contacts"), Members),
        (("GET", "/api/v1/contacts/{id}"), Members),
        (("PATCH", "/api/v1/contacts/{id}"), Answering),
        (("GET", "/api/v1/contacts/{id}/consent"), Members),
        (("POST", "/api/v1/contacts/{id}/consent"), Answering),
        (("GET", "/api/v1/contacts/{id}/consent/proof"), Members),
        (("GET", "/api/v1/conversations"), Members),
        (("POST", "/api/v1/conversations"), Answering),
        (("GET", "/api/v1/conversations/{id}"), Members),
        (("POST", "/api/v1/conversations/{id}/assign"), Answering),
        (("GET", "/api/v1/conversations/{id}/messages"), Members),
        (("POST", "/api/v1/conversations/{id}/messages"), Answering),
        (("POST", "/api/v1/conversations/{id}/messages/check"), Answering),
        (("POST", "/api/v1/conversations/{id}/messages/{message_id}/cancel"), Answering),
        (("POST", "/api/v1/conversations/{id}/messages/{message_id}/retry"), Answering),
        (("POST", "/api/v1/conversations/{id}/notes"), Answering),
        (("POST", "/api/v1/conversations/{id}/ownership"), Answering),
        (("GET", "/api/v1/conversations/{id}/permission"), Members),
        (("POST", "/api/v1/conversations/{id}/read"), Members),
        (("GET", "/api/v1/conversations/{id}/scheduled"), Members),
        (("POST", "/api/v1/conversations/{id}/scheduled"), Answering),
        (("DELETE", "/api/v1/conversations/{id}/scheduled/{message_id}"), Answering),
        (("PATCH", "/api/v1/conversations/{id}/scheduled/{message_id}"), Answering),
        (("POST", "/api/v1/conversations/{id}/scheduled/{message_id}/send"), Answering),
        (("POST", "/api/v1/conversations/{id}/status"), Answering),
        (("POST", "/api/v1/conversations/{id}/team"), Answering),
        (("POST", "/api/v1/conversations/{id}/priority"), Answering),
        (("POST", "/api/v1/conversations/{id}/labels"), Answering),
        (("GET", "/api/v1/bulk-changes"), Answering),
        (("POST", "/api/v1/bulk-changes"), Answering),
        (("GET", "/api/v1/bulk-changes/{id}"), Answering),
        (("GET", "/api/v1/bulk-changes/{id}/failures"), Answering),
        (("POST", "/api/v1/bulk-changes/{id}/undo"), Answering),
        (("GET", "/api/v1/labels"), Members),
        (("POST", "/api/v1/labels"), Supervisors),
        (("DELETE", "/api/v1/labels/{id}"), Supervisors),
        (("PATCH", "/api/v1/labels/{id}"), Supervisors),
        // Those that everybody sees are for supervisors: `lists.rs` tries that.
        (("GET", "/api/v1/rules"), Members),
        (("POST", "/api/v1/rules"), Supervisors),
        (("POST", "/api/v1/rules/trial"), Supervisors),
        (("GET", "/api/v1/rules/{id}"), Members),
        (("DELETE", "/api/v1/rules/{id}"), Supervisors),
        (("PATCH", "/api/v1/rules/{id}"), Supervisors),
        (("GET", "/api/v1/automation-runs"), Members),
        (("GET", "/api/v1/macros"), Members),
        (("POST", "/api/v1/macros"), Answering),
        (("DELETE", "/api/v1/macros/{id}"), Answering),
        (("PATCH", "/api/v1/macros/{id}"), Answering),
        (("POST", "/api/v1/conversations/{id}/macros"), Answering),
        (("GET", "/api/v1/views"), Members),
        (("POST", "/api/v1/views"), Members),
        (("GET", "/api/v1/views/counts"), Members),
        (("DELETE", "/api/v1/views/{id}"), Members),
        (("PATCH", "/api/v1/views/{id}"), Members),
        (("GET", "/api/v1/audit"), Admins),
        (("GET", "/api/v1/rating-settings"), Members),
        (("PUT", "/api/v1/rating-settings"), Supervisors),
        (("GET", "/api/v1/teams/{id}/rating-settings"), Members),
        (("PUT", "/api/v1/teams/{id}/rating-settings"), Supervisors),
        (("GET", "/api/v1/reports/history"), Watching),
        (("GET", "/api/v1/reports/history/export"), Watching),
        (("GET", "/api/v1/reports/live"), Watching),
        (("GET", "/api/v1/reports/rows"), Watching),
        (("GET", "/api/v1/reports/rows/export"), Watching),
        (("GET", "/api/v1/dead-letters"), Admins),
        (("POST", "/api/v1/dead-letters/replay"), Admins),
        (("GET", "/api/v1/invitations"), Admins),
        (("POST", "/api/v1/invitations"), Admins),
        (("POST", "/api/v1/invitations/accept"), Anybody),
        (("POST", "/api/v1/invitations/look"), Anybody),
        (("DELETE", "/api/v1/invitations/{id}"), Admins),
        (("POST", "/api/v1/invitations/{id}/resend"), Admins),
        (("GET", "/api/v1/conversations/{id}/draft"), Answering),
        (("POST", "/api/v1/conversations/{id}/draft"), Answering),
        (("GET", "/api/v1/drafts"), Answering),
        (("GET", "/api/v1/me"), Members),
        (("POST", "/api/v1/media"), Answering),
        (("GET", "/api/v1/media/{id}"), Members),
        (("GET", "/api/v1/media/{id}/facts"), Members),
        (("POST", "/api/v1/media/{id}/links"), Members),
        (("GET", "/api/v1/notifications"), Members),
        (("PATCH", "/api/v1/notifications"), Members),
        (("GET", "/api/v1/notifications/settings"), Members),
        (("PUT", "/api/v1/notifications/settings"), Members),
        (("GET", "/api/v1/push-subscriptions"), Members),
        (("POST", "/api/v1/push-subscriptions"), Members),
        (("DELETE", "/api/v1/push-subscriptions/{id}"), Members),
        (("GET", "/api/v1/outbox"), Anybody),
        (("POST", "/api/v1/password-resets"), Anybody),
        (("POST", "/api/v1/password-resets/confirm"), Anybody),
        (("GET", "/api/v1/search"), Members),
        (("GET", "/api/v1/saved-replies"), Members),
        // Those that everybody uses are for supervisors: `replies.rs` tries that.
        (("POST", "/api/v1/saved-replies"), Answering),
        (("DELETE", "/api/v1/saved-replies/{id}"), Answering),
        (("PATCH", "/api/v1/saved-replies/{id}"), Answering),
        (("GET", "/api/v1/saved-replies/{id}/filled"), Members),
        (("POST", "/api/v1/sessions"), Anybody),
        (("DELETE", "/api/v1/sessions/current"), Members),
        (("POST", "/api/v1/sessions/current/workspace"), Members),
        (("GET", "/api/v1/sign-ups"), Anybody),
        (("POST", "/api/v1/sign-ups"), Anybody),
        (("POST", "/api/v1/sign-ups/confirm"), Anybody),
        (("POST", "/api/v1/socket-tickets"), Members),
        (("GET", "/api/v1/teams"), Members),
        (("POST", "/api/v1/teams"), Supervisors),
        (("GET", "/api/v1/sla-policies"), Members),
        (("PUT", "/api/v1/sla-policies"), Supervisors),
        (("GET", "/api/v1/teams/{id}/business-hours"), Members),
        (("PUT", "/api/v1/teams/{id}/business-hours"), Supervisors),
        (("DELETE", "/api/v1/teams/{id}"), Supervisors),
        (("PATCH", "/api/v1/teams/{id}"), Supervisors),
        (("GET", "/api/v1/templates"), Members),
        (("POST", "/api/v1/templates"), Supervisors),
        (("DELETE", "/api/v1/templates/{id}"), Supervisors),
        (("PATCH", "/api/v1/templates/{id}"), Supervisors),
        (("GET", "/api/v1/users"), Members),
        (("POST", "/api/v1/users"), Admins),
        (("PATCH", "/api/v1/users/{id}"), Admins),
        (("DELETE", "/api/v1/users/{id}"), Admins),
        (("GET", "/healthz"), Anybody),
        (("GET", "/metrics"), Anybody),
        (("GET", "/readyz"), Anybody),
    ])
}

/// Every command of the socket.
fn commands() -> BTreeMap<&'static str, For> {
    let all = [
        "message.send",
        "message.cancel",
        "message.retry",
        "note.add",
        "conversation.read",
        "conversation.assign",
        "conversation.team",
        "conversation.status",
        "conversation.priority",
        "conversation.labels",
        "conversation.ownership",
    ];
    let whom = |name| if name == "conversation.read" { For::Members } else { For::Answering };
    all.map(|name| (name, whom(name))).into()
}

/// The ids in an address, of the right kind and of nothing that there is.
fn filled(path: &str) -> String {
    let prefix = match path.split('/').nth(3).unwrap_or_default() {
        "api-keys" => "key",
        "bulk-changes" => "blk",
        "channels" => "chn",
        "contacts" => "con",
        "conversations" => "cnv",
        "invitations" => "inv",
        "labels" => "lbl",
        "macros" => "mac",
        "media" => "med",
        "rules" => "rul",
        "teams" => "team",
        "push-subscriptions" => "psh",
        "saved-replies" => "rpl",
        "users" => "usr",
        "views" => "view",
        _ => "no",
    };
    let nothing = |prefix: &str| format!("{prefix}_00000000000000000000000009");
    path.replace("{id}", &nothing(prefix)).replace("{message_id}", &nothing("msg"))
}

#[tokio::test]
async fn every_address_lets_in_those_it_is_for_and_nobody_else() {
    let stage = Stage::new().await;
    let document = stage.api.get("/openapi.json").await.of(200);
    let addresses = addresses();
    let mut documented: Vec<(String, String)> = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let methods = item.as_object().expect("methods").keys().map(|method| method.to_uppercase());
        documented.extend(methods.map(|method| (method, path.clone())));
    }
    let mut known: Vec<_> =
        addresses.keys().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    documented.sort();
    known.sort();
    assert_eq!(documented, known, "whom is an address for?");
    // Signing out comes last: who is signed out may do nothing.
    let (last, first): (Vec<_>, Vec<_>) =
        addresses.into_iter().partition(|((_, path), _)| *path == "/api/v1/sessions/current");
    for role in ROLES {
        let member = stage.member(role).await;
        assert_eq!(member.get("/api/v1/me").await.of(200)["user"]["role"], role);
        for ((method, path), whom) in first.iter().chain(&last) {
            let asked = format!("{method} {path} as {role}");
            let method: Method = method.parse().expect("a method");
            let body = (!matches!(method, Method::GET | Method::DELETE)).then(|| json!({}));
            let answer = member.ask(method, &filled(path), body.as_ref()).await;
            if whom.lets_in(role) {
                assert!(
                    ![401, 403].contains(&answer.status) || *path == "/api/v1/sessions",
                    "{asked}: {}",
                    answer.body
                );
                assert!(answer.status < 500, "{asked}: {}", answer.body);
            } else {
                answer.is_problem(403, "not_allowed");
                let words = answer.body["detail"].as_str().unwrap_or_default();
                assert!(words.starts_with(&format!("not as {role}: this is for owner")), "{asked}: {words}");
            }
        }
        assert_eq!(member.get("/api/v1/me").await.status, 401, "signed out");
    }
}

#[tokio::test]
async fn every_command_is_taken_from_those_it_is_for_and_nobody_else() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let address = stage.server.address().now().await;
    for role in ROLES {
        let member = stage.member(role).await;
        let ticket = member.post("/api/v1/socket-tickets", &json!({})).await.of(201);
        let query = format!("?ticket={}", text(&ticket, "ticket"));
        let mut socket = Socket::open(&address, &query, &[]).await.expect("a socket");
        socket.subscribe(None, false).await;
        for (id, (name, whom)) in commands().into_iter().enumerate() {
            let data = json!({"conversation_id": conversation, "message_id": "msg_00000000000000000000000009",
                "type": "text", "text": {"body": "hello"}, "body": "a note", "status": "open", "assignee_id": null, "team_id": null,
                "priority": "high", "to": "agents"});
            let command = json!({"type": "command", "id": id, "key": format!("{role}-{id}"), "name": name,
                "data": data});
            socket.say(&command).await;
            let result = loop {
                let frame = socket.frame_of("result").await;
                if frame["id"] == id {
                    break frame;
                }
            };
            let refused = result["error"]["code"] == "not_allowed";
            assert_eq!(refused, !whom.lets_in(role), "{name} as {role}: {result}");
        }
        socket
            .say(&json!({"type": "signal", "name": "typing", "data": {"conversation_id": conversation}}))
            .await;
        socket.say(&json!({"type": "ping"})).await;
        let complaint = loop {
            match socket.next().await {
                Came::Frame(frame) if frame["type"] == "error" => break Some(frame),
                Came::Frame(frame) if frame["type"] == "pong" => break None,
                Came::Frame(_) => {}
                Came::End(code) => panic!("closed: {code:?}"),
            }
        };
        assert_eq!(complaint.is_some(), role == "analyst", "{role}: {complaint:?}");
    }
}

/// Who somebody is.
async fn id_of(api: &Api) -> String {
    text(&api.get("/api/v1/me").await.of(200)["user"], "id")
}

#[tokio::test]
async fn another_role_holds_at_once_also_for_who_is_there_already() {
    let stage = Stage::new().await;
    let (agent, conversation) = (stage.member("agent").await, stage.meet(&customer(0)).await);
    let id = id_of(&agent).await;
    let path = format!("/api/v1/users/{id}");
    let notes = format!("/api/v1/conversations/{conversation}/notes");
    agent.post(&notes, &json!({"body": "one"})).await.of(201);
    let address = stage.server.address().now().await;
    let ticket = agent.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let query = format!("?ticket={}", text(&ticket, "ticket"));
    let mut theirs = Socket::open(&address, &query, &[]).await.expect("a socket");
    let mut owners = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    theirs.subscribe(None, false).await;
    owners.subscribe(None, false).await;

    let changed = stage.api.patch(&path, &json!({"role": "analyst", "name": "Ann Alyst"})).await.of(200);
    assert_eq!((&changed["role"], &changed["name"]), (&json!("analyst"), &json!("Ann Alyst")));
    assert_eq!(theirs.close_code().await, Some(1012), "to connect again as who they are now");
    assert_eq!(owners.event("users.changed").await["data"]["users"]["user_id"], id);
    agent.post(&notes, &json!({"body": "two"})).await.is_problem(403, "not_allowed");
    let me = agent.get("/api/v1/me").await.of(200);
    assert_eq!(
        (&me["user"]["name"], &me["permissions"]),
        (&json!("Ann Alyst"), &json!(["read", "see_reports"]))
    );
    // Whoever only reads is given nothing.
    let assign = format!("/api/v1/conversations/{conversation}/assign");
    let refused = stage.api.post(&assign, &json!({"assignee_id": id})).await;
    refused.is_problem(422, "invalid");
    assert_eq!(refused.body["field"], "assignee_id");
    for wrong in [json!({"name": " "}), json!({"role": "king"})] {
        stage.api.patch(&path, &wrong).await.is_problem(422, "invalid");
    }
    assert_eq!(stage.api.patch(&path, &json!({})).await.of(200), changed, "nothing is asked for");
}

#[tokio::test]
async fn who_is_removed_is_out_at_once_and_what_was_theirs_is_nobodys() {
    let stage = Stage::new().await;
    let (admin, conversation) = (stage.member("admin").await, stage.meet(&customer(0)).await);
    let id = id_of(&admin).await;
    let key = text(&admin.post("/api/v1/api-keys", &json!({"name": "shop"})).await.of(201), "api_key");
    let assign = format!("/api/v1/conversations/{conversation}/assign");
    admin.post(&assign, &json!({"assignee_id": id})).await.of(200);
    let address = stage.server.address().now().await;
    let mut by_key = Socket::with_key(&address, &key).await.expect("a socket");
    by_key.subscribe(None, false).await;

    let path = format!("/api/v1/users/{id}");
    stage.api.delete(&path).await.of(204);
    admin.get("/api/v1/me").await.is_problem(401, "not_signed_in");
    assert_eq!(by_key.close_code().await, Some(4001), "their keys end with them");
    let shown = stage.api.get(&format!("/api/v1/conversations/{conversation}")).await.of(200);
    assert_eq!(shown["assignee_id"], Value::Null);
    let lines = stage.messages(&conversation).await;
    assert_eq!(lines.last().expect("a line")["content"]["event"], "unassigned");
    stage.api.delete(&path).await.is_problem(404, "not_found");
    // The address is free again.
    assert_ne!(id_of(&stage.member("admin").await).await, id);
}

#[tokio::test]
async fn owners_are_the_owners_alone_and_one_stays() {
    let stage = Stage::new().await;
    let (admin, first) = (stage.member("admin").await, id_of(&stage.api).await);
    let path = |id: &str| format!("/api/v1/users/{id}");
    let theirs = path(&id_of(&admin).await);
    let new = json!({"email": "new@first.example", "name": "New", "password": "correct horse battery",
        "role": "owner"});
    admin.post("/api/v1/users", &new).await.is_problem(403, "not_allowed");
    admin.patch(&theirs, &json!({"role": "owner"})).await.is_problem(403, "not_allowed");
    admin.patch(&path(&first), &json!({"role": "agent"})).await.is_problem(403, "not_allowed");
    admin.patch(&path(&first), &json!({"name": "Somebody"})).await.is_problem(403, "not_allowed");
    admin.delete(&path(&first)).await.is_problem(403, "not_allowed");
    stage.api.patch(&path(&first), &json!({"role": "agent"})).await.is_problem(409, "last_owner");
    stage.api.delete(&path(&first)).await.is_problem(409, "last_owner");

    stage.api.patch(&theirs, &json!({"role": "owner"})).await.of(200);
    admin.patch(&path(&first), &json!({"role": "admin"})).await.of(200);
    admin.patch(&theirs, &json!({"role": "admin"})).await.is_problem(409, "last_owner");
    // The first owner's key does what its maker may.
    stage.api.patch(&theirs, &json!({"role": "agent"})).await.is_problem(403, "not_allowed");
    let mut addresses = stage.api.get("/api/v1/users").await.of(200)["users"]
        .as_array()
        .expect("people")
        .iter()
        .map(|user| (text(user, "role"), text(user, "name")))
        .collect::<Vec<_>>();
    addresses.sort();
    assert_eq!(addresses.iter().filter(|(role, _)| role == "owner").count(), 1);
}
