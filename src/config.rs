//! Settings: the defaults of `config/default.toml`, then a file, then the environment.
//!
//! The defaults' file is also the list of known keys: a key it does not have is an error that names the
//! nearest one it has.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};
use switchboard_channels::mail::sender;
use switchboard_store::s3::Bucket;
use toml::{Table, Value};
use url::Url;

/// The documented defaults.
pub(crate) const DEFAULTS: &str = include_str!("../config/default.toml");
/// What environment variables of ours begin with.
const ENV_PREFIX: &str = "SWITCHBOARD__";
/// What a rate may be set to, per second or per minute. At none nobody could do the thing at all.
const RATES: std::ops::RangeInclusive<u64> = 1..=1_000_000;
/// Of how many letters one may be wrong in a key for a known one to be named as what was probably meant.
const LETTERS_PER_MISTAKE: usize = 3;

/// All settings.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Config {
    /// `[http]`
    pub(crate) http: Http,
    /// `[store]`
    pub(crate) store: Store,
    /// `[blobs]`
    pub(crate) blobs: Blobs,
    /// `[backup]`
    pub(crate) backup: Backup,
    /// `[search]`
    pub(crate) search: Search,
    /// `[secrets]`
    pub(crate) secrets: Secrets,
    /// `[sessions]`
    pub(crate) sessions: Sessions,
    /// `[limits]`
    pub(crate) limits: Limits,
    /// `[accounts]`
    pub(crate) accounts: AccountRules,
    /// `[mail]`
    pub(crate) mail: Mail,
    /// `[push]`
    pub(crate) push: Push,
    /// `[resend]`
    pub(crate) resend: Resend,
    /// `[sockets]`
    pub(crate) sockets: Sockets,
    /// `[whatsapp]`
    pub(crate) whatsapp: Whatsapp,
    /// `[log]`
    pub(crate) log: Log,
    /// `[telemetry]`
    pub(crate) telemetry: Telemetry,
}

/// `[http]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Http {
    /// Address to listen on.
    pub(crate) listen: SocketAddr,
    /// The address under which we are reached; none: the listen address.
    #[serde(deserialize_with = "optional_url")]
    pub(crate) public_url: Option<Url>,
    /// Threads that serve; 0: one per core.
    pub(crate) arbiters: usize,
    /// Connections of one arbiter.
    pub(crate) connections_per_arbiter_max: usize,
    /// Seconds for the head of a request.
    pub(crate) header_timeout_s: u64,
    /// Seconds for the body of a request.
    pub(crate) body_timeout_s: u64,
    /// Bytes of a request's body on the API.
    pub(crate) body_bytes_max: usize,
    /// API requests worked on at a time.
    pub(crate) requests_in_flight_max: usize,
    /// Reverse proxies in front.
    pub(crate) forwarded_hops: usize,
    /// Seconds for what has begun when the server stops.
    pub(crate) drain_s: u64,
}

/// Where rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreKind {
    /// In one file of the data folder.
    Embedded,
    /// In a cluster of ScyllaDB.
    Scylla,
}

/// `[store]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Store {
    /// Where rows are kept.
    pub(crate) kind: StoreKind,
    /// The data folder.
    pub(crate) path: PathBuf,
    /// Nodes of the cluster to begin with, `host:port`.
    #[serde(deserialize_with = "list")]
    pub(crate) nodes: Vec<String>,
    /// The keyspace.
    pub(crate) keyspace: String,
    /// Copies of each row, in each data centre.
    pub(crate) replication_factor: u8,
    /// The data centre whose nodes are asked; none: whichever.
    #[serde(deserialize_with = "optional_text")]
    pub(crate) datacenter: Option<String>,
    /// The role's name; none: nobody signs in.
    #[serde(deserialize_with = "optional_text")]
    pub(crate) user: Option<String>,
    /// Its password.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) password: Option<SecretString>,
    /// The certificates of the cluster's authority; none: no TLS.
    #[serde(deserialize_with = "optional_path")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// Writes that may wait.
    pub(crate) write_queue_max: usize,
    /// Reads that may wait.
    pub(crate) read_queue_max: usize,
    /// Threads that read.
    pub(crate) readers: usize,
}

/// Where files and large bodies are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BlobsKind {
    /// In the data folder.
    Folder,
    /// In a bucket of an object store.
    S3,
}

/// `[blobs]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Blobs {
    /// Where they are kept.
    pub(crate) kind: BlobsKind,
    /// Where the object store answers.
    #[serde(deserialize_with = "optional_url")]
    pub(crate) s3_endpoint: Option<Url>,
    /// The bucket.
    pub(crate) s3_bucket: String,
    /// The region that requests are signed for.
    pub(crate) s3_region: String,
    /// The access key.
    pub(crate) s3_access_key: String,
    /// The secret key.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) s3_secret_key: Option<SecretString>,
}

impl Blobs {
    /// The bucket of these settings; nothing where they are kept in the data folder.
    #[must_use]
    pub(crate) fn bucket(&self) -> Option<Bucket> {
        let (BlobsKind::S3, Some(endpoint), Some(secret_key)) =
            (self.kind, &self.s3_endpoint, &self.s3_secret_key)
        else {
            return None;
        };
        Some(Bucket {
            endpoint: endpoint.clone(),
            name: self.s3_bucket.clone(),
            region: self.s3_region.clone(),
            access_key: self.s3_access_key.clone(),
            secret_key: secret_key.clone(),
        })
    }
}

/// `[backup]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Backup {
    /// Whether one is made every day.
    pub(crate) enabled: bool,
    /// Where they go; none: a folder in the data folder.
    #[serde(deserialize_with = "optional_path")]
    pub(crate) path: Option<PathBuf>,
    /// The hour of the day from which on one is made, UTC.
    pub(crate) hour: u8,
    /// Days for which each is kept.
    pub(crate) keep_days: u16,
    /// Their key in base64; none: the master key's.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) key: Option<SecretString>,
}

/// `[secrets]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Secrets {
    /// The master key in base64; none: the one in the data folder.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) master_key: Option<SecretString>,
    /// The one before it.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) previous_master_key: Option<SecretString>,
}

/// `[sessions]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sessions {
    /// Hours from signing in to the end.
    pub(crate) lifetime_h: u64,
}

/// `[limits]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Limits {
    /// Requests per second of a credential.
    pub(crate) requests_per_second_per_caller: u32,
    /// Requests per second of a workspace.
    pub(crate) requests_per_second_per_workspace: u32,
    /// Look-ups of credentials per second of an address.
    pub(crate) lookups_per_second_per_address: u32,
    /// Sign-ins per minute of an address.
    pub(crate) sign_ins_per_minute_per_address: u32,
    /// Sign-ins per minute of an account.
    pub(crate) sign_ins_per_minute_per_account: u32,
    /// One-time codes per hour asked for from an address.
    pub(crate) codes_per_hour_per_address: u32,
    /// One-time codes per hour asked for an account.
    pub(crate) codes_per_hour_per_account: u32,
    /// Invitations per hour of a workspace.
    pub(crate) invitations_per_hour_per_workspace: u32,
    /// Bytes of webhooks in memory.
    pub(crate) webhook_bytes_in_flight_max: usize,
}

/// `[accounts]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AccountRules {
    /// Whether strangers may make a workspace of their own.
    pub(crate) sign_up: bool,
}

/// By which way mail leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MailKind {
    /// None leaves.
    None,
    /// Through an SMTP server.
    Smtp,
    /// Through Resend.
    Resend,
    /// It stays here, and can be read by whoever is on this machine.
    Outbox,
}

/// How the line to an SMTP server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SmtpTls {
    /// TLS after a greeting in clear.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Mail {
    /// By which way mail leaves.
    pub(crate) kind: MailKind,
    /// Whom it comes from.
    pub(crate) from: String,
    /// The SMTP server.
    pub(crate) smtp_host: String,
    /// Its port.
    pub(crate) smtp_port: u16,
    /// How the line to it is kept private.
    pub(crate) smtp_tls: SmtpTls,
    /// The certificates of its authority, besides the well-known ones.
    #[serde(deserialize_with = "optional_path")]
    pub(crate) smtp_tls_ca: Option<PathBuf>,
    /// The name to sign in with; none: nobody signs in.
    #[serde(deserialize_with = "optional_text")]
    pub(crate) smtp_user: Option<String>,
    /// Its password.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) smtp_password: Option<SecretString>,
}

/// `[push]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Push {
    /// Browsers of which no page is open are told of things.
    pub(crate) enabled: bool,
    /// Whom the services that pass messages on can write to; none: the public address.
    #[serde(deserialize_with = "optional_text")]
    pub(crate) contact: Option<String>,
    /// Seconds before something is pushed.
    pub(crate) delay_s: u64,
    /// Services on this machine are asked as well.
    pub(crate) allow_loopback: bool,
}

/// `[resend]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Resend {
    /// Where its API answers.
    #[serde(deserialize_with = "url")]
    pub(crate) api_url: Url,
    /// The key.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) api_key: Option<SecretString>,
}

/// `[search]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Search {
    /// Milliseconds that a question may take.
    pub(crate) deadline_ms: u64,
}

/// `[sockets]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Sockets {
    /// Bytes that may wait for one live socket.
    pub(crate) queue_bytes_max: usize,
    /// Sockets of one person or API key on one arbiter.
    pub(crate) per_caller_max: usize,
}

/// `[whatsapp]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Whatsapp {
    /// The Graph API.
    #[serde(deserialize_with = "url")]
    pub(crate) graph_url: Url,
    /// Its version.
    pub(crate) graph_version: String,
    /// Where the provider's sign-up dialog is.
    #[serde(deserialize_with = "url")]
    pub(crate) dialog_url: Url,
    /// The id of the instance's own Meta app.
    #[serde(deserialize_with = "optional_text")]
    pub(crate) app_id: Option<String>,
    /// The configuration of its sign-up.
    #[serde(deserialize_with = "optional_text")]
    pub(crate) config_id: Option<String>,
    /// The secret of the instance's own Meta app.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) app_secret: Option<SecretString>,
    /// The word for the shared webhook address.
    #[serde(deserialize_with = "optional_secret")]
    pub(crate) verify_token: Option<SecretString>,
    /// What Meta takes for messages; none: no amounts are told.
    #[serde(deserialize_with = "optional_path")]
    pub(crate) rate_card: Option<PathBuf>,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Log {
    /// How lines look.
    pub(crate) format: LogFormat,
    /// Which lines are written.
    pub(crate) level: String,
}

/// `[telemetry]`
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Telemetry {
    /// Where traces go; none: there are none.
    #[serde(deserialize_with = "optional_url")]
    pub(crate) otlp_endpoint: Option<Url>,
    /// The share of traces that is recorded, from 0 to 1.
    pub(crate) sample_ratio: f64,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// One object a line.
    Json,
    /// For people.
    Pretty,
}

/// One thing wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The key, as `section.key`.
    pub(crate) key: String,
    /// What is wrong and what would be right.
    pub(crate) problem: String,
}

/// Everything wrong with the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invalid(pub(crate) Vec<Wrong>);

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, wrong) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}: {}", wrong.key, wrong.problem)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

/// The port in `PORT`, where there is one: how the demo is told its port.
///
/// # Errors
/// When it is not a port.
pub(crate) fn port_of_environment() -> Result<Option<u16>, Invalid> {
    let Some((_, text)) = std::env::vars().find(|(name, _)| name == "PORT") else { return Ok(None) };
    text.trim().parse().map(Some).map_err(|_| {
        Invalid(vec![Wrong { key: "PORT".to_owned(), problem: "must be a port, 0 to 65535".to_owned() }])
    })
}

fn optional_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| SecretString::from(text)))
}

fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then_some(text))
}

/// A list of texts, or one text with commas between them, as an environment variable has it.
fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a list of texts, or one text with commas between them")]
    enum Given {
        List(Vec<String>),
        Text(String),
    }
    let items = match Given::deserialize(deserializer)? {
        Given::List(items) => items,
        Given::Text(text) => text.split(',').map(str::to_owned).collect(),
    };
    Ok(items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect())
}

fn optional_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

fn optional_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    address(&text).map(Some)
}

fn url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    address(&String::deserialize(deserializer)?)
}

fn address<E: serde::de::Error>(text: &str) -> Result<Url, E> {
    text.parse().map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => {
            E::custom("must begin with http:// or https://, such as https://example.com")
        }
        error => E::custom(error),
    })
}

impl Config {
    /// The settings of a file, where there is one, and of this process's environment.
    ///
    /// # Errors
    /// Everything that is wrong, key by key.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self, Invalid> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path).map_err(|error| {
                Invalid(vec![Wrong {
                    key: path.display().to_string(),
                    problem: format!("cannot be read: {error}"),
                }])
            })?,
        };
        let source = file.map_or_else(String::new, |path| path.display().to_string());
        Self::from_sources(&source, &text, std::env::vars())
    }

    /// The settings of a file's text and of environment variables.
    ///
    /// # Errors
    /// Everything that is wrong, key by key.
    pub(crate) fn from_sources(
        source: &str,
        text: &str,
        env: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, Invalid> {
        let mut wrong = Vec::new();
        let defaults: Table = DEFAULTS.parse().map_err(|error| {
            Invalid(vec![Wrong { key: "config/default.toml".to_owned(), problem: format!("{error}") }])
        })?;
        let mut merged = defaults.clone();
        match text.parse::<Table>() {
            Ok(table) => merge(&mut merged, &defaults, table, &mut wrong),
            Err(error) => wrong.push(Wrong { key: source.to_owned(), problem: error.message().to_owned() }),
        }
        let mut variables: Vec<_> = env.filter(|(name, _)| name.starts_with(ENV_PREFIX)).collect();
        variables.sort();
        for (name, value) in variables {
            merge_variable(&mut merged, &defaults, &name, value, &mut wrong);
        }
        check_kinds(&merged, &mut wrong);
        if !wrong.is_empty() {
            return Err(Invalid(wrong));
        }
        let config: Self = serde_path_to_error::deserialize(Value::Table(merged)).map_err(|error| {
            Invalid(vec![Wrong {
                key: error.path().to_string(),
                problem: error.inner().message().to_owned(),
            }])
        })?;
        config.check().map(|()| config)
    }

    /// The rules between and beyond types.
    fn check(&self) -> Result<(), Invalid> {
        let mut wrong = Vec::new();
        let mut complain = |key: &str, problem: String| wrong.push(Wrong { key: key.to_owned(), problem });
        for (key, url) in [
            ("http.public_url", self.http.public_url.as_ref()),
            ("whatsapp.graph_url", Some(&self.whatsapp.graph_url)),
            ("whatsapp.dialog_url", Some(&self.whatsapp.dialog_url)),
            ("telemetry.otlp_endpoint", self.telemetry.otlp_endpoint.as_ref()),
            ("resend.api_url", Some(&self.resend.api_url)),
            ("blobs.s3_endpoint", self.blobs.s3_endpoint.as_ref()),
        ] {
            if url.is_some_and(|url| !matches!(url.scheme(), "http" | "https") || url.host().is_none()) {
                complain(key, "must begin with http:// or https:// and name a host".to_owned());
            }
        }
        if self.http.public_url.as_ref().is_some_and(|url| url.path() != "/" || url.query().is_some()) {
            complain(
                "http.public_url",
                "must end after the host and port: the server is not mounted under a path".to_owned(),
            );
        }
        if let Err(error) = self.log.level.parse::<tracing_subscriber::EnvFilter>() {
            complain("log.level", format!("{error}; one of error, warn, info, debug, trace"));
        }
        let endpoint = self.telemetry.otlp_endpoint.as_ref();
        if endpoint.is_some_and(|url| !url.username().is_empty() || url.password().is_some()) {
            let problem = "must not hold a password: give it in OTEL_EXPORTER_OTLP_HEADERS".to_owned();
            complain("telemetry.otlp_endpoint", problem);
        }
        if self.store.kind == StoreKind::Scylla && self.store.nodes.is_empty() {
            complain("store.nodes", "must name a node of the cluster, such as \"10.0.0.1:9042\"".to_owned());
        }
        if self.blobs.kind == BlobsKind::S3 {
            let given = [
                ("blobs.s3_endpoint", self.blobs.s3_endpoint.is_some()),
                ("blobs.s3_bucket", !self.blobs.s3_bucket.is_empty()),
                ("blobs.s3_region", !self.blobs.s3_region.is_empty()),
                ("blobs.s3_access_key", !self.blobs.s3_access_key.is_empty()),
                ("blobs.s3_secret_key", self.blobs.s3_secret_key.is_some()),
            ];
            for (key, _) in given.into_iter().filter(|(_, is_given)| !is_given) {
                complain(key, "must be given, as blobs.kind is \"s3\"".to_owned());
            }
        }
        if self.store.user.is_some() != self.store.password.is_some() {
            complain("store.user", "goes with store.password: give both or neither".to_owned());
        }
        self.check_mail(&mut complain);
        if self
            .push
            .contact
            .as_deref()
            .is_some_and(|contact| !contact.starts_with("mailto:") && !contact.starts_with("https://"))
        {
            complain("push.contact", "must begin with mailto: or https://".to_owned());
        }
        if !(0.0..=1.0).contains(&self.telemetry.sample_ratio) {
            complain("telemetry.sample_ratio", "must be from 0.0 to 1.0".to_owned());
        }
        let numbers: [(&str, u64, std::ops::RangeInclusive<u64>); 20] = [
            ("http.arbiters", self.http.arbiters as u64, 0..=256),
            ("http.connections_per_arbiter_max", self.http.connections_per_arbiter_max as u64, 1..=1_000_000),
            ("http.header_timeout_s", self.http.header_timeout_s, 1..=3_600),
            ("http.body_timeout_s", self.http.body_timeout_s, 1..=3_600),
            ("http.body_bytes_max", self.http.body_bytes_max as u64, 16_384..=16_777_216),
            ("http.requests_in_flight_max", self.http.requests_in_flight_max as u64, 1..=1_000_000),
            ("http.forwarded_hops", self.http.forwarded_hops as u64, 0..=16),
            ("http.drain_s", self.http.drain_s, 0..=3_600),
            ("store.write_queue_max", self.store.write_queue_max as u64, 16..=1_000_000),
            ("store.read_queue_max", self.store.read_queue_max as u64, 16..=1_000_000),
            ("store.readers", self.store.readers as u64, 1..=64),
            ("store.replication_factor", u64::from(self.store.replication_factor), 1..=16),
            ("backup.hour", u64::from(self.backup.hour), 0..=23),
            ("search.deadline_ms", self.search.deadline_ms, 10..=10_000),
            ("backup.keep_days", u64::from(self.backup.keep_days), 1..=3_650),
            ("sockets.queue_bytes_max", self.sockets.queue_bytes_max as u64, 65_536..=67_108_864),
            ("sockets.per_caller_max", self.sockets.per_caller_max as u64, 1..=100_000),
            ("push.delay_s", self.push.delay_s, 0..=3_600),
            ("sessions.lifetime_h", self.sessions.lifetime_h, 1..=8_784),
            (
                "limits.webhook_bytes_in_flight_max",
                self.limits.webhook_bytes_in_flight_max as u64,
                3_145_728..=4_294_967_295,
            ),
        ];
        let rates: [(&str, u32); 8] = [
            ("limits.codes_per_hour_per_address", self.limits.codes_per_hour_per_address),
            ("limits.codes_per_hour_per_account", self.limits.codes_per_hour_per_account),
            ("limits.invitations_per_hour_per_workspace", self.limits.invitations_per_hour_per_workspace),
            ("limits.requests_per_second_per_caller", self.limits.requests_per_second_per_caller),
            ("limits.requests_per_second_per_workspace", self.limits.requests_per_second_per_workspace),
            ("limits.lookups_per_second_per_address", self.limits.lookups_per_second_per_address),
            ("limits.sign_ins_per_minute_per_address", self.limits.sign_ins_per_minute_per_address),
            ("limits.sign_ins_per_minute_per_account", self.limits.sign_ins_per_minute_per_account),
        ];
        let rates = rates.map(|(key, rate)| (key, u64::from(rate), RATES));
        for (key, value, range) in numbers.into_iter().chain(rates) {
            if !range.contains(&value) {
                complain(key, format!("must be from {} to {}, not {value}", range.start(), range.end()));
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(Invalid(wrong)) }
    }

    /// What mail needs of each way out, and what needs mail.
    fn check_mail(&self, complain: &mut impl FnMut(&str, String)) {
        let mail = &self.mail;
        if matches!(mail.kind, MailKind::Smtp | MailKind::Resend)
            && let Err(problem) = sender(&mail.from)
        {
            complain("mail.from", problem);
        }
        match mail.kind {
            MailKind::None if self.accounts.sign_up => {
                complain("accounts.sign_up", "goes by mail: set mail.kind as well".to_owned());
            }
            MailKind::None => {}
            MailKind::Smtp => {
                if mail.smtp_host.is_empty() {
                    complain("mail.smtp_host", "must be given, as mail.kind is \"smtp\"".to_owned());
                }
                if mail.smtp_user.is_some() != mail.smtp_password.is_some() {
                    complain(
                        "mail.smtp_user",
                        "goes with mail.smtp_password: give both or neither".to_owned(),
                    );
                }
                let in_clear = mail.smtp_tls == SmtpTls::None && mail.smtp_password.is_some();
                if in_clear && !is_this_machine(&mail.smtp_host) {
                    let problem = "must not be \"none\" where a password goes to another machine".to_owned();
                    complain("mail.smtp_tls", problem);
                }
            }
            MailKind::Resend => {
                if self.resend.api_key.is_none() {
                    complain("resend.api_key", "must be given, as mail.kind is \"resend\"".to_owned());
                }
            }
            MailKind::Outbox => {
                let named = self.http.public_url.as_ref().and_then(Url::host_str);
                if !self.http.listen.ip().is_loopback() || named.is_some_and(|host| !is_this_machine(host)) {
                    let problem =
                        "\"outbox\" shows codes to whoever looks: it is for a server that listens on this \
                                   machine alone and is reached under no other address"
                            .to_owned();
                    complain("mail.kind", problem);
                }
            }
        }
    }

    /// How many arbiters to start.
    #[must_use]
    pub(crate) fn arbiters(&self) -> usize {
        match self.http.arbiters {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            count => count,
        }
    }
}

/// Does this host name the machine that we are on?
fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Says which backends this version has: before anything else, as the keys of others are unknown to it.
fn check_kinds(merged: &Table, wrong: &mut Vec<Wrong>) {
    const LOCAL: &str = "local";
    let given = merged.get("cluster").and_then(|table| table.get("kind")).and_then(Value::as_str);
    if let Some(given) = given.filter(|given| *given != LOCAL) {
        let problem =
            format!("this version has one server alone only: set it to \"{LOCAL}\", not \"{given}\"");
        wrong.insert(0, Wrong { key: "cluster.kind".to_owned(), problem });
    }
}

/// Lays a file's tables over the merged ones.
fn merge(merged: &mut Table, defaults: &Table, file: Table, wrong: &mut Vec<Wrong>) {
    for (section, value) in file {
        let (Some(Value::Table(known)), Some(Value::Table(into))) =
            (defaults.get(&section), merged.get_mut(&section))
        else {
            wrong.push(Wrong { problem: unknown(&section, defaults), key: section });
            continue;
        };
        let Value::Table(values) = value else {
            wrong.push(Wrong {
                problem: format!("is a section: write [{section}] and its keys below"),
                key: section,
            });
            continue;
        };
        for (key, value) in values {
            let path = format!("{section}.{key}");
            match known.get(&key) {
                None => wrong.push(Wrong { problem: unknown(&path, defaults), key: path }),
                Some(default) if !default.same_type(&value) => wrong.push(Wrong {
                    problem: format!("must be {}, not {}", article(default), article(&value)),
                    key: path,
                }),
                Some(_) => {
                    into.insert(key, value);
                }
            }
        }
    }
}

/// Lays one environment variable over the merged tables, read by the type of its default.
fn merge_variable(merged: &mut Table, defaults: &Table, name: &str, text: String, wrong: &mut Vec<Wrong>) {
    let path = name[ENV_PREFIX.len()..].to_ascii_lowercase().replace("__", ".");
    let known = path
        .split_once('.')
        .and_then(|(section, key)| defaults.get(section)?.get(key).map(|default| (section, key, default)));
    let Some((section, key, default)) = known else {
        wrong.push(Wrong { problem: unknown(&path, defaults), key: name.to_owned() });
        return;
    };
    let value = match default {
        Value::Integer(_) => text.trim().parse().map(Value::Integer).ok(),
        Value::Float(_) => text.trim().parse().map(Value::Float).ok(),
        Value::Boolean(_) => text.trim().parse().map(Value::Boolean).ok(),
        _ => Some(Value::String(text)),
    };
    match (value, merged.get_mut(section)) {
        (Some(value), Some(Value::Table(into))) => {
            into.insert(key.to_owned(), value);
        }
        _ => wrong.push(Wrong { problem: format!("must be {}", article(default)), key: name.to_owned() }),
    }
}

fn article(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text in quotes",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number with a decimal point",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a section",
    }
}

/// What to say of a key that does not exist.
fn unknown(path: &str, defaults: &Table) -> String {
    let sections = defaults.keys().cloned();
    let keys = defaults.iter().flat_map(|(section, table)| {
        table.as_table().into_iter().flat_map(Table::keys).map(move |key| format!("{section}.{key}"))
    });
    let nearest = sections
        .chain(keys)
        .map(|known| (strsim::damerau_levenshtein(path, &known), known))
        .min()
        .filter(|(distance, _)| *distance <= path.len().div_ceil(LETTERS_PER_MISTAKE));
    match nearest {
        Some((_, known)) => format!("there is no such setting; did you mean {known}?"),
        None => "there is no such setting; config/default.toml lists all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn load(text: &str, env: &[(&str, &str)]) -> Result<Config, Invalid> {
        Config::from_sources(
            "test.toml",
            text,
            env.iter().map(|(name, value)| ((*name).into(), (*value).into())),
        )
    }

    fn problem(text: &str, env: &[(&str, &str)]) -> String {
        load(text, env).err().map(|invalid| invalid.to_string()).unwrap_or_default()
    }

    #[test]
    fn nothing_given_gives_the_documented_defaults() {
        let config = load("", &[]).unwrap();
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
        assert_eq!(config.store.path, PathBuf::from("data"));
        assert!(config.whatsapp.app_secret.is_none());
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let config = load(
            "[http]\nlisten = \"127.0.0.1:1\"\n[whatsapp]\napp_secret = \"file\"",
            &[
                ("SWITCHBOARD__HTTP__LISTEN", "127.0.0.1:2"),
                ("SWITCHBOARD__HTTP__ARBITERS", "3"),
                ("PATH", "/bin"),
            ],
        )
        .unwrap();
        assert_eq!(config.http.listen.port(), 2);
        assert_eq!(config.http.arbiters, 3);
        assert_eq!(config.whatsapp.app_secret.unwrap().expose_secret(), "file");
    }

    #[test]
    fn traces_are_off_unless_told_where_to_go_and_a_share_is_from_0_to_1() {
        assert!(load("", &[]).unwrap().telemetry.otlp_endpoint.is_none());
        let env = [
            ("SWITCHBOARD__TELEMETRY__OTLP_ENDPOINT", "http://127.0.0.1:4318"),
            ("SWITCHBOARD__TELEMETRY__SAMPLE_RATIO", "1"),
        ];
        let telemetry = load("", &env).unwrap().telemetry;
        assert_eq!(telemetry.otlp_endpoint.unwrap().as_str(), "http://127.0.0.1:4318/");
        assert!((telemetry.sample_ratio - 1.0).abs() < f64::EPSILON);
        for share in ["-0.1", "1.1", "nan"] {
            let said = problem(&format!("[telemetry]\nsample_ratio = {share}"), &[]);
            assert_eq!(said, "telemetry.sample_ratio: must be from 0.0 to 1.0");
        }
        let said = problem("[telemetry]\notlp_endpoint = \"collector:4318\"", &[]);
        assert!(said.starts_with("telemetry.otlp_endpoint: must begin with http://"), "{said}");
        let said = problem("[telemetry]\notlp_endpoint = \"http://me:secret@collector:4318\"", &[]);
        assert!(said.contains("OTEL_EXPORTER_OTLP_HEADERS") && !said.contains("me:secret"), "{said}");
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        assert_eq!(
            problem("[http]\nlsten = \"x\"", &[]),
            "http.lsten: there is no such setting; did you mean http.listen?"
        );
        assert_eq!(problem("[sotre]\n", &[]), "sotre: there is no such setting; did you mean store?");
        assert!(
            problem("", &[("SWITCHBOARD__HTTP__PUBLIC_ULR", "x")]).contains("did you mean http.public_url?")
        );
        assert!(problem("[somewhere]\nentirely_else = 1", &[]).contains("lists all"));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let said = problem("[http]\narbiters = \"two\"\nnope = 1\n[store]\nreaders = true", &[]);
        assert_eq!(said.lines().count(), 3, "{said}");
        assert!(said.contains("http.arbiters: must be a whole number, not a text in quotes"));
    }

    #[test]
    fn backends_of_later_versions_are_refused_with_the_reason() {
        let said = problem("[cluster]\nkind = \"distributed\"", &[]);
        assert!(said.contains("cluster.kind: this version has one server alone only"), "{said}");
    }

    #[test]
    fn a_cluster_is_named_by_its_nodes_and_a_role_has_a_password() {
        let said = problem("[store]\nkind = \"scylla\"", &[]);
        assert!(said.starts_with("store.nodes: must name a node"), "{said}");
        let said = problem("[store]\nuser = \"switchboard\"", &[]);
        assert!(said.starts_with("store.user: goes with store.password"), "{said}");
        let said = problem("[store]\nkind = \"mongo\"", &[]);
        assert!(said.starts_with("store.kind: ") && said.contains("scylla"), "{said}");
        let in_a_file = load("[store]\nnodes = [\"a:1\", \"b:2\"]", &[]).unwrap();
        let in_the_environment = load("", &[("SWITCHBOARD__STORE__NODES", "a:1, b:2")]).unwrap();
        for config in [in_a_file, in_the_environment] {
            assert_eq!(config.store.nodes, ["a:1", "b:2"]);
        }
    }

    #[test]
    fn values_out_of_range_are_refused() {
        assert!(problem("[store]\nreaders = 0", &[]).contains("store.readers: must be from 1 to 64"));
        assert!(problem("[http]\nlisten = \"nowhere\"", &[]).starts_with("http.listen: "));
        assert!(problem("[http]\npublic_url = \"ftp://x\"", &[]).contains("http.public_url"));
        assert!(problem("[log]\nlevel = \"a=b=c\"", &[]).contains("log.level"));
    }

    #[test]
    fn a_rate_of_nothing_is_refused_whichever_it_is() {
        let limits = DEFAULTS.parse::<Table>().unwrap().remove("limits").unwrap();
        let rates: Vec<_> = limits.as_table().unwrap().keys().filter(|key| key.contains("_per_")).collect();
        assert_eq!(rates.len(), 8);
        for key in rates {
            for value in ["0", "1000001"] {
                let said = problem(&format!("[limits]\n{key} = {value}"), &[]);
                assert_eq!(said, format!("limits.{key}: must be from 1 to 1000000, not {value}"));
            }
        }
    }

    #[test]
    fn times_that_no_clock_reaches_are_refused_whichever_they_are() {
        let defaults: Table = DEFAULTS.parse().unwrap();
        let mut times = 0;
        for (section, table) in &defaults {
            for key in
                table.as_table().unwrap().keys().filter(|key| key.ends_with("_s") || key.ends_with("_h"))
            {
                let said = problem(&format!("[{section}]\n{key} = {}", i64::MAX), &[]);
                assert!(said.starts_with(&format!("{section}.{key}: must be from ")), "{said}");
                times += 1;
            }
        }
        assert_eq!(times, 5);
        assert!(load("[http]\ndrain_s = 0", &[]).is_ok());
        assert!(load("[http]\ndrain_s = 3600", &[]).is_ok());
    }

    #[test]
    fn mail_says_what_its_way_out_needs() {
        let smtp = "[mail]\nkind = \"smtp\"\nfrom = \"a@b.example\"\nsmtp_host = \"post.example\"\n";
        assert!(load(smtp, &[]).is_ok());
        let said = problem("[accounts]\nsign_up = true", &[]);
        assert!(said.starts_with("accounts.sign_up: "), "{said}");
        assert!(load(&format!("{smtp}[accounts]\nsign_up = true"), &[]).is_ok());
        for (text, key) in [
            ("[mail]\nkind = \"smtp\"\nfrom = \"a@b.example\"".to_owned(), "mail.smtp_host"),
            ("[mail]\nkind = \"smtp\"\nsmtp_host = \"post.example\"".to_owned(), "mail.from"),
            (format!("{smtp}smtp_user = \"ana\""), "mail.smtp_user"),
            (format!("{smtp}smtp_user = \"a\"\nsmtp_password = \"b\"\nsmtp_tls = \"none\""), "mail.smtp_tls"),
            ("[mail]\nkind = \"resend\"\nfrom = \"a@b.example\"".to_owned(), "resend.api_key"),
            ("[mail]\nkind = \"outbox\"\n[http]\nlisten = \"0.0.0.0:80\"".to_owned(), "mail.kind"),
            ("[mail]\nkind = \"outbox\"\n[http]\npublic_url = \"https://a.example\"".to_owned(), "mail.kind"),
        ] {
            let said = problem(&text, &[]);
            assert!(said.starts_with(&format!("{key}: ")), "{text}: {said}");
        }
        assert!(load("[mail]\nkind = \"outbox\"", &[]).is_ok());
        let here = smtp.replace("post.example", "127.0.0.1");
        assert!(
            load(&format!("{here}smtp_user = \"a\"\nsmtp_password = \"b\"\nsmtp_tls = \"none\""), &[])
                .is_ok()
        );
    }

    #[test]
    fn secrets_do_not_show_when_settings_are_printed() {
        let config =
            load("[mail]\nsmtp_password = \"hush-hush\"\n[resend]\napi_key = \"hush-hush\"", &[]).unwrap();
        assert!(!format!("{config:?}").contains("hush-hush"));
        let config = load("[whatsapp]\napp_secret = \"hush-hush\"", &[]).unwrap();
        assert!(!format!("{config:?}").contains("hush-hush"));
    }
}
