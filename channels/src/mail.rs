//! The ways out for mail to the people who use this installation: an SMTP server ([`smtp`]), Resend over HTTP
//! ([`resend`]), or a local outbox ([`outbox`]) where mail stays and can be read.

pub mod outbox;
pub mod resend;
pub mod smtp;

use lettre::message::Mailbox;

pub use outbox::Outbox;
pub use resend::Resend;
pub use smtp::Smtp;

/// Longest reason of whoever refuses a mail that is passed on, in characters.
const REASON_CHARS_MAX: usize = 300;

/// A way out cannot be had as it is set.
#[derive(Debug, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct Misconfigured {
    /// The setting.
    pub key: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads whom mail comes from: an address, or a name and an address in angle brackets.
///
/// # Errors
/// What is wrong with it.
pub fn sender(text: &str) -> Result<Mailbox, String> {
    text.parse().map_err(|_| "must be an address, such as `Switchboard <inbox@example.com>`".to_owned())
}

/// What somebody else said, short enough for a log, in one line.
fn reason(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(REASON_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whom_mail_comes_from_is_an_address_with_or_without_a_name() {
        for good in ["inbox@example.com", "Shop <inbox@example.com>", "\"Shop, Ltd\" <inbox@example.com>"] {
            assert!(sender(good).is_ok(), "{good}");
        }
        for bad in ["", "inbox", "Shop <inbox>", "a@example.com\r\nBcc: b@example.com"] {
            assert!(sender(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_others_say_is_kept_short_and_in_one_line() {
        assert_eq!(reason("no\r\nway"), "no  way");
        assert_eq!(reason(&"x".repeat(1_000)).len(), REASON_CHARS_MAX);
    }
}
