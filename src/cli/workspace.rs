//! `switchboard workspace create`

use std::{
    io::{self, BufRead as _, Read as _},
    path::Path,
};

use switchboard_schema::wire::CreatedWorkspace;

use super::{Failure, block_on, failed, print};
use crate::{
    access::{accounts::NewWorkspace, passwords::PASSWORD_BYTES_MAX},
    boot::{Backends, admin},
    config::Config,
};

/// What a new workspace is called and who owns it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The workspace's name.
    #[arg(long)]
    name: String,
    /// The owner's e-mail address.
    #[arg(long)]
    email: String,
    /// Read the owner's password from standard input: one line.
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// Makes a workspace, through the running server where there is one.
pub(crate) fn create(config: Option<&Path>, options: Options) -> Result<(), Failure> {
    let config = Config::load(config).map_err(failed)?;
    let new = NewWorkspace { name: options.name, email: options.email, password: read_password()? };
    let request = admin::Request::CreateWorkspace(new);
    let created = match admin::ask(&config.store.path, &request).map_err(failed)? {
        Some(admin::Answer::Workspace(created)) => created,
        Some(admin::Answer::Refused(why)) => return Err(failed(why)),
        Some(admin::Answer::Pong | admin::Answer::Keys(_)) => {
            return Err(failed("the server answered another question"));
        }
        None => create_offline(&config, request)?,
    };
    let line = serde_json::to_string(&created).map_err(failed)?;
    print(&format!("{line}\n"))
}

fn create_offline(config: &Config, request: admin::Request) -> Result<CreatedWorkspace, Failure> {
    let admin::Request::CreateWorkspace(new) = request else { return Err(failed("another question")) };
    block_on(async {
        let backends = Backends::open(config).await.map_err(failed)?;
        let created = backends.accounts.create_workspace(new).await;
        backends.close().await;
        created.map_err(|refusal| failed(admin::refusal_text(&refusal)))
    })?
}

/// One line, without its end.
fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    let input = io::stdin().lock();
    io::BufReader::new(input.take(2 * PASSWORD_BYTES_MAX as u64)).read_line(&mut line).map_err(failed)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
