//! `/api/v1/teams`: people who answer together.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{TeamId, wire};

use super::{
    extract::{Correlation, IdempotencyKey, IfMatch, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
    tagged,
};
use crate::access::{
    Access, May,
    permit::{ManageTeams, Read},
};

/// The teams of the workspace
#[utoipa::path(get, path = "/api/v1/teams", tag = "teams", responses((status = 200, body = wire::TeamList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::TeamList>, Problem> {
    Ok(Json(wire::TeamList { teams: access.accounts().teams(caller.scope).await? }))
}

/// Make a team
///
/// For owners, admins and supervisors.
#[utoipa::path(post, path = "/api/v1/teams", tag = "teams",
    request_body = wire::CreateTeam, responses((status = 201, body = wire::Team)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageTeams>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateTeam = parse_json(&body)?;
    let once = Once { caller: &caller, route: "teams", key: &key, request: &body };
    let id = TeamId::from_bytes(once.id());
    let (scope, by) = (caller.scope, caller.by());
    let act = async move {
        let team = access.accounts().create_team(scope, &by, id, new).await?;
        house.tell_of_team(scope, id);
        Ok(team)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a team
///
/// For owners, admins and supervisors. With `If-Match`, only as long as nobody else changed it since it was read (its
/// `version` is the tag); else 412.
#[utoipa::path(patch, path = "/api/v1/teams/{id}", tag = "teams",
    params(("id" = TeamId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ChangeTeam,
    responses((status = 200, body = wire::Team, headers(("etag" = String, description = "The team's version")))))]
pub(crate) async fn patch(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    expected: Option<IfMatch>,
    Path(id): Path<TeamId>,
    Json(change): Json<wire::ChangeTeam>,
) -> Result<Response, Problem> {
    let expected = expected.map(|IfMatch(version)| version);
    let team = access.accounts().change_team(caller.scope, &caller.by(), id, expected, change).await?;
    house.tell_of_team(caller.scope, id);
    Ok(tagged(team.version, &team))
}

/// Delete a team
///
/// For owners, admins and supervisors. What was with it is with no team; who has it stays.
#[utoipa::path(delete, path = "/api/v1/teams/{id}", tag = "teams", params(("id" = TeamId, Path)),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<TeamId>,
) -> Result<StatusCode, Problem> {
    let scope = caller.scope;
    let team = access.accounts().delete_team(scope, &caller.by(), id).await?;
    let act = caller.act(key, cause);
    // Goes on when nobody waits for it any more.
    let left = tokio::spawn(async move {
        let left = house.leave_team(scope, &act, team).await;
        house.tell_of_team(scope, id);
        left
    });
    left.await.map_err(|_| Problem::internal())??;
    Ok(StatusCode::NO_CONTENT)
}
