//! The server as a process.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::Value;
use switchboard_store::testing::cql::{self, Keyspace};
use tempfile::TempDir;
use tokio::sync::watch;

use super::{until, until_within};

/// How long a start may take: over a new cluster of three nodes it makes every table first, one after the other.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// The variable that says in which store the servers of all tests keep their rows.
const STORE_VARIABLE: &str = "IT_STORE";
/// Lines of the server's log that a failed test shows.
const LOG_LINES: usize = 40;

/// Where the server is, as long as it runs.
#[derive(Clone)]
pub(crate) struct Address(watch::Receiver<Option<String>>);

impl Address {
    /// Where it is, if it is up.
    pub(crate) fn if_up(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Where it is; waits while it is down.
    pub(crate) async fn now(&self) -> String {
        let mut address = self.0.clone();
        let found = super::soon("the server to be up", address.wait_for(Option::is_some)).await;
        found.expect("the server is there as long as its test").clone().expect("waited for")
    }
}

/// A server with a data folder of its own. Dropped, it is killed and everything is removed.
pub(crate) struct Server {
    /// Everything of this server's, removed with it.
    data: TempDir,
    /// Its data folder, in there.
    folder: PathBuf,
    settings: Vec<(String, String)>,
    child: Option<Child>,
    address: watch::Sender<Option<String>>,
    /// Where its rows are, unless they are in its folder; given back when it has ended.
    keyspace: Option<Keyspace>,
}

/// Where a server keeps its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// In a file of its data folder.
    Embedded,
    /// In a keyspace of a real CQL server.
    Scylla,
}

impl Rows {
    /// Where all tests keep them: `IT_STORE=scylla`, or in the data folder.
    pub(crate) fn usual() -> Self {
        let given = std::env::vars().find(|(name, _)| name == STORE_VARIABLE);
        match given.as_ref().map(|(_, value)| value.as_str()) {
            Some("scylla") => Self::Scylla,
            None | Some("embedded") => Self::Embedded,
            Some(other) => panic!("{STORE_VARIABLE} is `embedded` or `scylla`, not `{other}`"),
        }
    }
}

/// What `workspace create` printed, and what it was given.
#[derive(Clone)]
pub(crate) struct Workspace {
    pub(crate) api_key: String,
}

impl Server {
    /// Starts one on an empty folder. Settings are environment variables, without their prefix.
    pub(crate) async fn start(graph_url: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_over(Rows::usual(), graph_url, settings).await
    }

    /// Starts one that keeps its rows there.
    pub(crate) async fn start_over(rows: Rows, graph_url: &str, settings: &[(&str, &str)]) -> Self {
        let keyspace = match rows {
            Rows::Embedded => None,
            Rows::Scylla => Some(cql::keyspace().await),
        };
        let cluster = keyspace.as_ref().map(Keyspace::cluster);
        let nodes = cluster.map(|cluster| cluster.nodes.join(",")).unwrap_or_default();
        let store = cluster.map(|cluster| {
            [
                ("STORE__KIND", "scylla"),
                ("STORE__NODES", nodes.as_str()),
                ("STORE__KEYSPACE", cluster.keyspace.as_str()),
                ("STORE__REPLICATION_FACTOR", "1"),
            ]
        });
        let data = tempfile::Builder::new().prefix("switchboard-it-").tempdir().expect("a folder");
        let own =
            [("HTTP__LISTEN", "127.0.0.1:0"), ("LOG__LEVEL", "info"), ("WHATSAPP__GRAPH_URL", graph_url)];
        let folder = data.path().join("data");
        fs::create_dir(&folder).expect("a folder");
        let settings = own
            .iter()
            .chain(store.iter().flatten())
            .chain(settings)
            .map(|(name, value)| (format!("SWITCHBOARD__{name}"), (*value).to_owned()))
            .chain([("SWITCHBOARD__STORE__PATH".to_owned(), folder.display().to_string())])
            .collect();
        let address = watch::Sender::new(None);
        let mut server = Self { data, folder, settings, child: None, address, keyspace };
        server.boot().await;
        server
    }

    /// Where it is, also after it was started anew.
    pub(crate) fn address(&self) -> Address {
        Address(self.address.subscribe())
    }

    /// Starts it again on its folder, and waits until it takes traffic.
    pub(crate) async fn boot(&mut self) {
        assert!(self.child.is_none(), "it runs");
        // A killed server leaves the file behind.
        fs::remove_file(self.listen_file()).ok();
        let log = || File::options().create(true).append(true).open(self.log_file()).expect("a log file");
        // So that a limit on the size of its files is an error to it, and not its end.
        let mut command = self.command_of("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" serve", env!("CARGO_BIN_EXE_switchboard")]);
        let child = command.stdin(Stdio::null()).stdout(log()).stderr(log()).spawn();
        self.child = Some(child.expect("the server's binary runs"));
        let http = super::api::client();
        let address = until_within(READY_WITHIN, "the server to be ready", async || {
            self.check_alive();
            let address = fs::read_to_string(self.listen_file()).ok()?.trim().to_owned();
            let ready = http.get(format!("http://{address}/readyz")).send().await.ok()?;
            (ready.status() == 200).then_some(address)
        })
        .await;
        self.address.send_replace(Some(address));
    }

    /// Its data folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A path beside its data folder, removed with it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Lets it run on another data folder from its next start on.
    pub(crate) fn move_to(&mut self, folder: PathBuf) {
        self.set("STORE__PATH", &folder.display().to_string());
        self.folder = folder;
    }

    /// A setting, without its prefix.
    pub(crate) fn setting(&self, name: &str) -> Option<String> {
        let name = format!("SWITCHBOARD__{name}");
        self.settings.iter().rfind(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Changes a setting, from its next start on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let name = format!("SWITCHBOARD__{name}");
        self.settings.retain(|(known, _)| *known != name);
        self.settings.push((name, value.to_owned()));
    }

    /// Empties the keyspace of a server that does not run.
    pub(crate) async fn empty_keyspace(&self) {
        assert!(self.child.is_none(), "it runs");
        cql::empty(self.keyspace.as_ref().expect("it has one").cluster()).await;
    }

    /// Runs one of its commands, and kills it when there is a reason to; gives that, or nothing where it came to its
    /// end, which must be a good one.
    pub(crate) async fn run_until<T>(
        &self,
        arguments: &[&str],
        mut reason: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let mut child =
            self.command().args(arguments).stdout(Stdio::null()).spawn().expect("the command runs");
        until(&format!("{arguments:?} to end"), async || {
            if let Some(status) = child.try_wait().expect("the system tells of its processes") {
                assert!(status.success(), "{arguments:?}: {status}");
                return Some(None);
            }
            let reason = reason()?;
            child.kill().expect("it can be killed");
            child.wait().expect("it is waited for");
            Some(Some(reason))
        })
        .await
    }

    /// Runs one of its commands, which must go well; gives what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().expect("the command runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints text")
    }

    /// Runs one of its commands; gives what it printed, whether it went well or not.
    pub(crate) fn try_run(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().expect("the command runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs one of its commands, which must fail; gives everything it said.
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).output().expect("the command runs");
        assert!(!output.status.success(), "{arguments:?} went well");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    fn check_alive(&mut self) {
        let child = self.child.as_mut().expect("it was started");
        if let Some(status) = child.try_wait().expect("the system tells of its processes") {
            panic!("the server ended with {status}\n{}", self.log_tail());
        }
    }

    /// Ends it as a power cut does for the process.
    pub(crate) fn kill(&mut self) {
        self.address.send_replace(None);
        let mut child = self.child.take().expect("it runs");
        child.kill().expect("it can be killed");
        child.wait().expect("it is waited for");
    }

    /// Asks it to stop.
    pub(crate) fn ask_to_stop(&mut self) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().expect("there is `kill`");
        assert!(asked.success(), "it can be asked");
    }

    /// It takes no connections any more: the way down has begun.
    pub(crate) async fn stopping(&mut self) {
        until("the server to begin to stop", async || (!self.listen_file().exists()).then_some(())).await;
    }

    /// Waits until it has stopped.
    pub(crate) async fn stopped(&mut self) -> ExitStatus {
        self.address.send_replace(None);
        let mut child = self.child.take().expect("it runs");
        until("the server to stop", async || child.try_wait().expect("the system tells of its processes"))
            .await
    }

    /// Makes a workspace through the command line.
    pub(crate) fn workspace(&self, name: &str) -> Workspace {
        let (email, password) = (format!("owner@{name}.example"), "correct horse battery".to_owned());
        let mut command = self.command();
        command.args(["workspace", "create", "--name", name, "--email", &email, "--password-stdin"]);
        let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.expect("the command runs");
        let mut stdin = child.stdin.take().expect("a pipe");
        writeln!(stdin, "{password}").expect("it reads");
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let made: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
        let text = |name: &str| made[name].as_str().expect("it is a text").to_owned();
        Workspace { api_key: text("api_key") }
    }

    /// Limits the size to which the running server's files may grow, in bytes: from then on its disk takes
    /// nothing beyond; none lifts the limit.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let pid = self.child.as_ref().expect("it runs").id().to_string();
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let limited = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={limit}:")]).status();
        assert!(limited.expect("there is `prlimit`").success());
    }

    /// The server's program with its settings.
    fn command(&self) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_switchboard"))
    }

    fn command_of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    fn listen_file(&self) -> PathBuf {
        self.folder.join("listen")
    }

    fn log_file(&self) -> PathBuf {
        self.data.path().join("server.log")
    }

    /// Everything it has logged so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_tail(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }
}

impl Drop for Server {
    #[expect(clippy::print_stderr, reason = "a failed test shows what the server said last")]
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().ok();
            child.wait().ok();
        }
        if std::thread::panicking() {
            eprintln!("the server's log ends with:\n{}", self.log_tail());
        }
    }
}
