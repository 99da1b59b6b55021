//! `switchboard backup` and `switchboard restore`

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

use secrecy::{ExposeSecret as _, SecretString};
use switchboard_store::{
    BackupKey, MasterKey, SystemClock, SystemEntropy,
    backup::{self, Progress, Source},
};

use super::{Failure, failed, made_master_key, needs_embedded, print};
use crate::{
    boot::{MASTER_KEY_FILE, backups},
    config::Config,
};

/// How far it is, is told so many times at most.
const TELL_PARTS: u64 = 10;

/// Where a backup goes.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupOptions {
    /// The folder it is written into, under a name by its time [default: where the daily ones go]
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

/// Makes a backup, also while the server runs; prints its file.
pub(crate) fn create(config: Option<&Path>, options: BackupOptions) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    needs_embedded(&config)?;
    let entropy = SystemEntropy::new();
    let key = match backups::own_key(&config).map_err(failed)? {
        Some(key) => key,
        None => BackupKey::new(&made_master_key(&config, &entropy)?),
    };
    let source = Source {
        data: config.store.path.clone(),
        key,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(entropy),
        stop: Arc::new(AtomicBool::new(false)),
    };
    let to = options.to.unwrap_or_else(|| backups::folder(&config));
    let mut told = 0;
    let mut tell = |progress: Progress| {
        let part = progress.pages * TELL_PARTS / progress.of.max(1);
        if part > told && part < TELL_PARTS {
            told = part;
            // Beside the name of the file, for whoever waits; who does not read it does not stop it.
            drop(writeln!(io::stderr(), "{} % of the database is copied", part * 100 / TELL_PARTS));
        }
    };
    let made = backup::create(&source, &to, &mut tell).map_err(failed)?;
    if let Some(note) = backups::elsewhere(&config) {
        // Beside the name of the file, as above.
        drop(writeln!(io::stderr(), "{note}"));
    }
    print(&format!("{}\n", made.file.display()))
}

/// What is put where.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreOptions {
    /// The backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The data folder to make; must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    into: PathBuf,
    /// A file with the master key of the server that made it, such as a copy of its `master.key`; becomes the restored
    /// server's [default: the keys in the settings]
    #[arg(long, value_name = "FILE")]
    master_key: Option<PathBuf>,
}

/// Verifies a backup and puts it into an empty data folder.
pub(crate) fn restore(config: Option<&Path>, options: &RestoreOptions) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    let given = options.master_key.as_deref().map(read_key).transpose()?;
    let text = config.backup.key.as_ref().or(given.as_ref()).or(config.secrets.master_key.as_ref());
    let text = text.ok_or_else(|| {
        failed("the key is needed: give --master-key with a copy of the old server's master.key, or set backup.key")
    })?;
    let key = BackupKey::new(&MasterKey::from_text(text).map_err(failed)?);
    let manifest = backup::restore(&options.from, &options.into, &key).map_err(failed)?;
    if let Some(given) = &given {
        let path = options.into.join(MASTER_KEY_FILE);
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| {
                file.write_all(given.expose_secret().as_bytes())?;
                file.sync_all()
            })
            .map_err(|error| failed(format!("{}: {error}", path.display())))?;
    }
    let rows: u64 = manifest.rows.iter().map(|(_, rows)| rows).sum();
    print(&format!(
        "{} holds what was stored at {}: {rows} rows and {} large bodies, all verified; set store.path to it\n",
        options.into.display(),
        manifest.taken_at,
        manifest.blobs
    ))
}

fn read_key(path: &Path) -> Result<SecretString, Failure> {
    let text = fs::read_to_string(path).map_err(|error| failed(format!("{}: {error}", path.display())))?;
    Ok(SecretString::from(text))
}
