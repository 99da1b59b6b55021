//! A conversation: one order of items, shared by messages, notes and system lines.
//!
//! *State*: [`State`], the head and what is needed of the items. *Commands*: [`Command`]. A decision is a
//! list of [`Change`]s, which are also what is stored: there is no event journal, a reload reads rows.
//!
//! Invariants
//! * `seq` is gapless and given in commit order; a late item is marked, never moved.
//! * `version` grows by one with every commit that changes something; a message carries that of its last.
//! * A message known by its provider's id, or asked for under an idempotency key, is there once.
//! * A delivery state never goes back, but by an agent's own retry.
//! * A request to the provider is made only for an item that is `Sending` with an attempt written first.

mod content;
mod decide;
mod meanwhile;
mod outlook;
mod state;
#[cfg(test)]
mod tests;

pub use content::*;
pub use decide::{MAX_SCHEDULE_AHEAD, MAX_SCHEDULED, decide, may_begin};
pub use meanwhile::{REPLIES_TOLD, SEEN_LOOKED_AT};
pub use outlook::WAITING_TOLD;
pub use state::{CACHED_ITEMS, KEY_MEMORY_MILLIS, Known, State, evolve};

use std::time::Duration;

use switchboard_schema::{
    ContactId, ConversationId, MessageId, Timestamp, UserId,
    record::{Attempt, ClientKey, Head, Item, Left},
    wire::{
        ChangeSchedule, ContactRef, Content, ConversationStatus, HandlerKind, MediaFacts, Message, Schedule,
        Sender, SystemEvent,
    },
};

use crate::{
    inbound::{Edit, InboundMessage, InboundReaction, Revoke, Status},
    outbound::SendOutcome,
};

/// What a conversation can be asked to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make sure that the conversation exists, with this contact.
    Ensure {
        /// Whom it is with.
        contact: ContactSnapshot,
    },
    /// The customer wrote or called, or the business wrote to them on its own phone.
    Receive {
        /// Who they are, as their contact's owner last told.
        contact: ContactSnapshot,
        /// What.
        message: InboundMessage,
        /// Findable only outside memory: what the store knows of this provider id, where memory cannot tell.
        elsewhere: Option<u64>,
    },
    /// The author of an item changed it at the provider; `seq` is where that stands.
    Edit {
        /// The change.
        edit: Edit,
        /// Which item.
        seq: u64,
    },
    /// The author of an item took it back at the provider.
    Revoke {
        /// What was taken back.
        revoke: Revoke,
        /// Which item.
        seq: u64,
    },
    /// The customer put an emoji on an item, or took it away; `seq` is where that stands.
    React {
        /// The emoji.
        reaction: InboundReaction,
        /// Which item.
        seq: u64,
    },
    /// The file of an item came, or will not.
    File {
        /// What is known of it.
        file: MediaFacts,
        /// Which item.
        seq: u64,
    },
    /// A message of ours got further.
    Status {
        /// How far.
        status: Status,
        /// Which item.
        seq: u64,
    },
    /// An act that has no object of its own to take its idempotency from: cancel, retry, assign, status.
    Once {
        /// 63 bits of the key's hash.
        key: u64,
        /// SHA-256 of the request.
        request_hash: Vec<u8>,
        /// The act.
        act: Box<Command>,
    },
    /// Somebody of us writes.
    Send {
        /// Whom to, where the conversation may not exist yet.
        contact: Option<ContactSnapshot>,
        /// The id its key gives it.
        id: MessageId,
        /// 63 bits of the key's hash.
        key: u64,
        /// SHA-256 of the request.
        request_hash: Vec<u8>,
        /// What.
        content: Content,
        /// The message that it answers, or that an emoji is for.
        about: Option<MessageId>,
        /// How long it waits to be taken back.
        hold: Duration,
        /// On which conditions it goes.
        conditions: Conditions,
        /// Who.
        sender: Sender,
    },
    /// Somebody of us writes what is to go at a time.
    Schedule {
        /// The id its key gives it.
        id: MessageId,
        /// 63 bits of the key's hash.
        key: u64,
        /// SHA-256 of the request.
        request_hash: Vec<u8>,
        /// What.
        content: Content,
        /// The message that it answers.
        about: Option<MessageId>,
        /// When.
        schedule: Schedule,
        /// On which conditions it goes.
        conditions: Conditions,
        /// Who.
        sender: Sender,
    },
    /// Change what is to go at a time.
    Reschedule {
        /// Which item.
        id: MessageId,
        /// How.
        change: ChangeSchedule,
    },
    /// Delete what is to go at a time.
    Unschedule {
        /// Which item.
        id: MessageId,
    },
    /// Send now what is to go at a time.
    SendScheduled {
        /// Which item.
        id: MessageId,
    },
    /// Take back what still waits.
    Cancel {
        /// Which item.
        id: MessageId,
    },
    /// Try again what failed or whose outcome is unknown.
    Retry {
        /// Which item.
        id: MessageId,
        /// Who chose that.
        sender: Sender,
    },
    /// Write a private note.
    Note {
        /// The id its key gives it.
        id: MessageId,
        /// 63 bits of the key's hash.
        key: u64,
        /// SHA-256 of the request.
        request_hash: Vec<u8>,
        /// The words.
        body: String,
        /// Whom it is for.
        mentions: Vec<UserId>,
        /// Who.
        sender: Sender,
    },
    /// Somebody looked at the notes that mention them.
    SawMentions {
        /// Who.
        user_id: UserId,
        /// Up to this note.
        seq: u64,
    },
    /// Give it to somebody, or to nobody.
    Assign {
        /// To whom: id and name.
        assignee: Option<(UserId, String)>,
        /// By whom.
        sender: Sender,
    },
    /// Give it to somebody by a rule, where it still waits for that.
    AssignByRule {
        /// To whom: id and name.
        assignee: (UserId, String),
        /// Since when it waits, as whoever decided knew it.
        queued_at: Timestamp,
        /// With which team it waits.
        team_id: Option<switchboard_schema::TeamId>,
        /// By which rule.
        by: switchboard_schema::wire::AssignedBy,
        /// When it is given, as whose turn it was is told by that.
        at: Timestamp,
    },
    /// Take it away from somebody, where it is still theirs.
    Release {
        /// From whom.
        user_id: UserId,
        /// By whom.
        sender: Sender,
    },
    /// Put it with a team, or with none.
    PutWithTeam {
        /// With which: id and name.
        team: Option<(switchboard_schema::TeamId, String)>,
        /// By whom.
        sender: Sender,
    },
    /// Take it from a team that is gone, where it is still with it.
    LeaveTeam {
        /// Which.
        team_id: switchboard_schema::TeamId,
        /// What it was called, where that is known.
        name: Option<String>,
        /// Who deleted it, where that is known.
        sender: Option<Sender>,
    },
    /// Say how urgent it is.
    SetPriority {
        /// How urgent.
        priority: switchboard_schema::wire::Priority,
        /// By whom.
        sender: Sender,
    },
    /// Put labels on, and take others off.
    Label {
        /// Those to put on, with their names.
        add: Vec<(switchboard_schema::LabelId, String)>,
        /// Those to take off, with their names.
        remove: Vec<(switchboard_schema::LabelId, String)>,
        /// By whom.
        sender: Sender,
    },
    /// Take off a label that is gone.
    DropLabel {
        /// Which.
        label_id: switchboard_schema::LabelId,
    },
    /// Do something as long as it is still as somebody saw it.
    Expecting {
        /// What must be so.
        expected: Expected,
        /// The act.
        act: Box<Command>,
    },
    /// Say who answers by themselves.
    Own {
        /// Who.
        to: HandlerKind,
        /// By whom.
        sender: Sender,
    },
    /// Set the status.
    SetStatus {
        /// To what.
        status: ConversationStatus,
        /// Until when, with `Snoozed`.
        snoozed_until: Option<Timestamp>,
        /// By whom.
        sender: Sender,
    },
    /// The contact's owner tells of a change.
    ContactChanged {
        /// The contact now.
        contact: ContactSnapshot,
    },
    /// The contact gave way to another; its conversation continues this one.
    Redirect {
        /// The conversation that goes on.
        to: ConversationId,
        /// Whom that one is with.
        into: ContactId,
        /// The contact that gave way.
        contact: ContactSnapshot,
    },
    /// Another contact's conversation ended in this one.
    Absorb {
        /// What it left.
        left: Box<Left>,
        /// Whom this one is with; needed where it does not exist yet.
        contact: Option<ContactSnapshot>,
    },
    /// A time came that the conversation asked to be woken at.
    Wake,
    /// Ask the customer for a rating, where that is still to be done.
    AskRating {
        /// Of what was resolved by this line.
        of: u64,
        /// They were not asked lately.
        granted: bool,
    },
    /// About to make a request: write the attempt first.
    BeginAttempt {
        /// The item.
        seq: u64,
        /// The consent it is made under.
        consent_version: u64,
    },
    /// A request ended, or was not made after all.
    EndAttempt {
        /// The item.
        seq: u64,
        /// Which attempt.
        number: u32,
        /// What came of it.
        outcome: AttemptOutcome,
    },
    /// It may not be sent: say why.
    Refuse {
        /// The item.
        seq: u64,
        /// Why.
        error: switchboard_schema::wire::MessageError,
    },
    /// After a crash: requests without a result are unknown.
    Recover,
    /// Items are newer than the head: an earlier owner was cut short between writing them and it. They stand as they were
    /// written, and are told of.
    Adopt,
}

/// What a conversation must be like for an act that was decided elsewhere; what is left out may be as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expected {
    /// Who has it.
    pub assignee_id: Option<Option<UserId>>,
    /// Which team it is with.
    pub team_id: Option<Option<switchboard_schema::TeamId>>,
    /// Where it stands, and until when it is put aside.
    pub status: Option<(ConversationStatus, Option<Timestamp>)>,
    /// How urgent it is.
    pub priority: Option<switchboard_schema::wire::Priority>,
    /// Messages of the customer so far.
    pub inbound_count: Option<u64>,
}

impl Expected {
    fn holds(&self, head: &Head) -> bool {
        self.assignee_id.is_none_or(|id| head.assignee_id == id)
            && self.team_id.is_none_or(|id| head.team_id == id)
            && self.status.is_none_or(|status| (head.status, head.snoozed_until) == status)
            && self.priority.is_none_or(|priority| head.priority == priority)
            && self.inbound_count.is_none_or(|count| head.inbound_count == count)
    }
}

/// On which conditions a message goes that somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions {
    /// The last place that its writer saw: nobody else of us answered after it.
    pub seen_seq: Option<u64>,
    /// The token with which the program that writes it has the conversation.
    pub ownership_token: Option<u64>,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The request ended.
    Ended(SendOutcome),
    /// No request was made: permission was withdrawn between the attempt and the call.
    Withdrawn(switchboard_schema::wire::MessageError),
}

/// A contact and its version.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactSnapshot {
    /// The contact.
    pub contact: ContactRef,
    /// Its version; an older one changes nothing.
    pub version: u64,
}

/// One row to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The head.
    Head(Box<Head>),
    /// An item, new or changed.
    Item(Box<Item>),
    /// An attempt, new or ended.
    Attempt(Attempt),
    /// What an idempotency key was used for.
    Key(u64, ClientKey),
}

/// What happens once the changes are durable.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// The conversation began.
    Created,
    /// Tell everybody of this item.
    Announce(u64),
    /// Tell everybody of the conversation.
    Updated,
    /// Look whether something can be sent.
    Send,
    /// Be woken at this time.
    WakeAt(Timestamp),
    /// Find out whether the customer may be asked to rate what was resolved by this line.
    AskRating(u64),
    /// The provider says that the customer wants no marketing, since then: tell the contact.
    NoMarketing(Timestamp),
    /// Tell the conversation that continues this one what it was left.
    Leave(ConversationId, Box<Left>),
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Rows to write; empty when nothing changes.
    pub changes: Vec<Change>,
    /// What follows.
    pub effects: Vec<Effect>,
    /// The item the command was about.
    pub seq: Option<u64>,
}

/// Why a command was not carried out. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NoConversation,
    /// There is no such message in it.
    #[error("there is no such message in this conversation")]
    NoMessage,
    /// It continues elsewhere.
    #[error("this conversation continues in {0}")]
    Redirected(ConversationId),
    /// The same key came with another request.
    #[error("this idempotency key was used for a different request")]
    KeyReused,
    /// Somebody else of us answered since its writer looked: who last, and where what they wrote stands, oldest first.
    #[error("{by} answered meanwhile: read it before you send")]
    Replied {
        /// Who wrote the last of them.
        by: String,
        /// At most [`REPLIES_TOLD`] places.
        seqs: Vec<u64>,
    },
    /// A field is wrong.
    #[error("{message}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// How.
        message: String,
    },
    /// A rule forbids it.
    #[error("{message}")]
    Rule {
        /// Stable.
        code: &'static str,
        /// What the rule is and what to do.
        message: String,
    },
}

/// A line the system writes.
pub(crate) fn system_line(event: SystemEvent, actor: Option<&Sender>, subject: Option<String>) -> Content {
    Content::System(switchboard_schema::wire::SystemLine {
        by_rule: None,
        event,
        actor: actor.and_then(|sender| sender.name.clone()),
        by: actor.cloned().map(Box::new),
        subject,
    })
}

/// An item as the API shows it.
#[must_use]
pub fn show_item(conversation_id: ConversationId, item: &Item) -> Message {
    Message {
        id: item.id,
        version: item.version,
        conversation_id,
        seq: item.seq,
        direction: item.direction,
        content: item.content.clone(),
        state: item.state,
        provider_id: item.provider_id.clone(),
        error: item.error.clone(),
        sent_by: item.sent_by.clone(),
        at: item.at,
        provider_at: item.provider_at,
        late: item.late,
        imported: item.imported,
        reply_to: item.reply_to.clone(),
        quote: item.quote.clone(),
        // One that was taken away is remembered, so that an older one that comes late does not stand again.
        reactions: item.reactions.iter().filter(|reaction| !reaction.emoji.is_empty()).cloned().collect(),
        referral: item.referral.clone(),
        forwarded: item.forwarded,
        product: item.product.clone(),
        edited_at: item.edited_at,
        deleted_at: item.deleted_at,
        history: item.history.clone(),
        attempts: item.attempts,
        not_before: item.not_before,
        held_until: item.held_until,
        scheduled: item.plan.as_ref().map(|plan| plan.schedule),
        charged: item.charged.clone(),
        decision: item.decision.clone(),
        correlation_id: item.correlation_id,
        rating: item.rating,
    }
}
