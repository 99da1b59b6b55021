//! What a day is played on: the real store, a provider that takes everything, and time that goes by only when it is
//! told to, for the clock and for the arbiters alike.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use actix::Arbiter;
use futures_util::future::{LocalBoxFuture, join_all};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use secrecy::SecretString;
use switchboard_actors::{
    House,
    house::{Connector, Parts},
};
use switchboard_domain::{
    audit::By,
    outbound::{Outbound, SendOutcome},
};
use switchboard_ports::{
    Future,
    account::Nobody,
    blob::Blobs as _,
    channel::{ChannelClient, Download, FetchError, ReadError, Submission, Submitted, Upload},
    clock::{Clock, Entropy},
    secrets::{Vault, channel_secret},
    store::{Error, Exchange, Exchanged, Lane, Mutation, Records, Scan, Scope, Store},
};
use switchboard_schema::{
    ChannelId, TenantId, TenantScope, Timestamp, UserId,
    record::{ChannelBody, ChannelStanding, MemberBody, MemberRow},
    table::{Cell, Json, Table},
    wire,
};
use switchboard_store::{
    DirectoryBlobs, Lifecycle as _, MasterKey, SealingVault,
    testing::{Temporary, temporary},
};
use tokio::sync::{Notify, oneshot};

/// Arbiters, as on a machine with two cores.
const ARBITERS: usize = 2;
/// When the first day begins: midnight of a day in 2025.
const BEGINNING: i64 = 1_760_054_400_000;
/// Times that nothing may be on its way, one after the other, before it is believed that nothing will be.
const CALM_TURNS: u32 = 3;
/// What goes by at a time while somebody waits for a timer.
const MOMENT: Duration = Duration::from_millis(10);
/// How often wake-ups are fired, in seconds. The server does it each second; what a minute holds is the same.
const WAKEUPS_EVERY_S: u32 = 10;
/// The longest that an act may take by the clock of the stage.
const PATIENCE: Duration = Duration::from_secs(120);

/// A clock that stands still until it is told.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    fn pass(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::AcqRel);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Acquire))
    }
}

struct SeededEntropy(Mutex<StdRng>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

/// Takes every message at once.
struct Taker;

impl ChannelClient for Taker {
    fn send(&self, outbound: Outbound) -> Future<SendOutcome> {
        let provider_id = format!("out.{}", outbound.callback.to_text());
        Box::pin(std::future::ready(SendOutcome::Accepted { provider_id, recipient: Vec::new() }))
    }

    fn templates(&self) -> Future<Result<Vec<wire::Template>, ReadError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn upload_sample(&self, _: Upload) -> Future<Result<String, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it takes none".to_owned()))))
    }

    fn submit_template(&self, _: Submission) -> Future<Result<Submitted, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it takes none".to_owned()))))
    }

    fn delete_template(&self, _: String, _: String) -> Future<Result<(), ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it has none".to_owned()))))
    }

    fn mark_read(&self, _: String, _: bool) -> Future<Result<(), ReadError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn download(&self, _: String, _: u64) -> Future<Result<Download, FetchError>> {
        Box::pin(std::future::ready(Err(FetchError::Gone("it has none".to_owned()))))
    }

    fn upload(&self, _: Upload) -> Future<Result<String, ReadError>> {
        Box::pin(std::future::ready(Err(ReadError::Unavailable("it takes none".to_owned()))))
    }
}

impl Connector for Taker {
    fn connect(&self, _: &str, _: &str, _: SecretString) -> Arc<dyn ChannelClient> {
        Arc::new(Self)
    }
}

/// The store, and how much of what it was asked it has not answered.
struct Watched {
    store: Arc<dyn Store>,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    open: AtomicUsize,
    answered: Notify,
}

/// One question, until it is answered or nobody waits for that any more.
struct Question(Arc<Asked>);

impl Drop for Question {
    fn drop(&mut self) {
        if self.0.open.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.answered.notify_one();
        }
    }
}

impl Watched {
    fn watch<T: Send + 'static>(&self, answer: Future<T>) -> Future<T> {
        self.asked.open.fetch_add(1, Ordering::AcqRel);
        let question = Question(Arc::clone(&self.asked));
        Box::pin(async move {
            let answer = answer.await;
            drop(question);
            answer
        })
    }
}

impl Store for Watched {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.watch(self.store.commit_one(scope, lane, rows))
    }

    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.watch(self.store.commit_many(scope, lane, rows))
    }

    fn get(
        &self,
        scope: Scope,
        table: &'static Table,
        key: Vec<Cell>,
    ) -> Future<Result<Option<Vec<Cell>>, Error>> {
        self.watch(self.store.get(scope, table, key))
    }

    fn scan(&self, scope: Scope, scan: Scan) -> Future<Result<Vec<Vec<Cell>>, Error>> {
        self.watch(self.store.scan(scope, scan))
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>> {
        self.watch(self.store.exchange(scope, exchange))
    }
}

/// An arbiter whose time goes by only when it is told to.
struct HandArbiter {
    arbiter: Arbiter,
    /// While this is there, the runtime waits for blocking work, and does not run ahead of it.
    _hold: mpsc::Sender<()>,
}

impl HandArbiter {
    fn start() -> Self {
        let arbiter = Arbiter::with_tokio_rt(|| {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true)
                .build()
                .expect("a runtime")
        });
        let (hold, held) = mpsc::channel::<()>();
        arbiter.spawn_fn(move || {
            drop(tokio::task::spawn_blocking(move || {
                // Ends when the arbiter is dropped.
                let _ended: Result<(), mpsc::RecvError> = held.recv();
            }));
        });
        Self { arbiter, _hold: hold }
    }
}

/// The stage.
pub(crate) struct Stage {
    pub(crate) house: House,
    pub(crate) temp: Temporary,
    blobs: Arc<DirectoryBlobs>,
    pub(crate) clock: Arc<HandClock>,
    asked: Arc<Asked>,
    arbiters: Vec<HandArbiter>,
    vault: Arc<dyn Vault>,
}

impl Stage {
    pub(crate) fn open(seed: u64) -> Self {
        let clock = Arc::new(HandClock(AtomicI64::new(BEGINNING)));
        let temp = temporary(Arc::<HandClock>::clone(&clock));
        let asked = Arc::<Asked>::default();
        let entropy = Arc::new(SeededEntropy(Mutex::new(StdRng::seed_from_u64(seed))));
        let key = MasterKey::from_text(&SecretString::from(format!("{}=", "A".repeat(43)))).expect("a key");
        let vault: Arc<dyn Vault> = Arc::new(SealingVault::new(&key, Arc::<SeededEntropy>::clone(&entropy)));
        let arbiters: Vec<_> = std::iter::repeat_with(HandArbiter::start).take(ARBITERS).collect();
        let blobs =
            DirectoryBlobs::open(&temp.path().join("blobs"), clock.clone()).expect("a folder for bodies");
        let parts = Parts {
            store: Arc::new(Watched { store: temp.store(), asked: Arc::clone(&asked) }),
            blobs: Arc::<DirectoryBlobs>::clone(&blobs),
            vault: Arc::clone(&vault),
            clock: Arc::<HandClock>::clone(&clock),
            entropy,
            connector: Arc::new(Taker),
            accounts: Arc::new(Nobody),
            webhook_base: "http://here/webhooks/whatsapp/".to_owned(),
            rates: Arc::default(),
        };
        let house = House::start(parts, arbiters.iter().map(|hand| hand.arbiter.handle()).collect());
        Self { house, temp, blobs, clock, asked, arbiters, vault }
    }

    /// Connects the channel of a workspace.
    pub(crate) async fn connect(&self, scope: TenantScope, channel: ChannelId) {
        let seal =
            |part: &str| self.vault.seal(&channel_secret(channel, part), &SecretString::from("secret"));
        let body = ChannelBody {
            version: 0,
            kind: wire::ChannelKind::Whatsapp,
            name: "Shop".to_owned(),
            phone_number_id: channel.to_string(),
            waba_id: "200".to_owned(),
            access_token: seal("access_token"),
            app_secret: None,
            verify_token: seal("verify_token"),
            health: wire::ChannelHealth::Working,
            problem: None,
            created_at: self.clock.now(),
            deleted_at: None,
            read_receipts: true,
            standing: ChannelStanding::default(),
        };
        let put = async {
            self.house
                .put_channel(scope, By::server(), channel, body)
                .await
                .expect("the channel is connected");
            // Whom conversations are given to.
            let body = MemberBody {
                name: "Ada".to_owned(),
                email: "ada@example.com".to_owned(),
                role: wire::Role::Agent,
            };
            let row = MemberRow { user_id: UserId::from_bytes([9; 16]), body: Json(body) };
            Records::new(self.temp.store()).put(scope, Lane::Interactive, row).await.expect("a member");
        };
        self.perform(vec![Box::pin(put)]).await;
    }

    /// Runs something on an arbiter.
    pub(crate) fn on_arbiter(&self, nth: usize, act: impl FnOnce() + Send + 'static) {
        self.arbiters[nth % ARBITERS].arbiter.spawn_fn(act);
    }

    /// Has each arbiter do what is ready there, after so much time.
    async fn turn(&self, by: Duration) {
        for hand in &self.arbiters {
            let (done, turned) = oneshot::channel();
            hand.arbiter.spawn(async move {
                if !by.is_zero() {
                    tokio::time::advance(by).await;
                }
                tokio::task::yield_now().await;
                // Nobody waits any more where something else came first.
                let _waited: Result<(), ()> = done.send(());
            });
            turned.await.expect("the arbiter runs");
        }
    }

    /// Waits until nothing goes on that does not wait for a timer.
    pub(crate) async fn settle(&self) {
        let mut calm = 0;
        while calm < CALM_TURNS {
            self.turn(Duration::ZERO).await;
            if self.asked.open.load(Ordering::Acquire) == 0 {
                calm += 1;
                continue;
            }
            calm = 0;
            self.asked.answered.notified().await;
        }
    }

    /// Lets time go by, whatever goes on.
    pub(crate) async fn pass(&self, by: Duration) {
        self.clock.pass(by);
        self.turn(by).await;
    }

    /// Sets the clock forward, as where a machine slept: timers do not notice.
    pub(crate) fn leap(&self, by: Duration) {
        self.clock.pass(by);
    }

    /// Does all of this at once, and lets time go by only while somebody waits for a timer.
    pub(crate) async fn perform(&self, acts: Vec<LocalBoxFuture<'_, ()>>) {
        let mut all = std::pin::pin!(join_all(acts));
        let mut waited = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                _ = &mut all => return,
                () = self.settle() => {}
            }
            assert!(waited < PATIENCE, "an act takes longer than {PATIENCE:?}");
            waited += MOMENT;
            self.pass(MOMENT).await;
        }
    }

    /// One minute with everything that the server's timers do in it.
    pub(crate) async fn minute(&self) {
        for second in 1..=60 {
            self.pass(Duration::from_secs(1)).await;
            if second % WAKEUPS_EVERY_S == 0 {
                self.settle().await;
                self.fire_wakeups().await;
            }
        }
        self.sweep().await;
    }

    pub(crate) async fn fire_wakeups(&self) {
        let fire = async {
            self.house.fire_wakeups(false).await.expect("the wake-ups are read");
        };
        self.perform(vec![Box::pin(fire)]).await;
    }

    pub(crate) async fn sweep(&self) {
        self.temp.store().sweep(self.clock.now()).await.expect("rows that ended are removed");
        self.blobs.sweep(self.clock.now()).await.expect("bodies that ended are removed");
    }
}

/// The workspaces, each with a channel.
pub(crate) fn workspaces(count: u8) -> impl Iterator<Item = (TenantScope, ChannelId)> {
    (0..count).map(|nth| {
        (TenantScope::assume(TenantId::from_bytes([1 + nth; 16])), ChannelId::from_bytes([101 + nth; 16]))
    })
}
