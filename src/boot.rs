//! From settings to a running server. The only place that names backends.
//!
//! Threads: the arbiters serve connections and run the actors; the `io` thread runs the clients of
//! providers and of the cluster; the store, the blobs, the backups, search and the password hashing have their own; the main thread runs the timers,
//! the admin socket and the way down.

pub(crate) mod accept;
pub(crate) mod admin;
pub(crate) mod backups;
pub(crate) mod bodies;
pub(crate) mod channels;
pub(crate) mod files;
pub(crate) mod followers;
pub(crate) mod post;
pub(crate) mod push;
pub(crate) mod search;

use std::{
    fs::File,
    io::Read as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use actix::Arbiter;
use secrecy::SecretString;
use switchboard_actors::{House, fanout, house};
use switchboard_channels::whatsapp::{
    accounts::{App, GraphAccounts},
    client::{Graph, GraphOptions},
};
use switchboard_domain::rates::{MAX_CARD_BYTES, RateCard};
use switchboard_ports::{
    account,
    blob::Blobs,
    channel::ChannelClient,
    clock::{Clock, Entropy},
    secrets::Vault,
    store::{Records, Store},
};
use switchboard_store::{
    Embedded, LaneLimits, Lifecycle, MasterKey, Options, Scylla, SealingVault, SystemClock, SystemEntropy,
    s3, scylla, transfer, vault::Created,
};
use tokio::{runtime::Handle, sync::Semaphore};
use url::Url;

use self::{
    accept::{Accepting, Listeners},
    bodies::Bodies,
    followers::{Followers, following},
};
use crate::{
    access::{self, Access, Accounts, passwords::Passwords},
    audit::Auditor,
    automation::Automation,
    bulk::Bulk,
    config::{Config, StoreKind},
    desk::Desk,
    http::{Edge, extract::BodyLimits, health::Health, idempotency::Idempotency, router},
    mail::Post,
    notifications::{Notifications, Teller},
    shutdown, telemetry,
    webhooks::{self, SignUp, WEBHOOK_BYTES_MAX, Webhooks},
};

/// How often due wake-ups are fired.
const WAKEUPS_EVERY: Duration = Duration::from_secs(1);
/// How often rows that ended are removed.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often bodies that ended are removed: every one of them is looked at.
const SWEEP_BODIES_EVERY: Duration = Duration::from_secs(3_600);
/// How often it is looked how the store does.
const CONDITION_EVERY: Duration = Duration::from_millis(250);
/// How often the recorder of measurements tidies up.
const METRICS_UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// The master key's file in the data folder.
pub(crate) const MASTER_KEY_FILE: &str = "master.key";
/// The file of the one before it, there as well.
pub(crate) const PREVIOUS_MASTER_KEY_FILE: &str = "master.key.previous";

/// Why the server does not start. Each names the setting to change.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Settings.
    #[error("{0}")]
    Config(#[from] crate::config::Invalid),
    /// The data folder.
    #[error("store.path: {0}")]
    Store(#[from] switchboard_store::OpenError),
    /// The cluster.
    #[error("{key}: {0}", key = cluster_key(.0))]
    Cluster(#[from] scylla::OpenError),
    /// The bucket.
    #[error("{key}: {0}", key = bucket_key(.0))]
    Bucket(#[from] s3::OpenError),
    /// A file in the data folder.
    #[error("store.path: {path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file that says how far a move has come.
    #[error("store.path: {0}")]
    Move(#[from] transfer::TransferError),
    /// What is stored is being moved elsewhere.
    #[error(
        "store.path: a move to {target} was begun here and is not finished: run `switchboard move` again, or give it up by \
         removing {} from the data folder",
        transfer::MARKER_FILE
    )]
    Unfinished {
        /// Where to.
        target: String,
    },
    /// The master key.
    #[error("secrets.master_key: {0}")]
    MasterKey(#[from] switchboard_store::vault::KeyError),
    /// There is none, and there was.
    #[error("secrets.master_key: {}", lost(*.secrets, .path))]
    KeyLost {
        /// Secrets that only it opens.
        secrets: u64,
        /// Where it was.
        path: PathBuf,
    },
    /// Whether something is sealed cannot be seen.
    #[error("store.path: {0}")]
    Unread(String),
    /// The backups' key.
    #[error("backup.key: {0}")]
    BackupKey(switchboard_store::vault::KeyError),
    /// The listen address.
    #[error("http.listen: {address} cannot be listened on: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The rate card.
    #[error("whatsapp.rate_card: {path}: {problem}")]
    RateCard {
        /// Its file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The provider's address.
    #[error("{0}")]
    Graph(#[from] switchboard_channels::whatsapp::client::Misconfigured),
    /// The way out for messages to browsers.
    #[error("{0}")]
    Push(#[from] switchboard_channels::push::Misconfigured),
    /// The key under which they are signed.
    #[error("push.enabled: the key for pushed messages cannot be had: {0}")]
    PushKey(String),
    /// The way out for mail.
    #[error("{0}")]
    Mail(#[from] switchboard_channels::mail::Misconfigured),
    /// Threads, logs, measurements.
    #[error("the system gives no {what}: {detail}")]
    System {
        /// What was asked for.
        what: &'static str,
        /// What it said.
        detail: String,
    },
}

impl Error {
    fn system(what: &'static str, detail: &impl ToString) -> Self {
        Self::System { what, detail: detail.to_string() }
    }

    fn file(path: PathBuf) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::File { path, source }
    }
}

/// The setting to look at when the cluster does not open.
const fn cluster_key(error: &scylla::OpenError) -> &'static str {
    use scylla::OpenError;
    match error {
        OpenError::Keyspace { .. } | OpenError::Differs { .. } | OpenError::InUse => "store.keyspace",
        OpenError::Certificates { .. } => "store.tls_ca",
        OpenError::Datacenters { .. } => "store.datacenter",
        OpenError::Cluster(_) | OpenError::Clock { .. } => "store.nodes",
    }
}

/// The setting to look at when the bucket does not open.
pub(crate) const fn bucket_key(error: &s3::OpenError) -> &'static str {
    match error {
        s3::OpenError::NoBucket(_) => "blobs.s3_bucket",
        s3::OpenError::Keys(_) => "blobs.s3_access_key",
        s3::OpenError::Endpoint(_) | s3::OpenError::Unreachable(_) => "blobs.s3_endpoint",
    }
}

/// The store and what goes with it: enough for commands that need no server.
pub(crate) struct Backends {
    /// The thread on which clients of outside parts run, the cluster's among them.
    pub(crate) io: IoThread,
    /// The store.
    pub(crate) store: Arc<dyn transfer::Whole>,
    /// Rows, typed.
    pub(crate) records: Records,
    /// The time of day.
    pub(crate) clock: Arc<dyn Clock>,
    /// Chance.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Accounts.
    pub(crate) accounts: Accounts,
}

impl Backends {
    /// Opens the store; its tables are brought up to date.
    ///
    /// # Errors
    /// When the data folder or the cluster cannot be used.
    pub(crate) async fn open(config: &Config) -> Result<Self, Error> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
        let io = IoThread::start()?;
        let store: Arc<dyn transfer::Whole> = match config.store.kind {
            StoreKind::Embedded => open_embedded(config, &clock)?,
            StoreKind::Scylla => {
                let node = scylla::Node::of_folder(&config.store.path, &*entropy)?;
                open_scylla(config, node, &clock, &entropy, &io.handle).await?
            }
        };
        let records = Records::new(Arc::clone(&store) as Arc<dyn Store>);
        let passwords = Passwords::start().map_err(|error| Error::system("thread", &error))?;
        let accounts = Accounts::new(records.clone(), Arc::clone(&clock), Arc::clone(&entropy), passwords);
        Ok(Self { io, store, records, clock, entropy, accounts })
    }

    /// Closes the store.
    pub(crate) async fn close(self) {
        self.store.close().await;
        self.io.stop();
    }
}

/// Opens the embedded store of these settings.
///
/// # Errors
/// When the data folder cannot be used.
pub(crate) fn open_embedded(config: &Config, clock: &Arc<dyn Clock>) -> Result<Arc<Embedded>, Error> {
    let defaults = Options::default();
    let options = Options {
        interactive: lane(config, defaults.interactive),
        bulk: lane(config, defaults.bulk),
        reads: reads(config, defaults.reads),
        readers: config.store.readers,
        ..defaults
    };
    Ok(Embedded::open(&config.store.path, Arc::clone(clock), options)?)
}

/// Opens the store in the cluster of these settings.
///
/// # Errors
/// When the cluster cannot be used.
pub(crate) async fn open_scylla(
    config: &Config,
    node: scylla::Node,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
    io: &Handle,
) -> Result<Arc<Scylla>, Error> {
    let defaults = scylla::Limits::default();
    let limits = scylla::Limits {
        interactive: lane(config, defaults.interactive),
        bulk: lane(config, defaults.bulk),
        reads: reads(config, defaults.reads),
        ..defaults
    };
    let parts = scylla::Parts {
        clock: Arc::clone(clock),
        write_clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        io: io.clone(),
        node,
    };
    Ok(Scylla::open(&cluster(config), limits, parts).await?)
}

/// The cluster of these settings.
pub(crate) fn cluster(config: &Config) -> scylla::Cluster {
    let store = &config.store;
    scylla::Cluster {
        nodes: store.nodes.clone(),
        keyspace: store.keyspace.clone(),
        replication_factor: store.replication_factor,
        datacenter: store.datacenter.clone(),
        login: store.user.clone().zip(store.password.clone()),
        tls_ca: store.tls_ca.clone(),
    }
}

fn lane(config: &Config, limits: LaneLimits) -> LaneLimits {
    limited(limits, config.store.write_queue_max)
}

fn reads(config: &Config, limits: LaneLimits) -> LaneLimits {
    limited(limits, config.store.read_queue_max)
}

fn limited(limits: LaneLimits, jobs: usize) -> LaneLimits {
    LaneLimits { jobs, tenant_jobs: jobs.div_ceil(2), ..limits }
}

/// A server that runs.
pub(crate) struct Server {
    /// The door to all actors.
    pub(crate) house: House,
    /// Accounts.
    pub(crate) accounts: Accounts,
    /// Deliveries and channels.
    pub(crate) webhooks: Arc<Webhooks>,
    /// The address it listens on.
    pub(crate) address: SocketAddr,
    /// The address under which it is reached.
    pub(crate) public_url: Url,
    /// What the way down needs.
    pub(crate) down: shutdown::Down,
}

/// Starts a server. Call it within an actix system.
///
/// # Errors
/// When something it needs is not there; says which setting to change.
pub(crate) async fn start(config: &Config) -> Result<Server, Error> {
    if let Some(target) = transfer::unfinished(&config.store.path)? {
        return Err(Error::Unfinished { target });
    }
    let listeners = Listeners::bind(config.http.listen, config.arbiters())?;
    let address = listeners.address;
    let public_url = public_url(config, address)?;
    let Backends { io, store: whole, records, clock, entropy, accounts } = Backends::open(config).await?;
    let store: Arc<dyn Lifecycle> = Arc::clone(&whole) as Arc<dyn Lifecycle>;
    if !has_master_key(config) {
        match channels::sealed(&*whole).await.map_err(Error::Unread)? {
            0 => {}
            secrets => return Err(Error::KeyLost { secrets, path: config.store.path.join(MASTER_KEY_FILE) }),
        }
    }
    let master_key = master_key(config, &*entropy)?;
    let previous_key = previous_master_key(config)?;
    let vault = SealingVault::new(&master_key, Arc::clone(&entropy)).opening(previous_key.as_ref());
    let vault: Arc<dyn Vault> = Arc::new(vault);
    let bodies = Bodies::open(config, &clock, &io.handle).await?;
    let blobs = bodies.blobs();
    telemetry::start_traces(&config.telemetry, &io.handle)
        .map_err(|error| Error::system("traces", &error))?;
    let graph = GraphOptions {
        graph_url: config.whatsapp.graph_url.to_string(),
        version: config.whatsapp.graph_version.clone(),
        ..GraphOptions::default()
    };
    let graph = Graph::new(&graph, io.handle.clone())?;
    let app = config.whatsapp.app_id.clone().zip(config.whatsapp.app_secret.clone());
    let app = app.map(|(id, secret)| App { id, secret });
    let numbers: Arc<dyn account::Accounts> = Arc::new(GraphAccounts::new(graph.clone(), app));
    let connector = Arc::new(WhatsappConnector(graph));

    let arbiters: Vec<Arbiter> = (0..listeners.count()).map(|_| Arbiter::new()).collect();
    let parts = house::Parts {
        store: Arc::clone(&store) as Arc<dyn Store>,
        blobs: Arc::clone(&blobs),
        vault: Arc::clone(&vault),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        connector,
        accounts: Arc::clone(&numbers),
        webhook_base: webhook_base(&public_url),
        rates: Arc::new(rate_card(config)?),
    };
    let sockets = fanout::Limits {
        queue_bytes: config.sockets.queue_bytes_max,
        sockets_per_caller: config.sockets.per_caller_max,
        ..fanout::Limits::default()
    };
    let house = House::start_with(parts, &sockets, arbiters.iter().map(Arbiter::handle).collect());

    let way = post::way(config, &clock, &io.handle)?;
    let post = Post::new(way, Arc::clone(&clock), Arc::clone(&entropy), io.handle.clone());

    let body_limits = BodyLimits {
        bytes_max: config.http.body_bytes_max,
        timeout: Duration::from_secs(config.http.body_timeout_s),
    };
    let webhooks = Arc::new(Webhooks::new(webhooks::Parts {
        house: house.clone(),
        records: records.clone(),
        blobs: Arc::clone(&blobs),
        vault: Arc::clone(&vault),
        accounts: numbers,
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        app_secret: config.whatsapp.app_secret.clone(),
        sign_up: sign_up(config, &public_url),
        verify_token: config.whatsapp.verify_token.clone(),
        bytes_in_flight_max: config.limits.webhook_bytes_in_flight_max,
        body_limits: BodyLimits { bytes_max: WEBHOOK_BYTES_MAX, ..body_limits },
    }));
    let access = Arc::new(Access::new(access::Parts {
        records: records.clone(),
        accounts: accounts.clone(),
        clock: Arc::clone(&clock),
        entropy: Arc::clone(&entropy),
        vault: Arc::clone(&vault),
        public_url: public_url.clone(),
        session_lifetime: Duration::from_secs(config.sessions.lifetime_h * 3_600),
        limits: config.limits.clone(),
        post: post.clone(),
        sign_up: config.accounts.sign_up,
    }));
    let health = Arc::new(Health::new(records.clone(), Arc::clone(&store)));
    recover(&house).await;
    let (search, feeds) = search::start(config, &house, &clock)?;
    let auditor = Auditor::new(records.clone(), Arc::clone(&clock), Arc::clone(&entropy));
    let bulk = Bulk::new(
        house.clone(),
        accounts.clone(),
        records.clone(),
        Arc::clone(&clock),
        Arc::clone(&entropy),
        auditor.clone(),
    );
    let chances = (Arc::clone(&clock), Arc::clone(&entropy));
    let automation =
        Automation::new(house.clone(), accounts.clone(), records.clone(), chances, auditor.clone());
    let courier = push::courier(config, &records, &*vault, &access, &clock, &io.handle, &public_url).await?;
    let notifications =
        Notifications::new(records.clone(), Arc::clone(&clock), house.clone(), courier.clone());
    let following = vec![
        following(house.follow(automation.clone())),
        following(house.follow(house.reporter())),
        following(house.follow(Teller::new(notifications.clone()))),
    ];
    let followers = Followers::start(&house, &whole, following)?;
    let edge = Edge {
        house: house.clone(),
        automation: automation.clone(),
        bulk: bulk.clone(),
        access,
        notifications: notifications.clone(),
        desk: Arc::new(Desk::new(records.clone(), Arc::clone(&clock), auditor)),
        idempotency: Arc::new(Idempotency::new(records, Arc::clone(&vault), clock.clone())),
        webhooks: Arc::clone(&webhooks),
        health: Arc::clone(&health),
        search: Arc::new(search),
        requests: Arc::new(Semaphore::new(config.http.requests_in_flight_max)),
        body_limits,
        forwarded_hops: config.http.forwarded_hops,
    };
    let backups = backups::start(config, &master_key, &clock, &entropy)?;
    let accepting = Accepting::start(listeners, &arbiters, &router::router(edge), &config.http);
    let mut timers = start_timers(&house, &store, &blobs, &clock);
    let unfinished = Arc::clone(&whole);
    timers.push(actix::spawn(async move { bulk.resume(unfinished).await }));
    timers.push(actix::spawn(automation.keep_time(Arc::clone(&whole))));
    if let Some(courier) = courier {
        timers.push(actix::spawn(courier.resume(notifications, Arc::clone(&whole))));
    }
    let (sealing, tending) =
        channels::tend(&house, whole, vault, (&master_key, &entropy), previous_key.is_some(), &clock);
    timers.push(tending);
    let admin = admin::start(&config.store.path, accounts.clone(), sealing)
        .map_err(Error::file(config.store.path.clone()))?;
    files::write_listen(&config.store.path, address).map_err(Error::file(config.store.path.clone()))?;
    health.set_ready(true);
    tracing::info!(%address, public_url = %public_url, arbiters = arbiters.len(), "the server takes traffic");
    let down = shutdown::Down {
        health,
        accepting,
        house: house.clone(),
        post,
        store,
        bodies,
        arbiters,
        io,
        timers,
        backups,
        feeds,
        followers,
        admin,
        data: config.store.path.clone(),
        within: Duration::from_secs(config.http.drain_s),
    };
    Ok(Server { house, accounts, webhooks, address, public_url, down })
}

/// Starts logs and measurements, as the settings say.
///
/// # Errors
/// When they do not start.
pub(crate) fn start_telemetry(config: &Config) -> Result<(), Error> {
    telemetry::start_logs(&config.log).map_err(|error| Error::system("log", &error))?;
    telemetry::start_metrics().map_err(|error| Error::system("recorder of measurements", &error))
}

/// What to do where the master key is not there and secrets are that only it opens.
pub(crate) fn lost(secrets: u64, path: &Path) -> String {
    format!(
        "there is none in {}, and {secrets} secrets of channels are sealed under it: put its copy there; where it is lost, \
         `switchboard keys renew` makes a new one, with which they are to be entered anew (docs/backup.md)",
        path.display()
    )
}

/// There is a master key: given, or in the data folder, whether it reads or not.
pub(crate) fn has_master_key(config: &Config) -> bool {
    config.secrets.master_key.is_some() || config.store.path.join(MASTER_KEY_FILE).exists()
}

/// The master key that was given, or the one in the data folder; made there on first start, and said so.
pub(crate) fn master_key(config: &Config, entropy: &dyn Entropy) -> Result<MasterKey, Error> {
    if let Some(text) = &config.secrets.master_key {
        return Ok(MasterKey::from_text(text)?);
    }
    let path = config.store.path.join(MASTER_KEY_FILE);
    let (key, created) = MasterKey::load_or_create(&path, entropy)?;
    if created == Created::Now {
        tracing::warn!(
            path = %path.display(),
            "made a master key; keep a copy of it elsewhere: without it the stored tokens of channels are lost"
        );
    }
    Ok(key)
}

/// The master key before the present one, where it was changed and the old one is still given: as the present one is.
pub(crate) fn previous_master_key(config: &Config) -> Result<Option<MasterKey>, Error> {
    match (&config.secrets.previous_master_key, &config.secrets.master_key) {
        (Some(text), _) => Ok(Some(MasterKey::from_text(text)?)),
        (None, Some(_)) => Ok(None),
        (None, None) => Ok(MasterKey::load_if_there(&config.store.path.join(PREVIOUS_MASTER_KEY_FILE))?),
    }
}

/// What Meta takes for messages, where the settings name a file that says so.
///
/// # Errors
/// When it cannot be read, or a line of it is wrong.
pub(crate) fn rate_card(config: &Config) -> Result<RateCard, Error> {
    let Some(path) = &config.whatsapp.rate_card else { return Ok(RateCard::default()) };
    let wrong = |problem: String| Error::RateCard { path: path.clone(), problem };
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_CARD_BYTES + 1).read_to_string(&mut text));
    if read.map_err(|error| wrong(error.to_string()))? as u64 > MAX_CARD_BYTES {
        return Err(wrong(format!("it has more than {MAX_CARD_BYTES} bytes")));
    }
    RateCard::parse(&text).map_err(|bad| wrong(bad.to_string()))
}

/// The address under which we are reached: as set, or where we listen.
fn public_url(config: &Config, address: SocketAddr) -> Result<Url, Error> {
    if let Some(url) = &config.http.public_url {
        return Ok(url.clone());
    }
    let host = match address {
        all if all.ip().is_unspecified() => format!("localhost:{}", all.port()),
        one => one.to_string(),
    };
    format!("http://{host}").parse().map_err(|error| Error::system("address", &error))
}

/// The provider's sign-up, where the instance's app has all it takes (Meta: embedded-signup, the flow without its script).
fn sign_up(config: &Config, public_url: &Url) -> Option<SignUp> {
    let whatsapp = &config.whatsapp;
    let (app_id, config_id) = (whatsapp.app_id.as_ref()?, whatsapp.config_id.as_ref()?);
    whatsapp.app_secret.as_ref()?;
    let mut dialog = whatsapp.dialog_url.clone();
    dialog.path_segments_mut().ok()?.pop_if_empty().extend([&*whatsapp.graph_version, "dialog", "oauth"]);
    dialog
        .query_pairs_mut()
        .append_pair("client_id", app_id)
        .append_pair("config_id", config_id)
        .append_pair("response_type", "code")
        .append_pair("override_default_response_type", "true");
    let with = |extras: &str| {
        let mut dialog = dialog.clone();
        dialog.query_pairs_mut().append_pair("extras", extras);
        String::from(dialog)
    };
    let redirect_uri = format!("{}/sign-up", public_url.as_str().trim_end_matches('/'));
    Some(SignUp {
        dialog_url: with(r#"{"setup":{},"sessionInfoVersion":"3"}"#),
        phone_dialog_url: with(
            r#"{"setup":{},"featureType":"whatsapp_business_app_onboarding","sessionInfoVersion":"3"}"#,
        ),
        redirect_uri,
    })
}

fn webhook_base(public_url: &Url) -> String {
    format!("{}/webhooks/whatsapp/", public_url.as_str().trim_end_matches('/'))
}

/// Activates what an earlier process left active. What fails now is tried again by the timer.
async fn recover(house: &House) {
    match house.fire_wakeups(true).await {
        Ok(0) => {}
        Ok(fired) => tracing::info!(fired, "activated what was active when the server stopped"),
        Err(refusal) => tracing::error!(%refusal, "what was active cannot be activated yet"),
    }
}

fn start_timers(
    house: &House,
    store: &Arc<dyn Lifecycle>,
    blobs: &Arc<dyn Blobs>,
    clock: &Arc<dyn Clock>,
) -> Vec<tokio::task::JoinHandle<()>> {
    let wakeups = {
        let house = house.clone();
        actix::spawn(async move {
            let mut ticks = tokio::time::interval(WAKEUPS_EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                if let Err(refusal) = house.fire_wakeups(false).await {
                    tracing::warn!(%refusal, "due wake-ups cannot be fired; they are tried again");
                }
            }
        })
    };
    let sweep = {
        let (store, clock) = (Arc::clone(store), Arc::clone(clock));
        actix::spawn(async move {
            let mut ticks = tokio::time::interval(SWEEP_EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                if let Err(error) = store.sweep(clock.now()).await {
                    tracing::warn!(%error, "rows that ended cannot be removed; it is tried again");
                }
            }
        })
    };
    let sweep_bodies = {
        let (blobs, clock) = (Arc::clone(blobs), Arc::clone(clock));
        actix::spawn(async move {
            let mut ticks = tokio::time::interval(SWEEP_BODIES_EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            loop {
                ticks.tick().await;
                if let Err(error) = blobs.sweep(clock.now()).await {
                    tracing::warn!(%error, "bodies that ended cannot be removed; it is tried again");
                }
            }
        })
    };
    let condition = {
        let (house, store) = (house.clone(), Arc::clone(store));
        actix::spawn(async move {
            let mut ticks = tokio::time::interval(CONDITION_EVERY);
            ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
            let mut told = None;
            loop {
                ticks.tick().await;
                let condition = store.condition();
                if told.replace(condition) != Some(condition) {
                    telemetry::store_does(condition);
                    house.announce_store(condition);
                }
            }
        })
    };
    let upkeep = actix::spawn(async {
        let mut ticks = tokio::time::interval(METRICS_UPKEEP_EVERY);
        loop {
            ticks.tick().await;
            telemetry::tidy_measurements();
        }
    });
    Vec::from([wakeups, sweep, sweep_bodies, condition, upkeep])
}

/// The thread on which the clients of providers run, whoever waits for them.
pub(crate) struct IoThread {
    /// Spawns on it.
    pub(crate) handle: Handle,
    stop: tokio::sync::oneshot::Sender<()>,
}

impl IoThread {
    pub(crate) fn start() -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::system("runtime", &error))?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("io".to_owned())
            .spawn(move || drop(runtime.block_on(stopped)))
            .map_err(|error| Error::system("thread", &error))?;
        Ok(Self { handle, stop })
    }

    /// Ends it; requests that run are dropped, so wait for them before.
    pub(crate) fn stop(self) {
        // Nobody listens any more where the thread has ended by itself.
        let _ended: Result<(), ()> = self.stop.send(());
    }
}

/// Clients of WhatsApp's Graph API.
struct WhatsappConnector(Graph);

impl house::Connector for WhatsappConnector {
    fn connect(
        &self,
        phone_number_id: &str,
        waba_id: &str,
        access_token: SecretString,
    ) -> Arc<dyn ChannelClient> {
        Arc::new(self.0.client(phone_number_id, waba_id, access_token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_is_where_we_listen_unless_set() {
        let config = |text: &str| Config::from_sources("", text, std::iter::empty()).unwrap();
        let address: SocketAddr = "0.0.0.0:81".parse().unwrap();
        assert_eq!(public_url(&config(""), address).unwrap().as_str(), "http://localhost:81/");
        let set = config("[http]\npublic_url = \"https://inbox.example.com\"");
        let url = public_url(&set, address).unwrap();
        assert_eq!(webhook_base(&url), "https://inbox.example.com/webhooks/whatsapp/");
    }
}
