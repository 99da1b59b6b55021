//! The Scylla store, against a real CQL server.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use scylla::{
    client::session_builder::SessionBuilder,
    statement::{Consistency, unprepared::Statement},
};
use secrecy::SecretString;
use switchboard_ports::{
    clock::Clock,
    store::{
        Error, Lane, MAX_SCAN_ROWS, Mutation, Scan, Scope, Store,
        conformance::{Backend, Bench, HandClock, commits},
    },
};
use switchboard_schema::{
    TenantId, TenantScope, Timestamp,
    record::{TENANT_LOG, THREAD},
    table::Cell,
    wire::StoreCondition,
};
use switchboard_store::{
    Lifecycle as _, Scylla, SystemClock, SystemEntropy,
    scylla::{Cluster, Limits, Node, OpenError, Parts, REQUEST_MAX},
    testing::{
        cassandra::{Cassandra, FIRST_ROLE, make_keys},
        cql::{self, Lent},
    },
};
use tokio::{runtime::Handle, sync::oneshot};

/// A store over a keyspace of its own.
struct Cql {
    lent: Lent,
    clock: Arc<HandClock>,
}

impl Backend for Cql {
    fn store(&self) -> Arc<dyn Store> {
        self.lent.store()
    }

    async fn reopen(mut self) -> Self {
        self.lent.reopen(Arc::clone(&self.clock) as _).await;
        self
    }
}

async fn keyspace(clock: Arc<HandClock>) -> Cql {
    Cql { lent: Lent::open(Arc::clone(&clock) as _).await, clock }
}

mod conformance {
    switchboard_ports::conformance_suite!(super::super::keyspace);
}

#[tokio::test(flavor = "current_thread")]
async fn commits_of_one_lane_are_applied_in_the_order_of_the_calls() {
    commits::commits_of_one_lane_are_applied_in_the_order_of_the_calls(Bench::open(keyspace).await).await;
}

fn ours() -> Scope {
    Scope::Tenant(TenantScope::assume(TenantId::from_bytes([1; 16])))
}

fn thread_key(n: i64) -> Vec<Cell> {
    vec![Cell::Blob(vec![9; 16]), Cell::Int(0), Cell::Int(1), Cell::Int(n), Cell::Int(1)]
}

fn item(n: i64, body: &[u8]) -> Mutation {
    let values = vec![Cell::Int(1), Cell::Unset, Cell::Unset, Cell::Blob(body.to_vec())];
    Mutation::Put { table: &THREAD, cells: [thread_key(n), values].concat().into(), expires_at: None }
}

fn thread_scan() -> Scan {
    Scan {
        table: &THREAD,
        partition: vec![Cell::Blob(vec![9; 16]), Cell::Int(0)],
        from: None,
        to: None,
        after: None,
        reverse: false,
        limit: MAX_SCAN_ROWS,
    }
}

async fn write(store: &Scylla, rows: Vec<Mutation>) -> Result<(), Error> {
    store.commit_one(ours(), Lane::Interactive, rows).await
}

async fn body(store: &Scylla, n: i64) -> Option<Cell> {
    store.get(ours(), &THREAD, thread_key(n)).await.expect("the read is done").and_then(|mut row| row.pop())
}

fn text(text: &str) -> Option<Cell> {
    Some(Cell::Blob(text.as_bytes().to_vec()))
}

/// A process that holds a store: its requests run in it and end with it.
struct Process {
    io: Handle,
    /// Ends it when it is dropped.
    _life: oneshot::Sender<()>,
}

impl Process {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let io = runtime.handle().clone();
        let (life, end) = oneshot::channel::<()>();
        std::thread::spawn(move || drop(runtime.block_on(end)));
        Self { io, _life: life }
    }

    async fn open(
        &self,
        cluster: &Cluster,
        node: u8,
        write_clock: impl Clock,
    ) -> Result<Arc<Scylla>, OpenError> {
        let parts = Parts {
            clock: Arc::new(HandClock::default()),
            write_clock: Arc::new(write_clock),
            entropy: Arc::new(SystemEntropy::new()),
            io: self.io.clone(),
            node: Node::named([node; 16]),
        };
        Scylla::open(cluster, Limits::default(), parts).await
    }

    /// As `kill -9` does: nothing is let go of.
    fn kill(self) {}
}

/// Tries until it goes well: what a cluster notices by itself, it notices within seconds.
async fn eventually<T, E: std::fmt::Debug>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> T {
    let begun = std::time::Instant::now();
    loop {
        match attempt().await {
            Ok(done) => return done,
            Err(error) if begun.elapsed() > Duration::from_secs(60) => panic!("still not: {error:?}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// A cluster that a test has for itself, to do harm to.
fn cluster(server: &Cassandra, replication_factor: u8) -> Cluster {
    Cluster {
        nodes: server.addresses().iter().map(ToString::to_string).collect(),
        keyspace: "harmed".to_owned(),
        replication_factor,
        datacenter: None,
        login: None,
        tls_ca: None,
    }
}

/// The machine's clock, so many minutes ahead.
struct Ahead(u64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + Duration::from_secs(self.0 * 60)
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_second_server_is_refused_while_the_first_one_lives() {
    let keyspace = cql::keyspace().await;
    let (first, second) = (Process::start(), Process::start());
    let store = first.open(keyspace.cluster(), 1, SystemClock).await.expect("the first opens");
    let Err(error) = second.open(keyspace.cluster(), 2, SystemClock).await else {
        panic!("two servers write to one keyspace")
    };
    assert!(matches!(error, OpenError::InUse), "{error}");
    store.close().await;
    let store = second.open(keyspace.cluster(), 2, SystemClock).await.expect("let go, it opens at once");
    store.close().await;
}

#[tokio::test(flavor = "current_thread")]
async fn after_a_death_another_server_takes_over_and_the_dead_one_never_writes_again() {
    let keyspace = cql::keyspace().await;
    let (first, second) = (Process::start(), Process::start());
    let dead = first.open(keyspace.cluster(), 1, SystemClock).await.expect("the first opens");
    assert_eq!(write(&dead, vec![item(1, b"acknowledged")]).await, Ok(()));
    first.kill();
    let store = second.open(keyspace.cluster(), 2, SystemClock).await.expect("the second takes over");
    assert_eq!(body(&store, 1).await, text("acknowledged"));
    let late = write(&dead, vec![item(1, b"late")]).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    assert!(dead.failure().is_some() && dead.condition() == StoreCondition::Failed);
    store.close().await;
}

#[tokio::test(flavor = "current_thread")]
async fn the_same_node_takes_over_from_itself_at_once_and_its_earlier_process_is_shut_out() {
    let keyspace = cql::keyspace().await;
    let (first, second) = (Process::start(), Process::start());
    let frozen = first.open(keyspace.cluster(), 1, SystemClock).await.expect("it opens");
    let begun = std::time::Instant::now();
    let store = second.open(keyspace.cluster(), 1, SystemClock).await.expect("it opens again");
    assert!(begun.elapsed() < Duration::from_secs(10), "it waited for a lease of its own");
    // Its next renewal tells it.
    eventually(async || frozen.failure().ok_or("it still writes")).await;
    let late = write(&frozen, vec![item(1, b"late")]).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    assert_eq!(body(&store, 1).await, None);
    store.close().await;
}

#[tokio::test(flavor = "current_thread")]
async fn the_last_word_is_the_present_owners_though_its_clock_is_behind() {
    let keyspace = cql::keyspace().await;
    let process = Process::start();
    let first = process.open(keyspace.cluster(), 1, Ahead(50)).await.expect("the first opens");
    assert_eq!(write(&first, vec![item(1, b"by a clock that is ahead"), item(2, b"there")]).await, Ok(()));
    first.close().await;
    let second = process.open(keyspace.cluster(), 2, SystemClock).await.expect("the second opens");
    assert_eq!(write(&second, vec![item(1, b"by one that is right")]).await, Ok(()));
    let gone = Mutation::Delete { table: &THREAD, key: thread_key(2) };
    assert_eq!(write(&second, vec![gone]).await, Ok(()));
    assert_eq!(body(&second, 1).await, text("by one that is right"));
    assert_eq!(body(&second, 2).await, None, "a delete, too, is later than what it removes");
    second.close().await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_clock_far_ahead_of_the_clusters_is_refused_before_it_times_anything() {
    let keyspace = cql::keyspace().await;
    let Err(error) = Process::start().open(keyspace.cluster(), 1, Ahead(24 * 60)).await else {
        panic!("opened")
    };
    assert!(matches!(error, OpenError::Clock { ahead_s: 86_000.. }), "{error}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_write_that_timed_out_and_happened_is_unknown_and_its_repetition_changes_nothing() {
    let server = tokio::task::spawn_blocking(|| Cassandra::start(1)).await.expect("it starts");
    let process = Process::start();
    let store = process.open(&cluster(&server, 1), 1, SystemClock).await.expect("it opens");
    assert_eq!(write(&store, vec![item(1, b"before")]).await, Ok(()));
    server.freeze(0);
    let asked = write(&store, vec![item(1, b"asked while it stood still"), item(2, b"with it")]).await;
    assert_eq!(asked, Err(Error::Ambiguous));
    let read = store.get(ours(), &THREAD, thread_key(1)).await;
    assert!(matches!(read, Err(Error::Unavailable(_))), "a read is never half done: {read:?}");
    assert_eq!(store.condition(), StoreCondition::Failed);
    server.thaw(0);
    // What its network had taken in, it does now. It takes writes again when the lease is renewed.
    eventually(
        async || if store.condition() == StoreCondition::Failed { Err(store.failure()) } else { Ok(()) },
    )
    .await;
    assert_eq!(body(&store, 1).await, text("asked while it stood still"));
    let again = vec![item(1, b"asked while it stood still"), item(2, b"with it")];
    assert_eq!(write(&store, again).await, Ok(()));
    assert_eq!(store.scan(ours(), thread_scan()).await.map(|rows| rows.len()), Ok(2));
    store.close().await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_server_that_was_killed_and_started_again_is_used_again() {
    let mut server = tokio::task::spawn_blocking(|| Cassandra::start(1)).await.expect("it starts");
    let process = Process::start();
    let store = process.open(&cluster(&server, 1), 1, SystemClock).await.expect("it opens");
    assert_eq!(write(&store, vec![item(1, b"before")]).await, Ok(()));
    server.kill(0);
    let refused = write(&store, vec![item(2, b"while it is down")]).await;
    assert!(matches!(refused, Err(Error::Unavailable(_) | Error::Ambiguous)), "{refused:?}");
    let server = tokio::task::spawn_blocking(move || {
        server.restart(0);
        server
    })
    .await
    .expect("it starts again");
    eventually(async || write(&store, vec![item(3, b"after")]).await).await;
    assert_eq!(body(&store, 3).await, text("after"), "the statements are prepared anew");
    drop(server);
}

#[tokio::test(flavor = "current_thread")]
async fn one_node_of_three_killed_or_frozen_under_load_loses_and_stops_nothing() {
    let mut server = tokio::task::spawn_blocking(|| Cassandra::start(3)).await.expect("they start");
    let process = Process::start();
    let store = process.open(&cluster(&server, 3), 1, SystemClock).await.expect("it opens");
    let mut n = 0;
    let mut longest = Duration::ZERO;
    for round in 0..3 {
        match round {
            1 => server.freeze(1),
            2 => {
                server.thaw(1);
                // Until then two would be gone.
                every_node_answers(&server).await;
                server.kill(2);
            }
            _ => {}
        }
        for _ in 0..40 {
            let begun = std::time::Instant::now();
            let calls: Vec<_> = (n..n + 16).map(|n| write_owned(&store, n)).collect();
            for answer in join_all(calls).await {
                assert_eq!(answer, Ok(()));
            }
            let read = store.get(ours(), &THREAD, thread_key(n)).await;
            assert!(matches!(read, Ok(Some(_))), "{read:?}");
            n += 16;
            longest = longest.max(begun.elapsed());
        }
    }
    assert!(longest < REQUEST_MAX, "stopped for {longest:?}");
    let everything = everything(&store).await;
    assert_eq!(
        everything,
        (0..n).map(Cell::Int).collect::<Vec<_>>(),
        "what was acknowledged, once, in order"
    );
    // Of two that are gone one has a copy that is needed for a majority.
    server.freeze(1);
    let refused = write(&store, vec![item(n, b"x")]).await;
    assert!(matches!(refused, Err(Error::Unavailable(_) | Error::Ambiguous)), "{refused:?}");
    let read = store.get(ours(), &THREAD, thread_key(0)).await;
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
    server.thaw(1);
}

/// Waits until each node of three answers for its copies.
async fn every_node_answers(server: &Cassandra) {
    let keyspace = cluster(server, 3).keyspace;
    let session =
        SessionBuilder::new().known_nodes_addr(server.addresses()).build().await.expect("it connects");
    let mut of_all = Statement::new(format!("SELECT n FROM {keyspace}.thread LIMIT 1"));
    of_all.set_consistency(Consistency::All);
    eventually(async || session.query_unpaged(of_all.clone(), ()).await.map(drop)).await;
}

/// The numbers of all items.
async fn everything(store: &Scylla) -> Vec<Cell> {
    let mut found = Vec::new();
    let mut scan = thread_scan();
    loop {
        let rows = store.scan(ours(), scan.clone()).await.expect("the read is done");
        scan = scan.after(rows.last().map(|row| row[2..5].to_vec()));
        let full = rows.len() == MAX_SCAN_ROWS;
        found.extend(rows.into_iter().map(|row| row[3].clone()));
        if !full {
            break;
        }
    }
    found
}

fn write_owned(store: &Arc<Scylla>, n: i64) -> impl Future<Output = Result<(), Error>> + use<> {
    store.commit_one(ours(), Lane::Interactive, vec![item(n, b"x")])
}

#[tokio::test(flavor = "current_thread")]
async fn a_guarded_cluster_is_reached_over_tls_with_a_password_and_in_no_other_way() {
    let server = tokio::task::spawn_blocking(Cassandra::start_guarded).await.expect("it starts");
    let process = Process::start();
    let (role, password) = FIRST_ROLE;
    let right = Cluster {
        login: Some((role.to_owned(), SecretString::from(password))),
        tls_ca: Some(server.certificate()),
        ..cluster(&server, 1)
    };
    let store = eventually(async || process.open(&right, 1, SystemClock).await).await;
    assert_eq!(write(&store, vec![item(1, b"x")]).await, Ok(()));
    assert_eq!(body(&store, 1).await, text("x"));
    store.close().await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    let (_, another) = make_keys(elsewhere.path(), "127.0.0.1".parse().expect("an address"));
    let wrong_password = Some((role.to_owned(), SecretString::from("guessed")));
    for (what, wrong) in [
        ("without TLS", Cluster { tls_ca: None, ..right.clone() }),
        ("trusting somebody else", Cluster { tls_ca: Some(another), ..right.clone() }),
        ("with a wrong password", Cluster { login: wrong_password, ..right.clone() }),
        ("with none", Cluster { login: None, ..right.clone() }),
    ] {
        let Err(error) = process.open(&wrong, 1, SystemClock).await else { panic!("opened {what}") };
        assert!(matches!(error, OpenError::Cluster(_)), "{what}: {error}");
        assert!(!error.to_string().contains("guessed"), "{error}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_large_partition_is_read_page_by_page_whatever_was_deleted_in_it() {
    let lent = Lent::open(Arc::new(HandClock::default())).await;
    let store = lent.store();
    let large = vec![b'x'; 500];
    for chunk in (0..20_000).collect::<Vec<i64>>().chunks(100) {
        let rows = chunk.iter().map(|n| item(*n, &large)).collect();
        assert_eq!(write(&store, rows).await, Ok(()));
        // Most of it is deleted again: a read then passes over what marks the deleted.
        let gone = chunk
            .iter()
            .filter(|n| *n % 100 >= 10)
            .map(|n| Mutation::Delete { table: &THREAD, key: thread_key(*n) })
            .collect();
        assert_eq!(write(&store, gone).await, Ok(()));
    }
    let first = store.scan(ours(), thread_scan()).await.expect("the read is done");
    assert_eq!(first.len(), MAX_SCAN_ROWS);
    let second = thread_scan().after(first.last().map(|row| row[2..5].to_vec()));
    let second = store.scan(ours(), second).await.expect("the read is done");
    let numbers: Vec<_> = first.iter().chain(&second).map(|row| row[3].clone()).collect();
    let left: Vec<_> = (0..20_000).filter(|n| n % 100 < 10).map(Cell::Int).collect();
    assert_eq!(numbers, left);
}

#[tokio::test(flavor = "current_thread")]
async fn tables_grow_while_an_older_program_runs_and_it_leaves_alone_what_it_does_not_know() {
    let lent = Lent::open(Arc::new(HandClock::default())).await;
    let store = lent.store();
    let thread = format!("{}.thread", lent.cluster().keyspace);
    let session = cql::session().await;
    assert_eq!(write(&store, vec![item(1, b"before")]).await, Ok(()));
    session
        .query_unpaged(format!("ALTER TABLE {thread} ADD of_a_later_program text"), ())
        .await
        .expect("it grows");
    session
        .query_unpaged(
            format!("UPDATE {thread} SET of_a_later_program = 'kept' WHERE tenant = 0x{0} AND conversation_id = 0x{1} \
                     AND bucket = 0 AND kind = 1 AND n = 1 AND epoch = 1", "01".repeat(16), "09".repeat(16)),
            (),
        )
        .await
        .expect("a later program writes");
    assert_eq!(write(&store, vec![item(1, b"after"), item(2, b"after")]).await, Ok(()));
    assert_eq!(body(&store, 1).await, text("after"));
    assert_eq!(store.scan(ours(), thread_scan()).await.map(|rows| rows.len()), Ok(2));
    let kept = session
        .query_unpaged(format!("SELECT of_a_later_program FROM {thread} LIMIT 1"), ())
        .await
        .expect("it is read")
        .into_rows_result()
        .expect("rows");
    assert_eq!(kept.first_row::<(Option<String>,)>().expect("a row").0.as_deref(), Some("kept"));
    session
        .query_unpaged(format!("ALTER TABLE {thread} DROP of_a_later_program"), ())
        .await
        .expect("it shrinks");
    assert_eq!(write(&store, vec![item(3, b"still")]).await, Ok(()));
    assert_eq!(store.scan(ours(), thread_scan()).await.map(|rows| rows.len()), Ok(3));
}

#[tokio::test(flavor = "current_thread")]
async fn what_an_older_program_lacks_is_added_and_what_does_not_fit_is_told() {
    let mut lent = Lent::open(Arc::new(HandClock::default())).await;
    let session = cql::session().await;
    let keyspace = lent.cluster().keyspace.clone();
    lent.store().close().await;
    for text in
        [format!("ALTER TABLE {keyspace}.thread DROP provider_at"), format!("DROP TABLE {keyspace}.orphans")]
    {
        session.query_unpaged(text, ()).await.expect("as an older program left it");
    }
    lent.reopen(Arc::new(HandClock::default())).await;
    assert_eq!(write(&lent.store(), vec![item(1, b"x")]).await, Ok(()));
    assert_eq!(body(&lent.store(), 1).await, text("x"));
    lent.store().close().await;
    let strange = format!(
        "CREATE TABLE {keyspace}.orphans (tenant blob, channel_id uuid, provider_hash blob, update_hash blob, \
         PRIMARY KEY ((tenant, channel_id), provider_hash, update_hash))"
    );
    for text in [format!("DROP TABLE {keyspace}.orphans"), strange] {
        session.query_unpaged(text, ()).await.expect("as nobody leaves it");
    }
    let Err(error) = cql::open(lent.cluster(), [1; 16], Arc::new(HandClock::default())).await else {
        panic!("opened")
    };
    assert!(error.to_string().contains("`orphans.channel_id`"), "{error}");
    session
        .query_unpaged(format!("DROP TABLE {keyspace}.orphans"), ())
        .await
        .expect("for whoever gets it next");
    lent.reopen(Arc::new(HandClock::default())).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_value_that_is_not_set_makes_no_tombstone_and_what_ends_has_a_life() {
    let lent = Lent::open(Arc::new(HandClock::default())).await;
    let store = lent.store();
    let keyspace = lent.cluster().keyspace.clone();
    assert_eq!(write(&store, vec![item(1, b"x")]).await, Ok(()));
    let end = HandClock::default().now() + Duration::from_secs(60);
    let cells = vec![Cell::Int(0), Cell::Int(7), Cell::Text("epoch".to_owned()), Cell::Blob(b"{}".to_vec())];
    let row = Mutation::Put { table: &TENANT_LOG, cells: cells.into(), expires_at: Some(end) };
    assert_eq!(write(&store, vec![row]).await, Ok(()));
    let session = cql::session().await;
    let answer = session
        .query_unpaged(format!("SELECT writetime(id), writetime(body), ttl(body) FROM {keyspace}.thread"), ())
        .await
        .expect("it is read");
    let rows = answer.into_rows_result().expect("rows");
    let (id, written, life) = rows.single_row::<(Option<i64>, Option<i64>, Option<i32>)>().expect("one row");
    assert_eq!((id, life), (None, None));
    // By our own clock: the store of a lent keyspace times its writes by the machine's.
    let now = SystemClock.now().as_millis() * 1_000;
    assert!(written.is_some_and(|at| (now - 60_000_000..=now).contains(&at)), "{written:?}, now {now}");
    let answer = session
        .query_unpaged(format!("SELECT ttl(body), ttl(expires_at) FROM {keyspace}.tenant_log"), ())
        .await
        .expect("it is read");
    let rows = answer.into_rows_result().expect("rows");
    let lives = rows.single_row::<(Option<i32>, Option<i32>)>().expect("one row");
    for life in [lives.0, lives.1] {
        assert!(life.is_some_and(|seconds| (3_600..=3_660).contains(&seconds)), "{life:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn closing_does_what_waits_and_refuses_what_comes() {
    let lent = Lent::open(Arc::new(HandClock::default())).await;
    let store = lent.store();
    let waiting: Vec<_> = (0..1_000).map(|n| write_owned(&store, n)).collect();
    let closed = store.close();
    let late = write(&store, vec![item(2_000, b"late")]).await;
    closed.await;
    store.close().await;
    assert!(join_all(waiting).await.into_iter().all(|answer| answer.is_ok()));
    let refused = write(&store, vec![item(2_001, b"late")]).await;
    assert!(matches!(refused, Err(Error::Unavailable(_))), "{refused:?}");
    // What came while it was being closed was either done or refused.
    assert!(matches!(late, Ok(()) | Err(Error::Unavailable(_))), "{late:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_full_queue_answers_overloaded_and_writes_the_rest() {
    let keyspace = cql::keyspace().await;
    let process = Process::start();
    let mut limits = Limits { interactive_at_once: 4, ..Limits::default() };
    limits.interactive.jobs = 50;
    let parts = Parts {
        clock: Arc::new(HandClock::default()),
        write_clock: Arc::new(SystemClock),
        entropy: Arc::new(SystemEntropy::new()),
        io: process.io.clone(),
        node: Node::named([1; 16]),
    };
    let store = Scylla::open(keyspace.cluster(), limits, parts).await.expect("it opens");
    let calls: Vec<_> = (0..2_000).map(|n| write_owned(&store, n)).collect();
    let mut refused = 0;
    for (n, answer) in (0..).zip(join_all(calls).await) {
        let found = body(&store, n).await;
        match answer {
            Ok(()) => assert!(found.is_some()),
            Err(Error::Overloaded) => {
                refused += 1;
                assert!(found.is_none(), "refused and yet written");
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused > 0, "two thousand fit where fifty may wait");
    store.close().await;
}
