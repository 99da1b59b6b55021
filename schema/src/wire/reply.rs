//! Saved replies: words that are sent again and again.

use super::wire;
use crate::{SavedReplyId, Timestamp, UserId};

/// Longest name of a saved reply, in characters.
pub const MAX_REPLY_NAME_CHARS: usize = 40;

wire! {
    /// The saved replies that the caller can use.
    pub struct SavedReplyList {
        /// By name; the caller's own and the workspace's.
        pub saved_replies: Vec<SavedReply>,
        /// What can stand in their words for what is only known when one is used.
        pub placeholders: Vec<ReplyPlaceholder>,
    }

    /// Words kept to be sent again.
    #[derive(Eq)]
    pub struct SavedReply {
        /// Its id.
        pub id: SavedReplyId,
        /// How often it was changed: its `ETag`.
        pub version: u64,
        /// It is everybody's; else the caller's alone.
        pub shared: bool,
        /// What it is called up by.
        pub name: String,
        /// Its words, with their placeholders: `{{contact.first_name}}`, or with what to say where that is not known,
        /// `{{contact.first_name|there}}`.
        pub text: String,
        /// When it was last changed.
        pub updated_at: Timestamp,
        /// Who did that.
        pub updated_by: UserId,
    }

    /// What stands for something that is known when a reply is used.
    #[derive(Copy, Eq, Hash)]
    pub enum ReplyPlaceholder {
        /// The contact's name.
        #[serde(rename = "contact.name")]
        ContactName,
        /// The first word of the contact's name.
        #[serde(rename = "contact.first_name")]
        ContactFirstName,
        /// The contact's number.
        #[serde(rename = "contact.phone")]
        ContactPhone,
        /// The contact's name at WhatsApp.
        #[serde(rename = "contact.username")]
        ContactUsername,
        /// The name of whoever uses it.
        #[serde(rename = "agent.name")]
        AgentName,
        /// The first word of that.
        #[serde(rename = "agent.first_name")]
        AgentFirstName,
        /// The workspace's name.
        #[serde(rename = "workspace.name")]
        WorkspaceName,
    }

    /// Keep words.
    pub struct CreateSavedReply {
        /// For everybody; else for the caller alone.
        #[serde(default)]
        pub shared: bool,
        /// What it is called up by: at most 40 letters, digits, `-`, `_` and `.`, and unlike every other of the same holder.
        pub name: String,
        /// Its words, at most 4,096 characters.
        pub text: String,
    }

    /// Change a saved reply. What is left out stays.
    pub struct ChangeSavedReply {
        /// What it is called up by.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Its words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
    }

    /// A saved reply as it reads in a conversation.
    #[derive(Eq)]
    pub struct FilledReply {
        /// Its words; what could not be filled stands there as its placeholder still.
        pub text: String,
        /// What could not be filled, each once, in order.
        pub unfilled: Vec<String>,
    }

    /// Saved replies were made, changed or deleted: whoever shows them reads them again.
    #[derive(Eq)]
    pub struct RepliesChanged {
        /// Whose; absent for the workspace's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub user_id: Option<UserId>,
    }
}

impl ReplyPlaceholder {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::ContactFirstName,
        Self::ContactName,
        Self::ContactPhone,
        Self::ContactUsername,
        Self::AgentFirstName,
        Self::AgentName,
        Self::WorkspaceName,
    ];

    /// As it is written between the braces.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContactName => "contact.name",
            Self::ContactFirstName => "contact.first_name",
            Self::ContactPhone => "contact.phone",
            Self::ContactUsername => "contact.username",
            Self::AgentName => "agent.name",
            Self::AgentFirstName => "agent.first_name",
            Self::WorkspaceName => "workspace.name",
        }
    }
}
