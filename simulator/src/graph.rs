//! The Graph API: accepts sends, answers with real shapes and errors, records everything.
//!
//! A [`Graph`] is a cheap handle on a running server; [`crate::World`] starts it. It checks every request
//! strictly (an undocumented field is refused) and judges windows, rates and templates as the real one
//! does: some refusals come at once, others (131047, 131026) as a `failed` status after a 200.
//!
//! Not simulated: groups, what a form or a catalogue shows, calls, business profiles.

mod check;
mod door;
mod error;
mod limits;
mod manage;
mod media;
pub mod review;
mod routes;
mod signup;
mod state;
mod template;

use std::net::SocketAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, Weak};

use axum::body::Bytes;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::dice::Dice;
use crate::faults::{Fault, GraphFaults, When};
use crate::guard::lock;
use crate::payload::{self, Business, Person, Pricing};
use crate::webhooks::Target;
use state::State;

pub use check::{CALLBACK_DATA_CHARS_MAX, CAPTION_CHARS_MAX, CONTACTS_MAX, TEXT_CHARS_MAX};
pub use error::{ApiError, failure_details, title};
pub use manage::TEMPLATES_MAX;
pub use media::{MEDIA_MAX, Media, UPLOAD_BYTES_MAX, voice_note};
pub(crate) use media::{STICKER, bill, picture};
pub use signup::{APP_ID, CONFIG_ID};
pub use state::{PEOPLE_MAX, REQUESTS_MAX, SCRIPT_MAX};
pub use template::{Button, Card, Code, Header, Offer, Template};

/// The shape of a number's statuses: it follows the webhook version of the app, not the path's version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WebhookVersion {
    /// Up to v23: statuses carry `conversation`, and `pricing` on `sent` and `delivered`.
    V23,
    /// From v24: no `conversation`, `pricing` on one of the statuses.
    #[default]
    V24,
}

/// A business number and its account.
#[derive(Clone, Debug)]
pub struct Number {
    /// Its ids.
    pub business: Business,
    /// The name customers see.
    pub verified_name: String,
    /// The bearer token that may use it; numbers may share one.
    pub access_token: String,
    /// The secret of the app whose token that is; the world's where it is none.
    pub app_secret: Option<String>,
    /// The shape of its statuses.
    pub webhook_version: WebhookVersion,
    /// Where its webhooks go instead of the world's target, under a secret of its own.
    pub webhook: Option<Target>,
    /// Sends a second before 130429.
    pub throughput_per_s: u32,
    /// `TIER_250`, `TIER_2K`, `TIER_10K`, `TIER_100K`, `TIER_UNLIMITED`.
    pub messaging_limit: String,
    /// `GREEN`, `YELLOW`, `RED`.
    pub quality_rating: String,
    /// When its token ends, in seconds since 1970; 0 where it does not.
    pub token_expires_at_s: i64,
    /// `CONNECTED`, `PENDING`, `BANNED`, …
    pub status: String,
    /// It is used in the phone's app as well.
    pub is_on_biz_app: bool,
    /// What that phone keeps.
    pub phone: payload::Phone,
    /// Templates of its account.
    pub templates: Vec<Template>,
}

impl Number {
    /// A number in good standing: v24 statuses, 80 sends a second, the workshop's templates.
    pub fn new(
        waba_id: impl Into<String>,
        phone_number_id: impl Into<String>,
        display_phone_number: impl Into<String>,
        access_token: impl Into<String>,
    ) -> Self {
        Self {
            business: Business::new(waba_id, phone_number_id, display_phone_number),
            verified_name: "Spoke & Chain".to_owned(),
            access_token: access_token.into(),
            app_secret: None,
            webhook_version: WebhookVersion::default(),
            webhook: None,
            throughput_per_s: 80,
            messaging_limit: "TIER_2K".to_owned(),
            quality_rating: "GREEN".to_owned(),
            token_expires_at_s: 0,
            status: "CONNECTED".to_owned(),
            is_on_biz_app: false,
            phone: payload::Phone::default(),
            templates: Template::workshop(),
        }
    }

    /// The number with the shape of its statuses set.
    #[must_use]
    pub fn with_webhook_version(mut self, version: WebhookVersion) -> Self {
        self.webhook_version = version;
        self
    }

    /// The number of an app with this secret.
    #[must_use]
    pub fn with_app_secret(mut self, app_secret: impl Into<String>) -> Self {
        self.app_secret = Some(app_secret.into());
        self
    }

    /// The number with a webhook and secret of its own.
    #[must_use]
    pub fn with_webhook(mut self, target: Target) -> Self {
        self.app_secret = Some(target.app_secret.clone());
        self.webhook = Some(target);
        self
    }
}

/// One request to send, in order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Its place among all sends, from 1.
    pub seq: u64,
    /// When it was judged, by the provider's clock.
    pub at_ms: i64,
    /// The same by the machine's clock, which no test moves: for latencies.
    pub judged_at: std::time::Instant,
    /// The number in the path.
    pub phone_number_id: String,
    /// The phone number (digits) or user id it was addressed to; empty where it was missing.
    pub to: String,
    /// `text`, `template`, …
    pub kind: String,
    /// What the customer reads, for accepted sends that have words.
    pub text: String,
    /// `biz_opaque_callback_data` of an accepted send.
    pub callback_data: Option<String>,
    /// The message it answers: `context.message_id`.
    pub reply_to: Option<String>,
    /// The raw body.
    pub body: Bytes,
    /// The fault it met.
    pub fault: Option<Fault>,
    /// What became of it.
    pub outcome: Outcome,
}

impl Sent {
    /// The message's id where it was accepted, whether or not the sender ever heard of it.
    pub fn wamid(&self) -> Option<&str> {
        match &self.outcome {
            Outcome::Accepted { wamid } => Some(wamid),
            Outcome::Refused { .. } | Outcome::Lost => None,
        }
    }
}

/// What became of a request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The customer gets it (or a `failed` status follows).
    Accepted {
        /// Its id.
        wamid: String,
    },
    /// Refused with this code in Meta's shape.
    Refused {
        /// The code.
        code: i64,
    },
    /// A fault swallowed it before it was accepted.
    Lost,
}

/// A message of a customer marked as read by the business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMark {
    /// When.
    pub at_ms: i64,
    /// The number in the path.
    pub phone_number_id: String,
    /// The customer's message.
    pub message_id: String,
    /// Whether a typing indicator came along.
    pub typing: bool,
}

/// Any request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    /// When.
    pub at_ms: i64,
    /// `GET`, `POST`.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The HTTP status of the answer; `None` where none was given.
    pub status: Option<u16>,
}

/// A send the provider accepted.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) number: Arc<Number>,
    pub(crate) wamid: String,
    pub(crate) recipient: Person,
    pub(crate) by_phone: bool,
    pub(crate) kind: String,
    pub(crate) text: String,
    /// What there is to choose from in a list: ids and titles.
    pub(crate) rows: Vec<(String, String)>,
    pub(crate) callback_data: Option<String>,
    pub(crate) pricing: Pricing,
    pub(crate) at_ms: i64,
    /// The code it will fail with.
    pub(crate) failure: Option<i64>,
    /// A script wants the status `sent` before the answer.
    pub(crate) status_first: bool,
}

/// A part of what a business' phone keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum PhonePart {
    Contacts,
    History,
}

/// Where what was accepted goes on to.
pub(crate) trait Outlet: Send + Sync {
    /// Takes it on. A receiver given back is waited for before the answer leaves.
    fn accepted(&self, accepted: Accepted) -> Option<oneshot::Receiver<()>>;

    /// Sends a part of what a number's phone keeps.
    fn bring_over(&self, number: &Number, part: PhonePart);

    /// Tells the app of something about an account.
    fn told(&self, waba_id: &str, update: crate::Update);
}

/// How the graph judges; see [`crate::WorldOptions`].
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) app_secret: String,
    pub(crate) clock: Clock,
    pub(crate) faults: GraphFaults,
    pub(crate) enforce_window: bool,
    pub(crate) enforce_rates: bool,
    pub(crate) sends_max: usize,
    /// How long after it was submitted a template is decided upon, where somebody does.
    pub(crate) review: Option<std::ops::Range<std::time::Duration>>,
}

pub(crate) struct Shared {
    options: Options,
    address: SocketAddr,
    state: Mutex<State>,
    traces: AtomicU64,
    outlet: Arc<dyn Outlet>,
    door: door::Door,
    listening: watch::Receiver<bool>,
    changed: watch::Sender<u64>,
    closing: watch::Sender<bool>,
}

/// A handle on the running Graph API.
#[derive(Clone)]
pub struct Graph(Arc<Shared>);

impl Graph {
    /// Serves on the listener until the returned task is told by [`Graph::close`].
    pub(crate) fn start(
        listener: TcpListener,
        numbers: Vec<Number>,
        options: Options,
        outlet: Arc<dyn Outlet>,
    ) -> std::io::Result<(Self, JoinHandle<()>)> {
        let address = listener.local_addr()?;
        let door = door::Door::new();
        let (doorway, listening) = door::Doorway::new(listener, address, &door);
        let mut state = State::default();
        for number in numbers {
            state.add_number(number);
        }
        let shared = Arc::new(Shared {
            options,
            address,
            state: Mutex::new(state),
            traces: AtomicU64::new(0),
            outlet,
            door,
            listening,
            changed: watch::Sender::new(0),
            closing: watch::Sender::new(false),
        });
        let router = routes::router(shared.clone());
        let mut closing = shared.closing.subscribe();
        let task = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<door::Cut>();
            let closed = async move {
                closing.wait_for(|closing| *closing).await.ok();
            };
            if let Err(error) = axum::serve(doorway, service).with_graceful_shutdown(closed).await {
                tracing::error!(%error, "the simulated Graph API ended");
            }
        });
        Ok((Self(shared), task))
    }

    /// A handle that does not keep the graph alive.
    pub(crate) fn downgrade(&self) -> Weak<Shared> {
        Arc::downgrade(&self.0)
    }

    pub(crate) fn upgrade(weak: &Weak<Shared>) -> Option<Self> {
        weak.upgrade().map(Self)
    }

    pub(crate) fn close(&self) {
        self.0.closing.send_replace(true);
    }

    /// The address to set as `whatsapp.graph_url`: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.address)
    }

    /// Every request to send, oldest first, as far as remembered.
    pub fn sends(&self) -> Vec<Arc<Sent>> {
        lock(&self.0.state).sends.iter().cloned().collect()
    }

    /// The sends that were accepted.
    pub fn accepted(&self) -> Vec<Arc<Sent>> {
        self.sends().into_iter().filter(|sent| sent.wamid().is_some()).collect()
    }

    /// How many sends were asked for since the start, remembered or not.
    pub fn sends_total(&self) -> u64 {
        lock(&self.0.state).sends_total
    }

    /// Accepted sends that repeat an earlier one to the same customer: the same callback data or, where
    /// there is none, the same body to the byte. Empty is what P3 promises.
    pub fn delivered_twice(&self) -> Vec<(Arc<Sent>, Arc<Sent>)> {
        let mut first = std::collections::HashMap::new();
        let mut twice = Vec::new();
        for sent in self.accepted() {
            let what = match &sent.callback_data {
                Some(data) => Bytes::copy_from_slice(data.as_bytes()),
                None => sent.body.clone(),
            };
            let key = (sent.phone_number_id.clone(), sent.to.clone(), what);
            match first.get(&key) {
                Some(earlier) => twice.push((Arc::clone(earlier), sent)),
                None => {
                    first.insert(key, sent);
                }
            }
        }
        twice
    }

    /// Messages the business marked as read, oldest first, as far as remembered.
    pub fn reads(&self) -> Vec<ReadMark> {
        lock(&self.0.state).reads.iter().cloned().collect()
    }

    /// All requests, oldest first, as far as remembered.
    pub fn requests(&self) -> Vec<Requested> {
        lock(&self.0.state).requests.iter().cloned().collect()
    }

    /// Waits until `done` holds; it is asked at once and after every request. Give it a timeout.
    pub async fn until(&self, mut done: impl FnMut(&Self) -> bool) {
        let mut changed = self.0.changed.subscribe();
        while !done(self) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits for a number of sends and gives them. Give it a timeout.
    pub async fn until_sends(&self, count: usize) -> Vec<Arc<Sent>> {
        self.until(|graph| lock(&graph.0.state).sends.len() >= count).await;
        self.sends()
    }

    /// Plans a fault for one request; false where [`SCRIPT_MAX`] are waiting already.
    pub fn script(&self, when: When, fault: Fault) -> bool {
        lock(&self.0.state).script(when, fault)
    }

    /// How many scripted faults still wait for their request.
    pub fn scripted(&self) -> usize {
        lock(&self.0.state).script_len()
    }

    /// Refuses connections from now on, and cuts those that exist as soon as they speak.
    pub async fn refuse_connections(&self) {
        self.0.door.set_open(false);
        self.0.listening.clone().wait_for(|listening| !*listening).await.ok();
    }

    /// Listens again on the same address.
    pub async fn accept_connections(&self) {
        self.0.door.set_open(true);
        self.0.listening.clone().wait_for(|listening| *listening).await.ok();
    }

    /// Adds a number, or replaces the one with its id and forgets what was known about it.
    pub(crate) fn add_number(&self, number: Number) {
        lock(&self.0.state).add_number(number);
    }

    /// Changes a number's settings, e.g. its throughput; its webhook is set with
    /// [`crate::World::set_webhook_of`]. False where there is none with this id.
    pub fn change_number(&self, phone_number_id: &str, change: impl FnOnce(&mut Number)) -> bool {
        lock(&self.0.state).change_number(phone_number_id, change)
    }

    /// Is the token's app told what happens in this account?
    pub fn is_subscribed(&self, waba_id: &str) -> bool {
        lock(&self.0.state).subscribed.contains(waba_id)
    }

    /// Deletes a number: requests for it end with code 33.
    pub fn delete_number(&self, phone_number_id: &str) -> bool {
        lock(&self.0.state).delete_number(phone_number_id)
    }

    /// The number with this id.
    pub fn number(&self, phone_number_id: &str) -> Option<Arc<Number>> {
        lock(&self.0.state).number(phone_number_id).cloned()
    }

    /// Adds a template to an account or replaces it there.
    pub fn put_template(&self, waba_id: &str, template: Template) {
        let mut state = lock(&self.0.state);
        let templates = state.templates_of_mut(waba_id);
        templates.retain(|known| known.name != template.name || known.language != template.language);
        templates.push(template);
    }

    /// A template of an account as it is now.
    pub fn template(&self, waba_id: &str, name: &str, language: &str) -> Option<Template> {
        let state = lock(&self.0.state);
        let mut all = state.templates_of(waba_id)?.iter();
        all.find(|template| template.name == name && template.language == language).cloned()
    }

    /// Decides about a template, as a reviewer at Meta would; gives the webhook that tells.
    pub fn decide_template(
        &self,
        waba_id: &str,
        name: &str,
        language: &str,
        event: &str,
        reason: &str,
    ) -> Option<payload::Update> {
        let mut template = self.template(waba_id, name, language)?;
        event.clone_into(&mut template.status);
        template.rejected_reason = Some(reason.to_owned()).filter(|reason| reason != "NONE");
        let told =
            payload::template_status_update(template.id, name, language, event, reason, &template.category);
        self.put_template(waba_id, template);
        Some(told)
    }

    /// Makes someone known under all their ids, so that sends to either reach them.
    pub fn learn(&self, person: &Person) {
        lock(&self.0.state).learn(person);
    }

    /// Opens (or refreshes) the customer service window as a message of that time would.
    pub fn heard_from(&self, phone_number_id: &str, person: &Person, at_ms: i64) {
        lock(&self.0.state).heard(phone_number_id, person, at_ms);
    }

    /// The business blocks someone, or takes it back: sends are refused with 130403.
    pub fn block(&self, phone_number_id: &str, person: &Person, blocked: bool) {
        lock(&self.0.state).block(phone_number_id, person, true, blocked);
    }

    /// Someone blocks the business, or takes it back: sends fail with 131026 after a 200.
    pub fn blocked_by(&self, phone_number_id: &str, person: &Person, blocked: bool) {
        lock(&self.0.state).block(phone_number_id, person, false, blocked);
    }

    /// Puts a medium on the shelf, as if a customer had sent it; `None` as id makes one up.
    pub fn put_media(
        &self,
        id: Option<String>,
        mime_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Media {
        let mut state = lock(&self.0.state);
        let id = id.unwrap_or_else(|| state.next_media_id(self.0.options.seed));
        let media = Media { id, mime_type: mime_type.into(), bytes: bytes.into() };
        state.shelf.put(media.clone());
        media
    }

    /// The medium with this id: an upload of the business, or what a customer sent.
    pub fn media(&self, id: &str) -> Option<Media> {
        lock(&self.0.state).shelf.get(id).cloned()
    }
}

impl Shared {
    fn wake(&self) {
        self.changed.send_modify(|version| *version += 1);
    }

    /// Has a template that was just submitted decided upon, where somebody does that.
    fn submitted(self: &Arc<Self>, waba_id: &str, template: &Template) {
        let Some(within) = &self.options.review else { return };
        let subject = format!("{} {}", template.id, template.edits_ms.len());
        let after = Dice::of(self.options.seed, "review", &subject).between(within);
        let review = review::decide_after(Arc::downgrade(self), waba_id.to_owned(), template.clone(), after);
        tokio::spawn(review);
    }

    /// The fault by chance for the next request to `/messages`.
    fn fault_by_chance(&self) -> Option<Fault> {
        let nth = {
            let mut state = lock(&self.state);
            state.chances += 1;
            state.chances
        };
        let faults = &self.options.faults;
        let mut dice = Dice::of(self.options.seed, "graph", &nth.to_string());
        let slow = dice.between(&faults.slow_for);
        let kinds = [
            (faults.accept_then_silence, Fault::AcceptThenSilence),
            (faults.accept_then_close, Fault::AcceptThenClose),
            (faults.close, Fault::Close),
            (faults.error_500, Fault::Status(500)),
            (faults.error_503, Fault::Status(503)),
            (faults.too_many, Fault::TooMany),
            (faults.slow, Fault::Slow(slow)),
        ];
        let codes = faults.codes.iter().map(|(code, chance)| (*chance, Fault::Code(*code)));
        kinds.into_iter().chain(codes).find_map(|(chance, fault)| dice.chance(chance).then_some(fault))
    }
}
