//! Whether customers are asked for a rating: `/api/v1/rating-settings`, and those of teams.

use std::sync::Arc;

use axum::extract::State;
use switchboard_actors::House;
use switchboard_schema::{TeamId, wire};

use super::{
    extract::{Json, Path},
    problem::Problem,
};
use crate::access::{
    Access, May,
    permit::{ManageTeams, Read},
};

/// Whether customers are asked for a rating
///
/// Once a conversation is resolved, and how. Where nothing was set they are not.
#[utoipa::path(get, path = "/api/v1/rating-settings", tag = "ratings",
    responses((status = 200, body = wire::RatingSettingsStanding)))]
pub(crate) async fn settings(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::RatingSettingsStanding>, Problem> {
    let settings = access.accounts().rating_settings(caller.scope, None).await?;
    Ok(Json(wire::RatingSettingsStanding { settings }))
}

/// Set whether customers are asked for a rating
///
/// For owners, admins and supervisors. What is planned already is asked with the words that hold then, or not at all.
#[utoipa::path(put, path = "/api/v1/rating-settings", tag = "ratings",
    request_body = wire::SetRatingSettings, responses((status = 200, body = wire::RatingSettingsStanding)))]
pub(crate) async fn set_settings(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    Json(request): Json<wire::SetRatingSettings>,
) -> Result<Json<wire::RatingSettingsStanding>, Problem> {
    let settings = request.settings;
    access.accounts().set_rating_settings(caller.scope, &caller.by(), None, settings.clone()).await?;
    house.tell_of_assignment(caller.scope);
    Ok(Json(wire::RatingSettingsStanding { settings }))
}

/// Whether a team's customers are asked for a rating
///
/// Absent where it has no settings of its own: then the workspace's hold.
#[utoipa::path(get, path = "/api/v1/teams/{id}/rating-settings", tag = "ratings", params(("id" = TeamId, Path)),
    responses((status = 200, body = wire::RatingSettingsStanding)))]
pub(crate) async fn team_settings(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
    Path(id): Path<TeamId>,
) -> Result<Json<wire::RatingSettingsStanding>, Problem> {
    let settings = access.accounts().rating_settings(caller.scope, Some(id)).await?;
    Ok(Json(wire::RatingSettingsStanding { settings }))
}

/// Set whether a team's customers are asked for a rating
///
/// For owners, admins and supervisors.
#[utoipa::path(put, path = "/api/v1/teams/{id}/rating-settings", tag = "ratings", params(("id" = TeamId, Path)),
    request_body = wire::SetRatingSettings, responses((status = 200, body = wire::RatingSettingsStanding)))]
pub(crate) async fn set_team_settings(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    Path(id): Path<TeamId>,
    Json(request): Json<wire::SetRatingSettings>,
) -> Result<Json<wire::RatingSettingsStanding>, Problem> {
    let settings = request.settings;
    access.accounts().set_rating_settings(caller.scope, &caller.by(), Some(id), settings.clone()).await?;
    house.tell_of_assignment(caller.scope);
    Ok(Json(wire::RatingSettingsStanding { settings }))
}
