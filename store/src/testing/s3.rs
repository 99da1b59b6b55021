//! A real S3 server for tests: S3Proxy from its jars, on this machine, over a folder that is deleted with it. It checks
//! signatures as S3 does. `scripts/jars s3proxy` gets the jars.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use secrecy::SecretString;
use tempfile::TempDir;
use url::Url;

use super::jars;
use crate::s3::Bucket;

/// How long it may take to start; about 2 s on a quiet machine.
const START_MAX: Duration = Duration::from_secs(60);
/// How often it is started, at most: another process may take its port first.
const START_TRIES: u32 = 4;
/// How often it is looked whether it answers.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Memory.
const HEAP_MIB: u32 = 128;
const ACCESS_KEY: &str = "access-key-for-tests";
const SECRET_KEY: &str = "secret-key-for-tests";

/// A running server.
pub struct S3Server {
    dir: TempDir,
    address: SocketAddr,
    /// A shell that ends the server when its standard input ends, which is when this process does, however that
    /// comes about.
    process: Option<Child>,
    made: AtomicU64,
}

impl S3Server {
    /// Starts one; blocks until it takes connections.
    ///
    /// # Panics
    /// When the jars are not there or it does not start; with the end of its log.
    #[must_use]
    pub fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("switchboard-s3-").tempdir().expect("a folder");
        fs::create_dir(dir.path().join("data")).expect("a folder");
        let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let mut server = Self { dir, address: nowhere, process: None, made: AtomicU64::default() };
        for _ in 0..START_TRIES {
            let free = TcpListener::bind(nowhere).and_then(|listener| listener.local_addr());
            server.address = free.expect("a free port");
            if server.boot() {
                return server;
            }
        }
        let log = fs::read_to_string(server.dir.path().join("log")).unwrap_or_default();
        panic!("the S3 server does not start:\n{log}");
    }

    /// The one that the tests of this process share; started by whoever asks first, and gone with the process.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<S3Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn boot(&mut self) -> bool {
        let dir = self.dir.path();
        let settings = format!(
            "s3proxy.endpoint=http://{}\n\
             s3proxy.authorization=aws-v2-or-v4\n\
             s3proxy.identity={ACCESS_KEY}\n\
             s3proxy.credential={SECRET_KEY}\n\
             jclouds.provider=filesystem-nio2\n\
             jclouds.identity=unused\n\
             jclouds.credential=unused\n\
             jclouds.filesystem.basedir={}\n",
            self.address,
            dir.join("data").display()
        );
        fs::write(dir.join("s3proxy.conf"), settings).expect("its settings");
        fs::write(dir.join("logback.xml"), LOGBACK).expect("its settings");
        let log = File::create(dir.join("log")).expect("its log");
        let process = Command::new("sh")
            .arg("-c")
            .arg("\"$@\" </dev/null & cat; kill -9 $!")
            .arg("sh")
            .args(["java", &format!("-Xmx{HEAP_MIB}m"), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"])
            .arg(format!("-Djava.io.tmpdir={}", dir.display()))
            .arg(format!("-Dlogback.configurationFile={}", dir.join("logback.xml").display()))
            .arg("-cp")
            .arg(format!("{}/*", jars("s3proxy").display()))
            .args(["org.gaul.s3proxy.Main", "--properties"])
            .arg(dir.join("s3proxy.conf"))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("its log"))
            .stderr(log)
            .spawn()
            .expect("there is a shell and Java");
        self.process = Some(process);
        let begun = Instant::now();
        while begun.elapsed() < START_MAX {
            if TcpStream::connect(self.address).is_ok() {
                return true;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        self.stop();
        false
    }

    /// Ends it as a power cut does. Its folder stays.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            drop(process.wait());
        }
    }

    /// Starts it again where it was.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start_again(&mut self) {
        assert!(self.boot(), "it starts again");
    }

    /// A new bucket, and keys that may do everything in it.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn bucket(&self) -> Bucket {
        let name = format!("bucket-{}", self.made.fetch_add(1, Ordering::Relaxed));
        fs::create_dir(self.folder(&name)).expect("a bucket");
        Bucket {
            endpoint: Url::parse(&format!("http://{}", self.address)).expect("an address"),
            name,
            region: "us-east-1".to_owned(),
            access_key: ACCESS_KEY.to_owned(),
            secret_key: SecretString::from(SECRET_KEY),
        }
    }

    /// Where the objects of a bucket are files.
    #[must_use]
    pub fn folder(&self, bucket: &str) -> PathBuf {
        Path::new(self.dir.path()).join("data").join(bucket)
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// It says at length what it does, unless told not to.
const LOGBACK: &str = r#"<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%level %msg%n</pattern></encoder></appender>
  <root level="warn"><appender-ref ref="out"/></root>
</configuration>
"#;
