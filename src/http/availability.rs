//! `/api/v1/availability`: who of the workspace is there.

use axum::extract::State;
use switchboard_actors::House;
use switchboard_schema::wire;

use super::{extract::Json, problem::Problem};
use crate::access::{May, permit::Read};

/// Who of the workspace is there
///
/// `presence.changed` tells of every change. Who is there is known within one epoch of the stream: in another, ask again.
#[utoipa::path(get, path = "/api/v1/availability", tag = "availability",
    responses((status = 200, body = wire::PresenceList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<Read>,
) -> Result<Json<wire::PresenceList>, Problem> {
    Ok(Json(house.presence(caller.scope, caller.principal.user_id).await?))
}

/// Say how the caller is to be found
///
/// It is remembered. Whoever shows no sign for their time is away until they do, and whoever has no page open is offline,
/// whatever they said.
#[utoipa::path(patch, path = "/api/v1/availability", tag = "availability",
    request_body = wire::SetAvailability, responses((status = 200, body = wire::OwnPresence)))]
pub(crate) async fn set(
    State(house): State<House>,
    caller: May<Read>,
    Json(request): Json<wire::SetAvailability>,
) -> Result<Json<wire::OwnPresence>, Problem> {
    Ok(Json(house.set_availability(caller.scope, caller.principal.user_id, request).await?))
}
