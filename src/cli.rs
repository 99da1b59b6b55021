//! The command line.

pub(crate) mod backup;
pub(crate) mod check;
pub(crate) mod consent;
pub(crate) mod demo;
pub(crate) mod documents;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod moving;
pub(crate) mod salvage;
pub(crate) mod serve;
pub(crate) mod simulator;
pub(crate) mod workspace;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Parser, Subcommand};

use switchboard_ports::clock::Entropy;
use switchboard_store::MasterKey;

use crate::{
    boot,
    config::{Config, StoreKind},
};

/// What others wrote, with its licences: written by `make licenses`.
const THIRD_PARTY: &str = include_str!("../THIRD-PARTY.txt");

/// One server through which a business talks with its customers and sees what they do.
#[derive(Debug, Parser)]
#[command(name = "switchboard", version)]
struct Cli {
    /// Settings in TOML; what it leaves out has its default. Environment variables win over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Say what is wrong with the settings, and whether each outside part answers.
    Check(check::Options),
    /// Bring the store's tables up to date.
    Migrate,
    /// Move everything from the embedded store into a cluster, or back, and compare it.
    Move(moving::Options),
    /// Make a backup, also while the server runs; prints its file.
    Backup(backup::BackupOptions),
    /// Verify a backup and put it into an empty data folder.
    Restore(backup::RestoreOptions),
    /// Save what still reads of a damaged database into a new one, and keep the damaged files aside.
    Salvage,
    /// What contacts want to hear: check an export of it, print the key that signs them.
    Consent {
        #[command(subcommand)]
        command: consent::Command,
    },
    /// The master key: change it, and see what is sealed under it.
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Workspaces.
    Workspace {
        #[command(subcommand)]
        command: Workspace,
    },
    /// Run a server with simulated providers and customers who write.
    Demo(demo::Options),
    /// Run the simulated provider alone, to try a server or a program against.
    Simulator(simulator::Options),
    /// Print what others wrote and this program contains, with its licences.
    Licenses,
    /// Print the API's document.
    #[command(hide = true)]
    Openapi,
    /// Print the schema of the socket's frames.
    #[command(hide = true)]
    SocketSchema,
}

#[derive(Debug, Subcommand)]
enum Workspace {
    /// Make a workspace with its owner; prints one line of JSON with its ids and an API key.
    Create(workspace::Options),
}

/// Does what the command line says: the whole program, from its arguments to its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let config = cli.config.as_deref();
    let done = match cli.command {
        Command::Serve => serve::run(config),
        Command::Check(options) => check::run(config, &options),
        Command::Migrate => migrate::run(config),
        Command::Move(options) => moving::run(config, &options),
        Command::Backup(options) => backup::create(config, options),
        Command::Restore(options) => backup::restore(config, &options),
        Command::Salvage => salvage::run(config),
        Command::Consent { command } => consent::run(config, &command),
        Command::Keys { command } => keys::run(config, &command),
        Command::Workspace { command: Workspace::Create(options) } => workspace::create(config, options),
        Command::Demo(options) => demo::run(config, options),
        Command::Simulator(options) => simulator::run(&options),
        Command::Licenses => print(THIRD_PARTY),
        Command::Openapi => documents::openapi().map_err(failed).and_then(|text| print(&text)),
        Command::SocketSchema => documents::socket_schema().map_err(failed).and_then(|text| print(&text)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when standard error is gone.
            drop(writeln!(io::stderr(), "{failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Why a command failed, for people.
pub(crate) type Failure = String;

/// Anything that can be said, as a failure.
pub(crate) fn failed(error: impl std::fmt::Display) -> Failure {
    format!("switchboard: {error}")
}

/// Writes to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}

/// Refuses a command that is about the file of the embedded store where rows are kept elsewhere.
///
/// # Errors
/// When they are.
pub(crate) fn needs_embedded(config: &Config) -> Result<(), Failure> {
    match config.store.kind {
        StoreKind::Embedded => Ok(()),
        StoreKind::Scylla => Err(failed(
            "this command is for the embedded store, and store.kind is \"scylla\": use the cluster's own means, see \
             docs/scylla.md",
        )),
    }
}

/// The master key of a server that has run. It makes it; one made by a command would be nobody's.
///
/// # Errors
/// When there is none, or it cannot be read.
pub(crate) fn made_master_key(config: &Config, entropy: &dyn Entropy) -> Result<MasterKey, Failure> {
    if !boot::has_master_key(config) {
        let path = config.store.path.join(boot::MASTER_KEY_FILE);
        return Err(failed(format!(
            "{}: there is no master key. Either no server has run here yet, or it is lost: put it back from where it is kept, \
             or make a new one with `switchboard keys renew` (docs/backup.md)",
            path.display()
        )));
    }
    boot::master_key(config, entropy).map_err(failed)
}

/// Runs something asynchronous to its end, for commands without a server.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    Ok(runtime.block_on(work))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_licences_that_must_come_along_do() {
        for words in ["Apache License", "SIL OPEN FONT LICENSE", "ring 0.17", "react 19", "SQLite"] {
            assert!(THIRD_PARTY.contains(words), "{words}");
        }
    }

    #[test]
    fn commands_read_as_documented() {
        assert!(Cli::try_parse_from(["switchboard", "serve", "--config", "x.toml"]).is_ok());
        for words in [
            "switchboard salvage --config x.toml",
            "switchboard check --deep",
            "switchboard move --to scylla",
            "switchboard move --to embedded --config x.toml",
            "switchboard consent verify consent.json",
            "switchboard consent verify consent.json --key 00ff",
            "switchboard consent key",
            "switchboard consent key --previous",
            "switchboard keys rotate",
            "switchboard keys status",
            "switchboard keys renew",
            "switchboard backup",
            "switchboard backup --to backups",
            "switchboard restore --from a.backup --into data",
            "switchboard restore --from a.backup --into data --master-key kept.key",
        ] {
            assert!(Cli::try_parse_from(words.split(' ')).is_ok(), "{words}");
        }
        let create =
            ["switchboard", "workspace", "create", "--name", "N", "--email", "a@b", "--password-stdin"];
        assert!(Cli::try_parse_from(create).is_ok());
        assert!(
            Cli::try_parse_from(&create[..7]).is_err(),
            "a password on the command line would be seen by others"
        );
    }
}
