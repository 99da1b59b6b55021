//! Backups by the clock: one a day, the old ones deleted.

use std::path::PathBuf;

use switchboard_schema::Timestamp;

use super::{Error, Known, Made, Source, create, expired, is_due, list, remove, remove_partial};
use crate::system::stopwatch;

/// What is made when, and kept for how long.
pub struct Daily {
    source: Source,
    folder: PathBuf,
    hour: u8,
    keep_days: u16,
    started: Timestamp,
    tried: Option<Timestamp>,
}

impl Daily {
    /// Backups of a source into a folder, from this hour of the day on (UTC), each kept for so many days. What an
    /// earlier process left unfinished there is removed.
    #[must_use]
    pub fn new(source: Source, folder: PathBuf, hour: u8, keep_days: u16) -> Self {
        if let Err(error) = remove_partial(&folder) {
            tracing::warn!(%error, "what an unfinished backup left cannot be removed");
        }
        let started = source.clock.now();
        let daily = Self { source, folder, hour, keep_days, started, tried: None };
        match list(&daily.folder) {
            Ok(all) => all.into_iter().max().into_iter().for_each(show),
            Err(error) => tracing::warn!(%error, "the backups cannot be listed"),
        }
        daily
    }

    /// Makes a backup if one is due, and deletes those that are too old once it is there. Blocks while it is made.
    pub fn look(&mut self) -> Option<Result<Made, Error>> {
        let now = self.source.clock.now();
        let newest = match list(&self.folder) {
            Ok(all) => all.into_iter().max(),
            Err(error) => {
                self.tried = Some(now);
                return Some(Err(failed(error)));
            }
        };
        if !is_due(Known { newest, tried: self.tried, started: self.started }, self.hour, now) {
            return None;
        }
        self.tried = Some(now);
        let start = stopwatch();
        let made = match create(&self.source, &self.folder, &mut |_| {}) {
            Ok(made) => made,
            Err(Error::Stopped) => return Some(Err(Error::Stopped)),
            Err(error) => return Some(Err(failed(error))),
        };
        metrics::gauge!("switchboard_backup_seconds").set(start.elapsed().as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "bytes on a disk are far below 2^53")]
        metrics::gauge!("switchboard_backup_bytes").set(made.bytes as f64);
        show(made.manifest.taken_at);
        tracing::info!(
            file = %made.file.display(),
            bytes = made.bytes,
            blobs = made.manifest.blobs,
            milliseconds = start.elapsed().as_millis(),
            "made a backup"
        );
        self.delete_old(now);
        Some(Ok(made))
    }

    fn delete_old(&self, now: Timestamp) {
        let old = list(&self.folder).map(|all| expired(&all, self.keep_days, now));
        let deleted = old.and_then(|old| {
            old.iter().try_for_each(|made| remove(&self.folder, *made))?;
            Ok(old.len())
        });
        match deleted {
            Ok(0) => {}
            Ok(deleted) => tracing::info!(deleted, "deleted backups that are older than is kept"),
            Err(error) => tracing::warn!(%error, "old backups cannot be deleted"),
        }
    }
}

/// Shows when the newest good one was taken.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of our time are far below 2^53")]
fn show(taken_at: Timestamp) {
    metrics::gauge!("switchboard_backup_last_success_timestamp_seconds")
        .set(taken_at.as_millis() as f64 / 1_000.0);
}

fn failed(error: Error) -> Error {
    metrics::counter!("switchboard_backup_failures_total").increment(1);
    tracing::error!(%error, "no backup was made; it is tried again in an hour");
    error
}
