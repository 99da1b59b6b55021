//! What a provider tells us, in one shape for all channels.

use serde::{Deserialize, Serialize};
use switchboard_schema::{
    ConversationId, Timestamp,
    record::{IdentityScope, Kept},
    wire::{
        Charged, ConsentChoice, ConsentScope, Content, Forwarded, Identity, MessageError, MessageState,
        ProductRef, Referral,
    },
};

use crate::{channel::AccountNews, outbound::ErrorClass, phone_import::PhoneNews};

/// WhatsApp's name for a file out of a phone's history that has not come yet; it comes under the same id (Meta:
/// webhooks/reference/history).
pub const MEDIA_PLACEHOLDER: &str = "media_placeholder";

/// The field under which it is kept that the business shares no history of its phone (Meta: error 2593109).
pub const HISTORY_DECLINED: &str = "history_declined";

/// One thing a provider told. The updates of one webhook keep their order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// A customer wrote or called, or the business wrote to one on its own phone.
    Message(InboundMessage),
    /// The author of a message changed it.
    Edit(Edit),
    /// The author of a message took it back.
    Revoke(Revoke),
    /// Somebody put an emoji on a message at the provider, or took it away.
    Reaction(InboundReaction),
    /// A message of ours got further, or failed.
    Status(Status),
    /// A customer has a new number or id.
    IdentityChange(IdentityChange),
    /// A customer set at the provider what they want to hear from us.
    Preference(Preference),
    /// The business' phone has a name for a person.
    Named(Party),
    /// More of what that phone kept has come.
    Phone(PhoneNews),
    /// The provider decided something about a template.
    Template(TemplateUpdate),
    /// Something about the account, or a field this version does not know: counted and kept, never shown.
    Other(Other),
}

impl Update {
    /// Which customer it concerns, where it concerns one.
    #[must_use]
    pub const fn sender(&self) -> Option<&Party> {
        match self {
            Self::Message(message) => Some(&message.from),
            Self::Edit(edit) => Some(&edit.from),
            Self::Revoke(revoke) => Some(&revoke.from),
            Self::Reaction(reaction) => Some(&reaction.from),
            Self::IdentityChange(change) => Some(&change.from),
            Self::Preference(preference) => Some(&preference.from),
            Self::Named(party) => Some(party),
            Self::Status(_) | Self::Template(_) | Self::Phone(_) | Self::Other(_) => None,
        }
    }
}

/// A person, by every address the provider told of them in one update. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// The addresses, strongest first: business-scoped user id, then the number.
    pub identities: Vec<Identity>,
    /// The name they show.
    pub profile_name: Option<String>,
}

/// How a message came to stand in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The customer wrote it just now.
    #[default]
    Customer,
    /// The business wrote it just now, in WhatsApp's app on its own phone (Meta: webhooks/reference/smb_message_echoes).
    PhoneApp,
    /// It is old, out of what that app kept (Meta: webhooks/reference/history): it is nobody's new mail.
    History {
        /// How far one of the business' own got; nothing for one of the customer's.
        ours: Option<MessageState>,
    },
}

impl Origin {
    /// Out of the history of the business' app.
    #[must_use]
    pub const fn is_history(self) -> bool {
        matches!(self, Self::History { .. })
    }

    /// How far it had got when we heard of it, where the business wrote it.
    #[must_use]
    pub const fn ours(self) -> Option<MessageState> {
        match self {
            Self::Customer => None,
            Self::PhoneApp => Some(MessageState::Sent),
            Self::History { ours } => ours,
        }
    }
}

/// A message that did not begin here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InboundMessage {
    /// The customer: who wrote it or, of one from the business' own phone, whom it is for.
    pub from: Party,
    /// Who wrote it, and whether it is old.
    #[serde(default)]
    pub origin: Origin,
    /// The provider's id: the only key for duplicates.
    pub provider_id: String,
    /// When it was written, by the provider's clock.
    pub at: Timestamp,
    /// What it says.
    pub content: Content,
    /// The message it answers.
    pub reply_to: Option<String>,
    /// They came through an ad or a page's button: the free entry point.
    pub free_entry: bool,
    /// The file that goes with it, as the provider keeps it.
    #[serde(default)]
    pub media: Option<MediaSource>,
    /// That ad or button, as far as told.
    #[serde(default)]
    pub referral: Option<Box<Referral>>,
    /// It had been passed on before.
    #[serde(default)]
    pub forwarded: Option<Forwarded>,
    /// The product it is about.
    #[serde(default)]
    pub product: Option<ProductRef>,
    /// It is not something the person wrote (a system notice): it opens no window and is not unread.
    pub notice: bool,
    /// The update as it came, where it holds what this version does not know.
    pub raw: Option<Kept>,
}

impl InboundMessage {
    /// A customer's message that says no more than its content.
    #[must_use]
    pub const fn new(from: Party, provider_id: String, at: Timestamp, content: Content) -> Self {
        Self {
            from,
            origin: Origin::Customer,
            provider_id,
            at,
            content,
            reply_to: None,
            free_entry: false,
            media: None,
            referral: None,
            forwarded: None,
            product: None,
            notice: false,
            raw: None,
        }
    }
}

/// Where the provider keeps a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaSource {
    /// The provider's id of the file; good for 7 days (Meta: business-phone-numbers/media).
    pub provider_media_id: String,
    /// SHA-256 of the bytes, as the provider writes it.
    pub sha256: Option<String>,
    /// Where the bytes are, where the provider says so at once; good for 5 minutes.
    pub url: Option<String>,
}

/// An emoji that somebody put on a message at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundReaction {
    /// The customer whose thread it is in.
    pub from: Party,
    /// The business put it there, on its own phone.
    #[serde(default)]
    pub ours: bool,
    /// The provider's id of the reaction.
    pub provider_id: String,
    /// On which message.
    pub target_id: String,
    /// The emoji; nothing where it was taken away.
    pub emoji: Option<String>,
    /// When, by the provider's clock.
    pub at: Timestamp,
}

/// A message changed by its author.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The customer whose thread it is in.
    pub from: Party,
    /// The business changed what it had written.
    #[serde(default)]
    pub ours: bool,
    /// Which message.
    pub original_id: String,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// What it says now.
    pub content: Content,
}

/// A message taken back by its author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoke {
    /// The customer whose thread it is in.
    pub from: Party,
    /// The business took back what it had written.
    #[serde(default)]
    pub ours: bool,
    /// Which message.
    pub original_id: String,
    /// When, by the provider's clock.
    pub at: Timestamp,
}

/// How far a message of ours got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The provider's id of the message.
    pub provider_id: String,
    /// [`MessageState::Sent`], `Delivered`, `Read`, `Played` or `Failed`.
    pub state: MessageState,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// Where the message stands, as we told the provider when we sent it.
    pub callback: Option<Callback>,
    /// Why it failed.
    pub error: Option<MessageError>,
    /// The recipient's addresses, as far as told.
    pub recipient: Vec<Identity>,
    /// What the message is charged as, where that is told.
    #[serde(default)]
    pub charged: Option<Charged>,
    /// What follows from why it failed for other messages.
    #[serde(default)]
    pub class: Option<ErrorClass>,
}

/// What goes with a send and comes back with its statuses: where the item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Callback {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The item.
    pub seq: u64,
}

impl Callback {
    /// As it goes over the wire.
    #[must_use]
    pub fn to_text(self) -> String {
        format!("{}.{}", self.conversation_id, self.seq)
    }

    /// From the wire; nothing when it is not ours.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let (conversation, seq) = text.rsplit_once('.')?;
        Some(Self { conversation_id: conversation.parse().ok()?, seq: seq.parse().ok()? })
    }
}

/// A customer's number or id changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityChange {
    /// Who, by the old address.
    pub from: Party,
    /// The provider's id of the notice.
    pub provider_id: String,
    /// The addresses from now on.
    pub to: Vec<Identity>,
    /// The addresses that are theirs no more.
    #[serde(default)]
    pub left: Vec<Identity>,
    /// When, by the provider's clock.
    pub at: Timestamp,
}

/// What a customer set at the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// Who.
    pub from: Party,
    /// About what.
    pub scope: ConsentScope,
    /// More or no more.
    pub choice: ConsentChoice,
    /// The provider's words for it.
    pub detail: String,
    /// When, by the provider's clock.
    pub at: Timestamp,
}

/// What the provider decided about a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateUpdate {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// What.
    pub news: TemplateNews,
}

/// What the provider decided about a template, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TemplateNews {
    /// Whether it may be sent.
    Status {
        /// `APPROVED`, `REJECTED`, `PAUSED` and others.
        event: String,
        /// Why.
        reason: Option<String>,
    },
    /// How customers take it.
    Quality {
        /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
        score: String,
    },
    /// What it is for.
    Category {
        /// The new one.
        category: String,
    },
    /// What it will be for.
    NextCategory {
        /// The next one.
        category: String,
        /// From when on, where that was said.
        from: Option<Timestamp>,
    },
    /// Its words or buttons changed.
    Components,
}

/// Something that concerns no conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// The provider's name of the field.
    pub field: String,
    /// The change, as it came.
    pub raw: Kept,
    /// What it tells of how the account or a number of it stands.
    #[serde(default)]
    pub news: Option<AccountNews>,
}

/// Where an address of this kind means one person.
#[must_use]
pub fn scope_of(
    identity: &Identity,
    channel: switchboard_schema::ChannelId,
    waba_id: &str,
) -> Option<IdentityScope> {
    use switchboard_schema::wire::IdentityKind;
    match identity.kind {
        IdentityKind::Bsuid | IdentityKind::ParentBsuid => Some(IdentityScope::Portfolio(waba_id.to_owned())),
        IdentityKind::WaId => Some(IdentityScope::Channel(channel)),
        IdentityKind::Phone => Some(IdentityScope::Tenant),
        IdentityKind::Username => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_callback_survives_its_text_form() {
        let callback = Callback { conversation_id: ConversationId::from_bytes([7; 16]), seq: 41 };
        assert_eq!(Callback::from_text(&callback.to_text()), Some(callback));
        assert_eq!(Callback::from_text("somebody else's data"), None);
    }
}
