//! `/api/v1/outbox`: mail that stayed here, where this server is for trying things out.

use std::sync::Arc;

use axum::extract::State;
use switchboard_schema::wire;

use super::{extract::Json, problem::Problem};
use crate::access::Access;

/// The mail that stayed here
///
/// Only where `mail.kind` is `outbox`: on a server that listens on its own machine alone, or in the demo. Everywhere else there
/// is nothing here.
#[utoipa::path(get, path = "/api/v1/outbox", tag = "outbox", security(()),
    responses((status = 200, body = wire::OutboxMails)))]
pub(crate) async fn list(State(access): State<Arc<Access>>) -> Result<Json<wire::OutboxMails>, Problem> {
    access.outbox().map(Json).ok_or_else(|| Problem::not_found("page"))
}
