//! `/api/v1/api-keys`: the keys under which programs act.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::{
    House,
    fanout::{Ended, Opened},
};
use switchboard_schema::{ApiKeyId, wire};

use super::{
    extract::{IdempotencyKey, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::access::{Access, May, permit::ManageKeys};

/// The keys of the workspace
///
/// Without their secrets.
///
/// For owners and admins.
#[utoipa::path(get, path = "/api/v1/api-keys", tag = "api keys", responses((status = 200, body = wire::ApiKeyList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: May<ManageKeys>,
) -> Result<Json<wire::ApiKeyList>, Problem> {
    Ok(Json(wire::ApiKeyList { api_keys: access.accounts().keys(caller.scope).await? }))
}

/// Make a key
///
/// The answer shows the key, once.
///
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/api-keys", tag = "api keys",
    request_body = wire::CreateApiKey, responses((status = 201, body = wire::CreatedApiKey)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageKeys>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateApiKey = parse_json(&body)?;
    let once = Once { caller: &caller, route: "api-keys", key: &key, request: &body };
    let id = ApiKeyId::from_bytes(once.id());
    let (scope, by, maker) = (caller.scope, caller.by(), caller.principal.user_id);
    let act = async move { Ok(access.accounts().create_key(scope, &by, id, maker, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Revoke a key
///
/// Requests under it are refused from now on, and its sockets are closed.
///
/// For owners and admins.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", tag = "api keys",
    params(("id" = ApiKeyId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageKeys>,
    Path(id): Path<ApiKeyId>,
) -> Result<StatusCode, Problem> {
    access.revoke_key(caller.scope, &caller.by(), id).await?;
    house.end_sockets(Opened::With(*id.as_bytes()), Ended::Credential);
    Ok(StatusCode::NO_CONTENT)
}
