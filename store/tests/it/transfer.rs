//! Everything of one store into the other.

use std::{path::Path, sync::Arc, time::Duration};

use switchboard_ports::{
    clock::Clock as _,
    store::{Exchange, Lane, Mutation, Scope, Store, conformance::HandClock},
};
use switchboard_schema::{
    TenantId, TenantScope,
    record::{CLAIMS, IDENTITIES, SESSIONS, TENANT_LOG, THREAD},
    table::{Cell, Table},
};
use switchboard_store::{
    Lifecycle as _,
    testing::{cql::Lent, temporary},
    transfer::{self, MARKER_FILE, Progress, TransferError, Whole},
};

const MINUTE: Duration = Duration::from_secs(60);

fn tenant(n: u8) -> Scope {
    Scope::Tenant(TenantScope::assume(TenantId::from_bytes([n; 16])))
}

fn id(n: u8) -> Cell {
    Cell::Blob(vec![n; 16])
}

fn item(conversation: u8, n: i64) -> Mutation {
    let key = vec![id(conversation), Cell::Int(0), Cell::Int(1), Cell::Int(n), Cell::Int(1)];
    let version = if n % 3 == 0 { Cell::Int(7) } else { Cell::Unset };
    let body = Cell::Blob(vec![b'x'; usize::try_from(n % 50).expect("small")]);
    let values = vec![version, Cell::Unset, Cell::Int(n), body];
    Mutation::Put { table: &THREAD, cells: [key, values].concat().into(), expires_at: None }
}

/// Fills a store with rows of every kind: of several tenants, claimed, with and without an end, ended.
async fn fill(store: &dyn Store, clock: &HandClock) {
    for tenant_n in 1..4 {
        for conversation in 0..5 {
            let rows = (0..90).map(|n| item(conversation, n)).collect();
            store.commit_one(tenant(tenant_n), Lane::Bulk, rows).await.expect("it is written");
        }
        let log = |offset: i64, end| Mutation::Put {
            table: &TENANT_LOG,
            cells: vec![
                Cell::Int(0),
                Cell::Int(offset),
                Cell::Text("e".to_owned()),
                Cell::Blob(b"{}".to_vec()),
            ]
            .into(),
            expires_at: end,
        };
        let now = clock.now();
        let rows = vec![log(1, None), log(2, Some(now + MINUTE)), log(3, Some(now + MINUTE * 60))];
        store.commit_one(tenant(tenant_n), Lane::Bulk, rows).await.expect("it is written");
        claim(
            store,
            tenant(tenant_n),
            &IDENTITIES,
            vec![
                Cell::Text("s".to_owned()),
                Cell::Text("phone".to_owned()),
                Cell::Blob(vec![tenant_n]),
                id(1),
                Cell::Int(5),
            ],
        )
        .await;
    }
    claim(
        store,
        Scope::System,
        &CLAIMS,
        vec![Cell::Text("email".to_owned()), Cell::Blob(vec![1]), Cell::Blob(b"{}".to_vec())],
    )
    .await;
    let session = Mutation::Put {
        table: &SESSIONS,
        cells: vec![id(1), Cell::Blob(b"{}".to_vec())].into(),
        expires_at: None,
    };
    store.commit_one(Scope::System, Lane::Bulk, vec![session]).await.expect("it is written");
    // Ended by the time that anything is moved.
    clock.advance(MINUTE);
}

async fn claim(store: &dyn Store, scope: Scope, table: &'static Table, mut key: Vec<Cell>) {
    let values = key.split_off(table.key_len());
    let exchange = Exchange { table, key, expect: None, replace: Some(values) };
    store.exchange(scope, exchange).await.expect("it is claimed");
}

/// Rows that are there after [`fill`].
const ROWS: u64 = 3 * (5 * 90 + 2 + 1) + 2;

async fn moved(
    from: &dyn Whole,
    to: &dyn Whole,
    folder: &Path,
    clock: &HandClock,
) -> Result<u64, TransferError> {
    transfer::run(from, to, folder, "there", clock, &mut |_| {}).await
}

#[tokio::test(flavor = "current_thread")]
async fn everything_goes_there_and_back_and_is_the_same() {
    let clock = Arc::new(HandClock::default());
    let (first, last) = (temporary(Arc::clone(&clock) as _), temporary(Arc::clone(&clock) as _));
    let cluster = Lent::open(Arc::clone(&clock) as _).await;
    let folder = tempfile::tempdir().expect("a folder");
    fill(&*first.store(), &clock).await;
    let mut same = Vec::new();
    let rows =
        transfer::run(&*first.store(), &*cluster.store(), folder.path(), "there", &*clock, &mut |progress| {
            if let Progress::Same(table, rows) = progress {
                same.push((table, rows));
            }
        })
        .await
        .expect("it is moved");
    assert_eq!(rows, ROWS);
    assert!(same.contains(&("thread", 3 * 5 * 90)) && same.contains(&("tenant_log", 6)), "{same:?}");
    assert!(!folder.path().join(MARKER_FILE).exists());
    assert_eq!(
        moved(&*cluster.store(), &*last.store(), folder.path(), &clock).await.expect("and back"),
        ROWS
    );
    let compared = transfer::compare(&*first.store(), &*last.store(), &*clock, &mut |_| {}).await;
    assert_eq!(compared.expect("they are the same"), ROWS);
    // What is to end still ends.
    clock.advance(MINUTE * 60);
    let compared = transfer::compare(&*first.store(), &*last.store(), &*clock, &mut |_| {}).await;
    assert_eq!(compared.expect("they are the same"), ROWS - 3);
}

#[tokio::test(flavor = "current_thread")]
async fn a_store_that_holds_something_is_not_moved_into() {
    let clock = Arc::new(HandClock::default());
    let (from, to) = (temporary(Arc::clone(&clock) as _), temporary(Arc::clone(&clock) as _));
    let folder = tempfile::tempdir().expect("a folder");
    to.store().commit_one(tenant(9), Lane::Bulk, vec![item(1, 1)]).await.expect("it is written");
    let refused = moved(&*from.store(), &*to.store(), folder.path(), &clock).await;
    assert!(matches!(refused, Err(TransferError::NotEmpty { table: "thread" })), "{refused:?}");
    assert!(!folder.path().join(MARKER_FILE).exists(), "nothing was begun");
}

#[tokio::test(flavor = "current_thread")]
async fn what_was_interrupted_goes_on_where_it_was() {
    let clock = Arc::new(HandClock::default());
    let (from, mut to) = (temporary(Arc::clone(&clock) as _), temporary(Arc::clone(&clock) as _));
    let folder = tempfile::tempdir().expect("a folder");
    fill(&*from.store(), &clock).await;
    let mut copied = Vec::new();
    loop {
        // Each run dies in the table after the one where the run before died.
        let store = to.store();
        let mut seen = Vec::new();
        let mut tell = |progress| {
            if let Progress::Copied(table, _) = progress {
                seen.push(table);
                if !copied.contains(&table) {
                    drop(store.close());
                }
            }
        };
        let run = transfer::run(&*from.store(), &*store, folder.path(), "there", &*clock, &mut tell).await;
        let begun_at = *seen.first().expect("each comes further");
        // In the middle of a table it goes on in the middle of it.
        if copied.last() != Some(&begun_at) {
            assert!(!copied.contains(&begun_at), "it began anew at {begun_at} after {copied:?}");
            copied.push(begun_at);
        }
        match run {
            Ok(rows) => {
                assert_eq!(rows, ROWS);
                break;
            }
            Err(error) => assert!(matches!(error, TransferError::Store { .. }), "{error}"),
        }
        drop(store);
        to.reopen(Arc::clone(&clock) as _).await;
        assert_eq!(transfer::unfinished(folder.path()).expect("it reads").as_deref(), Some("there"));
        let another =
            transfer::run(&*from.store(), &*to.store(), folder.path(), "elsewhere", &*clock, &mut |_| {})
                .await;
        assert!(matches!(another, Err(TransferError::Another { target }) if target == "there"));
    }
    assert!(copied.len() >= 5, "{copied:?}");
}

#[tokio::test(flavor = "current_thread")]
async fn a_row_that_is_not_the_same_is_told_by_its_table() {
    let clock = Arc::new(HandClock::default());
    let (from, to) = (temporary(Arc::clone(&clock) as _), temporary(Arc::clone(&clock) as _));
    let folder = tempfile::tempdir().expect("a folder");
    fill(&*from.store(), &clock).await;
    moved(&*from.store(), &*to.store(), folder.path(), &clock).await.expect("it is moved");
    let compare = async || transfer::compare(&*from.store(), &*to.store(), &*clock, &mut |_| {}).await;
    let changed = vec![
        id(1),
        Cell::Int(0),
        Cell::Int(1),
        Cell::Int(4),
        Cell::Int(1),
        Cell::Unset,
        Cell::Unset,
        Cell::Int(5),
        Cell::Unset,
    ];
    let changed = Mutation::Put { table: &THREAD, cells: changed.into(), expires_at: None };
    to.store().commit_one(tenant(2), Lane::Bulk, vec![changed]).await.expect("it is written");
    let error = compare().await.expect_err("a value differs");
    assert!(
        error.to_string().starts_with("thread differs") && error.to_string().contains("not the same ones"),
        "{error}"
    );
    to.store().commit_one(tenant(2), Lane::Bulk, vec![item(1, 4)]).await.expect("it is written");
    compare().await.expect("it is right again");
    let gone = Mutation::Delete { table: &THREAD, key: item(1, 4).key().to_vec() };
    to.store().commit_one(tenant(2), Lane::Bulk, vec![gone]).await.expect("it is written");
    let error = compare().await.expect_err("a row is missing");
    assert!(matches!(error, TransferError::Differs { from: 1_350, to: 1_349, .. }), "{error}");
}
