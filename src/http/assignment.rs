//! `/api/v1/assignment`: how conversations that are with no team come to somebody.

use std::sync::Arc;

use axum::extract::State;
use switchboard_actors::House;
use switchboard_schema::wire;

use super::{extract::Json, problem::Problem};
use crate::access::{
    Access, May,
    permit::{ManageTeams, Read},
};

/// How conversations come to somebody
///
/// Those that are with no team; each team has its own rule.
#[utoipa::path(get, path = "/api/v1/assignment", tag = "teams",
    responses((status = 200, body = wire::Assignment)))]
pub(crate) async fn get(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::Assignment>, Problem> {
    Ok(Json(access.accounts().assignment(caller.scope).await?))
}

/// Set how conversations come to somebody
///
/// For owners, admins and supervisors. It holds at once, also for those that wait.
#[utoipa::path(put, path = "/api/v1/assignment", tag = "teams",
    request_body = wire::Assignment, responses((status = 200, body = wire::Assignment)))]
pub(crate) async fn set(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    Json(assignment): Json<wire::Assignment>,
) -> Result<Json<wire::Assignment>, Problem> {
    let assignment = access.accounts().set_assignment(caller.scope, &caller.by(), assignment).await?;
    house.tell_of_assignment(caller.scope);
    Ok(Json(assignment))
}
