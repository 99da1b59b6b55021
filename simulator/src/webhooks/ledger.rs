//! What was delivered, how often, and when it was acknowledged.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use crate::guard::lock;
use crate::payload::{Shape, Update};

/// Most updates in the ledger; later ones are delivered and counted as unrecorded.
pub const ENTRIES_MAX: usize = 1_000_000;
/// Most POSTs remembered; the oldest are forgotten.
pub const POSTS_MAX: usize = 10_000;

/// One update's way to the receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// [`Update::key`]: a message's id, `<id> <status>` for a status.
    pub key: String,
    /// What kind of list it travels in.
    pub shape: Shape,
    /// The number it belongs to.
    pub phone_number_id: String,
    /// How often it was handed to the courier: once, and once more for each planned duplicate.
    pub copies: u32,
    /// How many POSTs carried it so far.
    pub posts: u32,
    /// When it was first answered with 200.
    pub acknowledged_at_ms: Option<i64>,
    /// The provider dropped it: out of time, or out of room.
    pub dropped: bool,
}

/// One POST and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// When the answer, or its lack, was certain.
    pub at_ms: i64,
    /// The updates in it, by key.
    pub keys: Arc<[String]>,
    /// HTTP status; `None` where none came.
    pub status: Option<u16>,
}

/// The book of deliveries; cheap to clone, all clones are one.
#[derive(Clone, Debug)]
pub struct Ledger(Arc<Book>);

#[derive(Debug)]
struct Book {
    pages: Mutex<Pages>,
    changed: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Pages {
    index: HashMap<String, usize>,
    deliveries: Vec<Delivery>,
    posts: VecDeque<Posted>,
    posts_total: u64,
    open: usize,
    unrecorded: u64,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Book { pages: Mutex::default(), changed: watch::Sender::new(0) }))
    }

    /// Every update, in the order in which they happened.
    pub fn deliveries(&self) -> Vec<Delivery> {
        lock(&self.0.pages).deliveries.clone()
    }

    /// One update.
    pub fn delivery(&self, key: &str) -> Option<Delivery> {
        let pages = lock(&self.0.pages);
        pages.index.get(key).and_then(|index| pages.deliveries.get(*index)).cloned()
    }

    /// The customers' messages that were answered with 200: what P1 counts.
    pub fn acknowledged_messages(&self) -> Vec<String> {
        let pages = lock(&self.0.pages);
        let acknowledged = |d: &&Delivery| d.shape == Shape::Message && d.acknowledged_at_ms.is_some();
        pages.deliveries.iter().filter(acknowledged).map(|delivery| delivery.key.clone()).collect()
    }

    /// How many updates were neither acknowledged nor dropped.
    pub fn open(&self) -> usize {
        lock(&self.0.pages).open
    }

    /// How many updates found the ledger full.
    pub fn unrecorded(&self) -> u64 {
        lock(&self.0.pages).unrecorded
    }

    /// POSTs with their answers, oldest first, as far as remembered.
    pub fn posts(&self) -> Vec<Posted> {
        lock(&self.0.pages).posts.iter().cloned().collect()
    }

    /// How many POSTs there were, remembered or not.
    pub fn posts_total(&self) -> u64 {
        lock(&self.0.pages).posts_total
    }

    /// Waits until `done` holds; it is asked at once and after every change. Give it a timeout.
    pub async fn until(&self, mut done: impl FnMut(&Self) -> bool) {
        let mut changed = self.0.changed.subscribe();
        while !done(self) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// Waits until every update is acknowledged or dropped; planned duplicates of it may still be on their
    /// way. Give it a timeout.
    pub async fn until_settled(&self) {
        self.until(|ledger| ledger.open() == 0).await;
    }

    /// Waits until this update is answered with 200. Give it a timeout.
    pub async fn until_acknowledged(&self, key: &str) {
        self.until(|ledger| ledger.delivery(key).is_some_and(|d| d.acknowledged_at_ms.is_some())).await;
    }

    pub(super) fn queued(&self, phone_number_id: &str, update: &Update) {
        let mut guard = lock(&self.0.pages);
        let pages = &mut *guard;
        match pages.index.get(update.key()) {
            Some(index) => pages.deliveries[*index].copies += 1,
            None if pages.deliveries.len() >= ENTRIES_MAX => pages.unrecorded += 1,
            None => {
                pages.index.insert(update.key().to_owned(), pages.deliveries.len());
                pages.open += 1;
                pages.deliveries.push(Delivery {
                    key: update.key().to_owned(),
                    shape: update.shape().clone(),
                    phone_number_id: phone_number_id.to_owned(),
                    copies: 1,
                    posts: 0,
                    acknowledged_at_ms: None,
                    dropped: false,
                });
            }
        }
        drop(guard);
        self.wake();
    }

    pub(super) fn posted(&self, keys: &Arc<[String]>, status: Option<u16>, at_ms: i64) {
        self.each(keys, |delivery, open| {
            delivery.posts += 1;
            if status == Some(200) && delivery.acknowledged_at_ms.is_none() {
                delivery.acknowledged_at_ms = Some(at_ms);
                if !delivery.dropped {
                    *open -= 1;
                }
            }
        });
        {
            let mut pages = lock(&self.0.pages);
            pages.posts_total += 1;
            if pages.posts.len() >= POSTS_MAX {
                pages.posts.pop_front();
            }
            pages.posts.push_back(Posted { at_ms, keys: keys.clone(), status });
        }
        self.wake();
    }

    pub(super) fn dropped(&self, keys: &[String]) {
        self.each(keys, |delivery, open| {
            if delivery.acknowledged_at_ms.is_none() && !delivery.dropped {
                delivery.dropped = true;
                *open -= 1;
            }
        });
        self.wake();
    }

    fn each(&self, keys: &[String], mut change: impl FnMut(&mut Delivery, &mut usize)) {
        let mut guard = lock(&self.0.pages);
        let pages = &mut *guard;
        for key in keys {
            if let Some(index) = pages.index.get(key) {
                change(&mut pages.deliveries[*index], &mut pages.open);
            }
        }
    }

    fn wake(&self) {
        self.0.changed.send_modify(|version| *version += 1);
    }
}
