//! `/api/v1/macros`: what is done with conversations again and again.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use switchboard_actors::House;
use switchboard_schema::{AutomationRunId, ConversationId, MacroId, wire};

use super::{
    extract::{IdempotencyKey, IfMatch, Json, JsonBytes, Path, parse_json},
    idempotency::{Idempotency, Once},
    may_keep,
    problem::Problem,
    tagged,
};
use crate::{
    access::{
        May,
        permit::{Answer, Read},
    },
    automation::Automation,
    desk::{
        Desk,
        kept::{Holder, Keeper},
    },
};

/// The macros that the caller can run
///
/// The workspace's and their own.
#[utoipa::path(get, path = "/api/v1/macros", tag = "macros", responses((status = 200, body = wire::MacroList)))]
pub(crate) async fn list(
    State(desk): State<Arc<Desk>>,
    caller: May<Read>,
) -> Result<Json<wire::MacroList>, Problem> {
    Ok(Json(wire::MacroList { macros: desk.macros(caller.scope, caller.principal.user_id).await? }))
}

/// Make a macro
///
/// For the caller alone or, by owners, admins and supervisors, for everybody.
#[utoipa::path(post, path = "/api/v1/macros", tag = "macros",
    request_body = wire::CreateMacro, responses((status = 201, body = wire::Macro)))]
pub(crate) async fn create(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateMacro = parse_json(&body)?;
    let holder = Holder::of(new.shared, caller.principal.user_id);
    may_keep(&caller, holder, wire::Permission::ManageInbox)?;
    let once = Once { caller: &caller, route: "macros", key: &key, request: &body };
    let id = MacroId::from_bytes(once.id());
    let (scope, by, user_id) = (caller.scope, caller.by(), caller.principal.user_id);
    let act = async move {
        let kept = desk.keep_macro(Keeper { scope, by: &by, user_id }, id, new).await?;
        house.tell_of_automation(scope, holder.person());
        Ok(kept)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a macro
///
/// With `If-Match`, only as long as nobody else changed it since it was read; else 412. Those of the workspace are
/// changed by owners, admins and supervisors.
#[utoipa::path(patch, path = "/api/v1/macros/{id}", tag = "macros",
    params(("id" = MacroId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ChangeMacro,
    responses((status = 200, body = wire::Macro, headers(("etag" = String, description = "The macro's version")))))]
pub(crate) async fn patch(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Answer>,
    expected: Option<IfMatch>,
    Path(id): Path<MacroId>,
    Json(change): Json<wire::ChangeMacro>,
) -> Result<Response, Problem> {
    let (scope, user_id) = (caller.scope, caller.principal.user_id);
    let (holder, before) = desk.macro_of(scope, user_id, id).await?;
    may_keep(&caller, holder, wire::Permission::ManageInbox)?;
    let expected = expected.map(|IfMatch(version)| version);
    let keeper = Keeper { scope, by: &caller.by(), user_id };
    let changed = desk.change_macro(keeper, (holder, id), expected, change).await?;
    if changed != before {
        house.tell_of_automation(scope, holder.person());
    }
    Ok(tagged(changed.version, &changed))
}

/// Delete a macro
///
/// Those of the workspace are deleted by owners, admins and supervisors. What it did stays done.
#[utoipa::path(delete, path = "/api/v1/macros/{id}", tag = "macros",
    params(("id" = MacroId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(desk): State<Arc<Desk>>,
    State(house): State<House>,
    caller: May<Answer>,
    Path(id): Path<MacroId>,
) -> Result<StatusCode, Problem> {
    let (scope, user_id) = (caller.scope, caller.principal.user_id);
    let (holder, what) = desk.macro_of(scope, user_id, id).await?;
    may_keep(&caller, holder, wire::Permission::ManageInbox)?;
    desk.delete_macro(Keeper { scope, by: &caller.by(), user_id }, holder, (id, &what.name)).await?;
    house.tell_of_automation(scope, holder.person());
    Ok(StatusCode::NO_CONTENT)
}

/// Run a macro
///
/// Its actions are done one after the other, as the caller's. What is refused is told in the answer; what comes after it is
/// done all the same.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/macros", tag = "macros",
    params(("id" = ConversationId, Path)), request_body = wire::RunMacro,
    responses((status = 200, body = wire::AutomationRun)))]
pub(crate) async fn run(
    State(desk): State<Arc<Desk>>,
    State(automation): State<Automation>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<Answer>,
    key: IdempotencyKey,
    Path(conversation): Path<ConversationId>,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let request: wire::RunMacro = parse_json(&body)?;
    let (scope, principal, name) = (caller.scope, caller.principal.clone(), caller.user.name.clone());
    let (_, what) = desk.macro_of(scope, principal.user_id, request.macro_id).await?;
    let asked = [conversation.as_bytes(), &*body].concat();
    let once = Once { caller: &caller, route: "macro-runs", key: &key, request: &asked };
    let id = AutomationRunId::from_bytes(once.id());
    let act = async move {
        let what = (what, request.seen_seq);
        Ok(automation.run_macro(scope, (principal, &name), id, conversation, what).await?)
    };
    idempotency.run(once, StatusCode::OK, act).await
}
