//! Conversations, messages and contacts.

use super::{
    Charged, ConsentStanding, Content, Forwarded, LastRating, Priority, ProductRef, Quote, RatingPart,
    Reaction, Referral, SendDecision, SlaStanding, wire,
};
use crate::{
    ChannelId, ContactId, ConversationId, CorrelationId, LabelId, MessageId, TeamId, Timestamp, UserId,
};

wire! {
    /// The one thread between a contact and a channel.
    pub struct Conversation {
        /// Its id.
        pub id: ConversationId,
        /// Its commit count; a client drops the older of two.
        pub version: u64,
        /// The channel it runs on.
        pub channel_id: ChannelId,
        /// Whom it is with.
        pub contact: ContactRef,
        /// Where it stands.
        pub status: ConversationStatus,
        /// Until when it is put aside.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub snoozed_until: Option<Timestamp>,
        /// Who has it.
        pub assignee_id: Option<UserId>,
        /// Which team it is with; absent where it is with none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub team_id: Option<TeamId>,
        /// How urgent somebody said it is; absent where nobody did.
        #[serde(default, skip_serializing_if = "Priority::is_none")]
        pub priority: Priority,
        /// Its labels, in the order in which they were put on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub labels: Vec<LabelId>,
        /// Who answers here by themselves; absent as long as nobody ever did.
        #[serde(default, skip_serializing_if = "HandledBy::is_untouched")]
        pub handled_by: HandledBy,
        /// Since when it waits to be given to somebody; absent where somebody has it, or nobody need.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub queued_at: Option<Timestamp>,
        /// When a rule gave it to who has it; absent where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub routed_at: Option<Timestamp>,
        /// Messages of the customer that the caller has not read; absent in events, which are the same for
        /// every agent: there it is `inbound_count` less the caller's own read mark.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub unread_count: Option<u64>,
        /// Messages of the customer so far.
        pub inbound_count: u64,
        /// The highest `seq` given.
        pub last_seq: u64,
        /// The newest message or note; absent where the event carries it beside the conversation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_message: Option<Box<Message>>,
        /// May we write freely?
        pub window: Window,
        /// Messages that are to go at a time.
        #[serde(default, skip_serializing_if = "is_zero")]
        pub scheduled: u64,
        /// Who was mentioned in a note and has not looked at it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub mentions: Vec<Mention>,
        /// What is due, where a policy says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sla: Option<SlaStanding>,
        /// Since when the customer waits for an answer; absent when nobody waits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub waiting_since: Option<Timestamp>,
        /// How the customer rated last what was resolved here.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rating: Option<LastRating>,
        /// When it began.
        pub created_at: Timestamp,
        /// When something last happened that moves it up the list.
        pub updated_at: Timestamp,
    }

    /// Who answers in a conversation by themselves: one bot, agents, or nobody.
    #[derive(Eq, Default)]
    pub struct HandledBy {
        /// Which of them.
        pub kind: HandlerKind,
        /// Grows with every change of hands: what carries an earlier one goes no more.
        pub token: u64,
        /// The bot that has it, or had it last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub bot: Option<Sender>,
        /// The token of a bot that handed it over by itself: what it had queued by then still goes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub finishing: Option<u64>,
    }

    /// Who may answer in a conversation by themselves.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum HandlerKind {
        /// Whoever takes it.
        #[default]
        Nobody,
        /// A program: no other one.
        Bot,
        /// People: no program.
        Agents,
    }

    /// Somebody was mentioned in a note and has not looked at it.
    #[derive(Copy, Eq)]
    pub struct Mention {
        /// Who.
        pub user_id: UserId,
        /// The newest such note.
        pub seq: u64,
    }

    /// A contact as a conversation shows it.
    pub struct ContactRef {
        /// Its id.
        pub id: ContactId,
        /// Its name, or the best address where there is none.
        pub name: String,
        /// Its addresses; of several of a kind the one that counts comes first.
        pub identities: Vec<Identity>,
        /// Addresses that were theirs: they are found by them still, and nothing is sent there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub former: Vec<Identity>,
        /// Nothing may be sent.
        #[serde(default)]
        pub blocked: bool,
        /// What they said last about each purpose.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub consent: Vec<ConsentStanding>,
    }

    /// A person outside.
    pub struct Contact {
        /// Its id.
        pub id: ContactId,
        /// Its commit count.
        pub version: u64,
        /// Its name as an agent or, failing that, the provider gave it.
        pub name: String,
        /// Its addresses; of several of a kind the one that counts comes first.
        pub identities: Vec<Identity>,
        /// Addresses that were theirs: they are found by them still, and nothing is sent there.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub former: Vec<Identity>,
        /// Nothing may be sent.
        pub blocked: bool,
        /// What they said last about each purpose.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub consent: Vec<ConsentStanding>,
        /// A line about the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub about: Option<String>,
        /// When we first heard of it.
        pub created_at: Timestamp,
        /// When it last changed.
        pub updated_at: Timestamp,
    }

    /// One address of a contact.
    #[derive(Eq, Hash, PartialOrd, Ord)]
    pub struct Identity {
        /// Of what kind.
        pub kind: IdentityKind,
        /// The address: digits without `+` for a phone.
        pub value: String,
    }

    /// The kinds of address.
    #[derive(Copy, Eq, Hash, PartialOrd, Ord)]
    #[serde(rename_all = "snake_case")]
    pub enum IdentityKind {
        /// WhatsApp's business-scoped user id.
        Bsuid,
        /// The same, of the parent business.
        ParentBsuid,
        /// WhatsApp's own form of a number, which may differ from the dialled one.
        WaId,
        /// A phone number.
        Phone,
        /// A display name the person chose; changes at will and finds nobody.
        Username,
    }

    /// Where a conversation stands.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum ConversationStatus {
        /// Somebody should look.
        #[default]
        Open,
        /// Waits for somebody else.
        Pending,
        /// Put aside until a time.
        Snoozed,
        /// Done.
        Resolved,
    }

    /// WhatsApp's customer service window.
    #[derive(Copy, Eq, Default)]
    pub struct Window {
        /// Is it open?
        pub kind: WindowKind,
        /// When free-form messages stop being allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_at: Option<Timestamp>,
        /// Until when messages cost nothing (free entry point).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub free_until: Option<Timestamp>,
        /// The customer's message that opened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub opened_by: Option<MessageId>,
    }

    /// The states of the window.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum WindowKind {
        /// The customer never wrote: templates only.
        #[default]
        None,
        /// Free-form messages are allowed.
        Open,
        /// Open, and free of charge: the customer came through an ad.
        FreeEntry,
        /// 24 hours have passed: templates only.
        Closed,
    }

    /// An item of a conversation.
    pub struct Message {
        /// Its id.
        pub id: MessageId,
        /// The conversation's version at its last change; a client drops the older of two.
        pub version: u64,
        /// Its conversation.
        pub conversation_id: ConversationId,
        /// Its place: gapless within the conversation, in commit order.
        pub seq: u64,
        /// From the customer or from us.
        pub direction: Direction,
        /// Its type and what it says.
        #[serde(flatten)]
        pub content: Content,
        /// How far it got.
        pub state: MessageState,
        /// The provider's id, once known.
        pub provider_id: Option<String>,
        /// Why it failed.
        pub error: Option<MessageError>,
        /// Who sent it.
        pub sent_by: Sender,
        /// When we took it.
        pub at: Timestamp,
        /// When the provider says it was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub provider_at: Option<Timestamp>,
        /// It arrived after something written more than a minute later; it stands where it was committed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub late: bool,
        /// It is out of the history of WhatsApp's app on the business' phone: older than it stands, and nobody's new mail.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub imported: bool,
        /// The message it answers, by its provider id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reply_to: Option<String>,
        /// What that says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quote: Option<Quote>,
        /// The emojis on it, one for each person at most.
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
        /// When each state was reached, by the provider's clock where it is the provider's state.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub history: Vec<StateAt>,
        /// Provider requests made for it.
        #[serde(default)]
        pub attempts: u32,
        /// It waits until then: for a pause after a failure, or so that not too much goes to one person at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub not_before: Option<Timestamp>,
        /// Until when its writer had it wait, to be able to take it back; one that was is shown to nobody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub held_until: Option<Timestamp>,
        /// It is to go at a time. What goes then is a message of its own: this one stands for the plan alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scheduled: Option<Schedule>,
        /// What WhatsApp charges it as, once it said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub charged: Option<Charged>,
        /// What was decided when it was last about to be sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub decision: Option<Box<SendDecision>>,
        /// The request or webhook that brought it: finds it in the logs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub correlation_id: Option<CorrelationId>,
        /// What it has to do with a rating.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rating: Option<RatingPart>,
    }

    /// When a message is to go.
    #[derive(Copy, Eq)]
    pub struct Schedule {
        /// At this time.
        pub send_at: Timestamp,
        /// Only if the customer has not written by then.
        #[serde(default)]
        pub unless_reply: bool,
    }

    /// A state, when it was reached, and why.
    #[derive(Eq)]
    pub struct StateAt {
        /// The state.
        pub state: MessageState,
        /// When.
        pub at: Timestamp,
        /// What came of the request that led here, where it did not go well: why it waits again, failed or is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub error: Option<MessageError>,
        /// Who chose that it goes once more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<Sender>,
    }

    /// From whom to whom.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum Direction {
        /// From the customer.
        In,
        /// From us.
        Out,
    }

    /// How far a message got.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum MessageState {
        /// The customer's, and here.
        Received,
        /// A note or a system line: here, and going nowhere.
        Recorded,
        /// Is to go at a time; can be changed, sent now or deleted.
        Scheduled,
        /// Waits for its turn; can be cancelled.
        Queued,
        /// A provider request is on its way.
        Sending,
        /// The provider has it.
        Sent,
        /// The customer's phone has it.
        Delivered,
        /// The customer saw it.
        Read,
        /// The customer heard it.
        Played,
        /// It did not get there; `error` says why. Can be retried.
        Failed,
        /// A request was made and no answer came. Never repeated by itself.
        Unknown,
        /// Taken back while queued.
        Cancelled,
    }

    /// Why a message failed.
    #[derive(Eq)]
    pub struct MessageError {
        /// Ours (`window_closed`, `contact_blocked`, …) or `whatsapp_` and the provider's number.
        pub code: String,
        /// In plain words, with what to do.
        pub message: String,
    }

    /// Who sent a message.
    #[derive(Eq)]
    pub struct Sender {
        /// What they are.
        pub kind: SenderKind,
        /// Their id, where they have one.
        pub id: Option<String>,
        /// Their name.
        pub name: Option<String>,
    }

    /// What a sender is.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum SenderKind {
        /// A colleague, in the inbox.
        Agent,
        /// A flow.
        Flow,
        /// A campaign.
        Campaign,
        /// A program with an API key.
        Api,
        /// The customer.
        Customer,
        /// The business, from its own phone.
        PhoneApp,
        /// Switchboard itself.
        System,
        /// A rule of the workspace.
        Rule,
    }
}

/// Is it worth no word?
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl HandledBy {
    /// Nobody ever had it.
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        *self == Self::default()
    }
}

impl Sender {
    /// The same person, program or flow, as far as both are known by an id.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.id.is_some() && (self.kind, &self.id) == (other.kind, &other.id)
    }

    /// The customer of a conversation.
    #[must_use]
    pub fn customer(contact: ContactId, name: &str) -> Self {
        Self { kind: SenderKind::Customer, id: Some(contact.to_string()), name: Some(name.to_owned()) }
    }

    /// Switchboard itself.
    #[must_use]
    pub const fn system() -> Self {
        Self { kind: SenderKind::System, id: None, name: None }
    }
}
