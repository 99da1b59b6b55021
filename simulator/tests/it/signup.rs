//! What the Graph API says of tokens, secrets and sign-ups.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use switchboard_simulator::World;
use switchboard_simulator::graph::{APP_ID, CONFIG_ID};
use switchboard_simulator::payload::sign;

use crate::support::*;

async fn ask(
    world: &World,
    method: Method,
    path: &str,
    token: Option<&str>,
    body: Option<&Value>,
) -> (u16, Value) {
    let mut request = client().request(method, format!("{}/v26.0/{path}", world.graph_url()));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.json(body);
    }
    let answer = request.send().await.expect("an answer");
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

async fn get(world: &World, path: &str, token: Option<&str>) -> (u16, Value) {
    ask(world, Method::GET, path, token, None).await
}

/// Goes through the dialog; gives the code.
async fn code(world: &World) -> String {
    let query = format!(
        "client_id={APP_ID}&config_id={CONFIG_ID}&response_type=code&override_default_response_type=true&\
         redirect_uri=https%3A%2F%2Fhere.example%2Fsign-up&state=s"
    );
    let url = format!("{}/v26.0/dialog/oauth?{query}", world.graph_url());
    let page = client().get(url).send().await.expect("an answer").text().await.expect("a page");
    page.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned()
}

fn exchange(secret: &str, code: &str, redirect: &str) -> String {
    format!(
        "oauth/access_token?client_id={APP_ID}&client_secret={secret}&code={code}&redirect_uri={redirect}"
    )
}

const BACK: &str = "https%3A%2F%2Fhere.example%2Fsign-up";

#[tokio::test]
async fn a_code_is_exchanged_once_in_time_by_its_app_and_for_its_address() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let first = code(&world).await;
    assert_eq!(get(&world, &exchange("wrong", &first, BACK), None).await.0, 400);
    let (status, answer) = get(&world, &exchange(SECRET, &first, BACK), None).await;
    assert_eq!((status, &answer["access_token"]), (200, &json!(TOKEN)));
    assert_eq!(get(&world, &exchange(SECRET, &first, BACK), None).await.1["error"]["code"], 100);
    let elsewhere = code(&world).await;
    assert_eq!(
        get(&world, &exchange(SECRET, &elsewhere, "https%3A%2F%2Felsewhere.example"), None).await.0,
        400
    );
    let late = code(&world).await;
    world.clock().advance(Duration::from_secs(31));
    assert_eq!(get(&world, &exchange(SECRET, &late, BACK), None).await.0, 400);
    world.shutdown().await;
}

#[tokio::test]
async fn a_token_is_told_of_to_itself_and_its_app_alone_and_a_proof_must_be_of_its_apps_secret() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let path = format!("debug_token?input_token={TOKEN}");
    for asker in [TOKEN.to_owned(), format!("{APP_ID}|{SECRET}")] {
        let (status, answer) = get(&world, &path, Some(&asker)).await;
        assert_eq!((status, &answer["data"]["is_valid"]), (200, &json!(true)));
        assert_eq!(answer["data"]["granular_scopes"][0]["target_ids"], json!([WABA]));
    }
    assert_eq!(get(&world, &path, Some("somebody")).await.1["error"]["code"], 190);
    let numbers = |secret: &str| {
        let tag = sign(secret, TOKEN.as_bytes());
        format!("{WABA}/phone_numbers?fields=id&appsecret_proof={}", &tag["sha256=".len()..])
    };
    assert_eq!(get(&world, &numbers(SECRET), Some(TOKEN)).await.0, 200);
    let (status, answer) = get(&world, &numbers("another"), Some(TOKEN)).await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(100)));
    world.shutdown().await;
}

#[tokio::test]
async fn a_number_is_registered_with_six_digits_ten_times_and_an_app_subscribed_and_unsubscribed() {
    let receiver = Receiver::start().await;
    let world = world(&receiver).await;
    let register = format!("{PHONE}/register");
    let body = |pin: &str| json!({"messaging_product": "whatsapp", "pin": pin});
    let (_, answer) = ask(&world, Method::POST, &register, Some(TOKEN), Some(&body("12"))).await;
    assert_eq!(answer["error"]["code"], 133_008);
    for _ in 0..10 {
        let (status, _) = ask(&world, Method::POST, &register, Some(TOKEN), Some(&body("123456"))).await;
        assert_eq!(status, 200);
    }
    let (_, answer) = ask(&world, Method::POST, &register, Some(TOKEN), Some(&body("123456"))).await;
    assert_eq!(answer["error"]["code"], 133_016);
    let apps = format!("{WABA}/subscribed_apps");
    for (method, count) in [(Method::POST, 1), (Method::DELETE, 0)] {
        assert_eq!(ask(&world, method, &apps, Some(TOKEN), None).await.0, 200);
        let (_, answer) = get(&world, &apps, Some(TOKEN)).await;
        assert_eq!(answer["data"].as_array().map(Vec::len), Some(count));
    }
    world.shutdown().await;
}
