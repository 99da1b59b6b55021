//! The shell around every entity that writes: written once.
//!
//! *State*: an entity, the commands that wait, and at most one commit in flight. *Invariants*: commands are
//! decided in the order they came; those that arrive while a commit is in flight are decided together into
//! the next; replies, effects and reads come from committed state only. *Limits*: [`MAX_COMMIT_ROWS`] and
//! [`MAX_COMMIT_BYTES`] a commit, `Entity::CAPACITY` commands waiting. *What happens on a crash*: memory is
//! a cache of the store. A failed commit drops what was decided, stops the actor and errors its callers; the
//! next command loads it again. One whose outcome stays unknown errors its callers too, but is repeated until
//! it is done: nothing else is decided before that. Before the first commit of an activation a wake-up is
//! written, so that after a crash of the process it is activated again and repairs what hangs on it.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use futures_util::future::LocalBoxFuture;
use switchboard_ports::store::{self, Lane, MAX_COMMIT_BYTES, MAX_COMMIT_ROWS, Mutation, Scope};
use switchboard_schema::{
    TenantScope, Timestamp, TraceContext,
    record::{WakeupReason, WakeupRow, WakeupTarget},
    table::Cell,
};

use crate::{
    Refusal,
    directory::{Directory, Mail, Reply, Resident},
    env::Env,
    gate::Gate,
    trace::Span,
    wakeups::{Filed, SHARD, Wakeups, alarm_at, wakeup_after},
};

/// How often an active entity renews its wake-up, and looks whether it is idle.
const TICK: Duration = Duration::from_secs(25);
/// A wake-up due within this is as good as fired: it may be gone before what is decided now is durable.
const AS_GOOD_AS_FIRED: Duration = Duration::from_secs(15);
/// Ticks without a command after which an entity goes, if nothing is owed.
const IDLE_TICKS: u32 = 2;
/// Times that a commit of unknown outcome is repeated, unchanged.
const MAX_REPEATS: u32 = 5;
/// Pause before a commit of unknown outcome is repeated again, once its callers were told.
const UNKNOWN_PAUSE: Duration = Duration::from_secs(1);
/// Pause before the first repetition; it doubles.
const REPEAT_PAUSE: Duration = Duration::from_millis(20);
/// Rows above which no further command is decided into a commit.
const ENOUGH_ROWS: usize = MAX_COMMIT_ROWS - 16;
/// Bytes above which no further command is decided into a commit.
const ENOUGH_BYTES: usize = MAX_COMMIT_BYTES / 2;

/// Rows to write, in steps, each of which is durable before the next begins: rows of one partition, which are all there or
/// none; or a row and the entry of the audit trail that belongs to it, which both are in the end, or neither.
pub(crate) type Steps = Vec<Vec<Mutation>>;

/// Something alive that one owner writes.
pub(crate) trait Entity: Sized + Unpin + 'static {
    /// Its name within its tenant.
    type Key: Copy + Eq + std::hash::Hash + std::fmt::Debug + Send + Unpin + 'static;
    /// What it can be asked.
    type Command: Send + Unpin + 'static;
    /// What it answers.
    type Answer: Send + Unpin + 'static;
    /// What had to be read before a command could be decided; `()` where nothing ever has.
    type Fetched: 'static;
    /// Its kind, for logs and metrics.
    const KIND: &'static str;
    /// Commands that may wait.
    const CAPACITY: usize;

    /// Where its kind is kept.
    fn directory(env: &Env) -> &Directory<Shell<Self>>;
    /// Reads it from the store.
    fn load(env: Env, scope: TenantScope, key: Self::Key) -> LocalBoxFuture<'static, Result<Self, Refusal>>;
    /// It was loaded: says what follows, before any command is decided.
    fn loaded(&mut self, _now: Timestamp) {}
    /// What must be read before this command can be decided.
    fn fetch(
        &self,
        _command: &Self::Command,
    ) -> Option<LocalBoxFuture<'static, Result<Self::Fetched, Refusal>>> {
        None
    }
    /// Takes in what was read.
    fn absorb(&mut self, _fetched: Self::Fetched) {}
    /// Its asker waits for as long as it takes to know whether it was done; others hear it when nobody knows.
    fn is_patient(_: &Self::Command) -> bool {
        false
    }
    /// May the next command be decided now?
    fn is_ready(&self) -> bool {
        true
    }
    /// Takes in a command that must not wait behind others; gives back one that may.
    fn overtake(&mut self, command: Self::Command) -> Option<Self::Command> {
        Some(command)
    }
    /// Where in a trace the command comes from, where that is recorded; what it leads to finds its decision there.
    fn trace(_: &mut Self::Command) -> Option<&mut TraceContext> {
        None
    }
    /// Decides, changes the state in memory, and keeps the rows to write.
    fn handle(&mut self, command: Self::Command, now: Timestamp) -> Result<Self::Answer, Refusal>;
    /// Rows and bytes kept so far.
    fn weight(&self) -> (usize, usize);
    /// The rows kept, to be written now.
    fn take_steps(&mut self) -> Steps;
    /// Wake-ups that must stand before the rows are written.
    fn take_wakeups(&mut self) -> Vec<Timestamp>;
    /// What was decided will be told to others who write it for themselves.
    fn is_telling(&self) -> bool {
        false
    }
    /// Everything decided is durable: act on it. `trace` is the commit, where that is recorded.
    fn committed(&mut self, now: Timestamp, trace: Option<TraceContext>);
    /// What is to be woken after a crash, once something was written.
    fn wakeup(&self) -> WakeupTarget;
    /// Nothing is owed to anybody. May ask others; the answer comes by the next tick.
    fn is_quiet(&mut self) -> bool;
}

/// A command, and where its answer goes.
pub(crate) struct Asked<E: Entity> {
    pub(crate) command: E::Command,
    pub(crate) reply: Option<Reply<E::Answer>>,
}

/// A wake-up that stands.
#[derive(Clone, Copy)]
struct Standing {
    minute: i64,
    due: Timestamp,
}

struct Waiting<E: Entity> {
    asked: Asked<E>,
    fetched: bool,
}

/// What a command came to, told to its asker once it is durable.
struct Held<E: Entity> {
    patient: bool,
    reply: Option<Reply<E::Answer>>,
    result: Result<E::Answer, Refusal>,
}

/// The shell.
pub(crate) struct Shell<E: Entity> {
    env: Env,
    scope: TenantScope,
    key: E::Key,
    gate: Arc<Gate>,
    entity: Option<E>,
    waiting: VecDeque<Waiting<E>>,
    /// Decided, and answered once it is durable.
    held: Vec<Held<E>>,
    /// Decisions that are recorded in traces and wait for their commit.
    decided: Vec<TraceContext>,
    /// The commit in flight, where it is recorded in a trace.
    commit: Option<Span>,
    /// A load, a fetch or a commit is in flight.
    busy: bool,
    /// The wake-up that stands.
    wakeup: Option<Standing>,
    /// One on its way with the commit in flight, as none stood.
    new_wakeup: Option<Standing>,
    /// Another wake-up is being put in place of the one that stands.
    renewing: bool,
    /// Loaded with something to repair: it needs a wake-up even if it never commits, as the one that brought
    /// it back is gone once it has answered.
    owes: bool,
    idle_ticks: u32,
}

impl<E: Entity> Actor for Shell<E> {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.busy = true;
        let (env, scope, key) = (self.env.clone(), self.scope, self.key);
        let load = async move {
            // It will file wake-ups.
            env.wakeups.open(&env).await?;
            E::load(env, scope, key).await
        };
        ctx.spawn(load.into_actor(self).map(|loaded, shell, ctx| match loaded {
            Ok(mut entity) => {
                E::directory(&shell.env).well(shell.scope, shell.key);
                entity.loaded(shell.env.clock.now());
                shell.owes = !entity.is_quiet();
                shell.entity = Some(entity);
                shell.busy = false;
                shell.pump(ctx);
            }
            Err(refusal) => shell.fail(&refusal, ctx),
        }));
        ctx.run_interval(TICK, Self::tick);
    }
}

impl<E: Entity> Resident for Shell<E> {
    type Key = E::Key;
    type Letter = Asked<E>;
    const KIND: &'static str = E::KIND;
    const CAPACITY: usize = E::CAPACITY;

    fn new(env: Env, scope: TenantScope, key: E::Key, gate: Arc<Gate>) -> Self {
        Self {
            env,
            scope,
            key,
            gate,
            entity: None,
            waiting: VecDeque::new(),
            held: Vec::new(),
            decided: Vec::new(),
            commit: None,
            busy: false,
            wakeup: None,
            new_wakeup: None,
            renewing: false,
            owes: false,
            idle_ticks: 0,
        }
    }
}

impl<E: Entity> Handler<Mail<Asked<E>>> for Shell<E> {
    type Result = ();

    fn handle(&mut self, mail: Mail<Asked<E>>, ctx: &mut Context<Self>) {
        let Asked { command, reply } = mail.0;
        let command = match &mut self.entity {
            Some(entity) => entity.overtake(command),
            None => Some(command),
        };
        match command {
            Some(command) => {
                self.idle_ticks = 0;
                self.waiting.push_back(Waiting { asked: Asked { command, reply }, fetched: false });
            }
            None => self.gate.leave(1),
        }
        self.pump(ctx);
    }
}

impl<E: Entity> Shell<E> {
    /// Decides what can be decided and begins a commit.
    fn pump(&mut self, ctx: &mut Context<Self>) {
        if self.busy {
            return;
        }
        let now = self.env.clock.now();
        let Some(entity) = &mut self.entity else { return };
        loop {
            let (rows, bytes) = entity.weight();
            if rows >= ENOUGH_ROWS || bytes >= ENOUGH_BYTES {
                break;
            }
            let Some(next) = self.waiting.front_mut() else { break };
            // Before anything is read for it: what was read is good for this turn only.
            if !entity.is_ready() {
                break;
            }
            if !next.fetched
                && let Some(fetch) = entity.fetch(&next.asked.command)
            {
                if !self.held.is_empty() || rows > 0 {
                    // What is decided already does not wait for a read.
                    break;
                }
                next.fetched = true;
                self.busy = true;
                ctx.spawn(fetch.into_actor(self).map(Self::fetched));
                return;
            }
            let Some(next) = self.waiting.pop_front() else { break };
            let mut command = next.asked.command;
            let decision = E::trace(&mut command).map(|at| {
                let span = Span::of(*at, format!("{}.decide", E::KIND));
                *at = span.context();
                span
            });
            let patient = E::is_patient(&command);
            let handled = catch_unwind(AssertUnwindSafe(|| entity.handle(command, now)));
            self.decided.extend(decision.map(Span::end));
            match handled {
                Ok(result) => self.held.push(Held { patient, reply: next.asked.reply, result }),
                Err(_) => {
                    tracing::error!(kind = E::KIND, key = ?self.key, "a decision panicked");
                    let broken = Refusal::Broken("a defect; it was logged".to_owned());
                    self.held.push(Held { patient, reply: next.asked.reply, result: Err(broken) });
                    // Only this command is known to be at fault.
                    self.fail(&Refusal::Unavailable("its owner died of a defect".to_owned()), ctx);
                    return;
                }
            }
        }
        let steps = entity.take_steps();
        let wakeups = entity.take_wakeups();
        // Before others are told of it, what they are told must survive a crash.
        let stands = self.wakeup.is_some_and(|wakeup| wakeup.due > now + AS_GOOD_AS_FIRED);
        let owes = (std::mem::take(&mut self.owes) || entity.is_telling()) && !stands;
        if steps.is_empty() && wakeups.is_empty() && !owes {
            self.decided.clear();
            let answered = !self.held.is_empty();
            self.answer_held(now);
            if answered {
                // The next may wait for a read that these were not to wait for: no commit's end begins it.
                self.pump(ctx);
            }
            return;
        }
        self.busy = true;
        metrics::histogram!("switchboard_actor_commands_per_commit", "kind" => E::KIND)
            .record(self.held.len() as f64);
        self.commit = Span::of_all(&self.decided, || format!("{}.commit", E::KIND));
        self.decided.clear();
        if let Some(commit) = &mut self.commit {
            commit.note("switchboard.commands", self.held.len() as i64);
        }
        let snoozes = wakeups.into_iter().map(|at| (alarm_at(at), WakeupReason::Snooze));
        let active = (!stands).then(|| (wakeup_after(now), WakeupReason::Active));
        let mut alarms = Alarms::default();
        for (due, reason) in snoozes.chain(active) {
            let filed = Wakeups::file(&self.env, due);
            let standing = Standing { minute: filed.minute, due };
            if reason == WakeupReason::Active {
                self.new_wakeup = Some(standing);
            }
            alarms.rows.push(Mutation::put(self.alarm(standing, reason)));
            alarms.filed.push(filed);
        }
        let commit = write(self.env.clone(), self.scope, alarms, steps, false);
        ctx.spawn(commit.into_actor(self).map(Self::durable));
    }

    fn fetched(result: Result<E::Fetched, Refusal>, shell: &mut Self, ctx: &mut Context<Self>) {
        shell.busy = false;
        match (result, &mut shell.entity) {
            (Ok(fetched), Some(entity)) => entity.absorb(fetched),
            (Err(refusal), _) => {
                // Only the command that needed it fails.
                if let Some(next) = shell.waiting.pop_front() {
                    let (patient, reply) = (false, next.asked.reply);
                    shell.held.push(Held { patient, reply, result: Err(refusal) });
                    shell.answer_held(shell.env.clock.now());
                }
            }
            (Ok(_), None) => {}
        }
        shell.pump(ctx);
    }

    fn durable(result: Result<(), Unwritten>, shell: &mut Self, ctx: &mut Context<Self>) {
        if !matches!(result, Err(Unwritten::Nothing(_))) {
            shell.wakeup = shell.new_wakeup.or(shell.wakeup);
        }
        shell.new_wakeup = None;
        match result {
            Ok(()) => {
                shell.busy = false;
                let now = shell.env.clock.now();
                shell.answer_held(now);
                shell.pump(ctx);
            }
            Err(Unwritten::Nothing(error)) => {
                tracing::warn!(kind = E::KIND, key = ?shell.key, %error, "a commit failed; the actor reloads");
                shell.busy = false;
                shell.fail(&error.into(), ctx);
            }
            Err(Unwritten::Perhaps(rest, error)) => {
                tracing::warn!(kind = E::KIND, key = ?shell.key, %error, "nobody knows whether a commit was done");
                shell.refuse_impatient(&error.into());
                let (env, scope) = (shell.env.clone(), shell.scope);
                let again = async move {
                    actix_rt::time::sleep(UNKNOWN_PAUSE).await;
                    write(env, scope, Alarms::default(), rest, true).await
                };
                ctx.spawn(again.into_actor(shell).map(Self::durable));
            }
        }
    }

    /// Errors every caller who does not wait for as long as it takes; what was decided stays decided.
    fn refuse_impatient(&mut self, refusal: &Refusal) {
        let held = self.held.extract_if(.., |held| !held.patient).map(|held| held.reply);
        let mut refused: Vec<_> = held.collect();
        let (stay, go) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|next| next.asked.reply.is_none() || E::is_patient(&next.asked.command));
        self.waiting = stay;
        let go: VecDeque<Waiting<E>> = go;
        refused.extend(go.into_iter().map(|next| next.asked.reply));
        self.gate.leave(refused.len());
        for reply in refused {
            send(reply, Err(refusal.clone()));
        }
    }

    /// Everything held is durable: acts, then answers.
    fn answer_held(&mut self, now: Timestamp) {
        let trace = self.commit.take().map(Span::end);
        if let Some(entity) = &mut self.entity {
            entity.committed(now, trace);
        }
        self.gate.leave(self.held.len());
        for Held { reply, result, .. } in self.held.drain(..) {
            send(reply, result);
        }
    }

    /// Errors every caller and goes; the next command loads it again.
    fn fail(&mut self, refusal: &Refusal, ctx: &mut Context<Self>) {
        self.gate.close();
        if let Some(mut commit) = self.commit.take() {
            commit.fail("not durable");
        }
        let pause = E::directory(&self.env).quarantine(&self.env, self.scope, self.key, refusal);
        tracing::debug!(kind = E::KIND, key = ?self.key, ?pause, "quarantined");
        E::directory(&self.env).gone(self.scope, self.key, &self.gate);
        self.entity = None;
        for Held { reply, result, .. } in self.held.drain(..) {
            let broken = result.err().filter(|known| matches!(known, Refusal::Broken(_)));
            send(reply, Err(broken.unwrap_or_else(|| refusal.clone())));
        }
        for next in self.waiting.drain(..) {
            send(next.asked.reply, Err(refusal.clone()));
        }
        ctx.stop();
    }

    fn alarm(&self, Standing { minute, due }: Standing, reason: WakeupReason) -> WakeupRow {
        let target = self.entity.as_ref().map(|entity| entity.wakeup().to_key()).unwrap_or_default();
        WakeupRow {
            shard: SHARD,
            minute,
            due,
            tenant_id: self.scope.tenant(),
            target,
            reason: reason.as_str().to_owned(),
        }
    }

    /// The key of the wake-up that stands.
    fn wakeup_key(&self) -> Option<Vec<Cell>> {
        let (Standing { minute, due }, entity) = (self.wakeup?, self.entity.as_ref()?);
        Some(WakeupRow::key(SHARD, minute, due, self.scope.tenant(), entity.wakeup().to_key()))
    }

    fn tick(&mut self, ctx: &mut Context<Self>) {
        let Some(entity) = &mut self.entity else { return };
        if !self.busy {
            self.idle_ticks += 1;
            let quiet = entity.is_quiet();
            if self.idle_ticks >= IDLE_TICKS && quiet && !self.renewing && self.gate.close_if_empty() {
                self.go(ctx);
                return;
            }
        }
        // Also while a commit is in flight: whoever is busy at every tick needs its wake-up most.
        let now = self.env.clock.now();
        let (Some(old), Some(old_key)) = (self.wakeup, self.wakeup_key()) else { return };
        let due = wakeup_after(now);
        if due <= old.due || self.renewing {
            return;
        }
        self.renewing = true;
        let filed = Wakeups::file(&self.env, due);
        let new = Standing { minute: filed.minute, due };
        let rows = vec![
            Mutation::put(self.alarm(new, WakeupReason::Active)),
            Mutation::delete::<WakeupRow>(old_key),
        ];
        let renewal = self.env.store.commit_many(Scope::System, Lane::Interactive, rows);
        ctx.spawn(renewal.into_actor(self).map(move |result, shell, _| {
            drop(filed);
            shell.renewing = false;
            match result {
                Ok(()) => shell.wakeup = Some(new),
                // Either may stand: the next tick renews the older, and the newer fires once for nothing.
                Err(error) => {
                    tracing::warn!(kind = E::KIND, key = ?shell.key, %error, "a wake-up was not renewed");
                }
            }
        }));
    }

    /// Nothing is owed: takes the wake-up back and goes.
    fn go(&mut self, ctx: &mut Context<Self>) {
        if let Some(key) = self.wakeup_key() {
            // Before there can be a successor, and in the lane in which that writes its own: it may be the
            // same row.
            let taken_back = self.env.store.commit_many(
                Scope::System,
                Lane::Interactive,
                vec![Mutation::delete::<WakeupRow>(key)],
            );
            actix_rt::spawn(async move {
                // Left standing it fires once for nothing.
                if let Err(error) = taken_back.await {
                    tracing::debug!(%error, "a wake-up was left standing");
                }
            });
        }
        E::directory(&self.env).gone(self.scope, self.key, &self.gate);
        self.entity = None;
        ctx.stop();
    }
}

fn send<T>(reply: Option<Reply<T>>, result: Result<T, Refusal>) {
    if let Some(reply) = reply {
        // Nobody waits any more when the caller went away; what was done stays done.
        drop(reply.send(result));
    }
}

/// Wake-ups to write before anything else.
#[derive(Default)]
struct Alarms {
    rows: Vec<Mutation>,
    /// Held until the rows are written.
    filed: Vec<Filed>,
}

/// Why a commit is not known to be done.
enum Unwritten {
    /// Nothing of it was done, nor will be.
    Nothing(store::Error),
    /// Some of it was done, or may be yet. Only these steps, repeated until they are done, end that: were the
    /// actor to reload, what it reads could change behind its back.
    Perhaps(Steps, store::Error),
}

/// Writes wake-ups, then each step, one after the other. `perhaps`: some of it may have been done before.
async fn write(
    env: Env,
    scope: TenantScope,
    alarms: Alarms,
    steps: Steps,
    mut perhaps: bool,
) -> Result<(), Unwritten> {
    if !alarms.rows.is_empty() {
        repeat(|| env.store.commit_many(Scope::System, Lane::Interactive, alarms.rows.clone()))
            .await
            .map_err(Unwritten::Nothing)?;
    }
    drop(alarms.filed);
    let mut steps = steps.into_iter();
    while let Some(step) = steps.next() {
        let mut repeats = 0;
        while let Err(error) = commit(&env, scope, Lane::Interactive, step.clone()).await {
            perhaps |= error == store::Error::Ambiguous;
            if !perhaps || matches!(error, store::Error::Refused(_)) {
                return Err(Unwritten::Nothing(error));
            }
            if repeats == MAX_REPEATS {
                return Err(Unwritten::Perhaps(std::iter::once(step).chain(steps).collect(), error));
            }
            actix_rt::time::sleep(REPEAT_PAUSE * 2_u32.pow(repeats)).await;
            repeats += 1;
        }
        perhaps = true;
    }
    Ok(())
}

/// Commits rows by the verb that they need: those of one partition all or none, others all in the end.
pub(crate) fn commit(
    env: &Env,
    scope: TenantScope,
    lane: Lane,
    step: Vec<Mutation>,
) -> switchboard_ports::Future<Result<(), store::Error>> {
    let is_one = step.windows(2).all(|pair| match pair {
        [a, b] => std::ptr::eq(a.table(), b.table()) && a.partition() == b.partition(),
        _ => true,
    });
    if is_one {
        env.store.commit_one(scope.into(), lane, step)
    } else {
        env.store.commit_many(scope.into(), lane, step)
    }
}

/// Repeats the identical mutation while its outcome is unknown.
pub(crate) async fn repeat<F>(commit: F) -> Result<(), store::Error>
where
    F: Fn() -> switchboard_ports::Future<Result<(), store::Error>>,
{
    let mut repeats = 0;
    loop {
        match commit().await {
            Err(store::Error::Ambiguous) if repeats < MAX_REPEATS => {
                actix_rt::time::sleep(REPEAT_PAUSE * 2_u32.pow(repeats)).await;
                repeats += 1;
            }
            result => return result,
        }
    }
}
