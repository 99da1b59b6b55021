//! Updates that could be stored but not applied.

use ring::digest;
use switchboard_ports::store::{Lane, Mutation, Scan};
use switchboard_schema::{
    BlobId, ChannelId, DeadLetterId, TenantScope, Timestamp,
    record::{DeadLetter, InboundDeadRow, Kept, MAX_INLINE_RAW_BYTES},
    table::Json,
};

use super::House;
use crate::Refusal;

/// Milliseconds of a day.
const DAY_MILLIS: i64 = 24 * 3_600 * 1_000;
/// How long they are kept.
const LIFE_DAYS: i64 = 30;
/// Kept of one day, at most; above it the provider is told to try again.
const MAX_A_DAY: usize = 10_000;
/// Shown at a time, at most.
const MAX_SHOWN: usize = 500;

fn day_of(at: Timestamp) -> i64 {
    at.as_millis() / DAY_MILLIS
}

impl House {
    /// Keeps an update that cannot be read or applied, for the error page and for replay. The same update of
    /// the same day is kept once.
    ///
    /// # Errors
    /// When it is not durable, or too many are kept already.
    pub async fn bury(
        &self,
        scope: TenantScope,
        channel: ChannelId,
        reason: String,
        raw: String,
    ) -> Result<(), Refusal> {
        let now = self.env.clock.now();
        let day = day_of(now);
        let id = DeadLetterId::derived(&[channel.as_bytes(), &day.to_be_bytes(), raw.as_bytes()]);
        let held = self.buried_on(scope, day).await?;
        if held.iter().any(|row| row.id == id) {
            return Ok(());
        }
        if held.len() >= MAX_A_DAY {
            return Err(Refusal::Overloaded);
        }
        let raw = if raw.len() > MAX_INLINE_RAW_BYTES {
            let hash = digest::digest(&digest::SHA256, raw.as_bytes());
            let blob = BlobId::derived(&[hash.as_ref()]);
            self.env
                .blobs
                .put(scope, blob, raw.into_bytes().into())
                .await
                .map_err(|error| Refusal::Unavailable(error.to_string()))?;
            Kept::Blob(blob)
        } else {
            Kept::Inline(raw)
        };
        let letter = DeadLetter { channel_id: channel, reason, raw };
        let row = InboundDeadRow { day, at: now, id, body: Json(letter) };
        let expires_at = Timestamp::from_millis(now.as_millis() + LIFE_DAYS * DAY_MILLIS);
        let row = Mutation::put_until(row, expires_at);
        self.env.store.commit_one(scope.into(), Lane::Interactive, vec![row]).await?;
        metrics::counter!("switchboard_updates_buried_total").increment(1);
        Ok(())
    }

    async fn buried_on(&self, scope: TenantScope, day: i64) -> Result<Vec<InboundDeadRow>, Refusal> {
        let scan = Scan::of::<InboundDeadRow>(InboundDeadRow::partition(day));
        Ok(self.env.records.all::<InboundDeadRow>(scope, scan).await?)
    }

    /// Up to 500 buried updates, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn buried(
        &self,
        scope: TenantScope,
    ) -> Result<Vec<(DeadLetterId, Timestamp, DeadLetter)>, Refusal> {
        let today = day_of(self.env.clock.now());
        let mut found = Vec::new();
        for day in (today - LIFE_DAYS..=today).rev() {
            let rows = self.buried_on(scope, day).await?;
            found.extend(rows.into_iter().rev().map(|row| (row.id, row.at, row.body.0)));
            if found.len() >= MAX_SHOWN {
                found.truncate(MAX_SHOWN);
                break;
            }
        }
        Ok(found)
    }

    /// Takes a buried update off the list, once it was applied.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn exhume(&self, scope: TenantScope, id: DeadLetterId) -> Result<(), Refusal> {
        let today = day_of(self.env.clock.now());
        for day in (today - LIFE_DAYS..=today).rev() {
            if let Some(row) = self.buried_on(scope, day).await?.into_iter().find(|row| row.id == id) {
                let key = InboundDeadRow::key(day, row.at, id);
                let gone = vec![Mutation::delete::<InboundDeadRow>(key)];
                return Ok(self.env.store.commit_one(scope.into(), Lane::Interactive, gone).await?);
            }
        }
        Err(Refusal::NotFound("update"))
    }
}
