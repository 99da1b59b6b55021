//! `/api/v1/rules`: what acts by itself when something happens; and the log of runs.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::StatusCode;
use serde::Deserialize;
use switchboard_actors::House;
use switchboard_schema::{ConversationId, MacroId, RuleId, wire};

use super::{
    extract::{IdempotencyKey, IfMatch, Json, JsonBytes, Path, Query, parse_json},
    idempotency::{Idempotency, Once},
    problem::Problem,
    tagged,
};
use crate::{
    access::{
        May,
        permit::{ManageInbox, Read},
    },
    automation::{Automation, Wanted},
};

/// Runs of one page, unless said otherwise.
const RUNS: u32 = 50;
/// Runs of one page, at most.
const RUNS_MAX: u32 = 100;

/// The rules
///
/// In the order in which they act.
#[utoipa::path(get, path = "/api/v1/rules", tag = "rules",
    responses((status = 200, body = wire::AutomationRuleList)))]
pub(crate) async fn list(
    State(automation): State<Automation>,
    caller: May<Read>,
) -> Result<Json<wire::AutomationRuleList>, Problem> {
    Ok(Json(wire::AutomationRuleList { rules: automation.rules(caller.scope).await? }))
}

/// One rule
#[utoipa::path(get, path = "/api/v1/rules/{id}", tag = "rules", params(("id" = RuleId, Path)),
    responses((status = 200, body = wire::AutomationRule, headers(("etag" = String, description = "The rule's version")))))]
pub(crate) async fn get(
    State(automation): State<Automation>,
    caller: May<Read>,
    Path(id): Path<RuleId>,
) -> Result<Response, Problem> {
    let rule = automation.rule(caller.scope, id).await?;
    Ok(tagged(rule.version, &rule))
}

/// Make a rule
///
/// It acts after all others, on what happens from then on. What a rule does begins no rule.
#[utoipa::path(post, path = "/api/v1/rules", tag = "rules",
    request_body = wire::CreateRule, responses((status = 201, body = wire::AutomationRule)))]
pub(crate) async fn create(
    State(automation): State<Automation>,
    State(house): State<House>,
    State(idempotency): State<Arc<Idempotency>>,
    caller: May<ManageInbox>,
    key: IdempotencyKey,
    JsonBytes(body): JsonBytes,
) -> Result<Response, Problem> {
    let new: wire::CreateRule = parse_json(&body)?;
    let once = Once { caller: &caller, route: "rules", key: &key, request: &body };
    let id = RuleId::from_bytes(once.id());
    let (scope, by, user_id) = (caller.scope, caller.by(), caller.principal.user_id);
    let act = async move {
        let made = automation.make_rule(scope, (&by, user_id), id, new).await?;
        house.tell_of_automation(scope, None);
        Ok(made)
    };
    idempotency.run(once, StatusCode::CREATED, act).await
}

/// Change a rule
///
/// With `If-Match`, only as long as nobody else changed it since it was read; else 412.
#[utoipa::path(patch, path = "/api/v1/rules/{id}", tag = "rules",
    params(("id" = RuleId, Path), ("if-match" = Option<String>, Header, description = "An earlier answer's ETag")),
    request_body = wire::ChangeRule,
    responses((status = 200, body = wire::AutomationRule, headers(("etag" = String, description = "The rule's version")))))]
pub(crate) async fn patch(
    State(automation): State<Automation>,
    State(house): State<House>,
    caller: May<ManageInbox>,
    expected: Option<IfMatch>,
    Path(id): Path<RuleId>,
    Json(change): Json<wire::ChangeRule>,
) -> Result<Response, Problem> {
    let expected = expected.map(|IfMatch(version)| version);
    let by = (&caller.by(), caller.principal.user_id);
    let changed = automation.change_rule(caller.scope, by, id, expected, change).await?;
    house.tell_of_automation(caller.scope, None);
    Ok(tagged(changed.version, &changed))
}

/// Delete a rule
///
/// What it did stays done; what waits for it does not act any more.
#[utoipa::path(delete, path = "/api/v1/rules/{id}", tag = "rules",
    params(("id" = RuleId, Path)), responses((status = 204)))]
pub(crate) async fn delete(
    State(automation): State<Automation>,
    State(house): State<House>,
    caller: May<ManageInbox>,
    Path(id): Path<RuleId>,
) -> Result<StatusCode, Problem> {
    automation.delete_rule(caller.scope, &caller.by(), id).await?;
    house.tell_of_automation(caller.scope, None);
    Ok(StatusCode::NO_CONTENT)
}

/// Try a rule
///
/// Which conversations are now as it asks. Nothing is done.
#[utoipa::path(post, path = "/api/v1/rules/trial", tag = "rules",
    request_body = wire::TryRule, responses((status = 200, body = wire::RuleTrial)))]
pub(crate) async fn trial(
    State(automation): State<Automation>,
    caller: May<ManageInbox>,
    Json(request): Json<wire::TryRule>,
) -> Result<Json<wire::RuleTrial>, Problem> {
    let user_id = caller.principal.user_id;
    Ok(Json(automation.try_rule(caller.scope, user_id, request.when).await?))
}

/// Which runs.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Params {
    /// Of this rule.
    rule_id: Option<RuleId>,
    /// Of this macro.
    macro_id: Option<MacroId>,
    /// In this conversation.
    conversation_id: Option<ConversationId>,
    /// Of which this came.
    outcome: Option<wire::RunOutcome>,
    /// An earlier answer's `next_cursor`.
    cursor: Option<String>,
    /// How many, at most 100; 50 where it is left out.
    limit: Option<u32>,
}

/// What rules and macros did
///
/// Newest first, of the last 30 days.
#[utoipa::path(get, path = "/api/v1/automation-runs", tag = "rules", params(Params),
    responses((status = 200, body = wire::AutomationRunPage)))]
pub(crate) async fn runs(
    State(automation): State<Automation>,
    caller: May<Read>,
    Query(params): Query<Params>,
) -> Result<Json<wire::AutomationRunPage>, Problem> {
    let wanted = Wanted {
        rule: params.rule_id,
        macro_id: params.macro_id,
        conversation: params.conversation_id,
        outcome: params.outcome,
    };
    let after = params.cursor.as_deref().map(str::parse).transpose()?;
    let limit = params.limit.unwrap_or(RUNS).clamp(1, RUNS_MAX) as usize;
    Ok(Json(automation.runs(caller.scope, &wanted, after, limit).await?))
}
