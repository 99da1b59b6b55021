//! What every actor has at hand.

use std::{
    collections::HashMap,
    hash::Hash,
    ops::Deref,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use actix::{Addr, ArbiterHandle};
use switchboard_domain::{
    audit::{By, Deed},
    channel::Trouble,
    sla::Service,
    template::Statuses,
};
use switchboard_ports::store::{Mutation, Records};
use switchboard_schema::{AuditId, ChannelId, TenantScope, wire};
use tokio::sync::Semaphore;

use crate::{
    beat::Beat,
    channel::ChannelActor,
    contact::Contact,
    conversation::Conversation,
    directory::Directory,
    fanout::FanOut,
    feeder::Feeding,
    follow::Bells,
    house::{Graves, Parts},
    initiated::Initiated,
    media::{self, Media},
    recent::Recent,
    reporting::Counting,
    resolve::Resolver,
    shell::Shell,
    tenant::TenantActor,
    wakeups::Wakeups,
};

/// Parts of phones' histories that are taken in at once.
const IMPORTS: usize = 1;
/// Numbers that the provider is asked about at once: after a start those of every tenant may be due.
const CHECKS: usize = 8;

/// The surroundings of all actors of a process. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Env(Arc<Surroundings>);

/// What an [`Env`] holds.
pub(crate) struct Surroundings {
    parts: Parts,
    /// Typed access to the store.
    pub(crate) records: Records,
    arbiters: Vec<ArbiterHandle>,
    /// The fan-out of each arbiter.
    pub(crate) fanouts: OnceLock<Vec<Addr<FanOut>>>,
    /// Conversations.
    pub(crate) conversations: Directory<Shell<Conversation>>,
    /// Contacts.
    pub(crate) contacts: Directory<Shell<Contact>>,
    /// Files.
    pub(crate) media: Directory<Shell<Media>>,
    /// Slots for fetching files.
    pub(crate) fetches: Semaphore,
    /// Slots for making pictures smaller.
    pub(crate) pictures: Semaphore,
    /// Held while a part of a phone's history is taken in.
    pub(crate) imports: Semaphore,
    /// Slots for asking the provider how a number stands.
    pub(crate) checks: Semaphore,
    /// Tenants.
    pub(crate) tenants: Directory<TenantActor>,
    /// Channels.
    pub(crate) channels: Directory<ChannelActor>,
    /// What stands against sending on channels, where something does.
    pub(crate) troubles: Noted<(TenantScope, ChannelId), Arc<Trouble>>,
    /// Channels that were disconnected, so far as they were looked at since the start.
    pub(crate) disconnected: Noted<(TenantScope, ChannelId), ()>,
    /// What waits to be sent from channels, where it waits for long.
    pub(crate) queues: Noted<(TenantScope, ChannelId), wire::ChannelQueue>,
    /// Whom accounts wrote to first.
    pub(crate) initiated: Initiated,
    /// What is known of the templates of channels.
    pub(crate) templates: Noted<(TenantScope, ChannelId), Arc<Statuses>>,
    /// How soon a tenant's customers are to be answered, and when it is open.
    pub(crate) service: Noted<TenantScope, Arc<Service>>,
    /// Who an address belongs to.
    pub(crate) resolver: Resolver,
    /// Where wake-ups are filed, and how far they have been fired.
    pub(crate) wakeups: Wakeups,
    /// When projections are written.
    pub(crate) beat: Beat,
    /// What the logs were given last.
    pub(crate) recent: Recent,
    /// How far search is fed from the logs.
    pub(crate) feeding: Arc<Feeding>,
    /// Who else follows the logs.
    pub(crate) bells: Bells,
    /// How far the logs are counted for the reports.
    pub(crate) counting: Counting,
    /// Which updates of today are buried.
    pub(crate) graves: tokio::sync::Mutex<Graves>,
    draining: AtomicBool,
    sending: AtomicUsize,
    /// Senders begun: each has a number of its own, over all activations of a conversation.
    senders: AtomicU64,
}

impl Deref for Env {
    type Target = Surroundings;

    fn deref(&self) -> &Surroundings {
        &self.0
    }
}

impl Deref for Surroundings {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Env {
    /// The entry of the audit trail that is written with what somebody does now.
    pub(crate) fn entry(&self, by: &By, deed: Deed) -> Mutation {
        Mutation::put(deed.row(AuditId::from_bytes(self.entropy.id()), self.clock.now(), by))
    }

    pub(crate) fn new(parts: Parts, arbiters: Vec<ArbiterHandle>) -> Self {
        Self(Arc::new(Surroundings {
            records: Records::new(Arc::clone(&parts.store)),
            parts,
            arbiters,
            fanouts: OnceLock::new(),
            conversations: Directory::default(),
            contacts: Directory::default(),
            media: Directory::default(),
            fetches: Semaphore::new(media::FETCHES),
            pictures: Semaphore::new(media::PICTURES),
            imports: Semaphore::new(IMPORTS),
            checks: Semaphore::new(CHECKS),
            tenants: Directory::default(),
            channels: Directory::default(),
            troubles: Noted::default(),
            disconnected: Noted::default(),
            queues: Noted::default(),
            initiated: Initiated::default(),
            templates: Noted::default(),
            service: Noted::default(),
            resolver: Resolver::default(),
            wakeups: Wakeups::default(),
            beat: Beat::new(),
            recent: Recent::default(),
            feeding: Arc::default(),
            bells: Bells::default(),
            counting: Counting::default(),
            graves: tokio::sync::Mutex::default(),
            draining: AtomicBool::new(false),
            sending: AtomicUsize::new(0),
            senders: AtomicU64::new(0),
        }))
    }

    /// The arbiter for a key's hash.
    pub(crate) fn arbiter_of(&self, hash: u64) -> &ArbiterHandle {
        // The shards of the directory use the low bits; the arbiter must not depend on them alone.
        let index = usize::try_from((hash >> 32) % self.arbiters.len().max(1) as u64).unwrap_or(0);
        &self.arbiters[index]
    }

    /// No new work is taken.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    pub(crate) fn start_draining(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// A number for a sender that begins.
    pub(crate) fn next_sender(&self) -> u64 {
        self.senders.fetch_add(1, Ordering::Relaxed)
    }

    /// Something is about to be sent; nothing when the house drains. A send that has begun is waited for.
    pub(crate) fn begin_sending(&self) -> Option<Sending> {
        self.sending.fetch_add(1, Ordering::SeqCst);
        let sending = Sending(self.clone());
        (!self.draining.load(Ordering::SeqCst)).then_some(sending)
    }

    /// Sends that have begun and whose result is not stored.
    pub(crate) fn sending(&self) -> usize {
        self.sending.load(Ordering::SeqCst)
    }
}

/// What the owner of each thing says of it to all: written by the owner, read by whoever wants to know.
pub(crate) struct Noted<K, V>(RwLock<HashMap<K, V>>);

impl<K, V> Default for Noted<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V: Clone + PartialEq> Noted<K, V> {
    /// What is said of a thing, so far as it is known here.
    pub(crate) fn of(&self, key: &K) -> Option<V> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// Says something of it where nothing was said yet.
    pub(crate) fn set_first(&self, key: K, value: V) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(value);
    }

    /// Says something of it, or that there is nothing to say. True where that is new.
    pub(crate) fn set(&self, key: K, value: Option<V>) -> bool {
        if self.of(&key) == value {
            return false;
        }
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match value {
            Some(value) => known.insert(key, value),
            None => known.remove(&key),
        };
        true
    }
}

/// A send that has begun, until it is dropped.
pub(crate) struct Sending(Env);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.sending.fetch_sub(1, Ordering::SeqCst);
    }
}
