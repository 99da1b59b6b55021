//! Applying again what could be stored but not applied.

use bytes::Bytes;
use switchboard_actors::{Refusal, house::Cause};
use switchboard_channels::{raws::large_raws, whatsapp::inbound};
use switchboard_domain::inbound::Update;
use switchboard_ports::blob::{self, Life};
use switchboard_schema::{
    BlobId, TenantScope,
    record::{DeadLetter, Kept},
    wire,
};

use super::Webhooks;

impl Webhooks {
    /// Tries every update of a workspace that was buried until now again, oldest first, in the order they
    /// came. What fails stays on the list and is passed over.
    ///
    /// # Errors
    /// When the list cannot be read or written. What was done until then stays done.
    pub(crate) async fn replay(&self, scope: TenantScope, cause: Cause) -> Result<wire::Replayed, Refusal> {
        let begun = self.clock.now();
        let mut replayed = wire::Replayed { applied: 0, left: 0 };
        let mut after = None;
        loop {
            let page = self.house.buried_after(scope, after).await?;
            let Some(last) = page.last() else { return Ok(replayed) };
            after = Some(last.grave);
            for buried in page {
                // More may be buried while this goes on; it must come to an end.
                if buried.grave.at > begun {
                    return Ok(replayed);
                }
                let channel = buried.letter.channel_id;
                let applied = match self.exhumed(scope, buried.letter).await {
                    Some(updates) => {
                        let delivered = self.house.deliver(scope, channel, updates, cause).await;
                        delivered.is_ok_and(|unapplied| unapplied.is_empty())
                    }
                    None => false,
                };
                if applied {
                    self.house.exhume(scope, buried.grave).await?;
                    replayed.applied += 1;
                } else {
                    replayed.left += 1;
                }
            }
        }
    }

    /// The updates of a buried webhook, if it can be read now.
    async fn exhumed(&self, scope: TenantScope, letter: DeadLetter) -> Option<Vec<Update>> {
        let raw = match letter.raw {
            Kept::Inline(raw) => Bytes::from(raw),
            Kept::Blob(blob) => match self.blobs.get(scope, Life::Ending, blob).await {
                // An earlier version kept every body for good.
                Err(blob::Error::NotFound) => self.blobs.get(scope, Life::Lasting, blob).await.ok()?,
                body => body.ok()?,
            },
        };
        let mut updates = inbound::parse(&raw)
            .ok()?
            .parts
            .iter()
            .map(inbound::Part::read)
            .collect::<Result<Vec<_>, _>>()
            .ok()?;
        self.keep_large(scope, &mut updates).await.ok()?;
        Some(updates)
    }

    /// Moves what is too large for a row to the blob store.
    ///
    /// # Errors
    /// When it cannot be made durable.
    pub(super) async fn keep_large(&self, scope: TenantScope, updates: &mut [Update]) -> Result<(), Refusal> {
        for update in updates {
            for large in large_raws(update) {
                let body = Bytes::copy_from_slice(large.text().as_bytes());
                let id = BlobId::derived(&[scope.tenant().as_bytes(), &body]);
                self.blobs
                    .put(scope, large.life(), id, body)
                    .await
                    .map_err(|error| Refusal::Unavailable(error.to_string()))?;
                large.replace(id);
            }
        }
        Ok(())
    }
}
