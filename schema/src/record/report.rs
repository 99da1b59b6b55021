//! What the reports keep: where each conversation stands in them, the facts, and their sums.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{ChannelId, IdBytes, TeamId, Timestamp, UserId};

/// Seconds of the part of a day in which sums are kept: every time zone's hours and days can be put together of such.
pub const REPORT_SLOT_SECONDS: i64 = 15 * 60;
/// Parts of a day.
pub const REPORT_SLOTS: i64 = 24 * 3_600 / REPORT_SLOT_SECONDS;

/// The day since 1970, in UTC, that a time is in.
#[must_use]
pub const fn report_day(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(24 * 3_600_000)
}

/// The part of its day that a time is in.
#[must_use]
pub const fn report_slot(at: Timestamp) -> i64 {
    at.as_millis().rem_euclid(24 * 3_600_000) / (REPORT_SLOT_SECONDS * 1_000)
}

/// Whose a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReportOf {
    /// On which channel.
    pub channel_id: ChannelId,
    /// With which team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Of which person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

/// Bytes of an id.
const ID: usize = size_of::<IdBytes>();

impl ReportOf {
    /// As a key: the three ids one after the other, zeros where there is none.
    #[must_use]
    pub fn key(&self) -> Vec<u8> {
        let none = IdBytes::default();
        let team = self.team_id.as_ref().map_or(&none, TeamId::as_bytes);
        let user = self.user_id.as_ref().map_or(&none, UserId::as_bytes);
        [self.channel_id.as_bytes().as_slice(), team, user].concat()
    }

    /// Read back; nothing for what is no such key.
    #[must_use]
    pub fn of_key(key: &[u8]) -> Option<Self> {
        let (channel, rest) = key.split_first_chunk::<ID>()?;
        let (team, rest) = rest.split_first_chunk::<ID>()?;
        let user: IdBytes = rest.try_into().ok()?;
        let some = |bytes: IdBytes| (bytes != IdBytes::default()).then_some(bytes);
        Some(Self {
            channel_id: ChannelId::from_bytes(*channel),
            team_id: some(*team).map(TeamId::from_bytes),
            user_id: some(user).map(UserId::from_bytes),
        })
    }
}

/// Where a conversation stands in the reports: what is needed to count what happens in it next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportState {
    /// The last item that was counted.
    pub seq: u64,
    /// The version of the conversation as it was seen last.
    pub version: u64,
    /// Times that it was opened.
    pub episodes: u64,
    /// The team it is with.
    pub team_id: Option<TeamId>,
    /// Who has it.
    pub assignee_id: Option<UserId>,
    /// Items that came before one that is before them, in order.
    pub held: Vec<ReportItem>,
    /// The version of the conversation with which they came.
    pub held_version: u64,
    /// Messages of the customer that nobody answered, in order.
    pub waits: Vec<ReportWait>,
    /// Messages of ours that have not left.
    pub unsent: Vec<ReportItem>,
    /// What goes on.
    pub open: Option<Episode>,
    /// What was last resolved, oldest first.
    pub closed: Vec<Episode>,
}

/// A message of the customer that nobody answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportWait {
    /// Its place.
    pub seq: u64,
    /// When it came.
    pub at: Timestamp,
}

/// What counts of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportItem {
    /// Its place.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What it is.
    #[serde(flatten)]
    pub what: Reported,
}

/// What an item is to the reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Reported {
    /// Nothing.
    Nothing,
    /// The customer wrote.
    Received,
    /// One of us wrote.
    Wrote {
        /// Who, where that is known: what is written in WhatsApp's app has no name.
        by: Option<UserId>,
        /// It left.
        taken: bool,
    },
    /// A program wrote.
    Automatic {
        /// It left.
        taken: bool,
    },
    /// The customer was asked for a rating.
    Asked {
        /// Of what was resolved by this line.
        of: u64,
        /// It left.
        taken: bool,
    },
    /// The customer rated.
    Rated {
        /// What was resolved by this line.
        of: u64,
        /// From 1 to 5.
        score: u8,
    },
    /// The customer said why.
    Commented {
        /// Of what was resolved by this line.
        of: u64,
    },
    /// It was set to open, pending or aside.
    Opened,
    /// It was resolved.
    Resolved {
        /// By whom.
        by: Option<UserId>,
    },
    /// It continues elsewhere.
    GaveWay,
    /// It continues another.
    Absorbed {
        /// Since when the customer waits.
        waiting_since: Option<Timestamp>,
        /// It is open by that.
        open: bool,
    },
}

/// One opening of a conversation until it was resolved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    /// Which opening of its conversation, from 1.
    pub n: u64,
    /// Whose it is: who has it, or else who answered last or resolved it.
    pub of: ReportOf,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The item that opened it.
    pub opened_seq: u64,
    /// One of us opened it, and not the customer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub by_us: bool,
    /// It had begun before anything was counted: neither its opening nor how long it took is known.
    #[serde(default, skip_serializing_if = "is_false")]
    pub partial: bool,
    /// A person's first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<ReportAnswer>,
    /// Answers of people to somebody who waited.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub answers: u64,
    /// Messages of the customer.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub received: u64,
    /// Messages of ours, of programs included.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub sent: u64,
    /// A program wrote.
    #[serde(default, skip_serializing_if = "is_false")]
    pub automatic: bool,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<ReportEnd>,
    /// It went on in another conversation then.
    #[serde(default, skip_serializing_if = "is_false")]
    pub gave_way: bool,
    /// When the customer was asked for a rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<ReportWait>,
    /// The rating.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<ReportRating>,
}

/// An answer of a person to somebody who waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportAnswer {
    /// When it was written.
    pub at: Timestamp,
    /// Its place.
    pub seq: u64,
    /// Who wrote it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Seconds that the customer had waited.
    pub waited_s: u64,
    /// Of these, those in which it was open; absent where there are no hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_s: Option<u64>,
}

/// How an episode ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEnd {
    /// When.
    pub at: Timestamp,
    /// The line that says so.
    pub seq: u64,
    /// Who resolved it, where a person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<UserId>,
    /// Seconds since it was opened.
    pub took_s: u64,
    /// Of these, those in which it was open; absent where there are no hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_s: Option<u64>,
}

/// What the customer thought of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRating {
    /// When.
    pub at: Timestamp,
    /// The message.
    pub seq: u64,
    /// From 1 to 5.
    pub score: u8,
    /// Where they said why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment_seq: Option<u64>,
}

/// Something that counts, with what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFact {
    /// The episode, as it is by now; of an answer, as it was then.
    pub episode: Episode,
    /// The answer, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ReportAnswer>,
}

/// Sums of facts. Signed, as what changes is taken out and put in again; the sum of all is never below zero.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSums {
    /// Openings.
    #[serde(skip_serializing_if = "is_none")]
    pub opened: i64,
    /// Of these, of conversations that had been resolved before.
    #[serde(skip_serializing_if = "is_none")]
    pub reopened: i64,
    /// Of these, by us.
    #[serde(skip_serializing_if = "is_none")]
    pub by_us: i64,
    /// Resolved.
    #[serde(skip_serializing_if = "is_none")]
    pub resolved: i64,
    /// Of these, where no person answered and a program did.
    #[serde(skip_serializing_if = "is_none")]
    pub by_bot: i64,
    /// Messages of customers.
    #[serde(skip_serializing_if = "is_none")]
    pub received: i64,
    /// Messages of people of ours that left.
    #[serde(skip_serializing_if = "is_none")]
    pub sent: i64,
    /// Messages of programs that left.
    #[serde(skip_serializing_if = "is_none")]
    pub automatic: i64,
    /// Customers asked for a rating.
    #[serde(skip_serializing_if = "is_none")]
    pub asked: i64,
    /// Of these, who gave one.
    #[serde(skip_serializing_if = "is_none")]
    pub asked_rated: i64,
    /// Ratings of 1 to 5.
    #[serde(skip_serializing_if = "are_none")]
    pub ratings: [i64; 5],
    /// Until a person's first answer.
    #[serde(skip_serializing_if = "ReportSpans::is_none")]
    pub first: ReportSpans,
    /// The same in open hours.
    #[serde(skip_serializing_if = "ReportSpans::is_none")]
    pub first_open: ReportSpans,
    /// Until each answer of a person.
    #[serde(skip_serializing_if = "ReportSpans::is_none")]
    pub waited: ReportSpans,
    /// The same in open hours.
    #[serde(skip_serializing_if = "ReportSpans::is_none")]
    pub waited_open: ReportSpans,
    /// From opening to resolution.
    #[serde(skip_serializing_if = "ReportSpans::is_none")]
    pub took: ReportSpans,
    /// The same in open hours.
    #[serde(skip_serializing_if = "ReportSpans::is_none")]
    pub took_open: ReportSpans,
}

/// Spans of time, summed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportSpans {
    /// How many.
    pub count: i64,
    /// Seconds in all.
    pub total_s: i64,
    /// How many of each length, by the number of the length.
    pub lengths: BTreeMap<u8, i64>,
}

impl ReportSpans {
    /// Is there none?
    #[must_use]
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_none(count: &i64) -> bool {
    *count == 0
}

fn are_none(counts: &[i64; 5]) -> bool {
    counts.iter().all(is_none)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
