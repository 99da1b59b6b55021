//! Mail to the people who use this installation: codes, invitations.

use std::time::Duration;

use switchboard_schema::IdBytes;

use crate::Future;

/// How long one attempt to hand a mail over may take, all in all.
pub const MAIL_TIMEOUT: Duration = Duration::from_secs(20);

/// A mail that goes out. Its text holds codes and links by which somebody gets in, so it is shown to nobody else.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which mail this is: the same at each attempt, so that whoever passes it on may see that it has it already.
    pub id: IdBytes,
    /// The address it goes to.
    pub to: String,
    /// What it is about, in one line.
    pub subject: String,
    /// What it says: plain text, lines parted by `\n`.
    pub text: String,
}

switchboard_schema::undisclosed!(Mail);

/// Why a mail was not taken. No error holds a secret or what the mail says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// It will not be, however often it is tried: the address does not exist, or we may not send.
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

impl MailError {
    /// One that may pass, after nobody knows how long.
    #[must_use]
    pub fn passing(reason: impl Into<String>) -> Self {
        Self::Passing { reason: reason.into(), after: None }
    }
}

/// Whoever takes mail and passes it on.
///
/// * `send` makes one attempt and ends within [`MAIL_TIMEOUT`]. `Ok` says that the other side has taken the mail, and
///   not that anybody has got it.
/// * After [`MailError::Passing`] the mail may have been taken all the same: whoever tries again may double it.
pub trait Mailer: Send + Sync + 'static {
    /// Hands a mail over.
    fn send(&self, mail: Mail) -> Future<Result<(), MailError>>;

    /// Finds out whether mail would be taken, without sending any.
    fn look(&self) -> Future<Result<(), MailError>>;
}
