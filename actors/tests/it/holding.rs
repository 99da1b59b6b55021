//! A store one of whose writes takes as long as a test wants.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use switchboard_ports::{
    Future,
    store::{Error, Exchange, Exchanged, Lane, Mutation, Scan, Scope, Store},
};
use switchboard_schema::table::{Cell, Table};
use tokio::sync::Semaphore;

use crate::world::eventually;

type Answer<T> = Future<Result<T, Error>>;

/// A store that begins the first write of some kind only when it is told to.
pub(crate) struct Holding {
    inner: Arc<dyn Store>,
    what: fn(&[Mutation]) -> bool,
    holds: AtomicBool,
    gate: Arc<Semaphore>,
}

impl Holding {
    pub(crate) fn over(inner: Arc<dyn Store>, what: fn(&[Mutation]) -> bool) -> Self {
        Self { inner, what, holds: AtomicBool::new(false), gate: Arc::new(Semaphore::new(0)) }
    }

    /// Until it is there, and waits.
    pub(crate) async fn until_held(&self) {
        eventually("a write that is held back", async || match self.holds.load(Ordering::Acquire) {
            true => Ok(()),
            false => Err("not yet".to_owned()),
        })
        .await;
    }

    /// Begins it.
    pub(crate) fn go_on(&self) {
        self.gate.add_permits(1);
    }

    fn hold(&self, is_meant: bool, write: impl FnOnce() -> Answer<()> + Send + 'static) -> Answer<()> {
        if !is_meant || self.holds.swap(true, Ordering::AcqRel) {
            return write();
        }
        let gate = Arc::clone(&self.gate);
        Box::pin(async move {
            drop(gate.acquire().await);
            write().await
        })
    }
}

impl Store for Holding {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Answer<()> {
        let inner = Arc::clone(&self.inner);
        self.hold((self.what)(&rows), move || inner.commit_one(scope, lane, rows))
    }

    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Answer<()> {
        let inner = Arc::clone(&self.inner);
        self.hold((self.what)(&rows), move || inner.commit_many(scope, lane, rows))
    }

    fn get(&self, scope: Scope, table: &'static Table, key: Vec<Cell>) -> Answer<Option<Vec<Cell>>> {
        self.inner.get(scope, table, key)
    }

    fn scan(&self, scope: Scope, scan: Scan) -> Answer<Vec<Vec<Cell>>> {
        self.inner.scan(scope, scan)
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Answer<Exchanged> {
        self.inner.exchange(scope, exchange)
    }
}
