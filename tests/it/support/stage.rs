//! A server, a workspace with a channel, and the provider behind it.

use std::{net::SocketAddr, time::Duration};

use serde_json::{Value, json};
use switchboard_simulator::{Faults, Number, Person, Update, World, WorldOptions, graph::Graph, payload};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
};

use super::{
    agent::Agent,
    api::Api,
    postman::{Postman, message_id},
    server::{Address, Rows, Server, Workspace},
    snapshot::{Snapshot, messages, text},
    until,
};

/// A connected number, as the test set it up.
#[derive(Clone)]
pub(crate) struct Channel {
    pub(crate) id: String,
    pub(crate) phone_number_id: String,
    pub(crate) waba_id: String,
    pub(crate) verify_token: String,
}

/// Everything that a usual test needs.
pub(crate) struct Stage {
    pub(crate) server: Server,
    pub(crate) world: World,
    pub(crate) workspace: Workspace,
    pub(crate) api: Api,
    pub(crate) channel: Channel,
    /// Posts to the channel's own address.
    pub(crate) postman: Postman,
}

/// The n-th number at the provider.
pub(crate) fn number(nth: u32) -> Number {
    let display = format!("+1 212 555 0{nth:03}");
    Number::new(
        format!("10229012934{nth:04}"),
        format!("10654035224{nth:04}"),
        display,
        format!("token-{nth}"),
    )
    .with_app_secret(secret(nth))
}

pub(crate) fn secret(nth: u32) -> String {
    format!("app-secret-{nth}")
}

impl Stage {
    /// The usual one.
    pub(crate) async fn new() -> Self {
        Self::with(1, Faults::none(), &[]).await
    }

    /// One whose server keeps its rows there, with these settings.
    pub(crate) async fn over(rows: Rows, settings: &[(&str, &str)]) -> Self {
        Self::built(rows, 1, Faults::none(), settings).await
    }

    /// One with a provider of such a temper and a server with these settings.
    pub(crate) async fn with(seed: u64, faults: Faults, settings: &[(&str, &str)]) -> Self {
        Self::built(Rows::usual(), seed, faults, settings).await
    }

    /// One whose provider decides about templates by itself, at once.
    pub(crate) async fn reviewed() -> Self {
        let options =
            WorldOptions { review: Some(Duration::ZERO..Duration::ZERO), ..Self::world(1, Faults::none()) };
        Self::among(Rows::usual(), options, &[]).await
    }

    async fn built(rows: Rows, seed: u64, faults: Faults, settings: &[(&str, &str)]) -> Self {
        Self::among(rows, Self::world(seed, faults), settings).await
    }

    fn world(seed: u64, faults: Faults) -> WorldOptions {
        WorldOptions {
            seed,
            numbers: (1..=3).map(number).collect(),
            faults,
            enforce_window: false,
            enforce_rates: false,
            ..WorldOptions::default()
        }
    }

    async fn among(rows: Rows, options: WorldOptions, settings: &[(&str, &str)]) -> Self {
        let world = World::start(options).await.expect("the provider starts");
        let server = Server::start_over(rows, &world.graph_url(), settings).await;
        let workspace = server.workspace("first");
        let api = Api::of(server.address(), &workspace);
        let (channel, postman) = connect(&server, &api, 1).await;
        Self { server, world, workspace, api, channel, postman }
    }

    /// A colleague who is no owner, signed in as a browser is.
    pub(crate) async fn colleague(&self) -> Api {
        self.member("agent").await
    }

    /// A new colleague with this role, signed in as a browser is.
    pub(crate) async fn member(&self, role: &str) -> Api {
        let (email, password) = (format!("the-{role}@first.example"), "correct horse battery");
        let new = json!({"email": email, "name": format!("The {role}"), "password": password, "role": role});
        self.api.post("/api/v1/users", &new).await.of(201);
        let nobody = Api::nobody(self.server.address());
        let answer = nobody.post("/api/v1/sessions", &json!({"email": email, "password": password})).await;
        nobody.signed_in(answer)
    }

    /// Lets the provider deliver statuses, also while the server is started anew.
    pub(crate) async fn bring_statuses(&self) {
        let door = front_door(self.server.address()).await;
        let url = format!("http://{door}{}", self.postman.path());
        self.world.set_webhook(&url, &secret(1)).expect("it is on this machine");
    }

    pub(crate) fn graph(&self) -> &Graph {
        self.world.graph()
    }

    pub(crate) fn agent(&self) -> Agent {
        Agent::start(&self.api, &self.workspace.api_key, false)
    }

    pub(crate) async fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.api).await.0
    }

    /// Somebody's n-th text, written now.
    pub(crate) fn text(&self, from: &Person, nth: u64, body: &str) -> Update {
        payload::text_message(from, &message_id(from, nth), self.world.clock().now_s(), body)
    }

    /// Lets somebody write a first text; gives their conversation.
    pub(crate) async fn meet(&self, from: &Person) -> String {
        self.postman.deliver(&[self.text(from, 1, "hello")]).await;
        let found = self.message_by_provider_id(&message_id(from, 1)).await;
        text(&found.expect("it was taken"), "conversation_id")
    }

    pub(crate) async fn message_by_provider_id(&self, id: &str) -> Option<Value> {
        self.snapshot().await.all_messages().find(|message| message["provider_id"] == id).cloned()
    }

    pub(crate) async fn messages(&self, conversation: &str) -> Vec<Value> {
        messages(&self.api, conversation, 200).await.into_values().collect()
    }

    /// Sends a text that must be accepted; gives the message.
    pub(crate) async fn send(&self, conversation: &str, body: &str) -> Value {
        let sent = self.api.post(&messages_path(conversation), &text_body(body)).await.of(202);
        assert_eq!(sent["state"], "queued");
        sent
    }

    pub(crate) async fn message(&self, conversation: &str, id: &str) -> Value {
        let all = self.messages(conversation).await;
        all.into_iter().find(|message| message["id"] == id).expect("there is this message")
    }

    /// Waits until a message is in a state, and gives it.
    pub(crate) async fn until_state(&self, message: &Value, state: &str) -> Value {
        let (conversation, id) = (text(message, "conversation_id"), text(message, "id"));
        until(&format!("{id} to be {state}"), async || {
            Some(self.message(&conversation, &id).await).filter(|message| message["state"] == state)
        })
        .await
    }
}

/// An address that stays the same while the server's changes.
async fn front_door(address: Address) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let door = listener.local_addr().expect("it has an address");
    tokio::spawn(async move {
        while let Ok((mut from, _)) = listener.accept().await {
            let Some(address) = address.if_up() else { continue };
            tokio::spawn(async move {
                if let Ok(mut to) = TcpStream::connect(address).await {
                    copy_bidirectional(&mut from, &mut to).await.ok();
                }
            });
        }
    });
    door
}

pub(crate) fn messages_path(conversation: &str) -> String {
    format!("/api/v1/conversations/{conversation}/messages")
}

pub(crate) fn text_body(body: &str) -> Value {
    json!({"type": "text", "text": {"body": body}})
}

/// Connects the n-th number; gives the channel and a postman for its own address.
pub(crate) async fn connect(server: &Server, api: &Api, nth: u32) -> (Channel, Postman) {
    let number = number(nth);
    let business = number.business.clone();
    let verify_token = format!("word-{nth}");
    let request = json!({
        "kind": "whatsapp", "name": format!("Number {nth}"), "phone_number_id": business.phone_number_id,
        "waba_id": business.waba_id, "access_token": number.access_token, "app_secret": secret(nth),
        "verify_token": verify_token,
    });
    let made = api.post("/api/v1/channels", &request).await.of(201);
    let id = text(&made, "id");
    let path = format!("/webhooks/whatsapp/{id}");
    let postman = Postman::new(server.address(), path, secret(nth), business.clone());
    let Number { business, .. } = number;
    let (phone_number_id, waba_id) = (business.phone_number_id, business.waba_id);
    (Channel { id, phone_number_id, waba_id, verify_token }, postman)
}
