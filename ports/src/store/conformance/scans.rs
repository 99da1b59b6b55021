//! Scans: one partition, in clustering order, in pages.

use switchboard_schema::{
    ConversationId, TenantId, Timestamp,
    record::{ORPHANS, PROVIDER_IDS, THREAD, ThreadRow, WakeupRow},
    table::Cell,
};

use super::{Backend, Bench, blob, id, int, item, ours, put, refused, text, thread_row, thread_scan, write};
use crate::store::{Lane, MAX_SCAN_ROWS, Records, Scan, Scope};

/// Writes rows of `thread` with these clustering keys, in an order of its own.
async fn fill<B: Backend>(bench: &Bench<B>, keys: &[[i64; 3]]) {
    let store = bench.store();
    let mut keys = keys.to_vec();
    // Neither ascending nor descending, so that the order of writing cannot pass for the order of keys.
    keys.sort_by_key(|[kind, n, epoch]| (n % 3, !kind, epoch % 2, *n));
    for chunk in keys.chunks(50) {
        write(
            &store,
            chunk
                .iter()
                .map(|[kind, n, epoch]| put(&THREAD, thread_row(*kind, *n, *epoch, 1, b"")))
                .collect(),
        )
        .await;
    }
}

/// The clustering keys a scan answers.
async fn found<B: Backend>(bench: &Bench<B>, scan: Scan) -> Vec<[i64; 3]> {
    let rows = bench.store().scan(ours(), scan).await.expect("the scan is done");
    rows.into_iter()
        .map(|cells| match &cells[2..5] {
            [Cell::Int(kind), Cell::Int(n), Cell::Int(epoch)] => [*kind, *n, *epoch],
            other => panic!("not a clustering key of numbers: {other:?}"),
        })
        .collect()
}

const KEYS: [[i64; 3]; 8] =
    [[0, 0, 1], [0, 0, 2], [1, 1, 1], [1, 2, 1], [1, 2, 2], [1, 3, 1], [2, 16, 1], [3, 9, 1]];

fn ints(numbers: &[i64]) -> Vec<Cell> {
    numbers.iter().copied().map(int).collect()
}

/// Order.
pub async fn a_scan_answers_in_clustering_order<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    assert_eq!(found(&bench, thread_scan()).await, KEYS);
}

/// Order of numbers.
pub async fn numbers_below_zero_come_before_those_above<B: Backend>(bench: Bench<B>) {
    let keys = [
        [i64::MIN, 0, 0],
        [-300, 5, 0],
        [-2, -7, 0],
        [-2, -6, 0],
        [-2, 7, 0],
        [0, 0, -1],
        [0, 0, 0],
        [i64::MAX, 0, 0],
    ];
    fill(&bench, &keys).await;
    assert_eq!(found(&bench, thread_scan()).await, keys);
    assert_eq!(found(&bench, thread_scan().from(ints(&[-2, -6]))).await, keys[3..]);
    assert_eq!(found(&bench, thread_scan().to(ints(&[-2]))).await, keys[..5]);
}

/// Order of bytes.
pub async fn bytes_are_ordered_as_bytes_and_a_prefix_comes_first<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let hashes: [&[u8]; 7] = [b"", b"\0", b"\0\0", b"a", b"a\0", b"b", b"\xff\xfe"];
    let mut rows: Vec<_> = hashes
        .iter()
        .map(|hash| put(&ORPHANS, vec![id(1), blob(hash), blob(b"same"), int(0), text("wamid"), blob(b"")]))
        .collect();
    rows.rotate_left(3);
    rows.swap(0, 2);
    write(&store, rows).await;
    let scan = Scan { table: &ORPHANS, partition: vec![id(1)], ..thread_scan() };
    let page = store.scan(ours(), scan.clone()).await.expect("the scan is done");
    let order: Vec<_> = page.iter().map(|cells| cells[1].clone()).collect();
    assert_eq!(order, hashes.map(blob));
    let page = store
        .scan(ours(), scan.after(Some(vec![blob(b"a"), blob(b"same")])))
        .await
        .expect("the scan is done");
    assert_eq!(page.first().map(|cells| cells[1].clone()), Some(blob(b"a\0")));
}

/// Prefixes.
pub async fn from_and_to_include_what_they_begin<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    assert_eq!(found(&bench, thread_scan().from(ints(&[1]))).await, KEYS[2..]);
    assert_eq!(found(&bench, thread_scan().to(ints(&[1]))).await, KEYS[..6]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1])).to(ints(&[1]))).await, KEYS[2..6]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1, 2]))).await, KEYS[3..]);
    assert_eq!(found(&bench, thread_scan().to(ints(&[1, 2]))).await, KEYS[..5]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1, 2])).to(ints(&[2]))).await, KEYS[3..7]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[2])).to(ints(&[1]))).await, KEYS[..0]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1, 4]))).await, KEYS[6..], "a prefix need not exist");
}

/// Whole keys as bounds.
pub async fn bounds_may_be_whole_keys<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    assert_eq!(found(&bench, thread_scan().from(ints(&[1, 2, 2])).to(ints(&[2, 16, 1]))).await, KEYS[4..7]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1, 2, 1])).to(ints(&[1, 2, 1]))).await, KEYS[3..4]);
}

/// Empty prefixes.
pub async fn an_empty_prefix_bounds_nothing<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    assert_eq!(found(&bench, thread_scan().from(Vec::new()).to(Vec::new())).await, KEYS);
    assert_eq!(found(&bench, thread_scan().from(Vec::new()).after(Some(ints(&[1, 2, 1])))).await, KEYS[4..]);
}

/// Continuing.
pub async fn after_continues_strictly_behind_a_key<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    assert_eq!(found(&bench, thread_scan().after(Some(ints(&[1, 2, 1])))).await, KEYS[4..]);
    assert_eq!(
        found(&bench, thread_scan().after(Some(ints(&[1, 2, 9])))).await,
        KEYS[5..],
        "though it is gone"
    );
    assert_eq!(found(&bench, thread_scan().after(Some(ints(&[3, 9, 1])))).await, KEYS[..0]);
    assert_eq!(found(&bench, thread_scan().after(None)).await, KEYS);
}

/// Both bounds on one side.
pub async fn after_and_a_bound_on_the_same_side_both_hold<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    let after = |key: [i64; 3]| Some(ints(&key));
    assert_eq!(found(&bench, thread_scan().from(ints(&[1])).after(after([1, 2, 1]))).await, KEYS[4..]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1])).after(after([0, 0, 1]))).await, KEYS[2..]);
    assert_eq!(found(&bench, thread_scan().from(ints(&[1, 2])).after(after([1, 2, 0]))).await, KEYS[3..]);
    assert_eq!(found(&bench, thread_scan().to(ints(&[1])).after(after([1, 2, 1]))).await, KEYS[4..6]);
    let back = |scan: Scan| {
        let mut expected = scan;
        expected.reverse = true;
        expected
    };
    let reversed = |range: &[[i64; 3]]| range.iter().rev().copied().collect::<Vec<_>>();
    assert_eq!(
        found(&bench, back(thread_scan().to(ints(&[1])).after(after([2, 16, 1])))).await,
        reversed(&KEYS[..6])
    );
    assert_eq!(
        found(&bench, back(thread_scan().to(ints(&[1])).after(after([1, 2, 2])))).await,
        reversed(&KEYS[..4])
    );
    assert_eq!(
        found(&bench, back(thread_scan().from(ints(&[1])).after(after([1, 2, 2])))).await,
        reversed(&KEYS[2..4])
    );
}

/// Backwards.
pub async fn a_reversed_scan_is_the_same_backwards<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    let scans = [
        thread_scan(),
        thread_scan().from(ints(&[1])),
        thread_scan().to(ints(&[1])),
        thread_scan().from(ints(&[0, 0, 2])).to(ints(&[1, 2])),
    ];
    for scan in scans {
        let mut expected = found(&bench, scan.clone()).await;
        expected.reverse();
        assert_eq!(found(&bench, scan.clone().reversed()).await, expected, "{scan:?}");
    }
    let newest = found(&bench, thread_scan().to(ints(&[1])).reversed().limit(1)).await;
    assert_eq!(newest, [[1, 3, 1]], "a limit keeps the end where the scan starts");
}

/// Limits.
pub async fn a_limit_cuts_the_page<B: Backend>(bench: Bench<B>) {
    fill(&bench, &KEYS).await;
    for limit in 1..=KEYS.len() + 1 {
        let expected = &KEYS[..limit.min(KEYS.len())];
        assert_eq!(found(&bench, thread_scan().limit(limit)).await, expected);
    }
}

/// Pages.
pub async fn every_page_together_is_the_whole_partition<B: Backend>(bench: Bench<B>) {
    let Scope::Tenant(scope) = ours() else { return };
    let keys: Vec<[i64; 3]> = (0..130).map(|n| [1, n, 1]).collect();
    fill(&bench, &keys).await;
    let records = Records::new(bench.store());
    let conversation = ConversationId::from_bytes([9; 16]);
    for limit in [1, 7, 65, 130, 131] {
        let scan = Scan::of::<ThreadRow>(ThreadRow::partition(conversation, 0)).limit(limit);
        let all: Vec<ThreadRow> = records.all(scope, scan.clone()).await.expect("every page is read");
        assert_eq!(all.iter().map(|row| row.n).collect::<Vec<_>>(), (0..130).collect::<Vec<_>>());
        let all: Vec<ThreadRow> = records.all(scope, scan.reversed()).await.expect("every page is read");
        assert_eq!(all.iter().map(|row| row.n).collect::<Vec<_>>(), (0..130).rev().collect::<Vec<_>>());
    }
    let tenant_id = TenantId::from_bytes([1; 16]);
    let wakeup = WakeupRow {
        shard: 0,
        minute: 0,
        due: Timestamp::from_secs(1),
        tenant_id,
        target: b"t".to_vec(),
        reason: "snooze".to_owned(),
    };
    records.put(Scope::System, Lane::Bulk, wakeup.clone()).await.expect("it is written");
    let due = Scan::of::<WakeupRow>(WakeupRow::partition(0, 0)).to(vec![int(1_000)]).limit(1);
    assert_eq!(records.all::<WakeupRow>(Scope::System, due).await, Ok(vec![wakeup]));
}

/// Partitions without clustering columns.
pub async fn a_partition_of_one_row_has_one_page<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let row = vec![id(1), text("wamid"), id(2), int(3)];
    write(&store, vec![put(&PROVIDER_IDS, row.clone())]).await;
    let scan = Scan { table: &PROVIDER_IDS, partition: vec![id(1), text("wamid")], ..thread_scan() };
    assert_eq!(store.scan(ours(), scan.clone()).await, Ok(vec![row]));
    assert_eq!(store.scan(ours(), scan.after(Some(Vec::new()))).await, Ok(Vec::new()));
}

/// Other partitions.
pub async fn a_scan_sees_no_other_partition<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"here")]).await;
    for (conversation, bucket) in [(8, 0), (10, 0), (9, 1), (9, -1)] {
        let mut row = thread_row(1, 2, 1, 1, b"elsewhere");
        row[0] = id(conversation);
        row[1] = int(bucket);
        write(&store, vec![put(&THREAD, row)]).await;
    }
    assert_eq!(found(&bench, thread_scan()).await, [[1, 1, 1]]);
}

/// Refused scans.
pub async fn a_scan_that_names_no_page_is_refused<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let bad = [
        thread_scan().limit(0),
        Scan { limit: MAX_SCAN_ROWS + 1, ..thread_scan() },
        Scan { partition: vec![id(9)], ..thread_scan() },
        Scan { partition: vec![id(9), Cell::Unset], ..thread_scan() },
        Scan { partition: vec![id(9), text("0")], ..thread_scan() },
        thread_scan().from(ints(&[1, 2, 3, 4])),
        thread_scan().to(vec![Cell::Unset]),
        thread_scan().from(vec![blob(b"1")]),
        thread_scan().after(Some(ints(&[1, 2]))),
    ];
    for scan in bad {
        refused(store.scan(ours(), scan).await);
    }
}
