//! `/api/v1/saved-replies`: words that are sent again and again.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_domain::reply::{Facts, fill};
use switchboard_schema::{ConversationId, SavedReplyId, wire};

use super::{
    extract::{IdempotencyKey, IfMatch, Json, JsonBytes, Path, Query, parse_json},
    idempotency::{Idempotency, Once},
    may_keep,
    problem::Problem,
    tagged,
};
use crate::{
    access::{
        Access, May,
        permit::{Answer, Read},
    },
    desk::{
        Desk,
        kept::{Holder, Keeper},
    },
};

/// The saved replies that the caller can use
///
/// The workspace's and their own, with what can stand in their words.
#[utoipa::path(get, path = "/api/v1/saved-replies", tag = "saved replies",
    responses((status = 200, body = wire::SavedReplyList)))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: May<Read>,
) -> Result<Json<wire::SavedReplyList>, Problem> {
    let saved_replies = desk.replies(caller.scope, caller.principal.user_id).await?;
    Ok(Json(wire::SavedReplyList { saved_replies, placeholders: wire::ReplyPlaceholder::ALL.to_vec() }))
}

/// Keep words
///
/// For the caller alone or, by owners, admins and supervisors, for everybody.
#[utoipa::path(post, path = "/api/v1/saved-replies", tag = "saved replies",
    request_body = wire::CreateSavedReply, responses((status = 201, body = wire::SavedReply)))]
pub(crate) async fn create(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateSavedReply = parse_json(&body)?;
    let holder = Holder::of(new.shared, caller.principal.user_id);
    may_keep(&caller, holder, wire::Permission::ManageReplies)?;
    let once = Once { caller: &caller, route: "saved-replies", key: &key, request: &body };
    let id = SavedReplyId::from_bytes(once.id());
    let (scope, by, user_id) = (caller.scope, caller.by(), caller.principal.user_id);
    let act = async move {
        let kept = desk.keep_reply(Keeper { scope, by: &by, user_id }, id, new).await?;
        house.tell_of_replies(scope, holder.person());
        Ok(kept)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a saved reply
///
/// With `If-Match`, only as long as nobody else changed it since it was read; else 412. Those of the workspace are
/// changed by owners, admins and supervisors.
#[utoipa::path(patch, path = "/api/v1/saved-replies/{id}", tag = "saved replies",
    params(("id" = SavedReplyId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ChangeSavedReply,
    responses((status = 200, body = wire::SavedReply, headers(("etag" = String, description = "The reply's version")))))]
pub(crate) async fn patch(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Answer>,
    expected: Option<IfMatch>,
    Path(id): Path<SavedReplyId>,
    Json(change): Json<wire::ChangeSavedReply>,
) -> Result<Response, Problem> {
    let (scope, user_id) = (caller.scope, caller.principal.user_id);
    let (holder, before) = desk.reply(scope, user_id, id).await?;
    may_keep(&caller, holder, wire::Permission::ManageReplies)?;
    let expected = expected.map(|IfMatch(version)| version);
    let keeper = Keeper { scope, by: &caller.by(), user_id };
    let changed = desk.change_reply(keeper, (holder, id), expected, change).await?;
    if changed != before {
        house.tell_of_replies(scope, holder.person());
    }
    Ok(tagged(changed.version, &changed))
}

/// Delete a saved reply
///
/// Those of the workspace are deleted by owners, admins and supervisors.
#[utoipa::path(delete, path = "/api/v1/saved-replies/{id}", tag = "saved replies",
    params(("id" = SavedReplyId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Answer>,
    Path(id): Path<SavedReplyId>,
) -> Result<StatusCode, Problem> {
    let (scope, user_id) = (caller.scope, caller.principal.user_id);
    let (holder, reply) = desk.reply(scope, user_id, id).await?;
    may_keep(&caller, holder, wire::Permission::ManageReplies)?;
    desk.delete_reply(Keeper { scope, by: &caller.by(), user_id }, holder, (id, &reply.name)).await?;
    house.tell_of_replies(scope, holder.person());
    Ok(StatusCode::NO_CONTENT)
}

/// Where it is to be used.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// In which conversation.
    conversation_id: ConversationId,
}

/// A saved reply as it reads in a conversation
///
/// With its placeholders filled. What is not known and has nothing to say instead stays, and is named.
#[utoipa::path(get, path = "/api/v1/saved-replies/{id}/filled", tag = "saved replies",
    params(("id" = SavedReplyId, Path), Params), responses((status = 200, body = wire::FilledReply)))]
pub(crate) async fn filled(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<Read>,
    Path(id): Path<SavedReplyId>,
    Query(params): Query<Params>,
) -> Result<Json<wire::FilledReply>, Problem> {
    let user_id = caller.principal.user_id;
    let (_, reply) = desk.reply(caller.scope, user_id, id).await?;
    let detail = house.conversation(caller.scope, params.conversation_id, user_id).await?;
    let workspace = access.accounts().workspace(caller.scope).await?;
    let contact = &detail.conversation.contact;
    let facts = Facts { contact, agent: &caller.user.name, workspace: &workspace.name };
    Ok(Json(fill(&reply.text, &facts)))
}
