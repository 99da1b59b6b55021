//! Teams.

use super::wire;
use crate::{TeamId, Timestamp, UserId};

wire! {
    /// People of a workspace who answer together. Whoever answers can be in several, or in none.
    #[derive(Eq)]
    pub struct Team {
        /// Its id.
        pub id: TeamId,
        /// Counts its changes; the older of two is dropped.
        pub version: u64,
        /// Its name.
        pub name: String,
        /// Who is in it.
        pub members: Vec<UserId>,
        /// How what is with it, and nobody's, comes to somebody of it.
        #[serde(default)]
        pub assignment: Assignment,
        /// When it was made.
        pub created_at: Timestamp,
    }

    /// The teams of a workspace.
    #[derive(Eq)]
    pub struct TeamList {
        /// By name.
        pub teams: Vec<Team>,
    }

    /// Make a team.
    pub struct CreateTeam {
        /// Its name: 1 to 100 characters, as no other team of the workspace is called.
        pub name: String,
        /// Who is in it: at most 500 people.
        #[serde(default)]
        pub members: Vec<UserId>,
        /// How conversations come to somebody of it; by hand where it is left out.
        #[serde(default)]
        pub assignment: Assignment,
    }

    /// Change a team; what is left out stays.
    pub struct ChangeTeam {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Who is in it from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub members: Option<Vec<UserId>>,
        /// How conversations come to somebody of it from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub assignment: Option<Assignment>,
    }

    /// How conversations that nobody has come to somebody: to those who are online, longest waiting first.
    #[derive(Copy, Eq, Default)]
    pub struct Assignment {
        /// By which rule.
        pub rule: AssignmentRule,
        /// Open conversations that one may have and still be given another, 1 to 1,000; absent: any number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub capacity: Option<u32>,
    }

    /// Rules by which conversations are given to people.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum AssignmentRule {
        /// Somebody takes them, or gives them to somebody.
        #[default]
        ByHand,
        /// To each in turn.
        RoundRobin,
        /// To who has the fewest open ones.
        ByLoad,
    }

    /// By which rule a conversation was given to somebody.
    #[derive(Eq)]
    pub struct AssignedBy {
        /// The rule.
        pub rule: AssignmentRule,
        /// The team whose it is; the workspace's where it is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub team: Option<String>,
    }

    /// A team was made, changed or deleted: whoever shows teams reads them again.
    #[derive(Eq)]
    pub struct TeamsChanged {
        /// Which.
        pub team_id: TeamId,
    }
}
