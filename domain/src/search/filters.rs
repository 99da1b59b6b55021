//! What else must hold of what is found.

use switchboard_schema::{
    ChannelId, Timestamp, UserId,
    wire::{ConversationStatus, Direction, Message, SenderKind},
};

/// What else must hold. Those that are left out hold of everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filters {
    /// On this channel.
    pub channel: Option<ChannelId>,
    /// In a conversation that stands so.
    pub status: Option<ConversationStatus>,
    /// In a conversation of this person, or of nobody.
    pub assignee: Option<Holder>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Written by.
    pub by: Option<Author>,
    /// With a file.
    pub attachment: bool,
}

impl Filters {
    /// Do they ask something of a message that a conversation or a contact cannot answer?
    #[must_use]
    pub const fn of_messages_alone(&self) -> bool {
        self.by.is_some() || self.attachment || self.since.is_some() || self.until.is_some()
    }

    /// Do they ask something of a conversation that changes while its messages stay as they are?
    #[must_use]
    pub const fn of_conversations(&self) -> bool {
        self.status.is_some() || self.assignee.is_some()
    }

    /// Is this a time within them?
    #[must_use]
    pub fn in_time(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|since| at >= since) && self.until.is_none_or(|until| at < until)
    }
}

/// Who has a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// This person.
    User(UserId),
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// The customer.
    Customer,
    /// The business, whoever or whatever of it.
    Business,
    /// This person of us.
    User(UserId),
}

impl Author {
    /// Who wrote this message, the narrowest first.
    #[must_use]
    pub fn of(message: &Message) -> Vec<Self> {
        if message.direction == Direction::In {
            return vec![Self::Customer];
        }
        let is_person = matches!(message.sent_by.kind, SenderKind::Agent | SenderKind::Api);
        let user = message.sent_by.id.as_deref().filter(|_| is_person).and_then(|id| id.parse().ok());
        user.map(Self::User).into_iter().chain([Self::Business]).collect()
    }
}
