//! Exchanges: uniqueness, and nothing else.

use futures_util::future::join_all;
use switchboard_schema::{
    ContactId, Timestamp,
    record::{CLAIMS, IdentityRow, USERS},
    table::{Cell, Record},
};

use super::{Backend, Bench, blob, delete, id, ours, put, refused, text};
use crate::store::{Exchange, Exchanged, Lane, Records, Scope};

fn key() -> Vec<Cell> {
    vec![text("email"), blob(b"hash")]
}

fn exchange(expect: Option<&[u8]>, replace: Option<&[u8]>) -> Exchange {
    let values = |target: Option<&[u8]>| target.map(|target| vec![blob(target)]);
    Exchange { table: &CLAIMS, key: key(), expect: values(expect), replace: values(replace) }
}

fn row(target: &[u8]) -> Option<Vec<Cell>> {
    Some([key(), vec![blob(target)]].concat())
}

fn identity(contact: u8) -> IdentityRow {
    IdentityRow {
        scope: "workspace".to_owned(),
        kind: "phone".to_owned(),
        value_hash: b"hash".to_vec(),
        contact_id: ContactId::from_bytes([contact; 16]),
        at: Timestamp::from_secs(5),
    }
}

/// Claims.
pub async fn the_first_claim_wins_and_the_second_sees_it<B: Backend>(bench: Bench<B>) {
    let Scope::Tenant(scope) = ours() else { return };
    let records = Records::new(bench.store());
    assert_eq!(records.claim(scope, identity(1)).await, Ok(None));
    assert_eq!(records.claim(scope, identity(2)).await, Ok(Some(identity(1))));
    assert_eq!(records.claim(scope, identity(1)).await, Ok(Some(identity(1))));
}

/// Claims at once.
pub async fn of_many_claims_at_once_exactly_one_wins<B: Backend>(bench: Bench<B>) {
    let Scope::Tenant(scope) = ours() else { return };
    let records = Records::new(bench.store());
    let answers = join_all((0..50).map(|contact| records.claim(scope, identity(contact)))).await;
    let answers: Vec<_> = answers.into_iter().map(|answer| answer.expect("the exchange is done")).collect();
    let winners: Vec<u8> =
        (0..).zip(&answers).filter(|(_, seen)| seen.is_none()).map(|(contact, _)| contact).collect();
    assert_eq!(winners.len(), 1);
    assert!(
        answers.into_iter().flatten().all(|seen| seen == identity(winners[0])),
        "the losers see the winner"
    );
}

/// Replacing.
pub async fn an_exchange_replaces_what_it_expects<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    assert_eq!(store.exchange(Scope::System, exchange(None, Some(b"a"))).await, Ok(Exchanged::Done));
    assert_eq!(store.exchange(Scope::System, exchange(Some(b"a"), Some(b"b"))).await, Ok(Exchanged::Done));
    assert_eq!(store.get(Scope::System, &CLAIMS, key()).await, Ok(row(b"b")));
}

/// Something else is there.
pub async fn an_exchange_that_finds_something_else_changes_nothing<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    assert_eq!(store.exchange(Scope::System, exchange(None, Some(b"a"))).await, Ok(Exchanged::Done));
    for other in [exchange(None, Some(b"c")), exchange(Some(b"b"), Some(b"c")), exchange(Some(b"b"), None)] {
        assert_eq!(store.exchange(Scope::System, other).await, Ok(Exchanged::Found(row(b"a"))));
    }
    assert_eq!(store.get(Scope::System, &CLAIMS, key()).await, Ok(row(b"a")));
}

/// Nothing is there.
pub async fn an_exchange_that_finds_nothing_changes_nothing<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let found = store.exchange(Scope::System, exchange(Some(b"a"), Some(b"b"))).await;
    assert_eq!(found, Ok(Exchanged::Found(None)));
    assert_eq!(store.get(Scope::System, &CLAIMS, key()).await, Ok(None));
}

/// Releases.
pub async fn a_release_removes_exactly_what_it_names<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let claim = |contact| store.exchange(ours(), Exchange::claim(identity(contact)));
    let release = |contact| store.exchange(ours(), Exchange::release(identity(contact)));
    assert_eq!(claim(1).await, Ok(Exchanged::Done));
    assert_eq!(release(2).await, Ok(Exchanged::Found(Some(identity(1).into_cells()))));
    assert_eq!(release(1).await, Ok(Exchanged::Done));
    assert_eq!(release(1).await, Ok(Exchanged::Found(None)));
    assert_eq!(claim(2).await, Ok(Exchanged::Done));
}

/// Durable.
pub async fn a_claim_is_there_after_a_restart<B: Backend>(bench: Bench<B>) {
    let claim = exchange(None, Some(b"a"));
    assert_eq!(bench.store().exchange(Scope::System, claim.clone()).await, Ok(Exchanged::Done));
    let bench = bench.reopen().await;
    assert_eq!(bench.store().exchange(Scope::System, claim).await, Ok(Exchanged::Found(row(b"a"))));
}

/// Claimed tables.
pub async fn a_claimed_table_is_written_by_exchange_only<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let put = put(&CLAIMS, [key(), vec![blob(b"a")]].concat());
    refused(store.commit_one(Scope::System, Lane::Interactive, vec![put.clone()]).await);
    refused(store.commit_many(Scope::System, Lane::Interactive, vec![put]).await);
    refused(store.commit_one(Scope::System, Lane::Interactive, vec![delete(&CLAIMS, key())]).await);
}

/// Tables that are not claimed.
pub async fn other_tables_are_not_written_by_exchange<B: Backend>(bench: Bench<B>) {
    let exchange =
        Exchange { table: &USERS, key: vec![id(1)], expect: None, replace: Some(vec![blob(b"{}")]) };
    refused(bench.store().exchange(Scope::System, exchange).await);
}

/// Keys and values that are not whole.
pub async fn an_exchange_without_a_whole_key_is_refused<B: Backend>(bench: Bench<B>) {
    let store = bench.store();
    let whole = exchange(None, Some(b"a"));
    let bad = [
        Exchange { key: vec![text("email")], ..whole.clone() },
        Exchange { key: vec![text("email"), Cell::Unset], ..whole.clone() },
        Exchange { key: vec![blob(b"email"), blob(b"hash")], ..whole.clone() },
        Exchange { replace: Some(Vec::new()), ..whole.clone() },
        Exchange { expect: Some(vec![text("a")]), ..whole.clone() },
    ];
    for exchange in bad {
        refused(store.exchange(Scope::System, exchange).await);
    }
}
