//! Scylla stores for tests: the real one, over a real CQL server that the tests of one process share.
//!
//! Making the tables takes seconds, emptying the few that a test has filled does not: so keyspaces are lent out, and
//! emptied before they are lent again.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use scylla::client::{session::Session, session_builder::SessionBuilder};
use switchboard_ports::clock::{Clock, Entropy as _};
use switchboard_schema::IdBytes;
use tokio::{runtime::Handle, sync::OnceCell};

use super::cassandra::Cassandra;
use crate::{
    Lifecycle as _, Scylla, SystemClock, SystemEntropy,
    scylla::{self as store, Cluster, Limits, Node, OpenError, Parts},
};

struct Shared {
    nodes: Vec<String>,
    io: Handle,
    session: OnceCell<Session>,
    /// Keyspaces that nobody has at the moment.
    free: Mutex<Vec<Cluster>>,
    made: AtomicU64,
    /// Dies with the process.
    _server: Cassandra,
}

/// The server of this process, of one node; started by whoever asks first.
fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let server = Cassandra::start_quick();
        let nodes = server.addresses().iter().map(ToString::to_string).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let io = runtime.handle().clone();
        std::thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        let (free, made) = (Mutex::default(), AtomicU64::default());
        Shared { nodes, io, session: OnceCell::new(), free, made, _server: server }
    })
}

/// Where the requests of stores run that tests open.
#[must_use]
pub fn io() -> Handle {
    shared().io.clone()
}

/// An empty keyspace, lent until it is dropped.
#[derive(Debug)]
pub struct Keyspace {
    cluster: Option<Cluster>,
}

impl Keyspace {
    /// Where it is.
    ///
    /// # Panics
    /// Never: it is there until it is dropped.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Keyspace {
    fn drop(&mut self) {
        shared().free.lock().unwrap_or_else(PoisonError::into_inner).extend(self.cluster.take());
    }
}

/// Lends a keyspace.
///
/// # Panics
/// When the server does not start or does not answer.
pub async fn keyspace() -> Keyspace {
    // Starting the server blocks.
    let shared = tokio::task::spawn_blocking(shared).await.expect("the server starts");
    let lent = shared.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
    if let Some(cluster) = lent {
        empty(&cluster).await;
        return Keyspace { cluster: Some(cluster) };
    }
    let n = shared.made.fetch_add(1, Ordering::Relaxed);
    let cluster = Cluster {
        nodes: shared.nodes.clone(),
        keyspace: format!("test_{n}"),
        replication_factor: 1,
        datacenter: None,
        login: None,
        tls_ca: None,
    };
    Keyspace { cluster: Some(cluster) }
}

/// A session on the server, for tests that look past the store.
///
/// # Panics
/// When the server does not answer.
pub async fn session() -> &'static Session {
    let shared = shared();
    shared
        .session
        .get_or_init(|| async {
            let connect = SessionBuilder::new().known_nodes(&shared.nodes);
            let session = shared.io.spawn(async move { connect.build().await }).await;
            session.expect("it is not cancelled").expect("the server answers")
        })
        .await
}

/// Empties the tables that hold something.
///
/// # Panics
/// When the server does not answer.
pub async fn empty(cluster: &Cluster) {
    let session = session().await;
    let mut filled = HashSet::new();
    for (keyspace, table) in store::places(&cluster.keyspace) {
        let made = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = ? AND table_name = ?";
        let made = session.query_unpaged(made, (&keyspace, table)).await.expect("it is known what there is");
        if made.into_rows_result().expect("rows").rows_num() == 0 {
            continue;
        }
        let rows = session.query_unpaged(format!("SELECT * FROM {keyspace}.{table} LIMIT 1"), ()).await;
        let rows = rows.expect("the table is read").into_rows_result().expect("rows");
        if rows.rows_num() > 0 {
            filled.insert((keyspace, table));
        }
    }
    for (keyspace, table) in filled {
        session.query_unpaged(format!("TRUNCATE {keyspace}.{table}"), ()).await.expect("it is emptied");
    }
}

/// A store over a lent keyspace. Dropping it closes the store, and then gives the keyspace back.
pub struct Lent {
    store: Option<Arc<Scylla>>,
    keyspace: Option<Keyspace>,
    node: IdBytes,
}

impl Lent {
    /// Opens one.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn open(clock: Arc<dyn Clock>) -> Self {
        let (keyspace, node) = (keyspace().await, SystemEntropy::new().id());
        let store = open(keyspace.cluster(), node, clock).await.expect("the store opens");
        Self { store: Some(store), keyspace: Some(keyspace), node }
    }

    /// The store.
    ///
    /// # Panics
    /// Never: it is there until it is dropped.
    #[must_use]
    pub fn store(&self) -> Arc<Scylla> {
        self.store.clone().expect("it is there until it is dropped")
    }

    /// Where it is.
    ///
    /// # Panics
    /// Never: it is there until it is dropped.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        self.keyspace.as_ref().expect("it is there until it is dropped").cluster()
    }

    /// Closes it and opens it again, as a restart of the same node does.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn reopen(&mut self, clock: Arc<dyn Clock>) {
        self.store().close().await;
        self.store = Some(open(self.cluster(), self.node, clock).await.expect("the store opens again"));
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (store, keyspace) = (self.store.take(), self.keyspace.take());
        io().spawn(async move {
            if let Some(store) = store {
                store.close().await;
            }
            drop(keyspace);
        });
    }
}

/// Opens a store, as this node.
///
/// # Errors
/// As [`Scylla::open`].
pub async fn open(cluster: &Cluster, node: IdBytes, clock: Arc<dyn Clock>) -> Result<Arc<Scylla>, OpenError> {
    let parts = Parts {
        clock,
        write_clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::new()),
        io: io(),
        node: Node::named(node),
    };
    Scylla::open(cluster, Limits::default(), parts).await
}
