//! `/api/v1/channels`: connected numbers.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{ChannelId, wire};

use super::{
    extract::{Correlation, IdempotencyKey, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::{access::Caller, webhooks::Webhooks};

/// The channels of the workspace
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", responses((status = 200, body = wire::ChannelList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
) -> Result<Json<wire::ChannelList>, Problem> {
    Ok(Json(house.channels(caller.scope).await?))
}

/// Connect a channel
///
/// For owners. The answer shows, once, the verify token to enter at the provider beside `webhook_url`.
#[utoipa::path(post, path = "/api/v1/channels", tag = "channels",
    request_body = wire::ConnectChannel, responses((status = 201, body = wire::Channel)))]
pub(crate) async fn create(
    State(webhooks): State<Arc<Webhooks>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: Caller,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    caller.must_own()?;
    let new: wire::ConnectChannel = parse_json(&body)?;
    let once = Once { caller: &caller, route: "channels", key: &key, request: &body };
    let id = ChannelId::from_bytes(once.id());
    let scope = caller.scope;
    let act = async move { Ok(webhooks.connect(scope, id, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Disconnect a channel
///
/// For owners. Its conversations stay; late webhooks of it are verified and dropped.
#[utoipa::path(delete, path = "/api/v1/channels/{id}", tag = "channels",
    params(("id" = ChannelId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(webhooks): State<Arc<Webhooks>>,
    caller: Caller,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ChannelId>,
) -> Result<StatusCode, Problem> {
    caller.must_own()?;
    let act = caller.act(key, cause);
    webhooks.disconnect(caller.scope, act, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
