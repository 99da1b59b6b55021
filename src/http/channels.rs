//! `/api/v1/channels`: connected numbers.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_schema::{ChannelId, wire};

use super::{
    extract::{IdempotencyKey, Json, JsonBytes, Path, Query, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::{
    access::{
        May,
        permit::{ManageChannels, Read},
    },
    webhooks::{How, Webhooks},
};

/// The channels of the workspace
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", responses((status = 200, body = wire::ChannelList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<Read>,
) -> Result<Json<wire::ChannelList>, Problem> {
    Ok(Json(house.channels(caller.scope).await?))
}

/// Connect a channel
///
/// The answer shows, once, the verify token to enter at the provider beside `webhook_url`.
///
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/channels", tag = "channels",
    request_body = wire::ConnectChannel, responses((status = 201, body = wire::Channel)))]
pub(crate) async fn create(
    State(webhooks): State<Arc<Webhooks>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageChannels>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::ConnectChannel = parse_json(&body)?;
    let once = Once { caller: &caller, route: "channels", key: &key, request: &body };
    let id = ChannelId::from_bytes(once.id());
    let (scope, by) = (caller.scope, caller.by());
    let act = async move { Ok(webhooks.connect(scope, by, id, new, How::ByHand).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Try out what would be connected
///
/// Asks the provider about the number, the account, the token and the secret, and stores nothing. What is
/// wrong is answered as when connecting.
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/channels/check", tag = "channels",
    request_body = wire::ConnectChannel, responses((status = 200, body = wire::CheckedNumber)))]
pub(crate) async fn try_out(
    State(webhooks): State<Arc<Webhooks>>,
    caller: May<ManageChannels>,
    Json(new): Json<wire::ConnectChannel>,
) -> Result<Json<wire::CheckedNumber>, Problem> {
    Ok(Json(webhooks.try_out(caller.scope, new).await?))
}

/// A channel
#[utoipa::path(get, path = "/api/v1/channels/{id}", tag = "channels",
    params(("id" = ChannelId, Path)), responses((status = 200, body = wire::Channel)))]
pub(crate) async fn get(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ChannelId>,
) -> Result<Json<wire::Channel>, Problem> {
    Ok(Json(house.channel(caller.scope, id).await?))
}

/// Change a channel
///
/// A new token or secret is checked with the provider before it takes the place of the old one; requests that
/// run end with the old one.
/// For owners and admins.
#[utoipa::path(patch, path = "/api/v1/channels/{id}", tag = "channels",
    params(("id" = ChannelId, Path)), request_body = wire::ChangeChannel,
    responses((status = 200, body = wire::Channel)))]
pub(crate) async fn patch(
    State(webhooks): State<Arc<Webhooks>>,
    caller: May<ManageChannels>,
    Path(id): Path<ChannelId>,
    Json(change): Json<wire::ChangeChannel>,
) -> Result<Json<wire::Channel>, Problem> {
    Ok(Json(webhooks.change(caller.scope, caller.by(), id, change).await?))
}

/// Ask the provider how a number stands
///
/// Now, instead of when it is next asked by itself. What it says is in the channel's lights.
///
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/channels/{id}/check", tag = "channels",
    params(("id" = ChannelId, Path)), responses((status = 200, body = wire::Channel)))]
pub(crate) async fn check(
    State(house): State<House>,
    caller: May<ManageChannels>,
    Path(id): Path<ChannelId>,
) -> Result<Json<wire::Channel>, Problem> {
    Ok(Json(house.check_channel(caller.scope, id).await?))
}

/// Is there a sign-up at the provider?
///
/// For owners and admins.
#[utoipa::path(get, path = "/api/v1/channels/sign-up", tag = "channels",
    responses((status = 200, body = wire::SignUpOptions)))]
pub(crate) async fn sign_up_options(
    State(webhooks): State<Arc<Webhooks>>,
    _: May<ManageChannels>,
) -> Result<Json<wire::SignUpOptions>, Problem> {
    Ok(Json(webhooks.sign_up_options()))
}

/// Hand in what the provider's sign-up gave
///
/// Answers with the numbers that were shared and a ticket that stands for their token.
///
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/channels/sign-up", tag = "channels",
    request_body = wire::SignUpCode, responses((status = 201, body = wire::SignedUp)))]
pub(crate) async fn sign_up(
    State(webhooks): State<Arc<Webhooks>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageChannels>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let code: wire::SignUpCode = parse_json(&body)?;
    let once = Once { caller: &caller, route: "sign-ups", key: &key, request: &body };
    let scope = caller.scope;
    let act = async move { Ok(webhooks.signed_up(scope, code).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Connect a number of a sign-up
///
/// For owners and admins.
#[utoipa::path(post, path = "/api/v1/channels/sign-up/connect", tag = "channels",
    request_body = wire::ConnectSignedUp, responses((status = 201, body = wire::Channel)))]
pub(crate) async fn connect_signed_up(
    State(webhooks): State<Arc<Webhooks>>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageChannels>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::ConnectSignedUp = parse_json(&body)?;
    let once = Once { caller: &caller, route: "channels", key: &key, request: &body };
    let id = ChannelId::from_bytes(once.id());
    let (scope, by) = (caller.scope, caller.by());
    let act = async move { Ok(webhooks.connect_signed_up(scope, by, id, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// How to disconnect.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Removal {
    /// Remove the token, the secrets and what is known of the number for good: late webhooks do not verify any more, and
    /// the number would be connected as a new channel.
    #[serde(default)]
    #[param(required = false)]
    erase: bool,
}

/// Disconnect a channel
///
/// Its conversations stay; late webhooks of it are verified and dropped. Connected again in this workspace, the
/// number goes on as the same channel.
/// For owners and admins.
#[utoipa::path(delete, path = "/api/v1/channels/{id}", tag = "channels",
    params(("id" = ChannelId, Path), Removal), responses((status = 204)))]
pub(crate) async fn delete(
    State(webhooks): State<Arc<Webhooks>>,
    caller: May<ManageChannels>,
    _key: IdempotencyKey,
    Path(id): Path<ChannelId>,
    Query(removal): Query<Removal>,
) -> Result<StatusCode, Problem> {
    webhooks.disconnect(caller.scope, caller.by(), id, removal.erase).await?;
    Ok(StatusCode::NO_CONTENT)
}
