//! Commits: durable, atomic, ordered, and visible once answered.

use futures_util::future::join_all;
use switchboard_schema::{
    ContactId, ConversationId, DeadLetterId, UserId,
    record::{
        AgentStateRow, CLAIMS, CONTACT_EDGES, ContactConversationRow, INBOUND_DEAD, MEMBERS, PROVIDER_IDS,
        THREAD, ThreadRow,
    },
    table::Cell,
};

use super::{
    Backend, Bench, blob, body, delete, id, int, item, ours, put, read, refused, text, thread_key,
    thread_row, write,
};
use crate::store::{Error, Exchange, Exchanged, Lane, Records, Scope};

/// Bytes of a value that is large for a row.
const LARGE_BYTES: usize = 1_024 * 1_024;
/// Reads until a write that nobody waited for must be there.
const READS_MAX: usize = 10_000;

/// Durable.
pub async fn what_was_committed_is_there_after_a_restart<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"one"), item(2, b"two")]).await;
    write(&store, vec![delete(&THREAD, thread_key(1, 2, 1))]).await;
    drop(store);
    let bench = bench.reopen().await;
    let store = bench.store();
    assert_eq!(body(&store, 1).await, Some(blob(b"one")));
    assert_eq!(body(&store, 2).await, None);
}

/// Reading.
pub async fn a_read_begun_after_a_commit_answered_sees_it<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for n in 0..200 {
        write(&store, vec![item(n % 7, &n.to_be_bytes())]).await;
        assert_eq!(body(&store, n % 7).await, Some(blob(&n.to_be_bytes())));
    }
}

/// Atomic.
pub async fn all_rows_of_a_commit_are_written<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, (0..100).map(|n| item(n, b"x")).collect()).await;
    for n in 0..100 {
        assert_eq!(body(&store, n).await, Some(blob(b"x")));
    }
}

/// Order.
pub async fn later_commits_of_an_owner_win<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for n in 0..20_u8 {
        write(&store, vec![item(1, &[n])]).await;
    }
    assert_eq!(body(&store, 1).await, Some(blob(&[19])));
}

/// Order, in a lane of the embedded store: that of the calls, though nobody waits for the answers.
pub async fn commits_of_one_lane_are_applied_in_the_order_of_the_calls<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for lane in [Lane::Interactive, Lane::Bulk] {
        let calls: Vec<_> =
            (0..300_u16).map(|n| store.commit_one(ours(), lane, vec![item(1, &n.to_be_bytes())])).collect();
        assert!(join_all(calls.into_iter().rev()).await.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(body(&store, 1).await, Some(blob(&299_u16.to_be_bytes())));
    }
}

/// Order within a commit.
pub async fn a_later_row_of_one_commit_wins_over_an_earlier_one<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"a"), item(1, b"b")]).await;
    assert_eq!(body(&store, 1).await, Some(blob(b"b")));
}

/// Unset cells.
pub async fn an_unset_cell_leaves_the_column_alone<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let mut whole = thread_key(1, 1, 1);
    whole.extend([int(7), id(3), int(1_000), blob(b"body")]);
    write(&store, vec![put(&THREAD, whole.clone())]).await;
    for column in 5..9 {
        let mut one = thread_key(1, 1, 1);
        one.extend([Cell::Unset, Cell::Unset, Cell::Unset, Cell::Unset]);
        let changed = match &whole[column] {
            Cell::Int(number) => int(number + 1),
            _ => id(4),
        };
        one[column] = changed.clone();
        whole[column] = changed;
        write(&store, vec![put(&THREAD, one)]).await;
        assert_eq!(read(&store, &THREAD, thread_key(1, 1, 1)).await, Some(whole.clone()));
    }
}

/// Unset cells of a new row.
pub async fn a_new_row_has_nothing_in_its_unset_columns<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let row = thread_row(1, 1, 1, 5, b"body");
    write(&store, vec![put(&THREAD, row.clone())]).await;
    assert_eq!(read(&store, &THREAD, thread_key(1, 1, 1)).await, Some(row));
}

/// A row without values.
pub async fn a_row_of_a_key_alone_is_a_row<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let row = vec![id(1), id(2), Cell::Unset];
    write(&store, vec![put(&CONTACT_EDGES, row.clone())]).await;
    assert_eq!(read(&store, &CONTACT_EDGES, vec![id(1), id(2)]).await, Some(row.clone()));
    let known = vec![id(1), id(2), int(5)];
    write(&store, vec![put(&CONTACT_EDGES, known.clone())]).await;
    write(&store, vec![put(&CONTACT_EDGES, row)]).await;
    assert_eq!(read(&store, &CONTACT_EDGES, vec![id(1), id(2)]).await, Some(known));
}

/// Deleting.
pub async fn a_deleted_row_is_gone_and_its_neighbours_stay<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"a"), item(2, b"b"), item(3, b"c")]).await;
    write(&store, vec![delete(&THREAD, thread_key(1, 2, 1))]).await;
    assert_eq!(body(&store, 1).await, Some(blob(b"a")));
    assert_eq!(body(&store, 2).await, None);
    assert_eq!(body(&store, 3).await, Some(blob(b"c")));
}

/// Deleting twice.
pub async fn deleting_what_is_not_there_is_no_error<B: Backend>(bench: Bench<B>) {
    write(&bench.store(), vec![delete(&THREAD, thread_key(1, 2, 1))]).await;
}

/// Deleting forgets.
pub async fn a_deleted_row_can_be_written_again_and_remembers_nothing<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    write(&store, vec![item(1, b"old")]).await;
    write(&store, vec![delete(&THREAD, thread_key(1, 1, 1))]).await;
    let mut row = thread_key(1, 1, 1);
    row.extend([int(2), Cell::Unset, Cell::Unset, Cell::Unset]);
    write(&store, vec![put(&THREAD, row.clone())]).await;
    assert_eq!(read(&store, &THREAD, thread_key(1, 1, 1)).await, Some(row));
}

/// Nothing to do.
pub async fn a_commit_of_nothing_answers<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    assert_eq!(store.commit_one(ours(), Lane::Interactive, Vec::new()).await, Ok(()));
    assert_eq!(store.commit_many(Scope::System, Lane::Bulk, Vec::new()).await, Ok(()));
}

/// Rows anywhere.
pub async fn commit_many_writes_rows_of_several_partitions_and_tables<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let member = vec![id(1), blob(b"{}")];
    let place = vec![id(2), text("wamid.1"), id(9), int(4)];
    let rows = vec![put(&MEMBERS, member.clone()), put(&PROVIDER_IDS, place.clone()), item(4, b"x")];
    store.commit_many(ours(), Lane::Bulk, rows).await.expect("the commit is done");
    assert_eq!(read(&store, &MEMBERS, vec![id(1)]).await, Some(member));
    assert_eq!(read(&store, &PROVIDER_IDS, vec![id(2), text("wamid.1")]).await, Some(place));
    assert_eq!(body(&store, 4).await, Some(blob(b"x")));
}

/// Dropped futures.
pub async fn a_dropped_future_still_writes<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for n in 0..50 {
        drop(store.commit_one(ours(), Lane::Interactive, vec![item(n, b"dropped")]));
    }
    // Nothing tells when a write is done whose answer nobody waits for; a later one by the same owner does in
    // the embedded store, and reading does in the end in any.
    write(&store, vec![item(50, b"awaited")]).await;
    for n in 0..50 {
        let mut reads = 1;
        while body(&store, n).await.is_none() {
            assert!(reads < READS_MAX, "row {n} is not there after {READS_MAX} reads");
            reads += 1;
            tokio::task::yield_now().await;
        }
    }
}

/// Neighbours in a group.
pub async fn a_bad_commit_harms_no_neighbour<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let claimed = |target: &[u8]| Exchange {
        table: &CLAIMS,
        key: vec![text("email"), blob(b"hash")],
        expect: None,
        replace: Some(vec![blob(target)]),
    };
    assert_eq!(store.exchange(Scope::System, claimed(b"first")).await, Ok(Exchanged::Done));
    let mut good = Vec::new();
    let mut bad = Vec::new();
    let mut lost = Vec::new();
    for n in 0..40 {
        good.push(store.commit_one(
            ours(),
            Lane::Interactive,
            vec![item(n, b"good"), item(n + 100, b"good")],
        ));
        let wrong = put(&THREAD, thread_row(1, n, 1, 1, b"bad").into_iter().rev().collect());
        bad.push(store.commit_one(ours(), Lane::Interactive, vec![item(n + 200, b"bad"), wrong]));
        lost.push(store.exchange(Scope::System, claimed(b"second")));
    }
    assert!(join_all(good).await.into_iter().all(|answer| answer.is_ok()));
    join_all(bad).await.into_iter().for_each(refused);
    assert!(join_all(lost).await.into_iter().all(|answer| matches!(answer, Ok(Exchanged::Found(Some(_))))));
    for n in 0..40 {
        assert_eq!(body(&store, n).await, Some(blob(b"good")));
        assert_eq!(body(&store, n + 100).await, Some(blob(b"good")));
        assert_eq!(body(&store, n + 200).await, None);
    }
}

/// Every text and every byte.
pub async fn any_text_and_any_bytes_come_back_as_they_were<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let bytes: Vec<u8> = (0..=255).collect();
    let texts = [
        "",
        "\0",
        "a\0b",
        "' OR 1 = 1; --",
        "%_\\?1:name",
        "grüße, 你好, مرحبا, 👩‍👩‍👧",
        "e\u{301}",
        "\u{fffd}\u{feff}\u{10ffff}",
    ];
    for (n, value) in (0..).zip(texts) {
        let row = vec![int(5), int(n), blob(&bytes), text(value)];
        write_wakeup(&store, row).await;
    }
    for value in [&b""[..], b"\0", &bytes] {
        write(&store, vec![item(1, value)]).await;
        assert_eq!(body(&store, 1).await, Some(blob(value)));
    }
    let key = vec![id(1), text("a\0b")];
    write(&store, vec![put(&PROVIDER_IDS, [key.clone(), vec![id(2), int(1)]].concat())]).await;
    assert!(read(&store, &PROVIDER_IDS, key).await.is_some());
    assert!(read(&store, &PROVIDER_IDS, vec![id(1), text("a")]).await.is_none());
}

/// Writes a wake-up of hour and due time and checks that it comes back.
async fn write_wakeup(store: &std::sync::Arc<dyn crate::store::Store>, cells: Vec<Cell>) {
    let [hour, due, target, reason] = cells.try_into().expect("four cells");
    let key = vec![int(0), hour, due, id(1), target];
    let row = [key.clone(), vec![reason]].concat();
    let table = &switchboard_schema::record::WAKEUPS;
    store
        .commit_one(Scope::System, Lane::Interactive, vec![put(table, row.clone())])
        .await
        .expect("it is written");
    assert_eq!(store.get(Scope::System, table, key).await, Ok(Some(row)));
}

/// Large values.
pub async fn large_values_come_back_whole<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let large: Vec<u8> = (0..LARGE_BYTES).map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1]).collect();
    write(&store, vec![item(1, &large)]).await;
    assert_eq!(body(&store, 1).await, Some(blob(&large)));
}

/// The ends of the numbers.
pub async fn the_ends_of_the_numbers_come_back<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    for n in [i64::MIN, -1, 0, 1, i64::MAX] {
        let row = thread_row(n, n, n, n, b"");
        write(&store, vec![put(&THREAD, row.clone())]).await;
        assert_eq!(read(&store, &THREAD, thread_key(n, n, n)).await, Some(row));
    }
}

/// Both lanes.
pub async fn both_lanes_write<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let calls = (0..200).map(|n| {
        let lane = if n % 2 == 0 { Lane::Interactive } else { Lane::Bulk };
        store.commit_one(ours(), lane, vec![item(n, b"x")])
    });
    let answers = join_all(calls.collect::<Vec<_>>()).await;
    assert!(answers.into_iter().all(|answer| answer.is_ok()));
    for n in 0..200 {
        assert_eq!(body(&store, n).await, Some(blob(b"x")));
    }
}

/// Typed access.
pub async fn records_come_back_as_they_were_put<B: Backend>(bench: Bench<B>) {
    let Scope::Tenant(scope) = ours() else { return };
    let records = Records::new(bench.store());
    let conversation_id = ConversationId::from_bytes([7; 16]);
    let row = ThreadRow {
        conversation_id,
        bucket: 0,
        kind: 1,
        n: 3,
        epoch: 1,
        version: 12,
        id: None,
        provider_at: None,
        body: b"{}".to_vec(),
    };
    records.put(scope, Lane::Interactive, row.clone()).await.expect("it is written");
    assert_eq!(records.get(scope, ThreadRow::key(conversation_id, 0, 1, 3, 1)).await, Ok(Some(row)));
    let user_id = UserId::from_bytes([8; 16]);
    let state = AgentStateRow { user_id, conversation_id, inbound_count: 4 };
    records.put(scope, Lane::Bulk, state.clone()).await.expect("it is written");
    assert_eq!(records.get(scope, AgentStateRow::key(user_id, conversation_id)).await, Ok(Some(state)));
    let contact_id = ContactId::from_bytes([9; 16]);
    let missing = records
        .get::<ContactConversationRow>(scope, ContactConversationRow::key(contact_id, conversation_id));
    assert_eq!(missing.await, Ok(None));
    // A row whose body is not what its record declares is told as corrupt, not as missing.
    let dead = vec![int(1), int(2), id(3), blob(b"not JSON")];
    write(records.store(), vec![put(&INBOUND_DEAD, dead)]).await;
    let key = switchboard_schema::record::InboundDeadRow::key(
        1,
        switchboard_schema::Timestamp::from_millis(2),
        DeadLetterId::from_bytes([3; 16]),
    );
    let corrupt = records.get::<switchboard_schema::record::InboundDeadRow>(scope, key).await;
    assert!(matches!(corrupt, Err(Error::Corrupt(_))), "{corrupt:?}");
}
