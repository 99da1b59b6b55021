//! The way out to a provider.

use std::time::Duration;

use switchboard_domain::outbound::{Outbound, SendOutcome};
use switchboard_schema::wire::Template;

use crate::Future;

/// How long a provider may take for one request. After it the outcome is unknown.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(15);

/// Why the provider did not tell what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It refused: token, permission, account.
    #[error("{message}")]
    Refused {
        /// `whatsapp_` and the provider's number.
        code: String,
        /// In plain words.
        message: String,
    },
    /// It did not answer, or not in a shape we know.
    #[error("the provider did not answer: {0}")]
    Unavailable(String),
}

/// One connected number at its provider, with its credentials.
///
/// * `send` makes at most one request, never a second: repeating is decided elsewhere.
/// * `send` ends within [`PROVIDER_TIMEOUT`]; what is not known by then is [`SendOutcome::Unknown`].
/// * [`SendOutcome::NotStarted`] is answered only when no byte of the request can have reached the provider.
pub trait ChannelClient: Send + Sync + 'static {
    /// Makes one send request.
    fn send(&self, outbound: Outbound) -> Future<SendOutcome>;

    /// Reads all templates.
    fn templates(&self) -> Future<Result<Vec<Template>, ReadError>>;
}
