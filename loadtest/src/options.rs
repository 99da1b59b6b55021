//! The command line.

use std::{path::PathBuf, time::Duration};

use crate::{error::Error, scenarios::Scenario, target::switchboard};

/// Slowest thinking: a hundred times the usual.
const PACE_MAX: f64 = 100.0;

/// Drives a server of this machine with load and measures what it costs.
#[derive(Debug, clap::Parser)]
#[command(name = "loadtest", version)]
pub struct Options {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Start the server in a folder of its own, run scenarios, print a table and write a file.
    Run(Box<Run>),
}

/// How to run.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Run {
    /// What is measured: `switchboard`, or the file that describes another server. Repeated: each scenario is run
    /// against all, one after the other, and the table has them side by side.
    #[arg(long, default_value = switchboard::NAME)]
    pub(crate) target: Vec<PathBuf>,
    /// Switchboard's binary, which descriptions know as `${server}`; without it, `switchboard` next to this one.
    #[arg(long)]
    pub(crate) server: Option<PathBuf>,
    /// A value for descriptions, such as the path of a program: `--value centrifugo=/opt/centrifugo`.
    #[arg(long = "value", value_name = "NAME=VALUE", value_parser = named_value)]
    pub(crate) values: Vec<(String, String)>,
    /// Scenarios to run, separated by commas or repeated; without it, all.
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) scenario: Vec<Scenario>,
    /// Seconds of one measured run.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) seconds: u64,
    /// Folder for the file of results.
    #[arg(long, default_value = "bench-results")]
    pub(crate) out: PathBuf,
    /// Runs of each case; the least CPU of the counted ones is taken. A run is counted when other processes used less
    /// than a tenth of the cores.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) repeats: u64,
    /// How often that many runs are tried, at most, until one is counted.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=20))]
    pub(crate) tries: u64,
    /// Do not run again what was not counted; it still says so.
    #[arg(long)]
    pub(crate) accept_noise: bool,
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
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) storm_sockets: u64,
    /// Threads that read sockets.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=16))]
    pub(crate) socket_threads: u64,
    /// Connections of the closed loop, each with a thread.
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=256))]
    pub(crate) connections: u64,
    /// Workspaces of the inbox scenarios; a storm needs another beside it.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..=100))]
    pub(crate) workspaces: u64,
    /// Agents of each of them.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(2..=100))]
    pub(crate) agents: u64,
    /// Customers' messages a second of the inbox scenarios, over all workspaces; in the storm one has ten times that.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    pub(crate) inbox_rate: u64,
    /// Factor on the agents' thinking: 1 is some seconds between a message and its answer.
    #[arg(long, default_value_t = 1.0, value_parser = pace)]
    pub(crate) pace: f64,
}

/// Reads a value with its name.
fn named_value(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text} is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Reads a factor on pauses.
fn pace(text: &str) -> Result<f64, String> {
    let refused = || format!("{text} is not a number from 0 to {PACE_MAX}");
    text.parse().ok().filter(|pace| (0.0..=PACE_MAX).contains(pace)).ok_or_else(refused)
}

impl Run {
    /// The time of one measured run.
    pub(crate) const fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// Whether a case has had its runs: as many as asked for, and then more until one is counted, if that is wished.
    pub(crate) const fn is_enough(&self, runs: u64, counted: u64) -> bool {
        let tries = if self.accept_noise { 1 } else { self.tries };
        runs >= self.repeats && (counted > 0 || runs >= self.repeats * tries)
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

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn run(arguments: &[&str]) -> Run {
        let all = ["loadtest", "run"].iter().chain(arguments);
        let Options { command: Command::Run(run) } = Options::try_parse_from(all).unwrap();
        *run
    }

    #[test]
    fn a_case_is_run_again_until_a_run_is_counted_and_no_more_often_than_allowed() {
        let usual = run(&["--repeats", "2", "--tries", "3"]);
        for (runs, counted, enough) in [
            (0, 0, false),
            (1, 1, false),
            (2, 1, true),
            (2, 0, false),
            (3, 1, true),
            (5, 0, false),
            (6, 0, true),
        ] {
            assert_eq!(usual.is_enough(runs, counted), enough, "{runs} runs, {counted} counted");
        }
        let noisy = run(&["--repeats", "2", "--accept-noise"]);
        assert!(!noisy.is_enough(1, 0));
        assert!(noisy.is_enough(2, 0));
    }

    #[test]
    fn thinking_has_a_factor_within_bounds() {
        assert!((run(&["--pace", "0.5"]).pace - 0.5).abs() < f64::EPSILON);
        for wrong in ["-1", "101", "NaN", "x"] {
            assert!(pace(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn without_a_target_it_is_our_own_server() {
        assert_eq!(run(&[]).target, [PathBuf::from("switchboard")]);
        assert_eq!(run(&["--target", "a.toml", "--target", "switchboard"]).target.len(), 2);
    }
}
