//! `/api/v1/templates`: message templates at the provider.

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
use crate::access::{
    May,
    permit::{ManageTemplates, Read},
};

/// Which templates.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// Of which channel.
    channel_id: ChannelId,
    /// Read from the provider now, instead of showing what was read a moment ago.
    #[serde(default)]
    #[param(required = false)]
    fresh: bool,
}

/// Of which channel.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// The channel of the account that the template belongs to.
    channel_id: ChannelId,
}

/// The templates of a channel
#[utoipa::path(get, path = "/api/v1/templates", tag = "templates", params(Params),
    responses((status = 200, body = wire::TemplateList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<Read>,
    Query(params): Query<Params>,
) -> Result<Json<wire::TemplateList>, Problem> {
    Ok(Json(house.templates(caller.scope, params.channel_id, params.fresh).await?))
}

/// Make a template
///
/// It is submitted at once; whether the provider approves it shows later in its status.
///
/// For owners, admins and supervisors.
#[utoipa::path(post, path = "/api/v1/templates", tag = "templates",
    request_body = wire::CreateTemplate, responses((status = 201, body = wire::Template)))]
pub(crate) async fn create(
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageTemplates>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateTemplate = parse_json(&body)?;
    let once = Once { caller: &caller, route: "templates", key: &key, request: &body };
    let (scope, by) = (caller.scope, caller.by());
    let act = async move { Ok(house.create_template(scope, by, new).await?) };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a template
///
/// With `draft` it is submitted again; an approved one can be changed once in 24 hours and ten times in
/// 30 days. `fills` says what fills its places, `seen` that its changes were seen.
/// For owners, admins and supervisors.
#[utoipa::path(patch, path = "/api/v1/templates/{id}", tag = "templates",
    params(("id" = String, Path, description = "The template's id at the provider")),
    request_body = wire::TemplatePatch, responses((status = 200, body = wire::Template)))]
pub(crate) async fn patch(
    State(house): State<House>,
    caller: May<ManageTemplates>,
    _key: IdempotencyKey,
    Path(id): Path<String>,
    Json(patch): Json<wire::TemplatePatch>,
) -> Result<Json<wire::Template>, Problem> {
    Ok(Json(house.patch_template(caller.scope, caller.by(), id, patch).await?))
}

/// Delete a template
///
/// In its language alone; messages that were sent with it stay.
///
/// For owners, admins and supervisors.
#[utoipa::path(delete, path = "/api/v1/templates/{id}", tag = "templates",
    params(("id" = String, Path, description = "The template's id at the provider"), Whose),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(house): State<House>,
    caller: May<ManageTemplates>,
    _key: IdempotencyKey,
    Path(id): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<StatusCode, Problem> {
    house.delete_template(caller.scope, caller.by(), whose.channel_id, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
