//! Templates: a list that is true whoever tells of it, every kind of them sent, and made, changed and deleted, all against a
//! provider that refuses what Meta refuses.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_simulator::{
    Fault, Outcome, Sent, Template, Update, When,
    graph::{Button, Card, Code, Header, Offer},
    payload,
};

use crate::support::{
    api::client,
    postman::customer,
    snapshot::text,
    stage::{Stage, messages_path},
    until,
    wire::Socket,
};

/// A picture of one pixel.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";

async fn list(stage: &Stage, more: &str) -> Vec<Value> {
    let path = format!("/api/v1/templates?channel_id={}{more}", stage.channel.id);
    let answer = stage.api.get(&path).await.of(200);
    answer["templates"].as_array().expect("a list").clone()
}

async fn template(stage: &Stage, name: &str) -> Value {
    let all = list(stage, "").await;
    all.into_iter().find(|one| one["name"] == name && one["language"] == "en_US").unwrap_or_default()
}

async fn media(stage: &Stage, kind: &str, bytes: &[u8]) -> String {
    let path = format!("/api/v1/media?channel_id={}&kind={kind}&filename=a.pdf", stage.channel.id);
    let response = client()
        .post(format!("http://{}{path}", stage.server.address().now().await))
        .bearer_auth(&stage.workspace.api_key)
        .body(bytes.to_vec())
        .send()
        .await
        .expect("an answer");
    text(&response.json().await.expect("JSON"), "media_id")
}

fn waba(stage: &Stage) -> String {
    stage.channel.waba_id.clone()
}

fn told(field: &str, value: Value) -> Update {
    payload::account_field(field, &value.to_string(), &value)
}

fn about(name: &str, more: Value) -> Value {
    let mut value = json!({"message_template_id": 7, "message_template_name": name,
        "message_template_language": "en_US"});
    value.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    value
}

#[tokio::test]
async fn what_whatsapp_tells_of_a_template_shows_at_once_is_flagged_and_outlives_a_restart() {
    let mut stage = Stage::new().await;
    assert_eq!(template(&stage, "bike_ready").await["status"], "APPROVED");
    let address = stage.server.address().now().await;
    let mut socket = Socket::with_key(&address, &stage.workspace.api_key).await.expect("a socket");
    socket.subscribe(None, false).await;
    let category = about("bike_ready", json!({"previous_category": "UTILITY", "new_category": "MARKETING"}));
    stage.postman.tell(stage.world.clock().now_s(), &[told("template_category_update", category)]).await;
    let event = socket.event("templates.changed").await;
    assert_eq!(event["data"]["templates"]["channel_id"], json!(stage.channel.id));
    let paused = stage.graph().decide_template(&waba(&stage), "bike_ready", "en_US", "PAUSED", "NONE");
    stage.postman.tell(stage.world.clock().now_s(), &[paused.expect("there is one")]).await;
    stage.server.kill();
    stage.server.boot().await;
    let shown = template(&stage, "bike_ready").await;
    assert_eq!(shown["status"], "PAUSED");
    let whats: Vec<&str> = shown["changes"]
        .as_array()
        .expect("changes")
        .iter()
        .filter_map(|change| change["what"].as_str())
        .collect();
    assert!(whats.contains(&"status"), "{shown}");
    let path = format!("/api/v1/templates/{}", text(&shown, "id"));
    let seen = json!({"channel_id": stage.channel.id, "seen": true});
    let seen = stage.api.patch(&path, &seen).await.of(200);
    assert_eq!(seen.get("changes"), None, "{seen}");
    let agent = stage.colleague().await;
    let by_agent = agent.patch(&path, &json!({"channel_id": stage.channel.id, "seen": true})).await;
    by_agent.is_problem(403, "not_allowed");
}

#[tokio::test]
async fn why_a_template_is_as_it_is_stays_in_whatsapps_words_after_it_is_read_again() {
    let stage = Stage::new().await;
    assert_eq!(template(&stage, "bike_ready").await["status"], "APPROVED");
    let paused = stage.graph().decide_template(&waba(&stage), "bike_ready", "en_US", "PAUSED", "NONE");
    drop(paused.expect("there is one"));
    let words = "It is paused for 3 hours, as customers marked it as spam.";
    let why = json!({"event": "PAUSED", "reason": "NONE",
        "other_info": {"title": "FIRST_PAUSE", "description": words}});
    let update = told("message_template_status_update", about("bike_ready", why));
    stage.postman.tell(stage.world.clock().now_s(), &[update]).await;
    for read in ["", "&fresh=true"] {
        let all = list(&stage, read).await;
        let shown = all.into_iter().find(|one| one["name"] == "bike_ready").expect("it is there");
        assert_eq!(
            (&shown["status"], &shown["rejected_reason"]),
            (&json!("PAUSED"), &json!(words)),
            "{read}"
        );
    }
}

#[tokio::test]
async fn a_template_that_is_paused_is_refused_when_it_is_written_and_when_its_turn_comes() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let values = json!([{"text": "Elif"}, {"text": "bike"}, {"text": "18:00"}]);
    let send =
        json!({"type": "template", "template": {"name": "bike_ready", "language": "en_US", "body": values}});
    let sent = stage.api.post(&messages_path(&conversation), &send).await.of(202);
    stage.until_state(&sent, "sent").await;
    let paused = stage.graph().decide_template(&waba(&stage), "bike_ready", "en_US", "PAUSED", "NONE");
    stage.postman.tell(stage.world.clock().now_s(), &[paused.expect("there is one")]).await;
    let refused = stage.api.post(&messages_path(&conversation), &send).await;
    refused.is_problem(409, "template_not_approved");
    assert_eq!(stage.graph().sends().len(), 1, "no request left");

    let still = json!({"type": "template", "template": {"name": "still_there", "language": "en_US"}});
    // Passing faults have it wait.
    for _ in 0..3 {
        assert!(stage.graph().script(When::NextSend, Fault::Code(131_000)));
    }
    let queued = stage.api.post(&messages_path(&conversation), &still).await.of(202);
    until("its first try", async || (stage.graph().scripted() < 3).then_some(())).await;
    let disabled = stage.graph().decide_template(&waba(&stage), "still_there", "en_US", "DISABLED", "NONE");
    stage.postman.tell(stage.world.clock().now_s(), &[disabled.expect("there is one")]).await;
    let failed = stage.until_state(&queued, "failed").await;
    assert_eq!(failed["error"]["code"], "template_not_approved", "{failed}");
    let taken = |sent: &&std::sync::Arc<Sent>| matches!(sent.outcome, Outcome::Accepted { .. });
    assert_eq!(stage.graph().sends().iter().filter(taken).count(), 1, "nothing went after that");
}

#[tokio::test]
async fn every_kind_of_component_is_taken_by_a_strict_provider_and_goes() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let made = |id, name: &str, header: Option<Header>, buttons: Vec<Button>| {
        let mut template = Template::approved(id, name, "en_US", "UTILITY", "Hello {{1}}, here it is.");
        template.header = header;
        template.buttons = buttons;
        stage.graph().put_template(&waba(&stage), template);
    };
    let above = |format: &str| Some(Header::Media(format.to_owned()));
    made(101, "with_film", above("VIDEO"), vec![]);
    made(102, "with_file", above("DOCUMENT"), vec![]);
    made(103, "with_place", above("LOCATION"), vec![]);
    let buttons = vec![
        Button::QuickReply("Yes".to_owned()),
        Button::Url { text: "Track".to_owned(), url: "https://a.example/{{1}}".to_owned() },
        Button::PhoneNumber { text: "Call".to_owned(), phone_number: "+3110".to_owned() },
        Button::CopyCode,
    ];
    made(104, "with_buttons", Some(Header::Text("Order {{1}}".to_owned())), buttons);
    list(&stage, "&fresh=true").await;
    let picture = media(&stage, "image", PNG).await;
    let film = media(&stage, "video", b"\0\0\0\x20ftypisom a film").await;
    let file = media(&stage, "document", b"%PDF-1.7 an offer").await;
    let body = json!([{"text": "Elif"}]);
    let place = json!({"latitude": 51.9, "longitude": 4.4, "name": "Shop", "address": "Quay 1"});
    let values =
        json!([{"index": 0, "value": "yes-1"}, {"index": 1, "value": "42"}, {"index": 3, "value": "SAVE10"}]);
    let sends = [
        json!({"name": "spring_service", "body": body, "header_file": {"media_id": picture}}),
        json!({"name": "with_film", "body": body, "header_file": {"media_id": film}}),
        json!({"name": "with_file", "body": body, "header_file": {"media_id": file, "filename": "offer.pdf"}}),
        json!({"name": "with_place", "body": body, "header_location": place}),
        json!({"name": "with_buttons", "header": [{"text": "42"}], "body": body, "buttons": values}),
        json!({"name": "sign_in_code", "body": [{"text": "123456"}]}),
        json!({"name": "order_shipped", "header": [{"text": "9"}], "body": [{"text": "Elif"}, {"text": "9"}],
            "buttons": [{"index": 0, "value": "9"}]}),
    ];
    for mut send in sends.clone() {
        send["language"] = "en_US".into();
        let body = json!({"type": "template", "template": send});
        let sent = stage.api.post(&messages_path(&conversation), &body).await.of(202);
        let settled = stage.until_state(&sent, "sent").await;
        assert_eq!(settled["error"], Value::Null, "{body}");
    }
    assert_eq!(stage.graph().sends().len(), sends.len());
    let wrong = [
        (json!({"name": "with_film", "body": body}), "template.header_file"),
        (json!({"name": "with_place", "body": body}), "template.header_location"),
        (json!({"name": "with_buttons", "header": [{"text": "42"}], "body": body}), "template.buttons"),
        (json!({"name": "with_film", "body": body, "header_file": {"media_id": picture}}), "video.media_id"),
    ];
    each_is_refused(&stage, &conversation, &wrong).await;
    assert_eq!(stage.graph().sends().len(), sends.len(), "what lacks something never leaves");
}

/// Sends of templates, each refused for what its field lacks.
async fn each_is_refused(stage: &Stage, conversation: &str, wrong: &[(Value, &str)]) {
    for (send, field) in wrong {
        let mut body = json!({"type": "template", "template": send});
        body["template"]["language"] = "en_US".into();
        let refused = stage.api.post(&messages_path(conversation), &body).await;
        assert_eq!((refused.status, &refused.body["field"]), (422, &json!(field)), "{body}");
    }
}

#[tokio::test]
async fn a_sent_template_keeps_all_that_the_customer_sees() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let mut template = Template::approved(105, "whole", "en_US", "UTILITY", "Hello {{1}}, here it is.");
    template.header = Some(Header::Text("Order {{1}}".to_owned()));
    template.footer = Some("Vela Bikes".to_owned());
    template.buttons = vec![
        Button::Url { text: "Track".to_owned(), url: "https://a.example/{{1}}".to_owned() },
        Button::PhoneNumber { text: "Call".to_owned(), phone_number: "+3110".to_owned() },
        Button::CopyCode,
    ];
    stage.graph().put_template(&waba(&stage), template);
    list(&stage, "&fresh=true").await;
    let send = json!({"name": "whole", "language": "en_US", "header": [{"text": "42"}], "body": [{"text": "Elif"}],
        "buttons": [{"index": 0, "value": "42"}, {"index": 2, "value": "SAVE10"}]});
    let body = json!({"type": "template", "template": send});
    let sent = stage.api.post(&messages_path(&conversation), &body).await.of(202);
    let content = &stage.until_state(&sent, "sent").await["content"];
    assert_eq!(content["header_text"], "Order 42");
    assert_eq!(content["text"], "Hello Elif, here it is.");
    assert_eq!(content["footer"], "Vela Bikes");
    let buttons = content["buttons"].as_array().expect("it has buttons");
    assert_eq!(buttons[0]["leads_to"], "https://a.example/42");
    assert_eq!(buttons[1]["leads_to"], "+3110");
    assert_eq!((&buttons[2]["value"], &buttons[2]["leads_to"]), (&json!("SAVE10"), &Value::Null));
}

#[tokio::test]
async fn cards_offers_forms_and_products_are_taken_by_a_strict_provider_and_go() {
    let stage = Stage::new().await;
    let conversation = stage.meet(&customer(0)).await;
    let page = |text: &str| Button::Url { text: text.to_owned(), url: "https://a.example/{{1}}".to_owned() };
    let made = |id, name: &str, change: &dyn Fn(&mut Template)| {
        let mut template = Template::approved(id, name, "en_US", "MARKETING", "Hello {{1}}, look at this.");
        change(&mut template);
        stage.graph().put_template(&waba(&stage), template);
    };
    let card = |format: &str, body: Option<&str>, buttons: Vec<Button>| Card {
        format: format.to_owned(),
        body: body.map(str::to_owned),
        buttons,
    };
    let product = || Some(Header::Media("PRODUCT".to_owned()));
    made(201, "cards", &|template| {
        let one = card("IMAGE", Some("For {{1}}"), vec![Button::QuickReply("Yes".to_owned()), page("See")]);
        template.cards = vec![one.clone(), one];
    });
    made(202, "product_cards", &|template| {
        template.cards = vec![card("PRODUCT", None, vec![Button::Spm("View".to_owned())]); 3];
    });
    made(203, "offer", &|template| {
        template.header = Some(Header::Media("IMAGE".to_owned()));
        template.offer = Some(Offer { text: "Ends soon".to_owned(), has_expiration: true });
        template.buttons = vec![Button::CopyCode, page("Shop")];
    });
    made(204, "form", &|template| {
        template.buttons = vec![Button::Flow { text: "Book".to_owned(), flow_id: "77".to_owned() }];
    });
    made(205, "catalogue", &|template| template.buttons = vec![Button::Catalog("View".to_owned())]);
    made(206, "products", &|template| template.buttons = vec![Button::Mpm("View".to_owned())]);
    made(207, "one_product", &|template| {
        template.header = product();
        template.buttons = vec![Button::Spm("View".to_owned())];
    });
    list(&stage, "&fresh=true").await;
    for name in ["cards", "product_cards", "offer", "form", "catalogue", "products", "one_product"] {
        assert_eq!(template(&stage, name).await["sendable"], true, "{name}");
    }
    assert_eq!(template(&stage, "cards").await["cards"][1]["body_parameters"], json!(["1"]));
    let picture = media(&stage, "image", PNG).await;
    let other = media(&stage, "image", &[PNG, b"another"].concat()).await;
    let body = json!([{"text": "Elif"}]);
    let of_card = |file: &str| {
        json!({"header_file": {"media_id": file}, "body": [{"text": "Elif"}],
            "buttons": [{"index": 0, "value": "yes"}, {"index": 1, "value": "42"}]})
    };
    let shown = |id: &str| json!({"header_product": {"catalog_id": "cat", "product_id": id}});
    let sections = json!([{"title": "Bells", "products": ["b1", "b2"]}]);
    let sends = [
        json!({"name": "cards", "body": body, "cards": [of_card(&picture), of_card(&other)]}),
        json!({"name": "product_cards", "body": body, "cards": [shown("p1"), shown("p2"), shown("p3")]}),
        json!({"name": "offer", "body": body, "header_file": {"media_id": picture},
            "offer_ends_at": "2099-01-01T00:00:00Z",
            "buttons": [{"index": 0, "value": "SAVE10"}, {"index": 1, "value": "7"}]}),
        json!({"name": "form", "body": body}),
        json!({"name": "form", "body": body, "buttons": [{"index": 0, "value": "token-1"}]}),
        json!({"name": "catalogue", "body": body}),
        json!({"name": "catalogue", "body": body, "buttons": [{"index": 0, "value": "b1"}]}),
        json!({"name": "products", "body": body,
            "buttons": [{"index": 0, "value": "b1", "sections": sections}]}),
        json!({"name": "one_product", "body": body, "header_product": {"catalog_id": "cat", "product_id": "p"}}),
    ];
    for mut send in sends.clone() {
        send["language"] = "en_US".into();
        let body = json!({"type": "template", "template": send});
        let sent = stage.api.post(&messages_path(&conversation), &body).await.of(202);
        let settled = stage.until_state(&sent, "sent").await;
        assert_eq!(settled["error"], Value::Null, "{body}");
    }
    let gone = stage.graph().sends();
    assert_eq!(gone.len(), sends.len());
    assert_eq!(
        gone[0].text, "Hello Elif, look at this.\n1. For Elif\n2. For Elif",
        "what the customer reads"
    );
    assert_eq!(gone[2].text, "Hello Elif, look at this.\n[Ends soon]");
    let wrong = [
        (json!({"name": "cards", "body": body, "cards": [of_card(&picture)]}), "template.cards"),
        (
            json!({"name": "cards", "body": body, "cards": [of_card(&picture), {"body": body}]}),
            "template.cards",
        ),
        (
            json!({"name": "offer", "body": body, "header_file": {"media_id": picture},
            "buttons": [{"index": 0, "value": "SAVE10"}, {"index": 1, "value": "7"}]}),
            "template.offer_ends_at",
        ),
        (
            json!({"name": "products", "body": body, "buttons": [{"index": 0, "value": "b1"}]}),
            "template.buttons",
        ),
        (json!({"name": "one_product", "body": body}), "template.header_product"),
    ];
    each_is_refused(&stage, &conversation, &wrong).await;
    assert_eq!(stage.graph().sends().len(), sends.len(), "what lacks something never leaves");
}

#[tokio::test]
async fn codes_offers_cards_and_forms_are_made_as_whatsapp_takes_them() {
    let stage = Stage::new().await;
    let picture = media(&stage, "image", PNG).await;
    let make = async |name: &str, more: Value| {
        let mut body = json!({"channel_id": stage.channel.id, "name": name, "language": "en_US"});
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        stage.api.post("/api/v1/templates", &body).await
    };
    let there = |name: &str| stage.graph().template(&waba(&stage), name, "en_US").expect("it was made");
    for (name, otp) in [("copied", "copy_code"), ("tapped", "one_tap"), ("filled_in", "zero_tap")] {
        let mut chosen =
            json!({"otp": otp, "add_security_recommendation": true, "code_expiration_minutes": 5});
        if otp != "copy_code" {
            chosen["package_name"] = "com.example.app".into();
            chosen["signature_hash"] = "K8a/AINcGX7".into();
        }
        make(name, json!({"category": "AUTHENTICATION", "authentication": chosen})).await.of(201);
        assert_eq!(there(name).code, Some(Code { security: true, minutes: Some(5) }));
        assert_eq!(there(name).footer.as_deref(), Some("This code expires in 5 minutes."));
        // Its words are read though nobody has decided about it.
        let known = until("its words", async || {
            let known = template(&stage, name).await;
            (known["sendable"] == true).then_some(known)
        })
        .await;
        assert_eq!((&known["status"], &known["authentication"]["otp"]), (&json!("PENDING"), &json!(otp)));
        assert_eq!(known["authentication"]["package_name"], Value::Null);
    }
    let late = json!({"otp": "copy_code", "code_expiration_minutes": 91});
    let late = make("late", json!({"category": "AUTHENTICATION", "authentication": late})).await;
    assert_eq!((late.status, &late.body["field"]), (422, &json!("authentication")));

    let buttons = json!([{"kind": "copy_code", "text": "", "example": "SAVE10"},
        {"kind": "url", "text": "Shop", "url": "https://a.example/"}]);
    let offer = json!({"category": "MARKETING", "body": "All bells are cheaper this week.", "header_format": "image",
        "header_file": picture, "offer": {"text": "Ends soon", "ends": true}, "buttons": buttons});
    make("offer", offer.clone()).await.of(201);
    assert_eq!(there("offer").offer, Some(Offer { text: "Ends soon".to_owned(), has_expiration: true }));
    let mut useful = offer;
    useful["category"] = "UTILITY".into();
    let useful = make("useful", useful).await;
    assert_eq!((useful.status, &useful.body["field"]), (422, &json!("offer")));

    let card = json!({"header_format": "image", "header_file": picture, "body": "It rings, {{1}}.",
        "body_examples": ["Elif"], "buttons": [{"kind": "quick_reply", "text": "Reserve"}]});
    let cards =
        json!({"category": "MARKETING", "body": "Two new bells stand in our shop.", "cards": [card, card]});
    make("cards", cards).await.of(201);
    assert_eq!(there("cards").cards.len(), 2);
    assert_eq!(template(&stage, "cards").await["cards"][0]["body_parameters"], json!(["1"]));

    let form = |flow_id: Value| {
        json!({"category": "UTILITY", "body": "Choose when to come by.",
            "buttons": [{"kind": "flow", "text": "Choose", "flow_id": flow_id}]})
    };
    make("form", form("77".into())).await.of(201);
    assert_eq!(there("form").buttons, [Button::Flow { text: "Choose".to_owned(), flow_id: "77".to_owned() }]);
    let without = make("without", form(Value::Null)).await;
    assert_eq!((without.status, &without.body["field"]), (422, &json!("buttons")));
}

#[tokio::test]
async fn a_template_that_is_made_is_usable_once_whatsapp_has_decided_and_nobody_does_anything() {
    let stage = Stage::reviewed().await;
    stage.bring_statuses().await;
    let conversation = stage.meet(&customer(0)).await;
    list(&stage, "").await;
    for (name, body, status) in [
        ("order_ready", "Hi {{1}}, your order is ready to be collected.", "APPROVED"),
        ("cheaper", "Hi {{1}}, everything is on sale in our shop today.", "REJECTED"),
    ] {
        let mut draft = draft(name);
        draft["channel_id"] = json!(stage.channel.id);
        draft["body"] = body.into();
        draft["buttons"] = json!([]);
        stage.api.post("/api/v1/templates", &draft).await.of(201);
        until("WhatsApp's decision", async || {
            (template(&stage, name).await["status"] == status).then_some(())
        })
        .await;
    }
    assert_eq!(template(&stage, "cheaper").await["rejected_reason"], "INCORRECT_CATEGORY");
    let send = json!({"type": "template", "template": {"name": "order_ready", "language": "en_US",
        "header": [{"text": "42"}], "body": [{"text": "Elif"}]}});
    let sent = stage.api.post(&messages_path(&conversation), &send).await.of(202);
    let checks = sent["decision"]["checks"].as_array().expect("it was decided");
    let of_template = checks.iter().find(|check| check["rule"] == "template").expect("it was looked at");
    assert_eq!(of_template["found"], "The template is approved.", "known when it was queued");
    stage.until_state(&sent, "sent").await;

    // One with a code, too, whose words are WhatsApp's own.
    let code = json!({"channel_id": stage.channel.id, "name": "door_code", "language": "en_US",
        "category": "AUTHENTICATION",
        "authentication": {"otp": "copy_code", "code_expiration_minutes": 5, "text": "Copy it"}});
    stage.api.post("/api/v1/templates", &code).await.of(201);
    let made = until("its words", async || {
        let made = template(&stage, "door_code").await;
        (made["sendable"] == true).then_some(made)
    })
    .await;
    assert_eq!((&made["status"], &made["authentication"]), (&json!("APPROVED"), &code["authentication"]));
    let send = json!({"type": "template", "template": {"name": "door_code", "language": "en_US",
        "body": [{"text": "4711"}]}});
    let sent = stage.api.post(&messages_path(&conversation), &send).await.of(202);
    stage.until_state(&sent, "sent").await;
    let mut changed = code.clone();
    changed["authentication"]["code_expiration_minutes"] = 15.into();
    let path = format!("/api/v1/templates/{}", text(&made, "id"));
    let change = json!({"channel_id": stage.channel.id, "draft": changed});
    // It is decided upon before we hear that it was submitted.
    stage.graph().script(When::Path(text(&made, "id")), Fault::Slow(Duration::from_millis(300)));
    stage.api.patch(&path, &change).await.of(200);
    until("its new words", async || {
        let changed = template(&stage, "door_code").await;
        let is_known = changed["sendable"] == true && changed["status"] == "APPROVED";
        is_known.then(|| assert_eq!(changed["footer"], "This code expires in 15 minutes."))
    })
    .await;
}

#[tokio::test]
async fn a_category_that_is_to_come_and_words_changed_at_whatsapp_are_flagged_until_somebody_looked() {
    let stage = Stage::new().await;
    let known = template(&stage, "bike_ready").await;
    assert_eq!(known["category"], "UTILITY");
    let news = about(
        "bike_ready",
        json!({"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": 1_795_086_400}),
    );
    let words = about(
        "bike_ready",
        json!({"message_template_element": "Hi {{1}}, your {{2}} waits for you until {{3}}, and we are glad."}),
    );
    let mut changed = stage.graph().template(&waba(&stage), "bike_ready", "en_US").expect("there is one");
    changed.body = "Hi {{1}}, your {{2}} waits for you until {{3}}, and we are glad.".to_owned();
    stage.graph().put_template(&waba(&stage), changed);
    let updates = [told("template_category_update", news), told("message_template_components_update", words)];
    stage.postman.tell(stage.world.clock().now_s(), &updates).await;
    let shown = until("the words are read again", async || {
        let shown = template(&stage, "bike_ready").await;
        shown["body"].as_str().is_some_and(|body| body.contains("glad")).then_some(shown)
    })
    .await;
    let of = |what: &str| {
        let changes = shown["changes"].as_array().expect("changes").iter();
        changes.clone().find(|change| change["what"] == what).cloned().unwrap_or_default()
    };
    assert_eq!((&of("category")["announced"], &of("category")["to"]), (&json!(true), &json!("MARKETING")));
    assert_eq!(shown["category"], "UTILITY", "it is not so yet");
    assert!(of("components")["message"].as_str().is_some_and(|words| words.contains("changed at WhatsApp")));
    let path = format!("/api/v1/templates/{}", text(&shown, "id"));
    let seen = json!({"channel_id": stage.channel.id, "seen": true});
    assert_eq!(stage.api.patch(&path, &seen).await.of(200).get("changes"), None);
    list(&stage, "&fresh=true").await;
    assert_eq!(template(&stage, "bike_ready").await.get("changes"), None, "read again it is no news");
}

fn draft(name: &str) -> Value {
    json!({
        "name": name, "language": "en_US", "category": "UTILITY", "header_format": "text", "header": "Order {{1}}",
        "header_examples": ["42"], "body": "Hi {{1}}, your order is ready to be collected.", "body_examples": ["Elif"],
        "footer": "Vela", "buttons": [{"kind": "quick_reply", "text": "Thanks"},
            {"kind": "url", "text": "Track", "url": "https://a.example/{{1}}", "example": "42"}],
    })
}

#[tokio::test]
async fn a_template_is_made_reviewed_changed_filled_and_deleted() {
    let stage = Stage::new().await;
    list(&stage, "").await;
    let of = |draft: Value| {
        let mut body = draft;
        body["channel_id"] = json!(stage.channel.id);
        body
    };
    let made = stage.api.post("/api/v1/templates", &of(draft("order_ready"))).await.of(201);
    assert_eq!((&made["status"], &made["category"]), (&json!("PENDING"), &json!("UTILITY")));
    let twice = stage.api.post("/api/v1/templates", &of(draft("order_ready"))).await;
    assert_eq!((twice.status, &twice.body["field"]), (422, &json!("name")));
    let mut wrong = draft("order_late");
    wrong["body"] = "{{1}} is late".into();
    let wrong = stage.api.post("/api/v1/templates", &of(wrong)).await;
    assert_eq!((wrong.status, &wrong.body["field"]), (422, &json!("body")));

    let path = format!("/api/v1/templates/{}", text(&made, "id"));
    let change = |draft: Value| json!({"channel_id": stage.channel.id, "draft": draft});
    let early = stage.api.patch(&path, &change(draft("order_ready"))).await;
    assert_eq!((early.status, &early.body["field"]), (422, &json!("draft")), "it is under review");
    let rejected =
        stage.graph().decide_template(&waba(&stage), "order_ready", "en_US", "REJECTED", "INVALID_FORMAT");
    stage.postman.tell(stage.world.clock().now_s(), &[rejected.expect("it was made")]).await;
    let shown = template(&stage, "order_ready").await;
    assert_eq!((&shown["status"], &shown["rejected_reason"]), (&json!("REJECTED"), &json!("INVALID_FORMAT")));
    stage.api.patch(&path, &change(draft("order_ready"))).await.of(200);
    let approved = stage.graph().decide_template(&waba(&stage), "order_ready", "en_US", "APPROVED", "NONE");
    stage.postman.tell(stage.world.clock().now_s(), &[approved.expect("it was made")]).await;
    assert_eq!(template(&stage, "order_ready").await["status"], "APPROVED");
    let mut next = draft("order_ready");
    next["footer"] = "Vela, at the quay".into();
    let changed = stage.api.patch(&path, &change(next.clone())).await.of(200);
    assert_eq!(changed["footer"], "Vela, at the quay");
    let approved = stage.graph().decide_template(&waba(&stage), "order_ready", "en_US", "APPROVED", "NONE");
    stage.postman.tell(stage.world.clock().now_s(), &[approved.expect("it was made")]).await;
    let again = stage.api.patch(&path, &change(next)).await;
    assert_eq!((again.status, &again.body["field"]), (422, &json!("draft")), "once in 24 hours");

    let fill = json!([{"part": "body", "placeholder": "1", "source": "first_name"}]);
    let filled =
        stage.api.patch(&path, &json!({"channel_id": stage.channel.id, "fills": fill})).await.of(200);
    assert_eq!(filled["fills"], fill);
    let other = json!([{"part": "body", "placeholder": "2", "source": "name"}]);
    let refused = stage.api.patch(&path, &json!({"channel_id": stage.channel.id, "fills": other})).await;
    assert_eq!((refused.status, &refused.body["field"]), (422, &json!("fills")));
    list(&stage, "&fresh=true").await;
    assert_eq!(template(&stage, "order_ready").await["fills"], fill, "reading again keeps it");

    let path = format!("{path}?channel_id={}", stage.channel.id);
    let agent = stage.colleague().await;
    agent.delete(&path).await.is_problem(403, "not_allowed");
    stage.api.delete(&path).await;
    assert_eq!(template(&stage, "order_ready").await, Value::Null);
    assert!(stage.graph().template(&waba(&stage), "order_ready", "en_US").is_none());
    stage.api.delete(&path).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_template_with_a_picture_is_submitted_with_an_example_of_it() {
    let stage = Stage::new().await;
    let picture = media(&stage, "image", PNG).await;
    let mut body = draft("spring");
    body["channel_id"] = json!(stage.channel.id);
    for part in ["header", "header_examples"] {
        body.as_object_mut().expect("an object").remove(part);
    }
    body["header_format"] = "image".into();
    let without = stage.api.post("/api/v1/templates", &body).await;
    assert_eq!((without.status, &without.body["field"]), (422, &json!("header_file")));
    body["header_file"] = picture.into();
    stage.api.post("/api/v1/templates", &body).await.of(201);
    let there = stage.graph().template(&waba(&stage), "spring", "en_US").expect("it was made");
    assert_eq!(there.header, Some(Header::Media("IMAGE".to_owned())));
}

#[tokio::test]
async fn while_whatsapp_does_not_answer_the_templates_are_as_they_were_and_the_list_says_so() {
    let mut stage = Stage::new().await;
    let known = list(&stage, "").await.len();
    stage.server.kill();
    stage.server.boot().await;
    stage.graph().refuse_connections().await;
    let path = format!("/api/v1/templates?channel_id={}&fresh=true", stage.channel.id);
    until("a list that says that it is an old one", async || {
        let answer = stage.api.get(&path).await.of(200);
        let is_old = answer["problem"].is_string() && answer["templates"].as_array()?.len() == known;
        is_old.then_some(())
    })
    .await;
}
