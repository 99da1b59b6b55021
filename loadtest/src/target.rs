//! What must be known about a server to drive it: Switchboard's is built in, any other's is a description.

pub(crate) mod described;
pub(crate) mod switchboard;

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{self, Child},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use switchboard_simulator::World;

use crate::{
    error::{Error, loopback},
    proc::{Involved, Part},
    scenarios::Scenario,
};

/// How long a server may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// How often it is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A kind of server.
pub(crate) trait Target: Send + Sync {
    /// What it is called in results.
    fn name(&self) -> &str;

    /// Why a scenario cannot be run against it; none where it can.
    fn lacks(&self, scenario: Scenario) -> Option<String>;

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

    /// Most workspaces of one server.
    fn tenants_max(&self) -> usize;

    /// Most messages of one webhook.
    fn batch_max(&self) -> usize;

    /// Appends one HTTP request: a signed webhook with these messages, at most [`Target::batch_max`].
    fn append_webhook(&self, tenant: &Tenant, messages: &[Inbound], out: &mut Vec<u8>);

    /// The HTTP request that opens an agent's socket.
    fn upgrade(&self, tenant: &Tenant) -> Vec<u8>;

    /// What the agent says first: send me everything, or everything after this position.
    fn first(&self, tenant: &Tenant, since: Option<&Position>) -> Vec<String>;

    /// Whether the server says when an agent is subscribed; else it is as soon as it has said its first.
    fn confirms(&self) -> bool;

    /// What stands between several messages in one frame; none where a frame is a message.
    fn separator(&self) -> Option<u8>;

    /// What a message from the server says.
    fn hear(&self, text: &[u8]) -> Heard;

    /// The answer to [`Heard::Asks`].
    fn answer(&self, which: usize) -> &str;

    /// The provider that the driver plays for it, where it does.
    fn provider(&self) -> Option<Involved>;

    /// How agents work at it, where that is known.
    fn inbox(&self) -> Option<&dyn Inbox>;

    /// Sockets that the server says it has closed because they did not read.
    ///
    /// # Errors
    /// When it does not say.
    fn closed_too_slow(&self, server: &Server) -> Result<u64, Error>;

    /// What a workspace shows over its API.
    ///
    /// # Errors
    /// When the server does not answer as it must.
    fn stored(&self, server: &Server, tenant: &Tenant) -> Result<Vec<Thread>, Error>;
}

/// An inbox at which agents work, and the provider behind it.
pub(crate) trait Inbox: Send + Sync {
    /// The provider.
    fn world(&self) -> &World;

    /// Lets the provider know a workspace's number, where its statuses go, and that its customers have written.
    ///
    /// # Errors
    /// When it does not take it.
    fn meet(&self, server: &Server, tenant: &Tenant, customers: u64) -> Result<(), Error>;

    /// Makes a person of a workspace and signs them in, as a browser does.
    ///
    /// # Errors
    /// When the server refuses.
    fn colleague(&self, server: &Server, tenant: &Tenant, place: usize) -> Result<Colleague, Error>;

    /// The HTTP request that opens their socket.
    fn upgrade(&self, colleague: &Colleague) -> Vec<u8>;

    /// A command as a frame's text. The key outlives the connection.
    fn command(&self, id: u64, key: &str, command: &Command<'_>) -> String;

    /// What a message from the server says to somebody at work.
    fn news(&self, text: &[u8]) -> News;
}

/// A person of a workspace who is signed in.
#[derive(Clone, Debug)]
pub(crate) struct Colleague {
    /// Their id.
    pub(crate) user_id: String,
    /// What their browser shows with each request, as `name=value`.
    pub(crate) cookie: String,
    /// The address of the page that opens their socket.
    pub(crate) origin: String,
}

/// What an agent has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command<'a> {
    /// Has read so many of the customer's messages.
    Read {
        /// Where.
        conversation: &'a str,
        /// How many.
        inbound_count: u64,
    },
    /// Takes a conversation.
    Assign {
        /// Which.
        conversation: &'a str,
        /// Who.
        user_id: &'a str,
    },
    /// Answers.
    Send {
        /// Where.
        conversation: &'a str,
        /// The words.
        body: &'a str,
    },
    /// Notes something for colleagues.
    Note {
        /// Where.
        conversation: &'a str,
        /// The words.
        body: &'a str,
    },
    /// Is done with it.
    Resolve {
        /// Which.
        conversation: &'a str,
    },
}

/// What a message from the server says to somebody at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// The stream goes on from here.
    Subscribed {
        /// The stream's head.
        at: Position,
        /// What was missed comes now.
        resumed: bool,
    },
    /// Something happened.
    Event {
        /// Its place.
        offset: u64,
        /// The place of the event this socket got before.
        prev: u64,
        /// What.
        what: Happened,
    },
    /// A command's end.
    Result {
        /// The command's.
        id: u64,
        /// The refusal's code, where it was refused.
        refused: Option<String>,
    },
    /// A sign of life is asked for; [`Target::answer`] has it.
    Asks(usize),
    /// Nothing that matters here.
    Other,
}

/// What happened in a workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Happened {
    /// A customer wrote.
    Received {
        /// Where.
        conversation: String,
        /// Messages of the customer so far.
        inbound_count: u64,
    },
    /// A colleague answered.
    Queued,
    /// A message of the house got further.
    Updated {
        /// The customer's phone has it.
        arrived: bool,
    },
    /// Something else.
    Else,
}

/// A workspace with one number.
#[derive(Clone, Debug, Default)]
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
    /// What a description's steps left behind, by name; a description uses nothing else.
    pub(crate) values: BTreeMap<String, String>,
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
    /// The same of a server whose events have no place; so no hole can be seen.
    Unplaced {
        /// It is a customer's message, which has a mark.
        message: bool,
    },
    /// A sign of life is asked for; [`Target::answer`] has it.
    Asks(usize),
    /// Nothing that matters here.
    Other,
}

/// A conversation as it is stored, in ascending order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread(pub(crate) Vec<Item>);

/// An item of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    /// Its number, gapless from 1.
    pub(crate) seq: u64,
    /// Its message's mark, where it has one.
    pub(crate) mark: Option<u64>,
    /// How far it got.
    pub(crate) state: String,
}

/// A server that runs. Dropping it kills it, where the driver started it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Option<Child>,
    /// What else belongs to it: its database, its broker.
    others: Vec<Involved>,
    name: String,
    /// Where it listens; always on this machine.
    pub(crate) address: SocketAddr,
    /// Its data.
    pub(crate) folder: PathBuf,
}

impl Server {
    /// Takes a process that listens, if the driver started it, and what else belongs to it.
    ///
    /// # Errors
    /// When it listens elsewhere than on this machine.
    pub(crate) fn new(
        name: &str,
        child: Option<Child>,
        others: Vec<Involved>,
        address: SocketAddr,
        folder: PathBuf,
    ) -> Result<Self, Error> {
        // Made first, so that a refused one is killed.
        let server = Self { child, others, name: name.to_owned(), address, folder };
        loopback(address)?;
        Ok(server)
    }

    /// Its processes, those of its database included.
    pub(crate) fn involved(&self) -> Vec<Involved> {
        let own = self
            .child
            .iter()
            .map(|child| Involved { name: self.name.clone(), part: Part::Server(child.id()) });
        own.chain(self.others.iter().cloned()).collect()
    }

    fn child(&mut self) -> Result<&mut Child, Error> {
        let name = &self.name;
        let not_ours = || Error::Setup(format!("{name} runs by itself: the driver does not end it"));
        self.child.as_mut().ok_or_else(not_ours)
    }

    /// Asks it to stop (SIGTERM) and waits until it has; says how long that took.
    ///
    /// # Errors
    /// When it does not stop in time.
    pub(crate) fn stop(&mut self) -> Result<Duration, Error> {
        let begun = Instant::now();
        let child = self.child()?;
        let pid = child.id().to_string();
        process::Command::new("kill").args(["-TERM", &pid]).status().map_err(Error::io("kill"))?;
        while begun.elapsed() < STOP_TIMEOUT {
            if child.try_wait().map_err(Error::io("waiting for the server"))?.is_some() {
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
        let child = self.child()?;
        child.kill().and_then(|()| child.wait()).map(drop).map_err(Error::io("killing the server"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended already.
            drop(child.kill());
            drop(child.wait());
        }
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
        let path = std::env::temp_dir().join(format!("loadtest-{}-{next}", process::id()));
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
