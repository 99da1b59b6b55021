//! What people are told of: the right person, once, whatever dies; as they chose, and to their browsers while no page is open.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_simulator::{Fault, Faults, Person, When};

use crate::{
    presence::{id_of, page_of},
    support::{
        PATIENCE,
        api::Api,
        machine_secs,
        postman::customer,
        push::PushService,
        snapshot::{number, text},
        stage::{Stage, messages_path, text_body},
        until, until_within,
        wire::{Came, Socket},
    },
};

const NOTIFICATIONS: &str = "/api/v1/notifications";
const SETTINGS: &str = "/api/v1/notifications/settings";
const BROWSERS: &str = "/api/v1/push-subscriptions";
/// Long enough for what would be told to be told: the logs are read every few milliseconds.
const AWHILE: Duration = Duration::from_millis(700);

/// A new colleague of that name, signed in as a browser is.
async fn agent(stage: &Stage, name: &str) -> Api {
    let (email, password) = (format!("{name}@first.example"), "correct horse battery");
    let new = json!({"email": email, "name": name, "password": password, "role": "agent"});
    stage.api.post("/api/v1/users", &new).await.of(201);
    again(stage, name).await
}

/// The same person in another browser.
async fn again(stage: &Stage, name: &str) -> Api {
    let nobody = Api::nobody(stage.server.address());
    let ask = json!({"email": format!("{name}@first.example"), "password": "correct horse battery"});
    let answer = nobody.post("/api/v1/sessions", &ask).await;
    nobody.signed_in(answer)
}

async fn told(person: &Api) -> Vec<Value> {
    let page = person.get(NOTIFICATIONS).await.of(200);
    page["notifications"].as_array().expect("notifications").clone()
}

/// The classes of what somebody was told, newest first.
async fn classes(person: &Api) -> Vec<String> {
    told(person).await.iter().map(|one| text(one, "class")).collect()
}

/// Waits until somebody was told something of this class, and gives it.
async fn until_told(person: &Api, class: &str) -> Value {
    until(&format!("to be told of {class}"), async || {
        told(person).await.into_iter().find(|one| one["class"] == class)
    })
    .await
}

async fn unread(person: &Api) -> u64 {
    number(&person.get(NOTIFICATIONS).await.of(200), "unread_count")
}

async fn give(by: &Api, conversation: &str, to: &str) {
    let path = format!("/api/v1/conversations/{conversation}/assign");
    by.post(&path, &json!({"assignee_id": to})).await.of(200);
}

async fn note(by: &Api, conversation: &str, mentions: &[&str]) {
    let path = format!("/api/v1/conversations/{conversation}/notes");
    by.post(&path, &json!({"body": "look at this", "mentions": mentions})).await.of(201);
}

/// Lets somebody write their n-th text.
async fn wrote(stage: &Stage, from: &Person, nth: u64, body: &str) {
    stage.postman.deliver(&[stage.text(from, nth, body)]).await;
}

/// The next that a page is told of notifications.
async fn signal(page: &mut Socket) -> Value {
    loop {
        let frame = page.frame_of("signal").await;
        if frame["name"] == "notifications.changed" {
            return frame["data"].clone();
        }
    }
}

/// What somebody chose, with something else.
async fn choose(person: &Api, change: &Value) -> Value {
    let mut settings = person.get(SETTINGS).await.of(200);
    for (name, value) in change.as_object().expect("a change") {
        settings[name] = value.clone();
    }
    person.put(SETTINGS, &settings).await.of(200)
}

#[tokio::test]
async fn each_class_tells_the_right_person_once_also_after_a_kill_and_nobody_of_their_own_act() {
    let mut stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let (anns, bens) = (id_of(&ann).await, id_of(&ben).await);
    let conversation = stage.meet(&customer(0)).await;
    for person in [&ann, &ben] {
        assert_eq!(until_told(person, "unassigned").await["count"], 1, "nobody has it");
    }
    // What somebody takes or notes themselves is no news to them; that nobody had it is none to anybody any more.
    give(&ann, &conversation, &anns).await;
    for person in [&ann, &ben] {
        until("it to be over", async || (unread(person).await == 0).then_some(())).await;
    }
    note(&ann, &conversation, &[]).await;
    give(&ben, &conversation, &bens).await;
    give(&ann, &conversation, &bens).await;
    note(&ann, &conversation, &[&bens, &anns]).await;
    let mention = until_told(&ben, "mention").await;
    assert_eq!((&mention["by"], &mention["text"]), (&json!("Ann"), &json!("look at this")));
    give(&ben, &conversation, &anns).await;
    let assigned = until_told(&ann, "assigned").await;
    assert_eq!((&assigned["by"], &assigned["conversation_id"]), (&json!("Ben"), &json!(conversation)));
    // A burst is one.
    for nth in 2..5 {
        wrote(&stage, &customer(0), nth, &format!("word {nth}")).await;
    }
    let burst = until("the burst to be counted", async || {
        told(&ann).await.into_iter().find(|one| one["class"] == "new" && one["count"] == 3)
    })
    .await;
    assert_eq!(burst["text"], "word 4");
    assert_eq!(classes(&ann).await, ["new", "assigned", "unassigned"]);
    assert_eq!(classes(&ben).await, ["mention", "unassigned"], "what is given to who has it is no news");
    let before = (told(&ann).await, told(&ben).await);

    stage.server.kill();
    stage.server.boot().await;
    wrote(&stage, &customer(1), 1, "hello").await;
    let marks = until("the log to be read on", async || {
        let theirs = (told(&ann).await, told(&ben).await);
        (theirs.0.len() > before.0.len() && theirs.1.len() > before.1.len()).then_some(theirs)
    })
    .await;
    assert_eq!((&marks.0[1..], &marks.1[1..]), (&before.0[..], &before.1[..]), "each once");
    // Those who only read take nothing.
    let analyst = stage.member("analyst").await;
    wrote(&stage, &customer(2), 1, "hello").await;
    until_told(&ann, "unassigned").await;
    assert_eq!(told(&analyst).await, [] as [Value; 0]);
}

#[tokio::test]
async fn what_is_seen_is_read_on_every_page_of_that_person_and_on_nobody_elses() {
    let stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let anns = id_of(&ann).await;
    let (mut first, mut second) = (page_of(&ann).await, page_of(&again(&stage, "Ann").await).await);
    let mut other = page_of(&ben).await;
    let conversation = stage.meet(&customer(0)).await;
    for page in [&mut first, &mut second, &mut other] {
        let heard = signal(page).await;
        assert_eq!(
            (&heard["notification"]["class"], &heard["unread_count"]),
            (&json!("unassigned"), &json!(1))
        );
        assert_eq!(heard["ways"], json!({"page": true, "sound": true, "desktop": false, "push": false}));
    }
    note(&ben, &conversation, &[&anns]).await;
    for page in [&mut first, &mut second] {
        assert_eq!(signal(page).await["notification"]["class"], "mention");
    }
    // Whoever opens it has seen all of it.
    let read = format!("/api/v1/conversations/{conversation}/read");
    ann.post(&read, &json!({})).await.of(200);
    for page in [&mut first, &mut second] {
        let heard = signal(page).await;
        assert_eq!((heard.get("notification"), &heard["unread_count"]), (None, &json!(0)));
    }
    assert_eq!((unread(&ann).await, unread(&ben).await), (0, 1));
    assert!(told(&ann).await.iter().all(|one| one["read"] == true));
    // What comes after that is news again.
    wrote(&stage, &customer(0), 2, "and another").await;
    let heard = signal(&mut first).await;
    assert_eq!((&heard["notification"]["read"], &heard["notification"]["count"]), (&json!(false), &json!(1)));

    // All at once, and taken back.
    let marked = ann.patch(NOTIFICATIONS, &json!({"read": true})).await.of(200);
    assert_eq!((marked["ids"].as_array().map(Vec::len), &marked["unread_count"]), (Some(1), &json!(0)));
    let back = json!({"read": false, "ids": marked["ids"]});
    assert_eq!(ann.patch(NOTIFICATIONS, &back).await.of(200)["unread_count"], 1);
    assert_eq!(ann.patch(NOTIFICATIONS, &back).await.of(200)["ids"], json!([]), "as they are");
    assert_eq!(
        ann.get("/api/v1/notifications?unread=true").await.of(200)["notifications"].as_array().map(Vec::len),
        Some(1)
    );
    // Nobody marks what is another's.
    let theirs = told(&ben).await[0]["id"].clone();
    let bens_own = json!({"read": true, "ids": [theirs]});
    let foreign = stage.server.workspace("second");
    let stranger = Api::of(stage.server.address(), &foreign);
    stranger.patch(NOTIFICATIONS, &bens_own).await.is_problem(404, "not_found");
    assert_eq!(stranger.get(NOTIFICATIONS).await.of(200)["notifications"], json!([]));
    assert_eq!(unread(&ben).await, 1);
    // Page by page it is the whole.
    let page = ann.get("/api/v1/notifications?limit=1").await.of(200);
    let cursor = text(&page, "next_cursor");
    let rest = ann.get(&format!("/api/v1/notifications?cursor={cursor}")).await.of(200);
    let whole: Vec<_> = [&page, &rest]
        .iter()
        .flat_map(|page| page["notifications"].as_array().expect("a page").clone())
        .collect();
    assert_eq!(whole, told(&ann).await);
    ann.get("/api/v1/notifications?cursor=x").await.is_problem(422, "invalid");
}

#[tokio::test]
async fn in_quiet_hours_the_list_alone_tells_and_a_mention_may_come_through() {
    let stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let anns = id_of(&ann).await;
    let conversation = stage.meet(&customer(0)).await;
    until_told(&ann, "unassigned").await;
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let always = json!({"days": days, "from": "00:00", "to": "00:00"});
    choose(&ann, &json!({"quiet_hours": always, "mentions_always": true, "time_zone": "Europe/Amsterdam"}))
        .await;
    let mut page = page_of(&ann).await;
    give(&ben, &conversation, &anns).await;
    let heard = signal(&mut page).await;
    let none = json!({"page": false, "sound": false, "desktop": false, "push": false});
    assert_eq!((&heard["notification"]["class"], &heard["ways"]), (&json!("assigned"), &none));
    note(&ben, &conversation, &[&anns]).await;
    assert_eq!(signal(&mut page).await["ways"]["sound"], true);
    choose(&ann, &json!({"mentions_always": false})).await;
    assert_eq!(signal(&mut page).await.get("notification"), None, "other pages hear that it changed");
    note(&ben, &conversation, &[&anns]).await;
    assert_eq!(signal(&mut page).await["ways"], none);
    // What nobody wants to hear of stands nowhere.
    let mut ways = ann.get(SETTINGS).await.of(200)["ways"].clone();
    ways["mention"] = none.clone();
    choose(&ann, &json!({"ways": ways, "quiet_hours": null})).await;
    let count = told(&ann).await.len();
    note(&ben, &conversation, &[&anns]).await;
    wrote(&stage, &customer(0), 2, "and").await;
    until_told(&ann, "new").await;
    assert_eq!(told(&ann).await.len(), count + 1);
    for (wrong, field) in [
        (json!({"time_zone": "Mars/Base"}), "time_zone"),
        (json!({"volume": 101}), "volume"),
        (json!({"quiet_hours": {"days": [], "from": "9", "to": "10:00"}}), "quiet_hours.from"),
        (json!({"paused_until": "2099-01-01T00:00:00Z"}), "paused_until"),
    ] {
        let mut settings = ann.get(SETTINGS).await.of(200);
        for (name, value) in wrong.as_object().expect("a change") {
            settings[name] = value.clone();
        }
        let refused = ann.put(SETTINGS, &settings).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
    let paused = json!({"paused_until": format!("{}", stamp(machine_secs() + 3_600))});
    choose(&ann, &paused).await;
    while signal(&mut page).await.get("notification").is_some() {}
    give(&ben, &conversation, &id_of(&ben).await).await;
    give(&ben, &conversation, &anns).await;
    loop {
        let heard = signal(&mut page).await;
        if heard["notification"]["class"] == "assigned" {
            assert_eq!(heard["ways"], none);
            break;
        }
    }
}

fn stamp(seconds: i64) -> switchboard_schema::Timestamp {
    switchboard_schema::Timestamp::from_secs(seconds)
}

#[tokio::test]
async fn whose_message_fails_hears_of_it_and_a_target_is_told_before_it_is_missed_and_when_it_is() {
    let stage = Stage::new().await;
    stage.graph().script(When::NextSend, Fault::Code(131_026));
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let conversation = stage.meet(&customer(0)).await;
    let policy = json!({"policies": [{"name": "Usual", "resolution_minutes": 1}]});
    stage.api.put("/api/v1/sla-policies", &policy).await.of(200);
    give(&ann, &conversation, &id_of(&ann).await).await;
    ann.post(&messages_path(&conversation), &text_body("Hello")).await.of(202);
    let failed = until_told(&ann, "failed").await;
    assert_eq!((&failed["state"], &failed["text"]), (&json!("failed"), &json!("Hello")));
    let near = until_within(PATIENCE + PATIENCE, "the target to be near", async || {
        told(&ann).await.into_iter().find(|one| one["sla"]["missed"] == false)
    })
    .await;
    assert_eq!(near["sla"]["target"], "resolution");
    until_within(PATIENCE, "the target to be missed", async || {
        told(&ann).await.into_iter().find(|one| one["sla"]["missed"] == true)
    })
    .await;
    assert_eq!(classes(&ann).await.iter().filter(|class| *class == "sla").count(), 2);
    assert_eq!(classes(&ben).await, ["unassigned"]);
}

/// A stage that pushes to this machine, at once.
async fn pushing() -> (Stage, PushService) {
    let settings = [
        ("PUSH__ALLOW_LOOPBACK", "true"),
        ("PUSH__DELAY_S", "0"),
        ("PUSH__CONTACT", "mailto:ops@first.example"),
    ];
    (Stage::with(1, Faults::none(), &settings).await, PushService::start().await)
}

/// Has a browser of somebody's be reached; gives which it is, and its id.
async fn subscribed(person: &Api, service: &PushService) -> (usize, String) {
    let key = text(&person.get(BROWSERS).await.of(200), "public_key");
    let (browser, body) = service.browser(&key);
    let made = person.post(BROWSERS, &body).await.of(201);
    assert_eq!(made["current"], true);
    assert_eq!(person.post(BROWSERS, &body).await.of(201)["id"], made["id"], "the same one");
    (browser, text(&made, "id"))
}

#[tokio::test]
async fn what_is_told_goes_encrypted_to_browsers_of_which_no_page_is_open_without_what_was_written() {
    let (stage, service) = pushing().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let anns = id_of(&ann).await;
    let (first, _) = subscribed(&ann, &service).await;
    let (second, second_id) = subscribed(&again(&stage, "Ann").await, &service).await;
    let conversation = stage.meet(&customer(0)).await;
    give(&ben, &conversation, &anns).await;
    let pushed = service.until_pushed(2).await;
    let mut browsers: Vec<_> = pushed.iter().map(|one| one.browser).collect();
    browsers.sort_unstable();
    assert_eq!(browsers, [first, second], "what is nobody's is not pushed unless somebody wants it");
    let one = &pushed[0];
    assert_eq!((&one.payload["class"], &one.payload["by"]), (&json!("assigned"), &json!("Ben")));
    assert_eq!((one.urgency.as_str(), &one.payload["conversation_id"]), ("high", &json!(conversation)));
    assert!((1..=4 * 3_600).contains(&one.ttl));

    wrote(&stage, &customer(0), 2, "my secret is 1234").await;
    let pushed = service.until_pushed(4).await;
    assert_eq!((&pushed[3].payload["class"], pushed[3].payload.get("text")), (&json!("new"), None));
    assert!(!pushed[3].payload.to_string().contains("secret"));
    assert_eq!(pushed[2].topic, pushed[3].topic);
    assert_ne!(pushed[0].topic, pushed[3].topic);
    // One that counts more is told aloud no more until it is seen.
    wrote(&stage, &customer(0), 3, "hello?").await;
    until("it to be counted", async || (until_told(&ann, "new").await["count"] == 2).then_some(())).await;
    ann.post(&format!("/api/v1/conversations/{conversation}/read"), &json!({})).await.of(200);
    choose(&ann, &json!({"show_text": true})).await;
    ann.delete(&format!("{BROWSERS}/{second_id}")).await.of(204);
    wrote(&stage, &customer(0), 4, "are you there").await;
    let pushed = service.until_pushed(5).await;
    assert_eq!((pushed[4].browser, &pushed[4].payload["text"]), (first, &json!("are you there")));
    assert_eq!(pushed[4].topic, pushed[3].topic, "it takes the other's place");

    // Whoever is at work in a page needs no message.
    let mut page = page_of(&ann).await;
    page.say(&json!({"type": "signal", "name": "activity"})).await;
    note(&ben, &conversation, &[&anns]).await;
    while signal(&mut page).await["notification"]["class"] != "mention" {}
    tokio::time::sleep(AWHILE).await;
    assert_eq!(service.pushed().len(), 5);
}

#[tokio::test]
async fn a_browser_that_is_gone_is_forgotten_and_one_that_is_busy_is_tried_again_also_after_a_kill() {
    let (mut stage, service) = pushing().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let anns = id_of(&ann).await;
    let (browser, _) = subscribed(&ann, &service).await;
    let (gone, _) = subscribed(&again(&stage, "Ann").await, &service).await;
    let conversation = stage.meet(&customer(0)).await;
    service.answer(browser, 503, None);
    service.answer(browser, 429, Some(1));
    service.answer(gone, 410, None);
    note(&ben, &conversation, &[&anns]).await;
    let pushed = service.until_pushed(4).await;
    let of = |which: usize| {
        pushed.iter().filter(|one| one.browser == which).map(|one| one.status).collect::<Vec<_>>()
    };
    assert_eq!(of(browser), [503, 429, 201]);
    assert_eq!(of(gone), [410], "once");
    let left = until("it to be forgotten", async || {
        let list = ann.get(BROWSERS).await.of(200)["subscriptions"].as_array().expect("browsers").clone();
        (list.len() == 1).then_some(list)
    })
    .await;
    assert_eq!(left[0]["service"], "127.0.0.1");

    // What was not taken by the time the server dies goes after the next start, under the same topic.
    service.answer(browser, 503, None);
    note(&ben, &conversation, &[&anns]).await;
    let refused = service.until_pushed(5).await.pop().expect("the fifth");
    assert_eq!(refused.status, 503);
    stage.server.kill();
    stage.server.boot().await;
    let taken = service.until_pushed(6).await.pop().expect("the sixth");
    assert_eq!((taken.status, &taken.topic, &taken.payload), (201, &refused.topic, &refused.payload));
    tokio::time::sleep(AWHILE).await;
    assert_eq!(service.pushed().len(), 6, "once");
    let nobody = Api::nobody(stage.server.address());
    assert!(nobody.metric("pushes_total{outcome=\"sent\"}").await >= 1.0);

    // Nothing goes to who signed out or was removed.
    let elsewhere = again(&stage, "Ann").await;
    subscribed(&elsewhere, &service).await;
    elsewhere.delete("/api/v1/sessions/current").await.of(204);
    let list = ann.get(BROWSERS).await.of(200);
    assert_eq!(list["subscriptions"].as_array().map(Vec::len), Some(1), "it goes with its sign-in");
    stage.api.delete(&format!("/api/v1/users/{anns}")).await.of(204);
    note(&ben, &conversation, &[]).await;
    tokio::time::sleep(AWHILE).await;
    assert_eq!(service.pushed().len(), 6);
}

#[tokio::test]
async fn a_browser_names_a_service_outside_and_keys_that_are_some_and_a_program_has_none() {
    let stage = Stage::new().await;
    let ann = agent(&stage, "Ann").await;
    let keys = json!({"p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg"});
    let long = format!("https://push.example.com/{}", "x".repeat(2_000));
    for endpoint in [
        "http://push.example.com/a",
        "http://127.0.0.1:9/a",
        "https://127.0.0.1/a",
        "https://[::1]/a",
        "https://10.0.0.1/a",
        "https://localhost/a",
        "https://push.example.com:8443/a",
        "https://a:b@push.example.com/a",
        "file:///etc/passwd",
        &long,
    ] {
        let refused = ann.post(BROWSERS, &json!({"endpoint": endpoint, "keys": keys})).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], "endpoint", "{endpoint}");
    }
    let good = "https://push.example.com/a";
    for (wrong, field) in [
        (json!({"p256dh": "AAAA", "auth": keys["auth"]}), "keys.p256dh"),
        (json!({"p256dh": keys["p256dh"], "auth": "AAAA"}), "keys.auth"),
    ] {
        let refused = ann.post(BROWSERS, &json!({"endpoint": good, "keys": wrong})).await;
        refused.is_problem(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
    let made = json!({"endpoint": good, "keys": keys});
    stage.api.post(BROWSERS, &made).await.is_problem(403, "not_allowed");
    // Of more than there may be the oldest gives way.
    for nth in 0..12 {
        let made = json!({"endpoint": format!("{good}/{nth}"), "keys": keys});
        ann.post(BROWSERS, &made).await.of(201);
    }
    let list = ann.get(BROWSERS).await.of(200);
    assert_eq!(list["subscriptions"].as_array().map(Vec::len), Some(10));
    assert!(!list.to_string().contains("push.example.com/a"), "where messages go is shown to nobody");
    let id = text(&list["subscriptions"][0], "id");
    agent(&stage, "Ben").await.delete(&format!("{BROWSERS}/{id}")).await.is_problem(404, "not_found");

    let off = Stage::with(1, Faults::none(), &[("PUSH__ENABLED", "false")]).await;
    let eve = agent(&off, "Eve").await;
    assert_eq!(eve.get(BROWSERS).await.of(200), json!({"subscriptions": []}));
    eve.post(BROWSERS, &made).await.is_problem(409, "push_off");
}

#[tokio::test]
async fn no_more_is_kept_than_the_newest() {
    let stage = Stage::new().await;
    let (ann, ben) = (agent(&stage, "Ann").await, agent(&stage, "Ben").await);
    let anns = id_of(&ann).await;
    let conversation = stage.meet(&customer(0)).await;
    for _ in 0..210 {
        note(&ben, &conversation, &[&anns]).await;
    }
    let all = until("the oldest to be let go of", async || {
        let page = ann.get("/api/v1/notifications?limit=200").await.of(200);
        let all = page["notifications"].as_array().expect("a page").clone();
        let mentions = all.iter().filter(|one| one["class"] == "mention").count();
        (mentions == 200).then_some(page)
    })
    .await;
    assert_eq!(all["unread_count"], 200);
    let marked = ann.patch(NOTIFICATIONS, &json!({"read": true})).await.of(200);
    assert_eq!((marked["ids"].as_array().map(Vec::len), &marked["unread_count"]), (Some(200), &json!(0)));
    let back = ann.patch(NOTIFICATIONS, &json!({"read": false, "ids": marked["ids"]})).await.of(200);
    assert_eq!(back["unread_count"], 200);
    let many = vec![marked["ids"][0].clone(); 201];
    ann.patch(NOTIFICATIONS, &json!({"read": true, "ids": many})).await.is_problem(422, "invalid");
}

/// A page hears nothing of another person's notifications.
#[tokio::test]
async fn nobody_hears_of_what_is_for_another() {
    let stage = Stage::new().await;
    let (ann, ben, eve) =
        (agent(&stage, "Ann").await, agent(&stage, "Ben").await, agent(&stage, "Eve").await);
    let conversation = stage.meet(&customer(0)).await;
    until_told(&eve, "unassigned").await;
    let mut page = page_of(&eve).await;
    note(&ben, &conversation, &[&id_of(&ann).await]).await;
    until_told(&ann, "mention").await;
    page.say(&json!({"type": "ping"})).await;
    loop {
        match page.next().await {
            Came::Frame(frame) if frame["type"] == "pong" => break,
            Came::Frame(frame) => assert_ne!(frame["name"], "notifications.changed", "{frame}"),
            Came::End(code) => panic!("closed: {code:?}"),
        }
    }
}
