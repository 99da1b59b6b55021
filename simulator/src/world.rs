//! The world: the provider and its customers as one thing to start, ask and stop.

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use axum::body::Bytes;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::customers::{Crowd, Deed, Heard, Mouth, Options as CrowdOptions, Thing, Utterance};
use crate::dice::Dice;
use crate::faults::{Faults, StatusFaults};
use crate::graph::{self, Accepted, Graph, Number, Outlet, PhonePart};
use crate::guard::lock;
use crate::payload::{self, Business, Direction, Person, Update};
use crate::statuses;
use crate::webhooks::{self, Courier, Ledger, Retry, Target};

/// Most sends remembered, by default.
pub const SENDS_MAX: usize = 100_000;
/// Slowest pace: a thousand times slower than life.
pub const PACE_MAX: f64 = 1_000.0;
/// Statuses come no sooner than this after acceptance, so that the answer is first unless a fault wants
/// otherwise.
const STATUS_AFTER_MIN: Duration = Duration::from_millis(20);
/// Between two webhooks with what a phone keeps, before the pace.
const PHONE_PAUSE: Duration = Duration::from_secs(1);
/// How long an orderly end may take.
const SHUTDOWN_MAX: Duration = Duration::from_secs(5);

/// What the world is like.
#[derive(Clone, Debug)]
pub struct WorldOptions {
    /// Decides every payload and every fault by chance.
    pub seed: u64,
    /// Where the Graph API listens, on this machine; port 0 takes a free one.
    pub graph_listen: SocketAddr,
    /// Where webhooks go. Until one is set they wait; see [`World::set_webhook`].
    pub webhook_url: Option<String>,
    /// The app's secret for `webhook_url`.
    pub app_secret: String,
    /// The business numbers.
    pub numbers: Vec<Number>,
    /// How many simulated customers come by themselves, at most [`crate::customers::CUSTOMERS_MAX`].
    pub customers: usize,
    /// The time between the first messages of two customers, before the pace.
    pub arrivals: Range<Duration>,
    /// Factor on all human and network pauses: 1 is life, 0.1 ten times as fast, 0 no pause at all.
    pub pace: f64,
    /// What goes wrong by chance.
    pub faults: Faults,
    /// How unanswered webhooks are repeated; the pace does not scale it.
    pub retry: Retry,
    /// The provider's clock.
    pub clock: Clock,
    /// Whether free-form sends outside the 24-hour window fail with 131047.
    pub enforce_window: bool,
    /// Whether the number's throughput (130429) and the pair's rate (131056) are limits.
    pub enforce_rates: bool,
    /// Most sends remembered; 0 remembers none, for load tests.
    pub sends_max: usize,
    /// How long after it was submitted a template is decided upon, before the pace, by the rules of
    /// [`graph::review`]; nobody decides where there is no such time, but [`Graph::decide_template`].
    pub review: Option<Range<Duration>>,
}

impl Default for WorldOptions {
    /// One number, no customers, no faults, no pauses, a free port, no webhook yet.
    fn default() -> Self {
        Self {
            seed: 1,
            graph_listen: (Ipv4Addr::LOCALHOST, 0).into(),
            webhook_url: None,
            app_secret: "simulated-app-secret".to_owned(),
            numbers: vec![Number::new(
                "102290129340398",
                "106540352242922",
                "+1 212 555 0199",
                "simulated-access-token",
            )],
            customers: 0,
            arrivals: Duration::from_secs(1)..Duration::from_secs(8),
            pace: 0.0,
            faults: Faults::none(),
            retry: Retry::quick(),
            clock: Clock::system(),
            enforce_window: true,
            enforce_rates: true,
            sends_max: SENDS_MAX,
            review: None,
        }
    }
}

impl WorldOptions {
    /// The demo: some dozens of customers at life's pace and a good day at the provider.
    pub fn demo(seed: u64) -> Self {
        Self {
            seed,
            customers: 48,
            pace: 1.0,
            faults: Faults::everyday(),
            review: Some(Duration::from_secs(8)..Duration::from_secs(20)),
            ..Self::default()
        }
    }
}

/// Why a world cannot start or do something.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `graph_listen` is taken or not allowed.
    #[error("cannot listen on {address} for the simulated graph api: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// `graph_listen` is not on this machine.
    #[error("graph_listen {0} is not a loopback address; the simulator serves its own machine only")]
    NotLoopback(SocketAddr),
    /// `pace` is no factor.
    #[error("pace {0} is not between 0 and {PACE_MAX}")]
    Pace(f64),
    /// No number has this id.
    #[error("no number '{0}' in this world")]
    NoNumber(String),
    /// The courier's queue is full; the receiver does not keep up.
    #[error("the webhook queue is full ({} updates)", webhooks::QUEUE_MAX)]
    QueueFull,
    /// Something about webhooks.
    #[error(transparent)]
    Webhook(#[from] webhooks::Error),
}

/// A running world. Dropping it ends everything it started; [`World::shutdown`] waits for that.
#[must_use = "a world ends when it is dropped"]
pub struct World {
    hub: Arc<Hub>,
    graph: Graph,
    crowd: Crowd,
    tasks: Tasks,
}

/// The tasks of a world; all are ended with it.
struct Tasks {
    graph: JoinHandle<()>,
    courier: JoinHandle<()>,
    crowd: JoinHandle<()>,
}

/// Where provider, courier and customers meet.
struct Hub {
    seed: u64,
    pace: f64,
    clock: Clock,
    statuses: StatusFaults,
    courier: Courier,
    ledger: Ledger,
    businesses: Mutex<Vec<Arc<Business>>>,
    injected: AtomicU64,
    // Set once at the start; weak, lest hub and graph keep each other alive.
    graph: OnceLock<std::sync::Weak<graph::Shared>>,
    crowd: OnceLock<Crowd>,
}

impl World {
    /// Starts the Graph API, the courier and the customers on the current tokio runtime.
    ///
    /// # Errors
    /// Where an address is not on this machine or cannot be listened on, or the pace is no factor.
    pub async fn start(options: WorldOptions) -> Result<Self, Error> {
        if !(0.0..=PACE_MAX).contains(&options.pace) {
            return Err(Error::Pace(options.pace));
        }
        let address = options.graph_listen;
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
        let target = match &options.webhook_url {
            Some(url) => Some(Target::new(url, &*options.app_secret)?),
            None => None,
        };
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let ledger = Ledger::new();
        let courier_options = webhooks::Options {
            seed: options.seed,
            clock: options.clock.clone(),
            faults: options.faults.webhooks,
            retry: options.retry,
            pace: options.pace,
        };
        let (courier, courier_task) = Courier::start(courier_options, ledger.clone())?;
        courier.set_target(target);
        let hub = Arc::new(Hub {
            seed: options.seed,
            pace: options.pace,
            clock: options.clock.clone(),
            statuses: options.faults.statuses,
            courier,
            ledger,
            businesses: Mutex::default(),
            injected: AtomicU64::new(0),
            graph: OnceLock::new(),
            crowd: OnceLock::new(),
        });
        for number in &options.numbers {
            hub.meet(number);
        }
        let graph_options = graph::Options {
            seed: options.seed,
            app_secret: options.app_secret,
            clock: options.clock,
            faults: options.faults.graph,
            enforce_window: options.enforce_window,
            enforce_rates: options.enforce_rates,
            sends_max: options.sends_max,
            review: options
                .review
                .map(|within| within.start.mul_f64(options.pace)..within.end.mul_f64(options.pace)),
        };
        let (graph, graph_task) =
            Graph::start(listener, options.numbers, graph_options, hub.clone()).map_err(listen)?;
        hub.graph.get_or_init(|| graph.downgrade());
        let crowd_options = CrowdOptions {
            seed: options.seed,
            customers: options.customers,
            arrivals: options.arrivals,
            pace: options.pace,
        };
        let (crowd, crowd_task) = Crowd::start(crowd_options, hub.clone());
        hub.crowd.get_or_init(|| crowd.clone());
        let tasks = Tasks { graph: graph_task, courier: courier_task, crowd: crowd_task };
        Ok(Self { hub, graph, crowd, tasks })
    }

    /// The Graph API: what was sent, scripts, blocks.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The address to set as `whatsapp.graph_url`.
    pub fn graph_url(&self) -> String {
        self.graph.url()
    }

    /// The book of deliveries.
    pub fn ledger(&self) -> &Ledger {
        &self.hub.ledger
    }

    /// The provider's clock; a manual one can be moved.
    pub fn clock(&self) -> &Clock {
        &self.hub.clock
    }

    /// Sets where webhooks go that have no address of their own; what waited goes out now.
    ///
    /// # Errors
    /// Where the address is not on this machine.
    pub fn set_webhook(&self, url: &str, app_secret: &str) -> Result<(), Error> {
        self.hub.courier.set_target(Some(Target::new(url, app_secret)?));
        Ok(())
    }

    /// Sets where one number's webhooks go, and their secret.
    ///
    /// # Errors
    /// Where the address is not on this machine.
    pub fn set_webhook_of(&self, phone_number_id: &str, url: &str, app_secret: &str) -> Result<(), Error> {
        self.hub.courier.set_target_of(phone_number_id, Some(Target::new(url, app_secret)?));
        Ok(())
    }

    /// Adds a number, or replaces the one with its id.
    pub fn add_number(&self, number: Number) {
        self.hub.meet(&number);
        self.graph.add_number(number);
    }

    /// Asks a number's webhook for the challenge, as Meta does when it is set up.
    ///
    /// # Errors
    /// Where none is set, it does not answer, or it answers anything but 200 and the challenge.
    pub async fn verify_webhook(&self, phone_number_id: &str, verify_token: &str) -> Result<(), Error> {
        let target = self.hub.courier.target_of(phone_number_id)?;
        let challenge = (Dice::of(self.hub.seed, "challenge", verify_token).bits() >> 34).to_string();
        Ok(self.hub.courier.verify(&target, verify_token, &challenge).await?)
    }

    /// A message id that no other message of this world has.
    pub fn next_message_id(&self, from: &Person) -> String {
        let nth = self.hub.injected.fetch_add(1, Ordering::Relaxed);
        let unique = Dice::of(self.hub.seed, "injected", &nth.to_string()).bits();
        payload::wamid(from.address(), Direction::In, unique)
    }

    /// Lets someone write a text now, through the courier and its faults; gives the message's id.
    ///
    /// # Errors
    /// Where there is no such number, or the queue is full.
    pub fn say(&self, phone_number_id: &str, from: &Person, text: &str) -> Result<String, Error> {
        let id = self.next_message_id(from);
        let update = payload::text_message(from, &id, self.hub.clock.now_s(), text);
        self.inject(phone_number_id, [update])?;
        Ok(id)
    }

    /// Hands updates to the courier; messages open their sender's window.
    ///
    /// # Errors
    /// Where there is no such number, or the queue is full: then the updates before went out.
    pub fn inject(
        &self,
        phone_number_id: &str,
        updates: impl IntoIterator<Item = Update>,
    ) -> Result<(), Error> {
        let business = self.hub.business(phone_number_id)?;
        for update in updates {
            if let Some((person, at_s)) = update.sender() {
                self.graph.heard_from(phone_number_id, person, at_s.saturating_mul(1000));
            }
            if !self.hub.courier.deliver(&business, update, Duration::ZERO, None) {
                return Err(Error::QueueFull);
            }
        }
        Ok(())
    }

    /// A customer sends something: gives its id. `words` stand wherever there are some of a customer in it.
    ///
    /// # Errors
    /// Where there is no such number, or the queue is full.
    pub fn send(
        &self,
        phone_number_id: &str,
        from: &Person,
        thing: Thing,
        words: Option<&str>,
        at_s: i64,
    ) -> Result<String, Error> {
        let business = self.hub.business(phone_number_id)?;
        let id = self.next_message_id(from);
        let mut updates = thing.told(&self.graph, &business, from, &id, at_s);
        if let Some(words) = words {
            updates = updates.into_iter().map(|update| update.with_words(words)).collect();
        }
        self.inject(phone_number_id, updates)?;
        Ok(id)
    }

    /// The business' number, as webhooks name it.
    ///
    /// # Errors
    /// Where there is no such number.
    pub fn business(&self, phone_number_id: &str) -> Result<Business, Error> {
        self.hub.business(phone_number_id).map(|business| (*business).clone())
    }

    /// Posts updates in one body once, now, past queue, faults and ledger; gives the HTTP status.
    ///
    /// # Errors
    /// Where there is no such number or webhook, or no answer.
    pub async fn post(&self, phone_number_id: &str, updates: &[Update]) -> Result<u16, Error> {
        let business = self.hub.business(phone_number_id)?;
        for (person, at_s) in updates.iter().filter_map(Update::sender) {
            self.graph.heard_from(phone_number_id, person, at_s.saturating_mul(1000));
        }
        self.post_raw(phone_number_id, payload::batch(&business, updates), None).await
    }

    /// Posts any bytes once, signed with the number's secret unless a signature is given.
    ///
    /// # Errors
    /// Where there is no webhook for the number, or no answer.
    pub async fn post_raw(
        &self,
        phone_number_id: &str,
        body: impl Into<Bytes>,
        signature: Option<&str>,
    ) -> Result<u16, Error> {
        let target = self.hub.courier.target_of(phone_number_id)?;
        let body = body.into();
        let signature = signature.map_or_else(|| payload::sign(&target.app_secret, &body), str::to_owned);
        Ok(self.hub.courier.post_once(&target, body, &signature).await?)
    }

    /// Holds back webhooks and customers; requests are served on.
    pub fn pause(&self) {
        self.hub.courier.set_paused(true);
        self.crowd.set_paused(true);
    }

    /// Goes on; what has become due meanwhile happens at once.
    pub fn resume(&self) {
        self.hub.courier.set_paused(false);
        self.crowd.set_paused(false);
    }

    /// Ends everything and waits for it, at most some seconds; what is on its way is lost.
    pub async fn shutdown(mut self) {
        self.close();
        let Tasks { graph, courier, crowd } = &mut self.tasks;
        for task in [graph, courier, crowd] {
            if tokio::time::timeout(SHUTDOWN_MAX, &mut *task).await.is_err() {
                task.abort();
            }
        }
    }

    fn close(&self) {
        self.graph.close();
        self.hub.courier.close();
        // It only talks to the courier, so there is nothing to finish.
        self.tasks.crowd.abort();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.close();
    }
}

impl Hub {
    fn meet(&self, number: &Number) {
        let id = &number.business.phone_number_id;
        let mut businesses = lock(&self.businesses);
        businesses.retain(|business| business.phone_number_id != *id);
        businesses.push(Arc::new(number.business.clone()));
        if let Some(target) = &number.webhook {
            self.courier.set_target_of(id, Some(target.clone()));
        }
    }

    fn business(&self, phone_number_id: &str) -> Result<Arc<Business>, Error> {
        let businesses = lock(&self.businesses);
        let found = businesses.iter().find(|business| business.phone_number_id == phone_number_id);
        found.cloned().ok_or_else(|| Error::NoNumber(phone_number_id.to_owned()))
    }
}

impl Hub {
    fn deliver(&self, graph: &Graph, business: &Arc<Business>, update: Update) {
        if let Some((person, at_s)) = update.sender() {
            graph.heard_from(&business.phone_number_id, person, at_s.saturating_mul(1000));
        }
        // A full queue is logged and counted by the courier.
        self.courier.deliver(business, update, Duration::ZERO, None);
    }
}

impl Outlet for Hub {
    fn accepted(&self, accepted: Accepted) -> Option<oneshot::Receiver<()>> {
        let plan = statuses::plan(self.seed, self.pace, &self.statuses, &accepted);
        let business = Arc::new(accepted.number.business.clone());
        let mut wait = None;
        for (index, (after, status)) in plan.statuses.iter().enumerate() {
            let update = payload::status(status);
            if index == 0 && plan.sent_before_answer {
                let (answered, waiting) = oneshot::channel();
                self.courier.deliver(&business, update, Duration::ZERO, Some(answered));
                wait = Some(waiting);
            } else {
                let after = after.mul_f64(self.pace).max(STATUS_AFTER_MIN);
                self.courier.deliver(&business, update, after, None);
            }
        }
        if let (Some(seen_after), Some(crowd)) = (plan.seen_after, self.crowd.get()) {
            crowd.show(Heard {
                wa_id: accepted.recipient.wa_id,
                user_id: accepted.recipient.user_id,
                wamid: accepted.wamid,
                text: accepted.text,
                rows: accepted.rows,
                seen_after,
            });
        }
        wait
    }

    fn bring_over(&self, number: &Number, part: PhonePart) {
        let business = Arc::new(number.business.clone());
        let phone = &number.phone;
        let updates = match part {
            PhonePart::Contacts => {
                let at_s = self.clock.now_s();
                let contact =
                    |(person, name): &(Person, String)| payload::phone_contact(&business, person, name, at_s);
                phone.contacts.iter().map(contact).collect()
            }
            PhonePart::History if phone.keeps_history => vec![payload::history_declined(&business)],
            PhonePart::History => payload::whole_history(&business, &phone.threads),
        };
        for (update, nth) in updates.into_iter().zip(1..) {
            let after = PHONE_PAUSE.mul_f64(self.pace) * nth;
            self.courier.deliver(&business, update, after.max(STATUS_AFTER_MIN), None);
        }
    }

    fn told(&self, waba_id: &str, update: Update) {
        let found = lock(&self.businesses).iter().find(|business| business.waba_id == waba_id).cloned();
        if let Some(business) = found {
            // A full queue is logged and counted by the courier.
            self.courier.deliver(&business, update, Duration::ZERO, None);
        }
    }
}

impl Mouth for Hub {
    fn utter(&self, customer: usize, person: &Person, utterance: &Utterance<'_>) -> String {
        let subject = format!("{customer} {}", utterance.nth);
        let mut dice = Dice::of(self.seed, "utter", &subject);
        let id = payload::wamid(person.address(), Direction::In, dice.bits());
        let business = {
            let businesses = lock(&self.businesses);
            match businesses.get(customer % businesses.len().max(1)) {
                Some(business) => business.clone(),
                None => return id,
            }
        };
        let Some(graph) = self.graph.get().and_then(Graph::upgrade) else {
            return id;
        };
        let at_s = self.clock.now_s();
        let about = utterance.about.unwrap_or_default();
        let media_id = || {
            (2_000_000_000_000_000 + Dice::of(self.seed, "photo", &subject).bits() % 1_000_000_000_000_000)
                .to_string()
        };
        let one = match utterance.deed {
            Deed::Send(thing) => {
                let updates = thing.told(&graph, &business, person, &id, at_s);
                graph.learn(person);
                for update in updates {
                    self.deliver(&graph, &business, update);
                }
                return id;
            }
            Deed::Say(text) => payload::text_message(person, &id, at_s, text),
            Deed::Tap { id: row, title } => payload::list_reply(person, &id, at_s, row, title).with_field(
                "context",
                &serde_json::json!({"from": business.display_phone_number, "id": about}),
            ),
            Deed::Photo(caption) => {
                let media = graph.put_media(Some(media_id()), "image/png", graph::picture(&mut dice));
                let caption = (!caption.is_empty()).then_some(caption.as_str());
                let hash = media.sha256_base64();
                payload::image_message(person, &id, at_s, &media.id, &media.mime_type, &hash, caption)
            }
            Deed::Voice => {
                let seconds = 2 + dice.below(12) as u8;
                let media =
                    graph.put_media(Some(media_id()), "audio/ogg; codecs=opus", graph::voice_note(seconds));
                payload::audio_message(person, &id, at_s, &media.id, &media.sha256_base64(), true)
            }
            Deed::Place(name) => {
                let (north, east) = (dice.below(1_000) as f64 / 1e4, dice.below(1_000) as f64 / 1e4);
                payload::location_message(person, &id, at_s, 51.9 + north, 4.4 + east, Some(name))
            }
            Deed::Edit(text) => payload::edit(person, &id, at_s, about, text),
            Deed::Delete => payload::revoke(person, &id, at_s, about),
            Deed::React(emoji) => payload::reaction(person, &id, at_s, about, Some(emoji)),
        };
        graph.learn(person);
        self.deliver(&graph, &business, one);
        id
    }
}
