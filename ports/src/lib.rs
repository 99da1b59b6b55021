//! The traits through which the actors reach the world, with their guarantees in words.
//!
//! A backend is done when the conformance suite of its trait passes; the suites live beside the traits
//! ([`store::conformance`]) and take a factory, so that every backend runs the same behaviours.

pub mod account;
pub mod blob;
pub mod channel;
pub mod clock;
pub mod mail;
pub mod push;
pub mod search;
pub mod secrets;
pub mod store;

/// A boxed future that may cross threads: what every port returns.
pub type Future<T> = std::pin::Pin<Box<dyn std::future::Future<Output = T> + Send>>;

/// An answer that is there at once.
#[must_use]
pub fn ready<T: Send + 'static>(answer: T) -> Future<T> {
    Box::pin(std::future::ready(answer))
}
