//! `/api/v1/views`: filters and orders of the list that are kept.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{ViewId, wire};

use super::{
    conversations::checked_filter,
    extract::{IdempotencyKey, IfMatch, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    may_keep,
    problem::Problem,
    tagged,
};
use crate::{
    access::{May, permit::Read},
    desk::{
        Desk,
        kept::{Holder, Keeper},
    },
};

/// The views that the caller sees
///
/// Their own and the workspace's.
#[utoipa::path(get, path = "/api/v1/views", tag = "views", responses((status = 200, body = wire::SavedViewList)))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: May<Read>,
) -> Result<Json<wire::SavedViewList>, Problem> {
    Ok(Json(wire::SavedViewList { views: desk.views(caller.scope, caller.principal.user_id).await? }))
}

/// How many conversations each view holds
///
/// As the caller sees it: what is theirs, and what they have not read.
#[utoipa::path(get, path = "/api/v1/views/counts", tag = "views",
    responses((status = 200, body = wire::SavedViewCounts)))]
pub(crate) async fn counts(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Read>,
) -> Result<Json<wire::SavedViewCounts>, Problem> {
    let user_id = caller.principal.user_id;
    let views = desk.views(caller.scope, user_id).await?;
    let (ids, filters): (Vec<_>, Vec<_>) = views.into_iter().map(|view| (view.id, view.filter)).unzip();
    let filters = filters.into_iter().map(checked_filter).collect::<Result<_, _>>()?;
    let (counts, as_of) = house.count(caller.scope, user_id, filters).await?;
    let counts = ids.into_iter().zip(counts).map(|(view_id, count)| wire::SavedViewCount { view_id, count });
    Ok(Json(wire::SavedViewCounts { counts: counts.collect(), as_of }))
}

/// Keep a view
///
/// For the caller alone or, by owners, admins and supervisors, for everybody.
#[utoipa::path(post, path = "/api/v1/views", tag = "views",
    request_body = wire::CreateView, responses((status = 201, body = wire::SavedView)))]
pub(crate) async fn create(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Read>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateView = parse_json(&body)?;
    let holder = Holder::of(new.shared, caller.principal.user_id);
    may_keep(&caller, holder, wire::Permission::ManageInbox)?;
    let once = Once { caller: &caller, route: "views", key: &key, request: &body };
    let id = ViewId::from_bytes(once.id());
    let (scope, user_id, by) = (caller.scope, caller.principal.user_id, caller.by());
    let act = async move {
        let kept = desk.keep_view(Keeper { scope, by: &by, user_id }, id, new).await?;
        house.tell_of_views(scope, holder.person());
        Ok(kept)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a view
///
/// With `If-Match`, only as long as nobody else changed it since it was read; else 412. Those of the workspace are
/// changed by owners, admins and supervisors.
#[utoipa::path(patch, path = "/api/v1/views/{id}", tag = "views",
    params(("id" = ViewId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ChangeView,
    responses((status = 200, body = wire::SavedView, headers(("etag" = String, description = "The view's version")))))]
pub(crate) async fn patch(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Read>,
    expected: Option<IfMatch>,
    Path(id): Path<ViewId>,
    Json(change): Json<wire::ChangeView>,
) -> Result<Response, Problem> {
    let (scope, user_id) = (caller.scope, caller.principal.user_id);
    let (holder, before) = desk.view(scope, user_id, id).await?;
    may_keep(&caller, holder, wire::Permission::ManageInbox)?;
    let expected = expected.map(|IfMatch(version)| version);
    let keeper = Keeper { scope, by: &caller.by(), user_id };
    let changed = desk.change_view(keeper, (holder, id), expected, change).await?;
    if changed != before {
        house.tell_of_views(scope, holder.person());
    }
    Ok(tagged(changed.version, &changed))
}

/// Delete a view
///
/// Those of the workspace are deleted by owners, admins and supervisors. The conversations stay as they are.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "views",
    params(("id" = ViewId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ViewId>,
) -> Result<StatusCode, Problem> {
    let (scope, user_id) = (caller.scope, caller.principal.user_id);
    let (holder, view) = desk.view(scope, user_id, id).await?;
    may_keep(&caller, holder, wire::Permission::ManageInbox)?;
    desk.delete_view(Keeper { scope, by: &caller.by(), user_id }, holder, (id, &view.name)).await?;
    house.tell_of_views(scope, holder.person());
    Ok(StatusCode::NO_CONTENT)
}
