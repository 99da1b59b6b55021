//! A receiver of webhooks and a sender of messages, each as small as can be.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::routing::get;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use switchboard_simulator::payload::sign;
use switchboard_simulator::{Clock, World, WorldOptions};
use tokio::net::TcpListener;
use tokio::sync::watch;

pub(crate) const SECRET: &str = "simulated-app-secret";
pub(crate) const TOKEN: &str = "simulated-access-token";
pub(crate) const PHONE: &str = "106540352242922";
pub(crate) const WABA: &str = "102290129340398";
/// 2026-11-23T09:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_424_400_000;

/// Fails a test that waits for something that does not come.
pub(crate) async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), wait).await.expect("it should have happened long ago")
}

/// One POST as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) body: Bytes,
    pub(crate) signature: String,
}

impl Arrived {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a webhook is JSON")
    }
}

/// A server under test, as far as webhooks go: checks signatures, keeps bodies, answers as told.
#[derive(Clone)]
pub(crate) struct Receiver(Arc<Inner>);

struct Inner {
    url: String,
    arrived: Mutex<Vec<Arrived>>,
    answers: Mutex<VecDeque<u16>>,
    changed: watch::Sender<usize>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/webhooks/whatsapp", listener.local_addr().expect("an address"));
        let receiver = Self(Arc::new(Inner {
            url,
            arrived: Mutex::default(),
            answers: Mutex::default(),
            changed: watch::Sender::new(0),
        }));
        let router = Router::new()
            .route("/webhooks/whatsapp", get(challenge).post(webhook))
            .with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// The next POSTs are answered with these instead of 200.
    pub(crate) fn answer_with(&self, statuses: impl IntoIterator<Item = u16>) {
        self.0.answers.lock().unwrap_or_else(PoisonError::into_inner).extend(statuses);
    }

    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.0.arrived.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) async fn until(&self, mut done: impl FnMut(&[Arrived]) -> bool) -> Vec<Arrived> {
        let mut changed = self.0.changed.subscribe();
        soon(async {
            while !done(&self.arrived()) {
                changed.changed().await.expect("the receiver lives");
            }
        })
        .await;
        self.arrived()
    }

    /// All items of `messages[]` or `statuses[]`, in order of arrival.
    pub(crate) fn items(&self, list: &str) -> Vec<Value> {
        items(&self.arrived(), list)
    }

    pub(crate) async fn until_items(&self, list: &str, count: usize) -> Vec<Value> {
        self.until(|arrived| items(arrived, list).len() >= count).await;
        self.items(list)
    }
}

pub(crate) fn items(arrived: &[Arrived], list: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for post in arrived {
        for entry in post.json()["entry"].as_array().expect("entries") {
            for change in entry["changes"].as_array().expect("changes") {
                found.extend(change["value"][list].as_array().into_iter().flatten().cloned());
            }
        }
    }
    found
}

async fn challenge(Query(query): Query<std::collections::HashMap<String, String>>) -> (StatusCode, String) {
    if query.get("hub.verify_token").is_some_and(|token| token == "right") {
        (StatusCode::OK, query.get("hub.challenge").cloned().unwrap_or_default())
    } else {
        (StatusCode::FORBIDDEN, String::new())
    }
}

async fn webhook(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers
        .get("x-hub-signature-256")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    if signature != sign(SECRET, &body) {
        return StatusCode::UNAUTHORIZED;
    }
    let arrived = Arrived { body, signature };
    receiver.0.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(arrived);
    receiver.0.changed.send_modify(|count| *count += 1);
    let answer = receiver.0.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    answer.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK)
}

/// A world with a clock that stands still, delivering to the receiver.
pub(crate) async fn world_with(receiver: &Receiver, change: impl FnOnce(&mut WorldOptions)) -> World {
    let mut options = WorldOptions {
        webhook_url: Some(receiver.url().to_owned()),
        app_secret: SECRET.to_owned(),
        clock: Clock::manual(NOW_MS),
        ..WorldOptions::default()
    };
    change(&mut options);
    World::start(options).await.expect("a world")
}

pub(crate) async fn world(receiver: &Receiver) -> World {
    world_with(receiver, |_| ()).await
}

pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// POSTs to `/messages` and gives status and body.
pub(crate) async fn send(world: &World, body: &Value) -> (u16, Value) {
    try_send(world, body).await.expect("an answer")
}

pub(crate) async fn try_send(world: &World, body: &Value) -> reqwest::Result<(u16, Value)> {
    let url = format!("{}/v26.0/{PHONE}/messages", world.graph_url());
    let answer = client().post(url).bearer_auth(TOKEN).json(body).send().await?;
    let status = answer.status().as_u16();
    let text = answer.text().await?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
}

pub(crate) fn text(to: &str, body: &str) -> Value {
    json!({"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, "type": "text",
        "text": {"body": body}})
}
