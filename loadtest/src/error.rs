//! Why something could not be measured.

use std::{io, net::SocketAddr};

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something of the system's.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
    /// Load goes to this machine only.
    #[error("{0} is not a loopback address; load is sent to 127.0.0.0/8 or ::1 only")]
    NotLoopback(SocketAddr),
    /// The server under test did not do what it must.
    #[error("the server under test: {0}")]
    Server(String),
    /// The machine or the options do not allow it.
    #[error("{0}")]
    Setup(String),
    /// Something took longer than it may.
    #[error("{0} took longer than {1} s")]
    Timeout(&'static str, u64),
}

impl Error {
    /// Says what was tried, for `map_err`.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// The server answered something else than it must.
    pub(crate) fn server(what: impl Into<String>) -> Self {
        Self::Server(what.into())
    }
}

/// Refuses addresses that are not on this machine.
///
/// # Errors
/// [`Error::NotLoopback`].
pub(crate) fn loopback(address: SocketAddr) -> Result<SocketAddr, Error> {
    if address.ip().is_loopback() { Ok(address) } else { Err(Error::NotLoopback(address)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_stays_on_this_machine() {
        for (address, allowed) in [
            ("127.0.0.1:1", true),
            ("127.9.9.9:1", true),
            ("[::1]:1", true),
            ("10.0.0.1:1", false),
            ("0.0.0.0:1", false),
        ] {
            assert_eq!(loopback(address.parse().unwrap()).is_ok(), allowed, "{address}");
        }
    }
}
