//! `switchboard check`: key by key, what is wrong, and whether each outside part answers.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

use switchboard_ports::clock::Clock;
use switchboard_schema::{
    record::{CHANNELS, ChannelRow},
    table::Record as _,
};
use switchboard_store::{SealingVault, SystemClock, SystemEntropy, peek, s3, scylla};
use url::Url;

use super::{Failure, block_on, needs_embedded, print};
use crate::{
    boot::{self, admin, channels},
    config::{Config, MailKind, StoreKind},
};

/// How long an outside part may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// What was found for one key.
type Finding = Result<String, String>;

/// How closely to look.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Read the whole database: its structure, its indexes, every value. May be done while the server runs; takes
    /// about a minute for ten gigabytes.
    #[arg(long)]
    deep: bool,
}

/// Looks at everything; fails when something is wrong.
pub(crate) fn run(config: Option<&Path>, options: &Options) -> Result<(), Failure> {
    let config = match Config::load(config) {
        Ok(config) => config,
        Err(invalid) => {
            for wrong in &invalid.0 {
                report(&wrong.key, &Err(wrong.problem.clone()))?;
            }
            return Err(String::new());
        }
    };
    report("settings", &Ok("every key is known and has a value it may have".to_owned()))?;
    let runs = admin::ask(&config.store.path, &admin::Request::Ping);
    let mut findings = vec![
        ("store.path", data_folder(&config.store.path)),
        ("store.path (lock)", lock(&config.store.path, &runs)),
        ("http.listen", listen(config.http.listen, matches!(runs, Ok(Some(_))))),
        ("secrets.master_key", master_key(&config)),
        ("whatsapp.graph_url", reachable(&config.whatsapp.graph_url)),
    ];
    if config.whatsapp.rate_card.is_some() {
        let read = boot::rate_card(&config).map(|_| "it reads".to_owned());
        findings.push(("whatsapp.rate_card", read.map_err(|error| error.to_string())));
    }
    findings.extend(
        config.telemetry.otlp_endpoint.as_ref().map(|url| ("telemetry.otlp_endpoint", reachable(url))),
    );
    if config.store.kind == StoreKind::Scylla {
        let looked = block_on(scylla::look(&boot::cluster(&config)))?;
        findings.push(("store.nodes", looked.map_err(|error| error.to_string())));
    }
    if let Some(bucket) = config.blobs.bucket() {
        let finding = match block_on(s3::look(&bucket))? {
            Ok(()) => ("blobs.s3_bucket", Ok(format!("{} can be written and read", bucket.name))),
            Err(error) => (boot::bucket_key(&error), Err(error.to_string())),
        };
        findings.push(finding);
    }
    if matches!(config.mail.kind, MailKind::Smtp | MailKind::Resend) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let finding = match block_on(boot::post::look(&config, &clock))? {
            Ok(()) => ("mail.kind", Ok("mail would be taken".to_owned())),
            Err(wrong) => (wrong.key, Err(wrong.problem)),
        };
        findings.push(finding);
    }
    if options.deep {
        needs_embedded(&config)?;
        findings.push(("store.path (deep)", deep(&config.store.path)));
    }
    for (key, finding) in &findings {
        report(key, finding)?;
    }
    if findings.iter().all(|(_, finding)| finding.is_ok()) {
        Ok(())
    } else {
        Err("something is wrong".to_owned())
    }
}

fn report(key: &str, finding: &Finding) -> Result<(), Failure> {
    match finding {
        Ok(good) => print(&format!("ok     {key}: {good}\n")),
        Err(bad) => {
            // What the start says names the setting already.
            let bad = bad.strip_prefix(key).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(bad);
            print(&format!("wrong  {key}: {bad}\n"))
        }
    }
}

fn data_folder(path: &Path) -> Finding {
    fs::create_dir_all(path).map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
    let probe = path.join(".check");
    fs::write(&probe, b"check")
        .and_then(|()| fs::remove_file(&probe))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
    Ok(format!("{} can be written", path.display()))
}

/// Reads everything that is stored.
fn deep(path: &Path) -> Finding {
    let problems = switchboard_store::inspect(path).map_err(|error| error.to_string())?;
    if problems.is_empty() {
        return Ok("everything stored reads".to_owned());
    }
    Err(format!(
        "{} things do not read; put the last backup in its place (`switchboard restore`) or, where there is none, \
         save what still reads (`switchboard salvage`):\n       {}",
        problems.len(),
        problems.join("\n       ")
    ))
}

fn lock(path: &Path, runs: &std::io::Result<Option<admin::Answer>>) -> Finding {
    match runs {
        Ok(Some(_)) => Ok("held by a running server that answers".to_owned()),
        Ok(None) => {
            let Ok(file) = fs::File::open(path.join("switchboard.lock")) else {
                return Ok("free: no server has run here yet".to_owned());
            };
            match file.try_lock() {
                Ok(()) => Ok("free".to_owned()),
                Err(error) => Err(format!("held by a process that does not answer: {error}")),
            }
        }
        Err(error) => Err(format!("the admin socket there does not answer: {error}")),
    }
}

fn listen(address: SocketAddr, runs: bool) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Ok(format!("{address} is free")),
        Err(_) if runs && TcpStream::connect_timeout(&address, ANSWER_TIMEOUT).is_ok() => {
            Ok(format!("{address} answers: the running server's"))
        }
        Err(error) => Err(format!("{address} cannot be listened on: {error}")),
    }
}

/// Reads the key, and opens with it what the embedded store has sealed.
fn master_key(config: &Config) -> Finding {
    let rows = match config.store.kind {
        StoreKind::Embedded => peek(&config.store.path, &CHANNELS).map_err(|error| error.to_string())?,
        // What a cluster has, the server looks at when it starts.
        StoreKind::Scylla => Vec::new(),
    };
    let rows: Vec<_> = rows.into_iter().filter_map(|cells| ChannelRow::from_cells(cells).ok()).collect();
    let path = config.store.path.join(boot::MASTER_KEY_FILE);
    if !boot::has_master_key(config) {
        return match rows.iter().map(channels::sealed_in).sum() {
            0 => Ok(format!("will be made in {} on first start", path.display())),
            secrets => Err(boot::lost(secrets, &path)),
        };
    }
    let entropy = SystemEntropy::new();
    let key = boot::master_key(config, &entropy).map_err(|error| error.to_string())?;
    let previous = boot::previous_master_key(config).map_err(|error| error.to_string())?;
    let vault = SealingVault::new(&key, Arc::new(entropy)).opening(previous.as_ref());
    let where_it_is = match &config.secrets.master_key {
        Some(_) => "given".to_owned(),
        None => format!("in {}", path.display()),
    };
    match rows.iter().map(|row| channels::not_opened(row, &vault)).sum::<u64>() {
        0 => Ok(where_it_is),
        left => Err(format!(
            "{where_it_is}: {left} secrets of channels do not open under it: give the key that they were sealed under; \
             where it is lost enter the token and the app secret of each channel anew (docs/backup.md)"
        )),
    }
}

/// Does the host of an address take connections?
fn reachable(url: &Url) -> Finding {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses =
        (host.as_str(), port).to_socket_addrs().map_err(|error| format!("{host} has no address: {error}"))?;
    let mut last = format!("{host} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, ANSWER_TIMEOUT) {
            Ok(_) => return Ok(format!("{host}:{port} answers")),
            Err(error) => last = format!("{host}:{port} does not answer: {error}"),
        }
    }
    Err(last)
}
