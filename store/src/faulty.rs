//! Decorators that make a store or a keeper of bodies fail, always in the same way for a seed.
//!
//! What goes wrong is what the trait allows and no more, so whatever works above a faulty store works above
//! any store. In particular a write that comes late keeps the order of its owner as a store with client
//! timestamps does:
//! * a write that is **held back** is begun at the latest when the same scope writes again, before that;
//! * a **ghost** (an ambiguous write done later) may come after its scope's later writes, but loses to them
//!   cell by cell, as its timestamp is older: what was written meanwhile stays, what was deleted stays
//!   deleted. (A late delete of a row written again meanwhile is dropped whole, though in CQL it would still
//!   remove the cells that the later write left unset.) A repetition of the identical write therefore makes
//!   its ghost vanish.
//! * Of an exchange, an ambiguous late one is either done at once or never: a conditional write that is under
//!   way is settled by the next operation on its row.

mod blobs;
mod dice;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use blobs::FaultyBlobs;
use dice::{Dice, Draw, Kind, pause};
pub use dice::{Fault, FaultPlan};
use switchboard_ports::{
    Future, ready,
    store::{Error, Exchange, Exchanged, Lane, Mutation, Scan, Scope, Store},
};
use switchboard_schema::table::{Cell, Table};
use tokio::sync::oneshot;

use crate::checks;

/// Writes held back or waiting to become ghosts, at most; then the oldest is done.
const HELD_MAX: usize = 1_024;

type Answer = Future<Result<(), Error>>;

/// A commit to be done.
struct Write {
    scope: Scope,
    lane: Lane,
    rows: Vec<Mutation>,
    one: bool,
}

/// A commit that is done later.
struct Held {
    number: u64,
    /// Other operations until then.
    remaining: u32,
    write: Write,
    /// Who waits for the inner store's answer; nobody for a ghost.
    waiter: Option<oneshot::Sender<Answer>>,
}

struct State {
    dice: Dice,
    /// What goes wrong with every write to a table.
    tables: HashMap<&'static str, Fault>,
    /// In the order of their numbers.
    held: Vec<Held>,
}

struct Shared {
    inner: Arc<dyn Store>,
    state: Mutex<State>,
}

/// Decorates a store with the faults of a plan, always the same for a seed and an order of calls.
pub struct Faulty {
    shared: Arc<Shared>,
}

impl Faulty {
    /// Decorates a store.
    #[must_use]
    pub fn new(inner: Arc<dyn Store>, seed: u64, plan: FaultPlan) -> Arc<Self> {
        let state = State { dice: Dice::new(seed, plan), tables: HashMap::new(), held: Vec::new() };
        Arc::new(Self { shared: Arc::new(Shared { inner, state: Mutex::new(state) }) })
    }

    /// Makes the n-th write from now on (commit or exchange; 1 is the next) go wrong.
    pub fn fail_commit(&self, n: u64, fault: Fault) {
        self.shared.lock().dice.tell(Kind::Write, n, fault);
    }

    /// Makes every write whose first row is of this table go wrong, until told otherwise or healed.
    pub fn fail_table(&self, table: &'static Table, fault: impl Into<Option<Fault>>) {
        let mut state = self.shared.lock();
        match fault.into() {
            Some(fault) => state.tables.insert(table.name, fault),
            None => state.tables.remove(table.name),
        };
    }

    /// Makes the n-th read from now on (get or scan; 1 is the next) go wrong. An ambiguous read is one that
    /// fails.
    pub fn fail_read(&self, n: u64, fault: Fault) {
        self.shared.lock().dice.tell(Kind::Read, n, fault);
    }

    /// Goes on with another plan; what is held stays held.
    pub fn set_plan(&self, plan: FaultPlan) {
        self.shared.lock().dice.set_plan(plan);
    }

    /// Nothing goes wrong from now on, and everything held is done now, as by [`Faulty::settle`].
    pub fn heal(&self) -> Future<()> {
        let mut state = self.shared.lock();
        state.dice.heal();
        state.tables.clear();
        drop(state);
        self.settle()
    }

    /// Does everything held now, in its order: held-back writes begin, ghosts appear. Answers when the ghosts
    /// are there; whoever does not need to know drops the future.
    pub fn settle(&self) -> Future<()> {
        let ghosts = self.shared.release(&mut self.shared.lock(), |_| true);
        Box::pin(async move {
            for ghost in ghosts {
                // Nobody was promised a ghost.
                drop(ghost.await);
            }
        })
    }

    /// What went wrong so far, a line each, the newest 10,000.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.shared.lock().dice.log()
    }

    /// Operations so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.shared.lock().dice.operations()
    }

    fn commit(&self, write: Write) -> Answer {
        if write.rows.is_empty() || checks::commit(write.scope, &write.rows, write.one).is_err() {
            return self.shared.begin(write);
        }
        let mut state = self.shared.lock();
        let table = write.rows.first().map_or("", |row| row.table().name);
        let call = if write.one { "commit_one" } else { "commit_many" };
        let draw = self.shared.draw(&mut state, Kind::Write, call, write.scope, table);
        self.shared.release_held_back(&mut state, write.scope);
        match draw.fault {
            None => self.shared.submit(&mut state, draw.number, write),
            Some(fault @ (Fault::Fail | Fault::Overload | Fault::AmbiguousLost)) => {
                refuse(fault, draw.number)
            }
            Some(Fault::AnswerLate) => late(draw, self.shared.submit(&mut state, draw.number, write)),
            Some(Fault::AmbiguousDone) => {
                let done = self.shared.submit(&mut state, draw.number, write);
                Box::pin(async move {
                    done.await?;
                    Err(Error::Ambiguous)
                })
            }
            Some(Fault::AmbiguousLate) => {
                self.shared.hold(&mut state, draw, write, None);
                refuse(Fault::AmbiguousLate, draw.number)
            }
            Some(Fault::HoldBack) => {
                let (waiter, begun) = oneshot::channel();
                self.shared.hold(&mut state, draw, write, Some(waiter));
                // Made outside of the future, so that dropping it unpolled begins the write as well.
                let guard = BeginOnDrop { shared: Arc::clone(&self.shared), number: draw.number };
                Box::pin(async move {
                    pause(draw.span, draw.time).await;
                    drop(guard);
                    match begun.await {
                        Ok(answer) => answer.await,
                        Err(_) => Err(Error::Ambiguous),
                    }
                })
            }
        }
    }

    fn read<T: Send + 'static>(
        &self,
        call: &str,
        scope: Scope,
        table: &'static Table,
        begin: impl FnOnce(&dyn Store) -> Future<Result<T, Error>>,
    ) -> Future<Result<T, Error>> {
        let draw = {
            let mut state = self.shared.lock();
            self.shared.draw(&mut state, Kind::Read, call, scope, table.name)
        };
        match draw.fault {
            None => begin(&*self.shared.inner),
            Some(Fault::HoldBack | Fault::AnswerLate) => late(draw, begin(&*self.shared.inner)),
            Some(Fault::Overload) => refuse(Fault::Overload, draw.number),
            Some(_) => refuse(Fault::Fail, draw.number),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers an operation, draws its fate, and does what was held until now.
    fn draw(&self, state: &mut State, kind: Kind, call: &str, scope: Scope, table: &str) -> Draw {
        let mut draw = state.dice.draw(kind);
        if kind == Kind::Write {
            draw.fault = state.tables.get(table).copied().or(draw.fault);
        }
        for held in &mut state.held {
            held.remaining = held.remaining.saturating_sub(1);
        }
        self.release(state, |held| held.remaining == 0);
        if let Some(fault) = draw.fault {
            state.dice.note(format!("#{} {call} {table} of {}: {fault}", draw.number, name(scope)));
        }
        draw
    }

    fn hold(&self, state: &mut State, draw: Draw, write: Write, waiter: Option<oneshot::Sender<Answer>>) {
        if state.held.len() >= HELD_MAX
            && let Some(oldest) = state.held.first().map(|held| held.number)
        {
            self.release(state, |held| held.number == oldest);
        }
        state.held.push(Held { number: draw.number, remaining: draw.span, write, waiter });
    }

    /// Before a scope writes again: what it wrote before and was held back.
    fn release_held_back(&self, state: &mut State, scope: Scope) {
        self.release(state, |held| held.waiter.is_some() && held.write.scope == scope);
    }

    /// Does what was held, in its order; gives back the answers nobody waits for.
    fn release(&self, state: &mut State, due: impl Fn(&Held) -> bool) -> Vec<Answer> {
        let mut ghosts = Vec::new();
        while let Some(index) = state.held.iter().position(&due) {
            let Held { number, write, waiter, .. } = state.held.remove(index);
            state.dice.note(format!("#{number}: done only now"));
            let answer = self.submit(state, number, write);
            match waiter {
                // The caller may have gone; the write stands all the same.
                Some(waiter) => drop(waiter.send(answer)),
                None => ghosts.push(answer),
            }
        }
        ghosts
    }

    /// Hands a commit to the inner store; ghosts of earlier commits of the scope lose to it.
    fn submit(&self, state: &mut State, number: u64, write: Write) -> Answer {
        let mut vanished = Vec::new();
        for held in &mut state.held {
            if held.waiter.is_none() && held.number < number && held.write.scope == write.scope {
                held.write.rows.retain_mut(|row| survives(row, &write.rows));
                if held.write.rows.is_empty() {
                    vanished.push(held.number);
                }
            }
        }
        state.held.retain(|held| !held.write.rows.is_empty());
        for ghost in vanished {
            state.dice.note(format!("#{ghost}: superseded by #{number}"));
        }
        self.begin(write)
    }

    fn begin(&self, Write { scope, lane, rows, one }: Write) -> Answer {
        if one { self.inner.commit_one(scope, lane, rows) } else { self.inner.commit_many(scope, lane, rows) }
    }
}

/// Takes from an older change what newer ones have settled; false when nothing of it is left.
fn survives(older: &mut Mutation, newer: &[Mutation]) -> bool {
    for newer in newer {
        if newer.table() != older.table() || newer.key() != older.key() {
            continue;
        }
        match (&mut *older, newer) {
            (_, Mutation::Delete { .. }) | (Mutation::Delete { .. }, Mutation::Put { .. }) => return false,
            (
                Mutation::Put { table, cells, expires_at },
                Mutation::Put { cells: newer, expires_at: newer_end, .. },
            ) => {
                *expires_at = *newer_end;
                let values = Arc::make_mut(cells).iter_mut().zip(&**newer).skip(table.key_len());
                values
                    .filter(|(_, newer)| **newer != Cell::Unset)
                    .for_each(|(older, _)| *older = Cell::Unset);
                if cells.iter().skip(table.key_len()).all(|cell| *cell == Cell::Unset) {
                    return false;
                }
            }
        }
    }
    true
}

/// Begins a held-back write when its caller has waited long enough or is gone.
struct BeginOnDrop {
    shared: Arc<Shared>,
    number: u64,
}

impl Drop for BeginOnDrop {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        self.shared.release(&mut state, |held| held.number == self.number);
    }
}

fn refuse<T: Send + 'static>(fault: Fault, number: u64) -> Future<Result<T, Error>> {
    let error = match fault {
        Fault::Overload => Error::Overloaded,
        Fault::AmbiguousDone | Fault::AmbiguousLost | Fault::AmbiguousLate => Error::Ambiguous,
        Fault::Fail | Fault::HoldBack | Fault::AnswerLate => {
            Error::Unavailable(format!("a fault at operation {number}"))
        }
    };
    ready(Err(error))
}

fn late<T: Send + 'static>(draw: Draw, answer: Future<Result<T, Error>>) -> Future<Result<T, Error>> {
    Box::pin(async move {
        pause(draw.span, draw.time).await;
        answer.await
    })
}

fn name(scope: Scope) -> String {
    match scope {
        Scope::System => "the installation".to_owned(),
        Scope::Tenant(scope) => scope.tenant().to_string(),
    }
}

impl Store for Faulty {
    fn commit_one(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Answer {
        self.commit(Write { scope, lane, rows, one: true })
    }

    fn commit_many(&self, scope: Scope, lane: Lane, rows: Vec<Mutation>) -> Answer {
        self.commit(Write { scope, lane, rows, one: false })
    }

    fn get(
        &self,
        scope: Scope,
        table: &'static Table,
        key: Vec<Cell>,
    ) -> Future<Result<Option<Vec<Cell>>, Error>> {
        self.read("get", scope, table, |inner| inner.get(scope, table, key))
    }

    fn scan(&self, scope: Scope, scan: Scan) -> Future<Result<Vec<Vec<Cell>>, Error>> {
        self.read("scan", scope, scan.table, |inner| inner.scan(scope, scan))
    }

    fn exchange(&self, scope: Scope, exchange: Exchange) -> Future<Result<Exchanged, Error>> {
        let inner = &self.shared.inner;
        if checks::exchange(scope, &exchange).is_err() {
            return inner.exchange(scope, exchange);
        }
        let mut state = self.shared.lock();
        let draw = self.shared.draw(&mut state, Kind::Write, "exchange", scope, exchange.table.name);
        self.shared.release_held_back(&mut state, scope);
        let fault = match draw.fault {
            Some(Fault::AmbiguousLate) if state.dice.coin() => Some(Fault::AmbiguousDone),
            Some(Fault::AmbiguousLate) => Some(Fault::AmbiguousLost),
            fault => fault,
        };
        match fault {
            None => inner.exchange(scope, exchange),
            Some(Fault::HoldBack | Fault::AnswerLate) => late(draw, inner.exchange(scope, exchange)),
            Some(Fault::AmbiguousDone) => {
                let done = inner.exchange(scope, exchange);
                Box::pin(async move {
                    done.await?;
                    Err(Error::Ambiguous)
                })
            }
            Some(fault) => refuse(fault, draw.number),
        }
    }
}
