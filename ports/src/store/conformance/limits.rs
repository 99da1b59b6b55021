//! What a store refuses before it starts.

use switchboard_schema::{
    record::{CONTACT_CONVERSATIONS, CONTACT_EDGES, THREAD},
    table::Cell,
};

use super::{
    Backend, Bench, blob, body, delete, id, int, item, ours, put, refused, text, thread_key, thread_row,
    thread_scan, write,
};
use crate::store::{Lane, MAX_COMMIT_BYTES, MAX_COMMIT_ROWS};

/// Rows.
pub async fn too_many_rows_are_refused<B: Backend>(bench: Bench<B>) {
    let rows: Vec<_> = (0..=MAX_COMMIT_ROWS as i64).map(|n| item(n, b"")).collect();
    refused(bench.store().commit_one(ours(), Lane::Interactive, rows.clone()).await);
    refused(bench.store().commit_many(ours(), Lane::Bulk, rows).await);
}

/// Bytes.
pub async fn too_many_bytes_are_refused<B: Backend>(bench: Bench<B>) {
    let half = vec![7; MAX_COMMIT_BYTES / 2];
    refused(bench.store().commit_one(ours(), Lane::Interactive, vec![item(1, &half), item(2, &half)]).await);
}

/// Exactly the limit.
pub async fn the_largest_commit_is_taken<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let overhead = item(0, b"").size();
    let each = vec![7; MAX_COMMIT_BYTES / MAX_COMMIT_ROWS - overhead];
    write(&store, (0..MAX_COMMIT_ROWS as i64).map(|n| item(n, &each)).collect()).await;
    assert_eq!(body(&store, 99).await, Some(blob(&each)));
}

/// Partitions.
pub async fn several_partitions_are_refused_in_one_atomic_commit<B: Backend>(bench: Bench<B>) {
    let mut elsewhere = thread_row(1, 1, 1, 1, b"");
    elsewhere[1] = int(1);
    let rows = vec![item(1, b""), put(&THREAD, elsewhere)];
    refused(bench.store().commit_one(ours(), Lane::Interactive, rows).await);
}

/// Tables.
pub async fn several_tables_are_refused_in_one_atomic_commit<B: Backend>(bench: Bench<B>) {
    let rows = vec![
        put(&CONTACT_EDGES, vec![id(1), id(2), int(0)]),
        put(&CONTACT_CONVERSATIONS, vec![id(1), id(2), id(3)]),
    ];
    refused(bench.store().commit_one(ours(), Lane::Interactive, rows).await);
}

/// Keys.
pub async fn a_row_without_its_whole_key_is_refused<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let mut unset = thread_row(1, 1, 1, 1, b"");
    unset[3] = Cell::Unset;
    let mut short = thread_key(1, 1, 1);
    short.pop();
    let bad = [
        put(&THREAD, unset),
        delete(&THREAD, short.clone()),
        delete(&THREAD, Vec::new()),
        put(&THREAD, short.clone()),
    ];
    for row in bad {
        refused(store.commit_one(ours(), Lane::Interactive, vec![row]).await);
    }
    refused(store.get(ours(), &THREAD, short).await);
}

/// Cells.
pub async fn a_row_with_too_few_or_too_many_cells_is_refused<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let mut few = thread_row(1, 1, 1, 1, b"");
    few.pop();
    let mut many = thread_row(1, 1, 1, 1, b"");
    many.push(int(0));
    for cells in [few, many, thread_key(1, 1, 1)] {
        refused(store.commit_one(ours(), Lane::Interactive, vec![put(&THREAD, cells)]).await);
    }
}

/// Types.
pub async fn a_cell_of_another_type_is_refused<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for (column, cell) in
        [(0, text("conversation")), (2, blob(b"1")), (5, text("7")), (8, text("body")), (8, int(1))]
    {
        let mut cells = thread_row(1, 1, 1, 1, b"");
        cells[column] = cell;
        refused(store.commit_one(ours(), Lane::Interactive, vec![put(&THREAD, cells)]).await);
    }
    refused(store.get(ours(), &THREAD, vec![id(9), int(0), text("1"), int(1), int(1)]).await);
}

/// Nothing of it.
pub async fn a_refused_commit_writes_nothing<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let mut wrong = thread_row(1, 2, 1, 1, b"");
    wrong[8] = text("not bytes");
    refused(
        store.commit_one(ours(), Lane::Interactive, vec![item(1, b""), put(&THREAD, wrong.clone())]).await,
    );
    refused(store.commit_many(ours(), Lane::Interactive, vec![item(1, b""), put(&THREAD, wrong)]).await);
    assert_eq!(store.scan(ours(), thread_scan()).await, Ok(Vec::new()));
}
