//! `switchboard consent verify` and `switchboard consent key`

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use switchboard_actors::house;
use switchboard_domain::consent::proof;
use switchboard_schema::wire::{
    ConsentChoice, ConsentEvidence, ConsentProof, ConsentRecord, ConsentScope, IdentityKind, RecordedHow,
};
use switchboard_store::{SealingVault, SystemEntropy};

use super::{Failure, failed, made_master_key, print};
use crate::{boot, config::Config};

/// Longest export that is read, in bytes: the longest chain has a few hundred KB.
const EXPORT_BYTES_MAX: u64 = 16 * 1_024 * 1_024;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Check an export of what a contact wants, also without this server; says what it shows.
    Verify {
        /// The export.
        file: PathBuf,
        /// The business' key as it told it, hexadecimal: without it the export shows that it is whole, not whose it is.
        #[arg(long)]
        key: Option<String>,
    },
    /// Print the key under which this installation signs, to be told to whoever checks.
    Key {
        /// Print the one under which it signed before the master key was changed.
        #[arg(long)]
        previous: bool,
    },
}

/// Does it.
pub(crate) fn run(config: Option<&Path>, command: &Command) -> Result<(), Failure> {
    match command {
        Command::Verify { file, key } => print(&verified(file, key.as_deref())?),
        Command::Key { previous } => {
            let config = Config::load(config).map_err(failed)?;
            let entropy = SystemEntropy::new();
            let key = if *previous {
                let key = boot::previous_master_key(&config).map_err(failed)?;
                key.ok_or_else(|| failed("there is no master key before this one"))?
            } else {
                made_master_key(&config, &entropy)?
            };
            let signer = house::signer(&SealingVault::new(&key, Arc::new(entropy))).map_err(failed)?;
            print(&format!("{}\n", signer.public_key()))
        }
    }
}

fn verified(path: &Path, key: Option<&str>) -> Result<String, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| failed(format!("{}: {error}", path.display()));
    let mut text = String::new();
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let read = file.take(EXPORT_BYTES_MAX + 1).read_to_string(&mut text);
    if read.map_err(|error| unreadable(&error))? as u64 > EXPORT_BYTES_MAX {
        return Err(unreadable(&"this is too large for an export"));
    }
    let export: ConsentProof =
        serde_json::from_str(&text).map_err(|error| unreadable(&format!("this is no export: {error}")))?;
    let shown = proof::verify(&export, key).map_err(|error| unreadable(&error))?;
    let statement = shown.statement;
    let mut lines = vec![
        format!("The export is whole. Signed at {} with {}", statement.at, export.public_key),
        if key.is_some() {
            "That is the key you gave.".to_owned()
        } else {
            "Compare that with the key the business told you, or give it with --key.".to_owned()
        },
        format!("Contact      {} ({})", statement.name.escape_debug(), statement.contact_id),
        format!("Workspace    {}", statement.workspace_id),
    ];
    lines.extend(
        statement
            .identities
            .iter()
            .map(|one| format!("Address      {} ({})", one.value.escape_debug(), kind_words(one.kind))),
    );
    for one in &statement.consent {
        lines.push(format!(
            "What counts  {}: {}, since {}",
            scope_words(one.scope),
            choice_words(one.choice),
            one.at
        ));
    }
    if statement.consent.is_empty() {
        lines.push("What counts  nothing was said".to_owned());
    }
    lines.extend(shown.records.iter().map(entry));
    Ok(lines.join("\n") + "\n")
}

fn entry(record: &ConsentRecord) -> String {
    let shown_by = match &record.evidence {
        ConsentEvidence::Message { words, provider_id, imported, .. } => {
            let from = if *imported { ", out of the phone's history" } else { "" };
            format!("their message {provider_id:?}{from}: {words:?}")
        }
        ConsentEvidence::Provider { detail, .. } => format!("their setting at the provider: {detail:?}"),
        ConsentEvidence::Recorded { by, how, reference, remark } => {
            let name = by.name.as_deref().unwrap_or("somebody of the business").escape_debug();
            let reference = reference.as_deref().map(|words| format!(", {words:?}")).unwrap_or_default();
            let remark = remark.as_deref().map(|words| format!("; remark: {words:?}")).unwrap_or_default();
            format!("recorded by {name} ({}{reference}){remark}", how_words(*how))
        }
        ConsentEvidence::Joined { contact_id } => format!("their other contact {contact_id}"),
    };
    let (scope, choice) = (scope_words(record.scope), choice_words(record.choice));
    format!("{:>11}  {}  {scope}: {choice}; {shown_by}", record.n, record.at)
}

const fn kind_words(kind: IdentityKind) -> &'static str {
    match kind {
        IdentityKind::Bsuid => "WhatsApp user id",
        IdentityKind::ParentBsuid => "WhatsApp user id, of the parent business",
        IdentityKind::WaId => "WhatsApp number",
        IdentityKind::Phone => "phone number",
        IdentityKind::Username => "user name",
    }
}

const fn scope_words(scope: ConsentScope) -> &'static str {
    match scope {
        ConsentScope::Everything => "everything",
        ConsentScope::Marketing => "marketing",
        ConsentScope::Utility => "utility",
        ConsentScope::Authentication => "authentication",
    }
}

const fn how_words(how: RecordedHow) -> &'static str {
    match how {
        RecordedHow::Form => "on a form",
        RecordedHow::Import => "imported",
        RecordedHow::InPerson => "face to face",
        RecordedHow::Phone => "on the phone",
        RecordedHow::Written => "in writing",
        RecordedHow::Program => "by a program",
    }
}

const fn choice_words(choice: ConsentChoice) -> &'static str {
    match choice {
        ConsentChoice::Given => "yes",
        ConsentChoice::Withdrawn => "no",
    }
}
