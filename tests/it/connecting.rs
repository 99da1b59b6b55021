//! Connecting a number with the provider's word, how it stands, and what becomes of it.

use serde_json::{Value, json};
use switchboard_simulator::{
    Faults,
    graph::{APP_ID, CONFIG_ID},
    payload::account_field,
};

use crate::{
    scheduled::in_secs,
    support::{
        api::Api,
        postman::{Oddly, Postman, customer},
        server::Server,
        snapshot::text,
        stage::{Stage, messages_path, number, secret, text_body},
        until,
        wire::Socket,
    },
};

/// What connects the n-th number.
fn request(nth: u32) -> Value {
    let number = number(nth);
    json!({
        "kind": "whatsapp", "name": format!("Number {nth}"), "phone_number_id": number.business.phone_number_id,
        "waba_id": number.business.waba_id, "access_token": number.access_token, "app_secret": secret(nth),
    })
}

fn with(mut request: Value, name: &str, value: impl Into<Value>) -> Value {
    request[name] = value.into();
    request
}

/// The light of a channel about a subject.
fn light<'a>(channel: &'a Value, subject: &str) -> &'a Value {
    let lights = channel["lights"].as_array().expect("a channel has lights");
    lights.iter().find(|light| light["subject"] == subject).expect("every subject has its light")
}

fn path(stage: &Stage) -> String {
    format!("/api/v1/channels/{}", stage.channel.id)
}

async fn channel(stage: &Stage) -> Value {
    stage.api.get(&path(stage)).await.of(200)
}

async fn until_light(stage: &Stage, subject: &str, state: &str) -> Value {
    until(&format!("the light of {subject} to be {state}"), async || {
        let channel = channel(stage).await;
        (light(&channel, subject)["state"] == state).then_some(channel)
    })
    .await
}

#[tokio::test]
async fn a_number_is_connected_with_what_the_provider_says_of_it_and_the_app_is_subscribed() {
    let stage = Stage::new().await;
    let shown = channel(&stage).await;
    assert_eq!(shown["facts"]["verified_name"], "Spoke & Chain");
    assert_eq!(shown["facts"]["messaging_limit"], "TIER_2K");
    assert_eq!(shown["facts"]["throughput_per_second"], 80);
    for subject in ["token", "number", "quality", "limit", "name"] {
        assert_eq!(light(&shown, subject)["state"], "good", "{subject}");
    }
    assert!(stage.graph().is_subscribed(&stage.channel.waba_id));
    assert!(!shown.to_string().contains("token-1"), "no secret is shown");
}

#[tokio::test]
async fn what_is_entered_wrongly_is_named_and_nothing_is_connected() {
    let stage = Stage::new().await;
    let other = number(3).business;
    for (field, value, wrong) in [
        ("access_token", "no such token".replace(' ', "-"), "access_token"),
        ("phone_number_id", "999".to_owned(), "phone_number_id"),
        ("waba_id", other.waba_id, "waba_id"),
        ("app_secret", "another-secret".to_owned(), "app_secret"),
    ] {
        let entered = with(request(2), field, value.clone());
        let sure = with(entered.clone(), "verify", true);
        for (at, body) in [("/api/v1/channels", &sure), ("/api/v1/channels/check", &entered)] {
            let answer = stage.api.post(at, body).await;
            assert_eq!(answer.body["field"], wrong, "{at} {field}: {}", answer.body);
            answer.is_problem(422, "invalid");
        }
    }
    let channels = stage.api.get("/api/v1/channels").await.of(200);
    assert_eq!(channels["channels"].as_array().expect("a list").len(), 1);
    // Tried out with all that is right it is told of and not connected; then it is.
    let checked = stage.api.post("/api/v1/channels/check", &request(2)).await.of(200);
    assert_eq!(checked["facts"]["quality"], "GREEN");
    assert_eq!(checked["account_numbers"][0]["phone_number_id"], request(2)["phone_number_id"]);
    assert_eq!(checked["account_numbers"][0]["channel_id"], Value::Null);
    let unsure = with(request(2), "access_token", "no-such-token".to_owned());
    stage.api.post("/api/v1/channels", &unsure).await.is_problem(422, "invalid");
    stage.api.post("/api/v1/channels", &request(2)).await.of(201);
    let numbers = stage.api.post("/api/v1/channels/check", &request(2)).await;
    numbers.is_problem(409, "taken");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_of_and_asked_again_under_the_same_key() {
    let stage = Stage::new().await;
    let api = stage.api.keyed("once");
    let strict = with(request(2), "verify", true);
    stage.graph().refuse_connections().await;
    api.post("/api/v1/channels", &strict).await.is_problem(502, "provider_unavailable");
    assert_eq!(stage.api.get("/api/v1/channels").await.of(200)["channels"].as_array().unwrap().len(), 1);
    // Who does not insist is connected, and it is said that nothing was confirmed.
    let lenient = stage.api.post("/api/v1/channels", &request(3)).await.of(201);
    assert_eq!(lenient["facts"], Value::Null);
    assert_eq!(light(&lenient, "token")["state"], "unknown");
    stage.graph().accept_connections().await;
    let made = api.post("/api/v1/channels", &strict).await.of(201);
    assert_eq!(made["facts"]["quality"], "GREEN");
    let again = api.post("/api/v1/channels", &strict).await.of(201);
    assert_eq!(made["id"], again["id"]);
    let check = format!("/api/v1/channels/{}/check", text(&lenient, "id"));
    let checked = stage.api.post(&check, &json!({})).await.of(200);
    assert_eq!(light(&checked, "token")["state"], "good");
}

#[tokio::test]
async fn a_provider_that_knows_nothing_of_this_does_not_keep_a_number_from_being_connected() {
    let answering = axum::Router::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, answering).await });
    let server = Server::start(&url, &[]).await;
    let api = Api::of(server.address(), &server.workspace("first"));
    let made = api.post("/api/v1/channels", &request(1)).await.of(201);
    let token = light(&made, "token");
    assert_eq!((token["state"].as_str(), token["what_to_do"].is_string()), (Some("unknown"), true));
    let strict = with(request(2), "verify", true);
    api.post("/api/v1/channels", &strict).await.is_problem(502, "provider_unclear");
}

#[tokio::test]
async fn a_token_that_is_refused_stops_sending_in_words_until_a_new_one_is_entered() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    stage.graph().change_number(&stage.channel.phone_number_id, |number| {
        number.access_token = "token-of-tomorrow".to_owned();
    });
    let first = stage.send(&conversation, "one").await;
    let failed = stage.until_state(&first, "failed").await;
    assert_eq!(failed["error"]["code"], "whatsapp_190");
    let broken = until_light(&stage, "token", "bad").await;
    assert_eq!(broken["health"], "broken");
    assert!(light(&broken, "token")["what_to_do"].is_string());
    // It is certain now: the next is refused before anybody is asked.
    let before = stage.graph().sends_total();
    let refused = stage.api.post(&messages_path(&conversation), &text_body("two")).await;
    refused.is_problem(409, "channel_unhealthy");
    assert_eq!(stage.graph().sends_total(), before);
    // A wrong token changes nothing, the right one everything.
    let wrong = stage.api.patch(&path(&stage), &json!({"access_token": "token-of-yesterday"})).await;
    assert_eq!(wrong.body["field"], "access_token");
    let rotated = stage.api.patch(&path(&stage), &json!({"access_token": "token-of-tomorrow"})).await.of(200);
    assert_eq!(
        (rotated["health"].as_str(), light(&rotated, "token")["state"].as_str()),
        (Some("working"), Some("good"))
    );
    let third = stage.send(&conversation, "three").await;
    stage.until_state(&third, "sent").await;
}

#[tokio::test]
async fn a_token_is_rotated_while_messages_go_and_none_is_lost() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let mut sent = Vec::new();
    for nth in 0..6 {
        sent.push(stage.send(&conversation, &format!("message {nth}")).await);
        if nth == 2 {
            stage.api.patch(&path(&stage), &json!({"access_token": "token-1", "name": "Shop"})).await.of(200);
        }
    }
    for message in &sent {
        stage.until_state(message, "sent").await;
    }
    assert_eq!(channel(&stage).await["name"], "Shop");
    assert!(stage.graph().delivered_twice().is_empty());
}

#[tokio::test]
async fn webhooks_are_heard_and_those_with_another_signature_are_counted() {
    let stage = Stage::new().await;
    assert_eq!(light(&channel(&stage).await, "webhook")["state"], "unknown");
    stage.meet(&customer(0)).await;
    let heard = until_light(&stage, "webhook", "good").await;
    assert_eq!(light(&heard, "messages")["state"], "good");
    let body = stage.postman.body(&[stage.text(&customer(1), 1, "forged")]);
    let forged = Oddly {
        signature: Some("sha256=0000000000000000000000000000000000000000000000000000000000000000"),
        ..Oddly::default()
    };
    assert_eq!(stage.postman.post_body(body, &forged).await, Some(401));
    let bad = until_light(&stage, "webhook", "bad").await;
    assert!(text(light(&bad, "webhook"), "what_to_do").contains("secret"), "{bad}");
}

#[tokio::test]
async fn what_the_provider_tells_of_the_account_reaches_each_number_it_is_about() {
    let stage = Stage::new().await;
    let sibling = {
        let mut sibling = number(7);
        sibling.business.waba_id.clone_from(&stage.channel.waba_id);
        sibling.app_secret = Some(secret(1));
        sibling
    };
    stage.world.add_number(sibling.clone());
    let request = json!({
        "kind": "whatsapp", "name": "Sibling", "phone_number_id": sibling.business.phone_number_id,
        "waba_id": sibling.business.waba_id, "access_token": sibling.access_token, "app_secret": secret(1),
    });
    let sibling_id = text(&stage.api.post("/api/v1/channels", &request).await.of(201), "id");
    let number_of = |id: &str| format!("/api/v1/channels/{id}");
    // About one number: only that one is asked about again.
    stage.graph().change_number(&sibling.business.phone_number_id, |number| {
        number.quality_rating = "YELLOW".to_owned();
        number.messaging_limit = "TIER_10K".to_owned();
    });
    let value = json!({
        "display_phone_number": sibling.business.digits(), "event": "ONBOARDING", "current_limit": "TIER_10K",
    });
    stage.postman.deliver(&[account_field("phone_number_quality_update", "1", &value)]).await;
    until("the sibling's quality to be known", async || {
        let shown = stage.api.get(&number_of(&sibling_id)).await.of(200);
        (shown["facts"]["quality"] == "YELLOW" && shown["facts"]["messaging_limit"] == "TIER_10K")
            .then_some(())
    })
    .await;
    assert_eq!(channel(&stage).await["facts"]["messaging_limit"], "TIER_2K");
    // About all of the account: both stop, and go on when it is open again.
    let disabled = |state: &str| json!({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state}});
    stage.postman.deliver(&[account_field("account_update", "2", &disabled("DISABLE"))]).await;
    until_light(&stage, "number", "bad").await;
    until("the sibling to stop", async || {
        let shown = stage.api.get(&number_of(&sibling_id)).await.of(200);
        (light(&shown, "number")["state"] == "bad").then_some(())
    })
    .await;
    stage.postman.deliver(&[account_field("account_update", "3", &disabled("REINSTATE"))]).await;
    until_light(&stage, "number", "good").await;
    // The account's webhooks go on for the one that stays.
    stage.api.delete(&path(&stage)).await.of(204);
    assert!(stage.graph().is_subscribed(&stage.channel.waba_id), "a number of it is left");
    let own = Postman::new(
        stage.server.address(),
        format!("/webhooks/whatsapp/{sibling_id}"),
        secret(1),
        sibling.business.clone(),
    );
    own.to("/webhooks/whatsapp").deliver(&[account_field("account_update", "4", &disabled("DISABLE"))]).await;
    until("the sibling to stop again", async || {
        let shown = stage.api.get(&number_of(&sibling_id)).await.of(200);
        (light(&shown, "number")["state"] == "bad").then_some(())
    })
    .await;
    stage.api.delete(&number_of(&sibling_id)).await.of(204);
    assert!(!stage.graph().is_subscribed(&stage.channel.waba_id));
}

#[tokio::test]
async fn a_number_that_was_disconnected_goes_on_where_it_was_and_a_deleted_one_begins_anew() {
    let stage = Stage::new().await;
    let ada = customer(0);
    let conversation = stage.meet(&ada).await;
    stage.api.delete(&path(&stage)).await.of(204);
    stage.api.get(&path(&stage)).await.is_problem(404, "not_found");
    let again = stage.api.post("/api/v1/channels", &request(1)).await.of(201);
    assert_eq!(again["id"], stage.channel.id.as_str());
    let sent = stage.send(&conversation, "we are back").await;
    stage.until_state(&sent, "sent").await;
    // Deleted for good, nothing of it verifies any more.
    stage.api.delete(&format!("{}?erase=true", path(&stage))).await.of(204);
    assert_eq!(stage.postman.post(&[stage.text(&ada, 2, "hello?")]).await, Some(401));
    let anew = stage.api.post("/api/v1/channels", &request(1)).await.of(201);
    assert_ne!(anew["id"], stage.channel.id.as_str());
}

#[tokio::test]
async fn how_a_number_stands_outlives_the_server_and_its_changes_are_told_to_browsers() {
    let mut stage = Stage::new().await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    stage.graph().change_number(&stage.channel.phone_number_id, |number| {
        number.quality_rating = "RED".to_owned();
    });
    stage.api.post(&format!("{}/check", path(&stage)), &json!({})).await.of(200);
    let told = socket.event("channel.updated").await;
    assert_eq!(told["data"]["channel"]["facts"]["quality"], "RED");
    stage.server.kill();
    stage.server.boot().await;
    let after = channel(&stage).await;
    assert_eq!(
        (&after["facts"]["quality"], &light(&after, "quality")["state"]),
        (&json!("RED"), &json!("bad"))
    );
}

#[tokio::test]
async fn a_colleague_who_is_no_owner_sees_how_numbers_stand_and_changes_none() {
    let stage = Stage::new().await;
    let colleague = stage.colleague().await;
    colleague.get(&path(&stage)).await.of(200);
    colleague.patch(&path(&stage), &json!({"name": "Mine"})).await.is_problem(403, "not_allowed");
    colleague.post(&format!("{}/check", path(&stage)), &json!({})).await.is_problem(403, "not_allowed");
    colleague.post("/api/v1/channels/check", &request(2)).await.is_problem(403, "not_allowed");
    colleague.get("/api/v1/channels/sign-up").await.is_problem(403, "not_allowed");
    let elsewhere = Api::of(stage.server.address(), &stage.server.workspace("second"));
    elsewhere.get(&path(&stage)).await.is_problem(404, "not_found");
    elsewhere.patch(&path(&stage), &json!({"name": "Theirs"})).await.is_problem(404, "not_found");
    elsewhere.delete(&path(&stage)).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_number_is_connected_through_the_providers_sign_up() {
    let settings = [
        ("WHATSAPP__APP_ID", APP_ID),
        ("WHATSAPP__CONFIG_ID", CONFIG_ID),
        ("WHATSAPP__APP_SECRET", "simulated-app-secret"),
    ];
    let world =
        switchboard_simulator::World::start(switchboard_simulator::WorldOptions::default()).await.unwrap();
    let url = world.graph_url();
    let server =
        Server::start(&url, &[&settings[..], &[("WHATSAPP__DIALOG_URL", url.as_str())]].concat()).await;
    let api = Api::of(server.address(), &server.workspace("first"));
    let options = api.get("/api/v1/channels/sign-up").await.of(200);
    assert_eq!(options["available"], true);
    let redirect = text(&options, "redirect_uri");
    let dialog = format!("{}&redirect_uri={redirect}&state=abc", text(&options, "dialog_url"));
    let page = crate::support::api::client().get(dialog).send().await.unwrap().text().await.unwrap();
    let code = page.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned();
    let signed_up = api.post("/api/v1/channels/sign-up", &json!({"code": code})).await.of(201);
    assert!(!signed_up.to_string().contains("simulated-access-token"), "the token stays here");
    let shared = &signed_up["numbers"][0];
    let connect = json!({
        "ticket": signed_up["ticket"], "name": "Signed up", "phone_number_id": shared["phone_number_id"],
        "waba_id": shared["waba_id"], "pin": "123456",
    });
    // Another workspace has nothing of the ticket.
    let elsewhere = Api::of(server.address(), &server.workspace("second"));
    let stolen = elsewhere.post("/api/v1/channels/sign-up/connect", &connect).await;
    assert_eq!(stolen.body["field"], "ticket");
    let bad_pin = api.post("/api/v1/channels/sign-up/connect", &with(connect.clone(), "pin", "12")).await;
    assert_eq!(bad_pin.body["field"], "pin");
    let made = api.post("/api/v1/channels/sign-up/connect", &connect).await.of(201);
    assert_eq!(light(&made, "token")["state"], "good");
    // A code is good once.
    let again = api.post("/api/v1/channels/sign-up", &json!({"code": code})).await;
    assert_eq!(again.body["field"], "code");
    // Without an app there is none.
    let stage = Stage::with(1, Faults::none(), &[]).await;
    assert_eq!(stage.api.get("/api/v1/channels/sign-up").await.of(200), json!({"available": false}));
    let none = stage.api.post("/api/v1/channels/sign-up", &json!({"code": "AQ"})).await;
    none.is_problem(409, "sign_up_unavailable");
}

#[tokio::test]
async fn no_more_people_are_written_to_first_than_the_limit_also_after_a_restart() {
    let mut stage = Stage::new().await;
    stage.graph().change_number(&stage.channel.phone_number_id, |number| {
        number.messaging_limit = "TIER_2".to_owned();
    });
    stage.api.post(&format!("{}/check", path(&stage)), &json!({})).await.of(200);
    let values = ["Ada", "bike", "Friday"].map(|text| json!({"text": text}));
    let template = json!({"name": "bike_ready", "language": "en_US", "body": values});
    let message = json!({"type": "template", "template": template});
    let start = async |stage: &Stage, phone: &str| {
        let start = json!({"channel_id": stage.channel.id, "phone": phone, "message": message});
        stage.api.post("/api/v1/conversations", &start).await
    };
    for phone in ["31612000001", "31612000002"] {
        stage.until_state(&start(&stage, phone).await.of(201)["message"], "sent").await;
    }
    let later = json!({"channel_id": stage.channel.id, "phone": "31612000004"});
    let later = text(&stage.api.post("/api/v1/conversations", &later).await.of(201), "id");
    stage.server.kill();
    stage.server.boot().await;
    // At once, whoever it is to; and nobody is made for it.
    let refused = start(&stage, "31612000003").await;
    assert!(refused.body.to_string().contains("room again at"), "{}", refused.body);
    refused.is_problem(409, "messaging_limit_reached");
    let known = format!("/api/v1/conversations/{later}/messages");
    stage.api.post(&known, &message).await.is_problem(409, "messaging_limit_reached");
    // And what was planned, when its turn comes.
    let plan = json!({"send_at": in_secs(3_600), "message": message});
    let planned = format!("/api/v1/conversations/{later}/scheduled");
    let plan = stage.api.post(&planned, &plan).await.of(201);
    let went = stage.api.post(&format!("{planned}/{}/send", text(&plan, "id")), &json!({})).await.of(202);
    let failed = stage.until_state(&went, "failed").await;
    assert_eq!(failed["error"]["code"], "messaging_limit_reached");
    let again = format!("{known}/{}/retry", text(&failed, "id"));
    stage.api.post(&again, &json!({})).await.is_problem(409, "messaging_limit_reached");
    // Whoever was written to already counts once; and whoever writes is answered.
    stage.until_state(&start(&stage, "31612000001").await.of(201)["message"], "sent").await;
    let conversation = stage.meet(&customer(0)).await;
    stage.until_state(&stage.send(&conversation, "hello").await, "sent").await;
    assert_eq!(stage.graph().accepted().len(), 4);
}

#[tokio::test]
async fn the_pace_of_a_number_is_what_the_provider_says_of_it() {
    let stage = Stage::new().await;
    let pace = async || {
        let checked = stage.api.post(&format!("{}/check", path(&stage)), &json!({})).await.of(200);
        checked["facts"]["throughput_per_second"].clone()
    };
    assert_eq!(pace().await, 80);
    let number = &stage.channel.phone_number_id;
    stage.graph().change_number(number, |number| number.throughput_per_s = 1_000);
    assert_eq!(pace().await, 1_000);
    stage.graph().change_number(number, |number| number.is_on_biz_app = true);
    assert_eq!(pace().await, 20);
    // The next 60 take three seconds, where a number of 1,000 takes a moment.
    let conversations: Vec<String> = {
        let mut all = Vec::new();
        for nth in 0..60 {
            all.push(stage.meet(&customer(nth)).await);
        }
        all
    };
    for conversation in &conversations {
        stage.send(conversation, "to everybody").await;
    }
    let sends = crate::support::soon("all to be sent", stage.graph().until_sends(60)).await;
    let times: Vec<_> = sends.iter().map(|sent| sent.judged_at).collect();
    for second in times.windows(23) {
        assert!(second[22] - second[0] >= std::time::Duration::from_millis(900), "more than 20 in a second");
    }
}

#[tokio::test]
async fn who_does_not_insist_is_connected_with_doubts_that_show_and_messages_go_all_the_same() {
    let stage = Stage::new().await;
    let other = with(request(2), "waba_id", number(3).business.waba_id);
    let made = stage.api.post("/api/v1/channels", &other).await.of(201);
    let number = light(&made, "number");
    assert_eq!(number["state"], "bad");
    assert!(text(number, "found").contains("Business Account ID"), "{number}");
    assert_eq!(light(&made, "token")["state"], "unknown");
    let template = json!({"type": "template", "template": {"name": "bike_ready", "language": "en_US",
        "body": [{"text": "Ada"}, {"text": "bicycle"}, {"text": "Friday"}]}});
    let start = json!({"channel_id": made["id"], "phone": "+44 7700 900555", "message": template});
    let refused = stage.api.post("/api/v1/conversations", &start).await;
    assert_ne!(refused.body["code"], "channel_unhealthy", "{}", refused.body);
}
