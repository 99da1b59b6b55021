//! `/api/v1/templates`: message templates at the provider.

use axum::extract::State;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_schema::{ChannelId, wire};

use super::{
    extract::{Json, Query},
    problem::Problem,
};
use crate::access::Caller;

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

/// The templates of a channel
#[utoipa::path(get, path = "/api/v1/templates", tag = "templates", params(Params),
    responses((status = 200, body = wire::TemplateList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: Caller,
    Query(params): Query<Params>,
) -> Result<Json<wire::TemplateList>, Problem> {
    Ok(Json(house.templates(caller.scope, params.channel_id, params.fresh).await?))
}
