//! Writes of which nobody knows whether they were done.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix::Arbiter;
use switchboard_actors::Refusal;
use switchboard_ports::{
    Future,
    store::{Error, Exchange, Exchanged, Lane, Mutation, Scan, Scope, Store},
};
use switchboard_schema::{
    record::{THREAD, ThreadKind},
    table::{Cell, Table},
    wire::{Content, IdentityKind, MessageState, SendRequest, Text},
};
use switchboard_store::{Fault, FaultPlan};

use crate::{
    audit::audit_soon,
    provider::ToProvider,
    world::{Running, World, run},
};

const FROM: &[(IdentityKind, &str)] = &[(IdentityKind::Phone, "31610000001")];

fn words(words: &str) -> SendRequest {
    SendRequest::text(words.to_owned())
}

/// The next commit does not answer, and its first repetitions do not get through.
fn give_up_the_next(running: &Running) {
    let faulty = running.faulty.as_ref().expect("faults");
    faulty.fail_commit(1, Fault::AmbiguousLate);
    for n in 2..=6 {
        faulty.fail_commit(n, Fault::Fail);
    }
}

#[test]
fn what_may_have_been_done_is_done_before_anything_else() {
    run(async {
        let (mut world, running) = World::with_channel(81).await;
        world.crash(running).await;
        let running = world.open(Some(FaultPlan::none()));
        world.deliver(&running, vec![world.message("in.1", FROM)]).await;
        audit_soon(&world, &running).await;
        let id = world.only_conversation(&running).await;
        give_up_the_next(&running);
        let refused = running.house.send(world.scope, world.act("one"), id, words("one")).await;
        assert!(matches!(refused, Err(Refusal::Unavailable(_))), "{refused:?}");
        let second = world.send(&running, id, "two", "two").await.expect("it is queued");
        running.faulty.as_ref().expect("faults").heal().await;
        let running = world.restart(running).await;
        let first = world.send(&running, id, "one", "one").await.expect("it is queued");
        assert_eq!(first.content, Content::Text(Text { body: "one".to_owned() }));
        assert_eq!((first.seq, second.seq), (2, 3), "in the order they were asked for");
        let again = world.send(&running, id, "two", "two").await.expect("it is answered");
        assert_eq!((again.id, again.seq), (second.id, second.seq));
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}

#[test]
fn a_sender_whose_attempt_may_have_been_written_waits_for_it_and_makes_one_request() {
    run(async {
        for n in 1..=6 {
            let (mut world, running) = World::with_channel(82).await;
            world.crash(running).await;
            let running = world.open(Some(FaultPlan::none()));
            world.deliver(&running, vec![world.message("in.1", FROM)]).await;
            audit_soon(&world, &running).await;
            let id = world.only_conversation(&running).await;
            // Somewhere among the message, its attempt, its result, and what is logged beside them.
            let faulty = running.faulty.as_ref().expect("faults");
            for n in n..n + 6 {
                faulty.fail_commit(n, Fault::AmbiguousLate);
            }
            let sent = world.send(&running, id, "one", "one").await.expect("it is queued");
            world.reaches(&running, id, sent.seq, MessageState::Sent).await;
            assert_eq!(world.provider.requests().len(), 1);
            audit_soon(&world, &running).await;
            world.crash(running).await;
        }
    });
}

/// A store that shows the head of a thread's last commit before its item, as CQL may: a mutation is not isolated from
/// readers.
struct HalfSeen {
    inner: Arc<dyn Store>,
    /// For so many readings of a thread.
    left: AtomicUsize,
}

impl Store for HalfSeen {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.inner.commit_one(scope, lane, rows)
    }

    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        self.inner.commit_many(scope, lane, rows)
    }

    fn get(
        &self,
        scope: Scope,
        table: &'static Table,
        key: Vec<Cell>,
    ) -> Future<Result<Option<Vec<Cell>>, Error>> {
        self.inner.get(scope, table, key)
    }

    fn scan(&self, scope: Scope, scan: Scan) -> Future<Result<Vec<Vec<Cell>>, Error>> {
        let is_thread = scan.table.name == THREAD.name && scan.from.is_none();
        let found = self.inner.scan(scope, scan);
        if !is_thread || self.left.load(Ordering::Acquire) == 0 {
            return found;
        }
        self.left.fetch_sub(1, Ordering::AcqRel);
        let item = Cell::Int(ThreadKind::Item.as_i64());
        Box::pin(async move {
            let mut rows = found.await?;
            if let Some(last) = rows.iter().rposition(|row| row[2] == item) {
                rows.remove(last);
            }
            Ok(rows)
        })
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>> {
        self.inner.exchange(scope, exchange)
    }
}

#[test]
fn half_of_a_commit_is_read_again_until_it_is_seen_whole() {
    run(async {
        let (mut world, running) = World::with_channel(65).await;
        for n in 0..3 {
            world.deliver(&running, vec![world.message(&format!("in.{n}"), FROM)]).await;
        }
        let id = world.only_conversation(&running).await;
        let whole = world.thread(&running, id).await.expect("the thread is read");
        world.crash(running).await;
        let store = Arc::new(HalfSeen { inner: world.temp.store(), left: AtomicUsize::new(2) });
        let connector = Arc::new(ToProvider(Arc::clone(&world.provider)));
        let running = world.open_over(Arc::<HalfSeen>::clone(&store), connector, vec![Arbiter::new()]);
        assert_eq!(world.thread(&running, id).await.expect("the thread is read"), whole);
        assert_eq!(store.left.load(Ordering::Acquire), 0, "half of it was seen");
        world.deliver(&running, vec![world.message("in.after", FROM)]).await;
        audit_soon(&world, &running).await;
        assert_eq!(world.thread(&running, id).await.expect("the thread is read").len(), 4);
        world.crash(running).await;
    });
}
