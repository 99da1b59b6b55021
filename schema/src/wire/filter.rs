//! Filters of the list, its orders, and views that are kept.

use super::{ConversationStatus, Priority, StreamPosition, wire};
use crate::{ChannelId, LabelId, TeamId, Timestamp, UserId, ViewId};

/// Conditions of one filter, at most.
pub const MAX_FILTER_CONDITIONS: usize = 12;
/// Things that one condition names, at most.
pub const MAX_FILTER_VALUES: usize = 50;
/// Longest time that a condition names, in hours: about ten years.
pub const MAX_FILTER_HOURS: u32 = 24 * 3_660;
/// Longest name of a view, in characters.
pub const MAX_VIEW_NAME_CHARS: usize = 60;

/// Is it not so?
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_no(flag: &bool) -> bool {
    !*flag
}

wire! {
    /// One condition on a conversation. It holds where the conversation has any of what is named; with `not`, where it has
    /// none of it. A filter is a list of conditions, of which all must hold.
    #[derive(Eq, Hash)]
    #[serde(tag = "field", rename_all = "snake_case", deny_unknown_fields)]
    pub enum FilterCondition {
        /// Where it stands.
        Status {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// In any of these.
            any: Vec<ConversationStatus>,
        },
        /// Who has it.
        Assignee {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Any of these.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            any: Vec<UserId>,
            /// Or whoever looks.
            #[serde(default, skip_serializing_if = "is_no")]
            me: bool,
            /// Or nobody.
            #[serde(default, skip_serializing_if = "is_no")]
            nobody: bool,
        },
        /// Which team it is with.
        Team {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Any of these.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            any: Vec<TeamId>,
            /// Or none.
            #[serde(default, skip_serializing_if = "is_no")]
            none: bool,
        },
        /// Which channel it runs on.
        Channel {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Any of these.
            any: Vec<ChannelId>,
        },
        /// Its labels.
        Label {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Any of these.
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            any: Vec<LabelId>,
            /// Or none at all.
            #[serde(default, skip_serializing_if = "is_no")]
            none: bool,
        },
        /// How urgent it is.
        Priority {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Any of these.
            any: Vec<Priority>,
        },
        /// It has messages that whoever looks has not read.
        Unread {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
        },
        /// The customer waits for an answer.
        Waiting {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// For so many minutes or more.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            at_least_minutes: Option<u32>,
        },
        /// How its window stands.
        Window {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Any of these.
            any: Vec<FilterWindow>,
        },
        /// It is put aside.
        Snoozed {
            /// Not so.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// And comes back within so many hours.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            within_hours: Option<u32>,
        },
        /// When it began.
        Created {
            /// Longer ago.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Within so many hours before now.
            within_hours: u32,
        },
        /// When something last happened.
        Active {
            /// Longer ago.
            #[serde(default, skip_serializing_if = "is_no")]
            not: bool,
            /// Within so many hours before now.
            within_hours: u32,
        },
    }

    /// How a window stands, as filters name it.
    #[derive(Copy, Eq, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum FilterWindow {
        /// We may write freely.
        Open,
        /// It is open, and closes within the hour.
        Closing,
        /// It closed.
        Closed,
        /// It never was open.
        None,
    }

    /// The orders of the list.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum ListSort {
        /// Last activity first.
        #[default]
        Newest,
        /// Last activity last.
        Oldest,
        /// Longest waiting customer first.
        Waiting,
        /// Soonest closing window first.
        Window,
        /// What to do next: urgent ones; then windows that close within the hour and on which we owe an answer; then whoever
        /// waits longest; then the rest, last activity first.
        NextUp,
    }

    /// A filter and an order that are kept under a name.
    #[derive(Eq)]
    pub struct SavedView {
        /// Its id.
        pub id: ViewId,
        /// How often it was changed: its `ETag`.
        pub version: u64,
        /// It is everybody's; else the caller's alone.
        pub shared: bool,
        /// What it is called.
        pub name: String,
        /// Which conversations.
        pub filter: Vec<FilterCondition>,
        /// In which order.
        pub sort: ListSort,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// Who did that.
        pub updated_by: UserId,
    }

    /// The views that the caller sees.
    #[derive(Eq)]
    pub struct SavedViewList {
        /// By name; the caller's own and the workspace's.
        pub views: Vec<SavedView>,
    }

    /// Keep a filter and an order.
    pub struct CreateView {
        /// For everybody; else for the caller alone.
        #[serde(default)]
        pub shared: bool,
        /// What it is called: 1 to 60 characters on one line, unlike every other of the same holder.
        pub name: String,
        /// Which conversations: at most 12 conditions.
        pub filter: Vec<FilterCondition>,
        /// In which order.
        #[serde(default)]
        pub sort: ListSort,
    }

    /// Change a view that is kept. What is left out stays.
    pub struct ChangeView {
        /// What it is called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Which conversations.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub filter: Option<Vec<FilterCondition>>,
        /// In which order.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sort: Option<ListSort>,
    }

    /// How many conversations a view holds, as the caller sees it.
    #[derive(Copy, Eq)]
    pub struct SavedViewCount {
        /// Which.
        pub view_id: ViewId,
        /// How many.
        pub count: u64,
    }

    /// How many conversations each view holds that the caller sees.
    #[derive(Eq)]
    pub struct SavedViewCounts {
        /// One for each view.
        pub counts: Vec<SavedViewCount>,
        /// They include everything up to here.
        pub as_of: StreamPosition,
    }

    /// Views were kept, changed or deleted: whoever shows them reads them again.
    #[derive(Eq)]
    pub struct ViewsChanged {
        /// Whose; absent for the workspace's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_id: Option<UserId>,
    }
}
