//! Waking what must be woken: at its time, and after a crash.

use futures_util::{StreamExt, stream};
use switchboard_domain::conversation::Command as Rule;
use switchboard_ports::store::{Lane, MAX_COMMIT_ROWS, Mutation, Scan, Scope};
use switchboard_schema::{
    TenantScope,
    record::{WakeupReason, WakeupRow, WakeupTarget},
    table::{CellType, Record},
};

use super::House;
use crate::{
    Refusal, contact,
    conversation::{Ask, Asked, ask},
};

/// Woken at the same time, at most: a start after a crash must leave room for customers.
const AT_ONCE: usize = 64;
/// Read at a time.
const PAGE: usize = 500;

impl House {
    /// Fires what is due and, at the start, everything an earlier process left active. Called by a timer.
    /// Answers how many were fired.
    ///
    /// # Errors
    /// When the store cannot be read; what was not fired stays due.
    pub async fn fire_wakeups(&self, at_start: bool) -> Result<usize, Refusal> {
        let now = self.env.clock.now();
        let mut due = Vec::new();
        let mut after = None;
        // All are read before any is fired: whoever is woken may write a new one, which must stand.
        loop {
            let mut scan = Scan::of::<WakeupRow>(WakeupRow::partition(0, 0)).after(after.clone()).limit(PAGE);
            if !at_start {
                scan = scan.to(vec![now.into_cell()]);
            }
            let rows = self.env.records.scan::<WakeupRow>(Scope::System, scan).await?;
            let full = rows.len() == PAGE;
            after = rows.last().map(|row| row.clone().into_cells()[2..WakeupRow::TABLE.key_len()].to_vec());
            // At the start whoever was active is woken at once; what waits for its time waits on.
            due.extend(
                rows.into_iter().filter(|row| row.due <= now || row.reason == WakeupReason::Active.as_str()),
            );
            if !full {
                break;
            }
        }
        let keys = stream::iter(due)
            .map(|row| async move {
                let woken = self.fire(&row).await;
                woken.then(|| WakeupRow::key(row.shard, row.hour, row.due, row.tenant_id, row.target))
            })
            .buffer_unordered(AT_ONCE)
            .filter_map(|key| async { key })
            .chunks(MAX_COMMIT_ROWS);
        futures_util::pin_mut!(keys);
        let mut fired = 0;
        while let Some(keys) = keys.next().await {
            fired += keys.len();
            let gone = keys.into_iter().map(Mutation::delete::<WakeupRow>).collect();
            self.env.store.commit_many(Scope::System, Lane::Bulk, gone).await?;
        }
        Ok(fired)
    }

    /// True when it was woken, or can never be.
    async fn fire(&self, row: &WakeupRow) -> bool {
        #[expect(clippy::disallowed_methods, reason = "recovery acts for the tenant whose wake-up it finds")]
        let scope = TenantScope::assume(row.tenant_id);
        let woken = match WakeupTarget::from_key(&row.target) {
            Some(WakeupTarget::Conversation(id)) => {
                ask(&self.env, scope, id, Asked::of(Ask::Rule(Rule::Wake))).await.map(drop)
            }
            Some(WakeupTarget::Contact(id)) => {
                contact::ask(&self.env, scope, id, contact::Ask::Announce).await.map(drop)
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
