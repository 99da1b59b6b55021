//! Nothing that is secret, and at `info` nothing personal, is in the log, in an error's answer, in a measurement or in
//! a trace, whatever goes wrong.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use switchboard_simulator::{Business, Person, payload};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::support::{
    api::{Answer, Api},
    collector::Collector,
    postman::{Oddly, Postman, message_id},
    server::{Server, Workspace},
    snapshot::text,
    stage::{messages_path, text_body},
    until,
    wire::{Came, Socket},
};

const TOKEN: &str = "EAAJBcanarytoken0001";
const APP_SECRET: &str = "canary-app-secret-0002";
const VERIFY_TOKEN: &str = "canary-verify-word-0003";
const PASSWORD: &str = "canary password 0004";
const WRONG_PASSWORD: &str = "canary wrong password 0005";
const WRONG_KEY: &str = "sbk_canarywrongkey0006";
const WRONG_TICKET: &str = "canarywrongticket0007";
/// What the support's workspace is made with.
const OWNER: (&str, &str) = ("owner@first.example", "correct horse battery");

const PHONE: &str = "447700900123";
const WORDS: &str = "canary words of a customer";
const ANSWER: &str = "canary words of an agent";
const NOTE: &str = "canary words of a note";
const NAME: &str = "Canary Customername";
const COLLEAGUE: (&str, &str) = ("canary.colleague@private.example", "Canary Colleaguename");
const USER_ID: &str = "GB.9999000011112222";
/// What the provider says of itself: for the owner who asked, not for the log.
const PROVIDER: &str = "canary words of the provider";

/// A provider that accepts, refuses and fails by turns, and repeats whatever it was sent.
struct Parrot {
    url: String,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Parrot {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let asked = Arc::new(AtomicUsize::new(0));
        let routes = Router::new().fallback(repeat).with_state(Arc::clone(&asked));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await.expect("it serves") });
        Self { url, asked, task }
    }
}

impl Drop for Parrot {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn repeat(State(asked): State<Arc<AtomicUsize>>, headers: HeaderMap, body: Bytes) -> Response {
    let token = headers["authorization"].to_str().expect("visible").to_owned();
    let said = format!("{PROVIDER} {token} {}", String::from_utf8_lossy(&body));
    if body.is_empty() {
        let error = json!({"code": 99, "message": said, "error_data": {"details": said}});
        return (StatusCode::BAD_REQUEST, json!({"error": error}).to_string()).into_response();
    }
    let refusal =
        |code: u32| json!({"error": {"code": code, "message": said, "error_data": {"details": said}}});
    match asked.fetch_add(1, Ordering::AcqRel) {
        0 => {
            let to = json!([{"input": format!("+{PHONE}"), "wa_id": PHONE, "user_id": USER_ID}]);
            json!({"contacts": to, "messages": [{"id": "wamid.parrot"}]}).to_string().into_response()
        }
        1 => (StatusCode::BAD_REQUEST, refusal(99).to_string()).into_response(),
        2 => (StatusCode::BAD_REQUEST, refusal(131_009).to_string()).into_response(),
        3 => (StatusCode::INTERNAL_SERVER_ERROR, said).into_response(),
        _ => (StatusCode::UNAUTHORIZED, refusal(190).to_string()).into_response(),
    }
}

/// A server to which everything happens, and what it says.
struct Told {
    server: Server,
    workspace: Workspace,
    parrot: Parrot,
    /// What was answered with an error, and what sockets were told.
    answers: Vec<String>,
    /// What was made on the way and nobody else may see.
    secrets: Vec<String>,
}

impl Told {
    async fn start(level: &str, collector: &Collector) -> Self {
        let parrot = Parrot::start().await;
        let settings = [
            ("LOG__LEVEL", level),
            ("TELEMETRY__OTLP_ENDPOINT", &*collector.endpoint()),
            ("TELEMETRY__SAMPLE_RATIO", "1.0"),
        ];
        let server = Server::start(&parrot.url, &settings).await;
        let workspace = server.workspace("first");
        let given =
            [TOKEN, APP_SECRET, VERIFY_TOKEN, PASSWORD, WRONG_PASSWORD, WRONG_KEY, WRONG_TICKET, OWNER.1];
        let mut secrets = given.map(str::to_owned).to_vec();
        secrets.push(workspace.api_key.clone());
        Self { server, workspace, parrot, answers: Vec::new(), secrets }
    }

    fn nobody(&self) -> Api {
        Api::nobody(self.server.address())
    }

    fn api(&self) -> Api {
        Api::of(self.server.address(), &self.workspace)
    }

    /// Keeps what an error's answer says.
    #[track_caller]
    fn fails(&mut self, answer: Answer) {
        assert!(answer.status >= 400, "{}", answer.body);
        self.answers.push(format!("{:?} {}", answer.headers, answer.body));
    }

    async fn sign_in(&mut self) -> Api {
        let nobody = self.nobody();
        for wrong in [
            json!({"email": OWNER.0, "password": WRONG_PASSWORD}),
            json!({"email": OWNER.0, "password": [WRONG_PASSWORD]}),
            json!({"email": {"password": PASSWORD}, "password": PASSWORD}),
            json!({"email": OWNER.0, "password": PASSWORD, "role": PASSWORD}),
            json!(PASSWORD),
        ] {
            let answer = nobody.post("/api/v1/sessions", &wrong).await;
            self.fails(answer);
        }
        let signed = nobody.post("/api/v1/sessions", &json!({"email": OWNER.0, "password": OWNER.1})).await;
        let cookie = signed.headers["set-cookie"].to_str().expect("visible").to_owned();
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let token = text(&signed.of(201), "csrf_token");
        self.secrets.extend([cookie.split_once('=').expect("a value").1.to_owned(), token.clone()]);
        let browser = nobody.with("cookie", &cookie).with("x-csrf-token", &token);
        let colleague =
            json!({"email": COLLEAGUE.0, "name": COLLEAGUE.1, "password": PASSWORD, "role": "agent"});
        browser.post("/api/v1/users", &colleague).await.of(201);
        for wrong in [
            json!({"email": COLLEAGUE.0, "name": COLLEAGUE.1, "password": "short", "role": "agent"}),
            json!({"email": COLLEAGUE.0, "name": COLLEAGUE.1, "password": PASSWORD, "role": PASSWORD}),
        ] {
            let answer = browser.post("/api/v1/users", &wrong).await;
            self.fails(answer);
        }
        let made = browser.post("/api/v1/api-keys", &json!({"name": "Shop"})).await.of(201);
        self.secrets.push(text(&made, "api_key"));
        let wrong = nobody.with("authorization", &format!("Bearer {WRONG_KEY}")).get("/api/v1/me").await;
        self.fails(wrong);
        browser
    }

    async fn connect(&mut self) -> Postman {
        let business = Business {
            waba_id: "102290129340001".to_owned(),
            phone_number_id: "106540352240001".to_owned(),
            display_phone_number: "+1 212 555 0001".to_owned(),
        };
        let channel = |kind: &str| {
            json!({"kind": kind, "name": "Shop", "phone_number_id": business.phone_number_id,
                   "waba_id": business.waba_id, "access_token": TOKEN, "app_secret": APP_SECRET,
                   "verify_token": VERIFY_TOKEN})
        };
        let wrong = self.api().post("/api/v1/channels", &channel(TOKEN)).await;
        self.fails(wrong);
        let made = self.api().post("/api/v1/channels", &channel("whatsapp")).await.of(201);
        let again = self.api().post("/api/v1/channels", &channel("whatsapp")).await;
        self.fails(again);
        let path = format!("/webhooks/whatsapp/{}", text(&made, "id"));
        let challenge = |word: &str| {
            format!("{path}?hub.mode=subscribe&hub.challenge=1&hub.verify_token={}", word.replace(' ', "%20"))
        };
        self.nobody().get(&challenge(VERIFY_TOKEN)).await.of(200);
        let wrong = self.nobody().get(&challenge(PASSWORD)).await;
        self.fails(wrong);
        let templates = format!("/api/v1/templates?channel_id={}", text(&made, "id"));
        let refused = self.api().get(&templates).await;
        assert_eq!(refused.status, 502, "{}", refused.body);
        assert!(refused.body.to_string().contains(PROVIDER), "its owner is told why: {}", refused.body);
        self.fails(refused);
        Postman::new(self.server.address(), path, APP_SECRET.to_owned(), business)
    }

    /// Webhooks of all sorts; gives the customer's conversation.
    async fn receive(&mut self, postman: &Postman) -> String {
        let customer = Person::phone(PHONE, NAME).with_user_id(USER_ID);
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("it is later").as_secs();
        let now = i64::try_from(now).expect("it fits");
        let message = |nth, words| payload::text_message(&customer, &message_id(&customer, nth), now, words);
        postman.deliver(&[message(1, WORDS), message(2, WORDS)]).await;
        let unread = |field: &str, value: Value| {
            json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340001", "changes": [{
                "field": field, "value": value}]}]})
        };
        let sent = |message: Value| {
            unread(
                "messages",
                json!({
                    "messaging_product": "whatsapp", "messages": [message],
                    "metadata": {"display_phone_number": "12125550001", "phone_number_id": "106540352240001"},
                    "contacts": [{"wa_id": PHONE, "profile": {"name": NAME}}],
                }),
            )
        };
        for odd in [
            sent(json!({"from": PHONE, "type": "text", "text": {"body": WORDS}})),
            sent(json!({"from": [PHONE], "id": WORDS, "timestamp": WORDS, "type": WORDS})),
            sent(json!({"from": PHONE, "id": "wamid.odd", "timestamp": format!("{now}"), "type": WORDS,
                        WORDS: {"body": WORDS}})),
            unread(WORDS, json!({"phone": PHONE, "words": WORDS, "token": TOKEN})),
        ] {
            let body = serde_json::to_vec(&odd).expect("it is JSON");
            assert_eq!(postman.post_body(body, &Oddly::default()).await, Some(200));
        }
        let body = postman.body(&[message(3, WORDS)]);
        let cut = body[..body.len() - 9].to_vec();
        assert_eq!(postman.post_body(cut, &Oddly::default()).await, Some(400));
        for signature in ["", "sha256=00", TOKEN] {
            let oddly = Oddly { signature: Some(signature), ..Oddly::default() };
            assert_eq!(postman.post_body(body.clone(), &oddly).await, Some(401));
        }
        let shared = postman.to("/webhooks/whatsapp");
        assert_eq!(shared.post_body(body.clone(), &Oddly::default()).await, Some(200));
        let strange = Oddly { content_type: Some("text/plain"), ..Oddly::default() };
        assert_eq!(postman.post_body(body, &strange).await, Some(415));
        let letters = self.api().get("/api/v1/dead-letters").await.of(200);
        assert!(letters.to_string().contains(WORDS), "they are kept whole: {letters}");
        self.api().post("/api/v1/dead-letters/replay", &json!({})).await.of(200);
        let list = self.api().get("/api/v1/conversations?view=all&status=open").await.of(200);
        text(&list["conversations"][0], "id")
    }

    async fn send(&mut self, conversation: &str) {
        let path = messages_path(conversation);
        for (nth, state) in ["sent", "failed", "failed", "unknown", "failed"].into_iter().enumerate() {
            let sent = self.api().post(&path, &text_body(ANSWER)).await.of(202);
            let id = text(&sent, "id");
            let ended = until(&format!("send {nth} to be {state}"), async || {
                let page = self.api().get(&path).await.of(200);
                let messages = page["messages"].as_array().expect("messages").clone();
                messages.into_iter().find(|message| message["id"] == id.as_str() && message["state"] == state)
            })
            .await;
            assert!(!ended.to_string().contains(TOKEN), "no token in what agents read: {ended}");
            if nth == 1 {
                assert!(ended["error"]["message"].to_string().contains(PHONE), "the parrot repeats: {ended}");
            }
        }
        assert_eq!(self.parrot.asked.load(Ordering::Acquire), 5);
        let note = format!("/api/v1/conversations/{conversation}/notes");
        self.api().post(&note, &json!({"body": NOTE})).await.of(201);
        for (path, wrong) in [
            (&path, json!({"type": WORDS, "text": {"body": WORDS}})),
            (&path, json!({"type": "text", "text": WORDS})),
            (&path, json!({"type": "text", "text": {"body": [WORDS]}})),
            (&note, json!({"body": {"note": NOTE}})),
        ] {
            let answer = self.api().post(path, &wrong).await;
            self.fails(answer);
        }
        for phone in [PHONE, "+447700900123x", "07700 900123"] {
            let start = json!({"phone": phone, "name": NAME, "message": text_body(ANSWER)});
            let answer = self.api().post("/api/v1/conversations", &start).await;
            self.fails(answer);
        }
    }

    async fn talk(&mut self, browser: &Api, conversation: &str) {
        let address = self.server.address().now().await;
        let ticket = text(&browser.post("/api/v1/socket-tickets", &json!({})).await.of(201), "ticket");
        self.secrets.push(ticket.clone());
        let open = async |ticket: &str| Socket::open(&address, &format!("?ticket={ticket}"), &[]).await;
        let mut socket = open(&ticket).await.expect("a socket");
        socket.subscribe(None, false).await;
        for data in [
            json!({"conversation_id": conversation, "type": WORDS}),
            json!({"conversation_id": conversation, "type": "text", "text": {"body": {"is": WORDS}}}),
        ] {
            let frame = json!({"type": "command", "id": 1, "key": "k", "name": "message.send", "data": data});
            socket.say(&frame).await;
            let result = socket.frame_of("result").await;
            assert_eq!(result["ok"], false, "{result}");
            self.answers.push(result.to_string());
        }
        socket.say(&json!(WORDS)).await;
        assert_eq!(socket.close_code().await, Some(4009));
        for used in [&*ticket, WRONG_TICKET] {
            let mut refused = open(used).await.expect("it is told why");
            match refused.next().await {
                Came::End(code) => assert_eq!(code, Some(4001)),
                Came::Frame(frame) => panic!("a frame: {frame}"),
            }
        }
        let wrong = self.nobody().get(&format!("/api/v1/socket?ticket={ticket}")).await;
        self.fails(wrong);
    }

    /// Everything, from signing in to the end.
    async fn through_everything(&mut self) {
        let browser = self.sign_in().await;
        let postman = self.connect().await;
        let conversation = self.receive(&postman).await;
        self.send(&conversation).await;
        self.talk(&browser, &conversation).await;
        let metrics = self.nobody().get("/metrics").await.of(200);
        self.answers.push(metrics.as_str().expect("metrics are text").to_owned());
        browser.delete("/api/v1/sessions/current").await.of(204);
        self.server.ask_to_stop();
        assert!(self.server.stopped().await.success());
        self.server.boot().await;
        self.server.kill();
    }
}

/// What is personal, in every form in which it might be written.
fn personal() -> Vec<&'static str> {
    let phones = ["447700900123", "7700 900123", "7700900123", "7700-900123"];
    let others = [WORDS, ANSWER, NOTE, NAME, COLLEAGUE.0, COLLEAGUE.1, OWNER.0, USER_ID];
    phones.into_iter().chain(others).collect()
}

#[track_caller]
fn holds_none(place: &str, said: &str, canaries: &[impl AsRef<str>]) {
    assert!(!said.is_empty(), "{place} says something");
    for canary in canaries {
        let Some(at) = said.find(canary.as_ref()) else { continue };
        let around = &said[said[..at].rfind('\n').map_or(0, |line| line + 1)..];
        panic!("{place} holds {:?}: {}", canary.as_ref(), around.lines().next().unwrap_or_default());
    }
}

#[tokio::test]
async fn at_info_nothing_secret_and_nothing_personal_is_said_anywhere() {
    let collector = Collector::start().await;
    let mut told = Told::start("info", &collector).await;
    told.through_everything().await;
    let spans = String::from_utf8_lossy(&collector.bytes()).into_owned();
    assert!(spans.contains("provider.send") && spans.contains("socket"), "the traces were told");
    let answers = told.answers.join("\n");
    for (place, said) in [("the log", &told.server.log()), ("an answer", &answers), ("a trace", &spans)] {
        holds_none(place, said, &told.secrets);
        holds_none(place, said, &personal());
    }
    for (place, said) in [("the log", &told.server.log()), ("a trace", &spans)] {
        holds_none(place, said, &[PROVIDER]);
    }
}

#[tokio::test]
async fn at_debug_nothing_secret_is_said() {
    let collector = Collector::start().await;
    let mut told = Told::start("debug", &collector).await;
    told.through_everything().await;
    let log = told.server.log();
    assert!(log.contains("\"DEBUG\""), "it says more than at info");
    holds_none("the log", &log, &told.secrets);
}

/// What a field is called that holds a secret.
const SECRET_FIELDS: [&str; 10] = [
    "access_token",
    "app_secret",
    "verify_token",
    "password",
    "password_hash",
    "secret",
    "secret_hash",
    "csrf_token",
    "api_key",
    "ticket",
];
/// Types that do not show what they hold.
const CLOSED_TYPES: [&str; 2] = ["SecretString", "Sealed"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The fields of a file that a derived `Debug` shows and that are called as secrets are.
fn shown_secrets(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut within_wire, mut derived, mut item) = (false, false, String::new());
    for line in code.lines() {
        let trimmed = line.trim();
        match line {
            "wire! {" => within_wire = true,
            "}" => within_wire = false,
            _ => {}
        }
        if trimmed.starts_with("#[derive(") {
            derived = trimmed.contains("Debug");
        }
        let declared = trimmed.split(' ').skip_while(|word| word.starts_with("pub")).collect::<Vec<_>>();
        if let ["struct" | "enum", name, ..] = declared[..] {
            item = if derived || within_wire { name.to_owned() } else { String::new() };
            derived = false;
        }
        let field = trimmed.trim_start_matches("pub(crate) ").trim_start_matches("pub ").split_once(": ");
        if let Some((name, of)) = field
            && !item.is_empty()
            && SECRET_FIELDS.contains(&name)
            && of.ends_with(',')
            && !CLOSED_TYPES.iter().any(|closed| of.contains(closed))
        {
            found.push(format!("{item}.{name}"));
        }
        if trimmed == "}" {
            item.clear();
        }
    }
    found
}

#[test]
fn no_derived_debug_shows_a_secret() {
    let shown = "#[derive(Debug, Clone)]\npub struct A {\n    /// Words.\n    pub password: String,\n}";
    assert_eq!(shown_secrets(shown), ["A.password"]);
    let wire = "wire! {\n    /// Words.\n    pub struct B {\n        pub ticket: Option<String>,\n    }\n}";
    assert_eq!(shown_secrets(wire), ["B.ticket"]);
    assert!(shown_secrets(&shown.replace("Debug, ", "")).is_empty());
    assert!(shown_secrets(&shown.replace("String", "SecretString")).is_empty());
    let mut paths = Vec::new();
    for folder in ["src", "schema/src", "domain/src", "ports/src", "actors/src", "store/src", "channels/src"]
    {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut paths);
    }
    for path in paths {
        let code = fs::read_to_string(&path).expect("it reads");
        let shown = shown_secrets(&code);
        assert!(shown.is_empty(), "{}: use switchboard_schema::undisclosed!: {shown:?}", path.display());
    }
}
