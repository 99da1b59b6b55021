//! The courier: one task that holds what is to be delivered and has POSTs made of it.

use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::{Error, Ledger, Retry, Target};
use crate::clock::Clock;
use crate::dice::Dice;
use crate::faults::WebhookFaults;
use crate::guard::lock;
use crate::payload::{self, BATCH_UPDATES_MAX, Business, Entry, Shape, Update};

/// Most updates waiting; a further one is dropped, as the real provider drops after seven days.
pub const QUEUE_MAX: usize = 200_000;
/// Longest wait for the answer to one POST.
pub const ANSWER_MAX: Duration = Duration::from_secs(20);
/// How far past updates for other targets the courier looks when it fills a POST.
const LOOK_AHEAD: usize = 4;

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) faults: WebhookFaults,
    pub(crate) retry: Retry,
    pub(crate) pace: f64,
}

/// A handle on the courier's task.
#[derive(Clone)]
pub(crate) struct Courier(Arc<Shared>);

struct Shared {
    options: Options,
    client: reqwest::Client,
    ledger: Ledger,
    queue: Mutex<Queue>,
    targets: Mutex<Targets>,
    bell: Notify,
    paused: watch::Sender<bool>,
    closing: watch::Sender<bool>,
}

#[derive(Default)]
struct Targets {
    world: Option<Target>,
    by_number: HashMap<String, Target>,
}

#[derive(Default)]
struct Queue {
    heap: BinaryHeap<Item>,
    /// Due, but without an address yet.
    parked: VecDeque<Item>,
    seq: u64,
    held_until: Option<Instant>,
}

impl Queue {
    fn len(&self) -> usize {
        self.heap.len() + self.parked.len()
    }

    fn push(&mut self, due: Instant, load: Load) {
        self.seq += 1;
        self.heap.push(Item { due, seq: self.seq, load });
    }
}

struct Item {
    due: Instant,
    seq: u64,
    load: Load,
}

enum Load {
    Fresh(Fresh),
    Repeat(Arc<Post>, u32),
}

/// An update not yet in any POST.
struct Fresh {
    business: Arc<Business>,
    update: Arc<Update>,
    answered: Option<oneshot::Sender<()>>,
}

/// The bytes of one POST; repeats send the same.
struct Post {
    target: Target,
    body: Bytes,
    signature: String,
    keys: Arc<[String]>,
    first_at: Instant,
    answered: Mutex<Vec<oneshot::Sender<()>>>,
}

// The heap gives the greatest first: the earliest, then the first come.
impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (other.due, other.seq).cmp(&(self.due, self.seq))
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.seq == other.seq
    }
}

impl Eq for Item {}

/// How one POST ended.
struct Ended {
    post: Arc<Post>,
    failed_before: u32,
    status: Option<u16>,
    is_copy: bool,
}

impl Courier {
    pub(crate) fn start(options: Options, ledger: Ledger) -> Result<(Self, JoinHandle<()>), Error> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_MAX)
            .http1_only()
            .user_agent("facebookexternalua")
            .build()
            .map_err(|error| Error::Client(error.to_string()))?;
        let courier = Self(Arc::new(Shared {
            options,
            client,
            ledger,
            queue: Mutex::default(),
            targets: Mutex::default(),
            bell: Notify::new(),
            paused: watch::Sender::new(false),
            closing: watch::Sender::new(false),
        }));
        let task = tokio::spawn(run(courier.0.clone()));
        Ok((courier, task))
    }

    pub(crate) fn close(&self) {
        self.0.closing.send_replace(true);
        self.0.bell.notify_one();
    }

    pub(crate) fn set_paused(&self, paused: bool) {
        self.0.paused.send_replace(paused);
        self.0.bell.notify_one();
    }

    pub(crate) fn set_target(&self, target: Option<Target>) {
        lock(&self.0.targets).world = target;
        self.0.unpark();
    }

    pub(crate) fn set_target_of(&self, phone_number_id: &str, target: Option<Target>) {
        {
            let mut targets = lock(&self.0.targets);
            match target {
                Some(target) => targets.by_number.insert(phone_number_id.to_owned(), target),
                None => targets.by_number.remove(phone_number_id),
            };
        }
        self.0.unpark();
    }

    pub(crate) fn target_of(&self, phone_number_id: &str) -> Result<Target, Error> {
        self.0.target_of(phone_number_id).ok_or_else(|| Error::NoTarget(phone_number_id.to_owned()))
    }

    /// Delivers after `delay`, to which chance may add; the receiver resolves at the first 200.
    ///
    /// False, and the receiver ends, where the queue is full.
    pub(crate) fn deliver(
        &self,
        business: &Arc<Business>,
        update: Update,
        delay: Duration,
        answered: Option<oneshot::Sender<()>>,
    ) -> bool {
        let shared = &self.0;
        let (faults, pace) = (&shared.options.faults, shared.options.pace);
        let update = Arc::new(update);
        let mut dice = Dice::of(shared.options.seed, "webhook", update.key());
        let now = Instant::now();
        let mut due = now + delay;
        if dice.chance(faults.delay) {
            due += dice.between(&faults.delay_for).mul_f64(pace);
        }
        let duplicate_due = dice
            .chance(faults.duplicate)
            .then(|| due + dice.between(&(Duration::ZERO..Duration::from_secs(5))).mul_f64(pace));
        let rider = shared.rider(&mut dice, &update);
        let hold = dice.chance(faults.burst).then(|| now + dice.between(&faults.burst_for).mul_f64(pace));
        shared.ledger.queued(&business.phone_number_id, &update);
        {
            let mut queue = lock(&shared.queue);
            if queue.len() >= QUEUE_MAX {
                drop(queue);
                tracing::warn!(key = update.key(), queue_max = QUEUE_MAX, "the webhook queue is full");
                shared.ledger.dropped(&[update.key().to_owned()]);
                return false;
            }
            let fresh = |update: Arc<Update>, answered| {
                Load::Fresh(Fresh { business: business.clone(), update, answered })
            };
            queue.push(due, fresh(update.clone(), answered));
            if let Some(due) = duplicate_due {
                shared.ledger.queued(&business.phone_number_id, &update);
                queue.push(due, fresh(update, None));
            }
            if let Some(rider) = rider {
                shared.ledger.queued(&business.phone_number_id, &rider);
                queue.push(due, fresh(Arc::new(rider), None));
            }
            queue.held_until = queue.held_until.max(hold);
        }
        shared.bell.notify_one();
        true
    }

    /// Posts a body once, now, past the queue and the ledger; gives the HTTP status.
    pub(crate) async fn post_once(
        &self,
        target: &Target,
        body: Bytes,
        signature: &str,
    ) -> Result<u16, Error> {
        self.0.send(target, body, signature).await.map_err(|error| Error::Unanswered(error.to_string()))
    }

    /// Asks the receiver as Meta does when a webhook is set up.
    pub(crate) async fn verify(
        &self,
        target: &Target,
        verify_token: &str,
        challenge: &str,
    ) -> Result<(), Error> {
        let query =
            [("hub.mode", "subscribe"), ("hub.challenge", challenge), ("hub.verify_token", verify_token)];
        let unanswered = |error: reqwest::Error| Error::Unanswered(error.to_string());
        let answer = self.0.client.get(target.url.clone()).query(&query).send().await.map_err(unanswered)?;
        let status = answer.status().as_u16();
        let body = answer.text().await.map_err(unanswered)?;
        if status == 200 && body == challenge {
            return Ok(());
        }
        Err(Error::NotVerified { status, body: body.chars().take(200).collect() })
    }
}

async fn run(shared: Arc<Shared>) {
    let mut posts: JoinSet<Ended> = JoinSet::new();
    let mut nth = 0_u64;
    loop {
        if *shared.closing.borrow() {
            // Dropping the set ends the POSTs on their way.
            return;
        }
        let in_flight_max = shared.options.faults.in_flight_max.max(1);
        let mut next_due = None;
        while posts.len() < in_flight_max && !*shared.paused.borrow() {
            match shared.next(&mut nth) {
                Next::Post(post, failed_before, twice) => {
                    for is_copy in [false, true].into_iter().take(1 + usize::from(twice)) {
                        let (shared, post) = (shared.clone(), post.clone());
                        posts.spawn(async move {
                            let sent = shared.send(&post.target, post.body.clone(), &post.signature).await;
                            Ended { post, failed_before, status: sent.ok(), is_copy }
                        });
                    }
                }
                Next::At(due) => {
                    next_due = Some(due);
                    break;
                }
                Next::Nothing => break,
            }
        }
        tokio::select! {
            () = shared.bell.notified() => {}
            () = sleep_until(next_due) => {}
            Some(ended) = posts.join_next(), if !posts.is_empty() => match ended {
                Ok(ended) => shared.ended(&ended),
                Err(error) => tracing::error!(%error, "a webhook delivery broke off"),
            },
        }
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

enum Next {
    Post(Arc<Post>, u32, bool),
    At(Instant),
    Nothing,
}

impl Shared {
    fn target_of(&self, phone_number_id: &str) -> Option<Target> {
        let targets = lock(&self.targets);
        targets.by_number.get(phone_number_id).or(targets.world.as_ref()).cloned()
    }

    fn unpark(&self) {
        {
            let mut queue = lock(&self.queue);
            let parked = std::mem::take(&mut queue.parked);
            queue.heap.extend(parked);
        }
        self.bell.notify_one();
    }

    /// Something from the future that rides along with a message.
    fn rider(&self, dice: &mut Dice, update: &Update) -> Option<Update> {
        let faults = &self.options.faults;
        let (person, at_s) = update.sender()?;
        let number = dice.bits();
        if dice.chance(faults.unknown_type) {
            let id = payload::wamid(person.address(), payload::Direction::In, number);
            return Some(payload::unknown_type(person, &id, at_s, "hologram"));
        }
        dice.chance(faults.unknown_field).then(|| {
            let value =
                serde_json::json!({"event": "SOMETHING_NEW", "level": number % 7, "note": "für später"});
            payload::account_field("field_of_the_future", &number.to_string(), &value)
        })
    }

    /// Makes the next POST of what is due, or says when something will be.
    fn next(&self, nth: &mut u64) -> Next {
        let now = Instant::now();
        let mut queue = lock(&self.queue);
        if let Some(until) = queue.held_until {
            if now < until {
                return Next::At(until);
            }
            queue.held_until = None;
        }
        let faults = &self.options.faults;
        let mut dice = Dice::of(self.options.seed, "post", &nth.to_string());
        let batch_max = 1 + dice.below(faults.batch_max.clamp(1, BATCH_UPDATES_MAX));
        let mut target: Option<Target> = None;
        let mut taken: Vec<Fresh> = Vec::new();
        let mut skipped: Vec<Item> = Vec::new();
        while taken.len() < batch_max && skipped.len() < batch_max * LOOK_AHEAD {
            match queue.heap.peek() {
                Some(item) if item.due <= now => {}
                _ => break,
            }
            let Some(item) = queue.heap.pop() else { break };
            match item.load {
                Load::Repeat(post, failed_before) if taken.is_empty() => {
                    queue.heap.extend(skipped);
                    *nth += 1;
                    return Next::Post(post, failed_before, false);
                }
                Load::Repeat(..) => skipped.push(item),
                Load::Fresh(fresh) => {
                    let own = self.target_of(&fresh.business.phone_number_id);
                    match (own, &target) {
                        (None, _) => {
                            queue.parked.push_back(Item { load: Load::Fresh(fresh), ..item });
                        }
                        (Some(own), None) => {
                            target = Some(own);
                            taken.push(fresh);
                        }
                        (Some(own), Some(first)) if own == *first => taken.push(fresh),
                        (Some(_), Some(_)) => skipped.push(Item { load: Load::Fresh(fresh), ..item }),
                    }
                }
            }
        }
        queue.heap.extend(skipped);
        let Some(target) = target else {
            return queue.heap.peek().map_or(Next::Nothing, |item| Next::At(item.due));
        };
        drop(queue);
        *nth += 1;
        if dice.chance(faults.reorder) {
            for index in (1..taken.len()).rev() {
                taken.swap(index, dice.below(index + 1));
            }
        }
        let twice = dice.chance(faults.duplicate_at_once);
        let body = Bytes::from(layout(&mut dice, &taken, self.options.clock.now_s()));
        let post = Post {
            signature: payload::sign(&target.app_secret, &body),
            target,
            body,
            keys: taken.iter().map(|fresh| fresh.update.key().to_owned()).collect(),
            first_at: now,
            answered: Mutex::new(taken.into_iter().filter_map(|fresh| fresh.answered).collect()),
        };
        Next::Post(Arc::new(post), 0, twice)
    }

    async fn send(&self, target: &Target, body: Bytes, signature: &str) -> reqwest::Result<u16> {
        let answer = self
            .client
            .post(target.url.clone())
            .header("content-type", "application/json")
            .header("x-hub-signature-256", signature)
            .body(body)
            .send()
            .await?;
        let status = answer.status().as_u16();
        // Read to the end so that the connection can be used again.
        answer.bytes().await.ok();
        Ok(status)
    }

    fn ended(&self, ended: &Ended) {
        let post = &ended.post;
        self.ledger.posted(&post.keys, ended.status, self.options.clock.now_ms());
        if ended.status == Some(200) {
            for answered in lock(&post.answered).drain(..) {
                // Whoever waited may have left.
                answered.send(()).ok();
            }
            return;
        }
        if ended.is_copy {
            return;
        }
        let failed = ended.failed_before + 1;
        match self.options.retry.wait(failed, post.first_at.elapsed()) {
            Some(wait) => {
                lock(&self.queue).push(Instant::now() + wait, Load::Repeat(post.clone(), failed));
                self.bell.notify_one();
            }
            None => {
                tracing::warn!(updates = post.keys.len(), failed, "a webhook was given up");
                self.ledger.dropped(&post.keys);
            }
        }
    }
}

/// Wraps updates as the real provider might: changes cut anywhere, accounts in one entry or several.
fn layout(dice: &mut Dice, taken: &[Fresh], now_s: i64) -> String {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut entry_first = false;
    for run in taken.chunk_by(|a, b| a.business == b.business) {
        let business: &Business = &run[0].business;
        let updates_max = 1 + dice.below(run.len().max(1));
        let changes = payload::changes_of(business, run.iter().map(|fresh| &*fresh.update), updates_max);
        for change in changes {
            let is_account = change.updates.iter().any(|update| matches!(update.shape(), Shape::Field(_)));
            entry_first |= is_account && dice.chance(0.5);
            let joins = !is_account && dice.chance(0.7);
            match entries.last_mut() {
                Some(entry) if joins && entry.waba_id == business.waba_id && entry.time_s.is_none() => {
                    entry.changes.push(change);
                }
                _ => entries.push(Entry {
                    waba_id: &business.waba_id,
                    time_s: is_account.then_some(now_s),
                    changes: vec![change],
                }),
            }
        }
    }
    let mut out = String::with_capacity(512 * taken.len());
    payload::envelope_into(&mut out, &entries, entry_first);
    out
}
