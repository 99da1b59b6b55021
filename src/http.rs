//! HTTP: one route table ([`router`]) and a file per resource.

pub(crate) mod api_keys;
pub(crate) mod assets;
mod assignment;
pub(crate) mod audit;
mod availability;
mod bulk;
pub(crate) mod channels;
pub(crate) mod contacts;
pub(crate) mod conversations;
pub(crate) mod dead_letters;
pub(crate) mod docs;
pub(crate) mod drafts;
pub(crate) mod extract;
pub(crate) mod health;
mod hours;
pub(crate) mod idempotency;
pub(crate) mod invitations;
mod labels;
mod macros;
pub(crate) mod me;
pub(crate) mod media;
pub(crate) mod messages;
pub(crate) mod metrics;
mod notifications;
pub(crate) mod outbox;
pub(crate) mod outermost;
pub(crate) mod password_resets;
pub(crate) mod problem;
mod push_subscriptions;
mod ratings;
mod reports;
pub(crate) mod router;
mod rules;
pub(crate) mod saved_replies;
pub(crate) mod scheduled;
pub(crate) mod search;
pub(crate) mod sessions;
pub(crate) mod sign_ups;
pub(crate) mod sockets;
mod teams;
pub(crate) mod templates;
pub(crate) mod users;
mod views;

use std::sync::Arc;

use axum::{
    extract::FromRef,
    response::{IntoResponse as _, Response},
};
use http::header;
use serde::Serialize;
use switchboard_actors::House;
use switchboard_schema::wire;
use tokio::sync::Semaphore;

use self::{extract::BodyLimits, health::Health, idempotency::Idempotency, problem::Problem};
use crate::{
    access::{Access, Caller},
    automation::Automation,
    bulk::Bulk,
    desk::{Desk, kept::Holder},
    notifications::Notifications,
    search::Search,
    webhooks::Webhooks,
};

/// What the edge works with. Handlers take the part they need.
#[derive(Clone)]
pub(crate) struct Edge {
    /// The door to all actors.
    pub(crate) house: House,
    /// Who is asking, and may they.
    pub(crate) access: Arc<Access>,
    /// What agents write with.
    pub(crate) desk: Arc<Desk>,
    /// Rules and macros.
    pub(crate) automation: Automation,
    /// Changes of many conversations at once.
    pub(crate) bulk: Bulk,
    /// What people are told of.
    pub(crate) notifications: Notifications,
    /// Answers given under idempotency keys.
    pub(crate) idempotency: Arc<Idempotency>,
    /// Deliveries of providers, and the channels they belong to.
    pub(crate) webhooks: Arc<Webhooks>,
    /// Whether we take traffic.
    pub(crate) health: Arc<Health>,
    /// What asks the index.
    pub(crate) search: Arc<Search>,
    /// Requests of the API worked on at a time.
    pub(crate) requests: Arc<Semaphore>,
    /// Bodies on the API.
    pub(crate) body_limits: BodyLimits,
    /// Reverse proxies in front.
    pub(crate) forwarded_hops: usize,
}

macro_rules! parts {
    ($($part:ident: $type:ty,)*) => {$(
        impl FromRef<Edge> for $type {
            fn from_ref(edge: &Edge) -> Self {
                edge.$part.clone()
            }
        }
    )*};
}

parts! {
    house: House,
    access: Arc<Access>,
    desk: Arc<Desk>,
    automation: Automation,
    bulk: Bulk,
    notifications: Notifications,
    idempotency: Arc<Idempotency>,
    webhooks: Arc<Webhooks>,
    health: Arc<Health>,
    search: Arc<Search>,
}

/// Refuses somebody who does not look after what is everybody's, where it is.
fn may_keep(caller: &Caller, holder: Holder, permission: wire::Permission) -> Result<(), Problem> {
    match holder {
        Holder::Workspace => Ok(caller.must(permission)?),
        Holder::Person(_) => Ok(()),
    }
}

/// An answer whose ETag is the version of what it shows: what `If-Match` names.
fn tagged(version: u64, body: &impl Serialize) -> Response {
    ([(header::ETAG, format!("\"{version}\""))], axum::Json(body)).into_response()
}
