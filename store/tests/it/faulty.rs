//! Stores that go wrong.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;
use switchboard_ports::{
    blob::{self, Blobs, Life},
    store::{
        Error, Exchange, Exchanged, Lane, Mutation, Scope, Store,
        conformance::{Backend, HandClock},
    },
};
use switchboard_schema::{
    BlobId, TenantId, TenantScope,
    record::{CLAIMS, THREAD},
    table::Cell,
};
use switchboard_store::{DirectoryBlobs, Fault, FaultPlan, Faulty, FaultyBlobs};

use crate::embedded::{Folder, folder};

/// A faulty store over the embedded one.
struct Decorated {
    faulty: Arc<Faulty>,
    inner: Folder,
    plan: FaultPlan,
}

impl Decorated {
    fn new(inner: Folder, plan: FaultPlan) -> Self {
        Self { faulty: Faulty::new(inner.store(), 42, plan), inner, plan }
    }
}

impl Backend for Decorated {
    fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.faulty) as Arc<dyn Store>
    }

    async fn reopen(self) -> Self {
        let Self { faulty, inner, plan } = self;
        drop(faulty);
        Self::new(inner.reopen().await, plan)
    }
}

/// Nothing goes wrong.
async fn healthy(clock: Arc<HandClock>) -> Decorated {
    Decorated::new(folder(clock).await, FaultPlan::none())
}

/// Everything is slow and nothing fails, which no guarantee forbids.
async fn slow(clock: Arc<HandClock>) -> Decorated {
    let plan = FaultPlan { hold_back: 300, answer_late: 300, read_late: 300, span: 5, ..FaultPlan::none() };
    Decorated::new(folder(clock).await, plan)
}

mod conformance {
    switchboard_ports::conformance_suite!(super::super::healthy);
}

mod conformance_when_slow {
    switchboard_ports::conformance_suite!(super::super::slow);
}

fn tenant(n: u8) -> Scope {
    Scope::Tenant(TenantScope::assume(TenantId::from_bytes([n; 16])))
}

fn ours() -> Scope {
    tenant(1)
}

fn key(n: i64) -> Vec<Cell> {
    vec![Cell::Blob(vec![9; 16]), Cell::Int(0), Cell::Int(1), Cell::Int(n), Cell::Int(1)]
}

/// A row of `thread` with these values for version and body.
fn row(n: i64, version: Option<i64>, body: Option<&[u8]>) -> Mutation {
    let version = version.map_or(Cell::Unset, Cell::Int);
    let body = body.map_or(Cell::Unset, |body| Cell::Blob(body.to_vec()));
    let cells = [key(n), vec![version, Cell::Unset, Cell::Unset, body]].concat();
    Mutation::Put { table: &THREAD, cells: cells.into(), expires_at: None }
}

async fn write(store: &Faulty, rows: Vec<Mutation>) -> Result<(), Error> {
    store.commit_one(ours(), Lane::Interactive, rows).await
}

/// What is stored of a row: version and body.
async fn stored(store: &impl Backend, n: i64) -> Option<(Cell, Cell)> {
    let cells = store.store().get(ours(), &THREAD, key(n)).await.expect("the read is done");
    cells.map(|cells| (cells[5].clone(), cells[8].clone()))
}

fn version(version: i64) -> Option<(Cell, Cell)> {
    Some((Cell::Int(version), Cell::Unset))
}

async fn healthy_bench() -> Decorated {
    healthy(Arc::default()).await
}

#[tokio::test(flavor = "current_thread")]
async fn the_commit_told_to_fail_fails_and_no_other() {
    let bench = healthy_bench().await;
    bench.faulty.fail_commit(3, Fault::Fail);
    bench.faulty.fail_commit(5, Fault::Overload);
    let mut answers = Vec::new();
    for n in 1..=6 {
        answers.push(write(&bench.faulty, vec![row(n, Some(1), None)]).await);
    }
    for (n, answer) in (1..).zip(answers) {
        match n {
            3 => assert!(matches!(answer, Err(Error::Unavailable(_)))),
            5 => assert_eq!(answer, Err(Error::Overloaded)),
            _ => assert_eq!(answer, Ok(())),
        }
        assert_eq!(stored(&bench, n).await.is_some(), answer.is_ok());
    }
    assert_eq!(bench.faulty.log().len(), 2);
}

#[tokio::test(flavor = "current_thread")]
async fn an_ambiguous_commit_is_done_or_lost_as_told() {
    let bench = healthy_bench().await;
    for (n, fault) in [(1, Fault::AmbiguousDone), (2, Fault::AmbiguousLost)] {
        bench.faulty.fail_commit(1, fault);
        assert_eq!(write(&bench.faulty, vec![row(n, Some(1), None)]).await, Err(Error::Ambiguous));
    }
    assert_eq!(stored(&bench, 1).await, version(1));
    assert_eq!(stored(&bench, 2).await, None);
}

#[tokio::test(flavor = "current_thread")]
async fn a_ghost_appears_after_other_operations() {
    let bench = healthy_bench().await;
    bench.faulty.set_plan(FaultPlan { span: 1, ..FaultPlan::none() });
    bench.faulty.fail_commit(1, Fault::AmbiguousLate);
    assert_eq!(write(&bench.faulty, vec![row(1, Some(1), None)]).await, Err(Error::Ambiguous));
    assert_eq!(stored(&bench.inner, 1).await, None, "not yet");
    assert_eq!(write(&bench.faulty, vec![row(2, Some(1), None)]).await, Ok(()));
    assert_eq!(stored(&bench, 1).await, version(1), "but now");
}

#[tokio::test(flavor = "current_thread")]
async fn a_ghost_loses_to_what_its_owner_wrote_meanwhile() {
    let bench = healthy_bench().await;
    bench.faulty.set_plan(FaultPlan { span: 1_000, ..FaultPlan::none() });
    bench.faulty.fail_commit(1, Fault::AmbiguousLate);
    let ghost = (1..=4).map(|n| row(n, Some(1), Some(b"ghost"))).collect();
    assert_eq!(write(&bench.faulty, ghost).await, Err(Error::Ambiguous));
    let delete = Mutation::Delete { table: &THREAD, key: key(3) };
    let whole = row(2, Some(2), Some(b"newer"));
    assert_eq!(write(&bench.faulty, vec![row(1, Some(2), None), whole, delete]).await, Ok(()));
    bench.faulty.settle().await;
    let ghost = Cell::Blob(b"ghost".to_vec());
    assert_eq!(stored(&bench, 1).await, Some((Cell::Int(2), ghost.clone())), "cell by cell");
    assert_eq!(stored(&bench, 2).await, Some((Cell::Int(2), Cell::Blob(b"newer".to_vec()))));
    assert_eq!(stored(&bench, 3).await, None, "what was deleted stays deleted");
    assert_eq!(stored(&bench, 4).await, Some((Cell::Int(1), ghost)));
}

#[tokio::test(flavor = "current_thread")]
async fn a_late_delete_does_not_remove_what_was_written_since() {
    let bench = healthy_bench().await;
    bench.faulty.set_plan(FaultPlan { span: 1_000, ..FaultPlan::none() });
    assert_eq!(write(&bench.faulty, vec![row(1, Some(1), None)]).await, Ok(()));
    bench.faulty.fail_commit(1, Fault::AmbiguousLate);
    let delete = Mutation::Delete { table: &THREAD, key: key(1) };
    assert_eq!(write(&bench.faulty, vec![delete]).await, Err(Error::Ambiguous));
    assert_eq!(write(&bench.faulty, vec![row(1, Some(2), None)]).await, Ok(()));
    bench.faulty.settle().await;
    assert_eq!(stored(&bench, 1).await, version(2));
}

#[tokio::test(flavor = "current_thread")]
async fn repeating_an_ambiguous_write_makes_its_ghost_vanish() {
    let bench = healthy_bench().await;
    bench.faulty.set_plan(FaultPlan { span: 1_000, ..FaultPlan::none() });
    bench.faulty.fail_commit(1, Fault::AmbiguousLate);
    let rows = vec![row(1, Some(1), Some(b"a")), row(2, Some(1), None)];
    assert_eq!(write(&bench.faulty, rows.clone()).await, Err(Error::Ambiguous));
    assert_eq!(write(&bench.faulty, rows).await, Ok(()));
    assert!(bench.faulty.log().iter().any(|line| line.contains("superseded")), "{:?}", bench.faulty.log());
}

#[tokio::test(flavor = "current_thread")]
async fn a_commit_held_back_begins_before_its_owners_next() {
    let bench = healthy_bench().await;
    bench.faulty.set_plan(FaultPlan { span: 1_000, ..FaultPlan::none() });
    bench.faulty.fail_commit(1, Fault::HoldBack);
    let first = bench.faulty.commit_one(ours(), Lane::Interactive, vec![row(1, Some(1), None)]);
    assert_eq!(stored(&bench.inner, 1).await, None, "held back");
    let other = bench.faulty.commit_one(tenant(2), Lane::Interactive, vec![row(1, Some(9), None)]);
    assert_eq!(other.await, Ok(()));
    assert_eq!(stored(&bench.inner, 1).await, None, "another's commit does not begin it");
    assert_eq!(write(&bench.faulty, vec![row(1, Some(2), None)]).await, Ok(()));
    assert_eq!(first.await, Ok(()));
    assert_eq!(stored(&bench, 1).await, version(2));
}

#[tokio::test(flavor = "current_thread")]
async fn a_commit_held_back_begins_though_nothing_else_happens() {
    let bench = healthy_bench().await;
    bench.faulty.set_plan(FaultPlan { span: 1_000, ..FaultPlan::none() });
    bench.faulty.fail_commit(1, Fault::HoldBack);
    assert_eq!(write(&bench.faulty, vec![row(1, Some(1), None)]).await, Ok(()));
    bench.faulty.fail_commit(1, Fault::HoldBack);
    drop(bench.faulty.commit_one(ours(), Lane::Interactive, vec![row(2, Some(1), None)]));
    assert_eq!(write(&bench.faulty, vec![row(3, Some(1), None)]).await, Ok(()));
    assert_eq!(stored(&bench, 2).await, version(1), "dropping the future began it");
}

#[tokio::test(flavor = "current_thread", start_paused = true)]
async fn an_answer_that_comes_late_waits_by_the_clock_too() {
    let bench = healthy_bench().await;
    let hour = std::time::Duration::from_secs(3_600);
    bench.faulty.set_plan(FaultPlan { time: Some(hour), ..FaultPlan::none() });
    bench.faulty.fail_commit(1, Fault::AnswerLate);
    let before = tokio::time::Instant::now();
    assert_eq!(write(&bench.faulty, vec![row(1, Some(1), None)]).await, Ok(()));
    assert!(before.elapsed() >= hour);
}

#[tokio::test(flavor = "current_thread")]
async fn reads_fail_as_told() {
    let bench = healthy_bench().await;
    bench.faulty.fail_read(2, Fault::Fail);
    bench.faulty.fail_read(3, Fault::Overload);
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(bench.faulty.get(ours(), &THREAD, key(1)).await);
    }
    assert_eq!(answers[0], Ok(None));
    assert!(matches!(answers[1], Err(Error::Unavailable(_))));
    assert_eq!(answers[2], Err(Error::Overloaded));
    assert_eq!(answers[3], Ok(None));
}

#[tokio::test(flavor = "current_thread")]
async fn an_ambiguous_exchange_is_done_or_not_and_never_later() {
    let bench = healthy_bench().await;
    let claim = |n: u8| Exchange {
        table: &CLAIMS,
        key: vec![Cell::Text("email".to_owned()), Cell::Blob(vec![n])],
        expect: None,
        replace: Some(vec![Cell::Blob(vec![n])]),
    };
    let mut done = 0;
    for n in 0..40 {
        bench.faulty.fail_commit(1, Fault::AmbiguousLate);
        assert_eq!(bench.faulty.exchange(Scope::System, claim(n)).await, Err(Error::Ambiguous));
        match bench.faulty.exchange(Scope::System, claim(n)).await {
            Ok(Exchanged::Found(Some(_))) => done += 1,
            other => assert_eq!(other, Ok(Exchanged::Done)),
        }
    }
    assert!((1..40).contains(&done), "{done} of 40");
}

/// Runs a fixed sequence of operations under a rough plan; answers with what it saw and the log.
async fn rough(seed: u64) -> (Vec<String>, Vec<String>, Vec<Option<(Cell, Cell)>>) {
    let inner = folder(Arc::default()).await;
    let faulty = Faulty::new(inner.store(), seed, FaultPlan::rough());
    let mut seen = Vec::new();
    for n in 0..400_i64 {
        let scope = tenant(if n % 3 == 0 { 2 } else { 1 });
        let answers = join_all(
            (0..2).map(|m| faulty.commit_one(scope, Lane::Interactive, vec![row(m, Some(n), None)])),
        )
        .await;
        seen.push(format!("{answers:?}"));
        seen.push(format!("{:?}", faulty.get(scope, &THREAD, key(n % 2)).await));
    }
    faulty.heal().await;
    write(&faulty, vec![row(5, Some(1), None)]).await.expect("a healed store works");
    let mut stored_rows = Vec::new();
    for n in 0..2 {
        stored_rows.push(stored(&inner, n).await);
    }
    (seen, faulty.log(), stored_rows)
}

#[tokio::test(flavor = "current_thread")]
async fn a_seed_gives_the_same_faults_every_time_and_another_gives_others() {
    let first = rough(7).await;
    assert_eq!(first, rough(7).await);
    assert_ne!(first.1, rough(8).await.1);
    for fault in ["failed", "overloaded", "held back", "answered late", "and done", "and lost", "done later"]
    {
        assert!(first.1.iter().any(|line| line.contains(fault)), "no {fault} in {:?}", first.1);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_answered_ok_under_any_seed_is_not_undone() {
    for seed in 0..20 {
        let inner = folder(Arc::default()).await;
        let faulty = Faulty::new(inner.store(), seed, FaultPlan::rough());
        let mut acknowledged = [None; 5];
        let mut attempted = [0; 5];
        for n in 1..=200_i64 {
            let which = usize::try_from(n % 5).unwrap_or(0);
            attempted[which] = n;
            if write(&faulty, vec![row(n % 5, Some(n), None)]).await.is_ok() {
                acknowledged[which] = Some(n);
            }
        }
        faulty.heal().await;
        write(&faulty, vec![row(9, Some(1), None)]).await.expect("a healed store works");
        for (n, acknowledged) in (0..).zip(acknowledged) {
            let Some((Cell::Int(found), _)) = stored(&inner, n).await else {
                panic!("seed {seed}: row {n} is gone")
            };
            let acknowledged = acknowledged.expect("one of forty writes succeeds");
            // An ambiguous one after it may have become true; an older one may not.
            assert!(
                found >= acknowledged,
                "seed {seed}: row {n} is at {found}, acknowledged was {acknowledged}"
            );
        }
    }
}

#[tokio::test(flavor = "current_thread")]
async fn bodies_go_wrong_as_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let inner = DirectoryBlobs::open(dir.path(), Arc::<HandClock>::default()).expect("the folder opens");
    let blobs = FaultyBlobs::new(inner.clone(), 1, FaultPlan { span: 1, ..FaultPlan::none() });
    let Scope::Tenant(scope) = ours() else { panic!("a tenant") };
    let id = |n: u8| BlobId::from_bytes([n; 16]);
    let body = Bytes::from_static(b"body");
    for (n, fault) in
        [(1, Fault::Fail), (2, Fault::AmbiguousDone), (3, Fault::AmbiguousLost), (4, Fault::AmbiguousLate)]
    {
        blobs.fail_put(1, fault);
        let answer = blobs.put(scope, Life::Lasting, id(n), body.clone()).await;
        assert!(matches!(answer, Err(blob::Error::Unavailable(_))), "{answer:?}");
    }
    assert_eq!(inner.get(scope, Life::Lasting, id(1)).await, Err(blob::Error::NotFound));
    assert_eq!(inner.get(scope, Life::Lasting, id(2)).await, Ok(body.clone()));
    assert_eq!(inner.get(scope, Life::Lasting, id(3)).await, Err(blob::Error::NotFound));
    assert_eq!(inner.get(scope, Life::Lasting, id(4)).await, Err(blob::Error::NotFound));
    blobs.heal().await;
    assert_eq!(blobs.put(scope, Life::Lasting, id(5), body.clone()).await, Ok(()));
    assert_eq!(blobs.get(scope, Life::Lasting, id(4)).await, Ok(body));
    blobs.fail_get(1, Fault::Fail);
    assert!(matches!(blobs.get(scope, Life::Lasting, id(4)).await, Err(blob::Error::Unavailable(_))));
}

struct HealthyBlobs {
    blobs: Arc<FaultyBlobs>,
    clock: Arc<HandClock>,
    dir: tempfile::TempDir,
}

impl HealthyBlobs {
    fn open(clock: Arc<HandClock>, dir: tempfile::TempDir) -> Self {
        let inner = DirectoryBlobs::open(dir.path(), clock.clone()).expect("the folder opens");
        Self { blobs: FaultyBlobs::new(inner, 1, FaultPlan::none()), clock, dir }
    }
}

impl switchboard_ports::store::conformance::blobs::Backend for HealthyBlobs {
    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::clone(&self.blobs) as Arc<dyn Blobs>
    }

    fn clock(&self) -> &HandClock {
        &self.clock
    }

    async fn reopen(self) -> Self {
        let Self { blobs, clock, dir } = self;
        drop(blobs);
        Self::open(clock, dir)
    }
}

async fn healthy_blobs() -> HealthyBlobs {
    HealthyBlobs::open(Arc::default(), tempfile::tempdir().expect("a folder"))
}

mod bodies {
    use super::healthy_blobs;
    switchboard_ports::blobs_suite!(healthy_blobs);
}
