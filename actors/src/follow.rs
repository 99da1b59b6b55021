//! Readers of each tenant's log, each with a place of its own that is written down with what it made of the events.
//!
//! *State*: of each tenant that was told of, the place up to which it was read; in the store it is a row of `log_cursors`.
//! *Invariants*: a tenant's events come in their order, one turn after the other; each comes at least once, whatever
//! crashes, and again only after one. So what a [`Follower`] makes of an event must be the same the second time: a row keyed
//! by the event's place, or one that says up to which place it is. *Limits*: a turn is [`TURN_EVENTS`] of one tenant;
//! [`TENANTS_AT_ONCE`] have one at once, whoever waited longest first. *On failure*: that tenant rests for [`PAUSE`], and
//! the same events come again; the others go on. What the log has forgotten (after a week) is not read any more.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{StreamExt as _, stream::FuturesUnordered};
use switchboard_ports::store::{Lane, MAX_COMMIT_BYTES, MAX_COMMIT_ROWS, Mutation};
use switchboard_schema::{TenantScope, record::LogCursorRow, wire};
use tokio::{sync::Notify, time::Instant};

use crate::{Refusal, env::Env, log, recent::Reader, shell};

/// Events of one turn, at most.
pub const TURN_EVENTS: usize = 200;
/// Tenants that have a turn at once, at most.
pub const TENANTS_AT_ONCE: usize = 8;
/// Pause before a turn that failed is tried again.
pub const PAUSE: Duration = Duration::from_secs(2);
/// Events after which a place is noted though nothing came of them.
const NOTED_AFTER: u64 = 500;

/// What makes something of the events.
pub trait Follower: Send + Sync + 'static {
    /// The name under which its place is noted; never changed.
    const NAME: &'static str;

    /// Takes in the next events of a tenant, and gives the rows that are to be written with the place after them; nothing
    /// where none of them was anything to it, and it is all the same whether they come again. Rows of one turn that do not
    /// fit one commit are written in several, the place last.
    ///
    /// Acting itself is allowed where that is done once however often it is asked for.
    ///
    /// # Errors
    /// When they cannot be taken in now: they come again after a pause.
    fn take(
        &self,
        scope: TenantScope,
        events: &[Arc<wire::Event>],
    ) -> impl Future<Output = Result<Option<Vec<Mutation>>, Refusal>> + Send;

    /// What was last given for a tenant is written. Nothing says so when the process ends in between.
    fn written(&self, scope: TenantScope) -> impl Future<Output = ()> + Send {
        let _ = scope;
        std::future::ready(())
    }
}

/// Whose logs have something new for one follower.
#[derive(Default)]
pub(crate) struct Bell {
    waiting: Mutex<Waiting>,
    rung: Notify,
}

#[derive(Default)]
struct Waiting {
    queue: VecDeque<TenantScope>,
    known: HashSet<TenantScope>,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ring(&self, scope: TenantScope) {
        let mut waiting = self.lock();
        if waiting.known.insert(scope) {
            waiting.queue.push_back(scope);
        }
        drop(waiting);
        self.rung.notify_one();
    }

    /// Whoever waits longest and is not among these.
    fn next(&self, but: impl Fn(TenantScope) -> bool) -> Option<TenantScope> {
        let mut waiting = self.lock();
        let at = waiting.queue.iter().position(|scope| !but(*scope))?;
        let scope = waiting.queue.remove(at)?;
        waiting.known.remove(&scope);
        Some(scope)
    }
}

/// The bells of all followers there are.
#[derive(Default)]
pub(crate) struct Bells(Mutex<Vec<Arc<Bell>>>);

impl Bells {
    /// There is something new in a tenant's log, or it is to be looked whether there is.
    pub(crate) fn ring(&self, scope: TenantScope) {
        for bell in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            bell.ring(scope);
        }
    }

    fn hang(&self) -> Arc<Bell> {
        let bell = Arc::<Bell>::default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&bell));
        bell
    }
}

/// How far a tenant's log was read.
#[derive(Debug, Clone, Copy)]
struct Place {
    read: u64,
    noted: u64,
}

/// A follower and how far it is.
pub struct Following<F> {
    env: Env,
    bell: Arc<Bell>,
    reader: Reader,
    follower: F,
    places: Mutex<HashMap<TenantScope, Place>>,
}

impl<F: Follower> Following<F> {
    pub(crate) fn new(env: Env, follower: F) -> Self {
        let (bell, reader) = (env.bells.hang(), env.recent.reader());
        Self { env, bell, reader, follower, places: Mutex::default() }
    }

    /// Reads until it is told to stop; a turn that is on its way then is dropped, and comes again after the next start.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        let mut turns = FuturesUnordered::new();
        let mut busy = HashSet::new();
        let mut resting: HashMap<TenantScope, Instant> = HashMap::new();
        loop {
            let now = Instant::now();
            resting.retain(|scope, until| {
                let rests = *until > now;
                if !rests {
                    self.bell.ring(*scope);
                }
                rests
            });
            while turns.len() < TENANTS_AT_ONCE
                && let Some(scope) =
                    self.bell.next(|scope| busy.contains(&scope) || resting.contains_key(&scope))
            {
                busy.insert(scope);
                let this = &self;
                turns.push(async move { (scope, this.turn(scope).await) });
            }
            let wakes = resting.values().min().copied();
            tokio::select! {
                biased;
                () = &mut stop => return,
                Some((scope, turned)) = turns.next() => {
                    busy.remove(&scope);
                    match turned {
                        Ok(false) => {}
                        Ok(true) => self.bell.ring(scope),
                        Err(refusal) => {
                            self.failed(scope, &refusal);
                            resting.insert(scope, Instant::now() + PAUSE);
                        }
                    }
                }
                () = self.bell.rung.notified() => {}
                () = tokio::time::sleep_until(wakes.unwrap_or(now)), if wakes.is_some() => {}
            }
        }
    }

    /// Reads until there is nothing more, for whoever does not want to wait for it.
    ///
    /// # Errors
    /// Of the first turn that failed.
    pub async fn catch_up(&self, scope: TenantScope) -> Result<(), Refusal> {
        while self.turn(scope).await? {}
        Ok(())
    }

    /// What it follows for.
    pub const fn follower(&self) -> &F {
        &self.follower
    }

    fn failed(&self, scope: TenantScope, refusal: &Refusal) {
        tracing::warn!(tenant = %scope.tenant(), follower = F::NAME, %refusal, "a tenant's events cannot be taken in now; it is tried again");
        metrics::counter!("switchboard_follower_failures_total", "follower" => F::NAME).increment(1);
        self.lock().remove(&scope);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TenantScope, Place>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn place(&self, scope: TenantScope) -> Result<Place, Refusal> {
        let known = self.lock().get(&scope).copied();
        if let Some(place) = known {
            return Ok(place);
        }
        let offset = log::place(&self.env.records, scope, F::NAME).await?.unwrap_or(0);
        Ok(Place { read: offset, noted: offset })
    }

    /// One turn of one tenant: true where there may be more.
    async fn turn(&self, scope: TenantScope) -> Result<bool, Refusal> {
        let mut place = self.place(scope).await?;
        let Some(read) = log::after(&self.env, scope, place.read, TURN_EVENTS).await? else {
            self.lock().insert(scope, place);
            return Ok(false);
        };
        metrics::counter!("switchboard_follower_events_total", "follower" => F::NAME)
            .increment(read.events.len() as u64);
        let rows = self.follower.take(scope, &read.events).await?;
        place.read = read.last;
        if rows.is_some() || read.last >= place.noted + NOTED_AFTER {
            self.write(scope, rows.unwrap_or_default(), read.last).await?;
            place.noted = read.last;
        }
        self.follower.written(scope).await;
        self.env.recent.read(scope, self.reader, read.last);
        self.lock().insert(scope, place);
        Ok(read.more)
    }

    /// Writes rows, and the place with the last of them.
    async fn write(&self, scope: TenantScope, rows: Vec<Mutation>, place: u64) -> Result<(), Refusal> {
        let note = Mutation::put(LogCursorRow { consumer: F::NAME.to_owned(), offset: place });
        let mut commit = Vec::new();
        let mut bytes = note.size();
        for row in rows {
            if commit.len() + 2 > MAX_COMMIT_ROWS || bytes + row.size() > MAX_COMMIT_BYTES {
                self.commit(scope, std::mem::take(&mut commit)).await?;
                bytes = note.size();
            }
            bytes += row.size();
            commit.push(row);
        }
        commit.push(note);
        self.commit(scope, commit).await
    }

    async fn commit(&self, scope: TenantScope, rows: Vec<Mutation>) -> Result<(), Refusal> {
        Ok(shell::repeat(|| shell::commit(&self.env, scope, Lane::Bulk, rows.clone())).await?)
    }
}
