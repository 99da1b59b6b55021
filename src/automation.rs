//! Rules that act by themselves and macros that people run: one executor, one log of runs.
//!
//! A rule reads each workspace's log ([`Follower`]). Before it acts a run is written down, and after its last action what
//! came of it; each action has a key made of the run and its place, under which a conversation does it once. So what a crash
//! cut short is finished after the next start, and nothing is done twice. What a rule acts on is the conversation as it
//! stands then: rules of one event act one after the other, and each sees what those before it did.
//!
//! Limits: [`MAX_RULES`] rules of a workspace, [`WAITS_MAX`] conversations of one in which a rule waits. What bounds a rule
//! that is answered by something else is in `domain/src/automation.rs`.

mod macros;
mod rules;
mod runs;
mod waits;

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lru::LruCache;
use switchboard_actors::{
    House, Refusal,
    follow::Follower,
    house::{Act, Principal},
};
use switchboard_domain::{
    automation::{self as domain, When, begins_with, may_run},
    bulk,
    filter::Viewer,
    reply::{Facts, fill},
};
use switchboard_ports::{
    clock::{Clock, Entropy},
    store::{Lane, Mutation, Records},
};
use switchboard_schema::{
    AutomationRunId, ConversationId, CorrelationId, RuleId, TenantScope, Timestamp, UserId,
    record::{AutomationRunRow, RUNS_LIFE, runs_period},
    table::Json,
    wire::{
        self, AutomationAction, AutomationRun, AutomationStep, BulkChange, ConversationStatus, RuleEvent,
        RunOutcome, SendContent, SendRequest, Sender, SenderKind, StepOutcome,
    },
};

use self::waits::Waits;
pub(crate) use self::{rules::Rule, runs::Wanted};
use crate::{access::Accounts, audit::Auditor, locks::Locks};

/// Conversations of a workspace in which rules wait, at most.
const WAITS_MAX: usize = 50_000;
/// Pairs of a rule and a conversation of which it is known when it ran last.
const KNOWN_RUNS: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();
/// Pause before an action that could not be done for a while is tried again.
const PAUSE: Duration = Duration::from_millis(500);
/// How often an action is tried.
const TRIES: u32 = 10;

/// Makes, shows and runs rules and macros. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Automation(Arc<Parts>);

/// What it works with.
struct Parts {
    house: House,
    accounts: Accounts,
    records: Records,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    audit: Auditor,
    /// Held from a look at the rules of a workspace to a change of them.
    writing: Locks,
    /// When rules ran last, and in which run.
    ran: Mutex<LruCache<(RuleId, ConversationId), Vec<Timestamp>>>,
    waits: Waits,
}

/// Why a rule or a macro runs.
#[derive(Debug, Clone, Copy)]
struct Cause {
    run: AutomationRunId,
    at: Timestamp,
    conversation: ConversationId,
    event: Option<RuleEvent>,
}

/// Who acts, and with what.
struct Actor<'a> {
    principal: Principal,
    /// Fills what stands for whoever writes; empty where nobody does.
    name: &'a str,
    /// The last place that a person saw, where one runs it.
    seen_seq: Option<u64>,
    is_rule: bool,
}

impl Automation {
    /// Over this house.
    pub(crate) fn new(
        house: House,
        accounts: Accounts,
        records: Records,
        (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>),
        audit: Auditor,
    ) -> Self {
        Self(Arc::new(Parts {
            house,
            accounts,
            records,
            clock,
            entropy,
            audit,
            writing: Locks::default(),
            ran: Mutex::new(LruCache::new(KNOWN_RUNS)),
            waits: Waits::default(),
        }))
    }

    /// Has a rule act in a conversation, or finishes what it began. Nothing where what it asks does not hold.
    async fn run_rule(&self, scope: TenantScope, rule: &Rule, cause: Cause) -> Result<(), Refusal> {
        let parts = &self.0;
        let begun = self.run(scope, &cause).await?;
        if begun.as_ref().is_some_and(|run| run.outcome != RunOutcome::Running) {
            return Ok(());
        }
        let seen = match parts.house.look_at(scope, cause.conversation).await {
            Ok(seen) => seen,
            Err(refusal) if refusal.is_passing() => return Err(refusal),
            // It continues elsewhere, or does not read: nothing is to be done here any more.
            Err(_) => return Ok(()),
        };
        let mut run = AutomationRun {
            id: cause.run,
            at: cause.at,
            rule_id: Some(rule.id),
            macro_id: None,
            name: rule.body.name.clone(),
            event: cause.event,
            by: None,
            conversation_id: cause.conversation,
            contact: seen.contact.name.clone(),
            outcome: RunOutcome::Running,
            steps: Vec::new(),
        };
        if begun.is_none() {
            let now = parts.clock.now();
            let is_open = match rule.when.asks_hours() {
                true => parts.house.is_open(scope, seen.team_id).await?,
                false => true,
            };
            let viewer = Viewer { user_id: nobody(rule.id), now };
            if !rule.when.holds(&seen, is_open, &viewer) {
                return Ok(());
            }
            if !self.may_run(rule.id, cause.conversation, now) {
                metrics::counter!("switchboard_automation_runs_total", "outcome" => "held_back").increment(1);
                run.outcome = RunOutcome::HeldBack;
                return self.write_run(scope, run).await;
            }
            self.write_run(scope, run.clone()).await?;
        }
        let sender = Sender {
            kind: SenderKind::Rule,
            id: Some(rule.id.to_string()),
            name: Some(rule.body.name.clone()),
        };
        let actor = Actor {
            principal: Principal { sender, user_id: nobody(rule.id) },
            name: "",
            seen_seq: None,
            is_rule: true,
        };
        self.finish(scope, run, &rule.body.actions, &actor).await.map(drop)
    }

    /// May this rule run in this conversation once more?
    fn may_run(&self, rule: RuleId, conversation: ConversationId, now: Timestamp) -> bool {
        let mut ran = self.0.ran.lock().unwrap_or_else(PoisonError::into_inner);
        may_run(ran.get_or_insert_mut((rule, conversation), Vec::new), now)
    }

    /// Does the actions of a run and writes down what came of them.
    async fn finish(
        &self,
        scope: TenantScope,
        mut run: AutomationRun,
        actions: &[AutomationAction],
        actor: &Actor<'_>,
    ) -> Result<AutomationRun, Refusal> {
        for (nth, action) in actions.iter().enumerate() {
            let done = self.act(scope, (run.id, nth), run.conversation_id, action, actor).await?;
            run.steps.push(match done {
                Ok(outcome) => AutomationStep { action: action.clone(), outcome, code: None, message: None },
                Err(refusal) => {
                    if let Some(why) = refusal.untold() {
                        tracing::warn!(run = %run.id, why, "an action failed");
                    }
                    AutomationStep {
                        action: action.clone(),
                        outcome: StepOutcome::Failed,
                        code: Some(refusal.code().to_owned()),
                        message: Some(refusal.told()),
                    }
                }
            });
        }
        let failed = run.steps.iter().any(|step| step.outcome == StepOutcome::Failed);
        run.outcome = if failed { RunOutcome::Failed } else { RunOutcome::Done };
        let outcome = if failed { "failed" } else { "done" };
        metrics::counter!("switchboard_automation_runs_total", "outcome" => outcome).increment(1);
        self.write_run(scope, run.clone()).await?;
        Ok(run)
    }

    /// Does one action, once however often it is asked for. What cannot be done now and may be a moment later is tried
    /// again; an error is that the house closes.
    async fn act(
        &self,
        scope: TenantScope,
        (run, nth): (AutomationRunId, usize),
        conversation: ConversationId,
        action: &AutomationAction,
        actor: &Actor<'_>,
    ) -> Result<Result<StepOutcome, Refusal>, Refusal> {
        let act = Act {
            principal: actor.principal.clone(),
            key: format!("{run} {nth}"),
            correlation: CorrelationId::from_bytes(self.0.entropy.id()),
            trace: None,
        };
        for attempt in 1.. {
            match self.try_act(scope, act.clone(), conversation, action, actor).await {
                Err(Refusal::Stopping) => return Err(Refusal::Stopping),
                Err(refusal) if refusal.is_passing() && attempt < TRIES => tokio::time::sleep(PAUSE).await,
                // A rule is asked again later; whoever runs a macro is told.
                Err(refusal) if refusal.is_passing() && actor.is_rule => return Err(refusal),
                done => return Ok(done),
            }
        }
        Err(Refusal::Overloaded)
    }

    async fn try_act(
        &self,
        scope: TenantScope,
        act: Act,
        id: ConversationId,
        action: &AutomationAction,
        actor: &Actor<'_>,
    ) -> Result<StepOutcome, Refusal> {
        let house = &self.0.house;
        let change = match action {
            AutomationAction::Change { change } => change.clone(),
            AutomationAction::Snooze { minutes } => BulkChange::Status {
                status: ConversationStatus::Snoozed,
                snoozed_until: Some(self.0.clock.now() + Duration::from_secs(60 * u64::from(*minutes))),
            },
            AutomationAction::AssignMe {} => {
                BulkChange::Assignee { assignee_id: Some(actor.principal.user_id) }
            }
            AutomationAction::Send { text } => {
                let text = self.filled(scope, id, text, actor).await?;
                let request = SendRequest {
                    seen_seq: actor.seen_seq,
                    ..SendRequest::of(SendContent::Text { text: wire::Text { body: text } })
                };
                return house.send(scope, act, id, request).await.map(|_| StepOutcome::Done);
            }
            AutomationAction::Note { text } => {
                let body = self.filled(scope, id, text, actor).await?;
                let note = wire::Note { body, mentions: Vec::new() };
                return house.note(scope, act, id, note).await.map(|_| StepOutcome::Done);
            }
        };
        let named = self.0.accounts.named_change(scope, &change).await?;
        let seen = house.look_at(scope, id).await?;
        if bulk::is_so(&change, &seen) {
            return Ok(StepOutcome::Same);
        }
        let expected = bulk::expected(&change, &seen, seen.inbound_count);
        house.change_one(scope, act, id, (named, expected)).await.map(|()| StepOutcome::Done)
    }

    /// The words of an action in a conversation.
    async fn filled(
        &self,
        scope: TenantScope,
        id: ConversationId,
        text: &str,
        actor: &Actor<'_>,
    ) -> Result<String, Refusal> {
        let seen = self.0.house.look_at(scope, id).await?;
        let workspace = self.0.accounts.workspace(scope).await?;
        let facts = Facts { contact: &seen.contact, agent: actor.name, workspace: &workspace.name };
        let filled = fill(text, &facts);
        if let Some(unfilled) = filled.unfilled.first() {
            let message = format!("nothing is known that could stand for {unfilled}");
            return Err(Refusal::Rule { code: "unfilled", message });
        }
        Ok(filled.text)
    }

    /// A run that was begun.
    async fn run(&self, scope: TenantScope, cause: &Cause) -> Result<Option<AutomationRun>, Refusal> {
        let key = AutomationRunRow::key(runs_period(cause.at), cause.at, cause.run);
        Ok(self.0.records.get::<AutomationRunRow>(scope, key).await?.map(|row| row.body.0))
    }

    async fn write_run(&self, scope: TenantScope, run: AutomationRun) -> Result<(), Refusal> {
        let until = run.at + RUNS_LIFE;
        let row = AutomationRunRow { period: runs_period(run.at), at: run.at, id: run.id, body: Json(run) };
        Ok(self.0.records.put_until(scope, Lane::Bulk, row, until).await?)
    }
}

impl Follower for Automation {
    const NAME: &'static str = "automation";

    async fn take(
        &self,
        scope: TenantScope,
        events: &[Arc<wire::Event>],
    ) -> Result<Option<Vec<Mutation>>, Refusal> {
        let begun = events.iter().filter_map(|event| Some((event, begins_with(event)?)));
        let begun: Vec<_> = begun.collect();
        if begun.is_empty() {
            return Ok(None);
        }
        let rules = self.acting(scope).await?;
        let mut rows = None;
        for (event, what) in begun {
            let message = event.data.message.as_ref();
            let conversation = event.data.conversation.as_ref();
            let id = message.map(|message| message.conversation_id).or(conversation.map(|one| one.id));
            let Some(id) = id else { continue };
            for rule in &rules {
                if event.at < rule.body.since || !rule.when.begins(what, message) {
                    continue;
                }
                let rows = rows.get_or_insert_with(Vec::new);
                if let Some(after) = rule.when.after() {
                    let wait = self.wait(scope, rule, (id, conversation), (event.offset, event.at), after);
                    rows.extend(wait);
                    continue;
                }
                let run = run_of(rule.id, event.offset);
                let cause = Cause { run, at: event.at, conversation: id, event: Some(what) };
                self.run_rule(scope, rule, cause).await?;
            }
        }
        Ok(rows)
    }
}

/// The run of a rule that an event began: the same however often it is read.
fn run_of(rule: RuleId, offset: u64) -> AutomationRunId {
    AutomationRunId::derived(&[rule.as_bytes(), &offset.to_be_bytes()])
}

/// Whom a rule's acts are by: nobody who reads, is given anything or has drafts.
const fn nobody(rule: RuleId) -> UserId {
    UserId::from_bytes(*rule.as_bytes())
}

/// Checks a rule's parts.
fn checked(when: wire::RuleWhen, actions: &[AutomationAction], now: Timestamp) -> Result<When, Refusal> {
    domain::check_actions(actions, false, now).map_err(switchboard_actors::refusal_of)?;
    When::checked(when).map_err(switchboard_actors::refusal_of)
}
