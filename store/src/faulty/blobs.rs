//! A keeper of bodies that goes wrong.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use switchboard_ports::{
    Future,
    blob::{Blobs, Error, Life},
    ready,
};
use switchboard_schema::{BlobId, TenantScope, Timestamp};

use super::dice::{Dice, Draw, Fault, FaultPlan, Kind, pause};

/// A body to be kept later.
struct Ghost {
    scope: TenantScope,
    life: Life,
    id: BlobId,
    body: Bytes,
    remaining: u32,
}

struct State {
    dice: Dice,
    ghosts: Vec<Ghost>,
}

/// Decorates a keeper of bodies with the faults of a plan, always the same for a seed and an order of calls.
///
/// A keeper knows one error only, so every write that goes wrong answers `Unavailable`, whether the body is
/// kept ([`Fault::AmbiguousDone`]), is kept later ([`Fault::AmbiguousLate`]) or never. Holding back is
/// answering late.
pub struct FaultyBlobs {
    inner: Arc<dyn Blobs>,
    state: Mutex<State>,
}

impl FaultyBlobs {
    /// Decorates a keeper.
    #[must_use]
    pub fn new(inner: Arc<dyn Blobs>, seed: u64, plan: FaultPlan) -> Arc<Self> {
        let state = State { dice: Dice::new(seed, plan), ghosts: Vec::new() };
        Arc::new(Self { inner, state: Mutex::new(state) })
    }

    /// Makes the n-th `put` from now on go wrong; 1 is the next.
    pub fn fail_put(&self, n: u64, fault: Fault) {
        self.lock().dice.tell(Kind::Write, n, fault);
    }

    /// Makes the n-th `get` from now on go wrong; 1 is the next.
    pub fn fail_get(&self, n: u64, fault: Fault) {
        self.lock().dice.tell(Kind::Read, n, fault);
    }

    /// Goes on with another plan.
    pub fn set_plan(&self, plan: FaultPlan) {
        self.lock().dice.set_plan(plan);
    }

    /// Nothing goes wrong from now on, and what was to be kept later is kept now; answers when it is.
    pub fn heal(&self) -> Future<()> {
        let mut state = self.lock();
        state.dice.heal();
        let ghosts = self.keep(&mut state, |_| true);
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
        self.lock().dice.log()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers an operation, and keeps the ghosts whose time has come.
    fn draw(&self, state: &mut State, kind: Kind, call: &str, scope: TenantScope, id: BlobId) -> Draw {
        let draw = state.dice.draw(kind);
        for ghost in &mut state.ghosts {
            ghost.remaining = ghost.remaining.saturating_sub(1);
        }
        self.keep(state, |ghost| ghost.remaining == 0);
        if let Some(fault) = draw.fault {
            state.dice.note(format!("#{} {call} {id} of {}: {fault}", draw.number, scope.tenant()));
        }
        draw
    }

    /// Keeps the ghosts that are due; gives back the answers nobody waits for.
    fn keep(&self, state: &mut State, due: impl Fn(&Ghost) -> bool) -> Vec<Future<Result<(), Error>>> {
        let mut answers = Vec::new();
        for Ghost { scope, life, id, body, .. } in state.ghosts.extract_if(.., |ghost| due(ghost)) {
            state.dice.note(format!("{id} of {}: kept only now", scope.tenant()));
            answers.push(self.inner.put(scope, life, id, body));
        }
        answers
    }
}

fn fault(draw: Draw) -> Error {
    Error::Unavailable(format!("a fault at operation {}", draw.number))
}

impl Blobs for FaultyBlobs {
    fn put(&self, scope: TenantScope, life: Life, id: BlobId, body: Bytes) -> Future<Result<(), Error>> {
        let mut state = self.lock();
        let draw = self.draw(&mut state, Kind::Write, "put", scope, id);
        match draw.fault {
            None => self.inner.put(scope, life, id, body),
            Some(Fault::Fail | Fault::Overload | Fault::AmbiguousLost) => ready(Err(fault(draw))),
            Some(Fault::HoldBack | Fault::AnswerLate) => {
                let kept = self.inner.put(scope, life, id, body);
                Box::pin(async move {
                    pause(draw.span, draw.time).await;
                    kept.await
                })
            }
            Some(Fault::AmbiguousDone) => {
                let kept = self.inner.put(scope, life, id, body);
                Box::pin(async move {
                    kept.await?;
                    Err(fault(draw))
                })
            }
            Some(Fault::AmbiguousLate) => {
                state.ghosts.push(Ghost { scope, life, id, body, remaining: draw.span });
                ready(Err(fault(draw)))
            }
        }
    }

    fn get(&self, scope: TenantScope, life: Life, id: BlobId) -> Future<Result<Bytes, Error>> {
        let draw = self.draw(&mut self.lock(), Kind::Read, "get", scope, id);
        match draw.fault {
            None => self.inner.get(scope, life, id),
            Some(Fault::HoldBack | Fault::AnswerLate) => {
                let found = self.inner.get(scope, life, id);
                Box::pin(async move {
                    pause(draw.span, draw.time).await;
                    found.await
                })
            }
            Some(_) => ready(Err(fault(draw))),
        }
    }

    /// Never goes wrong: nobody waits for it, and the next one does what is left.
    fn sweep(&self, now: Timestamp) -> Future<Result<usize, Error>> {
        self.inner.sweep(now)
    }
}
