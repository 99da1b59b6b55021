//! Waking what must be woken: at its time, and after a crash.

use futures_util::{StreamExt, future::try_join_all, stream};
use switchboard_domain::conversation::Command as Rule;
use switchboard_ports::store::{Lane, MAX_COMMIT_ROWS, Mutation, Scope};
use switchboard_schema::{
    TenantScope, Timestamp,
    record::{WakeupReason, WakeupRow, WakeupTarget},
    table::CellType,
};

use super::House;
use crate::{
    Refusal, channel, contact,
    conversation::{Ask, Asked, ask},
    media,
    wakeups::{Pass, filed_again, page},
};

/// Woken at the same time, at most: a start after a crash must leave room for customers.
const AT_ONCE: usize = 64;
/// Minutes read at the same time, at most.
const MINUTES_AT_ONCE: usize = 16;

impl House {
    /// Fires what is due and, at the start, everything an earlier process left active. Called by a timer; of two
    /// calls at once the second waits for the first. After a long time without a process one call fires what was
    /// due in a week of it, and the next ones the rest. Answers how many were fired.
    ///
    /// # Errors
    /// When the store cannot be read or written; what was not fired stays due.
    pub async fn fire_wakeups(&self, at_start: bool) -> Result<usize, Refusal> {
        let wakeups = &self.env.wakeups;
        wakeups.open(&self.env).await?;
        let _one_at_a_time = wakeups.firing.lock().await;
        let now = self.env.clock.now();
        let pass = wakeups.begin(now, at_start);
        let mut fired = 0;
        for first in (pass.first..=pass.last).step_by(MINUTES_AT_ONCE) {
            let last = pass.last.min(first + MINUTES_AT_ONCE as i64 - 1);
            let mut unread: Vec<_> = (first..=last).map(|minute| (minute, None)).collect();
            while !unread.is_empty() {
                let pages = unread.into_iter().map(async |(minute, after)| {
                    // Where nothing is to be closed, what is not due yet need not be read.
                    let to = (!at_start && minute >= pass.closes).then(|| vec![now.into_cell()]);
                    let (rows, next) = page(&self.env, minute, after, to).await?;
                    Ok::<_, Refusal>((rows, next.map(|next| (minute, Some(next)))))
                });
                let (rows, next): (Vec<_>, Vec<_>) = try_join_all(pages).await?.into_iter().unzip();
                fired += self.fire_all(rows.into_iter().flatten().collect(), now, at_start, pass).await?;
                unread = next.into_iter().flatten().collect();
            }
        }
        wakeups.end(&self.env, pass).await?;
        Ok(fired)
    }

    /// Fires those whose time has come, and files again what could not be woken.
    async fn fire_all(
        &self,
        rows: Vec<WakeupRow>,
        now: Timestamp,
        at_start: bool,
        pass: Pass,
    ) -> Result<usize, Refusal> {
        let outcomes: Vec<_> = stream::iter(rows)
            .map(async |row| {
                let woken = self.is_to_fire(&row, now, at_start) && self.fire(&row).await;
                (row, woken)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let fired = outcomes.iter().filter(|(_, woken)| *woken).count();
        let mut changes = Vec::new();
        for (row, woken) in outcomes {
            let other = filed_again(row.due, row.minute, now, pass.closes).filter(|_| !woken);
            if !woken && other.is_none() {
                continue;
            }
            let key = WakeupRow::key(row.shard, row.minute, row.due, row.tenant_id, row.target.clone());
            // Before it is taken away where it was.
            changes.extend(other.map(|minute| Mutation::put(WakeupRow { minute, ..row })));
            changes.push(Mutation::delete::<WakeupRow>(key));
        }
        for changes in changes.chunks(MAX_COMMIT_ROWS) {
            self.env.store.commit_many(Scope::System, Lane::Bulk, changes.to_vec()).await?;
        }
        Ok(fired)
    }

    /// Its time has come; or it was active when an earlier process ended. Who is here already is awake, and what
    /// is not due may be its own.
    fn is_to_fire(&self, row: &WakeupRow, now: Timestamp, at_start: bool) -> bool {
        let scope = scope_of(row);
        let is_here = || match WakeupTarget::from_key(&row.target) {
            Some(WakeupTarget::Conversation(id)) => self.env.conversations.is_present(scope, id),
            Some(WakeupTarget::Contact(id)) => self.env.contacts.is_present(scope, id),
            Some(WakeupTarget::Media(id)) => self.env.media.is_present(scope, id),
            Some(WakeupTarget::Channel(id)) => self.env.channels.is_present(scope, id),
            None => false,
        };
        row.due <= now || (at_start && row.reason == WakeupReason::Active.as_str() && !is_here())
    }

    /// True when it was woken, or can never be.
    async fn fire(&self, row: &WakeupRow) -> bool {
        let scope = scope_of(row);
        let woken = match WakeupTarget::from_key(&row.target) {
            Some(WakeupTarget::Conversation(id)) => {
                ask(&self.env, scope, id, Asked::of(Ask::Rule(Rule::Wake))).await.map(drop)
            }
            Some(WakeupTarget::Contact(id)) => {
                contact::ask(&self.env, scope, id, contact::Ask::Announce).await.map(drop)
            }
            Some(WakeupTarget::Media(id)) => {
                media::ask(&self.env, scope, id, media::Ask::Wake).await.map(drop)
            }
            Some(WakeupTarget::Channel(id)) => {
                channel::ask(&self.env, scope, id, channel::Letter::Wake).await
            }
            None => Ok(()),
        };
        match woken {
            // Woken before its time by a clock that was set back since, it would not have risen.
            Ok(()) => row.reason == WakeupReason::Active.as_str() || row.due <= self.env.clock.now(),
            Err(Refusal::NotFound(_)) => true,
            Err(refusal) => {
                tracing::warn!(%refusal, "a wake-up is tried again");
                false
            }
        }
    }
}

/// The tenant of a wake-up.
fn scope_of(row: &WakeupRow) -> TenantScope {
    #[expect(clippy::disallowed_methods, reason = "recovery acts for the tenant whose wake-up it finds")]
    TenantScope::assume(row.tenant_id)
}
