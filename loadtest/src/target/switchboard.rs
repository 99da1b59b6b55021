//! Switchboard, driven by what its contract names: commands, HTTP, the socket.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use switchboard_simulator::{
    Business, Person, World,
    payload::{self, Direction, Signer},
};

use super::{
    Colleague, Command as AgentCommand, Happened, Heard, Inbound, Inbox, Item, News, Position, Server,
    Target, Tenant, Thread,
};
use crate::{
    error::Error,
    http::{self, Connection, request},
    marks,
    proc::Involved,
    provider::{DISPLAY_NUMBER, Provider},
    scenarios::Scenario,
};

/// What it is called in results.
pub(crate) const NAME: &str = "switchboard";

/// How long the server may take to take traffic.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Rows of one page of the API.
const PAGE: usize = 100;
/// Pages asked for, at most: a bound, not a wish.
const PAGES_MAX: usize = 100_000;
/// The token under which it sends; nothing checks more than that it is this one.
const ACCESS_TOKEN: &str = "load-test-token";
/// Everybody's password.
const PASSWORD: &str = "a-password-for-load-tests";
/// Everybody's name.
const CUSTOMER: &str = "Ada Lovelace";
/// How an event begins. Other orders of the same fields are read, too, only slower.
const EVENT: &[u8] = b"{\"type\":\"event\",\"offset\":";
/// Where agents' sockets are opened.
const SOCKET_PATH: &str = "/api/v1/socket";

/// Switchboard, and the simulated provider it is told to use.
pub(crate) struct Switchboard {
    binary: PathBuf,
    provider: Provider,
}

impl Switchboard {
    /// Uses a server's binary, and starts the provider.
    ///
    /// # Errors
    /// When the provider does not start.
    pub(crate) fn new(binary: PathBuf) -> Result<Self, Error> {
        Ok(Self { binary, provider: Provider::start()? })
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        // Settings of whoever runs the test are not the test's.
        command.env_clear();
        command.env("SWITCHBOARD__STORE__PATH", folder);
        command.env("SWITCHBOARD__HTTP__LISTEN", "127.0.0.1:0");
        command.env("SWITCHBOARD__WHATSAPP__GRAPH_URL", self.provider.world().graph_url());
        command.env("SWITCHBOARD__LOG__LEVEL", "warn");
        // All agents sign in from one address within a moment.
        command.env("SWITCHBOARD__LIMITS__SIGN_INS_PER_MINUTE_PER_ADDRESS", "100000");
        command
    }

    fn create_workspace(&self, folder: &Path, index: usize) -> Result<CreatedWorkspace, Error> {
        let mut child = self
            .command(folder)
            .args(["workspace", "create", "--name", &format!("Workspace {index}")])
            .args(["--email", &format!("owner-{index}@example.com"), "--password-stdin"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(Error::io("workspace create"))?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(format!("{PASSWORD}\n").as_bytes()).map_err(Error::io("workspace create"))?;
        }
        let output = child.wait_with_output().map_err(Error::io("workspace create"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::server(format!("workspace create: {said}")));
        }
        read_json("workspace create", &output.stdout)
    }
}

/// What `workspace create` prints, as far as we need it.
#[derive(Deserialize)]
struct CreatedWorkspace {
    api_key: String,
}

impl Target for Switchboard {
    fn name(&self) -> &str {
        NAME
    }

    fn lacks(&self, _: Scenario) -> Option<String> {
        None
    }

    fn tenants_max(&self) -> usize {
        usize::MAX
    }

    fn batch_max(&self) -> usize {
        payload::BATCH_UPDATES_MAX
    }

    fn start(&self, folder: &Path) -> Result<Server, Error> {
        let listen = folder.join("listen");
        // A server that was killed leaves its own behind.
        if listen.exists() {
            fs::remove_file(&listen).map_err(Error::io("the address of an earlier server"))?;
        }
        let log = File::options().create(true).append(true).open(folder.join("server.log"));
        let log = log.map_err(Error::io("the server's log"))?;
        let copy = log.try_clone().map_err(Error::io("the server's log"))?;
        let mut child = self
            .command(folder)
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(copy)
            .spawn()
            .map_err(Error::io(self.binary.display().to_string()))?;
        match until_ready(&mut child, &listen, folder) {
            Ok(address) => Server::new(NAME, Some(child), Vec::new(), address, folder.to_owned()),
            Err(error) => {
                drop(child.kill());
                drop(child.wait());
                Err(error)
            }
        }
    }

    fn tenant(&self, server: &Server, index: usize) -> Result<Tenant, Error> {
        let created = self.create_workspace(&server.folder, index)?;
        let phone_number_id = format!("1065403522{index:05}");
        let waba_id = format!("1022901293{index:05}");
        let app_secret = format!("secret-of-load-test-{index}");
        let body = json!({
            "kind": "whatsapp", "name": format!("Number {index}"), "phone_number_id": phone_number_id,
            "waba_id": waba_id, "access_token": ACCESS_TOKEN, "app_secret": app_secret,
            "verify_token": "load-test-word",
        });
        self.provider.number(&waba_id, &phone_number_id, ACCESS_TOKEN, &app_secret);
        let extra =
            format!("Authorization: Bearer {}\r\nIdempotency-Key: load-test-{index}\r\n", created.api_key);
        let bytes = request("POST", "/api/v1/channels", &extra, body.to_string().as_bytes());
        let mut connection = Connection::open(server.address)?;
        let answer = connection.exchange(&bytes)?;
        if answer.status != 201 {
            return Err(Error::server(format!("connecting a channel was answered {}", answer.status)));
        }
        let channel: Value = read_json("connecting a channel", answer.body)?;
        let id =
            channel.get("id").and_then(Value::as_str).ok_or_else(|| Error::server("a channel has no id"))?;
        let webhook_path = format!("/webhooks/whatsapp/{id}");
        let credential = created.api_key;
        Ok(Tenant { phone_number_id, waba_id, app_secret, webhook_path, credential, ..Tenant::default() })
    }

    fn append_webhook(&self, tenant: &Tenant, messages: &[Inbound], out: &mut Vec<u8>) {
        let business = Business::new(&tenant.waba_id, &tenant.phone_number_id, DISPLAY_NUMBER);
        let mut body = String::new();
        match messages {
            [one] => {
                let (person, id) = person_and_id(one);
                payload::text_body_into(&mut body, &business, &person, &id, one.at_s, &marks::text(one.mark));
            }
            many => {
                let updates: Vec<_> = many
                    .iter()
                    .map(|one| {
                        let (person, id) = person_and_id(one);
                        payload::text_message(&person, &id, one.at_s, &marks::text(one.mark))
                    })
                    .collect();
                // Meta's bodies are ASCII: everything else is escaped.
                body = String::from_utf8_lossy(&payload::batch(&business, &updates)).into_owned();
            }
        }
        let signature = Signer::new(&tenant.app_secret).sign(body.as_bytes());
        let extra = format!("X-Hub-Signature-256: {signature}\r\n");
        out.extend_from_slice(&request("POST", &tenant.webhook_path, &extra, body.as_bytes()));
    }

    fn upgrade(&self, tenant: &Tenant) -> Vec<u8> {
        http::upgrade(SOCKET_PATH, &format!("Authorization: Bearer {}\r\n", tenant.credential))
    }

    fn first(&self, _: &Tenant, since: Option<&Position>) -> Vec<String> {
        vec![match since {
            None => r#"{"type":"subscribe","id":1}"#.to_owned(),
            Some(Position { epoch, offset }) => {
                json!({"type": "subscribe", "id": 1, "since": {"epoch": epoch, "offset": offset}}).to_string()
            }
        }]
    }

    fn confirms(&self) -> bool {
        true
    }

    fn separator(&self) -> Option<u8> {
        None
    }

    fn hear(&self, text: &[u8]) -> Heard {
        hear_event(text).unwrap_or_else(|| hear_other(text))
    }

    fn answer(&self, _: usize) -> &str {
        r#"{"type":"pong"}"#
    }

    fn provider(&self) -> Option<Involved> {
        Some(self.provider.involved())
    }

    fn inbox(&self) -> Option<&dyn Inbox> {
        Some(self)
    }

    fn closed_too_slow(&self, server: &Server) -> Result<u64, Error> {
        let mut connection = Connection::open(server.address)?;
        let answer = connection.exchange(&request("GET", "/metrics", "", b""))?;
        Ok(closed_of(&String::from_utf8_lossy(answer.body)))
    }

    fn stored(&self, server: &Server, tenant: &Tenant) -> Result<Vec<Thread>, Error> {
        let mut api = Api { connection: Connection::open(server.address)?, credential: &tenant.credential };
        api.conversations()?.iter().map(|id| api.thread(id)).collect()
    }
}

impl Inbox for Switchboard {
    fn world(&self) -> &World {
        self.provider.world()
    }

    fn meet(&self, server: &Server, tenant: &Tenant, customers: u64) -> Result<(), Error> {
        let webhook_url = format!("http://{}{}", server.address, tenant.webhook_path);
        self.provider.meet(tenant, ACCESS_TOKEN, &webhook_url, (0..customers).map(person))
    }

    fn colleague(&self, server: &Server, tenant: &Tenant, place: usize) -> Result<Colleague, Error> {
        let mut connection = Connection::open(server.address)?;
        let email = format!("agent-{place}@{}.example.com", tenant.phone_number_id);
        let new =
            json!({"email": email, "name": format!("Agent {place}"), "password": PASSWORD, "role": "agent"});
        let extra =
            format!("Authorization: Bearer {}\r\nIdempotency-Key: agent-{place}\r\n", tenant.credential);
        let added =
            connection.exchange(&request("POST", "/api/v1/users", &extra, new.to_string().as_bytes()))?;
        if added.status != 201 {
            return Err(Error::server(format!("adding a person was answered {}", added.status)));
        }
        let user: Value = read_json("adding a person", added.body)?;
        let user_id = user.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let credentials = json!({"email": email, "password": PASSWORD}).to_string();
        let signed_in =
            connection.exchange(&request("POST", "/api/v1/sessions", "", credentials.as_bytes()))?;
        let cookie = signed_in.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        match (signed_in.status, cookie) {
            (201, Some(cookie)) if !user_id.is_empty() => Ok(Colleague {
                user_id,
                cookie: cookie.to_owned(),
                origin: format!("http://{}", server.address),
            }),
            (status, _) => Err(Error::server(format!("signing in was answered {status}"))),
        }
    }

    fn upgrade(&self, colleague: &Colleague) -> Vec<u8> {
        http::upgrade(
            SOCKET_PATH,
            &format!("Cookie: {}\r\nOrigin: {}\r\n", colleague.cookie, colleague.origin),
        )
    }

    fn command(&self, id: u64, key: &str, command: &AgentCommand<'_>) -> String {
        let (name, data) = match command {
            AgentCommand::Read { conversation, inbound_count } => (
                "conversation.read",
                json!({"conversation_id": conversation, "inbound_count": inbound_count}),
            ),
            AgentCommand::Assign { conversation, user_id } => {
                ("conversation.assign", json!({"conversation_id": conversation, "assignee_id": user_id}))
            }
            AgentCommand::Send { conversation, body } => (
                "message.send",
                json!({"conversation_id": conversation, "type": "text", "text": {"body": body}}),
            ),
            AgentCommand::Note { conversation, body } => {
                ("note.add", json!({"conversation_id": conversation, "body": body}))
            }
            AgentCommand::Resolve { conversation } => {
                ("conversation.status", json!({"conversation_id": conversation, "status": "resolved"}))
            }
        };
        json!({"type": "command", "id": id, "key": key, "name": name, "data": data}).to_string()
    }

    fn news(&self, text: &[u8]) -> News {
        news_of(text)
    }
}

fn news_of(text: &[u8]) -> News {
    let Ok(frame) = serde_json::from_slice::<Frame>(text) else { return News::Other };
    match frame.kind.as_str() {
        "event" => {
            News::Event { offset: frame.offset, prev: frame.prev, what: happened(frame.name, frame.data) }
        }
        "result" => {
            let code = || frame.error.map_or_else(|| "without a code".to_owned(), |error| error.code);
            News::Result { id: frame.id, refused: (!frame.ok).then(code) }
        }
        "subscribed" => News::Subscribed {
            at: Position { epoch: frame.epoch, offset: frame.offset },
            resumed: frame.resumed,
        },
        "ping" => News::Asks(0),
        _ => News::Other,
    }
}

/// A frame as somebody at work reads it.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    id: u64,
    epoch: String,
    offset: u64,
    prev: u64,
    name: String,
    resumed: bool,
    ok: bool,
    error: Option<FrameError>,
    data: Option<FrameData>,
}

#[derive(Deserialize)]
struct FrameError {
    code: String,
}

#[derive(Default, Deserialize)]
struct FrameData {
    message: Option<FrameMessage>,
    conversation: Option<FrameConversation>,
}

#[derive(Deserialize)]
struct FrameMessage {
    conversation_id: String,
    direction: String,
    state: String,
}

#[derive(Deserialize)]
struct FrameConversation {
    inbound_count: u64,
}

fn happened(name: String, data: Option<FrameData>) -> Happened {
    let FrameData { message, conversation } = data.unwrap_or_default();
    match (name.as_str(), message) {
        ("message.received", Some(message)) => Happened::Received {
            conversation: message.conversation_id,
            inbound_count: conversation.map_or(0, |conversation| conversation.inbound_count),
        },
        ("message.queued", _) => Happened::Queued,
        ("message.updated", Some(message)) if message.direction == "out" => {
            Happened::Updated { arrived: has_arrived(&message.state) }
        }
        _ => Happened::Else,
    }
}

/// A message of the house that got to the customer's phone.
pub(crate) fn has_arrived(state: &str) -> bool {
    matches!(state, "delivered" | "read")
}

/// Waits until the server takes traffic; where it listens.
fn until_ready(child: &mut Child, listen: &Path, folder: &Path) -> Result<SocketAddr, Error> {
    let begun = Instant::now();
    while begun.elapsed() < START_TIMEOUT {
        if let Some(status) = child.try_wait().map_err(Error::io("waiting for the server"))? {
            let log = fs::read_to_string(folder.join("server.log")).unwrap_or_default();
            let last = log.lines().next_back().unwrap_or("it said nothing").to_owned();
            return Err(Error::server(format!("it ended with {status}: {last}")));
        }
        let address = fs::read_to_string(listen).ok().and_then(|text| text.trim().parse().ok());
        if let Some(address) = address
            && http::is_ready(address, "/readyz")?
        {
            return Ok(address);
        }
        thread::sleep(LOOK_EVERY);
    }
    Err(Error::Timeout("starting the server", START_TIMEOUT.as_secs()))
}

fn person_and_id(message: &Inbound) -> (Person, String) {
    let person = person(message.customer);
    let id = payload::wamid(person.address(), Direction::In, message.unique);
    (person, id)
}

fn person(customer: u64) -> Person {
    Person::phone(format!("4477{customer:08}"), CUSTOMER)
}

/// An event whose fields come in the usual order: no JSON is parsed, only digits are read.
fn hear_event(text: &[u8]) -> Option<Heard> {
    let (offset, rest) = digits(text.strip_prefix(EVENT)?)?;
    let (prev, rest) = digits(rest.strip_prefix(b",\"prev\":")?)?;
    let name = rest.strip_prefix(b",\"name\":\"")?;
    Some(Heard::Event { offset, prev, message: name.starts_with(b"message.received\"") })
}

fn digits(text: &[u8]) -> Option<(u64, &[u8])> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = text.split_at(end);
    Some((std::str::from_utf8(digits).ok()?.parse().ok()?, rest))
}

/// The measurement of sockets closed 4008, over all of the server's threads.
fn closed_of(metrics: &str) -> u64 {
    metrics
        .lines()
        .filter(|line| line.starts_with("switchboard_socket_closed_total{") && line.contains("code=\"4008\""))
        .filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// Everything else is rare enough to be parsed.
fn hear_other(text: &[u8]) -> Heard {
    #[derive(Deserialize)]
    struct Any {
        #[serde(rename = "type")]
        kind: String,
        #[serde(default)]
        epoch: String,
        #[serde(default)]
        offset: u64,
        #[serde(default)]
        prev: u64,
        #[serde(default)]
        name: String,
        #[serde(default)]
        resumed: bool,
    }
    let Ok(any) = serde_json::from_slice::<Any>(text) else { return Heard::Other };
    match any.kind.as_str() {
        "event" => {
            Heard::Event { offset: any.offset, prev: any.prev, message: any.name == "message.received" }
        }
        "subscribed" => {
            Heard::Subscribed { at: Position { epoch: any.epoch, offset: any.offset }, resumed: any.resumed }
        }
        "ping" => Heard::Asks(0),
        _ => Heard::Other,
    }
}

fn read_json<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::server(format!("{what}: {error}")))
}

/// The API, as a program of the workspace uses it.
struct Api<'a> {
    connection: Connection,
    credential: &'a str,
}

impl Api<'_> {
    fn get(&mut self, path: &str) -> Result<Value, Error> {
        let extra = format!("Authorization: Bearer {}\r\n", self.credential);
        // A caller has so many requests a second; a refusal says to wait.
        for _ in 0..100 {
            let answer = self.connection.exchange(&request("GET", path, &extra, b""))?;
            match answer.status {
                200 => return read_json(path, answer.body),
                429 => thread::sleep(Duration::from_millis(100)),
                status => return Err(Error::server(format!("{path} was answered {status}"))),
            }
        }
        Err(Error::server(format!("{path} was refused too often")))
    }

    /// All conversations; the API lists them by where they stand.
    fn conversations(&mut self) -> Result<BTreeSet<String>, Error> {
        let mut ids = BTreeSet::new();
        for status in ["open", "pending", "snoozed", "resolved"] {
            let mut cursor = String::new();
            for _ in 0..PAGES_MAX {
                let path = format!("/api/v1/conversations?view=all&status={status}&limit={PAGE}{cursor}");
                let page = self.get(&path)?;
                let rows = page
                    .get("conversations")
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                ids.extend(rows.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)));
                match page.get("next_cursor").and_then(Value::as_str) {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
        }
        Ok(ids)
    }

    fn thread(&mut self, id: &str) -> Result<Thread, Error> {
        let (mut before, mut items) = (String::new(), Vec::new());
        for _ in 0..PAGES_MAX {
            let page = self.get(&format!("/api/v1/conversations/{id}/messages?limit={PAGE}{before}"))?;
            let rows = page.get("messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.extend(rows.iter().rev().map(|row| Item {
                seq: row.get("seq").and_then(Value::as_u64).unwrap_or_default(),
                mark: row.pointer("/content/body").and_then(|body| marks::find(body.as_str()?.as_bytes())),
                state: row.get("state").and_then(Value::as_str).unwrap_or_default().to_owned(),
            }));
            let Some(first) = rows.first().and_then(|row| row.get("seq")?.as_u64()) else { break };
            if first <= 1 {
                break;
            }
            before = format!("&before_seq={first}");
        }
        items.reverse();
        Ok(Thread(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_in_either_order_of_its_fields() {
        let heard = Heard::Event { offset: 58, prev: 57, message: true };
        let usual = br#"{"type":"event","offset":58,"prev":57,"name":"message.received","at":"x","data":{}}"#;
        assert_eq!(hear_event(usual), Some(heard.clone()));
        let other = br#"{"name":"message.received","type":"event","prev":57,"offset":58,"data":{}}"#;
        assert_eq!(hear_event(other), None);
        assert_eq!(hear_other(other), heard);
        let updated = br#"{"type":"event","offset":2,"prev":1,"name":"message.updated"}"#;
        assert_eq!(hear_event(updated), Some(Heard::Event { offset: 2, prev: 1, message: false }));
    }

    #[test]
    fn agents_hear_of_what_concerns_their_work() {
        let switchboard = |text: &str| news_of(text.as_bytes());
        let received = r#"{"type":"event","offset":2,"prev":1,"name":"message.received","at":"x","data":{
            "message":{"conversation_id":"c","direction":"in","state":"received"},"conversation":{"inbound_count":7}}}"#;
        let what = Happened::Received { conversation: "c".to_owned(), inbound_count: 7 };
        assert_eq!(switchboard(received), News::Event { offset: 2, prev: 1, what });
        let updated = |state: &str, direction: &str| {
            let message = format!(r#"{{"conversation_id":"c","direction":"{direction}","state":"{state}"}}"#);
            switchboard(&format!(
                r#"{{"type":"event","offset":3,"prev":2,"name":"message.updated","data":{{"message":{message}}}}}"#
            ))
        };
        for (state, direction, what) in [
            ("sent", "out", Happened::Updated { arrived: false }),
            ("delivered", "out", Happened::Updated { arrived: true }),
            ("read", "out", Happened::Updated { arrived: true }),
            ("received", "in", Happened::Else),
        ] {
            assert_eq!(updated(state, direction), News::Event { offset: 3, prev: 2, what });
        }
        assert_eq!(
            switchboard(r#"{"type":"result","id":7,"ok":true,"data":{}}"#),
            News::Result { id: 7, refused: None }
        );
        assert_eq!(
            switchboard(r#"{"type":"result","id":7,"ok":false,"error":{"code":"blocked","message":"m"}}"#),
            News::Result { id: 7, refused: Some("blocked".to_owned()) }
        );
    }

    #[test]
    fn closed_sockets_of_all_threads_are_added() {
        let metrics = "# TYPE switchboard_socket_closed_total counter\n\
                       switchboard_socket_closed_total{arbiter=\"0\",code=\"4008\"} 3\n\
                       switchboard_socket_closed_total{arbiter=\"1\",code=\"4008\"} 4\n\
                       switchboard_socket_closed_total{arbiter=\"1\",code=\"1012\"} 9\n";
        assert_eq!(closed_of(metrics), 7);
        assert_eq!(closed_of(""), 0);
    }

    #[test]
    fn other_frames_are_known_by_their_type() {
        let subscribed = br#"{"type":"subscribed","id":1,"epoch":"e","offset":7,"resumed":true}"#;
        let at = Position { epoch: "e".into(), offset: 7 };
        assert_eq!(hear_other(subscribed), Heard::Subscribed { at, resumed: true });
        assert_eq!(hear_other(br#"{"type":"ping"}"#), Heard::Asks(0));
        assert_eq!(hear_other(br#"{"type":"hello","session":"s"}"#), Heard::Other);
        assert_eq!(hear_other(b"nonsense"), Heard::Other);
    }
}
