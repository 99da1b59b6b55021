//! The index and its threads: one that feeds it, a few that ask it.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use rustix::{process::setpriority_process, thread::gettid};
use switchboard_actors::House;
use switchboard_ports::{clock::Clock, search::Index};
use switchboard_search::{FINDERS, Finder, Shelves};
use tokio::sync::oneshot;

use super::Error;
use crate::{config::Config, search::Search};

/// The folder of indexes in the data folder.
pub(crate) const FOLDER: &str = "search";
/// How far what feeds search gives way to everything else on the machine, as `nice` counts.
const PRIORITY: i32 = 10;

/// The thread that feeds, and the way to stop it.
pub(crate) struct Feeds {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Feeds {
    /// Ends it: what it has not indexed it indexes after the next start. Blocks while it writes what it has begun.
    pub(crate) fn stop(self) {
        // Nobody listens any more where the thread has ended by itself.
        let _ended: Result<(), ()> = self.stop.send(());
        if self.thread.join().is_err() {
            tracing::error!("the thread that feeds search had died of a defect");
        }
    }
}

/// Starts everything that search takes.
///
/// # Errors
/// When the folder cannot be made, or there is no thread.
pub(crate) fn start(
    config: &Config,
    house: &House,
    clock: &Arc<dyn Clock>,
) -> Result<(Search, Feeds), Error> {
    let shelves = Shelves::open(config.store.path.join(FOLDER), Arc::clone(clock));
    let shelves = shelves.map_err(|error| Error::File { path: error.path, source: error.source })?;
    let index: Arc<dyn Index> = Arc::new(shelves);
    let finder = Finder::start(&index, FINDERS).map_err(|error| Error::system("thread", &error))?;
    let search = Search {
        finder,
        feeding: house.feeding(),
        within: Duration::from_millis(config.search.deadline_ms),
        clock: Arc::clone(clock),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .map_err(|error| Error::system("runtime", &error))?;
    let feeder = house.feeder(index);
    let thread = std::thread::Builder::new()
        .name("feed".to_owned())
        .spawn(move || {
            // What it starts has the same priority. Where that is not allowed it is as any other.
            if let Err(error) = setpriority_process(Some(gettid()), PRIORITY) {
                tracing::debug!(%error, "the thread that feeds search has the priority of all others");
            }
            runtime.block_on(feeder.run(async { drop(stopped.await) }));
        })
        .map_err(|error| Error::system("thread", &error))?;
    Ok((search, Feeds { stop, thread }))
}
