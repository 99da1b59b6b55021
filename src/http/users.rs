//! `/api/v1/users`: the people of the workspace.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_schema::{UserId, wire};

use super::{
    extract::{IdempotencyKey, Json, JsonBytes, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::access::{Access, Caller};

/// The people of the workspace
#[utoipa::path(get, path = "/api/v1/users", tag = "users", responses((status = 200, body = wire::UserList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: Caller,
) -> Result<Json<wire::UserList>, Problem> {
    Ok(Json(wire::UserList { users: access.accounts().users(caller.scope).await? }))
}

/// Add a person
///
/// For owners.
#[utoipa::path(post, path = "/api/v1/users", tag = "users",
    request_body = wire::CreateUser, responses((status = 201, body = wire::User)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: Caller,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    caller.must_own()?;
    let new: wire::CreateUser = parse_json(&body)?;
    let once = Once { caller: &caller, route: "users", key: &key, request: &body };
    let id = UserId::from_bytes(once.id());
    let scope = caller.scope;
    let act = async move { Ok(access.accounts().add_user(scope, id, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}
