//! What is asked of a cluster or an object store at once: bounded, and fair between tenants.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{runtime::Handle, sync::watch};

use crate::{
    fair::{Cost, Lane, LaneLimits, Owner},
    pool::{NotTaken, count},
};

/// One request, with everything that follows from it.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What a gate tells about itself.
pub(crate) struct GateMetrics {
    /// Jobs that wait.
    pub(crate) waiting: metrics::Gauge,
    /// Bytes that wait.
    pub(crate) bytes: metrics::Gauge,
    /// Jobs refused because too much waited.
    pub(crate) overloaded: metrics::Counter,
}

/// A bounded queue before a bounded number of requests. What was taken is done, whoever still waits for it.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    io: Handle,
    at_once: usize,
    metrics: GateMetrics,
    /// Whether nothing waits and nothing runs.
    idle: watch::Sender<bool>,
}

struct State {
    lane: Lane<Job>,
    running: usize,
    closed: bool,
    /// Somebody is letting jobs through, and goes on until none may.
    passing: bool,
}

impl Gate {
    /// A gate that lets so many through at once.
    pub(crate) fn new(limits: LaneLimits, at_once: usize, io: Handle, metrics: GateMetrics) -> Self {
        let state = Mutex::new(State { lane: Lane::new(limits), running: 0, closed: false, passing: false });
        Self(Arc::new(Inner { state, io, at_once: at_once.max(1), metrics, idle: watch::Sender::new(true) }))
    }

    /// Takes a job, or says why not.
    pub(crate) fn submit(&self, owner: Owner, cost: Cost, job: Job) -> Result<(), NotTaken> {
        let mut state = self.0.lock();
        if state.closed {
            return Err(NotTaken::Closed);
        }
        if state.lane.push(owner, cost, job).is_err() {
            self.0.metrics.overloaded.increment(1);
            return Err(NotTaken::Full);
        }
        self.0.idle.send_replace(false);
        drop(state);
        self.let_through();
        Ok(())
    }

    /// Takes nothing more; answers when what was taken is done.
    pub(crate) async fn close(&self) {
        self.0.lock().closed = true;
        let mut idle = self.0.idle.subscribe();
        // The sender lives as long as `self`.
        drop(idle.wait_for(|idle| *idle).await);
    }

    fn let_through(&self) {
        let mut state = self.0.lock();
        // A runtime that has ended drops what it is given at once, which comes back here: then the outer call goes on.
        if std::mem::replace(&mut state.passing, true) {
            return;
        }
        while state.running < self.0.at_once
            && let Some(job) = state.lane.pop()
        {
            state.running += 1;
            drop(state);
            let done = Done(self.clone());
            self.0.io.spawn(async move {
                job.await;
                drop(done);
            });
            state = self.0.lock();
        }
        state.passing = false;
        self.0.metrics.waiting.set(count(state.lane.jobs()));
        self.0.metrics.bytes.set(count(state.lane.bytes()));
        if state.running == 0 && state.lane.jobs() == 0 {
            self.0.idle.send_replace(true);
        }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets the next one through when a job has ended, whichever way.
struct Done(Gate);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.0.lock().running -= 1;
        self.0.let_through();
    }
}
