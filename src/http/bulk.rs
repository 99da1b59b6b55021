//! `/api/v1/bulk-changes`: changes of many conversations at once.

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_schema::{BulkId, wire};

use super::{
    extract::{IdempotencyKey, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
};
use crate::{
    access::{May, permit::Answer},
    bulk::Bulk,
};

/// Change many conversations
///
/// Some that are named, or everything that a list holds at this moment. It goes on by itself after the answer, in the order
/// of the workspace's bulk changes; the socket's signal `bulk.progress` tells how far it is. Each conversation is changed as
/// long as it is still meant when its turn comes and nobody changed the same of it meanwhile.
#[utoipa::path(post, path = "/api/v1/bulk-changes", tag = "bulk changes",
    request_body = wire::BulkRequest, responses((status = 202, body = wire::BulkJob)))]
pub(crate) async fn create(
    State(bulk): State<Bulk>,
    State(idempotency): State<std::sync::Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let request: wire::BulkRequest = parse_json(&body)?;
    let once = Once { caller: &caller, route: "bulk-changes", key: &key, request: &body };
    let id = BulkId::from_bytes(once.id());
    let (who, by) = (caller.clone(), caller.by());
    let act = async move { Ok(bulk.begin((&who, &by), id, request).await?) };
    idempotency.run(once, StatusCode::ACCEPTED, act).await
}

/// The caller's bulk changes
///
/// Of the last seven days, newest first.
#[utoipa::path(get, path = "/api/v1/bulk-changes", tag = "bulk changes",
    responses((status = 200, body = wire::BulkJobList)))]
pub(crate) async fn list(
    State(bulk): State<Bulk>,
    caller: May<Answer>,
) -> Result<Json<wire::BulkJobList>, Problem> {
    Ok(Json(wire::BulkJobList { jobs: bulk.list(&caller).await? }))
}

/// A bulk change
#[utoipa::path(get, path = "/api/v1/bulk-changes/{id}", tag = "bulk changes", params(("id" = BulkId, Path)),
    responses((status = 200, body = wire::BulkJob)))]
pub(crate) async fn get(
    State(bulk): State<Bulk>,
    caller: May<Answer>,
    Path(id): Path<BulkId>,
) -> Result<Json<wire::BulkJob>, Problem> {
    Ok(Json(bulk.job(&caller, id).await?))
}

/// What a bulk change left as it was
#[utoipa::path(get, path = "/api/v1/bulk-changes/{id}/failures", tag = "bulk changes", params(("id" = BulkId, Path)),
    responses((status = 200, body = wire::BulkFailureList)))]
pub(crate) async fn failures(
    State(bulk): State<Bulk>,
    caller: May<Answer>,
    Path(id): Path<BulkId>,
) -> Result<Json<wire::BulkFailureList>, Problem> {
    Ok(Json(bulk.failures(&caller, id).await?))
}

/// Take a bulk change back
///
/// Each conversation that it changed becomes what it was, unless somebody changed the same of it since. This is a bulk
/// change itself.
#[utoipa::path(post, path = "/api/v1/bulk-changes/{id}/undo", tag = "bulk changes", params(("id" = BulkId, Path)),
    responses((status = 202, body = wire::BulkJob)))]
pub(crate) async fn undo(
    State(bulk): State<Bulk>,
    State(idempotency): State<std::sync::Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Path(of): Path<BulkId>,
) -> Result<Response, Problem> {
    let request = of.to_string();
    let once = Once { caller: &caller, route: "bulk-changes/undo", key: &key, request: request.as_bytes() };
    let id = BulkId::from_bytes(once.id());
    let (who, by) = (caller.clone(), caller.by());
    let act = async move { Ok(bulk.undo((&who, &by), id, of).await?) };
    idempotency.run(once, StatusCode::ACCEPTED, act).await
}
