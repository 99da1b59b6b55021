//! `switchboard move`: everything that is stored from one store into the other.

use std::{path::Path, sync::Arc};

use switchboard_ports::clock::{Clock, Entropy};
use switchboard_store::{
    Lifecycle as _, SystemClock, SystemEntropy, scylla,
    transfer::{self, Progress, Whole},
};

use super::{Failure, block_on, failed, print};
use crate::{
    boot::{IoThread, open_embedded, open_scylla},
    config::Config,
};

/// Rows after which it is said how far a table has come.
const TELL_EVERY: u64 = 100_000;

/// Where to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// From the file in the data folder into the cluster.
    Scylla,
    /// From the cluster into the file in the data folder.
    Embedded,
}

/// What is moved where.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The store to move to. Both are as the settings say, whatever `store.kind` is; large bodies and keys stay in the
    /// data folder.
    #[arg(long)]
    to: Target,
}

/// Moves everything and compares it; stopped, it goes on where it was when it is run again. No server may run.
pub(crate) fn run(config: Option<&Path>, options: &Options) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    if config.store.nodes.is_empty() {
        return Err(failed("store.nodes: must name a node of the cluster that is moved to or from"));
    }
    block_on(move_all(&config, options.to))?
}

async fn move_all(config: &Config, to: Target) -> Result<(), Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::new());
    let io = IoThread::start().map_err(failed)?;
    // It holds the lock of the data folder for both.
    let embedded = open_embedded(config, &clock).map_err(failed)?;
    let folder = &config.store.path;
    let node = scylla::Node::in_locked_folder(folder, &*entropy).map_err(failed)?;
    let cluster = open_scylla(config, node, &clock, &entropy, &io.handle).await.map_err(failed)?;
    let (from, into, target): (&dyn Whole, &dyn Whole, _) = match to {
        Target::Scylla => (
            &*embedded,
            &*cluster,
            format!("keyspace {} at {}", config.store.keyspace, config.store.nodes.join(", ")),
        ),
        Target::Embedded => (&*cluster, &*embedded, "the embedded store".to_owned()),
    };
    let mut told = 0;
    let mut tell = |progress| {
        let line = match progress {
            Progress::Copied(table, rows) if rows / TELL_EVERY != told => {
                told = rows / TELL_EVERY;
                format!("{table}: {rows} rows copied\n")
            }
            Progress::Copied(..) => return,
            Progress::Same(table, rows) => format!("{table}: {rows} rows, the same in both\n"),
        };
        // Who does not read how it goes does not stop it.
        drop(print(&line));
    };
    let moved = transfer::run(from, into, folder, &target, &*clock, &mut tell).await;
    cluster.close().await;
    embedded.close().await;
    io.stop();
    let rows = moved.map_err(failed)?;
    let kind = match to {
        Target::Scylla => "scylla",
        Target::Embedded => "embedded",
    };
    print(&format!("{rows} rows are in {target}; set store.kind to \"{kind}\"\n"))
}
