//! `/api/v1/api-keys`: the keys under which programs act.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{ApiKeyId, wire};

use super::{
    extract::{IdempotencyKey, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::access::{Access, Caller};

/// The keys of the workspace
///
/// For owners. Without their secrets.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "api keys", responses((status = 200, body = wire::ApiKeyList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: Caller,
) -> Result<Json<wire::ApiKeyList>, Problem> {
    caller.must_own()?;
    Ok(Json(wire::ApiKeyList { api_keys: access.accounts().keys(caller.scope).await? }))
}

/// Make a key
///
/// For owners. The answer shows the key, once.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "api keys",
    request_body = wire::CreateApiKey, responses((status = 201, body = wire::CreatedApiKey)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: Caller,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    caller.must_own()?;
    let new: wire::CreateApiKey = parse_json(&body)?;
    let once = Once { caller: &caller, route: "api-keys", key: &key, request: &body };
    let id = ApiKeyId::from_bytes(once.id());
    let (scope, maker) = (caller.scope, caller.principal.user_id);
    let act = async move { Ok(access.accounts().create_key(scope, id, maker, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Revoke a key
///
/// For owners. Requests under it are refused from now on, and its sockets are closed.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "api keys",
    params(("id" = ApiKeyId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    caller.must_own()?;
    access.revoke_key(caller.scope, id).await?;
    house.end_credential(*id.as_bytes());
    Ok(StatusCode::NO_CONTENT)
}
