//! Named threads that work off one bounded queue, fair between tenants.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Instant,
};

use crate::{
    fair::{Cost, Lane, LaneLimits, Owner},
    system::stopwatch,
};

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotTaken {
    /// Too much waits.
    Full,
    /// The pool is closing or its threads are gone.
    Closed,
}

/// What a pool tells about itself.
pub(crate) struct PoolMetrics {
    /// Jobs that wait.
    pub(crate) waiting: metrics::Gauge,
    /// Seconds a job takes.
    pub(crate) seconds: metrics::Histogram,
    /// Jobs refused because too much waited.
    pub(crate) overloaded: metrics::Counter,
}

struct State<J> {
    lane: Lane<J>,
    idle: usize,
    closed: bool,
}

struct Shared<J> {
    state: Mutex<State<J>>,
    wake: Condvar,
    metrics: PoolMetrics,
}

impl<J> Shared<J> {
    fn lock(&self) -> MutexGuard<'_, State<J>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// The next job; `None` when the pool is closed and everything is done.
    fn next(&self) -> Option<J> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.lane.pop() {
                self.metrics.waiting.set(count(state.lane.jobs()));
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }
}

/// For gauges and histograms, which are floats; exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
pub(crate) const fn count(number: usize) -> f64 {
    number as f64
}

/// The threads. A job still waiting when its pool closes is done before the threads end.
pub(crate) struct Pool<J: Send + 'static> {
    shared: Arc<Shared<J>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// Closes the pool when its thread dies of a panic: the jobs that wait are dropped, which tells their callers,
/// and later ones are refused.
struct Alarm<'a, J>(&'a Shared<J>);

impl<J> Drop for Alarm<'_, J> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
            while let Some(job) = { self.0.lock().lane.pop() } {
                drop(job);
            }
        }
    }
}

impl<J: Send + 'static> Pool<J> {
    /// Starts a thread for each of the workers, which get the jobs as an iterator that ends with the pool.
    pub(crate) fn start<W: FnOnce(&mut dyn Iterator<Item = J>) + Send + 'static>(
        name: &str,
        limits: LaneLimits,
        metrics: PoolMetrics,
        workers: Vec<W>,
    ) -> std::io::Result<Self> {
        let state = State { lane: Lane::new(limits), idle: 0, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new(), metrics });
        let pool = Self { shared: Arc::clone(&shared), threads: Mutex::new(Vec::new()) };
        for (index, worker) in workers.into_iter().enumerate() {
            let shared = Arc::clone(&shared);
            let thread = std::thread::Builder::new().name(format!("{name}-{index}")).spawn(move || {
                let _alarm = Alarm(&shared);
                let mut since = None::<Instant>;
                worker(&mut std::iter::from_fn(|| {
                    if let Some(since) = since {
                        shared.metrics.seconds.record(since.elapsed());
                    }
                    let job = shared.next();
                    since = Some(stopwatch());
                    job
                }));
            })?;
            pool.threads().push(thread);
        }
        Ok(pool)
    }

    /// Queues a job.
    pub(crate) fn submit(&self, owner: Owner, bytes: usize, job: J) -> Result<(), NotTaken> {
        let mut state = self.shared.lock();
        if state.closed {
            return Err(NotTaken::Closed);
        }
        if state.lane.push(owner, Cost { rows: 1, bytes }, job).is_err() {
            self.shared.metrics.overloaded.increment(1);
            return Err(NotTaken::Full);
        }
        let someone_sleeps = state.idle > 0;
        drop(state);
        if someone_sleeps {
            self.shared.wake.notify_one();
        }
        Ok(())
    }

    /// Takes nothing from now on; what waits is still done.
    pub(crate) fn refuse(&self) {
        self.shared.close();
    }

    /// Finishes what waits and ends the threads; takes nothing from then on. Blocks.
    pub(crate) fn close(&self) {
        self.shared.close();
        let threads = std::mem::take(&mut *self.threads());
        for thread in threads {
            // A thread that died of a panic has said so itself.
            drop(thread.join());
        }
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: Send + 'static> Drop for Pool<J> {
    fn drop(&mut self) {
        self.close();
    }
}
