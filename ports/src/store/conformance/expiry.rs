//! Rows that end.

use std::time::Duration;

use switchboard_schema::{
    Timestamp,
    record::{IDEMPOTENCY, SESSIONS, TENANT_LOG, THREAD},
    table::Cell,
};

use super::{Backend, Bench, blob, id, int, ours, read, refused, text, thread_row, thread_scan, write};
use crate::{
    clock::Clock,
    store::{Lane, Mutation, Scan, Scope},
};

const MINUTE: Duration = Duration::from_secs(60);

fn key() -> Vec<Cell> {
    vec![text("user"), blob(b"key")]
}

fn answer(status: Cell, body: Cell, expires_at: Option<Timestamp>) -> Mutation {
    let cells = [key(), vec![blob(b"request"), status, body]].concat();
    Mutation::Put { table: &IDEMPOTENCY, cells: cells.into(), expires_at }
}

/// The end.
pub async fn a_row_is_gone_when_its_time_has_come<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let end = bench.clock.now() + MINUTE;
    write(&store, vec![answer(int(200), blob(b"{}"), Some(end))]).await;
    let session =
        Mutation::Put { table: &SESSIONS, cells: vec![id(1), blob(b"{}")].into(), expires_at: Some(end) };
    store.commit_one(Scope::System, Lane::Interactive, vec![session]).await.expect("it is written");
    let scan = Scan { table: &IDEMPOTENCY, partition: key(), ..thread_scan() };

    bench.clock.advance(MINUTE - Duration::from_millis(1));
    assert!(read(&store, &IDEMPOTENCY, key()).await.is_some());
    assert_eq!(store.scan(ours(), scan.clone()).await.map(|rows| rows.len()), Ok(1));
    assert!(matches!(store.get(Scope::System, &SESSIONS, vec![id(1)]).await, Ok(Some(_))));

    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(read(&store, &IDEMPOTENCY, key()).await, None);
    assert_eq!(store.scan(ours(), scan).await, Ok(Vec::new()));
    assert_eq!(store.get(Scope::System, &SESSIONS, vec![id(1)]).await, Ok(None));
}

/// A new end.
pub async fn a_row_put_again_lives_until_its_new_end<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let now = bench.clock.now();
    write(&store, vec![answer(int(200), blob(b"{}"), Some(now + MINUTE))]).await;
    write(&store, vec![answer(int(200), blob(b"{}"), Some(now + MINUTE * 3))]).await;
    bench.clock.advance(MINUTE * 2);
    assert!(read(&store, &IDEMPOTENCY, key()).await.is_some());
    bench.clock.advance(MINUTE);
    assert!(read(&store, &IDEMPOTENCY, key()).await.is_none());
}

/// No end.
pub async fn a_row_put_again_without_an_end_stays<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![answer(int(200), blob(b"{}"), Some(bench.clock.now() + MINUTE))]).await;
    write(&store, vec![answer(int(200), blob(b"{}"), None)]).await;
    bench.clock.advance(MINUTE * 2);
    assert!(read(&store, &IDEMPOTENCY, key()).await.is_some());
}

/// An expired row that is still on disk.
pub async fn a_row_put_over_an_expired_one_is_a_new_row<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![answer(int(200), blob(b"secret"), Some(bench.clock.now() + MINUTE))]).await;
    bench.clock.advance(MINUTE);
    write(&store, vec![answer(int(201), blob(b"body"), None)]).await;
    let row = read(&store, &IDEMPOTENCY, key()).await;
    assert_eq!(row, Some([key(), vec![blob(b"request"), int(201), blob(b"body")]].concat()));
}

/// What CQL could not keep: there each cell ends by itself, and one left unset would end before its row.
pub async fn a_row_that_may_expire_is_written_whole<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for end in [None, Some(bench.clock.now() + MINUTE)] {
        let row = answer(int(200), Cell::Unset, end);
        refused(store.commit_one(ours(), Lane::Interactive, vec![row]).await);
    }
    assert_eq!(read(&store, &IDEMPOTENCY, key()).await, None);
}

/// Where most of what a page reads has ended: the page is as full as any other, and the next continues behind it.
pub async fn a_page_is_filled_with_rows_that_are_there<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let now = bench.clock.now();
    for chunk in (0..120).collect::<Vec<i64>>().chunks(40) {
        let rows = chunk
            .iter()
            .map(|offset| Mutation::Put {
                table: &TENANT_LOG,
                cells: vec![int(0), int(*offset), text("epoch"), blob(b"{}")].into(),
                expires_at: (offset % 10 != 0).then(|| now + MINUTE),
            })
            .collect();
        write(&store, rows).await;
    }
    bench.clock.advance(MINUTE);
    let scan = Scan { table: &TENANT_LOG, partition: vec![int(0)], limit: 7, ..thread_scan() };
    let first = store.scan(ours(), scan.clone()).await.expect("the read is done");
    let offsets = |rows: &[Vec<Cell>]| rows.iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    assert_eq!(offsets(&first), (0..7).map(|n| int(n * 10)).collect::<Vec<_>>());
    let after = first.last().map(|row| vec![row[1].clone()]);
    let second = store.scan(ours(), Scan { after, ..scan }).await.expect("the read is done");
    assert_eq!(offsets(&second), (7..12).map(|n| int(n * 10)).collect::<Vec<_>>());
}

/// Tables whose rows stay.
pub async fn rows_of_other_tables_do_not_expire<B: Backend>(bench: Bench<B>) {
    let row = Mutation::Put {
        table: &THREAD,
        cells: thread_row(1, 1, 1, 1, b"").into(),
        expires_at: Some(bench.clock.now() + MINUTE),
    };
    refused(bench.store().commit_one(ours(), Lane::Interactive, vec![row]).await);
}
