//! Switchboard, driven by what its contract names: commands, HTTP, the socket.

use std::{
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
    Business, Person, World, WorldOptions,
    payload::{self, Direction, Signer},
};

use super::{Heard, Inbound, Position, Server, Stored, Target, Tenant};
use crate::{
    error::Error,
    http::{Connection, request},
    marks,
};

/// How long the server may take to take traffic.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// Rows of one page of the API.
const PAGE: usize = 100;
/// Pages asked for, at most: a bound, not a wish.
const PAGES_MAX: usize = 100_000;
/// The number that customers write to, as people read it. Only ids matter.
const DISPLAY_NUMBER: &str = "12125550199";
/// Everybody's name.
const CUSTOMER: &str = "Ada Lovelace";
/// How an event begins. Other orders of the same fields are read, too, only slower.
const EVENT: &[u8] = b"{\"type\":\"event\",\"offset\":";

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
        command.env("SWITCHBOARD__WHATSAPP__GRAPH_URL", &self.provider.graph_url);
        command.env("SWITCHBOARD__LOG__LEVEL", "warn");
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
            stdin.write_all(b"a-password-for-load-tests\n").map_err(Error::io("workspace create"))?;
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
    fn name(&self) -> String {
        "switchboard".to_owned()
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
            Ok(address) => Server::new(child, address, folder.to_owned()),
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
            "waba_id": waba_id, "access_token": "load-test-token", "app_secret": app_secret,
            "verify_token": "load-test-word",
        });
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
        Ok(Tenant { phone_number_id, waba_id, app_secret, webhook_path, credential: created.api_key })
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
        // The key of the RFC's example: its answer is not checked here, the server's own tests do.
        format!(
            "GET /api/v1/socket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {}\r\n\r\n",
            tenant.credential
        )
        .into_bytes()
    }

    fn subscribe(&self, since: Option<&Position>) -> String {
        match since {
            None => r#"{"type":"subscribe","id":1}"#.to_owned(),
            Some(Position { epoch, offset }) => {
                json!({"type": "subscribe", "id": 1, "since": {"epoch": epoch, "offset": offset}}).to_string()
            }
        }
    }

    fn hear(&self, text: &[u8]) -> Heard {
        hear_event(text).unwrap_or_else(|| hear_other(text))
    }

    fn pong(&self) -> &'static str {
        r#"{"type":"pong"}"#
    }

    fn closed_too_slow(&self, server: &Server) -> Result<u64, Error> {
        let mut connection = Connection::open(server.address)?;
        let answer = connection.exchange(&request("GET", "/metrics", "", b""))?;
        Ok(closed_of(&String::from_utf8_lossy(answer.body)))
    }

    fn stored(&self, server: &Server, tenant: &Tenant) -> Result<Stored, Error> {
        let mut api = Api { connection: Connection::open(server.address)?, credential: &tenant.credential };
        let mut stored = Stored::default();
        for id in api.conversations()? {
            api.count_messages(&id, &mut stored)?;
        }
        Ok(stored)
    }
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
            && is_ready(address)?
        {
            return Ok(address);
        }
        thread::sleep(LOOK_EVERY);
    }
    Err(Error::Timeout("starting the server", START_TIMEOUT.as_secs()))
}

fn is_ready(address: SocketAddr) -> Result<bool, Error> {
    match Connection::open(address) {
        Ok(mut connection) => {
            Ok(connection.exchange(&request("GET", "/readyz", "", b"")).is_ok_and(|a| a.status == 200))
        }
        Err(error @ Error::NotLoopback(_)) => Err(error),
        Err(_) => Ok(false),
    }
}

fn person_and_id(message: &Inbound) -> (Person, String) {
    let digits = format!("4477{:08}", message.customer);
    let id = payload::wamid(&digits, Direction::In, message.unique);
    (Person::phone(digits, CUSTOMER), id)
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
        "ping" => Heard::Ping,
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

    fn conversations(&mut self) -> Result<Vec<String>, Error> {
        let (mut ids, mut cursor) = (Vec::new(), String::new());
        for _ in 0..PAGES_MAX {
            let page = self.get(&format!("/api/v1/conversations?view=all&limit={PAGE}{cursor}"))?;
            let rows =
                page.get("conversations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            ids.extend(rows.iter().filter_map(|row| row.get("id")?.as_str().map(str::to_owned)));
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        Ok(ids)
    }

    fn count_messages(&mut self, id: &str, stored: &mut Stored) -> Result<(), Error> {
        let (mut before, mut expected) = (String::new(), None);
        for _ in 0..PAGES_MAX {
            let page = self.get(&format!("/api/v1/conversations/{id}/messages?limit={PAGE}{before}"))?;
            let rows = page.get("messages").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            for row in rows.iter().rev() {
                let seq = row.get("seq").and_then(Value::as_u64).unwrap_or_default();
                stored.holes += u64::from(expected.is_some_and(|expected| expected != seq));
                expected = Some(seq.saturating_sub(1));
                if let Some(mark) =
                    row.pointer("/content/body").and_then(|body| marks::find(body.as_str()?.as_bytes()))
                {
                    *stored.marks.entry(mark).or_default() += 1;
                }
            }
            let Some(first) = rows.first().and_then(|row| row.get("seq")?.as_u64()) else { break };
            if first <= 1 {
                break;
            }
            before = format!("&before_seq={first}");
        }
        stored.holes += u64::from(expected.is_some_and(|expected| expected != 0));
        Ok(())
    }
}

/// The simulated provider, on a thread of its own.
struct Provider {
    graph_url: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Provider {
    fn start() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("the provider's runtime"))?;
        let options = WorldOptions { sends_max: 0, enforce_rates: false, ..WorldOptions::default() };
        let world = runtime
            .block_on(World::start(options))
            .map_err(|error| Error::Setup(format!("the simulated provider: {error}")))?;
        let graph_url = world.graph_url();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = thread::Builder::new()
            .name("provider".to_owned())
            .spawn(move || {
                runtime.block_on(async move {
                    // Either it is asked to stop, or whoever would ask is gone.
                    drop(stopped.await);
                    world.shutdown().await;
                });
            })
            .map_err(Error::io("the provider's thread"))?;
        Ok(Self { graph_url, stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
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
        assert_eq!(hear_other(br#"{"type":"ping"}"#), Heard::Ping);
        assert_eq!(hear_other(br#"{"type":"hello","session":"s"}"#), Heard::Other);
        assert_eq!(hear_other(b"nonsense"), Heard::Other);
    }
}
