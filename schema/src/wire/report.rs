//! Reports: what happens now, and what happened.

use super::{PresenceState, StreamPosition, wire};
use crate::{ChannelId, ConversationId, TeamId, Timestamp, UserId};

wire! {
    /// How it stands at this moment.
    pub struct LiveReport {
        /// When it was looked at.
        pub at: Timestamp,
        /// Of the whole workspace.
        pub total: LiveFigures,
        /// Of each team, and of what is with none.
        pub teams: Vec<LiveTeam>,
        /// Of each channel that has conversations.
        pub channels: Vec<LiveChannel>,
        /// Whoever answers customers.
        pub agents: Vec<LiveAgent>,
        /// It includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// How conversations stand at this moment.
    #[derive(Copy, Eq, Default)]
    pub struct LiveFigures {
        /// Open.
        pub open: u64,
        /// Of these, those that nobody has and no bot answers.
        pub unassigned: u64,
        /// In which the customer waits for an answer.
        pub waiting: u64,
        /// Since when whoever waits longest does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub waiting_since: Option<Timestamp>,
        /// Over a target.
        pub missed: u64,
        /// Pending.
        pub pending: u64,
        /// Put aside.
        pub snoozed: u64,
        /// People who are there and take conversations.
        pub available: u64,
    }

    /// How it stands with a team.
    #[derive(Copy, Eq)]
    pub struct LiveTeam {
        /// Which; absent for what is with none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub team_id: Option<TeamId>,
        /// How.
        #[serde(flatten)]
        pub figures: LiveFigures,
    }

    /// How it stands on a channel.
    #[derive(Copy, Eq)]
    pub struct LiveChannel {
        /// Which.
        pub channel_id: ChannelId,
        /// How.
        #[serde(flatten)]
        pub figures: LiveFigures,
    }

    /// How one of us is to be found, and what they have.
    #[derive(Copy, Eq)]
    pub struct LiveAgent {
        /// Who.
        pub user_id: UserId,
        /// How they are to be found.
        pub state: PresenceState,
        /// Open conversations that they have.
        pub open: u64,
        /// Of these, those in which the customer waits.
        pub waiting: u64,
        /// Since when whoever waits longest does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub waiting_since: Option<Timestamp>,
    }

    /// In which steps time is shown.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum ReportGrain {
        /// By the hour.
        Hour,
        /// By the day.
        Day,
        /// By the week, from Monday on.
        Week,
        /// By the month.
        Month,
    }

    /// By what figures are compared.
    #[derive(Copy, Eq)]
    #[serde(rename_all = "snake_case")]
    pub enum ReportGroup {
        /// By the person.
        Agent,
        /// By the team.
        Team,
        /// By the channel.
        Channel,
    }

    /// What happened in a span of time.
    pub struct ReportHistory {
        /// The time zone whose days these are.
        pub time_zone: String,
        /// From this instant on.
        pub from: Timestamp,
        /// Until before this one.
        pub to: Timestamp,
        /// In which steps the series goes.
        pub grain: ReportGrain,
        /// Of all of it.
        pub total: ReportFigures,
        /// Of as many days before, for comparison.
        pub before: ReportFigures,
        /// Step by step, those in which nothing happened included.
        pub series: Vec<ReportStep>,
        /// By the person, team or channel, where that was asked for: those of whom there is anything.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub groups: Vec<ReportGroupFigures>,
        /// Openings by the weekday from Monday on, and in it by the hour of the day.
        pub busy: Vec<Vec<u64>>,
        /// How soon customers were first answered.
        pub first_response: Vec<ReportBand>,
        /// What is not counted yet, if anything is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lag: Option<ReportLag>,
    }

    /// What is not counted yet.
    #[derive(Copy, Eq)]
    pub struct ReportLag {
        /// Events that are not counted.
        pub events: u64,
    }

    /// What happened in a step of time.
    pub struct ReportStep {
        /// How it is called: `2026-11-27`, for an hour `2026-11-27T14:00`.
        pub at: String,
        /// From this instant on.
        pub from: Timestamp,
        /// Until before this one.
        pub to: Timestamp,
        /// What happened.
        #[serde(flatten)]
        pub figures: ReportFigures,
    }

    /// What happened of one person, team or channel.
    pub struct ReportGroupFigures {
        /// Its id; absent for what is of none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub id: Option<String>,
        /// What it is called, where it is still there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// What happened.
        #[serde(flatten)]
        pub figures: ReportFigures,
    }

    /// How many first answers took so long.
    #[derive(Copy, Eq)]
    pub struct ReportBand {
        /// At least so many seconds.
        pub from_s: u64,
        /// Less than so many; absent where it is any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub to_s: Option<u64>,
        /// How many.
        pub count: u64,
    }

    /// Figures of what happened.
    #[derive(Default)]
    pub struct ReportFigures {
        /// Conversations that were opened, each time anew.
        pub opened: u64,
        /// Of these, those that had been resolved before.
        pub reopened: u64,
        /// Of these, those that we began.
        pub by_us: u64,
        /// Conversations that were resolved.
        pub resolved: u64,
        /// Of these, those that a program alone had answered.
        pub by_bot: u64,
        /// Messages of customers.
        pub received: u64,
        /// Messages that people of us sent.
        pub sent: u64,
        /// Messages that programs sent.
        pub automatic: u64,
        /// From a customer's first message to a person's first answer.
        pub first_response: ReportTimes,
        /// From a customer's message that nobody answered yet to a person's answer.
        pub waiting: ReportTimes,
        /// From opening to resolution.
        pub resolution: ReportTimes,
        /// Customers who were asked for a rating.
        pub asked: u64,
        /// Of these, who gave one.
        pub asked_rated: u64,
        /// Ratings of 1, 2, 3, 4 and 5.
        pub ratings: [u64; 5],
    }

    /// How long something took.
    #[derive(Eq, Default)]
    pub struct ReportTimes {
        /// How many there were.
        pub count: u64,
        /// Seconds on average.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub average_s: Option<u64>,
        /// Seconds that half of them took at most, about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub median_s: Option<u64>,
        /// Seconds that nine of ten took at most, about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub p90_s: Option<u64>,
        /// The same in business hours alone, where there are such.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub open: Option<OpenTimes>,
    }

    /// How long something took in business hours.
    #[derive(Copy, Eq)]
    pub struct OpenTimes {
        /// Seconds on average.
        pub average_s: u64,
        /// Seconds that half of them took at most, about.
        pub median_s: u64,
        /// Seconds that nine of ten took at most, about.
        pub p90_s: u64,
    }

    /// What rows are of.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ReportKind {
        /// Conversations that were opened.
        Opened,
        /// Conversations that were resolved.
        Resolved,
        /// Answers of people to somebody who waited.
        Answered,
        /// First answers.
        FirstAnswered,
        /// Customers who were asked for a rating.
        Asked,
        /// Ratings.
        Rated,
    }

    /// Rows behind a figure.
    pub struct ReportRows {
        /// The newest first.
        pub rows: Vec<ReportRow>,
        /// Where the next page begins; absent on the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_cursor: Option<String>,
    }

    /// One conversation, answer or rating behind a figure.
    pub struct ReportRow {
        /// When it counted.
        pub at: Timestamp,
        /// The conversation.
        pub conversation_id: ConversationId,
        /// The item to look at there.
        pub seq: u64,
        /// What the customer is called.
        pub contact_name: String,
        /// On which channel.
        pub channel_id: ChannelId,
        /// With which team.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub team_id: Option<TeamId>,
        /// Of whom it counts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_id: Option<UserId>,
        /// When the conversation was opened.
        pub opened_at: Timestamp,
        /// It had been resolved before.
        pub reopened: bool,
        /// We began it.
        pub by_us: bool,
        /// A program wrote.
        pub automatic: bool,
        /// Seconds that the customer waited for this answer, where the row is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub waited_s: Option<u64>,
        /// Seconds until a person's first answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_response_s: Option<u64>,
        /// When it was resolved.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resolved_at: Option<Timestamp>,
        /// Seconds from opening to resolution.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resolution_s: Option<u64>,
        /// The rating, 1 to 5.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rating: Option<u8>,
        /// Why, in the customer's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub comment: Option<String>,
    }

    /// What a message has to do with a rating.
    #[derive(Copy, Eq)]
    #[serde(tag = "part", rename_all = "snake_case")]
    pub enum RatingPart {
        /// It asks for one.
        Ask {
            /// The line by which what is rated was resolved.
            of: u64,
        },
        /// It is one.
        Rating {
            /// The line by which what is rated was resolved.
            of: u64,
            /// From 1 to 5.
            score: u8,
        },
        /// It says why.
        Comment {
            /// The line by which what is rated was resolved.
            of: u64,
        },
        /// It is one that does not count: another was given, or it came too late.
        Spare {
            /// The line by which what it is about was resolved.
            of: u64,
        },
    }

    /// How a customer rated last.
    #[derive(Copy, Eq)]
    pub struct LastRating {
        /// From 1 to 5.
        pub score: u8,
        /// When.
        pub at: Timestamp,
    }

    /// Whether customers are asked for a rating once a conversation is resolved, and how.
    #[derive(Eq)]
    pub struct RatingSettings {
        /// They are asked.
        pub ask: bool,
        /// Minutes after the resolution, 0 to 720; opened again before, they are not asked.
        pub delay_minutes: u32,
        /// Days within which one person is asked once, 1 to 365.
        pub every_days: u32,
        /// The question, 1 to 1,024 characters where they are asked.
        pub question: String,
        /// The words on the button, 1 to 20 characters where they are asked.
        pub button: String,
    }

    /// Set whether customers are asked for a rating.
    #[derive(Eq, Default)]
    pub struct SetRatingSettings {
        /// Whether, and how; `null`: they are not or, for a team, as the workspace.
        #[serde(deserialize_with = "Option::deserialize")]
        pub settings: Option<RatingSettings>,
    }

    /// Whether customers are asked for a rating.
    #[derive(Eq)]
    pub struct RatingSettingsStanding {
        /// What was set; absent where nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settings: Option<RatingSettings>,
    }
}

impl Default for RatingSettings {
    /// Nobody is asked.
    fn default() -> Self {
        Self { ask: false, delay_minutes: 5, every_days: 30, question: String::new(), button: String::new() }
    }
}
