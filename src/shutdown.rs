//! The way down, in order: no new connections, requests finished, mail handed over, actors drained, then sockets closed with 1012 (both
//! are `House::drain`), traces handed over, the store closed. A second signal ends the process at once.

use std::{path::PathBuf, sync::Arc, time::Duration};

use actix::Arbiter;
use switchboard_actors::House;
use switchboard_store::Lifecycle;
use tokio::{
    signal::unix::{SignalKind, signal},
    time::Instant,
};

use crate::{
    boot::{
        IoThread, accept::Accepting, admin::Admin, backups::Backups, bodies::Bodies, files,
        followers::Followers, search::Feeds,
    },
    http::health::Health,
    mail::Post,
    telemetry,
};

/// How often it is looked whether requests have finished.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The share of the time that requests may take; the rest is for the actors.
const REQUESTS_SHARE: u32 = 2;
/// The share of what is left after these that mail may take which is being handed over.
const MAIL_SHARE: u32 = 4;
/// The exit status after a second signal.
const FORCED: i32 = 130;

/// What must be ended, in the order of its ending.
pub(crate) struct Down {
    /// Says that we take no traffic any more.
    pub(crate) health: Arc<Health>,
    /// Accept loops.
    pub(crate) accepting: Accepting,
    /// Actors.
    pub(crate) house: House,
    /// Mail that leaves.
    pub(crate) post: Post,
    /// The store.
    pub(crate) store: Arc<dyn Lifecycle>,
    /// Large bodies.
    pub(crate) bodies: Bodies,
    /// The arbiters' threads.
    pub(crate) arbiters: Vec<Arbiter>,
    /// The providers' clients.
    pub(crate) io: IoThread,
    /// Timers.
    pub(crate) timers: Vec<tokio::task::JoinHandle<()>>,
    /// The daily backups, unless none are wanted.
    pub(crate) backups: Option<Backups>,
    /// What feeds search.
    pub(crate) feeds: Feeds,
    /// What else follows the logs.
    pub(crate) followers: Followers,
    /// The admin socket.
    pub(crate) admin: Admin,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// How long requests and actors may take together.
    pub(crate) within: Duration,
}

/// Waits for SIGTERM or SIGINT. From then on another one ends the process at once.
///
/// # Errors
/// When the system takes no handler.
pub(crate) async fn asked() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("asked to stop; a second signal stops at once");
    drop(actix::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::warn!("stopped at once");
        std::process::exit(FORCED);
    }));
    Ok(())
}

impl Down {
    /// Ends everything in order.
    pub(crate) async fn run(self) {
        let deadline = Instant::now() + self.within;
        self.health.set_ready(false);
        self.admin.stop();
        files::remove_listen(&self.data);
        self.accepting.stop();
        let requests_until = Instant::now() + self.within / REQUESTS_SHARE;
        while self.accepting.serving() > 0 && Instant::now() < requests_until {
            tokio::time::sleep(LOOK_EVERY).await;
        }
        if self.accepting.serving() > 0 {
            tracing::warn!(connections = self.accepting.serving(), "requests did not finish in time");
        }
        for timer in &self.timers {
            timer.abort();
        }
        if let Some(backups) = self.backups {
            backups.stop();
        }
        self.followers.stop();
        self.post.close(deadline.saturating_duration_since(Instant::now()) / MAIL_SHARE).await;
        self.house.drain(deadline.saturating_duration_since(Instant::now())).await;
        self.feeds.stop();
        telemetry::end_traces(deadline.saturating_duration_since(Instant::now())).await;
        self.store.close().await;
        self.bodies.close().await;
        self.io.stop();
        for arbiter in self.arbiters {
            arbiter.stop();
            drop(arbiter.join());
        }
        tracing::info!("stopped");
    }
}
