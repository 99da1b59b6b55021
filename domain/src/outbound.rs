//! What we ask a provider to do, in one shape for all channels, and what may come of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use switchboard_schema::{
    MediaId,
    wire::{
        ContactCards, Content, Identity, Interactive, InteractiveHeader, Location, MediaKind,
        ReactionRequest, TemplateContent, Text,
    },
};

use crate::{inbound::Callback, media};

/// One message to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// To whom: every address we know, strongest first; the channel picks the one it needs.
    pub to: Vec<Identity>,
    /// What.
    pub content: OutboundContent,
    /// The message it answers, by its provider id.
    pub reply_to: Option<String>,
    /// Comes back with the statuses.
    pub callback: Callback,
    /// The request that brought it, for the logs.
    pub correlation_id: Option<switchboard_schema::CorrelationId>,
    /// Where in a trace the request to the provider is, where that is recorded.
    pub trace: Option<switchboard_schema::TraceContext>,
}

/// The provider's ids of the files that a message carries, by ours.
pub type ProviderFiles = BTreeMap<MediaId, String>;

/// What can be sent.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundContent {
    /// Words.
    Text(Text),
    /// An approved template with its values, and the files above its words and those of its cards.
    Template(TemplateContent, ProviderFiles),
    /// A file.
    File(OutboundFile),
    /// A place.
    Location(Location),
    /// People's cards.
    Contacts(ContactCards),
    /// Words with something to tap, and the provider's id of the file above them.
    Interactive(Interactive, Option<String>),
    /// An emoji for a message.
    Reaction(ReactionRequest),
}

/// A file to be sent, which the provider has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboundFile {
    /// As what.
    pub kind: MediaKind,
    /// The provider's id of it.
    pub provider_media_id: String,
    /// Words with it.
    pub caption: Option<String>,
    /// The name of a document.
    pub filename: Option<String>,
    /// A voice note.
    pub voice: bool,
}

/// The files of ours that a message needs at the provider before it can be sent, each once.
#[must_use]
pub fn files_of(content: &Content) -> Vec<MediaId> {
    let mut files: Vec<MediaId> = match content {
        Content::Interactive(interactive) => {
            let file = interactive.header.as_ref().and_then(InteractiveHeader::file);
            file.map(|(_, file)| file.media_id).into_iter().collect()
        }
        Content::Template(template) => {
            let cards = template.cards.iter().filter_map(|card| card.header_file.as_ref());
            template.header_file.iter().chain(cards).map(|file| file.media_id).collect()
        }
        _ => content.attachment().map(|file| file.media_id).into_iter().collect(),
    };
    files.sort_unstable();
    files.dedup();
    files
}

/// A message as the provider is asked to send it, its files under the provider's ids; nothing where it is of a kind that
/// nobody sends, or a file is not there.
#[must_use]
pub fn outbound(content: &Content, files: ProviderFiles) -> Option<OutboundContent> {
    Some(match content {
        Content::Text(text) => OutboundContent::Text(text.clone()),
        Content::Template(template) => OutboundContent::Template(template.clone(), files),
        Content::Location(location) => OutboundContent::Location(location.clone()),
        Content::Contacts(contacts) => OutboundContent::Contacts(contacts.clone()),
        Content::Interactive(interactive) => {
            OutboundContent::Interactive(interactive.clone(), files.into_values().next())
        }
        Content::Reaction(reaction) => OutboundContent::Reaction(reaction.clone()),
        _ => {
            let (kind, file) = (media::kind_of(content)?, content.attachment()?);
            OutboundContent::File(OutboundFile {
                kind,
                provider_media_id: files.get(&file.media_id)?.clone(),
                caption: file.caption.clone(),
                filename: file.filename.clone(),
                voice: file.voice,
            })
        }
    })
}

/// What came of a send request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider took it.
    Accepted {
        /// The provider's id of the message.
        provider_id: String,
        /// Addresses the provider told of the recipient.
        recipient: Vec<Identity>,
    },
    /// The provider refused it; it was not and will not be sent.
    Refused(ProviderError),
    /// No byte of it reached the provider: it may be tried again.
    NotStarted(String),
    /// It was sent and no answer came: it may or may not arrive. Never repeated by itself.
    Unknown(String),
}

/// A provider's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// `whatsapp_` and the provider's number.
    pub code: String,
    /// In plain words, with what to do.
    pub message: String,
    /// What follows from it.
    pub class: ErrorClass,
}

/// What follows from a provider's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ErrorClass {
    /// A passing fault: the same request may succeed in a moment.
    Retry,
    /// We are too fast: the same request may succeed later.
    BackOff,
    /// This request will never succeed.
    Never,
    /// Nothing will succeed until somebody mends the account or the token.
    Account,
}
