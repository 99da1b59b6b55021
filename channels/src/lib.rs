//! One folder per channel: inbound, request, client. Beside them the ways out to our own people: mail, and
//! messages to their browsers.
//!
//! Every channel has the same files. `inbound` turns the bytes of a webhook into updates and `request` turns
//! a message into the provider's request; both are pure and never read a clock. `client` makes the request and
//! says what came of it. `capabilities` says what the channel can do. Whether something may be sent is
//! decided elsewhere.

pub mod capabilities;
pub mod mail;
pub mod push;
pub mod raws;
pub mod whatsapp;

/// Does an address lead to this machine?
pub(crate) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
