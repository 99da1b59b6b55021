//! What we ask a provider to do, in one shape for all channels, and what may come of it.

use switchboard_schema::wire::{Identity, TemplateContent, Text};

use crate::inbound::Callback;

/// One message to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outbound {
    /// To whom: every address we know, strongest first; the channel picks the one it needs.
    pub to: Vec<Identity>,
    /// What.
    pub content: OutboundContent,
    /// The message it answers, by its provider id.
    pub reply_to: Option<String>,
    /// Comes back with the statuses.
    pub callback: Callback,
    /// The request that brought it, for the logs.
    pub correlation_id: Option<switchboard_schema::CorrelationId>,
    /// Where in a trace the request to the provider is, where that is recorded.
    pub trace: Option<switchboard_schema::TraceContext>,
}

/// What can be sent.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundContent {
    /// Words.
    Text(Text),
    /// An approved template with its values.
    Template(TemplateContent),
}

/// What came of a send request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The provider took it.
    Accepted {
        /// The provider's id of the message.
        provider_id: String,
        /// Addresses the provider told of the recipient.
        recipient: Vec<Identity>,
    },
    /// The provider refused it; it was not and will not be sent.
    Refused(ProviderError),
    /// No byte of it reached the provider: it may be tried again.
    NotStarted(String),
    /// It was sent and no answer came: it may or may not arrive. Never repeated by itself.
    Unknown(String),
}

/// A provider's refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderError {
    /// `whatsapp_` and the provider's number.
    pub code: String,
    /// In plain words, with what to do.
    pub message: String,
    /// What follows from it.
    pub class: ErrorClass,
}

/// What follows from a provider's refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// A passing fault: the same request may succeed in a moment.
    Retry,
    /// We are too fast: the same request may succeed later.
    BackOff,
    /// This request will never succeed.
    Never,
    /// Nothing will succeed until somebody mends the account or the token.
    Account,
}
