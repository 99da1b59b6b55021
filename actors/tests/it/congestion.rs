//! A log that cannot be written: work is refused before memory grows.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use switchboard_actors::Refusal;
use switchboard_ports::{
    Future,
    store::{Error, Exchange, Exchanged, Lane, Mutation, Scan, Scope, Store},
};
use switchboard_schema::{
    record::TENANT_LOG,
    table::{Cell, Table},
    wire::{IdentityKind, SendRequest},
};

use crate::{
    audit::{audit_soon, count_by_provider_id, log},
    provider::ToProvider,
    world::{World, run},
};

/// A store that does not take the log's rows.
struct WithoutLog {
    inner: Arc<dyn Store>,
    refuses: AtomicBool,
}

impl Store for WithoutLog {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Future<Result<(), Error>> {
        let of_log = rows.iter().any(|row| row.table().name == TENANT_LOG.name);
        if of_log && self.refuses.load(Ordering::Acquire) {
            return Box::pin(std::future::ready(Err(Error::Unavailable("the log is full".to_owned()))));
        }
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
        self.inner.scan(scope, scan)
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>> {
        self.inner.exchange(scope, exchange)
    }
}

#[test]
fn while_the_log_cannot_be_written_new_work_is_refused_and_after_it_everything_goes_on() {
    run(async {
        let (mut world, running) = World::with_channel(95).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
        let store = Arc::new(WithoutLog { inner: world.temp.store(), refuses: AtomicBool::new(true) });
        let connector = Arc::new(ToProvider(Arc::clone(&world.provider)));
        let arbiters = vec![actix::Arbiter::new(), actix::Arbiter::new()];
        let running = world.open_over(Arc::<WithoutLog>::clone(&store), connector, arbiters);
        let mut taken = 0;
        let refusal = loop {
            let phone = format!("3164{:06}", taken / 4_000);
            let from = [(IdentityKind::Phone, phone.as_str())];
            let batch = (taken..taken + 400).map(|n| world.message(&format!("in.{n}"), &from)).collect();
            match running.house.deliver(world.scope, world.channel, batch, world.act("").correlation).await {
                Ok(_) => taken += 400,
                Err(refusal) => break refusal,
            }
            assert!(taken < 24_000, "memory grows without a bound");
        };
        assert_eq!(refusal, Refusal::Overloaded);
        assert!(taken >= 19_000, "refused after {taken} already");
        let id = world.list(&running).await.expect("the list is still read")[0].id;
        let text = SendRequest::text("hello".to_owned());
        let refused = running.house.send(world.scope, world.act("key"), id, text).await;
        assert_eq!(refused.map(drop), Err(Refusal::Overloaded));
        assert!(log(&world, &running).await.expect("the log is read").len() < 10, "nothing was logged");
        store.refuses.store(false, Ordering::Release);
        world.deliver(&running, vec![world.message("last", &[(IdentityKind::Phone, "31610000001")])]).await;
        let counts = count_by_provider_id(&audit_soon(&world, &running).await);
        assert_eq!(counts.len(), taken + 1);
        // The log has several chunks by now; a restart finds its end.
        let running = world.restart(running).await;
        world.deliver(&running, vec![world.message("after", &[(IdentityKind::Phone, "31610000001")])]).await;
        audit_soon(&world, &running).await;
        world.crash(running).await;
    });
}
