//! What must be known about a server to drive it. Another server is another file and another [`Target`].

pub(crate) mod switchboard;

use std::{
    collections::HashMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use crate::error::{Error, loopback};

/// How long a server may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A kind of server.
pub(crate) trait Target: Send + Sync {
    /// What it is called in results.
    fn name(&self) -> String;

    /// Starts one with its data in a folder, new or used, and waits until it takes traffic.
    ///
    /// # Errors
    /// When it does not.
    fn start(&self, folder: &Path) -> Result<Server, Error>;

    /// Makes a workspace with one WhatsApp number. `index` is different for each.
    ///
    /// # Errors
    /// When the server refuses.
    fn tenant(&self, server: &Server, index: usize) -> Result<Tenant, Error>;

    /// Appends one HTTP request: a signed webhook with these messages.
    fn append_webhook(&self, tenant: &Tenant, messages: &[Inbound], out: &mut Vec<u8>);

    /// The HTTP request that opens an agent's socket.
    fn upgrade(&self, tenant: &Tenant) -> Vec<u8>;

    /// What the agent says first: send me everything, or everything after this position.
    fn subscribe(&self, since: Option<&Position>) -> String;

    /// What a text from the server says.
    fn hear(&self, text: &[u8]) -> Heard;

    /// The answer to [`Heard::Ping`].
    fn pong(&self) -> &'static str;

    /// Sockets that the server says it has closed because they did not read.
    ///
    /// # Errors
    /// When it does not say.
    fn closed_too_slow(&self, server: &Server) -> Result<u64, Error>;

    /// The messages that a workspace shows over its API: how often each mark is there.
    ///
    /// # Errors
    /// When the server does not answer as it must.
    fn stored(&self, server: &Server, tenant: &Tenant) -> Result<Stored, Error>;
}

/// A workspace with one number.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    /// The number's id at the provider.
    pub(crate) phone_number_id: String,
    /// The account's id at the provider.
    pub(crate) waba_id: String,
    /// The secret its webhooks are signed with.
    pub(crate) app_secret: String,
    /// Where its webhooks go.
    pub(crate) webhook_path: String,
    /// What an agent or a program shows to be let in.
    pub(crate) credential: String,
}

/// A customer's message that is to be sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inbound {
    /// Which customer.
    pub(crate) customer: u64,
    /// Makes its id its own; taken by chance, as real ids are.
    pub(crate) unique: u64,
    /// Its mark; see [`crate::marks`].
    pub(crate) mark: u64,
    /// When it was written, in seconds since 1970.
    pub(crate) at_s: i64,
}

/// A place in a workspace's stream of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Position {
    /// Which stream.
    pub(crate) epoch: String,
    /// The last event seen.
    pub(crate) offset: u64,
}

/// What a text from the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The stream goes on from here.
    Subscribed {
        /// The stream's head.
        at: Position,
        /// What was missed comes now; else it is not sent.
        resumed: bool,
    },
    /// Something happened.
    Event {
        /// Its place.
        offset: u64,
        /// The place of the event this socket got before.
        prev: u64,
        /// It is a customer's message, which has a mark.
        message: bool,
    },
    /// A sign of life is asked for.
    Ping,
    /// Nothing that matters here.
    Other,
}

/// Messages shown by a workspace.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// How often each mark is there.
    pub(crate) marks: HashMap<u64, u32>,
    /// Places in conversations where a number is left out or twice there.
    pub(crate) holes: u64,
}

/// A server that runs. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    /// Where it listens; always on this machine.
    pub(crate) address: SocketAddr,
    /// Its data.
    pub(crate) folder: PathBuf,
}

impl Server {
    /// Takes a process that listens.
    ///
    /// # Errors
    /// When it listens elsewhere than on this machine.
    pub(crate) fn new(mut child: Child, address: SocketAddr, folder: PathBuf) -> Result<Self, Error> {
        if let Err(error) = loopback(address) {
            drop(child.kill());
            drop(child.wait());
            return Err(error);
        }
        Ok(Self { child, address, folder })
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop (SIGTERM) and waits until it has; says how long that took.
    ///
    /// # Errors
    /// When it does not stop in time.
    pub(crate) fn stop(&mut self) -> Result<Duration, Error> {
        let begun = Instant::now();
        let pid = self.pid().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().map_err(Error::io("kill"))?;
        while begun.elapsed() < STOP_TIMEOUT {
            if self.child.try_wait().map_err(Error::io("waiting for the server"))?.is_some() {
                return Ok(begun.elapsed());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err(Error::Timeout("stopping the server", STOP_TIMEOUT.as_secs()))
    }

    /// Ends it at once (SIGKILL).
    ///
    /// # Errors
    /// When the system does not allow it.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        self.child.kill().and_then(|()| self.child.wait()).map(drop).map_err(Error::io("killing the server"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A folder that is removed in the end.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// A new one where temporary files go.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(crate) fn new() -> Result<Self, Error> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("loadtest-{}-{next}", std::process::id()));
        fs::create_dir(&path).map_err(Error::io(path.display().to_string()))?;
        Ok(Self(path))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left over is in the folder for temporary files.
        drop(fs::remove_dir_all(&self.0));
    }
}
