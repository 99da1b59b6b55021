//! Rules that wait before they act.
//!
//! A wait is a row, one for each rule and conversation; what is due next is kept in memory as well, and read anew from the
//! rows at a start. A wait that was begun again is due at the later time: what was noted of it before finds another row, and
//! does nothing.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use switchboard_actors::Refusal;
use switchboard_domain::automation::still_stands;
use switchboard_ports::store::{Lane, Mutation};
use switchboard_schema::{
    ConversationId, RuleId, TenantScope, Timestamp,
    record::{AutomationWaitBody, AutomationWaitRow},
    table::Json,
    wire::{Conversation, RuleEvent, RunOutcome},
};
use switchboard_store::transfer::Whole;

use super::{Automation, Cause, Rule, WAITS_MAX, run_of};
use crate::everywhere::Everywhere;

/// How often it is looked what is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Pause before what could not be read or done is tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// How long a row is kept after it was due: for as long as a server may have been away.
const KEPT_FOR: Duration = Duration::from_secs(30 * 24 * 3_600);

type Due = (Timestamp, TenantScope, ConversationId, RuleId);

/// What is due, the soonest first.
#[derive(Default)]
pub(super) struct Waits(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    due: BinaryHeap<Reverse<Due>>,
    /// How many of each workspace, those among them that were begun again.
    of: HashMap<TenantScope, usize>,
}

impl Waits {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one; false where a workspace has as many as it may.
    fn add(&self, due: Due) -> bool {
        let mut pending = self.lock();
        let count = pending.of.entry(due.1).or_default();
        if *count >= WAITS_MAX {
            return false;
        }
        *count += 1;
        pending.due.push(Reverse(due));
        true
    }

    /// The next that is due.
    fn next(&self, now: Timestamp) -> Option<Due> {
        let mut pending = self.lock();
        let due = pending.due.peek().filter(|due| due.0.0 <= now)?.0;
        pending.due.pop();
        if let Some(count) = pending.of.get_mut(&due.1) {
            *count = count.saturating_sub(1);
        }
        Some(due)
    }
}

impl Automation {
    /// Has a rule wait after an event: the row that says so. Where it may not, nothing, and it is counted.
    pub(super) fn wait(
        &self,
        scope: TenantScope,
        rule: &Rule,
        (id, then): (ConversationId, Option<&Conversation>),
        (offset, at): (u64, Timestamp),
        after: Duration,
    ) -> Option<Mutation> {
        let event = rule.when.event();
        let waiting_since = then
            .and_then(|then| then.waiting_since)
            .or(Some(at))
            .filter(|_| event == RuleEvent::MessageReceived);
        // Of a customer who waits it is since when they do, so that it is due once for all that they write meanwhile.
        let due_at = waiting_since.unwrap_or(at) + after;
        let inbound_count = then.map(|then| then.inbound_count).filter(|_| event == RuleEvent::MessageSent);
        if !self.0.waits.add((due_at, scope, id, rule.id)) {
            tracing::warn!(tenant = %scope.tenant(), rule = %rule.id, "as many rules wait as may: one does not");
            metrics::counter!("switchboard_automation_runs_total", "outcome" => "not_waited").increment(1);
            return None;
        }
        let body = AutomationWaitBody { due_at, offset, waiting_since, inbound_count };
        let row = AutomationWaitRow { conversation_id: id, rule_id: rule.id, body: Json(body) };
        Some(Mutation::put_until(row, due_at + KEPT_FOR))
    }

    /// Has rules that waited act, for as long as the server runs.
    pub(crate) async fn keep_time(self, store: Arc<dyn Whole>) {
        self.remember(&*store).await;
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            ticks.tick().await;
            while let Some(due) = self.0.waits.next(self.0.clock.now()) {
                match self.fire(due).await {
                    Ok(()) => {}
                    Err(Refusal::Stopping) => return,
                    Err(refusal) => {
                        tracing::warn!(%refusal, "a rule that waited cannot act now; it is tried again");
                        let (_, scope, id, rule) = due;
                        // It was taken off just now: there is room for it.
                        self.0.waits.add((self.0.clock.now() + PAUSE, scope, id, rule));
                        break;
                    }
                }
            }
        }
    }

    /// Reads everything that waits.
    async fn remember(&self, store: &dyn Whole) {
        let mut waits = Everywhere::<AutomationWaitRow>::of(store);
        loop {
            let page = match waits.page().await {
                Ok(Some(page)) => page,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(error, "which rules wait could not be read; trying again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            for (scope, row) in page {
                match row {
                    Ok(row) => {
                        self.0.waits.add((row.body.0.due_at, scope, row.conversation_id, row.rule_id));
                    }
                    Err(error) => tracing::error!(%error, "a rule that waits does not read"),
                }
            }
        }
    }

    /// Has one act, where what it waited for still stands.
    async fn fire(&self, (_, scope, id, rule_id): Due) -> Result<(), Refusal> {
        let parts = &self.0;
        let key = AutomationWaitRow::key(id, rule_id);
        let Some(row) = parts.records.get::<AutomationWaitRow>(scope, key.clone()).await? else {
            return Ok(());
        };
        let AutomationWaitBody { due_at, offset, waiting_since, inbound_count } = row.body.0;
        if due_at > parts.clock.now() {
            // It was begun again meanwhile, and is noted for then.
            return Ok(());
        }
        let rules = self.acting(scope).await?;
        if let Some(rule) = rules.iter().find(|rule| rule.id == rule_id) {
            let stands = match parts.house.look_at(scope, id).await {
                Ok(now_is) => still_stands(&now_is, waiting_since, inbound_count),
                Err(refusal) if refusal.is_passing() => return Err(refusal),
                Err(_) => false,
            };
            let run = run_of(rule_id, offset);
            let cause = Cause { run, at: due_at, conversation: id, event: Some(rule.when.event()) };
            // What it began and a crash cut short is finished, whatever it did to the conversation itself.
            if stands || self.is_running(scope, &cause).await? {
                self.run_rule(scope, rule, cause).await?;
            }
        }
        Ok(parts.records.delete::<AutomationWaitRow>(scope, Lane::Bulk, key).await?)
    }

    async fn is_running(&self, scope: TenantScope, cause: &Cause) -> Result<bool, Refusal> {
        Ok(self.run(scope, cause).await?.is_some_and(|run| run.outcome == RunOutcome::Running))
    }
}
