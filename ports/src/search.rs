//! The index that search asks.

#[cfg(feature = "conformance")]
pub mod conformance;

use std::{fmt, str::FromStr};

use switchboard_domain::search::{Author, Filters, Query};
use switchboard_schema::{
    ChannelId, ContactId, ConversationId, TenantScope, Timestamp, UserId,
    wire::{ConversationStatus, Identity},
};

/// Changes of one commit, at most.
pub const CHANGES_MAX: usize = 4_000;
/// Things of one page, at most.
pub const PAGE_MAX: usize = 100;

/// Why an index did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What it has written does not read, or is of another version: it must be made anew.
    #[error("the index does not read: {0}")]
    Damaged(String),
    /// It cannot be written or read now: no room, no more files. What was written is whole.
    #[error("the index cannot be written or read now: {0}")]
    Unavailable(String),
}

/// What became of something that is found.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A message says this now.
    Message(Box<MessageEntry>),
    /// A message says nothing that is looked for.
    NoMessage(ConversationId, u64),
    /// A conversation stands so now.
    Conversation(Box<ConversationEntry>),
    /// Somebody is called so now.
    Contact(Box<ContactEntry>),
}

/// A message as it is found.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageEntry {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: u64,
    /// The channel.
    pub channel: ChannelId,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it, every answer to that question.
    pub by: Vec<Author>,
    /// It comes with a file.
    pub has_file: bool,
    /// What it says.
    pub text: String,
}

/// A conversation as it is found: by whom it is with.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationEntry {
    /// Which.
    pub id: ConversationId,
    /// The channel.
    pub channel: ChannelId,
    /// Where it stands.
    pub status: ConversationStatus,
    /// Who has it.
    pub assignee: Option<UserId>,
    /// When something last happened.
    pub at: Timestamp,
    /// The name of whom it is with.
    pub name: String,
    /// Their addresses.
    pub identities: Vec<Identity>,
}

/// A person outside as they are found.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactEntry {
    /// Who.
    pub id: ContactId,
    /// When they last changed.
    pub at: Timestamp,
    /// Their name.
    pub name: String,
    /// Their addresses.
    pub identities: Vec<Identity>,
}

/// Among what is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// What was said.
    Messages,
    /// Conversations, by whom they are with.
    Conversations,
    /// People outside.
    Contacts,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The words.
    pub query: Query,
    /// What else must hold.
    pub filters: Filters,
    /// Among what.
    pub kind: Kind,
    /// Only what comes after this.
    pub after: Option<Mark>,
    /// How many, at most [`PAGE_MAX`].
    pub limit: usize,
    /// The time by which it is judged what is new: on every page that of the first.
    pub now: Timestamp,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// A message, by its conversation and its place there.
    Message(ConversationId, u64),
    /// A conversation.
    Conversation(ConversationId),
    /// A contact.
    Contact(ContactId),
}

/// The place of something in an order of what is found: higher ranks first, of equal ones the newer, then by id.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// See [`switchboard_domain::search::rank::rank`].
    pub rank: f32,
    /// Its time.
    pub at: Timestamp,
    /// What it is.
    pub target: Target,
}

impl Eq for Mark {}

impl Ord for Mark {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_rank = other.rank.total_cmp(&self.rank);
        by_rank.then(other.at.cmp(&self.at)).then(self.target.cmp(&other.target))
    }
}

impl PartialOrd for Mark {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}.{}.", self.rank.to_bits(), self.at.as_millis())?;
        match self.target {
            Target::Message(id, seq) => write!(f, "{id}.{seq}"),
            Target::Conversation(id) => write!(f, "{id}"),
            Target::Contact(id) => write!(f, "{id}"),
        }
    }
}

/// A text that is no mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a place in what was found")]
pub struct NoMark;

impl FromStr for Mark {
    type Err = NoMark;

    fn from_str(text: &str) -> Result<Self, NoMark> {
        let mut parts = text.splitn(4, '.');
        let mut next = || parts.next().ok_or(NoMark);
        let rank = u32::from_str_radix(next()?, 16).map(f32::from_bits).map_err(|_| NoMark)?;
        let at = next()?.parse().map(Timestamp::from_millis).map_err(|_| NoMark)?;
        let id = next()?;
        let target = match parts.next() {
            Some(seq) => Target::Message(id.parse().map_err(|_| NoMark)?, seq.parse().map_err(|_| NoMark)?),
            None => id
                .parse()
                .map(Target::Conversation)
                .or_else(|_| id.parse().map(Target::Contact))
                .map_err(|_| NoMark)?,
        };
        if rank.is_nan() { Err(NoMark) } else { Ok(Self { rank, at, target }) }
    }
}

/// A page of what was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// In order.
    pub hits: Vec<Mark>,
    /// There is more after these.
    pub more: bool,
    /// It was stopped, or more words would have answered than are looked at: there may be better ones.
    pub cut: bool,
}

/// How much an index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sizes {
    /// Bytes on disk, of the indexes that are open.
    pub bytes: u64,
    /// Indexes that are open.
    pub open: usize,
    /// Of these, those that are written.
    pub writing: usize,
}

/// An index for each tenant. Every call takes as long as it takes: for threads that may wait.
///
/// * **One tenant's**: nothing of another tenant's is ever found.
/// * **Whole**: what `apply` answered is durable, and its changes and its note are one: after a crash both are there or
///   neither is.
/// * **The last word**: of two changes of one thing the later counts, within a commit too; the same change twice is that
///   change once.
/// * **Told of damage**: what does not read is [`Error::Damaged`], never a panic, and never another answer.
/// * **One writer**: `apply` and `reset` of a tenant are called from one place at a time; `find` from any, meanwhile.
pub trait Index: Send + Sync + 'static {
    /// The note of the last commit; none where nothing was written yet. Looks whether everything that was written reads.
    fn note(&self, scope: TenantScope) -> Result<Option<String>, Error>;

    /// Writes changes, at most [`CHANGES_MAX`], and a note, both or none.
    fn apply(&self, scope: TenantScope, changes: Vec<Change>, note: &str) -> Result<(), Error>;

    /// Takes away everything that was written of a tenant, whether it reads or not.
    fn reset(&self, scope: TenantScope) -> Result<(), Error>;

    /// Looks for something, until it is told to stop.
    fn find(&self, scope: TenantScope, ask: &Ask, stop: &dyn Fn() -> bool) -> Result<Found, Error>;

    /// Closes what was not used for a while.
    fn rest(&self);

    /// How much it is.
    fn sizes(&self) -> Sizes;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_its_text_form() {
        let (conversation, contact) = (ConversationId::from_bytes([7; 16]), ContactId::from_bytes([8; 16]));
        for target in
            [Target::Message(conversation, 41), Target::Conversation(conversation), Target::Contact(contact)]
        {
            let mark = Mark { rank: 3.25, at: Timestamp::from_secs(1_800_000_000), target };
            assert_eq!(mark.to_string().parse(), Ok(mark));
        }
        for text in ["", "x", "7fc00000.1.cnv_x", "3f800000.1", "3f800000.1.cnv_x.y"] {
            assert_eq!(text.parse::<Mark>(), Err(NoMark), "{text}");
        }
    }

    #[test]
    fn the_higher_rank_comes_first_then_the_newer() {
        let mark = |rank, secs, seq| Mark {
            rank,
            at: Timestamp::from_secs(secs),
            target: Target::Message(ConversationId::from_bytes([1; 16]), seq),
        };
        let mut marks = [mark(1.0, 9, 1), mark(2.0, 5, 2), mark(2.0, 7, 3), mark(2.0, 7, 1)];
        marks.sort();
        assert_eq!(marks, [mark(2.0, 7, 1), mark(2.0, 7, 3), mark(2.0, 5, 2), mark(1.0, 9, 1)]);
    }
}
