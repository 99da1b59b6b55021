//! What is done about every channel after a start: whoever was never asked about is, and what is sealed under the master
//! key before this one is sealed anew.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use switchboard_actors::{House, Refusal};
use switchboard_domain::channel as rules;
use switchboard_ports::{
    clock::Clock,
    secrets::{Vault as _, channel_secret},
};
use switchboard_schema::{
    TenantScope,
    record::{CHANNELS, ChannelBody, ChannelRow, Sealed},
    table::Record as _,
};
use switchboard_store::{SealingVault, transfer::Whole};

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
}

/// How far it has come, for whoever asks.
pub(crate) type Watched = Arc<Mutex<Sealing>>;

/// How far it has come.
pub(crate) fn look(sealing: &Watched) -> Sealing {
    *sealing.lock().unwrap_or_else(PoisonError::into_inner)
}

fn note(sealing: &Watched, change: impl FnOnce(&mut Sealing)) {
    change(&mut sealing.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Begins; `only` is a vault under the master key alone, `rotating` whether there is one before it.
pub(crate) fn tend(
    house: &House,
    store: Arc<dyn Whole>,
    only: SealingVault,
    rotating: bool,
    clock: &Arc<dyn Clock>,
) -> (Watched, tokio::task::JoinHandle<()>) {
    let sealing = Watched::default();
    let (house, clock, watched) = (house.clone(), Arc::clone(clock), Arc::clone(&sealing));
    let task = actix::spawn(async move {
        while let Err(why) = pass(&house, &*store, rotating, &clock, &watched).await {
            tracing::warn!(why, "not every channel could be looked after; it is tried again");
            tokio::time::sleep(PAUSE).await;
        }
        let left = loop {
            match count(&*store, &only).await {
                Ok((_, left)) => break left,
                Err(why) => tracing::warn!(why, "what channels' secrets are sealed under is counted again"),
            }
            tokio::time::sleep(PAUSE).await;
        };
        note(&watched, |sealing| (sealing.left, sealing.done) = (left, true));
        let Sealing { channels, resealed, .. } = look(&watched);
        match (left, rotating) {
            (0, false) => {}
            (0, true) => tracing::info!(
                channels,
                resealed,
                "every secret is sealed under the new master key: the one before it is needed no more for what is stored"
            ),
            _ => tracing::error!(
                left,
                "secrets of channels do not open under the master key: give the one they were sealed under as secrets.previous_master_key"
            ),
        }
    });
    (sealing, task)
}

async fn pass(
    house: &House,
    store: &dyn Whole,
    rotating: bool,
    clock: &Arc<dyn Clock>,
    sealing: &Watched,
) -> Result<(), String> {
    note(sealing, |sealing| sealing.channels = 0);
    each(store, async |scope, row| {
        let (id, standing) = (row.channel_id, &row.body.0.standing);
        let is_live = row.body.0.deleted_at.is_none();
        if is_live && rules::wake_at(standing).is_none_or(|at| at <= clock.now()) {
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
        note(sealing, |sealing| {
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
        let ChannelBody { access_token, app_secret, verify_token, .. } = &row.body.0;
        let secrets = [
            ("access_token", Some(access_token)),
            ("app_secret", app_secret.as_ref()),
            ("verify_token", Some(verify_token)),
        ];
        let is_closed = |(part, sealed): &(&str, Option<&Sealed>)| {
            let sealed = sealed.filter(|sealed| !sealed.0.is_empty());
            sealed.is_some_and(|sealed| vault.open(&channel_secret(row.channel_id, part), sealed).is_err())
        };
        left += secrets.iter().filter(|secret| is_closed(secret)).count() as u64;
        Ok(())
    })
    .await?;
    Ok((channels, left))
}

/// Does something about every channel of the installation, one after the other.
async fn each(
    store: &dyn Whole,
    mut about: impl AsyncFnMut(TenantScope, ChannelRow) -> Result<(), String>,
) -> Result<(), String> {
    let mut place = None;
    loop {
        let (rows, next) = store.dump(&CHANNELS, place).await.map_err(|error| error.to_string())?;
        for row in rows {
            let Some(tenant) = row.tenant else { continue };
            #[expect(
                clippy::disallowed_methods,
                reason = "recovery acts for the tenant whose channel it finds"
            )]
            let scope = TenantScope::assume(tenant);
            let row = ChannelRow::from_cells(row.cells).map_err(|error| error.to_string())?;
            about(scope, row).await?;
        }
        place = next;
        if place.is_none() {
            return Ok(());
        }
    }
}
