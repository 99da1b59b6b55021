//! Finds an actor or starts it.
//!
//! Where an actor lives follows from its key: its arbiter is the hash of the key. One that failed to load,
//! or panicked, is not started again before a pause that doubles each time: a poisoned conversation must not
//! keep its neighbours from being served.

use std::{
    collections::HashMap,
    fmt::Debug,
    hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix::{Actor, Addr, Context, Handler};
use switchboard_schema::{TenantScope, Timestamp};
use tokio::sync::oneshot;

use crate::{
    Refusal,
    env::Env,
    gate::{Gate, Shut},
};

/// Locks that the directory of one kind of actor is split over.
const SHARDS: usize = 64;
/// Pause after the first failure; it doubles with each.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// An actor that the directory keeps.
pub(crate) trait Resident: Actor<Context = Context<Self>> + Handler<Mail<Self::Letter>> {
    /// Its name within its tenant.
    type Key: Copy + Eq + Hash + Debug + Send + 'static;
    /// What it is sent.
    type Letter: Send + 'static;
    /// Its kind, for logs and metrics.
    const KIND: &'static str;
    /// Letters that may wait for one actor.
    const CAPACITY: usize;

    /// A new one. It loads itself; letters wait meanwhile.
    fn new(env: Env, scope: TenantScope, key: Self::Key, gate: Arc<Gate>) -> Self;
}

/// A letter on its way.
#[derive(actix::Message)]
#[rtype(result = "()")]
pub(crate) struct Mail<L: Send + 'static>(pub(crate) L);

/// A sender for the one answer to a letter.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

/// Waits for an answer; an actor that stopped before it answered did not say whether it was done.
pub(crate) async fn answer<T>(receiver: oneshot::Receiver<Result<T, Refusal>>) -> Result<T, Refusal> {
    receiver
        .await
        .unwrap_or_else(|_| Err(Refusal::Unavailable("its owner stopped before it answered".to_owned())))
}

type Name<R> = (TenantScope, <R as Resident>::Key);

struct Slot<R: Resident> {
    addr: Addr<R>,
    gate: Arc<Gate>,
}

struct Failures {
    count: u32,
    until: Timestamp,
    /// It does not read: whoever asks meanwhile hears that, too.
    broken: Option<String>,
}

struct Shard<R: Resident> {
    slots: HashMap<Name<R>, Slot<R>>,
    failures: HashMap<Name<R>, Failures>,
}

/// All actors of one kind.
pub(crate) struct Directory<R: Resident> {
    shards: Vec<Mutex<Shard<R>>>,
}

impl<R: Resident> Default for Directory<R> {
    fn default() -> Self {
        let shard = || Mutex::new(Shard { slots: HashMap::new(), failures: HashMap::new() });
        Self { shards: std::iter::repeat_with(shard).take(SHARDS).collect() }
    }
}

fn hash_of(name: &impl Hash) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(name)
}

impl<R: Resident> Shard<R> {
    /// Answers with the pause.
    fn note_failure(&mut self, name: Name<R>, now: Timestamp, broken: Option<String>) -> Duration {
        let failures = self.failures.entry(name).or_insert(Failures { count: 0, until: now, broken: None });
        failures.broken = broken;
        let pause = FIRST_PAUSE.saturating_mul(1 << failures.count.min(16)).min(LONGEST_PAUSE);
        failures.count += 1;
        failures.until = now + pause;
        metrics::counter!("switchboard_actor_quarantines_total", "kind" => R::KIND).increment(1);
        pause
    }
}

impl<R: Resident> Directory<R> {
    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard<R>> {
        let index = usize::try_from(hash % SHARDS as u64).unwrap_or(0);
        // A panic while the lock was held leaves a map that is still a map.
        self.shards[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a letter, starting the actor if it is not there.
    pub(crate) fn tell(
        &self,
        env: &Env,
        scope: TenantScope,
        key: R::Key,
        letter: R::Letter,
    ) -> Result<(), Refusal> {
        self.post(env, scope, key, letter, R::CAPACITY)
    }

    /// Sends a letter that must not be refused: what it tells is durable already. How many there can be is
    /// bounded where work comes in, see [`Directory::is_congested`].
    pub(crate) fn tell_always(&self, env: &Env, scope: TenantScope, key: R::Key, letter: R::Letter) {
        if let Err(refusal) = self.post(env, scope, key, letter, usize::MAX >> 1) {
            // Only while it is quarantined: whoever wrote tells it again when it loads.
            tracing::warn!(kind = R::KIND, ?key, %refusal, "a letter was not taken");
        }
    }

    fn post(
        &self,
        env: &Env,
        scope: TenantScope,
        key: R::Key,
        letter: R::Letter,
        capacity: usize,
    ) -> Result<(), Refusal> {
        let name = (scope, key);
        let hash = hash_of(&name);
        let mut shard = self.shard(hash);
        if let Some(slot) = shard.slots.get(&name) {
            match slot.gate.enter(capacity) {
                Ok(()) if slot.addr.connected() => {
                    slot.addr.do_send(Mail(letter));
                    return Ok(());
                }
                // It panicked, and nobody else could say so.
                Ok(()) => {
                    tracing::error!(kind = R::KIND, ?key, "an actor died of a defect; it is loaded again");
                    slot.gate.close();
                    shard.slots.remove(&name);
                    metrics::gauge!("switchboard_actors", "kind" => R::KIND).decrement(1.0);
                    shard.note_failure(name, env.clock.now(), None);
                }
                Err(Shut::Full) => {
                    metrics::counter!("switchboard_actor_refusals_total", "kind" => R::KIND).increment(1);
                    return Err(Refusal::Overloaded);
                }
                Err(Shut::Closed) => {}
            }
        }
        if let Some(failures) = shard.failures.get(&name)
            && env.clock.now() < failures.until
        {
            if let Some(why) = &failures.broken {
                return Err(Refusal::Broken(why.clone()));
            }
            return Err(Refusal::Unavailable(format!(
                "this {} could not be loaded; it is tried again soon",
                R::KIND
            )));
        }
        let gate = Arc::new(Gate::default());
        if gate.enter(capacity).is_err() {
            return Err(Refusal::Overloaded);
        }
        let arbiter = env.arbiter_of(hash);
        let (actor_env, actor_gate) = (env.clone(), Arc::clone(&gate));
        let addr = R::start_in_arbiter(arbiter, move |_| R::new(actor_env, scope, key, actor_gate));
        addr.do_send(Mail(letter));
        shard.slots.insert(name, Slot { addr, gate });
        metrics::gauge!("switchboard_actors", "kind" => R::KIND).increment(1.0);
        Ok(())
    }

    /// Sends a letter to the actor if it is there; starts nothing.
    pub(crate) fn tell_if_there(&self, scope: TenantScope, key: R::Key, letter: R::Letter) -> bool {
        let name = (scope, key);
        let shard = self.shard(hash_of(&name));
        let Some(slot) = shard.slots.get(&name) else { return false };
        if slot.gate.enter(usize::MAX >> 1).is_err() {
            return false;
        }
        slot.addr.do_send(Mail(letter));
        true
    }

    /// The actor is there, as far as is known.
    pub(crate) fn is_present(&self, scope: TenantScope, key: R::Key) -> bool {
        let name = (scope, key);
        self.shard(hash_of(&name)).slots.contains_key(&name)
    }

    /// The actor has so much waiting that nothing should be begun that will add to it.
    pub(crate) fn is_congested(&self, scope: TenantScope, key: R::Key) -> bool {
        let name = (scope, key);
        self.shard(hash_of(&name)).slots.get(&name).is_some_and(|slot| slot.gate.is_congested(R::CAPACITY))
    }

    /// The keys of a tenant's actors that are there now.
    pub(crate) fn present(&self, scope: TenantScope) -> Vec<R::Key> {
        self.names().into_iter().filter(|(of, _)| *of == scope).map(|(_, key)| key).collect()
    }

    /// Every actor that is there now.
    pub(crate) fn names(&self) -> Vec<Name<R>> {
        self.shards
            .iter()
            .flat_map(|shard| {
                let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                shard.slots.keys().copied().collect::<Vec<_>>()
            })
            .collect()
    }

    /// Letters that wait, all actors together.
    pub(crate) fn waiting(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| {
                let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
                shard.slots.values().map(|slot| slot.gate.waiting()).sum::<usize>()
            })
            .sum()
    }

    /// The actor has gone; its gate is closed. Called by the actor itself.
    pub(crate) fn gone(&self, scope: TenantScope, key: R::Key, gate: &Arc<Gate>) {
        let name = (scope, key);
        let mut shard = self.shard(hash_of(&name));
        if shard.slots.get(&name).is_some_and(|slot| Arc::ptr_eq(&slot.gate, gate)) {
            shard.slots.remove(&name);
            metrics::gauge!("switchboard_actors", "kind" => R::KIND).decrement(1.0);
        }
    }

    /// The actor could not load, or panicked: not before a pause again.
    pub(crate) fn quarantine(&self, env: &Env, scope: TenantScope, key: R::Key, why: &Refusal) -> Duration {
        let name = (scope, key);
        let broken = match why {
            Refusal::Broken(why) => Some(why.clone()),
            _ => None,
        };
        self.shard(hash_of(&name)).note_failure(name, env.clock.now(), broken)
    }

    /// The actor is well: earlier failures are forgotten.
    pub(crate) fn well(&self, scope: TenantScope, key: R::Key) {
        let name = (scope, key);
        self.shard(hash_of(&name)).failures.remove(&name);
    }
}
