//! What the Graph API answers.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_simulator::{Number, Outcome, Person, Template, WebhookVersion};

use crate::support::*;

const ADA: &str = "447700900123";

fn ada() -> Person {
    Person::phone(ADA, "Ada Thorley").with_user_id("GB.77")
}

fn template(name: &str, components: &Value) -> Value {
    json!({"messaging_product": "whatsapp", "to": ADA, "type": "template",
        "template": {"name": name, "language": {"code": "en_US"}, "components": components}})
}

fn body_of(texts: &[&str]) -> Value {
    let parameters: Vec<Value> = texts.iter().map(|text| json!({"type": "text", "text": text})).collect();
    json!({"type": "body", "parameters": parameters})
}

#[tokio::test]
async fn a_text_is_accepted_with_the_documented_answer_and_recorded() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    world.graph().heard_from(PHONE, &ada(), NOW_MS);
    let mut body = text("+447700900123", "hello");
    body["biz_opaque_callback_data"] = "c:1".into();
    body["context"] = json!({"message_id": "wamid.earlier"});
    let (status, answer) = send(&world, &body).await;
    assert_eq!(status, 200);
    let wamid = answer["messages"][0]["id"].as_str().expect("an id").to_owned();
    assert!(wamid.starts_with("wamid.") && wamid.ends_with("=="));
    assert_eq!(
        answer,
        json!({"messaging_product": "whatsapp",
            "contacts": [{"input": "+447700900123", "wa_id": ADA, "user_id": "GB.77"}],
            "messages": [{"id": wamid}]})
    );
    let sends = world.graph().sends();
    assert_eq!((sends.len(), sends[0].text.as_str(), sends[0].to.as_str()), (1, "hello", ADA));
    assert_eq!(sends[0].wamid(), Some(&*wamid));
    assert_eq!(sends[0].callback_data.as_deref(), Some("c:1"));
    assert_eq!(sends[0].reply_to.as_deref(), Some("wamid.earlier"));
    let statuses = receiver.until_items("statuses", 2).await;
    assert!(statuses.iter().all(|s| s["id"] == *wamid && s["biz_opaque_callback_data"] == "c:1"));
    assert_eq!((&statuses[0]["status"], &statuses[0]["recipient_id"]), (&json!("sent"), &json!(ADA)));
    assert_eq!(statuses[0]["recipient_user_id"], "GB.77");
    assert_eq!(statuses[1]["status"], "delivered");
    world.shutdown().await;
}

#[tokio::test]
async fn a_user_id_alone_is_enough_and_gives_no_number_away() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let hidden = Person::hidden("NL.42", "Sanne Wielinga", "sanne");
    world.say(PHONE, &hidden, "hoi").expect("said");
    let body = json!({"messaging_product": "whatsapp", "recipient": "NL.42", "type": "text", "text": {"body": "hoi"}});
    let (status, answer) = send(&world, &body).await;
    assert_eq!((status, &answer["contacts"]), (200, &json!([{"input": "NL.42", "user_id": "NL.42"}])));
    let statuses = receiver.until_items("statuses", 2).await;
    assert!(statuses.iter().all(|s| s["recipient_user_id"] == "NL.42" && s.get("recipient_id").is_none()));
    world.shutdown().await;
}

#[tokio::test]
async fn requests_without_the_right_token_are_refused() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    world.add_number(Number::new("900", "901", "+1 212 555 0198", "other-token"));
    let post = |phone: &str, token: Option<&str>| {
        let mut request =
            client().post(format!("{}/v26.0/{phone}/messages", world.graph_url())).json(&text(ADA, "x"));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        async {
            let answer = request.send().await.expect("an answer");
            (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON")["error"].clone())
        }
    };
    let (status, error) = post(PHONE, Some("wrong")).await;
    assert_eq!((status, &error["code"], &error["type"]), (401, &json!(190), &json!("OAuthException")));
    assert!(error["fbtrace_id"].is_string());
    assert_eq!(post(PHONE, None).await.1["code"], 104);
    for (phone, token) in [(PHONE, "other-token"), ("999", TOKEN)] {
        let (status, error) = post(phone, Some(token)).await;
        assert_eq!((status, &error["code"], &error["error_subcode"]), (400, &json!(100), &json!(33)));
    }
    assert!(world.graph().delete_number("901"));
    assert_eq!(post("901", Some("other-token")).await.1["code"], 33);
    world.shutdown().await;
}

#[tokio::test]
async fn refusals_have_their_codes_and_metas_shape() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let blocked = Person::phone("447700900124", "Bo");
    world.graph().block(PHONE, &blocked, true);
    let mut to_user_id = template(
        "sign_in_code",
        &json!([body_of(&["123"]), {"type": "button", "sub_type": "url", "index": "0",
            "parameters": [{"type": "text", "text": "123"}]}]),
    );
    to_user_id["recipient"] = "GB.77".into();
    to_user_id.as_object_mut().expect("an object").remove("to");
    for (body, http, code) in [
        (json!({"messaging_product": "whatsapp", "type": "text", "text": {"body": "x"}}), 400, 100),
        (json!({"messaging_product": "whatsapp", "to": ADA, "type": "text"}), 400, 131008),
        (text(ADA, &"x".repeat(4097)), 400, 100),
        (text("12125550199", "to myself"), 400, 131021),
        (text("447700900124", "x"), 400, 130403),
        (template("nobody_made_this", &json!([])), 404, 132001),
        (template("flash_sale", &json!([])), 400, 132015),
        (template("bike_ready", &json!([body_of(&["Ada"])])), 400, 132000),
        (template("bike_ready", &json!([body_of(&["Ada", "a\nb", "x"])])), 400, 132012),
        (template("spring_service", &json!([body_of(&["Ada"])])), 400, 132012),
        (to_user_id, 400, 131062),
        (
            json!({"messaging_product": "whatsapp", "to": ADA, "type": "image", "image": {"id": "404"}}),
            400,
            100,
        ),
    ] {
        let (status, answer) = send(&world, &body).await;
        let error = &answer["error"];
        assert_eq!((status, error["code"].as_i64()), (http, Some(code)), "{body}: {answer}");
        assert!(error["message"].as_str().is_some_and(|m| m.starts_with(&format!("(#{code}) "))));
        assert!(error["error_data"]["details"].is_string());
    }
    assert!(world.graph().sends().iter().all(|s| matches!(s.outcome, Outcome::Refused { .. })));
    assert!(receiver.arrived().is_empty());
    world.shutdown().await;
}

#[tokio::test]
async fn templates_go_out_at_any_time_and_are_filled_in() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let (status, answer) =
        send(&world, &template("bike_ready", &json!([body_of(&["Ada", "Vela 7", "18:00"])]))).await;
    assert_eq!((status, &answer["messages"][0]["message_status"]), (200, &json!("accepted")));
    assert_eq!(
        world.graph().sends()[0].text,
        "Hi Ada, your Vela 7 is ready. You can collect it until 18:00."
    );
    let named = |text: &str, name: &str| json!({"type": "text", "text": text, "parameter_name": name});
    let parameters = json!([named("9", "order"), named("Ada", "first_name")]);
    let components = json!([
        {"type": "header", "parameters": [named("9", "order")]},
        {"type": "body", "parameters": parameters},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "9"}]},
    ]);
    let (status, answer) = send(&world, &template("order_shipped", &components)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(world.graph().sends()[1].text, "Good news Ada: order 9 is on its way.");
    let statuses = receiver.until_items("statuses", 4).await;
    let categories: Vec<&Value> = statuses.iter().filter_map(|s| s["pricing"].get("category")).collect();
    assert_eq!(categories, ["utility", "utility"]);
    world.shutdown().await;
}

#[tokio::test]
async fn the_window_is_judged_at_the_second_and_fails_after_the_200() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    world.say(PHONE, &ada(), "hello?").expect("said");
    assert!(world.clock().advance(Duration::from_secs(24 * 3600 - 1)));
    let (status, _) = send(&world, &text(ADA, "just in time")).await;
    assert_eq!(status, 200);
    assert!(world.clock().advance(Duration::from_secs(1)));
    let (status, answer) = send(&world, &text(ADA, "too late")).await;
    assert_eq!(status, 200);
    let late = answer["messages"][0]["id"].clone();
    receiver.until(|arrived| items(arrived, "statuses").iter().any(|s| s["status"] == "failed")).await;
    let failed: Vec<Value> =
        receiver.items("statuses").into_iter().filter(|s| s["status"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!((&failed[0]["id"], &failed[0]["errors"][0]["code"]), (&late, &json!(131047)));
    assert!(failed[0]["errors"][0]["error_data"]["details"].is_string());
    assert!(failed[0].get("recipient_user_id").is_none());
    let post = receiver
        .arrived()
        .into_iter()
        .find(|a| items(std::slice::from_ref(a), "statuses").contains(&failed[0]));
    let value = post.expect("its POST").json()["entry"][0]["changes"][0]["value"].clone();
    assert!(value.get("contacts").is_none());
    world.shutdown().await;
}

#[tokio::test]
async fn someone_who_blocked_the_business_is_undeliverable() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    world.graph().heard_from(PHONE, &ada(), NOW_MS);
    world.graph().blocked_by(PHONE, &ada(), true);
    assert_eq!(send(&world, &text(ADA, "x")).await.0, 200);
    assert_eq!(receiver.until_items("statuses", 1).await[0]["errors"][0]["code"], 131026);
    world.shutdown().await;
}

#[tokio::test]
async fn rates_of_the_pair_and_of_the_number_are_limits() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    assert!(world.graph().change_number(PHONE, |number| number.throughput_per_s = 50));
    world.graph().heard_from(PHONE, &ada(), NOW_MS);
    let mut codes = Vec::new();
    for nth in 0..46 {
        let (_, answer) = send(&world, &text(ADA, &format!("{nth}"))).await;
        codes.push(answer["error"]["code"].as_i64());
    }
    assert!(codes[..45].iter().all(Option::is_none));
    assert_eq!(codes[45], Some(131056));
    let mut refused = 0;
    for nth in 200..240 {
        let (_, answer) = send(&world, &text(&format!("447700900{nth}"), "x")).await;
        refused += usize::from(answer["error"]["code"] == 130429);
    }
    assert_eq!(refused, 40 - (50 - 46));
    world.shutdown().await;
}

#[tokio::test]
async fn the_shape_of_statuses_follows_the_numbers_webhook_version() {
    let receiver = Receiver::start().await;
    let world = world_with(&receiver, |options| {
        options.numbers[0].webhook_version = WebhookVersion::V23;
    })
    .await;
    world.graph().heard_from(PHONE, &ada(), NOW_MS);
    send(&world, &text(ADA, "old")).await;
    let statuses = receiver.until_items("statuses", 2).await;
    assert!(statuses[0]["conversation"]["expiration_timestamp"].is_string());
    assert_eq!(statuses[0]["conversation"]["origin"]["type"], "service");
    assert_eq!(statuses[0]["pricing"]["pricing_model"], "PMP");
    assert_eq!(statuses[0]["pricing"]["type"], "free_customer_service");
    soon(world.ledger().until_settled()).await;
    let before = receiver.items("statuses").len();
    assert!(world.graph().change_number(PHONE, |number| number.webhook_version = WebhookVersion::V24));
    send(&world, &text(ADA, "new")).await;
    let statuses = receiver.until_items("statuses", before + 2).await;
    assert!(statuses[before..].iter().all(|s| s.get("conversation").is_none()));
    assert_eq!(statuses[before..before + 2].iter().filter(|s| s.get("pricing").is_some()).count(), 1);
    world.shutdown().await;
}

#[tokio::test]
async fn read_marks_succeed_and_are_recorded() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let id = world.say(PHONE, &ada(), "hello?").expect("said");
    let mark = json!({"messaging_product": "whatsapp", "status": "read", "message_id": id,
        "typing_indicator": {"type": "text"}});
    assert_eq!(send(&world, &mark).await, (200, json!({"success": true})));
    let reads = world.graph().reads();
    assert_eq!((reads.len(), &*reads[0].message_id, reads[0].typing), (1, &*id, true));
    assert!(world.graph().sends().is_empty());
    let bad = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "nonsense"});
    assert_eq!(send(&world, &bad).await.1["error"]["code"], 131009);
    world.shutdown().await;
}

async fn fetch(url: String) -> (u16, Value) {
    let answer = client().get(url).bearer_auth(TOKEN).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

#[tokio::test]
async fn templates_are_listed_a_page_at_a_time() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let base = format!("{}/v26.0/{WABA}/message_templates", world.graph_url());
    let mut url = format!("{base}?limit=3");
    let mut names = Vec::new();
    loop {
        let (status, page) = fetch(url).await;
        assert_eq!(status, 200);
        let data = page["data"].as_array().expect("data");
        assert!(data.len() <= 3 && data.iter().all(|t| t["id"].is_string() && t["components"].is_array()));
        names.extend(data.iter().map(|template| template["name"].clone()));
        let Some(next) = page["paging"]["next"].as_str() else { break };
        url = next.to_owned();
    }
    assert_eq!(names.len(), Template::workshop().len());
    let (_, page) = fetch(format!("{base}?status=PAUSED&fields=name,status")).await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(1));
    assert_eq!(page["data"][0].as_object().map(|fields| fields.len()), Some(3), "name, status and id");
    world.shutdown().await;
}

#[tokio::test]
async fn a_number_gives_the_fields_asked_for() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let base = format!("{}/v26.0/{PHONE}", world.graph_url());
    let field = "whatsapp_business_manager_messaging_limit";
    assert_eq!(fetch(format!("{base}?fields={field}")).await, (200, json!({field: "TIER_2K", "id": PHONE})));
    assert_eq!(fetch(base.clone()).await.1["verified_name"], "Spoke & Chain");
    let (status, answer) = fetch(format!("{base}?fields=shoe_size")).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    let (_, answer) = fetch(format!("{}/v26.0/{WABA}/phone_numbers", world.graph_url())).await;
    assert_eq!(answer["data"][0]["id"], PHONE);
    world.shutdown().await;
}

#[tokio::test]
async fn media_are_uploaded_sent_and_fetched_while_their_address_is_valid() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"messaging_product\"\r\n\r\nwhatsapp\r\n\
        --b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\
        JPEG\r\n--b--\r\n";
    let answer = client()
        .post(format!("{}/v26.0/{PHONE}/media", world.graph_url()))
        .bearer_auth(TOKEN)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(multipart)
        .send()
        .await
        .expect("an answer");
    let id = answer.json::<Value>().await.expect("JSON")["id"].as_str().expect("an id").to_owned();
    let image = json!({"messaging_product": "whatsapp", "to": ADA, "type": "image", "image": {"id": id, "caption": "c"}});
    assert_eq!(send(&world, &image).await.0, 200);
    let (_, medium) = fetch(format!("{}/v26.0/{id}?phone_number_id={PHONE}", world.graph_url())).await;
    assert_eq!((&medium["mime_type"], &medium["file_size"]), (&json!("image/jpeg"), &json!(4)));
    let url = medium["url"].as_str().expect("an address").to_owned();
    let bytes = client().get(&url).bearer_auth(TOKEN).send().await.expect("an answer");
    assert_eq!(bytes.bytes().await.expect("bytes"), "JPEG");
    assert_eq!(client().get(&url).send().await.expect("an answer").status(), 400, "without a token");
    assert!(world.clock().advance(Duration::from_secs(301)));
    assert_eq!(client().get(&url).bearer_auth(TOKEN).send().await.expect("an answer").status(), 404);
    world.shutdown().await;
}
