//! `/api/v1/conversations/{id}/messages`: what was said, and saying something.

use std::sync::Arc;

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_domain::draft::Sent;
use switchboard_schema::{ConversationId, MessageId, wire};

use super::{
    conversations::limit_of,
    drafts,
    extract::{Correlation, IdempotencyKey, Json, Path, Query},
    problem::Problem,
};
use crate::{
    access::{
        Caller, May,
        permit::{Answer, Read},
    },
    desk::Desk,
};

/// Messages of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;
/// Messages of a page, at most.
const PAGE_MAX: u64 = 200;

/// Which messages.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// Only those before this `seq`; the newest page when left out.
    before_seq: Option<u64>,
    /// How many, 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u64>,
}

/// Messages, notes and system lines of a conversation
///
/// The newest page first, ascending `seq` within a page.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/messages", tag = "messages",
    params(("id" = ConversationId, Path), Params), responses((status = 200, body = wire::MessagePage)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ConversationId>,
    Query(params): Query<Params>,
) -> Result<Json<wire::MessagePage>, Problem> {
    let limit = limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?;
    Ok(Json(house.messages(caller.scope, id, params.before_seq, limit).await?))
}

/// Try out a message
///
/// Checks and decides as sending it would, and does nothing: what would be refused is answered by the same problem. The
/// decision tells what was looked at and what the message is charged as.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/check", tag = "messages",
    params(("id" = ConversationId, Path)),
    request_body = wire::SendRequest, responses((status = 200, body = wire::SendDecision)))]
pub(crate) async fn check(
    State(house): State<House>,
    caller: May<Answer>,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::SendRequest>,
) -> Result<Json<wire::SendDecision>, Problem> {
    Ok(Json(house.check_draft(caller.scope, &caller.principal.sender, id, &request).await?))
}

/// Send a message
///
/// The answer has state `queued`; what becomes of it comes over the socket.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages", tag = "messages",
    params(("id" = ConversationId, Path)),
    request_body = wire::SendRequest, responses((status = 202, body = wire::Message)))]
pub(crate) async fn send(
    State(house): State<House>,
    State(desk): State<Arc<Desk>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::SendRequest>,
) -> Result<(StatusCode, Json<wire::Message>), Problem> {
    let act = caller.act(key, cause);
    let message = house.send(caller.scope, act, id, request).await?;
    if let wire::Content::Text(text) = &message.content {
        forget_draft(&desk, &house, &caller, id, Sent::Reply(&text.body)).await;
    }
    Ok((StatusCode::ACCEPTED, Json(message)))
}

/// Take back a message that is still queued
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message_id}/cancel", tag = "messages",
    params(("id" = ConversationId, Path), ("message_id" = MessageId, Path)),
    responses((status = 200, body = wire::Message)))]
pub(crate) async fn cancel(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<Json<wire::Message>, Problem> {
    let act = caller.act(key, cause);
    Ok(Json(house.cancel(caller.scope, act, id, message).await?))
}

/// Send a message again that failed, or whose outcome is unknown
#[utoipa::path(post, path = "/api/v1/conversations/{id}/messages/{message_id}/retry", tag = "messages",
    params(("id" = ConversationId, Path), ("message_id" = MessageId, Path)),
    responses((status = 202, body = wire::Message)))]
pub(crate) async fn retry(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path((id, message)): Path<(ConversationId, MessageId)>,
) -> Result<(StatusCode, Json<wire::Message>), Problem> {
    let act = caller.act(key, cause);
    let message = house.retry(caller.scope, act, id, message).await?;
    Ok((StatusCode::ACCEPTED, Json(message)))
}

/// What was sent is no draft any more. The message is durable by now: should the draft stay, its writer sees it, and no
/// harm is done.
pub(super) async fn forget_draft(
    desk: &Desk,
    house: &House,
    caller: &Caller,
    id: ConversationId,
    sent: Sent<'_>,
) {
    match desk.sent(caller.scope, caller.principal.user_id, id, sent).await {
        Ok(Some(draft)) => drafts::tell(house, caller, &draft),
        Ok(None) => {}
        Err(refusal) => tracing::warn!(conversation = %id, %refusal, "a draft stays that was sent"),
    }
}
