//! Changes of many conversations at once.

use super::{ConversationStatus, FilterCondition, Priority, wire};
use crate::{BulkId, ConversationId, LabelId, TeamId, Timestamp, UserId};

/// Conversations that one bulk change takes in, at most.
pub const MAX_BULK: usize = 100_000;
/// Conversations that are named one by one, at most; more are named by what they have in common.
pub const MAX_BULK_NAMED: usize = 1_000;

wire! {
    /// What is changed of each conversation.
    #[derive(Eq)]
    #[serde(tag = "field", rename_all = "snake_case", deny_unknown_fields)]
    pub enum BulkChange {
        /// Who has it.
        Assignee {
            /// Whom; `null` for nobody.
            assignee_id: Option<UserId>,
        },
        /// Which team it is with.
        Team {
            /// Which; `null` for none.
            team_id: Option<TeamId>,
        },
        /// Where it stands.
        Status {
            /// The new status.
            status: ConversationStatus,
            /// Until when, with `snoozed`.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            snoozed_until: Option<Timestamp>,
        },
        /// How urgent it is.
        Priority {
            /// How urgent.
            priority: Priority,
        },
        /// Its labels.
        Labels {
            /// Those to put on.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            add: Vec<LabelId>,
            /// Those to take off.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            remove: Vec<LabelId>,
        },
        /// The caller has read all of it. This cannot be taken back.
        Read {},
    }

    /// Everything that a list holds.
    #[derive(Eq)]
    pub struct BulkWhich {
        /// `mine`, `unassigned`, `all`, or `team:` and a team's id; `all` where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub view: Option<String>,
        /// In which status; in any where it is left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<ConversationStatus>,
        /// What else must hold, as in the list.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub filter: Vec<FilterCondition>,
        /// But for these, at most 1,000.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub except: Vec<ConversationId>,
    }

    /// Change many conversations: some that are named, or everything that a list holds.
    pub struct BulkRequest {
        /// What is changed.
        pub change: BulkChange,
        /// These, at most 1,000.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub conversations: Option<Vec<ConversationId>>,
        /// Or these, at most 100,000.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub which: Option<BulkWhich>,
    }

    /// A bulk change and how far it is.
    #[derive(Eq)]
    pub struct BulkJob {
        /// Its id.
        pub id: BulkId,
        /// Who asked for it.
        pub by: UserId,
        /// What is changed.
        pub change: BulkChange,
        /// Is it done?
        pub state: BulkState,
        /// Conversations that it is about.
        pub total: u64,
        /// Those that it has come to.
        pub done: u64,
        /// Of these, those that it changed; the others were so already or failed.
        pub changed: u64,
        /// Those that it could not change, or that somebody else changed meanwhile.
        pub failed: u64,
        /// The bulk change that it takes back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub undoes: Option<BulkId>,
        /// The one by which it was taken back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub undone_by: Option<BulkId>,
        /// When it was asked for.
        pub created_at: Timestamp,
        /// When it was done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub finished_at: Option<Timestamp>,
    }

    /// The states of a bulk change.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum BulkState {
        /// It goes on, also when nobody looks.
        Running,
        /// It has come to all of them.
        Finished,
    }

    /// Bulk changes of the caller.
    #[derive(Eq)]
    pub struct BulkJobList {
        /// Newest first.
        pub jobs: Vec<BulkJob>,
    }

    /// A conversation that a bulk change left as it was.
    #[derive(Eq)]
    pub struct BulkFailure {
        /// Which.
        pub conversation_id: ConversationId,
        /// Stable; `changed_meanwhile` where somebody else changed it.
        pub code: String,
        /// Why, in words.
        pub message: String,
    }

    /// Conversations that a bulk change left as they were.
    #[derive(Eq)]
    pub struct BulkFailureList {
        /// In no order; at most 1,000.
        pub failures: Vec<BulkFailure>,
        /// There are more.
        pub more: bool,
    }
}
