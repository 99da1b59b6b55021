//! Tenancy: no row of another can be named.

use switchboard_schema::{
    record::{CLAIMS, CONTACT_EDGES, IDENTITIES, TENANTS, THREAD, USERS, WAKEUPS},
    table::{Cell, Table},
};

use super::{
    Backend, Bench, blob, body, delete, id, int, item, ours, put, refused, tenant, text, thread_key,
    thread_scan, write,
};
use crate::store::{Exchange, Exchanged, Lane, Scan, Scope};

/// Reading.
pub async fn another_tenants_rows_are_neither_read_nor_scanned<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"ours")]).await;
    for other in [tenant(0), tenant(2)] {
        assert_eq!(store.get(other, &THREAD, thread_key(1, 1, 1)).await, Ok(None));
        assert_eq!(store.scan(other, thread_scan()).await, Ok(Vec::new()));
    }
    assert_eq!(store.scan(ours(), thread_scan()).await.map(|rows| rows.len()), Ok(1));
}

/// Writing.
pub async fn another_tenants_rows_are_neither_overwritten_nor_deleted<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"ours")]).await;
    let theirs = tenant(2);
    store.commit_one(theirs, Lane::Interactive, vec![item(1, b"theirs")]).await.expect("it is written");
    assert_eq!(body(&store, 1).await, Some(blob(b"ours")));
    store
        .commit_one(theirs, Lane::Bulk, vec![delete(&THREAD, thread_key(1, 1, 1))])
        .await
        .expect("it is deleted");
    assert_eq!(body(&store, 1).await, Some(blob(b"ours")));
    assert_eq!(store.get(theirs, &THREAD, thread_key(1, 1, 1)).await, Ok(None));
}

/// Claiming.
pub async fn another_tenants_claim_is_not_in_the_way<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let claim = |contact| Exchange {
        table: &IDENTITIES,
        key: vec![text("workspace"), text("phone"), blob(b"hash")],
        expect: None,
        replace: Some(vec![id(contact), int(0)]),
    };
    assert_eq!(store.exchange(ours(), claim(1)).await, Ok(Exchanged::Done));
    assert_eq!(store.exchange(tenant(2), claim(2)).await, Ok(Exchanged::Done));
    assert!(matches!(store.exchange(ours(), claim(3)).await, Ok(Exchanged::Found(Some(_)))));
}

/// The wrong scope.
pub async fn a_tables_scope_is_checked_by_every_call<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let cases: [(Scope, &'static Table, Vec<Cell>, Vec<Cell>); 4] = [
        (Scope::System, &CONTACT_EDGES, vec![id(1), id(2)], vec![int(0)]),
        (Scope::System, &TENANTS, vec![int(0)], vec![blob(b"{}")]),
        (ours(), &USERS, vec![id(1)], vec![blob(b"{}")]),
        (ours(), &WAKEUPS, vec![int(0), int(0), int(0), id(1), blob(b"")], vec![text("snooze")]),
    ];
    for (scope, table, key, values) in cases {
        let row = || put(table, [key.clone(), values.clone()].concat());
        refused(store.commit_one(scope, Lane::Interactive, vec![row()]).await);
        refused(store.commit_many(scope, Lane::Interactive, vec![row()]).await);
        refused(store.commit_many(scope, Lane::Interactive, vec![delete(table, key.clone())]).await);
        refused(store.get(scope, table, key.clone()).await);
        let partition = key[..table.partition.len()].to_vec();
        refused(store.scan(scope, Scan { table, partition, ..thread_scan() }).await);
    }
    for (scope, table, key, values) in [
        (ours(), &CLAIMS, vec![text("email"), blob(b"")], vec![blob(b"")]),
        (Scope::System, &IDENTITIES, vec![text(""), text(""), blob(b"")], vec![id(1), int(0)]),
    ] {
        refused(store.exchange(scope, Exchange { table, key, expect: None, replace: Some(values) }).await);
    }
}
