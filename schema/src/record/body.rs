//! The parts of records that are kept as JSON. A field added later needs a serde default.

use serde::{Deserialize, Serialize};

use super::Kept;
use crate::{
    ApiKeyId, BlobId, ChannelId, ContactId, ConversationId, CorrelationId, IdBytes, LabelId, MediaId,
    MessageId, SessionId, TeamId, TenantId, Timestamp, UserId,
    wire::{
        self, ChannelHealth, ChannelKind, Charged, ConsentStanding, ContactRef, Content, ConversationStatus,
        Direction, Forwarded, Identity, MediaState, MessageError, MessageState, NumberFacts, ProductRef,
        Quote, Reaction, Referral, Role, SendDecision, Sender, StateAt,
    },
};

/// Bytes of a raw update above which it goes to the blob store instead of its row.
pub const MAX_INLINE_RAW_BYTES: usize = 16 * 1_024;
/// Bytes of one part of a file, but for the last: what is read at once of it, and held in memory.
pub const MEDIA_PART_BYTES: usize = 4 * 1_024 * 1_024;

/// Kinds of unique name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimKind {
    /// An account's address, in lower case.
    Email,
    /// WhatsApp's id of a phone number.
    PhoneNumberId,
    /// WhatsApp's id of a business account; stands for the channel that named it first.
    WabaId,
    /// An API key.
    ApiKey,
    /// A channel's id, found from a webhook's address.
    Channel,
    /// An invitation, which stands for whoever accepted it.
    Invitation,
}

impl ClaimKind {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::PhoneNumberId => "phone_number_id",
            Self::WabaId => "waba_id",
            Self::ApiKey => "api_key",
            Self::Channel => "channel",
            Self::Invitation => "invitation",
        }
    }
}

/// What a unique name stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimTarget {
    /// A person.
    User {
        /// Who.
        user_id: UserId,
    },
    /// A channel.
    Channel {
        /// Whose.
        tenant_id: TenantId,
        /// Which.
        channel_id: ChannelId,
    },
    /// An API key.
    ApiKey {
        /// Whose workspace.
        tenant_id: TenantId,
        /// Its id.
        key_id: ApiKeyId,
    },
}

/// A person who signs in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserBody {
    /// Address, in lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// argon2id, as a PHC string.
    pub password_hash: String,
    /// The workspaces this person belongs to, or did: the one they were in last comes first.
    pub workspaces: Vec<TenantId>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// Sign-ins from before this are good no more: the password was set anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_ins_since: Option<Timestamp>,
}

/// A one-time code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeBody {
    /// HMAC of it under the installation's key: six digits could be tried through in a bare hash.
    pub tag: Vec<u8>,
    /// How often it may still be tried.
    pub tries_left: u8,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Somebody who was asked to join a workspace.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationBody {
    /// Their address, in lower case.
    pub email: String,
    /// As what they join.
    pub role: Role,
    /// Who asks.
    pub invited_by: UserId,
    /// What these were called then.
    pub invited_by_name: String,
    /// When they were first asked.
    pub created_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
    /// What the token repeats, so that one made for an earlier row of the same id opens nothing.
    pub nonce: IdBytes,
    /// How the mail stands.
    pub mail: wire::MailStanding,
    /// Why it was not sent, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail_problem: Option<String>,
}

/// A browser's sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionBody {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub tenant_id: TenantId,
    /// SHA-256 of the cookie's secret.
    pub secret_hash: Vec<u8>,
    /// What requests that change something must repeat.
    pub csrf_token: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TenantBody {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How conversations that are with no team come to somebody.
    #[serde(default)]
    pub assignment: wire::Assignment,
    /// When people answer; at any time where nothing is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<wire::BusinessHours>,
    /// How soon customers are to be answered.
    #[serde(default)]
    pub sla: wire::SlaPolicies,
    /// Whether customers are asked for a rating; they are not where nothing is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings: Option<wire::RatingSettings>,
}

/// Words kept to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedReplyBody {
    /// What it is called up by.
    pub name: String,
    /// Its words, with their placeholders.
    pub text: String,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who did that.
    pub updated_by: UserId,
}

/// What somebody began to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftBody {
    /// What.
    pub words: wire::DraftWords,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A member of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberBody {
    /// Name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Role.
    pub role: Role,
}

/// What somebody says of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityBody {
    /// What they are while they are there.
    pub availability: wire::Availability,
    /// Minutes without a sign after which they count as away; 0: never.
    pub away_after_minutes: u32,
}

/// Something that somebody was told of: everything but whether they have seen it, which is a row of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotificationBody {
    /// As it is shown.
    pub shown: wire::Notification,
    /// The last item that it stands for.
    pub last_seq: u64,
    /// Messages of the customer there were with that one; 0 where it is not about those.
    pub inbound: u64,
    /// The place in the tenant's log of the event that was last told aloud: told again after a crash, it is again.
    pub told_at: u64,
}

/// A browser that is reached while no page is open.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushSubscriptionBody {
    /// Where messages for it go.
    pub endpoint: String,
    /// Its point of P-256, in base64url.
    pub p256dh: String,
    /// Its secret, in base64url.
    pub auth: String,
    /// What it called itself.
    pub browser: Option<String>,
    /// The sign-in under which it was made: it is good as long as that.
    pub session_id: SessionId,
    /// The key of this server's that it knows, in base64url.
    pub public_key: String,
    /// Since when.
    pub created_at: Timestamp,
}

crate::undisclosed!(PushSubscriptionBody);

/// Something that is to be pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushJobBody {
    /// Until when it is worth it.
    pub until: Timestamp,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamBody {
    /// Counts its changes.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// Who is in it, each once, by id.
    pub members: Vec<UserId>,
    /// How conversations come to somebody of it.
    #[serde(default)]
    pub assignment: wire::Assignment,
    /// When its people answer; as the workspace where nothing is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<wire::BusinessHours>,
    /// Whether its customers are asked for a rating; as the workspace where nothing is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratings: Option<wire::RatingSettings>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelBody {
    /// Counts its changes.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// Its colour.
    pub color: wire::LabelColor,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationRuleBody {
    /// What it is called.
    pub name: String,
    /// It acts.
    pub enabled: bool,
    /// Its place among the rules.
    pub position: u32,
    /// What it begins with.
    pub when: wire::RuleWhen,
    /// What it does.
    pub actions: Vec<wire::AutomationAction>,
    /// What happened before this does not begin it.
    pub since: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who did that.
    pub updated_by: UserId,
}

/// A macro.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MacroBody {
    /// What it is called.
    pub name: String,
    /// What it does.
    pub actions: Vec<wire::AutomationAction>,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who did that.
    pub updated_by: UserId,
}

/// A rule that waits before it acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationWaitBody {
    /// Until when.
    pub due_at: Timestamp,
    /// The place in the log of what it began with.
    pub offset: u64,
    /// Since when the customer waited then: it acts only as long as they still do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting_since: Option<Timestamp>,
    /// Messages of the customer then: it acts only as long as there are no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inbound_count: Option<u64>,
}

/// A view of the list that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedViewBody {
    /// What it is called.
    pub name: String,
    /// Which conversations.
    pub filter: Vec<wire::FilterCondition>,
    /// In which order.
    pub sort: wire::ListSort,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Who did that.
    pub updated_by: UserId,
}

/// A change of many conversations at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkJobBody {
    /// It as the API shows it.
    pub job: wire::BulkJob,
    /// Who asked for it, as lines of conversations name them.
    pub sender: Sender,
    /// Which conversations must still be meant when their turn comes; absent where they are named one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub which: Option<wire::BulkWhich>,
}

/// A part of a bulk change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkSliceBody {
    /// Its conversations.
    pub items: Vec<BulkItem>,
    /// What takes each back is noted: it has begun.
    #[serde(default)]
    pub planned: bool,
    /// It is done.
    #[serde(default)]
    pub done: bool,
}

/// A conversation of a bulk change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkItem {
    /// Which.
    pub id: ConversationId,
    /// Messages of the customer when it was chosen.
    pub inbound_count: u64,
    /// What it is changed to, where that is its own: what is taken back differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<wire::BulkChange>,
    /// What takes it back; absent where nothing changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<wire::BulkChange>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<BulkOutcome>,
}

/// What came of one conversation of a bulk change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkOutcome {
    /// It was changed.
    Changed,
    /// It was so already.
    Same,
    /// It stays as it is.
    Failed {
        /// Stable.
        code: String,
        /// Why.
        message: String,
    },
}

/// A program's key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKeyBody {
    /// What it is for.
    pub name: String,
    /// Who made it; it may do what they may.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// SHA-256 of the key.
    pub hash: Vec<u8>,
    /// The key's last characters, by which people tell one from another.
    pub ends_with: String,
}

/// A secret, encrypted and authenticated under the installation's master key and bound to its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed(pub Vec<u8>);

/// A connected channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelBody {
    /// Counts its changes.
    #[serde(default)]
    pub version: u64,
    /// Its kind.
    pub kind: ChannelKind,
    /// What colleagues call it.
    pub name: String,
    /// The provider's id of the number.
    pub phone_number_id: String,
    /// The account the number belongs to.
    pub waba_id: String,
    /// For calls to the provider.
    pub access_token: Sealed,
    /// For webhooks from the provider; absent where the instance's own app signs them.
    pub app_secret: Option<Sealed>,
    /// What Meta repeats when it checks the webhook's address.
    pub verify_token: Sealed,
    /// Does it work?
    pub health: ChannelHealth,
    /// Why it does not.
    pub problem: Option<String>,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was deleted; webhooks are then verified and dropped.
    pub deleted_at: Option<Timestamp>,
    /// Customers are told that what they wrote was read, and that somebody writes.
    #[serde(default = "told_by_default")]
    pub read_receipts: bool,
    /// What is known of its number, token and webhooks.
    #[serde(default)]
    pub standing: ChannelStanding,
}

/// Receipts go unless somebody switched them off.
const fn told_by_default() -> bool {
    true
}

/// What is known of a channel's number, token and webhooks: what its lights are made of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChannelStanding {
    /// What the provider said of the number last.
    pub facts: Option<NumberFacts>,
    /// When it was last asked.
    pub checked_at: Option<Timestamp>,
    /// When it is to be asked next.
    pub check_at: Option<Timestamp>,
    /// Why it could not be asked the last time.
    pub unverified: Option<String>,
    /// What the provider called wrong then: the number, for its ids, or webhooks, for the app's secret.
    pub doubted: Option<wire::LightSubject>,
    /// How often it could not be asked, one time after the other.
    pub unanswered: u32,
    /// Why nothing can be sent until somebody acts, as the provider itself confirmed: it refuses the token, does not
    /// know the number, or closed the account.
    pub refused: Option<String>,
    /// It is the token that was refused.
    pub token_refused: bool,
    /// When the token ends.
    pub token_expires_at: Option<Timestamp>,
    /// What the provider told of the account that somebody should look at.
    pub account_problem: Option<String>,
    /// It is that the account is closed: nothing can be sent.
    pub account_closed: bool,
    /// Until when that is shown; nothing where only the provider ends it.
    pub account_problem_until: Option<Timestamp>,
    /// What the provider keeps the account from.
    pub restrictions: Vec<AccountRestriction>,
    /// From when the provider's last word about the account is; an older one changes nothing.
    pub account_told_at: Option<Timestamp>,
    /// Our app is told what happens in the account; nothing where that is not known.
    pub subscribed: Option<bool>,
    /// When a webhook that verifies last came.
    pub heard_at: Option<Timestamp>,
    /// Webhooks whose signature did not verify, since the secret was entered.
    pub unsigned: u64,
    /// When the last of them came.
    pub unsigned_at: Option<Timestamp>,
    /// When a message last came.
    pub received_at: Option<Timestamp>,
    /// When the provider last took one of ours.
    pub sent_at: Option<Timestamp>,
    /// When the templates were last read.
    pub templates_at: Option<Timestamp>,
    /// How many there were.
    pub templates: u32,
    /// How many of them are not as an owner last saw them.
    pub templates_unseen: u32,
    /// Why they could not be read the last time.
    pub templates_problem: Option<String>,
    /// The id that the request which connected it last would have given it: the same request is answered the same.
    pub connected_as: Option<ChannelId>,
    /// Its secrets were removed: it was not only disconnected.
    pub erased: bool,
    /// No key of this server opens its token: nothing can be sent.
    pub token_closed: bool,
    /// None opens its app secret: no webhook can be verified.
    pub secret_closed: bool,
    /// What comes over from the business' phone, where the number is used in its app as well.
    pub phone: Option<PhoneImport>,
}

/// Something that a provider keeps an account from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRestriction {
    /// The provider's name of it.
    pub kind: String,
    /// When it ends; nothing where only the provider ends it.
    pub until: Option<Timestamp>,
}

/// What comes over from the business' phone: its address book and its messages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PhoneImport {
    /// Until when the provider can be asked for it; nothing where it is not for us to ask.
    pub until: Option<Timestamp>,
    /// The address book.
    pub contacts: PhonePart,
    /// The messages.
    pub history: PhonePart,
}

/// How far a part of it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PhonePart {
    /// Where it stands.
    pub state: PhonePartState,
    /// When it is asked for next.
    pub ask_at: Option<Timestamp>,
    /// How often it was asked for.
    pub tries: u32,
    /// A request may have reached the provider whose answer is not known.
    pub unsure: bool,
    /// What went wrong, in words.
    pub problem: Option<String>,
    /// What went wrong is that the token may not ask for it.
    pub forbidden: bool,
    /// From when this is.
    pub at: Option<Timestamp>,
    /// How much of it the provider says has come, in hundredths.
    pub progress: u8,
}

/// Where a part of it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhonePartState {
    /// Nobody asks for it here.
    #[default]
    Unasked,
    /// It is to be asked for.
    Waiting,
    /// The provider took the request.
    Asked,
    /// It comes.
    Coming,
    /// All of it is here.
    Done,
    /// The business does not share it.
    Declined,
    /// It cannot be had.
    Failed,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactBody {
    /// The name an agent gave.
    pub given_name: Option<String>,
    /// The name the provider told last.
    pub profile_name: Option<String>,
    /// A line about the person.
    pub about: Option<String>,
    /// Every address they were ever known by.
    pub identities: Vec<Identity>,
    /// Which of them they left, and which they took up or were heard from again after.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<AddressTurn>,
    /// Nothing may be sent.
    pub blocked: bool,
    /// Counts changes of what may be sent; a permission to send is for one value of it.
    pub consent_version: u64,
    /// What they said last about each purpose.
    #[serde(default)]
    pub consent: Vec<ConsentStanding>,
    /// Entries of their consent's chain.
    #[serde(default)]
    pub consent_entries: u64,
    /// The newest entry's hash; empty before the first.
    #[serde(default)]
    pub consent_hash: Vec<u8>,
    /// Contacts that gave way to this one: messages from before may stand in their threads.
    #[serde(default)]
    pub took_in: Vec<TookIn>,
    /// When they were last asked for a rating, and about what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating_asked: Option<RatingAsked>,
    /// The contact this one gave way to.
    pub merged_into: Option<ContactId>,
    /// When we first heard of it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A question about what was resolved in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingAsked {
    /// In which.
    pub conversation_id: ConversationId,
    /// By which line it was resolved.
    pub of: u64,
    /// When it was asked.
    pub at: Timestamp,
}

/// What was told last of an address of which anything was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressTurn {
    /// Which.
    pub identity: Identity,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// It is theirs no more.
    pub left: bool,
}

/// A contact that gave way to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TookIn {
    /// Who.
    pub contact_id: ContactId,
    /// When.
    pub at: Timestamp,
}

/// A file that goes with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaBody {
    /// The channel it came through or was uploaded for.
    pub channel_id: ChannelId,
    /// The message it came with, by its provider's id; nothing for one of ours.
    #[serde(default)]
    pub message_id: Option<String>,
    /// The provider's id of the file.
    #[serde(default)]
    pub provider_media_id: Option<String>,
    /// Until when the provider knows it by that.
    #[serde(default)]
    pub provider_until: Option<Timestamp>,
    /// SHA-256 of the bytes as the provider told it, base64 or hexadecimal.
    #[serde(default)]
    pub told_sha256: Option<String>,
    /// What it is: as told or, once it is here, as its bytes say.
    pub mime_type: String,
    /// Its name, as told.
    #[serde(default)]
    pub filename: Option<String>,
    /// Its size in bytes, once it is here.
    #[serde(default)]
    pub size: u64,
    /// Where its bytes are: parts of [`MEDIA_PART_BYTES`], the last one shorter.
    #[serde(default)]
    pub parts: Vec<BlobId>,
    /// A small picture of it, a JPEG.
    #[serde(default)]
    pub thumbnail: Option<BlobId>,
    /// Width in pixels, of a picture.
    #[serde(default)]
    pub width: Option<u32>,
    /// Height in pixels, of a picture.
    #[serde(default)]
    pub height: Option<u32>,
    /// Whether it moves, of a WebP that came since this is noted.
    #[serde(default)]
    pub animated: Option<bool>,
    /// Is it here?
    pub state: MediaState,
    /// Times it was asked for.
    #[serde(default)]
    pub attempts: u32,
    /// When it is asked for again.
    #[serde(default)]
    pub next_try: Option<Timestamp>,
    /// Why it is not here.
    #[serde(default)]
    pub problem: Option<String>,
    /// When we heard of it.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The kinds of row in a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThreadKind {
    /// [`Head`], with `n` 0.
    Head,
    /// [`Item`], with `n` its `seq`.
    Item,
    /// [`Attempt`], with `n` = `seq × 16 + attempt`.
    Attempt,
    /// [`ClientKey`], with `n` 63 bits of the key's hash.
    ClientKey,
}

impl ThreadKind {
    /// As stored.
    #[must_use]
    pub const fn as_i64(self) -> i64 {
        match self {
            Self::Head => 0,
            Self::Item => 1,
            Self::Attempt => 2,
            Self::ClientKey => 3,
        }
    }

    /// From the store; nothing for a kind of a later version.
    #[must_use]
    pub const fn from_i64(value: i64) -> Option<Self> {
        match value {
            0 => Some(Self::Head),
            1 => Some(Self::Item),
            2 => Some(Self::Attempt),
            3 => Some(Self::ClientKey),
            _ => None,
        }
    }
}

/// A conversation's own state, but for its items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The channel.
    pub channel_id: ChannelId,
    /// The contact as last told by its own actor.
    pub contact: ContactRef,
    /// The version of the contact told.
    pub contact_version: u64,
    /// Commit count.
    pub version: u64,
    /// The highest `seq` given.
    pub last_seq: u64,
    /// The last `seq` that this owner found when it took over; items above it of older epochs are ghosts.
    pub base_seq: u64,
    /// Status.
    pub status: ConversationStatus,
    /// Until when it is put aside.
    pub snoozed_until: Option<Timestamp>,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Which team it is with.
    #[serde(default)]
    pub team_id: Option<TeamId>,
    /// How urgent somebody said it is.
    #[serde(default)]
    pub priority: wire::Priority,
    /// Its labels, in the order in which they were put on.
    #[serde(default)]
    pub labels: Vec<LabelId>,
    /// Who answers here by themselves.
    #[serde(default)]
    pub handled_by: wire::HandledBy,
    /// Since when it waits to be given to somebody.
    #[serde(default)]
    pub queued_at: Option<Timestamp>,
    /// When a rule gave it to who has it.
    #[serde(default)]
    pub routed_at: Option<Timestamp>,
    /// Messages of the customer so far.
    pub inbound_count: u64,
    /// The provider's time of the customer's newest message: the window is counted from it.
    pub last_inbound_at: Option<Timestamp>,
    /// The message that opened the window.
    pub opened_by: Option<MessageId>,
    /// When a free entry point was used, by the provider's time of the customer's message.
    pub free_entry_at: Option<Timestamp>,
    /// Until when messages are free, once we answered a free entry in time.
    pub free_until: Option<Timestamp>,
    /// The provider lets no marketing through to them before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketing_from: Option<Timestamp>,
    /// Since when the customer waits.
    pub waiting_since: Option<Timestamp>,
    /// The highest provider time outside the two newest buckets: a message above it is new unless memory knows it.
    pub dedupe_floor: Option<Timestamp>,
    /// The newest message or note, for the list.
    pub preview_seq: Option<u64>,
    /// The lowest `seq` that still waits to be sent, or whose request has not ended.
    pub outbox_floor: Option<u64>,
    /// Items before the newest two buckets that were changed and perhaps not told of yet.
    #[serde(default)]
    pub old_changes: Vec<u64>,
    /// What was committed up to this version is known to be findable by its provider's id.
    pub registered_version: u64,
    /// Since when the customer had waited when we answered: counts again if none of the answers goes.
    #[serde(default)]
    pub answered: Option<Answered>,
    /// The conversation that continues this one, when its contact gave way to another.
    pub redirect: Option<ConversationId>,
    /// What it left to that one.
    #[serde(default)]
    pub left: Option<Box<Left>>,
    /// Conversations that this one continues.
    #[serde(default)]
    pub absorbed: Vec<ConversationId>,
    /// What went to this person lately and uses up what may be sent to one person.
    #[serde(default)]
    pub burst: Option<Burst>,
    /// Who was mentioned in a note and has not looked at it.
    #[serde(default)]
    pub mentions: Vec<wire::Mention>,
    /// Where messages stand that are to go at a time: this alone says which of them still are.
    #[serde(default)]
    pub scheduled: Vec<u64>,
    /// What is due, where a policy says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sla: Option<Box<SlaBody>>,
    /// What the customer is asked to rate, was, and how they did; oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<RatingBody>,
    /// When it began.
    pub created_at: Timestamp,
    /// When something last happened that moves it up the list.
    pub updated_at: Timestamp,
}

/// A resolution that the customer is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RatingBody {
    /// The line by which it was resolved.
    pub of: u64,
    /// When they are to be asked; absent once they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ask_at: Option<Timestamp>,
    /// Where the question stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_seq: Option<u64>,
    /// When it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Timestamp>,
    /// The rating, from 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// When it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rated_at: Option<Timestamp>,
    /// Where they said why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment_seq: Option<u64>,
}

/// What is due in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SlaBody {
    /// The policy's name.
    pub policy: String,
    /// Since when the customer had waited whom a person answered first.
    #[serde(default)]
    pub answered: Option<Timestamp>,
    /// The answer that is due.
    #[serde(default)]
    pub response: Option<SlaCount>,
    /// The resolution.
    #[serde(default)]
    pub resolution: Option<SlaCount>,
}

/// What is counted of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlaCount {
    /// Which target.
    pub target: wire::SlaTarget,
    /// Since when it is counted: whose waiting, which matter.
    pub since: Timestamp,
    /// The target, in seconds.
    pub target_s: u64,
    /// From when on what is left passes; nothing while it is put aside.
    pub from: Option<Timestamp>,
    /// What was left then, in seconds.
    pub left_s: u64,
    /// When it is due; nothing while it is put aside, or where it never is.
    pub due_at: Option<Timestamp>,
    /// When it is about to be missed.
    #[serde(default)]
    pub warn_at: Option<Timestamp>,
    /// Since when it is.
    #[serde(default)]
    pub warned_at: Option<Timestamp>,
    /// Since when it is over its target.
    pub missed_at: Option<Timestamp>,
}

/// Messages that went to one person together, and what they use up of what may be sent to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Burst {
    /// When the request of the first began.
    pub began_at: Timestamp,
    /// How many they are.
    pub messages: u32,
    /// Until when they use it up.
    pub used_until: Timestamp,
}

/// An answer to a customer who waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Since when they had waited.
    pub since: Timestamp,
    /// The first message written in answer.
    pub from: u64,
}

/// What a conversation leaves to the one that continues it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The conversation that gave way.
    pub from: ConversationId,
    /// Whom it was with, by name.
    pub name: String,
    /// The contact who that person proved to be.
    pub into: ContactId,
    /// Its status until then.
    pub status: ConversationStatus,
    /// Until when it was put aside.
    pub snoozed_until: Option<Timestamp>,
    /// Who had it.
    pub assignee_id: Option<UserId>,
    /// Which team it was with.
    #[serde(default)]
    pub team_id: Option<TeamId>,
    /// How urgent somebody said it was.
    #[serde(default)]
    pub priority: wire::Priority,
    /// Its labels.
    #[serde(default)]
    pub labels: Vec<LabelId>,
    /// Who answered there by themselves.
    #[serde(default)]
    pub handled_by: wire::HandledBy,
    /// Since when the customer waited.
    pub waiting_since: Option<Timestamp>,
    /// The provider's time of the customer's newest message.
    pub last_inbound_at: Option<Timestamp>,
    /// The message that opened the window.
    pub opened_by: Option<MessageId>,
    /// When a free entry point was used.
    pub free_entry_at: Option<Timestamp>,
    /// Until when messages are free.
    pub free_until: Option<Timestamp>,
}

/// A message, note or system line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: MessageId,
    /// Its place.
    pub seq: u64,
    /// The conversation's version at its last change.
    pub version: u64,
    /// From whom.
    pub direction: Direction,
    /// What it says.
    pub content: Content,
    /// How far it got.
    pub state: MessageState,
    /// The provider's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<MessageError>,
    /// Who sent it.
    pub sent_by: Sender,
    /// When we took it.
    pub at: Timestamp,
    /// When the provider says it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_at: Option<Timestamp>,
    /// It came after something written more than a minute later.
    #[serde(default)]
    pub late: bool,
    /// It is out of the history of the business' phone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// The message it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// What that says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The emojis on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// The ad or the page's button through which the customer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Box<Referral>>,
    /// It had been passed on before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Forwarded>,
    /// The product it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<ProductRef>,
    /// When its author changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
    /// When its author took it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Timestamp>,
    /// When each state was reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<StateAt>,
    /// Provider requests begun.
    #[serde(default)]
    pub attempts: u32,
    /// What the provider charges it as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<Charged>,
    /// What was decided when it was last about to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Box<SendDecision>>,
    /// Not before this the next request is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Until when its writer had it wait, to be able to take it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_until: Option<Timestamp>,
    /// What it has to do with a rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<wire::RatingPart>,
    /// With which token the program that wrote it has the conversation, where it answers by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership_token: Option<u64>,
    /// It is to go at a time, by a message of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<Plan>>,
    /// The provider's ids of earlier requests, whose statuses no longer count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retired_ids: Vec<String>,
    /// The update as it came, where it holds fields this version does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Kept>,
    /// The request or webhook that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<CorrelationId>,
}

/// When a message is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// When, and on which condition.
    pub schedule: wire::Schedule,
    /// Messages of the customer when it was made: more means that they wrote since.
    pub inbound_count: u64,
}

/// One provider request. Written before it starts; one without an outcome is `unknown` after a crash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The item.
    pub seq: u64,
    /// Counted from 1, at most 15.
    pub number: u32,
    /// When it was decided to make it.
    pub started_at: Timestamp,
    /// The consent it was made under.
    pub consent_version: u64,
    /// What came of it, once known.
    pub outcome: Option<MessageState>,
}

/// What was asked for under an idempotency key, so that the same key with another request is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientKey {
    /// The message it made.
    pub message_id: MessageId,
    /// Its place.
    pub seq: u64,
    /// SHA-256 of the request.
    pub request_hash: Vec<u8>,
    /// When.
    pub at: Timestamp,
}

/// An update that could not be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The channel it came through.
    pub channel_id: ChannelId,
    /// Why it could not be applied.
    pub reason: String,
    /// The update, as JSON: one webhook with this one update in it.
    pub raw: Kept,
}

/// An update that concerns no conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherUpdate {
    /// The channel it came through.
    pub channel_id: ChannelId,
    /// When it came.
    pub at: Timestamp,
    /// The provider's name of what it is about.
    pub field: String,
    /// The change, as it came.
    pub raw: Kept,
}

/// What is known of a template: see the rules in the domain's `template`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateBody {
    /// Its components, as they were last read, without what the fields below say.
    pub template: wire::Template,
    /// When the reading began that told the components.
    pub read_at: Timestamp,
    /// Its status.
    pub status: Known,
    /// Its quality.
    #[serde(default)]
    pub quality: Option<Known>,
    /// Its category.
    pub category: Known,
    /// The category that the provider says it will have.
    #[serde(default)]
    pub announced: Option<Known>,
    /// Status, quality and category as they were when somebody last looked.
    pub seen: SeenFacts,
    /// When a reading found other words or buttons than before, which nobody has looked at since.
    #[serde(default)]
    pub reworded_at: Option<Timestamp>,
    /// What fills its places.
    #[serde(default)]
    pub fills: Vec<wire::TemplateFill>,
    /// When it was changed by us, the newest last: what the provider allows per day and month is counted from these.
    #[serde(default)]
    pub edited_at: Vec<Timestamp>,
}

/// A fact that the provider told, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// Since when it is so, as far as we know.
    pub at: Timestamp,
    /// When it was told last: by the provider's clock, or when the reading began that told it.
    pub told_at: Timestamp,
    /// What.
    pub value: String,
    /// Why, in the provider's words.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A template's facts as they were when somebody last looked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeenFacts {
    /// Its status.
    pub status: String,
    /// Its quality.
    #[serde(default)]
    pub quality: Option<String>,
    /// Its category.
    pub category: String,
    /// The category it was said to get.
    #[serde(default)]
    pub announced: Option<String>,
}

/// Where an address means one person.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum IdentityScope {
    /// In the whole workspace: a phone number.
    Tenant,
    /// Within one WhatsApp Business Account, which stands for its portfolio: a business-scoped user id.
    Portfolio(String),
    /// On one channel: its own form of an address.
    Channel(ChannelId),
}

impl IdentityScope {
    /// As stored.
    #[must_use]
    pub fn to_key(&self) -> String {
        match self {
            Self::Tenant => "tenant".to_owned(),
            Self::Portfolio(id) => format!("portfolio:{id}"),
            Self::Channel(id) => id.to_string(),
        }
    }
}

/// Whom a wake-up wakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WakeupTarget {
    /// A conversation.
    Conversation(ConversationId),
    /// A contact.
    Contact(ContactId),
    /// A file.
    Media(MediaId),
    /// A channel.
    Channel(ChannelId),
}

impl WakeupTarget {
    /// As stored: a letter and the id.
    #[must_use]
    pub fn to_key(&self) -> Vec<u8> {
        let (letter, id) = match self {
            Self::Conversation(id) => (b'v', id.as_bytes()),
            Self::Contact(id) => (b'c', id.as_bytes()),
            Self::Media(id) => (b'm', id.as_bytes()),
            Self::Channel(id) => (b'n', id.as_bytes()),
        };
        let mut key = vec![letter];
        key.extend_from_slice(id);
        key
    }

    /// From the store; nothing for a kind of a later version.
    #[must_use]
    pub fn from_key(key: &[u8]) -> Option<Self> {
        let (letter, id) = key.split_first()?;
        let id = id.try_into().ok()?;
        match letter {
            b'v' => Some(Self::Conversation(ConversationId::from_bytes(id))),
            b'c' => Some(Self::Contact(ContactId::from_bytes(id))),
            b'm' => Some(Self::Media(MediaId::from_bytes(id))),
            b'n' => Some(Self::Channel(ChannelId::from_bytes(id))),
            _ => None,
        }
    }
}

/// Why something is woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WakeupReason {
    /// It was active: after a crash it must repair its projections and announce what it committed.
    Active,
    /// A snooze ends.
    Snooze,
    /// The provider is to be asked again.
    Check,
}

crate::undisclosed!(UserBody, SessionBody, CodeBody, InvitationBody, ApiKeyBody);

impl WakeupReason {
    /// As stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Snooze => "snooze",
            Self::Check => "check",
        }
    }
}

/// A value kept as JSON, encoded for a body column.
#[must_use]
pub fn encode_body(value: &impl Serialize) -> Vec<u8> {
    // The types kept this way have string keys and finite numbers only, so this cannot fail; were it to, the empty
    // body is refused when it is read, as a corrupt row.
    serde_json::to_vec(value).unwrap_or_default()
}
