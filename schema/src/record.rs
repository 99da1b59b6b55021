//! The records of every table.
//!
//! Tables of the installation come first, then those of a tenant. A tenant's records do not name their
//! tenant: the store takes it from the caller's [`crate::TenantScope`].

mod body;
mod report;

pub use body::*;
pub use report::*;

use std::time::Duration;

use crate::{
    ApiKeyId, AuditId, AutomationRunId, BlobId, BulkId, ChannelId, ContactId, ConversationId, DeadLetterId,
    IdBytes, InvitationId, LabelId, MacroId, MediaId, MessageId, NotificationId, PushSubscriptionId, RuleId,
    SavedReplyId, SessionId, TeamId, TenantId, Timestamp, UserId, ViewId,
    table::{Json, Table, table},
    wire::{AuditEntry, AutomationRun, Conversation, NotificationSettings},
};

/// Items of one bucket of a thread: with items of about 2 KiB a partition of about 1 MiB.
pub const BUCKET_ITEMS: u64 = 500;
/// Events of one chunk of a tenant's log.
pub const LOG_CHUNK_EVENTS: u64 = 5_000;
/// Buckets over which a tenant's contacts and its conversations' rows in the list are spread: with 5,000 of 1 KiB
/// in each, 320,000 a tenant. It divides 256, so that all fill alike.
pub const PROJECTION_BUCKETS: u8 = 64;

/// How much time one part of the audit trail spans: with 100,000 acts a day of 400 bytes a partition of about 80 MiB.
pub const AUDIT_PERIOD: Duration = Duration::from_secs(16 * 24 * 3_600);
/// Parts of the audit trail within one period. It divides 256, so that all fill alike.
pub const AUDIT_PARTS: u8 = 8;

/// How much time one part of the log of runs spans: with 100,000 a day of 500 bytes a partition of about 50 MiB.
pub const RUNS_PERIOD: Duration = Duration::from_secs(24 * 3_600);
/// How long a run is kept.
pub const RUNS_LIFE: Duration = Duration::from_secs(30 * 24 * 3_600);

/// In which period of the log of runs a time is.
#[must_use]
pub const fn runs_period(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(RUNS_PERIOD.as_millis() as i64)
}

/// In which period of the audit trail a time is.
#[must_use]
pub const fn audit_period(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(AUDIT_PERIOD.as_millis() as i64)
}

/// The bucket of a contact or of a conversation's row in the list: by the last byte of its id, which grows with
/// nothing.
#[must_use]
pub const fn projection_bucket(id: &IdBytes) -> i64 {
    let [.., last] = *id;
    (last % PROJECTION_BUCKETS) as i64
}

/// Every table, in the order of their making.
pub static TABLES: &[&Table] = &[
    &CLAIMS,
    &USERS,
    &SESSIONS,
    &CODES,
    &WAKEUPS,
    &WAKEUP_CURSORS,
    &TENANTS,
    &MEMBERS,
    &INVITATIONS,
    &TEAMS,
    &LABELS,
    &AVAILABILITY,
    &API_KEYS,
    &CHANNELS,
    &TEMPLATES,
    &IDENTITIES,
    &CONTACTS,
    &CONTACT_EDGES,
    &CONTACT_CONVERSATIONS,
    &CONSENT,
    &MEDIA,
    &THREAD,
    &CONVERSATION_HEADS,
    &PROVIDER_IDS,
    &ORPHANS,
    &INBOUND_DEAD,
    &OTHER_UPDATES,
    &TENANT_LOG,
    &LOG_CURSORS,
    &IDEMPOTENCY,
    &AGENT_STATE,
    &INITIATED,
    &SAVED_REPLIES,
    &DRAFTS,
    &SAVED_VIEWS,
    &BULK_JOBS,
    &BULK_SLICES,
    &AUDIT,
    &AUTOMATION_RULES,
    &MACROS,
    &AUTOMATION_RUNS,
    &AUTOMATION_WAITS,
    &REPORT_STATES,
    &REPORT_FACTS,
    &ROLLUPS,
    &NOTIFICATIONS,
    &NOTIFICATION_MARKS,
    &NOTIFICATION_SETTINGS,
    &PUSH_SUBSCRIPTIONS,
    &PUSH_JOBS,
    &SEALED_KEYS,
];

/// Tables of the CQL store alone.
pub static CQL_TABLES: &[&Table] = &[&FENCES];

table! {
    /// Who writes, and up to which time. Renewed like a lease.
    FENCES = "fences" => FenceRow: System, Clustered, claimed;
    partition {
        /// What is fenced: `store`.
        name: String,
    }
    clustering {}
    values {
        /// The node that writes; empty when it has let go.
        holder: Vec<u8>,
        /// Grows with every change of hands.
        epoch: i64,
        /// No write carries a time later than this, in microseconds since 1970.
        reserved_until: i64,
    }
}

table! {
    /// Names that must be unique in the whole installation and what they stand for: an e-mail address, a phone number id, the hash of an API key.
    CLAIMS = "claims" => Claim: System, Clustered, claimed;
    partition {
        /// What kind of name: see [`ClaimKind`].
        kind: String,
        /// SHA-256 of the name, so that neither addresses nor keys lie about in clear.
        hash: Vec<u8>,
    }
    clustering {}
    values {
        /// What the name stands for.
        target: Json<ClaimTarget>,
    }
}

table! {
    /// People who sign in.
    USERS = "users" => UserRow: System, Clustered;
    partition {
        /// Who.
        user_id: UserId,
    }
    clustering {}
    values {
        /// Name, address, password hash.
        body: Json<UserBody>,
    }
}

table! {
    /// Sign-ins of browsers, by the hash of the cookie's secret.
    SESSIONS = "sessions" => SessionRow: System, Clustered, expires;
    partition {
        /// The session.
        session_id: SessionId,
    }
    clustering {}
    values {
        /// Whose, where, with which secrets.
        body: Json<SessionBody>,
    }
}

table! {
    /// One-time codes that were sent by mail: each proves once that somebody reads an address.
    CODES = "codes" => CodeRow: System, Clustered, expires;
    partition {
        /// SHA-256 of what it is for and of the address.
        hash: Vec<u8>,
    }
    clustering {}
    values {
        /// How it is known, and how often it may be tried.
        body: Json<CodeBody>,
    }
}

table! {
    /// What must happen at a time, or after a crash. Firing is idempotent: the target looks at its own state.
    WAKEUPS = "wakeups" => WakeupRow: System, Clustered;
    partition {
        /// The shard whose owner fires it; for now always 0.
        shard: i64,
        /// The minute in which it is looked for, since 1970: that of its due time, or a later one when that minute
        /// may have been read for the last time already.
        minute: i64,
    }
    clustering {
        /// When it is due.
        due: Timestamp,
        /// The tenant to wake it in.
        tenant_id: TenantId,
        /// Whom to wake: kind and id, see [`WakeupTarget`].
        target: Vec<u8>,
    }
    values {
        /// Why: see [`WakeupReason`].
        reason: String,
    }
}

table! {
    /// How far the wake-ups of each shard have been fired.
    WAKEUP_CURSORS = "wakeup_cursors" => WakeupCursorRow: System, Clustered;
    partition {
        /// The shard.
        shard: i64,
    }
    clustering {}
    values {
        /// The first minute, since 1970, that is still read: nothing is filed in one before it.
        minute: i64,
    }
}

table! {
    /// Workspaces.
    TENANTS = "tenants" => TenantRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Always 0: one row a tenant.
        n: i64,
    }
    values {
        /// Name and settings.
        body: Json<TenantBody>,
    }
}

table! {
    /// Who belongs to a workspace, and as what.
    MEMBERS = "members" => MemberRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Who.
        user_id: UserId,
    }
    values {
        /// Name, address and role, as the team's list shows them.
        body: Json<MemberBody>,
    }
}

table! {
    /// Invitations that were not accepted yet. One is good as long as its row is here: its token only says where to look.
    INVITATIONS = "invitations" => InvitationRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which.
        invitation_id: InvitationId,
    }
    values {
        /// Who is asked, by whom, as what, until when.
        body: Json<InvitationBody>,
    }
}

table! {
    /// Teams: people of a workspace who answer together.
    TEAMS = "teams" => TeamRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which.
        team_id: TeamId,
    }
    values {
        /// Its name and its members.
        body: Json<TeamBody>,
    }
}

table! {
    /// Labels: what conversations are sorted by.
    LABELS = "labels" => LabelRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which.
        label_id: LabelId,
    }
    values {
        /// Its name and its colour.
        body: Json<LabelBody>,
    }
}

table! {
    /// What people say of themselves, whether they are there or not.
    AVAILABILITY = "availability" => AvailabilityRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Who.
        user_id: UserId,
    }
    values {
        /// What they say, and when they count as away.
        body: Json<AvailabilityBody>,
    }
}

table! {
    /// Keys of programs. A key is good as long as its row is here: its claim only says where to look.
    API_KEYS = "api_keys" => ApiKeyRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which.
        key_id: ApiKeyId,
    }
    values {
        /// Its name, its maker, the hash of its secret.
        body: Json<ApiKeyBody>,
    }
}

table! {
    /// Connected channels with their sealed secrets. A deleted one keeps its row for 30 days, so that late webhooks still verify.
    CHANNELS = "channels" => ChannelRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which.
        channel_id: ChannelId,
    }
    values {
        /// Its settings and sealed secrets.
        body: Json<ChannelBody>,
    }
}

table! {
    /// Message templates, as the provider last told of them, and what was seen of their changes. Each channel keeps its account's: its owner alone writes them.
    TEMPLATES = "templates" => TemplateRow: Tenant, Clustered;
    partition {
        /// The channel.
        channel_id: ChannelId,
    }
    clustering {
        /// Its name at the provider.
        name: String,
        /// Its language at the provider.
        language: String,
    }
    values {
        /// What is known of it.
        body: Json<TemplateBody>,
    }
}

table! {
    /// Which contact an address belongs to; written once, at first contact.
    IDENTITIES = "identities" => IdentityRow: Tenant, Clustered, claimed;
    partition {
        /// Where the address means this person: see [`IdentityScope`].
        scope: String,
        /// The kind of address.
        kind: String,
        /// The address. Hashed, as keys are ASCII and addresses need not be.
        value_hash: Vec<u8>,
    }
    clustering {}
    values {
        /// Whose it is.
        contact_id: ContactId,
        /// When that became known.
        at: Timestamp,
    }
}

table! {
    /// Contacts.
    CONTACTS = "contacts" => ContactRow: Tenant, Clustered;
    partition {
        /// The bucket: see [`projection_bucket`].
        bucket: i64,
    }
    clustering {
        /// Who.
        contact_id: ContactId,
    }
    values {
        /// Its commit count.
        version: u64,
        /// The owner's epoch.
        epoch: i64,
        /// Name, addresses, block.
        body: Json<ContactBody>,
    }
}

table! {
    /// Contacts proved to be one person. Nothing is rewritten: the newer one's thread redirects to the older's.
    CONTACT_EDGES = "contact_edges" => ContactEdgeRow: Tenant, Clustered;
    partition {
        /// The contact that gives way.
        contact_id: ContactId,
    }
    clustering {
        /// The contact that stays.
        other_id: ContactId,
    }
    values {
        /// When it was proved.
        at: Timestamp,
    }
}

table! {
    /// The conversations of a contact.
    CONTACT_CONVERSATIONS = "contact_conversations" => ContactConversationRow: Tenant, Clustered;
    partition {
        /// Who.
        contact_id: ContactId,
    }
    clustering {
        /// Which.
        conversation_id: ConversationId,
    }
    values {
        /// On which channel.
        channel_id: ChannelId,
    }
}

table! {
    /// What contacts said about what they want to hear from us: for each a chain, every entry with the hash of all before it.
    CONSENT = "consent" => ConsentRow: Tenant, Clustered;
    partition {
        /// Who.
        contact_id: ContactId,
    }
    clustering {
        /// The entry's place, from 1.
        n: u64,
    }
    values {
        /// SHA-256 over the hash before and the record.
        hash: Vec<u8>,
        /// The record, JSON, as it was hashed.
        record: Vec<u8>,
    }
}

table! {
    /// Files that go with messages: where their bytes are, or how far the asking for them is.
    MEDIA = "media" => MediaRow: Tenant, Clustered;
    partition {
        /// Which.
        media_id: MediaId,
    }
    clustering {}
    values {
        /// Its commit count.
        version: u64,
        /// The owner's epoch.
        epoch: i64,
        /// What is known of it.
        body: Json<MediaBody>,
    }
}

table! {
    /// The truth of a conversation: its head, its items, its provider requests, its client keys. One commit of its actor is one mutation of one partition.
    THREAD = "thread" => ThreadRow: Tenant, RightEdge;
    partition {
        /// The conversation.
        conversation_id: ConversationId,
        /// `seq / 500`.
        bucket: u64,
    }
    clustering {
        /// 0 head, 1 item, 2 attempt, 3 client key: see [`ThreadKind`].
        kind: i64,
        /// 0; `seq`; `seq × 16 + attempt`; 63 bits of the key's hash.
        n: u64,
        /// The owner's epoch; readers take the highest.
        epoch: i64,
    }
    values {
        /// The conversation's version at the commit that wrote this.
        version: u64,
        /// An item's id, so that duplicates are known without reading bodies.
        id: Option<MessageId>,
        /// The provider's time of a customer's message.
        provider_at: Option<Timestamp>,
        /// A [`Head`], [`Item`], [`Attempt`] or [`ClientKey`].
        body: Vec<u8>,
    }
}

table! {
    /// The list's view of each conversation: a projection of its thread's head, at most 50 ms behind, repaired when its actor loads.
    CONVERSATION_HEADS = "conversation_heads" => ConversationHeadRow: Tenant, RightEdge;
    partition {
        /// The bucket: see [`projection_bucket`].
        bucket: i64,
    }
    clustering {
        /// Which.
        conversation_id: ConversationId,
    }
    values {
        /// The version projected.
        version: u64,
        /// The conversation as the list shows it, without anybody's unread count.
        body: Json<Conversation>,
    }
}

table! {
    /// Where a message known by its provider's id stands: for statuses, edits, reactions and late duplicates.
    PROVIDER_IDS = "provider_ids" => ProviderIdRow: Tenant, RightEdge;
    partition {
        /// The channel.
        channel_id: ChannelId,
        /// The provider's id.
        provider_id: String,
    }
    clustering {}
    values {
        /// The conversation.
        conversation_id: ConversationId,
        /// The item.
        seq: u64,
    }
}

table! {
    /// A status, edit or revoke that came before its message.
    ORPHANS = "orphans" => OrphanRow: Tenant, Clustered, expires;
    partition {
        /// The channel. One partition, so that its owner can hold all of them in memory: they are few, and
        /// capped.
        channel_id: ChannelId,
    }
    clustering {
        /// SHA-256 of the provider's id of the message it waits for.
        provider_hash: Vec<u8>,
        /// Distinguishes several: the hash of the update.
        update_hash: Vec<u8>,
    }
    values {
        /// When it came.
        at: Timestamp,
        /// The provider's id of the message it waits for.
        provider_id: String,
        /// The update.
        body: Vec<u8>,
    }
}

table! {
    /// Updates that could be stored but not applied: for the error page and for replay.
    INBOUND_DEAD = "inbound_dead" => InboundDeadRow: Tenant, Clustered, expires;
    partition {
        /// Days since 1970.
        day: i64,
    }
    clustering {
        /// When it came.
        at: Timestamp,
        /// Its id.
        id: DeadLetterId,
    }
    values {
        /// Which channel, why, and the update itself or where it is kept.
        body: Json<DeadLetter>,
    }
}

table! {
    /// Updates that concern no conversation, as they came: kept until something knows what to do with them, as the provider does not tell them again.
    OTHER_UPDATES = "other_updates" => OtherUpdateRow: Tenant, Clustered, expires;
    partition {
        /// Days since 1970.
        day: i64,
    }
    clustering {
        /// SHA-256 of channel and update: the same of the same day is kept once.
        hash: Vec<u8>,
    }
    values {
        /// Which channel, what about, and the update itself or where it is kept.
        body: Json<OtherUpdate>,
    }
}

table! {
    /// Every event of a tenant, in order: resume after a restart, search, and later outgoing webhooks, rules and reports.
    TENANT_LOG = "tenant_log" => TenantLogRow: Tenant, RightEdge, expires;
    partition {
        /// `offset / 5000`.
        chunk: u64,
    }
    clustering {
        /// The event's offset; grows over all epochs.
        offset: u64,
    }
    values {
        /// The epoch it was published in.
        epoch: String,
        /// The event's frame, as sockets are sent it: JSON.
        body: Vec<u8>,
    }
}

table! {
    /// How far each reader of the log has come.
    LOG_CURSORS = "log_cursors" => LogCursorRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which reader; `end` is the log's own hint where its newest chunk is, `projected` how far it is in the list, `search` how far in the index.
        consumer: String,
    }
    values {
        /// The last offset it has dealt with.
        offset: u64,
    }
}

table! {
    /// Answers given under an idempotency key, for 48 hours, where the object's id does not come from the key.
    IDEMPOTENCY = "idempotency" => IdempotencyRow: Tenant, Clustered, expires;
    partition {
        /// Who asked.
        principal: String,
        /// SHA-256 of route and key.
        key_hash: Vec<u8>,
    }
    clustering {}
    values {
        /// A tag of the request under the installation's key.
        request_hash: Vec<u8>,
        /// The answer's status.
        status: i64,
        /// The answer, at most 16 KiB.
        body: Vec<u8>,
    }
}

table! {
    /// What each agent has read.
    AGENT_STATE = "agent_state" => AgentStateRow: Tenant, Clustered;
    partition {
        /// Who.
        user_id: UserId,
    }
    clustering {
        /// Where.
        conversation_id: ConversationId,
    }
    values {
        /// Messages of the customer read.
        inbound_count: u64,
    }
}

table! {
    /// What people and programs did, each act written with what it did; kept for as long as the workspace.
    AUDIT = "audit" => AuditRow: Tenant, Clustered;
    partition {
        /// Which [`AUDIT_PERIOD`] since 1970.
        period: i64,
        /// Which of [`AUDIT_PARTS`], by the id, so that no partition grows too large.
        part: i64,
    }
    clustering {
        /// When.
        at: Timestamp,
        /// Its id.
        id: AuditId,
    }
    values {
        /// The act.
        body: Json<AuditEntry>,
    }
}

impl AuditRow {
    /// The row of an act.
    #[must_use]
    pub fn of(entry: AuditEntry) -> Self {
        let (at, id) = (entry.at, entry.id);
        let [.., last] = *id.as_bytes();
        let part = i64::from(last % AUDIT_PARTS);
        Self { period: audit_period(at), part, at, id, body: Json(entry) }
    }
}

table! {
    /// Where each conversation stands in the reports.
    REPORT_STATES = "report_states" => ReportStateRow: Tenant, RightEdge;
    partition {
        /// The bucket: see [`projection_bucket`].
        bucket: i64,
    }
    clustering {
        /// Which.
        conversation_id: ConversationId,
    }
    values {
        /// Up to this place of the log.
        offset: u64,
        /// What is needed to count what happens next.
        body: Json<ReportState>,
    }
}

table! {
    /// What the reports count, one row each, so that every number opens its rows; kept for as long as the workspace.
    REPORT_FACTS = "report_facts" => ReportFactRow: Tenant, RightEdge;
    partition {
        /// What it is: `opened`, `resolved`, `answered`, `asked` or `rated`.
        kind: String,
        /// The day since 1970, in UTC: with 3,000 of 600 bytes a partition of about 2 MiB.
        day: i64,
    }
    clustering {
        /// When.
        at: Timestamp,
        /// In which conversation.
        conversation_id: ConversationId,
        /// By which item.
        seq: u64,
    }
    values {
        /// What is known of it.
        body: Json<ReportFact>,
    }
}

table! {
    /// Sums of what the reports count, by the quarter of an hour: what happened in it of one channel, team and person. Each says up to which place of the log it is, so that what is read again counts once.
    ROLLUPS = "rollups" => RollupRow: Tenant, Clustered;
    partition {
        /// The day since 1970, in UTC.
        day: i64,
    }
    clustering {
        /// The quarter of an hour in it.
        slot: i64,
        /// Channel, team and person: see [`ReportOf::key`].
        whose: Vec<u8>,
    }
    values {
        /// The last event of the log that is in it.
        offset: u64,
        /// The sums.
        body: Json<ReportSums>,
    }
}

table! {
    /// Whom an account wrote to outside their windows, and when last in that hour: counted against the provider's limit of people in 24 hours, after which a row ends.
    INITIATED = "initiated" => InitiatedRow: Tenant, Clustered, expires;
    partition {
        /// The account at the provider.
        account: String,
        /// The hour since 1970.
        hour: i64,
    }
    clustering {
        /// Whom.
        contact_id: ContactId,
    }
    values {
        /// When last.
        at: Timestamp,
    }
}

table! {
    /// Words that agents send again and again, of the workspace or of one person.
    SAVED_REPLIES = "saved_replies" => SavedReplyRow: Tenant, Clustered;
    partition {
        /// Whose: `workspace`, or a person's id.
        holder: String,
    }
    clustering {
        /// Which.
        reply_id: SavedReplyId,
    }
    values {
        /// How often it was changed.
        version: u64,
        /// Its name and words.
        body: Json<SavedReplyBody>,
    }
}

table! {
    /// What agents began to write and have not sent. One that nobody goes on with ends by itself.
    DRAFTS = "drafts" => DraftRow: Tenant, Clustered, expires;
    partition {
        /// Whose.
        user_id: UserId,
    }
    clustering {
        /// Where.
        conversation_id: ConversationId,
    }
    values {
        /// Grows with every change, also over those that are no more.
        version: u64,
        /// What was written.
        body: Json<DraftBody>,
    }
}

table! {
    /// Filters and orders of the list that are kept, of the workspace or of one person.
    SAVED_VIEWS = "saved_views" => SavedViewRow: Tenant, Clustered;
    partition {
        /// Whose: `workspace`, or a person's id.
        holder: String,
    }
    clustering {
        /// Which.
        view_id: ViewId,
    }
    values {
        /// How often it was changed.
        version: u64,
        /// Its name, filter and order.
        body: Json<SavedViewBody>,
    }
}

table! {
    /// Changes of many conversations at once. One is there once its slices are.
    BULK_JOBS = "bulk_jobs" => BulkJobRow: Tenant, Clustered, expires;
    partition {}
    clustering {
        /// Which.
        job_id: BulkId,
    }
    values {
        /// What is changed, for whom, and how far it is.
        body: Json<BulkJobBody>,
    }
}

table! {
    /// The conversations of a bulk change, in parts that are done one after the other.
    BULK_SLICES = "bulk_slices" => BulkSliceRow: Tenant, Clustered, expires;
    partition {
        /// The bulk change.
        job_id: BulkId,
    }
    clustering {
        /// The part's place, from 0.
        n: u64,
    }
    values {
        /// Its conversations, and what came of each.
        body: Json<BulkSliceBody>,
    }
}

table! {
    /// What acts by itself when something happens.
    AUTOMATION_RULES = "automation_rules" => AutomationRuleRow: Tenant, Clustered;
    partition {}
    clustering {
        /// Which.
        rule_id: RuleId,
    }
    values {
        /// How often it was changed.
        version: u64,
        /// Its name, what it begins with and what it does.
        body: Json<AutomationRuleBody>,
    }
}

table! {
    /// What people do again and again, of the workspace or of one person.
    MACROS = "macros" => MacroRow: Tenant, Clustered;
    partition {
        /// Whose: `workspace`, or a person's id.
        holder: String,
    }
    clustering {
        /// Which.
        macro_id: MacroId,
    }
    values {
        /// How often it was changed.
        version: u64,
        /// Its name and what it does.
        body: Json<MacroBody>,
    }
}

table! {
    /// Runs of rules and macros, and what came of each; kept for [`RUNS_LIFE`].
    AUTOMATION_RUNS = "automation_runs" => AutomationRunRow: Tenant, Clustered, expires;
    partition {
        /// Which [`RUNS_PERIOD`] since 1970.
        period: i64,
    }
    clustering {
        /// When.
        at: Timestamp,
        /// Its id.
        id: AutomationRunId,
    }
    values {
        /// The run.
        body: Json<AutomationRun>,
    }
}

table! {
    /// Rules that wait before they act, one for each conversation that they may act in.
    AUTOMATION_WAITS = "automation_waits" => AutomationWaitRow: Tenant, Clustered, expires;
    partition {}
    clustering {
        /// Where.
        conversation_id: ConversationId,
        /// The rule.
        rule_id: RuleId,
    }
    values {
        /// Until when, and what must not have happened till then.
        body: Json<AutomationWaitBody>,
    }
}

table! {
    /// What people were told of: of each the newest 200, for 30 days.
    NOTIFICATIONS = "notifications" => NotificationRow: Tenant, Clustered, expires;
    partition {
        /// Who.
        user_id: UserId,
    }
    clustering {
        /// Which: derived from what it is about.
        notification_id: NotificationId,
    }
    values {
        /// Of what.
        body: Json<NotificationBody>,
    }
}

table! {
    /// Which of them people have seen.
    NOTIFICATION_MARKS = "notification_marks" => NotificationMarkRow: Tenant, Clustered, expires;
    partition {
        /// Who.
        user_id: UserId,
    }
    clustering {
        /// Which.
        notification_id: NotificationId,
    }
    values {
        /// Up to when: what it stands for later is not read.
        read_to: Timestamp,
    }
}

table! {
    /// How people want to be told of things, where they said so.
    NOTIFICATION_SETTINGS = "notification_settings" => NotificationSettingsRow: Tenant, Clustered;
    partition {
        /// Who.
        user_id: UserId,
    }
    clustering {}
    values {
        /// How.
        body: Json<NotificationSettings>,
    }
}

table! {
    /// Browsers that are reached while no page is open: each as long as the sign-in under which it was made.
    PUSH_SUBSCRIPTIONS = "push_subscriptions" => PushSubscriptionRow: Tenant, Clustered, expires;
    partition {
        /// Whose.
        user_id: UserId,
    }
    clustering {
        /// Which: derived from where its messages go.
        subscription_id: PushSubscriptionId,
    }
    values {
        /// How it is reached.
        body: Json<PushSubscriptionBody>,
    }
}

table! {
    /// Notifications that are to be pushed and are not yet. Read after a start alone.
    PUSH_JOBS = "push_jobs" => PushJobRow: Tenant, Clustered, expires;
    partition {
        /// The hour since 1970 in which they came.
        hour: i64,
    }
    clustering {
        /// To whom.
        user_id: UserId,
        /// Which.
        notification_id: NotificationId,
    }
    values {
        /// Until when.
        body: Json<PushJobBody>,
    }
}

table! {
    /// Keys of the installation's own that are not derived from the master key but sealed under it.
    SEALED_KEYS = "sealed_keys" => SealedKeyRow: System, Clustered;
    partition {
        /// What it is for: `push`.
        name: String,
    }
    clustering {}
    values {
        /// The key, sealed for the place `key:<name>`.
        sealed: Vec<u8>,
        /// When it was made.
        at: Timestamp,
    }
}

/// Where a large body is kept, or the body itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Here: at most 16 KiB.
    Inline(String),
    /// In the blob store.
    Blob(BlobId),
}
