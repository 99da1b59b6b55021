//! Updates that could be stored but not applied.

use std::collections::{HashMap, HashSet, hash_map::Entry};

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

/// The day of a time, since 1970.
pub(super) fn day_of(at: Timestamp) -> i64 {
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
        // One at a time: of two that are the same, one is kept.
        let mut graves = self.env.graves.lock().await;
        let taken = self.taken(&mut graves, scope, day).await?;
        if taken.contains(&id) {
            return Ok(());
        }
        if taken.len() >= MAX_A_DAY {
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
        taken.insert(id);
        metrics::counter!("switchboard_updates_buried_total").increment(1);
        Ok(())
    }

    /// Which updates of a day are kept already. The store is asked once a day and tenant.
    async fn taken<'a>(
        &self,
        graves: &'a mut Graves,
        scope: TenantScope,
        day: i64,
    ) -> Result<&'a mut HashSet<DeadLetterId>, Refusal> {
        if graves.day != day {
            *graves = Graves { day, taken: HashMap::new() };
        }
        match graves.taken.entry(scope) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let held = self.buried_on(scope, day).await?;
                Ok(unknown.insert(held.into_iter().map(|row| row.id).collect()))
            }
        }
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

    /// Takes a buried update off the list, once it was applied. `at` is when it was buried.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn exhume(&self, scope: TenantScope, id: DeadLetterId, at: Timestamp) -> Result<(), Refusal> {
        let gone = vec![Mutation::delete::<InboundDeadRow>(InboundDeadRow::key(day_of(at), at, id))];
        self.env.store.commit_one(scope.into(), Lane::Interactive, gone).await?;
        if let Some(taken) = self.env.graves.lock().await.taken.get_mut(&scope) {
            taken.remove(&id);
        }
        Ok(())
    }
}

/// Which updates of a day are kept already.
#[derive(Default)]
pub(crate) struct Graves {
    day: i64,
    taken: HashMap<TenantScope, HashSet<DeadLetterId>>,
}
