//! Who of us is there.

use super::{StreamPosition, wire};
use crate::{Timestamp, UserId};

wire! {
    /// What somebody says of themselves; remembered until they say otherwise.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum Availability {
        /// There, and takes conversations.
        #[default]
        Online,
        /// There, and takes none.
        Busy,
        /// Not there.
        Away,
    }

    /// How somebody is to be found.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum PresenceState {
        /// There, and takes conversations.
        Online,
        /// There, and takes none.
        Busy,
        /// Not there: as they say, or as nothing was heard of them for a time.
        Away,
        /// No page of theirs is open.
        Offline,
    }

    /// How one of us is to be found.
    #[derive(Copy, Eq)]
    pub struct Presence {
        /// Who.
        pub user_id: UserId,
        /// How.
        pub state: PresenceState,
        /// What they say of themselves.
        pub availability: Availability,
        /// Since when it is so; absent for somebody who was not there since the server knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<Timestamp>,
    }

    /// How everybody is to be found. It holds for one epoch of the stream: in another, ask again.
    #[derive(Eq)]
    pub struct PresenceList {
        /// Everybody of the workspace.
        pub people: Vec<Presence>,
        /// Minutes without a sign of the caller after which they count as away; 0: never.
        pub away_after_minutes: u32,
        /// The snapshot includes everything up to here.
        pub as_of: StreamPosition,
    }

    /// Say how one is to be found; what is left out stays.
    #[derive(Eq)]
    pub struct SetAvailability {
        /// What one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub availability: Option<Availability>,
        /// After how many minutes without a sign one counts as away: 1 to 240, or 0 for never.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub away_after_minutes: Option<u32>,
    }

    /// How the caller is to be found.
    #[derive(Eq)]
    pub struct OwnPresence {
        /// How.
        #[serde(flatten)]
        pub presence: Presence,
        /// Minutes without a sign after which they count as away; 0: never.
        pub away_after_minutes: u32,
    }
}
