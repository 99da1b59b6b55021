//! The command line.

use std::{path::PathBuf, time::Duration};

use crate::{error::Error, scenarios::Scenario};

/// Drives a server of this machine with load and measures what it costs.
#[derive(Debug, clap::Parser)]
#[command(name = "loadtest", version)]
pub(crate) struct Options {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Start the server in a folder of its own, run scenarios, print a table and write a file.
    Run(Run),
}

/// How to run.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Run {
    /// The server's binary; without it, `switchboard` next to this one.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// Scenarios to run, separated by commas or repeated; without it, all.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) scenario: Vec<Scenario>,
    /// Seconds of one measured run.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Folder for the file of results.
    #[arg(long, default_value = "bench-results")]
    pub(crate) out: PathBuf,
    /// Runs of each case; the least CPU of the clean ones counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) repeats: u64,
    /// Messages a second of `webhook-steady`.
    #[arg(long, value_delimiter = ',', default_values_t = [100, 200, 600])]
    pub(crate) rates: Vec<u64>,
    /// Messages stored before webhooks are measured.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=10_000_000))]
    pub(crate) prefill: u64,
    /// Conversations over which messages are spread by chance.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) conversations: u64,
    /// Sockets of `fan-out` in one workspace.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) fan_sockets: u64,
    /// Workspaces of `fan-out` with ten sockets each.
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) fan_tenants: u64,
    /// Sockets of `idle-sockets`.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) idle_sockets: u64,
    /// Sockets of `reconnect-storm`.
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) storm_sockets: u64,
    /// Threads that read sockets.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=16))]
    pub(crate) socket_threads: u64,
    /// Connections of the closed loop, each with a thread.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=256))]
    pub(crate) connections: u64,
}

impl Run {
    /// The time of one measured run.
    pub(crate) const fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The server's binary.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn server_path(&self) -> Result<PathBuf, Error> {
        let path = match &self.server {
            Some(path) => path.clone(),
            None => std::env::current_exe()
                .map_err(Error::io("the path of this program"))?
                .with_file_name("switchboard"),
        };
        if path.is_file() {
            return Ok(path);
        }
        let hint = "build it with `cargo build --release -p switchboard`, or name it with --server";
        Err(Error::Setup(format!("there is no server at {}: {hint}", path.display())))
    }
}
