//! What scenarios share: a server with workspaces, sending, measuring, doing it again.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    error::Error,
    marks::Marks,
    options::Run,
    proc::{self, Cost, Involved, Moment},
    report::{Attempt, Row},
    requests::{Plan, Requests},
    scenarios::Scenario,
    senders::{Gate, Load, Pace, Sent},
    sockets::{Counted, Fleet},
    target::{Folder, Server, Target, Tenant},
};

/// Messages of one request before anything is measured.
const WARM_BATCH: usize = 100;
/// Connections then.
const WARM_CONNECTIONS: usize = 8;
/// Messages made at a time then.
const WARM_MESSAGES: u64 = 200_000;
/// How long sending them may take.
const WARM_TIMEOUT: Duration = Duration::from_secs(600);
/// How long sockets may take for what is still under way when sending ends.
const DELIVER_TIMEOUT: Duration = Duration::from_secs(15);
/// Files that are open besides sockets.
const FILES_BESIDES: u64 = 200;

/// The options, and the server's kind.
pub(crate) struct Bench {
    /// The options.
    pub(crate) run: Run,
    /// What is driven.
    pub(crate) target: Arc<dyn Target>,
    /// No mark is given twice.
    next_mark: AtomicU64,
}

/// A server with workspaces, in a folder of its own.
pub(crate) struct Site {
    /// The server. Dropped before its folder.
    pub(crate) server: Server,
    /// Its workspaces.
    pub(crate) tenants: Arc<[Tenant]>,
    folder: Folder,
    /// The provider that the driver plays for it.
    provider: Option<Involved>,
}

impl Site {
    /// Everybody whose CPU is counted under a name of its own.
    pub(crate) fn involved(&self) -> Vec<Involved> {
        self.server.involved().into_iter().chain(self.provider.clone()).collect()
    }

    /// The folder, kept; for a server that is to be started in it again.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Errors that the server wrote into its log: how many, and the first of them.
    pub(crate) fn logged_errors(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        let errors: Vec<&str> =
            log.lines().filter(|line| line.contains("\"ERROR\"") || line.contains("panicked")).collect();
        match errors.first() {
            Some(first) => vec![format!("{} errors in the server's log, first: {first}", errors.len())],
            None => Vec::new(),
        }
    }
}

/// How messages are sent in a measured run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traffic {
    /// Requests, at most.
    pub(crate) count: usize,
    /// Messages of each.
    pub(crate) batch: usize,
    /// Conversations of each workspace.
    pub(crate) conversations: u64,
    /// How fast.
    pub(crate) pace: Pace,
    /// Connections.
    pub(crate) connections: usize,
    /// How long.
    pub(crate) within: Duration,
    /// Messages that may be under way to sockets, and the sockets of each message.
    pub(crate) window: Option<(u64, u64)>,
}

/// What a measured run brought.
pub(crate) struct Measured {
    /// What was sent.
    pub(crate) sent: Sent,
    /// Messages of the webhooks that were taken.
    pub(crate) stored: u64,
    /// What arrived.
    pub(crate) heard: Counted,
    /// From the start that was meant to the socket.
    pub(crate) to_socket: crate::stats::Latencies,
    /// What it used.
    pub(crate) cost: Cost,
}

impl Measured {
    /// How many messages were stored a second.
    pub(crate) fn stored_per_second(&self) -> f64 {
        self.stored as f64 / self.sent.lasted.as_secs_f64()
    }

    /// A run's figures, begun: what it used and what was not right.
    pub(crate) fn attempt(&self) -> Attempt {
        let mut defects = self.sent.defects();
        defects.extend(self.heard.defects());
        Attempt { cost: self.cost.clone(), defects, ..Attempt::default() }
    }
}

impl Bench {
    /// Before the first scenario.
    pub(crate) fn new(run: Run, target: Arc<dyn Target>) -> Self {
        Self { run, target, next_mark: AtomicU64::new(1) }
    }

    /// Marks that nobody has had before; the first of them.
    pub(crate) fn marks(&self, count: usize) -> u64 {
        self.next_mark.fetch_add(count as u64, Ordering::Relaxed)
    }

    /// A new server with workspaces.
    ///
    /// # Errors
    /// When it does not start, or refuses.
    pub(crate) fn site(&self, tenants: usize) -> Result<Site, Error> {
        let tenants_max = self.target.tenants_max();
        if tenants > tenants_max {
            let name = self.target.name();
            return Err(Error::Setup(format!(
                "{tenants} workspaces are needed, and {name} has at most {tenants_max}"
            )));
        }
        let folder = Folder::new()?;
        let server = self.target.start(folder.path())?;
        let tenants =
            (0..tenants).map(|index| self.target.tenant(&server, index)).collect::<Result<Arc<[_]>, _>>()?;
        Ok(Site { server, tenants, folder, provider: self.target.provider() })
    }

    /// Sockets of a site, none yet.
    ///
    /// # Errors
    /// When as many are not allowed, or threads do not start.
    pub(crate) fn fleet(&self, site: &Site, sockets: u64) -> Result<Fleet, Error> {
        let allowed = proc::open_files_max()?;
        if sockets + FILES_BESIDES > allowed {
            let needed = sockets + FILES_BESIDES;
            return Err(Error::Setup(format!(
                "{sockets} sockets need {needed} open files in server and driver each, {allowed} are allowed: raise \
                 it with `ulimit -n {needed}`"
            )));
        }
        Fleet::start(&self.target, site.server.address, &site.tenants, self.run.socket_threads)
    }

    /// Requests with messages that nobody has sent before.
    pub(crate) fn requests(
        &self,
        tenants: &[Tenant],
        count: usize,
        batch: usize,
        conversations: u64,
        in_turn: bool,
    ) -> Requests {
        let first_mark = self.marks(count * batch);
        Requests::new(&*self.target, tenants, Plan { count, batch, conversations, in_turn, first_mark })
    }

    /// Stores messages before anything is measured, spread evenly: at least one in each conversation.
    ///
    /// # Errors
    /// When not all are taken.
    pub(crate) fn prefill(&self, site: &Site, messages: u64, conversations: u64) -> Result<(), Error> {
        let tenants = site.tenants.len() as u64;
        let batch = WARM_BATCH.min(self.target.batch_max());
        // Each workspace gets whole requests, so that each of its conversations is there.
        let each = messages.max(conversations).div_ceil(batch as u64);
        let mut left = each * tenants * batch as u64;
        while left > 0 {
            let now = left.min(WARM_MESSAGES.max(each.min(50) * tenants * batch as u64));
            let count = now.div_ceil(batch as u64);
            let requests = self.requests(&site.tenants, count as usize, batch, conversations, true);
            let sent = Load {
                address: site.server.address,
                requests: &requests,
                connections: WARM_CONNECTIONS,
                pace: Pace::Closed,
                origin: Instant::now(),
                within: WARM_TIMEOUT,
                marks: None,
                gate: None,
                stop: &AtomicBool::new(false),
            }
            .run()?;
            if sent.ok != requests.count() as u64 {
                let what = sent.defects().join(", ");
                return Err(Error::server(format!("not everything was taken before measuring: {what}")));
            }
            left = left.saturating_sub(requests.messages() as u64).min(left - 1);
        }
        Ok(())
    }

    /// Sends and measures. With a fleet, also waits until every socket has got what it must.
    ///
    /// # Errors
    /// When something cannot be measured.
    pub(crate) fn measure(
        &self,
        site: &Site,
        fleet: Option<(&Fleet, u64)>,
        traffic: Traffic,
    ) -> Result<Measured, Error> {
        let requests =
            self.requests(&site.tenants, traffic.count, traffic.batch, traffic.conversations, false);
        let before = fleet.map(|(fleet, _)| fleet.counters.now()).unwrap_or_default();
        let involved = site.involved();
        let begin = Moment::now(&involved)?;
        let origin = Instant::now();
        let marks = Arc::new(Marks::new(origin, requests.first_mark, requests.messages()));
        if let Some((fleet, _)) = fleet {
            fleet.watch(&marks)?;
        }
        let gate = fleet.zip(traffic.window).map(|((fleet, _), (window, sockets_each))| Gate {
            delivered: &fleet.counters.messages,
            before: before.messages,
            sockets_each,
            window,
        });
        let load = Load {
            address: site.server.address,
            requests: &requests,
            connections: traffic.connections,
            pace: traffic.pace,
            origin,
            within: traffic.within,
            marks: Some(&marks),
            gate,
            stop: &AtomicBool::new(false),
        };
        let sent = load.run()?;
        let stored = sent.ok * traffic.batch as u64;
        let mut missing = 0;
        if let Some((fleet, sockets_each)) = fleet {
            let expected = before.messages + stored * sockets_each;
            fleet.until(DELIVER_TIMEOUT, |now| now.messages >= expected);
            missing = expected.saturating_sub(fleet.counters.now().messages);
        }
        let cost = begin.until(&Moment::now(&involved)?, proc::cores());
        let (heard, to_socket) = match fleet {
            Some((fleet, _)) => (fleet.counters.now().since(before), fleet.collect()?),
            None => Default::default(),
        };
        let mut measured = Measured { sent, stored, heard, to_socket, cost };
        measured.sent.undelivered = missing;
        Ok(measured)
    }

    /// Does something as often as asked for, and again until a run is counted, within limits; the best is taken.
    ///
    /// # Errors
    /// When one of the runs cannot be measured.
    pub(crate) fn repeat(
        &self,
        scenario: Scenario,
        case: impl Into<String>,
        mut once: impl FnMut() -> Result<Attempt, Error>,
    ) -> Result<Row, Error> {
        let mut attempts: Vec<Attempt> = Vec::new();
        let counted = |attempts: &[Attempt]| attempts.iter().filter(|one| one.cost.is_counted()).count();
        while !self.run.is_enough(attempts.len() as u64, counted(&attempts) as u64) {
            attempts.push(once()?);
        }
        Ok(Row::best(self.target.name(), scenario.name(), case, &attempts))
    }
}
