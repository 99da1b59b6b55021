//! `switchboard keys rotate`, `switchboard keys renew` and `switchboard keys status`

use std::path::Path;

use switchboard_store::{MasterKey, SealingVault, SystemEntropy};

use super::{Failure, block_on, failed, made_master_key, print};
use crate::{
    boot::{
        self, Backends, MASTER_KEY_FILE, PREVIOUS_MASTER_KEY_FILE, admin,
        channels::{self, Sealing},
    },
    config::Config,
};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Put a new master key in the place of the one in the data folder, and keep that one beside it. The server takes it
    /// when it is started anew, and then seals everything under it.
    Rotate,
    /// Make a master key where the one in the data folder is lost. What was sealed under that one stays closed: the token
    /// and the app secret of each channel are to be entered anew.
    Renew,
    /// Say under which key secrets are sealed; fails while one is not under the master key.
    Status,
}

/// Does it.
pub(crate) fn run(config: Option<&Path>, command: &Command) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    match command {
        Command::Rotate => rotate(&config),
        Command::Renew => renew(&config),
        Command::Status => status(&config),
    }
}

fn rotate(config: &Config) -> Result<(), Failure> {
    if config.secrets.master_key.is_some() {
        return Err(failed(
            "the master key is given by a setting: put a new one (openssl rand -base64 32) into secrets.master_key and \
             the present one into secrets.previous_master_key, then start the server anew",
        ));
    }
    let entropy = SystemEntropy::new();
    made_master_key(config, &entropy)?;
    let folder = &config.store.path;
    let (path, previous) = (folder.join(MASTER_KEY_FILE), folder.join(PREVIOUS_MASTER_KEY_FILE));
    MasterKey::replace(&path, &previous, &entropy).map_err(failed)?;
    print(&format!(
        "a new master key is in {}, the one before it in {}\n\
         keep a copy of both elsewhere: backups and exports made until now need the old one\n\
         start the server anew: it seals everything under the new key; `switchboard keys status` says when that is done\n",
        path.display(),
        previous.display()
    ))
}

fn renew(config: &Config) -> Result<(), Failure> {
    if config.secrets.master_key.is_some() {
        return Err(failed(
            "the master key is given by a setting: put a new one (openssl rand -base64 32) into secrets.master_key, then \
             start the server anew",
        ));
    }
    let path = config.store.path.join(MASTER_KEY_FILE);
    if path.exists() {
        return Err(failed(format!(
            "{} is there: to change it use `switchboard keys rotate`; if it is not the right one, move it away first",
            path.display()
        )));
    }
    if admin::ask(&config.store.path, &admin::Request::Ping).map_err(failed)?.is_some() {
        return Err(failed("a server runs here, which still has the key: do this when it is lost for good"));
    }
    boot::master_key(config, &SystemEntropy::new()).map_err(failed)?;
    print(&format!(
        "a new master key is in {}; keep a copy of it elsewhere\n\
         start the server: under Settings, Channels it shows whose token cannot be read; enter the token and the app secret \
         of each anew there\n",
        path.display()
    ))
}

fn status(config: &Config) -> Result<(), Failure> {
    let sealing = match admin::ask(&config.store.path, &admin::Request::Keys).map_err(failed)? {
        Some(admin::Answer::Keys(sealing)) => sealing,
        Some(admin::Answer::Refused(why)) => return Err(failed(why)),
        Some(_) => return Err(failed("the server answered another question")),
        None => counted(config)?,
    };
    let Sealing { done, channels, resealed, left, key } = sealing;
    if key != made_master_key(config, &SystemEntropy::new())?.fingerprint() {
        return Err(failed(
            "the server that runs here has another master key than the settings and the data folder give now: start it \
             anew, then ask again; until then keep the key before this one",
        ));
    }
    if !done {
        return Err(failed(format!("under way: {channels} channels looked at, {resealed} sealed anew")));
    }
    let previous = boot::previous_master_key(config).map_err(failed)?.is_some();
    if left > 0 {
        let way_on = if previous {
            "start the server, which seals them anew with the one before it; where that one does not open them either enter"
        } else {
            "give the one before it, and start the server; where that one is lost enter"
        };
        return Err(failed(format!(
            "{left} secrets are not sealed under the master key: {way_on} the token and the app secret of each channel anew \
             (docs/backup.md)"
        )));
    }
    let note = if previous {
        "; the key before it may be taken away, once two days have passed since the server was started with the new one"
    } else {
        ""
    };
    let channels = if channels == 1 { "1 channel".to_owned() } else { format!("{channels} channels") };
    print(&format!("every secret is sealed under the master key ({channels}){note}\n"))
}

/// What the store says where no server runs.
fn counted(config: &Config) -> Result<Sealing, Failure> {
    let entropy = SystemEntropy::new();
    let key = made_master_key(config, &entropy)?;
    let only = SealingVault::new(&key, std::sync::Arc::new(entropy));
    block_on(async {
        let backends = Backends::open(config).await.map_err(failed)?;
        let counted = channels::count(&*backends.store, &only).await;
        backends.close().await;
        let (channels, left) = counted.map_err(failed)?;
        Ok(Sealing { done: true, channels, resealed: 0, left, key: key.fingerprint() })
    })?
}
