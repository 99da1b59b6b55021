//! `/api/v1/conversations`: the list, and what can be done to a conversation.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use switchboard_actors::{
    House,
    house::{Counts, ListQuery, View, Which},
    refusal_of,
};
use switchboard_domain::{draft::Sent, filter::Filter};
use switchboard_schema::{ConversationId, wire};
use utoipa::ToSchema;

use super::{
    Edge,
    extract::{Correlation, IdempotencyKey, Json, JsonBytes, Path, Query, parse_json},
    idempotency::{Idempotency, Once},
    messages::forget_draft,
    problem::Problem,
};
use crate::{
    access::{
        Access, May,
        permit::{Answer, Read},
    },
    notifications::Notifications,
};

/// Conversations of a page, unless asked otherwise.
const PAGE_DEFAULT: u64 = 50;
/// Conversations of a page, at most.
const PAGE_MAX: u64 = 100;

/// Longest filter in an address, in bytes.
const FILTER_BYTES_MAX: usize = 8_192;
/// Conversations that can be passed over.
const FROM_MAX: u64 = 10_000_000;

/// Which conversations.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// `mine`, `unassigned`, `all`, or `team:` and a team's id.
    #[param(default = "all")]
    view: Option<String>,
    /// In which status, or `any`; `open` unless asked otherwise.
    #[param(inline)]
    status: Option<AnyStatus>,
    /// What else must hold: a JSON list of at most 12 conditions, as views have them, such as
    /// `[{"field":"priority","any":["urgent"]}]`.
    #[param(max_length = 8192)]
    filter: Option<String>,
    /// In which order; `newest` activity first unless asked otherwise.
    #[param(inline)]
    sort: Option<wire::ListSort>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Instead of that, how many to pass over: for a place far down.
    #[param(maximum = 10_000_000)]
    from: Option<u64>,
    /// How many, 1 to 100.
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u64>,
}

/// A status, or any.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnyStatus {
    /// Whatever its status.
    Any,
    /// Open.
    Open,
    /// Pending.
    Pending,
    /// Put aside.
    Snoozed,
    /// Done.
    Resolved,
}

impl AnyStatus {
    const fn status(self) -> Option<wire::ConversationStatus> {
        match self {
            Self::Any => None,
            Self::Open => Some(wire::ConversationStatus::Open),
            Self::Pending => Some(wire::ConversationStatus::Pending),
            Self::Snoozed => Some(wire::ConversationStatus::Snoozed),
            Self::Resolved => Some(wire::ConversationStatus::Resolved),
        }
    }
}

/// A filter as an address has it.
fn filter_of(text: Option<&str>) -> Result<Filter, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Filter::default()) };
    if text.len() > FILTER_BYTES_MAX {
        return Err(Problem::invalid("filter", format!("has at most {FILTER_BYTES_MAX} bytes")));
    }
    let conditions = serde_json::from_str(text)
        .map_err(|error| Problem::invalid("filter", format!("is a JSON list of conditions: {error}")))?;
    checked_filter(conditions)
}

/// A filter whose conditions were read.
pub(super) fn checked_filter(conditions: Vec<wire::FilterCondition>) -> Result<Filter, Problem> {
    Ok(Filter::checked(conditions).map_err(refusal_of)?)
}

/// A view by its name.
fn view_of(name: Option<&str>) -> Result<View, Problem> {
    Ok(name.map_or(Ok(View::All), str::parse)?)
}

/// How many, within what a page may have.
pub(super) fn limit_of(limit: Option<u64>, default: u64, max: u64) -> Result<usize, Problem> {
    match limit.unwrap_or(default) {
        limit if (1..=max).contains(&limit) => Ok(limit as usize),
        _ => Err(Problem::invalid("limit", format!("must be from 1 to {max}"))),
    }
}

/// The list of conversations
#[utoipa::path(get, path = "/api/v1/conversations", tag = "conversations", params(Params),
    responses((status = 200, body = wire::ConversationList)))]
pub(crate) async fn list(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<Read>,
    Query(params): Query<Params>,
) -> Result<Json<wire::ConversationList>, Problem> {
    if params.cursor.is_some() && params.from.is_some() {
        return Err(Problem::invalid("from", "a page begins after a cursor or at a number, not both"));
    }
    let from = params.from.unwrap_or(0);
    if from > FROM_MAX {
        return Err(Problem::invalid("from", format!("must be at most {FROM_MAX}")));
    }
    let query = ListQuery {
        which: Which {
            view: view_of(params.view.as_deref())?,
            status: params.status.unwrap_or(AnyStatus::Open).status(),
            filter: filter_of(params.filter.as_deref())?,
        },
        sort: params.sort.unwrap_or_default(),
        cursor: params.cursor,
        from: from as usize,
        limit: limit_of(params.limit, PAGE_DEFAULT, PAGE_MAX)?,
        user_id: caller.principal.user_id,
    };
    if let View::Team(team) = query.which.view {
        access.accounts().check_team(caller.scope, team).await?;
    }
    let (page, counts) = house.conversations(caller.scope, query).await?;
    let Counts { mine, unassigned, all, teams } = counts;
    let teams = teams.into_iter().map(|(team_id, count)| wire::TeamCount { team_id, count }).collect();
    let counts = wire::ViewCounts { mine, unassigned, all, teams };
    Ok(Json(wire::ConversationList { page, counts }))
}

/// Start a conversation
///
/// With a new or a known address; a conversation with it on this channel is found again, never doubled.
#[utoipa::path(post, path = "/api/v1/conversations", tag = "conversations",
    request_body = wire::StartConversation, responses((status = 201, body = wire::StartedConversation)))]
pub(crate) async fn create(
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let request: wire::StartConversation = parse_json(&body)?;
    // Here the key counts whomever the request names, and not only within the conversation it finds.
    let once = Once { caller: &caller, route: "conversations", key: &key, request: &body };
    let (scope, act) = (caller.scope, caller.act(key.clone(), cause));
    let start = async move { Ok(house.start_conversation(scope, act, request).await?) };
    idempotency.run(once, StatusCode::CREATED, start).await
}

/// One conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "conversations",
    params(("id" = ConversationId, Path)), responses((status = 200, body = wire::ConversationDetail)))]
pub(crate) async fn get(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ConversationId>,
) -> Result<Json<wire::ConversationDetail>, Problem> {
    Ok(Json(house.conversation(caller.scope, id, caller.principal.user_id).await?))
}

/// What may be sent in a conversation
///
/// The decision that a send of this moment would get, for each purpose, with what it is charged as; how it changes by
/// itself, such as when the window closes; and when what waits there leaves. It is another once the conversation, its contact
/// or its channel changes, which events tell.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/permission", tag = "conversations",
    params(("id" = ConversationId, Path)), responses((status = 200, body = wire::SendOutlook)))]
pub(crate) async fn permission(
    State(house): State<House>,
    caller: May<Read>,
    Path(id): Path<ConversationId>,
) -> Result<Json<wire::SendOutlook>, Problem> {
    Ok(Json(house.outlook(caller.scope, id).await?))
}

/// Give a conversation to somebody, or to nobody
#[utoipa::path(post, path = "/api/v1/conversations/{id}/assign", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::AssignRequest, responses((status = 200, body = wire::Conversation)))]
pub(crate) async fn assign(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::AssignRequest>,
) -> Result<Json<wire::Conversation>, Problem> {
    let assignee = match request.assignee_id {
        None => None,
        Some(user) => Some(access.accounts().assignee(caller.scope, user).await?),
    };
    let act = caller.act(key, cause);
    Ok(Json(house.assign(caller.scope, act, id, assignee).await?))
}

/// Put a conversation with a team, or with none
///
/// Who has it stays.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/team", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::TeamRequest, responses((status = 200, body = wire::Conversation)))]
pub(crate) async fn team(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::TeamRequest>,
) -> Result<Json<wire::Conversation>, Problem> {
    let team = match request.team_id {
        None => None,
        Some(team) => Some(access.accounts().team(caller.scope, team).await?),
    };
    let act = caller.act(key, cause);
    Ok(Json(house.put_with_team(caller.scope, act, id, team).await?))
}

/// Say how urgent a conversation is
#[utoipa::path(post, path = "/api/v1/conversations/{id}/priority", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::PriorityRequest, responses((status = 200, body = wire::Conversation)))]
pub(crate) async fn priority(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::PriorityRequest>,
) -> Result<Json<wire::Conversation>, Problem> {
    let act = caller.act(key, cause);
    Ok(Json(house.set_priority(caller.scope, act, id, request).await?))
}

/// Put labels on a conversation, and take others off
///
/// What it has already, or has not, changes nothing: two who label at once do not undo each other.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/labels", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::LabelsRequest, responses((status = 200, body = wire::Conversation)))]
pub(crate) async fn labels(
    State(house): State<House>,
    State(access): State<Arc<Access>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::LabelsRequest>,
) -> Result<Json<wire::Conversation>, Problem> {
    let change = access.accounts().label_change(caller.scope, &request).await?;
    let act = caller.act(key, cause);
    Ok(Json(house.label(caller.scope, act, id, change).await?))
}

/// Say who answers in a conversation by themselves
///
/// One program, people, or nobody. A program takes it where nobody has it, and carries the token with what it writes by
/// itself; an answer of a colleague's takes it from any program. Being asked for what is so already changes nothing.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/ownership", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::OwnershipRequest, responses((status = 200, body = wire::Conversation)))]
pub(crate) async fn ownership(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::OwnershipRequest>,
) -> Result<Json<wire::Conversation>, Problem> {
    let act = caller.act(key, cause);
    Ok(Json(house.own(caller.scope, act, id, request).await?))
}

/// Say how far the caller has read
///
/// The customer may come to know of it, unless the caller only reads here.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/read", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::ReadRequest, responses((status = 200, body = wire::ReadAnswer)))]
pub(crate) async fn read(
    State(house): State<House>,
    State(notifications): State<Notifications>,
    caller: May<Read>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::ReadRequest>,
) -> Result<Json<wire::ReadAnswer>, Problem> {
    let (act, user_id) = (caller.act(key, cause), caller.principal.user_id);
    let answer = house.read(caller.scope, act, id, request, caller.answers()).await?;
    notifications.looked(caller.scope, user_id, id).await?;
    Ok(Json(answer))
}

/// Set a conversation's status
#[utoipa::path(post, path = "/api/v1/conversations/{id}/status", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::StatusRequest, responses((status = 200, body = wire::Conversation)))]
pub(crate) async fn status(
    State(house): State<House>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::StatusRequest>,
) -> Result<Json<wire::Conversation>, Problem> {
    let act = caller.act(key, cause);
    Ok(Json(house.set_status(caller.scope, act, id, request).await?))
}

/// Write a private note
///
/// Colleagues whom it mentions hear of it: the conversation names them until they have read it.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/notes", tag = "conversations",
    params(("id" = ConversationId, Path)),
    request_body = wire::Note, responses((status = 201, body = wire::Message)))]
pub(crate) async fn note(
    State(Edge { house, access, desk, .. }): State<Edge>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Correlation(cause): Correlation,
    Path(id): Path<ConversationId>,
    Json(request): Json<wire::Note>,
) -> Result<(StatusCode, Json<wire::Message>), Problem> {
    access.accounts().check_members(caller.scope, &request.mentions).await?;
    let act = caller.act(key, cause);
    let message = house.note(caller.scope, act, id, request).await?;
    if let wire::Content::Note(note) = &message.content {
        forget_draft(&desk, &house, &caller, id, Sent::Note(&note.body)).await;
    }
    Ok((StatusCode::CREATED, Json(message)))
}

#[cfg(test)]
mod tests {
    use switchboard_schema::TeamId;

    use super::*;

    #[test]
    fn views_go_by_name_and_teams_by_id() {
        assert_eq!(view_of(None).unwrap(), View::All);
        assert_eq!(view_of(Some("mine")).unwrap(), View::Mine);
        let team = TeamId::from_bytes([7; 16]);
        assert_eq!(view_of(Some(&format!("team:{team}"))).unwrap(), View::Team(team));
        let problem = view_of(Some("team:sales")).unwrap_err();
        assert_eq!((problem.status.as_u16(), problem.field.as_deref()), (422, Some("view")));
        assert!(problem.detail.contains("expected `team_`"), "{}", problem.detail);
        assert!(view_of(Some("yours")).is_err());
    }

    #[test]
    fn pages_are_bounded() {
        assert_eq!(limit_of(None, 50, 100).unwrap(), 50);
        assert_eq!(limit_of(Some(100), 50, 100).unwrap(), 100);
        assert!(limit_of(Some(0), 50, 100).is_err());
        assert!(limit_of(Some(101), 50, 100).is_err());
    }
}
