//! Payloads, and updates in a short form that a table can hold.

use std::{fs, path::PathBuf};

use switchboard_channels::whatsapp::inbound::{Route, parse};
use switchboard_domain::{
    inbound::{Origin, Party, Update},
    phone_import::PhoneNews,
};
use switchboard_schema::{
    record::Kept,
    wire::{Content, Identity, IdentityKind},
};

/// Every payload: its name and its bytes.
pub(crate) fn payloads() -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/payloads");
    let mut found: Vec<_> = fs::read_dir(folder)
        .expect("the folder of payloads")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("a payload"))
        })
        .filter(|(name, _)| name != "templates_page")
        .collect();
    found.sort();
    found
}

/// Every update of a body, each in one line.
pub(crate) fn tell_all(body: &[u8]) -> Vec<String> {
    let delivery = parse(body).expect("a delivery");
    let line = |part: &switchboard_channels::whatsapp::inbound::Part<'_>| {
        let route = match &part.route {
            Route::Number(id) => format!("#{id}"),
            Route::Account(id) => format!("@{id}"),
            Route::Unnamed => "-".to_owned(),
        };
        match part.read() {
            Ok(update) => format!("{route} {}", tell(&update)),
            Err(error) => format!("{route} unreadable: {}", error.reason),
        }
    };
    delivery.parts.iter().map(line).collect()
}

/// An update in one line.
pub(crate) fn tell(update: &Update) -> String {
    match update {
        Update::Message(message) => {
            let mut line = format!("{} at {}", party(&message.from), message.at.as_millis() / 1_000);
            match message.origin {
                Origin::Customer => {}
                Origin::PhoneApp => line.push_str(" from us"),
                Origin::History { ours: None } => line.push_str(" long ago"),
                Origin::History { ours: Some(state) } => {
                    line.push_str(&format!(" long ago from us, {state:?}"))
                }
            }
            line.push_str(&format!(": {}", content(&message.content)));
            if let Some(reply_to) = &message.reply_to {
                line.push_str(&format!(" to {reply_to}"));
            }
            for part in [
                message.media.as_ref().map(|media| format!(" at {}", media.provider_media_id)),
                message.referral.as_ref().map(|referral| format!(" through {:?}", referral.headline)),
                message.forwarded.map(|forwarded| format!(" forwarded {forwarded:?}")),
                message.product.as_ref().map(|product| format!(" about {}", product.product_id)),
            ] {
                line.extend(part);
            }
            for (flag, word) in
                [(message.free_entry, " free"), (message.notice, " notice"), (message.raw.is_some(), " raw")]
            {
                if flag {
                    line.push_str(word);
                }
            }
            line
        }
        Update::Edit(edit) => {
            let who = if edit.ours {
                format!("to {}, we change", party(&edit.from))
            } else {
                format!("{} edits", party(&edit.from))
            };
            format!("{who} {}: {}", edit.original_id, content(&edit.content))
        }
        Update::Reaction(reaction) => {
            let who = party(&reaction.from);
            let who = if reaction.ours { format!("to {who}, we react") } else { format!("{who} reacts") };
            format!("{who} to {} with {:?}", reaction.target_id, reaction.emoji)
        }
        Update::Revoke(revoke) if revoke.ours => {
            format!("to {}, we revoke {}", party(&revoke.from), revoke.original_id)
        }
        Update::Named(named) => format!("{} is named", party(named)),
        Update::Phone(PhoneNews { data, progress, .. }) => {
            format!("{} % of {data:?} came", progress.unwrap_or_default())
        }
        Update::Revoke(revoke) => format!("{} revokes {}", party(&revoke.from), revoke.original_id),
        Update::Status(status) => {
            let mut line = format!("{} {:?}", status.provider_id, status.state);
            if let Some(callback) = &status.callback {
                line.push_str(&format!(" of seq {}", callback.seq));
            }
            if let Some(charged) = &status.charged {
                line.push_str(&format!(
                    " as {}{}",
                    charged.category,
                    if charged.billable { "" } else { ", free" }
                ));
            }
            if let Some(error) = &status.error {
                line.push_str(&format!(" {}", error.code));
            }
            format!("{line} for {}", identities(&status.recipient))
        }
        Update::IdentityChange(change) => {
            let (from, to, left) = (party(&change.from), identities(&change.to), identities(&change.left));
            format!("{from} becomes {to} and leaves {left} ({})", change.provider_id)
        }
        Update::Preference(preference) => format!(
            "{} wants {:?} {:?}: {}",
            party(&preference.from),
            preference.scope,
            preference.choice,
            preference.detail
        ),
        Update::Template(told) => format!("template {} {}: {:?}", told.name, told.language, told.news),
        Update::Other(other) => format!("other {}", other.field),
    }
}

/// The raw JSON an update keeps.
pub(crate) fn raw(update: &Update) -> Option<&str> {
    match update {
        Update::Message(message) => match (&message.raw, &message.content) {
            (Some(Kept::Inline(raw)), _) => Some(raw),
            (_, Content::Unsupported(unsupported)) => unsupported.raw.as_deref(),
            _ => None,
        },
        Update::Edit(edit) => match &edit.content {
            Content::Unsupported(unsupported) => unsupported.raw.as_deref(),
            _ => None,
        },
        Update::Other(other) => match &other.raw {
            Kept::Inline(raw) => Some(raw),
            Kept::Blob(_) => None,
        },
        _ => None,
    }
}

fn content(content: &Content) -> String {
    match content {
        Content::Text(text) => format!("{:?}", text.body),
        Content::Unsupported(unsupported) => format!("<{}>", unsupported.kind),
        other => {
            // As it goes over the wire, without what only its keeper knows.
            let mut json = serde_json::to_value(other).expect("content is JSON");
            if let Some(said) = json.get_mut("content").and_then(serde_json::Value::as_object_mut) {
                said.remove("media_id");
            }
            json.to_string()
        }
    }
}

fn party(party: &Party) -> String {
    let name = party.profile_name.as_ref().map(|name| format!("{name:?} ")).unwrap_or_default();
    format!("{name}{}", identities(&party.identities))
}

fn identities(identities: &[Identity]) -> String {
    let tell = |identity: &Identity| {
        let kind = match identity.kind {
            IdentityKind::Bsuid => 'b',
            IdentityKind::ParentBsuid => 'e',
            IdentityKind::WaId => 'w',
            IdentityKind::Phone => 'p',
            IdentityKind::Username => 'u',
        };
        format!("{kind}:{}", identity.value)
    };
    format!("[{}]", identities.iter().map(tell).collect::<Vec<_>>().join(" "))
}
