//! The embedded store.

use std::{path::Path, sync::Arc};

use futures_util::future::join_all;
use switchboard_ports::{
    clock::Clock as _,
    store::{
        Error, Lane, Mutation, Scope, Store,
        conformance::{Backend, Bench, HandClock, commits},
    },
};
use switchboard_schema::{
    TenantId, TenantScope,
    record::{IDEMPOTENCY, SESSIONS, THREAD},
    table::{Cell, Table},
};
use switchboard_store::{Embedded, Lifecycle as _, OpenError, Options};
use tempfile::TempDir;

/// The embedded store in a folder of its own.
pub(crate) struct Folder {
    // Dropped before its folder.
    store: Arc<Embedded>,
    dir: TempDir,
    clock: Arc<HandClock>,
}

impl Backend for Folder {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store) as Arc<dyn Store>
    }

    async fn reopen(self) -> Self {
        let Self { store, dir, clock } = self;
        store.close().await;
        drop(store);
        Self { store: open(dir.path(), &clock).expect("the store opens again"), dir, clock }
    }
}

fn open(dir: &Path, clock: &Arc<HandClock>) -> Result<Arc<Embedded>, OpenError> {
    Embedded::open(dir, Arc::clone(clock) as _, Options::default())
}

/// Opens one in a folder of its own.
pub(crate) async fn folder(clock: Arc<HandClock>) -> Folder {
    let dir = tempfile::tempdir().expect("a folder");
    Folder { store: open(dir.path(), &clock).expect("the store opens"), dir, clock }
}

mod conformance {
    switchboard_ports::conformance_suite!(super::super::folder);
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

#[tokio::test(flavor = "current_thread")]
async fn commits_of_one_lane_are_applied_in_the_order_of_the_calls() {
    commits::commits_of_one_lane_are_applied_in_the_order_of_the_calls(Bench::open(folder).await).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_second_opening_of_a_folder_in_use_names_it() {
    let first = folder(Arc::default()).await;
    let Err(error) = open(first.dir.path(), &first.clock) else { panic!("two stores over one folder") };
    assert!(matches!(error, OpenError::InUse { .. }));
    assert!(error.to_string().contains(&first.dir.path().display().to_string()), "{error}");
    first.store.close().await;
    open(first.dir.path(), &first.clock).expect("a closed store gives its folder free");
}

#[tokio::test(flavor = "current_thread")]
async fn the_folder_is_made_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let outer = tempfile::tempdir().expect("a folder");
    let dir = outer.path().join("data");
    let store = open(&dir, &Arc::default()).expect("the store opens");
    let mode = std::fs::metadata(&dir).expect("the folder is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    drop(store);
}

#[tokio::test(flavor = "current_thread")]
async fn closing_writes_what_waits_and_refuses_what_comes() {
    let folder = folder(Arc::default()).await;
    let store = Arc::clone(&folder.store);
    let waiting: Vec<_> =
        (0..1_000).map(|n| store.commit_one(ours(), Lane::Interactive, vec![item(n, b"x")])).collect();
    let closed = store.close();
    let late = store.commit_one(ours(), Lane::Interactive, vec![item(2_000, b"late")]).await;
    assert!(matches!(late, Err(Error::Unavailable(_))), "{late:?}");
    closed.await;
    store.close().await;
    assert!(join_all(waiting).await.into_iter().all(|answer| answer.is_ok()));
    assert!(matches!(store.get(ours(), &THREAD, thread_key(1)).await, Err(Error::Unavailable(_))));
    let log = std::fs::metadata(folder.dir.path().join("switchboard.db-wal"));
    assert_eq!(log.map_or(0, |log| log.len()), 0, "the log was moved into the database");
    let folder = folder.reopen().await;
    for n in [0, 500, 999] {
        assert!(matches!(folder.store.get(ours(), &THREAD, thread_key(n)).await, Ok(Some(_))));
    }
    assert_eq!(folder.store.get(ours(), &THREAD, thread_key(2_000)).await, Ok(None));
}

#[tokio::test(flavor = "current_thread")]
async fn a_full_queue_answers_overloaded_and_writes_the_rest() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut options = Options::default();
    options.interactive.jobs = 50;
    let store = Embedded::open(dir.path(), Arc::new(HandClock::default()), options).expect("the store opens");
    let calls: Vec<_> =
        (0..5_000).map(|n| store.commit_one(ours(), Lane::Interactive, vec![item(n, b"x")])).collect();
    let mut refused = 0;
    for (n, answer) in (0..).zip(join_all(calls).await) {
        let found = store.get(ours(), &THREAD, thread_key(n)).await.expect("the read is done");
        match answer {
            Ok(()) => assert!(found.is_some()),
            Err(Error::Overloaded) => {
                refused += 1;
                assert!(found.is_none(), "refused and yet written");
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(refused > 0, "five thousand fit where fifty may wait");
}

#[tokio::test(flavor = "current_thread")]
async fn sweeping_removes_what_has_ended_and_nothing_else() {
    let folder = folder(Arc::default()).await;
    let store = &folder.store;
    let now = folder.clock.now();
    let minute = std::time::Duration::from_secs(60);
    let row = |table: &'static Table, n: i64, expires_at| {
        let key = Cell::Blob([[0; 8], n.to_be_bytes()].concat());
        let cells = if table.name == "sessions" {
            vec![key, Cell::Blob(b"{}".to_vec())]
        } else {
            let request = Cell::Blob(b"request".to_vec());
            vec![Cell::Text("user".to_owned()), key, request, Cell::Int(200), Cell::Blob(Vec::new())]
        };
        Mutation::Put { table, cells: cells.into(), expires_at }
    };
    for chunk in (0..1_300).collect::<Vec<_>>().chunks(100) {
        let ended = chunk.iter().map(|n| row(&IDEMPOTENCY, *n, Some(now + minute))).collect();
        store.commit_many(ours(), Lane::Bulk, ended).await.expect("they are written");
    }
    let system = vec![
        row(&SESSIONS, 1, Some(now + minute)),
        row(&SESSIONS, 2, Some(now + minute * 2)),
        row(&SESSIONS, 3, None),
    ];
    store.commit_many(Scope::System, Lane::Bulk, system).await.expect("they are written");
    assert_eq!(store.sweep(now).await, Ok(0));
    assert_eq!(store.sweep(now + minute).await, Ok(1_301));
    assert_eq!(store.sweep(now + minute).await, Ok(0));
    for n in [2_i64, 3] {
        let key = vec![Cell::Blob([[0; 8], n.to_be_bytes()].concat())];
        assert!(matches!(store.get(Scope::System, &SESSIONS, key).await, Ok(Some(_))));
    }
}

/// Makes the database itself refuse a row, which no check before the queue foresees.
fn refuse_rows(dir: &Path, condition: &str) {
    let connection = rusqlite::Connection::open(dir.join("switchboard.db")).expect("the database opens");
    connection
        .execute_batch(&format!(
            "CREATE TRIGGER refused BEFORE INSERT ON thread WHEN {condition}
             BEGIN SELECT RAISE(ABORT, 'refused by the test'); END"
        ))
        .expect("the trigger is made");
}

#[tokio::test(flavor = "current_thread")]
async fn a_row_the_database_refuses_undoes_its_own_commit_only() {
    let folder = folder(Arc::default()).await;
    let store = &folder.store;
    refuse_rows(folder.dir.path(), "NEW.n = 13");
    for round in 0..5 {
        let of = |n: i64| 1_000 * (round + 1) + n;
        let commits: Vec<Vec<i64>> = (0..60)
            .map(|n| if n % 7 == 3 { vec![of(n), 13, of(n) + 500] } else { vec![of(n), of(n) + 500] })
            .collect();
        let calls: Vec<_> = commits
            .iter()
            .map(|numbers| {
                let rows = numbers.iter().map(|n| item(*n, b"x")).collect();
                store.commit_one(ours(), Lane::Interactive, rows)
            })
            .collect();
        for (numbers, answer) in commits.iter().zip(join_all(calls).await) {
            let bad = numbers.contains(&13);
            assert_eq!(matches!(answer, Err(Error::Refused(_))), bad, "{answer:?}");
            assert_eq!(answer.is_ok(), !bad);
            for n in numbers {
                let found = store.get(ours(), &THREAD, thread_key(*n)).await.expect("the read is done");
                assert_eq!(found.is_some(), !bad, "row {n} of {numbers:?}");
            }
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_single_row_the_database_refuses_leaves_its_group_alone() {
    let folder = folder(Arc::default()).await;
    let store = &folder.store;
    refuse_rows(folder.dir.path(), "NEW.n % 2 = 1");
    let calls: Vec<_> =
        (0..200).map(|n| store.commit_one(ours(), Lane::Interactive, vec![item(n, b"x")])).collect();
    for (n, answer) in (0..).zip(join_all(calls).await) {
        assert_eq!(answer.is_ok(), n % 2 == 0);
        let found = store.get(ours(), &THREAD, thread_key(n)).await.expect("the read is done");
        assert_eq!(found.is_some(), n % 2 == 0);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn dropping_the_store_writes_what_waits() {
    let folder = folder(Arc::default()).await;
    for n in 0..500 {
        drop(folder.store.commit_one(ours(), Lane::Bulk, vec![item(n, b"x")]));
    }
    let Folder { store, dir, clock } = folder;
    drop(store);
    let store = open(dir.path(), &clock).expect("the store opens again");
    assert!(matches!(store.get(ours(), &THREAD, thread_key(499)).await, Ok(Some(_))));
}

#[tokio::test(flavor = "current_thread")]
async fn a_long_log_is_moved_while_commits_go_on_and_is_gone_when_the_store_is_closed() {
    /// Commits, of a MiB each.
    const COMMITS: i64 = 240;
    /// Bytes of the log, at most: a move begins at about 40 MiB, and commits go on meanwhile.
    const LOG_BYTES_MAX: u64 = 170 * 1_024 * 1_024;
    let folder = folder(Arc::default()).await;
    let Folder { store, dir, clock } = folder;
    let log = dir.path().join("switchboard.db-wal");
    let body = vec![7; 1_024 * 1_024];
    let mut longest = 0;
    for n in 0..COMMITS {
        store.commit_one(ours(), Lane::Interactive, vec![item(n, &body)]).await.expect("it is written");
        longest = longest.max(log.metadata().expect("a log").len());
        if n % 8 == 0 {
            let found = store.get(ours(), &THREAD, thread_key(n / 2)).await.expect("it is read");
            assert!(found.is_some(), "reading goes on, wherever the row is");
        }
    }
    assert!(longest < LOG_BYTES_MAX, "the log grew to {longest} bytes");
    store.close().await;
    drop(store);
    assert!(!log.exists() && dir.path().join("switchboard.seal").exists(), "all of it is in the database");
    let store = open(dir.path(), &clock).expect("the store opens again");
    for n in [0, COMMITS / 2, COMMITS - 1] {
        assert!(matches!(store.get(ours(), &THREAD, thread_key(n)).await, Ok(Some(_))));
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_database_of_a_later_program_is_refused_with_clear_words() {
    let folder = folder(Arc::default()).await;
    let Folder { store, dir, clock } = folder;
    drop(store);
    let connection =
        rusqlite::Connection::open(dir.path().join("switchboard.db")).expect("the database opens");
    connection.execute("UPDATE schema_version SET version = 1000", []).expect("a later version");
    drop(connection);
    std::fs::remove_file(dir.path().join("switchboard.seal")).expect("a seal, of what is changed now");
    let Err(error) = open(dir.path(), &clock) else { panic!("opened") };
    assert!(error.to_string().contains("version 1000, made by a later version of this program"), "{error}");
}
