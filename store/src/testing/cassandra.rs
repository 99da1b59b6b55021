//! A real CQL server for tests: Apache Cassandra from its jars, on this machine, in a folder that is deleted with
//! it. `scripts/jars cassandra` gets the jars.
//!
//! Each node has an address of its own in 127.0.0.0/8, taken by binding a port on it, so that several test
//! processes run side by side.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long a node may take to start; about 9 s on a quiet machine.
const START_MAX: Duration = Duration::from_secs(180);
/// How often a node is started, at most.
const START_TRIES: u32 = 6;
/// What its log says when the first node did not answer it in time.
const UNHEARD: &str = "Unable to contact any seeds";
/// Lines of its log that are shown when it does not.
const LOG_LINES: usize = 40;
/// How often its log is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// What its log says when it takes connections.
const STARTED: &str = "Startup complete";
/// Networks of nodes that are tried, each of which a test process takes as a whole.
const NETWORKS: std::ops::RangeInclusive<u8> = 10..=250;
/// The port whose binding on a network's last address takes the network for this process.
const TAKING_PORT: u16 = 7_100;
const CQL_PORT: u16 = 9_042;
const STORAGE_PORT: u16 = 7_000;
/// Memory of one node.
const HEAP_MIB: u32 = 512;

/// What Java 17 must be let do.
const EXPORTS: [&str; 7] = [
    "java.base/jdk.internal.misc",
    "java.base/jdk.internal.ref",
    "java.base/sun.nio.ch",
    "java.management.rmi/com.sun.jmx.remote.internal.rmi",
    "java.rmi/sun.rmi.registry",
    "java.rmi/sun.rmi.server",
    "java.sql/java.sql",
];
/// What Java 17 must let be looked into.
const OPENS: [&str; 16] = [
    "java.base/java.lang.module",
    "java.base/jdk.internal.loader",
    "java.base/jdk.internal.ref",
    "java.base/jdk.internal.reflect",
    "java.base/jdk.internal.math",
    "java.base/jdk.internal.module",
    "java.base/jdk.internal.util.jar",
    "jdk.management/com.sun.management.internal",
    "java.base/sun.nio.ch",
    "java.base/java.io",
    "java.base/java.lang",
    "java.base/java.lang.reflect",
    "java.base/java.nio",
    "java.base/java.util",
    "java.base/java.util.concurrent",
    "java.base/java.util.concurrent.atomic",
];

/// A running cluster of one or more nodes.
pub struct Cassandra {
    dir: TempDir,
    network: u8,
    /// Held so that no other process takes the network.
    _taken: TcpListener,
    nodes: Vec<Node>,
    /// Whom the nodes let in, and how.
    door: Door,
}

/// How a cluster is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Door {
    /// For everybody, and quick: what was acknowledged is lost when a node is killed soon after.
    Quick,
    /// For everybody.
    Open,
    /// Over TLS only, those with a password: at first [`FIRST_ROLE`].
    Guarded,
}

/// The role that a guarded cluster has at first, and its password.
pub const FIRST_ROLE: (&str, &str) = ("cassandra", "cassandra");
/// The file of a node's certificate.
const CERTIFICATE_FILE: &str = "certificate.pem";
/// The password of the file of a node's key.
const KEYS_PASSWORD: &str = "password";

struct Node {
    address: IpAddr,
    dir: PathBuf,
    /// A shell that ends the server when its standard input ends, which is when this process does, however that
    /// comes about.
    process: Option<Child>,
}

impl Cassandra {
    /// Starts a cluster of so many nodes, one after the other; blocks until all take connections.
    ///
    /// # Panics
    /// When the jars are not there or a node does not start; with the end of its log.
    #[must_use]
    pub fn start(nodes: u8) -> Self {
        Self::behind(Door::Open, nodes)
    }

    /// Starts a node that is quick, for tests that do it no harm: what was acknowledged may be lost when it is killed.
    ///
    /// # Panics
    /// As [`Cassandra::start`].
    #[must_use]
    pub fn start_quick() -> Self {
        Self::behind(Door::Quick, 1)
    }

    /// Starts a node that speaks TLS only and asks for a password.
    ///
    /// # Panics
    /// As [`Cassandra::start`].
    #[must_use]
    pub fn start_guarded() -> Self {
        Self::behind(Door::Guarded, 1)
    }

    fn behind(door: Door, nodes: u8) -> Self {
        let (network, taken) = NETWORKS
            .map(|network| (network, SocketAddr::from((Ipv4Addr::new(127, 77, network, 250), TAKING_PORT))))
            .find_map(|(network, address)| TcpListener::bind(address).ok().map(|taken| (network, taken)))
            .expect("a network of this machine's that no other test has taken");
        let dir = tempfile::Builder::new().prefix("switchboard-cassandra-").tempdir().expect("a folder");
        let mut cluster = Self { dir, network, _taken: taken, nodes: Vec::new(), door };
        for _ in 0..nodes {
            cluster.add();
        }
        cluster
    }

    /// Adds a node; blocks until it takes connections.
    ///
    /// # Panics
    /// As [`Cassandra::start`].
    pub fn add(&mut self) {
        let number = u8::try_from(self.nodes.len() + 1).expect("few nodes");
        let address = IpAddr::from([127, 77, self.network, number]);
        let dir = self.dir.path().join(number.to_string());
        let mut node = Node { address, dir, process: None };
        node.configure(&self.seed(), self.network, self.door);
        node.start();
        self.nodes.push(node);
    }

    /// Where clients connect, the first node first.
    #[must_use]
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| SocketAddr::new(node.address, CQL_PORT)).collect()
    }

    /// The certificate (PEM) of the first node of a guarded cluster, which it has signed itself.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.dir.path().join("1").join(CERTIFICATE_FILE)
    }

    /// Kills a node as a power cut does. The first is 0.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].signal("KILL");
        self.nodes[node].process = None;
    }

    /// Lets a node stand still, connections open, until [`Cassandra::thaw`].
    ///
    /// # Panics
    /// When there is no such node.
    pub fn freeze(&self, node: usize) {
        self.nodes[node].signal("STOP");
    }

    /// Lets a frozen node go on.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn thaw(&self, node: usize) {
        self.nodes[node].signal("CONT");
    }

    /// Starts a killed node again over its data; blocks until it takes connections.
    ///
    /// # Panics
    /// As [`Cassandra::start`].
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].start();
    }

    fn seed(&self) -> IpAddr {
        IpAddr::from([127, 77, self.network, 1])
    }
}

/// Makes a key and a certificate for an address, which it signs itself; gives the file with both, and the certificate
/// (PEM).
///
/// # Panics
/// When there is no `keytool`, which comes with Java.
#[must_use]
pub fn make_keys(dir: &Path, address: IpAddr) -> (PathBuf, PathBuf) {
    let (keys, certificate) = (dir.join("keys.p12"), dir.join(CERTIFICATE_FILE));
    let keytool = |arguments: &[&str]| {
        let mut command = Command::new("keytool");
        command.args(arguments).args(["-alias", "node", "-storepass", KEYS_PASSWORD, "-keystore"]).arg(&keys);
        assert!(command.output().is_ok_and(|output| output.status.success()), "there is `keytool`");
    };
    let made =
        ["-genkeypair", "-keyalg", "EC", "-dname", "CN=node", "-validity", "30", "-storetype", "PKCS12"];
    keytool(&[&made[..], &["-ext", &format!("san=ip:{address}")]].concat());
    keytool(&["-exportcert", "-rfc", "-file", &certificate.display().to_string()]);
    (keys, certificate)
}

impl Node {
    fn configure(&self, seed: &IpAddr, network: u8, door: Door) {
        let Self { address, dir, .. } = self;
        fs::create_dir_all(dir.join("conf")).expect("a folder");
        let data = dir.display();
        // Limits are those of ScyllaDB's defaults where Cassandra's are narrower: batches up to 1 MiB.
        let sync = match door {
            Door::Quick => "commitlog_sync: periodic\ncommitlog_sync_period: 10000ms",
            Door::Open | Door::Guarded => "commitlog_sync: batch",
        };
        let settings = format!(
            "cluster_name: switchboard-{network}\n\
             num_tokens: 16\n\
             partitioner: org.apache.cassandra.dht.Murmur3Partitioner\n\
             {sync}\n\
             endpoint_snitch: SimpleSnitch\n\
             seed_provider:\n\
             - class_name: org.apache.cassandra.locator.SimpleSeedProvider\n\
            \x20 parameters:\n\
            \x20 - seeds: \"{seed}\"\n\
             listen_address: {address}\n\
             rpc_address: {address}\n\
             native_transport_port: {CQL_PORT}\n\
             storage_port: {STORAGE_PORT}\n\
             data_file_directories: [\"{data}/data\"]\n\
             commitlog_directory: {data}/commitlog\n\
             saved_caches_directory: {data}/caches\n\
             hints_directory: {data}/hints\n\
             cdc_raw_directory: {data}/cdc\n\
             memtable_allocation_type: heap_buffers\n\
             auto_snapshot: false\n\
             batch_size_warn_threshold: 128KiB\n\
             batch_size_fail_threshold: 1024KiB\n"
        );
        let guard = match door {
            Door::Quick | Door::Open => String::new(),
            Door::Guarded => format!(
                "authenticator: PasswordAuthenticator\n\
                 client_encryption_options:\n\
                \x20 enabled: true\n\
                \x20 optional: false\n\
                \x20 keystore: {}\n\
                \x20 keystore_password: {KEYS_PASSWORD}\n",
                make_keys(dir, *address).0.display()
            ),
        };
        fs::write(dir.join("conf/cassandra.yaml"), settings + &guard).expect("its settings");
        let log = "<configuration><appender name=\"out\" class=\"ch.qos.logback.core.ConsoleAppender\">\
                   <encoder><pattern>%level %date %logger{0} %msg%n</pattern></encoder></appender>\
                   <root level=\"INFO\"><appender-ref ref=\"out\"/></root></configuration>";
        fs::write(dir.join("conf/logback.xml"), log).expect("its log's settings");
    }

    fn log(&self) -> String {
        let mut text = String::new();
        let read = File::open(self.dir.join("log")).and_then(|mut file| file.read_to_string(&mut text));
        drop(read);
        text
    }

    /// Starts the server; tries again when the first node was too busy to answer it in time.
    fn start(&mut self) {
        for _ in 1..START_TRIES {
            if self.comes_up() {
                return;
            }
            assert!(self.log().contains(UNHEARD), "Cassandra does not start: {}", self.complaints());
        }
        assert!(self.comes_up(), "Cassandra does not start: {}", self.complaints());
    }

    /// What its log says beyond the usual.
    fn complaints(&self) -> String {
        let log = self.log();
        let lines = log.lines().filter(|line| !line.starts_with("INFO") && !line.starts_with('\t'));
        // What went wrong is often said long before the end.
        lines.take(LOG_LINES).collect::<Vec<_>>().join("\n")
    }

    /// Starts the server once; false when it ended instead.
    fn comes_up(&mut self) -> bool {
        let Self { dir, .. } = self;
        let classes = format!("{}:{}/*", dir.join("conf").display(), super::jars("cassandra").display());
        let log = File::create(dir.join("log")).expect("its log");
        drop(fs::remove_file(dir.join("pid")));
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg("\"$@\" </dev/null & echo $! >\"$PID.new\"; mv \"$PID.new\" \"$PID\"; cat; kill -9 $!")
            .arg("sh");
        command.arg("java").arg(format!("-Xms{HEAP_MIB}m")).arg(format!("-Xmx{HEAP_MIB}m"));
        command.args(EXPORTS.iter().flat_map(|of| ["--add-exports".to_owned(), format!("{of}=ALL-UNNAMED")]));
        command.args(OPENS.iter().flat_map(|of| ["--add-opens".to_owned(), format!("{of}=ALL-UNNAMED")]));
        command
            .arg(format!("-Dcassandra.storagedir={}", dir.display()))
            // Native libraries are unpacked here, and go with the folder.
            .arg(format!("-Djava.io.tmpdir={}", dir.display()))
            .arg(format!("-Dorg.xerial.snappy.tempdir={}", dir.display()))
            .arg(format!("-Dcassandra.config=file://{}/conf/cassandra.yaml", dir.display()))
            .args([
                "-Dcassandra-foreground=yes",
                "-Dcassandra.skip_wait_for_gossip_to_settle=0",
                "-Dcassandra.ring_delay_ms=1000",
                "-Dcassandra.consistent.rangemovement=false",
                "-Dcassandra.superuser_setup_delay_ms=0",
                "-XX:+UseSerialGC",
            ])
            .arg("-cp")
            .arg(classes)
            .arg("org.apache.cassandra.service.CassandraDaemon")
            .env("PID", dir.join("pid"))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("its log"))
            .stderr(log);
        self.process = Some(command.spawn().expect("there is a shell and Java"));
        let begun = Instant::now();
        while !self.log().contains(STARTED) {
            let ended = self.pid().is_some_and(|pid| !Path::new("/proc").join(pid).exists());
            if ended || begun.elapsed() > START_MAX {
                return false;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        true
    }

    /// The server's process, once it was begun.
    fn pid(&self) -> Option<String> {
        fs::read_to_string(self.dir.join("pid")).ok().map(|pid| pid.trim().to_owned())
    }

    fn signal(&self, name: &str) {
        let pid = self.pid().expect("it was started");
        let sent = Command::new("kill").args(["-s", name, &pid]).status().expect("there is `kill`");
        assert!(sent.success(), "the node is gone");
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // The shell then kills the server and ends.
            if let Some(mut input) = process.stdin.take() {
                drop(input.flush());
            }
            drop(process.wait());
        }
    }
}
