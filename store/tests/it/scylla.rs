//! The Scylla store, against a real CQL server.

use std::sync::Arc;

use switchboard_ports::store::{
    Store,
    conformance::{Backend, Bench, HandClock, commits},
};
use switchboard_store::testing::cql::Lent;

/// A store over a keyspace of its own.
struct Cql {
    lent: Lent,
    clock: Arc<HandClock>,
}

impl Backend for Cql {
    fn store(&self) -> Arc<dyn Store> {
        self.lent.store()
    }

    async fn reopen(mut self) -> Self {
        self.lent.reopen(Arc::clone(&self.clock) as _).await;
        self
    }
}

async fn keyspace(clock: Arc<HandClock>) -> Cql {
    Cql { lent: Lent::open(Arc::clone(&clock) as _).await, clock }
}

mod conformance {
    switchboard_ports::conformance_suite!(super::super::keyspace);
}

#[tokio::test(flavor = "current_thread")]
async fn commits_of_one_lane_are_applied_in_the_order_of_the_calls() {
    commits::commits_of_one_lane_are_applied_in_the_order_of_the_calls(Bench::open(keyspace).await).await;
}
