//! `/api/v1/conversations/{id}/scheduled`: messages that are to go at a time.

use axum::extract::State;
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{ConversationId, MessageId, wire};

use super::{
    extract::{Correlation, IdempotencyKey, Json, Path},
    problem::Problem,
};
use crate::access::{
    May,
    permit::{Answer, Read},
};

/// What is to go at a time
///
/// Soonest first.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/scheduled", tag = "scheduled messages",
    params(("id" = ConversationId, Path)), responses((status = 200, body = wire::ScheduledList)))]
pub(crate) async fn list(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ConversationId>,
) -> Result<Json<wire::ScheduledList>, Problem> {
    Ok(Json(wire::ScheduledList { messages: house.scheduled(caller.scope, id).await? }))
}

/// Write a message that is to go at a time
///
/// Whether it may be sent is asked when it goes: where not, it stands in the thread as not sent, with the reason. A
/// conversation has at most 20, for the next 90 days.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/scheduled", tag = "scheduled messages",
    params(("id" = ConversationId, Path)),
    request_body = wire::ScheduleRequest, responses((status = 201, body = wire::Message)))]
pub(crate) async fn create(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::ScheduleRequest>,
) -> Result<(StatusCode, Json<wire::Message>), Problem> {
    let act = caller.act(key, cause);
    Ok((StatusCode::CREATED, Json(house.schedule(caller.scope, act, id, request).await?)))
}

/// Change what is to go at a time
#[utoipa::path(patch, path = "/api/v1/conversations/{id}/scheduled/{message_id}", tag = "scheduled messages",
    params(("id" = ConversationId, Path), ("message_id" = MessageId, Path)),
    request_body = wire::ChangeSchedule, responses((status = 200, body = wire::Message)))]
pub(crate) async fn patch(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(at): Path<(ConversationId, MessageId)>,
    Json(change): Json<wire::ChangeSchedule>,
) -> Result<Json<wire::Message>, Problem> {
    let act = caller.act(key, cause);
    Ok(Json(house.reschedule(caller.scope, act, at, change).await?))
}

/// Delete what is to go at a time
#[utoipa::path(delete, path = "/api/v1/conversations/{id}/scheduled/{message_id}", tag = "scheduled messages",
    params(("id" = ConversationId, Path), ("message_id" = MessageId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(at): Path<(ConversationId, MessageId)>,
) -> Result<StatusCode, Problem> {
    let act = caller.act(key, cause);
    house.unschedule(caller.scope, act, at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send now what is to go at a time
///
/// The answer is the message that goes.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/scheduled/{message_id}/send", tag = "scheduled messages",
    params(("id" = ConversationId, Path), ("message_id" = MessageId, Path)),
    responses((status = 202, body = wire::Message)))]
pub(crate) async fn send(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(at): Path<(ConversationId, MessageId)>,
) -> Result<(StatusCode, Json<wire::Message>), Problem> {
    let act = caller.act(key, cause);
    Ok((StatusCode::ACCEPTED, Json(house.send_scheduled(caller.scope, act, at).await?)))
}
