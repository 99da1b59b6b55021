//! Reports: what is a fact, and what facts come to.
//!
//! [`fold`] makes facts of what a conversation's owner committed: of items, in the order of their places, whatever the order
//! in which they are told. A fact belongs to a channel, a team and a person, and counts at a time; what it counts for is
//! [`sums::of_fact`], the only rule of that. Sums are kept by the quarter of an hour ([`Delta`]): each changes by what the
//! facts count for now, less what they counted for before, so that sums and rows always agree. [`calendar`] puts quarters
//! together to hours, days, weeks and months of a time zone.

pub mod calendar;
pub mod csv;
pub mod fold;
pub mod history;
pub mod rows;
pub mod sums;

use switchboard_schema::{
    ConversationId, Timestamp,
    record::{ReportFact, ReportOf, ReportSums},
};

/// What a row is of, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A conversation was opened.
    Opened,
    /// One was resolved.
    Resolved,
    /// A person answered somebody who waited.
    Answered,
    /// A customer was asked for a rating.
    Asked,
    /// A customer rated.
    Rated,
}

impl Kind {
    /// As it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Resolved => "resolved",
            Self::Answered => "answered",
            Self::Asked => "asked",
            Self::Rated => "rated",
        }
    }
}

/// A fact and its place among all.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is.
    pub kind: Kind,
    /// When.
    pub at: Timestamp,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// By which item.
    pub seq: u64,
    /// What is known of it.
    pub body: ReportFact,
}

/// What is added to the sums of a quarter of an hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    /// A time in it.
    pub at: Timestamp,
    /// Whose sums.
    pub of: ReportOf,
    /// What.
    pub sums: ReportSums,
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Counted {
    /// Facts that are new or others than before.
    pub facts: Vec<Fact>,
    /// What the sums change by.
    pub deltas: Vec<Delta>,
}
