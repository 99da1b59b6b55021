//! Messages to browsers of which no page is open, by way of whoever their makers have pass them on (RFC 8030).

use std::time::Duration;

use crate::Future;

/// How long one attempt to hand a message over may take, all in all.
pub const PUSH_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest message, in bytes: with what is around it, it fits the 4,096 that every service takes (RFC 8030, 7.2).
pub const PUSH_BYTES_MAX: usize = 3_000;

/// A message for one browser. Where it goes and what it says is shown to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Push {
    /// Where it goes: as the browser said.
    pub endpoint: String,
    /// The browser's point of P-256, uncompressed.
    pub p256dh: Vec<u8>,
    /// The browser's secret.
    pub auth: Vec<u8>,
    /// What it says: at most [`PUSH_BYTES_MAX`].
    pub payload: Vec<u8>,
    /// For how long it is kept where the browser cannot be reached.
    pub ttl: Duration,
    /// How urgent it is.
    pub urgency: Urgency,
    /// What it is about, at most 32 letters of base64url: a later message about the same takes its place.
    pub topic: String,
}

switchboard_schema::undisclosed!(Push);

/// How urgent a message is: whether a device that saves power is woken for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It can wait for a device that is charged.
    Normal,
    /// It cannot.
    High,
}

/// Why a message was not taken. No error holds where it went, a secret or what it says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The browser is there no more, or wants none.
    #[error("the browser's subscription has ended")]
    Gone,
    /// It will not be, however often it is tried.
    #[error("{0}")]
    Refused(String),
    /// It may be later.
    #[error("{reason}")]
    Passing {
        /// What happened.
        reason: String,
        /// For how long we are asked to wait, where we are told.
        after: Option<Duration>,
    },
}

/// Whoever takes messages to browsers.
///
/// * `send` makes one attempt and ends within [`PUSH_TIMEOUT`]. `Ok` says that the service has taken the message, and not
///   that anybody has seen it.
/// * Browsers name the services themselves: one that is not outside is never asked.
pub trait Pusher: Send + Sync + 'static {
    /// The key by which browsers know this server, in base64url.
    fn public_key(&self) -> &str;

    /// May messages go there?
    ///
    /// # Errors
    /// Why not, in words.
    fn check(&self, endpoint: &str) -> Result<(), String>;

    /// Hands a message over.
    fn send(&self, push: Push) -> Future<Result<(), PushError>>;
}
