//! Changes of many conversations at once. What is to be changed is written down first, in slices; then one slice after the
//! other is done, and what takes each conversation back is noted before it is touched. So it goes on when nobody looks and
//! after a crash, changes nothing twice, and can be taken back. One workspace's go one after the other.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures_util::{StreamExt as _, future::try_join_all};
use switchboard_actors::{
    House, Refusal,
    house::{Act, Principal, View, Which},
    refusal_of,
};
use switchboard_domain::{
    audit::{By, Deed},
    bulk::{self as rules, SLICE},
    filter::Filter,
};
use switchboard_ports::{
    clock::{Clock, Entropy},
    store::{Lane, Mutation, Records, Scan},
};
use switchboard_schema::{
    BulkId, ConversationId, CorrelationId, TenantScope, Timestamp, UserId,
    record::{BulkItem, BulkJobBody, BulkJobRow, BulkOutcome, BulkSliceBody, BulkSliceRow},
    table::Json,
    wire::{self, AuditAct, BulkChange, BulkState, MAX_BULK, MAX_BULK_NAMED},
};
use switchboard_store::transfer::Whole;

use crate::{
    access::{Accounts, Caller},
    audit::Auditor,
    everywhere::Everywhere,
    locks::Locks,
};

/// How long a bulk change and what takes it back is kept.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 3_600);
/// Conversations that are changed at once, of one workspace.
const AT_ONCE: usize = 8;
/// Slices that are written at once, each in a commit of its own: several together may be more than one takes.
const SLICES_AT_ONCE: usize = 16;
/// Pause before a conversation that could not be changed for a while is tried again.
const PAUSE: Duration = Duration::from_secs(1);
/// How often that is done before it counts as failed.
const TRIES: u32 = 60;
/// Failures that are listed, at most.
const FAILURES_MAX: usize = 1_000;
/// Bulk changes that are listed, at most.
const LISTED_MAX: usize = 50;

/// Begins, runs and shows bulk changes. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Bulk {
    house: House,
    accounts: Accounts,
    records: Records,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    audit: Auditor,
    /// One of a workspace at a time.
    running: Arc<Locks>,
}

impl Bulk {
    /// Over this house.
    pub(crate) fn new(
        house: House,
        accounts: Accounts,
        records: Records,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        audit: Auditor,
    ) -> Self {
        Self { house, accounts, records, clock, entropy, audit, running: Arc::default() }
    }

    /// Begins a bulk change. `id` comes from the idempotency key: the same request begins it once.
    ///
    /// # Errors
    /// When a field is wrong, what is named is not there, there are too many conversations or bulk changes; when the store
    /// does not answer.
    pub(crate) async fn begin(
        &self,
        (caller, by): (&Caller, &By),
        id: BulkId,
        request: wire::BulkRequest,
    ) -> Result<wire::BulkJob, Refusal> {
        let (scope, user) = (caller.scope, caller.principal.user_id);
        rules::check(&request.change, self.clock.now()).map_err(refusal_of)?;
        self.accounts.named_change(scope, &request.change).await?;
        let (among, which) = match (request.conversations, request.which) {
            (Some(named), None) if named.len() > MAX_BULK_NAMED => {
                return invalid(
                    "conversations",
                    format!("names at most {MAX_BULK_NAMED}; name more by `which`"),
                );
            }
            (Some(named), None) => (Some(named), None),
            (None, Some(which)) => (None, Some(which)),
            _ => return invalid("conversations", "name either `conversations` or `which`".to_owned()),
        };
        let asked = self.which(scope, which.as_ref()).await?;
        let mut found = self.house.matching(scope, user, asked, among.clone()).await?;
        if let Some(named) = &among
            && named.iter().any(|id| found.iter().all(|(known, _)| known != id))
        {
            return Err(Refusal::NotFound("conversation"));
        }
        let except: HashSet<_> = which.iter().flat_map(|which| &which.except).collect();
        found.retain(|(id, _)| !except.contains(id));
        found.sort_unstable();
        found.dedup();
        if found.len() > MAX_BULK {
            let message = format!("{} are too many at once: at most {MAX_BULK}", found.len());
            return Err(Refusal::Rule { code: "too_many_conversations", message });
        }
        let items = found.into_iter().map(|(id, inbound_count)| BulkItem {
            id,
            inbound_count,
            to: None,
            back: None,
            outcome: None,
        });
        self.write(scope, (&caller.principal, by), id, request.change, which, None, items.collect()).await
    }

    /// Takes back a bulk change that is done: whatever it changed and nobody changed since.
    ///
    /// # Errors
    /// When there is none of the caller's, it goes on still, was taken back or cannot be; when the store does not answer.
    pub(crate) async fn undo(
        &self,
        (caller, by): (&Caller, &By),
        id: BulkId,
        of: BulkId,
    ) -> Result<wire::BulkJob, Refusal> {
        let scope = caller.scope;
        let mut before = self.row(scope, caller.principal.user_id, of).await?;
        let job = &mut before.body.0.job;
        let rule = |code, message: &str| Err(Refusal::Rule { code, message: message.to_owned() });
        // One that was marked and then not written down took nothing back.
        let undone = match job.undone_by.filter(|undone| *undone != id) {
            Some(undone) => self.records.get::<BulkJobRow>(scope, BulkJobRow::key(undone)).await?.is_some(),
            None => false,
        };
        match (job.state, undone) {
            (_, true) => return rule("undone_already", "it was taken back already"),
            (BulkState::Running, _) => {
                return rule("still_running", "it goes on still: take it back when it is done");
            }
            _ if job.change == (BulkChange::Read {}) => {
                return rule("not_undoable", "what was read cannot be taken back");
            }
            _ => {}
        }
        job.undone_by = Some(id);
        let change = job.change.clone();
        let mut items = Vec::new();
        for slice in self.slices(scope, of).await? {
            for item in slice.body.0.items {
                let (Some(BulkOutcome::Changed), Some(back)) = (&item.outcome, item.back) else { continue };
                items.push(BulkItem { to: Some(back), back: None, outcome: None, ..item });
            }
        }
        self.put(scope, before).await?;
        self.write(scope, (&caller.principal, by), id, change, None, Some(of), items).await
    }

    /// The caller's bulk changes of the last days, newest first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub(crate) async fn list(&self, caller: &Caller) -> Result<Vec<wire::BulkJob>, Refusal> {
        let rows = self.rows(caller.scope).await?;
        let mut jobs: Vec<_> = rows.into_iter().map(|row| row.body.0.job).collect();
        jobs.retain(|job| job.by == caller.principal.user_id);
        jobs.sort_by_key(|job| (std::cmp::Reverse(job.created_at), job.id));
        jobs.truncate(LISTED_MAX);
        Ok(jobs)
    }

    /// One of the caller's.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn job(&self, caller: &Caller, id: BulkId) -> Result<wire::BulkJob, Refusal> {
        Ok(self.row(caller.scope, caller.principal.user_id, id).await?.body.0.job)
    }

    /// What it left as it was, and whether there is more than is listed.
    ///
    /// # Errors
    /// [`Refusal::NotFound`], or the store does not answer.
    pub(crate) async fn failures(
        &self,
        caller: &Caller,
        id: BulkId,
    ) -> Result<wire::BulkFailureList, Refusal> {
        self.row(caller.scope, caller.principal.user_id, id).await?;
        let slices = self.slices(caller.scope, id).await?;
        let items = slices.into_iter().flat_map(|slice| slice.body.0.items);
        let mut failures: Vec<_> = items
            .filter_map(|item| match item.outcome {
                Some(BulkOutcome::Failed { code, message }) => {
                    Some(wire::BulkFailure { conversation_id: item.id, code, message })
                }
                _ => None,
            })
            .take(FAILURES_MAX + 1)
            .collect();
        let more = failures.len() > FAILURES_MAX;
        failures.truncate(FAILURES_MAX);
        Ok(wire::BulkFailureList { failures, more })
    }

    /// Goes on with what a process before this one did not finish.
    pub(crate) async fn resume(&self, store: Arc<dyn Whole>) {
        let mut jobs = Everywhere::<BulkJobRow>::of(&*store);
        loop {
            let page = match jobs.page().await {
                Ok(Some(page)) => page,
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(
                        error,
                        "whether bulk changes wait to go on could not be read; trying again"
                    );
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            for (scope, row) in page {
                match row {
                    Ok(row) if row.body.0.job.state == BulkState::Running => self.start(scope, row.job_id),
                    Ok(_) => {}
                    Err(error) => tracing::error!(%error, "a bulk change does not read"),
                }
            }
        }
    }

    /// Writes it down and starts it.
    #[expect(clippy::too_many_arguments, reason = "what a bulk change is made of")]
    async fn write(
        &self,
        scope: TenantScope,
        (who, by): (&Principal, &By),
        id: BulkId,
        change: BulkChange,
        which: Option<wire::BulkWhich>,
        undoes: Option<BulkId>,
        items: Vec<BulkItem>,
    ) -> Result<wire::BulkJob, Refusal> {
        let mut rows = self.rows(scope).await?;
        if let Some(known) = rows.iter().position(|row| row.job_id == id) {
            return Ok(rows.swap_remove(known).body.0.job);
        }
        let open = rows.iter().filter(|row| row.body.0.job.state == BulkState::Running).count();
        if open >= rules::MAX_OPEN {
            let message = format!("{open} bulk changes go on already: wait for one of them");
            return Err(Refusal::Rule { code: "too_many_bulk_changes", message });
        }
        let now = self.clock.now();
        let total = items.len() as u64;
        let mutations: Vec<_> = (0..)
            .zip(items.chunks(SLICE))
            .map(|(n, items)| {
                let body = BulkSliceBody { items: items.to_vec(), planned: false, done: false };
                Mutation::put_until(BulkSliceRow { job_id: id, n, body: Json(body) }, now + KEPT_FOR)
            })
            .collect();
        for some in mutations.chunks(SLICES_AT_ONCE) {
            let store = self.records.store();
            try_join_all(
                some.iter().map(|row| store.commit_one(scope.into(), Lane::Bulk, vec![row.clone()])),
            )
            .await?;
        }
        let job = wire::BulkJob {
            id,
            by: who.user_id,
            change,
            state: if total == 0 { BulkState::Finished } else { BulkState::Running },
            total,
            done: 0,
            changed: 0,
            failed: 0,
            undoes,
            undone_by: None,
            created_at: now,
            finished_at: (total == 0).then_some(now),
        };
        let body = BulkJobBody { job: job.clone(), sender: who.sender.clone(), which };
        let row = BulkJobRow { job_id: id, body: Json(body) };
        let deed = Deed::new(AuditAct::BulkChanged)
            .change("change", None, Some(rules::name(&job.change)))
            .change("conversations", None, Some(&total.to_string()));
        let until = self.kept_until(now);
        self.audit.write(scope, by, Mutation::put_until(row, until), deed).await?;
        if total > 0 {
            self.start(scope, id);
        }
        Ok(job)
    }

    /// Runs it, whoever looks.
    fn start(&self, scope: TenantScope, id: BulkId) {
        let bulk = self.clone();
        tokio::spawn(async move {
            let _alone = bulk.running.of(&[scope.tenant().as_bytes()]).await;
            while let Err(refusal) = bulk.run(scope, id).await {
                if matches!(refusal, Refusal::Stopping) {
                    return;
                }
                tracing::warn!(job = %id, %refusal, "a bulk change waits to go on");
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    async fn run(&self, scope: TenantScope, id: BulkId) -> Result<(), Refusal> {
        let Some(mut row) = self.records.get::<BulkJobRow>(scope, BulkJobRow::key(id)).await? else {
            return Ok(());
        };
        if row.body.0.job.state == BulkState::Finished {
            return Ok(());
        }
        let slices = self.slices(scope, id).await?;
        let (mut done, mut changed, mut failed) = (0, 0, 0);
        for mut slice in slices {
            if !slice.body.0.done {
                self.run_slice(scope, &row, &mut slice).await?;
            }
            for item in &slice.body.0.items {
                done += 1;
                changed += u64::from(item.outcome == Some(BulkOutcome::Changed));
                failed += u64::from(matches!(item.outcome, Some(BulkOutcome::Failed { .. })));
            }
            let job = &mut row.body.0.job;
            (job.done, job.changed, job.failed) = (done, changed, failed);
            if job.done >= job.total {
                job.state = BulkState::Finished;
                job.finished_at = Some(self.clock.now());
            }
            let job = job.clone();
            self.put(scope, row.clone()).await?;
            self.house.tell_of_bulk(scope, job);
        }
        Ok(())
    }

    /// Does a slice, and writes what came of it.
    async fn run_slice(
        &self,
        scope: TenantScope,
        row: &BulkJobRow,
        slice: &mut BulkSliceRow,
    ) -> Result<(), Refusal> {
        let BulkJobBody { job, which, .. } = &row.body.0;
        if !slice.body.0.planned {
            self.plan(scope, job, which.as_ref(), slice).await?;
            slice.body.0.planned = true;
            self.put_slice(scope, slice).await?;
        }
        let items = slice.body.0.items.iter().cloned().enumerate();
        let todo: Vec<_> = items.filter(|(_, item)| item.outcome.is_none()).collect();
        let acts = todo.into_iter().map(|(at, item)| {
            let (bulk, row) = (self.clone(), row.clone());
            async move { (at, bulk.change(scope, &row, &item).await) }
        });
        let outcomes: Vec<_> = futures_util::stream::iter(acts).buffer_unordered(AT_ONCE).collect().await;
        for (at, outcome) in outcomes {
            slice.body.0.items[at].outcome = Some(outcome?);
        }
        slice.body.0.done = true;
        self.put_slice(scope, slice).await
    }

    /// Looks at each conversation of a slice: is it still meant, and what takes the change back?
    async fn plan(
        &self,
        scope: TenantScope,
        job: &wire::BulkJob,
        which: Option<&wire::BulkWhich>,
        slice: &mut BulkSliceRow,
    ) -> Result<(), Refusal> {
        let ids: Vec<ConversationId> = slice.body.0.items.iter().map(|item| item.id).collect();
        let meant = match which {
            None => None,
            // What it is about may be gone by now: then nothing is meant any more.
            Some(which) => match self.which(scope, Some(which)).await {
                Ok(asked) => Some(self.house.matching(scope, job.by, asked, Some(ids)).await?),
                Err(Refusal::NotFound(_)) => Some(Vec::new()),
                Err(refusal) => return Err(refusal),
            },
        };
        let now = self.clock.now();
        for item in &mut slice.body.0.items {
            if meant.as_ref().is_some_and(|meant| meant.iter().all(|(id, _)| *id != item.id)) {
                item.outcome = Some(changed_meanwhile());
                continue;
            }
            let before = match self.house.look_at(scope, item.id).await {
                Ok(before) => before,
                Err(refusal) if refusal.is_passing() => return Err(refusal),
                Err(refusal) => {
                    item.outcome = Some(failure(&refusal));
                    continue;
                }
            };
            match &item.to {
                // It is taken back where it is still as it was left.
                Some(_) if !rules::is_so(&job.change, &before) => item.outcome = Some(changed_meanwhile()),
                Some(to) => item.back = rules::back(&rules::due(to.clone(), now), &before),
                None if rules::is_so(&job.change, &before) => item.outcome = Some(BulkOutcome::Same),
                None => item.back = rules::back(&job.change, &before),
            }
        }
        Ok(())
    }

    /// Changes one conversation, as long as what is changed is as the plan saw it.
    async fn change(
        &self,
        scope: TenantScope,
        row: &BulkJobRow,
        item: &BulkItem,
    ) -> Result<BulkOutcome, Refusal> {
        let BulkJobBody { job, sender, .. } = &row.body.0;
        let to = rules::due(item.to.clone().unwrap_or_else(|| job.change.clone()), self.clock.now());
        let change = match self.accounts.named_change(scope, &to).await {
            Ok(change) => change,
            Err(refusal) if refusal.is_passing() => return Err(refusal),
            Err(refusal) => return Ok(failure(&refusal)),
        };
        let act = Act {
            principal: Principal { sender: sender.clone(), user_id: job.by },
            key: format!("bulk {}", job.id),
            correlation: CorrelationId::from_bytes(self.entropy.id()),
            trace: None,
        };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let seen = match self.house.look_at(scope, item.id).await {
                Ok(seen) => seen,
                Err(Refusal::Stopping) => return Err(Refusal::Stopping),
                Err(refusal) if refusal.is_passing() && attempt < TRIES => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(refusal) => return Ok(failure(&refusal)),
            };
            // After a crash it may be done.
            if rules::is_so(&to, &seen) {
                return Ok(BulkOutcome::Changed);
            }
            // Whoever changed it since it was planned meant it.
            let planned = item.back.as_ref().is_none_or(|back| rules::is_so(back, &seen));
            if !planned {
                return Ok(changed_meanwhile());
            }
            let inbound_count = if item.to.is_some() { seen.inbound_count } else { item.inbound_count };
            let expected = rules::expected(&to, &seen, inbound_count);
            match self.house.change_one(scope, act.clone(), item.id, (change.clone(), expected)).await {
                Ok(()) => return Ok(BulkOutcome::Changed),
                Err(Refusal::Stopping) => return Err(Refusal::Stopping),
                Err(refusal) if refusal.is_passing() && attempt < TRIES => tokio::time::sleep(PAUSE).await,
                Err(refusal) => return Ok(failure(&refusal)),
            }
        }
    }

    /// Which conversations, checked; everything where nothing is said.
    async fn which(&self, scope: TenantScope, which: Option<&wire::BulkWhich>) -> Result<Which, Refusal> {
        let Some(wire::BulkWhich { view, status, filter, except }) = which else {
            return Ok(Which { view: View::All, status: None, filter: Filter::default() });
        };
        if except.len() > MAX_BULK_NAMED {
            return invalid("which.except", format!("names at most {MAX_BULK_NAMED}"));
        }
        let view = match view.as_deref() {
            None => View::All,
            Some(name) => name.parse()?,
        };
        if let View::Team(team) = view {
            self.accounts.check_team(scope, team).await?;
        }
        let filter = Filter::checked(filter.clone()).map_err(refusal_of)?;
        Ok(Which { view, status: *status, filter })
    }

    async fn rows(&self, scope: TenantScope) -> Result<Vec<BulkJobRow>, Refusal> {
        Ok(self.records.all::<BulkJobRow>(scope, Scan::of::<BulkJobRow>(BulkJobRow::partition())).await?)
    }

    /// One of somebody's.
    async fn row(&self, scope: TenantScope, user: UserId, id: BulkId) -> Result<BulkJobRow, Refusal> {
        let row = self.records.get::<BulkJobRow>(scope, BulkJobRow::key(id)).await?;
        row.filter(|row| row.body.0.job.by == user).ok_or(Refusal::NotFound("bulk change"))
    }

    async fn slices(&self, scope: TenantScope, id: BulkId) -> Result<Vec<BulkSliceRow>, Refusal> {
        let scan = Scan::of::<BulkSliceRow>(BulkSliceRow::partition(id));
        Ok(self.records.all::<BulkSliceRow>(scope, scan).await?)
    }

    async fn put(&self, scope: TenantScope, row: BulkJobRow) -> Result<(), Refusal> {
        let until = self.kept_until(row.body.0.job.created_at);
        Ok(self.records.put_until(scope, Lane::Bulk, row, until).await?)
    }

    async fn put_slice(&self, scope: TenantScope, slice: &BulkSliceRow) -> Result<(), Refusal> {
        let until = self.kept_until(self.clock.now());
        Ok(self.records.put_until(scope, Lane::Bulk, slice.clone(), until).await?)
    }

    fn kept_until(&self, since: Timestamp) -> Timestamp {
        (since + KEPT_FOR).max(self.clock.now() + Duration::from_secs(3_600))
    }
}

fn changed_meanwhile() -> BulkOutcome {
    BulkOutcome::Failed {
        code: "changed_meanwhile".to_owned(),
        message: "it was changed by somebody else meanwhile".to_owned(),
    }
}

fn failure(refusal: &Refusal) -> BulkOutcome {
    if let Some(why) = refusal.untold() {
        tracing::warn!(why, "a conversation of a bulk change failed");
    }
    BulkOutcome::Failed { code: refusal.code().to_owned(), message: refusal.told() }
}

fn invalid<T>(field: &'static str, message: String) -> Result<T, Refusal> {
    Err(Refusal::Invalid { field, message })
}
