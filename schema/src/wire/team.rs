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
    }

    /// Change a team; what is left out stays.
    pub struct ChangeTeam {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Who is in it from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub members: Option<Vec<UserId>>,
    }

    /// A team was made, changed or deleted: whoever shows teams reads them again.
    #[derive(Eq)]
    pub struct TeamsChanged {
        /// Which.
        pub team_id: TeamId,
    }
}
