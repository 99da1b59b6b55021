//! Databases of an earlier version: whatever is done with them, nothing is lost and everything is found.

use std::{path::Path, sync::Arc};

use rusqlite::Connection;
use switchboard_ports::store::{Scan, Scope, Store};
use switchboard_schema::{
    ContactId, TenantId, TenantScope, Timestamp,
    record::{
        CONTACTS, ContactRow, ConversationHeadRow, PROJECTION_BUCKETS, TenantLogRow, WakeupCursorRow,
        WakeupRow, projection_bucket,
    },
    table::{Cell, Record},
};
use switchboard_store::{
    Embedded, Lifecycle as _, Options, SystemClock,
    backup::{create, restore},
    inspect, salvage,
};

use crate::backup::{key, source};

/// A data folder as version 1 left it.
fn version_1() -> tempfile::TempDir {
    folder_with(include_str!("../fixtures/version-1.sql"))
}

/// A data folder as version 2 left it.
fn version_2() -> tempfile::TempDir {
    folder_with(include_str!("../fixtures/version-2.sql"))
}

fn folder_with(rows: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let connection = Connection::open(dir.path().join("switchboard.db")).expect("a database");
    connection.pragma_update(None, "journal_mode", "wal").expect("a log");
    connection.execute_batch(rows).expect("the tables and rows");
    dir
}

/// The tenants of version 2's rows.
fn one_of_two(tenant: u8) -> Scope {
    let mut id = [1; 16];
    id[15] = tenant;
    TenantScope::assume(TenantId::from_bytes(id)).into()
}

/// Everything that version 2 laid out otherwise is found by its key, in its order, and expires as it did.
async fn all_of_version_2_is_found(dir: &Path) {
    let store = Embedded::open(dir, Arc::new(SystemClock), Options::default()).expect("it opens");
    for tenant in [1, 2] {
        let scope = one_of_two(tenant);
        let mut offsets = Vec::new();
        for chunk in [0, 1] {
            let scan = Scan::of::<TenantLogRow>(TenantLogRow::partition(chunk));
            let rows = store.scan(scope, scan).await.expect("they are read");
            offsets.extend(rows.into_iter().map(|row| TenantLogRow::from_cells(row).expect("a row").offset));
        }
        let odd = u64::from(tenant == 2);
        assert_eq!(offsets, (4_900..5_100).filter(|offset| offset % 2 == odd).collect::<Vec<_>>());
    }
    let scope = one_of_two(2);
    let mut heads = 0;
    for bucket in 0..i64::from(PROJECTION_BUCKETS) {
        let scan = Scan::of::<ConversationHeadRow>(ConversationHeadRow::partition(bucket));
        heads += store.scan(scope, scan).await.expect("they are read").len();
    }
    assert_eq!(heads, 256);
    let after_all = Timestamp::from_millis(5_000_000_000_000);
    assert_eq!(store.sweep(after_all).await, Ok(180), "but for those without an end");
    store.close().await;
}

/// Everything that version 1 kept elsewhere is found by its key.
async fn everything_is_found(dir: &Path) {
    let store = Embedded::open(dir, Arc::new(SystemClock), Options::default()).expect("it opens");
    let minutes = [(29_333_333, 1), (29_333_334, 0), (29_333_335, 2), (29_336_213, 1)];
    for (minute, count) in minutes {
        let scan = Scan::of::<WakeupRow>(WakeupRow::partition(0, minute));
        assert_eq!(store.scan(Scope::System, scan).await.expect("they are read").len(), count, "{minute}");
    }
    let cursor = store.get(Scope::System, WakeupCursorRow::TABLE, WakeupCursorRow::key(0)).await;
    assert_eq!(cursor, Ok(Some(vec![Cell::Int(0), Cell::Int(29_333_333)])), "the first is read");
    let scope: Scope = TenantScope::assume(TenantId::from_bytes([1; 16])).into();
    let mut all = 0;
    for bucket in 0..i64::from(PROJECTION_BUCKETS) {
        let scan = Scan::of::<ContactRow>(ContactRow::partition(bucket));
        all += store.scan(scope, scan).await.expect("they are read").len();
    }
    assert_eq!(all, 256);
    let mut id = [3; 16];
    (id[14], id[15]) = (0xff, 0xd6);
    let key = ContactRow::key(projection_bucket(&id), ContactId::from_bytes(id));
    assert!(store.get(scope, &CONTACTS, key).await.expect("it is read").is_some());
    store.close().await;
}

#[tokio::test(flavor = "current_thread")]
async fn it_is_opened_and_brought_up_to_date() {
    let dir = version_1();
    everything_is_found(dir.path()).await;
    everything_is_found(dir.path()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_backup_of_it_is_made_and_restored() {
    let dir = version_1();
    let made = create(&source(dir.path(), Arc::new(SystemClock)), &dir.path().join("backups"), &mut |_| {})
        .expect("a backup");
    let into = dir.path().join("restored");
    let manifest = restore(&made.file, &into, &key(1)).expect("it is restored");
    assert!(manifest.rows.contains(&("contacts".to_owned(), 256)), "{:?}", manifest.rows);
    everything_is_found(&into).await;
}

#[tokio::test(flavor = "current_thread")]
async fn it_is_looked_at_and_saved_when_it_is_damaged() {
    let dir = version_1();
    assert_eq!(inspect(dir.path()).expect("it is looked at"), Vec::<String>::new());
    let saved = salvage(dir.path()).expect("it is saved");
    assert!(saved.tables.iter().all(|table| table.gaps == 0 && table.lost == Some(0)), "{saved:?}");
    assert_eq!(saved.tables.iter().map(|table| table.rows).sum::<u64>(), 4 + 256 + 256);
    everything_is_found(dir.path()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn one_of_version_2_is_opened_and_brought_up_to_date() {
    let dir = version_2();
    all_of_version_2_is_found(dir.path()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn a_backup_of_one_of_version_2_is_made_and_restored() {
    let dir = version_2();
    let made = create(&source(dir.path(), Arc::new(SystemClock)), &dir.path().join("backups"), &mut |_| {})
        .expect("a backup");
    let into = dir.path().join("restored");
    let manifest = restore(&made.file, &into, &key(1)).expect("it is restored");
    assert!(manifest.rows.contains(&("tenant_log".to_owned(), 200)), "{:?}", manifest.rows);
    all_of_version_2_is_found(&into).await;
}

#[tokio::test(flavor = "current_thread")]
async fn one_of_version_2_is_looked_at_and_saved_when_it_is_damaged() {
    let dir = version_2();
    assert_eq!(inspect(dir.path()).expect("it is looked at"), Vec::<String>::new());
    let saved = salvage(dir.path()).expect("it is saved");
    assert!(saved.tables.iter().all(|table| table.gaps == 0 && table.lost == Some(0)), "{saved:?}");
    assert_eq!(saved.tables.iter().map(|table| table.rows).sum::<u64>(), 200 + 256 + 1);
    all_of_version_2_is_found(dir.path()).await;
}
