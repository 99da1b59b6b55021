//! Labels, and how urgent a conversation is.

use super::wire;
use crate::{LabelId, Timestamp};

/// Longest name of a label, in characters: it stands in cards and in lines of conversations.
pub const MAX_LABEL_NAME_CHARS: usize = 40;
/// Labels of one conversation, at most.
pub const MAX_CONVERSATION_LABELS: usize = 20;

wire! {
    /// A word that conversations are sorted by. The workspace has them; a conversation can have several.
    #[derive(Eq)]
    pub struct Label {
        /// Its id.
        pub id: LabelId,
        /// Counts its changes: its `ETag`.
        pub version: u64,
        /// Its name.
        pub name: String,
        /// Its colour.
        pub color: LabelColor,
        /// When it was made.
        pub created_at: Timestamp,
    }

    /// The labels of a workspace.
    #[derive(Eq)]
    pub struct LabelList {
        /// By name.
        pub labels: Vec<Label>,
    }

    /// The colours of labels. Each has a shade for light and for dark.
    #[derive(Copy, Eq, Hash, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum LabelColor {
        /// No colour in particular.
        #[default]
        Grey,
        /// Red.
        Red,
        /// Orange.
        Orange,
        /// Yellow.
        Yellow,
        /// Green.
        Green,
        /// Teal.
        Teal,
        /// Blue.
        Blue,
        /// Purple.
        Purple,
        /// Pink.
        Pink,
    }

    /// Make a label.
    pub struct CreateLabel {
        /// Its name: 1 to 40 characters on one line, as no other label of the workspace is called.
        pub name: String,
        /// Its colour; grey where it is left out.
        #[serde(default)]
        pub color: LabelColor,
    }

    /// Change a label; what is left out stays.
    pub struct ChangeLabel {
        /// A new name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// A new colour.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub color: Option<LabelColor>,
    }

    /// Put labels on a conversation and take others off. Those that it has already, or has not, change nothing, so that two
    /// who label at once do not undo each other.
    #[derive(Eq, Default)]
    pub struct LabelsRequest {
        /// Those to put on, at most 20.
        #[serde(default)]
        pub add: Vec<LabelId>,
        /// Those to take off, at most 20.
        #[serde(default)]
        pub remove: Vec<LabelId>,
    }

    /// A label was made, changed or deleted: whoever shows labels reads them again.
    #[derive(Eq)]
    pub struct LabelsChanged {
        /// Which.
        pub label_id: LabelId,
    }

    /// How urgent a conversation is, as people say it.
    #[derive(Copy, Eq, Hash, PartialOrd, Ord, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum Priority {
        /// Nobody said.
        #[default]
        None,
        /// It can wait.
        Low,
        /// As it comes.
        Medium,
        /// Soon.
        High,
        /// Before everything else.
        Urgent,
    }

    /// Say how urgent a conversation is.
    #[derive(Copy, Eq)]
    pub struct PriorityRequest {
        /// How urgent.
        pub priority: Priority,
    }
}

impl Priority {
    /// Nobody said.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }

    /// As the API writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}
