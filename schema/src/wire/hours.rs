//! When a workspace is open, and how soon customers are answered.

use super::wire;
use crate::{ChannelId, TeamId, Timestamp};

wire! {
    /// When people answer: weekly hours in a time zone, without the holidays.
    #[derive(Eq)]
    pub struct BusinessHours {
        /// The time zone by its IANA name, such as `Europe/Amsterdam`.
        pub time_zone: String,
        /// When it is open, at most 28 intervals; those of a day do not overlap.
        pub weekly: Vec<OpenHours>,
        /// Days on which it is closed, at most 200.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub holidays: Vec<Holiday>,
    }

    /// An interval of a weekday. What goes on past midnight is two of them.
    #[derive(Eq)]
    pub struct OpenHours {
        /// The day.
        pub day: Weekday,
        /// From when on, such as `09:00`.
        pub from: String,
        /// Until when, such as `17:30`; `24:00` is the end of the day.
        pub to: String,
    }

    /// A day of the week.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum Weekday {
        /// Monday.
        Monday,
        /// Tuesday.
        Tuesday,
        /// Wednesday.
        Wednesday,
        /// Thursday.
        Thursday,
        /// Friday.
        Friday,
        /// Saturday.
        Saturday,
        /// Sunday.
        Sunday,
    }

    /// A day on which it is closed.
    #[derive(Eq)]
    pub struct Holiday {
        /// Which, such as `2026-12-25`.
        pub date: String,
        /// What it is called, at most 100 characters.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub name: String,
    }

    /// Set when people answer.
    #[derive(Default)]
    pub struct SetBusinessHours {
        /// The hours; `null`: at any time or, for a team, as the workspace.
        #[serde(deserialize_with = "Option::deserialize")]
        pub hours: Option<BusinessHours>,
    }

    /// When people answer, and whether they do now.
    #[derive(Eq)]
    pub struct BusinessHoursStanding {
        /// The hours, where some were set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub hours: Option<BusinessHours>,
        /// It is open.
        pub open: bool,
        /// When that changes next; absent where it never does, or not within a year.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub changes_at: Option<Timestamp>,
    }

    /// How soon customers are to be answered: the first policy that fits a conversation counts.
    #[derive(Eq, Default)]
    pub struct SlaPolicies {
        /// In the order in which they are looked at, at most 20.
        pub policies: Vec<SlaPolicy>,
    }

    /// Targets for conversations. One that is left out is none.
    #[derive(Eq, Default)]
    pub struct SlaPolicy {
        /// What it is called, 1 to 100 characters, as no other.
        pub name: String,
        /// Only with one of these teams; of any, or of none, where it is empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub team_ids: Vec<TeamId>,
        /// Only on one of these channels; on any where it is empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub channel_ids: Vec<ChannelId>,
        /// Minutes to a person's first answer, 1 to 86,400.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_response_minutes: Option<u32>,
        /// Minutes to each answer after that, 1 to 86,400.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_response_minutes: Option<u32>,
        /// Minutes until it is resolved, 1 to 86,400.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resolution_minutes: Option<u32>,
        /// Only open hours count: the team's, or the workspace's where it has none of its own.
        #[serde(default)]
        pub within_hours: bool,
    }

    /// How a conversation stands to its targets.
    #[derive(Eq)]
    pub struct SlaStanding {
        /// The policy, by its name.
        pub policy: String,
        /// What is counted, at most one each of an answer and of the resolution.
        pub timers: Vec<SlaTimer>,
    }

    /// Something that is due.
    #[derive(Eq)]
    pub struct SlaTimer {
        /// What.
        pub target: SlaTarget,
        /// When; absent while it is not counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub due_at: Option<Timestamp>,
        /// Since when it is about to be missed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub warned_at: Option<Timestamp>,
        /// Since when it is over its target.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub missed_at: Option<Timestamp>,
    }

    /// What is due.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum SlaTarget {
        /// A person's first answer.
        FirstResponse,
        /// The next answer.
        NextResponse,
        /// That it is resolved.
        Resolution,
    }
}
