//! `/api/v1/drafts`: what the caller began to write.

use std::sync::Arc;

use axum::extract::State;
use switchboard_actors::House;
use switchboard_schema::{ConversationId, wire};

use super::{
    extract::{Json, Path},
    problem::Problem,
};
use crate::{
    access::{Caller, May, permit::Answer},
    desk::Desk,
};

/// The caller's drafts
#[utoipa::path(get, path = "/api/v1/drafts", tag = "drafts", responses((status = 200, body = wire::DraftList)))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: May<Answer>,
) -> Result<Json<wire::DraftList>, Problem> {
    Ok(Json(wire::DraftList { drafts: desk.drafts(caller.scope, caller.principal.user_id).await? }))
}

/// What the caller began to write in a conversation
#[utoipa::path(get, path = "/api/v1/conversations/{id}/draft", tag = "drafts", params(("id" = ConversationId, Path)),
    responses((status = 200, body = wire::Draft)))]
pub(crate) async fn get(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Answer>,
    Path(id): Path<ConversationId>,
) -> Result<Json<wire::Draft>, Problem> {
    let user_id = caller.principal.user_id;
    house.conversation(caller.scope, id, user_id).await?;
    Ok(Json(desk.draft(caller.scope, user_id, id).await?))
}

/// Keep what the caller writes in a conversation
///
/// It goes on from the version that was read last; where it was changed elsewhere since, the answer is 412: read it, and
/// save what was typed since again. With nothing in it there is no draft any more. One that nobody goes on with ends
/// after 30 days; a person has at most 200.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/draft", tag = "drafts", params(("id" = ConversationId, Path)),
    request_body = wire::SaveDraft, responses((status = 200, body = wire::Draft)))]
pub(crate) async fn save(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Answer>,
    Path(id): Path<ConversationId>,
    Json(save): Json<wire::SaveDraft>,
) -> Result<Json<wire::Draft>, Problem> {
    let user_id = caller.principal.user_id;
    house.conversation(caller.scope, id, user_id).await?;
    let kept = desk.keep_draft(caller.scope, user_id, id, save).await?;
    if kept.news {
        tell(&house, &caller, &kept.draft);
    }
    Ok(Json(kept.draft))
}

/// Tells the other windows of the same person.
pub(super) fn tell(house: &House, caller: &Caller, draft: &wire::Draft) {
    let changed = wire::DraftChanged {
        user_id: caller.principal.user_id,
        conversation_id: draft.conversation_id,
        version: draft.version,
    };
    house.tell_of_draft(caller.scope, changed);
}
