//! The distributed store: ScyllaDB, or anything that speaks CQL as it does.
//!
//! A commit is answered when a quorum of the replicas has it. Writes carry the owner's own times, so that a repetition
//! changes nothing and the last word is the owner's, whatever the cluster's clocks say; a lease in the cluster is the
//! fence. Conditional writes (compare-and-set) are for claimed tables alone.
//!
//! - [`statements`], [`cells`]: what is said and heard. [`schema`]: keyspaces and tables. [`connect`]: the session.
//! - [`stamps`], [`fence`]: the times of writes, and who may write.
//! - [`node`]: which node this is.
//! - [`verdict`]: what an error says of a request. [`crate::gate`]: how much is asked at once, and whose turn it is.

mod cells;
mod connect;
mod fence;
mod node;
mod schema;
mod stamps;
mod statements;
mod verdict;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use cells::{NEVER, RawRow, Row, Values};
pub use connect::Cluster;
use connect::{ATTEMPT_MAX, SECOND_NODE_AFTER};
use fence::{Fence, RENEW_EVERY, STORE, Step};
use futures_util::future::join_all;

pub use node::Node;
use schema::Keyspaces;
use scylla::{
    client::{execution_profile::ExecutionProfileHandle, session::Session},
    errors::ExecutionError,
    response::{PagingState, PagingStateResponse, query_result::QueryResult},
    statement::{
        Consistency, SerialConsistency,
        batch::{Batch, BatchType},
        prepared::PreparedStatement,
    },
};
use statements::Shape;
use switchboard_ports::{
    Future,
    clock::{Clock, Entropy},
    ready,
    store::{Error, Exchange, Exchanged, Lane, Mutation, Scan, Scope, Store},
};
use switchboard_schema::{
    IdBytes, TenantId, Timestamp,
    record::{FENCES, FenceRow},
    table::{Cell, CorruptRow, Record, Table},
    wire::StoreCondition,
};
use tokio::{
    runtime::Handle,
    sync::{oneshot, watch},
    task::JoinHandle,
};
use verdict::{Sent, Verdict, pause, verdict};

use crate::{
    checks,
    condition::{Monitor, Trouble},
    fair::{Cost, LaneLimits, Owner},
    gate::{Gate, GateMetrics},
    lifecycle::Lifecycle,
    pool::NotTaken,
    scans::{Bound, Bounds, PAGE_BYTES_MAX},
    system::{boottime, stopwatch},
    transfer::{Page, Place, Whole},
};

/// How long a request may take with all its repetitions.
pub const REQUEST_MAX: Duration = Duration::from_secs(6);
/// Rows that are fetched at a time. A page of a scan is made of several.
const FETCH_ROWS: usize = 250;
/// Rows that are fetched at a time, at least, where some may have ended.
const FETCH_ROWS_MIN: usize = 32;
/// Statements prepared at once when the store is opened.
const PREPARED_AT_ONCE: usize = 16;
/// Parts of the ring that are read one after the other when everything is read.
const RING_PARTS: u32 = 16;
/// How much longer than a row lives the cluster keeps it: its clocks may be ahead of ours, and reads judge by ours.
const KEPT_BEYOND: Duration = Duration::from_secs(3_600);
/// The longest life that the cluster is told of, in seconds: five years. A row that lives longer is not removed by it,
/// and still ends for whoever reads. (CQL knows up to 20 years, but Cassandra refuses ends beyond January 2038.)
const LIFE_MAX: i64 = 5 * 365 * 24 * 3_600;
/// How often it is looked whether another node still renews its lease.
const WATCH_EVERY: Duration = Duration::from_secs(1);

/// How much waits and how much is asked at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Commits that wait in the interactive lane.
    pub interactive: LaneLimits,
    /// Commits that wait in the bulk lane.
    pub bulk: LaneLimits,
    /// Reads that wait.
    pub reads: LaneLimits,
    /// Commits of the interactive lane under way at once.
    pub interactive_at_once: usize,
    /// Commits of the bulk lane under way at once.
    pub bulk_at_once: usize,
    /// Reads under way at once.
    pub reads_at_once: usize,
}

impl Default for Limits {
    fn default() -> Self {
        let crate::Options { interactive, bulk, reads, .. } = crate::Options::default();
        Self { interactive, bulk, reads, interactive_at_once: 512, bulk_at_once: 128, reads_at_once: 256 }
    }
}

/// Why the store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keyspace's name would not be one.
    #[error(
        "\"{name}\" cannot be a keyspace: a small letter, then small letters, digits and underscores, at most {chars_max}"
    )]
    Keyspace {
        /// As given.
        name: String,
        /// Characters, at most.
        chars_max: usize,
    },
    /// The file of certificates cannot be used.
    #[error("the certificates in {file} cannot be used: {problem}")]
    Certificates {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The cluster does not answer, or not as it should.
    #[error("the cluster: {0}")]
    Cluster(String),
    /// A table is not as this program declares it.
    #[error(
        "the tables were made by another build of this program: `{column}` is not as this one declares it"
    )]
    Differs {
        /// Table and column.
        column: String,
    },
    /// A majority of one data centre need not know what one of another does.
    #[error("the cluster has several data centres ({names}): say which is yours, the same for every server")]
    Datacenters {
        /// Their names.
        names: String,
    },
    /// Our clock is not to be trusted.
    #[error(
        "this machine's clock is {ahead_s} s ahead of the cluster's: set it right, as writes carry its time"
    )]
    Clock {
        /// By how much.
        ahead_s: i64,
    },
    /// Another server writes to it.
    #[error("another server writes to this keyspace; stop it first")]
    InUse,
}

impl OpenError {
    /// An answer that does not read.
    fn strange(error: impl std::error::Error) -> Self {
        Self::Cluster(format!("an answer that does not read: {error}"))
    }
}

/// What the store needs besides the cluster.
pub struct Parts {
    /// By which it is judged what has expired.
    pub clock: Arc<dyn Clock>,
    /// By which writes are timed. The machine's own, except in tests.
    pub write_clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Where requests run, whoever waits for them.
    pub io: Handle,
    /// Which node this is.
    pub node: Node,
}

/// The store.
///
/// Limits: a row has at most 4 MiB, a page of a scan 64 MiB, the queues as in [`Limits`], and a request with all its
/// repetitions takes at most [`REQUEST_MAX`]: then a write is [`Error::Ambiguous`] unless no replica was asked.
pub struct Scylla {
    core: Arc<Core>,
    fence: Arc<Fence>,
    interactive: Gate,
    bulk: Gate,
    reads: Gate,
    renewal: Mutex<Option<Renewal>>,
    io: Handle,
    closed: watch::Sender<bool>,
    _node: Node,
}

/// The task that renews the lease.
struct Renewal {
    /// Ends it when it is dropped.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Says that the store is closed, also where the runtime ended before it was.
struct Closed(watch::Sender<bool>);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// What requests need.
struct Core {
    session: Session,
    keyspaces: Keyspaces,
    prepared: Mutex<HashMap<(&'static str, Shape), PreparedStatement>>,
    /// For whatever may be done twice.
    twice: ExecutionProfileHandle,
    /// For compare-and-set.
    once: ExecutionProfileHandle,
    clock: Arc<dyn Clock>,
    write_clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    monitor: Monitor,
    metrics: CoreMetrics,
}

struct CoreMetrics {
    rows: metrics::Counter,
    commit_seconds: metrics::Histogram,
    read_seconds: metrics::Histogram,
    repeated: metrics::Counter,
}

/// Brings the tables of a cluster up to date, also while a server writes to it.
///
/// # Errors
/// As [`Scylla::open`].
pub async fn migrate(cluster: &Cluster) -> Result<(), OpenError> {
    let session = cluster.connect().await?;
    schema::migrate(&session, &Keyspaces::of(&cluster.keyspace), cluster.replication_factor).await
}

/// Looks whether the cluster answers, without taking its lease or changing anything; answers in words.
///
/// # Errors
/// As [`Scylla::open`].
pub async fn look(cluster: &Cluster) -> Result<String, OpenError> {
    let session = cluster.connect().await?;
    let nodes = session.get_cluster_state().get_nodes_info().len();
    let made = schema::are_made(&session, &Keyspaces::of(&cluster.keyspace)).await?;
    let name = &cluster.keyspace;
    let keyspace = if made { format!("has keyspace {name}") } else { format!("will get keyspace {name}") };
    Ok(format!("a cluster of {nodes} answers and {keyspace}"))
}

/// Keyspace and name of every table, for tests that look past the store.
#[cfg(any(test, feature = "testing"))]
pub(crate) fn places(keyspace: &str) -> Vec<(String, &'static str)> {
    let keyspaces = Keyspaces::of(keyspace);
    schema::tables().map(|table| (keyspaces.of_table(table).to_owned(), table.name)).collect()
}

impl Scylla {
    /// Connects, brings the tables up to date, and takes the lease. Waits up to about 15 s where a node that held it
    /// has died.
    ///
    /// # Errors
    /// When the cluster does not answer, holds what this program cannot use, or another node writes.
    pub async fn open(cluster: &Cluster, limits: Limits, parts: Parts) -> Result<Arc<Self>, OpenError> {
        let Parts { clock, write_clock, entropy, io, node } = parts;
        let keyspaces = Keyspaces::of(&cluster.keyspace);
        // The driver's own tasks belong to the runtime in which it is made.
        let session = {
            let (cluster, keyspaces) = (cluster.clone(), keyspaces.clone());
            let write_clock_now = write_clock.now();
            let connected = io.spawn(async move {
                let session = cluster.connect().await?;
                connect::check_clock(&session, write_clock_now).await?;
                schema::migrate(&session, &keyspaces, cluster.replication_factor).await?;
                Ok(session)
            });
            connected.await.map_err(|error| OpenError::Cluster(error.to_string()))??
        };
        let core = Arc::new(Core {
            session,
            keyspaces,
            prepared: Mutex::default(),
            twice: cluster.profile(true),
            once: cluster.profile(false),
            clock,
            write_clock,
            entropy,
            monitor: Monitor::new(),
            metrics: CoreMetrics {
                rows: metrics::counter!("switchboard_store_rows_total"),
                commit_seconds: metrics::histogram!("switchboard_store_commit_seconds"),
                read_seconds: metrics::histogram!("switchboard_store_read_seconds"),
                repeated: metrics::counter!("switchboard_store_requests_repeated_total"),
            },
        });
        let fence = {
            let core = Arc::clone(&core);
            let id = node.id();
            let taken = io.spawn(async move {
                core.prepare_all().await;
                core.take_lease(id).await
            });
            Arc::new(taken.await.map_err(|error| OpenError::Cluster(error.to_string()))??)
        };
        let (stop, stopped) = oneshot::channel();
        let task = io.spawn(renew(Arc::clone(&core), Arc::clone(&fence), stopped));
        let renewal = Renewal { stop, task };
        let lane = |lane: &'static str| GateMetrics {
            waiting: metrics::gauge!("switchboard_store_queue_commits", "lane" => lane),
            bytes: metrics::gauge!("switchboard_store_queue_bytes", "lane" => lane),
            overloaded: metrics::counter!("switchboard_store_overloaded_total", "lane" => lane),
        };
        let reads = GateMetrics {
            waiting: metrics::gauge!("switchboard_store_read_queue_reads"),
            bytes: metrics::Gauge::noop(),
            overloaded: metrics::counter!("switchboard_store_reads_overloaded_total"),
        };
        let gate = |limits, at_once, metrics| Gate::new(limits, at_once, io.clone(), metrics);
        Ok(Arc::new(Self {
            core,
            fence,
            interactive: gate(limits.interactive, limits.interactive_at_once, lane("interactive")),
            bulk: gate(limits.bulk, limits.bulk_at_once, lane("bulk")),
            reads: gate(limits.reads, limits.reads_at_once, reads),
            renewal: Mutex::new(Some(renewal)),
            io,
            closed: watch::Sender::new(false),
            _node: node,
        }))
    }
}

impl Scylla {
    fn commit(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>, one: bool) -> Future<Result<(), Error>> {
        if let Err(error) = checks::commit(scope, &rows, one) {
            return ready(Err(error));
        }
        if rows.is_empty() {
            return ready(Ok(()));
        }
        let cost = Cost::of(&rows);
        let owner = Owner::of(scope, &rows);
        // Timed at once, so that of two commits of one owner the one that was asked for later stands.
        let stamp = match self.fence.stamp(boottime(), self.core.micros(), rows.len()) {
            Ok(stamp) => stamp,
            Err(error) => return ready(Err(error)),
        };
        let gate = match lane {
            Lane::Interactive => &self.interactive,
            Lane::Bulk => &self.bulk,
        };
        let (core, fence) = (Arc::clone(&self.core), Arc::clone(&self.fence));
        let asked = stopwatch();
        submit(gate, owner, cost, Error::Ambiguous, async move {
            let written = core.write(&fence, scope.tenant(), &rows, stamp).await;
            core.metrics.commit_seconds.record(asked.elapsed());
            written?;
            core.metrics.rows.increment(u64::try_from(rows.len()).unwrap_or(u64::MAX));
            // Whoever took over meanwhile may have read before this was there.
            fence.holds(boottime()).map_err(|_| Error::Ambiguous)
        })
    }

    fn read<T: Send + 'static>(
        &self,
        scope: Scope,
        read: impl std::future::Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Future<Result<T, Error>> {
        let died = Error::Unavailable("a read of the store died of a defect".to_owned());
        let cost = Cost { rows: 1, bytes: 0 };
        let (core, fence) = (Arc::clone(&self.core), Arc::clone(&self.fence));
        submit(&self.reads, scope.into(), cost, died, async move {
            fence.holds(boottime())?;
            let begun = stopwatch();
            let found = read.await;
            core.metrics.read_seconds.record(begun.elapsed());
            found
        })
    }
}

/// Lets a request through a gate. What was let through is done, whether or not the future is kept; `died`: the answer
/// when it ends without one.
fn submit<T: Send + 'static>(
    gate: &Gate,
    owner: Owner,
    cost: Cost,
    died: Error,
    request: impl std::future::Future<Output = Result<T, Error>> + Send + 'static,
) -> Future<Result<T, Error>> {
    let (reply, answer) = oneshot::channel();
    let job = Box::pin(async move {
        // The caller may have dropped its future meanwhile.
        drop(reply.send(request.await));
    });
    match gate.submit(owner, cost, job) {
        Ok(()) => Box::pin(async move { answer.await.unwrap_or(Err(died)) }),
        Err(NotTaken::Full) => ready(Err(Error::Overloaded)),
        Err(NotTaken::Closed) => ready(Err(Error::Unavailable("the store is closed".to_owned()))),
    }
}

impl Store for Scylla {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.commit(scope, lane, rows, true)
    }

    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.commit(scope, lane, rows, false)
    }

    fn get(
        &self,
        scope: Scope,
        table: &'static Table,
        key: Vec<Cell>,
    ) -> Future<Result<Option<Vec<Cell>>, Error>> {
        if let Err(error) = checks::key(scope, table, &key) {
            return ready(Err(error));
        }
        let core = Arc::clone(&self.core);
        self.read(scope, async move { core.get(scope.tenant(), table, &key, Consistency::LocalQuorum).await })
    }

    fn scan(&self, scope: Scope, scan: Scan) -> Future<Result<Vec<Vec<Cell>>, Error>> {
        if let Err(error) = checks::scan(scope, &scan) {
            return ready(Err(error));
        }
        let core = Arc::clone(&self.core);
        self.read(scope, async move { core.scan(scope.tenant(), &scan).await })
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>> {
        if let Err(error) = checks::exchange(scope, &exchange) {
            return ready(Err(error));
        }
        let cost = Cost::of_exchange(&exchange);
        let (core, fence) = (Arc::clone(&self.core), Arc::clone(&self.fence));
        submit(&self.interactive, scope.into(), cost, Error::Ambiguous, async move {
            fence.holds(boottime())?;
            let exchanged = core.exchange(scope.tenant(), &exchange).await?;
            fence.holds(boottime()).map_err(|_| Error::Ambiguous)?;
            Ok(exchanged)
        })
    }
}

impl Lifecycle for Scylla {
    fn condition(&self) -> StoreCondition {
        match self.fence.holds(boottime()) {
            Ok(()) => self.core.monitor.condition(),
            Err(_) => StoreCondition::Failed,
        }
    }

    fn failure(&self) -> Option<String> {
        self.fence.holds(boottime()).err().map(|error| error.to_string())
    }

    /// The cluster itself removes what has ended.
    fn sweep(&self, _: Timestamp) -> Future<Result<usize, Error>> {
        ready(Ok(0))
    }

    fn close(&self) -> Future<()> {
        let renewal = self.renewal.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(renewal) = renewal {
            let gates = [self.interactive.clone(), self.bulk.clone(), self.reads.clone()];
            let (core, fence, closed) =
                (Arc::clone(&self.core), Arc::clone(&self.fence), self.closed.clone());
            let closed = Closed(closed);
            self.io.spawn(async move {
                for gate in gates {
                    gate.close().await;
                }
                let Renewal { stop, task } = renewal;
                drop(stop);
                // What it is asking is answered before the lease is let go of.
                drop(task.await);
                core.let_go(&fence).await;
                drop(closed);
            });
        }
        let mut closed = self.closed.subscribe();
        Box::pin(async move {
            drop(closed.wait_for(|closed| *closed).await);
        })
    }
}

impl Whole for Scylla {
    fn dump(&self, table: &'static Table, place: Option<Place>) -> Future<Result<Page, Error>> {
        let core = Arc::clone(&self.core);
        self.read(Scope::System, async move { core.dump(table, place).await })
    }
}

impl Drop for Scylla {
    fn drop(&mut self) {
        drop(self.close());
    }
}

/// Renews the lease until another node has it or the store is closed.
async fn renew(core: Arc<Core>, fence: Arc<Fence>, mut stopped: oneshot::Receiver<()>) {
    let mut ticks = tokio::time::interval(RENEW_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut failures = core.monitor.failures();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = &mut stopped => return,
        }
        let sent = boottime();
        let (now, next) = fence.renewal(core.micros());
        let (row, renewed) = match core.exchange(None, &swap(Some(now), next.clone())).await {
            Ok(Exchanged::Done) => (next, Some(sent)),
            Ok(Exchanged::Found(found)) => {
                let found = found.map(FenceRow::from_cells).and_then(Result::ok);
                // At once again, over what stands.
                ticks.reset_immediately();
                // Nobody removes it: where it is gone, somebody has emptied the keyspace.
                (found.unwrap_or(FenceRow { epoch: i64::MAX, ..next }), None)
            }
            Err(error) => {
                tracing::warn!(%error, "the store's lease is not renewed; it is tried again");
                continue;
            }
        };
        if fence.stands(row, renewed) {
            tracing::error!("another server has taken the store over; this one writes nothing more: stop it");
            return;
        }
        // A renewal is the smallest of writes: it alone does not say that others go well.
        if core.monitor.failures() == failures {
            core.monitor.recovered();
        }
        failures = core.monitor.failures();
    }
}

fn swap(expect: Option<FenceRow>, replace: FenceRow) -> Exchange {
    let key_len = FENCES.key_len();
    let mut key = replace.into_cells();
    let values = key.split_off(key_len);
    Exchange {
        table: &FENCES,
        key,
        expect: expect.map(|row| row.into_cells().split_off(key_len)),
        replace: Some(values),
    }
}

impl Core {
    /// Microseconds since 1970 by the clock that times writes.
    fn micros(&self) -> i64 {
        self.write_clock.now().as_millis().saturating_mul(1_000)
    }

    /// Takes the lease, or says who has it.
    async fn take_lease(&self, node: IdBytes) -> Result<Fence, OpenError> {
        let unusable = |error: Error| OpenError::Cluster(error.to_string());
        let mut watched: Option<(FenceRow, Instant)> = None;
        loop {
            let key = FenceRow::key(STORE.to_owned());
            let found = self.get(None, &FENCES, &key, Consistency::Serial).await.map_err(unusable)?;
            let found =
                found.map(FenceRow::from_cells).transpose().map_err(|error| unusable(error.into()))?;
            let watching = watched.as_ref().map(|(row, since)| (row, since.elapsed()));
            match fence::step(found.as_ref(), node, self.micros(), watching) {
                Step::Refuse => return Err(OpenError::InUse),
                Step::Wait => {
                    if let (None, Some(row)) = (&watched, found) {
                        tracing::info!(
                            "another server had this store; it is waited until its lease has run out"
                        );
                        watched = Some((row, stopwatch()));
                    }
                    tokio::time::sleep(WATCH_EVERY).await;
                }
                Step::Take(row) => {
                    let predecessor = found.as_ref().map_or(0, |row| row.reserved_until);
                    let sent = boottime();
                    match self.exchange(None, &swap(found, row.clone())).await.map_err(unusable)? {
                        Exchanged::Done => return Ok(Fence::taken(row, predecessor, sent)),
                        // Somebody else was quicker: look again.
                        Exchanged::Found(_) => {}
                    }
                }
            }
        }
    }

    /// Lets whoever comes next in at once.
    async fn let_go(&self, fence: &Fence) {
        if fence.holds(boottime()).is_err() {
            return;
        }
        let (now, next) = fence.release();
        match self.exchange(None, &swap(Some(now), next)).await {
            Ok(Exchanged::Done) => {}
            other => tracing::warn!(?other, "the lease runs out by itself: the next server waits for that"),
        }
    }

    /// Prepares what is asked most, so that no node that stands still is waited for later. What does not go well now is
    /// tried when it is needed.
    async fn prepare_all(&self) {
        let plain = [Shape::Get, Shape::Put, Shape::Delete];
        let claimed = [Shape::Get, Shape::Claim, Shape::Replace, Shape::Release];
        let scans =
            [false, true].map(|reverse| Shape::Scan { lower: Bound::Open, upper: Bound::Open, reverse });
        let statements: Vec<_> = schema::tables()
            .flat_map(|table| {
                let shapes = if table.claimed { &claimed[..] } else { &plain[..] };
                shapes.iter().chain(&scans).map(move |shape| (table, *shape))
            })
            .collect();
        for some in statements.chunks(PREPARED_AT_ONCE) {
            let prepared = join_all(some.iter().map(|(table, shape)| self.prepare(table, *shape))).await;
            for error in prepared.into_iter().filter_map(Result::err) {
                tracing::debug!(%error, "a statement is prepared later");
            }
        }
    }

    async fn prepare(
        &self,
        table: &'static Table,
        shape: Shape,
    ) -> Result<PreparedStatement, ExecutionError> {
        let key = (table.name, shape);
        let known = {
            let prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
            prepared.get(&key).cloned()
        };
        if let Some(prepared) = known {
            return Ok(prepared);
        }
        let text = shape.cql(table, self.keyspaces.of_table(table));
        // The driver waits for every node, also for one that stands still.
        let prepared = tokio::time::timeout(ATTEMPT_MAX, self.session.prepare(text)).await;
        let mut prepared = prepared.map_err(|_| ExecutionError::RequestTimeout(ATTEMPT_MAX))??;
        // Of everything else the same twice is the same once.
        let conditional = matches!(shape, Shape::Claim | Shape::Replace | Shape::Release);
        prepared.set_is_idempotent(!conditional);
        let profile = if conditional { &self.once } else { &self.twice };
        prepared.set_execution_profile_handle(Some(profile.clone()));
        if table.name == FENCES.name {
            // Of all data centres: two servers may ask different ones.
            prepared.set_serial_consistency(Some(SerialConsistency::Serial));
        }
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner).insert(key, prepared.clone());
        Ok(prepared)
    }

    /// A share from 0 to 1.
    fn chance(&self) -> f64 {
        let mut byte = [0];
        self.entropy.fill(&mut byte);
        f64::from(byte[0]) / f64::from(u8::MAX)
    }

    async fn write(
        &self,
        fence: &Fence,
        tenant: Option<TenantId>,
        rows: &[Mutation],
        stamp: i64,
    ) -> Result<(), Error> {
        let now = self.clock.now();
        let mut attempts = Attempts::begin(self, true);
        loop {
            // Also before each repetition: what a successor has read must not change under it.
            if let Err(error) = fence.holds(boottime()) {
                return Err(if attempts.maybe_done { Error::Ambiguous } else { error });
            }
            let attempt = self.write_once(tenant.as_ref(), rows, stamp, now);
            if attempts.outcome(attempt).await?.is_some() {
                return Ok(());
            }
        }
    }

    async fn write_once(
        &self,
        tenant: Option<&TenantId>,
        rows: &[Mutation],
        stamp: i64,
        now: Timestamp,
    ) -> Result<(), ExecutionError> {
        let mut statements = Vec::with_capacity(rows.len());
        let mut values = Vec::with_capacity(rows.len());
        for (row, stamp) in rows.iter().zip(stamp..) {
            let shape = match row {
                Mutation::Put { .. } => Shape::Put,
                Mutation::Delete { .. } => Shape::Delete,
            };
            statements.push(self.prepare(row.table(), shape).await?);
            values.push(row_values(tenant, row, stamp, now));
        }
        if let ([statement], [values]) = (&statements[..], &values[..]) {
            self.session.execute_unpaged(statement, values).await?;
            return Ok(());
        }
        // One partition's rows are one mutation, which needs no log; others are all written in the end by one.
        let one = rows
            .windows(2)
            .all(|pair| pair[0].table() == pair[1].table() && pair[0].partition() == pair[1].partition());
        let mut batch = Batch::new(if one { BatchType::Unlogged } else { BatchType::Logged });
        batch.set_is_idempotent(true);
        batch.set_execution_profile_handle(Some(self.twice.clone()));
        for statement in statements {
            batch.append_statement(statement);
        }
        self.session.batch(&batch, values).await?;
        Ok(())
    }

    async fn get(
        &self,
        tenant: Option<TenantId>,
        table: &'static Table,
        key: &[Cell],
        consistency: Consistency,
    ) -> Result<Option<Vec<Cell>>, Error> {
        let now = self.clock.now();
        let mut attempts = Attempts::begin(self, true);
        let answer = loop {
            let attempt = self.get_once(tenant.as_ref(), table, key, consistency);
            if let Some(answer) = attempts.outcome(attempt).await.map_err(unread)? {
                break answer;
            }
        };
        let mut rows = rows_of(answer, table)?;
        Ok(rows.pop().filter(|row| is_there(row, now)).map(|row| row.cells))
    }

    async fn get_once(
        &self,
        tenant: Option<&TenantId>,
        table: &'static Table,
        key: &[Cell],
        consistency: Consistency,
    ) -> Result<QueryResult, ExecutionError> {
        let mut statement = self.prepare(table, Shape::Get).await?;
        statement.set_consistency(consistency);
        self.session.execute_unpaged(&statement, Values::of(tenant, key)).await
    }

    async fn scan(&self, tenant: Option<TenantId>, scan: &Scan) -> Result<Vec<Vec<Cell>>, Error> {
        let Some(bounds) = Bounds::of(scan) else { return Ok(Vec::new()) };
        let table = scan.table;
        let now = self.clock.now();
        let mut found = Vec::new();
        let mut bytes = 0_usize;
        let mut state = PagingState::start();
        loop {
            // Of rows that may have ended more are fetched than are asked for.
            let least = if table.expires { FETCH_ROWS_MIN } else { 1 };
            let fetch = (scan.limit - found.len()).clamp(least, FETCH_ROWS);
            let mut attempts = Attempts::begin(self, true);
            let (answer, next) = loop {
                let attempt = self.fetch_once(tenant.as_ref(), scan, &bounds, fetch, state.clone());
                if let Some(answer) = attempts.outcome(attempt).await.map_err(unread)? {
                    break answer;
                }
            };
            for row in rows_of(answer, table)?.into_iter().filter(|row| is_there(row, now)) {
                bytes += row.cells.iter().map(Cell::size).sum::<usize>();
                if bytes > PAGE_BYTES_MAX {
                    return Err(Error::Refused(format!(
                        "a page of more than {PAGE_BYTES_MAX} bytes: ask for fewer rows"
                    )));
                }
                found.push(row.cells);
                if found.len() == scan.limit {
                    return Ok(found);
                }
            }
            match next {
                PagingStateResponse::HasMorePages { state: next } => state = next,
                PagingStateResponse::NoMorePages => return Ok(found),
            }
        }
    }

    async fn fetch_once(
        &self,
        tenant: Option<&TenantId>,
        scan: &Scan,
        bounds: &Bounds<'_>,
        rows: usize,
        state: PagingState,
    ) -> Result<(QueryResult, PagingStateResponse), ExecutionError> {
        let Bounds { lower, upper } = bounds;
        let shape = Shape::Scan { lower: lower.0, upper: upper.0, reverse: scan.reverse };
        let mut statement = self.prepare(scan.table, shape).await?;
        statement.set_page_size(i32::try_from(rows).unwrap_or(i32::MAX));
        let cells = scan.partition.iter().chain(lower.1).chain(upper.1);
        self.session.execute_single_page(&statement, Values::of(tenant, cells), state).await
    }

    async fn dump(&self, table: &'static Table, place: Option<Place>) -> Result<Page, Error> {
        let (part, page) = match place {
            Some(Place::Part { part, page }) => (part, page),
            _ => (0, None),
        };
        let state = page.map_or_else(PagingState::start, PagingState::new_from_raw_bytes);
        let mut attempts = Attempts::begin(self, true);
        let (answer, next) = loop {
            let attempt = self.dump_once(table, part, state.clone());
            if let Some(answer) = attempts.outcome(attempt).await.map_err(unread)? {
                break answer;
            }
        };
        let rows =
            raw_rows(answer, table)?.into_iter().map(|row| row.whole(table)).collect::<Result<_, _>>()?;
        let place = match next {
            PagingStateResponse::HasMorePages { state } => {
                Some(Place::Part { part, page: state.as_bytes_slice().map(|bytes| bytes.to_vec()) })
            }
            PagingStateResponse::NoMorePages => {
                (part + 1 < RING_PARTS).then_some(Place::Part { part: part + 1, page: None })
            }
        };
        Ok((rows, place))
    }

    async fn dump_once(
        &self,
        table: &'static Table,
        part: u32,
        state: PagingState,
    ) -> Result<(QueryResult, PagingStateResponse), ExecutionError> {
        let mut statement = self.prepare(table, Shape::Dump).await?;
        statement.set_page_size(i32::try_from(FETCH_ROWS).unwrap_or(i32::MAX));
        let (above, up_to) = ring_part(part);
        let values = Values::default().and_long(above).and_long(up_to);
        self.session.execute_single_page(&statement, values, state).await
    }

    async fn exchange(&self, tenant: Option<TenantId>, exchange: &Exchange) -> Result<Exchanged, Error> {
        let Exchange { table, key, expect, replace } = exchange;
        let table = *table;
        let shape = match (expect, replace) {
            (None, None) => {
                let found = self.get(tenant, table, key, Consistency::LocalSerial).await?;
                return Ok(found.map_or(Exchanged::Done, |cells| Exchanged::Found(Some(cells))));
            }
            (None, Some(_)) => Shape::Claim,
            (Some(_), Some(_)) => Shape::Replace,
            (Some(_), None) => Shape::Release,
        };
        let mut attempts = Attempts::begin(self, false);
        let answer = loop {
            let attempt = self.exchange_once(tenant.as_ref(), exchange, shape);
            if let Some(answer) = attempts.outcome(attempt).await? {
                break answer;
            }
        };
        let row = answer
            .into_rows_result()
            .ok()
            .and_then(|rows| rows.first_row::<RawRow>().ok())
            .ok_or(Error::Ambiguous)?;
        if row.was_applied().ok_or(Error::Ambiguous)? {
            return Ok(Exchanged::Done);
        }
        let found = row.values(table);
        if attempts.maybe_done {
            if found == *replace {
                // By an attempt of ours whose answer did not come.
                return Ok(Exchanged::Done);
            }
            if expect.is_some() {
                // It may have been done and undone by another since.
                return Err(Error::Ambiguous);
            }
        }
        Ok(Exchanged::Found(found.map(|values| [key.as_slice(), &values].concat())))
    }

    async fn exchange_once(
        &self,
        tenant: Option<&TenantId>,
        exchange: &Exchange,
        shape: Shape,
    ) -> Result<QueryResult, ExecutionError> {
        let Exchange { table, key, expect, replace } = exchange;
        let statement = self.prepare(table, shape).await?;
        let keyed = |values| Values::of(tenant, key.iter().chain(values));
        let values = match (expect, replace) {
            (None, replace) => keyed(replace.as_deref().unwrap_or_default()),
            (Some(expect), replace) => Values::of(None, replace.iter().flatten()).and(keyed(expect)),
        };
        self.session.execute_unpaged(&statement, values).await
    }
}

/// The attempts of one request.
struct Attempts<'a> {
    core: &'a Core,
    begun: Instant,
    sent: Instant,
    /// How often it was repeated.
    repeated: u32,
    /// It may be sent to a second node while the first is silent.
    twice: bool,
    /// One of them may have done it.
    maybe_done: bool,
}

impl<'a> Attempts<'a> {
    fn begin(core: &'a Core, twice: bool) -> Self {
        let begun = stopwatch();
        Self { core, begun, sent: begun, repeated: 0, twice, maybe_done: false }
    }

    /// Waits for an attempt; none when it failed, and another may be sent now.
    ///
    /// # Errors
    /// There is to be no other: [`Error::Refused`] when the server does not take it, [`Error::Unavailable`] when
    /// nothing was done within [`REQUEST_MAX`], and else [`Error::Ambiguous`].
    async fn outcome<T>(
        &mut self,
        attempt: impl std::future::Future<Output = Result<T, ExecutionError>>,
    ) -> Result<Option<T>, Error> {
        self.sent = stopwatch();
        let error = match attempt.await {
            Ok(answer) => {
                self.core.monitor.took(self.begun.elapsed());
                return Ok(Some(answer));
            }
            Err(error) => error,
        };
        let sent = match self.twice {
            false => Sent::Conditionally,
            true if self.sent.elapsed() < SECOND_NODE_AFTER => Sent::ToOne,
            true => Sent::ToTwo,
        };
        match verdict(&error, sent) {
            Verdict::Wrong if self.maybe_done => return Err(Error::Ambiguous),
            Verdict::Wrong => return Err(Error::Refused(error.to_string())),
            Verdict::Unknown => self.maybe_done = true,
            Verdict::NotDone => {}
        }
        let pause = pause(self.repeated, self.core.chance());
        if self.begun.elapsed() + pause + ATTEMPT_MAX > REQUEST_MAX {
            if self.core.monitor.failed(Trouble::Other) {
                tracing::error!(%error, "the cluster does not do what is asked; every request tries again");
            }
            return Err(if self.maybe_done {
                Error::Ambiguous
            } else {
                Error::Unavailable(error.to_string())
            });
        }
        self.core.metrics.repeated.increment(1);
        tracing::debug!(%error, "a request is repeated");
        self.repeated = self.repeated.saturating_add(1);
        tokio::time::sleep(pause).await;
        Ok(None)
    }
}

/// A read is never half done.
fn unread(error: Error) -> Error {
    match error {
        Error::Ambiguous => Error::Unavailable("the cluster does not answer in time".to_owned()),
        other => other,
    }
}

fn raw_rows(answer: QueryResult, table: &'static Table) -> Result<Vec<RawRow>, Error> {
    let strange = |problem: String| CorruptRow { table: table.name, column: "*", problem };
    let rows = answer.into_rows_result().map_err(|error| strange(error.to_string()))?;
    let rows = rows.rows::<RawRow>().map_err(|error| strange(error.to_string()))?;
    rows.map(|row| row.map_err(|error| strange(error.to_string()).into())).collect()
}

fn rows_of(answer: QueryResult, table: &'static Table) -> Result<Vec<Row>, Error> {
    raw_rows(answer, table)?.into_iter().map(|row| Ok(row.of(table)?)).collect()
}

/// The tokens of a part of the ring: above the first, up to the second. No row has the lowest token.
fn ring_part(part: u32) -> (i64, i64) {
    let edge = |part: u32| {
        let width = (1_i128 << 64) / i128::from(RING_PARTS);
        let token = i128::from(i64::MIN) + width * i128::from(part);
        i64::try_from(token).unwrap_or(i64::MAX)
    };
    (edge(part), edge(part + 1))
}

fn is_there(row: &Row, now: Timestamp) -> bool {
    row.expires_at > now.as_millis()
}

fn row_values<'a>(tenant: Option<&'a TenantId>, row: &'a Mutation, stamp: i64, now: Timestamp) -> Values<'a> {
    match row {
        Mutation::Put { table, cells, expires_at } => {
            let values = Values::of(tenant, &**cells);
            if !table.expires {
                return values.and_long(stamp);
            }
            let end = expires_at.map_or(NEVER, Timestamp::as_millis);
            values.and_long(end).and_long(stamp).and_int(expires_at.map_or(0, |end| life(end, now)))
        }
        // The time stands in front of the key.
        Mutation::Delete { key, .. } => Values::default().and_long(stamp).and(Values::of(tenant, key)),
    }
}

/// For how many seconds the cluster keeps a row, at least; 0 is for ever.
fn life(end: Timestamp, now: Timestamp) -> i32 {
    let left = end.as_millis().saturating_sub(now.as_millis()).max(0) / 1_000;
    let kept = i64::try_from(KEPT_BEYOND.as_secs()).unwrap_or(i64::MAX);
    Some(left.saturating_add(kept))
        .filter(|life| *life <= LIFE_MAX)
        .and_then(|life| life.try_into().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_the_ring_are_the_whole_ring_and_do_not_overlap() {
        let parts: Vec<_> = (0..RING_PARTS).map(ring_part).collect();
        assert_eq!(parts[0].0, i64::MIN);
        assert_eq!(parts[parts.len() - 1].1, i64::MAX);
        assert!(parts.windows(2).all(|pair| pair[0].1 == pair[1].0 && pair[0].0 < pair[0].1));
    }

    #[test]
    fn the_cluster_keeps_a_row_longer_than_anybody_reads_it() {
        let now = Timestamp::from_secs(1_800_000_000);
        let hour = Duration::from_secs(3_600);
        assert_eq!(life(now + hour, now), 7_200);
        assert_eq!(life(now, now), 3_600);
        assert_eq!(life(Timestamp::from_secs(0), now), 3_600, "ended long ago");
        assert_eq!(life(Timestamp::from_millis(i64::MAX), now), 0, "longer than it can be told");
    }
}
