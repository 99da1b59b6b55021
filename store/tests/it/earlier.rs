//! Databases of an earlier version: whatever is done with them, nothing is lost and everything is found.

use std::{path::Path, sync::Arc};

use rusqlite::Connection;
use switchboard_ports::store::{Scan, Scope, Store};
use switchboard_schema::{
    ContactId, TenantId, TenantScope,
    record::{CONTACTS, ContactRow, PROJECTION_BUCKETS, WakeupCursorRow, WakeupRow, projection_bucket},
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
    let dir = tempfile::tempdir().expect("a folder");
    let connection = Connection::open(dir.path().join("switchboard.db")).expect("a database");
    connection.pragma_update(None, "journal_mode", "wal").expect("a log");
    connection.execute_batch(include_str!("../fixtures/version-1.sql")).expect("version 1");
    dir
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
    let made =
        create(&source(dir.path(), Arc::new(SystemClock)), &dir.path().join("backups")).expect("a backup");
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
