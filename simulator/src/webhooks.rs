//! Webhooks on their way: signed, batched, doubled, shuffled, late, repeated until a 200.
//!
//! A courier takes updates with a delay, forms POSTs of those that are due, and repeats what was not
//! answered with 200: at once, then ever more rarely, until it gives up. A repeat is the same bytes
//! again. The [`Ledger`] remembers what was acknowledged and when.

mod courier;
mod ledger;

use std::net::IpAddr;
use std::time::Duration;

use reqwest::Url;

pub use courier::{ANSWER_MAX, QUEUE_MAX};
pub(crate) use courier::{Courier, Options};
pub use ledger::{Delivery, ENTRIES_MAX, Ledger, POSTS_MAX, Posted};

/// Why webhooks cannot be delivered to an address.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be read.
    #[error("webhook url '{url}' is not a valid http url: {reason}")]
    Url {
        /// As given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The simulator sends to its own machine only.
    #[error(
        "webhook url '{0}' is not a loopback address; the simulator delivers to 127.0.0.0/8, ::1 or localhost only"
    )]
    NotLoopback(String),
    /// The HTTP client cannot be made.
    #[error("cannot make an http client: {0}")]
    Client(String),
    /// No webhook is set for this number, nor for the world.
    #[error("no webhook url is set for number '{0}'")]
    NoTarget(String),
    /// The receiver did not answer at all.
    #[error("webhook was not answered: {0}")]
    Unanswered(String),
    /// The receiver did not return the challenge with 200.
    #[error("webhook verification failed: status {status}, body '{body}'")]
    NotVerified {
        /// HTTP status.
        status: u16,
        /// Its body, cut to 200 bytes.
        body: String,
    },
}

/// Where webhooks go, and the app secret they are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(crate) url: Url,
    pub(crate) app_secret: String,
}

impl Target {
    /// Checks that the address is on this machine.
    ///
    /// # Errors
    /// [`Error::Url`] where it cannot be read, [`Error::NotLoopback`] where it leads elsewhere.
    pub fn new(url: &str, app_secret: impl Into<String>) -> Result<Self, Error> {
        let unreadable = |reason: String| Error::Url { url: url.to_owned(), reason };
        let parsed = Url::parse(url).map_err(|error| unreadable(error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(unreadable(format!("scheme '{}'", parsed.scheme())));
        }
        let host = parsed.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if host == "localhost" || address.is_ok_and(|address| address.is_loopback()) {
            Ok(Self { url: parsed, app_secret: app_secret.into() })
        } else {
            Err(Error::NotLoopback(url.to_owned()))
        }
    }

    /// The address.
    pub fn url(&self) -> &str {
        self.url.as_str()
    }
}

/// How a POST without a 200 is repeated: once at once, then after `first`, growing by `factor`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Wait before the second repeat.
    pub first: Duration,
    /// Growth of the wait with each further repeat.
    pub factor: f64,
    /// Longest wait.
    pub wait_max: Duration,
    /// After this long since the first POST the updates are dropped.
    pub give_up_after: Duration,
}

impl Retry {
    /// Like the real provider: for up to seven days.
    pub const fn meta() -> Self {
        Self {
            first: Duration::from_secs(15),
            factor: 2.0,
            wait_max: Duration::from_secs(6 * 3600),
            give_up_after: Duration::from_secs(7 * 24 * 3600),
        }
    }

    /// For tests and demos: the same shape within a few minutes.
    pub const fn quick() -> Self {
        Self {
            first: Duration::from_millis(50),
            factor: 1.5,
            wait_max: Duration::from_secs(2),
            give_up_after: Duration::from_secs(300),
        }
    }

    /// The wait before the repeat after `failed` failures, at least 1; `None` to give up.
    pub fn wait(&self, failed: u32, since_first: Duration) -> Option<Duration> {
        if since_first >= self.give_up_after {
            return None;
        }
        if failed <= 1 {
            return Some(Duration::ZERO);
        }
        let exponent = i32::try_from(failed - 2).unwrap_or(i32::MAX).min(64);
        let seconds = self.first.as_secs_f64() * self.factor.powi(exponent);
        Some(Duration::from_secs_f64(seconds.min(self.wait_max.as_secs_f64())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_delivered_to() {
        for good in [
            "http://127.0.0.1:8080/webhooks/whatsapp",
            "http://localhost:1/",
            "http://[::1]:2/x",
            "http://127.9.9.9/",
        ] {
            assert!(Target::new(good, "s").is_ok(), "{good}");
        }
        for elsewhere in [
            "http://example.com/",
            "http://10.0.0.1/",
            "http://localhost.example.com/",
            "http://[2001:db8::1]/",
        ] {
            assert!(matches!(Target::new(elsewhere, "s"), Err(Error::NotLoopback(_))), "{elsewhere}");
        }
        assert!(matches!(Target::new("ftp://127.0.0.1/", "s"), Err(Error::Url { .. })));
        assert!(matches!(Target::new("nonsense", "s"), Err(Error::Url { .. })));
    }

    #[test]
    fn a_repeat_comes_at_once_then_ever_more_rarely_and_ends() {
        let retry = Retry::meta();
        let waits: Vec<_> = (1..6).filter_map(|failed| retry.wait(failed, Duration::ZERO)).collect();
        assert_eq!(waits[0], Duration::ZERO);
        assert!(waits.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(retry.wait(1_000_000, Duration::ZERO), Some(retry.wait_max));
        assert_eq!(retry.wait(3, retry.give_up_after), None);
    }
}
