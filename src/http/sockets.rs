//! `/api/v1/socket-tickets`, and what the socket itself is, for the document.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_schema::wire;

use super::{
    extract::IdempotencyKey,
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::access::{Access, May, permit::Read};

/// A ticket that opens one socket within a minute
///
/// For clients that cannot send a header when they open a socket.
#[utoipa::path(post, path = "/api/v1/socket-tickets", tag = "socket", responses((status = 201, body = wire::SocketTicket)))]
pub(crate) async fn create_ticket(
    State(access): State<Arc<Access>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Read>,
    key: IdempotencyKey,
) -> Result<Response, Problem> {
    let once = Once { caller: &caller, route: "socket-tickets", key: &key, request: b"" };
    let holder = caller.clone();
    let act = async move { Ok(access.ticket(&holder)?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}
