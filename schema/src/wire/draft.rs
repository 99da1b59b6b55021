//! Drafts: what somebody began to write and has not sent.

use super::wire;
use crate::{ConversationId, MessageId, Timestamp, UserId};

/// Longest words of a draft, in characters: as long as a note may be.
pub const MAX_DRAFT_CHARS: usize = super::MAX_NOTE_CHARS;

wire! {
    /// The caller's drafts.
    pub struct DraftList {
        /// Of each conversation one.
        pub drafts: Vec<Draft>,
    }

    /// What the caller began to write in a conversation. Where that is nothing its version is 0.
    #[derive(Eq)]
    pub struct Draft {
        /// Where.
        pub conversation_id: ConversationId,
        /// Which of several writings this is: it grows.
        pub version: u64,
        /// What was written.
        #[serde(flatten)]
        pub words: DraftWords,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }

    /// What was written and not sent.
    #[derive(Eq, Default)]
    pub struct DraftWords {
        /// To the customer, at most 16,000 characters.
        #[serde(default)]
        pub reply: String,
        /// To colleagues, at most 16,000 characters.
        #[serde(default)]
        pub note: String,
        /// Which of the two was being written.
        #[serde(default)]
        pub mode: DraftMode,
        /// The message that the reply answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reply_to: Option<MessageId>,
    }

    /// What is being written.
    #[derive(Copy, Eq, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum DraftMode {
        /// To the customer.
        #[default]
        Reply,
        /// To colleagues.
        Note,
    }

    /// Keep a draft. With nothing in it, there is none any more.
    pub struct SaveDraft {
        /// The version that it goes on from; 0 where there was none.
        pub base_version: u64,
        /// What is written now.
        #[serde(flatten)]
        pub words: DraftWords,
    }

    /// A draft was kept or is no more: whoever shows that person's reads it again.
    #[derive(Eq)]
    pub struct DraftChanged {
        /// Whose.
        pub user_id: UserId,
        /// Where.
        pub conversation_id: ConversationId,
        /// Its version; 0 where there is none any more.
        pub version: u64,
    }
}

impl DraftWords {
    /// Is there nothing to keep? What it would answer is nothing by itself.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.reply.trim().is_empty() && self.note.trim().is_empty()
    }
}
