//! A server that a file describes: how it is started or where it runs, how a workspace is made, how a customer's message
//! is posted, how an agent's socket is opened, and how a delivery is recognised on it.
//!
//! `loadtest/targets/` has descriptions; docs/benchmarks.md says what may stand in one.

mod matcher;
mod template;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::Value;
use switchboard_simulator::payload::{self, Direction, Signer};

use self::{
    matcher::{Matcher, Message},
    template::{Template, Values},
};
use super::{Heard, Inbound, Inbox, Position, Server, Target, Tenant, Thread};
use crate::{
    error::Error,
    http::{self, Connection, request},
    marks,
    proc::{Involved, Part},
    scenarios::Scenario,
};

/// How long a server may take to take traffic.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked whether it does.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// Longest description, in bytes.
const DESCRIPTION_BYTES_MAX: u64 = 256 * 1024;
/// Values of every place of a description.
const ALWAYS: [&str; 3] = ["folder", "port", "server"];
/// Values of one workspace, besides what it takes itself.
const OF_WORKSPACE: [&str; 2] = ["index", "address"];
/// Values of one message.
const OF_MESSAGE: [&str; 5] = ["phone", "name", "message_id", "timestamp", "text"];
/// Every customer's name.
const CUSTOMER: &str = "Ada Lovelace";

/// A server that a file describes.
pub(crate) struct Described {
    description: Description,
    /// Switchboard's own binary, where there is one.
    server: Option<PathBuf>,
    /// What was given on the command line.
    given: Values,
    /// Workspaces made so far: a server that runs by itself keeps them from run to run.
    workspaces: AtomicUsize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    /// What it is called in results.
    name: String,
    /// Most workspaces that one server can have; without it, as many as are asked for.
    workspaces_max: Option<usize>,
    server: Process,
    /// Values for one workspace, made of others.
    #[serde(default)]
    values: BTreeMap<String, Template>,
    /// What is done to make a workspace, in this order.
    #[serde(default)]
    workspace: Vec<Step>,
    webhook: Option<Webhook>,
    socket: Option<Socket>,
}

/// How it is started, or where it runs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Process {
    /// The program and its arguments. Without it the server runs by itself.
    #[serde(default)]
    command: Vec<Template>,
    #[serde(default)]
    env: BTreeMap<String, Template>,
    /// Files that are written into the folder before it starts.
    #[serde(default)]
    files: BTreeMap<String, Template>,
    /// Where it listens, on this machine.
    address: Option<Template>,
    /// The file into which it writes where it listens.
    address_file: Option<Template>,
    /// The path that is answered 200 once it takes traffic.
    ready: Template,
    /// Other processes whose CPU is its own: a database, a broker, itself where it runs by itself.
    #[serde(default)]
    process: Vec<Other>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    name: String,
    /// A file whose first line is the process's number.
    pid_file: Template,
}

/// One step that makes a workspace: a command, or a request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(default)]
    command: Vec<Template>,
    /// What the command reads.
    #[serde(default)]
    stdin: Template,
    request: Option<Request>,
    /// Values taken from the JSON that it printed or was answered, each by a JSON pointer.
    #[serde(default)]
    take: BTreeMap<String, String>,
    /// Values taken from the cookies that the answer sets, each by the cookie's name.
    #[serde(default)]
    take_cookie: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    #[serde(default = "post")]
    method: String,
    path: Template,
    #[serde(default)]
    headers: BTreeMap<String, Template>,
    #[serde(default)]
    body: Template,
    #[serde(default = "ok")]
    expect: u16,
}

fn post() -> String {
    "POST".to_owned()
}

const fn ok() -> u16 {
    200
}

/// How a customer's message is posted.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    path: Template,
    #[serde(default)]
    headers: BTreeMap<String, Template>,
    signature: Option<Signature>,
    /// The whole body.
    body: Template,
    /// Lists within it: each text is written once for each message, with commas between. Without any, a webhook has
    /// one message.
    #[serde(default)]
    each: BTreeMap<String, Template>,
    /// Messages of one webhook, at most, where the server takes fewer than WhatsApp puts into one.
    batch_max: Option<usize>,
}

/// `sha256=` and the body's HMAC-SHA256 in hex.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    header: String,
    secret: Template,
}

/// How an agent's socket is opened and what comes on it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Socket {
    path: Template,
    #[serde(default)]
    headers: BTreeMap<String, Template>,
    /// What the agent says first, a frame each.
    #[serde(default)]
    first: Vec<Template>,
    /// What stands between several messages of one frame: one character.
    separator: Option<char>,
    /// The message that says the agent is subscribed. Without it the agent is as soon as it has said its first.
    subscribed: Option<Matcher>,
    /// A customer's message. The mark is looked for where `pointer` points to, unless there is an `equals`.
    delivery: Matcher,
    /// Every event, where others than deliveries are to be counted, or where events have places.
    event: Option<Matcher>,
    /// Messages that are answered.
    #[serde(default)]
    answer: Vec<Answer>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    when: Matcher,
    say: String,
}

impl Described {
    /// Reads a description. `given` are values from the command line.
    ///
    /// # Errors
    /// When it cannot be read, or says something that cannot be done.
    pub(crate) fn read(path: &Path, server: Option<PathBuf>, given: Values) -> Result<Self, Error> {
        let what = || path.display().to_string();
        let bytes = fs::metadata(path).map_err(Error::io(what()))?.len();
        if bytes > DESCRIPTION_BYTES_MAX {
            return Err(Error::Setup(format!(
                "{}: a description has at most {DESCRIPTION_BYTES_MAX} bytes",
                what()
            )));
        }
        let text = fs::read_to_string(path).map_err(Error::io(what()))?;
        Self::parse(&text, server, given).map_err(|error| Error::Setup(format!("{}: {error}", what())))
    }

    fn parse(text: &str, server: Option<PathBuf>, given: Values) -> Result<Self, Error> {
        let description: Description =
            toml::from_str(text).map_err(|error| Error::Setup(error.to_string().trim_end().to_owned()))?;
        description.check(&given)?;
        Ok(Self { description, server, given, workspaces: AtomicUsize::new(0) })
    }

    /// Values of a server in its folder.
    fn values_of(&self, folder: &Path, port: u16) -> Values {
        let mut values = self.given.clone();
        values.insert("folder".to_owned(), folder.display().to_string());
        values.insert("port".to_owned(), port.to_string());
        let server = self.server.as_deref().map(|path| path.display().to_string());
        values.insert("server".to_owned(), server.unwrap_or_default());
        values
    }

    fn spawn(&self, values: &Values, folder: &Path) -> Result<Option<Child>, Error> {
        let process = &self.description.server;
        for (name, content) in &process.files {
            let path = folder.join(name);
            fs::write(&path, content.fill(values)).map_err(Error::io(path.display().to_string()))?;
        }
        let Some(mut command) = self.command(&process.command, values)? else { return Ok(None) };
        let log = File::options().create(true).append(true).open(folder.join("server.log"));
        let log = log.map_err(Error::io("the server's log"))?;
        let copy = log.try_clone().map_err(Error::io("the server's log"))?;
        let spawned = command.stdin(Stdio::null()).stdout(log).stderr(copy).current_dir(folder).spawn();
        spawned.map(Some).map_err(Error::io(format!("starting {}", self.description.name)))
    }

    fn command(&self, command: &[Template], values: &Values) -> Result<Option<Command>, Error> {
        let Some((program, arguments)) = command.split_first() else { return Ok(None) };
        let program = program.fill(values);
        if program.is_empty() {
            let hint = "the description names a value for it; give it with --server or --value";
            return Err(Error::Setup(format!("{} has no program to start: {hint}", self.description.name)));
        }
        let mut command = Command::new(program);
        // Settings of whoever runs the test are not the test's.
        command.env_clear();
        command.args(arguments.iter().map(|argument| argument.fill(values)));
        command.envs(self.description.server.env.iter().map(|(name, value)| (name, value.fill(values))));
        Ok(Some(command))
    }

    fn until_ready(&self, child: &mut Option<Child>, values: &Values) -> Result<SocketAddr, Error> {
        let process = &self.description.server;
        let begun = Instant::now();
        while begun.elapsed() < START_TIMEOUT {
            if let Some(child) = child
                && let Some(status) = child.try_wait().map_err(Error::io("waiting for the server"))?
            {
                return Err(Error::server(format!(
                    "it ended with {status}; its last words are in its server.log"
                )));
            }
            let text = match (&process.address, &process.address_file) {
                (Some(address), _) => Some(address.fill(values)),
                (None, Some(file)) => fs::read_to_string(file.fill(values)).ok(),
                (None, None) => None,
            };
            let address = text.as_deref().and_then(|text| text.trim().parse::<SocketAddr>().ok());
            if let Some(address) = address
                && http::is_ready(address, &process.ready.fill(values))?
            {
                return Ok(address);
            }
            thread::sleep(LOOK_EVERY);
        }
        Err(Error::Timeout("waiting for the server to be ready", START_TIMEOUT.as_secs()))
    }

    fn others(&self, values: &Values) -> Result<Vec<Involved>, Error> {
        let of = |other: &Other| {
            let path = other.pid_file.fill(values);
            let text = fs::read_to_string(&path).map_err(Error::io(path.as_str()))?;
            let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
            let pid =
                pid.ok_or_else(|| Error::Setup(format!("{path}: its first line is no process's number")))?;
            Ok(Involved { name: other.name.clone(), part: Part::Server(pid) })
        };
        self.description.server.process.iter().map(of).collect()
    }

    fn socket(&self) -> Option<&Socket> {
        self.description.socket.as_ref()
    }
}

impl Description {
    /// Checks that every value is known where it is used, and that what is recognised can be.
    fn check(&self, given: &Values) -> Result<(), Error> {
        let refuse = |what: &str| Err(Error::Setup(what.to_owned()));
        let process = &self.server;
        if process.address.is_some() == process.address_file.is_some() {
            return refuse("server: say either `address` or `address_file`");
        }
        if process.command.is_empty() && process.process.is_empty() {
            return refuse(
                "server: say its `command`, or, where it runs by itself, the `pid_file` of each `process`, so that its \
                 CPU can be counted",
            );
        }
        let early: BTreeSet<&str> = given.keys().map(String::as_str).chain(ALWAYS).collect();
        let templates = process.command.iter().chain(process.env.values()).chain(process.files.values());
        let templates =
            templates.chain(&process.address).chain(&process.address_file).chain([&process.ready]);
        for template in templates.chain(process.process.iter().map(|other| &other.pid_file)) {
            template.check("server", &early)?;
        }
        let mut known: BTreeSet<&str> = early.into_iter().chain(OF_WORKSPACE).collect();
        for template in self.values.values() {
            template.check("values", &known)?;
        }
        known.extend(self.values.keys().map(String::as_str));
        for step in &self.workspace {
            step.check(&known)?;
            known.extend(step.take.keys().chain(step.take_cookie.keys()).map(String::as_str));
        }
        if let Some(webhook) = &self.webhook {
            webhook.check(&known)?;
        }
        self.socket.as_ref().map_or(Ok(()), |socket| socket.check(&known))
    }
}

impl Step {
    fn check(&self, known: &BTreeSet<&str>) -> Result<(), Error> {
        if self.command.is_empty() == self.request.is_none() {
            return Err(Error::Setup("workspace: a step is either a `command` or a `request`".to_owned()));
        }
        let of_request = self
            .request
            .iter()
            .flat_map(|request| request.headers.values().chain([&request.path, &request.body]));
        for template in self.command.iter().chain([&self.stdin]).chain(of_request) {
            template.check("workspace", known)?;
        }
        Ok(())
    }

    /// Does it, and takes from its answer what is wanted.
    fn run(&self, described: &Described, server: &Server, values: &mut Values) -> Result<(), Error> {
        let (answer, cookies) = match &self.request {
            Some(request) => request.send(server.address, values)?,
            None => (self.execute(described, values)?, Values::new()),
        };
        let json: Value = match self.take.is_empty() {
            true => Value::Null,
            false => serde_json::from_slice(&answer)
                .map_err(|error| Error::server(format!("a step's answer is not JSON: {error}")))?,
        };
        for (name, pointer) in &self.take {
            let found = json.pointer(pointer);
            let found =
                found.ok_or_else(|| Error::server(format!("a step's answer has nothing at {pointer}")))?;
            let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
            values.insert(name.clone(), text);
        }
        for (name, cookie) in &self.take_cookie {
            let found = cookies.get(cookie);
            let found =
                found.ok_or_else(|| Error::server(format!("a step's answer sets no cookie {cookie}")))?;
            values.insert(name.clone(), found.clone());
        }
        Ok(())
    }

    fn execute(&self, described: &Described, values: &Values) -> Result<Vec<u8>, Error> {
        let Some(mut command) = described.command(&self.command, values)? else { return Ok(Vec::new()) };
        let what = || Error::io("a workspace's step");
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().map_err(what())?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(self.stdin.fill(values).as_bytes()).map_err(what())?;
        }
        let output = child.wait_with_output().map_err(what())?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(Error::server(format!("a workspace's step ended with {}: {said}", output.status)));
        }
        Ok(output.stdout)
    }
}

impl Request {
    /// The answer's body, and the cookies it sets.
    fn send(&self, address: SocketAddr, values: &Values) -> Result<(Vec<u8>, Values), Error> {
        let path = self.path.fill(values);
        let body = self.body.fill(values);
        let bytes = request(&self.method, &path, &header_lines(&self.headers, values), body.as_bytes());
        let mut connection = Connection::open(address)?;
        let answer = connection.exchange(&bytes)?;
        if answer.status != self.expect {
            let Self { method, expect, .. } = self;
            return Err(Error::server(format!(
                "{method} {path} was answered {}, not {expect}",
                answer.status
            )));
        }
        let cookies = answer.headers("set-cookie").filter_map(|cookie| {
            let (name, value) = cookie.split(';').next()?.split_once('=')?;
            Some((name.trim().to_owned(), value.to_owned()))
        });
        Ok((answer.body.to_owned(), cookies.collect()))
    }
}

impl Webhook {
    fn check(&self, known: &BTreeSet<&str>) -> Result<(), Error> {
        let secret = self.signature.iter().map(|signature| &signature.secret);
        for template in self.headers.values().chain([&self.path]).chain(secret) {
            template.check("webhook", known)?;
        }
        let of_message: BTreeSet<&str> = known.iter().copied().chain(OF_MESSAGE).collect();
        for template in self.each.values() {
            template.check("webhook.each", &of_message)?;
        }
        let of_body: BTreeSet<&str> = if self.each.is_empty() {
            of_message
        } else {
            known.iter().copied().chain(self.each.keys().map(String::as_str)).collect()
        };
        self.body.check("webhook.body", &of_body)
    }

    fn body(&self, values: &Values, messages: &[Inbound]) -> String {
        let mut body = String::new();
        if self.each.is_empty() {
            if let Some(only) = messages.first() {
                let fields = Fields::of(only);
                self.body.fill_into(&mut body, |name| {
                    fields.get(name).or_else(|| values.get(name).map(String::as_str))
                });
            }
            return body;
        }
        let mut lists = Values::new();
        for (name, each) in &self.each {
            let mut list = String::new();
            for (nth, message) in messages.iter().enumerate() {
                if nth > 0 {
                    list.push(',');
                }
                let fields = Fields::of(message);
                each.fill_into(&mut list, |name| {
                    fields.get(name).or_else(|| values.get(name).map(String::as_str))
                });
            }
            lists.insert(name.clone(), list);
        }
        self.body
            .fill_into(&mut body, |name| lists.get(name).or_else(|| values.get(name)).map(String::as_str));
        body
    }
}

/// The values of one message.
struct Fields {
    phone: String,
    message_id: String,
    timestamp: String,
    text: String,
}

impl Fields {
    fn of(message: &Inbound) -> Self {
        let phone = format!("4477{:08}", message.customer);
        Self {
            message_id: payload::wamid(&phone, Direction::In, message.unique),
            phone,
            timestamp: message.at_s.to_string(),
            text: marks::text(message.mark),
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        match name {
            "phone" => Some(&self.phone),
            "name" => Some(CUSTOMER),
            "message_id" => Some(&self.message_id),
            "timestamp" => Some(&self.timestamp),
            "text" => Some(&self.text),
            _ => None,
        }
    }
}

impl Socket {
    fn check(&self, known: &BTreeSet<&str>) -> Result<(), Error> {
        for template in self.headers.values().chain([&self.path]).chain(&self.first) {
            template.check("socket", known)?;
        }
        if self.separator.is_some_and(|separator| !separator.is_ascii()) {
            return Err(Error::Setup("socket.separator: it is one ASCII character".to_owned()));
        }
        self.delivery.check("socket.delivery")?;
        for (whose, matcher) in [("socket.subscribed", &self.subscribed), ("socket.event", &self.event)] {
            if let Some(matcher) = matcher {
                matcher.check(whose)?;
            }
        }
        self.answer.iter().try_for_each(|answer| answer.when.check("socket.answer.when"))
    }

    fn hear(&self, text: &[u8]) -> Heard {
        let message = Message::new(text);
        let is_event = self.event.as_ref().map(|event| event.is(&message));
        let is_delivery = is_event != Some(false) && self.delivery.is_marked(&message);
        if is_event == Some(true) || is_delivery {
            let event = self.event.as_ref().unwrap_or(&self.delivery);
            let at = |after: &Option<String>| message.digits_after(after.as_deref()?);
            return match (at(&event.offset_after), at(&event.prev_after)) {
                (Some(offset), Some(prev)) => Heard::Event { offset, prev, message: is_delivery },
                // Without a word about the one before it is the number before.
                (Some(offset), None) => {
                    Heard::Event { offset, prev: offset.saturating_sub(1), message: is_delivery }
                }
                (None, _) => Heard::Unplaced { message: is_delivery },
            };
        }
        if let Some(subscribed) = &self.subscribed
            && subscribed.is(&message)
        {
            let offset = subscribed.offset_after.as_ref().and_then(|after| message.digits_after(after));
            let at = Position { epoch: String::new(), offset: offset.unwrap_or_default() };
            return Heard::Subscribed { at, resumed: false };
        }
        let asks = self.answer.iter().position(|answer| answer.when.is(&message));
        asks.map_or(Heard::Other, Heard::Asks)
    }
}

fn header_lines(headers: &BTreeMap<String, Template>, values: &Values) -> String {
    headers.iter().map(|(name, value)| format!("{name}: {}\r\n", value.fill(values))).collect()
}

impl Target for Described {
    fn name(&self) -> &str {
        &self.description.name
    }

    fn lacks(&self, scenario: Scenario) -> Option<String> {
        let Description { webhook, socket, .. } = &self.description;
        let lacks = |part: &str| Some(format!("its description has no [{part}]"));
        match scenario {
            Scenario::WebhookSteady | Scenario::FanOut | Scenario::WebhookClosed if webhook.is_none() => {
                lacks("webhook")
            }
            Scenario::WebhookSteady | Scenario::FanOut | Scenario::WebhookClosed | Scenario::IdleSockets
                if socket.is_none() =>
            {
                lacks("socket")
            }
            Scenario::WebhookSteady | Scenario::FanOut | Scenario::WebhookClosed | Scenario::IdleSockets => None,
            Scenario::ReconnectStorm
            | Scenario::SlowReaders
            | Scenario::Fairness
            | Scenario::Restart
            | Scenario::InboxSteady
            | Scenario::InboxStorm => Some(
                "a description says how messages are posted and sockets are opened, not what is resumed, stored or \
                 commanded; webhook-steady, webhook-closed, fan-out and idle-sockets can be"
                    .to_owned(),
            ),
        }
    }

    fn start(&self, folder: &Path) -> Result<Server, Error> {
        let values = self.values_of(folder, free_port()?);
        let mut child = self.spawn(&values, folder)?;
        let name = &self.description.name;
        match self.until_ready(&mut child, &values).and_then(|address| Ok((address, self.others(&values)?))) {
            Ok((address, others)) => Server::new(name, child, others, address, folder.to_owned()),
            Err(error) => {
                if let Some(mut child) = child {
                    drop(child.kill());
                    drop(child.wait());
                }
                Err(error)
            }
        }
    }

    fn tenant(&self, server: &Server, _: usize) -> Result<Tenant, Error> {
        let mut values = self.values_of(&server.folder, server.address.port());
        values.insert("address".to_owned(), server.address.to_string());
        let index = self.workspaces.fetch_add(1, Ordering::Relaxed);
        // As many digits as ids made of it have room for.
        values.insert("index".to_owned(), format!("{index:05}"));
        let own: Vec<_> =
            self.description.values.iter().map(|(name, value)| (name.clone(), value.fill(&values))).collect();
        values.extend(own);
        for step in &self.description.workspace {
            step.run(self, server, &mut values)?;
        }
        Ok(Tenant { values, ..Tenant::default() })
    }

    fn tenants_max(&self) -> usize {
        self.description.workspaces_max.unwrap_or(usize::MAX)
    }

    fn batch_max(&self) -> usize {
        match &self.description.webhook {
            Some(webhook) if !webhook.each.is_empty() => webhook
                .batch_max
                .map_or(payload::BATCH_UPDATES_MAX, |most| most.clamp(1, payload::BATCH_UPDATES_MAX)),
            _ => 1,
        }
    }

    fn append_webhook(&self, tenant: &Tenant, messages: &[Inbound], out: &mut Vec<u8>) {
        let Some(webhook) = &self.description.webhook else { return };
        let body = webhook.body(&tenant.values, messages);
        let mut extra = header_lines(&webhook.headers, &tenant.values);
        if let Some(Signature { header, secret }) = &webhook.signature {
            let signature = Signer::new(&secret.fill(&tenant.values)).sign(body.as_bytes());
            extra.push_str(&format!("{header}: {signature}\r\n"));
        }
        out.extend_from_slice(&request("POST", &webhook.path.fill(&tenant.values), &extra, body.as_bytes()));
    }

    fn upgrade(&self, tenant: &Tenant) -> Vec<u8> {
        let Some(socket) = self.socket() else { return Vec::new() };
        http::upgrade(&socket.path.fill(&tenant.values), &header_lines(&socket.headers, &tenant.values))
    }

    fn first(&self, tenant: &Tenant, _: Option<&Position>) -> Vec<String> {
        let first = self.socket().map(|socket| socket.first.as_slice()).unwrap_or_default();
        first.iter().map(|text| text.fill(&tenant.values)).collect()
    }

    fn confirms(&self) -> bool {
        self.socket().is_some_and(|socket| socket.subscribed.is_some())
    }

    fn separator(&self) -> Option<u8> {
        self.socket()?.separator.and_then(|separator| u8::try_from(separator).ok())
    }

    fn hear(&self, text: &[u8]) -> Heard {
        self.socket().map_or(Heard::Other, |socket| socket.hear(text))
    }

    fn answer(&self, which: usize) -> &str {
        self.socket().and_then(|socket| socket.answer.get(which)).map_or("", |answer| &answer.say)
    }

    fn provider(&self) -> Option<Involved> {
        None
    }

    fn inbox(&self) -> Option<&dyn Inbox> {
        None
    }

    fn closed_too_slow(&self, _: &Server) -> Result<u64, Error> {
        Err(Error::Setup("a description does not say how many sockets were closed".to_owned()))
    }

    fn stored(&self, _: &Server, _: &Tenant) -> Result<Vec<Thread>, Error> {
        Err(Error::Setup("a description does not say what is stored".to_owned()))
    }
}

/// A port that nobody listens on at this moment.
fn free_port() -> Result<u16, Error> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("looking for a free port"))?;
    Ok(listener.local_addr().map_err(Error::io("looking for a free port"))?.port())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// Values that the descriptions in `targets/` ask for.
    const ASKED_FOR: [&str; 6] =
        ["centrifugo", "whatomate", "postgres_port", "postgres_pid_file", "redis_port", "redis_pid_file"];

    /// As little as a description may say.
    const LEAST: &str = r#"
        name = "x"
        [server]
        command = ["x"]
        address = "127.0.0.1:${port}"
        ready = "/"
        [values]
        id = "id-${index}"
        [webhook]
        path = "/hook/${id}"
        body = '{"from":"${phone}","text":"${text}"}'
        [socket]
        path = "/ws"
        delivery = { contains = "message" }
    "#;

    fn parse(text: &str) -> Result<Described, Error> {
        Described::parse(text, None, Values::new())
    }

    fn tenant() -> Tenant {
        let values =
            Values::from([("id".to_owned(), "id-7".to_owned()), ("index".to_owned(), "7".to_owned())]);
        Tenant { values, ..Tenant::default() }
    }

    fn inbound(mark: u64) -> Inbound {
        Inbound { customer: mark, unique: mark, mark, at_s: 1_800_000_000 }
    }

    #[test]
    fn every_description_beside_the_code_can_be_used() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("targets");
        let given: Values = ASKED_FOR.map(|name| (name.to_owned(), "1".to_owned())).into();
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let described = Described::read(&entry.unwrap().path(), None, given.clone()).unwrap();
            assert_eq!(described.lacks(Scenario::FanOut), None);
            names.push(described.name().to_owned());
        }
        names.sort();
        assert_eq!(names, ["centrifugo", "switchboard-described", "whatomate"]);
    }

    #[test]
    fn what_cannot_be_done_is_refused_when_it_is_read() {
        assert!(parse(LEAST).is_ok());
        for (instead_of, wrong, said) in [
            ("${phone}", "${telephone}", "no value `telephone`"),
            ("${id}", "${text}", "no value `text`"),
            ("id-${index}", "id-${phone}", "no value `phone`"),
            (r#"command = ["x"]"#, "", "say its `command`"),
            (r#"address = "127.0.0.1:${port}""#, "", "either `address` or `address_file`"),
            (r#"contains = "message""#, "", "say `contains`, `pointer`, or both"),
            (r#"name = "x""#, "name = \"x\"\nnaem = \"y\"", "naem"),
        ] {
            let error = parse(&LEAST.replace(instead_of, wrong)).err().map(|error| error.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{wrong}: {error:?}");
        }
    }

    #[test]
    fn a_server_that_runs_by_itself_is_found_counted_and_left_alone() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let answering = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            assert!(stream.read(&mut [0; 1_024]).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
        });
        let folder = super::super::Folder::new().unwrap();
        let own_pid = std::process::id();
        fs::write(folder.path().join("pid"), format!("{own_pid}\nand more\n")).unwrap();
        let text = LEAST
            .replace(r#"command = ["x"]"#, r#"process = [{ name = "itself", pid_file = "${folder}/pid" }]"#)
            .replace("127.0.0.1:${port}", &address.to_string());
        let mut server = parse(&text).unwrap().start(folder.path()).unwrap();
        answering.join().unwrap();
        assert_eq!(server.address, address);
        assert_eq!(server.involved(), [Involved { name: "itself".to_owned(), part: Part::Server(own_pid) }]);
        assert!(server.stop().is_err() && server.kill().is_err(), "it is not ours to end");
    }

    #[test]
    fn scenarios_for_which_it_says_too_little_are_refused() {
        let described = parse(LEAST).unwrap();
        for scenario in Scenario::ALL {
            let can = matches!(
                scenario,
                Scenario::WebhookSteady | Scenario::WebhookClosed | Scenario::FanOut | Scenario::IdleSockets
            );
            assert_eq!(described.lacks(scenario).is_none(), can, "{scenario:?}");
        }
        let (without_webhook, rest) = LEAST.split_once("[webhook]").unwrap();
        let silent =
            parse(&format!("{without_webhook}[socket]{}", rest.split_once("[socket]").unwrap().1)).unwrap();
        assert_eq!(silent.lacks(Scenario::IdleSockets), None);
        assert_eq!(silent.lacks(Scenario::FanOut).unwrap(), "its description has no [webhook]");
    }

    #[test]
    fn a_webhook_is_written_as_it_is_described() {
        let mut out = Vec::new();
        parse(LEAST).unwrap().append_webhook(&tenant(), &[inbound(5)], &mut out);
        let request = String::from_utf8(out).unwrap();
        assert!(request.starts_with("POST /hook/id-7 HTTP/1.1\r\n"), "{request}");
        let body = request.split_once("\r\n\r\n").unwrap().1;
        let json: Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["from"], "447700000005");
        assert_eq!(marks::find(body.as_bytes()), Some(5));
    }

    #[test]
    fn several_messages_share_a_signed_webhook_where_there_is_a_list_for_them() {
        let text = LEAST.replace(
            r#"body = '{"from":"${phone}","text":"${text}"}'"#,
            r#"body = '{"id":"${id}","all":[${all}]}'
               signature = { header = "X-Signature", secret = "${id}" }
               each = { all = '{"from":"${phone}","text":"${text}"}' }"#,
        );
        let described = parse(&text).unwrap();
        assert_eq!(
            (parse(LEAST).unwrap().batch_max(), described.batch_max()),
            (1, payload::BATCH_UPDATES_MAX)
        );
        let fewer =
            parse(&text.replace("signature =", "batch_max = 20\n               signature =")).unwrap();
        assert_eq!(fewer.batch_max(), 20);
        let mut out = Vec::new();
        described.append_webhook(&tenant(), &[inbound(5), inbound(6)], &mut out);
        let request = String::from_utf8(out).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let json: Value = serde_json::from_str(body).unwrap();
        assert_eq!(json["all"].as_array().unwrap().len(), 2);
        assert!(head.contains(&format!("X-Signature: {}", payload::sign("id-7", body.as_bytes()))), "{head}");
    }

    #[test]
    fn frames_are_heard_as_they_are_described() {
        let text = LEAST.replace(
            r#"delivery = { contains = "message" }"#,
            r#"subscribed = { contains = "subscribed", offset_after = '"offset":' }
               event = { contains = '"event"', offset_after = '"offset":' }
               delivery = { contains = "message" }
               answer = [{ when = { pointer = "", equals = "{}" }, say = "pong" }]"#,
        );
        let described = parse(&text).unwrap();
        let marked = marks::text(5);
        for (frame, heard) in [
            (
                format!(r#"{{"event":"message","offset":7,"text":"{marked}"}}"#),
                Heard::Event { offset: 7, prev: 6, message: true },
            ),
            (
                r#"{"event":"other","offset":8}"#.to_owned(),
                Heard::Event { offset: 8, prev: 7, message: false },
            ),
            (
                r#"{"subscribed":true,"offset":6}"#.to_owned(),
                Heard::Subscribed { at: Position { epoch: String::new(), offset: 6 }, resumed: false },
            ),
            ("{}".to_owned(), Heard::Asks(0)),
            (r#"{"else":1}"#.to_owned(), Heard::Other),
        ] {
            assert_eq!(described.hear(frame.as_bytes()), heard, "{frame}");
        }
        assert_eq!(described.answer(0), "pong");
        let plain = parse(LEAST).unwrap();
        let delivery = format!(r#"{{"message":"{marked}"}}"#);
        assert_eq!(plain.hear(delivery.as_bytes()), Heard::Unplaced { message: true });
        assert!(!plain.confirms() && described.confirms());
    }
}
