//! `/api/v1/labels`: what conversations are sorted by.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{LabelId, wire};

use super::{
    extract::{IdempotencyKey, IfMatch, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
    tagged,
};
use crate::access::{
    Access, May,
    permit::{ManageInbox, Read},
};

/// The labels of the workspace
#[utoipa::path(get, path = "/api/v1/labels", tag = "labels", responses((status = 200, body = wire::LabelList)))]
pub(crate) async fn list(
    State(access): State<Arc<Access>>,
    caller: May<Read>,
) -> Result<Json<wire::LabelList>, Problem> {
    Ok(Json(wire::LabelList { labels: access.accounts().labels(caller.scope).await? }))
}

/// Make a label
///
/// For owners, admins and supervisors.
#[utoipa::path(post, path = "/api/v1/labels", tag = "labels",
    request_body = wire::CreateLabel, responses((status = 201, body = wire::Label)))]
pub(crate) async fn create(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageInbox>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateLabel = parse_json(&body)?;
    let once = Once { caller: &caller, route: "labels", key: &key, request: &body };
    let id = LabelId::from_bytes(once.id());
    let (scope, by) = (caller.scope, caller.by());
    let act = async move {
        let label = access.accounts().create_label(scope, &by, id, new).await?;
        house.tell_of_label(scope, id);
        Ok(label)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a label
///
/// For owners, admins and supervisors. With `If-Match`, only as long as nobody else changed it since it was read (its
/// `version` is the tag); else 412.
#[utoipa::path(patch, path = "/api/v1/labels/{id}", tag = "labels",
    params(("id" = LabelId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ChangeLabel,
    responses((status = 200, body = wire::Label, headers(("etag" = String, description = "The label's version")))))]
pub(crate) async fn patch(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageInbox>,
    expected: Option<IfMatch>,
    Path(id): Path<LabelId>,
    Json(change): Json<wire::ChangeLabel>,
) -> Result<Response, Problem> {
    let expected = expected.map(|IfMatch(version)| version);
    let label = access.accounts().change_label(caller.scope, &caller.by(), id, expected, change).await?;
    house.tell_of_label(caller.scope, id);
    Ok(tagged(label.version, &label))
}

/// Delete a label
///
/// For owners, admins and supervisors. It is taken off every conversation that has it, soon after the answer.
#[utoipa::path(delete, path = "/api/v1/labels/{id}", tag = "labels", params(("id" = LabelId, Path)),
    responses((status = 204)))]
pub(crate) async fn delete(
    State(access): State<Arc<Access>>,
    State(house): State<House>,
    caller: May<ManageInbox>,
    Path(id): Path<LabelId>,
) -> Result<StatusCode, Problem> {
    access.accounts().delete_label(caller.scope, &caller.by(), id).await?;
    house.tell_of_label(caller.scope, id);
    Ok(StatusCode::NO_CONTENT)
}
