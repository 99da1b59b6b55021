//! What the tests stand on: a folder, a clock, chance, a provider; and the house, started as often as needed.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use actix::Arbiter;
use rand::{RngCore, SeedableRng, rngs::StdRng};
use secrecy::SecretString;
use switchboard_actors::{
    House, Refusal,
    house::{Act, Connector, Parts, Principal},
};
use switchboard_domain::{
    audit::By,
    inbound::{InboundMessage, Party, Update},
};
use switchboard_ports::{
    account::Nobody,
    clock::{Clock, Entropy},
    secrets::{Vault, channel_secret},
    store::{self, Lane, Mutation, Records, Scan, Scope, Store},
};
use switchboard_schema::{
    ChannelId, ConversationId, CorrelationId, TenantId, TenantScope, Timestamp, UserId,
    record::{
        ChannelBody, ChannelStanding, ContactRow, MemberBody, MemberRow, PROJECTION_BUCKETS, WakeupRow,
    },
    table::Json,
    wire::{self, Content, Identity, IdentityKind, SendRequest, Text},
};
use switchboard_store::{
    DirectoryBlobs, FaultPlan, Faulty, MasterKey, SealingVault,
    testing::{Temporary, temporary},
};

use crate::{
    holding::Holding,
    provider::{Provider, ToProvider},
};

/// How long a condition may take to come true.
const PATIENCE: Duration = Duration::from_secs(40);

/// A clock that goes by itself, and is set forward by hand.
pub(crate) struct HandClock {
    begun: Instant,
    ahead: AtomicI64,
}

impl HandClock {
    pub(crate) fn advance(&self, by: Duration) {
        self.ahead.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::AcqRel);
    }

    pub(crate) fn set_back(&self, by: Duration) {
        self.ahead.fetch_sub(i64::try_from(by.as_millis()).unwrap(), Ordering::AcqRel);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        let gone = i64::try_from(self.begun.elapsed().as_millis()).unwrap();
        Timestamp::from_millis(1_760_000_000_000 + gone + self.ahead.load(Ordering::Acquire))
    }
}

struct SeededEntropy(Mutex<StdRng>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

/// Everything that outlives a house.
pub(crate) struct World {
    pub(crate) temp: Temporary,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) provider: Arc<Provider>,
    pub(crate) scope: TenantScope,
    pub(crate) channel: ChannelId,
    pub(crate) seed: u64,
    entropy: Arc<SeededEntropy>,
    acts: AtomicU64,
}

/// A house that runs.
pub(crate) struct Running {
    pub(crate) house: House,
    /// Around the faults.
    pub(crate) records: Records,
    pub(crate) faulty: Option<Arc<Faulty>>,
    pub(crate) arbiters: Vec<Arbiter>,
    vault: Arc<dyn Vault>,
}

/// An arbiter whose time goes by at once whenever it has nothing to do.
pub(crate) fn hasty_arbiter() -> Arbiter {
    Arbiter::with_tokio_rt(|| {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime")
    })
}

/// Runs a test to its end.
pub(crate) fn run(test: impl Future<Output = ()>) {
    actix::System::new().block_on(test);
}

/// Runs a test for each of its seeds, or for the one asked for.
pub(crate) fn run_seeds<F: Future<Output = ()>>(seeds: std::ops::Range<u64>, test: impl Fn(u64) -> F) {
    let asked = std::env::var("ACTORS_SEED").ok().map(|seed| seed.parse::<u64>().expect("a number"));
    let seeds = asked.map_or(seeds, |seed| seed..seed + 1);
    for seed in seeds {
        let told = Told(seed);
        run(test(seed));
        drop(told);
    }
}

/// Says which seed it was.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("ACTORS_SEED={} replays this", self.0);
        }
    }
}

/// Asks again until it is true.
pub(crate) async fn eventually<F>(what: &str, mut holds: impl FnMut() -> F)
where
    F: Future<Output = Result<(), String>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        match holds().await {
            Ok(()) => return,
            Err(problem) => assert!(Instant::now() < deadline, "{what}: {problem}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let clock = Arc::new(HandClock { begun: Instant::now(), ahead: AtomicI64::new(0) });
        Self {
            temp: temporary(Arc::<HandClock>::clone(&clock)),
            clock,
            provider: Provider::new(),
            scope: TenantScope::assume(TenantId::from_bytes([1; 16])),
            channel: ChannelId::from_bytes([2; 16]),
            seed,
            entropy: Arc::new(SeededEntropy(Mutex::new(StdRng::seed_from_u64(seed)))),
            acts: AtomicU64::new(0),
        }
    }

    /// A world with one connected channel, and its first house.
    pub(crate) async fn with_channel(seed: u64) -> (Self, Running) {
        let world = Self::new(seed);
        let running = world.open(None);
        world.connect(&running).await;
        (world, running)
    }

    /// Starts a house; over a store that fails, where there is a plan for that.
    pub(crate) fn open(&self, plan: Option<FaultPlan>) -> Running {
        let real = self.temp.store();
        let faulty = plan.map(|plan| Faulty::new(Arc::<_>::clone(&real) as Arc<dyn Store>, self.seed, plan));
        let store: Arc<dyn Store> = match &faulty {
            Some(faulty) => Arc::<Faulty>::clone(faulty),
            None => Arc::<_>::clone(&real) as Arc<dyn Store>,
        };
        let arbiters = vec![Arbiter::new(), Arbiter::new()];
        let connector = Arc::new(ToProvider(Arc::clone(&self.provider)));
        Running { faulty, ..self.open_over(store, connector, arbiters) }
    }

    /// Starts a house over a store that holds back the first write of some kind.
    pub(crate) fn open_holding(&self, what: fn(&[Mutation]) -> bool) -> (Running, Arc<Holding>) {
        let store = Arc::new(Holding::over(self.temp.store(), what));
        let connector = Arc::new(ToProvider(Arc::clone(&self.provider)));
        (self.open_over(Arc::<Holding>::clone(&store), connector, vec![Arbiter::new()]), store)
    }

    /// Starts a house over any store, with any way out, on any arbiters.
    pub(crate) fn open_over(
        &self,
        store: Arc<dyn Store>,
        connector: Arc<dyn Connector>,
        arbiters: Vec<Arbiter>,
    ) -> Running {
        let key = MasterKey::from_text(&SecretString::from(format!("{}=", "A".repeat(43)))).expect("a key");
        let vault: Arc<dyn Vault> =
            Arc::new(SealingVault::new(&key, Arc::<SeededEntropy>::clone(&self.entropy)));
        let parts = Parts {
            store,
            blobs: DirectoryBlobs::open(&self.temp.path().join("blobs"), self.clock.clone())
                .expect("a folder for bodies"),
            vault: Arc::clone(&vault),
            clock: Arc::<HandClock>::clone(&self.clock),
            entropy: Arc::<SeededEntropy>::clone(&self.entropy),
            connector,
            accounts: Arc::new(Nobody),
            webhook_base: "http://here/webhooks/whatsapp/".to_owned(),
            rates: Arc::default(),
        };
        let house = House::start(parts, arbiters.iter().map(Arbiter::handle).collect());
        Running { house, records: Records::new(self.temp.store()), faulty: None, arbiters, vault }
    }

    /// Connects the channel.
    pub(crate) async fn connect(&self, running: &Running) {
        let body = self.channel_body(running);
        running
            .house
            .put_channel(self.scope, By::server(), self.channel, body)
            .await
            .expect("the channel is connected");
        let body = MemberBody {
            name: "Ada".to_owned(),
            email: "ada@example.com".to_owned(),
            role: wire::Role::Agent,
        };
        self.hire(running, agent(), body).await;
    }

    /// Makes somebody a member, or another one.
    pub(crate) async fn hire(&self, running: &Running, user_id: UserId, body: MemberBody) {
        let row = MemberRow { user_id, body: Json(body) };
        running.records.put(self.scope, Lane::Interactive, row).await.expect("a member");
        running.house.tell_of_user(self.scope, user_id);
    }

    /// The channel.
    pub(crate) fn channel_body(&self, running: &Running) -> ChannelBody {
        let seal = |part: &str| {
            running.vault.seal(&channel_secret(self.channel, part), &SecretString::from("secret"))
        };
        ChannelBody {
            version: 0,
            kind: wire::ChannelKind::Whatsapp,
            name: "Shop".to_owned(),
            phone_number_id: "100".to_owned(),
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
        }
    }

    /// Ends a house as a crash does, and opens the store again.
    pub(crate) async fn crash(&mut self, running: Running) {
        for arbiter in &running.arbiters {
            arbiter.stop();
        }
        for arbiter in running.arbiters {
            arbiter.join().expect("an arbiter ends");
        }
        drop(running.house);
        self.temp.reopen(Arc::<HandClock>::clone(&self.clock)).await;
    }

    /// Ends a house, starts another over the same folder and wakes whoever was active.
    pub(crate) async fn restart(&mut self, running: Running) -> Running {
        self.crash(running).await;
        let running = self.open(None);
        running.house.fire_wakeups(true).await.expect("the wake-ups are read");
        running
    }

    /// Every contact there is.
    pub(crate) async fn contacts(&self, running: &Running) -> Result<Vec<ContactRow>, store::Error> {
        let mut contacts = Vec::new();
        for bucket in 0..i64::from(PROJECTION_BUCKETS) {
            let scan = Scan::of::<ContactRow>(ContactRow::partition(bucket));
            contacts.extend(running.records.all::<ContactRow>(self.scope, scan).await?);
        }
        Ok(contacts)
    }

    /// The minute it is, since 1970.
    pub(crate) fn minute(&self) -> i64 {
        self.clock.now().as_millis() / 60_000
    }

    /// Every wake-up filed in these minutes.
    pub(crate) async fn wakeups(
        &self,
        running: &Running,
        minutes: impl IntoIterator<Item = i64>,
    ) -> Result<Vec<WakeupRow>, store::Error> {
        let mut rows = Vec::new();
        for minute in minutes {
            let scan = Scan::of::<WakeupRow>(WakeupRow::partition(0, minute));
            rows.extend(running.records.all::<WakeupRow>(Scope::System, scan).await?);
        }
        Ok(rows)
    }

    /// Today, in days since 1970.
    pub(crate) fn day(&self) -> i64 {
        self.clock.now().as_millis() / (24 * 3_600 * 1_000)
    }

    /// An act of the agent under a key.
    pub(crate) fn act(&self, key: &str) -> Act {
        let n = self.acts.fetch_add(1, Ordering::AcqRel);
        let mut correlation = [0; 16];
        correlation[..8].copy_from_slice(&n.to_be_bytes());
        Act {
            principal: Principal {
                sender: wire::Sender {
                    kind: wire::SenderKind::Agent,
                    id: Some("agent".to_owned()),
                    name: Some("Ada".to_owned()),
                },
                user_id: agent(),
            },
            key: key.to_owned(),
            correlation: CorrelationId::from_bytes(correlation),
            trace: None,
        }
    }

    /// Repeats what was refused for now until it is done or refused for good.
    pub(crate) async fn insist<T, F>(&self, mut ask: impl FnMut() -> F) -> Result<T, Refusal>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match ask().await {
                Err(refusal @ (Refusal::Unavailable(_) | Refusal::Overloaded)) => {
                    assert!(Instant::now() < deadline, "refused for too long: {refusal}");
                    self.clock.advance(Duration::from_millis(100));
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
                result => return result,
            }
        }
    }

    /// Delivers, and repeats until it is taken, as the provider does.
    pub(crate) async fn deliver(&self, running: &Running, updates: Vec<Update>) {
        let correlation = self.act("").correlation;
        let deliver = || running.house.deliver(self.scope, self.channel, updates.clone(), correlation);
        let unapplied = self.insist(deliver).await.expect("updates are taken in the end");
        assert_eq!(unapplied, []);
    }

    /// Delivers many, fifty at a time.
    pub(crate) async fn deliver_all(&self, running: &Running, updates: &[Update]) {
        for batch in updates.chunks(50) {
            self.deliver(running, batch.to_vec()).await;
        }
    }

    /// Waits until an item reaches a state, and gives it.
    pub(crate) async fn reaches(
        &self,
        running: &Running,
        id: ConversationId,
        seq: u64,
        state: wire::MessageState,
    ) -> wire::Message {
        let item = async || {
            let thread = self.thread(running, id).await.map_err(|refusal| refusal.to_string())?;
            thread.into_iter().find(|item| item.seq == seq).ok_or_else(|| "it is not there".to_owned())
        };
        eventually("the state is reached", async || {
            let item = item().await?;
            if item.state == state { Ok(()) } else { Err(format!("{item:?}")) }
        })
        .await;
        item().await.expect("it is there")
    }

    pub(crate) async fn send(
        &self,
        running: &Running,
        id: ConversationId,
        key: &str,
        words: &str,
    ) -> Result<wire::Message, Refusal> {
        let request = SendRequest::text(words.to_owned());
        self.insist(|| running.house.send(self.scope, self.act(key), id, request.clone())).await
    }

    /// A customer's message, written now.
    pub(crate) fn message(&self, id: &str, from: &[(IdentityKind, &str)]) -> Update {
        Update::Message(self.inbound(id, from))
    }

    pub(crate) fn inbound(&self, id: &str, from: &[(IdentityKind, &str)]) -> InboundMessage {
        let content = Content::Text(Text { body: format!("words of {id}") });
        InboundMessage::new(party(from), id.to_owned(), self.clock.now(), content)
    }

    /// A page of everything open.
    pub(crate) async fn list(&self, running: &Running) -> Result<Vec<wire::Conversation>, Refusal> {
        use wire::ConversationStatus::{Open, Pending, Resolved, Snoozed};
        let mut all = Vec::new();
        for status in [Open, Pending, Snoozed, Resolved] {
            let query = switchboard_actors::house::ListQuery {
                view: switchboard_actors::house::View::All,
                status,
                sort: switchboard_actors::house::Sort::Newest,
                cursor: None,
                limit: 100,
                user_id: agent(),
            };
            let (page, _) = running.house.conversations(self.scope, query).await?;
            all.extend(page.conversations);
        }
        Ok(all)
    }

    /// A whole thread, page by page.
    pub(crate) async fn thread(
        &self,
        running: &Running,
        id: ConversationId,
    ) -> Result<Vec<wire::Message>, Refusal> {
        let mut pages = Vec::new();
        let mut before = None;
        loop {
            let page = running.house.messages(self.scope, id, before, 70).await?;
            before = page.messages.first().map(|message| message.seq);
            pages.push(page.messages);
            if !page.has_more {
                break;
            }
        }
        Ok(pages.into_iter().rev().flatten().collect())
    }

    /// The one conversation there is.
    pub(crate) async fn only_conversation(&self, running: &Running) -> ConversationId {
        let list = self.list(running).await.expect("the list is read");
        assert_eq!(list.len(), 1, "one conversation");
        list[0].id
    }
}

pub(crate) fn agent() -> UserId {
    UserId::from_bytes([9; 16])
}

pub(crate) fn party(from: &[(IdentityKind, &str)]) -> Party {
    let identities =
        from.iter().map(|(kind, value)| Identity { kind: *kind, value: (*value).to_owned() }).collect();
    Party { identities, profile_name: None }
}
