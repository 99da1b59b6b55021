//! Who of us is there, as colleagues see it: live, remembered, and honest after a restart.

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    postman::customer,
    snapshot::{number, position, text},
    stage::Stage,
    until,
    wire::Socket,
};

const AVAILABILITY: &str = "/api/v1/availability";

/// A socket of a person's page.
pub(crate) async fn page_of(person: &Api) -> Socket {
    let ticket = person.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let address = person.address().now().await;
    let query = format!("?ticket={}", text(&ticket, "ticket"));
    let mut socket = Socket::open(&address, &query, &[]).await.expect("a socket");
    socket.subscribe(None, false).await;
    socket
}

pub(crate) async fn id_of(api: &Api) -> String {
    text(&api.get("/api/v1/me").await.of(200)["user"], "id")
}

/// How somebody is to be found, as somebody else is told.
async fn seen(by: &Api, who: &str) -> Value {
    let list = by.get(AVAILABILITY).await.of(200);
    let mut people = list["people"].as_array().expect("people").iter();
    people.find(|one| one["user_id"] == who).cloned().unwrap_or_default()
}

/// The next that is told of somebody.
async fn told_of(socket: &mut Socket, who: &str) -> Value {
    loop {
        let event = socket.event("presence.changed").await;
        if event["data"]["presence"]["user_id"] == who {
            return event["data"]["presence"].clone();
        }
    }
}

#[tokio::test]
async fn colleagues_see_at_once_who_comes_says_they_are_busy_and_leaves() {
    let stage = Stage::new().await;
    let (ben, eve) = (stage.member("agent").await, stage.member("supervisor").await);
    let bens = id_of(&ben).await;
    let mut eves = page_of(&eve).await;
    until("ben is known", async || (seen(&eve, &bens).await["state"] == "offline").then_some(())).await;

    let page = page_of(&ben).await;
    assert_eq!(told_of(&mut eves, &bens).await["state"], "online");
    let set = ben.patch(AVAILABILITY, &json!({"availability": "busy"})).await.of(200);
    assert_eq!((&set["state"], &set["availability"]), (&json!("busy"), &json!("busy")));
    let told = told_of(&mut eves, &bens).await;
    assert_eq!(told["state"], "busy");
    assert_eq!(seen(&eve, &bens).await, told, "the snapshot says what was told");
    // The same again is no news; away is.
    ben.patch(AVAILABILITY, &json!({"availability": "busy"})).await.of(200);
    ben.patch(AVAILABILITY, &json!({"availability": "away"})).await.of(200);
    assert_eq!(told_of(&mut eves, &bens).await["state"], "away");
    drop(page);
    assert_eq!(told_of(&mut eves, &bens).await["state"], "offline");
}

#[tokio::test]
async fn what_somebody_said_is_remembered_and_who_is_there_is_told_anew_after_a_restart() {
    let mut stage = Stage::new().await;
    let ben = stage.member("agent").await;
    let bens = id_of(&ben).await;
    let page = page_of(&ben).await;
    let said = json!({"availability": "busy", "away_after_minutes": 30});
    ben.patch(AVAILABILITY, &said).await.of(200);
    assert_eq!(seen(&stage.api, &bens).await["state"], "busy");
    let before = position(&stage.api.get(AVAILABILITY).await.of(200)["as_of"]);
    stage.server.kill();
    drop(page);
    stage.server.boot().await;
    let shown = seen(&stage.api, &bens).await;
    assert_eq!((&shown["state"], &shown["availability"]), (&json!("offline"), &json!("busy")));
    let mut page = page_of(&ben).await;
    let list = ben.get(AVAILABILITY).await.of(200);
    assert_eq!(number(&list, "away_after_minutes"), 30);
    assert_ne!(position(&list["as_of"]).0, before.0, "another epoch: whoever looks asks again");
    until("ben is there again", async || (seen(&stage.api, &bens).await["state"] == "busy").then_some(()))
        .await;
    page.say(&json!({"type": "signal", "name": "activity"})).await;
    page.say(&json!({"type": "ping"})).await;
    assert_eq!(page.frame_of("pong").await["type"], "pong", "a sign is taken without a word");
}

#[tokio::test]
async fn a_browser_that_comes_back_by_itself_says_since_when_nobody_was_at_it() {
    let stage = Stage::new().await;
    let ben = stage.member("agent").await;
    let bens = id_of(&ben).await;
    let ticket = ben.post("/api/v1/socket-tickets", &json!({})).await.of(201);
    let query = format!("?ticket={}", text(&ticket, "ticket"));
    let mut page = Socket::open(&ben.address().now().await, &query, &[]).await.expect("a socket");
    page.say(&json!({"type": "subscribe", "id": 1, "idle_s": 3600})).await;
    page.frame_of("subscribed").await;
    until("away", async || (seen(&stage.api, &bens).await["state"] == "away").then_some(())).await;
    page.say(&json!({"type": "signal", "name": "activity"})).await;
    until("back", async || (seen(&stage.api, &bens).await["state"] == "online").then_some(())).await;
}

#[tokio::test]
async fn a_program_is_nobody_who_is_there_and_a_limit_is_named() {
    let stage = Stage::new().await;
    let owner = id_of(&stage.api).await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    socket.say(&json!({"type": "signal", "name": "activity"})).await;
    assert_eq!(seen(&stage.api, &owner).await["state"], "offline");
    let late = stage.api.patch(AVAILABILITY, &json!({"away_after_minutes": 241})).await;
    late.is_problem(422, "invalid");
    assert_eq!(late.body["field"], "away_after_minutes");
    stage.api.patch(AVAILABILITY, &json!({"availability": "asleep"})).await.is_problem(422, "invalid");
}

#[tokio::test]
async fn who_looks_at_the_same_conversation_sees_who_else_does_until_they_leave() {
    let stage = Stage::new().await;
    let (here, there) = (stage.meet(&customer(0)).await, stage.meet(&customer(1)).await);
    let (ben, eve) = (stage.member("agent").await, stage.member("analyst").await);
    let (bens, eves) = (id_of(&ben).await, id_of(&eve).await);
    let both = json!([&bens, &eves].into_iter().collect::<std::collections::BTreeSet<_>>());
    let (mut at_bens, mut at_eves) = (page_of(&ben).await, page_of(&eve).await);
    let view = |conversation: Value| json!({"type": "signal", "name": "viewing", "data": {"conversation_id": conversation}});
    let told = async |socket: &mut Socket| loop {
        let frame = socket.frame_of("signal").await;
        if frame["name"] == "viewing" {
            break (frame["data"]["conversation_id"].clone(), frame["data"]["user_ids"].clone());
        }
    };

    at_bens.say(&view(json!(here))).await;
    assert_eq!(told(&mut at_bens).await, (json!(here), json!([bens])));
    at_eves.say(&view(json!(here))).await;
    assert_eq!(told(&mut at_bens).await, (json!(here), both.clone()));
    assert_eq!(told(&mut at_eves).await, (json!(here), both.clone()), "who comes sees who is there");

    // Who goes elsewhere is there alone, and whoever stayed knows; who closes the page has left as well.
    let pause = || tokio::time::sleep(std::time::Duration::from_millis(300));
    pause().await;
    at_eves.say(&view(json!(there))).await;
    assert_eq!(told(&mut at_bens).await, (json!(here), json!([bens])));
    assert_eq!(told(&mut at_eves).await, (json!(there), json!([eves])));
    pause().await;
    at_eves.say(&view(json!(here))).await;
    assert_eq!(told(&mut at_bens).await, (json!(here), both));
    drop(at_eves);
    assert_eq!(told(&mut at_bens).await, (json!(here), json!([bens])));

    // What is said at once again is not heard; nonsense is said to be that, and the socket stays.
    at_bens.say(&json!({"type": "signal", "name": "viewing", "data": {"conversation_id": 7}})).await;
    assert_eq!(at_bens.frame_of("error").await["error"]["code"], "invalid");
}
