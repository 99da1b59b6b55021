//! Deliveries of providers, and the channels they belong to.
//!
//! What is common to all providers is here: how much may be in memory, connecting and disconnecting a
//! channel, replaying what could not be applied. How a provider's webhook is verified and read is in a file
//! of its own.

mod book;
mod connect;
mod replay;
mod room;
mod signup;
mod whatsapp;

use std::sync::Arc;

use axum::{Router, routing::get};
use secrecy::SecretString;
use switchboard_actors::House;
use switchboard_ports::{
    account::Accounts,
    blob::Blobs,
    clock::{Clock, Entropy},
    secrets::Vault,
    store::Records,
};
use tokio::sync::Semaphore;

use self::book::Book;
pub(crate) use self::{connect::How, signup::SignUp};
use crate::http::{Edge, extract::BodyLimits};

/// Bytes of one webhook, at most: what Meta documents.
pub(crate) const WEBHOOK_BYTES_MAX: usize = 3 * 1_024 * 1_024;

/// What [`Webhooks`] works with.
pub(crate) struct Parts {
    /// The door to all actors.
    pub(crate) house: House,
    /// The store, for routing.
    pub(crate) records: Records,
    /// Bodies too large for the store.
    pub(crate) blobs: Arc<dyn Blobs>,
    /// Secrets of channels.
    pub(crate) vault: Arc<dyn Vault>,
    /// Numbers and accounts at the provider.
    pub(crate) accounts: Arc<dyn Accounts>,
    /// The time of day.
    pub(crate) clock: Arc<dyn Clock>,
    /// Chance, for verify tokens.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// The secret of the instance's own Meta app.
    pub(crate) app_secret: Option<SecretString>,
    /// The provider's sign-up, where the instance has an app for it.
    pub(crate) sign_up: Option<SignUp>,
    /// The word for the shared address.
    pub(crate) verify_token: Option<SecretString>,
    /// Bytes of webhooks in memory at a time.
    pub(crate) bytes_in_flight_max: usize,
    /// How much of a body is read, and how long it may take.
    pub(crate) body_limits: BodyLimits,
}

/// Takes deliveries.
pub(crate) struct Webhooks {
    house: House,
    records: Records,
    blobs: Arc<dyn Blobs>,
    vault: Arc<dyn Vault>,
    accounts: Arc<dyn Accounts>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    app_secret: Option<SecretString>,
    sign_up: Option<SignUp>,
    verify_token: Option<SecretString>,
    bytes: Semaphore,
    body_limits: BodyLimits,
    book: Book,
}

impl Webhooks {
    /// Takes deliveries with these parts.
    pub(crate) fn new(parts: Parts) -> Self {
        let bytes = parts.bytes_in_flight_max.min(Semaphore::MAX_PERMITS);
        Self {
            book: Book::new(parts.records.clone(), Arc::clone(&parts.vault), Arc::clone(&parts.clock)),
            house: parts.house,
            records: parts.records,
            blobs: parts.blobs,
            vault: parts.vault,
            accounts: parts.accounts,
            clock: parts.clock,
            entropy: parts.entropy,
            app_secret: parts.app_secret,
            sign_up: parts.sign_up,
            verify_token: parts.verify_token,
            bytes: Semaphore::new(bytes),
            body_limits: parts.body_limits,
        }
    }
}

/// Counts a webhook that was not taken.
fn refused(reason: &'static str) {
    metrics::counter!("webhooks_refused_total", "reason" => reason).increment(1);
}

/// The addresses providers call.
pub(crate) fn routes() -> Router<Edge> {
    Router::new().route("/webhooks/whatsapp", get(whatsapp::handshake).post(whatsapp::deliver)).route(
        "/webhooks/whatsapp/{channel_id}",
        get(whatsapp::channel_handshake).post(whatsapp::channel_deliver),
    )
}

#[cfg(test)]
mod tests;
