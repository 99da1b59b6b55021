//! Bodies of requests and answers.

use super::{
    ChannelLight, ChannelQueue, Contact, ContactCard, Conversation, ConversationStatus, HandlerKind,
    Interactive, Location, Message, NumberFacts, Schedule, Text, wire, wire_with_secrets,
};
use crate::{
    ApiKeyId, BlobId, ChannelId, ContactId, ConversationId, CorrelationId, DeadLetterId, InvitationId,
    MediaId, MessageId, TeamId, TenantId, Timestamp, UserId,
};

wire! {
    /// A place in a tenant's stream: a snapshot includes everything up to it.
    #[derive(Eq, Hash)]
    pub struct StreamPosition {
        /// The activation of the stream; offsets of different epochs do not compare.
        pub epoch: String,
        /// The last event included.
        pub offset: u64,
    }

    /// RFC 9457 problem details.
    pub struct Problem {
        /// A page about this kind of problem.
        #[serde(rename = "type")]
        pub kind: String,
        /// What is wrong, for people.
        pub title: String,
        /// The HTTP status.
        pub status: u16,
        /// What is wrong this time and what to do.
        pub detail: String,
        /// What is wrong, for programs; stable.
        pub code: String,
        /// The part of the request that is wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
        /// What others of us wrote since the caller looked, oldest first, with `teammate_replied`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub changed: Vec<Message>,
        /// Finds this request in the logs.
        pub correlation_id: CorrelationId,
    }

    /// A page of conversations.
    pub struct ConversationPage {
        /// In the order of the list.
        pub conversations: Vec<Conversation>,
        /// Pass it as `cursor` for the next page; absent on the last.
        pub next_cursor: Option<String>,
        /// Conversations in this view and status, all pages together.
        pub total: u64,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// A page of the list, and how many conversations each view holds.
    pub struct ConversationList {
        /// The page.
        #[serde(flatten)]
        pub page: ConversationPage,
        /// In the status asked for, all pages together.
        pub counts: ViewCounts,
    }

    /// How many conversations each view holds.
    #[derive(Eq)]
    pub struct ViewCounts {
        /// The caller's.
        pub mine: u64,
        /// Nobody's.
        pub unassigned: u64,
        /// Everybody's.
        pub all: u64,
        /// Each team's.
        #[serde(default)]
        pub teams: Vec<TeamCount>,
    }

    /// How many conversations are with a team.
    #[derive(Copy, Eq)]
    pub struct TeamCount {
        /// Which.
        pub team_id: TeamId,
        /// How many.
        pub count: u64,
    }

    /// One conversation.
    pub struct ConversationDetail {
        /// The conversation.
        #[serde(flatten)]
        pub conversation: Conversation,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// A page of a conversation: the newest first, ascending `seq` within.
    pub struct MessagePage {
        /// Ascending `seq`.
        pub messages: Vec<Message>,
        /// There are older ones before the first.
        pub has_more: bool,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// A page of contacts.
    pub struct ContactPage {
        /// By id.
        pub contacts: Vec<Contact>,
        /// Pass it as `cursor` for the next page; absent on the last.
        pub next_cursor: Option<String>,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// One contact.
    pub struct ContactDetail {
        /// The contact.
        #[serde(flatten)]
        pub contact: Contact,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// A template to send, with its values.
    #[derive(Default)]
    pub struct TemplateRequest {
        /// Its name.
        pub name: String,
        /// Its language.
        pub language: String,
        /// Values for the header's placeholders, in order.
        #[serde(default)]
        pub header: Vec<super::TemplateParameter>,
        /// Values for the body's placeholders, in order.
        #[serde(default)]
        pub body: Vec<super::TemplateParameter>,
        /// The file above the body, where the template has one there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_file: Option<Box<super::HeaderFile>>,
        /// The place above the body, where the template has one there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_location: Option<Box<Location>>,
        /// Values for its buttons.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<super::TemplateButtonValue>,
        /// The product above the body, where the template has one there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_product: Option<Box<super::TemplateProduct>>,
        /// When its offer ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offer_ends_at: Option<Timestamp>,
        /// Values for each of its cards, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub cards: Vec<super::TemplateCardValues>,
        /// Places that a field of the contact fills, or fixed words; `header` and `body` give values for the others, in
        /// order. Refused where the contact does not have the field.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fills: Vec<super::TemplateFill>,
    }

    /// Start a conversation with a new or known address.
    pub struct StartConversation {
        /// The channel to write from.
        pub channel_id: ChannelId,
        /// The phone number in international form, with or without `+`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// Or a contact we know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contact_id: Option<ContactId>,
        /// The person's name, for a contact that is new.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// The first message: a template, as the window cannot be open yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub message: Option<SendRequest>,
    }

    /// A conversation that was started or found, and the message that was queued with it.
    pub struct StartedConversation {
        /// The conversation.
        #[serde(flatten)]
        pub conversation: Conversation,
        /// The first message, where one was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub message: Option<Message>,
    }

    /// Give a conversation to somebody, or to nobody.
    pub struct AssignRequest {
        /// Whom; `null` for nobody.
        pub assignee_id: Option<UserId>,
    }

    /// Put a conversation with a team, or with none.
    pub struct TeamRequest {
        /// Which; `null` for none.
        pub team_id: Option<TeamId>,
    }

    /// Say who answers in a conversation by themselves.
    #[derive(Copy, Eq)]
    pub struct OwnershipRequest {
        /// `bot`: a program takes it for itself, where nobody has it; a colleague gives it back to the one that had it last.
        /// `agents`: a program hands it over; a colleague steps in. `nobody`: whoever has it lets it go.
        pub to: HandlerKind,
    }

    /// Say how far the caller has read.
    #[derive(Eq, Default)]
    pub struct ReadRequest {
        /// Messages of the customer read so far; all of them when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub inbound_count: Option<u64>,
        /// Notes that mention the caller seen so far, by the `seq` of the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mention_seq: Option<u64>,
    }

    /// Set a conversation's status.
    pub struct StatusRequest {
        /// The new status.
        pub status: ConversationStatus,
        /// Until when, with `snoozed`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub snoozed_until: Option<Timestamp>,
    }

    /// How far somebody has read.
    #[derive(Copy, Eq)]
    pub struct ReadMark {
        /// The conversation.
        pub conversation_id: ConversationId,
        /// Who.
        pub user_id: UserId,
        /// Messages of the customer they have read.
        pub inbound_count: u64,
    }

    /// Change a contact; what is left out stays.
    pub struct ContactPatch {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// A line about the person; empty clears it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub about: Option<String>,
        /// Block, or lift a block.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked: Option<bool>,
    }
}

wire_with_secrets! {
    /// Connect a channel.
    pub struct ConnectChannel {
        /// `whatsapp`.
        pub kind: ChannelKind,
        /// What colleagues call it.
        pub name: String,
        /// The provider's id of the number.
        pub phone_number_id: String,
        /// The WhatsApp Business Account the number belongs to.
        pub waba_id: String,
        /// The token for calls to the Graph API; never shown again.
        pub access_token: String,
        /// The secret that signs webhooks; the instance's own where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub app_secret: Option<String>,
        /// The word Meta repeats when it checks the webhook's address; made by us where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verify_token: Option<String>,
        /// Connect it only when the provider confirmed everything. Left out, only a token that is not taken keeps it from
        /// being connected: else it is asked again by itself, and the channel's lights say what was not confirmed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub verify: bool,
    }
}

wire_with_secrets! {
    /// A connected channel. Secrets are never shown.
    pub struct Channel {
        /// Its id.
        pub id: ChannelId,
        /// Counts its changes; the older of two is dropped.
        pub version: u64,
        /// Its kind.
        pub kind: ChannelKind,
        /// What colleagues call it.
        pub name: String,
        /// The provider's id of the number.
        pub phone_number_id: String,
        /// The WhatsApp Business Account the number belongs to.
        pub waba_id: String,
        /// Does it work?
        pub health: ChannelHealth,
        /// Why it does not, in plain words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub problem: Option<String>,
        /// The address to enter as the webhook's at the provider.
        pub webhook_url: String,
        /// The word to enter beside it; shown once, when the channel is made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub verify_token: Option<String>,
        /// When it was connected.
        pub created_at: Timestamp,
        /// Customers are told that what they wrote was read, and that somebody writes.
        pub read_receipts: bool,
        /// What the provider says of the number; absent until it was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub facts: Option<NumberFacts>,
        /// When the provider was last asked about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub checked_at: Option<Timestamp>,
        /// How everything about it stands, and what to do.
        #[serde(default)]
        pub lights: Vec<ChannelLight>,
        /// What waits to be sent from it; absent where nothing waits for long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub queue: Option<ChannelQueue>,
        /// So many people were written to first that there is room for another only then; absent where there is room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub limit_full_until: Option<Timestamp>,
    }
}

wire! {
    /// Kinds of channel.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ChannelKind {
        /// WhatsApp's Cloud API.
        Whatsapp,
    }

    /// Does a channel work?
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum ChannelHealth {
        /// As far as we know.
        #[default]
        Working,
        /// The provider refuses our token or account: nothing goes out until somebody acts.
        Broken,
        /// The provider fails or is slow; sends wait and go on by themselves.
        Degraded,
    }

    /// The channels of the workspace.
    pub struct ChannelList {
        /// By name.
        pub channels: Vec<Channel>,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// A message template at the provider.
    #[derive(Default, Eq)]
    pub struct Template {
        /// Its name.
        pub name: String,
        /// Its language.
        pub language: String,
        /// `MARKETING`, `UTILITY` or `AUTHENTICATION`.
        pub category: String,
        /// `APPROVED` and others.
        pub status: String,
        /// The header's words, with placeholders.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header: Option<String>,
        /// The body's words, with placeholders.
        pub body: String,
        /// The footer's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub footer: Option<String>,
        /// Placeholders of the header, by name or number, in order.
        pub header_parameters: Vec<String>,
        /// Placeholders of the body, by name or number, in order.
        pub body_parameters: Vec<String>,
        /// Placeholders go by name.
        pub named: bool,
        /// This version can send it: it knows everything that the template is made of.
        pub sendable: bool,
        /// Its id at the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub id: Option<String>,
        /// What stands above the body.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub header_format: Option<super::TemplateHeaderFormat>,
        /// Its buttons, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub buttons: Vec<super::TemplateButton>,
        /// Its offer that ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub offer: Option<super::TemplateOffer>,
        /// What was chosen of a template with a code, as far as the provider tells it: not the app that takes the code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub authentication: Option<super::TemplateAuthentication>,
        /// Its cards, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub cards: Vec<super::TemplateCard>,
        /// Examples for the placeholders of the header, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub header_examples: Vec<String>,
        /// Examples for the placeholders of the body, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub body_examples: Vec<String>,
        /// How customers take it: `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quality: Option<String>,
        /// Why the provider refused it, in its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rejected_reason: Option<String>,
        /// What fills its places unless somebody writes something else.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fills: Vec<super::TemplateFill>,
        /// What is not as it was when somebody last looked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub changes: Vec<super::TemplateChange>,
    }

    /// The templates of a channel.
    pub struct TemplateList {
        /// By name and language.
        pub templates: Vec<Template>,
        /// When they were read from the provider.
        pub read_at: Timestamp,
        /// Why they could not be read now: these are as they were then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub problem: Option<String>,
    }
}

wire_with_secrets! {
    /// Sign in.
    pub struct SignIn {
        /// The account's address.
        pub email: String,
        /// Its password.
        pub password: String,
    }
}

wire_with_secrets! {
    /// Who is signed in, and where.
    pub struct Me {
        /// The person or, for an API key, the key's name.
        pub user: User,
        /// The workspace.
        pub workspace: Workspace,
        /// Every workspace they belong to, this one among them, by name; for an API key this one alone.
        pub workspaces: Vec<Workspace>,
        /// What their role lets them do.
        pub permissions: Vec<Permission>,
        /// Send it as `X-CSRF-Token` with every request that changes something; absent for API keys.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub csrf_token: Option<String>,
    }
}

wire! {
    /// A person who signs in.
    #[derive(Eq)]
    pub struct User {
        /// Their id.
        pub id: UserId,
        /// Their name.
        pub name: String,
        /// Their address.
        pub email: String,
        /// What they may do.
        pub role: Role,
    }

    /// What a member may do.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Role {
        /// Everything.
        Owner,
        /// Everything but what concerns owners.
        Admin,
        /// Answers customers and looks after templates.
        Supervisor,
        /// Answers customers.
        Agent,
        /// Reads, and changes nothing.
        Analyst,
    }

    /// Something that some roles may do.
    #[derive(Copy, Eq, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum Permission {
        /// See conversations, contacts, files, and how channels stand.
        Read,
        /// Write to customers, take, note and resolve, change contacts.
        Answer,
        /// Make, change and delete templates.
        ManageTemplates,
        /// Make, change and delete the saved replies that everybody uses.
        ManageReplies,
        /// Connect, change and disconnect channels.
        ManageChannels,
        /// Add people, say what they may do, remove them.
        ManagePeople,
        /// Make, change and delete teams.
        ManageTeams,
        /// Make, change and delete labels and rules, and the views and macros that everybody has.
        ManageInbox,
        /// Make and revoke API keys.
        ManageKeys,
        /// See updates that could not be applied, and apply them again.
        ReplayDeliveries,
        /// See who did what (`GET /api/v1/audit`).
        SeeAudit,
        /// See how it stands and what happened, also of each colleague (`GET /api/v1/reports/…`).
        SeeReports,
    }

    /// The people of the workspace.
    pub struct UserList {
        /// By name.
        pub users: Vec<User>,
    }

    /// A workspace.
    #[derive(Eq)]
    pub struct Workspace {
        /// Its id.
        pub id: TenantId,
        /// Its name.
        pub name: String,
    }
}

wire_with_secrets! {
    /// What `workspace create` prints.
    pub struct CreatedWorkspace {
        /// The workspace.
        pub workspace_id: TenantId,
        /// Its first member.
        pub user_id: UserId,
        /// A key of theirs for the API; shown once.
        pub api_key: String,
    }
}

wire_with_secrets! {
    /// Add a member.
    pub struct CreateUser {
        /// Their address.
        pub email: String,
        /// Their name.
        pub name: String,
        /// Their first password.
        pub password: String,
        /// What they may do.
        pub role: Role,
    }
}

wire! {
    /// Change a member. What is left out stays.
    pub struct ChangeUser {
        /// Their name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// What they may do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub role: Option<Role>,
    }

    /// Somebody was added, changed or removed: whoever shows people reads them again.
    #[derive(Eq)]
    pub struct UsersChanged {
        /// Who.
        pub user_id: UserId,
    }
}

wire_with_secrets! {
    /// A ticket that opens one socket within a minute.
    pub struct SocketTicket {
        /// Pass it as `?ticket=`.
        pub ticket: String,
        /// Until when.
        pub expires_at: Timestamp,
    }
}

wire! {
    /// By which doors somebody comes in here who is not signed in.
    #[derive(Copy, Eq)]
    pub struct Entrances {
        /// Strangers may make an account and a workspace.
        pub sign_up: bool,
        /// A forgotten password can be set anew by mail.
        pub password_reset: bool,
        /// Mail stays here and is shown at `/outbox`: this server is for trying things out.
        pub outbox: bool,
    }

    /// Ask for a one-time code by mail.
    #[derive(Eq)]
    pub struct AskForCode {
        /// The address it goes to.
        pub email: String,
    }

    /// What is said of a code, whether the address has an account or not.
    #[derive(Eq)]
    pub struct CodeAsked {
        /// How long a code is good for, in seconds.
        pub valid_s: u64,
    }

    /// Go on in another workspace.
    #[derive(Copy, Eq)]
    pub struct SwitchWorkspace {
        /// Which.
        pub workspace_id: TenantId,
    }

    /// Ask somebody to join.
    #[derive(Eq)]
    pub struct CreateInvitation {
        /// Their address.
        pub email: String,
        /// What they may do once they are here.
        pub role: Role,
    }

    /// How a mail stands.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum MailStanding {
        /// None was sent, as no way out is set.
        None,
        /// It is on its way out.
        Waiting,
        /// It was handed over.
        Sent,
        /// It could not be handed over.
        Failed,
    }

    /// What an invitation says to whoever has its token.
    #[derive(Eq)]
    pub struct InvitationSeen {
        /// The workspace's name.
        pub workspace: String,
        /// Who is asked.
        pub email: String,
        /// What they may do there.
        pub role: Role,
        /// Who asks.
        pub invited_by: String,
        /// The address has an account, whose password opens it; else a name and a password are to be chosen.
        pub has_account: bool,
        /// Until when it can be accepted.
        pub expires_at: Timestamp,
    }
}

wire_with_secrets! {
    /// Make an account and a workspace.
    pub struct ConfirmSignUp {
        /// The address the code was sent to.
        pub email: String,
        /// The code.
        pub code: String,
        /// What the workspace is called.
        pub workspace: String,
        /// What the person is called.
        pub name: String,
        /// Their password.
        pub password: String,
    }

    /// Set a forgotten password anew.
    pub struct ConfirmPasswordReset {
        /// The address the code was sent to.
        pub email: String,
        /// The code.
        pub code: String,
        /// The new password.
        pub password: String,
    }

    /// An invitation that was not accepted yet.
    pub struct Invitation {
        /// Its id.
        pub id: InvitationId,
        /// Who is asked.
        pub email: String,
        /// What they may do once they are here.
        pub role: Role,
        /// Who asks.
        pub invited_by: UserId,
        /// What these were called then.
        pub invited_by_name: String,
        /// When they were first asked.
        pub created_at: Timestamp,
        /// Until when it can be accepted.
        pub expires_at: Timestamp,
        /// How its mail stands.
        pub mail: MailStanding,
        /// Why it was not sent, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub mail_problem: Option<String>,
        /// Whoever opens it may join in their name: it is for them alone. Not told to who may not ask for this role.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub link: Option<String>,
    }

    /// The invitations that were not accepted yet.
    pub struct InvitationList {
        /// Newest first.
        pub invitations: Vec<Invitation>,
        /// They are sent by mail, too.
        pub by_mail: bool,
    }

    /// Look at an invitation.
    pub struct LookAtInvitation {
        /// What stands behind the `#` of its link.
        pub token: String,
    }

    /// Accept an invitation.
    pub struct AcceptInvitation {
        /// What stands behind the `#` of its link.
        pub token: String,
        /// For a new account: what the person is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// For a new account its password to be; for one that is there its password, unless somebody is signed in to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub password: Option<String>,
    }

    /// A mail that stayed here.
    pub struct OutboxMail {
        /// When it was sent.
        pub at: Timestamp,
        /// To whom.
        pub to: String,
        /// What it is about.
        pub subject: String,
        /// What it says.
        pub text: String,
    }

    /// The mail that stayed here.
    pub struct OutboxMails {
        /// Newest first, at most a hundred.
        pub mails: Vec<OutboxMail>,
    }
}

wire! {
    /// The keys of a workspace.
    pub struct ApiKeyList {
        /// Newest first.
        pub api_keys: Vec<ApiKey>,
    }

    /// A credential of a program, without its secret.
    #[derive(Eq)]
    pub struct ApiKey {
        /// Its id.
        pub id: ApiKeyId,
        /// What it is for.
        pub name: String,
        /// The secret's last characters, by which people tell one key from another.
        pub ends_with: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// Who made it; the key may do what they may.
        pub created_by: UserId,
    }

    /// Make a key.
    pub struct CreateApiKey {
        /// What it is for.
        pub name: String,
    }
}

wire_with_secrets! {
    /// A new key.
    pub struct CreatedApiKey {
        /// What stays visible of it.
        #[serde(flatten)]
        pub shown: ApiKey,
        /// The key itself; shown once.
        pub api_key: String,
    }
}

wire! {
    /// Updates that could be stored but not applied.
    pub struct DeadLetterList {
        /// Newest first.
        pub dead_letters: Vec<DeadLetterEntry>,
        /// Pass it as `cursor` for the next page; absent on the last.
        pub next_cursor: Option<String>,
    }

    /// An update that could be stored but not applied.
    #[derive(Eq)]
    pub struct DeadLetterEntry {
        /// Its id.
        pub id: DeadLetterId,
        /// When it came.
        pub at: Timestamp,
        /// The channel it came through.
        pub channel_id: ChannelId,
        /// Why it could not be applied.
        pub reason: String,
        /// The update as it came; absent above 16 KiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub raw: Option<String>,
        /// Where it is kept when it is larger.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blob: Option<BlobId>,
    }

    /// How many updates that could not be applied were applied now.
    #[derive(Copy, Eq)]
    pub struct Replayed {
        /// Applied and gone from the list.
        pub applied: u64,
        /// Still there.
        pub left: u64,
    }

    /// A read mark that was stored.
    #[derive(Copy, Eq)]
    pub struct ReadAnswer {
        /// The mark.
        pub read: ReadMark,
        /// What is left unread.
        pub unread_count: u64,
    }
}

wire! {
    /// A message that is to go at a time.
    pub struct ScheduleRequest {
        /// When.
        #[serde(flatten)]
        pub when: Schedule,
        /// What. It is judged when it goes, and what a template is filled with when it is asked for.
        pub message: SendRequest,
    }

    /// Change what is to go at a time. What is left out stays.
    #[derive(Default)]
    pub struct ChangeSchedule {
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub send_at: Option<Timestamp>,
        /// Only if the customer has not written by then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unless_reply: Option<bool>,
        /// The words, of what is nothing but words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<Text>,
    }

    /// What is to go at a time.
    pub struct ScheduledList {
        /// Soonest first.
        pub messages: Vec<Message>,
    }
}

/// A message to send.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema, schemars::JsonSchema)]
pub struct SendRequest {
    /// Its type and what it says.
    #[serde(flatten)]
    pub content: SendContent,
    /// The message of the conversation that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<MessageId>,
    /// Seconds in which it waits and can be taken back, at most 30; what is written after it waits behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_s: Option<u32>,
    /// The highest `seq` that its writer saw. Where somebody else of us answered since, it is refused with
    /// `teammate_replied` and what they wrote; what the customer wrote since does not matter. Left out, nobody looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_seq: Option<u64>,
    /// The token with which the calling program has the conversation (`handled_by`): refused with `ownership_lost` at every
    /// step on its way where it has it no more. For programs that answer by themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownership_token: Option<u64>,
}

/// Longest time in which a message waits to be taken back, in seconds.
pub const MAX_HOLD_SECS: u32 = 30;

impl SendRequest {
    /// Words that answer nothing in particular.
    #[must_use]
    pub const fn text(body: String) -> Self {
        Self::of(SendContent::Text { text: Text { body } })
    }

    /// Something that answers nothing in particular.
    #[must_use]
    pub const fn of(content: SendContent) -> Self {
        Self { content, reply_to: None, hold_s: None, seen_seq: None, ownership_token: None }
    }
}

/// What is to be sent. All but templates are allowed while the window is open.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema, schemars::JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SendContent {
    /// Words.
    Text {
        /// The words.
        text: Text,
    },
    /// An approved template; allowed at any time.
    Template {
        /// The template and its values.
        template: Box<TemplateRequest>,
    },
    /// A picture: JPEG or PNG, at most 5 MiB.
    Image {
        /// The file.
        image: SendFile,
    },
    /// A film: MP4 or 3GPP, at most 16 MiB.
    Video {
        /// The file.
        video: SendFile,
    },
    /// A sound: AAC, AMR, MP3, M4A or Ogg with Opus, at most 16 MiB.
    Audio {
        /// The file.
        audio: SendFile,
    },
    /// A file of any type, at most 100 MB.
    Document {
        /// The file.
        document: SendFile,
    },
    /// A sticker: WebP, at most 500 KiB.
    Sticker {
        /// The file.
        sticker: SendFile,
    },
    /// A place.
    Location {
        /// Where.
        location: Location,
    },
    /// People's cards.
    Contacts {
        /// One for each person, at most 257.
        contacts: Vec<ContactCard>,
    },
    /// Words with something to tap.
    Interactive {
        /// The words, and what there is to tap.
        interactive: Interactive,
    },
    /// An emoji for a message of the conversation.
    Reaction {
        /// The emoji and the message.
        reaction: SendReaction,
    },
}

wire! {
    /// A file to send.
    #[derive(Eq)]
    pub struct SendFile {
        /// The file, as the upload of it answered.
        pub media_id: MediaId,
        /// Words with it, at most 1,024 characters; none with a sound or a sticker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub caption: Option<String>,
        /// The name under which a document is shown; that of the upload where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filename: Option<String>,
        /// A voice note; Ogg with Opus alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub voice: bool,
    }

    /// An emoji for a message.
    #[derive(Eq)]
    pub struct SendReaction {
        /// The message, not older than 30 days.
        pub message_id: MessageId,
        /// The emoji; empty takes back the one before.
        pub emoji: String,
    }
}

/// Derived code for a tagged enumeration reads the whole first and so cannot say which field is wrong.
impl<'de> serde::Deserialize<'de> for SendRequest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;

        #[derive(serde::Deserialize)]
        struct Plain {
            #[serde(rename = "type")]
            kind: Kind,
            text: Option<Text>,
            template: Option<TemplateRequest>,
            image: Option<SendFile>,
            video: Option<SendFile>,
            audio: Option<SendFile>,
            document: Option<SendFile>,
            sticker: Option<SendFile>,
            location: Option<Location>,
            contacts: Option<Vec<ContactCard>>,
            interactive: Option<Interactive>,
            reaction: Option<SendReaction>,
            reply_to: Option<MessageId>,
            hold_s: Option<u32>,
            seen_seq: Option<u64>,
            ownership_token: Option<u64>,
        }
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Kind {
            Text,
            Template,
            Image,
            Video,
            Audio,
            Document,
            Sticker,
            Location,
            Contacts,
            Interactive,
            Reaction,
        }
        fn needed<T, E: Error>(part: Option<T>, name: &'static str) -> Result<T, E> {
            part.ok_or_else(|| E::missing_field(name))
        }
        let plain = Plain::deserialize(deserializer)?;
        let content = match plain.kind {
            Kind::Text => SendContent::Text { text: needed(plain.text, "text")? },
            Kind::Template => {
                SendContent::Template { template: Box::new(needed(plain.template, "template")?) }
            }
            Kind::Image => SendContent::Image { image: needed(plain.image, "image")? },
            Kind::Video => SendContent::Video { video: needed(plain.video, "video")? },
            Kind::Audio => SendContent::Audio { audio: needed(plain.audio, "audio")? },
            Kind::Document => SendContent::Document { document: needed(plain.document, "document")? },
            Kind::Sticker => SendContent::Sticker { sticker: needed(plain.sticker, "sticker")? },
            Kind::Location => SendContent::Location { location: needed(plain.location, "location")? },
            Kind::Contacts => SendContent::Contacts { contacts: needed(plain.contacts, "contacts")? },
            Kind::Interactive => {
                SendContent::Interactive { interactive: needed(plain.interactive, "interactive")? }
            }
            Kind::Reaction => SendContent::Reaction { reaction: needed(plain.reaction, "reaction")? },
        };
        Ok(Self {
            content,
            reply_to: plain.reply_to,
            hold_s: plain.hold_s,
            seen_seq: plain.seen_seq,
            ownership_token: plain.ownership_token,
        })
    }
}
