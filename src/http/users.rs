//! `/api/v1/users`: the people of the workspace.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::{
    House, Refusal,
    fanout::{Ended, Opened},
};
use switchboard_schema::{TenantScope, UserId, wire};

use super::{
    Edge,
    extract::{Correlation, IdempotencyKey, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::access::{
    Access, May,
    accounts::Changed,
    permit::{ManagePeople, Read},
};

/// The people of the workspace
#[utoipa::path(get, path = "/api/v1/users", tag = "users", responses((status = 200, body = wire::UserList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::UserList>, Problem> {
    Ok(Json(wire::UserList { users: access.accounts().users(caller.scope).await? }))
}

/// Add a person
///
/// For owners and admins; only an owner adds an owner.
#[utoipa::path(post, path = "/api/v1/users", tag = "users",
    request_body = wire::CreateUser, responses((status = 201, body = wire::User)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManagePeople>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateUser = parse_json(&body)?;
    let once = Once { caller: &caller, route: "users", key: &key, request: &body };
    let id = UserId::from_bytes(once.id());
    let (scope, role, by) = (caller.scope, caller.user.role, caller.by());
    let act = async move {
        let user = access.accounts().add_user(scope, role, &by, id, new).await?;
        house.tell_of_user(scope, id);
        Ok(user)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a person
///
/// For owners and admins; only an owner makes somebody an owner, or an owner something else, and one stays. Another role
/// holds at once: the person's sockets are closed, to be opened again.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "users", params(("id" = UserId, Path)),
    request_body = wire::ChangeUser, responses((status = 200, body = wire::User)))]
pub(crate) async fn patch(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManagePeople>,
    Path(id): Path<UserId>,
    Json(change): Json<wire::ChangeUser>,
) -> Result<Json<wire::User>, Problem> {
    let scope = caller.scope;
    let Changed { before, after } =
        access.accounts().change_user(scope, caller.user.role, &caller.by(), id, change).await?;
    if before.role != after.role {
        end(&access, &house, scope, id, Ended::Role).await?;
    }
    if before != after {
        house.tell_of_user(scope, id);
    }
    Ok(Json(after))
}

/// Remove a person
///
/// For owners and admins; only an owner removes an owner, and one stays. Their sign-ins and keys are good no more, their
/// conversations are nobody's.
#[utoipa::path(delete, path = "/api/v1/users/{id}", tag = "users", params(("id" = UserId, Path)),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(edge): State<Edge>,
    caller: May<ManagePeople>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<UserId>,
) -> Result<StatusCode, Problem> {
    let Edge { access, house, desk, notifications, .. } = edge;
    let scope = caller.scope;
    access.accounts().remove_user(scope, caller.user.role, &caller.by(), id).await?;
    end(&access, &house, scope, id, Ended::Credential).await?;
    // Goes on when nobody waits for it any more.
    let act = caller.act(key, cause);
    let released = tokio::spawn(async move {
        let cleared = desk.clear(scope, id).await.and(notifications.clear(scope, id).await);
        let released = house.release(scope, &act, id).await;
        house.tell_of_user(scope, id);
        cleared.and(released)
    });
    released.await.map_err(|_| Problem::internal())??;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever acts as this person, by sign-in or by key, is looked at anew; what was opened before is closed.
async fn end(
    access: &Access,
    house: &House,
    scope: TenantScope,
    id: UserId,
    why: Ended,
) -> Result<(), Refusal> {
    access.forget_user(scope, id);
    house.end_sockets(Opened::By(scope.tenant(), *id.as_bytes()), why);
    for key in access.accounts().keys(scope).await?.into_iter().filter(|key| key.created_by == id) {
        house.end_sockets(Opened::With(*key.id.as_bytes()), why);
    }
    Ok(())
}
