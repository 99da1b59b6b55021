//! What agents write with, as rows of the store: saved replies, macros and drafts; and the views of the list that they keep.

pub(crate) mod drafts;
pub(crate) mod kept;
mod macros;
mod replies;
mod views;

use std::sync::Arc;

use switchboard_actors::Refusal;
use switchboard_ports::{
    clock::Clock,
    store::{Lane, Mutation, Records},
};
use switchboard_schema::{
    TenantScope, UserId,
    record::{MacroRow, SavedReplyRow, SavedViewRow},
};
use tokio::sync::MutexGuard;

use crate::{audit::Auditor, locks::Locks};

/// Rows deleted in one commit when their holder goes.
const DELETED_AT_ONCE: usize = 90;

/// Reads and writes what agents write with.
pub(crate) struct Desk {
    records: Records,
    clock: Arc<dyn Clock>,
    audit: Auditor,
    /// Held from a look at what somebody has to its change. No other process writes to the store.
    writing: Locks,
}

impl Desk {
    /// In this store.
    pub(crate) fn new(records: Records, clock: Arc<dyn Clock>, audit: Auditor) -> Self {
        Self { records, clock, audit, writing: Locks::default() }
    }

    /// Deletes what somebody who goes had for themselves.
    ///
    /// # Errors
    /// When the store does not answer; asked again, it deletes the rest.
    pub(crate) async fn clear(&self, scope: TenantScope, user_id: UserId) -> Result<(), Refusal> {
        let _alone = self.alone(scope, user_id.to_string().as_bytes()).await;
        self.clear_drafts(scope, user_id).await?;
        self.clear_kept::<SavedViewRow>(scope, user_id).await?;
        self.clear_kept::<MacroRow>(scope, user_id).await?;
        self.clear_kept::<SavedReplyRow>(scope, user_id).await
    }

    /// Waits until nobody else changes what this holder has, and keeps others waiting.
    async fn alone(&self, scope: TenantScope, holder: &[u8]) -> MutexGuard<'_, ()> {
        self.writing.of(&[scope.tenant().as_bytes(), holder]).await
    }

    async fn delete_all(&self, scope: TenantScope, deletes: Vec<Mutation>) -> Result<(), Refusal> {
        for some in deletes.chunks(DELETED_AT_ONCE) {
            self.records.store().commit_one(scope.into(), Lane::Bulk, some.to_vec()).await?;
        }
        Ok(())
    }
}
