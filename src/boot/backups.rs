//! The thread that makes a backup a day.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use switchboard_ports::clock::{Clock, Entropy};
use switchboard_store::{
    BackupKey, MasterKey,
    backup::{Daily, Source},
};

use super::Error;
use crate::config::{Config, StoreKind};

/// How often it is looked whether a backup is due.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// The thread, and the way to stop it.
pub(crate) struct Backups {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Backups {
    /// Gives up what is being made, and ends.
    pub(crate) fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        if self.thread.join().is_err() {
            tracing::error!("the thread of the backups had died of a defect");
        }
    }
}

/// Where backups go, if the settings say nothing else.
pub(crate) fn folder(config: &Config) -> PathBuf {
    config.backup.path.clone().unwrap_or_else(|| config.store.path.join("backups"))
}

/// The key of backups: one of their own where one is set, else the master key's.
///
/// # Errors
/// When the one that is set is none.
pub(crate) fn key(config: &Config, master_key: &MasterKey) -> Result<BackupKey, Error> {
    Ok(own_key(config)?.unwrap_or_else(|| BackupKey::new(master_key)))
}

/// The key that backups have of their own, where one is set.
///
/// # Errors
/// When it is none.
pub(crate) fn own_key(config: &Config) -> Result<Option<BackupKey>, Error> {
    let key = config.backup.key.as_ref().map(MasterKey::from_text).transpose().map_err(Error::BackupKey)?;
    Ok(key.as_ref().map(BackupKey::new))
}

/// What is in no backup made here, where there is such a thing.
pub(crate) fn elsewhere(config: &Config) -> Option<String> {
    config.blobs.bucket().map(|bucket| {
        format!(
            "files and large bodies are in the bucket {}, and not in backups made here: have the object store keep \
             versions of it or copy it, see docs/media.md",
            bucket.name
        )
    })
}

/// Starts the thread, unless the settings want no backups.
///
/// # Errors
/// When the key is none, or there is no thread.
pub(crate) fn start(
    config: &Config,
    master_key: &MasterKey,
    clock: &Arc<dyn Clock>,
    entropy: &Arc<dyn Entropy>,
) -> Result<Option<Backups>, Error> {
    if !config.backup.enabled {
        return Ok(None);
    }
    if config.store.kind == StoreKind::Scylla {
        tracing::info!(
            "no backups are made here: back up the cluster's keyspaces and the data folder, see docs/scylla.md"
        );
        return Ok(None);
    }
    if let Some(note) = elsewhere(config) {
        tracing::info!("{note}");
    }
    let stop = Arc::new(AtomicBool::new(false));
    let source = Source {
        data: config.store.path.clone(),
        key: key(config, master_key)?,
        clock: Arc::clone(clock),
        entropy: Arc::clone(entropy),
        stop: Arc::clone(&stop),
    };
    let mut daily = Daily::new(source, folder(config), config.backup.hour, config.backup.keep_days);
    let stopped = Arc::clone(&stop);
    let thread = std::thread::Builder::new()
        .name("backup".to_owned())
        .spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                // It has said itself what came of it.
                drop(daily.look());
                std::thread::park_timeout(LOOK_EVERY);
            }
        })
        .map_err(|error| Error::system("thread", &error))?;
    Ok(Some(Backups { stop, thread }))
}
