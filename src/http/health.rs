//! `/healthz` and `/readyz`: alive, and taking traffic.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::extract::State;
use http::StatusCode;
use switchboard_ports::store::{Records, Scope};
use switchboard_schema::{UserId, record::UserRow, wire::StoreCondition};
use switchboard_store::Lifecycle;

use super::problem::Problem;

/// How long the store may take to answer before we are not ready.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the server takes traffic.
pub(crate) struct Health {
    records: Records,
    store: Arc<dyn Lifecycle>,
    ready: AtomicBool,
}

impl Health {
    /// Not ready yet.
    pub(crate) const fn new(records: Records, store: Arc<dyn Lifecycle>) -> Self {
        Self { records, store, ready: AtomicBool::new(false) }
    }

    /// From now on the server takes traffic, or none any more.
    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }
}

/// Alive
#[utoipa::path(get, path = "/healthz", tag = "operation", security(()), responses((status = 200, body = String)))]
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// Takes traffic
///
/// 503 while starting and stopping, and when the store does not answer. While the store reads but takes no writes it is 200:
/// agents read on, and what is refused is answered 503 by itself. The second word of the body then says how the store does.
#[utoipa::path(get, path = "/readyz", tag = "operation", security(()), responses((status = 200, body = String)))]
pub(crate) async fn ready(State(health): State<Arc<Health>>) -> Result<String, Problem> {
    let not_ready = |detail| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", detail);
    if !health.ready.load(Ordering::Acquire) {
        return Err(not_ready("the server is starting or stopping"));
    }
    let nobody = UserRow::key(UserId::from_bytes([0; 16]));
    let read = health.records.get::<UserRow>(Scope::System, nobody);
    match tokio::time::timeout(STORE_TIMEOUT, read).await {
        Ok(Ok(_)) => Ok(match health.store.condition() {
            StoreCondition::Ok => "ready\n".to_owned(),
            condition => format!("ready {}\n", condition.name()),
        }),
        _ => Err(not_ready("the store does not answer")),
    }
}
