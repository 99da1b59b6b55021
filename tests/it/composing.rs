//! What the composer is told before anything is sent: the very decision of a send, how it changes, when what waits leaves; and
//! what it looks up for a message.

use serde_json::{Value, json};
use switchboard_simulator::{Fault, When, payload};

use crate::support::{
    api::client,
    postman::{customer, message_id},
    snapshot::text,
    stage::{Stage, messages_path, text_body},
    until,
    wire::Socket,
};

async fn permission(stage: &Stage, conversation: &str) -> Value {
    stage.api.get(&format!("/api/v1/conversations/{conversation}/permission")).await.of(200)
}

/// What holds for a purpose, now and after.
fn spans<'a>(outlook: &'a Value, purpose: &str) -> &'a [Value] {
    let purposes = outlook["purposes"].as_array().expect("purposes");
    let one = purposes.iter().find(|one| one["purpose"] == purpose).expect("every purpose is told");
    one["spans"].as_array().expect("spans")
}

/// Why messages of a purpose are refused now.
fn refusal<'a>(outlook: &'a Value, purpose: &str) -> &'a Value {
    &spans(outlook, purpose)[0]["refused"]
}

/// Sends what is refused, and sees that the composer was told the same in the same words.
async fn refused_as_told(stage: &Stage, conversation: &str, code: &str) {
    // What a contact wants reaches their conversations a moment later.
    let told = until(&format!("{code} to be told"), async || {
        let told = permission(stage, conversation).await;
        Some(refusal(&told, "answer").clone()).filter(|told| told["code"] == code)
    })
    .await;
    let refused = stage.api.post(&messages_path(conversation), &text_body("hello")).await;
    assert_eq!(refused.body["code"], code, "{}", refused.body);
    let words = format!("{} {}", text(&told, "reason"), text(&told, "what_to_do"));
    assert_eq!(refused.body["detail"], words);
    let checked =
        stage.api.post(&format!("{}/check", messages_path(conversation)), &text_body("hello")).await;
    assert_eq!((checked.status, &checked.body["detail"]), (refused.status, &json!(words)));
}

fn contact_path(conversation: &Value) -> String {
    format!("/api/v1/contacts/{}", text(&conversation["contact"], "id"))
}

#[tokio::test]
async fn the_composer_is_told_what_a_send_would_be_answered_and_from_when_on_it_is_otherwise() {
    let stage = Stage::new().await;
    // Webhooks tell seconds: what comes after what is only seen a second apart.
    let now_s = stage.world.clock().now_s();
    let wrote = |nth, secs_ago, words| {
        let id = message_id(&customer(0), nth);
        payload::text_message(&customer(0), &id, now_s - secs_ago, words)
    };
    stage.postman.deliver(&[wrote(1, 120, "hello")]).await;
    let hello = stage.message_by_provider_id(&message_id(&customer(0), 1)).await.expect("it was taken");
    let id = text(&hello, "conversation_id");
    let conversation = stage.api.get(&format!("/api/v1/conversations/{id}")).await.of(200);
    let told = permission(&stage, &id).await;
    assert_eq!(told["conversation_id"], json!(id));
    let [now, closed] = spans(&told, "answer") else { panic!("now and once the window closes: {told}") };
    assert_eq!((&now["refused"], &now["price"]["category"]), (&Value::Null, &json!("service")));
    assert_eq!(closed["from"], conversation["window"]["expires_at"]);
    assert_eq!(closed["refused"]["code"], "window_closed");
    assert_eq!(refusal(&told, "marketing"), &Value::Null);
    let names: Vec<_> =
        told["fields"].as_array().into_iter().flatten().map(|one| text(one, "value")).collect();
    assert_eq!(names, ["Customer 0", "Customer", "+447700900000"]);

    let contact = contact_path(&conversation);
    stage.api.patch(&contact, &json!({"blocked": true})).await.of(200);
    refused_as_told(&stage, &id, "contact_blocked").await;
    stage.api.patch(&contact, &json!({"blocked": false})).await.of(200);
    until("the block to be lifted here", async || {
        refusal(&permission(&stage, &id).await, "answer").is_null().then_some(())
    })
    .await;
    stage.postman.deliver(&[wrote(2, 60, "STOP")]).await;
    refused_as_told(&stage, &id, "opted_out").await;
    assert_eq!(refusal(&permission(&stage, &id).await, "utility")["code"], "opted_out");
    stage.postman.deliver(&[wrote(3, 0, "Is it ready?")]).await;
    let told = permission(&stage, &id).await;
    assert_eq!(refusal(&told, "answer"), &Value::Null, "who writes again is answered");
    assert_eq!(refusal(&told, "marketing")["code"], "opted_out");

    let nobody = stage.api.get("/api/v1/conversations/cnv_0000000000000000000000000/permission").await;
    nobody.is_problem(404, "not_found");
    let theirs = crate::support::api::Api::of(stage.server.address(), &stage.server.workspace("second"));
    theirs.get(&format!("/api/v1/conversations/{id}/permission")).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_channel_that_breaks_and_mends_or_goes_is_told_to_the_composer_and_announced() {
    let stage = Stage::new().await;
    let id = stage.meet(&customer(0)).await;
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let channel = format!("/api/v1/channels/{}", stage.channel.id);
    let became = async |status: &str| {
        stage
            .graph()
            .change_number(&stage.channel.phone_number_id, |number| number.status = status.to_owned());
        stage.api.post(&format!("{channel}/check"), &json!({})).await.of(200);
    };
    became("BANNED").await;
    socket.event("channel.updated").await;
    refused_as_told(&stage, &id, "channel_unhealthy").await;
    became("CONNECTED").await;
    socket.event("channel.updated").await;
    assert_eq!(refusal(&permission(&stage, &id).await, "answer"), &Value::Null);
    stage.until_state(&stage.send(&id, "it works again").await, "sent").await;

    stage.api.delete(&channel).await;
    let told = permission(&stage, &id).await;
    let told = refusal(&told, "answer");
    assert_eq!(told["code"], "channel_deleted");
    refused_as_told(&stage, &id, "channel_deleted").await;
}

#[tokio::test]
async fn a_full_limit_is_told_to_who_would_write_first_and_shown_with_the_channel() {
    let stage = Stage::new().await;
    stage.graph().change_number(&stage.channel.phone_number_id, |number| {
        number.messaging_limit = "TIER_1".to_owned();
    });
    let channel = format!("/api/v1/channels/{}", stage.channel.id);
    stage.api.post(&format!("{channel}/check"), &json!({})).await.of(200);
    let start = async |phone: &str, message: Value| {
        let start = json!({"channel_id": stage.channel.id, "phone": phone, "message": message});
        stage.api.post("/api/v1/conversations", &start).await
    };
    let template = json!({"type": "template", "template": {"name": "still_there", "language": "en_US"}});
    let quiet = json!({"channel_id": stage.channel.id, "phone": "31612000002"});
    let quiet = text(&stage.api.post("/api/v1/conversations", &quiet).await.of(201), "id");
    assert_eq!(refusal(&permission(&stage, &quiet).await, "utility"), &Value::Null);
    assert_eq!(stage.api.get(&channel).await.of(200)["limit_full_until"], Value::Null);

    let first = start("31612000001", template.clone()).await.of(201);
    stage.until_state(&first["message"], "sent").await;
    let shown = until("the channel to show that it is full", async || {
        let shown = stage.api.get(&channel).await.of(200);
        shown["limit_full_until"].is_string().then_some(shown)
    })
    .await;
    let told = permission(&stage, &quiet).await;
    let [now, room] = spans(&told, "utility") else { panic!("now and once there is room: {told}") };
    assert_eq!(now["refused"]["code"], "messaging_limit_reached");
    assert_eq!((&room["from"], &room["refused"]), (&shown["limit_full_until"], &Value::Null));
    let known = text(&first, "id");
    assert_eq!(refusal(&permission(&stage, &known).await, "utility"), &Value::Null, "counted already");
    // As it is refused when it is sent.
    start("31612000003", template.clone()).await.is_problem(409, "messaging_limit_reached");
    let send = format!("/api/v1/conversations/{quiet}/messages");
    stage.api.post(&send, &template).await.is_problem(409, "messaging_limit_reached");
    stage.api.post(&format!("{send}/check"), &template).await.is_problem(409, "messaging_limit_reached");
    // Who wrote is not written to first.
    let answered = stage.meet(&customer(0)).await;
    assert_eq!(refusal(&permission(&stage, &answered).await, "utility"), &Value::Null);
}

#[tokio::test]
async fn a_draft_is_checked_as_it_would_be_sent_and_leaves_nothing() {
    let stage = Stage::new().await;
    let id = stage.meet(&customer(0)).await;
    let check = format!("{}/check", messages_path(&id));
    let decision = stage.api.post(&check, &text_body("hello")).await.of(200);
    assert_eq!((&decision["step"], &decision["allowed"]), (&json!("composed"), &json!(true)));
    assert_eq!(decision["price"]["category"], "service");
    let long = stage.api.post(&check, &text_body(&"x".repeat(4_097))).await;
    assert_eq!((long.status, &long.body["field"]), (422, &json!("text.body")));
    let template = |name: &str| json!({"type": "template", "template": {"name": name, "language": "en_US"}});
    let decision = stage.api.post(&check, &template("still_there")).await.of(200);
    assert_eq!(decision["price"]["category"], "utility");
    let short = stage.api.post(&check, &template("bike_ready")).await;
    assert_eq!((short.status, &short.body["field"]), (422, &json!("template.body")));
    // What it answers must be there, as when it is sent.
    let theirs = text(&stage.messages(&id).await[0], "id");
    let mut answer = text_body("hello");
    answer["reply_to"] = json!(theirs);
    assert_eq!(stage.api.post(&check, &answer).await.of(200)["allowed"], true);
    let elsewhere = stage.meet(&customer(1)).await;
    answer["reply_to"] = json!(text(&stage.messages(&elsewhere).await[0], "id"));
    let refused = stage.api.post(&check, &answer).await;
    assert_eq!((refused.status, &refused.body["field"]), (422, &json!("reply_to")));
    assert_eq!(stage.messages(&id).await.len(), 1, "what the customer wrote");
    assert_eq!(stage.graph().accepted().len(), 0);
}

#[tokio::test]
async fn a_number_that_was_too_fast_pauses_as_a_whole_and_what_waits_says_for_how_long() {
    let stage = Stage::new().await;
    let (one, other) = (stage.meet(&customer(0)).await, stage.meet(&customer(3)).await);
    // Twice in a row, so that the pause is one that can be seen.
    stage.graph().script(When::Contains("too fast".to_owned()), Fault::Code(130_429));
    stage.graph().script(When::Contains("too fast".to_owned()), Fault::Code(130_429));
    let slowed = stage.send(&one, "too fast").await;
    until("the second refusal", async || {
        (stage.message(&one, &text(&slowed, "id")).await["attempts"] == 2).then_some(())
    })
    .await;
    let waits = stage.send(&other, "in the queue").await;
    let leaves = until("it to be told that it waits", async || {
        let told = permission(&stage, &other).await;
        let one = told["waiting"].as_array()?.first()?.clone();
        assert_eq!(one["message_id"], waits["id"]);
        one["leaves"].is_object().then(|| one["leaves"].clone())
    })
    .await;
    assert!(text(&leaves, "because").contains("asked this number to pause"), "{leaves}");
    let channel = format!("/api/v1/channels/{}", stage.channel.id);
    let queue = stage.api.get(&channel).await.of(200)["queue"].clone();
    assert_eq!((&queue["waiting"], &queue["last"]["because"]), (&json!(1), &leaves["because"]));
    let refused_twice = stage.message(&one, &text(&slowed, "id")).await;
    let own = permission(&stage, &one).await["waiting"][0]["leaves"].clone();
    assert!(text(&own, "at") >= text(&refused_twice, "not_before"), "its own pause counts as well");
    stage.until_state(&waits, "sent").await;
    stage.until_state(&slowed, "sent").await;
    until("the queue to be over", async || {
        stage.api.get(&channel).await.of(200)["queue"].is_null().then_some(())
    })
    .await;
    assert_eq!(permission(&stage, &other).await["next"], Value::Null);
}

#[tokio::test]
async fn places_of_a_template_are_filled_with_the_contacts_fields_on_the_server_or_refused() {
    let stage = Stage::new().await;
    let id = stage.meet(&customer(0)).await;
    let fill = |placeholder: &str, source: &str| json!({"part": "body", "placeholder": placeholder, "source": source});
    let template = |values: &[&str], fills: &[Value]| {
        let values: Vec<_> = values.iter().map(|text| json!({"text": text})).collect();
        let template = json!({"name": "bike_ready", "language": "en_US", "body": values, "fills": fills});
        json!({"type": "template", "template": template})
    };
    let message = template(&["bike", "Friday"], &[fill("1", "first_name")]);
    let sent = stage.api.post(&messages_path(&id), &message).await.of(202);
    assert_eq!(sent["content"]["text"], "Hi Customer, your bike is ready. You can collect it until Friday.");
    stage.until_state(&sent, "sent").await;
    let too_few = stage.api.post(&messages_path(&id), &template(&["bike"], &[fill("1", "name")])).await;
    assert_eq!((too_few.status, &too_few.body["field"]), (422, &json!("template.body")));
    let nowhere = template(&["bike", "Friday", "x"], &[fill("9", "name")]);
    let nowhere = stage.api.post(&messages_path(&id), &nowhere).await;
    assert_eq!((nowhere.status, &nowhere.body["field"]), (422, &json!("template.fills")));

    // Somebody new is called as they are called when the conversation is started; without a name it is refused.
    let start = async |more: Value| {
        let mut start = json!({"channel_id": stage.channel.id, "phone": "31612000001", "message": message});
        start.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        stage.api.post("/api/v1/conversations", &start).await
    };
    let nameless = start(json!({})).await;
    assert_eq!((nameless.status, &nameless.body["field"]), (422, &json!("template.fills")));
    assert!(text(&nameless.body, "detail").contains("no name for the place 1"));
    let begun = start(json!({"name": "Elif Aydin"})).await.of(201);
    assert!(text(&begun["message"]["content"], "text").starts_with("Hi Elif,"));
    let again = start(json!({})).await.of(201);
    assert!(text(&again["message"]["content"], "text").starts_with("Hi Elif,"), "known by now");
}

#[tokio::test]
async fn a_still_sticker_that_is_too_large_is_refused_whatever_it_was_uploaded_as() {
    let stage = Stage::new().await;
    let id = stage.meet(&customer(0)).await;
    let upload = async |head: &[u8], kind: &str| {
        let path = format!("/api/v1/media?channel_id={}{kind}", stage.channel.id);
        let mut bytes = head.to_vec();
        bytes.resize(150 * 1_024, 0);
        let request = client()
            .post(format!("http://{}{path}", stage.server.address().now().await))
            .bearer_auth(&stage.workspace.api_key)
            .body(bytes);
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.json::<Value>().await.expect("JSON"))
    };
    let still = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0";
    let moving = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0";
    let sticker = |file: &Value| json!({"type": "sticker", "sticker": {"media_id": file["media_id"]}});
    // It is nothing else to WhatsApp, so that it is refused also where nobody said what it is to be.
    for query in ["&kind=sticker", ""] {
        let (status, problem) = upload(still, query).await;
        assert_eq!(status, 422);
        assert!(text(&problem, "detail").contains("100 KB"), "{problem}");
    }
    assert_eq!(upload(moving, "&kind=document").await.0, 422);
    let (_, file) = upload(moving, "").await;
    assert_eq!(file["animated"], true);
    let sent = stage.api.post(&messages_path(&id), &sticker(&file)).await.of(202);
    assert_eq!(sent["content"]["animated"], true);
    stage.until_state(&sent, "sent").await;
}

#[tokio::test]
async fn somebody_is_found_among_all_contacts_by_name_and_by_number() {
    let stage = Stage::new().await;
    let updates: Vec<_> = (0..130)
        .map(|nth| stage.text(&customer(nth), 1, &format!("hello {}", message_id(&customer(nth), 1))))
        .collect();
    stage.postman.deliver(&updates).await;
    let find = async |query: &str| {
        let mut found = Vec::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/api/v1/contacts?limit=5&{query}{cursor}");
            let page = stage.api.get(&path).await.of(200);
            found.extend(page["contacts"].as_array().into_iter().flatten().map(|one| text(one, "name")));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        found.sort();
        found
    };
    assert_eq!(find("search=cust%20117").await, ["Customer 117"]);
    assert_eq!(find("search=%2B44%207700%20900126").await, ["Customer 126"]);
    assert_eq!(find("search=customer").await.len(), 130, "every page, none twice");
    assert_eq!(find("search=nobody").await, Vec::<String>::new());
    let odd = stage.api.get("/api/v1/contacts?search=%2C").await;
    assert_eq!((odd.status, &odd.body["field"]), (422, &json!("search")));
}
