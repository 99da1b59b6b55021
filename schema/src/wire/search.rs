//! What is found.

use super::{Contact, Conversation, Message, wire};
use crate::Timestamp;

wire! {
    /// What was found, in groups, the best of each first. A group that was not asked for is empty.
    pub struct SearchAnswer {
        /// What was said.
        pub messages: FoundMessages,
        /// Conversations, by whom they are with.
        pub conversations: FoundConversations,
        /// People outside.
        pub contacts: FoundContacts,
        /// There may be more, or better ones, than this: time was up, more words would answer than are looked at, or not
        /// everything is in the index yet.
        pub partial: bool,
        /// Time was up, or more words would answer than are looked at.
        pub cut: bool,
        /// What is not in the index yet; absent where everything is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub lag: Option<SearchLag>,
    }

    /// What is not in the index yet.
    #[derive(Copy, Eq)]
    pub struct SearchLag {
        /// Events that are not in it, so far as is known.
        pub events: u64,
        /// Since when there are some.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<Timestamp>,
        /// It is being made anew: much may be missing.
        pub rebuilding: bool,
    }

    /// Messages that were found.
    #[derive(Default)]
    pub struct FoundMessages {
        /// The best first.
        pub hits: Vec<FoundMessage>,
        /// For the next page, with `kind=messages`.
        pub next_cursor: Option<String>,
    }

    /// A message that was found.
    pub struct FoundMessage {
        /// As it is now.
        pub message: Message,
        /// Its conversation, without `last_message`.
        pub conversation: Conversation,
        /// What of its words is shown.
        pub parts: Vec<TextPart>,
    }

    /// Conversations that were found.
    #[derive(Default)]
    pub struct FoundConversations {
        /// The best first.
        pub hits: Vec<FoundConversation>,
        /// For the next page, with `kind=conversations`.
        pub next_cursor: Option<String>,
    }

    /// A conversation that was found.
    pub struct FoundConversation {
        /// As it is now, without `last_message`.
        pub conversation: Conversation,
        /// The name of whom it is with.
        pub name: Vec<TextPart>,
    }

    /// People who were found.
    #[derive(Default)]
    pub struct FoundContacts {
        /// The best first.
        pub hits: Vec<FoundContact>,
        /// For the next page, with `kind=contacts`.
        pub next_cursor: Option<String>,
    }

    /// Somebody who was found.
    pub struct FoundContact {
        /// As they are now.
        pub contact: Contact,
        /// Their name.
        pub name: Vec<TextPart>,
        /// The address by which they were found, where it was not their name.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub address: Vec<TextPart>,
        /// Their conversations, the newest first, at most 5, without `last_message`.
        pub conversations: Vec<Conversation>,
    }

    /// A part of a text. Text, and never markup.
    #[derive(Eq)]
    pub struct TextPart {
        /// As it is written.
        pub text: String,
        /// It is what was asked for.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub found: bool,
    }
}
