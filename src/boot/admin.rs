//! The admin socket in the data folder: how commands on the same machine reach a running server.
//!
//! One request and one answer a connection, each a line of JSON. Whoever may open the socket may do
//! everything: only the server's own user may.

use std::{
    fs::{self, Permissions},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    os::unix::{fs::PermissionsExt as _, net::UnixStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use switchboard_schema::wire::CreatedWorkspace;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
    sync::Semaphore,
};

use super::channels::{Sealing, Watched};
use crate::access::{Accounts, accounts::NewWorkspace};

/// The socket's file.
const SOCKET_FILE: &str = "admin.sock";
/// Longest path of a socket that systems take, in bytes, with room for the final zero.
const PATH_BYTES_MAX: usize = 100;
/// Longest request, in bytes.
const REQUEST_BYTES_MAX: u64 = 64 * 1_024;
/// Commands worked on at a time.
const COMMANDS_MAX: usize = 8;
/// How long a command may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// What can be asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Request {
    /// Are you there?
    Ping,
    /// Make a workspace.
    CreateWorkspace(NewWorkspace),
    /// Which key are the channels' secrets sealed under?
    Keys,
}

/// What comes back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// I am.
    Pong,
    /// It was made.
    Workspace(CreatedWorkspace),
    /// How far sealing anew has come.
    Keys(Sealing),
    /// It was not done.
    Refused(String),
}

/// The socket of a running server.
pub(crate) struct Admin {
    task: tokio::task::JoinHandle<()>,
    path: PathBuf,
}

impl Admin {
    /// Closes the socket.
    pub(crate) fn stop(&self) {
        self.task.abort();
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, "the admin socket's file cannot be removed");
        }
    }
}

/// Opens the socket. Only under the store's lock: an old file there is of a server that died.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn start(data: &Path, accounts: Accounts, sealing: Arc<Watched>) -> io::Result<Admin> {
    let path = data.join(SOCKET_FILE);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = with_short_path(&path, |path| UnixListener::bind(path))?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    let places = Arc::new(Semaphore::new(COMMANDS_MAX));
    let task = actix::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let (accounts, sealing) = (accounts.clone(), Arc::clone(&sealing));
            drop(actix::spawn(async move {
                let answered = tokio::time::timeout(COMMAND_TIMEOUT, answer(stream, accounts, sealing)).await;
                if let Ok(Err(error)) = answered {
                    tracing::debug!(%error, "a connection of the admin socket ended early");
                }
                drop(place);
            }));
        }
    });
    Ok(Admin { task, path })
}

async fn answer(
    mut stream: tokio::net::UnixStream,
    accounts: Accounts,
    sealing: Arc<Watched>,
) -> io::Result<()> {
    let mut line = String::new();
    let (read, mut write) = stream.split();
    tokio::io::BufReader::new(read.take(REQUEST_BYTES_MAX)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(Request::Ping) => Answer::Pong,
        Ok(Request::Keys) => sealing.look().await.map_or_else(Answer::Refused, Answer::Keys),
        Ok(Request::CreateWorkspace(new)) => match accounts.create_workspace(new).await {
            Ok(created) => {
                tracing::info!(workspace_id = %created.workspace_id, "a workspace was made");
                Answer::Workspace(created)
            }
            Err(refusal) => Answer::Refused(refusal_text(&refusal)),
        },
        Err(_) => {
            Answer::Refused("the server does not know this command: is it of another version?".to_owned())
        }
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    write.write_all(&text).await?;
    write.shutdown().await
}

/// A refusal for the command line: with its field.
pub(crate) fn refusal_text(refusal: &switchboard_actors::Refusal) -> String {
    match refusal {
        switchboard_actors::Refusal::Invalid { field, message } => format!("{field}: {message}"),
        other => other.to_string(),
    }
}

/// Asks the server that runs on this data folder; nothing when none does.
///
/// # Errors
/// When it runs but does not answer.
pub(crate) fn ask(data: &Path, request: &Request) -> io::Result<Option<Answer>> {
    let connected = with_short_path(&data.join(SOCKET_FILE), |path| UnixStream::connect(path));
    let mut stream = match connected {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    stream.set_read_timeout(Some(COMMAND_TIMEOUT))?;
    stream.set_write_timeout(Some(COMMAND_TIMEOUT))?;
    let mut text = serde_json::to_vec(request)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let mut line = String::new();
    BufReader::new(stream.take(REQUEST_BYTES_MAX)).read_line(&mut line)?;
    Ok(Some(serde_json::from_str(&line)?))
}

/// Gives the path of a socket, a shorter one for the same file where it is longer than systems take.
fn with_short_path<T>(path: &Path, use_path: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    if path.as_os_str().len() <= PATH_BYTES_MAX {
        return use_path(path);
    }
    use std::os::fd::AsRawFd as _;
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return use_path(path) };
    let folder = fs::File::open(folder)?;
    use_path(&Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name))
}
