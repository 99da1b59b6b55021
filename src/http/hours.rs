//! When people answer, and how soon: `/api/v1/business-hours`, those of teams, and `/api/v1/sla-policies`.

use std::sync::Arc;

use axum::extract::State;
use switchboard_actors::House;
use switchboard_domain::{audit::By, hours::Hours};
use switchboard_schema::{TeamId, TenantScope, wire};

use super::{
    extract::{Json, Path},
    problem::Problem,
};
use crate::access::{
    Access, May,
    permit::{ManageTeams, Read},
};

/// When people answer
///
/// The workspace's business hours, and whether it is open now. Where none were set it is always open.
#[utoipa::path(get, path = "/api/v1/business-hours", tag = "teams",
    responses((status = 200, body = wire::BusinessHoursStanding)))]
pub(crate) async fn business_hours(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<Read>,
) -> Result<Json<wire::BusinessHoursStanding>, Problem> {
    standing(&access, &house, caller.scope, None).await
}

/// Set when people answer
///
/// For owners, admins and supervisors. What is due is reckoned anew.
#[utoipa::path(put, path = "/api/v1/business-hours", tag = "teams",
    request_body = wire::SetBusinessHours, responses((status = 200, body = wire::BusinessHoursStanding)))]
pub(crate) async fn set_business_hours(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    Json(request): Json<wire::SetBusinessHours>,
) -> Result<Json<wire::BusinessHoursStanding>, Problem> {
    change(&access, &house, (caller.scope, &caller.by()), None, request).await
}

/// When a team's people answer
///
/// Absent where it has no hours of its own: then the workspace's hold.
#[utoipa::path(get, path = "/api/v1/teams/{id}/business-hours", tag = "teams", params(("id" = TeamId, Path)),
    responses((status = 200, body = wire::BusinessHoursStanding)))]
pub(crate) async fn team_business_hours(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<TeamId>,
) -> Result<Json<wire::BusinessHoursStanding>, Problem> {
    standing(&access, &house, caller.scope, Some(id)).await
}

/// Set when a team's people answer
///
/// For owners, admins and supervisors.
#[utoipa::path(put, path = "/api/v1/teams/{id}/business-hours", tag = "teams", params(("id" = TeamId, Path)),
    request_body = wire::SetBusinessHours, responses((status = 200, body = wire::BusinessHoursStanding)))]
pub(crate) async fn set_team_business_hours(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    Path(id): Path<TeamId>,
    Json(request): Json<wire::SetBusinessHours>,
) -> Result<Json<wire::BusinessHoursStanding>, Problem> {
    change(&access, &house, (caller.scope, &caller.by()), Some(id), request).await
}

/// How soon customers are to be answered
#[utoipa::path(get, path = "/api/v1/sla-policies", tag = "teams",
    responses((status = 200, body = wire::SlaPolicies)))]
pub(crate) async fn sla_policies(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::SlaPolicies>, Problem> {
    Ok(Json(access.accounts().sla_policies(caller.scope).await?))
}

/// Set how soon customers are to be answered
///
/// For owners, admins and supervisors. All of them, in the order in which they are looked at: the first that fits a
/// conversation counts. They hold at once, also for what is due already.
#[utoipa::path(put, path = "/api/v1/sla-policies", tag = "teams",
    request_body = wire::SlaPolicies, responses((status = 200, body = wire::SlaPolicies)))]
pub(crate) async fn set_sla_policies(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageTeams>,
    Json(policies): Json<wire::SlaPolicies>,
) -> Result<Json<wire::SlaPolicies>, Problem> {
    let policies = access.accounts().set_sla_policies(caller.scope, &caller.by(), policies).await?;
    house.tell_of_assignment(caller.scope);
    Ok(Json(policies))
}

async fn change(
    access: &Access,
    house: &House,
    (scope, by): (TenantScope, &By),
    team: Option<TeamId>,
    request: wire::SetBusinessHours,
) -> Result<Json<wire::BusinessHoursStanding>, Problem> {
    access.accounts().set_business_hours(scope, by, team, request.hours).await?;
    house.tell_of_assignment(scope);
    standing(access, house, scope, team).await
}

/// The hours, and those that hold now: a team's own, or the workspace's.
async fn standing(
    access: &Access,
    house: &House,
    scope: TenantScope,
    team: Option<TeamId>,
) -> Result<Json<wire::BusinessHoursStanding>, Problem> {
    let hours = access.accounts().business_hours(scope, team).await?;
    let held = match (&hours, team) {
        (None, Some(_)) => access.accounts().business_hours(scope, None).await?,
        _ => hours.clone(),
    };
    // What was stored was read before; should a zone be gone since, nobody is shut out.
    let held = held.as_ref().and_then(|hours| Hours::of(hours).ok());
    let now = house.now();
    let open = held.as_ref().is_none_or(|hours| hours.is_open(now));
    let changes_at = held.as_ref().and_then(|hours| hours.changes_at(now));
    Ok(Json(wire::BusinessHoursStanding { hours, open, changes_at }))
}
