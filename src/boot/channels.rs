//! What is done about every channel after a start: whoever was never asked about is, and what is sealed under the master
//! key before this one is sealed anew.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use switchboard_actors::{House, Refusal, closed};
use switchboard_domain::channel as rules;
use switchboard_ports::{
    clock::{Clock, Entropy},
    secrets::{Vault, channel_secret},
};
use switchboard_schema::{
    TenantScope,
    record::{ChannelBody, ChannelRow, Sealed},
};
use switchboard_store::{MasterKey, SealingVault, transfer::Whole, vault::FINGERPRINT_BYTES};

use crate::everywhere::Everywhere;

/// Pause before a pass that failed is made again.
const PAUSE: Duration = Duration::from_secs(10);

/// Under which key the channels' secrets are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Sealing {
    /// All have been looked at.
    pub(crate) done: bool,
    /// Channels looked at.
    pub(crate) channels: u64,
    /// Channels whose secrets were sealed anew by this process.
    pub(crate) resealed: u64,
    /// Secrets that the master key does not open.
    pub(crate) left: u64,
    /// The fingerprint of that key; of no key where the server is of an earlier version.
    #[serde(default)]
    pub(crate) key: [u8; FINGERPRINT_BYTES],
}

/// How far it has come, for whoever asks.
pub(crate) struct Watched {
    sealing: Mutex<Sealing>,
    store: Arc<dyn Whole>,
    /// A vault under the master key alone.
    only: SealingVault,
}

impl Watched {
    /// How far it has come; once all have been looked at, what is stored at this moment.
    ///
    /// # Errors
    /// When the store cannot be read, in words.
    pub(crate) async fn look(&self) -> Result<Sealing, String> {
        let sealing = self.noted();
        if !sealing.done {
            return Ok(sealing);
        }
        let (channels, left) = self.count().await?;
        Ok(Sealing { channels, left, ..sealing })
    }

    async fn count(&self) -> Result<(u64, u64), String> {
        count(&*self.store, &self.only).await
    }

    fn noted(&self) -> Sealing {
        *self.sealing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, change: impl FnOnce(&mut Sealing)) {
        change(&mut self.sealing.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Begins; `vault` opens what the server opens, `key` is the master key alone, `rotating` whether there is one before it.
pub(crate) fn tend(
    house: &House,
    store: Arc<dyn Whole>,
    vault: Arc<dyn Vault>,
    (key, entropy): (&MasterKey, &Arc<dyn Entropy>),
    rotating: bool,
    clock: &Arc<dyn Clock>,
) -> (Arc<Watched>, tokio::task::JoinHandle<()>) {
    let only = SealingVault::new(key, Arc::clone(entropy));
    let sealing = Mutex::new(Sealing { key: key.fingerprint(), ..Sealing::default() });
    let sealing = Arc::new(Watched { sealing, store, only });
    let (house, clock, watched) = (house.clone(), Arc::clone(clock), Arc::clone(&sealing));
    let task = actix::spawn(async move {
        while let Err(why) = pass(&house, &*vault, rotating, &clock, &watched).await {
            tracing::warn!(why, "not every channel could be looked after; it is tried again");
            tokio::time::sleep(PAUSE).await;
        }
        let left = loop {
            match watched.count().await {
                Ok((_, left)) => break left,
                Err(why) => tracing::warn!(why, "what channels' secrets are sealed under is counted again"),
            }
            tokio::time::sleep(PAUSE).await;
        };
        watched.note(|sealing| (sealing.left, sealing.done) = (left, true));
        let Sealing { channels, resealed, .. } = watched.noted();
        match (left, rotating) {
            (0, false) => {}
            (0, true) => tracing::info!(
                channels,
                resealed,
                "every secret is sealed under the new master key: the one before it is needed no more for what is stored"
            ),
            _ => tracing::error!(
                left,
                "secrets of channels do not open under the master key: give the one they were sealed under as secrets.previous_master_key; where it is lost enter them anew (docs/backup.md)"
            ),
        }
    });
    (sealing, task)
}

async fn pass(
    house: &House,
    vault: &dyn Vault,
    rotating: bool,
    clock: &Arc<dyn Clock>,
    sealing: &Watched,
) -> Result<(), String> {
    sealing.note(|sealing| sealing.channels = 0);
    each(&*sealing.store, async |scope, row| {
        let (id, standing) = (row.channel_id, &row.body.0.standing);
        let is_live = row.body.0.deleted_at.is_none();
        let is_due = rules::wake_at(standing).is_none_or(|at| at <= clock.now());
        // Other keys may open it, or not, than when its owner last looked.
        let is_noted = closed(vault, id, &row.body.0) == (standing.token_closed, standing.secret_closed);
        if is_live && (is_due || !is_noted) {
            house.wake_channel(scope, id).await.map_err(|refusal| refusal.to_string())?;
        }
        let resealed = match rotating {
            true => match house.reseal_channel(scope, id).await {
                // Neither key opens it: that is counted in the end.
                Err(Refusal::Broken(_)) => false,
                resealed => resealed.map_err(|refusal| refusal.to_string())?,
            },
            false => false,
        };
        sealing.note(|sealing| {
            sealing.channels += 1;
            sealing.resealed += u64::from(resealed);
        });
        Ok(())
    })
    .await
}

/// Channels, and how many of their secrets a vault does not open.
///
/// # Errors
/// When the store cannot be read, in words.
pub(crate) async fn count(store: &dyn Whole, vault: &SealingVault) -> Result<(u64, u64), String> {
    let (mut channels, mut left) = (0, 0);
    each(store, async |_, row| {
        channels += 1;
        left += not_opened(&row, vault);
        Ok(())
    })
    .await?;
    Ok((channels, left))
}

/// How many secrets of a channel a vault does not open.
pub(crate) fn not_opened(row: &ChannelRow, vault: &dyn Vault) -> u64 {
    let is_closed =
        |(part, sealed): &(&str, &Sealed)| vault.open(&channel_secret(row.channel_id, part), sealed).is_err();
    secrets(&row.body.0).filter(is_closed).count() as u64
}

/// What of a channel is sealed, and as what.
fn secrets(body: &ChannelBody) -> impl Iterator<Item = (&'static str, &Sealed)> {
    let ChannelBody { access_token, app_secret, verify_token, .. } = body;
    [
        ("access_token", Some(access_token)),
        ("app_secret", app_secret.as_ref()),
        ("verify_token", Some(verify_token)),
    ]
    .into_iter()
    .filter_map(|(part, sealed)| Some((part, sealed?)))
    .filter(|(_, sealed)| !sealed.0.is_empty())
}

/// How many secrets a channel has.
pub(crate) fn sealed_in(row: &ChannelRow) -> u64 {
    secrets(&row.body.0).count() as u64
}

/// How many secrets of channels are stored.
///
/// # Errors
/// When the store cannot be read, in words.
pub(crate) async fn sealed(store: &dyn Whole) -> Result<u64, String> {
    let mut sealed = 0;
    each(store, async |_, row| {
        sealed += sealed_in(&row);
        Ok(())
    })
    .await?;
    Ok(sealed)
}

/// Does something about every channel of the installation, one after the other.
async fn each(
    store: &dyn Whole,
    mut about: impl AsyncFnMut(TenantScope, ChannelRow) -> Result<(), String>,
) -> Result<(), String> {
    let mut channels = Everywhere::<ChannelRow>::of(store);
    while let Some(page) = channels.page().await? {
        for (scope, row) in page {
            about(scope, row.map_err(|error| error.to_string())?).await?;
        }
    }
    Ok(())
}
