//! What every actor has at hand.

use std::{
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
};

use actix::{Addr, ArbiterHandle};
use switchboard_ports::store::Records;

use crate::{
    channel::ChannelActor, contact::Contact, conversation::Conversation, directory::Directory,
    fanout::FanOut, house::Parts, resolve::Resolver, shell::Shell, tenant::TenantActor,
};

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
    /// Tenants.
    pub(crate) tenants: Directory<TenantActor>,
    /// Channels.
    pub(crate) channels: Directory<ChannelActor>,
    /// Who an address belongs to.
    pub(crate) resolver: Resolver,
    draining: AtomicBool,
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
    pub(crate) fn new(parts: Parts, arbiters: Vec<ArbiterHandle>) -> Self {
        Self(Arc::new(Surroundings {
            records: Records::new(Arc::clone(&parts.store)),
            parts,
            arbiters,
            fanouts: OnceLock::new(),
            conversations: Directory::default(),
            contacts: Directory::default(),
            tenants: Directory::default(),
            channels: Directory::default(),
            resolver: Resolver::default(),
            draining: AtomicBool::new(false),
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
        self.draining.store(true, Ordering::Release);
    }
}
