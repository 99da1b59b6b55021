//! The thread of those that follow the logs of all workspaces.

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use futures_util::{FutureExt as _, future::LocalBoxFuture};
use switchboard_actors::{
    House,
    follow::{Follower, Following},
};
use switchboard_schema::record::TenantRow;
use switchboard_store::transfer::Whole;
use tokio::sync::watch;

use super::Error;
use crate::everywhere::Everywhere;

/// Pause before the workspaces are read again that could not be.
const PAUSE: Duration = Duration::from_secs(5);

/// One that follows, until it is told to stop.
pub(crate) type Begin = Box<dyn FnOnce(watch::Receiver<bool>) -> LocalBoxFuture<'static, ()> + Send>;

/// The thread, and the way to stop it.
pub(crate) struct Followers {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

impl Followers {
    /// Starts all of them, and has them look at every workspace's log.
    ///
    /// # Errors
    /// When there is no thread.
    pub(crate) fn start(house: &House, store: &Arc<dyn Whole>, followers: Vec<Begin>) -> Result<Self, Error> {
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .map_err(|error| Error::system("runtime", &error))?;
        let (house, store) = (house.clone(), Arc::clone(store));
        let thread = std::thread::Builder::new()
            .name("follow".to_owned())
            .spawn(move || {
                let follow = followers.into_iter().map(|begin| begin(stopped.clone()));
                let follow = futures_util::future::join_all(follow);
                let look = async {
                    while let Err(why) = look_everywhere(&*store, &house).await {
                        tracing::warn!(
                            why,
                            "not every workspace's log could be looked into; it is tried again"
                        );
                        tokio::time::sleep(PAUSE).await;
                    }
                    std::future::pending::<()>().await;
                };
                let mut stopped = stopped.clone();
                runtime.block_on(async {
                    tokio::select! {
                        () = look => {}
                        _ = async { futures_util::join!(follow, stopped.wait_for(|stop| *stop)) } => {}
                    }
                });
            })
            .map_err(|error| Error::system("thread", &error))?;
        Ok(Self { stop, thread })
    }

    /// Ends them: what they have not taken in they take in after the next start.
    pub(crate) fn stop(self) {
        // Nobody listens any more where the thread has ended by itself.
        let _ended: Result<(), _> = self.stop.send(true);
        if self.thread.join().is_err() {
            tracing::error!("the thread of those that follow the logs had died of a defect");
        }
    }
}

/// Follows until the thread stops.
pub(crate) fn following<F: Follower>(following: Following<F>) -> Begin {
    Box::new(|mut stopped| {
        following.run(async move { drop(stopped.wait_for(|stop| *stop).await) }).boxed_local()
    })
}

/// Has every workspace's log looked into.
async fn look_everywhere(store: &dyn Whole, house: &House) -> Result<(), String> {
    let mut workspaces = Everywhere::<TenantRow>::of(store);
    while let Some(page) = workspaces.page().await? {
        page.into_iter().for_each(|(scope, _)| house.look_into_log(scope));
    }
    Ok(())
}
