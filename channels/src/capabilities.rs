//! What a channel can do, in one shape for all channels.

use std::time::Duration;

/// What a channel can do. A limit that is absent does not exist there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// For how long after the customer's last message we may write freely; templates after that.
    pub window: Option<Duration>,
    /// How the channel treats customers who came through an ad.
    pub free_entry: Option<FreeEntry>,
    /// Approved templates can be sent.
    pub templates: bool,
    /// A message can say which one it answers.
    pub replies: bool,
    /// Longest text that can be sent, in characters. Longer ones are taken in all the same.
    pub text_chars_max: usize,
    /// Longest value of a template's placeholder, in characters.
    pub parameter_chars_max: usize,
    /// Updates that one webhook may carry; more of them are refused together.
    pub updates_max: usize,
    /// Bytes that one webhook may have.
    pub webhook_bytes_max: usize,
}

/// A free entry: the customer came through an ad or a page's button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeEntry {
    /// Within what time we have to answer.
    pub answer_within: Duration,
    /// For how long messages are free, counted from the answer.
    pub lasts: Duration,
}
